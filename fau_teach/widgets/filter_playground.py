"""Filters on two recorded traces of one smile: a raw sensor's and an envelope sensor's.

The traces went through the simulated board; filters, windows and spectra are computed in the
module, and a page test compares them with :func:`filtered`. Gains are those of
:func:`fau_teach.emg.band_pass` and :func:`fau_teach.emg.notch`, there and back; the trace is taken
as one turn of a wheel, so that its ends need no rule of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import traitlets

from fau_teach.widgets._base import check_option, read_text
from fau_teach.widgets._panel import Panel, table_html

if TYPE_CHECKING:
    from fau_teach.clip import Clip
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


def _clip() -> Clip:
    from fau_teach.clip import Clip, Movement

    return Clip("Ana", 30, 30 * SECONDS, (Movement("12", "", "C", 20, 26, 40, hold=6),))


@cache
def recordings() -> dict[str, Recording]:
    """One smile, twice through the simulated board; with hum, movement and drift."""
    from fau_teach import emg
    from fau_teach.emg import simulate

    worse = simulate.Disturbance(noise=2e-6, hum=25e-6, movement=250e-6, drift=90e-6)
    skin = simulate.emg(_clip(), (PLACE,), float(RATE), seed=6, disturbance=worse)
    # All parts of it go round in two seconds: the second turn has no beginning.
    twice = emg.joined([skin, skin])
    # A module with a capacitor at its input passes on no drift and little movement to a rectifier.
    volts = {
        "raw": RAW_MIDDLE + RAW_GAIN * skin.values,
        "envelope": emg.envelope_circuit(emg.band_pass(twice, low=10, causal=True)).values[
            len(skin) :
        ],
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
        half = window * RATE // 2000
        turn = np.concatenate([x[-half:], x, x[:half]]) ** 2
        x = np.sqrt(np.convolve(turn, np.ones(2 * half + 1) / (2 * half + 1), "valid"))
    return np.asarray(x), np.asarray(abs(np.fft.rfft(x)) ** 2)


def levels(values: Float, level: bool) -> tuple[float, float]:
    """How large it is at rest and at work [V]: mean of what is a level, spread of what swings."""
    import numpy as np

    parts = (values[round(a * RATE) : round(b * RATE)] for a, b in (REST, WORK))
    rest, work = (float(np.mean(part) if level else np.std(part)) for part in parts)
    return rest, work


def _try(sensor: str, *steps: str) -> dict[str, Any]:
    return {"sensor": sensor, "steps": list(steps), "low": 20, "high": 450, "window": 50}


PRESETS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("as recorded", _try("raw")),
    ("the usual way", _try("raw", *STEPS)),
    ("without the notch", _try("raw", "band", "rectify", "rms")),
    ("band-pass on an envelope", _try("envelope", "band")),
    ("notch on an envelope", _try("envelope", "notch")),
)


@cache
def playground_data() -> dict[str, Any]:
    """Counts of both traces, what the muscle truly did, and what is refused; read-only."""
    import numpy as np

    from fau_teach.emg.signals import NEEDS_RAW
    from fau_teach.emg.simulate import truth

    acted = truth(_clip(), (PLACE,), 32.0).activation[:, 0]
    names = {"band": "band-pass", "notch": "notch", "rectify": "rectification"}
    return {
        "counts": {one: recordings()[one].counts[: RATE * SECONDS, 0].tolist() for one in SENSORS},
        "truth": np.rint(1000 * acted).astype(int).tolist(),
        "refused": {step: NEEDS_RAW[name] for step, name in names.items()},
        "rate": RATE, "lows": LOWS, "highs": HIGHS, "windows": WINDOWS, "order": ORDER,
        "mains": MAINS, "quality": QUALITY, "rest": REST, "work": WORK,
        "presets": [list(one) for one in PRESETS],
    }  # fmt: skip


class FilterPlayground(Panel):
    """A recorded smile, its filters and its spectrum.

    Parameters
    ----------
    sensor : one of ``SENSORS``
    steps : which of ``STEPS`` are switched on
    low, high : edges of the band [Hz], of ``LOWS`` and ``HIGHS``
    window : of the moving effective value [ms], of ``WINDOWS``

    Raises
    ------
    ValueError
        An option that it does not have.

    Source: S4-004; E4-01.
    """

    figure = "filter_playground"

    sensor = traitlets.Unicode("raw").tag(sync=True)
    steps = traitlets.List(traitlets.Unicode()).tag(sync=True)
    low = traitlets.Int(20).tag(sync=True)
    high = traitlets.Int(450).tag(sync=True)
    window = traitlets.Int(50).tag(sync=True)

    def __init__(
        self, sensor: str = "raw", low: int = 20, high: int = 450, window: int = 50, **kwargs: Any
    ) -> None:
        check_option("a sensor", sensor, SENSORS)
        for step in kwargs.get("steps", ()):
            check_option("a step", step, STEPS)
        for name, value, known in (
            ("a lower edge", low, LOWS), ("an upper edge", high, HIGHS),
            ("a window", window, WINDOWS),
        ):  # fmt: skip
            check_option(name, str(value), map(str, known))
        kwargs.setdefault("label", "Filters on two recorded traces of one smile")
        super().__init__(
            data=playground_data(), sensor=sensor, low=low, high=high, window=window, **kwargs
        )

    @classmethod
    def module_text(cls) -> str:
        """JavaScript of the figure, with the sums and the chart that it needs."""
        names = ("common.js", "panel.js", "plot.js", "spectra.js", f"{cls.figure}.js")
        return "\n".join(map(read_text, names))

    def fallback_html(self) -> str:
        """Table: level at rest and in the smile behind each preset."""
        rows = []
        for name, one in PRESETS:
            values, _ = filtered(one["sensor"], tuple(one["steps"]))
            rest, work = levels(values, is_level(one["sensor"], one["steps"]))
            rows.append((name, *(f"{1000 * x:.0f} mV" for x in (rest, work)), f"{work / rest:.1f}"))
        heads = ("way", "at rest", "in the smile", "ratio")
        return table_html("One smile behind five kinds of filters", heads, rows)


def is_level(sensor: str, steps: Iterable[str]) -> bool:
    """Whether what comes out is a level and not a swing about zero."""
    return bool({"rectify", "rms"} & {*steps}) or (sensor == "envelope" and "band" not in steps)
