"""Numbers and verdicts in the quiz of chapter 3, computed with what readers use themselves."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from fau_teach import agreement, coding, emotion, facs, micro, training
from fau_teach.coding import Event

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

import items  # noqa: E402

QUIZ = {item["id"]: item for item in items.quiz("03-labelling")}
BOUNDS = {"total500": "at most 500 ms in all", "onset260": "at most 260 ms to the apex"}


def right(name: str) -> str:
    (found,) = [one["text"] for one in QUIZ[name]["options"] if one["correct"]]
    return found


def numbers(name: str) -> list[float]:
    return [QUIZ[name]["answer"], *(trap["answer"] for trap in QUIZ[name]["traps"])]


def event(
    onset: int, apex: int | None, offset: int | None, fps: float = 30, aus: str = "?"
) -> Event:
    return Event("a", "s", "clip", fps, onset, apex, offset, aus)


def test_inventory_s0_100_triangle() -> None:
    one = event(10, 20, 35)
    assert one.duration
    assert one.rise
    total, rise, fence, fall, frames = numbers("triangle")
    assert total == pytest.approx(one.duration.ms, abs=0.1)
    assert rise == pytest.approx(one.rise.ms, abs=0.1)
    assert fence == pytest.approx(one.duration.high_ms, abs=0.1)
    assert fall == pytest.approx(total - rise, abs=0.1)
    assert frames == one.duration.frames


def test_six_frames_at_30_fps_leave_the_classic_bound_open() -> None:
    one = event(40, None, 46)
    assert set(one.micro_range("classic")) == {True, False}
    assert "167 to 233 ms" in str(one.duration)
    assert right("undecided") == "These frames cannot tell"


def test_e0_27_bounds_of_four_events() -> None:
    def told(total: float, rise: float) -> str:
        held = micro.classify(total / 1000, rise / 1000)
        names = [name for name in BOUNDS if held[name]]
        if held["classic"]:
            return "all three" if len(names) == 2 else "?"
        return "both of Yan 2013" if len(names) == 2 else BOUNDS[names[0]]

    for pair in QUIZ["who-is-micro"]["pairs"]:
        total, rise = map(int, re.findall(r"\d+", pair["left"]))
        assert pair["right"] == told(total, rise)


def test_s0_098_fusion_and_conflicts() -> None:
    for pair in QUIZ["fusion"]["pairs"]:
        found = coding.fuse(*pair["left"].split(", "))
        how = f"{found.confidence} confidence"
        told = f"{found.label}, {'low, a person reviews' if found.review else how}"
        assert pair["right"] == told
    table = coding.truth_table()
    votes = [{one.au, one.material, one.self_report} - {"none"} for one in table]
    three = ["none" not in (one.au, one.material, one.self_report) for one in table]
    answer, full, unlike, review = numbers("conflicts")
    assert review == sum(one.fused.review for one in table)
    assert answer == sum(len(each) == 2 for each in votes)
    assert full == sum(len(each) == 2 and all_ for each, all_ in zip(votes, three, strict=True))
    assert unlike == sum(len({one.au, one.material, one.self_report}) > 1 for one in table)


def test_s0_099_habits() -> None:
    for option in QUIZ["habit"]["options"]:
        brow, *cause = [
            (code, int(first), int(last))
            for code, first, last in re.findall(
                r"(AU4|blink|sniff) (?:frames )?(\d+) to (\d+)", option["text"]
            )
        ]
        codes = {"AU4": "4", "blink": "45", "sniff": "40"}
        events = [event(first, None, last, aus=codes[code]) for code, first, last in (brow, *cause)]
        flagged = coding.habits(events, within_ms=100, longest_ms=1000)
        assert bool(flagged) == option["correct"], option["text"]


def test_e0_28_and_sx_02_others_and_contempt() -> None:
    assert coding.classes("Others").six is None
    assert right("others") == "A “not” is missing"
    assert coding.classes("contempt").four is None
    with pytest.raises(emotion.EmotionError, match="no counterpart"):
        emotion.convert("contempt", "seven_contempt", "seven_others")


def test_none_is_not_unknown() -> None:
    assert facs.parse("null").state == "none"
    assert facs.parse("?").state == "unknown"
    assert facs.parse("12?").codes == {"12"}


def test_s0_103_index() -> None:
    first, second = "1+2+5+6+12", "5+6+12"
    used, jaccard, printed, half = numbers("dice")
    assert used == agreement.index(first, second).value
    assert jaccard == agreement.jaccard(first, second).value
    assert printed == pytest.approx(agreement.index(first, second, variant="printed").value)
    assert half == used / 2
    for pair in QUIZ["two-readings"]["pairs"]:
        sets = [set(one.split(", ")) for one in re.findall(r"\{(.+?)\}", pair["left"])]
        told = dict(re.findall(r"(printed|used) ([\d.]+)", pair["right"]))
        for variant, value in told.items():
            found = agreement.index(*sets, variant=variant).value
            assert found == pytest.approx(float(value), abs=0.005)
    assert agreement.index("4", "4", "1").value == float(right("three-coders"))


def test_s0_104_pooled_and_kappa() -> None:
    clips = [("1+2", "1+2+5"), ("4", "4"), ("6+12", "12"), ("4+7", "9")]
    pooled, mean, printed, _ = numbers("pooled")
    assert pooled == pytest.approx(agreement.pooled_index(clips).value, abs=1e-4)
    assert mean == pytest.approx(agreement.mean_index(clips).value, abs=1e-4)
    doubled = agreement.pooled_index(clips, variant="printed").value
    assert printed == pytest.approx(doubled, abs=1e-4)
    ratings = [
        re.search(rf"Coder {number}: ([A-Z ]+)\.", QUIZ["kappa"]["question"])[1].split()
        for number in (1, 2)
    ]
    value, observed, chance, gain = numbers("kappa")
    assert value == pytest.approx(agreement.kappa(*ratings).value, abs=1e-3)
    assert observed == agreement.percent(*ratings).value
    assert gain == pytest.approx(observed - chance)


def test_base_rate_paradox_and_constant_column() -> None:
    both, first, second, neither = 14, 7, 7, 972
    assert f"neither in {neither}" in QUIZ["paradox"]["question"]
    one = [1] * (both + first) + [0] * (second + neither)
    two = [1] * both + [0] * first + [1] * second + [0] * neither
    assert agreement.percent(one, two).value == pytest.approx(0.986)
    assert agreement.kappa(one, two).value == pytest.approx(0.66, abs=0.005)
    assert agreement.ac1([one, two]).value == pytest.approx(0.985, abs=5e-4)
    empty = [0] * 60
    for found in (agreement.kappa(empty, empty), agreement.ac1([empty, empty])):
        assert found.value is None
    assert right("constant") == "Undefined"


def test_a_constant_shift_of_grades_lowers_icc() -> None:
    ratings = [["A", "B", "C"], ["B", "C", "D"]]
    found = agreement.icc(ratings).value
    assert found is not None
    assert found < 1
    assert right("grades") == "ICC(A,1)"


def test_overlap_and_split() -> None:
    answer, *_ = numbers("iou")
    assert answer == agreement.iou((10, 20), (15, 25))
    found = agreement.match([(0, 29)], [(0, 13), (16, 29)], 0.5)
    assert (len(found.pairs), len(found.missed), len(found.added)) == (0, 1, 2)
    assert right("split") == "No match, 1 missed, 2 added"


def test_codes_of_what_is_out_of_sight() -> None:
    for pair in QUIZ["unseen-part"]["pairs"]:
        name = facs.au(pair["left"]).name.lower()
        words = pair["right"].split(" ")
        told = {"brows": "brows", "eyes": "eyes", "lower": "lower", "the": "entire", "in": "unsc"}
        assert told[words[0]] in name


def test_cost_of_a_minute_and_what_is_forgotten() -> None:
    once = 60 * 200 * 0.5 / 3600
    answer, first, no_second_pass, no_second_coder, seconds, minutes = numbers("cost")
    assert answer == pytest.approx(once * 1.35)
    assert [first, no_second_pass, no_second_coder] == pytest.approx(
        [once, once * 1.25, once * 1.1], abs=1e-3
    )
    assert (seconds, minutes) == pytest.approx((answer * 3600, answer * 60))


def test_drift_between_two_flashes() -> None:
    first, last, after, apart = 250, 430, 10, 30
    answer, none, middle, drift, end = numbers("drift")
    assert answer == first + (last - first) * after / apart
    assert (none, middle, drift, end) == (first, (first + last) / 2, answer - first, last)


def test_the_bar_lies_inside_the_interval_of_the_mock_score() -> None:
    value, low, high, bar = map(float, re.findall(r"\.\d+", QUIZ["mock-interval"]["question"]))
    assert bar == training.PASS
    assert low < bar < value < high
    assert right("mock-interval") == "On other clips she may pass or fail"


def test_order_of_overlaps() -> None:
    values = []
    for option in QUIZ["overlaps"]["options"]:
        first, last = map(int, re.findall(r"\d+", option["text"]))
        values.append(agreement.iou((10, 19), (first, last)))
        assert f"{values[-1]:.2f}".lstrip("0") in option["feedback"]
    assert values == sorted(set(values), reverse=True)
