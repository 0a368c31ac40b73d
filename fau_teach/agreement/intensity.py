"""Agreement on intensity: letters as numbers, and the intraclass correlation ICC(A,1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fau_teach.agreement.measure import Measure, measured
from fau_teach.facs import Score
from fau_teach.facs.score import LETTERS


def number(grade: object) -> float | None:
    """Intensity as a number: A to E are 1 to 5, ``"B/C"`` is 2.5; None for a gap.

    Raises
    ------
    ValueError
        It is neither a number nor letters A to E.
    """
    if grade is None or grade != grade:
        return None
    if isinstance(grade, str):
        marks = [mark.strip().upper() for mark in grade.split("/")]
        if all(mark and mark in LETTERS for mark in marks):
            return sum(LETTERS.index(mark) + 1.0 for mark in marks) / len(marks)
    try:
        return float(grade)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        advice = "Use A to E, numbers, or None for a gap."
        raise ValueError(f"{grade!r:.40} is no intensity. {advice}") from None


def grades(score: Score) -> dict[str, float]:
    """Intensity of each code of a score that has one, sides aside; the strongest counts.

    An undecided grade counts as the middle, a code with intensity 0 is not there.
    """
    found: dict[str, float] = {}
    for item in score.items:
        if item.grades and not item.absent:
            grade = sum(item.grades) / len(item.grades)
            found[item.code] = max(grade, found.get(item.code, 0.0))
    return found


def icc(ratings: Sequence[Sequence[object]]) -> Measure:
    """Intraclass correlation ICC(A,1): absolute agreement of single coders, two-way random.

    Parameters
    ----------
    ratings : coders × items, numbers or letters A to E, None for a gap; items that a coder
        left out do not count

    Raises
    ------
    ValueError
        Coders rated different numbers of items, or a rating is no intensity.
    """
    columns = columns_of([[number(grade) for grade in one] for one in ratings])
    whole = [column for column in columns if all(grade is not None for grade in column)]
    sums = [sum(column[at] for column in whole) for at in range(len(ratings))]
    rows = sum(sum(column) ** 2 for column in whole)
    squares = sum(grade**2 for column in whole for grade in column)
    values = icc_parts(len(whole), rows, squares, *sums)
    dropped = len(columns) - len(whole)
    note = f"{dropped} items with gaps are left out" if dropped else ""
    return measured("ICC(A,1)", len(whole), values, icc_why(len(whole), rows, squares, *sums), note)


def icc_parts(n: Any, rows: Any, squares: Any, *sums: Any) -> tuple[Any, Any]:
    """Numerator and denominator of ICC(A,1) from sums, whole numbers where the grades are.

    Parameters
    ----------
    n : items; rows: squared sums of items; squares: squared grades; sums: grades of each coder
    """
    k, total = len(sums), sum(sums)
    between = n * rows - total * total
    coders = k * sum(one * one for one in sums) - total * total
    rest = n * k * squares - total * total - between - coders
    signal = n * (k - 1) * between
    noise = n * (k - 1) * rest + k * ((n - 1) * coders - rest)
    return signal - n * rest, signal + noise


def icc_why(n: float, _: float, squares: float, *sums: float) -> str:
    """Why ICC(A,1) is undefined."""
    if len(sums) < 2 or n < 2:
        return f"items graded by all {len(sums)} coders: {n:.0f}, two are needed"
    if n * len(sums) * squares == sum(sums) ** 2:
        return "all grades are the same"
    return "there are too few items: the variances cancel"


def columns_of(ratings: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Ratings as items × coders; refuses rows of different lengths."""
    lengths = [len(row) for row in ratings]
    if len(set(lengths)) > 1:
        problem = f"The coders rated {', '.join(map(str, lengths))} items."
        raise ValueError(f"{problem} Give one rating an item and None for a gap.")
    return list(zip(*ratings, strict=True))
