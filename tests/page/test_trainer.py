"""Training path in the page: by keyboard from pretest to score, kept, honest, in both themes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from conftest import HTML, SCREENSHOTS, WIDTHS, Visitor, find_chromium, start_figures
from playwright.sync_api import Browser, Error
from test_faceview import SOFTWARE_GL
from test_live_face import NO_GL
from test_pages import run_axe

from fau_teach.training import CLIPS, Record, bank, item, result, verdict
from fau_teach.training.desk import call
from fau_teach.training.items import hashed
from fau_teach.training.mock import draw
from fau_teach.training.path import pretest
from fau_teach.widgets.trainer import OPENING

PATH = "book/practice/training.html"
ROOT_ = ".ntl-trainer"
# Who saves data gets Python at the first question.
NO_HURRY = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } });"
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


@contextmanager
def opened(browser: Browser, site: str, *scripts: str, body: str = "") -> Iterator[Visitor]:
    """The training page, or another text under its address, in a window of its own."""
    context = browser.new_context(
        viewport={"width": WIDTHS["desktop"], "height": 900}, has_touch=True,
        reduced_motion="reduce",
    )  # fmt: skip
    for script in scripts:
        context.add_init_script(script)
    visitor = Visitor(context, context.new_page())
    visitor.watch(site)
    if body:
        html = {"body": body, "content_type": "text/html; charset=utf-8"}
        context.route(f"**/{PATH}", lambda route: route.fulfill(**html))
    visitor.page.goto(f"{site}/{PATH}", wait_until="load")
    start_figures(visitor.page)
    visitor.page.wait_for_selector(f"{ROOT_}[data-loaded]")
    yield visitor
    assert visitor.outside == []
    assert visitor.errors == []
    context.close()


@pytest.fixture(scope="module")
def shared(browser: Browser, site: str) -> Iterator[Visitor]:
    """One page without drawing, so that Python starts once for many tests."""
    with opened(browser, site, NO_GL) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def painted(browser: Browser, site: str) -> Iterator[Visitor]:
    """One page that draws."""
    with opened(browser, site) as visitor:
        yield visitor


@pytest.fixture
def still(browser: Browser, site: str) -> Iterator[Any]:
    """A page of its own, on which Python starts when it is asked first: here never."""
    with opened(browser, site, NO_GL, NO_HURRY) as visitor:
        yield visitor.page


def _blank(visitor: Visitor) -> Iterator[Any]:
    page = ready(visitor.page)
    erase(page)
    visitor.errors.clear()
    yield page
    assert visitor.outside == []
    assert visitor.errors == []


@pytest.fixture
def desk(shared: Visitor) -> Iterator[Any]:
    """The page of ``shared`` with Python and without any record."""
    yield from _blank(shared)


@pytest.fixture
def easel(painted: Visitor) -> Iterator[Any]:
    """The page of ``painted`` with Python and without any record."""
    yield from _blank(painted)


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
    return sat(record, "mock", day, clips) if clips else dict(record)


def sat(record: dict[str, Any], stage: str, day: str, clips: int) -> dict[str, Any]:
    """The record of somebody who answered some clips of a test like the key."""
    record = ask("mock", op="start", record=record, stage=stage, now=day)["record"]
    for name in record["exams"][-1]["items"][:clips]:
        given = {"answer": {"score": item(name).answer}, "item": name, "stage": stage}
        record = ask("answer", record=record, now=day, **given)["record"]
    return dict(record)


def seeking(stage: str, *kinds: str) -> tuple[dict[str, Any], str]:
    """A record without answers whose next item of a stage is of a kind and skill."""
    day = "2026-10-01T12:00:00Z"
    for number in range(300):
        record = ask("new", now=day, pseudonym=f"Learner {number}")["record"]
        name = str(ask("next", record=record, stage=stage, now=day)["item"]["id"])
        if name.split(".")[1:3] == [*kinds]:
            return record, name
    raise AssertionError(f"no learner begins {stage} with {kinds}")


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


def erase(page: Any) -> None:
    """Delete whatever record there is."""
    page.locator(f"{ROOT_} .tab", has_text="Record").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Yes, delete everything").click()
    page.wait_for_selector(f"{ROOT_} .message:has-text('is deleted')")


def clock(page: Any, day: str = "") -> None:
    """Let the page believe in a date; without one, in the real one again."""
    page.evaluate(
        """day => {
          const Real = window.RealDate ||= Date;
          window.Date = !day ? Real : class extends Real {
            constructor(...given) { super(...(given.length ? given : [day])); }
            static now() { return Number(new Real(day)); }
          };
        }""",
        day,
    )


def home(page: Any) -> None:
    page.locator(f"{ROOT_} .tab", has_text="Path").click()
    page.wait_for_selector(f"{ROOT_} .stages")


def stage(page: Any, name: str) -> None:
    home(page)
    page.locator(f'{ROOT_} [data-stage="{name}"]').click()


# -- the path


def test_from_the_first_item_to_a_scored_test_by_keyboard_alone(
    browser: Browser, site: str
) -> None:
    with opened(browser, site, NO_GL) as visitor:
        _walk(visitor.page)


def _walk(page: Any) -> None:
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


def test_a_wrong_answer_is_shown_beside_the_key_and_a_retry_does_not_count(
    easel: Any, tmp_path: Path
) -> None:
    page = easel
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
    viewer = page.locator(f"{ROOT_} .ntl-viewer")
    assert viewer.get_attribute("data-mode") == "apex"
    apex = next(o.apex for o in one.key.items if o.code in one.codes and not o.reason)
    assert f"frame {apex} " in viewer.locator(".transport output").inner_text()
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


def test_what_lacks_is_said_and_focused(still: Any) -> None:
    page = still
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


def test_a_draft_survives_the_closed_page(still: Any) -> None:
    page = still
    page.locator(f"{ROOT_} .sitting .primary").click()
    name = current(page)
    press(page, "2", "7")
    page = again(page)
    page.locator(f"{ROOT_} .sitting .primary").click()
    assert current(page) == name
    chosen = page.locator(f"{ROOT_} .answer [aria-pressed=true]")
    assert chosen.evaluate_all("all => all.map((one) => one.value)") == [
        item(name).options[1],
        "low",
    ]


def test_a_lesson_shows_its_members_in_step_and_worked_items(desk: Any, tmp_path: Path) -> None:
    page = desk
    bring(page, learner({"pretest": 26}), tmp_path)
    stage(page, "lessons")
    page.locator(f"{ROOT_} .sets button", has_text="11, 12, 13 or 14").click()
    page.wait_for_selector(f"{ROOT_} .compare")
    shown = page.locator(f"{ROOT_} .compare figcaption").all_inner_texts()
    names = ("Nasolabial deepener", "Lip corner puller", "Sharp lip puller", "Dimpler")
    assert [one.split() for one in shown] == [
        [f"AU{code}", *name.split()] for code, name in enumerate(names, 11)
    ]
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


@pytest.mark.parametrize(("kind", "skill"), [("which", "side"), ("grade", "intensity")])
def test_sides_and_grades_by_keyboard(kind: str, skill: str, desk: Any, tmp_path: Path) -> None:
    record, name = seeking("drills" if skill == "side" else "intensity", kind, skill)
    one = item(name)
    right = one.options.index(one.answer)
    wrong = right + 1 if right < 2 else right - 1
    bring(desk, record, tmp_path)
    home(desk)
    tab_to(desk, f'{ROOT_} [data-stage="{"drills" if skill == "side" else "intensity"}"]')
    press(desk, "Enter")
    assert current(desk) == name
    options = desk.locator(f"{ROOT_} .options button")
    told = options.all_inner_texts()
    if skill == "side":
        halves = ["left\nin the right half of the picture", "right\nin the left half"]
        assert all(half in text for half, text in zip(halves, told[:2], strict=True))
    else:
        assert [text.split()[1:] for text in told][::4] == [["A", "trace"], ["E", "maximum"]]
    for place in range(len(one.options)):
        press(desk, str(place + 1))
        pressed = options.evaluate_all("all => all.map((one) => one.ariaPressed)")
        assert pressed.index("true") == place
        assert pressed.count("true") == 1
    press(desk, str(wrong + 1), "9", "Enter")
    desk.wait_for_selector(f"{ROOT_} .told")
    given = record_of(desk)["answers"][-1]
    assert given["given"] == one.options[wrong]
    assert given["certainty"] == "high"
    found = verdict(one, one.options[wrong])
    assert given["credit"] == found.credit == (0.5 if kind == "grade" else 0)
    text = desk.locator(f"{ROOT_} .told").inner_text()
    way = "strong" if wrong > right else "weak"
    assert (f"one step off, 1 letter too {way}" in text) is (kind == "grade")
    (code,) = one.codes
    assert f"AU{code} " in desk.locator(f"{ROOT_} .cue").inner_text()  # what the code does
    press(desk, "r")
    desk.wait_for_selector(f"{ROOT_} .answer .certainty")
    press(desk, str(right + 1), "8", "Enter")
    desk.wait_for_selector(f"{ROOT_} .verdict:has-text('Right')")


# -- flashes


def test_a_flash_is_asked_for_and_lasts_as_long_as_the_clip(desk: Any, tmp_path: Path) -> None:
    page = desk
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
    lasted = times["after"] - times["now"]
    assert -3 * DISPLAY_MS <= lasted - length <= HOLD_MS  # a busy machine is late, never early
    ahead, after = one.flash["hold_before"], one.flash["hold_after"]
    assert times["now"] - times["before"] == pytest.approx(ahead, abs=HOLD_MS)
    assert times[""] - times["after"] == pytest.approx(after, abs=HOLD_MS)
    assert 40 <= one.flash["ms"] <= 200
    place = one.options.index(one.answer)
    press(page, str(place + 1), "8", "Enter")
    page.wait_for_selector(f"{ROOT_} .told")
    assert page.locator(f"{ROOT_} .play").is_visible()  # now it can be seen slowly


# -- the record


def test_export_import_and_delete(desk: Any, tmp_path: Path) -> None:
    page = desk
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


def test_a_file_that_holds_no_record_changes_nothing(desk: Any, tmp_path: Path) -> None:
    page = desk
    bring(page, learner({"pretest": 2}), tmp_path)
    for text in ("", "no JSON", '{"pseudonym": "x"}', "[]", '{"version": 99}'):
        file = tmp_path / "wrong.json"
        file.write_text(text or " ", encoding="utf-8")
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Import").click()
        chooser.value.set_files(file)
        page.wait_for_selector(f"{ROOT_} .message:has-text('holds no training record')")
        assert len(record_of(page)["answers"]) == 2


def test_a_record_of_somebody_else_asks_before_it_replaces(desk: Any, tmp_path: Path) -> None:
    page = desk
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


def test_full_storage_is_told_and_the_record_can_be_taken_away(desk: Any, tmp_path: Path) -> None:
    bring(desk, learner({"pretest": 26}), tmp_path)
    desk.evaluate(
        """() => {
          const full = () => { throw new DOMException("full", "QuotaExceededError"); };
          window.stores = [[Storage.prototype, "setItem"], [IDBObjectStore.prototype, "put"]]
            .map(([where, name]) => [where, name, where[name]]);
          window.stores.forEach(([where, name]) => { where[name] = full; });
        }"""
    )
    try:
        stage(desk, "intensity")
        name = current(desk)
        answer(desk, name)
        desk.wait_for_selector(f"{ROOT_} .trouble:has-text('no room for your record')")
        assert "✗ not saved" in desk.locator(f"{ROOT_} .status").inner_text()
        with desk.expect_download() as loading:
            desk.get_by_role("button", name="Download the record").click()
        taken = json.loads(Path(loading.value.path()).read_text(encoding="utf-8"))
        assert taken["state"]["record"]["answers"][-1]["item"] == name
    finally:
        desk.evaluate("stores.forEach(([where, name, own]) => { where[name] = own; })")
    desk.wait_for_selector(f"{ROOT_}[data-saved=true]", timeout=WAIT_MS)  # there is room again
    assert desk.get_by_role("button", name="Download the record").count() == 0
    erase(desk)
    file = tmp_path / "taken.json"
    file.write_text(json.dumps(taken), encoding="utf-8")
    with desk.expect_file_chooser() as chooser:
        desk.get_by_role("button", name="Import").click()
    chooser.value.set_files(file)
    desk.wait_for_selector(f"{ROOT_} .message:has-text('Imported: 27 answers')")


def test_two_tabs_on_one_record_are_told_and_the_older_one_saves_nothing(still: Any) -> None:
    page = still
    page.locator(f"{ROOT_} .sitting .primary").click()
    current(page)
    press(page, "1")
    saved(page)
    other = page.context.new_page()
    other.goto(page.url, wait_until="load")
    start_figures(other)
    for each in (page, other):
        each.wait_for_selector(f"{ROOT_} .trouble:has-text('open in another tab as well')")
    other.locator(f"{ROOT_} .sitting .primary").click()
    current(other)
    pressed = f"{ROOT_} .options [aria-pressed=true]"
    assert other.locator(pressed).get_attribute("value") == item(OPENING[0]).options[0]
    press(other, "2")
    page.wait_for_selector(f"{ROOT_} .trouble:has-text('changed in another tab')")
    assert page.get_by_role("button", name="Download the record").is_visible()
    press(page, "1")  # this tab is behind, so it must not overwrite
    other.close()
    again(page)
    page.locator(f"{ROOT_} .sitting .primary").click()
    current(page)
    assert page.locator(pressed).get_attribute("value") == item(OPENING[0]).options[1]


# -- tests on other days, and of a class


def test_the_retention_test_is_due_after_two_weeks(desk: Any, tmp_path: Path) -> None:
    record = learner({"pretest": 26}, clips=34)  # on the first of October
    later = "2026-10-29T09:00:00.000Z"
    record = sat(record, "retention", later, 33)
    early = {**record, "exams": record["exams"][:1], "answers": record["answers"][:60]}
    try:
        bring(desk, early, tmp_path)
        for day, due in (("2026-10-14T11:00:00Z", False), ("2026-10-15T13:00:00Z", True)):
            clock(desk, day)
            desk.locator(f"{ROOT_} .tab", has_text="Progress").click()
            desk.wait_for_selector(f"{ROOT_} .bars")
            home(desk)
            chosen = desk.locator(f"{ROOT_} .stages [aria-current=step]")
            assert (chosen.get_attribute("data-stage") == "retention") is due, day
        stage(desk, "retention")
        desk.wait_for_selector(f"{ROOT_} .ntl-quiet:has-text('Due from 2026-10-15')")
        clock(desk, later)
        erase(desk)
        bring(desk, record, tmp_path)
        stage(desk, "retention")
        desk.get_by_role("button", name="Go on: clip 34 of 34").click()
        answer(desk, current(desk))
        desk.wait_for_selector(f"{ROOT_} h3:has-text('Retention test: result')")
        assert desk.locator(f"{ROOT_} .limits li").count() == 5
        mine = Record.of(record_of(desk))
        found = result(mine, mine.exams[1].id)
        assert found.mean.value == 1
        assert mine.answers[-1].when == later
        assert "1.00 mean agreement over 34 clips" in desk.locator(ROOT_).inner_text()
        home(desk)
        assert "done" in desk.locator(f'{ROOT_} [data-stage="retention"]').inner_text()
    finally:
        clock(desk)


def test_words_of_an_instructor_give_all_the_same_clips_once(desk: Any, tmp_path: Path) -> None:
    words = "summer 7"
    exams = []
    for name in ("One", "Two"):
        erase(desk)
        bring(desk, learner({"pretest": 1}) | {"pseudonym": name}, tmp_path)
        stage(desk, "mock")
        desk.get_by_label("Words from your instructor").fill(words)
        desk.get_by_role("button", name="Begin the test").click()
        current(desk)
        saved(desk)
        exams.append(record_of(desk)["exams"][0]["items"])
        assert words not in desk.evaluate("JSON.stringify(localStorage)")
    assert exams == [[*draw(hashed("exam", words))]] * 2
    assert exams[0] != [*draw(hashed("exam", "summer 8"))]
    done = ask("mock", op="start", record=learner({}), seed=words, now="2026-10-01T12:00:00Z")
    record = done["record"]
    for name in record["exams"][0]["items"]:
        given = {"answer": {"score": "null"}, "item": name, "stage": "mock"}
        record = ask("answer", record=record, now="2026-10-01T13:00:00Z", **given)["record"]
    erase(desk)
    bring(desk, record, tmp_path)
    stage(desk, "mock")
    desk.get_by_label("Words from your instructor").fill(words)
    desk.get_by_role("button", name="Begin the test").click()
    desk.wait_for_selector(f"{ROOT_} .trouble:has-text('this test was done already')")


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


def test_every_state_is_accessible_and_fits(easel: Any, tmp_path: Path) -> None:
    page = easel

    def check(state: str) -> None:
        for width, theme in product(WIDTHS, ("light", "dark")):
            page.set_viewport_size({"width": WIDTHS[width], "height": 900})
            page.evaluate(
                "theme => Object.assign(document.documentElement.dataset, { theme, mode: theme })",
                theme,
            )
            page.wait_for_function(
                "() => [...document.querySelectorAll('.ntl-viewer')]"
                ".every((one) => one.dataset.drawn)"
            )
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            file = SCREENSHOTS / f"trainer-{state}-{width}-{theme}.png"
            page.screenshot(path=file, full_page=True)
            assert run_axe(page) == [], file.stem
            over = "one => one.scrollWidth - one.clientWidth"
            for part in ("html", ROOT_):
                assert page.locator(part).evaluate(over) <= 0, file.stem
        page.set_viewport_size({"width": WIDTHS["desktop"], "height": 900})

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


def test_a_class_gets_its_bank_and_its_test(browser: Browser, site: str, tmp_path: Path) -> None:
    with opened(browser, site, NO_GL, body=_for_class(bank="week 2", exam="winter")) as visitor:
        _work_through_the_bank(visitor.page, tmp_path)


def _work_through_the_bank(page: Any, tmp_path: Path) -> None:
    bring(page, learner({"pretest": 26}), tmp_path)
    home(page)
    page.get_by_role("button", name="week 2").click()
    first = current(page)
    assert first == bank("week 2")[0]
    answer(page, first)
    page.wait_for_selector(f"{ROOT_} .told")
    press(page, "Enter")
    assert current(page, first) == bank("week 2")[1]
    record = learner({"pretest": 26}) | {"pseudonym": "Nearly done"}
    for name in bank("week 2")[:-1]:
        one = item(name)
        reply = {"choice": one.answer} if one.options else {"score": one.answer}
        given = {"answer": {**reply, "certainty": "low"}, "item": name, "stage": "drills"}
        record = ask("answer", record=record, now="2026-10-01T12:00:00Z", **given)["record"]
    erase(page)
    bring(page, record, tmp_path)
    home(page)
    page.get_by_role("button", name="week 2").click()
    last = current(page)
    assert last == bank("week 2")[-1]
    assert f"{CLIPS} of {CLIPS}, week 2" in page.locator(f"{ROOT_} .where").inner_text()
    answer(page, last)
    page.wait_for_selector(f"{ROOT_} .told")
    press(page, "Enter")
    page.wait_for_selector(f"{ROOT_} .message:has-text('items are done')")
    stage(page, "mock")
    assert page.locator(f"{ROOT_} input[type=text]").input_value() == "winter"


def _for_class(**given: str) -> str:
    """The page of an instructor, whose figure has other values."""
    text = (HTML / PATH).read_text(encoding="utf-8")
    head, rest = text.split('data-figure="trainer"><script', 1)
    opening, rest = rest.split(">", 1)
    state, tail = rest.split("</script>", 1)
    put = json.dumps(json.loads(state) | given).replace("</", "<\\/")
    return f'{head}data-figure="trainer"><script{opening}>{put}</script>{tail}'
