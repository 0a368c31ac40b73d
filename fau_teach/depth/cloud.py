"""Depth maps to point clouds and back: the pinhole camera in Open3D's axes.

x runs right, y down and z forward, in metres; pixel (u, v) has its centre at whole numbers. A raw
depth map holds units of ``1 / scale`` metre, 0 where there is no depth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from fau_teach.face.camera import Camera

MM = 1e-3
_BLOCK = 64
"""Rows that are worked on at a time."""
Floats = npt.NDArray[np.floating[Any]]
Pixels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Intrinsics:
    """Focal lengths, principal point and size of a depth camera.

    Parameters
    ----------
    fx, fy : focal lengths [px]
    cx, cy : principal point, where z runs through the picture [px]
    width, height : size of the depth map [px]
    scale : raw units per metre

    Raises
    ------
    ValueError
        A size is not a positive whole number, a focal length or the scale is not positive, or
        the principal point is not finite (says which).

    Source: S3-011 prints one focal length, 1324.65, the scale 1000 and pictures of 1280x720.
    The principal point (640, 360) is our assumption (E3-07), and so is that there is no
    distortion.
    """

    fx: float = 1324.65
    fy: float = 1324.65
    cx: float = 640.0
    cy: float = 360.0
    width: int = 1280
    height: int = 720
    scale: float = 1000.0

    def __post_init__(self) -> None:
        for name in ("width", "height"):
            size = getattr(self, name)
            if not isinstance(size, int) or isinstance(size, bool) or size < 1:
                raise ValueError(f"intrinsics {name}: {size!r} pixels. Use a whole number from 1.")
        for name in ("fx", "fy", "scale"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"intrinsics {name}: {getattr(self, name)!r}. Use a number > 0.")
        for name in ("cx", "cy"):
            if not math.isfinite(getattr(self, name)):
                raise ValueError(f"intrinsics {name}: {getattr(self, name)!r} is not finite.")

    @classmethod
    def of(cls, camera: Camera, scale: float = 1000.0) -> Intrinsics:
        """Those of the teaching face's camera, whose pixel centres stand at +0.5."""
        return cls(
            camera.focal,
            camera.focal,
            camera.cx - 0.5,
            camera.cy - 0.5,
            camera.width,
            camera.height,
            scale,
        )

    def cropped(self, left: int, top: int, width: int, height: int) -> Intrinsics:
        """The same camera for a part of its picture: the principal point moves with the crop.

        Raises
        ------
        ValueError
            The crop is empty or leaves the picture.

        Source: S3-012, E3-07.
        """
        if not (
            left >= 0
            and top >= 0
            and width > 0
            and height > 0
            and left + width <= self.width
            and top + height <= self.height
        ):
            raise ValueError(
                f"crop of {width}x{height} pixels at ({left}, {top}) leaves the picture of "
                f"{self.width}x{self.height}. Cut the box to the picture first."
            )
        return replace(self, cx=self.cx - left, cy=self.cy - top, width=width, height=height)

    @property
    def field_of_view(self) -> tuple[float, float]:
        """Angles that the picture's width and height span [deg], for a centred principal point."""
        return (
            math.degrees(2 * math.atan(self.width / (2 * self.fx))),
            math.degrees(2 * math.atan(self.height / (2 * self.fy))),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a depth map."""
        return self.height, self.width

    @property
    def columns(self) -> Floats:
        """(width,) x over z of each column."""
        return _slopes(self.cx, self.fx, self.width)

    @property
    def rows(self) -> Floats:
        """(height,) y over z of each row."""
        return _slopes(self.cy, self.fy, self.height)

    @property
    def rays(self) -> Floats:
        """(height, width, 2) x over z and y over z of the ray through each pixel, read-only."""
        return _rays(self)

    def check(self, depth: npt.ArrayLike, what: str = "depth map") -> npt.NDArray[Any]:
        """The map as an array, if it has this camera's size; otherwise a ValueError."""
        raw = np.asarray(depth)
        if raw.shape != self.shape:
            raise ValueError(
                f"{what} of shape {raw.shape}. The camera's is {self.shape}: crop both alike."
            )
        return raw


@lru_cache(64)
def _slopes(centre: float, focal: float, size: int) -> Floats:
    slopes = (np.arange(size) - centre) / focal
    slopes.setflags(write=False)
    return slopes


@lru_cache(4)  # 15 MB for a whole frame
def _rays(intrinsics: Intrinsics) -> Floats:
    rays = np.empty((*intrinsics.shape, 2))
    rays[..., 0] = intrinsics.columns
    rays[..., 1] = intrinsics.rows[:, None]
    rays.setflags(write=False)
    return rays


@lru_cache(8)
def _all_pixels(size: int) -> Pixels:
    pixels = np.arange(size)
    pixels.setflags(write=False)
    return pixels


@dataclass(frozen=True, slots=True, eq=False)
class PointCloud:
    """One point for every pixel that has depth, in the order of the pixels.

    Parameters
    ----------
    points : (N, 3) x right, y down, z forward [m]
    pixels : (N,) flat pixel v * width + u of each point
    intrinsics : the camera
    colours : (N, 3) red, green, blue from 0 to 1, or None

    Source: S3-008 (the same number is the same pixel), S3-010 (N counts pixels with depth).
    """

    points: Floats
    pixels: Pixels
    intrinsics: Intrinsics
    colours: Floats | None = None

    def __len__(self) -> int:
        return len(self.points)

    @property
    def uv(self) -> Pixels:
        """(N, 2) column and row of each point."""
        return np.stack(np.divmod(self.pixels, self.intrinsics.width)[::-1], axis=1)

    def depth(self, dtype: npt.DTypeLike = np.uint16) -> npt.NDArray[Any]:
        """The (height, width) raw depth map again; whole numbers are rounded to."""
        raw = np.zeros(self.intrinsics.height * self.intrinsics.width, dtype)
        z = self.points[:, 2].astype(np.float64) * self.intrinsics.scale
        raw[self.pixels] = np.rint(z) if np.issubdtype(raw.dtype, np.integer) else z
        return raw.reshape(self.intrinsics.shape)

    def to_open3d(self) -> Any:
        """An ``open3d.geometry.PointCloud`` with the same points and colours."""
        import open3d as o3d

        made = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(self.points.astype(np.float64)))
        if self.colours is not None:
            made.colors = o3d.utility.Vector3dVector(self.colours.astype(np.float64))
        return made

    @classmethod
    def from_open3d(cls, made: Any, intrinsics: Intrinsics) -> PointCloud:
        """The cloud of an ``open3d.geometry.PointCloud`` seen by a camera.

        Raises
        ------
        ValueError
            A point falls outside the picture, or two on one pixel.
        """
        points = np.asarray(made.points)
        u, v, _ = (np.rint(each) for each in project(points, intrinsics))
        inside = (u >= 0) & (u < intrinsics.width) & (v >= 0) & (v < intrinsics.height)
        if not (inside & (points[:, 2] > 0)).all():
            raise ValueError("a point falls outside the picture. Give the camera that saw it.")
        pixels = (v * intrinsics.width + u).astype(np.int64)
        order = np.argsort(pixels, kind="stable")
        if (np.diff(pixels[order]) == 0).any():
            raise ValueError("two points fall on one pixel: this cloud is not of one depth map.")
        colours = np.asarray(made.colors)[order] if made.has_colors() else None
        return cls(points[order], pixels[order], intrinsics, colours)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One frame of a depth camera: a depth map and a picture that share their pixels.

    Parameters
    ----------
    depth : (height, width) raw depth, 0 where there is none
    colour : (height, width, 3) picture from 0 to 255, or None

    Raises
    ------
    ValueError
        The depth is not a map of numbers, or the picture has another size.

    Source: S3-010 (D and I of one frame), S3-008 (aligned by pixel).
    """

    depth: npt.NDArray[Any]
    colour: npt.NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", np.asarray(self.depth))
        if self.depth.ndim != 2 or self.depth.dtype.kind not in "uif":
            raise ValueError(
                f"depth of shape {self.depth.shape} and type {self.depth.dtype}. Use one number "
                "a pixel: read the 16-bit file unchanged."
            )
        if self.colour is not None and self.colour.shape != (*self.depth.shape, 3):
            raise ValueError(
                f"picture of shape {self.colour.shape} beside a depth map of shape "
                f"{self.depth.shape}. They must share their pixels."
            )

    def cloud(self, intrinsics: Intrinsics) -> PointCloud:
        """The frame as a coloured point cloud: P, with I on it."""
        return cloud(self.depth, intrinsics, self.colour)


def cloud(
    depth: npt.ArrayLike,
    intrinsics: Intrinsics,
    colour: npt.NDArray[np.uint8] | None = None,
    *,
    dtype: npt.DTypeLike = np.float32,
) -> PointCloud:
    """Back-project a depth map: z = depth / scale, x = (u - cx) z / fx, y = (v - cy) z / fy.

    Parameters
    ----------
    depth : (height, width) raw depth; 0, negative and not finite mean no depth
    intrinsics : the camera
    colour : (height, width, 3) picture from 0 to 255
    dtype : of the points

    Raises
    ------
    ValueError
        The size is not the camera's.

    Source: S3-011.
    """
    raw = intrinsics.check(depth)
    points = np.empty((*raw.shape, 3), dtype)
    columns, rows = intrinsics.columns.astype(dtype), intrinsics.rows.astype(dtype)[:, None]
    for first in range(0, len(raw), _BLOCK):  # what stays in the cache is written fast
        part = slice(first, first + _BLOCK)
        z, into = raw[part].astype(dtype), points[part]
        z /= intrinsics.scale
        np.multiply(z, columns, out=into[..., 0])
        np.multiply(z, rows[part], out=into[..., 1])
        into[..., 2] = z
    flat = points.reshape(-1, 3)
    valid = raw > 0 if raw.dtype.kind != "f" else (raw > 0) & np.isfinite(raw)
    if valid.all():
        pixels = _all_pixels(raw.size)
    else:
        pixels = np.flatnonzero(valid)
        flat = np.take(flat, pixels, axis=0)
    colours = None
    if colour is not None:
        if colour.shape != (*raw.shape, 3):
            raise ValueError(f"picture of shape {colour.shape}, depth map of {raw.shape}.")
        colours = np.take(colour.reshape(-1, 3), pixels, axis=0).astype(np.float32) / 255
    return PointCloud(flat, pixels, intrinsics, colours)


def project(points: npt.ArrayLike, intrinsics: Intrinsics) -> tuple[Floats, Floats, Floats]:
    """Column, row [px] and raw depth of points (..., 3) [m]: the inverse of `cloud`.

    Points at z = 0 give no finite pixel.

    Source: S3-011.
    """
    p = np.asarray(points, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        u = p[..., 0] / p[..., 2] * intrinsics.fx + intrinsics.cx
        v = p[..., 1] / p[..., 2] * intrinsics.fy + intrinsics.cy
    return u, v, p[..., 2] * intrinsics.scale
