"""Simulated coders: what is put in is measured back within its intervals."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from statistics import fmean

import pytest

from fau_teach import clip
from fau_teach.clip import Key
from fau_teach.coding import CodingError, agree
from fau_teach.coding.feedback import Summary, feedback, summary
from fau_teach.coding.simulate import Coder, Simulated, simulate

FAULTY = Coder(
    "A", miss=0.15, confuse=0.1, side=0.1, add=0.2, delay_ms=(80, 50, -60), spread_ms=40,
    intensity=0.5, intensity_spread=0.6, gap=0.1,
)  # fmt: skip
RATES = {"missed": 0.15, "confused": 0.1, "added": 0.2, "wrong side": 0.1}
DELAYS = dict(zip(("onset", "apex", "offset"), (80, 50, -60), strict=True))
SEEDS = range(10)


@pytest.fixture(scope="module")
def keys() -> dict[str, Key]:
    made = {}
    for seed in range(200):
        key = clip.sample(difficulty="medium", intensity="C", seed=seed).key()
        # A blink is too short for delays to keep their mean.
        made[f"c{seed}"] = replace(key, items=tuple(i for i in key.items if i.code != "45"))
    return made


def measured(made: Simulated, keys: dict[str, Key], coder: str = "A") -> Summary:
    return summary(
        feedback(made.session.of(coder, name), key, clip=name)
        for name, key in keys.items()
        if made.session.saw(coder, name)
    )


@pytest.fixture(scope="module")
def runs(keys: dict[str, Key]) -> list[tuple[Simulated, Summary]]:
    made = [simulate(keys, [FAULTY], seed) for seed in SEEDS]
    return [(one, measured(one, keys)) for one in made]


def test_known_rates_are_measured_back_within_their_intervals(
    runs: list[tuple[Simulated, Summary]],
) -> None:
    inside: Counter[str] = Counter()
    for _, found in runs:
        for name, value in RATES.items():
            rate = found.rates[name]
            assert rate.low is not None
            assert rate.high is not None
            inside[name] += rate.low <= value <= rate.high
        for name, value in {**DELAYS, "intensity": 0.5}.items():
            bias = found.intensity if name == "intensity" else found.timing[name]
            assert bias.low is not None
            assert bias.high is not None
            inside[name] += bias.low <= value <= bias.high
    # Of 80 intervals of 95 %, fewer than 70 hold the truth once in 500 times.
    assert sum(inside.values()) >= 70
    assert min(inside.values()) >= 7


def test_wrong_rates_are_outside(runs: list[tuple[Simulated, Summary]]) -> None:
    """Negative control: the intervals are narrow enough to refute twice or half of each."""
    for _, found in runs:
        for name, value in RATES.items():
            rate = found.rates[name]
            assert not (rate.low or 0) <= 2.2 * value <= (rate.high or 1)
            assert not (rate.low or 0) <= value / 3 <= (rate.high or 1)
        for name, late in DELAYS.items():
            bias = found.timing[name]
            assert not (bias.low or 0) <= late + 15 <= (bias.high or 0)
            assert not (bias.low or 0) <= late - 15 <= (bias.high or 0)
        assert not (found.intensity.low or 0) <= 0.8 <= (found.intensity.high or 0)


def test_what_is_measured_is_what_was_drawn(runs: list[tuple[Simulated, Summary]]) -> None:
    for made, found in runs:
        what = Counter(one.what for one in made.truth)
        hits = [one for one in made.truth if one.what == "hit"]
        parts = found.parts
        assert abs(sum(len(part.missed) for part in parts) - what["missed"]) <= 2
        assert abs(sum(len(part.confusions) for part in parts) - what["confused"]) <= 2
        assert abs(sum(len(part.added) for part in parts) - what["added"]) <= 2
        turned = sum(one.wrong_side for part in parts for one in part.matched)
        assert abs(turned - sum(one.wrong_side for one in hits)) <= 1
        drawn = fmean(one.frames[0] for one in hits if one.frames)
        assert found.timing["onset"].frames == pytest.approx(drawn, abs=0.05)
        steps = [one.steps for one in hits if one.steps is not None]
        assert found.intensity.mean == pytest.approx(fmean(steps), abs=0.02)
        assert len(parts) == 200 - len(made.gaps)
        assert 5 < len(made.gaps) < 40


def test_agreement_with_the_key_measures_them_back_too(keys: dict[str, Key]) -> None:
    """The tables of a lab find the same faults: what was missed as recall, delays as errors."""
    faulty = replace(FAULTY, confuse=0.0, side=0.0)
    inside = wrong = 0
    for seed in range(6):
        made = simulate(keys, [Coder("K"), faulty], seed)
        found = agree(made.session, coders=("K", "A"), least=0.3, resamples=400, seed=seed)
        rows = {(row["item"], row["name"]): row for row in found.to_dict()["rows"]}
        wanted = {("events", "recall"): 1 - FAULTY.miss}
        wanted |= {(name, "mean error (ms)"): late for name, late in DELAYS.items()}
        for at, value in wanted.items():
            inside += rows[at]["low"] <= value <= rows[at]["high"]
            other = 1 - FAULTY.miss / 2 if at[1] == "recall" else 1.25 * value
            wrong += rows[at]["low"] <= other <= rows[at]["high"]
    # Of 24 intervals of 95 %, fewer than 19 hold the truth once in 1000 times.
    assert inside >= 19
    assert wrong == 0


def test_a_perfect_coder_agrees_with_the_key(keys: dict[str, Key]) -> None:
    made = simulate(keys, [Coder("P")])
    found = measured(made, keys, "P")
    assert found.index == 1
    assert found.practise_next == ()
    assert made.gaps == ()
    assert {one.what for one in made.truth} == {"hit"}


def test_seeds_and_streams(keys: dict[str, Key]) -> None:
    few = dict(list(keys.items())[:15])
    one, two = simulate(few, [FAULTY], 1), simulate(few, [FAULTY], 1)
    assert (one.session, one.truth) == (two.session, two.truth)
    assert simulate(few, [FAULTY], 2).truth != one.truth
    # A further coder, or fewer clips, leaves the draws of the first as they are.
    both = simulate(few, [Coder("B", miss=0.5), FAULTY], 1)
    assert [each for each in both.truth if each.coder == "A"] == list(one.truth)
    half = dict(list(few.items())[:7])
    assert simulate(half, [FAULTY], 1).truth == tuple(t for t in one.truth if t.clip in half)


def test_extremes_stay_possible(keys: dict[str, Key]) -> None:
    wild = [
        Coder("late", delay_ms=60_000, spread_ms=60_000, intensity=5, side=1, add=1),
        Coder("early", delay_ms=-60_000, intensity=-5, confuse=1, intensity_spread=5),
        Coder("blind", miss=1),
        Coder("away", gap=1),
    ]
    made = simulate(keys, wild)
    assert made.session.of("blind") == made.session.of("away") == ()
    assert made.session.saw("blind", "c1")
    assert not made.session.saw("away", "c1")
    assert all(one.given for one in made.truth if one.coder in ("late", "early"))
    assert {one.what for one in made.truth if one.coder == "early"} == {"hit", "confused"}
    nobody = simulate(keys, [Coder("away", gap=1)])
    assert nobody.session.watched == ()
    assert len(nobody.gaps) == 200


def test_one_sided_codes_and_asymmetry() -> None:
    wink = clip.sample(codes="L46C+R30C", seed=1, difficulty="easy").key()
    for seed in range(20):
        made = simulate({"w": wink}, [Coder("A", side=1)], seed)
        given = {one.item: one.given for one in made.truth}
        assert all("R46" in text for item, text in given.items() if "46" in item)
        assert all("L30" in text for item, text in given.items() if "30" in item)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"miss": 1.5}, "miss"), ({"gap": -1}, "gap"), ({"miss": 0.6, "confuse": 0.6}, "confuse"),
        ({"delay_ms": (1, 2)}, "delay_ms"), ({"spread_ms": -1}, "spread_ms"),
        ({"intensity": 9}, "intensity"), ({"intensity_spread": -1}, "intensity_spread"),
    ],
)  # fmt: skip
def test_impossible_coders_are_refused(fields: dict[str, object], words: str) -> None:
    with pytest.raises(CodingError, match=words):
        Coder("A", **fields)  # type: ignore[arg-type]


def test_two_coders_of_one_name_are_refused() -> None:
    with pytest.raises(CodingError, match="'A' stands twice"):
        simulate({}, [Coder("A"), Coder("A")])
