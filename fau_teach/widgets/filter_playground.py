"""Filters on two recorded traces of one smile: a raw sensor's and an envelope sensor's.

The traces went through the simulated board; filters, windows and spectra are computed in the
module, and a page test compares them with :func:`filtered`. Gains are those of
:func:`fau_teach.emg.band_pass` and :func:`fau_teach.emg.notch`, there and back; the trace is taken
as one turn of a wheel, so that its ends need no rule of their own.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import traitlets

from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, table_html

if TYPE_CHECKING:
    from fau_teach.emg.recording import Recording
    from fau_teach.emg.signals import Float

RATE, SECONDS = 1024, 2
SENSORS = ("raw", "envelope")
STEPS = ("band", "notch", "rectify", "rms")
LOWS, HIGHS = (5, 10, 15, 20, 30, 50, 80), (100, 150, 200, 300, 400, 450)
WINDOWS = (10, 20, 50, 100, 200)
"""Of the moving effective value [ms]."""
REST, WORK = (0.05, 0.35), (0.75, 1.05)
"""When the face rests, and when it smiles [s]."""
PLACE = "zygomaticus_L"
RAW_GAIN, RAW_MIDDLE = 4000.0, 2.5
"""A module with a raw output: amplification, and the level about which it swings [V]; ours."""
MAINS, QUALITY, ORDER = 50.0, 30.0, 4


@cache
def recordings() -> dict[str, Recording]:
    """One smile, twice through the simulated board; with hum, movement and drift."""
    from fau_teach import emg
    from fau_teach.clip import Clip, Movement
    from fau_teach.emg import simulate

    clip = Clip("Ana", 30, 30 * SECONDS, [Movement("12", "", "C", 20, 26, 40, hold=4)])
    worse = simulate.Disturbance(noise=2e-6, hum=25e-6, movement=250e-6, drift=90e-6)
    skin = simulate.emg(clip, (PLACE,), float(RATE), seed=6, disturbance=worse)
    # A module with a capacitor at its input passes on no drift and little movement to a rectifier.
    volts = {
        "raw": RAW_MIDDLE + RAW_GAIN * skin.values,
        "envelope": emg.envelope_circuit(emg.band_pass(skin, low=10, causal=True)).values,
    }
    found = {}
    for kind, seen in volts.items():
        board = emg.PythonDevice(seen, RATE, speed=0, kind=SENSORS.index(kind))
        found[kind] = emg.record(board, SECONDS, channels=(0,), rate=RATE)
    return found


@cache
def trace(sensor: str) -> Float:
    """(T,) volts of one of ``SENSORS``."""
    return recordings()[sensor].values[: RATE * SECONDS, 0]


def gain(steps: tuple[str, ...], low: float, high: float) -> Float:
    """Factor (T / 2 + 1,) of each frequency, there and back.

    Source: S4-004.
    """
    import numpy as np

    angle = np.pi * np.arange(RATE * SECONDS // 2 + 1) / (RATE * SECONDS)
    total = np.ones(len(angle))
    if "band" in steps:
        below, above, here = (np.tan(a) for a in (np.pi * low / RATE, np.pi * high / RATE, angle))
        with np.errstate(divide="ignore"):
            ratio = (here**2 - below * above) / (here * (above - below))
        total /= 1 + ratio ** (2 * ORDER)
    if "notch" in steps:
        for mains in (MAINS, 2 * MAINS):
            middle = 2 * np.pi * mains / RATE
            away = (np.cos(2 * angle) - np.cos(middle)) ** 2
            wide = np.tan(middle / QUALITY / (mains / MAINS) / 2) ** 2
            total *= away / (away + wide * np.sin(2 * angle) ** 2 + 1e-300)
    return np.asarray(total)


def filtered(
    sensor: str, steps: tuple[str, ...] = (), low: float = 20, high: float = 450, window: int = 50
) -> tuple[Float, Float]:
    """What the figure draws: the trace behind some of ``STEPS`` (T,) [V], and its spectrum.

    Parameters
    ----------
    sensor : one of ``SENSORS``
    steps : which are switched on; they act in the order of ``STEPS``
    low, high : edges of the band [Hz]
    window : of the effective value [ms]

    Source: S4-004; E4-01.
    """
    import numpy as np

    x = np.fft.irfft(np.fft.rfft(trace(sensor)) * gain(steps, low, high), RATE * SECONDS)
    if "rectify" in steps:
        x = abs(x)
    if "rms" in steps:
        half = round(window * RATE / 2000)
        turn = np.concatenate([x[-half:], x, x[:half]]) ** 2
        x = np.sqrt(np.convolve(turn, np.ones(2 * half + 1) / (2 * half + 1), "valid"))
    return x, abs(np.fft.rfft(x)) ** 2


def figures(values: Float) -> tuple[float, float]:
    """Effective value at rest and at work [V], each about its own mean for what swings."""
    import numpy as np

    parts = (values[round(a * RATE) : round(b * RATE)] for a, b in (REST, WORK))
    rest, work = (float(np.sqrt((part**2).mean())) for part in parts)
    return rest, work


PRESETS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("as recorded", {"sensor": "raw", "steps": [], "low": 20, "high": 450, "window": 50}),
    ("the usual way", {"sensor": "raw", "steps": list(STEPS), "low": 20, "high": 450,
                       "window": 50}),
    ("notch too late", {"sensor": "raw", "steps": ["band", "rectify", "rms"], "low": 20,
                        "high": 450, "window": 50}),
    ("filters on an envelope", {"sensor": "envelope", "steps": ["band"], "low": 20, "high": 450,
                                "window": 50}),
)  # fmt: skip
