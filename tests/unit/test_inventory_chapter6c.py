"""Pages 5 and 6 of chapter 6, its quiz and cards: words and numbers against the package."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import traitlets

from fau_teach import emg, emg_plots, published
from fau_teach.clip import Clip, Movement
from fau_teach.emg import board
from fau_teach.emg.measures import asymmetry
from fau_teach.evaluate.proportions import Pair, counts_for, needed, smallest
from fau_teach.evaluate.windows import SPLITS
from fau_teach.exercises import chapter6c, exercise
from fau_teach.experiments import recorded
from fau_teach.widgets import FIGURES, SplitLeak
from fau_teach.widgets.split_leak import ASKED, found, score, split_leak_data, windows

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "book" / "06-emg"
ONSET = (PAGES / "5-when-did-it-begin.md").read_text(encoding="utf-8")
NUMBERS = (PAGES / "6-two-numbers-in-an-abstract.md").read_text(encoding="utf-8")
sys.path.insert(0, str(ROOT / "book" / "_tools"))

import decks_emg  # noqa: E402
import items  # noqa: E402

QUIZ = {item["id"]: item for item in items.quiz("06-emg")}
SMILE = Clip("Ana", 30, 150, [Movement("12", "", "D", 60, 66, 90, 12)])  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def closed() -> object:
    yield
    plt.close("all")


def right(name: str) -> set[str]:
    return {one["text"] for one in QUIZ[name]["options"] if one["correct"]}


def numbers(name: str) -> list[float]:
    return [QUIZ[name]["answer"], *(trap["answer"] for trap in QUIZ[name]["traps"])]


def alt(page: str, figure: str) -> list[float]:
    """Numbers in the text that stands for a figure."""
    text = page.split(f"name: {figure}\n")[0].rpartition("alt: ")[2]
    return [float(one) for one in re.findall(r"\d*\.\d+|\d+", text.replace(",", ""))]


# -- page 5


def test_S4_012_no_onset_is_printed_to_a_millisecond() -> None:
    """Times that a page gives are errors, medians or planted; the one other is the bad example."""
    assert 'So never write "onset at 1,204 ms"' in ONSET
    assert right("milliseconds") == {"The rule, the signal-to-noise ratio, the error"}


def test_S4_012_errors_of_the_figures() -> None:
    ax = emg_plots.onset_errors()
    medians = [line.get_xdata()[0] for line in ax.lines if line.get_lw() == 2]
    assert np.argsort(medians[:9:3])[::-1].tolist() == [0, 1, 2]  # noise makes it later
    dots = [line.get_xdata() for line in ax.lines if line.get_marker() in "o^s"]
    assert [len(one) for one in dots] == [40] * 9
    assert 10 <= np.median(np.concatenate(dots[:3])) <= 55
    # As the alt text says of 40 dB.
    assert min(dots[6].min(), dots[7].min()) > -2
    assert max(one.max() for one in dots[6:]) < 10
    assert np.sort(dots[8])[1] > -10
    assert dots[8].min() == pytest.approx(-19, abs=1)
    first, _, last = emg_plots.onsets_of()
    for axis, low, high in ((first, 16, 26), (last, -3, 8)):
        marks = [line.get_xdata()[0] for line in axis.lines if line.get_marker() in "o^s"]
        assert (min(marks), max(marks)) == pytest.approx((low, high), abs=1)


def test_S4_012_an_envelope_makes_a_macro_of_a_micro() -> None:
    signal, _, offsets = emg.bursts(20, 20, length=0.4, every=1.5)
    lasts = {}
    for one in (signal, emg.envelope_circuit(signal)):
        late = emg.errors(emg.hodges_bui(one, (0.4, 0.95)).offsets, offsets, within=0.6)
        lasts[one.kind] = 0.4 + late.bias
    assert lasts["raw"] < 0.5 < lasts["envelope"]


def test_S4_012_the_planted_lag_is_recovered_within_a_frame() -> None:
    lags = []
    for seed in range(12):
        signal = emg.band_pass(emg.emg(SMILE, ("zygomaticus_L",), seed=seed))
        lags.append(1000 * (2 - emg.tkeo_threshold(signal, (0.1, 1.7)).onsets[0]))
    assert max(abs(one - 50) for one in lags) < 1000 / 30
    assert max(lags) < 50  # "all are too short"
    assert numbers("lag") == pytest.approx(
        [48, 1000 * (59 / 30 - 1.952), 1000 * (61 / 30 - 1.952), -48], abs=0.05
    )


def test_S4_012_flags_of_the_page() -> None:
    bad = emg.Disturbance(hum=20e-6, movement=400e-6, quality={"corrugator_L": 0.3})
    pairs = ("zygomaticus_L", "corrugator_L")
    told = {(one.channel, one.kind) for one in emg.flags(emg.emg(SMILE, pairs, disturbance=bad))}
    assert {(pairs[0], "movement"), (pairs[1], "hum")} <= told
    assert emg.flags(emg.emg(SMILE, pairs)) == ()


@pytest.mark.parametrize("gap", [0.05, 0.1, 0.2])
def test_S0_062_E0_33_the_pause_of_the_page(gap: float) -> None:
    signal, pulse, *_ = emg.pulse_trial(gap)
    begin, end = emg.silent_period(signal, pulse)
    assert end - begin == pytest.approx(gap, abs=0.005)
    with pytest.raises(emg.SignalKindError):
        emg.silent_period(emg.envelope_circuit(signal), pulse)
    filtered = emg.silent_period(emg.band_pass(signal), pulse)
    assert filtered[1] - filtered[0] < gap - 0.005  # too short, as the answer says
    assert right("silent-needs") == {"Hold a contraction, willingly"}


def test_S0_062_the_envelope_shows_no_pause() -> None:
    _, below = emg_plots.silence()
    ms, volts = below.lines[0].get_data()
    assert volts[ms > 0].min() > 0.8 * volts[ms < 0].min()


def test_S0_069_E0_29_sides_and_electrodes() -> None:
    assert asymmetry(3, 1) == 0.5
    for seed in range(3):
        both = emg.emg(SMILE, ("zygomaticus_L", "zygomaticus_R"), seed=seed)
        level = emg.rms(emg.band_pass(both), 0.1).between(2.2, 2.6).values.mean(axis=0)
        assert abs(asymmetry(*level)) < 0.06
        assert asymmetry(level[0], 0.6 * level[1]) == pytest.approx(0.25, abs=0.06)
    answer, turned, difference, _ = numbers("sides")
    assert answer == pytest.approx(float(asymmetry(30, 50)))
    assert turned == -answer
    assert difference == 30 - 50
    sides = [(one[2] - one[0]) / (one[1] - one[0]) for one in (chapter6c.LEFT, chapter6c.RIGHT)]
    assert exercise("6.10").solution() == pytest.approx(float(asymmetry(*sides))) == 0


def test_S4_012_the_exercise_finds_the_first_high_value_with_company() -> None:
    levels = np.array(chapter6c.LEVELS, float)
    rest = levels[: chapter6c.REST]
    high = levels > rest.mean() + 3 * rest.std()
    ahead = np.convolve(high, np.ones(chapter6c.WIDE))[chapter6c.WIDE - 1 :]
    first = np.flatnonzero(high & (ahead >= chapter6c.LEAST))[0]
    assert exercise("6.9").solution() == first
    assert np.flatnonzero(high)[0] < first  # the spike


# -- page 6


def test_S4_007_E4_04_E4_05_numbers_of_the_abstract() -> None:
    printed = [one.printed for one in published.studies()[:2]]
    assert exercise("6.11").solution() == smallest(printed) == numbers("fewest")[0] == 1049
    assert numbers("fewest")[1:3] == [smallest([one]) for one in printed]
    shares = [float(one) / 100 for one in printed]
    assert numbers("power")[0] == needed(*shares)
    assert numbers("power")[3] == needed(*shares, power=0.5)
    assert "Pair(1049, 1024, 1012)" in NUMBERS
    assert [counts_for(one, 1049) for one in printed] == [(1024,), (1012,)]
    low, high = Pair(1049, 1024, 1012).mcnemar
    assert low < 0.01
    assert high > 0.1


def test_S4_007_the_intervals_part_at_3400() -> None:
    ax = emg_plots.two_numbers()
    spans = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 2]
    cnn, lstm = spans[:4], spans[4:]
    parted = [a[0] > b[1] for a, b in zip(cnn, lstm, strict=True)]
    assert parted == [False, False, False, True]


def test_S4_009_nine_blanks_are_on_the_page() -> None:
    assert "published.blanks()" in NUMBERS
    assert "Nine blanks" in NUMBERS
    assert len(published.blanks()) == 9
    assert "We read the abstract only" in NUMBERS
    assert "We read its abstract only" in ONSET


def scores() -> dict[tuple[str, str], float]:
    return {(row["split"], row["model"]): float(row["accuracy"])
            for row in recorded("emg_splits").rows}  # fmt: skip


def test_S4_006_S4_009_what_the_page_says_of_the_splits() -> None:
    got, splits = scores(), [*SPLITS, "leave person out, calibrated"]
    learners = [model for model in emg_plots.MARKS if model != "majority"]
    assert list(dict.fromkeys(split for split, _ in got)) == splits
    near = ("k nearest neighbours", "CNN", "LSTM")
    for model in near:
        assert got[splits[0], model] > 0.98  # "nearly perfect"
        assert got[splits[3], model] == pytest.approx(0.5, abs=0.05)  # "about half"
        assert abs(got[splits[0], model] - got[splits[1], model]) < 0.05  # "little changes"
        falls = [got[one, model] for one in splits[:4]]
        assert falls == sorted(falls, reverse=True)
    fall = {model: got[splits[0], model] - got[splits[3], model] for model in learners}
    assert min(fall, key=fall.__getitem__) == "LDA"
    for split in splits[3:]:
        assert max(learners, key=lambda model: got[split, model]) == "LDA"
    assert max(learners, key=lambda model: got[splits[0], model]) == near[0]
    assert min(learners, key=lambda model: got[splits[3], model]) == near[0]
    rows = {(row["split"], row["model"]): row for row in recorded("emg_splits").rows}
    best, next_ = (rows["leave person out", model] for model in ("LDA", "CNN"))
    assert float(best["accuracy_low"]) < float(next_["accuracy_high"])  # "less than the intervals"
    assert all(got[split, "majority"] < 0.15 for split in splits)


def test_S4_009_people_are_far_apart() -> None:
    rows = recorded("emg_splits", "emg_people").rows
    of = {(split, model): [float(row["accuracy"]) for row in rows
                           if (row["split"], row["model"]) == (split, model)]
          for split in {row["split"] for row in rows} for model in emg_plots.MARKS}  # fmt: skip
    new = of["leave person out", "k nearest neighbours"]
    assert min(new) < 0.25
    assert max(new) > 0.75
    shown = ("LDA", "k nearest neighbours", "CNN")
    left = [one for model in shown for one in of["leave person out", model]]
    own = [one for model in shown for one in of["leave person out, calibrated", model]]
    told = alt(NUMBERS, "fig-by-person")
    for value in (min(left), max(left), min(own), max(own)):
        assert any(value == pytest.approx(one, abs=0.0051) for one in told)


def test_S4_009_E4_04_what_the_page_says_of_the_controls() -> None:
    rows = recorded("emg_controls").rows
    got = {(row["control"], row["split"], row["model"]): float(row["accuracy"]) for row in rows}
    dealt, who = ({key[1:]: value for key, value in got.items() if key[0] == name}
                  for name in ("labels dealt to trials", "who is it"))  # fmt: skip
    leak = [dealt["random windows", model] for model in ("k nearest neighbours", "CNN", "LDA")]
    assert leak == pytest.approx([0.97, 0.36, 0.19], abs=0.0051)
    rest = [value for (split, _), value in dealt.items() if split != "random windows"]
    assert (round(min(rest), 2), round(max(rest), 2)) >= (0.13, 0.17)
    assert max(rest) < 0.18
    assert min(who.values()) > 5 / 12  # "far above chance"
    again = [who["leave session out", model] for model in ("k nearest neighbours", "LDA", "CNN")]
    assert again == pytest.approx([0.84, 0.60, 0.49], abs=0.0051)
    known = [who[split, model] for split in ("random windows", "blocked in time")
             for model in ("k nearest neighbours", "CNN")]  # fmt: skip
    assert min(known) == pytest.approx(0.97, abs=0.0051)
    assert who["random windows", "LDA"] == pytest.approx(0.83, abs=0.0051)


def test_S4_007_the_studies_of_the_page() -> None:
    told = {(one.reference, one.model, one.split): one.printed for one in published.studies()}
    assert told["kolodziej2024", "LDA", "same person"] == "93.8"
    assert told["kolodziej2024", "LDA", "other people"] == "41.2"
    assert [one.printed for one in published.studies() if one.kind == "felt"] == ["24", "21"]
    emg_plots.studies()
    for printed in alt(NUMBERS, "fig-emg-studies"):
        assert printed < 8 or any(float(one.printed) == pytest.approx(printed, abs=0.5)
                                  for one in published.studies())  # fmt: skip


def test_S4_010_E4_08_a_machines_words() -> None:
    assert published.keywords()["Dance"] == 0.31
    assert "0.31" in QUIZ["weights"]["question"]
    assert right("date") == {"The year 2026"}


def test_S4_008_limits_of_others_are_named_as_such() -> None:
    assert "The abstract names limits of earlier work" in NUMBERS
    assert "{source-note} E4-08" in NUMBERS
    assert "{source-note} E4-03" in NUMBERS


def test_nothing_is_asserted_of_the_papers_split() -> None:
    assert "The abstract fits either, and we do not know." in NUMBERS
    assert "it is not judged here" in NUMBERS


def test_S4_009_the_exercise_audits_as_the_package_does() -> None:
    from fau_teach.evaluate.windows import Windows, crossing

    def made(names: tuple[str, ...]) -> Windows:
        n = len(names)
        people = np.array([one[0] for one in names])
        return Windows(np.zeros((n, 1)), np.zeros(n), np.array(names), np.zeros(n), people, 1.0)

    meets = crossing(made(chapter6c.TRAIN), made(chapter6c.TEST))
    assert exercise("6.12").solution() == [meets.tested["trial"], meets.tested["subject"]]


# -- the figure


def test_split_leak_is_registered_and_light() -> None:
    assert FIGURES["split_leak"] is SplitLeak
    figure = SplitLeak()
    assert len(figure.static_html().encode()) < 20_000
    json.dumps(figure.state(), allow_nan=False)
    assert figure.fallback_html().startswith('<div class="wide-table"><table><caption>')
    assert len(split_leak_data()["items"]) == 8 * len(windows())
    for wrong in ({"split": "none"}, {"ask": "age"}):
        with pytest.raises(ValueError, match=r"is not a (split|question)"):
            SplitLeak(**wrong)  # type: ignore[arg-type]
    with pytest.raises(traitlets.TraitError):
        SplitLeak(fold=9)


def test_S4_009_the_figure_shows_the_leak() -> None:
    emotion = [score(name) for name in SPLITS]
    assert emotion == sorted(emotion, reverse=True)
    assert emotion[0] > 0.98
    assert emotion[3] < 0.6
    dealt = [score(name, "trials") for name in SPLITS]
    assert dealt[0] > 0.9
    assert max(dealt[1:]) < 0.45  # one in three is chance
    who = [score(name, "subject") for name in SPLITS]
    assert min(who[:3]) > 0.8
    assert who[3] == 0
    for ask, _ in ASKED:
        shares = [found("random windows", ask).crossings[k].tested["trial"] for k in range(3)]
        assert min(shares) > 0.9


# -- quiz and cards


def test_every_page_is_asked_about_in_thirty_items_or_more() -> None:
    assert len(QUIZ) >= 30
    asked = {mark for one in QUIZ.values() for mark in one["source"].split()}
    for page in sorted(PAGES.glob("[1-6]-*.md")):
        text = page.read_text(encoding="utf-8")
        told = set(re.findall(r"\{source-note\} (E\d-\d+)", text)) | {"S4-003"}
        assert told & asked, page.name
    assert {"SX-06", "S4-003", "S4-013", *(f"E4-0{k}" for k in range(1, 10))} <= asked


def test_numbers_of_hardware_and_signals() -> None:
    assert numbers("electrodes")[:2] == [
        emg.budget(4, sides=2).electrodes,
        emg.budget(4).electrodes,
    ]
    assert numbers("step")[0] == pytest.approx(board.step_mv(), abs=0.001)
    answer, one, sixteen, clock = numbers("share-the-adc")
    assert (one, answer, sixteen) == pytest.approx([board.adc_rate(n) for n in (1, 8, 16)], abs=0.5)
    assert clock == board.CLOCK_HZ / board.PRESCALER / 8
    assert numbers("tau")[:2] == pytest.approx([1e3 * emg.tau_of(3.6), 1e3 / 3.6], abs=0.3)
    peaks = [100 * emg.burst(seconds, emg.tau_of(3.6))[0] for seconds in (0.04, 0.2)]
    assert (numbers("short-burst")[0], numbers("short-burst")[2]) == pytest.approx(peaks, abs=0.1)
    assert numbers("drift")[0] == pytest.approx(200e-6 * 600 * 1000)
    assert numbers("decibels")[:2] == [10 ** (40 / 20), 10 ** (40 / 10)]


def test_pairs_of_the_quiz_and_cards() -> None:
    units = {site.name: site.aus for site in emg.atlas().values()}
    names = {"Frontalis, lateral part": "Lateral frontalis", "Corrugator": "Corrugator supercilii"}
    for pair in QUIZ["sites"]["pairs"]:
        assert units[names.get(pair["left"], pair["left"])] == (pair["right"].removeprefix("AU"),)
    for pair in QUIZ["crossing"]["pairs"]:
        wanted = decks_emg.CROSSES[pair["left"].lower()]
        assert pair["right"] == wanted.replace("nothing of", "none of")
    words = {"trial": "trial", "session": "session", "subject": "person"}
    for name, told in decks_emg.CROSSES.items():
        crosses = found(name).crossings
        there = [word for level, word in words.items() if any(one.tested[level] for one in crosses)]
        assert [word for word in words.values() if word in told] == there


def test_the_deck_of_chapter_6_holds_the_inventorys_numbers() -> None:
    deck = decks_emg.chapter6_deck()
    cards = {one.id: {card.key: card.back for card in one.cards} for one in deck.directions}
    assert cards["number"] == {
        "step": ("4.883 mV",), "rate": ("9,615",), "sixteen": ("601",), "tau": ("44.2 ms",),
        "burst": ("59.5%",), "amplitude": ("10",), "asymmetry": ("0.5",), "fewest": ("1,049",),
        "needed": ("3,400",),
    }  # fmt: skip
    assert cards["kind"]["zc"] == ("raw signals alone",)
    assert cards["kind"]["rms"] == ("raw signals and envelopes",)
    assert set(cards["slip"]) == {f"e4-0{k}" for k in range(1, 8)}
