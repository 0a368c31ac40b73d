"""Motion summed up by region of the face: a few numbers that noise hardly touches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fau_teach._data import read_csv
from fau_teach.depth.cloud import MM, Floats, Intrinsics, project
from fau_teach.depth.rigid import blurred, metres

if TYPE_CHECKING:
    from fau_teach.depth.motion import Field
    from fau_teach.face import Face
    from fau_teach.face.camera import Camera

_ONE_SIDE = {
    "outer_brow": ((17, 18), ()),
    "inner_brow": ((20, 21), ()),
    "forehead": ((17, 19, 21), (36, 37, 38, 39, 40, 41)),
    "eye": ((36, 37, 38, 39, 40, 41), ()),
    "nose_side": ((31, 39), ()),
    "cheek": ((2, 36, 39, 48), ()),
    "lip_corner": ((48,), ()),
    "jaw": ((4, 6, 48), ()),
}
_MIDDLE = {
    "glabella": ((21, 22), ()),
    "nose": ((28, 29, 30), ()),
    "upper_lip": ((33, 50, 51, 52), ()),
    "lower_lip": ((56, 57, 58), ()),
    "chin": ((7, 8, 9, 57), ()),
}
"""Points of the usual 68 whose mean is the middle of a region; from the second mean, where there
is one, the region lies as far again beyond the first. Those of the subject's right side."""
_REACH = 0.35
"""A region ends so far from its middle, as a share of the distance between the eyes."""
MEASURES = ("normal", "normal_95", "right", "down", "tangential", "tangential_95")
"""What is told of each region, all in metres: mean motion out of the surface; what 95 % of its
size stay below; mean motion along the surface to the picture's right and down; mean size of the
motion along the surface, and what 95 % of it stay below."""


@cache
def _mirror68() -> dict[int, int]:
    """Point on the other side, of each of the 68."""
    pairs = [
        (int(row["point"]), int(row["mirror"]))
        for row in read_csv("face/landmarks68.csv", ("point", "mirror"))
    ]
    return {a: b for one, other in pairs for a, b in ((one, other), (other, one))}


