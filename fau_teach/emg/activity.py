"""What a clip asks of each muscle, at any moment: the same drive that moves the face.

Parts of one muscle, such as those of orbicularis oris, count as one source here. The face
moves jaw and lids without muscles; three of these are added, since their signal is heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from fau_teach.clip import SHAPES, Clip, activation
from fau_teach.face.actions import actions, rules
from fau_teach.face.muscles import muscles

Float = npt.NDArray[np.float64]

#: Code -> muscles that the face has no force for, and their activation at the code's full
#: strength; amounts are ours. A masseter relaxes where the jaw drops.
BESIDE: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "43": MappingProxyType({"orbicularis_oculi_palpebral": 0.3}),
        "45": MappingProxyType({"orbicularis_oculi_palpebral": 0.5}),
        "46": MappingProxyType({"orbicularis_oculi_palpebral": 0.7}),
        "26": MappingProxyType({"masseter": -0.7}),
        "27": MappingProxyType({"masseter": -1.0}),
    }
)
RESTING = MappingProxyType({"masseter": 0.02})
"""Activation of muscles that are never quite silent, relative to their largest; ours."""
_PHASE = np.linspace(0, 1, 513)


@cache
def sources() -> tuple[tuple[str, str], ...]:
    """(muscle of the anatomy, ``"L"`` or ``"R"``) of every source of signal."""
    names = dict.fromkeys(pull.muscle for pull in muscles())
    return tuple((name, side) for name in (*names, "masseter") for side in "LR")


@cache
def _shape(name: str) -> Float:
    return np.array([SHAPES[name](float(t)) for t in _PHASE])


def levels(clip: Clip, times: npt.ArrayLike) -> dict[tuple[str, str], Float]:
    """(code, ``"L"`` or ``"R"``) to activation at any times (T,) [s], between frames as well.

    Frame n lies at n / fps. At whole frames it is :meth:`Clip.drive`, where codes without
    sides act on both.
    """
    frame = np.asarray(times, float) * clip.fps
    found: dict[tuple[str, str], Float] = {}
    for one in (*clip.movements, *clip.disturbances()):
        up = (frame - one.onset) / max(one.apex - one.onset, 1e-9)
        end = one.apex + one.hold
        down = (frame - end) / max(one.offset - end, 1e-9)
        share = np.interp(up, _PHASE, _shape(one.rise)) - np.interp(down, _PHASE, _shape(one.fall))
        share[(frame < one.onset) | (frame > one.offset)] = 0
        for side in one.side or "LR":
            key = one.code, side
            found[key] = np.maximum(found.get(key, 0.0), activation(one.intensity) * share)
    return found


def activity(clip: Clip, times: npt.ArrayLike) -> Float:
    """Activation of every source at times (T,) [s]: (T, ``len(sources())``), 0 to 1.

    It is that of :func:`fau_teach.face.actions.mix`, the strongest part of each muscle, with
    what ``BESIDE`` and ``RESTING`` add. 1 stands for the largest activity that one can will;
    a face does not tell how near its intensity E comes to that.

    Source: S4-012, SX-05; ``data/face/actions.csv``.
    """
    at, codes = np.atleast_1d(np.asarray(times, float)), levels(clip, np.atleast_1d(times))
    made = {side: _parts({c: v for (c, s), v in codes.items() if s == side}) for side in "LR"}
    of = {pull.id: pull.muscle for pull in muscles()}
    total = np.zeros((len(at), len(sources())))
    for column, (muscle, side) in enumerate(sources()):
        total[:, column] = RESTING.get(muscle, 0.0)
        for part, value in made[side].items():
            if of.get(part) == muscle:
                total[:, column] = np.maximum(total[:, column], value)
    for (code, side), value in codes.items():
        for muscle, amount in BESIDE.get(code, {}).items():
            column = sources().index((muscle, side))
            before = total[:, column]
            total[:, column] = before + amount * value * (before if amount < 0 else 1 - before)
    return np.clip(total, 0, 1)


def _parts(acting: Mapping[str, Float]) -> dict[str, Float]:
    """Parts that have a force, on one side, over time; as ``actions.mix`` has them in a frame."""
    pulled = {pull.id for pull in muscles()}
    made: dict[str, Float] = {}
    for code, level in acting.items():
        for part, amount in actions().get(code, {}).items():
            if part in pulled:
                before = made.get(part, np.zeros_like(level))
                made[part] = before + level * amount * (1 - before)
    if not acting:
        return made
    none = np.zeros_like(next(iter(acting.values())))
    for rule in rules():
        if rule.rule == "saturate" or rule.part not in pulled or not {*rule.codes} <= {*acting}:
            continue
        if rule.any and not {*rule.any} & {*acting}:
            continue
        values = [[acting.get(c, none) for c in set_] for set_ in (rule.codes, rule.any)]
        strength = np.min(values[0], axis=0) if rule.codes else none + 1
        strength = strength * (np.max(values[1], axis=0) if rule.any else 1)
        if rule.unless:
            strength = strength * (1 - np.max([acting.get(c, none) for c in rule.unless], axis=0))
        before = made.get(rule.part, none)
        gain = -before if rule.rule == "scale" else 1.0
        made[rule.part] = before + gain * rule.amount * strength
    return {part: np.clip(value, 0, 1) for part, value in made.items()}
