"""Cloth: a crew-neck T-shirt that hides the end of the neck, and a headscarf."""

from __future__ import annotations

import numpy as np

from fau_teach.face.hair import CENTRE, Scalp, plain_scalp
from fau_teach.face.mesh import Float, Mesh, vertex_normals
from fau_teach.face.parts import Part, dome, grid_faces, join, through, unit

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


def shirt(neck: float = 1.0, shoulders: float = 1.0, count: int = 44) -> Part:
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
    collar_y = -163.0 - 15.0 * cosine
    ellipse = np.stack([wide * sine, collar_y, axis + deep * cosine + 4 * np.clip(cosine, 0, 1)], 1)
    out = np.stack([sine, 0 * sine, cosine], 1)
    # Collar: inside, rolled edge, ribbed band (outward offset and height).
    band = [(-3.0, -16.0), (-2.0, -4.0), (-0.9, -0.4), (0.6, 0.6), (1.9, -0.6), (4.4, -5.0), (7.2, -10.0)]
    rows = [ellipse + out * o + [0.0, h, 0.0] for o, h in band]
    rows.append(ellipse + out * 7.0 + [0.0, -11.4, 0.0])
    # Body: along the shoulder at the sides, steeply down the chest and back.
    share = np.r_[0.03, 0.08, 0.15, 0.24, 0.34, 0.45, 0.56, 0.67, 0.78, 0.89, 1.0]
    side = through([(0, 0, 0), (0.25, 38, -16), (0.5, 82, -31), (0.7, 112, -48), (0.85, 124, -82), (1, 127, -130)], share)
    front = through([(0, 0, 0), (0.3, 17, -28), (0.6, 31, -66), (1, 38, -112)], share)
    behind = through([(0, 0, 0), (0.3, 22, -24), (0.6, 40, -66), (1, 48, -127)], share)
    w = (sine**2)[None, :, None]
    f = np.where(cosine > 0, 1.0, 0.0)[None, :, None]
    reach = (side[:, None] * w + (front[:, None] * f + behind[:, None] * (1 - f)) * (1 - w)) * [shoulders, 1.0]
    base = rows[-1]
    # Corners are fuller than an ellipse, the way a chest is.
    spread = out * (1 + 0.16 * np.abs(2 * sine * cosine))[:, None]
    body = base + spread * reach[..., :1] + [0.0, 1.0, 0.0] * reach[..., 1:]
    fold = np.sin(5.0 * size + 3.0 * share[:, None]) * np.sin(np.pi * np.clip(share[:, None] * 1.2, 0, 1)) * 0.9
    body = body + fold[..., None] * spread
    rings = np.concatenate([np.stack(rows), body])
    mesh = _ring_mesh(rings)
    round_ = np.broadcast_to(size * wide, rings.shape[:2])
    weave = np.stack([round_, np.broadcast_to(-rings[..., 1], rings.shape[:2])], -1)
    rib = np.repeat(np.r_[np.ones(7), 0.0, np.zeros(len(share))], count)
    values = {"weave": weave.reshape(-1, 2), "rib": rib}
    return Part("shirt", Mesh(mesh.vertices, mesh.faces, values), "cloth", "fixed")


