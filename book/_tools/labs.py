"""Derive the learner's notebooks from their masters.

A master in ``notebooks/solutions/`` holds each solution between ``### BEGIN SOLUTION``
and ``### END SOLUTION``, as nbgrader does. The learner's version has a stub there.
"""

from __future__ import annotations

import copy
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
MASTERS = ROOT / "notebooks" / "solutions"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = "answer = ...  # your answer"


def clear(source: str, where: str) -> str:
    """Replace each solution by the stub.

    Raises
    ------
    ValueError
        A mark without its partner (says where).
    """
    kept: list[str] = []
    inside = False
    for number, line in enumerate(source.split("\n"), 1):
        mark = line.strip()
        if mark == BEGIN:
            if inside:
                raise ValueError(f"{where}, line {number}: a solution begins inside a solution")
            inside = True
            kept.append(line[: len(line) - len(line.lstrip())] + STUB)
        elif mark == END:
            if not inside:
                raise ValueError(f"{where}, line {number}: a solution ends that never began")
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise ValueError(f"{where}: a solution does not end")
    return "\n".join(kept)


def learner(master: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """Make the learner's version: no solutions, no outputs, no master-only cells."""
    notebook = copy.deepcopy(master)
    notebook.cells = [
        cell for cell in notebook.cells if "master-only" not in cell.metadata.get("tags", [])
    ]
    for index, cell in enumerate(notebook.cells, 1):
        cell.source = clear(cell.source, f"{name}, cell {index}")
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    return notebook


def main() -> int:
    """Write every learner notebook that differs from its master's."""
    for path in sorted(MASTERS.glob("*.ipynb")):
        master = nbformat.read(path, as_version=4)
        target = ROOT / "notebooks" / path.name
        text = nbformat.writes(learner(master, path.name)) + "\n"
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            print(f"labs: wrote {target.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
