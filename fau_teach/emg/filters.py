"""Two paths: what a raw signal goes through on its way to an amplitude, and what an envelope may.

Zero-phase filters look ahead and shift nothing, so use them on recordings; causal ones are what
a live display has, and come late.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy import signal as dsp

from fau_teach.emg.signals import Float, Signal, SignalError, SignalKindError, check_kind

BAND = (20.0, 450.0)
"""Usual band of facial EMG [1/s]: high-pass 15 to 25, low-pass 400 to 500 (van Boxtel 2001)."""


def _filtered(signal: Signal, sos: npt.NDArray[np.float64], causal: bool) -> Float:
    values = signal.values
    if np.isnan(values).any():
        raise SignalError(
            "samples are missing (NaN), and a filter would spread the gap. Cut the signal there "
            "with between(), or fill it with fill_gaps() and say so."
        )
    if causal:
        return np.asarray(dsp.sosfilt(sos, values, axis=0))
    pad = min(len(values) - 1, round(signal.rate))
    return np.asarray(dsp.sosfiltfilt(sos, values, axis=0, padlen=pad))


def _below_nyquist(signal: Signal, what: str, *frequencies: float) -> None:
    half = signal.rate / 2
    for f in frequencies:
        if not 0 < f < half:
            raise SignalError(
                f"{what}: {f:g} Hz with {signal.rate:g} samples a second, which hold nothing "
                f"from {half:g} Hz on. Sample faster, or choose a lower edge."
            )


def band_pass(
    signal: Signal,
    low: float = BAND[0],
    high: float = BAND[1],
    order: int = 4,
    *,
    causal: bool = False,
    allow_invalid: bool = False,
) -> Signal:
    """Keep a band: Butterworth.

    Parameters
    ----------
    low, high : edges, where half the power passes (a quarter with zero phase) [1/s]
    order : of each edge's slope; the zero-phase filter goes over the signal twice
    causal : filter as it comes, with delay, instead of there and back
    allow_invalid : do it to an envelope as well, to show that nothing is left

    Raises
    ------
    SignalKindError
        It is an envelope.
    SignalError
        An edge lies beyond half the rate, or samples are missing.

    Source: S4-004: keeps 92 % of a raw signal's energy and 0.14 % of an envelope's; E4-01.
    """
    check_kind(signal, "band-pass", allow_invalid)
    _below_nyquist(signal, "band-pass", low, high)
    if not low < high or order < 1:
        raise SignalError(f"band {low:g} to {high:g} Hz, order {order}: low below high, order 1 on")
    sos = dsp.butter(order, (low, high), "bandpass", fs=signal.rate, output="sos")
    return signal.but(_filtered(signal, sos, causal))


def notch(
    signal: Signal,
    frequency: float = 50.0,
    harmonics: int = 1,
    quality: float = 30.0,
    *,
    causal: bool = False,
    allow_invalid: bool = False,
) -> Signal:
    """Take out mains hum, and muscle with it: the gap is frequency / quality wide.

    Parameters
    ----------
    frequency : of the mains, 50 or 60 [1/s]
    harmonics : how many multiples, the first included; those from half the rate on are left out
    quality : frequency over width; higher is narrower and rings longer

    Raises
    ------
    SignalKindError
        It is an envelope: hum has become a level there, and 100 Hz.
    SignalError
        The frequency lies beyond half the rate, or samples are missing.

    Source: S4-004: a planted 50 Hz tone loses more than 30 dB; E4-01.
    """
    check_kind(signal, "notch", allow_invalid)
    _below_nyquist(signal, "notch", frequency)
    for multiple in range(1, harmonics + 1):
        if multiple * frequency < signal.rate / 2:
            b, a = dsp.iirnotch(multiple * frequency, multiple * quality, fs=signal.rate)
            signal = signal.but(_filtered(signal, dsp.tf2sos(b, a), causal))
    return signal


def rectify(signal: Signal, *, allow_invalid: bool = False) -> Signal:
    """Absolute values; from here on the signal counts as an envelope."""
    check_kind(signal, "rectification", allow_invalid)
    return signal.but(abs(signal.values), kind="envelope")


def rms(signal: Signal, window: float = 0.05) -> Signal:
    """Moving effective value over a centred window [s]: an envelope.

    Of an envelope it is a smoothed envelope again.
    """
    size = _samples(signal, window)
    mean = ndimage.uniform_filter1d(signal.values**2, size, axis=0, mode="nearest")
    return signal.but(np.sqrt(np.maximum(mean, 0)), kind="envelope")


def tkeo(signal: Signal, *, allow_invalid: bool = False) -> Signal:
    """Teager-Kaiser energy x(n)^2 - x(n-1) x(n+1), its absolute value; large where fast and strong.

    The first and last sample repeat their neighbours.

    Source: Li, Zhou and Aruin 2007; S4-012.
    """
    check_kind(signal, "TKEO", allow_invalid)
    x = signal.values
    if len(x) < 3:
        raise SignalError(f"{len(x)} samples: TKEO needs 3.")
    energy = abs(x[1:-1] ** 2 - x[:-2] * x[2:])
    values = np.pad(energy, ((1, 1), (0, 0)), "edge")
    return signal.but(values, kind="envelope", unit=f"{signal.unit}²")


def low_pass(
    signal: Signal, cutoff: float = 6.0, order: int = 4, *, causal: bool = False
) -> Signal:
    """Smooth: Butterworth, for a rectified signal or an envelope."""
    _below_nyquist(signal, "low-pass", cutoff)
    sos = dsp.butter(order, cutoff, "lowpass", fs=signal.rate, output="sos")
    return signal.but(_filtered(signal, sos, causal))


def linear_envelope(
    signal: Signal, cutoff: float = 6.0, *, causal: bool = False, allow_invalid: bool = False
) -> Signal:
    """Rectify and smooth a raw signal; small undershoots are set to 0.

    Parameters
    ----------
    cutoff : of the smoothing [1/s]; lower is smoother, later (causal) and wider
    """
    check_kind(signal, "linear envelope", allow_invalid)
    smooth = low_pass(rectify(signal, allow_invalid=True), cutoff, causal=causal)
    return smooth.but(np.maximum(smooth.values, 0))


def median(signal: Signal, window: float = 0.05) -> Signal:
    """Moving median over a centred window [s]: takes out spikes and keeps steps; for envelopes.

    Raises
    ------
    SignalKindError
        The signal is raw: the median of a swing about zero is zero.
    """
    if signal.kind == "raw":
        raise SignalKindError("the median of a raw signal is near 0: rectify it first.")
    size = _samples(signal, window) | 1
    return signal.but(ndimage.median_filter(signal.values, (size, 1), mode="nearest"))


def baseline(signal: Signal, rest: tuple[float, float]) -> Signal:
    """Subtract each channel's median level at rest; values below it become negative.

    Parameters
    ----------
    rest : begin and end of a time without movement [s]; choose it in the same session
    """
    return signal.but(signal.values - np.nanmedian(signal.between(*rest).values, axis=0))


def mvc_scaled(signal: Signal, largest: npt.ArrayLike) -> Signal:
    """Values as shares of a largest voluntary contraction, which compares people and sites.

    Parameters
    ----------
    signal : an envelope, baseline subtracted
    largest : one value a channel, or one for all, measured in the same session in `signal`'s
        unit; never the largest of the data to be tested, which would tell of the test

    Raises
    ------
    SignalKindError
        The signal is raw.
    SignalError
        A largest value is not above 0.
    """
    if signal.kind == "raw":
        raise SignalKindError("MVC scaling is for envelopes: rectify and smooth first.")
    level = np.asarray(largest, float)
    if not (level > 0).all():
        raise SignalError(f"largest contraction {level}: every one must be above 0.")
    return signal.but(signal.values / level, unit="MVC")


def fill_gaps(signal: Signal, longest: float = 0.02) -> Signal:
    """Missing samples (NaN) in gaps up to `longest` [s] drawn straight; longer ones stay.

    Invented values are no data: say how many there were.
    """
    values, at = signal.values.copy(), np.arange(len(signal))
    for column in values.T:
        lost = np.isnan(column)
        if lost.any() and not lost.all():
            edges = np.flatnonzero(np.diff(np.concatenate([[False], lost, [False]]).astype(int)))
            filled = np.interp(at, at[~lost], column[~lost])
            for first, last in edges.reshape(-1, 2):
                if last - first <= longest * signal.rate + 1e-9:
                    column[first:last] = filled[first:last]
    return signal.but(values)


def kept(signal: Signal, low: float = BAND[0], high: float = BAND[1]) -> Float:
    """Share of each channel's energy that a zero-phase band-pass leaves (C,), of any kind.

    The energy is the sum of squares, a steady level included, as it stands in the file.

    Source: S4-004; E4-01.
    """
    left = band_pass(signal, low, high, allow_invalid=True)
    return np.asarray((left.values**2).sum(axis=0) / (signal.values**2).sum(axis=0))


def _samples(signal: Signal, window: float) -> int:
    size = round(window * signal.rate)
    if not 1 <= size <= len(signal):
        raise SignalError(f"window {window:g} s: the signal lasts {signal.duration:g} s.")
    return size
