"""Coding bench: a clip and a folder coded by keyboard, mouse and touch; nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from conftest import HTML, WIDTHS, Visitor, find_chromium, start_figures
from PIL import Image, ImageDraw
from playwright.sync_api import Browser
from test_faceview import SOFTWARE_GL
from test_live_face import without_gl
from test_pages import run_axe

from fau_teach import clip, coding
from fau_teach.coding import Session
from fau_teach.widgets.bench import KINDS, first_clip

PAGE = "book/practice/bench.html"
SIZES = {name: {"width": width, "height": 900} for name, width in WIDTHS.items()}
PYTHON = HTML / "lite/static/pyodide/pyodide.mjs"
QUIET = """document.querySelector('.ntl-bench').dataset.busy === '0'"""

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="this site carries no Python")


@pytest.fixture(scope="module")
def browser(browser: Browser) -> Iterator[Browser]:
    """A browser that draws WebGL2 in software."""
    own = browser.browser_type.launch(executable_path=find_chromium(), args=list(SOFTWARE_GL))
    yield own
    own.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as CASME has it: numbers with gaps and without leading zeros."""
    place = tmp_path_factory.mktemp("pictures") / "sub01"
    for name, numbers in {"EP01_5": [*range(2, 60), 62, 120], "EP02_1": range(3)}.items():
        (place / name).mkdir(parents=True)
        for number in numbers:
            picture = Image.new("RGB", (96, 120), (90, 90, 90))
            ImageDraw.Draw(picture).rectangle((20, 20, 20 + number % 60, 40), fill=(250, 90, 60))
            picture.save(place / name / f"reg_img{number}.jpg")
    return place


WORKERS = """
window.workers = [];
window.Worker = class extends Worker {
  constructor(...given) { super(...given); workers.push(this); }
};
"""


@pytest.fixture(scope="module")
def shared(browser: Browser, site: str) -> Iterator[Visitor]:
    """One page, and so one start of Python, for every test that needs none of its own."""
    context = browser.new_context(
        viewport=SIZES["desktop"], has_touch=True, reduced_motion="reduce"
    )
    context.add_init_script(WORKERS)
    visitor = Visitor(context, context.new_page())
    visitor.watch(site)
    visitor.page.goto(f"{site}/{PAGE}", wait_until="load")
    start_figures(visitor.page)
    ready(visitor)
    yield visitor
    context.close()


@pytest.fixture
def desk(shared: Visitor) -> Iterator[Any]:
    """That page, its bench wiped clean; afterwards it must have been quiet."""
    page = shared.page
    page.set_viewport_size(SIZES["desktop"])
    page.evaluate("() => document.activeElement?.blur()")
    bench(page).evaluate(
        """async (root) => {
            await root.bench.idle();
            await root.bench.wipe();
            root.querySelector('dialog').close();
            root.querySelectorAll('.opener, .pick, .sheet').forEach((one) => { one.open = false; });
            scrollTo(0, 0);
        }"""
    )
    quiet(page, events=0, hidden=0, step="code", coder="me", clip="first-look")
    for noted in (shared.errors, shared.outside):
        noted.clear()
    yield page
    assert shared.errors == []
    assert shared.outside == []


def bench(page: Any) -> Any:
    return page.locator(".ntl-bench")


def ready(visitor: Any, small: bool = True) -> Any:
    page = visitor.page
    page.set_default_timeout(60_000)
    page.wait_for_selector(".ntl-bench[data-ready]")
    if small:  # little time goes into drawing a face that nobody looks at
        page.add_style_tag(content=".ntl-viewer .stage { max-width: 60px }")
    page.wait_for_selector(".ntl-bench[data-python=ready]")
    return page


def data(page: Any) -> dict[str, str]:
    found: dict[str, str] = bench(page).evaluate(
        "root => ({ ...root.querySelector('.ntl-viewer').dataset, ...root.dataset })"
    )
    return found


