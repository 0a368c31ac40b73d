"""Camera and z-buffer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay
from shapes import ball, head

from fau_teach.face.camera import Camera
from fau_teach.face.raster import interpolate, rasterize, scan

seeds = st.integers(0, 2**32 - 1)


# ---------------------------------------------------------------- camera


def test_picture_runs_right_and_down_and_left_is_the_subjects():
    camera = Camera(100, 80, focal=200, distance=500)
    assert camera.project([0, 0, 0]) == pytest.approx([50, 40, 500])
    assert camera.project([10, 0, 0]) == pytest.approx([54, 40, 500])  # the subject's left
    assert camera.project([0, 10, 0]) == pytest.approx([50, 36, 500])
    assert camera.project([10, 0, 100]) == pytest.approx([55, 40, 400])


@pytest.mark.parametrize(
    ("turn", "nose", "crown", "left_ear"),
    [
        ({"yaw": 90}, [1, 0, 0], [0, 1, 0], [0, 0, -1]),
        ({"pitch": 90}, [0, 1, 0], [0, 0, -1], [1, 0, 0]),
        ({"roll": 90}, [0, 0, 1], [1, 0, 0], [0, -1, 0]),
        # Yaw about the head's own vertical, then pitch about the picture's horizontal.
        ({"yaw": 90, "pitch": 90}, [1, 0, 0], [0, 0, -1], [0, -1, 0]),
        ({"yaw": 90, "roll": 90}, [0, -1, 0], [1, 0, 0], [0, 0, -1]),
    ],
)
def test_turns_have_the_stated_sense_and_order(turn, nose, crown, left_ear):
    camera = Camera(10, 10, focal=10, distance=1000, **turn)
    seen = camera.rotation @ np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]]).T
    expected = np.array([nose, crown, left_ear])
    assert np.abs(seen.T - expected).max() < 1e-12


@given(*[st.floats(-180, 180)] * 3)
def test_turns_are_rotations_about_the_centre(yaw, pitch, roll):
    camera = Camera(90, 70, 100, 800, centre=(1, -18, -80)).turned(yaw, pitch, roll)
    assert camera.rotation @ camera.rotation.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(camera.rotation) == pytest.approx(1)
    assert camera.project(camera.centre) == pytest.approx([45, 35, 800])
    assert camera.to_view(camera.position) == pytest.approx(np.zeros(3), abs=1e-9)


def test_sensor_is_the_one_of_the_depth_papers():
    camera = Camera.sensor()
    field = [
        math.degrees(2 * math.atan(size / 2 / camera.focal))
        for size in (camera.width, camera.height)
    ]
    assert field == pytest.approx([51.57, 30.41], abs=0.005)
    assert camera.distance / camera.focal == pytest.approx(0.453, abs=5e-4)  # 1 px at 0.6 m
    # Depth is 600 mm at the face plane; back-projection of (1279, 719) there is S3-011's.
    x, y, depth = camera.project([289.43, -18 - 162.61, 0])
    assert (x, y, depth) == pytest.approx((1279, 719, 600), abs=0.05)
    assert Camera.sensor(yaw=5, distance=700).distance == 700


@pytest.mark.parametrize("size", [(256, 256), (270, 360), (640, 360)])
def test_portrait_holds_the_head_at_any_turn_with_the_face_in_the_middle(size):
    face = np.array([[0, 78, -14], [0, -114, -10]])
    corners = [(x, y, z) for x in (-74, 74) for y in (-20, 60) for z in (-160, 0)]
    outline = [*corners, (0, 115, -80), (0, -114, -10), (0, 20, -190), (0, -38, 24.5)]
    for yaw in range(-90, 91, 15):
        for pitch in (-15, 0, 15):
            x, y, _ = Camera.portrait(*size, yaw=yaw, pitch=pitch).project(outline).T
            assert 0 < x.min() < x.max() < size[0]
            assert 0 < y.min() < y.max() < size[1]
    x, y, _ = Camera.portrait(*size).project(face).T
    assert x == pytest.approx(size[0] / 2)
    assert y.mean() == pytest.approx(size[1] / 2, abs=0.05 * size[1])
    assert np.ptp(y) > 0.6 * min(size[1], size[0] * 1.2)  # not lost in the picture


def test_scaled_shows_the_same_with_more_pixels():
    camera = Camera(30, 20, 50, 400, yaw=10, cx=12, cy=9)
    points = head()[0][::50]
    assert camera.scaled(3).project(points) == pytest.approx(camera.project(points) * (3, 3, 1))
    assert (camera.scaled(3).width, camera.scaled(3).height) == (90, 60)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"width": 0}, "width: 0 pixels"),
        ({"height": 2.5}, "height: 2.5 pixels"),
        ({"width": True}, "width: True"),
        ({"focal": 0}, "focal: 0. It must be positive"),
        ({"distance": -1.0}, "distance: -1.0"),
        ({"distance": math.nan}, "distance: nan"),
        ({"yaw": math.inf}, "not a finite number"),
        ({"centre": (0, 0)}, r"Use \(x, y, z\)"),
    ],
)
def test_impossible_cameras_are_refused(changes, says):
    with pytest.raises(ValueError, match=says):
        Camera(**{"width": 10, "height": 10, "focal": 10, "distance": 10, **changes})


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ([[0, 0, 0], [0, 0, 20]], "vertex 1 lies 10 mm behind the camera"),
        ([[0, 0, 0], [0, np.nan, 0]], "vertex 1 is not finite"),
        ([[0, np.inf, 0], [np.nan, 0, 0]], r"vertex 0 is not finite \(2 such in all\)"),
        ([[0, 0]], "Three coordinates"),
    ],
)
def test_points_the_camera_cannot_see_are_refused(points, says):
    with pytest.raises(ValueError, match=says):
        Camera(10, 10, 10, 10).project(points)


# ---------------------------------------------------------------- z-buffer


def by_hand(vertices, faces, camera):
    """Every triangle at every pixel, one after the other."""
    points = camera.project(vertices)
    y, x = np.mgrid[: camera.height, : camera.width] + 0.5
    depth = np.full(x.shape, np.inf)
    seen = np.full(x.shape, -1)
    for index, face in enumerate(faces):
        (ax, bx, cx), (ay, by, cy), z = points[face].T
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if area == 0:
            continue
        b = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area
        c = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area
        here = 1 / ((1 - b - c) / z[0] + b / z[1] + c / z[2])
        nearer = (b >= 0) & (c >= 0) & (b + c <= 1) & (here < depth)
        depth[nearer], seen[nearer] = here[nearer], index
    return seen, np.where(seen >= 0, depth, 0)


@settings(max_examples=15)
@given(seeds)
def test_triangles_through_each_other_as_by_hand(seed):
    chance = np.random.default_rng(seed)
    camera = Camera(37, 29, focal=60, distance=100, yaw=chance.uniform(-40, 40))
    middle = chance.uniform(-30, 30, (40, 1, 3))  # many reach out of the picture
    vertices = (middle + chance.normal(0, 12, (40, 3, 3))).reshape(-1, 3)
    faces = np.arange(120).reshape(-1, 3)
    drawn = rasterize(vertices, faces, camera)
    seen, depth = by_hand(vertices, faces, camera)
    assert np.array_equal(drawn.triangle_map, seen)
    assert drawn.depth_map == pytest.approx(depth, rel=1e-9)


def test_head_as_by_hand_and_from_behind():
    vertices, faces = head(16, 24)
    camera = Camera.portrait(60, 60, yaw=25, pitch=-10, roll=7)
    seen, depth = by_hand(vertices, faces, camera)
    for cull in (False, True):  # a closed surface shows no back
        drawn = rasterize(vertices, faces, camera, cull)
        assert np.array_equal(drawn.triangle_map, seen)
        assert drawn.depth_map == pytest.approx(depth)
    inside = rasterize(vertices, faces[:, ::-1], camera, cull=True)
    assert np.array_equal(inside.triangle_map >= 0, seen >= 0)
    assert inside.depth_map[seen >= 0].min() > depth[seen >= 0].min() + 50


@settings(max_examples=20)
@given(seeds, st.booleans())
def test_neighbours_leave_no_gap_and_share_no_pixel(seed, on_centres):
    chance = np.random.default_rng(seed)
    points = chance.uniform(-2, 26, (60, 2))
    if on_centres:  # the worst case: corners and edges through pixel centres
        points = np.unique(np.floor(points) + 0.5, axis=0)
    corners = [[-4, -4], [-4, 29.5], [29.5, -4], [29.5, 29.5]]
    points = np.vstack([points, corners])
    faces = Delaunay(points).simplices.astype(np.intp)
    x, y = points.T
    covered = np.concatenate([scan(x, y, np.ones_like(x), face[None], 25, 20)[0] for face in faces])
    assert np.array_equal(np.sort(covered), np.arange(25 * 20))
    assert np.array_equal(scan(x, y, np.ones_like(x), faces, 25, 20)[0], np.arange(25 * 20))


def test_position_drawn_at_a_pixel_projects_to_its_centre():
    vertices, faces = head(20, 40)
    camera = Camera(
        80, 60, focal=60, distance=180, yaw=30, centre=(0, 0, -80)
    )  # strong perspective
    drawn = rasterize(vertices, faces, camera)
    place = camera.project(interpolate(drawn, faces, vertices))
    centres = np.stack([drawn.pixel % 80 + 0.5, drawn.pixel // 80 + 0.5, drawn.depth], axis=1)
    assert place == pytest.approx(centres, abs=1e-9)
    assert drawn.weights.sum(1) == pytest.approx(1)
    assert (drawn.weights >= 0).all()
    assert interpolate(drawn, faces, vertices[:, 1]) == pytest.approx(
        interpolate(drawn, faces, vertices)[:, 1]
    )


def test_the_order_of_faces_does_not_matter():
    vertices, faces = head(20, 40)
    shuffled = np.random.default_rng(1).permutation(len(faces))
    camera = Camera.portrait(64, 64, yaw=-50)
    one, other = rasterize(vertices, faces, camera), rasterize(vertices, faces[shuffled], camera)
    assert np.array_equal(one.triangle, shuffled[other.triangle])
    assert np.array_equal(one.depth, other.depth)


def test_pictures_of_values():
    vertices, faces = ball(radius=10)
    drawn = rasterize(vertices, faces, Camera(32, 24, 200, 400))
    colour = drawn.image(np.full((len(drawn.pixel), 3), 7, np.uint8), 255)
    assert (colour.shape, colour.dtype) == ((24, 32, 3), np.uint8)
    assert (colour[drawn.triangle_map >= 0] == 7).all()
    assert (colour[0, 0] == 255).all()
    assert drawn.triangle_map.dtype == np.int32
    assert (drawn.triangle_map[0, 0], drawn.depth_map[0, 0]) == (-1, 0)
    assert drawn.depth_map[12, 16] == pytest.approx(390, abs=0.2)


def test_nothing_in_the_picture_is_an_empty_picture():
    vertices, faces = ball(radius=10)
    drawn = rasterize(np.add(vertices, (500, 0, 0)), faces, Camera(32, 24, 200, 400))
    assert not len(drawn.pixel)
    assert (drawn.triangle_map == -1).all()
    assert interpolate(drawn, faces, vertices).shape == (0, 3)


def test_triangles_without_area_draw_nothing():
    vertices = np.array([[-5, 0.1, 0], [5, 0.1, 0], [0, 0.1, -3], [0, 0.1, 0], [0.0, 0.1, 0]])
    faces = np.array([[0, 1, 2], [3, 4, 0], [3, 3, 3]])
    assert not len(rasterize(vertices, faces, Camera(32, 24, 200, 400, centre=(0, 0.1, 0))).pixel)


@pytest.mark.parametrize(
    ("vertices", "faces", "says"),
    [
        (np.zeros((3, 2)), [[0, 1, 2]], r"vertices of shape \(3, 2\)"),
        (np.zeros((3, 3)), [[0, 1]], r"faces of shape \(1, 2\)"),
        (np.zeros((3, 3)), [[0.0, 1, 2]], "whole numbers"),
        (np.zeros((3, 3)), np.zeros((0, 3), int), "the mesh is empty"),
        (np.zeros((3, 3)), [[0, 1, 2], [0, 1, 3]], r"face 1 is \[0, 1, 3\]. Vertices run from 0"),
        (np.zeros((3, 3)), [[0, 1, -1]], "face 0 is"),
        (np.full((3, 3), np.nan), [[0, 1, 2]], "vertex 0 is not finite"),
        (np.full((3, 3), 900.0), [[0, 1, 2]], "behind the camera"),
    ],
)
def test_impossible_meshes_are_refused(vertices, faces, says):
    with pytest.raises(ValueError, match=says):
        rasterize(vertices, faces, Camera(32, 24, 200, 400))
