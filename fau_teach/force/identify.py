"""Activations from what can be read of the skin, and what the readings cannot tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import brentq, nnls
from scipy.signal import savgol_filter
from scipy.stats import norm
from scipy.stats import t as student

from fau_teach.face.mesh import Float
from fau_teach.force.observe import Observer
from fau_teach.force.system import System

METHODS = ("nnls", "least squares")
Intervals = Literal["covariance", "profile", ""]


@dataclass(frozen=True, slots=True, eq=False)
class Identified:
    """Activations and how far they can be trusted.

    Attributes
    ----------
    names : (n,) coordinates
    values : (T, n) activations
    low, high : (T, n) interval of each; not a number where none was asked for, and endless where
        the readings say nothing
    residual : (T,) root mean square of what stays unexplained, over the relative noise [m]
    noise : standard deviation of a reading of scale 1, given or found [m]
    rank, condition : of the observer over its noise
    null_space : (n, n - rank) orthonormal activations that move no reading
    """

    names: tuple[str, ...] = field(repr=False)
    values: Float
    low: Float = field(repr=False)
    high: Float = field(repr=False)
    residual: Float = field(repr=False)
    noise: float
    rank: int
    condition: float
    null_space: Float = field(repr=False)

    def of(self, name: str) -> Float:
        """(T,) activation of one coordinate."""
        return np.asarray(self.values[:, self.names.index(name)])


def nonnegative(gram: Float, moments: Float) -> Float:
    """The a >= 0 (T, n) that minimise a.gram.a / 2 - moment.a for each of the moments (T, n).

    `gram` (n, n) is positive semidefinite; a direction without any is given a little.
    """
    little = 1e-12 * float(np.diag(gram).max())
    root = cholesky(gram + little * np.eye(len(gram)), lower=True)
    targets = solve_triangular(root, moments.T, lower=True).T
    return np.stack([nnls(root.T, target, maxiter=30 * len(gram))[0] for target in targets])


def activations(
    observer: Observer,
    readings: Float,
    *,
    noise: float | None = None,
    method: str = "nnls",
    ridge: float = 0.0,
    clean: float = 0.0,
    level: float = 0.95,
    intervals: Intervals = "covariance",
) -> Identified:
    """Activations that explain readings best: |A a - r|² over the noise, least.

    Parameters
    ----------
    observer : what the readings are
    readings : (T, R) or (R,) [m]
    noise : standard deviation of a reading of scale 1 [m]; found from what least squares leaves
        unexplained if left out
    method : ``"nnls"``, which knows that muscles only pull, or ``"least squares"``, the shortest
        where several fit alike
    ridge : adds ridge |a|² / 2; 1 / s² expects activations of about s
    clean : adds clean (a_1 + ... + a_n), as Eq. 15 does with forces; 1 / m expects a mean of m.
        Needs ``"nnls"``
    level : coverage of each interval
    intervals : ``"covariance"``: that of least squares, cut at 0 with ``"nnls"``, closed form;
        ``"profile"``: all values that some non-negative activations explain almost as well as the
        best ones, narrower and slow; empty: none. Both use the readings alone, not `ridge` or
        `clean`, and are widened to hold the value where it lies outside

    Raises
    ------
    ValueError
        Shapes do not fit, a reading is not finite, a choice is unknown, or the noise can neither
        be found (no more readings than their rank) nor was given.

    Source: S1-019, S1-025; E1-06. Profile intervals follow Burrus (outside, fairly): their
    coverage is not guaranteed in general; tests simulate it.
    """
    if method not in METHODS or intervals not in ("covariance", "profile", ""):
        raise ValueError(f"method {method!r}, intervals {intervals!r}: unknown choice.")
    if ridge < 0 or clean < 0 or (clean and method != "nnls"):
        raise ValueError("ridge and clean must not be negative, and clean needs 'nnls'.")
    seen = np.atleast_2d(np.asarray(readings, float))
    if seen.ndim != 2 or seen.shape[1] != len(observer.scale) or not np.isfinite(seen).all():
        raise ValueError(
            f"readings {seen.shape}: {len(observer.scale)} finite numbers a frame are needed."
        )
    seen, matrix = seen / observer.scale, observer.whitened
    left, sizes, right = np.linalg.svd(matrix, full_matrices=False)
    rank = int((sizes > max(matrix.shape) * np.finfo(float).eps * sizes[0]).sum())
    left, sizes, right = left[:, :rank], sizes[:rank], right[:rank]
    inner = seen @ left
    outer = np.maximum((seen**2).sum(axis=1) - (inner**2).sum(axis=1), 0)
    free = len(observer.scale) - rank
    tail = float(norm.ppf(0.5 + level / 2))
    if noise is None:
        if not free:
            raise ValueError("as many unknowns as readings: give the noise.")
        noise = float(np.sqrt(outer.sum() / (free * len(seen))))
        tail = float(student.ppf(0.5 + level / 2, free * len(seen)))
    plain = (inner / sizes) @ right
    normal = (right.T * sizes**2) @ right + ridge * noise**2 * np.eye(len(right.T))
    moment = (inner * sizes) @ right - clean * noise**2
    if method == "nnls":
        values = nonnegative(normal, moment)
    elif ridge:
        values = np.linalg.solve(normal, moment.T).T
    else:
        values = plain
    low, high = np.full((2, *values.shape), np.nan)
    blind = np.linalg.svd(right)[2][rank:].T if rank < len(right.T) else np.zeros((rank, 0))
    reach = tail * noise
    if intervals == "covariance":
        spread = reach * np.sqrt(((right / sizes[:, None]) ** 2).sum(axis=0))
        spread = np.where((blind**2).sum(axis=1) > 1e-18, np.inf, spread)
        low, high = plain - spread, plain + spread
    elif intervals == "profile":
        root, bound = sizes[:, None] * right, reach**2
        for t, target in enumerate(inner):
            low[t], high[t] = _profile(root, target, bound)
    if intervals:
        if method == "nnls":
            low, high = np.maximum(low, 0), np.maximum(high, 0)
        low, high = np.minimum(low, values), np.maximum(high, values)
    misfit = ((values @ right.T * sizes - inner) ** 2).sum(axis=1) + outer
    return Identified(
        observer.names,
        values,
        low,
        high,
        np.sqrt(misfit / len(observer.scale)),
        noise,
        rank,
        float(sizes[0] / sizes[-1]),
        blind,
    )


def _profile(root: Float, target: Float, bound: float) -> tuple[Float, Float]:
    """Ends (n,) of the values t of each coordinate with |root a - target|² <= least + bound."""
    count = root.shape[1]
    best, least = nnls(root, target, maxiter=30 * count)
    low, high = best.copy(), np.full(count, np.inf)
    for j in range(count):
        others = np.delete(root, j, axis=1)

        def excess(t: float, j: int = j, others: Float = others) -> float:
            rest = target - t * root[:, j]
            # Without a column SciPy's solver writes where it must not.
            left = nnls(others, rest, maxiter=30 * count)[1] if count > 1 else np.linalg.norm(rest)
            return float(left**2 - least**2 - bound)

        if best[j] > 0 and excess(0.0) > 0:
            low[j] = brentq(excess, 0.0, best[j], xtol=1e-4, rtol=1e-4)
        else:
            low[j] = 0.0
        far = best[j] + 2 * np.sqrt(bound) / max(float(np.linalg.norm(root[:, j])), 1e-300)
        while excess(far) < 0 and far < 1e6:
            far = best[j] + 4 * (far - best[j])
        if far < 1e6:
            high[j] = brentq(excess, best[j], far, xtol=1e-4, rtol=1e-4)
    return low, high


@dataclass(frozen=True, slots=True, eq=False)
class Precision:
    """How well an observer reads activations that may all be anything.

    Attributes
    ----------
    observer, readings, rank : its name, the number of its readings, and their rank
    half : (n,) half of the 95 % interval of each activation
    """

    observer: str
    readings: int
    rank: int
    half: Float = field(repr=False)

    def __str__(self) -> str:
        typical = f"rank {self.rank}, typical 95 % interval ± {np.median(self.half):.2f}"
        return f"{self.observer:<11} {self.readings:>5} readings, {typical}"


def precision(observer: Observer, noise: float) -> Precision:
    """Intervals of an observer by least squares: they depend on the noise [m] alone."""
    rest = observer.of(np.zeros(len(observer.names)))
    found = activations(observer, rest, noise=noise, method="least squares")
    return Precision(observer.name, len(observer.scale), found.rank, found.high[0])


def derivatives(
    c: Float, step: float, *, window: int = 7, order: int = 5
) -> tuple[Float, Float, Float]:
    """Smoothed coordinates, velocities and accelerations (T, n), by Savitzky and Golay.

    Parameters
    ----------
    c : (T, n) samples at times 0, step, ...
    window, order : samples and degree of the polynomial that is laid through them; a wider window
        takes more noise away and rounds faster movements off
    """
    found = [
        savgol_filter(c, window, order, deriv, step, axis=0, mode="interp") for deriv in range(3)
    ]
    return found[0], found[1], found[2]


def from_motion(
    system: System,
    c: Float,
    step: float,
    *,
    stiffness: bool = True,
    damping: bool = True,
    method: str = "least squares",
    window: int = 7,
    order: int = 5,
) -> Float:
    """Activations (T, A) that make the system move as seen: G a = M c'' + D c' + K c.

    Parameters
    ----------
    system : the equation
    c : (T, n) coordinates over time, such as ``activations(...).values`` reads from the skin
    step : time between two of them [s]
    stiffness, damping : ``False`` leaves the term out; with neither what is left is the net
        force M c'', which is zero as long as a smile is held
    method : as of `activations`
    window, order : as of `derivatives`

    Source: S1-016, S1-059; E1-02, E1-25.
    """
    if method not in METHODS:
        raise ValueError(f"method {method!r}: choose one of {METHODS}.")
    seen = np.asarray(c, float)
    if seen.ndim != 2 or seen.shape[1] != len(system.M) or len(seen) < window:
        raise ValueError(f"c is {seen.shape}: at least {window} frames of {len(system.M)} needed.")
    place, speed, change = derivatives(seen, step, window=window, order=order)
    force = change @ system.M.T
    if damping:
        force = force + speed @ system.D.T
    if stiffness:
        force = force + place @ system.K.T
    if method == "least squares":
        return np.asarray(np.linalg.lstsq(system.G, force.T)[0].T)
    return np.stack([nnls(system.G, each, maxiter=30 * len(system.G))[0] for each in force])


@dataclass(frozen=True, slots=True)
class Recovery:
    """How well held activations are found again, median over draws of |a' - a| / |a|."""

    observer: str
    noise_mm: float
    plain: float
    nonnegative: float
    clean: float

    def __str__(self) -> str:
        errors = f"error {self.plain:6.2f}, if muscles only pull {self.nonnegative:.2f}"
        return f"{self.observer:<11} {self.noise_mm} mm: {errors}"


