"""Coding bench: what the desk does for it, and the widget in a kernel."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach import clip, coding, facs
from fau_teach.coding import Event, Session
from fau_teach.training import desk
from fau_teach.training.bench_ops import _HELD, ACTS, REDO, acted, bench, hidden, steps
from fau_teach.widgets import FIGURES, Bench
from fau_teach.widgets.bench import (
    KINDS,
    REGIONS,
    SHORTCUTS,
    bank_script,
    bench_data,
    first_clip,
)

WHEN = "2026-01-01T00:00:00Z"


def event(aus: str = "12C", onset: int = 3, coder: str = "A", **more: Any) -> Event:
    frames = {"apex": onset + 2, "offset": onset + 6, **more}
    return Event(coder, "", "c", 30, onset, aus=aus, **frames)


def session(*events: Event) -> Session:
    made = Session("t")
    for one in events:
        made = made.add(one, when=WHEN)
    return made


def call(op: str, made: Session | None = None, **more: Any) -> dict[str, Any]:
    asked = {"op": op, **more, **({"session": json.loads(made.to_json())} if made else {})}
    found: dict[str, Any] = json.loads(desk.call("bench", json.dumps(asked)))
    return found


def seen(made: Session, **see: Any) -> dict[str, Any]:
    found: dict[str, Any] = call("table", made, see={"clip": "c", **see})
    return found.get("table", found)


def of(found: dict[str, Any]) -> Session:
    return Session.from_json(json.dumps(found["session"]))


# -- table


def test_the_table_says_how_long_and_whether_micro() -> None:
    made = session(event("12C", 3, offset=18), event("L14b+4", 40, apex=None, offset=None))
    rows = seen(made, coder="A")["rows"]
    assert [row["score"] for row in rows] == ["12C", "4+L14B"]
    assert rows[0]["lasts"] == "500 ms (467–533)"
    assert (rows[0]["type"], rows[0]["open"]) == ("micro", True)
    assert (rows[1]["type"], rows[1]["lasts"], rows[1]["offset"]) == ("", "", None)
    classic = seen(made, coder="A", definition="classic")["rows"]
    assert (classic[0]["type"], classic[0]["open"]) == ("macro", False)
    assert "definition" in seen(made, coder="A", definition="mine")["error"]["place"]


def test_doubts_are_those_of_what_is_seen() -> None:
    made = session(event("12C", 3, apex=3), event("12", 3, coder="B", apex=3))
    found = seen(made, coder="A")
    assert [line.split(":")[0] for line in found["doubts"]] == ["e1"]
    assert len(seen(made, coder="A", blind=False)["doubts"]) == 2


@pytest.mark.parametrize(
    ("done", "shown"),
    [([], ["A"]), (["A"], ["A"]), (["B"], ["A"]), (["A", "B"], ["A", "B"])],
)
def test_others_are_hidden_until_both_are_done(done: list[str], shown: list[str]) -> None:
    made = session(event(), event(coder="B", onset=4))
    found = seen(made, coder="A", done=done)
    assert [row["coder"] for row in found["rows"]] == shown
    assert found["hidden"] == 2 - len(shown)
    assert hidden(made.events[1], "A", done) is (len(shown) == 1)


# -- undo and redo


def test_redo_of_each_kind_of_step() -> None:
    made = session(event()).change("e1", when=WHEN, aus="12D").remove("e1", when=WHEN)
    for score in ("12D", "12C", None):
        made = made.undo("A", WHEN)
        assert [one.aus for one in made.events] == ([score] if score else [])
    for score in ("12C", "12D", None):
        made = acted(made, {"op": "redo", "when": WHEN})
        assert [one.aus for one in made.events] == ([score] if score else [])
        assert made.history[-1].reason == REDO
    assert "nothing" in call("step", made, act={"op": "redo"})["error"]["problem"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["add", "change", "remove", "undo", "redo"]), max_size=14))
def test_redo_is_the_opposite_of_undo(moves: list[str]) -> None:
    made, past, future = Session("t"), [()], []  # type: ignore[var-annotated]
    for number, move in enumerate(moves):
        names = [one.id for one in made.events]
        if move == "undo":
            if len(past) > 1:
                made = made.undo("A", WHEN)
                future.append(past.pop())
        elif move == "redo":
            if future:
                made = acted(made, {"op": "redo", "when": WHEN})
                past.append(future.pop())
        elif move == "add" or names:
            if move == "add":
                made = made.add(event(onset=number), when=WHEN)
            elif move == "change":
                made = made.change(names[0], when=WHEN, notes=f"{number}")
            else:
                made = made.remove(names[0], when=WHEN)
            past.append(frozenset(made.events))  # type: ignore[arg-type]
            future.clear()
        assert frozenset(made.events) == frozenset(past[-1])
        done, undone = steps(made.history)
        assert (len(done), len(undone)) == (len(past) - 1, len(future))


def test_a_step_of_another_coder_is_not_offered() -> None:
    made = session(event(), event("4", coder="B"))
    assert seen(made, coder="A")["undo"] == ""
    assert seen(made, coder="B")["undo"] == "add 4"
    assert seen(made.undo("B", WHEN), coder="B")["redo"] == "add 4"


# -- the session that Python holds


def follow(plain: dict[str, Any], told: dict[str, Any]) -> None:
    """What bench.js does with an answer."""
    for change in told["history"]:
        at = [k for k, one in enumerate(plain["events"]) if one["id"] == change["event"]]
        new = [change["after"]] if change["after"] else []
        plain["events"][slice(at[0], at[0] + 1) if at else slice(1 << 30, None)] = new
    plain["history"] += told["history"]
    plain["watched"] = told.get("watched", plain["watched"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*ACTS, "watch"]), max_size=12), st.data())
def test_the_bench_s_own_session_stays_equal_to_the_one_that_is_held(
    moves: list[str], data: st.DataObject
) -> None:
    told = call("step", title="t")
    plain, made = told["session"], Session("t")
    for number, move in enumerate(moves):
        ids = [one["id"] for one in plain["events"]]
        which = data.draw(st.sampled_from(ids)) if ids else ""
        fields = {"notes": f"{number}"} if move == "change" else {}
        if move == "add":
            fields = {**json.loads(session(event(onset=number)).to_json())["events"][0], "id": ""}
        act = {"op": move, "id": which, "event": fields, "when": WHEN}
        asked = {"watch": {"clip": "c", "fps": 30, "neutral": number}} if move == "watch" else {}
        found = call("step", held=told["held"], **(asked or {"act": act}))
        if "error" in found:  # nothing to take back, or nothing to change
            with pytest.raises(coding.CodingError):
                acted(made, act)
            continue
        made = acted(made, act) if not asked else of({"session": plain})
        told = found
        follow(plain, told)
        if asked:
            made = of({"session": plain})
        assert of({"session": plain}) == made
    whole = call("step", of({"session": plain}))["session"]
    assert whole == plain


def test_a_python_that_started_again_asks_for_the_whole_session() -> None:
    told = call("step", title="t", act={"op": "add", "event": asdict(event())})
    assert told["table"]["undo"] == ""  # nobody was named
    assert "session" not in call("step", held=told["held"])
    _HELD.clear()
    assert call("step", held=told["held"])["error"]["place"] == "held"
    again = call("step", of(told), act={"op": "change", "id": "e1", "event": {"notes": "x"}})
    assert of(again).event("e1").notes == "x"
    for _ in range(20):  # of many sessions only the last ones stay
        last = call("step", title="t")["held"]
    assert "error" in call("step", held=again["held"])
    assert "error" not in call("step", held=last)


def test_a_refused_step_leaves_what_is_held() -> None:
    told = call("step", title="t", act={"op": "add", "event": asdict(event())})
    for act in ({"op": "paint"}, {"op": "add", "event": 4}, {"op": "change", "id": "e9"}, 7):
        assert call("step", held=told["held"], act=act)["error"]["advice"]
    assert call("step", held=told["held"])["history"] == []


# -- codes


def test_put_keeps_what_the_buttons_do_not_say() -> None:
    put = lambda text, code, **more: call("put", text=text, code=code, **more).get("text")  # noqa: E731
    assert put("", "12") == "12"
    assert put("null", "4", intensity="C") == "4C"
    assert put("1+2+L12B", "12", side="R", intensity="E") == "1+2+R12E"
    assert put("T23B?+4", "23", intensity="C") == "4+T23C?"
    assert put("6 or 7+12C", "12", on=False) == "6 or 7"
    assert put("12C", "12", on=False) == ""
    assert "error" in call("put", text="1+2Q", code="12")
    assert "error" in call("put", text="1", code="999")


@given(st.sets(st.sampled_from(["1", "2", "4", "6", "12", "14", "25", "72"]), max_size=6))
def test_put_in_any_order_gives_the_same_score(codes: set[str]) -> None:
    text = ""
    for code in codes:
        text = bench({"op": "put", "text": text, "code": code})["text"]
    assert facs.parse(text).codes == codes if codes else text == ""


# -- labels


def test_S0_098_S0_099_three_conditions_and_a_frown_without_vote() -> None:
    made = session(event("6+12C"), event("4+45", 40)).change(
        "e1", when=WHEN, material="Happiness", self_report="joy"
    )
    first, second = call("emotions", made, coder="A", clip="c")["rows"]
    assert (first["facial"], first["label"], first["habits"]) == ("positive", "positive", [])
    assert second["habits"] == [coding.habits(made.events)[0].reason]
    assert second["counts"] == "45"
    assert call("emotions", made, coder="B", clip="c")["rows"] == []


# -- files


def test_open_tells_sessions_tables_and_clips_apart(tmp_path: Path) -> None:
    made = session(event())
    found = call("open", text=made.to_json(), name="mine.json")
    assert of(found) == made
    assert found["clips"] == ["c"]
    coding.write_tidy(made, tmp_path / "mine.csv")
    table = (tmp_path / "mine.csv").read_text(encoding="utf-8")
    assert of(call("open", text=table, name="mine.csv")).events == made.events
    script = first_clip()
    opened = call("open", text=script.to_json(), name="some/where.json")
    assert opened["name"] == "where"
    assert opened["drive"] == json.loads(json.dumps(clip.sampled(script)))
    joined = of(call("open", session(event(coder="B")), text=made.to_json(), name="a.json"))
    assert {one.coder for one in joined.events} == {"A", "B"}


@given(st.text(max_size=60), st.sampled_from(["x.csv", "x.json", "", "a.txt"]))
def test_no_file_breaks_it(text: str, name: str) -> None:
    found = call("open", text=text, name=name)
    assert found.keys() in ({"error"}, {"held", "session", "notes", "clips", "table"})
    if "error" in found:
        assert found["error"]["advice"]


def test_watch_keeps_a_clip_once() -> None:
    about = {"clip": "c", "fps": 30, "frames": 90, "neutral": None}
    made = of(call("step", session(event()), watch=about))
    assert [(one.clip, one.frames) for one in made.watched] == [("c", 90)]
    made = of(call("step", made, watch={**about, "neutral": 4}))
    assert made.watched[0].neutral == 4
    assert "error" in call("step", made, watch="c")
    assert "error" in call("step", made, watch={**about, "neutral": 400})


def test_compare_wants_two_who_are_done() -> None:
    made = session(event(), event("12D", 4, coder="B"), event("4", 9, coder="C"))
    assert call("compare", made, clip="c", done=["A"])["text"] == ""
    found = call("compare", made, clip="c", done=["A", "B"])
    assert "A" in found["text"]
    assert found["coders"] == ["A", "B"]


def test_other_requests_are_refused() -> None:
    assert "op" in call("paint")["error"]["place"]


# -- widget


def test_the_figure_is_registered_and_light() -> None:
    assert FIGURES["bench"] is Bench
    figure = Bench()
    assert len(figure.static_html().encode()) < 40_000
    json.dumps(figure.state(), allow_nan=False)
    assert all(keys in figure.fallback_html() for keys, _ in SHORTCUTS)
    text = Bench.module_text()
    assert text.count("export default") == 1


def test_every_code_of_the_catalogue_can_be_picked_once() -> None:
    picked = [unit[0] for _, units in bench_data()["choices"] for unit in units]
    assert sorted(picked) == sorted(unit.code for unit in facs.catalogue())
    names = [name for name, _ in bench_data()["choices"]]
    assert names[:2] == ["Upper face", "Lower face"]
    zooms = {"whole", "brows", "eyes", "cheeks", "mouth", "chin"}
    assert {zoom for *_, zoom in REGIONS} == zooms
    assert all(f'{name}: ["' in Bench.module_text() for name in zooms)


def test_the_first_clip_shows_what_its_page_says() -> None:
    assert {one.code for one in first_clip().key().items} == {"4", "6", "12"}
    mine = clip.sample("micro", "4D", seed=1)
    assert Bench(mine).data["clip"]["script"]["seed"] == 1


def test_a_kernel_keeps_every_change(tmp_path: Path) -> None:
    file = tmp_path / "session.json"
    figure = Bench(save=file, coder="A")
    assert figure.coded.events == ()
    figure.session = session(event()).to_json()
    assert figure.saved == {"path": "session.json", "problem": "", "note": ""}
    figure.close()
    assert Session.load(file) == session(event())
    again = Bench(session=session(), save=file)
    assert again.coded == session(event())  # what the file holds comes first
    again.close()


def test_desk_and_frames_answer_one_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    figure, said = Bench(), []
    monkeypatch.setattr(figure, "send", lambda content, buffers=None: said.append(content))
    for content in (
        {"clerk": "1", "name": "parse", "payload": '{"text": "12C"}'},
        {"ask": "frame", "id": 7, "index": 0.5},
        "face",
    ):
        figure._handle_custom_msg(content, [])
    assert json.loads(said[0]["answer"])["canonical"] == "12C"
    assert said[1]["frame"] == 7
    assert len(said) == 2
    assert len(figure.pack) > 100_000


# -- clips that the site has ready


def test_ready_clips_are_those_of_their_seeds_in_every_difficulty() -> None:
    text = bank_script()
    head, _, tail = text.partition(" = ")
    found = json.loads(tail.rstrip().removesuffix(";"))
    assert head == "globalThis.nerveToLabelClips"
    assert len(text) <= 100_000
    assert {(one["kind"], one["level"]) for one in found} == {
        (kind, level) for kind in KINDS for level in bench_data()["levels"]
    }
    assert bench_data()["kinds"] == [*KINDS]
    assert len({one["name"] for one in found}) == len(found) == 3 * sum(KINDS.values())
    for one in found:
        kind, level, seed = one["name"].split("-")
        drawn = clip.sample(kind, difficulty=level, identity="Ana", seed=int(seed))
        again = json.loads(desk.call("clip", json.dumps({"spec": {"clip": one["clip"]}})))
        assert clip.Clip.from_json(json.dumps(one["clip"])) == drawn
        assert again["drive"] == one["drive"] == clip.sampled(drawn)
        moves = str(drawn.key().score()) not in ("null", "45", "50", "45+50")
        assert moves is (kind != "neutral"), one["name"]
