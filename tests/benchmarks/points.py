"""Point networks: sampling and neighbours against plain torch and Open3D, PointNet's two layouts.

Every row is the same work in one run on one core, in processor seconds; the results are compared
before the times are. The plain torch versions are what one writes first, in single precision;
ours answer in double precision and so take twice the numbers. Run alone:
``python -m tests.benchmarks points``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks.force import apart, one_core, row, shortest

if TYPE_CHECKING:
    from torch import Tensor

CLOUDS, POINTS, CENTRES, NEIGHBOURS, RADIUS = 24, 2048, 512, 32, 0.02
TURNS = 7


def sheets() -> Any:
    """Batches as in S3-025: points of curved sheets of a face's size [m]."""
    chance = np.random.default_rng(0)
    x = chance.normal(0, 0.03, (CLOUDS, POINTS, 2))
    z = 0.6 + 3 * (x**2).sum(2, keepdims=True) + chance.normal(0, 5e-4, (CLOUDS, POINTS, 1))
    return np.dstack([x, z]).astype(np.float32)


def plain_farthest(points: Tensor, count: int) -> Tensor:
    """One sample after the other, the distances of all points kept."""
    import torch

    rows = torch.arange(len(points))
    found = torch.zeros(len(points), count, dtype=torch.long)
    left = torch.full(points.shape[:2], torch.inf)
    at = torch.zeros(len(points), dtype=torch.long)
    for k in range(count):
        found[:, k] = at
        away = ((points - points[rows, at][:, None]) ** 2).sum(-1)
        left = torch.minimum(left, away)
        at = left.max(-1).indices
    return found


def plain_ball(points: Tensor, centres: Tensor, rule: str) -> Tensor:
    """All distances, sorted by place or by distance, and the first of them; -1 fills up."""
    import torch

    away = ((centres[:, :, None] - points[:, None]) ** 2).sum(-1)
    if rule == "nearest":
        away, place = away.sort(-1)
        return torch.where(away < RADIUS**2, place, -1)[..., :NEIGHBOURS]
    place = torch.arange(points.shape[1]).expand_as(away).clone()
    place[away >= RADIUS**2] = points.shape[1]
    place = place.sort(-1).values[..., :NEIGHBOURS]
    return torch.where(place < points.shape[1], place, -1)


def top_ball(points: Tensor, centres: Tensor) -> Tensor:
    """The nearest by torch's own distances, not all sorted: rounded, but much faster."""
    import torch

    away, place = torch.cdist(centres, points).topk(NEIGHBOURS, largest=False)
    return torch.where(away < RADIUS, place, -1)


def sampling() -> list[dict[str, object]]:
    """Farthest points and ball query."""
    import open3d as o3d
    import torch

    from fau_teach.models.point_sampling import ball_query, farthest_points

    points = sheets()
    given, nns, tensor = torch.from_numpy(points), o3d.core.nns, o3d.core.Tensor
    opened = f"Open3D {version('open3d')}"
    samples = farthest_points(points, CENTRES)
    centres = np.take_along_axis(points, samples[..., None], 1)

    def theirs() -> list[Any]:
        clouds = (o3d.utility.Vector3dVector(one.astype(float)) for one in points)
        held = (o3d.geometry.PointCloud(one).farthest_point_down_sample(CENTRES) for one in clouds)
        return [np.asarray(one.points) for one in held]

    def hybrid() -> Any:
        found = []
        for cloud, around in zip(points.astype(float), centres.astype(float), strict=True):
            search = nns.NearestNeighborSearch(tensor(cloud))
            search.hybrid_index(RADIUS)
            found.append(search.hybrid_search(tensor(around), RADIUS, NEIGHBOURS)[0].numpy())
        return np.stack(found)

    for cloud, at, other in zip(points, samples, theirs(), strict=True):
        assert np.array_equal(cloud[np.sort(at)], other)
    assert np.array_equal(ball_query(points, centres, RADIUS, NEIGHBOURS).places, hybrid())
    same = (plain_farthest(given, CENTRES).numpy() == samples).mean()
    what = f"{CLOUDS} clouds, {CENTRES} farthest of {POINTS} points"
    times = shortest(
        TURNS, lambda: farthest_points(points, CENTRES), lambda: plain_farthest(given, CENTRES),
        theirs,
    )  # fmt: skip
    rows = [
        row(what, times[0], f"plain torch, {same:.1%} the same", times[1]),
        row(what, times[0], f"{opened}, the same", times[2]),
    ]
    around = torch.from_numpy(centres)
    for rule in ("nearest", "first"):
        ours = partial(ball_query, points, centres, RADIUS, NEIGHBOURS, rule)
        same = (plain_ball(given, around, rule).numpy() == ours().places).mean()
        what = f"{CLOUDS} x {CENTRES} balls of {1000 * RADIUS:g} mm, {rule} {NEIGHBOURS}"
        times = shortest(3, ours, partial(plain_ball, given, around, rule))
        rows.append(row(what, times[0], f"plain torch, {same:.1%} the same", times[1]))
        if rule == "nearest":
            same = (top_ball(given, around).numpy() == ours().places).mean()
            spent = shortest(3, ours, partial(top_ball, given, around))
            rows.append(row(what, spent[0], f"torch cdist, topk, {same:.1%} the same", spent[1]))
            spent = shortest(TURNS, ours, hybrid)
            rows.append(row(what, spent[0], f"{opened}, the same", spent[1]))
    return rows


