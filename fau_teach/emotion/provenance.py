"""Where the entries of an expert's table come from: support and counter-evidence in the data."""

from __future__ import annotations

from dataclasses import dataclass

from fau_teach.emotion._codes import by_number
from fau_teach.emotion.learned import learned
from fau_teach.emotion.tables import EmotionTable, exclusive, table

LEARNED = ("dong1", "dong2")


@dataclass(frozen=True, slots=True)
class Support:
    """One AU of one emotion in an expert's table, held against Tables 1 and 2.

    Parameters
    ----------
    code : the AU
    ranks : learned table -> rank in the row of the same emotion; legible ones alone
    elsewhere : (learned table, emotion, value) of legible cells of emotions whose set lacks the AU
    exclusive : whether the expert's table has the AU in this row alone
    """

    code: str
    ranks: dict[str, int]
    elsewhere: tuple[tuple[str, str, float], ...]
    exclusive: bool

    @property
    def supported(self) -> bool:
        """Whether a legible cell of Table 1 or 2 has the AU in the row of this emotion."""
        return bool(self.ranks)


def support(source: str | EmotionTable = "dong") -> dict[str, tuple[Support, ...]]:
    """Support of every entry of an expert's table in the legible cells of Tables 1 and 2.

    Source: S0-045; E0-40.
    """
    own = table(source) if isinstance(source, str) else source
    alone = exclusive(own)
    return {
        emotion: tuple(
            _support(code, emotion, own, code in alone[emotion]) for code in by_number(found.codes)
        )
        for emotion, found in own.sets.items()
    }


def _support(code: str, emotion: str, own: EmotionTable, alone: bool) -> Support:
    tables = [learned(name) for name in LEARNED]
    ranks = {
        one.id: rank
        for one in tables
        if emotion in one.rows and (rank := one.rank(code, emotion)) is not None
    }
    elsewhere = tuple(
        (one.id, name, value)
        for one in tables
        for name in one.rows
        if name not in own.sets or code not in own.sets[name].codes
        if (value := one.value(code, name)) is not None
    )
    return Support(code, ranks, elsewhere, alone)


def counter_evidence(
    source: str | EmotionTable = "dong",
) -> dict[str, tuple[tuple[str, str, float], ...]]:
    """Exclusive AUs of an expert's table -> legible cells that show them in other emotions.

    Each cell is (learned table, emotion, value). An AU without such a cell maps to an empty
    tuple; a lost cell is no evidence either way.

    Source: S0-055; E0-40.
    """
    found = [one for row in support(source).values() for one in row if one.exclusive]
    return {one.code: one.elsewhere for one in sorted(found, key=lambda one: int(one.code))}
