"""Wrinkles and furrows: line patterns in layout millimetres that compression brings out.

Each zone is a height function of the layout coordinates (u, v), mirrored in u = 0 but for its
noise, times the skin's compression there. The slopes of the height tilt the normal; the depth
darkens a little. Noise warps, breaks and varies the lines, so that none looks ruled.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from fau_teach.face.expr import (
    Value,
    above,
    absolute,
    arctan2,
    bump,
    clip,
    exp,
    floor,
    maximum,
    minimum,
    noise2,
    noise3,
    smoothstep,
    sqrt,
    within,
)

# Compression (strain) at which lines begin to show, and the gain from there on.
ONSET, GAIN = 0.02, 5.0


def response(strain: Value, k: SimpleNamespace) -> Value:
    """Line depth 0..1.2 that a compression strain brings out."""
    return clip((strain - ONSET) * (GAIN * k.wrinkle_gain), 0.0, 1.2)


def fold(s: Value, width: Value) -> tuple[Value, Value]:
    """Groove with raised shoulders at distance s: (dh/ds per mm of depth, depth 0..1)."""
    narrow = exp(-(s * s) * (1.0 / (width * width)))
    broad = exp(-(s * s) * (1.0 / (6.25 * width * width)))
    slope = s * (2.0 / (width * width)) * (narrow - 0.07 * broad)
    return slope, narrow


def lines(s: Value, spacing: float, width: Value) -> tuple[Value, Value, Value]:
    """Evenly spaced grooves: slope, depth, and the number of the nearest line."""
    index = floor(s * (1.0 / spacing) + 0.5)
    slope, depth = fold(s - index * spacing, width)
    return slope, depth, index


def wrinkles(f: SimpleNamespace, k: SimpleNamespace) -> tuple[Value, Value, Value]:
    """Slopes (dh/du, dh/dv) of all wrinkles and their darkening 0..1.

    Parameters
    ----------
    f : fragment with u, v [mm] and the compression strains cu, cv
    k : uniforms; footprint [mm per pixel] keeps the lines no thinner than the picture can show
    """
    au, v = absolute(f.u), f.v
    cu, cv = response(f.cu, k), response(f.cv, k)
    both = response(f.cu + f.cv, k)
    thin = maximum(k.footprint * 0.75, 0.8)
    wide = maximum(k.footprint * 0.9, 1.5)
    side = above(0.0, f.u) * 2.0 - 1.0
    du: Value = 0.0
    dv: Value = 0.0
    dark: Value = 0.0

    def collect(weight: Value, zone: Callable[[SimpleNamespace], tuple[Value, ...]]) -> None:
        def body(*values: Value) -> tuple[Value, ...]:
            u, au, v, side, w = values
            return zone(SimpleNamespace(u=u, au=au, v=v, side=side, w=w))

        nonlocal du, dv, dark
        a, b, c = within(weight, body, f.u, au, v, side, weight)
        du, dv, dark = du + a, dv + b, dark + c

    def forehead(p: SimpleNamespace) -> tuple[Value, ...]:
        warp = noise2(p.u * 0.045 + 7.1, p.v * 0.04) * 3.2 + noise2(p.u * 0.17, p.v * 0.2) * 0.9
        slope, depth, i = lines(p.v + warp + 3.0 * bump(p.au, 26.0, 40.0) - 2.0, 7.6, thin * 1.15)
        a = p.w * (0.25 + 0.9 * smoothstep(0.12, 0.62, noise2(p.u * 0.06 + i * 3.7, i * 5.3 + 0.5)))
        return 0.0 * p.u, 0.5 * a * slope, a * depth * 0.8

    collect(
        (cv + k.line_forehead) * smoothstep(26.0, 36.0, v) * smoothstep(74.0, 62.0, v)
        * smoothstep(62.0, 44.0, au),
        forehead,
    )  # fmt: skip

    def glabella(p: SimpleNamespace) -> tuple[Value, ...]:
        warp = (noise2(p.v * 0.13, p.side * 3.0 + 9.5) - 0.5) * 2.4
        s1, d1 = fold(p.au - 6.4 - 0.05 * (p.v - 14.0) + warp, thin * 1.15)
        s2, d2 = fold(p.au - 11.6 - 0.16 * (p.v - 14.0) + warp, thin)
        b = smoothstep(34.0, 26.0, p.v) * 0.55
        return p.side * p.w * 0.62 * (s1 + b * s2), 0.0 * p.v, p.w * (d1 + b * d2)

    collect(
        (cu + k.line_glabella) * smoothstep(9.0, 16.0, v) * smoothstep(38.0, 25.0, v)
        * smoothstep(19.0, 13.0, au),
        glabella,
    )  # fmt: skip

    def root(p: SimpleNamespace) -> tuple[Value, ...]:
        warp = noise2(p.u * 0.16 + 3.3, p.v * 0.1) * 2.2 + p.au * p.au * 0.012
        slope, depth, i = lines(p.v + warp, 4.7, thin)
        a = p.w * (0.45 + 0.75 * noise2(p.u * 0.12, i * 7.7))
        return 0.0 * p.u, 0.42 * a * slope, a * depth

    collect(
        response(f.cv - 0.08, k)
        * smoothstep(-6.0, 0.0, v)
        * smoothstep(17.0, 9.0, v)
        * bump(au, 0.0, 14.0),
        root,
    )

    def bunny(p: SimpleNamespace) -> tuple[Value, ...]:
        warp = noise2(p.au * 0.15 + p.side, p.v * 0.15) * 2.6
        slope, depth, i = lines(p.v * 0.86 + p.au * 0.5 + warp, 4.4, thin)
        a = p.w * (0.35 + 0.9 * noise2(p.au * 0.14, i * 4.1 + p.side))
        return p.side * 0.2 * a * slope, 0.38 * a * slope, a * depth

    collect(both * bump(au, 7.0, 8.5) * bump(v, -10.0, 13.0), bunny)

    def crow(p: SimpleNamespace) -> tuple[Value, ...]:
        x, y = p.au - 43.0, p.v + 0.5
        r = sqrt(x * x + y * y + 0.01)
        angle = arctan2(y, x) + (noise2(r * 0.1, p.side * 2.0 + 5.5) - 0.5) * 0.55
        i = floor(angle * 2.4 + 0.5)
        slope, depth = fold(r * (angle - i * (1.0 / 2.4)), thin * 1.15)
        a = p.w * (0.25 + 0.9 * noise2(r * 0.09 + i * 2.3, i * 6.1 + p.side))
        a = a * smoothstep(34.0, 17.0, r) * smoothstep(7.0, 14.0, r)
        a = a * smoothstep(1.2, 0.7, angle) * smoothstep(-1.25, -0.7, angle)
        return p.side * -0.40 * a * slope * y / r, 0.40 * a * slope * x / r, a * depth * 0.7

    collect(
        (response(f.cv + 0.5 * f.cu, k) + k.line_crow) * bump(au, 60.0, 22.0)
        * bump(v, -1.0, 28.0) * 1.5,
        crow,
    )  # fmt: skip

    def infraorbital(p: SimpleNamespace) -> tuple[Value, ...]:
        x, y = (p.au - 32.0) * 0.62, p.v - 2.0
        r = sqrt(x * x + y * y + 0.01) + (noise2(p.au * 0.1, p.v * 0.1 + p.side) - 0.5) * 2.0
        slope, depth, i = lines(r - 10.6, 4.3, thin)
        a = p.w * (0.4 + 0.8 * noise2(p.au * 0.09 + i, i * 3.3 + p.side))
        return p.side * 0.3 * a * slope * x * 0.62 / r, 0.3 * a * slope * y / r, a * depth * 0.6

    collect(
        (cv + k.line_under_eye) * smoothstep(-7.0, -9.5, v) * smoothstep(-24.0, -15.0, v)
        * bump(au, 31.0, 20.0),
        infraorbital,
    )  # fmt: skip

    def nasolabial(p: SimpleNamespace) -> tuple[Value, ...]:
        t = (p.v + 78.0) * (1.0 / 46.0)
        s = (
            p.au
            - (19.0 + 14.0 * (1.0 - t * t))
            + (noise2(p.v * 0.08, p.side * 4.0 + 2.5) - 0.5) * 2.0
        )
        # A soft fold: the cheek bulges over a crease; its far wall is the steeper one.
        soft, shade = fold(s - 0.8, wide * 2.1)
        crease, line = fold(s, wide * 0.8)
        slope = (1.35 * soft + 0.3 * crease) * (0.8 + 0.4 * smoothstep(-1.5, 1.5, s))
        return p.side * p.w * slope, 0.3 * p.w * slope * t, p.w * (0.6 * shade + 0.35 * line)

    collect(
        (both * 0.7 + k.line_nasolabial) * smoothstep(-29.0, -40.0, v)
        * smoothstep(-84.0, -62.0, v) * smoothstep(14.0, 18.0, au) * smoothstep(48.0, 38.0, au),
        nasolabial,
    )  # fmt: skip

    def marionette(p: SimpleNamespace) -> tuple[Value, ...]:
        warp = (noise2(p.v * 0.1, p.side * 5.0 + 1.5) - 0.5) * 2.2
        slope, depth = fold(p.au - 26.0 + 0.16 * (p.v + 72.0) + warp, wide * 1.5)
        a = p.w * (0.45 + 0.6 * noise2(p.v * 0.12, p.side + 6.5))
        return p.side * 0.7 * a * slope, 0.11 * a * slope, 0.6 * a * depth

    collect(
        (both + k.line_marionette) * bump(au, 27.0, 12.0) * smoothstep(-70.0, -77.0, v)
        * smoothstep(-100.0, -84.0, v),
        marionette,
    )  # fmt: skip

    def lateral(p: SimpleNamespace) -> tuple[Value, ...]:
        y = p.v + 69.0
        warp = (noise2(p.v * 0.11 + p.side, p.au * 0.04) - 0.5) * 3.0
        slope, depth, i = lines(p.au - 32.0 + 0.008 * y * y + warp, 6.2, thin * 1.3)
        a = p.w * (0.4 + 0.8 * noise2(p.v * 0.08 + i * 1.7, i * 5.9 + p.side))
        return p.side * 0.55 * a * slope, 0.009 * y * a * slope, a * depth * 0.7

    collect(response(f.cu - 0.05, k) * bump(au, 35.0, 12.0) * bump(v, -68.0, 19.0), lateral)

    def purse(p: SimpleNamespace) -> tuple[Value, ...]:
        warp = noise2(p.u * 0.2 + 1.7, p.v * 0.09) * 3.0
        slope, depth, i = lines(p.u * (1.0 + 0.012 * (p.v + 68.0)) + warp, 3.9, thin)
        a = p.w * (0.3 + 0.8 * noise2(p.v * 0.1, i * 5.1))
        return 0.22 * a * slope, 0.0 * p.v, a * depth * 0.4

    y = absolute(v + 68.5)
    collect(
        0.8 * cu * smoothstep(30.0, 18.0, au) * smoothstep(3.0, 8.0, y) * smoothstep(21.0, 13.0, y),
        purse,
    )

    def chin(p: SimpleNamespace) -> tuple[Value, ...]:
        n, nu, nv = noise3(p.u * 0.34 + 0.4, p.v * 0.34)
        m, mu, mv = noise3(p.u * 0.62, p.v * 0.62 + 8.0)
        low = smoothstep(0.62, 0.15, n * 0.65 + m * 0.35)
        return (
            p.w * (0.50 * nu + 0.30 * mu),
            p.w * (0.50 * nv + 0.30 * mv),
            p.w * 0.2 * low,
        )

    # Skin that is pushed up and not drawn aside: mentalis, and not the depressor of the lip.
    bunched = response((f.cv + minimum(f.cu, 0.0) * 3.5) * 3.2, k)
    collect(bunched * bump(au, 0.0, 19.0) * bump(v, -98.0, 16.0), chin)
    return du, dv, clip(dark)