def recovery(
    observers: Iterable[Observer],
    noises_mm: Sequence[float],
    *,
    active: int = 4,
    draws: int = 100,
    mean: float = 0.05,
    seed: int = 0,
) -> tuple[Recovery, ...]:
    """Static recovery of a few active muscles by observer and noise: a table row for each.

    Parameters
    ----------
    observers : what is read
    noises_mm : standard deviations of a reading of scale 1 [mm]
    active : muscles at work in each draw, from 0.2 to 1
    draws : number of random faces
    mean : activation that the column ``clean`` expects, see `activations`
    """
    rows = []
    for observer in observers:
        _, triangle = np.linalg.qr(observer.whitened)
        chance = np.random.default_rng(seed)
        truth = np.zeros((draws, len(observer.names)))
        for row in truth:
            row[chance.choice(row.size, active, replace=False)] = chance.uniform(0.2, 1, active)
        noises = chance.standard_normal((draws, len(triangle)))
        small = replace(observer, matrix=triangle, scale=np.ones(len(triangle)))
        for noise_mm in noises_mm:
            seen = truth @ triangle.T + 1e-3 * noise_mm * noises
            found = [
                activations(small, seen, noise=1e-3 * noise_mm, intervals="", **how).values
                for how in ({"method": "least squares"}, {}, {"clean": 1 / mean})
            ]
            off = [
                float(np.median(np.linalg.norm(a - truth, axis=1) / np.linalg.norm(truth, axis=1)))
                for a in found
            ]
            rows.append(Recovery(observer.name, noise_mm, *off))
    return tuple(rows)
