"""Depth maps to clouds and back, crops, and the rule for too few points."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import open3d as o3d
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fau_teach import depth
from fau_teach.depth.cloud import Frame, Intrinsics, PointCloud, cloud, project
from fau_teach.depth.crop import Box, crop, face_box
from fau_teach.depth.selected import choose, top
from fau_teach.depth.views import misplaced
from fau_teach.face import Face, face
from fau_teach.face.camera import Camera
from fau_teach.face.depth import depth_map
from fau_teach.force.observe import vertices68

CAMERA = Intrinsics()
SMALL = Intrinsics(fx=50.0, fy=60.0, cx=7.5, cy=4.0, width=16, height=9)


def one(u: int, v: int, raw: int) -> np.ndarray:
    """The point of one pixel."""
    seen = np.zeros(CAMERA.shape, np.uint16)
    seen[v, u] = raw
    return cloud(seen, CAMERA, dtype=np.float64).points


def maps(**fixed: object) -> st.SearchStrategy[np.ndarray]:
    return hnp.arrays(np.uint16, SMALL.shape, elements=st.integers(0, 65535), **fixed)  # type: ignore[arg-type]


# -- the pinhole camera


@pytest.mark.parametrize(
    ("pixel", "point"),
    [
        ((640, 360, 1000), (0, 0, 1)),
        ((0, 0, 1000), (-0.48315, -0.27177, 1)),
        ((1279, 719, 600), (0.28943, 0.16261, 0.6)),
    ],
)
def test_S3_011_points_of_three_pixels(pixel: tuple[int, int, int], point: tuple) -> None:
    assert one(*pixel) == pytest.approx(np.array([point]), abs=5e-6)


def test_S3_011_what_the_camera_sees() -> None:
    assert (CAMERA.fx, CAMERA.fy, CAMERA.scale) == (1324.65, 1324.65, 1000)
    assert CAMERA.field_of_view == pytest.approx((51.57, 30.41), abs=0.005)
    step = one(641, 360, 600)[0, 0] - one(640, 360, 600)[0, 0]
    assert step == pytest.approx(0.453e-3, abs=5e-7)


def test_S3_011_there_and_back() -> None:
    rng = np.random.default_rng(0)
    seen = rng.integers(400, 1500, CAMERA.shape).astype(np.uint16)
    made = cloud(seen, CAMERA, dtype=np.float64)
    u, v, raw = project(made.points, CAMERA)
    error = np.abs(np.stack([u, v], axis=1) - made.uv)
    assert error.max() < 1e-9
    assert np.abs(raw - seen.ravel()).max() < 1e-9


@given(maps(), st.sampled_from([np.float32, np.float64]))
def test_S3_010_one_point_for_each_pixel_with_depth(seen: np.ndarray, dtype: type) -> None:
    made = cloud(seen, SMALL, dtype=dtype)
    assert len(made) == np.count_nonzero(seen) <= seen.size
    assert made.points.dtype == dtype
    assert np.array_equal(made.depth(), seen)
    # S3-008: a number is a pixel, and a pixel a number.
    u, v = made.uv.T
    assert np.array_equal(v * SMALL.width + u, made.pixels)
    assert np.array_equal(seen[v, u], seen.ravel()[made.pixels])
    assert len(set(made.pixels.tolist())) == len(made)
    back = np.stack(project(made.points.astype(np.float64), SMALL)[:2], axis=1)
    assert np.abs(back - made.uv).max(initial=0) < 1e-4


def test_S3_011_no_depth_is_dropped() -> None:
    seen = np.full(SMALL.shape, 600.0)
    seen[0, :4] = 0, -5, np.nan, np.inf
    made = cloud(seen, SMALL)
    assert len(made) == seen.size - 4
    assert made.pixels.min() == 4
    assert made.depth(np.float64)[0, :5] == pytest.approx([0, 0, 0, 0, 600])
    assert len(cloud(np.zeros(SMALL.shape, np.uint16), SMALL)) == 0


def test_S3_011_open3d_gives_the_same_cloud() -> None:
    rng = np.random.default_rng(1)
    seen = rng.integers(1, 1500, CAMERA.shape).astype(np.uint16)
    seen[rng.random(seen.shape) < 0.2] = 0
    theirs = o3d.geometry.PointCloud.create_from_depth_image(
        o3d.geometry.Image(seen),
        o3d.camera.PinholeCameraIntrinsic(1280, 720, 1324.65, 1324.65, 640, 360),
        depth_scale=1000.0,
        depth_trunc=100.0,
    )
    for dtype in (np.float32, np.float64):
        ours = cloud(seen, CAMERA, dtype=dtype).points
        assert np.abs(ours - np.asarray(theirs.points)).max() < 1e-7  # they divide in float32


def test_S3_011_interchange_with_open3d() -> None:
    rng = np.random.default_rng(2)
    frame = Frame(
        rng.integers(0, 900, SMALL.shape).astype(np.uint16),
        rng.integers(0, 256, (*SMALL.shape, 3)).astype(np.uint8),
    )
    ours = frame.cloud(SMALL)
    assert ours.colours is not None
    assert np.allclose(ours.colours * 255, frame.colour.reshape(-1, 3)[ours.pixels])
    theirs = ours.to_open3d()
    mixed = theirs.select_by_index(list(rng.permutation(len(ours))))
    for made in (theirs, mixed):
        again = PointCloud.from_open3d(made, SMALL)
        assert np.array_equal(again.pixels, ours.pixels)
        assert np.array_equal(again.depth(), frame.depth)
        assert again.colours == pytest.approx(ours.colours, abs=1e-6)
    plain = PointCloud.from_open3d(cloud(frame.depth, SMALL).to_open3d(), SMALL)
    assert plain.colours is None


@pytest.mark.parametrize(
    ("points", "problem"),
    [
        ([[9.0, 0, 1]], "outside"),
        ([[0.0, 0, -1]], "outside"),
        ([[0.0, 0, 0]], "outside"),
        ([[0.0, 0, 1], [0, 0, 2]], "two points"),
    ],
)
def test_a_cloud_of_no_depth_map_is_refused(points: list, problem: str) -> None:
    made = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(np.array(points)))
    with pytest.raises(ValueError, match=problem):
        PointCloud.from_open3d(made, SMALL)


@pytest.mark.parametrize(
    "wrong",
    [{"width": 0}, {"height": 2.5}, {"fx": 0.0}, {"fy": -1.0}, {"scale": np.inf}, {"cx": np.nan}],
)
def test_impossible_cameras_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"intrinsics {next(iter(wrong))}"):
        replace(CAMERA, **wrong)


def test_wrong_sizes_and_types_are_refused() -> None:
    seen, picture = np.ones(SMALL.shape, np.uint16), np.zeros((3, 3, 3), np.uint8)
    with pytest.raises(ValueError, match="camera's"):
        cloud(seen.T, SMALL)
    with pytest.raises(ValueError, match="picture"):
        cloud(seen, SMALL, picture)
    with pytest.raises(ValueError, match="picture"):
        Frame(seen, picture)
    for bad in (np.zeros((*SMALL.shape, 3), np.uint8), seen > 0):
        with pytest.raises(ValueError, match="16-bit"):
            Frame(bad)


def test_the_rays_are_those_of_the_points() -> None:
    seen = np.full(SMALL.shape, 1000, np.uint16)
    made = cloud(seen, SMALL, dtype=np.float64)
    assert np.array_equal(SMALL.rays.reshape(-1, 2), made.points[:, :2])
    with pytest.raises(ValueError, match="read-only"):
        SMALL.rays[0, 0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        made.pixels[0] = 1  # shared by all whole frames


# -- crops


def test_S3_012_a_crop_moves_the_principal_point() -> None:
    part = CAMERA.cropped(400, 120, 480, 480)
    assert (part.cx, part.cy, part.shape) == (240, 240, (480, 480))
    seen = np.full(CAMERA.shape, 600, np.uint16)
    whole = cloud(seen, CAMERA, dtype=np.float64)
    inside = cloud(seen[120:600, 400:880], part, dtype=np.float64)
    u, v = inside.uv.T
    same = whole.points[(v + 120) * 1280 + u + 400]
    assert np.abs(inside.points - same).max() < 1e-15
    # E3-07: the same crop with the principal point left where it was.
    ignored = cloud(seen[120:600, 400:880], replace(part, cx=640, cy=360), dtype=np.float64)
    error = ignored.points - same
    assert np.abs(1000 * error[0]) == pytest.approx([181.2, 54.4, 0], abs=0.05)
    assert np.ptp(error, axis=0) == pytest.approx(0, abs=1e-12)
    assert error[0, :2] == pytest.approx(misplaced(CAMERA, 400, 120, 0.6), abs=1e-12)


@pytest.mark.parametrize(
    "box", [(-1, 0, 5, 5), (0, -1, 5, 5), (0, 0, 0, 5), (0, 0, 5, 0), (12, 0, 5, 5), (0, 5, 5, 5)]
)
def test_S3_012_a_crop_outside_is_refused(box: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="leaves the picture"):
        SMALL.cropped(*box)


def test_S3_012_frame_and_camera_are_cut_together() -> None:
    rng = np.random.default_rng(3)
    frame = Frame(
        rng.integers(1, 900, SMALL.shape).astype(np.uint16),
        rng.integers(0, 256, (*SMALL.shape, 3)).astype(np.uint8),
    )
    box = Box(3, 2, 5, 4)
    part, camera = crop(frame, SMALL, box)
    assert part.depth.shape == camera.shape == (4, 5)
    here, whole = part.cloud(camera), frame.cloud(SMALL)
    u, v = here.uv.T
    at = (v + 2) * SMALL.width + u + 3
    assert here.points == pytest.approx(whole.points[at], rel=1e-5, abs=1e-7)
    assert np.array_equal(here.colours, whole.colours[at])
    bare, _ = crop(Frame(frame.depth), SMALL, box)
    assert bare.colour is None
    with pytest.raises(ValueError, match="camera's"):
        crop(part, SMALL, box)


def test_S3_012_two_boxes_join() -> None:
    assert Box(2, 3, 4, 5) | Box(0, 5, 3, 9) == Box(0, 3, 6, 11)


@pytest.fixture(scope="module", params=["Ana", "Ben"])
def seen(request: pytest.FixtureRequest) -> SimpleNamespace:
    """A face before the sensor: exact depth, camera, and its 68 points in the picture."""
    who: Face = face(request.param)
    camera = Camera.sensor()
    skin = who.hierarchy.levels[1]
    exact = depth_map(skin.vertices, skin.faces, camera)
    marks = camera.project(skin.vertices[list(vertices68())])[:, :2] - 0.5
    return SimpleNamespace(depth=exact, camera=Intrinsics.of(camera), marks=marks, who=camera)


def test_S3_012_the_teaching_face_and_its_camera_agree(seen: SimpleNamespace) -> None:
    made = cloud(seen.depth, seen.camera, dtype=np.float64)
    u, v = made.uv.T
    x, y, z = (made.points * (1000, -1000, -1000)).T  # to the viewer's axes, mm
    again = seen.who.to_view(np.zeros((1, 3)))  # the centre is where it should be
    assert again[0, 2] < -500
    spot = seen.who.cx + x / -z * seen.who.focal, seen.who.cy - y / -z * seen.who.focal
    assert np.abs(spot[0] - (u + 0.5)).max() < 1e-9
    assert np.abs(spot[1] - (v + 0.5)).max() < 1e-9


@pytest.mark.parametrize("wall", [0, 1500])
def test_S3_012_the_face_is_found_by_landmarks_or_depth(seen: SimpleNamespace, wall: int) -> None:
    raw = np.where(seen.depth > 0, seen.depth, wall).astype(np.uint16)
    raw[5, 5] = 1  # a pixel that failed towards the camera
    for landmarks in (None, seen.marks):
        box = face_box(Frame(raw), seen.camera, landmarks=landmarks)
        inside = (seen.marks >= (box.left, box.top)) & (
            seen.marks < (box.left + box.width, box.top + box.height)
        )
        assert inside.all()
        assert box.width * box.height < 0.3 * raw.size
        assert (seen.depth[box.slices] > 0).mean() > 0.5


def test_S3_012_a_face_at_the_border_is_cut_there() -> None:
    raw = np.zeros(SMALL.shape, np.uint16)
    raw[2:, 10:] = 1000
    box = face_box(raw, SMALL)
    assert box.left + box.width <= 16
    assert box.top == 2
    marks = [[-3.0, 1.0], [4.0, 7.0], [np.nan, 2.0]]
    assert face_box(raw, SMALL, landmarks=marks, margin=0) == Box(0, 1, 5, 7)


def test_S3_012_no_face_is_refused() -> None:
    nothing = np.zeros(SMALL.shape, np.uint16)
    with pytest.raises(ValueError, match="no depth at all"):
        face_box(nothing, SMALL)
    with pytest.raises(ValueError, match="no landmark"):
        face_box(nothing, SMALL, landmarks=[[np.nan, np.nan]])
    with pytest.raises(ValueError, match="outside the picture"):
        face_box(nothing, SMALL, landmarks=[[90.0, 3.0], [95.0, 5.0]])


# -- choosing points


@given(
    hnp.arrays(np.float64, st.integers(1, 60), elements=st.sampled_from([0.0, 1.0, 1.5, 2.0])),
    st.integers(1, 70),
)
def test_S3_019_the_first_by_partition_are_the_first_by_sorting(
    amount: np.ndarray, count: int
) -> None:
    assert np.array_equal(top(amount, count), np.argsort(-amount, kind="stable")[:count])


def picked(points: int, count: int = 2048, seed: int = 0) -> depth.Selected:
    rng = np.random.default_rng(5)
    values = rng.random((3, points, 3))
    return choose(
        rng.permutation(points), *values, np.arange(points) * 2, (9, 1000), count=count, seed=seed
    )


def test_S3_021_rows_and_type() -> None:
    made = picked(4000)
    assert made.rows.shape == (2048, 6)
    assert made.rows.dtype == np.float32
    assert len(made) == len(made.pixels) == len(made.delta) == 2048
    assert made.repeated == 0
    assert made.mask.sum() == 2048
    assert made.mask.shape == (9, 1000)
    assert np.array_equal(np.hstack([made.points, made.channels]), made.rows)


def test_S3_022_too_few_points_are_filled_up() -> None:
    made = picked(100)
    assert made.rows.shape == (2048, 6)
    assert made.repeated == 1948
    assert sorted(made.distinct.tolist()) == list(range(0, 200, 2))
    assert set(made.pixels[100:].tolist()) <= set(made.distinct.tolist())
    row_of = dict(zip(made.distinct.tolist(), made.rows[:100], strict=True))
    assert all(np.array_equal(row_of[p], r) for p, r in zip(made.pixels, made.rows, strict=True))
    assert np.array_equal(made.rows, picked(100).rows)
    assert not np.array_equal(made.rows, picked(100, seed=1).rows)
    assert picked(1, count=3).repeated == 2


def test_S3_022_nothing_to_choose_from_is_refused() -> None:
    with pytest.raises(ValueError, match="no point is left"):
        picked(0)
    with pytest.raises(ValueError, match="count 0"):
        picked(10, count=0)


# -- the package


NAMES = sorted(name for names in depth._PLACES.values() for name in names.split())


def test_names_are_fetched_when_used_and_hide_behind_no_module() -> None:
    assert depth.Intrinsics is Intrinsics
    assert {"subtraction", "Frame"} <= set(dir(depth))
    for name in NAMES:
        assert find_spec(f"fau_teach.depth.{name}") is None, f"the module {name} would hide it"
    with pytest.raises(AttributeError, match="no attribute 'clod'"):
        depth.clod  # noqa: B018


@pytest.mark.parametrize("name", NAMES)
def test_every_name_exists(name: str) -> None:
    assert getattr(depth, name).__doc__


def test_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, fau_teach.depth; print({'numpy', 'cv2', 'open3d', 'torch'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
