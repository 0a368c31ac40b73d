"""What two printed percentages can mean: intervals, samples needed, counts that fit, pairs.

Nothing here says how a percentage came about. It says what follows from its digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, comb, floor, sqrt
from statistics import NormalDist

from fau_teach.emotion.evidence import wilson_interval as wilson_interval  # one home for it

_BELL = NormalDist()


def needed(first: float, second: float, *, power: float = 0.8, level: float = 0.05) -> int:
    """Items for each of two models, tested on different items, to tell two accuracies apart.

    The test is the two-sided comparison of two independent shares without pooling. Items count
    as independent; windows of one trial are not, so this is the least that is needed.

    Parameters
    ----------
    first, second : true accuracies, within 0 to 1
    power : chance to see the difference
    level : of the two-sided test

    Raises
    ------
    ValueError
        The accuracies are equal, or a share is out of range.

    Source: S4-007; E4-05.
    """
    if not (0 <= first <= 1 and 0 <= second <= 1 and 0 < power < 1 and 0 < level < 1):
        raise ValueError(f"{first=}, {second=}, {power=}, {level=}: all are shares, 0 to 1.")
    if first == second:
        raise ValueError(f"{first=} and {second=} are equal: no number of items tells them apart.")
    bell = _BELL.inv_cdf(1 - level / 2) + _BELL.inv_cdf(power)
    noise = first * (1 - first) + second * (1 - second)
    return ceil(bell**2 * noise / (first - second) ** 2)


def _percent(printed: str) -> tuple[Fraction, Fraction]:
    """A printed percentage and half of its last digit, both as shares."""
    text = printed.strip().removesuffix("%").strip()
    try:
        value = Fraction(text) / 100
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{printed!r} is no percentage such as '97.62'.") from None
    if not 0 <= value <= 1 or "/" in text or "e" in text.lower():
        raise ValueError(f"{printed!r} is no percentage from 0 to 100 such as '97.62'.")
    return value, Fraction(1, 200 * 10 ** len(text.partition(".")[2]))


def counts_for(printed: str, items: int) -> tuple[int, ...]:
    """Numbers of right answers among so many items that round to a printed percentage.

    A tie may be rounded up or down, so both of its neighbours fit.

    Parameters
    ----------
    printed : with its digits, such as ``"97.62"``; ``"97.6"`` says less
    items : tested

    Returns
    -------
    none where no count fits: then it is no plain share of so many items

    Raises
    ------
    ValueError
        No percentage, or fewer than one item.

    Source: S4-007; E4-04.
    """
    value, half = _percent(printed)
    if items < 1:
        raise ValueError(f"{items} items: use one or more.")
    low = max(0, ceil((value - half) * items))
    return tuple(range(low, min(items, floor((value + half) * items)) + 1))


def smallest(printed: Sequence[str], most: int = 100_000) -> int:
    """Fewest items on which every one of some printed percentages can be a plain share.

    Two models tested on the same items need this many, unless the printed numbers are means of
    folds or rest on different items.

    Raises
    ------
    ValueError
        Nothing is given, it is no percentage, or there is no such number up to `most`.

    Source: S4-007; E4-04.
    """
    for items in range(1, most + 1) if printed else ():
        if all(counts_for(one, items) for one in printed):
            return items
    raise ValueError(f"{', '.join(printed) or 'nothing'}: no number up to {most} fits all.")


def mcnemar(first_alone: int, second_alone: int) -> float:
    """Exact two-sided p of McNemar's test for two models on the same items.

    Parameters
    ----------
    first_alone, second_alone : items that only the one or only the other gets right

    Raises
    ------
    ValueError
        A count is below 0.

    Source: S4-007; E4-05.
    """
    least, both = min(first_alone, second_alone), first_alone + second_alone
    if least < 0:
        raise ValueError(f"{first_alone}, {second_alone}: counts are 0 or more.")
    tail = sum(comb(both, k) for k in range(least + 1))
    return float(min(Fraction(1), Fraction(2 * tail, 2**both)))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two accuracies on the same items, where nobody says which items were right.

    Parameters
    ----------
    items : tested
    first, second : right answers of either model

    Raises
    ------
    ValueError
        A count is below 0 or above the items.

    Source: S4-007; E4-05.
    """

    items: int
    first: int
    second: int

    def __post_init__(self) -> None:
        if not (0 <= self.first <= self.items and 0 <= self.second <= self.items and self.items):
            raise ValueError(f"{self.first} and {self.second} right of {self.items}: impossible.")

    @property
    def intervals(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Wilson's 95 % interval of either."""
        return wilson_interval(self.first, self.items), wilson_interval(self.second, self.items)

    @property
    def overlap(self) -> bool:
        """Whether the intervals overlap. They may even where McNemar's test finds a difference."""
        (low, high), (other_low, other_high) = self.intervals
        return max(low, other_low) <= min(high, other_high)

    @property
    def mcnemar(self) -> tuple[float, float]:
        """Least and greatest p that McNemar's test could give, from how the errors may pair."""
        gap = self.first - self.second
        # Beside the gap, an item that only the first gets right may pair with one of the second.
        pairs = min(self.items - max(self.first, self.second), min(self.first, self.second))
        found = [mcnemar(max(gap, 0) + k, max(-gap, 0) + k) for k in range(pairs + 1)]
        return min(found), max(found)

    @property
    def gap(self) -> tuple[float, float]:
        """95 % interval of first minus second if the items were not the same (Newcombe)."""
        p, q = self.first / self.items, self.second / self.items
        (a, b), (c, d) = self.intervals
        return p - q - sqrt((p - a) ** 2 + (d - q) ** 2), p - q + sqrt((b - p) ** 2 + (q - c) ** 2)
