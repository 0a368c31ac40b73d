"""The atlas of action units: search, filters, links, two cards side by side."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from test_pages import run_axe

from fau_teach import facs

PAGE = "book/reference/action-units.html"
ALL = len(facs.catalogue())


@pytest.fixture
def land(site: str, visit: Any) -> Any:
    """Arrive by a link: ``land("#au-12")``."""

    def arrive(hash_: str, **options: Any) -> Any:
        visitor = visit("book/index.html", **options)
        visitor.page.goto(f"{site}/{PAGE}{hash_}")  # a visit would end with a scroll to the top
        visitor.page.locator(".au-count").wait_for()
        return visitor

    return arrive


def shown(page: Page) -> list[str]:
    """Codes of the cards that are in view."""
    return page.locator(".au-card:not([hidden]) summary b").all_inner_texts()


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("12", ["AU12"]),
        ("au 12", ["AU12"]),
        ("AU12", ["AU12"]),
        ("6+12", ["AU6", "AU12"]),
        ("m59", ["M59"]),
        ("dimpler", ["AU14"]),
        ("dimp", ["AU14", "AU17"]),  # what it is called, and what it looks like
        ("facial nerve vii platysma", ["AU20", "AU21"]),
        ("zygomaticus", ["AU11", "AU12"]),
        ("platysma", ["AU20", "AU21"]),
        ("cervical branch", ["AU20", "AU21"]),
        ("lid upper face sympathetic", ["AU5"]),
    ],
)
def test_search(query: str, codes: list[str], visit: Any) -> None:
    page = visit(PAGE).page
    page.get_by_role("searchbox", name="Search code").fill(query)
    assert shown(page) == codes
    expect(page.locator(".au-count")).to_have_text(f"{len(codes)} of {ALL} codes")


def test_nothing_found_says_so_and_clear_brings_all_back(visit: Any) -> None:
    page = visit(PAGE).page
    page.get_by_role("searchbox", name="Search code").fill("xylophone")
    expect(page.locator(".au-count")).to_contain_text(f"0 of {ALL} codes. Nothing fits")
    assert not page.get_by_role("heading", name="Action descriptors").is_visible()
    page.get_by_role("button", name="Clear").click()
    assert len(shown(page)) == ALL
    assert page.evaluate("document.activeElement.id") == "au-query"


def test_filters_add_within_a_group_and_narrow_between_groups(visit: Any) -> None:
    page = visit(PAGE).page
    units = facs.catalogue()
    page.get_by_role("button", name="action unit", exact=True).click()
    page.get_by_role("button", name="upper", exact=True).click()
    upper = [u.label for u in units if u.kind == "AU" and u.half == "upper"]
    assert shown(page) == upper
    page.get_by_role("button", name="lower", exact=True).click()
    assert shown(page) == [u.label for u in units if u.kind == "AU" and u.half != "none"]
    page.get_by_role("button", name="lower", exact=True).click()
    page.get_by_role("button", name="oculomotor nerve").click()
    assert shown(page) == [u.label for u in units if u.half == "upper" and "III" in u.nerves]
    assert page.locator('.au-chip[aria-pressed="true"]').count() == 3


@pytest.mark.parametrize("anchor", ["au-12", "card-au12"])
def test_a_link_opens_its_card(anchor: str, land: Any) -> None:
    """Also by the address that earlier releases gave the card."""
    page = land(f"#{anchor}").page
    card = page.locator("#card-au12")
    expect(card).to_have_attribute("open", "")
    expect(card).to_be_in_viewport()
    expect(card).to_have_class("au-card au-linked")
    expect(card.locator("summary")).to_be_focused()


def test_links_of_the_former_tables_keep_working(land: Any) -> None:
    page = land("#au-51").page
    expect(page.locator("#au-51")).to_be_in_viewport()
    assert "Head turn left" in page.locator(".au-linked summary").inner_text()


def test_a_link_reaches_a_card_that_a_filter_hides(visit: Any) -> None:
    page = visit(PAGE).page
    page.get_by_role("searchbox", name="Search code").fill("brow")
    page.evaluate("location.hash = 'au-12'")
    expect(page.locator("#card-au12")).to_be_in_viewport()
    assert len(shown(page)) == ALL


def test_compare_puts_the_deciding_sign_on_top(land: Any) -> None:
    page = land("#au-12-vs-au-13").page
    panel = page.get_by_role("region", name="AU12 or AU13?")
    expect(panel).to_be_in_viewport()
    cues = [one.cue for one in facs.au(12).confusions if one.other == "13"]
    found = panel.locator(".au-cues li").all_inner_texts()
    assert [text.split(" ○")[0].split(" Wathan")[0] for text in found] == cues
    heads = panel.locator("thead th").all_inner_texts()
    assert heads == ["AU12 Lip corner puller", "AU13 Sharp lip puller"]
    same = panel.locator("tr.au-same th").all_inner_texts()
    differs = panel.locator("tr.au-differs th").all_inner_texts()
    assert any(text.startswith("Kind") and "same" in text for text in same)
    assert any(text.startswith("Muscle") and "differs" in text for text in differs)
    assert any(text.startswith("What you see") for text in differs)
    panel.get_by_role("button", name="Close").click()
    assert not panel.is_visible()
    assert page.evaluate("location.hash") == ""


def test_compare_from_a_card_by_keyboard_and_back(visit: Any) -> None:
    visitor = visit(f"{PAGE}#au-9")
    page = visitor.page
    link = page.get_by_role("link", name="AU9 and AU10 side by side").first
    link.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="AU9 or AU10?")
    expect(panel).to_be_focused()
    page.keyboard.press("Tab")
    panel.get_by_role("button", name="Close").focus()
    page.keyboard.press("Enter")
    expect(link).to_be_focused()
    assert visitor.errors == []


def test_compare_any_two(visit: Any) -> None:
    page = visit(PAGE).page
    page.get_by_label("Side by side").select_option("au-12")
    page.get_by_label("and", exact=True).select_option("au-43")
    page.get_by_role("button", name="Compare").click()
    panel = page.get_by_role("region", name="AU12 or AU43?")
    expect(panel).to_contain_text("The tables hold no deciding sign for this pair.")
    page.get_by_label("and", exact=True).select_option("au-12")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".au-count")).to_have_text("Choose two different codes.")


def test_copy_link(visit: Any) -> None:
    visitor = visit(f"{PAGE}#au-4")
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.page
    page.locator("#card-au4").get_by_role("button", name="Copy link").click()
    expect(page.locator(".au-count")).to_have_text("Link copied.")
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"{PAGE}#au-4")


def test_without_scripts_every_card_unfolds_and_a_link_finds_it(visit: Any) -> None:
    page = visit(f"{PAGE}#au-12", scripts=False).page
    assert page.locator(".au-card").count() == ALL
    assert page.locator("#au-12").is_visible()
    page.locator("#card-au1 summary").click()
    assert page.locator("#au-1").is_visible()
    assert page.locator(".au-find").count() == 0


def test_on_paper_every_card_is_open(visit: Any) -> None:
    page = visit(PAGE).page
    page.emulate_media(media="print")
    assert page.locator("#au-12").is_visible()
    assert not page.locator(".au-find").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_changed_states_are_accessible(visit: Any, width: str, theme: str) -> None:
    visitor = visit(f"{PAGE}#au-12", width=width, theme=theme)
    page = visitor.page
    page.locator(".au-find details").evaluate("node => { node.open = true; }")
    page.get_by_role("button", name="lower", exact=True).click()
    assert run_axe(page) == []
    page.evaluate("location.hash = 'au-23-vs-au-24'")
    page.locator(".au-compare table").wait_for()
    assert run_axe(page) == []
    for control in page.locator(".au-find button:visible, .au-compare button:visible").all():
        box = control.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert visitor.errors == []
