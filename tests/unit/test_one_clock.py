"""OneClock: what each frame of the face shows of stages that are faster or slower than it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from fau_teach.capstone import Stage, Times, micro_smile
from fau_teach.clip import sampled
from fau_teach.widgets import FIGURES, OneClock
from fau_teach.widgets.one_clock import by_frame, one_clock_data


def stage(values: Any, rate: float, name: str = "video", found: Any = (0.1, 0.2, 0.3)) -> Stage:
    return Stage(name, "px", np.asarray(values, float), rate, Times(*found), Times(0.1, 0.2, 0.3),
                 "skin", ("S0-100",), "03-labelling/3-key-frames")  # fmt: skip


@pytest.fixture
def truth() -> Any:
    """A script alone: the figure asks for nothing else of what was planted."""
    return SimpleNamespace(shown=micro_smile(), clip=micro_smile())


def test_a_fast_stage_gives_lowest_and_highest_of_each_frame() -> None:
    low, high = by_frame(stage([3, 1, 2, 6, 5, 4, 9, 7, 8], 90), 3, 30)
    assert (low, high) == ([1, 4, 7], [3, 6, 9])


def test_a_stage_of_the_same_rate_is_itself() -> None:
    low, high = by_frame(stage([1, 5, 2], 120), 3, 120)
    assert low == high == [1, 5, 2]


def test_a_slow_stage_keeps_its_value_until_the_next() -> None:
    low, high = by_frame(stage([1, 5, 2], 30), 12, 120)
    assert low == high == [1] * 4 + [5] * 4 + [2] * 4


def test_after_the_end_the_last_value_stands() -> None:
    for rate in (30, 120, 2000):
        low, high = by_frame(stage([1, 5, 2], rate), 20, 120)
        assert low[-1] == high[-1] == 2


def test_rounded_to_three_digits() -> None:
    assert by_frame(stage([0.12349, 2 / 3], 1), 2, 1)[0] == [0.123, 0.667]


@given(
    values=st.lists(st.integers(-99, 99), min_size=1, max_size=60),
    rate=st.sampled_from([7.5, 30, 120, 240, 2000]),
    fps=st.sampled_from([25, 30, 120]),
)
def test_no_value_is_lost_or_made_up(values: list[int], rate: float, fps: float) -> None:
    frames = int(len(values) / rate * fps) + 1
    low, high = by_frame(stage(values, rate), frames, fps)
    assert len(low) == len(high) == frames
    assert all(a <= b for a, b in zip(low, high, strict=True))
    assert {*low, *high} <= {*values}
    if rate >= fps:  # each value lies in a frame; a slower stage can fall between two
        assert (min(low), max(high)) == (min(values), max(values))


def test_data_hold_the_face_as_late_as_its_skin_and_times_in_milliseconds(truth: Any) -> None:
    data = one_clock_data(truth, [stage([0, 30, 0], 30, found=(0.11, 0.2, 0.2501))])
    assert data["drive"] == sampled(micro_smile())
    (one,) = data["stages"]
    assert (one["found"], one["true"]) == ([110, 200, 250.1], [100, 200, 300])
    assert one["late"] == [10, 0, -49.9]
    assert len(one["low"]) == len(one["high"]) == data["drive"]["frames"] == 96
    assert json.loads(json.dumps(data)) == data


@pytest.mark.parametrize(("most", "digits"), [(300, 0), (20, 0), (19, 1), (2, 1), (1.9, 2)])
def test_small_curves_are_told_with_more_digits(truth: Any, most: float, digits: int) -> None:
    (one,) = one_clock_data(truth, [stage([0, most, 0], 30)])["stages"]
    assert one["round"] == digits


def test_fallback_is_the_table_and_rounds_halves_up_as_the_browser_does(truth: Any) -> None:
    stages = [stage([0, 1, 0], 30, "EMG, raw", (0.3145, 0.4155, 0.5)),
              stage([0, 1, 0], 30, "a < b", (0.0996, 0.2, 0.3))]  # fmt: skip
    table = BeautifulSoup(OneClock(truth, stages).fallback_html(), "html.parser")
    rows = [[cell.get_text() for cell in row.select("th, td")] for row in table.select("tbody tr")]
    assert rows == [
        ["EMG, raw", "315", "416", "500", "+215, +216, +200"],
        ["a < b", "100", "200", "300", "+0, +0, +0"],
    ]


def test_the_page_gets_face_curves_and_a_name(truth: Any) -> None:
    assert FIGURES["one_clock"] is OneClock
    figure = OneClock(truth, [stage([0, 1, 0], 30)])
    shown = BeautifulSoup(figure.static_html(), "html.parser")
    root = shown.select_one("[data-figure=one_clock]")
    assert root
    state = json.loads(root.select_one("script").string)
    assert state["label"] == "One micro-expression, measured in every way"
    assert state["face"] == micro_smile().identity
    assert OneClock(truth, [], label="Mine").label == "Mine"
    style = OneClock.style_text()
    assert ".ntl-one-clock" in style
    assert ".ntl-viewer" in style
