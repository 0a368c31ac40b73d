"""The splits of chapter 6 once more, so small that a lab can run them, and without torch."""

from __future__ import annotations

from collections.abc import Mapping

from fau_teach.evaluate.baselines import hudgins, knn, lda
from fau_teach.evaluate.windows import SPLITS, Windows, answered
from fau_teach.experiments.chapter6 import DEAD_BAND, Size, windows

LEARNERS = {"LDA": lda(), "k nearest neighbours": knn()}


def lab_windows(subjects: int = 4, repeats: int = 4, seed: int = 7) -> Windows:
    """Hudgins' features of a small set, of people outside the stored experiment.

    Parameters
    ----------
    subjects, repeats : people, and trials of each emotion in each of two sessions
    seed : of the people

    Source: S4-009.
    """
    size = Size(subjects=subjects, repeats=repeats, step_s=0.25, seed=seed)
    return hudgins(windows(size)[0], DEAD_BAND)


def leaks(
    data: Windows, learner: str = "k nearest neighbours", folds: int = 3
) -> Mapping[str, float]:
    """Accuracy of one learner under each of the four splits.

    Parameters
    ----------
    data : such as :func:`lab_windows`
    learner : one of `LEARNERS`
    folds : of random windows and of blocks in time

    Source: S4-009; E4-04.
    """
    found = {}
    for name, (split, apart) in SPLITS.items():
        parts = split(data, 0 if apart == "subject" else folds, 0)
        one = answered(LEARNERS[learner], data, parts, apart=apart)
        found[name] = float((one.found == one.windows.labels).mean())
    return found
