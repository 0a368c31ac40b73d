"""Feedback to a trainee: events coded in a clip against its key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from html import escape
from itertools import chain
from statistics import fmean
from typing import Any

from fau_teach.agreement.measure import Measure
from fau_teach.clip import Key
from fau_teach.clip.key import Removed
from fau_teach.coding import practice
from fau_teach.coding.event import CodingError, Event
from fau_teach.coding.marks import (
    Mark,
    events_of_key,
    marks,
    overlaps_unknown,
    paired,
    shared_code,
    steps,
    swaps,
    wrong_side,
)
from fau_teach.coding.practice import FRAMES, Bias, Practice, Tally

BAR = "published bars: 0.75 in practice before the FACS Final Test, 0.70 in it; this is neither"
"""What stands beside an index; no number here certifies anybody."""
_SHOWN = 5
_HEADS = ("key", "given", "result", "▲ onset", "◆ apex", "▼ offset")


@dataclass(frozen=True, slots=True)
class Matched:
    """A mark of the key that was found.

    Parameters
    ----------
    key, given : the mark in the key and the trainee's
    code : in which they agree
    wrong_side : whether sides or lip parts differ
    steps : intensity less that of the key; None where one has none
    """

    key: Mark
    given: Mark
    code: str
    wrong_side: bool
    steps: int | None

    def shift(self, name: str) -> int | None:
        """Frames by which a key frame is later than in the key; None where one is unknown."""
        mine, theirs = getattr(self.given, name), getattr(self.key, name)
        return None if mine is None or theirs is None else mine - theirs


@dataclass(frozen=True, slots=True)
class Confused:
    """Marks of the key that were taken for others, by one contrast set."""

    contrast: str
    key: tuple[Mark, ...]
    given: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """A mark that counts neither for nor against the trainee, and why."""

    mark: Mark
    reason: str


class _Numbers:
    """Figures that one feedback and many have in common."""

    __slots__ = ()

    @property
    def _all(self) -> Sequence[Feedback]:
        raise NotImplementedError

    @property
    def codes(self) -> dict[str, Tally]:
        """What became of each code: matched, missed, added, confused."""
        return practice.tallies(self._all)

    @property
    def rates(self) -> dict[str, Measure]:
        """Missed, confused, added, wrong side, with Wilson intervals."""
        return practice.rates(self._all)

    @property
    def timing(self) -> dict[str, Bias]:
        """Signed bias of onset, apex and offset in ms and frames."""
        return practice.timing(self._all)

    @property
    def intensity(self) -> Bias:
        """Signed bias of the intensity in steps."""
        return practice.intensity(self._all)

    @property
    def practise_next(self) -> tuple[Practice, ...]:
        """What to practise, most errors first."""
        return practice.practise_next(self._all)

    def _figures(self) -> dict[str, Any]:
        return {
            "codes": {code: asdict(one) for code, one in self.codes.items()},
            "rates": {name: asdict(one) for name, one in self.rates.items()},
            "timing": {name: asdict(one) for name, one in self.timing.items()},
            "intensity": asdict(self.intensity),
            "practise_next": [{**asdict(o), "codes": [*o.codes]} for o in self.practise_next],
        }

    def _next(self) -> list[str]:
        found = [f"practise next: {one}" for one in self.practise_next]
        more = len(found) - _SHOWN
        return [*found[:_SHOWN], *([f"and {more} more in practise_next"] if more > 0 else [])]


@dataclass(frozen=True, slots=True)
class Feedback(_Numbers):
    """What a trainee saw of a clip, compared with its key.

    Parameters
    ----------
    coder, clip : names
    fps : frames a second [1/s]
    matched : marks of the key that were found
    missed, added : marks of the key alone, and of the trainee alone
    confusions : missed and added marks that are one confusion; they are in neither of the above
    apart : marks that do not count, such as a trace that the key leaves out as too weak
    """

    coder: str
    clip: str
    fps: float
    matched: tuple[Matched, ...]
    missed: tuple[Mark, ...]
    added: tuple[Mark, ...]
    confusions: tuple[Confused, ...]
    apart: tuple[Apart, ...]

    @property
    def _all(self) -> Sequence[Feedback]:
        return (self,)

    @property
    def marks_of_key(self) -> tuple[Mark, ...]:
        """Marks of the key that count."""
        swapped = chain.from_iterable(one.key for one in self.confusions)
        return (*(one.key for one in self.matched), *self.missed, *swapped)

    @property
    def index(self) -> float | None:
        """Agreement, 2 · agreed / (marks of the key + marks given); None where there are none.

        A wrong side does not agree; intensity and timing do not count. Marks ``apart`` count
        nowhere.

        Source: S0-103 as used (E0-07).
        """
        given = sum(len(one.given) for one in self.confusions)
        total = len(self.marks_of_key) + len(self.matched) + len(self.added) + given
        return 2 * sum(not one.wrong_side for one in self.matched) / total if total else None

    def _rows(self) -> list[tuple[str, ...]]:
        found = []
        for one in self.matched:
            notes = ["wrong side"] * one.wrong_side
            notes += [f"intensity {one.steps:+d}"] if one.steps else []
            found.append((str(one.key), str(one.given), ", ".join(notes) or "right", *_apart(one)))
        for swap in self.confusions:
            key, given = (" + ".join(map(str, part)) for part in (swap.key, swap.given))
            found.append((key, given, f"confused ({swap.contrast})", *_span(swap.key[0])))
        found += [(str(mark), "–", "missed", *_span(mark)) for mark in self.missed]
        found += [("–", str(mark), "added", *_span(mark)) for mark in self.added]
        found += [
            ("–", str(o.mark), f"not counted: {o.reason}", *_span(o.mark)) for o in self.apart
        ]
        return found

    def _title(self) -> str:
        index = f"undefined: {'no mark counts' if self.apart else 'nothing to see or scored'}"
        if self.index is not None:
            index = f"{self.index:.2f} ({BAR})"
        return f"{self.coder or 'trainee'} on clip {self.clip or '(no name)'}: agreement {index}"

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values for JSON."""
        return {
            "coder": self.coder, "clip": self.clip, "fps": self.fps, "agreement": self.index,
            "matched": [
                {
                    "code": one.code, "key": _plain(one.key), "given": _plain(one.given),
                    "wrong_side": one.wrong_side, "steps": one.steps,
                    "frames": {name: one.shift(name) for name in FRAMES},
                }
                for one in self.matched
            ],
            "missed": [_plain(mark) for mark in self.missed],
            "added": [_plain(mark) for mark in self.added],
            "confusions": [
                {
                    "contrast": one.contrast,
                    "key": [_plain(mark) for mark in one.key],
                    "given": [_plain(mark) for mark in one.given],
                }
                for one in self.confusions
            ],
            "apart": [{"mark": _plain(one.mark), "reason": one.reason} for one in self.apart],
            **self._figures(),
        }  # fmt: skip

    def __str__(self) -> str:
        rows = [_HEADS, *self._rows()]
        wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  " + "  ".join(map(str.ljust, row, wide)).rstrip() for row in rows]
        told = [str(bias) for bias in self.timing.values() if bias.n]
        return "\n".join([self._title(), *lines, *told, *self._next()])

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
        cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in self._rows())
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        told = [str(bias) for bias in self.timing.values() if bias.n] + self._next()
        return (
            '<div class="wide-table" tabindex="0" role="region" aria-label="Feedback">'
            f"<table><caption>{escape(self._title())}</caption><thead><tr>{heads}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>{_list(told)}"
        )


