"""What each clip adds to the sums of an agreement report, and the measures made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

from fau_teach.agreement import intensity, nominal, sets, timing
from fau_teach.agreement.bootstrap import Formula, Key, Tally
from fau_teach.agreement.occurrence import UNRATED, Seen, binary, tallied
from fau_teach.agreement.segments import CodedClip, Segment, match
from fau_teach.agreement.sets import View
from fau_teach.facs import Score

ALL = "all codes"
PER_CLIP, PER_EVENT = "per clip", "per matched event"
Group = tuple[int, ...]
"""Places of the coders that are compared."""
Named = tuple[Group, str, str, Formula]
"""Who is compared, part of the report, row of its table, and formula."""


class Moving(NamedTuple):
    """A segment in which something moved, its codes, and its labels unless unknown."""

    segment: Segment
    codes: frozenset[str]
    view: View | None


@dataclass(frozen=True, slots=True)
class State:
    """What one coder said about one clip.

    Parameters
    ----------
    moving : segments in which something moved
    view : labels for the index; None where a part is unknown
    seen : what is said about each code
    grades : intensity of each graded code
    """

    moving: tuple[Moving, ...]
    view: View | None
    seen: Seen
    grades: dict[str, float]


def state_of(segments: Sequence[Segment], bilateral: bool) -> State:
    """All segments of one coder in one clip, as one item."""
    entries = tuple(entry for one in segments for entry in one.scored.entries)
    score = Score("", entries, "scored" if entries else "none")
    whole = all(one.scored.state != "unknown" for one in segments)
    moving = tuple(
        Moving(one, one.scored.codes, sets.view(one.scored, bilateral))
        for one in segments
        if timing.moves(one)
    )
    said = Seen(score.codes, score.possible_codes - score.codes, whole)
    view = sets.view(score, bilateral) if whole else None
    return State(moving, view, said, intensity.grades(score))


def groups_of(coders: int) -> tuple[Group, ...]:
    """Every pair, then all together where there are more than two."""
    pairs = tuple(combinations(range(coders), 2))
    return pairs if coders == 2 else (*pairs, tuple(range(coders)))


class Collector:
    """Reads clips one by one and fills a tally.

    Parameters
    ----------
    coders : how many
    codes : those that the tables report
    bilateral, least : as for :func:`report`
    by_code : match events code by code
    """

    def __init__(
        self, coders: int, codes: Sequence[str], bilateral: bool, least: float, by_code: bool
    ) -> None:
        self.tally = Tally()
        self.groups = groups_of(coders)
        self.codes, self.bilateral, self.least, self.by_code = codes, bilateral, least, by_code
        self.grades: set[float] = set()

    def add(self, unit: int, clip: CodedClip, states: Sequence[State | None]) -> None:
        """Add one clip; None stands for a coder who did not look."""
        for at, one in enumerate(states):
            if one:
                self._rates(unit, at, one.seen)
        for group in self.groups:
            held = [states[at] for at in group]
            self._index(unit, group, PER_CLIP, [one.view for one in held if one and one.view])
            self._occurrence(unit, group, [one.seen if one else None for one in held])
            self._intensity(unit, group, [one.grades if one else {} for one in held])
            first, second = held[0], held[1]
            if len(group) == 2 and first and second:
                self._events(unit, group, clip, first, second)

    def _sums(self, unit: int, key: Key, values: Sequence[float]) -> None:
        for at, value in enumerate(values):
            self.tally.add(unit, (*key, at), value)

    def _rates(self, unit: int, coder: int, said: Seen) -> None:
        if said.whole:
            self.tally.add(unit, ("rate", coder, "", 0), 1)
        for code in said.present | said.open:
            rated = said.rating(code) is not None
            self.tally.add(unit, ("rate", coder, code, 0), rated - int(said.whole))
            self.tally.add(unit, ("rate", coder, code, 1), code in said.present)

    def _index(self, unit: int, group: Group, item: str, views: Sequence[View]) -> None:
        if len(views) > 1:
            top, below = sets.parts("used", *sets.counts(views, self.bilateral))
            mean = (1, top / below) if below else (0, 0)
            self._sums(unit, ("index", group, item), (1, top, below, *mean))

    def _occurrence(self, unit: int, group: Group, said: Sequence[Seen | None]) -> None:
        # A code that nobody names adds the same whatever it is: it is added once, and for the
        # codes that are named only the difference.
        base = tallied(tuple(one.other if one else None for one in said))
        self._sums(unit, ("code", group, ""), base)
        self._sums(unit, ("code", group, ALL), [len(self.codes) * one for one in base])
        named = {code for one in said if one for code in one.present | one.open}
        for code in named.intersection(self.codes):
            pattern = tuple(one.rating(code) if one else None for one in said)
            more = [a - b for a, b in zip(tallied(pattern), base, strict=True)]
            self._sums(unit, ("code", group, code), more)
            self._sums(unit, ("code", group, ALL), more)

    def _intensity(self, unit: int, group: Group, held: Sequence[dict[str, float]]) -> None:
        times = Counter(code for one in held for code in one)
        for code in (code for code in self.codes if times[code] > 1):
            graded = [one[code] for one in held if code in one]
            self.grades.update(graded)
            if len(graded) == len(held):
                sums = (1, sum(graded) ** 2, sum(grade**2 for grade in graded), *graded)
                for item in (code, ALL):
                    self._sums(unit, ("icc", group, item), sums)
            counted = Counter(graded)
            values = sorted(counted)
            self.tally.add(unit, ("grades", group), 1)
            for value, often in counted.items():
                self.tally.add(unit, ("held", group, value), often)
            for (i, j), share in nominal.differing(counted, values):
                self.tally.add(unit, ("apart", group, values[i], values[j]), share)

    def _events(
        self, unit: int, group: Group, clip: CodedClip, first: State, second: State
    ) -> None:
        one, two = first.moving, second.moving
        pairs: list[tuple[Moving, Moving]] = []
        total = [0, 0]
        named = first.seen.present | second.seen.present
        for code in named.intersection(self.codes) if self.by_code else ("",):
            a, b = ([s for s in row if not code or code in s.codes] for row in (one, two))
            found = match([s.segment for s in a], [s.segment for s in b], self.least)
            pairs += [(a[i], b[j]) for i, j in found.pairs]
            total = [total[0] + len(a), total[1] + len(b)]
        self._sums(unit, ("match", group), (len(pairs), *total, sum(total)))
        for x, y in pairs:
            for mark in timing.MARKS:
                row = timing.errors_of(x.segment, y.segment, clip.fps, mark)
                self._sums(unit, ("time", group, mark), row or ())
            if not self.by_code and x.view and y.view:
                self._index(unit, group, PER_EVENT, (x.view, y.view))
        if clip.frames:
            spans = [[s.segment for s in row] for row in (one, two)]
            film = timing.frame_counts(spans[0], spans[1], clip.frames)
            self._sums(unit, ("film", group), film)

    def formulas(self, coders: int) -> Iterator[Named]:
        """Group, part of the report, row of its table, and formula of every measure."""
        for group in self.groups:
            yield from self._index_formulas(group)
            for code in (*self.codes, ALL):
                yield from self._code_formulas(group, code)
            for code in (*self.codes, ALL):
                yield from self._grade_formulas(group, code)
            yield from self._event_formulas(group)
        for coder in range(coders):
            for code in self.codes:
                keys = (
                    (("rate", coder, "", 0), ("rate", coder, code, 0)),
                    (("rate", coder, code, 1),),
                )
                yield (
                    (coder,),
                    "base rate",
                    code,
                    Formula("base rate", keys, _flip, _say(UNRATED)),
                )

    def _index_formulas(self, group: Group) -> Iterator[Named]:
        def why(n: float, *_: float) -> str:
            return "no coder scored a code" if n else "no item was scored by two coders"

        for item in (PER_CLIP,) if self.by_code else (PER_CLIP, PER_EVENT):
            keys = self._columns(group, "index", item, 5)
            if item == PER_CLIP:
                keys = [(("index", group, item, at),) for at in range(5)]
            yield group, "index", item, Formula("pooled", tuple(keys[:3]), _ratio, why)
            mean = Formula("mean", (keys[3], keys[4]), _flip, _say("no item has a code"))
            yield group, "index", item, mean

    def _code_formulas(self, group: Group, code: str) -> Iterator[Named]:
        items = (ALL,) if code == ALL else ("", code)
        keys = tuple(tuple(("code", group, item, at) for item in items) for at in range(8))
        for one in binary(len(group)):
            made = Formula(one.name, keys, _gathered(one.parts), _gathered(one.why))
            yield group, "occurrence", code, made

    def _grade_formulas(self, group: Group, code: str) -> Iterator[Named]:
        keys = tuple((("icc", group, code, at),) for at in range(3 + len(group)))
        if len(group) == 2:
            made = Formula("weighted kappa", keys, _weighted, _weighted_why)
            yield group, "intensity", code, made
        yield (
            group,
            "intensity",
            code,
            Formula("ICC(A,1)", keys, intensity.icc_parts, intensity.icc_why),
        )
        if code == ALL:
            values = sorted(self.grades)
            places = list(combinations(range(len(values)), 2))
            held = tuple((("held", group, value),) for value in values)
            apart = tuple((("apart", group, values[i], values[j]),) for i, j in places)
            sums = ((("grades", group),), *held, *apart)

            def parts(_: Any, *sums: Any) -> tuple[Any, Any]:
                pairs = dict(zip(places, sums[len(values) :], strict=True))
                return nominal.alpha_parts(sums[: len(values)], pairs, values, "ordinal")

            yield group, "intensity", code, Formula("alpha (ordinal)", sums, parts, _weighted_why)

    def _columns(self, group: Group, name: str, item: str, count: int) -> list[tuple[Key, ...]]:
        """Columns that pairs fill: of all coders the sum over pairs."""
        pairs = [group] if len(group) == 2 else self.groups[:-1]
        rest = (item,) if item else ()
        return [tuple((name, one, *rest, at) for one in pairs) for at in range(count)]

    def _event_formulas(self, group: Group) -> Iterator[Named]:
        pairs, one, two, both = self._columns(group, "match", "", 4)
        if len(group) == 2:
            why = _say("the second coder has no event")
            yield group, "events", "events", Formula("precision", (two, pairs), _flip, why)
            why = _say("the first coder has no event")
            yield group, "events", "events", Formula("recall", (one, pairs), _flip, why)
        why = _say("there are no events")
        yield group, "events", "events", Formula("F1", (both, pairs), _double, why)
        film = tuple(self._columns(group, "film", "", 4))
        made = Formula("kappa", film, timing.frame_parts, timing.frame_why)
        yield group, "events", "frames", made
        for mark in timing.MARKS:
            n, *sums = self._columns(group, "time", mark, len(timing.NAMES) + 1)
            for name, keys in zip(timing.NAMES, sums, strict=True):
                if len(group) == 2 or not name.startswith("mean error"):  # no order among many
                    made = Formula(name, (n, keys), _flip, _say(timing.UNPAIRED))
                    yield group, "timing", mark, made


def _ratio(_: Any, above: Any, below: Any) -> tuple[Any, Any]:
    return above, below


def _flip(n: Any, above: Any) -> tuple[Any, Any]:
    return above, n


def _double(n: Any, pairs: Any) -> tuple[Any, Any]:
    return 2 * pairs, n


def _say(why: str) -> Callable[..., str]:
    return lambda *_: why


def _gathered(function: Callable[[Sequence[Any]], Any]) -> Callable[..., Any]:
    return lambda *sums: function(sums)


def _weighted(n: Any, rows: Any, squares: Any, first: Any, second: Any) -> tuple[Any, Any]:
    """Quadratic weights: (a - b)² needs only sums of grades and of squares."""
    return nominal.kappa_parts(n, 2 * squares - rows, n * squares - 2 * first * second)


def _weighted_why(n: float, *_: float) -> str:
    return "all grades are the same" if n else "no code was graded by two coders"
