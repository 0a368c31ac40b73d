"""Key-frame scrubber and three conditions: by mouse, keyboard and touch, against Python."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from conftest import find_chromium
from playwright.sync_api import Browser
from test_faceview import SOFTWARE_GL
from test_live_face import without_gl
from test_pages import run_axe

from fau_teach.coding.conditions import fuse
from fau_teach.coding.event import Timing
from fau_teach.widgets.conditions import VALUES
from fau_teach.widgets.keyframes import KEYS, keyframes_data

FRAMES = "book/03-labelling/3-key-frames.html"
CONDITIONS = "book/03-labelling/5-three-conditions.html"
CLIPS = {one["id"]: one for one in keyframes_data()["clips"]}
SET = """(input, value) => { input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true })); }"""


@pytest.fixture(scope="module")
def browser(browser: Browser) -> Iterator[Browser]:
    """A browser that draws WebGL2 in software."""
    own = browser.browser_type.launch(executable_path=find_chromium(), args=list(SOFTWARE_GL))
    yield own
    own.close()


def scrubber(page: Any) -> Any:
    return page.locator(".ntl-keyframes")


def state(page: Any) -> dict[str, str]:
    found: dict[str, str] = scrubber(page).evaluate("root => ({ ...root.dataset })")
    return found


def live(page: Any) -> Any:
    scrubber(page).locator(".stage").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.ntl-keyframes').dataset.state === 'live'")
    return scrubber(page)


def unpainted(page: Any) -> Any:
    """The page without its face, so that no time goes into drawing it."""
    page.add_style_tag(content=".ntl-keyframes .stage { display: none }")
    return page


def go(page: Any, frame: int) -> None:
    scrubber(page).locator('input[type="range"]').evaluate(SET, frame)


def mark(page: Any, clip: str, shifts: tuple[int, int, int]) -> None:
    scrubber(page).locator(".choices button", has_text=CLIPS[clip]["title"]).click()
    for name, shift in zip(KEYS, shifts, strict=True):
        go(page, CLIPS[clip]["key"][name] + shift)
        scrubber(page).locator(f'.setters button[value="{name}"]').click()


def press(page: Any, name: str) -> None:
    scrubber(page).get_by_role("button", name=name, exact=True).click()


def rows(page: Any) -> list[list[str]]:
    found: list[list[str]] = (
        scrubber(page)
        .locator("tbody tr")
        .evaluate_all("all => all.map(row => [...row.cells].map(cell => cell.textContent))")
    )
    return found


@pytest.mark.parametrize("shifts", [(0, 0, 0), (2, -1, -3), (1, 1, 1)])
def test_S0_100_differences_agree_with_python(shifts: tuple[int, int, int], visit: Any) -> None:
    page = unpainted(visit(FRAMES).page)
    for clip, one in CLIPS.items():
        mark(page, clip, shifts)
        press(page, "Check")
        key = one["key"]
        for name, shift, row in zip(KEYS, shifts, rows(page), strict=False):
            assert row[1:3] == [str(key[name] + shift), str(key[name])]
            late = Timing(abs(shift), 30)
            plural = "" if late.frames == 1 else "s"
            way = "late" if shift > 0 else "early"
            told = f"{late.frames} frame{plural} {way}, {late.ms:.0f} ms"
            assert row[3] == (told if shift else "exact")
        whole = Timing(key["offset"] - key["onset"], 30)
        assert rows(page)[3][2] == f"{whole.frames} = {whole.ms:.0f} ms"
        said = scrubber(page).locator(".result p").inner_text()
        assert f"between {whole.low_ms:.0f} and {whole.high_ms:.0f} ms" in said
        assert one["why"] in said


def test_the_curve_is_hidden_until_the_check(visit: Any) -> None:
    page = visit(FRAMES).page
    live(page)
    assert scrubber(page).locator(".strip .curve").count() == 0
    assert rows(page) == []
    mark(page, "smile", (0, 0, 0))
    assert scrubber(page).locator(".strip .curve").count() == 0
    press(page, "Check")
    assert scrubber(page).locator(".strip .curve").count() == 1
    assert scrubber(page).locator(".strip .mark").count() == 6
    press(page, "Try again")
    assert scrubber(page).locator(".strip .curve").count() == 0
    assert state(page)["onset"] == ""


def test_marks_that_miss_or_cross_are_told_and_nothing_is_shown(visit: Any) -> None:
    page = unpainted(visit(FRAMES).page)
    press(page, "Check")
    assert "Set all three marks first" in scrubber(page).locator(".summary").inner_text()
    mark(page, "smile", (0, -40, 0))
    press(page, "Check")
    assert "order onset, apex, offset" in scrubber(page).locator(".summary").inner_text()
    assert state(page)["checked"] == "false"
    assert scrubber(page).locator(".strip .curve").count() == 0


def test_the_habit_is_a_mean_over_clips(visit: Any) -> None:
    page = unpainted(visit(FRAMES).page)
    mark(page, "smile", (3, 0, -2))
    press(page, "Check")
    assert scrubber(page).locator(".tally").inner_text() == ""
    mark(page, "brow", (2, 0, -1))
    press(page, "Check")
    assert "2 clips" in scrubber(page).locator(".tally").inner_text()
    assert "▲ +2.5, ◆ 0.0, ▼ −1.5" in scrubber(page).locator(".tally").inner_text()


def test_scrubber_by_keyboard(visit: Any) -> None:
    page = unpainted(visit(FRAMES).page)
    scrubber(page).locator('input[type="range"]').focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("2")
    page.keyboard.press("End")
    page.keyboard.press("3")
    found = state(page)
    last = CLIPS["smile"]["drive"]["frames"] - 1
    assert (found["onset"], found["apex"], found["offset"]) == ("12", "13", str(last))
    text = page.evaluate("document.activeElement.getAttribute('aria-valuetext')")
    assert text == f"frame {last}, {last / 30:.2f} s"
    scrubber(page).get_by_role("button", name="One frame back").focus()
    page.keyboard.press("Enter")
    assert state(page)["frame"] == str(last - 1)


def test_scrubber_by_touch(visit: Any) -> None:
    page = visit(FRAMES, width="phone").page
    live(page)
    strip = scrubber(page).locator(".strip")
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + 60)
    frame = state(page)["frame"]
    assert 40 < int(frame) < 75
    scrubber(page).locator('.setters button[value="apex"]').tap()
    assert state(page)["apex"] == frame


def test_the_face_moves_with_the_frame(visit: Any) -> None:
    page = visit(FRAMES, paint=True).page
    live(page)
    picture = "document.querySelector('.ntl-keyframes canvas').toDataURL()"
    # A canvas that nobody has drawn on yet has the size that browsers give it.
    page.wait_for_function("document.querySelector('.ntl-keyframes canvas').width !== 300")
    rest = page.evaluate(picture)
    go(page, CLIPS["smile"]["key"]["apex"])
    assert page.evaluate(picture) != rest
    go(page, 0)
    assert page.evaluate(picture) == rest


def test_play_runs_to_the_end_and_stops(visit: Any) -> None:
    page = visit(FRAMES).page
    live(page)
    scrubber(page).locator(".choices button").nth(2).click()
    press(page, "Play")
    last = CLIPS["corner"]["drive"]["frames"] - 1
    page.wait_for_function(f"document.querySelector('.ntl-keyframes').dataset.frame === '{last}'")
    assert state(page)["playing"] == "false"


def test_without_gl_the_curve_takes_the_place_of_the_face(visit: Any) -> None:
    visitor = visit(FRAMES)
    page = without_gl(visitor)
    scrubber(page).locator(".stage").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.ntl-keyframes').dataset.state === 'still'")
    assert "cannot draw the face" in scrubber(page).locator(".summary").inner_text()
    assert scrubber(page).locator(".strip .curve").count() == 1
    mark(page, "nice", (0, 0, 0))
    press(page, "Check")
    assert [row[3] for row in rows(page)] == ["exact"] * 4
    assert visitor.errors == []


# -- three conditions


def panel(page: Any) -> Any:
    return page.locator(".ntl-panel-conditions")


def choose(page: Any, case: tuple[str, ...]) -> None:
    for group, value in enumerate(case):
        panel(page).locator("fieldset").nth(group).locator(f'input[value="{value}"]').check()


def test_S0_098_all_27_cases_agree_with_python(visit: Any) -> None:
    page = visit(CONDITIONS).page
    for case in product(VALUES, repeat=3):
        choose(page, case)
        one = fuse(*case)
        found = panel(page).evaluate("root => ({ ...root.dataset })")
        assert found["case"] == " ".join(case)
        assert (found["label"], found["confidence"]) == (one.label, one.confidence)
        assert found["review"] == str(one.review).lower()
        assert one.reason[1:] in panel(page).inner_text()
        now = panel(page).locator('[aria-current="true"]')
        assert now.count() == 1
        assert one.label in now.inner_text()
    assert panel(page).locator("td.review").count() == 18


def test_a_case_can_be_picked_in_the_grid(visit: Any) -> None:
    page = visit(CONDITIONS).page
    panel(page).locator("td").nth(0).click()
    assert panel(page).get_attribute("data-case") == "positive positive positive"
    assert (
        panel(page).locator("input:checked").evaluate_all("all => all.map(one => one.value)")
        == ["positive"] * 3
    )


def test_conditions_by_keyboard(visit: Any) -> None:
    page = visit(CONDITIONS).page
    panel(page).locator("input:checked").first.focus()
    page.keyboard.press("ArrowDown")
    assert panel(page).get_attribute("data-case") == "none negative positive"
    assert "Label: none" in panel(page).locator(".ntl-announcer").inner_text()


def test_conditions_by_touch(visit: Any) -> None:
    page = visit(CONDITIONS, width="phone").page
    panel(page).locator("fieldset").last.locator("label", has_text="none").tap()
    assert panel(page).get_attribute("data-case") == "negative negative none"
    assert panel(page).get_attribute("data-confidence") == "medium"


# -- both


@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", [FRAMES, CONDITIONS])
def test_other_states_are_accessible_too(path: str, theme: str, width: str, visit: Any) -> None:
    visitor = visit(path, width=width, theme=theme)
    page = visitor.page
    if path == FRAMES:
        live(page)
        mark(page, "nice", (2, 0, -1))
        press(page, "Check")
        root = scrubber(page)
    else:
        choose(page, ("none", "none", "positive"))
        root = panel(page)
    page.evaluate("scrollTo(0, 0)")  # nothing lies under the sticky header
    page.mouse.move(0, 0)  # nor under the pointer, which colours links
    assert run_axe(page) == []
    assert visitor.errors == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    small = root.locator("button:visible, select, input").evaluate_all(
        "all => all.map(x => x.getBoundingClientRect()).filter(x => x.width < 24 || x.height < 24)"
    )
    assert small == []


@pytest.mark.parametrize(("path", "count"), [(FRAMES, 4), (CONDITIONS, 9)])
def test_without_scripts_the_fallback_is_there(path: str, count: int, visit: Any) -> None:
    page = visit(path, scripts=False).page
    assert page.locator(".ntl-figure table caption").first.is_visible()
    assert page.locator(".ntl-figure table tbody tr").count() == count
