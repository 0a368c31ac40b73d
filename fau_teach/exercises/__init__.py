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

__all__ = ["Exercise", "ExerciseError", "Result", "check", "exercise", "exercises"]
