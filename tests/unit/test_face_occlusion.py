"""Ambient occlusion against analysis and chance."""

from __future__ import annotations

import numpy as np
import pytest
from shapes import ball, head

from fau_teach.face.occlusion import ambient_occlusion


def sheet(width=40.0, step=2.0):
    """A square in the plane y = 0, seen from above; (vertices, faces, columns)."""
    line = np.arange(-width / 2, width / 2 + step / 2, step)
    x, z = np.meshgrid(line, line)
    at = np.arange(x.size).reshape(x.shape)
    a, b, c, d = (e.ravel() for e in (at[:-1, :-1], at[:-1, 1:], at[1:, :-1], at[1:, 1:]))
    faces = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    return np.stack([x, 0 * x, z], -1).reshape(-1, 3), faces, line


def test_convex_is_open_and_the_inside_of_a_ball_is_dark():
    vertices, faces = ball(radius=90)
    assert ambient_occlusion(vertices, faces) == pytest.approx(1, abs=1e-3)
    inside = ambient_occlusion(vertices, faces[:, ::-1])
    assert inside.mean() < 0.01


@pytest.mark.parametrize("gap", [2.0, 5.0, 10.0])
def test_a_slit_is_as_dark_as_counted_by_chance(gap):
    vertices, faces, line = sheet()
    both = np.vstack([vertices, vertices + np.array([0, gap, 0])])
    extent = [[0, 0, 150], [0, 0, -150]]  # as coarse as on a head
    open_sky = ambient_occlusion(
        np.vstack([both, extent]), np.vstack([faces, faces[:, ::-1] + len(vertices)])
    )
    chance = np.random.default_rng(1)
    square, turn = chance.random(40_000), 2 * np.pi * chance.random(40_000)
    up = np.sqrt(1 - square)
    reach = gap / up * np.sqrt(square) * np.array([np.cos(turn), np.sin(turn)])
    found = open_sky[: len(vertices)].reshape(len(line), -1)[len(line) // 2]
    for at in (4, 7, 10, 13, 16):
        hidden = (np.abs(line[at] + reach[0]) <= 20) & (np.abs(reach[1]) <= 20)
        assert found[at] == pytest.approx(1 - hidden.mean(), abs=0.05)
    assert open_sky[-2:].tolist() == [1, 1]  # in no face


def test_symmetric_in_symmetric_out():
    vertices, faces = head()
    place = {tuple(vertex): index for index, vertex in enumerate(vertices + 0.0)}
    mirror = np.array([place[tuple(vertex + 0.0)] for vertex in vertices * (-1, 1, 1)])
    open_sky = ambient_occlusion(vertices, faces, 16)
    assert open_sky == pytest.approx(open_sky[mirror], abs=1e-9)
    assert open_sky.min() < 0.97  # bumps shade each other
    assert 0 <= open_sky.min() <= open_sky.max() <= 1


def test_twice_as_many_directions_change_little():
    vertices, faces = head(30, 60)
    few, many = (ambient_occlusion(vertices, faces, count) for count in (64, 256))
    assert np.abs(few - many).max() < 0.08
    assert np.abs(few - many).mean() < 0.01


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"directions": 7}, "7 directions. Use an even number"),
        ({"directions": 0}, "0 directions"),
        ({"resolution": 4}, "Use at least 8 pixels"),
        ({"vertices": np.full((3, 3), np.nan)}, "vertex 0 is not finite"),
        ({"vertices": np.ones((3, 3))}, "needs some extent"),
        ({"faces": np.zeros((0, 3), int)}, "the mesh is empty"),
    ],
)
def test_what_cannot_be_is_refused(changes, says):
    with pytest.raises(ValueError, match=says):
        ambient_occlusion(**{"vertices": np.eye(3), "faces": [[0, 1, 2]], **changes})
