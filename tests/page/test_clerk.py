"""The desk answers figures: in order, from a worker or a kernel, and says so where it cannot."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from library_page import carry_package, carry_python, served, write_page
from playwright.sync_api import Browser, Page

from fau_teach.widgets._clerk import Clerk, answer

LIBRARY = (["clerk.js"], "makeClerk")
DESK = """
import json, time
asked = []
def call(name, payload):
    asked.append(name)
    if name == "sleep":
        time.sleep(json.loads(payload)["seconds"])
    if name == "break":
        raise MemoryError("no room")
    return "no JSON" if name == "bad" else json.dumps([name, json.loads(payload), len(asked)])
"""
PLACES = {"python": "python/", "wheel": "desk.whl", "entry": "small_desk.call"}
READY = 90_000
# Every worker that the page makes, so that a test can end one as a browser does.
WATCHED = """
window.workers = [];
const Own = window.Worker;
window.Worker = class extends Own {
  constructor(...given) { super(...given); workers.push(this); }
};
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page with Python and a small desk."""
    folder: Path = tmp_path_factory.mktemp("clerk")
    if not carry_python(folder, DESK):
        message = "Pyodide is not here: make book fetches it where npm can be reached"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    write_page(folder, *LIBRARY, PLACES)
    with served(folder) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.add_init_script(WATCHED)
    own = context.new_page()
    own.failures = []  # type: ignore[attr-defined]
    own.on("pageerror", lambda error: own.failures.append(str(error)))
    yield own
    assert own.failures == []  # no promise is left to fail unseen
    context.close()


def begin(page: Page, address: str, model: str = "{}") -> None:
    page.goto(address)
    page.wait_for_selector("body[data-ready]", state="attached")
    page.evaluate(
        f"""() => {{
          window.states = [];
          window.clerk = lib.makeClerk({model});
          clerk.onstate((state, words) => states.push(words ? `${{state}}: ${{words}}` : state));
        }}"""
    )


def ask(page: Page, name: str, payload: Any = None, patience: int = READY) -> Any:
    call = "([name, payload, patience]) => clerk.call(name, payload, patience)"
    return page.evaluate(call, [name, payload or {}, patience])


def test_questions_wait_for_python_and_are_answered_in_order(page: Page, place: str) -> None:
    started = time.monotonic()
    begin(page, f"{place}/index.html")
    assert page.evaluate("clerk.state()") == "starting"
    found = page.evaluate(
        """async () => {
          const order = [];
          const other = lib.makeClerk({}); // a second figure of the page
          const asked = [clerk.call("slow", { n: 1 }), other.call("sleep", { seconds: 0.05 }),
            clerk.call("bad"), other.call("last", [1, "ü"])];
          asked.forEach((one, k) => one.then(() => order.push(k)));
          return [await Promise.all(asked), order, other === clerk, await clerk.ready];
        }"""
    )
    took = time.monotonic() - started
    answers, order, same, ready = found
    assert order == [0, 1, 2, 3]
    assert same
    assert ready is True
    assert answers[0] == ["slow", {"n": 1}, 1]
    assert answers[2]["error"]["problem"] == "Python's answer cannot be read"
    assert answers[3] == ["last", [1, "ü"], 4]
    assert page.evaluate("workers.length") == 1
    states = page.evaluate("states")
    assert states[-1] == "ready"
    assert "starting: Loading the package …" in states
    started = time.monotonic()
    page.evaluate("(async () => { for (let k = 0; k < 50; k += 1) await clerk.call('x'); })()")
    each = 1000 * (time.monotonic() - started) / 50
    print(f"\nclerk: first answers after {took:.1f} s, then {each:.1f} ms each")


def test_the_packages_own_desk_answers_in_the_page(page: Page, tmp_path: Path) -> None:
    if not carry_python(tmp_path, DESK):
        pytest.skip("Pyodide is not here")
    carry_package(tmp_path)
    write_page(tmp_path, *LIBRARY, {"python": "python/", "wheel": "package.whl"})
    with served(tmp_path) as address:
        started = time.monotonic()
        begin(page, f"{address}/index.html")
        for name, payload in (("parse", {"text": "6B+L12D"}), ("parse", {"text": "12+"}),
                              ("nothing", {})):  # fmt: skip
            assert ask(page, name, payload) == json.loads(answer(name, json.dumps(payload)))
        print(f"\nclerk: the package's desk answers after {time.monotonic() - started:.1f} s")


def test_python_starts_by_itself_when_a_figure_is_there(page: Page, place: str) -> None:
    begin(page, f"{place}/index.html")
    page.wait_for_function("clerk.state() === 'ready'", timeout=READY)


def test_who_saves_data_waits_for_the_first_question(page: Page, place: str) -> None:
    page.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } });"
    )
    begin(page, f"{place}/index.html")
    page.wait_for_timeout(2_500)
    assert page.evaluate("workers.length") == 0
    assert ask(page, "now")[0] == "now"


def test_a_worker_that_dies_is_replaced_once_and_asked_again(page: Page, place: str) -> None:
    begin(page, f"{place}/index.html")
    ask(page, "first")
    page.evaluate(
        """() => {
          window.asked = Promise.all([clerk.call("sleep", { seconds: 1 }), clerk.call("next")]);
          setTimeout(() => workers[0].terminate(), 200); // says nothing, as one out of memory
        }"""
    )
    assert page.evaluate("asked") == [["sleep", {"seconds": 1}, 1], ["next", {}, 2]]
    assert page.evaluate("workers.length") == 2
    assert "starting: Python starts again …" in page.evaluate("states")
    assert page.evaluate("clerk.state()") == "ready"


def test_python_that_keeps_dying_is_offline_until_it_is_started_anew(
    page: Page, place: str
) -> None:
    begin(page, f"{place}/index.html")
    ask(page, "first")
    told = page.evaluate("Promise.all([clerk.call('break'), clerk.call('after')])")
    for one in told:
        assert one["offline"] is True
        assert one["error"]["problem"] == "Python stopped (MemoryError: no room)"
    assert page.evaluate("clerk.state()") == "offline: Python stopped (MemoryError: no room)"
    assert page.evaluate("workers.length") == 2
    assert ask(page, "now")["offline"] is True
    page.evaluate("clerk.retry()")
    assert ask(page, "again")[0] == "again"
    assert page.evaluate("clerk.state()") == "ready"


def test_an_answer_that_does_not_come_is_given_up(page: Page, place: str) -> None:
    begin(page, f"{place}/index.html")
    ask(page, "first")
    told, after = page.evaluate(
        "Promise.all([clerk.call('sleep', { seconds: 600 }, 700), clerk.call('next')])"
    )
    assert told["error"]["problem"] == "Python took longer than 0.7 seconds for “sleep”"
    assert told["error"]["advice"]
    assert after[0] == "next"  # of a new Python
    assert page.evaluate("workers.length") == 2


def test_without_locks_a_silent_end_is_seen_by_patience(page: Page, place: str) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined });")
    begin(page, f"{place}/index.html")
    page.evaluate("clerk.call('first')")
    page.evaluate("workers[0].terminate()")
    assert "took longer than 1 seconds" in ask(page, "lost", patience=1_000)["error"]["problem"]
    assert ask(page, "next")[0] == "next"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({**PLACES, "python": "nowhere/"}, "Python could not start (TypeError: Failed to fetch"),
        ({**PLACES, "wheel": "none.whl"}, "none.whl is missing"),
        ({**PLACES, "entry": "small_desk.nothing"}, "Python could not start ("),
        ({}, "This page carries no Python"),
    ],
)
def test_what_is_missing_is_named(
    given: dict[str, str], words: str, page: Page, tmp_path: Path
) -> None:
    if not carry_python(tmp_path, DESK):
        pytest.skip("Pyodide is not here")
    write_page(tmp_path, *LIBRARY, given)
    with served(tmp_path) as address:
        begin(page, f"{address}/index.html")
        told = ask(page, "first")
        assert words in told["error"]["problem"]
        assert told["offline"] is True
        assert page.evaluate("clerk.state()").startswith("offline: ")
        assert page.evaluate("clerk.ready") is False


def test_a_worker_without_its_script(page: Page, tmp_path: Path) -> None:
    write_page(tmp_path, *LIBRARY, PLACES)
    (tmp_path / "_static" / "run-worker.js").unlink()
    with served(tmp_path) as address:
        begin(page, f"{address}/index.html")
        assert "run-worker.js did not load" in ask(page, "first")["error"]["problem"]


def test_from_a_folder_on_disk_the_reader_learns_what_to_do(page: Page, tmp_path: Path) -> None:
    write_page(tmp_path, *LIBRARY, PLACES)
    library = (tmp_path / "library.mjs").read_text()
    text = (tmp_path / "index.html").read_text().partition('<script type="module">')[0]
    # As figure-host.js does: a page on disk may import a blob.
    text += f"""<script type="module">
      const text = {json.dumps(library)};
      const address = URL.createObjectURL(new Blob([text], {{ type: "text/javascript" }}));
      window.lib = await import(address);
      document.body.dataset.ready = 1;
    </script></html>"""
    (tmp_path / "index.html").write_text(text)
    begin(page, (tmp_path / "index.html").as_uri())
    told = ask(page, "first")
    assert "python3 serve.py" in told["error"]["problem"]
    assert page.evaluate("clerk.state()").startswith("offline: Python cannot start here")


# -- in a notebook

LIVE = """(() => {
  window.heard = [];
  window.kernel = { busy: false, waiting: [] };
  return {
    get() {},
    on(event, act) { if (event === "msg:custom") heard.push(act); },
    off(event, act) { heard.splice(heard.indexOf(act), 1); },
    async send(content) {
      if (kernel.busy) { kernel.waiting.push(content); return; }
      for (const said of await window.python(content)) heard.forEach((act) => act(said));
    },
  };
})()"""


@pytest.fixture
def live(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page whose model is a widget of this very Python."""
    figure = Clerk()
    monkeypatch.setattr("fau_teach.widgets._clerk.DESK", "library_desk")
    monkeypatch.setattr(
        "fau_teach.widgets._clerk.import_module",
        lambda name: type("desk", (), {"call": lambda name, payload: f'["{name}", {payload}]'}),
    )

    def python(content: Any) -> list[Any]:
        said: list[Any] = []
        figure.send = lambda content, buffers=None: said.append(content)
        figure._handle_custom_msg(content, [])
        return said

    page.expose_function("python", python)
    write_page(tmp_path, *LIBRARY, {})
    with served(tmp_path) as address:
        page.clock.install()
        begin(page, f"{address}/index.html", LIVE)
        yield page


