"""Training of point networks: what is printed, what is learned, what is repeated, files."""

from __future__ import annotations

import csv
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (SET=light)")

from fau_teach._reading import FileError  # noqa: E402
from fau_teach.evaluate.splits import Cases, cross_validate, loso, peeking  # noqa: E402
from fau_teach.models.checkpoint import load, save  # noqa: E402
from fau_teach.models.point_nets import NETWORKS, Cloud, PointShape, make  # noqa: E402
from fau_teach.models.point_sampling import Level  # noqa: E402
from fau_teach.models.point_training import (  # noqa: E402
    Learner,
    PointSettings,
    augmented,
    fit,
    load_points,
    predict,
    save_points,
)  # fmt: skip

ROOT = Path(__file__).parents[2]
LEVELS = {
    "pointnet": (),
    "pointnet2": (Level(48, 0.03, 12), Level(12, 0.06, 12)),
    "pointconv": (Level(48, 0.02, 12), Level(12, 0.04, 12)),
    "transformer": (Level(48, inf, 8), Level(0, inf, 8), Level(12, inf, 8), Level(0, inf, 8)),
}
QUICK = PointSettings(epochs=3, batch=6, threads=1)


def small(name: str = "pointnet", classes: int = 3, **options: Any) -> Cloud:
    return make(name, classes, levels=LEVELS[name], **options)


def clips(number: int = 12, points: int = 160, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three movements of a face's sheet: each at its place, and coloured by its direction."""
    chance = np.random.default_rng(seed)
    labels = np.arange(number) % 3
    x = chance.uniform(-0.06, 0.06, (number, points, 2))
    z = 0.6 + 3 * (x**2).sum(2, keepdims=True) + chance.normal(0, 5e-4, (number, points, 1))
    place = np.array([[0, -0.04], [0.03, 0.03], [0, 0.05]])[labels][:, None]
    near = np.exp(-((x - place) ** 2).sum(2, keepdims=True) / 0.02**2)
    colour = np.array([[1, 0.2, 0.5], [0.5, 1, 0.2], [0.2, 0.5, 1]])[labels][:, None]
    rest = np.clip(near * colour + chance.normal(0, 0.05, (number, points, 3)), 0, 1)
    return np.dstack([x, z, rest]).astype(np.float32), labels


# -- what is printed


def test_S3_025_settings_are_the_printed_ones() -> None:
    found = PointSettings()
    assert (found.batch, found.rate, found.decay) == (24, 1e-3, 1e-4)
    assert (found.jitter, found.turn_deg, found.scale) == (0, 0, 0)
    table = ROOT / "data" / "depth" / "network.csv"
    with table.open(encoding="utf-8", newline="") as lines:
        rows = {row["id"]: row for row in csv.DictReader(lines)}
    printed = {name for name, row in rows.items() if row["source"] == "S3-025"}
    assert printed == {"batch", "learning_rate", "weight_decay"}
    assert rows["epochs"]["source"] == "chosen"  # E3-22: the source names none


def test_S3_025_the_steps_are_those_of_adam_with_weight_decay() -> None:
    net, (clouds, labels) = small(), clips()
    twin = small()
    set_up = PointSettings(epochs=1, batch=12, threads=1, seed=5)
    (row,) = fit(net, clouds, labels, set_up)
    adam = torch.optim.Adam(twin.parameters(), 1e-3, weight_decay=1e-4)
    order = np.random.default_rng(5).permutation(12)
    with torch.random.fork_rng():
        torch.manual_seed(5)
        logits = twin.train()(torch.from_numpy(clouds[order]))
    loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels[order]))
    loss.backward()
    adam.step()
    assert row["loss"] == pytest.approx(loss.item(), rel=1e-5)
    torch.testing.assert_close(net.head[4].weight, twin.head[4].weight)


# -- what is learned


@pytest.mark.parametrize("name", NETWORKS)
def test_S3_023_S3_024_twelve_clips_are_learned_by_heart(name: str) -> None:
    clouds, labels = clips()
    net = small(name)
    before = (predict(net, clouds, threads=1).argmax(1) == labels).mean()
    history = fit(net, clouds, labels, PointSettings(epochs=40, batch=12, rate=3e-3, threads=1))
    chance = predict(net, clouds, threads=1)
    assert before < 1
    assert (chance.argmax(1) == labels).all()
    assert chance.shape == (12, 3)
    np.testing.assert_allclose(chance.sum(1), 1, atol=1e-5)
    assert history[-1]["loss"] < history[0]["loss"] / 2
    # Other people's movements of the same kinds, too: it is not the twelve clouds alone.
    others, kinds = clips(seed=1)
    assert (predict(net, others, threads=1).argmax(1) == kinds).mean() > 0.6


