"""Wiring: by mouse, touch and keyboard, against Python."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from conftest import HTML
from panel_checks import check_alone, check_state, figure_of, press, state_of

from fau_teach.emg import board
from fau_teach.widgets.wiring import _NAMES, PARTS

PAGE = "book/06-emg/2-build-it.html"
SET = """(input, value) => { input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true })); }"""


def test_S4_003_volts_and_counts_at_the_pin_are_those_of_python(visit: Any) -> None:
    page = visit(PAGE).page
    figure = figure_of(page, "wiring")
    slider = figure.get_by_label("Output of the module", exact=True)
    for name, output in product(board.PROTECTIONS, (-9, -0.5, 0, 2.5, 5, 5.5, 9)):
        press(figure, _NAMES[name])
        slider.evaluate(SET, output)
        found, pin = state_of(page, "wiring"), board.pin_volts(output, name)
        assert float(found["pin"]) == pytest.approx(pin)
        assert int(found["count"]) == board.counts(pin)
        assert (found["allowed"] == "true") is board.survives(pin)
        said = figure.locator(".summary").inner_text()
        assert said.startswith("✓" if board.survives(pin) else "✕")
        number = re.search(r"([−\d.]+) V at A0", said)
        assert number
        assert float(number[1].replace("−", "-")) == pytest.approx(pin, abs=0.051)
        assert figure.locator("[data-volts=pin]").text_content()[0] == said[0]
    shown = figure.locator("[data-when=divider]").evaluate_all(
        "all => all.map(x => x.style.display)"
    )
    assert set(shown) == {"none"}


def test_every_part_answers_to_mouse_finger_and_keyboard(visit: Any) -> None:
    page = visit(PAGE, width="phone").page
    figure = figure_of(page, "wiring")
    for number, part in enumerate(PARTS, 1):
        spot = figure.locator(f"[data-part={part.id}]")
        badge = spot.locator(".badge circle")
        badge.scroll_into_view_if_needed()
        box = badge.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 18
        hit = spot.locator(".hit").first.bounding_box()
        assert hit
        assert min(hit["width"], hit["height"]) >= 20
        badge.tap()
        assert spot.get_attribute("aria-pressed") == "true"
        assert figure.locator(".about .title").inner_text() == f"{number}. {part.title}"
        assert part.wrong in figure.locator(".ntl-announcer").text_content()
    figure.locator("[data-part=usb]").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert "9. Arduino" in figure.locator(".about").inner_text()


def test_a_missing_ground_and_a_charger_are_told(visit: Any) -> None:
    page = visit(PAGE).page
    figure = figure_of(page, "wiring")
    words = figure.locator(".summary")
    press(figure, "missing")
    assert "No common ground" in words.inner_text()
    assert figure.locator("[data-volts=pin]").text_content() == "? at A0"
    press(figure, "charger in")
    assert "to the mains" in words.inner_text()
    press(figure, "there")
    press(figure, "on battery")
    assert "mains" not in words.inner_text()


@pytest.mark.parametrize(("width", "theme"), [("phone", "dark"), ("desktop", "light")])
def test_states_are_accessible(width: str, theme: str, visit: Any) -> None:
    visitor = visit(PAGE, width=width, theme=theme)
    figure = figure_of(visitor.page, "wiring")
    check_state(visitor)
    for name in ("a wire", "missing", "charger in"):
        press(figure, name)
    check_state(visitor)


def test_figures_run_alone(visit: Any) -> None:
    check_alone(visit(PAGE, root=f"file://{HTML}"))
