"""What lets a live figure ask Python: ``clerk.js`` in the browser, this in the kernel."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from fau_teach.widgets._base import Figure

DESK = "fau_teach.training.desk"


def answer(name: str, payload: str) -> str:
    """What the desk says to one call; never raises, so that a figure always hears something.

    Parameters
    ----------
    name : what is asked of the desk
    payload : JSON

    Returns
    -------
    JSON; where the desk itself failed, with ``error`` (place, problem and advice)
    """
    try:
        return str(import_module(DESK).call(name, payload))
    except Exception as problem:  # a figure that waits for ever would say less
        words = f"{type(problem).__name__}: {problem}"
        error = {"place": name, "problem": words, "advice": "Please report this"}
        return json.dumps({"error": error})


class Clerk(Figure):
    """A figure whose module calls the desk; it names ``clerk.js`` in its ``library``.

    A page without a kernel asks the same desk in a worker, so only live figures come here.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.on_msg(self._serve)

    def _serve(self, _: Any, content: Any, __: Any) -> None:
        """Answer one message of ``clerk.js``; others are not meant for the clerk."""
        if not isinstance(content, dict) or not isinstance(content.get("clerk"), str):
            return
        said = {"clerk": content["clerk"]}
        if content["clerk"] != "here":
            said["answer"] = answer(str(content.get("name")), str(content.get("payload")))
        self.send(said)
