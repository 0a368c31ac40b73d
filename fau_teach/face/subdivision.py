"""Loop subdivision as sparse matrices that carry every vertex attribute."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.linalg import spsolve

from .mesh import Float, Int, Mesh, boundary_edges, half_edges, symmetrised


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A cage and its subdivisions.

    Parameters
    ----------
    levels : meshes, the cage first; the first vertices of a level are those of the level before
    matrices : ``matrices[k]`` (N_{k+1}, N_k) takes vertex values from level k to level k + 1
    mirrors : (N_k,) mirror map of each level; empty when the cage had none
    """

    levels: tuple[Mesh, ...]
    matrices: tuple[sp.csr_array, ...]
    mirrors: tuple[Int, ...] = field(default=())

    def between(self, coarse: int, fine: int) -> sp.csr_array:
        """Matrix (N_fine, N_coarse) from one level to a finer or the same one."""
        if not 0 <= coarse <= fine < len(self.levels):
            raise ValueError(f"need 0 <= {coarse} <= {fine} < {len(self.levels)} levels")
        product = sp.eye_array(len(self.levels[coarse].vertices), format="csr")
        for matrix in self.matrices[coarse:fine]:
            product = matrix @ product
        return product


def _edge_index(faces: Int) -> tuple[Int, npt.NDArray[np.intp]]:
    """Edges in ascending (smaller, larger) order, and the edge of each side ab, bc, ca: (F, 3)."""
    pairs = np.sort(half_edges(faces), axis=1)
    unique, inverse = np.unique(pairs, axis=0, return_inverse=True)
    return unique, inverse.reshape(3, -1).T


def loop(faces: Int, size: int) -> tuple[sp.csr_array, Int]:
    """One step of Loop subdivision with Warren's vertex weights.

    Vertices: the old ones, then one per edge, edges in ascending (smaller, larger) order. Face
    f = (a, b, c) becomes 4f..4f+3 = (a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca).
    An inner vertex of valence n gives 3/(8n) (3/16 for n = 3) to each neighbour, an inner edge
    takes 3/8 of its ends and 1/8 of the two corners opposite. The boundary is a cubic B-spline of
    the boundary alone: 1/8, 3/4, 1/8 for vertices, 1/2, 1/2 for edges. Weights need no
    transcendental function, so that another language finds the same matrix.

    Parameters
    ----------
    faces : (F, 3)
    size : number N of vertices; those in no face stay where they are

    Returns
    -------
    matrix (N + E, N) with rows that sum to 1, and the (4F, 3) faces

    Raises
    ------
    ValueError
        An edge has more than two faces, or a vertex lies twice on the boundary.
    """
    pairs, of_side = _edge_index(faces)
    count = np.bincount(of_side.ravel(), minlength=len(pairs))
    if (count > 2).any():
        worst = count.argmax()
        raise ValueError(
            f"edge {pairs[worst].tolist()} has {count[worst]} faces, at most 2 allowed"
        )
    rim = boundary_edges(faces)
    rim_degree = np.bincount(rim.ravel(), minlength=size)
    if (rim_degree > 2).any():
        worst = rim_degree.argmax()
        raise ValueError(f"vertex {worst} has {rim_degree[worst]} boundary edges, 2 allowed")
    inner = count == 2
    valence = np.bincount(pairs.ravel(), minlength=size)
    share = np.where(valence == 3, 3 / 16, 3 / (8 * np.maximum(valence, 1)))
    number = size + np.arange(len(pairs))
    every = np.arange(size)
    near = np.concatenate([pairs, pairs[:, ::-1]])
    near = near[rim_degree[near[:, 0]] == 0]
    around = np.concatenate([rim, rim[:, ::-1]])
    ends = np.where(inner, 3 / 8, 1 / 2)
    side = inner[of_side]
    opposite = faces[:, [2, 0, 1]]
    entries = [
        (every, every, np.where(rim_degree > 0, 3 / 4, 1 - valence * share)),
        (near[:, 0], near[:, 1], share[near[:, 0]]),
        (around[:, 0], around[:, 1], np.full(len(around), 1 / 8)),
        (number, pairs[:, 0], ends),
        (number, pairs[:, 1], ends),
        (number[of_side[side]], opposite[side], np.full(side.sum(), 1 / 8)),
    ]
    rows, columns, weights = (np.concatenate(part) for part in zip(*entries, strict=True))
    matrix = sp.coo_array((weights, (rows, columns)), (size + len(pairs), size)).tocsr()
    a, b, c = faces.T
    ab, bc, ca = number[of_side].T
    finer = np.stack([a, ab, ca, b, bc, ab, c, ca, bc, ab, bc, ca], axis=1)
    return sp.csr_array(matrix), finer.reshape(-1, 3).astype(np.int32)


