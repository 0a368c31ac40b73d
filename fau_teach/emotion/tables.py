"""AU-emotion tables as data: sets, exclusive sets, overlaps and conflicts."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from types import MappingProxyType
from typing import Literal, get_args

from fau_teach._data import read_csv
from fau_teach.emotion._codes import by_number, codes_of, unknown

Kind = Literal["option_set", "prototype"]
Verdict = Literal["agrees", "also", "elsewhere", "unused"]
ExclusiveVariant = Literal["used", "printed", "intersection_symmetric", "union_symmetric"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One AU of one emotion in one table, with its provenance."""

    code: str
    printed: str
    used: str
    source: str
    erratum: str
    confidence: str
    reference: str
    note: str


@dataclass(frozen=True, slots=True)
class EmotionSet:
    """The AUs that one table lists for one emotion.

    ``one_sided`` is True where the AUs count only on one side of the face (contempt).
    """

    emotion: str
    codes: frozenset[str]
    one_sided: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class EmotionTable:
    """A table of AU sets: one table's claim, not FACS.

    ``kind`` says how to read a row: "option_set" lists AUs that may show, "prototype" lists
    AUs that are meant to show together (E0-42).
    """

    id: str
    title: str
    kind: Kind
    claim: str
    note: str
    sets: Mapping[str, EmotionSet]

    def codes(self) -> Mapping[str, frozenset[str]]:
        """Emotion -> its AU codes."""
        return {emotion: found.codes for emotion, found in self.sets.items()}

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row">{html.escape(emotion)}</th>'
            f"<td>{', '.join(f'AU{code}' for code in sorted(found.codes, key=int))}"
            f"{' (on one side)' if found.one_sided else ''}</td></tr>"
            for emotion, found in self.sets.items()
        )
        return (
            f"<table><caption>{html.escape(self.title)}: {html.escape(self.claim)}</caption>"
            '<thead><tr><th scope="col">Emotion</th><th scope="col">Action units</th></tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )


@dataclass(frozen=True, slots=True)
class TableConflict:
    """What a second table says of an AU that is exclusive in a first one.

    ``verdict``: "agrees" (same emotion alone), "also" (same emotion and others),
    "elsewhere" (other emotions only), "unused" (nowhere).
    """

    code: str
    emotion: str
    other: tuple[str, ...]
    verdict: Verdict


TableLike = str | EmotionTable | Mapping[str, Iterable[object]]


@cache
def tables() -> tuple[EmotionTable, ...]:
    """All AU-emotion tables.

    Source: S0-048 to S0-053 (``dong``), S2-047 to S2-053 (``imotions``).
    """
    rows = read_csv("emotion/sets.csv", ("table", "emotion", "code", "side", "printed", "used"))
    found = []
    for head in read_csv("emotion/tables.csv", ("id", "title", "kind", "claim", "note")):
        mine = [row for row in rows if row["table"] == head["id"]]
        kind: Kind = "prototype" if head["kind"] == "prototype" else "option_set"
        sets = {
            emotion: _emotion_set(emotion, [row for row in mine if row["emotion"] == emotion])
            for emotion in dict.fromkeys(row["emotion"] for row in mine)
        }
        words = {name: head[name] for name in ("id", "title", "claim", "note")}
        found.append(EmotionTable(kind=kind, sets=MappingProxyType(sets), **words))
    return tuple(found)


def _emotion_set(emotion: str, rows: list[dict[str, str]]) -> EmotionSet:
    fields = Cell.__dataclass_fields__
    return EmotionSet(
        emotion=emotion,
        codes=frozenset(row["used"] for row in rows if row["used"]),
        one_sided=any(row["side"] == "one" for row in rows),
        cells=tuple(Cell(**{name: row[name] for name in fields}) for row in rows),
    )


def table(name: str) -> EmotionTable:
    """One AU-emotion table: ``"dong"`` (option set) or ``"imotions"`` (prototype).

    Raises
    ------
    EmotionError
        There is no such table; the message suggests one.

    Source: S0-048 to S0-053, S2-047 to S2-053; kinds from E0-42.
    """
    for found in tables():
        if found.id == str(name).lower():
            return found
    raise unknown("a table", name, (found.id for found in tables()))


def _sets(source: TableLike) -> dict[str, frozenset[str]]:
    if isinstance(source, str):
        source = table(source)
    if isinstance(source, EmotionTable):
        return dict(source.codes())
    return {name: codes_of(codes) for name, codes in source.items()}


def exclusive(source: TableLike, variant: ExclusiveVariant = "used") -> dict[str, frozenset[str]]:
    """AUs that belong to one emotion alone: Eq. 1 in all four readings.

    Parameters
    ----------
    source : a table, its id, or a mapping from names to codes
    variant : "used", S_i minus the union of the others; "printed", minus their
        intersection (E0-01); "intersection_symmetric" and "union_symmetric", the
        same two with the symmetric difference, which the source names (E0-02)

    Raises
    ------
    EmotionError
        Table or variant unknown.

    Source: S0-046, S0-047, S0-054, S2-054; E0-01, E0-02.
    """
    if variant not in get_args(ExclusiveVariant):
        raise unknown("a variant of Eq. 1", variant, get_args(ExclusiveVariant))
    sets = _sets(source)
    found = {}
    for name, own in sets.items():
        rest = [codes for other, codes in sets.items() if other != name]
        if variant in ("used", "union_symmetric"):
            others = frozenset[str]().union(*rest)
        else:
            others = rest[0].intersection(*rest[1:]) if rest else frozenset[str]()
        found[name] = own ^ others if variant.endswith("symmetric") else own - others
    return found


def jaccard(a: Iterable[object], b: Iterable[object]) -> float:
    """Shared AUs over all AUs of two sets; 0 for two empty sets.

    Source: S0-056; E2-17.
    """
    one, two = codes_of(a), codes_of(b)
    return len(one & two) / len(one | two) if one | two else 0.0


def overlaps(source: TableLike) -> dict[tuple[str, str], float]:
    """Jaccard overlap of every pair of emotions within one table.

    Source: S0-056.
    """
    pairs = combinations(_sets(source).items(), 2)
    return {(one, two): jaccard(a, b) for (one, a), (two, b) in pairs}


def agreement(first: TableLike, second: TableLike) -> dict[str, float]:
    """Jaccard overlap of two tables for each emotion both list.

    Where the tables are of different kinds the number mixes kinds (E0-42).

    Source: S2-047 to S2-052; E2-17.
    """
    one, two = _sets(first), _sets(second)
    return {name: jaccard(one[name], two[name]) for name in one if name in two}


def multiplicities(source: TableLike) -> dict[str, int]:
    """In how many sets each AU stands, most frequent first.

    Source: S0-053.
    """
    sets = _sets(source).values()
    every = by_number(frozenset[str]().union(*sets))
    counts = {code: sum(code in codes for codes in sets) for code in every}
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def containing(codes: Iterable[object], source: TableLike) -> tuple[str, ...]:
    """Emotions whose set holds all the given AUs; more than one means a tie.

    Source: S0-082, S0-086; E0-03, E0-04.
    """
    wanted = codes_of(codes)
    return tuple(name for name, own in _sets(source).items() if wanted <= own)


def table_conflicts(
    first: TableLike = "dong", second: TableLike = "imotions"
) -> tuple[TableConflict, ...]:
    """Exclusive AUs of the first table against the sets of the second.

    Source: SX-03; EX-02.
    """
    found = []
    for emotion, codes in exclusive(first).items():
        for code in by_number(codes):
            other = containing([code], second)
            verdict: Verdict = "unused" if not other else "elsewhere"
            if emotion in other:
                verdict = "agrees" if len(other) == 1 else "also"
            found.append(TableConflict(code, emotion, other, verdict))
    return tuple(found)
