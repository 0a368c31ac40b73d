"""How the face looks: one set of formulae for the picture in numpy and the one in WebGL2.

`shade` runs the formulae on arrays; `fragment_source` records the same ones as a GLSL ES 3.00
fragment shader, so both agree but for rounding.

The shader's interface
----------------------
Varyings (a part that lacks an attribute sends the value in brackets):

- ``vec3 v_position``  posed position, head frame [mm]
- ``vec3 v_normal``    smooth normal, any length
- ``vec2 v_uv``        attribute ``uv`` of the skin [mm] (0, 0)
- ``vec4 v_skin``      ``lip``, ``vermilion``, ``cavity`` (0), ``ao`` (1)
- ``vec4 v_move``      ``lid_upper``, ``lid_lower``, summed strain ``cu``, ``cv`` (0)
- parts put attributes of their own into the same floats: see `SLOTS`
- ``vec4 v_overlay``   display colour laid over the shaded one, and its cover 0..1 (0)

Uniforms: ``int material`` (index in `MATERIALS`), ``int mode`` (0 picture, 1 class map: red is
the index in `CLASSES` over 255, 2 overlay only on grey), and ``vec4 U[...]`` holding all floats
in the order of `UNIFORMS`, four to a vector, as `uniform_values` returns them. The first ones
change from frame to frame: see `Frame`. The clear colour is given as a display colour.
Output: ``vec4 pixel``, alpha 1.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any

import numpy as np

from fau_teach.face import materials_parts as parts
from fau_teach.face.expr import NOISE_GLSL, Array, Symbol, Trace, Value, Vec3, above, normalise
from fau_teach.face.materials_light import Lights, film
from fau_teach.face.materials_skin import brow, hairline, skin

MATERIALS = ("skin", "eye", "teeth", "gum", "tongue", "hair", "lash", "cloth")
CLASSES = (
    "background", "skin", "lips", "brow", "iris", "sclera",
    "teeth", "mouth", "hair", "lash", "cloth",
)  # fmt: skip
FIELDS = (
    "x", "y", "z", "nx", "ny", "nz", "u", "v", "lip", "vermilion", "cavity", "ao",
    "lid_upper", "lid_lower", "cu", "cv",
)  # fmt: skip
"""Interpolated floats of a fragment, in the order of the varyings."""
SLOTS = {
    "uv": 6, "eye": 6, "tooth": 6, "lock": 6, "weave": 6, "lip": 8, "strand": 8, "rib": 8,
    "vermilion": 9, "cavity": 10, "cover": 10, "ao": 11, "lid_upper": 12, "lid_lower": 13,
    "cu": 14, "cv": 15,
}  # fmt: skip
"""Vertex attribute to the place of its first component in `FIELDS`."""


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and marks of one identity.

    Parameters
    ----------
    melanin : pigment of the skin, 0 (very light) to 1 (very dark)
    haemoglobin : blood in the skin, 0 (pale) to 1 (ruddy)
    lip_redness : further blood in the lips
    gloss : oiliness of the skin
    freckles, stubble : 0 to 1
    wrinkle_gain : depth of wrinkles per compression, 1 for middle age
    line_forehead, line_glabella, line_crow, line_under_eye, line_nasolabial, line_marionette :
        depth of the lines that stay at rest, 0 to 1
    brow_thickness, brow_density : 1 is average
    brow_height, brow_arch : offsets of the whole brow and of its peak [mm]
    brow_darkness : eumelanin of the brow beyond that of the hair
    hair_eumelanin, hair_pheomelanin, hair_grey : brown-black and red pigment, share of white
    hairline : offset of the hairline upward [mm]
    scalp : cover of the cropped hair painted on the scalp, under other hair if there is any
    iris_melanin : 0 blue, 0.4 hazel, 1 dark brown
    pupil : radius as a share of the iris's
    cloth_red, cloth_green, cloth_blue : linear reflectance of the shirt
    """

    melanin: float = 0.22
    haemoglobin: float = 0.45
    lip_redness: float = 0.45
    gloss: float = 1.0
    freckles: float = 0.0
    stubble: float = 0.0
    wrinkle_gain: float = 1.0
    line_forehead: float = 0.0
    line_glabella: float = 0.0
    line_crow: float = 0.0
    line_under_eye: float = 0.08
    line_nasolabial: float = 0.06
    line_marionette: float = 0.0
    brow_thickness: float = 1.0
    brow_density: float = 1.0
    brow_height: float = 0.0
    brow_arch: float = 0.0
    brow_darkness: float = 0.1
    hair_eumelanin: float = 0.75
    hair_pheomelanin: float = 0.25
    hair_grey: float = 0.0
    hairline: float = 0.0
    scalp: float = 0.8
    iris_melanin: float = 0.65
    pupil: float = 0.36
    cloth_red: float = 0.16
    cloth_green: float = 0.19
    cloth_blue: float = 0.25

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if not (isinstance(value, (int, float)) and abs(value) < 100):
                raise ValueError(f"look {f.name} is {value!r}; it must be a number below 100")
            object.__setattr__(self, f.name, float(value))  # numpy scalars would widen float32

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Look:
        """A look from named numbers; those not named keep their defaults.

        Raises
        ------
        ValueError
            A name is unknown (says which and what there is).
        """
        known = {f.name for f in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ValueError(f"look has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Frame:
    """What of the uniforms changes from frame to frame, or from part to part.

    Parameters
    ----------
    up : the head's vertical (0, 1, 0), turned with the head (unit vector, head frame)
    position : of the camera, head frame [mm]
    key, fill : unit vectors to the lamps, turned from the viewer's frame into the head frame
    gaze : optical axis of the eye that is drawn, unit vector
    margin_upper, margin_lower : of an eye, sine of the elevation of the lid margins over its
        centre; of teeth, gum and tongue, ``margin_upper`` says how far the lips stand open, from 0
        (closed) to 0.3 or more (8 mm): the light that comes in
    footprint : width of a pixel at the face [mm]
    """

    up: tuple[float, float, float] = (0.0, 1.0, 0.0)
    position: tuple[float, float, float] = (0.0, -10.0, 925.0)
    key: tuple[float, float, float] = (-0.48, 0.54, 0.69)
    fill: tuple[float, float, float] = (0.80, 0.09, 0.59)
    gaze: tuple[float, float, float] = (0.0, 0.0, 1.0)
    margin_upper: float = 0.40
    margin_lower: float = -0.40
    footprint: float = 0.9


_VECTORS = ("up", "position", "key", "fill", "gaze", "key_colour", "fill_colour", "sky", "ground")
_FRAME = ("up", "position", "key", "fill", "gaze", "margin_upper", "margin_lower", "footprint")
_LIGHT = ("key_colour", "fill_colour", "sky", "ground", "exposure")
UNIFORMS: tuple[str, ...] = tuple(
    name
    for group in (*_FRAME, "detail", *_LIGHT, *(f.name for f in fields(Look)))
    for name in ([f"{group}_{c}" for c in "xyz"] if group in _VECTORS else [group])
)
"""Names of the floats in ``U``: vectors as three, with _x, _y, _z."""


def uniform_values(look: Look, lights: Lights, frame: Frame) -> Array:
    """All uniforms as the (4 n,) float32 array of ``U``, zero-padded."""
    # Detail finer than a pixel would only flicker: it fades out as the picture gets small.
    detail = min(max(1.45 - frame.footprint, 0.0), 1.0)
    flat: list[float] = []
    for source, names in ((frame, _FRAME), (None, ()), (lights, _LIGHT)):
        if source is None:
            flat.append(detail)
        for name in names:
            flat.extend(np.atleast_1d(getattr(source, name)).tolist())
    flat.extend(getattr(look, f.name) for f in fields(look))
    return np.array(flat + [0.0] * (-len(flat) % 4), np.float32)


def _namespace(values: Mapping[str, Value]) -> SimpleNamespace:
    """Uniforms or fields by name, vectors put together."""
    single = {n: v for n, v in values.items() if n[-2:] not in ("_x", "_y", "_z")}
    triples = {n: tuple(values[f"{n}_{c}"] for c in "xyz") for n in _VECTORS}
    return SimpleNamespace(**single, **triples)


def _fragment(values: Mapping[str, Value], k: SimpleNamespace) -> SimpleNamespace:
    position = values["x"], values["y"], values["z"]
    n = normalise((values["nx"], values["ny"], values["nz"]))
    view = normalise(
        (k.position[0] - position[0], k.position[1] - position[1], k.position[2] - position[2])
    )
    return SimpleNamespace(**{**values, "position": position, "n": n, "view": view})


_SHADERS = {
    "skin": skin, "eye": parts.eye, "teeth": parts.teeth, "gum": parts.gum,
    "tongue": parts.tongue, "hair": parts.hair, "lash": parts.lash, "cloth": parts.cloth,
}  # fmt: skip


def _picture(material: str, f: SimpleNamespace, k: SimpleNamespace) -> Vec3:
    return film(_SHADERS[material](f, k), k.exposure)


def _class(material: str, f: SimpleNamespace, k: SimpleNamespace) -> Value:
    """Index in `CLASSES`; thresholds at half cover."""
    if material == "skin":
        index: Value = CLASSES.index("skin")
        choices = (
            ("brow", above(0.4, brow(f.u, f.v, k)[0])),
            ("lips", above(0.5, f.vermilion)),
            ("hair", above(3.5, hairline(f.u, f.v, k))),
            ("mouth", above(0.65, f.cavity)),
        )
        for name, where in choices:
            index = index + (CLASSES.index(name) - index) * where
        return index
    if material == "eye":
        radius = f.u * f.u + f.v * f.v
        return CLASSES.index("sclera") - above(radius, parts.IRIS**2)
    name = {"gum": "mouth", "tongue": "mouth"}.get(material, material)
    return float(CLASSES.index(name)) + 0.0 * f.u


def shade(
    material: str, values: Mapping[str, Value], uniforms: Array, classes: bool = False
) -> Array:
    """Colour of fragments of one material.

    Parameters
    ----------
    material : one of `MATERIALS`
    values : (P,) float32 for each of `FIELDS`
    uniforms : of `uniform_values`
    classes : give the index in `CLASSES` instead

    Returns
    -------
    (3, P) float32 display colours 0..1, or (P,) indices

    Raises
    ------
    ValueError
        The material is unknown.
    """
    if material not in _SHADERS:
        raise ValueError(f"material {material!r} is not one of {', '.join(MATERIALS)}")
    k = _namespace(dict(zip(UNIFORMS, uniforms.tolist(), strict=False)))
    f = _fragment(values, k)
    if classes:
        return np.asarray(_class(material, f, k) + 0.0 * f.u, np.float32)
    return np.stack([np.asarray(c, np.float32) for c in _picture(material, f, k)])


_VARYINGS = {
    "position": ("x", "y", "z"),
    "normal": ("nx", "ny", "nz"),
    "uv": ("u", "v"),
    "skin": ("lip", "vermilion", "cavity", "ao"),
    "move": ("lid_upper", "lid_lower", "cu", "cv"),
}


def _function(name: str, material: str, classes: bool) -> str:
    trace = Trace()
    uniforms = {u: trace.symbol(f"U[{i // 4}].{'xyzw'[i % 4]}") for i, u in enumerate(UNIFORMS)}
    values: dict[str, Symbol] = {
        field: trace.symbol(f"v_{group}.{c}")
        for group, names in _VARYINGS.items()
        for field, c in zip(names, "xyzw", strict=False)
    }
    k = _namespace(uniforms)
    f = _fragment(values, k)
    if classes:
        result, kind = trace.call("float", _class(material, f, k)).code, "float"
    else:
        result, kind = trace.call("vec3", *_picture(material, f, k), kind="vec3").code, "vec3"
    body = "\n".join(f"  {line}" for line in trace.lines)
    return f"{kind} {name}() {{\n{body}\n  return {result};\n}}\n"


@functools.cache
def fragment_source() -> str:
    """The fragment shader, complete; its interface is in the docstring of this module."""
    head = "#version 300 es\nprecision highp float;\nprecision highp int;\n"
    for group, names in {**_VARYINGS, "overlay": ("r", "g", "b", "a")}.items():
        head += f"in vec{len(names)} v_{group};\n"
    head += f"uniform vec4 U[{-(-len(UNIFORMS) // 4)}];\n"
    head += "uniform int material;\nuniform int mode;\nout vec4 pixel;\n"
    body = NOISE_GLSL
    for material in MATERIALS:
        body += _function(f"shade_{material}", material, False)
        body += _function(f"class_{material}", material, True)
    cases = {
        kind: "".join(
            f"    case {i}: {target} = {kind}_{m}(); break;\n" for i, m in enumerate(MATERIALS)
        )
        for kind, target in (("shade", "c"), ("class", "id"))
    }
    body += (
        "void main() {\n  vec3 c = vec3(0.6);\n  if (mode == 1) {\n    float id = 0.0;\n"
        f"    switch (material) {{\n{cases['class']}    }}\n"
        "    pixel = vec4(id / 255.0, 0.0, 0.0, 1.0);\n    return;\n  }\n"
        f"  if (mode == 0) switch (material) {{\n{cases['shade']}  }}\n"
        "  pixel = vec4(mix(c, v_overlay.rgb, v_overlay.a), 1.0);\n}\n"
    )
    return head + body


__all__ = [
    "CLASSES", "FIELDS", "MATERIALS", "SLOTS", "UNIFORMS", "Frame", "Lights", "Look",
    "fragment_source", "shade", "uniform_values",
]  # fmt: skip
