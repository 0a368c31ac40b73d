"""All parts of one face, fitted to its proportions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fau_teach.face import cage, oral, parts
from fau_teach.face.mesh import Mesh
from fau_teach.face.parts import Part
from fau_teach.face.proportions import inner_shift

if TYPE_CHECKING:
    from fau_teach.face.face import Face


def assemble(face: Face) -> tuple[Part, ...]:
    """Eyes, lashes, teeth, tongue, ears, hair and shirt."""
    wanted = face.identity.proportions
    inner = inner_shift(wanted)
    found = [*parts.eyes(), *_lashes(face)]
    for part in (*oral.teeth(), oral.tongue()):
        found.append(_moved(part, part.mesh.vertices + inner))
    return tuple(found)


def _moved(part: Part, vertices: np.ndarray) -> Part:  # type: ignore[type-arg]
    mesh = Mesh(vertices, part.mesh.faces, part.mesh.attributes)
    return Part(part.name, mesh, part.material, part.motion, part.bind)


def _lashes(face: Face) -> tuple[Part, ...]:
    """Lashes bound to the outer edge of the lid margins."""
    ring = cage.landmarks().of("eye_margin")
    upper, lower = ring[:9], np.append(ring[:7:-1], ring[0])[::-1]
    skin = face.hierarchy.levels[1].vertices
    mesh, bind = parts.lashes(
        skin[upper], skin[lower], cage.EYE, upper=(38, 5.0), lower=(20, 2.4)
    )
    index = np.concatenate([upper, lower])[bind].astype(np.int32)
    left = Part("lashes_left", mesh, "lash", "bound", index)
    other = parts.mirrored(mesh)
    right = Part("lashes_right", other, "lash", "bound", face.mirror[index])
    return left, right
