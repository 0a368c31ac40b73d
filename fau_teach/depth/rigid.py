"""The head as a rigid body: how it moved between two depth maps, found without marks on it.

Every point of the onset is carried along, projected into the apex map and compared with the
surface there: its distance from the plane that touches the surface. Six numbers make these
distances small. Skin that moves by itself would pull at them, so a distance weighs less the
larger it is (Cauchy's weights), and outlines weigh nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial.transform import Rotation

from fau_teach.depth.cloud import MM, Floats, Intrinsics

Mask = npt.NDArray[np.bool_]
Map = npt.NDArray[np.float32]
JUMP_MM = 8.0
"""Difference of depth to a neighbour from which on there is an outline between them."""
STEEPEST = 65.0
"""Angle between ray and normal from which on a surface is left out [deg]."""
_CAUCHY = 2.385  # 95 % efficiency on normal noise
_SMALLEST = 1e-6  # no distance is known better than this [m]
_STILL = 0.1  # the search ends at a step so small beside what noise leaves open anyway


@dataclass(frozen=True, slots=True, eq=False)
class Rigid:
    """A turn and a shift: p becomes R p + t.

    Parameters
    ----------
    rotation : (3, 3)
    translation : (3,) [m]
    rms : weighted root mean square of the distances left over, NaN where nothing was fitted [m]
    iterations : steps of the search
    inliers : share of the points whose distance the fit believes (weight above one half)
    """

    rotation: Floats = field(default_factory=lambda: np.eye(3))
    translation: Floats = field(default_factory=lambda: np.zeros(3))
    rms: float = math.nan
    iterations: int = 0
    inliers: float = math.nan

    def __call__(self, points: npt.ArrayLike) -> Floats:
        """Points (..., 3) [m], moved; float32 stays float32."""
        p = np.asarray(points)
        return np.moveaxis(self.carry(np.moveaxis(p, -1, 0)), 0, -1)

    def carry(self, points: Floats) -> Floats:
        """The same of points (3, ...), which is faster."""
        x, y, z = points
        # Row by row: a product of 3x3 with so many columns is slow in common libraries.
        return np.stack(
            [
                a * x + b * y + c * z + t
                for (a, b, c), t in zip(
                    self.rotation.tolist(), self.translation.tolist(), strict=True
                )
            ]
        )

    @property
    def inverse(self) -> Rigid:
        """The motion that undoes this one."""
        back = self.rotation.T
        return Rigid(back, -back @ self.translation, self.rms, self.iterations, self.inliers)

    @property
    def degrees(self) -> float:
        """Angle of the turn."""
        return float(np.degrees(Rotation.from_matrix(self.rotation).magnitude()))

    def after(self, first: Rigid) -> Rigid:
        """The motion that does another one first, then this one."""
        return Rigid(
            self.rotation @ first.rotation, self.rotation @ first.translation + self.translation
        )


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A depth map as a smooth surface.

    Parameters
    ----------
    points : (3, H, W) float32 position of each pixel, not smoothed [m]
    normals : (3, H, W) float32 unit normals of the smoothed surface, towards the camera
    good : (H, W) pixels with depth, off the outlines and not seen at a grazing angle
    """

    points: Map
    normals: Map
    good: Mask


def metres(depth: npt.ArrayLike, intrinsics: Intrinsics) -> Map:
    """Raw depth as float32 metres, 0 where there is none."""
    raw = intrinsics.check(depth)
    z = raw.astype(np.float32) / np.float32(intrinsics.scale)
    return np.where(np.isfinite(z) & (z > 0), z, np.float32(0))


def blurred(values: Map, weight: Map, radius: float, share: Map | None = None) -> tuple[Map, Map]:
    """Mean of values within a Gaussian of so many pixels, by weight; and the weight there.

    ``values`` must be finite. ``share`` is that weight, if an earlier call has found it.
    """
    if not radius:
        return values, weight
    share = _gauss(weight, radius) if share is None else share
    mean = _gauss(values * weight, radius)
    return np.divide(mean, share, out=np.zeros_like(mean), where=share > 1e-6), share


def _gauss(values: Map, radius: float) -> Map:
    smooth: Map = ndimage.gaussian_filter(values, radius, mode="constant", truncate=3.0)
    return smooth


