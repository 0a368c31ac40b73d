"""Tables as CASME II publishes them: a workbook with a row an event, and columns of ours."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from fau_teach._reading import FileError, Report, Trap, whole_files
from fau_teach._sheets import SheetTable, Workbook, folded, read_workbook
from fau_teach.coding.event import CodingError, Event
from fau_teach.coding.exchange import Loaded, Saved, event_of, frame_of, guarded
from fau_teach.coding.session import Session, Watched

EVENTS, CLIPS, SESSION = "events", "clips", "session"
"""Names of the sheets; only the first is needed to read a file."""
COLUMNS = {
    "Subject": "subject", "Filename": "clip", "OnsetFrame": "onset", "ApexFrame": "apex",
    "OffsetFrame": "offset", "Action Units": "aus", "Estimated Emotion": "emotion",
    "Coder": "coder", "FPS": "fps", "Type": "kind", "Material": "material",
    "Self-report": "self_report", "Certainty": "certainty", "Notes": "notes", "Event": "id",
}  # fmt: skip
"""Column of the table -> field of an event; the first seven are those of CASME II."""
CLIP_COLUMNS = ("Filename", "FPS", "Frames", "Subject", "Neutral", "Media", "Coders")
REQUIRED = ("Filename", "OnsetFrame", "OffsetFrame")
"""Columns that a file needs; the action units may be called AU or AUs, too."""
LOST = ("the history of changes", "who is done with a clip")
_ALIASES = {"au": "aus", "aus": "aus", "emotion": "emotion"}
_LONGEST = 32_767
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_BREAKS = re.compile(r"\s*[\n\t]\s*")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def write_casme(session: Session, path: str | Path, *, force: bool = False) -> Saved:
    """Write a session as a workbook; equal sessions give equal files.

    Every text is stored as text, never as a formula. A second sheet holds the clips and who saw
    them, a third the title. Needs openpyxl: ``pip install 'fau_teach[spreadsheets]'``.

    Parameters
    ----------
    session : what to write
    path : the file, ``.xlsx``
    force : whether a file of that name may be replaced

    Raises
    ------
    FileError
        The file exists already, a text is too long for a cell, or openpyxl is not installed.
    """
    name = str(path)
    events = [
        [_exact(getattr(event, name)) for name in COLUMNS.values()] for event in session.events
    ]
    clips = [
        [w.clip, _exact(w.fps), w.frames, w.subject, w.neutral, w.media, _lines(w.coders)]
        for w in session.watched
    ]
    data = _workbook(
        name,
        {
            EVENTS: [tuple(COLUMNS), *events],
            CLIPS: [CLIP_COLUMNS, *clips],
            SESSION: [("Title",), (session.title,)],
        },
    )
    with whole_files([Path(path)], force) as (file,):
        file.buffer.write(data)
    return Saved((Path(path),), LOST)


def _exact(value: object) -> object:
    """A number as text where the 16 digits of a cell would round it."""
    return repr(value) if isinstance(value, float) and float(f"{value:.16g}") != value else value


def _workbook(name: str, sheets: dict[str, list[Sequence[Any]]]) -> bytes:
    try:
        from openpyxl import Workbook as Book
    except ImportError:
        problem = "writing a workbook needs openpyxl, which is not installed"
        advice = "Install it with pip install 'fau_teach[spreadsheets]', or write tidy CSV"
        raise FileError(name, 0, "", problem, advice) from None
    book = Book()
    book.remove(book.active)
    book.properties.creator = "fau_teach"
    book.properties.created = datetime(2000, 1, 1)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row, values in enumerate(rows, 1):
            for column, value in enumerate(values, 1):
                if value is None or value == "":
                    continue
                cell = sheet.cell(row, column)
                place = f"sheet {title!r}, column {rows[0][column - 1]!r}"
                if isinstance(value, str) and len(value) > _LONGEST:
                    problem = f"{len(value):,} characters are too many for a cell"
                    advice = f"Shorten it to {_LONGEST:,}, or save the session as JSON"
                    raise FileError(name, row, value, problem, advice, place)
                cell.value = _ESCAPE.sub("_x005F_", value) if isinstance(value, str) else value
                if isinstance(value, str):
                    cell.data_type = "s"
                    # Editing such a cell in a spreadsheet program keeps it a text, too.
                    cell.quotePrefix = guarded(value) != value
        sheet.freeze_panes = "A2"
    made = io.BytesIO()
    book.save(made)
    return _timeless(made)


def _timeless(made: io.BytesIO) -> bytes:
    """The same archive without the time at which it was made."""
    plain = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", old.read(part))
            new.writestr(zipfile.ZipInfo(part, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return plain.getvalue()


def read_casme(
    path: str | Path, *, title: str = "", fps: float | None = None, coder: str = ""
) -> Loaded:
    """Read a workbook that :func:`write_casme` wrote, or one with the columns of CASME II.

    For the published files themselves use :mod:`fau_teach.datasets`, which knows their faults.

    Parameters
    ----------
    path : the file, ``.xlsx`` or ``.xls``
    title : of the session; the one in the file, or else the file's name, unless given
    fps : frames a second [1/s] where the table does not say it
    coder : name of the coder where the table does not say it

    Raises
    ------
    FileError
        The file cannot be read, or a row cannot be an event (says sheet, column, row and value).
    """
    book = read_workbook(path)
    table = book.table(REQUIRED, EVENTS, strip=False)
    known = {folded(column): field for column, field in COLUMNS.items()}
    fields = {name: known.get(folded(name), _ALIASES.get(folded(name))) for name in table.header}
    rates, watched = _clips(book)
    events = []
    for line, cells in table.rows:
        row = {field: cells[name] for name, field in fields.items() if field}
        rate = row.get("fps", "") or rates.get(row["clip"], "")
        events.append(_event(table, line, row, rate, fps, coder))
    own = SESSION in book.sheets and book.sheets[SESSION].rows[1:]
    title = title or (own[0][0] if own and own[0] else "") or Path(path).stem
    spare = tuple(name for name, field in fields.items() if field is None)
    report = Report(
        str(path),
        {"rows": len(table.rows), "events": len(events), "clips": len(watched)},
        tuple(Trap(note, 1, 0, "") for note in book.notes),
        left_out={"columns that are not ours": spare} if spare else {},
    )
    try:
        session = Session(title, tuple(events), tuple(watched))
    except CodingError as broken:
        at = re.match(r"events\[([0-9]+)\]", broken.place)
        line = table.rows[int(at[1])][0] if at else 0
        raise table.error(line, "", "", broken.problem, broken.advice.rstrip("?.")) from None
    return Loaded(session, report)


def _event(
    table: SheetTable, line: int, row: dict[str, str], rate: str, fps: float | None, coder: str
) -> Event:
    values: dict[str, object] = {
        name: cell if name == "notes" else _BREAKS.sub(" ", cell).strip()
        for name, cell in row.items()
    }
    values["coder"] = values.get("coder") or coder
    for name in ("onset", "apex", "offset"):
        cell = row.get(name, "").strip()
        advice = "Use a whole number, or nothing where it is not known"
        values[name] = frame_of(cell, table.error(line, name, cell, "this is no frame", advice))
    values["fps"] = fps if not rate.strip() else _number(table, line, rate)
    if values["fps"] is None:
        advice = "Add a column FPS, or give fps=200 (--fps 200)"
        raise table.error(line, "FPS", "", "the frame rate is missing", advice)
    for name in ("subject", "aus"):
        values.setdefault(name, "")
    return event_of(table.error(line, "", "", "", ""), **values)


def _number(table: SheetTable, line: int, cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        problem, advice = "this is no frame rate", "Use a number such as 200"
        raise table.error(line, "FPS", cell, problem, advice) from None


def _clips(book: Workbook) -> tuple[dict[str, str], list[Watched]]:
    """Frame rates by clip as written, and the clips."""
    if CLIPS not in book.sheets or not book.sheets[CLIPS].find(CLIP_COLUMNS):
        return {}, []
    table = book.sheets[CLIPS].table(CLIP_COLUMNS, strip=False)
    watched = []
    for line, row in table.rows:
        frames = {
            name: frame_of(
                row[name],
                table.error(line, name, row[name], "this is no frame", "Use a whole number"),
            )
            for name in ("Frames", "Neutral")
        }
        rate = _number(table, line, row["FPS"])
        words = row["Subject"], frames["Neutral"], row["Media"], _names(row["Coders"])
        try:
            watched.append(Watched(row["Filename"], rate, frames["Frames"], *words))
        except CodingError as broken:
            column, advice = broken.place, broken.advice.rstrip("?.")
            raise table.error(line, column, "", broken.problem, advice) from None
    return {row["Filename"]: row["FPS"] for _, row in table.rows}, watched


def _lines(names: tuple[str, ...]) -> str:
    """Names one a line; an empty one at the end needs a line of its own."""
    return "\n".join(names) + ("\n" if names and not names[-1] else "")


def _names(text: str) -> tuple[str, ...]:
    """Names from a cell, one a line."""
    return tuple(text.removesuffix("\n").split("\n")) if text else ()
