"""OneClock, the figure of the capstone: curves, times and face against what Python wrote."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest
from bs4 import BeautifulSoup
from conftest import HTML
from panel_checks import check_alone, check_state, figure_of

PAGE = "book/06-emg/7-from-nerve-to-label.html"
NEEDLE = "root => Number(root.querySelector('.lanes .needle').getAttribute('x1'))"
FACE = "root => ({ ...root.querySelector('.ntl-viewer').dataset })"


@cache
def written() -> tuple[dict[str, Any], list[list[str]]]:
    """The figure's data and its fallback table, as they stand in the built page."""
    page = BeautifulSoup((HTML / PAGE).read_text(encoding="utf-8"), "html.parser")
    figure = page.select_one("[data-figure=one_clock]")
    assert figure
    data = json.loads(figure.select_one("script").string)["data"]
    rows = [[cell.get_text(strip=True) for cell in row.select("th, td")]
            for row in figure.select("tbody tr")]  # fmt: skip
    return data, rows


def numbers(text: str) -> list[float]:
    return [float(one) for one in re.findall(r"[-+]?\d+(?:\.\d+)?", text.replace("−", "-"))]


def check_moment(figure: Any, frame: int) -> None:
    """Face, needle and column "now" show one frame."""
    data, _ = written()
    assert int(figure.evaluate(FACE)["frame"]) == frame
    width = float(figure.locator(".lanes svg").get_attribute("width"))
    last = data["drive"]["frames"] - 1
    assert figure.evaluate(NEEDLE) == pytest.approx(6 + frame / last * (width - 12), abs=0.1)
    cells = figure.locator("td.now").all_inner_texts()
    for cell, stage in zip(cells, data["stages"], strict=True):
        assert cell.endswith(stage["unit"])
        said, half = numbers(cell), 0.5 * 10 ** -stage["round"] + 1e-9
        assert said[0] == pytest.approx(stage["low"][frame], abs=half)
        assert said[-1] == pytest.approx(stage["high"][frame], abs=half)


def test_sx05_curves_and_times_are_those_of_python_and_lead_to_the_face(visit: Any) -> None:
    page = visit(PAGE).page
    figure, (data, fallback) = figure_of(page, "one_clock"), written()
    stages, fps = data["stages"], data["drive"]["fps"]
    assert figure.locator("path.curve").count() == len(stages) == len(fallback) == 5
    assert figure.locator("text.name").all_text_contents() == [one["name"] for one in stages]
    # Every mark stands at its time, and every band runs from true onset to true offset.
    width = float(figure.locator(".lanes svg").get_attribute("width"))
    scale = (width - 12) * fps / 1000 / (data["drive"]["frames"] - 1)
    marks = figure.locator("text.mark").evaluate_all("all => all.map(x => +x.getAttribute('x'))")
    assert marks == pytest.approx([6 + ms * scale for one in stages for ms in one["found"]])
    wide = figure.locator("rect.true").evaluate_all("all => all.map(x => +x.getAttribute('width'))")
    assert wide == pytest.approx([(one["true"][2] - one["true"][0]) * scale for one in stages])
    # The table says what the fallback says.
    for row, said in zip(figure.locator("tbody tr").all(), fallback, strict=True):
        cells = row.locator("th, td").all_inner_texts()
        assert [cells[0], *cells[2:5]] == said[:4]
        assert numbers(cells[5]) == numbers(said[4])
    check_moment(figure, 0)
    # A press leads everything there, and says so.
    for row, column in ((1, 1), (4, 2)):
        button = figure.locator("tbody tr").nth(row).locator("button").nth(column)
        button.click()
        there = round(stages[row]["found"][column] * fps / 1000)
        check_moment(figure, there)
        told = f"{stages[row]['name']}: {button.inner_text()} ms"
        assert figure.locator(".ntl-announcer").text_content() == told
    # Keys step from there; a press on the lanes goes where it is.
    for key, step in (("ArrowRight", 1), (".", 1), ("Shift+ArrowLeft", -10)):
        page.keyboard.press(key)
        there += step
        check_moment(figure, there)
    lanes = figure.locator(".lanes")
    lanes.click(position={"x": 6 + 300 * scale, "y": 30})
    check_moment(figure, round(300 * fps / 1000))


def test_it_is_accessible_on_a_phone_in_the_dark(visit: Any) -> None:
    visitor = visit(PAGE, width="phone", theme="dark")
    figure = figure_of(visitor.page, "one_clock")
    figure.locator("tbody button").nth(2).tap()
    check_state(visitor)
    small = figure.locator("button, select, input").evaluate_all(
        "all => all.filter(x => x.checkVisibility()).map(x => x.getBoundingClientRect())"
        ".filter(x => x.width < 24 || x.height < 24).length"
    )
    assert small == 0


def test_it_runs_alone(visit: Any) -> None:
    check_alone(visit(PAGE, root=f"file://{HTML}"))
