"""Parts of merging sessions: new names for events, and what is known about a clip."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from fau_teach.coding.event import CodingError, Event

if TYPE_CHECKING:
    from fau_teach.coding.session import Change, Session, Watched


def names_for(
    events: Mapping[str, Event], history: Collection[Change], other: Session
) -> dict[str, str]:
    """New names for the events of another session, those in its history included."""
    theirs = {event.id: event for event in other.events}
    coders = {step.event: one.coder for step in other.history if (one := step.before or step.after)}
    steps = {step.event for step in history}
    found: dict[str, str] = {}
    given: set[str] = set()
    for old in [*theirs, *(name for name in coders if name not in theirs)]:
        coder = theirs[old].coder if old in theirs else coders[old]
        own = f"{coder or 'other'}-{old}"
        # Behind the names of the coder come numbers that are free: sessions may be many.
        numbered = (f"{own}-{n}" for n in count(len(events) + len(given) + 1))
        shared = old in theirs and events.get(old) == theirs[old]
        new = next(
            new
            for new in chain((old, own), numbered)
            if shared or not (new in events or new in steps or new in given)
        )
        found[old] = new
        given.add(new)
    return found


def renamed(step: Change, names: dict[str, str]) -> Change:
    """A change with the new name of its event."""
    name = names.get(step.event, step.event)
    before, after = (one and one.but(id=name) for one in (step.before, step.after))
    return replace(step, event=name, before=before, after=after)


def clip_joined(mine: Watched | None, other: Watched, first: Session, second: Session) -> Watched:
    """What two sessions know about a clip; who saw it becomes explicit."""
    saw_other = other.coders or second.coders
    if mine is None:
        return replace(other, coders=tuple(saw_other))
    saw = mine.coders or first.coders
    values: dict[str, Any] = {
        "coders": tuple(dict.fromkeys([*saw, *saw_other])),
        "done": tuple(dict.fromkeys([*mine.done, *other.done])),
    }
    for name in ("fps", "frames", "subject", "neutral", "media"):
        pair = [value for one in (mine, other) if (value := getattr(one, name)) not in (None, "")]
        if len(set(pair)) > 1 and name != "neutral":
            problem = f"clip {mine.clip!r} has two values: {pair[0]!r} and {pair[1]!r}"
            raise CodingError(f"watched.{name}", problem, "Correct one of the sessions")
        values[name] = pair[0] if pair else getattr(mine, name)
    return replace(mine, **values)
