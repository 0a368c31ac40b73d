"""Small recognisers and a made-up cohort, to show what a way of testing does to a score.

Nothing here is a method: the cohort is drawn from :mod:`fau_teach.depth.course`, and each
recogniser is the simplest that makes a mistake, or avoids one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from fau_teach.depth.course import Course
from fau_teach.emotion import convert
from fau_teach.evaluate.splits import Cases, Predict

_SPACES = {7: "seven_others", 4: "four", 3: "three"}


def cohort(
    course: Course | None = None,
    classes: int = 3,
    *,
    face: float = 1.0,
    noise: float = 0.3,
    seed: int = 0,
) -> Cases:
    """Every labelled expression of a course as numbers, without drawing one frame.

    Parameters
    ----------
    course : who shows what; 30 people of ten micro-expressions each if left out
    classes : 7, 4 or 3; expressions without such a class are left out
    face : how much a person's own look shows beside the movement; 0 hides it
    noise : standard deviation of the amount of each unit, which is 1 where it is shown
    seed : of looks and noise

    Returns
    -------
    items (n, units + 8): amount of each unit, then eight numbers that belong to the person

    Raises
    ------
    ValueError
        There is no such number of classes.

    Source: S3-041; the numbers are chosen by us.
    """
    if classes not in _SPACES:
        raise ValueError(f"{classes} classes: use 7, 4 or 3.")
    course = course or Course(subjects=30, micro=10, macro=0, habit=0.8)
    chance = np.random.default_rng(seed)
    found = []
    for take in course.takes():
        for one in take.shown:
            label = convert(one.emotion, "seven_others", _SPACES[classes])
            if label is not None:
                codes = {code.lstrip("LR") for code in one.label.split("+")}
                found.append((codes, label, take.subject))
    units = sorted({code for codes, _, _ in found for code in codes}, key=int)
    looks = {name: face * chance.normal(size=8) for name in sorted({who for *_, who in found})}
    moved = np.array([[float(unit in codes) for unit in units] for codes, *_ in found])
    moved += noise * chance.normal(size=moved.shape)
    items = np.hstack([moved, [looks[who] for *_, who in found]])
    return Cases(items, [label for _, label, _ in found], [who for *_, who in found])


def nearest(learn: Cases, _: Cases | None = None) -> Predict:
    """Answer with the class of the nearest case that was learned from."""
    known, labels = np.asarray(learn.items, float), list(learn.labels)

    def answers(items: Any) -> list[Any]:
        given = np.asarray(items, float)
        away = ((given[:, None] - known) ** 2).sum(2)
        return [labels[at] for at in away.argmin(1)]

    return answers


def commonest(learn: Cases, _: Cases | None = None) -> Predict:
    """Answer with the class that was learned from most often, whatever is shown."""
    answer = Counter(learn.labels).most_common(1)[0][0]
    return lambda items: [answer] * len(items)


def guesses(epochs: int, seed: int = 0) -> Any:
    """Guess: what ``evaluate.peeking`` wants, with nothing learned in any epoch."""
    chance = np.random.default_rng(seed)

    def fit(learn: Cases) -> tuple[Predict, ...]:
        names = sorted({*learn.labels})

        def guess(items: Any) -> Sequence[Any]:
            return [names[at] for at in chance.integers(len(names), size=len(items))]

        return (guess,) * epochs

    return fit
