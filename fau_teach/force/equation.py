"""The equation of motion in a few coordinates: M c'' + D c' + K c = G a, and its modes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import scipy.linalg as dense

from fau_teach.face.mesh import Float

MM = 1e-3
"""Metres in a millimetre."""
_PROPORTIONAL = 1e-8
_Self = TypeVar("_Self", bound="System")


@dataclass(frozen=True, slots=True, repr=False)
class Modes:
    """Free motions of a system, slowest first.

    Attributes
    ----------
    omega : (n,) angular frequency without damping [rad/s]; 0 where nothing pulls back
    decay : (n,) damping of each mode per mass [1/s], 2 zeta omega
    shapes : (n, n) one mode a column, c = shapes q, with shapes^T M shapes = I
    coupling : largest damping between two modes relative to the largest of one; 0 where damping
        is proportional, and only then do the modes move independently
    """

    omega: Float
    decay: Float
    shapes: Float
    coupling: float

    def __repr__(self) -> str:
        low, high = self.frequencies_hz[[0, -1]]
        return f"Modes({len(self.omega)}, {low:.3g} to {high:.3g} Hz)"

    @property
    def frequencies_hz(self) -> Float:
        """(n,) frequencies without damping [Hz]."""
        return np.asarray(self.omega / (2 * np.pi))

    @property
    def zeta(self) -> Float:
        """(n,) share of critical damping; infinite where nothing pulls back."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.decay == 0, 0.0, self.decay / (2 * self.omega))


@dataclass(frozen=True, eq=False)
class System:
    """M c'' + D c' + K c = G a.

    Parameters
    ----------
    M, D, K : (n, n) mass, damping and stiffness, symmetric; M positive definite
    G : (n, A) generalised force of each input at 1
    coordinates, inputs : names of the n coordinates and the A inputs

    Raises
    ------
    ValueError
        Shapes do not fit, a matrix is not symmetric, or M is not positive definite.

    Source: S1-013, S1-014, S1-015; E1-01, E1-02.
    """

    M: Float
    D: Float
    K: Float
    G: Float
    coordinates: tuple[str, ...]
    inputs: tuple[str, ...]

    def __post_init__(self) -> None:
        n = len(self.coordinates)
        for name in "MDK":
            matrix = getattr(self, name)
            if matrix.shape != (n, n):
                raise ValueError(f"{name} is {matrix.shape}, the coordinates need {(n, n)}")
            if abs(matrix - matrix.T).max(initial=0) > 1e-9 * abs(matrix).max(initial=0):
                raise ValueError(f"{name} is not symmetric")
        if self.G.shape != (n, len(self.inputs)):
            raise ValueError(f"G is {self.G.shape}, the names need {(n, len(self.inputs))}")
        try:
            np.linalg.cholesky(self.M)
        except np.linalg.LinAlgError as error:
            problem = "M is not positive definite: coordinates depend on one another"
            raise ValueError(problem) from error

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({len(self.coordinates)} coordinates, {self.G.shape[1]} inputs)"
        )

    def but(self: _Self, **changes: Any) -> _Self:
        """The same system with some fields changed."""
        return replace(self, **changes)

    @cached_property
    def modes(self) -> Modes:
        """Frequencies, damping and shapes of the free motions."""
        # A mixture of stiffness and damping parts modes that share a frequency, as all do if K = 0.
        scale = abs(self.K).max(initial=0) / max(abs(self.D).max(initial=0), 1e-300)
        for share in (0.6180339887 * scale or 1.0, 0.0):
            _, shapes = dense.eigh(self.K + share * self.D, self.M)
            pull, decay = (shapes.T @ each @ shapes for each in (self.K, self.D))
            off = max(_off_diagonal(pull), _off_diagonal(decay))
            if off < _PROPORTIONAL:
                break
        stiff = np.diag(pull)
        stiff = np.where(stiff > 1e-12 * max(stiff.max(initial=0), 1e-300), stiff, 0.0)
        order = np.argsort(stiff, kind="stable")
        rate = np.maximum(np.diag(decay), 0)[order]
        return Modes(np.sqrt(stiff[order]), rate, shapes[:, order], _off_diagonal(decay))

    def rest(self, a: Float) -> Float:
        """Coordinates (..., n) at which the face comes to rest under held inputs (..., A).

        Raises
        ------
        ValueError
            Some motion meets no stiffness: there is no rest, the force moves it for ever.
        """
        if not self.modes.omega.all():
            raise ValueError("without stiffness a held force moves the skin for ever: no rest")
        return np.asarray(np.linalg.solve(self.K, (np.asarray(a) @ self.G.T).T).T)

    def energy(self, c: Float, v: Float) -> Float:
        """Kinetic plus elastic energy (...,) [J] of states (..., n)."""
        moving = np.einsum("...i,ij,...j->...", v, self.M, v)
        return np.asarray(0.5 * (moving + np.einsum("...i,ij,...j->...", c, self.K, c)))

    def acceleration(self, c: Float, v: Float, a: Float) -> Float:
        """Acceleration (..., n) [1/s²] at states (..., n) under inputs (..., A)."""
        force = np.asarray(a) @ self.G.T - v @ self.D - c @ self.K
        return np.asarray(np.linalg.solve(self.M, force[..., None])[..., 0])


def _off_diagonal(matrix: Float) -> float:
    size = abs(np.diag(matrix)).max(initial=0)
    return float(abs(matrix - np.diag(np.diag(matrix))).max(initial=0) / size) if size else 0.0


@dataclass(frozen=True, eq=False, repr=False)
class Reduced(System):
    """A system whose coordinates move a mesh.

    Parameters
    ----------
    B : (n, 3N) displacement per unit of each coordinate, vertex by vertex (x, y, z) [m]

    Source: S1-012, S1-014; E1-22.
    """

    B: Float

    def lift(self, c: Float) -> Float:
        """Displacement from rest (..., N, 3) [m] of coordinates (..., n)."""
        return np.asarray(np.asarray(c) @ self.B).reshape(*np.shape(c)[:-1], -1, 3)

    def lift_mm(self, c: Float) -> Float:
        """Displacement from rest (..., N, 3) [mm]; add the skin at rest to get the skin."""
        return self.lift(c) / MM

    def fit(self, u: Float) -> Float:
        """Coordinates (..., n) nearest to displacements (..., N, 3) [m], by least squares."""
        flat = np.reshape(u, (-1, self.B.shape[1]))
        return np.asarray(np.linalg.lstsq(self.B.T, flat.T)[0].T).reshape(*np.shape(u)[:-2], -1)
