"""The equation of motion: full space over the mesh, and the few coordinates that stand for it."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as dense
import scipy.sparse as sp

from fau_teach.clip import sample
from fau_teach.face import face
from fau_teach.face.mesh import face_areas
from fau_teach.force import (
    Full,
    Rayleigh,
    System,
    activations,
    chain,
    envelope,
    full,
    integrate,
    reduced,
)
from fau_teach.force.springs import MODES

STEP = 1 / 200


@pytest.fixture(scope="module")
def skin():
    return full(face())


@pytest.fixture(scope="module")
def small(skin):
    return skin.project()


def drive(score):
    return envelope(0.65, STEP, start=0.05, hold=0.25)[:, None] * activations(face(), score)


@pytest.fixture(scope="module")
def smile(skin):
    a = drive("12")
    return a, skin.simulate(a, STEP).u


def error(system, a, truth):
    """Largest distance of a vertex from the truth over its largest displacement; by frame."""
    off = np.linalg.norm(system.lift(integrate(system, a, step=STEP).c) - truth, axis=-1)
    return off.max(axis=1) / np.linalg.norm(truth, axis=-1).max()


def links(n=3, seed=3):
    """A full space of n vertices with a random stiffness."""
    random = np.random.default_rng(seed)
    root = random.normal(size=(3 * n, 3 * n))
    return Full(
        masses=random.uniform(0.5, 2, n),
        K=sp.csc_array(root @ root.T + np.eye(3 * n)),
        P=random.normal(size=(3 * n, 2)),
        damping=Rayleigh(0.3, 0.02),
        inputs=("pull", "push"),
    )


def whole(space):
    """The same space as a dense system."""
    mass = np.diag(space.mass)
    stiff = space.K.toarray()
    drag = space.damping.alpha * mass + space.damping.beta * stiff
    names = tuple(map(str, range(len(stiff))))
    return System(mass, drag, stiff, space.P, names, space.inputs)


# S1-015, E1-02: the chain of four.


def test_the_chain_has_the_matrices_and_frequencies_of_the_note():
    system = chain().reduced(MODES, ("translation", "stretch", "bend"))
    np.testing.assert_allclose(system.M, np.diag([4, 5, 4]), atol=1e-12)
    np.testing.assert_allclose(system.K, np.diag([0, 30, 80]), atol=1e-12)
    np.testing.assert_allclose(system.modes.omega**2, [0, 6, 20], atol=1e-12)
    assert system.modes.omega[0] == 0


def test_a_constant_force_finds_an_equilibrium_only_with_stiffness():
    system = chain().reduced(MODES[1:2], ("stretch",))
    assert system.rest(np.array([5.0])) == pytest.approx(1 / 6)
    free = chain().reduced(MODES[1:2], ("stretch",), elastic=False)
    push = np.full((101, 1), 5.0)
    assert integrate(free, push, step=0.1).c[-1, 0] == pytest.approx(50)
    assert integrate(system, push, step=0.1).c.max() <= 2 / 6 + 1e-9
    with pytest.raises(ValueError, match="no rest"):
        free.rest(np.array([5.0]))


# S1-013, S1-014, E1-01.


def test_the_equation_of_lagrange_needs_no_half():
    """SymPy: d/dt dT/dc' - dT/dc - (sum of m B^T B) c'' vanishes identically."""
    sympy = pytest.importorskip("sympy")
    t = sympy.symbols("t")
    c = [sympy.Function(name)(t) for name in ("c1", "c2")]
    random = np.random.default_rng(5)
    basis, masses = random.integers(-4, 5, (2, 3, 3)), random.integers(1, 5, 3)
    kinetic = 0
    for i, m in enumerate(masses):
        for k in range(3):
            speed = sum(int(basis[j, i, k]) * sympy.diff(c[j], t) for j in range(2))
            kinetic += sympy.Rational(int(m), 2) * speed**2
    flat = basis.reshape(2, -1)
    matrix = (flat * np.repeat(masses, 3)) @ flat.T
    for j in range(2):
        lagrange = sympy.diff(sympy.diff(kinetic, sympy.diff(c[j], t)), t)
        used = sum(int(matrix[j, k]) * sympy.diff(c[k], t, 2) for k in range(2))
        assert sympy.expand(lagrange - used) == 0
        assert sympy.expand(lagrange - used / 2) != 0


def test_gauss_principle_agrees_and_the_printed_mass_doubles_every_acceleration(skin):
    """Gauss: the motion nearest to that of free vertices under the same forces."""
    a = np.random.default_rng(0).uniform(size=len(skin.inputs))
    root = np.sqrt(skin.mass)
    basis, rest = skin.responses, np.zeros(len(skin.inputs))
    nearest = np.linalg.lstsq((basis * root).T, skin.P @ a / root)[0]
    found = [
        skin.project(mass=variant, elastic=False, damped=False).acceleration(rest, rest, a)
        for variant in ("used", "printed")
    ]
    np.testing.assert_allclose(found[0], nearest, rtol=1e-8)
    np.testing.assert_allclose(found[1], 2 * found[0], rtol=1e-10)