def outlines(z: Map, jump: float = JUMP_MM * MM) -> Mask:
    """(H, W) True beside a hole, the frame or a jump in depth [m]."""
    low = ndimage.minimum_filter(z, 3, mode="constant")
    return np.asarray(ndimage.maximum_filter(z, 3) - low > jump)


def surface(
    depth: npt.ArrayLike, intrinsics: Intrinsics, *, radius: float = 2.0, mask: Mask | None = None
) -> Surface:
    """Points, normals and what can be trusted of one depth map.

    Parameters
    ----------
    depth : (H, W) raw depth
    radius : over which depth is smoothed before its slope is taken [px]
    mask : (H, W) pixels to use; by default all
    """
    z = metres(depth, intrinsics)
    good = z > 0
    edge = outlines(z)
    if mask is not None:
        good &= mask
    weight = (good & ~edge).astype(np.float32)
    smooth, share = blurred(z, weight, radius)
    zu, zv = (_slope(smooth, axis) for axis in (1, 0))
    column, row = (each.astype(np.float32) for each in (intrinsics.columns, intrinsics.rows))
    row = row[:, None]
    fx, fy = np.float32(intrinsics.fx), np.float32(intrinsics.fy)
    # P = z (x, y, 1), so dP/dv x dP/du is along (fx z_u, fy z_v, -(z + u z_u + v z_v)).
    normal = np.stack([fx * zu, fy * zv, -(smooth + fx * column * zu + fy * row * zv)])
    length = np.sqrt(np.einsum("ijk,ijk->jk", normal, normal))
    normal /= np.where(length > 0, length, 1)
    facing = -(normal[0] * column + normal[1] * row + normal[2])
    facing /= np.sqrt(column**2 + row**2 + 1)
    steepest = math.cos(math.radians(STEEPEST))
    good = (weight > 0) & (facing > steepest) & (share > 0.5)
    return Surface(np.stack([z * column, z * row, z]), normal, good)


def _slope(z: Map, axis: int) -> Map:
    """Change to the next pixel along an axis, from both sides."""
    change = np.zeros_like(z)
    inner = [slice(None)] * 2
    before, after = list(inner), list(inner)
    inner[axis], before[axis], after[axis] = slice(1, -1), slice(None, -2), slice(2, None)
    change[tuple(inner)] = (z[tuple(after)] - z[tuple(before)]) / 2
    return change


def normals(
    depth: npt.ArrayLike, intrinsics: Intrinsics, *, radius: float = 2.0
) -> npt.NDArray[np.float32]:
    """(H, W, 3) unit normals towards the camera, 0 on outlines, at holes and grazing angles.

    Parameters
    ----------
    depth : (H, W) raw depth
    radius : over which depth is smoothed first [px]
    """
    found = surface(depth, intrinsics, radius=radius)
    return np.moveaxis(np.where(found.good, found.normals, 0), 0, -1)


def sampled(maps: Map, good: Mask, u: Floats, v: Floats) -> tuple[npt.NDArray[np.float32], Mask]:
    """Values (k, n) of maps (k, H, W) between pixels, and where all four neighbours are good."""
    height, width = good.shape
    left, top = np.floor(u), np.floor(v)
    inside = (left >= 0) & (top >= 0) & (left < width - 1) & (top < height - 1)
    at = np.where(inside, top * width + left, 0).astype(np.intp)
    a, b = (u - left).astype(np.float32), (v - top).astype(np.float32)
    flat, trusted = maps.reshape(len(maps), -1), good.ravel()
    values = np.zeros((len(maps), len(at)), np.float32)
    for step, share in (
        (0, (1 - a) * (1 - b)), (1, a * (1 - b)), (width, (1 - a) * b), (width + 1, a * b)
    ):  # fmt: skip
        values += flat.take(at + step, axis=1) * share
        inside &= trusted.take(at + step)
    return values, inside


