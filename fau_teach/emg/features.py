"""Numbers that stand for a window of EMG, and which of them an envelope does not have.

Conventions differ between packages, so each is written down here. Amplitudes come in the
signal's unit; ZC and SSC count swings larger than a dead-band that you should state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from fau_teach._data import did_you_mean
from fau_teach.emg.signals import NEEDS_RAW, Float, Signal, SignalError, check_kind

HUDGINS = ("MAV", "ZC", "SSC", "WL")
"""The time-domain set of Hudgins, Parker and Scott 1993."""


def _spectrum(x: Float, rate: float) -> tuple[Float, Float]:
    power = abs(np.fft.rfft(x - x.mean(axis=1, keepdims=True), axis=1)) ** 2
    return np.asarray(power), np.asarray(np.fft.rfftfreq(x.shape[1], 1 / rate))


def _mean_frequency(x: Float, rate: float, _: float) -> Float:
    power, f = _spectrum(x, rate)
    total = power.sum(axis=1)
    return np.asarray(np.einsum("nfc,f->nc", power, f) / np.where(total > 0, total, np.nan))


def _median_frequency(x: Float, rate: float, _: float) -> Float:
    power, f = _spectrum(x, rate)
    total = power.sum(axis=1)
    at = (np.cumsum(power, axis=1) > total[:, None] / 2).argmax(axis=1)
    return np.where(total > 0, f[at], np.nan)


def _zero_crossings(x: Float, _: float, dead: float) -> Float:
    crosses = x[:, :-1] * x[:, 1:] < 0
    return np.asarray((crosses & (abs(np.diff(x, axis=1)) >= dead)).sum(axis=1), float)


def _slope_changes(x: Float, _: float, dead: float) -> Float:
    before, after = x[:, 1:-1] - x[:, :-2], x[:, 1:-1] - x[:, 2:]
    large = (abs(before) >= dead) | (abs(after) >= dead)
    return np.asarray(((before * after > 0) & large).sum(axis=1), float)


def _mobility(x: Float) -> Float:
    still = x.var(axis=1)
    return np.asarray(np.sqrt(np.diff(x, axis=1).var(axis=1) / np.where(still > 0, still, np.nan)))


#: Name -> what it computes from (N, T, C), rate and dead-band: (N, C). Variance divides by T;
#: spectra are those of the window without its mean and without a taper; MDF is the first
#: frequency with more than half of the power at or below it. Mobility and complexity are per
#: sample, so compare them at one rate only.
FEATURES: Mapping[str, Callable[[Float, float, float], Float]] = MappingProxyType(
    {
        "IEMG": lambda x, _, __: abs(x).sum(axis=1),
        "MAV": lambda x, _, __: abs(x).mean(axis=1),
        "RMS": lambda x, _, __: np.sqrt((x**2).mean(axis=1)),
        "WL": lambda x, _, __: abs(np.diff(x, axis=1)).sum(axis=1),
        "ZC": _zero_crossings,
        "SSC": _slope_changes,
        "VAR": lambda x, _, __: x.var(axis=1),
        "MNF": _mean_frequency,
        "MDF": _median_frequency,
        "Hjorth activity": lambda x, _, __: x.var(axis=1),
        "Hjorth mobility": lambda x, _, __: _mobility(x),
        "Hjorth complexity": lambda x, _, __: _mobility(np.diff(x, axis=1)) / _mobility(x),
        "log RMS": lambda x, _, __: 0.5 * np.log(np.maximum((x**2).mean(axis=1), 1e-30)),
    }
)
#: Features that an envelope does not have, and the reason's key in ``signals.NEEDS_RAW``.
RAW_ONLY: Mapping[str, str] = MappingProxyType(
    {
        **{name: name for name in FEATURES if name in NEEDS_RAW},
        "Hjorth mobility": "Hjorth",
        "Hjorth complexity": "Hjorth",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Features of every window.

    Attributes
    ----------
    values : (N, C, F)
    times : (N,) start of each window [s]
    channels, names : C and F names
    dead_band : of ZC and SSC, in the signal's unit
    """

    values: Float = field(repr=False)
    times: Float = field(repr=False)
    channels: tuple[str, ...]
    names: tuple[str, ...]
    dead_band: float

    @property
    def table(self) -> Float:
        """One row a window (N, C F), in the order of `columns`."""
        return self.values.reshape(len(self.values), -1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of `table`, such as ``"zygomaticus_L MAV"``."""
        return tuple(f"{channel} {name}" for channel in self.channels for name in self.names)

    def of(self, name: str) -> Float:
        """One feature (N, C)."""
        return np.asarray(self.values[:, :, self.names.index(name)])


def features(
    signal: Signal,
    names: Sequence[str] = HUDGINS,
    window: float = 0.25,
    step: float | None = None,
    *,
    dead_band: float = 0.0,
    allow_invalid: bool = False,
) -> Features:
    """Features of a signal, window by window.

    Parameters
    ----------
    names : of ``FEATURES``
    window, step : length of a window, and from one to the next [s]
    dead_band : least swing that ZC and SSC count, in the signal's unit; 0 counts noise as well
    allow_invalid : compute what an envelope does not have, to show what comes out

    Raises
    ------
    SignalKindError
        A feature needs a raw signal.
    SignalError
        There is no such feature, or the window does not fit.

    Source: S4-005; E4-01. On an envelope ZC is 0, and MDF tells of the smoothing alone.
    """
    for name in names:
        _known(name)
        if name in RAW_ONLY:
            check_kind(signal, RAW_ONLY[name], allow_invalid)
    times, pieces = signal.windows(window, step)
    values = [FEATURES[name](pieces, signal.rate, dead_band) for name in names]
    return Features(np.stack(values, axis=2), times, signal.channels, tuple(names), dead_band)


def feature_array(
    values: Float, rate: float, names: Sequence[str] = HUDGINS, dead_band: float = 0.0
) -> Float:
    """The same for windows that are cut already: raw (N, T, C) to (N, C, F).

    Raises
    ------
    SignalError
        There is no such feature, or the shape is another.
    """
    for name in names:
        _known(name)
    pieces = np.asarray(values, float)
    if pieces.ndim != 3 or pieces.shape[1] < 3:
        raise SignalError(f"windows {pieces.shape}: use (N, T, C) with 3 samples or more.")
    return np.stack([FEATURES[name](pieces, rate, dead_band) for name in names], axis=2)


def _known(name: str) -> None:
    if name not in FEATURES:
        hint = did_you_mean(name, FEATURES) or f"There are {', '.join(FEATURES)}."
        raise SignalError(f"no feature {name!r}. {hint}")
