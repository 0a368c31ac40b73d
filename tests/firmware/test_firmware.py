"""The real sketch on a simulated Mega: counts, numbers, times, limits, commands, plugs."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import serial
from board_line import Line, Recording, frames

from fau_teach._data import read_json
from fau_teach.clip import Clip, Movement
from fau_teach.emg import protocol, simavr
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
    limits,
    ramp,
    volts,
)
from fau_teach.emg.simavr import SimulatedMega, build_sketch

VECTORS = read_json("emg/vectors.json")
STEP_MV = 5000 / 1024
IDEAL_MV = STEP_MV / np.sqrt(12)
FINE = 4000.0
"""Rows of the played signals a second [Hz]."""


def sines(seconds: float, channels: int, middle: float = 2.5, size: float = 2.0) -> np.ndarray:
    """A whole number of periods of another sine on each pin [V]."""
    times = np.arange(round(seconds * FINE)) / FINE
    hertz = [5 + 2 * one + 7 / seconds for one in range(channels)]
    tones = [size * np.sin(2 * np.pi * one * times + one) for one in hertz]
    return middle + np.stack(tones, 1)


def played(table: np.ndarray, times: np.ndarray, rate: float = FINE) -> np.ndarray:
    """What a pin sees at these times: straight between two rows, repeated without end."""
    at = (times * rate) % len(table)
    first = at.astype(int)
    after = table[(first + 1) % len(table)]
    return table[first] + (at - first) * (after - table[first])


def compared(found: np.ndarray, table: np.ndarray, times: np.ndarray) -> tuple[float, np.ndarray]:
    """Delay of one pin against the board's clock [s], and what is left as error [V]."""
    delay = 0.0
    for _ in range(4):
        error = found - played(table, times + delay)
        slope = (played(table, times + delay + 5e-5) - played(table, times + delay - 5e-5)) / 1e-4
        delay += float((error * slope).sum() / (slope**2).sum())
    return delay, found - played(table, times + delay)


def rms_mv(error: np.ndarray) -> float:
    return float(1000 * np.sqrt((error**2).mean()))


def whole(got: Recording) -> None:
    """Nothing is lost, and all counts agree."""
    assert got.lost == got.close.dropped == got.close.overruns == 0
    assert len(got.counts) == got.close.sent


# ---- one minute, in real time, beside everything else


class Minute(threading.Thread):
    signals = sines(60, 4)

    def run(self) -> None:
        try:
            with SimulatedMega(self.signals, FINE) as board, Line(board.port) as line:
                self.hello = line.ask(AskHello(), Hello)
                self.got = line.record(60)
            self.asleep, self.ratio = board.asleep, board.ratio
        except BaseException as error:
            self.problem = error

    problem: BaseException | None = None


@pytest.fixture(scope="module", autouse=True)
def minute(parts: None) -> Iterator[Minute]:
    build_sketch()
    thread = Minute(daemon=True)
    thread.start()
    yield thread
    thread.join(400)


@pytest.fixture
def line() -> Iterator[Line]:
    """A board that runs as fast as it can, pins at slow sines."""
    with SimulatedMega(sines(1, 8), FINE, speed=0) as board, Line(board.port) as found:
        yield found


# ---- both sides write the same bytes


def test_the_boards_answers_byte_by_byte(line: Line) -> None:
    line.quiet()
    for one in VECTORS["exchanges"]:
        line.serial.write(bytes.fromhex(one["send"]))
        answer, limit = b"", time.monotonic() + 20
        while not list(frames(answer)) and time.monotonic() < limit:
            answer += line.serial.read(300)
        assert answer.hex() == one["answer"], one["what"]


CHECK = r"""
#include <stdio.h>
#include <string.h>
#include "frame.h"

int main(void) {  /* type, number and payload in, frame out, all as hexadecimal digits */
  unsigned type, number, byte;
  char text[600];
  while (scanf("%x %x %599s", &type, &number, text) == 3) {
    uint8_t frame[MOST_FRAME];
    uint8_t length = (uint8_t)(strlen(text) / 2 - 1);  /* after one that marks the start */
    for (int i = 0; i < length; i++) {
      sscanf(text + 2 + 2 * i, "%2x", &byte);
      frame[HEAD + i] = (uint8_t)byte;
    }
    uint16_t all = seal(frame, (uint8_t)type, length, (uint16_t)number);
    for (int i = 0; i < all; i++) printf("%02x", frame[i]);
    printf("\n");
  }
  return 0;
}
"""


