"""Muscle types and force view: by mouse, keyboard and touch, against Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import HTML, find_chromium
from panel_checks import check_alone, check_state
from playwright.sync_api import Browser
from test_faceview import SOFTWARE_GL
from test_live_face import without_gl

from fau_teach.widgets import muscle_types as types
from fau_teach.widgets.force_view import RATE, TERMS, force_view_data

KINDS = "book/04-force-ode/1-three-kinds-of-muscle.html"
HOLDS = "book/04-force-ode/3-why-a-smile-holds.html"
SET = """(input, value) => { input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true })); }"""


@pytest.fixture(scope="module")
def browser(browser: Browser) -> Iterator[Browser]:
    """A browser that draws WebGL2 in software."""
    own = browser.browser_type.launch(executable_path=find_chromium(), args=list(SOFTWARE_GL))
    yield own
    own.close()


def figure_of(page: Any, name: str) -> Any:
    figure = page.locator(f".ntl-figure[data-figure={name}]").first
    figure.scroll_into_view_if_needed()
    figure.locator(".ntl-panel").wait_for()
    return figure


def state_of(figure: Any) -> dict[str, str]:
    found: dict[str, str] = figure.locator(".ntl-panel").evaluate("root => ({ ...root.dataset })")
    return found


def press(figure: Any, name: str) -> None:
    figure.get_by_role("button", name=name, exact=True).click()


# -- muscle types


def test_S1_006_shares_in_the_page_are_pythons(visit: Any) -> None:
    figure = figure_of(visit(KINDS).page, "muscle_types")
    for kind in types.KINDS:
        press(figure, kind)
        assert float(state_of(figure)["net"]) == pytest.approx(
            types.net(types.forces(kind)), abs=1e-4
        )
        for groups in types.GROUPS:
            cell = figure.locator(f'[data-cell="{kind} {groups}"]')
            expected = types.unexplained(types.forces(kind), groups)
            assert float(cell.get_attribute("data-left")) == pytest.approx(expected, abs=1e-4)


def test_E1_07_one_vector_leaves_the_ring_still_and_four_do_not(visit: Any) -> None:
    figure = figure_of(visit(KINDS, width="phone").page, "muscle_types")
    press(figure, "1 for the muscle")
    assert float(state_of(figure)["left"]) == pytest.approx(1)
    assert figure.locator("line.pull").count() == 0
    assert "100.0 %" in figure.locator(".summary").inner_text()
    press(figure, "4 for the muscle")
    assert figure.locator("line.pull").count() == types.POINTS
    assert "18.7 %" in figure.locator(".summary").inner_text()
    press(figure, "each place its own")
    assert "nothing is lost" in figure.locator(".summary").inner_text()


def test_skin_follows_the_slider(visit: Any) -> None:
    visitor = visit(KINDS)
    figure = figure_of(visitor.page, "muscle_types")
    lines = "all => all.map(one => one.getAttribute('points')).join()"
    pulled = figure.locator(".skin").evaluate_all(lines)
    assert figure.locator(".skin").count() == 2 * types.SIDE
    figure.locator('input[type="range"]').evaluate(SET, 0)
    rest = figure.locator(".skin").evaluate_all(lines)
    assert rest != pulled
    figure.locator('input[type="range"]').focus()
    visitor.page.keyboard.press("End")
    assert figure.locator(".skin").evaluate_all(lines) == pulled


def test_contract_moves_and_ends_at_full_activation(visit: Any) -> None:
    page = visit(KINDS).page
    figure = figure_of(page, "muscle_types")
    figure.locator('input[type="range"]').evaluate(SET, 0)
    press(figure, "Contract")
    page.wait_for_function(
        "document.querySelector('.ntl-panel-muscle-types output').textContent === '100 %'"
    )
    figure.get_by_role("button", name="Contract", exact=True).wait_for()


# -- force view


@pytest.mark.parametrize("scene", [0, 1])
def test_terms_in_the_page_are_pythons(visit: Any, scene: int) -> None:
    figure = figure_of(visit(HOLDS).page, "force_view")
    data = force_view_data()["scenes"][scene]
    press(figure, data["title"])
    for frame in (0, len(data["muscle"]) // 3, len(data["muscle"]) - 1):
        figure.locator('input[type="range"]').evaluate(SET, frame)
        state = state_of(figure)
        assert [float(state[name]) for name in TERMS] == [data[name][frame] for name in TERMS]
    assert figure.locator("polyline.term").count() == 4


def test_the_held_smile_says_what_holds_it(visit: Any) -> None:
    figure = figure_of(visit(HOLDS).page, "force_view")
    figure.locator('input[type="range"]').evaluate(SET, round(0.8 * RATE))
    text = figure.locator(".summary").inner_text().replace("\u00a0", " ")
    assert text == "Muscle 100 % = elastic 100 % + damping 0 % + inertia 0 %."


def test_force_and_movement_colour_the_face_differently(visit: Any) -> None:
    page = visit(HOLDS, paint=True).page
    figure = figure_of(page, "force_view")
    page.wait_for_function(
        "document.querySelector('.ntl-panel-force-view').dataset.state === 'live'"
    )
    read = "document.querySelector('.ntl-panel-force-view canvas').toDataURL()"
    drawn = "Number(document.querySelector('.ntl-panel-force-view').dataset.painted || 0)"
    page.wait_for_function(f"{drawn} > 0")
    seen = set()
    for name in ("Force", "Movement", "Skin"):
        before = page.evaluate(drawn)
        press(figure, name)
        page.wait_for_function(f"{drawn} > {before}")
        seen.add(page.evaluate(read))
    assert len(seen) == 3


def test_play_runs_to_the_end_and_stops(visit: Any) -> None:
    page = visit(HOLDS).page
    figure = figure_of(page, "force_view")
    press(figure, "Brief smile")
    press(figure, "Play")
    figure.get_by_role("button", name="Pause").wait_for()
    page.wait_for_function(
        """() => { const time = document.querySelector('.ntl-panel-force-view input[type="range"]');
        return time.value === time.max; }"""
    )
    figure.get_by_role("button", name="Play").wait_for()


def test_curves_stay_without_webgl(visit: Any) -> None:
    page = without_gl(visit(HOLDS))
    figure = figure_of(page, "force_view")
    page.wait_for_function("document.querySelector('.ntl-panel-force-view').dataset.state")
    assert state_of(figure)["state"] == "still"
    assert figure.locator("polyline.term").count() == 4
    assert "cannot draw the face" in figure.inner_text()


# -- both


@pytest.mark.parametrize("path", [KINDS, HOLDS])
@pytest.mark.parametrize(("theme", "width"), [("light", "desktop"), ("dark", "phone")])
def test_accessible_in_both_themes(visit: Any, path: str, theme: str, width: str) -> None:
    check_state(visit(path, theme=theme, width=width))


@pytest.mark.parametrize("path", [KINDS, HOLDS])
def test_from_a_folder_and_on_paper(visit: Any, path: str) -> None:
    check_alone(visit(path, root=f"file://{HTML}"))
