"""Objective classes: seven groups of exact sets of action units, with no emotion in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from fau_teach._data import read_csv
from fau_teach.emotion._codes import EmotionError, ScoreLike, observe

OBJECTIVE = ("I", "II", "III", "IV", "V", "VI", "VII")
"""The classes; VII takes every set that no other class lists."""


@cache
def objective_sets() -> Mapping[frozenset[str], str]:
    """Set of action units -> its class, I to VI; outside the sources.

    Source: outside, davison2018; S3-042 and S0-009 name the classes without a map.
    """
    rows = read_csv("emotion/objective.csv", ("class", "used", "source", "reference"))
    return MappingProxyType({frozenset(row["used"].split("+")): row["class"] for row in rows})


def objective_class(score: ScoreLike) -> str:
    """Objective class of a face, I to VII; outside the sources.

    The set must match exactly, sides left out. So {1, 2, 5}, textbook surprise, is VII while
    {1, 2} and {5} are II.

    Parameters
    ----------
    score : codes such as ``["1", "L2"]``, a notation string such as ``"1+L2"``, or a score

    Raises
    ------
    EmotionError
        No code of the face is scored, or the score leaves a choice open that decides the class.
    NotationError
        The string cannot be read.

    Source: outside, davison2018; S3-042, S0-009.
    """
    seen = observe(score)
    found = {objective_sets().get(frozenset(one), "VII") for one in seen.readings if one}
    if not found or len(found) > 1:
        why = seen.reason or f"it may be {' or '.join(sorted(found))}: decide the open choices"
        raise EmotionError(f"{score!r} has no objective class: {why}")
    return found.pop()
