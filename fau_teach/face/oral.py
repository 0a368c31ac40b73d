"""Inside the mouth: teeth one by one, gums and tongue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fau_teach.face.mesh import Float, Mesh
from fau_teach.face.parts import Part, dome, grid_faces, join, mirrored, through, unit

# Crown width, height and depth [mm], height of the cutting edge over the arch's plane [mm] and
# kind, from the midline backwards: two incisors, canine, two premolars, first molar.
_UPPER = (
    (8.5, 10.0, 7.0, 0.0, "incisor"),
    (6.6, 8.8, 6.0, 0.7, "incisor"),
    (7.6, 9.8, 7.6, -0.1, "canine"),
    (7.1, 8.2, 8.8, 0.5, "premolar"),
    (6.8, 7.6, 8.8, 0.9, "premolar"),
    (10.2, 7.2, 10.6, 1.2, "molar"),
)
_LOWER = (
    (5.4, 8.6, 5.8, 0.0, "incisor"),
    (6.0, 8.8, 6.0, 0.0, "incisor"),
    (6.9, 10.0, 7.2, 0.6, "canine"),
    (7.1, 8.4, 7.6, -0.2, "premolar"),
    (7.2, 8.0, 8.2, -0.5, "premolar"),
    (11.0, 7.4, 10.2, -0.7, "molar"),
)
# Rings of a crown from under the gum to the cutting edge: share of the height, of the width,
# where the lip-side face lies [mm], share of the depth for front teeth and for back teeth.
_CROWN = np.array([
    (-0.12, 0.74, -1.0, 0.95, 0.92),
    (0.10, 0.83, -0.35, 0.96, 0.97),
    (0.36, 0.93, 0.0, 0.78, 1.0),
    (0.66, 1.0, -0.05, 0.46, 0.98),
    (0.88, 0.995, -0.3, 0.27, 0.84),
    (0.985, 0.90, -0.55, 0.16, 0.58),
])  # fmt: skip
_SEGMENTS = 12


@dataclass(frozen=True, slots=True)
class Arch:
    """A row of teeth on a curve z = front - depth |x / half_width|^2.3.

    Parameters
    ----------
    edge : y of the central incisors' cutting edge [mm]
    front : z of their lip-side face [mm]
    half_width : |x| of the curve `depth` mm behind the front [mm]
    depth : see above [mm]
    down : whether the crowns point down (upper jaw)
    size : factor on every tooth's width and height
    gap : space between neighbours [mm]
    """

    edge: float
    front: float
    half_width: float
    depth: float
    down: bool
    size: float = 1.0
    gap: float = 0.12

    def at(self, along: Float) -> tuple[Float, Float]:
        """Points (n, 2) as x, z and outward normals (n, 2) at arc lengths from the midline."""
        x = np.linspace(0.0, 1.6 * self.half_width, 400)
        z = self.front - self.depth * (x / self.half_width) ** 2.3
        length = np.r_[0.0, np.cumsum(np.hypot(np.diff(x), np.diff(z)))]
        size = np.abs(along)
        point = np.stack([np.interp(size, length, x), np.interp(size, length, z)], 1)
        ahead = np.stack([np.interp(size + 0.5, length, x), np.interp(size + 0.5, length, z)], 1)
        tangent = unit(ahead - point)
        normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
        side = np.stack([np.sign(along), np.ones(len(along))], 1)
        return point * side, normal * side

    def table(self) -> list[tuple[float, float, float, float, str, float]]:
        """Rows of the tooth table, sized, with the arc length of each tooth's middle."""
        rows, at = [], 0.5 * self.gap + 0.08
        for width, height, depth, lift, kind in _UPPER if self.down else _LOWER:
            w = width * self.size
            rows.append((w, height * self.size, depth, lift, kind, at + w / 2))
            at += w + self.gap
        return rows


