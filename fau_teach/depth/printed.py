"""The pipeline as the source prints it: subtract by pixel, filter, colour, rank, keep 2048.

Every step also has the variant that we use. What no variant can mend is the step that all rest on:
a difference on one pixel grid runs along the camera's ray, so it holds the change of depth and
nothing else (E3-03). ``fau_teach.depth.motion`` does without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from fau_teach.depth.cloud import Floats, Frame, Intrinsics, Pixels, PointCloud, cloud
from fau_teach.depth.selected import COUNT, Selected, choose, top

Variant = Literal["used", "printed"]
Centre = Literal["centroid", "median", "nose"]
Offset = Literal["none", "median", "rigid"]
Pick = Literal["rank", "random"]
FACTOR = 1.5
"""Points farther than this times the mean distance are dropped (S3-016)."""


def check_choice(name: str, value: str, kind: Any) -> None:
    """Refuse a word that is none of a Literal's."""
    if value not in get_args(kind):
        raise ValueError(f"{name} {value!r}: choose one of {', '.join(get_args(kind))}.")


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """Motion of the pixels that have depth in both frames.

    Parameters
    ----------
    points : (N, 3) positions in the onset frame [m]
    delta : (N, 3) apex minus onset [m]
    pixels : (N,) flat pixel
    intrinsics : of the onset frame

    Source: S3-014.
    """

    points: Floats
    delta: Floats
    pixels: Pixels
    intrinsics: Intrinsics

    def __len__(self) -> int:
        return len(self.points)

    def only(self, mask: npt.ArrayLike) -> Difference:
        """The points of a mask (N,)."""
        at = np.flatnonzero(mask)
        if len(at) == len(self):
            return self
        points, delta = np.take(self.points, at, axis=0), np.take(self.delta, at, axis=0)
        return Difference(points, delta, self.pixels[at], self.intrinsics)

    @property
    def stacked(self) -> Floats:
        """(N, 6): position and motion, V of the source."""
        return np.hstack([self.points, self.delta])


