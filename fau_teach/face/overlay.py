"""Muscles drawn on the skin: fibres bound to its triangles, and who holds each vertex.

A fibre is stored as points of triangles, so it moves with the skin wherever that goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fau_teach.face.mesh import Float, Int, Mesh
from fau_teach.face.muscles import Pull, distribution, muscles, strands

SPACING = 5.0
"""Distance of the points of a fibre [mm]."""
LEAST = 0.12
"""Share of a muscle's largest force below which it does not count as holding a vertex."""
_NEAR = 8


@dataclass(frozen=True, slots=True)
class Fibre:
    """A line on the skin of the subject's left half, from origin to insertion.

    Parameters
    ----------
    muscle : index into :attr:`Overlay.muscles`
    corners : (n, 3) vertices of the triangle that carries each point
    weights : (n, 3) barycentric coordinates of the point, rows sum to 1
    """

    muscle: int
    corners: Int
    weights: Float


@dataclass(frozen=True, slots=True)
class Overlay:
    """What the muscle picture needs.

    Parameters
    ----------
    muscles : ids of ``anatomy``, each once
    fibres : on the subject's left; the right ones are mirror images
    owner : (N,) index of the muscle that pulls each vertex most, relative to its own largest pull
    hold : (N,) that pull, 0 to 1
    """

    muscles: tuple[str, ...]
    fibres: tuple[Fibre, ...]
    owner: Int
    hold: Float


def overlay(
    base: Mesh,
    chosen: Sequence[Pull] | None = None,
    number: int = 5,
    proportions: Mapping[str, float] | None = None,
) -> Overlay:
    """Bind the muscles to a skin.

    Parameters
    ----------
    base : level-1 skin at rest, mirror-symmetric
    chosen : the muscles; all of them if left out
    number : fibres across the width of each
    proportions : those of the face, which the muscles follow; the default face's if left out
    """
    pulls = muscles() if chosen is None else chosen
    names = tuple(dict.fromkeys(pull.muscle for pull in pulls))
    spread = distribution(base, pulls, proportions=proportions).reshape(len(base.vertices), 3, -1)
    force = np.linalg.norm(spread, axis=1)
    force /= force.max(axis=0)
    force = np.maximum(force[:, ::2], force[:, 1::2])
    force[force < LEAST] = 0
    strongest = force.argmax(axis=1)
    owner = np.array([names.index(pull.muscle) for pull in pulls])[strongest]
    fibres = []
    for pull in pulls:
        for strand in strands(pull, number, proportions):
            if strand.side == "left":
                corners, weights = bind(base, _resampled(strand.points))
                fibres.append(Fibre(names.index(pull.muscle), corners, weights))
    hold = force[np.arange(len(force)), strongest]
    return Overlay(names, tuple(fibres), owner.astype(np.int32), hold)


def _resampled(points: Float) -> Float:
    """The line through the points with one about every ``SPACING``."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    stops = np.linspace(0, along[-1], max(2, 1 + round(along[-1] / SPACING)))
    return np.stack([np.interp(stops, along, axis) for axis in points.T], axis=1)


def bind(base: Mesh, points: Float) -> tuple[Int, Float]:
    """The nearest point of the visible skin for each point.

    Parameters
    ----------
    base : the skin; what lies in its attribute ``cavity`` is left out
    points : (n, 3) [mm]

    Returns
    -------
    (n, 3) corners of the triangles and (n, 3) barycentric coordinates
    """
    from scipy.spatial import cKDTree

    cavity = np.asarray(base.attributes.get("cavity", np.zeros(len(base.vertices))))
    faces = base.faces[(cavity[base.faces] < 0.5).all(axis=1)]
    corners = base.vertices[faces]
    _, near = cKDTree(corners.mean(axis=1)).query(points, min(_NEAR, len(faces)))
    near = np.asarray(near).reshape(len(points), -1)
    weights = _barycentric(points[:, None], corners[near])
    # Clipped to the triangle, the foot of the plane is near enough to the nearest point.
    weights = np.clip(weights, 0, None)
    weights /= weights.sum(axis=-1, keepdims=True)
    feet = np.einsum("nkc,nkcd->nkd", weights, corners[near])
    best = np.linalg.norm(feet - points[:, None], axis=-1).argmin(axis=1)
    row = np.arange(len(points))
    return faces[near[row, best]], weights[row, best]


def _barycentric(points: Float, triangles: Float) -> Float:
    """Coordinates (..., 3) of the feet of points (..., 3) on the planes of triangles."""
    a = triangles[..., 0, :]
    u, v, w = triangles[..., 1, :] - a, triangles[..., 2, :] - a, points - a
    uu, uv, vv = (u * u).sum(-1), (u * v).sum(-1), (v * v).sum(-1)
    wu, wv = (w * u).sum(-1), (w * v).sum(-1)
    size = np.maximum(uu * vv - uv**2, 1e-12)
    second, third = (vv * wu - uv * wv) / size, (uu * wv - uv * wu) / size
    return np.stack([1 - second - third, second, third], axis=-1)
