"""Parts beside the skin: sound surfaces, symmetry, sizes, places, budgets."""

from __future__ import annotations

import numpy as np
import pytest

from fau_teach.face import clothes, ears, hair, oral, parts
from fau_teach.face.face import Face, face
from fau_teach.face.mesh import Float, Int, Mesh, boundary_edges, boundary_loops, problems
from fau_teach.face.mesh import vertex_normals as normals
from fau_teach.face.parts import Part

UPPER = np.column_stack(
    [np.linspace(17, 46, 9), 5 * np.sin(np.linspace(0, np.pi, 9)), -13 - np.linspace(0, 5, 9)]
)
LOWER = UPPER * (1, -1, 1)


def default_parts() -> dict[str, Part]:
    found = [*parts.eyes(), *parts.caruncles(), *oral.teeth(), oral.tongue(), *ears.ears()]
    found += [clothes.shirt(), *clothes.headscarf()]
    return {one.name: one for one in found}


ALL = default_parts()
STYLES = {style: hair.hair(style) for style in hair.STYLES if style != "shaved"}
EVERY = [*ALL.values(), *(one for one in STYLES.values() if one)]
NAMES = [*ALL, *STYLES]


def head(level: int = 30) -> Mesh:
    """Stand-in for a skin: the plain scalp all round, as a closed surface."""
    polar = np.linspace(0, np.pi, level)[1:-1, None]
    turn = np.arange(2 * level) * np.pi / level
    at = np.stack(
        [np.sin(polar) * np.sin(turn), np.cos(polar) + 0 * turn, np.sin(polar) * np.cos(turn)], -1
    )
    rings = hair.CENTRE + at * hair.plain_scalp(at)[..., None]
    return parts.dome(hair.CENTRE + np.array([0, 85, 0]), rings)


def extent(part: Part, axis: int) -> float:
    return float(np.ptp(part.mesh.vertices[:, axis]))


@pytest.mark.parametrize("part", EVERY, ids=NAMES)
def test_surface_is_sound(part: Part) -> None:
    assert problems(part.mesh) == ()


@pytest.mark.parametrize("part", EVERY, ids=NAMES)
def test_surface_is_symmetric_or_has_a_twin(part: Part) -> None:
    if part.name == "hair" and part is STYLES["parted"]:
        assert len(twins(part.mesh.vertices, part.mesh.vertices)) < len(part.mesh.vertices)
        return
    other = part
    for here, there in (("left", "right"), ("right", "left")):
        if part.name.endswith(here):
            other = ALL[part.name.replace(here, there)]
    match = twins(part.mesh.vertices, other.mesh.vertices)
    assert len(match) == len(part.mesh.vertices), "vertices without a mirror image"
    mine = {frozenset(match[i] for i in face) for face in part.mesh.faces.tolist()}
    assert mine == {frozenset(face) for face in other.mesh.faces.tolist()}


def twins(points: Float, others: Float) -> dict[int, int]:
    """Index of a point to that of its exact mirror image."""
    place = {tuple(row): k for k, row in enumerate((others * (-1, 1, 1) + 0.0).tolist())}
    rows = enumerate((points + 0.0).tolist())
    return {k: place[tuple(row)] for k, row in rows if tuple(row) in place}


@pytest.mark.parametrize("part", EVERY, ids=NAMES)
def test_faces_look_outward(part: Part) -> None:
    mesh = part.mesh
    normal = normals(mesh.vertices, mesh.faces)
    if part.name.startswith(("teeth", "gum")):
        # Lip side of the front teeth and gums.
        front = mesh.vertices[:, 2] > np.sort(mesh.vertices[:, 2])[-20]
        assert normal[front, 2].mean() > 0.3
        return
    if part.name.startswith("ear"):
        away = np.array([1.0 if part.name.endswith("left") else -1.0, 0, 0])
        assert ((mesh.vertices - mesh.vertices.mean(0)) @ away * (normal @ away)).mean() > 0
        assert normal[0] @ away > 0.5
        return
    centre = mesh.vertices.mean(0)
    if part.motion == "fixed":
        centre = centre * (1, 0, 1) + (0, -400, 0)
    agree = ((mesh.vertices - centre) * normal).sum(1) > 0
    assert agree.mean() > 0.8


