"""Four readings of Eq. 1: S0-046, S0-054, S2-054; E0-01, E0-02."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fau_teach.widgets import FIGURES, EquationReadings
from fau_teach.widgets.readings import readings_data, rule_codes

DATA: dict[str, Any] = readings_data()


def left(table: str, variant: str) -> dict[str, set[int]]:
    rows = DATA["tables"][table]["rows"]
    return {row["emotion"]: set(map(int, row["left"][variant])) for row in rows}


def sets(table: str) -> dict[str, set[int]]:
    return {row["emotion"]: set(map(int, row["codes"])) for row in DATA["tables"][table]["rows"]}


OWN = {
    "Happiness": {6, 12, 28},
    "Surprise": {2},
    "Anger": {16, 22, 23},
    "Fear": {20},
    "Disgust": {7, 24},
    "Sadness": {43},
}


def test_S0_046_union_and_difference() -> None:
    assert left("dong", "used") == OWN
    assert sum(map(len, OWN.values())) == 11


def test_S0_046_E0_01_the_printed_formula_takes_nothing_away() -> None:
    assert left("dong", "printed") == sets("dong")


def test_S0_046_E0_02_the_printed_words_give_anger_AU1() -> None:
    found = left("dong", "intersection_symmetric")
    assert found.pop("Anger") == {1, 4, 5, 9, 10, 16, 22, 23}
    assert found == {name: codes for name, codes in sets("dong").items() if name != "Anger"}


def test_S0_046_the_fourth_reading_adds_what_the_others_hold() -> None:
    every = set().union(*sets("dong").values())
    for name, codes in left("dong", "union_symmetric").items():
        assert codes == OWN[name] | (every - sets("dong")[name])


def test_S0_054_only_our_reading_equals_the_AUs_that_rules_name() -> None:
    assert {name: set(map(int, rule_codes(name))) for name in OWN} == OWN
    assert DATA["tables"]["dong"]["agree"] == {
        "printed": 0,
        "intersection_symmetric": 0,
        "used": 6,
        "union_symmetric": 0,
    }


def test_S2_054_iMotions() -> None:
    assert left("imotions", "used") == {
        "Happiness": {6},
        "Sadness": set(),
        "Surprise": set(),
        "Fear": {20},
        "Anger": {23},
        "Disgust": {9, 16},
        "Contempt": {14},
    }
    assert DATA["tables"]["imotions"]["agree"]["used"] == 1  # AU20 alone, EX-02
    assert rule_codes("Contempt") == frozenset()


def test_the_text_says_what_is_printed_and_what_we_use() -> None:
    assert "E0-01" in DATA["printed"]
    assert "E0-02" in DATA["printed"]
    assert [one["origin"] for one in DATA["readings"] if one["variant"] == "used"] == [
        "we use this"
    ]


def test_start_values_and_wrong_names() -> None:
    state = EquationReadings("used", "imotions").state()
    assert (state["variant"], state["table"]) == ("used", "imotions")
    assert EquationReadings().variant == "printed"
    with pytest.raises(ValueError, match=r"'print' is not a reading of Eq\. 1\. Did you mean"):
        EquationReadings("print")
    with pytest.raises(ValueError, match=r"'dongs' is not a table\. Did you mean 'dong'\?"):
        EquationReadings(table="dongs")


def test_fallback_and_weight() -> None:
    text = EquationReadings().fallback_html()
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', text)
    assert len(rows) == 13
    # Happiness: its set, the four readings in the order of the columns, what the rules name.
    cells = re.findall(r"<td>(.*?)</td>", rows[0][1])
    assert (cells[0], cells[3], cells[5]) == ("1 6 12 14 26 27 28", "6 12 28", "6 12 28")
    assert FIGURES["readings"] is EquationReadings
    assert len(EquationReadings().static_html().encode()) < 40_000