def test_the_epoch_of_the_least_validation_loss_is_kept() -> None:
    clouds, labels = clips(18)
    other = clips(12, seed=1)
    states = []
    net = small()
    history = fit(
        net, clouds, labels, replace(QUICK, epochs=6, rate=0.05, final_rate=1.0),
        validation=other, after=lambda _: states.append(net.head[4].weight.detach().clone()),
    )  # fmt: skip
    losses = [row["validation_loss"] for row in history]
    best = int(np.argmin(losses))
    assert best < 5, "the last epoch is the best: this test shows nothing"
    assert torch.equal(net.head[4].weight, states[best])
    found = predict(net, other[0], threads=1)
    by_hand = -np.log(found[np.arange(12), other[1]]).mean()
    assert losses[best] == pytest.approx(by_hand, rel=1e-4)
    right = (found.argmax(1) == other[1]).mean()
    assert history[best]["validation_accuracy"] == pytest.approx(right)
    # Without anything to choose with the last one stays.
    last = small()
    fit(last, clouds, labels, replace(QUICK, epochs=6, rate=0.05, final_rate=1.0))
    assert torch.equal(last.head[4].weight, states[-1])


def test_balanced_classes_count_alike() -> None:
    clouds, labels = clips(12)[0], np.repeat([0, 2], [9, 3])
    order = np.random.default_rng(0).permutation(12)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        logits = small().train()(torch.from_numpy(clouds[order])).detach().log_softmax(1).numpy()
    each = -logits[np.arange(12), labels[order]]
    means = [each[labels[order] == one].mean() for one in (0, 2)]
    for balanced, wanted in ((False, each.mean()), (True, np.mean(means))):
        set_up = replace(QUICK, epochs=1, batch=12, balanced=balanced)
        (row,) = fit(small(), clouds, labels, set_up)
        assert row["loss"] == pytest.approx(wanted, rel=1e-4)
    assert abs(means[0] - means[1]) > 0.01


# -- what is repeated


def test_a_seed_gives_the_same_network_and_leaves_chance_alone() -> None:
    clouds, labels = clips(13)
    kept = torch.random.get_rng_state(), torch.get_num_threads()
    found = []
    for seed in (3, 3, 4):
        net = small("pointnet2", seed=0)
        moved = replace(QUICK, seed=seed, jitter=1e-3, turn_deg=5.0, scale=0.1)
        found.append((fit(net, clouds, labels, moved), predict(net, clouds, threads=1)))
    assert found[0][0] == found[1][0]
    assert np.array_equal(found[0][1], found[1][1])
    assert not np.array_equal(found[0][1], found[2][1])
    assert torch.equal(kept[0], torch.random.get_rng_state())
    assert torch.get_num_threads() == kept[1]


def test_answers_do_not_depend_on_what_else_is_asked() -> None:
    clouds, labels = clips(13)
    net = small("pointnet2")
    fit(net, clouds, labels, QUICK)
    whole = predict(net, clouds, threads=1)
    np.testing.assert_allclose(predict(net, clouds[4:5], threads=1), whole[4:5], atol=1e-5)
    np.testing.assert_allclose(predict(net, clouds, batch=5, threads=1), whole, atol=1e-5)
    assert predict(net, clouds[:0]).shape == (0, 3)


def test_augmentation_moves_positions_as_it_says() -> None:
    clouds, _ = clips(40)
    chance = np.random.default_rng(0)
    assert augmented(clouds, QUICK, chance) is clouds

    def moved(**options: float) -> np.ndarray:
        found = augmented(clouds, replace(QUICK, **options), np.random.default_rng(1))
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found[..., 3:], clouds[..., 3:])
        return found[..., :3].astype(float)

    x = clouds[..., :3].astype(float)
    away = x - x.mean(1, keepdims=True)
    assert (moved(jitter=2e-3) - x).std() == pytest.approx(2e-3, rel=0.05)
    bigger = moved(scale=0.1)
    ratio = np.linalg.norm(bigger - bigger.mean(1, keepdims=True), axis=(1, 2))
    ratio /= np.linalg.norm(away, axis=(1, 2))
    assert 0.9 <= ratio.min() < 0.93
    assert 1.07 < ratio.max() <= 1.1
    turned = moved(turn_deg=20.0)
    np.testing.assert_allclose(turned.mean(1), x.mean(1), atol=1e-6)
    degrees = []
    for one, other in zip(away, turned - turned.mean(1, keepdims=True), strict=True):
        u, _, v = np.linalg.svd(one.T @ other)
        turn = u @ np.diag([1, 1, np.linalg.det(u @ v)]) @ v
        np.testing.assert_allclose(one @ turn, other, atol=1e-6)
        degrees.append(np.rad2deg(np.arccos((np.trace(turn) - 1) / 2)))
    assert 15 < max(degrees) <= 20


# -- evaluation: what fit cannot see


def people(clouds: int = 24) -> Cases:
    rows, labels = clips(clouds)
    names = ("brow", "left", "chin")
    return Cases(rows, [names[i] for i in labels], [f"s{i // 6}" for i in range(clouds)])


