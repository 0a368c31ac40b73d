"""Farthest points and neighbours: Open3D's results, orders, repeated points, refusals."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach.models.point_sampling import RULES, Level, ball_query, farthest_points, plan


def uneven(seed: int, clouds: int = 3, points: int = 400) -> np.ndarray:
    """Dense and thin patches on a curved sheet of a face's size [m]."""
    chance = np.random.default_rng(seed)
    x = chance.normal(0, [[[0.03, 0.02]]], (clouds, points, 2)) * chance.uniform(
        0.1, 1, (clouds, points, 1)
    )
    return np.dstack([x, 0.6 + 3 * (x**2).sum(2) + chance.normal(0, 5e-4, (clouds, points))])


def on_a_grid(seed: int, width: int = 24) -> np.ndarray:
    """Pixels of a depth map in whole millimetres, back-projected: full of equal distances."""
    v, u = np.mgrid[:width, :width].reshape(2, -1) - width / 2
    z = np.round(600 + np.random.default_rng(seed).normal(0, 1, len(u))) / 1000
    return np.stack([u * z / 1324.65, v * z / 1324.65, z], 1)[None]


# -- farthest points


@pytest.mark.parametrize("make", [uneven, on_a_grid])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_S3_023_farthest_points_are_those_of_open3d(make, dtype) -> None:
    open3d = pytest.importorskip("open3d", reason="open3d is not installed (SET=light)")
    for seed in range(4):
        clouds = make(seed).astype(dtype)
        for count in (1, 2, 100):
            for start in (0, 7):
                ours = farthest_points(clouds, count, start)
                for cloud, at in zip(clouds.astype(float), ours, strict=True):
                    held = open3d.geometry.PointCloud(open3d.utility.Vector3dVector(cloud))
                    theirs = held.farthest_point_down_sample(count, start)
                    np.testing.assert_array_equal(cloud[np.sort(at)], np.asarray(theirs.points))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 99), st.integers(1, 60), st.integers(0, 59))
def test_S3_023_farthest_points_are_unique_and_cover(seed: int, count: int, start: int) -> None:
    clouds = uneven(seed, 2, 60)
    for cloud, at in zip(clouds, farthest_points(clouds, count, start), strict=True):
        assert len(set(at.tolist())) == count
        assert at[0] == start
        apart = np.linalg.norm(cloud[:, None] - cloud[at], axis=2)
        # Every point is nearer to a sample than the samples are to each other: a cover.
        between = np.linalg.norm(cloud[at][:, None] - cloud[at], axis=2)[~np.eye(count, dtype=bool)]
        assert apart.min(1).max() <= (between.min() if count > 1 else inf) + 1e-12


def test_farthest_points_of_a_line_by_hand() -> None:
    line = np.array([[[0.0, 0, 0], [1, 0, 0], [5, 0, 0], [10, 0, 0]]])
    assert farthest_points(line, 4).tolist() == [[0, 3, 2, 1]]
    assert farthest_points(line, 2, 1).tolist() == [[1, 3]]
    assert farthest_points(line, 1, "outermost").tolist() == [[3]]  # the centroid is at 4


def test_repeated_points_are_still_chosen_once_each() -> None:
    same = np.zeros((1, 5, 3))
    same[0, 4] = 1
    assert farthest_points(same, 5).tolist() == [[0, 4, 1, 2, 3]]


def test_the_outermost_start_does_not_depend_on_the_order() -> None:
    cloud = uneven(5, 1)
    order = np.random.default_rng(0).permutation(cloud.shape[1])
    first, second = (farthest_points(one, 50, "outermost") for one in (cloud, cloud[:, order]))
    np.testing.assert_array_equal(first[0], order[second[0]])
    fixed = farthest_points(cloud[:, order], 50)
    assert set(order[fixed[0]]) != set(first[0])  # a start at place 0 does


# -- neighbours


@pytest.mark.parametrize("make", [uneven, on_a_grid])
def test_S3_023_nearest_neighbours_are_those_of_open3ds_hybrid_search(make) -> None:
    open3d = pytest.importorskip("open3d", reason="open3d is not installed (SET=light)")
    nns, tensor = open3d.core.nns, open3d.core.Tensor
    for seed in range(4):
        clouds = make(seed)
        centres = clouds[:, ::7] + 1e-4
        for radius, most in ((0.004, 16), (0.02, 8)):
            ours = ball_query(clouds, centres, radius, most)
            for b, cloud in enumerate(clouds):
                search = nns.NearestNeighborSearch(tensor(cloud))
                search.hybrid_index(radius)
                places, squares, counts = search.hybrid_search(tensor(centres[b]), radius, most)
                np.testing.assert_array_equal(ours.counts[b], counts.numpy())
                np.testing.assert_array_equal(ours.places[b] < 0, places.numpy() < 0)
                away = np.linalg.norm(cloud[ours.places[b]] - centres[b][:, None], axis=2)
                away[ours.places[b] < 0] = 0
                np.testing.assert_allclose(away**2, squares.numpy(), rtol=1e-9, atol=1e-18)
                if make is uneven:  # on a grid equal distances may come in any order
                    np.testing.assert_array_equal(ours.places[b], places.numpy())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 99), st.floats(1e-4, 0.2), st.integers(1, 70), st.sampled_from(RULES))
