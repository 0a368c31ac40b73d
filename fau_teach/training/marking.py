"""What an answer is worth: credit, hits and misses, confusions and the cue that decides them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

from fau_teach import facs
from fau_teach.clip import Key
from fau_teach.coding import Event, Feedback, feedback
from fau_teach.coding.marks import mates
from fau_teach.training.items import NOTHING, Item, asked
from fau_teach.training.skills import TrainingError, checks, contrasts, skill

WITHIN_S = 1 / 6
"""How far a key frame may be off and count as right [s]: one of the windows of Sayette 2001."""
PASS, READY = 0.70, 0.75
"""Published bars: of the FACS Final Test, and of the practice before it."""
LIMIT = 60
"""Most events of an answer."""
_FRAMES = ("onset", "apex", "offset")
_SPAN = {0: 1.0, 1: 0.5}


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer beside its key.

    Parameters
    ----------
    shown, given : the option or the score that the key says, and the one that was given
    credit : 0 to 1. A choice is right or not; a grade one step off has a half; a score has its
        agreement index (1 where nothing is to be seen and nothing was scored), in items of a
        contrast set whether its codes are right; with key frames, the mean of that and of the
        share of frames within a sixth of a second
    index : agreement of a written score; None for other answers, and where both are empty
    hits, missed, added, spared : codes; spared ones were not there and were not scored
    right, confused : contrast sets of which an alternative was shown, told or mistaken
    steps : intensity less that of the key, summed over ``graded`` codes; None where none was
        compared
    graded : how many
    shifts : mean of onset, apex and offset less the key's [ms]; empty where not marked
    feedback : of a written score, else None
    """

    shown: str
    given: str
    credit: float
    index: float | None = None
    hits: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    confused: tuple[str, ...] = ()
    steps: int | None = None
    graded: int = 0
    shifts: tuple[float | None, ...] = ()
    feedback: Feedback | None = None


def verdict(
    item: Item, choice: str = "", events: Iterable[tuple[str, int | None, int | None, int | None]]
    = (),
) -> Verdict:  # fmt: skip
    """Compare an answer with the key of its item.

    Parameters
    ----------
    item : what was shown
    choice : one of its options; of an item without options, a score in notation
    events : instead of a score without frames: score, onset, apex, offset

    Raises
    ------
    TrainingError
        The choice is none of the options, or frames are not possible (names the place).
    CodingError
        A score cannot be read.
    """
    if item.options:
        checks.one_of("answer.choice", choice, item.options)
        return _graded(item, choice) if item.kind == "grade" else _chosen(item, choice)
    return _written(item, choice, tuple(events))


def _sets(item: Item, answer: str) -> frozenset[str]:
    """Codes that an option says are there."""
    if item.contrast:
        return frozenset(answer.split("+"))
    return frozenset() if answer == "absent" else item.codes


def _chosen(item: Item, choice: str) -> Verdict:
    there, said = _sets(item, item.answer), _sets(item, choice)
    told = choice == item.answer
    contrast = (item.contrast,) * bool(item.contrast)
    return Verdict(
        item.answer, choice, float(told),
        hits=_listed(there & said), missed=_listed(there - said), added=_listed(said - there),
        spared=_listed(item.codes - there - said),
        right=contrast * told, confused=contrast * (not told),
    )  # fmt: skip


def _graded(item: Item, choice: str) -> Verdict:
    off = ord(choice) - ord(item.answer)
    return Verdict(item.answer, choice, _SPAN.get(abs(off), 0.0), steps=off, graded=1)


def _written(
    item: Item, text: str, events: tuple[tuple[str, int | None, int | None, int | None], ...]
) -> Verdict:
    if len(events) > LIMIT:
        raise TrainingError("answer.events", f"there are {len(events)}", f"Give at most {LIMIT}")
    key, framed = item.key, bool(events)
    last = key.frames - 1
    if not framed:
        events = ((text or NOTHING, 0, None, last),)
        key = _spread(key)
    coded = tuple(
        Event("you", "", item.id, key.fps, 0 if a is None else a, b, c, aus)
        for aus, a, b, c in events
    )
    for at, event in enumerate(coded):
        place, score = f"answer.events[{at}]", event.score
        if score.state == "unknown" or len(score.items) < len(score.entries):
            raise TrainingError(place, f"{event.aus!r:.40} is open", "Decide; null is nothing")
    found = feedback(coded, key, clip=item.id, without=item.without)
    index = found.index
    credit = 1.0 if index is None else index
    given = frozenset(code for event in coded for code in event.codes) - {*item.without}
    right, confused = _told(item, given)
    if item.contrast:
        credit = float(item.contrast in right)
    shifts = _shifts(found) if framed else ()
    if item.kind == "mark":
        near = sum(abs(s) <= 1000 * WITHIN_S + 1e-6 for each in shifts for s in each)
        marks = len(_FRAMES) * len(found.marks_of_key)
        credit = (credit + (near / marks if marks else 1.0)) / 2
    steps = [one.steps for one in found.matched if one.steps is not None]
    tally = found.codes
    hits = [code for code, one in tally.items() if one.matched]
    lost = {c for mark in found.missed for c in mark.codes[:1]}
    lost |= {mark.codes[0] for one in found.confusions for mark in one.key}
    more = {c for mark in found.added for c in mark.codes[:1]}
    more |= {mark.codes[0] for one in found.confusions for mark in one.given}
    there = {one.code for one in item.key.items}
    rivals = {mate for code in there for mate in mates(code)}
    return Verdict(
        item.answer, _answered(coded, item.without), credit, index,
        _listed(hits), _listed(lost - {*hits}), _listed(more - there),
        _listed((rivals | item.codes) - there - given), right, confused,
        sum(steps) if steps else None, len(steps),
        tuple(round(fmean(each), 1) if each else None for each in shifts), found,
    )  # fmt: skip


