"""The theme's own controls still work after the pages were slimmed."""

from __future__ import annotations

from typing import Any

PAGE = "book/01-nerves-to-aus/2-motor-command.html"


def test_menu_opens_on_a_phone(visit: Any) -> None:
    page = visit(PAGE, width="phone").page
    link = page.locator(".bd-sidebar-primary a", has_text="Glossary")
    assert not link.is_visible() or link.bounding_box()["x"] < 0
    page.locator("button.primary-toggle, label.primary-toggle").first.tap()
    page.wait_for_timeout(400)
    box = link.bounding_box()
    assert box
    assert 0 <= box["x"] < 390
    link.tap()
    page.wait_for_url("**/reference/glossary.html")


def test_search_by_keyboard_finds_a_term(visit: Any) -> None:
    visitor = visit(PAGE)
    page = visitor.page
    page.keyboard.press("Control+k")
    field = page.locator('input[type="search"]:visible').first
    field.fill("lagophthalmos")
    field.press("Enter")
    page.wait_for_url("**/search.html?q=lagophthalmos")
    page.locator("#search-results li a").first.wait_for()
    assert page.locator("#search-results li").count() >= 2
    assert visitor.outside == []


def test_theme_button_reaches_both_themes(visit: Any) -> None:
    page = visit(PAGE).page
    seen = set()
    for _ in range(3):  # light, dark, and as the system says
        page.locator("button.theme-switch-button:visible").first.click()
        seen.add(page.evaluate("document.documentElement.dataset.theme"))
    assert seen == {"light", "dark"}


def test_folded_answers_open_by_keyboard(visit: Any) -> None:
    page = visit("book/01-nerves-to-aus/4-lesion-lab.html").page
    fold = page.locator("details.hide summary").first
    fold.focus()
    page.keyboard.press("Enter")
    output = page.locator("details.hide").first
    assert output.evaluate("node => node.open")
    assert "AU1" in output.inner_text()


def test_front_page_is_reached_from_the_root(visit: Any, site: str) -> None:
    page = visit("book/how-to-use.html").page
    page.goto(f"{site}/index.html", wait_until="commit")
    page.wait_for_url("**/book/index.html")
    assert page.get_by_role("heading", name="Nerve to Label").first.is_visible()
