"""``data/coverage.csv``: every row of the sources has its page and its test, and both exist."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
import yaml

from fau_teach import sources
from fau_teach._data import read_csv

ROOT = Path(__file__).resolve().parents[2]
ROWS = read_csv("coverage.csv", ("id", "page", "test", "note"))
INVENTORY = {item.id: item for item in sources.inventory()}
ERRATA = {entry.id: entry for entry in sources.errata()}


def span(source: str, first: int, last: int) -> set[str]:
    """Inventory IDs of a range that exist (IDs are stable but not consecutive)."""
    return {f"{source}-{number:03}" for number in range(first, last + 1)} & set(INVENTORY)


# What this edition of the handbook owes: all six chapters and the capstone.
OWED = (
    span("S0", 1, 117) | span("S1", 1, 61) | span("S2", 1, 64) | span("S3", 1, 60)
    | span("S4", 1, 13) | {f"SX-{number:02}" for number in range(1, 7)} | {"S1-003b"}
    | {entry.id for entry in ERRATA.values() if entry.source in ("S1", "S3", "S4")}
)  # fmt: skip

# Rows that a later chapter owns and checks; the page here only names them.
LATER: set[str] = set()


@cache
def toc_pages() -> set[str]:
    def walk(node: object) -> set[str]:
        if isinstance(node, dict):
            own = {node[key] for key in ("root", "file") if key in node}
            return own.union(*(walk(value) for value in node.values()))
        if isinstance(node, list):
            return set().union(*(walk(value) for value in node))
        return set()

    return walk(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))


@cache
def names_in(file: str) -> frozenset[str]:
    path = ROOT / "tests" / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    )  # fmt: skip


def problems(row: dict[str, str]) -> list[str]:
    """What is wrong with one row, in words."""
    identity = row["id"]
    found = []
    if identity not in INVENTORY and identity not in ERRATA:
        found.append("no such inventory row or erratum")
    if not row["page"]:
        found.append("no page")
    found += [f"page {page} is not in _toc.yml" for page in row["page"].split()
              if page not in toc_pages()]  # fmt: skip
    item = INVENTORY.get(identity)
    if not row["test"] and identity not in LATER and (item is None or item.has_check):
        found.append("no test, although the inventory names a check")
    for test in row["test"].split():
        file, _, name = test.partition("::")
        if name not in names_in(file):
            found.append(f"test {test} does not exist below tests/")
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_row(row: dict[str, str]) -> None:
    assert problems(row) == []


def test_each_id_stands_once() -> None:
    names = [row["id"] for row in ROWS]
    assert sorted(set(names)) == sorted(names)


def test_every_row_that_is_owed_is_there() -> None:
    assert sorted(OWED - {row["id"] for row in ROWS}) == []


def test_every_severe_erratum_of_the_rows_is_there() -> None:
    """Errata of severity A that touch only rows owed now have their line, too."""
    owed = {
        entry.id
        for entry in ERRATA.values()
        if entry.severity == "A" and entry.items and set(entry.items) <= OWED
    }
    assert sorted(owed - {row["id"] for row in ROWS}) == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"id": "S9-001", "page": "book/index", "test": ""}, "no such inventory row"),
        ({"id": "S0-006", "page": "", "test": ""}, "no page"),
        ({"id": "S0-006", "page": "book/none", "test": ""}, "not in _toc.yml"),
        ({"id": "S0-013", "page": "book/index", "test": ""}, "no test"),
        (
            {"id": "S0-013", "page": "book/index", "test": "unit/test_none.py::test_x"},
            "does not exist",
        ),
    ],
)
def test_a_broken_row_would_be_seen(row: dict[str, str], words: str) -> None:
    assert any(words in problem for problem in problems(row))
