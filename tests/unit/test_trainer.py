"""Training path: what the figure carries before Python answers, its parameters, its lesson."""

from __future__ import annotations

import json
import re

import pytest

from fau_teach import training
from fau_teach.training import desk, items
from fau_teach.training.marking import verdict
from fau_teach.training.page_ops import WORKED, lesson
from fau_teach.training.skills import TrainingError
from fau_teach.widgets import FIGURES, Trainer
from fau_teach.widgets.trainer import FACE, OPENING, opening, trainer_data


@pytest.mark.parametrize("name", OPENING)
def test_an_opening_item_is_that_of_the_desk_with_its_answers(name: str) -> None:
    one, found = items.item(name), opening(name)
    told = found.pop("told")
    assert found == desk.view(one, "pretest")
    assert found["silent"]
    assert [*told] == [*one.options]
    for option, feedback in told.items():
        assert feedback["credit"] == verdict(one, option).credit == (option == one.answer)
        assert feedback["shown"] == one.answer
        assert "clip" not in feedback
        # A right choice between two may have been a guess, so its cue follows it as well.
        told_why = option != one.answer or bool(one.contrast)
        assert [cue["skill"] for cue in feedback["cues"]] == [one.skill] * told_why


def test_the_opening_has_a_skill_each_and_few_faces() -> None:
    parts = [items.parts_of(name) for name in OPENING]
    assert len({about.id for _, about, _, _ in parts}) == len(OPENING)
    assert {kind for kind, *_ in parts} == {"which"}
    assert len({one["face"] for one in trainer_data()["opening"]}) == 2
    assert trainer_data()["opening"][0]["face"] == FACE
    answers = [items.item(name).answer for name in OPENING]
    firsts = [items.item(name).options[0] for name in OPENING]
    assert answers != firsts


def test_what_the_page_carries_is_light_and_whole() -> None:
    figure = Trainer()
    data = json.dumps(figure.state(), separators=(",", ":"))
    assert len(data) < 80_000
    assert [one["id"] for one in figure.data["stages"]] == [*training.stages()]
    assert [one["text"] for one in figure.data["limits"]] == [o["text"] for o in training.limits()]
    # By this form the book finds the faces that a page shows.
    shown = re.findall(r'"face":"([\w.-]+)"', figure.static_html())
    assert {*items.faces()} <= {*shown}


def test_codes_to_pick_from_can_be_scored() -> None:
    groups = dict(trainer_data()["choices"])
    codes = [code for units in groups.values() for code, *_ in units]
    assert len(codes) == len({*codes}) > 25
    assert {code for one in training.contrasts() for code in one.members} <= {*codes}
    sides = {code: sides for units in groups.values() for code, _, _, sides, _ in units}
    assert sides["12"]
    assert not sides["26"]


def test_parameters() -> None:
    figure = Trainer("micro", bank="week 2, brows", exam="winter 1")
    assert (figure.state()["stage"], figure.bank, figure.exam) == (
        "micro",
        "week 2, brows",
        "winter 1",
    )
    with pytest.raises(ValueError, match=r"'lesson' is not a stage\. Did you mean 'lessons'\?"):
        Trainer("lesson")
    for wrong in ({"bank": "\n"}, {"exam": "x" * 81}, {"bank": "<b>"}):
        with pytest.raises(ValueError, match="Use 1 to 80 letters or digits"):
            Trainer(**wrong)
    assert FIGURES["trainer"] is Trainer


def test_without_scripts_every_set_has_its_cue() -> None:
    text = Trainer().fallback_html()
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>', text)
    assert len(rows) == len(training.contrasts()) >= 20
    assert text.count("○ to be checked") >= 10
    assert "Mock test" in text


def test_a_live_view_is_sent_the_face_that_it_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    figure, sent = Trainer(), []
    monkeypatch.setattr(figure, "send", lambda content: sent.append(content))
    for content in ({"face": "Ana"}, {"face": "Nobody"}, {"face": ["Ana"]}, "Ana", {}):
        figure._face(None, content, None)
    assert [one["face"] for one in sent] == ["Ana"]
    assert len(sent[0]["pack"]) > 100_000


# -- lessons


@pytest.mark.parametrize("about", training.contrasts(), ids=lambda one: one.id)
def test_a_lesson_shows_each_alternative(about: training.Skill) -> None:
    found = json.loads(desk.call("lesson", json.dumps({"skill": about.id})))
    assert found == lesson({"skill": about.id})
    assert [one["answer"] for one in found["members"]] == [*about.codes]
    assert len(found["worked"]) == len(WORKED)
    assert len({one["answer"] for one in found["worked"]}) == min(len(about.codes), len(WORKED))
    for one in (*found["members"], *found["worked"]):
        assert items.item(one["item"]).answer == one["answer"]
        assert items.item(one["item"]).skill == about.id
    assert found["cue"] == about.cue
    assert found["regions"]


@pytest.mark.parametrize("wrong", ["side", "nothing", None])
def test_only_contrast_sets_have_a_lesson(wrong: str | None) -> None:
    with pytest.raises(TrainingError):
        lesson({"skill": wrong})


def test_codes_to_pick_from_are_all_that_the_face_can_show() -> None:
    from fau_teach.face import actions
    from fau_teach.widgets.faceview import _units

    assert {unit[0]: tuple(unit[4]) for unit in _units()} == {
        code: actions.sides(code) for code in actions.actions()
    }
