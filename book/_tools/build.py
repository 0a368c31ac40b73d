"""Build the book into ``_build/html``: every page executed, warnings are errors.

Nothing is done where no input changed since the last good build. Cell outputs are
cached by page, package, data and lock file (see ``nerve_to_label.execution_key``).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
STAMP = ROOT / "_build" / "html.stamp"
INPUTS = (
    "_config.yml", "_toc.yml", ".ci/constraints.txt", "book", "notebooks", "fau_teach", "data",
)  # fmt: skip


def fingerprint() -> str:
    """Digest of every file that a page can depend on."""
    digest = hashlib.sha256(sys.version.encode())
    for name in INPUTS:
        path = ROOT / name
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def main() -> int:
    """Build unless the built book is current; return the exit status."""
    started = time.monotonic()
    mark = fingerprint()
    if STAMP.exists() and STAMP.read_text() == mark and (HTML / "index.html").exists():
        print(f"book: nothing changed ({time.monotonic() - started:.1f} s)", flush=True)
        return 0
    STAMP.unlink(missing_ok=True)
    print("book: building; each page runs once, then its outputs are kept", flush=True)
    # --all: an incremental build hides the warnings of pages that it does not read again.
    command = [
        sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", ".",
        "--all", "-W", "-n", "--keep-going", "-q",
    ]  # fmt: skip
    # Pages must not depend on threads or on a user's own settings; a figure shows in a page
    # only with the notebook's own backend, which an MPLBACKEND from outside would replace.
    env = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    env |= {"OMP_NUM_THREADS": "1", "IPYTHONDIR": str(ROOT / "_build" / "ipython")}
    done = subprocess.run(command, cwd=ROOT, env=env, check=False)
    if done.returncode:
        print("book: the build failed; the first message above says where", flush=True)
        return done.returncode
    STAMP.write_text(mark)
    pages = sum(1 for _ in HTML.rglob("*.html"))
    print(f"book: {pages} pages in {time.monotonic() - started:.1f} s: {HTML.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
