"""A simulated board in plain Python, for everybody without one: it speaks the same protocol.

It runs in this process, on any system and in the browser. What it samples are given volts, and it
can misbehave on purpose: damage, loss, doubles, a plug that is pulled, a clock that runs fast. It
knows what it did, so that the recorder's accounting can be checked. What it is not: the firmware.
:class:`fau_teach.emg.SimulatedMega` runs that.

Source: S4-003; :mod:`fau_teach.emg.protocol`.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fau_teach.emg import protocol as wire
from fau_teach.emg.line import Line
from fau_teach.emg.messages import BAUD, COUNTED, MOST_CHANNELS, REFERENCE_MV

if TYPE_CHECKING:
    import numpy.typing as npt

_MOST_ASKED = 12


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong between board and computer.

    Parameters
    ----------
    flip : share of bits that turn over
    lose, double, cut, garbage : share of frames that get lost, come twice, lose their end, or have
        up to 40 bytes of nonsense before them
    drop : share of batches that the board itself drops, and counts
    late_s : mean delay of a frame on its way [s]
    unplug : pairs of when (seconds after the port was first opened) and for how long [s]
    seed : of all that is drawn
    """

    flip: float = 0.0
    lose: float = 0.0
    double: float = 0.0
    cut: float = 0.0
    garbage: float = 0.0
    drop: float = 0.0
    late_s: float = 0.0
    unplug: tuple[tuple[float, float], ...] = ()
    seed: int = 0


