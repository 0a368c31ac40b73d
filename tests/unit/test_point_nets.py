"""Point networks: order of points, what each one sees, published sizes, gradients."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import inf
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (SET=light)")

from torch import nn  # noqa: E402

from fau_teach import models  # noqa: E402
from fau_teach.models import point_card  # noqa: E402
from fau_teach.models.point_conv import KernelConv, kernel  # noqa: E402
from fau_teach.models.point_nets import (  # noqa: E402
    NETWORKS,
    Cloud,
    Dense,
    Near,
    PointShape,
    SetAbstraction,
    gathered,
    make,
)
from fau_teach.models.point_sampling import Level, plan  # noqa: E402
from fau_teach.models.point_transformer import VectorAttention  # noqa: E402

SMALL = {
    "pointnet": (),
    "pointnet2": (Level(64, 0.02, 12), Level(16, 0.05, 12)),
    "pointconv": (Level(64, 0.015, 12), Level(16, 0.03, 12)),
    "transformer": (Level(64, inf, 8), Level(0, inf, 8), Level(16, inf, 8), Level(0, inf, 8)),
}


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Any:
    """The sums below are small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def clouds(number: int = 3, points: int = 200, seed: int = 0) -> Any:
    """Faces' sheets of points [m] with three features."""
    chance = np.random.default_rng(seed)
    x = chance.normal(0, 0.03, (number, points, 2))
    z = 0.6 + 3 * (x**2).sum(2, keepdims=True)
    rest = chance.uniform(0, 1, (number, points, 3))
    return torch.from_numpy(np.dstack([x, z, rest]).astype(np.float32))


def small(name: str, **options: Any) -> Cloud:
    """A network whose normalisation has seen clouds: fresh ones let hardly anything through."""
    net = make(name, 4, **{"levels": SMALL[name], **options})
    for one in net.modules():
        if isinstance(one, nn.BatchNorm1d):
            one.momentum = 1.0
    with torch.random.fork_rng(), torch.no_grad():
        net(clouds(16, seed=9))
    return net.eval()


def grid(number: int = 3, width: int = 13) -> Any:
    """Neighbouring pixels in whole millimetres, 31 of 200 rows twice: full of equal distances."""
    v, u = np.mgrid[:width, :width].reshape(2, -1) - width / 2
    chance = np.random.default_rng(4)
    z = np.round(600 + chance.normal(0, 1, (number, len(u)))) / 1000
    rows = np.dstack([u * z / 1324.65, v * z / 1324.65, z, chance.uniform(0, 1, (*z.shape, 3))])
    return torch.from_numpy(np.concatenate([rows, rows[:, :31]], 1).astype(np.float32))


@pytest.mark.parametrize("what", [clouds, grid])
@pytest.mark.parametrize("name", NETWORKS)
def test_S3_023_S3_024_logits_do_not_depend_on_the_order_of_the_points(name: str, what) -> None:
    net, given = small(name), what()
    order = torch.randperm(200, generator=torch.Generator().manual_seed(1))
    logits = net(given)
    assert logits.shape == (3, 4)
    assert torch.isfinite(logits).all()
    torch.testing.assert_close(net(given[:, order]), logits, atol=1e-4, rtol=1e-4)
    # They do depend on which positions go with which features.
    mixed = torch.cat([given[..., :3], given[:, order, 3:]], -1)
    assert (net(mixed) - logits).abs().max() > 1e-2


def test_with_the_rule_first_the_order_does_matter() -> None:
    levels = tuple(replace(one, rule="first") for one in SMALL["pointnet2"])
    net, given = small("pointnet2", levels=levels), clouds()
    order = torch.randperm(200, generator=torch.Generator().manual_seed(1))
    assert (net(given[:, order]) - net(given)).abs().max() > 1e-2


@pytest.mark.parametrize("name", NETWORKS)
def test_where_the_head_is_does_not_matter_unless_asked_for(name: str) -> None:
    given, shift = clouds(), torch.tensor([0.05, -0.02, 0.1, 0, 0, 0])
    net = small(name)
    torch.testing.assert_close(net(given + shift), net(given), atol=1e-3, rtol=1e-3)
    kept = small(name, centre="given")
    assert (kept(given + shift) - kept(given)).abs().max() > 1e-1


