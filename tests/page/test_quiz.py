"""Quizzes: every kind by mouse, keyboard and touch; kept, restored, cleared; progress."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import ARGUMENTS, HTML, book_pages, find_chromium
from test_pages import run_axe

QUIZ = "book/01-nerves-to-aus/practice.html"
FRONT = "book/index.html"
KINDS = ("single", "multiple", "numeric", "match", "order")
WAYS = ("mouse", "keyboard", "touch")
PAGES = [path for path in book_pages() if 'class="ntl-quiz"' in (HTML / path).read_text("utf-8")]


def form_of(page: Any, kind: str) -> Any:
    return page.locator(f'form[data-kind="{kind}"]').first


def press(target: Any, way: str, key: str = "Enter") -> None:
    """Operate one control in one of the three ways."""
    if way == "keyboard":
        target.focus()
        target.press(key)
    elif way == "touch":
        target.tap()
    else:
        target.click()


def answer(form: Any, kind: str, way: str, *, right: bool) -> None:
    FILL[kind](form, way, right)
    press(form.get_by_role("button", name="Check"), way)


def fill_choices(form: Any, way: str, right: bool) -> None:
    inputs = form.locator(f'input[data-correct="{str(right).lower()}"]')
    for box in inputs.all() if right else [inputs.first]:
        press(box, way, " ")


def fill_number(form: Any, way: str, right: bool) -> None:
    field = form.locator("input")
    press(field, way, "Home")
    number = form.locator(".ntl-feedback").first.get_attribute("data-answer")
    field.fill("")
    field.press_sequentially(number.replace(".", ",") if right else "123456")


def fill_pairs(form: Any, way: str, right: bool) -> None:
    pairs = form.locator(".ntl-pair").all()
    partners = [pair.get_attribute("data-right") for pair in pairs]
    wanted = partners if right else partners[1:] + partners[:1]
    for pair, value in zip(pairs, wanted, strict=True):
        menu = pair.locator("select")
        if way == "keyboard":
            menu.focus()
            menu.press("Home")
            for _ in range(20):
                if menu.input_value() == value:
                    break
                menu.press("ArrowDown")
            assert menu.input_value() == value
        else:
            menu.select_option(value)


def fill_order(form: Any, way: str, right: bool) -> None:
    """Sort by moving lines up, the one of rank 0 first; the starting order is wrong."""
    lines = form.locator(".ntl-order li")
    for place in range(lines.count() if right else 0):
        line = form.locator(f'.ntl-order li[data-rank="{place}"]')
        up = line.get_by_role("button", name="Move up")
        while ranks(form).index(place) > place:
            press(up, way, "ArrowUp")
            if way != "touch":
                assert up.evaluate("node => node === document.activeElement")
            assert "is now" in form.locator(".ntl-verdict").inner_text()


def ranks(form: Any) -> list[int]:
    return form.locator(".ntl-order li").evaluate_all("all => all.map(x => Number(x.dataset.rank))")


FILL = {
    "single": fill_choices,
    "multiple": fill_choices,
    "numeric": fill_number,
    "match": fill_pairs,
    "order": fill_order,
}


def marks(form: Any) -> list[str]:
    lines = form.locator(".ntl-feedback:visible")
    assert all(len(line.inner_text()) > 10 for line in lines.all())
    return lines.evaluate_all("all => all.map(x => x.dataset.mark)")


def verdict(form: Any) -> str:
    return form.locator(".ntl-verdict").inner_text()


# -- every kind, every way


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_wrong_then_right(kind: str, way: str, visit: Any) -> None:
    visitor = visit(QUIZ, width="phone" if way == "touch" else "desktop")
    form = form_of(visitor.page, kind)
    answer(form, kind, way, right=False)
    assert "Not yet" in verdict(form)
    assert "wrong" in marks(form)
    if kind == "multiple":
        for box in form.locator("input:checked").all():
            press(box, way, " ")
    answer(form, kind, way, right=True)
    assert "Right" in verdict(form)
    assert set(marks(form)) == {"right"}
    total = visitor.page.locator(".ntl-total").inner_text()
    assert total.startswith("1 of ")
    assert total.endswith("1 answered.")
    assert visitor.errors == []


@pytest.mark.parametrize("path", PAGES)
def test_every_item_can_be_answered(path: str, visit: Any) -> None:
    visitor = visit(path)
    forms = visitor.page.locator(".ntl-item").all()
    for form in forms:
        answer(form, form.get_attribute("data-kind"), "mouse", right=True)
        assert "Right" in verdict(form), form.get_attribute("data-item")
    for quiz in visitor.page.locator(".ntl-quiz").all():
        count = quiz.locator(".ntl-item").count()
        assert quiz.locator(".ntl-total").inner_text() == (
            f"{count} of {count} right, {count} answered."
        )
    assert visitor.errors == []


def test_each_option_has_its_own_feedback(visit: Any) -> None:
    form = form_of(visit(QUIZ).page, "single")
    told = set()
    for option in form.locator(".ntl-option").all():
        option.locator("input").check()
        assert form.locator(".ntl-feedback:visible").count() == 0
        form.get_by_role("button", name="Check").click()
        (mark,) = marks(form)
        correct = option.locator("input").get_attribute("data-correct") == "true"
        assert mark == ("right" if correct else "wrong")
        # What shows beside the option is spoken with the verdict.
        text = option.locator(".ntl-feedback").inner_text()
        assert text.removeprefix("✓ ").removeprefix("✗ ") in form.locator(".ntl-aloud").inner_text()
        told.add(text)
    assert len(told) == form.locator(".ntl-option").count()


@pytest.mark.parametrize(
    ("kind", "words"),
    [("single", "Choose an answer"), ("multiple", "Choose an answer"), ("match", "partner")],
)
def test_an_empty_answer_is_not_judged(kind: str, words: str, visit: Any) -> None:
    page = visit(QUIZ).page
    form = form_of(page, kind)
    form.get_by_role("button", name="Check").click()
    assert words in verdict(form)
    assert page.locator(".ntl-total").inner_text() == ""


def test_numbers(visit: Any) -> None:
    form = form_of(visit(QUIZ).page, "numeric")
    field = form.locator("input")
    for text, words, feedback in (
        ("many", "Type a number", ""),
        ("5", "Not yet", "how many milliseconds one frame lasts"),
        ("7", "Not yet", "Multiply the duration"),
        ("8,0", "Right", "8 frames"),
    ):
        field.fill(text)
        field.press("Enter")
        assert words in verdict(form)
        shown = form.locator(".ntl-feedback:visible")
        assert shown.count() == bool(feedback)
        if feedback:
            assert feedback in shown.inner_text()


def test_a_missing_and_a_surplus_box_are_counted(visit: Any) -> None:
    form = form_of(visit(QUIZ).page, "multiple")
    form.locator('input[data-correct="true"]').first.check()
    form.locator('input[data-correct="false"]').first.check()
    form.get_by_role("button", name="Check").click()
    assert "1 right, 1 missing, 1 too many" in verdict(form)


def test_a_wrong_pair_tells_the_reason_of_what_was_chosen(visit: Any) -> None:
    form = form_of(visit(QUIZ).page, "match")
    pairs = form.locator(".ntl-pair")
    menus = [pair.locator("option").all_inner_texts() for pair in pairs.all()]
    assert all(menu == menus[0] for menu in menus)
    assert len(menus[0]) == pairs.count() + 1
    for pair in pairs.all():
        pair.locator("select").select_option(pair.get_attribute("data-right"))
    other = pairs.nth(1).get_attribute("data-right")
    pairs.nth(0).locator("select").select_option(other)
    form.get_by_role("button", name="Check").click()
    count = pairs.count()
    assert f"{count - 1} of {count} pairs right" in verdict(form)
    own = pairs.nth(1).locator(".ntl-feedback").inner_text().removeprefix("✓ ")
    wrong = pairs.nth(0).locator(".ntl-feedback").inner_text()
    assert "does not go here" in wrong
    assert own in wrong


def test_swapped_neighbours_are_named(visit: Any) -> None:
    form = form_of(visit(QUIZ).page, "order")
    fill_order(form, "mouse", right=True)
    third = form.locator(".ntl-order li").nth(2)
    third.get_by_role("button", name="Move up").click()
    form.get_by_role("button", name="Check").click()
    assert "1 pair of neighbours is the wrong way round" in verdict(form)
    assert form.locator(".ntl-feedback:visible").count() == 1
    below = form.locator(".ntl-order li").nth(2).locator(".ntl-feedback")
    assert "Belongs before the line above it" in below.inner_text()


def test_lines_stop_at_both_ends_and_keep_the_focus(visit: Any) -> None:
    form = form_of(visit(QUIZ).page, "order")
    before = ranks(form)
    line = form.locator(f'.ntl-order li[data-rank="{before[0]}"]')
    first = line.get_by_role("button", name="Move up")
    first.focus()
    first.press("Enter")
    first.press("ArrowUp")
    assert ranks(form) == before
    first.press("ArrowDown")
    assert ranks(form)[:2] == before[1::-1]
    assert first.evaluate("node => node === document.activeElement")


# -- kept, restored, cleared


def answer_all(page: Any) -> None:
    for kind in KINDS:
        answer(form_of(page, kind), kind, "mouse", right=kind != "match")


def picture(page: Any) -> list[Any]:
    """What a reader sees of the answers of each kind."""
    return [
        (verdict(form_of(page, kind)), marks(form_of(page, kind)), values(form_of(page, kind)))
        for kind in KINDS
    ]


def values(form: Any) -> Any:
    return form.evaluate(
        """form => [...form.querySelectorAll("input, select, li[data-rank]")]
        .map(x => x.dataset.rank || (x.value && x.value + x.checked))"""
    )


def test_answers_are_restored_after_a_reload(visit: Any) -> None:
    page = visit(QUIZ).page
    answer_all(page)
    before = picture(page)
    total = page.locator(".ntl-total").inner_text()
    assert total.startswith("4 of ")
    page.reload()
    assert picture(page) == before
    assert page.locator(".ntl-total").inner_text() == total
    kept = page.evaluate("JSON.parse(localStorage.getItem('nerve-to-label:quiz:01-nerves-to-aus'))")
    assert kept["right"] == 4
    assert sorted(item["state"] for item in kept["items"].values()) == ["right"] * 4 + ["wrong"]


def test_answers_are_restored_after_the_browser_was_closed(
    browser: Any, site: str, tmp_path: Path
) -> None:
    seen = []
    for visit_number in range(2):
        context = browser.browser_type.launch_persistent_context(
            str(tmp_path), executable_path=find_chromium(), args=[*ARGUMENTS]
        )
        page = context.new_page()
        page.goto(f"{site}/{QUIZ}")
        if visit_number == 0:
            answer_all(page)
        seen.append(picture(page))
        page.goto(f"{site}/{FRONT}")
        assert "4 of" in page.locator(".ntl-progress [data-quiz]").first.inner_text()
        context.close()
    assert seen[0] == seen[1]


def test_start_again_clears_and_gives_back(visit: Any) -> None:
    page = visit(QUIZ).page
    again = page.locator(".ntl-quiz .ntl-foot button")
    assert again.is_hidden()
    answer_all(page)
    before = picture(page)
    again.focus()
    again.press("Enter")
    assert "cleared" in page.locator(".ntl-total").inner_text()
    assert page.locator(".ntl-item .ntl-feedback:visible").count() == 0
    assert page.locator(".ntl-item input:checked").count() == 0
    assert again.evaluate("node => node === document.activeElement")
    again.press("Enter")
    assert picture(page) == before
    again.click()
    page.reload()
    assert again.is_hidden()
    assert page.locator(".ntl-total").inner_text() == ""


def test_an_answer_to_a_changed_item_is_dropped(visit: Any) -> None:
    page = visit(QUIZ).page
    kept = {"central-forehead": {"state": "right", "answer": ["gone"]}, "no-such": {"answer": []}}
    page.evaluate(
        "kept => localStorage.setItem('nerve-to-label:quiz:01-nerves-to-aus', kept)",
        json.dumps({"right": 1, "of": 14, "items": kept}),
    )
    page.reload()
    assert page.locator(".ntl-total").inner_text() == ""
    assert verdict(page.locator('[data-item="central-forehead"]')) == ""


def test_a_browser_that_keeps_nothing_is_told(visit: Any) -> None:
    visitor = visit(QUIZ)
    visitor.context.add_init_script(
        "Storage.prototype.setItem = () => { throw new Error('storage is full'); }"
    )
    visitor.page.reload()
    answer(form_of(visitor.page, "single"), "single", "mouse", right=True)
    assert "does not let the page keep" in visitor.page.locator(".ntl-total").inner_text()


@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_answered_quiz_is_accessible(theme: str, width: str, visit: Any) -> None:
    visitor = visit(QUIZ, width=width, theme=theme)
    page = visitor.page
    answer_all(page)
    answer(form_of(page, "order"), "order", "mouse", right=False)
    assert run_axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    sizes = page.locator(".ntl-quiz button:visible").evaluate_all(
        "all => all.map(x => Math.min(x.offsetWidth, x.offsetHeight))"
    )
    assert min(sizes) >= 24


# -- without scripts and on paper


@pytest.mark.parametrize("kind", KINDS)
def test_without_scripts_the_quiz_has_its_key(kind: str, visit: Any) -> None:
    form = form_of(visit(QUIZ, scripts=False).page, kind)
    assert form.get_by_role("button", name="Check").is_hidden()
    form.locator(".ntl-key summary").click()
    assert len(form.locator(".ntl-key").inner_text()) > 40


def test_on_paper_the_key_stands_below(visit: Any) -> None:
    page = visit(QUIZ).page
    key = page.locator(".ntl-key").first
    assert key.is_hidden()
    page.emulate_media(media="print")
    assert key.is_visible()


# -- progress


def test_progress_counts_quiz_exercises_and_cards(visit: Any) -> None:
    page = visit(FRONT).page
    cell = page.locator(".ntl-progress [data-quiz]").first
    assert "not begun" in cell.inner_text()
    page.evaluate(
        """() => {
          const keep = window.nerveToLabel.store.set;
          document.querySelector(".ntl-progress [data-runs]").dataset.runs = "1.7 1.8";
          keep("quiz:01-nerves-to-aus", { right: 3, of: 20, items: {} });
          keep("run:1.7", { state: "right" });
          keep("run:1.8", { state: "wrong" });
          keep("cards:au", { cards: {
            a: { state: 2, due: "2020-01-01T00:00:00Z" },
            b: { state: 1, due: "2999-01-01T00:00:00Z" },
            c: { state: 2, due: "2999-01-01T00:00:00Z" } } });
          dispatchEvent(new Event("pageshow"));
        }"""
    )
    assert "3 of 20 right" in cell.inner_text()
    assert page.locator("[data-runs]").first.inner_text() == "1 of 2 solved"
    assert page.locator(".ntl-progress-cards").inner_text() == (
        "Cards: 2 due today, 3 seen so far."
    )


def test_a_quiz_on_two_pages_counts_as_one(visit: Any) -> None:
    page = visit("book/03-labelling/practice.html").page
    for path, number in (("practice", 1), ("practice-2", 2)):
        page.goto(page.url.rsplit("/", 1)[0] + f"/{path}.html")
        answer(form_of(page, "single"), "single", "mouse", right=True)
        assert page.locator(".ntl-total").inner_text().startswith("1 of ")
        root = page.url.split("/book/")[0]
        page.goto(f"{root}/{FRONT}")
        cell = page.locator(".ntl-progress [data-quiz^='03-labelling']")
        assert f"{number} of {cell.get_attribute('data-of')} right" in cell.inner_text()
        page.goto(f"{root}/book/03-labelling/practice.html")
        assert page.locator(".ntl-total").inner_text().startswith("1 of ")


def test_progress_leaves_comes_back_and_is_deleted(visit: Any, tmp_path: Path) -> None:
    page = visit(QUIZ).page
    answer(form_of(page, "single"), "single", "mouse", right=True)
    page.goto(page.url.replace(QUIZ, FRONT))
    box = page.locator(".ntl-progress")
    cell = box.locator("[data-quiz]").first
    says = box.locator(".ntl-verdict")
    with page.expect_download() as download:
        box.get_by_role("button", name="Export").click()
    file = tmp_path / "progress.json"
    download.value.save_as(file)
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["format"] == "nerve-to-label progress"
    assert kept["values"]["quiz:01-nerves-to-aus"]["right"] == 1
    box.get_by_role("button", name="Delete everything").click()
    assert "not begun" in cell.inner_text()
    box.get_by_role("button", name="Bring everything back").click()
    assert "1 of" in cell.inner_text()
    box.get_by_role("button", name="Delete everything").click()
    page.reload()
    assert "not begun" in cell.inner_text()
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"format": "something else"}', encoding="utf-8")
    box.locator("input[type=file]").set_input_files(wrong)
    says.get_by_text("not an export of your progress").wait_for()
    box.locator("input[type=file]").set_input_files(file)
    says.get_by_text("Your progress is back").wait_for()
    assert "1 of" in cell.inner_text()


def test_progress_without_scripts_says_why_it_is_empty(visit: Any) -> None:
    page = visit(FRONT, scripts=False).page
    assert "where scripts are on" in page.locator(".ntl-progress").inner_text()
    assert page.locator(".ntl-progress a").count() >= 2
