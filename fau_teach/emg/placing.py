"""Where the rows of a board belong: on an even grid of its own ticks.

Each batch has the board's time of its first row. Rounded to a tick of the rate that says where it
stands; the timer is exact, and the stamp is read a few microseconds late. So a gap has the right
length even where numbers alone would not tell it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fau_teach.emg.clock import WRAP, Clock, Unwrap
from fau_teach.emg.parser import Block, Frame
from fau_teach.emg.protocol import Close, Status

if TYPE_CHECKING:
    import numpy.typing as npt


_AHEAD_S = 5.0  # a frame does not come before it was sent; clocks may differ by less


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Rows without a gap: ``counts`` (N, C) from place ``index`` on; why there is one before."""

    index: int
    counts: npt.NDArray[Any]
    reason: str = ""


class Segment:
    """What a board sends between START and its end.

    Parameters
    ----------
    rate : ticks a second
    clock, unwrap : of this board since it was opened
    base_of : place of the first row, from its board time [s]

    Attributes
    ----------
    first_s : board time of the first row; None before it has come
    base, next : place of the first row, and of the one that comes next
    counted : the last count that the board sent; closed : whether that was its closing count
    misplaced : rows whose time contradicts their place
    """

    def __init__(
        self, rate: int, clock: Clock, unwrap: Unwrap, base_of: Callable[[float], int]
    ) -> None:
        self._rate, self.clock, self._unwrap, self._base_of = rate, clock, unwrap, base_of
        self.first_s: float | None = None
        self.base = self.next = self.misplaced = 0
        self._lost = 0  # frames since the last block
        self._heard_s: float | None = None  # board time of what came last
        self.counted, self.closed = Status(), False

    def take(self, now: float, found: Iterable[Block | Frame]) -> Iterator[Piece]:
        """Pieces of what was there at ``now`` on the computer's clock."""
        for one in found:
            if isinstance(one, Block):
                yield from self._block(now, one)
            elif isinstance(one.message, Status | Close):
                count = one.message
                self._lost += one.lost_before
                if not one.late:
                    self._arrived(self._unwrap(count.time_us) * 1e-6, now)
                self.closed |= isinstance(count, Close)
                self.counted = Status(count.time_us, count.overruns, count.dropped, count.sent)

    def _block(self, now: float, one: Block) -> Iterator[Piece]:
        import numpy as np

        steps: npt.NDArray[Any] = np.mod(np.diff(one.times_us.astype(np.int64)), WRAP)
        steps = np.where(steps < WRAP // 2, steps, steps - WRAP)
        first = self._unwrap(int(one.times_us[0]))
        us = first + np.concatenate([[0], np.cumsum(steps)])
        self._unwrap(int(one.times_us[-1]))
        if self.first_s is None:
            self.first_s = float(us[0]) * 1e-6
            self.base = self.next = self._base_of(self.first_s)
        ticks = np.round((us * 1e-6 - self.first_s) * self._rate).astype(np.int64)
        places, rows = (self.base + ticks).tolist(), one.rows
        if not one.late:
            last = (float(us[-1]) + (rows - 1) * 1e6 / self._rate) * 1e-6
            self._arrived(last, now)
            self._lost += one.lost_before
        begin, reason = 0, f"{self._lost} frame(s) lost" if self._lost else ""
        self._lost = self._lost if one.late else 0
        for at in range(1, len(places) + 1):
            if at < len(places) and places[at] == places[at - 1] + rows:
                continue
            counts = one.counts[begin * rows : at * rows]
            fits = places[begin] >= (self.base if one.late else self.next)
            if fits and not self._ahead(float(us[begin]) * 1e-6, now):
                why = reason or "the ADC missed ticks"
                yield Piece(places[begin], counts, "late" if one.late else why)
                self.next = max(self.next, places[begin] + len(counts))
            else:
                self.misplaced += len(counts)
            begin, reason = at, ""

    def _arrived(self, board_s: float, now: float) -> None:
        if not self._ahead(board_s, now):
            self.clock.arrived(board_s, now)
            self._heard_s = board_s

    def _ahead(self, board_s: float, now: float) -> bool:
        """Whether a stamp lies in the future: then a check held by chance."""
        if self._heard_s is None or board_s < self._heard_s + _AHEAD_S:
            return False
        fit = self.clock.fit()
        return fit is not None and fit.host(board_s) > now + _AHEAD_S

    def session_s(self, host_s: float) -> float:
        """Time on the grid [s] at a time of the computer's clock."""
        fit = self.clock.fit()
        if fit is None or self.first_s is None:
            return self.next / self._rate
        return fit.board(host_s) - self.first_s + self.base / self._rate

    def host_s(self, session_s: float) -> float:
        """The computer's time at a time on the grid [s]."""
        fit = self.clock.fit()
        assert fit is not None
        return fit.host(session_s - self.base / self._rate + (self.first_s or 0.0))


class Memory:
    """The newest rows, as many as there is room for.

    Attributes
    ----------
    next : place of the row that comes next
    rows, forgotten : rows that were put in, and those that are no longer there
    """

    def __init__(self, room: int, columns: int) -> None:
        self._room, self._columns = room, columns
        self._kept: deque[tuple[int, npt.NDArray[Any]]] = deque()
        self.next = self.rows = self.forgotten = 0

    def put(self, index: int, counts: npt.NDArray[Any]) -> None:
        """Take over rows."""
        self._kept.append((index, counts))
        self.rows += len(counts)
        self.next = max(self.next, index + len(counts))
        while self.rows - self.forgotten - len(self._kept[0][1]) >= self._room:
            self.forgotten += len(self._kept.popleft()[1])

    def since(self, least: int, slack: int = 1 << 40) -> tuple[Any, Any]:
        """Rows from place ``least`` on, in order: places (N,), and counts (N, C).

        Late rows are found where they came at most ``slack`` rows too late.
        """
        import numpy as np

        parts = []
        for one in reversed(self._kept):
            parts.append(one)
            if one[0] < least - slack:
                break
        if not parts:
            return np.zeros(0, np.int64), np.zeros((0, self._columns), "<u2")
        index = np.concatenate([np.arange(at, at + len(rows)) for at, rows in parts])
        counts = np.concatenate([rows for _, rows in parts])
        order = np.argsort(index, kind="stable")
        order = order[index[order] >= least]
        return index[order], counts[order]
