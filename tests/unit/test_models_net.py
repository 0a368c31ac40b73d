"""The network: encoder, physics head, decoder, image branch, AU head, training and files."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

torch = pytest.importorskip("torch", reason="torch is not installed (SET=light)")

from fau_teach import experiments  # noqa: E402
from fau_teach._reading import FileError  # noqa: E402
from fau_teach.evaluate import CODES, folds  # noqa: E402
from fau_teach.experiments import __main__ as command  # noqa: E402
from fau_teach.experiments import chapter4, records  # noqa: E402
from fau_teach.face import face  # noqa: E402
from fau_teach.force import reduced  # noqa: E402
from fau_teach.models import card  # noqa: E402
from fau_teach.models.data import Sequences, cage_size  # noqa: E402
from fau_teach.models.force_net import (  # noqa: E402
    FEATURES,
    ForceNet,
    MeshEncoder,
    Regression,
    Shape,
    Sparse,
    frozen,
)  # fmt: skip
from fau_teach.models.image import (  # noqa: E402
    SmallCNN,
    backbone,
    features,
    load_cnn,
    save_cnn,
    trained,
)  # fmt: skip
from fau_teach.models.mesh import stages  # noqa: E402
from fau_teach.models.training import (  # noqa: E402
    Settings,
    answers,
    fit,
    load_net,
    losses,
    save_net,
)  # fmt: skip

M = K = 84
CODES12 = CODES["BP4D"]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Any:
    """Threads that wait for each other make tiny products a thousand times slower."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with threadpool_limits(1):
        yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def same_numbers() -> None:
    torch.manual_seed(0)


