"""The learner's record: nothing is lost or counted twice, whatever two devices did."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach.training import (
    Answer,
    Exam,
    Record,
    Settings,
    TrainingError,
    ability,
    item,
    name_of,
    start,
    verdict,
)
from fau_teach.training.path import due, next_item
from fau_teach.training.record import answered, answers_csv, moment

NAMES = [name_of("which", "cheek_or_lid", "easy", seed) for seed in range(6)]
TIMES = st.datetimes(min_value=datetime(2026, 1, 1)).map(
    lambda one: one.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
)
ANSWERS = st.builds(
    Answer,
    when=TIMES,
    stage=st.sampled_from(["drills", "lessons", "review", "pretest"]),
    item=st.sampled_from(NAMES),
    shown=st.sampled_from(["6", "7"]),
    given=st.text(max_size=8),
    credit=st.floats(0, 1),
    index=st.none() | st.floats(0, 1),
    hits=st.lists(st.sampled_from(["6", "7"]), unique=True).map(tuple),
    right=st.lists(st.just("cheek_or_lid"), max_size=1).map(tuple),
    steps=st.none() | st.integers(-4, 4),
    shifts=st.just(()) | st.tuples(*[st.none() | st.floats(-1e6, 1e6)] * 3),
    certainty=st.sampled_from(["", "low", "medium", "high"]),
    seconds=st.none() | st.floats(0, 1000),
    attempt=st.integers(1, 3),
)
EXAMS = st.builds(
    Exam, st.sampled_from(["mock-1", "mock-2"]), st.just("mock"), TIMES, st.just(tuple(NAMES[:2]))
)
RECORDS = st.builds(
    Record,
    st.just("wren"),
    TIMES,
    st.lists(ANSWERS, max_size=6).map(tuple),
    st.lists(EXAMS, max_size=2, unique_by=lambda one: one.id).map(tuple),
    st.builds(Settings, TIMES, st.sampled_from(["", "drills"]), st.integers(1, 99)),
)


@settings(deadline=None)
@given(RECORDS)
def test_json_round_trip(record: Record) -> None:
    assert Record.from_json(record.to_json()) == record
    assert Record.of(json.loads(record.to_json())) == record
    assert Record.from_json(record.to_json()).to_json() == record.to_json()


@settings(deadline=None, max_examples=60)
@given(RECORDS, RECORDS, RECORDS)
def test_merge_is_a_union(one: Record, two: Record, three: Record) -> None:
    both = one.merged(two)
    assert both == two.merged(one)
    assert both.merged(one) == both
    assert one.merged(one) == one
    assert both.merged(three) == one.merged(two.merged(three))
    assert {*both.answers} == {*one.answers, *two.answers}
    assert len(both.answers) == len({*both.answers})


@settings(deadline=None, max_examples=60)
@given(RECORDS, st.lists(ANSWERS, max_size=3))
def test_two_devices_that_go_on_count_nothing_twice(base: Record, new: list[Answer]) -> None:
    laptop = phone = base
    for one in new:
        laptop = laptop.add(one)
        phone = phone.add(one)
    assert laptop.merged(phone) == laptop
    assert {*base.answers} <= {*laptop.answers}


def test_another_learner_is_not_merged() -> None:
    one, two = (Record(name, "2026-01-01T00:00:00Z") for name in ("wren", "robin"))
    with pytest.raises(TrainingError, match="robin"):
        one.merged(two)


def test_a_test_begun_on_two_devices_is_one() -> None:
    record = Record("wren", "2026-01-01T00:00:00Z")
    one = start(record, "2026-01-02T00:00:00Z", "spring")
    two = start(record, "2026-01-03T00:00:00Z", "spring")
    both = one.merged(two)
    assert both == two.merged(one)
    assert [each.started for each in both.exams] == ["2026-01-02T00:00:00Z"]


def test_the_seed_of_a_test_is_nowhere() -> None:
    record = start(Record("wren", "2026-01-01T00:00:00Z"), "2026-01-02T00:00:00Z", "sesame")
    assert "sesame" not in record.to_json()


GOOD = Record("wren", "2026-01-01T00:00:00Z").to_dict()
ROW = json.loads(
    json.dumps({"when": "2026-01-01T00:00:00Z", "stage": "drills", "item": NAMES[0]})
) | {"shown": "6", "given": "7", "credit": 0.0}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"pseudonym": ""}, "pseudonym"),
        ({"pseudonym": "a\nb"}, "pseudonym"),
        ({"pseudonym": "wren "}, "pseudonym"),
        ({"created": "yesterday"}, "created"),
        ({"created": "2026-13-01T00:00:00Z"}, "created"),
        ({"version": 2}, "version"),
        ({"more": 1}, "more"),
        ({"answers": 1}, "answers"),
        ({"answers": [1]}, ""),
        ({"answers": [ROW | {"stage": "bed"}]}, "stage"),
        ({"answers": [ROW | {"item": "x"}]}, "item"),
        ({"answers": [ROW | {"credit": 2}]}, "credit"),
        ({"answers": [ROW | {"index": -1}]}, "index"),
        ({"answers": [ROW | {"seconds": -1}]}, "seconds"),
        ({"answers": [ROW | {"certainty": "very"}]}, "certainty"),
        ({"answers": [ROW | {"attempt": 0}]}, "attempt"),
        ({"answers": [ROW | {"steps": 5000}]}, "steps"),
        ({"answers": [ROW | {"right": [1]}]}, "right"),
        ({"answers": [ROW | {"shifts": [1]}]}, "shifts"),
        ({"answers": [ROW | {"shifts": [1e12, 0, 0]}]}, "shifts"),
        ({"answers": [ROW | {"exam": "mock-9"}]}, "answers"),
        ({"exams": [{"id": "a", "stage": "mock", "started": "2026-01-01T00:00:00Z"}]}, "items"),
        (
            {
                "exams": [
                    {"id": "a", "stage": "mock", "started": "2026-01-01T00:00:00Z", "items": []}
                ]
            },
            "id",
        ),
        (
            {
                "exams": [
                    {"id": "a", "stage": "mock", "started": "2026-01-01T00:00:00Z"}
                    | {"items": [NAMES[0], NAMES[0]]}
                ]
            },
            "items",
        ),
        ({"settings": {"daily": 0}}, "daily"),
        ({"settings": {"stage": "bed"}}, "stage"),
        ({"settings": {"changed": "x"}}, "changed"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, object], place: str) -> None:
    with pytest.raises(TrainingError) as caught:
        Record.of(GOOD | change)
    assert place in caught.value.place
    with pytest.raises(TrainingError) as caught:
        Record.from_json(json.dumps(GOOD | change), "mine.json")
    assert caught.value.file == "mine.json"


def test_exams_of_one_id_are_refused() -> None:
    one = Exam("a", "mock", "2026-01-01T00:00:00Z", (NAMES[0],))
    two = Exam("a", "mock", "2026-01-02T00:00:00Z", (NAMES[0],))
    with pytest.raises(TrainingError, match="one id"):
        Record("wren", "2026-01-01T00:00:00Z", exams=(one, two))


@settings(deadline=None)
@given(st.text() | st.recursive(st.none() | st.text(), st.lists, max_leaves=5).map(json.dumps))
def test_any_text_is_a_record_or_a_training_error(text: str) -> None:
    with pytest.raises(TrainingError):
        Record.from_json(text)


@given(st.none() | st.integers() | st.dictionaries(st.text(), st.integers()))
def test_any_value_is_a_record_or_a_training_error(data: object) -> None:
    with pytest.raises(TrainingError):
        Record.of(data)


@given(st.text() | st.integers())
def test_a_time_is_in_utc_or_refused(text: str) -> None:
    with pytest.raises(TrainingError):
        moment("when", text)  # type: ignore[arg-type]


def test_second_attempts_and_open_tests_do_not_count() -> None:
    one = item(NAMES[0])
    wrong = verdict(one, next(each for each in one.options if each != one.answer))
    right = verdict(one, one.answer)
    about = {"stage": "drills"}
    first = answered(one, wrong, when="2026-01-01T00:00:00Z", **about)
    again = answered(one, right, when="2026-01-01T00:00:09Z", attempt=2, **about)
    record = Record("wren", "2026-01-01T00:00:00Z", (first, again))
    assert record.counted == (first,)
    assert ability(record).skills["cheek_or_lid"].n == 1
    exam = Exam("mock-1", "mock", "2026-01-01T00:00:00Z", (NAMES[0], NAMES[1]))
    tested = answered(one, right, when="2026-01-02T00:00:00Z", stage="mock", exam="mock-1")
    record = Record("wren", "2026-01-01T00:00:00Z", (first, tested), (exam,))
    assert record.counted == (first,)
    assert "mock" not in answers_csv(record)
    two = item(NAMES[1])
    last = answered(two, verdict(two, two.answer), when="2026-01-02T00:01:00Z", stage="mock",
                    exam="mock-1")  # fmt: skip
    assert len(record.add(last).counted) == 3


def test_an_answer_of_an_older_version_stays_readable() -> None:
    row = ROW | {"item": "0.which.old_set.easy.1", "confused": ["old_set"]}
    record = Record.of(GOOD | {"answers": [row, ROW]})
    assert Record.from_json(record.to_json()) == record
    found = ability(record)
    assert found.n == 2
    assert "old_set" not in found.skills
    assert {*due(record)} == {"cheek_or_lid"}
    assert next_item(record, "drills", "2026-01-02T00:00:00Z").item


def test_answers_as_csv() -> None:
    one = item(name_of("mark", "timing", "easy", 3))
    found = verdict(one, events=[("12C", 1, None, None)])
    answer = answered(one, found, when="2026-01-01T00:00:00Z", stage="drills", seconds=2.5)
    (row,) = csv.DictReader(io.StringIO(answers_csv(Record("wren", answer.when, (answer,)))))
    assert row["pseudonym"] == "wren"
    assert row["skill"] == "timing"
    assert row["seconds"] == "2.5"
    bad = Answer("2026-01-01T00:00:00Z", "drills", NAMES[0], "6", "=1+1", 0.0)
    assert "'=1+1" in answers_csv(Record("wren", bad.when, (bad,)))
