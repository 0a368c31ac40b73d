"""Raw EMG of a clip: activation, motor units, their potentials, tissue, electrodes, disturbance.

It is driven by what moves the teaching face, so that one truth stands behind EMG, force and
picture. The size of everything is ours unless a source is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from scipy.fft import next_fast_len

from fau_teach.clip import Clip
from fau_teach.emg.activity import activity, sources
from fau_teach.emg.signals import Float, Signal, SignalError
from fau_teach.emg.sites import channel, hearing
from fau_teach.face.actions import actions
from fau_teach.face.identity import DEFAULT
from fau_teach.face.muscles import muscles

DELAY = 0.05
"""Electromechanical delay [s]: EMG leads the movement. Cavanagh and Komi (1979) measured about
50 ms at the elbow; that a face has the same is an assumption."""
MVC = 300e-6
"""Effective value of a pair's signal at activation 1 of the muscle right below it [V]; ours."""
UNITS = 60
_COARSE = 500.0
_RECRUITED, _THRESHOLDS, _SIZES = 0.75, 20.0, 10.0
"""Activation at which the last unit is recruited; ratio of the last threshold, and of the last
potential, to the first."""
_SLOWEST, _FASTEST, _IRREGULAR = 8.0, 35.0, 0.2
_WIDTHS = np.array([0.7, 0.9, 1.1, 1.3, 1.5, 1.0]) * 1e-3
_PHASES = np.array([0.2, 1.1, 0.6, 0.0, 0.9, 0.4])


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What is added to the signal of the muscles.

    Parameters
    ----------
    noise : of amplifier and contacts, effective value [V]
    hum : of the mains, effective value, with 30 % of it at twice the frequency [V]
    mains : its frequency [1/s]
    movement : of cables and skin while something moves, largest value about [V]
    drift : of the resting level, largest value about [V]
    quality : contact of each channel, above 0 to 1; noise and hum are divided by it. One number
        for all, or channel to number
    """

    noise: float = 2e-6
    hum: float = 0.0
    mains: float = 50.0
    movement: float = 0.0
    drift: float = 0.0
    quality: float | Mapping[str, float] = 1.0

    def of(self, name: str) -> float:
        """Quality of one channel."""
        quality = self.quality
        found = quality.get(name, 1.0) if isinstance(quality, Mapping) else quality
        if not 0 < found <= 1:
            raise SignalError(f"quality {found!r} of {name}: above 0, at most 1.")
        return found


@dataclass(frozen=True, slots=True)
class Planted:
    """One movement at one pair: when its muscle acts, and when the face shows it [s].

    Attributes
    ----------
    channel, code : where, and what
    onset, apex, offset : of the muscle's activity, and so of the raw EMG
    seen : (onset, apex, offset) of the movement itself, later by the delay
    """

    channel: str
    code: str
    onset: float
    apex: float
    offset: float
    seen: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is behind a simulated signal.

    Attributes
    ----------
    times : (T,) [s]
    activation : (T, C) of each pair's own muscle, 0 to 1, in time with the EMG
    channels : C names
    planted : movements that reach a pair's own muscle
    delay : from EMG to movement [s]
    """

    times: Float = field(repr=False)
    activation: Float = field(repr=False)
    channels: tuple[str, ...]
    planted: tuple[Planted, ...]
    delay: float


def truth(clip: Clip, sites: Sequence[str], rate: float = 2000.0, *, delay: float = DELAY) -> Truth:
    """Activations and planted times behind :func:`emg` with the same arguments.

    Source: S4-012, SX-05.
    """
    times = _times(clip, rate)
    own, planted = [], []
    for name in sites:
        site, side = channel(name)
        own.append(sources().index((site.muscle, side)))
        parts = {pull.id for pull in muscles() if pull.muscle == site.muscle}
        for one in clip.movements:
            if parts & {*actions().get(one.code, {})} and side in (one.side or side):
                onset, apex, offset = (f / clip.fps for f in (one.onset, one.apex, one.offset))
                when = (onset - delay, apex - delay, offset - delay)
                planted.append(Planted(name, one.code, *when, (onset, apex, offset)))
    acting = activity(clip, times + delay)[:, own]
    return Truth(times, acting, tuple(sites), tuple(planted), delay)


