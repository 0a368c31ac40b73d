"""Run a reader's code and judge the answer that it leaves: the page's worker calls this."""

from __future__ import annotations

import linecache
import sys
import traceback
from dataclasses import dataclass
from typing import Any

from fau_teach.exercises._core import exercise

# Name of the reader's code in tracebacks.
CODE_NAME = "your code"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run says: ``state`` as in :class:`Result`, or "error" with a traceback."""

    state: str
    message: str


def attempt(identity: str, code: str) -> Outcome:
    """Run code in a namespace of its own, then judge the name ``answer`` in it.

    Nothing that the code does raises here, not even leaving Python.

    Parameters
    ----------
    identity : the exercise's ID, such as ``"1.7"``
    code : the reader's Python; what it prints goes where Python's output goes

    Raises
    ------
    KeyError
        There is no such exercise.
    """
    one = exercise(identity)
    space: dict[str, Any] = {"__name__": "__main__"}
    # With its lines known, a traceback shows them.
    linecache.cache[CODE_NAME] = (len(code), None, code.splitlines(keepends=True), CODE_NAME)
    try:
        exec(compile(code, CODE_NAME, "exec", dont_inherit=True), space)
    except BaseException as error:
        return Outcome("error", short_traceback(error))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    if "answer" not in space:
        return Outcome("unanswered", "Not answered yet: your code does not set answer.")
    result = one.judge(space["answer"])
    return Outcome(result.state, result.message)


def short_traceback(error: BaseException) -> str:
    """Traceback of the reader's own lines; what lies deeper is not theirs to mend."""
    told = traceback.TracebackException.from_exception(error)
    told.stack = traceback.StackSummary.from_list(
        [frame for frame in told.stack if frame.filename == CODE_NAME]
    )
    told.__cause__ = told.__context__ = None
    return "".join(told.format()).rstrip()
