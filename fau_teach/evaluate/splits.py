"""Who is trained on and who is tested: folds by subject, and a test that cannot be peeked at.

``cross_validate`` hands its ``fit`` the items to learn from and some of other subjects to choose
with. What ``fit`` gives back then answers for items of people whom it has not seen. The labels
of the test reach neither of them, so no epoch can be chosen by them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from fau_teach.evaluate.classes import Recognition, confusion, recognition, uf1
from fau_teach.evaluate.labels import Fold, Int, folds


def loso(subjects: Sequence[str]) -> tuple[Fold, ...]:
    """Leave one subject out: as many folds as subjects, in the order of their names.

    Raises
    ------
    ValueError
        There are fewer than two subjects.

    Source: S3-025.
    """
    items, people = np.asarray(subjects), sorted(set(subjects))
    if len(people) < 2:
        raise ValueError(f"{len(people)} subjects: leaving one out needs two or more.")
    found = []
    for number, person in enumerate(people):
        tested = items == person
        found.append(Fold(number, (person,), np.flatnonzero(~tested), np.flatnonzero(tested)))
    return tuple(found)


def grouped(subjects: Sequence[str], number: int = 5, seed: int = 0) -> tuple[Fold, ...]:
    """Folds of whole subjects, cheaper than ``loso``; see ``folds``."""
    return folds(subjects, number, seed)


def inner(subjects: Sequence[str], share: float = 0.2, seed: int = 0) -> tuple[Int, Int]:
    """Part training items again by subject: places to learn from, and to choose with.

    Parameters
    ----------
    subjects : (n,) of the training items alone
    share : of the subjects to choose with, above 0 and below 1; at least one, never all

    Raises
    ------
    ValueError
        The share is out of range, or there are fewer than two subjects.
    """
    people = sorted(set(subjects))
    if not 0 < share < 1 or len(people) < 2:
        raise ValueError(f"{share=} of {len(people)} subjects: a share of two or more, in (0, 1).")
    count = min(max(1, round(share * len(people))), len(people) - 1)
    chosen = np.random.default_rng(seed).permutation(len(people))[:count]
    apart = np.isin(np.asarray(subjects), [people[i] for i in chosen])
    return np.flatnonzero(~apart), np.flatnonzero(apart)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Whether the same people are in training and in the test; true where some are.

    Attributes
    ----------
    shared : their names
    train, test : how many people there are in each
    tested : share of the test's people who are in training too
    """

    shared: tuple[str, ...]
    train: int
    test: int

    @property
    def tested(self) -> float:
        """Share of the test's people who are in training too."""
        return len(self.shared) / self.test if self.test else 0.0

    def __bool__(self) -> bool:
        return bool(self.shared)

    def __str__(self) -> str:
        if not self.shared:
            return f"nobody of {self.test} tested is among the {self.train} trained on"
        names = ", ".join(self.shared[:5]) + (", …" if len(self.shared) > 5 else "")
        count = f"{len(self.shared)} of {self.test} tested ({self.tested:.0%})"
        return f"{count} are among the {self.train} trained on: {names}"


