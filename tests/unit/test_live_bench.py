"""The bench in a notebook: its clips, its file, and what stands in the session."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from fau_teach import clip
from fau_teach.coding import CodingError, Event, Session, Watched
from fau_teach.footage import Footage
from fau_teach.training import desk
from fau_teach.widgets import Bench
from fau_teach.widgets.bench import first_clip

np = pytest.importorskip("numpy")
Image = pytest.importorskip("PIL.Image")


def session(*coders: str) -> Session:
    """A session in which each coder saw one smile in clip c."""
    made = Session("t")
    for coder in coders or ("A",):
        smile = Event(coder, "", "c", 30, 3, 5, 9, "12C")
        made = made.add(smile, when="2026-01-01T00:00:00Z")
    return made


def film(name: str, shade: int = 0) -> Footage:
    return Footage(name, 30, 4, (8, 8), lambda at: [(at, np.full((8, 8, 3), shade, np.uint8))])


def test_a_bench_opens_several_clips_and_serves_each(monkeypatch: pytest.MonkeyPatch) -> None:
    figure, said = Bench(footage=[film("a"), film("b", 200)], coder="A"), []
    assert [one["name"] for one in figure.sources] == ["a", "b"]
    assert figure.data["clip"] is None  # the lab's own clips, and no other
    monkeypatch.setattr(figure, "send", lambda *content: said.append(content))
    for number in range(3):
        figure._frames_busy = True  # as if its thread were at work
        ask = {"ask": "frame", "id": number, "index": 0, "width": 8, "film": number}
        figure._handle_custom_msg(ask, [])
        figure._send_frames()
    shades = [Image.open(io.BytesIO(sent[0])).getpixel((4, 4))[0] for _, sent in said[:2]]
    assert shades == pytest.approx([0, 200], abs=3)
    assert said[2][0] == {"frame": 2, "error": "There is no film 2: 2 are open."}


def test_footage_with_a_clip_or_of_one_name() -> None:
    assert Bench(footage=film("c")).sources[0]["name"] == "c"
    mine = Bench(clip.sample("micro", "4D", seed=1), footage=film("c"))
    assert mine.data["clip"]["script"]["seed"] == 1
    with pytest.raises(ValueError, match=r"Two clips are called 'a'. Name one as open_footage"):
        Bench(footage=[film("a"), film("a")])


def test_a_cell_that_runs_again_takes_its_file_over(tmp_path: Path) -> None:
    file = tmp_path / "session.json"
    older = Bench(save=file)
    older.session = session().to_json()
    newer = Bench(save=file)
    assert (newer.coded, newer.saved["problem"]) == (session(), "")
    assert older.comm is None
    newer.session = ""  # everything was erased
    newer.close()
    assert Session.load(file).events == ()


def test_records_are_told_apart_without_a_folder_of_this_machine(tmp_path: Path) -> None:
    one, other = Bench(save=tmp_path / "a" / "s.json"), Bench(save=tmp_path / "b" / "s.json")
    assert one.store != other.store
    assert one.store.startswith("s.json ")
    for figure in (one, other):
        assert str(tmp_path) not in json.dumps(figure.state())
        figure.close()


def test_a_file_that_holds_no_session_is_let_go(tmp_path: Path) -> None:
    file = tmp_path / "session.json"
    file.write_text("{")
    with pytest.raises(CodingError, match=r"session\.json"):
        Bench(save=file)
    session().save(file)
    figure = Bench(save=file)
    assert (figure.coded, figure.saved["problem"]) == (session(), "")
    figure.close()


def test_every_clip_is_drawn_on_the_face_of_its_key() -> None:
    assert Bench(clip.Clip("Ben", 30, 20)).face == first_clip().identity == "Ana"


def test_who_is_done_stands_in_the_session() -> None:
    def step(made: Session, *done: str) -> dict[str, Any]:
        watch, see = {"clip": "c", "done": done}, {"coder": "A", "clip": "c"}
        asked = {"op": "step", "watch": watch, "see": see, "session": json.loads(made.to_json())}
        found: dict[str, Any] = json.loads(desk.call("bench", json.dumps(asked)))
        return found

    both = session("A", "B")
    assert step(both, "A")["table"]["hidden"] == 1
    found = step(both, "A", "B")
    assert found["table"]["hidden"] == 0
    watched = Session.from_json(json.dumps(found["session"])).watched
    assert watched == (Watched("c", 30, done=("A", "B")),)
