"""Cloth: a crew-neck T-shirt that hides the end of the neck, and a headscarf."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from fau_teach.face.cage import smoothstep
from fau_teach.face.hair import CENTRE, Scalp, plain_scalp
from fau_teach.face.mesh import Float, Mesh, vertex_normals
from fau_teach.face.parts import Part, dome, grid_faces, symmetric, through, unit

_NECK = (64.0, 55.0, -92.0)  # half-width, half-depth and z of the axis at the collar [mm]


def _around(count: int) -> tuple[Float, Float, Float]:
    """Azimuths from straight ahead to the left with exactly odd sines and even cosines."""
    half = np.linspace(0, np.pi, count // 2 + 1)
    sine, cosine = np.sin(half), np.cos(half)
    sine[-1] = 0.0
    mirror = slice(-2, 0, -1)
    return np.r_[half, half[mirror]], np.r_[sine, -sine[mirror]], np.r_[cosine, cosine[mirror]]


def _ring_mesh(rings: Float) -> Mesh:
    """Closed rings, outward when columns run to the left and rows run down."""
    return Mesh(rings.reshape(-1, 3), grid_faces(*rings.shape[:2], closed=True))


def shirt(neck: float = 1.0, shoulders: float = 1.0, count: int = 34) -> Part:
    """Plain crew-neck T-shirt: ribbed collar, shoulders and chest.

    Parameters
    ----------
    neck, shoulders : factors on the width of the collar and of the shoulders
    count : vertices per ring, even

    Returns
    -------
    Part
        Fixed, mirror-symmetric. Attribute `weave` (N, 2): coordinates round and down the cloth
        [mm]; `rib` (N,): 1 on the collar, 0 elsewhere. Boundaries: inside the collar and the
        lower hem.
    """
    size, sine, cosine = _around(count)
    wide, deep, axis = _NECK[0] * neck, _NECK[1] * neck, _NECK[2]
    # The collar lies low in front and high behind.
    collar_y = -152.0 - 15.0 * cosine
    ellipse = np.stack([wide * sine, collar_y, axis + deep * cosine + 4 * np.clip(cosine, 0, 1)], 1)
    out = np.stack([sine, 0 * sine, cosine], 1)
    # Collar: inside, rolled edge, ribbed band (outward offset and height).
    band = [
        (-3.0, -16.0),
        (-2.0, -4.0),
        (-0.9, -0.4),
        (0.6, 0.6),
        (1.9, -0.6),
        (4.4, -5.0),
        (7.2, -10.0),
    ]
    rows = [ellipse + out * o + [0.0, h, 0.0] for o, h in band]
    rows.append(ellipse + out * 7.0 + [0.0, -11.4, 0.0])
    # Body: along the shoulder at the sides, steeply down the chest and back.
    share = np.r_[0.03, 0.08, 0.15, 0.24, 0.34, 0.45, 0.56, 0.67, 0.78, 0.89, 1.0]
    side = through(
        [
            (0, 0, 0),
            (0.25, 36, -21),
            (0.5, 82, -31),
            (0.7, 112, -48),
            (0.85, 124, -82),
            (1, 127, -130),
        ],
        share,
    )
    front = through([(0, 0, 0), (0.3, 17, -28), (0.6, 31, -66), (1, 38, -112)], share)
    behind = through([(0, 0, 0), (0.3, 22, -24), (0.6, 40, -66), (1, 48, -127)], share)
    w = (sine**2)[None, :, None]
    f = np.where(cosine > 0, 1.0, 0.0)[None, :, None]
    reach = (side[:, None] * w + (front[:, None] * f + behind[:, None] * (1 - f)) * (1 - w)) * [
        shoulders,
        1.0,
    ]
    base = rows[-1]
    # Corners are fuller than an ellipse, the way a chest is.
    spread = out * (1 + 0.16 * np.abs(2 * sine * cosine))[:, None]
    body = base + spread * reach[..., :1] + [0.0, 1.0, 0.0] * reach[..., 1:]
    fold = (
        np.sin(5.0 * size + 3.0 * share[:, None])
        * np.sin(np.pi * np.clip(share[:, None] * 1.2, 0, 1))
        * 0.9
    )
    body = body + fold[..., None] * spread
    rings = np.concatenate([np.stack(rows), body])
    mesh = _ring_mesh(rings)
    round_ = np.broadcast_to(size * wide, rings.shape[:2])
    weave = np.stack([round_, np.broadcast_to(-rings[..., 1], rings.shape[:2])], -1)
    rib = np.repeat(np.r_[np.ones(7), 0.0, np.zeros(len(share))], count)
    values = {"weave": weave.reshape(-1, 2), "rib": rib}
    return Part("shirt", Mesh(mesh.vertices, mesh.faces, values), "cloth", "fixed")


# Edge of the scarf round the face, from the forehead down the left side to under the chin.
_EDGE = np.array([
    (0, 0, 73, -11), (25, 31, 67, -16), (50, 55, 50, -29), (75, 69, 18, -43), (100, 73, -22, -49),
    (122, 70, -55, -47), (142, 59, -84, -41), (160, 38, -108, -31), (180, 0, -121, -16),
], float)  # fmt: skip


def headscarf(
    scalp: Scalp = plain_scalp, skin: Mesh | None = None, loose: float = 1.0
) -> tuple[Part, Part]:
    """Scarf round head and neck that leaves the face from forehead to chin free.

    Parameters
    ----------
    scalp : distance from the hair's centre; see `hair.scalp_of`
    skin : if given, the hood is bound to its nearest vertices, so that it follows the jaw
    loose : factor on the distance from the head

    Returns
    -------
    tuple of Part
        `scarf_head` (bound, or moving with the head) and `scarf_neck` (bound, or fixed; reaching
        up into the hood). Attributes `weave` (N, 2) [mm] and `rib` (N,) as for `shirt`. Ears and
        hair are left out under it. Boundaries: the edge round the face, turned in; both ends of
        the lower part.
    """
    size, sine, _ = _around(56)
    edge = through(_EDGE, np.rad2deg(size))
    edge[:, 0] *= np.where(sine < 0, -1.0, 1.0)
    edge[np.abs(sine) < 1e-12, 0] = 0.0
    if skin is not None:
        # Keep the drawn edge just outside this head.
        edge = edge + unit(edge - CENTRE) * np.clip(_excess(edge, skin) + 1.5, 0, 30)[:, None]
    away = edge - CENTRE
    start, pole = unit(away), unit(np.array([0.0, 0.12, -1.0]))
    angle = np.arccos(np.clip(start @ pole, -1, 1))
    tangent = unit(start - (start @ pole)[:, None] * pole)
    share = np.r_[
        0.06, 0.13, 0.21, 0.29, 0.37, 0.45, 0.53, 0.61, 0.69, 0.77, 0.84, 0.9, 0.95, 0.985, 1.0
    ][:, None]
    turn = (share * angle)[..., None]
    at = np.cos(turn) * pole + np.sin(turn) * tangent
    hull = (
        (np.abs(at[..., 0]) / 88) ** 2.4
        + (np.abs(at[..., 1]) / 162) ** 2.4
        + (np.abs(at[..., 2]) / 106) ** 2.4
    )
    far = np.where(at[..., 1] < 0.1, np.maximum(hull ** (-1 / 2.4), 0), 1e3)
    reach = -np.logaddexp(-0.15 * scalp(at), -0.15 * far) / 0.15
    near = np.clip((share - 0.62) / 0.38, 0, 1) ** 2
    fold = 1.5 * np.sin(9 * share + 3.0 * np.cos(2 * size)) * np.sin(np.pi * share)
    reach = (reach + loose * 7.5 + fold) * (1 - near) + (np.linalg.norm(away, axis=1) + 3.0) * near
    rings = CENTRE + at * reach[..., None]
    tucked = edge - unit(away) * 4.0 - [0.0, 0.0, 5.0]
    rings = symmetric(np.concatenate([rings, tucked[None]]))
    hood = dome(CENTRE + pole * (scalp(pole[None])[0] + loose * 7.5), rings)
    bind, wrap = None, _wrap()
    if skin is not None:
        bind = cKDTree(skin.vertices).query(hood.vertices)[1].astype(np.int32)
    return (
        Part("scarf_head", _woven(hood), "cloth", "head" if bind is None else "bound", bind),
        _draped(wrap, skin),
    )


def _draped(wrap: Mesh, skin: Mesh | None) -> Part:
    """Lower part of the scarf; on a face its rim goes with chin and head, its hem stays."""
    if skin is None or not {"jaw", "head"} <= skin.attributes.keys():
        return Part("scarf_neck", _woven(wrap), "cloth", "fixed")
    x, y, z = wrap.vertices.T
    ahead = np.cos(np.arctan2(x, z + 90))
    jaw = smoothstep(y, -162, -118) * smoothstep(ahead, 0.45, 0.95)
    # The hem lies lower in front than at the nape, where the shirt's collar must stay covered.
    wanted = np.stack([jaw, smoothstep(y + 16 * ahead, -166, -112)], 1)
    there = np.stack([skin.attributes["jaw"], skin.attributes["head"]], 1)
    # Shares of the motion first; of those vertices that have them, a near one. Not of the mouth.
    outside = np.flatnonzero((skin.attributes["cavity"] < 0.1) & (skin.vertices[:, 1] < -88))
    scale = (300, 800)
    tree = cKDTree(np.hstack([there * scale, skin.vertices])[outside])
    found = tree.query(np.hstack([wanted * scale, wrap.vertices]))[1]
    return Part("scarf_neck", _woven(wrap), "cloth", "bound", outside[found].astype(np.int32))


def _excess(points: Float, skin: Mesh) -> Float:
    """How far points lie inside a skin, along its nearest vertices' normals [mm]."""
    nearest = cKDTree(skin.vertices).query(points)[1]
    normal = vertex_normals(skin.vertices, skin.faces)[nearest]
    return np.asarray(((skin.vertices[nearest] - points) * normal).sum(1), float)


