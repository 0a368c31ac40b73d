"""Renew ``.ci/constraints.txt``: the whole dependency tree of every requirement file.

The pins in the requirement files stay; what hangs on them moves to its newest
fitting release. Read the difference before you commit it, and run ``make test``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / ".ci" / "constraints.txt"
FILES = (
    "requirements.txt",
    ".binder/requirements.txt",
    ".ci/requirements-dev.txt",
    ".ci/requirements-lite.txt",
    ".ci/requirements-bench.txt",
)
HEAD = """\
# The whole dependency tree, for Python 3.11.2 and later, Linux, macOS and Windows.
# Made by: make lock (CONTRIBUTING.md, Pins). Do not edit by hand.
"""


def main() -> None:
    """Resolve once for all platforms and write the lock file whole or not at all."""
    pins = [
        line
        for name in FILES
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith(("#", "-"))
    ]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "all.in"), Path(folder, "all.txt")
        source.write_text("\n".join(pins) + "\n", encoding="utf-8")
        # Debian 12 has Python 3.11.2: a lock made for a later patch level does not install there.
        subprocess.run(
            [sys.executable, "-m", "uv", "pip", "compile", "-q", "--universal",
             "--python-version", "3.11.2", "--no-annotate", "--no-header",
             str(source), "-o", str(target)],
            check=True,
        )  # fmt: skip
        LOCK.write_text(HEAD + target.read_text(encoding="utf-8"), encoding="utf-8")
    print(f"{LOCK.relative_to(ROOT)}: {len(LOCK.read_text().splitlines()) - 2} packages")


if __name__ == "__main__":
    main()
