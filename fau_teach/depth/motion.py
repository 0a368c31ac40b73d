"""From two depth frames to the skin's own motion: the pipeline that we use.

The head's rigid motion is found first (`fau_teach.depth.rigid`). Then each pixel of the onset is
followed into the apex picture by optical flow and lifted to space with the depth found there, so
that skin which slides along itself is seen. Without flow only the distance from the plane that
touches the surface is known. Both are averaged over neighbours, wider the noisier the depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from fau_teach.depth.cloud import MM, Frame, Intrinsics
from fau_teach.depth.noise import average, floor_of
from fau_teach.depth.printed import check_choice, colours, keep, spherical
from fau_teach.depth.rigid import Map, Mask, Rigid, Surface, align, blurred, sampled, surface
from fau_teach.depth.selected import COUNT, Selected, choose, top

Follow = Literal["colour", "shape", "none"]
Channels = Literal["spherical", "vector"]
TARGET_MM = 0.02
"""Noise of the motion's depth that averaging over neighbours aims at."""
RADII = (6.0, 16.0)
"""Least and greatest radius of that averaging [px]."""
_FLOW_RADIUS = 2.0  # averaging of the motion across the picture [px]
_ROUGH = 3.0  # radius at which noise is looked at first [px]
_APART = 1.0  # a pixel that does not come back within so many pixels was not followed [px]
_LAMP = np.array([0.4, -0.5, -0.77], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """Motion of the skin at every pixel of the onset, without the head's.

    Parameters
    ----------
    points : (H, W, 3) float32 position in the onset frame [m]
    displacement : (H, W, 3) float32 in the axes of the onset camera [m]; 0 where not valid
    normals : (H, W, 3) float32 unit normals towards the camera
    valid : (H, W) where motion is known
    head : the head's rigid motion, from onset to apex
    noise : what is left of the noise in the motion's depth after averaging: the floor below which
        nothing can be believed [m]
    radius : of that averaging [px]
    follow : how pixels were followed
    intrinsics : the camera
    """

    points: npt.NDArray[np.float32]
    displacement: npt.NDArray[np.float32]
    normals: npt.NDArray[np.float32]
    valid: Mask
    head: Rigid
    noise: float
    radius: float
    follow: Follow
    intrinsics: Intrinsics

    @property
    def amplitude(self) -> Map:
        """(H, W) length of the displacement [m]."""
        size: Map = np.sqrt(np.einsum("ijk,ijk->ij", self.displacement, self.displacement))
        return size

    @property
    def normal(self) -> Map:
        """(H, W) displacement along the normal, positive where the skin comes out [m]."""
        out: Map = np.einsum("ijk,ijk->ij", self.displacement, self.normals)
        return out

    @property
    def tangential(self) -> npt.NDArray[np.float32]:
        """(H, W, 3) displacement along the surface [m]."""
        return self.displacement - self.normal[..., None] * self.normals

    def select(
        self,
        count: int = COUNT,
        *,
        pick: Literal["rank", "random"] = "rank",
        channels: Channels = "spherical",
        seed: int = 0,
        least: float = 0.0,
    ) -> Selected:
        """The points that move most.

        Parameters
        ----------
        count : rows
        pick : "rank", by amplitude; "random", any
        channels : "spherical", length, azimuth and elevation, black where nothing is known;
            "vector", x, y and z over twice the greatest amplitude, plus one half
        seed : of random choice and of filling up
        least : amplitude below which a point is left out, in multiples of the noise

        Raises
        ------
        ValueError
            A choice is unknown, or no point is left.

        Source: S3-019 to S3-022, E3-01, E3-04, E3-05.
        """
        check_choice("channels", channels, Channels)
        check_choice("pick", pick, Literal["rank", "random"])
        pixels = np.flatnonzero(self.valid)
        points, delta = (each.reshape(-1, 3)[pixels] for each in (self.points, self.displacement))
        if len(pixels):
            near = keep(points)
            pixels, points, delta = pixels[near], points[near], delta[near]
        moved = spherical(delta)
        if channels == "spherical":
            shades = colours(moved, still=least * self.noise)
        else:
            shades = 0.5 + delta / max(2 * float(moved[:, 0].max(initial=0)), 1e-12)
        fit = np.flatnonzero(moved[:, 0] >= least * self.noise)
        if pick == "rank":
            order = fit[top(moved[fit, 0], count)]
        else:
            order = np.random.default_rng(seed).permutation(fit)[:count]
        shape = self.intrinsics.shape
        return choose(order, points, shades, delta, pixels, shape, count=count, seed=seed)


def tracked(
    onset: npt.NDArray[np.uint8],
    apex: npt.NDArray[np.uint8],
    first: tuple[Map, Map] | None = None,
) -> tuple[Map, Map, Mask]:
    """Where each pixel of the onset went in the apex picture, by optical flow.

    Parameters
    ----------
    onset, apex : (H, W) or (H, W, 3) pictures
    first : (H, W) column and row where each pixel would be if only the head had moved. The apex
        is drawn back by it before the flow is sought, so that outlines of the head stand still
        and what has no texture counts as still

    Returns
    -------
    u, v : (H, W) float32 column and row in the apex [px]
    good : (H, W) where the flow back from there returns within a pixel

    Raises
    ------
    ImportError
        OpenCV is not installed (says what to do).

    Notes
    -----
    Dense inverse search (OpenCV). Patches are compared without their mean, so that brighter light
    is no motion; light from another side still is some.

    Source: E3-03.
    """
    cv2 = _opencv()
    before, after = (
        cv2.cvtColor(np.ascontiguousarray(each), cv2.COLOR_RGB2GRAY) if each.ndim == 3 else each
        for each in (onset, apex)
    )
    height, width = before.shape
    column = np.arange(width, dtype=np.float32)
    row = np.arange(height, dtype=np.float32)[:, None]
    if first is not None:
        after = cv2.remap(after, *first, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    there, back = search.calc(before, after, None), search.calc(after, before, None)
    u, v = there[..., 0] + column, there[..., 1] + row
    returned = there + cv2.remap(back, u, v, cv2.INTER_LINEAR)
    good = np.einsum("ijk,ijk->ij", returned, returned) < _APART**2
    if first is not None:
        u, v = (cv2.remap(each, u, v, cv2.INTER_LINEAR) for each in first)
    return u, v, good


def _carried(found: Surface, intrinsics: Intrinsics, head: Rigid) -> tuple[Map, Map]:
    """(H, W) column and row of each pixel once the head has moved; holes as at middle depth."""
    z = found.points[2]
    z = np.where(z > 0, z, np.median(z[found.good]))
    x, y, z = head.carry(_rays(intrinsics) * z)
    u, v = x / z * intrinsics.fx + intrinsics.cx, y / z * intrinsics.fy + intrinsics.cy
    return u.astype(np.float32), v.astype(np.float32)


def _opencv() -> Any:
    try:
        import cv2
    except ImportError:
        raise ImportError(
            "optical flow needs OpenCV: pip install opencv-python-headless. "
            "Without it, use follow='none'."
        ) from None
    return cv2


def shaded(found: Surface) -> npt.NDArray[np.uint8]:
    """A grey picture (H, W) of a surface under one lamp, for flow where there is no colour."""
    bright = np.tensordot(_LAMP, found.normals, 1) * found.good
    return (bright.clip(0, 1) * 255).astype(np.uint8)


def field(
    onset: Frame | Sequence[Frame],
    apex: Frame | Sequence[Frame],
    intrinsics: Intrinsics,
    *,
    follow: Follow | None = None,
    head: Rigid | None = None,
    radius: float | None = None,
    slope_radius: float = 4.0,
) -> Field:
    """How the skin moved from onset to apex, at every pixel of the onset.

    Parameters
    ----------
    onset, apex : a frame, or several of the same moment, which are averaged
    intrinsics : the camera
    follow : "colour", optical flow on the pictures, the default where both frames have one;
        "shape", the same on the shaded depth, which finds less than no flow does, for a face has
        too little relief (tests/benchmarks/depth_motion.py); "none", the default without
        pictures: only motion along the normal is seen
    head : the head's motion, where it is known; by default it is found
    radius : over which the motion's depth is averaged [px]; by default as wide as its noise asks
    slope_radius : for the normals [px]

    Raises
    ------
    ValueError
        Sizes differ, there is no picture to follow, or too little depth to align the head.
    ImportError
        Flow without OpenCV.

    Source: S3-020, E3-03, E3-21.
    """
    before, after = (average([e] if isinstance(e, Frame) else e) for e in (onset, apex))
    pictures = [e.colour for e in (before, after) if e.colour is not None]
    how: Follow = follow or ("colour" if len(pictures) == 2 else "none")
    check_choice("follow", how, Follow)
    first, second = (surface(e.depth, intrinsics, radius=slope_radius) for e in (before, after))
    if how == "shape":
        pictures = [shaded(first), shaded(second)]
    elif how == "colour" and len(pictures) < 2:
        raise ValueError("follow 'colour' needs a picture in both frames. Use 'shape' or 'none'.")
    moved = align(first, second, intrinsics) if head is None else head
    across = None
    if how == "none":
        depth, good = _by_plane(first, second, intrinsics, moved)
    else:
        u, v, sure = tracked(pictures[0], pictures[1], _carried(first, intrinsics, moved))
        depth, across, good = _by_flow(first, second, intrinsics, moved, u, v)
        good &= sure
    if radius is None:
        rough = floor_of(depth, good, _ROUGH)
        radius = float(np.clip(_ROUGH * rough / (TARGET_MM * MM), *RADII))
    weight = good.astype(np.float32)
    noise = floor_of(depth, good, radius)
    depth, near = blurred(depth, weight, radius)
    valid = good & (near > 0.5)
    if across is None:
        displacement = depth * first.normals
    else:
        displacement = depth * _rays(intrinsics)
        share = None
        for axis in (0, 1):
            flat, share = blurred(across[axis], weight, _FLOW_RADIUS, share)
            displacement[axis] += flat
    displacement *= valid
    points, displacement, normals = (
        np.moveaxis(each, 0, -1) for each in (first.points, displacement, first.normals)
    )
    return Field(points, displacement, normals, valid, moved, noise, radius, how, intrinsics)


def _rays(intrinsics: Intrinsics) -> Map:
    """(3, H, W) direction of each pixel's ray, of unit depth."""
    rays = np.ones((3, *intrinsics.shape), np.float32)
    rays[0], rays[1] = intrinsics.columns, intrinsics.rows[:, None]
    return rays


def _by_plane(
    first: Surface, second: Surface, intrinsics: Intrinsics, head: Rigid
) -> tuple[Map, Mask]:
    """(H, W) distance of the apex from the plane that touches the carried onset [m]."""
    shape = first.good.shape
    at = np.flatnonzero(first.good)
    p = head.carry(first.points.reshape(3, -1)[:, at])
    u = p[0] / p[2] * intrinsics.fx + intrinsics.cx
    v = p[1] / p[2] * intrinsics.fy + intrinsics.cy
    maps = np.concatenate([second.points[2:], second.normals])
    (z, *normal), hit = sampled(maps, second.good, u, v)
    distance = sum(n * each for n, each in zip(normal, p, strict=True)) * (z / p[2] - 1)
    found, good = np.zeros(shape, np.float32), np.zeros(shape, np.bool_)
    found.flat[at], good.flat[at] = np.where(hit, distance, 0), hit
    return found, good


def _by_flow(
    first: Surface, second: Surface, intrinsics: Intrinsics, head: Rigid, u: Map, v: Map
) -> tuple[Map, Map, Mask]:
    """Followed pixels lifted to space: change of depth (H, W), and motion across the ray
    (2, H, W) [m].

    They are kept apart because the noise of depth is all in the first.
    """  # fmt: skip
    shape = first.good.shape
    at = np.flatnonzero(first.good)
    u, v = u.ravel()[at], v.ravel()[at]
    (z,), hit = sampled(second.points[2:], second.good, u, v)
    q = np.stack(
        [(u - intrinsics.cx) / intrinsics.fx * z, (v - intrinsics.cy) / intrinsics.fy * z, z]
    )
    p = first.points.reshape(3, -1)[:, at]
    x, y, back = head.inverse.carry(q)
    found, good = np.zeros((3, *shape), np.float32), np.zeros(shape, np.bool_)
    values = found.reshape(3, -1)
    values[0, at] = np.where(hit, back - p[2], 0)
    # What is left once the onset is carried along its own ray to the new depth.
    for axis, there in ((1, x), (2, y)):
        values[axis, at] = np.where(hit, there - p[axis - 1] / p[2] * back, 0)
    good.flat[at] = hit
    return found[0], found[1:], good


def motion(
    onset: Frame | Sequence[Frame],
    apex: Frame | Sequence[Frame],
    intrinsics: Intrinsics,
    *,
    count: int = COUNT,
    follow: Follow | None = None,
    pick: Literal["rank", "random"] = "rank",
    channels: Channels = "spherical",
    least: float = 0.0,
    seed: int = 0,
    head: Rigid | None = None,
) -> Selected:
    """The whole used pipeline: `field`, then `Field.select`."""
    found = field(onset, apex, intrinsics, follow=follow, head=head)
    return found.select(count, pick=pick, channels=channels, seed=seed, least=least)
