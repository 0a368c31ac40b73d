"""The pipeline as printed, each step beside the one that we use; where the formulae mislead."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fau_teach.depth import views
from fau_teach.depth.cloud import Frame, Intrinsics, cloud, project
from fau_teach.depth.printed import (
    Difference,
    cartesian,
    colours,
    difference,
    keep,
    rank,
    reach,
    scaled,
    settle,
    spherical,
    subtraction,
)
from fau_teach.depth.selected import Selected, top

WHOLE = Intrinsics()
FACE = WHOLE.cropped(440, 60, 400, 600)
SMALL = Intrinsics(fx=50.0, fy=60.0, cx=7.5, cy=4.0, width=16, height=9)
FAR = np.radians(90)


def frames(seed: int = 0, wall: int = 0) -> tuple[Frame, Frame]:
    """A dome of a face's size and the same with a bump, 1 mm steps, with holes."""
    rng = np.random.default_rng(seed)
    v, u = np.mgrid[0:600, 0:400]
    off = ((u - 200) / 190) ** 2 + ((v - 300) / 260) ** 2
    dome = np.where(off < 1, 560 + 80 * off, wall)
    bump = 3 * np.exp(-((u - 260) ** 2 + (v - 380) ** 2) / 2 / 30**2)
    skin = 150 - 60 * off + 300 * cv2.GaussianBlur(rng.normal(0, 1, off.shape), (0, 0), 3)
    shots = []
    for change in (0, bump):
        seen = dome - np.where(off < 1, change, 0) + rng.normal(0, 0.3, dome.shape) * (dome > 0)
        seen[rng.random(seen.shape) < 0.01] = 0
        shade = np.clip(skin + rng.normal(0, 1, off.shape), 0, 255).astype(np.uint8)
        picture = np.repeat(shade[..., None], 3, axis=2)
        shots.append(Frame(np.rint(seen).astype(np.uint16), picture))
    return shots[0], shots[1]


def difference_of(onset: np.ndarray, apex: np.ndarray, camera: Intrinsics) -> Difference:
    return difference(*(cloud(each, camera, dtype=np.float64) for each in (onset, apex)))


def on_one_grid(seed: int = 0) -> Difference:
    """Two random surfaces 1 mm apart, on the pixels of a face crop."""
    rng = np.random.default_rng(seed)
    onset = rng.integers(560, 640, FACE.shape)
    return difference_of(onset, onset + rng.choice([-1, 1], FACE.shape), FACE)


# -- what depth does not see


def test_S3_003_light_leaves_depth_features_identical_and_changes_flow() -> None:
    onset, apex = frames()
    assert onset.colour is not None
    assert apex.colour is not None
    lamp = np.linspace(0.4, 1, FACE.width)[:, None]
    dark = Frame(apex.depth, (apex.colour * lamp).astype(np.uint8))
    before, after = (subtraction(onset, each, FACE) for each in (apex, dark))
    assert np.array_equal(before.rows, after.rows)
    assert np.array_equal(before.pixels, after.pixels)
    flows = [
        cv2.calcOpticalFlowFarneback(
            onset.colour[..., 0], each.colour[..., 0], None, 0.5, 3, 25, 3, 7, 1.5, 0
        )
        for each in (apex, dark)
    ]
    energy = [float((flow**2).mean()) for flow in flows]
    assert energy[1] > 2 * energy[0]


def test_S3_009_a_flat_patch_that_slides() -> None:
    flat = np.full(SMALL.shape, 600, np.uint16)
    assert not difference_of(flat, flat, SMALL).delta.any()
    start, end = (cloud(flat, SMALL, dtype=np.float64) for _ in range(2))
    found = views.nearest(start, end)
    assert not found.delta.any()  # the nearest point is no better: it finds the grid
    # Tracked: skin of pixel (u, v) is at (u + 2, v) afterwards.
    ray = SMALL.rays
    tracked = 0.6 * (ray[:, 2:] - ray[:, :-2])
    assert tracked[..., 0] == pytest.approx(2 * 0.6 / SMALL.fx)


def test_S3_009_the_nearest_point_follows_what_comes_nearer() -> None:
    flat = np.full(SMALL.shape, 600, np.uint16)
    onset, apex = cloud(flat, SMALL), cloud(flat - np.uint16(2), SMALL)
    assert views.nearest(onset, apex).delta[:, 2] == pytest.approx(-2e-3, abs=1e-6)


