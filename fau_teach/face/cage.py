"""The cage: authored landmarks of half a face, their mirror image, and the triangles between.

Closed rings run round the eyes and the mouth. The mouth's go on inward, over the red of the lips
to the line of contact and then into a bag that holds the teeth; the eye's go over the lid margin
to a sac that lies on the eyeball. Between the rings the triangles are Delaunay's in a map of the
head's directions. All identities share these triangles; only the positions differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import spsolve
from scipy.spatial import Delaunay

from fau_teach._data import read_csv
from fau_teach.face.mesh import Float, Int, Mesh, cotangent_laplacian, vertex_areas
from fau_teach.face.subdivision import Hierarchy, limit_fit, subdivide

EYE = np.array([31.5, 0.0, -20.0])
"""Centre of the left eyeball [mm]."""
MOUTH_RINGS = ("surround", "border", "red", "contact", "wet", "vestibule", "wall", "back")
EYE_RINGS = ("rim", "crease", "lid", "margin", "edge", "sac")
_CENTRE = np.array([0.0, -35.0, -80.0])
_LOOK = np.array([0.62, 0.1, 0.78])
_VERMILION = (0.0, 0.5, 1.0, 1.0, 1.0, 0.4, 0.0, 0.0)
_MOUTH_CAVITY = (0.0, 0.0, 0.0, 0.0, 0.4, 1.0, 1.0, 1.0)
_EYE_CAVITY = (0.0, 0.0, 0.0, 0.0, 0.4, 1.0)
_LASH_LINE = (0.0, 0.0, 0.0, -1.0, -1.0, 0.0)
"""What stands at the lids' rims in place of the lips' red, so that no attribute is lost on it."""
_LID_SHARE = (0.0, 0.22, 0.75, 1.0, 1.0, 1.0)
_UPPER_SHARE = 0.8
"""Part of a shut eye's way that the upper lid makes."""
_HOLD = {"mouth": 0.02, "eye": 0.02, "nose": 0.12, "face": 0.35, "neck": 8.0, "skull": 3.0}
"""How firmly the fit holds a group's cage to its landmarks; eyes and lips are met exactly."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The authored half, left of the subject, and what becomes of it as a whole.

    Parameters
    ----------
    group, index : (n,) ring or region, and place in it
    points : (n, 3) [mm]; x = 0 on the midline
    names : (n,) anatomical name, or empty
    """

    group: tuple[str, ...]
    index: Int
    points: Float
    names: tuple[str, ...]

    def of(self, group: str) -> Int:
        """Rows of a ring or region, in their order."""
        return np.array([i for i, name in enumerate(self.group) if name == group], np.int32)

    @property
    def kind(self) -> tuple[str, ...]:
        """First word of each group: mouth, eye, nose, face, neck, skull."""
        return tuple(name.split("_")[0] for name in self.group)


