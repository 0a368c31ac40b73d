"""The skin as an elastic sheet on an elastic ground: muscle force to displacement.

Units are millimetre and newton. Vectors over the mesh are interleaved: entry 3i + k is component
k of vertex i, ``displacement.reshape(-1, 3)`` is per vertex.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from .mesh import (
    Float,
    Int,
    cotangent_laplacian,
    face_areas,
    gather,
    smoothed,
    vertex_areas,
    vertex_normals,
)

THICKNESS = 5.0  # mm of moving soft tissue
DENSITY = 1.05e-6  # kg/mm³, that is 1.05 g/cm³


@dataclass(frozen=True, slots=True)
class Material:
    """Stiffness of the skin and of what holds it to the bone.

    Parameters
    ----------
    tangential : along the surface, one number or (N,), not negative [N/mm³]
    normal : across the surface, likewise [N/mm³]
    membrane : resistance to stretch [N/mm]
    bending : resistance to bending [N mm]
    """

    tangential: Float | float
    normal: Float | float
    membrane: float = 2.2
    bending: float = 18.0


def attachment(vertices: Float, faces: Int, material: Material) -> sp.csr_array:
    """Elastic ground: (3N, 3N) blocks ``area (kt (I - n nᵀ) + kn n nᵀ)`` [N/mm].

    Raises
    ------
    ValueError
        A stiffness is negative or has neither one value nor one per vertex.
    """
    size = len(vertices)
    values = []
    for name in ("tangential", "normal"):
        value = np.asarray(getattr(material, name), float)
        if value.shape not in ((), (size,)) or not (value >= 0).all():
            raise ValueError(
                f"{name} stiffness must be one number or {size} of them, none negative"
            )
        values.append(np.broadcast_to(value, size)[:, None, None])
    tangential, normal = values
    normals = vertex_normals(vertices, faces)
    outer = normals[:, :, None] * normals[:, None, :]
    blocks = tangential * (np.eye(3) - outer) + normal * outer
    blocks = blocks * vertex_areas(vertices, faces)[:, None, None]
    return sp.csr_array(sp.bsr_array((blocks, np.arange(size), np.arange(size + 1))).tocsr())


def stiffness(vertices: Float, faces: Int, material: Material) -> sp.csc_array:
    """Stiffness K of membrane, thin plate and attachment: (3N, 3N), symmetric [N/mm].

    ``K = membrane L ⊗ I + bending L M⁻¹ L ⊗ I + attachment`` with the cotangent Laplacian L and
    the vertex areas M. The first two terms are positive semidefinite and vanish on translations
    alone, so K is positive definite as soon as the attachment resists every translation.

    Raises
    ------
    ValueError
        A material constant is negative or of the wrong shape, or a vertex is in no face.
    """
    if material.membrane < 0 or material.bending < 0:
        raise ValueError(f"{material.membrane=}, {material.bending=}: none may be negative")
    areas = vertex_areas(vertices, faces)
    if (areas <= 0).any():
        raise ValueError(f"vertex {areas.argmin()} is in no face: nothing holds it")
    laplacian = cotangent_laplacian(vertices, faces)
    plate = laplacian @ sp.diags_array(1 / areas) @ laplacian
    sheet = material.membrane * laplacian + material.bending * plate
    whole = sp.kron(sheet, sp.eye_array(3)) + attachment(vertices, faces, material)
    # The product rounds its two halves apart; the mean is symmetric to the last bit.
    return sp.csc_array((0.5 * (whole + whole.T)).tocsc())


def mass(vertices: Float, faces: Int) -> Float:
    """Lumped mass of each vertex: (N,) [kg]; with K in N/mm multiply K by 1000 for SI units."""
    return vertex_areas(vertices, faces) * (THICKNESS * DENSITY)


def solver(stiffness: sp.csc_array) -> Callable[[Float], Float]:
    """Factorise a symmetric positive definite K once; the result solves K x = b for (3N, k) b.

    Raises
    ------
    ValueError
        K is not positive definite: some motion meets no resistance.
    """
    # A symmetric ordering without pivoting keeps the fill near that of a Cholesky factor.
    try:
        factor = splu(
            sp.csc_array(stiffness),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
        pivots = factor.U.diagonal()
    except RuntimeError as error:
        raise ValueError("K is singular: attach the skin somewhere") from error
    # Rows and columns permuted alike: the pivots are those of L D Lᵀ, all positive only if SPD.
    if (factor.perm_r != factor.perm_c).any() or not (pivots > 1e-13 * pivots.max()).all():
        raise ValueError("K is not positive definite: some motion meets no resistance")
    solve: Callable[[Float], Float] = factor.solve
    return solve


def respond(stiffness: sp.csc_array, loads: Float | sp.sparray) -> Float:
    """Static response B = K⁻¹P: (3N, M) displacement [mm] per unit of each load (3N, M) [N]."""
    dense = sp.csc_array(loads).toarray() if sp.issparse(loads) else np.asarray(loads, float)
    return solver(stiffness)(dense)


def peak(displacement: Float) -> float:
    """Largest length of the vertex displacements in a (3N,) vector [mm]."""
    return float(np.linalg.norm(displacement.reshape(-1, 3), axis=1).max())


def scaled_to(stiffness: sp.csc_array, load: Float, peak_mm: float) -> sp.csc_array:
    """Scale K so that `load` (3N,) moves its farthest-moved vertex by `peak_mm` millimetres.

    Raises
    ------
    ValueError
        The peak is not positive or the load is zero.
    """
    moved = peak(respond(stiffness, load))
    if peak_mm <= 0 or moved == 0:
        raise ValueError(f"peak {peak_mm} mm and the load's response {moved} mm must be positive")
    return stiffness * (moved / peak_mm)


def strain_operators(vertices: Float, faces: Int, uv: Float) -> tuple[sp.csr_array, sp.csr_array]:
    """Linear strain of the skin along the two layout directions.

    In a face with tangents p_u, p_v (change of position per unit of u, v) a displacement field
    with derivative d_u has the linearised normal strain ``p_u·d_u / |p_u|²`` along u, and so for
    v. It is free of the unit and the sign of u and v. Vertices take the mean over their faces,
    weighted by area. Compression is the negative.

    Parameters
    ----------
    vertices : (N, 3) rest positions [mm]
    faces : (F, 3)
    uv : (N, 2) layout coordinates; faces on which they do not span a plane are left out, and a
        vertex that has no other face gets strain 0

    Returns
    -------
    Gu, Gv : (N, 3N), from interleaved displacement [mm] to strain (dimensionless); zero on
        translations and infinitesimal rotations
    """
    size = len(vertices)
    a, b, c = faces.T
    du, dv = (np.stack([uv[b, k] - uv[a, k], uv[c, k] - uv[a, k]], axis=1) for k in (0, 1))
    determinant = du[:, 0] * dv[:, 1] - du[:, 1] * dv[:, 0]
    extent = (du**2 + dv**2).sum(axis=1)
    good = (np.abs(determinant) > 1e-9 * extent) & (face_areas(vertices, faces) > 0)
    faces, du, dv, determinant = faces[good], du[good], dv[good], determinant[good]
    areas = face_areas(vertices, faces)
    total = gather(areas, faces, size)
    operators = []
    for cross in (np.stack([dv[:, 1], -dv[:, 0]], 1), np.stack([-du[:, 1], du[:, 0]], 1)):
        # Derivatives of the three hat functions; they sum to zero.
        inner = cross / determinant[:, None]
        slopes = np.concatenate([-inner.sum(axis=1, keepdims=True), inner], axis=1)
        tangent = np.einsum("fk,fki->fi", slopes, vertices[faces])
        squared = (tangent**2).sum(axis=1)
        strain = slopes[:, :, None] * (tangent * (areas / squared)[:, None])[:, None, :]
        columns = (3 * faces[:, :, None] + np.arange(3)).reshape(-1, 9)
        values = np.repeat(strain.reshape(-1, 1, 9), 3, axis=1) / total[faces][:, :, None]
        rows = np.broadcast_to(faces[:, :, None], values.shape)
        columns = np.broadcast_to(columns[:, None, :], values.shape)
        shape = (size, 3 * size)
        operator = sp.coo_array((values.ravel(), (rows.ravel(), columns.ravel())), shape)
        operators.append(sp.csr_array(operator.tocsr()))
    return operators[0], operators[1]


def compression(
    vertices: Float, faces: Int, uv: Float, displacement: Float, length: float = 0.0, steps: int = 2
) -> tuple[Float, Float]:
    """Compression along u and v of each column of a (3N, M) displacement: two (N, M).

    `length` [mm] and `steps` smooth it over the surface as `smoothed` does; 0 does not.
    """
    along_u, along_v = strain_operators(vertices, faces, uv)
    cu, cv = -(along_u @ displacement), -(along_v @ displacement)
    if length > 0:
        cu = smoothed(cu, vertices, faces, length, steps)
        cv = smoothed(cv, vertices, faces, length, steps)
    return cu, cv
