"""Tables of results as the sources print them, and what can be recomputed from their cells.

The cells lie in ``data/force/published.csv`` and ``data/depth/published.csv``. A mean or a gain is
always computed here; what is printed of it is kept beside it, so that a misprint shows. Numbers of
single studies with EMG lie in ``data/emg/published.csv``, with what one must know to compare them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from statistics import fmean

from fau_teach._data import did_you_mean, read_csv

FILES = {"cui2023": "force/published.csv", "depthcloud": "depth/published.csv"}
TITLES = {
    ("cui2023", "1"): "F1 on BP4D of the paper's own variants",
    ("cui2023", "2"): "F1 on BP4D beside other methods",
    ("cui2023", "3"): "F1 on DISFA beside other methods",
    ("cui2023", "4"): "F1 with fewer AU labels",
    ("cui2023", "5"): "F1 on DISFA after training on BP4D",
    ("depthcloud", "1/3"): "Micro-expressions of CAS(ME)³ in 3 classes",
    ("depthcloud", "1/4"): "Micro-expressions of CAS(ME)³ in 4 classes",
    ("depthcloud", "1/7"): "Micro-expressions of CAS(ME)³ in 7 classes",
    ("depthcloud", "2"): "The same points in several networks, 3 classes",
    ("depthcloud", "3"): "Which points and how many, 3 classes",
    ("depthcloud", "4"): "Objective classes, trained on micro- or macro-expressions",
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
    """A published table: rows by method.

    Parameters
    ----------
    title : what it shows
    columns : its columns
    rows : one a method
    classes : number of classes that are told apart; 0 where labels are not exclusive
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    classes: int = 0

    @property
    def chance(self) -> float:
        """UAR in percent of one who always gives the same answer, or any by chance.

        Raises
        ------
        ValueError
            The labels of the table are not exclusive classes.
        """
        if not self.classes:
            raise ValueError(f"{self.title}: labels are not exclusive, so there is no such line")
        return 100 / self.classes

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

    def gain(self, method: str, over: str, *, relative: bool = False) -> dict[str, float]:
        """Points by which a method is above another, column by column; or percent of the other."""
        first, second = self[method].used, self[over].used
        points = {column: round(first[column] - second[column], 6) for column in self.columns}
        return {c: 100 * p / second[c] if relative else p for c, p in points.items()}


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

    Source: S1-032 to S1-056; E1-13, E1-14, E1-15. S3-046 to S3-051; E3-10, E3-12, E3-14.
    """
    if (paper, number) not in TITLES:
        known = ", ".join(f"{key} {one}" for key, one in TITLES)
        raise KeyError(f"no table {number!r} of {paper!r}; there are {known}")
    lines = [line for line in read_csv(FILES[paper], ("table", "used")) if line["table"] == number]
    methods = dict.fromkeys(line["method"] for line in lines)
    rows = tuple(
        _row(method, (line for line in lines if line["method"] == method)) for method in methods
    )
    classes = int(lines[0].get("classes", "0"))
    return Table(TITLES[paper, number], tuple(rows[0].used), rows, classes)


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


@dataclass(frozen=True, slots=True)
class Claim:
    """What a source says in words about the difference of two rows.

    Parameters
    ----------
    words : as printed
    table, method, over : which rows
    low, high : what the words mean, in points
    source, erratum : inventory ID; erratum ID, or empty
    """

    words: str
    table: str
    method: str
    over: str
    low: float
    high: float
    source: str
    erratum: str

    @property
    def gains(self) -> dict[str, float]:
        """Points recomputed from the cells, column by column."""
        return table(self.table, "depthcloud").gain(self.method, self.over)

    @property
    def holds(self) -> bool:
        """Whether every gain lies in the range that the words give."""
        return all(self.low <= gain <= self.high for gain in self.gains.values())


@cache
def claims() -> tuple[Claim, ...]:
    """What the depth paper says of its gains, with the range of points that the words mean.

    Source: S3-046 to S3-048; E3-10, E3-11.
    """
    return tuple(
        Claim(
            row["printed"], row["table"], row["method"], row["over"], float(row["low"]),
            float(row["high"] or "inf"), row["source"], row["erratum"],
        )
        for row in read_csv("depth/claims.csv", ("table", "low", "high", "printed"))
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """How many micro-expressions the depth paper has, and how many it kept.

    Parameters
    ----------
    labelled, macro : micro- and macro-expressions with labels
    four, three : kept for four and three classes; how many for seven is not printed
    """

    labelled: int
    macro: int
    four: int
    three: int

    @property
    def dropped(self) -> int:
        """Labelled, but in none of the four classes."""
        return self.labelled - self.four

    @property
    def share(self) -> float:
        """Share that was dropped."""
        return self.dropped / self.labelled

    @property
    def others(self) -> int:
        """In the class Others, which the three classes leave out."""
        return self.four - self.three


@cache
def kept() -> Kept:
    """Samples of the depth paper.

    Source: S3-040, S3-043; E3-12.
    """
    rows = {row["what"]: row["used"] for row in read_csv("depth/counts.csv", ("what", "used"))}
    names = ("labelled micro", "labelled macro", "kept, four classes", "kept, three classes")
    return Kept(*(int(rows[name]) for name in names))


@dataclass(frozen=True, slots=True)
class Study:
    """One published score of recognition from facial EMG, and what it rests on.

    Parameters
    ----------
    study, model : in words
    people, classes : how many; None where not reported
    kind : ``"posed"`` or ``"felt"``; empty where not reported
    split : ``"same person"`` where the tested person is learned from too, ``"other people"`` where
        not; empty where not reported
    score : ``"accuracy"`` or ``"macro-F1"``
    printed : percent, as text with its digits
    recomputed : percent that we found once from public data, or None
    source, erratum, reference, note : as everywhere
    """

    study: str
    model: str
    people: int | None
    kind: str
    classes: int | None
    split: str
    score: str
    printed: str
    recomputed: float | None
    source: str
    erratum: str
    reference: str
    note: str

    @property
    def chance(self) -> float | None:
        """Percent of one who guesses among as many classes, each as frequent; None if unknown."""
        return 100 / self.classes if self.classes else None

    @property
    def blanks(self) -> tuple[str, ...]:
        """What is not reported of people, kind, classes and split."""
        return tuple(name for name in _COMPARED[:-1] if not getattr(self, name))

    def unlike(self, other: Study) -> tuple[str, ...]:
        """In what the two studies differ, or may: without any of it they can be set side by side.

        Source: S4-009; E4-04.
        """
        return tuple(
            name
            for name in _COMPARED
            if not getattr(self, name) or getattr(self, name) != getattr(other, name)
        )


_COMPARED = ("people", "kind", "classes", "split", "score")


@cache
def studies() -> tuple[Study, ...]:
    """Published scores of recognition from facial EMG, in the order of the table.

    Source: S4-007; E4-04, E4-05; the others are outside the sources.
    """
    return tuple(
        Study(
            row["study"], row["model"], int(row["people"] or 0) or None, row["kind"],
            int(row["classes"] or 0) or None, row["split"], row["score"], row["used"],
            float(row["recomputed"]) if row["recomputed"] else None,
            row["source"], row["erratum"], row["reference"], row["note"],
        )
        for row in read_csv("emg/published.csv", ("study", "used", "recomputed", "split"))
    )  # fmt: skip


@cache
def blanks() -> tuple[dict[str, str], ...]:
    """What the abstract of the EMG paper does not say, as questions, and why each matters.

    Source: S4-009; E4-04.
    """
    return read_csv("emg/blanks.csv", ("what", "question", "matters"))


@cache
def keywords() -> Mapping[str, float]:
    """Index terms of the EMG paper's record page with their weights: a machine gave them.

    Source: S4-010; E4-08.
    """
    return {row["keyword"]: float(row["weight"]) for row in read_csv("emg/keywords.csv")}
