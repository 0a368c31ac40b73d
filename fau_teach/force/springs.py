"""Masses joined by springs, in Cartesian coordinates: Eq. 2 as it stands, and what it hides.

The forces of one spring on its two ends cancel, so their sum over the mesh is 0. The generalised
force of a mode, sum of B_j(i) . f_i, does not cancel unless the mode moves both ends alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fau_teach.face.mesh import Float, Int, Mesh, edges
from fau_teach.force.system import MM, System
from fau_teach.force.variants import mass_matrix


@dataclass(frozen=True, slots=True)
class Springs:
    """m_i u_i'' = F_i + sum of spring forces - d u_i'.

    Parameters
    ----------
    rest : (N, D) positions at rest [m]
    pairs : (E, 2) ends of each spring
    stiffness : (E,) [N/m]
    masses : (N,) [kg]
    drag : d, ours: the source has no damping [kg/s]

    Raises
    ------
    ValueError
        Sizes do not fit, a mass is not above 0, or a spring has no length.

    Source: S1-011; E1-05.
    """

    rest: Float
    pairs: Int
    stiffness: Float
    masses: Float
    drag: float = 0.0

    def __post_init__(self) -> None:
        if len(self.masses) != len(self.rest) or len(self.stiffness) != len(self.pairs):
            raise ValueError("one mass a vertex and one stiffness a spring are needed")
        if not (np.asarray(self.masses) > 0).all():
            raise ValueError("every mass must be above 0")
        if not self.lengths.all():
            raise ValueError(f"spring {int(np.argmin(self.lengths))} has no length")

    @property
    def lengths(self) -> Float:
        """(E,) rest lengths [m]."""
        first, second = self.rest[self.pairs.T]
        return np.asarray(np.linalg.norm(second - first, axis=1))

    def pulls(self, u: Float) -> Float:
        """Force of each spring on its first end (E, D) [N], by Hooke's law.

        Parameters
        ----------
        u : (N, D) displacement from rest [m]; large ones turn the springs, too
        """
        first, second = (self.rest + u)[self.pairs.T]
        span = second - first
        length = np.linalg.norm(span, axis=1)
        tension = self.stiffness * (length - self.lengths)
        return np.asarray((tension / np.where(length > 0, length, 1))[:, None] * span)

    def elastic(self, u: Float) -> Float:
        """Elastic force on each vertex (N, D) [N]; the sum over the mesh is 0."""
        force, pull = np.zeros_like(self.rest), self.pulls(u)
        np.add.at(force, self.pairs[:, 0], pull)
        np.add.at(force, self.pairs[:, 1], -pull)
        return force

    def energy(self, u: Float) -> float:
        """Energy stored in the springs [J]."""
        first, second = (self.rest + u)[self.pairs.T]
        longer = np.linalg.norm(second - first, axis=1) - self.lengths
        return float(0.5 * np.sum(self.stiffness * longer**2))

    def generalised(self, basis: Float, u: Float) -> Float:
        """Elastic force on each mode Q_j = sum of B_j(i) . f_i: (n,) for a basis (n, N, D).

        Source: S1-015; E1-02.
        """
        return np.asarray(np.einsum("jnd,nd->j", basis, self.elastic(u)))

    def linear(self) -> Float:
        """Stiffness matrix at rest (N D, N D): K = sum of k n n^T over the springs [N/m]."""
        count, width = self.rest.shape
        first, second = self.rest[self.pairs.T]
        axis = (second - first) / self.lengths[:, None]
        matrix = np.zeros((count, width, count, width))
        blocks = self.stiffness[:, None, None] * axis[:, :, None] * axis[:, None, :]
        for (i, j), block in zip(self.pairs, blocks, strict=True):
            matrix[i, :, i] += block
            matrix[j, :, j] += block
            matrix[i, :, j] -= block
            matrix[j, :, i] -= block
        return matrix.reshape(count * width, -1)

    def simulate(self, force: Float, step: float, u0: Float | None = None) -> tuple[Float, Float]:
        """Displacement and velocity (T, N, D) by semi-implicit Euler, from rest unless `u0`.

        Parameters
        ----------
        force : (T, N, D) external force at times 0, step, ... [N]
        step : [s]; the stiffest spring on the lightest mass needs one below 2 / omega
        """
        u = np.zeros((len(force), *self.rest.shape))
        v = np.zeros_like(u)
        u[0] = 0 if u0 is None else u0
        weight = np.asarray(self.masses)[:, None]
        for k in range(len(force) - 1):
            total = force[k] + self.elastic(u[k]) - self.drag * v[k]
            v[k + 1] = v[k] + step * total / weight
            u[k + 1] = u[k] + step * v[k + 1]
        return u, v

    def momentum(self, v: Float) -> Float:
        """Total momentum (..., D) [kg m/s]; only external force and drag change it."""
        return np.asarray(np.einsum("n,...nd->...d", np.asarray(self.masses), v))

    def reduced(self, basis: Float, names: Sequence[str], *, elastic: bool = True) -> System:
        """The springs at small displacements in a few modes (n, N, D), one input a mode.

        Source: S1-015; E1-02.
        """
        flat = basis.reshape(len(basis), -1)
        pull = flat @ self.linear() @ flat.T
        mass = mass_matrix(basis, np.asarray(self.masses))
        drag = self.drag * flat @ flat.T
        one = np.eye(len(basis))
        return System(mass, drag, pull * elastic, one, tuple(names), tuple(names))


def of_mesh(mesh: Mesh, stiffness: float, masses: Float, drag: float = 0.0) -> Springs:
    """A spring along every edge of a mesh, whose vertices are in millimetres."""
    pairs = edges(mesh.faces)
    return Springs(mesh.vertices * MM, pairs, np.full(len(pairs), stiffness), masses, drag)


MODES = np.array([[1, 1, 1, 1], [-1.5, -0.5, 0.5, 1.5], [1, -1, -1, 1]], float)[:, :, None]
"""Three ways in which a chain of four moves: translation, stretch, bend; (3, 4, 1)."""


def chain(stiffness: float = 10.0, mass: float = 1.0) -> Springs:
    """Four masses on a line, joined by three springs.

    ``chain().reduced(MODES, ("translation", "stretch", "bend"))`` has M = diag(4, 5, 4) and
    K = diag(0, 30, 80).

    Source: S1-015; E1-02.
    """
    pairs = np.array([[0, 1], [1, 2], [2, 3]], np.int32)
    rest = 10.0 * np.arange(4.0)[:, None]
    return Springs(rest, pairs, np.full(3, stiffness), np.full(4, mass))
