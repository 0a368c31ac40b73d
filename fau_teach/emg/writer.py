"""Carries rows to their files, so that the reader of the port never waits for a disk."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from fau_teach.emg.sinks import Sink

if TYPE_CHECKING:
    import numpy.typing as npt

ROOM = 256 << 20
"""Most bytes that wait for each file."""
TURN_S, SYNC_S, AGAIN_S = 0.4, 1.5, 2.0


class _Feed:
    """What waits for one file."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.queue: deque[tuple[Any, ...]] = deque()
        self.handed: deque[tuple[int, Any]] = deque()  # to the sink, and not yet in the file
        self.waiting = self.unsaved = 0  # bytes in the queue; rows given up
        self.again = self.synced = 0.0
        self.problem = ""

    @property
    def missing(self) -> int:
        """Rows that are not in the file."""
        waiting = sum(len(one[1]) for one in self.queue if one[2])
        return self.unsaved + waiting + self.sink.rows_done - self.sink.rows_safe

    def left(self) -> list[tuple[int, Any]]:
        """Rows that are not in the file; some of the first may be."""
        return [*self.handed, *(one[:2] for one in self.queue if one[2])]

    def flush(self) -> None:
        self.sink.flush()
        lacks = self.sink.rows_done - self.sink.rows_safe
        there = sum(len(one[1]) for one in self.handed)
        while self.handed and there - len(self.handed[0][1]) >= lacks:
            there -= len(self.handed.popleft()[1])

    def write(self) -> None:
        if self.handed or self.problem:
            self.flush()
        while self.queue:
            first, what, rows = self.queue[0]
            if rows:
                self.sink.rows(first, what)
                self.handed.append((first, what))
                self.waiting -= what.nbytes
            else:
                self.sink.note(first, what)
            self.queue.popleft()
        self.flush()


class Writer:
    """Writes files in a thread of its own.

    Parameters
    ----------
    sinks : the files
    told : called when a problem comes or goes
    """

    def __init__(self, sinks: Sequence[Sink], told: Callable[[str], object]) -> None:
        self._feeds = [_Feed(one) for one in sinks]
        self._told = told
        self._guard, self._over = threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def problem(self) -> str:
        """Why a file cannot be written at present; empty where all is well."""
        return " ".join(one.problem for one in self._feeds if one.problem)

    @property
    def unsaved(self) -> int:
        """Rows that were given up for a file; after the end, all that it lacks."""
        over = self._over.is_set()
        return max((one.missing if over else one.unsaved for one in self._feeds), default=0)

    def left(self) -> list[tuple[int, Any]]:
        """Rows that wait for the file which lacks fewest: places, and counts."""
        return min(self._feeds, key=lambda one: one.missing).left() if self._feeds else []

    def start(self) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._work, name="emg writer", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # no threads: the recorder calls turn()
            self._thread = None

    def rows(self, index: int, counts: npt.NDArray[Any]) -> None:
        """Take over rows; where too much waits, they are given up and counted."""
        for one in self._feeds:
            if one.waiting + counts.nbytes > ROOM:
                one.unsaved += len(counts)
                continue
            one.waiting += counts.nbytes
            one.queue.append((index, counts, True))

    def note(self, time_s: float, text: str) -> None:
        """Take over words."""
        for one in self._feeds:
            one.queue.append((time_s, text, False))

    def turn(self, *, now: bool = False) -> None:
        """Write what waits, where the disk takes it."""
        with self._guard:
            for one in self._feeds:
                before, moment = one.problem, time.monotonic()
                if moment < one.again and not now:
                    continue
                try:
                    one.write()
                    one.problem = ""
                    if moment - one.synced > SYNC_S:
                        one.sink.sync()
                        one.synced = moment
                except OSError as error:
                    one.again = moment + AGAIN_S
                    why = f"{one.sink.path.name} cannot be written: {error.strerror or error}."
                    one.problem = f"{why} Make room; the rows wait in memory."
                if one.problem != before:
                    self._told(one.problem or f"{one.sink.path.name} is written again.")

    def _work(self) -> None:
        while not self._over.wait(TURN_S):
            self.turn()

    def finish(self, summary: Callable[[], dict[str, Any]]) -> str:
        """Write the rest and close the files; what went wrong, or nothing.

        Parameters
        ----------
        summary : asked for when all rows are written
        """
        self._over.set()
        if self._thread:
            self._thread.join()
        self.turn(now=True)
        for one in self._feeds:
            if one.problem or one.unsaved:
                one.sink.abandon()
                one.problem = one.problem or f"{one.sink.path.name} lacks {one.unsaved} rows."
                continue
            try:
                said = summary()
                said["account"]["unsaved"] = 0  # this file gets all that it was given
                one.sink.finish(said)
            except OSError as error:
                one.problem = f"{one.sink.path.name} has no proper end: {error.strerror or error}."
        return self.problem