def smoothstep(x: Float, low: float, high: float) -> Float:
    """Cubic step from 0 at `low` to 1 at `high`."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


@cache
def landmarks() -> Landmarks:
    """The rows of ``data/face/landmarks.csv``."""
    rows = read_csv("face/landmarks.csv", ("group", "index", "x", "y", "z", "name"))
    points = np.array([[float(row[axis]) for axis in "xyz"] for row in rows])
    return Landmarks(
        tuple(row["group"] for row in rows),
        np.array([int(row["index"]) for row in rows], np.int32),
        points,
        tuple(row["name"] for row in rows),
    )


def _strip(outer: Int, inner: Int, closed: bool) -> Int:
    """Triangles between two rings of as many points; the diagonal turns half-way round."""
    size = len(outer)
    triangles = []
    for i in range(size if closed else size - 1):
        a, b, c, d = outer[i], outer[(i + 1) % size], inner[i], inner[(i + 1) % size]
        triangles += [[a, d, b], [a, c, d]] if i < size // 2 else [[a, c, b], [b, c, d]]
    return np.array(triangles, np.int32)


def _plan(points: Float) -> Float:
    """Equal-area map of the half head as seen from inside; the neck is drawn in below."""
    seen = points.copy()
    below = points[:, 1] < -116
    shrink = np.exp(-np.clip(-116 - points[:, 1], 0, None) / 55)
    seen[:, 0] *= shrink
    seen[below, 2] = -80 + (points[below, 2] + 92) * shrink[below]
    away = seen - _CENTRE
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    look = _LOOK / np.linalg.norm(_LOOK)
    right = np.cross([0.0, 1.0, 0.0], look)
    right /= np.linalg.norm(right)
    scale = np.sqrt(2 / (1 + away @ look))
    return np.stack([scale * (away @ right), scale * (away @ np.cross(look, right))], axis=1)


def _turn(corners: Float) -> Float:
    """Twice the signed area of plane triangles (F, 3, 2)."""
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


@cache
def topology() -> tuple[Int, Int]:
    """Triangles (F, 3) of the whole cage, and its mirror map (N,).

    The left half comes first, in the order of the landmarks; then the right one without the
    midline.
    """
    marks = landmarks()
    points, midline = marks.points, np.abs(marks.points[:, 0]) < 1e-9
    mouth = [marks.of(f"mouth_{name}") for name in MOUTH_RINGS]
    eye = [marks.of(f"eye_{name}") for name in EYE_RINGS]
    regions = [marks.of(name) for name in ("nose", "face", "neck", "skull")]
    outer = np.concatenate([mouth[0], eye[0], *regions])
    plan = np.full((len(points), 2), np.nan)
    plan[outer] = _plan(points[outer])
    between = outer[Delaunay(plan[outer]).simplices]
    bottom = regions[2][points[regions[2], 1] <= points[regions[2], 1].min() + 1e-9]
    filled = midline[between].all(axis=1)
    for hole in (mouth[0], eye[0], bottom):
        filled |= np.isin(between, hole).all(axis=1)
    between = between[~filled]
    between = np.where(_turn(plan[between])[:, None] < 0, between[:, ::-1], between)
    strips = [between]
    for rings, closed in ((mouth, False), (eye, True)):
        for out, into in pairwise(rings):
            strips.append(_strip(out, into, closed))
    cap, back = int(marks.of("mouth_cap")[0]), mouth[-1]
    strips.append(np.array([[a, cap, b] for a, b in pairwise(back)], np.int32))
    half = np.concatenate(strips).astype(np.int32)
    mirror = np.arange(len(points), dtype=np.int32)
    right = len(points) + np.arange(int((~midline).sum()), dtype=np.int32)
    mirror[~midline] = right
    faces = np.concatenate([half, mirror[half][:, ::-1]])
    return faces, np.concatenate([mirror, np.flatnonzero(~midline).astype(np.int32)])


def whole(half: Float, *, sided: bool = False) -> Float:
    """Values (n, ...) of the half carried over to the whole; `sided`: the first one flips sign."""
    off = np.abs(landmarks().points[:, 0]) >= 1e-9
    other = half[off].copy()
    if sided:
        other[..., 0] *= -1
    return np.concatenate([half, other])


def _elevation(points: Float) -> Float:
    return np.asarray(np.arctan2(points[..., 1] - EYE[1], points[..., 2] - EYE[2]))


def _attributes(points: Float) -> dict[str, Float]:
    """Attributes of the half cage from its landmarks [mm, rad]."""
    marks = landmarks()
    size = len(points)
    x, y, z = points.T
    below = smoothstep(-y, 100, 114) * np.clip(-12 - z, 0, None)
    uv = np.stack([80 * np.arctan2(x, z + 85), y - 0.6 * below], axis=1)
    vermilion, cavity, upper, lower = (np.zeros(size) for _ in range(4))
    corner = points[marks.of("mouth_contact")[5]]
    far = np.maximum(np.hypot(x / (corner[0] + 4), (y - corner[1]) / 12) - 1, 0) * 14
    lip = np.tanh((y - corner[1]) / 3) * np.exp(-far / 12) * (z > -30)
    for k, name in enumerate(MOUTH_RINGS):
        ring = marks.of(f"mouth_{name}")
        vermilion[ring], cavity[ring] = _VERMILION[k], _MOUTH_CAVITY[k]
        lip[ring] = np.sign(5 - np.arange(len(ring))) * (0.9 if k == 0 else 1.0)
    cavity[marks.of("mouth_cap")] = 1
    margin = _elevation(points[marks.of("eye_margin")])
    top, bottom = np.arange(1, 8), np.arange(15, 8, -1)
    meet = margin[bottom] + (1 - _UPPER_SHARE) * (margin[top] - margin[bottom])
    for k, name in enumerate(EYE_RINGS):
        ring = marks.of(f"eye_{name}")
        cavity[ring], vermilion[ring] = _EYE_CAVITY[k], _LASH_LINE[k]
        upper[ring[top]] = _LID_SHARE[k] * (meet - margin[top])
        lower[ring[bottom]] = _LID_SHARE[k] * (meet - margin[bottom])
    head = smoothstep(y, -188, -118)
    return {
        "uv": uv,
        "lip": lip,
        "vermilion": vermilion,
        "cavity": cavity,
        "lid_upper": upper,
        "lid_lower": lower,
        "head": head,
    }


@cache
def _fitting() -> tuple[sp.csr_array, Float]:
    """Subdivision of the cage's own vertices, and how firmly each stays at its landmark."""
    marks = landmarks()
    faces, _ = topology()
    size = len(whole(marks.points))
    flat = Mesh(np.zeros((size, 3)), faces)
    rows = subdivide(flat, 3).between(0, 3)[:size]
    hold = np.array([_HOLD[kind] for kind in marks.kind])
    _, y, z = marks.points.T
    face = np.array([kind == "face" for kind in marks.kind])
    hold[face & (y < -70)] = 1.0
    hold[face & (z < -40)] = 3.0
    hold[marks.of("mouth_cap")] = 1.0
    return rows, whole(hold)


