"""Masses and springs: what cancels and what does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from fau_teach.face import face
from fau_teach.force import Springs, chain, integrate
from fau_teach.force.springs import MODES, of_mesh

seeds = st.integers(0, 2**32 - 1)


def net(seed, count=8, drag=0.0):
    """Random points in space, all joined."""
    random = np.random.default_rng(seed)
    first, second = np.triu_indices(count, 1)
    return Springs(
        random.normal(size=(count, 3)),
        np.stack([first, second], axis=1).astype(np.int32),
        random.uniform(1, 10, len(first)),
        random.uniform(0.5, 2, count),
        drag,
    )


def turned(points, vector):
    """Velocity of points in a rigid rotation about the origin."""
    return np.cross(vector, points)


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_elastic_forces_sum_to_nothing_and_turn_nothing(seed):
    springs = net(seed)
    u = np.random.default_rng(seed + 1).normal(size=springs.rest.shape)
    force = springs.elastic(u)
    assert abs(force.sum(axis=0)).max() < 1e-12 * abs(force).max() * len(force)
    torque = np.cross(springs.rest + u, force).sum(axis=0)
    assert abs(torque).max() < 1e-11 * abs(force).max() * len(force)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_force_is_the_slope_of_energy(seed):
    springs, random = net(seed), np.random.default_rng(seed + 1)
    u, way = random.normal(size=(2, *springs.rest.shape))
    h = 1e-5
    slope = (springs.energy(u + h * way) - springs.energy(u - h * way)) / (2 * h)
    work = float(springs.generalised(way[None], u)[0])
    assert work == pytest.approx(-slope, rel=1e-5, abs=1e-4)


def test_only_rigid_motions_feel_no_elastic_force():
    """S1-015: the sum over the mesh is 0, the generalised force is not."""
    springs, random = net(1), np.random.default_rng(2)
    u = 0.1 * random.normal(size=springs.rest.shape)
    way = np.array([0.3, -0.2, 0.5])
    basis = np.stack(
        [
            np.tile(way, (len(u), 1)),
            turned(springs.rest + u, way),
            turned(springs.rest, way),
            u,
        ]
    )
    translated, turned_now, turned_rest, along = springs.generalised(basis, u)
    assert abs(translated) < 1e-12
    assert abs(turned_now) < 1e-12
    assert abs(turned_rest) > 1e-3
    assert along < -1e-2


def test_the_chain_pulls_back_although_the_forces_cancel():
    springs = chain()
    for mode, expected in zip(MODES, (0, -30, -80), strict=True):
        u = 0.1 * mode
        assert springs.elastic(u).sum() == pytest.approx(0, abs=1e-12)
        assert springs.generalised(mode[None], u)[0] == pytest.approx(0.1 * expected, abs=1e-12)


def test_on_the_face_the_smile_pulls_back():
    skin = face().base
    springs = of_mesh(skin, 50.0, np.ones(len(skin.vertices)))
    smile = face().columns["zygomaticus_major_left"] * 1e-3
    force = springs.elastic(smile)
    assert abs(force.sum(axis=0)).max() < 1e-9 * abs(force).sum()
    basis = np.stack([np.tile([0.0, 0.0, 1e-3], (len(smile), 1)), smile])
    shift, own = springs.generalised(basis, smile)
    assert abs(shift) < 1e-9 * abs(own)
    assert own < 0
    assert own == pytest.approx(-2 * springs.energy(smile), rel=0.3)


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_linear_stiffness_is_the_slope_of_the_force(seed):
    springs = net(seed, 5)
    found, h = np.empty((15, 15)), 1e-6
    for k in range(15):
        u = np.zeros(15)
        u[k] = h
        u = u.reshape(5, 3)
        found[:, k] = -(springs.elastic(u) - springs.elastic(-u)).ravel() / (2 * h)
    np.testing.assert_allclose(springs.linear(), found, atol=1e-4)


def test_momentum_changes_by_the_external_force_alone():
    springs, random = net(3), np.random.default_rng(4)
    force = random.normal(size=(200, 8, 3))
    _, v = springs.simulate(force, 0.01)
    momentum = springs.momentum(v)
    given_ = 0.01 * np.cumsum(force.sum(axis=1), axis=0)
    np.testing.assert_allclose(momentum[1:], given_[:-1], atol=1e-11)
    dragged = net(3, drag=0.5).simulate(force, 0.01)[1]
    assert abs(springs.momentum(dragged)[-1] - given_[-2]).max() > 0.1


def test_simulation_agrees_with_an_outside_solver():
    springs = net(5, drag=0.4)
    force, step = np.zeros((2001, 8, 3)), 5e-4
    force[:] = np.random.default_rng(6).normal(size=(8, 3))
    weight = springs.masses[:, None]

    def slope(_, x):
        u, v = x.reshape(2, 8, 3)
        return np.stack([v, (force[0] + springs.elastic(u) - 0.4 * v) / weight]).ravel()

    start = np.zeros((2, 8, 3))
    start[0] = 0.1
    start[0, 0] = 0.3
    truth = solve_ivp(slope, (0, 1.0), start.ravel(), rtol=1e-9, atol=1e-11).y[:, -1]
    u, v = springs.simulate(force, step, start[0])
    np.testing.assert_allclose(u[-1], truth.reshape(2, 8, 3)[0], atol=5e-3)
    np.testing.assert_allclose(v[-1], truth.reshape(2, 8, 3)[1], atol=2e-2)


def test_the_reduced_chain_moves_as_the_chain_does_if_the_modes_span_everything():
    """The pull of a stretched chain is no stretch, so three modes lose a little."""
    springs, push = chain(), np.array([0.3, 0.5, -0.2, 0.0])
    last = np.array([[-0.5], [1.5], [-1.5], [0.5]])
    basis = np.concatenate([MODES, last[None]])
    names = ("translation", "stretch", "bend", "rest")
    force = np.linalg.solve(basis[:, :, 0], push)
    u, _ = springs.simulate(np.tile(force[:, None], (2001, 1, 1)), 1e-3)
    off = []
    for count in (3, 4):
        system = springs.reduced(basis[:count], names[:count])
        c = integrate(system, np.tile(push[:count], (2001, 1)), step=1e-3).c
        off.append(abs(np.tensordot(c, basis[:count], 1) - u).max())
    assert off[1] < 1e-3 < 3e-3 < off[0] < 0.02


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"masses": np.ones(3)}, "one mass"),
        ({"stiffness": np.ones(2)}, "one mass"),
        ({"masses": np.zeros(4)}, "above 0"),
        ({"rest": np.zeros((4, 1))}, "spring 0"),
    ],
)
def test_springs_refuse_what_does_not_fit(changes, message):
    one = chain()
    fields = {n: getattr(one, n) for n in ("rest", "pairs", "stiffness", "masses")}
    with pytest.raises(ValueError, match=message):
        Springs(**{**fields, **changes})


def test_a_spring_crushed_to_a_point_has_no_direction_but_no_error():
    springs = chain()
    u = springs.rest[0] - springs.rest
    assert np.isfinite(springs.elastic(u)).all()
