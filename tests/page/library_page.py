"""A small page of its own for libraries of figures, served on loopback without the built book."""

from __future__ import annotations

import functools
import html
import shutil
import sys
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from conftest import ROOT, Quiet, Server

from fau_teach.widgets._base import read_text

sys.path.insert(0, str(ROOT / "book" / "_tools"))
import vendor

PAGE = """<!doctype html><html lang="en" data-content_root="./"><meta charset="utf-8">
<title>Libraries</title><link rel="icon" href="data:,"><script {attributes}></script><main></main>
<script type="module">window.lib = await import("./library.mjs"); document.body.dataset.ready = 1;
</script></html>"""


def write_page(
    folder: Path, libraries: Sequence[str], exported: str, python: Mapping[str, str]
) -> None:
    """Write ``index.html`` whose ``window.lib`` holds what some libraries of figures define."""
    given = "".join(f' data-{name}="{html.escape(text)}"' for name, text in python.items())
    (folder / "index.html").write_text(PAGE.replace(" {attributes}", given), encoding="utf-8")
    text = "\n".join(map(read_text, libraries))
    (folder / "library.mjs").write_text(f"{text}\nexport {{ {exported} }};\n", encoding="utf-8")
    (folder / "_static").mkdir(exist_ok=True)
    shutil.copy(ROOT / "book" / "_static" / "run-worker.js", folder / "_static")


def carry_python(folder: Path, desk: str) -> bool:
    """Put Pyodide and a wheel with ``small_desk.py`` into a folder; False where it is not here."""
    if not vendor.ready():
        return False
    place = folder / "python"
    place.mkdir()
    for name in vendor.CORE:
        (place / name).symlink_to(vendor.shelf() / vendor.PYODIDE / name)
    (place / "pyodide-lock.json").symlink_to(vendor.shelf() / "pyodide-lock.json")
    with zipfile.ZipFile(folder / "desk.whl", "w") as wheel:
        wheel.writestr("small_desk.py", desk)
    return True


def carry_package(folder: Path) -> None:
    """Put ``package.whl``, the package with its data as they are now, into a page's folder."""
    with zipfile.ZipFile(folder / "package.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        for part, name in ((ROOT / "fau_teach", "fau_teach"), (ROOT / "data", "fau_teach/data")):
            for file in part.rglob("*"):
                if file.is_file() and "__pycache__" not in file.parts:
                    wheel.write(file, f"{name}/{file.relative_to(part)}")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Address under which a folder is served."""
    server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
