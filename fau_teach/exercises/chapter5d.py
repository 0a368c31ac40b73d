"""Exercises of the lab of chapter 5: what is chosen, the head, the noise, and a leak."""

from __future__ import annotations

from functools import cache
from math import ceil
from typing import Any

from fau_teach.exercises._core import Exercise

CODES = ("1", "4", "12", "17")
SHIFTS_MM = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)
TURN_DEG, SHIFT_MM = 0.3, 0.5
NOISE_MM, WANTED_MM = 0.5, 0.2


def _pair(code: str, **how: Any) -> Any:
    from fau_teach import depth
    from fau_teach.depth import truth

    whole = truth.pair(code, colour=False, **how)
    return whole.cropped(depth.face_box(whole.onset, whole.intrinsics))


def _found(pair: Any, variant: Any) -> Any:
    from fau_teach import depth
    from fau_teach.depth import truth

    chosen = depth.subtraction(pair.onset, pair.apex, pair.intrinsics, variant=variant)
    return truth.score(chosen, pair)


@cache
def _worse() -> frozenset[str]:
    found = {code: _found(_pair(code), "printed") for code in CODES}
    return frozenset(code for code, one in found.items() if one.precision < one.chance)


@cache
def _lost() -> float:
    for shift in SHIFTS_MM:
        one = _found(_pair("4", head_mm=shift), "used")
        if one.precision < one.chance:
            return shift
    return float("nan")


@cache
def _frames() -> int:
    from fau_teach.depth import noise
    from fau_teach.face.depth import Sensor

    pair = _pair("4", frames=8, sensor=Sensor(noise=NOISE_MM))
    floor = 1e3 * noise.noise_floor(pair.onsets, pair.intrinsics)
    return ceil((floor / WANTED_MM) ** 2)


@cache
def _turn() -> float:
    from fau_teach.depth.motion import field

    pair = _pair("4", head_mm=SHIFT_MM, head_deg=TURN_DEG)
    return field(pair.onset, pair.apex, pair.intrinsics, follow="none").head.degrees


@cache
def _leaks() -> tuple[float, float]:
    """Gain in UF1 and in UAR."""
    from dataclasses import replace

    import numpy as np

    from fau_teach import evaluate
    from fau_teach.depth.course import Course
    from fau_teach.evaluate import shown

    course = Course(subjects=30, micro=6, macro=6, habit=0.8)
    cases = shown.cohort(course)
    kinds = [one.kind for take in course.takes() for one in take.shown if one.emotion != "Others"]
    macro = np.array(kinds) == "macro"
    apart = [
        replace(fold, train=fold.train[macro[fold.train]], test=fold.test[~macro[fold.test]])
        for fold in evaluate.grouped(cases.subjects)
    ]
    everybody = [replace(apart[0], train=np.flatnonzero(macro), test=np.flatnonzero(~macro))]
    strict, loose = (
        evaluate.cross_validate(shown.nearest, cases, splits, validation=0, shared=True).scores(
            permutations=1, resamples=1
        )
        for splits in (apart, everybody)
    )
    return loose.uf1.value - strict.uf1.value, loose.uar.value - strict.uar.value


EXERCISES = (
    Exercise(
        id="5.13",
        title="Worse than drawing blindly",
        solution=_worse,
        normalise=lambda answer: {answer} if isinstance(answer, str) else set(answer),
        right="A smile slides along the cheek, and a subtraction looks past it at the angles.",
        hint="Compare found.precision with found.chance for each code; variant='printed'.",
        wrong=(
            ({"1", "4", "17"}, "Those are better than blind. Asked are the others."),
            (set(), "One of them is. Did you use variant='printed'?"),
            (set(CODES), "All? Print precision and chance of each once more."),
        ),
        source="S3-019, S3-026; E3-03, E3-04",
    ),
    Exercise(
        id="5.14",
        title="How still must the head be?",
        solution=_lost,
        tolerance=1e-6,
        right="A tenth of a millimetre. Nobody holds a head that still.",
        hint="Go through the shifts from the least, and stop where precision is below chance.",
        wrong=(
            (0.0, "With a head that is held, most of the chosen points are right."),
            (0.05, "It is half as good as before there, and still better than blind."),
            (0.2, "True there, but a smaller shift is enough."),
            (0.5, "True there, but a much smaller shift is enough."),
        ),
        source="S3-020; E3-03",
    ),
    Exercise(
        id="5.15",
        title="The turn of a head",
        solution=_turn,
        tolerance=0.02,
        right="Three small turns about three axes add up like the edges of a box.",
        hint="field(...).head is the motion that was found; its degrees are one angle.",
        wrong=(
            (TURN_DEG, "That is the turn about each of the three axes. Asked is the whole."),
            (3 * TURN_DEG, "Turns about different axes do not add up like that."),
            (0.0, "Did you hand over the pair whose head moves?"),
        ),
        source="S3-020; E3-16",
    ),
    Exercise(
        id="5.16",
        title="How many frames?",
        solution=_frames,
        right="The square is what makes small motion dear: half the noise takes four frames.",
        hint="floor over the square root of n has to be at most the wanted noise; round n up.",
        wrong=(
            (3, "Noise falls with the square root of the number of frames. Square the ratio."),
            (6, "With so many it is just above. Round up."),
            (9, "That counts the rounding to whole millimetres twice: rounding='removed'."),
        ),
        source="E3-21",
    ),
    Exercise(
        id="5.17",
        title="What the leak adds",
        solution=lambda: _leaks()[0],
        tolerance=0.005,
        right="Some points of UF1 come from having met the person, and from nothing else.",
        hint="Take uf1.value of both scores: everybody minus strangers.",
        wrong=(
            (0.0, "There is a difference. Did you test both ways on micro-expressions alone?"),
            (-0.06, "Right size, wrong sign: everybody minus strangers."),
            (0.024, "That is the gain in UAR. Asked is UF1."),
        ),
        source="S3-051, S3-060; E3-14",
    ),
)