def overlap(train: Collection[str], test: Collection[str]) -> Overlap:
    """Who is in training and in the test, as with macro- and micro-expressions of one set.

    Parameters
    ----------
    train, test : subject of each item, or each subject once

    Source: S3-060; E3-14.
    """
    return Overlap(tuple(sorted({*train} & {*test})), len({*train}), len({*test}))


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Items with their class and their subject.

    Parameters
    ----------
    items : (n, ...) array, or a sequence of n of anything
    labels : (n,) class of each
    subjects : (n,) whose it is

    Raises
    ------
    ValueError
        Lengths differ, or there is no item.
    """

    items: Any = field(repr=False)
    labels: Sequence[Any]
    subjects: Sequence[str]

    def __post_init__(self) -> None:
        sizes = len(self.items), len(self.labels), len(self.subjects)
        if len({*sizes}) > 1 or not sizes[0]:
            raise ValueError("{} items, {} labels, {} subjects: one each.".format(*sizes))
        object.__setattr__(self, "labels", tuple(_plain(self.labels)))
        object.__setattr__(self, "subjects", tuple(_plain(self.subjects)))

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, places: npt.ArrayLike) -> Cases:
        """Those at some places, in their order."""
        at = [int(i) for i in np.asarray(places)]
        labels, subjects = ([values[i] for i in at] for values in (self.labels, self.subjects))
        return Cases(_some(self.items, at), labels, subjects)


def _plain(values: Any) -> Any:
    return values.tolist() if hasattr(values, "tolist") else values


def _some(items: Any, at: Sequence[int]) -> Any:
    return items[at] if hasattr(items, "shape") else [items[i] for i in at]


Predict = Callable[[Any], Sequence[Any]]
Fit = Callable[[Cases, Cases | None], Predict]
FitEpochs = Callable[[Cases], Sequence[Predict]]


@dataclass(frozen=True, slots=True, eq=False)
class Tested:
    """Answers for every tested item, each given by a model that has not seen its subject.

    Attributes
    ----------
    labels, found, subjects : (n,) true class, answer, subject
    fold : (n,) number of the fold
    places : (n,) where the item stood in the data
    shared : what the folds share of their people; false unless that was allowed
    """

    labels: tuple[Any, ...] = field(repr=False)
    found: tuple[Any, ...] = field(repr=False)
    subjects: tuple[str, ...] = field(repr=False)
    fold: tuple[int, ...] = field(repr=False)
    places: tuple[int, ...] = field(repr=False)
    shared: tuple[Overlap, ...] = field(repr=False)

    def scores(self, classes: Sequence[Any] = (), **options: Any) -> Recognition:
        """Pooled scores; options are those of ``recognition``."""
        options = {"folds": self.fold, **options}
        return recognition(self.labels, self.found, self.subjects, classes, **options)


def cross_validate(
    fit: Fit,
    data: Cases,
    splits: Sequence[Fold],
    *,
    validation: float = 0.2,
    seed: int = 0,
    shared: bool = False,
) -> Tested:
    """Answers for all test items, each fold learned anew.

    Parameters
    ----------
    fit : called as ``fit(learn, choose)`` with cases of different subjects; ``choose`` is None
        where ``validation`` is 0 or only one subject is left to learn from. Gives back a
        function from test items to one answer each
    data : all cases
    splits : such as ``loso(data.subjects)``
    validation : share of the training subjects to choose with, an epoch for example
    seed : of which subjects these are; the fold's number is added
    shared : whether subjects may be in training and in the test, to show what that does

    Raises
    ------
    ValueError
        An item is tested twice, or trained on and tested; subjects are in both though that is
        not allowed (names them); ``fit`` gives no function or not one answer an item.

    Source: S3-025, S3-060; E3-15.
    """
    places = [int(i) for fold in splits for i in fold.test]
    if not splits or len({*places}) < len(places):
        raise ValueError("There is no fold, or an item is tested twice: test each item once.")
    meets = _disjoint(data, splits, shared)
    answers: list[Any] = []
    for fold in splits:
        learn, choose = data.take(fold.train), None
        if validation and len({*learn.subjects}) > 1:
            kept, apart = inner(learn.subjects, validation, seed + fold.number)
            learn, choose = learn.take(kept), learn.take(apart)
        answers += _answers(fit(learn, choose), data, fold)
    tested = data.take(places)
    number = tuple(fold.number for fold in splits for _ in fold.test)
    return Tested(
        tuple(tested.labels), tuple(answers), tuple(tested.subjects), number, tuple(places), meets
    )


def _disjoint(data: Cases, splits: Sequence[Fold], shared: bool) -> tuple[Overlap, ...]:
    found = []
    for fold in splits:
        if np.intersect1d(fold.train, fold.test).size:
            raise ValueError(f"Fold {fold.number}: an item is trained on and tested.")
        sides = ([data.subjects[int(i)] for i in part] for part in (fold.train, fold.test))
        found.append(overlap(*sides))
        if found[-1] and not shared:
            advice = "Leave them out of training, or say shared=True to show the leak"
            raise ValueError(f"Fold {fold.number}: {found[-1]}. {advice}.")
    return tuple(found)


def _answers(predict: Predict, data: Cases, fold: Fold) -> list[Any]:
    if not callable(predict):
        raise ValueError("fit gives back a function that answers for items; it gave none.")
    given = list(_plain(predict(_some(data.items, [int(i) for i in fold.test]))))
    if len(given) != len(fold.test):
        raise ValueError(f"Fold {fold.number}: {len(given)} answers for {len(fold.test)} items.")
    return given


@dataclass(frozen=True, slots=True)
class Peeking:
    """What choosing the epoch by the test's own labels seems to gain.

    Attributes
    ----------
    last : pooled UF1 of the last epoch, fixed before
    by_fold : pooled UF1 where each fold keeps the epoch with the most right answers in its test
    overall : pooled UF1 of the one epoch that is best over all folds
    epochs : how many there were to choose from
    """

    last: float
    by_fold: float
    overall: float
    epochs: int

    @property
    def gain(self) -> float:
        """UF1 that is not real: ``by_fold`` above ``last``."""
        return self.by_fold - self.last

    def __str__(self) -> str:
        fixed = f"UF1 {self.last:.3f} with the epoch fixed before"
        chosen = f"{self.by_fold:.3f} with the best of {self.epochs} chosen in each test fold"
        return f"{fixed}; {chosen} ({self.gain:+.3f}); never report the second"


def peeking(fit: FitEpochs, data: Cases, splits: Sequence[Fold]) -> Peeking:
    """Show what one gains by choosing the epoch on the test fold, a mistake of public code.

    Labels without any meaning are enough for a gain. What comes out is no score of a model.

    Parameters
    ----------
    fit : called with the training cases alone; gives back one function an epoch
    data, splits : as for ``cross_validate``

    Raises
    ------
    ValueError
        As ``cross_validate``, or folds have different numbers of epochs.

    Source: outside; E3-15, E3-22 for what the source does not say.
    """
    _disjoint(data, splits, shared=False)
    labels: list[Any] = []
    found: list[list[Any]] = []
    best: list[Any] = []
    for fold in splits:
        models = fit(data.take(fold.train))
        rows = [_answers(model, data, fold) for model in models]
        found = found or [[] for _ in rows]
        if not rows or len(rows) != len(found):
            raise ValueError(f"Fold {fold.number}: {len(rows)} epochs; the same number in all.")
        truth = [data.labels[int(i)] for i in fold.test]
        right = [sum(a == b for a, b in zip(row, truth, strict=True)) for row in rows]
        best += rows[int(np.argmax(right))]
        labels += truth
        for all_of_it, row in zip(found, rows, strict=True):
            all_of_it += row
    names = tuple(sorted({*labels, *(one for row in found for one in row)}))
    pooled = [float(uf1(confusion(labels, row, names))) for row in found]
    by_fold = float(uf1(confusion(labels, best, names)))
    return Peeking(pooled[-1], by_fold, max(pooled), len(found))