def test_a_live_figure_asks_its_kernel(live: Page) -> None:
    assert live.evaluate("clerk.ready") is True
    assert live.evaluate("clerk.state()") == "ready"
    many = live.evaluate("Promise.all([1, 2, 3].map((n) => clerk.call('n', { n })))")
    assert many == [["n", {"n": n}] for n in (1, 2, 3)]
    assert live.evaluate("workers.length") == 0


def test_each_view_of_a_live_figure_hears_its_own_answers(live: Page) -> None:
    found = live.evaluate(
        """async () => {
          const model = { get() {}, send: (content) => window.python(content).then((all) =>
            all.forEach((said) => heard.forEach((act) => act(said)))),
            on: (event, act) => event === "msg:custom" && heard.push(act), off() {} };
          const second = lib.makeClerk(model);
          return Promise.all([clerk.call("a"), second.call("b"), clerk.call("c")]);
        }"""
    )
    assert [one[0] for one in found] == ["a", "b", "c"]


def test_a_busy_kernel_is_told_and_back_when_it_answers(live: Page) -> None:
    live.evaluate("clerk.ready")
    live.evaluate(
        """() => { kernel.busy = true;
          window.asked = Promise.all([clerk.call("one"), clerk.call("two")]); }"""
    )
    live.clock.fast_forward(31_000)
    first, second = live.evaluate("asked")
    assert "took longer than 30 seconds" in first["error"]["problem"]
    assert second["error"]["problem"].startswith("The kernel does not answer: it is busy")
    assert live.evaluate("clerk.state()").startswith("offline: The kernel does not answer")
    live.evaluate(
        """async () => {
          kernel.busy = false;
          for (const content of kernel.waiting.splice(0)) {
            for (const said of await window.python(content)) heard.forEach((act) => act(said));
          }
        }"""
    )
    assert live.evaluate("clerk.state()") == "ready"
    assert ask(live, "now")[0] == "now"


def test_a_kernel_that_never_answers_is_told(live: Page) -> None:
    live.evaluate("() => { kernel.busy = true; window.clerk = lib.makeClerk({ on() {}, off() {}, "
                  "send() {} }); window.asked = clerk.call('x'); }")  # fmt: skip
    live.clock.fast_forward(31_000)
    assert "it has stopped" in live.evaluate("asked")["error"]["problem"]
    assert live.evaluate("clerk.ready") is False


def test_a_closed_connection_is_told(live: Page) -> None:
    live.evaluate("() => { window.clerk = lib.makeClerk({ on() {}, off() {}, "
                  "send() { throw new Error('closed'); } }); }")  # fmt: skip
    assert ask(live, "x")["error"]["problem"] == "closed"
