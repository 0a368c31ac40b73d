"""The agreement of two or more coders over clips, as a lab prints it in an appendix."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from html import escape
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, Literal

from fau_teach import facs
from fau_teach._data import did_you_mean
from fau_teach.agreement.bootstrap import evaluate
from fau_teach.agreement.collect import Collector, State, state_of
from fau_teach.agreement.measure import Measure
from fau_teach.agreement.occurrence import ordered
from fau_teach.agreement.segments import CodedClip
from fau_teach.agreement.sets import PARTIAL

VERSION = 1
"""Version of the form of :meth:`Report.to_dict`."""
PLAIN_RESAMPLES = 1000
"""Resamples without numpy, at most."""
PARTS = {
    "index": "Agreement index, as used",
    "occurrence": "Occurrence of each action unit, per clip",
    "intensity": "Intensity, where coders graded the same code",
    "events": "Events in time",
    "timing": "Key frames of matched events, second coder less first",
}
FEW = 10
TOGETHER = (
    "Of a pair kappa is Cohen's, of all together Fleiss'; events and times of all together are "
    "summed over pairs."
)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of a report.

    Parameters
    ----------
    coders : who is compared; one name for a base rate
    part : ``"index"``, ``"occurrence"``, ``"intensity"``, ``"events"``, ``"timing"`` or
        ``"base rate"``
    item : row of the table: a code, a key frame, the unit
    measure : the figure
    """

    coders: tuple[str, ...]
    part: str
    item: str
    measure: Measure


Table = tuple[str, tuple[str, ...], list[tuple[str, ...]], list[str]]
"""Title, column heads, rows, and footnotes."""


@dataclass(frozen=True)
class Report:
    """Agreement of coders over clips: each pair, and all together.

    Parameters
    ----------
    coders : names
    clips, subjects : how many clips two coders looked at, and of how many people
    gaps : clips that a coder did not look at, summed over coders
    unknown : clips of which a coder could not tell a part, summed over coders
    codes : those of the tables
    bilateral, least, by, over, resamples, seed : how it was made
    rows : every figure
    notes : what a reader has to know
    """

    coders: tuple[str, ...]
    clips: int
    subjects: int
    gaps: int
    unknown: int
    codes: tuple[str, ...]
    bilateral: bool
    least: float
    by: str
    over: str
    resamples: int
    seed: int
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @cached_property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Who is compared: all together first, then each pair."""
        found = dict.fromkeys(row.coders for row in self.rows if len(row.coders) > 1)
        return tuple(sorted(found, key=lambda group: -len(group)))

    @cached_property
    def _found(self) -> Mapping[tuple[tuple[str, ...], str, str, str], Measure]:
        return {
            (row.coders, row.part, row.item, row.measure.name): row.measure for row in self.rows
        }

    def find(
        self, part: str, item: str, name: str, coders: Collection[str] | None = None
    ) -> Measure:
        """One figure: ``report.find("occurrence", "12", "kappa", ("A", "B"))``.

        Parameters
        ----------
        part, item, name : as in the rows
        coders : two names, or one for a base rate, in any order; without them, all

        Raises
        ------
        KeyError
            There is no such figure (suggests the nearest).
        """
        who = tuple(one for one in self.coders if coders is None or one in coders)
        key = who, part, item, name
        if key not in self._found:
            names = [" / ".join(one[1:]) for one in self._found if one[0] == who]
            wanted = " / ".join(key[1:])
            advice = did_you_mean(wanted, names) or f"There are coders {', '.join(self.coders)}."
            raise KeyError(f"{wanted} of {' and '.join(who) or 'nobody'} is not here. {advice}")
        return self._found[key]

    def table(self, part: str, coders: Collection[str] | None = None) -> Table:
        """One table: title, heads, rows of text and footnotes on what is undefined.

        Raises
        ------
        ValueError
            There is no such part.
        """
        if part not in PARTS:
            raise ValueError(f"{part!r} is no part. Use one of {', '.join(PARTS)}.")
        who = tuple(one for one in self.coders if coders is None or one in coders)
        found: dict[str, dict[str, Measure]] = {}
        for row in self.rows:
            if (row.coders, row.part) == (who, part):
                found.setdefault(row.item, {})[row.measure.name] = row.measure
        names = list(dict.fromkeys(name for each in found.values() for name in each))
        rates = who if part == "occurrence" else ()
        marks: dict[str, str] = {}
        lines = []
        for item, each in found.items():
            n = max(one.n for one in each.values())
            base = (self._found.get(((one,), "base rate", item, "base rate")) for one in rates)
            shown = (
                one.text.split(" ")[0] if one and one.value is not None else "" for one in base
            )
            cells = (_cell(each.get(name), marks) for name in names)
            lines.append((item, str(n), *shown, *cells))
        heads = ("", "n", *(f"base {one}" for one in rates), *names)
        return PARTS[part], heads, lines, [f"({mark}) {why}" for why, mark in marks.items()]

    def tables(self) -> Iterable[tuple[tuple[str, ...], Table]]:
        """All tables: of all coders, then of each pair."""
        for group in self.groups:
            for part in PARTS:
                yield group, self.table(part, group)

    def summary(self) -> tuple[str, ...]:
        """What was compared and how, as sentences."""
        shown = {"clip": "clips", "subject": "subjects"}.get(self.over, "")
        made = f"95 % percentile intervals from {self.resamples} resamples of {shown}"
        sides = "are one code" if self.bilateral else "are different codes in the index"
        units = {"code": "code by code", "event": "as whole events"}[self.by]
        return (
            f"{len(self.coders)} coders ({', '.join(self.coders)}), {self.clips} clips, "
            f"{self.subjects} subjects.",
            f"Gaps: {self.gaps} clips not looked at, {self.unknown} with a part unknown "
            "(sums over coders). A gap never counts as 'none'.",
            f"Left and right {sides}; the tables of action units ignore sides.",
            f"Events are matched {units}, one to one, from an overlap (IoU) of {self.least:g}.",
            f"{made}, seed {self.seed}." if self.resamples else "No intervals were asked for.",
            *self.notes,
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain JSON values."""
        found = asdict(self)
        found["rows"] = [
            {"coders": list(row.coders), "part": row.part, "item": row.item, **asdict(row.measure)}
            for row in self.rows
        ]
        plain = {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}
        return {"version": VERSION, **plain}

    def to_frame(self) -> Any:
        """All figures as a pandas table, one a row."""
        import pandas as pd

        made = self.to_dict()["rows"]
        return pd.DataFrame([{**row, "coders": " + ".join(row["coders"])} for row in made])

    def __str__(self) -> str:
        lines = ["Agreement of coders", *self.summary()]
        last: tuple[str, ...] = ()
        for group, (title, heads, rows, feet) in self.tables():
            if group != last:
                lines += ["", f"== {' and '.join(group)} =="]
                last = group
            widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
            lines += ["", title]
            for row in (heads, *rows):
                cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
                lines.append("  ".join(cells).rstrip())
            lines += feet
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        made = [f"<p>{escape(' '.join(self.summary()))}</p>"]
        for group, (title, heads, rows, feet) in self.tables():
            name = f"{title}: {' and '.join(group)}"
            head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
            body = "".join(
                f'<tr><th scope="row">{escape(row[0])}</th>'
                # An interval stays in one line.
                + "".join(f"<td>{escape(cell).replace(', ', ',&nbsp;')}</td>" for cell in row[1:])
                + "</tr>"
                for row in rows
            )
            made.append(
                f'<div class="wide-table" tabindex="0" role="region" aria-label="{escape(name)}">'
                f"<table><caption>{escape(name)}</caption><thead><tr>{head}</tr></thead>"
                f"<tbody>{body}</tbody></table></div>"
            )
            made += [f"<p>{escape('; '.join(feet))}</p>"] if feet else []
        return "".join(made)


