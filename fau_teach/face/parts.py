"""Parts beside the skin: what a part is, how its surface is laid out, eyeballs and lashes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline, PchipInterpolator

from fau_teach.face.mesh import Float, Int, Mesh

MATERIALS = frozenset({"skin", "eye", "teeth", "gum", "tongue", "hair", "lash", "cloth"})
MOTIONS = frozenset({"head", "jaw", "eye_left", "eye_right", "tongue", "fixed", "bound"})
# Attributes whose first component points along x, so that mirroring turns it round.
_SIDED = frozenset({"eye", "tooth", "uv"})

EYE_RADIUS, CORNEA_RADIUS, CORNEA_BULGE = 12.0, 7.8, 1.0
EYE_CENTRE = (31.5, 0.0, -20.0)


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of the face beside the skin.

    Parameters
    ----------
    name : unique name; paired parts end in `_left` or `_right` (the subject's sides)
    mesh : surface in head coordinates at rest [mm]
    material : one of `MATERIALS`, chooses the shading
    motion : one of `MOTIONS`, chooses what moves the part
    bind : (N,) skin vertex that each vertex follows; given if and only if motion is `bound`

    Raises
    ------
    ValueError
        If material or motion is unknown, or `bind` does not fit the motion or the mesh.
    """

    name: str
    mesh: Mesh
    material: str
    motion: str
    bind: Int | None = None

    def __post_init__(self) -> None:
        if self.material not in MATERIALS:
            raise ValueError(f"{self.name}: material {self.material!r} is not in {MATERIALS}")
        if self.motion not in MOTIONS:
            raise ValueError(f"{self.name}: motion {self.motion!r} is not in {MOTIONS}")
        if (self.bind is None) == (self.motion == "bound"):
            raise ValueError(f"{self.name}: bind goes with motion 'bound' and with no other")
        if self.bind is not None and self.bind.shape != self.mesh.vertices.shape[:1]:
            raise ValueError(
                f"{self.name}: bind has shape {self.bind.shape}, "
                f"the mesh has {len(self.mesh.vertices)} vertices"
            )


def mirrored(mesh: Mesh) -> Mesh:
    """Mirror image of a mesh in the midsagittal plane, still wound outward."""
    attributes = {
        name: value * ([-1.0] + [1.0] * (value.shape[1] - 1))
        if name in _SIDED and value.ndim == 2
        else value
        for name, value in mesh.attributes.items()
    }
    return Mesh(mesh.vertices * (-1.0, 1.0, 1.0), mesh.faces[:, ::-1].copy(), attributes)


def pair(name: str, left: Mesh, material: str, motion: str) -> tuple[Part, Part]:
    """Part of the subject's left side and its mirror image; `eye` motion takes the side."""
    sides = (("left", left), ("right", mirrored(left)))
    return tuple(  # type: ignore[return-value]
        Part(f"{name}_{side}", mesh, material, f"eye_{side}" if motion == "eye" else motion)
        for side, mesh in sides
    )


def join(*meshes: Mesh) -> Mesh:
    """Several meshes as one; attributes that not all of them have are dropped."""
    start = np.cumsum([0] + [len(one.vertices) for one in meshes])
    names = [n for n in meshes[0].attributes if all(n in one.attributes for one in meshes)]
    return Mesh(
        np.vstack([one.vertices for one in meshes]),
        np.vstack([one.faces + k for one, k in zip(meshes, start, strict=False)]).astype(np.int32),
        {n: np.concatenate([one.attributes[n] for one in meshes]) for n in names},
    )


def grid_faces(rows: int, cols: int, *, closed: bool) -> Int:
    """Triangles of a grid, row after row; columns run counter-clockwise seen from row 0.

    The diagonal changes at half the columns, so that a grid that is mirror-symmetric in its
    vertices is mirror-symmetric in its triangles too.
    """
    quads = cols if closed else cols - 1
    r, c = (k.ravel() for k in np.mgrid[: rows - 1, :quads])
    n = (c + 1) % cols
    a, b, d, e = r * cols + c, r * cols + n, (r + 1) * cols + n, (r + 1) * cols + c
    near = (2 * c < quads)[:, None]
    one = np.where(near, np.stack([a, e, d], 1), np.stack([a, e, b], 1))
    two = np.where(near, np.stack([a, d, b], 1), np.stack([b, e, d], 1))
    return np.stack([one, two], 1).reshape(-1, 3).astype(np.int32)


