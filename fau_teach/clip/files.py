"""Scripts as JSON: read by the types of the records, refused with the place that is wrong."""

from __future__ import annotations

import json
from dataclasses import MISSING, asdict, fields, is_dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from fau_teach._data import did_you_mean
from fau_teach.clip.checks import ClipError

R = TypeVar("R")
_DEEPEST = 20
_NAMES = {str: "a text", int: "a whole number", float: "a number"}


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


def read_text(kind: type[R], text: str, file: str, version: int) -> R:
    """Build a record of a kind from JSON; every error names file and place."""
    try:
        # Python in a browser dies of deep nesting instead of raising an error.
        if max(accumulate((c in "[{") - (c in "]}") for c in text), default=0) > _DEEPEST:
            raise ValueError
        data = json.loads(text, object_pairs_hook=_once)
        if isinstance(data, dict) and data.get("version") != version:
            problem = f"{data.get('version')!r} is not a version that can be read"
            raise ClipError("version", problem, f"Use {version}, or a newer fau_teach")
        made: R = _built(kind, data)
    except ClipError as error:
        raise error.within("", file) from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ClipError(place, f"this is not JSON: {error.msg}", "Mend it there", file) from None
    except ValueError:
        advice = "Use plain numbers and a few levels"
        raise ClipError("", "a number or a nesting is too long", advice, file) from None
    return made


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ClipError("", f"the field {twice!r} comes twice", "Keep one of them")
    return found


def _built(kind: Any, data: Any) -> Any:
    """A value of a kind: a record, a tuple of records, a text or a number."""
    if get_origin(kind) is tuple:
        if not isinstance(data, list):
            raise ClipError("", f"{data!r:.40} is not a list", "Write [ … ]")
        return tuple(_at(f"[{at}]", get_args(kind)[0], item) for at, item in enumerate(data))
    if is_dataclass(kind):
        return _record(kind, data)
    if isinstance(data, bool) or not isinstance(data, (int, float) if kind is float else kind):
        raise ClipError("", f"{data!r:.40} is not {_NAMES[kind]}", f"Write {_NAMES[kind]}")
    return data


def _record(kind: Any, data: Any) -> Any:
    if not isinstance(data, dict):
        raise ClipError("", f"{data!r:.40} is not an object", "Write { … }")
    hints = get_type_hints(kind)
    for name in data:
        if name not in hints:
            advice = did_you_mean(name, hints) or f"There are {', '.join(hints)}"
            raise ClipError(name, "there is no such field", advice)
    for one in fields(kind):
        if one.name not in data and one.default is MISSING:
            raise ClipError(one.name, "this field is missing", "Add it")
    return kind(**{name: _at(name, hints[name], value) for name, value in data.items()})


def _at(place: str, kind: Any, data: Any) -> Any:
    try:
        return _built(kind, data)
    except ClipError as error:
        raise error.within(place) from None
