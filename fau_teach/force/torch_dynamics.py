"""Motion under activations in torch, with gradients: loops over time and the closed form.

``M c'' + D c' + K c = G a(t)``; between two samples of the activations a lies a line, or the first
of the two. Needs torch, so nothing imports this module on its own:
``from fau_teach.force.torch_dynamics import Propagator``.

Shapes: a ``(..., T, A)``; c and v ``(..., T, n)``; starts ``(..., n)``, zero where left out. All
leading axes are a batch. Positions and ``step * velocity`` are of one size, so that is the state.

Source: S1-018, S1-020; E1-04, E1-06.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil, isqrt
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from fau_teach.face.mesh import Float
from fau_teach.force.integrators import Hold, free_response, modal_loads, step_matrices
from fau_teach.force.system import System


class Path(NamedTuple):
    """Coordinates and their velocities [1/s], each (..., T, n)."""

    c: Tensor
    v: Tensor


class Propagator(torch.nn.Module):
    """Motion of one system at one step; it has no parameters, as the decoder of the source.

    Parameters
    ----------
    system : M, D, K (n, n) and G (n, A)
    step : time between samples [s]
    hold : ``"linear"`` joins the samples of a by lines, ``"constant"`` holds each for its step
    method : what :meth:`steps` does, one of ``fau_teach.force.METHODS`` but ``"closed"``; no
        stability limit is checked here, ``fau_teach.force.limit`` knows it
    dtype : of everything; constants are computed in float64

    Raises
    ------
    ValueError
        The step is not positive, or hold or method is unknown.

    Source: S1-020.
    """

    M: Tensor
    D: Tensor
    K: Tensor
    G: Tensor
    move: Tensor
    before: Tensor
    after: Tensor
    modal_force: Tensor
    to_modes: Tensor
    shapes: Tensor

    def __init__(
        self,
        system: System,
        step: float,
        hold: Hold = "linear",
        method: str = "exact",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        if not step > 0:
            raise ValueError(f"{step=}: the time between samples must be positive [s].")
        self.step, self.hold, self.method = float(step), hold, method
        parts = step_matrices(system, method, self.step, hold)
        scale = np.repeat((1.0, self.step), len(system.M))[:, None]
        modes = system.modes
        self.coupling = modes.coupling
        # One step of each mode in (position, step * velocity), and the force before and after it.
        turn = free_response(modes, np.array([self.step]))[0]
        before, after = modal_loads(modes, self.step, hold)
        unit = np.array((1.0, self.step))
        self._modal = unit[:, None] * turn / unit, unit * before, unit * after
        kept = {
            "M": system.M,
            "D": system.D,
            "K": system.K,
            "G": system.G,
            "move": scale * parts.phi / scale.T,
            "before": scale * parts.before,
            "after": scale * parts.after,
            "modal_force": modes.shapes.T @ system.G,
            "to_modes": modes.shapes.T @ system.M,
            "shapes": modes.shapes,
        }
        for name, value in kept.items():
            self._keep(name, torch.tensor(value, dtype=dtype))
        self._kernels: set[int] = set()

    def _keep(self, name: str, value: Tensor) -> None:
        """Hold a constant that moves with the module and is no part of a checkpoint."""
        self.register_buffer(name, value, persistent=False)

    def _batch(self, a: Tensor, width: int) -> Tensor:
        """Activations as (B, T, A)."""
        a = torch.as_tensor(a).to(self.M)
        if a.ndim < 2 or not a.shape[-2] or a.shape[-1] != width:
            raise ValueError(f"a is {tuple(a.shape)}; it must end in (T, {width}), T at least 1.")
        return a.reshape(-1, *a.shape[-2:])

    def _start(self, batch: torch.Size, c0: Tensor | None, v0: Tensor | None) -> Tensor:
        """First state (B, 2, n): position, step * velocity."""
        n = len(self.M)
        c, v = (
            self.M.new_zeros(n) if x is None else torch.as_tensor(x).to(self.M) for x in (c0, v0)
        )
        both = [c.expand(*batch, n), self.step * v.expand(*batch, n)]
        return torch.stack(both, -2).reshape(-1, 2, n)

    def steps(
        self,
        a: Tensor,
        c0: Tensor | None = None,
        v0: Tensor | None = None,
        *,
        M: Tensor | None = None,  # noqa: N803
        D: Tensor | None = None,  # noqa: N803
        K: Tensor | None = None,  # noqa: N803
        G: Tensor | None = None,  # noqa: N803
    ) -> Path:
        """One matrix product a frame; any method, any damping.

        Parameters
        ----------
        M, D, K, G : take the place of the system's, with gradients and by the exact step; (n, n),
            or with the leading axes of a, one for each item of the batch. :func:`spd` keeps a
            learned M positive definite. What is left out stays: D does not follow a new M or K.
        """
        given = [x is not None for x in (M, D, K, G)]
        m, d, k, g = (
            _flat(torch.as_tensor(own if x is None else x).to(own))
            for own, x in zip((self.M, self.D, self.K, self.G), (M, D, K, G), strict=True)
        )
        flat = self._batch(a, g.shape[-1])
        if any(given):
            move, before, after = transition(m, d, k, self.step, self.hold)
            before, after = before @ g, after @ g
        else:
            move, before, after = self.move, self.before, self.after
        push = flat[:, :-1] @ before.mT + flat[:, 1:] @ after.mT
        x = self._start(a.shape[:-2], c0, v0).reshape(len(flat), 1, -1)
        path, turn = [x], move.mT
        for t in range(push.shape[1]):
            x = x @ turn + push[:, t : t + 1]
            path.append(x)
        c, v = torch.cat(path, 1).reshape(*a.shape[:-1], -1).chunk(2, -1)
        return Path(c, v / self.step)

    def closed(self, a: Tensor, c0: Tensor | None = None, v0: Tensor | None = None) -> Path:
        """The exact step without a loop over time.

        Each mode is a convolution of its force with its own response. It is done in blocks of
        about sqrt(T) frames: within each block, then from block to block, then both together;
        three batched products, however long the movement is. Parts of the response below the
        square of the rounding error are set to zero, so that hardly any denormal number arises.

        Raises
        ------
        ValueError
            The damping couples the modes: none moves on its own.
        """
        c, v = self._closed(a, c0, v0, (0, 1))
        return Path(c, v)

    def positions(self, a: Tensor, c0: Tensor | None = None, v0: Tensor | None = None) -> Tensor:
        """Coordinates alone by the closed form (..., T, n): two thirds of the work."""
        return self._closed(a, c0, v0, (0,))[0]

    def _closed(
        self, a: Tensor, c0: Tensor | None, v0: Tensor | None, wanted: tuple[int, ...]
    ) -> list[Tensor]:
        if self.coupling > 1e-6:
            raise ValueError("the damping couples the modes; take steps(), or Rayleigh damping.")
        flat = self._batch(a, self.G.shape[1])
        batch, frames, _ = flat.shape
        ends, across, jump, *answers = self._kernel(frames)
        n, size, _ = ends.shape
        blocks = across.shape[1] // 2
        flat = torch.nn.functional.pad(flat, (0, 0, 0, blocks * size - frames))
        # Mode by mode from here on, so that no product has to turn its operand first.
        force = (self.modal_force @ flat.reshape(-1, flat.shape[-1]).T).view(n, -1, size)
        first = force.view(n, batch, -1)[:, :, :1] * jump
        if c0 is not None or v0 is not None:
            start = self._start(a.shape[:-2], c0, v0)
            first = first + torch.einsum("mn,bkn->mbk", self.to_modes, start)
        pushed = torch.bmm(force, ends).view(n, batch, blocks, 2)[:, :, :-1]
        carried = torch.cat([first.unsqueeze(2), pushed], 2).view(n, batch, -1)
        whole = torch.cat([force, torch.bmm(carried, across).view(n, -1, 2)], -1)
        return [
            (torch.bmm(whole, answers[i]).view(n, -1).T @ self.shapes.T)
            .view(batch, -1, n)[:, :frames]
            .reshape(*a.shape[:-1], n)
            for i in wanted
        ]

    def _kernel(self, frames: int) -> list[Tensor]:
        """Constants of the closed form for so many frames, made once."""
        names = [f"_{frames}_{i}" for i in range(5)]
        if frames not in self._kernels:
            self._kernels.add(frames)
            found = _constants(*self._modal, self.step, frames)
            least = torch.finfo(self.M.dtype).eps ** 2
            # A first call without gradients must not make constants that can have none later.
            with torch.inference_mode(False):
                for name, value in zip(names, found, strict=True):
                    large = np.abs(value).max(axis=(1, 2), keepdims=True)
                    clean = np.where(np.abs(value) < least * large, 0.0, value)
                    self._keep(name, torch.tensor(clean).to(self.M))
        return [self.get_buffer(name) for name in names]


def _flat(matrix: Tensor) -> Tensor:
    """A matrix, or a batch of them with one leading axis."""
    return matrix if matrix.ndim == 2 else matrix.reshape(-1, *matrix.shape[-2:])


def _constants(
    move: Float, before: Float, after: Float, step: float, frames: int
) -> tuple[Float, Float, Float, Float, Float]:
    """Constants of the closed form: to block ends, over blocks, at the start, to c, and to v.

    With z = x - after f the step is z' = move z + (before + move after) f: each frame's force acts
    once, so that blocks part cleanly.
    """
    n = len(move)
    size = 8 * ceil(frames**0.5 / 8)  # what a processor takes at once
    blocks = ceil(frames / size)
    power = [np.broadcast_to(np.eye(2), move.shape)]
    for _ in range(size):
        power.append(power[-1] @ move)
    push = before + np.einsum("nij,nj->ni", move, after)
    answer = np.stack([p @ push[:, :, None] for p in power[:size]])[..., 0]  # (size, n, 2)
    ends = answer[::-1].transpose(1, 0, 2)
    far = [power[0]]
    for _ in range(blocks - 1):
        far.append(far[-1] @ power[size])
    across = np.zeros((n, blocks, 2, blocks, 2))
    for late in range(blocks):
        for early in range(late + 1):
            across[:, early, :, late] = far[late - early].transpose(0, 2, 1)
    out = np.zeros((n, size + 2, 2, size))
    response = np.concatenate([after[None], answer])
    for late in range(size):
        out[:, : late + 1, :, late] = response[late::-1].transpose(1, 0, 2)
        out[:, size:, :, late] = power[late].transpose(0, 2, 1)
    out[:, :, 1] /= step
    return (
        ends,
        across.reshape(n, 2 * blocks, 2 * blocks),
        -after[:, None],
        out[:, :, 0],
        out[:, :, 1],
    )


def transition(
    M: Tensor,  # noqa: N803
    D: Tensor,  # noqa: N803
    K: Tensor,  # noqa: N803
    step: float,
    hold: Hold = "linear",
) -> tuple[Tensor, Tensor, Tensor]:
    """One exact step, with gradients: (..., 2n, 2n), and twice (..., 2n, n) for the force.

    It takes the matrix exponential, not modes: those of a face come in nearly equal pairs, left
    and right, and there the gradient of a mode's shape has no bound.

    Parameters
    ----------
    M, D, K : (..., n, n)
    step : [s]; the state is (c, step * velocity)
    hold : as of :class:`Propagator`

    Source: S1-020.
    """
    n = M.shape[-1]
    m, d, k, eye = torch.broadcast_tensors(M, D, K, torch.eye(n).to(M))  # type: ignore[no-untyped-call]
    pull, drag, push = torch.linalg.solve(m, torch.cat([k, d, eye], -1)).split(n, -1)
    o = torch.zeros_like(eye)
    rows = (
        (o, eye, o, o),
        (-(step**2) * pull, -step * drag, step**2 * push, o),
        (o, o, o, eye),
        (o, o, o, o),
    )
    whole = torch.linalg.matrix_exp(torch.cat([torch.cat(row, -1) for row in rows], -2))
    move, held, ramp = whole[..., : 2 * n, :].split((2 * n, n, n), -1)
    return (move, held, 0 * ramp) if hold == "constant" else (move, held - ramp, ramp)


def printed(forces: Tensor, mass: Tensor, gain: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Eq. 6 as printed, unit step and no stiffness, as the double sum that it is.

    The first velocity comes from the data, c(1) - c(0), so the second frame is a copy of them.
    A force moves the coordinates two frames later; those of the last two frames move nothing.

    Parameters
    ----------
    forces : (..., T, A)
    mass : (n, n) or one for each item of the batch (B, n, n), with one leading axis of forces
    gain : (n, A) G of Q = G F
    first, second : (..., n) observed c(0) and c(1)

    Returns
    -------
    (..., T, n) coordinates

    Source: S1-016, S1-020; E1-04, E1-06.
    """
    pushed = torch.linalg.solve(mass, (forces @ gain.mT).mT).mT
    change = (second - first).unsqueeze(-2)
    speed = torch.cat([change, change + pushed[..., :-1, :].cumsum(-2)], -2)
    start = first.unsqueeze(-2)
    return torch.cat([start, start + speed[..., :-1, :].cumsum(-2)], -2)


