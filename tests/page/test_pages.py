"""Every page: complete, quiet, accessible in both themes, and fit for a phone."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import pytest
from bs4 import BeautifulSoup
from conftest import HTML, ROOT, SCREENSHOTS, WIDTHS, book_pages, paint

PAGES = book_pages()
# Bytes of HTML, style sheets and our own scripts; see test_page_weight.
WEIGHT_LIMIT = 300_000
# These are applications rather than pages: face, viewer, codes and forms in one.
WEIGHT_LIMITS = {
    "book/practice/bench.html": 335_000,
    "book/practice/training.html": 350_000,
}
# Bytes of data that the figures of one page may bring on top.
DATA_LIMIT = 100_000
# Our own files that a page loads when a reader comes to what needs them.
LOADED_LATER = {
    'class="ntl-cards"': ("cards.js", "cards.css"),
    'class="ntl-run': ("run-worker.js",),
}
# A page's looks in the order of a visit: from one to the next, one thing changes.
LOOKS = (("phone", "dark"), ("desktop", "dark"), ("desktop", "light"), ("phone", "light"))
# Checked whole and kept as pictures; all four are kept with LOOKS=all.
SHOWN = {LOOKS[0], LOOKS[2]}
# Elements that a reader sees in this look; those that the look before did not show.
VISIBLE = """const seen = [...document.body.querySelectorAll("*")]
  .filter((one) => one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }));"""
REMEMBER = f"() => {{ {VISIBLE} globalThis.shown = new Set(seen); }}"
NEW = f"{VISIBLE} const fresh = seen.filter((one) => !globalThis.shown.has(one));"
AXE = Path(find_spec("axe_playwright_python").submodule_search_locations[0], "axe.min.js")


def test_there_are_pages() -> None:
    assert "book/index.html" in PAGES
    assert len(PAGES) >= 15


@pytest.mark.parametrize("path", PAGES)
def test_page(path: str, visit: Any) -> None:
    """No outside request, no console error, no axe violation; pictures kept for looking at.

    One load serves four looks, as a window does that is made wide and whose theme is changed.
    Each width and each theme is checked whole once. What a look adds to these is the colours of
    elements that its width alone shows.
    """
    visitor = visit(path, width="phone", theme="dark")
    page = visitor.page
    for width, theme in LOOKS:
        dress(page, theme)
        if kept(width, theme):  # a face draws itself anew as its width changes
            resize(page, "phone" if width == "desktop" else "desktop")
            paint(page)
        resize(page, width)
        paint(page, False)
        if kept(width, theme):
            shoot(page, path, width, theme)
        whole = (width, theme) in SHOWN
        assert (run_axe(page) if whole else new_colours(page)) == [], (width, theme)
        page.evaluate(REMEMBER)
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, f"{path} is {too_wide} px wider than a {width}"
    assert visitor.outside == []
    assert visitor.errors == []
    assert page.locator(".ntl-figure[data-ready=failed]").count() == 0


def kept(width: str, theme: str) -> bool:
    """Whether this look is kept as a picture, for looking at."""
    return (width, theme) in SHOWN or os.environ.get("LOOKS") == "all"


def test_a_request_that_leaves_this_machine_is_seen_and_gets_nowhere(visit: Any) -> None:
    """By page, picture, frame and worker; this test fails where another would not notice one."""
    visitor = visit("book/how-to-use.html")
    asked = visitor.page.evaluate(
        """async () => {
          const [page, picture, frame, worker, address] = ["one.example/a", "two.example/b",
            "three.example/c", "four.example/d", "192.0.2.1/e"].map((one) => `http://${one}`);
          const ask = (one) => fetch(one).then(() => "came", () => "failed");
          const failed = [page, address].map(ask);
          const image = Object.assign(new Image(), { src: picture });
          failed.push(new Promise((done) => { image.onerror = () => done("failed"); }));
          document.body.append(Object.assign(document.createElement("iframe"), { src: frame }));
          const code = `(${ask})("${worker}").then((said) => postMessage(said))`;
          const other = new Worker(URL.createObjectURL(new Blob([code])));
          failed.push(new Promise((done) => { other.onmessage = ({ data }) => done(data); }));
          return [await Promise.all(failed), [page, picture, frame, worker, address]];
        }"""
    )
    assert asked[0] == ["failed"] * 4
    assert {one.rstrip("/") for one in visitor.outside} == {*asked[1]}
    assert visitor.errors


def resize(page: Any, width: str) -> None:
    """Make a page wide or narrow, let it lay itself out and draw twice."""
    page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def shoot(page: Any, path: str, width: str, theme: str) -> None:
    name = path.removesuffix(".html").replace("/", "-")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{theme}.png", full_page=True)


def dress(page: Any, theme: str) -> None:
    """Change the theme as the theme's own button does."""
    page.emulate_media(color_scheme=theme)
    page.evaluate(
        "one => Object.assign(document.documentElement.dataset, { theme: one, mode: one })", theme
    )


