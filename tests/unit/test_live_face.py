"""What the figures of the live face ship: marks of a clip's codes, a slack half, lean scripts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fau_teach import clip, facs
from fau_teach.anatomy.explain import SIGNS
from fau_teach.clip import Clip, Movement
from fau_teach.face import DEFAULT, actions
from fau_teach.widgets import FIGURES, FaceView, LesionLab
from fau_teach.widgets._base import read_text
from fau_teach.widgets.faceview import packed
from fau_teach.widgets.lesion_lab import FACE, LETTER, SLACK, lab_data

ROOT = Path(__file__).resolve().parents[2]
SMILE = Clip("Ana", 30, 60, (Movement("12", "L", "D", 5, 20, 50, 5),))


def test_a_code_is_marked_from_its_onset_to_its_offset_in_the_key() -> None:
    (item,) = SMILE.key().items
    assert FaceView(script=SMILE, codes=True).notes == [
        [item.onset, item.offset, "AU12L", facs.au("12").name]
    ]
    drive = SMILE.drive()["12", "L"]
    assert 0 < drive[item.onset] < drive[20]  # later than the muscle, since it must show


def test_codes_are_marked_only_where_asked_for_and_a_clip_is_there() -> None:
    assert FaceView(script=SMILE).notes == []
    assert FaceView(pose="12D", codes=True).notes == []


def test_a_clip_begins_again_unless_told_otherwise() -> None:
    assert FaceView(script=SMILE).loop
    assert not FaceView(script=SMILE, loop=False).loop


def test_the_lab_has_the_default_face_and_sends_it_where_asked() -> None:
    lab = LesionLab()
    assert lab.face == FACE == DEFAULT
    assert lab.pack == ""
    lab._answer(None, "something else", None)
    assert lab.pack == ""
    lab._answer(None, "face", None)
    assert lab.pack == packed(DEFAULT)


def test_each_sign_has_something_that_the_face_can_do() -> None:
    assert set(SLACK) == set(SIGNS)
    for part, amount in SLACK.values():
        if part in actions.actions():
            assert 0 < amount < clip.activation(LETTER)  # less than a movement
        else:
            low, high = actions.MODES[f"{part}_left"]
            assert low <= amount <= high


def test_the_lab_knows_what_the_face_cannot_show() -> None:
    shown = lab_data()["face"]
    codes = {code for code, *_ in lab_data()["aus"]}
    assert set(shown["unseen"]) == codes - set(actions.actions()) == {"41", "42", "44"}
    assert shown["full"] == clip.activation(LETTER)


@pytest.mark.parametrize("name", FIGURES)
def test_a_page_gets_a_module_in_two_parts_that_are_the_whole(name: str) -> None:
    figure = FIGURES[name]
    library = "".join(f"{read_text(file)}\n" for file in figure.library)
    assert figure.module_text().startswith(library)
    live = {
        "bench", "faceview", "force_view", "keyframes", "lesion_lab", "one_clock", "trainer"
    }  # fmt: skip
    assert bool(library) == (name in live)


def test_squeezing_a_script_leaves_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT / "book" / "_tools"), *sys.path])
    import ntl_styles

    text = "// what\nfunction f() {\n  // why\n  return `a // b`; // how\n\n}\n"
    assert ntl_styles.squeeze_script(text) == "function f() {\nreturn `a // b`; // how\n}\n"
    for figure in FIGURES.values():
        whole = figure.module_text()
        lean = ntl_styles.squeeze_script(whole)
        assert len(lean) < len(whole)
        for mark in ("`", "{", "}", "export default"):
            code = [line for line in whole.splitlines() if not line.strip().startswith("//")]
            assert lean.count(mark) == "\n".join(code).count(mark)


def test_squeezing_a_style_drops_its_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT / "book" / "_tools"), *sys.path])
    import ntl_styles

    assert ntl_styles.squeeze("a { /* no\nmore */ b: c }") == "a{b: c}"