# -- equation 1


def test_S3_013_identical_frames_do_not_move() -> None:
    onset, _ = frames()
    moved = difference(onset.cloud(FACE), onset.cloud(FACE))
    assert not moved.delta.any()
    assert len(moved) == np.count_nonzero(onset.depth)


def test_S3_013_pixels_without_depth_in_one_frame_are_left_out() -> None:
    onset, apex = frames()
    moved = difference(onset.cloud(FACE), apex.cloud(FACE))
    both = (onset.depth > 0) & (apex.depth > 0)
    assert np.array_equal(moved.pixels, np.flatnonzero(both))
    change = apex.depth.astype(int) - onset.depth
    assert np.abs(1000 * moved.delta[:, 2] - change.ravel()[moved.pixels]).max() < 1e-3


def test_S3_014_position_and_motion_beside_each_other() -> None:
    onset, apex = frames()
    moved = difference(onset.cloud(FACE), apex.cloud(FACE))
    assert moved.stacked.shape == (len(moved), 6)
    here = 1000 * moved.stacked[:, 2] - onset.depth.ravel()[moved.pixels]
    assert np.abs(here).max() < 1e-3
    assert np.array_equal(moved.stacked[:, 3:], moved.delta)


def test_S3_013_frames_of_two_sizes_are_refused() -> None:
    onset, apex = frames()
    other = FACE.cropped(0, 0, 100, 100)
    with pytest.raises(ValueError, match="same box"):
        difference(onset.cloud(FACE), cloud(apex.depth[:100, :100], other))


def test_E3_08_the_other_order_turns_the_sign() -> None:
    onset, apex = frames()
    forth = difference(onset.cloud(FACE), apex.cloud(FACE))
    back = difference(apex.cloud(FACE), onset.cloud(FACE))
    assert np.array_equal(forth.delta, -back.delta)
    one, two = (spherical(each.delta, "printed") for each in (forth, back))
    assert np.array_equal(one[:, 2], -two[:, 2], equal_nan=True)
    beside = forth.delta[:, 0] != 0  # above and below the principal point noise decides
    assert np.array_equal(one[beside, 1], two[beside, 1])  # theta cannot tell (E3-01)
    # Apex minus onset: what comes towards the camera has dz < 0.
    v, u = np.divmod(forth.pixels, FACE.width)
    assert np.median(forth.delta[np.hypot(u - 260, v - 380) < 15, 2]) < -2e-3


