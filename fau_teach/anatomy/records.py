"""Objects of the anatomy tables, and the checks every lookup shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fau_teach._claims import Claim
from fau_teach._data import did_you_mean

__all__ = [
    "VARIANTS",
    "AnatomyError",
    "Claim",
    "Edge",
    "Muscle",
    "Nerve",
    "Node",
    "Variant",
    "check_variant",
    "unknown",
]

Variant = Literal["used", "printed"]
VARIANTS: tuple[Variant, ...] = ("used", "printed")


class AnatomyError(ValueError):
    """A name, side or variant that the anatomy tables do not know."""


def unknown(what: str, name: object, known: Iterable[str], example: str = "") -> AnatomyError:
    """Error for a failed lookup, with the nearest known names."""
    hint = did_you_mean(name, known, n=2, cutoff=0.55)
    like = f"A valid one is {example!r}." if example else ""
    return AnatomyError(f"{name!r} is not a known {what}. {hint or like}".rstrip())


def check_variant(variant: str) -> Variant:
    """Return the variant itself.

    Raises
    ------
    AnatomyError
        It is neither "used" nor "printed".
    """
    if variant == "used":
        return "used"
    if variant == "printed":
        return "printed"
    raise unknown("variant", variant, VARIANTS, "used")


@dataclass(frozen=True, slots=True)
class Muscle:
    """A muscle, a part of one, or a named group such as ``zygomaticus``.

    Attributes
    ----------
    id : snake_case name used in code
    name : name shown to readers
    region, group : where it lies, what it moves
    form : "linear", "sheet", "sphincter", or "kinematic" (moves bone or tongue, not skin)
    in_printed : Dong et al. (2022) name it
    part_of : id of the whole, or ""
    parts : ids of its parts, or empty
    nucleus : id of the centre its motor neurons lie in; "" for a whole
    claims : facts, its own first, then those of the whole
    """

    id: str
    name: str
    region: str
    group: str
    form: str
    in_printed: bool
    part_of: str
    parts: tuple[str, ...]
    nucleus: str
    claims: tuple[Claim, ...]

    def claim(self, attribute: str) -> Claim | None:
        """First claim on an attribute, such as "origin"; None if the tables are silent."""
        return next((claim for claim in self.claims if claim.attribute == attribute), None)

    @property
    def origin(self) -> Claim | None:
        """Where it starts."""
        return self.claim("origin")

    @property
    def insertion(self) -> Claim | None:
        """Where it ends."""
        return self.claim("insertion")

    @property
    def function(self) -> Claim | None:
        """What it does."""
        return self.claim("function")

    @property
    def innervation(self) -> Claim | None:
        """Which nerve drives it."""
        return self.claim("innervation")


@dataclass(frozen=True, slots=True)
class Nerve:
    """A nerve or a branch of one; ``cranial`` is "VII", "III", "V", "XII" or "sympathetic"."""

    id: str
    name: str
    cranial: str
    part_of: str
    detail: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One place on the way from command to action unit."""

    id: str
    layer: str
    label: str
    detail: str


@dataclass(frozen=True, slots=True)
class Edge:
    """One link of the chain, with its evidence.

    Attributes
    ----------
    start, end : node ids
    kind : "system-nucleus", "nucleus-nerve", "nerve-muscle", "whole-part", "muscle-au"
    role : "main" or "minor" for a nerve; "prime", "assist" or "alternative" for a muscle
    action : "contract" or "relax" between muscle and AU, else ""
    variable : the link differs between people
    basis : "printed" in a source, "inferred" from one, or "outside" the sources
    printed, used, source, erratum, confidence, reference, note : as in every claim table
    """

    start: str
    end: str
    kind: str
    role: str
    action: str
    printed: str
    used: str
    source: str
    erratum: str
    confidence: str
    reference: str
    note: str
    variable: bool
    basis: str