@pytest.mark.parametrize(
    ("name", "loops"),
    [("eye_left", 1), ("ear_left", 1), ("tongue", 1), ("gum_upper", 1), ("teeth_upper", 12),
     ("shirt", 2), ("scarf_head", 1), ("scarf_neck", 2), ("caruncle_left", 1)],
)  # fmt: skip
def test_boundaries_are_the_stated_ones(name: str, loops: int) -> None:
    assert len(boundary_loops(ALL[name].mesh.faces)) == loops


@pytest.mark.parametrize(
    ("name", "most"),
    [("eye_left", 420), ("ear_left", 900), ("tongue", 320), ("teeth_upper", 900),
     ("teeth_lower", 900), ("gum_upper", 500), ("shirt", 700), ("scarf_head", 2500)],
)  # fmt: skip
def test_budget(name: str, most: int) -> None:
    assert len(ALL[name].mesh.vertices) <= most


@pytest.mark.parametrize("style", STYLES)
def test_hair_budget_and_free_face(style: str) -> None:
    part = STYLES[style]
    assert part is not None
    assert len(part.mesh.vertices) <= 2500
    x, y, z = part.mesh.vertices.T
    # Brows, eyes, cheeks and mouth stay free: nothing in front of the face below the hairline.
    assert not ((np.abs(x) < 58) & (y < 45) & (z > -45)).any()
    assert y.max() > 110


def test_hair_is_thin_at_the_hairline_and_styles_differ_in_volume() -> None:
    def thickness(style: str) -> Float:
        part = STYLES[style]
        assert part is not None
        away = part.mesh.vertices - hair.CENTRE
        size = np.linalg.norm(away, axis=1)
        return size - hair.plain_scalp(away / size[:, None])

    short, cropped, curly = (thickness(s) for s in ("short", "cropped", "curly"))
    part = STYLES["short"]
    assert part is not None
    edge = part.mesh.attributes["cover"] == 0
    assert edge.sum() > 20
    assert (short[edge] < 0).all()
    assert cropped.max() < 6 < short.max() < 22 < curly.max() < 45
    assert np.median(short[part.mesh.attributes["cover"] == 1]) > 4


def test_hair_attributes() -> None:
    for part in STYLES.values():
        assert part is not None
        at = part.mesh.attributes
        np.testing.assert_allclose(np.linalg.norm(at["strand"], axis=1), 1, atol=1e-6)
        assert at["lock"].shape == at["strand"].shape == (len(part.mesh.vertices), 2)
        assert at["cover"].min() >= 0
        assert at["cover"].max() <= 1
    straight = STYLES["bob"]
    assert straight is not None
    low = straight.mesh.vertices[:, 1] < -20
    assert np.median(np.abs(straight.mesh.attributes["strand"][low, 1])) > 0.95, "bob hangs down"


def test_hairline_recedes_and_rises() -> None:
    plain, back, up = hair.hairline(recede=0), hair.hairline(recede=15), hair.hairline(raised=10)
    temple = np.argmin(np.abs(plain[:, 0] - 38) + 10 * (plain[:, 1] < 50))
    assert 68 < plain[0, 1] < 82
    assert back[temple, 1] - plain[temple, 1] > 5
    assert up[0, 1] - hair.hairline()[0, 1] == pytest.approx(10, abs=0.5)
    assert plain[:, 1].min() == pytest.approx(-75, abs=3)