def _jaw(base: Mesh, targets: Float) -> Float:
    """Share of the jaw's motion that each vertex takes: 1 on the chin, 0 on the skull.

    The weights between are those of a thin plate over the skin, slit at the mouth.
    """
    _, y, z = targets.T
    lip = base.attributes["lip"]
    moves = (lip < -0.85) | ((y < -86) & (y > -118) & (z > -28))
    stays = (lip > 0.85) | (y > -44) | (y < -150) | (z < -92)
    laplacian = cotangent_laplacian(base.vertices, base.faces)
    plate = laplacian @ sp.diags_array(1 / vertex_areas(base.vertices, base.faces)) @ laplacian
    plate = sp.csr_array(plate)
    known = moves | stays
    weight = moves.astype(float)
    free = np.flatnonzero(~known)
    side = plate[free][:, np.flatnonzero(known)] @ weight[known]
    weight[free] = spsolve(sp.csc_array(plate[free][:, free]), -side)
    return np.asarray(np.clip(weight, 0, 1))


def build(points: Float | None = None, levels: int = 3) -> Hierarchy:
    """The face's surface from half a set of landmarks: cage and subdivisions, with attributes.

    Parameters
    ----------
    points : (n, 3) landmarks of the left half [mm]; the authored ones if left out
    levels : finest level, 1 to 3: about 2.9k, 11.6k and 46k vertices

    Returns
    -------
    levels with attributes uv, lip, vermilion, cavity, lid_upper, lid_lower, head and jaw
    """
    points = landmarks().points if points is None else points
    faces, mirror = topology()
    targets = whole(points, sided=True)
    rows, hold = _fitting()
    placed = limit_fit(rows, targets, hold)
    placed = (placed + placed[mirror] * (-1, 1, 1)) / 2
    attributes = {k: whole(v, sided=k == "uv") for k, v in _attributes(points).items()}
    first = subdivide(Mesh(placed, faces, attributes), 1, mirror)
    base = first.levels[1]
    jaw = _jaw(base, first.matrices[0] @ targets)
    jaw = (jaw + jaw[first.mirrors[1]]) / 2
    skin = Mesh(base.vertices, base.faces, {**base.attributes, "jaw": jaw})
    finer = subdivide(skin, levels - 1, first.mirrors[1])
    return Hierarchy(
        (first.levels[0], *finer.levels),
        (first.matrices[0], *finer.matrices),
        (first.mirrors[0], *finer.mirrors),
    )


def contact_pairs(hierarchy: Hierarchy) -> Int:
    """Pairs (upper, lower) of level-1 vertices that touch where the lips are closed: (K, 2)."""
    ring = landmarks().of("mouth_contact")
    return _facing(ring[:6], ring[10:4:-1], len(hierarchy.levels[0].vertices))


def lid_contact() -> tuple[Int, Float]:
    """Pairs (K, 2) of level-1 vertices of the margins that meet in a shut eye, and who follows.

    Returns
    -------
    pairs, and (N,) share of the margin's way that each level-1 vertex takes, negative on the
    lower lid
    """
    marks, (faces, _) = landmarks(), topology()
    share = np.zeros(len(marks.points))
    for name, part in zip(EYE_RINGS, _LID_SHARE, strict=True):
        ring = marks.of(f"eye_{name}")
        share[ring[1:8]], share[ring[9:]] = part, -part
    share = whole(share)
    first = subdivide(Mesh(np.zeros((len(share), 3)), faces, {"share": share}), 1)
    ring = marks.of("eye_margin")
    pairs = _facing(ring[:9], ring[[0, *range(15, 7, -1)]], len(share))
    return pairs, first.levels[1].attributes["share"]


def _facing(upper: Int, lower: Int, size: int) -> Int:
    """Level-1 pairs of two facing rows of the cage, both sides, where the rows are apart."""
    faces, mirror = topology()
    ends = {frozenset(p): size + k for k, p in enumerate(_edges(faces))}
    pairs: dict[tuple[int, int], None] = {}
    for side in (np.arange(size), mirror):
        up, down = side[upper], side[lower]
        pairs |= dict.fromkeys((int(a), int(b)) for a, b in zip(up, down, strict=True) if a != b)
        for above, below in zip(pairwise(up), pairwise(down), strict=True):
            pairs[ends[frozenset(above)], ends[frozenset(below)]] = None
    return np.array([*pairs], np.int32)


def _edges(faces: Int) -> list[tuple[int, int]]:
    from fau_teach.face.mesh import edges

    return [(int(a), int(b)) for a, b in edges(faces)]
