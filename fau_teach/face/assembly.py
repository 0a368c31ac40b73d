"""All parts of one face, fitted to its proportions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from fau_teach.face import cage, clothes, ears, hair, oral, parts
from fau_teach.face.mesh import Float, Mesh
from fau_teach.face.parts import Part
from fau_teach.face.proportions import inner_shift, shaped

if TYPE_CHECKING:
    from fau_teach.face.face import Face

UPPER_LASHES, LOWER_LASHES = (38, 5.0), (20, 2.4)
"""Number, and length of the longest [mm]."""


def assemble(face: Face) -> tuple[Part, ...]:
    """Eyes, lashes, teeth, tongue, ears, hair and shirt.

    Teeth and tongue keep their size and go where the mouth goes; ears, hair and shirt fit the
    skin they sit on.
    """
    within = [
        Part(p.name, Mesh(p.mesh.vertices + shift, p.mesh.faces, p.mesh.attributes), p.material,
             p.motion)
        for p, shift in _within(face)
    ]  # fmt: skip
    return (
        *parts.eyes(),
        *parts.caruncles(),
        *_lashes(face),
        *within,
        *_on_head(face),
        clothes.shirt(),
    )


def _within(face: Face) -> Iterator[tuple[Part, Float]]:
    """Teeth, gums and tongue, and how far each goes with the mouth [mm].

    A row of teeth goes back where the skin before it lies farther back than the lips.
    """
    marks, proportions = cage.landmarks(), face.identity.proportions
    inner, ring = inner_shift(proportions), marks.of("mouth_surround")
    moved = (shaped(proportions) - marks.points)[ring[[0, -1]], 2] - inner[2]
    back = {"upper": min(moved[0], 0.0), "lower": min(moved[1], 0.0)}
    for part in (*oral.teeth(), oral.tongue()):
        deep = back.get(part.name.rsplit("_", 1)[-1], back["lower"])
        yield part, inner + np.array([0.0, 0.0, deep])


def _on_head(face: Face) -> tuple[Part, ...]:
    """Ears and hair of a style, or the scarf that covers both."""
    style, skin = face.identity.hair, face.hierarchy.levels[2]
    scalp = hair.scalp_of(skin)
    if style == "scarf":
        return clothes.headscarf(scalp, face.hierarchy.levels[1])
    grown = hair.hair(style, scalp, raised=face.look.hairline)
    # A bob hangs over the ears; they would poke through it.
    seen = () if style == "bob" else ears.ears(ears.side_of(skin))
    return (*seen, *((grown,) if grown else ()))


def _lashes(face: Face) -> tuple[Part, Part]:
    """Lashes bound to the outer edge of the lid margins."""
    ring = cage.landmarks().of("eye_margin")
    upper, lower = ring[:9], ring[[0, *range(15, 7, -1)]]
    skin = face.hierarchy.levels[1].vertices
    mesh, bind = parts.lashes(
        skin[upper], skin[lower], cage.EYE, upper=UPPER_LASHES, lower=LOWER_LASHES
    )
    index = np.concatenate([upper, lower])[bind]
    return (
        Part("lashes_left", mesh, "lash", "bound", index),
        Part("lashes_right", parts.mirrored(mesh), "lash", "bound", face.mirror[index]),
    )
