"""Force: the closed form against ODE solvers, reduced against full space, and denormals.

Every row is the same work in one run: one face, one drive, all coordinates at all frames; the
results are compared before the times are. One core for all, the least processor time of several
turns, taken by turns: on one core that is the wall time of an idle machine. Run alone:
``python -m tests.benchmarks force``; on all cores of an idle machine, in wall time:
``python -m tests.benchmarks.force --wall``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

STEP, FRAMES = 1 / 400, 401
"""One second; Runge-Kutta needs steps this short for the fastest coordinates, we do not."""
BATCHES = (1, 32)
SAME, SAME_GRADIENT = 1e-3, 1e-2
"""Largest difference to the closed form, of the largest value."""
TRUTH_STEP, TRUTH_FRAMES, TRUTH_SAME = 0.01, 201, 0.02


WALL = "--wall" in sys.argv
clock = time.perf_counter if WALL else time.process_time


def one_core() -> None:
    """Hold this process, and what it loads from here on, to one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def shortest(repeats: int, *works: Callable[[], object]) -> list[float]:
    """Least time of each, by turns so that a busy moment meets all [s]."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for work, mine in zip(works, times, strict=True):
            # Short work is done until a clock can see it.
            done, started = 0, clock()
            while not done or clock() - started < 0.005:
                work()
                done += 1
            mine.append((clock() - started) / done)
    return [min(mine) for mine in times]


def row(work: str, ours: float, alternative: str, theirs: float) -> dict[str, object]:
    """One line of the table."""
    return {
        "work": f"{work} ({'wall' if WALL else 'CPU'})",
        "seconds": round(ours, 6),
        "alternative": alternative,
        "alternative_seconds": round(theirs, 4),
        "ratio": round(theirs / ours, 2),
    }


def apart(found: Any, wanted: Any) -> float:
    """Largest difference, of the largest value."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    return float(abs(found - wanted).max() / abs(wanted).max())


def drive(batch: int, inputs: int) -> np.ndarray[Any, Any]:
    """Every muscle contracts once, to its own strength at its own time: (batch, T, A)."""
    rng = np.random.default_rng(7)
    start = rng.uniform(0.05, 0.3, (batch, 1, inputs))
    t = np.arange(FRAMES)[None, :, None] * STEP
    level = np.clip(np.minimum((t - start) / 0.2, (start + 0.65 - t) / 0.2), 0, 1)
    return rng.uniform(0, 1, (batch, 1, inputs)) * level**2 * (3 - 2 * level)


class Plain:
    """The same system as a right-hand side y' = f(t, y), y = (c, c'), constants multiplied out."""

    def __init__(self, system: Any, modes: bool = False) -> None:
        self.n = len(system.M)
        self.gain = np.linalg.solve(system.M, system.G).T.astype(np.float32)
        self.pull = np.linalg.solve(system.M, np.hstack([system.K, system.D])).T.astype(np.float32)
        self.modes = modes
        found = system.modes
        self.shapes = found.shapes.astype(np.float32)
        self.modal = (found.shapes.T @ system.G).astype(np.float32)
        self.spring, self.decay = (
            x.astype(np.float32) for x in (found.omega**2, found.decay)
        )  # fmt: skip

    def torchdiffeq(self) -> Callable[[Tensor], Tensor]:
        """Fixed-step Runge-Kutta on the frames."""
        import torch
        from torchdiffeq import odeint

        gain, pull, n = torch.tensor(self.gain), torch.tensor(self.pull), self.n
        times = torch.arange(FRAMES) * STEP

        def solve(a: Tensor) -> Tensor:
            load = a @ gain

            def slope(t: Tensor, y: Tensor) -> Tensor:
                at = float(t) / STEP
                i = min(int(at), FRAMES - 2)
                now = torch.lerp(load[:, i], load[:, i + 1], at - i)
                return torch.cat([y[:, n:], now - y @ pull], -1)

            start = a.new_zeros(len(a), 2 * n)
            return odeint(slope, start, times, method="rk4")[..., :n].transpose(0, 1)

        return solve

    def diffrax(self) -> Callable[[Any], Any]:
        """Midpoint rule: of diffrax's explicit solvers the fastest whose result agrees."""
        import diffrax
        import jax.numpy as jnp

        n = self.n

        def solve(a: Any) -> Any:
            load = a @ (self.modal.T if self.modes else self.gain)

            def slope(t: Any, y: Any, _: Any) -> Any:
                at = t / STEP
                i = jnp.clip(jnp.floor(at).astype(int), 0, FRAMES - 2)
                now = load[:, i] + (at - i) * (load[:, i + 1] - load[:, i])
                if self.modes:
                    held = y[:, :n] * self.spring + y[:, n:] * self.decay
                else:
                    held = y @ self.pull
                return jnp.concatenate([y[:, n:], now - held], -1)

            found = diffrax.diffeqsolve(
                diffrax.ODETerm(slope),
                diffrax.Midpoint(),
                0.0,
                (FRAMES - 1) * STEP,
                STEP,
                jnp.zeros((len(a), 2 * n)),
                saveat=diffrax.SaveAt(t0=True, steps=True, fn=lambda t, y, args: y[:, :n]),
                max_steps=FRAMES - 1,
            ).ys.swapaxes(0, 1)
            return found @ self.shapes.T if self.modes else found

        return solve