def layouts() -> list[dict[str, object]]:
    """PointNet by linear maps, channels last, against convolutions of width one."""
    import torch
    from torch import nn

    from fau_teach.models.point_nets import largest, make

    chance = np.random.default_rng(0)
    features = chance.uniform(size=(CLOUDS, POINTS, 3))
    clouds = torch.from_numpy(np.dstack([sheets(), features]).astype(np.float32))
    rows = []
    for width in (0.25, 1.0):
        ours = make("pointnet", 4, width=width, centre="given")
        sizes = [(one.in_features, one.out_features) for one in ours.every.linear]  # type: ignore[union-attr]
        layers: list[nn.Module] = []
        for (a, b), linear in zip(sizes, ours.every.linear, strict=True):
            conv = nn.Conv1d(a, b, 1, bias=False)
            conv.weight.data = linear.weight.data[..., None].clone()  # type: ignore[union-attr, operator]
            layers += [conv, nn.BatchNorm1d(b), nn.ReLU()]
        theirs = nn.Sequential(*layers)

        def linear_maps(net: Any = ours) -> Tensor:
            return largest(net.every(clouds), 1)

        def convolutions(net: Any = theirs) -> Tensor:
            return net(clouds.transpose(1, 2)).max(2).values

        works = (linear_maps, convolutions)
        error = apart(*(work().detach() for work in works))
        assert error < 1e-3, error

        def step(work: Any) -> None:
            work().square().sum().backward()

        passes = [partial(torch.no_grad()(work)) for work in works]
        name = f"PointNet's maps, width {width:g}, {CLOUDS} x {POINTS} points"
        other = f"Conv1d, within {error:.0e}"
        for kind, pair in (("forward", passes), ("both ways", [partial(step, w) for w in works])):
            times = shortest(3, *pair)
            rows.append(row(f"{name}, {kind}", times[0], other, times[1]))
    return rows


def steps() -> list[dict[str, object]]:
    """A step of training of each network at course size; the plan is made once a training."""
    import torch

    from fau_teach.models.point_nets import NETWORKS, make

    chance = np.random.default_rng(0)
    features = chance.uniform(size=(CLOUDS, POINTS, 3))
    clouds = np.dstack([sheets(), features]).astype(np.float32)
    given = torch.from_numpy(clouds)
    rows = []
    for name in NETWORKS:
        net = make(name, 4)
        if not net.levels:
            continue
        groups = net.plan(clouds)

        def step(groups: Any, net: Any = net) -> None:
            net(given, groups).square().sum().backward()

        times = shortest(2, partial(step, groups), partial(step, None))
        what = f"{name}, {net.parameter_count:,} numbers, a step of {CLOUDS} clouds"
        rows.append(row(what, times[0], "neighbourhoods sought anew each step", times[1]))
    return rows


def point_rows() -> list[dict[str, object]]:
    """All rows, from a process of its own that is held to one core."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.points"], check=True, stdout=subprocess.PIPE
    )
    return list(json.loads(done.stdout))


def main() -> None:
    """Print the rows as JSON."""
    one_core()
    import torch

    torch.set_num_threads(1)
    json.dump([*sampling(), *layouts(), *steps()], sys.stdout)


if __name__ == "__main__":
    main()