def work(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = bench(page).evaluate("root => root.bench.work()")
    return found


def quiet(page: Any, **expected: object) -> None:
    page.wait_for_function(QUIET)
    for name, value in expected.items():
        page.wait_for_function(
            "([name, value]) => document.querySelector('.ntl-bench').dataset[name] === value",
            arg=[name, str(value)],
        )


def go(page: Any, frame: int) -> None:
    bench(page).evaluate("(root, frame) => root.bench.viewer.seek(frame)", frame)


def code(page: Any, marks: tuple[int, ...], text: str) -> None:
    """An event by keyboard."""
    before = int(data(page)["events"])
    for key, frame in enumerate(marks, 1):
        go(page, frame)
        bench(page).focus()
        page.keyboard.press(str(key))
    page.keyboard.press("c")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    quiet(page, events=before + 1, draft="")


def step(page: Any, name: str) -> None:
    bench(page).locator(f'header button[value="{name}"]').click()


def finish(page: Any) -> None:
    bench(page).get_by_role("button", name="Done with this clip").click()
    quiet(page, done="true")


def events(page: Any) -> list[coding.Event]:
    return [*Session.from_json(json.dumps(work(page)["session"])).events]


# -- coding by keyboard


def test_an_event_by_keyboard_alone(desk: Any) -> None:
    page = desk
    bench(page).focus()
    for key in ["Shift+ArrowRight", ".", ".", ".", "1", "Shift+ArrowRight", ",", "2", ">", "3"]:
        page.keyboard.press(key)
    assert [data(page)[name] for name in ("onset", "apex", "offset")] == ["13", "22", "32"]
    page.keyboard.press("c")
    page.keyboard.type("6b+12C")
    page.wait_for_function("document.querySelector('.says').textContent.includes('lip corner')")
    assert "= 6B+12C." in bench(page).locator(".says").inner_text()
    page.keyboard.press("Enter")
    quiet(page, events=1)
    (one,) = events(page)
    assert (one.onset, one.apex, one.offset, str(one.score)) == (13, 22, 32, "6B+12C")
    assert (one.coder, one.clip, one.fps) == ("me", "first-look", 30)
    row = bench(page).locator(".events tbody tr").inner_text()
    assert "633 ms (600–667)" in row
    assert "macro" in row


def test_keys_write_into_fields_and_do_not_act_there(desk: Any) -> None:
    page = desk
    notes = bench(page).locator("textarea")
    notes.focus()
    page.keyboard.type("1, 2. n d")
    assert notes.input_value() == "1, 2. n d"
    assert data(page)["onset"] == ""
    assert data(page)["frame"] == "0"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_mistakes_are_told_where_they_are_and_nothing_is_saved(desk: Any) -> None:
    page = desk
    field = bench(page).locator(".ntl-codes > input")
    field.fill("1+2Q")
    page.wait_for_selector(".says.wrong")
    assert "position 4" in bench(page).locator(".says").inner_text()
    field.press("Enter")
    told = "document.querySelector('.problem').textContent.includes"
    page.wait_for_function(f"{told}('Set the onset first')")
    bench(page).focus()
    page.keyboard.press("1")
    field.press("Enter")
    page.wait_for_function(f"{told}('not an intensity')")
    assert data(page)["events"] == "0"
    field.fill("1+2")
    go(page, 0)
    bench(page).locator('.setters button[value="onset"]').click()
    assert data(page)["onset"] == ""  # the same frame again clears
    go(page, 9)
    for name in ("onset", "offset"):
        bench(page).locator(f'.setters button[value="{name}"]').click()
        go(page, 4)
    field.press("Enter")
    page.wait_for_function(f"{told}('before')")
    assert data(page)["events"] == "0"


def test_undo_and_redo_take_every_kind_of_step_back(desk: Any) -> None:
    page = desk
    code(page, (3, 5, 9), "12C")
    code(page, (20, 22, 30), "4")
    bench(page).focus()
    page.keyboard.press("[")
    page.keyboard.press("[")
    quiet(page, draft="e1")
    bench(page).locator(".ntl-codes > input").fill("12D")
    bench(page).get_by_role("button", name="Save changes").click()
    quiet(page, draft="")
    assert [str(one.score) for one in events(page)] == ["12D", "4"]
    bench(page).focus()
    for score in ("12C", None, ""):
        page.keyboard.press("Control+z")
        quiet(page)
        if score == "12C":
            assert [str(one.score) for one in events(page)] == ["12C", "4"]
    assert events(page) == []
    for _ in range(3):
        page.keyboard.press("Control+Shift+z")
        quiet(page)
    assert [str(one.score) for one in events(page)] == ["12D", "4"]
    page.keyboard.press("]")
    quiet(page, draft="e1")
    page.keyboard.press("Delete")
    quiet(page, events=1)
    page.keyboard.press("Control+z")
    quiet(page, events=2)


# -- codes by mouse and touch


def test_text_and_buttons_stay_in_step(desk: Any) -> None:
    page = desk
    page.set_viewport_size(SIZES["phone"])
    codes = bench(page).locator(".ntl-codes")
    codes.locator(".pick > summary").tap()
    codes.get_by_role("button", name="4 Brow lowerer").tap()
    page.wait_for_function("document.querySelector('.ntl-codes > input').value === '4'")
    codes.locator(".detail").get_by_role("button", name="C", exact=True).tap()
    page.wait_for_function("document.querySelector('.ntl-codes > input').value === '4C'")
    codes.locator("summary", has_text="Lower face").tap()
    codes.get_by_role("button", name="12 Lip corner puller").tap()
    codes.locator(".detail").get_by_role("button", name="left").tap()
    page.wait_for_function("document.querySelector('.ntl-codes > input').value === '4C+L12'")
    codes.locator("> input").fill("L12E+25")
    page.wait_for_function(
        "[...document.querySelectorAll('.units button[aria-pressed=true] b')]"
        ".map(one => one.textContent).join() === '12,25'"
    )
    pressed = codes.locator('.detail [aria-pressed="true"]')
    assert pressed.all_inner_texts() == ["left", "E"]
    codes.get_by_role("button", name="Take out").tap()
    page.wait_for_function("document.querySelector('.ntl-codes > input').value === '25'")


def test_touch_marks_and_saves(desk: Any) -> None:
    page = desk
    page.set_viewport_size(SIZES["phone"])
    box = bench(page).locator(".strip").bounding_box()
    assert box
    bench(page).locator(".strip").scroll_into_view_if_needed()
    box = bench(page).locator(".strip").bounding_box()
    page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + box["height"] - 12)
    assert abs(int(data(page)["frame"]) - 52) <= 2
    bench(page).locator('.setters button[value="onset"]').tap()
    bench(page).locator(".ntl-codes > input").fill("null")
    bench(page).get_by_role("button", name="Save event").tap()
    quiet(page, events=1)
    assert events(page)[0].score.state == "none"


