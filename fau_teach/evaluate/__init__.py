"""Evaluation: subjects kept apart, scores of labels and of classes, intervals over subjects."""

from __future__ import annotations

from fau_teach.evaluate.labels import (
    CODES,
    ClassScore,
    Fold,
    Scores,
    active,
    counts,
    evaluate,
    f1,
    f1_of,
    folds,
)

__all__ = [
    "CODES",
    "ClassScore",
    "Fold",
    "Scores",
    "active",
    "counts",
    "evaluate",
    "f1",
    "f1_of",
    "folds",
]
