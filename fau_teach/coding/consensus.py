"""What coders disagree about, most important first, and the record of what a lab decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import median_low

from fau_teach._data import did_you_mean
from fau_teach._records import Checks
from fau_teach.coding.event import CodingError, Event
from fau_teach.coding.marks import (
    Mark,
    marks,
    mates,
    overlaps_unknown,
    share_code,
    steps,
    wrong_side,
)
from fau_teach.coding.session import Change, Session, Watched, now
from fau_teach.facs import Item
from fau_teach.facs.score import LETTERS

NAME = "consensus"
"""Coder under whose name decisions stand."""
KINDS = ("missing", "confusion", "side", "timing", "intensity")
"""Kinds of disagreement, the one on which most hangs first."""
APART_MS = 100.0
"""Default of :func:`disagreements`: key frames further apart are a disagreement [ms]. Ours."""
_FRAMES = ("onset", "apex", "offset")
_checks = Checks(CodingError)
Said = dict[str, tuple[Mark, ...]]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that coders see differently.

    Parameters
    ----------
    id : name by which a :class:`Decision` refers to it
    clip : where
    kind : the gravest of ``KINDS`` that applies
    codes : codes that it is about
    onset, last : first and last frame
    said : who said what, in the order of the coders
    reason : a sentence
    """

    id: str
    clip: str
    kind: str
    codes: tuple[str, ...]
    onset: int
    last: int
    said: tuple[tuple[str, str], ...]
    reason: str

    def __str__(self) -> str:
        said = "; ".join(f"{coder}: {text}" for coder, text in self.said)
        return f"{self.id} [{self.kind}] {self.reason} {said}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a lab decides about one disagreement.

    Parameters
    ----------
    about : id of the disagreement
    reason : why; it stands in the history
    take : the coder whose version holds; empty where ``aus`` says it
    aus : score in notation, ``"null"`` where nothing is to be scored
    onset, apex, offset : frames; the middle ones of the coders unless given
    """

    about: str
    reason: str
    take: str = ""
    aus: str = ""
    onset: int | None = None
    apex: int | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    """Marks that are about the same movement; coders without one saw nothing of it."""

    watched: Watched
    said: Said
    unsure: tuple[str, ...]

    @property
    def marks(self) -> tuple[Mark, ...]:
        return tuple(mark for each in self.said.values() for mark in each)

    @property
    def lacking(self) -> tuple[str, ...]:
        return tuple(c for c, each in self.said.items() if not each and c not in self.unsure)

    @property
    def having(self) -> tuple[str, ...]:
        return tuple(coder for coder, each in self.said.items() if each)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(sorted({code for mark in self.marks for code in mark.codes}, key=_number))

    @property
    def span(self) -> tuple[int, int]:
        return min(mark.onset for mark in self.marks), max(mark.last for mark in self.marks)

    @property
    def id(self) -> str:
        return f"{self.watched.clip} {'/'.join(self.codes)} {self.span[0]}-{self.span[1]}"

    def joined(self, other: _Group) -> _Group:
        said = {coder: (*self.said[coder], *other.said[coder]) for coder in self.said}
        return _Group(self.watched, said, tuple({*self.unsure} & {*other.unsure}))

    def middle(self, name: str) -> int | None:
        """Middle frame of those that the coders gave, the lower one of two."""
        known = [frame for mark in self.marks if (frame := getattr(mark, name)) is not None]
        return median_low(known) if known else None


def disagreements(
    session: Session, *, apart_ms: float = APART_MS, name: str = NAME, decided: bool = False
) -> tuple[Disagreement, ...]:
    """What coders who looked at the same clip see differently and nobody has decided.

    Marks of one code that share a frame are about one movement. First come codes that some did
    not score, the closest votes first; then codes confused within a contrast set, sides, key
    frames apart, and grades two or more steps apart, the largest differences first. A coder who
    wrote ``?`` there has no vote.

    Parameters
    ----------
    session : with two coders or more
    apart_ms : key frames further apart than this are a disagreement [ms]
    name : coder of the decisions, who is no party
    decided : whether those that are decided are listed, too

    Raises
    ------
    CodingError
        The time is not possible.
    """
    _checks.real("apart_ms", apart_ms, 0, 1e9)
    found = []
    known = {event.id for event in session.events}
    for group in _groups(session, name):
        judged = _judged(group, apart_ms)
        if judged and (decided or f"{name} {group.id}" not in known):
            kind, size, reason = judged
            said = tuple((coder, _told(group, coder)) for coder in group.said)
            start, last = group.span
            one = Disagreement(
                group.id, group.watched.clip, kind, group.codes, start, last, said, reason
            )
            found.append((KINDS.index(kind), -size, group.watched.clip, start, group.id, one))
    return tuple(each[-1] for each in sorted(found, key=lambda each: each[:-1]))


def _groups(session: Session, name: str) -> list[_Group]:
    found = []
    events: dict[tuple[str, str], list[Event]] = {}
    for event in session.events:
        events.setdefault((event.coder, event.clip), []).append(event)
    for watched in session.watched:
        coders = [c for c in session.coders if c != name and session.saw(c, watched.clip)]
        if len(coders) < 2:
            continue
        given = {coder: events.get((coder, watched.clip), []) for coder in coders}
        rest = sorted((m for each in given.values() for m in marks(each)), key=lambda m: m.onset)
        groups: list[list[Mark]] = []
        for mark in rest:
            near = [g for g in groups if any(share_code(mark, o) and mark.overlap(o) for o in g)]
            groups = [g for g in groups if all(g is not other for other in near)]
            groups.append([one for group in near for one in group] + [mark])
        made = [_group(watched, group, given) for group in groups]
        found += _confused(made)
    return found


def _group(watched: Watched, group: Sequence[Mark], given: dict[str, list[Event]]) -> _Group:
    said = {coder: tuple(mark for mark in group if mark.coder == coder) for coder in given}
    unsure = tuple(
        coder
        for coder, events in given.items()
        if not said[coder] and any(overlaps_unknown(events, mark) for mark in group)
    )
    return _Group(watched, said, unsure)


def _confused(groups: list[_Group]) -> list[_Group]:
    """Join two groups where some saw one code and others its rival in the same frames."""
    done: list[_Group] = []
    left = list(groups)
    while left:
        one = left.pop(0)
        for other in left:
            rivals = len(one.codes) == len(other.codes) == 1 and other.codes[0] in mates(
                one.codes[0]
            )
            meet = one.span[0] <= other.span[1] and other.span[0] <= one.span[1]
            if rivals and meet and {*one.having}.isdisjoint(other.having):
                left = [group for group in left if group is not other]
                one = one.joined(other)
                break
        done.append(one)
    return done


def _judged(group: _Group, apart_ms: float) -> tuple[str, float, str] | None:
    """Gravest kind of disagreement, its size, and a sentence; None where all agree."""
    common = set.intersection(*({*mark.codes} for mark in group.marks))
    having, lacking = group.having, group.lacking
    if not common:
        size = min(sum(c in m.codes for m in group.marks) for c in group.codes)
        text = f"{' or '.join(group.codes)}: the coders see different codes."
        return "confusion", size, text
    code = min(common, key=_number)
    if lacking:
        text = f"{code}: {_names(having)} scored it, {_names(lacking)} did not."
        return "missing", min(len(having), len(lacking)), text
    if len(having) < 2:
        return "missing", 0, f"{code}: only {_names(having)} could tell."
    pairs = [*combinations(group.marks, 2)]
    turned = sum(wrong_side(one, two) for one, two in pairs)
    if turned:
        return "side", turned, f"{code}: the coders see it on different sides."
    frames = {
        name: [f for mark in group.marks if (f := getattr(mark, name)) is not None]
        for name in _FRAMES
    }
    gaps = {name: max(each) - min(each) for name, each in frames.items() if each}
    worst = max(gaps, key=lambda name: gaps[name])
    ms = 1000 * gaps[worst] / group.watched.fps
    if ms > apart_ms or len(group.marks) > len(having):
        return "timing", ms, f"{code}: the {worst} differs by {gaps[worst]} frames = {ms:.0f} ms."
    most = max((abs(gap) for one, two in pairs if (gap := steps(one, two))), default=0)
    return ("intensity", most, f"{code}: {most} steps of intensity apart.") if most > 1 else None


def _told(group: _Group, coder: str) -> str:
    if coder in group.unsure:
        return "?"
    each = [
        f"{mark} " + "/".join("?" if (f := getattr(mark, n)) is None else str(f) for n in _FRAMES)
        for mark in group.said[coder]
    ]
    return ", ".join(each) or "nothing"


def _names(coders: Sequence[str]) -> str:
    return " and ".join(coder or "(no name)" for coder in coders)


def _number(code: str) -> tuple[int, str]:
    return int(code.lstrip("M")), code


def consensus(
    session: Session,
    decisions: Iterable[Decision] = (),
    *,
    who: str,
    apart_ms: float = APART_MS,
    name: str = NAME,
    when: str = "",
) -> Session:
    """The session with a further coder: what all agree on, and what was decided.

    Nothing of the coders' own events changes. Where all agree, the consensus has the code with
    the middle frames and the middle grade. A decision that nothing is to be scored stands as an
    event ``null``. Who decided, when and why stands in the history; what is undecided stays in
    :func:`disagreements`, and its clip does not count as seen by the consensus.

    Parameters
    ----------
    session : with two coders or more
    decisions : about some of :func:`disagreements`
    who : the person who enters them
    apart_ms, name : as for :func:`disagreements`
    when : time in UTC; now unless given

    Raises
    ------
    CodingError
        A decision refers to nothing, contradicts itself or gives no reason (names its number).
    """
    if not who:
        raise CodingError("who", "nobody decides", "Name the person who enters the decisions")
    groups = {group.id: group for group in _groups(session, name)}
    known = {event.id for event in session.events}
    made: list[tuple[Event, str]] = []
    taken: set[str] = set()
    for at, one in enumerate(decisions):
        place = f"decisions[{at}]"
        group = groups.get(one.about)
        if group is None:
            advice = did_you_mean(one.about, groups) or "Use an id from disagreements()"
            raise CodingError(f"{place}.about", f"there is no {one.about!r}", advice)
        if f"{name} {one.about}" in known or one.about in taken:
            advice = f"Remove the event {f'{name} {one.about}'!r} first"
            raise CodingError(f"{place}.about", f"{one.about!r} is decided already", advice)
        if not one.reason:
            raise CodingError(f"{place}.reason", "no reason is given", "Say why in a few words")
        taken.add(one.about)
        made += [(event, one.reason) for event in _decided(one, group, name, place)]
    for key, group in groups.items():
        if f"{name} {key}" not in known and key not in taken and not _judged(group, apart_ms):
            taken.add(key)
            made.append((_agreed(group, name), f"{_names(group.having)} agree"))
    when = when or now()
    steps_ = (Change(when, who, "add", event.id, None, event, reason) for event, reason in made)
    settled = taken | {key for key in groups if f"{name} {key}" in known}
    watched = []
    for clip in session.watched:
        coders = clip.coders or tuple(coder for coder in session.coders if coder != name)
        todo = [
            key for key, group in groups.items() if group.watched == clip and key not in settled
        ]
        more = () if todo or name in coders or len({*coders} - {name}) < 2 else (name,)
        watched.append(replace(clip, coders=(*coders, *more)))
    events = (*session.events, *(event for event, _ in made))
    history = (*session.history, *steps_)
    return replace(session, events=events, watched=tuple(watched), history=history)


def _decided(one: Decision, group: _Group, name: str, place: str) -> list[Event]:
    if bool(one.take) == bool(one.aus):
        raise CodingError(place, "it needs one of take and aus", "Name a coder or write a score")
    if one.aus:
        frames = {n: _first(getattr(one, n), group.middle(n)) for n in _FRAMES}
        return [_event(group, name, one.aus, frames, place)]
    if one.take not in group.said:
        advice = did_you_mean(one.take, group.said) or f"There are {_names([*group.said])}"
        raise CodingError(f"{place}.take", f"{one.take!r} did not look at the clip", advice)
    chosen = group.said[one.take]
    if not chosen:
        frames = {n: group.middle(n) for n in _FRAMES}
        return [_event(group, name, "null", frames, place)]
    return [
        _event(group, name, str(mark), {n: getattr(mark, n) for n in _FRAMES}, place, number)
        for number, mark in enumerate(chosen)
    ]


def _first(given: int | None, else_: int | None) -> int | None:
    return else_ if given is None else given


def _agreed(group: _Group, name: str) -> Event:
    code = min(set.intersection(*({*mark.codes} for mark in group.marks)), key=_number)
    items = [mark.item(code) for mark in group.marks]
    grades = [item.grades[0] for item in items if item.grades]
    letter = (LETTERS[median_low(grades) - 1],) if grades and min(grades) > 0 else ()
    sure = next((item for item in items if item.side != "U"), items[0])
    text = str(Item(code, sure.side, sure.lip, letter))
    return _event(group, name, text, {n: group.middle(n) for n in _FRAMES}, "consensus")


def _event(
    group: _Group, name: str, aus: str, frames: dict[str, int | None], place: str, number: int = 0
) -> Event:
    start, apex, end = (frames[n] for n in _FRAMES)
    onset = 0 if start is None else start
    # Middle frames of different coders can change places where some gave no apex or offset.
    apex = None if apex is None else max(apex, onset)
    end = None if end is None else max(end, onset, apex or 0)
    more = f" #{number + 1}" if number else ""
    try:
        return Event(
            name, group.watched.subject, group.watched.clip, group.watched.fps, onset, apex, end,
            aus, id=f"{name} {group.id}{more}",
        )  # fmt: skip
    except CodingError as error:
        raise error.within(place) from None
