"""Tables of results as the sources print them, and what can be recomputed from their cells.

The cells lie in ``data/force/published.csv``. A mean is always computed here; the printed one is
kept beside it, so that a misprint shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from statistics import fmean

from fau_teach._data import did_you_mean, read_csv

FILES = {"cui2023": "force/published.csv"}
TITLES = {
    ("cui2023", "1"): "F1 on BP4D of the paper's own variants",
    ("cui2023", "2"): "F1 on BP4D beside other methods",
    ("cui2023", "3"): "F1 on DISFA beside other methods",
    ("cui2023", "4"): "F1 with fewer AU labels",
    ("cui2023", "5"): "F1 on DISFA after training on BP4D",
}
HALF = 0.05
"""Half of the last printed digit: how far rounding can take a cell from its true value."""


@dataclass(frozen=True, slots=True)
class Row:
    """One method of a published table.

    Parameters
    ----------
    method : its name
    printed, used : column to F1 in percent; they differ where a cell is a misprint
    mean_printed : the printed mean, or None
    erratum : column to the ID that speaks of it; ``"mean"`` is the mean's
    source : inventory ID
    """

    method: str
    printed: Mapping[str, float]
    used: Mapping[str, float]
    mean_printed: float | None
    erratum: Mapping[str, str]
    source: str

    @property
    def mean(self) -> float:
        """Mean of the cells that we use."""
        return fmean(self.used.values())

    @property
    def excess(self) -> float:
        """How far the printed mean lies above that of the printed cells [points].

        Raises
        ------
        ValueError
            The table prints no mean for this row.
        """
        if self.mean_printed is None:
            raise ValueError(f"{self.method}: no mean is printed")
        return self.mean_printed - fmean(self.printed.values())

    @property
    def explained(self) -> bool:
        """Whether rounding of cells and mean can explain the printed mean.

        Each cell may be off by half a digit in the same direction, and so may the mean: a printed
        mean within one digit, 0.1 points, is possible.
        """
        return abs(self.excess) <= 2 * HALF + 1e-9


@dataclass(frozen=True, slots=True)
class Table:
    """A published table: rows by method."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def __getitem__(self, method: str) -> Row:
        """The row of a method.

        Raises
        ------
        KeyError
            There is none; the message suggests the nearest.
        """
        for row in self.rows:
            if row.method == method:
                return row
        names = [row.method for row in self.rows]
        raise KeyError(f"{method!r} is in no row. {did_you_mean(method, names) or names}")

    def ranked(self, column: str = "mean") -> tuple[Row, ...]:
        """Rows from the best to the worst in one column, or by mean."""
        return tuple(sorted(self.rows, key=lambda row: -_value(row, column)))

    def rank(self, method: str, column: str = "mean") -> int:
        """Place of a method in one column, 1 the best; equal values share the better place."""
        own = _value(self[method], column)
        return 1 + sum(_value(row, column) > own for row in self.rows)

    def best(self, column: str) -> tuple[str, ...]:
        """Methods with the highest value of a column."""
        top = max(_value(row, column) for row in self.rows)
        return tuple(row.method for row in self.rows if _value(row, column) == top)

    def wins(self, method: str) -> tuple[str, ...]:
        """Columns in which no other method is better."""
        return tuple(column for column in self.columns if self.rank(method, column) == 1)

    def gain(self, method: str, over: str) -> dict[str, float]:
        """Points by which a method is above another, column by column."""
        first, second = self[method].used, self[over].used
        return {column: round(first[column] - second[column], 6) for column in self.columns}


def _value(row: Row, column: str) -> float:
    if column == "mean":
        return row.mean
    if column not in row.used:
        raise KeyError(f"{column!r} is no column; there are {', '.join(row.used)} and mean")
    return row.used[column]


@cache
def table(number: str, paper: str = "cui2023") -> Table:
    """One table of a paper.

    Parameters
    ----------
    number : such as ``"1"``
    paper : key in the bibliography

    Raises
    ------
    KeyError
        There is no such table; the message names those that there are.

    Source: S1-032 to S1-056; E1-13, E1-14, E1-15.
    """
    if (paper, number) not in TITLES:
        known = ", ".join(f"{key} {one}" for key, one in TITLES)
        raise KeyError(f"no table {number!r} of {paper!r}; there are {known}")
    lines = [line for line in read_csv(FILES[paper], ("table", "used")) if line["table"] == number]
    methods = dict.fromkeys(line["method"] for line in lines)
    rows = tuple(
        _row(method, (line for line in lines if line["method"] == method)) for method in methods
    )
    return Table(TITLES[paper, number], tuple(rows[0].used), rows)


def _row(method: str, lines: Iterable[Mapping[str, str]]) -> Row:
    printed, used, erratum = {}, {}, {}
    mean, source = None, ""
    for line in lines:
        column, source = line["column"], line["source"]
        if line["erratum"]:
            erratum[column] = line["erratum"]
        if column == "mean":
            mean = float(line["printed"])
        else:
            printed[column], used[column] = float(line["printed"]), float(line["used"])
    if not used and mean is not None:  # a table of means alone
        printed, used = {"mean": mean}, {"mean": mean}
    return Row(method, printed, used, mean, erratum, source)
