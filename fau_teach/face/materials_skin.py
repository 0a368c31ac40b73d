"""Skin of the teaching face: pigment, blood, brows, lips, lids, scalp hair.

Everything is a function of the layout coordinates (u, v) [mm], so it is sharp at any mesh level.
"""

from __future__ import annotations

from types import SimpleNamespace

from fau_teach.face.expr import (
    Value,
    Vec3,
    absolute,
    blend,
    bump,
    clip,
    cross,
    dot,
    exp,
    maximum,
    mix,
    noise2,
    noise3,
    normalise,
    scale,
    smoothstep,
    sqrt,
    within,
)
from fau_teach.face.materials_light import diffuse, fresnel, highlight, shine, tilt
from fau_teach.face.materials_wrinkles import wrinkles

# Absorption of melanin and of blood per unit of their parameter, red, green, blue (linear).
MELANIN = (2.45, 3.2, 3.85)
BLOOD = (0.10, 0.72, 0.60)
BARE = (0.90, 0.705, 0.585)
WRAP = (0.42, 0.20, 0.13)


def skin_albedo(melanin: Value, blood: Value) -> Vec3:
    """Linear reflectance of skin with pigment 0..1 (very light to very dark) and blood 0..1."""
    r, g, b = (
        0.008 + base * exp(-(melanin * m + blood * h))
        for base, m, h in zip(BARE, MELANIN, BLOOD, strict=True)
    )
    return r, g, b


def hair_albedo(eumelanin: Value, pheomelanin: Value, grey: Value) -> Vec3:
    """Linear reflectance of hair: brown-black and red pigment 0..1, share of white hairs."""
    r, g, b = (
        mix(0.62 * exp(-(eumelanin * e + pheomelanin * p)), 0.5, grey)
        for e, p in zip((2.75, 3.5, 4.2), (0.25, 1.25, 2.6), strict=True)
    )
    return r, g, b


def spot(au: Value, v: Value, at: tuple[float, float], size: tuple[float, float]) -> Value:
    """Gaussian patch of standard half-axes `size` [mm] at `at`."""
    x, y = (au - at[0]) * (1.0 / size[0]), (v - at[1]) * (1.0 / size[1])
    return exp(-(x * x + y * y))


def brow(u: Value, v: Value, k: SimpleNamespace) -> tuple[Value, Value]:
    """Cover 0..1 of brow hairs and their shade: short strokes that turn along an arc."""
    near = bump(absolute(u), 33.0, 32.0) * bump(v - k.brow_height, 19.5, 15.0)

    def strokes(u: Value, v: Value, near: Value) -> tuple[Value, Value]:
        au = absolute(u)
        t = (au - 8.5) * (1.0 / 47.5)
        arc = 16.2 + (9.4 + k.brow_arch) * t * (1.0 - 0.42 * t * t) - 6.4 * t * t * t
        d = v - k.brow_height - arc + (noise2(au * 0.16 + 2.0, 0.5) - 0.5) * 1.2
        thick = k.brow_thickness * (4.9 - 3.6 * smoothstep(0.30, 1.05, t))
        e = d / thick
        # Hairs stand upright at the inner end and lie along the brow towards the tail.
        lean = mix(0.25, 2.6, smoothstep(0.0, 0.5, t)) - 0.8 * clip(e, -1.0, 1.0) * t
        phase = au - d * lean + (noise2(au * 0.5, d * 0.5 + 4.0) - 0.5) * 0.9
        fine = noise2(phase * 2.3, d * 0.42)
        coarse = noise2(phase * 0.8 + 31.0, d * 0.36 + 11.0)
        hair = mix(0.5, 0.78 * fine + 0.22 * coarse, k.detail)
        ends = smoothstep(-0.10, 0.26, t) * smoothstep(1.10, 0.78, t)
        core = maximum(1.0 - e * e, 0.0)
        density = (0.36 + 0.56 * core) * sqrt(core) * (0.25 + 0.75 * ends) * ends * k.brow_density
        cover = smoothstep(0.84 - density, 1.16 - density, hair)
        return cover * (0.90 * clip(near * 40.0)), fine

    cover, shade = within(near, strokes, u, v, near)
    return cover, shade


def hairline(u: Value, v: Value, k: SimpleNamespace) -> Value:
    """Height above the hairline [mm], frayed by noise: scalp hair where positive."""
    au = absolute(u)
    edge = 75.0 + k.hairline - 88.0 * smoothstep(54.0, 114.0, au)
    edge = edge - 52.0 * smoothstep(138.0, 165.0, au)
    fray = noise2(u * 0.22, v * 0.1) * 4.0 + noise2(u * 0.9 + 3.0, v * 0.2) * 4.5 * k.detail
    return v - edge + fray - 4.0 - 2.2 * bump(au, 24.0, 20.0)


