"""Made-up trials of emotions by several people in several sessions, to test a test with.

Who someone is and how the electrodes sat that day change the signal as much as the emotion
does. A split that ignores either gives a score that no new person will see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from fau_teach.clip import Clip, Movement, conflict, movable
from fau_teach.emg.activity import RESTING, activity, sources
from fau_teach.emg.circuit import envelope_circuit
from fau_teach.emg.planted import coloured
from fau_teach.emg.signals import Float, Signal, SignalError
from fau_teach.emg.simulate import MVC
from fau_teach.emg.sites import hearing
from fau_teach.emotion import table

NEUTRAL = "Neutral"
CHANNELS = (
    "frontalis_medial_L",
    "corrugator_L",
    "orbicularis_oculi_L",
    "levator_labii_L",
    "zygomaticus_L",
    "orbicularis_oris_L",
    "depressor_anguli_oris_L",
    "mentalis_L",
)
"""Eight pairs, as in the set of Kołodziej and others (2024), at sites of our atlas."""
_FPS = 100.0


@dataclass(frozen=True, slots=True)
class Spread:
    """How much people, sessions and trials differ. Every number is chosen by us.

    Parameters
    ----------
    habit : of a person, how strongly each code of an emotion acts [letters, A to E]
    extra : codes that a person adds to an emotion, on average
    gain : of a person, signal of each pair through skin and fat [natural log]
    placed : of a person, where each pair sits beside its place [mm]
    regain, replaced : the same two from session to session
    mood : from session to session, strength of each code [letters]
    trial : from trial to trial, strength of each code [letters]
    effort : from trial to trial, of all muscles together [natural log]
    tone : activation at rest, relative to the largest
    noise : of amplifier and contact [V]
    hum : of the mains at 50 Hz [V]
    """

    habit: float = 1.3
    extra: float = 1.4
    gain: float = 0.9
    placed: float = 4.0
    regain: float = 0.4
    replaced: float = 3.0
    mood: float = 0.65
    trial: float = 0.7
    effort: float = 0.3
    tone: float = 0.01
    noise: float = 2e-6
    hum: float = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Trials, or windows of trials, with who, when and what.

    Attributes
    ----------
    values : (N, T, C) samples in `unit`, 32 bit
    rate : [1/s]
    kind : ``"raw"`` or ``"envelope"``
    channels : C names
    subject, session, label : (N,) texts, such as ``"P03"``, ``"S1"`` and ``"Fear"``; a session
        is one of its subject
    trial : (N,) number of the trial that an item comes from; windows of one trial share it
    begin : (N,) where in its trial the item begins [s]
    unit : of the values
    """

    values: npt.NDArray[np.float32] = field(repr=False)
    rate: float
    kind: str
    channels: tuple[str, ...]
    subject: npt.NDArray[np.str_] = field(repr=False)
    session: npt.NDArray[np.str_] = field(repr=False)
    label: npt.NDArray[np.str_] = field(repr=False)
    trial: npt.NDArray[np.int64] = field(repr=False)
    begin: Float = field(repr=False)
    unit: str = "V"

    def __len__(self) -> int:
        return len(self.values)

    def take(self, places: npt.ArrayLike) -> Trials:
        """Some of the items: places or a mask (N,)."""
        at = np.asarray(places)
        parts = ("values", "subject", "session", "label", "trial", "begin")
        return replace(self, **{name: getattr(self, name)[at] for name in parts})

    def signal(self, item: int) -> Signal:
        """One item as a signal."""
        values = self.values[item].astype(float)
        return Signal(values, self.rate, self.kind, self.unit, self.channels)

    def windows(self, length_s: float, step_s: float | None = None) -> Trials:
        """Every item cut into windows, trial by trial and in time; overlapping ones share samples.

        Parameters
        ----------
        length_s : of a window [s]
        step_s : from one to the next [s]; the length unless given
        """
        starts, _ = self.signal(0).windows(length_s, step_s)
        size = round(length_s * self.rate)
        first = np.rint(starts * self.rate).astype(int)
        cut = np.stack([self.values[:, at : at + size] for at in first], axis=1)
        found = self.take(np.repeat(np.arange(len(self)), len(first)))
        begin = found.begin + np.tile(starts, len(self))
        return replace(found, values=cut.reshape(-1, size, cut.shape[-1]), begin=begin)