def test_both_rules_against_all_distances(seed: int, radius: float, most: int, rule) -> None:
    clouds = uneven(seed, 2, 60)
    centres = clouds[:, :9] + 2e-3
    found = ball_query(clouds, centres, radius, most, rule)
    away = np.linalg.norm(clouds[:, None] - centres[:, :, None], axis=3)
    for b in range(2):
        for m in range(9):
            inside = np.flatnonzero(away[b, m] < radius)
            if rule == "nearest":
                inside = inside[np.argsort(away[b, m, inside], kind="stable")]
            wanted = inside[:most].tolist()
            assert found.places[b, m].tolist() == wanted + [-1] * (most - len(wanted))
            assert found.counts[b, m] == len(wanted)


def test_the_rules_differ_and_only_nearest_is_free_of_the_order() -> None:
    cloud = uneven(1, 1)
    order = np.random.default_rng(0).permutation(cloud.shape[1])
    centres = cloud[:, :50]
    for rule, same in (("nearest", True), ("first", False)):
        one = ball_query(cloud, centres, 0.02, 8, rule).places
        two = ball_query(cloud[:, order], centres, 0.02, 8, rule).places
        two = np.where(two < 0, -1, order[two])
        assert np.array_equal(np.sort(one), np.sort(two)) is same
    near, first = (ball_query(cloud, centres, 0.02, 8, rule).places for rule in RULES)
    assert not np.array_equal(np.sort(near), np.sort(first))


def test_a_point_at_the_radius_is_outside_and_no_radius_takes_all() -> None:
    line = np.array([[[0.0, 0, 0], [1, 0, 0], [2, 0, 0]]])
    for rule in RULES:
        assert ball_query(line, line[:, :1], 1.0, 3, rule).places.tolist() == [[[0, -1, -1]]]
        assert ball_query(line, line[:, :1], inf, 5, rule).counts.tolist() == [[3]]


# -- plan


def test_a_plan_fills_up_with_the_first_and_says_how_many_are_real() -> None:
    cloud = np.array([[[0.0, 0, 0], [0.1, 0, 0], [5, 0, 0]]])
    (group,) = plan(cloud, [Level(0, 1.0, 3)])
    assert group.centres.tolist() == [[0, 1, 2]]
    assert group.neighbours.tolist() == [[[0, 1, 0], [1, 0, 1], [2, 2, 2]]]
    assert group.counts.tolist() == [[2, 2, 1]]


def test_levels_lead_into_each_other_and_small_clouds_keep_what_they_have() -> None:
    clouds = uneven(2, 2, 50)
    first, second = plan(clouds, [Level(100, 0.02, 4), Level(8, 0.05, 4)])
    assert first.centres.shape == (2, 50)
    assert second.neighbours.shape == (2, 8, 4)
    assert plan(clouds, []) == ()
    places = np.take_along_axis(first.centres, second.centres, 1)
    np.testing.assert_array_equal(places, farthest_points(clouds, 8, "outermost"))
    read = plan(clouds, [Level(100, 0.02, 4, "first")])[0]  # this rule reads the order as it is
    np.testing.assert_array_equal(read.centres[0], np.arange(50))
    np.testing.assert_array_equal(np.sort(first.centres[0]), np.arange(50))
    np.testing.assert_array_equal(first.take([1]).neighbours[0], first.neighbours[1])


# -- refusals


@pytest.mark.parametrize(
    ("work", "told"),
    [
        (lambda x: farthest_points(x[0], 2), "use (clouds, points, 3)"),
        (lambda x: farthest_points(x[..., :2], 2), "use (clouds, points, 3)"),
        (lambda x: farthest_points(x[:, :0], 1), "use (clouds, points, 3)"),
        (lambda x: farthest_points(x * np.nan, 2), "not finite"),
        (lambda x: farthest_points(x, 0), "0 samples of 20 points"),
        (lambda x: farthest_points(x, 21), "use 1 to 20"),
        (lambda x: farthest_points(x, 2, 20), "start 20"),
        (lambda x: ball_query(x, x, 1.0, 2, "random"), "nearest and first"),
        (lambda x: ball_query(x, x[:1], 1.0, 2), "2 clouds, centres of 1"),
        (lambda x: ball_query(x, x, 0.0, 2), "above zero"),
        (lambda x: ball_query(x, x, 1.0, 0), "above zero"),
    ],
)
def test_what_does_not_fit_is_refused(work, told: str) -> None:
    with pytest.raises(ValueError) as error:
        work(uneven(0, 2, 20))
    assert told in str(error.value)
