"""What the coding bench asks of the desk beyond single steps: tables, redo, labels, files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fau_teach import clip, facs
from fau_teach._reading import FileError
from fau_teach.coding import (
    Change,
    CodingError,
    Event,
    Session,
    Timing,
    Watched,
    agree,
    au_condition,
    for_emotion,
    fused,
    habits,
    read_tidy,
)
from fau_teach.facs import Choice, Item
from fau_teach.training.skills import TrainingError, checks

Asked = Mapping[str, Any]
REDO = "redo"
"""Reason of a step that was taken back and made again."""
_ALONE = ("null", "?", "")


def bench(asked: Asked) -> dict[str, Any]:
    """Answer one request of the bench.

    Parameters
    ----------
    asked : ``op`` is one of the following, with what it needs

        - ``table`` (session, coder, clip, definition, done, blind): the events that this coder
          may see, and what is doubtful
        - ``watch`` (session, clip): the session with this clip, its length and neutral frame
        - ``redo`` (session): the session after the step that was taken back last
        - ``put`` (text, code, side, intensity, on): notation with one code more, other or less
        - ``emotions`` (session, coder, clip): three conditions of each event as one label
        - ``open`` (text, name, session): a session in JSON or tidy CSV, joined with the one
          that is there, or a clip script
        - ``compare`` (session, clip, done): agreement of the coders who are done with a clip
    """
    ops: Mapping[str, Callable[[Asked], dict[str, Any]]] = {
        "table": _table, "watch": _watch, "redo": _redo, "put": _put, "emotions": _emotions,
        "open": _open, "compare": _compare,
    }  # fmt: skip
    return ops[checks.one_of("op", str(asked.get("op")), ops)](asked)


def hidden(event: Event, coder: str, done: Iterable[str]) -> bool:
    """Whether an event is kept from a coder who works blind.

    Events of others stay hidden until both coders are done with the clip. A second pass is
    coded under a name of its own, so that it hides the first in the same way.
    """
    return event.coder != coder and not {event.coder, coder} <= {*done}


def steps(history: Iterable[Change]) -> tuple[list[Change], list[Change]]:
    """Steps that count, and steps that were taken back and can be made again."""
    made: list[Change] = []
    undone: list[Change] = []
    for step in history:
        if step.action == "undo":
            undone += [made.pop()] if made else []
        elif step.reason == REDO and undone:
            undone.pop()
            made.append(step)
        else:
            undone.clear()
            made.append(step)
    return made, undone


def _session(asked: Asked, name: str = "session") -> Session:
    found = asked.get(name)
    return Session.from_json(found if isinstance(found, str) else json.dumps(found))


def _plain(session: Session) -> dict[str, Any]:
    return {"session": json.loads(session.to_json())}


def _table(asked: Asked) -> dict[str, Any]:
    session, coder, name = _session(asked), str(asked.get("coder", "")), asked.get("clip")
    done = asked.get("done") or ()
    here = session.of(clip=name)
    shown = [e for e in here if not (asked.get("blind", True) and hidden(e, coder, done))]
    definition = asked.get("definition") or "total500"
    known = {event.id for event in shown}
    made, undone = steps(session.history)
    return {
        "rows": [_row(event, definition) for event in sorted(shown, key=lambda e: e.onset)],
        "hidden": len(here) - len(shown),
        "doubts": [line for line in session.check() if line.split(":")[0] in known],
        "coders": list(dict.fromkeys(event.coder for event in here)),
        "undo": _named(made, coder),
        "redo": _named(undone, coder),
    }


def _named(steps: list[Change], coder: str) -> str:
    """The last step in words; empty where it is another coder's."""
    if not steps or steps[-1].who != coder:
        return ""
    event = steps[-1].after or steps[-1].before
    return f"{steps[-1].action} {event.score if event else steps[-1].event}"


def _row(event: Event, definition: str) -> dict[str, Any]:
    low, high = event.micro_range(definition)
    sort = {True: "micro", False: "macro", None: ""}[event.micro_by(definition)]
    return {
        "id": event.id, "coder": event.coder, "onset": event.onset, "apex": event.apex,
        "offset": event.offset, "aus": event.aus, "score": str(event.score),
        "names": [f"{item.label} {facs.au(item.code).name}" for item in event.score.items],
        "certainty": event.certainty, "notes": event.notes, "type": sort, "open": low != high,
        "lasts": _span(event.duration), "emotion": event.emotion,
    }  # fmt: skip


def _span(one: Timing | None) -> str:
    """A duration with what whole frames leave open."""
    return f"{one.ms:.0f} ms ({one.low_ms:.0f}–{one.high_ms:.0f})" if one else ""


