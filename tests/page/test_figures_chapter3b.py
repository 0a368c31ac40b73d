"""Two coders, base-rate paradox and timeline: by mouse, keyboard and touch, against Python."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import HTML
from panel_checks import check_alone, check_state, figure_of, press, state_of

from fau_teach.widgets.kappa_paradox import Expected
from fau_teach.widgets.timeline import CLIPS, STEPS, timeline_data
from fau_teach.widgets.two_coders import PRESETS, compared

COUNTS = "book/03-labelling/6-two-coders.html"
MISLEADS = "book/03-labelling/7-when-agreement-misleads.html"
PAGE_OF = {"two_coders": COUNTS, "kappa_paradox": MISLEADS, "timeline": MISLEADS}


def set_slider(figure: Any, index: int, value: float) -> None:
    figure.locator('input[type="range"]').nth(index).evaluate(
        """(input, value) => { input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true })); }""",
        value,
    )


# -- two coders


def chips(figure: Any, coder: int) -> Any:
    return figure.locator(".coder").nth(coder)


def press_chip(figure: Any, coder: int, code: str) -> None:
    chips(figure, coder).locator(f'[data-key="{coder}-{code}"]').click()


def assert_same(page: Any, *sets: list[str]) -> dict[str, str]:
    state = state_of(page, "two_coders")
    expected = compared(*sets)
    for name in ("used", "printed", "jaccard", "pairs"):
        value = getattr(expected, name)
        assert (float(state[name]) if state[name] else None) == pytest.approx(value)
    return state


@pytest.mark.parametrize("preset", [one[0] for one in PRESETS])
def test_E0_07_presets_agree_with_python(preset: str, visit: Any) -> None:
    page = visit(COUNTS).page
    figure = figure_of(page, "two_coders")
    figure.locator("select").select_option(preset)
    _, _, texts, note = next(one for one in PRESETS if one[0] == preset)
    assert_same(page, *(text.split() for text in texts))
    assert note in figure.inner_text()
    above = figure.locator('[data-measure="printed"] .value').inner_text()
    assert ("above 1" in above) == (preset in ("example", "same"))


def test_S0_103_chips_change_the_sets(visit: Any) -> None:
    page = visit(COUNTS).page
    figure = figure_of(page, "two_coders")
    press_chip(figure, 0, "1")
    press_chip(figure, 0, "2")
    state = assert_same(page, ["5", "6", "12"], ["5", "6", "12"])
    assert (float(state["used"]), float(state["printed"])) == (1, 2)
    assert figure.locator(".lists li").first.inner_text().endswith("5 6 12")
    press(figure, "three")
    assert_same(page, ["5", "6", "12"], ["5", "6", "12"], [])
    press_chip(figure, 2, "4")
    assert_same(page, ["5", "6", "12"], ["5", "6", "12"], ["4"])
    assert "two of three wrote it" in figure.inner_text()
    press(figure, "two")
    assert state_of(page, "two_coders")["coders"] == "2"


def test_S0_103_undefined_is_a_word(visit: Any) -> None:
    page = visit(COUNTS).page
    figure = figure_of(page, "two_coders")
    figure.locator("select").select_option("null")
    assert figure.locator(".measure .value").all_inner_texts() == ["undefined"] * 3
    assert "undefined" in figure.locator(".ntl-announcer").inner_text()


def test_two_coders_by_keyboard_keeps_its_place(visit: Any) -> None:
    page = visit(COUNTS).page
    figure = figure_of(page, "two_coders")
    figure.locator('[data-key="1-1"]').focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.key") == "1-1"
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    page.keyboard.press(" ")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "false"
    assert float(state_of(page, "two_coders")["used"]) == 0.75


def test_two_coders_by_touch(visit: Any) -> None:
    page = visit(COUNTS, width="phone").page
    figure = figure_of(page, "two_coders")
    figure.locator('[data-key="0-1"]').tap()
    assert_same(page, ["2", "5", "6", "12"], ["5", "6", "12"])


# -- base-rate paradox

CASES = [(50, 3, 3), (1, 3, 3), (2, 20, 1), (12.5, 7, 0.5), (0, 20, 0), (100, 0, 5), (0, 60, 40)]


@pytest.mark.parametrize("rates", CASES)
def test_S0_104_paradox_agrees_with_python(rates: tuple[float, float, float], visit: Any) -> None:
    page = visit(MISLEADS).page
    figure = figure_of(page, "kappa_paradox")
    for index, value in enumerate(rates):
        set_slider(figure, index, value)
    state = state_of(page, "kappa_paradox")
    expected = Expected(*rates)
    for name in ("both", "one", "neither", "percent", "kappa", "ac1", "pabak"):
        value = getattr(expected, name)
        assert (float(state[name]) if state[name] else None) == pytest.approx(value, abs=1e-9)
    areas = figure.locator(".picture svg > rect").evaluate_all(
        "all => all.map(x => [x.className.baseVal, x.width.baseVal.value * x.height.baseVal.value])"
    )
    drawn = {"both": 0.0, "one": 0.0, "neither": 0.0}
    for kind, area in areas:
        if kind in drawn:
            drawn[kind] += 1000 * area / (240 * 170)
    assert drawn["both"] == pytest.approx(expected.both, abs=0.01)
    assert drawn["one"] == pytest.approx(2 * expected.one, abs=0.01)


def test_S0_104_kappa_falls_while_percent_stays(visit: Any) -> None:
    page = visit(MISLEADS).page
    figure = figure_of(page, "kappa_paradox")
    seen = []
    for share in (50, 20, 10, 5, 2, 1):
        press(figure, f"{share} %")
        state = state_of(page, "kappa_paradox")
        seen.append((round(float(state["percent"]), 4), float(state["kappa"])))
    assert {percent for percent, _ in seen} == {0.9418}
    assert [kappa for _, kappa in seen] == sorted((kappa for _, kappa in seen), reverse=True)
    assert "kappa is .23" in figure.locator(".ntl-announcer").inner_text()
    left = "x => parseFloat(x.style.left)"
    kappa = figure.locator('[data-measure="kappa"]')
    assert kappa.locator("i").evaluate(left) < kappa.locator("u").evaluate(left)


def test_S0_104_paradox_says_undefined(visit: Any) -> None:
    page = visit(MISLEADS).page
    figure = figure_of(page, "kappa_paradox")
    set_slider(figure, 0, 0)
    set_slider(figure, 2, 0)
    assert "divide 0 by 0" in figure.locator(".summary").inner_text()
    assert figure.locator('[data-measure="kappa"] .value').inner_text() == "undefined"


def test_paradox_by_keyboard(visit: Any) -> None:
    page = visit(MISLEADS).page
    figure = figure_of(page, "kappa_paradox")
    figure.locator('input[type="range"]').first.focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.getAttribute('aria-valuetext')") == "49.5 %"
    assert "49.5 % of faces" in figure.locator(".ntl-announcer").inner_text()


def test_paradox_by_touch(visit: Any) -> None:
    page = visit(MISLEADS, width="phone").page
    figure = figure_of(page, "kappa_paradox")
    figure.get_by_role("button", name="2 %", exact=True).tap()
    assert float(state_of(page, "kappa_paradox")["kappa"]) == pytest.approx(Expected(2, 3, 3).kappa)


# -- timeline


@pytest.mark.parametrize("clip", [one[0] for one in CLIPS])
def test_S0_104_timeline_shows_what_python_matched(clip: str, visit: Any) -> None:
    page = visit(MISLEADS).page
    figure = figure_of(page, "timeline")
    figure.locator("select").select_option(clip)
    found = next(one for one in timeline_data()["clips"] if one["id"] == clip)
    assert found["note"] in figure.inner_text()
    for step in range(len(STEPS)):
        set_slider(figure, 0, step + 1)
        state = state_of(page, "timeline")
        expected = found["at"][step]
        assert state["pairs"] == " ".join(f"{one}-{two}" for one, two, _ in expected["pairs"])
        assert state["missed"] == " ".join(map(str, expected["missed"]))
        assert state["added"] == " ".join(map(str, expected["added"]))
        shown = [float(state[name]) for name in ("precision", "recall", "f1")]
        assert shown == pytest.approx(expected["scores"])
        assert figure.locator("polygon.band").count() == len(expected["pairs"])
        lost = len(expected["missed"]) + len(expected["added"])
        assert figure.locator("rect.lost").count() == lost
        assert figure.locator("tbody tr").count() == len(expected["pairs"])


def test_S0_100_timeline_tells_signed_errors(visit: Any) -> None:
    page = visit(MISLEADS).page
    figure = figure_of(page, "timeline")
    figure.locator("select").select_option("late")
    cells = figure.locator("tbody tr td").all_inner_texts()
    assert cells[1:] == ["+6 (+200 ms)"] * 3
    figure.locator("select").select_option("close")
    assert "−4 (−133 ms)" in figure.locator("tbody").inner_text()
    for mark in "▲◆▼":
        assert figure.locator("svg text.mark", has_text=mark).count() == 6


def test_timeline_by_keyboard(visit: Any) -> None:
    page = visit(MISLEADS).page
    figure = figure_of(page, "timeline")
    figure.locator('input[type="range"]').focus()
    page.keyboard.press("ArrowRight")
    assert float(state_of(page, "timeline")["least"]) == pytest.approx(0.55)
    assert page.evaluate("document.activeElement.getAttribute('aria-valuetext')") == ".55"
    assert "At an overlap of at least .55" in figure.locator(".ntl-announcer").inner_text()


def test_timeline_by_touch_fits_a_phone(visit: Any) -> None:
    page = visit(MISLEADS, width="phone").page
    figure = figure_of(page, "timeline")
    slider = figure.locator('input[type="range"]')
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + 0.97 * box["width"], box["y"] + box["height"] / 2)
    assert float(state_of(page, "timeline")["least"]) > 0.85
    assert figure.locator(".picture").evaluate("x => x.scrollWidth - x.clientWidth") <= 0


# -- all three


@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", [COUNTS, MISLEADS])
def test_other_states_are_accessible_too(path: str, theme: str, width: str, visit: Any) -> None:
    visitor = visit(path, width=width, theme=theme)
    page = visitor.page
    if path == COUNTS:
        figure_of(page, "two_coders").locator("select").select_option("third")
    else:
        press(figure_of(page, "kappa_paradox"), "1 %")
        figure_of(page, "timeline").locator("select").select_option("split")
    check_state(visitor)


@pytest.mark.parametrize("name", PAGE_OF)
def test_without_scripts_the_fallback_is_there(name: str, visit: Any) -> None:
    page = visit(PAGE_OF[name], scripts=False).page
    assert figure_of(page, name).locator("table caption").first.is_visible()


@pytest.mark.parametrize("path", [COUNTS, MISLEADS])
def test_from_a_folder_and_on_paper(path: str, visit: Any) -> None:
    check_alone(visit(path, root=f"file://{HTML}"))
