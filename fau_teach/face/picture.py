"""Pictures and depth maps of a face in a pose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fau_teach.face.cage import EYE
from fau_teach.face.camera import Camera
from fau_teach.face.materials import Lights
from fau_teach.face.mesh import Float, Int, Mesh
from fau_teach.face.render import BACKGROUND, Surface, render

if TYPE_CHECKING:
    from fau_teach.face.face import Face, Posed

WITHIN = ("teeth", "gum", "tongue")
"""Parts that are lit through the opened lips alone, by the beginning of their names."""
LIT_GAP = 4.0
"""Gap of the lips from which on as much light enters as ever [mm]."""


def surfaces(face: Face, posed: Posed, level: int = 2) -> list[Surface]:
    """Skin at a level and all parts, posed and ready to draw."""
    skin = Mesh(
        face.finer(posed.skin, level),
        face.hierarchy.levels[level].faces,
        {
            **_finer_attributes(face, level),
            "cu": face.finer(posed.strain[:, 0], level),
            "cv": face.finer(posed.strain[:, 1], level),
        },
    )
    found = [Surface(skin, "skin")]
    for part, vertices in zip(face.parts, posed.parts, strict=True):
        mesh = Mesh(vertices, part.mesh.faces, part.mesh.attributes)
        if part.motion.startswith("eye_"):
            side = part.motion[4:]
            found.append(
                Surface(mesh, part.material, gaze(posed.modes), _margins(face, posed, side))
            )
        elif part.name.startswith(WITHIN):
            found.append(Surface(mesh, part.material, margins=(openness(face, posed), 0.0)))
        else:
            found.append(Surface(mesh, part.material))
    return found


def openness(face: Face, posed: Posed) -> float:
    """How much light enters between the lips: 0 closed, 0.3 from a gap of 4 mm on."""
    upper, lower = posed.skin[face.contact].transpose(1, 0, 2)
    return float(np.clip((upper[:, 1] - lower[:, 1]).max() / LIT_GAP, 0, 1) * 0.3)


def _finer_attributes(face: Face, level: int) -> Mapping[str, Float]:
    cache = face.__dict__.setdefault("_finer_attributes", {})
    if level not in cache:
        cache[level] = {k: face.finer(v, level) for k, v in face.base.attributes.items()}
    found: Mapping[str, Float] = cache[level]
    return found


def gaze(modes: Mapping[str, float]) -> tuple[float, float, float]:
    """Optical axis of the eyes, a unit vector."""
    x, y = np.radians(modes["gaze_x"]), np.radians(modes["gaze_y"])
    return float(np.sin(x) * np.cos(y)), float(np.sin(y)), float(np.cos(x) * np.cos(y))


def _margins(face: Face, posed: Posed, side: str) -> tuple[float, float]:
    """Sine of the elevation of the middle of both lid margins over the centre of the eye."""
    centre = EYE * (1 if side == "left" else -1, 1, 1)
    found = []
    for name in ("palpebrale_superius", "palpebrale_inferius"):
        away = posed.skin[face.landmarks[f"{side}_{name}"]] - centre
        found.append(float(away[1] / np.linalg.norm(away)))
    return found[0], found[1]


def scene(face: Face, posed: Posed, level: int = 2) -> tuple[Float, Int]:
    """All vertices and triangles as one solid, for a depth camera; lashes left out."""
    pieces = [s.mesh for s in surfaces(face, posed, level) if s.material != "lash"]
    starts = np.cumsum([0, *(len(m.vertices) for m in pieces)])
    faces = [m.faces + start for m, start in zip(pieces, starts, strict=False)]
    return np.concatenate([m.vertices for m in pieces]), np.concatenate(faces).astype(np.int32)


def picture(
    face: Face,
    scores: Any = "0",
    *,
    size: int = 256,
    yaw: float = 0.0,
    pitch: float = 0.0,
    level: int = 2,
    supersample: int = 1,
    extra: Mapping[str, float] | None = None,
    background: tuple[float, float, float] = BACKGROUND,
    camera: Camera | None = None,
    lights: Lights | None = None,
) -> npt.NDArray[np.uint8]:
    """RGB picture (height, width, 3) of the face; see ``Face.mix`` for `scores` and `extra`.

    Parameters
    ----------
    size : width and height [px]
    yaw, pitch : turn of the whole head for the camera [deg]
    level : of the skin, 1 to 3
    supersample : samples per pixel and side, 2 for stills
    """
    posed = face.posed(scores, extra)
    camera = camera or Camera.portrait(size, size, yaw=yaw, pitch=pitch)
    return render(
        surfaces(face, posed, level),
        camera,
        face.look,
        lights,
        background,
        supersample=supersample,
    )
