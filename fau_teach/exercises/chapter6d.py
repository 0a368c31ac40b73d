"""Exercises of the lab of chapter 6: losses, hum, a time constant, onsets, a leak, and a delay.

Beside them stand a module and a smile of somebody else, whose numbers the learner has to find.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from fau_teach.exercises._core import Exercise

if TYPE_CHECKING:
    from fau_teach.capstone import Planted
    from fau_teach.emg import Errors, Signal

TAU_S, DELAY_S = 0.057, 0.035
REPEATS = 8
SNR_DB, BURSTS, SEED = 20, 20, 3
GAIN, MIDDLE_V = 10_000, 2.5


def module(signal: Signal) -> Signal:
    """What a module gives whose time constant nobody has told you: an envelope [V]."""
    from fau_teach.emg import envelope_circuit

    return envelope_circuit(signal, TAU_S)


@cache
def somebody() -> Planted:
    """A micro-expression of somebody whose electromechanical delay nobody has told you."""
    from fau_teach import capstone
    from fau_teach.clip import Movement

    script = capstone.micro_smile("Ben")
    (smile,) = script.movements
    frown = Movement("4", "", "C", smile.onset, smile.apex, smile.offset)
    return capstone.planted(replace(script, movements=(frown,)), delay=DELAY_S)


def _clip() -> Any:
    from fau_teach.clip import Clip, Movement

    smile, frown = Movement("12", "", "D", 30, 42, 75), Movement("4", "", "C", 100, 115, 150)
    return Clip("Ana", 30, 180, (smile, frown))


PAIRS = ("zygomaticus_L", "corrugator_L")


@cache
def _account() -> Any:
    """Account of the lab's spoilt recording, and what the board knows of it."""
    from fau_teach import emg

    volts = MIDDLE_V + 3000 * emg.emg(_clip(), PAIRS, 1000).values
    faults = emg.Faults(lose=0.02, drop=0.01, flip=2e-5, cut=0.01, seed=6)
    board = emg.PythonDevice(volts, speed=0, faults=faults)
    return emg.record(board, 6, channels=(0, 1)).account


@cache
def _lift() -> float:
    """Resting level of the module with hum less that without [V]."""
    from fau_teach import emg

    levels = [
        float(emg.envelope_circuit(emg.emg(_clip(), PAIRS, 1000, disturbance=one))
              .between(0.4, 0.8).values[:, 0].mean())
        for one in (emg.Disturbance(hum=20e-6), None)
    ]  # fmt: skip
    return levels[0] - levels[1]


@cache
def _typical() -> dict[str, Errors]:
    """Errors of each detector on the lab's bursts [s]."""
    import numpy as np

    from fau_teach import emg

    raw, planted, _ = emg.bursts(SNR_DB, BURSTS, seed=SEED)
    board = emg.PythonDevice(MIDDLE_V + GAIN * raw.values, 2000, speed=0)
    got = emg.record(board, raw.duration, channels=(0,), rate=2000)
    heard = emg.Signal((got.values - np.median(got.values)) / GAIN, 2000)
    return {
        name: emg.errors(detect(heard, (0, 0.9)).onsets, planted)
        for name, detect in emg.DETECTORS.items()
    }


def _best() -> float:
    return 1000.0 * min(float(one.typical) for one in _typical().values())


@cache
def _leaks() -> dict[str, float]:
    from fau_teach.experiments import emg_again

    return dict(emg_again.leaks(emg_again.lab_windows()))


def _loss() -> float:
    found = _leaks()
    return found["random windows"] - found["leave person out"]


EXERCISES = (
    Exercise(
        id="6.13",
        title="Lost on the line",
        solution=lambda: _account().lost - _account().dropped,
        right="The sequence number finds every frame that is missing, and the board's own count "
        "says which of them it never sent.",
        hint="account.lost counts every frame that is missing, account.dropped those of them that "
        "the board itself threw away.",
        wrong=(
            (22, "That counts what the board never sent as well. Subtract its drops."),
            (8, "Those are damaged frames whose checks failed. Frames that vanished are missing."),
            (170, "Those are rows. A frame carries ten."),
        ),
        source="S4-003",
    ),
    Exercise(
        id="6.14",
        title="What hum does to an envelope",
        solution=_lift,
        tolerance=0.005,
        right="Hum has become a level, and a level looks like a muscle that is never at rest.",
        hint="The mean of zygomaticus between 0.4 and 0.8 s: with hum, minus without.",
        wrong=(
            (0.0, "There is a difference. Do you compare the two envelopes at rest?"),
            (0.186, "That is the level with hum. Subtract the one without."),
            (0.016, "That is the level without hum. Subtract it from the other one."),
        ),
        source="S4-004, S4-005; E4-01",
    ),
    Exercise(
        id="6.15",
        title="The time constant of a module",
        solution=lambda: 1000 * TAU_S,
        tolerance=3.0,
        right="Not the assumed 80 ms: measure your own module in this way.",
        hint="From the moment the tone begins until the output reaches 63.2 % of its final level.",
        wrong=(
            (80.0, "That is what we assumed of a module. This is another one: measure it."),
            (39.5, "That is the time to half of the level. Asked is 63.2 %."),
            (125.0, "That is the rise from 10 to 90 %, which takes 2.2 time constants."),
            (557.0, "Subtract the moment at which the tone begins."),
            (0.057, "That is in seconds. Asked are milliseconds."),
        ),
        source="S4-011; E4-02",
    ),
    Exercise(
        id="6.16",
        title="How late is the best detector?",
        solution=_best,
        tolerance=0.5,
        right="And its worst onset is far off. State both, and on which signal.",
        hint="errors(...).typical of each detector, the least of them, in milliseconds.",
        wrong=(
            (15.0, "That is the double threshold's. One of the three is nearer."),
            (18.9, "That is TKEO's. One of the three is nearer."),
            (37.9, "That is the worst of its onsets. Asked is the typical error."),
            (0.005, "That is in seconds. Asked are milliseconds."),
        ),
        source="S4-012",
    ),
    Exercise(
        id="6.17",
        title="What random windows add",
        solution=_loss,
        tolerance=0.01,
        right="That share is knowledge of a person, a session or a trial, and not of a face.",
        hint="Accuracy under random windows minus accuracy with persons left out.",
        wrong=(
            (-0.396, "Right size, wrong sign: random windows minus persons left out."),
            (0.073, "That is what sessions tell. Asked is the loss with persons left out."),
            (0.604, "That is the accuracy with persons left out. Subtract it."),
        ),
        source="S4-009; E4-04",
    ),
    Exercise(
        id="6.18",
        title="Somebody's delay",
        solution=lambda: 1000 * DELAY_S,
        tolerance=8.0,
        right="Within the error that eight repetitions leave. One of them would not have done.",
        hint="For each seed take force.found - raw.found; average all three times of all seeds, "
        "in milliseconds.",
        wrong=(
            (50.0, "That is what was measured at an elbow, or the lag of the onset alone, which "
             "raw EMG finds early. Average onset, apex and offset."),
            (0.035, "That is in seconds. Asked are milliseconds."),
            (-35.0, "Right size, wrong sign: force minus EMG."),
        ),
        source="SX-05, SX-06; S4-012",
    ),
)  # fmt: skip
