"""A reader's record in the browser: whatever ends a page, the newest whole state is found again."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from library_page import served, write_page
from playwright.sync_api import Browser, BrowserContext, Page

KEY = "nerve-to-label:journal:trial"
NO_STORAGE = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("denied", "SecurityError"); } });"""
NO_BASE = """Object.defineProperty(window, "indexedDB", { value: { open() {
  throw new DOMException("denied", "SecurityError"); } } });"""
FILL = """() => {
  let size = 1 << 20;
  let text = "";
  while (size) {
    try { localStorage.setItem("fill", text + "x".repeat(size)); text += "x".repeat(size); }
    catch { size >>= 1; }
  }
}"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("journal")
    write_page(folder, ["journal.js"], "makeJournal, seal, unseal", {})
    with served(folder) as address:
        yield address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    own = browser.new_context()
    yield own
    own.close()


def tab(context: BrowserContext, place: str, options: str = "{ pause: 30 }") -> Any:
    """A page with one journal; ``loaded`` holds what it found."""
    page = context.new_page()
    page.goto(f"{place}/index.html")
    begin(page, options)
    return page


def begin(page: Page, options: str = "{ pause: 30 }") -> None:
    page.wait_for_selector("body[data-ready]", state="attached")
    page.evaluate(
        f"""async () => {{
          window.journal = window.lib.makeJournal("trial", {options});
          window.loaded = await journal.load();
        }}"""
    )


def loaded(page: Page) -> Any:
    return page.evaluate("window.loaded")


def save(page: Page, state: Any) -> dict[str, Any]:
    """Save at once; what the journal says then."""
    found: dict[str, Any] = page.evaluate(
        "(state) => { journal.save(state); return journal.flush(); }", state
    )
    return found


def kill(browser: Browser | None) -> None:
    """End the process that runs this browser's only page, as an exhausted system would."""
    assert browser
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    pages = [one for one in found if one["type"] == "renderer"]  # one may wait for its first page
    os.kill(max(pages, key=lambda one: float(one["cpuTime"]))["id"], signal.SIGKILL)
    session.detach()


def problem(page: Page) -> str:
    return str(page.evaluate("journal.status().problem"))


def slots(page: Page) -> dict[str, Any]:
    """Sequence of each whole copy in localStorage."""
    return dict(
        page.evaluate(
            f"""() => [..."ab"].map((slot) => [slot,
              lib.unseal(localStorage.getItem("{KEY}:" + slot) || "")?.sequence ?? null])"""
        )
    )


def test_first_use_finds_nothing_then_all(context: BrowserContext, place: str) -> None:
    page = tab(context, place)
    assert loaded(page) is None
    assert page.evaluate("journal.status()") == {"saved": True, "at": "", "problem": ""}
    state = {"text": "ü \U0001f642 </script>", "list": [1, 2.5, None], "10": "a", "2": {}}
    told = save(page, state)
    assert told["saved"]
    assert told["at"].startswith("20")
    page.reload()
    begin(page)
    assert loaded(page) == state
    assert problem(page) == ""


def test_two_slots_take_turns(context: BrowserContext, place: str) -> None:
    page = tab(context, place)
    for n in range(1, 6):
        save(page, {"n": n})
        assert max(one or 0 for one in slots(page).values()) == n
    assert slots(page) == {"a": 4, "b": 5}
    page.reload()
    begin(page)
    save(page, {"n": 6})
    assert slots(page) == {"a": 6, "b": 5}  # the newest is never written over


def test_saves_come_together_but_are_not_put_off(context: BrowserContext, place: str) -> None:
    page = tab(context, place, "{ pause: 150 }")
    page.evaluate(
        """async () => {
          window.writes = 0;
          const own = Storage.prototype.setItem;
          Storage.prototype.setItem = function (...given) { writes += 1; own.apply(this, given); };
          for (let n = 0; n < 60; n += 1) {
            journal.save({ n });
            await new Promise((done) => setTimeout(done, 10));
          }
        }"""
    )
    assert 3 <= page.evaluate("writes") <= 8  # of 60, while the changes go on
    assert page.evaluate("journal.flush()")["saved"]


