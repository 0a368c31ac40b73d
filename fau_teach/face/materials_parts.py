"""What is not skin: eyes, teeth, gums, tongue, hair, lashes, shirt."""

from __future__ import annotations

from types import SimpleNamespace

from fau_teach.face.expr import (
    Value,
    Vec3,
    absolute,
    add,
    arctan2,
    blend,
    bump,
    clip,
    cos,
    cross,
    dot,
    minimum,
    mix,
    noise2,
    normalise,
    scale,
    sin,
    smoothstep,
    sqrt,
)
from fau_teach.face.materials_light import diffuse, fresnel, highlight, shine, tilt
from fau_teach.face.materials_skin import WRAP, hair_albedo, skin_albedo, strands

IRIS, LIMBUS = 0.49, 0.045  # angular radius of the iris and softness of its edge [rad]
MATT = (0.1, 0.1, 0.1)


def eye(f: SimpleNamespace, k: SimpleNamespace) -> Vec3:
    """Sclera, limbus, iris, pupil, wet highlight; f.u, f.v are the angles off the optic axis."""
    r = sqrt(f.u * f.u + f.v * f.v + 1e-8)
    angle = arctan2(f.v, f.u)
    # Lids shade what lies close under them, the upper more.
    height = dot(f.n, k.up)
    under = smoothstep(0.02, -0.34, height - k.margin_upper)
    over = smoothstep(-0.02, 0.22, height - k.margin_lower)
    across = cross(k.up, k.gaze)
    corner = absolute(dot(f.n, across))
    lids = (
        (0.30 + 0.70 * under) * (0.62 + 0.38 * over) * (1.0 - 0.40 * smoothstep(0.5, 0.95, corner))
    )

    vein = noise2(f.u * 9.0 + 2.0 * noise2(f.u * 14.0, f.v * 14.0), f.v * 34.0)
    red = smoothstep(0.45, 1.0, corner) * 0.6 + 0.10 * smoothstep(0.62, 0.9, vein) * k.detail
    white = blend((0.70, 0.655, 0.60), (0.60, 0.34, 0.29), clip(red))

    # Iris: a ramp from blue over green-hazel to brown by its melanin; radial fibres.
    q = r * (1.0 / IRIS)
    fibre = noise2(angle * 9.5, q * 2.2) * 0.6 + noise2(angle * 21.0 + 7.0, q * 4.0) * 0.4
    m = k.iris_melanin
    base = (
        0.10 + 0.22 * m * (1.0 - m) - 0.035 * m * m,
        0.18 - 0.13 * m - 0.028 * m * m,
        0.25 * (1.0 - m) * (1.0 - m) + 0.012,
    )
    inner = bump(q, 0.48, 0.24)
    tone = (0.45 + 1.1 * fibre) * (1.0 - 0.55 * smoothstep(0.70, 1.0, q))
    iris = (
        (base[0] * (1.0 + 1.3 * inner)) * tone,
        (base[1] * (1.0 + 0.7 * inner)) * tone,
        (base[2] * (1.0 - 0.1 * inner)) * tone,
    )
    # Light that enters by the cornea on the lamp's side gathers on the far side of the iris.
    side = dot(normalise(add(scale(across, f.u), scale(k.up, f.v))), k.key)
    glow = 1.0 - 0.55 * side * smoothstep(0.3, 0.9, q)
    pupil = smoothstep(k.pupil + 0.05, k.pupil - 0.03, q)
    iris = blend(scale(iris, glow), (0.006, 0.006, 0.007), pupil)
    edge = smoothstep(IRIS + LIMBUS, IRIS - LIMBUS * 0.6, r)
    albedo = blend(white, iris, edge)
    # The ring of the limbus is dusky on both sides.
    ring = bump(r, IRIS, LIMBUS * 2.0)
    albedo = scale(albedo, 1.0 - 0.45 * ring)

    colour = diffuse(f.n, scale(albedo, lids), 0.25 + 0.75 * lids, (0.35, 0.28, 0.25), k)
    key, fill = highlight(f.n, f.view, mix(300.0, 700.0, k.detail), k)
    soft, _ = highlight(f.n, f.view, 40.0, k)
    lit = smoothstep(0.3, 0.55, lids)
    return shine(colour, (0.85 * key + 0.035 * soft) * lit, 0.30 * fill * lit, k)


