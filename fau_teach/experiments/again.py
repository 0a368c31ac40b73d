"""Stored experiments once more, so small that a lab can run them, and without torch."""

from __future__ import annotations

from statistics import median

import numpy as np

from fau_teach.experiments.chapter4 import main_muscle
from fau_teach.experiments.records import recorded
from fau_teach.force.against import lags
from fau_teach.models.data import Course, made

SPREAD = 0.05
"""How far a small run may lie from the stored one; seeds 7, 8 and 9 gave .88, .86 and .92."""


def force_and_label(subjects: int = 2, clips: int = 6, seed: int = 7) -> dict[str, float]:
    """Correlation of true force and label at the best lag, for people outside the course.

    Parameters
    ----------
    subjects, clips, seed : of the new people

    Returns
    -------
    Action unit to the median over its clips; those that hardly move are left out

    Source: S1-057; E1-11.
    """
    data = made(Course(subjects=subjects, clips=clips, group="again", picture=0, seed=seed))
    truth = np.asarray(data.truth)
    found: dict[str, list[float]] = {}
    for at, code in enumerate(data.codes):
        _, columns = main_muscle(code, data.inputs)
        for force, label in zip(truth[:, :, columns].sum(-1), data.active[:, :, at], strict=True):
            if 3 <= label.sum() <= len(label) - 3 and np.ptp(force) > 1e-6:
                peak = lags(force, label, min(8, len(label) // 3)).peak
                found.setdefault(code, []).append(peak)
    return {code: median(values) for code, values in found.items()}


def force_and_label_range() -> tuple[float, float]:
    """Where the median over all units of a small run should lie: the stored one, and `SPREAD`."""
    rows = recorded("force_labels").rows
    middle = median(float(row["r_best"]) for row in rows if row["source"] == "truth")
    return middle - SPREAD, middle + SPREAD
