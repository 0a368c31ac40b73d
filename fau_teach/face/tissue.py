"""How firmly the skin is held, from place to place."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fau_teach._data import read_csv
from fau_teach.face.elastic import Material
from fau_teach.face.mesh import Float, Mesh
from fau_teach.face.proportions import displace

_LIDS, _BAG = (0.006, 0.03), (0.008, 0.04)
"""Tangential and normal attachment of the lids and of the bag behind the lips, relative."""


def tissue(base: Mesh, proportions: Mapping[str, float] | None = None) -> Material:
    """Attachment of every vertex from the rows of ``data/face/tissue.csv``.

    Regions are bells in space; where they overlap, the geometric mean holds. Only the ratios of
    the numbers count, as the whole stiffness is scaled by the response to one muscle.

    Parameters
    ----------
    base : level-1 skin with attributes cavity, lid_upper and lid_lower
    proportions : those of the face, which the regions follow; the default face's if left out
    """
    rows = read_csv("face/tissue.csv", ("region", "x", "width", "tangential", "normal"))
    half = np.abs(base.vertices[:, :1])
    points = np.concatenate([half, base.vertices[:, 1:]], axis=1)
    total, sums = np.full(len(points), 0.15), np.zeros((len(points), 2))
    for row in rows:
        level = np.log([float(row["tangential"]), float(row["normal"])])
        if row["region"] == "base":
            sums += 0.15 * level
            continue
        centre = np.array([float(row[axis]) for axis in "xyz"])
        radius = np.array([float(row[name]) for name in ("width", "height", "depth")])
        centre = displace(centre[None], proportions or {})[0]
        bell = np.exp(-0.5 * (((points - centre) / radius) ** 2).sum(axis=1))
        total += bell
        sums += bell[:, None] * level
    level = sums / total[:, None]
    turn = np.maximum(np.abs(base.attributes["lid_upper"]), np.abs(base.attributes["lid_lower"]))
    lid = np.clip(turn / turn.max() * 1.5, 0, 1)[:, None]
    bag = np.clip(base.attributes["cavity"], 0, 1)[:, None] * (half > -1)
    level = level + lid * (np.log(_LIDS) - level)
    level = level + bag * (np.log(_BAG) - level)
    values: Float = np.exp(level)
    return Material(values[:, 0], values[:, 1])
