"""Depth cloud: by mouse, touch and keyboard, against Python."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from conftest import HTML
from panel_checks import check_alone, check_state, figure_of, press, state_of

from fau_teach import depth
from fau_teach.widgets.depth_cloud import APEX, CLIPS, clouds

CLOUD = "book/05-depth-mer/2-from-map-to-cloud.html"
SET = """(input, value) => { input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true })); }"""


def slide(figure: Any, label: str, value: float) -> None:
    figure.get_by_label(label, exact=True).evaluate(SET, value)


def press_state(figure: Any, name: str) -> str:
    return str(figure.get_by_role("button", name=name, exact=True).get_attribute("aria-pressed"))


def test_S3_015_E3_05_motion_and_colours_are_those_of_python(visit: Any) -> None:
    page = visit(CLOUD).page
    figure = figure_of(page, "depth_cloud")
    for name, variant, rounded in product(CLIPS, ("used", "printed"), (False, True)):
        press(figure, CLIPS[name][0])
        press(figure, f"as {variant}")
        press(figure, "in steps of 1 mm" if rounded else "exact")
        for frame in (0, 3, APEX):
            slide(figure, "Frame", frame)
            first, second = clouds(name, frame, rounded)
            moved = depth.difference(first, second)
            motion = depth.spherical(moved.delta, variant)
            found = state_of(page, "depth_cloud")
            assert int(found["moved"]) == (motion[:, 0] > 0).sum()
            assert float(found["greatest"]) == pytest.approx(1e3 * motion[:, 0].max(), abs=1e-6)
            wanted = depth.colours(motion, variant).mean(axis=0)
            assert [float(one) for one in found["shades"].split(",")] == pytest.approx(
                wanted.tolist(), abs=2e-4
            )
    assert f"{len(first)} pixels" in figure.locator(".summary").inner_text()


def test_the_cloud_turns_by_mouse_and_keys_and_plays_to_the_apex(visit: Any) -> None:
    page = visit(CLOUD).page
    figure = figure_of(page, "depth_cloud")
    canvas = figure.locator("canvas")
    pixels = "one => [...one.getContext('2d').getImageData(0, 0, one.width, one.height).data]"
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(100)
    before = np.array(canvas.evaluate(pixels))
    assert (before[3::4] > 0).mean() > 0.15
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 100, steps=4)
    page.mouse.up()
    turn = figure.get_by_label("Turn", exact=True)
    assert turn.input_value() == "0"
    page.wait_for_timeout(100)
    assert (np.array(canvas.evaluate(pixels)) != before).any()
    turn.focus()
    page.keyboard.press("ArrowRight")
    assert "5°" in figure.locator(f"output[for={turn.get_attribute('id')}]").inner_text()
    press(figure, "Play")
    assert "▲ onset" in figure.locator(".summary").inner_text()
    page.wait_for_function(
        "one => one.textContent.includes('◆ apex')",
        arg=figure.locator(".summary").element_handle(),
    )
    figure.get_by_role("button", name="Play", exact=True).wait_for()


def test_words_name_the_ends_of_each_colour(visit: Any) -> None:
    page = visit(CLOUD).page
    figure = figure_of(page, "depth_cloud")
    legend = figure.locator(".note")
    assert "mm from the camera" in legend.inner_text()
    for value, used, printed in (
        ("r", "0.00 mm to 2.55 mm", "0.00 mm to 2.55 mm"),
        ("theta", "−180° to 180°", "−90° to 89°"),
        ("phi", "−90° to 90°", "−89° to 89°"),
        ("all", "black: no motion", "least to their greatest"),
    ):
        figure.get_by_label("Colour", exact=True).select_option(value)
        for variant, wanted in (("used", used), ("printed", printed)):
            press(figure, f"as {variant}")
            assert wanted in legend.inner_text()
            assert press_state(figure, f"as {variant}") == "true"


@pytest.mark.parametrize(("width", "theme"), [("phone", "dark"), ("desktop", "light")])
def test_states_are_accessible(width: str, theme: str, visit: Any) -> None:
    visitor = visit(CLOUD, width=width, theme=theme)
    check_state(visitor)
    figure = figure_of(visitor.page, "depth_cloud")
    figure.get_by_label("Colour", exact=True).select_option("all")
    press(figure, "as printed")
    check_state(visitor)


def test_figures_run_alone(visit: Any) -> None:
    check_alone(visit(CLOUD, root=f"file://{HTML}"))
