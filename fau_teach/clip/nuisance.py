"""What disturbs the view of a movement: blinks, gaze, head, speech, light, camera noise.

Every part draws from a stream of its own, so that adding one changes no other. Only
``Random.random`` is used, which gives the same numbers in every version of Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from random import Random
from types import MappingProxyType
from typing import TypeVar

from fau_teach.clip.checks import real
from fau_teach.clip.movement import SHAPES, Movement
from fau_teach.clip.tables import quantity

T = TypeVar("T")

#: Trace -> part that moves it. Angles are in degrees, positive towards the subject's left,
#: up, and (roll) with the head tilted to the subject's left; light is a factor.
TRACES: Mapping[str, str] = MappingProxyType(
    {
        "gaze_yaw": "gaze",
        "gaze_pitch": "gaze",
        "head_yaw": "head",
        "head_pitch": "head",
        "head_roll": "head",
        "light": "light",
    }
)
# Mean time between jumps of the eyes, turning points of the head and of the light [s]: ours.
_EVERY_S = {"gaze": 1.5, "head": 1.0, "light": 1.0}
_MOST = {"blinks": 120, "gaze": 40, "head": 60, "speech": 10, "light": 0.9, "noise": 64}


class Dice:
    """Random numbers of one named stream of a seed."""

    def __init__(self, seed: int, stream: str) -> None:
        # A seed in words goes through SHA-512 in every version of Python.
        self.random = Random(f"{seed}/{stream}").random

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self.random() * (high - low + 1))

    def spread(self, low: float, high: float) -> float:
        """A number from ``low`` to ``high``."""
        return low + self.random() * (high - low)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, all equally likely."""
        return items[self.between(0, len(items) - 1)]


@dataclass(frozen=True, slots=True)
class Nuisance:
    """The size of each disturbance; 0 leaves it out.

    Parameters
    ----------
    blinks : spontaneous blinks a minute, as AU45; 17 at rest, 26 in talk, 4.5 in reading
        (Bentivoglio 1997)
    gaze : largest turn of the eyes, which jump and rest [deg]
    head : largest turn about each axis of a head that wanders smoothly [deg]
    speech : movements like syllables a second, as AU25 with AU26 or AU18, each at B [1/s]
    light : largest smooth change as a share of the brightness, 0.1 for 10 %
    noise : standard deviation of the camera noise, in grey levels of 255, for the renderer

    Raises
    ------
    ClipError
        A size is negative or too large.
    """

    blinks: float = 0.0
    gaze: float = 0.0
    head: float = 0.0
    speech: float = 0.0
    light: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        for part in fields(self):
            size = real(part.name, getattr(self, part.name), 0, _MOST[part.name])
            object.__setattr__(self, part.name, size)

    def trace(self, name: str, seed: int, frames: int, fps: float) -> tuple[float, ...]:
        """One of ``TRACES``, a value a frame; at rest (0, light 1) in the first frame."""
        part, rest = TRACES[name], float(name == "light")
        path, size = _path(Dice(seed, name), part, fps), getattr(self, part)
        return tuple(round(rest + size * next(path), 9) for _ in range(frames))

    def movements(self, seed: int, frames: int, fps: float) -> Iterator[Movement]:
        """Blinks and syllables that fit into a clip."""
        dice, start = Dice(seed, "blinks"), 0.0
        while self.blinks and start < frames:
            length = dice.spread(quantity("blink_shortest"), quantity("blink_longest")) * fps
            whole = max(2, round(length))
            start += dice.spread(0.5, 1.5) * max(2 * whole + 2, 60 / self.blinks * fps)
            if start < frames:
                offset = int(start)
                onset = offset - whole
                yield Movement("45", "", "E", onset, onset + max(1, whole // 3), offset)
        if self.speech:
            dice, whole = Dice(seed, "speech"), max(2, round(fps / self.speech))
            for onset in range(0, frames - whole, whole + 1):
                for code in ("25", dice.pick(("26", "26", "18"))):
                    yield Movement(code, "", "B", onset, onset + whole // 2, onset + whole)


def _path(dice: Dice, part: str, fps: float) -> Iterator[float]:
    """From 0 to one target after another between -1 and 1: eyes jump, all else glides."""
    here = 0.0
    while True:
        there, steps = dice.spread(-1, 1), max(1, int(_EVERY_S[part] * fps * dice.spread(0.5, 1.5)))
        for step in range(steps):
            share = 0.0 if part == "gaze" else SHAPES["smoothstep"](step / steps)
            yield here + (there - here) * share
        here = there
