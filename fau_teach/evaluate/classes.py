"""How well one of several classes is recognised: pooled confusion, UF1, UAR, and their chance.

All counts are summed over the folds first and scored once (MEGC's rule). The mean of scores of
single folds is another number, and with one subject a fold a poor one: most folds lack classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.intp]


def confusion(labels: Sequence[Any], found: Sequence[Any], classes: Sequence[Any] = ()) -> Int:
    """Counts (C, C): true class by row, answer by column.

    Parameters
    ----------
    labels, found : (n,) true class and answer of each item
    classes : (C,) in the order wanted; all that occur, sorted, if left out

    Raises
    ------
    ValueError
        Lengths differ, there is no item, or one has no class of these.

    Source: S3-044, S3-045.
    """
    names = _classes(labels, found, classes)
    flat = _flat(labels, found, names)
    return np.bincount(flat, minlength=len(names) ** 2).reshape(len(names), -1)


def _classes(
    labels: Sequence[Any], found: Sequence[Any], classes: Sequence[Any]
) -> tuple[Any, ...]:
    if len(labels) != len(found) or not len(labels):
        raise ValueError(f"{len(labels)} labels and {len(found)} answers: give one each, of items.")
    return tuple(classes) if len(classes) else tuple(sorted({*labels, *found}))


def f1_by_class(table: npt.ArrayLike) -> Float:
    """F1 (..., C) = 2 TP / (2 TP + FP + FN) of counts (..., C, C).

    Not a number where a class neither occurs nor is answered.

    Source: S3-044.
    """
    counts = np.asarray(table, float)
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    return _over(2 * np.asarray(hits), counts.sum(-1) + counts.sum(-2))


def recall_by_class(table: npt.ArrayLike) -> Float:
    """Share (..., C) of the items of each class that is found; not a number without items.

    N_c of the source is the number of items whose true class is c (E3-15).

    Source: S3-045; E3-15.
    """
    counts = np.asarray(table, float)
    return _over(np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(-1))


def _over(part: Any, whole: Any) -> Float:
    return np.asarray(np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0))


def _mean(values: Float) -> Any:
    """Mean over the classes that have a value; 0 where none has."""
    known = np.isfinite(values)
    return np.where(known, values, 0).sum(-1) / np.maximum(known.sum(-1), 1)


def uf1(table: npt.ArrayLike) -> Any:
    """Unweighted F1 (...,): the plain mean of F1 over classes.

    A class that neither occurs nor is answered is left out of the mean.

    Source: S3-044.
    """
    return _mean(f1_by_class(table))


def uar(table: npt.ArrayLike) -> Any:
    """Unweighted average recall (...,): the plain mean of recall over the classes that occur.

    Always answering one of C classes gives 1 / C, however frequent it is.

    Source: S3-045; E3-15.
    """
    return _mean(recall_by_class(table))


def accuracy(table: npt.ArrayLike) -> Any:
    """Share (...,) of items whose answer is right."""
    counts = np.asarray(table, float)
    return _over(np.trace(counts, axis1=-2, axis2=-1), counts.sum((-2, -1)))


SCORES = {"uf1": uf1, "uar": uar, "accuracy": accuracy}


@dataclass(frozen=True, slots=True)
class Score:
    """One score of a recogniser, and what it is by chance.

    Attributes
    ----------
    name : ``"uf1"``, ``"uar"`` or ``"accuracy"``
    value, low, high : the score and its interval over subjects
    chance : mean score when the same answers are dealt out at random
    beyond : score that only one in twenty such deals exceeds
    p : share of deals that score as well or better, the real one counted among them
    """

    name: str
    value: float
    low: float
    high: float
    chance: float
    beyond: float
    p: float

    def __str__(self) -> str:
        by_chance = f"by chance {self.chance:.3f}, 95 % below {self.beyond:.3f}, p {self.p:.3g}"
        return f"{self.name}: {self.value:.3f} ({self.low:.3f} to {self.high:.3f}); {by_chance}"


@dataclass(frozen=True, slots=True, eq=False)
class Recognition:
    """What a recogniser reached on items that it was not made from.

    Attributes
    ----------
    classes : (C,) names
    table : (C, C) pooled counts, true class by row
    uf1, uar, accuracy : scores of the pooled counts
    fold_uf1 : mean of the UF1 of single folds, the other number (E3-15); None without folds
    subjects, items : how many
    level, resamples, permutations : of intervals and of chance
    """

    classes: tuple[Any, ...]
    table: Int = field(repr=False)
    uf1: Score
    uar: Score
    accuracy: Score
    fold_uf1: float | None
    subjects: int
    items: int
    level: float
    resamples: int
    permutations: int

    def __iter__(self) -> Iterator[Score]:
        yield from (self.uf1, self.uar, self.accuracy)

    @property
    def recalls(self) -> dict[Any, float]:
        """Class to the share of its items that is found."""
        return dict(zip(self.classes, recall_by_class(self.table).tolist(), strict=True))

    @property
    def f1s(self) -> dict[Any, float]:
        """Class to its F1."""
        return dict(zip(self.classes, f1_by_class(self.table).tolist(), strict=True))

    def __str__(self) -> str:
        head = f"{self.items} items of {self.subjects} subjects, {len(self.classes)} classes, "
        lines = [head + f"{self.level:.0%} intervals over subjects", *map(str, self)]
        if self.fold_uf1 is not None:
            lines.append(f"mean UF1 of single folds, another number (E3-15): {self.fold_uf1:.3f}")
        wide = max(len(str(one)) for one in (*self.classes, self.table.max())) + 1
        lines.append("".join(f"{one!s:>{wide}}" for one in ("", *self.classes)))
        for name, row in zip(self.classes, self.table, strict=True):
            lines.append("".join(f"{one!s:>{wide}}" for one in (name, *row)))
        return "\n".join(lines)


def recognition(
    labels: Sequence[Any],
    found: Sequence[Any],
    subjects: Sequence[str],
    classes: Sequence[Any] = (),
    *,
    folds: Sequence[int] | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    permutations: int = 1000,
    seed: int = 0,
) -> Recognition:
    """Score answers over all folds at once, with intervals over subjects and a chance line.

    Whole subjects are drawn for the intervals, since items of one person resemble each other.
    For chance, the answers are dealt out anew over all items, so that how often each class
    occurs and is answered stays as it is. The number 1 / C is the chance of UAR alone.

    Parameters
    ----------
    labels, found : (n,) true class and answer
    subjects : (n,) whose item it is
    classes : (C,) those that there are; those that occur if left out
    folds : (n,) number of the fold in which the item was tested
    level, resamples : of the percentile intervals
    permutations : deals for the chance line
    seed : of both

    Raises
    ------
    ValueError
        Lengths differ, or a label is no class.

    Source: S3-044, S3-045; E3-12, E3-15.
    """
    names, who = _classes(labels, found, classes), np.asarray(subjects)
    if len(who) != len(labels) or (folds is not None and len(folds) != len(labels)):
        raise ValueError(f"{len(labels)} items: give each a subject, and each a fold or none.")
    people, flat = np.unique(who), _flat(labels, found, names)
    size, chance = len(names) ** 2, np.random.default_rng(seed)
    table = np.bincount(flat, minlength=size).reshape(len(names), -1)
    by_person = np.stack([np.bincount(flat[who == one], minlength=size) for one in people])
    share = np.full(len(people), 1 / len(people))
    drawn = chance.multinomial(len(people), share, resamples) @ by_person
    rows, answers = flat // len(names), flat % len(names)
    dealt = np.stack(
        [
            np.bincount(rows * len(names) + chance.permutation(answers), minlength=size)
            for _ in range(permutations)
        ]
    )
    tails = [100 * (0.5 - level / 2), 100 * (0.5 + level / 2)]
    scores = {}
    for name, score in SCORES.items():
        value = float(score(table))
        low, high = np.percentile(score(drawn.reshape(-1, *table.shape)), tails).tolist()
        null = score(dealt.reshape(-1, *table.shape))
        as_good = (1 + int((null >= value - 1e-12).sum())) / (1 + permutations)
        beyond = float(np.percentile(null, 95))
        scores[name] = Score(name, value, low, high, float(null.mean()), beyond, as_good)
    single = None
    if folds is not None:
        number = np.asarray(folds)
        parts = [np.bincount(flat[number == one], minlength=size) for one in np.unique(number)]
        single = float(np.mean([uf1(part.reshape(table.shape)) for part in parts]))
    return Recognition(
        names, table, scores["uf1"], scores["uar"], scores["accuracy"], single,
        len(people), len(labels), level, resamples, permutations,
    )  # fmt: skip


def _flat(labels: Sequence[Any], found: Sequence[Any], names: tuple[Any, ...]) -> Int:
    """(n,) place of each item in the table, row after row."""
    place = {name: at for at, name in enumerate(names)}
    for name in (*labels, *found):
        if name not in place:
            raise ValueError(f"{name!r} is no class; there are {', '.join(map(str, names))}.")
    pairs = zip(labels, found, strict=True)
    return np.array([len(names) * place[a] + place[b] for a, b in pairs], np.intp)
