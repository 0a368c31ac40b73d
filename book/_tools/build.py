"""Build the book into ``_build/html``: every page executed, warnings are errors.

Nothing is done where no input changed since the last good build. Cell outputs are
cached by page, package, data and lock file (see ``nerve_to_label.execution_key``).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
STAMP = ROOT / "_build" / "html.stamp"
LOG = ROOT / "_build" / "book.log"
INPUTS = (
    "_config.yml", "_toc.yml", ".ci/constraints.txt", ".ci/vendor.json",
    ".ci/requirements-lite.txt", "pyproject.toml", "book", "notebooks", "fau_teach", "data",
)  # fmt: skip
PROGRESS = re.compile(r"(reading sources|writing output)\.\.\. \[\s*(\d+)%\] (\S+)")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PROBLEM = re.compile(r"WARNING|ERROR|SEVERE|Error\b|Traceback")
# A kernel of this machine says so each time it starts.
HARMLESS = "Kernel is running over TCP without encryption"


def digest(root: Path, names: Iterable[str], salt: str) -> str:
    """Digest of the names and contents of all files at or below some paths."""
    found = hashlib.sha256(salt.encode())
    for name in names:
        path = root / name
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                found.update(str(file.relative_to(root)).encode())
                found.update(file.read_bytes())
    return found.hexdigest()


def fingerprint(root: Path = ROOT) -> str:
    """Digest of every file that a page can depend on."""
    return digest(root, INPUTS, sys.version)


def progress(lines: Iterable[str]) -> Iterator[str]:
    """One line a page as it is read, and each problem as it comes."""
    last = ""
    for line in lines:
        if found := PROGRESS.search(line):
            step, percent, page = found.groups()
            if step == "reading sources":
                yield f"book: {percent:>3} % read {page}"
            elif last != step:
                yield "book: writing pages"
            last = step
        elif PROBLEM.search(line) and HARMLESS not in line:
            yield line.rstrip()


def run(command: list[str], env: dict[str, str]) -> int:
    """Run the book tool, keep its whole output in a file and show what matters."""
    LOG.parent.mkdir(exist_ok=True)
    with (
        LOG.open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=env, text=True, encoding="utf-8", errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process,
    ):  # fmt: skip

        def kept() -> Iterator[str]:
            for coloured in process.stdout or ():
                line = COLOUR.sub("", coloured)
                log.write(line)
                yield line

        for line in progress(kept()):
            print(line, flush=True)
    return process.returncode


def main() -> int:
    """Build unless the built book is current; return the exit status."""
    import lite  # these need this module
    import ntl_face
    import vendor

    started = time.monotonic()
    # What the site carries for the reader's browser decides what its pages ask for.
    mark = f"{fingerprint()} vendor={vendor.fetch()} lite={lite.environment()}"
    if STAMP.exists() and STAMP.read_text() == mark and (HTML / "index.html").exists():
        print(f"book: nothing changed ({time.monotonic() - started:.1f} s)", flush=True)
        return 0
    STAMP.unlink(missing_ok=True)
    # Not ours to finish: the steps after Sphinx walk through every page and style sheet.
    shutil.rmtree(HTML / "lite", ignore_errors=True)
    print("book: building; each page runs once, then its outputs are kept", flush=True)
    # --all: an incremental build hides the warnings of pages that it does not read again.
    command = [
        sys.executable, "-c", "from jupyter_book.cli.main import main; main()",
        "build", ".", "--all", "-W", "-n", "--keep-going",
    ]  # fmt: skip
    # Pages must not depend on threads or on a user's own settings; a figure shows in a page
    # only with the notebook's own backend, which an MPLBACKEND from outside would replace.
    env = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    env |= {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    env["IPYTHONDIR"] = str(ROOT / "_build" / "ipython")
    faces = ntl_face.start()
    status = run(command, env)
    if status:
        ntl_face.stop(faces)
        tail = LOG.read_text(encoding="utf-8").splitlines()[-40:]
        print("\n".join(line for line in tail if HARMLESS not in line and line.strip()))
        print(f"book: the build failed; the whole log is {LOG.relative_to(ROOT)}", flush=True)
        return status
    pages = sum(1 for _ in HTML.rglob("*.html"))
    ntl_face.place(HTML, faces)
    lite.place(HTML)
    shutil.copyfile(Path(__file__).with_name("serve.py"), HTML / "serve.py")
    STAMP.write_text(mark)
    print(f"book: {pages} pages in {time.monotonic() - started:.1f} s: {HTML.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