def test_hair_follows_the_head_it_is_given() -> None:
    skin = head()
    big = Mesh((skin.vertices - hair.CENTRE) * 1.1 + hair.CENTRE, skin.faces)
    at = parts.unit(np.array([[0, 1.0, 0], [0.5, 0.5, -0.7], [-0.5, 0.5, -0.7], [0, 0, -1.0]]))
    scalp = hair.scalp_of(big)(at)
    np.testing.assert_allclose(scalp, 1.1 * hair.plain_scalp(at), rtol=0.01)
    assert scalp[1] == scalp[2]
    grown = hair.hair("short", hair.scalp_of(big))
    assert grown is not None
    assert grown.mesh.vertices[:, 1].max() > 30 + 1.1 * 85
    with pytest.raises(ValueError, match="at least 20"):
        hair.scalp_of(Mesh(skin.vertices[-5:], skin.faces))


def test_hair_styles_by_name() -> None:
    assert hair.hair("shaved") is None
    with pytest.raises(ValueError, match="'mullet' is not one of cropped"):
        hair.hair("mullet")


def test_eye_is_a_sphere_with_a_cornea() -> None:
    left = ALL["eye_left"].mesh
    away = left.vertices - parts.EYE_CENTRE
    radius, angle = np.linalg.norm(away, axis=1), np.linalg.norm(left.attributes["eye"], axis=1)
    assert radius[0] == pytest.approx(13.0)
    np.testing.assert_allclose(radius[angle > 0.75], 12, atol=0.02)
    # Angles are those of the vertex seen from the centre; the limbus lies at 5.5 to 6 mm.
    np.testing.assert_allclose(np.arctan2(np.hypot(*away[:, :2].T), away[:, 2]), angle, atol=1e-9)
    limbus = radius > 12.1
    assert 5.0 < np.hypot(*away[limbus, :2].T).max() < 6.3
    right = ALL["eye_right"]
    assert right.motion == "eye_right"
    np.testing.assert_array_equal(right.mesh.attributes["eye"], left.attributes["eye"] * (-1, 1))
    assert parts.eyes(radius=13.2)[0].mesh.vertices[0, 2] == pytest.approx(-20 + 13 * 1.1)


def test_teeth_are_where_lips_hide_them() -> None:
    upper, lower = ALL["teeth_upper"].mesh.vertices, ALL["teeth_lower"].mesh.vertices
    for one in (upper, lower):
        assert one[:, 2].max() < 2.5, "behind lips of 7 mm at stomion z 8.6"
        assert one[:, 2].min() < -25, "the arch goes back"
        assert 24 < np.abs(one[:, 0]).max() < 30
    assert upper[np.abs(upper[:, 0]) < 8, 1].min() == pytest.approx(-70.5, abs=0.3)
    assert lower[np.abs(lower[:, 0]) < 5, 1].max() == pytest.approx(-69.5, abs=0.3)
    # Upper incisors close in front of the lower ones.
    near = [one[(np.abs(one[:, 0]) < 8) & (np.abs(one[:, 1] + 70) < 1.2)] for one in (upper, lower)]
    assert near[0][:, 2].min() > near[1][:, 2].max() - 1.0
    assert ALL["teeth_upper"].motion == ALL["gum_upper"].motion == "head"
    assert ALL["teeth_lower"].motion == ALL["gum_lower"].motion == "jaw"


def test_central_incisor_is_a_tooth_of_its_own() -> None:
    mesh = ALL["teeth_upper"].mesh
    first = mesh.vertices[:73]
    assert np.ptp(first[:, 0]) == pytest.approx(8.5, abs=0.5)
    assert np.ptp(first[:, 1]) == pytest.approx(11, abs=1)
    assert -0.1 < first[:, 0].min() < 0.2, "neighbours just touch at the midline"
    across, height = mesh.attributes["tooth"].T
    assert np.abs(across).max() == pytest.approx(1, abs=0.05)
    assert height.min() < 0 < 0.95 < height.max() < 1.05
    wide = oral.teeth(oral.Arch(-70.5, 1.5, 27, 29, down=True, size=1.1))[0].mesh.vertices[:73]
    assert np.ptp(wide[:, 0]) / np.ptp(first[:, 0]) == pytest.approx(1.1, abs=0.02)


