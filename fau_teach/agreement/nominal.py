"""Agreement on categories: percent, kappa, PABAK, AC1, Fleiss and alpha, gaps allowed.

Ratings are coders × items; None (or NaN) is a gap. Where all ratings are the same category,
chance-corrected measures are undefined and say so. The functions that end in ``_parts`` give
numerator and denominator and work on numbers and on numpy arrays alike: intervals use them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any, Literal

from fau_teach.agreement.intensity import columns_of, number
from fau_teach.agreement.measure import Measure, measured

Ratings = Sequence[Sequence[Any]]
Level = Literal["nominal", "ordinal", "interval"]
NOBODY = "no item was rated by two coders"


def kappa_parts(n: Any, observed: Any, expected: Any) -> tuple[Any, Any]:
    """1 - n · observed / expected; both are sums of weighted disagreements."""
    return expected - n * observed, expected


def gwet_parts(
    n2: Any, n1: Any, agreed: Any, shares: Sequence[Any], kind: Literal["ac1", "fleiss"]
) -> tuple[Any, Any]:
    """AC1 or Fleiss' kappa, both in Gwet's form for gaps.

    Parameters
    ----------
    n2, n1 : items with at least two ratings, and with one
    agreed : share of agreeing pairs, summed over items
    shares : share of each category, summed over items
    """
    whole, same = n1 * n1, sum(share * share for share in shares)
    if kind == "fleiss":
        return agreed * whole - n2 * same, n2 * (whole - same)
    rest = len(shares) - 1
    # Without variation AC1 would be 1; the last factor makes it undefined.
    return agreed * whole * rest - n2 * (whole - same), (
        n2 * (whole * rest - (whole - same)) * (whole != same)
    )


def alpha_parts(
    held: Sequence[Any], apart: Mapping[tuple[int, int], Any], values: Sequence[Any], kind: Level
) -> tuple[Any, Any]:
    """Krippendorff's alpha from its coincidences.

    Parameters
    ----------
    held : ratings of each category in items with at least two
    apart : for two categories, pairs of ratings that differ so, each divided by the ratings of
        its item less one
    values : the categories, ascending
    """
    observed: Any = 0.0
    expected: Any = 0.0
    for i, j in combinations(range(len(values)), 2):
        far: Any = 1.0
        if kind == "interval":
            far = (values[j] - values[i]) ** 2
        elif kind == "ordinal":
            far = (sum(held[i : j + 1]) - (held[i] + held[j]) / 2) ** 2
        observed = observed + apart.get((i, j), 0.0) * far
        expected = expected + held[i] * held[j] * far
    return expected - (sum(held) - 1) * observed, expected


def percent(*ratings: Sequence[Any]) -> Measure:
    """Share of agreeing pairs of ratings, mean over items; from 0 to 1, no chance correction.

    Parameters
    ----------
    ratings : one sequence per coder

    Raises
    ------
    ValueError
        Coders rated different numbers of items.
    """
    n2, _, agreed, _ = _tallied(ratings)
    return measured("percent agreement", n2, (agreed, n2), NOBODY)


def pabak(*ratings: Sequence[Any]) -> Measure:
    """Prevalence- and bias-adjusted kappa: chance taken as equal for each category that occurs.

    Parameters
    ----------
    ratings : one sequence per coder

    Raises
    ------
    ValueError
        Coders rated different numbers of items.
    """
    n2, _, agreed, shares = _tallied(ratings)
    q = len(shares)
    return measured("PABAK", n2, (q * agreed - n2, (q - 1) * n2), _why(n2, shares))


def ac1(ratings: Ratings) -> Measure:
    """Gwet's AC1 for two or more coders; single ratings count for the base rates.

    Raises
    ------
    ValueError
        Coders rated different numbers of items.
    """
    n2, n1, agreed, shares = _tallied(ratings)
    values = gwet_parts(n2, n1, agreed, list(shares.values()), "ac1")
    return measured("AC1", n2, values, _why(n2, shares))


def fleiss(ratings: Ratings) -> Measure:
    """Fleiss' kappa, with gaps in Gwet's form.

    Raises
    ------
    ValueError
        Coders rated different numbers of items.
    """
    n2, n1, agreed, shares = _tallied(ratings)
    values = gwet_parts(n2, n1, agreed, list(shares.values()), "fleiss")
    return measured("Fleiss kappa", n2, values, _why(n2, shares))


def kappa(
    first: Sequence[Any],
    second: Sequence[Any],
    weights: Literal["", "linear", "quadratic"] = "",
) -> Measure:
    """Cohen's kappa, plain or weighted by the distance of numbers or letters A to E.

    Parameters
    ----------
    first, second : one rating an item; items with a gap do not count
    weights : empty, ``"linear"`` or ``"quadratic"``

    Raises
    ------
    ValueError
        The coders rated different numbers of items, there are no such weights, or weighted
        ratings are no intensities.
    """
    if weights not in ("", "linear", "quadratic"):
        raise ValueError(f"{weights!r} are no weights. Use '', 'linear' or 'quadratic'.")
    if weights:
        first, second = ([number(rating) for rating in row] for row in (first, second))
    pairs = Counter(pair for pair in columns_of([first, second]) if not any(map(_gap, pair)))
    rows, columns = Counter[Any](), Counter[Any]()
    for (one, two), times in pairs.items():
        rows[one] += times
        columns[two] += times

    def far(one: Any, two: Any) -> float:
        if not weights:
            return float(one != two)
        return float(abs(one - two) ** (1 if weights == "linear" else 2))

    n = pairs.total()
    observed = sum(times * far(*pair) for pair, times in pairs.items())
    expected = sum(rows[a] * columns[b] * far(a, b) for a, b in product(rows, columns))
    note = ""
    if expected and 1 in (len(rows), len(columns)):
        note = "one coder never varied, so that kappa can be no more than 0"
    name = f"kappa ({weights} weights)" if weights else "kappa"
    why = "both coders gave the same rating to every item" if n else NOBODY
    return measured(name, n, kappa_parts(n, observed, expected), why, note)


def alpha(ratings: Ratings, level: Level = "nominal") -> Measure:
    """Krippendorff's alpha for two or more coders.

    Parameters
    ----------
    ratings : coders × items; numbers or letters A to E for the ordinal and interval levels
    level : ``"nominal"``, ``"ordinal"`` or ``"interval"``

    Raises
    ------
    ValueError
        Coders rated different numbers of items, or there is no such level.
    """
    if level not in ("nominal", "ordinal", "interval"):
        raise ValueError(f"{level!r} is no level. Use 'nominal', 'ordinal' or 'interval'.")
    if level != "nominal":
        ratings = [[number(rating) for rating in row] for row in ratings]
    items = [item for item in _items(ratings) if item.total() > 1]
    seen = sum(items, Counter[Any]())
    values = list(seen) if level == "nominal" else sorted(seen)
    apart: dict[tuple[int, int], float] = {}
    for item in items:
        for pair, share in differing(item, values):
            apart[pair] = apart.get(pair, 0.0) + share
    held = [seen[value] for value in values]
    found = alpha_parts(held, apart, values, level)
    name = "alpha" if level == "nominal" else f"alpha ({level})"
    return measured(name, len(items), found, _why(len(items), seen))


def differing(item: Counter[Any], values: Sequence[Any]) -> list[tuple[tuple[int, int], float]]:
    """Pairs of ratings of an item that differ: places of the two categories, and their share."""
    held = [(at, item[value]) for at, value in enumerate(values) if item[value]]
    less = item.total() - 1
    return [((i, j), a * b / less) for (i, a), (j, b) in combinations(held, 2)]


def _gap(rating: Any) -> bool:
    return rating is None or bool(rating != rating)


def _items(ratings: Ratings) -> list[Counter[Any]]:
    """Counts of the categories of each item."""
    return [Counter(one for one in column if not _gap(one)) for column in columns_of(ratings)]


def _tallied(ratings: Ratings) -> tuple[int, int, float, dict[Any, float]]:
    """Items with two ratings, with one, agreeing pairs, share of each category."""
    n2 = n1 = 0
    agreed = 0.0
    shares: dict[Any, float] = {}
    for item in _items(ratings):
        m = item.total()
        n1 += m > 0
        for category, times in item.items():
            shares[category] = shares.get(category, 0.0) + times / m
        if m > 1:
            n2 += 1
            agreed += sum(times * (times - 1) for times in item.values()) / (m * (m - 1))
    return n2, n1, agreed, shares


def _why(n2: int, categories: Mapping[Any, float]) -> str:
    if not n2:
        return NOBODY
    return f"all ratings are the same, {next(iter(categories))!r}"