def test_the_mass_is_area_times_thickness_times_density(skin):
    level = face().hierarchy.levels[1]
    area = face_areas(level.vertices, level.faces).sum() * 1e-6
    assert skin.masses.sum() == pytest.approx(area * 5e-3 * 1050)


# The face in a few coordinates.


def test_a_held_activation_is_its_own_equilibrium(small):
    """K^B = G, so that c = a: S1-012."""
    a = np.random.default_rng(1).uniform(size=len(small.inputs))
    np.testing.assert_allclose(small.K, small.G, atol=1e-11 * small.K.max())
    np.testing.assert_allclose(small.rest(a), a, atol=1e-9)
    np.testing.assert_allclose(small.rest(np.stack([a, 2 * a])), [a, 2 * a], atol=1e-9)
    shown = np.tensordot(a, face().B, 1)
    np.testing.assert_allclose(small.lift_mm(a), shown, atol=1e-9)
    np.testing.assert_allclose(small.fit(small.lift(np.stack([a, -a]))), [a, -a], atol=1e-9)


def test_modes_solve_the_eigenvalue_problem(small):
    modes = small.modes
    squares = dense.eigh(small.K, small.M, eigvals_only=True)
    np.testing.assert_allclose(modes.omega**2, squares, rtol=1e-7)
    one = modes.shapes.T @ small.M @ modes.shapes
    np.testing.assert_allclose(one, np.eye(len(one)), atol=1e-9)
    np.testing.assert_allclose(modes.zeta, rayleigh_of(small).ratio(modes.omega), rtol=1e-6)
    assert modes.coupling < 1e-10


def rayleigh_of(small):
    """Alpha and beta by least squares from the matrices."""
    parts = np.stack([small.M.ravel(), small.K.ravel()], axis=1)
    scale = np.abs(parts).max(axis=0)
    found = np.linalg.lstsq(parts / scale, small.D.ravel())[0] / scale
    return Rayleigh(*found)


def test_frequencies_and_damping_of_the_face(skin, small):
    """Research found 11.2 Hz, 13 to 35 Hz, 0.45 to 0.55 on a face of 31 muscles."""
    slowest = skin.modes(2)[0]
    hz, zeta = small.modes.frequencies_hz, small.modes.zeta
    assert 10 < slowest[0] < hz[0] < 20
    assert 70 < hz[-1] < 90
    assert 0.4 < zeta.min() < zeta.max() < 0.6
    # Fewer ways to move can only be stiffer.
    assert hz[1] > slowest[1]


def test_the_reduced_smile_is_within_one_percent_of_the_full_one(skin, small, smile):
    a, truth = smile
    off = error(small, a, truth)
    held = int(0.5 / STEP)
    assert off.max() < 0.01
    assert off[held] < 1e-4
    assert np.linalg.norm(truth[held], axis=-1).max() == pytest.approx(
        np.linalg.norm(small.lift(a[held]), axis=-1).max(), rel=1e-3
    )
    assert error(skin.project(mass="printed"), a, truth).max() < 0.012
    assert error(skin.project(damped=False), a, truth).max() > 3 * off.max()


def test_without_stiffness_the_skin_flies_away(skin, smile):
    a, truth = smile
    free = skin.project(elastic=False, damped=False)
    assert error(free, a, truth)[-1] > 1000
    dragged = skin.project(elastic=False)
    assert error(dragged, a, truth)[-1] > 10


def test_slow_modes_of_vibration_span_a_smile_worse_than_responses(skin, small, smile):
    a, truth = smile
    _, shapes = skin.modes(20)
    assert error(skin.project(shapes), a, truth).max() > 0.1


def test_some_muscles_alone(small):
    pair = ("zygomaticus_major_left", "zygomaticus_major_right")
    system = reduced(face(), inputs=pair)
    at = [small.inputs.index(name) for name in pair]
    assert system.coordinates == system.inputs == pair
    np.testing.assert_allclose(system.M, small.M[np.ix_(at, at)])
    with pytest.raises(ValueError, match="'zygomaticus_major_left'"):
        full(face(), inputs=("zygomaticus_major_lft",))


# Full space.


