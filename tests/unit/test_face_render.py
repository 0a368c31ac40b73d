"""Pictures of posed surfaces: geometry, materials, background, overlays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fau_teach.face.camera import Camera
from fau_teach.face.materials import CLASSES, FIELDS, Lights, Look
from fau_teach.face.mesh import Mesh
from fau_teach.face.render import BACKGROUND, Surface, View, classes, frame_of, render, see

CAMERA = Camera(80, 60, focal=500.0, distance=500.0)  # 1 px is 1 mm at z = 0


def sheet(x: float, y: float, half: float, z: float = 0.0, **attributes: Any) -> Mesh:
    """A square that faces the camera."""
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * half + [x, y, z]
    uv = corners[:, :2].copy()
    full = {
        name: np.broadcast_to(np.asarray(value, float), (4, *np.shape(value)))
        for name, value in attributes.items()
    }
    return Mesh(corners, np.array([[0, 1, 2], [0, 2, 3]], np.int32), {"uv": uv, **full})


def test_picture_shows_the_surface_on_the_background() -> None:
    picture = render([Surface(sheet(0, 0, 10), "skin")], CAMERA)
    assert picture.shape == (60, 80, 3)
    assert picture.dtype == np.uint8
    clear = np.round(np.array(BACKGROUND) * 255)
    empty = (np.abs(picture - clear) <= 1).all(-1)
    assert empty.sum() == 80 * 60 - 20 * 20
    assert not empty[20:40, 30:50].any()
    skin = picture[20:40, 30:50].mean((0, 1))
    assert skin[0] > skin[1] > skin[2] > 40


def test_nearer_surface_hides_the_farther_and_keeps_its_own_uniforms() -> None:
    surfaces = [
        Surface(sheet(0, 0, 10), "cloth"),
        Surface(sheet(-5, 0, 4, z=5, eye=(0.9, 0.0)), "eye"),
        Surface(sheet(5, 0, 4, z=5, eye=(0.9, 0.0)), "eye", margins=(-0.2, -0.6)),
    ]
    found = classes(surfaces, CAMERA)
    assert CLASSES[found[30, 35]] == CLASSES[found[30, 45]] == "sclera"
    assert CLASSES[found[22, 40]] == "cloth"
    assert found[0, 0] == 0
    picture = render(surfaces, CAMERA).astype(int)
    assert picture[30, 45].sum() < 0.8 * picture[30, 35].sum()


def test_look_and_lights_reach_the_shading() -> None:
    surfaces = [Surface(sheet(0, 0, 30), "skin")]
    usual = render(surfaces, CAMERA).mean()
    assert render(surfaces, CAMERA, Look(melanin=0.9)).mean() < 0.8 * usual
    assert render(surfaces, CAMERA, lights=Lights().scaled(0.5)).mean() < 0.95 * usual


def test_lamps_stand_with_the_viewer() -> None:
    ahead, turned = (frame_of(CAMERA.turned(yaw=a), Lights()) for a in (0, 90))
    key = np.array(Lights().key) / np.linalg.norm(Lights().key)
    assert np.allclose(ahead.key, key)
    # The head turned to its left: what lights it from the viewer comes from its right.
    assert np.allclose(turned.key, (-key[2], key[1], key[0]))
    assert np.allclose(turned.position, (-500, 0, 0))
    assert ahead.footprint == 1.0
    assert frame_of(CAMERA.scaled(2), Lights()).footprint == 0.5


def test_supersampling_softens_edges_only() -> None:
    surfaces = [Surface(sheet(0.4, 0, 10), "cloth")]
    hard, soft = (render(surfaces, CAMERA, supersample=n).astype(int) for n in (1, 2))
    assert soft.shape == hard.shape
    inside, clear = hard[30, 40], np.array(BACKGROUND) * 255
    edge = soft[30, 30]
    assert (np.minimum(inside, clear) < edge).all()
    assert (edge < np.maximum(inside, clear)).all()


def test_overlay_attribute_lies_over_the_shading() -> None:
    plain = Surface(sheet(-12, 0, 8), "skin")
    covered = Surface(sheet(12, 0, 8, overlay=(0.0, 0.0, 1.0, 1.0)), "skin")
    picture = render([plain, covered], CAMERA)
    assert picture[30, 52].tolist() == [0, 0, 255]
    assert picture[30, 28, 0] > picture[30, 28, 2]
    alone = render([plain], CAMERA)
    assert np.array_equal(alone[:, :40], picture[:, :40])
    half = Surface(sheet(12, 0, 8, overlay=(0.0, 0.0, 1.0, 0.5)), "skin")
    assert 100 < render([half], CAMERA)[30, 52, 2] < 255


def test_overlay_function_sees_fields_and_replaces_colours() -> None:
    def paint(view: View) -> Any:
        assert view.fields.shape == (len(FIELDS), len(view.surface))
        assert view.fields.dtype == np.float32
        return np.repeat(view.fields[FIELDS.index("u")][:, None] > 0, 3, axis=1)

    picture = render([Surface(sheet(0, 0, 10), "skin")], CAMERA, overlay=paint)
    assert picture[30, 45].tolist() == [255] * 3
    assert picture[30, 35].tolist() == [0] * 3


def test_attributes_arrive_interpolated() -> None:
    mesh = sheet(0, 0, 10, lock=(3.0, 4.0), strand=(0.6, 0.8), cover=0.5)
    view = see([Surface(mesh, "hair")], CAMERA)
    at = dict(zip(FIELDS, view.fields.mean(1).tolist(), strict=True))
    assert [at[n] for n in ("u", "v", "lip", "vermilion", "cavity", "ao")] == pytest.approx(
        [3, 4, 0.6, 0.8, 0.5, 1.0]
    )
    assert [at[n] for n in ("nx", "ny", "nz")] == pytest.approx([0, 0, 1])
    tilted = see([Surface(sheet(0, 0, 10, normal=(0.6, 0.0, 0.8)), "cloth")], CAMERA)
    assert tilted.fields[FIELDS.index("nx")] == pytest.approx(0.6)


def test_surface_out_of_the_picture_draws_nothing() -> None:
    surfaces = [Surface(sheet(0, 0, 10), "skin"), Surface(sheet(500, 0, 10), "cloth")]
    assert set(np.unique(classes(surfaces, CAMERA))) <= {0, 1, 3}


def test_refuses() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        render([], CAMERA)
    with pytest.raises(ValueError, match="material 'wood' is not one of"):
        Surface(sheet(0, 0, 1), "wood")
