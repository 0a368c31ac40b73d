"""Checks that the inventory asks for on the last two pages of chapter 4, and their figures."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Annotation

from fau_teach import evaluate, facs, network_plots, published
from fau_teach.exercises import exercise
from fau_teach.force import losses

PAGES = Path(__file__).resolve().parents[2] / "book" / "04-force-ode"
NETWORK = (PAGES / "6-a-network-with-mechanics.md").read_text(encoding="utf-8")
SUMS = (PAGES / "7-do-the-tables-add-up.md").read_text(encoding="utf-8")
TABLES = (PAGES / "8-what-the-tables-show.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def closed() -> object:
    yield
    plt.close("all")


# -- the network


def arrows() -> list[tuple[str, str]]:
    """Boxes at both ends of each arrow, by their first word."""
    texts = network_plots.network().texts
    boxes = {one.get_position(): one.get_text() for one in texts if is_box(one)}
    ways = [one for one in texts if isinstance(one, Annotation)]
    return [(boxes[tuple(one.xyann)], boxes[tuple(one.xy)]) for one in ways]


def is_box(one: object) -> bool:
    patch = one.get_bbox_patch()  # type: ignore[attr-defined]
    plain = not isinstance(one, Annotation) and patch is not None
    return plain and patch.get_boxstyle().__class__.__name__ == "Round"


def test_S1_003b_every_arrow_has_its_equation() -> None:
    texts = network_plots.network().texts
    boxes = [one for one in texts if is_box(one)]
    ways = [one for one in texts if isinstance(one, Annotation)]
    labels = [one.get_text() for one in texts if one not in boxes and one not in ways]
    assert len(labels) == len(ways)
    assert all(labels)
    numbers = {int(one) for label in labels for one in re.findall(r"\d+", label)}
    assert numbers == {3, *range(7, 17)}
    named = {int(one) for one in re.findall(r"Eq\. (\d+)", NETWORK)} | {15, 16}
    assert numbers <= named


def test_S1_004_the_force_goes_three_ways_and_the_head_sees_three_things() -> None:
    found = arrows()
    after = {end.split("\n")[0] for start, end in found if start.startswith("regression")}
    assert after == {"ODE solver", "head", "$L_{clean}$,"}
    seen = {start.split("\n")[0] for start, end in found if end.startswith("head")}
    assert seen == {"regression", "coordinates $c$", "backbone"}
    judged = {start.split("\n")[0] for start, end in found if end == "$L_{3d}$"}
    assert judged == {"ODE solver", "coordinates $c$"}


def test_S1_022_widths_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    from fau_teach import force
    from fau_teach.face import face
    from fau_teach.models import card, parameters

    (cell,) = re.findall(r"^skin = .*\n.*\nprint\(.*$", NETWORK, re.MULTILINE)
    exec(cell, {"face": face, "force": force, "parameters": parameters})
    count, d = len(face().strengths), card.whole("features")
    printed, used = map(int, re.findall(r"\d+", capsys.readouterr().out))
    assert (printed, used) == (4 * count + d, 2 * count + d)
    assert NETWORK.count("$3M + K + d$") == 2
    assert "| $M + K + d$ |" in NETWORK


def test_S1_020_reach_of_a_force() -> None:
    """As printed a force first moves the frame after the next one; the last two move none."""
    tables = [np.asarray(ax.images[0].get_array()) for ax in network_plots.reach()]
    printed, used = tables
    frames = len(printed)
    for column in range(frames):
        first = np.flatnonzero(printed[:, column])
        assert first.size == 0 if column >= frames - 2 else first[0] == column + 2
    assert all(used[:, column].any() for column in range(frames))
    late = used[-1]
    assert late[0] < 0.05 * used.max()  # soon forgotten
    assert np.argmax(printed[-1]) == 0  # and never


def test_E1_03_figure_of_the_sign() -> None:
    used, printed = (line.get_ydata() for line in network_plots.loss_sign().lines)
    assert np.all(np.diff(used) > 0)
    assert np.all(np.diff(printed) < 0)
    assert printed[-1] < 1e-9  # below one in a billion, as the text beside the figure says
    assert used[-1] > 0.95
    assert exercise("4.11").solution() == min((0.9, 0.6, 0.2, 0.01), key=lambda p: float(
        losses.loss_au([1], [p], "printed")))  # fmt: skip


# -- the tables


def test_S1_038_upper_face_to_physics_lips_and_chin_to_the_picture() -> None:
    gain = published.table("1").gain("3D Physics", "2D Image")
    ahead = {code for code, points in gain.items() if points > 0}
    assert {facs.au(code).region for code in ahead} == {"brow", "eye", "cheek"}
    assert {facs.au(code).half for code in set(gain) - ahead} == {"lower"}
    assert set(sorted(gain, key=lambda code: gain[code])[:3]) == {"15", "24", "17"}
    small = {code for code, points in gain.items() if abs(points) < 1.5}
    assert small == {"6", "12", "14"}
    ax = network_plots.branches()
    order = [label.get_text().removeprefix("AU") for label in ax.get_yticklabels()]
    assert order == sorted(gain, key=lambda code: -gain[code])


def test_S1_038_together_is_not_always_more() -> None:
    table = published.table("1")
    parts = [table[name].used for name in ("3D Force", "3D Position")]
    below = {code for code in table.columns
             if table["3D Physics"].used[code] < max(one[code] for one in parts)}  # fmt: skip
    assert below == {"6", "7", "10", "14"}


def test_S1_046_S1_054_words_on_the_ranks() -> None:
    second, third = published.table("2"), published.table("3")
    wins = {row.method: len(second.wins(row.method)) for row in second.rows}
    assert max(wins, key=lambda name: wins[name]) == "Ours"
    assert sorted(wins.values())[-2] < wins["Ours"]
    assert "It leads on more units than any other, and it is last on three." in TABLES
    assert third.rank("Ours") > len(third.rows) / 2
    beaten = {row.method for row in third.rows if row.mean < third["Ours"].mean}
    assert beaten == {"CMS", "SRERL", "LP-Net"}


def test_S1_055_the_middle_arrow_is_the_longest() -> None:
    ax = network_plots.few_labels()
    arrows = [one for one in ax.texts if isinstance(one, Annotation)]
    length = [one.xy[1] - one.xyann[1] for one in arrows]
    assert int(np.argmax(length)) == 1
    assert [line.get_ydata()[0] for line in ax.lines] == [39.0, 46.2]


def test_E1_16_names_of_the_methods() -> None:
    methods = {row.method for number in "23" for row in published.table(number).rows}
    assert "MLCR" not in methods
    assert "LP-Net" in methods


def test_S1_029_units_of_both_sets_stand_in_the_tables() -> None:
    assert published.table("1").columns == evaluate.CODES["BP4D"]
    assert published.table("2").columns == evaluate.CODES["BP4D"]
    assert published.table("3").columns == evaluate.CODES["DISFA"]


def test_S1_030_a_score_from_four_counts() -> None:
    active, claimed, right = 100, 60, 45
    found = exercise("4.12").solution()
    assert found == pytest.approx(100 * evaluate.f1(right / claimed, right / active))
    labels, said = np.zeros((1000, 1)), np.zeros((1000, 1))
    labels[:active] = 1
    said[active - right : active - right + claimed] = 1
    assert found == pytest.approx(100 * evaluate.f1_of(evaluate.counts(labels, said))[0])


@pytest.mark.parametrize("text", [NETWORK, SUMS, TABLES], ids=["network", "sums", "tables"])
def test_every_note_has_its_cell_of_evidence(text: str) -> None:
    notes = re.findall(r"\{source-note\} E1-\d+\n```\n\n(.*\n.*)", text)
    assert len(notes) == text.count("{source-note}") > 0
    assert {note.splitlines()[1] for note in notes} == {":tags: [evidence]"}
