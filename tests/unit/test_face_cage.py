"""Cage, proportions and identities: the surface before anything moves."""

from __future__ import annotations

import numpy as np
import pytest

from fau_teach.face import cage, identity, kinematics, named, proportions
from fau_teach.face.actions import MODES, weights
from fau_teach.face.cage import EYE
from fau_teach.face.identity import Identity
from fau_teach.face.mesh import Float, Int, edges, mirror_error, problems
from fau_teach.face.subdivision import Hierarchy

HIERARCHY = cage.build()


def at(name: str) -> np.ndarray:
    marks = cage.landmarks()
    return HIERARCHY.levels[1].vertices[marks.names.index(name)]


def test_levels_have_the_sizes_that_were_asked_for() -> None:
    sizes = [len(mesh.vertices) for mesh in HIERARCHY.levels]
    for size, wanted in zip(sizes, (700, 2500, 10_000, 39_000), strict=True):
        assert wanted * 0.95 <= size <= wanted * 1.25


@pytest.mark.parametrize("level", range(4))
def test_every_level_is_a_sound_surface_and_its_own_mirror_image(level: int) -> None:
    mesh, mirror = HIERARCHY.levels[level], HIERARCHY.mirrors[level]
    assert mirror_error(mesh.vertices, mirror) == 0
    assert problems(mesh, mirror) == ()


@pytest.mark.parametrize("step", range(3))
def test_rows_of_the_subdivision_sum_to_one(step: int) -> None:
    assert np.abs(HIERARCHY.matrices[step].sum(axis=1) - 1).max() < 1e-14


def test_axes_are_left_up_and_forward() -> None:
    tip, chin, crown = at("pronasale"), at("menton"), HIERARCHY.levels[1].vertices[:, 1].max()
    assert at("cheilion")[0] > 0
    assert crown > 100 > 0 > chin[1]
    assert tip[2] == HIERARCHY.levels[1].vertices[:, 2].max()


def test_the_limit_surface_passes_lids_and_lips_where_they_were_authored() -> None:
    marks = cage.landmarks()
    rows = HIERARCHY.between(0, 3)[: len(marks.points)]
    there = rows @ HIERARCHY.levels[0].vertices
    exact = [g in ("mouth_border", "mouth_red", "mouth_contact", "eye_margin", "eye_edge")
             for g in marks.group]  # fmt: skip
    assert np.linalg.norm(there - marks.points, axis=1)[exact].max() < 0.6


def test_lips_touch_at_rest_and_jaw_takes_only_the_lower_one() -> None:
    base, pairs = HIERARCHY.levels[1], cage.contact_pairs(HIERARCHY)
    fine = HIERARCHY.between(1, 3) @ base.vertices
    gap = fine[pairs[:, 0]] - fine[pairs[:, 1]]
    assert len(pairs) >= 15
    assert np.linalg.norm(gap, axis=1).max() < 0.5
    # No slit to be seen through but next to the corner, and lips that overlap hardly at all.
    assert np.sort(gap[:, 1])[-3] < 0.06
    assert gap[:, 1].min() > -0.2
    upper, lower = base.attributes["jaw"][pairs].T
    assert upper.max() < 0.4
    assert lower.min() > 0.6


def posed(built: Hierarchy, moved: Float | None = None, **modes: float) -> Float:
    """Level-1 skin under kinematic modes, and a displacement in the place of the muscles'."""
    base = built.levels[1]
    a = base.attributes
    skin = kinematics.Skin(base.vertices, a["lid_upper"], a["lid_lower"], a["jaw"], a["head"])
    touching = kinematics.contact(base.vertices, a["lip"], cage.contact_pairs(built))
    moved = np.zeros_like(base.vertices) if moved is None else moved
    return kinematics.pose(skin, moved, dict.fromkeys(MODES, 0.0) | modes, touching)


def lid_gap(built: Hierarchy, points: Float) -> Float:
    """Height between the margins of the smooth surface, seven places from nose to temple."""
    ring, fine = cage.landmarks().of("eye_margin"), built.between(1, 2) @ points
    return np.asarray((fine[ring[1:8]] - fine[ring[15:8:-1]])[:, 1])


SHUT = {f"lid_{lid}_{side}": 1.0 for lid in ("upper", "lower") for side in ("left", "right")}


@pytest.mark.parametrize("who", sorted(named()))
def test_shut_lids_meet_along_the_whole_margin_and_never_cross(who: str) -> None:
    built = cage.build(proportions.shaped(named()[who].proportions), levels=2)
    rest = built.levels[1]
    for push in (0.0, 2.0, -2.0):  # the skin pulls nothing, squeezes, or pulls the lids apart
        moved = np.zeros_like(rest.vertices)
        for lid in ("lid_upper", "lid_lower"):
            moved[:, 1] += push * rest.attributes[lid] / np.abs(rest.attributes[lid]).max()
        gap = lid_gap(built, posed(built, moved, **SHUT))
        assert gap.min() > -0.45, "lids cross"
        assert gap.max() < 0.1, "the eye is not shut"
    for part in (0.2, 0.5, 0.8):
        assert lid_gap(built, posed(built, **dict.fromkeys(SHUT, part))).min() > 0.3


