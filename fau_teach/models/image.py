"""The image branch: a small network, trained on faces that are in no fold, then frozen.

The source takes ResNet50 with weights learned on ImageNet. Ours is small and has learned action
units on made-up faces, so it starts nearer to the task than the source's. Needs torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from fau_teach.force.losses import loss_au
from fau_teach.models import card
from fau_teach.models.checkpoint import cache_folder, digest, load, save
from fau_teach.models.data import TABLES, Course, Sequences, made
from fau_teach.models.force_net import frozen
from fau_teach.models.stamp import fingerprint


class SmallCNN(nn.Module):
    """Pictures (..., H, W, 3) of 8 bits to (..., d); each number has mean 0 and spread 1.

    Source: S1-021.
    """

    def __init__(self, width: int | None = None, channels: Sequence[int] = (16, 32, 48)) -> None:
        super().__init__()
        self.width, self.channels = width or card.whole("features"), tuple(channels)
        layers: list[nn.Module] = []
        for before, after in zip((3, *channels), channels, strict=False):
            conv = nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False)
            layers += [conv, nn.BatchNorm2d(after), nn.ReLU()]
        self.look = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(3), nn.Flatten())
        self.out = nn.Sequential(
            nn.Linear(9 * channels[-1], self.width), nn.BatchNorm1d(self.width, affine=False)
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Any leading axes."""
        lead = pictures.shape[:-3]
        x = pictures.reshape(-1, *pictures.shape[-3:]).permute(0, 3, 1, 2).float() / 255 - 0.5
        found: Tensor = self.out(self.look(x))
        return found.view(*lead, -1)


def trained(
    data: Sequences,
    width: int | None = None,
    *,
    epochs: int = 40,
    batch: int = 64,
    rate: float = 3e-3,
    seed: int = 0,
) -> SmallCNN:
    """A network that has learned the labels of sequences with pictures, frozen.

    Labels of one side do not fit: half of the pictures are mirrored.
    """
    if data.pictures is None:
        raise ValueError("the sequences have no pictures.")
    torch.manual_seed(seed)
    net, chance = SmallCNN(width), np.random.default_rng(seed)
    head = nn.Linear(net.width, len(data.codes))
    pictures = torch.from_numpy(data.pictures.reshape(-1, *data.pictures.shape[-3:]))
    wanted = torch.from_numpy(data.active.reshape(-1, len(data.codes))).float()
    known = torch.from_numpy(data.known.reshape(-1, len(data.codes)))
    made_of = [*net.parameters(), *head.parameters()]
    adam = torch.optim.Adam(made_of, rate, weight_decay=1e-4)
    steps = epochs * max(len(pictures) // batch, 1)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    for _ in range(epochs):
        order = torch.from_numpy(chance.permutation(len(pictures)))
        for at in torch.split(order, batch)[: max(len(pictures) // batch, 1)]:
            # Other light, a mirror image, another place: none of them changes a label.
            light = torch.from_numpy(chance.uniform(0.7, 1.3, (len(at), 1, 1, 1))).float()
            shown = (pictures[at] * light).clamp(0, 255)
            shown = shown.flip(2) if chance.random() < 0.5 else shown
            logits = head(net(shown.roll(tuple(chance.integers(-2, 3, 2)), (1, 2))))
            loss = loss_au(wanted[at], logits, given="logit", known=known[at])
            adam.zero_grad()
            loss.backward()
            adam.step()
            fall.step()
    frozen(net)
    return net


def backbone(
    course: Course, width: int | None = None, *, say: Callable[[str], object] | None = None
) -> SmallCNN:
    """The network learned from a course, kept in the cache."""
    width = width or card.whole("features")
    key = digest([asdict(course), width, fingerprint(__name__, TABLES)])
    path = cache_folder() / f"image-{key}.npz"
    if path.is_file():
        return load_cnn(path)
    net = trained(made(course, say=say), width, seed=course.seed)
    save_cnn(path, net)
    return net


def save_cnn(path: str | Path, net: SmallCNN) -> Path:
    """Write the network without pickle."""
    arrays = {name: one.numpy() for name, one in net.state_dict().items()}
    return save(path, arrays, {"width": net.width, "channels": net.channels})


def load_cnn(path: str | Path) -> SmallCNN:
    """Read what :func:`save_cnn` wrote; frozen."""
    arrays, about = load(path)
    net = SmallCNN(about["width"], about["channels"])
    net.load_state_dict({name: torch.from_numpy(one) for name, one in arrays.items()})
    frozen(net)
    return net


def features(net: nn.Module, pictures: npt.NDArray[np.uint8], batch: int = 512) -> Tensor:
    """z^2d of all pictures (S, T, H, W, 3) at once, (S, T, d): a frozen branch needs one look."""
    flat = torch.from_numpy(np.ascontiguousarray(pictures)).reshape(-1, *pictures.shape[-3:])
    with torch.no_grad():
        found = torch.cat([net(part) for part in torch.split(flat, batch)])
    return found.view(*pictures.shape[:2], -1)
