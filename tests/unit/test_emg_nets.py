"""A convolution and a memory over frames of EMG: they learn a toy, and nothing from no meaning."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from fau_teach import models
from fau_teach.evaluate.windows import answered, leave_subject_out
from fau_teach.models import emg_nets
from fau_teach.models.emg_nets import EmgLearner, EmgSettings, emg_net, fit, frames, predict, toy

KINDS = ("cnn", "lstm")


@pytest.mark.parametrize("kind", KINDS)
def test_S4_006_a_separable_toy_is_learned_and_shuffled_labels_are_not(kind: str) -> None:
    data = toy(trials=24)
    people = leave_subject_out(data, 2)
    found = answered(EmgLearner(kind), data, people)
    assert (found.found == found.windows.labels).mean() > 0.9
    dealt = replace(data, labels=np.random.default_rng(1).permutation(data.labels))
    found = answered(EmgLearner(kind), dealt, people)
    spread = np.sqrt(2 / 9 / len(data))
    assert abs((found.found == found.windows.labels).mean() - 1 / 3) < 4 * spread


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_same_network_and_another_one_another(kind: str) -> None:
    data = toy(trials=6)
    settings = EmgSettings(epochs=2, width=4)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    runs = []
    for seed in (0, 0, 1):
        given = replace(settings, seed=seed)
        net = emg_net(kind, 4, 3, given)
        fit(net, data.items, data.labels, given)
        runs.append(predict(net, data.items))
    assert (runs[0] == runs[1]).all()
    assert not np.allclose(runs[0], runs[2])
    assert torch.equal(before, torch.get_rng_state())
    assert torch.get_num_threads() == threads
    assert runs[0].sum(1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_time_matters_and_the_loss_falls(kind: str) -> None:
    """Only when it swells tells the two classes apart: a mean over time could not."""
    data = toy(trials=40, classes=8, channels=4)
    late = np.isin(data.labels, (0, 4))
    two = data.take(np.flatnonzero(late))
    net = emg_net(kind, 4, 2)
    settings = EmgSettings(epochs=60, rate=1e-2)
    losses = fit(net, two.items - two.items.mean(), (two.labels == 4).astype(int), settings)
    assert losses[-1] < 0.3 * losses[0]
    right = predict(net, two.items - two.items.mean()).argmax(1) == (two.labels == 4)
    assert right.mean() > 0.9
    assert predict(net, two.items[:0]).shape == (0, 2)


def test_E4_07_with_one_electrode_the_convolution_is_along_time_alone() -> None:
    net = emg_net("cnn", 1, 3)
    first = next(one for one in net.modules() if isinstance(one, torch.nn.Conv1d))
    assert first.weight.shape[1:] == (1, 5)
    eight = next(one for one in emg_net("cnn", 8, 3).modules() if isinstance(one, torch.nn.Conv1d))
    assert eight.weight.shape[1:] == (8, 5)


def test_frames_are_levels() -> None:
    x = np.random.default_rng(0).normal(size=(3, 105, 2))
    found = frames(x, 1000, 0.02)
    assert found.shape == (3, 5, 2)
    assert found[1, 2, 1] == pytest.approx(np.log(abs(x[1, 40:60, 1]).mean()), abs=0.01)
    assert frames(10 * x, 1000)[0] - frames(x, 1000)[0] == pytest.approx(np.log(10), abs=1e-3)
    assert np.isfinite(frames(np.zeros((1, 40, 1)), 1000)).all()
    for bad in (x[0], x[:, :5]):
        with pytest.raises(ValueError, match="samples, channels"):
            frames(bad, 1000)


def test_the_scale_comes_from_what_is_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    data = toy(trials=6)
    fold = leave_subject_out(data)[0]
    seen: list[object] = []
    real = emg_nets.Scale.of
    monkeypatch.setattr(emg_nets.Scale, "of", lambda items: seen.append(len(items)) or real(items))
    EmgLearner("cnn", EmgSettings(epochs=1))(data.take(fold.train))(data.take(fold.test))
    assert seen == [len(fold.train)]


def test_what_cannot_be_is_refused() -> None:
    net, x = emg_net("cnn", 2, 3), np.zeros((4, 10, 2), np.float32)
    with pytest.raises(ValueError, match="kind"):
        emg_net("rnn", 2, 3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="two or more"):
        emg_net("cnn", 2, 1)
    with pytest.raises(ValueError, match="from 1"):
        EmgSettings(width=0)
    with pytest.raises(ValueError, match="frames, 2"):
        predict(net, x[..., :1])
    with pytest.raises(ValueError, match="window 1 "):
        predict(net, np.where(np.arange(4)[:, None, None] == 1, np.nan, x))
    with pytest.raises(ValueError, match="one whole number"):
        fit(net, x, [0.5, 1, 1, 2])
    with pytest.raises(ValueError, match="0 to 2"):
        fit(net, x, [0, 1, 2, 3])
    assert models.EmgLearner is EmgLearner
    sizes = {kind: emg_net(kind, 8, 7).parameter_count for kind in KINDS}
    assert all(count < 10_000 for count in sizes.values())
