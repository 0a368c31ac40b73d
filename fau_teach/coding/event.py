"""One coded event: when a face moved, what moved, and what else is known about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from operator import index
from typing import Any
from unicodedata import category

from fau_teach import facs
from fau_teach._records import Checks, RecordError
from fau_teach.clip import definitions
from fau_teach.facs import NotationError, Score
from fau_teach.micro import Definition

KINDS = ("", "macro", "micro")
"""Types of expression as somebody labelled them; empty where nobody did."""
CERTAINTIES = ("", "low", "medium", "high")
"""How sure a coder was; empty where nobody asked."""
LONGEST = 10**9
"""Highest frame number that a file may name."""


class CodingError(RecordError):
    """An event or a session cannot be; place, problem and advice as in the base class."""


_checks = Checks(CodingError)
_NAMES = ("coder", "subject", "clip", "aus", "material", "self_report", "emotion", "id")


def _plain(place: str, value: str) -> None:
    """Refuse what is not one line of text without spaces around it."""
    _text(place, value)
    if "\n" in value or "\t" in value or value != value.strip():
        advice = f"Write {' '.join(value.split())!r:.60}"
        raise CodingError(place, f"{value!r:.60} has line breaks or spare spaces", advice)


def _text(place: str, value: object) -> None:
    """Refuse what no exchange format can hold: control characters and broken ones."""
    if not isinstance(value, str):
        raise CodingError(place, f"{value!r:.40} is not a text", "Write it as text")
    for at, one in enumerate(value):
        if (category(one) in ("Cc", "Cs") and one not in "\n\t") or one in "\ufffe\uffff":
            problem = f"character {at + 1}, {one!r}, is none that can be printed"
            raise CodingError(place, problem, "Remove it")


@dataclass(frozen=True, slots=True)
class Timing:
    """A span between two key frames, with what whole frames leave open.

    A frame shows one instant. A movement that is first seen in one frame began between it and
    the frame before, so a span of n frame intervals lasted between n - 1 and n + 1 of them.

    Parameters
    ----------
    frames : frame intervals between the two key frames
    fps : frames a second [1/s]
    """

    frames: int
    fps: float

    @property
    def ms(self) -> float:
        """The span as counted [ms]."""
        return 1000 * self.frames / self.fps

    @property
    def low_ms(self) -> float:
        """Shortest span that would give these frames [ms]."""
        return 1000 * max(self.frames - 1, 0) / self.fps

    @property
    def high_ms(self) -> float:
        """Longest span that would give these frames [ms]."""
        return 1000 * (self.frames + 1) / self.fps

    def __str__(self) -> str:
        span = f"{self.low_ms:.0f} to {self.high_ms:.0f} ms"
        plural = "" if self.frames == 1 else "s"
        return f"{self.frames} frame{plural} = {self.ms:.0f} ms at {self.fps:g} fps ({span})"


@dataclass(frozen=True)
class Event:
    """What one coder wrote about one movement of a face.

    Parameters
    ----------
    coder, subject, clip : names; pseudonyms where people are meant
    fps : frames a second [1/s]
    onset : first frame in which the face has left neutral
    apex : frame of the greatest extent; None where it is not known
    offset : frame in which the face is back at neutral; None where it is not known
    aus : score in FACS notation, kept as written: ``"L12C+25"``, ``"null"``, ``"?"``
    kind : ``"macro"``, ``"micro"`` or empty, as labelled; :meth:`micro_by` computes it
    material : what the elicitation material was meant to evoke, or empty
    self_report : what the person reported, or empty
    emotion : emotion label, or empty; :func:`fau_teach.coding.classes` maps it to 6, 4 and 3
    certainty : ``"low"``, ``"medium"``, ``"high"`` or empty
    notes : anything else
    id : name of the event within its session; a session gives one where it is empty

    Raises
    ------
    CodingError
        A field cannot be, or the key frames are out of order (names the field).

    Source: S0-095 to S0-102.
    """

    coder: str
    subject: str
    clip: str
    fps: float
    onset: int
    apex: int | None
    offset: int | None
    aus: str
    kind: str = ""
    material: str = ""
    self_report: str = ""
    emotion: str = ""
    certainty: str = ""
    notes: str = ""
    id: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "fps", _checks.real("fps", self.fps, 0.1, 100_000))
        for name in ("onset", "apex", "offset"):
            frame = getattr(self, name)
            if not isinstance(frame, int) and hasattr(frame, "__index__"):
                object.__setattr__(self, name, index(frame))  # from a numpy or pandas table
        _checks.whole("onset", self.onset, 0, LONGEST)
        for name in _NAMES:
            _plain(name, getattr(self, name))
        if not self.clip:
            raise CodingError("clip", "the name is empty", "Name the clip")
        _text("notes", self.notes)
        last = "onset", self.onset
        for name in ("apex", "offset"):
            frame = getattr(self, name)
            if frame is None:
                continue
            _checks.whole(name, frame, 0, LONGEST)
            if frame < last[1]:
                problem = f"{name} {frame} lies before {last[0]} {last[1]}"
                advice = "Key frames come in the order onset, apex, offset"
                raise CodingError(name, problem, advice)
            last = name, frame
        _checks.one_of("kind", self.kind, KINDS)
        _checks.one_of("certainty", self.certainty, CERTAINTIES)
        try:
            _ = self.score
        except NotationError as error:
            raise CodingError("aus", str(error).rstrip("."), "Write it as in '1+2C'") from None

    @cached_property
    def score(self) -> Score:
        """What was scored, with sides, intensities and warnings."""
        return facs.parse(self.aus)

    @property
    def codes(self) -> frozenset[str]:
        """Codes scored as present."""
        return self.score.codes

    @property
    def last(self) -> int:
        """Last key frame that is known."""
        known = (self.offset, self.apex, self.onset)
        return next(frame for frame in known if frame is not None)

    def ms(self, frame: int) -> float:
        """Time of a frame since the start of the clip [ms]."""
        return 1000 * frame / self.fps

    @property
    def duration(self) -> Timing | None:
        """Onset to offset; None where there is no offset."""
        return None if self.offset is None else Timing(self.offset - self.onset, self.fps)

    @property
    def rise(self) -> Timing | None:
        """Onset to apex; None where there is no apex."""
        return None if self.apex is None else Timing(self.apex - self.onset, self.fps)

    def micro_by(self, definition: str = "total500") -> bool | None:
        """Whether the event is a micro-expression by one definition.

        Parameters
        ----------
        definition : id of one of :func:`fau_teach.clip.definitions`

        Returns
        -------
        True or False as the counted frames say; None where the key frame that the definition
        needs is not known

        Raises
        ------
        CodingError
            There is no such definition.

        Source: S0-007; E0-27.
        """
        one, span = self._measured(definition)
        return None if span is None else one.holds(span.ms / 1000, span.ms / 1000)

    def micro_range(self, definition: str = "total500") -> tuple[bool | None, bool | None]:
        """The same for the shortest and the longest span that would give these frames.

        Where the two differ, the frames cannot decide.
        """
        one, span = self._measured(definition)
        if span is None:
            return None, None
        low, high = span.low_ms / 1000, span.high_ms / 1000
        return one.holds(low, low), one.holds(high, high)

    def _measured(self, definition: str) -> tuple[Definition, Timing | None]:
        one = definitions()[_checks.one_of("definition", definition, definitions())]
        return one, self.duration if one.measured == "total" else self.rise

    def but(self, **fields: Any) -> Event:
        """The same event with other values in some fields."""
        return replace(self, **fields)

    def __str__(self) -> str:
        frames = (self.onset, self.apex, self.offset)
        marks = zip("▲◆▼", frames, strict=True)
        times = " ".join(f"{mark}{'?' if frame is None else frame}" for mark, frame in marks)
        name = f"{self.id}: " if self.id else ""
        return f"{name}{self.clip} by {self.coder}: {times} {self.score}"
