"""Tables of a class for its instructor: learners, contrast sets, certainty; and the gradebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import count
from pathlib import Path
from statistics import median

from fau_teach._reading import FileError, whole_files
from fau_teach.emotion import wilson_interval
from fau_teach.training.ability import STATED, Certainty
from fau_teach.training.cohort import Cohort, Learner
from fau_teach.training.marking import READY
from fau_teach.training.skills import contrasts, skill


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text for readers; shows itself in a notebook and when printed.

    Parameters
    ----------
    title : above it
    header : names of the columns; the first one names the rows
    rows : cells
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        lines = [self.header, *self.rows]
        wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
        told = ("  ".join(map(str.ljust, line, wide)).rstrip() for line in lines)
        return "\n".join([self.title, *told])

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.header)
        body = "".join(
            f'<tr><th scope="row">{escape(first)}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
            + "</tr>"
            for first, *rest in self.rows
        )
        return (
            f'<div class="wide-table" tabindex="0" role="region" aria-label="{escape(self.title)}">'
            f"<table><caption>{escape(self.title)}</caption><thead><tr>{heads}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>"
        )


@dataclass(frozen=True, slots=True)
class Hard:
    """A contrast set in a class.

    Parameters
    ----------
    set : id
    title : for readers
    cue : what decides
    estimates : learner -> estimate, 0 to 1, of those who tried it; the lowest first
    """

    set: str
    title: str
    cue: str
    estimates: tuple[tuple[str, float], ...]

    @property
    def middle(self) -> float:
        """Median of the estimates."""
        return median(value for _, value in self.estimates)

    @property
    def below(self) -> tuple[str, ...]:
        """Learners below the published "ready" bar."""
        return tuple(name for name, value in self.estimates if value < READY)


def hardest(course: Cohort, most: int = 8) -> tuple[Hard, ...]:
    """Contrast sets by how many learners are below the bar, then by their median."""
    found = []
    for one in contrasts():
        tried = [(who.name, who.ability.skills[one.id]) for who in course.learners]
        values = sorted(((name, o.mean) for name, o in tried if o.n), key=lambda each: each[1])
        if values:
            found.append(Hard(one.id, one.title, one.cue, tuple(values)))
    return tuple(sorted(found, key=lambda o: (-len(o.below), o.middle))[:most])


def overview(course: Cohort) -> Table:
    """A row a learner: how much, how lately, the last mock test, what is weakest."""
    header = ("learner", "answers", "days away", "mock test", "weakest")
    return Table("The class", header, tuple(map(_line, course.learners)))


def _line(who: Learner) -> tuple[str, ...]:
    mean = next((one.mean for one in reversed(who.tests) if one.stage == "mock"), None)
    known = mean is not None and mean.value is not None and mean.low is not None
    mock = f"{mean.value:.2f} [{mean.low:.2f},\u00a0{mean.high:.2f}]" if mean and known else "–"
    weak = ", ".join(skill(one.skill).title for one in who.ability.weakest(2))
    return who.name, str(who.ability.n), str(who.away), mock, weak or "–"


def sets(course: Cohort, most: int = 8) -> Table:
    """The hardest contrast sets: how many are below the bar, and who."""
    rows = (
        (o.title, f"{len(o.below)} of {len(o.estimates)}", f"{o.middle:.2f}", ", ".join(o.below))
        for o in hardest(course, most)
    )
    header = ("set", f"below {READY:.2f}", "median", "who")
    return Table("Hardest contrast sets", header, tuple(rows))


def pooled(course: Cohort) -> tuple[Certainty, ...]:
    """What each stated certainty was worth, over the answers of all learners.

    The interval takes answers for independent, and answers of one learner are not: it is
    rather too narrow.
    """
    found = []
    for name, stated in STATED.items():
        own = [o for who in course.learners for o in who.ability.certainty if o.name == name]
        if n := sum(one.n for one in own):
            total = sum(one.n * one.credit for one in own)
            found.append(Certainty(name, n, total / n, *wilson_interval(total, n), stated))
    return tuple(found)


def certainty(course: Cohort) -> Table:
    """A row a learner: what low, medium and high certainty were worth, with answers."""

    def cells(found: Sequence[Certainty]) -> tuple[str, ...]:
        known = {one.name: f"{one.credit:.2f} ({one.n})" for one in found}
        return tuple(known.get(name, "–") for name in STATED)

    rows = [(who.name, *cells(who.ability.certainty)) for who in course.learners]
    header = ("learner", *(f"{name}, stands for {chance:.2f}" for name, chance in STATED.items()))
    return Table(
        "Certainty: share right (answers)", header, (*rows, ("all", *cells(pooled(course))))
    )


def save_gradebook(course: Cohort, folder: str | Path) -> Path:
    """Write the gradebook under the first free name: gradebook.csv, gradebook-2.csv, …

    Raises
    ------
    FileError
        It cannot be written. No file is ever replaced.
    """
    place = Path(folder)
    for number in count(1):
        path = place / f"gradebook{f'-{number}' if number > 1 else ''}.csv"
        if not path.exists():
            with whole_files([path], False) as (file,):
                file.write(course.csv())
            return path
    raise FileError(str(place), 0, "", "no name is free", "Use another folder")  # pragma: no cover
