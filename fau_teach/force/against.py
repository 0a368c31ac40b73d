"""Force against label and against place: what Fig. 4 and Fig. 5 show, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fau_teach.face import Face
from fau_teach.face.mesh import Float, Int
from fau_teach.face.muscles import muscles
from fau_teach.face.spread import effective_areas


@dataclass(frozen=True, slots=True, eq=False)
class Lags:
    """Correlation of force and label, the label taken some frames later.

    Attributes
    ----------
    frames : (L,) lags, positive where the label follows the force
    correlations : (L,) at each lag
    best : lag of the largest correlation [frames]
    peak : that correlation
    """

    frames: Int = field(repr=False)
    correlations: Float = field(repr=False)
    best: int
    peak: float


def point_biserial(force: npt.ArrayLike, label: npt.ArrayLike) -> float:
    """Correlation of a number and a yes or no, (T,) each.

    It is Pearson's r with 1 for yes and 0 for no, that is ``(m1 - m0) / s sqrt(p (1 - p))``, so
    that it cannot reach 1 while the force has more than two values.

    Raises
    ------
    ValueError
        The lengths differ, the label is never or always there, or the force never changes.

    Source: S1-057.
    """
    size, here = np.asarray(force, float), np.asarray(label).astype(bool)
    if size.ndim != 1 or size.shape != here.shape:
        raise ValueError(f"force {size.shape} and label {here.shape}: one value a frame each.")
    if not 0 < here.sum() < len(here):
        raise ValueError("the label is never or always there: no correlation.")
    spread = size.std()
    if not spread > 1e-12 * abs(size).max():
        raise ValueError("the force never changes: no correlation.")
    share = here.mean()
    apart = size[here].mean() - size[~here].mean()
    return float(apart / spread * np.sqrt(share * (1 - share)))


def lags(force: npt.ArrayLike, label: npt.ArrayLike, most: int = 15) -> Lags:
    """Point-biserial correlation with the label shifted by up to `most` frames both ways.

    A coder marks what is seen, so the label follows the force: its best lag is positive.

    Source: S1-057.
    """
    size, here = np.asarray(force, float), np.asarray(label).astype(bool)
    if not 0 <= most < len(size):
        raise ValueError(f"most {most}: use 0 to {len(size) - 1} frames.")
    shifts = np.arange(-most, most + 1)
    found = np.full(len(shifts), np.nan)
    for k, shift in enumerate(range(-most, most + 1)):
        early = size[max(0, -shift) : len(size) - max(0, shift)]
        late = here[max(0, shift) : len(here) - max(0, -shift)]
        if late.any() and not late.all() and early.std() > 0:
            found[k] = point_biserial(early, late)
    if np.isnan(found).all():
        raise ValueError("the label is never or always there: no correlation.")
    best = int(np.nanargmax(found))
    return Lags(shifts.astype(np.int32), found, int(shifts[best]), float(found[best]))


def force_map(face: Face, activations: Mapping[str, float] | npt.ArrayLike) -> Float:
    """Size of the muscles' force on each vertex (N,) [N]: the length of P strength a.

    Parameters
    ----------
    face : whose
    activations : muscle column to activation, or (M,) of them

    Source: S1-010, S1-058; E1-12.
    """
    values = np.zeros(len(face.strengths))
    if isinstance(activations, Mapping):
        known = face.names[: len(values)]
        for name, value in activations.items():
            if name not in known:
                raise ValueError(f"No muscle {name!r}.")
            values[known.index(name)] = value
    else:
        values += np.asarray(activations, float)
    force = (face.P @ (face.strengths * values)).reshape(-1, 3)
    return np.asarray(np.linalg.norm(force, axis=1))


def brightest(
    face: Face, activations: Mapping[str, float] | npt.ArrayLike, number: int = 20
) -> Int:
    """The vertices (number,) with the largest force, the largest first.

    Source: S1-058.
    """
    return np.argsort(-force_map(face, activations), kind="stable")[:number].astype(np.int32)


def areas(face: Face, share: float = 0.05) -> dict[str, npt.NDArray[np.bool_]]:
    """Muscle of the anatomy to the vertices (N,) that any of its parts holds, on both sides.

    Source: S1-007.
    """
    held = effective_areas(face.P, share)
    found: dict[str, npt.NDArray[np.bool_]] = {}
    for at, pull in enumerate(muscles()):
        mask = held[:, 2 * at] | held[:, 2 * at + 1]
        found[pull.muscle] = found.get(pull.muscle, mask) | mask
    return found
