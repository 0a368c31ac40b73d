"""A z-buffer in numpy: which triangle is seen at each pixel, and where on it.

All triangles are drawn at once. Each is cut into its rows of pixel centres and each row into
its pixels, so only covered pixels are ever touched. An edge crosses a row at the same number
for both triangles that share it, computed from its upper end, and a row holds the pixel centres
from its left end up to, and without, its right end: neighbours leave no gap and share no pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from fau_teach.face.camera import Camera

Float = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Fragments:
    """What is seen at each covered pixel, in reading order of the pixels.

    Parameters
    ----------
    height, width : size of the picture [px]
    pixel : (P,) position of the pixel in the flattened picture, row * width + column
    triangle : (P,) index of the triangle seen there
    depth : (P,) its depth there [mm]
    weights : (P, 3) perspective-correct barycentric coordinates, rows sum to 1
    """

    height: int
    width: int
    pixel: Index
    triangle: Index
    depth: Float
    weights: Float

    def image(self, values: npt.ArrayLike, background: float = 0.0) -> npt.NDArray[Any]:
        """Values of the covered pixels as a picture.

        Parameters
        ----------
        values : (P,) or (P, k)
        background : value of the pixels where nothing is seen

        Returns
        -------
        (height, width) or (height, width, k), of the type of ``values``
        """
        flat = np.asarray(values)
        picture = np.full((self.height * self.width, *flat.shape[1:]), background, flat.dtype)
        picture[self.pixel] = flat
        return picture.reshape(self.height, self.width, *flat.shape[1:])

    @property
    def triangle_map(self) -> npt.NDArray[np.int32]:
        """(height, width) triangle seen at each pixel, -1 where none."""
        return self.image(self.triangle.astype(np.int32), -1)

    @property
    def depth_map(self) -> Float:
        """(height, width) depth at each pixel, 0 where nothing is seen [mm]."""
        return self.image(self.depth)


def rasterize(
    vertices: npt.ArrayLike, faces: npt.ArrayLike, camera: Camera, cull: bool = False
) -> Fragments:
    """What the camera sees of a mesh.

    Parameters
    ----------
    vertices : (N, 3) positions in the head frame [mm]
    faces : (F, 3) vertex indices, counter-clockwise seen from outside
    camera : the camera
    cull : leave out triangles seen from behind

    Returns
    -------
    Fragments

    Raises
    ------
    ValueError
        The mesh is empty or misshapen, a face names a vertex that is not there, or a vertex is
        not finite or not before the camera (says which).
    """
    corners = check_faces(vertices, faces)
    x, y, depth = camera.project(vertices).T.copy()
    near = 1 / depth  # linear on the screen, unlike depth
    pixel, triangle, nearness = scan(x, y, near, corners, camera.width, camera.height, cull)
    weights = _weights(x, y, near, corners, triangle, pixel, camera.width)
    return Fragments(camera.height, camera.width, pixel, triangle, 1 / nearness, weights)


def interpolate(fragments: Fragments, faces: npt.ArrayLike, attribute: npt.ArrayLike) -> Float:
    """A vertex attribute at the covered pixels, perspective-correct.

    Parameters
    ----------
    fragments : of ``rasterize``
    faces : (F, 3) the faces that were drawn
    attribute : (N,) or (N, k) values at the vertices

    Returns
    -------
    (P,) or (P, k) values at the covered pixels
    """
    values = np.asarray(attribute, dtype=np.float64)
    corners = np.asarray(faces).take(fragments.triangle, axis=0)
    # As a sparse matrix this is one pass over the pixels, however many values a vertex has.
    share = csr_array(
        (fragments.weights.ravel(), corners.ravel(), np.arange(0, corners.size + 1, 3)),
        shape=(len(corners), len(values)),
    )
    result: Float = share @ values
    return result


def check_faces(vertices: npt.ArrayLike, faces: npt.ArrayLike) -> Index:
    """The faces as indices that fit the vertices; see ``rasterize`` for what is refused."""
    shape, corners = np.shape(vertices), np.asarray(faces)
    if len(shape) != 2 or shape[1] != 3:
        raise ValueError(f"vertices of shape {shape}. A mesh has vertices (N, 3).")
    if corners.ndim != 2 or corners.shape[1] != 3 or corners.dtype.kind not in "iu":
        raise ValueError(
            f"faces of shape {corners.shape} and type {corners.dtype}. "
            "A mesh has faces (F, 3) of whole numbers."
        )
    if not len(corners):
        raise ValueError("the mesh is empty: no faces. At least one triangle is needed.")
    if corners.min() < 0 or corners.max() >= shape[0]:
        bad = int(np.flatnonzero(((corners < 0) | (corners >= shape[0])).any(1))[0])
        raise ValueError(
            f"face {bad} is {corners[bad].tolist()}. Vertices run from 0 to {shape[0] - 1}."
        )
    return corners.astype(np.intp)


def scan(
    x: Float,
    y: Float,
    near: Float,
    faces: Index,
    width: int,
    height: int,
    cull: bool = False,
) -> tuple[Index, Index, Float]:
    """The z-buffer proper, for any projection.

    Parameters
    ----------
    x, y : (N,) place of each vertex in the picture [px]
    near : (N,) a number that is linear on the screen and greater where nearer
    faces : (F, 3) vertex indices
    width, height : size of the picture [px]
    cull : leave out triangles that run clockwise in the picture, so are seen from behind

    Returns
    -------
    pixel : (P,) the covered pixels in reading order, row * width + column
    triangle : (P,) the triangle with the greatest ``near`` there
    near : (P,) its value there
    """
    triangle, corners = _visible(x, y, faces, width, height, cull)
    first, count, start, slope, owner = _rows(x, y, near, corners, width, height)
    # One entry a covered pixel: its row, and its place in that row.
    row = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(row)) - (np.cumsum(count) - count)[row]
    pixel = first[row] + place
    value = start[row] + slope[row] * place
    # Of several entries at a pixel the one written last stays. So write all, then write again
    # those that are nearer than what stayed, until there are none: a few ever shorter rounds.
    winner = np.full(width * height, -1, np.int32)
    entry = np.arange(len(row), dtype=np.int32)
    while len(entry):
        place = pixel[entry]
        winner[place] = entry
        entry = entry[value[entry] > value[winner[place]]]
    pixel = np.flatnonzero(winner >= 0)
    entry = winner[pixel]
    return pixel, triangle[owner[row[entry]]], value[entry]


def _visible(
    x: Float, y: Float, faces: Index, width: int, height: int, cull: bool
) -> tuple[Index, Index]:
    """Triangles whose bounding box holds a pixel centre, and their corners from top to bottom."""
    a, b, c = faces.T.copy()
    triangle = np.arange(len(faces))
    if cull:
        turn = (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a])
        triangle = np.flatnonzero(turn < 0)  # y runs down
        a, b, c = a[triangle], b[triangle], c[triangle]
    for values, size in ((x, width), (y, height)):
        va, vb, vc = values[a], values[b], values[c]
        low = np.minimum(np.minimum(va, vb), vc).clip(0)
        high = np.maximum(np.maximum(va, vb), vc).clip(None, size)
        keep = np.flatnonzero(np.ceil(low - 0.5) < np.ceil(high - 0.5))
        triangle, a, b, c = triangle[keep], a[keep], b[keep], c[keep]
    corners = np.stack([a, b, c])
    for upper, lower in ((0, 1), (1, 2), (0, 1)):
        swap = np.flatnonzero(y[corners[upper]] > y[corners[lower]])
        corners[upper, swap], corners[lower, swap] = corners[lower, swap], corners[upper, swap]
    return triangle, corners


def _rows(
    x: Float,
    y: Float,
    near: Float,
    corners: Index,
    width: int,
    height: int,
) -> tuple[npt.NDArray[Any], ...]:
    """The rows of pixel centres in each triangle.

    Returns the first pixel, the number of pixels, ``near`` at the first pixel, the change of
    ``near`` to the next one, and the triangle; one of each a row.
    """
    tops = np.stack([x, y, near], axis=1).take(corners, axis=0)
    first = np.ceil(tops[0, :, 1] - 0.5).clip(0).astype(np.intp)
    count = np.ceil(tops[2, :, 1] - 0.5).clip(None, height).astype(np.intp) - first
    # The long edge runs beside all rows; the upper, then the lower short edge on the other side.
    # An edge is its upper end and what x and near gain a row.
    edges = np.empty((3, corners.shape[1], 5))
    for edge, (upper, lower) in zip(edges, ((0, 2), (0, 1), (1, 2)), strict=True):
        edge[:, :3] = tops[upper]
        gain = tops[lower] - tops[upper]
        with np.errstate(divide="ignore", invalid="ignore"):  # a level edge has no row
            edge[:, 3:] = gain[:, ::2] / gain[:, 1:2]
    owner = np.repeat(np.arange(len(count)), count)
    row = np.arange(len(owner)) + (first - np.cumsum(count) + count).take(owner)
    centre = row + 0.5
    below = centre >= tops[1, :, 1].take(owner)
    ends = []
    for which in (owner, owner + len(count) * (1 + below)):
        upper_x, upper_y, upper_near, gain_x, gain_near = edges.reshape(-1, 5).take(which, axis=0).T
        down = centre - upper_y
        ends.append((upper_x + down * gain_x, upper_near + down * gain_near))
    (xa, na), (xb, nb) = ends
    left = np.ceil(np.minimum(xa, xb) - 0.5).clip(0).astype(np.intp)
    right = np.ceil(np.maximum(xa, xb) - 0.5).clip(None, width).astype(np.intp)
    keep = np.flatnonzero(right > left)
    row, left, right, owner, xa, xb, na, nb = (
        each.take(keep) for each in (row, left, right, owner, xa, xb, na, nb)
    )
    slope = (nb - na) / (xb - xa)
    return row * width + left, right - left, na + slope * (left + 0.5 - xa), slope, owner


def _weights(
    x: Float,
    y: Float,
    near: Float,
    faces: Index,
    triangle: Index,
    pixel: Index,
    width: int,
) -> Float:
    """Perspective-correct barycentric coordinates of pixel centres."""
    # Of each triangle: its first corner, its two sides over twice its area, and near.
    (ax, bx, cx), (ay, by, cy) = x[faces.T], y[faces.T]
    plan = np.empty((len(faces), 9))
    plan[:, 0], plan[:, 1], plan[:, 6:] = ax, ay, near[faces]
    plan[:, 2], plan[:, 3], plan[:, 4], plan[:, 5] = cy - ay, ax - cx, ay - by, bx - ax
    area = plan[:, 2] * plan[:, 5] - plan[:, 3] * plan[:, 4]
    plan[:, 2:6] /= np.where(area == 0, 1, area)[:, None]  # seen edge-on: no pixel, no warning
    ax, ay, px, py, qx, qy, *nears = plan.take(triangle, axis=0).T
    right = pixel % width + 0.5 - ax
    down = pixel // width + 0.5 - ay
    second = right * px + down * py
    third = right * qx + down * qy
    weights = np.empty((3, len(pixel)))
    for row, weight, close in zip(weights, (1 - second - third, second, third), nears, strict=True):
        np.multiply(weight.clip(0, 1), close, out=row)
    weights /= weights.sum(0)
    return weights.T.copy()
