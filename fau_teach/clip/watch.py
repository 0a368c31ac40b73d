"""Watch a clip as a coder does: from what is driven to what shows, frame by frame.

A movement shows the displacement that the face has at its activation; less of it while
another movement covers it, nothing while its side is turned away. Then

- **onset** is the first frame in which what shows reaches the threshold,
- **apex** is the frame of the maximum, the first one of a plateau; frames in which others
  cover less than a tenth of it count as not covered,
- **offset** is the first frame after all that show, or the last frame of the clip.

A code that shows along with another, a companion, ends where a scored code sets in that excludes
it, and what a third code leaves of it is measured on the face. Where that is a gap
between the lips (25) it has no letter: the letters of 25 count what 25 itself does, some 2 mm,
and a jaw that drops a little parts the lips further.

What shows is motion away from the person's own neutral face. Lines and bulges are not measured,
so where two codes pull against each other the key counts what is left of each one's own motion.

Frames between, in which a blink hides it, do not end a movement. Stretches of one code and
side that overlap are one item. Left and right are one item where their spans overlap by half
(intersection over union); where their letters differ it is asymmetric (A), with the stronger
letter. The syllables of the nuisance are one AD50.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from math import inf
from typing import TYPE_CHECKING, TypeGuard

from fau_teach.clip.checks import real
from fau_teach.clip.key import Item, Key, Removed
from fau_teach.clip.key_tables import Sight, codes_of, letter, setting, shipped
from fau_teach.clip.movement import Movement
from fau_teach.clip.tables import conflict, movable, rows

if TYPE_CHECKING:
    from fau_teach.clip.script import Clip

_LIDS = ("43", "45", "46")
_PLAIN = 0.9
_SIDES = {"L": "left", "R": "right"}


@dataclass(frozen=True, slots=True)
class _Track:
    """What shows of a code.

    Frame -> displacement that shows [mm], the activation it looks like, all displacement [mm].
    """

    code: str
    side: str
    shown: dict[int, tuple[float, float, float]]
    by: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    note: str = ""

    def overlap(self, other: _Track) -> float:
        """Intersection over union of the two spans."""
        (a, b), (c, d) = ((min(one.shown), max(one.shown) + 1) for one in (self, other))
        return max(0, min(b, d) - max(a, c)) / (max(b, d) - min(a, c))

    def joined(self, other: _Track) -> _Track:
        """Both as one; in each frame the larger counts."""
        shown = dict(self.shown)
        for frame, seen in other.shown.items():
            shown[frame] = max(seen, shown.get(frame, seen))
        # What acts itself is not implied, whatever else would show it.
        by = tuple(dict.fromkeys((*self.by, *other.by))) if self.by and other.by else ()
        return replace(self, shown=shown, by=by, of=(*self.of, *other.of))

    @property
    def peak(self) -> tuple[int, float, float]:
        """Frame, displacement [mm] and activation at the apex."""
        most = max(self.shown.values())[0]
        plain = [frame for frame, (mm, _, _) in self.shown.items() if mm >= _PLAIN * most]
        apex = min(plain, key=lambda frame: (-self.shown[frame][2], frame))
        return (apex, *self.shown[apex][:2])


def watched(clip: Clip, threshold: float | None = None, sight: Sight | None = None) -> Key:
    """The key of a clip; :meth:`Clip.key` says more."""
    least = real("threshold", setting("threshold") if threshold is None else threshold, 0.001, 100)
    eye = _Eye(clip, least, sight or shipped())
    tracks: list[_Track] = []
    removed: list[Removed] = []
    for number, move in enumerate((*clip.movements, *clip.disturbances())):
        spoken = number >= len(clip.movements) and move.code != "45"
        for side in move.sides:
            own = eye.watch(move, side, move.code, (f"{number}{side}",))
            found = own
            if spoken:
                part = Removed(move.code, "", "speech", "a part of speech", "50", own[0].of)
                found = [part, *map(_syllable, filter(_seen, own))]
            else:
                for code in eye.what.companions(move.code):
                    found = [*found, *eye.watch(move, side, code)]
            tracks += (one for one in found if isinstance(one, _Track))
            # What does not show at all shows nothing along with it either.
            lone = not any(map(_seen, own))
            removed += (o for o in found if isinstance(o, Removed) and (o.of or not lone))
    whole = [*_paired(_merged(tracks))]
    items = sorted(map(eye.item, whole), key=lambda one: (one.onset, int(one.code), one.side))
    return Key(clip.identity, clip.fps, clip.frames, least, tuple(items), _grouped(removed))


class _Eye:
    """What of a clip is in view."""

    def __init__(self, clip: Clip, threshold: float, what: Sight) -> None:
        self.threshold, self.what, self.drive = threshold, what, clip.drive()
        # Asked once a frame.
        self.covers, self.thirds = cache(what.covers), cache(what.thirds)
        self.frames, self.driven = clip.frames, {code for code, _ in self.drive}
        wander = clip.nuisance.trace("head_yaw", clip.seed, clip.frames, clip.fps)
        turn, self.still = setting("full_turn"), (0.0,) * clip.frames
        left, right = (self.drive.get((code, ""), self.still) for code in codes_of("full_turn"))
        self.yaw = [w + turn * (a - b) for w, a, b in zip(wander, left, right, strict=True)]

    def level(self, code: str, side: str, frame: int) -> float:
        """Activation of a code that acts on all of a side, or on all of the face."""
        found = (self.drive.get((code, one)) for one in ("", side or "L", side or "R"))
        both, left, right = (row[frame] if row else 0.0 for row in found)
        return max(both, min(left, right))

    @cached_property
    def scored(self) -> tuple[str, ...]:
        """Codes that act and are in view in some frame."""
        return tuple(
            code
            for code in dict.fromkeys(code for code, _ in self.drive)
            if any(self._amount(code, at) >= self.limit(code) for at in range(self.frames))
        )

    def _amount(self, code: str, frame: int) -> float:
        whole = self.level(code, "", frame)
        return self.what.amount(code, code, self.most(code, frame), whole)

    def limit(self, code: str) -> float:
        """Least displacement at which a code is scored [mm]."""
        return self.what.limit(code, self.threshold)

    def most(self, code: str, frame: int) -> float:
        """Activation of a code on whichever side it acts more."""
        found = (self.drive.get((code, side), self.still) for side in ("", *_SIDES))
        return max(row[frame] for row in found)

    def excludes(self, code: str, by: str, frame: int) -> str:
        """Scored code that acts in a frame and excludes another; empty where none does."""
        found = (o for o in self.scored if o != by and conflict(code, o) and self.most(o, frame))
        return next(found, "")

    def left(self, move: Movement, side: str, code: str, frame: int) -> tuple[float, str]:
        """Share of a code that others leave to see in a frame, and which of them leaves least."""
        what, by = self.what, move.code
        if code == by:
            found = [
                (1 - (1 - share) * self.level(other, side, frame), other)
                for other, share in self.covers(code)
                if other in self.driven
            ]
        else:
            level = move.level(frame)
            found = [
                (what.share(code, by, level, other, self.level(other, side, frame)), other)
                for other in self.thirds(code, by)
                if other in self.driven
            ]
        return min(found, default=(1.0, ""))

    def hidden(self, code: str, side: str, frame: int) -> str:
        """Why nothing of a code can show in a frame; empty where something can."""
        away = {"L": self.yaw[frame], "R": -self.yaw[frame]}.get(side, 0.0)
        if away > setting("far_side"):
            return f"the {_SIDES[side]} side is turned away"
        shut = code in codes_of("shut") and max(self.level(lid, "", frame) for lid in _LIDS)
        return "the eyes are shut" if shut and shut >= setting("shut") else ""

    def watch(
        self, move: Movement, side: str, code: str, of: tuple[str, ...] = ()
    ) -> list[_Track | Removed]:
        """What a movement shows of a code, its own or one that shows along with it.

        One track, or more where something that excludes a companion comes between; or the
        reason why there is none.
        """
        along = move.code if code != move.code else ""
        place = "" if movable()[code] == "both" else side
        limit = self.limit(code)
        if limit == inf:
            return [Removed(code, place, "weak", "this face does not show it", along, of)]
        parts: list[dict[int, tuple[float, float, float]]] = [{}]
        most, free, reason, without = 0.0, (0.0, ""), "", ""
        for frame in range(move.onset, min(move.offset + 1, self.frames)):
            level = move.level(frame)
            whole = self.level(move.code, "", frame)
            raw = round(self.what.amount(code, move.code, level, whole), 6)
            most = max(most, raw)
            hidden = self.hidden(code, place, frame) if raw >= limit else "weak"
            if hidden:
                reason = hidden if raw >= limit else reason
                continue
            against = self.excludes(code, along, frame) if along else ""
            if against:
                without = against
                parts.append({})
                continue
            share, other = self.left(move, place, code, frame)
            free, mm = max(free, (raw, other)), round(raw * share, 6)
            if mm >= limit:
                if along and code in codes_of("no_letter"):
                    looks = 0.0
                elif share == 1 and not along:
                    looks = level
                else:
                    looks = self.what.looks(code, mm, whole >= level)
                parts[-1][frame] = mm, looks, raw
        if any(parts):
            by = (along,) if along else ()
            return [_Track(code, place, shown, by, of) for shown in parts if shown]
        if most < limit:
            text = f"too weak: {most:.2f} of {limit:.2f} mm"
            return [Removed(code, place, "weak", text, along, of)]
        if free[0]:
            text = f"{free[1]} covers or cancels it; alone it would show {free[0]:.2f} mm"
            return [Removed(code, place, "masked", text, free[1], of)]
        if without:
            text = f"{without} excludes it: {conflict(code, without)}"
            return [Removed(code, place, "masked", text, without, of)]
        return [Removed(code, place, "hidden", reason, along, of)]

    def item(self, track: _Track) -> Item:
        """A track as an item of the key."""
        first, last = min(track.shown), max(track.shown)
        apex, mm, level = track.peak
        unseen = self.hidden(track.code, track.side, first - 1) if first else ""
        why = (rows("implied").get(by, {}).get("note", "") for by in track.by)
        along = "syllables of" if track.code == "50" else "shows along with"
        grade = "" if track.code == "50" else letter(level)
        other = not grade and track.code != "50"
        notes = (
            f"{along} {' and '.join(track.by)}" if track.by else "",
            *dict.fromkeys(why),
            track.note,
            "no letter, since it is mostly the work of another code" if other else "",
            "" if first else "it shows from the first frame on",
            f"{unseen} before" if unseen else "",
            "it shows to the last frame" if last == self.frames - 1 else "",
        )
        times = first, apex, min(last + 1, self.frames - 1)
        reason = "; ".join(filter(None, notes))
        by = " ".join(track.by)
        return Item(track.code, track.side, grade, *times, round(mm, 3), by, reason, track.of)


def _seen(one: _Track | Removed) -> TypeGuard[_Track]:
    return isinstance(one, _Track)


def _syllable(one: _Track) -> _Track:
    """What a syllable adds to the speech."""
    return replace(one, code="50", side="", by=(one.code,), of=())


def _merged(tracks: Iterable[_Track]) -> Iterator[_Track]:
    """Join stretches of one code and side that overlap; speech is all one."""
    last: dict[tuple[str, str], _Track] = {}
    for track in sorted(tracks, key=lambda track: min(track.shown)):
        place = track.code, track.side
        before = last.get(place)
        if before and (track.code == "50" or before.overlap(track)):
            last[place] = before.joined(track)
            continue
        if before:
            yield before
        last[place] = track
    yield from last.values()


def _paired(tracks: Iterable[_Track]) -> Iterator[_Track]:
    """Join left and right where they are one event."""
    waiting = [*tracks]
    for left in [track for track in waiting if track.side == "L"]:
        rights = [one for one in waiting if (one.code, one.side) == (left.code, "R")]
        right = max(rights, key=left.overlap, default=left)
        if right is left or left.overlap(right) < setting("one_event"):
            continue
        waiting = [one for one in waiting if one is not left and one is not right]
        grades = [letter(one.peak[2]) for one in (left, right)]
        note = "" if len({*grades}) == 1 else f"left {grades[0]}, right {grades[1]}"
        yield replace(left.joined(right), side="A" if note else "", note=note)
    yield from waiting


def _grouped(removed: Iterable[Removed]) -> tuple[Removed, ...]:
    """One entry for both sides of a movement, and one for all its syllables of a code."""
    groups: dict[tuple[str, ...], Removed] = {}
    for one in removed:
        number = "" if one.kind == "speech" else "".join(one.of).rstrip("LR")
        key = (one.code, one.kind, one.reason, number)
        known = groups.get(key)
        if known is None:
            groups[key] = one
        else:
            side = one.side if one.side == known.side else ""
            groups[key] = replace(known, side=side, of=tuple(dict.fromkeys((*known.of, *one.of))))
    return tuple(groups.values())
