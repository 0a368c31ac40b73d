"""Which points a network looks at: farthest points, and the neighbours of each.

Many clouds at once, in double precision, so that near ties fall as in Open3D. No torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int32]
Rule = Literal["nearest", "first"]
"""``"nearest"``: the K nearest inside the radius, as Open3D's hybrid search. ``"first"``: the
first K inside it in the order of the cloud, as PointNet++; another order gives others."""
RULES: tuple[Rule, ...] = ("nearest", "first")


class Neighbours(NamedTuple):
    """Neighbours of m centres in each of B clouds.

    Attributes
    ----------
    places : (B, m, K) in the cloud, in the order of the rule; -1 where there are fewer
    counts : (B, m) how many there are
    """

    places: Int
    counts: Int


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a hierarchy.

    Parameters
    ----------
    centres : how many points are kept; 0 keeps all, and a smaller cloud keeps what it has
    radius : of a neighbourhood [m]; ``inf`` sets no limit
    neighbours : most points of a neighbourhood, K
    rule : which of them, where there are more
    """

    centres: int
    radius: float
    neighbours: int
    rule: Rule = "nearest"


class Group(NamedTuple):
    """What one level found.

    Attributes
    ----------
    centres : (B, m) places of the centres in the points before
    neighbours : (B, m, K) places in the points before; fewer than K are filled up with the first
    counts : (B, m) how many are not filled up
    """

    centres: Int
    neighbours: Int
    counts: Int

    def take(self, at: Any) -> Group:
        """The same of some clouds."""
        return Group(*(one[at] for one in self))


def _clouds(points: npt.ArrayLike) -> Float:
    given = np.asarray(points, np.float64)
    if given.ndim != 3 or given.shape[2] != 3 or not given.shape[1]:
        raise ValueError(f"points have the shape {given.shape}: use (clouds, points, 3).")
    if not np.isfinite(given).all():
        raise ValueError("a coordinate is not finite: leave out points without depth.")
    return given


def farthest_points(
    points: npt.ArrayLike, count: int, start: int | Literal["outermost"] = 0
) -> Int:
    """Spread samples: each next one is the point farthest from all before it.

    Parameters
    ----------
    points : (B, N, 3)
    count : samples of each cloud, 1 to N
    start : the first one, 0 as in Open3D; ``"outermost"`` is the point farthest from the
        centroid, whatever the order of the points

    Returns
    -------
    (B, count) places, no place twice even where points coincide; the earlier of equals

    Raises
    ------
    ValueError
        Wrong shape, a coordinate that is not finite, count or start out of range.

    Source: S3-023.
    """
    given = _clouds(points)
    number, size = given.shape[:2]
    if not 1 <= count <= size:
        raise ValueError(f"{count} samples of {size} points: use 1 to {size}.")
    # Coordinates one after the other and all clouds in one array: few long operations.
    xyz = np.ascontiguousarray(given.transpose(2, 0, 1))
    rows, square, term = np.arange(number), np.empty((number, size)), np.empty((number, size))

    def from_here(here: Float) -> Float:
        # x² + (y² + z²), the order of Open3D's sums
        np.subtract(xyz[1], here[1], out=square)
        np.multiply(square, square, out=square)
        for axis in (2, 0):
            np.subtract(xyz[axis], here[axis], out=term)
            np.multiply(term, term, out=term)
            np.add(square, term, out=square)
        return square

    if start == "outermost":
        at = from_here(xyz.mean(2)[:, :, None]).argmax(1)
    elif 0 <= start < size:
        at = np.full(number, start)
    else:
        raise ValueError(f"start {start}: there are {size} points.")
    found = np.empty((number, count), np.int32)
    left = np.full((number, size), inf)
    for k in range(count):
        found[:, k] = at
        np.minimum(left, from_here(xyz[:, rows, at][:, :, None]), out=left)
        left[rows, at] = -1.0  # never again, even where all others coincide with a sample
        at = left.argmax(1)
    return found