def _cell(one: Measure | None, marks: dict[str, str]) -> str:
    if one is None:
        return ""
    if one.value is None:
        mark = marks.setdefault(one.undefined, chr(ord("a") + len(marks)))
        return f"undefined ({mark})"
    return one.text


def report(
    clips: Iterable[CodedClip],
    *,
    coders: Sequence[str] | None = None,
    codes: Iterable[object] | None = None,
    bilateral: bool = False,
    least: float = 0.5,
    by: Literal["", "event", "code"] = "",
    over: Literal["clip", "subject", ""] = "clip",
    resamples: int = 1000,
    seed: int = 0,
    fast: bool | None = None,
) -> Report:
    """Agreement of each pair of coders and of all, with intervals.

    Parameters
    ----------
    clips : what each coder scored in each clip
    coders : whom to compare, in this order; without it, all by name. The first of a pair is
        the criterion of precision and recall, and errors of time are the second's.
    codes : the codes that were looked for, without sides: all others are left out everywhere,
        as where a program knows some codes alone; without it, all that occur
    bilateral : read L and R of one code, and A, as the code without a side
    least : least intersection over union of two events that match
    by : match whole events, or ``"code"`` by code as where each code has its own event;
        without it by code where events of one coder overlap, as they do on one tier per code
    over : what is resampled; empty for no intervals
    resamples, seed : how many, and how they are drawn; 0 for no intervals
    fast : whether to use numpy; without it, where numpy is there. Where it is not, at most
        ``PLAIN_RESAMPLES`` are drawn, and the report says so.

    Raises
    ------
    ValueError
        There are no two coders, a clip comes twice, a name or a choice is unknown, or
        subjects are to be resampled and a clip has none.

    Source: S0-103, S0-104; E0-07.
    """
    films = list(clips)
    if codes is not None:
        codes = ordered(map(str, codes))
        for code in codes:
            if code not in facs.listed_codes():
                raise ValueError(f"{code!r} is no code. Name codes without sides, such as '12'.")
        films = [film.only(codes) for film in films]
    known = sorted({name for film in films for name in film.coders})
    names = tuple(known if coders is None else coders)
    _check(films, names, known, by, over, resamples)
    notes = [f"{PARTIAL[0].upper()}{PARTIAL[1:]}.", TOGETHER] if len(names) > 2 else []
    table = [
        [state_of(film.coders[one], bilateral) if one in film.coders else None for one in names]
        for film in films
    ]
    if codes is None:
        codes = {code for row in table for one in row if one for code in one.seen.present}
    wanted = ordered(map(str, codes))
    overlap = any(_overlaps(one) for row in table for one in row if one)
    way: Literal["event", "code"] = by or ("code" if overlap else "event")
    if not by and overlap:
        notes.append("Events of one coder overlap, so that each code is matched on its own.")
    unknown = sum(one is not None and not one.seen.whole for row in table for one in row)
    if unknown:
        notes.append(
            "In a clip with a part unknown, codes that were scored count and the others are gaps, "
            "so that many such clips make base rates too high."
        )
    if any(film.frames is None for film in films):
        notes.append("Clips of unknown length are not in the frame kappa.")
    if fast is None:
        fast = find_spec("numpy") is not None
        if not fast and resamples > PLAIN_RESAMPLES:
            notes.append(f"Without numpy, {PLAIN_RESAMPLES} resamples stand for {resamples}.")
            resamples = PLAIN_RESAMPLES
    collector = Collector(len(names), wanted, bilateral, least, way == "code")
    subjects = list(dict.fromkeys(film.subject for film in films))
    place = {name: at for at, name in enumerate(subjects)}
    for at, (film, row) in enumerate(zip(films, table, strict=True)):
        collector.add(place[film.subject] if over == "subject" else at, film, row)
    units = len(subjects) if over == "subject" else len(films)
    together = sum(sum(one is not None for one in row) > 1 for row in table)
    if not together:
        notes.append("No clip was looked at by two coders: are they named alike in all files?")
    if over and resamples and units < FEW:
        notes.append(
            f"{units} {over}{'s are' * (units > 1) or ' is'} few: intervals are too narrow."
        )
    if over == "clip" and 1 < len(subjects) < len(films):
        notes.append("Clips of one subject resemble each other: over='subject' is more careful.")
    made = list(collector.formulas(len(names)))
    drawn = resamples if over else 0
    found = evaluate(collector.tally, [one[-1] for one in made], units, drawn, seed, fast)
    rows = (
        Row(tuple(names[at] for at in group), part, item, measure)
        for (group, part, item, _), measure in zip(made, found, strict=True)
    )
    return Report(
        coders=names,
        clips=together,
        subjects=sum(map(bool, subjects)),
        gaps=sum(one is None for row in table for one in row),
        unknown=unknown,
        codes=wanted,
        bilateral=bilateral,
        least=least,
        by=way,
        over=over if drawn else "",
        resamples=drawn,
        seed=seed,
        rows=tuple(rows),
        notes=tuple(notes),
    )


