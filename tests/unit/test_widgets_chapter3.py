"""Key-frame scrubber and three conditions: what they ship, and what shows without scripts."""

from __future__ import annotations

import json
import re
from itertools import product

import pytest

from fau_teach.clip.key_tables import shipped
from fau_teach.coding.conditions import fuse
from fau_teach.coding.event import Timing
from fau_teach.coding.keyframes import key_frames
from fau_teach.exercises.chapter3a import ANSWERS, CURVE, FRAMES, LATER, LIMIT, REST
from fau_teach.widgets import FIGURES, KeyFrameScrubber, ThreeConditions
from fau_teach.widgets.conditions import VALUES, conditions_data
from fau_teach.widgets.keyframes import KEYS, TASKS, Task, keyframes_data

CLIPS = {one["id"]: one for one in keyframes_data()["clips"]}


# -- key frames


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_S0_100_the_curve_gives_the_key(task: Task) -> None:
    """What the figure draws and what the key says are one movement."""
    item, curve = task.item(), task.curve()
    limit = shipped().limit(item.code, task.script().key().threshold)
    found = key_frames(curve, 30, limit)
    assert [(one.onset, one.apex, one.offset) for one in found] == [
        (item.onset, item.apex, item.offset)
    ]
    assert found[0].peak == pytest.approx(item.peak, abs=0.001)
    assert CLIPS[task.id]["key"] == {name: getattr(item, name) for name in KEYS}
    assert CLIPS[task.id]["curve"] == pytest.approx(curve, abs=0.001)
    assert CLIPS[task.id]["limit"] == pytest.approx(limit, abs=0.001)


def test_the_clips_get_harder() -> None:
    lasts = [task.item().offset - task.item().onset for task in TASKS]
    assert lasts == sorted(lasts, reverse=True)
    smile, brow, corner, nice = (task.script().key().items for task in TASKS)
    assert {one.code for one in smile} == {"12"}
    assert {one.code for one in brow} == {"4", "45"}
    assert [(one.side, one.code) for one in corner] == [("L", "14")]
    outer, inner = nice
    assert (outer.code, inner.code) == ("12", "4")
    assert outer.onset < inner.onset < inner.offset < outer.offset  # S0-097, nasty-nice


def test_the_brief_clips_are_micro_and_the_others_are_not() -> None:
    for task in TASKS:
        span = (task.item().offset - task.item().onset) / 30
        assert (span <= 0.5) == (task.kind == "micro")


def test_what_is_special_is_said() -> None:
    assert "holds for 14 frames" in CLIPS["smile"]["why"]
    assert "blink hides the eyes" in CLIPS["brow"]["why"]
    assert CLIPS["corner"]["why"] == ""
    assert "AU12 is an event of its own" in CLIPS["nice"]["why"]


def test_the_sampled_clip_is_whole() -> None:
    for one in CLIPS.values():
        rows = [*one["drive"]["channels"].values(), *one["drive"]["traces"].values(), one["curve"]]
        assert {len(row) for row in rows} == {one["drive"]["frames"]}


def test_scrubber_state_fallback_and_weight() -> None:
    figure = KeyFrameScrubber("nice")
    assert (figure.state()["which"], figure.state()["face"]) == ("nice", "Ana")
    with pytest.raises(ValueError, match=r"'smle' is not a clip\. Did you mean 'smile'\?"):
        KeyFrameScrubber("smle")
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', figure.fallback_html())
    assert len(rows) == len(TASKS)
    key = CLIPS["smile"]["key"]
    cells = re.findall(r"<td>(.*?)</td>", rows[0][1])
    assert cells[1:4] == [str(key[name]) for name in KEYS]
    assert cells[4] == str(Timing(key["offset"] - key["onset"], 30))
    assert len(json.dumps(figure.data)) < 40_000
    assert FIGURES["keyframes"] is KeyFrameScrubber


# -- three conditions


def test_S0_098_the_figure_holds_all_27_cases() -> None:
    cases = conditions_data()["cases"]
    assert len(cases) == 27
    for said in product(VALUES, repeat=3):
        one = fuse(*said)
        assert cases[" ".join(said)] == [one.label, one.confidence, one.review, one.reason]
    assert sum(review for _, _, review, _ in cases.values()) == 18
    assert cases["positive positive positive"][:3] == ["positive", "high", False]
    assert cases["negative negative positive"][:3] == ["negative", "low", True]
    assert cases["none none none"][:3] == ["none", "low", False]


def test_conditions_state_and_fallback() -> None:
    assert ThreeConditions("none").state()["au"] == "none"
    with pytest.raises(ValueError, match=r"'positiv' is not a value of a condition"):
        ThreeConditions(self_report="positiv")
    text = ThreeConditions().fallback_html()
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', text)
    assert len(rows) == 9
    assert rows[0][0] == "AU positive, material positive"
    assert re.findall(r"<td>(.*?)</td>", rows[0][1]) == [
        "positive, high",
        "positive, low, needs review",
        "positive, medium",
    ]
    assert ".blocks" in ThreeConditions.style_text()
    assert FIGURES["conditions"] is ThreeConditions
    assert len(ThreeConditions().static_html().encode()) < 25_000


# -- exercises of these pages


def test_exercises_ask_what_the_pages_teach() -> None:
    assert {code for code in REST if LATER[code] - REST[code] >= LIMIT} == {"4", "12"}
    assert min(k for k, mm in enumerate(CURVE) if mm >= LIMIT) == 5
    assert FRAMES[2] - FRAMES[0] == 15
    assert {name for name, said in ANSWERS.items() if fuse(*said).review} == {"c", "d", "f", "h"}
