"""From rest to pose: what turns and what stretches, in the one order that all pictures share.

Lids turn about the eyeball, then the skin's displacement is added, lids that would cross meet,
what would lie in the eyeball is pushed out, the jaw turns, the lips that would cross meet, and the
head turns. The browser does the same in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from fau_teach.face.cage import EYE, lid_contact
from fau_teach.face.mesh import Float, Int

EYE_CLEAR = 12.75
"""Least distance of lid skin from the centre of the eyeball [mm]."""
JAW_AXIS = (-18.0, -88.0)
"""The axis of the jaw joints, along x: (y, z) [mm]."""
JAW_GLIDE = (-0.55, 0.75)
"""How far the joints' heads slide down and forward on the skull per degree of opening [mm]: about
12 mm at full opening. So the jaw goes down more than back."""
NECK = np.array([0.0, -75.0, -95.0])
"""The point about which the head turns [mm]."""
CONTACT_REACH = 7.0
"""Height over which a lip gives way to the other one [mm]."""
LID_OVERLAP = 0.45
"""How far the margins of shut lids cross at level 1; the smooth surface lies within [mm]."""
SHUT = (0.8, 0.95)
"""Mean closure of both lids from which, and at which, no pull of the skin parts them."""

CONSTANTS: Mapping[str, object] = {
    "eye": EYE.tolist(),
    "eye_clear": EYE_CLEAR,
    "jaw_axis": list(JAW_AXIS),
    "jaw_glide": list(JAW_GLIDE),
    "neck": NECK.tolist(),
    "contact_reach": CONTACT_REACH,
    "lid_overlap": LID_OVERLAP,
    "shut": list(SHUT),
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
class Meeting:
    """A line where two edges of skin touch, and how far each vertex follows it.

    Parameters
    ----------
    pairs : (K, 2) upper and lower vertex, by rising x
    rows : (n,) vertices that follow
    left : (n,) pair to the right-hand side of which (lower x) the vertex lies
    share : (n,) 0 at pair `left`, 1 at the next
    follow : (n,) +1 on the upper edge, -1 on the lower one, less away from the line
    overlap : (K,) by so much they may cross at level 1; the smooth surface lies within [mm]
    """

    pairs: Int
    rows: npt.NDArray[np.intp]
    left: npt.NDArray[np.intp]
    share: Float
    follow: Float
    overlap: Float

    def close(self, points: Float, seal: Float | float = 0.0) -> Float:
        """Points (N, 3), edges that would cross at their mean height; `seal` closes gaps as far."""
        upper, lower = points[self.pairs[:, 0], 1], points[self.pairs[:, 1], 1]
        cross = lower - upper - self.overlap
        half = np.where(cross > 0, cross, seal * cross) / 2
        give = half[self.left] + self.share * (half[self.left + 1] - half[self.left])
        out = points.copy()
        out[self.rows, 1] += self.follow * give
        return out


@dataclass(frozen=True, slots=True)
class Contact(Meeting):
    """The line of the lips, and that of the lids of both eyes.

    Parameters
    ----------
    lids : None on a surface that is not the face's
    """

    lids: Meeting | None = None


def contact(rest: Float, lip: Float, pairs: Int) -> Contact:
    """How lips and lids give way to each other, from rest (N, 3) and the lips' label (N,)."""
    order = pairs[np.argsort(rest[pairs[:, 0], 0], kind="stable")]
    x = rest[order[:, 0], 0]
    line = rest[order].mean(axis=1)
    rows = np.flatnonzero((np.abs(lip) > 0.05) & (rest[:, 0] > x[0]) & (rest[:, 0] < x[-1]))
    rows = np.union1d(rows, order.ravel())
    left, share = _between(rest[rows, 0], x)
    height = line[left, 1] * (1 - share) + line[left + 1, 1] * share
    depth = line[left, 2] * (1 - share) + line[left + 1, 2] * share
    away = np.hypot(rest[rows, 1] - height, rest[rows, 2] - depth)
    follow = lip[rows] * np.exp(-((away / CONTACT_REACH) ** 2))
    lids, share_of = _margins()
    eyes = None
    if len(share_of) == len(rest):
        lids = lids[np.argsort(rest[lids[:, 0], 0], kind="stable")]
        moving = np.flatnonzero(share_of)
        at = _between(rest[moving, 0], rest[lids[:, 0], 0])
        eyes = Meeting(
            *(lids, moving, *_exact(lids, moving, *at, share_of[moving])),
            np.full(len(lids), LID_OVERLAP),
        )
    overlap = np.maximum(rest[order[:, 1], 1] - rest[order[:, 0], 1], 0)
    return Contact(order, rows, *_exact(order, rows, left, share, follow), overlap, eyes)


