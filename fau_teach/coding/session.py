"""A session: the clips that were looked at, the events coded in them, and every change made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from html import escape
from itertools import takewhile
from pathlib import Path
from typing import Any

from fau_teach import _records
from fau_teach._data import did_you_mean
from fau_teach._reading import read_document
from fau_teach.coding.event import LONGEST, CodingError, Event, _checks, _plain, _text
from fau_teach.coding.merging import clip_joined, names_for, renamed

VERSION = 1
"""Version of the form of a session file; a file says which it has."""
ACTIONS = ("add", "change", "remove", "undo")
"""What a change can have done."""
_HEADS = ("id", "coder", "clip", "onset ▲", "apex ◆", "offset ▼", "lasts", "AUs", "type")


@dataclass(frozen=True, slots=True)
class Watched:
    """A clip that was looked at, with or without events in it.

    Parameters
    ----------
    clip : its name
    fps : frames a second [1/s]
    frames : number of frames; None where it is not known
    subject : who is seen; a pseudonym
    neutral : frame in which the face is neutral; None where nobody chose one
    media : file name of the video, or empty
    coders : who looked at it; an empty list means every coder of the session
    done : who of them said that nothing is missing
    """

    clip: str
    fps: float
    frames: int | None = None
    subject: str = ""
    neutral: int | None = None
    media: str = ""
    coders: tuple[str, ...] = ()
    done: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "fps", _checks.real("fps", self.fps, 0.1, 100_000))
        for name in ("clip", "subject", "media"):
            _plain(name, getattr(self, name))
        if not self.clip:
            raise CodingError("clip", "the name is empty", "Name the clip")
        for name in ("coders", "done"):
            names = getattr(self, name)
            if isinstance(names, str):
                problem = f"{names!r:.40} is a text, not a list of names"
                raise CodingError(name, problem, "Write the names as a list")
            object.__setattr__(self, name, tuple(dict.fromkeys(names)))
            for at, coder in enumerate(getattr(self, name)):
                _plain(f"{name}[{at}]", coder)
        if self.frames is not None:
            _checks.whole("frames", self.frames, 1, LONGEST)
        if self.neutral is not None:
            last = LONGEST if self.frames is None else self.frames - 1
            _checks.whole("neutral", self.neutral, 0, last)


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the history, with the event before and after it.

    Parameters
    ----------
    when : time in UTC, as ``2026-11-21T13:05:00Z``
    who : name of the person, or empty
    action : one of ``ACTIONS``
    event : id of the event
    before, after : the event; None where it was not there
    reason : why, or empty
    """

    when: str
    who: str
    action: str
    event: str
    before: Event | None = None
    after: Event | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        _checks.one_of("action", self.action, ACTIONS)
        for name in ("when", "who", "event", "reason"):
            _text(name, getattr(self, name))


