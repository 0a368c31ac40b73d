"""A synthetic depth micro-expression set: who shows what, when and how strongly.

Nothing in it is measured on people. Which action units an emotion raises, how often each emotion
comes and how strong a micro-expression is are chosen by us, and written down here. Every set of
units stands within what a published table lists for its emotion, and some sets stand under two
emotions, so that no one can be right every time: :func:`ceiling` says how often one can.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fau_teach.clip import Clip, Movement, Nuisance, sample
from fau_teach.clip.nuisance import Dice
from fau_teach.depth.cloud import Intrinsics
from fau_teach.emotion import convert

if TYPE_CHECKING:
    from fau_teach.face.camera import Camera

FPS = 30.0
SHARES: Mapping[str, float] = MappingProxyType(
    {
        "Happiness": 0.15, "Surprise": 0.17, "Disgust": 0.18, "Anger": 0.13, "Fear": 0.12,
        "Sadness": 0.11, "Others": 0.14,
    }
)  # fmt: skip
"""Emotion -> how often it comes; chosen by us."""
SHOWN: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "Happiness": {"12": 3, "6+12": 4, "6+12+25": 2, "6": 1, "14": 1},
        "Surprise": {"1+2": 4, "1+2+5": 2, "1+2+25": 2, "5": 1, "25+26": 1},
        "Disgust": {"9": 3, "10": 2, "4+9": 2, "4+7": 2, "4": 1, "10+17": 1, "14": 1},
        "Anger": {"4": 3, "4+7": 3, "4+5": 1, "23": 2, "4+5+7": 1},
        "Fear": {"1+2+4": 3, "20": 2, "20+25": 2, "1+2+5": 1, "5": 1, "1+4": 1},
        "Sadness": {"1": 2, "1+4": 3, "15": 2, "15+17": 2, "1+4+15": 1, "17": 1},
        "Others": {"14": 2, "17": 2, "24": 2, "4": 1, "1": 1, "18": 1, "25": 1},
    }
)
"""Emotion -> set of action units -> how often relative to the others; chosen by us."""
LETTERS: Mapping[str, str] = MappingProxyType({"micro": "BC", "macro": "DE"})
"""Intensities that come, all equally likely; micro moves skin by 0.5 to 3.5 mm at its most."""
_STRONG = frozenset({"12", "14", "18", "26"})  # so far do they move skin that micro is B alone
_ONE_SIDED = 0.15
_EVENTS = 5
_GAP_S = (0.4, 1.0)
# Of a frame of 1280 x 720 on one core, and of a subject's face; measured, see the command's help.
_DEPTH_S, _COLOUR_S, _FACE_S = 0.08, 0.15, 4.0
_DEPTH_MB, _COLOUR_MB = 0.11, 0.08


@dataclass(frozen=True, slots=True)
class Shown:
    """One labelled expression.

    Parameters
    ----------
    emotion : one of the seven labels
    kind : ``"micro"`` or ``"macro"``
    codes : with side and intensity, such as ``"4C+L12B"``
    onset, apex, offset : frames
    """

    emotion: str
    kind: str
    codes: str
    onset: int
    apex: int
    offset: int

    @property
    def label(self) -> str:
        """The codes as the set's own labels give them: sides, no intensity, each code once."""
        sides: dict[str, set[str]] = {}
        for code in self.codes.split("+"):
            side = code[0] if code[0] in "LR" else ""
            sides.setdefault(code.lstrip("LR").rstrip("ABCDE"), set()).add(side)
        known = sorted(sides.items(), key=lambda item: int(item[0]))
        return "+".join(f"{side.pop() if len(side) == 1 else ''}{code}" for code, side in known)


@dataclass(frozen=True, slots=True)
class Take:
    """One clip of one subject.

    Parameters
    ----------
    subject, name : folders, such as ``"spNO.1"`` and ``"a"``
    script : what the face does in each frame
    shown : the labelled expressions in it, in their order
    distance_mm, aside_mm, above_mm, yaw : where the head is at the start
    """

    subject: str
    name: str
    script: Clip
    shown: tuple[Shown, ...]
    distance_mm: float
    aside_mm: float
    above_mm: float
    yaw: float


