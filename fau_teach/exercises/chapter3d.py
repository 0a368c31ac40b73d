"""Exercises of Lab 3, second part: own events against a key, and a trainee."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from fau_teach import training
from fau_teach.clip import Clip, Movement, sample
from fau_teach.coding.event import CodingError, Event
from fau_teach.coding.feedback import Summary, feedback, summary
from fau_teach.coding.simulate import Coder, simulate
from fau_teach.exercises._core import Exercise

# The lab makes the same: one clip to be coded, twenty-four of a trainee, and a learner.
FILM = Clip("Ana", 30, 96, (Movement("12", "", "C", 24, 38, 78, hold=14),
                            Movement("4", "", "B", 52, 55, 58)))  # fmt: skip
WITHIN = 5  # frames; a sixth of a second, as in the drills
SHORT = {"a": (10, 13), "b": (10, 16), "c": (10, 18), "d": (10, 11)}
TRAINEE = Coder("Noor", miss=0.08, confuse=0.3, delay_ms=(100, 0, -60), spread_ms=30)
ABOUT, STEPS = "cheek_or_lid", (20, 40, 60, 80)


def _codes(answer: Event | Iterable[Event | str]) -> set[str]:
    """Codes of a learner's events; refuses key frames that are far from those of the key."""
    events = [answer] if isinstance(answer, Event) else list(answer)
    if not all(isinstance(one, Event) for one in events):
        return {str(one) for one in events}
    own = [one for one in events if isinstance(one, Event)]
    try:
        told = feedback(own, FILM.key())
    except CodingError as error:
        raise ValueError(f"{error}") from None
    for one in told.matched:
        for name, mark in (("onset", "▲"), ("apex", "◆"), ("offset", "▼")):
            shift = one.shift(name)
            if shift is None:
                raise ValueError(f"{one.given} has no {name}. Mark all three key frames.")
            if abs(shift) > WITHIN:
                way = "late" if shift > 0 else "early"
                raise ValueError(
                    f"{mark} of {one.given} is {abs(shift)} frames {way}; {WITHIN} are allowed. "
                    "Flip to neutral, and come from both sides."
                )
    return {code for one in own for code in one.codes}


def _open(fps: float = 30) -> set[str]:
    events = {
        name: Event("", "", "clip", fps, first, None, last, "4")
        for name, (first, last) in SHORT.items()
    }
    return {name for name, one in events.items() if len({*one.micro_range("classic")}) == 2}


@cache
def trainee() -> Summary:
    """Feedback to the trainee on all clips."""
    kinds = ("macro", "micro")
    keys = {
        f"{n:02}": sample(kinds[n % 2], seed=n + 60, identity="ABCDEF"[n % 6]).key()
        for n in range(24)
    }
    wrote = simulate(keys, [TRAINEE], seed=1).session
    return summary(feedback(wrote.of("Noor", name), key, clip=name) for name, key in keys.items())


def _bias(name: str) -> float:
    return trainee().timing[name].mean or 0.0


def _first(place: int = 0) -> str:
    return trainee().practise_next[place].topic


@cache
def record() -> training.Record:
    """What a made-up learner answered in one contrast set."""
    learner = training.Learner("Noor", {"6": ("7", 0.9)}, half=10)
    start = "2026-03-02T09:00:00Z"
    return training.practise(learner, STEPS[-1], start=start, about=ABOUT, seed=3)


def _reached(figure: str) -> int:
    """Answers after which a figure of the estimate first lies above the "ready" bar."""
    for n in STEPS:
        part = replace(record(), answers=record().answers[:n])
        if getattr(training.ability(part).skills[ABOUT], figure) > training.READY:
            return n
    return 0


EXERCISES = (
    Exercise(
        id="3.20",
        title="Your own events",
        solution=lambda: {one.code for one in FILM.key().items},
        normalise=_codes,
        right="Both movements are there, each with key frames within a sixth of a second.",
        hint="Compare with neutral, region by region from the top.",
        wrong=(
            ({"12"}, "The lips took your eye. Watch the brows while she smiles."),
            ({"4"}, "That is the brief one. What moves before it, and for longer?"),
            ({"6", "12", "4"}, "Do the cheeks rise by more than the smile itself pushes them?"),
            ({"1", "12"}, "The brows do move. Do they go up, or down and together?"),
        ),
        source="S0-084; S0-100",
    ),
    Exercise(
        id="3.21",
        title="Micro, at 30 frames a second",
        solution=_open,
        right="Each bound, 40 and 200 ms, lies inside the range that whole frames leave open.",
        hint='event.micro_range("classic") gives a verdict for each end of the range.',
        wrong=(
            ({"a", "b", "d"}, "Those may be micro. Asked is which of them the frames leave open."),
            ({"b"}, "That one, and another: the classic range has a lower bound as well."),
            ({"d"}, "That one, and another: look at its upper bound, 200 ms."),
            ({"a"}, "67 to 133 ms lie well inside 40 to 200 ms."),
        ),
        source="S0-007; E0-27",
    ),
    Exercise(
        id="3.22",
        title="Late at the onset",
        solution=lambda: _bias("onset"),
        tolerance=1.0,
        right="Three frames at 30 a second. Her offsets come early as well.",
        hint='told.timing["onset"].mean is in milliseconds.',
        wrong=(
            (-_bias("onset"), "Right size, wrong sign: above 0 is later than the key."),
            (_bias("onset") * 30 / 1000, "That is in frames. Asked are milliseconds."),
            (_bias("apex"), "That is the apex. Asked is the onset."),
            (_bias("offset"), "That is the offset. Asked is the onset."),
        ),
        source="S0-100",
    ),
    Exercise(
        id="3.23",
        title="What to practise first",
        solution=_first,
        right="Most of her errors hang on this set. One lesson on its cue comes before more clips.",
        hint="The list begins with the topic that has most errors: told.practise_next[0].topic.",
        wrong=(
            (_first(1), "That is the second. Fewer errors hang on it."),
            (
                "onset",
                "Her key frames are off by three frames. First she has to see the right unit.",
            ),
        ),
        source="S0-104",
    ),
    Exercise(
        id="3.24",
        title="When the bar is passed for sure",
        solution=lambda: _reached("low"),
        right="The estimate was above the bar long before; only now chance cannot explain it.",
        hint="Look at the lower end of each interval, the first number in its bracket.",
        wrong=(
            (_reached("mean"), "There the estimate is above the bar. Its interval still holds it."),
            (STEPS[0], "After so few answers the interval reaches far below the bar."),
        ),
        source="S0-104",
    ),
)
