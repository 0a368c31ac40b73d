"""JupyterLite below ``/lite/``: the learners' labs run whole in the reader's browser.

Built by its own command line in an environment of its own, because it takes every
JupyterLab extension that it finds beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import build
import vendor

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "_build" / "vendor" / "lite-env"
PYTHON = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NEEDS = ".ci/requirements-lite.txt"
WORK = ROOT / "_build" / "lite"
APPS = ("notebooks", "lab")
CONFIG = {"LiteBuildConfig": {"no_sourcemaps": True, "no_unused_shared_packages": True}}
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
SETTINGS = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {"litePluginSettings": {KERNEL: {"disablePyPIFallback": True}}},
}


def environment() -> bool:
    """Make the environment unless it stands; say in one line where that cannot be done."""
    if not vendor.ready():
        return False  # vendor.py has said so
    lines = "".join((ROOT / name).read_text() for name in (NEEDS, ".ci/constraints.txt"))
    mark = HOME / hashlib.sha256(f"{sys.version_info[:3]}{lines}".encode()).hexdigest()[:16]
    if mark.exists():
        return True
    print("lite: making an environment for JupyterLite (once)", flush=True)
    shutil.rmtree(HOME, ignore_errors=True)
    uv = (sys.executable, "-m", "uv")
    try:
        vendor.call(*uv, "venv", "-q", "--python", sys.executable, str(HOME), cwd=ROOT)
        vendor.call(*uv, "pip", "install", "-q", "--python", str(PYTHON), "-r", NEEDS, cwd=ROOT)
    except vendor.UnreachableError as problem:
        print(f"lite: {problem}; the book is built without JupyterLite", flush=True)
        return False
    mark.touch()
    return True


def place(html: Path) -> None:
    """Put into a built site what runs in the reader's browser: vendor files, our wheel, labs."""
    vendor.place(html)
    if environment():
        shutil.copytree(make(), html / "lite", dirs_exist_ok=True)


def make() -> Path:
    """Build JupyterLite unless the same one stands; return its folder.

    Raises
    ------
    SystemExit
        Its command line failed, or lost our settings.
    """
    inputs = ["notebooks", NEEDS, "book/_tools/lite.py"]
    key = build.digest(ROOT, inputs, vendor.wheel().parent.name)
    site = WORK / f"{key[:12]}-{vendor.shelf().name}"
    if site.exists():
        return site
    started = time.monotonic()
    # A stale task database or output makes the command line lose settings without a word.
    shutil.rmtree(WORK, ignore_errors=True)
    vendor.place(WORK / "source")
    source, output = WORK / "source" / "lite", WORK / "output"
    labs = source / "labs"
    labs.mkdir()
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):  # never the masters below it
        shutil.copyfile(notebook, labs / notebook.name)
    (source / "jupyter-lite.json").write_text(json.dumps(SETTINGS))
    (source / "jupyter_lite_config.json").write_text(json.dumps(CONFIG))
    command = [
        str(PYTHON), "-m", "jupyter", "lite", "build", "--lite-dir", str(source),
        "--contents", "labs", "--output-dir", str(output),
        *(part for app in APPS for part in ("--apps", app)),
    ]  # fmt: skip
    with (WORK / "lite.log").open("w", encoding="utf-8") as log:
        status = subprocess.run(
            command, cwd=source, stdout=log, stderr=subprocess.STDOUT, check=False
        ).returncode
    built = output / "jupyter-lite.json"
    if status or not built.exists() or "pyodideUrl" not in built.read_text(encoding="utf-8"):
        sys.exit(f"lite: JupyterLite was not built as told; see {WORK / 'lite.log'}")
    output.rename(site)
    shutil.rmtree(WORK / "source")
    print(f"lite: JupyterLite in {time.monotonic() - started:.1f} s", flush=True)
    return site
