"""From rest to pose: what turns and what stretches, in the one order that all pictures share.

Lids turn about the eyeball, then the skin's displacement is added, what would lie in the eyeball
is pushed out, the jaw turns, the lips that would cross meet, and the head turns. The browser does
the same in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fau_teach.face.cage import EYE
from fau_teach.face.mesh import Float, Int

EYE_CLEAR = 12.75
"""Least distance of lid skin from the centre of the eyeball [mm]."""
JAW_AXIS = (-18.0, -88.0)
"""The axis of the jaw joints, along x: (y, z) [mm]."""
NECK = np.array([0.0, -75.0, -95.0])
"""The point about which the head turns [mm]."""
CONTACT_REACH = 7.0
"""Height over which a lip gives way to the other one [mm]."""

CONSTANTS: Mapping[str, object] = {
    "eye": EYE.tolist(),
    "eye_clear": EYE_CLEAR,
    "jaw_axis": list(JAW_AXIS),
    "neck": NECK.tolist(),
    "contact_reach": CONTACT_REACH,
}


@dataclass(frozen=True, slots=True)
class Skin:
    """What posing needs to know of points on the skin or bound to it.

    Parameters
    ----------
    rest : (n, 3) [mm]
    lid_upper, lid_lower : (n,) angle of a shut lid [rad]
    jaw, head : (n,) share of these motions
    """

    rest: Float
    lid_upper: Float
    lid_lower: Float
    jaw: Float
    head: Float


@dataclass(frozen=True, slots=True)
class Contact:
    """The line where the lips touch, and how far each vertex follows it.

    Parameters
    ----------
    pairs : (K, 2) upper and lower vertex, by rising x
    rows : (n,) vertices that follow
    left : (n,) pair to the right-hand side of which (lower x) the vertex lies
    share : (n,) 0 at pair `left`, 1 at the next
    follow : (n,) +1 on the upper lip, -1 on the lower one, less away from the line
    """

    pairs: Int
    rows: npt.NDArray[np.intp]
    left: npt.NDArray[np.intp]
    share: Float
    follow: Float


def contact(rest: Float, lip: Float, pairs: Int) -> Contact:
    """How the lips give way to each other, from their rest (N, 3) and label (N,)."""
    order = pairs[np.argsort(rest[pairs[:, 0], 0], kind="stable")]
    x = rest[order[:, 0], 0]
    line = rest[order].mean(axis=1)
    rows = np.flatnonzero((np.abs(lip) > 0.05) & (rest[:, 0] > x[0]) & (rest[:, 0] < x[-1]))
    rows = np.union1d(rows, order.ravel())
    left = np.clip(np.searchsorted(x, rest[rows, 0], side="right") - 1, 0, len(x) - 2)
    share = np.clip((rest[rows, 0] - x[left]) / (x[left + 1] - x[left]), 0, 1)
    height = line[left, 1] * (1 - share) + line[left + 1, 1] * share
    depth = line[left, 2] * (1 - share) + line[left + 1, 2] * share
    away = np.hypot(rest[rows, 1] - height, rest[rows, 2] - depth)
    follow = lip[rows] * np.exp(-((away / CONTACT_REACH) ** 2))
    # The pairs themselves follow fully, both at the very same place of the line.
    at = np.searchsorted(rows, order)
    follow[at[:, 0]], follow[at[:, 1]] = 1.0, -1.0
    left[at] = np.minimum(np.arange(len(order)), len(order) - 2)[:, None]
    share[at] = (np.arange(len(order)) == len(order) - 1)[:, None]
    return Contact(order, rows, left, share, follow)


def _turn(a: Float, b: Float, angle: Float | float) -> tuple[Float, Float]:
    """Coordinates (a, b) turned from b towards a."""
    c, s = np.cos(angle), np.sin(angle)
    return a * c + b * s, b * c - a * s


def lids(skin: Skin, modes: Mapping[str, float]) -> Float:
    """Rest with the lids turned about the x axis through the eyeballs: (n, 3)."""
    points = skin.rest.copy()
    for side, here in (("left", points[:, 0] > 0), ("right", points[:, 0] < 0)):
        angle = (
            skin.lid_upper[here] * modes[f"lid_upper_{side}"]
            + skin.lid_lower[here] * modes[f"lid_lower_{side}"]
        )
        points[here, 1], points[here, 2] = _turn(
            points[here, 1] - EYE[1], points[here, 2] - EYE[2], angle
        )
        points[here, 1:] += EYE[1:]
    return points


def clear_eyes(points: Float) -> Float:
    """Points (n, 3), those inside an eyeball moved out to its surface."""
    out = points.copy()
    for sign in (1.0, -1.0):
        away = out - EYE * (sign, 1, 1)
        distance = np.linalg.norm(away, axis=1)
        inside = distance < EYE_CLEAR
        grow = EYE_CLEAR / np.maximum(distance[inside], 1e-6)
        out[inside] += away[inside] * (grow - 1)[:, None]
    return out


def turn_jaw(points: Float, weight: Float | float, modes: Mapping[str, float]) -> Float:
    """Points moved with the jaw: opening [deg] about its joints, then forward and aside [mm]."""
    out = points.copy()
    angle = -np.radians(modes["jaw_open"]) * weight
    y, z = JAW_AXIS
    out[:, 1], out[:, 2] = _turn(points[:, 1] - y, points[:, 2] - z, angle)
    out[:, 0] += modes["jaw_side"] * weight
    out[:, 1] += y
    out[:, 2] += z + modes["jaw_forward"] * weight
    return out


def close_lips(points: Float, touching: Contact) -> Float:
    """Points (N, 3) of the skin, where the lips would cross, with both at their mean height."""
    upper, lower = points[touching.pairs[:, 0], 1], points[touching.pairs[:, 1], 1]
    crossing = np.maximum(lower - upper, 0) / 2
    left = crossing[touching.left]
    give = left + touching.share * (crossing[touching.left + 1] - left)
    out = points.copy()
    out[touching.rows, 1] += touching.follow * give
    return out


def turn_head(points: Float, weight: Float | float, modes: Mapping[str, float]) -> Float:
    """Points moved with the head: yaw, pitch and roll [deg] about the neck, then forward [mm]."""
    x, y, z = (points - NECK).T
    x, z = _turn(x, z, np.radians(modes["head_yaw"]) * weight)
    y, z = _turn(y, z, np.radians(modes["head_pitch"]) * weight)
    x, y = _turn(x, y, np.radians(modes["head_roll"]) * weight)
    out = np.stack([x, y, z], axis=1) + NECK
    out[:, 2] += modes["head_forward"] * weight
    return out


def turn_eye(points: Float, side: str, modes: Mapping[str, float]) -> Float:
    """Points of an eyeball turned with the gaze, left and up [deg]."""
    centre = EYE * (1 if side == "left" else -1, 1, 1)
    x, y, z = (points - centre).T
    y, z = _turn(y, z, np.radians(modes["gaze_y"]))
    x, z = _turn(x, z, np.radians(modes["gaze_x"]))
    return np.asarray(np.stack([x, y, z], axis=1) + centre)


def pose(
    skin: Skin, moved: Float, modes: Mapping[str, float], touching: Contact | None = None
) -> Float:
    """Posed points (n, 3) of skin, or of what is bound to it (then without `touching`).

    Parameters
    ----------
    skin : rest and shares
    moved : (n, 3) displacement of the elastic skin [mm]
    modes : every kinematic mode
    touching : the line of the lips, for the skin itself
    """
    points = lids(skin, modes) + moved
    if touching is not None:
        points = clear_eyes(points)
    points = turn_jaw(points, skin.jaw, modes)
    if touching is not None:
        points = close_lips(points, touching)
    return turn_head(points, skin.head, modes)
