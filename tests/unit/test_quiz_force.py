"""Numbers and verdicts in the quiz of chapter 4, computed with what readers use themselves."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from fau_teach import evaluate, facs, force, published
from fau_teach.face.muscles import muscles
from fau_teach.force import hidden, losses, variants
from fau_teach.force.springs import MODES
from fau_teach.widgets import muscle_types

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

import items  # noqa: E402

QUIZ = {item["id"]: item for item in items.quiz("04-force-ode")}
ONE, NONE = np.eye(1), np.zeros((1, 1))


def right(name: str) -> set[str]:
    return {one["text"] for one in QUIZ[name]["options"] if one["correct"]}


def numbers(name: str) -> list[float]:
    return [QUIZ[name]["answer"], *(trap["answer"] for trap in QUIZ[name]["traps"])]


def pairs(name: str) -> dict[str, str]:
    return {one["left"]: one["right"] for one in QUIZ[name]["pairs"]}


def test_every_page_is_asked_about_in_thirty_items_or_more() -> None:
    assert len(QUIZ) >= 30
    pages = sorted((ROOT / "book" / "04-force-ode").glob("[1-8]-*.md"))
    assert len(pages) == 8
    for page in pages:
        told = set(re.findall(r"\{source-note\} (E1-\d+)", page.read_text(encoding="utf-8")))
        assert [name for name, one in QUIZ.items() if told & {*one["source"].split()}], page.name


# -- muscles and shares


def test_S1_006_muscles_pull_as_their_form_says() -> None:
    forms = {one.muscle: one.form for one in muscles()}
    words = {"sheet": "in one direction, all of it alike", "linear": "towards a point on bone",
             "sphincter": "to the middle of a ring"}  # fmt: skip
    for name, told in pairs("three-kinds").items():
        key = name.lower().replace(" ", "_")
        found = {words[form] for one, form in forms.items() if one.startswith(key)}
        assert found == {told}


def test_E1_07_a_ring_in_sectors() -> None:
    ring = muscle_types.forces("sphincter")
    answer, two, eight, _ = numbers("sectors")
    for number, share in ((4, answer), (2, two), (8, eight)):
        left = 100 * muscle_types.unexplained(ring, number)
        assert left == pytest.approx(share, abs=QUIZ["sectors"]["tolerance"])
    assert np.linalg.norm(np.sum(ring, axis=0)) == pytest.approx(0, abs=1e-9)
    assert right("ring-vector") == {"The zero vector"}


def test_S1_010_force_at_a_vertex() -> None:
    share, pull = np.array([[0.5, 0.25], [0.5, 0.75]]), np.array([[1.0, 0, 0], [2.0, 0, 0]])
    found = variants.external_force(share, pull)[:, 0]
    answer, summed, other, _ = numbers("shares")
    assert (answer, other) == pytest.approx(found)
    assert summed == share[0].sum()
    assert found.sum() == pull.sum()


# -- coordinates


def test_E1_01_the_half_doubles_the_acceleration() -> None:
    used, printed, *_ = numbers("no-half")
    for variant, told in (("used", used), ("printed", printed)):
        mass = variants.mass_matrix(np.ones((1, 1, 1)), np.array([2.0]), variant)  # type: ignore[arg-type]
        assert 3 / mass[0, 0] == pytest.approx(told)


def test_S1_019_directions_that_do_nothing() -> None:
    random = np.random.default_rng(0)
    seen_by = variants.force_map(random.normal(size=(5, 40, 3)), random.random((40, 6)))
    found = variants.null_space(seen_by)
    answer, every, seen, _ = numbers("nullity")
    assert (found.nullity, seen_by.shape[1], found.rank) == (answer, every, seen)


def test_S1_008_numbers_of_a_state() -> None:
    assert numbers("state")[:2] == [2 * 3 * 30_000, 3 * 30_000]


# -- elastic force


def test_E1_02_movements_of_the_chain() -> None:
    chain = force.chain()
    felt = [chain.generalised(MODES, way).round(9)[i] for i, way in enumerate(MODES)]
    told = [float(one.removesuffix(" N").replace("−", "-")) for one in pairs("chain").values()]
    assert felt == pytest.approx(told)
    assert right("cancel") == {"It feels a force that brings it back"}


def test_S1_015_rest_and_no_rest() -> None:
    answer, far, _, swing = numbers("rest")
    names = ("translation", "stretch", "bend")
    drive = np.tile([0.0, 5.0, 0.0], (1001, 1))
    for elastic, told in ((True, swing), (False, far)):
        system = force.chain().reduced(MODES, names, elastic=elastic)
        moved = force.integrate(system, drive, step=0.01).c[:, 1].max()
        assert moved == pytest.approx(told, rel=2e-3)
    assert answer == pytest.approx(5 / 30, abs=1e-3)


def test_S1_059_second_difference() -> None:
    velocity, acceleration = variants.differences(np.array([[0.0], [1], [4], [9]]))
    answer, mean, last, final, first = numbers("second-difference")
    assert set(acceleration.ravel()) == {answer}
    assert (first, mean, final) == tuple(velocity.ravel())
    assert last == 9


def test_S1_060_what_is_not_given_stands_on_a_card() -> None:
    from fau_teach.models import parameters as network

    material = force.parameters()
    assert {"density", "thickness", "step"} <= {*material}
    assert {f"weight_{term}" for term in losses.TERMS} <= {*network()}
    assert len(evaluate.CODES["BP4D"]) == 12  # given


# -- steps


def test_S1_016_place_after_ten_unit_steps() -> None:
    body = force.System(ONE, NONE, NONE, ONE, ("place",), ("push",))
    found = {
        name: force.integrate(body, np.ones((11, 1)), step=1.0, method=name).c[-1, 0]
        for name in ("euler", "exact", "semi-implicit")
    }
    assert list(found.values()) == pytest.approx(numbers("late")[:3])


def test_S1_016_energy_of_a_stepped_spring() -> None:
    spring = force.System(ONE, NONE, 4 * ONE, ONE, ("place",), ("push",))
    answer, once, kept, _ = numbers("energy")
    for name, told in (("euler", answer), ("semi-implicit", kept)):
        run = force.integrate(
            spring, np.zeros((101, 1)), step=0.1, method=name, c0=np.ones(1), allow_unstable=True
        )
        energy = run.energy(spring)
        assert energy[-1] / energy[0] == pytest.approx(told, rel=2e-3)
    assert once == pytest.approx(1 + 4 * 0.1**2)


def test_methods_are_as_they_are_described() -> None:
    titles = {
        "explicit Euler": "euler", "semi-implicit Euler": "semi-implicit", "Runge-Kutta": "rk4",
        "implicit Euler": "implicit", "exact step": "exact",
    }  # fmt: skip
    for title, told in pairs("methods").items():
        method = force.METHODS[titles[title]]
        assert method.stable == ("any step" in told or "no error" in told)
        if order := re.search(r"order (\d)", told):
            assert method.order == int(order[1])


def test_the_fastest_motion_sets_the_limit() -> None:
    slow, fast = (np.diag([1.0, w**2]) for w in (3.0, 30.0))
    two = np.eye(2)
    limits = [
        force.limit(force.System(two, 0 * two, K, two, ("a", "b"), ("a", "b")), "semi-implicit")
        for K in (slow, fast)
    ]
    assert limits == pytest.approx([2 / 3, 2 / 30])
    assert right("largest-step") == {"The fastest motion of the system"}


# -- what the skin hides


def test_E1_06_mass_and_force_seven_times_as_large() -> None:
    free = force.System(ONE, NONE, NONE, ONE, ("c",), ("a",))
    push = np.ones((6, 1))
    one, two = (
        force.integrate(system, push, step=0.1).c
        for system in (free, free.but(M=7 * ONE, G=7 * ONE))
    )
    assert one == pytest.approx(two)
    assert hidden.unknown_directions(3, 2, 10, "full") > 0
    assert right("sevenfold") == {"Nothing"}


def test_E1_11_E1_12_muscles_of_the_codes() -> None:
    for code, told in pairs("captions").items():
        names = facs.au(code.removeprefix("AU")).muscles
        assert any(name.startswith(told.replace(" ", "_")) for name in names), (code, names)
        (spare,) = QUIZ["captions"]["spare"]
        assert not any(name.startswith(spare["right"].replace(" ", "_")) for name in names)


# -- the network


def test_S1_024_to_S1_026_losses_by_hand() -> None:
    used, printed, summed, _ = numbers("loss-au")
    value = float(losses.loss_au([1, 0], [0.9, 0.2]))
    assert value == pytest.approx(used, abs=1e-3)
    assert float(losses.loss_au([1, 0], [0.9, 0.2], "printed")) == pytest.approx(printed, abs=1e-3)
    assert 2 * value == pytest.approx(summed, abs=1e-3)
    change = [[[0, 0, 0]], [[1, 2, 2]]]
    assert [losses.loss_smooth(change, "printed"), losses.loss_smooth(change)] == numbers("smooth")[
        :2
    ]


def test_E1_03_where_the_printed_sign_leads() -> None:
    assert losses.descend(1, "printed")[-1] < 1e-9
    assert right("wrong-sign") == {"To zero, while the loss keeps falling"}


def test_E1_04_the_last_force_moves_no_frame() -> None:
    free = force.System(ONE, NONE, NONE, ONE, ("c",), ("F",))
    moved = []
    for last in (0.0, 100.0):
        push = np.zeros((6, 1))
        push[-1] = last
        start = {"c0": np.zeros(1), "v0": np.ones(1)}
        moved.append(force.integrate(free, push, step=1.0, method="printed", **start).c)
    assert moved[0] == pytest.approx(moved[1])
    wrong = {one["text"] for one in QUIZ["last-forces"]["options"]} - right("last-forces")
    assert wrong == {"The reconstruction loss"}


def test_S1_022_width_of_the_head() -> None:
    m, k, d = map(int, re.findall(r"\d+", QUIZ["head"]["question"]))
    assert numbers("head") == [3 * m + k + d, m + k + d, k + d, 3 * m + k]


# -- the tables


def test_S1_030_f1() -> None:
    answer, mean, product, geometric = numbers("f1")
    assert answer == pytest.approx(evaluate.f1(0.5, 0.8), abs=1e-3)
    assert (mean, product, geometric) == pytest.approx((0.65, 0.4, 0.4**0.5), abs=1e-3)


def test_room_for_rounding() -> None:
    assert right("rounding") == {f"{2 * published.HALF:.1f}".lstrip("0")}


def test_E1_17_units_on_which_physics_is_ahead() -> None:
    gain = published.table("1").gain("3D Physics", "2D Image")
    for option in QUIZ["ahead"]["options"]:
        code = option["text"].removeprefix("AU")
        assert option["correct"] == (gain[code] > 0)
        row = published.table("1")
        told = re.match(r"([\d.]+) to ([\d.]+)", option["feedback"])
        assert told
        values = (row["3D Physics"].used[code], row["2D Image"].used[code])
        assert tuple(map(float, told.groups())) == values


def test_variants_stand_in_the_order_of_their_means() -> None:
    rows = {
        "Physics and image together": "Physics + Image", "Image alone": "2D Image",
        "Position alone": "3D Position", "Geometry alone": "3D Geometry",
    }  # fmt: skip
    table = published.table("1")
    ranks = [table.rank(rows[one["text"]]) for one in QUIZ["variants"]["options"]]
    assert ranks == sorted(set(ranks))
    for one in QUIZ["variants"]["options"]:
        assert f"{table[rows[one['text']]].mean:.1f}" in one["feedback"]


def test_E1_18_the_largest_gain() -> None:
    gain = published.table("4").gain("AU loss and reconstruction", "AU loss alone")
    assert right("few-labels") == {f"At {max(gain, key=lambda share: gain[share])}"}


def test_E1_20_points_and_per_cent() -> None:
    answer, points, other, _ = numbers("relative")
    table = published.table("5")
    gain = table.gain("physics-based", "data-driven")["mean"]
    assert points == gain
    assert answer == pytest.approx(100 * gain / table["data-driven"].mean, abs=0.05)
    assert other == pytest.approx(100 * gain / table["physics-based"].mean, abs=0.05)


def test_E1_19_intensity_two() -> None:
    assert [bool(evaluate.active([2], one)[0][0]) for one in ("printed", "used")] == [False, True]
    assert right("intensity-2") == {"Not as printed; yes as the works beside it count"}
