"""Elastic skin: stiffness, static response, layout strain."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import cg, eigsh
from scipy.spatial import Delaunay

from fau_teach.face import elastic
from fau_teach.face.elastic import Material, compression, respond, strain_operators
from fau_teach.face.mesh import Mesh, face_areas, face_vectors, vertex_areas, vertex_normals
from fau_teach.face.subdivision import subdivide

seeds = st.integers(0, 2**32 - 1)


def patch(seed, half=30, bump=20.0):
    """Random open mesh, mirror-symmetric in x = 0, bulging forward; and its mirror map."""
    random = np.random.default_rng(seed)
    middle = np.c_[np.zeros(9), np.linspace(-60, 60, 9)]
    right = np.c_[random.uniform(8, 60, half), random.uniform(-60, 60, half)]
    right = np.r_[right, [[60, -60], [60, 60]]]
    faces = Delaunay(np.r_[middle, right]).simplices
    half = len(right)
    points = np.r_[middle, right, right * (-1, 1)]
    mirror = np.r_[np.arange(9), 9 + half + np.arange(half), 9 + np.arange(half)]
    faces = np.r_[faces, mirror[faces]]
    depth = bump * np.exp(-(points**2).sum(axis=1) / 50**2)
    vertices = np.c_[points, depth]
    turned = face_vectors(vertices, faces)[:, 2] < 0
    faces[turned] = faces[turned, ::-1]
    return Mesh(vertices, faces.astype(np.int32)), mirror


def tube(around=24, rings=8, radius=50.0):
    """Open cylinder about y, laid out by angle, with the seam of the layout in it."""
    angle = 2 * np.pi * np.arange(around) / around - np.pi
    j, i = np.meshgrid(np.arange(rings), np.arange(around), indexing="ij")
    vertices = np.stack(
        [radius * np.sin(angle)[i], 10.0 * j, radius * np.cos(angle)[i]], axis=-1
    ).reshape(-1, 3)
    a, b = (j * around + i)[:-1], (j * around + (i + 1) % around)[:-1]
    lower = np.stack([a, b, b + around], axis=-1).reshape(-1, 3)
    upper = np.stack([a, b + around, a + around], axis=-1).reshape(-1, 3)
    layout = np.stack([radius * angle[i], 10.0 * j], axis=-1).reshape(-1, 2)
    return Mesh(vertices, np.r_[lower, upper].astype(np.int32), {"uv": layout})


def material(size, seed=0):
    random = np.random.default_rng(seed)
    return Material(random.uniform(0.001, 0.1, size), random.uniform(0.001, 0.1, size))


def system(seed=0, level=0):
    skin = subdivide(patch(seed)[0], level).levels[-1]
    return skin, elastic.stiffness(skin.vertices, skin.faces, material(len(skin.vertices), seed))


# ---- stiffness


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_stiffness_is_symmetric_positive_definite(seed):
    skin, k = system(seed)
    assert k.shape == (3 * len(skin.vertices),) * 2
    assert abs(k - k.T).max() == 0
    np.linalg.cholesky(k.toarray())


def test_smallest_eigenvalue_is_at_least_the_weakest_attachment():
    skin, k = system(1, level=1)
    areas = vertex_areas(skin.vertices, skin.faces)
    generalised = eigsh(
        k, k=1, M=sp.diags_array(np.repeat(areas, 3)).tocsc(), sigma=0, return_eigenvectors=False
    )
    # Membrane and plate only add to the ground, whose eigenvalues are kt and kn themselves.
    assert 0.001 < generalised[0] < 0.1


def test_attachment_resists_tangent_and_normal_motion_apart():
    skin, _ = patch(2)
    ground = elastic.attachment(skin.vertices, skin.faces, Material(0.02, 0.5))
    areas = vertex_areas(skin.vertices, skin.faces)
    normals = vertex_normals(skin.vertices, skin.faces)
    assert ground @ normals.ravel() == pytest.approx(0.5 * (areas[:, None] * normals).ravel())
    tangents = np.cross(normals, (0, 1, 0))
    assert ground @ tangents.ravel() == pytest.approx(0.02 * (areas[:, None] * tangents).ravel())


def test_membrane_and_plate_ignore_translation_and_add_up():
    skin, _ = patch(3)
    size = len(skin.vertices)

    def build(**constants):
        return elastic.stiffness(skin.vertices, skin.faces, Material(**constants))

    none = {"tangential": 0.0, "normal": 0.0}
    sheet = build(**none, membrane=2.0, bending=0.0)
    plate = build(**none, membrane=0.0, bending=7.0)
    ground = build(tangential=0.3, normal=0.1, membrane=0.0, bending=0.0)
    whole = build(tangential=0.3, normal=0.1, membrane=2.0, bending=7.0)
    assert abs(whole - (sheet + plate + ground)).max() < 1e-12 * abs(whole).max()
    shift = np.tile((1.0, -2, 3), size)
    for part in (sheet, plate):
        assert abs(part @ shift).max() < 1e-10 * abs(part).max()
    # Stretch energy of a linear map: area × its squared gradient, three components alike.
    flat, _ = patch(3, bump=0.0)
    turn = np.random.default_rng(0).normal(size=(3, 3))
    field = (flat.vertices @ turn.T).ravel()
    sheet = elastic.stiffness(flat.vertices, flat.faces, Material(0.0, 0.0, 2.0, 0.0))
    area = face_areas(flat.vertices, flat.faces).sum()
    assert field @ sheet @ field == pytest.approx(2.0 * area * (turn[:, :2] ** 2).sum())


def test_stiffness_refuses_wrong_material():
    skin, _ = patch(4)
    size = len(skin.vertices)
    for wrong in (
        Material(-0.1, 0.1),
        Material(0.1, np.full(size + 1, 0.1)),
        Material(np.nan, 0.1),
        Material(0.1, 0.1, membrane=-1.0),
        Material(0.1, 0.1, bending=-1.0),
    ):
        with pytest.raises(ValueError, match=r"none.* negative"):
            elastic.stiffness(skin.vertices, skin.faces, wrong)
    lonely = np.r_[skin.vertices, [[0, 0, 99.0]]]
    with pytest.raises(ValueError, match=f"vertex {size} is in no face"):
        elastic.stiffness(lonely, skin.faces, Material(0.1, 0.1))


# ---- response


def test_response_equals_dense_and_conjugate_gradients():
    skin, k = system(5, level=1)
    size = 3 * len(skin.vertices)
    loads = np.random.default_rng(0).normal(size=(size, 4))
    moved = respond(k, loads)
    dense = np.linalg.solve(k.toarray(), loads)
    assert abs(moved - dense).max() < 1e-11 * abs(dense).max()
    iterated, info = cg(k, loads[:, 0], rtol=1e-12, maxiter=20 * size)
    assert info == 0
    assert abs(moved[:, 0] - iterated).max() < 1e-8 * abs(dense).max()
    assert respond(k, sp.csr_array(loads)) == pytest.approx(moved)


@settings(max_examples=8, deadline=None)
@given(seeds, st.floats(-3, 3), st.floats(-3, 3))
def test_response_is_linear_reciprocal_and_does_the_work_it_stores(seed, p, q):
    _, k = system(seed)
    one, two = np.random.default_rng(seed).normal(size=(2, k.shape[0]))
    first, second, mixed = respond(k, np.stack([one, two, p * one + q * two], axis=1)).T
    scale = abs(first).max() + abs(second).max()
    assert mixed == pytest.approx(p * first + q * second, abs=1e-10 * scale)
    assert one @ second == pytest.approx(two @ first, rel=1e-6, abs=1e-9 * scale)
    # Stored energy is half the work, and the minimum of energy minus work.
    assert first @ k @ first == pytest.approx(one @ first)
    assert one @ first > 0

    def potential(u):
        return 0.5 * u @ k @ u - one @ u

    assert potential(first) < min(potential(first + 0.01 * second), potential(0.99 * first))


@pytest.mark.parametrize("seed", range(3))
def test_symmetric_mesh_responds_symmetrically(seed):
    cage, mirror = patch(seed)
    hierarchy = subdivide(cage, 1, mirror)
    skin, mirror = hierarchy.levels[1], hierarchy.mirrors[1]
    half = np.random.default_rng(seed).uniform(0.01, 0.1, len(mirror))
    even = half + half[mirror]
    k = elastic.stiffness(skin.vertices, skin.faces, Material(even, 2 * even))
    load = np.random.default_rng(seed).normal(size=skin.vertices.shape)
    image = load[mirror] * (-1, 1, 1)
    moved, other = respond(k, np.stack([load.ravel(), image.ravel()], axis=1)).T
    turned = moved.reshape(-1, 3)[mirror] * (-1, 1, 1)
    assert abs(other.reshape(-1, 3) - turned).max() < 1e-12 * abs(moved).max()
    assert abs(moved - other).max() > 0.1 * abs(moved).max()


def test_scaling_gives_the_wanted_peak():
    _, k = system(6)
    load = np.random.default_rng(0).normal(size=k.shape[0])
    scaled = elastic.scaled_to(k, load, 10.0)
    assert elastic.peak(respond(scaled, load)) == pytest.approx(10.0)
    assert elastic.peak(np.array([3.0, 0, 4, 0, 1, 0])) == 5
    for wrong_load, wrong_peak in ((load, 0.0), (0 * load, 10.0)):
        with pytest.raises(ValueError, match="must be positive"):
            elastic.scaled_to(k, wrong_load, wrong_peak)


def test_solver_refuses_what_is_not_positive_definite():
    skin, _ = patch(7)
    loose = elastic.stiffness(skin.vertices, skin.faces, Material(0.0, 0.0))
    for wrong in (
        loose,
        sp.csc_array(np.zeros((3, 3))),
        sp.csc_array(np.diag([1.0, -1, 2])),
        sp.csc_array(np.array([[0.0, 1], [1, 0]])),
    ):
        with pytest.raises(ValueError, match=r"not positive definite|singular"):
            elastic.solver(wrong)


def test_mass_is_area_times_thickness_times_density():
    skin, _ = patch(8, bump=0.0)
    # A plate of 120 mm by 120 mm by 5 mm: 72 cm³, 75.6 g.
    area = face_areas(skin.vertices, skin.faces).sum()
    assert elastic.mass(skin.vertices, skin.faces).sum() == pytest.approx(area * 5 * 1.05e-6)
    square = np.array([[0, 0, 0], [120, 0, 0], [120, 120, 0], [0, 120, 0.0]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    assert elastic.mass(square, faces).sum() == pytest.approx(0.0756)


# ---- strain


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_strain_is_exact_for_a_linear_field_on_a_flat_patch(seed):
    flat, _ = patch(seed, bump=0.0)
    gradient = np.random.default_rng(seed).normal(size=(3, 3))
    field = (flat.vertices @ gradient.T + (1, 2, 3)).ravel()
    # Layout turned by 0.4 rad and stretched: strain is along its axes, whatever their unit.
    axis_u, axis_v = np.array([np.cos(0.4), np.sin(0.4)]), np.array([-np.sin(0.4), np.cos(0.4)])
    uv = flat.vertices[:, :2] @ np.stack([axis_u * 7, axis_v * -0.3], axis=1)
    plane = gradient[:2, :2]
    for operator, axis in zip(
        strain_operators(flat.vertices, flat.faces, uv), (axis_u, axis_v), strict=True
    ):
        assert operator.shape == (len(uv), 3 * len(uv))
        assert operator @ field == pytest.approx(axis @ plane @ axis, abs=1e-8)


def test_strain_follows_slanted_layout_lines():
    flat, _ = patch(0, bump=0.0)
    # x = u + v, y = v: the line along v runs diagonally, e_vv of a stretch in x alone is 1/2.
    uv = np.stack([flat.vertices[:, 0] - flat.vertices[:, 1], flat.vertices[:, 1]], axis=1)
    stretch = (flat.vertices * (0.01, 0, 0)).ravel()
    along_u, along_v = strain_operators(flat.vertices, flat.faces, uv)
    assert along_u @ stretch == pytest.approx(0.01)
    assert along_v @ stretch == pytest.approx(0.005)


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_rigid_motion_strains_nothing(seed):
    skin, _ = patch(seed)
    spin, shift = np.random.default_rng(seed).normal(size=(2, 3))
    rigid = (np.cross(spin, skin.vertices) + shift).ravel()
    for operator in strain_operators(skin.vertices, skin.faces, skin.vertices[:, :2]):
        assert abs(operator @ rigid).max() < 1e-12 * abs(operator).max() * abs(rigid).max()


def test_strain_equals_the_measured_change_of_length():
    skin, _ = patch(9)
    random = np.random.default_rng(0)
    field = random.normal(size=skin.vertices.shape)
    uv = skin.vertices[:, :2]
    step = 1e-6
    along_u, _ = strain_operators(skin.vertices, skin.faces, uv)
    # Length of the segment in each face that follows u, before and after.
    a, b, c = skin.faces.T
    chart = np.stack([uv[b] - uv[a], uv[c] - uv[a]], axis=2)
    weights = np.linalg.solve(chart, np.tile([[1.0], [0]], (len(a), 1, 1)))[..., 0]

    def length(points):
        side = np.stack([points[b] - points[a], points[c] - points[a]], axis=1)
        return np.linalg.norm(np.einsum("fk,fki->fi", weights, side), axis=1)

    before = length(skin.vertices)
    strain = (length(skin.vertices + step * field) - before) / before / step
    areas = face_areas(skin.vertices, skin.faces)
    expected = np.bincount(skin.faces.ravel(), np.repeat(strain * areas, 3))
    expected /= 3 * vertex_areas(skin.vertices, skin.faces)
    assert along_u @ field.ravel() == pytest.approx(expected, abs=1e-4 * abs(expected).max())


def test_strain_crosses_the_seam_of_the_layout():
    skin = tube()
    growth = (skin.vertices * (0.01, 0, 0.01)).ravel()
    along_u, along_v = strain_operators(skin.vertices, skin.faces, skin.attributes["uv"])
    assert along_u @ growth == pytest.approx(0.01)
    assert along_v @ growth == pytest.approx(0.0, abs=1e-3)


def test_faces_without_layout_are_left_out():
    skin, _ = patch(10, bump=0.0)
    uv = skin.vertices[:, :2].copy()
    seen = skin.faces[(uv[skin.faces, 0] >= 0).all(axis=1)]
    uv[uv[:, 0] < 0] = 0.0
    field = (skin.vertices * (0.02, 0, 0)).ravel()
    along_u, _ = strain_operators(skin.vertices, skin.faces, uv)
    strain = along_u @ field
    blind = np.setdiff1d(np.arange(len(uv)), skin.faces[(uv[skin.faces] != 0).any(axis=(1, 2))])
    assert np.isfinite(strain).all()
    assert (strain[blind] == 0).all()
    assert blind.size
    inner = np.setdiff1d(seen, skin.faces[(skin.vertices[skin.faces, 0] < 0).any(axis=1)])
    assert strain[inner] == pytest.approx(0.02)


def test_compression_adds_and_smooths():
    skin, _ = patch(11)
    uv = skin.vertices[:, :2]
    fields = np.random.default_rng(0).normal(size=(skin.vertices.size, 3))
    fields[:, 2] = fields[:, 0] + 2 * fields[:, 1]
    along_u, along_v = strain_operators(skin.vertices, skin.faces, uv)
    areas = vertex_areas(skin.vertices, skin.faces)
    for length in (0.0, 6.0):
        for channel, operator in zip(
            compression(skin.vertices, skin.faces, uv, fields, length),
            (along_u, along_v),
            strict=True,
        ):
            assert channel.shape == (len(uv), 3)
            assert channel[:, 2] == pytest.approx(channel[:, 0] + 2 * channel[:, 1])
            raw = -(operator @ fields)
            assert areas @ channel == pytest.approx(areas @ raw)
            if length:
                assert channel.std() < 0.9 * raw.std()
            else:
                assert channel == pytest.approx(raw)
