"""Errata, inventory and glossary: what the five sources say and where we differ.

The data lie in ``data/errata.csv``, ``data/inventory.csv`` and ``data/glossary.csv``.
Pages, source notes and tests look up IDs here, so a wrong ID fails early.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeVar, cast

from fau_teach._data import DataError, did_you_mean, read_csv

Severity = Literal["A", "B", "C"]
Confidence = Literal["sure", "fairly", "unsure"]
Entry = TypeVar("Entry")

SEVERITIES: Final = ("A", "B", "C")
CONFIDENCES: Final = ("sure", "fairly", "unsure")
#: Why a printed statement needs a note; empty where the cause is not known.
CAUSES: Final = (
    "",
    "citation",
    "conflict",
    "definition",
    "misprint",
    "ocr",
    "omission",
    "source",
    "translation",
)


class SourceError(LookupError):
    """No such erratum, inventory item or term; the message suggests the nearest."""


@dataclass(frozen=True, slots=True)
class Erratum:
    """One statement of a source that needs a note, with the evidence and what we use.

    Parameters
    ----------
    id : such as ``"E0-01"``; E0 to E4 for the sources S0 to S4, EX for conflicts between them
    severity : A changes a computation or a label, B a fact or a number, C wording
    source : ``"S0"`` to ``"S4"``, or ``"SX"`` for conflicts between sources
    place : where in the source
    printed : what stands there, at most 15 words or a formula
    problem : what is the matter, one sentence
    evidence : the computation or reference that shows it, one sentence
    used : what this handbook uses
    confidence : how sure we are of ``used``
    cause : one of ``CAUSES``; ``ocr`` and ``translation`` are not the authors' errors
    items : inventory IDs that the erratum touches
    chapter : the chapter that shows it, 1 to 6
    """

    id: str
    severity: Severity
    source: str
    place: str
    printed: str
    problem: str
    evidence: str
    used: str
    confidence: Confidence
    cause: str
    items: tuple[str, ...]
    chapter: int


@dataclass(frozen=True, slots=True)
class InventoryItem:
    """One teachable item of a source.

    Parameters
    ----------
    id : such as ``"S0-076"``
    source : ``"S0"`` to ``"S4"``, or ``"SX"`` for items across sources
    chapters : letters: N nerves, T tables, L labelling, F force, D depth, E EMG
    has_check : whether the item comes with a concrete test
    owner : issue that covers it, empty while nobody does
    """

    id: str
    source: str
    chapters: tuple[str, ...]
    has_check: bool
    owner: str


@dataclass(frozen=True, slots=True)
class Term:
    """One glossary entry.

    Parameters
    ----------
    term : the name we use
    aka : other names and spellings
    definition : at most 35 words
    chapter : the chapter that needs it first, 1 to 6
    sources : inventory IDs, or ``("outside",)``
    references : bibliography keys
    """

    term: str
    aka: tuple[str, ...]
    definition: str
    chapter: int
    sources: tuple[str, ...]
    references: tuple[str, ...]


def _one_of(value: str, allowed: tuple[str, ...], where: str) -> str:
    if value not in allowed:
        raise DataError(f"{where} is {value!r}; allowed are {', '.join(map(repr, allowed))}.")
    return value


def _chapter(value: str, where: str) -> int:
    return int(_one_of(value, ("1", "2", "3", "4", "5", "6"), where))


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _erratum(row: dict[str, str]) -> Erratum:
    where = f"data/errata.csv, {row['id']}: "
    return Erratum(
        id=row["id"],
        severity=cast(Severity, _one_of(row["severity"], SEVERITIES, where + "severity")),
        source=row["source"],
        place=row["place"],
        printed=row["printed"],
        problem=row["problem"],
        evidence=row["evidence"],
        used=row["used"],
        confidence=cast(Confidence, _one_of(row["confidence"], CONFIDENCES, where + "confidence")),
        cause=_one_of(row["cause"], CAUSES, where + "cause"),
        items=tuple(row["items"].split()),
        chapter=_chapter(row["chapter"], where + "chapter"),
    )


def _item(row: dict[str, str]) -> InventoryItem:
    where = f"data/inventory.csv, {row['id']}: has_check"
    return InventoryItem(
        id=row["id"],
        source=row["source"],
        chapters=tuple(row["chapters"].split()),
        has_check=_one_of(row["has_check"], ("yes", "no"), where) == "yes",
        owner=row["owner"],
    )


def _term(row: dict[str, str]) -> Term:
    return Term(
        term=row["term"],
        aka=_parts(row["aka"]),
        definition=row["definition"],
        chapter=_chapter(row["chapter"], f"data/glossary.csv, {row['term']}: chapter"),
        sources=_parts(row["source"]),
        references=_parts(row["reference"]),
    )


def _look_up(
    kind: str, asked: str, entries: Mapping[str, Entry], names: Iterable[str], example: str
) -> Entry:
    """Entry by its name in small letters; the error suggests one of ``names``."""
    found = entries.get(asked.strip().casefold())
    if found is None:
        hint = did_you_mean(asked, names) or f"A valid one is {example!r}."
        raise SourceError(f"No {kind} {asked!r}. {hint}")
    return found


@cache
def errata() -> tuple[Erratum, ...]:
    """All errata, in the order of the sources.

    Raises
    ------
    DataError
        The table is missing or holds a value that is not allowed (says which).

    Source: E0-01 to E4-09 and EX-01 to EX-12.
    """
    return tuple(map(_erratum, read_csv("errata.csv", tuple(Erratum.__dataclass_fields__))))


@cache
def inventory() -> tuple[InventoryItem, ...]:
    """All teachable items of the five sources, one ID each.

    Raises
    ------
    DataError
        The table is missing or holds a value that is not allowed (says which).
    """
    return tuple(map(_item, read_csv("inventory.csv", tuple(InventoryItem.__dataclass_fields__))))


@cache
def glossary() -> tuple[Term, ...]:
    """All glossary entries, in alphabetical order.

    Raises
    ------
    DataError
        The table is missing or holds a value that is not allowed (says which).

    Source: S0-002 for the six keywords; each entry names its own.
    """
    columns = ("term", "aka", "definition", "chapter", "source", "reference")
    rows = sorted(read_csv("glossary.csv", columns), key=lambda row: row["term"].casefold())
    return tuple(map(_term, rows))


@cache
def _errata_by_id() -> dict[str, Erratum]:
    return {entry.id.casefold(): entry for entry in errata()}


@cache
def _items_by_id() -> dict[str, InventoryItem]:
    # S1-003b is the one ID with a small letter, so look-up ignores case.
    return {entry.id.casefold(): entry for entry in inventory()}


@cache
def _terms_by_name() -> dict[str, Term]:
    return {name.casefold(): entry for entry in glossary() for name in (*entry.aka, entry.term)}


def erratum(erratum_id: str) -> Erratum:
    """Erratum with this ID.

    Parameters
    ----------
    erratum_id : such as ``"E0-01"``; case and outer spaces do not matter

    Raises
    ------
    SourceError
        There is no such ID (suggests the nearest).
    """
    names = (entry.id for entry in errata())
    return _look_up("erratum", erratum_id, _errata_by_id(), names, "E0-01")


def inventory_item(item_id: str) -> InventoryItem:
    """Inventory item with this ID.

    Parameters
    ----------
    item_id : such as ``"S0-076"``; case and outer spaces do not matter

    Raises
    ------
    SourceError
        There is no such ID (suggests the nearest).
    """
    names = (entry.id for entry in inventory())
    return _look_up("inventory item", item_id, _items_by_id(), names, "S0-076")


def term(name: str) -> Term:
    """Glossary entry with this name or other name.

    Parameters
    ----------
    name : such as ``"apex"`` or ``"CN VII"``; case and outer spaces do not matter

    Raises
    ------
    SourceError
        There is no such entry (suggests the nearest).
    """
    return _look_up("glossary entry", name, _terms_by_name(), _terms_by_name(), "apex")
