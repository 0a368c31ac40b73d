"""What every page with panels has to keep, whatever state its figures are in."""

from __future__ import annotations

from typing import Any

from conftest import Visitor, start_figures
from test_pages import run_axe

SET = """(input, value) => { input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true })); }"""


def figure_of(page: Any, name: str) -> Any:
    return page.locator(f".ntl-figure[data-figure={name}]").first


def slide(figure: Any, label: str, value: float) -> None:
    figure.get_by_label(label, exact=True).evaluate(SET, value)


def places(text: str) -> list[int]:
    return [int(one) for one in text.split(",") if one]


def state_of(page: Any, name: str) -> dict[str, str]:
    found: dict[str, str] = (
        figure_of(page, name).locator(".ntl-panel").evaluate("root => ({ ...root.dataset })")
    )
    return found


def press(figure: Any, name: str) -> None:
    figure.get_by_role("button", name=name, exact=True).click()


def check_state(visitor: Visitor) -> None:
    """Accessible, no error, no sideways scroll, nothing too small for a finger."""
    page = visitor.page
    page.evaluate("scrollTo(0, 0)")  # nothing lies under the sticky header
    assert run_axe(page) == []
    assert visitor.errors == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    small = page.locator(".ntl-panel button, .ntl-panel select, .ntl-panel input").evaluate_all(
        "all => all.map(x => x.getBoundingClientRect()).filter(x => x.width < 24 || x.height < 24)"
    )
    assert small == []


def check_alone(visitor: Visitor) -> None:
    """Figures start from a folder, ask for nothing outside, and print."""
    start_figures(visitor.page)
    states = visitor.page.eval_on_selector_all(
        ".ntl-figure", "all => all.map(x => x.dataset.ready)"
    )
    assert set(states) == {"true"}
    assert visitor.outside == []
    visitor.page.emulate_media(media="print")
    assert visitor.page.locator(".ntl-figure").first.is_visible()