def test_tongue_modes() -> None:
    part = ALL["tongue"]
    rest, modes = part.mesh.vertices, part.mesh.attributes
    lower = ALL["teeth_lower"].mesh.vertices
    assert rest[:, 2].max() < lower[:, 2].max() - 4, "behind the lower teeth"
    assert 28 < extent(part, 0) < 40
    out = rest + modes["tongue_out"]
    assert out[:, 2].max() == pytest.approx(33, abs=2), "25 mm in front of the lower lip"
    tip, middle = out[0], out[(np.abs(out[:, 2]) < 4)]
    assert tip[1] < middle[:, 1].mean() - 5, "curves down"
    assert middle[:, 1].min() > -74
    left, right = rest + modes["tongue_left"], rest + modes["tongue_right"]
    assert left[0, 0] > 28
    np.testing.assert_allclose(right[0], left[0] * (-1, 1, 1))
    assert len(twins(left, right)) == len(rest)
    assert len(twins(out, out)) == len(rest)
    assert np.abs(modes["tongue_left"][-24:]).max() < 4, "the root stays"


def test_ear_sizes_and_place() -> None:
    part = ALL["ear_left"]
    x, y, z = part.mesh.vertices.T
    assert 58 < np.ptp(y) < 66
    assert 32 < np.ptp(z) < 42
    assert 4 < y.max() < 12
    assert -60 < y.min() < -48
    side = ears.plain_side(y, z)
    assert 14 < (x - side).max() < 26, "stands off"
    rim = boundary_edges(part.mesh.faces).ravel()
    assert (x[rim] < side[rim]).all(), "the root lies inside the head"
    front = z > -86
    assert np.abs(x - side)[front].max() < 3.5, "the front edge merges into the cheek"
    # Helix over antihelix over concha, along a line through the middle of the pinna.
    assert part.mesh.attributes["ao"][0] < 0.6 < part.mesh.attributes["ao"].max()


def test_ear_parameters() -> None:
    default = ALL["ear_left"]
    long = ears.ears(lobe=1.4)[0]
    assert extent(long, 1) > extent(default, 1) + 4
    assert extent(ears.ears(height=70)[0], 1) / extent(default, 1) == pytest.approx(70 / 64, 0.02)
    outs = [ears.ears(stand=angle)[0].mesh.vertices[:, 0].max() for angle in (10, 20, 35)]
    assert outs == sorted(outs)
    assert outs[2] - outs[0] > 8


def test_ear_fits_the_head_it_is_given() -> None:
    skin = head()
    wide = Mesh(skin.vertices * (1.1, 1, 1), skin.faces)
    side = ears.side_of(wide)
    y, z = np.array([-20.0, 0.0]), np.array([-95.0, -100.0])
    np.testing.assert_allclose(side(y, z), 1.1 * ears.side_of(skin)(y, z))
    assert np.isfinite(side(np.array([-300.0]), np.array([0.0]))).all()
    shift = (
        ears.ears(side)[0].mesh.vertices[:, 0]
        - ears.ears(ears.side_of(skin))[0].mesh.vertices[:, 0]
    )
    assert 4 < np.median(shift) < 9
    with pytest.raises(ValueError, match="needed at least 8"):
        ears.side_of(Mesh(skin.vertices - (0, 500, 0), skin.faces))


def test_shirt_hides_the_end_of_the_neck() -> None:
    part = ALL["shirt"]
    assert part.motion == "fixed"
    at = part.mesh.attributes
    collar = part.mesh.vertices[at["rib"] == 1]
    assert collar[:, 1].max() < -125, "below chin and nape"
    assert np.hypot(collar[:, 0] / 55, (collar[:, 2] + 92) / 48).min() > 1, "round the neck"
    assert collar[collar[:, 2] > -50, 1].max() < collar[collar[:, 2] < -130, 1].max()
    assert part.mesh.vertices[:, 1].min() < -260
    assert 340 < extent(part, 0) < 460
    assert extent(clothes.shirt(shoulders=1.1), 0) > extent(part, 0)


