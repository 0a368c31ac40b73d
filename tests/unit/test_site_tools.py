"""What the site carries for the reader's browser: vendor files, our wheel, JupyterLite."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

import lite  # noqa: E402
import ntl_run  # noqa: E402
import serve  # noqa: E402
import vendor  # noqa: E402

from fau_teach.exercises import Exercise  # noqa: E402


@pytest.fixture
def nothing_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(vendor, "CACHE", tmp_path / "vendor")
    monkeypatch.delenv(vendor.SWITCH, raising=False)
    return tmp_path


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    said = [line for line in capsys.readouterr().out.splitlines() if "fetching" not in line]
    assert len(said) == 1
    return said[0]


# -- where the files come from


def test_without_npm_the_build_says_so_in_one_line_and_takes_default_addresses(
    nothing_fetched: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(vendor.shutil, "which", lambda name: None)
    assert not vendor.fetch()
    said = one_line(capsys)
    assert "npm is missing" in said
    assert "cdn.jsdelivr.net" in said
    assert vendor.pyodide_address() == "https://cdn.jsdelivr.net/pyodide/v314.0.6/full/"
    assert vendor.script("ts-fsrs") == (
        "https://cdn.jsdelivr.net/npm/ts-fsrs@5.4.2/dist/index.umd.js"
    )


def test_without_network_the_build_says_why_and_goes_on(
    nothing_fetched: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "getaddrinfo ENOTFOUND\n")

    monkeypatch.setattr(vendor.shutil, "which", lambda name: "/usr/bin/npm")
    monkeypatch.setattr(vendor.subprocess, "run", refuse)
    assert not vendor.fetch()
    assert "npm failed (getaddrinfo ENOTFOUND)" in one_line(capsys)


def test_the_switch_plays_a_machine_without_npm(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(vendor.SWITCH, "default")
    assert not vendor.fetch()
    assert not vendor.ready()
    assert not lite.environment()
    assert f"{vendor.SWITCH}=default" in one_line(capsys)


def test_fetched_files_are_used_at_once(
    nothing_fetched: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor.shelf().mkdir(parents=True)
    assert vendor.fetch()
    assert capsys.readouterr().out == ""
    assert vendor.pyodide_address() == "lite/static/pyodide/"
    assert vendor.script("ts-fsrs") == "vendor/ts-fsrs/index.umd.js"
    assert vendor.script("quiz.js") == "quiz.js"


def test_another_file_than_the_pinned_one_stops_the_build(tmp_path: Path) -> None:
    file = tmp_path / "pyodide-314.0.6.tgz"
    file.write_bytes(b"abc")
    vendor.verify(file, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    with pytest.raises(SystemExit, match=r"pyodide-314\.0\.6\.tgz has the sum ba78.* pins 0000"):
        vendor.verify(file, "0000")
    with pytest.raises(vendor.UnreachableError, match="did not come"):
        vendor.verify(tmp_path / "missing.whl", "0000")


def test_every_pin_has_a_sum() -> None:
    pins = vendor.pins()
    sums = [pin["sha256"] for pin in pins["npm"].values()] + list(pins["wheels"].values())
    assert all(re.fullmatch(r"[0-9a-f]{64}", one) for one in sums)
    assert {vendor.package(name) for name in pins["wheels"]} >= set(vendor.EXTRA) - {"fau-teach"}


def test_widgets_in_the_browser_are_those_of_the_environment() -> None:
    """Both halves of a widget, kernel side and page side, come from one release."""
    locked = (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    wheels = {vendor.package(name): name.split("-")[1] for name in vendor.pins()["wheels"]}
    for name in ("anywidget", "comm", "ipywidgets", "jupyterlab-widgets", "psygnal"):
        assert f"{name}=={wheels[name]}" in locked


# -- the list of packages


def test_local_wheels_stand_in_the_list_and_the_rest_points_home(tmp_path: Path) -> None:
    folder = tmp_path / "pyodide"
    folder.mkdir()
    near, ours = folder / "six-1.17.0-py2.py3-none-any.whl", tmp_path / "fau_teach-0.1.0-py3.whl"
    near.write_bytes(b"abc")
    ours.write_bytes(b"")
    entry = {"version": "1", "depends": ["x"], "sha256": "1" * 64}
    original = {
        "info": {"python": "3.14.2"},
        "packages": {
            "six": {**entry, "file_name": "six-old.whl"},
            "numpy": {**entry, "file_name": "numpy-2.4.6-cp314.whl"},
        },
    }
    made = vendor.lock(original, [near, ours])
    packages = made["packages"]
    assert made["info"] == {"python": "3.14.2"}
    assert packages["numpy"]["file_name"] == f"{vendor.cdn()}numpy-2.4.6-cp314.whl"
    assert packages["numpy"]["sha256"] == "1" * 64
    assert packages["six"]["file_name"] == near.name
    assert packages["six"]["sha256"].startswith("ba7816bf")
    assert packages["six"]["depends"] == ["x"]
    assert packages["fau-teach"]["file_name"] == f"../../pypi/{ours.name}"
    assert packages["fau-teach"]["imports"] == ["fau_teach"]
    assert original["packages"]["six"]["file_name"] == "six-old.whl"


# -- our wheel


def test_our_wheel_holds_package_and_data_and_no_solution() -> None:
    wheel = vendor.wheel()
    assert vendor.wheel() == wheel
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        text = b"".join(archive.read(name) for name in names).decode("utf-8", "replace")
    assert "fau_teach/exercises/_run.py" in names
    assert "fau_teach/data/facs/aus.csv" in names
    assert not [name for name in names if name.endswith(".ipynb")]
    assert "BEGIN SOLUTION" not in text


def test_placing_without_vendor_files_still_gives_our_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(vendor.SWITCH, "default")
    lite.place(tmp_path)
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")]
    assert files == [f"lite/pypi/{vendor.wheel().name}"]


# -- JupyterLite


def test_without_its_environment_the_book_goes_on_without_jupyterlite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*command: str, cwd: Path) -> None:
        raise vendor.UnreachableError("python failed (no route)")

    monkeypatch.setattr(lite, "HOME", tmp_path / "env")
    monkeypatch.setattr(lite.vendor, "ready", lambda: True)
    monkeypatch.setattr(lite.vendor, "call", refuse)
    assert not lite.environment()
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "lite: python failed (no route); the book is built without JupyterLite"


def test_a_build_that_loses_our_settings_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen with a stale task database: a site that fetches Python from elsewhere, unasked."""

    def build(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        output = Path(command[command.index("--output-dir") + 1])
        output.mkdir()
        (output / "jupyter-lite.json").write_text(json.dumps({"jupyter-config-data": {}}))
        return subprocess.CompletedProcess(command, 0)

    wheel = vendor.wheel()
    monkeypatch.setattr(lite, "WORK", tmp_path / "lite")
    monkeypatch.setattr(lite.vendor, "wheel", lambda: wheel)
    monkeypatch.setattr(lite.vendor, "place", lambda site: (site / "lite").mkdir(parents=True))
    monkeypatch.setattr(lite.subprocess, "run", build)
    with pytest.raises(SystemExit, match="not built as told"):
        lite.make()


# -- pages


def test_an_exercise_in_the_page_cannot_break_it() -> None:
    one = Exercise("0.1", "<b>", lambda: 1, "", "", prompt="p", starter="x = 1 < 2\nanswer = ...\n")
    text = ntl_run.form(one, "run-0-1")
    assert "x = 1 &lt; 2" in text
    assert 'rows="4"' in text
    assert 'for="run-0-1-code"' in text


def test_the_link_to_jupyterlite_stands_below_the_title_and_is_relative() -> None:
    body = ntl_run.lab_link("notebooks/01-nerves-to-aus", "<h1>Lab</h1><p>a</p><h1>b</h1>")
    assert body.startswith('<h1>Lab</h1><p class="ntl-lab-link"><a href="../lite/notebooks/')
    assert "?path=01-nerves-to-aus.ipynb" in body
    assert body.count("ntl-lab-link") == 1


@pytest.mark.parametrize(
    ("ending", "kind"), [(".wasm", "application/wasm"), (".mjs", "text/javascript")]
)
def test_the_server_knows_types_whatever_the_machine_says(ending: str, kind: str) -> None:
    assert serve.Handler.extensions_map[ending] == kind
