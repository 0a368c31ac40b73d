"""The mock test: 34 clips, one score each, no word before the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from statistics import fmean
from typing import Any

from fau_teach.agreement import Measure, bootstrap
from fau_teach.clip.nuisance import Dice
from fau_teach.training.ability import detections
from fau_teach.training.items import hashed, name_of
from fau_teach.training.marking import PASS, READY
from fau_teach.training.record import EXAMS, Exam, Record, moment
from fau_teach.training.skills import LEVELS, TrainingError, checks

CLIPS = 34
"""Clips of a test, as many as the FACS Final Test has by one of its two pages."""
_NEUTRAL = 3
BARS = (
    ("pass", PASS, "the published bar of the FACS Final Test"),
    ("ready", READY, "the published bar in practice, below which the page says: not ready"),
)
NOTE = (
    "Each clip has the agreement 2 · agreed / (codes of the key + codes given); intensity does "
    "not count, a wrong side does not agree. A clip in which nothing is to be seen and nothing "
    "was scored counts as 1; this rule is ours, and the mean without such clips stands beside."
)


@dataclass(frozen=True, slots=True)
class Result:
    """What a test says.

    Parameters
    ----------
    exam, stage : id, and ``"mock"`` or ``"retention"``
    mean : mean agreement over the clips, with a 95 % interval from resampled clips
    defined : the same without clips in which nothing was to be seen and nothing was scored
    items : item, level, key, given, agreement, empty (nothing to see, nothing scored), seconds;
        in the order of the test
    codes : code -> criterion (how often in the keys), found, missed, added
    levels : mean agreement at each difficulty
    """

    exam: str
    stage: str
    mean: Measure
    defined: Measure
    items: tuple[dict[str, Any], ...]
    codes: dict[str, dict[str, int]]
    levels: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values for JSON, with bars and a note."""
        value, low = self.mean.value or 0.0, self.mean.low or 0.0
        bars = [
            {"name": name, "bar": bar, "source": source, "reached": value >= bar}
            | {"sure": low >= bar}
            for name, bar, source in BARS
        ]
        return asdict(self) | {"bars": bars, "note": NOTE}


def draw(seed: int, count: int = CLIPS) -> tuple[str, ...]:
    """Ids of the clips of a test: a third of each difficulty, one in eleven without movement."""
    checks.whole("count", count, 1, 200)
    dice = Dice(seed, "mock")
    empty = round(count * _NEUTRAL / CLIPS)
    kinds = ["neutral" if at < empty else "score" for at in range(count)]
    found = [
        name_of(kind, "clips", LEVELS[at % len(LEVELS)], dice.between(0, 2**40))
        for at, kind in enumerate(kinds)
    ]
    return tuple(sorted(found, key=lambda _: dice.random()))


def unfinished(record: Record, stage: str = "mock") -> Exam | None:
    """The first test of a stage that was begun and not completed."""
    for one in record.exams:
        if one.stage == stage and len(record.of_exam(one.id)) < len(one.items):
            return one
    return None


def start(
    record: Record, now: str, seed: str = "", stage: str = "mock", count: int = CLIPS
) -> Record:
    """Begin a test, or go on with the one that is open.

    Parameters
    ----------
    record : of the learner
    now : time in UTC
    seed : words from an instructor, who thereby gives a class the same clips; they are hashed
        and not kept. Without them every test is new.
    stage : ``"mock"`` or ``"retention"``
    count : number of clips

    Raises
    ------
    TrainingError
        The stage is unknown, or this test was done already.
    """
    checks.one_of("stage", stage, EXAMS)
    moment("now", now)
    if unfinished(record, stage):
        return record
    base = hashed("exam", seed) if seed else hashed(record.pseudonym, record.created, now, stage)
    items = draw(base, count)
    name = f"{stage}-{hashed(*items):012x}"
    if name in {one.id for one in record.exams}:
        raise TrainingError("seed", "this test was done already", "Ask for another seed")
    return replace(record, exams=(*record.exams, Exam(name, stage, now, items)))


def result(record: Record, name: str) -> Result:
    """Score a completed test.

    Raises
    ------
    TrainingError
        There is no such test, or clips are left; before the end there is no score.

    Source: S0-103 as used (E0-07) for the agreement of a clip.
    """
    exam = record.exam(name)
    answers = record.of_exam(name)
    if len(answers) < len(exam.items):
        problem = f"{len(answers)} of {len(exam.items)} clips are scored"
        raise TrainingError("exam", problem, "Score them all first")
    given = [answers[one] for one in exam.items]
    items = tuple(
        {"item": one.item, "level": one.level, "key": one.shown, "given": one.given}
        | {"agreement": one.credit, "empty": one.index is None, "seconds": one.seconds}
        for one in given
    )
    levels = {
        level: fmean(values)
        for level in LEVELS
        if (values := [one.credit for one in given if one.level == level])
    }
    codes = {
        code: {"criterion": one.hits + one.missed, "found": one.hits}
        | {"missed": one.missed, "added": one.added}
        for code, one in detections(given).items()
        if one.hits + one.missed + one.added
    }
    whole = _mean([one.credit for one in given])
    defined = _mean([one.index for one in given if one.index is not None])
    return Result(name, exam.stage, whole, defined, items, codes, levels)


def _mean(values: Sequence[float]) -> Measure:
    def measure(drawn: list[float]) -> Measure:
        if not drawn:
            return Measure("mean agreement", None, 0, undefined="no clip had a code")
        return Measure("mean agreement", fmean(drawn), len(drawn))

    return bootstrap(values, measure)