def strands(
    n: Vec3, along: Vec3, across: Value, run: Value, view: Vec3, ao: Value, k: SimpleNamespace
) -> Vec3:
    """Lit hair: light spread along cones about the strand direction, two shifted highlights."""
    fine = noise2(across * 1.7, run * 0.05)
    thick = noise2(across * 0.62 + 9.0, run * 0.035)
    lock = noise2(across * 0.2 + 5.0 + 0.4 * thick, run * 0.02 + 2.0)
    deep = smoothstep(0.1, 0.75, 0.5 * lock + 0.5 * thick)  # gaps between locks lie in shade
    tone = 0.45 + 0.65 * deep + 0.6 * (fine - 0.5) * (0.3 + 0.7 * k.detail)
    r, g, b = hair_albedo(k.hair_eumelanin, k.hair_pheomelanin, k.hair_grey)
    light: list[Value] = [0.0, 0.0, 0.0]
    for lamp, colour in ((k.key, k.key_colour), (k.fill, k.fill_colour)):
        h = normalise((lamp[0] + view[0], lamp[1] + view[1], lamp[2] + view[2]))
        tl, th = dot(along, lamp), dot(along, h) + (0.6 * fine + thick - 0.8) * 0.42
        facing = clip((dot(n, lamp) + 0.35) * 0.75)
        spread = sqrt(maximum(1.0 - tl * tl, 0.0)) * facing * 0.75
        q, q2 = th - 0.06, th + 0.12
        glint = 0.042 * exp(-(q * q) * 45.0) * facing * (0.1 + 0.9 * deep + 1.2 * deep * fine)
        tint = 0.5 * exp(-(q2 * q2) * 18.0) * facing
        for i, a in enumerate((r, g, b)):
            light[i] = light[i] + colour[i] * (a * (spread + tint) * tone + glint)
    up = dot(n, k.up) * 0.5 + 0.5
    out = [
        c + a * tone * ao * (ground + (sky - ground) * up)
        for c, a, sky, ground in zip(light, (r, g, b), k.sky, k.ground, strict=True)
    ]
    shade = 0.5 + 0.5 * ao
    return out[0] * shade, out[1] * shade, out[2] * shade


def _round(f: SimpleNamespace) -> Value:
    """Layout coordinate u, with what the seam at the back of the head spoils made anew.

    There u jumps from one end to the other, and between two vertices would run through the face.
    """
    x, back = f.position[0], smoothstep(-96.0, -116.0, f.position[2])
    return mix(absolute(f.u), 251.0 - 1.2 * absolute(x), back) * clip(x * 1000.0, -1.0, 1.0)


