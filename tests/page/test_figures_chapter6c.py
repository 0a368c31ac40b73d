"""SplitLeak: splits, neighbours and scores by mouse and keyboard, against Python."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import HTML
from panel_checks import check_alone, check_state, figure_of, places, press, slide, state_of

from fau_teach.evaluate.windows import SPLITS
from fau_teach.widgets.split_leak import ASKED, PEOPLE, found, score, windows

PAGE = "book/06-emg/6-two-numbers-in-an-abstract.html"


def test_S4_009_splits_and_neighbours_are_those_of_python(visit: Any) -> None:
    page = visit(PAGE).page
    figure = figure_of(page, "split_leak")
    known = windows()
    for ask, _ in ASKED:
        figure.get_by_label("Ask for", exact=True).select_option(ask)
        for name in SPLITS:
            press(figure, name)
            wanted = found(name, ask)
            assert float(state_of(page, "split_leak")["score"]) == pytest.approx(score(name, ask))
            folds = len(wanted.crossings)
            slide(figure, "Fold", folds)
            state = state_of(page, "split_leak")
            here = wanted.fold == wanted.fold.max()
            right = wanted.found[here] == wanted.windows.labels[here]
            assert int(state["right"]) == right.sum()
            if ask == "emotion":
                tested, near = places(state["tested"]), places(state["near"])
                assert known.trials[tested].tolist() == wanted.windows.trials[here].tolist()
                assert known.labels[near].tolist() == wanted.found[here].tolist()
                told = [float(one) for one in state["crosses"].split(",")]
                crosses = wanted.crossings[-1].tested
                assert told == pytest.approx([crosses[k] for k in ("trial", "session", "subject")])
        assert folds == PEOPLE


def test_a_click_and_the_keyboard_choose_a_window(visit: Any) -> None:
    page = visit(PAGE).page
    figure = figure_of(page, "split_leak")
    mark = figure.locator("g.right").nth(7)
    mark.scroll_into_view_if_needed()
    mark.click()
    chosen = int(figure.locator("output").nth(1).inner_text().split()[0])
    assert "The chosen window is" in figure.locator(".ntl-announcer").text_content()
    figure.get_by_label("Tested window", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert figure.locator("output").nth(1).inner_text().startswith(f"{chosen + 1} of")
    press(figure, "leave person out")
    figure.get_by_label("Ask for", exact=True).select_option("subject")
    assert "Nobody can name a person never seen." in figure.locator(".summary").inner_text()


@pytest.mark.parametrize(("width", "theme"), [("phone", "dark"), ("desktop", "light")])
def test_every_state_is_accessible(width: str, theme: str, visit: Any) -> None:
    visitor = visit(PAGE, width=width, theme=theme)
    check_state(visitor)
    press(figure_of(visitor.page, "split_leak"), "leave person out")
    check_state(visitor)


def test_the_figure_runs_alone_and_prints(visit: Any) -> None:
    check_alone(visit(PAGE, root=f"file://{HTML}"))
