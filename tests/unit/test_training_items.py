"""Items: every one is made again from its id, and its answer is what the key says."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach import clip, facs
from fau_teach.training import (
    TrainingError,
    bank,
    contrasts,
    item,
    limits,
    name_of,
    skill,
    skills,
    stages,
    verdict,
)
from fau_teach.training.items import NOTHING, SIDES, VERSION, asked, parts_of, target
from fau_teach.training.marking import WITHIN_S, cues, how, rows
from fau_teach.training.skills import LEVELS, flashed

ALL = [(one.id, kind) for one in skills().values() for kind in one.kinds]
IDS = st.builds(
    lambda pair, level, seed: name_of(pair[1], pair[0], level, seed),
    st.sampled_from(ALL),
    st.sampled_from(LEVELS),
    st.integers(0, 2**53 - 1),
)


def shown(set_id: str, answer: str, level: str = "easy", kind: str = "which") -> str:
    """Id of an item that shows an alternative."""
    names = (name_of(kind, set_id, level, seed) for seed in range(200))
    return next(name for name in names if target(name)[1] == answer)


def test_every_contrast_set_is_a_skill_with_its_cue() -> None:
    for one in facs.contrast_sets():
        assert skill(one.id).codes == one.codes
        assert skill(one.id).cue == one.cue


@pytest.mark.parametrize(
    "codes",
    ["1+2|1+2+4", "4|9", "10|12", "17+23|17+24", "16+25|25", "6+7|7", "12|6+12", "5|1+2"],
)
def test_the_sets_that_were_asked_for_are_there(codes: str) -> None:
    assert any(one.codes == tuple(codes.split("|")) for one in contrasts())


def test_a_strong_12_with_or_without_6_is_strong() -> None:
    for seed in range(20):
        one = item(name_of("which", "strong_smile", "medium", seed))
        twelve = next(each for each in one.clip.movements if each.code == "12")
        assert twelve.intensity in "DE"


def test_every_skill_has_cue_confidence_and_a_place_in_a_stage() -> None:
    practised = {each.id for stage in stages().values() for each in stage.skills}
    for one in skills().values():
        assert one.cue
        assert one.confidence in ("sure", "fairly", "unsure", "check")
        assert one.id in practised


def test_limits_name_their_sources() -> None:
    found = {one["id"]: one["reference"] for one in limits()}
    assert found["lies"] == "jordan2019"
    assert {"certificate", "transfer", "emotion", "key"} <= {*found}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("about", "kind"), ALL)
def test_the_key_shows_what_is_asked_for(about: str, kind: str, level: str) -> None:
    for seed in range(4):
        one = item(name_of(kind, about, level, seed))
        _, answer = target(one.id)
        codes = {each.code for each in one.key.items}
        assert one.clip.key() == one.key
        assert not one.clip.nuisance.speech
        if one.contrast:
            members = skill(one.contrast).members
            assert asked(one.key, members) == frozenset(answer.split("+"))
        elif about == "presence":
            assert (one.codes <= codes) is (one.answer == "present")
        elif about == "side":
            sides = {each.side for each in one.key.items if each.code in one.codes}
            assert {SIDES[each] for each in sides} == {one.answer}
        elif about == "intensity":
            assert one.answer in [e.intensity for e in one.key.items if e.code in one.codes]
        elif about == "clips":
            assert (one.answer == NOTHING) is (kind == "neutral")
        if one.options:
            assert one.answer in one.options
            assert verdict(one, one.answer).credit == 1


@settings(max_examples=60, deadline=None)
@given(IDS)
def test_any_seed_makes_an_item_and_its_key_has_full_marks(name: str) -> None:
    one = item(name)
    item.cache_clear()
    assert item(name) == one
    assert one.answer
    found = verdict(one, one.answer)
    assert found.credit == (1 if one.kind != "mark" else 0.5)
    assert not found.missed
    assert not found.added
    assert not found.confused
    assert rows(one, found)
    if one.flash:
        assert 500 <= one.flash["hold_before"] <= 1200
        assert 0 < one.flash["ms"] <= 210


@settings(max_examples=40, deadline=None)
@given(IDS)
def test_the_frames_of_the_key_have_full_marks_too(name: str) -> None:
    one = item(name)
    if one.options:
        return
    events = [
        (str(each), each.onset, each.apex, each.offset)
        for each in one.key.items
        if each.code not in one.without
    ]
    found = verdict(one, events=events) if events else verdict(one, "null")
    assert found.credit == 1
    assert set(found.shifts) <= {0.0}


@pytest.mark.parametrize("about", [each.id for each in contrasts()] + ["presence", "intensity"])
def test_answers_are_equally_likely(about: str) -> None:
    kind, count = skill(about).kinds[0], 600
    drawn = Counter(target(name_of(kind, about, "hard", seed))[1] for seed in range(count))
    options = item(name_of(kind, about, "hard", 0)).options
    assert {*drawn} == {*options}
    expected = count / len(options)
    assert all(abs(each - expected) < 4 * expected**0.5 for each in drawn.values())


def test_flashes_leave_no_set_out_and_last_a_fifth_of_a_second_at_most() -> None:
    drawn = Counter(target(name_of("flash", "flash", "easy", seed))[0] for seed in range(900))
    assert {*drawn} == {each.id for each in flashed()}
    for seed in range(30):
        one = item(name_of("flash", "flash", LEVELS[seed % 3], seed))
        assert all("classic" in each.micro(one.clip.fps) for each in one.clip.movements)


def test_sides_are_balanced_and_times_vary() -> None:
    made = [item(name_of("which", "smile_with_cheek", "medium", seed)).clip for seed in range(80)]
    sides = Counter(each.movements[0].side for each in made)
    assert sides["L"] > 8
    assert sides["R"] > 8
    assert sides[""] > 20
    assert len({each.movements[0].onset for each in made}) > 8
    assert len({each.identity for each in made}) > 8


def test_a_blink_is_short_and_closed_eyes_are_not() -> None:
    for answer, short in (("45", True), ("43", False)):
        one = item(shown("closed_or_blink", answer))
        move = one.clip.movements[0]
        assert ((move.offset - move.onset) / one.clip.fps <= 0.44) is short
        assert not one.clip.nuisance.blinks


def test_the_lost_code_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    name = shown("cheek_or_lid", "6", "hard")
    item.cache_clear()
    real, calls = clip.Clip.key, []

    def blind(self: clip.Clip, **more: clip.Sight) -> clip.Key:
        calls.append(self)
        return real(self, 90.0) if len(calls) < 3 else real(self, **more)

    monkeypatch.setattr(clip.Clip, "key", blind)
    assert item(name).answer == "6"
    assert len(calls) >= 3
    item.cache_clear()
    monkeypatch.setattr(clip.Clip, "key", lambda self: real(self, 90.0))
    with pytest.raises(TrainingError, match="no clip shows"):
        item(name)
    item.cache_clear()


def test_wrong_choice_names_the_set_and_its_cue() -> None:
    one = item(shown("cheek_or_lid", "6"))
    found = verdict(one, "7")
    assert (found.credit, found.missed, found.added) == (0, ("6",), ("7",))
    assert found.confused == ("cheek_or_lid",)
    told = cues(one, found)
    assert told[0]["cue"] == skill("cheek_or_lid").cue
    assert "eye" in " ".join(told[0]["regions"]) or told[0]["regions"]
    assert {each["other"] for each in told[0]["pairs"]} == {"7"}


def test_how_to_answer_tells_what_counts() -> None:
    assert how(item("1.which.cheek_or_lid.medium.5")) == ""
    assert "One letter off counts half" in how(item("1.grade.intensity.medium.5"))
    assert how(item("1.score.clips.medium.5")).endswith("Not asked: blink and speech.")
    assert how(item("1.score.closed_or_blink.medium.5")).endswith("Not asked: speech.")
    one = item("1.mark.timing.medium.5")
    assert f"up to {round(WITHIN_S * one.clip.fps)} frames" in how(one)
    # Nothing may tell that in an item nothing moves.
    assert how(item("1.neutral.clips.medium.5")) == how(item("1.score.clips.medium.5"))


def test_a_code_that_no_set_explains_is_described() -> None:
    one = item("1.which.presence.medium.5")
    (told,) = cues(one, verdict(one, "absent" if one.answer == "present" else "present"))
    (code,) = one.codes
    assert [look.split(":")[0] for look in told["looks"]] == [str(facs.au(code))]
    graded = item("1.grade.intensity.medium.5")
    off = chr(ord(graded.answer) + (1 if graded.answer < "E" else -1))
    (row,) = rows(graded, verdict(graded, off))
    assert row["steps"] == ord(off) - ord(graded.answer)
    pair = item("1.which.cheek_or_lid.medium.5")
    assert cues(pair, verdict(pair, "6"))[0]["looks"] == []


def test_a_written_confusion_counts_for_its_set() -> None:
    one = item(shown("cheek_or_lid", "6", kind="score"))
    found = verdict(one, one.answer.replace("6", "7"))
    assert found.confused[0] == "cheek_or_lid"
    assert found.credit == 0
    assert any(row["result"] == "confused" for row in rows(one, found))
    missed = verdict(one, "null")
    assert missed.confused == ("cheek_or_lid",)
    assert missed.missed == ("6",)
    assert missed.index == 0


def test_what_shows_along_with_a_code_is_no_confusion() -> None:
    one = item(shown("frown_or_nose", "9", kind="score"))
    assert "25" in one.answer
    assert verdict(one, one.answer).confused == ()
    less = verdict(one, "9")
    assert less.missed == ("25",)
    assert less.credit == 1  # the set is about 4 and 9
    assert less.index is not None
    assert less.index < 1


def test_a_grade_one_step_off_has_half() -> None:
    one = item(
        next(
            n for s in range(50) if target(n := name_of("grade", "intensity", "easy", s))[1] == "C"
        )
    )
    assert [verdict(one, each).credit for each in "ABCDE"] == [0, 0.5, 1, 0.5, 0]
    assert [verdict(one, each).steps for each in "ABCDE"] == [-2, -1, 0, 1, 2]
    assert rows(one, verdict(one, "B"))[0]["result"] == "one step off"


def test_nothing_to_see() -> None:
    one = item(name_of("neutral", "clips", "hard", 1))
    assert one.answer == NOTHING
    nothing = verdict(one, "null")
    assert (nothing.credit, nothing.index) == (1, None)
    wrong = verdict(one, "12C")
    assert (wrong.credit, wrong.index, wrong.added) == (0, 0, ("12",))
    assert rows(one, wrong)[0]["result"] == "added"


def test_late_frames_cost_half_and_have_a_sign() -> None:
    one = item(name_of("mark", "timing", "easy", 3))
    events = [
        (str(e), e.onset + 6, e.apex + 6, min(e.offset + 6, one.key.frames - 1))
        for e in one.key.items
        if e.code != "45"
    ]
    found = verdict(one, events=events)
    assert found.credit == 0.5
    assert found.shifts[0] == 200.0


@pytest.mark.parametrize("text", ["?", "6 or 7"])
def test_an_open_answer_is_refused(text: str) -> None:
    one = item(shown("cheek_or_lid", "6", kind="score"))
    with pytest.raises(TrainingError, match="open"):
        verdict(one, text)


def test_too_many_events_and_unknown_choices_are_refused() -> None:
    with pytest.raises(TrainingError, match="at most"):
        verdict(item(name_of("score", "clips", "easy", 0)), events=[("1", 0, 1, 2)] * 61)
    with pytest.raises(TrainingError, match="choice"):
        verdict(item(shown("cheek_or_lid", "6")), "12")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x",
        "2.which.cheek_or_lid.easy.1",
        "1.flash.cheek_or_lid.easy.1",
        "1.which.no_skill.easy.1",
        "1.which.cheek_or_lid.huge.1",
        f"1.which.cheek_or_lid.easy.{2**60}",
        "1." + "a" * 200,
    ],
)
def test_a_wrong_id_is_refused(name: str) -> None:
    with pytest.raises(TrainingError):
        parts_of(name)


@given(st.text())
def test_any_text_is_an_id_or_a_training_error(name: str) -> None:
    try:
        parts_of(name)
    except TrainingError:
        return
    assert name.startswith(f"{VERSION}.")


def test_a_bank_is_fixed() -> None:
    assert bank("autumn class", 12) == bank("autumn class", 12)
    assert bank("autumn class", 12) != bank("winter class", 12)
    assert len({*bank("autumn class", 100)}) == 100
    assert bank("autumn class", 2, "micro")[0].startswith("1.flash.flash.easy.")
    with pytest.raises(TrainingError):
        bank("autumn class", 0)


def test_items_do_not_change() -> None:
    # The same ids must give the same items in every release; a change needs another VERSION.
    assert target("1.which.corner_path.easy.1") == ("corner_path", "12")
    assert bank("fixed", 1) == ("1.which.grief_brow.easy.421889268408",)
    assert target("1.grade.intensity.hard.9") == ("15", "E")