@cache
def _plan() -> dict[str, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Region to the two sets of points that place it, both sides."""
    other = _mirror68()
    plan = {f"{name}_right": both for name, both in _ONE_SIDE.items()}
    for name, (here, there) in _ONE_SIDE.items():
        plan[f"{name}_left"] = tuple(other[i] for i in here), tuple(other[i] for i in there)
    return {**plan, **_MIDDLE}


def names() -> tuple[str, ...]:
    """The regions; left is the subject's left."""
    return tuple(_plan())


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """Which pixel belongs to which region.

    Parameters
    ----------
    labels : (H, W) int8 number in `names`, -1 where none
    """

    labels: npt.NDArray[np.int8]

    def mask(self, name: str) -> npt.NDArray[np.bool_]:
        """(H, W) the pixels of one region; ValueError for a name that is none."""
        if name not in names():
            raise ValueError(f"region {name!r}: choose one of {', '.join(names())}.")
        return np.asarray(self.labels == names().index(name))


def regions(marks: npt.ArrayLike, intrinsics: Intrinsics) -> Regions:
    """The regions of a face whose 68 points are known: each pixel goes to the nearest middle.

    Parameters
    ----------
    marks : (68, 2) column and row in the usual numbering [px]
    intrinsics : the camera, for the size

    Raises
    ------
    ValueError
        There are not 68 points, or one is not finite.
    """
    points = np.asarray(marks, np.float64)
    if points.shape != (68, 2) or not np.isfinite(points).all():
        raise ValueError(f"marks of shape {points.shape}: 68 finite points are needed, (68, 2).")
    middles = []
    for here, there in _plan().values():
        middle = points[list(here)].mean(axis=0)
        middles.append(2 * middle - points[list(there)].mean(axis=0) if there else middle)
    between = np.linalg.norm(points[36:42].mean(axis=0) - points[42:48].mean(axis=0))
    u, v = np.arange(intrinsics.width), np.arange(intrinsics.height)[:, None]
    away = np.stack([(u - x) ** 2 + (v - y) ** 2 for x, y in middles])
    nearest = away.argmin(axis=0)
    nearest[away.min(axis=0) > (_REACH * between) ** 2] = -1
    return Regions(nearest.astype(np.int8))


def marks_of(who: Face, camera: Camera) -> Floats:
    """(68, 2) the points of a teaching face at rest, seen by its camera [px]."""
    from fau_teach.force.observe import vertices68

    seen: Floats = camera.project(who.posed().skin[list(vertices68())])[:, :2] - 0.5
    return seen


@cache
def _usual() -> Floats:
    """(68, 3) the default face's points from the tip of its nose, in Open3D's axes [m]."""
    from fau_teach.face.face import face
    from fau_teach.force.observe import vertices68

    who = face()
    points = who.base.vertices[list(vertices68())]
    relative: Floats = (points - points[30]) * (MM, -MM, -MM)
    return relative


def guess(depth: npt.ArrayLike, intrinsics: Intrinsics) -> Floats:
    """(68, 2) where the points of an average face would be, hung from the tip of the nose [px].

    For regions where no landmarks are at hand. It needs an upright face that looks at the camera
    and nothing nearer than the nose; a detector's points are better.

    Raises
    ------
    ValueError
        The map has no depth.
    """
    z = metres(depth, intrinsics)
    if not z.any():
        raise ValueError("the frame has no depth at all: no face to find.")
    rows, columns = (np.flatnonzero(z.any(axis=axis)) for axis in (1, 0))
    box = tuple(slice(*np.quantile(each, (0.25, 0.75)).astype(int)) for each in (rows, columns))
    inner = z[box]
    smooth, share = blurred(inner, (inner > 0).astype(np.float32), 3.0)
    smooth = np.where(share > 0.5, smooth, np.inf)
    row, column = np.unravel_index(int(smooth.argmin()), smooth.shape)
    v, u, tip = row + box[0].start, column + box[1].start, float(smooth[row, column])
    middle = np.array([(u - intrinsics.cx) / intrinsics.fx, (v - intrinsics.cy) / intrinsics.fy, 1])
    return np.stack(project(_usual() + middle * tip, intrinsics)[:2], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """Motion by region.

    Parameters
    ----------
    values : (regions, measures) in the order of `names` and `MEASURES` [m]; NaN for a region of
        which nothing is seen
    pixels : (regions,) how many pixels of each are known
    """

    values: Floats
    pixels: npt.NDArray[np.int64]

    def __getitem__(self, name: str) -> dict[str, float]:
        """The measures of one region."""
        return dict(zip(MEASURES, self.values[names().index(name)].tolist(), strict=True))

    @property
    def vector(self) -> Floats:
        """All in one row, for a classifier; what is not known counts as still."""
        return np.nan_to_num(self.values).ravel()


def summed(field: Field, where: Regions) -> Summary:
    """Motion of a field by region.

    Raises
    ------
    ValueError
        The regions belong to maps of another size.
    """
    if where.labels.shape != field.valid.shape:
        raise ValueError(
            f"regions of {where.labels.shape}, motion of {field.valid.shape}. Crop both alike."
        )
    normal, along = field.normal, field.tangential
    size = np.linalg.norm(along, axis=2)
    values = np.full((len(names()), len(MEASURES)), np.nan)
    pixels = np.zeros(len(names()), np.int64)
    labels: npt.NDArray[Any] = np.where(field.valid, where.labels, -1)
    for number in range(len(names())):
        at = labels == number
        pixels[number] = at.sum()
        if pixels[number]:
            out, flat, step = normal[at], size[at], along[at]
            values[number] = (
                out.mean(), np.quantile(np.abs(out), 0.95), step[:, 0].mean(), step[:, 1].mean(),
                flat.mean(), np.quantile(flat, 0.95),
            )  # fmt: skip
    return Summary(values, pixels)
