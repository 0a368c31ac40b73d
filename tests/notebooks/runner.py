"""Run notebooks fast: one warm parent, one forked child a notebook.

The parent imports the heavy libraries once; each child starts with them loaded and
shares nothing else. Where a system cannot fork, the child is a new interpreter.
"""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

import nbformat

WARM = ("IPython", "numpy", "pandas", "matplotlib.pyplot", "anywidget")


@dataclass(frozen=True)
class Outcome:
    """How a run ended; ``message`` names the cell and the error."""

    ok: bool
    message: str = ""


def warm_up() -> None:
    """Import what notebooks use, once."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    for name in WARM:
        __import__(name)


def run_cells(path: Path) -> str:
    """Run every code cell in one namespace; return an empty string or what failed."""
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.colors = "NoColor"
    notebook = nbformat.read(path, as_version=4)
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type != "code":
            continue
        result = shell.run_cell(cell.source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            return f"{path.name}, cell {number}: {type(error).__name__}: {error}"
    return ""


def run(path: Path, *, strict: bool, timeout: float = 60.0) -> Outcome:
    """Run one notebook in a child of its own."""
    if not hasattr(os, "fork"):
        return _run_interpreter(path, strict=strict, timeout=timeout)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        status = _child(path, strict, writer, timeout)
        os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        message = stream.read().decode("utf-8", "replace")
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return Outcome(False, f"{path.name}: ended after {timeout:.0f} s or by a signal")
    return Outcome(os.waitstatus_to_exitcode(status) == 0, message)


def _child(path: Path, strict: bool, writer: int, timeout: float) -> int:
    import signal

    signal.alarm(int(timeout))
    os.environ["NERVE_TO_LABEL_STRICT"] = "1" if strict else "0"
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        message = run_cells(path)
    except BaseException:
        message = traceback.format_exc()
    os.write(writer, message.encode("utf-8")[:60_000])
    os.close(writer)
    return 1 if message else 0


def _run_interpreter(path: Path, *, strict: bool, timeout: float) -> Outcome:
    env = {**os.environ, "NERVE_TO_LABEL_STRICT": "1" if strict else "0", "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, __file__, str(path)],
        env=env, capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    return Outcome(done.returncode == 0, done.stderr.strip())


if __name__ == "__main__":
    problem = run_cells(Path(sys.argv[1]))
    sys.exit(problem or 0)
