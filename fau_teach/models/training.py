"""Training of the network on sequences, its answers, and its files. Needs torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import cos, pi
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from fau_teach.evaluate.labels import Int
from fau_teach.force.losses import loss_3d, loss_au, loss_clean, loss_smooth, total
from fau_teach.force.torch_dynamics import flush_denormals
from fau_teach.force.variants import Variant
from fau_teach.models import card
from fau_teach.models.checkpoint import load, save
from fau_teach.models.data import Sequences
from fau_teach.models.force_net import ForceNet, Seen, Shape

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a net is trained.

    Parameters
    ----------
    epochs, batch, rate : passes, sequences a step, learning rate
    weights : of the terms of Eq. 17
    labelled : share of the training sequences whose labels are seen; all are reconstructed
    signs : ``"printed"`` leaves out the minus of Eq. 14
    seed : of weights, order and choice of labels
    threads : of torch
    """

    epochs: int = card.whole("epochs")
    batch: int = card.whole("batch")
    rate: float = card.number("learning_rate")
    weights: Mapping[str, float] = field(default_factory=card.weights)
    labelled: float = 1.0
    signs: Variant = "used"
    seed: int = 0
    threads: int = 2


class Answers(NamedTuple):
    """What a net says of n sequences.

    Attributes
    ----------
    probability : (n, T, R)
    forces : (n, T, M, D) or ``None``
    model : (n, T, K) coordinates or ``None``
    """

    probability: Float32
    forces: Float32 | None
    model: Float32 | None


@contextmanager
def quick(threads: int) -> Iterator[None]:
    """So many threads, and tiny numbers as zero, inside the block."""
    before = torch.get_num_threads()
    with flush_denormals():
        torch.set_num_threads(threads)
        try:
            yield
        finally:
            torch.set_num_threads(before)


def losses(
    seen: Seen, labels: Tensor, c: Tensor | None, known: Tensor, signs: Variant = "used"
) -> dict[str, Tensor]:
    """The terms of Eq. 17 that a pass has.

    Source: S1-023 to S1-026.
    """
    found = {"au": loss_au(labels, seen.logits, signs, given="logit", known=known)}
    if seen.forces is not None:
        found["3d"] = loss_3d(c, seen.model)
        found["clean"] = loss_clean(seen.forces)
        found["smooth"] = loss_smooth(seen.forces)
    return found


def _inputs(net: ForceNet, data: Sequences, at: Int, z2d: Tensor | None) -> dict[str, Any]:
    """What one pass needs, for some of the sequences."""
    found: dict[str, Any] = {}
    for name in ("u", "c"):
        whole = getattr(data, name)
        found[name] = None if whole is None else torch.from_numpy(whole[at]).float()
    if z2d is not None:
        found["image"] = z2d[torch.from_numpy(at)]
    elif net.backbone is not None and data.pictures is not None:
        found["image"] = torch.from_numpy(data.pictures[at])
    return found


def fit(
    net: ForceNet,
    data: Sequences,
    items: Sequence[int] | Int,
    settings: Settings | None = None,
    *,
    z2d: Tensor | None = None,
    say: Callable[[str], object] | None = None,
) -> tuple[dict[str, float], ...]:
    """Train a net in place.

    Parameters
    ----------
    net : to be trained; a backbone stays as it is
    data, items : sequences, and which of them
    settings : from the card if left out
    z2d : (S, T, d) picture features of all sequences of `data`, where the net has no backbone

    Returns
    -------
    mean of each term and of their weighted sum, one row an epoch
    """
    settings = settings or Settings()
    chance = np.random.default_rng(settings.seed)
    at = np.asarray(items, np.intp)
    seen_labels = np.zeros(len(data), bool)
    seen_labels[chance.permutation(at)[: max(1, round(settings.labelled * len(at)))]] = True
    known = torch.from_numpy(data.known & seen_labels[:, None, None])
    active = torch.from_numpy(data.active).float()
    free = [one for one in net.parameters() if one.requires_grad]
    adam = torch.optim.Adam(free, settings.rate)
    steps = max(1, settings.epochs * -(-len(at) // settings.batch))
    # First slowly: a large first step can turn all forces off, and then nothing calls them back.
    fall = torch.optim.lr_scheduler.LambdaLR(
        adam, lambda k: min(1.0, 10 * (k + 1) / steps) * (1 + cos(pi * k / steps)) / 2
    )
    history = []
    net.train()
    with quick(settings.threads):
        for epoch in range(settings.epochs):
            sums: dict[str, float] = {}
            order = chance.permutation(at)
            for part in np.split(order, range(settings.batch, len(order), settings.batch)):
                given = _inputs(net, data, part, z2d)
                terms = losses(net(**given), active[part], given["c"], known[part], settings.signs)
                whole = total(terms, settings.weights)
                adam.zero_grad()
                whole.backward()
                torch.nn.utils.clip_grad_norm_(free, 1.0)
                adam.step()
                fall.step()
                for name, value in (*terms.items(), ("total", whole)):
                    sums[name] = sums.get(name, 0.0) + float(value.detach()) * len(part)
            history.append({name: value / len(order) for name, value in sums.items()})
            if say:
                say(f"epoch {epoch + 1}: {history[-1]}")
    net.eval()
    return tuple(history)


def answers(
    net: ForceNet,
    data: Sequences,
    items: Sequence[int] | Int | None = None,
    *,
    z2d: Tensor | None = None,
    batch: int = 16,
    threads: int = 2,
) -> Answers:
    """What a net says of sequences; arguments as of :func:`fit`."""
    at = np.arange(len(data)) if items is None else np.asarray(items, np.intp)
    net.eval()
    found: list[Seen] = []
    with quick(threads), torch.no_grad():
        for part in np.split(at, range(batch, len(at), batch)):
            found.append(net(**_inputs(net, data, part, z2d)))
    logits, forces, model = (
        None if one[0] is None else torch.cat(one) for one in zip(*found, strict=True)
    )
    chance = torch.sigmoid(logits).numpy()  # type: ignore[arg-type]
    return Answers(chance, *(None if one is None else one.numpy() for one in (forces, model)))


def save_net(path: str | Path, net: ForceNet) -> Path:
    """Write what was learned, without pickle; a backbone is not part of it."""
    kept = {n: p.numpy() for n, p in net.state_dict().items() if not n.startswith("backbone.")}
    return save(path, kept, net.about())


def load_net(path: str | Path, backbone: torch.nn.Module | None = None) -> ForceNet:
    """Read what :func:`save_net` wrote."""
    arrays, about = load(path)
    net = ForceNet(Shape(**{**about, "codes": tuple(about["codes"])}), backbone)
    kept = {name: torch.from_numpy(one) for name, one in arrays.items()}
    wrong = net.load_state_dict(kept, strict=False)
    missing = [n for n in (*wrong.missing_keys, *wrong.unexpected_keys) if "backbone." not in n]
    if missing:
        raise ValueError(f"{path}: {missing[0]} does not fit the net that its header describes.")
    return net.eval()
