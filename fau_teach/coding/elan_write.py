"""Write sessions as ELAN files; :mod:`fau_teach.coding.elan` says how."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import count
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from fau_teach._reading import FileError, whole_files
from fau_teach.coding.elan_file import MARK
from fau_teach.coding.event import CodingError, Event, _text
from fau_teach.coding.exchange import Saved
from fau_teach.coding.session import Session, Watched
from fau_teach.coding.words import name_of, packed
from fau_teach.facs.score import Entry

LOST = ("the history of changes", "who is done with a clip")
_DATE = "2000-01-01T00:00:00+00:00"
_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_CONSTRAINTS = {
    "Time_Subdivision": "Divides the time of the annotation above without gaps",
    "Symbolic_Subdivision": "Divides the annotation above in order, without times",
    "Symbolic_Association": "Belongs to one annotation above",
    "Included_In": "Lies within the time of an annotation above",
}
"""The constraints that every ELAN file names."""
_VIDEO = {".mov": "quicktime", ".mpg": "mpeg", ".mpeg": "mpeg", ".avi": "x-msvideo"}
KINDS = {
    "event": ("", "true"),
    "apex": ("Included_In", "true"),
    "code": ("Symbolic_Association", "false"),
}
"""Types of tiers: constraint, and whether annotations have times of their own."""


def write_elan(
    session: Session, path: str | Path, *, force: bool = False, date: str = _DATE
) -> Saved:
    """Write a session as ELAN files (EAF 3.0).

    Parameters
    ----------
    session : what to write
    path : the file, where the session has one clip; otherwise a folder, which gets a file for
        each clip
    force : whether files of these names may be replaced
    date : the date in the file, as ``2026-11-21T13:05:00+00:00``; fixed unless given, so that
        equal sessions give equal files

    Raises
    ------
    FileError
        A file exists already, there is no clip, or one has over 1,000 frames a second.
    CodingError
        The date is none, or the title cannot be printed.
    """
    path = Path(path)
    _text("title", session.title)
    try:
        dated = "T" in date and datetime.fromisoformat(date)
    except ValueError:
        dated = False
    if not dated:
        raise CodingError("date", f"{date!r:.40} is no date", f"Write it as {_DATE}")
    single = len(session.watched) == 1 and path.suffix.lower() == ".eaf"
    if not single and (not session.watched or path.suffix.lower() == ".eaf"):
        problem = f"an ELAN file holds one clip, and there are {len(session.watched)}"
        raise FileError(str(path), 0, "", problem, "Give the name of a folder, and some clip")
    paths: list[Path] = []
    for clip in session.watched:
        if clip.fps > 1000:
            problem = f"clip {clip.clip!r:.60} has {clip.fps:g} fps, and ELAN counts milliseconds"
            raise FileError(str(path), 0, "", problem, "Write JSON or tidy CSV instead")
        stem = re.sub(r"[^\w.-]+", "_", clip.clip)[:80].strip("._") or "clip"
        taken = {one.name.casefold() for one in paths}
        names = (f"{stem}{'' if n == 1 else f'-{n}'}.eaf" for n in count(1))
        paths.append(path / next(name for name in names if name.casefold() not in taken))
    paths = [path] if single else paths
    with whole_files(paths, force) as files:
        for file, clip in zip(files, session.watched, strict=True):
            file.write(_document(session, clip, date))
    return Saved(tuple(paths), LOST)


class _Row(NamedTuple):
    """An annotation to be written: with frames of its own, or hanging on another."""

    id: str
    value: str
    start: int = 0
    end: int = 0
    refers: str = ""


class _Lane:
    """Events of one coder about one subject that do not overlap, and their tiers."""

    def __init__(self, coder: str, subject: str, suffix: str) -> None:
        self.coder, self.subject, self.suffix = coder, subject, suffix
        self.end = -1
        # (type, name without suffix) -> annotations; the first tier carries the others.
        self.tiers: dict[tuple[str, str], list[_Row]] = {("event", "event"): []}

    def put(self, kind: str, name: str, row: _Row) -> None:
        self.tiers.setdefault((kind, name), []).append(row)


def _lanes(events: Sequence[Event]) -> list[_Lane]:
    lanes: list[_Lane] = []
    # Ids count in the order of the session, which reading gives back.
    ids = {event.id: f"a{number}" for number, event in enumerate(events, 1)}
    numbers = (f"a{number}" for number in count(len(events) + 1))
    for event in sorted(events, key=lambda one: one.onset):
        own, (end, extra) = ids[event.id], _span(event)
        lane = _lane(lanes, event)
        lane.end = end
        lane.put("event", "event", _Row(own, packed(event, extra), event.onset, end))
        if event.apex is not None:
            row = _Row(next(numbers), "apex", event.apex, event.apex + 1)
            lane.put("apex", "apex", row)
        codes: dict[str, list[Entry]] = {}
        for entry in event.score.content:
            codes.setdefault(name_of(entry), []).append(entry)
        for name, entries in codes.items():
            lane.put("code", name, _Row(next(numbers), _value(entries), refers=own))
    return lanes


def _lane(lanes: list[_Lane], event: Event) -> _Lane:
    for lane in lanes:
        if (lane.coder, lane.subject) == (event.coder, event.subject) and lane.end <= event.onset:
            return lane
    base = f"_{event.coder}" if event.coder else ""
    taken = {lane.suffix for lane in lanes}
    suffixes = (base if number == 1 else f"{base}#{number}" for number in count(1))
    suffix = next(suffix for suffix in suffixes if suffix not in taken)
    lanes.append(_Lane(event.coder, event.subject, suffix))
    return lanes[-1]


def _span(event: Event) -> tuple[int, str]:
    """Frame in which the annotation of an event ends, and what has to be said about that."""
    last = event.onset if event.apex is None else event.apex
    if event.offset is None:
        return last + 1, "unknown"
    return (event.offset, "") if event.offset > last else (event.offset + 1, "last")


def _value(entries: Sequence[Entry]) -> str:
    """Intensity alone where a letter says everything, otherwise the codes."""
    whole = "+".join(map(str, entries))
    short = whole.removeprefix(entries[0].label)
    return short if re.fullmatch("[A-E]", short) and " or " not in whole else whole


def _document(session: Session, clip: Watched, date: str) -> str:
    lanes = _lanes(session.of(clip=clip.clip))
    rows = [row for lane in lanes for tier in lane.tiers.values() for row in tier]
    ends = [
        (round(1000 * frame / clip.fps), row.id, at)
        for row in rows
        if not row.refers
        for at, frame in enumerate((row.start, row.end))
    ]
    order = {(name, at): f"ts{n}" for n, (_, name, at) in enumerate(sorted(ends), 1)}
    namespace = "http://www.w3.org/2001/XMLSchema-instance"
    root = {"AUTHOR": MARK, "DATE": date, "FORMAT": "3.0", "VERSION": "3.0"}
    root |= {"xmlns:xsi": namespace, "xsi:noNamespaceSchemaLocation": _SCHEMA}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', _tag("ANNOTATION_DOCUMENT", root)]
    lines += [*_header(session, clip), "<TIME_ORDER>"]
    for (ms, _, _), slot in zip(sorted(ends), order.values(), strict=True):
        lines.append(_tag("TIME_SLOT", {"TIME_SLOT_ID": slot, "TIME_VALUE": str(ms)}, "/>"))
    lines.append("</TIME_ORDER>")
    for lane in lanes:
        for (kind, name), tier in lane.tiers.items():
            parent = {} if kind == "event" else {"PARENT_REF": f"event{lane.suffix}"}
            about = {"TIER_ID": f"{name}{lane.suffix}", "PARTICIPANT": lane.subject}
            about |= {"ANNOTATOR": lane.coder, "LINGUISTIC_TYPE_REF": kind}
            lines.append(_tag("TIER", about | parent))
            lines += [_annotation(row, order) for row in tier]
            lines.append("</TIER>")
    for kind, (constraint, aligned) in KINDS.items():
        about = {"LINGUISTIC_TYPE_ID": kind, "TIME_ALIGNABLE": aligned}
        about |= {"CONSTRAINTS": constraint} if constraint else {}
        lines.append(_tag("LINGUISTIC_TYPE", about | {"GRAPHIC_REFERENCES": "false"}, "/>"))
    for name, text in _CONSTRAINTS.items():
        lines.append(_tag("CONSTRAINT", {"STEREOTYPE": name, "DESCRIPTION": text}, "/>"))
    return "\n".join([*lines, "</ANNOTATION_DOCUMENT>", ""])


def _header(session: Session, clip: Watched) -> list[str]:
    lines = [_tag("HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})]
    if clip.media:
        kind = f"video/{_VIDEO.get(Path(clip.media).suffix.lower(), 'mp4')}"
        url = {"MEDIA_URL": f"./{quote(clip.media)}", "MIME_TYPE": kind}
        url |= {"RELATIVE_MEDIA_URL": f"./{quote(clip.media)}"}
        lines.append(_tag("MEDIA_DESCRIPTOR", url, "/>"))
    coded = [event.coder for event in session.of(clip=clip.clip)]
    saw = tuple(dict.fromkeys([*(clip.coders or session.coders), *coded]))
    values = {
        MARK: "1",
        "title": session.title,
        "clip": clip.clip,
        "fps": repr(clip.fps).removesuffix(".0"),
        "frames": "" if clip.frames is None else str(clip.frames),
        "subject": clip.subject,
        "neutral": "" if clip.neutral is None else str(clip.neutral),
        "media": clip.media,
        "coders": json.dumps(saw, ensure_ascii=False) if saw else "",
    }
    for name, value in values.items():
        if value:
            lines.append(f"{_tag('PROPERTY', {'NAME': name})}{escape(value)}</PROPERTY>")
    return [*lines, "</HEADER>"]


def _annotation(row: _Row, order: Mapping[tuple[str, int], str]) -> str:
    kind = "REF_ANNOTATION" if row.refers else "ALIGNABLE_ANNOTATION"
    about = {"ANNOTATION_ID": row.id}
    if row.refers:
        about["ANNOTATION_REF"] = row.refers
    else:
        about |= {f"TIME_SLOT_REF{at + 1}": order[row.id, at] for at in (0, 1)}
    value = f"<ANNOTATION_VALUE>{escape(row.value)}</ANNOTATION_VALUE>"
    return f"<ANNOTATION>{_tag(kind, about)}{value}</{kind}></ANNOTATION>"


def _tag(name: str, attributes: Mapping[str, str], end: str = ">") -> str:
    parts = (f'{key}="{escape(text)}"' for key, text in attributes.items())
    return f"{' '.join([f'<{name}', *parts])}{end}"