_margins = cache(lid_contact)


def _between(x: Float, knots: Float) -> tuple[npt.NDArray[np.intp], Float]:
    """Between which of the rising knots x lies, and where: 0 at the left one, 1 at the right."""
    left = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
    share = (x - knots[left]) / (knots[left + 1] - knots[left])
    return left, np.asarray(np.clip(share, 0, 1))


def _exact(
    pairs: Int,
    rows: npt.NDArray[np.intp],
    left: npt.NDArray[np.intp],
    share: Float,
    follow: Float,
) -> tuple[npt.NDArray[np.intp], Float, Float]:
    """The pairs themselves follow fully, both at the very same place of the line."""
    at = np.searchsorted(rows, pairs)
    follow[at[:, 0]], follow[at[:, 1]] = 1.0, -1.0
    left[at] = np.minimum(np.arange(len(pairs)), len(pairs) - 2)[:, None]
    share[at] = (np.arange(len(pairs)) == len(pairs) - 1)[:, None]
    return left, share, follow


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
    """Points moved with the jaw: opening [deg] about its gliding joints, forward and aside [mm]."""
    out = points.copy()
    angle = -np.radians(modes["jaw_open"]) * weight
    y, z = JAW_AXIS
    out[:, 1], out[:, 2] = _turn(points[:, 1] - y, points[:, 2] - z, angle)
    out[:, 0] += modes["jaw_side"] * weight
    down, forward = (modes["jaw_open"] * glide for glide in JAW_GLIDE)
    out[:, 1] += y + down * weight
    out[:, 2] += z + (forward + modes["jaw_forward"]) * weight
    return out


def close_lids(points: Float, skin: Skin, lids: Meeting, modes: Mapping[str, float]) -> Float:
    """Points (N, 3) of the skin, with lids that do not cross, and shut ones without a gap."""
    left, right = (
        (modes[f"lid_upper_{side}"] + modes[f"lid_lower_{side}"]) / 2 for side in ("left", "right")
    )
    closed = np.where(skin.rest[lids.pairs[:, 0], 0] > 0, left, right)
    return lids.close(points, np.clip((closed - SHUT[0]) / (SHUT[1] - SHUT[0]), 0, 1))


def turn_head(points: Float, weight: Float | float, modes: Mapping[str, float]) -> Float:
    """Points moved with the head: yaw, pitch and roll [deg] about the neck, then forward [mm]."""
    x, y, z = (points - NECK).T
    x, z = _turn(x, z, np.radians(modes["head_yaw"]) * weight)
    y, z = _turn(y, z, np.radians(modes["head_pitch"]) * weight)
    x, y = _turn(x, y, np.radians(modes["head_roll"]) * weight)
    out = np.stack([x, y, z], axis=1) + NECK
    out[:, 2] += modes["head_forward"] * weight
    return np.asarray(out)


def turn_eye(points: Float, side: str, modes: Mapping[str, float]) -> Float:
    """Points of an eyeball turned with the gaze, left and up [deg]."""
    centre = EYE * (1 if side == "left" else -1, 1, 1)
    x, y, z = (points - centre).T
    y, z = _turn(y, z, np.radians(modes["gaze_y"]))
    x, z = _turn(x, z, np.radians(modes["gaze_x"]))
    return np.asarray(np.stack([x, y, z], axis=1) + centre)


def settled(skin: Skin, moved: Float, modes: Mapping[str, float], touching: Contact) -> Float:
    """Displacement (N, 3) of the skin with what other lids and eyeballs do to it.

    What is bound to the skin, such as a lash, takes this one.
    """
    turned = lids(skin, modes)
    points = turned + moved
    if touching.lids is not None:
        points = close_lids(points, skin, touching.lids, modes)
    return clear_eyes(points) - turned


def pose(
    skin: Skin, moved: Float, modes: Mapping[str, float], touching: Contact | None = None
) -> Float:
    """Posed points (n, 3) of skin, or of what is bound to it (then without `touching`).

    Parameters
    ----------
    skin : rest and shares
    moved : (n, 3) displacement of the elastic skin, for bound points a `settled` one [mm]
    modes : every kinematic mode
    touching : the line of the lips, for the skin itself
    """
    if touching is not None:
        moved = settled(skin, moved, modes, touching)
    points = turn_jaw(lids(skin, modes) + moved, skin.jaw, modes)
    if touching is not None:
        points = touching.close(points)
    return turn_head(points, skin.head, modes)