@cache
def scores() -> dict[str, tuple[str, ...]]:
    """Emotion to the codes of its prototype in the table of the iMotions guide, then neutral.

    A code that excludes an earlier one of its emotion is left out.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, one in table("imotions").sets.items():
        if not one.one_sided:
            codes: list[str] = []
            for code in sorted(one.codes, key=int):
                if code in movable() and not any(conflict(code, other) for other in codes):
                    codes.append(code)
            found[name] = tuple(codes)
    return found | {NEUTRAL: ()}


def trials(
    subjects: int = 12,
    sessions: int = 2,
    emotions: Sequence[str] = (),
    *,
    repeats: int = 6,
    channels: Sequence[str] = CHANNELS,
    seconds: float = 2.0,
    rate: float = 1000.0,
    kind: str = "raw",
    spread: Spread | None = None,
    seed: int = 0,
) -> Trials:
    """Make a set of trials; the same arguments give the same set.

    Each trial is a clip: the codes of the emotion as this person shows them, about half a
    second after the start and held. Muscles give noise of a facial spectrum, as strong as they
    act; skin, places of the pairs and crosstalk belong to person and session.

    Parameters
    ----------
    subjects, sessions, repeats : people, sessions of each, trials of each emotion in a session
    emotions : of :func:`scores`; all of them unless given
    channels : see :func:`fau_teach.emg.sites.channel`
    seconds, rate : of a trial [s], [1/s]
    kind : ``"envelope"`` puts ``fau_teach.emg.circuit.envelope_circuit`` behind the pairs
    spread : how much people, sessions and trials differ
    seed : of all that is random

    Raises
    ------
    SignalError
        A number or an emotion cannot be.

    Source: S4-006; E4-04. That the scores fall from split to split as in real sets is our aim.
    """
    names, spread = tuple(emotions) or tuple(scores()), spread or Spread()
    if min(subjects, sessions, repeats) < 1 or seconds < 1 or rate < 200:
        raise SignalError("at least one of each, 1 s and 200 samples a second.")
    if unknown := {*names} - {*scores()}:
        raise SignalError(f"no emotion {sorted(unknown)}; there are {', '.join(scores())}.")
    if kind not in ("raw", "envelope"):
        raise SignalError(f"kind {kind!r}: use 'raw' or 'envelope'.")
    made: list[Float] = []
    rows: list[tuple[str, str, str]] = []
    for person in range(subjects):
        maker = _Person(np.random.default_rng([seed, person]), tuple(channels), names, spread)
        for session in range(sessions):
            maker.sit_down()
            for number in range(repeats * len(names)):
                # Emotions take turns, so that time within a session tells nothing of the label.
                emotion = names[number % len(names)]
                made.append(maker.trial(emotion, seconds, rate))
                rows.append((f"P{person + 1:02d}", f"S{session + 1}", emotion))
    values = np.stack(made).astype(np.float32)
    if kind == "envelope":
        values = _enveloped(values, rate)
    subject, session_of, label = (np.array(column) for column in zip(*rows, strict=True))
    order, none = np.arange(len(rows)), np.zeros(len(rows))
    return Trials(values, rate, kind, tuple(channels), subject, session_of, label, order, none, "V")


def _enveloped(values: npt.NDArray[np.float32], rate: float) -> npt.NDArray[np.float32]:
    flat = values.transpose(1, 0, 2).reshape(values.shape[1], -1)
    out = envelope_circuit(Signal(flat.astype(float), rate)).values
    shape = (values.shape[1], values.shape[0], values.shape[2])
    return np.ascontiguousarray(out.reshape(shape).transpose(1, 0, 2), dtype=np.float32)


class _Person:
    """One person: how the face moves, how the pairs sit."""

    def __init__(
        self,
        dice: np.random.Generator,
        channels: tuple[str, ...],
        emotions: tuple[str, ...],
        spread: Spread,
    ) -> None:
        self.dice, self.channels, self.spread = dice, channels, spread
        every = sorted({code for codes in scores().values() for code in codes}, key=int)
        self.habit: dict[str, dict[str, float]] = {}
        for emotion in emotions:
            codes = list(scores()[emotion])
            free = [c for c in every if c not in codes and not any(conflict(c, o) for o in codes)]
            for code in dice.permutation(free)[: dice.poisson(spread.extra) if codes else 0]:
                if not any(conflict(str(code), other) for other in codes):
                    codes.append(str(code))
            self.habit[emotion] = {code: 2.4 + spread.habit * dice.normal() for code in codes}
        self.gain = np.exp(spread.gain * dice.normal(size=len(channels)))
        self.placed = spread.placed * dice.normal(size=(len(channels), 3)) * (1, 1, 0)
        self.tone = spread.tone * np.exp(0.5 * dice.normal(size=len(sources())))
        self.noise = spread.noise * np.exp(0.3 * dice.normal())

    def sit_down(self) -> None:
        """A new session: electrodes off and on again."""
        s, dice, n = self.spread, self.dice, len(self.channels)
        shift = self.placed + s.replaced * dice.normal(size=(n, 3)) * (1, 1, 0)
        gain = self.gain * np.exp(s.regain * dice.normal(size=n))
        self.hears = gain[:, None] * hearing(self.channels, shift=shift)
        self.mood = {
            emotion: {code: level + s.mood * dice.normal() for code, level in codes.items()}
            for emotion, codes in self.habit.items()
        }

    def clip(self, emotion: str, seconds: float) -> Clip:
        """The clip of one trial."""
        s, dice, frames = self.spread, self.dice, round(seconds * _FPS)
        onset = round(_FPS * dice.uniform(0.3, 0.5))
        apex = onset + round(_FPS * dice.uniform(0.15, 0.35))
        offset = frames - 1 - round(_FPS * dice.uniform(0, 0.1))
        fall = round(_FPS * dice.uniform(0.15, 0.3))
        hold = max(0, offset - fall - apex)
        moves = []
        for code, level in self.mood[emotion].items():
            letter = round(level + s.trial * dice.normal())
            if letter >= 0:
                move = Movement(code, "", "ABCDE"[min(letter, 4)], onset, apex, offset, hold)
                moves.append(move)
        return Clip("Ana", _FPS, frames, tuple(moves))

    def trial(self, emotion: str, seconds: float, rate: float) -> Float:
        """Samples (T, C) of one trial [V]."""
        s, dice = self.spread, self.dice
        coarse, times = np.arange(0, seconds, 1 / _FPS), np.arange(round(seconds * rate)) / rate
        acting = activity(self.clip(emotion, seconds), coarse)
        acting = np.clip(acting * np.exp(s.effort * dice.normal()), 0, 1.2)
        rest = self.tone + np.array([RESTING.get(muscle, 0.0) for muscle, _ in sources()])
        active = acting.max(axis=0) * self.hears.max(axis=0) > 3e-3
        loud = np.flatnonzero(active & (acting.max(axis=0) > rest))
        # Muscles at rest together are one steady noise at each pair.
        steady = np.sqrt(self.hears**2 @ rest**2)
        heard = MVC * steady * coloured(dice, len(times), len(steady), rate)
        if len(loud):
            strength = np.stack([np.interp(times, coarse, acting[:, k]) for k in loud], axis=1)
            swings = coloured(dice, len(times), len(loud), rate)
            heard += MVC * (strength * swings) @ self.hears[:, loud].T
        heard += self.noise * dice.normal(size=heard.shape)
        hum = np.sin(2 * np.pi * (50 * times + dice.random()))
        return np.asarray(heard + s.hum * hum[:, None])