def difference(onset: PointCloud, apex: PointCloud) -> Difference:
    """Equation 1: apex minus onset, one to one by pixel.

    Pixels that lack depth in a frame are left out. The printed equation is hard to read; the
    order in which it names the frames suggests this sign (E3-08).

    Raises
    ------
    ValueError
        The frames differ in size.

    Source: S3-013, S3-008.
    """
    if onset.intrinsics.shape != apex.intrinsics.shape:
        raise ValueError(
            f"onset of {onset.intrinsics.shape} pixels, apex of {apex.intrinsics.shape}. "
            "Crop both with the same box."
        )
    if np.array_equal(onset.pixels, apex.pixels):
        return Difference(onset.points, apex.points - onset.points, onset.pixels, onset.intrinsics)
    size = onset.intrinsics.height * onset.intrinsics.width
    there = np.zeros(size, np.bool_)
    there[apex.pixels] = True
    first = np.flatnonzero(there[onset.pixels])
    pixels = onset.pixels[first]
    there[:] = False
    there[pixels] = True
    second = np.flatnonzero(there[apex.pixels])
    points = np.take(onset.points, first, axis=0)
    delta = np.take(apex.points, second, axis=0)
    delta -= points
    return Difference(points, delta, pixels, onset.intrinsics)


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What the background filter takes for the face: a ball.

    Parameters
    ----------
    centre : (3,) [m]
    radius : [m]
    distance : (N,) of each point from the centre [m]
    """

    centre: Floats
    radius: float
    distance: Floats


def reach(points: Floats, factor: float = FACTOR, centre: Centre = "median") -> Reach:
    """Centre of the face, and how far what belongs to it lies from there.

    Parameters
    ----------
    points : (N, 3) [m]
    factor : radius over the mean distance to the centre
    centre : "centroid", the mean of all points; "median", the median of the points in the middle
        half of the view, so that a wall cannot take it; "nose", the median of the nearest
        hundredth

    Source: S3-016. The source defines no centre and prints the factor in another place (E3-06).
    """
    check_choice("centre", centre, Centre)
    if not factor > 0:
        raise ValueError(f"factor {factor!r}: use a number above 0.")
    if not len(points):
        raise ValueError("no point to filter: the frames share no pixel with depth.")
    if centre == "centroid":
        middle = np.array([column.mean(dtype=np.float64) for column in points.T])
    elif centre == "nose":
        z = points[:, 2]
        nearest = np.partition(z, len(z) // 100)[len(z) // 100]
        middle = np.median(points[z <= nearest], axis=0)
    else:
        inner = np.ones(len(points), np.bool_)
        for column in (points[:, 0] / points[:, 2], points[:, 1] / points[:, 2]):
            low, high = column.min(), column.max()
            inner &= np.abs(column - (low + high) / 2) <= (high - low) / 4
        middle = np.median(points[inner] if inner.any() else points, axis=0)
    distance = _lengths(points - middle.astype(points.dtype))
    return Reach(middle, factor * float(distance.mean(dtype=np.float64)), distance)


def keep(
    points: Floats, factor: float = FACTOR, centre: Centre = "median"
) -> npt.NDArray[np.bool_]:
    """The background filter: (N,) which points lie within `reach`.

    Source: S3-016, E3-06.
    """
    found = reach(points, factor, centre)
    return found.distance <= found.radius


def _lengths(vectors: Floats) -> Floats:
    """(N,) L2 norms; einsum, because NumPy adds up short rows slowly."""
    lengths: Floats = np.sqrt(np.einsum("nc,nc->n", vectors, vectors))
    return lengths


def settle(points: Floats, delta: Floats, how: Offset = "median") -> Floats:
    """Motion (N, 3) without the offset of the whole face [m].

    Parameters
    ----------
    how : "median" takes the median motion off; "rigid" the rigid motion that fits all points
        best (Kabsch); "none" does nothing

    Source: S3-020. The source filters "distorted motion features" and prints no formula: both
    are ours. Neither helps a difference by pixel when the head turns, for its motion is no
    motion of the skin; the rigid fit needs true correspondences.
    """
    check_choice("offset", how, Offset)
    if how == "none" or not len(points):
        return delta
    if how == "median":
        settled: Floats = delta - np.median(delta, axis=0).astype(delta.dtype)
        return settled
    from fau_teach.depth.rigid import kabsch

    end = points.astype(np.float64) + delta
    rest: Floats = end - kabsch(points, end)(points)
    return rest.astype(delta.dtype)


def spherical(delta: npt.ArrayLike, variant: Variant = "used") -> Floats:
    """Equation 2: (N, 3) length r [m], azimuth theta and elevation phi [rad].

    Parameters
    ----------
    delta : (N, 3) motion [m]
    variant : "printed", arctan of the quotient: opposite directions in the picture share an
        angle, and no motion gives NaN; "used", arctan2, where both angles are 0 if r is 0.
        They mean nothing there: mask with r > 0

    Source: S3-017, E3-01, E3-02.
    """
    check_choice("variant", variant, Variant)
    moved: Floats = np.asarray(delta)
    if moved.dtype.kind != "f":
        moved = moved.astype(np.float64)
    x, y, z = moved[:, 0], moved[:, 1], moved[:, 2]
    flat = x * x + y * y
    found = np.empty_like(moved)
    np.sqrt(flat + z * z, out=found[:, 0])
    np.sqrt(flat, out=flat)
    if variant == "used":
        np.arctan2(y, x, out=found[:, 1])
        np.arctan2(z, flat, out=found[:, 2])
        found[found[:, 0] == 0, 1:] = 0  # signed zeros would give half turns
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            np.arctan(y / x, out=found[:, 1])
            np.arctan(z / flat, out=found[:, 2])
    return found


def cartesian(motion: npt.ArrayLike) -> Floats:
    """The way back: (N, 3) motion from r, theta and phi.

    Source: S3-017: half of all motions survive the way there and back as printed, all as used.
    """
    r, theta, phi = np.asarray(motion).T
    flat = r * np.cos(phi)
    return np.stack([flat * np.cos(theta), flat * np.sin(theta), r * np.sin(phi)], axis=1)


def scaled(values: npt.ArrayLike) -> Floats:
    """Each column from 0 (its least) to 1 (its greatest); NaN counts as 0 before that.

    A column of one value becomes 0. Source: S3-015, S3-018.
    """
    filled: Floats = np.array(values, np.result_type(values, np.float32))
    filled[np.isnan(filled)] = 0
    for column in filled.T:
        low, high = column.min(), column.max()
        column -= low
        column /= high - low if high > low else 1
    return filled


def colours(
    motion: Floats, variant: Variant = "used", still: float = 0.0, full: float | None = None
) -> Floats:
    """Motion as red (r), green (theta) and blue (phi): (N, 3) from 0 to 1.

    Parameters
    ----------
    motion : (N, 3) of `spherical`, of the same variant
    variant : "printed", each channel from its least to its greatest value, which makes still
        points teal, not black; "used", r over its greatest, the angles over their whole range,
        so that a direction has one colour in all clips, and black where r <= ``still``
    still : length up to which a point counts as still, "used" only [m]
    full : length that is fully red, "used" only; by default the greatest, which at an outline
        may be centimetres and leave the face dark [m]

    Source: S3-018, E3-05.
    """
    check_choice("variant", variant, Variant)
    if variant == "printed":
        return scaled(motion)
    shades = np.empty_like(motion)
    longest = motion[:, 0].max(initial=0.0) if full is None else full
    shades[:, 0] = motion[:, 0] / (longest if longest > 0 else 1)
    shades[:, 1] = motion[:, 1] / (2 * np.pi) + 0.5
    shades[:, 2] = motion[:, 2] / np.pi + 0.5
    shades[motion[:, 0] <= still] = 0
    np.clip(shades, 0, 1, out=shades)
    return shades


def rank(motion: Floats, shades: Floats, variant: Variant = "used") -> Floats:
    """(N,) what points are ranked by.

    Parameters
    ----------
    motion : (N, 3) of `spherical`
    shades : (N, 3) of `colours`
    variant : "printed", the L2 norm of the three colour channels, in which the angles weigh
        most; "used", the length r

    Source: S3-019, E3-04.
    """
    check_choice("variant", variant, Variant)
    if variant == "used":
        return motion[:, 0]
    return _lengths(shades)


def subtraction(
    onset: Frame,
    apex: Frame,
    intrinsics: Intrinsics,
    *,
    count: int = COUNT,
    pick: Pick = "rank",
    variant: Variant = "printed",
    seed: int = 0,
    factor: float = FACTOR,
    centre: Centre | None = None,
    offset: Offset = "none",
) -> Selected:
    """The whole pipeline, from two frames of a face crop to the network's input.

    Parameters
    ----------
    onset, apex : frames cut with the same box (`fau_teach.depth.crop`)
    intrinsics : those of the crop
    count : points to keep
    pick : "rank", the first of the ranking; "random", any of those left by the filter
    variant : of angles, colours, ranking and, unless ``centre`` is given, of the filter's centre:
        "printed" the centroid, "used" the median of the middle
    seed : of random choice and of filling up
    factor, centre : of `keep`
    offset : of `settle`

    Raises
    ------
    ValueError
        Sizes differ, a choice is unknown, or no point is left.

    Source: S3-012 to S3-022, S3-050 (sort against random, number of points).
    """
    for name, value, kind in (("pick", pick, Pick), ("variant", variant, Variant)):
        check_choice(name, value, kind)
    maps = [intrinsics.check(frame.depth) for frame in (onset, apex)]
    both = (maps[0] > 0) & (maps[1] > 0)  # equal pixels need no matching
    moved = difference(*(cloud(np.where(both, raw, 0), intrinsics) for raw in maps))
    middle: Centre = centre or ("centroid" if variant == "printed" else "median")
    moved = moved.only(keep(moved.points, factor, middle))
    delta = settle(moved.points, moved.delta, offset)
    motion = spherical(delta, variant)
    shades = colours(motion, variant)
    if pick == "rank":
        order = top(rank(motion, shades, variant), count)
    else:
        order = np.random.default_rng(seed).permutation(len(moved))[:count]
    return choose(
        order, moved.points, shades, delta, moved.pixels, intrinsics.shape, count=count, seed=seed
    )
