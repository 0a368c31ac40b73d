"""A convolution and a memory over the frames of an EMG window, at course size. Needs torch.

Both read the same: mean absolute values of short frames, one row a frame and one column an
electrode. The convolution runs along time. Electrodes are its channels, so with a single one it
sees no space at all (E4-07).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from fau_teach.evaluate.baselines import Scale
from fau_teach.evaluate.windows import Predict, Windows

Float32 = npt.NDArray[np.float32]
Kind = Literal["cnn", "lstm"]


def frames(items: npt.ArrayLike, rate: float, frame_s: float = 0.02) -> Float32:
    """Logarithm of the mean absolute value of short frames: what both networks read.

    A raw signal swings about zero and has no level of its own; its rectified mean has.

    Parameters
    ----------
    items : (n, samples, channels); what does not fill a frame at the end is left out
    rate : samples per second
    frame_s : length of a frame [s]

    Returns
    -------
    (n, frames, channels)

    Raises
    ------
    ValueError
        A frame has no sample, or a window no frame.

    Source: S4-005, S4-006.
    """
    x, size = np.asarray(items, np.float32), round(frame_s * rate)
    if size < 1 or x.ndim != 3 or x.shape[1] < size:
        raise ValueError(f"items {x.shape}, frames of {size} samples: (n, samples, channels).")
    count = x.shape[1] // size
    level = np.abs(x[:, : count * size]).reshape(len(x), count, size, -1).mean(2)
    floor = max(float(np.median(level)) * 1e-3, 1e-12)
    found: Float32 = np.log(level + floor).astype(np.float32)
    return found


@dataclass(frozen=True, slots=True)
class EmgSettings:
    """How a network is made and trained; all of it is our choice, since the source prints none.

    Parameters
    ----------
    width : channels of the first convolution, and half of the memory's cells
    epochs, batch : passes over the training windows, windows a step
    rate, decay : of Adam
    dropout : share of what the last layer reads that is left out while learning
    seed : of weights, order and dropout
    threads : of torch; another number may change the last digits

    Source: S4-006, S4-009.
    """

    width: int = 16
    epochs: int = 20
    batch: int = 32
    rate: float = 3e-3
    decay: float = 1e-4
    dropout: float = 0.2
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        if min(self.width, self.batch, self.threads) < 1 or self.epochs < 0:
            raise ValueError(f"{self}: width, batch and threads from 1, epochs from 0.")


class EmgNet(nn.Module):
    """A network from frames (B, T, C) to logits (B, classes).

    Attributes
    ----------
    channels, classes : what it reads and tells apart
    """

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        if channels < 1 or classes < 2:
            raise ValueError(f"{channels} channels, {classes} classes: use one and two or more.")
        self.channels, self.classes = channels, classes

    @property
    def parameter_count(self) -> int:
        """How many numbers are learned."""
        return sum(one.numel() for one in self.parameters())


class CNN(EmgNet):
    """Two convolutions along time, then the mean and the largest value over the window.

    Source: S4-006; E4-07.
    """

    def __init__(self, channels: int, classes: int, width: int = 16, dropout: float = 0.2) -> None:
        super().__init__(channels, classes)
        self.along = nn.Sequential(
            nn.Conv1d(channels, width, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2, ceil_mode=True),
            nn.Conv1d(width, 2 * width, 5, padding=2), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(4 * width, classes))

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) to (B, classes)."""
        y = self.along(x.transpose(1, 2))
        found: Tensor = self.head(torch.cat([y.mean(2), y.amax(2)], 1))
        return found


