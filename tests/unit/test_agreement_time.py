"""Overlap, one-to-one matching, timing errors, and spotting scores."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach.agreement import (
    FAULTS,
    CodedClip,
    Segment,
    Spot,
    frame_kappa,
    iou,
    kappa,
    match,
    spotting,
    strs,
    timing_errors,
    tolerance_curve,
)
from fau_teach.agreement.timing import TOLERANCES

SPANS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 20)).map(lambda one: (one[0], sum(one))),
    max_size=7,
)


def test_frames_are_inclusive() -> None:
    assert iou((0, 9), (5, 14)) == pytest.approx(5 / 15)
    assert iou((3, 3), (3, 3)) == 1
    assert iou((0, 4), (5, 9)) == 0
    assert iou(Segment(0, 4, None), (0, 4)) == 1  # without offset, the last key frame known
    assert iou(Segment(3), (3, 3)) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: iou((4, 3), (0, 1)), "is no span"),
        (lambda: match([], [], 0), "is no overlap"),
        (lambda: Segment(5, 4, 9), "out of order"),
        (lambda: CodedClip("c", "", 0, None, {}), "no frame rate"),
        (lambda: CodedClip("c", "", 30, 9, {"A": (Segment(5, 6, 9),)}), "frame 9 is scored"),
        (lambda: tolerance_curve([], "end"), "no key frame"),
        (lambda: frame_kappa([Segment(0, 1, 9)], [], 9), "frame 9 is scored|Frame 9 is scored"),
        (lambda: Spot("s", "v", 5, 4), "Exchange them"),
        (lambda: Spot("s", "v", 5, 6, kind="tiny"), "no kind"),
    ],
)
def test_refusals(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@given(SPANS, SPANS, st.sampled_from([0.1, 0.3, 0.5, 1.0]))
def test_matching_is_the_best_there_is(
    first: list[tuple[int, int]], second: list[tuple[int, int]], least: float
) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    table = np.array([[iou(a, b) for b in second] for a in first]).reshape(len(first), len(second))
    worth = np.where(table >= least, 100 + table, 0)
    rows, columns = optimize.linear_sum_assignment(worth, maximize=True)
    best = [(i, j) for i, j in zip(rows, columns, strict=True) if worth[i, j]]
    found = match(first, second, least)
    assert len(found.pairs) == len(best)
    assert sum(table[i, j] for i, j in found.pairs) == pytest.approx(
        sum(table[i, j] for i, j in best)
    )
    assert {i for i, _ in found.pairs} | set(found.missed) == set(range(len(first)))
    assert {j for _, j in found.pairs} | set(found.added) == set(range(len(second)))
    back = match(second, first, least)
    assert sum(table[i, j] for j, i in back.pairs) == pytest.approx(
        sum(table[i, j] for i, j in best)
    )


def test_more_pairs_go_before_more_overlap() -> None:
    # The best single overlap would leave the others alone.
    first, second = [(0, 9), (6, 13)], [(5, 12), (0, 7)]
    found = match(first, second, 0.3)
    assert found.pairs == ((0, 1), (1, 0))
    assert found.precision.value == found.recall.value == found.f1.value == 1


def test_scores_of_a_matching() -> None:
    found = match([(0, 9), (20, 29)], [(0, 9), (50, 59), (70, 79)])
    assert (found.missed, found.added) == ((1,), (1, 2))
    assert found.precision.value == pytest.approx(1 / 3)
    assert found.recall.value == pytest.approx(1 / 2)
    assert found.f1.value == pytest.approx(2 / 5)
    empty = match([], [])
    for one in (empty.precision, empty.recall, empty.f1):
        assert one.undefined


def test_timing_errors_have_a_sign_and_a_size() -> None:
    pairs = [
        (Segment(10, 15, 20), Segment(12, 15, None), 100.0),
        (Segment(10, None, 20), Segment(9, 15, 24), 100.0),
    ]
    onset, apex, offset = timing_errors(pairs)
    assert onset.n == 2
    assert onset.frames.value == pytest.approx(0.5)
    assert onset.ms.value == pytest.approx(5)
    assert onset.absolute_frames.value == pytest.approx(1.5)
    assert onset.absolute_ms.value == pytest.approx(15)
    assert [one.value for one in onset.within] == [0.5, 1, 1, 1, 1]
    assert (apex.n, apex.ms.value) == (1, 0)
    assert (offset.n, offset.absolute_frames.value) == (1, 4)
    assert [one.value for one in offset.within] == [0, 0, 1, 1, 1]
    assert tolerance_curve(pairs) == onset.within
    assert [name for name, _ in TOLERANCES] == ["1 frame", "1/30 s", "1/6 s", "1/3 s", "1/2 s"]
    assert timing_errors([])[0].ms.undefined.startswith("no matched event")


def test_a_frame_at_30_fps_is_within_a_30th() -> None:
    pairs = [(Segment(10), Segment(11), 30.0), (Segment(10), Segment(15), 30.0)]
    assert [one.value for one in tolerance_curve(pairs)] == [0.5, 0.5, 1, 1, 1]


SEGMENTS = st.lists(
    st.builds(
        lambda at, size, score: Segment(at, None, at + size, score),
        st.integers(0, 15), st.integers(0, 9), st.sampled_from(["1", "1+2", "2", "null", "?"]),
    ),
    max_size=4,
)  # fmt: skip


@given(SEGMENTS, SEGMENTS, st.sampled_from(["", "1"]))
def test_frame_kappa_is_kappa_of_the_frames(
    first: list[Segment], second: list[Segment], code: str
) -> None:
    def film(segments: list[Segment]) -> list[bool]:
        on = [
            one for one in segments
            if (code in one.scored.codes if code else one.scored.state != "none")
        ]  # fmt: skip
        return [any(one.span[0] <= at <= one.span[1] for one in on) for at in range(25)]

    ours = frame_kappa(first, second, 25, code)
    theirs = kappa(film(first), film(second))
    assert ours.value == (None if theirs.value is None else pytest.approx(theirs.value))


def test_frame_kappa_says_why_not() -> None:
    assert frame_kappa([], [], 9).undefined == "both coders saw movement in no frame"
    whole = [Segment(0, None, 8)]
    assert frame_kappa(whole, whole, 9).undefined == "both coders saw movement in every frame"
    assert frame_kappa([], [], 0).undefined == "there are no frames"


def spot(video: str, onset: int, offset: int, emotion: str = "x", kind: str = "") -> Spot:
    subject, name = video.split("/")
    return Spot(subject, name, onset, offset, emotion, kind)


# What is found, what is true, and what the fault changes: (published, ours) of some figure.
CASES: dict[str, tuple[list[Spot], list[Spot], Any, tuple[Any, Any]]] = {
    "first-come": (
        [spot("1/a", 0, 9), spot("1/a", 0, 5)],
        [spot("1/a", 0, 7), spot("1/a", 3, 12)],
        lambda s: s.spotting.overall.added, (1, 0),
    ),
    "several-truths": (
        [spot("1/a", 0, 19)],
        [spot("1/a", 0, 9), spot("1/a", 10, 19)],
        lambda s: s.spotting.overall.hits, (2, 1),
    ),
    "silent-subjects": (
        [spot("1/a", 0, 9)],
        [spot("1/a", 0, 9), spot("2/a", 0, 9)],
        lambda s: s.spotting.overall.missed, (0, 1),
    ),
    "eventless-videos": (
        [spot("1/a", 0, 9), spot("1/b", 0, 9)],
        [spot("1/a", 0, 9)],
        lambda s: s.spotting.overall.added, (0, 1),
    ),
    "uar-of-precision": (
        [spot(f"1/{name}", 0, 9, emotion) for name, emotion in zip("abcd", "xxxy", strict=True)],
        [spot(f"1/{name}", 0, 9, emotion) for name, emotion in zip("abcd", "xxyy", strict=True)],
        lambda s: s.uar.value, (pytest.approx(5 / 6), 0.75),
    ),
    "empty-classes": (
        [spot("1/a", 0, 9, "x"), spot("1/b", 0, 9, "y")],
        [spot("1/a", 0, 9, "x"), spot("1/b", 0, 9, "y"), spot("1/c", 0, 9, "z")],
        lambda s: s.uf1.value, (pytest.approx(2 / 3), 1),
    ),
    "one-class": (
        [spot("1/a", 0, 9, "x")],
        [spot("1/a", 0, 9, "x")],
        lambda s: s.uf1.value, (0, 1),
    ),
    "nothing-right": (
        [spot("1/a", 0, 9, "x"), spot("1/b", 0, 9, "y")],
        [spot("1/a", 0, 9, "y"), spot("1/b", 0, 9, "x")],
        lambda s: s.score.value, (None, 0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_each_fault_changes_a_figure(fault: Any) -> None:
    found, true, figure, expected = CASES[fault.id]
    modes = [figure(strs(found, true, compat=compat)) for compat in (True, False)]
    assert tuple(modes) == expected
    assert modes[0] != modes[1]
    assert fault.official
    assert fault.ours


def test_the_order_of_predictions_does_not_matter_to_us() -> None:
    found, true, *_ = CASES["first-come"]
    assert strs(found, true).score.value == strs(found[::-1], true).score.value
    modes = [strs(one, true, compat=True).spotting.overall.added for one in (found, found[::-1])]
    assert modes[0] != modes[1]


def test_score_is_the_product() -> None:
    found = [spot("1/a", 0, 9, "x"), spot("1/b", 0, 9, "y"), spot("1/b", 50, 59, "y")]
    true = [spot("1/a", 0, 9, "x"), spot("1/b", 0, 9, "x"), spot("2/b", 0, 9, "y")]
    made = strs(found, true)
    assert made.spotting.overall.f1.value == pytest.approx(2 / 3)
    assert made.precision.value == pytest.approx(1 / 2)
    assert made.recall.value == pytest.approx(1 / 4)
    assert made.f1.value == pytest.approx(1 / 3)
    assert made.score.value == pytest.approx(2 / 9)


def test_nothing_spotted_scores_0_and_nothing_to_spot_is_undefined() -> None:
    none = strs([], [spot("1/a", 0, 9)])
    assert (none.score.value, none.score.note) == (0, "no event was spotted")
    assert none.f1.undefined == "no event was spotted"
    assert strs([], []).score.undefined == "there are no events"
    assert strs([], [spot("1/a", 0, 9)], compat=True).score.value is None


def test_kinds_do_not_find_each_other() -> None:
    found = [spot("1/a", 0, 9, kind="micro"), spot("1/a", 30, 49, kind="macro")]
    true = [spot("1/a", 0, 9, kind="macro"), spot("1/a", 30, 49, kind="macro")]
    made = spotting(found, true)
    assert made.micro is not None
    assert made.macro is not None
    assert made.micro.f1.value == 0
    assert made.macro.f1.value == pytest.approx(2 / 3)
    assert made.overall.f1.value == pytest.approx(1 / 2)
    assert len(made.hits) == 1
    plain = spotting(found, [spot("1/a", 0, 9), *true[1:]])
    assert plain.micro is plain.macro is None
    assert plain.overall.f1.value == 1


def test_long_films_match_quickly() -> None:
    made = random.Random(2)
    first = [(at, at + made.randrange(7, 30)) for at in range(0, 9000, 15)]
    second = [(a + made.randrange(-3, 4), b + made.randrange(-3, 4)) for a, b in first]
    found = match(first, second, 0.3)
    assert found.f1.value is not None
    assert found.f1.value > 0.9
