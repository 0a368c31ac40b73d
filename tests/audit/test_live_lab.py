"""A lab codes its own clips in JupyterLab, from two videos to the table of reliability.

A real JupyterLab, a real kernel and a real browser: two coders mark key frames and write codes in
the bench, a kernel is killed under the first one, nothing is lost, and one call gives the table.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from fau_teach.coding import Session, lab_report

pytest.importorskip("jupyterlab", reason="JupyterLab is not installed; type: make setup-dev")
playwright = pytest.importorskip("playwright.sync_api", reason="type: make setup-dev")
cv2 = pytest.importorskip("cv2", reason="videos need opencv-python-headless")
np = pytest.importorskip("numpy")

ROOT = Path(__file__).resolve().parents[2]
FRAMES, FPS, SIZE = 40, 25, 160
CLIPS = {"brow": (10, 16, 30), "smile": (8, 18, 32)}
"""Onset, apex and offset of the one movement of each clip."""
BENCH = """
from pathlib import Path
from fau_teach.coding import lab_report
from fau_teach.footage import open_footage
from fau_teach.widgets import Bench
films = [open_footage(path) for path in sorted(Path("clips").glob("*.avi"))]
Bench(footage=films, coder="{0}", save="coded/{0}.json")
"""
KILL = "import os; os.kill(os.getpid(), 9)"
REPORT = 'lab_report("coded", resamples=200)'


def film(path: Path, onset: int, apex: int, offset: int) -> None:
    """A video in which a bar rises and falls; the number of a frame is in its brightness."""
    tape = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), FPS, (SIZE, SIZE))
    for frame in range(FRAMES):
        picture = np.full((SIZE, SIZE, 3), 40 + 4 * frame, np.uint8)
        height = int(np.interp(frame, [onset, apex, offset], [0, SIZE // 2, 0]))
        picture[SIZE - height :, 60:100] = (0, 0, 255)
        tape.write(picture)
    tape.release()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder with two videos and a notebook, and the address of a JupyterLab that serves it."""
    work, home = tmp_path / "work", tmp_path / "home"
    (work / "clips").mkdir(parents=True)
    for name, marks in CLIPS.items():
        film(work / "clips" / f"{name}.avi", *marks)
    sources = [BENCH.format("Ann"), BENCH.format("Ben"), REPORT, KILL]
    cells = [
        {"cell_type": "code", "id": f"cell-{at}", "source": source.strip(), "metadata": {},
         "outputs": [], "execution_count": None}
        for at, source in enumerate(sources)
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4}
    (work / "lab.ipynb").write_text(json.dumps(notebook | {"nbformat_minor": 5}))
    quiet = home / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    (home / "config/labconfig").mkdir(parents=True)
    (home / "config/labconfig/page_config.json").write_text('{"buildCheck": false}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = {"CONFIG": "config", "RUNTIME": "runtime", "DATA": "data"}
    places = {f"JUPYTER_{name}_DIR": str(home / at) for name, at in places.items()}
    places |= {f"JUPYTERLAB_{n}_DIR": str(home / n.lower()) for n in ("SETTINGS", "WORKSPACES")}
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
               "--ServerApp.token=", "--ServerApp.password=", "--ServerApp.port_retries=0",
               f"--port={port}", f"--ServerApp.root_dir={work}"]  # fmt: skip
    environment = {**os.environ, **places, "PYTHONPATH": paths, "IPYTHONDIR": str(home / "ipython")}
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(300):
                try:
                    urlopen(f"{address}/api/status", timeout=5).close()
                    break
                except OSError:
                    assert server.poll() is None, (tmp_path / "log").read_text()
                    time.sleep(0.2)
            yield work, address
        finally:
            server.terminate()
            server.wait(timeout=30)


@pytest.fixture
def page(lab: tuple[Path, str]) -> Iterator[Any]:
    """The notebook in Chromium, its kernel idle."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("no Chromium on this machine; type: apt-get install chromium")
    with playwright.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=path, args=["--no-sandbox"])
        tab = browser.new_context(reduced_motion="reduce").new_page()
        tab.set_default_timeout(60_000)
        tab.goto(f"{lab[1]}/lab/tree/lab.ipynb?reset")
        tab.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first.wait_for()
        yield tab
        browser.close()


def run(page: Any, at: int, ends: bool = True) -> Any:
    """Run a cell by keyboard; the cell. A kernel that is still on its way forgets it."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(at)
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    for _ in range(20):
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        begun = False
        for _ in range(600):
            now = prompt.inner_text()
            begun = begun or "*" in now or now != before
            if begun and (not ends or any(map(str.isdigit, now))):
                return cell
            if begun and "*" not in now:
                break
            page.wait_for_timeout(50)
    pytest.fail("the kernel runs no cell")


