"""A reader with the network cut does every chapter whole, closes the browser, and comes back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import ARGUMENTS, HTML, ROOT, UNPAINTED, Visitor, find_chromium, start_figures
from playwright.sync_api import Browser
from test_lite import run_lab
from test_quiz import answer
from test_run import Box

from fau_teach import exercises

CHAPTERS = ("01-nerves-to-aus", "02-au-tables", "03-labelling")
pytestmark = pytest.mark.page


@pytest.fixture(autouse=True)
def vendored() -> None:
    if not (HTML / "lite" / "static" / "pyodide" / "pyodide.mjs").exists():
        message = "the book was built without vendor files: npm or the network was missing"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)


@contextmanager
def reader(browser: Browser, home: Path, site: str) -> Iterator[Visitor]:
    """One reader's browser, whose memory lies in a folder and outlives it."""
    context = browser.browser_type.launch_persistent_context(
        str(home),
        executable_path=find_chromium(),
        args=[*ARGUMENTS],
        reduced_motion="reduce",
        viewport={"width": 1280, "height": 900},
    )
    try:
        context.add_init_script(UNPAINTED)
        visitor = Visitor(context, context.new_page())
        visitor.watch(site)
        yield visitor
    finally:
        context.close()


def pages(chapter: str) -> list[str]:
    """A chapter's pages, its index first."""
    names = sorted((HTML / "book" / chapter).glob("*.html"), key=lambda path: path.stem)
    numbered = [path for path in names if path.stem != "index"]
    return [
        f"book/{chapter}/{path.name}"
        for path in (HTML / "book" / chapter / "index.html", *numbered)
    ]


def touch_figures(page: Any) -> int:
    """Use one control of every figure: a button, a slider, a menu or a field."""
    start_figures(page)
    figures = page.locator(".ntl-figure").all()
    for figure in figures:
        assert figure.get_attribute("data-ready") == "true"
        before = figure.locator(".ntl-stage").inner_text()
        used = 0
        for control in figure.locator("input[type=range]").all()[:2]:
            control.press("ArrowRight")
            used += 1
        for choice in figure.locator("input[type=radio]:checked").all()[:1]:
            choice.press("ArrowRight")
            used += 1
        for menu in figure.locator("select").all()[:1]:
            menu.select_option(index=1)
            used += 1
        for button in figure.locator("button:visible:enabled").all()[:3]:
            button.click()
            used += 1
        used += figure.locator("[tabindex='0']").count()
        # A portrait has nothing to use but is drawn.
        assert used or figure.locator("canvas").count(), before
    return len(figures)


def do_cards(page: Any) -> str:
    """Grade three cards of the deck on this page; what the deck counts afterwards."""
    deck = page.locator(".ntl-cards")
    deck.scroll_into_view_if_needed()
    deck.locator(".ntl-face").wait_for()
    for word in ("Good", "Again", "Easy"):
        deck.get_by_role("button", name="Show answer").click()
        deck.get_by_role("button", name=f"{word}, next in").click()
    return page.evaluate(
        """() => JSON.stringify(Object.fromEntries(Object.keys(localStorage)
        .filter((name) => name.startsWith("nerve-to-label:cards:")).sort()
        .map((name) => [name, localStorage[name]])))"""
    )


def do_chapter(visitor: Visitor, site: str, chapter: str) -> dict[str, Any]:
    """Everything that a chapter asks for; what the reader should find again."""
    page = visitor.page
    done: dict[str, Any] = {"figures": 0, "runs": [], "quiz": 0, "pages": {}, "cards": ""}
    for path in pages(chapter):
        page.goto(f"{site}/{path}")
        done["figures"] += touch_figures(page)
        for form in page.locator(".ntl-run-form").all():
            identity = form.get_attribute("data-exercise")
            code = f"answer = {exercises.exercise(identity).solution()!r}"
            assert Box(page, identity).run(code)[0] == "right"
            done["runs"].append(identity)
        for form in page.locator(".ntl-item").all():
            answer(form, form.get_attribute("data-kind"), "mouse", right=True)
            done["quiz"] += 1
            done["pages"][path] = done["pages"].get(path, 0) + 1
        if page.locator(".ntl-cards").count():
            done["cards"] = do_cards(page)
    return done


def test_every_chapter_with_the_network_cut(browser: Browser, site: str, tmp_path: Path) -> None:
    done = {}
    with reader(browser, tmp_path, site) as visitor:
        for chapter in CHAPTERS:
            done[chapter] = do_chapter(visitor, site, chapter)
        assert visitor.errors == []
        # JupyterLite is not ours; it asks the site for an icon that there is not.
        for chapter in CHAPTERS:
            run_lab(visitor.page, site, chapter)
        assert visitor.outside == []
    for chapter, found in done.items():
        print(chapter, found["figures"], "figures,", found["quiz"], "items,", found["runs"])
        assert len(found["runs"]) >= 3
        assert found["quiz"] >= 8
        assert found["figures"] >= 3
        assert found["cards"]

    with reader(browser, tmp_path, site) as visitor:
        page = visitor.page
        for chapter, found in done.items():
            assert found["pages"], chapter
            for path, count in found["pages"].items():
                page.goto(f"{site}/{path}")
                assert f"{count} of {count} right" in page.locator(".ntl-total").inner_text()
        page.goto(f"{site}/book/index.html")
        rows = page.locator(".ntl-progress tbody tr").all_inner_texts()
        for row, found in zip(rows[: len(done)], done.values(), strict=True):
            assert f"{found['quiz']} of {found['quiz']} right" in row
            assert f"{len(found['runs'])} of {len(found['runs'])} solved" in row
        kept = page.evaluate("JSON.stringify({ ...localStorage })")
        for name, value in json.loads(done[CHAPTERS[-1]]["cards"]).items():
            assert json.loads(kept)[name] == value
        assert visitor.outside == []


def test_the_reader_gets_labs_without_solutions() -> None:
    for chapter in CHAPTERS:
        text = (ROOT / "notebooks" / f"{chapter}.ipynb").read_text(encoding="utf-8")
        assert "check(" in text
        assert "BEGIN SOLUTION" not in text
