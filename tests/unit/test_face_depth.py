"""Depth maps against analysis and an outside ray caster, and the sensor model."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from shapes import ball, head

from fau_teach.face.camera import Camera
from fau_teach.face.depth import Sensor, depth_map

CAMERA = Camera(400, 300, focal=400, distance=600)
SILENT = {"noise": 0, "mixing": 0, "grazing": 90, "dropout": 0}


def plane(tilt=0.0, distance=600.0, camera=CAMERA):
    """Exact depth of a plane turned about the vertical by ``tilt`` degrees."""
    along = (np.arange(camera.width) + 0.5 - camera.cx) / camera.focal
    row = distance / (1 - np.tan(np.radians(tilt)) * along)
    return np.tile(row, (camera.height, 1))


def step(near=600.0, far=700.0):
    """A near left half before a far right half."""
    depth = np.full((300, 400), near)
    depth[:, 200:] = far
    return depth


# ---------------------------------------------------------------- exact depth


def test_depth_of_a_sphere_as_by_analysis():
    vertices, faces = ball(400, 800, radius=80)
    camera = Camera(160, 120, focal=150, distance=300)
    depth = depth_map(vertices, faces, camera)
    y, x = np.mgrid[:120, :160] + 0.5
    ray = np.stack([(x - 80) / 150, (y - 60) / 150, np.ones_like(x)])
    square, half = (ray**2).sum(0), 300.0
    under = half**2 - square * (300**2 - 80**2)
    exact = (half - np.sqrt(under.clip(0))) / square
    inner = under > 1000  # off the silhouette of the inscribed mesh
    assert inner.sum() > 3000
    assert depth[inner] == pytest.approx(exact[inner], abs=0.02)
    assert (depth[under < 0] == 0).all()


@pytest.mark.parametrize("turn", [{}, {"yaw": 35, "pitch": -12, "roll": 8}])
def test_open3d_agrees_to_a_hundredth_of_a_millimetre(turn):
    pytest.importorskip("open3d")
    skin, faces = head(90, 180)  # 32 thousand triangles
    vertices = np.vstack([skin, ball(20, 40, radius=15)[0] + np.array([-20, 10, 40])])
    faces = np.vstack([faces, ball(20, 40)[1] + len(skin)])
    faces = faces[np.delete(np.arange(len(faces)), np.s_[5000:5600])]  # a hole: inside is seen
    camera = Camera.sensor(**turn)
    ours = depth_map(vertices, faces, camera)
    theirs = depth_map(vertices, faces, camera, method="open3d")
    both = (ours > 0) & (theirs > 0)
    assert both.sum() > 100_000
    off = np.abs(ours - theirs) > 0.01
    edge = ndimage.maximum_filter(theirs, 3) - ndimage.minimum_filter(theirs, 3) > 5
    assert off.sum() < 1e-3 * both.sum()
    assert not (off & ~edge).any()
    assert ours.shape == theirs.shape == (720, 1280)


@pytest.mark.parametrize("method", ["zbuffer", "open3d"])
@pytest.mark.parametrize(
    ("vertices", "faces", "says"),
    [
        ([[0, 0, 0], [1, 0, 0], [0, np.inf, 0]], [[0, 1, 2]], "vertex 2 is not finite"),
        ([[0, 0, 0], [1, 0, 0], [0, 1, 601]], [[0, 1, 2]], "vertex 2 lies 1 mm behind the camera"),
        (np.zeros((0, 3)), np.zeros((0, 3), int), "the mesh is empty"),
        ([[0, 0, 0]], [[0, 1, 2]], "Vertices run from 0 to 0"),
    ],
)
def test_impossible_meshes_are_refused(vertices, faces, says, method):
    with pytest.raises(ValueError, match=says):
        depth_map(vertices, faces, CAMERA, method)


def test_unknown_method_is_refused():
    with pytest.raises(ValueError, match="Use 'zbuffer' or 'open3d'"):
        depth_map(*head(8, 8), CAMERA, "raycast")


# ---------------------------------------------------------------- sensor


def test_ideal_sensor_only_rounds():
    vertices, faces = head()
    depth = depth_map(vertices, faces, CAMERA)
    measured = Sensor.ideal().measure(depth, CAMERA)
    assert measured.dtype == np.uint16
    assert np.array_equal(measured, np.rint(depth))
    assert np.array_equal(measured == 0, depth == 0)
    fine = Sensor.ideal(unit=0.1).measure(depth, CAMERA)
    assert fine / 10 == pytest.approx(depth, abs=0.05 + 1e-9)


def test_what_does_not_fit_16_bits_is_no_depth():
    depth = np.array([[0.4, 0.6, 65535.4, 65536.0]])
    camera = Camera(4, 1, 10, 10)
    assert Sensor.ideal().measure(depth, camera).tolist() == [[0, 1, 65535, 0]]


def test_nothing_seen_is_no_depth():
    assert not Sensor().measure(np.zeros((300, 400)), CAMERA).any()


def test_same_seed_and_frame_same_map():
    depth = step()
    sensor = Sensor(seed=3)
    first = sensor.measure(depth, CAMERA, frame=1)
    assert np.array_equal(first, Sensor(seed=3).measure(depth, CAMERA, frame=1))
    for other in (sensor.measure(depth, CAMERA, frame=2), Sensor(seed=4).measure(depth, CAMERA, 1)):
        assert (first != other).mean() > 0.2


@pytest.mark.parametrize("grain", [0, 1.0, 2.5])
@pytest.mark.parametrize(("distance", "sigma"), [(600, 0.5), (1200, 2.0), (300, 0.125)])
def test_noise_grows_with_the_square_of_depth(distance, sigma, grain):
    sensor = Sensor(**{**SILENT, "noise": 0.5}, grain=grain, unit=0.02)
    off = sensor.measure(plane(distance=distance), CAMERA) * 0.02 - distance
    assert sensor.sigma(distance) == pytest.approx(sigma)
    assert off.std() == pytest.approx(sigma, rel=0.04)
    assert abs(off.mean()) < 0.05 * sigma


def test_grain_is_what_neighbours_share():
    shared = []
    for grain in (0, 1.0, 2.0):
        sensor = Sensor(**{**SILENT, "noise": 1.0}, grain=grain, unit=0.01)
        off = sensor.measure(plane(), CAMERA) * 0.01 - 600
        shared.append(np.corrcoef(off[:, 1:].ravel(), off[:, :-1].ravel())[0, 1])
    # Two Gaussians one pixel apart overlap by exp(-1 / (4 grain^2)).
    assert shared == pytest.approx([0, np.exp(-1 / 4), np.exp(-1 / 16)], abs=0.03)


def test_pixels_fly_only_beside_jumps_and_stay_between_near_and_far():
    sensor = Sensor(**{**SILENT, "mixing": 0.5})
    measured = sensor.measure(step(), CAMERA).astype(int)
    changed = measured != step()
    assert set(np.flatnonzero(changed.any(0))) == {199, 200}
    assert changed[:, 199:201].mean() == pytest.approx(0.5, abs=0.07)
    flying = measured[changed]
    assert 600 <= flying.min() < 620 < 680 < flying.max() <= 700
    small = sensor.measure(step(far=609), CAMERA)  # less than a jump
    assert np.array_equal(small, step(far=609))
    alone = step()
    alone[:, 200:] = 0  # nothing is no surface to mix with
    assert np.array_equal(sensor.measure(alone, CAMERA), alone)


@pytest.mark.parametrize("tilt", [0, 40, 68, 75, 85])
def test_holes_grow_from_the_grazing_angle_to_90_degrees(tilt):
    camera = Camera(300, 300, focal=100_000, distance=600)  # so long that rays are parallel
    measured = Sensor(**{**SILENT, "grazing": 70}).measure(plane(tilt, camera=camera), camera)
    expected = max(0, (tilt - 70) / 20)
    assert (measured == 0).mean() == pytest.approx(expected, abs=0.02)


def test_incidence_counts_the_ray_not_only_the_surface():
    # A plane square to the axis is met at 45 degrees where the ray leaves at 45 degrees.
    wide = Camera(4001, 3, focal=1000, distance=600)
    holes = Sensor(**{**SILENT, "grazing": 45}).measure(plane(camera=wide), wide) == 0
    assert not holes[:, 1001:3000].any()
    assert holes[:, :900].mean() == pytest.approx(holes[:, -900:].mean(), abs=0.05)
    assert holes[:, :300].mean() > 0.3


def test_incidence_is_between_ray_and_tilted_surface():
    # The plane is met at its tilt plus the angle of the ray.
    wide = Camera(1401, 300, focal=1000, distance=600)
    holes = Sensor(**{**SILENT, "grazing": 60}).measure(plane(50, camera=wide), wide) == 0
    angle = 50 + np.degrees(np.arctan((np.arange(1401) + 0.5 - wide.cx) / wide.focal))
    expected = ((angle - 60) / 30).clip(0, 1)
    assert np.abs(holes.mean(0) - expected).max() < 0.15
    assert holes.mean() == pytest.approx(expected.mean(), abs=0.01)


def test_an_edge_alone_is_no_slope():
    measured = Sensor(**{**SILENT, "grazing": 60}).measure(step(), CAMERA)
    assert measured.all()


def test_a_face_loses_its_outline_but_not_its_middle():
    depth = depth_map(*head(), Camera.sensor())
    seen = depth > 0
    lost = seen & (Sensor().measure(depth, Camera.sensor()) == 0)
    rim = seen & ~ndimage.binary_erosion(seen, iterations=3)
    core = ndimage.binary_erosion(seen, iterations=40)
    assert lost[rim].mean() > 0.3
    assert lost[core].mean() < 0.01
    assert (Sensor().measure(depth, Camera.sensor())[~seen] == 0).all()


def test_drop_outs_have_the_stated_share():
    measured = Sensor(**{**SILENT, "dropout": 0.02}).measure(plane(), CAMERA)
    assert (measured == 0).mean() == pytest.approx(0.02, abs=0.003)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"noise": -1}, "sensor noise: -1"),
        ({"mixing": 1.5}, "sensor mixing: 1.5. Use a number from 0 to 1.0"),
        ({"grazing": 91}, "from 0 to 90"),
        ({"jump": np.inf}, "sensor jump: inf"),
        ({"dropout": np.nan}, "sensor dropout: nan"),
        ({"seed": 1.5}, "sensor seed: 1.5. Use a whole number"),
        ({"unit": 0}, "Use a positive step"),
    ],
)
def test_impossible_sensors_are_refused(changes, says):
    with pytest.raises(ValueError, match=says):
        Sensor(**changes)


@pytest.mark.parametrize(
    ("depth", "says"),
    [
        (np.zeros((400, 300)), r"shape \(400, 300\). The camera's is \(300, 400\)"),
        (np.full((300, 400), np.nan), "Use 0 for no depth"),
        (np.full((300, 400), -1.0), "Use 0 for no depth"),
    ],
)
def test_impossible_depth_maps_are_refused(depth, says):
    with pytest.raises(ValueError, match=says):
        Sensor().measure(depth, CAMERA)
