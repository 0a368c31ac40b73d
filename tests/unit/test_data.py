"""Reading ``data/``: what is wrong is said with file, line and value."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from fau_teach import _data
from fau_teach._data import DataError, did_you_mean


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, in place of the repository's."""
    monkeypatch.setattr(_data, "files", lambda _: tmp_path)
    (tmp_path / "data").mkdir()
    _data.read_csv.cache_clear()
    _data.read_json.cache_clear()
    yield tmp_path / "data"
    _data.read_csv.cache_clear()
    _data.read_json.cache_clear()


def test_rows_are_stripped_and_keyed_by_the_header(table: Path) -> None:
    (table / "a.csv").write_text('x,y\n 1 ,"two, three"\n', encoding="utf-8")
    assert _data.read_csv("a.csv") == ({"x": "1", "y": "two, three"},)


def test_missing_file(table: Path) -> None:
    with pytest.raises(DataError, match=r"data/none\.csv does not exist"):
        _data.read_csv("none.csv")


def test_missing_column(table: Path) -> None:
    (table / "b.csv").write_text("x\n1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"b\.csv, line 1: column 'y' is missing"):
        _data.read_csv("b.csv", ("x", "y"))


def test_ragged_row_is_named_by_its_line(table: Path) -> None:
    (table / "c.csv").write_text("x,y\n1,2\n3\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"c\.csv, line 3: 1 cells, but the header names 2"):
        _data.read_csv("c.csv")


def test_empty_file_has_no_columns(table: Path) -> None:
    (table / "d.csv").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="column 'x' is missing"):
        _data.read_csv("d.csv", ("x",))


def test_json(table: Path) -> None:
    (table / "a.json").write_text('{"a": [1, 2]}', encoding="utf-8")
    assert _data.read_json("a.json") == {"a": [1, 2]}


def test_broken_json_is_named_by_line_and_column(table: Path) -> None:
    (table / "b.json").write_text('{\n  "a": ,\n}', encoding="utf-8")
    with pytest.raises(DataError, match=r"b\.json, line 2, column 8"):
        _data.read_json("b.json")


def test_an_installed_package_reads_its_own_copy_first(table: Path) -> None:
    (table / "coverage.csv").write_text("id\nmine\n", encoding="utf-8")
    assert _data.read_csv("coverage.csv") == ({"id": "mine"},)


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("smiles", ["frown", "smile"], "Did you mean 'smile'?"),
        ("cn vi", iter(["apex", "CN VII"]), "Did you mean 'CN VII'?"),
        ("DONG2", {"dong": 1, "imotions": 2}, "Did you mean 'dong'?"),
        (12, ["AU12", "x"], "Did you mean 'AU12'?"),
        ("xyz", ["frown", "smile"], ""),
        ("", ["frown"], ""),
        ("smile", [], ""),
    ],
)
def test_did_you_mean(name: object, known: Iterable[str], hint: str) -> None:
    assert did_you_mean(name, known) == hint


def test_did_you_mean_several_nearest_first() -> None:
    known = ["left_cervical", "left_cortex", "right_cortex"]
    assert did_you_mean("left_cortx", known, n=2) == "Did you mean 'left_cortex' or 'right_cortex'?"


def test_did_you_mean_is_as_strict_as_asked() -> None:
    # Four of eight letters agree: a likeness of one half.
    assert did_you_mean("abxy", ["abcd"], cutoff=0.5) == "Did you mean 'abcd'?"
    assert did_you_mean("abxy", ["abcd"], cutoff=0.51) == ""
