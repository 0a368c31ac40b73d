"""A triangle mesh with vertex attributes, and its discrete geometry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Mesh:
    """Triangles over vertices that carry attributes.

    Parameters
    ----------
    vertices : (N, 3) positions [mm]
    faces : (F, 3) vertex indices, counter-clockwise seen from outside
    attributes : name to (N,) or (N, k) values per vertex
    """

    vertices: Float
    faces: Int
    attributes: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)


def face_vectors(vertices: Float, faces: Int) -> Float:
    """Cross products of two sides: (F, 3), outward, twice the area of each face long [mm²]."""
    a, b, c = np.asarray(vertices, float)[faces.T]
    return np.cross(b - a, c - a)


def face_areas(vertices: Float, faces: Int) -> Float:
    """Area of each face: (F,) [mm²]."""
    areas: Float = 0.5 * np.linalg.norm(face_vectors(vertices, faces), axis=1)
    return areas


def gather(values: Float, faces: Int, size: int) -> Float:
    """Sum (F,) or (F, k) face values at the vertices of the faces: (size,) or (size, k)."""
    corners, columns = faces.ravel(), values.reshape(len(faces), -1).T
    sums = np.array([np.bincount(corners, np.repeat(each, 3), size) for each in columns], float)
    return np.ascontiguousarray(sums.T).reshape(size, *values.shape[1:])


def vertex_areas(vertices: Float, faces: Int) -> Float:
    """Barycentric area of each vertex, a third of every face it is in: (N,) [mm²]."""
    return gather(face_areas(vertices, faces) / 3, faces, len(vertices))


def vertex_normals(vertices: Float, faces: Int) -> Float:
    """Unit normals weighted by face area: (N, 3); zero where a vertex is in no face."""
    sums = gather(face_vectors(vertices, faces), faces, len(vertices))
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    normals: Float = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)
    return normals


def cotangent_laplacian(vertices: Float, faces: Int) -> sp.csr_array:
    """Cotangent Laplacian L: (N, N), symmetric, positive semidefinite, without unit.

    ``u @ L @ u`` is the integral of the squared surface gradient of the piecewise linear u, so L
    is positive semidefinite whatever the angles are. Negative cotangents (obtuse triangles) are
    therefore kept: clamping them would lose exactness on linear functions and gain nothing.

    Raises
    ------
    ValueError
        A face has no area: its cotangents are infinite.
    """
    doubled = np.linalg.norm(face_vectors(vertices, faces), axis=1)
    sides = vertices[np.roll(faces, -2, axis=1)] - vertices[np.roll(faces, -1, axis=1)]
    longest = np.einsum("fki,fki->fk", sides, sides).max(axis=1, initial=0)
    flat = np.flatnonzero(doubled <= 1e-12 * longest)
    if flat.size:
        message = f"face {flat[0]} {faces[flat[0]].tolist()} has no area ({flat.size} such faces)"
        raise ValueError(f"{message}; the Laplacian needs triangles with three corners apart")
    # Side k lies opposite corner k; the stiffness entry of corners i, j is side_i·side_j / 4A.
    local = np.einsum("fia,fja->fij", sides, sides) / (2 * doubled[:, None, None])
    rows, columns = np.repeat(faces, 3, axis=1), np.tile(faces, 3)
    size = len(vertices)
    laplacian = sp.coo_array((local.ravel(), (rows.ravel(), columns.ravel())), (size, size))
    return sp.csr_array(laplacian.tocsr())


def smoothed(values: Float, vertices: Float, faces: Int, length: float, steps: int = 1) -> Float:
    """Diffuse vertex values over the surface, implicitly (linear in the values).

    Parameters
    ----------
    values : (N,) or (N, k)
    length : standard deviation of the smoothing per axis [mm]; 0 leaves the values as they are
    steps : implicit Euler steps that share the diffusion; more come closer to a Gaussian

    Returns
    -------
    Smoothed values; constants and the area-weighted mean are kept.
    """
    mass = sp.diags_array(vertex_areas(vertices, faces))
    diffusion = (0.5 * length**2 / steps) * cotangent_laplacian(vertices, faces)
    solver = splu((mass + diffusion).tocsc(), permc_spec="MMD_AT_PLUS_A")
    for _ in range(steps):
        values = solver.solve(mass @ values)
    return values


def edges(faces: Int) -> Int:
    """Edges as (smaller, larger) index pairs in ascending order: (E, 2)."""
    pairs = np.sort(half_edges(faces), axis=1)
    unique: Int = np.unique(pairs, axis=0).astype(np.int32)
    return unique


def half_edges(faces: Int) -> Int:
    """Directed sides of all faces, ab of each face, then bc, then ca: (3F, 2)."""
    return np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])


def boundary_edges(faces: Int) -> Int:
    """Directed sides that no other face shares, in ascending order: (b, 2)."""
    sides = half_edges(faces)
    _, index, counts = np.unique(
        np.sort(sides, axis=1), axis=0, return_index=True, return_counts=True
    )
    single = sides[index[counts == 1]]
    ascending: Int = single[np.lexsort(single.T[::-1])]
    return ascending


def boundary_loops(faces: Int) -> list[Int]:
    """Boundary curves, each from its smallest vertex on, in the direction of the faces.

    Raises
    ------
    ValueError
        A vertex lies twice on the boundary (two fans meet in one point), or faces disagree in
        orientation, so that the boundary is no set of closed curves.
    """
    sides = boundary_edges(faces)
    start, stop = np.sort(sides, axis=0).T
    wrong = np.flatnonzero((start != stop) | (np.diff(start, prepend=-1) == 0))
    if wrong.size:
        raise ValueError(
            f"the boundary near vertex {start[wrong[0]]} is no simple closed curve; "
            "every boundary vertex must be left by one side and entered by one"
        )
    following = dict(sides.tolist())
    loops = []
    while following:
        loop = [min(following)]
        while (successor := following.pop(loop[-1])) != loop[0]:
            loop.append(successor)
        loops.append(np.array(loop, np.int32))
    return loops


def problems(mesh: Mesh, mirror: npt.NDArray[np.integer[Any]] | None = None) -> tuple[str, ...]:
    """What keeps a mesh from being a sound oriented manifold; empty when nothing does.

    Parameters
    ----------
    mesh : the mesh
    mirror : (N,) index of each vertex's mirror image in x = 0; checked when given
    """
    faces, size = mesh.faces, len(mesh.vertices)
    if faces.size == 0 or faces.min() < 0 or faces.max() >= size:
        return (f"faces must index vertices 0..{size - 1}",)
    found = []
    if not np.isfinite(mesh.vertices).all():
        found.append("vertices that are not finite")
    for name, values in mesh.attributes.items():
        if len(values) != size:
            found.append(f"attribute {name}: {len(values)} values for {size} vertices")
    if unused := size - len(np.unique(faces)):
        found.append(f"{unused} vertices in no face")
    if empty := int((face_areas(mesh.vertices, faces) <= 0).sum()):
        found.append(f"{empty} faces without area")
    sides = half_edges(faces)
    _, inverse, counts = np.unique(
        np.sort(sides, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    if crowded := int((counts > 2).sum()):
        found.append(f"{crowded} edges in more than two faces")
    if double := len(sides) - len(np.unique(sides, axis=0)):
        found.append(f"{double} sides run twice in one direction: orientation is not consistent")
    if not crowded and (pinched := _fans(faces, inverse) - len(np.unique(faces))):
        found.append(f"{pinched} vertices too few: separate fans of faces meet in one vertex")
    if mirror is not None:
        found += _mirror_problems(mesh, np.asarray(mirror))
    return tuple(found)


def _fans(faces: Int, edge: npt.NDArray[np.intp]) -> int:
    """Count of fans: corners of faces, joined where their faces share a side at that corner."""
    count = len(faces)
    order = np.argsort(edge, kind="stable")
    pair = np.flatnonzero(edge[order[:-1]] == edge[order[1:]])
    first, second = order[pair], order[pair + 1]
    joins = []
    for side in (first, second):
        # Side s = k·F + f starts at corner (f, k) and ends at corner (f, k + 1).
        corner, face = side // count, side % count
        ends = np.stack([corner, (corner + 1) % 3]) * count + face
        vertex = faces[face, np.stack([corner, (corner + 1) % 3])]
        joins.append(np.take_along_axis(ends, np.argsort(vertex, axis=0), axis=0).ravel())
    graph = sp.coo_array((np.ones(len(joins[0])), tuple(joins)), (3 * count, 3 * count))
    return int(connected_components(graph, directed=False)[0])


def mirror_error(vertices: Float, mirror: npt.NDArray[np.integer[Any]]) -> float:
    """Largest distance between a vertex and the mirror image of its partner [mm]."""
    return float(np.linalg.norm(vertices[mirror] - vertices * (-1, 1, 1), axis=1).max())


def symmetrised(vertices: Float, mirror: npt.NDArray[np.integer[Any]]) -> Float:
    """Mean of positions and their mirror images: (N, 3), symmetric in x = 0 to the last bit."""
    mean: Float = (vertices + vertices[mirror] * (-1, 1, 1)) / 2
    return mean


def _mirror_problems(mesh: Mesh, mirror: npt.NDArray[Any]) -> list[str]:
    """Whether the mirror map is an involution that keeps positions and faces."""
    if mirror.shape != (len(mesh.vertices),) or (mirror[mirror] != np.arange(len(mirror))).any():
        return [
            f"mirror must pair the {len(mesh.vertices)} vertices, each partner's partner itself"
        ]
    found = []
    if error := mirror_error(mesh.vertices, mirror):
        found.append(f"vertices up to {error:.3g} mm off their mirror images")
    turned = [_canonical(faces) for faces in (mesh.faces, mirror[mesh.faces][:, ::-1])]
    if (turned[0] != turned[1]).any():
        found.append("mirrored faces are not faces of the mesh")
    return found


def _canonical(faces: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Faces turned to start at their smallest vertex, in ascending order."""
    start = faces.argmin(axis=1)[:, None]
    turned = np.take_along_axis(faces, (start + np.arange(3)) % 3, axis=1)
    return turned[np.lexsort(turned.T[::-1])]
