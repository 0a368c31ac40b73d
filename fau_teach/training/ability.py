"""What a record says about a learner: skills, codes, timing, certainty. All from the log.

Recent answers count more: each answer weighs half as much as one that is forty answers of the
same skill younger. The estimate is the mean of a Beta distribution that starts at (1, 1) and gets
the weighted credits; its interval is Wilson's for as many answers as the weights are worth, the
square of their sum by the sum of their squares. All of it is a choice of ours. Difficulties are
not told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist, fmean, median
from typing import Any

from fau_teach.coding.practice import Bias, _bias
from fau_teach.emotion import wilson_interval
from fau_teach.training.record import Answer, Record
from fau_teach.training.skills import skill, skills

HALF = 40
"""Answers after which an answer weighs half."""
BLOCK = 10
"""Answers in a point of a learning curve."""
STATED = {"low": 0.5, "medium": 0.75, "high": 0.95}
"""Chance of being right that each certainty stands for; ours."""
FEWEST = 3
"""Fewest answers from which a skill can be called weak."""
_FRAMES = ("onset", "apex", "offset")
_BELL = NormalDist()


@dataclass(frozen=True, slots=True)
class Estimate:
    """How well a skill is mastered.

    Parameters
    ----------
    skill : id
    n : answers that count
    mean : of the Beta distribution, 0 to 1; 0.5 without any answer
    low, high : 95 % interval; 0 and 1 without any answer
    errors : answers without full credit
    curve : mean credit of each ten answers, the oldest first
    """

    skill: str
    n: int
    mean: float
    low: float
    high: float
    errors: int
    curve: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """How well a code is told from its absence.

    Parameters
    ----------
    code : such as ``"12"``
    hits, missed, added, spared : counts
    d : sensitivity d′, with a half added to each count and one to each total, so that perfect
        scores stay finite; None where the code was never there or never absent. Choices
        between alternatives count as one judgement of each code.
    criterion : above 0: the code is scored too seldom; None likewise
    """

    code: str
    hits: int
    missed: int
    added: int
    spared: int
    d: float | None
    criterion: float | None


@dataclass(frozen=True, slots=True)
class Certainty:
    """What a stated certainty was worth: answers, mean credit, 95 % interval, what it states."""

    name: str
    n: int
    credit: float
    low: float
    high: float
    stated: float


@dataclass(frozen=True, slots=True)
class Ability:
    """All estimates of a record.

    Parameters
    ----------
    n : answers that count
    skills : skill -> estimate, also of skills without any answer
    codes : code -> detection
    timing : ``"onset"``, ``"apex"``, ``"offset"`` -> signed bias [ms]
    intensity : signed bias [steps]; each answer counts once
    certainty : what low, medium and high were worth
    brier : mean squared difference between stated chance and credit, 0 is best; None without any
    seconds : median time of an answer [s]; None where none was measured
    curve : mean credit of each ten answers of all skills
    """

    n: int
    skills: dict[str, Estimate]
    codes: dict[str, Detection]
    timing: dict[str, Bias]
    intensity: Bias
    certainty: tuple[Certainty, ...]
    brier: float | None
    seconds: float | None
    curve: tuple[float, ...]

    def weakest(self, count: int = 5) -> tuple[Estimate, ...]:
        """Skills with at least three answers and an error, lowest estimate first."""
        tried = [one for one in self.skills.values() if one.n >= FEWEST and one.errors]
        return tuple(sorted(tried, key=lambda one: one.mean)[:count])

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values for JSON, skills with their titles."""
        made = asdict(self)
        for name, one in made["skills"].items():
            about = skill(name)
            one |= {"title": about.title, "kind": about.kind, "cue": about.cue}
        return made | {"weakest": [one.skill for one in self.weakest()]}


def credits_of(answers: Iterable[Answer]) -> dict[str, list[float]]:
    """Skill -> credits, the oldest first.

    An answer counts for its own skill. A contrast set of which its clip showed an alternative
    counts too, with 1 or 0. Skills that there are no longer are left out.
    """
    found: dict[str, list[float]] = {name: [] for name in skills()}
    for one in answers:
        more = {**dict.fromkeys(one.right, 1.0), **dict.fromkeys(one.confused, 0.0)}
        for name, value in (more | {one.skill: one.credit}).items():
            if name in found:
                found[name].append(value)
    return found


def estimate(name: str, values: Sequence[float]) -> Estimate:
    """The estimate of one skill from its credits, the oldest first."""
    weights = [0.5 ** (age / HALF) for age in range(len(values))][::-1]
    total, got = sum(weights), sum(w * v for w, v in zip(weights, values, strict=True))
    low, high = 0.0, 1.0
    if values:
        many = total**2 / sum(w * w for w in weights)
        low, high = wilson_interval(min(got / total, 1.0) * many, many)
    errors = sum(value < 1 for value in values)
    mean = (got + 1) / (total + 2)
    return Estimate(name, len(values), mean, low, high, errors, _curve(values))


def ability(record: Record) -> Ability:
    """Everything that the log of a record says.

    Parameters
    ----------
    record : answers of an unfinished test and second attempts do not count
    """
    answers = record.counted
    found = credits_of(answers)
    times = [one.seconds for one in answers if one.seconds is not None]
    sure, brier = _certainty(answers)
    steps = [[one.steps / one.graded] for one in answers if one.steps is not None and one.graded]
    return Ability(
        len(answers),
        {name: estimate(name, values) for name, values in found.items()},
        detections(answers),
        {
            name: _bias(
                name, "ms", [[s] for o in answers if o.shifts and (s := o.shifts[at]) is not None]
            )
            for at, name in enumerate(_FRAMES)
        },
        _bias("intensity", "steps", steps),
        sure,
        brier,
        median(times) if times else None,
        _curve([one.credit for one in answers]),
    )


def _curve(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(fmean(values[at : at + BLOCK]), 4) for at in range(0, len(values), BLOCK))


def detections(answers: Iterable[Answer]) -> dict[str, Detection]:
    """Code -> how well it is told, by number."""
    counts: dict[str, Counter[str]] = {}
    for one in answers:
        for kind in ("hits", "missed", "added", "spared"):
            for code in getattr(one, kind):
                counts.setdefault(code, Counter())[kind] += 1
    return {
        code: detection(code, **counts[code])
        for code in sorted(counts, key=lambda code: (len(code), code))
    }


def detection(
    code: str, hits: int = 0, missed: int = 0, added: int = 0, spared: int = 0
) -> Detection:
    """d′ and criterion of one code from its counts."""
    if not hits + missed or not added + spared:
        return Detection(code, hits, missed, added, spared, None, None)
    hit = _BELL.inv_cdf((hits + 0.5) / (hits + missed + 1))
    false = _BELL.inv_cdf((added + 0.5) / (added + spared + 1))
    return Detection(code, hits, missed, added, spared, hit - false, -(hit + false) / 2)


def _certainty(answers: Iterable[Answer]) -> tuple[tuple[Certainty, ...], float | None]:
    groups = {name: [o.credit for o in answers if o.certainty == name] for name in STATED}
    rows = tuple(
        Certainty(
            name, len(values), fmean(values), *wilson_interval(sum(values), len(values)),
            STATED[name],
        )
        for name, values in groups.items()
        if values
    )  # fmt: skip
    misses = [(STATED[name] - value) ** 2 for name, values in groups.items() for value in values]
    return rows, fmean(misses) if misses else None
