"""Convolution on points in the manner of KPConv, with a kernel that stays as it is. Needs torch."""

from __future__ import annotations

from math import pi, sqrt

import torch
from torch import Tensor, nn

from fau_teach.models.point_card import number, whole
from fau_teach.models.point_nets import Cloud, Dense, Near, gathered, two_levels
from fau_teach.models.point_sampling import Level


def kernel(points: int) -> Tensor:
    """(points, 3) one in the middle, the others on a spiral around the unit sphere."""
    k = torch.arange(points - 1, dtype=torch.float64)
    z = 1 - (2 * k + 1) / max(points - 1, 1)
    angle, ring = pi * (3 - sqrt(5)) * k, (1 - z**2).sqrt()
    shell = torch.stack([ring * angle.cos(), ring * angle.sin(), z], 1)
    return torch.cat([shell.new_zeros(1, 3), shell]).float()


class KernelConv(nn.Module):
    """Each kernel point has a matrix; a neighbour counts for it the more, the nearer it is.

    The influence falls linearly to zero; the sum is divided by the number of neighbours. A one
    stands beside the features, so that the kernel also sees where there are points.
    """

    def __init__(self, features: int, out: int, radius: float) -> None:
        super().__init__()
        points = whole("kernel_points")
        self.reach = number("kernel_reach") * radius
        self.kernel: Tensor
        shell = number("kernel_shell") * radius
        self.register_buffer("kernel", kernel(points) * shell, persistent=False)
        self.mix = Dense(points * (features + 1), out)

    def forward(self, x: Tensor, features: Tensor, near: Near) -> Tensor:
        """(B, N, 3), (B, N, C) to (B, m, C')."""
        away = gathered(x, near.neighbours) - gathered(x, near.centres)[:, :, None]
        far = (away[..., None, :] - self.kernel).square().sum(-1).sqrt()
        weight = (1 - far / self.reach).clamp(min=0) * near.real
        given = torch.cat([features, torch.ones_like(features[..., :1])], -1)
        summed = weight.transpose(2, 3) @ gathered(given, near.neighbours)
        found: Tensor = self.mix((summed / near.real.sum(2)[..., None]).flatten(2))
        return found


class _Layer(nn.Module):
    """A map of every point, the convolution, and another map."""

    def __init__(self, features: int, hidden: int, out: int, radius: float) -> None:
        super().__init__()
        self.before, self.after = Dense(features, hidden), Dense(hidden, out)
        self.conv = KernelConv(hidden, hidden, radius)

    def forward(self, x: Tensor, features: Tensor, near: Near) -> Tensor:
        found: Tensor = self.after(self.conv(x, self.before(features), near))
        return found


class PointConv(Cloud):
    """Two convolutions, each on fewer points, then PointNet on what is left.

    Source: S3-024; E3-17, E3-22: the source names KPConv and none of its settings.
    """

    depth = 2

    def usual(self) -> tuple[Level, ...]:
        """Levels of the card, nearest neighbours."""
        return two_levels("kernel_radius")

    def build(self) -> int:
        """Published widths 64, 128 and 128, 256."""
        wide = self.shape.wide(64, 128, 128, 256)
        radii = [one.radius / number("unit") for one in self.levels]
        self.layers = nn.ModuleList(
            [
                _Layer(self.shape.channels - 3, wide[0], wide[1], radii[0]),
                _Layer(wide[1], wide[2], wide[3], radii[1]),
            ]
        )
        return wide[-1]
