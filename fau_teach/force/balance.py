"""Which force does what: the four terms of the equation of motion over time, and on the skin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fau_teach.face import Face
from fau_teach.face.mesh import Float, vertex_areas
from fau_teach.face.muscles import muscles
from fau_teach.force.equation import System
from fau_teach.force.integrators import Motion

KPA = 1e3
"""Kilopascals in a newton per square millimetre."""


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """G a = M c'' + D c' + K c along one direction, in units of the largest muscle force.

    Attributes
    ----------
    times : (T,) [s]
    muscle, elastic, damping, inertia : (T,) the four terms; the last three sum to the first
    """

    times: Float
    muscle: Float
    elastic: Float
    damping: Float
    inertia: Float

    def at(self, time: float) -> dict[str, float]:
        """The four terms in the frame nearest to a time [s]."""
        k = int(np.abs(self.times - time).argmin())
        names = ("muscle", "elastic", "damping", "inertia")
        return {name: round(float(getattr(self, name)[k]), 4) for name in names}


def balance(system: System, motion: Motion, drive: Float) -> Balance:
    """The terms of the equation along a movement, projected on its strongest drive.

    Parameters
    ----------
    system : with as many inputs as `drive` has columns
    motion : what it did
    drive : (T, A) the activations that moved it

    Raises
    ------
    ValueError
        Nothing is driven, or motion and drive differ in length.

    Source: S1-015; E1-02.
    """
    if len(drive) != len(motion.c):
        raise ValueError(f"{len(drive)} frames of drive, {len(motion.c)} of motion")
    peak = drive[np.abs(drive).sum(axis=1).argmax()]
    if not peak.any():
        raise ValueError("no input is driven, so no direction is given")
    way = peak if len(peak) == len(system.K) else system.G @ peak
    unit = float(way @ system.G @ peak)
    muscle = drive @ system.G.T @ way
    elastic = motion.c @ system.K @ way
    damping = motion.v @ system.D @ way
    # Mass times acceleration, from the state itself and not as what is left over.
    inertia = system.acceleration(motion.c, motion.v, drive) @ system.M @ way
    terms = (muscle, elastic, damping, inertia)
    muscle, elastic, damping, inertia = (np.asarray(term / unit) for term in terms)
    return Balance(motion.times, muscle, elastic, damping, inertia)


def pressure(face: Face, a: Float) -> Float:
    """Size of the muscles' force on the skin per area (N,) [kPa] at activations (A,).

    Source: S1-009, S1-010.
    """
    skin = face.hierarchy.levels[1]
    force = (face.P @ (face.strengths * np.asarray(a))).reshape(-1, 3)
    return np.asarray(KPA * np.linalg.norm(force, axis=1) / vertex_areas(skin.vertices, skin.faces))


def one_vector(face: Face) -> dict[str, float]:
    """Share of each left muscle's forces that the best single vector leaves unexplained.

    The vector is spread by the printed scalar shares P(i, m), as in Eq. 1; 0 says that one vector
    is enough, 1 that it tells nothing.

    Source: S1-010; E1-07.
    """
    field = face.P.reshape(-1, 3, face.P.shape[1])[:, :, ::2]
    share = np.linalg.norm(field, axis=1)
    best = np.einsum("im,ikm->km", share, field) / (share**2).sum(axis=0)
    rest = field - share[:, None] * best
    left = (rest**2).sum(axis=(0, 1)) / (share**2).sum(axis=0)
    return {pull.id: float(value) for pull, value in zip(muscles(), left, strict=True)}