def run_axe(page: Any) -> list[str]:
    """Violations of WCAG 2.2 A and AA, with the first elements that break each rule."""
    return ask_axe(
        page,
        """axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa",
        "wcag22aa"], resultTypes: ["violations"], preload: false })""",
    )


def new_colours(page: Any) -> list[str]:
    """Rules of colour broken by what the look before did not show."""
    return ask_axe(
        page,
        f"""(() => {{ {NEW} return !fresh.length ? {{ violations: [] }} : axe.run(fresh,
        {{ runOnly: {{ type: "rule", values: ["color-contrast", "link-in-text-block"] }},
        resultTypes: ["violations"], preload: false }}); }})()""",
    )


def ask_axe(page: Any, question: str) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=str(AXE))
    result = page.evaluate(question)
    return [
        f"{rule['id']}: {rule['help']}: "
        + "; ".join(f"{node['target']} {node['html'][:90]}" for node in rule["nodes"][:3])
        for rule in result["violations"]
    ]


@pytest.mark.parametrize("path", PAGES)
def test_links_resolve(path: str) -> None:
    """Each link inside the book reaches a page, and its anchor where it names one."""
    broken = []
    for link in parse(HTML / path).find_all("a"):
        target = link.get("href", "")
        if not target or re.match(r"[a-z]+:", target):
            continue
        file, anchor = urldefrag(target)
        file = file.split("?")[0]
        place = (HTML / path).parent / unquote(file) if file else HTML / path
        if place.is_dir():
            place = place / "index.html"
        if not place.exists() or (
            anchor and place.suffix == ".html" and unquote(anchor) not in anchors(place)
        ):
            broken.append(target)
    assert broken == []


@lru_cache(maxsize=8)
def parse(place: Path) -> BeautifulSoup:
    return BeautifulSoup(place.read_text(encoding="utf-8"), "html.parser")


_anchors: dict[Path, set[str]] = {}


def anchors(place: Path) -> set[str]:
    place = place.resolve()
    if place not in _anchors:
        _anchors[place] = {element["id"] for element in parse(place).find_all(id=True)}
    return _anchors[place]


@pytest.mark.parametrize("path", PAGES)
def test_pictures_have_words(path: str) -> None:
    """Each picture has alternative text that is not its file name; each plot has a caption."""
    for picture in parse(HTML / path).find_all("img"):
        source, text = picture.get("src", ""), picture.get("alt")
        assert text is not None, source
        assert not text.startswith(("../", "_images", "_static")), text
        if "_images/" in source and picture.find_parent(class_="cell_output"):
            assert len(text) > 20, f"{source}: say what the figure shows"
            assert picture.find_parent("figure"), f"{source}: a figure needs its caption"


def libraries(name: str) -> list[str]:
    """What the script of a figure says that it shares with others."""
    if not name.startswith("figures/"):
        return []
    text = (HTML / "_static" / name).read_text(encoding="utf-8")
    found = re.search(r'"library": \[([^\]]*)\]', text)
    return re.findall(r'"(\w+)"', found[1]) if found else []


@pytest.mark.parametrize("path", PAGES)
def test_page_weight(path: str) -> None:
    """HTML, every style sheet and our own scripts, as they lie on disk; figures' data apart."""
    text = (HTML / path).read_text(encoding="utf-8")
    page = parse(HTML / path)
    sheets = [link["href"] for link in page.find_all("link", rel="stylesheet")]
    files = {(HTML / path).parent.joinpath(urldefrag(one)[0].split("?")[0]) for one in sheets}
    ours = {path.name for path in (ROOT / "book" / "_static").glob("*.js")}
    scripts = {urldefrag(tag["src"])[0].split("?")[0] for tag in page.find_all("script", src=True)}
    own = [
        *(Path(name).name for name in scripts if Path(name).name in ours),
        *(f"figures/{name}.js" for name in set(re.findall(r'data-figure="(\w+)"', text))),
    ]
    # What a deck and an exercise load later counts as well.
    own += [name for mark, names in LOADED_LATER.items() if mark in text for name in names]
    own += [f"figures/{name}.js" for name in {one for name in own for one in libraries(name)}]
    files |= {HTML / "_static" / name for name in own}
    weight = len(text.encode("utf-8")) + sum(file.stat().st_size for file in files)
    data = "".join(
        script.string or "" for script in page.find_all("script", type="application/json")
    )
    weight -= len(data.encode("utf-8"))
    assert len(data) <= DATA_LIMIT
    assert len(sheets) >= 5
    limit = WEIGHT_LIMITS.get(path, WEIGHT_LIMIT)
    assert weight <= limit, f"{path}: {weight:,} bytes"
