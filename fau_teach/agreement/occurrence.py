"""Agreement on each action unit: how often each coder scored it, and how far they agree.

Sides do not count here, and a code that stands only in a choice (``12 or 15``) is a gap: its
coder did not say. Of two coders "kappa" is Cohen's, of more it is Fleiss'.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from fau_teach import facs
from fau_teach.agreement import nominal
from fau_teach.agreement.measure import Measure, measured
from fau_teach.agreement.sets import Labels
from fau_teach.facs import Score

Pattern = tuple[int | None, ...]
"""Ratings of one code in one item, a coder each: 1 scored, 0 not, None a gap."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Agreement on one code.

    Parameters
    ----------
    code : without side
    n : items that two or more coders rated
    base : for each coder, share of the items rated in which the code was scored
    percent, kappa, ac1, pabak, alpha : undefined where nobody scored it, or all did always
    """

    code: str
    n: int
    base: tuple[Measure, ...]
    percent: Measure
    kappa: Measure
    ac1: Measure
    pabak: Measure
    alpha: Measure


@dataclass(frozen=True, slots=True)
class Seen:
    """What one coder says about the codes of one item.

    Parameters
    ----------
    present : codes scored
    open : codes about which it does not decide
    whole : whether all other codes are absent; not so where a part is unknown
    """

    present: frozenset[str]
    open: frozenset[str] = frozenset()
    whole: bool = True

    def rating(self, code: str) -> int | None:
        """1 where the code was scored, 0 where it was not, None where nobody can tell."""
        if code in self.present:
            return 1
        return 0 if self.whole and code not in self.open else None

    @property
    def other(self) -> int | None:
        """The rating of every code that is not named."""
        return 0 if self.whole else None


def seen(one: Labels) -> Seen:
    """What a coder says about codes; a gap says nothing.

    Raises
    ------
    NotationError
        A text is not a score.
    """
    if isinstance(one, str):
        one = facs.parse(one)
    if isinstance(one, Score):
        return Seen(one.codes, one.possible_codes - one.codes, one.state != "unknown")
    return Seen(frozenset(), whole=False) if one is None else Seen(frozenset(map(str, one)))


def ordered(codes: Iterable[str]) -> tuple[str, ...]:
    """Codes by number, then by name."""
    return tuple(sorted(set(codes), key=lambda c: (int("".join(filter(str.isdecimal, c)) or 0), c)))


def occurrence(
    items: Iterable[Sequence[Labels]], codes: Iterable[object] | None = None
) -> tuple[Occurrence, ...]:
    """Agreement on each code over items.

    Parameters
    ----------
    items : what each coder scored, for each item: labels, a score or its text; None and
        ``"?"`` are gaps. All items name the same coders in the same order.
    codes : codes to report, each also where nobody scored it; without them, all that occur

    Raises
    ------
    ValueError
        Items name different numbers of coders.
    NotationError
        A text is not a score.
    """
    table = [[seen(one) for one in item] for item in items]
    if len({len(item) for item in table}) > 1:
        raise ValueError("Items name different numbers of coders. Write None where one is missing.")
    if codes is None:
        codes = {code for item in table for one in item for code in one.present}
    return tuple(_of(code, table) for code in ordered(map(str, codes)))


def _of(code: str, table: Sequence[Sequence[Seen]]) -> Occurrence:
    patterns = [tuple(one.rating(code) for one in item) for item in table]
    coders = [
        [rating for rating in row if rating is not None] for row in zip(*patterns, strict=True)
    ]
    sums = [float(sum(column)) for column in zip(*map(tallied, patterns), strict=True)] or [0.0] * 8
    found = {formula.name: formula.measure(sums) for formula in binary(len(coders))}
    base = [measured("base rate", len(row), (sum(row), len(row)), UNRATED) for row in coders]
    n = found["percent agreement"].n
    return Occurrence(
        code,
        n,
        tuple(base),
        *(found[name] for name in ("percent agreement", "kappa", "AC1", "PABAK", "alpha")),
    )


UNRATED = "this coder rated no item"


@cache
def tallied(pattern: Pattern) -> tuple[float, ...]:
    """What one item adds to the sums that :func:`binary` needs.

    Returns
    -------
    items with two ratings, with one, share of agreeing pairs, share of ones; and of items with
    two ratings: ratings, ones, differing pairs by ratings less one, ones of the first coder
    """
    held = [rating for rating in pattern if rating is not None]
    m, k = len(held), sum(held)
    if m < 2:
        return (0.0, float(m), 0.0, float(k), 0.0, 0.0, 0.0, 0.0)
    apart = k * (m - k)
    agreed = 1 - 2 * apart / (m * (m - 1))
    return (1.0, 1.0, agreed, k / m, float(m), float(k), apart / (m - 1), float(pattern[0] or 0))


@dataclass(frozen=True, slots=True)
class Binary:
    """One measure of presence and absence, from the sums of :func:`tallied`."""

    name: str
    kind: str

    def parts(self, sums: Sequence[Any]) -> tuple[Any, Any]:
        """Numerator and denominator; numbers or numpy arrays."""
        n2, n1, agreed, ones, ratings, present, apart, first = sums
        if self.kind == "percent":
            return agreed, n2
        if self.kind == "pabak":
            return 2 * agreed - n2, n2 * (present * (ratings - present) != 0)
        if self.kind == "cohen":
            second = present - first
            return nominal.kappa_parts(n2, apart, first * (n2 - second) + second * (n2 - first))
        if self.kind == "alpha":
            held = (ratings - present, present)
            return nominal.alpha_parts(held, {(0, 1): apart}, (0, 1), "nominal")
        kind: Any = self.kind
        return nominal.gwet_parts(n2, n1, agreed, (ones, n1 - ones), kind)

    def why(self, sums: Sequence[float]) -> str:
        """Why it is undefined."""
        if not sums[0]:
            return nominal.NOBODY
        every = "both coders" if sums[4] == 2 * sums[0] else "all coders"
        return f"{every} scored it in every item" if sums[5] else "no coder scored it in any item"

    def measure(self, sums: Sequence[float]) -> Measure:
        """The measure itself."""
        return measured(self.name, sums[0], self.parts(sums), self.why(sums))


def binary(coders: int) -> tuple[Binary, ...]:
    """The measures that are reported for so many coders."""
    kappa = "cohen" if coders == 2 else "fleiss"
    kinds = ("percent", kappa, "ac1", "pabak", "alpha")
    names = ("percent agreement", "kappa", "AC1", "PABAK", "alpha")
    return tuple(map(Binary, names, kinds))
