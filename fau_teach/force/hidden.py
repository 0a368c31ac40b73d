"""What the skin does not show: muscles that look alike, cancel each other, or trade with mass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Literal

import numpy as np
from scipy.optimize import lsq_linear

from fau_teach.face.mesh import Float
from fau_teach.force.identify import nonnegative
from fau_teach.force.observe import Observer

Mass = Literal["diagonal", "full"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two muscles and the cosine between what they do to the readings.

    Near 1 one passes for the other; near -1 they cancel.
    """

    first: str
    second: str
    cosine: float


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """A pattern of activations that readings hardly see.

    Attributes
    ----------
    gain : readings per unit of the pattern, root of the sum of squares [m]
    parts : (name, share) of its muscles, largest first; the squares of all shares sum to 1
    """

    gain: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class CoContraction:
    """Activations whose effects cancel on the skin.

    Attributes
    ----------
    names : (n,) coordinates
    values : (n,) activations; to a face at rest, or to any other, they add almost nothing
    alone_mm, left_mm : largest reading of the muscle by itself, and what is left of it once the
        others pull against it [mm]
    remainder : the same as root of the sums of squares, left over alone
    effort : sum of the activations
    """

    names: tuple[str, ...]
    values: Float
    alone_mm: float
    left_mm: float
    remainder: float
    effort: float

    @property
    def parts(self) -> tuple[tuple[str, float], ...]:
        """(name, activation) of the muscles at work, strongest first."""
        order = np.argsort(-self.values)
        return tuple((self.names[i], float(self.values[i])) for i in order if self.values[i] > 1e-6)

    def __str__(self) -> str:
        first = ", ".join(f"{name} {value:.2f}" for name, value in self.parts[:3])
        moves = f"{self.alone_mm:.2f} mm → {self.left_mm:.2f} mm"
        return f"{moves}, effort {self.effort:.2f}: {first}"


def both_sides(observer: Observer) -> Observer:
    """The observer of a face whose two sides always do the same: half as many coordinates."""
    stems = [name.removesuffix("_left") for name in observer.names if name.endswith("_left")]
    pairs = [
        [observer.names.index(f"{stem}_{side}") for side in ("left", "right")] for stem in stems
    ]
    matrix = np.stack([observer.matrix[:, pair].sum(axis=1) for pair in pairs], axis=1)
    return replace(observer, names=tuple(stems), matrix=matrix)


def cosines(observer: Observer) -> Float:
    """(n, n) cosines between the readings of each two coordinates; 0 where one moves nothing."""
    matrix = observer.whitened
    size = np.linalg.norm(matrix, axis=0)
    unit = matrix / np.where(size > 0, size, 1)
    return np.asarray(unit.T @ unit)


def weak_pairs(observer: Observer, least: float = 0.8, *, side: str = "") -> tuple[Pair, ...]:
    """Pairs with a cosine of at least this size, the closest to 1 or -1 first.

    `side` is ``"left"`` or ``"right"`` for pairs on one side alone.
    """
    table = cosines(observer)
    kept = [i for i, name in enumerate(observer.names) if name.endswith(side)]
    found = [
        Pair(observer.names[i], observer.names[j], float(table[i, j]))
        for i, j in combinations(kept, 2)
        if abs(table[i, j]) >= least
    ]
    return tuple(sorted(found, key=lambda pair: -abs(pair.cosine)))


def weak_directions(observer: Observer, number: int = 3, parts: int = 4) -> tuple[Direction, ...]:
    """The patterns that readings see least, the weakest first, with their largest parts.

    An anatomical mirror image has the same gain, so that patterns often come in twos.
    """
    _, sizes, rows = np.linalg.svd(
        observer.whitened, full_matrices=len(observer.scale) < len(observer.names)
    )
    sizes = np.concatenate([sizes, np.zeros(len(rows) - len(sizes))])
    found = []
    for k in range(len(rows) - 1, max(len(rows) - 1 - number, -1), -1):
        row = rows[k] * np.sign(rows[k][np.abs(rows[k]).argmax()])
        top = np.argsort(-np.abs(row), kind="stable")[:parts]
        shares = tuple((observer.names[i], float(row[i])) for i in top)
        found.append(Direction(float(sizes[k]), shares))
    return tuple(found)


def co_contraction(
    observer: Observer, muscle: str, against: str | Sequence[str] = (), *, amount: float = 0.5
) -> CoContraction:
    """How far other muscles can hide that one pulls: none pushes, none more than fully.

    Activations a and a + values then look almost the same, with very different effort: what
    tells them apart is not on the skin, it is the electromyogram.

    Parameters
    ----------
    observer : what is read
    muscle : the muscle to hide
    against : the only other one that may help, or ones; all may if left out
    amount : activation of `muscle`

    Raises
    ------
    ValueError
        There is no such coordinate, or it moves no reading.

    Source: E1-06; S1-025 for what chooses among forces that look alike.
    """
    allowed = [against] if isinstance(against, str) else list(against)
    for name in (muscle, *allowed):
        if name not in observer.names:
            raise ValueError(f"No coordinate {name!r} among {', '.join(observer.names)}.")
    at = observer.names.index(muscle)
    helpers = [i for i in range(len(observer.names)) if i != at]
    if allowed:
        helpers = [observer.names.index(name) for name in allowed]
    return _cancelled(observer, observer.whitened.T @ observer.whitened, at, helpers, amount)


