"""Cards with spaced repetition: grades, dates, undo, export, import, delete, two tabs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import HTML, Visitor, find_chromium
from playwright.sync_api import Browser, BrowserContext, Page, expect
from test_pages import run_axe

PAGE = "book/practice/cards.html"
SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 1, 10, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def scheduler() -> None:
    if not (HTML / "_static" / "vendor" / "ts-fsrs" / "index.umd.js").exists():
        pytest.skip("this build takes the scheduler from the network (npm was missing)")


@pytest.fixture
def desk(browser: Browser, site: str) -> Iterator[Any]:
    """Open the cards in a browser of one reader in Shanghai, at a fixed time."""
    contexts: list[BrowserContext] = []

    def open_desk(
        path: str = PAGE,
        *,
        at: datetime = START,
        context: BrowserContext | None = None,
        wait: str = ".ntl-face",
        **options: Any,
    ) -> Visitor:
        if context is None:
            context = browser.new_context(
                timezone_id="Asia/Shanghai", reduced_motion="reduce", **options
            )
            theme = options.get("color_scheme", "light")
            context.add_init_script(f"localStorage.mode = localStorage.theme = '{theme}'")
            contexts.append(context)
        visitor = Visitor(context, context.new_page())
        visitor.watch(site)
        visitor.page.clock.set_fixed_time(at)
        visitor.page.goto(f"{site}/{path}", wait_until="load")
        visitor.page.locator(wait).wait_for()
        return visitor

    yield open_desk
    for context in contexts:
        context.close()


def kept(page: Page, deck: str = "au") -> dict[str, Any]:
    """Cards that the browser keeps."""
    text = page.evaluate(f"localStorage['nerve-to-label:cards:{deck}'] || '{{\"cards\": {{}}}}'")
    return json.loads(text)["cards"]


def grade(page: Page, word: str) -> None:
    page.get_by_role("button", name="Show answer").click()
    page.get_by_role("button", name=f"{word}, next in").click()


def again(page: Page) -> None:
    """Reload the page and go back to the cards."""
    page.reload()
    page.locator(".ntl-cards").scroll_into_view_if_needed()
    page.locator(".ntl-face").wait_for()


def front(page: Page) -> str:
    return page.locator(".ntl-front").inner_text()


def counts(page: Page) -> list[str]:
    return page.locator(".ntl-counts span").all_inner_texts()


def test_intervals_of_a_new_card_are_those_of_fsrs(desk: Any) -> None:
    """Learning steps of 1 and 10 minutes; Hard is their mean; Easy is the fourth weight of
    FSRS-6, 8.2956 days."""
    page = desk().page
    page.get_by_role("button", name="Show answer").click()
    labels = [
        button.get_attribute("aria-label") for button in page.locator(".ntl-grades button").all()
    ]
    assert labels == [
        "Again, next in 1 min",
        "Hard, next in 6 min",
        "Good, next in 10 min",
        "Easy, next in 8 days",
    ]


def test_intervals_grow_with_the_grade_at_every_age(desk: Any) -> None:
    page = desk().page
    grade(page, "Easy")
    now = START
    (name,) = kept(page)
    dues = []
    for _ in range(4):
        due = datetime.fromisoformat(kept(page)[name]["due"])
        dues.append(due - now)
        now = due
        page.clock.set_fixed_time(now)
        again(page)
        while front(page) != "AU1":
            grade(page, "Easy")
        page.get_by_role("button", name="Show answer").click()
        days = page.evaluate(
            """kept => {
              const [due, last_review] = [new Date(kept.due), new Date(kept.last_review)];
              const card = { ...kept, due, last_review };
              const found = FSRS.fsrs().repeat(card, new Date());
              return [1, 2, 3, 4].map((one) => found[one].card.due - Date.now());
            }""",
            kept(page)[name],
        )
        assert days == sorted(days)
        assert len(set(days)) == 4
        page.get_by_role("button", name="Good, next in").click()
        later = datetime.fromisoformat(kept(page)[name]["due"])
        assert abs((later - now).total_seconds() * 1000 - days[2]) < 60_000
    assert dues == sorted(dues)
    assert dues[-1] > 5 * dues[0]


def test_a_card_is_due_from_the_readers_own_midnight(desk: Any) -> None:
    """Reviewed late at night, due eight days later: at 0:05 local time it waits, not before."""
    night = START.replace(hour=23, minute=30)
    visitor = desk(at=night)
    page = visitor.page
    page.get_by_label("New cards a day").fill("1")
    page.get_by_label("New cards a day").blur()
    grade(page, "Easy")
    assert "Next due: Sunday 18 January 2026, 1 card." in page.locator(".ntl-face").inner_text()
    page.get_by_label("New cards a day").fill("0")
    page.get_by_label("New cards a day").blur()
    page.clock.set_fixed_time(night + timedelta(days=7, minutes=25))
    again(page)
    assert counts(page)[0] == "0 due"
    page.clock.set_fixed_time(night + timedelta(days=7, minutes=35))
    again(page)
    assert counts(page)[0] == "1 due"
    assert front(page) == "AU1"


def test_whole_session_by_keyboard(desk: Any) -> None:
    visitor = desk()
    page = visitor.page
    page.locator(".ntl-show").focus()
    page.keyboard.press("Enter")
    back = page.locator(".ntl-back")
    expect(back).to_contain_text("Inner brow raiser")
    assert "Answer: Inner brow raiser" in page.locator(".ntl-cards-live").inner_text()
    assert page.evaluate("document.activeElement.className") == "ntl-face"
    page.keyboard.press("3")
    assert front(page) == "AU2"
    live = page.locator(".ntl-cards-live").inner_text()
    assert live == "Next card. What is this code called? AU2"
    assert page.evaluate("document.activeElement.className") == "ntl-face"
    page.keyboard.press("4")
    assert front(page) == "AU2", "no grade before the answer shows"
    page.keyboard.press("Space")
    page.keyboard.press("1")
    assert len(kept(page)) == 2
    assert visitor.errors == []


def test_keys_leave_other_fields_alone(desk: Any) -> None:
    page = desk().page
    page.get_by_role("button", name="Show answer").click()
    field = page.get_by_label("New cards a day")
    field.focus()
    page.keyboard.press("1")
    assert kept(page) == {}


def test_limit_of_new_cards_and_summary(desk: Any) -> None:
    page = desk().page
    page.get_by_label("New cards a day").fill("3")
    page.get_by_label("New cards a day").blur()
    assert counts(page) == ["0 due", "3 new today", "0 of 247 learned"]
    for word in ("Easy", "Easy", "Easy"):
        grade(page, word)
    text = page.locator(".ntl-face").inner_text()
    assert "Done for today" in text
    assert "3 grades this time: 3 Easy." in text
    assert "Next due: Sunday 18 January 2026, 3 cards." in text
    assert "244 cards not yet seen; new ones come on Sunday 11 January 2026" in text
    assert counts(page) == ["0 due", "0 new today", "3 of 247 learned"]
    page.clock.set_fixed_time(START + timedelta(days=1))
    again(page)
    assert counts(page)[1] == "3 new today"


def test_a_forgotten_card_comes_back_in_the_same_session(desk: Any) -> None:
    page = desk().page
    page.get_by_label("New cards a day").fill("2")
    page.get_by_label("New cards a day").blur()
    grade(page, "Again")
    assert front(page) == "AU2"
    grade(page, "Easy")
    assert front(page) == "AU1"


def test_undo_brings_card_and_counts_back(desk: Any) -> None:
    page = desk().page
    before = counts(page)
    grade(page, "Easy")
    grade(page, "Good")
    undo = page.get_by_role("button", name="Undo last grade")
    undo.click()
    assert front(page) == "AU2"
    undo.click()
    assert front(page) == "AU1"
    assert counts(page) == before
    assert kept(page) == {}
    assert undo.is_disabled()


def choose(page: Page, title: str, deck: str) -> None:
    page.get_by_label("Deck", exact=True).select_option(label=title)
    page.locator(f".ntl-cards-app[data-deck='{deck}']").wait_for()


def test_deck_and_direction(desk: Any) -> None:
    page = desk().page
    page.get_by_label("Ask").select_option(label="Nerve → codes")
    assert front(page) == "temporal branch (VII)"
    choose(page, "Look-alikes", "confusions")
    assert "AU1 (inner brow raiser) or AU2" in front(page)
    grade(page, "Good")
    assert list(kept(page, "confusions")) == ["pair/1-2"]
    assert kept(page) == {}
    again(page)
    assert page.get_by_label("Deck", exact=True).input_value() == "confusions"


def decks_loaded(page: Page) -> list[str]:
    scripts = page.locator("script[src*='/_static/decks/']")
    return [one.get_attribute("src").split("/")[-1] for one in scripts.all()]


def test_a_deck_comes_when_it_is_asked_for(desk: Any) -> None:
    page = desk().page
    assert decks_loaded(page) == []
    table = page.locator('.ntl-deck[data-deck="confusions"]')
    assert table.locator("tr").count() == 0
    choose(page, "Look-alikes", "confusions")
    assert decks_loaded(page) == ["confusions.js"]
    assert table.locator("tr[data-card]").count() == int(counts(page)[2].split()[2])
    other = page.locator('.ntl-deck[data-deck="02-au-tables"]')
    other.locator("summary").click()
    other.locator("tr[data-card]").first.wait_for()
    again(page)  # where the chosen deck is not in the page
    assert decks_loaded(page) == ["confusions.js"]
    assert "AU1 (inner brow raiser) or AU2" in front(page)


def test_a_deck_that_cannot_be_had_leaves_the_other(desk: Any) -> None:
    visitor = desk()
    page = visitor.page
    shown = front(page)
    visitor.context.route("**/_static/decks/*", lambda handle: handle.abort())
    page.get_by_label("Deck", exact=True).select_option(label="Look-alikes")
    said = page.locator(".ntl-cards-say")
    expect(said).to_have_text("The deck “Look-alikes” could not be loaded.")
    assert page.get_by_label("Deck", exact=True).input_value() == "au"
    assert front(page) == shown
    visitor.context.unroute("**/_static/decks/*")
    choose(page, "Look-alikes", "confusions")
    grade(page, "Easy")
    assert len(kept(page, "confusions")) == 1


def test_progress_outlives_the_browser(browser: Browser, site: str, tmp_path: Path) -> None:
    def visit_once(action: Any) -> Any:
        context = browser.browser_type.launch_persistent_context(
            str(tmp_path), executable_path=find_chromium(), args=["--no-sandbox"]
        )
        page = context.new_page()
        page.goto(f"{site}/{PAGE}")
        page.locator(".ntl-face").wait_for()
        result = action(page)
        context.close()
        return result

    visit_once(lambda page: (grade(page, "Easy"), grade(page, "Good")))
    found = visit_once(lambda page: (kept(page), counts(page), front(page)))
    assert set(found[0]) == {"code-name/1", "code-name/2"}
    assert found[1][2] == "1 of 247 learned"
    assert found[2] == "AU4"


def export(page: Page, target: Path) -> dict[str, Any]:
    page.locator(".ntl-keeper summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export all decks").click()
    assert download.value.suggested_filename == "nerve-to-label-cards-2026-01-10.json"
    download.value.save_as(target)
    return json.loads(target.read_text(encoding="utf-8"))


def test_export_delete_import_restores_exactly(desk: Any, tmp_path: Path) -> None:
    page = desk().page
    grade(page, "Good")
    grade(page, "Easy")
    choose(page, "Look-alikes", "confusions")
    grade(page, "Hard")
    before = kept(page), kept(page, "confusions")
    data = export(page, tmp_path / "cards.json")
    assert set(data["decks"]) == {"au", "confusions"}
    delete = page.get_by_role("button", name="Delete …")
    delete.click()
    assert page.get_by_role("button", name="Delete", exact=True).evaluate(
        "node => node === document.activeElement"
    )
    page.get_by_role("button", name="Keep").click()
    assert kept(page, "confusions") == before[1]
    delete.click()
    page.get_by_role("button", name="Delete", exact=True).click()
    assert kept(page, "confusions") == {}
    assert kept(page) == before[0], "other decks stay"
    page.evaluate("localStorage.removeItem('nerve-to-label:cards:au')")
    page.get_by_label("Import").set_input_files(tmp_path / "cards.json")
    expect(page.locator(".ntl-cards-say")).to_have_text("Merged with 3 cards in 2 decks.")
    assert (kept(page), kept(page, "confusions")) == before


def test_deletion_can_be_taken_back(desk: Any) -> None:
    page = desk().page
    grade(page, "Easy")
    before = kept(page)
    page.locator(".ntl-keeper summary").click()
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".ntl-cards-say")).to_have_text("Deleted the progress of 1 card.")
    page.get_by_role("button", name="Undo this").click()
    assert kept(page) == before
    assert counts(page)[2] == "1 of 247 learned"


def test_merge_keeps_the_later_grade_and_replace_takes_the_file(desk: Any, tmp_path: Path) -> None:
    page = desk().page
    grade(page, "Good")
    old = export(page, tmp_path / "old.json")
    page.clock.set_fixed_time(START + timedelta(minutes=11))
    again(page)
    grade(page, "Easy")
    grade(page, "Easy")
    later = kept(page)
    page.locator(".ntl-keeper summary").click()
    page.get_by_label("Import").set_input_files(tmp_path / "old.json")
    expect(page.locator(".ntl-cards-say")).to_contain_text("Merged")
    assert kept(page) == later
    page.get_by_label("and", exact=True).select_option("replace")
    page.get_by_label("Import").set_input_files(tmp_path / "old.json")
    expect(page.locator(".ntl-cards-say")).to_contain_text("Replaced")
    assert kept(page) == old["decks"]["au"]["cards"]
    page.get_by_role("button", name="Undo this").click()
    assert kept(page) == later


def broken(data: dict[str, Any], **changes: Any) -> str:
    """An export with one card changed."""
    card = next(iter(data["decks"]["au"]["cards"].values()))
    return json.dumps(
        {**data, "decks": {"au": {"version": 1, "cards": {"code-name/1": {**card, **changes}}}}}
    )


def test_a_broken_import_is_refused_and_changes_nothing(desk: Any, tmp_path: Path) -> None:
    page = desk().page
    grade(page, "Good")
    before = kept(page)
    data = export(page, tmp_path / "good.json")
    cases = {
        '{"format": ': "it is not a JSON file.",
        "[1, 2]": "it is not an export of these cards.",
        json.dumps({**data, "version": 9}): "its version is 9; this page reads version 1.",
        json.dumps({**data, "decks": {"au": {}}}): 'deck "au" has no list of cards.',
        broken(data, due="tomorrow"): 'card "code-name/1": due is "tomorrow", not a date',
        broken(data, stability=-1): "stability is -1, not a number above 0.",
        broken(data, state=7): "state is 7, not 1, 2 or 3.",
    }
    for text, message in cases.items():
        (tmp_path / "broken.json").write_text(text, encoding="utf-8")
        page.get_by_label("Import").set_input_files(tmp_path / "broken.json")
        say = page.locator(".ntl-cards-say")
        expect(say).to_contain_text(message)
        expect(say).to_contain_text("Nothing has changed.")
        assert kept(page) == before


def test_two_tabs_lose_no_review(desk: Any) -> None:
    first = desk()
    second = desk(context=first.context)
    first.page.get_by_role("button", name="Show answer").click()
    second.page.get_by_role("button", name="Show answer").click()
    first.page.get_by_role("button", name="Easy, next in").click()
    expect(second.page.locator(".ntl-front")).to_have_text("AU2")  # told by the other tab
    grade(second.page, "Good")
    expect(first.page.locator(".ntl-front")).to_have_text("AU4")
    grade(first.page, "Hard")
    expect(second.page.locator(".ntl-front")).to_have_text("AU5")
    names = {"code-name/1", "code-name/2", "code-name/4"}
    assert set(kept(first.page)) | set(kept(second.page)) == names
    assert kept(first.page) == kept(second.page)


def test_undo_does_not_undo_another_tabs_grade(desk: Any) -> None:
    first = desk()
    grade(first.page, "Good")
    second = desk(context=first.context, at=START + timedelta(minutes=11))
    assert front(second.page) == "AU1"
    grade(second.page, "Easy")
    after = kept(second.page)
    first.page.get_by_role("button", name="Undo last grade").click()
    expect(first.page.locator(".ntl-cards-say")).to_contain_text("its grade stays")
    assert kept(first.page) == after


def test_says_so_where_the_browser_keeps_nothing(desk: Any) -> None:
    visitor = desk()
    page = visitor.page
    page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); };")
    again(page)
    grade(page, "Easy")
    expect(page.locator(".ntl-cards-trouble")).to_contain_text("does not let the page keep")
    assert front(page) == "AU2"
    assert counts(page)[2] == "1 of 247 learned", "the session goes on"
    page.get_by_role("button", name="Undo last grade").click()
    assert counts(page)[2] == "0 of 247 learned"


def test_unreadable_progress_is_set_aside(desk: Any) -> None:
    page = desk().page
    page.evaluate('localStorage[\'nerve-to-label:cards:au\'] = \'{"cards": {"x": {"due": 1}}}\'')
    again(page)
    expect(page.locator(".ntl-cards-say")).to_contain_text("was set aside")
    assert page.evaluate("localStorage['nerve-to-label:cards-unreadable:au']")
    grade(page, "Good")
    assert list(kept(page)) == ["code-name/1"]


def test_a_deck_on_a_chapter_page_loads_when_it_is_reached(desk: Any) -> None:
    path = "book/01-nerves-to-aus/practice.html"
    visitor = desk(path, wait=".ntl-cards")
    page = visitor.page
    assert page.evaluate("typeof FSRS") == "undefined"
    page.locator(".ntl-cards").scroll_into_view_if_needed()
    page.locator(".ntl-face").wait_for()
    page.locator(".ntl-show").focus()
    page.keyboard.press("Space")
    page.keyboard.press("4")
    assert len(kept(page, "01-nerves-to-aus")) == 1
    again(page)
    assert counts(page)[2].startswith("1 of")
    assert visitor.outside == []
    assert visitor.errors == []


def test_from_a_folder_on_disk(desk: Any, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((HTML / PAGE).as_uri())
    page.locator(".ntl-face").wait_for()
    grade(page, "Easy")
    again(page)
    assert counts(page)[2] == "1 of 247 learned"
    choose(page, "Look-alikes", "confusions")
    grade(page, "Easy")
    again(page)
    assert counts(page)[2].startswith("1 of")
    context.close()


def test_without_scripts_and_on_paper_the_tables_hold_the_cards(visit: Any) -> None:
    page = visit(PAGE, scripts=False).page
    page.locator(".ntl-deck summary").first.click()
    assert page.locator('[data-deck="au"]').get_by_text("zygomaticus major").first.is_visible()
    page.locator('[data-deck="confusions"] summary').click()
    page.locator('[data-deck="confusions"] a').click()
    assert page.get_by_role("heading", name="Look-alikes").is_visible()
    assert page.locator("tr[data-card]").count() > 20
    paper = visit(PAGE).page
    paper.locator(".ntl-face").wait_for()
    paper.emulate_media(media="print")
    assert not paper.locator(".ntl-cards-app").is_visible()
    assert paper.locator('[data-deck="au"]').get_by_text("zygomaticus major").first.is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_state_is_accessible(desk: Any, theme: str, width: int) -> None:
    visitor = desk(viewport={"width": width, "height": 900}, color_scheme=theme)
    page = visitor.page
    page.locator(".ntl-keeper summary").click()
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Show answer").click()
    assert run_axe(page) == []
    for button in page.locator(".ntl-cards-app button:visible").all():
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
    page.get_by_label("New cards a day").fill("0")
    page.get_by_label("New cards a day").blur()
    assert "Nothing is due today" in page.locator(".ntl-face").inner_text()
    page.locator(".ntl-deck summary").first.click()
    assert run_axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert visitor.errors == []