@pytest.mark.parametrize("hurt", ["cut", "flip", "empty", "text", "foreign"])
def test_a_torn_newest_copy_leaves_the_one_before(
    hurt: str, context: BrowserContext, place: str
) -> None:
    page = tab(context, place)
    for n in range(1, 5):
        save(page, {"n": n, "fill": "x" * 300})
    page.evaluate(
        """([key, hurt]) => {
          const text = localStorage.getItem(key);
          const ways = { cut: text.slice(0, 200), flip: text.replace("xxx", "xyx"), empty: "{}",
            text: "torn", foreign: "null" };
          localStorage.setItem(key, ways[hurt]);
        }""",
        [f"{KEY}:a", hurt],
    )
    page.reload()
    begin(page)
    assert loaded(page)["n"] == 3
    assert problem(page).startswith("One of two copies was damaged. You go on with the whole one")
    told = save(page, {"n": 5})
    assert (told["saved"], told["problem"]) == (True, "")
    assert slots(page) == {"a": 4, "b": 3} or slots(page) == {"a": 4, "b": 3, "damaged": None}
    page.reload()
    begin(page)
    assert loaded(page) == {"n": 5}


def test_where_all_is_damaged_the_reader_is_told_and_it_is_put_aside(
    context: BrowserContext, place: str
) -> None:
    page = tab(context, place)
    save(page, {"n": 1})
    page.evaluate(f"localStorage.setItem('{KEY}:b', 'torn')")
    page.reload()
    begin(page)
    assert loaded(page) is None
    assert "damaged" in problem(page)
    save(page, {"n": 2})
    assert page.evaluate(f"localStorage.getItem('{KEY}:damaged')") == "torn"


def test_a_page_that_closes_saves_at_once(context: BrowserContext, place: str) -> None:
    page = tab(context, place, "{ pause: 60_000 }")
    page.evaluate("journal.save({ n: 1 })")
    page.goto("about:blank")
    assert loaded(tab(context, place)) == {"n": 1}