@pytest.mark.parametrize("name", ["pointnet", "pointnet2"])
def test_repeated_points_change_nothing_where_the_largest_is_taken(name: str) -> None:
    net, given = small(name, centre="given"), clouds(2, 40)
    filled = torch.cat([given, given[:, :5]], 1)
    if name == "pointnet":
        torch.testing.assert_close(net(filled), net(given))
    else:  # fewer than K neighbours: filled up, and the largest value stays
        wide, narrow = (
            small(name, centre="given", levels=(Level(40, 0.01, k), Level(40, 0.01, k)))
            for k in (40, 64)
        )
        narrow.load_state_dict(wide.state_dict())
        torch.testing.assert_close(narrow(given), wide(given))


def test_E3_09_pointnet_sees_no_neighbourhood_and_pointnet2_does() -> None:
    # One feature is swapped between two points: each cloud holds the same set of positions and
    # the same set of features. What PointNet says of every other point stays exactly as it was.
    given = clouds(1)
    other = given.clone()
    other[0, [0, 1], 3:] = given[0, [1, 0], 3:]
    before = [Dense(6, 16, 16).eval(), small("pointnet2").layers[0]]
    assert torch.equal(before[0](given)[0, 2:], before[0](other)[0, 2:])
    (group,) = plan(given[..., :3].numpy(), [SMALL["pointnet2"][0]])
    near = Near.of(group, torch.device("cpu"))
    local = [before[1](one[..., :3] / 0.1, one[..., 3:], near) for one in (given, other)]
    changed = (local[0] - local[1]).abs().amax(-1)[0] > 0
    seen = [bool({0, 1} & set(row)) for row in group.neighbours[0].tolist()]
    assert changed.any()
    assert all(saw for saw, moved in zip(seen, changed.tolist(), strict=True) if moved)
    assert not all(seen)


def test_pointnet_is_the_convolution_of_width_one() -> None:
    class Conv(nn.Module):
        def __init__(self, widths: tuple[int, ...]) -> None:
            super().__init__()
            pairs = list(pairwise(widths))
            self.conv = nn.ModuleList(nn.Conv1d(a, b, 1, bias=False) for a, b in pairs)
            self.norm = nn.ModuleList(nn.BatchNorm1d(b) for _, b in pairs)

        def forward(self, x: Any) -> Any:
            for conv, norm in zip(self.conv, self.norm, strict=True):
                x = torch.relu(norm(conv(x)))
            return x.amax(2)

    net = make("pointnet", 4, centre="given")
    widths = (6, *(one.out_features for one in net.every.linear))
    conv, given = Conv(widths), clouds(8)
    for one, other in zip(conv.conv, net.every.linear, strict=True):
        one.weight.data = other.weight.data[..., None]
    scaled = torch.cat([given[..., :3] / net.unit, given[..., 3:]], -1)
    for training in (True, False):  # statistics of the batch, then the kept ones
        theirs = conv.train(training)(scaled.transpose(1, 2))
        net.train(training)
        torch.testing.assert_close(
            net.every(scaled).amax(1), theirs, atol=2e-5, rtol=1e-4
        )  # fmt: skip


def test_a_map_before_the_grouping_is_the_map_after_it() -> None:
    layer, given = SetAbstraction(3, 8, 12).eval(), clouds(2)
    (group,) = plan(given[..., :3].numpy(), [SMALL["pointnet2"][0]])
    near = Near.of(group, torch.device("cpu"))
    x, features = given[..., :3], given[..., 3:]
    offset = gathered(x, near.neighbours) - gathered(x, near.centres)[:, :, None]
    pairs = torch.cat([offset, gathered(features, near.neighbours)], -1)
    by_hand = layer.rest(torch.relu(layer.norm(layer.first(pairs).flatten(0, 2))))
    torch.testing.assert_close(
        layer(x, features, near), by_hand.view(2, 64, 12, -1).amax(2), atol=1e-5, rtol=1e-4
    )


def test_a_kernel_point_counts_what_is_near_it() -> None:
    points = kernel(15)
    torch.testing.assert_close(points[1:].norm(dim=1), torch.ones(14))
    assert points[0].abs().max() == 0
    torch.testing.assert_close(points.mean(0), torch.zeros(3), atol=0.05, rtol=0)
    between = torch.cdist(points, points) + 9 * torch.eye(15)
    assert between.min() > 0.6
    layer = KernelConv(1, 5, 1.0).eval()
    assert layer.kernel.norm(dim=1).max() == pytest.approx(0.6)
    seen: list[Any] = []
    layer.mix.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    x = torch.stack([torch.zeros(3), layer.kernel[4], torch.tensor([0.1, 0, 0])])[None]
    (group,) = plan(x.numpy(), [Level(0, 2.0, 4)])
    layer(x, torch.tensor([[[2.0], [3.0], [5.0]]]), Near.of(group, torch.device("cpu")))
    # around the first point, in the middle of the kernel: itself in full, the third by distance
    here = seen[0][0, group.centres[0].tolist().index(0)].view(15, 2)
    middle, fourth = here[0], here[4]
    torch.testing.assert_close(middle, torch.tensor([2 + 5 * 0.75, 1.75]) / 3)
    reach = max(0.0, 1 - float((layer.kernel[4] - x[0, 2]).norm()) / 0.4)
    own = max(0.0, 1 - 0.6 / 0.4)
    torch.testing.assert_close(
        fourth, torch.tensor([3 + 5 * reach + 2 * own, 1 + reach + own]) / 3
    )  # fmt: skip


