"""Frames out of a stream of bytes that may be damaged: nothing is repaired, all loss is counted.

A frame counts only with a right CRC. Where one is wrong, the search goes on two bytes later, in
front of which no frame can begin. Runs of equal DATA frames, by far the most of a recording, are
taken together.

What CRC-16 cannot do: of bytes that are no frame but look like the head of one, 1 in 65,536
passes. A flip of one, two or any odd number of bits, or a burst of 16 bits at most, is always
seen, as long as the length is right. Where that byte is hit as well, the check stands over other
bytes, and what comes out is again 1 in 65,536: so DATA must also have the rows that fit its length
and no count that the ADC cannot give. :attr:`Counts.tried` says how many such chances there were.

Source: S4-003; :mod:`fau_teach.emg.protocol`.
"""

from __future__ import annotations

from binascii import crc_hqx
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from fau_teach.emg.protocol import (
    BITS,
    COUNTED,
    DATA_HEAD,
    HEAD,
    PERIOD,
    SYNC,
    TAIL,
    Close,
    Data,
    Hello,
    Message,
    ProtocolError,
    Status,
    message,
)

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Block", "Counts", "Frame", "Parser"]

_START = 0xFFFF
_HALF = PERIOD // 2
_LONG_US = 32_000_000  # longer than a batch at the lowest rate
_MISSING = 1 << 16  # gaps that are remembered, so that a late frame is known from a second one
_OWN = frozenset({*COUNTED, Close.code, Hello.code, 0x05, 0x06})


@dataclass(slots=True)
class Counts:
    """What a parser met since it was made.

    Attributes
    ----------
    bytes : all that were fed
    frames : with a right CRC and a payload that fits
    tried : places that looked like a frame, right or wrong
    crc_errors : those with a wrong CRC; after damage also places that never were a frame
    odd : a right CRC around what is no message of the board
    resyncs : how often the next frame did not begin where the last one ended
    skipped : bytes that belong to no frame
    lost : DATA and STATUS frames that never came, by their numbers
    duplicates : frames whose number had come before; they are given out nowhere
    late : frames that came after a later one; they are given out and are not lost
    """

    bytes: int = 0
    frames: int = 0
    tried: int = 0
    crc_errors: int = 0
    odd: int = 0
    resyncs: int = 0
    skipped: int = 0
    lost: int = 0
    duplicates: int = 0
    late: int = 0

    def __str__(self) -> str:
        told = (f"{getattr(self, one.name):,} {one.name.replace('_', ' ')}" for one in fields(self))
        return ", ".join(told)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """DATA frames of one form whose numbers follow each other without a gap.

    Parameters
    ----------
    number : of the first frame, counted on past 65,535 since START
    times_us : (n,) board time of the first row of each frame, u32
    rows : in each frame
    counts : (n x rows, channels) u16
    lost_before : frames missing between this block and what came before
    late : whether it fills an earlier gap
    """

    number: int
    times_us: npt.NDArray[Any]
    rows: int
    counts: npt.NDArray[Any]
    lost_before: int = 0
    late: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """Any other frame; ``number`` as in :class:`Block`."""

    number: int
    message: Message
    lost_before: int = 0
    late: bool = False


