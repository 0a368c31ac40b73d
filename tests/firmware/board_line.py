"""A strict reader of the board's line: each byte must belong to a right frame."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import serial

from fau_teach.emg.protocol import (
    Close,
    Data,
    Hello,
    Ping,
    Pong,
    Start,
    Status,
    Stop,
    crc,
    frame,
    message,
)


def frames(data: bytes) -> Iterator[tuple[int, Any, int]]:
    """Number, message and end of each complete frame; anything between them is an error."""
    at = 0
    while len(data) - at >= 8 and len(data) - at >= 8 + data[at + 3]:
        end = at + 8 + data[at + 3]
        assert data[at : at + 2] == b"\xa5\x5a", data[at : at + 16].hex(" ")
        assert crc(data[at + 2 : end - 2]) == int.from_bytes(data[end - 2 : end], "little")
        number = int.from_bytes(data[at + 4 : at + 6], "little")
        yield number, message(data[at + 2], data[at + 6 : end - 2]), end
        at = end


@dataclass
class Recording:
    """What came between START and CLOSE."""

    seen: list[tuple[int, Any]]
    seconds: float

    def of(self, kind: type) -> list[Any]:
        return [one for _, one in self.seen if type(one) is kind]

    @property
    def close(self) -> Close:
        return self.seen[-1][1]

    @property
    def numbers(self) -> list[int]:
        return [number for number, one in self.seen if type(one) in (Data, Status)]

    @property
    def lost(self) -> int:
        """Numbers that never came, those after the last frame included."""
        found = [*self.numbers, self.seen[-1][0]]
        steps = np.diff(found)
        assert found[0] == 0
        assert (np.asarray(steps) % 65536 > 0).all()
        return int((steps % 65536).sum()) - len(steps)

    @property
    def counts(self) -> np.ndarray:
        return np.concatenate([one.counts() for one in self.of(Data)])

    def times(self, rate: float) -> np.ndarray:
        """Board time of each row [s]."""
        each = [one.time_us * 1e-6 + np.arange(one.rows) / rate for one in self.of(Data)]
        return np.concatenate(each)


@dataclass
class Line:
    """The host's end."""

    port: str
    serial: Any = None
    kept: bytes = b""
    sent: int = 0
    waiting: list[tuple[int, Any]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.serial = serial.Serial(self.port, 500_000, timeout=0.02)
        self.meet()
        return self

    def meet(self) -> None:
        """Ping until the board has started; what it said before is left out."""
        for _ in range(60):
            self.send(Ping(b"meeting!"))
            limit = time.monotonic() + 0.5
            while time.monotonic() < limit:
                self.pump()
                if any(type(one) is Pong for _, one in self.waiting):
                    self.waiting.clear()
                    return
        raise AssertionError("the board does not answer")

    def __exit__(self, *_: object) -> None:
        self.serial.close()

    def quiet(self) -> None:
        """Wait until nothing more comes, and forget it."""
        last, count = time.monotonic(), -1
        while time.monotonic() - last < 0.5:
            self.pump()
            if len(self.waiting) != count:
                last, count = time.monotonic(), len(self.waiting)
        self.waiting.clear()

    def pump(self) -> None:
        self.kept += self.serial.read(max(1, self.serial.in_waiting))
        found = list(frames(self.kept))
        self.waiting += [(number, one) for number, one, _ in found]
        self.kept = self.kept[found[-1][2] :] if found else self.kept

    def until(self, *kinds: type, seconds: float = 20.0) -> tuple[int, Any]:
        """The next frame of these types; what comes before it is left out."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            while self.waiting:
                found = self.waiting.pop(0)
                if type(found[1]) in kinds:
                    return found
            self.pump()
        raise AssertionError(f"no {kinds} within {seconds} s")

    def send(self, one: Any) -> None:
        self.serial.write(frame(one, self.sent))
        self.sent += 1

    def ask(self, one: Any, *kinds: type) -> Any:
        self.send(one)
        return self.until(*kinds)[1]

    def set(self, one: Any) -> Hello:
        found = self.ask(one, Hello)
        if hasattr(one, "rate"):
            assert (found.channels, found.rate, found.batch) == (one.channels, one.rate, one.batch)
        return found

    def record(self, board_s: float, during: Any = None) -> Recording:
        """START, so many seconds of the board's clock, STOP, and all up to CLOSE."""
        self.waiting.clear()
        self.send(Start())
        started, seen, until = time.monotonic(), [], None
        while not seen or type(seen[-1][1]) is not Close:
            while self.waiting:
                number, one = self.waiting.pop(0)
                seen.append((number, one))
                clock = getattr(one, "time_us", None)
                if len(seen) == 1:
                    assert (number, type(one)) == (0, Status), (number, one)
                    until = one.time_us + board_s * 1e6
                elif until is not None and clock is not None and clock >= until:
                    self.send(Stop())
                    until = None
                if type(one) is Close:
                    break
            if during and until is not None:
                during(self)
            assert time.monotonic() - started < 60 + 5 * board_s
            if not self.waiting and (not seen or type(seen[-1][1]) is not Close):
                self.pump()
        return Recording(seen, time.monotonic() - started)