class Coder:
    """Who works at the bench that a cell shows."""

    def __init__(self, page: Any, at: int) -> None:
        self.page = page
        self.bench = run(page, at).locator(".ntl-bench[data-ready]")
        self.until(python="ready", busy="0")

    def until(self, **data: str) -> None:
        """Wait until the bench says so of itself."""
        marks = "".join(f'[data-{name}="{value}"]' for name, value in data.items())
        self.bench.and_(self.page.locator(marks)).wait_for()

    def look(self, clip: str) -> None:
        """Go to a clip, and to its first frame when it is shown."""
        self.bench.locator(".clips button", has_text=clip).click()
        self.until(clip=clip, busy="0")
        self.bench.locator(".ntl-viewer[data-shown='0']").wait_for()
        self.bench.locator("canvas.picture").focus()

    def write(self, marks: tuple[int, int, int], codes: str) -> None:
        """Step to three key frames and write the codes, all by keyboard."""
        keys = self.page.keyboard
        at = int(self.bench.locator(".ntl-viewer").get_attribute("data-frame"))
        for key, mark in zip("123", marks, strict=True):
            for _ in range(mark - at):
                keys.press(".")
            at = mark
            keys.press(key)
        keys.press("c")
        keys.type(codes)

    def save(self, events: int) -> None:
        """Save the event that is written."""
        self.page.keyboard.press("Enter")
        self.until(events=str(events), busy="0", onset="")

    def done(self) -> None:
        """Say that nothing is missing in this clip."""
        self.bench.get_by_role("button", name="Done with this clip").click()
        self.until(done="true", busy="0", saved="true")


def test_two_coders_a_killed_kernel_and_the_table(lab: tuple[Path, str], page: Any) -> None:
    begun = time.monotonic()
    work, _ = lab
    ann = Coder(page, 0)
    ann.look("brow")
    page.keyboard.press("x")  # JupyterLab would cut the cell
    ann.write(CLIPS["brow"], "1+2")
    ann.save(1)
    ann.done()
    ann.look("smile")
    ann.write(CLIPS["smile"], "6+12C")  # not saved yet
    page.wait_for_timeout(1_000)  # the journal of the browser writes after a moment

    # The kernel dies under the bench, which says so at once; its file and the draft are there.
    run(page, 3, ends=False)
    page.locator(".jp-Dialog button").last.click()
    ann.bench.locator(".python", has_text="Run the cell again").wait_for()
    assert [event.aus for event in Session.load(work / "coded/Ann.json").events] == ["1+2"]
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first.wait_for()
    ann = Coder(page, 0)
    ann.until(clip="smile", onset=str(CLIPS["smile"][0]), events="0", done="false")
    ann.bench.get_by_label("Codes", exact=True).focus()
    ann.save(1)
    ann.done()
    ann.bench.locator(".clips button", has_text="brow ✓").wait_for()

    # The second coder sees another smile, one frame later, and nothing of the first.
    ben = Coder(page, 1)
    for clip, late, codes in (("brow", 0, "1+2"), ("smile", 1, "12C")):
        ben.look(clip)
        ben.until(coder="Ben", events="0")
        onset, apex, offset = CLIPS[clip]
        ben.write((onset + late, apex, offset), codes)
        ben.save(1)
        ben.done()

    cell = run(page, 2)
    cell.get_by_text("Occurrence of each action unit").first.wait_for()
    shown = cell.locator(".jp-OutputArea").inner_text()
    report = lab_report(work / "coded", resamples=0)
    assert report.problems == ()
    assert report.coverage().splitlines() == [
        "clip   Ann  Ben", "brow   1    1", "smile  1    1",
    ]  # fmt: skip
    assert all(set(one.done) == {"Ann", "Ben"} for one in report.session.watched)
    found = report.agreement
    assert found is not None
    for code, value in (("1", 1), ("12", 1), ("6", 0.5)):
        assert found.find("occurrence", code, "percent agreement", ("Ann", "Ben")).value == value
    assert found.find("timing", "onset", "mean error (frames)", ("Ann", "Ben")).value == 0.5
    index = found.find("index", "per clip", "pooled", ("Ann", "Ben")).value
    assert f"{index:.2f}" in shown
    assert report.coverage() in shown
    print(
        f"\nlive lab: two coders, two videos, one killed kernel, {time.monotonic() - begun:.0f} s"
    )