@dataclass(frozen=True, slots=True)
class Course:
    """What the set holds; the same course is the same set.

    Parameters
    ----------
    subjects : number of people, each with a face of their own
    seed : of all chance
    micro, macro : expressions of each kind that each subject shows
    head : largest turn of the head about each axis while it wanders [deg]
    drift : largest shift of the head along each axis [mm]
    noise : of the depth camera at 600 mm [mm]; 0 leaves rounding to 1 mm alone
    light : largest change of the light as a share of it
    blinks : a minute, between or during expressions
    habit : chance that a subject shows an emotion in their own favourite way. It gives a model
        that has seen the subject an advantage
    wall_mm : distance of a wall behind the head; 0 leaves the background without depth
    width : of the pictures; the height is 9/16 of it, and the focal length shrinks with them [px]
    around : further frames before the onset, and on both sides of the apex, for averaging
    whole : write every frame instead of those
    colour : write pictures, too

    Raises
    ------
    ValueError
        A number is out of its range (says which).

    Source: S3-026, S3-040, S3-041 for the shape; every number is chosen by us.
    """

    subjects: int = 30
    seed: int = 1
    micro: int = 6
    macro: int = 4
    head: float = 1.0
    drift: float = 1.0
    noise: float = 0.5
    light: float = 0.1
    blinks: float = 4.5
    habit: float = 0.5
    wall_mm: float = 0.0
    width: int = 1280
    around: int = 1
    whole: bool = False
    colour: bool = True

    def __post_init__(self) -> None:
        highest: dict[str, float] = {
            "subjects": 9999,
            "micro": 30,
            "macro": 30,
            "around": 10,
            "width": 1280,
        }
        highest |= {"head": 10, "drift": 20, "noise": 10, "light": 0.9, "blinks": 60, "habit": 1}
        highest |= {"wall_mm": 5000, "seed": 2**31}
        least = {"subjects": 1, "width": 64}
        for one in fields(self):
            value, low, high = (
                getattr(self, one.name),
                least.get(one.name, 0),
                highest.get(one.name),
            )
            if high is not None and not low <= value <= high:
                raise ValueError(f"{one.name} is {value!r}. Use a number from {low} to {high}.")
        if self.width % 16:
            raise ValueError(f"width is {self.width}. Use a multiple of 16, such as 320.")
        if not self.micro + self.macro:
            raise ValueError("micro and macro are 0: nobody shows anything. Ask for some.")

    @property
    def intrinsics(self) -> Intrinsics:
        """The camera of all frames; see :func:`scaled`."""
        return scaled(self.width, self.width * 9 // 16)

    def takes(self) -> Iterator[Take]:
        """All clips, subject by subject."""
        for number in range(1, self.subjects + 1):
            yield from self.of(number)

    def of(self, number: int) -> tuple[Take, ...]:
        """Clips of one subject, who counts from 1; others do not change them."""
        dice = Dice(self.seed, f"depth/{number}")
        favourite = {name: _weighted(dice, sets) for name, sets in SHOWN.items()}
        kinds = ["micro"] * self.micro + ["macro"] * self.macro
        kinds = [kinds.pop(dice.between(0, len(kinds) - 1)) for _ in range(len(kinds))]
        face = f"depth-{self.seed}-{number}"
        made: list[Take] = []
        while kinds:
            some, kinds = kinds[:_EVENTS], kinds[_EVENTS:]
            made.append(self._take(dice, f"spNO.{number}", len(made), face, some, favourite))
        return tuple(made)

    def _take(
        self, dice: Dice, subject: str, number: int, face: str, kinds: Sequence[str],
        favourite: Mapping[str, str],
    ) -> Take:  # fmt: skip
        movements: list[Movement] = []
        shown = []
        start = round(dice.spread(*_GAP_S) * FPS)
        for kind in kinds:
            emotion = _weighted(dice, SHARES)
            own = dice.random() < self.habit
            codes = favourite[emotion] if own else _weighted(dice, SHOWN[emotion])
            asked = "+".join(_graded(dice, kind, code) for code in codes.split("+"))
            moved = sample(
                kind, asked, competing=0, masked=False, asymmetry=_ONE_SIDED, fps=FPS,
                identity=face, seed=dice.between(0, 2**31),
            ).movements  # fmt: skip
            later = start - moved[0].onset
            moved = tuple(
                replace(one, onset=one.onset + later, apex=one.apex + later,
                        offset=one.offset + later)
                for one in moved
            )  # fmt: skip
            movements += moved
            text = "+".join(f"{one.side}{one.code}{one.intensity}" for one in moved)
            times = moved[0].onset, moved[0].apex, moved[0].offset
            shown.append(Shown(emotion, kind, text, *times))
            start = moved[0].offset + round(dice.spread(*_GAP_S) * FPS)
        nuisance = Nuisance(blinks=self.blinks, head=self.head, light=self.light)
        script = Clip(face, FPS, start, tuple(movements), nuisance, dice.between(0, 2**31))
        place = (
            dice.spread(560, 640),
            dice.spread(-15, 15),
            dice.spread(-10, 10),
            dice.spread(-4, 4),
        )
        name = string.ascii_letters[number]
        return Take(subject, name, script, tuple(shown), *(round(one, 3) for one in place))

    def frames(self, take: Take) -> tuple[tuple[int, ...], frozenset[int]]:
        """Frames of a clip that are written, and those of them with a picture."""
        key = frozenset(frame for one in take.shown for frame in (one.onset, one.apex))
        if self.whole:
            every = tuple(range(take.script.frames))
            return every, frozenset(every) if self.colour else frozenset()
        near = {
            frame
            for one in take.shown
            for frame in (
                *range(one.onset - self.around, one.onset + 1),
                *range(one.apex - self.around, one.apex + self.around + 1),
            )
        }
        known = tuple(sorted(frame for frame in near if 0 <= frame < take.script.frames))
        return known, key if self.colour else frozenset()

    def cost(self) -> tuple[int, float, float]:
        """Depth maps to write, about how many megabytes, and about how many minutes of one core."""
        sizes = [self.frames(take) for take in self.takes()]
        maps, pictures = sum(len(one) for one, _ in sizes), sum(len(one) for _, one in sizes)
        size = (self.width / 1280) ** 2
        seconds = (_DEPTH_S * maps + _COLOUR_S * pictures) * size + _FACE_S * self.subjects
        return maps, (_DEPTH_MB * maps + _COLOUR_MB * pictures) * size, seconds / 60

    def write(self, folder: str | Path, *, jobs: int = 1) -> Any:
        """Write folders and label files; see :func:`fau_teach.depth.course_files.write`."""
        from fau_teach.depth.course_files import write

        return write(self, folder, jobs=jobs)


def _graded(dice: Dice, kind: str, code: str) -> str:
    letter = dice.pick(LETTERS[kind])
    return code + ("B" if kind == "micro" and code in _STRONG else letter)


def _weighted(dice: Dice, weights: Mapping[str, float]) -> str:
    left = dice.random() * sum(weights.values())
    for name, weight in weights.items():
        left -= weight
        if left < 0:
            return name
    return name


def scaled(width: int, height: int) -> Intrinsics:
    """The printed camera for pictures of another size with the same view.

    Source: S3-011; E3-07 for the principal point.
    """
    focal = 1324.65 * width / 1280
    return Intrinsics(focal, focal, width / 2, height / 2, width, height)


def camera_of(course: Course, take: Take, shift: tuple[float, float, float]) -> Camera:
    """The camera of one frame; ``shift`` is that of the head to the right, up and back [mm]."""
    from fau_teach.face.camera import Camera

    view = course.intrinsics
    right, up, back = shift
    centre = (-take.aside_mm - right, -18.0 - take.above_mm - up, 0.0)
    # The face's camera has pixel centres at +0.5, depth maps at whole numbers.
    return Camera(
        view.width, view.height, view.fx, take.distance_mm + back, yaw=take.yaw, centre=centre,
        cx=view.cx + 0.5, cy=view.cy + 0.5,
    )  # fmt: skip


def drift(course: Course, take: Take) -> tuple[tuple[float, float, float], ...]:
    """Shift of the head in each frame [mm]: a smooth path, as its turns are."""
    size = Nuisance(head=course.drift)
    names = ("head_yaw", "head_pitch", "head_roll")
    script = take.script
    paths = (size.trace(name, script.seed + 1, script.frames, script.fps) for name in names)
    return tuple(zip(*paths, strict=True))


def ceiling(classes: int = 7) -> float:
    """The best UAR of one who knows every set of action units, but not the emotion.

    Parameters
    ----------
    classes : 7, 4 or 3, as the source joins them

    Raises
    ------
    ValueError
        There is no such number of classes.

    Source: S3-041 for the classes.
    """
    spaces = {7: "seven_others", 4: "four", 3: "three"}
    if classes not in spaces:
        raise ValueError(f"{classes} classes: use 7, 4 or 3.")
    joint: dict[str, dict[str, float]] = {}
    for emotion, sets in SHOWN.items():
        name = convert(emotion, "seven_others", spaces[classes])
        if name is not None:
            row = joint.setdefault(name, {})
            for codes, weight in sets.items():
                share = SHARES[emotion] * weight / sum(sets.values())
                row[codes] = row.get(codes, 0.0) + share
    given = {
        name: {c: p / sum(row.values()) for c, p in row.items()} for name, row in joint.items()
    }
    known = {codes for row in given.values() for codes in row}
    best = sum(max(row.get(codes, 0.0) for row in given.values()) for codes in known)
    return best / len(given)
