"""Events in time: segments, their overlap, and one-to-one matching of two coders' events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import TypeVar

from fau_teach import facs
from fau_teach.agreement.measure import Measure, measured
from fau_teach.facs import Choice, Score
from fau_teach.facs.score import options_of


@dataclass(frozen=True, slots=True)
class Segment:
    """What one coder scored once.

    Parameters
    ----------
    onset : first frame
    apex, offset : frames, or None where they are not known
    score : what was scored; a text is parsed

    Raises
    ------
    ValueError
        Key frames are out of order.
    NotationError
        A text is not a score.
    """

    onset: int
    apex: int | None = None
    offset: int | None = None
    score: Score | str = field(default_factory=lambda: facs.parse("?"))

    def __post_init__(self) -> None:
        known = [at for at in (self.onset, self.apex, self.offset) if at is not None]
        if known != sorted(known):
            order = "Key frames come in the order onset, apex, offset."
            raise ValueError(f"{self.onset}, {self.apex}, {self.offset} are out of order. {order}")
        if isinstance(self.score, str):
            object.__setattr__(self, "score", facs.parse(self.score))

    @property
    def scored(self) -> Score:
        """The score, parsed."""
        assert isinstance(self.score, Score)  # made so above
        return self.score

    @property
    def span(self) -> tuple[int, int]:
        """First and last key frame that are known, both inclusive."""
        last = self.apex if self.offset is None else self.offset
        return self.onset, self.onset if last is None else last


Span = tuple[int, int]
T = TypeVar("T", bound="Segment | Span")


@dataclass(frozen=True, slots=True)
class CodedClip:
    """One clip and what each coder scored in it.

    Parameters
    ----------
    clip, subject : names; the subject may be empty
    fps : frames a second [1/s]
    frames : length of the clip, or None where it is not known
    coders : segments of each coder. Who is not in it did not look; who has no segment looked
        and saw nothing.

    Raises
    ------
    ValueError
        The frame rate or the length is not possible.
    """

    clip: str
    subject: str
    fps: float
    frames: int | None
    coders: Mapping[str, tuple[Segment, ...]]

    def __post_init__(self) -> None:
        if not 0 < self.fps < inf:
            raise ValueError(f"Clip {self.clip!r}: {self.fps} is no frame rate. Use one above 0.")
        last = max((one.span[1] for each in self.coders.values() for one in each), default=-1)
        if self.frames is not None and self.frames <= last:
            advice = "Give the length of the clip, or None where you do not know it."
            problem = f"frame {last} is scored, but the clip has {self.frames}"
            raise ValueError(f"Clip {self.clip!r}: {problem}. {advice}")

    def only(self, codes: Collection[str]) -> CodedClip:
        """The clip as if its coders had looked for these codes alone.

        A choice keeps the options that are among them; an event of which nothing is left goes.
        """

        def kept(one: Segment) -> Segment | None:
            if one.scored.state != "scored":
                return one
            parts = (
                tuple(item for item in options_of(entry) if item.code in codes)
                for entry in one.scored.entries
            )
            entries = tuple(part[0] if len(part) == 1 else Choice(part) for part in parts if part)
            left = Score(one.scored.raw, entries, "scored", one.scored.warnings)
            return replace(one, score=left) if entries else None

        coders = {
            name: tuple(found for one in each if (found := kept(one)) is not None)
            for name, each in self.coders.items()
        }
        return replace(self, coders=coders)


def _span(one: Segment | Span) -> Span:
    first, last = one.span if isinstance(one, Segment) else one
    if last < first:
        raise ValueError(f"{first} to {last} is no span. The last frame comes behind the first.")
    return first, last


def iou(first: Segment | Span, second: Segment | Span) -> float:
    """Frames in both divided by frames in either, first and last frame included.

    Parameters
    ----------
    first, second : segments, or pairs of first and last frame

    Raises
    ------
    ValueError
        The last frame lies before the first.
    """
    (a, b), (c, d) = _span(first), _span(second)
    both = max(0, min(b, d) - max(a, c) + 1)
    return both / (b - a + d - c + 2 - both)


@dataclass(frozen=True, slots=True)
class Counts:
    """Hits, false alarms (added) and misses, and what follows from them."""

    hits: int
    added: int
    missed: int

    @property
    def precision(self) -> Measure:
        """Hits divided by all that was found."""
        n = self.hits + self.added
        return measured("precision", n, (self.hits, n), "nothing was found")

    @property
    def recall(self) -> Measure:
        """Hits divided by all that was there."""
        n = self.hits + self.missed
        return measured("recall", n, (self.hits, n), "there is nothing to find")

    @property
    def f1(self) -> Measure:
        """Twice the hits divided by what was found and what was there."""
        n = 2 * self.hits + self.added + self.missed
        return measured("F1", n, (2 * self.hits, n), "there are no events")


@dataclass(frozen=True, slots=True)
class Matching:
    """Which events of two lists belong together.

    Parameters
    ----------
    pairs : places in the first list and in the second, ascending
    missed : places in the first list, the criterion, without a partner
    added : places in the second list without a partner
    """

    pairs: tuple[tuple[int, int], ...]
    missed: tuple[int, ...]
    added: tuple[int, ...]

    @property
    def counts(self) -> Counts:
        """How many, with precision, recall and F1."""
        return Counts(len(self.pairs), len(self.added), len(self.missed))

    @property
    def precision(self) -> Measure:
        """Share of the second list that has a partner."""
        return self.counts.precision

    @property
    def recall(self) -> Measure:
        """Share of the first list that has a partner."""
        return self.counts.recall

    @property
    def f1(self) -> Measure:
        """Twice the pairs divided by the events of both lists."""
        return self.counts.f1


def match(first: Sequence[T], second: Sequence[T], least: float = 0.5) -> Matching:
    """Match events one to one where they overlap enough.

    Of all ways to do so this takes the one with the most pairs, then the largest sum of
    overlaps. The order of the lists does not matter.

    Parameters
    ----------
    first, second : segments, or pairs of first and last frame, inclusive
    least : least intersection over union, above 0, at most 1

    Raises
    ------
    ValueError
        ``least`` is not possible, or a last frame lies before a first.
    """
    if not 0 < least <= 1:
        raise ValueError(f"{least!r} is no overlap. Use a number above 0, at most 1.")
    one, two = [_span(each) for each in first], [_span(each) for each in second]
    links = {
        i: {
            j: found
            for j, b in enumerate(two)
            if b[0] <= a[1] and a[0] <= b[1] and (found := iou(a, b)) >= least
        }
        for i, a in enumerate(one)
    }
    pairs = sorted(pair for group in _groups(links) for pair in _best(group, links))
    have, got = {i for i, _ in pairs}, {j for _, j in pairs}
    return Matching(
        tuple(pairs),
        tuple(i for i in range(len(one)) if i not in have),
        tuple(j for j in range(len(two)) if j not in got),
    )


def _groups(links: Mapping[int, Mapping[int, float]]) -> list[list[int]]:
    """Events of the first list that compete for partners, directly or through others."""
    groups: list[tuple[list[int], set[int]]] = []
    for i, found in links.items():
        rows, columns = [i], set(found)
        apart = []
        for group in groups:
            if columns.isdisjoint(group[1]):
                apart.append(group)
            else:
                rows, columns = group[0] + rows, columns | group[1]
        groups = [*apart, (rows, columns)] if columns else apart
    return [rows for rows, _ in groups]


def _best(rows: Sequence[int], links: Mapping[int, Mapping[int, float]]) -> list[tuple[int, int]]:
    """The best matching of a group: the Hungarian method on a small matrix."""
    columns = sorted({j for i in rows for j in links[i]})
    if len(rows) == 1:
        partner = max(columns, key=lambda j: links[rows[0]][j])
        return [(rows[0], partner)]
    # A pair is worth more than all overlaps together, so the number of pairs comes first.
    worth = len(rows) + 1.0
    width = len(columns) + len(rows)  # room for every row to stay alone
    cost = [
        [-(worth + links[i][j]) if j in links[i] else 0.0 for j in columns] + [0.0] * len(rows)
        for i in rows
    ]
    of_row, of_column = [0.0] * (len(rows) + 1), [0.0] * (width + 1)
    owner, way = [0] * (width + 1), [0] * (width + 1)
    for row in range(1, len(rows) + 1):
        owner[0], at = row, 0
        least, used = [inf] * (width + 1), [False] * (width + 1)
        while owner[at]:
            used[at], here, step, after = True, owner[at], inf, 0
            for j in range(1, width + 1):
                if used[j]:
                    continue
                reduced = cost[here - 1][j - 1] - of_row[here] - of_column[j]
                if reduced < least[j]:
                    least[j], way[j] = reduced, at
                if least[j] < step:
                    step, after = least[j], j
            for j in range(width + 1):
                if used[j]:
                    of_row[owner[j]] += step
                    of_column[j] -= step
                else:
                    least[j] -= step
            at = after
        while at:
            owner[at], at = owner[way[at]], way[at]
    return [
        (rows[owner[j] - 1], columns[j - 1])
        for j in range(1, len(columns) + 1)
        if owner[j] and columns[j - 1] in links[rows[owner[j] - 1]]
    ]