def test_E3_03_all_motion_runs_along_the_ray() -> None:
    moved = on_one_grid()
    u, v = np.divmod(moved.pixels, FACE.width)[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.arctan((v - FACE.cy) / (u - FACE.cx))
    motion = spherical(moved.delta, "printed")
    known = u != FACE.cx  # there the printed angle is 90 or -90 degrees by chance (E3-01)
    assert np.degrees(np.abs(motion[known, 1] - expected[known])).max() < 1e-10
    theta, phi, stretch = views.along_ray(FACE, moved.pixels)
    assert np.allclose(theta, expected, rtol=0, atol=1e-14, equal_nan=True)
    ratio = motion[:, 0] / np.abs(moved.delta[:, 2])
    assert np.abs(ratio - stretch).max() < 1e-10
    assert (ratio.min(), ratio.max()) == pytest.approx((1.000, 1.036), abs=5e-4)
    assert np.abs(np.abs(motion[:, 2]) - phi).max() < 1e-6
    spans = np.degrees(np.abs(motion[:, 2]))
    assert spans.min() == pytest.approx(74.8, abs=0.05)
    assert spans.max() > 89.7
    assert views.off_ray(moved).max() < 1e-6


def test_E3_03_the_sign_of_dz_is_all_that_two_channels_tell() -> None:
    once, again = on_one_grid(1), on_one_grid(2)
    same = np.sign(once.delta[:, 2]) == np.sign(again.delta[:, 2])
    one, two = (spherical(each.delta)[same, 1:] for each in (once, again))
    assert np.abs(one - two).max() < 1e-9
    assert 0.4 < same.mean() < 0.6


def test_E3_03_sliding_skin_is_off_the_ray() -> None:
    moved = replace(on_one_grid(), delta=np.tile([0.001, 0.0, 0.0], (FACE.width * FACE.height, 1)))
    assert views.off_ray(moved).min() > 70
    still = replace(moved, delta=np.zeros_like(moved.delta))
    assert not views.off_ray(still).any()


def test_E3_03_crops_that_differ_by_two_pixels_move_everything() -> None:
    flat = np.full(WHOLE.shape, 600, np.uint16)
    boxes = [WHOLE.cropped(440 + shift, 60, 400, 600) for shift in (0, 2)]
    onset, apex = (cloud(flat[:600, :400], box, dtype=np.float64) for box in boxes)
    moved = difference(onset, apex)
    assert np.abs(1000 * moved.delta - (0.906, 0, 0)).max() < 5e-4
    assert 1000 * views.misplaced(WHOLE, -2, 0, 0.6)[0] == pytest.approx(0.906, abs=5e-4)


def test_E3_07_a_wrong_principal_point_cancels_if_both_frames_share_it() -> None:
    onset, apex = frames()
    wrong = replace(FACE, cx=FACE.cx + 400, cy=FACE.cy + 120)
    right, false = (
        difference_of(onset.depth, apex.depth, camera).delta[:, 2] for camera in (FACE, wrong)
    )
    assert np.array_equal(right, false)
    near, far = (views.misplaced(FACE, 400, 120, z)[0] for z in (0.56, 0.64))
    assert 1000 * (far - near) == pytest.approx(-400 * 80 / 1324.65)  # a face is sheared


# -- the filter


def disc(radius: float, step: float) -> np.ndarray:
    x, y = np.meshgrid(*[np.arange(-radius, radius + step / 2, step)] * 2)
    inside = x**2 + y**2 <= radius**2
    return np.stack([x[inside], y[inside], np.full(inside.sum(), 0.6)], axis=1)


@pytest.mark.parametrize("centre", ["centroid", "median"])
def test_S3_016_a_disc_keeps_all(centre: str) -> None:
    points = disc(0.1, 0.0005)
    found = reach(points, centre=centre)  # type: ignore[arg-type]
    assert found.distance.mean() == pytest.approx(2 * 0.1 / 3, rel=2e-3)
    assert found.radius == pytest.approx(0.1, rel=2e-3)
    assert keep(points, centre=centre).mean() > 0.997  # type: ignore[arg-type]


def test_S3_016_a_square_keeps_92_percent() -> None:
    x, y = np.meshgrid(*[np.linspace(-1, 1, 401)] * 2)
    points = np.stack([x.ravel(), y.ravel(), np.full(x.size, 9.0)], axis=1)
    found = reach(points, centre="centroid")
    assert found.distance.mean() == pytest.approx(0.7652, rel=5e-3)
    assert found.radius == pytest.approx(1.148, rel=5e-3)
    assert keep(points, centre="centroid").mean() == pytest.approx(0.922, abs=0.003)
    assert keep(points, factor=9).all()
    assert keep(points, factor=0.5).mean() < 0.2


def face_and_wall(share: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A face disc of 10 cm at 0.6 m, and the wall at 1.5 m that an 11 cm crop shows beside it."""
    rng = np.random.default_rng(seed)
    n = 40_000
    k = int(share * n)
    r, turn = 0.1 * np.sqrt(rng.random(n - k)), 2 * np.pi * rng.random(n - k)
    near = np.stack([r * np.cos(turn), r * np.sin(turn), np.full(n - k, 0.6)], axis=1)
    far = np.column_stack([rng.uniform(-0.275, 0.275, (k, 2)), np.full(k, 1.5)])
    # A camera sees the wall only beside the disc, here all over it: the counts are what matters.
    return np.vstack([near, far]), np.arange(n) >= n - k


def test_E3_06_a_wall_of_half_the_points_goes_one_of_two_thirds_stays() -> None:
    for share in (0.1, 0.3, 0.5):
        points, wall = face_and_wall(share)
        kept = keep(points, centre="nose")
        assert kept[~wall].all()
        assert not kept[wall].any()
    points, wall = face_and_wall(0.67)
    kept = keep(points, centre="nose")
    assert kept[wall].mean() == pytest.approx(0.97, abs=0.01)
    assert keep(points, factor=1.3, centre="nose")[wall].mean() < 0.1  # the factor matters


def test_E3_06_the_centroid_keeps_a_wall_that_the_middle_of_the_view_does_not() -> None:
    onset, _ = frames(wall=1500)
    points = onset.cloud(FACE).points
    wall = points[:, 2] > 1
    assert wall.mean() == pytest.approx(0.35, abs=0.05)
    for centre in ("median", "nose"):
        kept = keep(points, centre=centre)  # type: ignore[arg-type]
        assert not kept[wall].any()
        assert kept[~wall].mean() > 0.99
    half, wall = face_and_wall(0.5)
    assert keep(half, centre="centroid")[wall].all()


def test_S3_016_bad_choices_are_refused() -> None:
    points = disc(0.1, 0.01)
    with pytest.raises(ValueError, match="centre 'chin'"):
        keep(points, centre="chin")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="factor 0"):
        keep(points, factor=0)
    with pytest.raises(ValueError, match="no point"):
        keep(points[:0])


# -- equation 2


def angles(motion: tuple[float, float, float], variant: str) -> list[float]:
    r, theta, phi = spherical([motion], variant)[0]  # type: ignore[arg-type]
    return [r, np.degrees(theta), np.degrees(phi)]


def test_E3_01_opposite_motions_share_the_printed_angle() -> None:
    for motion in ((1.0, 1.0, 0.0), (-1.0, -1.0, 0.0)):
        assert angles(motion, "printed") == pytest.approx([np.sqrt(2), 45, 0])
    assert angles((1, 1, 0), "used")[1] == pytest.approx(45)
    assert angles((-1, -1, 0), "used")[1] == pytest.approx(-135)
    for motion in ((3, 4, 0), (-3, -4, 0)):
        assert angles(motion, "printed")[1] == pytest.approx(53.13, abs=0.005)


def test_E3_01_noise_flips_a_brow_that_moves_up() -> None:
    assert angles((1e-9, 1, 0), "printed")[1] == pytest.approx(90)
    assert angles((-1e-9, 1, 0), "printed")[1] == pytest.approx(-90)
    for tiny in (1e-9, -1e-9):
        assert angles((tiny, 1, 0), "used")[1] == pytest.approx(90)


def test_E3_01_no_motion_has_no_angle() -> None:
    r, theta, phi = spherical([(0.0, 0.0, 0.0)], "printed")[0]
    assert r == 0
    assert np.isnan([theta, phi]).all()
    assert not spherical([(0.0, 0.0, 0.0), (-0.0, -0.0, -0.0)], "used").any()


def test_S3_017_half_of_all_motions_come_back_as_printed_all_as_used() -> None:
    motion = np.random.default_rng(0).normal(size=(100_000, 3))
    for variant, share in (("printed", 0.499), ("used", 1.0)):
        back = cartesian(spherical(motion, variant))  # type: ignore[arg-type]
        same = np.linalg.norm(back - motion, axis=1) < 1e-9
        assert same.mean() == pytest.approx(share, abs=0.005)
    assert same.all()


@given(hnp.arrays(np.float64, (20, 3), elements=st.floats(-1, 1)))
def test_S3_017_the_used_variant_always_comes_back(motion: np.ndarray) -> None:
    found = spherical(motion)
    assert np.isfinite(found).all()
    assert np.abs(cartesian(found) - motion).max() < 1e-12
    assert (np.abs(found[:, 1]) <= np.pi).all()
    assert (np.abs(found[:, 2]) <= np.pi / 2).all()


def test_E3_02_the_source_names_three_pairs_of_angles() -> None:
    named = views.named_angles([(1, 0, 1), (1, 0, 0), (1, 1, 1), (0, 0, 0)])
    assert named["azimuth"] == pytest.approx([0, 0, 45, 0], abs=0.005)
    assert named["angle to x"] == pytest.approx([45, 0, 54.74, 90], abs=0.005)
    assert named["elevation"] == pytest.approx([45, 0, 35.26, 0], abs=0.005)
    assert named["polar"] == pytest.approx([45, 90, 54.74, 90], abs=0.005)
    assert {name for pair in views.ANGLES.values() for name in pair} == set(named)


@given(hnp.arrays(np.float64, (9, 3), elements=st.floats(-1, 1).filter(lambda x: abs(x) > 1e-3)))
def test_E3_01_a_twin_has_the_same_printed_colour(motion: np.ndarray) -> None:
    twin = views.twin(motion)
    assert np.abs(spherical(motion, "printed") - spherical(twin, "printed")).max() < 1e-12
    assert np.abs(spherical(motion)[:, 1] - spherical(twin)[:, 1]).min() == pytest.approx(np.pi)
    assert np.array_equal(views.twin(twin), motion)


def test_E3_01_the_examples_collide_as_printed_only() -> None:
    found = views.collisions()
    assert len(found) == len(views.EXAMPLES)
    for each in found:
        # -90 and 90 degrees are what noise makes of the same line.
        assert np.mod(each.printed[0] - each.printed[1], 180) == pytest.approx(0, abs=1e-9)
        assert abs(each.used[0] - each.used[1]) == pytest.approx(180)
    assert found[1].printed == pytest.approx((45, 45))
    assert found[1].used == pytest.approx((45, -135))


def test_E3_01_sine_and_cosine_do_not_jump() -> None:
    motion = spherical([(-1, 1e-6, 0.3), (-1, -1e-6, 0.3)])
    assert abs(motion[0, 1] - motion[1, 1]) > 6
    one, two = views.turning(motion)
    assert one == pytest.approx(two, abs=1e-5)


# -- colours


@given(hnp.arrays(np.float64, (12, 3), elements=st.floats(-1, 1)))
def test_S3_015_each_channel_runs_from_0_to_1(values: np.ndarray) -> None:
    shades = scaled(values)
    assert shades.shape == (12, 3)
    assert (shades >= 0).all()
    assert (shades <= 1).all()
    for before, after in zip(values.T, shades.T, strict=True):
        if np.ptp(before) > 1e-6:
            assert (after.min(), after.max()) == pytest.approx((0, 1))
            assert after[np.argmax(before)] == 1


def test_S3_018_E3_05_still_points_are_teal_as_printed_and_black_as_used() -> None:
    motion = np.array([(0.0, 0, 0), (1e-9, 1, 0), (-1e-9, 1, 0), (0, 0, 1e-3), (0, 1e-12, -1e-3)])
    printed = colours(spherical(motion, "printed"), "printed")
    assert printed[0] == pytest.approx([0, 0.5, 0.5], abs=1e-6)
    assert (printed.min(), printed.max()) == (0, 1)
    used = colours(spherical(motion), "used")
    assert not used[0].any()
    assert (used.min(), used.max()) == (0, 1)
    assert not colours(spherical(motion), still=0.01)[3:].any()
    assert not colours(spherical(np.zeros((4, 3)))).any()
    assert colours(spherical(motion[:4]), full=4e-3)[:, 0] == pytest.approx([0, 1, 1, 0.25])


def test_S3_018_a_direction_has_one_colour_in_all_clips() -> None:
    same, other = (0.3, 0.2, -0.1), (-0.2, 0.1, 0.3)
    weak, strong = [same, other, (0.0, 0.5, 0.0)], [same, other, (1.0, -3.0, 2.0)]
    used = [colours(spherical(each))[0, 1:] for each in (weak, strong)]
    assert used[0] == pytest.approx(used[1])
    printed = [colours(spherical(each, "printed"), "printed")[0] for each in (weak, strong)]
    assert not np.allclose(*printed)


def test_S3_008_clouds_in_colour() -> None:
    onset, apex = frames()
    moved = difference(onset.cloud(FACE), apex.cloud(FACE))
    delta = views.colour_cloud(moved, "delta")
    assert np.array_equal(delta.colours, scaled(moved.delta))
    black = (moved.delta == 0).all(axis=1)
    assert 0.1 < black.mean() < 0.9
    used = views.colour_cloud(moved)
    printed = views.colour_cloud(moved, variant="printed")
    assert used.colours is not None
    assert printed.colours is not None
    assert not used.colours[black].any()
    assert printed.colours[black, 1:].min() > 0.2
    assert np.array_equal(used.depth()[onset.depth == 0], np.zeros((onset.depth == 0).sum()))
    mixed = views.colour_cloud(moved, picture=onset.colour, share=0.25)
    skin = onset.colour.reshape(-1, 3)[moved.pixels] / 255  # type: ignore[union-attr]
    assert np.allclose(mixed.colours, 0.25 * used.colours + 0.75 * skin)
    with pytest.raises(ValueError, match="show 'theta'"):
        views.colour_cloud(moved, "theta")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="picture"):
        views.colour_cloud(moved, picture=onset.colour[:5])  # type: ignore[index]


# -- ranking


def drawn(motion: np.ndarray, variant: str) -> Selected:
    """The first 2048 of a ranking, as a selection."""
    found = spherical(motion, variant)  # type: ignore[arg-type]
    best = top(rank(found, colours(found, variant), variant))  # type: ignore[arg-type]
    return Selected(np.zeros((2048, 6), np.float32), best, motion[best], (200, 100))


@pytest.fixture(scope="module")
def motions() -> np.ndarray:
    """20,000 motions in all directions, most of them small."""
    rng = np.random.default_rng(0)
    motion = rng.normal(size=(20_000, 3))
    return motion * rng.gamma(3, size=(20_000, 1)) / np.linalg.norm(motion, axis=1, keepdims=True)


def test_S3_019_E3_04_the_printed_ranking_follows_the_angles(motions: np.ndarray) -> None:
    printed, used = drawn(motions, "printed"), drawn(motions, "used")
    turned = motions @ np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    assert views.overlap(printed, used) == pytest.approx(0.16, abs=0.03)
    assert views.overlap(printed, drawn(turned, "printed")) == pytest.approx(0.01, abs=0.015)
    assert views.overlap(printed, drawn(-motions, "printed")) == pytest.approx(0.11, abs=0.03)
    for other in (turned, -motions):
        assert views.overlap(used, drawn(other, "used")) == 1
    assert views.overlap(printed, printed) == 1


def test_S3_019_the_ranking_keeps_the_largest(motions: np.ndarray) -> None:
    used = drawn(motions, "used")
    length = np.linalg.norm(motions, axis=1)
    assert np.linalg.norm(used.delta, axis=1).min() >= np.sort(length)[-2048]


# -- the offset of the whole face


def test_S3_020_a_turned_head_is_taken_off_and_the_bump_stays() -> None:
    x, y = (each.ravel() for each in np.meshgrid(np.linspace(-70, 70, 121) * 1e-3,
                                                 np.linspace(-90, 90, 121) * 1e-3))  # fmt: skip
    points = np.stack([x, y, 0.6 + 0.05 * ((x / 0.08) ** 2 + (y / 0.11) ** 2)], axis=1)
    aside = np.hypot(x - 0.03, y - 0.03)
    bump = 2e-3 * np.exp(-(aside**2) / 2 / 0.009**2)
    cosine, sine = np.cos(np.radians(1)), np.sin(np.radians(1))
    turn = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    middle = np.array([0, 0, 0.65])
    delta = (points - (0, 0, 1) * bump[:, None] - middle) @ turn.T + middle - points
    edge = np.flatnonzero((np.abs(x) == 0.07) & (aside > 0.04))
    assert 1000 * np.abs(delta[edge, 2]) == pytest.approx(1.22, abs=0.02)  # E3-16
    rest = settle(points, delta, "rigid")
    off = aside > 0.027
    before, after = (np.linalg.norm(each[off], axis=1).mean() for each in (delta, rest))
    assert after < 0.1 * before
    assert 1000 * np.linalg.norm(rest[aside.argmin()]) == pytest.approx(1.92, abs=0.03)
    # The median takes a shift off, not a turn.
    shifted = settle(points, delta + np.array([0.001, 0, 0.002]), "median")
    assert np.median(shifted, axis=0) == pytest.approx(0, abs=1e-12)
    assert np.linalg.norm(shifted[off], axis=1).mean() > 0.5 * before
    assert settle(points, delta, "none") is delta
    with pytest.raises(ValueError, match="offset 'mean'"):
        settle(points, delta, "mean")  # type: ignore[arg-type]


# -- all of it


@pytest.mark.parametrize("variant", ["printed", "used"])
def test_S3_021_the_networks_input(variant: str) -> None:
    onset, apex = frames(wall=1500)
    found = subtraction(onset, apex, FACE, variant=variant)  # type: ignore[arg-type]
    assert found.rows.shape == (2048, 6)
    assert found.rows.dtype == np.float32
    assert found.repeated == 0
    assert found.shape == FACE.shape
    assert (found.channels >= 0).all()
    assert (found.channels <= 1).all()
    u, v, raw = project(found.points, FACE)
    assert np.array_equal(np.rint(v) * FACE.width + np.rint(u), found.pixels)
    assert np.array_equal(np.rint(raw), onset.depth.ravel()[found.pixels])
    change = apex.depth.ravel().astype(int) - onset.depth.ravel()
    assert 1000 * found.delta[:, 2] == pytest.approx(change[found.pixels], abs=1e-3)


def test_S3_019_as_used_the_bump_is_found_as_printed_a_corner() -> None:
    onset, apex = frames()
    v, u = np.mgrid[0:600, 0:400]
    bump = np.hypot(u - 260, v - 380) < 50  # where it is above a quarter of its height
    shares = [
        bump.ravel()[subtraction(onset, apex, FACE, variant=each).pixels].mean()  # type: ignore[arg-type]
        for each in ("used", "printed")
    ]
    assert shares[0] > 0.8
    assert shares[1] < 0.3


def test_E3_16_a_head_that_turns_hides_the_bump() -> None:
    onset, apex = frames()
    u = np.arange(FACE.width)
    yaw = np.rint(1.22 * (u - 200) / 70 * 600 / FACE.fx * 2)  # two degrees, 1.22 mm each at 70 mm
    turned = Frame(np.where(apex.depth > 0, apex.depth + yaw, 0))
    v, u = np.mgrid[0:600, 0:400]
    bump = np.hypot(u - 260, v - 380) < 50
    shares = [
        bump.ravel()[subtraction(onset, each, FACE, variant="used").pixels].mean()
        for each in (apex, turned)
    ]
    assert shares[0] > 0.8
    assert shares[1] < 0.3


def test_S3_050_any_points_instead_of_the_first() -> None:
    onset, apex = frames()
    one, two, other = (
        subtraction(onset, apex, FACE, pick="random", seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(one.pixels, two.pixels)
    assert views.overlap(one, other) < 0.1
    assert len(set(one.pixels.tolist())) == 2048
    for count in (1024, 4096):
        assert subtraction(onset, apex, FACE, count=count).rows.shape == (count, 6)
    first = subtraction(onset, apex, FACE, count=1024)
    assert views.overlap(first, subtraction(onset, apex, FACE, count=4096)) == 1


def test_S3_022_a_small_crop_is_filled_up() -> None:
    onset, apex = (Frame(each.depth[300:310, 200:210]) for each in frames())
    found = subtraction(onset, apex, FACE.cropped(200, 300, 10, 10))
    assert found.rows.shape == (2048, 6)
    assert found.repeated >= 1948


@given(hnp.arrays(np.uint16, (2, *SMALL.shape), elements=st.sampled_from([0, 1, 600, 603, 65535])),
       st.sampled_from(["printed", "used"]), st.sampled_from(["rank", "random"]),
       st.sampled_from(["none", "median", "rigid"]))  # fmt: skip
def test_S3_021_any_two_maps_give_rows_or_a_reason(
    pair: np.ndarray, variant: str, pick: str, offset: str
) -> None:
    ready = {"variant": variant, "pick": pick, "offset": offset, "count": 50}
    try:
        found = subtraction(Frame(pair[0]), Frame(pair[1]), SMALL, **ready)  # type: ignore[arg-type]
    except ValueError as error:
        assert "no point" in str(error) or "three pairs" in str(error)  # noqa: PT017
        return
    assert found.rows.shape == (50, 6)
    assert np.isfinite(found.rows).all()
    assert pair[0].ravel()[found.pixels].all()
    assert pair[1].ravel()[found.pixels].all()


def test_wrong_words_are_refused() -> None:
    onset, apex = frames()
    for wrong in ({"variant": "mine"}, {"pick": "sort"}, {"centre": "chin"}, {"offset": "all"}):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))} '"):
            subtraction(onset, apex, FACE, **wrong)  # type: ignore[arg-type]
    for step in (spherical, colours):
        with pytest.raises(ValueError, match="variant 'mine'"):
            step(np.zeros((1, 3)), "mine")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="camera's"):
        subtraction(onset, apex, SMALL)
