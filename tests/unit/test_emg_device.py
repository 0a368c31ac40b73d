"""The board in plain Python: byte by byte the same answers, and faults that it owns up to."""

from __future__ import annotations

import sys
import threading
import time

import numpy as np
import pytest

from fau_teach._data import read_json
from fau_teach.emg.device import Faults, PythonDevice
from fau_teach.emg.line import Line, terminal
from fau_teach.emg.parser import Block, Frame, Parser
from fau_teach.emg.protocol import (
    AskHello,
    Baud,
    Close,
    Configure,
    Data,
    Error,
    Hello,
    Ping,
    Pong,
    Refusal,
    SelfTest,
    Start,
    Status,
    Stop,
    frame,
    ramp,
    volts,
)

EXCHANGES = read_json("emg/vectors.json")["exchanges"]


def heard(line: Line, seconds: float, parser: Parser | None = None) -> list[Block | Frame]:
    parser = parser or Parser()
    found, until = [], line._board.now() + seconds
    while line._board.now() < until:
        found += parser.feed(line.read(4096))
    return found


def asked(line: Line, one: object) -> object:
    line.write(frame(one))  # type: ignore[arg-type]
    return next(f.message for f in heard(line, 0.1) if isinstance(f, Frame))


def met(board: PythonDevice, baud: int = 500_000) -> Line:
    line = board.open(baud)
    assert any(isinstance(one, Frame) for one in heard(line, 0.2)), "no greeting"
    return line


@pytest.fixture
def line() -> Line:
    return met(PythonDevice(speed=0))


def test_the_boards_answers_byte_by_byte(line: Line) -> None:
    for one in EXCHANGES:
        line.write(bytes.fromhex(one["send"]))
        assert line.read(300).hex() == one["answer"], one["what"]


def test_signals_come_back_to_the_step_of_the_adc() -> None:
    table = 2.5 + 2.4 * np.sin(np.arange(2000)[:, None] * [0.01, 0.003])
    board = PythonDevice(table, 1000, pins=(3, 5), speed=0)
    line = met(board)
    line.write(frame(Configure((5, 3, 0), 1000, 7)) + frame(Start()))
    found = [one for one in heard(line, 3) if isinstance(one, Block)]
    counts = np.concatenate([one.counts for one in found])
    want = table[np.arange(len(counts)) % 2000]
    assert np.abs(volts(counts)[:, :2] - want[:, ::-1]).max() <= 5 / 2048 + 1e-9
    assert set(counts[:, 2].tolist()) == {0}
    times = np.concatenate([one.times_us for one in found])
    assert np.abs(np.diff(times.astype(int)) - 7000).max() <= 1


def test_counts_numbers_and_the_closing_count() -> None:
    board = PythonDevice(speed=0)
    line, parser = met(board), Parser()
    line.write(frame(Start()))
    found = heard(line, 3.5, parser)
    line.write(frame(Stop()))
    found += heard(line, 0.1, parser)
    said = [one.message for one in found if isinstance(one, Frame)]
    assert [type(one) for one in said] == [Status] * 4 + [Close]
    assert parser.counts.lost == 0
    rows = sum(len(one.counts) for one in found if isinstance(one, Block))
    assert said[-1].sent == rows == board.did["rows"]
    line.write(frame(Stop()))
    assert heard(line, 0.1)[0].message.sent == rows


def test_while_it_runs_it_is_busy(line: Line) -> None:
    line.write(frame(Start()))
    heard(line, 0.05)
    for one in (Configure(), Start(), SelfTest(), Baud(115_200)):
        line.write(frame(one))
        found = [f.message for f in heard(line, 0.02) if isinstance(f, Frame)]
        assert Error(Refusal.BUSY, one.code) in found
    line.write(frame(Ping(b"12345678")))
    assert any(isinstance(f, Frame) and isinstance(f.message, Pong) for f in heard(line, 0.02))


def test_the_self_test_is_the_ramp(line: Line) -> None:
    line.write(frame(SelfTest(1)) + frame(Start()))
    counts = np.concatenate([one.counts for one in heard(line, 1) if isinstance(one, Block)])
    np.testing.assert_array_equal(counts, ramp(0, len(counts), 4))


def test_at_the_wrong_speed_both_hear_nonsense() -> None:
    board = PythonDevice(speed=0, baud=115_200)
    line, parser = board.open(500_000), Parser()
    line.write(frame(AskHello()))
    heard(line, 0.2, parser)
    assert parser.counts.frames == 0 < parser.counts.bytes
    line.baudrate = 115_200
    assert asked(line, AskHello()).baud == 115_200  # type: ignore[attr-defined]


