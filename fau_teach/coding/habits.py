"""Habits of the face: the frown that goes with a blink or a sniff says nothing of an emotion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fau_teach._records import Checks
from fau_teach.coding.event import CodingError, Event
from fau_teach.facs import Item, Score

WITHIN_MS = 100.0
"""Default of :func:`habits`: how far a frown may lie from its cause [ms]. Ours."""
LONGEST_MS = 1000.0
"""Default of :func:`habits`: longest frown that counts as part of a blink [ms]. Ours."""
CAUSES = {"45": "blink", "40": "sniff"}
"""Codes whose frown is habitual."""
FROWN = "4"


@dataclass(frozen=True, slots=True)
class Habit:
    """One code of one event that emotion inference leaves out; the event keeps it.

    Parameters
    ----------
    event : the event with the frown
    code : ``"4"``
    cause : the event with the blink or sniff
    reason : a sentence with codes and frames
    """

    event: Event
    code: str
    cause: Event
    reason: str


def habits(
    events: Iterable[Event],
    within_ms: float = WITHIN_MS,
    longest_ms: float | None = LONGEST_MS,
) -> tuple[Habit, ...]:
    """Find brow lowering (4) that overlaps a blink (45) or a sniff (40) of the same coding.

    Nothing is deleted: frown, blink and sniff stay coded, and :func:`for_emotion` leaves the
    flagged frown out. A frown beside a scored cause in the same event is flagged, too.

    Parameters
    ----------
    events : of any coders and clips; only those of one coder and clip are compared
    within_ms : most time between the two spans [ms]; 0 asks for a shared frame. The source gives
        no figure
    longest_ms : a frown that lasts longer is no part of a blink and is kept [ms]; None flags it
        whatever its length. Ours: people blink every few seconds, so every long frown meets one

    Raises
    ------
    CodingError
        A time is negative.

    Source: S0-099.
    """
    checks = Checks(CodingError)
    within_ms = checks.real("within_ms", within_ms, 0, 60_000)
    if longest_ms is not None:
        longest_ms = checks.real("longest_ms", longest_ms, 0, 1e9)
    given = tuple(events)
    found = []
    for one in given:
        if FROWN not in one.codes:
            continue
        if longest_ms is not None and one.ms(one.last - one.onset) > longest_ms:
            continue
        for cause in given:
            code = next((code for code in CAUSES if code in cause.codes), "")
            if not code or (cause.coder, cause.clip) != (one.coder, one.clip):
                continue
            gap = max(one.onset - cause.last, cause.onset - one.last, 0)
            if one.ms(gap) <= within_ms:
                where = f"frames {one.onset} to {one.last}, {CAUSES[code]} {cause.onset} to"
                reason = f"AU4 in {where} {cause.last}: a frown that goes with a {CAUSES[code]}."
                found.append(Habit(one, FROWN, cause, reason))
                break
    return tuple(found)


def for_emotion(event: Event, found: Iterable[Habit]) -> Score:
    """Score of an event without the codes flagged in it, for emotion inference alone.

    Parameters
    ----------
    event : one of those handed to :func:`habits`
    found : what that gave
    """
    flagged = {one.code: one.reason for one in found if one.event == event}
    score = event.score
    if not flagged:
        return score
    left = tuple(
        entry for entry in score.entries if not (isinstance(entry, Item) and entry.code in flagged)
    )
    notes = (*score.warnings, *(f"Left out: {reason}" for reason in flagged.values()))
    return Score(score.raw, left, "scored" if left else "none", notes)
