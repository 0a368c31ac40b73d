"""Pictures of the posed face: z-buffer, smooth normals, one shading pass per material."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from fau_teach.face.camera import Camera
from fau_teach.face.expr import Array
from fau_teach.face.materials import (
    FIELDS,
    MATERIALS,
    SLOTS,
    Frame,
    Look,
    shade,
    uniform_values,
)
from fau_teach.face.materials_light import Lights
from fau_teach.face.mesh import Float, Mesh, vertex_normals
from fau_teach.face.raster import Fragments, rasterize

Picture = npt.NDArray[np.uint8]
BACKGROUND = (0.80, 0.83, 0.86)


@dataclass(frozen=True, slots=True)
class Surface:
    """A posed piece of the face, ready to be drawn.

    Parameters
    ----------
    mesh : posed vertices in the head frame [mm]; attributes as the docstring of `materials`
        lists them, each of which may be missing
    material : one of `materials.MATERIALS`
    gaze : optical axis of an eye, unit vector
    margins : of lids or lips, see `materials.Frame`

    Raises
    ------
    ValueError
        The material is unknown.
    """

    mesh: Mesh
    material: str
    gaze: tuple[float, float, float] = (0.0, 0.0, 1.0)
    margins: tuple[float, float] = (0.40, -0.40)

    def __post_init__(self) -> None:
        if self.material not in MATERIALS:
            raise ValueError(f"material {self.material!r} is not one of {', '.join(MATERIALS)}")


@dataclass(frozen=True, slots=True)
class View:
    """What `render` saw, for overlays and tests.

    Parameters
    ----------
    fragments : of the z-buffer, over the joined faces of all surfaces
    surface : (P,) index of the surface at each covered pixel
    fields : (len(FIELDS), P) interpolated float32 attributes
    colour : (P, 3) display colour 0..1
    """

    fragments: Fragments
    surface: npt.NDArray[np.intp]
    fields: Array
    colour: Array


def render(
    surfaces: Sequence[Surface],
    camera: Camera,
    look: Look | None = None,
    lights: Lights | None = None,
    background: tuple[float, float, float] = BACKGROUND,
    *,
    up: tuple[float, float, float] = (0.0, 1.0, 0.0),
    supersample: int = 1,
    overlay: Callable[[View], npt.ArrayLike] | None = None,
) -> Picture:
    """Picture of a posed face.

    Parameters
    ----------
    surfaces : posed skin and parts
    camera : the camera
    look, lights : defaults where None
    background : display colour 0..1
    up : the head's vertical, when the head is turned on its neck
    supersample : samples per pixel along each side; 2 for stills
    overlay : function of the `View` that returns the (P, 3) display colours to show instead

    Returns
    -------
    (H, W, 3) uint8

    Raises
    ------
    ValueError
        Nothing to draw, or what `rasterize` refuses.
    """
    view = see(surfaces, camera.scaled(supersample), look, lights, up=up)
    colour = view.colour if overlay is None else np.asarray(overlay(view), np.float32)
    frame = view.fragments
    flat = np.empty((frame.height * frame.width, 3), np.float32)
    flat[:] = background
    flat[frame.pixel] = colour
    if supersample > 1:
        flat = flat.reshape(camera.height, supersample, camera.width, supersample, 3).mean((1, 3))
    flat *= 255.0
    flat += 0.5
    return flat.clip(0, 255).astype(np.uint8).reshape(camera.height, camera.width, 3)


def classes(
    surfaces: Sequence[Surface], camera: Camera, look: Look | None = None
) -> npt.NDArray[np.uint8]:
    """(H, W) index in `materials.CLASSES` of what is seen at each pixel, 0 for background."""
    view = see(surfaces, camera, look, class_map=True)
    return view.fragments.image(np.rint(view.colour[:, 0]).astype(np.uint8))


def see(
    surfaces: Sequence[Surface],
    camera: Camera,
    look: Look | None = None,
    lights: Lights | None = None,
    *,
    up: tuple[float, float, float] = (0.0, 1.0, 0.0),
    class_map: bool = False,
) -> View:
    """The shaded fragments that `render` puts into a picture."""
    if not surfaces:
        raise ValueError("nothing to draw: no surfaces. At least the skin is needed.")
    look, lights = look or Look(), lights or Lights()
    counts = np.cumsum([0, *(len(s.mesh.vertices) for s in surfaces)])
    faces = np.concatenate([s.mesh.faces + n for s, n in zip(surfaces, counts, strict=False)])
    values = np.concatenate([_attributes(s) for s in surfaces])
    fragments = rasterize(values[:, :3], faces, camera)
    owner = np.repeat(np.arange(len(surfaces)), [len(s.mesh.faces) for s in surfaces])
    surface = owner[fragments.triangle]
    fields = _interpolate(values, faces[fragments.triangle], fragments.weights)
    frame = frame_of(camera, lights, up)
    colour = np.empty((len(surface), 3), np.float32)
    for group in _groups(surfaces):
        where = np.flatnonzero(np.isin(surface, group))
        if not len(where):
            continue
        one = surfaces[group[0]]
        own = replace(
            frame, gaze=one.gaze, margin_upper=one.margins[0], margin_lower=one.margins[1]
        )
        part = dict(zip(FIELDS, fields[:, where], strict=True))
        result = shade(one.material, part, uniform_values(look, lights, own), class_map)
        colour[where] = result.T if result.ndim == 2 else result[:, None]
        if not class_map and any("overlay" in surfaces[i].mesh.attributes for i in group):
            colour[where] = _lay_over(colour[where], surfaces, faces, fragments, where)
    return View(fragments, surface, fields, colour)


def frame_of(
    camera: Camera, lights: Lights, up: tuple[float, float, float] = (0.0, 1.0, 0.0)
) -> Frame:
    """The uniforms that follow from where the camera stands; the lamps stand with it."""
    turn = camera.rotation

    def lamp(direction: tuple[float, float, float]) -> tuple[float, float, float]:
        x, y, z = (np.array(direction) / np.linalg.norm(direction)) @ turn
        return float(x), float(y), float(z)

    x, y, z = camera.position.tolist()
    return Frame(
        up=up, position=(x, y, z), key=lamp(lights.key), fill=lamp(lights.fill),
        footprint=camera.distance / camera.focal,
    )  # fmt: skip


def _attributes(surface: Surface) -> Array:
    """(N, len(FIELDS)) values of the vertices in the order of FIELDS."""
    mesh, given = surface.mesh, surface.mesh.attributes
    values = np.zeros((len(mesh.vertices), len(FIELDS)), np.float32)
    values[:, :3] = mesh.vertices
    values[:, 3:6] = (
        given["normal"] if "normal" in given else vertex_normals(mesh.vertices, mesh.faces)
    )
    values[:, SLOTS["ao"]] = 1.0
    for name, column in SLOTS.items():
        if name in given:
            one = np.asarray(given[name])
            values[:, column : column + (1 if one.ndim == 1 else one.shape[1])] = (
                one[:, None] if one.ndim == 1 else one
            )
    return values


def _interpolate(values: Array, corners: npt.NDArray[Any], weights: Float) -> Array:
    """(K, P) values at the fragments, one contiguous row per field."""
    w = weights.astype(np.float32)
    result = values[corners[:, 0]] * w[:, :1]
    result += values[corners[:, 1]] * w[:, 1:2]
    result += values[corners[:, 2]] * w[:, 2:]
    return np.ascontiguousarray(result.T)


def _groups(surfaces: Sequence[Surface]) -> list[list[int]]:
    """Surfaces that can be shaded together: same material and same own uniforms."""
    groups: dict[Any, list[int]] = {}
    for i, s in enumerate(surfaces):
        groups.setdefault((s.material, s.gaze, s.margins), []).append(i)
    return list(groups.values())


def _lay_over(
    colour: Array,
    surfaces: Sequence[Surface],
    faces: npt.NDArray[Any],
    fragments: Fragments,
    where: npt.NDArray[np.intp],
) -> Array:
    cover = np.concatenate(
        [
            np.asarray(s.mesh.attributes.get("overlay", np.zeros((len(s.mesh.vertices), 4))))
            for s in surfaces
        ]
    ).astype(np.float32)
    laid = _interpolate(cover, faces[fragments.triangle[where]], fragments.weights[where])
    mixed: Array = colour + (laid[:3].T - colour) * laid[3][:, None]
    return mixed
