"""The teaching face in the book: its gallery, and the pictures of the atlas cards."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from conftest import HTML, ROOT
from PIL import Image
from playwright.sync_api import Page, expect
from test_pages import parse, run_axe

sys.path.insert(0, str(ROOT / "book" / "_tools"))

import ntl_face

from fau_teach import facs
from fau_teach.face.actions import actions

GALLERY = "book/reference/teaching-face.html"
ATLAS = "book/reference/action-units.html"


def loaded(page: Page, selector: str) -> None:
    """Wait until the pictures in view below a selector are there; fail where one stays away."""
    page.wait_for_function(
        """selector => [...document.querySelectorAll(selector)].every(
            one => one.complete && one.naturalWidth === Number(one.getAttribute("width")))""",
        arg=f"{selector} img",
        timeout=10_000,
    )


def test_every_still_is_in_the_site_in_the_size_that_pages_say() -> None:
    for still in ntl_face.stills():
        with Image.open(HTML / ntl_face.PLACE / still.file) as picture:
            assert picture.size == still.size, still.file
    weights = sorted(file.stat().st_size for file in (HTML / ntl_face.PLACE).iterdir())
    assert weights[-1] < 20_000
    for path in (GALLERY, ATLAS):
        for picture in parse(HTML / path).select("img[src*='_static/face/']"):
            place = (HTML / path).parent / picture["src"]
            with Image.open(place) as found:
                assert found.size == (int(picture["width"]), int(picture["height"]))


def test_the_gallery_has_every_code_that_the_face_shows() -> None:
    page = parse(HTML / GALLERY)
    shown = {one["id"].removeprefix("face-") for one in page.select(".face-entry")}
    assert shown == {code.lower() for code in actions()}
    rest = " ".join(one.text for one in page.select(".face-gallery > .face-none"))
    kinds = ("AU", "AD", "head", "eye")
    missing = [u for u in facs.catalogue() if u.kind in kinds and u.code not in actions()]
    assert all(f"{unit.label} {unit.name}" in rest for unit in missing)


@pytest.mark.parametrize("scripts", [True, False])
def test_an_entry_shows_four_pictures(scripts: bool, visit: Any) -> None:
    visitor = visit(f"{GALLERY}#face-12", scripts=scripts)
    entry = visitor.page.locator("#face-12")
    entry.scroll_into_view_if_needed()
    expect(entry.locator(".face-row img")).to_have_count(4)
    for picture in entry.locator(".face-row img").all():
        expect(picture).to_be_visible()
        box = picture.bounding_box()
        assert box
        assert box["height"] == pytest.approx(box["width"] * 400 / 320, abs=1)
    if scripts:
        loaded(visitor.page, "#face-12 .face-row")
    assert visitor.errors == []


def test_pictures_load_when_they_come_near(visit: Any) -> None:
    visitor = visit(GALLERY)
    far = visitor.page.locator("#face-64 .face-row img").nth(1)
    assert far.evaluate("one => one.naturalWidth") == 0
    far.scroll_into_view_if_needed()
    loaded(visitor.page, "#face-64 .face-row")


def test_muscles_lie_on_the_picture_and_mirror_each_other(visit: Any) -> None:
    page = visit(f"{GALLERY}#face-12").page
    stack = page.locator("#face-12 .face-stack")
    picture = stack.locator("img").bounding_box()
    assert picture
    boxes = [one.bounding_box() for one in stack.locator("use").all()]
    assert len(boxes) == 2
    middle = picture["x"] + picture["width"] / 2
    left, right = sorted(boxes, key=lambda one: -one["x"])
    assert left["x"] > middle > right["x"] + right["width"]
    assert left["x"] - middle == pytest.approx(middle - right["x"] - right["width"], abs=1.5)
    for box in boxes:
        assert box["height"] > 0.05 * picture["height"]
        assert picture["y"] < box["y"]
        assert box["y"] + box["height"] < picture["y"] + picture["height"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_close_views_are_accessible_and_fit(width: str, theme: str, visit: Any) -> None:
    visitor = visit(GALLERY, width=width, theme=theme)
    page = visitor.page
    summary = page.locator("#face-4 summary")
    summary.focus()
    page.keyboard.press("Enter")
    loaded(page, "#face-4 details")
    page.locator(".face-entry details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert run_axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for link in page.locator(".face-jump a").all()[:12]:
        box = link.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
    assert visitor.errors == []


def test_an_atlas_card_loads_its_picture_when_it_opens(visit: Any) -> None:
    visitor = visit(ATLAS)
    page = visitor.page
    picture = page.locator("#card-au12 .au-still img")
    assert picture.evaluate("one => one.naturalWidth") == 0
    page.locator("#card-au12 summary").click()
    loaded(page, "#card-au12")
    expect(picture).to_be_visible()
    assert "AU12" in picture.get_attribute("alt")
    facts = page.locator("#card-au12 dl").bounding_box()
    box = picture.bounding_box()
    assert box
    assert facts
    assert facts["x"] + facts["width"] <= box["x"] + 1, "facts stand beside the picture"
    page.locator("#card-au3 summary").click()
    expect(page.locator("#card-au3")).to_contain_text("No picture: the teaching face cannot show")
    assert page.locator("[data-face-loop]").count() == len(actions())


def test_two_cards_side_by_side_show_both_pictures(site: str, visit: Any) -> None:
    page = visit("book/index.html").page
    page.goto(f"{site}/{ATLAS}#au-23-vs-au-24")
    panel = page.get_by_role("region", name="AU23 or AU24?")
    expect(panel.locator("td img")).to_have_count(2)
    loaded(page, ".au-compare")
    page.evaluate("location.hash = 'au-3-vs-au-4'")
    panel = page.get_by_role("region", name="AU3 or AU4?")
    expect(panel.locator("td img")).to_have_count(1)
    expect(panel.locator("tbody tr").first).to_contain_text("no picture")
