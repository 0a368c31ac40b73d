"""Feedback to a trainee: marks, confusions, sides, grades, timing, what to practise."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach import clip, facs
from fau_teach.clip import Item, Key, Removed
from fau_teach.coding import CodingError, Event
from fau_teach.coding.feedback import Feedback, feedback, summary
from fau_teach.coding.marks import (
    beside,
    events_of_key,
    marks,
    mates,
    paired,
    sided,
    steps,
    wrong_side,
)
from fau_teach.coding.practice import _student


def event(aus: str, onset: int = 10, offset: int | None = 30, apex: int | None = 20) -> Event:
    return Event("T", "s1", "c1", 30, onset, apex, offset, aus)


def expert(aus: str, onset: int = 10, offset: int = 30, apex: int = 20) -> Event:
    return event(aus, onset, offset, apex).but(coder="X")


def key(*items: str, removed: tuple[Removed, ...] = ()) -> Key:
    made = [facs.parse(text).items[0] for text in items]
    return Key(
        "face", 30, 100, 0.35,
        tuple(Item(i.code, i.side, "".join(i.intensity), 10, 20, 30, 2.0) for i in made), removed,
    )  # fmt: skip


def results(found: Feedback) -> tuple[list[str], list[str], list[str], list[str]]:
    return (
        [one.code for one in found.matched],
        [str(mark) for mark in found.missed],
        [str(mark) for mark in found.added],
        [f"{'+'.join(map(str, o.key))}>{'+'.join(map(str, o.given))}" for o in found.confusions],
    )


def test_one_of_each_result() -> None:
    found = feedback([event("12C"), event("7B"), event("4B")], key("12C", "6B", "1B"))
    # 4 for 1 and 7 for 6 are confusions, not two errors each.
    assert results(found) == (["12"], [], [], ["1B>4B", "6B>7B"])
    assert [one.contrast for one in found.confusions] == ["grief_brow", "cheek_or_lid"]
    found = feedback([event("12C+20")], key("12C", "6B"))
    assert results(found) == (["12"], ["6B"], ["20"], [])
    assert found.index == 0.5
    assert "published" in str(found)


@pytest.mark.parametrize("onset", [31, 70])
def test_what_was_added_at_another_time_is_no_confusion(onset: int) -> None:
    found = feedback([event("7B", onset, onset + 20, onset + 5)], key("6B"))
    assert results(found) == ([], ["6B"], ["7B"], [])
    same = feedback([event("6B", onset, onset + 20, onset + 5)], key("6B"))
    assert results(same) == ([], ["6B"], ["6B"], [])


def test_confusions_of_several_codes_and_each_mark_once() -> None:
    (one,) = feedback([event("1+2")], key("5B")).confusions
    assert one.contrast == "lid_or_brow"
    assert len(one.given) == 2
    assert results(feedback([event("7")], key("6B", "43B")))[3] == ["6B>7"]
    both = feedback([event("10"), event("12")], key("9B", "10B"))
    assert results(both)[3] == ["9B>12"] or both.matched  # 10 is right in both
    assert results(both)[0] == ["10"]


def test_sides() -> None:
    found = feedback([event("R12C")], key("L12C"))
    assert [one.wrong_side for one in found.matched] == [True]
    assert found.index == 0
    for given_, wanted in (("U12", "L12C"), ("L12", "L12C"), ("L12C+R12C", "12C")):
        (one,) = feedback([event(given_)], key(wanted)).matched
        assert not one.wrong_side
    (one,) = feedback([event("L12B+R12D")], key("A12D")).matched
    assert (one.wrong_side, one.steps) == (False, 0)
    apart = feedback([event("L12B"), event("R12B", 12, 33)], key("12C"))
    assert results(apart)[1:3] == ([], [])
    # The right side goes first, whatever overlaps more.
    two = [expert("L12", 10, 30), expert("R12", 24, 60, 30)]
    mine = [event("R12", 12, 34), event("L12", 8, 20)]
    assert [one.wrong_side for one in feedback(mine, two).matched] == [False, False]


def test_intensity_steps_are_signed_and_ungraded_codes_have_none() -> None:
    found = feedback([event("12E+45C+25")], key("12C", "45E", "25B"))
    assert [(one.code, one.steps) for one in found.matched] == [
        ("12", 2), ("45", None), ("25", None),
    ]  # fmt: skip
    (one,) = feedback([event("12A/B")], key("12D")).matched
    assert one.steps == -2
    assert found.intensity.mean == 2
    assert found.intensity.low is None


def test_an_open_choice_agrees_with_any_option() -> None:
    found = feedback([event("6 or 7")], key("6B"))
    assert results(found)[:3] == (["6"], [], [])
    assert results(feedback([event("9 or 10")], key("6B")))[2] == ["9 or 10"]


def test_timing_is_signed_in_frames_and_ms() -> None:
    shifted = [event("12", 13, 28, 20), event("6", 13, 28, 20), event("1", 13, 28, None)]
    found = feedback(shifted, key("12B", "6B", "1B")).timing
    assert (found["onset"].mean, found["onset"].frames) == (100, 3)
    assert found["offset"].mean == pytest.approx(-200 / 3)
    assert (found["apex"].mean, found["apex"].n) == (0, 2)
    assert found["onset"].low is None  # three marks are too few
    four = feedback([*shifted, event("4", 13, 28)], key("12B", "6B", "1B", "4B")).timing["onset"]
    assert four.low == four.high == 100
    assert "n 4" in str(four)
    assert "nothing" in str(feedback([], key("12B")).timing["onset"])


def test_student_points() -> None:
    for degrees, point in ((3, 3.182), (4, 2.776), (9, 2.262), (30, 2.042), (1000, 1.962)):
        assert _student(degrees) == pytest.approx(point, rel=2e-3)


def test_what_the_key_leaves_out_is_told_kindly_and_counts_nowhere() -> None:
    weak = Removed("4", "", "weak", "too weak: 0.20 of 0.35 mm")
    far = Removed("2", "R", "hidden", "the right side is turned away")
    found = feedback([event("12C"), event("4A"), event("L2A")], key("12C", removed=(weak, far)))
    assert [one.reason for one in found.apart] == [
        "it does move, and the key leaves it out (weak: too weak: 0.20 of 0.35 mm)"
    ]
    assert [str(mark) for mark in found.added] == ["L2A"]
    assert found.index == pytest.approx(2 / 3)
    # Confusions go before: the brow that sinks was taken for another code.
    assert feedback([event("4A")], key("1C", removed=(weak,))).confusions


def test_unknown_is_kept_apart_from_none() -> None:
    found = feedback([event("?")], key("12C"))
    assert (found.missed, len(found.apart), found.index) == ((), 1, None)
    assert "?" in found.apart[0].reason
    assert results(feedback([event("null")], key("12C")))[1] == ["12C"]
    assert feedback([event("12")], [expert("?")]).apart[0].reason == "the key has ? there"
    empty = feedback([], [])
    assert empty.index is None
    assert "undefined" in str(empty)


def test_codes_that_the_task_leaves_out() -> None:
    found = feedback([event("43"), event("20")], key("45E", "12C"), without=("45", "20"))
    assert results(found) == ([], ["12C"], [], [])
    assert feedback([event("45")], key("45E"), without=("45",)).matched == ()
    assert feedback([event("45")], key("43E"), without=("45",)).confusions


@pytest.mark.parametrize(
    ("trainee", "against", "words"),
    [
        ([event("12"), event("6").but(coder="B")], key("12B"), "trainee.coder"),
        ([event("12"), event("6").but(clip="c2")], key("12B"), "trainee.clip"),
        ([event("12")], [expert("6"), expert("6").but(coder="B")], "key.coder"),
        ([event("12")], [expert("6").but(clip="c2")], "'c2'"),
        ([event("12").but(fps=25)], key("12B"), "25 fps"),
        ([event("12").but(fps=25)], [expert("12")], "25 fps"),
        ([event("12", 10, 100)], key("12B"), "frame 100 of 100"),
    ],
)
def test_refusals(trainee: list[Event], against: object, words: str) -> None:
    with pytest.raises(CodingError, match=words):
        feedback(trainee, against)  # type: ignore[arg-type]


def test_least_overlap() -> None:
    mine, theirs = [event("12", 26, 50, 30)], key("12B")
    assert feedback(mine, theirs).matched
    assert feedback(mine, theirs, least=0.5).missed


def test_practise_next_orders_and_gives_reasons() -> None:
    swap = feedback([event("7B+12E")], key("6B", "12B"))
    miss = feedback([event("12E")], key("6B", "12B"))
    more = feedback([event("R4B+12E+20")], key("L4B", "12B", "27C"))
    found = summary([swap, swap, miss, more]).practise_next
    assert [one.topic for one in found] == [
        "cheek_or_lid", "smile_with_cheek", "AU20", "AU27", "intensity", "side",
    ]  # fmt: skip
    assert [one.errors for one in found] == [4, 1, 1, 1, 4, 1]
    assert found[0].reason.startswith("Scored 7 for 6 (2 times). ")
    assert found[0].codes == ("6", "7")
    assert found[1].reason.startswith("Missed 6. ")
    assert "Graded 12 too strong (4 times)" in found[4].reason
    assert summary([]).practise_next == ()
    many = [feedback([event(f"R{code}")], key(f"L{code}B")) for code in ("1", "2", "4", "5", "6")]
    assert summary(many).practise_next[0].reason.endswith("; and 2 more.")


def test_practise_next_names_a_sure_bias_of_timing() -> None:
    late = [feedback([event("12", 15, 30, 22)], key("12B")) for _ in range(4)]
    found = {one.topic: one for one in summary(late).practise_next}
    assert list(found) == ["onset", "apex"]
    assert "▲ onset too late (4 times)" in found["onset"].reason
    slight = [feedback([event("12", 11, 30, 20)], key("12B")) for _ in range(4)]
    assert summary(slight).practise_next == ()
    early = [feedback([event("12", 5, 30, 20)], key("12B")) for _ in range(4)]
    assert "early" in summary(early).practise_next[0].reason


def test_summary_counts_and_shows() -> None:
    parts = [feedback([event("7B+12E")], key("6B", "12B")), feedback([event("20")], key("12B"))]
    found = summary(parts)
    assert found.index == pytest.approx(0.25)
    tally = found.codes["12"]
    assert (tally.matched, tally.missed, tally.added, tally.confused) == (1, 1, 0, 0)
    assert list(found.codes) == ["6", "7", "12", "20"]
    assert found.rates["missed"].value == pytest.approx(1 / 3)
    assert found.rates["added"].value == 0.5
    assert found.rates["confused"].n == 3
    assert "undefined" in str(summary([]).rates["missed"])
    assert "undefined" in str(summary([]))
    for one in (*parts, found):
        text = json.dumps(one.to_dict(), allow_nan=False)
        assert "agreement" in json.loads(text)
        html = one._repr_html_()
        assert html.count("<ul>") == html.count("</ul>") == 1
    slow = feedback([event("12").but(fps=60)], [expert("12").but(fps=60)])
    assert summary([*parts, slow]).timing["onset"].frames is None
    assert "<script" not in feedback([event("12").but(coder="<script>")], key("12B"))._repr_html_()


def test_key_of_a_clip_as_events_agrees_with_itself() -> None:
    for seed in range(12):
        made = clip.sample(difficulty="hard", seed=seed).key()
        events = events_of_key(made, "c1", coder="T")
        assert [str(one.score) for one in events] == [
            str(facs.parse(str(item))) for item in made.items
        ]
        found = feedback(events, made)
        assert (found.missed, found.added, found.confusions) == ((), (), ())
        assert found.index == 1
        assert not any(o.wrong_side or o.steps or o.shift("apex") for o in found.matched)
        assert found.practise_next == ()


scores = st.lists(
    st.builds(
        lambda side, code, grade, onset, long: event(
            f"{side}{code}{grade}", onset, onset + long, onset + long // 2
        ),
        st.sampled_from(["", "L", "R"]),
        st.sampled_from(["1", "2", "4", "6", "7", "12", "5"]),
        st.sampled_from(["", "A", "C", "E"]),
        st.integers(0, 60),
        st.integers(0, 30),
    ),
    max_size=6,
)


@given(scores, scores)
def test_every_mark_counts_once_and_the_index_is_symmetric(
    one: list[Event], two: list[Event]
) -> None:
    there = feedback(one, [each.but(coder="X") for each in two])
    back = feedback(two, [each.but(coder="X") for each in one])
    swapped = sum(len(each.given) for each in there.confusions)
    assert len(there.matched) + len(there.added) + swapped == len(marks(one))
    assert len(there.marks_of_key) == len(marks(two))
    assert there.index is None or 0 <= there.index <= 1
    assert len(there.matched) == len(back.matched)
    mixed_up = list(one)
    Random(1).shuffle(mixed_up)
    assert feedback(mixed_up, [each.but(coder="X") for each in two]).index == there.index
    assert feedback(one, [each.but(coder="X") for each in one]).index in (None, 1)
    json.dumps(there.to_dict(), allow_nan=False)
    str(there)


def test_small_parts() -> None:
    assert mates("6") == ("7",)
    assert set(mates("1")) == {"2", "4"}
    assert beside("6", {"12"}) == "smile_with_cheek"
    assert beside("6", {"20"}) == ""
    assert sided("12")
    assert not sided("17")
    assert not sided("50")
    one, two = marks([event("B22C")])[0], marks([event("22B")])[0]
    assert wrong_side(one, two)
    assert steps(one, two) == -1
    assert paired([one], [two]) == ((one, two),)
    assert marks([event("12:0+12:3")])[0].item("12").grades == (3,)


def test_nothing_that_counts_is_not_nothing_to_see() -> None:
    for mine, theirs in (([event("?")], [expert("12")]), ([event("12")], [expert("?")])):
        title = str(feedback(mine, theirs)).split("\n", 1)[0]
        assert title.endswith("agreement undefined: no mark counts")
    assert "undefined: nothing to see or scored" in str(feedback([], []))
