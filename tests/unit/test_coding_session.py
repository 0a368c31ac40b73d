"""Sessions: history and undo, merging of coders, JSON, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from coding_strategies import events, sessions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fau_teach._reading import FileError
from fau_teach.coding import Change, CodingError, Event, Session, Watched, joined


def event(coder: str = "A", aus: str = "12", onset: int = 10, **more: object) -> Event:
    fields = {"subject": "s1", "clip": "c1", "apex": None, "offset": onset + 10, "fps": 30}
    return Event(coder=coder, onset=onset, aus=aus, **{**fields, **more})  # type: ignore[arg-type]


def lab(*coded: Event, **more: object) -> Session:
    return Session("lab", coded, **more)  # type: ignore[arg-type]


def refusal(make: Callable[[], object]) -> CodingError | None:
    try:
        make()
    except CodingError as error:
        return error
    return None


@given(sessions())
def test_json_round_trip(one: Session) -> None:
    text = one.to_json()
    back = Session.from_json(text)
    assert back == one
    assert back.to_json() == text
    html, shown = one._repr_html_(), str(one)
    assert html.count("<tr>") == len(one.events) + 1
    assert one.title in shown


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sessions())
def test_files_keep_a_session(tmp_path: Path, one: Session) -> None:
    assert Session.load(one.save(tmp_path / "a.json")) == one
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["title", "events", "clip", "version", "x"]), inner)
    ),
    max_leaves=8,
)


@given(st.text(max_size=60) | plain.map(json.dumps))
def test_any_text_is_read_or_refused(text: str) -> None:
    error = refusal(lambda: Session.from_json(text, "f.json"))
    assert error is None or (error.file == "f.json" and error.advice)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_any_file_is_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(raw)
    with pytest.raises((CodingError, FileError), match=r"x\.json"):
        Session.load(path)


@given(sessions(), st.data())
def test_a_changed_field_is_refused_with_its_place(one: Session, data: st.DataObject) -> None:
    if not one.events:
        return
    record = json.loads(one.to_json())
    at = data.draw(st.integers(0, len(one.events) - 1))
    name = data.draw(st.sampled_from(sorted(record["events"][at])))
    record["events"][at][name] = {"a": 1}
    with pytest.raises(CodingError) as caught:
        Session.from_json(json.dumps(record), "f.json")
    assert caught.value.place == f"events[{at}].{name}"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("{", "line 1", "not JSON"),
        ("[]", "", "not an object"),
        ('{"title": "x"}', "version", "None"),
        ('{"version": 2}', "version", "newer fau_teach"),
        ('{"version": 1}', "title", "missing"),
        ('{"version": 1, "title": "x", "titel": 1}', "titel", "title"),
        ('{"version": 1, "title": "x", "title": "y"}', "", "comes twice"),
        ("[" * 100_000, "", "nesting"),
        ('{"version": 1, "title": "x", "watched": [{"clip": "c", "fps": 0}]}',
         "watched[0].fps", "0.1"),
        ('{"version": 1, "title": "x", "watched": [{"clip": "", "fps": 30}]}',
         "watched[0].clip", "empty"),
        ('{"version": 1, "title": "\\ud800"}', "title", "printed"),
        ('{"version": 1, "title": "x", "history": [{"when": "", "who": "", "action": "eat",'
         ' "event": "e1"}]}', "history[0].action", "'eat' is unknown"),
        ('{"version": 1, "title": "x", "history": [{"when": "", "who": "\\u0000",'
         ' "action": "add", "event": "e1"}]}', "history[0].who", "printed"),
    ],
)  # fmt: skip
def test_refusals_of_json(text: str, place: str, words: str) -> None:
    with pytest.raises(CodingError) as caught:
        Session.from_json(text, "f.json")
    assert str(caught.value).startswith("f.json")
    assert place in caught.value.place
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("made", "place", "words"),
    [
        (lambda: lab(event(id="e1"), event(id="e1")), "events[1].id", "twice"),
        (lambda: lab(event(), event(fps=25)), "events[1].fps", "25 fps"),
        (lambda: lab(event(), event(subject="s2")), "events[1].subject", "'s2'"),
        (lambda: lab(event(), watched=(Watched("c1", 30, 20),)), "events[0]", "frame 20"),
        (lambda: lab(watched=(Watched("c1", 30), Watched("c1", 30))), "watched[1]", "twice"),
        (lambda: Watched("", 30), "clip", "empty"),
        (lambda: Watched("c", 30, coders="AB"), "coders", "not a list"),  # type: ignore[arg-type]
        (lambda: Watched("c", 30, coders=(" A",)), "coders[0]", "spare"),
        (lambda: Watched("c", 30, 5, neutral=5), "neutral", "0 to 4"),
        (lambda: Watched("c", 30, 0), "frames", "from 1"),
        (lambda: Session(7), "title", "not a text"),  # type: ignore[arg-type]
        (lambda: lab().event("e1"), "id", "There are 0"),
        (lambda: lab(event(id="e12")).event("e1"), "id", "e12"),
        (lambda: lab(event()).change("e1", on_set=3), "field", "onset"),
        (lambda: lab(event()).change("e1", id="x"), "field", "unknown"),
        (lambda: lab(event()).change("e1", onset=30), "offset", "before"),
        (lambda: lab(event()).remove("e2"), "id", "'e2'"),
        (lambda: lab().undo(), "history", "nothing"),
        (lambda: joined([]), "sessions", "at least one"),
        (lambda: lab(event()).merged([lab(event(fps=25))]), "watched.fps", "25"),
        (lambda: Change("", "", "add", "e1", reason="\x00"), "reason", "printed"),
    ],
)
def test_refusals(made: object, place: str, words: str) -> None:
    with pytest.raises(CodingError) as caught:
        made()  # type: ignore[operator]
    assert caught.value.place == place
    assert words in str(caught.value)
    assert caught.value.advice


class Editing(RuleBasedStateMachine):
    """Whatever is done, undoing all of it brings the events back, and nothing leaves history."""

    def __init__(self) -> None:
        super().__init__()
        self.start = lab(event(id="e1"), event(id="e2", onset=50))
        self.now = self.start
        self.done: list[Session] = []

    @rule(onset=st.integers(0, 500))
    def add(self, onset: int) -> None:
        self._do(self.now.add(event(onset=onset), who="L", reason="seen"))

    @rule(data=st.data(), notes=st.text("ab", max_size=3))
    def change(self, data: st.DataObject, notes: str) -> None:
        if self.now.events:
            name = data.draw(st.sampled_from([one.id for one in self.now.events]))
            self._do(self.now.change(name, notes=notes))

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.now.events:
            name = data.draw(st.sampled_from([one.id for one in self.now.events]))
            self._do(self.now.remove(name, reason="no"))

    @rule()
    def undo(self) -> None:
        if self.done:
            before, self.now = self.now, self.now.undo()
            assert set(self.now.events) == set(self.done.pop().events)
            assert self.now.history[:-1] == before.history
        else:
            with pytest.raises(CodingError, match="nothing to take back"):
                self.now.undo()

    def _do(self, after: Session) -> None:
        assert after.history[:-1] == self.now.history
        self.done.append(self.now)
        self.now = after

    @invariant()
    def ids_are_never_given_again(self) -> None:
        given_ = [one.event for one in self.now.history if one.action == "add"]
        assert len(set(given_)) == len(given_)
        assert Session.from_json(self.now.to_json()) == self.now


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)


def test_history_says_who_when_what_and_why() -> None:
    one = lab(event()).change("e1", who="L", reason="late", when="2026-11-21T12:00:00Z", onset=12)
    (step,) = one.history
    assert (step.who, step.when, step.reason) == ("L", "2026-11-21T12:00:00Z", "late")
    assert (step.before.onset, step.after.onset) == (10, 12)  # type: ignore[union-attr]
    assert lab().add(event()).history[0].who == "A"
    assert lab().add(event()).history[0].when.endswith("Z")


def test_who_saw_what() -> None:
    one = lab(event(), event("B", clip="c2"), watched=(Watched("c1", 30, coders=("B", "B")),))
    assert one.watched[0].coders == ("B", "A")  # who codes a clip looked at it
    assert one.saw("A", "c1")
    assert one.saw("A", "c2")  # nobody is named there: everybody looked
    assert not one.saw("A", "c3")
    assert one.coders == ("A", "B")
    assert one.clips == ("c1", "c2")
    assert len(one.of("A")) == len(one.of(clip="c2")) == len(one.of("B", "c2")) == 1
    assert one.of("A", "c2") == ()
    more = one.add(event("C"))
    assert more.saw("C", "c1")


def test_joined_coders_keep_what_each_looked_at() -> None:
    first = lab(event(id="e1"), watched=(Watched("c0", 30, neutral=0),))
    second = lab(event("B", id="e1", clip="c2"), watched=(Watched("c0", 30, 90, media="m.mp4"),))
    one = joined([first, second])
    assert [each.id for each in one.events] == ["e1", "B-e1"]
    assert one.saw("A", "c1")
    assert not one.saw("B", "c1")
    assert one.watched[0] == Watched("c0", 30, 90, "", 0, "m.mp4", ("A", "B"))
    assert joined([first, second], "all").title == "all"
    assert first.merged([second]) == one
    assert joined([first, first]).events == first.events
    other = joined([lab(event("", id="e1")), lab(event("", "4", id="e1"))])
    assert [each.id for each in other.events] == ["e1", "other-e1"]


def test_undo_after_joining_takes_back_the_right_event() -> None:
    first, second = lab().add(event()), lab().add(event("B")).add(event("B", "4", 50))
    second = second.remove("e2")
    one = joined([first, second])
    assert [(each.id, each.coder) for each in one.events] == [("e1", "A"), ("B-e1", "B")]
    assert [step.event for step in one.history] == ["e1", "B-e1", "e2", "e2"]
    back = one.undo()
    assert {each.id for each in back.events} == {"e1", "B-e1", "e2"}
    assert [each.id for each in back.undo().undo().events] == ["e1"]


def test_joining_a_file_with_a_later_version_of_itself_doubles_nothing() -> None:
    early = lab().add(event())
    late = early.add(event(onset=60))
    one = joined([early, late])
    assert one.events == late.events
    assert one.history == late.history
    changed = early.change("e1", notes="x")
    both = joined([early, changed])
    assert [each.id for each in both.events] == ["e1", "A-e1"]
    assert [each.notes for each in both.events] == ["", "x"]


@settings(max_examples=50)
@given(st.lists(sessions(), min_size=1, max_size=3))
def test_joining_loses_no_event(many: list[Session]) -> None:
    if error := refusal(lambda: joined(many)):
        assert error.place.startswith(("watched.", "events["))
        return
    one = joined(many)
    nameless = {each.but(id="") for each in one.events}
    assert nameless == {each.but(id="") for session in many for each in session.events}
    assert set(one.clips) == {clip for session in many for clip in session.clips}
    for session in many:
        for coder in session.coders:
            for clip in session.clips:
                assert one.saw(coder, clip) or not session.saw(coder, clip)
    assert joined([one]) == replace(one, watched=joined([one]).watched)


@given(sessions(), events())
def test_adding_then_undoing_gives_the_events_back(one: Session, more: Event) -> None:
    if refusal(lambda: one.add(more)) is None:
        assert one.add(more).undo().events == one.events


def test_check_names_what_is_doubtful() -> None:
    one = lab(event(apex=10), event(offset=10), event(aus="12+12"), event(aus="4"), event(aus="4"))
    text = "\n".join(one.check())
    for words in ("e1: apex and onset are both frame 10", "e2: the event lasts a single frame",
                  "e3: position", "e5: says the same as e4"):  # fmt: skip
        assert words in text
    assert lab(event()).check() == ()


def test_shown_without_running_names() -> None:
    one = lab(event("<script>"))
    assert "<script>" not in one._repr_html_()
    assert str(lab()) == "lab: 0 events by 0 coders in 0 clips"


def test_many_sessions_of_one_coder_keep_short_names() -> None:
    many = [Session("t", (Event("Kim", "", f"c{n}", 25, 1, 2, 3, "12"),)) for n in range(1000)]
    found = joined(many).events
    assert len({one.id for one in found}) == 1000
    assert max(len(one.id) for one in found) < 15
    assert [one.id for one in found[:3]] == ["e1", "Kim-e1", "Kim-e1-3"]


def test_who_is_done_is_kept_and_joined() -> None:
    first = lab(event(), watched=(Watched("c1", 30, 90, neutral=3, coders=("A",), done=("A",)),))
    second = lab(event("B"), watched=(Watched("c1", 30, 90, neutral=5, done=["B", "B"]),))
    assert Session.from_json(first.to_json()) == first
    old = json.loads(first.to_json())
    del old["watched"][0]["done"]  # a file of before
    assert Session.from_json(json.dumps(old)).watched[0].done == ()
    (one,) = joined([first, second]).watched
    assert (one.coders, one.done, one.neutral) == (("A", "B"), ("A", "B"), 3)
    with pytest.raises(CodingError, match="done: 'A' is a text"):
        Watched("c", 30, done="A")  # type: ignore[arg-type]