def test_attention_leaves_out_what_only_fills_up() -> None:
    layer, given = VectorAttention(8).eval(), clouds(1, 30)
    x, features = given[..., :3], torch.randn(1, 30, 8)
    found = []
    for most in (30, 50):
        (group,) = plan(x.numpy(), [Level(0, inf, most)])
        found.append(layer(x, features, Near.of(group, torch.device("cpu"))))
    torch.testing.assert_close(*found)
    own = gathered(features, torch.from_numpy(group.centres).long())
    assert (found[0] - own).abs().max() > 1e-3


@pytest.mark.parametrize("name", NETWORKS)
def test_every_weight_gets_a_gradient_and_seeds_decide(name: str) -> None:
    net, given = make(name, 3, levels=SMALL[name]), clouds(4)
    net(given, net.plan(given.numpy())).square().sum().backward()
    dead = [n for n, p in net.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert [n for n in dead if not n.endswith("weigh.1.bias")] == []  # a softmax forgets it
    state = torch.random.get_rng_state()
    twin, other = (make(name, 3, levels=SMALL[name], seed=seed) for seed in (0, 1))
    assert torch.equal(state, torch.random.get_rng_state())
    assert torch.equal(twin.head[4].weight, net.head[4].weight)
    assert not torch.equal(other.head[4].weight, net.head[4].weight)


def test_parameter_counts_grow_with_the_square_of_the_width() -> None:
    # by hand, PointNet of full width: maps without bias, two numbers a normalised channel
    maps = [(6, 64), (64, 64), (64, 64), (64, 128), (128, 1024), (1024, 512), (512, 256)]
    wanted = sum(a * b + 2 * b for a, b in maps) + 256 * 7 + 7
    assert make("pointnet", 7, width=1.0).parameter_count == wanted
    for name in NETWORKS:
        full, course = (make(name, 7, width=width).parameter_count for width in (1.0, None))
        assert 13 < full / course < 16
        assert 5e4 < course < 2e5
        assert "pointnet" in name or full > 1.4e6


def test_S3_023_E3_22_levels_are_those_of_the_card() -> None:
    first, second = make("pointnet2", 3).levels
    assert (first, second) == (Level(512, 0.02, 32), Level(128, 0.04, 32))
    assert {one.rule for name in NETWORKS for one in make(name, 3).levels} <= {"nearest"}
    for one in point_card.parameters().values():
        assert one.source in ("chosen", "S3-021", "S3-025")
        assert one.reason
        assert (one.source != "chosen") == one.reason.startswith("printed")


def test_what_does_not_fit_is_refused() -> None:
    for work, told in (
        (lambda: make("pointnet3", 3), "Did you mean 'pointnet"),
        (lambda: make("pointnet", 1), "two classes"),
        (lambda: make("pointnet", 3, channels=2), "three channels"),
        (lambda: make("pointnet", 3, width=0.0), "width"),
        (lambda: make("pointnet", 3, centre="nose"), "'centroid' or 'given'"),
        (lambda: make("pointnet2", 3, levels=[Level(8, 1.0, 2)]), "2 levels, 1 given"),
        (lambda: make("transformer", 3, levels=[Level(8, inf, 2)] * 4), "centres are 0"),
        (lambda: make("pointnet", 3)(torch.zeros(2, 9, 5)), "(clouds, points, 6)"),
        (lambda: make("pointnet", 3)(torch.zeros(9, 6)), "(clouds, points, 6)"),
    ):
        with pytest.raises(ValueError) as error:
            work()
        assert told in str(error.value)


def test_shapes_and_names_are_reached_from_the_package() -> None:
    shape = PointShape("transformer", 3, levels=SMALL["transformer"])
    assert PointShape.of(shape.about()) == shape
    assert models.make("pointnet", 3).shape.name == "pointnet"
    assert models.Stage.__module__ == "fau_teach.models.mesh"
    assert models.ball_query.__module__ == "fau_teach.models.point_sampling"
