"""Mesh geometry and Loop subdivision."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay, cKDTree

from fau_teach.face import mesh as geometry
from fau_teach.face.mesh import Mesh, boundary_loops, cotangent_laplacian, edges, problems
from fau_teach.face.subdivision import limit_fit, loop, subdivide

seeds = st.integers(0, 2**32 - 1)


def icosahedron(radius=1.0):
    golden = (1 + 5**0.5) / 2
    base = np.array([[0, s, t * golden] for s in (-1, 1) for t in (-1, 1)])
    vertices = np.concatenate([np.roll(base, k, axis=1) for k in range(3)])
    near = np.linalg.norm(vertices[:, None] - vertices, axis=2) < 2.1
    faces = [
        (i, j, k) if np.dot(np.cross(*vertices[[i, j]]), vertices[k]) > 0 else (i, k, j)
        for i in range(12)
        for j in range(i)
        for k in range(j)
        if near[i, j] and near[j, k] and near[i, k]
    ]
    scale = radius / np.linalg.norm(vertices[0])
    return Mesh(vertices * scale, np.array(faces, np.int32))


def icosphere(levels, radius=1.0):
    fine = subdivide(icosahedron(), levels).levels[-1]
    unit = fine.vertices / np.linalg.norm(fine.vertices, axis=1, keepdims=True)
    return Mesh(unit * radius, fine.faces)


def grid(n=6, m=5):
    """Sheared square lattice with one diagonal direction: regular inside, valence 6."""
    i, j = np.meshgrid(np.arange(n), np.arange(m), indexing="ij")
    vertices = np.stack([i.ravel(), j.ravel(), 0 * i.ravel()], axis=1).astype(float)
    a = (i[:-1, :-1] * m + j[:-1, :-1]).ravel()
    lower = np.stack([a, a + m, a + m + 1], axis=1)
    upper = np.stack([a, a + m + 1, a + 1], axis=1)
    return Mesh(vertices, np.concatenate([lower, upper]).astype(np.int32))


def patch(seed, count=60):
    """Random planar triangulation, counter-clockwise."""
    points = np.random.default_rng(seed).uniform(-50, 50, (count, 2))
    faces = Delaunay(points).simplices
    vertices = np.c_[points, np.zeros(count)]
    turned = geometry.face_vectors(vertices, faces)[:, 2] < 0
    faces[turned] = faces[turned, ::-1]
    return Mesh(vertices, faces.astype(np.int32), {"uv": points.copy(), "x": points[:, 0].copy()})


def mirror_map(vertices):
    distance, index = cKDTree(vertices).query(vertices * (-1, 1, 1))
    assert distance.max() < 1e-9
    return index


# ---- geometry


def test_sphere_area_normals_and_no_boundary():
    sphere = icosphere(4, radius=12.0)
    assert geometry.face_areas(sphere.vertices, sphere.faces).sum() == pytest.approx(
        4 * np.pi * 144, rel=3e-3
    )
    normals = geometry.vertex_normals(sphere.vertices, sphere.faces)
    assert np.abs(normals - sphere.vertices / 12).max() < 4e-3
    assert np.linalg.norm(normals, axis=1) == pytest.approx(1)
    assert boundary_loops(sphere.faces) == []
    assert problems(sphere) == ()


def test_areas_of_vertices_add_up_and_normals_point_by_orientation():
    flat = patch(1)
    areas = geometry.vertex_areas(flat.vertices, flat.faces)
    assert areas.sum() == pytest.approx(geometry.face_areas(flat.vertices, flat.faces).sum())
    assert geometry.vertex_normals(flat.vertices, flat.faces) == pytest.approx(
        np.tile([0, 0, 1.0], (60, 1))
    )
    flipped = geometry.vertex_normals(flat.vertices, flat.faces[:, ::-1])
    assert flipped[:, 2] == pytest.approx(-1)


def test_normals_weigh_faces_by_area():
    # A right angle whose two walls have areas 1 and 3.
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3.0]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    normal = geometry.vertex_normals(vertices, faces)[0]
    assert normal == pytest.approx(np.array([3, 0, 1]) / 10**0.5)


def test_a_vertex_in_no_face_has_no_normal():
    flat = patch(2)
    lonely = np.r_[flat.vertices, [[9.0, 9, 9]]]
    assert (geometry.vertex_normals(lonely, flat.faces)[-1] == 0).all()


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_laplacian_is_the_dirichlet_energy(seed):
    flat = patch(seed)
    laplacian = cotangent_laplacian(flat.vertices, flat.faces)
    assert abs(laplacian - laplacian.T).max() == 0
    scale = abs(laplacian).max()
    assert abs(laplacian @ np.ones(60)).max() < 1e-12 * scale
    assert np.linalg.eigvalsh(laplacian.toarray())[0] > -1e-12 * scale
    # A linear function a·x + b·y: gradient energy (a² + b²) × area, zero residual inside.
    linear = flat.vertices @ (0.3, -1.2, 0)
    area = geometry.face_areas(flat.vertices, flat.faces).sum()
    assert linear @ laplacian @ linear == pytest.approx((0.3**2 + 1.2**2) * area)
    inside = np.setdiff1d(np.arange(60), geometry.boundary_edges(flat.faces))
    assert abs((laplacian @ linear)[inside]).max() < 1e-10 * scale


def test_laplacian_entries_of_an_equilateral_triangle():
    triangle = np.array([[0, 0, 0], [2, 0, 0], [1, 3**0.5, 0]])
    laplacian = cotangent_laplacian(triangle, np.array([[0, 1, 2]])).toarray()
    cotangent = 1 / 3**0.5
    assert laplacian == pytest.approx(cotangent * (1.5 * np.eye(3) - 0.5))


def test_laplacian_refuses_a_flat_face():
    flat = patch(3)
    flat.vertices[flat.faces[7, 0]] = flat.vertices[flat.faces[7, 1]]
    with pytest.raises(ValueError, match=r"face \d+ .* has no area"):
        cotangent_laplacian(flat.vertices, flat.faces)


def test_smoothing_keeps_constants_and_mean_and_damps():
    sphere = icosphere(3, radius=10.0)
    areas = geometry.vertex_areas(sphere.vertices, sphere.faces)
    noise = np.random.default_rng(0).normal((1, 5), 1, (len(areas), 2))
    calm = geometry.smoothed(noise, sphere.vertices, sphere.faces, 3.0, steps=3)
    assert areas @ calm == pytest.approx(areas @ noise)
    assert calm.std(axis=0).max() < 0.3
    # A degree-one harmonic decays at rate 2/r²; implicit Euler: 1 / (1 + 2t/r²) a step.
    height = geometry.smoothed(sphere.vertices[:, 2], sphere.vertices, sphere.faces, 4.0)
    assert height == pytest.approx(sphere.vertices[:, 2] / (1 + 2 * 8 / 100), abs=0.02)
    same = geometry.smoothed(noise, sphere.vertices, sphere.faces, 0.0)
    assert same == pytest.approx(noise)


def test_edges_are_sorted_and_satisfy_euler():
    sphere = icosphere(2)
    pairs = edges(sphere.faces)
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert pairs.tolist() == sorted(pairs.tolist())
    assert len(sphere.vertices) - len(pairs) + len(sphere.faces) == 2


def test_boundary_loops_of_an_annulus_run_with_the_faces():
    square = grid(6, 6)
    middle = square.vertices[square.faces].mean(axis=1)
    holed = square.faces[(np.abs(middle[:, :2] - 2.5) > 0.5).any(axis=1)]
    outer, inner = boundary_loops(holed)
    rim = geometry.boundary_edges(holed).tolist()
    assert rim == sorted(rim)
    assert len(rim) == 24
    assert len(outer) == 20
    assert outer[0] == 0
    assert sorted(inner.tolist()) == [14, 15, 20, 21]

    def signed(loop):
        x, y = square.vertices[loop, :2].T
        return 0.5 * (x * np.roll(y, -1) - y * np.roll(x, -1)).sum()

    assert signed(outer) == pytest.approx(25)
    assert signed(inner) == pytest.approx(-1)


BOW_TIE = np.array([[0, 1, 2], [0, 3, 4]], np.int32)


@pytest.mark.parametrize("faces", [BOW_TIE, np.array([[0, 1, 2], [1, 2, 3]], np.int32)])
def test_boundary_loops_refuse_what_is_no_curve(faces):
    with pytest.raises(ValueError, match="no simple closed curve"):
        boundary_loops(faces)


def test_problems_are_named():
    sphere = icosphere(1)
    faces = sphere.faces

    def found(vertices=sphere.vertices, faces=faces, **attributes):
        return " / ".join(problems(Mesh(vertices, faces, attributes)))

    assert found() == ""
    assert "index vertices 0..41" in found(faces=faces + 1)
    assert "not finite" in found(
        vertices=sphere.vertices * np.where(np.arange(42) == 3, np.nan, 1)[:, None]
    )
    assert "attribute lip: 3 values for 42" in found(lip=np.zeros(3))
    assert "1 vertices in no face" in found(np.r_[sphere.vertices, [[0, 0, 9.0]]])
    assert "1 faces without area" in found(faces=np.r_[faces, [[0, 0, 1]]])
    turned = faces.copy()
    turned[5] = turned[5, ::-1]
    assert "3 sides run twice in one direction" in found(faces=turned)
    assert "edges in more than two faces" in found(faces=np.r_[faces, faces[:1]])
    assert "separate fans" in found(np.random.default_rng(0).normal(size=(5, 3)), BOW_TIE)


def test_two_closed_fans_in_one_vertex_are_found():
    sphere = icosphere(1)
    size = len(sphere.vertices)
    second = np.where(sphere.faces == 0, 0, sphere.faces + size - 1)
    both = np.r_[sphere.vertices, 2 * sphere.vertices[0] - sphere.vertices[1:]]
    assert problems(Mesh(both, np.r_[sphere.faces, second])) == (
        "1 vertices too few: separate fans of faces meet in one vertex",
    )


def test_mirror_check():
    sphere = icosahedron()
    mirror = mirror_map(sphere.vertices)
    assert problems(sphere, mirror) == ()
    assert geometry.mirror_error(sphere.vertices, mirror) == 0
    moved = sphere.vertices + np.eye(3)[0] * 0.25
    assert geometry.mirror_error(moved, mirror) == pytest.approx(0.5)
    assert "up to 0.5 mm off" in problems(Mesh(moved, sphere.faces), mirror)[0]
    assert "mirror must pair the 12" in problems(sphere, np.roll(np.arange(12), 1))[0]
    lopsided = grid(3, 3)
    across = np.arange(9).reshape(3, 3)[::-1].ravel()
    centred = Mesh(lopsided.vertices - (1, 0, 0), lopsided.faces)
    assert problems(centred, across) == ("mirrored faces are not faces of the mesh",)


# ---- subdivision


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_loop_is_affine_and_carries_attributes(seed):
    flat = patch(seed)
    hierarchy = subdivide(flat, 2)
    random = np.random.default_rng(seed)
    turn, shift = random.normal(size=(3, 3)), random.normal(size=3)
    moved = subdivide(Mesh(flat.vertices @ turn + shift, flat.faces), 2)
    for matrix, level, other in zip(
        hierarchy.matrices, hierarchy.levels[1:], moved.levels[1:], strict=True
    ):
        assert abs(matrix.sum(axis=1) - 1).max() <= 1e-15
        assert matrix.min() >= 0
        assert other.vertices == pytest.approx(level.vertices @ turn + shift)
        # The layout is this patch's own plane, so attributes and positions must stay one.
        assert level.attributes["uv"] == pytest.approx(level.vertices[:, :2])
        assert level.attributes["x"] == pytest.approx(level.vertices[:, 0])
        assert level.faces.dtype == np.int32
        assert problems(level) == ()


def test_loop_order_counts_and_boundary():
    flat = patch(5)
    matrix, faces = loop(flat.faces, 60)
    pairs = edges(flat.faces)
    assert matrix.shape == (60 + len(pairs), 60)
    ends = matrix[60:][np.arange(len(pairs))[:, None], pairs].toarray()
    assert ((ends == 3 / 8) | (ends == 1 / 2)).all()
    a, b, _ = flat.faces[0]
    middle = faces[3]
    assert faces[0, 0] == a
    assert faces[1, 0] == b
    assert sorted(pairs[middle[0] - 60]) == sorted((a, b))
    assert faces[0].tolist() == [a, middle[0], middle[2]]
    # The boundary stays the boundary and knows nothing of the inside.
    (old,), (new,) = boundary_loops(flat.faces), boundary_loops(faces)
    assert len(new) == 2 * len(old)
    assert set(new[::2].tolist()) == set(old.tolist())
    inside = np.setdiff1d(np.arange(60), old)
    assert abs(matrix[new][:, inside]).sum() == 0
    step = flat.vertices[old]
    assert matrix[old] @ flat.vertices == pytest.approx(
        (np.roll(step, 1, 0) + 6 * step + np.roll(step, -1, 0)) / 8
    )


def test_loop_reproduces_linear_and_quadratic_functions_of_a_regular_grid():
    lattice = grid(8, 8)
    x, y = lattice.vertices[:, :2].T
    fine = subdivide(lattice, 1)
    deep = np.setdiff1d(
        np.arange(len(fine.levels[1].vertices)),
        np.flatnonzero((abs(fine.levels[1].vertices[:, :2] - 3.5) > 2.4).any(axis=1)),
    )
    mapped = fine.levels[1].vertices[deep]
    linear = fine.matrices[0] @ (2 * x - 3 * y + 1)
    assert linear[deep] == pytest.approx(2 * mapped[:, 0] - 3 * mapped[:, 1] + 1)
    assert (mapped * 2) == pytest.approx(np.round(mapped * 2))
    # On the uniform lattice the box spline keeps quadratics up to a constant.
    square = (fine.matrices[0] @ x**2)[deep] - mapped[:, 0] ** 2
    assert np.ptp(square) < 1e-12


def test_loop_inner_vertex_weights_by_valence():
    for valence, share in ((3, 3 / 16), (4, 3 / 32), (6, 1 / 16), (9, 3 / 72)):
        ring = np.arange(valence)
        faces = np.stack([np.full(valence, valence), ring, (ring + 1) % valence], axis=1)
        row = loop(faces.astype(np.int32), valence + 1)[0][[valence]].toarray()[0]
        assert row[:valence] == pytest.approx(share)
        assert row[valence] == pytest.approx(1 - valence * share)


def test_loop_keeps_a_vertex_in_no_face():
    flat = patch(4)
    matrix, _ = loop(flat.faces, 61)
    assert matrix[[60]].toarray()[0].tolist() == [0] * 60 + [1]


def test_loop_refuses_what_is_no_manifold():
    with pytest.raises(ValueError, match=r"edge \[0, 1\] has 3 faces"):
        loop(np.array([[0, 1, 2], [1, 0, 3], [0, 1, 4]], np.int32), 5)
    with pytest.raises(ValueError, match="vertex 0 has 4 boundary edges"):
        loop(BOW_TIE, 5)


@pytest.mark.parametrize("kind", [np.int32, bool])
def test_subdivision_refuses_labels(kind):
    flat = patch(6)
    with pytest.raises(ValueError, match="attribute side has type"):
        subdivide(Mesh(flat.vertices, flat.faces, {"side": np.ones(60, kind)}), 1)


def test_levels_and_products():
    sphere = icosahedron()
    hierarchy = subdivide(sphere, 3)
    assert [len(level.vertices) for level in hierarchy.levels] == [12, 42, 162, 642]
    assert hierarchy.mirrors == ()
    assert hierarchy.between(0, 3) @ sphere.vertices == pytest.approx(hierarchy.levels[3].vertices)
    assert abs(hierarchy.between(1, 1).toarray() - np.eye(42)).max() == 0
    for wrong in ((2, 1), (-1, 2), (0, 4)):
        with pytest.raises(ValueError, match="levels"):
            hierarchy.between(*wrong)
    assert subdivide(sphere, 0).levels == (sphere,)


def test_subdivided_symmetry_is_exact():
    rough = icosphere(1)
    mirror = mirror_map(rough.vertices)
    vertices = rough.vertices + np.random.default_rng(0).normal(size=rough.vertices.shape) / 9
    vertices = geometry.symmetrised(vertices, mirror)
    hierarchy = subdivide(Mesh(vertices, rough.faces), 3, mirror)
    plain = subdivide(Mesh(vertices, rough.faces), 3)
    for level, image, other in zip(hierarchy.levels, hierarchy.mirrors, plain.levels, strict=True):
        assert problems(level, image) == ()
        assert level.vertices == pytest.approx(other.vertices, abs=1e-14)
    # A map that pairs vertices but breaks an edge is refused.
    lattice = grid(3, 3)
    with pytest.raises(ValueError, match="the faces are not symmetric"):
        subdivide(lattice, 1, np.arange(9).reshape(3, 3)[::-1].ravel())


def test_limit_fit_goes_through_the_authored_surface():
    cage = icosphere(1, radius=80.0)
    hierarchy = subdivide(cage, 2)
    matrix = hierarchy.between(0, 2)
    fine = matrix @ cage.vertices
    target = 80 * fine / np.linalg.norm(fine, axis=1, keepdims=True)
    target[:42] = cage.vertices

    def radial(points):
        return abs(np.linalg.norm(points, axis=1) - 80).max()

    fitted = limit_fit(matrix, target)
    assert radial(fine) > 4
    assert radial(matrix @ fitted) < 0.5
    # Targets for the cage's own vertices alone do as well; a heavy weight changes nothing.
    assert radial((matrix @ limit_fit(matrix, cage.vertices, 1e-6))[:42]) < 1e-3
    assert limit_fit(matrix, target, 1e9) == pytest.approx(cage.vertices, abs=1e-4)
    # The minimum: the gradient of the sum vanishes.
    gradient = matrix.T @ (matrix @ fitted - target) + 1e-2 * (fitted - target[:42])
    assert abs(gradient).max() < 1e-10
    with pytest.raises(ValueError, match="10 targets for a 642 by 42"):
        limit_fit(matrix, target[:10])
    with pytest.raises(ValueError, match="must be positive"):
        limit_fit(matrix, target, 0.0)
