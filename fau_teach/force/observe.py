"""What can be read of a moving face: a dense mesh, 68 points, or a depth camera.

Every observer is linear in the activations. Each of its readings is the displacement of one
vertex along one direction, in metres.

A depth camera has no marks on the skin to follow. At each pixel it sees how far the surface moved
along the ray, which is ``n.u / (n.d)`` for a displacement u of skin with the normal n and a ray d
of unit depth: sliding along the surface is not seen. We keep the distance from point to plane,
``n.u``, and scale its noise by ``|n.d|``. Divided by their noise both readings are equal, so
nothing is lost, and ``n.u`` stays finite where the ray grazes the skin.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np

from fau_teach._data import DataError, did_you_mean, read_csv
from fau_teach.face import Face, cage
from fau_teach.face.camera import Camera
from fau_teach.face.depth import REFERENCE, Sensor, depth_map
from fau_teach.face.mesh import Float, Int, half_edges, vertex_areas, vertex_normals
from fau_teach.face.muscles import columns, muscles

MM = 1e-3
_OUTSIDE = 0.5
"""Vertices with more of ``cavity`` than this lie inside the mouth or behind the lids."""
_STEEPEST = math.cos(math.radians(Sensor().grazing))
"""Cosine of the angle between ray and normal from which on a depth camera has holes."""
_NEAR_MM = 1.0
"""A vertex so far behind the nearest surface is still the one seen there: pixels slope."""


@dataclass(frozen=True, slots=True, eq=False)
class Observer:
    """Readings r = A a of activations a, each a displacement of skin along a direction.

    Parameters
    ----------
    name : what is read, for tables
    names : (n,) the coordinates, such as ``"zygomaticus_major_left"``
    matrix : (R, n) reading per unit of each coordinate [m]
    vertices, directions : (R,) and (R, 3) which vertex moves how, for one metre of reading
    scale : (R,) noise of each reading relative to the nominal noise
    level : subdivision level of the vertices
    """

    name: str
    names: tuple[str, ...] = field(repr=False)
    matrix: Float = field(repr=False)
    vertices: Int = field(repr=False)
    directions: Float = field(repr=False)
    scale: Float = field(repr=False)
    level: int = 1

    def read(self, displacement: Float, *, noise: float = 0.0, seed: int | None = None) -> Float:
        """Readings (..., R) [m] of displacements (..., N, 3) [m] at the observer's level.

        Parameters
        ----------
        displacement : such as ``Reduced.lift`` gives
        noise : standard deviation of a reading whose scale is 1 [m]
        seed : of the noise
        """
        moved = np.asarray(displacement)[..., self.vertices, :]
        return self._noisy(np.einsum("...rk,rk->...r", moved, self.directions), noise, seed)

    def of(self, activations: Float, *, noise: float = 0.0, seed: int | None = None) -> Float:
        """Readings (..., R) [m] of held activations (..., n), as `read` gives them."""
        return self._noisy(np.asarray(activations, float) @ self.matrix.T, noise, seed)

    def _noisy(self, exact: Float, noise: float, seed: int | None) -> Float:
        if not noise:
            return exact
        return exact + noise * self.scale * np.random.default_rng(seed).standard_normal(exact.shape)

    @property
    def whitened(self) -> Float:
        """(R, n) readings per unit of each coordinate over their relative noise [m]."""
        return np.asarray(self.matrix / self.scale[:, None])


@cache
def leading() -> tuple[str, ...]:
    """One column for every muscle of the anatomy and side: the first of its functional parts."""
    first: dict[str, str] = {}
    for pull in muscles():
        first.setdefault(pull.muscle, pull.id)
    return tuple(f"{name}_{side}" for name, side in columns(muscles()) if name in first.values())


def basis(face: Face, inputs: Sequence[str] | None = None) -> tuple[tuple[str, ...], Float]:
    """Names (n,) and responses (n, N, 3) at activation 1 [m] of muscles, or of all of them.

    Raises
    ------
    ValueError
        There is no such muscle (suggests one).
    """
    known = face.names[: len(face.strengths)]
    for name in inputs or ():
        if name not in known:
            raise ValueError(f"No muscle {name!r}. {did_you_mean(name, known)}".strip())
    chosen = tuple(known if inputs is None else inputs)
    return chosen, MM * face.B[[known.index(name) for name in chosen]]


def along(
    face: Face,
    name: str,
    vertices: Int,
    directions: Float,
    *,
    scale: Float | None = None,
    inputs: Sequence[str] | None = None,
    level: int = 1,
) -> Observer:
    """An observer of chosen vertices (R,) of a level along chosen directions (R, 3).

    Raises
    ------
    ValueError
        There is no vertex, such as where a camera looks past the face, or no such muscle.
    """
    if not len(vertices):
        raise ValueError(f"{name}: no vertex is seen.")
    names, moved = basis(face, inputs)
    if level != 1:
        carry = face.hierarchy.between(1, level)[vertices]
        picked = np.stack([carry @ each for each in moved])
    else:
        picked = moved[:, vertices]
    matrix = np.einsum("nrk,rk->rn", picked, directions)
    scale = np.ones(len(vertices)) if scale is None else scale
    return Observer(name, names, matrix, vertices, directions, scale, level)


def points(
    face: Face,
    vertices: Int,
    name: str = "points",
    *,
    inputs: Sequence[str] | None = None,
    level: int = 1,
) -> Observer:
    """An observer of all three coordinates of chosen vertices: x, y, z of each in turn."""
    many, each = np.repeat(vertices, 3), np.tile(np.eye(3), (len(vertices), 1))
    return along(face, name, many, each, inputs=inputs, level=level)


def dense(face: Face, *, inputs: Sequence[str] | None = None, level: int = 1) -> Observer:
    """Every vertex of the skin that lies outside, as a tracked mesh gives it."""
    inside = face.hierarchy.levels[level].attributes["cavity"] > _OUTSIDE
    return points(
        face, np.flatnonzero(~inside).astype(np.int32), "dense mesh", inputs=inputs, level=level
    )


@cache
def vertices68() -> tuple[int, ...]:
    """Vertex of each of the 68 points in the usual numbering, at level 1 and finer.

    0 to 16 run along the jaw from the subject's right to left, then brows, nose, eyes, the outer
    and the inner edge of the lips. They are landmarks of the cage, or lie half-way between two, so
    they are the same for every identity; ``data/face/landmarks68.csv`` names the left half and
    the midline.

    Raises
    ------
    DataError
        A point stands twice, is missing, or names no landmark of the cage.
    """
    marks, (faces, mirror) = cage.landmarks(), cage.topology()
    at = {key: i for i, key in enumerate(zip(marks.group, marks.index.tolist(), strict=True))}
    # Level 1 appends a vertex for every edge of the cage, edges in ascending order.
    edges = np.unique(np.sort(half_edges(faces), axis=1), axis=0).tolist()
    number = {tuple(edge): len(mirror) + k for k, edge in enumerate(edges)}
    found: dict[int, int] = {}
    for row in read_csv("face/landmarks68.csv", ("point", "mirror", "name", "group", "index")):
        where = f"data/face/landmarks68.csv, point {row['point']}"
        try:
            ends = [at[row["group"], int(text)] for text in row["index"].split()]
            here, there = (
                number[min(pair), max(pair)] if len(pair) == 2 else pair[0]
                for pair in (ends, [int(mirror[end]) for end in ends])
            )
        except (KeyError, IndexError):
            raise DataError(f"{where}: no landmark, or no edge between the two.") from None
        pair = {int(row["point"]): here, int(row["mirror"]): there}
        if found.keys() & pair.keys():
            raise DataError(f"{where}: stands twice.")
        found |= pair
    if sorted(found) != list(range(68)):
        raise DataError("data/face/landmarks68.csv: the points are not 0 to 67.")
    return tuple(found[point] for point in range(68))


def landmarks68(face: Face, *, inputs: Sequence[str] | None = None) -> Observer:
    """The 68 points that landmark trackers give, in space and free of head motion.

    See ``fau_teach.force.track68`` for tracks that are in pixels or carry the head along.
    """
    return points(face, np.array(vertices68(), np.int32), "68 points", inputs=inputs)


def depth(
    face: Face,
    camera: Camera | None = None,
    *,
    pixels: Literal["one", "all"] = "one",
    inputs: Sequence[str] | None = None,
    level: int = 1,
) -> Observer:
    """A depth camera: the distance of each visible vertex from the plane where the skin was.

    The nominal noise is that of the depth of one pixel at 600 mm, as ``Sensor.noise`` gives it;
    it grows with the square of depth.

    Parameters
    ----------
    camera : the sensor 600 mm before the face if left out
    pixels : ``"one"`` reads the pixel of the vertex; ``"all"`` the mean over the skin that
        belongs to it, if noise is independent from pixel to pixel

    Source: S3-011, S3-026 for the sensor.
    """
    if pixels not in ("one", "all"):
        raise ValueError(f"pixels {pixels!r}: choose 'one' or 'all'.")
    camera = camera or Camera.sensor()
    skin = face.hierarchy.levels[level]
    x, y, z = camera.project(skin.vertices).T
    seen_mm = depth_map(skin.vertices, skin.faces, camera)
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    inside = (column >= 0) & (column < camera.width) & (row >= 0) & (row < camera.height)
    nearest = np.zeros(len(z))
    nearest[inside] = seen_mm[row[inside], column[inside]]
    normals = vertex_normals(skin.vertices, skin.faces)
    rays = (skin.vertices - camera.position) / z[:, None]
    facing = -np.sum(normals * rays, axis=1)
    slope = np.sqrt(np.maximum(1 / np.maximum(facing, _STEEPEST) ** 2 - 1, 0)) * z / camera.focal
    shown = inside & (facing > _STEEPEST) & (z <= nearest + _NEAR_MM + slope)
    shown &= skin.attributes["cavity"] <= _OUTSIDE
    scale = facing * (z / REFERENCE) ** 2
    if pixels == "all":
        area = vertex_areas(skin.vertices, skin.faces) * facing * (camera.focal / z) ** 2
        scale = scale / np.sqrt(np.maximum(area, 1))
    at = np.flatnonzero(shown).astype(np.int32)
    name = "depth" if pixels == "one" else "depth, all pixels"
    return along(face, name, at, normals[at], scale=scale[at], inputs=inputs, level=level)
