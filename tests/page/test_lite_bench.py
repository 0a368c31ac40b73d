"""Bench and trainer in JupyterLite: an event is coded, an item answered, with the network cut."""

from __future__ import annotations

from typing import Any

from test_lite import LAB, built, run_cell

assert built  # the fixture that skips where the book has no JupyterLite
BENCH = "from fau_teach.widgets import Bench; Bench(coder='K', save='k.json')"
VIDEO = (
    "from fau_teach.footage import open_footage; open('a.avi', 'wb').write(bytes(9)); "
    "open_footage('a.avi')"
)
TRAINER = "from fau_teach.widgets import Trainer; Trainer('intensity')"
KEPT = "from fau_teach.coding import Session; print(Session.load('k.json'))"


def lab(visit: Any, site: str) -> Any:
    """A visitor with the lab open and Python chosen."""
    visitor = visit("book/index.html")
    visitor.page.goto(f"{site}/lite/notebooks/index.html?path={LAB}.ipynb")
    visitor.page.get_by_text("Python (Pyodide)").first.wait_for(timeout=60_000)
    return visitor


def test_an_event_is_coded_and_kept_without_network(visit: Any, site: str) -> None:
    visitor = lab(visit, site)
    page = visitor.page
    cell = run_cell(page, 'check("1.6"', BENCH)
    bench = cell.locator(".ntl-bench[data-ready][data-python=ready]")
    bench.wait_for(timeout=60_000)
    bench.locator("canvas.picture").focus()
    for key in ("x", "1", ".", "2", ".", "3", "c"):  # JupyterLab would cut the cell at x
        page.keyboard.press(key)
    page.keyboard.type("12C")
    page.keyboard.press("Enter")
    cell.locator(".ntl-bench[data-events='1'][data-busy='0']").wait_for(timeout=30_000)
    assert "and in k.json" in bench.locator("footer").inner_text()
    cell.locator(".ntl-viewer[data-state=live], .ntl-viewer[data-state=still]").wait_for()

    cell = run_cell(page, "Bench(coder", VIDEO)
    cell.get_by_text("Python in a browser reads no videos").first.wait_for(timeout=30_000)
    cell = run_cell(page, "open_footage('a.avi')", KEPT)
    cell.get_by_text("1 events by 1 coders in 1 clips").first.wait_for(timeout=30_000)
    assert visitor.outside == []
    assert visitor.errors == []


def test_the_trainer_asks_for_no_package(visit: Any, site: str) -> None:
    """Neither the kernel nor the page fetches NumPy; the faces come from the book."""
    visitor = lab(visit, site)
    page = visitor.page
    cell = run_cell(page, 'check("1.6"', TRAINER)
    trainer = cell.locator(".ntl-trainer[data-loaded][data-clerk=ready]")
    trainer.wait_for(timeout=60_000)
    trainer.get_by_role("button", name="Start: Present or strong?").click()
    trainer.locator(".ntl-viewer[data-state=live], .ntl-viewer[data-state=still]").wait_for(
        timeout=60_000
    )
    trainer.locator(".options button").first.click()
    trainer.locator(".certainty button").first.click()
    trainer.get_by_role("button", name="Commit").click()
    trainer.locator(".told").wait_for(timeout=60_000)
    assert visitor.outside == []
    assert visitor.errors == []
