"""What is wrong with a recording, in plain words: looked at before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy import signal as dsp

from fau_teach.emg.signals import Float, Signal

KINDS = ("missing", "clipped", "flat", "hum", "movement", "drift")


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that is wrong with one channel.

    Attributes
    ----------
    channel : its name
    kind : one of ``KINDS``
    begin, end : of the worst stretch, or of the whole [s]
    share : of the samples, or of the power for hum, movement and drift
    words : what it is, and what to do
    """

    channel: str
    kind: str
    begin: float
    end: float
    share: float
    words: str

    def __str__(self) -> str:
        return f"{self.channel}, {self.kind}, {self.begin:.2f} to {self.end:.2f} s: {self.words}"


def flags(
    signal: Signal,
    *,
    limits: tuple[float, float] | None = None,
    mains: float = 50.0,
    hum: float = 0.3,
    slow: float = 15.0,
    movement: float = 10.0,
    flat: float = 0.1,
) -> tuple[Flag, ...]:
    """Look for missing, clipped and flat samples, and in raw signals for hum, movement, drift.

    Parameters
    ----------
    limits : lowest and highest value that the converter gives; without them a channel's own
        extremes count where three samples in a row reach them
    mains : frequency of the mains [1/s]
    hum : share of the power from 20 Hz on that may lie at the mains and its multiples
    slow : what lies below this is no muscle [1/s]
    movement : slow power in a quarter of a second, as a multiple of its median, that is too much
    flat : time without any change that is too long [s]

    Returns
    -------
    flags by channel; empty where nothing was found, which does not say that the signal is good
    """
    found: list[Flag] = []
    for number, name in enumerate(signal.channels):
        x = signal.values[:, number]
        lost = np.isnan(x)
        if lost.any():
            text = "samples are missing; cut them out or fill short gaps, and say which"
            found.append(_flag(signal, name, "missing", lost, lost.mean(), text))
        if lost.all():
            continue
        clean = np.interp(np.arange(len(x)), np.flatnonzero(~lost), x[~lost])
        found += _stuck(signal, name, clean, limits, flat)
        if signal.kind == "raw" and signal.duration >= 1 and np.ptp(clean) > 0:
            found += _swinging(signal, name, clean, (mains, hum, slow, movement))
    return tuple(found)


def _runs(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return edges.reshape(-1, 2)


def _flag(
    signal: Signal,
    name: str,
    kind: str,
    mask: npt.NDArray[np.bool_],
    share: float,
    words: str,
) -> Flag:
    runs = _runs(mask)
    first, last = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    begin = signal.start + first / signal.rate
    return Flag(name, kind, begin, signal.start + last / signal.rate, float(share), words)


def _stuck(
    signal: Signal, name: str, x: Float, limits: tuple[float, float] | None, flat: float
) -> list[Flag]:
    found = []
    low, high = limits or (x.min(), x.max())
    at_end = (x <= low) | (x >= high)
    if limits is None and signal.kind == "envelope":
        at_end &= x > x.min()
    runs = _runs(at_end)
    long = runs[runs[:, 1] - runs[:, 0] >= 3]
    still = np.concatenate([[False], np.diff(x) == 0])
    quiet = _runs(still)
    quiet = quiet[quiet[:, 1] - quiet[:, 0] >= flat * signal.rate]
    if len(long) and np.ptp(x) > 0:
        mask = np.zeros(len(x), bool)
        for first, last in long:
            mask[first:last] = True
        text = "the top or bottom is cut off; amplitudes are too small there: lower the gain"
        found.append(_flag(signal, name, "clipped", mask, mask.mean(), text))
        quiet = np.array([run for run in quiet if not mask[run[0] : run[1]].all()]).reshape(-1, 2)
    if len(quiet):
        mask = np.zeros(len(x), bool)
        for first, last in quiet:
            mask[first:last] = True
        text = "no change at all: an electrode is off, a wire is loose, or the board repeats"
        found.append(_flag(signal, name, "flat", mask, mask.mean(), text))
    return found


def _swinging(
    signal: Signal, name: str, x: Float, bounds: tuple[float, float, float, float]
) -> list[Flag]:
    mains, most_hum, slow, most_movement = bounds
    found, rate = [], signal.rate
    whole = np.ones(len(x), bool)
    f, power = dsp.welch(x - x.mean(), rate, nperseg=min(len(x), round(rate)))
    multiples = np.arange(mains, rate / 2, mains)
    near = (abs(f[:, None] - multiples[None]) <= 1.5).any(axis=1)
    beside = (abs(f[:, None] - multiples[None]) <= 5).any(axis=1) & ~near
    # What the neighbours have is muscle; hum is what stands above them.
    above = max(0.0, power[near].sum() - near.sum() * power[beside].mean()) if near.any() else 0.0
    share = above / max(power[f >= 20].sum(), 1e-300)
    if share > most_hum:
        text = f"{share:.0%} of the power is mains hum: prepare the skin, twist short leads"
        found.append(_flag(signal, name, "hum", whole, share, text))
    calm = min(slow, 0.45 * rate)
    sos = dsp.butter(2, calm, "lowpass", fs=rate, output="sos")
    pad = min(len(x) - 1, round(rate))
    # An odd end would hang the filter on one noisy sample, and find movement there.
    below = dsp.sosfiltfilt(sos, x - np.median(x), padtype="even", padlen=pad)
    steep = dsp.butter(2, min(1.0, calm / 2), "highpass", fs=rate, output="sos")
    creep = below - dsp.sosfiltfilt(steep, below, padlen=pad)
    level = ndimage.uniform_filter1d((below - creep) ** 2, round(rate / 4), mode="nearest")
    fast = (x - np.median(x) - below).var()
    # What a strong drift leaves behind the high-pass is no movement.
    least = max(fast, (0.02 * creep.std()) ** 2)
    burst = (level > most_movement * np.median(level)) & (level > least)
    if burst.any():
        text = f"slow swings below {slow:g} Hz are no muscle: a cable or the head moved"
        part = (below - creep)[burst].var() * burst.mean() / max(x.var(), 1e-300)
        found.append(_flag(signal, name, "movement", burst, part, text))
    if creep.std() > 2 * np.sqrt(fast):
        text = "the baseline wanders: skin and gel settle, or sweat; a high-pass takes it out"
        found.append(_flag(signal, name, "drift", whole, creep.var() / x.var(), text))
    return found