def headscarf(scalp: Scalp = plain_scalp, loose: float = 1.0) -> tuple[Part, Part]:
    """Scarf round head and neck that leaves the face from forehead to chin free.

    Parameters
    ----------
    scalp : distance from the hair's centre; see `hair.scalp_of`
    loose : factor on the distance from the head

    Returns
    -------
    tuple of Part
        `scarf_head` moves with the head, `scarf_neck` is fixed and goes under it. Attributes
        `weave` (N, 2) [mm] and `rib` (N,) as for `shirt`. Ears and hair are left out under it.
    """
    count = 64
    size, sine, cosine = _around(count)
    degrees = np.rad2deg(size)
    # Where each column ends: over the forehead, along the cheek, under the jaw, low behind.
    end = through([(0, 74), (18, 72), (32, 60), (42, 34), (50, 0), (58, -40), (66, -88), (76, -128), (100, -142), (180, -150)], degrees)[:, 0]
    rows = np.r_[0.06, 0.13, 0.2, 0.28, 0.36, 0.44, 0.52, 0.6, 0.68, 0.76, 0.83, 0.89, 0.94, 0.975, 1.0]
    top = CENTRE[1] + scalp(np.array([[0.0, 1.0, 0.0]]))[0]
    # Heights by equal angle over the skull, by equal steps below.
    polar = rows[:, None] * np.deg2rad(np.interp(degrees, [0, 25, 45, 60], [58, 66, 92, 92]))
    flat = np.stack([sine, 0 * sine, cosine], 1)
    at = flat * np.sin(polar)[..., None] + [0.0, 1.0, 0.0] * np.cos(polar)[..., None]
    skin = CENTRE + at * scalp(at)[..., None]
    offset = loose * (7.0 + 3.0 * np.sin(np.pi * rows))[:, None] * np.ones(count)
    over = skin + at * offset[..., None]
    drop = np.clip((rows - 0.52) / 0.48, 0, 1)[:, None] * np.clip((degrees - 34) / 10, 0, 1)
    widest = np.deg2rad(92)
    rim = flat * np.sin(widest) + [0.0, np.cos(widest), 0.0]
    rim = CENTRE + rim * scalp(rim)[:, None] + flat * (loose * 9.0)
    neck = np.stack([60 * sine, 0 * sine, -84 + 62 * cosine], 1)
    slim = through([(0, 1.0), (0.35, 0.97), (0.7, 0.75), (1, 0.6)], drop.ravel()).reshape(drop.shape)[..., None]
    hung = (rim * slim + (neck + flat * 12) * (1 - slim)) * [1.0, 0.0, 1.0]
    hung[..., 1] = rim[:, 1] + drop * (end - rim[:, 1])
    shelf = np.clip((rows - 0.52) / 0.06, 0, 1)[:, None, None] * np.clip((degrees - 34) / 10, 0, 1)[:, None]
    rings = over * (1 - shelf) + hung * shelf
    fold = np.sin(9 * size + 2.0) * drop * 1.6
    rings = rings + flat * fold[..., None]
    # The edge is turned in.
    turned = rings[-1] - unit(rings[-1] - CENTRE) * 5.0
    rings = np.concatenate([rings, turned[None]])
    head = dome((0.0, top + loose * 7.5, CENTRE[2]), rings)
    parts = []
    for name, mesh, motion in (("scarf_head", head, "head"), ("scarf_neck", _wrap(), "fixed")):
        weave = np.stack([80 * np.arctan2(np.abs(mesh.vertices[:, 0]), mesh.vertices[:, 2] + 95), -mesh.vertices[:, 1]], 1)
        values = {"weave": weave, "rib": np.zeros(len(weave))}
        parts.append(Part(name, Mesh(mesh.vertices, mesh.faces, values), "cloth", motion))
    return parts[0], parts[1]


def _wrap() -> Mesh:
    """The scarf's lower part: from under the chin round the neck onto the shoulders."""
    size, sine, cosine = _around(48)
    rows = []
    for y, wide, front, back in (
        (-120, 50, -34, -135), (-119, 57, -20, -140), (-121, 61, -12, -144), (-132, 65, -8, -148),
        (-150, 70, -10, -152), (-168, 78, -14, -158), (-186, 96, -8, -170), (-204, 118, 6, -180),
    ):  # fmt: skip
        middle, half = (front + back) / 2, (front - back) / 2
        wave = 2.2 * np.sin(0.11 * y + 2.0 * cosine) + 1.2 * np.sin(7 * size + 0.05 * y)
        height = y - 8 * np.clip(-cosine, 0, 1) + 0 * size
        rows.append(np.stack([(wide + wave) * sine, height, middle + (half + wave) * cosine], 1))
    return _ring_mesh(np.stack(rows))
