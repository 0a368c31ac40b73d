"""Quiz items: well formed, with feedback for each option and a source that exists."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fau_teach import sources

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "data" / "quiz").rglob("*.json"))
ITEMS = [(file.stem, item) for file in FILES for item in json.loads(file.read_text("utf-8"))]


def named(value: tuple[str, dict]) -> str:
    return f"{value[0]}-{value[1]['id']}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_chapter_has_eight_items_with_names_of_their_own(file: Path) -> None:
    names = [item["id"] for item in json.loads(file.read_text("utf-8"))]
    assert len(names) >= 8
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("entry", ITEMS, ids=named)
def test_source_exists(entry: tuple[str, dict]) -> None:
    identity = entry[1]["source"]
    known = {one.id for one in sources.errata()} | {one.id for one in sources.inventory()}
    assert identity in known


@pytest.mark.parametrize("entry", [e for e in ITEMS if e[1]["kind"] != "numeric"], ids=named)
def test_choices(entry: tuple[str, dict]) -> None:
    item = entry[1]
    right = [option for option in item["options"] if option["correct"]]
    assert len(item["options"]) >= 3
    assert len(right) == 1 if item["kind"] == "single" else 1 <= len(right) < len(item["options"])
    texts = [option["text"] for option in item["options"]]
    assert len(set(texts)) == len(texts)
    assert all(len(option["feedback"]) > 15 for option in item["options"])


@pytest.mark.parametrize("entry", [e for e in ITEMS if e[1]["kind"] == "numeric"], ids=named)
def test_numbers(entry: tuple[str, dict]) -> None:
    item = entry[1]
    assert isinstance(item["answer"], int | float)
    assert item["right"]
    assert item["wrong"]
