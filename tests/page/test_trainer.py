"""Training path in the page: by keyboard from pretest to score, kept, honest, in both themes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import HTML, SCREENSHOTS, find_chromium, start_figures
from playwright.sync_api import Browser, Error
from test_faceview import SOFTWARE_GL
from test_live_face import NO_GL
from test_pages import run_axe

from fau_teach.training import Record, bank, item, result
from fau_teach.training.desk import call
from fau_teach.training.path import pretest
from fau_teach.widgets.trainer import OPENING

PATH = "book/practice/training.html"
ROOT_ = ".ntl-trainer"
START_MS, WAIT_MS = 120_000, 20_000
DISPLAY_MS, HOLD_MS = 1000 / 60, 120
WATCH = """() => {
  window.flashes = [];
  const viewer = document.querySelector(".ntl-viewer");
  new MutationObserver(() => window.flashes.push([viewer.dataset.flash, performance.now()]))
    .observe(viewer, { attributes: true, attributeFilter: ["data-flash"] });
}"""


@pytest.fixture(scope="module")
def browser(browser: Browser) -> Iterator[Browser]:
    """A browser that draws WebGL2 in software."""
    own = browser.browser_type.launch(executable_path=find_chromium(), args=list(SOFTWARE_GL))
    yield own
    own.close()


def ask(name: str, **payload: Any) -> Any:
    """What the desk says, in this Python."""
    found = json.loads(call(name, json.dumps(payload)))
    assert "error" not in found, found
    return found


def learner(stages: dict[str, int], clips: int = 0) -> dict[str, Any]:
    """A record of somebody who answers with the first option, and nothing where one writes."""
    day = "2026-10-01T12:00:00Z"
    record = ask("new", now=day, pseudonym="Test learner")["record"]
    for stage, count in stages.items():
        for _ in range(count):
            one = ask("next", record=record, stage=stage, now=day)["item"]
            answer = {"choice": one["options"][0]} if one["options"] else {"score": "null"}
            given = {"answer": {**answer, "certainty": "low"}, "item": one["id"], "stage": stage}
            record = ask("answer", record=record, now=day, times={"seconds": 9}, **given)["record"]
    if clips:
        record = ask("mock", op="start", record=record, now=day)["record"]
        for name in record["exams"][0]["items"][:clips]:
            given = {"answer": {"score": item(name).answer}, "item": name, "stage": "mock"}
            record = ask("answer", record=record, now=day, **given)["record"]
    return dict(record)


def calm(visitor: Any) -> Any:
    """The page without drawing, so that no time goes into it."""
    visitor.context.add_init_script(NO_GL)
    return again(visitor.page)


def again(page: Any) -> Any:
    page.reload(wait_until="load")
    start_figures(page)
    page.wait_for_selector(f"{ROOT_}[data-loaded]")
    return page


def ready(page: Any) -> Any:
    page.wait_for_selector(f"{ROOT_}[data-clerk=ready]", timeout=START_MS)
    return page


def record_of(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.locator(ROOT_).evaluate("root => root.trainer.record()")
    return found


def current(page: Any, before: str = "") -> str:
    """Id of the item that is asked for, once it is another than before."""
    try:
        page.wait_for_function(
            "([root, before]) => (document.querySelector(root).dataset.item || before) !== before",
            arg=[ROOT_, before],
            timeout=WAIT_MS,
        )
    except Error:
        pytest.fail(f"no item comes after {before}: {page.locator(ROOT_).inner_text()}")
    return str(page.locator(ROOT_).get_attribute("data-item"))


def saved(page: Any) -> None:
    page.wait_for_selector(f"{ROOT_}[data-saved=true]")


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(80):
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no key leads to {selector}")


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def answer(page: Any, name: str, right: bool = True, sure: str = "8") -> None:
    """Answer the item that is shown by keyboard alone."""
    one = item(name)
    if one.options:
        if one.kind == "flash":
            press(page, "Enter")
            page.wait_for_selector(f"{ROOT_} .answer:not(.unseen)", timeout=WAIT_MS)
        place = one.options.index(one.answer)
        press(page, str(1 + (place if right else (place + 1) % len(one.options))))
    else:
        press(page, "c")
        page.keyboard.type(one.answer if right else "null")
        page.wait_for_function("() => !/is read as soon/.test(document.activeElement.value)")
        press(page, "Escape")
        if one.kind == "mark" and right:
            press(page, "1", ">", "2", ">", "3")
    press(page, sure, "Enter")


def choice(page: Any, name: str = "") -> str:
    """Go on until the item is a choice of a contrast set."""
    name = current(page, name)
    while item(name).kind != "which" or not item(name).contrast:
        answer(page, name)
        page.wait_for_selector(f"{ROOT_} .told")
        press(page, "Enter")
        name = current(page, name)
    return name


def bring(page: Any, record: dict[str, Any], folder: Path) -> None:
    """Import a record."""
    file = folder / "record.json"
    file.write_text(json.dumps(record), encoding="utf-8")
    ready(page)
    page.locator(f"{ROOT_} .tab", has_text="Record").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").click()
    chooser.value.set_files(file)
    page.wait_for_selector(f"{ROOT_} .message")
    saved(page)


def home(page: Any) -> None:
    page.locator(f"{ROOT_} .tab", has_text="Path").click()
    page.wait_for_selector(f"{ROOT_} .stages")


def stage(page: Any, name: str) -> None:
    home(page)
    page.locator(f'{ROOT_} [data-stage="{name}"]').click()


# -- the path


def test_from_the_first_item_to_a_scored_test_by_keyboard_alone(visit: Any) -> None:
    visitor = visit(PATH)
    page = calm(visitor)
    tab_to(page, f"{ROOT_} .sitting .primary")
    press(page, "Enter")
    name = current(page)
    assert name == OPENING[0]  # before Python is there
    answer(page, name)
    ready(page)
    done, left = [name], len(pretest(Record("x", "2026-01-01T00:00:00Z"))) - 1
    while left:
        name = current(page, name)
        if len(done) == 4:  # the page is closed in the middle
            saved(page)
            page = ready(again(page))
            tab_to(page, f"{ROOT_} .sitting .primary")
            press(page, "Enter")
            assert current(page) == name
        answer(page, name, right=len(done) % 3 > 0)
        done.append(name)
        left = 26 - len({one.split(".")[2] for one in done})
    page.wait_for_selector(f"{ROOT_} h3:has-text('The pretest is done')")
    given = record_of(page)["answers"]
    assert {one["item"] for one in given} == {*done}
    assert all(one["certainty"] == "medium" for one in given)
    right = sum(one["credit"] >= 0.75 for one in given)
    assert f"{right} of {len(given)} right." in page.locator(ROOT_).inner_text()

    tab_to(page, f"{ROOT_} .acts button:nth-child(2)")
    press(page, "Enter")
    page.wait_for_selector(f"{ROOT_} .stages")
    tab_to(page, f'{ROOT_} [data-stage="mock"]')
    press(page, "Enter")
    page.wait_for_selector(f"{ROOT_} h3:has-text('Mock test')")
    press(page, "Enter")
    name = ""
    for number in range(34):
        name = current(page, name)
        if number == 9:
            saved(page)
            page = ready(again(page))
            tab_to(page, f"{ROOT_} .sitting .primary")
            press(page, "Enter")
            page.wait_for_selector(f"{ROOT_} h3:has-text('Mock test')")
            assert "clip 10 of 34" in page.locator(ROOT_).inner_text()
            press(page, "Enter")
            assert current(page) == name
        assert page.locator(f"{ROOT_} .told").count() == 0
        answer(page, name, right=number % 4 > 0)
    page.wait_for_selector(f"{ROOT_} .score", timeout=WAIT_MS)
    record = Record.of(record_of(page))
    found = result(record, record.exams[0].id)
    assert found.mean.value is not None
    assert f"{found.mean.value:.2f} mean agreement over 34 clips" in (
        page.locator(f"{ROOT_} .score").inner_text()
    )
    assert f"{found.mean.low:.2f} to {found.mean.high:.2f}" in page.locator(ROOT_).inner_text()
    assert page.locator(f"{ROOT_} .limits li").count() == 5
    assert visitor.outside == []
    assert visitor.errors == []


def test_a_wrong_answer_is_shown_beside_the_key_and_a_retry_does_not_count(
    visit: Any, tmp_path: Path
) -> None:
    visitor = visit(PATH)
    page = visitor.page
    bring(page, learner({"pretest": 26}), tmp_path)
    stage(page, "drills")
    name = choice(page)
    page.wait_for_selector(f"{ROOT_} .ntl-viewer[data-state=live]", timeout=WAIT_MS)
    answer(page, name, right=False, sure="9")
    page.wait_for_selector(f"{ROOT_} .told")
    one = item(name)
    cells = page.locator(f"{ROOT_} .told tbody td, {ROOT_} .told tbody th").all_inner_texts()
    assert any(one.answer in cell for cell in cells)
    assert any("not this" in cell for cell in cells)
    assert page.locator(f"{ROOT_} .cue").count() >= 1
    assert page.locator(f"{ROOT_} .hints ellipse").count() >= 1
    assert page.locator(f"{ROOT_} .ntl-viewer").get_attribute("data-mode") == "apex"
    assert page.evaluate("document.activeElement.textContent") == "Next"
    press(page, "r")
    page.wait_for_selector(f"{ROOT_} .answer .certainty")
    answer(page, name)
    page.wait_for_selector(f"{ROOT_} .told")
    assert "does not count" in page.locator(f"{ROOT_} .verdict").inner_text()
    answers = [each for each in record_of(page)["answers"] if each["item"] == name]
    assert [each.get("attempt", 1) for each in answers] == [1, 2]
    assert [each["credit"] for each in answers] == [0.0, 1.0]
    press(page, "Enter")
    assert current(page, name) != name
    assert visitor.errors == []


def test_what_lacks_is_said_and_focused(visit: Any, tmp_path: Path) -> None:
    page = calm(visit(PATH))
    tab_to(page, f"{ROOT_} .sitting .primary")
    press(page, "Enter")
    current(page)
    press(page, "Enter")
    assert page.locator(f"{ROOT_} .problem").inner_text() == "Choose an answer."
    press(page, "2", "Enter")
    assert "How sure are you?" in page.locator(f"{ROOT_} .problem").inner_text()
    assert page.evaluate("document.activeElement.value") == "low"
    press(page, "?")
    assert page.locator(f"{ROOT_} .keys").is_visible()
    press(page, "Escape")
    assert page.locator(f"{ROOT_} .keys").is_hidden()


def test_a_draft_survives_the_closed_page(visit: Any, tmp_path: Path) -> None:
    page = calm(visit(PATH))
    bring(page, learner({"pretest": 26}), tmp_path)
    stage(page, "drills")
    name = choice(page)
    press(page, "2", "7")
    page.wait_for_timeout(50)
    page = ready(again(page))
    page.locator(f"{ROOT_} .sitting .primary").click()
    assert current(page) == name
    chosen = page.locator(f"{ROOT_} .answer [aria-pressed=true]")
    assert chosen.evaluate_all("all => all.map((one) => one.value)") == [
        item(name).options[1],
        "low",
    ]


def test_a_lesson_shows_its_members_in_step_and_worked_items(visit: Any, tmp_path: Path) -> None:
    page = calm(visit(PATH))
    bring(page, learner({"pretest": 26}), tmp_path)
    stage(page, "lessons")
    page.locator(f"{ROOT_} .sets button", has_text="11, 12, 13 or 14").click()
    page.wait_for_selector(f"{ROOT_} .compare")
    shown = page.locator(f"{ROOT_} .compare figcaption").all_inner_texts()
    assert shown == ["AU11", "AU12", "AU13", "AU14"]
    viewers = page.locator(f"{ROOT_} .compare .ntl-viewer")
    press(page, "a")
    assert viewers.evaluate_all("all => all.map((one) => one.dataset.mode)") == ["apex"] * 4
    press(page, ".", ".", ".")
    assert viewers.evaluate_all("all => all.map((one) => one.dataset.mode)") == ["clip"] * 4
    for number in (1, 2, 3):
        press(page, "Enter")
        page.wait_for_selector(f"{ROOT_} .where:has-text('Worked item {number}')")
        assert page.locator(f"{ROOT_} .verdict").count() == 0
        press(page, "Enter")
        page.wait_for_selector(f"{ROOT_} .verdict:has-text('It is AU')")
    before = len(record_of(page)["answers"])
    press(page, "Enter")
    assert item(current(page)).skill == "corner_path"
    assert len(record_of(page)["answers"]) == before


# -- flashes


def test_a_flash_is_asked_for_and_lasts_as_long_as_the_clip(visit: Any, tmp_path: Path) -> None:
    page = calm(visit(PATH))
    bring(page, learner({"pretest": 26}), tmp_path)
    stage(page, "micro")
    one = item(current(page))
    assert "less motion" in page.locator(f"{ROOT_} .answer").inner_text()
    assert page.locator(f"{ROOT_} .options").is_hidden()
    assert page.locator(f"{ROOT_} .under").is_hidden()  # nothing to step through beforehand
    press(page, "1", "9", " ")
    assert page.locator(f"{ROOT_} .answer [aria-pressed=true]").count() == 0
    page.evaluate(WATCH)
    press(page, "Enter")
    page.wait_for_selector(f"{ROOT_} .answer:not(.unseen)", timeout=WAIT_MS)
    times = dict(page.evaluate("window.flashes"))
    assert one.flash is not None
    length = 1000 * one.clip.frames / one.clip.fps
    assert times["after"] - times["now"] == pytest.approx(length, abs=3 * DISPLAY_MS)
    ahead, after = one.flash["hold_before"], one.flash["hold_after"]
    assert times["now"] - times["before"] == pytest.approx(ahead, abs=HOLD_MS)
    assert times[""] - times["after"] == pytest.approx(after, abs=HOLD_MS)
    assert 40 <= one.flash["ms"] <= 200
    place = one.options.index(one.answer)
    press(page, str(place + 1), "8", "Enter")
    page.wait_for_selector(f"{ROOT_} .told")
    assert page.locator(f"{ROOT_} .play").is_visible()  # now it can be seen slowly


# -- the record


def test_export_import_and_delete(visit: Any, tmp_path: Path) -> None:
    visitor = visit(PATH)
    page = calm(visitor)
    record = learner({"pretest": 26, "drills": 3})
    bring(page, record, tmp_path)
    assert "Imported: 29 answers." in page.locator(ROOT_).inner_text()
    with page.expect_download() as loading:
        page.get_by_role("button", name="Export").click()
    text = Path(loading.value.path()).read_text(encoding="utf-8")
    assert loading.value.suggested_filename == "Test learner.json"
    assert Record.from_json(text) == Record.of(record)
    with page.expect_download() as loading:
        page.get_by_role("button", name="CSV").click()
    rows = Path(loading.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(rows) == 30
    bring(page, record, tmp_path)  # the same once more counts nothing twice
    assert "Joined with the record that was here: 29 answers." in page.locator(ROOT_).inner_text()
    page.get_by_role("button", name="Delete").click()
    assert "Delete 29 answers? This cannot be undone." in page.locator(ROOT_).inner_text()
    page.get_by_role("button", name="No, keep it").click()
    assert len(record_of(page)["answers"]) == 29
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Yes, delete everything").click()
    page.wait_for_selector(f"{ROOT_} .message:has-text('deleted')")
    kept = page.evaluate("Object.keys(localStorage).filter((key) => key.includes('training'))")
    assert kept == []
    page = again(page)
    assert record_of(page) is None
    assert "Start: Where do you stand?" in page.locator(ROOT_).inner_text()
    assert visitor.errors == []


def test_a_file_that_holds_no_record_changes_nothing(visit: Any, tmp_path: Path) -> None:
    page = calm(visit(PATH))
    bring(page, learner({"pretest": 2}), tmp_path)
    for text in ("", "no JSON", '{"pseudonym": "x"}', "[]", '{"version": 99}'):
        file = tmp_path / "wrong.json"
        file.write_text(text or " ", encoding="utf-8")
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Import").click()
        chooser.value.set_files(file)
        page.wait_for_selector(f"{ROOT_} .message:has-text('holds no training record')")
        assert len(record_of(page)["answers"]) == 2


def test_a_record_of_somebody_else_asks_before_it_replaces(visit: Any, tmp_path: Path) -> None:
    page = calm(visit(PATH))
    bring(page, learner({"pretest": 2}), tmp_path)
    other = learner({"pretest": 5}) | {"pseudonym": "Other"}
    file = tmp_path / "other.json"
    file.write_text(json.dumps(other), encoding="utf-8")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").click()
    chooser.value.set_files(file)
    page.wait_for_selector(f"{ROOT_} .sure:has-text('It would replace “Test learner”')")
    assert len(record_of(page)["answers"]) == 2
    page.get_by_role("button", name="Replace it").click()
    page.wait_for_selector(f"{ROOT_} .message:has-text('Imported: 5 answers')")


# -- without Python, and how it looks


def test_from_a_folder_the_first_items_have_their_answers(visit: Any) -> None:
    visitor = visit(PATH, root=HTML.as_uri())
    page = visitor.page
    page.wait_for_selector(f"{ROOT_}[data-clerk=offline]")
    assert "opened from a folder" in page.locator(ROOT_).inner_text()
    page.locator(f"{ROOT_} .sitting .primary").click()
    name = ""
    for number in range(len(OPENING)):
        name = current(page, name)
        answer(page, name, right=number % 2 > 0)
        page.wait_for_selector(f"{ROOT_} .told")
        word = "Right" if number % 2 else "Not this time"
        assert word in page.locator(f"{ROOT_} .verdict").inner_text()
        press(page, "Enter")
    page.wait_for_selector(f"{ROOT_} h3:has-text('as far as it goes')")
    assert "python3 serve.py" in page.locator(ROOT_).inner_text()
    assert visitor.errors == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_every_state_is_accessible_and_fits(
    width: str, theme: str, visit: Any, tmp_path: Path
) -> None:
    visitor = visit(PATH, width=width, theme=theme)
    page = visitor.page

    def check(state: str) -> None:
        page.wait_for_function(
            "() => [...document.querySelectorAll('.ntl-viewer')].every((one) => one.dataset.drawn)"
        )
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"trainer-{state}-{width}-{theme}.png", full_page=True)
        assert run_axe(page) == [], state
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, state
        root = page.locator(ROOT_)
        assert root.evaluate("root => root.scrollWidth - root.clientWidth") <= 0, state

    bring(page, learner({"pretest": 26, "lessons": 9, "drills": 12}, clips=34), tmp_path)
    check("record")
    home(page)
    check("home")
    page.locator(f"{ROOT_} .tab", has_text="Progress").click()
    page.wait_for_selector(f"{ROOT_} .bars")
    check("progress")
    page.locator(f"{ROOT_} .plain button", has_text="Mock test").click()
    page.wait_for_selector(f"{ROOT_} .score")
    check("result")
    page.get_by_role("button", name="Look at clip 2", exact=True).click()
    page.wait_for_selector(f"{ROOT_} .told")
    check("review")
    stage(page, "lessons")
    page.wait_for_selector(f"{ROOT_} .sets")
    check("lessons")
    page.locator(f"{ROOT_} .sets button").nth(4).click()
    page.wait_for_selector(f"{ROOT_} .compare")
    check("lesson")
    stage(page, "drills")
    name = current(page)
    check("item")
    answer(page, name, right=False)
    page.wait_for_selector(f"{ROOT_} .told")
    check("told")
    stage(page, "mock")
    page.get_by_role("button", name="Begin the test").click()
    current(page, name)
    check("score")
    assert visitor.outside == []
    assert visitor.errors == []


def test_a_class_gets_its_bank_and_its_test(visit: Any, tmp_path: Path) -> None:
    page = calm(visit(PATH))
    page.evaluate(
        """() => {
          const script = document.querySelector(".ntl-figure[data-figure=trainer] > script");
          const data = JSON.parse(script.textContent);
          Object.assign(data, { bank: "week 2", exam: "winter" });
          window.state = JSON.stringify(data);
        }"""
    )
    state = page.evaluate("window.state")
    visitor_page = page.context.new_page()
    visitor_page.route(
        f"**/{PATH}",
        lambda route: route.fulfill(
            body=_with_state(HTML / PATH, state), content_type="text/html; charset=utf-8"
        ),
    )
    visitor_page.goto(page.url, wait_until="load")
    start_figures(visitor_page)
    ready(visitor_page)
    bring(visitor_page, learner({"pretest": 26}), tmp_path)
    home(visitor_page)
    visitor_page.get_by_role("button", name="week 2").click()
    first = current(visitor_page)
    assert first == bank("week 2")[0]
    answer(visitor_page, first)
    visitor_page.wait_for_selector(f"{ROOT_} .told")
    press(visitor_page, "Enter")
    assert current(visitor_page, first) == bank("week 2")[1]
    stage(visitor_page, "mock")
    assert visitor_page.locator(f"{ROOT_} input[type=text]").input_value() == "winter"


def _with_state(file: Path, state: str) -> str:
    head, rest = file.read_text(encoding="utf-8").split('data-figure="trainer"><script', 1)
    opened, rest = rest.split(">", 1)
    safe = state.replace("</", "<\\/")
    tail = rest.split("</script>", 1)[1]
    return f'{head}data-figure="trainer"><script{opened}>{safe}</script>{tail}'