# -- nothing is lost


def test_a_closed_page_is_found_again_with_its_draft(folder: Path, visit: Any) -> None:
    visitor = visit(PAGE)
    page = ready(visitor)
    code(page, (18, 30, 62), "12C")
    bench(page).locator("input.folder").set_input_files(folder)
    page.wait_for_selector('.ntl-viewer[data-kind="images"][data-frames="60"]')
    code(page, (10, 20, 40), "1+2")
    go(page, 49)
    bench(page).focus()
    page.keyboard.press("1")
    page.keyboard.press("c")
    page.keyboard.type("4C")
    page.close()
    visitor.page = visitor.context.new_page()
    visitor.page.goto(page.url, wait_until="load")
    page = ready(visitor)
    quiet(page, events=1)
    assert data(page)["onset"] == "49"
    assert bench(page).locator(".ntl-codes > input").input_value() == "4C"
    page.wait_for_function("document.querySelector('.wait').textContent.includes('Open the fold')")
    bench(page).focus()
    page.keyboard.press("Control+z")  # also what was done before the page was closed
    quiet(page, events=0)
    assert [str(one.score) for one in events(page)] == ["12C"]
    assert visitor.errors == []


def write(page: Any, onset: int, text: str) -> None:
    """Begin an event, and leave it."""
    go(page, onset)
    bench(page).focus()
    page.keyboard.press("1")
    page.keyboard.press("c")
    page.keyboard.type(text)


