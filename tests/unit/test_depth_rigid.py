"""Head motion from two depth maps, normals, and the exact fit to known points."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from shapes import head

from fau_teach.depth.cloud import Intrinsics, cloud
from fau_teach.depth.printed import difference
from fau_teach.depth.rigid import (
    STEEPEST,
    Rigid,
    align,
    blurred,
    kabsch,
    metres,
    normals,
    outlines,
    sampled,
    surface,
)
from fau_teach.face.camera import Camera
from fau_teach.face.depth import Sensor, depth_map

CAMERA = Camera(480, 400, 662.0, 600.0, centre=(0.0, -18.0, 0.0))
INTRINSICS = Intrinsics.of(CAMERA)
FLIP = np.diag([1.0, -1.0, -1.0])
ANGLES = st.tuples(*[st.floats(-2.0, 2.0)] * 3)
SHIFTS = st.tuples(*[st.floats(-3.0, 3.0)] * 3)


@cache
def still() -> np.ndarray:
    """Depth of a bumpy head [mm]."""
    return depth_map(*head(60, 120), CAMERA)


def moved(turn_deg, shift_mm, bump_mm: float = 0.0) -> tuple[np.ndarray, Rigid]:
    """The head turned about its middle and shifted, in the axes of the depth camera."""
    vertices, faces = head(60, 120)
    place = np.array([20.0, 0.0, 25.0])
    if bump_mm:
        near = np.exp(-((vertices - place) ** 2).sum(1) / (2 * 12.0**2))
        vertices = vertices + bump_mm * near[:, None] * (0, 0, 1)
    rotation = Rotation.from_euler("xyz", turn_deg, degrees=True).as_matrix()
    middle = np.array([0.0, 0.0, -80.0])
    after = (vertices - middle) @ rotation.T + middle + shift_mm
    view = CAMERA.to_view(np.zeros((1, 3)))[0]  # the origin of the head, for the camera
    # view' = R (view - o) + o - R m + m + s, with o the origin and m the middle of the head.
    shift = view - rotation @ view - rotation @ middle + middle + shift_mm
    return depth_map(after, faces, CAMERA), Rigid(FLIP @ rotation @ FLIP, FLIP @ shift / 1000)


def apart(one: Rigid, other: Rigid) -> tuple[float, float]:
    """Angle between two motions [deg], and how far they leave a point of the head [mm]."""
    at = np.array([0.05, 0.05, 0.6])
    return one.after(other.inverse).degrees, float(np.abs(one(at) - other(at)).max() * 1000)


@given(ANGLES, SHIFTS)
@example((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
@example((2.0, -2.0, 2.0), (3.0, 3.0, -3.0))
@settings(max_examples=15, deadline=None)
def test_S3_020_a_planted_rigid_motion_is_recovered(turn, shift) -> None:
    after, truth = moved(turn, shift)
    found = align(still(), after, INTRINSICS)
    angle, off = apart(found, truth)
    assert angle < 0.02
    assert off < 0.02
    assert found.rms < 1e-4


def test_moving_skin_does_not_pull_at_the_head() -> None:
    after, truth = moved((0.3, -0.3, 0.3), (0.5, 0.5, -0.5), bump_mm=4.0)
    found = align(still(), after, INTRINSICS)
    angle, off = apart(found, truth)
    assert angle < 0.02
    assert off < 0.02
    assert found.inliers < 0.95


def test_noise_and_rounding_leave_the_head_within_a_tenth_of_a_millimetre() -> None:
    after, truth = moved((0.3, 0.3, -0.3), (0.5, -0.5, 0.5))
    sensor = Sensor()
    found = align(sensor.measure(still(), CAMERA, 0), sensor.measure(after, CAMERA, 1), INTRINSICS)
    assert apart(found, truth)[1] < 0.1
    assert found.rms == pytest.approx(0.6e-3, rel=0.3)  # of the sensor, 0.5 mm and rounding


def test_the_same_frame_twice_did_not_move() -> None:
    found = align(still(), still(), INTRINSICS)
    assert found.degrees < 1e-4
    assert np.abs(found.translation).max() < 1e-6
    assert found.iterations < 10


def test_E3_16_one_degree_of_yaw_moves_every_pixel_and_aligning_takes_it_off() -> None:
    after, truth = moved((0.0, 1.0, 0.0), (0.0, 0.0, 0.0))
    assert np.radians(1) * 70 == pytest.approx(1.22, abs=0.005)  # 70 mm off the axis
    before, then = cloud(still(), INTRINSICS), cloud(after, INTRINSICS)
    by_pixel = np.abs(difference(before, then).delta[:, 2]) * 1000
    assert np.quantile(by_pixel, 0.9) > 0.5
    found = align(still(), after, INTRINSICS)
    assert apart(found, truth)[1] < 0.02


def test_few_points_are_refused() -> None:
    empty = np.zeros(INTRINSICS.shape)
    with pytest.raises(ValueError, match="0 points are left to align, 100 are needed"):
        align(still(), empty, INTRINSICS)
    with pytest.raises(ValueError, match="points are left"):
        align(still(), still(), INTRINSICS, mask=np.zeros(INTRINSICS.shape, bool))


def test_a_mask_says_what_belongs_to_the_head() -> None:
    after, truth = moved((0.2, 0.1, 0.0), (0.5, 0.0, 0.5))
    wrong = after.copy()
    wrong[240:] += np.where(wrong[240:] > 0, 5.0, 0.0)  # the lower half goes elsewhere
    upper = np.zeros(INTRINSICS.shape, bool)
    upper[:235] = True
    assert apart(align(still(), wrong, INTRINSICS, mask=upper), truth)[1] < 0.1


@given(ANGLES, SHIFTS, st.floats(0.5, 50.0))
def test_kabsch_is_exact(turn, shift, spread) -> None:
    rotation = Rotation.from_euler("xyz", np.multiply(turn, 60), degrees=True).as_matrix()
    before = np.random.default_rng(3).normal(0, spread, (20, 3))
    found = kabsch(before, before @ rotation.T + shift)
    assert np.allclose(found.rotation, rotation, atol=1e-9)
    assert np.allclose(found.translation, shift, atol=1e-9 * spread + 1e-9)
    assert found.rms < 1e-9 * spread + 1e-9


def test_S3_020_kabsch_leaves_the_bump_and_takes_the_yaw() -> None:
    u, v = np.meshgrid(np.linspace(-0.07, 0.07, 80), np.linspace(-0.09, 0.09, 100))
    points = np.stack([u, v, 0.6 + 3 * (u**2 + v**2)], -1).reshape(-1, 3)
    bump = 0.002 * np.exp(-((u - 0.02) ** 2 + (v - 0.03) ** 2) / (2 * 0.008**2)).ravel()
    turn = Rotation.from_euler("y", 1.0, degrees=True).as_matrix()
    after = (points - (0, 0, 0.6)) @ turn.T + (0, 0, 0.6) + bump[:, None] * (0, 0, -1)
    fit = kabsch(points, after)
    rest = np.linalg.norm(after - fit(points), axis=1)
    off = bump < 1e-5
    assert rest[off].mean() < 0.1 * np.linalg.norm(after - points, axis=1)[off].mean()
    assert rest.max() == pytest.approx(1.92e-3, abs=0.05e-3)


def test_kabsch_never_mirrors_and_weighs() -> None:
    flat = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]])
    assert np.linalg.det(kabsch(flat, flat * (-1, 1, 1)).rotation) == pytest.approx(1)
    wrong = np.vstack([flat, [[9.0, 9, 9]]])
    right = np.vstack([flat + 1, [[0.0, 0, 0]]])
    found = kabsch(wrong, right, weights=[1, 1, 1, 1, 0])
    assert np.allclose(found(flat), flat + 1)
    with pytest.raises(ValueError, match="at least three pairs"):
        kabsch(flat[:2], flat[:2])
    with pytest.raises(ValueError, match=r"\(4, 3\) and \(3, 3\)"):
        kabsch(flat, flat[:3])


def test_motions_compose_and_undo() -> None:
    one = Rigid(Rotation.from_rotvec([0.1, 0, 0]).as_matrix(), np.array([1.0, 2, 3]))
    two = Rigid(Rotation.from_rotvec([0, 0.2, 0]).as_matrix(), np.array([0.0, -1, 0]))
    points = np.random.default_rng(0).normal(size=(4, 5, 3))
    assert np.allclose(two.after(one)(points), two(one(points)))
    assert np.allclose(one.inverse(one(points)), points)
    assert np.allclose(one.carry(points.reshape(-1, 3).T).T, one(points).reshape(-1, 3))
    assert one.degrees == pytest.approx(np.degrees(0.1))
    assert one(points[0, 0]).shape == (3,)
    assert one.carry(np.zeros((3, 2), np.float32)).dtype == np.float32
    assert Rigid().degrees == 0


def plane(normal: np.ndarray, distance: float) -> np.ndarray:
    """Depth of a plane [raw]."""
    x, y = INTRINSICS.columns, INTRINSICS.rows[:, None]
    return 1000 * distance / (normal[0] * x + normal[1] * y + normal[2])


@given(st.floats(-0.8, 0.8), st.floats(-0.8, 0.8))
@settings(max_examples=10, deadline=None)
def test_normals_of_a_plane(slant, tilt) -> None:
    away = np.array([slant, tilt, 1.0])
    away /= np.linalg.norm(away)
    found = normals(plane(away, 0.5), INTRINSICS)
    inner = found[150:250, 180:300]
    assert np.abs(inner + away).max() < 1e-3  # towards the camera
    assert (found[0] == 0).all()  # the frame is an outline


def test_outlines_holes_and_grazing_angles_are_left_out() -> None:
    depth = plane(np.array([0.0, 0, 1]), 0.6)
    depth[200, 200] = 0
    depth[:, 300:] += 40
    found = surface(depth, INTRINSICS)
    assert not found.good[199:202, 199:202].any()
    assert not found.good[:, 299:301].any()
    assert found.good[100:190, 100:190].all()
    assert outlines(metres(depth, INTRINSICS))[50, 299]
    steep = np.tan(np.radians(STEEPEST + 5))
    away = np.array([steep, 0, 1.0]) / np.hypot(steep, 1)
    middle = np.s_[195:205, 235:245]
    assert not surface(plane(away, 0.2), INTRINSICS).good[middle].any()
    steep = np.tan(np.radians(STEEPEST - 5))
    away = np.array([steep, 0, 1.0]) / np.hypot(steep, 1)
    assert surface(plane(away, 0.2), INTRINSICS).good[middle].all()
    assert not surface(depth, INTRINSICS, mask=np.zeros(depth.shape, bool)).good.any()


def test_depth_that_is_no_number_is_a_hole() -> None:
    depth = np.full(INTRINSICS.shape, 600.0)
    depth[0, :3] = np.nan, np.inf, -5
    assert (metres(depth, INTRINSICS)[0, :4] == np.float32([0, 0, 0, 0.6])).all()
    with pytest.raises(ValueError, match="crop both alike"):
        metres(depth[1:], INTRINSICS)


def test_blurring_takes_no_part_of_what_weighs_nothing() -> None:
    values, weight = np.ones((40, 40), np.float32), np.ones((40, 40), np.float32)
    values[20, 20], weight[20, 20] = 1e6, 0
    smooth, share = blurred(values, weight, 2.0)
    assert np.allclose(smooth, 1, atol=1e-5)
    assert share[20, 20] < 1
    assert blurred(values, weight, 0)[0] is values
    assert np.array_equal(blurred(values, weight, 2.0, share)[0], smooth)


def test_values_between_pixels() -> None:
    maps = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    good = np.ones((3, 4), bool)
    good[0, 0] = False
    u, v = np.array([1.5, 0.5, 3.2, 1.0, -1.0]), np.array([1.25, 0.5, 0.5, 1.0, 0.0])
    values, inside = sampled(maps, good, u, v)
    assert inside.tolist() == [True, False, False, True, False]
    assert values[0, [0, 3]].tolist() == [6.5, 5.0]
