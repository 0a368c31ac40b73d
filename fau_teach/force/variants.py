"""Equations of the source, as printed and as used: mass, force, first velocity, units.

Basis vectors are ``(n, N, 3)`` displacements per unit of each coordinate, so u = sum of c_j B_j.
That is the displacement from rest; the mesh is the rest shape plus u (E1-22).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from fau_teach.face.mesh import Float

Variant = Literal["used", "printed"]


def checked(variant: str) -> str:
    """Refuse a variant that there is not (ValueError)."""
    if variant not in get_args(Variant):
        raise ValueError(f"variant {variant!r}: choose 'used' or 'printed'.")
    return variant


def mass_matrix(basis: Float, masses: Float, variant: Variant = "used") -> Float:
    """Generalised mass M^B = sum of m_i B(i)^T B(i): (n, n).

    Parameters
    ----------
    basis : (n, N, 3) [m]
    masses : (N,) [kg]
    variant : ``"printed"`` halves it, as under Eq. 4; the half belongs to the kinetic energy
        T = 1/2 c'^T M^B c', so the printed matrix doubles every acceleration

    Source: S1-014; E1-01.
    """
    flat = basis.reshape(len(basis), -1)
    weighted = flat * np.repeat(masses, basis.shape[-1])
    whole = weighted @ flat.T
    return np.asarray((0.25 if checked(variant) == "printed" else 0.5) * (whole + whole.T))


def external_force(share: Float, force: Float) -> Float:
    """Eq. 1, force on each vertex F^ext = P F^mus: (N, M) shares and (M, 3) vectors to (N, 3).

    Source: S1-010.
    """
    return np.asarray(share @ force)


def force_map(basis: Float, share: Float) -> Float:
    """Eq. 9 as one matrix: (n, 3M) G with Q = G vec(F), F flattened muscle by muscle.

    Parameters
    ----------
    basis : (n, N, 3)
    share : (N, M), the printed P: one scalar per vertex and muscle, one 3-vector per muscle

    Source: S1-019.
    """
    return np.asarray(np.einsum("jik,im->jmk", basis, share).reshape(len(basis), -1))


def generalised_force(
    basis: Float, share: Float, force: Float, variant: Variant = "printed"
) -> Float:
    """Generalised force Q of the muscles: (n,).

    Parameters
    ----------
    basis : (n, N, 3)
    share : ``"printed"``: (N, M) shares; ``"used"``: (3N, M) force per unit of activation, each
        vertex with its own fibre direction
    force : ``"printed"``: (M, 3) one vector per muscle; ``"used"``: (M,) activations

    Source: S1-019; E1-07.
    """
    if checked(variant) == "printed":
        return force_map(basis, share) @ np.asarray(force).ravel()
    return np.asarray(basis.reshape(len(basis), -1) @ (share @ force))


@dataclass(frozen=True, slots=True)
class NullSpace:
    """What a map of forces cannot tell.

    Attributes
    ----------
    rank, nullity : of the matrix; they sum to its number of columns
    condition : largest over smallest singular value that counts
    vectors : (columns, nullity) orthonormal forces that move nothing
    """

    rank: int
    nullity: int
    condition: float
    vectors: Float = field(repr=False)

    def __str__(self) -> str:
        return f"rank {self.rank}, nullity {self.nullity}"


def null_space(matrix: Float) -> NullSpace:
    """Rank, nullity and the forces that have no effect: with K = 5 and M = 6, 5 and 13.

    Source: S1-019; E1-06.
    """
    _, sizes, rows = np.linalg.svd(matrix)
    floor = max(matrix.shape) * np.finfo(float).eps * sizes.max(initial=0)
    rank = int((sizes > floor).sum())
    condition = float(sizes[0] / sizes[rank - 1]) if rank else float("inf")
    return NullSpace(rank, matrix.shape[1] - rank, condition, np.asarray(rows[rank:].T))


def initial_velocity(first: Float, second: Float, step: float, variant: Variant = "used") -> Float:
    """First velocity of the decoder: ``"printed"`` from the data, ``"used"`` zero, a face at rest.

    Parameters
    ----------
    first, second : (n,) observed coordinates c(0) and c(step)
    step : time between them [s]

    Returns
    -------
    (n,) [1/s]. ``"printed"`` copies the second observation into the prediction:
    c(0) + step (c(step) - c(0)) / step = c(step).

    Source: S1-020; E1-04.
    """
    change = (np.asarray(second, float) - first) / step
    return change if checked(variant) == "printed" else np.zeros_like(change)


def differences(c: Float, step: float = 1.0) -> tuple[Float, Float]:
    """First and second differences of (T, n) coordinates: velocity (T-1, n), acceleration (T-2, n).

    A force goes with the second. The source reads it as the change between two frames, which is
    the first: c linear in time moves by a constant amount and needs no force.

    Source: S1-059; E1-25.
    """
    velocity = np.diff(c, axis=0) / step
    return velocity, np.diff(velocity, axis=0) / step


Dimension = tuple[int, int, int]
"""Exponents of kilogram, metre and second."""
NONE: Dimension = (0, 0, 0)
LENGTH: Dimension = (0, 1, 0)
_MASS, _TIME, _NEWTON = (1, 0, 0), (0, 0, 1), (1, 1, -2)


@dataclass(frozen=True, slots=True)
class Balance:
    """Both sides of one equation and their units."""

    equation: str
    left: str
    right: str

    @property
    def holds(self) -> bool:
        """Both sides have one unit."""
        return self.left == self.right


def _times(*factors: Dimension) -> Dimension:
    a, b, c = (sum(each) for each in zip(*factors, strict=True))
    return a, b, c


def _over(a: Dimension, b: Dimension) -> Dimension:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def _unit(dimension: Dimension) -> str:
    names = zip(("kg", "m", "s"), dimension, strict=True)
    return " ".join(n if p == 1 else f"{n}^{p}" for n, p in names if p) or "1"


def audit(
    variant: Variant = "used", *, basis: Dimension = LENGTH, coordinate: Dimension = NONE
) -> tuple[Balance, ...]:
    """Units of both sides of Eq. 1 to 6.

    Parameters
    ----------
    variant : Eq. 6 with (``"used"``) or without the step
    basis, coordinate : units of B and of c; only where their product is a length do Eq. 3 and
        Eq. 5 balance

    Source: S1-028; E1-04.
    """
    rate = _over(coordinate, _TIME)
    second = _over(rate, _TIME)
    step = _TIME if checked(variant) == "used" else NONE
    mass, force = _times(_MASS, basis, basis), _times(basis, _NEWTON)
    sides: Mapping[str, tuple[Dimension, Dimension]] = {
        "Eq. 1: F^ext = P F^mus": (_NEWTON, _times(NONE, _NEWTON)),
        "Eq. 2: m u'' = f": (_times(_MASS, LENGTH, (0, 0, -2)), _NEWTON),
        "Eq. 3: u = sum c B": (LENGTH, _times(coordinate, basis)),
        "Eq. 4, 5: M^B c'' = Q": (_times(mass, second), force),
        "Eq. 6: change of c": (coordinate, _times(step, rate)),
        "Eq. 6: change of c'": (rate, _times(step, second)),
        "Eq. 6: c'' = (M^B)^-1 Q": (second, _over(force, mass)),
    }
    return tuple(Balance(name, _unit(a), _unit(b)) for name, (a, b) in sides.items())


def findings(balances: tuple[Balance, ...]) -> Iterator[str]:
    """One sentence for each equation whose sides differ."""
    for one in balances:
        if not one.holds:
            yield f"{one.equation}: {one.left} on the left, {one.right} on the right"
