"""What to do next: which stage, which skill, how hard, and when a skill is due again.

Rules, all ours but for their kind. Skills are mixed; one comes the more often, the lower its
estimate and the fewer its answers, and never twice in a row. The same answer is never shown
three times in a row. Three right answers in a row make a skill harder, one wrong answer easier,
which settles where about four of five are right. A skill is due again after 1, 3, 7, 14 and 28
days, after a failed review tomorrow. All of it follows from record, time and seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from fau_teach.clip.nuisance import Dice
from fau_teach.training.ability import Estimate, credits_of, estimate
from fau_teach.training.items import VERSION, hashed, name_of, parts_of, split, target
from fau_teach.training.marking import READY
from fau_teach.training.record import EXAMS, SILENT, Answer, Exam, Record, moment
from fau_teach.training.skills import (
    LEVELS,
    Skill,
    TrainingError,
    checks,
    contrasts,
    skill,
    skills,
    stages,
)

UP = 3
"""Right answers in a row after which items get harder."""
DAYS = (1, 3, 7, 14, 28)
"""Days until a skill is due again, after none, one, two … reviews in a row that went well."""
RETENTION = (14, 42)
"""Days after a mock test between which its retention test is due."""
GOOD = READY
"""Least credit of an answer that went well."""
WINDOW = 8
"""Last answers of a lesson that are looked at."""
_EXPLORE = 0.08
_SEEDS = 50
_HIGH = 2**40
_DRILL = {
    "easy": ("which",),
    "medium": ("which", "which", "score"),
    "hard": ("which", "score", "mark"),
}
_WHOLE = (*("score",) * 6, "mark", "neutral")


class FinishedError(TrainingError):
    """There is nothing left to ask in a stage."""


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next.

    Parameters
    ----------
    item : id
    stage : in which
    reason : why, for readers
    """

    item: str
    stage: str
    reason: str


def level(answers: Iterable[Answer], name: str) -> str:
    """Difficulty of a skill: three in a row up, one down; tests and second tries leave it."""
    at = row = 0
    for one in answers:
        if one.skill != name or one.attempt > 1 or one.stage in SILENT:
            continue
        row = row + 1 if one.credit >= GOOD else 0
        if not row:
            at = max(at - 1, 0)
        elif row == UP:
            at, row = min(at + 1, len(LEVELS) - 1), 0
    return LEVELS[at]


def pretest(record: Record) -> tuple[str, ...]:
    """Items of the pretest of a learner: one of each skill, in an order of its own."""
    dice = Dice(hashed(record.pseudonym, record.created), "pretest")
    found = [
        name_of(one.kinds[0], one.id, "medium", dice.between(0, _HIGH)) for one in skills().values()
    ]
    return tuple(sorted(found, key=lambda _: dice.random()))


def pretested(record: Record) -> frozenset[str]:
    """Skills that have an answer in the pretest, whichever item of them it was."""
    return frozenset(one.skill for one in record.answers if one.stage == "pretest")


def learned(record: Record, name: str) -> bool:
    """Whether the lesson of a contrast set went well: enough right of its last eight answers."""
    last = [o for o in record.answers if o.stage == "lessons" and o.skill == name]
    right = sum(one.credit >= GOOD for one in last[-WINDOW:] if one.attempt == 1)
    return right >= stages()["lessons"].enough


def due(record: Record) -> dict[str, datetime]:
    """When each practised skill is due for review."""
    found: dict[str, datetime] = {}
    step: dict[str, int] = {}
    for one in record.counted:
        name, when = one.skill, moment("when", one.when)
        if name not in skills():
            continue
        if name in found:
            if when < found[name]:
                continue
            step[name] = min(step[name] + 1, len(DAYS) - 1) if one.credit >= GOOD else 0
        else:
            step[name] = 0
        found[name] = when + timedelta(days=DAYS[step[name]])
    return found


def finished(record: Record, stage: str) -> tuple[tuple[Exam, datetime], ...]:
    """Completed tests of a stage with the time of their last answer, the oldest first."""
    found = []
    for one in record.exams:
        answers = record.of_exam(one.id)
        if one.stage == stage and len(answers) == len(one.items):
            found.append((one, max(moment("when", each.when) for each in answers.values())))
    return tuple(sorted(found, key=lambda each: each[1]))


def retention(record: Record, now: str) -> tuple[str, datetime | None]:
    """State of the retention test and when it is due from: none, early, due, late or done."""
    mocks, later = finished(record, "mock"), finished(record, "retention")
    if not mocks:
        return "none", None
    first = mocks[-1][1]
    start, end = (first + timedelta(days=days) for days in RETENTION)
    if later and later[-1][1] > first:
        return "done", start
    here = moment("now", now)
    return ("early" if here < start else "due" if here <= end else "late"), start


def recommended(record: Record, now: str) -> tuple[str, str]:
    """Stage that is recommended, and why; any other may be chosen."""
    plan = stages()
    count = {name: sum(o.stage == name and o.attempt == 1 for o in record.answers) for name in plan}
    if len(pretested(record)) < len(skills()):
        return "pretest", "Begin with one item of each skill, so that the path fits you."
    if retention(record, now)[0] in ("due", "late"):
        return "retention", "Your mock test is two weeks old or more: see what stayed."
    open_ = [one for one in contrasts() if not learned(record, one.id)]
    if open_:
        return "lessons", f"Next cue: {open_[0].title}. {len(open_)} sets are left."
    for name in ("drills", "intensity", "micro"):
        if count[name] < plan[name].enough:
            return name, f"{count[name]} of {plan[name].enough} items done."
    here = moment("now", now)
    late = [name for name, when in due(record).items() if when <= here]
    if late:
        return "review", f"{len(late)} skills are due."
    if not finished(record, "mock"):
        return "mock", "You have worked through all stages: see where you stand."
    return "drills", "Keep your weakest skills in practice."


