"""A class at a glance: a row for each learner, for a course's gradebook."""

from __future__ import annotations

from collections.abc import Iterable

from fau_teach.training import mock, path
from fau_teach.training.ability import ability
from fau_teach.training.record import EXAMS, Record, sheet
from fau_teach.training.skills import skills

_TEST = ("clips", "mean", "low", "high")
COLUMNS = (
    "pseudonym", "first day", "last day", "days", "answers", "lessons learned",
    *(f"{stage} {name}" for stage in EXAMS for name in _TEST),
    "d prime, mean", "brier", "weakest", *skills(),
)  # fmt: skip
"""Head of the table: the learner, the last tests, then the estimate of each skill."""


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _row(record: Record) -> list[object]:
    found = ability(record)
    days = sorted({one.when[:10] for one in record.answers})
    tests: list[object] = []
    for stage in EXAMS:
        done = path.finished(record, stage)
        mean = mock.result(record, done[-1][0].id).mean if done else None
        tests += [mean.n, *map(_cell, (mean.value, mean.low, mean.high))] if mean else [""] * 4
    known = [one.d for one in found.codes.values() if one.d is not None]
    return [
        record.pseudonym, *(days[:1] or [""]), *(days[-1:] or [""]), len(days), found.n,
        sum(path.learned(record, name) for name in skills()), *tests,
        _cell(sum(known) / len(known) if known else None), _cell(found.brier),
        " ".join(one.skill for one in found.weakest(3)),
        *(_cell(one.mean) if one.n else "" for one in found.skills.values()),
    ]  # fmt: skip


def table(records: Iterable[Record]) -> str:
    """CSV with a row for each learner, by pseudonym; only completed tests have figures."""
    return sheet(COLUMNS, map(_row, sorted(records, key=lambda one: one.pseudonym)))
