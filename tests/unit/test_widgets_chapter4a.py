"""Muscle types and force view: what they ship, and what shows without scripts."""

from __future__ import annotations

import json
import re
from math import hypot
from typing import Any

import numpy as np
import pytest
import traitlets

from fau_teach.face.spread import unexplained as of_face
from fau_teach.widgets import FIGURES, ForceView, MuscleTypes
from fau_teach.widgets import muscle_types as types
from fau_teach.widgets.force_view import FINE, RATE, SCENES, TERMS, force_view_data

MADE: dict[str, Any] = {"muscle_types": MuscleTypes, "force_view": ForceView}


@pytest.mark.parametrize("name", MADE)
def test_registered_and_light(name: str) -> None:
    assert FIGURES[name] is MADE[name]
    figure = MADE[name]()
    assert len(figure.static_html().encode()) < 40_000
    json.dumps(figure.state(), allow_nan=False)
    assert figure.fallback_html().startswith('<div class="wide-table"><table><caption>')


# -- muscle types


@pytest.mark.parametrize("kind", types.KINDS)
@pytest.mark.parametrize("groups", types.GROUPS)
def test_S1_006_shares_are_those_of_the_face_module(kind: str, groups: int) -> None:
    field = np.array(types.forces(kind))
    expected = of_face(field, np.arange(36) * groups // 36)
    assert types.unexplained(types.forces(kind), groups) == pytest.approx(expected, abs=1e-12)


def test_S1_006_ring_sheet_and_fan() -> None:
    ring = [types.unexplained(types.forces("sphincter"), n) for n in types.GROUPS]
    assert ring == pytest.approx([1, 0.594, 0.187, 0.050, 0.012], abs=5e-4)
    assert types.net(types.forces("sphincter")) == pytest.approx(0, abs=1e-12)
    assert types.net(types.forces("sheet")) == pytest.approx(1)
    assert types.unexplained(types.forces("sheet"), 1) == pytest.approx(0, abs=1e-12)
    assert 0.02 < types.unexplained(types.forces("linear"), 1) < 0.2


@pytest.mark.parametrize("kind", types.KINDS)
def test_every_place_is_held_and_forces_have_one_size(kind: str) -> None:
    assert len(types.places(kind)) == types.POINTS
    for place in types.places(kind):
        found = types.pull(kind, *place)
        assert found.weight > 0.05
        assert hypot(found.x, found.y) == pytest.approx(1)
        assert max(map(abs, place)) < types.REACH
    parts = [round(types.pull(kind, *place).part, 9) for place in types.places(kind)]
    assert parts == sorted(parts)


def test_a_linear_muscle_draws_to_its_origin() -> None:
    for place, (x, y) in zip(types.places("linear"), types.forces("linear"), strict=True):
        away = types._BONE[0] - place[0], types._BONE[1] - place[1]
        assert x * away[1] - y * away[0] == pytest.approx(0, abs=1e-12)
        assert x * away[0] + y * away[1] > 0
    assert types.pull("linear", -1.2, 1.2).weight < 0.01


def test_muscle_types_refuse_what_they_do_not_know() -> None:
    with pytest.raises(ValueError, match="not a kind of muscle"):
        MuscleTypes("round")
    with pytest.raises(ValueError, match="3 vectors"):
        MuscleTypes(vectors=3)
    with pytest.raises(traitlets.TraitError):
        MuscleTypes(activation=101)


def test_muscle_types_fallback_prints_the_shares() -> None:
    row = re.search(r'<th scope="row">sphincter</th>(.*?)</tr>', MuscleTypes().fallback_html())
    assert row
    cells = re.findall("<td>(.*?)</td>", row[1])
    assert cells == [".00", "100.0%", "59.4%", "18.7%", "5.0%", "1.2%"]


# -- force view


def test_the_terms_balance_in_every_frame() -> None:
    for scene in force_view_data()["scenes"]:
        muscle, *others = (np.array(scene[name]) for name in TERMS)
        assert np.abs(muscle - sum(others)).max() < 3e-4
        assert muscle.max() == pytest.approx(1, abs=0.02)


def test_a_held_smile_is_held_by_elastic_force() -> None:
    held, brief = force_view_data()["scenes"]
    frame = round(0.8 * RATE)
    assert [held[name][frame] for name in TERMS] == pytest.approx([1, 1, 0, 0], abs=1e-3)
    assert max(map(abs, held["inertia"])) < 0.01
    assert max(map(abs, brief["inertia"])) > 3 * max(map(abs, held["inertia"]))
    assert len(held["muscle"]) == round(SCENES["held"][1]["seconds"] * RATE) + 1
    assert FINE > 1


def test_force_lies_where_the_muscle_pulls() -> None:
    from fau_teach import force
    from fau_teach.face import face
    from fau_teach.force.balance import pressure

    data, ana = force_view_data(), face("Ana")
    load = pressure(ana, force.activations(ana, "12D"))
    assert data["load"] == pytest.approx(load[data["vertices"]], abs=1e-3)
    rest = np.delete(load, data["vertices"])
    assert rest.max() < 0.03 * load.max()
    marks = ana.hierarchy.levels[1].vertices[data["vertices"]]
    assert set(np.sign(marks[:, 0])) == {-1.0, 1.0}
    assert marks[:, 1].max() < 10


def test_force_view_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="not a scene"):
        ForceView(scene="long")
    with pytest.raises(ValueError, match="not a colouring"):
        ForceView(colouring="nerves")


def test_force_view_fallback_has_both_smiles() -> None:
    text = ForceView().fallback_html()
    assert "Held smile, 0.00 s" in text
    assert "Brief smile, 0.60 s" in text
    assert "−.00" not in text
