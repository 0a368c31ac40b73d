"""A packed face comes out as it went in, within half a step."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from fau_teach import clip
from fau_teach.face import kinematics
from fau_teach.face.actions import MODES
from fau_teach.face.materials import Look
from fau_teach.face.mesh import Mesh
from fau_teach.face.overlay import Fibre, Overlay, bind, overlay
from fau_teach.face.pack import COLUMN_STEP, POSITION_STEP, STRAIN_STEP, pack, to_text, unpack
from fau_teach.face.packed import PackedPart, PackError
from fau_teach.face.subdivision import Hierarchy, subdivide
from fau_teach.widgets import faceview
from fau_teach.widgets.faceview import FaceView

Float = npt.NDArray[np.float64]


@dataclass
class Someone:
    """What :class:`FaceLike` asks for, made small: a bent sheet with a few columns."""

    base: Mesh
    mirror: npt.NDArray[np.int32]
    columns: dict[str, Float]
    strains: dict[str, Float]
    actions: dict[tuple[str, str], dict[str, float]]
    parts: list[PackedPart]
    contact: npt.NDArray[np.int32]
    modes: tuple[str, ...] = tuple(MODES)
    kinematics: Any = field(default_factory=lambda: kinematics.CONSTANTS)
    look: Look = field(default_factory=Look)
    landmarks: dict[str, int] = field(default_factory=lambda: {"nose_tip": 3})

    @property
    def sides(self) -> dict[str, str]:
        return {name: [*name.rsplit("_", 1), "mid"][1] for name in self.columns}

    @property
    def mirror_of(self) -> dict[str, str]:
        swap = {"left": "right", "right": "left"}
        return {
            name: f"{name.rsplit('_', 1)[0]}_{swap[side]}" if side in swap else name
            for name, side in self.sides.items()
        }


@cache
def sheet() -> Hierarchy:
    """Level 0 and 1 of a grid over the front of a head, mirror-symmetric."""
    columns, rows = 9, 8
    x, y = (
        a.ravel() for a in np.meshgrid(np.linspace(-60, 60, columns), np.linspace(60, -80, rows))
    )
    vertices = np.column_stack([x, y, -(x**2) / 60])
    faces = []
    for r in range(rows - 1):
        for c in range(columns - 1):
            a, b = r * columns + c, r * columns + c + 1
            d, e = a + columns, b + columns
            half = [(a, d, b), (b, d, e)] if c < columns // 2 else [(a, d, e), (a, e, b)]
            faces += half
    index = np.arange(rows * columns).reshape(rows, columns)
    zero = np.zeros(len(x))
    attributes = dict.fromkeys(("cavity", "vermilion", "head", "ao"), zero)
    attributes |= {"uv": np.column_stack([x * 4.5, y]), "lip": np.sign(y + 10.1) * 1.0}
    attributes |= {"jaw": np.clip(-y / 80, 0, 1), "lid_upper": zero, "lid_lower": zero}
    cage = Mesh(vertices, np.array(faces, dtype=np.int32), attributes)
    return subdivide(cage, 1, index[:, ::-1].ravel())


def someone(**changes: Any) -> Someone:
    levels = sheet()
    base, mirror = levels.levels[1], levels.mirrors[1]
    near = np.exp(-(((base.vertices - (27, -30, 0)) / 20) ** 2).sum(axis=1))
    left, tension = near[:, None] * (3.0, 9.5, -2.0), near[:, None] * (0.2, -0.1)
    middle = np.exp(-((base.vertices / 15) ** 2).sum(axis=1))[:, None]
    columns = {
        "smile_left": left,
        "smile_right": left[mirror] * (-1, 1, 1),
        "chin": middle * (0.0, 4.0, 1.0),
    }
    strains = {"smile_left": tension, "smile_right": tension[mirror], "chin": middle * (0.0, 0.3)}
    quad = Mesh(
        np.array([[0, 0, 0], [9, 0, 0], [9, 9, 0], [0, 9, 300.0]]),
        np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32),
        {"eye": np.arange(8.0).reshape(4, 2)},
    )
    given: dict[str, Any] = {
        "base": base,
        "mirror": mirror,
        "columns": columns,
        "strains": strains,
        "actions": {("12", "left"): {"smile_left": 2.0}, ("26", "both"): {"jaw_open": 19.0}},
        "parts": [
            PackedPart("eye_left", quad, "eye", "eye_left"),
            PackedPart("lash", quad, "lash", "bound", np.array([1, 2, 3, 4], dtype=np.int32)),
        ],
        "contact": np.array([[30, 39], [31, 40], [32, 41]], dtype=np.int32),
    }
    return Someone(**{**given, **changes})


def header(data: bytes) -> dict[str, Any]:
    blob = zlib.decompress(data)
    found: dict[str, Any] = json.loads(blob[4 : 4 + int.from_bytes(blob[:4], "little")])
    return found


def test_everything_comes_back() -> None:
    one = someone()
    back = unpack(pack(one))
    assert np.abs(back.base.vertices - one.base.vertices).max() <= POSITION_STEP / 2
    assert np.array_equal(back.base.faces, one.base.faces)
    assert np.array_equal(back.mirror, one.mirror)
    assert set(back.base.attributes) == set(one.base.attributes)
    assert np.abs(back.base.attributes["uv"] - one.base.attributes["uv"]).max() < 0.01
    assert back.actions == one.actions
    assert back.modes == one.modes
    assert back.sides == one.sides
    assert back.mirror_of == one.mirror_of
    assert back.landmarks == one.landmarks
    assert back.look == one.look
    assert back.kinematics == json.loads(json.dumps(dict(one.kinematics)))
    assert sorted(map(tuple, back.contact)) == sorted(map(tuple, one.contact))
    assert back.overlay is None
    eye, lash = back.parts
    assert (eye.name, eye.material, eye.motion, eye.bind) == ("eye_left", "eye", "eye_left", None)
    assert np.abs(eye.mesh.vertices - one.parts[0].mesh.vertices).max() <= POSITION_STEP
    assert np.abs(eye.mesh.attributes["eye"] - one.parts[0].mesh.attributes["eye"]).max() < 1e-3
    assert lash.bind is not None
    assert lash.bind.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("name", ["smile_left", "smile_right", "chin"])
def test_columns_come_back_within_a_step(name: str) -> None:
    one = someone()
    back = unpack(pack(one))
    weight = 2.0 if name == "smile_left" else 1.0
    # What one step or less moves is dropped, in displacement and compression alike.
    assert np.abs(back.columns[name] - one.columns[name]).max() <= 1.51 * COLUMN_STEP
    assert np.abs(back.strains[name] - one.strains[name]).max() <= 1.51 * STRAIN_STEP
    full = np.abs(weight * one.columns[name]).max()
    assert np.abs(weight * back.columns[name]).max() == pytest.approx(full, abs=COLUMN_STEP)


def test_a_right_column_is_the_exact_mirror_image_and_costs_nothing() -> None:
    one = someone()
    data = pack(one)
    back = unpack(data)
    stored = {column["id"]: "planes" in column for column in header(data)["columns"]}
    assert stored == {"smile_left": True, "smile_right": False, "chin": True}
    mirrored = back.columns["smile_left"][one.mirror] * (-1, 1, 1)
    assert np.array_equal(back.columns["smile_right"], mirrored)
    assert np.array_equal(back.strains["smile_right"], back.strains["smile_left"][one.mirror])


def test_a_right_column_of_its_own_is_kept() -> None:
    one = someone()
    one.columns["smile_right"] = one.columns["smile_right"] * 1.2
    back = unpack(pack(one))
    assert np.abs(back.columns["smile_right"] - one.columns["smile_right"]).max() < 0.02


def test_it_is_deflated_and_goes_into_a_page_as_text() -> None:
    one = someone()
    assert to_text(one).isascii()
    assert len(pack(one)) < len(zlib.decompress(pack(one))) / 3


def test_the_browser_gets_shader_limits_and_tone() -> None:
    one = someone()
    one.identity = type("Who", (), {"tone": {("12", "left"): 0.1}})()  # type: ignore[attr-defined]
    found = header(pack(one))
    assert found["shading"]["source"].startswith("#version 300 es")
    assert found["shading"]["slots"]["uv"] == 6  # the browser's static attributes begin here
    assert found["mixing"]["limits"]["lid_upper_left"] == list(MODES["lid_upper_left"])
    assert found["tone"] == [["12", "left", 0.1]]
    assert len(found["shading"]["values"]) >= len(found["shading"]["names"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"actions": {("12", "left"): {"grin": 1.0}}}, "'grin' is neither a column nor a mode"),
        ({"mirror": np.full(len(sheet().mirrors[1]), 70_000)}, "mirror reaches 70000"),
        ({"base": sheet().levels[0]}, "no Loop subdivision"),
        (
            {"base": replace(sheet().levels[1], vertices=sheet().levels[1].vertices * np.nan)},
            "no number",
        ),
    ],
)
def test_what_cannot_be_packed_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(PackError, match=words):
        pack(someone(**changes))


def test_too_many_vertices_are_refused() -> None:
    base = sheet().levels[1]
    many = replace(base, vertices=np.zeros((70_000, 3)))
    with pytest.raises(PackError, match="Pack level 1"):
        pack(someone(base=many))


def test_what_is_no_packed_face_is_refused() -> None:
    with pytest.raises(PackError, match="no packed face"):
        unpack(b"nothing")
    blob = zlib.decompress(pack(someone()))
    other = zlib.compress(blob.replace(b'"version":1', b'"version":9', 1))
    with pytest.raises(PackError, match="version 9"):
        unpack(other)


# -- muscles on the skin


def drawn() -> Overlay:
    corners = np.array([[0, 1, 2], [2, 3, 4]], dtype=np.int32)
    weights = np.array([[1.0, 0, 0], [0.2, 0.3, 0.5]])
    size = len(sheet().levels[1].vertices)
    fibres = (Fibre(0, corners, weights), Fibre(1, corners[:1], weights[:1]))
    owner = np.arange(size, dtype=np.int32) % 2
    return Overlay(("mentalis", "risorius"), fibres, owner, np.linspace(0, 1, size))


def test_fibres_come_back() -> None:
    one = drawn()
    back = unpack(pack(someone(), one)).overlay
    assert back is not None
    assert back.muscles == one.muscles
    assert np.array_equal(back.owner, one.owner)
    assert np.abs(back.hold - one.hold).max() <= 0.5 / 255
    for ours, theirs in zip(one.fibres, back.fibres, strict=True):
        assert ours.muscle == theirs.muscle
        assert np.array_equal(ours.corners, theirs.corners)
        assert np.abs(ours.weights - theirs.weights).max() <= 0.5 / 255


def test_a_point_is_bound_to_the_nearest_skin() -> None:
    base = sheet().levels[1]
    at = base.vertices[base.faces[40]].mean(axis=0)
    corners, weights = bind(base, np.array([at, base.vertices[10] + (0, 0, 1.0)]))
    found = np.einsum("nc,ncd->nd", weights, base.vertices[corners])
    assert np.allclose(found[0], at)
    assert np.linalg.norm(found[1] - base.vertices[10]) < 1.0
    assert np.allclose(weights.sum(axis=1), 1)
    assert (weights >= 0).all()


def test_muscles_of_a_real_face_lie_on_its_skin() -> None:
    from fau_teach.face import face

    base = face().base
    found = overlay(base, number=3)
    assert {"zygomaticus_major", "mentalis", "orbicularis_oris"} <= set(found.muscles)
    assert found.owner.shape == found.hold.shape == (len(base.vertices),)
    assert found.hold.max() == pytest.approx(1.0)
    for fibre in found.fibres:
        points = np.einsum("nc,ncd->nd", fibre.weights, base.vertices[fibre.corners])
        assert (points[:, 0] > -6).all(), "the subject's left half"


# -- the figure


def test_a_real_face_fits_into_a_page() -> None:
    assert len(faceview.packed("Ana")) <= 600_000
    script = faceview.face_script("Ana")
    assert script.startswith('(globalThis.nerveToLabelFaces ||= {})["Ana data"] = "')


def test_a_clip_is_sampled_as_it_drives() -> None:
    movement = clip.Movement("12", "L", "D", 2, 6, 12)
    script = clip.Clip("Ana", 25, 20, (movement,), clip.Nuisance(gaze=5), seed=3)
    found = faceview.sampled(script)
    assert (found["fps"], found["frames"], set(found["channels"])) == (25, 20, {"12/L"})
    drive = script.drive()["12", "L"]
    assert np.allclose(found["channels"]["12/L"], drive, atol=5e-5)
    assert set(found["traces"]) <= {"gaze_yaw", "gaze_pitch"}


def test_a_pose_in_notation_and_in_numbers() -> None:
    shown = FaceView(pose="6C+L12D+26")
    assert shown.pose == {"6/": 0.38, "12/L": 0.72, "26/": 1.0}
    assert FaceView(pose={("12", "left"): 0.5}).pose == {"12/L": 0.5}
    assert FaceView().pose == {}
    assert FaceView().face == "Ana"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"pose": {("12", "left"): 1.5}}, "not between 0 and 1"),
        ({"pose": {("26", "left"): 0.5}}, "exists on both"),
        ({"colouring": "rainbow"}, "is not a colouring"),
    ],
)
def test_a_view_refuses_what_the_face_cannot_show(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        FaceView(**given)


def test_a_page_gets_data_without_the_face_and_a_picture_to_fall_back_on() -> None:
    shown = FaceView(still=faceview.data_uri(b"png"), label="A “face” & more", compact=True)
    text = shown.static_html()
    assert len(text) < 25_000
    assert (
        '<img class="ntl-still" src="data:image/png;base64,cG5n" alt="A “face” &amp; more">' in text
    )
    assert FaceView(label="no picture").fallback_html() == "<p>no picture</p>"
    known = {branch for branch, _, _ in shown.data["branches"]}
    assert all(set(found) <= known for found in shown.data["nerves"].values())
    assert [row[0] for row in shown.data["letters"]] == list("ABCDE")


def test_a_live_view_that_asks_gets_the_face() -> None:
    shown = FaceView()
    assert shown.pack == ""
    shown._answer(shown, "something else", [])
    assert shown.pack == ""
    shown._answer(shown, "face", [])
    assert shown.pack == faceview.packed("Ana")
