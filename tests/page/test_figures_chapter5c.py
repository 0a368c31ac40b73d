"""Neighbours: centres and balls by mouse and keyboard, against Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import HTML
from panel_checks import check_alone, check_state, figure_of, places, press, slide, state_of

from fau_teach.widgets.neighbours import ORDERS, RULES, cloud_mm, grouped

PAGE = "book/05-depth-mer/5-networks-for-points.html"


def test_S3_023_centres_and_neighbours_are_those_of_python(visit: Any) -> None:
    page = visit(PAGE).page
    figure = figure_of(page, "neighbours")
    points = cloud_mm()
    for count, centre, radius, most in ((16, 1, 20, 16), (64, 40, 33, 32), (8, 8, 40, 8)):
        figure.get_by_role("group", name="Centres", exact=True).get_by_text(
            str(count), exact=True
        ).click()
        figure.get_by_role("group", name="At most", exact=True).get_by_text(
            str(most), exact=True
        ).click()
        slide(figure, "Centre", centre)
        slide(figure, "Radius", radius)
        for rule, rule_name in RULES:
            press(figure, rule_name)
            changed = []
            for order, order_name in ORDERS:
                press(figure, order_name)
                found = state_of(page, "neighbours")
                centres, kept = grouped(count, radius, most, rule, order)
                assert places(found["centres"]) == centres.tolist()
                whole = grouped(count, radius, len(points), "nearest", "rows")[1]
                assert int(found["inside"]) == len(whole[centre - 1])
                covered = len({int(k) for one in whole for k in one}) / len(points)
                assert float(found["covered"]) == pytest.approx(covered)
                here, there = places(found["kept"]), kept[centre - 1].tolist()
                if rule == "first":
                    assert here == there
                away = [np.linalg.norm(points[at] - points[centres[centre - 1]], axis=1)
                        for at in (here, there)]  # fmt: skip
                assert away[0] == pytest.approx(away[1])  # which of two equally far ones is open
                changed.append(int(found["changed"]))
            one, other = (grouped(count, radius, most, rule, order)[1] for order, _ in ORDERS)
            lost = sum(len({*a} - {*b}) for a, b in zip(one, other, strict=True))
            if rule == "first":
                assert changed[0] == lost
            assert changed[0] == changed[1]


def test_a_click_and_the_keyboard_choose_a_centre(visit: Any) -> None:
    page = visit(PAGE).page
    figure = figure_of(page, "neighbours")
    front = figure.locator(".views svg").first
    front.scroll_into_view_if_needed()
    mark = front.locator("rect.centre:not(.on)").nth(4)
    box = mark.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    on = figure.locator(".views svg").first.locator("rect.on").bounding_box()
    assert on
    assert (on["x"], on["y"]) == pytest.approx((box["x"], box["y"]), abs=2)
    said = figure.locator("output").first.inner_text()
    chosen = int(said.split()[0])
    assert f"centre {chosen} " in figure.locator(".ntl-announcer").text_content()
    figure.get_by_label("Centre", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    assert figure.locator("output").first.inner_text() == f"{chosen - 1} of 16"
    assert f"centre {chosen - 1} " in figure.locator(".summary").inner_text()


@pytest.mark.parametrize(("width", "theme"), [("phone", "dark"), ("desktop", "light")])
def test_every_state_is_accessible(width: str, theme: str, visit: Any) -> None:
    visitor = visit(PAGE, width=width, theme=theme)
    check_state(visitor)
    press(figure_of(visitor.page, "neighbours"), RULES[0][1])
    slide(figure_of(visitor.page, "neighbours"), "Radius", 40)
    check_state(visitor)


def test_the_figure_runs_alone_and_prints(visit: Any) -> None:
    check_alone(visit(PAGE, root=f"file://{HTML}"))
