"""One coded event: order of key frames, times and rounding, refusals."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from coding_strategies import events
from hypothesis import given
from hypothesis import strategies as st

from fau_teach import facs, micro
from fau_teach.coding import CERTAINTIES, KINDS, CodingError, Event, Timing

PLAIN = {
    "coder": "A", "subject": "s1", "clip": "c1", "fps": 30, "onset": 10, "apex": 14, "offset": 20,
    "aus": "L12C+25",
}  # fmt: skip


def event(**fields: object) -> Event:
    return Event(**{**PLAIN, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("coder", 7, "not a text"),
        ("coder", "A\nB", "line breaks"),
        ("subject", " s1", "spare spaces"),
        ("clip", "", "empty"),
        ("clip", "c\x00", "character 2"),
        ("clip", "c\ud800", "character 2"),
        ("notes", "\x1b", "character 1"),
        ("notes", None, "not a text"),
        ("fps", 0, "0.1"),
        ("fps", float("nan"), "nan"),
        ("fps", True, "True"),
        ("onset", -1, "-1"),
        ("onset", None, "None"),
        ("onset", 1.5, "1.5"),
        ("onset", True, "True"),
        ("onset", 10**10, "10000000000"),
        ("apex", 9, "apex 9 lies before onset 10"),
        ("offset", 13, "offset 13 lies before apex 14"),
        ("kind", "Micro", "unknown"),
        ("kind", None, "unknown"),
        ("certainty", "sure", "unknown"),
        ("aus", "12+x", "position 4"),
        ("aus", None, "not a text"),
        ("aus", "999", "999"),
    ],
)
def test_every_refusal_names_field_problem_and_remedy(
    field: str, value: object, problem: str
) -> None:
    with pytest.raises(CodingError) as caught:
        event(**{field: value})
    assert caught.value.place == field
    assert problem in str(caught.value)
    assert caught.value.advice
    assert pickle.loads(pickle.dumps(caught.value)).args == caught.value.args


def test_offset_before_onset_where_there_is_no_apex() -> None:
    with pytest.raises(CodingError, match="offset 9 lies before onset 10"):
        event(apex=None, offset=9)
    assert event(apex=10, offset=10).duration == Timing(0, 30)


@given(events())
def test_key_frames_are_in_order_and_the_score_is_kept_as_written(one: Event) -> None:
    known = [frame for frame in (one.onset, one.apex, one.offset) if frame is not None]
    assert known == sorted(known)
    assert one.last == known[-1]
    assert str(one.score) == str(facs.parse(one.aus))
    assert one.codes == one.score.codes
    assert one.but() == one
    assert pickle.loads(pickle.dumps(one)) == one
    assert hash(one) == hash(one.but())
    assert one.clip in str(one)
    for name in (one.kind, one.certainty):
        assert name in (*KINDS, *CERTAINTIES)


@given(st.integers(0, 5000), st.floats(1, 1000))
def test_a_span_of_frames_has_its_range_in_ms(frames: int, fps: float) -> None:
    one = Timing(frames, fps)
    assert one.low_ms <= one.ms <= one.high_ms
    assert one.high_ms - one.ms == pytest.approx(1000 / fps)
    assert one.low_ms >= 0
    assert f"{frames} frame" in str(one)


def test_times_in_words() -> None:
    assert str(Timing(1, 25)) == "1 frame = 40 ms at 25 fps (0 to 80 ms)"
    assert str(Timing(6, 30)) == "6 frames = 200 ms at 30 fps (167 to 233 ms)"
    assert str(event(id="e1", apex=None)) == "e1: c1 by A: ▲10 ◆? ▼20 L12C+25"
    assert event().ms(15) == 500
    assert event().duration == Timing(10, 30)
    assert event().rise == Timing(4, 30)
    assert event(offset=None).duration is None
    assert event(apex=None).rise is None
    assert event(apex=None, offset=None).last == 10


@pytest.mark.parametrize(
    ("frames", "definition", "counted", "spread"),
    [
        (15, "total500", True, (True, False)),
        (14, "total500", True, (True, True)),
        (16, "total500", False, (True, False)),
        (17, "total500", False, (False, False)),
        (6, "classic", True, (True, False)),
        (1, "classic", False, (False, True)),
        (7, "onset260", True, (True, False)),
    ],
)
def test_micro_by_a_chosen_definition_with_what_frames_leave_open(
    frames: int, definition: str, counted: bool, spread: tuple[bool, bool]
) -> None:
    one = event(apex=10 + frames, offset=10 + frames)
    assert one.micro_by(definition) is counted
    assert one.micro_range(definition) == spread
    assert one.micro_by(definition) is micro.definition(definition).holds(frames / 30, frames / 30)


def test_micro_says_nothing_where_the_key_frame_is_missing() -> None:
    assert event(offset=None).micro_by() is None
    assert event(offset=None).micro_range() == (None, None)
    assert event(apex=None).micro_by("onset260") is None
    with pytest.raises(CodingError, match="total500"):
        event().micro_by("total50")


def test_frames_from_a_numpy_table_become_plain_numbers() -> None:
    one = event(onset=np.int64(10), apex=np.int32(14), offset=None)
    assert one == event(offset=None)
    assert [type(frame) for frame in (one.onset, one.apex)] == [int, int]
    with pytest.raises(CodingError, match="onset"):
        event(onset=np.float64(10))