def _woven(mesh: Mesh) -> Mesh:
    x, y, z = mesh.vertices.T
    weave = np.stack([80 * np.arctan2(np.abs(x), z + 95), -y], 1)
    return Mesh(mesh.vertices, mesh.faces, {"weave": weave, "rib": np.zeros(len(x))})


def _wrap() -> Mesh:
    """The scarf's lower part: from under the chin round the neck onto the shoulders."""
    size, sine, cosine = _around(44)
    rows = []
    for k, (y, wide, front, back) in enumerate((
        (-112, 46, -34, -150), (-124, 53, -21, -150), (-134, 60, -16, -150), (-148, 66, -11, -148),
        (-163, 75, -6, -155), (-179, 92, 2, -164), (-197, 114, 13, -174), (-212, 130, 19, -184),
    )):  # fmt: skip
        middle, half = (front + back) / 2, (front - back) / 2
        wave = min(k / 2, 1.0) * (
            2.4 * np.sin(0.2 * y + 2.2 * cosine) + 1.2 * np.sin(7 * size + 0.05 * y)
        )
        height = y - 2.2 * k * np.clip(cosine, 0, 1) ** 2
        height += max(0.0, 20.0 - 5.0 * k) * np.clip(-cosine, 0, 1)
        rows.append(np.stack([(wide + wave) * sine, height, middle + (half + wave) * cosine], 1))
    return _ring_mesh(np.stack(rows))