def _cancelled(
    observer: Observer, gram: Float, at: int, helpers: list[int], amount: float
) -> CoContraction:
    """Activations of the helpers that leave least of one muscle, all from 0 to 1."""
    if gram[at, at] == 0:
        raise ValueError(f"{observer.names[at]} moves no reading of {observer.name}.")
    values = np.zeros(len(gram))
    values[at] = amount
    if helpers:
        inner, moment = gram[np.ix_(helpers, helpers)], -amount * gram[helpers, at]
        found = nonnegative(inner, moment[None])[0]
        if found.max() > 1:
            lower = np.linalg.cholesky(inner + 1e-12 * np.eye(len(inner)) * inner.max())
            found = lsq_linear(lower.T, np.linalg.solve(lower, moment), (0, 1), method="bvls").x
        values[helpers] = np.clip(found, 0, 1)
    left = max(float(values @ gram @ values), 0.0)
    return CoContraction(
        observer.names,
        values,
        float(1e3 * amount * np.abs(observer.matrix[:, at]).max()),
        float(1e3 * np.abs(observer.matrix @ values).max()),
        float(np.sqrt(left / gram[at, at]) / amount),
        float(values.sum()),
    )


def hiding(observer: Observer, *, side: str = "", amount: float = 0.5) -> tuple[CoContraction, ...]:
    """`co_contraction` of every muscle (of one side), the best hidden one first."""
    gram, every = observer.whitened.T @ observer.whitened, range(len(observer.names))
    found = [
        _cancelled(observer, gram, at, [i for i in every if i != at], amount)
        for at in every
        if observer.names[at].endswith(side) and gram[at, at] > 0
    ]
    return tuple(sorted(found, key=lambda one: one.remainder))


def lost_by_one_vector(field: Float) -> float:
    """Share of a muscle's force energy that is lost if all vertices pull the same way.

    The printed equation gives a vertex a share of one 3-vector per muscle. Here each vertex keeps
    the size of its force as its share, and the vector is the best there is.

    Parameters
    ----------
    field : (N, 3) force on each vertex

    Returns
    -------
    0 for parallel forces, 1 for a ring that closes

    Source: S1-006, S1-010; E1-07.
    """
    size = np.linalg.norm(field, axis=1)
    total = float((size**2).sum())
    return max(1 - float(((size @ field) ** 2).sum()) / total**2, 0.0)


@cache
def unknown_directions(
    coordinates: int,
    muscles: int,
    frames: int,
    mass: Mass = "diagonal",
    *,
    trace_known: bool = False,
    seed: int = 0,
) -> int:
    """Dimensions along which mass and forces can change together and no motion shows it.

    M c''(t) = G F(t) is linear in M and all F(t) at once. We make a motion with a random M, G and
    F, write down every equation it obeys, and count the null space of their matrix: 1 is the
    common factor (alpha M, alpha F) alone, 0 would mean identified.

    Parameters
    ----------
    coordinates, muscles, frames : K, number of scalar forces, T
    mass : ``"diagonal"`` or ``"full"``, the latter symmetric
    trace_known : whether the sum of the diagonal of M is known

    Source: S1-018, S1-020; E1-06.
    """
    if mass not in ("diagonal", "full"):
        raise ValueError(f"mass {mass!r}: choose 'diagonal' or 'full'.")
    chance = np.random.default_rng(seed)
    gain = chance.standard_normal((coordinates, muscles))
    force = chance.standard_normal((muscles, frames))
    square = chance.standard_normal((coordinates, coordinates))
    true = np.diag(chance.uniform(1, 2, coordinates))
    if mass == "full":
        true = true + square @ square.T / coordinates
    motion = np.linalg.solve(true, gain @ force)
    entries = [(i, i) for i in range(coordinates)]
    entries += list(combinations(range(coordinates), 2)) if mass == "full" else []
    columns = []
    for i, j in entries:
        moved = np.zeros((coordinates, frames))
        moved[i] += motion[j]
        if i != j:
            moved[j] += motion[i]
        columns.append(moved.T.ravel())
    matrix = np.hstack([np.stack(columns, axis=1), -np.kron(np.eye(frames), gain)])
    if trace_known:
        row = np.array([float(k < coordinates) for k in range(matrix.shape[1])])
        matrix = np.vstack([matrix, row])
    rank = np.linalg.matrix_rank(matrix, tol=1e-9 * float(np.abs(matrix).max()))
    return int(matrix.shape[1] - rank)
