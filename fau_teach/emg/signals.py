"""A signal from a muscle: numbers, rate, and which kind it is, which decides what may be done.

A raw signal swings about zero; an envelope is what is left after a rectifier and a smoothing
circuit, and never does. What makes no sense on an envelope is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]
KINDS = ("raw", "envelope")

#: What is refused on an envelope, and why.
NEEDS_RAW: Mapping[str, str] = MappingProxyType(
    {
        "band-pass": "its band lies where a smoothed signal has almost nothing left",
        "notch": "the rectifier has turned mains hum into a steady level and a hum of twice "
        "the frequency, so that there is nothing left to notch",
        "rectification": "it is rectified already",
        "TKEO": "this operator follows the amplitude and frequency of a swing about zero",
        "linear envelope": "it is one already",
        "ZC": "an envelope never crosses zero",
        "SSC": "smoothing leaves no swings to count, so the number tells the noise",
        "MNF": "its spectrum is the smoothing circuit's, not the muscle's",
        "MDF": "its spectrum is the smoothing circuit's, not the muscle's",
        "Hjorth": "mobility and complexity are spectral moments, here the smoothing circuit's",
        "silent period": "smoothing fills the gap from both sides",
    }
)


class SignalError(ValueError):
    """A signal, or something asked of one, that cannot be."""


class SignalKindError(SignalError):
    """What was asked needs a raw signal, and this is an envelope, or the other way round."""


class Recorded(Protocol):
    """What has samples and a rate, such as a recording."""

    values: Any
    rate: float


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """Samples of one or more channels at one rate.

    Parameters
    ----------
    values : (T, C) samples; (T,) is taken as one channel; NaN where a sample is missing
    rate : samples a second [1/s]
    kind : ``"raw"`` or ``"envelope"``
    unit : such as ``"V"``, ``"count"`` or ``"MVC"``
    channels : C names; ``"1"``, ``"2"``, … unless given
    start : time of the first sample [s]

    Raises
    ------
    SignalError
        A part cannot be; the message names it.

    Source: S4-003; E4-01.
    """

    values: Float = field(repr=False)
    rate: float
    kind: str = "raw"
    unit: str = "V"
    channels: tuple[str, ...] = ()
    start: float = 0.0

    def __post_init__(self) -> None:
        values = np.asarray(self.values, float)
        values = values[:, None] if values.ndim == 1 else values
        if values.ndim != 2 or not values.shape[1]:
            raise SignalError(f"values {values.shape}: use (T, C), samples by channels.")
        if not 0 < self.rate < np.inf:
            raise SignalError(f"rate {self.rate!r}: use samples a second, above 0.")
        if self.kind not in KINDS:
            raise SignalError(f"kind {self.kind!r}: use 'raw' or 'envelope'.")
        names = tuple(self.channels) or tuple(str(n + 1) for n in range(values.shape[1]))
        if len(names) != values.shape[1] or len({*names}) < len(names):
            raise SignalError(f"channels {names}: {values.shape[1]} different names, please.")
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "channels", names)

    @classmethod
    def of(cls, recording: Recorded, kind: str, **more: Any) -> Signal:
        """Take over a recording, or anything with ``values`` and ``rate``.

        Parameters
        ----------
        recording : its ``unit``, ``channels`` and ``start`` are taken over where it has them
        kind : say which; no number in a recording tells it
        more : what to set otherwise, such as ``unit``
        """
        known = {name: getattr(recording, name, None) for name in ("unit", "channels", "start")}
        parts = {name: value for name, value in known.items() if value is not None} | more
        return cls(np.asarray(recording.values, float), float(recording.rate), kind, **parts)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def times(self) -> Float:
        """Time of every sample (T,) [s]."""
        return np.asarray(self.start + np.arange(len(self)) / self.rate)

    @property
    def duration(self) -> float:
        """Length [s]."""
        return len(self) / self.rate

    def but(self, values: npt.ArrayLike | None = None, **changes: Any) -> Signal:
        """The same signal with other values or parts."""
        given: dict[str, Any] = {} if values is None else {"values": values}
        return replace(self, **given, **changes)

    def between(self, begin: float, end: float) -> Signal:
        """The samples from one time to before another [s].

        Raises
        ------
        SignalError
            There is no sample in between.
        """
        first, last = (
            int(np.clip(np.ceil((at - self.start) * self.rate - 1e-6), 0, len(self)))
            for at in (begin, end)
        )
        if first >= last:
            end_of_it = self.start + self.duration
            raise SignalError(
                f"{begin:g} to {end:g} s: the signal lasts from {self.start:g} to {end_of_it:g} s."
            )
        return self.but(self.values[first:last], start=self.start + first / self.rate)

    def pick(self, *channels: str) -> Signal:
        """Some channels, in the order asked for.

        Raises
        ------
        SignalError
            There is no such channel.
        """
        for name in channels:
            if name not in self.channels:
                raise SignalError(f"no channel {name!r}; there are {', '.join(self.channels)}.")
        places = [self.channels.index(name) for name in channels]
        return self.but(self.values[:, places], channels=channels)

    def windows(self, length_s: float, step_s: float | None = None) -> tuple[Float, Float]:
        """Pieces of equal length; what is left at the end is not used.

        Parameters
        ----------
        length_s : length of a piece [s]
        step_s : from the start of one to the start of the next [s]; the length unless given

        Returns
        -------
        start times (N,) [s] and a read-only view (N, samples, C)
        """
        size = round(length_s * self.rate)
        step = round((length_s if step_s is None else step_s) * self.rate)
        if not 1 <= size <= len(self) or step < 1:
            raise SignalError(
                f"windows of {length_s:g} s every {step_s if step_s else length_s:g} s do not "
                f"fit {self.duration:g} s at {self.rate:g} samples a second."
            )
        view = np.lib.stride_tricks.sliding_window_view(self.values, size, axis=0)[::step]
        return self.times[: len(self) - size + 1 : step], view.transpose(0, 2, 1)


def check_kind(signal: Signal, what: str, allow_invalid: bool = False) -> None:
    """Refuse what needs a raw signal and gets an envelope.

    Parameters
    ----------
    signal : what is to be processed
    what : key of ``NEEDS_RAW``
    allow_invalid : do it all the same, to show what comes out

    Raises
    ------
    SignalKindError
        The signal is an envelope; the message says why that matters.

    Source: S4-004, S4-005; E4-01.
    """
    if signal.kind == "envelope" and not allow_invalid:
        raise SignalKindError(
            f"{what} needs a raw signal, and this is an envelope: {NEEDS_RAW[what]}. "
            "Use a sensor with a raw output, or allow_invalid=True to see what comes out."
        )


def joined(signals: Sequence[Signal]) -> Signal:
    """Signals of one rate and the same channels one after the other; times go on from the first.

    Raises
    ------
    SignalError
        There is none, or rates, kinds, units or channels differ.
    """
    if not signals:
        raise SignalError("no signal to join.")
    first = signals[0]
    for other in signals[1:]:
        for part in ("rate", "kind", "unit", "channels"):
            if getattr(other, part) != getattr(first, part):
                raise SignalError(f"{part}: {getattr(other, part)} after {getattr(first, part)}.")
    return first.but(np.concatenate([one.values for one in signals]))
