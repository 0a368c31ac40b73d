"""A class from its learners' exported records: who can do what, what is confused, who is away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from pathlib import Path
from statistics import median
from typing import Any

from fau_teach._reading import FileError, read_document
from fau_teach.coding.session import now
from fau_teach.training import gradebook, mock, path
from fau_teach.training.ability import Ability, ability
from fau_teach.training.record import EXAMS, Record, moment
from fau_teach.training.skills import TrainingError, checks, skill

AWAY = 14
"""Days without an answer after which a learner counts as inactive; ours."""


@dataclass(frozen=True, slots=True)
class Learner:
    """One learner of a class.

    Parameters
    ----------
    name : pseudonym
    record : the log
    ability : what it says
    tests : results of completed tests, the oldest first
    away : days since the last answer, or since the record was made
    """

    name: str
    record: Record
    ability: Ability
    tests: tuple[mock.Result, ...]
    away: int


@dataclass(frozen=True, slots=True)
class Confusion:
    """What was taken for what, how often, and by whom; the skill names the contrast set."""

    skill: str
    shown: str
    given: str
    times: int
    learners: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.shown} taken for {self.given} ({len(self.learners)} learners, {self.times}×)"


@dataclass(frozen=True)
class Cohort:
    """A class.

    Parameters
    ----------
    learners : by pseudonym
    problems : files that could not be read, and what needs a look, a sentence each
    inactive_days : days without an answer after which a learner counts as inactive
    """

    learners: tuple[Learner, ...]
    problems: tuple[str, ...]
    inactive_days: int

    @property
    def inactive(self) -> tuple[str, ...]:
        """Learners who have given no answer for a while."""
        return tuple(one.name for one in self.learners if one.away > self.inactive_days)

    def rows(self, part: str = "") -> list[dict[str, Any]]:
        """Every figure with its 95 % interval, a row each.

        Parameters
        ----------
        part : ``"skill"`` (estimate, 0 to 1), ``"timing"`` (signed bias of a key frame, late is
            above 0 [ms]) or ``"test"`` (mean agreement); all unless given
        """
        names = ("learner", "part", "about", "n", "value", "low", "high")
        found: list[tuple[Any, ...]] = []
        for who in self.learners:
            found += [
                (who.name, "skill", o.skill, o.n, o.mean, o.low, o.high)
                for o in who.ability.skills.values()
                if o.n
            ]
            found += [
                (who.name, "timing", o.name, o.n, o.mean, o.low, o.high)
                for o in who.ability.timing.values()
                if o.n
            ]
            means = [(test.stage, test.mean) for test in who.tests]
            found += [(who.name, "test", at, o.n, o.value, o.low, o.high) for at, o in means]
        return [dict(zip(names, o, strict=True)) for o in found if part in ("", o[1])]

    def to_frame(self, part: str = "") -> Any:
        """:meth:`rows` as a pandas table."""
        import pandas as pd

        return pd.DataFrame(self.rows(part))

    def weakest(self, count: int = 5) -> tuple[tuple[str, float, int], ...]:
        """Skills with the lowest median estimates: id, median, learners who tried it."""
        found: dict[str, list[float]] = {}
        for row in self.rows("skill"):
            found.setdefault(row["about"], []).append(row["value"])
        rows = ((name, median(values), len(values)) for name, values in found.items())
        return tuple(sorted(rows, key=lambda row: row[1])[:count])

    def confusions(self, count: int = 10) -> tuple[Confusion, ...]:
        """Most common wrong choices; those of more learners first."""
        who: dict[tuple[str, str, str], list[str]] = {}
        for learner in self.learners:
            for one in learner.record.counted:
                if one.credit < 1 and one.item.split(".")[1] in ("which", "flash"):
                    who.setdefault((one.skill, one.shown, one.given), []).append(learner.name)
        found = (Confusion(*key, len(o), tuple(sorted({*o}))) for key, o in who.items())
        return tuple(sorted(found, key=lambda o: (-len(o.learners), -o.times, o.skill))[:count])

    def csv(self) -> str:
        """Table for a gradebook, a row a learner."""
        return gradebook.table(one.record for one in self.learners)

    def __str__(self) -> str:
        tests = [
            f"{row['learner']} {row['value']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
            for row in self.rows("test")
            if row["about"] == "mock"
        ]
        shifts = [
            f"{row['learner']} {row['about']} {row['value']:+.0f} ms"
            for row in self.rows("timing")
            if row["low"] is not None and not row["low"] <= 0 <= row["high"]
        ]
        parts = {
            "Mock tests": tests,
            "Weakest": [f"{skill(name).title} {value:.2f}" for name, value, _ in self.weakest(3)],
            "Confused": [*map(str, self.confusions(3))],
            "Early or late": shifts,
            f"No answer for more than {self.inactive_days} days": self.inactive,
        }
        answers = sum(one.ability.n for one in self.learners)
        lines = [f"{len(self.learners)} learners, {answers} answers."]
        lines += [f"{name}: {'; '.join(found)}." for name, found in parts.items() if found]
        return "\n".join([*lines, *self.problems])

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(line)}</p>" for line in str(self).split("\n"))


def cohort(
    source: str | Path | Iterable[str | Path | Record],
    *,
    today: str = "",
    inactive_days: int = AWAY,
) -> Cohort:
    """Summarise a class; a file that is no record is listed and stops nothing.

    Records of one pseudonym that were made at the same moment are one learner's, on two devices,
    and are joined. Of others the later one gets a number behind its pseudonym, and a note.

    Parameters
    ----------
    source : folder of exported records (``.json``), files, or records
    today : time in UTC from which days are counted; now unless given
    inactive_days : days without an answer after which a learner counts as inactive

    Raises
    ------
    FileError
        The folder cannot be read.
    TrainingError
        The time or the number of days is not possible.
    """
    checks.whole("inactive_days", inactive_days, 0, 10_000)
    at = moment("today", today or now())
    problems: list[str] = []
    found: dict[str, Record] = {}
    for one in _listed(source):
        try:
            if not isinstance(one, Record):
                one = Record.from_json(read_document(one), Path(one).name)
            _add(found, one, problems)
        except (TrainingError, FileError) as error:
            problems.append(str(error))
    learners = (_learner(found[name], at) for name in sorted(found))
    return Cohort(tuple(learners), tuple(problems), inactive_days)


def _listed(source: str | Path | Iterable[str | Path | Record]) -> Sequence[str | Path | Record]:
    if not isinstance(source, (str, Path)):
        return [*source]
    try:
        return sorted(o for o in Path(source).iterdir() if o.suffix == ".json" and o.is_file())
    except OSError as error:
        problem = f"the folder cannot be read: {error.strerror or error}"
        raise FileError(str(source), 0, "", problem, "Give a folder of records") from None


def _add(found: dict[str, Record], made: Record, problems: list[str]) -> None:
    name, number = made.pseudonym, 1
    while name in found and found[name].created != made.created:
        number += 1
        name = f"{made.pseudonym[:60]}-{number}"
    if name in found:
        found[name] = found[name].merged(replace(made, pseudonym=name))
        return
    found[name] = replace(made, pseudonym=name)
    if number > 1:
        problems.append(f"Two records are named {made.pseudonym!r}; one is shown as {name!r}. "
                        "If both are one learner's, join them first.")  # fmt: skip


def _learner(record: Record, at: datetime) -> Learner:
    last = max(moment("when", o) for o in (record.created, *(a.when for a in record.answers)))
    done = sorted((each for stage in EXAMS for each in path.finished(record, stage)), key=_second)
    tests = tuple(mock.result(record, exam.id) for exam, _ in done)
    return Learner(record.pseudonym, record, ability(record), tests, max(0, (at - last).days))


def _second(pair: tuple[object, datetime]) -> datetime:
    return pair[1]