def _watch(asked: Asked) -> dict[str, Any]:
    session, about = _session(asked), asked.get("clip")
    if not isinstance(about, dict):
        raise CodingError("clip", f"{about!r:.40} is no object", "Write { … }")
    old = next((one for one in session.watched if one.clip == about.get("clip")), None)
    made = replace(old, **about) if old else Watched(**about)
    rest = [made if one is old else one for one in session.watched]
    return _plain(replace(session, watched=tuple(rest if old else [*rest, made])))


def _redo(asked: Asked) -> dict[str, Any]:
    session = _session(asked)
    _, undone = steps(session.history)
    if not undone:
        raise CodingError("history", "there is nothing to make again", "Take a step back first")
    step, when = undone[-1], str(asked.get("when", ""))
    if step.before is None and step.after is not None:
        made = session.add(step.after, step.who, REDO, when)
    elif step.after is None:
        made = session.remove(step.event, step.who, REDO, when)
    else:
        names = [one.name for one in fields(Event) if one.name != "id"]
        values = {name: getattr(step.after, name) for name in names}
        made = session.change(step.event, step.who, REDO, when, **values)
    return _plain(made)


def _put(asked: Asked) -> dict[str, Any]:
    text, code = str(asked.get("text", "")).strip(), facs.au(str(asked.get("code"))).code
    entries = list(facs.parse(text).entries) if text.lower() not in _ALONE else []
    at = next((k for k, one in enumerate(entries) if _is(one, code)), len(entries))
    old = entries[at] if at < len(entries) else None
    rest = [one for one in entries if not _is(one, code)]
    if asked.get("on", True):
        grade = str(asked.get("intensity", ""))
        made = Item(code, side=str(asked.get("side", "")), intensity=tuple(grade))
        if isinstance(old, Item):  # what the buttons do not say stays
            made = replace(made, lip=old.lip, uncertain=old.uncertain, remark=old.remark)
        rest.insert(min(at, len(rest)), made)
    return {"text": facs.format("+".join(map(str, rest))) if rest else ""}


def _is(entry: Item | Choice, code: str) -> bool:
    return isinstance(entry, Item) and entry.code == code


def _emotions(asked: Asked) -> dict[str, Any]:
    events = _session(asked).of(asked.get("coder"), asked.get("clip"))
    flagged = habits(events)
    rows = []
    for event in sorted(events, key=lambda e: e.onset):
        facial, one = au_condition(event, habits=flagged), fused(event, habits=flagged)
        rows.append(
            {
                "id": event.id, "score": str(event.score), "onset": event.onset,
                "counts": str(for_emotion(event, flagged)), "facial": facial.label,
                "why": facial.reason, "material": event.material,
                "self_report": event.self_report, "emotion": event.emotion,
                "label": one.label, "confidence": one.confidence, "review": one.review,
                "reason": one.reason, "habits": [o.reason for o in flagged if o.event == event],
            }
        )  # fmt: skip
    return {"rows": rows}


def _open(asked: Asked) -> dict[str, Any]:
    text, name = str(asked.get("text", "")), str(asked.get("name", ""))
    stem = Path(name).stem or "opened"
    notes: list[str] = []
    if name.lower().endswith(".csv"):
        with TemporaryDirectory() as folder:
            file = Path(folder) / "session.csv"
            file.write_text(text, encoding="utf-8", newline="")
            try:
                loaded = read_tidy(file, title=stem)
            except FileError as error:
                problem = str(error).replace(str(file), name)
                raise TrainingError("file", problem, "Write it as the CSV export does") from None
        found, notes = loaded.session, str(loaded.report).replace(str(file), name).splitlines()
    else:
        try:
            kind = json.loads(text)
        except ValueError:
            kind = None
        if not isinstance(kind, dict) or not {"movements", "watched"} & kind.keys():
            problem = f"{name or 'the file'} holds neither a clip script nor a coding session"
            raise TrainingError("file", problem, "Open a file that this book wrote")
        if "movements" in kind:
            made = clip.Clip.from_json(text, name)
            return {
                "clip": json.loads(made.to_json()), "drive": clip.sampled(made), "name": stem,
            }  # fmt: skip
        found = Session.from_json(text, name)
    if asked.get("session"):
        found = _session(asked).merged([found])
    return _plain(found) | {"notes": notes, "clips": list(found.clips)}


def _compare(asked: Asked) -> dict[str, Any]:
    session, name, done = _session(asked), asked.get("clip"), {*(asked.get("done") or ())}
    events = [event for event in session.of(clip=name) if event.coder in done]
    if len({event.coder for event in events}) < 2:
        return {"text": "", "coders": sorted(done)}
    watched = tuple(one for one in session.watched if one.clip == name)
    found = Session(session.title, tuple(events), watched)
    return {"text": str(agree(found)), "coders": sorted(done)}
