"""Key frames of a curve: where a movement leaves neutral, is greatest, and is back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from numbers import Real
from statistics import median

from fau_teach._records import Checks
from fau_teach.coding.event import CodingError, Timing


@dataclass(frozen=True, slots=True)
class KeyFrames:
    """One event on a curve.

    Parameters
    ----------
    onset : first frame that has left neutral; None where the curve begins, or was interrupted,
        with the movement under way
    apex : first frame of the maximum
    offset : first frame that is back at neutral; None where the curve ends, or is interrupted,
        before
    peak : largest value
    first, last : first and last frame in which the movement is seen
    fps : frames a second [1/s]

    Source: S0-100.
    """

    onset: int | None
    apex: int
    offset: int | None
    peak: float
    first: int
    last: int
    fps: float

    @property
    def censored(self) -> bool:
        """Whether a part of the movement lies outside what was measured."""
        return self.onset is None or self.offset is None

    @property
    def duration(self) -> Timing | None:
        """Onset to offset; None where one of them was not seen."""
        if self.onset is None or self.offset is None:
            return None
        return Timing(self.offset - self.onset, self.fps)

    @property
    def rise(self) -> Timing | None:
        """Onset to apex; None where the onset was not seen."""
        return None if self.onset is None else Timing(self.apex - self.onset, self.fps)


def key_frames(
    curve: Sequence[float | None],
    fps: float,
    threshold: float,
    *,
    low: float | None = None,
    least: int = 1,
    smooth: int = 0,
    plateau: float = 0.0,
) -> tuple[KeyFrames, ...]:
    """Find the events on an intensity curve.

    The onset is the first frame at or above ``threshold``, the offset the first frame after the
    last one. The apex is the first frame of the maximum, also where it is held. Peaks between
    which the curve stays at or above ``low`` are one event.

    Parameters
    ----------
    curve : a value a frame: activation, intensity, or displacement; None and NaN are unknown
        and interrupt an event
    fps : frames a second [1/s]
    threshold : least value that an event must reach, above 0
    low : value below which an event has ended, above 0 and at most ``threshold``, which it is
        unless given; a lower one keeps noise around the threshold from making many events of one
    least : fewest frames of an event, from onset to offset
    smooth : half width of a running median in frames; it leaves rising and falling slopes where
        they are, unlike a mean, and lowers sharp peaks
    plateau : share of the peak, 0 to 1, that counts as the peak; against noise on a held apex

    Raises
    ------
    CodingError
        A parameter or a value of the curve cannot be (names it).

    Source: S0-100; the rules are ours.
    """
    checks = Checks(CodingError)
    fps = checks.real("fps", fps, 0.1, 100_000)
    threshold = checks.real("threshold", threshold, 1e-12, 1e12)
    low = threshold if low is None else checks.real("low", low, 1e-12, threshold)
    checks.whole("least", least, 1, 10**9)
    checks.whole("smooth", smooth, 0, 10**6)
    plateau = checks.real("plateau", plateau, 0, 1)
    found: list[KeyFrames] = []
    for start, values in _known(curve):
        if smooth:
            # At the edges the window narrows on both sides, so that slopes stay where they are.
            half = [min(smooth, at, len(values) - 1 - at) for at in range(len(values))]
            values = [median(values[at - h : at + h + 1]) for at, h in enumerate(half)]
        at, end = 0, len(values)
        while at < end:
            stop = at
            while stop < end and values[stop] >= low:
                stop += 1
            over = [frame for frame in range(at, stop) if values[frame] >= threshold]
            if over and over[-1] - over[0] + 1 >= least:
                first, last = over[0], over[-1]
                peak = max(values[at:stop])
                top = next(f for f in over if values[f] >= max(threshold, peak * (1 - plateau)))
                onset = start + first if first else None
                offset = start + last + 1 if last + 1 < end else None
                ends = start + first, start + last
                found.append(KeyFrames(onset, start + top, offset, peak, *ends, fps))
            at = stop + 1
    return tuple(found)


def _known(curve: Sequence[float | None]) -> list[tuple[int, list[float]]]:
    """Stretches without gaps, each with its first frame."""
    found: list[tuple[int, list[float]]] = []
    open_ = False
    for frame, value in enumerate(curve):
        if value is None or value != value:
            open_ = False
            continue
        if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
            advice = "Give numbers, and None where nothing is known"
            raise CodingError(f"curve[{frame}]", f"{value!r:.40} is no value", advice)
        if not open_:
            found.append((frame, []))
        found[-1][1].append(float(value))
        open_ = True
    return found
