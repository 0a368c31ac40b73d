"""Attention between neighbouring points, channel by channel: a point transformer. Needs torch."""

from __future__ import annotations

from math import inf

import torch
from torch import Tensor, nn

from fau_teach.models.point_card import whole
from fau_teach.models.point_nets import Cloud, Dense, Near, SetAbstraction, gathered
from fau_teach.models.point_sampling import Level


class VectorAttention(nn.Module):
    """Each point asks its neighbours; every channel has a weight of its own.

    The weights are a softmax over the neighbours of γ(query - key + δ), what is added up is
    value + δ, and δ is a map of the offset between the two points. The sum joins what was there.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.ask, self.key, self.value = (nn.Linear(width, width, bias=False) for _ in range(3))
        self.place = nn.Sequential(Dense(3, width), nn.Linear(width, width))
        self.weigh = nn.Sequential(Dense(width, width), nn.Linear(width, width))
        self.out = Dense(width, width)

    def forward(self, x: Tensor, features: Tensor, near: Near) -> Tensor:
        """(B, N, 3), (B, N, C) to (B, m, C)."""
        middle, own = gathered(x, near.centres), gathered(features, near.centres)
        offset = self.place(middle[:, :, None] - gathered(x, near.neighbours))
        keys = gathered(self.key(features), near.neighbours)
        wanted = self.weigh(self.ask(own)[:, :, None] - keys + offset)
        share = torch.softmax(wanted.masked_fill(near.real == 0, -inf), 2)
        values = gathered(self.value(features), near.neighbours) + offset
        found: Tensor = own + self.out((share * values).sum(2))
        return found


class PointTransformer(Cloud):
    """Twice: fewer points, then attention between them; then PointNet on what is left.

    Source: S3-024; E3-17, E3-22: the source names version 1 and none of its settings. It reports
    less than for PointNet, not much the same.
    """

    depth = 4

    def usual(self) -> tuple[Level, ...]:
        """Levels of the card, nearest neighbours without a radius."""
        k = whole("attention_neighbours")
        sizes = (whole("centres_1"), 0, whole("centres_2"), 0)
        return tuple(Level(size, inf, k) for size in sizes)

    def build(self) -> int:
        """Published widths 64 and 128 of the first two levels."""
        one, two = self.shape.wide(64, 128)
        if any(level.centres for level in self.levels[1::2]):
            raise ValueError("the second and fourth level are attention: their centres are 0.")
        self.layers = nn.ModuleList(
            [
                SetAbstraction(self.shape.channels - 3, one, one),
                VectorAttention(one),
                SetAbstraction(one, two, two),
                VectorAttention(two),
            ]
        )
        return two