def test_full_space_runs_at_the_level_of_ten_thousand_vertices():
    pair = ("zygomaticus_major_left", "zygomaticus_major_right")
    space = full(face(), level=2, inputs=pair)
    assert space.freedoms > 30_000
    done = space.simulate(np.ones((7, 2)), 10.0, "implicit", keep=3)
    assert done.u.shape == (3, space.freedoms // 3, 3)
    np.testing.assert_allclose(done.times, [0, 30, 60])
    # After a minute it rests: the elastic force carries the muscles.
    pull = space.P.sum(axis=1)
    np.testing.assert_allclose(space.K @ done.u[-1].ravel(), pull, atol=1e-6 * abs(pull).max())
    assert 8e-3 < np.linalg.norm(done.u[-1], axis=1).max() < 13e-3
    assert done.factor_s > 0 < done.steps_s


@pytest.mark.parametrize("method", ["newmark", "implicit"])
def test_full_space_steps_as_the_dense_integrators_do(method):
    space = links()
    a = np.random.default_rng(8).normal(size=(40, 2))
    a[0] = 0
    done = space.simulate(a, 0.05, method, keep=3, vertices=[2, 0])
    other = integrate(whole(space), a, step=0.05, method=method)
    expected = other.c.reshape(40, 3, 3)[::3][:, [2, 0]]
    np.testing.assert_allclose(done.u, expected, atol=1e-12)
    np.testing.assert_allclose(done.times, other.times[::3])


def test_full_space_frequencies():
    space = links(6)
    squares = dense.eigh(space.K.toarray(), np.diag(space.mass), eigvals_only=True)
    hz = np.sqrt(squares) / (2 * np.pi)
    found, shapes = space.modes(3)
    np.testing.assert_allclose(found, hz[:3], rtol=1e-8)
    np.testing.assert_allclose((shapes * space.mass) @ shapes.T, np.eye(3), atol=1e-8)
    assert space.highest_hz() == pytest.approx(hz[-1], rel=1e-3)


def test_full_space_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="'newmark' or 'implicit'"):
        links().simulate(np.zeros((3, 2)), 0.1, "euler")
    with pytest.raises(ValueError, match="2 inputs"):
        links().simulate(np.zeros((3, 4)), 0.1)


def test_projecting_on_everything_changes_nothing():
    space = links()
    system, other = space.project(np.eye(9)), whole(space)
    for name in "MDKG":
        np.testing.assert_allclose(getattr(system, name), getattr(other, name), atol=1e-12)
    assert system.coordinates[0] == "basis_0"


def test_static_responses_carry_their_loads():
    space = links()
    np.testing.assert_allclose(space.K @ space.responses.T, space.P, atol=1e-10)
    system = space.project()
    np.testing.assert_allclose(system.G, system.K, atol=1e-10)
    assert system.coordinates == space.inputs


# Systems.


def test_energy_falls_by_what_the_damping_takes():
    system = whole(links())
    motion = integrate(system, np.zeros((2001, 2)), step=1e-3, c0=np.ones(9))
    taken = np.einsum("ti,ij,tj->t", motion.v, system.D, motion.v)
    lost = np.trapezoid(taken, dx=1e-3)
    energy = motion.energy(system)
    assert energy[0] - energy[-1] == pytest.approx(lost, rel=1e-4)
    assert (np.diff(energy) <= 0).all()


def test_acceleration_is_the_slope_of_the_velocity():
    system = whole(links())
    a = np.tile([1.0, -2.0], (3, 1))
    motion = integrate(system, a, step=1e-4, c0=np.ones(9), v0=np.arange(9.0))
    slope = (motion.v[2] - motion.v[0]) / 2e-4
    np.testing.assert_allclose(
        system.acceleration(motion.c, motion.v, a)[1], slope, rtol=1e-5, atol=1e-5
    )


def test_modes_without_stiffness_and_with_coupled_damping():
    free = whole(links()).but(K=np.zeros((9, 9)))
    assert not free.modes.omega.any()
    assert free.modes.coupling < 1e-8
    assert np.isinf(free.modes.zeta).all()
    assert not free.but(D=np.zeros((9, 9))).modes.zeta.any()
    drag = np.diag(np.arange(9.0))
    assert whole(links()).but(D=drag).modes.coupling > 1e-3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"K": np.eye(2)}, "K is"),
        ({"D": np.triu(np.ones((9, 9)))}, "D is not symmetric"),
        ({"G": np.ones((9, 1))}, "G is"),
        ({"M": np.zeros((9, 9))}, "not positive definite"),
    ],
)
def test_a_system_refuses_matrices_that_do_not_fit(changes, message):
    with pytest.raises(ValueError, match=message):
        whole(links()).but(**changes)


def test_a_system_says_its_size():
    assert repr(whole(links())) == "System(9 coordinates, 2 inputs)"


# Drives.


def test_an_envelope_rises_holds_and_falls():
    level = envelope(2.0, 0.05, start=0.1, rise=0.25, hold=1.0, fall=0.4, shape="linear")
    assert len(level) == 41
    times = 0.05 * np.arange(41)
    np.testing.assert_allclose(level, np.interp(times, [0.1, 0.35, 1.35, 1.75], [0, 1, 1, 0]))
    assert len(envelope()) == 201


def test_a_clip_drives_the_muscles_of_the_face():
    script = sample(codes="L12C", seed=1)
    a = activations(face(), script)
    assert a.shape == (script.frames, len(face().strengths))
    at = list(face().names).index("zygomaticus_major_left")
    assert a[:, at].max() > 0.2
    assert a[:, at + 1].max() == 0
