"""When did it begin? Three detectors, and how far each is off where the truth is known.

No detector gives milliseconds: activity grows out of noise, so that the first sample of it
cannot be told. Published errors are 15 to 30 ms even at 40 dB and 50 to 80 ms at 10 dB
(Kowalski 2021).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fau_teach.emg.filters import tkeo
from fau_teach.emg.signals import Float, Signal, SignalError, check_kind

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Bursts that a detector found in one channel.

    Attributes
    ----------
    onsets, offsets : (n,) first and last active time of each [s]
    function : (T,) what was compared with the threshold
    threshold : in the unit of `function`
    method : which detector
    """

    onsets: Float
    offsets: Float
    function: Float = field(repr=False)
    threshold: float
    method: str

    def __len__(self) -> int:
        return len(self.onsets)


def _one(signal: Signal, channel: str) -> tuple[Signal, Float]:
    if not channel and len(signal.channels) > 1:
        names = ", ".join(signal.channels)
        raise SignalError(f"which channel of {names}? A detector looks at one at a time.")
    one = signal.pick(channel or signal.channels[0])
    if np.isnan(one.values).any():
        raise SignalError("samples are missing (NaN): cut the signal there, or fill_gaps() first.")
    return one, one.values[:, 0]


def _resting(one: Signal, values: Float, rest: tuple[float, float]) -> tuple[float, float]:
    """Mean and standard deviation at rest."""
    inside = values[(one.times >= rest[0]) & (one.times < rest[1])]
    if len(inside) < 10:
        raise SignalError(f"rest {rest[0]:g} to {rest[1]:g} s: {len(inside)} samples, too few.")
    return float(inside.mean()), float(inside.std())