def without_gradient(solve: Callable[[Tensor], Tensor], a: Tensor) -> Tensor:
    """Coordinates alone."""
    import torch

    with torch.no_grad():
        return solve(a)


def squares(solve: Callable[[Any], Any], a: Any) -> Any:
    """What is differentiated in jax."""
    return (solve(a) ** 2).sum()


def with_gradient(solve: Callable[[Tensor], Tensor], a: Tensor) -> Tensor:
    """Gradient of the sum of squared coordinates by the drive."""
    a = a.detach().requires_grad_()
    solve(a).square().sum().backward()
    assert a.grad is not None
    return a.grad


def solvers(system: Any, more: bool = True) -> list[dict[str, object]]:
    """Closed form against torchdiffeq and diffrax, forward and with the gradient.

    `more`: also against our own loop, and against diffrax with the modes worked out for it.
    """
    import jax
    import jax.numpy as jnp
    import torch

    from fau_teach.force.torch_dynamics import Propagator, flush_denormals

    ours = Propagator(system, STEP)
    in_torch = {f"torchdiffeq {version('torchdiffeq')} RK4": Plain(system).torchdiffeq()}
    name = f"diffrax {version('diffrax')} midpoint, jitted"
    in_jax = {name: Plain(system).diffrax()}
    if more:
        in_torch["exact step in a loop, ours"] = lambda a: ours.steps(a).c
        in_jax[f"{name}, in modes"] = Plain(system, modes=True).diffrax()
    rows = []
    for batch in BATCHES:
        a = torch.tensor(drive(batch, system.G.shape[1]), dtype=torch.float32)
        given = jnp.asarray(a.numpy())
        work = f"{len(system.M)} coordinates, {FRAMES} frames, batch {batch}"
        mine = (
            partial(without_gradient, ours.positions, a),
            partial(with_gradient, ours.positions, a),
        )
        with flush_denormals():
            for their, solve in in_torch.items():
                other = partial(without_gradient, solve, a), partial(with_gradient, solve, a)
                rows += compared(work, their, mine, other, 3)
            for their, solve in in_jax.items():
                # jax flushes denormals on its own.
                run, slope = jax.jit(solve), jax.jit(jax.grad(partial(squares, solve)))
                rows += compared(work, their, mine, (partial(run, given), partial(slope, given)), 5)
    return rows


def compared(
    work: str,
    alternative: str,
    mine: tuple[Callable[[], Any], Callable[[], Any]],
    theirs: tuple[Callable[[], Any], Callable[[], Any]],
    repeats: int,
) -> list[dict[str, object]]:
    """One row forward, one with the gradient, after a first run whose results must be the same."""
    rows = []
    for what, ours, other, same in zip(
        ("forward", "forward and backward"), mine, theirs, (SAME, SAME_GRADIENT), strict=True
    ):
        error = apart(other(), ours())
        assert error < same, f"{alternative}, {what}: {error:.1e}"
        # jax returns before its work is done; to see a value is to wait for it.
        times = shortest(repeats, ours, lambda other=other: np.asarray(other()))
        rows.append(
            row(f"{work}, {what}", times[0], f"{alternative}, within {error:.0e}", times[1])
        )
    return rows