def teeth(f: SimpleNamespace, k: SimpleNamespace) -> Vec3:
    """Ivory, yellower at the gum, glassy at the edge; f.u across and f.v down the crown."""
    gap = smoothstep(0.62, 1.0, absolute(f.u))
    albedo = blend((0.62, 0.50, 0.36), (0.74, 0.69, 0.59), smoothstep(0.0, 0.45, f.v))
    albedo = blend(albedo, (0.64, 0.62, 0.57), smoothstep(0.8, 1.0, f.v) * 0.5)
    albedo = scale(albedo, (1.0 - 0.55 * gap) * (0.75 + 0.25 * smoothstep(0.0, 0.2, f.v)))
    # Side teeth stand in the shade of the cheeks.
    albedo = scale(albedo, 0.25 + 0.75 * smoothstep(0.1, 0.9, f.n[2]))
    return _wet(f, albedo, 0.7, 60.0, k)


def gum(f: SimpleNamespace, k: SimpleNamespace) -> Vec3:
    """Wet pink."""
    return _wet(f, (0.45, 0.16, 0.15), 0.55, 40.0, k)


def tongue(f: SimpleNamespace, k: SimpleNamespace) -> Vec3:
    """Wet, matt on top with papillae."""
    p = f.position
    grain = noise2(p[0] * 1.1, p[2] * 1.1) * 0.6 + noise2(p[0] * 0.4 + 4.0, p[2] * 0.4) * 0.4
    albedo = scale((0.52, 0.20, 0.18), 0.75 + 0.5 * grain * k.detail + 0.25 * (1.0 - k.detail))
    return _wet(f, albedo, 0.45 + 0.4 * grain, 24.0, k)


def _wet(
    f: SimpleNamespace, albedo: Vec3, gloss: Value, sharpness: float, k: SimpleNamespace
) -> Vec3:
    # What little light comes in between the lips; see `Frame.margin_upper`.
    lit = f.ao * (0.12 + 0.88 * smoothstep(0.0, 0.3, k.margin_upper))
    dim = lit * lit
    colour = diffuse(f.n, scale(albedo, lit), lit, (0.3, 0.16, 0.12), k)
    key, fill = highlight(f.n, f.view, sharpness, k)
    shone = gloss * dim * (fresnel(f.n, f.view) * 4.0)
    return shine(colour, key * shone, fill * shone, k)


def hair(f: SimpleNamespace, k: SimpleNamespace) -> Vec3:
    """Scalp hair, thin at the hairline.

    f.u across and f.v along the strands [mm]; (f.lip, f.vermilion) their direction along the
    tangents, f.cavity their cover.
    """
    right = normalise(cross(k.up, f.n))
    along = normalise(add(scale(right, f.lip), scale(cross(f.n, right), f.vermilion)))
    lit = strands(f.n, along, f.u, f.v, f.view, f.ao, k)
    frayed = f.cavity + (noise2(f.u * 1.9, f.v * 0.1) + noise2(f.u * 0.6, f.v * 0.06) - 1.0) * 0.22
    bare = diffuse(f.n, skin_albedo(k.melanin, 0.25 * k.haemoglobin), 0.8 * f.ao, WRAP, k)
    bare = blend(bare, lit, 0.6 * k.scalp)
    return blend(bare, lit, smoothstep(-0.04, 0.18, frayed))


def lash(f: SimpleNamespace, k: SimpleNamespace) -> Vec3:
    """Darker than the hair, hardly lit."""
    r, g, b = hair_albedo(minimum(k.hair_eumelanin + 0.45, 1.0), k.hair_pheomelanin, 0.0)
    light = 0.55 + 0.15 * dot(f.n, k.key)
    return r * light, g * light, b * light


def cloth(f: SimpleNamespace, k: SimpleNamespace) -> Vec3:
    """A plain knitted shirt; f.u round and f.v down the cloth [mm], f.lip 1 on a ribbed edge."""
    knit = noise2(f.u * 1.1, f.v * 1.6)
    worn = noise2(f.u * 0.045 + 3.0, f.v * 0.05)
    rib = f.lip * (0.5 + 0.5 * sin(f.u * 2.6))
    right = normalise(cross(k.up, f.n))
    fine = (knit - 0.5) * k.detail
    n = tilt(f.n, right, cross(f.n, right), fine * 0.3 + f.lip * 0.25 * cos(f.u * 2.6), fine * 0.15)
    fuzz = 1.0 - clip(dot(f.n, f.view))
    tone = 0.80 + 0.25 * fine + 0.2 * worn + 0.5 * fuzz * fuzz - 0.15 * rib
    return diffuse(n, scale((k.cloth_red, k.cloth_green, k.cloth_blue), tone), f.ao, MATT, k)