def _tooth(arch: Arch, number: int) -> Mesh:
    """Crown of the `number`-th tooth of the left side, open under the gum."""
    width, height, depth, lift, kind, along = arch.table()[number]
    front = kind in ("incisor", "canine")
    share, wide, face, thin, thick = _CROWN.T
    deep = depth * (thin if front else thick)
    rise = share * height
    turn = (np.arange(_SEGMENTS) + 0.5) * 2 * np.pi / _SEGMENTS
    power = 2 / (3.2 if front else 2.8)
    c, s = (np.sign(k) * np.abs(k) ** power for k in (np.cos(turn), np.sin(turn)))
    if kind == "canine":
        wide = wide * np.array([1, 1, 1, 1, 0.8, 0.42])
    # Crowns narrow towards the tongue.
    across = 0.5 * width * wide[:, None] * c * (1 + 0.26 * np.minimum(s, 0))
    outward = face[:, None] + 0.5 * deep[:, None] * (s - 1)
    up = np.broadcast_to(rise[:, None], across.shape).copy()
    if kind == "incisor":  # rounded far corner
        up -= 0.05 * height * share[:, None] ** 8 * np.clip(c, 0, 1) ** 3
    top = height
    if kind in ("premolar", "molar"):  # cusps round a hollow
        cusps = np.cos(turn) ** 2 if kind == "molar" else np.abs(np.sin(turn))
        up += 0.10 * height * share[:, None] ** 6 * (cusps - 0.6)
        top = 0.86 * height
    centre, normal = arch.at(np.array([along]))
    tangent = np.array([normal[0, 1], -normal[0, 0]])
    plan = centre[0] + across[..., None] * tangent + outward[..., None] * normal[0]
    sign = -1.0 if arch.down else 1.0
    edge = arch.edge + lift
    # Front crowns lean outward towards their edges.
    lean = (0.10 if front else -0.04) * (up - height)
    plan += lean[..., None] * normal[0]
    rings = np.stack([plan[..., 0], edge + sign * (up - height), plan[..., 1]], -1)
    middle = centre[0] + normal[0] * (
        face[-1] - deep[-1] / 2 + (0.10 if front else -0.04) * (top - height)
    )
    pole = np.array([middle[0], edge + sign * (top - height), middle[1]])
    side = np.vstack([[0.0, 1.0], np.stack([c + 0 * up, up / height], -1).reshape(-1, 2)])
    rings = rings[::-1]
    side[1:] = side[1:].reshape(len(share), _SEGMENTS, 2)[::-1].reshape(-1, 2)
    # Column direction: counter-clockwise seen from the cutting edge.
    if not arch.down:
        rings, side[1:] = rings[:, ::-1], side[1:].reshape(-1, _SEGMENTS, 2)[:, ::-1].reshape(-1, 2)
    return dome(pole, rings, {"tooth": side})


def _gum(arch: Arch) -> Mesh:
    """Ridge round the necks of the teeth, scalloped between them, lip side to tongue side."""
    rows = arch.table()
    share, papilla, tall, deep = [], [], [], []
    for width, height, depth, lift, _, along in rows:
        for where, rise in ((-0.5, 1.0), (-0.25, 0.4), (0.0, 0.0), (0.25, 0.4)):
            share.append(along + where * (width + arch.gap))
            papilla.append(rise)
            tall.append(height + (lift if arch.down else -lift))
            deep.append(depth)
    share[0] = 0.0  # but for rounding
    share.append(share[-1] + 2.5)
    along = np.r_[np.array(share)[:0:-1] * -1, share]
    pap, high, thick = (np.r_[k[-1], k[:0:-1], k, k[-1]] for k in (papilla, tall, deep))
    point, normal = arch.at(along)
    # Rows: outward offset from the teeth's face, height over the necks (towards the edge > 0).
    one = np.ones(len(along))
    neck = np.stack([0.1 * one - 0.5 * pap, 0.7 + 2.0 * pap], 1)
    back = np.stack([-0.92 * thick, 0.8 + 1.6 * pap], 1)
    outline = [
        np.stack([-6.0 * one, -11.0 * one], 1), np.stack([-3.6 * one, -7.0 * one], 1),
        np.stack([-0.7 * one - 0.3 * pap, -2.6 * one], 1), neck + np.array([0.1, -1.1]), neck,
        np.stack([-1.6 * one, 0.6 + 2.2 * pap], 1), np.stack([1.6 - thick, 0.4 + 1.2 * pap], 1),
        back, back + np.array([-1.2, -2.2]), np.stack([-thick - 2.6, -8.0 * one], 1),
    ]  # fmt: skip
    grid = np.stack(outline)
    plan = point + grid[..., :1] * normal
    sign = -1.0 if arch.down else 1.0
    flat = np.array([1, 1, 0.3, 0, 0, 0, 0, 0, 0.3, 1])[:, None]
    y = arch.edge + sign * (grid[..., 1] - high * (1 - flat) - 9.0 * flat)
    vertices = np.stack([plan[..., 0], y, plan[..., 1]], -1)
    faces = grid_faces(*vertices.shape[:2], closed=False)
    return Mesh(vertices.reshape(-1, 3), faces if arch.down else faces[:, ::-1])


UPPER_ARCH = Arch(edge=-70.5, front=0.7, half_width=27.0, depth=29.0, down=True)
LOWER_ARCH = Arch(edge=-69.5, front=-2.1, half_width=25.0, depth=28.0, down=False)


def _dimmed(mesh: Mesh, front: float) -> Mesh:
    """Mesh with `ao`, the share of the sky that reaches it: less the deeper in the mouth."""
    ao = 0.4 + 0.6 * np.exp(-(np.clip(front - 4 - mesh.vertices[:, 2], 0, None) ** 2) / 20**2)
    return Mesh(mesh.vertices, mesh.faces, {**mesh.attributes, "ao": ao})


