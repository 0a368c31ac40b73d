"""Windows of trials, four ways to part them, and an audit of what crosses the split.

A trial is one recording of one movement. Its windows overlap and resemble each other, so a split
that parts windows instead of trials tests on what it has learned from. The same holds, one step
further out, for sessions (electrodes are placed anew) and for people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fau_teach.evaluate.classes import Recognition, confusion, recognition, uf1
from fau_teach.evaluate.labels import Fold, Int
from fau_teach.evaluate.splits import grouped, loso

if TYPE_CHECKING:
    from fau_teach.emg.trials import Trials

Float = npt.NDArray[np.float64]
LEVELS = ("trial", "session", "subject")
"""What can cross a split, from the worst leak to the widest."""
_PARTS = ("items", "labels", "trials", "sessions", "subjects")


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Windows with all that a split must know of them.

    Parameters
    ----------
    items : (n, ...) values, such as (n, samples, channels)
    labels : (n,) class
    trials : (n,) name of the trial, unlike that of any other person's or session's
    sessions : (n,) such as ``"2"``: each person has a session of that name
    subjects : (n,) whose
    rate : samples per second

    Raises
    ------
    ValueError
        Lengths differ, there is no window, or a trial has two labels, sessions or subjects.

    Source: S4-009; E4-04.
    """

    items: Any = field(repr=False)
    labels: npt.NDArray[Any] = field(repr=False)
    trials: npt.NDArray[Any] = field(repr=False)
    sessions: npt.NDArray[Any] = field(repr=False)
    subjects: npt.NDArray[Any] = field(repr=False)
    rate: float

    def __post_init__(self) -> None:
        for name in _PARTS:
            object.__setattr__(self, name, np.asarray(getattr(self, name)))
            if len(getattr(self, name)) != len(self.trials) or not len(self.trials):
                raise ValueError(f"{name}: one for each of {len(self.trials)} windows, of some.")
        _, first, back = np.unique(self.trials, return_index=True, return_inverse=True)
        for name in ("labels", "sessions", "subjects"):
            other = np.flatnonzero(getattr(self, name) != getattr(self, name)[first][back])
            if len(other):
                raise ValueError(f"trial {self.trials[other[0]]!r} has two {name}.")

    def __len__(self) -> int:
        return len(self.trials)

    def take(self, places: npt.ArrayLike) -> Windows:
        """Those at some places, in their order."""
        at = np.asarray(places, np.intp)
        parts: dict[str, Any] = {name: getattr(self, name)[at] for name in _PARTS}
        return replace(self, **parts)

    def named(self, level: str) -> npt.NDArray[Any]:
        """(n,) trial, session or subject of each window, unique over all people."""
        if level not in LEVELS:
            raise ValueError(f"level {level!r}: use one of {', '.join(LEVELS)}.")
        if level == "session":
            pairs = zip(self.subjects, self.sessions, strict=True)
            return np.array([f"{subject}/{session}" for subject, session in pairs])
        return self.trials if level == "trial" else self.subjects


def windows_of(
    trials: Trials,
    length_s: float = 0.5,
    step_s: float = 0.125,
    *,
    first_s: float = 0.0,
    last_s: float | None = None,
) -> Windows:
    """Cut trials into windows that keep trial, session and person.

    Parameters
    ----------
    trials : whole trials
    length_s, step_s : of the windows; a step below the length makes them overlap
    first_s, last_s : part of each trial that counts, from its start [s]; to its end unless given

    Raises
    ------
    ValueError
        No window lies in that part.

    Source: S4-009.
    """
    cut = trials.windows(length_s, step_s)
    end = np.inf if last_s is None else last_s
    kept = cut.take((cut.begin >= first_s - 1e-9) & (cut.begin + length_s <= end + 1e-9))
    about = zip(kept.subject, kept.session, kept.trial, strict=True)
    names = [f"{who}/{session}/{trial:04d}" for who, session, trial in about]
    return Windows(kept.values, kept.label, np.array(names), kept.session, kept.subject, cut.rate)


