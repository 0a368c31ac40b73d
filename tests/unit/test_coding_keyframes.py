"""Key frames of a curve: S0-100."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach import clip
from fau_teach.clip.key_tables import shipped
from fau_teach.coding import CodingError
from fau_teach.coding.keyframes import KeyFrames, key_frames


def triangle(onset: int, apex: int, offset: int, frames: int = 50) -> list[float]:
    rise, fall = apex - onset, offset - apex
    return [
        max(0.0, min((at - onset) / rise, (offset - at) / fall)) for at in range(frames)
    ]  # fmt: skip


def times(found: tuple[KeyFrames, ...]) -> list[tuple[int | None, int, int | None]]:
    return [(one.onset, one.apex, one.offset) for one in found]


def test_S0_100_triangle() -> None:
    (one,) = key_frames(triangle(10, 20, 35), 30, 0.05)
    assert abs((one.onset or 0) - 10) <= 1
    assert one.apex == 20
    assert abs((one.offset or 0) - 35) <= 1
    assert one.peak == 1
    assert not one.censored
    assert one.duration is not None
    assert one.duration.frames == 24
    assert one.rise is not None
    assert one.rise.ms == 300


def test_plateau_has_its_apex_in_the_first_frame() -> None:
    curve = [0, 0, 1, 2, 2, 2, 1, 0]
    assert times(key_frames(curve, 30, 1)) == [(2, 3, 7)]
    noisy = [0, 0, 1, 1.95, 2, 1.98, 1, 0]
    assert times(key_frames(noisy, 30, 1)) == [(2, 4, 7)]
    assert times(key_frames(noisy, 30, 1, plateau=0.05)) == [(2, 3, 7)]


def test_edges_are_censored() -> None:
    (one,) = key_frames([2, 1, 0], 30, 1)
    assert (one.onset, one.apex, one.offset, one.first, one.last) == (None, 0, 2, 0, 1)
    assert one.censored
    assert one.duration is one.rise is None
    (one,) = key_frames([0, 1, 2], 30, 1)
    assert (one.onset, one.offset) == (1, None)
    assert one.rise is not None
    assert one.duration is None
    assert times(key_frames([0, 1, None, 1, float("nan"), 0, 3, 0], 30, 1)) == [
        (1, 1, None), (None, 3, None), (6, 6, 7),
    ]  # fmt: skip


def test_hysteresis_joins_and_least_drops() -> None:
    curve = [0, 3, 1, 3, 0, 0, 3, 0]
    assert times(key_frames(curve, 30, 2)) == [(1, 1, 2), (3, 3, 4), (6, 6, 7)]
    assert times(key_frames(curve, 30, 2, low=1)) == [(1, 1, 4), (6, 6, 7)]
    assert times(key_frames(curve, 30, 2, low=1, least=2)) == [(1, 1, 4)]
    assert key_frames([1, 1, 1], 30, 2, low=1) == ()
    # The tails below the threshold move neither onset nor offset.
    assert times(key_frames([0, 1, 2, 1, 0], 30, 2, low=1)) == [(2, 2, 3)]


def test_smoothing_removes_a_spike_and_leaves_slopes() -> None:
    curve = [0.0] * 10
    curve[5] = 9
    assert key_frames(curve, 30, 1)
    assert key_frames(curve, 30, 1, smooth=1) == ()
    for width in (1, 2, 3):
        (one,) = key_frames(triangle(10, 25, 45, 60), 30, 0.3, smooth=width)
        (plain,) = key_frames(triangle(10, 25, 45, 60), 30, 0.3)
        assert (one.onset, one.offset) == (plain.onset, plain.offset)
        assert abs(one.apex - plain.apex) <= 1


@given(
    st.lists(st.one_of(st.none(), st.floats(-5, 5)), max_size=60),
    st.floats(0.1, 4), st.floats(0, 1), st.integers(1, 3), st.integers(0, 3),
)  # fmt: skip
def test_events_keep_order_and_do_not_overlap(
    curve: list[float | None], threshold: float, share: float, least: int, smooth: int
) -> None:
    low = max(threshold * share, 1e-3)
    found = key_frames(curve, 25, threshold, low=low, least=least, smooth=smooth)
    for one in found:
        assert one.first <= one.apex <= one.last < len(curve)
        assert one.onset in (None, one.first)
        assert one.offset in (None, one.last + 1)
        assert one.peak >= threshold
        assert one.last - one.first + 1 >= least
    assert all(a.last < b.first for a, b in pairwise(found))
    assert len(key_frames(curve, 25, threshold)) >= len(key_frames(curve, 25, threshold, low=low))


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("fps", {"fps": 0}), ("threshold", {"threshold": 0}), ("low", {"low": 2}),
        ("least", {"least": 0}), ("smooth", {"smooth": -1}), ("plateau", {"plateau": 2}),
        (r"curve\[1\]", {"curve": [0, "1"]}), (r"curve\[0\]", {"curve": [float("inf")]}),
        (r"curve\[0\]", {"curve": [True]}),
    ],
)  # fmt: skip
def test_refusals_name_the_place(place: str, change: dict[str, object]) -> None:
    with pytest.raises(CodingError, match=place):
        key_frames(**{"curve": [0, 1], "fps": 30, "threshold": 1, **change})  # type: ignore[arg-type]


def test_the_detector_finds_the_key_of_clips() -> None:
    """On what a single movement shows, onset, apex and offset are those of the key."""
    what, dice = shipped(), Random(1)
    found = {"n": 0, "all": 0, "onset": 0, "events": 0}
    for seed in range(40):
        one = clip.sample(difficulty="easy", seed=seed)
        key, drive = one.key(), one.drive()
        for item in key.items:
            alone = [move for move in one.movements if move.code == item.code]
            if item.by or len(alone) != 1 or item.code == "45":
                continue
            rows = zip(*(drive[item.code, side] for side in alone[0].sides), strict=True)
            both = not alone[0].side
            curve = [
                what.amount(item.code, item.code, max(row), min(row) if both else 0.0)
                for row in rows
            ]
            limit = what.limit(item.code, key.threshold)
            spans = key_frames(curve, key.fps, limit)
            found["n"] += 1
            found["all"] += any(
                abs((each.onset or 0) - item.onset) <= 1
                and abs(each.apex - item.apex) <= 1
                and abs((each.offset or 0) - item.offset) <= 1
                for each in spans
            )
            noisy = [value + dice.gauss(0, 0.1) for value in curve]
            again = key_frames(noisy, key.fps, limit, low=limit / 2, least=3, smooth=2)
            found["events"] += len(again) == 1
            found["onset"] += any(abs(each.first - item.onset) <= 1 for each in again)
    assert found["n"] > 60
    assert found["all"] >= 0.97 * found["n"]
    assert min(found["onset"], found["events"]) >= 0.9 * found["n"]
