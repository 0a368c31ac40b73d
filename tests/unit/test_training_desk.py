"""The desk answers everything in JSON and raises nothing."""

from __future__ import annotations

import csv
import io
import json
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from training_learners import Learner, at

from fau_teach import clip
from fau_teach.training import item
from fau_teach.training.desk import CALLS, call

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "about", "answer", "clip", "codes", "count", "event", "events", "exam", "id", "item", "name",
    "now", "number", "op", "options", "other", "pseudonym", "record", "records", "seed", "session",
    "sessions", "settings", "spec", "stage", "text", "times", "title", "when", "without",
)  # fmt: skip
WORDS = st.sampled_from(["", "add", "new", "start", "score", "drills", "mock", "1+2C", at(0)])


def ask(name: str, /, **payload: Any) -> dict[str, Any]:
    found = json.loads(call(name, json.dumps(payload)))
    assert isinstance(found, dict)
    return found


def good(name: str, /, **payload: Any) -> dict[str, Any]:
    found = ask(name, **payload)
    assert not found.get("error"), found
    return found


NEW = ask("new", pseudonym="wren", now=at(0))["record"]


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(CALLS)) | st.text(max_size=9),
    st.dictionaries(st.sampled_from(FIELDS), JSON | WORDS | st.just(NEW), max_size=5),
)
def test_any_payload_has_an_answer(name: str, payload: dict[str, Any]) -> None:
    found = json.loads(call(name, json.dumps(payload)))
    if found.get("error") and name != "parse":
        assert {*found["error"]} == {"place", "problem", "advice"}


@settings(deadline=None)
@given(st.sampled_from(sorted(CALLS)), st.text())
def test_any_text_has_an_answer(name: str, payload: str) -> None:
    assert isinstance(json.loads(call(name, payload)), dict)


@pytest.mark.parametrize("payload", ["[" * 9999, '{"a":' * 500, "[]", "NaN", '"\\ud800"', "1e999"])
def test_hostile_payloads_are_refused(payload: str) -> None:
    for name in CALLS:
        assert {*json.loads(call(name, payload))["error"]} == {"place", "problem", "advice"}
    assert "error" in json.loads(call("new", 5))  # type: ignore[arg-type]


def test_brackets_in_texts_are_no_nesting() -> None:
    assert ask("parse", text="[" * 200)["ok"] is False


def test_parse() -> None:
    found = good("parse", text="L12C+25")
    assert found["canonical"] == "L12C+25"
    assert found["items"][0] == {
        "label": "L12", "code": "12", "name": "Lip corner puller", "side": "L", "lip": "",
        "intensity": "C", "uncertain": False,
    }  # fmt: skip
    wrong = ask("parse", text="12+x")
    assert wrong["ok"] is False
    assert wrong["error"]["position"] == 4


def test_clip_and_feedback() -> None:
    spec = {"kind": "macro", "codes": "6C", "difficulty": "easy", "seed": 3}
    made = good("clip", spec=spec)
    again = good("clip", spec={"clip": made["clip"]})
    assert again == made
    assert made["drive"]["frames"] == made["clip"]["frames"]
    key = clip.Clip.from_json(json.dumps(made["clip"])).key().items[0]
    event = {"aus": "7C", "onset": key.onset, "apex": key.apex, "offset": key.offset}
    found = good("feedback", clip=made["clip"], events=[event], without=["45"])
    assert found["cues"][0]["skill"] == "cheek_or_lid"
    assert any("confused" in row[2] for row in found["rows"])
    assert found["limits"]
    assert ask("clip", spec={"codes": "99"})["error"]
    assert ask("feedback", clip=made["clip"], events=[{"aus": "zz"}])["error"]


def test_a_session_step_by_step() -> None:
    event = {
        "coder": "a", "subject": "", "clip": "one", "fps": 30, "onset": 3, "apex": 5,
        "offset": 9, "aus": "12C",
    }  # fmt: skip
    one = good("session", op="new", title="Mine")["session"]
    one = good("session", op="watch", session=one, clip={"clip": "one", "fps": 30})["session"]
    one = good("session", op="add", session=one, event=event, when=at(0))["session"]
    changed = {"aus": "12D"}
    one = good("session", op="change", session=one, id="e1", event=changed, when=at(1))["session"]
    assert one["events"][0]["aus"] == "12D"
    gone = good("session", op="remove", session=one, id="e1", when=at(2))["session"]
    assert gone["events"] == []
    back = good("session", op="undo", session=gone, when=at(3))["session"]
    assert back["events"] == one["events"]
    assert "12D" in good("session", op="csv", session=back)["csv"]
    assert json.loads(good("session", op="json", session=back)["text"]) == back
    assert good("session", op="check", session=back)["warnings"] == []
    assert ask("session", op="fly", session=back)["error"]["place"] == "op"
    two = {**event, "coder": "b", "aus": "6C"}
    other = good("session", op="new", title="Theirs")["session"]
    other = good("session", op="add", session=other, event=two, when=at(0))["session"]
    report = good("agree", sessions=[back, other], options={"resamples": 20})
    assert report["report"]
    assert report["text"]
    assert ask("agree", sessions=[back], options={"resamples": 10**9})["error"]