def teeth(upper: Arch = UPPER_ARCH, lower: Arch = LOWER_ARCH) -> tuple[Part, ...]:
    """Upper and lower teeth and gums, twelve crowns a jaw.

    Returns
    -------
    tuple of Part
        `teeth_upper`, `gum_upper` (move with the head), `teeth_lower`, `gum_lower` (with the
        jaw). Attribute `tooth` (N, 2) of the teeth: across the crown (-1 .. 1) and from the gum
        (0) to the cutting edge (1), for shading; `ao` (N,) of all. Boundaries: the crowns' roots
        and the gums' far sides, all hidden.
    """
    parts = []
    for arch, jaw, motion in ((upper, "upper", "head"), (lower, "lower", "jaw")):
        left = join(*(_tooth(arch, k) for k in range(len(_UPPER))))
        crowns = _dimmed(join(left, mirrored(left)), arch.front)
        parts.append(Part(f"teeth_{jaw}", crowns, "teeth", motion))
        parts.append(Part(f"gum_{jaw}", _dimmed(_gum(arch), arch.front), "gum", motion))
    return tuple(parts)


# Middle line of the tongue, root to tip (share, x, y, z), at rest and in its two modes.
_REST = (
    (0, 0, -78, -56),
    (0.3, 0, -74.5, -42),
    (0.6, 0, -74, -27),
    (0.85, 0, -75, -14),
    (1, 0, -75.5, -8.5),
)
_OUT = (
    (0, 0, -78, -52),
    (0.25, 0, -70, -32),
    (0.5, 0, -65, -8),
    (0.72, 0, -64, 12),
    (0.88, 0, -68.5, 25),
    (1, 0, -74.5, 33),
)
_SIDE = (
    (0, 0, -78, -56),
    (0.3, 1, -74.5, -43),
    (0.6, 8, -73, -29),
    (0.82, 19, -72, -21),
    (1, 31, -71.5, -16),
)


def _tongue_shape(
    line: tuple[tuple[float, ...], ...], width: float, stretch: float, blunt: float
) -> Float:
    """(1 + R * C, 3) vertices of the tongue along a middle line, tip first."""
    share = 1 - np.r_[0.012, 0.045, 0.1, 0.17, 0.25, 0.34, 0.44, 0.54, 0.65, 0.76, 0.88, 1.0]
    count = 24
    keys = np.array(line, float)
    point = through(keys, share)
    ahead = through(keys, np.minimum(share + 1e-3, 1)) - through(keys, np.maximum(share - 1e-3, 0))
    along = unit(ahead)
    side = unit(np.cross([0.0, 1.0, 0.0], along))
    up = np.cross(along, side)
    tip = np.clip((1 - share) / blunt, 0, 1)
    half = width * stretch * (1 - (1 - tip) ** 2.1) ** 0.5 * (1 - 0.12 * share)
    thick = through([(0, 9.0), (0.4, 7.5), (0.75, 5.6), (1, 3.6)], share)[:, 0]
    thick *= (1 - (1 - np.clip((1 - share) / 0.16, 0, 1)) ** 2) ** 0.5
    # Columns symmetric about the midline: column 0 on top, the middle one underneath.
    turn = np.pi / 2 + np.arange(count) * 2 * np.pi / count
    c, s = np.cos(turn), np.sin(turn)
    c, s = np.sign(c) * np.abs(c) ** 0.85, np.sign(s) * np.abs(s) ** 0.9
    across = half[:, None] * c
    # Central groove on top, flatter above than below.
    groove = (
        np.exp(-((c / 0.22) ** 2))
        * np.clip(s, 0, 1)
        * 1.5
        * np.clip((1 - share) * 5, 0, 1)[:, None]
    )
    height = thick[:, None] * np.where(s > 0, 0.8 * s, s) - groove
    rings = point[:, None] + across[..., None] * side[:, None] + height[..., None] * up[:, None]
    return np.vstack([point[:1] + along[:1] * 0.4, rings.reshape(-1, 3)])


def tongue(width: float = 17.0) -> Part:
    """The tongue at rest inside the lower arch, with its modes as attributes.

    Parameters
    ----------
    width : half-width [mm]

    Returns
    -------
    Part
        Attributes `tongue_out`, `tongue_left`, `tongue_right` (N, 3): displacement [mm] at mode
        value 1 (tip 25 mm in front of the lower lip; tip in the left or right cheek). They add
        to the rest shape before the jaw turns. Boundary: the root.
    """
    rest, out, left = (
        _tongue_shape(line, width, k, tip)
        for line, k, tip in ((_REST, 1.0, 0.42), (_OUT, 0.92, 0.25), (_SIDE, 0.85, 0.42))
    )
    columns = 24
    swap = np.r_[
        0,
        (
            1
            + columns * np.arange((len(rest) - 1) // columns)[:, None]
            + (-np.arange(columns)) % columns
        ).ravel(),
    ]
    flip = np.array([-1.0, 1.0, 1.0])
    rest, out = (0.5 * (k + k[swap] * flip) for k in (rest, out))
    mesh = dome(rest[0], rest[1:].reshape(-1, columns, 3))
    modes = {
        "tongue_out": out - rest,
        "tongue_left": left - rest,
        "tongue_right": (left - rest)[swap] * flip,
    }
    tongue = _dimmed(Mesh(mesh.vertices, mesh.faces, modes), -8.0)
    return Part("tongue", tongue, "tongue", "tongue")