@dataclass(frozen=True)
class Session:
    """Events of one or several coders. Never changed in place: every step gives a new one.

    Parameters
    ----------
    title : name of the session
    events : what was coded; ids are given where they are empty and must not repeat
    watched : the clips; those that only an event names are added
    history : every change, oldest first
    version : of the form of the file

    Raises
    ------
    CodingError
        An id stands twice, an event does not fit its clip (names the place).

    Source: S0-098 to S0-104.
    """

    title: str
    events: tuple[Event, ...] = ()
    watched: tuple[Watched, ...] = ()
    history: tuple[Change, ...] = ()
    version: int = VERSION

    def __post_init__(self) -> None:
        _checks.whole("version", self.version, VERSION, VERSION)
        _text("title", self.title)
        clips: dict[str, Watched] = {}
        for at, one in enumerate(self.watched):
            if one.clip in clips:
                problem = f"clip {one.clip!r} stands twice"
                raise CodingError(f"watched[{at}]", problem, "Keep one of them")
            clips[one.clip] = one
        known: set[str] = set()
        named: list[Event] = []
        # A name in the history is not given again, so that every step stays clear.
        taken = {one.id for one in self.events} | {step.event for step in self.history}
        number = 0
        for at, event in enumerate(self.events):
            if not event.id:
                while (name := f"e{(number := number + 1)}") in taken:
                    pass
                event = event.but(id=name)
            if event.id in known:
                problem = f"the id {event.id!r} stands twice"
                raise CodingError(f"events[{at}].id", problem, "Give every event its own id")
            known.add(event.id)
            named.append(event)
            clip = clips.get(event.clip)
            if clip is None:
                clip = clips[event.clip] = Watched(event.clip, event.fps, subject=event.subject)
            _fits(event, clip, f"events[{at}]")
            if clip.coders and event.coder not in clip.coders:  # who codes a clip looked at it
                clips[clip.clip] = replace(clip, coders=(*clip.coders, event.coder))
        object.__setattr__(self, "events", tuple(named))
        object.__setattr__(self, "watched", tuple(clips.values()))
        object.__setattr__(self, "history", tuple(self.history))

    @property
    def coders(self) -> tuple[str, ...]:
        """Names of all coders, in order of appearance."""
        named = [coder for clip in self.watched for coder in clip.coders]
        return tuple(dict.fromkeys([event.coder for event in self.events] + named))

    @property
    def clips(self) -> tuple[str, ...]:
        """Names of all clips."""
        return tuple(clip.clip for clip in self.watched)

    def event(self, name: str) -> Event:
        """The event with an id.

        Raises
        ------
        CodingError
            There is none (suggests the nearest).
        """
        for event in self.events:
            if event.id == name:
                return event
        known = [event.id for event in self.events]
        advice = did_you_mean(name, known) or f"There are {len(known)} events"
        raise CodingError("id", f"there is no event {name!r}", advice)

    def of(self, coder: str | None = None, clip: str | None = None) -> tuple[Event, ...]:
        """Events of a coder, in a clip, or both."""
        return tuple(
            event
            for event in self.events
            if coder in (None, event.coder) and clip in (None, event.clip)
        )

    def saw(self, coder: str, clip: str) -> bool:
        """Whether a coder looked at a clip."""
        found = next((one for one in self.watched if one.clip == clip), None)
        return found is not None and (not found.coders or coder in found.coders)

    def add(self, event: Event, who: str = "", reason: str = "", when: str = "") -> Session:
        """With one more event; the step stands in the history."""
        events = (*self.events, event)
        added = replace(self, events=events).events[-1]
        change = Change(when or now(), who or event.coder, "add", added.id, None, added, reason)
        return replace(self, events=(*self.events, added), history=(*self.history, change))

    def change(
        self, name: str, who: str = "", reason: str = "", when: str = "", **values: Any
    ) -> Session:
        """With other values in some fields of an event.

        Raises
        ------
        CodingError
            No such event or field, or the values cannot be.
        """
        before = self.event(name)
        allowed = [one.name for one in fields(Event) if one.name != "id"]
        for field in values:
            _checks.one_of("field", field, allowed)
        after = before.but(**values)
        change = Change(when or now(), who or after.coder, "change", name, before, after, reason)
        events = tuple(after if event.id == name else event for event in self.events)
        return replace(self, events=events, history=(*self.history, change))

    def remove(self, name: str, who: str = "", reason: str = "", when: str = "") -> Session:
        """Without one event; it stays in the history, and :meth:`undo` brings it back."""
        before = self.event(name)
        change = Change(when or now(), who or before.coder, "remove", name, before, None, reason)
        events = tuple(event for event in self.events if event.id != name)
        return replace(self, events=events, history=(*self.history, change))

    def undo(self, who: str = "", when: str = "") -> Session:
        """Take back the last step that has not been taken back; the history keeps both.

        Raises
        ------
        CodingError
            There is nothing to take back.
        """
        undone = 0
        for step in reversed(self.history):
            if step.action == "undo":
                undone += 1
            elif undone:
                undone -= 1
            else:
                change = Change(when or now(), who, "undo", step.event, step.after, step.before)
                return replace(
                    self,
                    events=self._with(step.event, step.before),
                    history=(*self.history, change),
                )
        raise CodingError("history", "there is nothing to take back", "Change something first")

    def _with(self, name: str, event: Event | None) -> tuple[Event, ...]:
        rest = [event if one.id == name else one for one in self.events]
        if event is not None and event not in rest:
            rest.append(event)
        return tuple(one for one in rest if one is not None)

    def check(self) -> tuple[str, ...]:
        """What is doubtful without being wrong, a sentence each, with the event's id."""
        found = []
        for event in self.events:
            found += [f"{event.id}: {warning}" for warning in event.score.warnings]
            if event.apex is not None and event.apex == event.onset:
                found.append(f"{event.id}: apex and onset are both frame {event.onset}.")
            if event.offset is not None and event.offset == event.onset:
                found.append(f"{event.id}: the event lasts a single frame, {event.onset}.")
        twins: dict[tuple[object, ...], str] = {}
        for event in self.events:
            key = (event.coder, event.clip, event.onset, event.offset, event.score.content)
            if key in twins:
                found.append(f"{event.id}: says the same as {twins[key]}.")
            twins.setdefault(key, event.id)
        return tuple(found)

    def merged(self, others: Iterable[Session], title: str = "") -> Session:
        """Take in the events, clips and histories of other sessions.

        An id that stands in several is kept once where the events are equal; otherwise the
        later event gets the name of its coder in front, also in its history. The histories
        follow one another; what they have in common at their start stands once. Of two neutral
        frames of a clip the first stays: each coder takes one by eye.

        Raises
        ------
        CodingError
            Two sessions contradict each other about a clip.
        """
        events = {event.id: event for event in self.events}
        # A clip of one session was not seen by the coders of another.
        clips = {
            clip.clip: replace(clip, coders=clip.coders or self.coders) for clip in self.watched
        }
        history = list(self.history)
        for other in others:
            names = names_for(events, history, other)
            both = zip(history, other.history, strict=False)
            same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], both))
            history += [renamed(step, names) for step in other.history[same:]]
            for clip in other.watched:
                clips[clip.clip] = clip_joined(clips.get(clip.clip), clip, self, other)
            events |= {names[event.id]: event.but(id=names[event.id]) for event in other.events}
        return Session(
            title or self.title, tuple(events.values()), tuple(clips.values()), tuple(history)
        )

    def to_json(self) -> str:
        """The session as text; equal sessions give equal text."""
        return _records.text_of(self)

    @classmethod
    def from_json(cls, text: str, file: str = "") -> Session:
        """Read a session; a :class:`CodingError` names the file and the place in it."""
        try:
            return _records.read_text(cls, text, file, VERSION, CodingError)
        except RecursionError:
            raise CodingError("", "the nesting is too deep", "Use plain records", file) from None

    def save(self, path: str | Path) -> Path:
        """Write the session, the whole file or nothing; replaces a file of that name."""
        return _records.write_whole(Path(path), self.to_json())

    @classmethod
    def load(cls, path: str | Path) -> Session:
        """Read a session that :meth:`save` wrote."""
        return cls.from_json(read_document(path), str(path))

    def _cells(self) -> list[tuple[str, ...]]:
        found = []
        for one in self.events:
            frames = ("–" if f is None else str(f) for f in (one.onset, one.apex, one.offset))
            lasts = f"{one.duration.ms:.0f} ms" if one.duration else "–"
            found.append(
                (one.id, one.coder, one.clip, *frames, lasts, str(one.score), one.kind or "–")
            )
        return found

    def _title(self) -> str:
        return (
            f"{self.title}: {len(self.events)} events by {len(self.coders)} coders "
            f"in {len(self.watched)} clips"
        )

    def __str__(self) -> str:
        rows = [_HEADS, *self._cells()]
        wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, wide)).rstrip() for row in rows]
        return "\n".join([self._title(), *(lines if self.events else [])])

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
            for row in self._cells()
        )
        return (
            '<div class="wide-table" tabindex="0" role="region" aria-label="Coded events">'
            f"<table><caption>{escape(self._title())}</caption><thead><tr>{heads}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>"
        )


def now() -> str:
    """The time in UTC, as a :class:`Change` holds it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fits(event: Event, clip: Watched, place: str) -> None:
    if event.fps != clip.fps:
        problem = f"{event.fps:g} fps, but clip {clip.clip!r} has {clip.fps:g}"
        raise CodingError(f"{place}.fps", problem, "Use the frame rate of the clip")
    if event.subject and clip.subject and event.subject != clip.subject:
        problem = f"subject {event.subject!r}, but clip {clip.clip!r} shows {clip.subject!r}"
        raise CodingError(f"{place}.subject", problem, "Use one name for one person")
    if clip.frames is not None and event.last >= clip.frames:
        problem = f"the event ends in frame {event.last}, the clip in frame {clip.frames - 1}"
        raise CodingError(f"{place}", problem, "Count frames from 0")


def joined(sessions: Sequence[Session], title: str = "") -> Session:
    """Several sessions as one, such as the files of the coders of a lab.

    Raises
    ------
    CodingError
        There is none, or two contradict each other.
    """
    if not sessions:
        raise CodingError("sessions", "there is none to join", "Give at least one")
    first, *rest = sessions
    # The empty start makes who saw which clip explicit for the first session, too.
    return Session(title or first.title).merged([first, *rest])