def _check(
    films: Sequence[CodedClip],
    names: Sequence[str],
    known: Sequence[str],
    by: str,
    over: str,
    resamples: int,
) -> None:
    for name in names:
        if name not in known:
            advice = did_you_mean(name, known) or f"There are {', '.join(known) or 'none'}."
            raise ValueError(f"Nobody named {name!r} coded these clips. {advice}")
    if len(set(names)) < max(len(names), 2):
        raise ValueError("Agreement needs two coders, each named once. Add what another one coded.")
    seen: set[tuple[str, str]] = set()
    for film in films:
        if (film.subject, film.clip) in seen:
            raise ValueError(f"Clip {film.clip!r} comes twice. Join what the coders scored in it.")
        seen.add((film.subject, film.clip))
        if over == "subject" and not film.subject:
            advice = "Name it, or resample clips."
            raise ValueError(f"Clip {film.clip!r} names no subject. {advice}")
    if by not in ("", "event", "code") or over not in ("", "clip", "subject") or resamples < 0:
        advice = "Use by='event' or 'code', over='clip', 'subject' or '', and 0 resamples or more."
        raise ValueError(f"by={by!r}, over={over!r}, resamples={resamples!r}. {advice}")


def _overlaps(one: State) -> bool:
    spans = sorted(moving.segment.span for moving in one.moving)
    return any(second[0] <= first[1] for first, second in pairwise(spans))