def dome(
    pole: npt.ArrayLike, rings: Float, attributes: Mapping[str, npt.NDArray[Any]] | None = None
) -> Mesh:
    """Surface of a pole and the closed rings around it; the last ring is its boundary.

    Parameters
    ----------
    pole : (3,) position [mm]
    rings : (R, C, 3) positions [mm], counter-clockwise seen from outside the pole
    attributes : values for pole and rings, pole first
    """
    count = rings.shape[1]
    ring = np.arange(count) + 1
    fan = np.stack([np.zeros(count, int), ring, np.roll(ring, -1)], 1)
    vertices = np.vstack([np.asarray(pole, float)[None], rings.reshape(-1, 3)])
    faces = np.vstack([fan, grid_faces(*rings.shape[:2], closed=True) + 1]).astype(np.int32)
    return Mesh(vertices, faces, attributes or {})


def symmetric(rings: Float) -> Float:
    """Closed rings (R, C, 3) made exactly mirror-symmetric; column j pairs with column -j."""
    return np.asarray(0.5 * (rings + np.roll(rings[:, ::-1], 1, axis=1) * (-1.0, 1.0, 1.0)), float)


def through(keys: npt.ArrayLike, at: npt.ArrayLike, *, period: float | None = None) -> Float:
    """Smooth curve through key rows `(parameter, value, ...)`, evaluated at `at`.

    Without a period it does not overshoot its keys; with one it is a closed cubic spline.
    """
    table = np.asarray(keys, float)
    if period is None:
        return np.asarray(PchipInterpolator(table[:, 0], table[:, 1:])(at), float)
    first = table[:1] + np.r_[period, np.zeros(table.shape[1] - 1)]
    table = np.vstack([table, first])
    curve = CubicSpline(table[:, 0], table[:, 1:], bc_type="periodic")
    return np.asarray(curve(np.mod(np.asarray(at) - table[0, 0], period) + table[0, 0]), float)


