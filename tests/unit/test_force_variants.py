"""Equations as printed and as used, units, and the parameter card."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach import _data
from fau_teach._data import DataError
from fau_teach.face import elastic, face
from fau_teach.face.mesh import Mesh
from fau_teach.face.muscles import distribution, muscles
from fau_teach.face.spread import mean_directions
from fau_teach.force import Rayleigh, material, parameters, rayleigh
from fau_teach.force.variants import (
    LENGTH,
    NONE,
    audit,
    differences,
    external_force,
    findings,
    force_map,
    generalised_force,
    initial_velocity,
    mass_matrix,
    null_space,
)

seeds = st.integers(0, 2**32 - 1)


# Mass: S1-014, E1-01.


def test_one_vertex_accelerates_by_force_over_mass():
    basis, force = np.array([[[1.0, 0, 0]]]), np.array([[3.0, 0, 0]])
    push = generalised_force(basis, np.ones((1, 1)), force)
    used, printed = (push / mass_matrix(basis, np.array([2.0]), v)[0] for v in ("used", "printed"))
    assert used == pytest.approx(1.5)
    assert printed == pytest.approx(3.0)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_the_mass_matrix_is_the_sum_over_vertices(seed):
    random = np.random.default_rng(seed)
    basis, masses = random.normal(size=(4, 9, 3)), random.uniform(0.1, 2, 9)
    summed = np.zeros((4, 4))
    for i, m in enumerate(masses):
        columns = basis[:, i].T
        summed += m * columns.T @ columns
    found = mass_matrix(basis, masses)
    np.testing.assert_allclose(found, summed, atol=1e-12)
    np.testing.assert_array_equal(found, found.T)
    assert np.linalg.eigvalsh(found).min() > -1e-12
    np.testing.assert_allclose(mass_matrix(basis, masses, "printed"), summed / 2, atol=1e-12)


# Force: S1-009, S1-010, S1-019.


def test_shares_times_vectors_is_the_loop():
    random = np.random.default_rng(1)
    share, force = random.uniform(size=(7, 4)), random.normal(size=(4, 3))
    summed = np.zeros((7, 3))
    for i in range(7):
        for m in range(4):
            summed[i] += share[i, m] * force[m]
    np.testing.assert_allclose(external_force(share, force), summed, atol=1e-12)


def test_column_sums_keep_the_total_force_and_row_sums_do_not():
    skin = face().hierarchy.levels[1]
    mesh = Mesh(skin.vertices, skin.faces, {**skin.attributes, "mirror": face().mirror})
    force = np.random.default_rng(2).normal(size=(2 * len(muscles()), 3))
    total = force.sum(axis=0)
    by_column, by_row = (
        external_force(distribution(mesh, variant="printed", normalise=n), force).sum(axis=0)
        for n in ("column", "row")
    )
    np.testing.assert_allclose(by_column, total, atol=1e-12)
    assert abs(by_row - total).max() > 1


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_the_generalised_force_is_the_loop_over_vertices(seed):
    random = np.random.default_rng(seed)
    basis, share = random.normal(size=(5, 9, 3)), random.uniform(size=(9, 6))
    force = random.normal(size=(6, 3))
    summed = np.zeros(5)
    for i in range(9):
        for j in range(5):
            summed[j] += basis[j, i] @ sum(share[i, m] * force[m] for m in range(6))
    np.testing.assert_allclose(generalised_force(basis, share, force), summed, atol=1e-11)
    spread = np.einsum("im,mk->ikm", share, force).reshape(27, 6)
    found = generalised_force(basis, spread, np.ones(6), "used")
    np.testing.assert_allclose(found, summed, atol=1e-11)


def test_thirteen_of_eighteen_force_directions_leave_no_trace():
    random = np.random.default_rng(3)
    basis, share = random.normal(size=(5, 9, 3)), random.uniform(size=(9, 6))
    matrix = force_map(basis, share)
    found = null_space(matrix)
    assert matrix.shape == (5, 18)
    assert (found.rank, found.nullity) == (5, 13)
    np.testing.assert_allclose(matrix @ found.vectors, 0, atol=1e-12)
    force = random.normal(size=(6, 3))
    hidden = (found.vectors @ random.normal(size=13)).reshape(6, 3)
    np.testing.assert_allclose(
        generalised_force(basis, share, force + hidden), generalised_force(basis, share, force)
    )


def test_on_the_face_vectors_are_hidden_and_activations_are_not():
    """E1-06: three numbers a muscle are too many, one scalar a muscle is identified."""
    one = face()
    basis, number = 1e-3 * one.B, len(one.strengths)
    share = np.linalg.norm(one.P.reshape(-1, 3, number), axis=1)
    printed = null_space(force_map(basis, share))
    assert (printed.rank, printed.nullity) == (number, 2 * number)
    used = null_space(basis.reshape(number, -1) @ (one.P * one.strengths))
    assert (used.rank, used.nullity) == (number, 0)
    assert used.condition < 1e6


def test_one_vector_per_muscle_loses_the_ring():
    """E1-07: the mean direction of a ring muscle loses much of its force."""
    one = face()
    at = list(one.names).index("orbicularis_oculi_orbital_left")
    lost, kept = np.linalg.norm(mean_directions(one.P), axis=1)[[at, 0]]
    assert lost < 0.6 < 0.9 < kept


def test_a_matrix_of_zeros_tells_nothing():
    found = null_space(np.zeros((2, 3)))
    assert (found.rank, found.nullity, found.condition) == (0, 3, np.inf)


def test_variants_have_names():
    with pytest.raises(ValueError, match="'used' or 'printed'"):
        mass_matrix(np.ones((1, 1, 3)), np.ones(1), "right")


# First velocity and differences: S1-020, S1-059, E1-04, E1-25.


def test_the_printed_first_velocity_reads_the_answer():
    first, second = np.array([0.1, 0.2]), np.array([0.4, 0.0])
    found = initial_velocity(first, second, 0.1, "printed")
    np.testing.assert_allclose(first + 0.1 * found, second)
    assert not initial_velocity(first, second, 0.1).any()


def test_force_goes_with_the_second_difference():
    t = np.arange(6.0)[:, None]
    velocity, acceleration = differences(t**2)
    np.testing.assert_allclose(acceleration, 2)
    assert np.ptp(velocity) > 0
    velocity, acceleration = differences(0.5 * t, 0.1)
    np.testing.assert_allclose(velocity, 5)
    np.testing.assert_allclose(acceleration, 0, atol=1e-12)


# Units: S1-028.


def test_all_used_equations_balance():
    assert all(one.holds for one in audit())
    assert not list(findings(audit()))
    joules = next(one for one in audit() if "M^B c''" in one.equation)
    assert joules.left == joules.right == "kg m^2 s^-2"


def test_the_printed_step_does_not_balance():
    wrong = [one.equation for one in audit("printed") if not one.holds]
    assert wrong == ["Eq. 6: change of c", "Eq. 6: change of c'"]
    assert "1 on the left, s^-1 on the right" in next(findings(audit("printed")))


@given(st.integers(-2, 2), st.integers(-2, 2))
def test_mass_times_acceleration_is_a_force_only_if_basis_carries_length(basis, coordinate):
    balances = audit(basis=(0, basis, 0), coordinate=(0, coordinate, 0))
    motion = next(one for one in balances if "M^B c''" in one.equation)
    assert motion.holds == (basis + coordinate == 1)


def test_the_units_of_the_face():
    assert audit(basis=LENGTH, coordinate=NONE) == audit()
    assert audit(basis=NONE, coordinate=LENGTH)[3].left == "kg m s^-2"


# Card: S1-060.


def test_every_constant_has_a_source_and_a_reason():
    card = parameters()
    assert {"density", "damping_ratio", "step", "muscles"} <= set(card)
    for one in card.values():
        assert one.reason
        assert one.source in ("chosen", "outside")
        assert one.reason in str(one)
    assert card["attachment"].value is None
    assert "see the reason" in str(card["attachment"])
    assert str(card["damping_low"]).startswith("lower frequency of that share: 18 Hz (chosen")


def test_the_card_has_the_values_that_the_code_uses():
    assert material.value("density") * 1e-6 == pytest.approx(elastic.DENSITY)
    assert material.value("thickness") == elastic.THICKNESS
    assert material.value("muscles") == len(face().strengths)
    assert material.value("vertices") == len(face().hierarchy.levels[1].vertices)
    at = list(face().names).index("zygomaticus_major_left")
    moved = elastic.respond(face().K, material.value("calibration_force") * face().P[:, [at]])
    assert elastic.peak(moved[:, 0]) == pytest.approx(material.value("calibration_peak"))
    with pytest.raises(KeyError, match="'density'"):
        material.value("densty")
    with pytest.raises(KeyError, match="no number"):
        material.value("attachment")


@pytest.mark.parametrize("row", [{"value": "much"}, {"value": "inf"}, {"id": "density"}])
def test_a_broken_card_is_refused(monkeypatch, row):
    first = dict(_data.read_csv("force/material.csv")[7]) | row
    monkeypatch.setattr(material, "read_csv", lambda *_: (first,))
    with pytest.raises(DataError, match=first["id"]):
        parameters.__wrapped__()


def test_damping_is_exact_at_two_frequencies():
    found = rayleigh(0.3, 10, 40)
    np.testing.assert_allclose(found.ratio(2 * np.pi * np.array([10, 40])), 0.3)
    assert found.ratio(2 * np.pi * 20) < 0.3 < found.ratio(2 * np.pi * 80)
    assert rayleigh() == rayleigh(0.5, 18, 60)
    with pytest.raises(ValueError, match="negative"):
        Rayleigh(-1.0, 0.0)