def written(page: Any) -> tuple[str, str]:
    return data(page)["onset"], bench(page).locator(".ntl-codes > input").input_value()


def test_a_half_written_event_waits_for_its_clip_and_coder(folder: Path, visit: Any) -> None:
    visitor = visit(PAGE)
    page = ready(visitor)
    code(page, (18, 30, 62), "12C")
    write(page, 78, "4")
    bench(page).locator("input.folder").set_input_files(folder)
    page.wait_for_selector('.ntl-viewer[data-kind="images"][data-frames="60"]')
    assert written(page) == ("", "")
    write(page, 7, "1+")
    first = bench(page).get_by_role("button", name="first-look")
    assert first.inner_text() == "first-look ✎"
    first.click()
    quiet(page, clip="first-look")
    assert written(page) == ("78", "4")
    who = bench(page).get_by_label("Coder")
    who.fill("Omar")
    who.press("Enter")
    quiet(page, coder="Omar")
    assert written(page) == ("", "")
    page.close()  # nothing else is done to keep it
    visitor.page = visitor.context.new_page()
    visitor.page.goto(page.url, wait_until="load")
    page = ready(visitor)
    who = bench(page).get_by_label("Coder")
    who.fill("")
    who.press("Enter")
    quiet(page, coder="me", events=1)
    assert written(page) == ("78", "4")
    bench(page).get_by_role("button", name="EP01_5").click()
    page.wait_for_selector(".ntl-bench[data-clip$=EP01_5]")
    assert written(page) == ("7", "1+")
    assert visitor.errors == []


def test_a_half_written_event_comes_back_after_another_was_mended(desk: Any) -> None:
    page = desk
    code(page, (18, 30, 62), "12C")
    write(page, 78, "4")
    bench(page).locator(".events").get_by_role("button", name="12C").click()
    assert written(page) == ("18", "12C")
    bench(page).locator(".ntl-codes > input").fill("12D")
    page.keyboard.press("Enter")
    quiet(page, events=1, draft="")
    assert [str(one.score) for one in events(page)] == ["12D"]
    assert written(page) == ("78", "4")
    bench(page).focus()
    page.keyboard.press("Control+z")
    quiet(page)
    assert [str(one.score) for one in events(page)] == ["12C"]
    assert written(page) == ("78", "4"), "a step is taken back, not what is being written"
    page.keyboard.press("Escape")
    assert written(page) == ("", "")


