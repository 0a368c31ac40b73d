"""A live figure asks the desk through its kernel; the page asks the same desk in a worker."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fau_teach.widgets import Figure, _clerk
from fau_teach.widgets._base import read_text
from fau_teach.widgets._clerk import Clerk, answer
from fau_teach.widgets.faceview import FaceFigure

STATIC = Path(__file__).resolve().parents[2] / "book" / "_static"


class Bench(Clerk, FaceFigure):
    """A figure with a face and a desk, as the bench is; kept out of the registry."""

    kind = "bench"


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str, str], Any]], None]:
    """Put a desk of our own in place of the package's."""

    def place(call: Callable[[str, str], Any]) -> None:
        module = ModuleType("small_desk")
        module.__dict__["call"] = call
        monkeypatch.setitem(sys.modules, "small_desk", module)
        monkeypatch.setattr(_clerk, "DESK", "small_desk")

    return place


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> tuple[Bench, list[Any]]:
    figure, said = Bench(), []
    monkeypatch.setattr(figure, "send", lambda content, buffers=None: said.append(content))
    return figure, said


def test_a_call_is_answered_under_its_own_number(bench: Any, desk: Any) -> None:
    desk(lambda name, payload: json.dumps([name, json.loads(payload)]))
    figure, said = bench
    figure._handle_custom_msg({"clerk": "7-x", "name": "parse", "payload": '{"text":"12C"}'}, [])
    assert said == [{"clerk": "7-x", "answer": '["parse", {"text": "12C"}]'}]


def test_a_figure_hears_at_once_that_its_kernel_lives(bench: Any, desk: Any) -> None:
    desk(lambda name, payload: pytest.fail("the desk is not asked for this"))
    figure, said = bench
    figure._handle_custom_msg({"clerk": "here", "name": "", "payload": ""}, [])
    assert said == [{"clerk": "here"}]


@pytest.mark.parametrize("content", ["face", None, {}, {"frames": 1}, {"clerk": 3}, ["clerk"]])
def test_what_is_not_for_the_clerk_is_left_to_others(content: Any, bench: Any) -> None:
    figure, said = bench
    figure._handle_custom_msg(content, [])
    assert said == []
    assert bool(figure.pack) == (content == "face")  # the face answers its own


@pytest.mark.parametrize("content", [{"clerk": "1"}, {"clerk": "1", "name": 4, "payload": []}])
def test_a_call_without_name_or_payload_is_answered(content: Any, bench: Any, desk: Any) -> None:
    desk(lambda name, payload: json.dumps({"name": name}))
    figure, said = bench
    figure._handle_custom_msg(content, [])
    assert json.loads(said[0]["answer"]) == {"name": str(content.get("name"))}


def test_a_desk_that_fails_is_told(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str, payload: str) -> str:
        raise KeyError("clip")

    desk(fail)
    told = json.loads(answer("next", "{}"))["error"]
    assert told["place"] == "next"
    assert told["problem"] == "KeyError: 'clip'"
    monkeypatch.setattr(_clerk, "DESK", "fau_teach.no_such_desk")
    assert "no_such_desk" in json.loads(answer("next", "{}"))["error"]["problem"]


def test_the_desk_of_the_package_answers() -> None:
    pytest.importorskip("fau_teach.training.desk")
    assert "error" in json.loads(answer("no such name", "{}"))
    assert json.loads(answer("parse", '{"text": "6B+12C"}'))["ok"] is True


def test_page_and_kernel_name_the_same_desk() -> None:
    """The worker imports the function by this name; a renamed desk must fail here."""
    found = re.search(r'"(fau_teach\.[\w.]+)\.call"', read_text("clerk.js"))
    assert found
    assert found[1] == _clerk.DESK
    worker = (STATIC / "run-worker.js").read_text(encoding="utf-8")
    entry = re.search(r'entry = "(fau_teach\.\w+)\.(\w+)"', worker)
    assert entry
    assert callable(getattr(import_module(entry[1]), entry[2]))


def test_the_clerk_alone_is_no_figure_of_the_book() -> None:
    assert Clerk not in Figure.registry.values()
    assert Bench not in Figure.registry.values()


@pytest.mark.parametrize("name", ["clerk.js", "journal.js"])
def test_a_library_has_no_import_and_names_of_its_own(name: str) -> None:
    text = read_text(name)
    assert not re.search(r"^\s*(import|export)\b", text, re.MULTILINE)
    assert "://" not in text
    own = set(re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", text, re.MULTILINE))
    rest = Path(_clerk.__file__).parent.glob("*.js")
    others = {
        word
        for file in rest
        if file.name in {"common.js", "panel.js", "faceview_face.js", "faceview_gl.js",
                         "clerk.js", "journal.js", "viewer.js", "codes.js"} - {name}
        for word in re.findall(
            r"^(?:async )?(?:function|const|let|class) (\w+)", file.read_text(), re.MULTILINE
        )
    }  # fmt: skip
    assert not own & others
