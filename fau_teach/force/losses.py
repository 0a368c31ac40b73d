"""Losses of the source (Eq. 13 to 17) on numpy arrays and torch tensors alike.

Every function keeps the kind of its arguments: tensors give a tensor with its gradient. torch is
never imported here. Forces are ``(..., T, M, D)``: T frames, M muscles, D = 3 for the printed
3-vectors and D = 1 for scalar activations.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from math import prod
from typing import Any, Literal

import numpy as np

from fau_teach.face.mesh import Float
from fau_teach.force.variants import Variant, checked

Array = Any
"""A numpy array or a torch tensor."""
Given = Literal["probability", "logit"]
TERMS = ("3d", "au", "clean", "smooth")
"""Names of the four terms of Eq. 17."""


def _kit(*values: Array) -> Any:
    """The library of the values: torch where one of the values is a tensor, else numpy."""
    torch = sys.modules.get("torch")
    return torch if torch and any(isinstance(v, torch.Tensor) for v in values) else np


def _numbers(value: Array) -> Array:
    return value if hasattr(value, "shape") else np.asarray(value, float)


def loss_3d(c: Array, model: Array) -> Array:
    """Eq. 13, reconstruction: squared distance of a frame, mean over frames.

    Parameters
    ----------
    c, model : (..., T, K) coordinates observed and modelled

    Notes
    -----
    The source calls c ground truth. It comes from a monocular reconstruction of the same group,
    in a basis made for action units: it is an estimate that already holds their intensities, so a
    small loss shows agreement with that estimate, not with the face. Under Eq. 6 the second frame
    of the model is a copy of c and adds nothing.

    Source: S1-023; E1-04, E1-24.
    """
    c, model = _numbers(c), _numbers(model)
    return ((c - model) ** 2).sum(-1).mean()


def loss_au(
    labels: Array,
    scores: Array,
    variant: Variant = "used",
    *,
    given: Given = "probability",
    known: Array | None = None,
) -> Array:
    """Eq. 14, cross-entropy, mean over frames and action units.

    Parameters
    ----------
    labels : (..., T, R), 1 where the action unit is active, else 0; anything where not known
    scores : (..., T, R) probabilities, or their logits
    variant : ``"printed"`` leaves out the minus, so that minimising it rewards wrong answers
    given : what the scores are; logits stay finite where probabilities reach 0 or 1
    known : (..., T, R) true where there is a label; the mean is over these, 0 where there is none

    Raises
    ------
    ValueError
        The variant or the kind of the scores is unknown.

    Source: S1-024; E1-03.
    """
    labels, scores = _numbers(labels), _numbers(scores)
    kit = _kit(labels, scores)
    if known is not None:
        known = known > 0
        labels = kit.where(known, labels, kit.zeros_like(labels))
    if given == "logit":
        fit = labels * scores - kit.logaddexp(scores, kit.zeros_like(scores))
    elif given == "probability":
        # A term with weight 0 is 0, also where its logarithm is infinite.
        on = kit.where(labels > 0, scores, kit.ones_like(scores))
        off = kit.where(labels < 1, 1 - scores, kit.ones_like(scores))
        fit = labels * kit.log(on) + (1 - labels) * kit.log(off)
    else:
        raise ValueError(f"given {given!r}: choose 'probability' or 'logit'.")
    sign = 1 if checked(variant) == "printed" else -1
    if known is None:
        return sign * fit.mean()
    return sign * kit.where(known, fit, kit.zeros_like(fit)).sum() / max(int(known.sum()), 1)


def loss_clean(forces: Array, variant: Variant = "used") -> Array:
    """Eq. 15, absolute force, mean over muscles.

    Parameters
    ----------
    forces : (..., M, D) [N]
    variant : ``"used"`` means over the leading axes, frames among them; ``"printed"`` has no mean
        over time and sums

    Source: S1-025; E1-21.
    """
    forces = _numbers(forces)
    whole = abs(forces).sum() / forces.shape[-2]
    return whole if checked(variant) == "printed" else whole / max(prod(forces.shape[:-2]), 1)


def loss_smooth(forces: Array, variant: Variant = "used") -> Array:
    """Eq. 16, squared change of force from frame to frame.

    Parameters
    ----------
    forces : (..., T, M, D) [N]
    variant : ``"used"`` divides by the T - 1 changes, ``"printed"`` by the T frames: at T = 10 it
        is 0.9 times as large

    Source: S1-026; E1-21.
    """
    forces = _numbers(forces)
    frames = forces.shape[-3]
    change = forces[..., 1:, :, :] - forces[..., :-1, :, :]
    count = frames if checked(variant) == "printed" else max(frames - 1, 1)
    return (change**2).sum() / (count * max(prod(forces.shape[:-3]), 1))


def total(parts: Mapping[str, Array], weights: Mapping[str, float]) -> Array:
    """Eq. 17, the weighted sum of terms; the source does not give the weights.

    Parameters
    ----------
    parts : values of some of the :data:`TERMS`
    weights : weight of each of these; further weights are not used

    Raises
    ------
    ValueError
        No term, a term that there is not, or a term without weight.

    Source: S1-027, S1-060.
    """
    if not parts or not set(parts) <= set(TERMS):
        raise ValueError(f"terms {sorted(parts)}: choose from {', '.join(TERMS)}.")
    missing = sorted(set(parts) - set(weights))
    if missing:
        raise ValueError(f"no weight for {', '.join(missing)}: give one, 0 leaves a term out.")
    return sum(weights[name] * value for name, value in parts.items())


def descend(
    label: float, variant: Variant = "used", *, steps: int = 50, rate: float = 0.5, start: float = 0
) -> Float:
    """Probability after each step of gradient descent on Eq. 14, one frame and one action unit.

    With the printed sign every step goes away from the label: 50 steps take p of an active
    action unit from 0.5 to 4.5e-11.

    Parameters
    ----------
    label : 0 or 1
    steps, rate, start : number and size of steps, first logit

    Returns
    -------
    (steps + 1,) probabilities

    Source: S1-024; E1-03.
    """
    sign = 1 if checked(variant) == "printed" else -1
    logits = np.full(steps + 1, float(start))
    for i in range(steps):
        logits[i + 1] = logits[i] - rate * sign * (label - 1 / (1 + np.exp(-logits[i])))
    return np.asarray(1 / (1 + np.exp(-logits)))
