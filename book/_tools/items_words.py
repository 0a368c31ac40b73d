"""Words and shapes that all generated quiz items share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from fau_teach import anatomy, facs

Item = dict[str, Any]
Option = tuple[str, str]
"""Text and feedback."""

CHECK = " (To be checked by a certified coder.)"


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of question: the keys that there are, and how a key becomes an item."""

    keys: Callable[[], tuple[str, ...]]
    make: Callable[[str, Random], Item]


def listed(words: Iterable[str], last: str = "and") -> str:
    """A list as a sentence holds it: a, b and c."""
    *first, final = words
    return f"{', '.join(first)} {last} {final}" if first else final


def units(codes: Iterable[str], last: str = "and") -> str:
    """Labels of some codes, by number."""
    ordered = sorted(codes, key=int)
    return listed([facs.au(code).label for code in ordered], last)


def muscles(unit: facs.ActionUnit) -> str:
    """Names of the muscles of a unit; those that let go say so."""
    names = [
        anatomy.muscle(each).name + (" (lets go)" if each in unit.relaxing else "")
        for each in unit.muscles
    ]
    return f"its {'muscles are' if len(names) > 1 else 'muscle is'} {listed(names)}"


def described(unit: facs.ActionUnit) -> str:
    """A unit with its name and muscles, as a sentence."""
    return f"{unit.label} is “{unit.name.lower()}”; {muscles(unit)}."


def upper(text: str) -> str:
    """The text with a capital."""
    return text[:1].upper() + text[1:]


def named(unit: facs.ActionUnit) -> str:
    """A unit with its name."""
    return f"{unit.label}, {unit.name.lower()}"


def evidence(*facts: facs.Claim | None) -> str:
    """Inventory and erratum IDs, references where a fact is from outside, else "outside"."""
    found: dict[str, None] = {}
    for fact in filter(None, facts):
        outside = fact.source == "outside"
        parts = fact.reference.split(";") if outside else [*fact.source.split(), fact.erratum]
        found.update(dict.fromkeys(filter(None, parts)))
    return " ".join(found) or "outside"


def single(question: str, source: str, right: Option, wrong: Sequence[Option]) -> Item:
    """A single-choice item from its right option and its wrong ones, each with its reason."""
    options = [{"text": right[0], "correct": True, "feedback": right[1]}]
    options += [{"text": text, "correct": False, "feedback": why} for text, why in wrong]
    return {"kind": "single", "question": question, "source": source, "options": options}
