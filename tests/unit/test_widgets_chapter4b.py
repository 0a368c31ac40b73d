"""Integrator playground and hidden force: what they ship, and what shows without scripts."""

from __future__ import annotations

import json

import numpy as np
import pytest
import traitlets

from fau_teach import force
from fau_teach.face import face
from fau_teach.force import observe
from fau_teach.widgets import FIGURES, HiddenForce, Integrators
from fau_teach.widgets.hidden_force import EXAMPLES, GRID, hidden_data, movements
from fau_teach.widgets.integrators import (
    MUSCLE,
    PRESETS,
    STEPS,
    corner,
    face_system,
    integrators_data,
    stepped,
)

MADE = {"integrators": Integrators, "hidden_force": HiddenForce}


@pytest.mark.parametrize("name", MADE)
def test_registered_and_light(name: str) -> None:
    assert FIGURES[name] is MADE[name]
    figure = MADE[name]()
    assert len(figure.static_html().encode()) < 20_000
    json.dumps(figure.state(), allow_nan=False)
    assert figure.fallback_html().startswith('<div class="wide-table"><table><caption>')


# -- integrators


def test_E1_04_limits_are_those_of_the_face() -> None:
    limits = integrators_data()["limits"]
    for key, (elastic, damping) in {
        "11": (True, True), "10": (True, False), "01": (False, True), "00": (False, False),
    }.items():  # fmt: skip
        system = force.reduced(face(), elastic=elastic, damped=damping)
        for name, shown in limits[key].items():
            limit = 1e3 * force.limit(system, name)
            assert shown == (None if limit == np.inf else pytest.approx(limit, abs=0.005))
    assert limits["10"]["euler"] == 0
    assert limits["11"]["semi-implicit"] < limits["11"]["euler"] < limits["11"]["rk4"]
    assert set(limits["00"].values()) == {None}
    assert {limits["11"][name] for name in ("implicit", "newmark", "exact")} == {None}


def test_S1_016_the_modes_that_are_sent_make_the_motion() -> None:
    """Each mode stepped for itself, exactly, ends where the whole system does."""
    omega, decay, load, out = np.array(integrators_data()["modes"]).T
    system = face_system()
    pulled = np.eye(len(system.inputs))[system.inputs.index(MUSCLE)]
    assert out @ (load / omega**2) == pytest.approx(corner() @ system.rest(pulled), rel=1e-6)
    modes = force.System(
        np.eye(len(omega)), np.diag(decay), np.diag(omega**2), load[:, None],
        tuple(str(k) for k in range(len(omega))), ("pull",),
    )  # fmt: skip
    motion, shown = stepped("rk4", 2)
    level = force.envelope(1.0, 0.002, start=0.1, hold=2.0)
    alone = force.integrate(modes, level[:, None], step=0.002, method="rk4").c @ out
    assert shown == pytest.approx(alone, abs=1e-6)
    assert motion.energy(system)[-1] > 0


def test_steps_lie_on_both_sides_of_every_limit() -> None:
    for limits in integrators_data()["limits"].values():
        for limit in filter(None, limits.values()):
            assert min(STEPS) < limit < max(STEPS)
            assert min(abs(step - limit) for step in STEPS) < 0.6


def test_without_elasticity_the_corner_leaves_the_face() -> None:
    _, shown = stepped("exact", 40, elastic=False, damping=False)
    assert shown[-1] > 1000  # a metre
    _, held = stepped("exact", 40)
    assert 5 < held[-1] < 15


def test_the_preset_above_the_limit_shows_it_and_the_one_below_does_not() -> None:
    ((_, below), (_, above), *_) = PRESETS
    for preset, grows in ((below, False), (above, True)):
        _, shown = stepped(preset["method"], preset["step"])
        assert (abs(shown).max() > 100) == grows


def test_unstable_cells_of_the_table_say_so() -> None:
    rows = Integrators().fallback_html().split("<tr>")[2:]
    cells = {row.split("</th>")[0].split(">")[-1]: row.count("grows") for row in rows}
    assert cells == {
        "explicit Euler": 3, "semi-implicit Euler": 4, "Runge-Kutta of order 4": 2,
        "implicit Euler": 0, "Newmark, average acceleration": 0, "exact step": 0,
    }  # fmt: skip


@pytest.mark.parametrize("wrong", [{"method": "rk5"}, {"step": 7}])
def test_unknown_choices_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"is not a (method|step)"):
        Integrators(**wrong)


# -- hidden force


def test_E1_06_holding_hides_the_skin_and_costs_force() -> None:
    for one in hidden_data()["examples"]:
        most = np.array(one["most"]).reshape(GRID + 1, GRID + 1)
        assert most[0, 0] == 0
        assert most[-1, -1] < 0.7 * most[-1, 0]
        assert (np.diff(most[:, 0]) > 0).all()
        force_n = [sum(m["force"] for m in one["muscles"] if m["group"] <= k) for k in (0, 1)]
        assert force_n[1] > 1.5 * force_n[0]


def test_the_grid_is_what_the_face_does() -> None:
    who = face()
    seen = observe.dense(who)
    for example, one in zip(EXAMPLES, hidden_data()["examples"], strict=True):
        found = example.found
        activations = np.zeros(len(seen.names))
        for name, value in zip(found.names, found.values, strict=True):
            for side in ("left", "right"):
                share = 1 if name == example.muscle else 0.5
                activations[seen.names.index(f"{name}_{side}")] = share * value
        size = np.linalg.norm(1e3 * seen.of(activations).reshape(-1, 3), axis=1).max()
        most = np.array(one["most"]).reshape(GRID + 1, GRID + 1)
        assert most[GRID, GRID // 2] / 100 == pytest.approx(size, abs=0.006)
        dense, few = movements(example.id)
        assert len(few[0]) == 68
        assert abs(few).max() <= abs(dense).max() + 1e-9


def test_the_dense_mesh_is_surest_and_the_68_points_are_least_sure() -> None:
    for one in hidden_data()["examples"]:
        for muscle in one["muscles"]:
            half = muscle["half"]
            assert half["dense mesh"] < half["depth"] < half["68 points"]
    assert {m["name"] for m in hidden_data()["examples"][0]["muscles"]} >= {"zygomaticus major"}


@pytest.mark.parametrize("wrong", [{"example": "ear"}, {"noise": 2}])
def test_unknown_examples_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"is not an? (example|noise)"):
        HiddenForce(**wrong)
    with pytest.raises(traitlets.TraitError):
        HiddenForce(pull=101)
