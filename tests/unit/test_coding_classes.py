"""Emotion classes, the three conditions, and habits: S0-095 to S0-099, SX-02, E0-28."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach import emotion, facs, sources
from fau_teach.coding import CodingError, Event
from fau_teach.coding.classes import classes
from fau_teach.coding.conditions import (
    NONE,
    au_condition,
    fuse,
    fused,
    mixed,
    truth_table,
)
from fau_teach.coding.habits import LONGEST_MS, WITHIN_MS, for_emotion, habits

NEGATIVE = ("Disgust", "Sadness", "Fear", "Anger")


def event(aus: str, onset: int, offset: int | None, apex: int | None = None, **more: str) -> Event:
    return Event("A", "s1", more.pop("clip", "c1"), 30, onset, apex, offset, aus, **more)


@pytest.mark.parametrize("label", sorted({x for s in emotion.label_spaces().values() for x in s}))
@pytest.mark.parametrize("form", [str, str.lower, str.upper, lambda text: f" {text} "])
def test_SX_02_every_label_of_every_space_has_its_place(label: str, form: object) -> None:
    found = classes(form(label))  # type: ignore[operator]
    plain = classes(label)
    assert (found.six, found.four, found.three) == (plain.six, plain.four, plain.three)
    in_six = label in emotion.label_spaces()["six"]
    assert (found.six is not None) == in_six
    assert (found.four is None) == (label == "Contempt")
    assert (found.three is None) == (label in ("Contempt", "Others"))
    assert bool(found.reason) == (not in_six)


def test_S0_096_six_to_four_to_three() -> None:
    assert {classes(one).four for one in NEGATIVE} == {"Negative"}
    assert classes("Happiness").four == classes("positive").three == "Positive"
    assert classes("surprise").six == classes("surprise").three == "Surprise"
    for four in emotion.label_spaces()["four"]:
        assert classes(four).three == (None if four == "Others" else four)


def test_E0_28_others_cannot_be_put_into_the_six() -> None:
    used, printed = classes("others"), classes("others", "printed")
    assert used.six is printed.six is None
    assert used.four == "Others"
    assert "cannot" in used.reason
    erratum = next(one for one in sources.errata() if one.id == "E0-28")
    words = erratum.printed.removeprefix("ambiguous expressions ")
    assert words in printed.reason
    assert "E0-28" in printed.reason


@given(st.one_of(st.text(max_size=20), st.none(), st.integers()))
def test_classes_never_raise_and_say_why(label: object) -> None:
    found = classes(label)  # type: ignore[arg-type]
    assert found.six or found.reason
    assert str(found)


def test_words_of_label_files_are_read_and_unknown_ones_are_not() -> None:
    assert classes("happy").six == "Happiness"
    assert "read as Happiness" in classes("happy").reason
    assert classes("other").four == "Others"
    unknown = classes("repression")
    assert (unknown.six, unknown.four, unknown.three) == (None, None, None)
    assert "'disgust'" in classes("disgsut").reason
    assert "no label" in classes("").reason


def test_S0_098_truth_table_of_27_cases() -> None:
    rows = truth_table()
    assert len(rows) == len({(row.au, row.material, row.self_report) for row in rows}) == 27
    conflicts = [r for r in rows if {"positive", "negative"} <= {r.au, r.material, r.self_report}]
    assert len(conflicts) == 12
    for row in rows:
        votes = [v for v in (row.au, row.material, row.self_report) if v != NONE]
        best = max(votes, key=votes.count, default=NONE)
        kinds, one = len(set(votes)), row.fused
        assert one.review == (row in conflicts or len(votes) == 1)
        if kinds == 2:
            assert one.label == (best if votes.count(best) == 2 else NONE)
            assert one.confidence == "low"
        else:
            assert one.label == best
            assert one.confidence == ("low", "low", "medium", "high")[len(votes)]


words = st.sampled_from(["positive", "Negative", "surprise", "others", "none", "", "?", "fear"])


@given(words, words, words)
def test_fusion_does_not_depend_on_which_condition_says_what(a: str, b: str, c: str) -> None:
    found = {(one.label, one.confidence, one.review) for one in (
        fuse(a, b, c), fuse(c, a, b), fuse(b.upper(), f" {a}", c),
    )}  # fmt: skip
    assert len(found) == 1
    assert "review" in str(fuse("positive", "negative", ""))


@pytest.mark.parametrize(
    ("score", "label", "words"),
    [
        ("6+12", "positive", "Happiness"),
        ("4+5", "negative", "Anger"),
        ("1+2+5", "surprise", "Surprise"),
        ("R12", NONE, "sets tie"),
        ("R12+R14", NONE, "Contempt has no class"),
        ("12 or 15", NONE, "a choice is open"),
        ("6+12?", "positive", "Happiness"),
        ("?", NONE, "unknown"),
        ("null", NONE, "No action unit"),
        ("33", NONE, "No set of table"),
    ],
)
def test_what_action_units_say(score: str, label: str, words: str) -> None:
    found = au_condition(score)
    assert (found.label, found.table) == (label, "imotions")
    assert words in found.reason
    assert au_condition(facs.parse(score)) == found


@pytest.mark.parametrize("score", ["6+12", "null"])
def test_an_unknown_table_is_refused(score: str) -> None:
    with pytest.raises(emotion.EmotionError, match="imotion"):
        au_condition(score, "imotion")


def test_another_table_may_say_otherwise() -> None:
    assert au_condition("R12").label == NONE
    assert au_condition("R12", "dong").label == "positive"


def test_three_conditions_of_an_event() -> None:
    one = event("6+12", 10, 30, material="Happiness", self_report="joy")
    assert (fused(one).label, fused(one).confidence) == ("positive", "high")
    two = fused(one.but(self_report="repression"))
    assert (two.label, two.confidence, two.review) == ("positive", "medium", False)
    assert "'repression' has no class" in two.reason
    assert fused(one.but(self_report="others")).review
    assert fused(one.but(self_report="fear", material="")).label == NONE


def test_S0_097_nasty_nice_needs_review() -> None:
    smile = event("6+12", 10, 100, id="smile")
    sneer = event("9+15", 40, 50, id="sneer")
    (found,) = mixed([smile, sneer])
    assert (found.inner, found.outer) == (sneer, smile)
    assert found.fused.review
    assert "nasty-nice" in found.fused.reason
    assert mixed([smile, sneer.but(clip="c2")]) == ()
    assert mixed([smile, sneer.but(offset=120)]) == ()
    assert mixed([smile, sneer.but(kind="macro")]) == ()
    assert mixed([smile, sneer.but(aus="12")]) == ()
    (other,) = mixed([event("9+15", 10, 100), smile.but(onset=40, offset=50)])
    assert "nasty-nice" not in other.fused.reason
    # A frown that goes with a blink is no negative micro-expression.
    frown, blink = event("4", 40, 46), event("45", 41, 45)
    assert len(mixed([smile, frown, blink])) == 1
    assert mixed([smile, frown, blink], habits=habits([frown, blink])) == ()


def test_S0_099_planted_frown_is_flagged_and_isolated_one_kept() -> None:
    planted, blink = event("4B", 12, 20), event("45", 10, 16)
    alone = event("4C+7", 100, 120)
    before = [planted, blink, alone]
    (found,) = habits(before)
    assert (found.event, found.code, found.cause) == (planted, "4", blink)
    assert "blink 10 to 16" in found.reason
    assert for_emotion(planted, [found]).codes == frozenset()
    assert for_emotion(planted, [found]).state == "none"
    assert for_emotion(alone, [found]) == alone.score
    assert for_emotion(blink, [found]).codes == {"45"}
    assert planted.codes == {"4"}  # nothing is deleted
    assert au_condition(planted).label == "negative"
    assert au_condition(planted, habits=[found]).label == NONE


def test_habits_in_one_event_with_a_sniff_and_by_distance() -> None:
    one = event("4B+7+40", 10, 20)
    (found,) = habits([one])
    assert found.cause == one
    assert "sniff" in found.reason
    left = for_emotion(one, [found])
    assert left.codes == {"7", "40"}
    assert left.warnings[-1].startswith("Left out: AU4")
    frown, blink = event("4", 23, 30), event("45", 10, 20)
    assert habits([frown, blink], within_ms=100)
    assert habits([frown, blink], within_ms=99) == ()
    assert habits([frown.but(onset=20), blink], within_ms=0)
    assert WITHIN_MS == 100


def test_habits_keep_other_people_and_long_frowns_apart() -> None:
    blink, long = event("45", 50, 56), event("4C", 40, 40 + int(LONGEST_MS * 30 / 1000) + 1)
    assert habits([blink, long]) == ()
    assert habits([blink, long], longest_ms=None)
    assert habits([blink, event("4", 50, 56, clip="c2")]) == ()
    assert habits([blink, event("4", 50, 56).but(coder="B")]) == ()
    assert habits([blink, event("4:0", 50, 56)]) == ()
    assert habits([event("4", 50, None), blink])
    for name in ("within_ms", "longest_ms"):
        with pytest.raises(CodingError, match=name):
            habits([], **{name: -1})


def test_results_are_plain() -> None:
    assert json.dumps([asdict(row) for row in truth_table()])
    assert json.dumps(asdict(classes("fear")))
