"""What was measured beside a clip, such as EMG: read from a table, shown frame by frame."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from pathlib import Path
from statistics import median
from typing import Any

from fau_teach._reading import Table, read_table

_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}
_NAMED = re.compile(r"(.+?)\s*(?:\(([^()]*)\)|\[([^\[\]]*)\])?", re.DOTALL)
_CLOCK = re.compile(r"(frame)|(?:time|timestamp|t)(?:_([a-zµ]+))?")
_NONE = frozenset({"", "na", "nan", "?", "-"})


@dataclass(frozen=True, slots=True)
class Trace:
    """One series of values.

    Parameters
    ----------
    name, unit : of the column; the unit may be empty
    by : ``"time"`` or ``"frame"``
    at : time [s] or frame number of each value, ascending
    values : None where there is none
    """

    name: str
    unit: str
    by: str
    at: tuple[float, ...]
    values: tuple[float | None, ...]

    @property
    def rate(self) -> float | None:
        """Values a second, or a frame; None for fewer than two."""
        steps = [late - early for early, late in pairwise(self.at)]
        return 1 / median(steps) if steps else None

    def by_frame(
        self, times_s: Sequence[float], fps: float, numbers: Sequence[int]
    ) -> dict[str, Any]:
        """What lies within each frame, from its time to that of the next; never interpolated.

        Parameters
        ----------
        times_s : time of each frame [s]
        fps : gives the last frame an end [1/s]
        numbers : number of each frame, for a table that counts by frame

        Returns
        -------
        for JSON: ``low`` and ``high``, lowest and highest value in each frame or None; ``frames``
        that have one; ``outside``, values before or after the clip; name, unit, by and rate
        """
        starts: Sequence[float] = numbers if self.by == "frame" else times_s
        end = starts[-1] + (1 if self.by == "frame" else 1 / fps)
        edges = [bisect_left(self.at, start - 1e-9) for start in (*starts, end)]
        inside = [
            [value for value in self.values[first:after] if value is not None]
            for first, after in pairwise(edges)
        ]
        return {
            "name": self.name, "unit": self.unit, "by": self.by, "rate": self.rate,
            "low": [min(each, default=None) for each in inside],
            "high": [max(each, default=None) for each in inside],
            "frames": sum(map(bool, inside)), "outside": len(self.at) - edges[-1] + edges[0],
        }  # fmt: skip

    def __str__(self) -> str:
        rate = f", {self.rate:.4g} a {self.by.replace('time', 'second')}" if self.rate else ""
        return f"{self.name} [{self.unit or 'no unit'}]: {len(self.at)} values{rate}"


def read_traces(path: str | Path) -> tuple[Trace, ...]:
    """Read a table with a trace a column.

    One column says when: ``time_s``, ``time [ms]``, ``t (s)`` or ``frame``. Units of others stand
    in brackets: ``zygomaticus (mV)``. A column without any number is no trace.

    Parameters
    ----------
    path : the file: tab, comma or semicolon

    Raises
    ------
    FileError
        It cannot be read, nothing says when, a time has no unit or is not later than the one
        before, or a cell is no number (names the line).
    """
    table = read_table(path)
    clocks: dict[str, tuple[bool, str]] = {}
    columns: dict[str, tuple[str, str]] = {}
    for column in filter(None, table.header):
        named = _NAMED.fullmatch(column)
        name, unit = (named[1], (named[2] or named[3] or "").strip()) if named else (column, "")
        clock = _CLOCK.fullmatch(name.lower())
        if clock:
            clocks[column] = bool(clock[1]), (clock[2] or unit).lower()
        else:
            columns[column] = name, unit
    advice = "Name it 'frame', 'time_s' or 'time_ms'"
    if not clocks:
        raise table.error(1, "", ", ".join(table.header), "no column says when", advice)
    # A time says more than a frame, unless its unit is not known.
    clock_name = min(
        clocks, key=lambda c: 1 if clocks[c][0] else 2 * (clocks[c][1] not in _SECONDS)
    )
    frames, unit = clocks[clock_name]
    if not frames and unit not in _SECONDS:
        raise table.error(1, clock_name, unit, "the unit of the time is not told", advice)
    at: list[float] = []
    for line, row in table.rows:
        when = _number(table, line, clock_name, row[clock_name])
        now = None if when is None else when * (1.0 if frames else _SECONDS[unit])
        if now is None or (at and now <= at[-1]):
            problem = "this is not later than the row before"
            raise table.error(line, clock_name, row[clock_name], problem, "Sort the rows by time")
        at.append(now)
    found = []
    for column, (name, unit) in columns.items():
        values = tuple(_number(table, line, column, row[column]) for line, row in table.rows)
        if any(value is not None for value in values):
            found.append(Trace(name, unit, "frame" if frames else "time", tuple(at), values))
    if not found:
        raise table.error(1, "", "", "no column holds values", "Add a column beside the time")
    return tuple(found)


def _number(table: Table, line: int, column: str, cell: str) -> float | None:
    if cell.lower() in _NONE:
        return None
    try:
        # A comma stands for the point where the cells are parted by something else.
        value = float(cell.replace(",", "."))
        if not isfinite(value):
            raise ValueError
    except ValueError:
        raise table.error(line, column, cell, "this is no number", "Write a number") from None
    return value
