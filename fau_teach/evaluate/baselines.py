"""What a network has to beat: the commonest class, LDA and k nearest neighbours, each small.

All of them read feature vectors, scale these by the training windows alone, and take the place
of ``fit`` in :func:`fau_teach.evaluate.windows.answered`. A person's own calibration is declared:
recordings apart, from which nothing is learned and on which nothing is tested.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from fau_teach.emg.features import HUDGINS, feature_array
from fau_teach.evaluate.classes import confusion, uf1
from fau_teach.evaluate.windows import Fit, Float, Predict, Split, Windows, answered, crossing


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Middle and spread of each feature or channel, from training windows alone.

    Attributes
    ----------
    middle, spread : (F,) mean and standard deviation; a spread of 0 counts as 1
    """

    middle: Float
    spread: Float

    @classmethod
    def of(cls, items: npt.ArrayLike) -> Scale:
        """From what is learned from: (n, F), or (n, frames, F)."""
        x = np.asarray(items, float)
        x = x.reshape(-1, x.shape[-1])
        spread = x.std(0)
        return cls(x.mean(0), np.where(spread > 0, spread, 1.0))

    def __call__(self, items: npt.ArrayLike) -> Float:
        """Scale anything of as many features."""
        return np.asarray((np.asarray(items, float) - self.middle) / self.spread)


def calibrated(windows: Windows, segments: Windows, percentile: float = 95) -> Windows:
    """Divide each channel by what the same person reaches in declared calibration segments.

    Parameters
    ----------
    windows : (n, samples, channels)
    segments : windows of other trials of the same people and sessions, such as each muscle's
        strongest pull
    percentile : of the mean absolute value of the segments' windows that counts as 1

    Raises
    ------
    ValueError
        A trial is in both, or a session has no segment.

    Source: S4-004, S4-009; E4-04.
    """
    both = crossing(segments, windows).trial
    if both:
        raise ValueError(f"{both[0]} calibrates and is counted as well: keep its windows apart.")
    own, other = windows.named("session"), segments.named("session")
    items = windows.items.astype(float)
    level = np.abs(segments.items).mean(1)
    for one in np.unique(own):
        if not (other == one).any():
            raise ValueError(f"session {one} has no calibration segment.")
        top = np.percentile(level[other == one], percentile, axis=0)
        items[own == one] /= np.where(top > 0, top, 1.0)
    return replace(windows, items=items)


def hudgins(raw: Windows, dead_band: float, *, part: int = 512) -> Windows:
    """Hudgins' four features of every window and channel, amplitudes as logarithms.

    Nothing here is fitted, so it may be done before a split.

    Parameters
    ----------
    raw : (n, samples, channels) of a raw signal
    dead_band : least swing that a crossing or a turn counts, in the unit of the items
    part : windows at once

    Returns
    -------
    items (n, 4 channels), channel by channel in the order of ``emg.features.HUDGINS``

    Source: S4-005.
    """
    found = []
    for begin in range(0, len(raw), part):
        x = feature_array(raw.items[begin : begin + part], raw.rate, HUDGINS, dead_band)
        for name in ("MAV", "WL"):
            at = HUDGINS.index(name)
            x[..., at] = np.log(x[..., at] + 1e-12)
        found.append(x.reshape(len(x), -1))
    return replace(raw, items=np.concatenate(found))


def majority(learn: Windows) -> Predict:
    """Answer with the commonest class, whatever is asked."""
    answer = Counter(learn.labels.tolist()).most_common(1)[0][0]
    return lambda asked: [answer] * len(asked)


def lda(shrinkage: float = 0.1) -> Fit:
    """Linear discriminant analysis of feature vectors.

    Parameters
    ----------
    shrinkage : 0 keeps the pooled covariance of the scaled features, 1 makes a ball of it

    Raises
    ------
    ValueError
        The shrinkage is not from 0 to 1.
    """
    if not 0 <= shrinkage <= 1:
        raise ValueError(f"{shrinkage=}: use 0 to 1.")

    def fit(learn: Windows) -> Predict:
        scale = Scale.of(learn.items)
        x = scale(learn.items)
        names, at = np.unique(learn.labels, return_inverse=True)
        counts = np.bincount(at)
        means = np.stack([x[at == k].mean(0) for k in range(len(names))])
        away = x - means[at]
        pooled = away.T @ away / len(x)
        ball = np.trace(pooled) / len(pooled) * np.eye(len(pooled))
        held = (1 - shrinkage) * pooled + shrinkage * ball
        slope = np.linalg.lstsq(held, means.T, rcond=None)[0]
        offset = np.log(counts / len(x)) - 0.5 * (means * slope.T).sum(1)

        def answers(asked: Windows) -> Any:
            return names[(scale(asked.items) @ slope + offset).argmax(1)]

        return answers

    return fit


