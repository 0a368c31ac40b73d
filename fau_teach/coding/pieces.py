"""Pieces of coding, one code with its times each, and the events that they make."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fau_teach import facs
from fau_teach._reading import FileError, Trap
from fau_teach.coding.event import CodingError, Event, _checks
from fau_teach.coding.exchange import event_of
from fau_teach.coding.session import Watched
from fau_teach.coding.words import EXTRA, FIELDS
from fau_teach.facs import NotationError

GROUPS = ("", "overlap")
MOST = 10_000_000
"""Most comparisons of apexes with pieces; far more than any coding needs."""


class Met:
    """Unusual things that a reader coped with, each counted, with the place of the first."""

    def __init__(self) -> None:
        self._found: dict[str, Trap] = {}

    def __call__(self, name: str, where: FileError) -> None:
        """Note one."""
        seen = self._found.get(name)
        line, value = (seen.line, seen.value) if seen else (where.line, where.value)
        self._found[name] = Trap(name, seen.count + 1 if seen else 1, line, value)

    @property
    def traps(self) -> tuple[Trap, ...]:
        """All of them, in order of appearance."""
        return tuple(self._found.values())


@dataclass(frozen=True, slots=True)
class Piece:
    """What one annotation or row says.

    Parameters
    ----------
    where : error about it, to fill and raise
    coder, subject, clip, fps : as in an event
    onset : first frame
    end : frame in which the annotation ends; an apex of this piece lies before it
    offset : the offset; None where the piece says that nobody knows it
    aus : score, or empty where the piece codes nothing itself
    key : pieces with one key are one event; empty where it stands alone
    lane : tier of its event; apexes look for pieces on their own lane
    notes : free text beside the code
    fields : what :func:`fau_teach.coding.words.unpacked` found
    apex : its apex, where one is known
    """

    where: FileError
    coder: str
    subject: str
    clip: str
    fps: float
    onset: int
    end: int
    offset: int | None
    aus: str = ""
    key: str = ""
    lane: str = ""
    notes: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    apex: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """An apex that stands by itself; an empty field fits every piece."""

    where: FileError
    coder: str
    subject: str
    clip: str
    frame: int
    codes: frozenset[str] = frozenset()
    key: str = ""
    lane: str = ""


class Near:
    """Finds the pieces to which an apex belongs."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        scores = {piece.aus for piece in pieces}
        self._codes = {score: facs.parse(score).possible_codes for score in scores}
        self._whose: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
        self._longest: dict[tuple[str, str, str], int] = {}
        for at, piece in enumerate(pieces):
            for key in {"", piece.key}:
                whose = piece.coder, piece.clip, key
                self._whose.setdefault(whose, []).append((piece.onset, at))
                self._longest[whose] = max(self._longest.get(whose, 0), piece.end - piece.onset)
        for some in self._whose.values():
            some.sort()
        self._left = MOST

    def fits(self, mark: Mark) -> list[int]:
        """Numbers of the pieces of its coder, clip, code and lane in which an apex lies."""
        whose = mark.coder, mark.clip, mark.key
        known = self._whose.get(whose, [])
        first, last = 0, len(known)
        if not mark.key:
            first = bisect_left(known, (mark.frame - self._longest.get(whose, 0), -1))
            last = bisect_right(known, (mark.frame, len(self.pieces)))
        self._left -= last - first
        if self._left < 0:
            advice = "Check that it is the right file, or split it"
            raise said(mark.where, "too many apexes lie in too many annotations", advice)
        if mark.key:
            return [at for _, at in known]
        near = [at for _, at in known[first:last] if self._suits(mark, at)]
        inside = [at for at in near if mark.frame < self.pieces[at].end]
        return inside or [at for at in near if mark.frame == self.pieces[at].offset]

    def _suits(self, mark: Mark, at: int) -> bool:
        piece = self.pieces[at]
        return (
            mark.lane in ("", piece.lane)
            and mark.subject in ("", piece.subject)
            and (not mark.codes or mark.codes == self._codes[piece.aus])
        )


def with_apexes(pieces: Sequence[Piece], marks: Iterable[Mark], met: Met) -> list[Piece]:
    """Give every apex to the pieces to which it belongs.

    Raises
    ------
    FileError
        A piece has two apexes.
    """
    found, near = list(pieces), Near(pieces)
    for mark in marks:
        inside = near.fits(mark)
        if not inside:
            met("apex outside every event, left out", mark.where)
        for at in inside:
            if found[at].apex not in (None, mark.frame):
                problem = f"the event from frame {found[at].onset} has two apexes"
                raise said(mark.where, problem, "Keep one of them")
            if found[at].apex is None:
                found[at] = replace(found[at], apex=mark.frame)
    return found


