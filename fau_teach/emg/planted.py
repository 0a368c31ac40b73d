"""Signals whose truth is known to the sample: bursts in noise, and a silent period."""

from __future__ import annotations

import numpy as np
from scipy.fft import irfft, next_fast_len

from fau_teach.emg.signals import Float, Signal, SignalError

_WIDTH = 1.5e-3


def coloured(dice: np.random.Generator, size: int, number: int, rate: float) -> Float:
    """Noise of the spectrum of facial EMG (size, number), effective value 1.

    Many motor units together give nearly Gaussian noise (Hogan and Mann 1980); its spectrum is
    that of the first derivative of a Gaussian of 1.5 ms, with its peak at 106 Hz. Ours.
    """
    # Lengths with large prime factors would be slow; what is too much is cut off.
    length = next_fast_len(size, real=True)
    f = np.fft.rfftfreq(length, 1 / rate)
    shape = f * np.exp(-0.5 * (2 * np.pi * _WIDTH * f) ** 2)
    shape *= np.sqrt(len(f) / np.sum(shape**2))
    # Noise is drawn in the spectrum, with the same power as white noise in time.
    parts = dice.standard_normal((2, number, len(f)))
    spectrum = (parts[0] + 1j * parts[1]) * (shape * np.sqrt(length / 2))
    return np.asarray(irfft(spectrum, length, axis=1)[:, :size].T)


def bursts(
    snr_db: float,
    number: int = 20,
    *,
    length: float = 0.3,
    every: float = 1.0,
    rise: float = 0.05,
    rate: float = 2000.0,
    noise: float = 2e-6,
    seed: int = 0,
) -> tuple[Signal, Float, Float]:
    """Bursts in white noise, to measure an onset detector with.

    Parameters
    ----------
    snr_db : power at a burst's full height over the noise [dB]
    number, length, every : how many, how long and how far apart [s]; the first second is rest
    rise : smooth rise, and fall, inside the length [s]; 0 for a step
    rate, noise : [1/s]; effective value [V]

    Returns
    -------
    signal, planted onsets and offsets (n,) [s]; a little jitter keeps them off any grid
    """
    if not (0 <= 2 * rise <= length < every) or number < 1:
        raise SignalError("bursts: two rises fit into a length, and a length into the distance.")
    dice = np.random.default_rng(seed)
    times = np.arange(round((1 + number * every + 0.5) * rate)) / rate
    onsets = 1 + every * np.arange(number) + dice.uniform(0, 0.3 * (every - length), number)
    inside = times[:, None] - onsets[None]
    edge = np.minimum(inside, length - inside) / (rise or 1e-9)
    t = np.clip(edge, 0, 1)
    height = (t * t * (3 - 2 * t)).sum(axis=1)
    muscle = coloured(dice, len(times), 1, rate)[:, 0] * height * 10 ** (snr_db / 20)
    values = noise * (muscle + dice.normal(size=len(times)))
    return Signal(values, rate, channels=("planted",)), onsets, onsets + length


def alternating(
    seconds: float = 10.0, rate: float = 2000.0, wave: float = 1.2, seed: int = 0
) -> Signal:
    """A muscle that tightens and lets go `wave` times a second: even noise of 20 to 410 Hz.

    On it a band-pass keeps about 92 % of the energy of the raw signal, and about 0.14 % of an
    envelope with a time constant of 30 ms.

    Source: S4-004, S4-005; E4-01, whose signal was of this kind; band and wave fitted by us.
    """
    from scipy import signal as dsp

    count = round(seconds * rate)
    sos = dsp.butter(4, (20, 410), "bandpass", fs=rate, output="sos")
    noise = dsp.sosfilt(sos, np.random.default_rng(seed).normal(size=count))
    height = 0.55 + 0.45 * np.sin(2 * np.pi * wave * np.arange(count) / rate)
    return Signal(100e-6 * noise * height, rate, channels=("muscle",))


def pulse_trial(
    gap: float = 0.1, *, tone: float = 60e-6, rate: float = 2000.0, seed: int = 0
) -> tuple[Signal, float, float, float]:
    """A held contraction, a magnetic pulse at 1 s, its answer, and a pause.

    Parameters
    ----------
    gap : length of the pause, from 40 ms after the pulse [s]
    tone : effective value of the held contraction [V]

    Returns
    -------
    signal, time of the pulse, begin and end of the pause [s]

    Source: S0-062; E0-33: the contraction is voluntary and held.
    """
    dice, pulse = np.random.default_rng(seed), 1.0
    times = np.arange(round((pulse + gap + 1.0) * rate)) / rate
    begin = pulse + 0.04
    going = (times < pulse + 0.01) | (times >= begin + gap)
    held = coloured(dice, len(times), 1, rate)[:, 0] * tone * going
    # Two swings of 14 ms, which end at the sample in which the pause begins.
    since = (times - pulse - 0.012) / 0.014
    answer = -20 * tone * np.sin(2 * np.pi * since) * ((since >= 0) & (since <= 2))
    values = held + answer + 2e-6 * dice.normal(size=len(times))
    return Signal(values, rate, channels=("muscle",)), pulse, begin, begin + gap
