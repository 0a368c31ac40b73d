"""What every file format of coded events shares: what was read, what could not be written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fau_teach._reading import FileError, Report
from fau_teach.coding.event import CodingError, Event
from fau_teach.coding.session import Session

_MANGLED = re.compile(
    r"\d{4}-\d\d-\d\d.*|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d\d:\d\d:\d\d|\d+(\.\d+)?E\+\d+|\d{6,}|#+[A-Z/0!?]*"
    r"|\d{1,2}[-.] ?[^\W\d]{3}.*|[^\W\d]{3}[-.]\d{2}",
    re.IGNORECASE,
)
"""What spreadsheets make of codes such as ``1-12`` or ``10E+4``: dates, times, powers of ten."""
_RISKY = ("=", "+", "-", "@", "\t", "'")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A session read from a file, with the report on what was met there."""

    session: Session
    report: Report


@dataclass(frozen=True, slots=True)
class Saved:
    """Files that were written, and what of the session their format cannot hold.

    Parameters
    ----------
    paths : the files
    lost : a sentence for each kind of thing that is not in them
    """

    paths: tuple[Path, ...]
    lost: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = ", ".join(str(path) for path in self.paths)
        return "\n".join([f"Wrote {names}.", *(f"  not in it: {line}" for line in self.lost)])


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; :func:`unguarded` undoes it."""
    return f"'{text}" if text.startswith(_RISKY) else text


def unguarded(text: str) -> str:
    """A cell as it was before :func:`guarded`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_RISKY) else text


def frame_of(text: str, error: FileError) -> int | None:
    """A frame number, or None for an empty cell, ``?``, ``NA`` and ``-``.

    Raises
    ------
    FileError
        The given one; the cell holds something else.
    """
    if text.lower() in ("", "?", "na", "nan", "-"):
        return None
    try:
        value = float(text)
        if value != int(value) or value < 0:
            raise ValueError
    except (ValueError, OverflowError):
        raise error from None
    return int(value)


def event_of(error: FileError, **fields: object) -> Event:
    """An event; what is wrong with it is raised with file, line and value of ``error``.

    Raises
    ------
    FileError
        The event cannot be.
    """
    try:
        return Event(**fields)  # type: ignore[arg-type]
    except CodingError as broken:
        place = f"{error.place}, {broken.place}" if error.place else broken.place
        problem, advice = broken.problem, broken.advice.rstrip("?.")
        if broken.place == "aus" and _MANGLED.fullmatch(written := str(fields["aus"]).strip()):
            problem = f"{written!r:.40} is no score; a spreadsheet may have changed it"
            advice = "Format the column as text and write the codes again"
        raise FileError(error.file, error.line, error.value, problem, advice, place) from None


def session_of(
    file: str,
    title: str,
    events: tuple[Event, ...],
    watched: tuple[object, ...] = (),
    lines: Sequence[int] = (),
) -> Session:
    """A session from a file; what does not fit together is raised with file and line.

    Parameters
    ----------
    file : its name
    title, events, watched : of the session
    lines : line of each event, where there are lines

    Raises
    ------
    FileError
        Two events contradict each other.
    """
    try:
        return Session(title, events, watched)  # type: ignore[arg-type]
    except CodingError as broken:
        advice = broken.advice.rstrip("?.")
        at = re.match(r"events\[(\d+)\]", broken.place)
        line = lines[int(at[1])] if at and lines else 0
        raise FileError(file, line, "", broken.problem, advice, broken.place) from None
