"""Ears: helix, antihelix with two crura, concha, tragus, antitragus and lobe.

The pinna is drawn in its own plane (a backward, b upward along its long axis, h outward; mm, from
the foot of the tragus) as ridges and hollows over an outline, its rim rolled into a tube, and then
set on the side of the head, whose surface the front edge and the root behind follow.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

from fau_teach.face.mesh import Float, Mesh
from fau_teach.face.parts import Part, dome, pair, through

Side = Callable[[Float, Float], Float]

HEIGHT, WIDTH = 62.0, 36.0
# Outline (share of the way round, a, b, roll of the helix, grip of the head), counter-clockwise
# seen from outside, starting at the foot of the tragus.
_OUTLINE = np.array([
    (-8.5, -5.0, 0.0, 1.0), (-8.0, -12.5, 0.0, 1.0), (-5.8, -19.5, 0.0, 1.0),
    (-2.6, -25.6, 0.0, 0.85), (1.8, -30.2, 0.0, 0.30), (7.6, -32.8, 0.0, 0.0),
    (13.8, -31.6, 0.0, 0.0), (18.8, -27.2, 0.08, 0.0), (22.8, -20.0, 0.4, 0.0),
    (27.0, -12.0, 0.8, 0.0), (30.4, -3.0, 0.95, 0.0), (32.2, 6.0, 0.95, 0.0),
    (31.2, 15.0, 1.0, 0.0), (27.4, 22.4, 1.0, 0.0), (20.8, 27.6, 1.05, 0.0),
    (12.8, 29.2, 1.05, 0.0), (5.6, 26.2, 1.0, 0.05), (0.6, 19.8, 0.95, 0.3),
    (-3.0, 12.4, 0.7, 0.7), (-7.0, 4.6, 0.1, 1.0),
])  # fmt: skip
_CENTRE = np.array([9.5, -2.5])
_TRAGUS = -3.0  # height of its middle
# Ridges and hollows: points, height [mm] at first and last point, half-width [mm].
_RIDGES = (
    (
        ((10.2, -15.2), (15.5, -12.8), (19.4, -7.0), (20.6, 0.0), (20.0, 6.0), (18.2, 10.5)),
        3.2,
        4.6,
        3.0,
    ),
    (((18.2, 10.5), (18.2, 15.0), (16.6, 20.5)), 4.6, 1.6, 2.8),
    (((18.2, 10.5), (13.6, 12.6), (7.0, 13.0)), 4.6, 2.2, 2.3),
    (((-1.5, 10.5), (3.2, 5.8), (8.0, 2.6), (13.0, 1.2)), 5.0, 1.2, 2.5),
    (((10.2, -15.4), (12.2, -15.2)), 3.8, 3.4, 2.9),
    (((-2.0, 0.6), (-0.2, -3.6), (-0.8, -7.6)), 7.6, 7.2, 3.1),
)
_HOLLOWS = (
    (((13.4, 17.6), (10.0, 17.2)), 2.2, 1.6, 2.8),
    (((2.6, -12.6), (5.6, -13.6)), 3.4, 2.6, 2.4),
    (((25.0, 8.0), (24.2, -4.0), (20.5, -14.0)), 1.4, 1.0, 2.6),
)
# Rings inside the rim: how far up the concha's wall, and how far out at most.
_LEVELS = (0.05, 0.2, 0.4, 0.56, 0.72, 0.9, 1.12, 1.5, 2.1)
_LIMITS = (0.22, 0.38, 0.52, 0.62, 0.71, 0.79, 0.86, 0.92, 0.965)


def _bump(
    a: Float,
    b: Float,
    line: tuple[tuple[float, float], ...],
    first: float,
    last: float,
    width: float,
) -> Float:
    """Rounded ridge along a polyline, its height changing from first to last point."""
    best, height = np.full(a.shape, np.inf), np.zeros(a.shape)
    for k in range(len(line) - 1):
        p, q = np.array(line[k]), np.array(line[k + 1])
        way = q - p
        t = np.clip(((a - p[0]) * way[0] + (b - p[1]) * way[1]) / (way @ way), 0, 1)
        d2 = (a - p[0] - t * way[0]) ** 2 + (b - p[1] - t * way[1]) ** 2
        share = (k + t) / (len(line) - 1)
        height = np.where(d2 < best, first + (last - first) * share, height)
        best = np.minimum(best, d2)
    return np.asarray(height * np.exp(-best / width**2), float)


def _bowl(a: Float, b: Float) -> Float:
    """0 in the middle of the concha, about 0.4 at the foot and 1.1 on top of its wall."""
    return np.asarray(((a - 10.2) / 10.6) ** 2 + ((b + 2.0 - 0.18 * (a - 10)) / 13.6) ** 2, float)


def _height(a: Float, b: Float) -> Float:
    """Height of the pinna's front over the head [mm], without the rolled helix."""
    step = np.clip((_bowl(a, b) - 0.40) / 0.75, 0, 1)
    wall = step * step * (3 - 2 * step)
    lobe = np.clip((-b - 14) / 12, 0, 1)
    front = np.clip((4.0 - a) / 10, 0, 1)
    plate = 6.2 - 1.6 * lobe * lobe * (3 - 2 * lobe) - 5.0 * front * front
    ridges = sum(_bump(a, b, *one) ** 4 for one in _RIDGES) ** 0.25
    hollows = sum(_bump(a, b, *one) ** 4 for one in _HOLLOWS) ** 0.25
    return np.asarray(0.9 + (plate - 0.9) * wall + ridges - hollows, float)


