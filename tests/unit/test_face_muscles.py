"""Muscles of the face: where they pull, how a newton is spread, what a single vector loses."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from fau_teach import anatomy
from fau_teach._data import DataError
from fau_teach.face import cage, muscles
from fau_teach.face.mesh import Float, Mesh
from fau_teach.face.muscles import (
    columns,
    distribution,
    fitted,
    loads,
    mirror_map,
    pulls,
    strands,
    strengths,
)
from fau_teach.face.overlay import overlay
from fau_teach.face.proportions import displace, shaped
from fau_teach.face.spread import effective_areas, mean_directions, unexplained
from fau_teach.face.tissue import tissue

NAMED = {
    "frontalis_medial",
    "frontalis_lateral",
    "corrugator_supercilii",
    "depressor_supercilii",
    "procerus",
    "orbicularis_oculi_orbital",
    "orbicularis_oculi_palpebral",
    "levator_labii_superioris",
    "levator_labii_superioris_alaeque_nasi",
    "zygomaticus_major",
    "zygomaticus_minor",
    "levator_anguli_oris",
    "risorius",
    "platysma",
    "buccinator",
    "depressor_anguli_oris",
    "depressor_labii_inferioris",
    "mentalis",
    "orbicularis_oris",
    "incisivii_labii",
    "nasalis_transverse",
    "nasalis_alar",
    "depressor_septi",
}


@cache
def skins() -> tuple[Mesh, ...]:
    """The face at levels 1 and 2, with the mirror map as attribute."""
    built = cage.build(levels=2)
    return tuple(
        Mesh(m.vertices, m.faces, {**m.attributes, "mirror": built.mirrors[level]})
        for level, m in enumerate(built.levels)
        if level
    )


@cache
def spread() -> Float:
    return distribution(skins()[0])


def half_cylinder(step: float = 3.0) -> Mesh:
    """A plain surface about as wide as a face, without any attribute."""
    u, v = np.meshgrid(np.linspace(-1.2, 1.2, 61), np.arange(-160, 90, step))
    points = np.stack([75 * np.sin(u), v, 75 * np.cos(u) - 75], axis=-1)
    points = (points + points[:, ::-1] * (-1, 1, 1)) / 2
    rows, cols = u.shape
    k = np.arange(rows * cols).reshape(rows, cols)
    a, b, c, d = (x.ravel() for x in (k[:-1, :-1], k[:-1, 1:], k[1:, :-1], k[1:, 1:]))
    faces = np.concatenate([np.stack([a, b, d], 1), np.stack([a, d, c], 1)])
    return Mesh(points.reshape(-1, 3), faces.astype(np.int32))


def of(matrix: Float, name: str, side: str = "left") -> Float:
    at = columns(muscles.muscles()).index((name, side))
    return matrix[:, at].reshape(-1, 3)


def test_every_named_muscle_stands_in_the_anatomy() -> None:
    used = {pull.muscle for pull in muscles.muscles()}
    assert used == NAMED
    assert {anatomy.muscle(name).id for name in used} == used
    assert {p.form for p in muscles.muscles()} == {"linear", "sheet", "sphincter"}


def test_forms_agree_with_the_anatomy() -> None:
    for pull in muscles.muscles():
        known = anatomy.muscle(pull.muscle).form
        assert pull.form == known or (pull.id, known) == ("buccinator", "sheet"), pull.id


def test_loads_are_no_muscles_and_stay_out_of_the_matrix() -> None:
    assert {p.form for p in loads()} == {"pressure", "roll", "contact"}
    assert not {p.id for p in loads()} & {name for name, _ in columns(muscles.muscles())}
    assert spread().shape[1] == 2 * len(muscles.muscles()) == 2 * (len(pulls()) - len(loads()))
    assert strengths(muscles.muscles()).shape == (spread().shape[1],)


def test_columns_are_normalised_and_exact_mirror_images() -> None:
    matrix = spread()
    size = np.linalg.norm(matrix.reshape(-1, 3, matrix.shape[1]), axis=1)
    assert np.allclose(size.sum(axis=0), 1)
    field = matrix.reshape(-1, 3, matrix.shape[1])
    mirror = skins()[0].attributes["mirror"]
    turned = field[mirror] * np.array([-1, 1, 1])[:, None]
    assert np.array_equal(turned[:, :, ::2], field[:, :, 1::2])


def test_spread_does_not_depend_on_the_mesh() -> None:
    coarse, fine = (mean_directions(distribution(skin)) for skin in skins())
    assert np.abs(coarse - fine).max() < 0.12
    chosen = [p for p in muscles.muscles() if p.zone == "skin" and not p.halves][:10]
    rough, smooth = (mean_directions(distribution(half_cylinder(s), chosen)) for s in (4.0, 2.0))
    assert np.abs(rough - smooth).max() < 0.06


def test_muscles_of_one_lip_leave_the_other_alone() -> None:
    lip = skins()[0].attributes["lip"]
    for pull in muscles.muscles():
        other = {"upper": lip < -0.99, "lower": lip > 0.99}.get(pull.lip)
        if other is not None:
            assert np.linalg.norm(of(spread(), pull.id)[other], axis=1).sum() < 2e-3, pull.id


def test_nothing_pulls_inside_the_mouth_or_on_the_lid_margins() -> None:
    skin = skins()[0]
    inside = skin.attributes["cavity"] > 0.999
    margin = np.abs(skin.attributes["lid_upper"])
    margin = margin > 0.999 * margin.max()
    for pull in muscles.muscles():
        assert not of(spread(), pull.id)[inside].any(), pull.id
        if pull.zone != "lids":
            assert not of(spread(), pull.id)[margin].any(), pull.id


def test_skin_is_pulled_along_itself_towards_the_origin() -> None:
    skin = skins()[0]
    for pull in (p for p in muscles.muscles() if p.pull == "path" and p.bulge == 0):
        field = of(spread(), pull.id)
        towards = pull.path[0] - skin.vertices
        assert np.sum(field * towards) > 0, pull.id


def test_directions_of_the_best_known_muscles() -> None:
    whole = dict(zip(columns(muscles.muscles()), mean_directions(spread()), strict=True))
    assert whole["frontalis_medial", "left"][1] > 0.8
    assert whole["corrugator_supercilii", "left"][0] < -0.6
    assert whole["zygomaticus_major", "left"][0] > 0.4 < whole["zygomaticus_major", "left"][1]
    assert whole["depressor_anguli_oris", "right"][1] < -0.7
    assert whole["risorius", "right"][0] < -0.5
    assert whole["orbicularis_oris_protrusion_upper", "left"][2] > 0.9


def test_halves_of_a_midline_muscle_make_the_whole() -> None:
    x = skins()[0].vertices[:, 0]
    for pull in (p for p in muscles.muscles() if p.halves):
        size = np.linalg.norm(of(spread(), pull.id), axis=1)
        assert size[x > 0].sum() > 0.8, pull.id
        assert 0 < size[x < -0.1].sum() < 0.2, pull.id


def test_lips_press_on_what_they_touch() -> None:
    pressed = of(spread(), "orbicularis_oris_press_upper")
    free = distribution(
        skins()[0],
        [replace(p, held=0.0) for p in muscles.muscles() if p.id == "orbicularis_oris_press_upper"],
    )
    assert abs(pressed[:, 1].sum()) < 0.4 * abs(mean_directions(free)[0, 1])


def test_ring_pulls_to_its_centre_and_one_vector_says_nothing() -> None:
    angle = np.arange(36) * 2 * np.pi / 36
    ring = -np.stack([np.cos(angle), np.sin(angle)], axis=1)
    assert np.abs(ring.sum(axis=0)).max() < 1e-12
    left = {n: unexplained(ring, (np.arange(36) * n // 36)) for n in (1, 2, 4, 8, 16)}
    assert left[1] == pytest.approx(1)
    assert [round(left[n], 3) for n in (2, 4, 8, 16)] == [0.594, 0.187, 0.050, 0.012]


def test_sphincter_on_a_plane_has_no_net_force() -> None:
    grid = np.linspace(-50, 50, 81)
    x, y = np.meshgrid(grid, grid)
    points = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
    k = np.arange(x.size).reshape(x.shape)
    a, b, c, d = (v.ravel() for v in (k[:-1, :-1], k[:-1, 1:], k[1:, :-1], k[1:, 1:]))
    mesh = Mesh(points, np.concatenate([np.stack([a, b, d], 1), np.stack([a, d, c], 1)]))
    ring = next(p for p in muscles.muscles() if p.id == "orbicularis_oculi_palpebral")
    centred = replace(ring, path=np.array([[0.0, 0, 0], [20, 20, 0]]), weights=(1, 1, 1, 1))
    matrix = distribution(mesh, [centred])
    assert np.abs(mean_directions(matrix)).max() < 0.01
    field = matrix[:, 0].reshape(-1, 3)
    assert unexplained(field, np.zeros(len(field), int)) == pytest.approx(1, abs=0.01)


def test_columns_keep_momentum_and_rows_do_not() -> None:
    """Printed P (N, M): one 3-vector of force per muscle (S1-009, E1-08)."""
    rng = np.random.default_rng(4)
    force = rng.normal(size=(spread().shape[1], 3))
    kept = distribution(skins()[0], variant="printed")
    assert kept.shape == (len(skins()[0].vertices), spread().shape[1])
    assert np.allclose((kept @ force).sum(axis=0), force.sum(axis=0))
    rows = distribution(skins()[0], variant="printed", normalise="row")
    held = rows.sum(axis=1) > 0
    assert np.allclose(rows.sum(axis=1)[held], 1)
    assert not np.allclose((rows @ force).sum(axis=0), force.sum(axis=0), atol=1)


def test_one_vector_per_muscle_loses_most_of_a_sphincter() -> None:
    kept = np.linalg.norm(mean_directions(spread()), axis=1)
    left = dict(zip(columns(muscles.muscles()), kept, strict=True))
    assert left["frontalis_lateral", "left"] > 0.9
    assert left["zygomaticus_major", "left"] > 0.75
    assert left["orbicularis_oculi_palpebral", "left"] < 0.5


@pytest.mark.parametrize(
    "names",
    [
        ("frontalis_medial", "frontalis_lateral"),
        ("corrugator_supercilii",),
        ("zygomaticus_major",),
        ("depressor_anguli_oris",),
    ],
)
def test_effective_areas_of_the_four_printed_muscles(names: tuple[str, ...]) -> None:
    """Eight masks, mirror-symmetric; right and left apart wherever off the midline (S1-007)."""
    masks, keys = effective_areas(spread()), columns(muscles.muscles())
    left, right = (
        np.any([masks[:, keys.index((n, side))] for n in names], axis=0)
        for side in ("left", "right")
    )
    skin = skins()[0]
    assert 10 < left.sum() < len(left) / 8
    assert np.array_equal(left[skin.attributes["mirror"]], right)
    distal = np.abs(skin.vertices[:, 0]) > 12
    assert not (left & right & distal).any()
    assert not (left & (skin.vertices[:, 0] < -12)).any()


def test_strands_run_from_bone_to_skin_on_both_sides() -> None:
    for pull in pulls():
        lines = list(strands(pull, 3))
        assert len(lines) == 6
        for left, right in zip(lines[::2], lines[1::2], strict=True):
            assert (left.side, right.side, left.id) == ("left", "right", pull.id)
            assert np.array_equal(left.points * (-1, 1, 1), right.points)
        middle = lines[2].points
        if pull.is_ring:
            assert (not pull.halves) or (middle[:, 0] >= -1e-6).all()
        else:
            assert np.allclose(middle, pull.path)


WIDE = {"nose_width": 2.0, "mouth_width": 2.0, "chin_length": 1.5}


def test_muscles_and_tissue_follow_the_proportions() -> None:
    chosen = [p for p in pulls() if p.id in ("nasalis_alar", "zygomaticus_major", "mentalis")]
    built = cage.build(shaped(WIDE), levels=1)
    skin = built.levels[1]
    skin = Mesh(skin.vertices, skin.faces, {**skin.attributes, "mirror": built.mirrors[1]})
    moved = displace(skins()[0].vertices, WIDE)
    followed = distribution(skin, chosen, proportions=WIDE)
    stayed = distribution(skin, chosen)
    for k, pull in enumerate(chosen):
        sizes = [
            np.linalg.norm(m[:, 2 * k].reshape(-1, 3), axis=1)
            for m in (distribution(skins()[0], chosen), followed, stayed)
        ]
        home, with_it, without = (size @ moved / size.sum() for size in sizes)
        # The same skin is held as on the default face, wherever it now lies.
        assert np.linalg.norm(with_it - home) < 1.0, pull.id
        assert np.linalg.norm(without - home) > 2 * np.linalg.norm(with_it - home), pull.id
    soft = [tissue(skin, p).tangential for p in (WIDE, None)]
    default = tissue(skins()[0]).tangential
    change = [float(np.abs(np.log(np.asarray(s) / default)).mean()) for s in soft]
    assert change[0] < 0.7 * change[1]


def test_rings_keep_their_size_and_fibres_are_drawn_where_they_pull() -> None:
    ring = next(p for p in pulls() if p.is_ring)
    moved = fitted(ring, {"face_width": 2.0})
    assert np.array_equal(moved.path[1], ring.path[1])
    assert not np.array_equal(moved.path[0], ring.path[0])
    press = next(p for p in pulls() if p.against is not None)
    again = fitted(press, WIDE)
    assert again.against is not None
    assert press.against is not None
    assert np.array_equal(again.against, displace(press.against, WIDE))
    line = next(iter(strands(press, 1, WIDE))).points
    assert np.abs(line - again.path).max() > 1
    skin = cage.build(shaped(WIDE), levels=1).levels[1]
    here, there = (overlay(skin, [press], 1, p).fibres[0].corners for p in (WIDE, None))
    assert not np.array_equal(here, there)


def test_mirror_map_is_found_or_refused() -> None:
    plain = half_cylinder(6.0)
    index = mirror_map(plain)
    assert np.array_equal(plain.vertices[index], plain.vertices * (-1, 1, 1))
    crooked = plain.vertices.copy()
    crooked[7] += 0.5
    with pytest.raises(ValueError, match="no mirror image"):
        mirror_map(Mesh(crooked, plain.faces))


def test_refusals_say_what_was_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="variant is 'used' or 'printed'"):
        distribution(skins()[0], variant="guess")  # type: ignore[arg-type]
    far = replace(muscles.muscles()[0], path=np.array([[900.0, 0, 0], [900, 50, 0]]))
    with pytest.raises(ValueError, match="reaches no vertex"):
        distribution(skins()[0], [far])
    row = {"id": "x", "muscle": "mentalis", "form": "roll", "path": "0 0 0", "strength": "1"}
    monkeypatch.setattr(muscles, "read_csv", lambda *_: (row,))
    with pytest.raises(DataError, match="which name no muscle"):
        pulls.__wrapped__()
