"""Pages as written: short cells, stated time, evidence beside each source note."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import pytest

from fau_teach import sources

BOOK = Path(__file__).resolve().parents[2] / "book"
PAGES = sorted(BOOK.rglob("*.md"))
CHAPTER = sorted((BOOK / "01-nerves-to-aus").glob("[0-9]*.md"))
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def cells(text: str) -> list[tuple[set[str], list[str]]]:
    """Tags and code lines of each cell."""
    found = []
    for body in CELL.findall(text):
        body = re.sub(r"\A---\n.*?\n---\n", "", body, flags=re.DOTALL)
        tags = set(re.findall(r"[\w-]+", "".join(re.findall(r"^:tags:\s*\[(.*?)\]", body, re.M))))
        lines = [line for line in body.splitlines() if line.strip() and not line.startswith(":")]
        found.append((tags, lines))
    return found


def prose(text: str) -> str:
    """Text without front matter, code cells and directive markers."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    text = CELL.sub("", text)
    text = re.sub(r"^```\{.*?\}.*$|^```$|^:::.*$|^:\w+:.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\{[a-z]+\}`([^`]*)`", r"\1", text)


def minutes(text: str) -> float:
    """The published formula: words / 200, one minute a cell, two a question."""
    questions = text.split("## Check yourself", 1)[-1] if "## Check yourself" in text else ""
    asked = len(re.findall(r"^\d+\. ", questions.split(":::{dropdown}")[0], re.MULTILINE))
    return len(prose(text).split()) / 200 + len(cells(text)) + 2 * asked


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_cells_are_short_and_define_nothing(page: Path) -> None:
    found = cells(page.read_text(encoding="utf-8"))
    for tags, lines in found:
        assert len(lines) <= (5 if "evidence" in tags else 10), lines
        assert not any(line.lstrip().startswith(("def ", "class ", "lambda")) for line in lines)


def test_lesson_cells_have_a_median_of_three_lines_at_most() -> None:
    sizes = [len(lines) for page in PAGES for _, lines in cells(page.read_text(encoding="utf-8"))]
    assert len(sizes) > 50
    assert statistics.median(sizes) <= 3
    assert statistics.quantiles(sizes, n=10)[-1] <= 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_at_most_2000_words(page: Path) -> None:
    assert len(prose(page.read_text(encoding="utf-8")).split()) <= 2000


@pytest.mark.parametrize("page", CHAPTER, ids=lambda page: page.stem)
def test_a_lesson_has_its_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "After this page you can" in text
    assert "**Before you start:**" in text
    assert "## Check yourself" in text
    assert ":::{dropdown} Answer" in text


@pytest.mark.parametrize("page", CHAPTER, ids=lambda page: page.stem)
def test_stated_minutes_follow_the_formula(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    stated = re.search(r"\*\*Time:\*\* about (\d+) minutes", text)
    assert stated, "say: **Time:** about N minutes"
    assert abs(int(stated[1]) - minutes(text)) <= 2


@pytest.mark.parametrize("page", CHAPTER, ids=lambda page: page.stem)
def test_the_chapter_table_states_the_same_minutes(page: Path) -> None:
    stated = re.search(r"\*\*Time:\*\* about (\d+) minutes", page.read_text(encoding="utf-8"))
    index = (page.parent / "index.md").read_text(encoding="utf-8")
    row = next(line for line in index.splitlines() if f"({page.name})" in line and "|" in line)
    assert stated
    assert f"| {stated[1]} |" in row


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_source_notes_exist(page: Path) -> None:
    for identity in re.findall(r"\{source-note\} (\S+)", page.read_text(encoding="utf-8")):
        assert sources.erratum(identity).id == identity


def test_every_note_of_the_chapter_is_placed() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in CHAPTER)
    placed = set(re.findall(r"\{source-note\} (\S+)", text))
    wanted = {entry.id for entry in sources.errata() if entry.chapter == 1}
    assert sorted(wanted - placed) == []
