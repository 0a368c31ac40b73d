"""Pleasant or unpleasant: two channels, two resting levels, one subtraction.

Source: S0-079.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import NamedTuple

__all__ = ["Trial", "above_rest", "share_right", "toy", "valence"]


class Trial(NamedTuple):
    """Levels over two muscles, each in standard deviations of its rest, and what was shown."""

    zygomaticus: float
    corrugator: float
    shown: str


def above_rest(level: float, rest: Sequence[float]) -> float:
    """How many standard deviations a level lies above its own rest: no unit, so it compares.

    Raises
    ------
    ValueError
        Fewer than two values of rest, or all of them equal.
    """
    if len(set(rest)) < 2:
        raise ValueError(f"rest: {len(rest)} values without a spread. Use two different ones.")
    return (level - fmean(rest)) / stdev(rest)


def valence(zygomaticus: float, corrugator: float) -> str:
    """``"positive"`` where zygomaticus rises more than corrugator, else ``"negative"``.

    Source: S0-079.
    """
    return "positive" if zygomaticus > corrugator else "negative"


def toy(trials: int = 2000, d_prime: float = 3.0, seed: int = 79) -> list[Trial]:
    """Trials that differ, in the difference of the channels, by ``d_prime`` of its spread.

    Source: S0-079.
    """
    dice, shift = random.Random(seed), d_prime * 2**0.5 / 4
    found = []
    for number in range(trials):
        shown, sign = (("positive", 1), ("negative", -1))[number % 2]
        levels = (dice.gauss(way * sign * shift, 1) for way in (1, -1))
        found.append(Trial(*levels, shown))
    return found


def share_right(trials: Sequence[Trial], *, swapped: bool = False) -> float:
    """Share of trials whose valence is found; ``swapped`` with the two leads changed over."""
    right = 0
    for one in trials:
        levels = (one.zygomaticus, one.corrugator)
        right += valence(*(levels[::-1] if swapped else levels)) == one.shown
    return right / len(trials)
