"""What coders disagree about, and the record of what is decided."""

from __future__ import annotations

import pytest

from fau_teach.coding import CodingError, Event, Session, Watched
from fau_teach.coding.consensus import Decision, Disagreement, consensus, disagreements


def event(
    coder: str, aus: str, onset: int = 10, offset: int | None = 30, apex: int | None = 20,
    clip: str = "c1",
) -> Event:  # fmt: skip
    return Event(coder, "s1", clip, 30, onset, apex, offset, aus)


def session(*events: Event, clips: tuple[str, ...] = ("c1",)) -> Session:
    watched = [Watched(clip, 30, 100, "s1", coders=("A", "B", "C")) for clip in clips]
    return Session("lab", events, tuple(watched))


def three(*aus: str) -> list[Event]:
    return [event(coder, text) for coder, text in zip("ABC", aus, strict=True)]


def only(found: tuple[Disagreement, ...]) -> Disagreement:
    (one,) = found
    return one


@pytest.mark.parametrize(
    ("events", "kind", "words"),
    [
        (three("12", "12", "null"), "missing", "12: A and B scored it, C did not."),
        (three("12", "?", "?"), "missing", "only A could tell"),
        (three("6", "7", "6"), "confusion", "6 or 7"),
        (three("12", "L12", "12"), "side", "different sides"),
        (three("12A", "12C", "12B"), "intensity", "2 steps"),
        ([event("A", "12"), event("B", "12"), event("C", "12", 10, 40)], "timing", "offset"),
        (
            [event("A", "12", 10, 40, None), event("B", "12", 10, 40, None),
             event("C", "12", 10, 22, None), event("C", "12", 24, 40, None)],
            "timing", "12",
        ),
    ],
)  # fmt: skip
def test_kinds(events: list[Event], kind: str, words: str) -> None:
    one = only(disagreements(session(*events)))
    assert one.kind == kind
    assert words in str(one)
    assert [coder for coder, _ in one.said] == ["A", "B", "C"]
    assert one.clip == "c1"


def test_who_said_what() -> None:
    one = only(disagreements(session(*three("12C", "null", "?"))))
    assert one.said == (("A", "12C 10/20/30"), ("B", "nothing"), ("C", "?"))
    assert (one.codes, one.onset, one.last) == (("12",), 10, 30)


def test_agreement_within_bounds_is_none() -> None:
    assert disagreements(session(*three("12B", "12C", "12"))) == ()
    near = session(event("A", "12"), event("B", "12", 11, 33, 21), event("C", "12", 9, 31))
    assert disagreements(near) == ()
    assert only(disagreements(near, apart_ms=50)).kind == "timing"
    with pytest.raises(CodingError, match="apart_ms"):
        disagreements(near, apart_ms=-1)


def test_order_and_one_coder_alone() -> None:
    events = [
        *three("12A", "12C", "12B"),
        *(event(c, t, 50, 60, 55) for c, t in zip("ABC", ("4", "4", "9"), strict=True)),
        *(event(c, "1", 70, 80, 75) for c in "AB"),
        event("A", "17", 70, 80, 75),
        event("A", "20", clip="alone"),
    ]
    lab = session(*events)
    found = disagreements(lab)
    assert [one.kind for one in found] == [
        "missing", "missing", "missing", "confusion", "intensity",
    ]  # fmt: skip
    assert found == disagreements(lab)
    nobody = Session("lab", (event("A", "20"),), (Watched("c1", 30, coders=("A",)),))
    assert disagreements(nobody) == ()
    assert consensus(nobody, who="L").coders == ("A",)


def test_consensus_keeps_every_event_and_records_who_and_why() -> None:
    lab = session(
        *three("12B", "12C", "12C"), event("A", "4", 50, 60, 55), event("A", "9", 50, 60, 55)
    )
    four, nine = disagreements(lab)
    assert consensus(lab, who="L").of("consensus") != ()
    decided = consensus(
        lab,
        [Decision(four.id, "seen in slow motion", take="A"), Decision(nine.id, "shadow", "B")],
        who="Lead", when="2026-11-21T12:00:00Z",
    )  # fmt: skip
    assert decided.events[:5] == lab.events
    made = decided.of("consensus")
    assert [str(one.score) for one in made] == ["4", "null", "12C"]
    assert made[2].onset == 10
    assert [(step.who, step.reason) for step in decided.history] == [
        ("Lead", "seen in slow motion"), ("Lead", "shadow"), ("Lead", "A and B and C agree"),
    ]  # fmt: skip
    assert disagreements(decided) == ()
    assert len(disagreements(decided, decided=True)) == 2
    assert decided.saw("consensus", "c1")
    assert Session.from_json(decided.to_json()) == decided
    assert decided.undo().of("consensus") == made[:2]
    again = consensus(decided, who="Lead")
    assert again.events == decided.events


