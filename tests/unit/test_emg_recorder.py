"""Recording a board: everything arrives or is accounted for, whatever happens on the way."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fau_teach._reading import FileError
from fau_teach.emg.device import Faults, PythonDevice
from fau_teach.emg.link import Link, LinkError, RefusedError
from fau_teach.emg.ports import Port, PortError, choose, find, opened
from fau_teach.emg.protocol import Pong, Status, ramp
from fau_teach.emg.recorder import Recorder, RecorderError, record
from fau_teach.emg.scope import extremes, lines, live, picture, snapshot, spark, watch
from fau_teach.emg.sinks import read

TABLE = 2.5 + 2.4 * np.sin(np.arange(4000)[:, None] * np.array([3, 5, 7, 11]) * np.pi / 2000)
STEP = 5 / 1024


def fast(**more: Any) -> PythonDevice:
    return PythonDevice(TABLE, 1000, speed=0, **more)


def until(true: Callable[[], object], seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "it does not happen"
        time.sleep(0.005)


def test_S4_003_signals_come_back_to_the_step_of_the_adc() -> None:
    got = record(fast(), 32)
    assert got.account.whole
    assert got.account.rows == got.account.sent == len(got.index)
    assert 32 <= got.seconds < 32.1
    error = got.values - TABLE[np.arange(len(got.times)) % 4000]
    assert np.abs(error).max() <= STEP / 2 + 1e-9
    assert (got.gaps, got.closed, got.kind) == ((), True, "unknown")
    assert got.clocks[0].ppm == pytest.approx(0, abs=0.01)


def test_files_and_memory_hold_the_same(tmp_path: Path) -> None:
    paths = [tmp_path / "new" / "a.csv", tmp_path / "a.edf"]
    faults = Faults(flip=2e-5, lose=0.01, double=0.01, cut=0.01, garbage=0.01, late_s=0.003, seed=2)
    board = fast(faults=faults, ppm=-40)
    with Recorder(board, save=paths, seconds=11) as recorder:
        recorder.mark("the beginning,\nin two lines")
        recorder.wait()
    got = recorder.recording
    account = got.account
    assert not account.whole
    assert min(account.lost, account.duplicates, account.crc_errors, account.resyncs) > 5
    assert account.sent - account.rows == board.did["rows"] - len(got.index)
    assert sum(gap.rows for gap in got.gaps) + len(got.index) == len(got.times)
    assert abs(sum(gap.rows for gap in got.gaps) - (account.sent - account.rows)) <= 30
    for path in paths:
        found = read(path)
        np.testing.assert_array_equal(found.index, got.index)
        np.testing.assert_array_equal(found.counts, got.counts)
        assert (found.account, found.gaps, found.about) == (account, got.gaps, got.about)
        assert [one.text for one in found.markers] == ["the beginning, in two lines"]
        assert found.clocks == got.clocks
    closing = paths[0].read_text().rsplit("# closed ", 1)[1]
    assert json.loads(closing)["account"]["unsaved"] == 0
    # Each row that came is the right one, in its place; the board is 40 ppm slow.
    true = TABLE[np.arange(len(got.times)) % 4000]
    assert np.nanmax(np.abs(got.values - true)) < 0.025
    assert got.clocks[0].ppm == 0  # not told so soon


def test_a_board_that_drops_batches_is_shown(tmp_path: Path) -> None:
    board = fast(faults=Faults(drop=0.02, seed=1))
    account = record(board, 10).account
    assert account.dropped == account.lost == board.did["drop"] > 5
    assert account.rows == account.sent
    assert "dropped by the board" in str(account)


def test_the_self_test_and_other_settings() -> None:
    got = record(fast(), 2, channels=(7, 0), rate=500, batch=25, self_test=True)
    np.testing.assert_array_equal(got.counts, ramp(0, len(got.counts), 2))
    assert (got.channels, got.rate, got.about.batch) == (("A7", "A0"), 500, 25)


def test_unplugged_again_and_again(tmp_path: Path) -> None:
    """Twenty pulls of the plug: it goes on, each gap has its length, and nothing is made up."""
    plugs = tuple((2.0 * n, 0.5) for n in range(1, 21))
    told: list[str] = []
    board = fast(faults=Faults(unplug=plugs))
    with Recorder(board, save=tmp_path / "a.edf", seconds=44, told=told.append) as recorder:
        recorder.wait()
    got = recorder.recording
    assert got.account.segments == 21
    assert got.account.open_ends == 20
    assert not got.account.whole
    assert len(got.gaps) == 20
    assert {gap.reason for gap in got.gaps} == {"interrupted: the port failed"}
    # The plug is out for half a second; finding the board again takes some more.
    assert all(0.45 < gap.rows / 1000 < 1.3 for gap in got.gaps)
    assert [one for one in told if one == "The board is back."] == ["The board is back."] * 20
    # The world's time goes on: after 44 seconds each row is still in its place.
    error = got.values - TABLE[np.arange(len(got.times)) % 4000]
    assert np.nanmax(np.abs(error)) < 0.06
    found = read(tmp_path / "a.edf")
    assert found.gaps == got.gaps
    np.testing.assert_array_equal(found.counts, got.counts)


def test_a_reset_is_noticed() -> None:
    board = fast()
    recorder = Recorder(board).start()
    until(lambda: recorder.seconds > 1)
    with board._guard:
        board._reset(board.now())
    until(lambda: recorder.account.segments == 2)
    recorder.wait(0.5)
    got = recorder.stop()
    assert got.gaps[0].reason == "interrupted: the board was reset"


def test_silence_is_noticed() -> None:
    board = fast()
    recorder = Recorder(board).start()
    with board._guard:
        board._running = False
    until(lambda: recorder.account.segments == 2)
    assert "nothing comes" in recorder.stop().gaps[0].reason


def test_a_clock_that_runs_fast_is_measured_and_markers_follow_it() -> None:
    board = fast(ppm=200, faults=Faults(late_s=0.004, seed=3))
    got = record(board, 60)
    assert got.clocks[0].ppm == pytest.approx(200, abs=15)
    assert got.clocks[0].residual_s > 1e-3
    board = PythonDevice(TABLE, 1000, speed=4)
    with Recorder(board) as recorder:
        recorder.wait(1)
        before, now = board.now(), recorder.mark("now").time_s
        at = board._zero
    assert at is not None
    assert now == pytest.approx(before - at, abs=0.05)
    assert recorder.recording.markers[0].time_s == now
    with pytest.raises(RecorderError, match="runs"):
        recorder.mark("too late")


# ---- the handshake


def test_a_board_at_another_speed_is_found_and_changed() -> None:
    board = fast(baud=115_200)
    told: list[str] = []
    got = record(board, 1, told=told.append)
    assert got.account.whole
    assert board.baud == 500_000
    assert "answered at 115200 baud" in " ".join(told)


def test_a_bad_line_falls_back_to_115200() -> None:
    class Bad(PythonDevice):
        """Loses most of its answers to PING above 115,200 baud."""

        def _say(self, now: float, one: Any) -> None:
            bad = isinstance(one, Pong) and self.baud > 115_200
            self.faults = Faults(lose=0.7 if bad else 0.0)
            super()._say(now, one)

    board = Bad(TABLE, 1000, speed=0)
    told: list[str] = []
    got = record(board, 1, rate=500, told=told.append)
    assert "115200 is used" in " ".join(told)
    assert board.baud == 115_200
    assert got.account.whole


@pytest.mark.parametrize("seed", range(3))
def test_a_lossy_line_still_starts_and_stops(seed: int) -> None:
    got = record(fast(faults=Faults(lose=0.2, flip=1e-4, seed=seed)), 3, rate=300)
    assert 3 <= got.seconds < 3.2
    assert 0.5 < len(got.index) / len(got.times) < 0.95


def test_refusals_come_from_the_board_in_words() -> None:
    with pytest.raises(RefusedError, match="at most 2083 Hz"):
        record(fast(), 1, rate=5000)
    with pytest.raises(RefusedError, match="different pins"):
        record(fast(), 1, channels=(1, 1))
    with pytest.raises(RefusedError, match="4 Hz or more"):
        record(fast(), 1, rate=1)
    with pytest.raises(ValueError, match="baud"):
        Recorder(fast(), baud=9600)


def test_nobody_there() -> None:
    board = PythonDevice(speed=0, boot_s=1e9)
    with pytest.raises(LinkError, match="nothing is heard"):
        Recorder(board).start()

    class Mute(PythonDevice):
        def _batch(self, at: float, rows: int) -> None:
            self._row += rows

    with pytest.raises(LinkError, match="sends no rows"):
        Recorder(Mute(speed=0)).start()


def test_another_version_is_refused() -> None:
    board = fast()
    board._first = type(board._first)(version=9)
    with pytest.raises(LinkError, match="version 9"):
        Recorder(board).start()


def test_files_are_checked_before_the_board_is_touched(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("mine")
    board = fast()
    with pytest.raises(FileError, match="exists already"):
        record(board, 1, save=tmp_path / "a.csv")
    assert board._opened is None
    with pytest.raises(FileError, match="endings"):
        record(board, 1, save="a.wav")


# ---- memory and disks


def test_memory_is_bounded_and_says_so(tmp_path: Path) -> None:
    told: list[str] = []
    got = record(fast(), 8, memory_s=2, told=told.append)
    assert 2000 <= len(got.index) <= 2100
    assert got.account.forgotten == got.account.rows - len(got.index)
    assert "forgotten" in told[-1]
    assert got.gaps[0].reason == "no longer in memory"
    # With a file nothing is gone.
    got = record(fast(), 8, memory_s=2, save=tmp_path / "a.csv")
    assert len(got.index) == got.account.rows >= 8000
    assert np.abs(got.values - TABLE[np.arange(len(got.times)) % 4000]).max() <= STEP


def test_a_full_disk_is_told_waited_for_and_survived(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("fau_teach.emg.writer.AGAIN_S", 0.05)
    monkeypatch.setattr("fau_teach.emg.writer.TURN_S", 0.05)
    write = os.write

    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    told: list[str] = []
    board = PythonDevice(TABLE, 1000, speed=3)
    with Recorder(board, save=tmp_path / "a.csv", told=told.append) as recorder:
        recorder.wait(0.5)
        monkeypatch.setattr(os, "write", full)
        until(lambda: told)
        assert "No space left" in told[0]
        recorder.wait(0.5)
        monkeypatch.setattr(os, "write", write)
        until(lambda: len(told) > 1)
        assert "written again" in told[1]
    assert len(read(tmp_path / "a.csv").index) == len(recorder.recording.index) > 1000


def test_a_disk_that_stays_full_leaves_the_rest_in_memory(tmp_path: Path, monkeypatch: Any) -> None:
    write = os.write

    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    recorder = Recorder(fast(), save=tmp_path / "a.csv", seconds=3).start()
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(RecorderError, match="not in the file"):
        recorder.stop()
    monkeypatch.setattr(os, "write", write)
    got = recorder.recording
    assert got.account.unsaved > 0
    got.save(tmp_path / "b.csv")
    np.testing.assert_array_equal(read(tmp_path / "b.csv").counts, got.counts)


def test_what_waits_for_a_disk_is_bounded(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("fau_teach.emg.writer.ROOM", 4000)
    monkeypatch.setattr("fau_teach.emg.writer.TURN_S", 60)
    recorder = Recorder(fast(), save=tmp_path / "a.csv", seconds=3).start()
    recorder.wait()
    with pytest.raises(RecorderError, match="not in the file"):
        recorder.stop()
    assert recorder.account.unsaved > 1000
    assert len(recorder.recording.index) >= 3000
    assert 500 <= len(read(tmp_path / "a.csv").index) < 2000


def test_an_error_in_the_body_still_closes_the_file(tmp_path: Path) -> None:
    def body() -> None:
        with Recorder(fast(), save=tmp_path / "a.csv") as recorder:
            recorder.wait(0.5)
            raise KeyError("mine")

    with pytest.raises(KeyError):
        body()
    assert read(tmp_path / "a.csv").closed


def test_an_error_in_the_reader_is_told(monkeypatch: Any) -> None:
    recorder = Recorder(fast()).start()
    monkeypatch.setattr(recorder._link, "poll", lambda: 1 / 0)
    until(lambda: not recorder.running)
    with pytest.raises(RecorderError, match="ended"):
        recorder.wait(1)
    with pytest.raises(RecorderError, match="division"):
        recorder.stop()
    assert len(recorder.recording.index)


def test_without_threads_wait_reads(tmp_path: Path, monkeypatch: Any) -> None:
    def none(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    with Recorder(fast(), save=tmp_path / "a.csv") as recorder:
        recorder.wait(2)
    assert recorder.recording.account.whole
    assert 2 <= read(tmp_path / "a.csv").seconds < 2.1


def test_it_records_once() -> None:
    recorder = Recorder(fast())
    with pytest.raises(RecorderError, match="never started"):
        recorder.stop()
    with recorder:
        recorder.wait(0.1)
    with pytest.raises(RecorderError, match="once"):
        recorder.start()
    assert recorder.stop().account.whole


def test_rows_with_an_impossible_time_are_left_out_and_counted() -> None:
    from fau_teach.emg.clock import Clock, Unwrap
    from fau_teach.emg.parser import Block, Frame
    from fau_teach.emg.placing import Segment

    segment = Segment(1000, Clock(), Unwrap(), lambda _: 0)

    def block(number: int, *times: int, lost: int = 0) -> Block:
        return Block(number, np.array(times, "<u4"), 10, np.zeros((10 * len(times), 1)), lost)

    def taken(*found: Any) -> list[tuple[int, int, str]]:
        return [(one.index, len(one.counts), one.reason) for one in segment.take(0.0, found)]

    assert taken(block(1, 500, 10_500)) == [(0, 20, "the ADC missed ticks")]
    assert taken(block(3, 5_000)) == []
    assert segment.misplaced == 10
    assert taken(block(4, 20_530, 31_490))[1] == (31, 10, "the ADC missed ticks")
    lost = Frame(9, Status(70_000), 3)
    assert taken(lost, block(10, 80_500)) == [(80, 10, "3 frame(s) lost")]
    # Nothing stands before the first row, not even what comes late.
    late = Block(0, np.array([490 - 10_000], "<i8").astype("<u4"), 10, np.zeros((10, 1)), 0, True)
    assert taken(late) == []
    assert segment.misplaced == 20


def test_a_time_in_the_future_costs_its_own_rows_and_no_more() -> None:
    """A check may hold by chance: the clock and the rows after it stay where they are."""
    from fau_teach.emg.clock import Clock, Unwrap
    from fau_teach.emg.parser import Parser
    from fau_teach.emg.placing import Segment
    from fau_teach.emg.protocol import Data, frame

    late_us = 1_200_000_000
    for size in (1, 400):  # one frame at a time, and all in one block
        segment, parser, places = Segment(1000, Clock(), Unwrap(), lambda _: 0), Parser(), []
        stream = [
            frame(Data.of(10_000 * k + late_us * (k in (50, 51)), np.full((10, 1), k)), k)
            for k in range(1, 400)
        ]
        stream.insert(199, frame(Status(2_000_000 + late_us), 200))
        stream[200:] = [frame(Data.of(10_000 * k, np.full((10, 1), k)), k + 1)
                        for k in range(200, 400)]  # fmt: skip
        for at in range(0, len(stream), size):
            now = 7.0 + 0.01 * (at + size)
            for piece in segment.take(now, parser.feed(b"".join(stream[at : at + size]))):
                places += [piece.index + row for row in range(len(piece.counts))]
        assert segment.misplaced == 20
        assert places == [k for k in range(3990) if not 490 <= k < 510]
        if size == 1:
            fit = segment.clock.fit()
            assert fit is not None
            assert fit.offset_s == pytest.approx(7.0, abs=0.05)


# ---- ports


def port(name: str, vendor: int = 0, product: int = 0, serial: str = "") -> Port:
    return Port(name, "about", vendor, product, serial)


def test_the_mega_is_chosen(monkeypatch: Any) -> None:
    mega, bridge, other = port("B", 0x2341, 0x42, "7"), port("A", 0x1A86), port("C")
    there = [[]]
    monkeypatch.setattr("fau_teach.emg.ports.find", lambda: tuple(there[0]))
    for found, want in (([mega, bridge, other], mega), ([bridge, other], bridge)):
        there[0] = sorted(found, key=lambda one: (one.rank, one.name))
        assert choose() == want
    for found, why in (([other], "No port"), ([], "none"), ([bridge, bridge], "2 ports")):
        there[0] = found
        with pytest.raises(PortError, match=why):
            choose()
    # Plugged in elsewhere it has another name, and the same number.
    there[0] = [port("D", 0x2341, 0x42, "7"), port("B", 0x2341, 0x42, "8")]
    assert choose(mega).name == "D"
    there[0] = []
    with pytest.raises(PortError, match="Plug the board in again"):
        choose(mega)
    assert str(mega) == "B  Arduino Mega 2560  about"


def test_ports_of_this_computer() -> None:
    pytest.importorskip("serial")
    assert all(one.name for one in find())
    with pytest.raises(PortError, match="cannot be opened"):
        opened("/dev/none", 500_000)
    with pytest.raises(OSError):
        Link("/dev/none").open()


def test_without_pyserial_it_says_what_to_do(monkeypatch: Any) -> None:
    monkeypatch.setitem(__import__("sys").modules, "serial", None)
    with pytest.raises(PortError, match="pip install pyserial"):
        find()


# ---- the scope


def test_the_scope_shows_swings_rest_and_gaps() -> None:
    values = np.full((100, 1), 0.1)
    values[50:60] = 1.0
    index = np.r_[0:70, 90:120]
    low, high = extremes(index, values, 0, 120, 12)
    text = spark(low[:, 0], high[:, 0])
    assert text[:5] == "     "
    assert "█" in text[5:6]
    assert text[7:9] == "··"
    assert spark(low[:, 0], high[:, 0], plain=True)[7:9] == "??"
    assert spark(np.full(3, np.nan), np.full(3, np.nan)) == "···"


def test_the_scope_of_a_recording(capsys: Any) -> None:
    recorder = Recorder(PythonDevice(TABLE, 1000, speed=2)).start()
    recorder.wait(1)
    recorder.mark("<here>")
    rows = lines(recorder)
    assert [one[:2] for one in rows[:4]] == ["A0", "A1", "A2", "A3"]
    assert "4.9" in rows[0]
    widget = live(recorder, hertz=20)
    before = widget.value
    until(lambda: widget.value != before)
    svg = snapshot(recorder)
    assert svg.count("<path") == 5
    assert "&lt;here&gt;" in svg
    threading.Timer(0.5, recorder.stop).start()
    watch(recorder)
    until(lambda: recorder.recording.closed)
    assert capsys.readouterr().out.count("A3") >= 1
    empty = picture(np.zeros(0), np.zeros((0, 1)), (2,), 1000, seconds=1, end_s=1)
    assert "A2" in empty


# ---- awkward moments


@pytest.mark.parametrize("second", [5.0, 5.3, 5.7])
def test_a_board_that_goes_again_before_its_first_row_still_leaves_a_gap(second: float) -> None:
    """The segment between two pulls has no row; the time before and after it is not pushed up."""
    slope = np.arange(4000)[:, None] * 5 / 4000
    plugs = ((4.0, 0.5), (second, 3.0))
    board = PythonDevice(slope, 20, speed=0, faults=Faults(unplug=plugs))
    got = record(board, 12, channels=(0,), rate=20)
    assert got.account.segments == 3
    assert sum(gap.rows for gap in got.gaps) + len(got.index) == len(got.times)
    assert sum(gap.rows for gap in got.gaps) > 80
    assert np.nanmax(np.abs(got.values - slope[: len(got.times)])) < 4 * 5 / 4000


def test_a_marker_before_the_first_row_of_a_board_that_is_back() -> None:
    board = PythonDevice(TABLE, 1000, speed=4, faults=Faults(unplug=((6.0, 0.3),)))
    with Recorder(board, channels=(0,), rate=4, batch=10) as recorder:
        until(lambda: recorder.account.segments == 2)
        at = recorder.mark("now").time_s
        assert board._zero is not None
        assert at == pytest.approx(board.now() - board._zero, abs=0.3)


def test_another_board_is_not_taken_for_the_first_one() -> None:
    board = fast(faults=Faults(unplug=((2.0, 0.5), (9.0, 0.5))))
    recorder = Recorder(board, channels=(0,)).start()
    board._first = type(board._first)(reference_mv=2560)
    until(lambda: "another board" in recorder.problem)
    board._first = type(board._first)(reference_mv=5000)
    until(lambda: recorder.account.segments == 2)
    recorder.wait(1)
    got = recorder.stop()
    assert got.notes[-1] == "The board is back."
    assert np.nanmax(np.abs(got.values[:, 0] - TABLE[np.arange(len(got.times)) % 4000, 0])) < 0.06


def test_an_answer_to_an_earlier_question_does_not_name_the_pins() -> None:
    class Double(PythonDevice):
        """A slow computer has asked twice for the self test: the second HELLO comes late."""

        def _answer(self, now: float, code: int, payload: bytes) -> Any:
            if code == 0x85:
                self._say(now, self._hello)
            return super()._answer(now, code, payload)

    got = record(Double(TABLE, 1000, speed=0), 1, channels=(3, 1), rate=500)
    assert (got.channels, got.rate, got.account.whole) == (("A3", "A1"), 500, True)

    class Deaf(PythonDevice):
        def _configured(self, payload: bytes) -> Any:
            return self._hello

    with pytest.raises(RefusedError, match="not what it was asked for"):
        record(Deaf(TABLE, 1000, speed=0), 1, channels=(3, 1))


def test_a_port_has_one_recorder() -> None:
    board = PythonDevice(TABLE, 1000, speed=4)
    with Recorder(board, channels=(0,)) as recorder:
        with pytest.raises(OSError, match="stop the other recorder"):
            Recorder(board).start()
        recorder.wait(1)
    assert recorder.recording.account.whole
    assert record(board, 1).account.whole


@pytest.mark.parametrize("ending", ["csv", "edf"])
def test_a_full_disk_and_a_full_memory_still_keep_all(
    tmp_path: Path, monkeypatch: Any, ending: str
) -> None:
    write = os.write

    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / f"a.{ending}"
    recorder = Recorder(PythonDevice(TABLE, 1000, speed=4), save=path, memory_s=1).start()
    until(lambda: path.exists() and path.stat().st_size > 10_000)
    monkeypatch.setattr(os, "write", full)
    recorder.wait(4)
    with pytest.raises(RecorderError, match="They are in memory"):
        recorder.stop()
    monkeypatch.setattr(os, "write", write)
    in_file = len(read(path).index)
    assert recorder.account.unsaved == recorder.account.rows - in_file > 3000
    got = recorder.recording
    assert len(got.index) == got.account.rows > len(recorder.latest(10)[0]) + 2000
    again = read(got.save(tmp_path / f"b.{ending}"))
    np.testing.assert_array_equal(again.counts, got.counts)
    assert again.account.whole
    assert again.gaps == ()


def test_rows_that_wait_for_a_record_are_missed_too(tmp_path: Path, monkeypatch: Any) -> None:
    recorder = Recorder(fast(), save=tmp_path / "a.edf", seconds=2).start()
    recorder._thread.join()  # type: ignore[union-attr]
    finish = recorder._writer._feeds[0].sink.finish

    def full(summary: Any) -> None:
        def none(file: int, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "write", none)
        finish(summary)

    monkeypatch.setattr(recorder._writer._feeds[0].sink, "finish", full)
    with pytest.raises(RecorderError, match="has no proper end"):
        recorder.stop()
    monkeypatch.undo()
    lacks = recorder.account.rows - len(read(tmp_path / "a.edf").index)
    assert recorder.account.unsaved == lacks > 0


def test_a_start_that_fails_replaces_nothing(tmp_path: Path) -> None:
    old, bad = tmp_path / "a.csv", tmp_path / "file" / "b.csv"
    old.write_text("mine")
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be made"):
        record(fast(), 1, save=[old, bad], force=True)
    assert old.read_text() == "mine"
    assert {one.name for one in tmp_path.iterdir()} == {"a.csv", "file"}


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_recording_without_an_end_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        record(PythonDevice(), seconds)