def _dealt(order: npt.NDArray[Any], number: int, windows: Windows) -> tuple[Fold, ...]:
    """Folds of windows whose part, from 0, is known."""
    parts = (np.flatnonzero(order == k) for k in range(number))
    return tuple(
        Fold(k, tuple(sorted({*windows.subjects[test].tolist()})),
             np.flatnonzero(order != k), test)
        for k, test in enumerate(parts)
    )  # fmt: skip


def random_windows(windows: Windows, number: int = 5, seed: int = 0) -> tuple[Fold, ...]:
    """Deal windows out at random: a trial is on both sides, and its windows overlap.

    The split that makes numbers look best and says least. Shown for what it does.

    Source: E4-04.
    """
    _enough("windows", len(windows), number)
    order = np.random.default_rng(seed).permutation(len(windows)) % number
    return _dealt(order, number, windows)


def blocked(windows: Windows, number: int = 5, seed: int = 0) -> tuple[Fold, ...]:  # noqa: ARG001
    """Part the repetitions of each class in time: whole trials, session by session.

    Each person shows each class several times in a session. The first part of these repetitions
    is the first fold, and so on: no trial crosses, every session and every person does.

    Parameters
    ----------
    number : of folds; each class has at least so many trials in each session
    seed : not used, since time decides; here so that all four splits are called alike

    Source: E4-04.
    """
    order = np.empty(len(windows), np.intp)
    session = windows.named("session")
    for one in np.unique(session):
        for label in np.unique(windows.labels[session == one]):
            here = np.flatnonzero((session == one) & (windows.labels == label))
            _, first, back = np.unique(
                windows.trials[here], return_index=True, return_inverse=True
            )  # fmt: skip
            _enough(f"trials of {label} in session {one}", len(first), number)
            # As they were recorded, whatever they are called.
            place = np.argsort(np.argsort(first))
            order[here] = (place * number // len(first))[back]
    return _dealt(order, number, windows)


def leave_session_out(windows: Windows, number: int = 0, seed: int = 0) -> tuple[Fold, ...]:  # noqa: ARG001
    """Test on one session of everybody, learn from all others: people cross, electrodes do not.

    Parameters
    ----------
    number, seed : not used; as many folds as sessions

    Source: E4-04.
    """
    names, order = np.unique(windows.sessions, return_inverse=True)
    _enough("sessions", len(names), 2)
    return _dealt(order, len(names), windows)


def leave_subject_out(windows: Windows, number: int = 0, seed: int = 0) -> tuple[Fold, ...]:
    """Test on people that nothing was learned from.

    Parameters
    ----------
    number : of folds of whole people; 0 leaves one person out at a time
    seed : of who is in which fold

    Source: E4-04.
    """
    who = windows.subjects.tolist()
    return grouped(who, number, seed) if number else loso(who)


Split = Callable[[Windows, int, int], tuple[Fold, ...]]
SPLITS: Mapping[str, tuple[Split, str]] = MappingProxyType(
    {
        "random windows": (random_windows, ""),
        "blocked in time": (blocked, "trial"),
        "leave session out": (leave_session_out, "session"),
        "leave person out": (leave_subject_out, "subject"),
    }
)
"""The four splits, from the easiest to the hardest, and what each keeps apart."""


def _enough(what: str, there: int, wanted: int) -> None:
    if wanted < 2 or there < wanted:
        raise ValueError(f"{there} {what} for {wanted} folds: two folds or more, and enough of it.")


@dataclass(frozen=True, slots=True)
class Crossing:
    """What is on both sides of a split; true where anything is.

    Attributes
    ----------
    trial, session, subject : names that are in training and in the test
    tested : level to the share of the tested windows whose name is trained on, too
    """

    trial: tuple[str, ...] = field(repr=False)
    session: tuple[str, ...] = field(repr=False)
    subject: tuple[str, ...] = field(repr=False)
    tested: Mapping[str, float]

    def __bool__(self) -> bool:
        return bool(self.trial or self.session or self.subject)

    def refuse(self, apart: str) -> None:
        """Raise where what has to stay apart crosses.

        Parameters
        ----------
        apart : ``"trial"``, ``"session"`` or ``"subject"``, which keeps the ones before it
            apart, too; ``""`` allows everything

        Raises
        ------
        ValueError
            Names of a level cross, or there is no such level.
        """
        if apart and apart not in LEVELS:
            raise ValueError(f"apart {apart!r}: use {', '.join(LEVELS)} or nothing.")
        for level in LEVELS[: LEVELS.index(apart) + 1] if apart else ():
            names = getattr(self, level)
            if names:
                shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
                raise ValueError(
                    f"{len(names)} {level}s are trained on and tested ({self.tested[level]:.0%} of "
                    f"the tested windows): {shown}. Split by {apart}."
                )

    def __str__(self) -> str:
        told = [f"{level} {self.tested[level]:.0%}" for level in LEVELS]
        return "of the tested windows, trained on as well: " + ", ".join(told)


def crossing(train: Windows, test: Windows) -> Crossing:
    """Which trials, sessions and people are in training and in the test.

    Source: S4-009; E4-04.
    """
    names, shares = {}, {}
    for level in LEVELS:
        both = np.intersect1d(train.named(level), test.named(level))
        names[level] = tuple(str(one) for one in both)
        shares[level] = float(np.isin(test.named(level), both).mean())
    return Crossing(**names, tested=MappingProxyType(shares))


Predict = Callable[[Windows], Sequence[Any]]
Fit = Callable[[Windows], Predict]


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """Answers for every tested window.

    Attributes
    ----------
    windows : those that were tested, in the order of the answers
    found : (n,) answers
    fold : (n,) number of the fold
    crossings : of each fold
    """

    windows: Windows = field(repr=False)
    found: npt.NDArray[Any] = field(repr=False)
    fold: Int = field(repr=False)
    crossings: tuple[Crossing, ...] = field(repr=False)

    def scores(self, classes: Sequence[Any] = (), **options: Any) -> Recognition:
        """Pooled scores with intervals over people; options are those of ``recognition``.

        Deals of single windows make its chance line too narrow: windows of a trial are alike.
        Read chance from a run with permuted labels instead.
        """
        truth, who = self.windows.labels.tolist(), self.windows.subjects.tolist()
        options = {"folds": self.fold.tolist(), **options}
        return recognition(truth, self.found.tolist(), who, classes, **options)

    def by_person(self, classes: Sequence[Any]) -> dict[str, tuple[float, float]]:
        """Accuracy and macro-F1 of each person."""
        rows = {}
        for who in np.unique(self.windows.subjects):
            here = self.windows.subjects == who
            truth, found = (one[here].tolist() for one in (self.windows.labels, self.found))
            table = confusion(truth, found, classes)
            rows[str(who)] = float(table.trace() / table.sum()), float(uf1(table))
        return rows


def answered(
    fit: Fit, windows: Windows, folds: Sequence[Fold], *, apart: str = "subject"
) -> Answered:
    """Learn and test fold by fold; refuses what crosses.

    Parameters
    ----------
    fit : called with the windows to learn from; gives back what answers for windows. What it is
        asked comes without labels; people and sessions are told, for a declared calibration
    windows : all
    folds : such as ``leave_subject_out(windows)``
    apart : what may not be on both sides: ``"subject"``, ``"session"``, ``"trial"``, or ``""``
        to show what a leak does

    Raises
    ------
    ValueError
        Something crosses that may not; a window is tested twice, or learned from and tested;
        not one answer a window.

    Source: S4-009; E4-04.
    """
    places = np.concatenate([fold.test for fold in folds]) if folds else np.zeros(0, np.intp)
    if not len(places) or len(np.unique(places)) < len(places):
        raise ValueError("There is no fold, or a window is tested twice: test each window once.")
    found, meets = [], []
    for fold in folds:
        if np.intersect1d(fold.train, fold.test).size:
            raise ValueError(f"Fold {fold.number}: a window is learned from and tested.")
        learn, asked = windows.take(fold.train), windows.take(fold.test)
        meets.append(crossing(learn, asked))
        meets[-1].refuse(apart)
        given = list(fit(learn)(replace(asked, labels=np.full(len(asked), ""))))
        if len(given) != len(asked):
            raise ValueError(f"Fold {fold.number}: {len(given)} answers, {len(asked)} windows.")
        found += given
    number = np.concatenate([np.full(len(fold.test), fold.number) for fold in folds])
    return Answered(windows.take(places), np.array(found), number, tuple(meets))
