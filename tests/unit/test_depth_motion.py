"""The used pipeline: still frames, slides in the plane, noise, averaging, and its bars."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, shift

from fau_teach.depth.cloud import Frame, Intrinsics
from fau_teach.depth.crop import face_box
from fau_teach.depth.motion import RADII, Field, field, motion, tracked
from fau_teach.depth.noise import average, clipped_deviation, floor_of, noise_floor
from fau_teach.depth.printed import subtraction
from fau_teach.depth.rigid import Rigid
from fau_teach.depth.truth import Pair, pair, score
from fau_teach.face.depth import Sensor

CAMERA = Intrinsics(width=160, height=120, cx=79.5, cy=59.5)
PLAIN = Sensor(noise=0.5, grain=0, mixing=0, grazing=90, dropout=0)
HEAD = {"head_mm": 0.5, "head_deg": 0.3}


def texture(seed: int = 0) -> np.ndarray:
    """A picture (H, W, 3) of spots a few pixels wide."""
    spots = gaussian_filter(np.random.default_rng(seed).normal(size=(120, 160)), 2.0)
    grey = np.clip(128 + 40 * spots / spots.std(), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def moved(picture: np.ndarray, down: float, right: float) -> np.ndarray:
    return shift(picture, (down, right, 0), order=3, mode="nearest")


def flat(colour: np.ndarray | None = None) -> Frame:
    return Frame(np.full(CAMERA.shape, 600, np.uint16), colour)


@cache
def face_pair(code: str = "12", who: str = "Ana", **changes) -> Pair:
    """A pair of the teaching face, cut to the face."""
    made = pair(code, who, **changes)
    return made.cropped(face_box(made.onset, made.intrinsics))


@given(st.floats(-4, 4), st.floats(-4, 4))
@settings(max_examples=10, deadline=None)
def test_S3_009_a_slide_in_the_plane_is_seen_by_tracking_alone(right, down) -> None:
    """E3-03: subtraction sees nothing, and neither does the distance from the plane."""
    onset, apex = flat(texture()), flat(moved(texture(), down, right))
    by_pixel = subtraction(onset, apex, CAMERA, variant="used")
    assert (by_pixel.delta == 0).all()
    assert field(onset, apex, CAMERA, follow="none").amplitude.max() < 1e-6
    found = field(onset, apex, CAMERA, head=Rigid())
    inner = found.displacement[20:100, 20:140] * 1000 * CAMERA.fx / 600  # back to pixels
    assert np.median(inner[..., 0]) == pytest.approx(right, abs=0.1)
    assert np.median(inner[..., 1]) == pytest.approx(down, abs=0.1)
    assert np.abs(inner[..., 2]).max() < 1e-3


@pytest.mark.parametrize("follow", ["colour", "shape", "none"])
def test_the_same_frame_twice_shows_no_motion(follow) -> None:
    made = face_pair()
    found = field(made.onset, made.onset, made.intrinsics, follow=follow)
    assert found.amplitude.max() < 2e-6
    assert found.noise < 1e-6
    assert found.head.degrees < 1e-4
    assert found.valid.sum() > 0.6 * (made.onset.depth > 0).sum()


@pytest.mark.parametrize("code", ["4", "12"])
def test_the_bars_are_reached_and_the_printed_pipeline_collapses(code) -> None:
    """All codes and identities: tests/benchmarks/depth_motion.py."""
    for sensor, bar in ((None, 0.8), (PLAIN, 0.5)):
        made = face_pair(code, sensor=sensor, **HEAD)
        used = score(motion(made.onset, made.apex, made.intrinsics), made)
        blind = score(motion(made.onset, made.apex, made.intrinsics, follow="none"), made)
        printed = score(subtraction(made.onset, made.apex, made.intrinsics), made)
        assert used.precision > 0.95
        assert used.recall > 0.95 * used.ceiling
        assert blind.precision > bar
        assert printed.precision < 0.3


def test_tracking_sees_the_motion_along_the_skin() -> None:
    made = face_pair("12", **HEAD)
    off = {}
    for follow in ("colour", "none"):
        found = field(made.onset, made.apex, made.intrinsics, follow=follow)
        wrong = np.linalg.norm(found.displacement - made.displacement, axis=2)
        off[follow] = np.median(wrong[found.valid & made.moving])
        truth = np.sum(made.displacement * found.normals, axis=2)
        out = np.median(np.abs(found.normal - truth)[found.valid & made.moving])
        assert out < 0.15e-3
    assert off["colour"] < 0.15e-3
    assert off["none"] > 4 * off["colour"]


def test_S3_003_light_changes_the_flow_a_little_and_depth_not_at_all() -> None:
    plain, dark = face_pair("12", **HEAD), face_pair("12", light=0.7, **HEAD)
    by_shape = [
        field(each.onset, each.apex, each.intrinsics, follow="none") for each in (plain, dark)
    ]
    assert np.array_equal(by_shape[0].displacement, by_shape[1].displacement)
    by_flow = [field(each.onset, each.apex, each.intrinsics) for each in (plain, dark)]
    change = np.linalg.norm(by_flow[0].displacement - by_flow[1].displacement, axis=2)
    assert change.max() > 0.02e-3
    picked = by_flow[1].select()
    assert score(picked, dark).precision > 0.9


@given(st.floats(0.2, 1.5), st.integers(0, 99), st.booleans())
@settings(max_examples=15, deadline=None)
def test_E3_21_the_noise_of_the_sensor_is_found(sigma, seed, rounded) -> None:
    chance = np.random.default_rng(seed)
    v, u = np.mgrid[0:120, 0:160] - 60.0
    dome = 600 + (u**2 + v**2) / 300
    bump = 2 * np.exp(-(u**2 + v**2) / 800)  # what moves slowly over the picture is no noise
    frames = [dome + bump * i + chance.normal(0, sigma, dome.shape) for i in range(2)]
    if rounded:
        frames = [np.rint(each).astype(np.uint16) for each in frames]
    found = noise_floor(frames, CAMERA) * 1000
    assert found == pytest.approx(sigma, rel=0.1)
    kept = noise_floor([Frame(each) for each in frames], CAMERA, rounding="kept") * 1000
    assert kept**2 - found**2 == pytest.approx(1 / 12 if rounded else 0, abs=1e-6)


def test_E3_21_the_noise_of_the_teaching_camera_is_found() -> None:
    made = face_pair("0", sensor=replace(PLAIN, noise=0.8), frames=3, colour=False)
    depth = made.onset.depth[made.onset.depth > 0].mean()
    found = noise_floor(made.onsets, made.intrinsics) * 1000
    assert found == pytest.approx(replace(PLAIN, noise=0.8).sigma(depth), rel=0.1)


def test_noise_needs_two_frames_that_share_a_surface() -> None:
    one = np.full(CAMERA.shape, 600.0)
    assert noise_floor([one, one], CAMERA) == 0
    with pytest.raises(ValueError, match=r"1 frame\(s\)"):
        noise_floor([one], CAMERA)
    with pytest.raises(ValueError, match="share no surface"):
        noise_floor([one, np.zeros_like(one)], CAMERA)


def test_the_floor_counts_noise_that_neighbours_share() -> None:
    chance = np.random.default_rng(5)
    white = chance.normal(size=(200, 200)).astype(np.float32)
    grainy = gaussian_filter(chance.normal(size=(200, 200)), 1.5).astype(np.float32)
    grainy /= grainy.std()
    everywhere = np.ones((200, 200), bool)
    left = [floor_of(each, everywhere, 4.0) for each in (white, grainy)]
    # A Gaussian mean leaves 1 / (2 radius sqrt(pi)) of white noise.
    assert left[0] == pytest.approx(1 / (8 * np.pi**0.5), rel=0.15)
    assert left[1] > 3 * left[0]
    assert clipped_deviation(np.r_[chance.normal(size=5000), [1e3] * 20]) == pytest.approx(
        1, rel=0.05
    )
    assert np.isnan(clipped_deviation([1.0]))


def test_E3_21_averaging_frames_lowers_noise_and_finds_more() -> None:
    made = face_pair("12", sensor=Sensor(), frames=5, colour=False, **HEAD)
    one = field(made.onset, made.apex, made.intrinsics, radius=5.0)
    five = field(made.onsets, made.apexes, made.intrinsics, radius=5.0)
    assert five.noise == pytest.approx(one.noise / 5**0.5, rel=0.25)
    scores = [score(each.select(), made).precision for each in (one, five)]
    assert scores[1] > scores[0] + 0.05


@pytest.mark.parametrize("how", ["mean", "median"])
def test_averages_keep_holes_and_pictures(how) -> None:
    depths = [np.array([[600, 0, 0, 610]]), np.array([[602, 0, 700, 0]]),
              np.array([[607, 0, 0, 612]])]  # fmt: skip
    frames = [
        Frame(d.astype(np.uint16), np.full((1, 4, 3), 10 * i, np.uint8))
        for i, d in enumerate(depths)
    ]
    found = average(frames, how)
    assert found.depth.tolist() == [[603.0 if how == "mean" else 602.0, 0.0, 0.0, 611.0]]
    assert found.depth.dtype == np.float32
    assert found.colour is not None
    assert (found.colour == 10).all()
    assert average(frames[:1]) is frames[0]
    assert average([frames[0], Frame(depths[1])], how).colour is None
    assert average(frames, how, least=0.3).depth[0, 2] == 700


def test_what_cannot_be_averaged_is_refused() -> None:
    with pytest.raises(ValueError, match="no frame"):
        average([])
    with pytest.raises(ValueError, match="different sizes"):
        average([flat(), Frame(np.ones((2, 2)))])
    with pytest.raises(ValueError, match="how 'mode'"):
        average([flat(), flat()], "mode")


def test_noise_widens_the_averaging() -> None:
    radii = []
    for noise in (0.0, 0.5, 1.5):
        sensor = replace(PLAIN, noise=noise) if noise else None
        made = face_pair("12", sensor=sensor, colour=False, **HEAD)
        radii.append(field(made.onset, made.apex, made.intrinsics).radius)
    assert radii[0] == RADII[0]
    assert radii[0] <= radii[1] < radii[2] <= RADII[1]


@cache
def bulge() -> Field:
    """A patch that slides right and comes out in the middle."""
    v, u = np.mgrid[0:120, 0:160]
    out = 2.0 * np.exp(-((u - 80) ** 2 + (v - 60) ** 2) / 400)
    onset = flat(texture())
    apex = Frame(600 - out, moved(texture(), 0, 1.0))
    return field(onset, apex, CAMERA, head=Rigid())


def test_motion_out_of_and_along_the_surface_add_up() -> None:
    found = bulge()
    assert found.normal.max() == pytest.approx(2e-3, rel=0.2)  # towards the camera is out
    whole = found.normal[..., None] * found.normals + found.tangential
    assert np.allclose(whole, found.displacement, atol=1e-9)
    assert np.abs(np.sum(found.tangential * found.normals, axis=2)).max() < 1e-8
    assert (found.amplitude[~found.valid] == 0).all()


def test_selection_keeps_the_largest_motion() -> None:
    found = bulge()
    picked = found.select(500)
    assert picked.rows.shape == (500, 6)
    assert picked.rows.dtype == np.float32
    size = np.linalg.norm(picked.delta, axis=1)
    assert (np.diff(size) <= 1e-12).all()
    least = np.partition(found.amplitude[found.valid], -500)[-500]
    assert size[-1] == pytest.approx(least)
    assert np.allclose(picked.points, found.points.reshape(-1, 3)[picked.pixels])
    assert picked.shape == CAMERA.shape
    assert picked.repeated == 0


def test_channels_tell_the_direction() -> None:
    found = bulge()
    picked = found.select(300, channels="vector")
    back = (picked.channels - 0.5) * 2 * found.amplitude.max()
    assert np.allclose(back, picked.delta, atol=1e-6)
    ball = found.select(300)
    assert ball.channels[0, 0] == 1.0
    assert ball.channels.min() >= 0
    assert ball.channels.max() <= 1


def test_what_lies_in_the_noise_can_be_left_out() -> None:
    found = replace(bulge(), noise=0.7e-3)
    picked = found.select(5000, least=2.0)
    assert picked.repeated > 0
    assert (np.linalg.norm(picked.delta, axis=1) >= 1.4e-3).all()
    with pytest.raises(ValueError, match="no point is left"):
        found.select(least=100.0)


def test_random_choice_follows_its_seed() -> None:
    one, two, same = (bulge().select(100, pick="random", seed=s).pixels for s in (0, 1, 0))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, two)


def test_choices_that_do_not_exist_are_refused() -> None:
    onset = flat()
    with pytest.raises(ValueError, match="follow 'eyes'"):
        field(onset, onset, CAMERA, follow="eyes")
    with pytest.raises(ValueError, match="needs a picture in both"):
        field(onset, flat(texture()), CAMERA, follow="colour")
    with pytest.raises(ValueError, match="channels 'hue'"):
        bulge().select(channels="hue")
    with pytest.raises(ValueError, match="pick 'best'"):
        bulge().select(pick="best")
    assert field(onset, onset, CAMERA).follow == "none"


def test_without_opencv_it_says_what_to_do(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(ImportError, match="follow='none'"):
        tracked(texture(), texture())


def test_flow_that_does_not_come_back_is_not_believed() -> None:
    far = tracked(texture(1), moved(texture(1), 0, 25))[2]  # farther than it can look
    near = tracked(texture(1), moved(texture(1), 0, 2))[2]
    assert near[:, :140].mean() > 0.99
    assert far[:, :120].mean() < 0.5
