"""What a deck of cards is, and the small print under an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ntl_directives import NAMES, SHORT, short_reference

from fau_teach import facs


@dataclass(frozen=True, slots=True)
class Card:
    """One question: ``key`` within its direction, front, back (one line a fact), small print."""

    key: str
    front: str
    back: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Direction:
    """Cards that ask the same way; ``prompt`` is the question put to each front."""

    id: str
    title: str
    prompt: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Deck:
    """Cards for one subject; ``id`` is the name that pages and the reader's browser use."""

    id: str
    title: str
    directions: tuple[Direction, ...]

    @property
    def size(self) -> int:
        """Number of cards."""
        return sum(len(direction.cards) for direction in self.directions)

    def identities(self) -> Iterator[str]:
        """Identity of each card: ``direction/key``."""
        for direction in self.directions:
            yield from (f"{direction.id}/{card.key}" for card in direction.cards)


def evidence(claim: Any) -> str:
    """Small print of one claim: what a source prints instead, confidence, reference."""
    parts = []
    printed = getattr(claim, "printed", "")
    if getattr(claim, "erratum", "") and printed and printed.casefold() != claim.used.casefold():
        source = NAMES.get(claim.source.split("-")[0], "")
        parts.append(f"{source} prints: {printed} ({claim.erratum.replace(';', ', ')})")
    if claim.confidence != "sure":
        parts.append(SHORT[claim.confidence])
    parts += map(short_reference, claim.reference.replace(";", " ").split())
    return "; ".join(parts)


def labels(codes: Iterable[str]) -> str:
    """Codes as coders write them, in number order: ``AU1, AU2``."""
    order = {unit.code: place for place, unit in enumerate(facs.catalogue())}
    return ", ".join(facs.au(code).label for code in sorted(codes, key=order.__getitem__))
