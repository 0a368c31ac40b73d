"""Training of point networks, their answers and their files. Needs torch.

Nothing here sees a test label: :func:`fit` takes what to learn from and, where an epoch is to be
chosen, clouds of other training subjects to choose with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import cos, pi
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from fau_teach.evaluate.splits import Cases, Predict
from fau_teach.models.checkpoint import load, save
from fau_teach.models.point_card import number, whole
from fau_teach.models.point_nets import Cloud, PointShape, built

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PointSettings:
    """How a point network is trained.

    Parameters
    ----------
    epochs, batch : passes over the training set, clouds a step
    rate, decay : of Adam: learning rate at the start, weight decay
    final_rate : learning rate at the end, of that at the start; 1 keeps it
    balanced : whether each class counts the same, however rare it is
    jitter : standard deviation of noise on every coordinate [m]; 0 is off, as for the next two
    turn_deg : largest turn of a cloud around its origin, about any axis [degrees]. Only
        positions turn: the motion channels still speak of the camera's axes, so keep it small
    scale : largest change of a cloud's size, 0.1 for 10 %
    seed : of order, dropout and augmentation
    threads : of torch; another number may change the last digits
    device : ``"cpu"``, or ``"cuda"``, where two runs may differ in the last digits

    Source: S3-025 (batch, rate, decay); E3-22 (the rest is not printed and stands on the card).
    """

    epochs: int = field(default_factory=lambda: whole("epochs"))
    batch: int = field(default_factory=lambda: whole("batch"))
    rate: float = field(default_factory=lambda: number("learning_rate"))
    decay: float = field(default_factory=lambda: number("weight_decay"))
    final_rate: float = field(default_factory=lambda: number("final_rate"))
    balanced: bool = False
    jitter: float = 0.0
    turn_deg: float = 0.0
    scale: float = 0.0
    seed: int = 0
    threads: int = 2
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.epochs < 0 or self.batch < 2 or self.threads < 1:
            raise ValueError(
                f"epochs={self.epochs}, batch={self.batch}, threads={self.threads}: epochs from "
                "0, two clouds a step or more, one thread or more."
            )
        if min(self.jitter, self.turn_deg, self.scale) < 0 or self.scale >= 1:
            raise ValueError("jitter, turn_deg and scale are not below 0, and scale is below 1.")


@contextmanager
def repeatable(seed: int, threads: int) -> Iterator[None]:
    """So many threads and chance from a seed inside the block; outside all stays as it was."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(before)


