"""Lesion lab: the shipped answers are the simulator's, and they are the expected ones."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from fau_teach import anatomy, facs
from fau_teach.widgets import FIGURES, LesionLab
from fau_teach.widgets.lesion_lab import GROUPS, TASKS, ZONES, lab_data

LOWER = ("12", "15", "17")
UPPER = ("1", "2", "4")
WORDS = {"k": "kept", "w": "weak", "l": "lost"}


def read(command: str, lesion: str, code: str, side: str) -> tuple[str, int, str]:
    """Status, percent and explanation, decoded as the module in the browser does it."""
    data: dict[str, Any] = lab_data()
    cells = data["cells"][command]
    text = cells[lesion].get(code + side) or cells[""][code + side]
    mark, path, sentence = text.split(" ")
    parts = [
        " ".join(data["phrases"][int(n)] for n in data[pool][int(i)].split(" "))
        for pool, i in (("paths", path), ("sentences", sentence))
    ]
    return WORDS[mark[0]], int(mark[1:]), ". ".join(parts)


def statuses(command: str, lesion: str, codes: tuple[str, ...], side: str) -> set[str]:
    return {read(command, lesion, code, side)[0] for code in codes}


@pytest.mark.parametrize("command", ["voluntary", "emotional"])
def test_every_shipped_answer_is_the_simulators(command: str) -> None:
    for lesion in ("", *(one.id for one in anatomy.lesions())):
        result = anatomy.simulate(lesion or None, command)
        for code in result.aus:
            for side in "RL":
                assert read(command, lesion, code, side) == (
                    result.status(code, side),
                    round(100 * result.strength(code, side)),
                    result.explain(code, side),
                )


def test_S0_059_left_cortex_spares_the_forehead() -> None:
    assert statuses("voluntary", "left_cortex", LOWER, "R") == {"lost"}
    assert statuses("voluntary", "left_cortex", LOWER, "L") == {"kept"}
    for side in "RL":
        assert statuses("voluntary", "left_cortex", UPPER, side) == {"kept"}


@pytest.mark.parametrize("site", ["facial_nerve", "facial_nucleus"])
def test_S0_059_left_nerve_or_nucleus_takes_the_forehead_too(site: str) -> None:
    assert statuses("voluntary", f"left_{site}", UPPER + LOWER, "L") == {"lost"}
    assert statuses("voluntary", f"left_{site}", UPPER + LOWER, "R") == {"kept"}


def test_S0_070_smiles_dissociate_both_ways() -> None:
    assert read("voluntary", "left_cortex", "12", "R")[0] == "lost"
    assert read("emotional", "left_cortex", "12", "R")[0] == "kept"
    assert read("voluntary", "left_emotional_pathway", "12", "R")[0] == "kept"
    assert read("emotional", "left_emotional_pathway", "12", "R")[0] == "lost"


def test_S0_014_temporal_branch() -> None:
    assert statuses("voluntary", "right_temporal", UPPER, "R") == {"lost"}
    assert statuses("voluntary", "right_temporal", ("6", "7"), "R") == {"weak"}


def test_S0_020_units_of_other_nerves() -> None:
    # E0-20: facial palsy spares AU5 and AU26, leaves lid closure incomplete.
    for code in ("5", "26", "27"):
        assert read("voluntary", "left_facial_nerve", code, "L")[0] == "kept"
    assert read("voluntary", "left_facial_nerve", "43", "L")[0] == "weak"
    # E2-12: a palsy of the third nerve takes AU5; the lid hangs, and closes.
    assert read("voluntary", "left_oculomotor_nerve", "5", "L")[0] == "lost"
    assert read("voluntary", "left_oculomotor_nerve", "43", "L")[0] == "kept"
    assert lab_data()["signs"]["left_oculomotor_nerve"] == {"L": ["levator_palpebrae_superioris"]}


def test_explanations_name_the_cut() -> None:
    text = read("voluntary", "left_cortex", "12", "R")[2]
    assert text.startswith("Voluntary command: left motor cortex")
    assert "(cut here)" in text


def test_a_healthy_face_shows_no_sign_and_loses_nothing() -> None:
    data = lab_data()
    assert "" not in data["signs"]
    for command in ("voluntary", "emotional"):
        assert {text[0] for text in data["cells"][command][""].values()} == {"k"}


def test_every_lesion_is_in_one_group() -> None:
    sites = [site for group in GROUPS.values() for site in group]
    assert sorted(sites) == sorted({one.site for one in anatomy.lesions()})
    labels = dict(pair for _, sites in lab_data()["groups"] for pair in sites)
    assert labels["facial_nerve"] == "facial nerve (trunk)"


def test_tasks_and_areas_use_units_of_the_simulator() -> None:
    known = set(anatomy.simulate().aus)
    for codes in (*(task.aus for task in TASKS), *ZONES.values()):
        assert set(codes) <= known
    # The module needs an arrow for each unit and an outline for each area.
    module = LesionLab.module_text()
    arrows = re.search(r"const ARROWS = \{(.*?)\};", module, re.DOTALL)
    assert arrows is not None
    assert set(re.findall(r"(\d+): \[", arrows[1])) >= known
    for name in ZONES:
        assert f'\n  {name}: "M' in module


def test_unit_names_come_from_the_catalogue() -> None:
    rows = {code: rest for code, *rest in lab_data()["aus"]}
    assert tuple(rows) == anatomy.simulate().aus
    assert rows["12"] == ["AU12", facs.au("12").name, "lower"]
    assert rows["19"][0] == "AD19"
    assert {half for *_, half in rows.values()} == {"upper", "lower"}


def test_data_stay_small() -> None:
    assert len(json.dumps(lab_data(), ensure_ascii=False, separators=(",", ":")).encode()) < 60_000


def test_start_values() -> None:
    figure = LesionLab(lesion="left_cortex", command="emotional", task="smile")
    state = figure.state()
    assert (state["lesion"], state["command"], state["task"]) == (
        "left_cortex",
        "emotional",
        "smile",
    )
    assert state["selected"] == "12"
    assert LesionLab(task="5").selected == "5"
    assert LesionLab(task="rest").selected == ""
    assert LesionLab().lesion == ""


def test_wrong_names_get_a_suggestion() -> None:
    with pytest.raises(anatomy.AnatomyError, match="left_cortex"):
        LesionLab(lesion="left_cortx")
    with pytest.raises(
        ValueError, match=r"'emotion' is not a command\. Did you mean 'emotional'\?"
    ):
        LesionLab(command="emotion")
    with pytest.raises(ValueError, match=r"'smiles' is not a task\. Did you mean 'smile'\?"):
        LesionLab(task="smiles")
    with pytest.raises(ValueError, match=r"Known: voluntary, emotional\.$"):
        LesionLab(command="xyz")


def test_fallback_has_each_lesion_and_both_commands() -> None:
    text = LesionLab().fallback_html()
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', text)
    assert [name for name, _ in rows] == [one.label for one in anatomy.lesions()]
    cells = {name: re.findall(r"<td>(.*?)</td>", row) for name, row in rows}
    # Voluntary right and left, emotional right and left.
    right, left, felt_right, felt_left = cells["left motor cortex or pyramidal tract"]
    assert re.search(r"lost: .*\b12\b", right)
    assert "lost" not in left
    assert felt_right == felt_left == "all kept"
    assert cells["left temporal branch"][1].startswith("lost: 1 2 4; weak: 6 7")
    assert "right and left are the subject’s" in text.lower()


def test_static_page_and_module() -> None:
    text = LesionLab().static_html()
    assert 'data-figure="lesion_lab"' in text
    assert FIGURES["lesion_lab"] is LesionLab
    module = LesionLab.module_text()
    assert module.count("export default") == 1
    assert not re.search(r"\bimport\b|\bfetch\(|https?://(?!www\.w3\.org/2000/svg)", module)
