"""Networks that read clouds of points: what they share, PointNet and PointNet++. Needs torch.

Every layer is a linear map of the last axis: on processors that is much faster than convolutions
of width one over channels in front. None of the networks depends on the order of the points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal

import torch
from torch import Tensor, nn

from fau_teach._data import did_you_mean
from fau_teach.models.point_card import number, whole
from fau_teach.models.point_sampling import Group, Level, Rule, plan

Centre = Literal["centroid", "given"]
NETWORKS = MappingProxyType(
    {
        "pointnet": "point_nets.PointNet",
        "pointnet2": "point_nets.PointNet2",
        "pointconv": "point_conv.PointConv",
        "transformer": "point_transformer.PointTransformer",
    }
)
"""Where each network stands. Source: S3-023, S3-024."""


@dataclass(frozen=True, slots=True)
class PointShape:
    """What a network looks like; all that is needed to build it again.

    Parameters
    ----------
    name : one of `NETWORKS`
    classes : number of classes
    channels : columns of a cloud: x, y, z [m], then features
    width : share of the published widths
    centre : what positions are counted from: the ``"centroid"`` of each cloud, or the origin that
        was ``"given"``, such as a nose tip. The centroid of chosen points moves with the choice:
        it hides whether brow or mouth moved
    levels : of the hierarchy; left out, those of the card
    """

    name: str
    classes: int
    channels: int = 6
    width: float = 0.25
    centre: Centre = "centroid"
    levels: tuple[Level, ...] = ()

    def __post_init__(self) -> None:
        if self.name not in NETWORKS:
            names = ", ".join(NETWORKS)
            hint = did_you_mean(self.name, NETWORKS)
            raise ValueError(f"no network {self.name!r}: there are {names}. {hint}".strip())
        if self.classes < 2 or self.channels < 3 or not self.width > 0:
            raise ValueError(
                f"{self.classes} classes, {self.channels} channels, width {self.width}: "
                "two classes, three channels and a width above zero at least."
            )
        if self.centre not in ("centroid", "given"):
            raise ValueError(f"centre {self.centre!r}: use 'centroid' or 'given'.")

    def about(self) -> dict[str, Any]:
        """All of it, for a header."""
        return asdict(self)

    @classmethod
    def of(cls, about: dict[str, Any]) -> PointShape:
        """From what :meth:`about` gave."""
        return cls(**{**about, "levels": tuple(Level(**one) for one in about["levels"])})

    def wide(self, *channels: int) -> tuple[int, ...]:
        """Published widths at this network's width, 4 at least."""
        return tuple(max(4, round(self.width * one)) for one in channels)


class Dense(nn.Module):
    """A linear map of the last axis, batch normalisation and a ramp, one after the other."""

    def __init__(self, *channels: int) -> None:
        super().__init__()
        pairs = list(pairwise(channels))
        self.linear = nn.ModuleList(nn.Linear(a, b, bias=False) for a, b in pairs)
        self.norm = nn.ModuleList(nn.BatchNorm1d(b) for _, b in pairs)

    def forward(self, x: Tensor) -> Tensor:
        """(..., C) to (..., C')."""
        lead, x = x.shape[:-1], x.reshape(-1, x.shape[-1])
        for linear, norm in zip(self.linear, self.norm, strict=True):
            x = norm(linear(x)).relu_()
        return x.view(*lead, -1)


def gathered(x: Tensor, at: Tensor) -> Tensor:
    """Rows of (B, N, C) at places (B, ...): (B, ..., C)."""
    first = torch.arange(len(x), device=x.device) * x.shape[1]
    flat = (at + first.view(-1, *[1] * (at.ndim - 1))).reshape(-1)
    # One flat selection: its gradient is many times faster than that of any other gathering.
    return x.reshape(-1, x.shape[-1]).index_select(0, flat).view(*at.shape, -1)


def largest(x: Tensor, axis: int) -> Tensor:
    """Largest value along an axis; of the two ways the first is faster with its gradient."""
    return x.max(axis).values if x.requires_grad else x.amax(axis)


@dataclass(frozen=True, slots=True)
class Near:
    """One level of some clouds on the device of the network.

    Attributes
    ----------
    centres, neighbours : places; see `Group`
    real : (B, m, K, 1) 1 for neighbours, 0 where the first one fills up
    """

    centres: Tensor
    neighbours: Tensor
    real: Tensor

    @classmethod
    def of(cls, group: Group, device: torch.device) -> Near:
        """From a plan."""
        centres, neighbours, count = (torch.from_numpy(one).to(device).long() for one in group)
        places = torch.arange(neighbours.shape[-1], device=device)
        return cls(centres, neighbours, (places < count[..., None]).float()[..., None])


