"""Exercises of chapter 4: stepping through time, what the skin hides, and Lab 4."""

from __future__ import annotations

from functools import cache
from typing import Any

from fau_teach.exercises._core import Exercise

STEP, PUSH, MANY = 0.5, 1.0, 4
OMEGA, FINE, ROUNDS = 2.0, 0.1, 100
COORDINATES, MUSCLES = 40, 31
UP, DOWN, SEEN, EMG = 6.0, 4.0, 1.5, 0.6
# The lab uses the same.
ZYGOMATIC, FRAME, LATE = "zygomaticus_major_left", 0.01, 6
STEPS_MS, NOISE = (1, 2, 3, 4, 5, 6), 0.3e-3


def _path(step: float, ahead: float, *, kick: float | None = None) -> list[float]:
    """Places under a constant push; `ahead` is the share of the new velocity that moves."""
    c, v, path = 0.0, 0.0, [0.0]
    for _ in range(MANY):
        later = v + PUSH * (step if kick is None else kick)
        c, v = c + step * (v + ahead * (later - v)), later
        path.append(c)
    return path


def _energy(semi: bool, place_first: bool = False) -> float:
    """Energy after ``ROUNDS`` steps of a spring that is let go at 1, relative to the start."""
    c, v = 1.0, 0.0
    for _ in range(ROUNDS):
        if place_first:
            c += FINE * v
            v -= FINE * OMEGA**2 * c
        else:
            later = v - FINE * OMEGA**2 * c
            c, v = c + FINE * (later if semi else v), later
    return (v**2 + OMEGA**2 * c**2) / OMEGA**2


@cache
def _skin() -> Any:
    from fau_teach import force
    from fau_teach.face import face

    return force.reduced(face())


@cache
def _smile() -> tuple[Any, Any, Any]:
    """Level (T,), drive (T, A) and coordinates (T, n) of the held smile of one side."""
    import numpy as np

    from fau_teach import force

    level = force.envelope(2.0, FRAME)
    drive = np.zeros((len(level), len(_skin().inputs)))
    drive[:, _skin().inputs.index(ZYGOMATIC)] = 0.9 * level
    return level, drive, force.integrate(_skin(), drive, step=FRAME).c


@cache
def _stable() -> frozenset[int]:
    from fau_teach import force

    most = 1e3 * force.limit(_skin(), "rk4")
    return frozenset(step for step in STEPS_MS if step <= most)


@cache
def _inertia() -> float:
    import numpy as np

    from fau_teach.force import identify

    _, drive, c = _smile()
    found = identify.from_motion(_skin(), c, FRAME, stiffness=False, damping=False)
    at = _skin().inputs.index(ZYGOMATIC)
    return float(np.corrcoef(found[:, at], drive[:, at])[0, 1])


@cache
def _blind() -> frozenset[str]:
    """Observers that leave a smile at one half open between 0 and 1."""
    import numpy as np

    from fau_teach.face import face
    from fau_teach.force import identify, observe

    a, found = np.zeros(len(_skin().inputs)), set()
    a[at := _skin().inputs.index(ZYGOMATIC)] = 0.5
    for seen in (observe.dense(face()), observe.landmarks68(face()), observe.depth(face())):
        one = identify.activations(seen, seen.of(a), noise=NOISE)
        if one.low[0, at] <= 0 and one.high[0, at] >= 1:
            found.add(seen.name)
    return frozenset(found)


@cache
def _best_hidden() -> str:
    """The muscle whose pull the others hide best, as it stands in its result."""
    from fau_teach.face import face
    from fau_teach.force import hidden, observe

    seen = observe.dense(face())
    names = [name for name in seen.names if name.endswith("_left")]
    return min(names, key=lambda name: hidden.co_contraction(seen, name).remainder)


@cache
def _lag() -> int:
    import numpy as np

    from fau_teach.force import against

    level, drive, _ = _smile()
    label = np.roll(level > 0.5, LATE)
    return against.lags(drive[:, _skin().inputs.index(ZYGOMATIC)], label).best


