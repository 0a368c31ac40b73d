"""Exercises: exact feedback, one hint for each usual wrong answer, no exception for learners."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach.exercises import Exercise, ExerciseError, check, exercise, exercises
from fau_teach.exercises._core import STRICT_VARIABLE

SAMPLE = Exercise(
    id="0.1",
    title="sample",
    solution=lambda: {"6", "12"},
    right="Both pull up.",
    hint="Look at the cheek.",
    wrong=(({"12"}, "The eye takes part."),),
)


@pytest.fixture(autouse=True)
def learner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(STRICT_VARIABLE, raising=False)


@pytest.mark.parametrize("identity", sorted(exercises()))
def test_solution_is_right_and_each_usual_mistake_gets_its_hint(identity: str) -> None:
    one = exercise(identity)
    assert one.judge(one.solution()).state == "right"
    assert one.wrong, "an exercise names at least one usual mistake"
    for answer, hint in one.wrong:
        result = one.judge(answer)
        assert result.state == "wrong"
        assert hint in result.message


@pytest.mark.parametrize("identity", sorted(exercises()))
def test_stub_is_not_answered_yet(identity: str) -> None:
    result = check(identity, ...)
    assert result.state == "unanswered"
    assert "not answered yet" in str(result)


def test_four_exercises_or_more() -> None:
    assert len(exercises()) >= 4


@pytest.mark.parametrize(
    "answer", [{"6", "12"}, ["AU12", "AU6"], (6, 12), frozenset({"au 6", "12"})]
)
def test_codes_count_in_any_container_and_with_prefix(answer: object) -> None:
    assert SAMPLE.judge(answer).state == "right"


def test_part_of_a_set_is_told_by_numbers() -> None:
    assert "Right so far: 1. Missing: 1. Too many: 1." in SAMPLE.judge({"6", "4"}).message


def test_nothing_right_gets_the_general_hint() -> None:
    assert "Look at the cheek." in SAMPLE.judge({"4"}).message


def with_solution(value: object, tolerance: float = 0.0) -> Exercise:
    return Exercise("0.2", "sample", lambda: value, "", "general", tolerance=tolerance)


@pytest.mark.parametrize(
    ("solution", "answer", "state"),
    [
        (2.5, 2.5, "right"),
        (2.5, 2.54, "right"),
        (2.5, 2.6, "wrong"),
        (2.5, "2.5", "wrong"),
        (2.5, float("nan"), "wrong"),
        (1, True, "wrong"),
        (True, True, "right"),
        (True, False, "wrong"),
        ("left", " Left ", "right"),
        ("left", "right", "wrong"),
        ("left", 3, "wrong"),
        (["a", "b"], ["a", "b"], "right"),
        (["a", "b"], ["b", "a"], "wrong"),
        (["a", "b"], "ab", "wrong"),
        ({"L": 1, "R": 2}, {"l": 1, "R": 2}, "right"),
        ({"L": 1, "R": 2}, {"L": 1}, "wrong"),
        ({"L": 1}, 3, "wrong"),
        ({"12"}, "12", "wrong"),
        (complex(1, 1), complex(1, 1), "right"),
    ],
)
def test_forms_of_answer(solution: object, answer: object, state: str) -> None:
    assert with_solution(solution, 0.05).judge(answer).state == state


@pytest.mark.parametrize(
    ("solution", "answer", "words"),
    [
        ({"12"}, "12", "is a set"),
        ({"L": 1}, 3, "is a dictionary"),
        (["a"], {"a"}, "is a list"),
        (1.0, "one", "is a number"),
        ("left", "right", "general"),
    ],
)
def test_wrong_form_is_told_first(solution: object, answer: object, words: str) -> None:
    assert words in with_solution(solution).judge(answer).message


# No deadline: the first answer pays for loading every table.
@settings(deadline=None)
@given(
    st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.lists(st.text()), st.binary())
)
def test_a_learner_never_sees_an_exception(answer: object) -> None:
    for identity in exercises():
        assert check(identity, answer).state in {"right", "wrong", "unanswered"}


def test_unknown_exercise_names_the_nearest() -> None:
    assert "Did you mean '1.1'?" in check("1.11", 3).message


def test_strict_raises_with_the_feedback() -> None:
    with pytest.raises(ExerciseError, match="not answered yet"):
        check("1.1", ..., strict=True)


def test_strict_by_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STRICT_VARIABLE, "1")
    with pytest.raises(ExerciseError):
        check("1.1", "nonsense")
    monkeypatch.setenv(STRICT_VARIABLE, "0")
    assert check("1.1", "nonsense").state == "wrong"


def test_result_shows_its_state_in_words_and_mark() -> None:
    shown = SAMPLE.judge({"<b>"})._repr_html_()
    assert "✗" in shown
    assert 'role="status"' in shown
    assert "<b>" not in shown
