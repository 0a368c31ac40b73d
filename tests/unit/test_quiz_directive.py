"""The quiz and progress directives: what an author types becomes an accessible form."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = (
    "01-nerves-to-aus", "02-au-tables", "03-labelling", "04-force-ode", "05-depth-mer", "06-emg",
)  # fmt: skip
sys.path.insert(0, str(ROOT / "book" / "_tools"))

import items  # noqa: E402
import ntl_progress  # noqa: E402
import ntl_quiz  # noqa: E402

NUMBER = {
    "id": "n", "kind": "numeric", "question": "How many?", "answer": 8, "tolerance": 0.5,
    "unit": "frames", "right": "Right reason.", "wrong": "Wrong reason.",
    "traps": [{"answer": 5, "feedback": "Five is one frame."}],
}  # fmt: skip
PAIRS = {
    "id": "m", "kind": "match", "question": "Who?",
    "pairs": [
        {"left": "AU12", "right": "zygomaticus major", "feedback": "It draws the corner up."},
        {"left": "AU14", "right": "buccinator", "feedback": "It curls the corner in."},
    ],
    "spare": [{"right": "platysma", "feedback": "It tightens the neck."}],
}  # fmt: skip
LINE = {
    "id": "o", "kind": "order", "question": "In order?",
    "options": [{"text": text, "feedback": f"Reason {text}."} for text in "abc"],
}  # fmt: skip


def form(item: dict) -> BeautifulSoup:
    return BeautifulSoup(ntl_quiz.render(item, 1, "quiz"), "html.parser")


def test_options_are_shuffled_but_stay_put() -> None:
    options = [{"text": str(number)} for number in range(6)]
    first = ntl_quiz.shuffled(options, "item")
    assert first == ntl_quiz.shuffled(options, "item")
    assert sorted(one["text"] for one in first) == sorted(one["text"] for one in options)


@pytest.mark.parametrize("name", [*CHAPTERS, "generated:rules"])
def test_the_right_answer_is_not_always_in_the_same_place(name: str) -> None:
    places = set()
    for item in ntl_quiz.load(name):
        if item["kind"] == "single":
            options = form(item).find_all("input")
            marks = [one["data-correct"] for one in options]
            places.add(marks.index("true"))
    assert len(places) >= 3


def test_item_text_cannot_become_markup() -> None:
    shown = ntl_quiz.render(
        {**NUMBER, "question": "<b>1 < 2?</b>", "right": "<i>", "wrong": "&"}, 1, "quiz"
    )
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "1 &lt; 2?" in shown


def test_a_number_has_its_traps_between_right_and_rest() -> None:
    lines = form(NUMBER).select(".ntl-feedback")
    assert [line.get("data-answer") for line in lines] == ["8.0", "5", None]
    assert [line.get("data-right") for line in lines] == ["true", None, None]


def test_each_menu_has_a_name_and_the_first_all_partners() -> None:
    page = form(PAIRS)
    first = page.select_one("select")
    values = {option["value"]: option.text for option in first.select("option")}
    assert set(values.values()) == {"Choose …", "zygomaticus major", "buccinator", "platysma"}
    reasons = json.loads(page.select_one(".ntl-pairs")["data-reasons"])
    for pair, told in zip(page.select(".ntl-pair"), PAIRS["pairs"], strict=True):
        assert pair.label.span.text == told["left"]
        assert pair.select_one("select option").text == "Choose …"
        assert values[pair["data-right"]] == told["right"]
        assert reasons[pair["data-right"]] == told["feedback"]
    assert reasons[ntl_quiz.tag("platysma")] == "It tightens the neck."


@pytest.mark.parametrize("name", [str(number) for number in range(20)])
def test_a_list_never_starts_in_the_right_order(name: str) -> None:
    ranks = [int(line["data-rank"]) for line in form({**LINE, "id": name}).select("li[data-rank]")]
    assert sorted(ranks) == [0, 1, 2]
    assert ranks != [0, 1, 2]


@pytest.mark.parametrize("item", [NUMBER, PAIRS, LINE, *items.quiz("02-au-tables")[:5]])
def test_without_scripts_the_key_tells_answer_and_reason(item: dict) -> None:
    key = form(item).select_one("details.ntl-key").text
    told = [item] if item["kind"] == "numeric" else item.get("pairs", item.get("options"))
    for one in told:
        if one.get("correct", True):
            assert one.get("right", one.get("text")) in key
            assert one.get("feedback", one.get("right")) in key


def test_a_quiz_of_a_topic_takes_count_and_seed() -> None:
    assert len(ntl_quiz.load("generated:au-names")) == 10
    assert ntl_quiz.load("generated:au-names", items=3, seed=2) == items.generate("au-names", 3, 2)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("generated:au-name", {}, "Did you mean 'au-names'"),
        ("02-au-tables", {"items": 3}, ":items: goes with generated:TOPIC alone"),
        ("02-au-tables", {"part": 2}, "no part 2"),
        ("generated:rules", {"part": 1}, ":part: goes with a file"),
        ("03-nothing", {}, "does not exist"),
    ],
)
def test_a_wrong_directive_is_told(name: str, options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ntl_quiz.load(name, **options)


@pytest.mark.parametrize("name", CHAPTERS)
def test_parts_hold_every_item_once_and_each_has_a_page(name: str) -> None:
    whole = [one["id"] for one in ntl_quiz.load(name)]
    kept = ntl_progress.quizzes(name)
    parts = [[one["id"] for one in ntl_quiz.load(name, part=n)] for n in range(1, len(kept) + 1)]
    assert [one for part in parts for one in part] == whole
    folder = ROOT / "book" / name
    text = "".join(page.read_text("utf-8") for page in folder.glob("*.md"))
    shown = text.count(f"```{{quiz}} {name}\n")
    assert shown == len(kept)
    if len(kept) > 1:
        for number in range(1, len(kept) + 1):
            assert f"```{{quiz}} {name}\n:part: {number}\n```" in text


def test_an_answer_of_the_first_part_stays_where_it_was_kept() -> None:
    assert ntl_progress.quizzes("03-labelling") == ["03-labelling", "03-labelling-2"]
    assert ntl_progress.place("03-labelling")[1] == "book/03-labelling/practice"


def test_each_item_says_where_its_answer_comes_from() -> None:
    assert ntl_quiz.origin("S0-104 E0-07 cohen1960") == "Source: S0-104, E0-07, Cohen 1960."
    assert ntl_quiz.origin("outside") == ""
    for name in CHAPTERS:
        for item in items.quiz(name):
            told = form(item).select_one(".ntl-from").text
            assert told.startswith("Source: ") or item["source"] == "outside", item["id"]


def test_ids_stay_one_word() -> None:
    page = form({**LINE, "id": "dong1:Sadness"})
    assert page.form["id"] == "quiz-quiz-dong1-Sadness"


# -- progress


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for name in ("01-one", "02-two", "03-three"):
        (tmp_path / "data" / "quiz").mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / "quiz" / f"{name}.json").write_text("[]")
    for name in ("01-one", "02-two"):
        (tmp_path / "book" / name).mkdir(parents=True)
        (tmp_path / "book" / name / "index.md").write_text(f"(top)=\n# Chapter {name}\n")
    (tmp_path / "book" / "01-one" / "2-end.md").write_text("# End\n\n```{quiz} 01-one\n```\n")
    return tmp_path


def test_progress_lists_chapters_that_have_quiz_and_page(book: Path) -> None:
    assert ntl_progress.chapters(book) == ["01-one", "02-two"]
    assert ntl_progress.place("01-one", book) == ("Chapter 01-one", "book/01-one/2-end")
    assert ntl_progress.place("02-two", book) == ("Chapter 02-two", "book/02-two/index")