def denormals(system: Any) -> list[dict[str, object]]:
    """With and without flushing: a drive that ends, and what is left dying away for four seconds.

    Many processors are tens of times slower on these numbers, some not at all.
    """
    import torch

    from fau_teach.force.torch_dynamics import Propagator, flush_denormals

    ours = Propagator(system, STEP)
    a = torch.tensor(drive(BATCHES[-1], system.G.shape[1]), dtype=torch.float32)
    a = torch.nn.functional.pad(a, (0, 0, 0, 4 * FRAMES))
    rows = []
    for work, solve in (
        ("closed form", ours.positions),
        ("exact step in a loop", lambda a: ours.steps(a).c),
    ):

        def timed(on: bool, solve: Callable[[Tensor], Tensor] = solve) -> Tensor:
            with flush_denormals(on) as works:
                assert works
                return with_gradient(solve, a)

        assert apart(timed(False), timed(True)) < 1e-5
        with flush_denormals(False):
            size = without_gradient(solve, a).abs()
            share = float(((size > 0) & (size < torch.finfo(size.dtype).tiny)).float().mean())
        plain, flushed = shortest(3, partial(timed, False), partial(timed, True))
        what = f"not flushed, {share:.0%} of the coordinates denormal"
        rows.append(row(f"{work}, both ways, 5 s, denormals flushed", flushed, what, plain))
    return rows


def spaces() -> list[dict[str, object]]:
    """A held smile at level 2: reduced against implicit full space; set-up and lift apart."""
    import torch

    from fau_teach.face import Face
    from fau_teach.force import activations, envelope, full
    from fau_teach.force.torch_dynamics import Propagator

    face = Face()
    whole = full(face, level=2)
    a = np.outer(envelope((TRUTH_FRAMES - 1) * TRUTH_STEP, TRUTH_STEP), activations(face, "6C+12D"))
    started = clock()
    truth = whole.simulate(a, TRUTH_STEP, "newmark")
    spent = clock() - started
    stepping = spent * truth.steps_s / (truth.steps_s + truth.factor_s)
    started = clock()
    small = whole.project()
    projected = clock() - started
    ours = Propagator(small, TRUTH_STEP)
    given = torch.tensor(a, dtype=torch.float32)
    c = ours.closed(given).c.numpy()
    lifted = small.lift(c)
    error = apart(lifted, truth.u)
    assert error < TRUTH_SAME, error
    stepped, lift = shortest(9, lambda: ours.closed(given), lambda: small.lift(c))
    there = f"Newmark in full space, {whole.freedoms:,} unknowns, within {error:.1e}"
    work = f"held smile, {len(a)} frames, {len(small.M)} coordinates"
    return [
        row(work, stepped, f"{there}, steps alone", stepping),
        row(f"{work}, lift to all vertices included", stepped + lift, f"{there}, steps alone",
            stepping),
        row(f"once: {len(small.M)} responses and projection", projected,
            "once: factorisation in full space", spent - stepping),
    ]  # fmt: skip


def force_rows() -> list[dict[str, object]]:
    """All rows, from a process of its own that is held to one core."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.force"], check=True, stdout=subprocess.PIPE
    )
    return list(json.loads(done.stdout))


def main() -> None:
    """Print the rows as JSON."""
    if not WALL:
        one_core()
    import torch

    from fau_teach.face import Face
    from fau_teach.force import reduced

    if not WALL:
        torch.set_num_threads(1)
    face = Face()
    system = reduced(face)
    # The size of the survey in which the bars were set.
    small = reduced(face, inputs=system.inputs[:40])
    rows = [*solvers(small, more=False), *solvers(system), *spaces(), *denormals(system)]
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
