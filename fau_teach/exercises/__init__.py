"""Exercises that check themselves: exact feedback, and a hint for each usual wrong answer."""

from __future__ import annotations

from fau_teach.exercises._core import (
    Exercise,
    ExerciseError,
    Result,
    check,
    exercise,
    exercises,
)
from fau_teach.exercises._run import Outcome, attempt

__all__ = [
    "Exercise",
    "ExerciseError",
    "Outcome",
    "Result",
    "attempt",
    "check",
    "exercise",
    "exercises",
]
