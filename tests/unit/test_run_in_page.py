"""Exercises that run in the page, on their Python side: the worker of the page only calls this."""

from __future__ import annotations

import pytest

from fau_teach.exercises import Exercise, attempt, exercise, exercises

IN_PAGE = sorted(one.id for one in exercises().values() if one.starter or one.prompt)


def test_chapter_1_has_three_exercises_in_its_pages() -> None:
    assert {"1.7", "1.8", "1.9"} <= set(IN_PAGE)


@pytest.mark.parametrize("identity", IN_PAGE)
def test_prompt_and_starter_come_together_and_hold_no_answer(identity: str) -> None:
    one = exercise(identity)
    assert "`answer`" in one.prompt
    assert "answer = ..." in one.starter
    assert one.starter.endswith("\n")
    assert all(len(line) <= 80 for line in one.starter.splitlines())
    assert len(one.wrong) >= 3


@pytest.mark.parametrize("identity", IN_PAGE)
def test_a_starter_runs_and_is_not_answered(identity: str) -> None:
    outcome = attempt(identity, exercise(identity).starter)
    assert outcome.state == "unanswered", outcome.message


@pytest.mark.parametrize("identity", IN_PAGE)
def test_code_gets_the_verdict_on_its_answer(identity: str) -> None:
    one = exercise(identity)
    right = attempt(identity, f"answer = {one.solution()!r}")
    assert (right.state, one.right in right.message) == ("right", True)
    for answer, hint in one.wrong:
        wrong = attempt(identity, f"answer = {answer!r}")
        assert (wrong.state, hint in wrong.message) == ("wrong", True), answer


# What a reader is meant to write, two to five lines.
WRITTEN = {
    "1.7": """
from fau_teach import anatomy
names = ["orbicularis oculi", "corrugator supercilii", "zygomaticus major",
         "mentalis", "depressor anguli oris", "platysma"]
answer = {name for name in names if len(anatomy.branches_of(name)) > 1}
""",
    "1.8": """
from fau_teach import anatomy
answer = set()
for lesion in anatomy.lesions():
    if anatomy.simulate(lesion.id, command="voluntary").status("12", "L") != "kept":
        answer.add(lesion.id)
""",
    "1.9": """
from fau_teach import facs
answer = set()
for item in facs.parse("1B+2B+L12C+R14A+25?").items:
    if item.side != "R":
        answer.add(item.code)
""",
}


@pytest.mark.parametrize("identity", sorted(WRITTEN))
def test_a_readers_own_way_is_right(identity: str) -> None:
    assert attempt(identity, WRITTEN[identity]).state == "right"


def test_more_than_one_nerve_as_the_sources_say() -> None:
    """S0-014, S0-015: the eye ring has two branches; E0-21 and E0-17 add the other two."""
    wanted = {"orbicularis oculi", "zygomaticus major", "depressor anguli oris"}
    assert exercise("1.7").solution() == wanted


def test_left_means_both_sides_or_left() -> None:
    """S2-062: a score without a letter holds for both sides."""
    assert exercise("1.9").solution() == {"1", "2", "12", "25"}


def test_five_cuts_reach_the_left_corner() -> None:
    """S0-059: the lower face obeys the opposite cortex; S0-015 and E0-21: two branches."""
    own = {"left_facial_nucleus", "left_facial_nerve", "left_zygomatic", "left_buccal"}
    assert exercise("1.8").solution() == own | {"right_cortex"}


def test_a_traceback_starts_at_the_readers_line_and_leaves_ours_out() -> None:
    code = "from fau_teach import anatomy\n\ndef ask():\n    return anatomy.lesion('x')\n\nask()\n"
    outcome = attempt("1.8", code)
    assert outcome.state == "error"
    lines = outcome.message.splitlines()
    assert lines[1] == '  File "your code", line 6, in <module>'
    assert lines[2].strip() == "ask()"
    assert "lesions.py" not in outcome.message
    assert "_run.py" not in outcome.message
    assert "is not a known lesion" in lines[-1]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("answer = (1", "SyntaxError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def f(): f()\nf()", "RecursionError"),
        ("try:\n    1 / 0\nexcept Exception as e:\n    raise ValueError('no') from e", "no"),
        ("x = 1\0", "null bytes"),
    ],
)
def test_nothing_that_code_does_gets_out(code: str, words: str) -> None:
    outcome = attempt("1.9", code)
    assert outcome.state == "error"
    assert words in outcome.message
    assert len(outcome.message.splitlines()) < 25


def test_each_attempt_has_names_of_its_own() -> None:
    attempt("1.9", "mine = 1")
    assert "NameError" in attempt("1.9", "answer = mine").message


def test_code_without_an_answer_is_told_so() -> None:
    outcome = attempt("1.9", "result = {'12'}")
    assert outcome.state == "unanswered"
    assert "does not set answer" in outcome.message


def test_code_sees_nothing_of_the_module_that_runs_it() -> None:
    code = "answer = ...\nprint(annotations)"  # a future import would leave this name
    assert "NameError" in attempt("1.9", code).message


def test_an_unknown_exercise_is_an_error_of_the_page() -> None:
    with pytest.raises(KeyError, match=r"no exercise '9\.9'"):
        attempt("9.9", "answer = 1")


def test_fields_for_the_page_are_optional() -> None:
    one = Exercise("0.1", "sample", lambda: 1, "", "")
    assert (one.prompt, one.starter) == ("", "")
