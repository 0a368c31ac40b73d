"""What pages show of the depth pipeline: colour clouds, and where its formulae mislead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from fau_teach.depth.cloud import Floats, Intrinsics, PointCloud
from fau_teach.depth.printed import (
    Difference,
    Variant,
    check_choice,
    colours,
    scaled,
    spherical,
)
from fau_teach.depth.selected import Selected

Show = Literal["delta", "motion"]

ANGLES = {
    "formula": ("azimuth", "elevation"),
    "text": ("angle to x", "elevation"),
    "caption": ("azimuth", "polar"),
}
"""Which two angles each place of the source calls theta and phi (E3-02)."""
EXAMPLES = {
    "lip corner: up and out, or down and in": (3.0, 4.0, 0.0),
    "towards the lower right, or the upper left": (1.0, 1.0, 0.0),
    "brow: down, or up": (0.0, 1.0, 0.0),
}
"""Motions whose opposites get the same printed colour, in the picture's axes (y down)."""


def colour_cloud(
    moved: Difference,
    show: Show = "motion",
    variant: Variant = "used",
    *,
    still: float = 0.0,
    full: float | None = None,
    picture: npt.NDArray[np.uint8] | None = None,
    share: float = 0.5,
) -> PointCloud:
    """The onset cloud with its motion as colour.

    Parameters
    ----------
    show : "delta", the three components, each from its least to its greatest; "motion", length
        and angles
    variant, still, full : of `fau_teach.depth.printed.colours`
    picture : (height, width, 3) picture of the onset to mix with
    share : of the motion in the mixture

    Raises
    ------
    ValueError
        A choice is unknown, or the picture has another size.

    Source: S3-008 (figure 4: A is "delta", (B).a is mixed, (B).b is "motion"), S3-015, S3-018.
    """
    check_choice("show", show, Show)
    if show == "delta":
        shades = scaled(moved.delta)
    else:
        shades = colours(spherical(moved.delta, variant), variant, still, full)
    if picture is not None:
        if picture.shape != (*moved.intrinsics.shape, 3):
            raise ValueError(f"picture of {picture.shape}, camera of {moved.intrinsics.shape}.")
        skin = picture.reshape(-1, 3)[moved.pixels] / 255
        shades = share * shades + (1 - share) * skin
    return PointCloud(moved.points, moved.pixels, moved.intrinsics, shades)


def named_angles(delta: npt.ArrayLike) -> dict[str, Floats]:
    """All angles [deg] that the source calls theta or phi, of motions (N, 3).

    Source: E3-02.
    """
    moved = np.atleast_2d(np.asarray(delta, np.float64))
    r, theta, phi = spherical(moved).T
    to_x = np.arccos(np.clip(moved[:, 0] / np.where(r > 0, r, 1), -1, 1))
    found = {"azimuth": theta, "elevation": phi, "angle to x": to_x, "polar": np.pi / 2 - phi}
    return {name: np.degrees(angle) for name, angle in found.items()}


def twin(delta: npt.ArrayLike) -> Floats:
    """The other motion (..., 3) with the same printed length and angles: x and y reversed.

    Source: E3-01.
    """
    other: Floats = np.asarray(delta) * np.array([-1.0, -1.0, 1.0])
    return other


@dataclass(frozen=True, slots=True)
class Collision:
    """Two motions that are told apart by one variant only.

    Parameters
    ----------
    name : what moves
    motions : the two, x y z
    printed, used : azimuth of each [deg]
    """

    name: str
    motions: tuple[tuple[float, ...], tuple[float, ...]]
    printed: tuple[float, float]
    used: tuple[float, float]


def collisions() -> tuple[Collision, ...]:
    """`EXAMPLES` with their twins.

    Source: E3-01.
    """
    made = []
    for name, motion in EXAMPLES.items():
        both = np.stack([motion, twin(motion)])
        printed, used = (
            tuple(np.degrees(spherical(both, variant)[:, 1]).tolist())
            for variant in ("printed", "used")
        )
        made.append(Collision(name, (motion, tuple(both[1].tolist())), printed, used))
    return tuple(made)


def turning(motion: Floats) -> Floats:
    """(N, 4) r, cosine and sine of theta, phi: no jump where theta passes 180 degrees.

    Source: E3-01.
    """
    r, theta, phi = motion.T
    return np.stack([r, np.cos(theta), np.sin(theta), phi], axis=1)


def along_ray(
    intrinsics: Intrinsics, pixels: npt.ArrayLike | None = None
) -> tuple[Floats, Floats, Floats]:
    """What a difference by pixel can be: printed theta, size of phi [rad], and r over |dz|.

    They depend on the pixel alone: tan theta = (v - cy) / (u - cx), tan |phi| = f / rho and
    r / |dz| = sqrt(1 + rho^2 / f^2), where rho is the distance from the principal point.

    Parameters
    ----------
    pixels : (N,) flat pixels; by default all

    Source: S3-013, E3-03.
    """
    rays = intrinsics.rays.reshape(-1, 2)
    x, y = (rays if pixels is None else rays[np.asarray(pixels)]).T
    with np.errstate(divide="ignore", invalid="ignore"):
        theta = np.arctan(y / x)
        phi = np.arctan(1 / np.hypot(x, y))
    return theta, phi, np.sqrt(1 + x * x + y * y)


def off_ray(moved: Difference) -> Floats:
    """(N,) angle between each motion and the camera ray of its pixel [deg]; 0 where still.

    Source: E3-03. A difference by pixel gives 0 everywhere; skin that slides does not.
    """
    rays = np.ones((len(moved), 3))
    rays[:, :2] = moved.intrinsics.rays.reshape(-1, 2)[moved.pixels]
    delta = moved.delta.astype(np.float64)
    across = np.linalg.norm(np.cross(rays, delta), axis=1)
    along = np.abs(np.einsum("nc,nc->n", rays, delta))
    angle: Floats = np.degrees(np.arctan2(across, along))
    return angle


def nearest(onset: PointCloud, apex: PointCloud) -> Difference:
    """Motion of each onset point to the nearest apex point, as a scene flow begins.

    Source: S3-009. It is coarse: along a surface it finds the grid of pixels, not the skin.
    """
    _, found = cKDTree(apex.points).query(onset.points)
    delta = apex.points[found] - onset.points
    return Difference(onset.points, delta, onset.pixels, onset.intrinsics)


def overlap(first: Selected, second: Selected) -> float:
    """Share of the chosen pixels of the smaller selection that the other one has too.

    Source: E3-04.
    """
    shared = np.intersect1d(first.distinct, second.distinct)
    return len(shared) / min(len(first.distinct), len(second.distinct))


def misplaced(
    intrinsics: Intrinsics, columns: float, rows: float, z: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """How far right and down points at depth z come to lie by a wrong principal point [m].

    Parameters
    ----------
    columns, rows : assumed point minus the true one; a crop at (left, top) that leaves the
        point where it was errs by (left, top) [px]
    z : depth [m]

    The error grows with depth, so a face is sheared, not only moved. It leaves a difference by
    pixel as small as it is, for both frames err alike, unless their crops differ.

    Source: S3-012, E3-03, E3-07.
    """
    depth = np.asarray(z, np.float64)
    return -columns * depth / intrinsics.fx, -rows * depth / intrinsics.fy
