"""The board's clock against the computer's: drift and offset from arrivals that are late."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach.emg.clock import WRAP, Clock, Unwrap


def fed(ppm: float, seconds: float, late_s: float, seed: int = 0, offset: float = 40.0) -> Clock:
    """Arrivals of a board that is 100 frames a second fast by ``ppm``; each is late in its way."""
    draw, clock = np.random.default_rng(seed), Clock()
    true = np.arange(0, seconds, 0.01)
    delays = draw.exponential(late_s, len(true)) if late_s else np.zeros(len(true))
    delays[draw.random(len(true)) < 0.01] += 0.5  # a computer that was busy
    for at, delay in zip(true.tolist(), delays.tolist(), strict=True):
        clock.arrived(at * (1 + ppm * 1e-6), offset + at + delay)
    return clock


@pytest.mark.parametrize("ppm", [-150.0, -20.0, 0.0, 3.0, 100.0])
def test_the_drift_is_found_among_late_arrivals(ppm: float) -> None:
    fit = fed(ppm, 600, 0.008).fit()
    assert fit is not None
    assert fit.ppm == pytest.approx(ppm, abs=1.5)
    for at in (0.0, 300.0, 600.0):
        assert fit.host(at * (1 + ppm * 1e-6)) == pytest.approx(40 + at, abs=2e-3)
    # The mean of all arrivals, which a plain regression would take, is much later.
    assert fit.residual_s > 0.004
    assert f"{abs(fit.ppm):.1f} ppm {'fast' if fit.ppm >= 0 else 'slow'}" in str(fit)


def test_perfect_arrivals_give_the_line_itself() -> None:
    clock = Clock()
    for at in range(100):
        clock.arrived(float(at), 5 + at * (1 - 25e-6))
    fit = clock.fit()
    assert fit is not None
    assert fit.ppm == pytest.approx(25, abs=1e-6)
    assert fit.offset_s == pytest.approx(5)


def test_host_and_board_are_inverse() -> None:
    fit = fed(80, 60, 0.003).fit()
    assert fit is not None
    assert fit.board(fit.host(33.25)) == pytest.approx(33.25, abs=1e-9)


def test_below_half_a_minute_no_drift_is_claimed() -> None:
    fit = fed(100, 28, 0.005).fit()
    assert fit is not None
    assert fit.ppm == 0
    assert "not known" in str(fit)


def test_no_arrival_no_fit() -> None:
    assert Clock().fit() is None


def test_a_ping_bounds_the_offset() -> None:
    """All frames 30 ms late: only a question with its answer can tell."""
    clock = Clock()
    for at in range(400):
        clock.arrived(at * 0.1, 40 + at * 0.1 + 0.03)
    before = clock.fit()
    assert before is not None
    assert before.bound_s is None
    clock.answered(5.001, 45.0, 45.002)
    clock.answered(6.02, 46.0, 46.04)  # a slower one adds nothing
    fit = clock.fit()
    assert fit is not None
    assert fit.bound_s == pytest.approx(0.001)
    assert abs(fit.host(10.0) - 50) < fit.bound_s + 1e-9
    assert before.host(10.0) == pytest.approx(50.03)


def test_memory_stays_small() -> None:
    clock = fed(10, 3000, 0.004)
    assert len(clock._kept) <= 512
    assert len(clock._some) <= 512
    fit = clock.fit()
    assert fit is not None
    assert fit.count == 300_000
    assert fit.ppm == pytest.approx(10, abs=0.5)


def test_a_simulation_at_full_speed_is_called_what_it_is() -> None:
    clock = Clock()
    for at in range(100):
        clock.arrived(float(at), at / 20)
    assert "real time" in str(clock.fit())


@given(st.integers(0, 2**40), st.lists(st.integers(-(2**30), 2**30), max_size=20))
def test_time_goes_on_after_the_wrap(first: int, steps: list[int]) -> None:
    unwrap, now = Unwrap(), first
    base = unwrap(first % WRAP)
    for step in steps:
        now += step
        assert unwrap(now % WRAP) - base == now - first