def _finer_mirror(faces: Int, mirror: npt.NDArray[np.integer[Any]]) -> Int:
    """Mirror map of the next level: the midpoint of an edge goes to that of the mirrored edge."""
    pairs, _ = _edge_index(faces)
    size = len(mirror)
    images = np.sort(mirror[pairs], axis=1).astype(np.int64) @ (size, 1)
    keys = pairs.astype(np.int64) @ (size, 1)
    found = np.minimum(np.searchsorted(keys, images), len(keys) - 1)
    if (keys[found] != images).any():
        worst = pairs[(keys[found] != images).argmax()].tolist()
        raise ValueError(
            f"the mirror image of edge {worst} is no edge: the faces are not symmetric"
        )
    return np.concatenate([mirror, size + found]).astype(np.int32)


def subdivide(
    mesh: Mesh, levels: int, mirror: npt.NDArray[np.integer[Any]] | None = None
) -> Hierarchy:
    """Subdivide a mesh `levels` times, positions and attributes alike.

    Parameters
    ----------
    mesh : the cage
    levels : number of subdivisions, at least 0
    mirror : (N,) mirror map of the cage in x = 0. Each level then gets its own, and positions are
        averaged with their mirror images, which takes away the rounding error that depends on the
        order of summation: the levels are exactly symmetric.

    Raises
    ------
    ValueError
        An attribute is not of floating point: means of labels or indices have no meaning.
    """
    for name, values in mesh.attributes.items():
        if not np.issubdtype(values.dtype, np.floating):
            raise ValueError(
                f"attribute {name} has type {values.dtype}; subdivision averages, so it carries "
                "floating-point attributes only: keep indices and labels outside the mesh"
            )
    meshes, matrices = [mesh], []
    mirrors = [] if mirror is None else [np.asarray(mirror, np.int32)]
    for _ in range(levels):
        coarse = meshes[-1]
        matrix, faces = loop(coarse.faces, len(coarse.vertices))
        vertices = matrix @ coarse.vertices
        if mirrors:
            mirrors.append(_finer_mirror(coarse.faces, mirrors[-1]))
            vertices = symmetrised(vertices, mirrors[-1])
        attributes = {name: matrix @ values for name, values in coarse.attributes.items()}
        meshes.append(Mesh(vertices, faces, attributes))
        matrices.append(matrix)
    return Hierarchy(tuple(meshes), tuple(matrices), tuple(mirrors))


def limit_fit(matrix: sp.csr_array, target: Float, weight: Float | float = 1e-2) -> Float:
    """Cage whose subdivision goes through authored points instead of shrinking away from them.

    Minimises ``|S c - target|² + Σ weight |c - target[:N]|²``, S the first rows of `matrix`.

    Parameters
    ----------
    matrix : (N', N) subdivision over one or more levels
    target : (n, 3) authored positions [mm] of the first n of the N' fine vertices, N <= n <= N';
        the first N belong to the cage's own vertices and are also what the cage is held to
    weight : positive number, or (N,) of them: how firmly the cage stays near the authored one

    Returns
    -------
    (N, 3) cage positions; symmetric only to rounding, see `symmetrised`

    Raises
    ------
    ValueError
        The number of targets does not fit the matrix, or the weight is not positive.
    """
    fine, size = matrix.shape
    if not size <= len(target) <= fine:
        raise ValueError(
            f"{len(target)} targets for a {fine} by {size} matrix; need {size}..{fine}"
        )
    hold = np.broadcast_to(np.asarray(weight, float), size)
    if not (hold > 0).all():
        raise ValueError(f"weight {weight} must be positive")
    rows = matrix[: len(target)]
    normal = (rows.T @ rows + sp.diags_array(hold)).tocsc()
    cage: Float = spsolve(normal, rows.T @ target + hold[:, None] * target[:size])
    return cage