def test_clips_are_ready_where_python_is_not(browser: Browser) -> None:
    """From a folder on disk Python cannot start; each difficulty has clips all the same."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto((HTML / PAGE).as_uri())
    page.wait_for_selector(".ntl-bench[data-ready][data-python=offline]")
    assert page.locator("script[src*='clips.js']").count() == 0, "loaded when it is asked for"

    def drawn(kind: str, level: str) -> str:
        before = data(page)["clip"]
        bench(page).locator(".opener").evaluate("one => { one.open = true; }")
        bench(page).get_by_label("Kind").select_option(kind)
        bench(page).get_by_label("Difficulty").select_option(level)
        bench(page).get_by_role("button", name="Draw", exact=True).click()
        page.wait_for_function(
            "before => document.querySelector('.ntl-bench').dataset.clip !== before", arg=before
        )
        return data(page)["clip"]

    names = {drawn(kind, level) for kind in KINDS for level in ("easy", "medium", "hard")}
    assert len(names) == 9
    last = drawn("macro", "hard")
    frames = data(page)["frames"]
    assert last not in names
    assert int(frames) > 30
    page.locator('.ntl-viewer[data-kind="clip"]').wait_for()
    bench(page).locator(".opener").evaluate("one => { one.open = true; }")
    bench(page).get_by_role("button", name="Draw", exact=True).click()  # none is left
    bench(page).get_by_text("Python cannot start here").first.wait_for()
    page.reload()
    page.wait_for_selector(".ntl-bench[data-ready][data-python=offline]")
    page.wait_for_selector(f'.ntl-viewer[data-frames="{frames}"]')
    assert data(page)["clip"] == last
    context.close()


def test_a_python_that_dies_loses_nothing(desk: Any) -> None:
    page = desk
    code(page, (3, 5, 9), "12C")
    page.evaluate("workers.at(-1).terminate()")
    page.wait_for_selector('.ntl-bench[data-python="starting"]')
    code(page, (20, 22, 30), "4")  # asked of the next one, which holds no session
    assert [str(one.score) for one in events(page)] == ["12C", "4"]
    bench(page).focus()
    for _ in range(2):
        page.keyboard.press("Control+z")
        quiet(page)
    assert events(page) == []
    kept = bench(page).evaluate(
        """async (root) => {
            const session = root.bench.work().session;
            const found = await nerveToLabel.clerk.call("bench", { op: "step", session });
            return [found.session, session];
        }"""
    )
    assert kept[0] == kept[1]  # what the bench has added up is what Python would have


def test_the_session_does_not_travel_with_each_step(desk: Any) -> None:
    page = desk
    first = coding.Event("me", "", "first-look", 30, 3, 5, 9, "12C", notes="n" * 200_000)
    made = Session("Large").add(first, when="2026-01-01T00:00:00Z")
    text = made.to_json().encode()
    bench(page).locator("input.session").set_input_files(
        {"name": "large.json", "mimeType": "application/json", "buffer": text}
    )
    quiet(page, events=1)
    page.evaluate(
        """() => {
            window.sent = [];
            const clerk = nerveToLabel.clerk, call = clerk.call;
            window.plain = () => { clerk.call = call; };
            clerk.call = (name, payload, ...more) => {
                sent.push(JSON.stringify(payload).length);
                return call(name, payload, ...more);
            };
        }"""
    )
    code(page, (20, 22, 30), "4")
    assert 0 < max(page.evaluate("sent")) < 2_000
    page.evaluate("plain()")


def test_regions_one_by_one(desk: Any) -> None:
    page = desk
    bench(page).focus()
    shown = []
    for _ in range(7):
        page.keyboard.press("r")
        shown.append(data(page)["zoom"])
    assert shown == ["brows", "eyes", "cheeks", "mouth", "chin", "whole", "whole"]
    assert bench(page).locator(".scan input:checked").count() == 6
    assert work(page)["sheets"]["first-look me"][0] == "upper"


def test_a_region_goes_along_with_the_head(desk: Any) -> None:
    page = desk
    bench(page).locator(".stage").scroll_into_view_if_needed()
    page.wait_for_selector('.ntl-viewer[data-drift="0.000,0.000"]')
    made = clip.Clip("Ana", 30, 60, (clip.Movement("51", "", "D", 5, 20, 50, 10),))
    bench(page).locator("input.session").set_input_files(
        {"name": "turn.json", "mimeType": "application/json", "buffer": made.to_json().encode()}
    )
    quiet(page, clip="turn")
    bench(page).evaluate("root => root.bench.viewer.zoom('mouth')")
    go(page, 25)
    page.wait_for_selector('.ntl-viewer[data-shown="25"]')
    across, down = map(float, data(page)["drift"].split(","))
    assert across > 0.03  # the subject's left is on the viewer's right
    assert abs(down) < 0.02
    assert "made for" not in bench(page).locator(".opener").text_content()
    other = clip.sample("micro", "4D", identity="Bao", seed=1)
    bench(page).locator("input.session").set_input_files(
        {"name": "bao.json", "mimeType": "application/json", "buffer": other.to_json().encode()}
    )
    quiet(page, clip="bao")
    told = "This clip was made for Bao; you see its movements on Ana."
    page.wait_for_function(
        "told => document.querySelector('.opener').textContent.includes(told)", arg=told
    )


def test_session_and_csv_are_python_s_and_come_back(desk: Any, tmp_path: Path) -> None:
    page = desk
    code(page, (18, 30, 62), "6B+12C")
    bench(page).locator(".opener > summary").click()
    for name, suffix in (("JSON", "json"), ("CSV", "csv")):
        with page.expect_download() as waiting:
            bench(page).get_by_role("button", name=f"({name})").click()
        waiting.value.save_as(tmp_path / f"mine.{suffix}")
    kept = Session.load(tmp_path / "mine.json")
    assert [one.aus for one in kept.events] == ["6B+12C"]
    table = coding.read_tidy(tmp_path / "mine.csv").session
    assert [one.codes for one in table.events] == [{"6", "12"}]
    other = Session("Other").add(
        coding.Event("K", "", "first-look", 30, 14, 30, 60, "12D"), when="2026-01-01T00:00:00Z"
    )
    other.save(tmp_path / "other.json")
    bench(page).locator("input.session").set_input_files(tmp_path / "other.json")
    quiet(page, hidden=1)
    assert {one.coder for one in events(page)} == {"me", "K"}
    bench(page).locator("input.session").set_input_files(
        {"name": "bad.json", "mimeType": "application/json", "buffer": b"[1, 2]"}
    )
    page.wait_for_function("document.querySelector('.opener').innerText.includes('neither')")
    page.once("dialog", lambda dialog: dialog.accept())
    bench(page).get_by_role("button", name="Erase all").click()
    quiet(page, events=0)
    kept = bench(page).evaluate("root => root.bench.journal.flush().then(root.bench.journal.load)")
    assert kept["session"] is work(page)["session"] is None


# -- blind, compared, labelled


def test_two_passes_are_blind_and_compared(desk: Any) -> None:
    page = desk
    code(page, (18, 30, 62), "6B+12C")
    step(page, "compare")
    assert "Done with this clip" in bench(page).locator(".pane.compare").inner_text()
    step(page, "code")
    finish(page)
    bench(page).get_by_label("Pass").select_option("2")
    quiet(page, events=0, hidden=1, coder="me #2")
    assert "hidden" in bench(page).locator(".events").inner_text()
    assert bench(page).locator(".strip .span").count() == 0
    code(page, (19, 31, 60), "12D")
    finish(page)
    quiet(page, events=2, hidden=0)
    step(page, "compare")
    page.wait_for_selector(".pane.compare pre")
    assert "me #2" in bench(page).locator(".pane.compare").inner_text()


def test_the_key_is_python_s_and_shows_only_who_is_done(desk: Any) -> None:
    page = desk
    for item in first_clip().key().items:
        code(page, (item.onset, item.apex, item.offset), item.side + item.code + item.intensity)
    assert bench(page).locator(".strip .key").count() == 0
    finish(page)
    step(page, "compare")
    page.wait_for_selector(".pane.compare .score")
    assert "1.00" in bench(page).locator(".score").inner_text()
    assert bench(page).locator(".strip .key").count() == len(first_clip().key().items)
    step(page, "code")
    bench(page).get_by_label("Pass").select_option("2")
    quiet(page, events=0)
    assert bench(page).locator(".strip .key").count() == 0


def test_emotions_need_three_conditions_and_a_blink_s_frown_has_no_vote(desk: Any) -> None:
    page = desk
    code(page, (18, 30, 62), "6B+12C")
    code(page, (70, 72, 76), "4B+45")
    step(page, "emotions")
    page.wait_for_selector(".pane.emotions .label")
    pane = bench(page).locator(".pane.emotions")
    assert "AU4 in frames 70 to 76" in pane.locator(".habit").inner_text()
    for name in ("material", "self_report"):
        pane.locator(f'[data-key="{name} e1"]').fill("Happiness")
        pane.locator(f'[data-key="{name} e1"]').press("Enter")
        quiet(page)
    page.wait_for_function("document.querySelector('.pane.emotions').innerText.includes('high')")
    pane.locator('[data-key="use e1"]').click()
    quiet(page)
    assert events(page)[0].emotion == "positive"
    assert events(page)[0].material == "Happiness"


# -- pictures


def test_a_folder_of_pictures_is_sorted_and_coded(folder: Path, desk: Any) -> None:
    page = desk
    bench(page).locator(".opener > summary").click()
    bench(page).get_by_label("at frames a second").fill("200")
    bench(page).locator("input.folder").set_input_files(folder)
    page.wait_for_selector('.ntl-viewer[data-kind="images"][data-frames="60"]')
    assert bench(page).locator("h3").inner_text() == "sub01/EP01_5"
    assert "2 clips" in bench(page).locator(".opener").text_content()
    assert "missing" in bench(page).locator(".opener").text_content()
    bench(page).locator(".stage").scroll_into_view_if_needed()
    names = []
    for frame in (0, 8, 58, 59):
        go(page, frame)
        names.append(bench(page).locator(".transport output").inner_text().split(" · ")[-1])
    assert names == [f"reg_img{number}.jpg" for number in (2, 10, 62, 120)]
    page.wait_for_selector('.ntl-viewer[data-shown="59"]')
    assert bench(page).evaluate("root => root.bench.viewer.kept()") < 60
    code(page, (10, 20, 40), "1+2")
    (one,) = events(page)
    assert (one.fps, one.clip) == (200, "sub01/EP01_5")
    assert "150 ms (145–155)" in bench(page).locator(".events").inner_text()


def test_difference_zoom_and_flash(folder: Path, desk: Any) -> None:
    page = desk
    bench(page).locator(".opener > summary").click()
    bench(page).locator("input.folder").set_input_files(folder)
    page.wait_for_selector('.ntl-viewer[data-kind="images"][data-shown="0"]')
    pixel = """(x, y) => [...document.querySelector('.ntl-viewer canvas').getContext('2d')
        .getImageData(x * document.querySelector('.ntl-viewer canvas').width,
            y * document.querySelector('.ntl-viewer canvas').height, 1, 1).data].slice(0, 3)"""
    go(page, 30)
    bench(page).focus()
    page.keyboard.press("d")
    page.wait_for_selector('.ntl-viewer[data-mode="difference"][data-shown="30"]')
    page.wait_for_function(f"({pixel})(0.9, 0.9).every(one => one < 30)")  # what rests is black
    assert max(page.evaluate(f"({pixel})(0.35, 0.25)")) > 200  # what moved is not
    page.keyboard.press("d")
    page.keyboard.press("z")
    assert data(page)["zoom"] == "brows"
    page.keyboard.press("Shift+z")
    page.keyboard.press("1")
    go(page, 40)
    page.keyboard.press("2")
    page.keyboard.press("n")
    page.wait_for_selector('.ntl-viewer[data-mode="neutral"][data-shown="0"]')
    page.keyboard.press("a")
    page.wait_for_selector('.ntl-viewer[data-mode="apex"][data-shown="40"]')
    shown = bench(page).evaluate(
        "root => root.bench.viewer.flash(100, { before: 100, after: 100 })"
    )
    assert 90 <= shown < 2000  # never shorter; how long depends on the machine
    told = bench(page).locator(".flash output")
    assert told.is_visible()
    assert told.inner_text().startswith(f"seen for {round(shown)} ms")
    assert data(page)["flash"] == ""


def test_the_face_moves_with_the_frame_and_clips_open_from_files(desk: Any) -> None:
    page = desk
    bench(page).locator(".stage").scroll_into_view_if_needed()
    page.wait_for_selector('.ntl-viewer[data-state="live"][data-drawn]')
    picture = "document.querySelector('.ntl-viewer canvas').toDataURL()"
    rest = page.evaluate(picture)
    go(page, 30)
    page.wait_for_selector('.ntl-viewer[data-shown="30"]')
    assert page.evaluate(picture) != rest
    made = clip.sample("micro", "4D", identity="Ana", seed=1)
    bench(page).locator(".opener > summary").click()
    bench(page).locator("input.session").set_input_files(
        {"name": "frown.json", "mimeType": "application/json", "buffer": made.to_json().encode()}
    )
    quiet(page, clip="frown")
    assert data(page)["frames"] == str(made.frames)


def test_frames_of_a_kernel(desk: Any) -> None:
    page = desk
    found = page.evaluate(
        """async () => {
            const parts = ["clerk", "pictures"]; // the first says what the second tells
            const { kernelFrames } = await nerveToLabel.library(parts, "kernelFrames");
            const asked = [], listeners = [];
            const card = Object.assign(document.createElement("canvas"), { width: 8, height: 6 });
            card.getContext("2d").fillRect(0, 0, 8, 6);
            const jpeg = await new Promise((done) => card.toBlob(done, "image/jpeg"));
            const bytes = new DataView(await jpeg.arrayBuffer());
            const tell = (...said) => listeners.forEach((listener) => listener(...said));
            const on = (event, hear) => event === "msg:custom" && listeners.push(hear);
            const model = { on, send(said) {
                asked.push(said);
                if (said.index === 0) tell({ frame: said.id, index: 0 }, [bytes]);
                if (said.index === 1) tell({ frame: said.id, stale: true }, []);
                if (said.index === 2) tell({ frame: said.id, error: "no such frame" }, []);
            } };
            const source = kernelFrames(model, { name: "v", count: 3, fps: 100, first: 46,
                size: [640, 480], views: ["depth"],
                traces: [{ name: "EMG", unit: "mV", low: [1, null, 2], high: [3, null, 2] }] });
            const one = await source.load(0, "depth");
            const fails = await Promise.all([1, 2].map((at) => source.load(at).catch((e) => e)));
            return { asked, size: [one.width, one.height], name: source.name(2),
                stale: fails[0].stale, why: fails[1].message, track: source.tracks[0] };
        }"""
    )
    assert found["size"] == [8, 6]
    first = {"id": "0 1", "index": 0, "width": 640, "view": "depth", "film": 0}
    assert found["asked"][0] == {"ask": "frame", **first}
    assert (found["stale"], found["why"], found["name"]) == (True, "no such frame", "no. 48")
    assert found["track"]["values"] == [1, None, 2]


def test_tracks_stand_beside_with_their_gaps(desk: Any) -> None:
    page = desk
    bench(page).evaluate(
        """root => root.bench.viewer.open({ kind: "images", count: 4, fps: 100,
            load: () => new Promise(() => {}),
            tracks: [{ name: "EMG", unit: "mV", values: [1, null, 2, 3] }] }, "v")"""
    )
    path = bench(page).locator(".track").get_attribute("d")
    assert path.count("M") == 2
    values = bench(page).locator(".values")
    assert values.inner_text() == "EMG 1 mV"
    go(page, 1)
    assert values.inner_text() == "EMG –"


def test_without_gl_folders_still_open(folder: Path, visit: Any) -> None:
    visitor = visit(PAGE)
    page = without_gl(visitor)
    page.wait_for_selector('.ntl-viewer[data-state="still"]')
    assert "cannot draw the face" in bench(page).locator(".wait").inner_text()
    bench(page).locator(".opener > summary").click()
    bench(page).locator("input.folder").set_input_files(folder)
    page.wait_for_selector('.ntl-viewer[data-kind="images"][data-shown="0"]')
    assert visitor.errors == []


# -- for everybody


def test_every_step_is_accessible(desk: Any) -> None:
    page = desk
    code(page, (18, 30, 62), "6B+12C")
    for details in ("opener", "pick", "sheet"):
        bench(page).locator(f".{details} > summary").click()
    bench(page).locator(".units button").first.click()
    page.wait_for_selector(".detail:not([hidden])")
    finish(page)
    for name in ("code", "emotions", "compare"):
        step(page, name)
        quiet(page)
        page.wait_for_function(
            f"document.querySelector('.pane.{name}').children.length > 1 || '{name}' === 'code'"
        )
        for width, theme in product(SIZES, ("light", "dark")):
            page.set_viewport_size(SIZES[width])
            page.emulate_media(color_scheme=theme)
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            page.evaluate("scrollTo(0, 0)")
            page.wait_for_timeout(300)  # colours fade over
            assert run_axe(page) == []
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            small = bench(page).locator("button:visible, select:visible, input[type=text]:visible")
            boxes = small.evaluate_all(
                "all => all.map(x => x.getBoundingClientRect())"
                ".filter(x => x.width < 24 || x.height < 24).length"
            )
            assert boxes == 0


def test_without_scripts_the_shortcuts_are_there(visit: Any) -> None:
    page = visit(PAGE, scripts=False).page
    assert page.locator(".ntl-fallback table tbody tr").count() >= 8