def skin(f: SimpleNamespace, k: SimpleNamespace) -> Vec3:
    """Linear colour of a skin fragment (face, lips, lids, scalp, ears, neck, mouth bag)."""
    f = SimpleNamespace(**{**vars(f), "u": _round(f)})
    u, v, au = f.u, f.v, absolute(f.u)
    right = normalise(cross(k.up, f.n))
    upward = cross(f.n, right)
    du, dv, dark = wrinkles(f, k)

    # Blood and pigment: regions, then mottling in two sizes, then grain.
    big, mid = noise2(u * 0.075 + 3.0, v * 0.075), noise2(u * 0.26, v * 0.26 + 5.0)
    grain, gu, gv = noise3(u * 1.15, v * 1.15)
    lids = spot(au, v, (32.0, 1.0), (17.0, 10.0))
    cheek = spot(au, v, (42.0, -32.0), (19.0, 15.0))
    nose = spot(au, v, (0.0, -39.0), (15.0, 11.0))
    chin = spot(au, v, (0.0, -98.0), (15.0, 9.0))
    ear = smoothstep(118.0, 134.0, au) * smoothstep(172.0, 158.0, au)
    ear = ear * smoothstep(20.0, 8.0, v) * smoothstep(-72.0, -56.0, v)
    bloom = 0.27 + 0.60 * cheek + 0.55 * nose + 0.22 * chin + 0.5 * ear + 0.36 * lids
    blood = k.haemoglobin * (bloom + (big - 0.5) * 0.34 + (mid - 0.5) * 0.28)
    mottle = 0.12 * lids + (big - 0.5) * 0.10 + (mid - 0.5) * 0.08 + 0.06 * nose
    pigment = k.melanin * (0.96 + mottle * (1.0 - 0.55 * k.melanin))
    pigment = pigment + (grain - 0.5) * 0.05 * k.detail
    beard = smoothstep(-44.0, -56.0, v) * smoothstep(-132.0, -112.0, v) * smoothstep(92.0, 70.0, au)
    dots = noise2(u * 1.9 + 1.0, v * 1.6)
    pigment = pigment + k.stubble * beard * (0.08 + 0.30 * k.detail * smoothstep(0.62, 0.95, dots))
    freckle = noise2(u * 0.8 + 9.0, v * 0.8) + (dots - 0.5) * 0.5 + (mid - 0.5) * 0.2
    freckle = smoothstep(0.74, 1.02, freckle) * (0.18 + cheek + 0.8 * nose)
    pigment = pigment + k.freckles * 0.34 * freckle

    # Lips: the same pigments, more blood, fine vertical lines, a darker wet line.
    rim = (mid - 0.5) * 0.12
    lip = smoothstep(0.26, 0.60, f.vermilion + rim)
    crack, cu_, _ = noise3(u * 1.5 + rim * 3.0, v * 0.11 + f.lip)
    crack = mix(crack, mid, 0.4)
    wet = smoothstep(0.0, 0.55, f.cavity)
    blood = mix(blood, 0.45 + k.lip_redness + (crack - 0.5) * 0.3, lip)
    pigment = mix(pigment, k.melanin * 0.86 + 0.10 + (crack - 0.5) * 0.05, lip)
    albedo = skin_albedo(maximum(pigment, 0.0), maximum(blood, 0.0))

    # Folds and hollows that the mesh is too coarse for.
    nostril = clip(1.2 * spot(au, v, (9.2, -44.6), (3.6, 2.0)))
    rimmed = bump(f.cavity, 0.25, 0.3) * smoothstep(-25.0, -15.0, v)  # the lid margins
    # Where the lashes root: the line that shows a shut eye. The lids' rims have vermilion -1.
    lashes = smoothstep(0.38, 0.74, -f.vermilion) * (
        0.25 + 0.65 * smoothstep(0.0, -0.1, f.lid_upper)
    )
    hollow = (1.0 - 0.42 * dark) * (1.0 - 0.8 * nostril)
    warm = 1.0 - 0.28 * dark - 0.3 * nostril  # light that left through skin is redder
    keep = hollow * warm * (1.0 - 0.35 * rimmed)
    albedo = (albedo[0] * (keep + (hollow - keep) * 0.6), albedo[1] * keep, albedo[2] * keep)
    albedo = scale(albedo, 1.0 - lashes)

    # Brow hairs lie on the skin.
    cover, shade = brow(u, v, k)
    hair = hair_albedo(
        clip(k.hair_eumelanin * 0.9 + k.brow_darkness), k.hair_pheomelanin * 0.7, k.hair_grey * 0.7
    )
    albedo = blend(albedo, scale(hair, 0.15 + 0.85 * shade), cover)

    # Cropped hair on the scalp, thinning out at the hairline.
    scalp = smoothstep(-7.0, 3.0, hairline(u, v, k)) * (1.0 - ear) * k.scalp
    scalp = scalp * mix(0.72, 0.42 + 0.62 * dots, k.detail)
    hair = hair_albedo(k.hair_eumelanin, k.hair_pheomelanin, k.hair_grey)
    albedo = blend(albedo, scale(hair, 0.8), clip(scalp))

    # Inside of the mouth and behind the lids.
    inside = smoothstep(0.35, 0.95, f.cavity)
    mouth = smoothstep(-25.0, -40.0, v)
    albedo = blend(albedo, blend((0.30, 0.10, 0.08), (0.22, 0.045, 0.04), mouth), inside)

    n = tilt(f.n, right, upward, du + lip * cu_ * 0.10, dv)
    rough = k.detail * 0.055 * (1.0 - 0.5 * lip)
    n = tilt(n, right, upward, gu * rough, gv * rough)
    ao = f.ao * (0.35 + 0.65 * f.ao) * (1.0 - 0.25 * dark) * (1.0 - 0.6 * inside * mouth)
    ao = ao * (1.0 - 0.85 * nostril)
    colour = diffuse(n, albedo, ao, WRAP, k)

    oily = 0.55 + 0.5 * nose + 0.30 * spot(au, v, (0.0, 45.0), (34.0, 20.0)) - 0.15 * cheek
    gloss = mix(oily * k.gloss, 0.9 + 0.5 * wet, lip) * (1.0 - clip(cover + scalp) * 0.8)
    gloss = gloss * fresnel(n, f.view) * ao * (0.6 + 0.8 * mix(0.5, grain, k.detail))
    broad, broad_fill = highlight(n, f.view, 9.0, k)
    tight, tight_fill = highlight(n, f.view, 42.0, k)
    return shine(
        colour,
        gloss * (0.9 * broad + 1.7 * tight * (0.6 + 0.8 * lip)),
        gloss * (0.9 * broad_fill + 1.7 * tight_fill),
        k,
    )
