"""Tidy CSV: one row for each code of each event, in columns that every tool reads."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fau_teach import facs
from fau_teach._reading import Report, Table, read_document, read_table, whole_files
from fau_teach.coding.event import Event
from fau_teach.coding.exchange import (
    Loaded,
    Saved,
    event_of,
    frame_of,
    guarded,
    session_of,
    unguarded,
)
from fau_teach.coding.session import Session
from fau_teach.facs import Choice, Item, Score

SCHEMA = "1"
"""Version of the columns; the file says which it has."""
_ABOUT = ("coder", "subject", "clip")
_TIMES = ("onset", "apex", "offset")
_WORDS = ("certainty", "emotion", "self_report", "material", "notes")
_CODE = ("choice", "au", "side", "lip", "intensity", "uncertain", "remark")
COLUMNS = ("schema", "event", *_ABOUT, "fps", *_TIMES, "type", *_CODE, "score", *_WORDS)
_YES, _NO = {"yes", "true", "1"}, {"", "no", "false", "0"}
REQUIRED = ("coder", "clip", "fps", "onset", "apex", "offset", "au")
"""Columns that a file written by hand needs; the others may be missing."""
LOST = (
    "clips without any event, their length, neutral frame, file, who looked at them and is done",
    "the history of changes",
    "the title of the session",
)


def write_tidy(session: Session, path: str | Path, *, force: bool = False) -> Saved:
    """Write the events of a session as tidy CSV (UTF-8, comma).

    A cell that a spreadsheet would run as a formula gets an apostrophe in front; reading
    removes it.

    Parameters
    ----------
    session : what to write
    path : the file
    force : whether a file of that name may be replaced

    Raises
    ------
    FileError
        The file exists already.
    """
    with whole_files([Path(path)], force) as (file,):
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for event in session.events:
            for code in _codes(event):
                rows.writerow([guarded(cell) for cell in _row(event, code)])
    return Saved((Path(path),), LOST)


def _codes(event: Event) -> list[Mapping[str, str]]:
    found: list[Mapping[str, str]] = []
    choice = 0
    for entry in event.score.entries:
        choice += isinstance(entry, Choice)
        options = entry.options if isinstance(entry, Choice) else (entry,)
        for item in options:
            found.append(
                {
                    "choice": str(choice) if isinstance(entry, Choice) else "",
                    "au": item.code,
                    "side": item.side,
                    "lip": item.lip,
                    "intensity": "/".join(item.intensity),
                    "uncertain": "yes" if item.uncertain else "",
                    "remark": item.remark,
                }
            )
    return found or [{"au": str(event.score) if event.aus else ""}]


def _row(event: Event, code: Mapping[str, str]) -> list[str]:
    frames = {name: getattr(event, name) for name in _TIMES}
    cells: dict[str, Any] = {
        "schema": SCHEMA,
        "event": event.id,
        "fps": repr(event.fps).removesuffix(".0"),
        "type": event.kind,
        "score": event.aus,
        **{name: getattr(event, name) for name in (*_ABOUT, *_WORDS)},
        **{name: "" if frame is None else str(frame) for name, frame in frames.items()},
        **code,
    }
    return [cells.get(column, "") for column in COLUMNS]


def read_tidy(path: str | Path, *, title: str = "") -> Loaded:
    """Read tidy CSV, as :func:`write_tidy` writes it or made by hand.

    Rows with one event name, or where there is none with the same coder, clip and key frames,
    make one event. Where the column ``score`` is missing, the score is put together from the
    codes.

    Parameters
    ----------
    path : the file
    title : of the session; the file's name unless given

    Raises
    ------
    FileError
        A cell cannot be, or rows of one event contradict each other (says line and column).
    """
    text = read_document(path)
    table = read_table(path, REQUIRED, text=text, strip=False)
    groups: dict[tuple[str, ...], list[tuple[int, dict[str, str]]]] = {}
    for line, raw in table.rows:
        row = {name: unguarded(cell) for name, cell in raw.items()}
        if row.get("schema", SCHEMA) not in ("", SCHEMA):
            advice = f"Use {SCHEMA}, or a newer fau_teach"
            raise table.error(line, "schema", row["schema"], "the version is not known", advice)
        keys = ("event",) if row.get("event") else ("coder", "clip", *_TIMES)
        groups.setdefault(tuple(row[key] for key in keys), []).append((line, row))
    events = tuple(_event(table, rows) for rows in groups.values())
    lines = [rows[0][0] for rows in groups.values()]
    session = session_of(str(path), title or Path(path).stem, events, lines=lines)
    counts = {"rows": len(table.rows), "events": len(events)}
    spare = [name for name in table.header if name not in COLUMNS and name]
    left = {"columns that are not ours": tuple(spare)} if spare else {}
    return Loaded(session, Report(str(path), counts, left_out=left))


def _event(table: Table, rows: list[tuple[int, dict[str, str]]]) -> Event:
    line, first = rows[0]
    for other, row in rows[1:]:
        for name in (*_ABOUT, "fps", *_TIMES, "type", "score", *_WORDS):
            if row.get(name, "") != first.get(name, ""):
                problem = f"the rows of one event differ: line {line} has {first[name]!r:.40}"
                raise table.error(other, name, row[name], problem, "Write the same in both")
    score = _put_together(table, rows)
    written = first.get("score", "")
    if written and _meaning(table, line, "score", written) != _meaning(table, line, "au", score):
        problem = f"the score says otherwise than the codes, which make {score!r:.60}"
        raise table.error(line, "score", written, problem, "Correct one, or empty the score")
    frames = {
        name: frame_of(
            first[name].strip(),
            table.error(line, name, first[name], "this is no frame", "Use a whole number"),
        )
        for name in _TIMES
    }
    try:
        fps = float(first["fps"])
    except ValueError:
        problem = "this is no frame rate" if first["fps"].strip() else "the frame rate is missing"
        raise table.error(line, "fps", first["fps"], problem, "Use a number such as 30") from None
    words = {name: first.get(name, "") for name in (*_ABOUT, *_WORDS)}
    rest = {"kind": first.get("type", ""), "id": first.get("event", ""), "aus": written or score}
    place = table.error(line, "", "", "", "")
    return event_of(place, **words, **rest, fps=fps, **frames)


def _put_together(table: Table, rows: list[tuple[int, dict[str, str]]]) -> str:
    parts: list[str] = []
    choice = ""
    for line, row in rows:
        text = _item(table, line, row)
        if not text and len(rows) > 1:
            advice = "Write a code, or ? in a row of its own event"
            raise table.error(line, "au", "", "the code is empty beside others", advice)
        number = row.get("choice", "")
        if number and number == choice:
            parts[-1] += f" or {text}"
        else:
            parts.append(text)
        choice = number
    return "+".join(parts)  # empty is unknown, and never "null"


def _item(table: Table, line: int, row: Mapping[str, str]) -> str:
    """One code as text, put together from its columns; a code may bring parts of its own."""
    code = row["au"].strip()
    cells = {name: row.get(name, "").strip() for name in ("side", "lip", "intensity", "remark")}
    doubt = row.get("uncertain", "").strip()
    if doubt.lower() not in _YES | _NO:
        raise table.error(line, "uncertain", doubt, "this is neither yes nor no", "Write yes")
    if not any(cells.values()) and doubt.lower() in _NO:
        return code
    entries = _parsed(table, line, "au", code).entries
    if len(entries) != 1 or not isinstance(entries[0], Item):
        problem = "the columns beside it say more about a single code"
        raise table.error(line, "au", code, problem, "Give it a row of its own, or empty them")
    own = {name: getattr(entries[0], name) for name in cells}
    given: dict[str, Any] = {name: cells[name].upper() for name in ("side", "lip")}
    grades = cells["intensity"].upper()
    given |= {"intensity": tuple(grades.split("/")) if grades else (), "remark": cells["remark"]}
    for name, value in given.items():
        if value and own[name] and value != own[name]:
            problem = f"the code {code!r:.40} says otherwise"
            raise table.error(line, name, cells[name], problem, "Write it once")
    parts = {name: value or own[name] for name, value in given.items()}
    try:
        sure = doubt.lower() in _NO and not entries[0].uncertain
        return str(Item(entries[0].code, **parts, uncertain=not sure))
    except ValueError as error:
        problem = str(error).rstrip(".")
        raise table.error(line, "au", code, problem, "See the columns beside it") from None


def _parsed(table: Table, line: int, column: str, text: str) -> Score:
    try:
        return facs.parse(text)
    except facs.NotationError as error:
        problem = str(error).rstrip(".")
        raise table.error(line, column, text, problem, "Write it as in '1+2C'") from None


def _meaning(table: Table, line: int, column: str, text: str) -> object:
    score = _parsed(table, line, column, text)
    return score.state, score.content
