"""The desk: bench and trainer of a page, or of a live widget, ask here in JSON.

``call(name, payload)`` takes and gives JSON and never raises: an error comes back as
``{"error": {"place", "problem", "advice"}}``. Nothing is kept between calls but caches; who asks
sends the record along. ``now`` is a time in UTC, that of the machine where it is missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from fau_teach import clip, coding, facs
from fau_teach._records import RecordError
from fau_teach.coding.session import now as utc
from fau_teach.facs import Choice, NotationError
from fau_teach.training import gradebook, mock, path
from fau_teach.training.ability import ability
from fau_teach.training.bench_ops import ACTS, acted, bench
from fau_teach.training.items import Item, bank, hashed, item
from fau_teach.training.marking import Verdict, cues, how, rows, verdict
from fau_teach.training.page_ops import lesson
from fau_teach.training.record import EXAMS, SILENT, Record, answered, answers_csv
from fau_teach.training.skills import TrainingError, checks, limits, skill, skills, stages

Asked = Mapping[str, Any]
LONGEST = 32_000_000
"""Most characters of a payload."""
_DEEPEST, _RESAMPLES = 30, 10_000
_FRAMES = ("onset", "apex", "offset")
_NO_BRACKETS = re.compile(r"\"(?:[^\"\\]|\\.)*\"|[^\[\]{}\"]+", re.DOTALL)


def call(name: str, payload: str) -> str:
    """Answer one request.

    Parameters
    ----------
    name : one of ``CALLS``
    payload : an object in JSON with what the call needs
    """
    try:
        found = CALLS[checks.one_of("name", name, CALLS)](_asked(payload))
        return json.dumps(found, allow_nan=False)
    except RecordError as error:
        told = error.place, error.problem, error.advice
    except NotationError as error:
        told = "notation", str(error).rstrip("."), "Write it as in 1+2C"
    except Exception as error:  # a page gets an answer, whatever it sent
        told = "payload", f"{type(error).__name__}: {error}"[:300], "Send what the call asks for"
    return json.dumps({"error": dict(zip(("place", "problem", "advice"), told, strict=True))})


def _asked(payload: str) -> Asked:
    if not isinstance(payload, str) or len(payload) > LONGEST:
        raise TrainingError("payload", "this is no text, or too long", "Send JSON")
    # Python in a browser dies of deep nesting instead of raising an error.
    steps = ((b in "[{") - (b in "]}") for b in _NO_BRACKETS.sub("", payload))
    if max(accumulate(steps), default=0) > _DEEPEST:
        raise TrainingError("payload", "the nesting is too deep", "Send plain records")
    try:
        found = json.loads(payload)
    except ValueError as error:
        raise TrainingError("payload", f"this is not JSON: {error}"[:200], "Send JSON") from None
    return _object({"payload": found}, "payload")


def _text(asked: Asked, name: str, default: str = "") -> str:
    found = asked.get(name, default)
    if not isinstance(found, str):
        raise TrainingError(name, f"{found!r:.40} is no text", "Write a text")
    return found


def _list(asked: Asked, name: str) -> list[Any]:
    found = asked.get(name, [])
    if not isinstance(found, list):
        raise TrainingError(name, f"{found!r:.40} is no list", "Write [ … ]")
    return found


def _object(asked: Asked, name: str) -> dict[str, Any]:
    found = asked.get(name, {})
    if not isinstance(found, dict):
        raise TrainingError(name, f"{found!r:.40} is no object", "Write { … }")
    return found


def _whole(asked: Asked, name: str, default: int, high: int) -> int:
    checks.whole(name, asked.get(name, default), 0, high)
    return int(asked.get(name, default))


def _record(found: Any) -> Record:
    return Record.from_json(found) if isinstance(found, str) else Record.of(found)


def _mine(asked: Asked) -> Record:
    return _record(asked.get("record"))


def _now(asked: Asked) -> str:
    return _text(asked, "now") or utc()


def _json(found: Any) -> str:
    return found if isinstance(found, str) else json.dumps(found)


def _limits() -> list[dict[str, str]]:
    return [dict(one) for one in limits()]


# The bench


def _parse(asked: Asked) -> Any:
    """Read notation while it is typed."""
    try:
        score = facs.parse(_text(asked, "text"))
    except NotationError as error:
        fault = {"position": error.position, "problem": str(error)}
        return {"ok": False, "error": fault, "items": [], "warnings": []}
    options = [o for e in score.entries for o in (e.options if isinstance(e, Choice) else (e,))]
    items = [
        {
            "label": one.label, "code": one.code, "name": facs.au(one.code).name,
            "side": one.side, "lip": one.lip, "intensity": "/".join(one.intensity),
            "uncertain": one.uncertain,
        }
        for one in options
    ]  # fmt: skip
    found = {"ok": True, "canonical": str(score), "state": score.state, "items": items}
    return found | {"warnings": [*map(str, score.warnings)], "error": None}


def _clip(asked: Asked) -> Any:
    """Draw a clip from what ``sample`` takes, or sample the drive of a script."""
    spec = _object(asked, "spec") or asked
    script = "clip" in spec
    made = clip.Clip.from_json(_json(spec["clip"])) if script else clip.sample(**spec)
    return {"clip": json.loads(made.to_json()), "drive": clip.sampled(made)}


def _key(
    key: clip.Key, without: tuple[str, ...] = (), first: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    """What shows in a clip; codes that the question is about stand first."""
    return [
        {"score": str(o), "onset": o.onset, "apex": o.apex, "offset": o.offset, "why": o.reason}
        for o in sorted(key.items, key=lambda one: one.code not in first)
        if o.code not in without
    ]


def _feedback(asked: Asked) -> Any:
    """Compare events with the key of a clip."""
    made = clip.Clip.from_json(_json(asked.get("clip")))
    key, name = made.key(), _text(asked, "name") or "clip"
    about = {"coder": "you", "subject": "", "clip": name, "fps": made.fps}
    blank = {"onset": 0, "apex": None, "offset": None}
    events = [coding.Event(**{**about, **blank, **one}) for one in _list(asked, "events")]
    without = tuple(map(str, _list(asked, "without")))
    found = coding.feedback(events, key, clip=name, without=without)
    told = [{"skill": o.contrast, "cue": skill(o.contrast).cue} for o in found.confusions]
    more = {"rows": [[*row] for row in found._rows()], "cues": told, "limits": _limits()}
    return found.to_dict() | more | {"key": _key(key)}


def _session(asked: Asked) -> Any:
    """One step of a coding session: the session after it, or its CSV."""
    op, title = _text(asked, "op"), _text(asked, "title") or "Session"
    old = asked.get("session")
    made = coding.Session(title) if op == "new" else coding.Session.from_json(_json(old))
    steps: dict[str, Callable[[], coding.Session]] = {
        **dict.fromkeys(("new", "check", "json", "csv"), lambda: made),
        "watch": lambda: replace(
            made, watched=(*made.watched, coding.Watched(**_object(asked, "clip")))
        ),
        **dict.fromkeys(ACTS, lambda: acted(made, asked)),
    }
    made = steps[checks.one_of("op", op, steps)]()
    if op == "csv":
        with TemporaryDirectory() as folder:
            saved = coding.write_tidy(made, Path(folder) / "session.csv")
            return {"csv": saved.paths[0].read_text(encoding="utf-8")}
    text = made.to_json()
    return {"session": json.loads(text), "text": text, "warnings": [*made.check()]}


def _agree(asked: Asked) -> Any:
    """Agreement of the coders of one or several sessions."""
    options = _object(asked, "options")
    _whole(options, "resamples", 1000, _RESAMPLES)
    made = coding.joined([coding.Session.from_json(_json(o)) for o in _list(asked, "sessions")])
    found = coding.agree(made, **options)
    return {"report": found.to_dict(), "text": str(found)}


# The trainer


def _about(_: Asked) -> Any:
    """Skills with their cues, stages, and limits."""
    return {
        "skills": [
            {name: getattr(o, name) for name in ("id", "kind", "title", "codes", "cue")}
            | {"confidence": o.confidence, "reference": o.reference}
            for o in skills().values()
        ],
        "stages": [asdict(o) | {"skills": [s.id for s in o.skills]} for o in stages().values()],
        "limits": _limits(),
    }


def view(one: Item, stage: str = "", reason: str = "") -> dict[str, Any]:
    """What a page shows of an item before the answer: the face, no key."""
    about = skill(one.skill)
    return {
        "id": one.id, "skill": one.skill, "title": about.title, "level": one.level,
        # Nothing may tell that in an item nothing moves.
        "kind": "score" if one.kind == "neutral" else one.kind,
        "ask": one.ask, "how": how(one), "options": [*one.options],
        "flash": one.flash,
        "stage": stage, "reason": reason, "silent": stage in SILENT,
        "cue": about.cue if stage == "lessons" else "",
        "face": one.clip.identity, "drive": clip.sampled(one.clip),
    }  # fmt: skip


def told(one: Item, found: Verdict) -> dict[str, Any]:
    """Feedback on an answer for a page: side by side, the pair, the cue and where to look."""
    names = (
        "credit", "shown", "given", "index", "hits", "missed", "added", "confused", "steps",
        "shifts",
    )  # fmt: skip
    left = [{"code": o.side + o.code, "why": o.reason} for o in one.key.removed]
    return {name: getattr(found, name) for name in names} | {
        "right": found.credit >= path.GOOD, "rows": rows(one, found),
        # Where a set was told rightly, its cue turns a lucky guess into knowledge.
        "cues": cues(one, found) if found.credit < 1 or one.contrast else [], "left_out": left,
        "key": _key(one.key, one.without, one.codes), "clip": json.loads(one.clip.to_json()),
    }  # fmt: skip


def _coming(record: Record, asked: Asked) -> dict[str, Any]:
    about = _text(asked, "stage"), _now(asked), _whole(asked, "number", 0, 2**53)
    try:
        found = path.next_item(record, *about, _text(asked, "about"))
    except path.FinishedError as end:
        return {"finished": end.problem, "advice": end.advice}
    return view(item(found.item), found.stage, found.reason)


def _next(asked: Asked) -> Any:
    """The next item of a stage, or one by its id."""
    if "item" in asked:
        return {"item": view(item(_text(asked, "item")), _text(asked, "stage"))}
    return {"item": _coming(_mine(asked), asked)}


def _answer(asked: Asked) -> Any:
    """Take an answer: the record with it, feedback unless the stage is silent, what is next."""
    record, one, stage = _mine(asked), item(_text(asked, "item")), _text(asked, "stage")
    given = _object(asked, "answer")
    events = [(_text(e, "aus"), *map(e.get, _FRAMES)) for e in _list(given, "events")]
    found = verdict(one, _text(given, "choice") or _text(given, "score"), events)
    exam = mock.unfinished(record, stage)
    if stage in EXAMS and (exam is None or one.id not in exam.items):
        raise TrainingError("item", "it is in no open test", "Start a test, or go on with it")
    tries = sum(o.item == one.id and o.stage == stage for o in record.answers)
    if tries and stage in SILENT:
        raise TrainingError("item", "it has its answer, and the first one counts", "Go on")
    new = answered(
        one, found, when=_now(asked), stage=stage, certainty=_text(given, "certainty"),
        seconds=_object(asked, "times").get("seconds"), attempt=tries + 1,
        exam=exam.id if exam else "",
    )  # fmt: skip
    record = record.add(new)
    shown = None if stage in SILENT else told(one, found)
    return {"record": record.to_dict(), "feedback": shown, "next": _coming(record, asked)}


def _progress(asked: Asked) -> Any:
    """Figures and tables of a record."""
    record, now = _mine(asked), _now(asked)
    state, start = path.retention(record, now)
    stage, reason = path.recommended(record, now)
    return {
        "ability": ability(record).to_dict(),
        "stages": path.overview(record, now),
        "recommended": {"stage": stage, "reason": reason},
        "due": {name: when.isoformat() for name, when in path.due(record).items()},
        "retention": {"state": state, "from": start.isoformat() if start else None},
        "exams": [
            {"id": o.id, "stage": o.stage, "started": o.started, "of": len(o.items)}
            | {"done": len(record.of_exam(o.id))}
            for o in record.exams
        ],
        "limits": _limits(),
    }


def _mock(asked: Asked) -> Any:
    """Start, continue and score a mock or retention test."""
    asked = {**asked, "stage": _text(asked, "stage") or "mock"}
    op = checks.one_of("op", _text(asked, "op"), ("start", "answer", "score"))
    if op == "answer":
        return _answer(asked)
    record, stage = _mine(asked), asked["stage"]
    if op == "start":
        count = _whole(asked, "count", mock.CLIPS, 200)
        record = mock.start(record, _now(asked), _text(asked, "seed"), stage, count)
        return {"record": record.to_dict(), "next": _coming(record, asked)}
    ended = path.finished(record, stage)
    last = ended[-1][0].id if ended else next((one.id for one in record.exams), "")
    return mock.result(record, _text(asked, "exam") or last).to_dict() | {"limits": _limits()}


def _new(asked: Asked) -> Any:
    """An empty record; also what deleting gives, under the same pseudonym."""
    old = asked["record"] if isinstance(asked.get("record"), dict) else {}
    name = _text(asked, "pseudonym") or _text(old, "pseudonym")
    now = _now(asked)
    return {"record": Record(name or f"learner-{hashed(now) % 10_000:04d}", now).to_dict()}


def _export(asked: Asked) -> Any:
    """A record as a file's text; checks one that is imported, and sets its settings."""
    made = _mine(asked)
    if values := _object(asked, "settings"):
        chosen = replace(made.settings, **{**values, "changed": _now(asked)})
        made = replace(made, settings=chosen)
    return {"filename": f"{made.pseudonym}.json", "text": made.to_json(), "record": made.to_dict()}


def _csv(asked: Asked) -> Any:
    """Gradebook of a class, a row a learner, or every answer of one."""
    if "records" in asked:
        table = gradebook.table(map(_record, _list(asked, "records")))
        return {"filename": "gradebook.csv", "text": table}
    made = _mine(asked)
    return {"filename": f"{made.pseudonym}.csv", "text": answers_csv(made)}


CALLS: Mapping[str, Callable[[Asked], Any]] = MappingProxyType(
    {
        "about": _about, "agree": _agree, "answer": _answer, "clip": _clip, "csv": _csv,
        "bench": bench, "bank": lambda asked: {
            "items": bank(
                _text(asked, "name"), _whole(asked, "count", 34, 1000),
                _text(asked, "stage") or "drills",
            )
        },
        "delete": _new, "export": _export, "feedback": _feedback, "import": _export,
        "lesson": lesson,
        "merge": lambda asked: {
            "record": _mine(asked).merged(_record(asked.get("other"))).to_dict()
        },
        "mock": _mock, "new": _new, "next": _next, "parse": _parse, "progress": _progress,
        "session": _session,
    }
)  # fmt: skip
"""Every call by its name."""