def _spread(key: Key) -> Key:
    """A key that asks what shows, not when: each code once, over the whole clip."""
    best = {}
    for one in sorted(key.items, key=lambda each: each.intensity):
        best[one.side + one.code] = replace(one, onset=0, apex=0, offset=key.frames - 1)
    return replace(key, items=tuple(best.values()))


def _shifts(found: Feedback) -> tuple[list[float], ...]:
    """What onset, apex and offset are later than in the key [ms]."""
    return tuple(
        [1000 * s / found.fps for one in found.matched if (s := one.shift(name)) is not None]
        for name in _FRAMES
    )


def _answered(events: Iterable[Event], without: Iterable[str]) -> str:
    parts = {str(e) for event in events for e in event.score.entries if event.codes - {*without}}
    return facs.format("+".join(sorted(parts))) if parts else NOTHING


def _told(item: Item, given: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Contrast sets of which the key shows an alternative and the answer one too.

    A miss of all codes of a set is no confusion, except in items of that set. Codes that merely
    show along with others in the key count on neither side.
    """
    along = {one.code for one in item.key.items if one.implied}
    right: list[str] = []
    confused: list[str] = []
    for about in contrasts():
        there = asked(item.key, about.members) - {*item.without}
        said = (given & about.members) - (along - there)
        own = about.id == item.contrast
        if about.alternative(there) and (own or about.alternative(said)):
            (right if said == there else confused).append(about.id)
    return tuple(right), tuple(confused)


def _listed(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(codes, key=lambda code: (len(code), code)))


def cues(item: Item, found: Verdict) -> list[dict[str, Any]]:
    """What decides: for each confusion the cue of its set, and where to look.

    Returns
    -------
    dictionaries with ``skill``, ``title``, ``cue``, ``confidence``, ``shown`` and ``given``
    (codes), ``pairs`` (cue of one code against another), ``looks`` (what a code does to the
    face, where no set tells it) and ``regions``
    """
    names = dict.fromkeys([item.contrast or item.skill, *found.confused])
    lost, more = {*found.missed}, {*found.added}
    told = []
    for about in map(skill, names):
        own = about.kind != "contrast"
        shown = _listed(lost if own else about.members & (lost | {*found.hits}))
        given = _listed(more if own else about.members & (more | {*found.hits}))
        pairs = [
            {"code": code, "other": one.other, "cue": one.cue, "confidence": one.confidence}
            for code in _listed(lost if own else about.members & lost)
            for one in facs.au(code).confusions
            if one.other in more
        ]
        named = (*shown, *given) or _listed(item.codes)
        regions = dict.fromkeys(facs.au(c).region for c in named)
        looks = [f"{facs.au(code)}: {_look(code)}" for code in named] if own else []
        told.append(
            {
                "skill": about.id, "title": about.title, "cue": about.cue,
                "confidence": about.confidence, "shown": [*shown], "given": [*given],
                "pairs": pairs, "looks": looks, "regions": [*regions],
            }
        )  # fmt: skip
    return told


def how(item: Item) -> str:
    """How to answer, and what counts, in words for learners."""
    if item.kind == "grade":
        return "A is a trace, E the most that this face can do. One letter off counts half."
    if item.kind not in ("score", "mark", "neutral"):
        return ""
    names = " and ".join(facs.au(code).name.lower() for code in item.without)
    told = (
        "Join codes with +, as in 6+12C+L14: A to E is strength, L and R are the subject's left "
        f"and right. Strength does not change the result. Not asked: {names or 'nothing'}."
    )
    if item.kind != "mark":
        return told
    return (
        f"{told} ▲ onset is the first frame that differs from neutral, ◆ apex the first of the "
        "greatest extent, ▼ offset the first back at neutral; "
        f"up to {WITHIN_S * item.clip.fps:.0f} frames early or late count."
    )


def _look(code: str) -> str:
    """The first movement and the first folds that the data dictionary has of a code."""
    signs = {one.attribute: one.used for one in reversed(facs.au(code).claims)}
    told = (signs.get(name, "") for name in ("movement", "folds"))
    return "; ".join(one for one in told if one and not one.startswith("none"))


def rows(item: Item, found: Verdict) -> list[dict[str, Any]]:
    """Key and answer side by side, a row a mark: key, given, result, shifts [ms] and steps."""
    if found.feedback is None:
        result = "right" if found.credit == 1 else "one step off" if found.credit else "wrong"
        row = {"key": found.shown, "given": found.given, "result": result}
        return [row | ({"steps": found.steps} if found.graded else {})]
    made: list[dict[str, Any]] = []
    for one in found.feedback.matched:
        shifts = {
            name: None if (s := one.shift(name)) is None else round(1000 * s / item.clip.fps)
            for name in (_FRAMES if found.shifts else ())
        }
        result = "wrong side" if one.wrong_side else "right"
        made.append(
            {"key": str(one.key), "given": str(one.given), "result": result, "steps": one.steps}
            | {"ms": shifts}
        )
    for swap in found.feedback.confusions:
        sides = (" + ".join(map(str, part)) for part in (swap.key, swap.given))
        key, given = sides
        made.append({"key": key, "given": given, "result": "confused", "skill": swap.contrast})
    made += [{"key": str(m), "given": "", "result": "missed"} for m in found.feedback.missed]
    made += [{"key": "", "given": str(m), "result": "added"} for m in found.feedback.added]
    made += [
        {"key": "", "given": str(one.mark), "result": "not counted", "reason": one.reason}
        for one in found.feedback.apart
    ]
    return made
