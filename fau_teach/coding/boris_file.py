"""Rows of what BORIS writes: its tables of aggregated events and its project files."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fau_teach._reading import FileError, read_document, read_table
from fau_teach.coding.exchange import unguarded
from fau_teach.coding.pieces import said
from fau_teach.coding.words import code_of

LARGEST = 16 * 2**20
"""Most bytes of a file."""
_DEEPEST = 20
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_REQUIRED = ("Observation id", "Behavior", "Start (s)")


@dataclass(frozen=True, slots=True)
class Row:
    """One aggregated event: cells by the names of the table, and an error about the row."""

    where: FileError
    cells: Mapping[str, str]

    def get(self, *names: str) -> str:
        """The first of these columns that holds something."""
        return next((cell for name in names if (cell := self.cells.get(name, ""))), "")


def read_rows(path: str | Path) -> list[Row]:
    """Read a table (tab, comma or semicolon) or a ``.boris`` project; by content, not by name.

    Raises
    ------
    FileError
        The file is neither, is broken, or a state in a project does not end.
    """
    text = read_document(path, LARGEST)
    if text.lstrip()[:1] == "{":
        return _project(str(path), text)
    table = read_table(path, _REQUIRED, text=text, ragged=True)
    rows = []
    for line, cells in table.rows:
        plain = {name: unguarded(cell) for name, cell in cells.items()}
        where = FileError(table.file, line, plain["Behavior"], "", "")
        rows.append(Row(where, plain))
    return rows


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _loaded(file: str, text: str) -> Any:
    depth, problem, line = 0, "", 0
    for bracket in _BRACKETS.finditer(text):
        depth += (bracket[0] in "[{") - (bracket[0] in "]}")
        if depth > _DEEPEST:
            line = text.count("\n", 0, bracket.start()) + 1
            raise FileError(file, line, "", "the nesting is too deep", "Give a project of BORIS")
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_constant)
    except json.JSONDecodeError as error:
        problem, line = f"this is not JSON: {error.msg}", error.lineno
    except ValueError as error:
        problem = f"this is no project: {error}"
    raise FileError(file, line, "", problem, "Save the project again in BORIS")


def _project(file: str, text: str) -> list[Row]:
    top = FileError(file, 0, "", "", "")
    data = _loaded(file, text)
    behaviours = _part(data, "behaviors_conf", dict, top).values()
    states = {
        str(one.get("code"))
        for one in behaviours
        if isinstance(one, dict) and "state" in str(one.get("type")).lower()
    }
    rows: list[Row] = []
    for name, observation in _part(data, "observations", dict, top).items():
        where = FileError(file, 0, "", "", "", f"observation {name!r:.60}")
        about = _about(name, observation, where)
        events = [_event(event, where) for event in _part(observation, "events", list, where)]
        rows += _paired(events, about, states, where) or [Row(where, {**about, "Behavior": ""})]
    return rows


def _part(data: Any, name: str, kind: type, where: FileError) -> Any:
    found = data.get(name, kind()) if isinstance(data, dict) else None
    if not isinstance(found, kind):
        form = "an object" if kind is dict else "a list"
        raise said(where, f"{name!r} is not {form}", "Save the project again in BORIS")
    return found


def _about(name: str, observation: Any, where: FileError) -> dict[str, str]:
    """Cells that all rows of one observation share."""
    players = observation.get("file", {}) if isinstance(observation, dict) else None
    media = players.get("1", []) if isinstance(players, dict) else []
    media = [str(one) for one in media] if isinstance(media, list) else []
    rates = _part(_part(observation, "media_info", dict, where), "fps", dict, where)
    variables = _part(observation, "independent_variables", dict, where)
    own = {str(key): str(value) for key, value in variables.items()}
    return own | {
        "Observation id": name,
        "Description": str(observation.get("description", "")),
        "Time offset (s)": str(observation.get("time offset", "")),
        "FPS": ";".join(str(rates[one]) for one in media if one in rates),
        "Media file": ";".join(media),
    }


def _event(event: Any, where: FileError) -> tuple[float, tuple[str, str, str], str]:
    """Time, what pairs a start with its end (subject, code, modifier), and comment."""
    if not isinstance(event, list) or len(event) < 3:
        problem = f"{event!r:.40} is not an event"
        raise said(where, problem, "Save the project again in BORIS")
    time, *words = event
    real = isinstance(time, (int, float)) and not isinstance(time, bool)
    if not real or not math.isfinite(time) or not 0 <= time < 1e9:
        advice = "Events need a time in seconds from the start of the video"
        raise said(where, f"{time!r:.40} is no time of an event", advice)
    subject, code, modifier, comment = (str(word).strip() for word in [*words, "", ""][:4])
    return float(time), (subject, code, modifier), comment


def _paired(
    events: list[tuple[float, tuple[str, str, str], str]],
    about: Mapping[str, str],
    states: set[str],
    where: FileError,
) -> list[Row]:
    """Rows as a table has them: the two lines of a state become one."""
    rows: list[Row] = []
    open_: dict[tuple[str, str, str], tuple[float, str]] = {}
    for time, what, comment in sorted(events, key=lambda event: event[0]):
        place = f"{where.place}, time {time:g} s"
        subject, code, modifier = what
        # What names no code is reported, but nobody has to mend it.
        state = code in states and bool(code_of(code)[0])
        if state and what not in open_:
            open_[what] = time, comment
            continue
        start, first = open_.pop(what, (time, ""))
        cells = {
            "Subject": subject, "Behavior": code, "Modifiers": modifier,
            "Behavior type": "STATE" if state else "POINT", "Start (s)": repr(start),
            "Stop (s)": repr(time), "Comment start": first or comment,
            "Comment stop": comment if first else "",
        }  # fmt: skip
        rows.append(Row(FileError(where.file, 0, code, "", "", place), {**about, **cells}))
    for (_, code, _), (start, _) in open_.items():
        at = FileError(where.file, 0, code, "", "", f"{where.place}, time {start:g} s")
        raise said(at, "the state starts and never ends", "Add its end in BORIS")
    return sorted(rows, key=lambda row: float(row.cells["Start (s)"]))
