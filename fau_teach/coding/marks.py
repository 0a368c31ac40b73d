"""Marks: the codes of coded events one by one, paired over time between two codings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from fau_teach import facs
from fau_teach.agreement.segments import iou, match
from fau_teach.clip import Key, movable
from fau_teach.clip.key import UNGRADED
from fau_teach.coding.event import Event
from fau_teach.facs import Item
from fau_teach.facs.compare import _units
from fau_teach.facs.score import options_of

_SHARED = 1e-9
ONE_EVENT = 0.5
"""Least intersection over union of left and right that are one mark, as in keys of clips."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One code of one event.

    Parameters
    ----------
    options : the item, or the items between which the coder did not decide
    onset, apex, offset : frames; None where not known
    event : id of the event, or empty
    coder : who wrote it
    """

    options: tuple[Item, ...]
    onset: int
    apex: int | None
    offset: int | None
    event: str = ""
    coder: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """Its code, or those of an open choice."""
        return tuple(dict.fromkeys(item.code for item in self.options))

    @property
    def last(self) -> int:
        """Last key frame that is known."""
        return next(f for f in (self.offset, self.apex, self.onset) if f is not None)

    def item(self, code: str) -> Item:
        """What is said about one of the codes."""
        return next(item for item in self.options if item.code == code)

    @property
    def span(self) -> tuple[int, int]:
        """First and last frame."""
        return self.onset, self.last

    def overlap(self, other: Mark) -> float:
        """Intersection over union of two spans on inclusive frames, 0 to 1."""
        return iou(self.span, other.span)

    def __str__(self) -> str:
        return " or ".join(map(str, self.options))


def marks(events: Iterable[Event]) -> tuple[Mark, ...]:
    """Codes of events, in order of onset.

    Left and right of one code whose spans overlap by half are one mark, as in the key of a
    clip: without a side where the grades are equal, else asymmetric with the stronger grade.
    Codes with intensity 0 are left out.

    Parameters
    ----------
    events : of one coder and clip
    """
    found = []
    for event in events:
        times = event.onset, event.apex, event.offset, event.id, event.coder
        found += [Mark(options_of(entry), *times) for entry in _units(event.score, False)]
    for left in [mark for mark in found if _on(mark, "L")]:
        rights = [mark for mark in found if _on(mark, "R") and share_code(left, mark)]
        right = max(rights, key=left.overlap, default=left)
        if right is not left and left.overlap(right) >= ONE_EVENT:
            found = [mark for mark in found if mark is not left and mark is not right]
            found.append(_both(left, right))
    return tuple(sorted(found, key=lambda mark: (mark.onset, mark.last)))


def _on(mark: Mark, side: str) -> bool:
    return len(mark.options) == 1 and mark.options[0].side == side


def _both(left: Mark, right: Mark) -> Mark:
    one, two = left.options[0], right.options[0]
    strong = right if two.grades > one.grades else left
    item = replace(strong.options[0], side="" if one.grades == two.grades else "A")
    late = [mark.offset for mark in (left, right) if mark.offset is not None]
    onset = min(left.onset, right.onset)
    return replace(strong, options=(item,), onset=onset, offset=max(late, default=None))


def events_of_key(
    key: Key, clip: str = "", subject: str = "", coder: str = "key"
) -> tuple[Event, ...]:
    """The key of a clip as events, one for each item.

    Parameters
    ----------
    key : of the clip
    clip, subject, coder : names; without ``clip`` the name of the face stands for it
    """
    return tuple(
        Event(
            coder, subject, clip or key.identity, key.fps, one.onset, one.apex, one.offset,
            str(one), notes=one.reason,
        )
        for one in key.items
    )  # fmt: skip


Pair = tuple[Mark, Mark]


def paired(first: Sequence[Mark], second: Sequence[Mark], least: float = 0.0) -> tuple[Pair, ...]:
    """Pair marks of one code that overlap in time, each at most once.

    Marks of one side go first, then those of different sides; within each, the most pairs, then
    the largest overlap.

    Parameters
    ----------
    first, second : marks of two codings of one clip
    least : least intersection over union; 0 asks for one shared frame
    """
    found: dict[int, int] = {}
    for label in (_label, _code):
        names = {label(item) for mark in first for item in mark.options}
        for name in sorted(names):
            rows, columns = (
                [
                    at
                    for at, mark in enumerate(each)
                    if at not in taken and any(label(item) == name for item in mark.options)
                ]
                for each, taken in ((first, found.keys()), (second, {*found.values()}))
            )
            ones, twos = [first[i].span for i in rows], [second[j].span for j in columns]
            links = match(ones, twos, max(least, _SHARED)).pairs
            found.update((rows[i], columns[j]) for i, j in links)
    return tuple((first[i], second[found[i]]) for i in sorted(found))


def share_code(one: Mark, two: Mark) -> bool:
    """Whether two marks have a code in common."""
    return not {*one.codes}.isdisjoint(two.codes)


def shared_code(one: Mark, two: Mark) -> str:
    """The code in which two paired marks agree."""
    alike = [a.code for a in one.options for b in two.options if _label(a) == _label(b)]
    return next(iter(alike or [code for code in one.codes if code in two.codes]))


def wrong_side(one: Mark, two: Mark) -> bool:
    """Whether two paired marks name different sides or lip parts of their code.

    One side, unknown which (U), goes with left and right.
    """
    code = shared_code(one, two)
    a, b = one.item(code), two.item(code)
    sides = {a.side, b.side}
    return a.lip != b.lip or (len(sides) > 1 and not ("U" in sides and sides & {"L", "R"}))


def _label(item: Item) -> str:
    return item.label


def _code(item: Item) -> str:
    return item.code


def overlaps_unknown(events: Iterable[Event], mark: Mark) -> bool:
    """Whether a coder wrote "unknown" in some frame of a mark."""
    return any(
        event.score.state == "unknown" and event.onset <= mark.last and mark.onset <= event.last
        for event in events
    )


def steps(one: Mark, two: Mark) -> int | None:
    """Grades of the second less those of the first; undecided ones at their nearest.

    None where one has no grade, and for blinks, winks and speech, which have none.
    """
    code = shared_code(one, two)
    grades = [(a, b) for a in one.item(code).grades for b in two.item(code).grades]
    gaps = [b - a for a, b in grades]
    return min(gaps, key=lambda gap: (abs(gap), gap)) if gaps and code not in UNGRADED else None


def sided(code: str) -> bool:
    """Whether a code can act on one side alone."""
    return movable().get(code, "both") != "both"


@cache
def _rivals() -> tuple[tuple[str, frozenset[str], frozenset[str]], ...]:
    """Contrast set, codes of one alternative, codes of another."""
    return tuple(
        (one.id, frozenset(a.split("+")), frozenset(b.split("+")))
        for one in facs.contrast_sets()
        for a in one.codes
        for b in one.codes
        if a != b
    )


@cache
def mates(code: str) -> tuple[str, ...]:
    """Codes with which a code alone is confused, by the contrast sets."""
    found = [max(b) for _, a, b in _rivals() if a == {code} and len(b) == 1]
    return tuple(dict.fromkeys(found))


def swaps(
    missed: Sequence[Mark], added: Sequence[Mark]
) -> tuple[tuple[str, tuple[Mark, ...], tuple[Mark, ...]], ...]:
    """Missed and added marks that are one confusion: contrast set, missed ones, added ones.

    All that one alternative of a contrast set has more than another was missed, and all that
    the other has more was added in the same time. Each mark counts once, the largest overlap
    first.
    """
    found = []
    for order, (name, one, two) in enumerate(_rivals()):
        gone, come = one - two, two - one
        for start in missed if gone and come else ():
            if start.codes[0] != min(gone) or len(start.codes) > 1:
                continue
            left = _with(gone, missed, start)
            right = _with(come, added, start)
            if left and right:
                overlap = min(start.overlap(mark) for mark in (*left, *right))
                found.append(((-overlap, order), name, left, right))
    used: set[int] = set()
    kept = []
    for _, name, left, right in sorted(found, key=lambda each: each[0]):
        ids = {id(mark) for mark in (*left, *right)}
        if not used & ids:
            used |= ids
            kept.append((name, left, right))
    return tuple(kept)


def _with(codes: frozenset[str], among: Sequence[Mark], start: Mark) -> tuple[Mark, ...]:
    """A mark of each code that overlaps one mark; empty where a code has none."""
    kept = []
    for code in sorted(codes, key=int):
        best = max(
            (mark for mark in among if mark.codes == (code,)), key=start.overlap, default=None
        )
        if best is None or not start.overlap(best):
            return ()
        kept.append(best)
    return tuple(kept)


def beside(code: str, others: Collection[str]) -> str:
    """Contrast set in which a code alone makes the difference beside other codes, or empty."""
    found = (
        name
        for name, one, two in _rivals()
        if one - two == {code} and not two - one and two <= {*others}
    )
    return next(found, "")