def spd(raw: Tensor, floor: float = 1e-6) -> Tensor:
    """Symmetric positive definite matrices from free numbers, by their Cholesky factor.

    Parameters
    ----------
    raw : (..., n (n + 1) / 2) lower triangle of the factor, row by row; its diagonal goes through
        softplus
    floor : added to every eigenvalue

    Returns
    -------
    (..., n, n)

    Raises
    ------
    ValueError
        The last axis fills no triangle.

    Source: S1-018; E1-06.
    """
    size = raw.shape[-1]
    n = (isqrt(8 * size + 1) - 1) // 2
    if n < 1 or n * (n + 1) // 2 != size:
        raise ValueError(f"{size} numbers fill no triangle; n rows need n (n + 1) / 2.")
    rows, columns = torch.tril_indices(n, n, device=raw.device)
    filled = torch.where(rows == columns, torch.nn.functional.softplus(raw), raw)
    lower = raw.new_zeros(*raw.shape[:-1], n, n)
    lower[..., rows, columns] = filled
    return lower @ lower.mT + floor * torch.eye(n).to(raw)


def reach(model: Callable[[Tensor], Tensor], drive: Tensor) -> Float:
    """How strongly frame t of a model's motion depends on frame s of its drive: (T, T).

    Parameters
    ----------
    model : (T, A) drive to (T, n) coordinates
    drive : (T, A) where to measure

    Returns
    -------
    (T, T) norms of the derivative, row t, column s; a column of zeros is a force without gradient

    Source: S1-020; E1-04.
    """
    jacobian = torch.autograd.functional.jacobian(model, drive)  # type: ignore[no-untyped-call]
    return np.asarray(jacobian.square().sum((1, 3)).sqrt())


@contextmanager
def flush_denormals(on: bool = True) -> Iterator[bool]:
    """Treat numbers below about 1e-38 as zero inside the block; the value says whether it works.

    A movement dies away exponentially, and its gradients backwards in time: within a second or
    two float32 reaches numbers that the processor handles many times more slowly. Enter the
    block before the first large operation: threads take over the setting when they start.
    """
    before = torch.tensor(1e-40).item() == 0
    works = torch.set_flush_denormal(on)
    try:
        yield works
    finally:
        torch.set_flush_denormal(before)
