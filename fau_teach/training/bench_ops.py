"""What the coding bench asks of the desk: steps of a session, tables, labels, files.

A session of a thousand events is a megabyte. So it does not travel with every request: Python
holds the last ones, and the bench names the one that it means. Nothing depends on that. The bench
keeps its session itself, applies each step that Python tells to it, and sends it whole to a
Python that does not hold it, such as one that had to start again.
"""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields, replace
from functools import lru_cache
from itertools import count
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
ACTS = ("add", "change", "remove", "undo", "redo")
"""Steps of a session; ``undo`` takes the last one back, ``redo`` makes it again."""
_ALONE = ("null", "?", "")


def bench(asked: Asked) -> dict[str, Any]:
    """Answer one request of the bench.

    Parameters
    ----------
    asked : ``op`` is one of the following, with what it needs. A session is ``held``, the name
        that an answer before gave it, or ``session``, its JSON

        - ``step`` (session, watch, act, see): the session with this clip, its length and neutral
          frame, and after one of ``ACTS`` with what that needs; the answer holds what is new:
          ``history``, ``watched`` where it differs, and the ``table`` for ``see``
        - ``table`` (session, see): the events that a coder may see, and what is doubtful; ``see``
          says coder, clip, definition, done and blind
        - ``put`` (text, code, side, intensity, on): notation with one code more, other or less
        - ``emotions`` (session, coder, clip): three conditions of each event as one label
        - ``open`` (text, name, session, see): a session in JSON or tidy CSV, joined with the one
          that is there, and its ``table``; or a clip script
        - ``compare`` (session, clip, done): agreement of the coders who are done with a clip

    Raises
    ------
    TrainingError
        Its place is ``held`` where Python does not hold the session that is meant.
    """
    ops: Mapping[str, Callable[[Asked], dict[str, Any]]] = {
        "step": _step, "table": _table, "put": _put, "emotions": _emotions, "open": _open,
        "compare": _compare,
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


_RUN, _NUMBERS, _ROOM = os.urandom(8).hex(), count(1), 16
_HELD: OrderedDict[str, Session] = OrderedDict()  # a cache: a name stands for one state for ever


def _hold(session: Session) -> dict[str, Any]:
    name = f"{_RUN}-{next(_NUMBERS)}"
    _HELD[name] = session
    if len(_HELD) > _ROOM:
        _HELD.popitem(last=False)
    return {"held": name}


def _session(asked: Asked) -> Session:
    name, found = asked.get("held"), asked.get("session")
    if name is not None:
        if name not in _HELD:
            raise TrainingError("held", "this session is not held here", "Send it whole")
        _HELD.move_to_end(name)
        return _HELD[name]
    if found is None and "title" in asked:
        return Session(asked["title"])
    return Session.from_json(found if isinstance(found, str) else json.dumps(found))


def _plain(session: Session) -> dict[str, Any]:
    return _hold(session) | {"session": json.loads(session.to_json())}


def _object(found: Any, place: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise TrainingError(place, f"{found!r:.40} is no object", "Write { … }")
    return found


def _step(asked: Asked) -> dict[str, Any]:
    old = made = _session(asked)
    if asked.get("watch") is not None:
        made = _watched(made, _object(asked["watch"], "watch"))
    if asked.get("act") is not None:
        made = acted(made, _object(asked["act"], "act"))
    found = _hold(made) if "held" in asked else _plain(made)
    if made.watched != old.watched:
        found["watched"] = [asdict(one) for one in made.watched]
    found["history"] = [asdict(step) for step in made.history[len(old.history) :]]
    return found | {"table": _seen(made, asked)}


def acted(session: Session, asked: Asked) -> Session:
    """The session after one step.

    Parameters
    ----------
    session : before it
    asked : ``op``, one of ``ACTS``; ``id`` and ``event``, of what; ``who``, ``reason``, ``when``
    """
    op, name = checks.one_of("op", str(asked.get("op")), ACTS), str(asked.get("id", ""))
    why = {one: str(asked.get(one, "")) for one in ("who", "reason", "when")}
    event = _object(asked.get("event", {}), "event")
    if op == "add":
        return session.add(Event(**event), **why)
    if op == "change":
        return session.change(name, **why, **event)
    if op == "remove":
        return session.remove(name, **why)
    who, when = why["who"], why["when"]
    return session.undo(who, when) if op == "undo" else _redone(session, when)


def _table(asked: Asked) -> dict[str, Any]:
    session = _session(asked)
    name = {} if "held" in asked else _hold(session)
    return name | {"table": _seen(session, asked)}


def _seen(session: Session, asked: Asked) -> dict[str, Any]:
    see = _object(asked.get("see", {}), "see")
    coder, name = str(see.get("coder", "")), see.get("clip")
    over = next((one.done for one in session.watched if one.clip == name), ())
    here, done = session.of(clip=name), see.get("done", over)
    shown = [e for e in here if not (see.get("blind", True) and hidden(e, coder, done))]
    definition = see.get("definition") or "total500"
    made, undone = steps(session.history)
    return {
        "rows": [_row(event, definition) for event in sorted(shown, key=lambda e: e.onset)],
        "hidden": len(here) - len(shown),
        "doubts": [*Session("", tuple(shown)).check()],
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


@lru_cache(4096)
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


def _watched(session: Session, about: dict[str, Any]) -> Session:
    old = next((one for one in session.watched if one.clip == about.get("clip")), None)
    made = replace(old, **about) if old else Watched(**about)
    rest = [made if one is old else one for one in session.watched]
    return replace(session, watched=tuple(rest if old else [*rest, made]))


def _redone(session: Session, when: str) -> Session:
    _, undone = steps(session.history)
    if not undone:
        raise CodingError("history", "there is nothing to make again", "Take a step back first")
    step = undone[-1]
    if step.before is None and step.after is not None:
        return session.add(step.after, step.who, REDO, when)
    if step.after is None:
        return session.remove(step.event, step.who, REDO, when)
    names = [one.name for one in fields(Event) if one.name != "id"]
    values = {name: getattr(step.after, name) for name in names}
    return session.change(step.event, step.who, REDO, when, **values)


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
    if asked.get("held") or asked.get("session"):
        found = _session(asked).merged([found])
    more = {"notes": notes, "clips": list(found.clips), "table": _seen(found, asked)}
    return _plain(found) | more


def _compare(asked: Asked) -> dict[str, Any]:
    session, name, done = _session(asked), asked.get("clip"), {*(asked.get("done") or ())}
    events = [event for event in session.of(clip=name) if event.coder in done]
    if len({event.coder for event in events}) < 2:
        return {"text": "", "coders": sorted(done)}
    watched = tuple(one for one in session.watched if one.clip == name)
    found = Session(session.title, tuple(events), watched)
    return {"text": str(agree(found)), "coders": sorted(done)}
