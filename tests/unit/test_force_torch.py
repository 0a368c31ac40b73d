"""Motion in torch against scipy's simulator, gradients, learned systems, and Eq. 6."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lsim

torch = pytest.importorskip("torch", reason="torch is not installed")

from fau_teach.force import losses  # noqa: E402
from fau_teach.force.integrators import integrate  # noqa: E402
from fau_teach.force.system import System  # noqa: E402
from fau_teach.force.torch_dynamics import (  # noqa: E402
    Propagator,
    flush_denormals,
    printed,
    reach,
    spd,
    transition,
)

STEP = 0.01
HOLDS = ("linear", "constant")


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Everything here is small: a second thread only waits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def random_system(n: int = 4, inputs: int = 3, *, alpha: float = 3.0, beta: float = 4e-3) -> System:
    """Frequencies from 1 to 20 Hz in coordinates that all depend on one another."""
    rng = np.random.default_rng(11)
    turn = rng.normal(size=(n, n))
    mass = turn @ turn.T + n * np.eye(n)
    root = np.linalg.cholesky(mass)
    axes = np.linalg.qr(rng.normal(size=(n, n)))[0]
    pull = root @ (axes * (2 * np.pi * np.geomspace(1, 20, n)) ** 2) @ axes.T @ root.T
    pull = (pull + pull.T) / 2
    names = tuple(f"c{i}" for i in range(n)), tuple(f"a{i}" for i in range(inputs))
    return System(
        mass, alpha * mass + beta * pull, pull, 1e3 * rng.normal(size=(n, inputs)), *names
    )


def systems() -> dict[str, System]:
    damped = random_system()
    zero = np.zeros_like(damped.K)
    return {
        "damped": damped,
        "creeping": random_system(alpha=400.0),
        "undamped": damped.but(D=zero),
        "free": damped.but(D=zero, K=zero),
        "one coordinate": random_system(1, 2),
    }


def drive(frames: int, inputs: int = 3, batch: tuple[int, ...] = ()) -> torch.Tensor:
    rng = np.random.default_rng(frames)
    return torch.tensor(rng.normal(size=(*batch, frames, inputs)).cumsum(-2) * 0.3)


def simulated(system: System, a: np.ndarray, hold: str, start: np.ndarray) -> np.ndarray:
    """(T, 2n) by scipy, which knows nothing of masses, modes or blocks."""
    n = len(system.M)
    inverse = np.linalg.inv(system.M)
    move = np.block([[np.zeros((n, n)), np.eye(n)], [-inverse @ system.K, -inverse @ system.D]])
    push = np.vstack([np.zeros_like(system.G), inverse @ system.G])
    times = STEP * np.arange(len(a))
    state = (move, push, np.eye(2 * n), np.zeros_like(push))
    found: np.ndarray = lsim(state, a, times, X0=start, interp=hold == "linear")[1]
    return found


@pytest.mark.parametrize("hold", HOLDS)
@pytest.mark.parametrize("name", systems())
def test_closed_form_and_steps_are_exact(name: str, hold: Any) -> None:
    system = systems()[name]
    n, inputs = system.G.shape
    a = drive(57, inputs)
    start = np.random.default_rng(2).normal(size=2 * n)
    wanted = simulated(system, a.numpy(), hold, start)
    model = Propagator(system, STEP, hold, dtype=torch.float64)
    c0, v0 = torch.tensor(start[:n]), torch.tensor(start[n:])
    for found in (model.closed(a, c0, v0), model.steps(a, c0, v0)):
        np.testing.assert_allclose(found.c, wanted[:, :n], atol=1e-9 * abs(wanted[:, :n]).max())
        np.testing.assert_allclose(found.v, wanted[:, n:], atol=1e-9 * abs(wanted[:, n:]).max())
    np.testing.assert_array_equal(model.positions(a, c0, v0), model.closed(a, c0, v0).c)


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 10, 16, 17, 31, 200])
def test_any_number_of_frames(frames: int) -> None:
    model = Propagator(random_system(), STEP, dtype=torch.float64)
    a = drive(frames)
    closed, steps = model.closed(a), model.steps(a)
    assert closed.c.shape == (frames, 4)
    torch.testing.assert_close(closed.c, steps.c)
    torch.testing.assert_close(closed.v, steps.v)
    assert not closed.c[0].any()


@pytest.mark.parametrize("batch", [(1,), (3,), (2, 3)])
def test_a_batch_is_its_items(batch: tuple[int, ...]) -> None:
    model = Propagator(random_system(), STEP, dtype=torch.float64)
    a = drive(23, batch=batch)
    c0 = torch.tensor(np.random.default_rng(4).normal(size=(*batch, 4)))
    for way in (model.closed, model.steps):
        whole = way(a, c0)
        assert whole.c.shape == whole.v.shape == (*batch, 23, 4)
        for at in np.ndindex(batch):
            one = way(a[at], c0[at])
            torch.testing.assert_close(whole.c[at], one.c)
            torch.testing.assert_close(whole.v[at], one.v)


@pytest.mark.parametrize(
    "method", ["euler", "semi-implicit", "rk4", "implicit", "newmark", "exact"]
)
def test_steps_are_those_of_the_numpy_integrators(method: str) -> None:
    system, a = random_system(), drive(40).numpy()
    start = np.array([0.2, -0.1, 0.3, 0.0])
    wanted = integrate(system, a, step=0.002, method=method, c0=start)
    model = Propagator(system, 0.002, method=method, dtype=torch.float64)
    found = model.steps(torch.tensor(a), torch.tensor(start))
    np.testing.assert_allclose(found.c, wanted.c, atol=1e-11 * abs(wanted.c).max())
    np.testing.assert_allclose(found.v, wanted.v, atol=1e-11 * abs(wanted.v).max())


def test_single_precision_is_near() -> None:
    system, a = random_system(), drive(300)
    exact = Propagator(system, STEP, dtype=torch.float64).closed(a)
    near = Propagator(system, STEP)
    for found in (near.closed(a), near.steps(a)):
        assert found.c.dtype == torch.float32
        assert (found.c - exact.c).abs().max() < 3e-6 * exact.c.abs().max()
        assert (found.v - exact.v).abs().max() < 1e-5 * exact.v.abs().max()


def test_damping_that_couples_modes_needs_steps() -> None:
    damped = random_system()
    system = damped.but(D=np.diag(30.0 * np.arange(1, 5)))
    model = Propagator(system, STEP, dtype=torch.float64)
    a = drive(30)
    wanted = simulated(system, a.numpy(), "linear", np.zeros(8))
    np.testing.assert_allclose(model.steps(a).c, wanted[:, :4], atol=1e-10)
    with pytest.raises(ValueError, match=r"couples the modes.*steps\(\)"):
        model.closed(a)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: Propagator(s, 0.0), "positive"),
        (lambda s: Propagator(s, float("nan")), "positive"),
        (lambda s: Propagator(s, STEP, "cubic"), "cubic"),
        (lambda s: Propagator(s, STEP, method="leapfrog"), "leapfrog"),
        (lambda s: Propagator(s, STEP).closed(torch.zeros(5, 2)), r"\(5, 2\).*\(T, 3\)"),
        (lambda s: Propagator(s, STEP).steps(torch.zeros(3)), r"must end in \(T, 3\)"),
        (lambda s: Propagator(s, STEP).positions(torch.zeros(0, 3)), "T at least 1"),
    ],
)
def test_wrong_arguments_are_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(random_system())


def test_the_decoder_learns_nothing_and_keeps_nothing_in_checkpoints() -> None:
    model = Propagator(random_system(), STEP)
    a = drive(20)
    before = model.positions(a)
    assert not list(model.parameters())
    assert not model.state_dict()
    moved = copy.deepcopy(model).to("meta")
    assert {x.device.type for x in moved.buffers()} == {"meta"}
    torch.testing.assert_close(copy.deepcopy(model).positions(a), before, rtol=0, atol=0)


# -- gradients


@pytest.mark.parametrize("way", ["closed", "steps", "positions"])
def test_gradients_of_motion(way: str) -> None:
    model = Propagator(random_system(2, 2), STEP, dtype=torch.float64)
    a = drive(6, 2, (2,)).requires_grad_()
    c0, v0 = (torch.randn(2, 2, dtype=torch.float64, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(getattr(model, way), (a, c0, v0))
    assert torch.autograd.gradgradcheck(getattr(model, way), (a, c0, v0))


def test_a_first_call_without_gradients_does_no_harm() -> None:
    model = Propagator(random_system(), STEP)
    with torch.inference_mode():
        model.positions(drive(9))
    a = drive(9).requires_grad_()
    model.positions(a).sum().backward()
    assert a.grad is not None
    assert a.grad.abs().max() > 0


@pytest.mark.parametrize("hold", HOLDS)
def test_gradients_of_a_learned_system(hold: Any) -> None:
    system = random_system(2, 2)
    model = Propagator(system, STEP, hold, dtype=torch.float64)
    a = drive(5, 2, (2,)).requires_grad_()
    raw, d, k, g = (
        x.double().requires_grad_()
        for x in (torch.randn(2, 3), model.D, model.K, model.G)
    )  # fmt: skip

    def run(a: Any, raw: Any, d: Any, k: Any, g: Any) -> Any:
        return model.steps(a, M=spd(raw), D=d, K=k, G=g)

    assert torch.autograd.gradcheck(run, (a, raw, d, k, g), fast_mode=True)


def test_a_learned_system_moves_as_a_fixed_one() -> None:
    one, other = random_system(), random_system(alpha=9.0)
    other = other.but(M=1.5 * other.M)
    a = drive(40, batch=(2,))
    model = Propagator(one, STEP, dtype=torch.float64)
    both = {k: torch.tensor(np.stack([getattr(one, k), getattr(other, k)])) for k in "MDK"}
    found = model.steps(a, **both)
    for at, system in enumerate((one, other)):
        fixed = Propagator(system, STEP, dtype=torch.float64).steps(a[at])
        torch.testing.assert_close(found.c[at], fixed.c)
        torch.testing.assert_close(found.v[at], fixed.v)
    wide = model.steps(a[None], **{k: x[None] for k, x in both.items()})
    torch.testing.assert_close(wide.c, found.c[None])


def test_equal_modes_do_not_spoil_the_gradient() -> None:
    eye = torch.eye(2, dtype=torch.float64)
    k = (400.0 * eye).requires_grad_()
    move, _, _ = transition(eye, 4.0 * eye, k, STEP)
    (slope,) = torch.autograd.grad(move.sum(), k)
    assert slope.isfinite().all()
    assert slope.abs().max() > 0


@pytest.mark.parametrize("scale", [7.0, 0.01])
def test_mass_and_force_times_one_number_are_the_same_motion(scale: float) -> None:
    system = random_system()
    a = drive(30)
    model = Propagator(system, STEP, dtype=torch.float64)
    still = torch.zeros_like(model.M)
    one = model.steps(a, K=still, D=still)
    same = model.steps(scale * a, M=scale * model.M, K=still, D=still)
    torch.testing.assert_close(one.c, same.c)
    first, second = torch.zeros(4, dtype=torch.float64), torch.ones(4, dtype=torch.float64)
    torch.testing.assert_close(
        printed(a, model.M, model.G, first, second),
        printed(scale * a, scale * model.M, model.G, first, second),
    )
    # With a stiffness that is known the scale shows.
    held = model.steps(scale * a, M=scale * model.M)
    assert (held.c - model.steps(a).c).abs().max() > 0.1 * held.c.abs().max()


# -- Eq. 6


def eye(n: int = 1) -> torch.Tensor:
    return torch.eye(n, dtype=torch.float64)


def test_eq_6_has_the_numbers_of_the_inventory() -> None:
    zero = torch.zeros(1, dtype=torch.float64)
    c = printed(torch.ones(11, 1, dtype=torch.float64), eye(), eye(), zero, zero)
    assert c[:5, 0].tolist() == [0, 0, 1, 3, 6]
    assert c[10, 0] == 45


def test_eq_6_is_its_loop() -> None:
    rng = np.random.default_rng(8)
    forces = drive(12, 5, (3,))
    mass, gain = spd(torch.tensor(rng.normal(size=(3, 3)))), torch.tensor(rng.normal(size=(2, 5)))
    first, second = torch.tensor(rng.normal(size=(2, 3, 2)))
    found = printed(forces, mass, gain, first, second)
    for at in range(3):
        c, v = first[at], second[at] - first[at]
        for t in range(12):
            torch.testing.assert_close(found[at, t], c)
            push = torch.linalg.inv(mass[at]) @ gain @ forces[at, t]
            c, v = c + v, v + push
    torch.testing.assert_close(found[:, 1], second)
    torch.testing.assert_close(
        printed(forces[0, :1], mass[0], gain, first[0], second[0]), found[0, :1]
    )


def test_eq_6_is_the_printed_step_of_the_interface() -> None:
    system = random_system()
    free = system.but(K=0 * system.K, D=0 * system.D)
    a = drive(15)
    first, second = torch.zeros(4, dtype=torch.float64), torch.ones(4, dtype=torch.float64)
    found = printed(a, torch.tensor(system.M), torch.tensor(system.G), first, second)
    wanted = integrate(free, a.numpy(), step=1.0, method="printed", c0=first.numpy(),
                       v0=(second - first).numpy(), allow_unstable=True)  # fmt: skip
    np.testing.assert_allclose(found, wanted.c, atol=1e-10 * abs(wanted.c).max())


def test_gradients_of_eq_6() -> None:
    forces = drive(5, 3, (2,)).requires_grad_()
    raw = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    gain = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    first, second = (torch.randn(2, 2, dtype=torch.float64, requires_grad=True) for _ in range(2))
    run = lambda f, r, g, a, b: printed(f, spd(r), g, a, b)  # noqa: E731
    assert torch.autograd.gradcheck(run, (forces, raw, gain, first, second))


def test_a_force_of_eq_6_reaches_two_frames_on_and_the_last_two_nothing() -> None:
    zero = torch.zeros(1, dtype=torch.float64)
    found = reach(lambda f: printed(f, eye(), eye(), zero, zero), drive(8, 1))
    wanted = np.maximum(np.subtract.outer(np.arange(8), np.arange(8)) - 1, 0)
    np.testing.assert_allclose(found, wanted)
    assert not found[:, -2:].any()


def test_the_exact_step_reaches_its_own_frame() -> None:
    model = Propagator(random_system(), STEP, dtype=torch.float64)
    found = reach(model.positions, drive(8))
    assert (np.diag(found)[1:] > 0).all()
    np.testing.assert_allclose(np.triu(found, 1), 0, atol=1e-15 * found.max())


def test_the_copied_frame_adds_nothing_to_the_loss() -> None:
    data = drive(6, 2)
    forces = torch.zeros(6, 2, dtype=torch.float64, requires_grad=True)
    found = printed(forces, eye(2), eye(2), data[0], data[1])
    assert losses.loss_3d(data[:2], found[:2]) == 0
    losses.loss_3d(data, found).backward()
    assert forces.grad is not None
    assert forces.grad[:4].abs().amin() > 0
    assert not forces.grad[4:].any()


# -- positive definite


@given(st.integers(1, 5), st.integers(0, 10_000), st.floats(0.01, 30))
def test_free_numbers_make_a_positive_definite_mass(n: int, seed: int, size: float) -> None:
    raw = size * np.random.default_rng(seed).normal(size=(2, n * (n + 1) // 2))
    found = spd(torch.tensor(raw), floor=1e-3)
    assert found.shape == (2, n, n)
    torch.testing.assert_close(found, found.mT, rtol=0, atol=0)
    low = torch.linalg.eigvalsh(found)
    assert (low > 0.999e-3 - 1e-12 * low.amax()).all()


def test_the_head_of_a_random_network_is_positive_definite() -> None:
    torch.manual_seed(0)
    for _ in range(20):
        net = torch.nn.Sequential(torch.nn.Linear(6, 16), torch.nn.ReLU(), torch.nn.Linear(16, 10))
        mass = spd(net(torch.randn(9, 6)))
        assert (torch.linalg.eigvalsh(mass) > 0).all()


def test_every_positive_definite_matrix_can_be_reached() -> None:
    mass = torch.tensor(random_system().M)
    lower = torch.linalg.cholesky(mass)
    diagonal = torch.diagonal(lower)
    free = lower.tril(-1) + torch.diag(diagonal + torch.log(-torch.expm1(-diagonal)))
    raw = free[*torch.tril_indices(4, 4)]
    torch.testing.assert_close(spd(raw, floor=0.0), mass)


@pytest.mark.parametrize("size", [0, 2, 4, 5, 7])
def test_numbers_that_fill_no_triangle_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"{size} numbers fill no triangle"):
        spd(torch.zeros(size))


# -- denormals


def has_denormals(x: torch.Tensor) -> bool:
    return bool(((x != 0) & (x.abs() < torch.finfo(x.dtype).tiny)).any())


def test_flushing_is_switched_and_put_back() -> None:
    small = torch.tensor([1e-30])
    with flush_denormals(False):
        assert (small * 1e-10).item() > 0
        with flush_denormals() as works:
            if not works:
                pytest.skip("this processor cannot flush denormals")
            assert (small * 1e-10).item() == 0
        assert (small * 1e-10).item() > 0
        with pytest.raises(RuntimeError, match="stop"), flush_denormals():
            raise RuntimeError("stop")
        assert (small * 1e-10).item() > 0


def test_a_motion_that_dies_away_meets_denormals_in_a_loop_alone() -> None:
    model = Propagator(random_system(), 0.1)
    a = torch.zeros(1200, 3)
    a[:20] = 1.0
    with flush_denormals(False):
        assert has_denormals(model.steps(a).c)
        closed = model.positions(a)
        assert not has_denormals(closed)
        assert not closed[-1].any()
        with flush_denormals() as works:
            flushed = model.steps(a).c
        assert not works or not has_denormals(flushed)
        torch.testing.assert_close(flushed, closed, rtol=0, atol=3e-6 * float(closed.abs().max()))