class LSTM(EmgNet):
    """A memory that reads frame after frame; the mean of its states answers.

    Source: S4-006.
    """

    def __init__(self, channels: int, classes: int, width: int = 16, dropout: float = 0.2) -> None:
        super().__init__(channels, classes)
        self.memory = nn.LSTM(channels, 2 * width, batch_first=True)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * width, classes))

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) to (B, classes)."""
        found: Tensor = self.head(self.memory(x)[0].mean(1))
        return found


EMG_NETS: dict[str, type[CNN] | type[LSTM]] = {"cnn": CNN, "lstm": LSTM}


def emg_net(kind: Kind, channels: int, classes: int, settings: EmgSettings | None = None) -> EmgNet:
    """A network with fresh weights from the settings' seed.

    Raises
    ------
    ValueError
        No such kind, or sizes that cannot be.
    """
    if kind not in EMG_NETS:
        raise ValueError(f"kind {kind!r}: use one of {', '.join(EMG_NETS)}.")
    given = settings or EmgSettings()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(given.seed)
        return EMG_NETS[kind](channels, classes, given.width, given.dropout)


def _checked(net: EmgNet, items: npt.ArrayLike) -> Tensor:
    x = np.ascontiguousarray(items, np.float32)
    if x.ndim != 3 or x.shape[2] != net.channels or not x.shape[1]:
        raise ValueError(f"windows {x.shape}: use (windows, frames, {net.channels}).")
    if not np.isfinite(x).all():
        bad = int(np.flatnonzero(~np.isfinite(x).all((1, 2)))[0])
        raise ValueError(f"window {bad} holds a number that is not finite.")
    return torch.from_numpy(x)


def fit(
    net: EmgNet, items: npt.ArrayLike, labels: npt.ArrayLike, settings: EmgSettings | None = None
) -> tuple[float, ...]:
    """Train a network in place; gives the mean loss of every epoch.

    Parameters
    ----------
    items : (n, frames, channels), scaled
    labels : (n,) whole numbers from 0
    settings : of the training

    Raises
    ------
    ValueError
        Shapes or labels do not fit, or a number is not finite.

    Source: S4-006.
    """
    given, x = settings or EmgSettings(), _checked(net, items)
    target = np.asarray(labels)
    if target.shape != (len(x),) or not len(x) or target.dtype.kind not in "iu":
        raise ValueError(f"labels: one whole number for each of the {len(x)} windows.")
    if not 0 <= target.min() <= target.max() < net.classes:
        raise ValueError(f"labels {target.min()} to {target.max()}: 0 to {net.classes - 1}.")
    wanted, chance = torch.from_numpy(target.astype(np.int64)), np.random.default_rng(given.seed)
    adam = torch.optim.Adam(net.parameters(), given.rate, weight_decay=given.decay)
    parts = max(1, -(-len(x) // given.batch))
    before, losses = torch.get_num_threads(), []
    torch.set_num_threads(given.threads)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(given.seed)
            net.train()
            for _ in range(given.epochs):
                total = 0.0
                for at in np.array_split(chance.permutation(len(x)), parts):
                    loss = nn.functional.cross_entropy(net(x[at]), wanted[at])
                    adam.zero_grad()
                    loss.backward()  # type: ignore[no-untyped-call]
                    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
                    adam.step()
                    total += float(loss.detach()) * len(at)
                losses.append(total / len(x))
    finally:
        torch.set_num_threads(before)
    net.eval()
    return tuple(losses)


def predict(net: EmgNet, items: npt.ArrayLike, *, threads: int = 1) -> Float32:
    """Probability of each class, (n, classes); ``.argmax(1)`` is the answer."""
    x, before = _checked(net, items), torch.get_num_threads()
    torch.set_num_threads(threads)
    net.eval()
    try:
        with torch.no_grad():
            parts = [torch.softmax(net(part), 1) for part in torch.split(x, 1024)] if len(x) else []
    finally:
        torch.set_num_threads(before)
    found: Float32 = torch.cat(parts).numpy() if parts else np.zeros((0, net.classes), np.float32)
    return found


@dataclass(frozen=True, slots=True)
class EmgLearner:
    """A network that :func:`fau_teach.evaluate.windows.answered` makes and teaches fold by fold.

    Parameters
    ----------
    kind : ``"cnn"`` or ``"lstm"``
    settings : of weights and training

    Source: S4-006; E4-07.
    """

    kind: Kind
    settings: EmgSettings = EmgSettings()

    def __call__(self, learn: Windows) -> Predict:
        """Learn from windows (n, frames, channels), scaled by themselves alone."""
        scale = Scale.of(learn.items)
        names, at = np.unique(learn.labels, return_inverse=True)
        net = emg_net(self.kind, learn.items.shape[-1], len(names), self.settings)
        fit(net, scale(learn.items), at, self.settings)

        def answers(asked: Windows) -> Sequence[Any]:
            found = predict(net, scale(asked.items), threads=self.settings.threads).argmax(1)
            return list(names[found])

        return answers


def toy(
    trials: int = 30, classes: int = 3, channels: int = 4, rate: float = 200.0, seed: int = 0
) -> Windows:
    """Windows that are easy to tell apart: in each class another electrode swells, early or late.

    Parameters
    ----------
    trials : of each class, one window each
    classes, channels : how many there are
    rate : samples per second; a window lasts a second
    seed : of the noise

    Source: S4-006.
    """
    chance, size = np.random.default_rng(seed), round(rate)
    at = np.repeat(np.arange(classes), trials)
    time = np.linspace(0, 1, size)
    middle = np.where(at // channels % 2, 0.75, 0.25)
    swell = np.exp(-0.5 * ((time - middle[:, None]) / 0.1) ** 2)
    level = np.full((len(at), size, channels), 0.1)
    level[np.arange(len(at)), :, at % channels] += 0.5 * swell
    items = level * chance.normal(size=level.shape)
    names = np.array([f"t{n:04d}" for n in range(len(at))])
    who = np.array([f"p{n % 5}" for n in range(len(at))])
    made = Windows(items, at, names, np.full(len(at), "1"), who, rate)
    return replace(made, items=frames(items, rate))
