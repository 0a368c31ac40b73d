"""Records as JSON files: checked field by field, refused with the place that is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import MISSING, asdict, fields, is_dataclass
from itertools import accumulate
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Self, TypeVar, Union, get_args, get_origin, get_type_hints

from fau_teach._data import did_you_mean

R = TypeVar("R")
_DEEPEST = 20
_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


class RecordError(ValueError):
    """A record, or a part of it, cannot be.

    Parameters
    ----------
    place : where, as a path into the record such as ``movements[2].onset``; may be empty
    problem : what is wrong there, without a full stop
    advice : what would be right, without a full stop
    file : the file it came from, or empty
    """

    def __init__(self, place: str, problem: str, advice: str, file: str = "") -> None:
        # All arguments go to the base class, so that the exception can be pickled.
        super().__init__(place, problem, advice, file)
        self.place, self.problem, self.advice, self.file = place, problem, advice, file

    def __str__(self) -> str:
        where = [part for part in (self.file, self.place) if part]
        end = "" if self.advice.endswith("?") else "."
        return f"{': '.join([*where, self.problem])}. {self.advice}{end}"

    def within(self, outer: str, file: str = "") -> Self:
        """The same error, its place as seen from outside."""
        dot = "." if outer and self.place and not self.place.startswith("[") else ""
        place = f"{outer}{dot}{self.place}"
        return type(self)(place, self.problem, self.advice, file or self.file)


class Checks:
    """Checks of fields that raise the error of one kind of record.

    Parameters
    ----------
    error : what is raised
    """

    def __init__(self, error: type[RecordError]) -> None:
        self.error = error

    def one_of(self, place: str, value: str, known: Iterable[str]) -> str:
        """The word; refuse one that is not among the known ones."""
        words = tuple(known)
        if value not in words:
            advice = f"{did_you_mean(value, words)} Use one of {', '.join(map(repr, words))}"
            raise self.error(place, f"{_shown(value)} is unknown", advice.strip())
        return value

    def whole(self, place: str, value: object, low: int, high: int) -> None:
        """Refuse what is not a whole number from ``low`` to ``high``."""
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            advice = f"Use a whole number from {low} to {high}"
            raise self.error(place, f"{_shown(value)} is not possible", advice)

    def real(self, place: str, value: object, low: float, high: float) -> float:
        """The value as a float; refuse what is not a number from ``low`` to ``high``."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and low <= value <= high:  # type: ignore[operator]
            return float(value)  # type: ignore[arg-type]
        advice = f"Use a number from {low:g} to {high:g}"
        raise self.error(place, f"{_shown(value)} is not possible", advice)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def text_of(record: Any) -> str:
    """A record as JSON; equal records give equal text."""
    return json.dumps(asdict(record), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def write_whole(path: Path, text: str) -> Path:
    """Write a file that takes its name only when it is complete."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def read_text(
    kind: type[R], text: str, file: str, version: int, error: type[RecordError] = RecordError
) -> R:
    """Build a record of a kind from JSON; every error names file and place.

    Parameters
    ----------
    kind : a dataclass of texts, numbers, records and tuples of them
    text : the JSON
    file : name for messages, or empty
    version : what the field ``version`` has to hold
    error : what is raised
    """
    try:
        # Python in a browser dies of deep nesting instead of raising an error.
        if max(accumulate((c in "[{") - (c in "]}") for c in text), default=0) > _DEEPEST:
            raise ValueError
        data = json.loads(text, object_pairs_hook=_once)
        if isinstance(data, dict) and data.get("version") != version:
            problem = f"{data.get('version')!r} is not a version that can be read"
            raise RecordError("version", problem, f"Use {version}, or a newer fau_teach")
        made: R = _built(kind, data)
    except RecordError as broken:
        raise error(broken.place, broken.problem, broken.advice, file) from None
    except json.JSONDecodeError as broken:
        place = f"line {broken.lineno}, column {broken.colno}"
        raise error(place, f"this is not JSON: {broken.msg}", "Mend it there", file) from None
    except ValueError:
        advice = "Use plain numbers and a few levels"
        raise error("", "a number or a nesting is too long", advice, file) from None
    return made


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise RecordError("", f"the field {twice!r} comes twice", "Keep one of them")
    return found


def _built(kind: Any, data: Any) -> Any:
    """A value of a kind: a record, a tuple of records, a text or a number."""
    if get_origin(kind) is tuple:
        if not isinstance(data, list):
            raise RecordError("", f"{data!r:.40} is not a list", "Write [ … ]")
        return tuple(_at(f"[{at}]", get_args(kind)[0], item) for at, item in enumerate(data))
    if get_origin(kind) in (Union, UnionType):
        if data is None and NoneType in get_args(kind):
            return None
        kind = next(each for each in get_args(kind) if each is not NoneType)
    if is_dataclass(kind):
        return _record(kind, data)
    wrong = isinstance(data, bool) and kind is not bool
    if wrong or not isinstance(data, (int, float) if kind is float else kind):
        raise RecordError("", f"{data!r:.40} is not {_NAMES[kind]}", f"Write {_NAMES[kind]}")
    return data


def _record(kind: Any, data: Any) -> Any:
    if not isinstance(data, dict):
        raise RecordError("", f"{data!r:.40} is not an object", "Write { … }")
    hints = get_type_hints(kind)
    for name in data:
        if name not in hints:
            advice = did_you_mean(name, hints) or f"There are {', '.join(hints)}"
            raise RecordError(name, "there is no such field", advice)
    for one in fields(kind):
        if one.name not in data and one.default is MISSING:
            raise RecordError(one.name, "this field is missing", "Add it")
    return kind(**{name: _at(name, hints[name], value) for name, value in data.items()})


def _at(place: str, kind: Any, data: Any) -> Any:
    try:
        return _built(kind, data)
    except RecordError as error:
        raise error.within(place) from None
