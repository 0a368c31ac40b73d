"""One scripted movement: which code, where, how strong, when, and how it rises and falls."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fau_teach.clip.checks import ClipError, one_of, whole
from fau_teach.clip.tables import activation, conflict, definitions, movable, movable_code

LONGEST = 100_000
"""Most frames of a clip."""
_STEEPNESS = 4.0

#: Shape -> rise from 0 to 1 over a phase from 0 to 1; a fall is the same, downwards.
#: ``minimum_jerk`` is the smoothest path between two rests (Flash and Hogan 1985, for arms);
#: ``exponential`` starts fast and levels out. That a face moves so is our choice.
SHAPES: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "smoothstep": lambda t: t * t * (3 - 2 * t),
        "linear": lambda t: t,
        "exponential": lambda t: (1 - math.exp(-_STEEPNESS * t)) / (1 - math.exp(-_STEEPNESS)),
        "minimum_jerk": lambda t: t * t * t * (10 + t * (6 * t - 15)),
    }
)


@dataclass(frozen=True, slots=True)
class Movement:
    """One code that acts once. Frames count from 0.

    Parameters
    ----------
    code : such as ``"12"``; ``"AU12"`` and the full name are understood
    side : ``"L"`` or ``"R"``, the subject's; empty for both
    intensity : ``"A"`` to ``"E"``, reached at the apex
    onset : frame in which the rise begins
    apex : first frame of full intensity
    offset : frame in which the fall ends
    hold : for how many frame intervals the apex is held
    rise, fall : one of ``SHAPES``

    Raises
    ------
    ClipError
        The code is unknown or cannot act on that side, or the times are not in order.

    Source: S0-100 for onset, apex and offset.
    """

    code: str
    side: str
    intensity: str
    onset: int
    apex: int
    offset: int
    hold: int = 0
    rise: str = "smoothstep"
    fall: str = "smoothstep"

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", movable_code(self.code))
        one_of("side", self.side, ("", "L", "R"))
        if self.side and movable()[self.code] == "both":
            problem = f"{self.code} never acts on one side alone"
            raise ClipError("side", problem, "Leave the side empty")
        if not self.side and movable()[self.code] == "one":
            raise ClipError("side", f"{self.code} acts on one side alone", "Say L or R")
        activation(self.intensity)
        whole("onset", self.onset, 0, LONGEST - 2)
        whole("offset", self.offset, self.onset + 1, LONGEST - 1)
        whole("apex", self.apex, self.onset, self.offset)
        whole("hold", self.hold, 0, self.offset - self.apex)
        one_of("rise", self.rise, SHAPES)
        one_of("fall", self.fall, SHAPES)

    @property
    def sides(self) -> tuple[str, ...]:
        """Parts that it drives: ``("L", "R")``, one of them, or ``("",)`` where none has sides."""
        if movable()[self.code] == "both":
            return ("",)
        return (self.side,) if self.side else ("L", "R")

    def level(self, frame: int) -> float:
        """Activation in one frame, 0 to 1, rounded to 9 decimals."""
        if not self.onset <= frame <= self.offset:
            return 0.0
        share, end = 1.0, self.apex + self.hold
        if frame < self.apex:
            share = SHAPES[self.rise]((frame - self.onset) / (self.apex - self.onset))
        elif frame > end:
            share = 1 - SHAPES[self.fall]((frame - end) / (self.offset - end))
        return round(activation(self.intensity) * share, 9)

    def micro(self, fps: float) -> tuple[str, ...]:
        """Ids of the definitions of "micro" that the scripted times meet.

        What a coder sees is shorter: the first and last trace of a movement are invisible.

        Source: S0-007; E0-27.
        """
        total, rise = (self.offset - self.onset) / fps, (self.apex - self.onset) / fps
        return tuple(name for name, one in definitions().items() if one.holds(total, rise))

    def clash(self, other: Movement) -> str:
        """Why the two cannot stand in one clip; empty where they can."""
        meet = {*self.sides} & {*other.sides} or "" in (*self.sides, *other.sides)
        if self.offset < other.onset or other.offset < self.onset or not meet:
            return ""
        if self.code == other.code:
            return "a code acts once at a time on one side"
        return conflict(self.code, other.code)