def augmented(
    clouds: Float32, settings: PointSettings, chance: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Clouds (B, N, C) with noise, turn and size by chance; features stay.

    The order is size, turn around the centroid, noise.
    """
    if not (settings.jitter or settings.turn_deg or settings.scale):
        return clouds
    x = clouds[..., :3].astype(np.float64)
    middle = x.mean(1, keepdims=True)
    size = 1 + settings.scale * chance.uniform(-1, 1, (len(x), 1, 1))
    axis = chance.normal(size=(len(x), 3))
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    angle = np.deg2rad(settings.turn_deg) * chance.uniform(-1, 1, (len(x), 1, 1))
    away = (x - middle) * size
    axis = axis[:, None]
    along = (away * axis).sum(2, keepdims=True) * axis
    turned = along + np.cos(angle) * (away - along) + np.sin(angle) * np.cross(axis, away)
    noise = settings.jitter * chance.normal(size=x.shape)
    return np.concatenate([(middle + turned + noise).astype(np.float32), clouds[..., 3:]], 2)


def _checked(net: Cloud, clouds: npt.ArrayLike) -> Float32:
    given = np.asarray(clouds, np.float32)
    if given.ndim != 3 or given.shape[2] != net.shape.channels or not given.shape[1]:
        raise ValueError(
            f"clouds have the shape {given.shape}: use (clouds, points, {net.shape.channels})."
        )
    if not np.isfinite(given).all():
        bad = int(np.flatnonzero(~np.isfinite(given).all((1, 2)))[0])
        raise ValueError(f"cloud {bad} holds a number that is not finite.")
    return given


def _labels(net: Cloud, labels: npt.ArrayLike, clouds: int) -> Tensor:
    given = np.asarray(labels)
    if given.shape != (clouds,) or given.dtype.kind not in "iu":
        raise ValueError(f"labels: one whole number for each of the {clouds} clouds.")
    if clouds and not 0 <= given.min() <= given.max() < net.shape.classes:
        raise ValueError(
            f"labels from {given.min()} to {given.max()}: use 0 to {net.shape.classes - 1}."
        )
    return torch.from_numpy(given.astype(np.int64))


def fit(
    net: Cloud,
    clouds: npt.ArrayLike,
    labels: npt.ArrayLike,
    settings: PointSettings | None = None,
    *,
    validation: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    after: Callable[[int], object] | None = None,
    say: Callable[[str], object] | None = None,
) -> tuple[dict[str, float], ...]:
    """Train a network in place.

    Neighbourhoods are found once, before the first epoch; augmentation does not change them.

    Parameters
    ----------
    net : to be trained
    clouds, labels : (n, N, C) and (n,), of training subjects
    settings : from the card if left out
    validation : clouds and labels to choose an epoch with, of training subjects that are not
        among `clouds`; the weights of the least loss are kept. Without it the last are kept
    after : called with the number of the epoch, the network ready to answer
    say : told of every epoch

    Returns
    -------
    one row an epoch: loss, accuracy on what was learned from (while learning), and
    ``validation_loss``, ``validation_accuracy`` where there is something to choose with

    Raises
    ------
    ValueError
        Shapes or labels that do not fit, fewer than two clouds, a number that is not finite.

    Source: S3-025; E3-22.
    """
    settings = settings or PointSettings()
    given = _checked(net, clouds)
    wanted = _labels(net, labels, len(given))
    if len(given) < 2:
        raise ValueError(f"{len(given)} clouds: batch normalisation learns from two or more.")
    other = None if validation is None else _checked(net, validation[0])
    right = None if other is None or validation is None else _labels(net, validation[1], len(other))
    device, chance = torch.device(settings.device), np.random.default_rng(settings.seed)
    weight = None
    if settings.balanced:
        counts = torch.bincount(wanted, minlength=net.shape.classes)
        weight = (len(wanted) / (counts.clamp(min=1) * (counts > 0).sum())).float().to(device)
    # Parts of nearly one size: batch normalisation cannot learn from a last part of one cloud.
    parts = max(1, min(-(-len(given) // settings.batch), len(given) // 2))
    history: list[dict[str, float]] = []
    best, kept = float("inf"), None
    net.to(device)
    adam = torch.optim.Adam(net.parameters(), settings.rate, weight_decay=settings.decay)
    steps = max(1, settings.epochs * parts)
    low = settings.final_rate
    fall = torch.optim.lr_scheduler.LambdaLR(
        adam, lambda k: low + (1 - low) * (1 + cos(pi * k / steps)) / 2
    )
    norms = [one for one in net.modules() if isinstance(one, nn.BatchNorm1d)]
    step = 0
    with repeatable(settings.seed, settings.threads):
        groups = net.plan(given)
        seen = None if other is None else net.plan(other)
        for epoch in range(settings.epochs):
            net.train()
            loss_sum = hits = 0.0
            for at in np.array_split(chance.permutation(len(given)), parts):
                step += 1
                for norm in norms:
                    # A mean of all steps at first: what it began with would stay for long.
                    norm.momentum = max(0.1, 1 / step)
                shown = torch.from_numpy(augmented(given[at], settings, chance)).to(device)
                logits = net(shown, [one.take(at) for one in groups])
                target = wanted[at].to(device)
                loss = nn.functional.cross_entropy(logits, target, weight)
                adam.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                adam.step()
                fall.step()
                loss_sum += float(loss.detach()) * len(at)
                hits += float((logits.argmax(1) == target).sum())
            row = {"loss": loss_sum / len(given), "accuracy": hits / len(given)}
            net.eval()
            if other is not None and right is not None:
                logits = _logits(net, other, seen, settings.batch)
                chosen = float(nn.functional.cross_entropy(logits, right))
                row["validation_loss"] = chosen
                row["validation_accuracy"] = float((logits.argmax(1) == right).float().mean())
                if chosen < best:
                    best, kept = chosen, _copied(net)
            history.append(row)
            if say:
                say(f"epoch {epoch + 1}: {row}")
            if after:
                after(epoch)
    if kept is not None:
        net.load_state_dict(kept)
    net.eval()
    return tuple(history)


def _copied(net: Cloud) -> dict[str, Tensor]:
    return {name: one.detach().clone() for name, one in net.state_dict().items()}


def _logits(net: Cloud, clouds: Float32, groups: Any, batch: int) -> Tensor:
    device, found = next(net.parameters()).device, []
    with torch.no_grad():
        for at in np.split(np.arange(len(clouds)), range(batch, len(clouds), batch)):
            near = None if groups is None else [one.take(at) for one in groups]
            found.append(net(torch.from_numpy(clouds[at]).to(device), near).cpu())
    return torch.cat(found)


def predict(
    net: Cloud, clouds: npt.ArrayLike, *, batch: int | None = None, threads: int = 2
) -> Float32:
    """Probability of each class, (n, classes); ``.argmax(1)`` is the answer.

    Parameters
    ----------
    clouds : (n, N, C)
    batch : clouds at once, the card's if left out
    """
    given = _checked(net, clouds)
    if not len(given):
        return np.zeros((0, net.shape.classes), np.float32)
    net.eval()
    with repeatable(0, threads):
        logits = _logits(net, given, None, batch or whole("batch"))
    found: Float32 = torch.softmax(logits, 1).numpy()
    return found


@dataclass(frozen=True, slots=True)
class Learner:
    """A network and its training as ``evaluate.cross_validate`` wants them: called fold by fold.

    Parameters
    ----------
    shape : of the network; the number of classes is that of `names`
    names : of the classes, in order
    settings : of the training, from the card if left out
    say : told of every epoch

    Source: S3-025.
    """

    shape: PointShape
    names: tuple[Any, ...]
    settings: PointSettings = field(default_factory=PointSettings)
    say: Callable[[str], object] | None = None

    def __post_init__(self) -> None:
        if len(set(self.names)) != self.shape.classes:
            raise ValueError(f"{len(set(self.names))} names, {self.shape.classes} classes.")

    def __call__(self, learn: Cases, choose: Cases | None = None) -> Predict:
        """Learn from some cases, choose the epoch with others; gives what answers for clouds."""
        net = built(self.shape, self.settings.seed)
        validation = None if choose is None else (choose.items, self._places(choose.labels))
        self._fit(net, learn, validation=validation)
        return self._answers(net)

    def every_epoch(self, learn: Cases) -> tuple[Predict, ...]:
        """What answers after each epoch, for ``evaluate.peeking`` alone."""
        net, states = built(self.shape, self.settings.seed), []
        self._fit(net, learn, after=lambda _: states.append(_copied(net)))

        def answers(state: dict[str, Tensor]) -> Predict:
            def here(clouds: Any) -> Sequence[Any]:
                net.load_state_dict(state)
                return self._answers(net)(clouds)

            return here

        return tuple(answers(state) for state in states)

    def _fit(self, net: Cloud, learn: Cases, **options: Any) -> None:
        fit(net, learn.items, self._places(learn.labels), self.settings, say=self.say, **options)

    def _places(self, labels: Sequence[Any]) -> npt.NDArray[np.int64]:
        unknown = sorted({str(one) for one in labels if one not in self.names})
        if unknown:
            raise ValueError(f"class {unknown[0]!r} is none of {', '.join(map(str, self.names))}.")
        return np.array([self.names.index(one) for one in labels], np.int64)

    def _answers(self, net: Cloud) -> Predict:
        def here(clouds: Any) -> Sequence[Any]:
            found = predict(net, clouds, threads=self.settings.threads).argmax(1)
            return [self.names[at] for at in found]

        return here


def save_points(path: str | Path, net: Cloud) -> Path:
    """Write weights and shape, without pickle."""
    kept = {name: one.detach().cpu().numpy() for name, one in net.state_dict().items()}
    shape = replace(net.shape, levels=net.levels)
    return save(path, kept, {"points": shape.about()})


def load_points(path: str | Path) -> Cloud:
    """Read what :func:`save_points` wrote.

    Raises
    ------
    FileError
        The file is no checkpoint.
    ValueError
        It is one of another network, or its arrays do not fit its header.
    """
    arrays, about = load(path)
    try:
        net = built(PointShape.of(about["points"]))
        net.load_state_dict({name: torch.from_numpy(one) for name, one in arrays.items()})
    except (KeyError, TypeError, AttributeError, RuntimeError) as error:
        problem = str(error).splitlines()[0]
        raise ValueError(f"{path} holds no point network that fits its header: {problem}") from None
    return net.eval()