def test_what_is_undecided_stays_listed_and_its_clip_unseen() -> None:
    lab = session(*three("12", "12", "null"), *(e.but(clip="c2") for e in three("6", "6", "6")),
                  clips=("c1", "c2"))  # fmt: skip
    partly = consensus(lab, who="L")
    assert not partly.saw("consensus", "c1")
    assert partly.saw("consensus", "c2")
    one = only(disagreements(partly))
    done = consensus(partly, [Decision(one.id, "clear", aus="12B")], who="L")
    assert done.saw("consensus", "c1")
    (made,) = done.of("consensus", "c1")
    assert (made.onset, made.apex, made.offset, made.aus) == (10, 20, 30, "12B")
    assert disagreements(done) == ()
    # Clips of a session where everybody saw everything become explicit.
    free = Session("lab", lab.events)
    assert not consensus(free, who="L").saw("consensus", "c1")


def test_frames_of_a_decision() -> None:
    lab = session(event("A", "12", 10, 40, None), event("B", "12", 30, 34, 32),
                  event("C", "12", 33, None, 35))  # fmt: skip
    one = only(disagreements(lab))
    (made,) = consensus(lab, [Decision(one.id, "x", aus="12")], who="L").of("consensus")
    assert (made.onset, made.apex, made.offset) == (30, 32, 34)
    decision = Decision(one.id, "x", aus="12C+25", onset=12, apex=14, offset=16)
    (made,) = consensus(lab, [decision], who="L").of("consensus")
    assert (made.onset, made.apex, made.offset, made.aus) == (12, 14, 16, "12C+25")
    two = session(event("A", "12", 10, 22, None), event("A", "12", 24, 40, None),
                  event("B", "12", 10, 40), event("C", "12", 10, 40))  # fmt: skip
    one = only(disagreements(two))
    made_two = consensus(two, [Decision(one.id, "x", take="A")], who="L").of("consensus")
    assert [each.onset for each in made_two] == [10, 24]
    assert made_two[1].id.endswith(" #2")
    # The middle of what was given is put in order where some gave no apex.
    odd = session(event("A", "12", 10, None, 12), event("B", "12", 11, 40, None),
                  event("C", "12", 12, 13, None))  # fmt: skip
    (made,) = consensus(odd, [Decision(only(disagreements(odd)).id, "x", aus="12")], who="L").of(
        "consensus"
    )
    assert (made.onset, made.apex, made.offset) == (11, 12, 13)


def test_agreed_code_of_choices_and_unknown_sides() -> None:
    made = consensus(session(*three("6 or 7", "6B", "6")), who="L").of("consensus")
    assert [str(one.score) for one in made] == ["6B"]
    made = consensus(session(*three("U12", "L12", "L12:3")), who="L").of("consensus")
    assert [str(one.score) for one in made] == ["L12C"]


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        ({"about": "c1 12 10-3"}, "did you mean|Did you mean"),
        ({"reason": ""}, "no reason"),
        ({"take": ""}, "one of take and aus"),
        ({"aus": "12"}, "one of take and aus"),
        ({"take": "D"}, "did not look"),
        ({"take": "", "aus": "twelve"}, "aus"),
    ],
)
def test_refusals_name_the_decision(decision: dict[str, str], words: str) -> None:
    lab = session(*three("12", "12", "null"))
    one = only(disagreements(lab))
    wrong = Decision(**{"about": one.id, "reason": "x", "take": "A", **decision})  # type: ignore[arg-type]
    with pytest.raises(CodingError, match=words) as caught:
        consensus(lab, [wrong], who="L")
    assert caught.value.place.startswith("decisions[0]")


def test_nobody_or_twice_is_refused() -> None:
    lab = session(*three("12", "12", "null"))
    one = Decision(only(disagreements(lab)).id, "x", take="A")
    with pytest.raises(CodingError, match="nobody decides"):
        consensus(lab, [one], who="")
    with pytest.raises(CodingError, match=r"decisions\[1\].*decided already"):
        consensus(lab, [one, one], who="L")
    with pytest.raises(CodingError, match="Remove the event"):
        consensus(consensus(lab, [one], who="L"), [one], who="L")
