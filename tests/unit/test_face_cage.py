"""Cage, proportions and identities: the surface before anything moves."""

from __future__ import annotations

import numpy as np
import pytest

from fau_teach.face import cage, identity, named, proportions
from fau_teach.face.cage import EYE
from fau_teach.face.identity import Identity
from fau_teach.face.mesh import mirror_error, problems

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
    gap = base.vertices[pairs[:, 0]] - base.vertices[pairs[:, 1]]
    assert len(pairs) >= 15
    assert np.linalg.norm(gap, axis=1).max() < 0.8
    upper, lower = base.attributes["jaw"][pairs].T
    assert upper.max() < 0.4
    assert lower.min() > 0.6


def test_both_lids_meet_when_shut() -> None:
    marks, attributes = cage.landmarks(), HIERARCHY.levels[0].attributes
    ring = marks.of("eye_edge")
    points = marks.points[ring] - EYE
    angle = np.arctan2(points[:, 1], points[:, 2])
    shut = angle + attributes["lid_upper"][ring] + attributes["lid_lower"][ring]
    assert np.allclose(shut[1:8], shut[15:8:-1], atol=1e-12)
    assert (attributes["lid_upper"][ring][1:8] < 0).all()


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
