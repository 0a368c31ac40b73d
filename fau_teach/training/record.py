"""The record of one learner: a log of answers that only grows, from which all else is computed.

It holds a pseudonym, no name. Two devices' records of one learner are joined without counting an
answer twice. Deleting makes a new, empty record; one that lies elsewhere is not reached by it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from fau_teach import _records
from fau_teach.coding import CERTAINTIES
from fau_teach.coding.exchange import guarded
from fau_teach.training.items import Item, split
from fau_teach.training.marking import Verdict
from fau_teach.training.skills import TrainingError, checks, stages

VERSION = 1
"""Version of the form of a record; a file says which it has."""
MOST = 20_000
"""Most answers of a record."""
LONGEST_S = 86_400.0
EXAMS = ("mock", "retention")
SILENT = (*EXAMS, "pretest")
"""Stages that give no feedback before their end."""
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_NAME = re.compile(r"[\w][\w .@-]{0,63}")


def moment(place: str, when: str) -> datetime:
    """A time in UTC such as ``2026-11-21T13:05:00Z``; refuses anything else."""
    try:
        if isinstance(when, str) and _WHEN.fullmatch(when):
            return datetime.fromisoformat(when)
    except ValueError:
        pass
    advice = "Write it in UTC, as 2026-11-21T13:05:00Z"
    raise TrainingError(place, f"{when!r:.40} is no time", advice)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, in short; the item is made again from its id.

    Parameters
    ----------
    when : time in UTC
    stage : in which it was given
    item : id; one of an older version is kept
    shown, given, credit, index, hits, missed, added, spared, right, confused, steps, graded,
    shifts : as in :class:`fau_teach.training.marking.Verdict`
    certainty : ``"low"``, ``"medium"``, ``"high"`` or empty
    seconds : from question to answer; None where not measured
    attempt : 1, or more after feedback; only the first one counts
    exam : id of the mock test it belongs to, or empty
    """

    when: str
    stage: str
    item: str
    shown: str
    given: str
    credit: float
    index: float | None = None
    hits: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    confused: tuple[str, ...] = ()
    steps: int | None = None
    graded: int = 0
    shifts: tuple[float | None, ...] = ()
    certainty: str = ""
    seconds: float | None = None
    attempt: int = 1
    exam: str = ""

    def __post_init__(self) -> None:
        moment("when", self.when)
        checks.one_of("stage", self.stage, stages())
        split(self.item)
        checks.one_of("certainty", self.certainty, CERTAINTIES)
        object.__setattr__(self, "credit", checks.real("credit", self.credit, 0, 1))
        if self.index is not None:
            object.__setattr__(self, "index", checks.real("index", self.index, 0, 1))
        if self.seconds is not None:
            object.__setattr__(self, "seconds", checks.real("seconds", self.seconds, 0, LONGEST_S))
        for place, low in (("graded", 0), ("attempt", 1)):
            checks.whole(place, getattr(self, place), low, 1000)
        if self.steps is not None:
            checks.whole("steps", self.steps, -500, 500)
        for shift in self.shifts:
            if shift is not None:
                checks.real("shifts", shift, -1e9, 1e9)
        if len(self.shifts) not in (0, 3):
            raise TrainingError("shifts", f"{len(self.shifts)} numbers", "Give three or none")

    @property
    def skill(self) -> str:
        """Id of the skill that was practised."""
        return self.item.split(".")[2]

    @property
    def level(self) -> str:
        """Difficulty of the item."""
        return self.item.split(".")[3]


