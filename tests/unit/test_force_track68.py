"""Tracks of 68 points: reading the file, taking the head away, finding the muscles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from fau_teach._reading import FileError
from fau_teach.face import Face, face
from fau_teach.face.camera import Camera
from fau_teach.force import identify, observe, track68
from fau_teach.force.track68 import Points68

Float = npt.NDArray[np.float64]
LEFT, RIGHT = "zygomaticus_major_left", "zygomaticus_major_right"
MAIN = observe.leading()


def text(points: Float, *, extra: dict[str, list[Any]] | None = None, fps: float = 30) -> str:
    """A file as OpenFace writes it."""
    axes = "xy" if points.shape[-1] == 2 else "XYZ"
    columns: dict[str, list[Any]] = {
        "frame": list(range(1, len(points) + 1)),
        "timestamp": [round(t / fps, 3) for t in range(len(points))],
        **(extra or {}),
    }
    for i, axis in enumerate(axes):
        columns |= {f"{axis}_{k}": points[:, k, i].tolist() for k in range(68)}
    lines = [", ".join(columns)]
    lines += [", ".join(str(v[t]) for v in columns.values()) for t in range(len(points))]
    return "\n".join(lines) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "clip.csv"


# -- reading


@pytest.mark.parametrize("wide", [2, 3])
def test_a_file_comes_back_as_written(file: Path, wide: int) -> None:
    points = np.random.default_rng(0).normal(0, 300, (3, 68, wide)).round(1)
    file.write_text(text(points, extra={"face_id": [0] * 3, "success": [1] * 3}))
    found = track68.read_points(file)
    assert np.array_equal(found.points, points)
    assert found.times == pytest.approx([0, 0.033, 0.067])
    assert found.seen.all()
    assert found.source == "clip.csv"


def test_both_kinds_in_one_file_are_a_choice(file: Path) -> None:
    flat, deep = np.ones((2, 68, 2)), np.full((2, 68, 3), 7.0)
    whole = text(flat).splitlines()
    more = [line.split(", ", 2)[2] for line in text(deep).splitlines()]
    file.write_text("\n".join(", ".join(pair) for pair in zip(whole, more, strict=True)))
    assert track68.read_points(file).points.shape == (2, 68, 3)
    assert np.array_equal(track68.read_points(file, flat=True).points, flat)


def test_frames_without_a_face_are_no_zeros(file: Path) -> None:
    points = np.ones((3, 68, 2))
    points[1] = 0
    file.write_text(text(points, extra={"success": [1, 0, 1]}))
    found = track68.read_points(file)
    assert found.seen.tolist() == [True, False, True]
    assert np.isnan(found.points[1]).all()


def test_one_of_several_faces(file: Path) -> None:
    points = np.arange(4.0)[:, None, None] * np.ones((4, 68, 2))
    lines = text(points, extra={"face_id": [0, 1, 0, 1]})
    file.write_text(lines)
    assert track68.read_points(file, face="1").points[:, 0, 0].tolist() == [1, 3]
    assert track68.read_points(file).points[:, 0, 0].tolist() == [0, 2]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda s: s.replace("x_67", "z_67"), "'x_67' is missing"),
        (lambda s: s.replace("timestamp", "clock").replace("frame", "n"), "'frame' is missing"),
        (lambda s: s.replace("5.5", "five"), "this is no number in 'five'"),
        (lambda s: s.replace("0.033", "0.0"), "does not go on"),
        (lambda s: s + "4, 0.9\n", "2 cells for 138 columns"),
        (lambda s: s.split("\n", 1)[0], "no row has a face"),
        (lambda s: s.replace("5.5", "nan"), "no row has a face"),
        (lambda s: s + '"4', "broken"),
        (lambda s: "", "'frame' is missing"),
    ],
)
def test_broken_files_are_refused_by_line(file: Path, change: Any, told: str) -> None:
    file.write_text(change(text(np.full((2, 68, 2), 5.5))))
    with pytest.raises(FileError, match=told):
        track68.read_points(file)


def test_a_missing_file_is_refused(file: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        track68.read_points(file)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.one_of(st.binary(max_size=200), st.data()))
def test_any_bytes_give_points_or_a_file_error(file: Path, raw: Any) -> None:
    if not isinstance(raw, bytes):
        good = text(np.ones((2, 68, 2))).encode()
        at = raw.draw(st.integers(0, len(good)))
        raw = good[:at] + raw.draw(st.binary(max_size=6)) + good[at + raw.draw(st.integers(0, 6)) :]
    file.write_bytes(raw)
    try:
        found = track68.read_points(file)
    except FileError:
        return
    assert found.points.shape[1:] == (68, 2)
    assert np.isfinite(found.points[found.seen]).all()


# -- alignment


@pytest.mark.parametrize("seed", range(4))
def test_alignment_finds_scale_turn_and_shift(seed: int) -> None:
    chance = np.random.default_rng(seed)
    source = chance.standard_normal((7, 3))
    turn, shift = Rotation.random(rng=chance).as_matrix(), chance.standard_normal(3)
    scale, found, there = track68.aligned(source, 1.7 * source @ turn.T + shift)
    assert scale == pytest.approx(1.7)
    assert found == pytest.approx(turn)
    assert there == pytest.approx(shift)
    scale, found, _ = track68.aligned(source, source * (-1, 1, 1), scaled=False)
    assert scale == 1
    assert np.linalg.det(found) == pytest.approx(1)  # never a mirror image


# -- following


@pytest.fixture(scope="module")
def who() -> Face:
    return face()


@pytest.fixture(scope="module")
def scene(who: Face) -> dict[str, Any]:
    """Nine frames of a lop-sided smile with an opening jaw while the head turns and nods."""
    names, moved = track68.responses(who, MAIN)
    a = np.zeros((9, len(names)))
    rise = np.sin(np.linspace(0, np.pi, 9))
    for name, size in ((LEFT, 0.8), (RIGHT, 0.5), ("jaw_open", 5.0), ("lid_upper_left", 0.3)):
        a[:, names.index(name)] = size * rise
    rest = who.pose({})[list(observe.vertices68())]
    skin = rest + np.tensordot(a, moved, 1)
    cameras = [
        Camera.portrait(1280, 1280, yaw=15 * s, pitch=-8 * s, roll=10 * s)
        for s in np.linspace(-1, 1, 9)
    ]
    flat = np.array([c.project(p)[:, :2] for c, p in zip(cameras, skin, strict=True)])
    deep = np.array([c.to_view(p) * (1, -1, -1) for c, p in zip(cameras, skin, strict=True)])
    return {"names": names, "a": a, "skin": skin, "cameras": cameras, "flat": flat, "deep": deep}


def track(points: Float, noise: float, seed: int = 0) -> Points68:
    shaken = points + noise * np.random.default_rng(seed).standard_normal(points.shape)
    return Points68("made", np.arange(len(points)) / 30, shaken, np.ones(len(points), bool))


def wrong(found: track68.Followed, scene: dict[str, Any]) -> float:
    """Relative error of all activations where the smile is strong, modes left out."""
    strong, count = slice(2, 7), len(MAIN)
    off = np.linalg.norm(found.values[strong, :count] - scene["a"][strong, :count], axis=1)
    return float((off / np.linalg.norm(scene["a"][strong, :count], axis=1)).mean())


@pytest.mark.parametrize("kind", ["deep", "flat"])
def test_muscles_and_head_are_found_together(who: Face, scene: dict[str, Any], kind: str) -> None:
    camera = scene["cameras"][0]
    lens = {"focal": camera.focal, "centre": (camera.cx, camera.cy)} if kind == "flat" else {}
    unit = camera.focal / camera.distance if kind == "flat" else 1.0
    found = track68.follow(
        who, track(scene[kind], 0.1 * unit), noise=0.1 * unit, inputs=MAIN, **lens
    )
    assert wrong(found, scene) < 0.15
    assert found.of(LEFT)[4] == pytest.approx(0.8, abs=0.08)
    assert found.of(RIGHT)[4] == pytest.approx(0.5, abs=0.08)
    assert found.of("jaw_open")[4] == pytest.approx(5, abs=0.5)
    for t, one in enumerate(scene["cameras"]):
        turned = Rotation.from_matrix(found.rotation[t] @ one.rotation.T)
        assert np.degrees(turned.magnitude()) < 0.6
    assert found.residual.mean() == pytest.approx(0.1 * unit, rel=0.25)
    assert found.scale == pytest.approx(1, abs=0.01)
    place = scene["cameras"][4].to_view(np.zeros(3))
    assert found.shift[4] == pytest.approx(place, abs=0.01 * np.linalg.norm(place))


def test_exact_tracks_give_exact_answers(who: Face, scene: dict[str, Any]) -> None:
    found = track68.follow(
        who, track(scene["deep"], 0), noise=1e-3, inputs=MAIN, clean=0, watched=range(68)
    )
    assert found.values == pytest.approx(scene["a"], abs=0.02)
    assert found.residual.max() < 1e-3


def test_size_is_found_and_taken_away(who: Face, scene: dict[str, Any]) -> None:
    found = track68.follow(who, track(1.25 * scene["deep"], 0.1), noise=0.1, inputs=MAIN)
    assert found.scale == pytest.approx(1.25, abs=0.01)
    assert wrong(found, scene) < 0.15


def test_without_taking_the_head_away_the_answer_is_wrong(who: Face, scene: dict[str, Any]) -> None:
    seen = observe.landmarks68(who, inputs=MAIN)
    rest = who.pose({})[list(observe.vertices68())]
    # The head of the first frame is taken for that of all others.
    first = scene["cameras"][4]
    points = (scene["deep"] * (1, -1, -1) + (0, 0, first.distance)) @ first.rotation
    shift = (points + first.centre - rest).reshape(9, -1) / 1000
    naive = identify.activations(seen, shift, noise=1e-4, clean=20.0, intervals="").values
    off = np.linalg.norm(naive[2] - scene["a"][2, : len(MAIN)])
    assert off > np.linalg.norm(scene["a"][2, : len(MAIN)])
    found = track68.follow(who, track(scene["deep"], 0.1), noise=0.1, inputs=MAIN)
    assert wrong(found, scene) < 0.15


def test_from_afar_needs_no_lens(who: Face, scene: dict[str, Any]) -> None:
    far = [Camera.portrait(1280, 1280, yaw=c.yaw, pitch=c.pitch, roll=c.roll, distance=50_000.0,
                           focal=c.focal * 50) for c in scene["cameras"]]  # fmt: skip
    flat = np.array([c.project(p)[:, :2] for c, p in zip(far, scene["skin"], strict=True)])
    found = track68.follow(who, track(flat, 0.4), noise=0.4, inputs=MAIN)
    assert wrong(found, scene) < 0.2
    near = track68.follow(who, track(scene["flat"], 0.4), noise=0.4, inputs=MAIN)
    assert wrong(near, scene) > 1.5 * wrong(found, scene)


@pytest.mark.parametrize("kind", ["deep", "flat", "far"])
def test_another_persons_shape_is_taken_from_neutral_frames(
    who: Face, scene: dict[str, Any], kind: str
) -> None:
    # Lips 4 mm lower and brows 3 mm higher look like muscles at work.
    own = np.zeros((68, 3))
    own[48:, 1], own[17:27, 1] = -4, 3
    skin = scene["skin"] + own
    pair = [
        (c if kind != "far" else Camera.portrait(1280, 1280, distance=50_000.0,
                                                 focal=c.focal * 50, yaw=c.yaw), p)
        for c, p in zip(scene["cameras"], skin, strict=True)
    ]  # fmt: skip
    lens: dict[str, Any] = {}
    if kind == "deep":
        points, unit = np.array([c.to_view(p) * (1, -1, -1) for c, p in pair]), 1.0
    else:
        points = np.array([c.project(p)[:, :2] for c, p in pair])
        unit = pair[0][0].focal / pair[0][0].distance
        if kind == "flat":
            lens = {"focal": pair[0][0].focal, "centre": (pair[0][0].cx, pair[0][0].cy)}
    made = track(points, 0.05 * unit)
    asked = {"noise": 0.1 * unit, "inputs": MAIN, **lens}
    without = track68.follow(who, made, **asked)
    found = track68.follow(who, made, neutral=[0, 8], **asked)
    assert wrong(found, scene) < 0.5 * wrong(without, scene)
    assert found.of(LEFT)[4] == pytest.approx(0.8, abs=0.15)
    again = track68.follow(who, made, neutral=slice(0, 1), **asked)
    assert again.of(LEFT)[4] == pytest.approx(0.8, abs=0.2)


def test_frames_that_were_not_seen_stay_empty(who: Face, scene: dict[str, Any]) -> None:
    made = track(scene["deep"][:2], 0.1)
    blind = Points68("made", made.times, made.points, np.array([True, False]))
    found = track68.follow(who, blind, noise=0.1, inputs=MAIN)
    assert np.isfinite(found.values[0]).all()
    assert np.isnan(found.values[1]).all()
    with pytest.raises(ValueError, match="neutral"):
        track68.follow(who, blind, noise=0.1, neutral=[1])
    with pytest.raises(ValueError, match="noise"):
        track68.follow(who, blind, noise=0)


def test_from_file_to_muscles(who: Face, scene: dict[str, Any], file: Path) -> None:
    file.write_text(text(track(scene["deep"], 0.1).points.round(1), extra={"success": [1] * 9}))
    found = track68.follow(who, track68.read_points(file), noise=0.1, inputs=MAIN)
    assert wrong(found, scene) < 0.15
    a = track68.follow(who, track68.read_points(file), noise=0.1)
    assert a.of(LEFT)[4] == pytest.approx(0.8, abs=0.15)
