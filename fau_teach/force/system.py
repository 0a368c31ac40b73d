"""The equation of motion: full space over the mesh, and the few coordinates that stand for it.

Full space: M u'' + D u' + K u = P a, three unknowns a vertex. Reduced: u = sum of c_j B_j with
B_j the static response to muscle j at activation 1, so that M^B c'' + D^B c' + K^B c = G a with
K^B = G: a held activation gives c = a. Coordinates have no unit, B is in metres, so M^B is in
kg m² and force, stiffness and energy are all in joules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from time import perf_counter
from typing import Literal

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import LinearOperator, eigsh

from fau_teach._data import did_you_mean
from fau_teach.face import Face
from fau_teach.face.elastic import mass, respond, scaled_to, solver, stiffness
from fau_teach.face.face import CALIBRATION
from fau_teach.face.mesh import Float, Int, Mesh
from fau_teach.face.muscles import columns, distribution, muscles
from fau_teach.face.tissue import tissue
from fau_teach.force.equation import MM, Modes, Reduced, System
from fau_teach.force.material import Rayleigh, rayleigh
from fau_teach.force.variants import Variant, mass_matrix

__all__ = ["MM", "Full", "Modes", "Reduced", "Simulated", "System", "full", "reduced"]


@dataclass(frozen=True, slots=True)
class Simulated:
    """Motion of the mesh in full space.

    Attributes
    ----------
    times : (T,) [s]
    u : (T, V, 3) displacement of the kept vertices [m]
    vertices : (V,) which vertices were kept
    factor_s, steps_s : seconds of factorising and of all steps
    """

    times: Float = field(repr=False)
    u: Float = field(repr=False)
    vertices: Int = field(repr=False)
    factor_s: float
    steps_s: float


@dataclass(frozen=True, eq=False)
class Full:
    """M u'' + D u' + K u = P a over a mesh, D = alpha M + beta K.

    Parameters
    ----------
    masses : (N,) [kg]
    K : (3N, 3N) sparse, symmetric positive definite [N/m]
    P : (3N, A) force of each input at activation 1 [N]
    damping : alpha and beta
    inputs : names of the A inputs

    Source: S1-008, S1-011; E1-02, E1-05.
    """

    masses: Float
    K: sp.csc_array
    P: Float
    damping: Rayleigh
    inputs: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Full({len(self.masses)} vertices, {len(self.inputs)} inputs)"

    @property
    def freedoms(self) -> int:
        """Number of unknowns, 3N."""
        return len(self.P)

    @property
    def mass(self) -> Float:
        """(3N,) mass of each unknown [kg]."""
        return np.repeat(self.masses, 3)

    @cached_property
    def responses(self) -> Float:
        """(A, 3N) static displacement of each input at activation 1 [m]: B = K^-1 P."""
        return np.ascontiguousarray(respond(self.K, self.P).T)

    def modes(self, number: int = 6) -> tuple[Float, Float]:
        """Slowest modes: frequencies (k,) [Hz] and shapes (k, 3N), orthonormal under M."""
        inverse = LinearOperator(self.K.shape, matvec=solver(self.K), dtype=float)
        start = np.ones(self.freedoms)
        squares, shapes = eigsh(
            self.K, number, M=sp.diags_array(self.mass), sigma=0, OPinv=inverse, v0=start
        )
        return np.sqrt(squares) / (2 * np.pi), np.ascontiguousarray(shapes.T)

    def highest_hz(self) -> float:
        """Fastest frequency of the mesh [Hz], which bounds every explicit step."""
        root = sp.diags_array(1 / np.sqrt(self.mass))
        start = np.cos(np.arange(self.freedoms))
        largest = eigsh(root @ self.K @ root, 1, v0=start, tol=1e-4, return_eigenvectors=False)
        return float(np.sqrt(largest[0]) / (2 * np.pi))

    def project(
        self,
        basis: Float | None = None,
        coordinates: Sequence[str] | None = None,
        *,
        mass: Variant = "used",
        elastic: bool = True,
        damped: bool = True,
    ) -> Reduced:
        """The system that is left if the mesh may move in a few ways only.

        Parameters
        ----------
        basis : (n, 3N) [m]; the static responses to the inputs if left out
        coordinates : their names
        mass : ``"printed"`` halves M^B, as under Eq. 4
        elastic, damped : ``False`` drops K or D, as Eq. 5 does with both
        """
        if basis is None:
            basis, coordinates = self.responses, coordinates or self.inputs
        names = coordinates or [f"basis_{k}" for k in range(len(basis))]
        pull = basis @ (self.K @ basis.T)
        pull = (pull + pull.T) / 2
        vectors = basis.reshape(len(basis), -1, 3)
        drag = self.damping.alpha * mass_matrix(vectors, self.masses) + self.damping.beta * pull
        return Reduced(
            M=mass_matrix(vectors, self.masses, mass),
            D=drag * damped,
            K=pull * elastic,
            G=basis @ self.P,
            coordinates=tuple(names),
            inputs=self.inputs,
            B=basis,
        )

    def simulate(
        self,
        a: Float,
        step: float,
        method: Literal["newmark", "implicit"] = "newmark",
        *,
        keep: int = 1,
        vertices: Sequence[int] | Int | None = None,
    ) -> Simulated:
        """Run from rest; one factorisation serves all steps.

        Parameters
        ----------
        a : (T, A) activations at times 0, step, ...
        step : [s]
        method : ``"newmark"`` (average acceleration, order 2) or ``"implicit"`` (Euler, order 1);
            both are stable at every step
        keep : store every so many frames
        vertices : which to store; all if left out
        """
        if method not in ("newmark", "implicit"):
            raise ValueError(f"method {method!r}: choose 'newmark' or 'implicit'.")
        a = np.asarray(a, float)
        if a.ndim != 2 or a.shape[1] != len(self.inputs):
            raise ValueError(f"a is {a.shape}, {len(self.inputs)} inputs need (T, that)")
        every = range(len(self.masses)) if vertices is None else vertices
        stored = np.asarray(every, np.int32)
        on = np.flatnonzero(a.any(axis=0))
        m, force, drive = self.mass, self.P[:, on], a[:, on]
        alpha, beta = self.damping.alpha, self.damping.beta
        half = step / 2 if method == "newmark" else step
        began = perf_counter()
        weight = sp.diags_array(m * (1 + half * alpha))
        solve = solver(sp.csc_array(weight + (half * beta + half**2) * self.K))
        factored = perf_counter()
        u, v = np.zeros((2, self.freedoms))
        acceleration = force @ drive[0] / m
        frames = np.zeros((len(range(0, len(a), keep)), len(stored), 3))
        for frame in range(1, len(a)):
            load = force @ drive[frame]
            if method == "newmark":
                slid = v + half * acceleration
                rest = u + step * v + half**2 * acceleration
                later = solve(load - alpha * m * slid - self.K @ (rest + beta * slid))
                u = rest + half**2 * later
                v = slid + half * later
                acceleration = later
            else:
                v = solve(m * v + step * (load - self.K @ u))
                u = u + step * v
            if frame % keep == 0:
                frames[frame // keep] = u.reshape(-1, 3)[stored]
        times = step * np.arange(0.0, len(a), keep)
        return Simulated(times, frames, stored, factored - began, perf_counter() - factored)


def _names(inputs: Sequence[str] | None) -> tuple[list[int], tuple[str, ...]]:
    """Columns and names of the muscles asked for, all of them if ``None``."""
    known = [f"{name}_{side}" for name, side in columns(muscles())]
    for name in inputs or ():
        if name not in known:
            raise ValueError(f"No muscle {name!r}. {did_you_mean(name, known)}".strip())
    chosen = tuple(known if inputs is None else inputs)
    return [known.index(name) for name in chosen], chosen


def full(
    face: Face,
    *,
    level: int = 1,
    inputs: Sequence[str] | None = None,
    damping: Rayleigh | None = None,
) -> Full:
    """The skin of a face in full space.

    Parameters
    ----------
    face : whose
    level : subdivision level of the mesh, 0 to 3; tissue, muscles and the calibration of K are
        laid on that mesh anew
    inputs : muscles such as ``"zygomaticus_major_left"``; all if left out
    damping : alpha and beta; from the card if left out
    """
    at, names = _names(inputs)
    skin = face.hierarchy.levels[level]
    if level == 1:
        spread, pull = face.P, face.K
    else:
        proportions = face.identity.proportions
        marked = {**skin.attributes, "mirror": face.hierarchy.mirrors[level]}
        spread = distribution(Mesh(skin.vertices, skin.faces, marked), proportions=proportions)
        gauge = spread[:, columns(muscles()).index((CALIBRATION[0], "left"))]
        raw = stiffness(skin.vertices, skin.faces, tissue(skin, proportions))
        pull = scaled_to(raw, gauge, CALIBRATION[1])
    found = Full(
        masses=mass(skin.vertices, skin.faces),
        K=sp.csc_array(pull) / MM,
        P=(spread * face.strengths)[:, at],
        damping=damping or rayleigh(),
        inputs=names,
    )
    if level == 1:
        # The face has solved this already.
        found.__dict__["responses"] = MM * face.B.reshape(len(face.B), -1)[at]
    return found


def reduced(
    face: Face,
    *,
    inputs: Sequence[str] | None = None,
    level: int = 1,
    damping: Rayleigh | None = None,
    mass: Variant = "used",
    elastic: bool = True,
    damped: bool = True,
) -> Reduced:
    """The skin of a face in one coordinate per muscle; arguments as of `full` and `project`."""
    whole = full(face, level=level, inputs=inputs, damping=damping)
    return whole.project(mass=mass, elastic=elastic, damped=damped)
