"""Ambient occlusion: how much of the sky each vertex sees past the rest of the mesh."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from fau_teach.face.mesh import vertex_normals
from fau_teach.face.raster import check_faces, scan

Float = npt.NDArray[np.float64]


def ambient_occlusion(
    vertices: npt.ArrayLike, faces: npt.ArrayLike, directions: int = 64, resolution: int = 256
) -> Float:
    """Share of a uniform sky that lights each vertex, weighted by the cosine to its normal.

    One orthographic z-buffer a direction says which vertices are seen from there; both sides of
    a triangle cast shadow. Directions and picture axes come in mirrored pairs, so a mesh that is
    symmetric about x = 0 gets a symmetric result.

    Parameters
    ----------
    vertices : (N, 3) positions [mm]
    faces : (F, 3) vertex indices, counter-clockwise seen from outside
    directions : number of directions over the whole sphere, even
    resolution : side of each z-buffer, which spans the mesh [px]

    Returns
    -------
    (N,) from 0, hidden, to 1, open; 1 where a vertex is in no face

    Raises
    ------
    ValueError
        The mesh is empty, misshapen, not finite or without extent, the number of directions is
        not even and positive, or the resolution is below 8 (says which).

    Notes
    -----
    Confidence: ours. A vertex is hidden by what lies before its tangent plane in the pixels
    around it, by parts if only in some of the four; half a pixel, more where the plane is steep,
    is allowed for the curvature of the surface itself.
    """
    corners = check_faces(vertices, faces)
    points = np.asarray(vertices, dtype=np.float64)
    if not np.isfinite(points).all():
        bad = int(np.flatnonzero(~np.isfinite(points).all(1))[0])
        raise ValueError(f"vertex {bad} is not finite: {points[bad].tolist()}.")
    if directions < 2 or directions % 2:
        raise ValueError(f"{directions} directions. Use an even number, such as 64.")
    if resolution < 8:
        raise ValueError(f"resolution {resolution}. Use at least 8 pixels.")
    normals = vertex_normals(points, corners.astype(np.int32))
    points = points - (points.min(0) + points.max(0)) / 2
    radius = float(np.linalg.norm(points, axis=1).max())
    if radius == 0:
        raise ValueError("all vertices are at one place. The mesh needs some extent.")
    scale = (resolution - 4) / (2 * radius)  # a margin, so that four pixels are around each
    open_sky, sky = np.zeros(len(points)), np.zeros(len(points))
    for frame in _frames(directions // 2):
        pair = []
        for mirrored in (frame, frame * (-1.0, 1.0, 1.0)):
            weight = np.maximum(_dot(normals, mirrored[2]), 0)
            seen = _seen(points, corners, normals, mirrored, scale, resolution)
            pair.append((weight * seen, weight))
        # The two of a pair first: their sum does not depend on which is which.
        open_sky += pair[0][0] + pair[1][0]
        sky += pair[0][1] + pair[1][1]
    return np.divide(open_sky, sky, out=np.ones_like(sky), where=sky > 0)


def _dot(points: Float, axis: Float) -> Float:
    """Scalar products, summed in a fixed order so that mirrored input gives equal numbers."""
    product: Float = points[:, 0] * axis[0] + points[:, 1] * axis[1] + points[:, 2] * axis[2]
    return product


@cache
def _frames(count: int) -> Float:
    """Directions spread evenly over the half sphere x > 0, each after two axes square to it."""
    index = np.arange(count) + 0.5
    x = index / count
    turn = np.pi * (3 - np.sqrt(5)) * index
    ring = np.sqrt(1 - x**2)
    direction = np.stack([x, ring * np.cos(turn), ring * np.sin(turn)], axis=1)
    across = np.cross(np.where(ring[:, None] > 0.5, (1.0, 0, 0), (0, 1.0, 0)), direction)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    return np.stack([across, np.cross(direction, across), direction], axis=1)


def _seen(
    points: Float,
    corners: npt.NDArray[np.intp],
    normals: Float,
    frame: Float,
    scale: float,
    size: int,
) -> Float:
    """Share of the four pixels around each vertex in which nothing is before it."""
    x, y, near = (_dot(points, axis) * scale for axis in frame)  # near in pixels, too
    x += size / 2
    y += size / 2
    pixel, _, nearest = scan(x, y, near, corners, size, size)
    buffer = np.full(size * size, -np.inf)
    buffer[pixel] = nearest
    # What is before the tangent plane of the vertex hides it; a steep plane leaves more play.
    along, up, cosine = (_dot(normals, axis) for axis in frame)
    cosine = np.maximum(cosine, 0.05)
    rise_x, rise_y = -along / cosine, -up / cosine
    play = near + 0.5 + 0.25 * (np.abs(rise_x) + np.abs(rise_y))
    column, row = np.floor(x - 0.5), np.floor(y - 0.5)
    share = np.zeros(len(points))
    for i in (0, 1):
        for j in (0, 1):
            right, down = column + i + 0.5 - x, row + j + 0.5 - y
            here = ((row + j) * size + column + i).astype(np.intp)
            seen = buffer[here] <= play + right * rise_x + down * rise_y
            share += seen * (1 - np.abs(right)) * (1 - np.abs(down))
    return share