def emg(
    clip: Clip,
    sites: Sequence[str] = ("zygomaticus_L", "corrugator_L"),
    rate: float = 2000.0,
    seed: int = 0,
    *,
    delay: float = DELAY,
    who: str = DEFAULT,
    disturbance: Disturbance | None = None,
    mvc: float = MVC,
) -> Signal:
    """Raw surface EMG of a clip; the same arguments give the same signal.

    Units of a muscle are recruited by size and fire faster as it acts more (Fuglevand 1993).
    Each firing adds a potential of two or three phases (Hermite functions, Lo Conte 1994).
    Tissue lets through what is near and slow (:func:`fau_teach.emg.sites.conduction`), so a
    pair hears its neighbours as well.

    Parameters
    ----------
    clip : its length is the signal's
    sites : channels such as ``"zygomaticus_L"``
    rate : 1,000 or more holds the whole band [1/s]
    seed : of all that is random
    delay : by which the EMG leads the movement [s]
    who : identity of the face, which places muscles and pairs
    disturbance : 2 microvolts of noise unless given
    mvc : effective value at activation 1 [V]

    Raises
    ------
    SignalError
        A site, a rate or a quality cannot be.

    Source: S4-003 to S4-005, S4-012, SX-05; E4-01, E4-06.
    """
    if rate < 200:
        raise SignalError(f"rate {rate:g}: a potential lasts some ms; use 200 a second or more.")
    disturbance = disturbance or Disturbance()
    times, names = _times(clip, rate), tuple(sites)
    size = next_fast_len(len(times) + round(0.02 * rate), real=True)
    f = np.fft.rfftfreq(size, 1 / rate)
    coarse = np.arange(0, times[-1] + 2 / _COARSE, 1 / _COARSE)
    acting = activity(clip, coarse + delay)
    heard = hearing(names, who, frequency=20.0).max(axis=0) * acting.max(axis=0)
    loud = np.flatnonzero(heard > 1e-3)
    total = np.zeros((len(names), len(f)), complex)
    if len(loud):
        # Tissue is smooth over frequency: a coarse grid is enough.
        knots = np.linspace(0, f[-1], 60)
        through = hearing(names, who, frequency=knots)[:, loud]
        for place, column in enumerate(loud):
            dice = np.random.default_rng([seed, int(column)])
            source = mvc * _pool(dice, acting[:, column], coarse, len(times), size, rate)
            for row in range(len(names)):
                total[row] += source * np.interp(f, knots, through[row, place])
    values = np.fft.irfft(total, size, axis=1)[:, : len(times)].T
    moved = np.interp(times, coarse, _moving(activity(clip, coarse)))
    values = values + _disturbed(disturbance, names, times, moved, seed)
    return Signal(values, float(rate), "raw", "V", names)


def _times(clip: Clip, rate: float) -> Float:
    return np.asarray(np.arange(max(1, round(clip.frames / clip.fps * rate))) / rate)


@cache
def _units() -> tuple[Float, Float]:
    """Recruitment threshold and size of each unit's potential."""
    rank = np.arange(1, UNITS + 1) / UNITS
    threshold = _RECRUITED * (_THRESHOLDS**rank - 1) / (_THRESHOLDS - 1)
    return threshold - threshold[0], _SIZES**rank


