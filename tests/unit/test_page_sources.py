"""Pages as written, all taken together: short cells, and every source note in its place."""

from __future__ import annotations

import re
import statistics
import sys
from pathlib import Path

import pytest

from fau_teach import sources

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

import lint  # noqa: E402

CHAPTERS = sorted((ROOT / "book").glob("[0-9][0-9]-*"))


def test_lesson_cells_have_a_median_of_three_lines_at_most() -> None:
    sizes = [
        len(cell.code)
        for document in lint.documents(built=False)
        if document.kind == "lesson"
        for cell in document.cells
    ]
    assert len(sizes) > 50
    assert statistics.median(sizes) <= 3
    assert statistics.quantiles(sizes, n=10)[-1] <= 10


# Notes whose pages are still to come, by chapter.
OWED: dict[str, set[str]] = {}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.name)
def test_every_note_of_a_chapter_is_placed(chapter: Path) -> None:
    """In that chapter, or in another one that needs it sooner."""
    pages = [page for folder in CHAPTERS for page in folder.glob("[0-9]*.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    placed = set(re.findall(r"\{source-note\} (\S+)", text))
    wanted = {entry.id for entry in sources.errata() if entry.chapter == int(chapter.name[:2])}
    assert wanted - placed == OWED.get(chapter.name, set())