def events_from(pieces: Sequence[Piece], group: str, met: Met) -> tuple[Event, ...]:
    """Events made of pieces.

    Pieces with one key are one event. Of the others each is an event with one code; with
    ``group="overlap"`` those of one coder, subject and clip that share a frame interval are one
    movement, from the first onset to the last offset.

    Raises
    ------
    FileError
        An event cannot be.
    """
    _checks.one_of("group", group, GROUPS)
    keyed: dict[object, list[Piece]] = {}
    for at, piece in enumerate(pieces):
        keyed.setdefault((piece.clip, piece.key) if piece.key else at, []).append(piece)
    groups = list(keyed.values())
    if group:
        groups = _overlapping(groups)
    return tuple(_event(some, met) for some in groups)


def _overlapping(groups: list[list[Piece]]) -> list[list[Piece]]:
    """Join single pieces that overlap; pieces with a key stay as they are."""
    joined: list[list[Piece]] = []
    last: dict[tuple[str, str, str], tuple[list[Piece], int]] = {}
    for some in sorted(groups, key=lambda some: some[0].onset):
        one = some[0]
        whose = one.coder, one.subject, one.clip
        before, end = last.get(whose, ([], -1))
        if one.key or one.onset >= end:
            joined.append(some)
            before, end = some, one.end
        else:
            before += some
        if not one.key:
            last[whose] = before, max(end, one.end)
    return joined


def _event(pieces: list[Piece], met: Met) -> Event:
    first = pieces[0]
    fields: dict[str, str] = {}
    for piece in pieces:
        fields = {**piece.fields, **fields}
    aus = "+".join(piece.aus for piece in pieces if piece.aus)
    written = fields.get("score", "" if aus else "?")
    if not aus or ("score" in fields and _meaning(written, first) == _meaning(aus, first)):
        aus = written
    elif "score" in fields:
        met("the codes differ from the score written beside them and win", first.where)
    apexes = {piece.apex for piece in pieces if piece.apex is not None}
    if len(apexes) > 1:
        met("codes of one event have several apexes, left out", first.where)
    offsets = [_offset(piece, fields.get(EXTRA, "")) for piece in pieces]
    known = [offset for offset in offsets if offset is not None]
    values = {FIELDS[name]: value for name, value in fields.items() if name in FIELDS}
    free = dict.fromkeys(note for piece in pieces for note in piece.notes)
    values["notes"] = "; ".join([*filter(None, [values.get("notes", "")]), *free])
    return event_of(
        first.where,
        **{**values, "aus": aus},
        coder=first.coder,
        subject=first.subject,
        clip=first.clip,
        fps=first.fps,
        onset=min(piece.onset for piece in pieces),
        apex=apexes.pop() if len(apexes) == 1 else None,
        offset=max(known) if len(known) == len(offsets) else None,
    )


def _offset(piece: Piece, word: str) -> int | None:
    """The offset of a piece as the field for it says, see ``words.EXTRA``."""
    if word == "unknown":
        return None
    return piece.end - 1 if word == "last" else piece.offset


def _meaning(text: str, piece: Piece) -> object:
    try:
        score = facs.parse(text)
    except NotationError as error:
        raise said(piece.where, str(error).rstrip("."), "Write it as in '1+2C'") from None
    return score.state, score.content


def said(where: FileError, problem: str, advice: str) -> FileError:
    """An error at a place, with what is wrong there."""
    return FileError(where.file, where.line, where.value, problem, advice, where.place)


def placed(where: FileError, column: str, value: str) -> FileError:
    """The error of one cell of a row."""
    return FileError(where.file, where.line, value, "", "", where.place or f"column {column!r}")


def watched_from(where: FileError, **fields: Any) -> Watched:
    """A clip that was looked at; what is wrong with it is raised as ``where``.

    Raises
    ------
    FileError
        It cannot be.
    """
    try:
        return Watched(**fields)
    except CodingError as error:
        problem = f"{error.place}: {error.problem}"
        raise said(where, problem, error.advice.rstrip("?.")) from None


def frame_at(time_ms: float, fps: float) -> int:
    """The frame whose start is nearest to a time.

    A frame starts at 1000 n / fps milliseconds. Programs round that to whole milliseconds, so
    the nearest frame is the one that was meant: exact up to 1,000 frames a second.
    """
    return int(time_ms * fps / 1000 + 0.5)
