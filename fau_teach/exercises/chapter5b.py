"""Exercises of chapter 5: subtracting two frames, and motion that is real."""

from __future__ import annotations

from math import atan, atan2, degrees, radians, tan
from statistics import fmean, median

from fau_teach.exercises._core import Exercise

MOTION = (-3.0, -4.0, 0.0)
SLOPE, SLIDE = 30, 2.0
# Change of depth at eleven places of a face, apex minus onset [mm]; the head went back a little.
CHANGES = (1.1, 1.3, 0.2, 1.2, 1.0, 1.1, 1.2, -1.4, -0.9, 1.3, 1.1)
LEAST = 0.5
# Pixels that a pipeline chose, those that truly move, and how many have depth.
CHOSEN, MOVING, SEEN = (3, 4, 9, 12, 13, 14, 20, 21), (12, 13, 14, 15, 16, 17), 60


def _beyond(offset: float) -> set[int]:
    return {at for at, one in enumerate(CHANGES) if abs(one - offset) > LEAST}


def _hits() -> int:
    return len({*CHOSEN} & {*MOVING})


def _places(answer: object) -> set[int]:
    if isinstance(answer, str):
        raise ValueError("The answer is a set of places, such as {0, 3}.")
    return {answer} if isinstance(answer, int) else {int(one) for one in answer}  # type: ignore[attr-defined]


_X, _Y, _ = MOTION
_NEARER = -tan(radians(SLOPE)) * SLIDE

EXERCISES = (
    Exercise(
        id="5.5",
        title="The angle that knows its quadrant",
        solution=lambda: degrees(atan2(_Y, _X)),
        tolerance=0.05,
        right="Up and to the left. A quotient of two negative numbers has forgotten that.",
        hint="Give both parts to atan2, y first, and turn radians into degrees.",
        wrong=(
            (degrees(atan(_Y / _X)), "That is the printed angle: it points to the lower right."),
            (degrees(atan2(_X, _Y)), "The other order: atan2 takes y first, then x."),
            (atan2(_Y, _X), "Right, in radians. Asked are degrees."),
            (360 + degrees(atan2(_Y, _X)), "The same direction. Here angles run from −180 to 180."),
        ),
        source="S3-017; E3-01",
        prompt=(
            "A corner of the lips moves by −3 mm in x and −4 mm in y: up and to the left of the "
            "picture. The code follows the printed formula. Mend it, and set `answer` to the "
            "azimuth that we use, in degrees from −180 to 180."
        ),
        starter=(
            "from math import atan, degrees\nx, y = -3, -4\nprint(degrees(atan(y / x)))\n"
            "answer = ...\n"
        ),
    ),
    Exercise(
        id="5.6",
        title="Skin that slides past a pixel",
        solution=lambda: _NEARER,
        tolerance=0.005,
        right="Nothing came nearer. A deeper or shallower piece of skin came under the same pixel.",
        hint="The pixel now sees the skin that was 2 mm to the left. How deep was that?",
        wrong=(
            (-_NEARER, "The sign: the piece from the left lies nearer to the camera."),
            (SLIDE, "That is how far the skin slid. The pixel stays where it is."),
            (0.0, "That would be so if the skin faced the camera. Here depth grows to the right."),
            (-tan(SLOPE) * SLIDE, "Python's tangent takes radians."),
            (
                -SLIDE / 2,
                "You took the sine. A millimetre to the right is tan 30° deeper.",
            ),
        ),
        source="S3-009 S3-013; E3-03",
        prompt=(
            "A cheek slopes: each millimetre to the right it lies tan 30° mm deeper. It slides "
            "2 mm to the right, sideways and not along the slope, and comes no nearer. By how "
            "many millimetres does the depth at the pixel straight ahead change, apex minus "
            "onset? Set `answer`."
        ),
        starter="from math import radians, tan\nslope, slide = 30, 2\nanswer = ...\n",
    ),
    Exercise(
        id="5.7",
        title="Whose motion is it?",
        solution=lambda: _beyond(median(CHANGES)),
        normalise=_places,
        right="Most of a face does not move, so its middle value is the head's.",
        hint="Take the median of all changes off each change, then compare its size with 0.5.",
        wrong=(
            (_beyond(0.0), "Those are all that changed in space. The head's part is still in it."),
            (
                _beyond(fmean(CHANGES)),
                "You took off the mean. The moving skin pulls at it; the median stays.",
            ),
            (
                {at for at, one in enumerate(CHANGES) if one - median(CHANGES) > LEAST},
                "Motion has two directions: compare the size, without its sign.",
            ),
            ({7, 8}, "Those two moved most. A third one moved by more than 0.5 mm, too."),
        ),
        source="S3-020",
        prompt=(
            "Depth changed at eleven places of a face. The head went back between the two frames. "
            "Take the head's motion off as the **median** of all changes, and set `answer` to the "
            "set of places (counted from 0) whose skin moved by more than 0.5 mm."
        ),
        starter=(
            f"from statistics import median\nchanges = {list(CHANGES)!r}\n"
            "moved = {k for k, one in enumerate(changes) if abs(one) > 0.5}\nprint(moved)\n"
            "answer = ...\n"
        ),
    ),
    Exercise(
        id="5.8",
        title="Better than blind?",
        solution=lambda: _hits() / len(CHOSEN) / (len(MOVING) / SEEN),
        tolerance=0.01,
        right="So many times better than a blind choice, and still most of the points are wrong.",
        hint="Precision is hits over chosen; a blind choice hits moving over seen.",
        wrong=(
            (_hits() / len(CHOSEN), "That is the precision. Divide it by that of a blind choice."),
            (_hits() / len(MOVING), "That is the recall: hits over all that move."),
            (
                _hits() / len(MOVING) / (len(MOVING) / SEEN),
                "You began with the recall. Precision divides by the chosen ones.",
            ),
            (len(MOVING) / SEEN, "That is the blind choice alone."),
        ),
        source="S3-026; E3-21",
        prompt=(
            "Sixty pixels have depth. `chosen` are the pixels that a pipeline picked, `moving` "
            "those that truly move. How many times as precise as a blind choice is it? Set "
            "`answer`."
        ),
        starter=(
            f"seen = {SEEN}\nchosen = {set(CHOSEN)!r}\nmoving = {set(MOVING)!r}\n"
            "hits = chosen & moving\nanswer = ...\n"
        ),
    ),
)