def align(
    onset: npt.ArrayLike | Surface,
    apex: npt.ArrayLike | Surface,
    intrinsics: Intrinsics,
    *,
    mask: Mask | None = None,
    radius: float = 3.0,
    points: int = 20_000,
    steps: int = 30,
) -> Rigid:
    """How the head moved from onset to apex: robust projective ICP, from point to plane.

    Parameters
    ----------
    onset, apex : raw depth maps (H, W), or surfaces made of them
    mask : (H, W) pixels of the onset that may belong to the head; by default all
    radius : for the normals [px]
    points : at most so many pixels of the onset are used, evenly spread
    steps : at most

    Raises
    ------
    ValueError
        Fewer than 100 points are left to align.

    Notes
    -----
    Weights 1 / (1 + (d / c)^2) with c = 2.385 sigma; sigma is estimated anew in each step from
    the median of |d|. Outlines and grazing angles are masked in both maps.

    Source: S3-020 (the paper filters head motion out and prints no formula; this one is ours),
    E3-16.
    """
    first = onset if isinstance(onset, Surface) else surface(onset, intrinsics, radius=radius)
    second = apex if isinstance(apex, Surface) else surface(apex, intrinsics, radius=radius)
    start = np.flatnonzero(first.good if mask is None else first.good & mask)
    start = start[:: max(1, -(-len(start) // points))]
    p = first.points.reshape(3, -1)[:, start].T.astype(np.float64)
    maps = np.concatenate([second.points[2:], second.normals])
    rotation, translation = np.eye(3), np.zeros(3)
    step = 0
    while step < steps:
        step += 1
        moved = p @ rotation.T + translation
        u = moved[:, 0] / moved[:, 2] * intrinsics.fx + intrinsics.cx
        v = moved[:, 1] / moved[:, 2] * intrinsics.fy + intrinsics.cy
        values, hit = sampled(maps, second.good, u, v)
        if hit.sum() < _FEWEST:
            raise ValueError(
                f"{int(hit.sum())} points are left to align, {_FEWEST} are needed. Do both maps "
                "show the same head, and is their depth valid?"
            )
        moved, (z, *normal) = moved[hit], values[:, hit].astype(np.float64)
        n = np.stack(normal, axis=1)
        # Along its ray the surface stands at z times the ray; the point at its own depth.
        distance = np.sum(n * moved, axis=1) * (z / moved[:, 2] - 1)
        sigma = max(1.4826 * float(np.median(np.abs(distance))), _SMALLEST)
        weight = 1 / (1 + (distance / (_CAUCHY * sigma)) ** 2)
        lines = np.concatenate([np.cross(moved, n), n], axis=1)
        weighted = lines * weight[:, None]
        pull = weighted.T @ distance
        change = np.linalg.lstsq(weighted.T @ lines, pull, rcond=1e-12)[0]
        turn = Rotation.from_rotvec(change[:3]).as_matrix()
        rotation, translation = turn @ rotation, turn @ translation + change[3:]
        if change @ pull < (_STILL * sigma) ** 2:
            break
    rms = math.sqrt(float(np.sum(weight * distance**2) / weight.sum()))
    return Rigid(rotation, translation, rms, step, float((weight > 0.5).mean()))


_FEWEST = 100


def kabsch(before: npt.ArrayLike, after: npt.ArrayLike, *, weights: Any = None) -> Rigid:
    """The rigid motion that carries points (N, 3) best to points (N, 3) known to be the same.

    Parameters
    ----------
    before, after : points with the same number in both [m]
    weights : (N,) how much each counts

    Raises
    ------
    ValueError
        The shapes differ, or there are fewer than three points.

    Source: S3-020.
    """
    p, q = np.asarray(before, np.float64), np.asarray(after, np.float64)
    if p.shape != q.shape or p.ndim != 2 or p.shape[1] != 3 or len(p) < 3:
        raise ValueError(f"points {p.shape} and {q.shape}. Use at least three pairs, (N, 3) each.")
    w = np.ones(len(p)) if weights is None else np.asarray(weights, np.float64)
    w = w / w.sum()
    here, there = w @ p, w @ q
    left, _, right = np.linalg.svd((p - here).T @ ((q - there) * w[:, None]))
    sign = np.sign(np.linalg.det(left @ right))
    turn = (left * (1, 1, sign) @ right).T
    shift = there - turn @ here
    rms = math.sqrt(float(w @ np.sum((p @ turn.T + shift - q) ** 2, axis=1)))
    return Rigid(turn, shift, rms, 1, 1.0)