@dataclass(frozen=True, slots=True)
class Summary(_Numbers):
    """Feedback on several clips; every figure counts all of them.

    Parameters
    ----------
    parts : feedback on each clip
    """

    parts: tuple[Feedback, ...]

    @property
    def _all(self) -> Sequence[Feedback]:
        return self.parts

    @property
    def index(self) -> float | None:
        """Mean agreement of the clips that have one, as the FACS Final Test counts."""
        found = [index for part in self.parts if (index := part.index) is not None]
        return fmean(found) if found else None

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values for JSON."""
        parts = [part.to_dict() for part in self.parts]
        return {"agreement": self.index, **self._figures(), "clips": parts}

    def _lines(self) -> list[str]:
        told = [*self.rates.values(), self.intensity, *self.timing.values()]
        return [*map(str, told), *self._next()]

    def _title(self) -> str:
        index = "undefined" if self.index is None else f"{self.index:.2f} ({BAR})"
        return f"{len(self.parts)} clips: mean agreement {index}"

    def __str__(self) -> str:
        return "\n".join([self._title(), *(f"  {line}" for line in self._lines())])

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._title())}</p>{_list(self._lines())}"


def feedback(
    trainee: Iterable[Event],
    key: Key | Iterable[Event],
    *,
    clip: str = "",
    least: float = 0.0,
    without: Collection[str] = (),
) -> Feedback:
    """Compare what a trainee coded in one clip with its key, or with an expert's events.

    Parameters
    ----------
    trainee : events of one coder in one clip; none means that nothing was seen
    key : of the clip, or the events of one expert in it
    clip : its name, where no event says it
    least : least intersection over union of two marks that match; 0 asks for a shared frame
    without : codes that the task does not ask for, such as ``("45",)``; what the key has of
        them, and what was added or taken for them, counts nowhere

    Raises
    ------
    CodingError
        Events of several coders or clips, or another frame rate or length than the key's.

    Source: S0-100, S0-103; FACS.
    """
    given = tuple(trainee)
    coder = _one("trainee", "coder", given)
    clip = clip or _one("trainee", "clip", given)
    removed: tuple[Removed, ...] = ()
    if isinstance(key, Key):
        fps, removed, expert = key.fps, key.removed, events_of_key(key, clip)
        for event in given:
            if event.last >= key.frames:
                problem = f"{event} ends after the clip, in frame {event.last} of {key.frames}"
                raise CodingError("trainee", problem, "Compare it with the key of its own clip")
    else:
        expert = tuple(key)
        _one("key", "coder", expert)
        other = _one("key", "clip", expert)
        if clip and other and clip != other:
            problem = f"the key is of clip {other!r}, the coding of {clip!r}"
            raise CodingError("key", problem, "Compare events of one clip")
        clip = clip or other
        fps = next((event.fps for event in (*expert, *given)), 30.0)
    for place, events in (("trainee", given), ("key", expert)):
        for event in events:
            if event.fps != fps:
                problem = f"{event} has {event.fps:g} fps, the key {fps:g}"
                raise CodingError(f"{place}.fps", problem, "Code the clip at its own frame rate")
    theirs, mine = marks(expert), marks(given)
    links = paired(theirs, mine, least)
    ends = {id(mark) for link in links for mark in link}
    missed = [mark for mark in theirs if id(mark) not in ends]
    added = [mark for mark in mine if id(mark) not in ends]
    confusions = [Confused(*each) for each in swaps(missed, added)]
    ends |= {id(mark) for one in confusions for mark in (*one.key, *one.given)}
    apart = []
    for mark in missed:
        if id(mark) not in ends and overlaps_unknown(given, mark):
            apart.append(Apart(mark, f"you wrote ? where the key has {mark}"))
    for mark in added:
        if id(mark) not in ends and (reason := _left_out(mark, removed, expert)):
            apart.append(Apart(mark, reason))
    ends |= {id(one.mark) for one in apart}

    def asked(*found: Mark) -> bool:
        return all({*mark.codes}.isdisjoint(without) for mark in found)

    return Feedback(
        coder, clip, fps,
        tuple(
            Matched(a, b, shared_code(a, b), wrong_side(a, b), steps(a, b))
            for a, b in links
            if asked(a)
        ),
        tuple(mark for mark in missed if id(mark) not in ends and asked(mark)),
        tuple(mark for mark in added if id(mark) not in ends and asked(mark)),
        tuple(one for one in confusions if asked(*one.key)),
        tuple(one for one in apart if asked(one.mark)),
    )  # fmt: skip


def summary(parts: Iterable[Feedback]) -> Summary:
    """Feedback on several clips as one."""
    return Summary(tuple(parts))


def _one(place: str, name: str, events: Sequence[Event]) -> str:
    found = list(dict.fromkeys(getattr(event, name) for event in events))
    if len(found) > 1:
        problem = f"there are two {name}s, {found[0]!r} and {found[1]!r}"
        raise CodingError(f"{place}.{name}", problem, f"Give the events of one {name}")
    return found[0] if found else ""


def _left_out(mark: Mark, removed: Iterable[Removed], expert: Iterable[Event]) -> str:
    for one in removed:
        sides = {item.side for item in mark.options if item.code == one.code}
        if one.code in mark.codes and (not one.side or sides & {one.side, "", "A", "U"}):
            return f"it does move, and the key leaves it out ({one.kind}: {one.reason})"
    return "the key has ? there" if overlaps_unknown(expert, mark) else ""


def _plain(mark: Mark) -> dict[str, Any]:
    times = {name: getattr(mark, name) for name in FRAMES}
    return {"score": str(mark), "codes": [*mark.codes], **times, "event": mark.event}


def _apart(one: Matched) -> list[str]:
    shifts = (one.shift(name) for name in FRAMES)
    return ["–" if shift is None else f"{shift:+d}" for shift in shifts]


def _span(mark: Mark) -> list[str]:
    return ["–" if (f := getattr(mark, name)) is None else f"at {f}" for name in FRAMES]


def _list(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
