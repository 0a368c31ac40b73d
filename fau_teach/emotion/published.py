"""Published AU-emotion tables beyond the two of the sources, and findings for and against.

Each table is one table's claim, not FACS. They were made in different ways (predicted, posed,
chosen), so a number that compares two of them compares their makers too (E0-42).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import combinations
from types import MappingProxyType
from typing import Literal, cast

from fau_teach._data import read_csv
from fau_teach.emotion._codes import by_number, codes_of, unknown
from fau_teach.emotion.tables import Kind, agreement, tables

Role = Literal["always", "sometimes", "optional"]
Direction = Literal["supports", "limits", "mixed"]

_COMPANIONS = ("used", "confidence", "reference", "note")


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the alternatives that a table gives for an emotion.

    ``notation`` keeps intensities. ``shares`` holds percents of posers, where known.
    """

    notation: str
    required: frozenset[str]
    optional: frozenset[str]
    shares: Mapping[str, float]
    confidence: str
    reference: str
    note: str


@dataclass(frozen=True, slots=True)
class PublishedSet:
    """What one table says of one emotion: any of its variants will do."""

    emotion: str
    variants: tuple[Variant, ...]

    @property
    def core(self) -> frozenset[str]:
        """AUs that some variant requires; for an option set, all its AUs."""
        required = frozenset[str]().union(*(each.required for each in self.variants))
        return required or self.codes

    @property
    def codes(self) -> frozenset[str]:
        """All AUs, required or optional."""
        return frozenset[str]().union(*(each.required | each.optional for each in self.variants))

    def role(self, code: str) -> Role | None:
        """Part of an AU: "always" or "sometimes" required, "optional", or None if not listed."""
        needed = [code in each.required for each in self.variants]
        if any(needed):
            return "always" if all(needed) else "sometimes"
        return "optional" if code in self.codes else None

    def __str__(self) -> str:
        return " or ".join(
            each.notation + (f" ({', '.join(by_number(each.optional))})" if each.optional else "")
            for each in self.variants
        ).strip()


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A published table: one table's claim, not FACS. ``basis`` says how it was made."""

    id: str
    label: str
    kind: Kind
    basis: str
    confidence: str
    reference: str
    note: str
    sets: Mapping[str, PublishedSet]

    def codes(self) -> Mapping[str, frozenset[str]]:
        """Emotion -> core AUs, fit for ``agreement``, ``exclusive`` and ``overlaps``."""
        return {emotion: found.core for emotion, found in self.sets.items()}

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row">{escape(emotion)}</th><td>{escape(str(found))}</td></tr>'
            for emotion, found in self.sets.items()
        )
        return (
            f"<table><caption>{escape(self.label)}: one table's claim, not FACS. "
            f"{escape(self.basis)}.</caption>"
            '<thead><tr><th scope="col">Emotion</th>'
            '<th scope="col">Action units (optional ones in brackets)</th></tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """One table that lists an AU for an emotion; ``share`` is a percent of posers or None."""

    table: str
    label: str
    emotion: str
    code: str
    role: Role
    share: float | None
    confidence: str


@dataclass(frozen=True, slots=True)
class ExclusiveSupport:
    """Which published tables list an AU for one emotion, and which for others."""

    code: str
    emotion: str
    here: tuple[Listing, ...]
    elsewhere: tuple[Listing, ...]

    @property
    def exclusive_in(self) -> tuple[str, ...]:
        """Tables that list the AU for this emotion alone."""
        others = {each.table for each in self.elsewhere}
        return tuple(each.table for each in self.here if each.table not in others)

    @property
    def contested_by(self) -> tuple[str, ...]:
        """Tables that require the AU for another emotion."""
        found = (each.table for each in self.elsewhere if each.role != "optional")
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about faces and emotions; no codes or emotions means: about all of them.

    ``direction``: "supports" the link between faces and emotions, "limits" it, or "mixed".
    """

    topic: str
    claim: str
    value: str
    method: str
    direction: Direction
    codes: frozenset[str]
    emotions: frozenset[str]
    confidence: str
    reference: str
    note: str

    def concerns(self, code: str, emotion: str) -> bool:
        """Whether it is about this AU or this emotion, and about no other in their place."""
        return bool(
            (self.codes or self.emotions)
            and (not self.codes or code in self.codes)
            and (not self.emotions or emotion in self.emotions)
        )

    def __str__(self) -> str:
        value = f": {self.value}" if self.value else ""
        note = f" {self.note}" if self.note else ""
        return f"{self.claim}{value} ({self.method}; {_credit(self.reference)}).{note}"


@dataclass(frozen=True, slots=True)
class CopiedError:
    """An error about AUs and emotions that is copied around, and what to do instead."""

    error: str
    example: str
    instead: str
    codes: frozenset[str]
    confidence: str
    reference: str


@cache
def published() -> tuple[PublishedTable, ...]:
    """All published tables, oldest first; the two of the sources stand among them.

    Source: outside; S0-048 to S0-053 (``dong``), S2-047 to S2-053 (``imotions``); E0-42.
    """
    found: dict[str, dict[str, list[Variant]]] = {
        own.id: {
            emotion: [_of_source(each.codes, own.kind, own.id)]
            for emotion, each in own.sets.items()
        }
        for own in tables()
    }
    for row in read_csv(
        "emotion/published_sets.csv", ("table", "emotion", "variant", "optional", *_COMPANIONS)
    ):
        here = found.setdefault(row["table"], {}).setdefault(row["emotion"], [])
        here.append(_variant(row))
    heads = read_csv("emotion/published_tables.csv", ("id", "label", "kind", *_COMPANIONS))
    return tuple(
        PublishedTable(
            kind=cast(Kind, head["kind"]),
            basis=head["used"],
            sets=MappingProxyType(
                {name: PublishedSet(name, tuple(each)) for name, each in found[head["id"]].items()}
            ),
            **{name: head[name] for name in ("id", "label", "confidence", "reference", "note")},
        )
        for head in heads
    )


def _of_source(codes: frozenset[str], kind: Kind, reference: str) -> Variant:
    none = frozenset[str]()
    required, optional = (codes, none) if kind == "prototype" else (none, codes)
    notation = "+".join(by_number(required))
    return Variant(notation, required, optional, MappingProxyType({}), "sure", reference, "")


def _variant(row: Mapping[str, str]) -> Variant:
    shares = {}
    for part in row["optional"].split():
        code, _, percent = part.partition(":")
        shares[code] = percent
    return Variant(
        notation=row["used"],
        required=frozenset(re.findall(r"\d+", row["used"])),
        optional=frozenset(shares),
        shares=MappingProxyType({code: float(each) for code, each in shares.items() if each}),
        **{name: row[name] for name in ("confidence", "reference", "note")},
    )


def published_table(name: str) -> PublishedTable:
    """One published table by its id, such as ``"du2014"``.

    Raises
    ------
    EmotionError
        There is no such table; the message suggests one.
    """
    for found in published():
        if found.id == str(name).lower():
            return found
    raise unknown("a published table", name, (found.id for found in published()))


def agreement_matrix(*names: str) -> dict[tuple[str, str], dict[str, float]]:
    """Jaccard overlap of the core AUs, for each pair of tables and each emotion both list.

    Parameters
    ----------
    names : ids of published tables; none means all

    Returns
    -------
    (first table, second table) -> emotion -> 0 (nothing shared) to 1

    Raises
    ------
    EmotionError
        A table is unknown.

    Source: outside; S2-047 to S2-052 (dong and imotions); E2-17.
    """
    chosen = [published_table(name) for name in names] or list(published())
    return {
        (one.id, two.id): agreement(one.codes(), two.codes())
        for one, two in combinations(chosen, 2)
    }


def listings(code: object, emotion: str = "") -> tuple[Listing, ...]:
    """Every table that lists an AU, for one emotion or for any.

    Raises
    ------
    EmotionError
        The code is not one, or no published table knows the emotion.
    """
    (wanted,) = codes_of([code])
    known = dict.fromkeys(name for each in published() for name in each.sets)
    if emotion and emotion not in known:
        raise unknown("an emotion of the published tables", emotion, known)
    found = []
    for each in published():
        for name, own in each.sets.items():
            role = own.role(wanted)
            if role and (not emotion or name == emotion):
                holding = [one for one in own.variants if wanted in one.required | one.optional]
                share = next((one.shares[wanted] for one in holding if wanted in one.shares), None)
                sure = any(one.confidence == "sure" for one in holding)
                confidence = "sure" if sure else holding[0].confidence
                found.append(Listing(each.id, each.label, name, wanted, role, share, confidence))
    return tuple(found)


def exclusive_support(code: object, emotion: str) -> ExclusiveSupport:
    """Do other tables agree that an AU belongs to one emotion alone?

    Raises
    ------
    EmotionError
        The code is not one, or no published table knows the emotion.

    Source: S0-054, SX-03; EX-02.
    """
    (wanted,) = codes_of([code])
    here = listings(wanted, emotion)
    elsewhere = tuple(each for each in listings(wanted) if each.emotion != emotion)
    return ExclusiveSupport(wanted, emotion, here, elsewhere)


def _credit(keys: str) -> str:
    """Bibliography keys as a reader knows them: girard2021 is Girard 2021."""
    return ", ".join(
        re.sub(r"^([a-z]+)(\d{4})$", lambda found: f"{found[1].title()} {found[2]}", key)
        for key in keys.split(";")
    )


def _numbers(cell: str) -> frozenset[str]:
    return frozenset(cell.split())


@cache
def _findings() -> tuple[Finding, ...]:
    columns = ("topic", "claim", "method", "direction", "codes", "emotions", *_COMPANIONS)
    plain = ("topic", "claim", "method", "confidence", "reference", "note")
    return tuple(
        Finding(
            value=row["used"],
            direction=cast(Direction, row["direction"]),
            codes=_numbers(row["codes"]),
            emotions=_numbers(row["emotions"]),
            **{name: row[name] for name in plain},
        )
        for row in read_csv("emotion/findings.csv", columns)
    )


def findings(topic: str = "") -> tuple[Finding, ...]:
    """Findings for and against links between faces and emotions.

    Parameters
    ----------
    topic : such as "coherence", "culture" or "AU6"; empty means all

    Raises
    ------
    EmotionError
        There is no such topic; the message names them.

    Source: outside, each with its reference.
    """
    known: Iterable[str] = dict.fromkeys(each.topic for each in _findings())
    if topic and topic not in known:
        raise unknown("a topic", topic, known)
    return tuple(each for each in _findings() if not topic or each.topic == topic)


@cache
def copied_errors() -> tuple[CopiedError, ...]:
    """Errors about AUs and emotions that are copied around the web.

    Source: outside, each with its reference.
    """
    return tuple(
        CopiedError(
            instead=row["used"],
            codes=_numbers(row["codes"]),
            **{name: row[name] for name in ("error", "example", "confidence", "reference")},
        )
        for row in read_csv("emotion/copied_errors.csv", ("error", "example", *_COMPANIONS))
    )
