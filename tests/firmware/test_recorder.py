"""The recorder on the real sketch: nothing lost, volts to the ADC's step, plugs pulled."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import numpy as np

from fau_teach.emg import Recorder, SimulatedMega, read, record

FINE = 4000.0
TIMES = np.arange(4000) / FINE
TABLE = 2.5 + 2.0 * np.sin(2 * np.pi * TIMES[:, None] * np.array([3.0, 5.0, 7.0, 11.0]))
IDEAL_MV = 5000 / 1024 / np.sqrt(12)


def until(true: object, seconds: float = 20) -> None:
    limit = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < limit, "it does not happen"
        time.sleep(0.01)


def fitted(found: np.ndarray, times: np.ndarray, hertz: float) -> np.ndarray:
    """What is left of a sine whose phase and size are not known [V]."""
    columns = (
        np.ones_like(times),
        np.sin(2 * np.pi * hertz * times),
        np.cos(2 * np.pi * hertz * times),
    )
    table = np.stack(columns, 1)
    return np.asarray(found - table @ np.linalg.lstsq(table, found, rcond=None)[0])


def test_S4_003_the_recorder_on_the_real_sketch(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "a.edf"]
    with SimulatedMega(TABLE, FINE) as board:
        got = record(board, 5, save=paths)
    assert got.account.whole
    assert (got.account.lost, got.gaps, got.account.crc_errors) == (0, (), 0)
    assert got.account.sent == got.account.rows == len(got.index) >= 5000
    for column, hertz in enumerate((3.0, 5.0, 7.0, 11.0)):
        error = 1000 * fitted(got.values[:, column], got.times, hertz)
        assert np.sqrt((error**2).mean()) < 1.1 * IDEAL_MV
    for path in paths:
        np.testing.assert_array_equal(read(path).counts, got.counts)
    assert got.clocks[0].bound_s is not None
    assert got.clocks[0].bound_s < 0.02


def test_twenty_unplugged_boards_come_back(tmp_path: Path) -> None:
    board = SimulatedMega(TABLE, FINE, boot_s=0.01).plug()
    try:
        with Recorder(board, channels=(0, 1), save=tmp_path / "a.edf") as recorder:
            for segments in range(2, 22):
                done = recorder.account.rows
                until(lambda n=done: recorder.account.rows >= n + 50)
                board.unplug()
                until(lambda: recorder.problem)
                board.plug()
                until(lambda n=segments: recorder.account.segments == n)
            done = recorder.account.rows
            until(lambda: recorder.account.rows >= done + 50)
    finally:
        board.close()
    got = recorder.recording
    assert got.account.segments == 21
    assert len(got.gaps) == got.account.open_ends == 20
    assert {gap.reason for gap in got.gaps} == {"interrupted: the port failed"}
    assert got.account.lost == 0
    found = read(tmp_path / "a.edf")
    np.testing.assert_array_equal(found.index, got.index)
    np.testing.assert_array_equal(found.counts, got.counts)
    assert found.gaps == got.gaps
    # Each piece is a piece of the sines, never of two.
    edges = [0, *(np.flatnonzero(np.diff(got.index) > 1) + 1).tolist(), len(got.index)]
    for first, after in pairwise(edges):
        part = slice(first, after)
        assert after - first >= 50
        error = fitted(5 * (got.counts[part, 0] + 0.5) / 1024, got.index[part] / 1000, 3.0)
        assert np.abs(error).max() < 0.02