class Parser:
    """Frames of a board, from bytes in pieces of any size.

    Parameters
    ----------
    channels : where given, DATA of another number of channels counts as odd
    """

    def __init__(self, channels: int = 0) -> None:
        self.counts, self.channels = Counts(), channels
        self._kept, self._lost_sync = b"", False
        self.restart()

    def restart(self) -> None:
        """A START is on its way: numbers begin again at 0."""
        self._next = 0
        self._last_us: int | None = None
        self._missing: dict[int, int] = {}  # first -> after the last, in order

    def feed(self, data: bytes) -> list[Block | Frame]:
        """What these bytes complete; an unfinished frame waits for its rest."""
        self.counts.bytes += len(data)
        return self._read(self._kept + data, last=False)

    def flush(self) -> list[Block | Frame]:
        """No more bytes come: what frames an unfinished one may hide; its bytes are skipped."""
        return self._read(self._kept, last=True)

    def _read(self, data: bytes, *, last: bool) -> list[Block | Frame]:
        out: list[Block | Frame] = []
        at, end = 0, len(data)
        while True:
            found = data.find(SYNC, at)
            if found < 0:
                found = end - (not last and data.endswith(SYNC[:1], at))
            if found > at:
                self._skip(found - at)
                at = found
            if end - at < HEAD + TAIL or end - at < HEAD + data[at + 3] + TAIL:
                if last and at < end:
                    self._skip(min(2, end - at))
                    at += min(2, end - at)
                    continue
                break
            ahead = self._run(data, at, out) if data[at + 2] == Data.code else 0
            at += ahead or self._one(data, at, out)
        self._kept = data[at:]
        return out

    def _skip(self, many: int) -> None:
        self.counts.skipped += many
        self._lost_sync = True

    def _found(self, frames: int) -> None:
        self.counts.frames += frames
        self.counts.tried += frames
        self.counts.resyncs += self._lost_sync
        self._lost_sync = False

    def _one(self, data: bytes, at: int, out: list[Block | Frame]) -> int:
        """Take the frame at this place; how many bytes are done with."""
        size = HEAD + data[at + 3] + TAIL
        number = int.from_bytes(data[at + 4 : at + 6], "little")
        right = crc_hqx(data[at + 2 : at + size - TAIL], _START).to_bytes(2, "little")
        if right != data[at + size - TAIL : at + size]:
            self.counts.tried += 1
            self.counts.crc_errors += 1
            self._skip(2)
            return 2
        try:
            one = message(data[at + 2], data[at + HEAD : at + size - TAIL])
            if one.code not in _OWN or isinstance(one, Data):
                raise ProtocolError("DATA that this board cannot send.")
        except ProtocolError:
            self._found(1)
            self.counts.frames -= 1
            self.counts.odd += 1
            return size
        self._found(1)
        if isinstance(one, Status | Close):
            self._follow(number, 1, one.time_us, out, one)
        else:
            out.append(Frame(number, one))
        return size

    def _run(self, data: bytes, at: int, out: list[Block | Frame]) -> int:
        """Take a run of right DATA frames of one form; how many bytes they have."""
        import numpy as np

        length, channels, rows = data[at + 3], data[at + HEAD + 4], data[at + HEAD + 5]
        fits = length == DATA_HEAD.size + 2 * channels * rows and 1 <= channels <= 8 and rows
        if not fits or self.channels not in (0, channels):
            return 0
        size, head = HEAD + length + TAIL, data[at : at + 4]
        view, stop, begin, done = memoryview(data), at + 2, at, 0
        form = data[at + HEAD + 4 : at + HEAD + 6]
        while begin + size <= len(data) and data[begin : begin + 4] == head:
            stop = begin + size - TAIL
            right = crc_hqx(view[begin + 2 : stop], _START)
            if right != data[stop] | data[stop + 1] << 8:
                break
            if data[begin + HEAD + 4 : begin + HEAD + 6] != form:
                break
            done += 1
            begin += size
        if not done:
            return 0
        table = np.frombuffer(data, np.uint8, done * size, at).reshape(done, size)
        counts = table[:, HEAD + DATA_HEAD.size : -TAIL].copy().view("<u2")
        if int(counts.max()) >> BITS:  # a check that holds by chance
            done = int((counts >> BITS).any(1).argmax())
            if not done:
                return 0
            table, counts = table[:done], counts[:done]
        self._found(done)
        numbers = table[:, 4:6].copy().view("<u2")[:, 0].astype(np.int64)
        times = table[:, 6:10].copy().view("<u4")[:, 0]
        breaks = np.flatnonzero(np.diff(numbers) % PERIOD != 1) + 1
        edges = [0, *breaks.tolist(), done]
        for first, after in pairwise(edges):
            part = times[first:after], rows, counts[first:after].reshape(-1, channels)
            self._follow(int(numbers[first]), after - first, int(times[first]), out, part)
        return done * size

    def _follow(
        self, number: int, many: int, time_us: int, out: list[Block | Frame], what: Any
    ) -> None:
        """Place a run of numbers behind, or before, what has come so far."""
        step = (number - self._next) % PERIOD
        closing = isinstance(what, Close)
        passed = 0 if self._last_us is None else (time_us - self._last_us) % 2**32
        # Up to half a period ahead it can only be a gap; beyond, the board's time tells.
        ahead = step < _HALF or self._last_us is None or _LONG_US < passed < 2**31
        first = self._next + step - (0 if ahead else PERIOD)
        if not ahead:
            behind = min(many, self._next - first)
            self._before(first, behind, out, what)
            if behind < many:  # a double and what follows it, in one run
                times, rows, counts = what
                rest = times[behind:], rows, counts[behind * rows :]
                self._follow(number + behind, many - behind, int(rest[0][0]), out, rest)
            return
        if step:
            self.counts.lost += step
            self._missing[self._next] = first
            if len(self._missing) > _MISSING:
                del self._missing[next(iter(self._missing))]
        after = first if closing else first + many
        if isinstance(what, tuple):
            times, rows, counts = what
            out.append(Block(first, times, rows, counts, step))
            time_us = int(times[-1])
        else:
            out.append(Frame(first, what, step))
        self._next, self._last_us = after, time_us

    def _before(self, first: int, many: int, out: list[Block | Frame], what: Any) -> None:
        """Numbers from before: those that were missing are late, the others duplicates."""
        if isinstance(what, Close):
            out.append(Frame(first, what, late=True))
            return
        for one in range(many):
            if not self._fill(first + one):
                self.counts.duplicates += 1
                continue
            self.counts.late += 1
            self.counts.lost -= 1
            if isinstance(what, tuple):
                times, rows, counts = what
                part = counts[one * rows : (one + 1) * rows]
                out.append(Block(first + one, times[one : one + 1], rows, part, late=True))
            else:
                out.append(Frame(first + one, what, late=True))

    def _fill(self, number: int) -> bool:
        for first, after in self._missing.items():
            if first <= number < after:
                del self._missing[first]
                self._missing |= {a: b for a, b in ((first, number), (number + 1, after)) if a < b}
                return True
        return False