def unit(vectors: Float) -> Float:
    """Vectors over their lengths along the last axis."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), float)


def eyes(
    radius: float = EYE_RADIUS,
    centre: tuple[float, float, float] = EYE_CENTRE,
    segments: int = 24,
) -> tuple[Part, Part]:
    """Left and right eyeball: the front two thirds of a sphere with a bulging cornea.

    Parameters
    ----------
    radius : of the sclera [mm]; the cornea (radius 7.8 mm at 12 mm) scales with it
    centre : of the left eyeball [mm]
    segments : vertices per ring

    Returns
    -------
    tuple of Part
        Attribute `eye` (N, 2): angles right and up of the optical axis [rad] seen from the
        front, so that iris (up to 0.49) and pupil are drawn per pixel. Boundary: the rim behind.
    """
    scale = radius / EYE_RADIUS
    angle = np.deg2rad(np.r_[5, 10, 15, 20, 24, 27, 30, 33, 37, 43, 52, 64, 77, 90, 105, 120])
    turn = np.arange(segments) * (2 * np.pi / segments)
    offset = EYE_RADIUS + CORNEA_BULGE - CORNEA_RADIUS
    cornea = offset * np.cos(angle) + np.sqrt(
        np.maximum(CORNEA_RADIUS**2 - (offset * np.sin(angle)) ** 2, 0.0)
    )
    # A soft maximum of the two spheres rounds the limbus.
    reach = scale * (np.logaddexp(6 * cornea, 6 * EYE_RADIUS) / 6)
    reach -= reach[-1] - radius
    round_ = np.stack(np.broadcast_arrays(np.cos(turn), np.sin(turn)), -1)
    rings = np.concatenate(
        [
            (reach * np.sin(angle))[:, None, None] * round_,
            np.broadcast_to((reach * np.cos(angle))[:, None, None], (len(angle), segments, 1)),
        ],
        -1,
    )
    eye = np.vstack([np.zeros((1, 2)), (angle[:, None, None] * round_).reshape(-1, 2)])
    apex = scale * (EYE_RADIUS + CORNEA_BULGE)
    mesh = dome(np.add(centre, (0.0, 0.0, apex)), rings + centre, {"eye": eye})
    return pair("eye", mesh, "eye", "eye")


def caruncles(canthus: tuple[float, float, float] = (17.0, -1.2, -14.9)) -> tuple[Part, Part]:
    """Pink nodules that fill the inner corners of the eyes.

    Parameters
    ----------
    canthus : inner corner of the left eye's lids [mm]
    """
    polar = np.deg2rad(np.r_[25, 50, 75, 100])[:, None]
    turn = np.arange(12) * (2 * np.pi / 12)
    ball = [np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar) + 0 * turn]
    size, centre = np.array([2.3, 1.25, 1.3]), np.add(canthus, (1.9, 0.15, -1.2))
    nodule = dome(centre + size * (0, 0, 1), centre + size * np.stack(ball, -1))
    shaded = {"ao": np.full(len(nodule.vertices), 0.55)}
    return pair("caruncle", Mesh(nodule.vertices, nodule.faces, shaded), "gum", "head")


def _lash_row(margin: Float, centre: Float, count: int, length: float, lift: float) -> Mesh:
    """Lashes along one lid margin: triangles fanning outwards; attribute `bind` as floats."""
    along = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(margin, axis=0), axis=1))]
    share = (np.arange(count) + 0.5) / count
    # Away from the very corners; longest a little beyond the middle, as lashes grow.
    at = along[-1] * (0.09 + 0.89 * share)
    root = np.stack([np.interp(at, along, margin[:, k]) for k in range(3)], 1)
    bind = np.abs(at[:, None] - along[None]).argmin(1)
    tangent = np.stack([np.interp(at + 0.5, along, margin[:, k]) for k in range(3)], 1)
    tangent = unit(
        tangent - np.stack([np.interp(at - 0.5, along, margin[:, k]) for k in range(3)], 1)
    )
    out = unit(root - centre)
    size = length * (0.35 + 0.65 * np.sin(np.pi * share**1.3) ** 0.8)
    size *= 0.92 + 0.08 * np.cos(7.3 * np.arange(count))
    side = np.sign((margin[-1] - margin[0])[0])
    fan = tangent * (1.5 * (share - 0.42))[:, None]
    forward = unit(out + 0.55 * fan)
    up = np.array([0.0, lift, 0.0])
    size /= np.linalg.norm(forward + 0.4 * up, axis=1)
    # The upper ones overlap at the root: the dark line that shows where a shut eye's lids meet.
    width = (0.58 if lift > 0 else 0.2) * along[-1] / count * np.ones(count)
    vertices = np.empty((count, 5, 3))
    for k, (reach, rise, wide) in enumerate(((0.0, 0.0, 1.0), (0.34, 0.04, 0.5), (1.0, 0.4, 0.0))):
        middle = root + size[:, None] * (reach * forward + rise * up)
        half = (side * wide * width)[:, None] * tangent
        if k < 2:
            vertices[:, 2 * k], vertices[:, 2 * k + 1] = middle - half, middle + half
        else:
            vertices[:, 4] = middle
    one = np.array([[0, 1, 3], [0, 3, 2], [2, 3, 4]])
    faces = (one[None] + 5 * np.arange(count)[:, None, None]).reshape(-1, 3)
    return Mesh(vertices.reshape(-1, 3), faces.astype(np.int32), {"bind": np.repeat(bind, 5)})


def lashes(
    margin_upper: Float,
    margin_lower: Float,
    centre: npt.ArrayLike,
    upper: tuple[int, float] = (30, 8.0),
    lower: tuple[int, float] = (20, 4.0),
) -> tuple[Mesh, Int]:
    """Lashes of one eye: thin curved tapered triangles that fan outwards.

    Parameters
    ----------
    margin_upper, margin_lower : (n, 3) and (m, 3) lid margins [mm], canthus to canthus
    centre : (3,) centre of the eyeball [mm]
    upper, lower : number of lashes and length of the longest [mm]

    Returns
    -------
    tuple
        Mesh (two-sided: do not cull) and (N,) indices into the two margins laid end to end,
        the upper first: the margin vertex each lash vertex follows.

    Raises
    ------
    ValueError
        If a margin has fewer than three points.
    """
    for name, margin in (("upper", margin_upper), ("lower", margin_lower)):
        if margin.ndim != 2 or margin.shape[0] < 3 or margin.shape[1] != 3:
            raise ValueError(f"{name} margin has shape {margin.shape}; needed (n >= 3, 3)")
    middle = np.asarray(centre, float)
    top = _lash_row(np.asarray(margin_upper, float), middle, *upper, lift=1.0)
    low = _lash_row(np.asarray(margin_lower, float), middle, *lower, lift=-1.0)
    bind = np.concatenate([top.attributes["bind"], low.attributes["bind"] + len(margin_upper)])
    mesh = join(top, low)
    return Mesh(mesh.vertices, mesh.faces), bind.astype(np.int32)