def test_a_hidden_page_saves_at_once(context: BrowserContext, place: str) -> None:
    page = tab(context, place, "{ pause: 60_000 }")
    page.evaluate(
        """() => {
          journal.save({ n: 1 });
          Object.defineProperty(document, "visibilityState", { value: "hidden" });
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    assert slots(page)["b"] == 1


@pytest.mark.parametrize("full", [False, True])
def test_a_page_killed_in_the_middle_loses_nothing_that_was_saved(
    full: bool, context: BrowserContext, place: str
) -> None:
    """The process of the page is ended while it saves without pause, again and again."""
    chance = random.Random(6)
    acknowledged = [0]
    kills = 8
    if full:
        page = tab(context, place)
        page.evaluate(FILL)
        page.close()
    for _ in range(kills):
        page = tab(context, place)
        found = loaded(page)
        n = found["n"] if found else 0
        assert n >= acknowledged[-1]
        assert not found or found["fill"] == f"{n} " * 2_000
        page.on("console", lambda line: acknowledged.append(int(line.text)))
        page.evaluate(
            """(n) => { (async () => {
              for (;;) {
                n += 1;
                journal.save({ n, fill: `${n} `.repeat(2_000) });
                if ((await journal.flush()).saved) console.log(n);
                await new Promise((done) => setTimeout(done, 4));
              }
            })(); }""",
            n,
        )
        page.wait_for_timeout(chance.uniform(30, 150))
        kill(context.browser)
        page.close()
    print(f"\njournal: {max(acknowledged)} saves, {kills} pages killed, full storage: {full}")
    assert max(acknowledged) > 3 * kills


def test_full_storage_moves_to_the_second_home(context: BrowserContext, place: str) -> None:
    page = tab(context, place)
    save(page, {"n": 1, "fill": ""})
    page.evaluate(FILL)
    told = save(page, {"n": 2, "fill": "y" * 5_000})
    assert (told["saved"], told["problem"]) == (True, "")
    assert slots(page) == {"a": None, "b": 1}
    page.reload()
    begin(page)
    assert loaded(page)["n"] == 2
    save(page, {"n": 3, "fill": "z" * 5_000})
    page.reload()
    begin(page)
    assert loaded(page)["n"] == 3
    page.evaluate("localStorage.removeItem('fill')")  # there is room again
    assert save(page, {"n": 4})["saved"]
    page.reload()
    begin(page)
    assert loaded(page)["n"] == 4
    # The old copy goes when the new one is safe, which is after the answer.
    page.wait_for_function(
        """() => new Promise((done) => {
          indexedDB.open("nerve-to-label").onsuccess = ({ target }) => {
            target.result.transaction("journal").objectStore("journal").getAllKeys().onsuccess =
              (answer) => { target.result.close(); done(!answer.target.result.length); };
          };
        })""",
        timeout=5_000,
    )


def test_where_nothing_has_room_it_says_so_and_tries_again(
    context: BrowserContext, place: str
) -> None:
    context.add_init_script(NO_BASE)
    page = tab(context, place)
    save(page, {"n": 1})
    page.evaluate(FILL)
    told = save(page, {"n": 2, "fill": "y" * 5_000})
    assert not told["saved"]
    assert "no room for your record. Download it" in told["problem"]
    assert slots(page)["b"] == 1  # the good one stays
    page.evaluate("localStorage.removeItem('fill')")
    page.wait_for_function("journal.status().saved", timeout=8_000)
    assert problem(page) == ""
    page.reload()
    begin(page)
    assert loaded(page)["n"] == 2


def test_storage_that_is_off_is_told_and_the_download_works(
    context: BrowserContext, place: str
) -> None:
    context.add_init_script(NO_STORAGE + NO_BASE)
    page = tab(context, place)
    assert loaded(page) is None
    assert problem(page).startswith("This browser keeps nothing for this page. Download")
    assert not save(page, {"n": 1})["saved"]
    with page.expect_download() as download:
        page.evaluate("journal.download('mine.json')")
    assert download.value.suggested_filename == "mine.json"
    given = json.loads(Path(download.value.path()).read_text())
    assert (given["name"], given["version"], given["state"]) == ("trial", 1, {"n": 1})


def test_local_storage_alone_that_is_off_is_no_problem(context: BrowserContext, place: str) -> None:
    context.add_init_script(NO_STORAGE)
    page = tab(context, place)
    told = save(page, {"n": 1})
    assert (told["saved"], told["problem"]) == (True, "")
    page.reload()
    begin(page)
    assert loaded(page) == {"n": 1}


def test_leaving_asks_while_something_cannot_be_saved(context: BrowserContext, place: str) -> None:
    context.add_init_script(NO_STORAGE + NO_BASE)
    page = tab(context, place)
    asks = """() => !window.dispatchEvent(new Event("beforeunload", { cancelable: true }))"""
    assert not page.evaluate(asks)
    save(page, {"n": 1})
    assert page.evaluate(asks)


def test_two_tabs_notice_each_other_and_none_undoes_the_other(
    context: BrowserContext, place: str
) -> None:
    first = tab(context, place)
    save(first, {"by": "first"})
    second = tab(context, place)
    for page in (first, second):
        page.wait_for_function("journal.status().problem.includes('open in another tab as well')")
    assert save(second, {"by": "second"})["saved"]
    first.wait_for_function("journal.status().problem.includes('changed in another tab')")
    told = save(first, {"by": "first, late"})
    assert not told["saved"]
    third = tab(context, place)
    assert loaded(third) == {"by": "second"}
    third.close()
    assert first.evaluate("journal.load()") == {"by": "second"}  # go on with the newer one
    assert save(first, {"by": "first again"})["saved"]
    second.wait_for_function("journal.status().problem.includes('changed in another tab')")
    second.evaluate("(state) => { journal.save(state); return journal.claim(); }", {"by": "mine"})
    assert loaded(tab(context, place)) == {"by": "mine"}


def test_a_tab_that_closes_ends_the_warning(context: BrowserContext, place: str) -> None:
    first, second = tab(context, place), tab(context, place)
    first.wait_for_function("journal.status().problem")
    second.goto("about:blank")
    first.wait_for_function("!journal.status().problem")


def test_two_tabs_without_channels_are_noticed_at_the_first_change(
    context: BrowserContext, place: str
) -> None:
    context.add_init_script("delete window.BroadcastChannel;")
    first, second = tab(context, place), tab(context, place)
    save(second, {"by": "second"})
    first.wait_for_function("journal.status().problem.includes('changed in another tab')")
    assert not save(first, {"by": "first"})["saved"]


def test_an_older_version_is_carried_over_and_a_newer_one_left_alone(
    context: BrowserContext, place: str
) -> None:
    page = tab(context, place)
    save(page, {"n": 1})
    page.close()
    page = tab(context, place, "{ version: 3, migrate: (old, from) => ({ ...old, from }) }")
    assert loaded(page) == {"n": 1, "from": 1}
    save(page, {"n": 3})
    page.close()
    page = tab(context, place)
    assert loaded(page) is None
    assert "newer edition" in problem(page)
    assert not save(page, {"n": 4})["saved"]
    assert not page.evaluate("journal.claim().then(() => journal.status())")["saved"]
    page.close()
    page = tab(context, place, "{ version: 4, migrate() { throw new Error('no'); } }")
    assert loaded(page) is None
    assert "older edition cannot be read" in problem(page)
    page.close()
    assert loaded(tab(context, place, "{ version: 3 }")) == {"n": 3}


def test_a_downloaded_record_can_be_opened_elsewhere(
    context: BrowserContext, place: str, browser: Browser
) -> None:
    page = tab(context, place)
    save(page, {"n": 7})
    with page.expect_download() as download:
        page.evaluate("journal.download()")
    assert download.value.suggested_filename == "trial.json"
    text = Path(download.value.path()).read_text()
    open_it = "(text) => journal.upload(new File([text], 'x')).catch((error) => error.message)"
    elsewhere = browser.new_context()
    other = tab(elsewhere, place)
    save(other, {"n": 1})
    assert other.evaluate(open_it, text) == {"n": 7}
    assert other.evaluate("journal.status().saved")
    for bad in ("", "[]", '{"format":"x"}', text.replace("trial", "else")):
        assert "holds no record of “trial”" in other.evaluate(open_it, bad)
    assert "newer" in other.evaluate(open_it, text.replace('"version": 1', '"version": 2'))
    other.reload()
    begin(other)
    assert loaded(other) == {"n": 7}
    elsewhere.close()


def test_erasing_leaves_nothing_and_tells_other_tabs(context: BrowserContext, place: str) -> None:
    first, second = tab(context, place), tab(context, place)
    save(first, {"n": 1})
    first.evaluate("journal.erase()")
    assert first.evaluate("Object.keys(localStorage)") == []
    second.wait_for_function("journal.status().problem.includes('was erased in another tab')")
    assert not save(second, {"n": 2})["saved"]
    second.close()
    first.reload()
    begin(first)
    assert loaded(first) is None
    assert save(first, {"n": 3})["saved"]


def test_the_books_own_export_carries_a_record_unchanged(
    context: BrowserContext, place: str
) -> None:
    """progress.js reads each value as JSON and writes it back as JSON."""
    page = tab(context, place)
    save(page, {"é": [1e21, 0.1, -0.0, "\u2028"], "9": 1, "b": {}})
    page.evaluate(
        f"""() => {{ for (const slot of "ab") {{
          const text = localStorage.getItem("{KEY}:" + slot);
          if (text) localStorage.setItem("{KEY}:" + slot, JSON.stringify(JSON.parse(text)));
        }} }}"""
    )
    page.reload()
    begin(page)
    assert problem(page) == ""
    assert loaded(page)["9"] == 1


def test_a_state_saved_before_loading_is_not_lost(context: BrowserContext, place: str) -> None:
    page = tab(context, place)
    page.evaluate(
        """async () => {
          journal.close();
          window.journal = lib.makeJournal("trial", { pause: 10 });
          journal.save({ early: true });
          await journal.flush();
        }"""
    )
    page.reload()
    begin(page)
    assert loaded(page) == {"early": True}


def test_a_closed_journal_writes_what_is_left_and_is_no_other_tab(
    context: BrowserContext, place: str
) -> None:
    page = tab(context, place, "{ pause: 60_000 }")
    page.evaluate("() => { journal.save({ n: 1 }); journal.close(); }")
    begin(page)
    time.sleep(0.1)
    assert loaded(page) == {"n": 1}
    assert problem(page) == ""


def test_two_megabytes_are_saved_without_a_pause_that_one_sees(
    context: BrowserContext, place: str
) -> None:
    page = tab(context, place)
    spent = page.evaluate(
        """async () => {
          const list = Array.from({ length: 20_000 }, (_, n) => ({ n, text: "x".repeat(80) }));
          const times = [];
          for (let k = 0; k < 5; k += 1) {
            const start = performance.now();
            journal.save({ list });
            await journal.flush();
            times.push(performance.now() - start);
          }
          return [times.sort((a, b) => a - b)[2], JSON.stringify(list).length];
        }"""
    )
    print(f"\njournal: {spent[1] / 1e6:.1f} MB saved in {spent[0]:.0f} ms")
    assert spent[0] < 1_000
