"""How well yes-or-no labels are found: subjects kept apart, F1, intervals over subjects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.intp]
Bool = npt.NDArray[np.bool_]
CODES = MappingProxyType(
    {
        "BP4D": ("1", "2", "4", "6", "7", "10", "12", "14", "15", "17", "23", "24"),
        "DISFA": ("1", "2", "4", "6", "9", "12", "25", "26"),
    }
)
"""Action units that the source evaluates in each data set. Source: S1-029."""


@dataclass(frozen=True, slots=True)
class Fold:
    """One part for testing, all others for training.

    Attributes
    ----------
    number : from 0
    test_subjects : who is tested
    train, test : places of the items
    """

    number: int
    test_subjects: tuple[str, ...]
    train: Int
    test: Int


def folds(subjects: Sequence[str], number: int = 3, seed: int = 0) -> tuple[Fold, ...]:
    """Part items so that nobody is in training and in testing.

    Parameters
    ----------
    subjects : (n,) subject of each item
    number : of folds
    seed : of the order in which subjects are dealt out; folds differ by one subject at most

    Raises
    ------
    ValueError
        There are fewer subjects than folds, or fewer than two folds.

    Source: S1-029.
    """
    known = sorted(set(subjects))
    if not 2 <= number <= len(known):
        raise ValueError(f"{number} folds of {len(known)} subjects: use 2 to {len(known)} folds.")
    order = [known[i] for i in np.random.default_rng(seed).permutation(len(known))]
    items = np.asarray(subjects)
    found = []
    for k in range(number):
        tested = np.isin(items, order[k::number])
        parts = np.flatnonzero(~tested), np.flatnonzero(tested)
        found.append(Fold(k, tuple(sorted(order[k::number])), *parts))
    return tuple(found)


def active(
    intensity: npt.ArrayLike, variant: Literal["used", "printed"] = "used"
) -> tuple[Bool, Bool]:
    """Whether intensities 0 to 5 count as active, and whether they are known.

    Parameters
    ----------
    intensity : any shape; not a number where nobody could tell
    variant : ``"used"`` counts 2 and more, as the papers that it is compared with; ``"printed"``
        more than 2, so that all labels at intensity 2 flip

    Returns
    -------
    active, known : of the same shape

    Source: S1-029; E1-19.
    """
    if variant not in ("used", "printed"):
        raise ValueError(f"variant {variant!r}: choose 'used' or 'printed'.")
    grades = np.asarray(intensity, float)
    return (grades > 2 if variant == "printed" else grades >= 2), np.isfinite(grades)


def f1(precision: float, recall: float) -> float:
    """Harmonic mean 2 p r / (p + r); 0 where nothing right was found.

    Source: S1-030.
    """
    if not (0 <= precision <= 1 and 0 <= recall <= 1):
        raise ValueError(f"{precision=}, {recall=}: both lie between 0 and 1.")
    return 2 * precision * recall / (precision + recall) if precision * recall else 0.0


def counts(labels: npt.ArrayLike, found: npt.ArrayLike, known: npt.ArrayLike | None = None) -> Int:
    """Hits, false alarms and misses of each class: (3, R).

    Parameters
    ----------
    labels, found : (..., R) true where active, and where said to be
    known : (..., R) where there is a label; everywhere if left out

    Raises
    ------
    ValueError
        Shapes differ.
    """
    truth, said = np.asarray(labels).astype(bool), np.asarray(found).astype(bool)
    sure = np.ones_like(truth) if known is None else np.asarray(known).astype(bool)
    if not truth.shape == said.shape == sure.shape or not truth.ndim:
        raise ValueError(f"labels {truth.shape}, found {said.shape}, known {sure.shape}: differ.")
    axes = tuple(range(truth.ndim - 1))
    rows = (truth & said & sure, ~truth & said & sure, truth & ~said & sure)
    return np.stack([row.sum(axis=axes) for row in rows])


def f1_of(table: npt.ArrayLike) -> Float:
    """F1 (...,) of hits, false alarms and misses (3, ...); 0 where there is no hit.

    Source: S1-030.
    """
    hits, alarms, misses = np.asarray(table, float)
    return np.where(hits > 0, 2 * hits / np.maximum(2 * hits + alarms + misses, 1), 0.0)


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How well one class is found.

    Attributes
    ----------
    code : the class, ``"mean"`` for the plain mean of all F1
    f1, low, high : F1 and its interval
    base_rate : share of the known frames in which it is active
    positives : number of these
    """

    code: str
    f1: float
    low: float
    high: float
    base_rate: float
    positives: int

    def __str__(self) -> str:
        return f"{self.code}: {self.f1:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True, slots=True)
