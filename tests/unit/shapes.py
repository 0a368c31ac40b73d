"""Meshes for tests that need no face."""

from __future__ import annotations

import numpy as np


def ball(rows=24, columns=48, radius=1.0, bumps=0.0):
    """A closed surface about the origin, exactly symmetric about x = 0; (vertices, faces).

    Without bumps its vertices lie on a sphere; the faces lie within it.
    """
    polar = np.linspace(0, np.pi, rows + 1)[1:-1, None]
    # One half is the other mirrored, not computed, so that the symmetry is exact.
    half = np.arange(columns // 2 + 1) * 2 * np.pi / columns
    sine = np.concatenate([[0], np.sin(half[1:-1]), [0], -np.sin(half[-2:0:-1])])
    turn = np.concatenate([half, half[-2:0:-1]])
    size = radius * (1 + bumps * np.sin(5 * polar) ** 2 * np.cos(3 * turn))
    x, z = (size * np.sin(polar) * np.array([sine, np.cos(turn)])[:, None]).reshape(2, -1)
    y = (size * np.cos(polar) * np.ones_like(turn)).ravel()
    vertices = np.vstack([np.stack([x, y, z], 1), [[0, radius, 0], [0, -radius, 0]]])
    at = np.arange((rows - 1) * columns).reshape(rows - 1, columns)
    after = np.roll(at, -1, axis=1)
    top, bottom = np.full(columns, len(vertices) - 2), np.full(columns, len(vertices) - 1)
    faces = [(top, at[0], after[0]), (bottom, after[-1], at[-1])]
    for part, split in ((np.s_[: columns // 2], 0), (np.s_[columns // 2 :], 1)):  # diagonals, too
        a, b, c, d = (e[:, part].ravel() for e in (at[:-1], after[:-1], at[1:], after[1:]))
        faces += [(a, c, d), (a, d, b)] if split else [(a, c, b), (b, c, d)]
    return vertices, np.concatenate([np.stack(each, 1) for each in faces]).astype(np.int32)


def head(rows=60, columns=120):
    """Something bumpy of a head's size, place and number of triangles."""
    vertices, faces = ball(rows, columns, 1.0, 0.06)
    return np.array([0, 0, -80]) + vertices * (75, 115, 105), faces