@cache
def _potentials(size: int, rate: float) -> Float:
    """Spectra (K, F) of the potentials, the sum of squares over samples 1."""
    omega = 2 * np.pi * np.fft.rfftfreq(size, 1 / rate)
    scaled = omega[None] * _WIDTHS[:, None]
    bell = np.exp(-0.5 * scaled**2)
    shape = (1j * scaled * np.cos(_PHASES)[:, None] - scaled**2 * np.sin(_PHASES)[:, None]) * bell
    energy = (abs(np.fft.irfft(shape, size, axis=1)) ** 2).sum(axis=1)
    return np.asarray(shape / np.sqrt(energy)[:, None])


def _rates(acting: Float) -> Float:
    """Firings a second of every unit (U, T): none below its threshold."""
    threshold, _ = _units()
    above = acting[None] - threshold[:, None]
    rate = _SLOWEST + (_FASTEST - _SLOWEST) * above / (1 - threshold[:, None])
    return np.where((above > 0) & (acting[None] > 0), rate, 0.0)


def _pool(
    dice: np.random.Generator, acting: Float, coarse: Float, length: int, size: int, rate: float
) -> Float:
    """Spectrum (F,) of one muscle's signal; effective value 1 at activation 1."""
    _, amplitude = _units()
    firing = _rates(acting)
    clock = np.cumsum(firing, axis=1) / _COARSE
    trains = np.zeros((len(_WIDTHS), length))
    for unit in np.flatnonzero(clock[:, -1] > 0):
        count = int(clock[unit, -1] * 1.3) + 10
        between = np.maximum(1 + _IRREGULAR * dice.normal(size=count), 0.3)
        due = dice.random() + np.cumsum(between) - between[0]
        # A firing is due when the unit's own clock has gone on by one interval.
        when = np.interp(due[due < clock[unit, -1]], clock[unit], coarse)
        at = np.minimum(np.rint(when * rate).astype(int), length - 1)
        trains[unit % len(_WIDTHS)] += np.bincount(at, minlength=length) * amplitude[unit]
    largest = (_rates(np.ones(1))[:, 0] * amplitude**2).sum() / rate
    spectra = np.fft.rfft(trains, size, axis=1) * _potentials(size, rate)
    return np.asarray(spectra.sum(axis=0) / np.sqrt(largest))


def _moving(acting: Float) -> Float:
    """How fast the face changes, 0 to 1."""
    speed = abs(np.gradient(acting.sum(axis=1)))
    return np.asarray(speed / max(speed.max(), 1e-12))


def _slow(dice: np.random.Generator, length: int, rate: float, low: float, high: float) -> Float:
    """Noise of one slow band, largest value 1."""
    f = np.fft.rfftfreq(length, 1 / rate)
    white = np.fft.rfft(dice.normal(size=length))
    band = np.fft.irfft(white * ((f >= low) & (f <= high)), length)
    return np.asarray(band / max(abs(band).max(), 1e-12))


def _disturbed(
    what: Disturbance, names: tuple[str, ...], times: Float, moved: Float, seed: int
) -> Float:
    dice, rate = np.random.default_rng([seed, 10_000]), 1 / max(np.diff(times[:2], 1).sum(), 1e-9)
    phase = 2 * np.pi * what.mains * times + dice.uniform(0, 2 * np.pi)
    hum = np.sqrt(2) * (np.sin(phase) + 0.3 * np.sin(2 * phase + 1))
    kernel = np.hanning(max(3, round(0.3 * rate)))
    shaking = np.convolve(moved, kernel / kernel.max(), "same")
    shaking = np.minimum(shaking / max(shaking.max(), 1e-12), 1)
    columns = []
    for name in names:
        worse = 1 / what.of(name)
        column = what.noise * worse * dice.normal(size=len(times))
        column += what.hum * worse * dice.uniform(0.7, 1.3) * hum
        if what.movement:
            column += what.movement * shaking * _slow(dice, len(times), rate, 1.0, 8.0)
        if what.drift:
            column += what.drift * _slow(dice, len(times), rate, 0.0, 0.3)
        columns.append(column)
    return np.stack(columns, axis=1)
