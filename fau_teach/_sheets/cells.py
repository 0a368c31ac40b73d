"""What both workbook formats share: cells as text, limits, and one reason to refuse."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

ROWS = 200_000
"""Highest row of a sheet that is read."""
COLUMNS = 4_096
"""Highest column of a sheet that is read."""
CELLS = 4_000_000
"""Most places of all sheets together, each row counted up to its last filled cell."""
LONGEST = 32_767
"""Most characters of a cell; no spreadsheet program writes more."""
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!"}
"""Names of the errors of an ``.xls`` cell; every other is ``#N/A``."""

_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)


class Refused(Exception):  # noqa: N818 - becomes a FileError once the file's name is known
    """A workbook cannot be read; problem, advice and place as in ``FileError``."""

    def __init__(self, problem: str, advice: str, place: str = "") -> None:
        super().__init__(problem, advice, place)
        self.problem, self.advice, self.place = problem, advice, place


class Budget:
    """Room for cells that all sheets of a workbook share."""

    def __init__(self) -> None:
        self.left = CELLS


class Grid:
    """Filled cells of one sheet, within limits.

    Parameters
    ----------
    name : of the sheet
    budget : shared by the sheets of a workbook
    """

    def __init__(self, name: str, budget: Budget) -> None:
        self.name = name
        self._budget = budget
        self._rows: dict[int, dict[int, str]] = {}
        self._widths: dict[int, int] = {}

    def put(self, row: int, column: int, text: str) -> None:
        """Set a cell, both numbers counted from 0; an empty text is no cell."""
        if not text:
            return
        if row >= ROWS or column >= COLUMNS or len(text) > LONGEST:
            where = f"row {row + 1}, column {column + 1}"
            most = f"{ROWS:,} rows, {COLUMNS:,} columns and {LONGEST:,} characters a cell"
            raise self._full(f"there is a cell in {where}, of {len(text):,} characters", most)
        width = self._widths.get(row, 0)
        if column >= width:
            self._widths[row] = column + 1
            self._budget.left -= column + 1 - width
            if self._budget.left < 0:
                raise self._full("there are too many cells", f"{CELLS:,} cells")
        self._rows.setdefault(row, {})[column] = text

    def _full(self, problem: str, most: str) -> Refused:
        place = f"sheet {self.name!r:.60}"
        return Refused(problem, f"Split the sheet; {most} can be read", place)

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """All rows down to the last filled one."""
        last = max(self._rows, default=-1)
        return tuple(
            tuple(map(self._rows.get(at, {}).get, range(self._widths.get(at, 0)), _BLANKS))
            for at in range(last + 1)
        )


_BLANKS = ("",) * COLUMNS


def is_date(number: int, pattern: str = "") -> bool:
    """Whether a number format shows a date or a time.

    Parameters
    ----------
    number : of the format; below 164 it is built in
    pattern : the format's text where the file gives one
    """
    if pattern:
        return bool(set(_QUOTED.sub("", pattern.lower()).split(";")[0]) & set("dmyhs"))
    return number in _DATES


def number_text(value: float, date: bool = False, from_1904: bool = False) -> str:
    """A number as a person would type it; a date in ISO form, a time of day without a date.

    Parameters
    ----------
    value : the number
    date : whether its format shows a date
    from_1904 : whether days count from 1904, as old files of one system do
    """
    if date and 0 <= value < 2_958_466:
        if value < 1:
            return (datetime.min + _days(value)).time().isoformat()
        # Day 60 is 29 February 1900, which never was: counting from 1899-12-30 heals the rest.
        start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
        day = start + _days(value)
        return day.isoformat() if day.time() != datetime.min.time() else day.date().isoformat()
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)


def _days(value: float) -> timedelta:
    return timedelta(seconds=round(value * 86_400))