def knn(k: int = 5, part: int = 512) -> Fit:
    """Vote of the k nearest training windows; of equal votes, the one with the nearest window.

    Parameters
    ----------
    k : voters
    part : windows asked at once

    Raises
    ------
    ValueError
        There is no voter, or there are fewer training windows than voters.
    """
    if k < 1:
        raise ValueError(f"{k=}: use one neighbour or more.")

    def fit(learn: Windows) -> Predict:
        if len(learn) < k:
            raise ValueError(f"{len(learn)} windows to learn from: {k} neighbours need {k}.")
        scale = Scale.of(learn.items)
        known = scale(learn.items)
        names, at = np.unique(learn.labels, return_inverse=True)
        size = (known**2).sum(1)

        def answers(asked: Windows) -> list[Any]:
            given, found = scale(asked.items), list[Any]()
            for begin in range(0, len(given), part):
                away = size - 2 * given[begin : begin + part] @ known.T
                near = np.argpartition(away, k - 1, axis=1)[:, :k]
                order = np.take_along_axis(away, near, 1).argsort(1)
                for row in at[np.take_along_axis(near, order, 1)]:
                    votes = np.bincount(row)
                    found.append(names[row[(votes[row] == votes.max()).argmax()]])
            return found

        return answers

    return fit


def tuned(fits: Mapping[str, Fit], split: Split, *, number: int = 4, seed: int = 0) -> Fit:
    """Choose among learners inside the training windows, then learn from all of these.

    The choice sees no tested window: it is made in folds of the training windows, by macro-F1.

    Parameters
    ----------
    fits : by name, the first wins a tie
    split : of the training windows, best the same as outside
    number, seed : of these folds

    Raises
    ------
    ValueError
        There is nothing to choose from, or too little to part again.

    Source: S4-009; E4-04.
    """
    if not fits:
        raise ValueError("nothing to choose from: give one learner or more.")

    def fit(learn: Windows) -> Predict:
        parts = split(learn, number, seed)
        scores = {}
        for name, one in fits.items():
            got = answered(one, learn, parts, apart="")
            scores[name] = float(uf1(confusion(got.windows.labels.tolist(), got.found.tolist())))
        return fits[max(scores, key=lambda name: scores[name])](learn)

    return fit


def relabelled(windows: Windows, what: str, seed: int = 0) -> Windows:
    """The same windows for a control: labels without meaning, or another question.

    Parameters
    ----------
    what : ``"windows"`` deals the labels out to single windows anew; ``"trials"``
        to whole trials, so that a trial keeps one label: only who meets the same trial again can
        know it. Both stay within a person's session. ``"subject"`` asks who it is
    seed : of the deal

    Raises
    ------
    ValueError
        There is no such control.

    Source: S4-009; E4-04.
    """
    if what == "subject":
        return replace(windows, labels=windows.subjects)
    if what not in ("windows", "trials"):
        raise ValueError(f"control {what!r}: use 'windows', 'trials' or 'subject'.")
    chance, labels = np.random.default_rng(seed), windows.labels.copy()
    trials, names = windows.trials, np.arange(len(windows)).astype(str)
    session = windows.named("session")
    for one in np.unique(session):
        here = np.flatnonzero(session == one)
        if what == "windows":
            labels[here] = chance.permutation(labels[here])
            continue
        _, first, back = np.unique(trials[here], return_index=True, return_inverse=True)
        labels[here] = chance.permutation(labels[here][first])[back]
    if what == "windows":
        trials = names  # a trial has one label: here each window stands for itself
    return replace(windows, labels=labels, trials=trials)
