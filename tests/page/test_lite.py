"""JupyterLite: a lab runs whole in the browser with the network cut."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import urlopen

import pytest
from conftest import HTML, ROOT, book_pages

sys.path.insert(0, str(ROOT / "book" / "_tools"))

LAB = "01-nerves-to-aus"
LITE = HTML / "lite"


@pytest.fixture(autouse=True)
def built() -> None:
    if not (LITE / "notebooks" / "index.html").exists():
        message = "the book was built without JupyterLite: npm or the network was missing"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)


def run_cell(page: Any, mark: str, source: str) -> Any:
    """Replace the cell that holds some text, run it and return it."""
    cell = page.locator(".jp-CodeCell", has_text=mark).last
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type(source)
    page.keyboard.press("Control+Enter")
    return page.locator(".jp-CodeCell.jp-mod-selected, .jp-CodeCell.jp-mod-active").first


def run_lab(page: Any, site: str, lab: str) -> None:
    """Open a lab in JupyterLite and run it from its first cell to its last."""
    notebook = json.loads((ROOT / "notebooks" / f"{lab}.ipynb").read_text(encoding="utf-8"))
    cells = sum(cell["cell_type"] == "code" for cell in notebook["cells"])
    started = time.monotonic()
    page.goto(f"{site}/lite/notebooks/index.html?path={lab}.ipynb")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=60_000)
    page.get_by_text("Python (Pyodide)").first.wait_for(timeout=60_000)
    shown = time.monotonic()
    page.get_by_role("menuitem", name="Run").first.click()
    page.get_by_text("Run All Cells", exact=True).first.click()
    page.locator(".jp-OutputArea-output").first.wait_for(timeout=60_000)
    first = time.monotonic()
    # A cell that fails stops the run, so the last number says that all went well.
    page.get_by_text(f"[{cells}]:", exact=True).first.wait_for(timeout=60_000)
    print(
        f"\nJupyterLite: {lab} after {shown - started:.1f} s, then first output after "
        f"{first - shown:.1f} s, all {cells} cells {time.monotonic() - first:.1f} s later"
    )


def test_a_lab_runs_whole_and_asks_for_nothing_but_numpy(visit: Any, site: str) -> None:
    visitor = visit("book/index.html")
    page = visitor.page
    run_lab(page, site, LAB)
    cell = run_cell(page, 'check("1.6"', 'check("1.6", {"total500"})')
    cell.get_by_text("right.").wait_for(timeout=20_000)
    cell = run_cell(
        page, 'check("1.6"', "from fau_teach.widgets import DurationSlider; DurationSlider()"
    )
    cell.locator("input[type=range]").first.wait_for(timeout=30_000)
    assert visitor.outside == []
    assert visitor.errors == []

    cell = run_cell(page, "DurationSlider", "import numpy; numpy.arange(3).sum()")
    cell.locator(".jp-OutputArea-output", has_text="Error").first.wait_for(timeout=60_000)
    lock = json.loads((LITE / "static/pyodide/pyodide-lock.json").read_text(encoding="utf-8"))
    assert set(visitor.outside) == {lock["packages"]["numpy"]["file_name"]}


def test_numeric_wheels_lie_where_pyodide_says_and_ours_in_the_site() -> None:
    import vendor

    lock = json.loads((LITE / "static/pyodide/pyodide-lock.json").read_text(encoding="utf-8"))
    packages = lock["packages"]
    for name in ("numpy", "pandas", "scipy", "matplotlib"):
        assert packages[name]["file_name"].startswith(f"{vendor.cdn()}{name}-")
    for name in ("ipython", "micropip", "fau-teach", "anywidget"):
        file = LITE / "static" / "pyodide" / packages[name]["file_name"]
        assert vendor.sha256(file.resolve()) == packages[name]["sha256"]


def test_no_solution_reaches_the_site() -> None:
    labs = sorted(path.name for path in (LITE / "files").rglob("*.ipynb"))
    assert labs == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    for lab in (LITE / "files").rglob("*.ipynb"):
        assert "BEGIN SOLUTION" not in lab.read_text(encoding="utf-8")


def test_each_lab_leads_to_itself_in_jupyterlite(visit: Any) -> None:
    page = visit(f"notebooks/{LAB}.html").page
    page.get_by_role("link", name="Open in the browser").click()
    page.wait_for_url(f"**/lite/notebooks/index.html?path={LAB}.ipynb")


def test_pages_of_jupyterlite_are_not_pages_of_ours() -> None:
    assert not [path for path in book_pages() if path.startswith("lite")]


# -- the included server


@contextmanager
def served() -> Iterator[str]:
    """Address at which the server that the site carries says that it listens."""
    process = subprocess.Popen(
        [sys.executable, str(HTML / "serve.py"), "--port", "8750"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield next(word for word in line.split() if word.startswith("http://127.0.0.1:"))
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_the_included_server_names_the_types_that_browsers_insist_on() -> None:
    wanted = {
        "lite/static/pyodide/pyodide.asm.wasm": "application/wasm",
        "lite/static/pyodide/pyodide.mjs": "text/javascript",
        "_static/run-worker.js": "text/javascript",
        "index.html": "text/html",
    }
    with served() as address:
        for path, kind in wanted.items():
            with urlopen(f"{address}{path}", timeout=10) as answer:
                assert answer.headers["Content-Type"].split(";")[0] == kind, path
                assert answer.headers["Cache-Control"] == "no-cache"
