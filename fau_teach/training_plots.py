"""Figures of a class of learners, in the manner of :mod:`fau_teach.plots`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from statistics import fmean, median
from typing import TYPE_CHECKING

from fau_teach.plots import EXERCISE, MUSCLE, NERVE, PALE, PHONE, QUIET, TEXT, _axes
from fau_teach.training.ability import BLOCK, STATED, Estimate
from fau_teach.training.classroom import hardest, pooled
from fau_teach.training.cohort import Cohort
from fau_teach.training.marking import READY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMED, LAST = 2, 3
"""Learners whose curve has a name: those with the lowest mean of their last three points."""


def learning_curve(one: Estimate) -> Axes:
    """Draw what became of one skill.

    Parameters
    ----------
    one : an estimate; each point of its curve is the mean credit of ten answers

    Returns
    -------
    Axes with the curve, and the estimate with its 95 % interval at the end
    """
    ax = _axes(PHONE, 2.6)
    ends = [min(BLOCK * (at + 1), one.n) for at in range(len(one.curve))]
    ax.plot(ends, one.curve, "o-", color=NERVE, label="ten answers")
    at = one.n + BLOCK / 2
    ax.vlines([at], [one.low], [one.high], color=TEXT)
    ax.plot([at], [one.mean], "s", color=TEXT, mfc="white", mew=1.5, label="estimate, 95 %")
    _shares(ax, "answers in this skill", "mean credit")
    ax.legend(loc="lower right", frameon=False)
    return ax


def class_curves(course: Cohort) -> Axes:
    """Draw how a class comes on.

    Parameters
    ----------
    course : learners; each has a thin line

    Returns
    -------
    Axes: mean credit of every ten answers of each learner, and in bold the median of all who
    got that far; the two learners who end lowest are named
    """
    ax = _axes(PHONE, 3.0)
    # The last answers make no point of their own while they are fewer than ten.
    curves = {
        who.name: curve
        for who in course.learners
        if (curve := who.ability.curve[: who.ability.n // BLOCK])
    }
    for curve in curves.values():
        ax.plot(_ends(curve), curve, "-", color=PALE, linewidth=1)
    columns = zip_longest(*curves.values())
    middle = [median(one for one in column if one is not None) for column in columns]
    ax.plot(_ends(middle), middle, "o-", color=NERVE, linewidth=2.5, label="median of the class")
    lowest = sorted(curves, key=lambda name: fmean(curves[name][-LAST:]))[:NAMED]
    for name, style in zip(lowest, ("--", ":"), strict=False):
        ax.plot(_ends(curves[name]), curves[name], style, color=MUSCLE, linewidth=1.5, label=name)
    _shares(ax, "answers", "mean credit of ten answers")
    ax.legend(loc="lower left", frameon=False)
    return ax


def hard_sets(course: Cohort, most: int = 8) -> Axes:
    """Draw the contrast sets that a class finds hardest.

    Parameters
    ----------
    course : learners
    most : how many sets

    Returns
    -------
    Axes with a row a set: a ring for each learner's estimate, a bar for the median, and the
    published "ready" bar as a dashed line
    """
    found = hardest(course, most)
    ax = _axes(PHONE, 1.2 + 0.42 * max(len(found), 1))
    for place, one in enumerate(found):
        values = [value for _, value in one.estimates]
        ax.plot(values, [place] * len(values), "o", color=NERVE, mfc="none", mew=1.2, clip_on=False)
        ax.vlines([one.middle], place - 0.28, place + 0.28, color=TEXT, linewidth=3)
    ax.axvline(READY, color=QUIET, linestyle="--", linewidth=1)
    ax.set_yticks(range(len(found)), [one.title for one in found])
    ax.set(
        xlim=(0, 1),
        ylim=(max(len(found), 1) - 0.5, -0.5),
        xlabel="estimate; ring: a learner, bar: median",
    )
    ax.tick_params(axis="y", length=0)
    return ax


def certainty(course: Cohort) -> Axes:
    """Draw what it was worth to be sure.

    Parameters
    ----------
    course : learners

    Returns
    -------
    Axes: for low, medium and high certainty the share right of each learner (rings) and of all
    together with its interval, against the chance that the word stands for (dashed)
    """
    ax = _axes(PHONE, 3.0)
    ax.plot([0, 1], [0, 1], "--", color=QUIET, linewidth=1)
    for who in course.learners:
        own = who.ability.certainty
        ax.plot([o.stated for o in own], [o.credit for o in own], "o", color=PALE, mfc="none")
    every = pooled(course)
    stated = [one.stated for one in every]
    ax.vlines(stated, [one.low for one in every], [one.high for one in every], color=NERVE)
    ax.plot(stated, [one.credit for one in every], "s", color=NERVE, mec=EXERCISE)
    _shares(ax, "chance that the word stands for", "share right")
    ax.set_xlim(0.4, 1.02)
    ax.set_xticks([*STATED.values()], [f"{name}\n{value:.2f}" for name, value in STATED.items()])
    return ax


def _ends(curve: Sequence[float]) -> list[int]:
    return [BLOCK * (at + 1) for at in range(len(curve))]


def _shares(ax: Axes, across: str, up: str) -> None:
    ax.set(ylim=(0, 1.03), xlabel=across, ylabel=up)
    ax.grid(visible=True, axis="y")
    ax.set_axisbelow(True)