def test_the_sketchs_framing_on_this_computer(tmp_path: Path) -> None:
    """frame.h is plain C: all vectors, and frames of every length."""
    (tmp_path / "check.c").write_text(CHECK)
    program = tmp_path / "check"
    command = ["gcc", "-std=c99", "-Wall", "-Werror", f"-I{simavr.SKETCH.parent}"]
    subprocess.run([*command, str(tmp_path / "check.c"), "-o", str(program)], check=True)
    want = [bytes.fromhex(one["hex"]) for one in VECTORS["frames"]]
    for size in range(1, 124):
        want.append(frame(Data.of(size * 999, ramp(size, size, 1)), size * 601))
    asked = "".join(
        f"{one[2]:x} {int.from_bytes(one[4:6], 'little'):x} ff{one[6:-2].hex()}\n" for one in want
    )
    done = subprocess.run([program], input=asked, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [one.hex() for one in want]


# ---- sampling


@pytest.mark.parametrize("channels", [1, 3, 8])
def test_the_self_test_is_the_ramp_count_by_count(line: Line, channels: int) -> None:
    batch = 11
    line.set(Configure(tuple(range(channels)), 1000, batch))
    line.ask(SelfTest(1), Hello)
    got = line.record(1.5)
    whole(got)
    np.testing.assert_array_equal(got.counts, ramp(0, got.close.sent, channels))
    assert got.close.sent > 1024  # the ramp has begun again
    assert {one.rows for one in got.of(Data)[:-1]} == {batch}


def test_pins_in_any_order_and_volts_off_the_scale() -> None:
    levels = np.array([[0.0, -1.0, 1.25, 5.5, 4.999, 2.5]])
    with (
        SimulatedMega(levels, 1, pins=(0, 1, 3, 4, 5, 7), speed=0) as board,
        Line(board.port) as line,
    ):
        line.set(Configure((7, 3, 6, 5, 1, 4), 500))
        got = line.record(0.2)
    want = [512, 256, 0, 1023, 0, 1023]  # 1024 V / 5 V, cut off; A6 is open and sees 0 V
    assert (got.counts == want).all()


@pytest.mark.parametrize("reference_mv", [5000, 2560, 1100])
def test_a_smaller_reference_makes_smaller_steps(reference_mv: int) -> None:
    signals = sines(1, 2, 0.5, 0.4)
    with (
        SimulatedMega(signals, FINE, reference_mv=reference_mv, speed=0) as board,
        Line(board.port) as line,
    ):
        hello = line.set(Configure((0, 1)))
        got = line.record(1)
    assert hello.reference_mv == reference_mv
    for pin in range(2):
        found = volts(got.counts[:, pin], hello.reference_mv)
        _, error = compared(found, signals[:, pin], got.times(1000))
        assert rms_mv(error) == pytest.approx(reference_mv / 1024 / np.sqrt(12), rel=0.2)


@pytest.mark.parametrize("rate", [4, 249, 250, 333, 997, 2083])
def test_the_mean_rate_is_exact(line: Line, rate: int) -> None:
    """Also where the period is no whole number of the timer's ticks."""
    line.set(Configure((0, 1, 2, 3), rate, 5))
    got = line.record(3)
    whole(got)
    times = got.times(rate)
    assert times[-1] - times[0] == pytest.approx((len(times) - 1) / rate, abs=3e-5)
    each = np.array([one.time_us for one in got.of(Data)])
    assert np.abs(np.diff(each[:-1]) - 5e6 / rate).max() < 30


@pytest.mark.parametrize("baud", [500_000, 115_200])
def test_limits_are_refused_above_and_kept_without_loss(baud: int) -> None:
    """The limits that Python computes are the board's, and it can do what it accepts."""
    with (
        SimulatedMega(sines(1, 8), FINE, speed=0, defines={"FIRST_BAUD": baud}) as board,
        Line(board.port) as line,
    ):
        for channels, batch in ((1, 1), (1, 124), (2, 10), (4, 1), (4, 10), (8, 10), (8, 15)):
            pins, most = tuple(range(channels)), limits(channels, batch, baud)
            no = line.ask(Configure(pins, most.rate + 1, batch), Error)
            why = Refusal.ADC if most.adc == most.rate else Refusal.LINE
            assert (no.reason, no.value) == (why, most.rate), (channels, batch)
            line.set(Configure(pins, most.rate, batch))
            whole(line.record(0.6))


def test_overruns_are_counted_and_times_stay_right() -> None:
    """Four channels at 3 kHz: the ADC misses ticks; each ends a batch, so no time is wrong."""
    signals, rate = sines(1, 4), 3000
    with (
        SimulatedMega(signals, FINE, speed=0, defines={"NO_LIMITS": 1}) as board,
        Line(board.port) as line,
    ):
        line.set(Configure((0, 1, 2, 3), rate))
        got = line.record(1)
    assert got.close.overruns > 1000
    assert got.lost == got.close.dropped
    assert len(got.counts) == got.close.sent
    data = got.of(Data)
    ticks = (data[-1].time_us - data[0].time_us) * 1e-6 * rate
    if not got.lost:
        assert got.close.sent + got.close.overruns == pytest.approx(ticks, abs=3)
    assert max(one.rows for one in data) < 10
    for pin in range(4):
        _, error = compared(volts(got.counts[:, pin]), signals[:, pin], got.times(rate))
        assert rms_mv(error) < 1.25 * IDEAL_MV


def test_drops_are_counted_and_seen_as_gaps() -> None:
    """Eight channels at 1 kHz do not go through 115,200 baud."""
    defines = {"NO_LIMITS": 1, "FIRST_BAUD": 115_200}
    with (
        SimulatedMega(sines(1, 8), FINE, speed=0, defines=defines) as board,
        Line(board.port) as line,
    ):
        line.set(Configure(tuple(range(8)), 1000))
        line.ask(SelfTest(1), Hello)
        got = line.record(2)
    assert got.lost == got.close.dropped > 20
    assert got.close.overruns == 0
    assert len(got.counts) == got.close.sent
    # What came is right: each block is a piece of the ramp, in its place by number.
    first = 0
    status = {number for number, one in got.seen if type(one) is Status}
    data = {number: one for number, one in got.seen if type(one) is Data}
    for number in range(max(got.numbers) + 1):
        if number in data:
            want = ramp(first, data[number].rows, 8)
            np.testing.assert_array_equal(data[number].counts(), want)
        first += 0 if number in status else 10


def test_numbers_begin_again_after_65535() -> None:
    with (
        SimulatedMega(speed=0, defines={"FIRST_NUMBER": 65_400}) as board,
        Line(board.port) as line,
    ):
        line.send(Start())
        numbers: list[int] = []
        while len(numbers) < 300:
            numbers.append(line.until(Data, Status)[0])
    assert numbers == [(65_400 + one) % 65_536 for one in range(300)]


# ---- real muscle


def muscles(seconds: float, seed: int = 6) -> np.ndarray:
    """Raw-EMG-like volts of AU 12 and AU 4 in a scripted clip: noise of 20 to 450 Hz, scaled."""
    fps = 100
    clip = Clip(
        "one", fps, round(seconds * fps),
        (Movement("12", "", "D", 20, 35, 60), Movement("4", "", "C", 90, 110, 150, 10)),
    )  # fmt: skip
    drive = clip.drive()
    times = np.arange(round(seconds * FINE)) / FINE
    rows = [np.interp(times, np.arange(clip.frames) / fps, drive[key])
            for key in (("12", "L"), ("4", ""  if ("4", "") in drive else "L"))]  # fmt: skip
    noise = np.random.default_rng(seed).normal(size=(len(times), 2))
    spectrum = np.fft.rfft(noise, axis=0)
    hertz = np.fft.rfftfreq(len(times), 1 / FINE)
    spectrum[(hertz < 20) | (hertz > 450)] = 0
    band = np.fft.irfft(spectrum, len(times), axis=0)
    return 2.5 + 0.4 * band / band.std(0) * (0.05 + np.stack(rows, 1))


def test_the_muscles_of_a_clip_through_the_adc_and_back() -> None:
    signals = muscles(2)
    assert signals[:, 0].std() > 0.05
    with SimulatedMega(signals, FINE, speed=0) as board, Line(board.port) as line:
        line.set(Configure((0, 1), 2000, 20))
        got = line.record(1.95)
    whole(got)
    for pin in range(2):
        found = volts(got.counts[:, pin])
        delay, error = compared(found, signals[:, pin], got.times(2000))
        true = played(signals[:, pin], got.times(2000) + delay)
        assert np.corrcoef(found, true)[0, 1] > 0.999
        assert rms_mv(error) < 1.15 * IDEAL_MV


# ---- commands


def test_what_has_to_wait_for_stop_is_refused(line: Line) -> None:
    line.send(Start())
    for one in (Configure(), Start(), SelfTest(), Baud(115_200)):
        assert line.ask(one, Error) == Error(Refusal.BUSY, one.code)
    assert line.ask(AskHello(), Hello) == Hello()
    line.ask(Stop(), Close)
    line.set(Configure((2,), 300))


def test_stop_sends_the_rest_and_may_be_asked_again(line: Line) -> None:
    line.set(Configure((0, 1), 100, 60))
    got = line.record(1.5)
    whole(got)
    *full, rest = [one.rows for one in got.of(Data)]
    assert set(full) == {60}
    assert 0 < rest <= 60
    again = line.ask(Stop(), Close)
    assert (again.sent, again.time_us > got.close.time_us) == (got.close.sent, True)
    # The next recording counts from 0.
    whole(line.record(0.5))


def test_a_status_comes_each_second(line: Line) -> None:
    got = line.record(4.5)
    whole(got)
    said = got.of(Status)
    assert len(said) in (5, 6)  # one at the start; on a busy machine the board may be ahead
    assert np.diff([one.time_us for one in said]) == pytest.approx(1e6, abs=5e3)
    assert [one.sent for one in said] == pytest.approx(np.arange(len(said)) * 1000, abs=20)


def test_pings_are_answered_while_it_samples_and_take_no_number(line: Line) -> None:
    times: list[int] = []

    def ping(one: Line) -> None:
        if len(times) < 20 and not any(type(m) is Pong for _, m in one.waiting):
            one.send(Ping(len(times).to_bytes(8, "little")))
            _, pong = one.until(Pong)
            assert pong.echo == len(times).to_bytes(8, "little")
            times.append(pong.time_us)

    line.ask(AskHello(), Hello)
    line.send(Start())
    for _ in range(20):
        ping(line)
    line.ask(Stop(), Close)
    assert (np.diff(times) > 0).all()
    got = line.record(0.5)
    whole(got)


def test_garbage_does_not_confuse_the_board(line: Line) -> None:
    draw = np.random.default_rng(9)
    for _ in range(30):
        line.serial.write(draw.integers(0, 256, draw.integers(1, 60), dtype=np.uint8).tobytes())
        # The answer to what looked like a frame, and after 100 ms silence a right question.
        start = line.waiting.clear()
        time.sleep(0.02)
        line.meet()
        assert line.ask(AskHello(), Hello) == Hello(), start
    line.serial.write(frame(Configure())[:9])  # a frame that never ends
    line.meet()
    whole(line.record(0.2))


def test_each_damaged_byte_of_a_command_is_noticed(line: Line) -> None:
    good = frame(SelfTest(1), 77)
    for at in range(2, len(good)):
        wrong = bytearray(good)
        wrong[at] ^= 0x10
        line.serial.write(bytes(wrong))
        if at == 3:  # a longer frame: the board waits for the rest, in vain
            line.meet()
        else:
            assert line.until(Error)[1].reason == Refusal.CRC, at


@pytest.fixture
def steady() -> Iterator[Line]:
    """A board in real time: two seconds of its own are two of ours."""
    with SimulatedMega(sines(1, 8), FINE) as board, Line(board.port) as found:
        yield found


def test_another_speed_stays_once_the_board_hears_something(steady: Line) -> None:
    line = steady
    assert line.ask(Baud(115_200), Hello).baud == 115_200
    line.meet()
    pins = tuple(range(8))
    most = limits(8, 10, 115_200).rate
    assert line.ask(Configure(pins, most + 1), Error) == Error(Refusal.LINE, most)
    line.set(Configure(pins, most))
    began = line.ask(Ping(), Pong).time_us
    whole(line.record(2.5))
    assert line.ask(Ping(), Pong).time_us - began > 2_500_000
    assert line.ask(AskHello(), Hello).baud == 115_200


def test_another_speed_is_given_up_where_nothing_is_heard(line: Line) -> None:
    before = line.ask(Ping(), Pong).time_us
    assert line.ask(Baud(250_000), Hello).baud == 250_000
    back = line.until(Hello)[1]  # unasked
    assert back.baud == 500_000
    assert line.ask(Ping(), Pong).time_us - before >= 2_000_000


def test_settings_are_checked_again_when_the_line_has_become_slower(steady: Line) -> None:
    line = steady
    line.set(Configure((0, 1, 2, 3), 2000))
    line.ask(Baud(115_200), Hello)
    line.meet()
    assert line.ask(Start(), Error) == Error(Refusal.LINE, limits(4, 10, 115_200).rate)


# ---- plugs and resets


def test_opening_the_port_resets_the_board() -> None:
    with SimulatedMega(speed=1, boot_s=0.2) as board:
        with Line(board.port) as line:
            line.set(Configure((5,), 50, 1))
            line.send(Start())
            line.until(Data)
        with Line(board.port) as line:
            assert line.ask(AskHello(), Hello) == Hello()
            assert line.ask(Ping(), Pong).time_us < 60_000_000
            with pytest.raises(AssertionError, match="no"):
                line.until(Data, seconds=0.2)


def test_without_auto_reset_it_goes_on() -> None:
    with SimulatedMega(speed=1, auto_reset=False) as board:
        with Line(board.port) as line:
            line.set(Configure((5,), 50, 1))
            line.send(Start())
            first, _ = line.until(Data)
        time.sleep(0.3)
        with Line(board.port) as line:
            assert line.until(Data)[0] > first + 5
            assert line.ask(AskHello(), Hello).channels == (5,)


def test_it_can_be_unplugged_and_plugged_in_again() -> None:
    with SimulatedMega(np.full((10, 1), 2.5), 10) as board:
        for _ in range(4):
            with Line(board.port) as line:
                line.set(Configure((0,), 200, 2))
                line.send(Start())
                line.until(Data)
                board.unplug()
                assert not board.plugged
                assert not Path(board.port).exists()
                with pytest.raises((serial.SerialException, OSError)):
                    line.quiet()
            board.plug()
        assert board.plug() is board
    assert not board.plugged
    assert not Path(board.port).parent.exists()


def test_a_stall_loses_nothing() -> None:
    with SimulatedMega(sines(1, 4), FINE) as board, Line(board.port) as line:
        line.ask(SelfTest(1), Hello)
        stalls = iter([True])

        def stall(_: Line) -> None:
            if next(stalls, False):
                board.pause()
                time.sleep(0.4)
                board.resume()

        got = line.record(1, stall)
    whole(got)
    np.testing.assert_array_equal(got.counts, ramp(0, got.close.sent, 4))


def test_a_crystal_can_run_fast() -> None:
    with SimulatedMega(speed=1.5) as board, Line(board.port) as line:
        began, first = time.monotonic(), line.ask(Ping(), Pong).time_us
        time.sleep(1)
        passed, last = time.monotonic() - began, line.ask(Ping(), Pong).time_us
    assert (last - first) * 1e-6 > 1.2 * passed - 0.2


def test_a_reset_begins_the_signals_where_it_is_told() -> None:
    levels = np.repeat([[1.0], [4.0]], 4, axis=0)
    # real time and half a minute of each level: at full speed a sleeping board runs ahead of us
    board = SimulatedMega(levels, 0.1)
    try:
        for at_s, level in ((0, 1.0), (50, 4.0)):
            board.plug(at_s)
            with Line(board.port) as line:
                line.set(Configure((0,)))
                got = line.record(0.1)
            assert np.abs(volts(got.counts) - level).max() < 5e-3
            board.unplug()
    finally:
        board.close()
    assert board.asleep is None


# ---- what cannot be built


def test_a_sketch_that_does_not_compile_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("FAU_TEACH_CACHE", str(tmp_path))
    (tmp_path / "wrong.ino").write_text("void setup() { nonsense(); }\n")
    with pytest.raises(simavr.SimulatorError, match="nonsense"):
        build_sketch(tmp_path / "wrong.ino")
    assert not list((tmp_path / "emg").iterdir())


def test_another_sketch_runs_and_is_kept(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("FAU_TEACH_CACHE", str(tmp_path))
    sketch = tmp_path / "echo.ino"
    sketch.write_text(
        "void setup() { Serial.begin(115200); }\n"
        "void loop() { if (Serial.available()) Serial.write(Serial.read() + 1); }\n"
    )
    with (
        SimulatedMega(sketch=sketch, speed=0) as board,
        serial.Serial(board.port, timeout=0.1) as port,
    ):
        answer = b""
        for _ in range(100):
            port.write(b"A")
            answer += port.read(1)
            if answer:
                break
    assert answer[:1] == b"B"
    made = build_sketch(sketch, {"REFERENCE_MV": 5000})
    stamp = made.stat().st_mtime_ns
    assert build_sketch(sketch, {"REFERENCE_MV": 5000}) == made
    assert made.stat().st_mtime_ns == stamp
    assert build_sketch(sketch, {"REFERENCE_MV": 1100}) != made


def test_a_simulation_that_does_not_start_is_told(monkeypatch: Any, tmp_path: Path) -> None:
    board = SimulatedMega()
    (tmp_path / "no.elf").write_text("no program")
    board._elf = tmp_path / "no.elf"
    with pytest.raises(simavr.SimulatorError, match="does not run"):
        board.plug()
    with pytest.raises(simavr.SimulatorError, match="not plugged in"):
        board.pause()
    board.close()


# ---- the minute


def test_S4_003_a_minute_of_four_channels_at_1_khz(minute: Minute) -> None:
    """60 s in real time: no frame lost, no row lost, the error of the ADC's steps alone."""
    minute.join(400)
    assert not minute.is_alive()
    if minute.problem:
        raise minute.problem
    got = minute.got
    assert minute.hello == Hello()
    whole(got)
    assert 60_000 <= got.close.sent <= 60_000 + 1000 * (got.seconds - 60) + 1000
    assert got.seconds > 59.9
    each = [one.time_us for one in got.of(Data)]
    assert np.abs(np.diff(each[:-1]) - 10_000).max() <= 30
    times = each[0] * 1e-6 + np.arange(got.close.sent) / 1000
    delays, worst = [], 0.0
    for pin in range(4):
        delay, error = compared(volts(got.counts[:, pin]), minute.signals[:, pin], times)
        delays.append(delay)
        worst = max(worst, rms_mv(error))
        assert rms_mv(error) < 1.05 * IDEAL_MV
        assert np.abs(error).max() < 1e-3 * STEP_MV
    skew = np.diff(delays) * 1e6
    assert 104 <= skew.min() <= skew.max() <= protocol.SKEW_US
    assert abs(delays[0]) < 1e-3
    # The processor sleeps most of the time, and this computer can keep up.
    assert minute.asleep > 0.5
    assert minute.ratio > 1.5
    if os.environ.get("NERVE_TO_LABEL_TELL"):
        sent = f"{len(got.numbers)} frames in {got.seconds:.1f} s, asleep {minute.asleep:.3f}"
        print(f"{sent}, ratio {minute.ratio:.2f}, rms {worst:.3f} mV, skew {skew.round(1)} us")