def ball_query(
    points: npt.ArrayLike,
    centres: npt.ArrayLike,
    radius: float,
    neighbours: int,
    rule: Rule = "nearest",
) -> Neighbours:
    """Points nearer than a radius to each centre, K at most.

    Parameters
    ----------
    points, centres : (B, N, 3) and (B, m, 3), of one unit
    radius : points at this very distance are outside, as in Open3D
    neighbours : K
    rule : ``"nearest"`` or ``"first"``; see `Rule`

    Raises
    ------
    ValueError
        Wrong shapes, unknown rule, radius or K not positive.

    Source: S3-023; E3-22 (the source names neither radius nor rule).
    """
    given, around = _clouds(points), _clouds(centres)
    if len(given) != len(around):
        raise ValueError(f"{len(given)} clouds, centres of {len(around)}: one set for each.")
    if rule not in RULES:
        raise ValueError(f"no rule {rule!r}: there are {' and '.join(RULES)}.")
    if not radius > 0 or neighbours < 1:
        raise ValueError(f"{radius=}, {neighbours=}: both are above zero.")
    search = _nearest if rule == "nearest" else _first
    index = np.full((*around.shape[:2], neighbours), -1, np.int32)
    for at, (cloud, here) in enumerate(zip(given, around, strict=True)):
        # Unbalanced trees of loose boxes are made faster than their searches are slower.
        tree = cKDTree(cloud, balanced_tree=False, compact_nodes=False)
        search(tree, here, radius, index[at])
    return Neighbours(index, (index >= 0).sum(-1, dtype=np.int32))


def _nearest(tree: cKDTree, centres: Float, radius: float, index: Int) -> None:
    most = min(index.shape[1], tree.n)
    found = tree.query(centres, range(1, most + 1), distance_upper_bound=radius)[1]
    index[:, :most] = np.where(found < tree.n, found, -1)


def _first(tree: cKDTree, centres: Float, radius: float, index: Int) -> None:
    inside = np.nextafter(min(radius, np.finfo(float).max), 0)
    other = cKDTree(centres, balanced_tree=False, compact_nodes=False)
    pairs = other.sparse_distance_matrix(tree, inside, output_type="ndarray")
    centre, place = np.divmod(np.sort(pairs["i"] * tree.n + pairs["j"]), tree.n)
    counts = np.bincount(centre, minlength=len(index))
    rank = np.arange(len(centre)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = rank < index.shape[1]
    index[centre[kept], rank[kept]] = place[kept]


def plan(points: npt.ArrayLike, levels: Sequence[Level]) -> tuple[Group, ...]:
    """Centres and neighbours of all levels: they depend on positions alone, not on weights.

    The first centre is the outermost point, and points are sorted by position before: depth maps
    in whole millimetres are full of equal distances, and those would be told apart by the order
    of the points. Where a rule is ``"first"`` the order counts, and they stay as they are.

    Parameters
    ----------
    points : (B, N, 3) [m]
    """
    here = _clouds(points)
    rows = np.arange(len(here))[:, None]
    order = np.tile(np.arange(here.shape[1], dtype=np.int32), (len(here), 1))
    if len(here) and levels and all(one.rule == "nearest" for one in levels):
        order = np.stack([np.lexsort(cloud.T[::-1]) for cloud in here]).astype(np.int32)
    here = here[rows, order]
    found: list[Group] = []
    for one in levels:
        size = here.shape[1]
        kept = min(one.centres or size, size)
        at = np.tile(np.arange(size, dtype=np.int32), (len(here), 1))
        if kept < size:
            at = farthest_points(here, kept, "outermost")
        near, counts = ball_query(here, here[rows, at], one.radius, one.neighbours, one.rule)
        near = np.where(near < 0, near[..., :1], near)
        if not found:  # back to the places that the caller knows
            found.append(Group(order[rows, at], order[rows[..., None], near], counts))
        else:
            found.append(Group(at, near, counts))
        here = here[rows, at]
    return tuple(found)
