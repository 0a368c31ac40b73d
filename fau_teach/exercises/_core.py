"""What an exercise is, and how an answer is judged.

``check`` never raises in a learner's session; its strict mode, for graders and for the
project's own tests, raises where the answer is not right.
"""

from __future__ import annotations

import html
import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Literal

from fau_teach._data import did_you_mean

STRICT_VARIABLE = "NERVE_TO_LABEL_STRICT"
State = Literal["right", "wrong", "unanswered"]


class ExerciseError(AssertionError):
    """Strict mode: the answer is missing or wrong; the message is the learner's feedback."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise: what is right is computed, what often goes wrong has its hint.

    Parameters
    ----------
    id : chapter and number, such as ``"1.3"``
    title : what the learner is asked, in a few words
    solution : computes the right answer from the package
    wrong : pairs of a usual wrong answer and the hint that it deserves
    right : what to say when it is right: the reason, in one or two sentences
    hint : what to say to any other wrong answer
    tolerance : for numbers, the largest absolute difference that still counts
    source : inventory or erratum IDs behind the exercise
    normalise : brings equal answers to one form before they are compared; an answer
        that it refuses with a ``ValueError`` gets that message as its hint
    prompt : for an exercise that runs in the page: what to do, in MyST
    starter : the code that the editor of the page begins with
    """

    id: str
    title: str
    solution: Callable[[], Any]
    right: str
    hint: str
    wrong: tuple[tuple[Any, str], ...] = ()
    tolerance: float = 0.0
    source: str = ""
    normalise: Callable[[Any], Any] | None = None
    prompt: str = ""
    starter: str = ""

    def judge(self, answer: Any) -> Result:
        """Compare one answer with the solution, then with the usual wrong answers."""
        if answer is ... or answer is None:
            return Result(self.id, "unanswered", f"Exercise {self.id}: not answered yet.")
        solution = self.solution()
        if self.normalise is not None:
            try:
                answer = self.normalise(answer)
            except (TypeError, ValueError) as error:
                return Result(self.id, "wrong", f"Exercise {self.id}: not yet. {error}")
        if _same(answer, solution, self.tolerance):
            return Result(self.id, "right", f"Exercise {self.id}: right. {self.right}")
        for usual, hint in self.wrong:
            if _same(answer, usual, self.tolerance):
                return Result(self.id, "wrong", f"Exercise {self.id}: not yet. {hint}")
        shape = _shape_hint(answer, solution)
        return Result(self.id, "wrong", f"Exercise {self.id}: not yet. {shape or self.hint}")


@dataclass(frozen=True, slots=True)
class Result:
    """Feedback to one answer; shows itself in a notebook."""

    id: str
    state: State
    message: str = field(repr=False)

    def __str__(self) -> str:
        return self.message

    def _repr_html_(self) -> str:
        mark = {"right": "✓", "wrong": "✗", "unanswered": "○"}[self.state]
        return (
            f'<div class="ntl-check" data-state="{self.state}" role="status" '
            'style="border-left: 4px solid #56b4e9; padding: 0.3rem 0.8rem">'
            f"<strong>{mark}</strong> {html.escape(self.message)}</div>"
        )


def check(identity: str, answer: Any, *, strict: bool | None = None) -> Result:
    """Judge an answer and say what is right or wrong about it.

    Parameters
    ----------
    identity : the exercise's ID, such as ``"1.3"``
    answer : the learner's answer; ``...`` means that there is none yet
    strict : raise instead of telling; by default as the variable
        ``NERVE_TO_LABEL_STRICT`` in the environment says

    Raises
    ------
    ExerciseError
        In strict mode only: the exercise is unknown, unanswered or wrong.
    """
    raising = os.environ.get(STRICT_VARIABLE, "") not in ("", "0") if strict is None else strict
    try:
        result = exercise(identity).judge(answer)
    except KeyError as error:
        result = Result(identity, "wrong", str(error.args[0]))
    if raising and result.state != "right":
        raise ExerciseError(result.message)
    return result


@cache
def exercises() -> Mapping[str, Exercise]:
    """Every exercise by its ID, of each module here whose name begins with ``chapter``."""
    found: dict[str, Exercise] = {}
    names = (module.name for module in iter_modules([str(Path(__file__).parent)]))
    for name in (name for name in names if name.startswith("chapter")):
        for one in import_module(f"fau_teach.exercises.{name}").EXERCISES:
            if one.id in found:
                raise ValueError(f"two exercises are called {one.id}")
            found[one.id] = one
    return found


def exercise(identity: str) -> Exercise:
    """One exercise by its ID.

    Raises
    ------
    KeyError
        There is none; names the nearest.
    """
    known = exercises()
    if identity not in known:
        # IDs are short: one wrong sign is a third of them.
        hint = did_you_mean(identity, known, cutoff=0.3)
        raise KeyError(f"There is no exercise {identity!r}. {hint}".rstrip())
    return known[identity]


def _same(answer: Any, solution: Any, tolerance: float) -> bool:
    """Equal in what the learner meant: order, case, AU prefix and container do not count."""
    if isinstance(solution, bool) or isinstance(answer, bool):
        return answer is solution
    if isinstance(solution, int | float):
        return (
            isinstance(answer, int | float)
            and not math.isnan(answer)
            and abs(answer - solution) <= tolerance + 1e-12
        )
    if isinstance(solution, str):
        # A code may be written as a number.
        return isinstance(answer, str | int) and _word(answer) == _word(solution)
    if isinstance(solution, Mapping):
        return (
            isinstance(answer, Mapping)
            and {_word(key) for key in answer} == {_word(key) for key in solution}
            and all(_same(_at(answer, key), value, tolerance) for key, value in solution.items())
        )
    if isinstance(solution, list | tuple):
        return (
            isinstance(answer, list | tuple)
            and len(answer) == len(solution)
            and all(_same(a, s, tolerance) for a, s in zip(answer, solution, strict=True))
        )
    if isinstance(solution, set | frozenset):
        return _is_collection(answer) and {_word(a) for a in answer} == {_word(s) for s in solution}
    return bool(answer == solution)


def _at(mapping: Mapping[Any, Any], key: Any) -> Any:
    return next(value for name, value in mapping.items() if _word(name) == _word(key))


def _is_collection(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)


def _word(value: Any) -> str:
    """Lower case, one spelling of space; an AU code without its prefix."""
    text = str(value).strip().lower().replace("_", " ")
    if text[:2] in ("au", "ad") and text[2:].strip().isdigit():
        return text[2:].strip()
    return text


def _shape_hint(answer: Any, solution: Any) -> str:
    """Say first that the answer has the wrong form, because nothing else helps then."""
    if isinstance(solution, set | frozenset) and not _is_collection(answer):
        return "The answer is a set: names or codes in braces, with commas between them."
    if isinstance(solution, Mapping) and not isinstance(answer, Mapping):
        return "The answer is a dictionary."
    if isinstance(solution, list | tuple) and not isinstance(answer, list | tuple):
        return "The answer is a list or a pair: its order counts."
    if isinstance(solution, int | float) and not isinstance(answer, int | float):
        return "The answer is a number."
    if isinstance(solution, set | frozenset) and _is_collection(answer):
        given, wanted = {_word(a) for a in answer}, {_word(s) for s in solution}
        extra, missing = len(given - wanted), len(wanted - given)
        if given & wanted:
            return f"Right so far: {len(given & wanted)}. Missing: {missing}. Too many: {extra}."
    return ""