def side_of(skin: Mesh) -> Side:
    """Side surface x(y, z) of the left half of a head, for `ears` [mm].

    Parameters
    ----------
    skin : the head; the finer the level, the closer the fit
    """
    x, y, z = skin.vertices.T
    near = (x > 30) & (np.abs(y + 15) < 85) & (z < -35) & (z > -170)
    if near.sum() < 8:
        raise ValueError(f"only {near.sum()} skin vertices beside the ear; needed at least 8")
    points, value = np.stack([y[near], z[near]], 1), x[near]
    inside, outside = LinearNDInterpolator(points, value), NearestNDInterpolator(points, value)

    def side(y: Float, z: Float) -> Float:
        found = inside(y, z)
        return np.asarray(np.where(np.isnan(found), outside(y, z), found), float)

    return side


def plain_side(y: Float, z: Float) -> Float:
    """Side of the default head near the ear, as an ellipsoid [mm]."""
    bend = ((z + 95) / 125) ** 2 + ((y - 15) / 190) ** 2
    return np.asarray(73.0 * np.sqrt(np.clip(1 - bend, 0.05, 1)), float)


def ears(
    side: Side = plain_side,
    *,
    height: float = 64.0,
    width: float = WIDTH,
    tilt: float = 15.0,
    stand: float = 20.0,
    lobe: float = 1.0,
    tragus: tuple[float, float] = (-20.0, -95.0),
    segments: int = 46,
) -> tuple[Part, Part]:
    """Left and right ear.

    Parameters
    ----------
    side : surface of the left side of the head, x(y, z) [mm]; see `side_of`
    height, width : of the pinna [mm] in its own plane
    tilt : of the long axis backward [degrees]
    stand : angle between pinna and head [degrees]
    lobe : length of the lobe as a factor; 0.6 gives an attached, 1.4 a long lobe
    tragus : (y, z) of the tragus [mm]
    segments : vertices per ring

    Returns
    -------
    tuple of Part
        Attributes `uv` (N, 2): layout coordinates as on the skin [mm]; `ao` (N,): share of the
        sky that a point sees, small in the concha. Boundary: the root, inside the head.
    """
    table = np.vstack([_OUTLINE, _OUTLINE[:1]])
    length = np.r_[0.0, np.cumsum(np.hypot(*np.diff(table[:, :2], axis=0).T))]
    keys = np.column_stack([length[:-1], _OUTLINE])
    at = np.arange(segments) * length[-1] / segments
    ring = through(keys, at, period=float(length[-1]))
    outline, roll, grip = ring[:, :2], np.clip(ring[:, 2], 0, 1.1), np.clip(ring[:, 3], 0, 1)
    inward = _CENTRE - outline
    reach = np.linalg.norm(inward, axis=1)
    inward /= reach[:, None]
    tube = 0.85 + 0.25 * np.clip(outline[:, 1] / 28, 0, 1)

    rows: list[Float] = []
    # Inside the rim the height follows the drawn relief, the rings the concha's wall ...
    share = np.linspace(0, 1, 120)[:, None]
    rim = reach - tube * 6.4
    ray = _CENTRE - inward * (share * rim)[..., None]
    bowl = np.maximum.accumulate(_bowl(ray[..., 0], ray[..., 1]), axis=0)
    for level, limit in zip(_LEVELS, _LIMITS, strict=True):
        far = np.minimum((bowl < level).mean(0), limit) * rim
        plan = _CENTRE - inward * far[:, None]
        rows.append(np.column_stack([plan, _height(*plan.T)]))
    # ... and the rim is a tube: groove, lip, crest, outer side, edge, behind (inset, height),
    # where it is not rolled in (lobe, front) a rounded edge instead.
    rolled = ((5.4, 5.2), (5.5, 8.2), (4.3, 10.2), (2.4, 10.8), (0.7, 9.4), (0.0, 6.6), (1.0, 4.0))
    plain = (
        (5.4, 0.0),
        (4.2, -0.05),
        (2.9, -0.3),
        (1.6, -0.8),
        (0.6, -1.6),
        (0.0, -2.9),
        (0.8, -4.3),
    )
    for (d_in, h_in), (d_out, h_out) in zip(rolled, plain, strict=True):
        inset = tube * (roll * d_in + (1 - roll) * d_out)
        plan = outline + inward * inset[:, None]
        base = _height(*(outline + inward * (tube * max(d_out, 3.5))[:, None]).T)
        rise = roll * (6.2 + (h_in - 6.2) * tube) + (1 - roll) * (base + h_out)
        rows.append(np.column_stack([plan, rise]))
    # Behind: from the edge to the root.
    for shrink, low in ((0.16, 2.2), (0.34, 0.8), (0.5, -2.0)):
        plan = outline + inward * (shrink * reach)[:, None]
        rows.append(np.column_stack([plan, np.full(segments, low)]))

    local = np.stack(rows)
    grasp = np.zeros(local.shape[:2])
    grasp[10:16] = grip * np.array([0.35, 0.6, 0.8, 0.94, 1.0, 1.0])[:, None]
    grasp[16:] = np.maximum(grip, np.array([0.0, 0.55, 1.0])[:, None])
    sink = np.r_[np.zeros(13), 0.1, 0.7, 1.2, 1.8, 2.4, 3.0]
    pole = np.array([[*_CENTRE, _height(*_CENTRE[:, None])[0]]])
    local = np.vstack([pole, local.reshape(-1, 3)])
    hold, sunk = np.r_[0.0, grasp.ravel()], np.r_[0.0, np.repeat(sink, segments)]

    # Lobe, size, tilt in the plane.
    a, b, h = local.T
    b = (np.where(b < -17, -17 + (b + 17) * lobe, b) - _TRAGUS) * height / HEIGHT
    a, h = a * width / WIDTH, h * width / WIDTH
    lean, turn = np.deg2rad(tilt), np.deg2rad(stand)
    a, b = a * np.cos(lean) + b * np.sin(lean), b * np.cos(lean) - a * np.sin(lean)
    y, z = tragus[0] + b, tragus[1] - a * np.cos(turn) + h * np.sin(turn)
    foot = side(np.array(tragus[:1]), np.array(tragus[1:]))
    x = foot + a * np.sin(turn) + h * np.cos(turn)
    skin = side(y, z)
    front = np.arange(len(y)) <= 10 * segments
    # The concha's floor lies on the head, whose skin is not cut open there.
    x = np.where(front, skin + 0.7 + np.logaddexp(0, 1.5 * (x - skin - 0.7)) / 1.5, x)
    x = x * (1 - hold) + (skin - sunk) * hold
    rings = np.stack([x, y, z], 1)[1:].reshape(-1, segments, 3)
    deep = np.clip((8.0 - local[:, 2]) / 7.0, 0, 1) * front * (1 - hold)
    values = {"uv": np.stack([80 * np.arctan2(x, z + 85), y], 1), "ao": 1 - 0.78 * deep}
    mesh = dome((x[0], y[0], z[0]), rings, values)
    left, right = pair("ear", mesh, "skin", "head")
    return left, right