class Scores:
    """F1 of all classes, and the mean over them.

    Attributes
    ----------
    classes : one a class
    mean : the macro mean; no class weighs more for being frequent
    subjects : how many
    level, resamples : of the intervals
    """

    classes: tuple[ClassScore, ...]
    mean: ClassScore
    subjects: int
    level: float
    resamples: int

    def __iter__(self) -> Iterator[ClassScore]:
        yield from (*self.classes, self.mean)

    def of(self, code: str) -> ClassScore:
        """One class, or ``"mean"``."""
        known = {one.code: one for one in self}
        if code not in known:
            raise ValueError(f"no class {code!r}; there are {', '.join(known)}.")
        return known[code]

    def __str__(self) -> str:
        title = f"F1, {self.level:.0%} interval over {self.subjects} subjects"
        return "\n".join([title, *map(str, self)])


def evaluate(
    labels: npt.ArrayLike,
    found: npt.ArrayLike,
    subjects: Sequence[str],
    codes: Iterable[str] = (),
    *,
    known: npt.ArrayLike | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Scores:
    """F1 of each class over all frames, with intervals by drawing whole subjects.

    Frames of one person resemble each other, so that an interval over frames would be far too
    narrow; with few subjects even this one is.

    Parameters
    ----------
    labels, found : (n, ..., R) true where active, and where said to be
    subjects : (n,) who
    codes : (R,) names; numbers if left out
    known : (n, ..., R) where there is a label
    level, resamples, seed : of the percentile intervals

    Raises
    ------
    ValueError
        Shapes do not fit.

    Source: S1-029, S1-030.
    """
    truth = np.asarray(labels).astype(bool)
    sure = np.ones_like(truth) if known is None else np.asarray(known).astype(bool)
    names, who = tuple(codes) or tuple(map(str, range(truth.shape[-1]))), np.asarray(subjects)
    if len(names) != truth.shape[-1] or len(who) != len(truth):
        problem = f"{len(names)} codes and {len(who)} subjects for labels {truth.shape}"
        raise ValueError(f"{problem}: give one subject an item and one code a class.")
    said, people = np.asarray(found), sorted(set(subjects))
    table: Any = np.stack([counts(truth[who == p], said[who == p], sure[who == p]) for p in people])
    drawn = np.random.default_rng(seed).multinomial(
        len(people), np.full(len(people), 1 / len(people)), resamples
    )
    made = f1_of(np.einsum("np,pkr->knr", drawn, table))
    point = f1_of(table.sum(axis=0))
    tails = [100 * (0.5 - level / 2), 100 * (0.5 + level / 2)]
    low, high = np.percentile(made, tails, axis=0)
    axes = tuple(range(truth.ndim - 1))
    positives, total = (truth & sure).sum(axis=axes), sure.sum(axis=axes)
    rates = positives / np.maximum(total, 1)
    columns = zip(names, point, low, high, rates, positives, strict=True)
    classes = tuple(
        ClassScore(name, float(value), float(least), float(most), float(rate), int(n))
        for name, value, least, most, rate, n in columns
    )
    ends = [float(end) for end in np.percentile(made.mean(axis=1), tails)]
    average = float(point.mean()), ends[0], ends[1], float(rates.mean())
    mean = ClassScore("mean", *average, int(positives.sum()))
    return Scores(classes, mean, len(people), level, resamples)
