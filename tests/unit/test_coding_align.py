"""How much later one series is than another."""

from __future__ import annotations

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach.coding import CodingError, lag

PULSE = [0.0, 1.0, 3.0, 1.0, 0.0]


def at(place: int, length: int = 120) -> list[float]:
    return [PULSE[n - place] if 0 <= n - place < len(PULSE) else 0.0 for n in range(length)]


@given(st.integers(-20, 20), st.sampled_from([1.0, 25.0, 29.97, 1000.0]))
def test_a_shift_comes_back(shift: int, rate: float) -> None:
    found = lag(at(50), at(50 + shift), rate, longest_s=20 / rate)
    assert found.samples == shift
    assert found.ms == pytest.approx(1000 * shift / rate)
    assert found.r == pytest.approx(1)


@given(st.floats(0.01, 1e4), st.floats(-1e3, 1e3), st.integers(-5, 5))
def test_units_and_zero_of_a_series_do_not_matter(scale: float, zero: float, shift: int) -> None:
    second = [scale * value + zero for value in at(50 + shift)]
    assert lag(at(50), second, 10).samples == shift


@given(st.sets(st.integers(0, 119), max_size=40), st.sampled_from([None, nan]))
def test_unknown_samples_are_left_out(gaps: set[int], unknown: float | None) -> None:
    second = [unknown if n in gaps else value for n, value in enumerate(at(53))]
    if {54, 55, 56}.isdisjoint(gaps):
        assert lag(at(50), second, 10).samples == 3


def test_of_equal_shifts_the_smallest_counts() -> None:
    comb = [float(n % 10 == 0) for n in range(100)]
    assert lag(comb, comb, 10, longest_s=3).samples == 0


def test_it_says_how_well_it_knows() -> None:
    assert str(lag(at(50), at(55), 100, longest_s=0.2)) == "+5 samples = +50 ms, ±5 ms (r = 1.00)"


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        (PULSE, at(50), "first"),
        (at(50), [], "second"),
        (at(50), [2.0] * 120, "nothing changes"),
        (at(50), [None] * 120, "nothing changes"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    first: list[float], second: list[float], place: str
) -> None:
    with pytest.raises(CodingError, match=place):
        lag(first, second, 10)


@pytest.mark.parametrize(("rate", "longest"), [(0, 1), (nan, 1), (10, -1), (10, nan), (True, 1)])
def test_impossible_numbers_are_refused(rate: float, longest: float) -> None:
    with pytest.raises(CodingError):
        lag(at(50), at(50), rate, longest)
