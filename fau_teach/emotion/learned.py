"""Tables 1 and 2 of the source: what its two algorithms are said to have learned.

The text that we have lost the last ranks of most rows. They stay visible gaps: nothing is
filled in, and a missing cell reads as ``None``, which is not zero (E0-11).
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import fsum
from types import MappingProxyType
from typing import Literal

from fau_teach._claims import EVIDENCE_COLUMNS
from fau_teach._data import read_csv
from fau_teach.emotion._codes import by_number, unknown
from fau_teach.emotion.learning import SIX, Reading
from fau_teach.emotion.tables import Cell

GAP = "lost"


@dataclass(frozen=True, slots=True)
class Entry(Cell):
    """One legible cell: its rank in the row and its value beside AU and provenance."""

    rank: int
    value: float


@dataclass(frozen=True, slots=True)
class LearnedTable:
    """A table learned from images: one table's claim, not FACS.

    Parameters
    ----------
    id : ``"dong1"`` or ``"dong2"``
    title : what it is called on a page
    statistic : "share", of an emotion's weight; or "mean", of the scores given the AU (ours, E0-10)
    kept : ranks that are legible in most rows
    full : ranks that the source printed
    note : how to read a value
    rows : emotion -> its legible entries, by rank
    """

    id: str
    title: str
    statistic: Literal["share", "mean"]
    kept: int
    full: int
    note: str
    rows: Mapping[str, tuple[Entry, ...]]

    def entry(self, code: object, emotion: str) -> Entry | None:
        """The legible entry of an AU in a row; None where it is lost or below the last rank.

        Raises
        ------
        EmotionError
            The table has no such emotion.
        """
        if emotion not in self.rows:
            raise unknown("an emotion", emotion, self.rows)
        wanted = str(code).upper().removeprefix("AU")
        return next((one for one in self.rows[emotion] if one.code == wanted), None)

    def value(self, code: object, emotion: str) -> float | None:
        """Value of an AU in a row; None means not known, not zero."""
        found = self.entry(code, emotion)
        return found.value if found else None

    def rank(self, code: object, emotion: str) -> int | None:
        """Rank of an AU in a row, 1 first; None means not known.

        Source: S0-041.
        """
        found = self.entry(code, emotion)
        return found.rank if found else None

    def codes(self) -> tuple[str, ...]:
        """Every AU with a legible entry, by number."""
        return by_number(frozenset(one.code for row in self.rows.values() for one in row))

    def lost(self, emotion: str) -> tuple[int, ...]:
        """Ranks of a row that the text has lost."""
        self.entry("", emotion)
        return tuple(range(len(self.rows[emotion]) + 1, self.full + 1))

    def total(self, emotion: str) -> float:
        """Sum of the legible entries of a row."""
        self.entry("", emotion)
        return fsum(one.value for one in self.rows[emotion])

    def bound(self, emotion: str) -> float:
        """Upper bound of the sum of all printed ranks: no lost entry exceeds the last legible one.

        Source: S0-034.
        """
        last = self.rows[emotion][-1].value if emotion in self.rows else 0.0
        return self.total(emotion) + len(self.lost(emotion)) * last

    def over_emotions(self, code: object) -> float:
        """Sum of an AU's legible entries over all emotions.

        Source: S0-027.
        """
        return fsum(self.value(code, emotion) or 0.0 for emotion in self.rows)

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col">{rank}</th>' for rank in range(1, self.full + 1))
        body = []
        for emotion, row in self.rows.items():
            cells = [f"<td>AU{one.code}<br>{_short(one.value)}{_mark(one)}</td>" for one in row]
            cells += [f"<td><small>{GAP}</small></td>"] * len(self.lost(emotion))
            body.append(f'<tr><th scope="row">{emotion}</th>{"".join(cells)}</tr>')
        marked = any(_mark(one) for row in self.rows.values() for one in row)
        return (
            f'<div class="wide-table" tabindex="0" role="region" aria-label="{self.title}">'
            f"<table><caption>{html.escape(self.title)}: one table's "
            f"claim, not FACS. {html.escape(self.note)}"
            f"{' † reconstructed or doubtful (E0-11).' if marked else ''}</caption>"
            f'<thead><tr><th scope="col">rank</th>{heads}</tr></thead>'
            f"<tbody>{''.join(body)}</tbody></table></div>"
        )


def _short(value: float) -> str:
    return f"{value:.4f}".lstrip("0")


def _mark(entry: Entry) -> str:
    return "\N{NO-BREAK SPACE}†" if entry.erratum == "E0-11" else ""


@cache
def learned(name: str) -> LearnedTable:
    """Table 1 (``"dong1"``, Method 1) or Table 2 (``"dong2"``, Method 2) of the source.

    Raises
    ------
    EmotionError
        There is no such table; the message suggests one.

    Source: S0-028 to S0-040; E0-10, E0-11.
    """
    heads = {row["id"]: row for row in read_csv("emotion/learned_tables.csv")}
    if name not in heads:
        raise unknown("a learned table", name, heads)
    head = heads[name]
    rows = [
        row
        for row in read_csv("emotion/learned.csv", ("table", "emotion", "rank", "code", "used"))
        if row["table"] == name
    ]
    return LearnedTable(
        id=name,
        title=head["title"],
        statistic="share" if head["statistic"] == "share" else "mean",
        kept=int(head["kept"]),
        full=int(head["full"]),
        note=head["note"],
        rows=MappingProxyType(
            {each: tuple(_entry(row) for row in rows if row["emotion"] == each) for each in SIX}
        ),
    )


def _entry(row: Mapping[str, str]) -> Entry:
    words = {name: row[name] for name in ("code", *EVIDENCE_COLUMNS)}
    return Entry(rank=int(row["rank"]), value=float(row["used"]), **words)


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a reading of Algorithm 2 can have made Table 2, and why."""

    reading: Reading
    fits: bool
    why: str


def readings_that_fit(name: str = "dong2") -> tuple[Fit, ...]:
    """Hold the three readings of Algorithm 2 against a printed table.

    A sum of scores grows with the number of images, so the commonest AU of the other table
    must lead. A share cannot exceed 1 in a row. A mean cannot exceed 1 for one AU over all
    emotions. Only what is impossible is ruled out: a fit is no proof.

    Source: S0-027; E0-10.
    """
    own, other = learned(name), learned("dong1" if name != "dong1" else "dong2")
    first = {code: sum(other.rank(code, one) == 1 for one in SIX) for code in other.codes()}
    common = max(first, key=first.__getitem__)
    missing = all(own.value(common, one) is None for one in SIX)
    row = max(own.total(one) for one in SIX)
    unit = max(own.codes(), key=own.over_emotions)
    most = own.over_emotions(unit)
    return (
        Fit(
            "sum",
            not missing,
            f"AU{common} leads {first[common]} of the rows of {other.title}; here it is in "
            f"{'no legible row' if missing else 'a row'}.",
        ),
        Fit("share", row <= 1, f"The legible entries of one row add up to {row:.4f}."),
        Fit("mean", most <= 1, f"AU{unit} over all emotions adds up to {most:.4f}, the most."),
    )
