"""How much later one recording runs than another: both show the same flash, clap or movement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

from fau_teach._records import Checks
from fau_teach.coding.event import CodingError

_checks = Checks(CodingError)
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Lag:
    """How much later the second series is.

    Parameters
    ----------
    samples : by so many samples; below 0 it is earlier
    rate : samples a second [1/s]
    r : correlation of the two at this shift, at most 1
    """

    samples: int
    rate: float
    r: float

    @property
    def ms(self) -> float:
        """The shift in milliseconds."""
        return 1000 * self.samples / self.rate

    def __str__(self) -> str:
        half = 500 / self.rate
        return f"{self.samples:+} samples = {self.ms:+.0f} ms, ±{half:.3g} ms (r = {self.r:.2f})"


def lag(
    first: Sequence[float | None],
    second: Sequence[float | None],
    rate: float,
    longest_s: float = 1.0,
) -> Lag:
    """Shift at which two series are most alike; of equal shifts the smallest.

    Parameters
    ----------
    first, second : a value a sample, from the same moment on by their own clocks; None and NaN
        are unknown
    rate : samples a second of both [1/s]
    longest_s : largest shift that is tried, in either direction [s]

    Raises
    ------
    CodingError
        A series is no longer than twice the largest shift, or nothing changes in it.

    Source: S2-061; method outside the sources.
    """
    rate = _checks.real("rate", rate, 0.001, 1e6)
    most = round(_checks.real("longest_s", longest_s, 0, 3600) * rate)
    for name, series in (("first", first), ("second", second)):
        if len(series) < 2 * most + _FEWEST:
            problem = f"{len(series)} samples are too few to try {most} in either direction"
            raise CodingError(name, problem, "Give longer series or a shorter longest_s")
    tried = [
        (found, -abs(shift), shift)
        for shift in range(-most, most + 1)
        if (found := _alike(first, second, shift)) is not None
    ]
    if not tried:
        raise CodingError("first, second", "nothing changes in one of them", "Both need the signal")
    r, _, samples = max(tried)
    return Lag(samples, rate, r)


def _alike(
    first: Sequence[float | None], second: Sequence[float | None], shift: int
) -> float | None:
    """Correlation of the samples that lie over each other; None where one is constant."""
    a, b = (first, second[shift:]) if shift >= 0 else (first[-shift:], second)
    pairs = [
        (x, y)
        for x, y in zip(a, b, strict=False)
        if x is not None and y is not None and isfinite(x) and isfinite(y)
    ]
    if len(pairs) < _FEWEST:
        return None
    n = len(pairs)
    x0, y0 = (sum(values) / n for values in zip(*pairs, strict=True))
    xx = sum((x - x0) ** 2 for x, _ in pairs)
    yy = sum((y - y0) ** 2 for _, y in pairs)
    xy = sum((x - x0) * (y - y0) for x, y in pairs)
    return round(xy / sqrt(xx * yy), 12) if xx * yy > 0 else None
