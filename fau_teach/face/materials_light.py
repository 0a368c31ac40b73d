"""Light on the teaching face: lamps, skin-like diffusion, highlights and the film curve.

All in linear light. The functions run on arrays and become GLSL alike (see `expr`).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from fau_teach.face.expr import (
    Value,
    Vec3,
    add,
    clip,
    dot,
    exp,
    maximum,
    minimum,
    mix,
    normalise,
    scale,
    sqrt,
)


@dataclass(frozen=True, slots=True)
class Lights:
    """Three lamps that stand still with the viewer; intensities in units of the film's white.

    Directions point from the face to the lamp in the viewer's frame (x right, y up, z to the
    viewer); any length.
    """

    key: tuple[float, float, float] = (-0.55, 0.62, 0.78)
    key_colour: tuple[float, float, float] = (1.78, 1.65, 1.50)
    fill: tuple[float, float, float] = (0.85, 0.10, 0.62)
    fill_colour: tuple[float, float, float] = (0.40, 0.44, 0.50)
    sky: tuple[float, float, float] = (0.43, 0.45, 0.49)
    ground: tuple[float, float, float] = (0.23, 0.19, 0.17)
    exposure: float = 0.82

    def scaled(self, factor: float) -> Lights:
        """The same lamps brighter (> 1) or dimmer (< 1)."""
        return Lights(
            self.key, self.key_colour, self.fill, self.fill_colour, self.sky, self.ground,
            self.exposure * factor,
        )  # fmt: skip


def diffuse(n: Vec3, albedo: Vec3, ao: Value, wrap: Vec3, k: SimpleNamespace) -> Vec3:
    """Wrapped diffuse light of both lamps plus hemispherical sky light.

    `wrap` (per colour, 0 hard .. 1) lets light creep round the terminator: red farthest, as in
    skin, where it spreads widest under the surface. The sky alone is dimmed fully by `ao`;
    light bounced inside a fold takes the colour of the surface.
    """
    key, fill = dot(n, k.key), dot(n, k.fill)
    up = dot(n, k.up) * 0.5 + 0.5
    shade = mix(0.45, 1.0, ao)
    out = []
    for a, w, kc, fc, sky, ground in zip(
        albedo, wrap, k.key_colour, k.fill_colour, k.sky, k.ground, strict=True
    ):
        direct = _wrapped(key, w) * kc + _wrapped(fill, w) * fc
        bounced = ao + (1.0 - ao) * ao * a * 1.3
        out.append(a * (direct * shade + (ground + (sky - ground) * up) * bounced))
    return out[0], out[1], out[2]


def _wrapped(cosine: Value, wrap: float) -> Value:
    lit = maximum(cosine + wrap, 0.0) * (1.0 / (1.0 + wrap))
    return lit if wrap == 0.0 else lit * mix(1.0, minimum(lit * 2.2, 1.0), 0.5)


def highlight(n: Vec3, view: Vec3, sharpness: float, k: SimpleNamespace) -> tuple[Value, Value]:
    """Blinn highlights of key and fill as spherical Gaussians (1 at the centre)."""
    hk = normalise(add(k.key, view))
    hf = normalise(add(k.fill, view))
    return (
        exp((dot(n, hk) - 1.0) * sharpness),
        exp((dot(n, hf) - 1.0) * sharpness),
    )


def fresnel(n: Vec3, view: Vec3) -> Value:
    """Share of light mirrored at the surface: 0.04 seen straight, more at a grazing view."""
    t = 1.0 - clip(dot(n, view))
    t2 = t * t
    return 0.04 + 0.5 * t2 * t2


def shine(colour: Vec3, key: Value, fill: Value, k: SimpleNamespace) -> Vec3:
    """Colour plus the mirrored lamps."""
    r, g, b = (
        c + key * kc + fill * fc
        for c, kc, fc in zip(colour, k.key_colour, k.fill_colour, strict=True)
    )
    return r, g, b


def tilt(n: Vec3, right: Vec3, up: Vec3, du: Value, dv: Value) -> Vec3:
    """Normal of a surface raised by a height with slopes du along `right`, dv along `up`."""
    return normalise(add(n, add(scale(right, -du), scale(up, -dv))))


def film(linear: Vec3, exposure: Value) -> Vec3:
    """Display colour 0..1: a filmic shoulder in luminance, then the display's gamma.

    The shoulder works mostly on luminance, so bright skin keeps its hue; the sRGB curve is its
    fit by square roots.
    """
    r, g, b = (maximum(c, 0.0) * exposure for c in linear)
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    s = (1.0 + y * 0.16) / (1.0 + y * 0.72)
    out = []
    for c in (r, g, b):
        each = (1.0 + c * 0.16) / (1.0 + c * 0.72)
        x = minimum(c * (0.65 * s + 0.35 * each) * 1.18, 1.0)
        s1 = sqrt(x)
        s2 = sqrt(s1)
        out.append(clip(0.585122381 * s1 + 0.783140355 * s2 - 0.368262736 * sqrt(s2)))
    return out[0], out[1], out[2]
