"""What the training page asks of the desk beyond single items: the clips of a lesson."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from fau_teach import facs
from fau_teach.training.items import hashed, name_of, target
from fau_teach.training.skills import TrainingError, skill

WORKED = ("easy", "easy", "medium")
"""Levels of the worked items of a lesson."""


def lesson(asked: Mapping[str, Any]) -> dict[str, Any]:
    """A contrast set with an item for each alternative, and some items to work through.

    Parameters
    ----------
    asked : ``skill``: id of a contrast set

    Returns
    -------
    dictionary with ``skill``, ``title``, ``codes``, ``cue``, ``confidence``, ``regions``, and as
    ``members`` and ``worked`` objects with ``item`` (id) and ``answer``; the same at each call

    Raises
    ------
    TrainingError
        There is no such contrast set.
    """
    about = skill(str(asked.get("skill")))
    if about.kind != "contrast":
        raise TrainingError("skill", f"{about.id} is no contrast set", "Choose a contrast set")
    start = hashed("lesson", about.id)
    members = [_first(about.id, "easy", one, start) for one in about.codes]
    # Each alternative in turn, so that none is missing where there are two or three.
    worked = [
        _first(
            about.id, level, about.codes[(at + start) % len(about.codes)], start + 1000 * (at + 1)
        )
        for at, level in enumerate(WORKED)
    ]
    regions = dict.fromkeys(facs.au(code).region for one in about.codes for code in one.split("+"))
    return {
        "skill": about.id, "title": about.title, "codes": [*about.codes], "cue": about.cue,
        "confidence": about.confidence, "regions": [*regions], "members": members,
        "worked": worked,
    }  # fmt: skip


def _first(about: str, level: str, answer: str, start: int) -> dict[str, str]:
    """The first item from a seed on that shows an alternative."""
    names = (name_of("which", about, level, seed) for seed in count(start))
    return {"item": next(name for name in names if target(name)[1] == answer), "answer": answer}
