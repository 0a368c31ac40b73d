"""Overlap map: S0-056, S2-047 to S2-052; E2-17."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fau_teach.widgets import FIGURES, OverlapMap
from fau_teach.widgets.overlap import overlap_data


def cell(view: str, row: str, column: str) -> dict[str, Any]:
    found: dict[str, Any] = overlap_data()["views"][view]
    return found["cells"][found["rows"].index(row)][found["columns"].index(column)]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("one", "two", "value"),
    [
        ("Disgust", "Sadness", 5 / 11),
        ("Surprise", "Fear", 0.375),
        ("Happiness", "Surprise", 0.3),
        ("Happiness", "Anger", 0.0),
    ],
)
def test_S0_056_values(one: str, two: str, value: float) -> None:
    assert cell("dong", one, two)["value"] == cell("dong", two, one)["value"]
    assert cell("dong", one, two)["value"] == pytest.approx(value)


def test_S0_056_the_largest_overlap_shows_first() -> None:
    view = overlap_data()["views"]["dong"]
    row, column = view["start"]
    assert (view["rows"][row], view["columns"][column]) == ("Disgust", "Sadness")
    shown = cell("dong", "Disgust", "Sadness")
    # S0-052, S0-053
    assert shown["shared"] == ["1", "4", "14", "15", "17"]
    assert (shown["row"], shown["column"]) == (["7", "9", "10", "24", "25"], ["43"])


@pytest.mark.parametrize(
    ("name", "shared", "whole"),
    [
        ("Happiness", 2, 7),
        ("Surprise", 4, 6),
        ("Anger", 3, 8),
        ("Fear", 4, 8),
        ("Disgust", 2, 11),
        ("Sadness", 3, 6),
    ],
)
def test_E2_17_between_the_tables(name: str, shared: int, whole: int) -> None:
    # S2-047 to S2-052
    found = cell("between", name, name)
    assert len(found["shared"]) == shared
    assert sum(len(found[key]) for key in ("shared", "row", "column")) == whole
    assert found["value"] == pytest.approx(shared / whole)


def test_S2_053_contempt_has_no_row_in_table_3() -> None:
    view = overlap_data()["views"]["between"]
    assert "Contempt" not in view["rows"]
    assert view["columns"].count("Contempt") == 1
    assert "E0-42" in view["note"]


def test_full_colour_lies_above_every_overlap_of_two_sets() -> None:
    """The module gives its full colour at 0.7; a larger value would look like it."""
    deepest = re.search(r"const DEEPEST = ([\d.]+);", OverlapMap.module_text())
    assert deepest
    for view in overlap_data()["views"].values():
        for name, line in zip(view["rows"], view["cells"], strict=True):
            for other, one in zip(view["columns"], line, strict=True):
                if any(view["names"]) or name != other:
                    assert one["value"] < float(deepest[1])


def test_start_value_and_wrong_name() -> None:
    assert OverlapMap("between").state()["view"] == "between"
    with pytest.raises(ValueError, match=r"'betwen' is not a view\. Did you mean 'between'\?"):
        OverlapMap("betwen")


def test_fallback_and_weight() -> None:
    text = OverlapMap().fallback_html()
    assert text.count("<table>") == 3
    assert "<td>5/11 = 0.455</td>" in text
    assert FIGURES["overlap"] is OverlapMap
    assert "function roam" in OverlapMap.module_text()
    assert len(OverlapMap().static_html().encode()) < 40_000
