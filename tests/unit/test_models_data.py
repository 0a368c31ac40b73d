"""Sequences of course clips, their files, the mesh stages, and what real data sets give."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from fau_teach import _lazy, models
from fau_teach._reading import FileError
from fau_teach.clip import Clip, Movement
from fau_teach.datasets import FrameLabels
from fau_teach.face import face
from fau_teach.face.spread import effective_areas
from fau_teach.force.observe import basis, vertices68
from fau_teach.models import card, checkpoint, stamp
from fau_teach.models.data import (
    UNKNOWN,
    Course,
    Sequences,
    _jitter,
    cage_size,
    labels,
    made,
    observed,
    script,
    tracker,
)  # fmt: skip
from fau_teach.models.mesh import adjacency, clusters, stages
from fau_teach.models.real import real_sequences
from fau_teach.models.stamp import fingerprint, meaning

SMALL = Course(subjects=2, clips=2, frames=12, fps=10.0, picture=16, group="test")


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Any:
    """Threads that wait for each other make tiny products a thousand times slower."""
    with threadpool_limits(1):
        yield


def test_importing_the_package_is_light() -> None:
    code = "import sys, fau_teach.models; print(*{'torch', 'numpy', 'scipy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not done.stdout.split()
    assert "ForceNet" in dir(models)
    with pytest.raises(AttributeError, match="Nothing"):
        _ = models.Nothing
    assert models.Course is Course


def test_a_missing_torch_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> None:
        raise ModuleNotFoundError("gone", name="torch" if name.endswith("force_net") else "scipy")

    monkeypatch.setattr(_lazy, "import_module", gone)
    with pytest.raises(ModuleNotFoundError, match="ForceNet needs torch: make setup"):
        _ = models.ForceNet
    with pytest.raises(ModuleNotFoundError, match="gone"):
        _ = models.Course


# -- the card


def test_every_constant_has_a_reason() -> None:
    found = card.parameters()
    assert {"weight_3d", "weight_au", "weight_clean", "weight_smooth", "frames", "hidden",
            "epochs", "learning_rate"} <= set(found)  # fmt: skip
    for one in found.values():
        assert one.source == "chosen"
        assert len(one.reason) > 15
    assert card.weights("printed")["3d"] < card.weights()["3d"]
    assert card.weights(weight_au=3.0) == {**card.weights(), "au": 3.0}
    with pytest.raises(ValueError, match="weight_3d"):
        card.weights(weight_none=1.0)


# -- files


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=200))
def test_no_file_is_more_than_refused(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "junk.npz"
    path.write_bytes(junk)
    with pytest.raises(FileError, match="no checkpoint"):
        checkpoint.load(path)


def test_files_hold_numbers_and_no_code(tmp_path: Path) -> None:
    path = checkpoint.save(tmp_path / "new" / "a.npz", {"x": np.arange(3.0)}, {"name": "ä"})
    arrays, header = checkpoint.load(path)
    assert arrays["x"].tolist() == [0, 1, 2]
    assert header == {"name": "ä"}
    assert [one.name for one in path.parent.iterdir()] == ["a.npz"]
    with pytest.raises(ValueError, match="numbers only"):
        checkpoint.save(tmp_path / "b.npz", {"x": np.array([print], object)})
    with pytest.raises(ValueError, match="header"):
        checkpoint.save(tmp_path / "b.npz", {"header": np.zeros(1)})
    np.savez(tmp_path / "c.npz", header=np.array([{}], object))
    with pytest.raises(FileError, match="pickle"):
        checkpoint.load(tmp_path / "c.npz")
    with pytest.raises(FileError, match="no such file"):
        checkpoint.load(tmp_path / "d.npz")


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = checkpoint.save(tmp_path / "a.npz", {"x": np.zeros(100_000)})
    monkeypatch.setattr(checkpoint, "_MOST", 50_000)
    with pytest.raises(FileError, match="2 GiB"):
        checkpoint.load(path)


def test_another_form_is_refused(tmp_path: Path) -> None:
    path = checkpoint.save(tmp_path / "a.npz", {}, None)
    with np.load(path) as found:
        text = found["header"].tobytes().replace(b'"form": 1', b'"form": 9')
    np.savez(path, header=np.frombuffer(text, np.uint8))
    with pytest.raises(FileError, match="form is 9"):
        checkpoint.load(path)
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as empty:
        empty.writestr("x", "y")
    with pytest.raises(FileError, match="no checkpoint"):
        checkpoint.load(tmp_path / "b.npz")


def test_the_cache_is_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FAU_TEACH_CACHE", str(tmp_path))
    assert checkpoint.cache_folder() == tmp_path
    monkeypatch.delenv("FAU_TEACH_CACHE")
    assert checkpoint.cache_folder().parts[-2:] == ("_build", "models")
    monkeypatch.setattr(checkpoint, "__file__", str(tmp_path / "a" / "b" / "c.py"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert checkpoint.cache_folder() == tmp_path / "fau_teach"


# -- course clips


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Sequences:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAU_TEACH_CACHE", str(tmp_path_factory.mktemp("cache")))
        told: list[str] = []
        first = made(SMALL, say=told.append)
        assert told[-1] == "test: 2 of 2 subjects"
        again = made(SMALL)
    np.testing.assert_array_equal(first.pictures, again.pictures)
    np.testing.assert_array_equal(first.c, again.c)
    assert again.clips == first.clips
    return again


def test_sequences_have_all_parts(course: Sequences) -> None:
    assert len(course) == 4
    assert course.labels.shape == (4, 12, 12)
    assert course.c.shape == course.truth.shape == (4, 12, 84)
    assert course.u.shape == (4, 12, cage_size(), 3)
    assert course.pictures.shape == (4, 12, 16, 16, 3)
    assert len({*course.subjects}) == 2
    assert course.known.all()
    assert 0 < course.active.mean() < 0.6
    assert np.ptp(course.pictures[:, 0].astype(float), axis=0).max() > 20  # people differ
    some = course.take([2, 0])
    assert some.subjects == (course.subjects[2], course.subjects[0])
    np.testing.assert_array_equal(some.u[1], course.u[0])
    with pytest.raises(ValueError, match="codes"):
        replace(course, codes=("1",))
    with pytest.raises(ValueError, match="u "):
        replace(course, u=course.u[:1])


def test_a_fitted_mesh_is_made_of_the_basis(course: Sequences) -> None:
    fitted = course.fitted()
    flat = fitted.u.reshape(-1, cage_size() * 3).astype(float)
    basis_mm = face().B[:, : cage_size()].reshape(84, -1)
    np.testing.assert_allclose(flat, course.c.reshape(-1, 84) @ basis_mm, atol=0.02)
    assert np.linalg.matrix_rank(flat, tol=0.05 * len(flat)) <= 84
    with pytest.raises(ValueError, match="coordinates"):
        replace(course, c=None).fitted()


def test_labels_are_those_of_the_key() -> None:
    acted = Clip("Ana", 25, 60, (Movement("12", "", "D", 10, 20, 40, 5),))
    found = labels(acted.key(), ("1", "12"), 60)
    item = acted.key().items[0]
    assert not found[:, 0].any()
    assert np.flatnonzero(found[:, 1]).tolist() == [*range(item.onset, item.offset)]
    # What was scripted begins earlier than what can be seen.
    assert item.onset > 10


def test_scripts_follow_the_seed() -> None:
    assert script(SMALL, 0, 1) == script(SMALL, 0, 1)
    assert script(SMALL, 0, 1) != script(replace(SMALL, seed=1), 0, 1)
    assert all(script(SMALL, 1, k).frames >= SMALL.frames for k in range(3))


def test_a_track_without_noise_gives_the_activations_back() -> None:
    names, moved = basis(face())
    a = np.zeros((3, 84))
    for name, size in (("zygomaticus_major_left", 0.6), ("mentalis_right", 0.3)):
        a[1:, names.index(name)] = size
    u = 1e3 * np.tensordot(a, moved[:, : cage_size()], 1)
    np.testing.assert_allclose(observed(u, 0.05), a, atol=0.02)
    jaw = face().pose({}, {"jaw_open": 8.0}) - face().pose({})
    opened = observed(jaw[None, : cage_size()], 0.05)
    assert opened.max() < 0.15  # the jaw has a coordinate of its own
    assert tracker().names[84:] == ("jaw_open", "lid_upper_left", "lid_upper_right")


def test_a_tracker_adds_what_it_is_asked_to() -> None:
    place = face().hierarchy.levels[0].vertices
    chance = np.random.default_rng(0)
    still = _jitter(replace(SMALL, noise_mm=0.3, head_deg=0.0, head_mm=0.0), place, chance)
    assert still.std() == pytest.approx(0.3, rel=0.05)
    moved = _jitter(replace(SMALL, noise_mm=0.0, head_deg=0.5, head_mm=0.5), place, chance)
    apart = np.linalg.norm((place + moved[0])[:50, None] - (place + moved[0])[None, :50], axis=-1)
    true = np.linalg.norm(place[:50, None] - place[None, :50], axis=-1)
    np.testing.assert_allclose(apart, true, atol=1e-9)  # a head stays a head
    assert 0.1 < np.abs(moved).mean() < 2


def test_the_hash_changes_with_code_and_not_with_words() -> None:
    assert len(fingerprint("fau_teach.models.data")) == 16
    with pytest.raises(ValueError, match="no module"):
        fingerprint("fau_teach.models.nothing")
    code = 'def f(x):\n    """Words."""\n    return x + 1\n'
    assert meaning(code) == meaning("# more words\ndef f(x): return (x + 1)")
    assert meaning(code) != meaning(code.replace("1", "2"))


def test_the_hash_follows_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    start = "fau_teach.models.data"
    known = fingerprint.__wrapped__(start)
    source = stamp._source

    def changed(module: str) -> str:
        def read(name: str) -> str | None:
            text = source(name)
            return f"{text}\nchanged = 1\n" if text and name == module else text

        monkeypatch.setattr(stamp, "_source", read)
        return str(fingerprint.__wrapped__(start))

    assert changed("fau_teach.force.identify") != known
    assert changed("fau_teach.models.training") == known
    monkeypatch.setattr(stamp, "_source", source)
    assert fingerprint.__wrapped__(start, ("force/material",)) != known


def test_blendshapes_move_their_area_most() -> None:
    # S1-031: every basis shape moves most where its muscle holds, and is small far away.
    standard = face()
    held = effective_areas(standard.P, 0.02)
    size = np.linalg.norm(standard.B, axis=2)
    for at in range(0, len(size), 2):
        peak = size[at].argmax()
        away = np.linalg.norm(standard.base.vertices - standard.base.vertices[peak], axis=1)
        assert away[held[:, at]].min() < 12, standard.names[at]
        # The platysma is a sheet as long as the neck.
        if not standard.names[at].startswith("platysma"):
            assert size[at, away > 90].max() < 0.12 * size[at].max(), standard.names[at]


# -- mesh stages


@pytest.mark.parametrize("level", [0, 1])
def test_stages_join(level: int) -> None:
    found = stages(face().hierarchy, level, (160, 40))
    assert len(found) == 2 + level
    for one, after in pairwise(found):
        assert one.pool.shape[0] == after.laplacian.shape[0]
    for one in found:
        assert abs(one.laplacian - one.laplacian.T).max() < 1e-12
        sizes = np.linalg.eigvalsh(one.laplacian.toarray()) if one.laplacian.shape[0] < 800 else [0]
        assert np.abs(sizes).max() < 1 + 1e-9
        np.testing.assert_allclose(one.pool.sum(axis=1), 1)
    assert found[-1].pool.shape[0] == 40


def test_pooling_from_a_finer_level_undoes_a_smooth_field() -> None:
    hierarchy = face().hierarchy
    pool = stages(hierarchy, 1)[0].pool
    x = hierarchy.levels[1].vertices
    off = np.linalg.norm(pool @ x - hierarchy.levels[0].vertices, axis=1)
    assert np.median(off) < 4  # an edge of the cage is about 8 mm long


def test_patches_part_the_mesh() -> None:
    place = face().hierarchy.levels[0].vertices
    pool = clusters(place, 30)
    assert ((pool != 0).sum(axis=0) == 1).all()
    graph = adjacency(np.array([[0, 1, 2], [2, 1, 3]]), 4).toarray()
    assert graph.tolist() == [[0, 1, 1, 0], [1, 0, 1, 1], [1, 1, 0, 1], [0, 1, 1, 0]]


# -- real data sets, by made-up files


def video(subject: str = "F001", task: str = "T1", frames: int = 14, start: int = 3) -> FrameLabels:
    numbers = tuple(range(start, start + frames))
    values = tuple((k % 2, None if k == 1 else 1) for k in range(frames))
    return FrameLabels(subject, task, 25.0, ("12", "4"), numbers, values, graded=False)


def track(path: Path, activation: float, frames: int = 20, flat: bool = False) -> Path:
    """OpenFace columns of the standard face with a smile that grows."""
    names, moved = basis(face())
    at = [names.index(f"zygomaticus_major_{side}") for side in ("left", "right")]
    size = activation * np.linspace(0, 1, frames)
    bend = 1e3 * moved[at].sum(0)[list(vertices68())]
    place = face().pose({})[list(vertices68())] + size[:, None, None] * bend
    points = place * (1, -1, -1) + (0, 0, 900)
    axes = "XYZ"
    if flat:
        points, axes = 2 * points[..., :2] + 200, "xy"
    columns = [f"{axis}_{k}" for axis in axes for k in range(68)]
    lines = [", ".join(["frame", "timestamp", "success", *columns])]
    for t, row in enumerate(points):
        cells = row.T.ravel().round(4)
        lines.append(", ".join([str(t + 1), f"{t / 25:.3f}", str(int(t != 7)), *map(str, cells)]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def shots(folder: Path, numbers: range) -> Path:
    image = pytest.importorskip("PIL.Image")
    folder.mkdir(parents=True)
    for number in numbers:
        shown = np.zeros((60, 80, 3), np.uint8)
        shown[:, :, 0], shown[20:40, 30:50, 1] = number, 200
        image.fromarray(shown).save(folder / f"{number:04d}.png")
    return folder


def test_tracks_and_labels_become_sequences(tmp_path: Path) -> None:
    track(tmp_path / "F001_T1.csv", 0.8)
    found = real_sequences([video()], tracks=tmp_path, codes=("4", "12"), noise=0.2, length=6)
    assert found.clips == ("F001/T1/3", "F001/T1/9")
    assert found.pictures is None
    smile = found.c[:, :, found.inputs.index("zygomaticus_major_left")].ravel()
    expected = 0.8 * np.linspace(0, 1, 20)[2:14]
    expected[5] = 0  # the tracker lost row 7, frame 8
    np.testing.assert_allclose(smile, expected, atol=0.12)
    assert not found.known[0, 5].any()
    assert found.labels[0, :5].tolist() == [[1, 0], [UNKNOWN, 1], [1, 0], [1, 1], [1, 0]]
    lifted = found.u[1, -1]
    assert np.linalg.norm(lifted, axis=1).max() > 2  # millimetres


def test_pictures_alone_feed_the_image_branch(tmp_path: Path) -> None:
    shots(tmp_path / "F001" / "T1", range(1, 20))
    found = real_sequences([video()], pictures=tmp_path, length=7, size=8)
    assert found.c is None
    assert found.u is None
    assert found.pictures.shape == (2, 7, 8, 8, 3)
    assert found.pictures[0, :, 0, 0, 0].tolist() == [*range(3, 10)]
    assert found.codes[6] == "12"
    assert not found.known[:, :, 0].any()  # this file says nothing of AU1


def test_a_track_in_pixels_shows_where_the_face_is(tmp_path: Path) -> None:
    track(tmp_path / "tracks" / "F001_T1.csv", 0.0, flat=True)
    shots(tmp_path / "F001_T1", range(1, 20))
    found = real_sequences(
        [video()], pictures=tmp_path, tracks=tmp_path / "tracks", length=7, size=8, noise=0.5
    )
    assert found.c.shape == (2, 7, 84)
    assert found.pictures.shape == (2, 7, 8, 8, 3)


def test_disfa_goes_by_intensity(tmp_path: Path) -> None:
    shots(tmp_path / "SN001", range(1, 9))
    graded = FrameLabels("SN001", "", 20.0, ("12",), tuple(range(1, 9)),
                         tuple((k,) for k in (0, 1, 2, 3, 4, 5, None, 0)), graded=True)  # fmt: skip
    for threshold, wanted in (
        ("used", [0, 0, 1, 1, 1, 1, 2, 0]),
        ("printed", [0, 0, 0, 1, 1, 1, 2, 0]),
    ):
        found = real_sequences([graded], pictures=tmp_path, length=8, size=4, codes=("12",),
                               threshold=threshold)  # fmt: skip
        assert found.labels.ravel().tolist() == wanted


def test_stretches_do_not_cross_a_gap(tmp_path: Path) -> None:
    shots(tmp_path / "F001_T1", range(1, 30))
    whole = video(frames=20)
    holed = replace(whole, frames=(*range(3, 11), *range(14, 26)))
    found = real_sequences([holed], pictures=tmp_path, length=6, size=4)
    assert found.clips == ("F001/T1/3", "F001/T1/14", "F001/T1/20")
    with pytest.raises(ValueError, match="shorter"):
        real_sequences([holed], pictures=tmp_path, length=13, size=4)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="pictures or of tracks"):
        real_sequences([video()])
    with pytest.raises(FileError, match=r"F001_T1\.csv.*OpenFace"):
        real_sequences([video()], tracks=tmp_path)
    with pytest.raises(FileError, match="folder of pictures for F001/T1"):
        real_sequences([video()], pictures=tmp_path)
    track(tmp_path / "F001_T1.csv", 0.5)
    with pytest.raises(FileError, match="`first`"):
        real_sequences([video()], tracks=tmp_path, first=5000, length=4)
    shots(tmp_path / "F001_T1", range(1, 12))
    with pytest.raises(FileError, match="no picture of frame 12"):
        real_sequences([video()], pictures=tmp_path, length=7, size=4)