EXERCISES = (
    Exercise(
        id="4.5",
        title="Eq. 6 with a step",
        solution=lambda: _path(STEP, 0),
        tolerance=1e-9,
        right="Both lines got the step. Eq. 6 is the case where the step is 1.",
        hint="c moves by step * v, v changes by step * a, both with the old values.",
        wrong=(
            (_path(1.0, 0), "That is Eq. 6 as printed: the step is still 1."),
            (_path(STEP, 0, kick=1.0), "The place has its step. The velocity needs it, too."),
            (_path(STEP, 1), "You moved with the new velocity: that is semi-implicit Euler."),
            (_path(STEP, 0.5), "That is the exact path. Asked is what Euler makes of it."),
        ),
        source="S1-016; E1-04",
        prompt=(
            "A body of mass 1 is pushed with force 1. The loop is Eq. 6 as printed. Give it the "
            "step of half a second and set `answer` to the list of places."
        ),
        starter=(
            "step, a = 0.5, 1.0\nc, v = 0.0, 0.0\nplaces = [c]\nfor _ in range(4):\n"
            "    c, v = c + v, v + a\n    places.append(c)\nprint(places)\nanswer = ...\n"
        ),
    ),
    Exercise(
        id="4.6",
        title="A spring that keeps its energy",
        solution=lambda: _energy(True),
        tolerance=0.001,
        right="One line changed places, and the energy no longer explodes. It swings a little.",
        hint="Write two lines: first v, then c with the v just found.",
        wrong=(
            (_energy(False), "That is explicit Euler: c and v both used the old values."),
            (_energy(False, place_first=True), "Nearly: you moved c first. Change v first."),
            (1.0, "That is what nature does. Asked is what the loop does."),
        ),
        source="S1-016; E1-04",
        prompt=(
            "A spring is let go at 1 and swings for ten seconds. Explicit Euler multiplies its "
            "energy by fifty. Make it semi-implicit: first change the velocity, then move with the "
            "new velocity. Set `answer` to the energy at the end over that at the start."
        ),
        starter=(
            "step, omega = 0.1, 2.0\nc, v = 1.0, 0.0\nfor _ in range(100):\n"
            "    c, v = c + step * v, v - step * omega**2 * c\n"
            "print((v**2 + omega**2 * c**2) / omega**2)\nanswer = ...\n"
        ),
    ),
    Exercise(
        id="4.7",
        title="Forces that move nothing",
        solution=lambda: (3 * MUSCLES - COORDINATES, max(MUSCLES - COORDINATES, 0)),
        right="Columns minus rows is the least; where muscles are fewer than ways to move, none.",
        hint="A matrix with n rows has at most rank n. What is left of its columns moves nothing.",
        wrong=(
            (
                (3 * MUSCLES - COORDINATES, MUSCLES - COORDINATES),
                "Fewer columns than rows leave no direction over: the least is 0, not below.",
            ),
            ((3 * MUSCLES, MUSCLES), "Those are the unknowns. Take off what the rows can tell."),
            ((MUSCLES - COORDINATES, 0), "As printed, each muscle has three numbers."),
            ((0, 3 * MUSCLES - COORDINATES), "Right numbers; printed first, then ours."),
        ),
        source="S1-019; E1-06",
        prompt=(
            "A face has 40 coordinates and 31 muscles. Eq. 9 as printed gives each muscle three "
            "numbers, ours gives it one activation. How many independent patterns of force move "
            "nothing, at the least? Set `answer` to the pair: as printed, ours."
        ),
        starter="coordinates, muscles = 40, 31\nanswer = ...\n",
    ),
    Exercise(
        id="4.8",
        title="Skin and electrode together",
        solution=lambda: (EMG * UP - SEEN) / DOWN,
        tolerance=0.001,
        right="The skin alone would also allow 0. One electrode settles both muscles.",
        hint="What is seen is 6 times the first activation minus 4 times the second.",
        wrong=(
            (0.0, "That is the least effort that the skin allows. The electrode says 0.6."),
            ((SEEN - EMG * UP) / DOWN, "Right size, but muscles do not push: turn the sign."),
            ((EMG * UP + SEEN) / DOWN, "More than full. Take off what is seen, do not add it."),
        ),
        source="S1-025; E1-06",
        prompt=(
            "At full activation one muscle lifts the corner of the mouth by 6 mm and another "
            "lowers it by 4 mm. The corner is seen 1.5 mm up. An electrode on the first says 0.6. "
            "Set `answer` to the activation of the second."
        ),
        starter="up, down, seen, emg = 6.0, 4.0, 1.5, 0.6\nanswer = ...\n",
    ),
    Exercise(
        id="4.13",
        title="Steps that hold",
        solution=_stable,
        right="Its limit lies between the last of these and the first that is left out.",
        hint='force.limit(skin, "rk4") gives seconds.',
        wrong=(
            ({1, 2}, 'That holds for explicit Euler. Asked is Runge-Kutta, "rk4".'),
            (set(STEPS_MS), "One of them lies above the limit."),
            ({1, 2, 3, 4}, "One more holds: compare 5 ms with the limit."),
        ),
        source="S1-016; E1-04",
    ),
    Exercise(
        id="4.14",
        title="Read back with inertia alone",
        solution=_inertia,
        tolerance=0.02,
        right="It does not follow the muscle: it goes with the change of the movement.",
        hint="np.corrcoef(a, b)[0, 1] of the column of the muscle, over all frames.",
        wrong=(
            (1.0, "That is the full equation. Leave stiffness and damping out."),
            (0.0, "In the hold it is 0. Over the whole movement it is not."),
        ),
        source="S1-059; E1-02; E1-25",
    ),
    Exercise(
        id="4.15",
        title="Who cannot tell",
        solution=_blind,
        right="Its readings fit a relaxed and a fully tensed muscle alike.",
        hint="The interval goes from low to high; nothing is said where it holds 0 and 1.",
        wrong=(
            ({"dense mesh"}, "It sees thousands of readings, and its interval is narrow."),
            ({"depth"}, "It is less sure than the mesh, but its interval is far from 0 and 1."),
            ({"68 points", "depth"}, "One of the two is open from 0 to 1, the other is not."),
        ),
        source="E1-06",
    ),
    Exercise(
        id="4.16",
        title="Hidden best",
        solution=_best_hidden,
        right="What it does in one direction, others undo, for little effort.",
        hint="hiding() puts the best hidden first; its first part is not always the muscle.",
        wrong=(
            (
                "orbicularis_oris_protrusion_lower_left",
                "It stands first in the list of parts, since it pulls hardest. Which muscle was "
                "asked to hide at one half?",
            ),
            ("zygomaticus_major_left", "A good part of its movement stays visible."),
        ),
        source="E1-06; S1-025",
    ),
    Exercise(
        id="4.17",
        title="How late is the label?",
        solution=_lag,
        right="Above 0: the label follows the force.",
        hint="against.lags(force, label).best is in frames.",
        wrong=(
            (-LATE, "Right size, wrong sign: above 0 the label follows."),
            (0, "At 0 the correlation is high, but it is not the highest."),
            (LATE * 10, "That is in milliseconds. Asked are frames."),
        ),
        source="S1-057",
    ),
)