def test_headscarf_leaves_the_face_free_and_follows_the_skin() -> None:
    free, neck = clothes.headscarf()
    assert (free.motion, neck.motion) == ("head", "fixed")
    for part in (free, neck):
        x, y, z = part.mesh.vertices.T
        assert not ((np.abs(x) < 45) & (y < 58) & (y > -100) & (z > -40)).any()
    skin = head()
    bound, _ = clothes.headscarf(hair.scalp_of(skin), skin)
    assert bound.motion == "bound"
    assert bound.bind is not None
    off = np.linalg.norm(skin.vertices[bound.bind] - bound.mesh.vertices, axis=1)
    assert np.median(off) < 15
    loose, _ = clothes.headscarf(loose=2.0)
    assert extent(loose, 0) > extent(free, 0) + 5


def first_hits(part: Float, faces: Int, around: tuple[float, float, float, float]) -> Float:
    """Depth z of a surface seen from straight ahead, on a grid of 0.8 mm; -inf beside it."""
    open3d = pytest.importorskip("open3d")
    left, right, low, high = around
    x, y = np.meshgrid(np.arange(left, right, 0.8), np.arange(low, high, 0.8))
    rays = np.zeros((x.size, 6), np.float32)
    rays[:, 0], rays[:, 1], rays[:, 2], rays[:, 5] = x.ravel(), y.ravel(), 200, -1
    scene = open3d.t.geometry.RaycastingScene(nthreads=1)
    scene.add_triangles(part.astype(np.float32), faces.astype(np.uint32))
    return np.asarray(200 - scene.cast_rays(open3d.core.Tensor(rays))["t_hit"].numpy(), float)


def covered(who: Face, score: str, name: str, around: tuple[float, float, float, float]) -> Float:
    """How far skin lies before a part where both are seen from straight ahead [mm]."""
    posed = who.posed(score)
    k = [part.name for part in who.parts].index(name)
    outside = who.base.attributes["cavity"][who.base.faces].max(axis=1) < 0.2
    finer = np.repeat(outside, 4)  # four triangles of level 2 for each of level 1
    skin = first_hits(who.finer(posed.skin), who.hierarchy.levels[2].faces[finer], around)
    cloth = first_hits(posed.parts[k], who.parts[k].mesh.faces, around)
    both = np.isfinite(skin) & np.isfinite(cloth)
    return np.asarray(skin[both] - cloth[both])


@pytest.mark.parametrize("who", ["Imani", "Chidi", "seed0"])
@pytest.mark.parametrize("score", ["28E", "16E+28E", "12E+25E"])
def test_teeth_and_gums_stay_behind_the_skin(who: str, score: str) -> None:
    for name in ("gum_lower", "gum_upper", "teeth_lower", "teeth_upper"):
        before = covered(face(who), score, name, (-26, 26, -95, -55))
        # Where both lie close together, none of the part comes out; far apart is an open mouth.
        assert not ((before < -0.1) & (before > -6)).any(), name


@pytest.mark.parametrize("score", ["27E", "54E"])
def test_the_scarf_makes_way_for_the_chin(score: str) -> None:
    around = (-60.0, 60.0, -200.0, -122.0)
    before = covered(face("Elif"), score, "scarf_neck", around)
    # The lowered chin hangs a little before the rim; a scarf that stays is run through by it.
    assert ((before > 0.3) & (before < 30)).sum() < 300


def test_the_scarf_leaves_no_gap_when_the_head_goes_up() -> None:
    elif_ = face("Elif")
    down = [part.name for part in elif_.parts].index("scarf_neck")
    moved = elif_.posed("53E").parts[down] - elif_.parts[down].mesh.vertices
    y = elif_.parts[down].mesh.vertices[:, 1]
    rise = moved[elif_.parts[down].mesh.vertices[:, 2] > -40, 1]
    assert rise.max() > 15, "the rim rises with the chin"
    assert np.abs(moved[y < -190]).max() < 2, "the hem stays"