def test_a_wink_shuts_one_eye_and_mirrors() -> None:
    left = posed(HIERARCHY, **{k: v for k, v in SHUT.items() if k.endswith("left")})
    right = posed(HIERARCHY, **{k: v for k, v in SHUT.items() if k.endswith("right")})
    assert np.abs(left - right[HIERARCHY.mirrors[1]] * (-1, 1, 1)).max() < 1e-9
    other = HIERARCHY.levels[1].vertices[:, 0] < 0
    assert np.abs(left - posed(HIERARCHY))[other].max() < 0.02


def crossings(points: Float, segments: Int) -> int:
    """Pairs of segments of a plane curve that cross."""
    a, b = points[segments[:, 0]], points[segments[:, 1]]

    def side(p: Float, q: Float, r: Float) -> Float:
        u, v = q - p, r - p
        return np.asarray(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0])

    p, q, r, s = a[:, None], b[:, None], a[None], b[None]
    apart = (side(p, q, r) * side(p, q, s) < 0) & (side(r, s, p) * side(r, s, q) < 0)
    return int(apart.sum() // 2)


@pytest.mark.parametrize("who", sorted(named()))
def test_the_jaw_goes_down_more_than_back_and_the_throat_does_not_fold(who: str) -> None:
    built = cage.build(proportions.shaped(named()[who].proportions), levels=1)
    mesh, mirror = built.levels[1], built.mirrors[1]
    chin = cage.landmarks().names.index("pogonion")
    outside = mesh.attributes["cavity"] < 0.05
    middle = (mirror == np.arange(len(mirror))) & outside & (mesh.vertices[:, 1] < -84)
    pairs = edges(mesh.faces)
    throat = pairs[middle[pairs].all(axis=1)]
    assert len(throat) > 15
    for code, least in (("26", 12), ("27", 30)):
        opened = posed(built, jaw_open=weights(code, "both")["jaw_open"])
        _, down, back = mesh.vertices[chin] - opened[chin]
        assert down > least, code
        assert -1 < back < 0.5 * down, code
        assert crossings(opened[:, 1:], throat) == 0, code
        corners = opened[mesh.faces[(mesh.vertices[mesh.faces].mean(1)[:, 1] < -90)]]
        area = np.linalg.norm(np.cross(*np.diff(corners, axis=1).transpose(1, 0, 2)), axis=1)
        assert (area > 0.5).all(), "a triangle is squeezed to nothing"


def test_every_proportion_moves_something_and_both_ways() -> None:
    rest = proportions.shaped({})
    for name in proportions.parameters():
        plus, minus = (proportions.shaped({name: s}) - rest for s in (0.5, -0.5))
        assert np.abs(plus).max() > 0.1, name
        assert (plus * minus).sum() < -0.9 * (plus**2).sum(), name


def test_the_midline_stays_and_the_eyeball_stays_covered() -> None:
    marks = cage.landmarks()
    for name in proportions.parameters():
        points = proportions.shaped({name: 2.0})
        assert np.abs(points[np.abs(marks.points[:, 0]) < 1e-9, 0]).max() == 0, name
        edge = np.delete(marks.of("eye_edge"), [0, 8])
        assert np.linalg.norm(points[edge] - EYE, axis=1).min() > 12.5, name


@pytest.mark.parametrize(
    ("wanted", "message"),
    [({"nose_lenght": 1.0}, "Did you mean 'nose_length'"), ({"jaw_width": 9.0}, "at most 3")],
)
def test_wrong_proportions_are_refused(wanted: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        proportions.shaped(wanted)


def test_there_are_a_dozen_named_identities_and_each_is_a_sound_surface() -> None:
    assert len(named()) >= 12
    for who in named().values():
        built = cage.build(proportions.shaped(who.proportions), levels=1)
        assert problems(built.levels[1], built.mirrors[1]) == (), who.name


def test_any_other_name_is_a_seed_and_always_the_same_person() -> None:
    assert identity("seed-7") is identity("seed-7")
    identity.cache_clear()
    again = identity("seed-7")
    assert again == identity("seed-7")
    assert again.proportions != identity("seed-8").proportions
    proportions.check(again.proportions)


def test_an_unknown_haircut_is_refused() -> None:
    with pytest.raises(ValueError, match="hair 'mohawk' is none of"):
        Identity("x", hair="mohawk")
