"""Integrator playground and hidden force: by mouse and keyboard, against Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import HTML
from panel_checks import check_alone, check_state, figure_of, press, state_of

from fau_teach.widgets.hidden_force import GRID, hidden_data
from fau_teach.widgets.integrators import METHODS, STEPS, face_system, stepped

STEPPING = "book/04-force-ode/4-stepping-through-time.html"
HIDDEN = "book/04-force-ode/5-what-the-skin-hides.html"
PAGE_OF = {"integrators": STEPPING, "hidden_force": HIDDEN}
SET = """(input, value) => { input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true })); }"""


def slide(figure: Any, label: str, value: float) -> None:
    figure.get_by_label(label, exact=True).evaluate(SET, value)


def terms(page: Any, elastic: bool, damping: bool) -> None:
    figure = figure_of(page, "integrators")
    for name, wanted in (("elasticity", elastic), ("damping", damping)):
        button = figure.get_by_role("button", name=name, exact=True)
        if (button.get_attribute("aria-pressed") == "true") != wanted:
            button.click()


# -- integrators


@pytest.mark.parametrize(("elastic", "damping"), [(True, True), (True, False), (False, True)])
def test_S1_016_every_method_steps_as_python_does(elastic: bool, damping: bool, visit: Any) -> None:
    page = visit(STEPPING).page
    figure = figure_of(page, "integrators")
    terms(page, elastic, damping)
    system = face_system(elastic, damping)
    exact = stepped("exact", 1, elastic, damping)[0].energy(system)
    for method in METHODS:
        figure.get_by_label("Method", exact=True).select_option(method)
        for step in (1, 4, 40):
            slide(figure, "Step", STEPS.index(step))
            motion, shown = stepped(method, step, elastic, damping)
            with np.errstate(all="ignore"):
                energy = motion.energy(system)
            found = state_of(page, "integrators")
            if not np.isfinite(shown[-1]) or abs(shown).max() > 1e6:
                assert found["left"]
                continue
            size = max(abs(shown).max(), 1)
            assert float(found["end"]) == pytest.approx(shown[-1], rel=1e-4, abs=1e-5 * size)
            assert float(found["energy"]) == pytest.approx(
                energy[-1] / exact[-1], rel=2e-3, abs=1e-6
            )


def test_E1_04_above_the_limit_it_leaves_and_the_words_say_why(visit: Any) -> None:
    page = visit(STEPPING).page
    figure = figure_of(page, "integrators")
    words = figure.locator(".summary")
    assert "below its limit of 2.41 ms" in words.inner_text()
    press(figure, "a film frame, exact")
    assert "no limit" in words.inner_text()
    assert state_of(page, "integrators")["left"] == ""
    press(figure, "damping")
    figure.get_by_label("Method", exact=True).select_option("euler")
    assert "no step holds" in words.inner_text()
    assert float(state_of(page, "integrators")["left"]) < 0.5
    assert figure.locator("text.gone").count() >= 1
    press(figure, "Eq. 5 and 6")
    assert " m" in words.inner_text()
    assert float(state_of(page, "integrators")["end"]) > 1000


def test_the_step_by_keyboard(visit: Any) -> None:
    page = visit(STEPPING).page
    figure = figure_of(page, "integrators")
    figure.get_by_label("Step", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert figure.locator("output").first.inner_text() == "2.5 ms"
    assert "above its limit" in figure.locator(".summary").inner_text()
    assert "above its limit" in figure.locator(".ntl-announcer").inner_text()


# -- hidden force


def test_E1_06_sliders_add_up_what_python_computed(visit: Any) -> None:
    page = visit(HIDDEN).page
    figure = figure_of(page, "hidden_force")
    for one in hidden_data()["examples"]:
        press(figure, one["title"])
        for pull, hold in ((100, 0), (100, 100), (50, 25)):
            slide(figure, "The muscle", pull)
            slide(figure, "Those that hold against it", hold)
            found = state_of(page, "hidden_force")
            at = pull * GRID // 100 * (GRID + 1) + hold * GRID // 100
            assert float(found["skin"]) == pytest.approx(one["most"][at] / 100)
            share = (pull / 100, hold / 100)
            pulled = sum(m["force"] * share[m["group"]] for m in one["muscles"])
            assert float(found["force"]) == pytest.approx(pulled)
            assert f"{one['most'][at] / 100:.2f} mm" in figure.locator(".summary").inner_text()


def test_intervals_follow_the_noise(visit: Any) -> None:
    page = visit(HIDDEN).page
    figure = figure_of(page, "hidden_force")
    half = hidden_data()["examples"][0]["muscles"][0]["half"]
    for noise in (0.1, 1):
        press(figure, f"{noise:g} mm")
        for name, wide in half.items():
            row = figure.locator("tr", has=page.get_by_role("rowheader", name=name, exact=True))
            low, high = max(0, 0.5 - wide * noise), min(1, 0.5 + wide * noise)
            wanted = "anything from 0 to 1" if (low, high) == (0, 1) else f"{low:.2f} to {high:.2f}"
            assert wanted in row.inner_text()


def test_moved_points_stand_where_the_sliders_put_them(visit: Any) -> None:
    page = visit(HIDDEN).page
    figure = figure_of(page, "hidden_force")
    lines = ".views svg:first-child polyline.moved"
    rest = figure.locator(".views svg:first-child polyline.rest").evaluate_all(
        "all => all.map(one => one.getAttribute('points'))"
    )
    assert figure.locator(lines).evaluate_all("a => a.map(x => x.getAttribute('points'))") != rest
    slide(figure, "The muscle", 0)
    assert figure.locator(lines).evaluate_all("a => a.map(x => x.getAttribute('points'))") == rest


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_every_state_is_accessible(width: str, theme: str, visit: Any) -> None:
    visitor = visit(STEPPING, width=width, theme=theme)
    check_state(visitor)
    press(figure_of(visitor.page, "integrators"), "above it")
    check_state(visitor)
    visitor = visit(HIDDEN, width=width, theme=theme)
    check_state(visitor)
    slide(figure_of(visitor.page, "hidden_force"), "Those that hold against it", 100)
    check_state(visitor)


@pytest.mark.parametrize("name", PAGE_OF)
def test_figures_run_alone_and_print(name: str, visit: Any) -> None:
    check_alone(visit(PAGE_OF[name], root=f"file://{HTML}"))