def test_lashes_fan_out_from_the_margins() -> None:
    mesh, bind = parts.lashes(UPPER, LOWER, parts.EYE_CENTRE)
    assert bind.dtype == np.int32
    assert bind.min() >= 0
    assert bind.max() < len(UPPER) + len(LOWER)
    assert len(mesh.vertices) == 5 * 50
    assert len(mesh.faces) == 3 * 50
    root, tip = mesh.vertices.reshape(-1, 5, 3)[:, :2].mean(1), mesh.vertices[4::5]
    length = np.linalg.norm(tip - root, axis=1)
    assert 7.5 < length[:30].max() <= 8
    assert 3.5 < length[30:].max() <= 4
    assert (tip[5:25, 1] > root[5:25, 1]).all()
    assert (tip[33:47, 1] < root[33:47, 1]).all()
    assert (tip[:, 2] > root[:, 2] - 0.5).all(), "forward"
    spread = tip[:30, 0] - root[:30, 0]
    assert spread[0] < 0 < spread[-1]
    assert (bind[: 5 * 30] < len(UPPER)).all()
    # A lash hangs on a vertex no farther than half the margin's spacing.
    at = np.concatenate([UPPER, LOWER])[bind.reshape(-1, 5)[:, 0]]
    assert np.linalg.norm(at - root, axis=1).max() < 3


def test_lashes_of_the_right_eye_mirror_the_left_ones() -> None:
    flip = np.array([-1.0, 1, 1])
    left, bind = parts.lashes(UPPER, LOWER, parts.EYE_CENTRE)
    right, other = parts.lashes(UPPER * flip, LOWER * flip, flip * parts.EYE_CENTRE)
    np.testing.assert_array_equal(bind, other)
    assert twins(left.vertices[4::5], right.vertices[4::5]).keys() == set(range(50))


@pytest.mark.parametrize("margin", [UPPER[:2], UPPER[:, :2], UPPER.ravel()])
def test_lashes_want_margins(margin: Float) -> None:
    with pytest.raises(ValueError, match="upper margin has shape"):
        parts.lashes(margin, LOWER, parts.EYE_CENTRE)


def test_part_says_what_is_wrong() -> None:
    mesh = ALL["tongue"].mesh
    with pytest.raises(ValueError, match="material 'wood'"):
        Part("x", mesh, "wood", "head")
    with pytest.raises(ValueError, match="motion 'tail'"):
        Part("x", mesh, "skin", "tail")
    with pytest.raises(ValueError, match="bind goes with"):
        Part("x", mesh, "lash", "bound")
    with pytest.raises(ValueError, match="bind goes with"):
        Part("x", mesh, "lash", "head", np.zeros(len(mesh.vertices), np.int32))
    with pytest.raises(ValueError, match=r"bind has shape \(3,\)"):
        Part("x", mesh, "lash", "bound", np.zeros(3, np.int32))


def test_mirrored_turns_sided_attributes_round() -> None:
    ear = ALL["ear_left"].mesh
    twin = parts.mirrored(ear)
    np.testing.assert_array_equal(twin.attributes["uv"], ear.attributes["uv"] * (-1, 1))
    np.testing.assert_array_equal(twin.attributes["ao"], ear.attributes["ao"])
    assert parts.join(ear, ALL["tongue"].mesh).attributes.keys() == {"ao"}


def test_through_meets_its_keys() -> None:
    keys = [(0, 1.0, 5.0), (1, 2.0, 4.0), (3, 0.0, 4.5)]
    np.testing.assert_allclose(parts.through(keys, [0, 1, 3]), np.array(keys)[:, 1:])
    closed = parts.through(keys, [0, 4, 8, 1, -1], period=4.0)
    np.testing.assert_allclose(closed[:4, 0], [1, 1, 1, 2])
    np.testing.assert_allclose(closed[4], parts.through(keys, [3], period=4.0)[0])
