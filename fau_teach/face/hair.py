"""Hair: shells over the scalp that thin out towards the hairline.

A style is a thickness over the scalp, a direction for its strands and, where hair hangs, a
curtain. Everything above the forehead stays clear of the brows, so that coding is not hindered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

from fau_teach.face.mesh import Float, Mesh, vertex_normals
from fau_teach.face.parts import Part, dome, join, symmetric, through, unit

Scalp = Callable[[Float], Float]

CENTRE = np.array([0.0, 30.0, -95.0])
STYLES = ("cropped", "short", "parted", "bob", "bun", "curly", "shaved")
# Azimuth from straight ahead [degrees] and height of the hairline [mm]: forehead, temple,
# sideburn, over the ear, behind it, nape.
_HAIRLINE = np.array([
    (0, 75), (13, 76), (26, 75), (36, 71), (44, 57), (51, 38), (57, 22), (62, 9), (66, -2),
    (70, -13), (74, -17), (78, -15), (82, -8), (87, 1), (95, 5), (104, 2), (109, -12),
    (113, -36), (118, -56), (126, -63), (140, -67), (160, -72), (180, -75),
], float)  # fmt: skip
_HALF = np.r_[np.arange(6) * 6.6, 39.6 + np.arange(21) * 4.05, 124.65 + np.arange(8) * 55.35 / 7]
_ROWS = 1 - (1 - np.arange(1, 25) / 24) ** 1.25
_FINE_ROWS = 1 - (1 - np.arange(1, 36) / 35) ** 1.15  # curls


def plain_scalp(directions: Float) -> Float:
    """Skull of the default head: distance from `CENTRE` along unit directions (..., 3) [mm]."""
    x, y, z = np.moveaxis(np.asarray(directions, float), -1, 0)
    up = np.where(y > 0, 85.0, 118.0)
    ahead = np.where(z > 0, 98.0, 95.0)
    power = 2.15
    size = np.abs(x / 75) ** power + np.abs(y / up) ** power + np.abs(z / ahead) ** power
    return np.asarray(size ** (-1 / power), float)


def scalp_of(skin: Mesh) -> Scalp:
    """Scalp of a head as a distance from `CENTRE` along unit directions, for `hair`.

    Parameters
    ----------
    skin : the head with its cranium; the finer the level, the closer the fit
    """
    away = skin.vertices - CENTRE
    distance = np.linalg.norm(away, axis=1)
    pole = unit(np.array([0.0, 0.7, -0.7]))
    right, ahead = np.array([1.0, 0.0, 0.0]), unit(np.array([0.0, 0.7, 0.7]))

    def chart(directions: Float) -> Float:
        """Azimuthal equidistant map round the back of the crown (the face is far out)."""
        along = np.arccos(np.clip(directions @ pole, -1, 1))
        plan = np.stack([directions @ right, directions @ ahead], -1)
        size = np.maximum(np.linalg.norm(plan, axis=-1, keepdims=True), 1e-12)
        return np.asarray(plan / size * along[..., None], float)

    where = chart(away / np.maximum(distance, 1e-9)[:, None])
    near = np.linalg.norm(where, axis=1) < np.deg2rad(142)
    if near.sum() < 20:
        raise ValueError(f"only {near.sum()} skin vertices on the cranium; needed at least 20")
    inside = LinearNDInterpolator(where[near], distance[near])
    outside = NearestNDInterpolator(where[near], distance[near])

    def scalp(directions: Float) -> Float:
        folded = np.asarray(directions) * 1.0
        folded[..., 0] = np.abs(folded[..., 0])
        at = chart(folded)
        found = inside(at)
        return np.asarray(np.where(np.isnan(found), outside(at), found), float)

    return scalp


def _noise(points: Float, wave: float) -> Float:
    """Soft noise of about -1 .. 1 in space, the same left and right; wave length [mm]."""
    x, y, z = np.moveaxis(points, -1, 0) * (2 * np.pi / wave)
    x = np.abs(x)
    out = np.sin(x + 0.7 * np.sin(y * 0.9 + 1.3)) * np.cos(z + 0.5 * x + 0.4)
    out = out + np.sin(0.8 * y + 1.1 * z + 2.1) * np.cos(0.9 * x - 0.7 * y)
    return np.asarray(0.6 * out, float)


@dataclass(frozen=True, slots=True)
class _Style:
    """Thickness [mm] on top, at the sides, behind; taper [mm] at the hairline; and so on."""

    top: float
    side: float
    back: float
    taper: float
    lift: float = 0.0
    rough: float = 0.5
    wave: float = 30.0
    strands: str = "crown"
    part: float | None = None
    curtain: float | None = None
    curl: bool = False


_STYLES = {
    "cropped": _Style(3.6, 3.0, 3.2, 7.0, rough=0.2),
    "short": _Style(12.0, 6.0, 8.0, 16.0, lift=4.0, rough=0.9, wave=26.0),
    "parted": _Style(14.0, 8.0, 9.0, 15.0, lift=3.0, rough=0.7, strands="part", part=26.0),
    "bob": _Style(11.0, 12.0, 13.0, 15.0, rough=0.7, strands="part", part=0.0, curtain=-100.0),
    "bun": _Style(5.5, 4.5, 5.0, 9.0, rough=0.25, strands="bun"),
    "curly": _Style(32.0, 25.0, 29.0, 20.0, rough=2.4, wave=17.0, curl=True),
}
_BUN = np.array([0.0, 88.0, -182.0])


def _swirl(points: Float, style: _Style, sign: Float | float) -> npt.NDArray[np.complex128]:
    """Complex field whose angle is constant along a strand; sign: the side of the parting."""
    x, y, z = np.moveaxis(points, -1, 0)
    if style.strands == "part":
        wide = sign * (x - (style.part or 0.0)) + 1.6 * np.clip(y - 55, 0, None)
        return np.asarray(wide + 12 + 1j * (z + 95))
    if style.strands == "bun":
        axis = unit(_BUN - CENTRE)
        away = points - CENTRE
        return np.asarray(away @ np.cross(axis, [1.0, 0.0, 0.0]) + 1j * away[..., 0])
    return np.asarray(z + 138 + 0.35 * (104 - y) + 1j * x)


def _strands(mesh: Mesh, style: _Style, cover: Float, light: Float) -> Mesh:
    """Mesh with `strand`, `lock`, `cover` and `ao`."""
    v, step = mesh.vertices, 0.5
    sign = np.where(v[:, 0] >= (style.part or 0.0), 1.0, -1.0)
    here = _swirl(v, style, sign)
    moved = [_swirl(v + k, style, sign) - _swirl(v - k, style, sign) for k in step * np.eye(3)]
    normal = vertex_normals(v, mesh.faces)
    right = unit(np.cross([0.0, 1.0, 0.0], normal) + np.array([1e-9, 0.0, 0.0]))
    way = np.cross(normal, np.stack([(change / here).imag for change in moved], 1))
    way = np.where((way @ [0.0, -1.0, -0.35])[:, None] < 0, -way, way)
    strand = np.stack([(way * right).sum(1), (way * np.cross(normal, right)).sum(1)], 1)
    across = 80 * np.abs(np.angle(here))
    along = -v[:, 1] - 0.35 * v[:, 2]
    if style.curl:
        turn = np.pi * _noise(v, 24.0)
        strand = np.stack([np.sin(turn) * np.sign(v[:, 0] + 1e-9), np.cos(turn)], 1)
        # As many changes along as across: curls instead of strands.
        across, along = across + 9 * _noise(v, 27.0), 8 * along
    strand /= np.maximum(np.linalg.norm(strand, axis=1, keepdims=True), 1e-12)
    lock = np.stack([across, along], 1)
    values = {"strand": strand, "lock": lock, "cover": cover, "ao": light * (0.8 + 0.2 * cover)}
    return Mesh(v, mesh.faces, values)


def _directions(azimuth: Float, polar: Float) -> Float:
    """Unit vectors at an azimuth from straight ahead and an angle from straight up."""
    flat = np.where(np.abs(np.abs(azimuth) - np.pi) < 1e-9, 0.0, np.sin(azimuth))
    return np.stack(
        [flat * np.sin(polar), np.cos(polar) + 0 * flat, np.cos(azimuth) * np.sin(polar)], -1
    )


def hairline(scalp: Scalp = plain_scalp, recede: float = 2.0, raised: float = 0.0) -> Float:
    """Hairline as a closed curve on the scalp: (C, 3) [mm], from the forehead to the left.

    Parameters
    ----------
    scalp : distance from `CENTRE`; see `scalp_of`
    recede : how much further up the temples go [mm]
    raised : how much higher the hair begins in front [mm]
    """
    azimuth = np.deg2rad(np.r_[_HALF, -_HALF[-2:0:-1]])
    size = np.rad2deg(np.abs(azimuth))
    level = (
        through(_HAIRLINE, size)[:, 0]
        + 1.3 * np.sin(0.9 * size + 1)
        + recede * np.exp(-(((size - 27) / 12) ** 2))
    )
    level += raised * np.clip((70 - size) / 25, 0, 1)
    polar = np.deg2rad(np.linspace(8, 165, 158))
    rays = _directions(azimuth[None], polar[:, None])
    y = CENTRE[1] + scalp(rays) * rays[..., 1]
    first = np.maximum((y > level).cumprod(0).sum(0), 1)
    column = np.arange(len(azimuth))
    above, below = y[first - 1, column], y[np.minimum(first, 157), column]
    share = np.clip((above - level) / np.maximum(above - below, 1e-9), 0, 1)
    end = polar[first - 1] + share * np.deg2rad(1)
    at = _directions(azimuth, end)
    return np.asarray(CENTRE + at * scalp(at)[:, None], float)


def _thickness(style: _Style, at: Float, skin: Float, to_line: Float) -> Float:
    """Thickness of the shell [mm] at directions `at` and scalp points `skin`."""
    up, back = np.clip(at[..., 1], 0, 1), np.clip(-at[..., 2], 0, 1)
    thick = style.side + (style.top - style.side) * up * up * (3 - 2 * up)
    thick = thick + (style.back - style.side) * back * back * (1 - up)
    front = np.exp(-((skin[..., 0] / 42) ** 2)) * np.clip(at[..., 2], 0, 1)
    thick = thick + style.lift * front * np.exp(-(((to_line - 14) / 22) ** 2))
    thick = thick + style.rough * _noise(skin, style.wave)
    if style.part is not None:
        groove = np.exp(-(((skin[..., 0] - style.part) / 5.5) ** 2)) * np.clip(
            (skin[..., 1] - 62) / 20, 0, 1
        )
        thick = thick * (1 - 0.6 * groove * np.clip((skin[..., 2] + 150) / 30, 0, 1))
    return np.asarray(thick, float)


def hair(
    style: str = "short",
    scalp: Scalp = plain_scalp,
    *,
    volume: float = 1.0,
    recede: float = 2.0,
    raised: float = 0.0,
) -> Part | None:
    """Hair of a style over a scalp, or None for a shaved head.

    Parameters
    ----------
    style : one of `STYLES`
    scalp : distance from `CENTRE`; see `scalp_of`
    volume : factor on the thickness
    recede : how much further up the temples go [mm]
    raised : how much higher the hair begins in front [mm]

    Returns
    -------
    Part or None
        Attributes `strand` (N, 2): unit direction of the strands along the tangents
        T_u = normalise(Y x N) and T_v = N x T_u; `lock` (N, 2): coordinates across and along the
        strands [mm], the same left and right; `cover` (N,): 0 at the hairline, 1 from 12 mm
        inside it; `ao` (N,): share of the sky. All styles but `parted` are mirror-symmetric.
        Boundary: closed curves under the skin or inside the hair.

    Raises
    ------
    ValueError
        If the style is unknown.
    """
    if style == "shaved":
        return None
    if style not in _STYLES:
        raise ValueError(f"hair style {style!r} is not one of {', '.join(STYLES)}")
    kind = _STYLES[style]
    line = hairline(scalp, recede, raised)
    azimuth = np.deg2rad(np.r_[_HALF, -_HALF[-2:0:-1]])
    ends = np.arccos(np.clip(unit(line - CENTRE)[:, 1], -1, 1))
    hang = np.zeros(len(azimuth))
    if kind.curtain is not None:
        hang = np.clip((np.rad2deg(np.abs(azimuth)) - 47) / 10, 0, 1)
    rows = _FINE_ROWS if kind.curl else _ROWS
    at = _directions(azimuth[None], rows[:, None] * ends)
    skin = CENTRE + at * scalp(at)[..., None]
    fine = np.concatenate([line + (np.roll(line, -1, 0) - line) * k / 4 for k in range(4)])
    to_line = np.linalg.norm(skin[:, :, None] - fine, axis=-1).min(-1)
    edge = np.clip(to_line / kind.taper, 0, 1)
    thick = volume * _thickness(kind, at, skin, to_line) * edge**1.5 * (2.1 - 1.1 * edge)
    thick -= 1.0 * np.clip(1 - to_line / 3.0, 0, 1)
    outer = skin + at * thick[..., None]
    cover = np.clip(to_line / 12, 0, 1)
    rings, covers = outer, cover
    if kind.curtain is not None:
        fall, inside = _curtain(kind, azimuth, scalp, volume)
        rings = outer + (fall - outer) * hang[:, None]
        # The inner sheet: under the skin where nothing hangs.
        under = skin[-1] - at[-1] * np.arange(2, len(inside) + 2)[:, None, None]
        rings = np.concatenate([rings, under + (inside - under) * hang[:, None]])
        covers = np.concatenate(
            [cover + (1 - cover) * hang, np.repeat(np.maximum(cover[-1:], hang), len(inside), 0)]
        )
    if not kind.part:
        rings = symmetric(rings)
    top = np.array([[0.0, 1.0, 0.0]])
    crown = (
        scalp(top)[0]
        + volume * _thickness(kind, top, CENTRE + top * scalp(top)[0], np.array([90.0]))[0]
    )
    mesh = dome(CENTRE + top[0] * crown, rings)
    # Little light reaches the inner sheet.
    light = np.repeat(np.where(np.arange(len(rings)) < len(rows), 1.0, 0.4), len(azimuth))
    mesh = _strands(mesh, kind, np.r_[1.0, covers.ravel()], np.r_[1.0, light])
    if style == "bun":
        mesh = join(mesh, _bun())
    return Part("hair", mesh, "hair", "head")


def _curtain(style: _Style, azimuth: Float, scalp: Scalp, volume: float) -> tuple[Float, Float]:
    """Columns of hanging hair: down over the skull, then straight; and its inner sheet."""
    level = style.curtain if style.curtain is not None else 0.0
    widest = np.deg2rad(94)
    share = _ROWS[:, None]
    polar = np.minimum(share / 0.5, 1.0) * widest
    at = _directions(azimuth[None], polar + 0 * azimuth)
    skin = CENTRE + at * scalp(at)[..., None]
    thick = volume * _thickness(style, at, skin, np.full(skin.shape[:2], 60.0))
    fall = skin + at * thick[..., None]
    drop = np.clip((share - 0.5) / 0.5, 0, 1)
    out = np.stack([np.sin(azimuth), 0 * azimuth, np.cos(azimuth)], -1)
    out[np.abs(np.abs(azimuth) - np.pi) < 1e-9, 0] = 0.0
    # Wider over the ear, turned in at the tips; the back follows the neck.
    ear = (
        3
        * np.exp(-(((np.abs(azimuth) - 1.83) / 0.42) ** 2))
        * np.exp(-(((drop - 0.3) / 0.32) ** 2))
    )
    lean = np.clip(-np.cos(azimuth), 0, 1) * 26 * drop**1.3
    swell = 3 * np.sin(np.pi * drop) - 15 * np.clip((drop - 0.6) / 0.4, 0, 1) ** 2 + ear - lean
    start = fall[np.flatnonzero(drop[:, 0] <= 0)[-1]]
    strip = start + [0.0, 1.0, 0.0] * (-25 * drop[..., None])
    hung = start + out * (swell + style.rough * 1.8 * _noise(strip, 21.0))[..., None]
    tips = level + 10 * np.clip(-np.cos(azimuth), 0, 1) + 2.0 * _noise(start, 17.0)
    hung[..., 1] = start[:, 1] + drop * (tips - start[:, 1])
    fall = np.where((drop > 0)[..., None], hung, fall)
    tip = fall[-1]
    sheet = [tip - out * 5.0 + [0.0, 1.5, 0.0]]
    for part in (0.93, 0.72, 0.45, 0.15):
        row = fall[np.searchsorted(drop[:, 0], part)]
        sheet.append(row - out * np.minimum(8.0, 0.45 * thick[-1])[:, None])
    return fall, np.stack(sheet)


def _bun() -> Mesh:
    """A knot of hair at the back of the crown, wound round its axis."""
    axis = unit(_BUN - CENTRE)
    right = np.array([1.0, 0.0, 0.0])
    up = np.cross(axis, right)
    polar = np.deg2rad(np.r_[10, 24, 38, 52, 66, 80, 94, 108, 122, 138])[:, None]
    turn = np.arange(26) * 2 * np.pi / 26
    radius = 31 + 1.5 * np.cos(7.5 * polar) + 0 * turn
    flat = radius * np.sin(polar)
    rings = _BUN - (flat * np.sin(turn))[..., None] * right + (flat * np.cos(turn))[..., None] * up
    rings = symmetric(rings + (0.82 * radius * np.cos(polar))[..., None] * axis)
    middle = _BUN + 0.81 * 31 * axis
    mesh = dome(middle, rings)
    full = np.ones(len(mesh.vertices))
    return _strands(mesh, _STYLES["bun"], full, full)
