"""Checks that the inventory asks for on the first pages of chapter 4."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from fau_teach import facs, force, force_plots
from fau_teach.face import face
from fau_teach.face.muscles import columns, distribution, muscles
from fau_teach.face.spread import effective_areas, mean_directions
from fau_teach.force import balance as of
from fau_teach.force import variants
from fau_teach.force.card import card
from fau_teach.force.losses import TERMS
from fau_teach.force.springs import MODES
from fau_teach.models import card as network

PAGES = Path(__file__).resolve().parents[2] / "book" / "04-force-ode"


def prose(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def test_S1_001_the_named_muscles_agree_with_chapter_1() -> None:
    assert facs.au("12").muscles == ("zygomaticus_major",)
    assert facs.au("15").muscles == ("depressor_anguli_oris",)


def test_S1_004_the_two_branches_name_every_node_in_order() -> None:
    part = prose("index").partition("## What the source builds")[2].partition("\n## ")[0]
    nodes = ("image", "3D reconstruction", "mesh encoder", "MLP", "M^B", "F", "ODE",
             "tilde c", "ResNet50", "side by side", "FC", "sigma")  # fmt: skip
    places = [part.find(node) for node in nodes]
    assert -1 not in places
    assert places == sorted(places)
    assert len(re.findall(r"^\d\. \*\*", part, re.MULTILINE)) == 3


def test_S1_005_six_lines_of_work() -> None:
    part = prose("index").partition("## Where it comes from")[2]
    rows = [row for row in part.splitlines() if row.startswith("| ") and "---" not in row]
    assert len(rows) - 1 == 6


def test_S1_008_sizes_of_the_mesh() -> None:
    text = prose("2-from-newton-to-coordinates")
    found = re.findall(r"^\| (\$.+?\$) \|.*?([\d,]+)(?: numbers)? \|$", text, re.MULTILINE)
    sizes = {name: int(number.replace(",", "")) for name, number in found}
    vertices = sizes["$N$"]
    assert vertices == 30_000
    assert (sizes["$u$"], sizes["$u, \\dot u$"]) == (3 * vertices, 6 * vertices)
    skin = force.reduced(face())
    assert skin.B.shape[1] == 3 * len(face().hierarchy.levels[1].vertices)


def test_S1_009_columns_keep_the_newtons() -> None:
    skin = face().hierarchy.levels[1]
    force_of = np.random.default_rng(0).normal(size=(len(columns(muscles())), 3))
    by_column, by_row = (
        distribution(skin, variant="printed", normalise=kind) for kind in ("column", "row")
    )
    kept = variants.external_force(by_column, force_of).sum(axis=0)
    assert kept == pytest.approx(force_of.sum(axis=0), abs=1e-9)
    made = variants.external_force(by_row, force_of).sum(axis=0)
    assert np.abs(made - force_of.sum(axis=0)).max() > 1


def test_S1_010_one_vector_keeps_the_brow_and_loses_the_ring() -> None:
    lost = of.one_vector(face())
    assert lost["corrugator_supercilii"] < 0.05
    assert lost["orbicularis_oculi_palpebral"] > 0.7
    at = columns(muscles()).index(("zygomaticus_major", "left"))
    field = face().P[:, at].reshape(-1, 3)
    share = np.linalg.norm(field, axis=1)
    # No other vector does better, also not the sum of all forces.
    for vector in (mean_directions(face().P)[at], [0, 0, 0], [0.5, 0.5, 0]):
        rest = ((field - share[:, None] * np.asarray(vector)) ** 2).sum() / (share**2).sum()
        assert rest >= lost["zygomaticus_major"] - 1e-12


def test_S1_012_movements_add_and_come_back() -> None:
    skin = force.reduced(face())
    c = np.random.default_rng(1).uniform(size=len(skin.coordinates))
    assert skin.lift(3 * c) == pytest.approx(3 * skin.lift(c))
    assert skin.fit(skin.lift(c)) == pytest.approx(c, abs=1e-6)


def test_S1_013_polar_coordinates_by_sympy() -> None:
    sympy = pytest.importorskip("sympy")
    from sympy.physics.mechanics import LagrangesMethod, dynamicsymbols

    t, m = dynamicsymbols._t, sympy.symbols("m")
    r, angle = dynamicsymbols("r theta")
    x, y = r * sympy.cos(angle), r * sympy.sin(angle)
    energy = m * (x.diff(t) ** 2 + y.diff(t) ** 2) / 2
    found = LagrangesMethod(energy, [r, angle]).form_lagranges_equations() / m
    radial = r.diff(t, 2) - r * angle.diff(t) ** 2
    around = r**2 * angle.diff(t, 2) + 2 * r * r.diff(t) * angle.diff(t)
    assert [sympy.simplify(a - b) for a, b in zip(found, (radial, around), strict=True)] == [0, 0]


def test_S1_031_a_movement_stays_near_its_muscle_and_is_wider_than_the_pull() -> None:
    ana = face()
    moved = effective_areas(ana.B.transpose(1, 2, 0).reshape(ana.P.shape))
    pulled = effective_areas(ana.P)
    place = ana.hierarchy.levels[1].vertices
    for name in ("zygomaticus_major", "depressor_anguli_oris", "frontalis_medial"):
        at = columns(muscles()).index((name, "left"))
        assert pulled[:, at].sum() < moved[:, at].sum() < 0.25 * len(moved)
        size = np.linalg.norm(ana.B[at], axis=1) / np.linalg.norm(ana.B[at], axis=1).max()
        away = cKDTree(place[pulled[:, at]]).query(place)[0]
        assert size[away > 40].max() < 0.05
        assert size[away > 60].max() < 0.01
        assert (away > 40).mean() > 0.5  # most of the skin


def test_S1_060_every_constant_stands_once_with_its_reason() -> None:
    rows = card().rows
    names = [row.name for row in rows]
    assert len(set(names)) == len(names) >= 15
    shown = card()._repr_html_()
    for row in rows:
        assert f">{row.name}</th>" in shown
        assert row.reason
    assert str(card()).count("\n") == len(rows) - 1
    # What the card of the mechanics does not hold stands on that of the network: nothing twice.
    learned = network.parameters()
    assert not {row.id for row in rows} & set(learned)
    assert {"muscles", "coordinates", "step", "density", "thickness"} <= {row.id for row in rows}
    assert {*(f"weight_{term}" for term in TERMS), "frames", "rate", "hidden", "latent", "epochs",
            "batch", "learning_rate"} <= set(learned)  # fmt: skip
    assert all(row.reason for row in learned.values())


# -- balance of forces


def test_the_four_terms_balance_and_inertia_is_no_remainder() -> None:
    chain = force.chain().reduced(MODES[1:], ("stretch", "bend"))
    drive = np.column_stack([np.sin(np.arange(200) / 30), np.zeros(200)])
    motion = force.integrate(chain, drive, step=0.01)
    terms = of.balance(chain, motion, drive)
    total = terms.elastic + terms.damping + terms.inertia
    assert total == pytest.approx(terms.muscle, abs=1e-9)
    second = np.gradient(motion.v[:, 0], 0.01) * chain.M[0, 0]
    unit = drive.max()
    assert terms.inertia[5:-5] == pytest.approx(second[5:-5] / unit, abs=0.02)
    assert terms.at(0.5)["muscle"] == pytest.approx(drive[50, 0] / unit, abs=1e-4)


def test_balance_of_fewer_inputs_than_coordinates() -> None:
    chain = force.chain().reduced(MODES[1:], ("stretch", "bend"))
    one = chain.but(G=np.array([[1.0], [0.0]]), inputs=("pull",))
    drive = np.ones((50, 1))
    terms = of.balance(one, force.integrate(one, drive, step=0.01), drive)
    assert terms.muscle == pytest.approx(1)


def test_balance_refuses_what_does_not_fit() -> None:
    chain = force.chain().reduced(MODES[1:], ("stretch", "bend"))
    motion = force.integrate(chain, np.ones((9, 2)), step=0.01)
    with pytest.raises(ValueError, match="8 frames of drive, 9 of motion"):
        of.balance(chain, motion, np.ones((8, 2)))
    with pytest.raises(ValueError, match="no input is driven"):
        of.balance(chain, motion, np.zeros((9, 2)))


# -- figures


def test_S1_007_areas_of_four_muscles_are_drawn() -> None:
    axes = force_plots.areas(face())
    titles = [ax.get_title() for ax in axes]
    assert titles == [name.replace("_", " ") for name in force_plots.FOUR]
    with pytest.raises(ValueError, match="No muscle 'cheek'"):
        force_plots.areas(face(), ["cheek"])


def test_E1_02_the_drawn_chain_says_what_the_springs_do() -> None:
    titles = [ax.get_title() for ax in force_plots.chain_modes()]
    assert [title.rsplit(" ", 1)[1] for title in titles] == ["0", "−30", "−80"]
    assert all("sum of forces 0" in title for title in titles)


def test_E1_02_a_smile_holds_with_stiffness_only() -> None:
    upper, lower = force_plots.holds(face())
    held = upper.lines[0].get_ydata()
    assert np.ptp(np.asarray(held)[60:130]) < 0.05
    loose = np.asarray(lower.lines[0].get_ydata())
    assert loose[-1] > 1e5
    assert (np.diff(loose[20:]) > 0).all()
