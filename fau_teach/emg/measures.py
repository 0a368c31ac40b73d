"""Three measures from the handbook's first chapters: asymmetry, valence, and the silent period."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fau_teach.emg.filters import tkeo
from fau_teach.emg.signals import Float, Signal, SignalError, check_kind


def asymmetry(left: npt.ArrayLike, right: npt.ArrayLike) -> Float:
    """Index (L - R) / (L + R): 1 all on the subject's left, 0 even, -1 all on the right.

    Parameters
    ----------
    left, right : amplitudes or intensities, none negative; NaN where both are 0

    Source: S0-069: 3 and 1 give 0.5; E0-29: asymmetry is no sure sign of anything.
    """
    a, b = np.asarray(left, float), np.asarray(right, float)
    if (a < 0).any() or (b < 0).any():
        raise SignalError("amplitudes below 0: rectify first.")
    total = a + b
    even = np.full(np.shape(total), np.nan)
    return np.asarray(np.divide(a - b, total, out=even, where=total > 0))


def valence_score(zygomaticus: npt.ArrayLike, corrugator: npt.ArrayLike) -> Float:
    """Difference of two standardised amplitudes, z of zygomaticus less z of corrugator.

    Its sign is the simplest classifier of pleasant (above 0) and unpleasant. Each muscle is
    standardised over the trials given; use those of one person.

    Parameters
    ----------
    zygomaticus, corrugator : (N,) amplitude in each trial

    Source: S0-079, S0-072: with d' = 3 between the classes it is right in Phi(1.5) = .933.
    """
    found = []
    for name, one in (("zygomaticus", zygomaticus), ("corrugator", corrugator)):
        values = np.asarray(one, float)
        spread = values.std()
        if values.ndim != 1 or len(values) < 2 or not spread > 0:
            raise SignalError(f"{name}: two or more trials, not all alike.")
        found.append((values - values.mean()) / spread)
    if len(found[0]) != len(found[1]):
        raise SignalError("as many trials of one muscle as of the other.")
    return np.asarray(found[0] - found[1])


def silent_period(
    signal: Signal,
    pulse: float,
    *,
    channel: str = "",
    mep: float = 0.03,
    window: float = 0.005,
    share: float = 0.05,
    least: float = 0.02,
    longest: float = 0.5,
    allow_invalid: bool = False,
) -> tuple[float, float]:
    """Begin and end [s] of the pause in a held contraction after a magnetic pulse.

    The muscle answers the pulse (MEP), then falls silent, then goes on. The pause is the
    longest time within `longest` after the pulse in which the smoothed Teager-Kaiser energy
    stays below a share of its median before the pulse.

    Parameters
    ----------
    signal : raw, with a contraction that is held before the pulse; not filtered, since a
        band-pass rings into the pause
    pulse : its time [s]
    channel : which; the first unless given
    mep : time after the pulse in which the answer lies and nothing is looked for [s]
    window : of the smoothing [s]
    share : of the energy before, below which it is silent
    least : shortest pause that counts [s]
    longest : where to stop looking [s]

    Raises
    ------
    SignalKindError
        It is an envelope, whose smoothing fills the gap.
    SignalError
        There is no held contraction before the pulse, or no pause after it.

    Source: S0-062: a planted 100 ms are found within 5 ms; E0-33: voluntary, tonic activity.
    """
    check_kind(signal, "silent period", allow_invalid)
    one = signal.pick(channel or signal.channels[0])
    energy = tkeo(one, allow_invalid=True).values[:, 0]
    size = max(1, round(window * one.rate))
    smooth = np.convolve(energy, np.ones(size) / size, "same")
    before = smooth[(one.times < pulse - window)]
    if len(before) < 0.1 * one.rate or not np.median(before) > 0:
        raise SignalError("at least 0.1 s of held contraction before the pulse, please.")
    quiet = smooth < share * np.median(before)
    quiet &= (one.times >= pulse + mep) & (one.times <= pulse + longest)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(int)))
    runs = edges.reshape(-1, 2)
    runs = runs[runs[:, 1] - runs[:, 0] >= least * one.rate]
    if not len(runs):
        raise SignalError("no pause: the muscle went on, or the smoothing is too wide.")
    first, last = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    # The smoothing carries what lies beside the pause into it: the strong answer by half a
    # window, the contraction until a share of the window is filled.
    begin = one.times[first] - size / 2 / one.rate
    end = one.times[last - 1] + (0.5 - share) * size / one.rate
    return float(begin), float(end)
