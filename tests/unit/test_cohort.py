"""A class: its records become one summary, and no broken file stops it."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from training_learners import START, Learner, at

from fau_teach._reading import FileError
from fau_teach.training import Record, TrainingError, answered, item, name_of, result, start
from fau_teach.training.cohort import Cohort, cohort

SET = "cheek_or_lid"
TODAY = "2026-03-20T09:00:00Z"


@cache
def record(name: str, seed: int, swap: float = 0.0, late: int = 0, exam: bool = False) -> Record:
    """Ten choices of one contrast set and ten marked clips, and perhaps a mock test of four."""
    learner = Learner({"6": ("7", swap)}, slip=0.0, late_frames=late, seed=seed)
    made = Record(name, at(seed))
    ids = [name_of("which", SET, "easy", 100 * seed + k) for k in range(10)] if swap else []
    ids += [name_of("mark", "timing", "easy", 100 * seed + k) for k in range(6)]
    for number, one in enumerate(map(item, ids)):
        found = learner.answer(one)
        made = made.add(answered(one, found, when=at(seed + number), stage="drills", seconds=2.0))
    if exam:
        made = start(made, at(400), "class of spring", count=4)
        for number, one in enumerate(map(item, made.exams[0].items)):
            found = learner.answer(one)
            made = made.add(
                answered(one, found, when=at(401 + number), stage="mock", exam=made.exams[0].id)
            )
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, one in {"a": kim(), "b": lee(), "c": noa()}.items():
        (tmp_path / f"{name}.json").write_text(one.to_json(), encoding="utf-8")
    return tmp_path


def kim() -> Record:
    return record("kim", 1, swap=1.0, late=4)


def lee() -> Record:
    return record("lee", 2, exam=True)


def noa() -> Record:
    return Record("noa", (START + timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%SZ"))


def test_a_class_in_one_call(folder: Path) -> None:
    found = cohort(folder, today=TODAY)
    assert [one.name for one in found.learners] == ["kim", "lee", "noa"]
    assert found.problems == ()
    rows = {(row["learner"], row["about"]): row for row in found.rows("skill")}
    weak = rows["kim", SET]
    assert weak["value"] < 0.6 < rows["lee", "timing"]["value"]
    assert weak["low"] < weak["value"] < weak["high"]
    assert weak["n"] >= 10
    assert found.weakest(1)[0][0] == SET
    assert {row["learner"] for row in found.rows()} == {"kim", "lee"}


def test_confusions_are_named_with_who_has_them(folder: Path) -> None:
    (first, *rest) = cohort(folder, today=TODAY).confusions()
    assert (first.skill, first.shown, first.given) == (SET, "6", "7")
    assert first.learners == ("kim",)
    assert first.times == sum(one.shown == "6" for one in kim().answers if one.skill == SET)
    assert rest == []
    assert str(first) == f"6 taken for 7 (1 learners, {first.times}×)"


def test_bias_in_time_has_its_sign(folder: Path) -> None:
    rows = {(row["learner"], row["about"]): row for row in cohort(folder).rows("timing")}
    assert rows["kim", "onset"]["value"] == pytest.approx(4000 / 30, rel=0.2)
    assert rows["kim", "onset"]["low"] > 0
    assert rows["lee", "onset"]["value"] == pytest.approx(0, abs=1)


def test_mock_tests_stand_with_their_interval(folder: Path) -> None:
    (row,) = cohort(folder, today=TODAY).rows("test")
    mean = result(lee(), lee().exams[0].id).mean
    assert (row["learner"], row["about"], row["n"]) == ("lee", "mock", 4)
    assert (row["value"], row["low"], row["high"]) == (mean.value, mean.low, mean.high)


def test_an_unfinished_test_has_no_figures() -> None:
    begun = start(record("lee", 2), at(400), "spring", count=4)
    assert cohort([begun]).rows("test") == []


def test_who_is_away(folder: Path) -> None:
    assert cohort(folder, today=TODAY).inactive == ("kim", "lee")
    assert cohort(folder, today=TODAY, inactive_days=1).inactive == ("kim", "lee", "noa")
    assert cohort(folder, today=at(0)).inactive == ()
    with pytest.raises(TrainingError, match="inactive_days"):
        cohort(folder, inactive_days=-1)
    with pytest.raises(TrainingError, match="is no time"):
        cohort(folder, today="yesterday")


def test_the_gradebook_has_a_row_a_learner(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(cohort(folder).csv())))
    assert [row["pseudonym"] for row in rows] == ["kim", "lee", "noa"]


def test_it_says_what_it_found(folder: Path) -> None:
    text = str(cohort(folder, today=TODAY))
    answers = len(kim().answers) + len(lee().answers)
    assert text.startswith(f"3 learners, {answers} answers.\nMock tests: lee ")
    for part in ("Weakest: 6 or 7 0.", "Confused: 6 taken for 7", "Early or late: kim onset +"):
        assert part in text
    assert "No answer for more than 14 days: kim; lee." in text
    assert cohort(folder)._repr_html_().startswith("<p>3 learners")
    assert str(cohort([])) == "0 learners, 0 answers."


def test_a_table_for_pandas(folder: Path) -> None:
    pytest.importorskip("pandas")
    table = cohort(folder).to_frame("skill")
    assert list(table.columns) == ["learner", "part", "about", "n", "value", "low", "high"]
    assert set(table["learner"]) == {"kim", "lee"}


def test_bad_files_are_listed_and_stop_nothing(folder: Path) -> None:
    (folder / "broken.json").write_text("{")
    (folder / "other.json").write_text('{"movements": []}')
    (folder / "bytes.json").write_bytes(b"\xff\xfe\x00")
    (folder / "notes.txt").write_text("no record")
    found = cohort(folder)
    assert len(found.learners) == 3
    assert len(found.problems) == 3
    for name, problem in zip(("broken", "bytes", "other"), sorted(found.problems), strict=False):
        assert name in "".join(found.problems), problem
    assert "broken.json" in str(found)
    with pytest.raises(FileError, match="folder cannot be read"):
        cohort(folder / "none")


def test_files_and_records_can_be_given(folder: Path) -> None:
    found = cohort([folder / "a.json", str(folder / "b.json"), noa()])
    assert [one.name for one in found.learners] == ["kim", "lee", "noa"]
    assert "No such file" in cohort([folder / "none.json"]).problems[0]


def test_two_devices_of_one_learner_are_joined() -> None:
    both = kim()
    early = Record(both.pseudonym, both.created, both.answers[:9])
    late = Record(both.pseudonym, both.created, both.answers[6:])
    found = cohort([early, late])
    assert [one.record for one in found.learners] == [both]
    assert found.problems == ()


def test_two_learners_of_one_name_stay_apart() -> None:
    others = [Record("kim", at(50 + number)) for number in range(2)]
    found = cohort([kim(), *others, kim(), others[0]])
    assert [one.name for one in found.learners] == ["kim", "kim-2", "kim-3"]
    assert [one.ability.n for one in found.learners] == [16, 0, 0]
    assert len(found.problems) == 2
    assert "'kim'; one is shown as 'kim-2'" in found.problems[0]


PARTS = st.sampled_from(["version", "answers", "pseudonym", "x"])
VALUES = st.none() | st.integers() | st.text(max_size=5)
NESTED = st.recursive(VALUES, lambda inner: st.dictionaries(PARTS, inner, max_size=3))


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200) | NESTED.map(lambda one: json.dumps(one).encode()))
def test_any_file_is_listed(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.json").write_bytes(raw)
        found = cohort(folder)
    assert isinstance(found, Cohort)
    assert len(found.problems) == 1