class Cloud(nn.Module):
    """What all networks share: local layers, one map of every point, the largest of each channel.

    A layer takes positions (B, N, 3), features (B, N, C) and `Near`, and gives features
    (B, m, C'). A subclass sets `layers` by way of `build`.

    Parameters
    ----------
    shape : of the network

    Source: S3-023, S3-024; E3-22.
    """

    last: tuple[int, ...] = (256, 512, 1024)
    """Published widths of the map of every point before the largest value is taken."""
    depth = 0
    """Number of levels."""

    def __init__(self, shape: PointShape) -> None:
        super().__init__()
        self.shape = shape
        self.levels = shape.levels or self.usual()
        if len(self.levels) != self.depth:
            raise ValueError(f"{shape.name} has {self.depth} levels, {len(self.levels)} given.")
        self.unit = number("unit")
        features = self.build()
        *widths, top = shape.wide(*self.last)
        self.every = Dense(3 + features, *widths, top)
        hidden = shape.wide(512, 256)
        self.head = nn.Sequential(
            Dense(top, hidden[0]),
            nn.Dropout(number("dropout")),
            Dense(*hidden),
            nn.Dropout(number("dropout")),
            nn.Linear(hidden[1], shape.classes),
        )

    def usual(self) -> tuple[Level, ...]:
        """Levels of the card."""
        return ()

    def build(self) -> int:
        """Make `layers`; gives the number of features that they leave."""
        self.layers = nn.ModuleList()
        return self.shape.channels - 3

    @property
    def parameter_count(self) -> int:
        """How many numbers are learned."""
        return sum(one.numel() for one in self.parameters() if one.requires_grad)

    def plan(self, clouds: Any) -> tuple[Group, ...]:
        """Groups of clouds (B, N, C): they may be found once and used in every epoch."""
        return plan(clouds[..., :3], self.levels)

    def forward(self, clouds: Tensor, groups: Sequence[Group] | None = None) -> Tensor:
        """Logits (B, classes) of clouds (B, N, C).

        Parameters
        ----------
        groups : of :meth:`plan`; found here if left out
        """
        if clouds.ndim != 3 or clouds.shape[2] != self.shape.channels:
            shape = tuple(clouds.shape)
            raise ValueError(f"clouds {shape}: use (clouds, points, {self.shape.channels}).")
        if groups is None:
            groups = self.plan(clouds.detach().cpu().numpy())
        x, features = clouds[..., :3], clouds[..., 3:]
        if self.shape.centre == "centroid":
            x = x - x.mean(1, keepdim=True)
        x = x / self.unit
        for layer, group in zip(self.layers, groups, strict=True):
            near = Near.of(group, clouds.device)
            features = layer(x, features, near)
            x = gathered(x, near.centres)
        pooled = largest(self.every(torch.cat([x, features], -1)), 1)
        found: Tensor = self.head(pooled)
        return found


class PointNet(Cloud):
    """A map of every point by itself, then the largest value of each channel over the whole cloud.

    It sees no neighbourhood: no point knows what is beside it. Without the two networks that turn
    the input, which a face does not need.

    Source: S3-024; E3-09: the source calls this local modelling and PointNet++ global. It is the
    other way round: PointNet pools the whole cloud once, PointNet++ adds local neighbourhoods.
    """

    last = (64, 64, 64, 128, 1024)


class SetAbstraction(nn.Module):
    """Sample, group, map, pool: what is around each centre.

    The first map acts before the grouping, on N points instead of m K: it is linear, so the
    centre's share is taken away afterwards and the result is the same.
    """

    def __init__(self, features: int, *channels: int) -> None:
        super().__init__()
        self.first = nn.Linear(3 + features, channels[0], bias=False)
        self.norm = nn.BatchNorm1d(channels[0])
        self.rest = Dense(*channels)

    def forward(self, x: Tensor, features: Tensor, near: Near) -> Tensor:
        """(B, N, 3), (B, N, C) to (B, m, C')."""
        mapped = self.first(torch.cat([x, features], -1))
        centre = nn.functional.linear(gathered(x, near.centres), self.first.weight[:, :3])
        y = gathered(mapped, near.neighbours) - centre[:, :, None]
        y = self.norm(y.flatten(0, 2)).relu_().view(y.shape)
        # The first neighbour fills up: once more of it leaves the largest value as it is.
        return largest(self.rest(y), 2)


class PointNet2(Cloud):
    """PointNet++ of one scale: two set abstractions, then PointNet on what is left.

    Source: S3-023; E3-22: radii and counts of the layers are not printed and stand on the card.
    """

    depth = 2

    def usual(self) -> tuple[Level, ...]:
        """Levels of the card, nearest neighbours."""
        return two_levels("radius")

    def build(self) -> int:
        """Published widths 64, 64, 128 and 128, 128, 256."""
        wide = self.shape.wide(64, 64, 128, 128, 128, 256)
        self.layers = nn.ModuleList(
            [SetAbstraction(self.shape.channels - 3, *wide[:3]), SetAbstraction(wide[2], *wide[3:])]
        )
        return wide[-1]


def two_levels(radius: str, rule: Rule = "nearest") -> tuple[Level, ...]:
    """Two levels of the card; the radius by its name without the number."""
    return tuple(
        Level(whole(f"centres_{k}"), number(f"{radius}_{k}"), whole("neighbours"), rule)
        for k in (1, 2)
    )


def make(
    name: str,
    classes: int,
    channels: int = 6,
    width: float | None = None,
    *,
    centre: Centre = "centroid",
    levels: Sequence[Level] = (),
    seed: int = 0,
) -> Cloud:
    """A network with fresh weights.

    Parameters
    ----------
    name, classes, channels, centre, levels : see `PointShape`
    width : the card's if left out; 1 is the published size
    seed : of the weights; the state of torch's chance stays as it was

    Raises
    ------
    ValueError
        No such network, sizes that are too small, or a number of levels that does not fit.

    Source: S3-023, S3-024.
    """
    wide = number("width") if width is None else width
    return built(PointShape(name, classes, channels, wide, centre, tuple(levels)), seed)


def built(shape: PointShape, seed: int = 0) -> Cloud:
    """The network of a shape."""
    place, kind = NETWORKS[shape.name].split(".")
    found = getattr(import_module(f"fau_teach.models.{place}"), kind)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net: Cloud = found(shape)
    return net