def example(subjects: int = 6, frames: int = 8, pictures: int = 0) -> Sequences:
    """People whose smiles and brows rise and fall; label: more than a little."""
    standard, chance = face(), np.random.default_rng(0)
    names = standard.names[:M]
    cage = standard.B[:, : cage_size()]
    wave = np.sin(np.pi * np.linspace(0, 1, frames))
    sizes = chance.uniform(0, 1, (4 * subjects, 1, 2)) * wave[:, None]
    a = np.zeros((4 * subjects, frames, M))
    for at, muscle in enumerate(("zygomaticus_major", "frontalis_medial")):
        for side in ("left", "right"):
            a[:, :, names.index(f"{muscle}_{side}")] = sizes[..., at]
    u = np.tensordot(a, cage, 1) + chance.normal(0, 0.1, (*a.shape[:2], cage_size(), 3))
    shown = None
    if pictures:
        light = np.zeros((*a.shape[:2], pictures, pictures, 3))
        light[..., : pictures // 2, :, :] = 200 * sizes[..., None, None, :1]
        shown = (light + chance.uniform(0, 50, light.shape)).astype(np.uint8)
    who = tuple(f"s{i // 4}" for i in range(4 * subjects))
    return Sequences(
        ("12", "1"), names, 15.0, who, tuple(map(str, range(len(who)))),
        (sizes > 0.25).astype(np.uint8), a.astype(np.float32), u.astype(np.float32), shown,
        a.astype(np.float32),
    )  # fmt: skip


# -- encoder


def test_permuted_vertices_leave_z_unchanged() -> None:
    found = stages(face().hierarchy, 0, (160, 40))
    chance = np.random.default_rng(1)
    orders = [chance.permutation(one.laplacian.shape[0]) for one in found]
    last = np.arange(found[-1].pool.shape[0])
    turned = [one.permuted(here, after) for one, here, after
              in zip(found, orders, [*orders[1:], last], strict=True)]  # fmt: skip
    first, second = MeshEncoder(found), MeshEncoder(turned)
    second.load_state_dict(first.state_dict())
    u = torch.randn(2, 3, cage_size(), 3)
    z = first(u)
    torch.testing.assert_close(second(u[:, :, orders[0]]), z, atol=1e-5, rtol=1e-4)
    assert (second(u) - z).abs().max() > 1e-2  # without the permutation it is another field
    assert z.shape == (2, 3, card.whole("latent"))


def test_a_finer_mesh_is_pooled_by_the_hierarchy() -> None:
    found = stages(face().hierarchy, 1)
    net = MeshEncoder(found, latent=5, widths=(2, 3))
    assert net(torch.randn(1, 2, 2917, 3)).shape == (1, 2, 5)


def test_sparse_products_and_their_gradients() -> None:
    matrix = stages(face().hierarchy, 0, (160, 40))[1].pool
    x = torch.randn(matrix.shape[1], 2, 3, requires_grad=True)
    dense = torch.tensor(matrix.toarray()).float()
    ours, theirs = Sparse(matrix)(x), torch.einsum("ij,jkl->ikl", dense, x)
    torch.testing.assert_close(ours, theirs)
    weight = torch.randn_like(ours)
    one, two = (torch.autograd.grad((y * weight).sum(), x)[0] for y in (ours, theirs))
    torch.testing.assert_close(one, two)


# -- physics


def test_used_activations_are_not_negative_and_printed_mass_is_definite() -> None:
    z = torch.randn(3, 5, 7)
    for seed in range(5):
        torch.manual_seed(seed)
        forces, mass = Regression(7, 4, 3, "used")(z)
        assert forces.shape == (3, 5, 4, 1)
        assert (forces >= 0).all()
        assert mass is None
        net = Regression(7, 4, 3, "printed")
        torch.nn.init.normal_(net.mass.weight)
        forces, mass = net(z)
        assert forces.shape == (3, 5, 4, 3)
        assert mass.shape == (3, 3, 3)
        assert torch.linalg.eigvalsh(mass).min() > 0


def test_a_held_activation_is_the_coordinate() -> None:
    net = ForceNet(Shape("force", codes=CODES12))
    a = torch.zeros(1, 6, M, 1)
    a[:, :, 3] = 0.4
    np.testing.assert_allclose(net.decode(a, None, torch.zeros(1, 6, K)), a[..., 0], atol=1e-5)
    np.testing.assert_allclose(net.decoder.M, reduced(face()).M, rtol=1e-5)  # computed, not learned


def test_printed_decoder_copies_two_frames_and_the_scale_is_free() -> None:
    net = ForceNet(Shape("force", "printed", CODES12))
    c, forces = torch.rand(2, 6, K), torch.rand(2, 6, M, 3)
    mass = torch.eye(K).expand(2, K, K) * 2
    found = net.decode(forces, mass, c)
    torch.testing.assert_close(found[:, :2], c[:, :2])
    torch.testing.assert_close(net.decode(7 * forces, 7 * mass, c), found)
    changed = forces.clone()
    changed[:, -2:] += 1
    torch.testing.assert_close(net.decode(changed, mass, c), found)  # the last two reach nothing


def test_no_decoder_has_anything_to_learn() -> None:
    for variant in ("used", "printed"):
        net = ForceNet(Shape("force", variant, CODES12))
        assert {name.split(".")[0] for name, _ in net.named_parameters()} == {
            "encoder", "regression", "head",
        }  # fmt: skip


# -- head


@pytest.mark.parametrize("d", [8, 64])
@pytest.mark.parametrize(("variant", "per_muscle"), [("used", 1), ("printed", 3)])
def test_width_of_the_head_and_any_backbone(d: int, variant: Any, per_muscle: int) -> None:
    class Means(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.mix = torch.nn.Linear(3, d)

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return self.mix(pictures.float().mean((-3, -2)) / 255)  # type: ignore[no-any-return]

    net = ForceNet(Shape("fusion", variant, CODES12, d), Means())
    assert net.width == net.head[0].in_features == per_muscle * M + K + d
    pictures = torch.randint(0, 255, (2, 3, 6, 6, 3), dtype=torch.uint8)
    seen = net(torch.randn(2, 3, cage_size(), 3), torch.rand(2, 3, K), pictures)
    chance = torch.sigmoid(seen.logits)
    assert chance.shape == (2, 3, 12)
    assert ((chance > 0) & (chance < 1)).all()
    net.train()
    seen.logits.sum().backward()
    assert all(p.grad is None for p in net.backbone.parameters())
    assert not net.backbone.training
    assert all(p.grad is not None for name, p in net.named_parameters() if "head" in name)


def test_each_feature_needs_its_input() -> None:
    for name, needed in zip(FEATURES, ("u", "u", "c", "u", "image", "u"), strict=True):
        net = ForceNet(Shape(name, codes=CODES12, width=4))
        with pytest.raises(ValueError, match=f"need {needed}"):
            net()
    with pytest.raises(ValueError, match="choose from"):
        ForceNet(Shape("all", codes=CODES12))
    with pytest.raises(ValueError, match="width"):
        ForceNet(Shape("image", codes=CODES12))


# -- training


def test_training_learns_the_labels_and_finds_the_force() -> None:
    data = example()
    fold = folds(data.subjects, 3)[0]
    net = ForceNet(Shape("force", codes=data.codes, step=1 / data.fps))
    told: list[str] = []
    history = fit(net, data, fold.train, Settings(epochs=40, batch=4, rate=0.004, threads=1),
                  say=told.append)  # fmt: skip
    assert len(told) == len(history) == 40
    assert set(history[0]) == {"3d", "au", "clean", "smooth", "total"}
    weights = card.weights()
    last = history[-1]
    assert last["total"] == pytest.approx(sum(weights[n] * last[n] for n in weights), rel=1e-4)
    assert last["au"] < 0.5 * history[0]["au"]
    assert last["3d"] < 0.5 * history[0]["3d"]
    found = answers(net, data, fold.test, threads=1)
    right = (found.probability > 0.5) == data.active[fold.test]
    assert right.mean() > 0.85
    smile = data.inputs.index("zygomaticus_major_left")
    pull, truth = found.forces[..., smile, 0], data.truth[fold.test][..., smile]
    assert np.corrcoef(pull.ravel(), truth.ravel())[0, 1] > 0.8
    assert (found.forces >= 0).all()


def test_the_printed_sign_learns_nothing_right() -> None:
    data = example(3)
    said = {}
    for signs in ("used", "printed"):
        torch.manual_seed(0)
        net = ForceNet(Shape("position", codes=data.codes))
        fit(net, data, range(12), Settings(epochs=60, batch=4, rate=0.01, signs=signs, threads=1))
        said[signs] = ((answers(net, data).probability > 0.5) == data.active).mean()
    assert said["used"] > 0.9
    assert said["printed"] < 0.5


def test_unlabelled_sequences_are_reconstructed_only() -> None:
    data = example(3)
    net = ForceNet(Shape("force", codes=data.codes))
    flipped = replace(data, labels=1 - data.labels)
    chosen = np.random.default_rng(7).permutation(np.arange(12))[:3]
    other = data.labels.copy()
    other[chosen] = flipped.labels[chosen]
    results = []
    for labels in (data.labels, np.where(np.isin(range(12), chosen)[:, None, None], data.labels,
                                         flipped.labels), other):  # fmt: skip
        torch.manual_seed(3)
        net = ForceNet(Shape("force", codes=data.codes))
        history = fit(net, replace(data, labels=labels), range(12),
                      Settings(epochs=2, batch=4, labelled=0.25, seed=7, threads=1))  # fmt: skip
        results.append([row["total"] for row in history])
    assert results[0] == results[1]  # labels that are not seen change nothing
    assert results[0] != results[2]  # those that are seen do


def test_losses_are_those_of_the_source() -> None:
    net = ForceNet(Shape("position", codes=("1",)))
    seen = net(c=torch.zeros(1, 2, K))
    labels, known = torch.ones(1, 2, 1), torch.ones(1, 2, 1, dtype=torch.bool)
    found = losses(seen, labels, None, known)
    assert set(found) == {"au"}
    expected = -torch.log(torch.sigmoid(seen.logits)).mean()
    torch.testing.assert_close(found["au"], expected)
    torch.testing.assert_close(losses(seen, labels, None, known, "printed")["au"], -expected)


# -- files


def test_a_net_comes_back(tmp_path: Path) -> None:
    data = example(2)
    net = ForceNet(Shape("physics", "printed", data.codes)).eval()
    path = save_net(tmp_path / "net.npz", net)
    assert path.stat().st_size < 3_000_000
    again = load_net(path)
    for one, two in zip(
        answers(net, data, threads=1), answers(again, data, threads=1), strict=True
    ):
        np.testing.assert_array_equal(one, two)
    small = save_net(tmp_path / "small.npz", ForceNet(Shape("force", codes=data.codes)))
    assert small.stat().st_size < 1_200_000
    from fau_teach.models.checkpoint import load, save

    arrays, header = load(path)
    save(path, arrays, {**header, "variant": "used"})
    with pytest.raises((ValueError, RuntimeError)):
        load_net(path)
    (tmp_path / "x.npz").write_bytes(b"no net")
    with pytest.raises(FileError):
        load_net(tmp_path / "x.npz")


def test_the_image_branch_learns_then_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = example(3, pictures=12)
    net = trained(data, 8, epochs=15, batch=16)
    z2d = features(net, data.pictures)
    assert z2d.shape == (12, 8, 8)
    assert not z2d.requires_grad
    assert all(not p.requires_grad for p in net.parameters())
    again = load_cnn(save_cnn(tmp_path / "cnn.npz", net))
    torch.testing.assert_close(features(again, data.pictures), z2d)
    head = ForceNet(Shape("image", codes=data.codes, width=8))
    fit(head, data, range(12), Settings(epochs=40, batch=4, rate=0.01, threads=1), z2d=z2d)
    right = (answers(head, data, z2d=z2d, threads=1).probability > 0.5) == data.active
    assert right[..., 0].mean() > 0.85  # the light follows the smile
    inside = ForceNet(Shape("image", codes=data.codes, width=8), net)
    inside.head.load_state_dict(head.head.state_dict())
    np.testing.assert_allclose(
        answers(inside, data, threads=1).probability,
        answers(head, data, z2d=z2d, threads=1).probability, atol=1e-5,
    )  # fmt: skip
    with pytest.raises(ValueError, match="no pictures"):
        trained(replace(data, pictures=None))
    monkeypatch.setenv("FAU_TEACH_CACHE", str(tmp_path))
    monkeypatch.setattr("fau_teach.models.image.made", lambda course, say: data)
    first = backbone(chapter4.quick().pictures, 8)
    monkeypatch.setattr("fau_teach.models.image.made", None)
    second = backbone(chapter4.quick().pictures, 8)
    torch.testing.assert_close(
        first(torch.tensor(data.pictures)), second(torch.tensor(data.pictures))
    )


def test_a_frozen_module_does_not_thaw() -> None:
    net = frozen(SmallCNN(4))
    assert not net.train().training
    assert not any(p.requires_grad for p in net.parameters())


# -- experiments


FORCE = [name for name in experiments.NAMES if records.MODULES[name] == "chapter4"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, cache = (tmp_path_factory.mktemp(name) for name in ("results", "cache"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAU_TEACH_CACHE", str(cache))
        size = replace(chapter4.quick(), number=2)
        small = replace(size.course, subjects=2)
        patch.setattr(chapter4, "quick", lambda: replace(size, course=small))
        patch.setattr(chapter4, "SHIFTS", {"other people": {}, "noise": {"noise_mm": 0.6}})
        assert command.main([*FORCE, "--quick", "--folder", str(folder)]) == 0
    net = load_net(next(cache.glob("net-physics-used-*.npz")))
    assert net.width == M + K
    return folder


def test_a_net_begins_alike_whether_the_image_branch_was_learned_or_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, found = example(3), []
    z2d = torch.randn(*data.labels.shape[:2], 4)
    monkeypatch.setattr(chapter4, "_course", lambda *_: data)
    for drawn in (0, 5):
        monkeypatch.setenv("FAU_TEACH_CACHE", str(tmp_path / str(drawn)))
        monkeypatch.setattr(chapter4, "_z2d", lambda _, drawn=drawn: (torch.rand(drawn), z2d)[1])
        items = np.arange(4, 12)
        one = chapter4.trained(
            chapter4.quick(), "image", "used", items, {"course": data}, items=items
        )
        found.append(one["course"].probability)
    np.testing.assert_array_equal(*found)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_experiment_writes_its_table(results: Path) -> None:
    table = rows(results / "force_table1.csv")
    assert len(table) == len(chapter4.METHODS) * 13
    assert {row["method"] for row in table} == {"tracked", *FEATURES}
    assert {row["code"] for row in table} == {*CODES12, "mean"}
    assert {row["labels"] for row in rows(results / "force_table4.csv")} == {
        "1.0000", "0.5000", "0.2000", "0.0500",
    }  # fmt: skip
    assert {row["shift"] for row in rows(results / "force_table5.csv")} == {"other people", "noise"}
    assert {row["source"] for row in rows(results / "force_labels.csv")} <= {
        "truth", "observed", "used", "printed",
    }  # fmt: skip
    assert {row["codes"] for row in rows(results / "force_traces.csv")} == {"1+2", "6", "12"}
    for name in FORCE:
        about = json.loads((results / f"{name}.json").read_text())
        assert {"command", "seed", "settings", "package_hash", "machine", "seconds", "torch"} <= {
            *about
        }
    shown = {row["source"] for row in rows(results / "force_maps.csv")}
    assert shown == {"truth", "observed", "used", "printed"}


def test_what_is_finished_is_left_out(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    about = json.loads((results / "force_table4.json").read_text())
    asked = {key: about[key] for key in ("command", "seed", "settings", "package_hash")}
    assert records.there("force_table4", results, asked)
    assert not records.there("force_table4", results, {**asked, "package_hash": "0"})
    assert not records.there("force_table9", results, asked)
    monkeypatch.setattr(records, "read_json", lambda name: about)
    monkeypatch.setattr(records, "read_csv", lambda name: tuple(rows(results / Path(name).name)))
    found = experiments.recorded("force_table4")
    assert not found.stale
    assert found.rows[0]["arm"] == "labels alone"
    assert "seconds" in str(found)
    about["package_hash"] = "0"
    assert experiments.recorded("force_table4").stale
    assert "changed" in str(experiments.recorded("force_table4"))
    monkeypatch.setattr(command, "there", lambda *_: True)
    assert command.main(["force_table4", "--quick", "--folder", str(results)]) == 0
    assert "finished before" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"), [(["nothing"], "no experiment"), (["--quick"], "needs --folder")]
)
def test_wrong_commands_are_refused(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        command.main(arguments)
    assert told in capsys.readouterr().err


def test_a_missing_torch_or_folder_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "FOLDER", tmp_path / "none")
    with pytest.raises(SystemExit):
        command.main(["--threads", "1"])
    assert "give --folder" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "torch", None)
    assert command.main([]) == 1
    assert "make setup" in capsys.readouterr().err


def test_the_main_muscle_of_a_code() -> None:
    names = face().names[:M]
    assert chapter4.main_muscle("12", names)[0] == "zygomaticus_major"
    assert chapter4.main_muscle("1", names)[0] == "frontalis_medial"
    assert chapter4.main_muscle("15", names)[0] == "depressor_anguli_oris"