def overview(record: Record, now: str) -> list[dict[str, Any]]:
    """Every stage with what was done in it and whether it is recommended now."""
    chosen, reason = recommended(record, now)
    found = []
    for one in stages().values():
        count = sum(each.stage == one.id and each.attempt == 1 for each in record.answers)
        if one.id == "pretest":
            count = len(pretested(record))
        aim = one.enough
        if one.id == "lessons":
            count, aim = sum(learned(record, each.id) for each in contrasts()), len(contrasts())
        if one.id in EXAMS:
            count, aim = len(finished(record, one.id)), 1
        found.append(
            {"id": one.id, "title": one.title, "what": one.what, "done": count, "of": aim}
            | {"recommended": one.id == chosen, "reason": reason if one.id == chosen else ""}
        )
    return found


def next_item(record: Record, stage: str, now: str, seed: int = 0, about: str = "") -> Next:
    """The next item of a stage.

    Parameters
    ----------
    record : of the learner
    stage : one of :func:`fau_teach.training.skills.stages`; empty for the recommended one
    now : time in UTC
    seed : other seeds give other items
    about : skill to practise alone, or empty

    Raises
    ------
    FinishedError
        Pretest or test are finished, or no test was begun.
    TrainingError
        Stage, skill or time is unknown.
    """
    here, why = moment("now", now), ""
    if not stage:
        stage, why = recommended(record, now)
    plan = stages()[checks.one_of("stage", stage, stages())]
    if stage in EXAMS:
        return Next(*_of_exam(record, stage))
    if stage == "pretest":
        given = pretested(record)
        left = [one for one in pretest(record) if parts_of(one)[1].id not in given]
        if not left:
            raise FinishedError("stage", "the pretest is finished", "Go on with the lessons")
        return Next(left[0], stage, why or f"{len(left)} items are left.")
    mine = [one for one in record.answers if one.attempt == 1]
    # Each answer changes the stream, so that the same state gives the same item.
    start = hashed(record.pseudonym, record.created, len(record.answers), stage, seed, about)
    dice = Dice(start, "next")
    last = [one for one in mine if one.stage == stage][-2:]
    if about:
        chosen, reason = skill(about), "You chose it."
        if chosen not in plan.skills:
            raise TrainingError("about", f"{about} is no skill of {stage}", "Choose another stage")
    elif stage == "lessons":
        left_ = [one for one in contrasts() if not learned(record, one.id)] or [*contrasts()]
        chosen, reason = left_[0], left_[0].cue
    else:
        chosen, reason = _skill(record, stage, here, plan.skills, last, dice)
    hard = level(mine, chosen.id)
    name = _fresh(chosen, stage, hard, [_shown(one) for one in last], dice)
    return Next(name, stage, why or reason)


def _skill(
    record: Record,
    stage: str,
    here: datetime,
    pool: Sequence[Skill],
    last: Sequence[Answer],
    dice: Dice,
) -> tuple[Skill, str]:
    recent = [one.skill for one in last]
    many = len(pool) > 3
    barred = recent[-1:] if many else recent[:1] if len({*recent}) == 1 and recent[1:] else []
    free = [one for one in pool if one.id not in barred] or [*pool]
    if stage == "review":
        times = due(record)
        known = sorted((o for o in free if o.id in times), key=lambda o: times[o.id])
        if known and times[known[0].id] <= here:
            return known[0], "It is due."
    weights = [_weight(one) for one in estimates(record, free)]
    point = dice.random() * sum(weights)
    chosen = next(o for o, so_far in zip(free, accumulate(weights), strict=True) if so_far > point)
    return chosen, "Weak and new skills come more often."


def estimates(record: Record, pool: Iterable[Skill]) -> list[Estimate]:
    """Estimates of some skills."""
    found = credits_of(record.counted)
    return [estimate(one.id, found[one.id]) for one in pool]


def _weight(one: Estimate) -> float:
    return (1 - one.mean) ** 2 + _EXPLORE / (one.n + 1)


def _fresh(about: Skill, stage: str, hard: str, last: Sequence[str], dice: Dice) -> str:
    """An item whose answer is not the one that was shown twice just now."""
    kinds = about.kinds[:1]
    if stage in ("drills", "review") and about.kind == "contrast":
        kinds = _DRILL[hard]
    if about.kind == "clips":
        kinds = _WHOLE
    barred = last[0] if len(last) == 2 and last[0] == last[1] else ""
    for _ in range(_SEEDS):
        name = name_of(dice.pick(kinds), about.id, hard, dice.between(0, _HIGH))
        if not barred or target(name)[1] != barred:
            break
    return name


def _shown(one: Answer) -> str:
    """What an answer's item showed, in the words of :func:`target`."""
    return target(one.item)[1] if split(one.item)[0] == VERSION else one.shown


def _of_exam(record: Record, stage: str) -> tuple[str, str, str]:
    for one in record.exams:
        given = record.of_exam(one.id)
        left = [name for name in one.items if name not in given]
        if one.stage == stage and left:
            return left[0], stage, f"Clip {len(given) + 1} of {len(one.items)}."
    raise FinishedError("stage", f"no {stage} test is open", "Start one, or see the score")