class PythonDevice:
    """A board that a :class:`fau_teach.emg.Recorder` can be given instead of a port.

    Parameters
    ----------
    signals : volts (T, C) that the pins see from the first START on, repeated without end
    rate : rows of ``signals`` a second [Hz]; between two rows the volts run straight
    pins : the analogue pin of each column; 0, 1, ... if left out
    speed : simulated seconds in a real second; 0: as fast as it goes, on a clock of its own
    ppm : how much faster than the computer's its clock runs, in millionths
    faults : what goes wrong
    boot_s : how long it is deaf after a reset [s]; opening the port resets it
    kind : 0 raw, 1 envelope, 2 unknown
    baud : its speed after a reset; at another one both sides hear nonsense

    Attributes
    ----------
    did : how many frames were lost, doubled, cut, ..., how many bits flipped, and rows sampled
    """

    def __init__(
        self,
        signals: npt.ArrayLike | None = None,
        rate: float = 1000.0,
        *,
        pins: Sequence[int] | None = None,
        speed: float = 1.0,
        ppm: float = 0.0,
        faults: Faults | None = None,
        boot_s: float = 0.05,
        kind: int = 2,
        reference_mv: int = REFERENCE_MV,
        baud: int = BAUD,
    ) -> None:
        import numpy as np

        table = np.zeros((1, 1)) if signals is None else np.asarray(signals, float)
        if table.ndim != 2 or not len(table) or not 1 <= table.shape[1] <= 16:
            raise ValueError(f"signals: rows of 1 to 16 channels, not {table.shape}.")
        if not np.isfinite(table).all() or not rate > 0 or speed < 0:
            raise ValueError("signals: finite volts at a rate above 0, at a speed of 0 or more.")
        pins = list(range(table.shape[1])) if pins is None else list(pins)
        if len(set(pins)) != table.shape[1] or not set(pins) <= set(range(16)):
            raise ValueError(f"pins: {table.shape[1]} different ones of 0 to 15, not {pins}.")
        self.faults, self.did = faults or Faults(), Counter[str]()
        self._table, self._rate, self._pins = table, float(rate), pins
        self._speed, self._fast, self._boot_s = speed, 1 + ppm * 1e-6, boot_s
        self._first = wire.Hello(baud=baud, kind=kind, reference_mv=reference_mv)
        self._draw = np.random.default_rng(self.faults.seed)
        self._began, self._virtual = time.monotonic(), 0.0
        self._opened: float | None = None
        self._line: Line | None = None
        self._zero: float | None = None  # when the signals began
        self._pulled = False
        self._was_out = False
        self._guard = threading.RLock()
        self._reset(0.0)

    # -- the world: its clock and its plug

    def now(self) -> float:
        """Seconds on the computer's clock in the world of this board."""
        return (time.monotonic() - self._began) * self._speed if self._speed else self._virtual

    def sleep(self, seconds: float) -> None:
        """Let so many seconds of that clock pass."""
        if self._speed:
            time.sleep(max(0.0, seconds) / self._speed)
        else:
            with self._guard:
                self._virtual += max(0.0, seconds)

    @property
    def plugged(self) -> bool:
        """Whether it is there."""
        since = 0.0 if self._opened is None else self.now() - self._opened
        out = any(at <= since < at + gone for at, gone in self.faults.unplug)
        self._was_out |= out or self._pulled
        return not (out or self._pulled)

    @property
    def baud(self) -> int:
        """Its present speed."""
        return self._hello.baud

    def unplug(self) -> None:
        """Pull the plug."""
        self._pulled = True

    def plug(self) -> None:
        """Plug it in again."""
        self._pulled = False

    def open(self, baud: int = BAUD, timeout_s: float = 0.02) -> Line:
        """Its serial port, opened; that resets the board.

        Raises
        ------
        OSError
            It is unplugged, or its port is open already.
        """
        with self._guard:
            if not self.plugged:
                raise OSError("The simulated board is unplugged.")
            if self._line is not None and self._line.is_open and not self._was_out:
                raise OSError("The simulated board is in use: stop the other recorder.")
            if self._opened is None:
                self._opened = self.now()
            self._reset(self.now())
            self._line = Line(self, baud, timeout_s)
            return self._line

    # -- the board

    def _reset(self, now: float) -> None:
        self._hello, self._running, self._test = self._first, False, False
        self._number = self._dropped = self._sent = self._damaged = self._row = 0
        self._start = self._tick = 0.0
        self._heard, self._heard_at = b"", 0.0
        self._born, self._up = now, now + self._boot_s
        self._greets, self._trial = True, 0.0
        self._out: deque[tuple[float, bytes, int]] = deque()

    def _us(self, now: float) -> int:
        return int((now - self._born) * 1e6 * self._fast) % 2**32

    def _say(self, now: float, one: wire.Message) -> None:
        """Send a frame, or what the line makes of it."""
        faults, draw = self.faults, self._draw
        data = wire.frame(one, self._number)
        self._number += one.code in COUNTED
        chance = draw.random(4)
        names = ("lose", "double", "cut", "garbage")
        hit = {n: c < getattr(faults, n) for n, c in zip(names, chance, strict=True)}
        if hit["cut"] and not hit["lose"]:
            data = data[: int(draw.integers(1, len(data)))]
        if hit["garbage"]:
            data = draw.bytes(int(draw.integers(1, 41))) + data
        copies = 0 if hit["lose"] else 1 + hit["double"]
        self.did.update(name for name, done in hit.items() if done)
        self.did["frames"] += 1
        last = self._out[-1][0] if self._out else 0.0
        at = max(last, now + (draw.exponential(faults.late_s) if faults.late_s else 0.0))
        for _ in range(copies):
            self._out.append((at, self._flipped(data), self._hello.baud))

    def _flipped(self, data: bytes) -> bytes:
        flips = self._draw.binomial(8 * len(data), self.faults.flip) if self.faults.flip else 0
        if not flips:
            return data
        wrong = bytearray(data)
        for bit in self._draw.choice(8 * len(data), flips, replace=False).tolist():
            wrong[bit // 8] ^= 1 << bit % 8
        self.did["flipped bits"] += int(flips)
        return bytes(wrong)

    def _go_on(self, now: float) -> None:
        """Everything that the board does until now."""
        if now < self._up:
            return
        if self._greets:
            self._greets = False
            self._say(self._up, self._hello)
        if self._trial and now >= self._trial:  # nobody spoke at the new speed
            self._hello, self._trial = wire.Hello(**self._but(baud=self._first.baud)), 0.0
            self._say(now, self._hello)
        while self._running:
            rows, rate = self._hello.batch, self._hello.rate * self._fast
            full, tick = self._start + (self._row + rows) / rate, self._tick
            if min(full, tick) > now:
                break
            if tick < full:
                self._say(tick, wire.Status(self._us(tick), 0, self._dropped, self._sent))
                self._tick += 1 / self._fast
            else:
                self._batch(full, rows)

    def _due(self) -> float:
        """When the next thing happens."""
        times = [self._out[0][0]] if self._out else []
        if self._running:
            full = self._row + self._hello.batch
            times += [self._tick, self._start + full / (self._hello.rate * self._fast)]
        return min(times, default=float("inf"))

    def _batch(self, at: float, rows: int) -> None:
        rate = self._hello.rate * self._fast
        begin = self._start + self._row / rate
        counts = self._sample(rows)
        if self._draw.random() < self.faults.drop:
            self._dropped += 1
            self._number += 1
            self.did["drop"] += 1
        else:
            self._sent += rows
            self._say(at, wire.Data.of(self._us(begin), counts))
        self.did["rows"] += rows
        self._row += rows

    def _sample(self, rows: int) -> npt.NDArray[Any]:
        import numpy as np

        pins, first = self._hello.channels, self._row
        if self._test:
            return wire.ramp(first, rows, len(pins))
        lag = self._start - (self._zero or 0.0)
        seconds = lag + (first + np.arange(rows)) / (self._hello.rate * self._fast)
        # round-off must not move a row that stands on one of the signals' own
        at = np.round(seconds * self._rate, 9) % len(self._table)
        low = at.astype(int) % len(self._table)
        after, part = self._table[(low + 1) % len(self._table)], (at - at.astype(int))[:, None]
        seen = self._table[low] + part * (after - self._table[low])
        volts = np.zeros((rows, len(pins)))
        for column, pin in enumerate(pins):
            if pin in self._pins:
                volts[:, column] = seen[:, self._pins.index(pin)]
        full = self._hello.reference_mv / 1000
        return np.clip(np.floor(volts * 1024 / full), 0, 1023).astype("<u2")

    def _but(self, **changes: Any) -> dict[str, Any]:
        return {name: getattr(self._hello, name) for name in wire.Hello.__slots__} | changes

    def _hear(self, now: float, data: bytes) -> None:
        if now < self._up:
            return
        self._go_on(now)
        if now - self._heard_at > 0.1:
            self._heard = b""
        self._heard, self._heard_at = self._heard + data, now
        while True:
            found = self._heard.find(wire.SYNC)
            cut = len(self._heard) - self._heard.endswith(wire.SYNC[:1]) if found < 0 else found
            self._heard = heard = self._heard[cut:]
            if len(heard) < wire.HEAD:
                return
            size = wire.HEAD + heard[3] + wire.TAIL
            if heard[3] > _MOST_ASKED:
                self._refuse(now, wire.Refusal.LENGTH, heard[3])
                self._heard = heard[2:]
            elif len(heard) < size:
                return
            elif wire.crc(heard[2 : size - 2]).to_bytes(2, "little") != heard[size - 2 : size]:
                self._damaged += 1
                self._refuse(now, wire.Refusal.CRC, self._damaged)
                self._heard = heard[2:]
            else:
                if answer := self._answer(now, heard[2], heard[wire.HEAD : size - 2]):
                    self._say(now, answer)
                self._heard = self._heard[size:]

    def _refuse(self, now: float, reason: int, value: int) -> None:
        self._say(now, wire.Error(reason, value))

    def _answer(self, now: float, code: int, payload: bytes) -> wire.Message | None:
        known: Any = wire.TYPES.get(code)
        if known is None or code < 0x80:
            return wire.Error(wire.Refusal.UNKNOWN, code)
        if len(payload) != known.form.size:
            return wire.Error(wire.Refusal.LENGTH, len(payload))
        self._trial = 0.0
        if self._running and known in (wire.Configure, wire.Start, wire.SelfTest, wire.Baud):
            return wire.Error(wire.Refusal.BUSY, code)
        if known is wire.Configure:
            return self._configured(payload)
        one = known.read(payload)
        if isinstance(one, wire.Baud):
            if one.baud not in wire.BAUDS:
                return wire.Error(wire.Refusal.BAUD, self._hello.baud // 100)
            new = wire.Hello(**self._but(baud=one.baud))
            self._say(now, new)
            self._hello, self._trial = new, now + 2
            return None
        if isinstance(one, wire.Ping):
            return wire.Pong(one.echo, self._us(now))
        if isinstance(one, wire.Start):
            self._number = self._dropped = self._sent = self._row = 0
            if not (self._was_out and self._zero is not None):
                self._zero = now
            self._running, self._was_out = True, False
            self._start, self._tick = now, now + 1 / self._fast
            return wire.Status(self._us(now))
        if isinstance(one, wire.Stop):
            due = int((now - self._start) * self._hello.rate * self._fast) - self._row
            if self._running and due > 0:
                self._batch(now, min(due, self._hello.batch))
            self._running = False
            return wire.Close(self._us(now), 0, self._dropped, self._sent)
        if isinstance(one, wire.SelfTest):
            self._test = one.on != 0
        return self._hello

    def _configured(self, payload: bytes) -> wire.Message:
        many, *pins, rate, batch = wire.Configure.form.unpack(payload)
        pins, why = pins[:many], wire.Refusal
        if not 1 <= many <= MOST_CHANNELS:
            return wire.Error(why.CHANNELS, many)
        for place, pin in enumerate(pins):
            if pin >= 16 or pin in pins[:place]:
                return wire.Error(why.CHANNELS, pin)
        most = wire.limits(many, batch, self._hello.baud)
        if not 1 <= batch <= most.batch:
            return wire.Error(why.BATCH, most.batch)
        if rate < wire.SLOWEST:
            return wire.Error(why.SLOW, wire.SLOWEST)
        if rate > most.adc:
            return wire.Error(why.ADC, most.adc)
        if rate > most.line:
            return wire.Error(why.LINE, most.line)
        self._hello = wire.Hello(**self._but(channels=tuple(pins), rate=rate, batch=batch))
        return self._hello
