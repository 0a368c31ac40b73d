"""Eight ways to step M c'' + D c' + K c = G a through time, behind one function.

All are linear in the state x = (c, c') and the inputs, so each is a triple of matrices:
x(t + h) = phi x(t) + before a(t) + after a(t + h). ``closed`` alone sums the modal response
instead of stepping.

Source: S1-016; E1-04.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.linalg as dense
from scipy.signal import fftconvolve

from fau_teach._data import did_you_mean
from fau_teach.face.mesh import Float
from fau_teach.force.system import Modes, System

Hold = Literal["linear", "constant"]
Complex = npt.NDArray[np.complex128]
_COUPLED = 1e-6
"""Damping between modes, relative to that of one, up to which they count as parted."""


class StepError(ValueError):
    """A step above the stability limit; the message names method, limit and fastest mode."""


class Step(NamedTuple):
    """x(t + h) = phi x(t) + before a(t) + after a(t + h), with x = (c, c')."""

    phi: Float
    before: Float
    after: Float


@dataclass(frozen=True, slots=True)
class Method:
    """One integrator.

    Attributes
    ----------
    name : as in ``METHODS``
    title : in words
    order : power of the step with which its error falls; 0 where the step is not a choice; of
        ``exact`` and ``closed`` it is that of the sampled drive, their step has no error
    stable : stable at every step where the system itself is
    """

    name: str
    title: str
    order: int
    stable: bool


METHODS: Mapping[str, Method] = {
    one.name: one
    for one in (
        Method("printed", "Euler with unit step, Eq. 6", 0, False),
        Method("euler", "explicit Euler", 1, False),
        Method("semi-implicit", "semi-implicit Euler", 1, False),
        Method("rk4", "Runge-Kutta of order 4", 4, False),
        Method("implicit", "implicit Euler", 1, True),
        Method("newmark", "Newmark, average acceleration", 2, True),
        Method("exact", "exact step", 2, True),
        Method("closed", "closed form by convolution", 2, True),
    )
}


@dataclass(frozen=True, slots=True)
class Motion:
    """Coordinates over time.

    Attributes
    ----------
    times : (T,) [s]
    c, v : (T, n) coordinates and their velocities [1/s]
    method : name of the integrator
    step : [s]; for ``printed`` the time that a frame stands for, not what it computes with
    """

    times: Float = field(repr=False)
    c: Float = field(repr=False)
    v: Float = field(repr=False)
    method: str
    step: float

    def energy(self, system: System) -> Float:
        """Kinetic plus elastic energy at each time (T,) [J]."""
        # What grew without bound may have left the range of numbers.
        with np.errstate(over="ignore", invalid="ignore"):
            return system.energy(self.c, self.v)


def _known(name: str) -> Method:
    """The integrator of this name; ValueError where there is none."""
    if name not in METHODS:
        hint = did_you_mean(name, METHODS)
        raise ValueError(f"No method {name!r}; there are {', '.join(METHODS)}. {hint}".strip())
    return METHODS[name]


def state_space(system: System) -> tuple[Float, Float]:
    """A (2n, 2n) and b (2n, A) of x' = A x + b a with x = (c, c')."""
    n = len(system.coordinates)
    right = np.linalg.solve(system.M, np.hstack([-system.K, -system.D, system.G]))
    a = np.vstack([np.eye(n, 2 * n, n), right[:, : 2 * n]])
    return a, np.vstack([np.zeros_like(system.G), right[:, 2 * n :]])


def _euler(a: Float, b: Float, h: float) -> Step:
    one: Float = np.eye(len(a))
    return Step(one + h * a, h * b, 0 * b)


def _semi_implicit(a: Float, b: Float, h: float) -> Step:
    # First the velocity, then the position with the new velocity.
    n = len(a) // 2
    kick, drift = np.eye(2 * n), np.eye(2 * n)
    kick[n:] += h * a[n:]
    drift[:n, n:] = h * np.eye(n)
    return Step(drift @ kick, drift @ (h * b), 0 * b)


def _rk4(a: Float, b: Float, h: float) -> Step:
    # The four stages written out for a linear system; the drive between two samples is linear.
    one, z = np.eye(len(a)), h * a
    z2 = z @ z
    z3 = z2 @ z
    first = h / 6 * (one + z + z2 / 2 + z3 / 4) @ b
    middle = h / 6 * (4 * one + 2 * z + z2 / 2) @ b
    return Step(
        one + z + z2 / 2 + z3 / 6 + z2 @ z2 / 24, first + middle / 2, middle / 2 + h / 6 * b
    )


def _implicit(a: Float, b: Float, h: float) -> Step:
    inverse = np.asarray(np.linalg.inv(np.eye(len(a)) - h * a), float)
    return Step(inverse, 0 * b, inverse @ (h * b))


def _newmark(a: Float, b: Float, h: float) -> Step:
    # With accelerations from the equation of motion, average acceleration is the trapezium rule.
    one = np.eye(len(a))
    inverse = np.asarray(np.linalg.inv(one - h / 2 * a), float)
    load = inverse @ (h / 2 * b)
    return Step(inverse @ (one + h / 2 * a), load, load)


def _exact(a: Float, b: Float, h: float) -> Step:
    # One matrix exponential with the drive as further states: a value and its change over h.
    size, width = len(a), b.shape[1]
    block = np.zeros((size + 2 * width,) * 2)
    block[:size, :size], block[:size, size : size + width] = h * a, h * b
    block[size : size + width, size + width :] = np.eye(width)
    power = dense.expm(block)
    held, ramp = power[:size, size : size + width], power[:size, size + width :]
    return Step(power[:size, :size], held - ramp, ramp)


_MAKERS: Mapping[str, Callable[[Float, Float, float], Step]] = {
    "printed": lambda a, b, _: _euler(a, b, 1.0),
    "euler": _euler,
    "semi-implicit": _semi_implicit,
    "rk4": _rk4,
    "implicit": _implicit,
    "newmark": _newmark,
    "exact": _exact,
}


def step_matrices(system: System, name: str, step: float, hold: Hold = "linear") -> Step:
    """What one step of a method does; `hold` says what the drive does between two samples.

    With ``"constant"`` the drive keeps its value until the next sample.
    """
    if _known(name).name == "closed":
        raise ValueError("'closed' does not step; 'exact' has the same result.")
    if hold not in ("linear", "constant"):
        raise ValueError(f"hold {hold!r}: choose 'linear' or 'constant'.")
    phi, before, after = _MAKERS[name](*state_space(system), step)
    return Step(phi, before + after, 0 * after) if hold == "constant" else Step(phi, before, after)


def limit(system: System, method: str) -> float:
    """Largest step [s] at which no free motion grows; infinite where every step will do.

    Explicit Euler: 2 zeta / omega of the worst mode, 0 without damping; semi-implicit:
    2 (sqrt(zeta² + 1) - zeta) / omega; Runge-Kutta: where |1 + z + z²/2 + z³/6 + z⁴/24| = 1 on
    the way from 0 to an eigenvalue. A mode that nothing holds sets no limit.

    Raises
    ------
    ValueError
        The damping couples the modes, so that there is no limit mode by mode.
    """
    if _known(method).stable:
        return float("inf")
    return float(_limits(_parted(system), method).min(initial=np.inf))


def _parted(system: System) -> Modes:
    """The modes of a system in which each moves for itself."""
    if system.modes.coupling > _COUPLED:
        raise ValueError(
            "damping couples the modes, so none has a limit or a closed form of its own; "
            "use 'exact', 'implicit' or 'newmark', or Rayleigh damping."
        )
    return system.modes


def _roots(modes: Modes) -> tuple[Complex, Complex]:
    """Both eigenvalues of each mode: exp(root t) are its free motions."""
    swing = np.sqrt((modes.decay / 2) ** 2 - modes.omega**2 + 0j)
    return -modes.decay / 2 + swing, -modes.decay / 2 - swing


def _limits(modes: Modes, name: str) -> Float:
    """Largest step for each mode."""
    k, d = modes.omega**2, modes.decay
    if name == "semi-implicit":
        # h² k + 2 h d = 4; this form of the solution also holds without stiffness.
        with np.errstate(divide="ignore"):
            return np.asarray(4 / (d + np.sqrt(d**2 + 4 * k)))
    reach = _reach_rk4 if name == "rk4" else _reach_euler
    each = [[reach(complex(root)) for root in roots] for roots in _roots(modes)]
    return np.asarray(np.min(each, axis=0))


def _reach_euler(root: complex) -> float:
    """Largest h with |1 + h root| <= 1."""
    return -2 * root.real / abs(root) ** 2 if root else float("inf")


def _reach_rk4(root: complex) -> float:
    """Largest h up to which Runge-Kutta does not amplify exp(h root)."""
    if not root:
        return float("inf")
    factors = (root / abs(root)) ** np.arange(5) / (1, 1, 2, 6, 24)
    growth = np.convolve(factors, factors.conj()).real[1:]
    growth[abs(growth) < 1e-12] = 0
    crossings = np.roots(growth[::-1])
    real = crossings.real[(abs(crossings.imag) < 1e-9) & (crossings.real > 1e-6)]
    return float(real.min() / abs(root))


def _checked(system: System, method: str, step: float) -> None:
    """Refuse a step above the limit."""
    most = limit(system, method)
    if step <= most * (1 + 1e-9):
        return
    modes = system.modes
    worst = int(np.argmin(_limits(modes, method)))
    rule = (
        f"the limit is {1000 * most:.4g} ms" if most else "it has no stable step, as nothing damps"
    )
    raise StepError(
        f"{METHODS[method].title} with a step of {1000 * step:.4g} ms: {rule}, set by the mode of "
        f"{modes.frequencies_hz[worst]:.4g} Hz with damping ratio {modes.zeta[worst]:.2g}. Take a "
        "smaller step, or 'exact', which has no limit; allow_unstable=True lets you watch it grow."
    )


def integrate(
    system: System,
    drive: Float,
    *,
    step: float,
    method: str = "exact",
    hold: Hold = "linear",
    c0: Float | None = None,
    v0: Float | None = None,
    allow_unstable: bool = False,
) -> Motion:
    """Motion of a system under a sampled drive.

    Parameters
    ----------
    drive : (T, A) inputs at times 0, step, ...
    step : [s]
    method : one of ``METHODS``; ``"printed"`` adds velocity and acceleration as they are, as
        Eq. 6 does, whatever `step` is
    hold : what the drive does between samples; ``"constant"`` keeps the earlier one
    c0, v0 : (n,) state at time 0; rest if left out
    allow_unstable : compute even above the stability limit

    Raises
    ------
    StepError
        The step is above the limit of this method.
    ValueError
        Another argument does not fit.

    Source: S1-016, S1-020; E1-04.
    """
    found, n = _known(method), len(system.coordinates)
    drive = np.asarray(drive, float)
    if drive.ndim != 2 or drive.shape[1] != len(system.inputs) or not len(drive):
        raise ValueError(f"drive is {drive.shape}; {len(system.inputs)} inputs need (T, that)")
    if not 0 < step < np.inf:
        raise ValueError(f"step {step!r} s: it must be above 0")
    start = [np.zeros(n) if x is None else np.asarray(x, float) for x in (c0, v0)]
    if any(x.shape != (n,) for x in start):
        raise ValueError(f"c0 and v0 need {n} values each")
    if not (found.stable or allow_unstable):
        _checked(system, method, 1.0 if method == "printed" else step)
    if method == "closed":
        c, v = _closed(system, drive, step, hold, *start)
    else:
        phi, before, after = step_matrices(system, method, step, hold)
        pushed = drive[:-1] @ before.T + drive[1:] @ after.T
        states = np.empty((len(drive), 2 * n))
        states[0] = np.concatenate(start)
        with np.errstate(over="ignore", invalid="ignore"):
            for k, push in enumerate(pushed):
                states[k + 1] = phi @ states[k] + push
        c, v = states[:, :n], states[:, n:]
    return Motion(step * np.arange(float(len(drive))), c, v, method, step)


def free_response(modes: Modes, times: Float) -> Float:
    """How a state of each mode goes on: (T, n, 2, 2) matrices from (q, q') at 0 to that at t.

    Exact for all damping, critical and none among them.
    """
    first, second = _roots(modes)
    t = np.asarray(times, float)[:, None]
    one, other = np.exp(first * t), np.exp(second * t)
    gap = (first - second) / 2
    # sinh(x)/x at x = gap t, without the cancellation where the two roots meet.
    near = abs(gap * t) < 1e-3
    slow = np.exp(-modes.decay / 2 * t) * t * (1 + ((gap * t) ** 2).real / 6)
    apart = ((one - other) / np.where(gap == 0, 1, 2 * gap)).real
    sine = np.where(near, slow, apart)
    cosine, half = ((one + other) / 2).real, modes.decay / 2 * sine
    rows = [cosine + half, sine, -(modes.omega**2) * sine, cosine - half]
    return np.stack(rows, axis=-1).reshape(*sine.shape, 2, 2)


def modal_loads(modes: Modes, step: float, hold: Hold = "linear") -> tuple[Float, Float]:
    """Effect of a drive of each mode on (q, q') after one exact step: (n, 2) each.

    The first is that of the sample before the step, the second of the sample after it.
    """
    unit, found = np.array([[0.0], [1.0]]), []
    for omega, decay in zip(modes.omega, modes.decay, strict=True):
        one = _exact(np.array([[0.0, 1.0], [-(omega**2), -decay]]), unit, step)
        found.append((one.before[:, 0], one.after[:, 0]))
    before, after = np.array(found).transpose(1, 0, 2)
    return (before + after, 0 * after) if hold == "constant" else (before, after)


def _closed(
    system: System, drive: Float, step: float, hold: Hold, c0: Float, v0: Float
) -> tuple[Float, Float]:
    """Sum of the free motion and of the response to every sample, mode by mode."""
    modes = _parted(system)
    to_modes = modes.shapes.T @ system.M
    force = drive @ (modes.shapes.T @ system.G).T
    response = free_response(modes, step * np.arange(float(len(drive))))
    states = response @ np.stack([to_modes @ c0, to_modes @ v0], axis=-1)[..., None]
    states = states[..., 0]
    samples = force[:-1], force[1:]
    for load, sample in zip(modal_loads(modes, step, hold), samples, strict=True):
        kernel = (response[:-1] @ load[..., None])[..., 0]
        if len(sample):
            summed = fftconvolve(kernel, sample[..., None], axes=0)
            states[1:] += summed[: len(sample)]
    q, rate = states[..., 0], states[..., 1]
    return q @ modes.shapes.T, rate @ modes.shapes.T
