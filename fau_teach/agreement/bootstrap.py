"""Percentile intervals by resampling clips or subjects.

A measure that is a ratio of sums needs no second look at the data: a resample is a weighted sum
of what each clip adds. :class:`Tally` holds these sums, :func:`evaluate` draws and measures, with
numpy or without; both give the same.
"""

from __future__ import annotations

import random
from array import array
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from sys import byteorder
from typing import Any, TypeVar

from fau_teach.agreement.measure import Measure, measured

LEVEL = 0.95
FEW = 0.9
"""A share of defined resamples below this is noted."""
Key = tuple[Hashable, ...]
Parts = Callable[..., tuple[Any, Any]]
T = TypeVar("T")


def draws(units: int, resamples: int, seed: int = 0) -> list[list[int]]:
    """Places drawn with replacement: ``resamples`` lists of ``units`` places each."""
    made = random.Random(seed)
    places = range(units)
    return [made.choices(places, k=units) for _ in range(resamples)]


def percentile(ascending: Sequence[float], share: float) -> float:
    """Value below which a share of the values lies, by linear interpolation."""
    at = share * (len(ascending) - 1)
    low = floor(at)
    high = min(low + 1, len(ascending) - 1)
    return ascending[low] + (at - low) * (ascending[high] - ascending[low])


def bootstrap(
    items: Sequence[T],
    measure: Callable[[list[T]], Measure],
    *,
    groups: Sequence[Hashable] | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> Measure:
    """Any measure with its 95 % percentile interval.

    Parameters
    ----------
    items : what is resampled, clips for example
    measure : from items to a :class:`Measure`
    groups : for each item the group, a subject for example, that is drawn as a whole
    resamples : how many; those in which the measure is undefined are left out
    seed : of the random draws

    Raises
    ------
    ValueError
        There is not one group for each item.
    """
    if groups is not None and len(groups) != len(items):
        advice = "Name one group for each item."
        raise ValueError(f"There are {len(items)} items and {len(groups)} groups. {advice}")
    held: dict[Hashable, list[T]] = {}
    for name, item in zip(range(len(items)) if groups is None else groups, items, strict=True):
        held.setdefault(name, []).append(item)
    units = list(held.values())
    point = measure(list(items))
    if point.value is None or not units:
        return point
    made = (
        measure([item for at in places for item in units[at]]).value
        for places in draws(len(units), resamples, seed)
    )
    return _bounded(point, sorted(value for value in made if value is not None), resamples)


def _bounded(point: Measure, ascending: Sequence[float], resamples: int) -> Measure:
    """The point value with its interval, if there is enough to tell one."""
    if len(ascending) < 2:
        return point
    tail = (1 - LEVEL) / 2
    made = point.within(percentile(ascending, tail), percentile(ascending, 1 - tail))
    if len(ascending) >= FEW * resamples:
        return made
    note = f"interval from {len(ascending)} of {resamples} resamples, undefined in the others"
    notes = "; ".join(filter(None, (point.note, note)))
    return Measure(point.name, point.value, point.n, made.low, made.high, note=notes)


class Tally:
    """Sums of what each resampling unit adds; most are 0 and are not held."""

    def __init__(self) -> None:
        self.columns: dict[Key, dict[int, float]] = {}

    def add(self, unit: int, key: Key, value: float) -> None:
        """Add to one sum of one unit."""
        if value:
            column = self.columns.setdefault(key, {})
            column[unit] = column.get(unit, 0.0) + value

    def total(self, keys: Iterable[Key]) -> float:
        """Sum over all units of one or more columns."""
        return float(sum(sum(self.columns.get(key, {}).values()) for key in keys))


@dataclass(frozen=True, slots=True)
class Formula:
    """A measure as a ratio of sums.

    Parameters
    ----------
    name : of the measure
    sums : for each argument of ``parts`` the columns that make it; the first counts items
    parts : numerator and denominator; numbers or numpy arrays
    why : why the denominator is 0
    """

    name: str
    sums: tuple[tuple[Key, ...], ...]
    parts: Parts
    why: Callable[..., str]


def evaluate(
    tally: Tally,
    formulas: Sequence[Formula],
    units: int,
    resamples: int = 0,
    seed: int = 0,
    fast: bool = True,
) -> list[Measure]:
    """Measures with their intervals.

    Parameters
    ----------
    tally : what each unit adds
    formulas : measures
    units : number of units, clips or subjects
    resamples : how many; 0 for no intervals
    seed : of the random draws
    fast : use numpy
    """
    points = []
    for one in formulas:
        sums = [tally.total(keys) for keys in one.sums]
        points.append(measured(one.name, sums[0], one.parts(*sums), one.why(*sums)))
    if not resamples or units < 2:
        return points
    weigh = _numpy_values if fast else _plain_values
    made = weigh(tally.columns, formulas, draws(units, resamples, seed), units)
    return [
        point if point.value is None else _bounded(point, values, resamples)
        for point, values in zip(points, made, strict=True)
    ]


Columns = Mapping[Key, Mapping[int, float]]


def _plain_values(
    columns: Columns, formulas: Sequence[Formula], drawn: Sequence[Sequence[int]], units: int
) -> Iterable[list[float]]:
    """Ascending defined values of each formula over resamples, by the standard library."""
    weights = []
    for places in drawn:
        times = Counter(places)
        weights.append([times[at] for at in range(units)])
    # One long integer holds the weights of a unit in all resamples, 64 bits each, so that whole
    # numbers are weighed and summed for all resamples at once.
    packed = [
        int.from_bytes(array("Q", column).tobytes(), byteorder)
        for column in zip(*weights, strict=True)
    ]

    def weighed(column: Mapping[int, float]) -> list[float]:
        if any(value % 1 for value in column.values()):
            return [sum(row[at] * value for at, value in column.items()) for row in weights]
        parts = []
        for sign in (1, -1):
            total = sum(packed[at] * int(sign * v) for at, v in column.items() if sign * v > 0)
            unpacked = array("Q")
            unpacked.frombytes(total.to_bytes(8 * len(weights), byteorder))
            parts.append(unpacked)
        return [float(plus - minus) for plus, minus in zip(*parts, strict=True)]

    nothing = [0.0] * len(drawn)
    sums = {key: weighed(column) for key, column in columns.items()}
    for one in formulas:
        arguments = []
        for keys in one.sums:
            held = [sums[key] for key in keys if key in sums] or [nothing]
            arguments.append(held[0] if len(held) == 1 else list(map(sum, zip(*held, strict=True))))
        both = map(one.parts, *arguments)
        yield sorted(above / below for above, below in both if below)


def _numpy_values(
    columns: Columns, formulas: Sequence[Formula], drawn: Sequence[Sequence[int]], units: int
) -> Iterable[list[float]]:
    """The same by numpy."""
    import numpy as np

    weights = np.array([np.bincount(places, minlength=units) for places in drawn], dtype=float)
    place = {key: at for at, key in enumerate(columns)}
    values = np.zeros((units, len(columns)))
    for at, column in enumerate(columns.values()):
        values[list(column), at] = list(column.values())
    sums = (weights @ values).T
    nothing = np.zeros(len(drawn))
    for one in formulas:
        arguments = []
        for keys in one.sums:
            held = [sums[place[key]] for key in keys if key in place] or [nothing]
            arguments.append(sum(held[1:], held[0]))
        above, below = np.broadcast_arrays(*map(np.asarray, one.parts(*arguments)))
        defined = below != 0
        yield np.sort(above[defined] / below[defined]).tolist()