def test_S3_025_a_learner_goes_through_leave_one_subject_out() -> None:
    data = people()
    set_up = replace(QUICK, epochs=12, batch=12, rate=5e-3)
    learner = Learner(PointShape("pointnet", 3), ("brow", "left", "chin"), set_up)
    tested = cross_validate(learner, data, loso(data.subjects))
    assert len(set(tested.fold)) == 4  # as many folds as subjects
    assert {*tested.found} <= {"brow", "left", "chin"}
    right = np.mean([a == b for a, b in zip(tested.labels, tested.found, strict=True)])
    assert right > 0.6
    # Labels of the test change nothing: those of one fold are all wrong, its answers the same.
    last = [i for i, who in enumerate(data.subjects) if who == "s3"]
    wrong = [("chin" if i in last else one) for i, one in enumerate(data.labels)]
    again = cross_validate(
        learner, Cases(data.items, wrong, data.subjects), loso(data.subjects)[3:]
    )
    assert again.found == tested.found[18:]


def test_every_epoch_can_be_looked_at_for_the_demonstration_alone() -> None:
    data = people()
    learner = Learner(PointShape("pointnet", 3), ("brow", "left", "chin"), replace(QUICK, epochs=4))
    shown = peeking(learner.every_epoch, data, loso(data.subjects))
    assert shown.epochs == 4
    assert shown.gain >= 0
    first, *_, last = learner.every_epoch(data)
    assert first(data.items) != last(data.items)


def test_a_learner_refuses_classes_that_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="2 names, 3 classes"):
        Learner(PointShape("pointnet", 3), ("brow", "chin"))
    learner = Learner(PointShape("pointnet", 3), ("brow", "left", "nose"), QUICK)
    with pytest.raises(ValueError, match="class 'chin' is none of brow, left, nose"):
        learner(people())


# -- files and refusals


@pytest.mark.parametrize("name", NETWORKS)
def test_a_file_gives_the_same_answers_and_holds_no_code(name: str, tmp_path: Path) -> None:
    clouds, labels = clips()
    net = small(name, centre="given")
    fit(net, clouds, labels, replace(QUICK, epochs=1))
    path = save_points(tmp_path / "net.npz", net)
    again = load_points(path)
    assert again.shape == replace(net.shape, levels=LEVELS[name])
    assert np.array_equal(predict(again, clouds, threads=1), predict(net, clouds, threads=1))
    arrays, header = load(path)
    assert header["points"]["name"] == name
    assert all(one.dtype.kind in "fi" for one in arrays.values())


def test_files_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        load_points(tmp_path / "none.npz")
    path = save_points(tmp_path / "net.npz", small())
    arrays, about = load(path)
    for broken, header in (
        (arrays, {"codes": ["1"]}),
        (arrays, None),
        (arrays, {"points": {**about["points"], "width": 0.5}}),
        (arrays, {"points": {**about["points"], "colour": 1}}),
        ({k: v for k, v in arrays.items() if "head" not in k}, about),
    ):
        save(tmp_path / "broken.npz", broken, header)
        with pytest.raises(ValueError, match="no point network that fits its header"):
            load_points(tmp_path / "broken.npz")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda x, y: (x[..., :5], y), "use (clouds, points, 6)"),
        (lambda x, y: (x[0], y), "use (clouds, points, 6)"),
        (lambda x, y: (np.where(x == x[3, 2, 1], np.nan, x), y), "cloud 3 holds"),
        (lambda x, y: (x, y[:-1]), "each of the 12 clouds"),
        (lambda x, y: (x, y * 1.0), "one whole number"),
        (lambda x, y: (x, y + 1), "use 0 to 2"),
        (lambda x, y: (x, y - 1), "use 0 to 2"),
        (lambda x, y: (x[:1], y[:1]), "two or more"),
    ],
)
def test_samples_that_do_not_fit_are_refused(change, told: str) -> None:
    with pytest.raises(ValueError) as error:
        fit(small(), *change(*clips()), QUICK)
    assert told in str(error.value)


@pytest.mark.parametrize(
    "options",
    [{"epochs": -1}, {"batch": 1}, {"threads": 0}, {"jitter": -1e-3}, {"scale": 1.0}],
)
def test_settings_that_do_not_fit_are_refused(options) -> None:
    with pytest.raises(ValueError, match=r"epochs|jitter"):
        PointSettings(**options)


def test_a_last_part_of_one_cloud_is_shared_out_and_words_are_said() -> None:
    clouds, labels = clips(13)
    said: list[str] = []
    history = fit(small(), clouds, labels, replace(QUICK, batch=12, epochs=2), say=said.append)
    assert len(history) == len(said) == 2
    assert said[1].startswith("epoch 2: ")
    untouched = small()
    assert fit(untouched, clouds, labels, replace(QUICK, epochs=0)) == ()