def test_another_speed_is_given_up_where_nothing_is_heard(line: Line) -> None:
    assert asked(line, Baud(250_000)).baud == 250_000  # type: ignore[attr-defined]
    found = heard(line, 2.5)
    assert isinstance(found[-1], Frame)
    assert found[-1].message == Hello()


def test_a_frame_that_stops_is_forgotten(line: Line) -> None:
    line.write(frame(Configure())[:9])
    line._board.sleep(0.2)
    assert asked(line, AskHello()) == Hello()


def test_it_owns_up_to_each_fault() -> None:
    faults = Faults(lose=0.02, double=0.02, drop=0.02, seed=4)
    board = PythonDevice(speed=0, faults=faults)
    line, parser = board.open(), Parser()
    heard(line, 0.3)
    board.did.clear()
    line.write(frame(Start()))
    heard(line, 30, parser)
    did, counts = board.did, parser.counts
    assert min(did["lose"], did["double"], did["drop"]) > 30
    assert abs(counts.lost - did["lose"] - did["drop"]) <= 2  # the last may not show yet
    both = did["frames"] - did["lose"] - counts.frames + counts.duplicates
    assert abs(both) <= did["double"]
    assert counts.crc_errors == counts.skipped == 0


def test_damage_is_seen() -> None:
    board = PythonDevice(speed=0, faults=Faults(flip=1e-4, cut=0.01, garbage=0.01, seed=5))
    line, parser = board.open(), Parser()
    heard(line, 0.3)
    line.write(frame(Start()) * 3)
    heard(line, 20, parser)
    assert min(board.did["flipped bits"], board.did["cut"], board.did["garbage"]) > 10
    assert parser.counts.lost > 50
    assert parser.counts.crc_errors > 20
    assert parser.counts.resyncs > 20


def test_a_fast_clock_and_late_frames() -> None:
    board = PythonDevice(speed=0, ppm=1000, faults=Faults(late_s=0.01))
    line, parser = met(board), Parser()
    line.write(frame(Start()))
    found = [one for one in heard(line, 20, parser) if isinstance(one, Block)]
    us = float(found[-1].times_us[-1]) - float(found[0].times_us[0])
    rows = sum(len(one.counts) for one in found)
    assert us == pytest.approx((rows - 10) * 1000, abs=2)
    assert rows == pytest.approx(20_020, abs=60)


def test_an_unplugged_board_is_gone_and_comes_back_reset() -> None:
    board = PythonDevice(speed=0, faults=Faults(unplug=((1.0, 0.5),)))
    line = met(board)
    line.write(frame(Configure((5,), 50, 1)))
    board.sleep(1)
    assert not board.plugged
    with pytest.raises(OSError, match="unplugged"):
        line.read()
    with pytest.raises(OSError, match="unplugged"):
        board.open()
    board.sleep(0.5)
    assert asked(met(board), AskHello()) == Hello()
    board.unplug()
    with pytest.raises(OSError, match="unplugged"):
        line.write(b"x")
    board.plug()
    assert board.plugged
    line.close()
    with pytest.raises(OSError, match="closed"):
        line.read()


def test_it_keeps_real_time() -> None:
    board = PythonDevice(speed=1, boot_s=0)
    line, began = board.open(timeout_s=0.05), time.monotonic()
    line.write(frame(Start()))
    found = [one for one in heard(line, 0.4) if isinstance(one, Block)]
    passed = time.monotonic() - began
    assert sum(len(one.counts) for one in found) == pytest.approx(1000 * passed, abs=40)
    line.reset_input_buffer()
    assert line.in_waiting < 200


def test_what_cannot_be_is_refused() -> None:
    for bad in (np.zeros((0, 1)), np.zeros((5, 17)), np.full((3, 1), np.nan), np.zeros(4)):
        with pytest.raises(ValueError, match="signals"):
            PythonDevice(bad)
    with pytest.raises(ValueError, match="pins"):
        PythonDevice(np.zeros((4, 2)), pins=(1, 1))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo terminals")
def test_any_program_can_open_it_as_a_terminal() -> None:
    serial = pytest.importorskip("serial")
    with terminal(PythonDevice(np.full((1, 1), 2.5), 1)) as name:
        with serial.Serial(name, 500_000, timeout=0.05) as port:
            parser, found = Parser(), []
            until = time.monotonic() + 8
            port.write(frame(AskHello()))
            while not any(isinstance(one, Block) for one in found) and time.monotonic() < until:
                port.write(frame(Start()))
                found += parser.feed(port.read(500))
        assert any(isinstance(one, Block) for one in found)
    assert not [one for one in threading.enumerate() if one.name == "emg terminal"]
    assert Data.of(0, [[512]]).counts()[0, 0] == 512
