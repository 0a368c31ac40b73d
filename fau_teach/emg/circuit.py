"""The envelope circuit of a hobby module: gain, rectifier, one time constant, and a ceiling.

That it is of first order and lasts 80 ms are assumptions that you can test on a real module.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import signal as dsp

from fau_teach.emg.signals import Float, Signal, SignalError, check_kind

TAU = 0.08
"""Time constant of the smoothing [s]: an assumption, after a maker's earlier circuit."""
GAIN, SUPPLY = 10350.0, 5.0
"""Amplification at a setting of 50 kOhm, and the voltage at which the output stops [V]."""


def tau_of(cutoff: float) -> float:
    """Time constant [s] of a cut-off frequency [1/s]: 1 / (2 pi f); and the same the other way.

    Source: S4-011: 3.6 Hz is 44.2 ms.
    """
    if not cutoff > 0:
        raise SignalError(f"{cutoff!r}: use a frequency or a time constant above 0.")
    return 1 / (2 * np.pi * cutoff)


def smoothed(values: npt.ArrayLike, rate: float, tau: float = TAU) -> Float:
    """First-order low-pass along the first axis, at rest before the first sample.

    It is the circuit's exact answer to an input that stays at each sample until the next.

    Parameters
    ----------
    values : (T, ...) samples
    rate : [1/s]
    tau : time constant [s]
    """
    if not tau > 0 or not rate > 0:
        raise SignalError(f"time constant {tau!r} s, rate {rate!r}: both above 0.")
    keep = np.exp(-1 / (rate * tau))
    return np.asarray(dsp.lfilter([1 - keep], [1, -keep], np.asarray(values, float), axis=0))


def envelope_circuit(
    signal: Signal, tau: float = TAU, gain: float = GAIN, supply: float = SUPPLY
) -> Signal:
    """What a module with a rectifier gives for a raw signal: an envelope from 0 to its supply.

    Parameters
    ----------
    signal : raw, in volts at the skin; hum and noise in it become part of the level
    tau : time constant of the smoothing [s]
    gain : amplification before the rectifier
    supply : highest output [V]; lower it to show clipping

    Raises
    ------
    SignalKindError
        The signal is an envelope already.

    Source: S4-003, S4-011; E4-01. Gain: table of the module's manual.
    """
    check_kind(signal, "rectification")
    out = np.clip(smoothed(gain * abs(signal.values), signal.rate, tau), 0, supply)
    return signal.but(out, kind="envelope", unit="V")


def burst(seconds: float, tau: float) -> tuple[float, float]:
    """Peak of a rectangular burst behind the circuit, and its width at half its own peak.

    Parameters
    ----------
    seconds : length of the burst, of height 1 [s]
    tau : time constant [s]

    Returns
    -------
    peak, 0 to 1, and width at half of that peak [s]

    Source: S4-011: with 3.6 Hz 40 ms reach 59.5 % and 200 ms 98.9 %; with 2 Hz 39.5 % and
    91.9 %, and 40 ms become 77.6 ms; E4-02.
    """
    if not (seconds > 0 and tau > 0):
        raise SignalError(f"burst {seconds!r} s, time constant {tau!r} s: both above 0.")
    peak = -np.expm1(-seconds / tau)
    rise = -tau * np.log1p(-peak / 2)
    return float(peak), float(seconds - rise + tau * np.log(2))
