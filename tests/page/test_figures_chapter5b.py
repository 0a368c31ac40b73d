"""Same colour, top k, head motion: by mouse and keyboard, against Python."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import numpy as np
import pytest
from conftest import HTML
from panel_checks import check_alone, check_state, figure_of, press, state_of

from fau_teach import depth
from fau_teach.depth.cloud import cloud
from fau_teach.motion_bars import WAYS
from fau_teach.widgets import head_motion, same_colour, top_k

SUBTRACTING = "book/05-depth-mer/3-subtracting-two-frames.html"
REAL = "book/05-depth-mer/4-motion-that-is-real.html"
SET = """(input, value) => { input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true })); }"""


def slide(figure: Any, label: str, value: float) -> None:
    figure.get_by_label(label, exact=True).evaluate(SET, value)


def numbers(text: str) -> list[float]:
    return [float(one) for one in text.split(",")]


def test_S3_013_S3_017_angles_and_pixels_are_those_of_python(visit: Any) -> None:
    page = visit(SUBTRACTING).page
    figure = figure_of(page, "same_colour")
    for turn, rise in ((53, 0), (-120, 40), (10, -80)):
        slide(figure, "Direction in the picture", turn)
        slide(figure, "Away from you", rise)
        motion = same_colour.motion(turn, rise)
        both = np.array([motion, depth.twin(motion)])
        wanted = [np.degrees(depth.spherical(both, one)[:, 1:]) for one in ("printed", "used")]
        found = np.reshape(numbers(state_of(page, "same_colour")["angles"]), (2, 2, 2))
        assert np.abs(found - np.stack(wanted, axis=1)).max() < 1e-9
        shades = np.reshape(numbers(state_of(page, "same_colour")["shades"]), (2, 2, 3))
        assert (shades[0, 0] == shades[1, 0]).all()  # one colour as printed
        assert (shades[0, 1] != shades[1, 1]).any()
    press(figure, "brow")
    assert "jump from 90° to −90°" in figure.locator(".summary").first.inner_text()
    assert figure.locator(".picture").first.locator("polygon").count() == 2  # both arrows
    camera = depth.Intrinsics()
    row = depth.Intrinsics(height=1, cy=0.0)
    for across, near, slope, column in ((2, 0, 0, 740), (2, 0.5, 30, 640), (-1.5, -1, -45, 840)):
        slide(figure, "Skin slides to the right", across)
        slide(figure, "Skin comes nearer", near)
        slide(figure, "Slope of the skin", slope)
        slide(figure, "Column of the pixel", column)
        rise = np.tan(np.radians(slope))
        middle = 600 - rise * 600 * camera.columns[column]  # so that the pixel sees 600 mm
        seen = [
            cloud(((middle - back - rise * way) / (1 - rise * row.columns))[None], row, dtype=float)
            for way, back in ((0, 0), (across, near))
        ]  # type: ignore[call-overload]
        wanted_mm = 1e3 * depth.difference(*seen).delta[column]
        assert numbers(state_of(page, "same_colour")["seen"]) == pytest.approx(
            wanted_mm[[0, 2]], abs=1e-9
        )
    assert "1.80 mm" in figure.locator(".summary").nth(1).inner_text()


def test_S3_016_S3_019_chosen_points_are_those_of_python(visit: Any) -> None:
    page = visit(SUBTRACTING).page
    figure = figure_of(page, "top_k")
    cases = [
        (code, shown, wall, centre, factor, count, order)
        for k, (code, shown, (order, _)) in enumerate(
            product(top_k.CLIPS, top_k.DEPTHS, top_k.RANKS)
        )
        for wall, centre, factor, count in [
            (k % 2 == 1, top_k.CENTRES[k % 3], (1.5, 0.9, 2.4)[k // 2 % 3], (2, 4, 0)[k % 3])
        ]
    ]
    for code, (depth_, name), wall, centre, factor, count, order in cases:
        figure.get_by_label("Clip", exact=True).select_option(code)
        press(figure, name)
        press(figure, "a wall" if wall else "nothing")
        press(figure, centre)
        press(figure, dict(top_k.RANKS)[order])
        slide(figure, "Filter: times the mean distance", factor)
        slide(figure, "Points kept", count)
        found = state_of(page, "top_k")
        kept, best = top_k.chosen(
            code, depth_, wall, centre, factor, top_k.COUNTS[count], order
        )  # fmt: skip
        moving = top_k.maps(code)[2].ravel()
        assert int(found["kept"]) == len(kept)
        assert int(found["chosen"]) == len(best)
        assert int(found["hits"]) == moving[best].sum()
        assert numbers(found["first"]) == best[:5].tolist()
        assert float(found["recall"]) == pytest.approx(moving[best].sum() / moving.sum())
    assert re.search(r"\d+ of the 14 chosen points", figure.locator(".summary").inner_text())
    painted = figure.locator("canvas").evaluate(
        "one => [...one.getContext('2d').getImageData(0, 0, one.width, one.height).data]"
    )
    assert (np.array(painted)[3::4] > 0).mean() > 0.4


def test_S3_020_every_run_of_python_is_shown(visit: Any) -> None:
    page = visit(REAL).page
    figure = figure_of(page, "head_motion")
    for code, title in head_motion.CLIPS.items():
        for depth_, name in head_motion.DEPTHS:
            press(figure, title)
            press(figure, name)
            for at, one in enumerate(head_motion.runs(code, depth_)):
                slide(figure, "The head moves meanwhile by", at)
                found = state_of(page, "head_motion")
                wanted = [one[way]["precision"] for way in WAYS]
                assert numbers(found["precision"]) == pytest.approx(wanted, abs=1e-3)
                assert float(found["chance"]) == pytest.approx(one["chance"], abs=1e-4)
    shift = figure.get_by_label("The head moves meanwhile by", exact=True)
    shift.focus()
    page.keyboard.press("Home")
    assert "nothing" in figure.locator("output").first.inner_text()
    assert "As used: 100 %" in figure.locator(".summary").inner_text()
    assert figure.locator("figcaption").all_inner_texts()[2] == "as used: 1.00"


@pytest.mark.parametrize("path", [SUBTRACTING, REAL])
@pytest.mark.parametrize(("width", "theme"), [("phone", "dark"), ("desktop", "light")])
def test_every_state_is_accessible(path: str, width: str, theme: str, visit: Any) -> None:
    visitor = visit(path, width=width, theme=theme)
    check_state(visitor)
    if path == SUBTRACTING:
        slide(figure_of(visitor.page, "same_colour"), "Direction in the picture", 90)
        press(figure_of(visitor.page, "top_k"), "a wall")
    else:
        slide(figure_of(visitor.page, "head_motion"), "The head moves meanwhile by", 4)
    check_state(visitor)


@pytest.mark.parametrize("path", [SUBTRACTING, REAL])
def test_figures_run_alone(path: str, visit: Any) -> None:
    check_alone(visit(path, root=f"file://{HTML}"))