def test_an_answer_has_feedback_and_a_next_item() -> None:
    asked = {"stage": "drills", "about": "cheek_or_lid", "now": at(0)}
    coming = good("next", record=NEW, **asked)["item"]
    assert "answer" not in coming
    assert "key" not in coming
    right = item(coming["id"]).answer
    wrong = next(each for each in coming["options"] if each != right)
    asked = {"item": coming["id"], "stage": "drills", "now": at(1)}
    found = good("answer", record=NEW, answer={"choice": wrong, "certainty": "high"},
                 times={"seconds": 4}, **asked)  # fmt: skip
    assert found["feedback"]["right"] is False
    assert found["feedback"]["cues"][0]["cue"]
    assert found["next"]["id"] != coming["id"]
    again = good("answer", record=found["record"], answer={"choice": right}, **asked)
    assert again["record"]["answers"][1]["attempt"] == 2
    assert good("progress", record=again["record"], now=at(2))["ability"]["n"] == 1


def test_nothing_tells_that_nothing_moves() -> None:
    coming = good("next", item="1.neutral.clips.easy.1", stage="mock")["item"]
    assert coming["kind"] == "score"
    assert coming["silent"]


def test_the_pretest_is_silent_and_asks_once() -> None:
    coming = good("next", record=NEW, stage="pretest", now=at(0))["item"]
    answer = {"choice": item(coming["id"]).answer}
    asked = {"item": coming["id"], "stage": "pretest", "now": at(0), "answer": answer}
    found = good("answer", record=NEW, **asked)
    assert found["feedback"] is None
    assert "first one counts" in ask("answer", record=found["record"], **asked)["error"]["problem"]


def test_a_mock_test_from_start_to_score() -> None:
    learner = Learner(slip=0)
    found = good("mock", op="start", record=NEW, now=at(0), seed="spring", count=5)
    record, coming = found["record"], found["next"]
    exam = record["exams"][0]["id"]
    assert "5 clips" in ask("mock", op="score", record=record, exam=exam)["error"]["problem"]
    outside = ask("mock", op="answer", record=record, item="1.score.clips.easy.1", now=at(0))
    assert outside["error"]["place"] == "item"
    number = 0
    while "finished" not in coming:
        given = learner.answer(item(coming["id"])).given
        asked = {"item": coming["id"], "answer": {"score": given}, "now": at(number)}
        found = good("mock", op="answer", record=record, **asked)
        record, coming, number = found["record"], found["next"], number + 1
        assert found["feedback"] is None
    assert number == 5
    score = good("mock", op="score", record=record)
    assert score["mean"]["value"] == 1
    assert score["limits"]
    assert score["bars"][0]["bar"] == 0.7
    progress = good("progress", record=record, now=at(99))
    assert progress["exams"] == [
        {"id": exam, "stage": "mock", "started": at(0), "of": 5, "done": 5}
    ]
    assert progress["retention"]["state"] == "early"
    table = good("csv", records=[record, NEW])["text"]
    rows = [*csv.DictReader(io.StringIO(table))]
    assert rows[1]["mock mean"] == "1.000" or rows[0]["mock mean"] == "1.000"


def test_merge_export_import_delete() -> None:
    coming = good("next", record=NEW, stage="intensity", now=at(0))["item"]
    right = {"choice": item(coming["id"]).answer}
    asked = {"item": coming["id"], "stage": "intensity", "now": at(0), "answer": right}
    one = good("answer", record=NEW, **asked)["record"]
    assert good("merge", record=one, other=NEW)["record"] == one
    assert good("merge", record=one, other=one)["record"] == one
    file = good("export", record=one)
    assert good("import", record=file["text"])["record"] == one
    assert file["filename"] == "wren.json"
    set_ = good("export", record=one, settings={"daily": 12}, now=at(5))["record"]["settings"]
    assert set_ == {"changed": at(5), "stage": "", "daily": 12}
    empty = good("delete", record=one, now=at(9))["record"]
    assert empty["answers"] == []
    assert empty["pseudonym"] == "wren"
    assert good("new", now=at(0))["record"]["pseudonym"].startswith("learner-")
    assert "intensity" in good("csv", record=one)["text"]


def test_about_and_bank() -> None:
    found = good("about")
    assert next(one["id"] for one in found["stages"]) == "pretest"
    assert {"strong_smile", "grief_brow"} <= {one["id"] for one in found["skills"]}
    assert len(good("bank", name="autumn", count=7)["items"]) == 7


def test_a_long_record_is_read_fast_enough_to_be_asked_often() -> None:
    row = {"when": at(0), "stage": "drills", "item": "1.which.cheek_or_lid.easy.1", "shown": "6"}
    rows = [
        {**row, "when": at(number), "given": "7", "credit": number % 2, "hits": ["6"]}
        for number in range(1000)
    ]
    record = good("import", record={**NEW, "answers": rows})["record"]
    begun = process_time()
    good("next", record=record, stage="drills", now=at(2000))
    assert process_time() - begun < 0.5  # some 20 ms; a slow machine may need more
