"""Serve the built book on loopback and drive it in headless Chromium."""

from __future__ import annotations

import functools
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
SCREENSHOTS = ROOT / "_build" / "screenshots"
TOLERATED: tuple[str, ...] = ()
WIDTHS = {"desktop": 1280, "phone": 390}
# What a window of Chromium does on its own: popups of its address field, pages of their own, take
# as long as a page of ours. The rest is what Playwright turns off: the last list is the one heard.
IDLE_FEATURES = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess", "LensOverlay",
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "MediaRouter", "PaintHolding", "OptimizationHints",
    "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "AimEnabled",
    "TcpPortRandomizationWin", "NetworkTimeServiceQuerying", "PreconnectToSearch",
)  # fmt: skip
# The network is cut: no name but this machine's own has an address.
ARGUMENTS = (
    "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", f"--disable-features={','.join(IDLE_FEATURES)}",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
# Without a graphics card a face takes a second to draw; all but its pixels stays as it is.
UNPAINTED = """const dear = (kind, name, always) => {
  const own = kind.prototype[name];
  kind.prototype[name] = function (...given) {
    if (globalThis.painted || always(given[0])) own.apply(this, given);
  };
};
for (const name of ["clear", "drawArraysInstanced", "drawElements", "blitFramebuffer"]) {
  dear(WebGL2RenderingContext, name, () => false);
}
// What was painted before stays in its place.
dear(CanvasRenderingContext2D, "drawImage", (from) => !from.getContext?.("webgl2"));"""
# Long tests that come first, so that no worker waits for another at the end.
FIRST = ("test_whole_reader", "test_trainer", "test_bench")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda one: (*FIRST, one.path.stem).index(one.path.stem))


def book_pages() -> list[str]:
    """Every page of ours, as paths below the book's root."""
    pages = [*HTML.glob("book/**/*.html"), *HTML.glob("notebooks/*.html")]
    return sorted(page.relative_to(HTML).as_posix() for page in pages)


def find_chromium() -> str | None:
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if found := shutil.which(name):
            return found
    usual = (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "C:/Program Files/Google/Chrome/Application/chrome.exe",
    )
    return next((place for place in usual if Path(place).exists()), None)


class Quiet(SimpleHTTPRequestHandler):
    """One connection for many files."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing for each request."""


class Server(ThreadingHTTPServer):
    """A page that is left in the middle of a transfer is no error."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    if not (HTML / "index.html").exists():
        pytest.fail("the book is not built; run: make book")
    handler = functools.partial(Quiet, directory=str(HTML))
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium; .ci/setup.py installs Debian's")
        pytest.skip("no Chromium on this machine; type: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS])
        yield browser
        browser.close()


@dataclass
class Visitor:
    """A browser window that notes what it must not see."""

    context: BrowserContext
    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, site: str) -> None:
        inside = (site, "data:", "blob:", "file:")

        def see(request: Request) -> None:
            if not request.url.startswith(inside):
                self.outside.append(request.url)

        def hear(line: ConsoleMessage) -> None:
            # JupyterLite is not ours; it asks for an icon that there is not.
            foreign = "/lite/" in self.page.url and line.location["url"] == f"{site}/favicon.ico"
            if line.type == "error" and not foreign:
                self.note(line.text)

        self.context.on("request", see)
        self.page.on("response", lambda answer: answer.status >= 400 and self.note(answer.url))
        self.page.on("pageerror", lambda error: self.note(str(error)))
        self.page.on("console", hear)

    def note(self, text: str) -> None:
        if not any(known in text for known in TOLERATED):
            self.errors.append(text)


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Any]:
    """Open a page: ``visit(path, width="phone", theme="dark", scripts=False, paint=True)``."""
    contexts = []

    def open_page(
        path: str,
        *,
        width: str = "desktop",
        theme: str = "light",
        scripts: bool = True,
        paint: bool = False,
        root: str | None = None,
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": WIDTHS[width], "height": 900},
            color_scheme=theme,
            java_script_enabled=scripts,
            has_touch=width == "phone",
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.add_init_script(
            f"try {{ localStorage.mode = localStorage.theme = '{theme}'; }} catch {{}}"
        )
        if not paint:
            context.add_init_script(UNPAINTED)
        visitor = Visitor(context, context.new_page())
        visitor.watch(site)
        visitor.page.goto(f"{root or site}/{path}", wait_until="load")
        if scripts:
            start_figures(visitor.page)
        return visitor

    yield open_page
    for context in contexts:
        context.close()


def paint(page: Page, on: bool = True) -> None:
    """Let the faces of a page draw from now on, or keep them from it."""
    page.evaluate("on => { globalThis.painted = on; }", on)


def start_figures(page: Page) -> None:
    """Bring every figure into view and wait until it runs."""
    count = page.locator(".ntl-figure").count()
    for index in range(count):
        figure = page.locator(".ntl-figure").nth(index)
        figure.scroll_into_view_if_needed()
        page.wait_for_function(
            "index => document.querySelectorAll('.ntl-figure')[index].dataset.ready",
            arg=index,
            timeout=10_000,
        )
    page.evaluate("scrollTo(0, 0)")