def _found(
    one: Signal, active: Mask, shape: Float, level: float, method: str, least: float, gap: float
) -> Found:
    """Close short gaps, then drop short bursts."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], active, [False]]).astype(int)))
    runs = edges.reshape(-1, 2)
    if len(runs):
        apart = (runs[1:, 0] - runs[:-1, 1]) > gap * one.rate
        first = runs[np.concatenate([[True], apart]), 0]
        last = runs[np.concatenate([apart, [True]]), 1]
        long = (last - first) >= least * one.rate
        runs = np.stack([first, last], axis=1)[long]
    times = one.times
    onsets, offsets = times[runs[:, 0]], times[runs[:, 1] - 1]
    return Found(onsets, offsets, shape, float(level), method)


def double_threshold(
    signal: Signal,
    rest: tuple[float, float],
    *,
    channel: str = "",
    threshold: float = 3.0,
    window: float = 0.025,
    share: float = 0.3,
    least: float = 0.03,
    gap: float = 0.05,
) -> Found:
    """A sample is active if enough of the samples about it are high.

    Parameters
    ----------
    signal : raw and band-passed, or an envelope
    rest : begin and end of a time without movement [s]
    channel : which; needed where there are several
    threshold : first threshold: standard deviations of the rectified rest above its mean
    window, share : second threshold: share of the samples in a window [s] that must be above
    least : shortest burst that counts [s]
    gap : shorter pauses are part of the burst [s]

    Source: S4-012; after Bonato and others 1998 and Lidierth 1986, without their whitening.
    """
    one, x = _one(signal, channel)
    size = abs(x) if one.kind == "raw" else x
    mean, spread = _resting(one, size, rest)
    level = mean + threshold * spread
    above = size > level
    # A burst begins with its first high sample, not where the window first touches it; and one
    # high sample shortly before is not yet the burst, so a quarter of the window counts as well.
    ahead, behind = np.ones((2, len(x)), bool)
    for wide in {max(1, round(part * window * one.rate)) for part in (1.0, 0.25)}:
        count = np.convolve(above, np.ones(wide), "full")
        needed = max(1, round(share * wide))
        ahead &= count[wide - 1 :] >= needed
        behind &= count[: len(x)] >= needed
    active = above & (ahead | behind)
    return _found(one, active, size, level, "double threshold", least, gap)


def tkeo_threshold(
    signal: Signal,
    rest: tuple[float, float],
    *,
    channel: str = "",
    threshold: float = 8.0,
    window: float = 0.01,
    least: float = 0.03,
    gap: float = 0.05,
    allow_invalid: bool = False,
) -> Found:
    """Smoothed Teager-Kaiser energy above the mean of the rest by so many deviations.

    Parameters
    ----------
    threshold : standard deviations of the smoothed energy at rest
    window : of the centred smoothing [s]; one sample or less smooths nothing
    signal, rest, channel, least, gap : as for :func:`double_threshold`; raw alone

    Raises
    ------
    SignalKindError
        It is an envelope.

    Source: S4-012; Li, Zhou and Aruin 2007; Solnik and others 2010.
    """
    check_kind(signal, "TKEO", allow_invalid)
    one, _ = _one(signal, channel)
    energy = tkeo(one, allow_invalid=True).values[:, 0]
    smooth = ndimage.uniform_filter1d(energy, max(1, round(window * one.rate)), mode="nearest")
    mean, spread = _resting(one, smooth, rest)
    level = mean + threshold * spread
    return _found(one, smooth > level, smooth, level, "TKEO", least, gap)


def hodges_bui(
    signal: Signal,
    rest: tuple[float, float],
    *,
    channel: str = "",
    threshold: float = 3.0,
    window: float = 0.025,
    least: float = 0.03,
    gap: float = 0.05,
) -> Found:
    """Moving mean of the rectified signal above the mean of the rest by so many deviations.

    Parameters
    ----------
    threshold : standard deviations; Hodges and Bui tried 1, 2 and 3
    window : of the centred moving mean [s]; they tried 10, 25 and 50 ms
    signal, rest, channel, least, gap : as for :func:`double_threshold`

    Source: S4-012; Hodges and Bui 1996.
    """
    one, x = _one(signal, channel)
    size = abs(x) if one.kind == "raw" else x
    smooth = ndimage.uniform_filter1d(size, max(1, round(window * one.rate)), mode="nearest")
    mean, spread = _resting(one, smooth, rest)
    level = mean + threshold * spread
    return _found(one, smooth >= level, smooth, level, "Hodges-Bui", least, gap)


DETECTORS = {
    "double threshold": double_threshold,
    "TKEO": tkeo_threshold,
    "Hodges-Bui": hodges_bui,
}


@dataclass(frozen=True, slots=True)
class Errors:
    """How far found times are from planted ones.

    Attributes
    ----------
    planted, matched : number of planted times, and of those that were found
    false : number of found times that match none
    bias : median of found less planted [s]; positive is late
    typical : median of the absolute error [s]
    worst : largest absolute error [s]
    """

    planted: int
    matched: int
    false: int
    bias: float
    typical: float
    worst: float

    def __str__(self) -> str:
        found = f"{self.matched} of {self.planted} found, {self.false} false"
        if not self.matched:
            return found
        ms = (1000 * one for one in (self.bias, self.typical, self.worst))
        return found + "; bias {:+.0f} ms, typical error {:.0f} ms, worst {:.0f} ms".format(*ms)


def errors(found: npt.ArrayLike, planted: npt.ArrayLike, within: float = 0.15) -> Errors:
    """Compare found times with planted ones, each used once, the nearest pairs first.

    Parameters
    ----------
    found, planted : times [s]
    within : farther apart is no match [s]
    """
    a, b = np.atleast_1d(np.asarray(found, float)), np.atleast_1d(np.asarray(planted, float))
    apart = abs(a[:, None] - b[None])
    off: list[float] = []
    free_a, free_b = set(range(len(a))), set(range(len(b)))
    for flat in np.argsort(apart, axis=None, kind="stable"):
        i, j = divmod(int(flat), len(b))
        if apart[i, j] > within:
            break
        if i in free_a and j in free_b:
            free_a.remove(i)
            free_b.remove(j)
            off.append(float(a[i] - b[j]))
    size = np.abs(off)
    stats = (np.median(off), np.median(size), size.max()) if off else (np.nan,) * 3
    bias, typical, worst = (float(one) for one in stats)
    return Errors(len(b), len(off), len(free_a), bias, typical, worst)