@dataclass(frozen=True, slots=True)
class Exam:
    """A mock or retention test that was begun.

    Parameters
    ----------
    id : name in the answers
    stage : ``"mock"`` or ``"retention"``
    started : time in UTC
    items : ids in their order; the seed from which they come is kept nowhere
    """

    id: str
    stage: str
    started: str
    items: tuple[str, ...]

    def __post_init__(self) -> None:
        checks.one_of("stage", self.stage, EXAMS)
        moment("started", self.started)
        for at, one in enumerate(self.items):
            split(one)
            if one in self.items[:at]:
                raise TrainingError(f"items[{at}]", "the item comes twice", "Keep one")
        if not self.items or not _NAME.fullmatch(self.id):
            raise TrainingError("id", f"{self.id!r:.40} has no items, or no name", "Start it anew")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a learner chose; of two records, the later choice counts.

    Parameters
    ----------
    changed : time in UTC, or empty
    stage : where to go on, or empty
    daily : items a day that the learner wants to do
    """

    changed: str = ""
    stage: str = ""
    daily: int = 30

    def __post_init__(self) -> None:
        if self.changed:
            moment("changed", self.changed)
        checks.one_of("stage", self.stage, ("", *stages()))
        checks.whole("daily", self.daily, 1, 1000)


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that is kept of one learner. Never changed in place.

    Parameters
    ----------
    pseudonym : 1 to 64 letters, digits, spaces, dots, hyphens; no real name
    created : time in UTC
    answers : in order of time, each once
    exams : mock and retention tests that were begun
    settings : choices
    version : of the form of the record

    Raises
    ------
    TrainingError
        A part cannot be (names the place).
    """

    pseudonym: str
    created: str
    answers: tuple[Answer, ...] = ()
    exams: tuple[Exam, ...] = ()
    settings: Settings = Settings()
    version: int = VERSION

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.pseudonym) or self.pseudonym != self.pseudonym.strip():
            problem = f"{self.pseudonym!r:.70} is no pseudonym"
            raise TrainingError("pseudonym", problem, "Use 1 to 64 letters, digits, dots, hyphens")
        moment("created", self.created)
        checks.whole("version", self.version, VERSION, VERSION)
        if len(self.answers) > MOST:
            problem = f"there are {len(self.answers)}"
            raise TrainingError("answers", problem, f"Keep {MOST}; export and begin a new record")
        object.__setattr__(self, "answers", tuple(sorted({*self.answers}, key=_order)))
        exams = sorted({*self.exams}, key=lambda one: (_time(one.started), one.id))
        object.__setattr__(self, "exams", tuple(exams))
        names = [one.id for one in exams]
        if len({*names}) < len(names):
            raise TrainingError("exams", "two tests have one id", "Keep one of them")
        stray = next((one for one in self.answers if one.exam and one.exam not in names), None)
        if stray:
            raise TrainingError("answers", f"there is no test {stray.exam!r:.40}", "Add the test")

    def add(self, answer: Answer) -> Record:
        """With one more answer."""
        return replace(self, answers=(*self.answers, answer))

    def exam(self, name: str) -> Exam:
        """A test by its id."""
        known = {one.id: one for one in self.exams}
        return known[checks.one_of("exam", name, known)]

    def of_exam(self, name: str) -> dict[str, Answer]:
        """Item -> first answer to it in a test."""
        found: dict[str, Answer] = {}
        for one in self.answers:
            if one.exam == name:
                found.setdefault(one.item, one)
        return found

    @property
    def counted(self) -> tuple[Answer, ...]:
        """First answers to items; those of a test only once it is complete."""
        open_ = {one.id for one in self.exams if len(self.of_exam(one.id)) < len(one.items)}
        return tuple(one for one in self.answers if one.attempt == 1 and one.exam not in open_)

    def merged(self, other: Record) -> Record:
        """What two devices hold of one learner; the order does not matter.

        Raises
        ------
        TrainingError
            They have different pseudonyms.
        """
        if self.pseudonym != other.pseudonym:
            problem = f"{other.pseudonym!r} is not {self.pseudonym!r}"
            raise TrainingError("pseudonym", problem, "Join records of one learner")
        created = min((self.created, other.created), key=lambda one: (_time(one), one))
        choices = (self.settings, other.settings)
        chosen = max(choices, key=lambda one: (_time(one.changed), one.stage, one.daily))
        exams: dict[str, Exam] = {}
        for one in sorted(self.exams + other.exams, key=lambda o: (_time(o.started), o.started)):
            exams.setdefault(one.id, one)  # one test may be begun on both devices
        return Record(
            self.pseudonym, created, self.answers + other.answers, (*exams.values(),), chosen
        )

    def to_dict(self) -> dict[str, Any]:
        """The record as plain values for JSON; fields at their defaults are left out."""
        return {
            "version": self.version,
            "pseudonym": self.pseudonym,
            "created": self.created,
            "answers": [json.loads(_text(one)) for one in self.answers],
            "exams": [
                {"id": o.id, "stage": o.stage, "started": o.started, "items": [*o.items]}
                for o in self.exams
            ],
            "settings": {one.name: getattr(self.settings, one.name) for one in fields(Settings)},
        }

    def to_json(self) -> str:
        """The record as text; equal records give equal text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str, file: str = "") -> Record:
        """Read a record; a :class:`TrainingError` names the file and the place in it."""
        try:
            return _records.read_text(cls, text, file, VERSION, TrainingError)
        except RecursionError:
            raise TrainingError("", "the nesting is too deep", "Use plain records", file) from None

    @classmethod
    def of(cls, data: Any) -> Record:
        """A record from values that JSON gave; answers that were read before cost little."""
        if not isinstance(data, dict):
            raise TrainingError("record", f"{data!r:.40} is not an object", "Give a record")
        if data.get("version") != VERSION:
            problem = f"{data.get('version')!r:.20} is not a version that can be read"
            raise TrainingError("version", problem, f"Use {VERSION}, or a newer fau_teach")
        rows = data.get("answers", [])
        if not isinstance(rows, list) or len(rows) > MOST:
            raise TrainingError("answers", "this is no list of answers", f"Give at most {MOST}")
        try:
            rest: Record = _records._built(cls, {**data, "answers": [], "exams": []})
            exams = _records._built(tuple[Exam, ...], data.get("exams", []))
            answers = tuple(_answer(json.dumps(row)) for row in rows)
        except _records.RecordError as error:
            raise TrainingError(error.place, error.problem, error.advice) from None
        return replace(rest, answers=answers, exams=exams)


@lru_cache(maxsize=MOST)
def _answer(row: str) -> Answer:
    made: Answer = _records._built(Answer, json.loads(row))
    return made


@lru_cache(maxsize=MOST)
def _text(one: Answer) -> str:
    kept = {
        part.name: value
        for part in fields(Answer)
        if (value := getattr(one, part.name)) != part.default
    }
    return json.dumps(kept, ensure_ascii=False)


def _time(when: str) -> float:
    return datetime.fromisoformat(when).timestamp() if when else 0.0


@lru_cache(maxsize=MOST)
def _order(one: Answer) -> tuple[float, int, str]:
    return _time(one.when), one.attempt, _text(one)


def answered(
    item: Item,
    found: Verdict,
    *,
    when: str,
    stage: str,
    certainty: str = "",
    seconds: float | None = None,
    attempt: int = 1,
    exam: str = "",
) -> Answer:
    """The short form of a verdict, for the log."""
    same = {one.name for one in fields(Verdict)} & {one.name for one in fields(Answer)}
    return Answer(
        when=when, stage=stage, item=item.id, certainty=certainty, seconds=seconds,
        attempt=attempt, exam=exam, **{name: getattr(found, name) for name in same},
    )  # fmt: skip


def sheet(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV; a cell that a spreadsheet would run as a formula is guarded."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(header)
    out.writerows([guarded(str(cell)) for cell in row] for row in rows)
    return text.getvalue()


def answers_csv(record: Record) -> str:
    """Every answer of a learner as CSV, a row each; answers of an unfinished test are left out."""
    names = [one.name for one in fields(Answer)]
    shown = {*record.counted} | {one for one in record.answers if not one.exam}
    cells = (
        [record.pseudonym, one.skill, one.level, *(_cell(getattr(one, name)) for name in names)]
        for one in record.answers
        if one in shown
    )
    return sheet(["pseudonym", "skill", "level", *names], cells)


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return " ".join("-" if each is None else str(each) for each in value)
    return "" if value is None else value
