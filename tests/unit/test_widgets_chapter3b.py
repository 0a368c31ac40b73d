"""Two coders, base-rate paradox and timeline: S0-100, S0-103, S0-104; E0-07."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest
import traitlets

from fau_teach import agreement
from fau_teach.widgets import FIGURES, KappaParadox, Timeline, TwoCoders
from fau_teach.widgets.kappa_paradox import SHARES, Expected
from fau_teach.widgets.timeline import CLIPS, STEPS, segments, timeline_data
from fau_teach.widgets.two_coders import CODES, PRESETS, compared

MADE = {"two_coders": TwoCoders, "kappa_paradox": KappaParadox, "timeline": Timeline}


@pytest.mark.parametrize("name", MADE)
def test_registered_and_light(name: str) -> None:
    assert FIGURES[name] is MADE[name]
    figure = MADE[name]()
    assert len(figure.static_html().encode()) < 40_000
    json.dumps(figure.state(), allow_nan=False)
    text = figure.fallback_html()
    assert text.startswith('<div class="wide-table"><table><caption>')


# -- two coders


def test_S0_103_the_three_numbers_of_the_example() -> None:
    found = compared(["1", "2", "5", "6", "12"], ["5", "6", "12"])
    assert (found.used, found.printed, found.jaccard) == pytest.approx((0.75, 1.2, 0.6))
    assert found.pairs == found.used


def test_E0_07_identical_coders_and_three_of_whom_two_agree() -> None:
    assert compared(["12"], ["12"]).printed == 2
    three = compared(["1", "2"], ["1", "2"], ["4"])
    assert (three.used, three.jaccard, three.pairs) == (0, 0, pytest.approx(1 / 3))


def test_S0_103_nothing_written_is_undefined() -> None:
    found = compared([], [])
    assert (found.used, found.printed, found.jaccard, found.pairs) == (None,) * 4
    # One pair of three has something to divide by.
    assert compared([], [], ["4"]).pairs == 0


def test_presets_say_what_they_show() -> None:
    values = {name: compared(*(text.split() for text in texts)) for name, _, texts, _ in PRESETS}
    assert values["half"].used == 0.5
    assert values["none"].used == 0
    assert values["null"].used is None
    assert values["third"].used == 0
    assert all(set(text.split()) <= set(CODES) for _, _, texts, _ in PRESETS for text in texts)


def test_two_coders_refuses_what_it_cannot_show() -> None:
    assert TwoCoders("same").sets == [["12"], ["12"]]
    assert TwoCoders(sets=[["1"], ["2"], []]).sets == [["1"], ["2"], []]
    with pytest.raises(ValueError, match=r"'exampel' is not a preset\. Did you mean 'example'"):
        TwoCoders("exampel")
    with pytest.raises(ValueError, match="'99' is not a code of this figure"):
        TwoCoders(sets=[["99"], []])
    with pytest.raises(ValueError, match="2 or 3 coders, not 1"):
        TwoCoders(sets=[["1"]])


def test_two_coders_fallback_prints_undefined() -> None:
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', TwoCoders().fallback_html())
    cells = {name: re.findall(r"<td>(.*?)</td>", body) for name, body in rows}
    assert cells["both wrote nothing"][:2] == ["nothing and nothing", "undefined"]
    assert cells["1+2+5+6+12 and 5+6+12"][1:4] == [".75", "1.20", ".60"]


# -- base-rate paradox

RATES = [(50, 3, 3), (20, 3, 3), (1, 3, 3), (2, 20, 1), (30, 50, 0), (100, 10, 0), (0, 20, 5)]


@pytest.mark.parametrize("rates", RATES)
def test_S0_104_expected_equals_the_measures_on_a_crowd_of_that_table(
    rates: tuple[float, float, float],
) -> None:
    one = Expected(*rates)
    counts = [round(100 * value) for value in (one.both, one.one, one.one, one.neither)]
    assert sum(counts) == pytest.approx(100_000, abs=2)
    both, first, second, neither = counts
    a = [1] * (both + first) + [0] * (second + neither)
    b = [1] * both + [0] * first + [1] * second + [0] * neither
    assert agreement.percent(a, b).value == pytest.approx(one.percent, abs=1e-4)
    assert agreement.kappa(a, b).value == pytest.approx(one.kappa, abs=2e-3)
    assert agreement.ac1([a, b]).value == pytest.approx(one.ac1, abs=1e-4)
    assert agreement.pabak(a, b).value == pytest.approx(one.pabak, abs=1e-4)


def test_S0_104_equal_rates_keep_percent_and_lower_kappa() -> None:
    table = [Expected(share, 3, 3) for share in SHARES]
    assert {round(one.percent, 6) for one in table} == {0.9418}
    assert all(a.kappa > b.kappa for a, b in pairwise(table) if a.kappa and b.kappa)
    assert str(table[0]) == " 50 %  same 94.2%  kappa 0.88  AC1 0.88"
    assert str(table[-1]).endswith("kappa 0.23  AC1 0.94")


def test_S0_104_undefined_where_both_always_say_one_thing() -> None:
    assert Expected(0, 20, 0).kappa is None
    assert Expected(100, 0, 5).kappa is None
    assert "kappa undefined" in str(Expected(0, 20, 0))
    assert "<td>undefined</td>" not in KappaParadox().fallback_html()
    assert agreement.kappa([0] * 9, [0] * 9).value is None


def test_paradox_starts_where_it_is_told() -> None:
    assert KappaParadox(2, 20, 1).state()["miss"] == 20
    with pytest.raises(traitlets.TraitError):
        KappaParadox(share=101)


# -- timeline


def at(clip: str, least: float) -> dict[str, Any]:
    found = next(one for one in timeline_data()["clips"] if one["id"] == clip)
    step: dict[str, Any] = found["at"][STEPS.index(least)]
    return step


def test_S0_104_every_match_is_one_to_one_and_long_enough() -> None:
    for name, _, first, second, _ in CLIPS:
        for least in STEPS:
            found = at(name, least)
            pairs = found["pairs"]
            assert all(overlap >= least for _, _, overlap in pairs)
            mine, other = [one for one, _, _ in pairs], [one for _, one, _ in pairs]
            assert sorted(mine + found["missed"]) == list(range(len(first)))
            assert sorted(other + found["added"]) == list(range(len(second)))
            f1 = 2 * len(pairs) / (len(first) + len(second))
            assert found["scores"][2] == pytest.approx(f1)


def test_S0_104_what_the_captions_say() -> None:
    assert at("close", 0.5)["scores"] == [1, 1, 1]
    assert len(at("split", 0.05)["pairs"]) == 1
    assert at("split", 0.05)["missed"] != []
    assert [pair[:2] for pair in at("late", 0.5)["pairs"]] == [[1, 1]]
    first, second = segments(CLIPS[2][2]), segments(CLIPS[2][3])
    assert {two.onset - one.onset for one, two in zip(first, second, strict=True)} == {6}


def test_timeline_refuses_unknown_clips_and_steps() -> None:
    assert Timeline("late", 0.3).least == 0.3
    with pytest.raises(ValueError, match="'lat' is not a clip"):
        Timeline("lat")
    with pytest.raises(ValueError, match=r"one of \.05, \.10 to 1\.00, not 0\.33"):
        Timeline(least=0.33)


def test_timeline_fallback_lists_pairs_and_lost_events() -> None:
    text = Timeline().fallback_html()
    assert "two careful coders: 12 and 6+12" in text
    assert "−4 (133 ms)" in text or "-4 (133 ms)" in text
    assert "one event or two?: 12 missed" in text
