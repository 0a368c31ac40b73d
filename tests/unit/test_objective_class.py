"""Objective classes of Davison et al. 2018: exact sets, from outside the sources."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from fau_teach._data import read_csv
from fau_teach.emotion import OBJECTIVE, EmotionError, objective_class, objective_sets
from fau_teach.facs import parse

BIBLIOGRAPHY = Path(__file__).parents[2] / "book" / "references.bib"
# The evidence file, section 1, by hand.
EXPECTED = {
    "I": "6 12 6+12 7+12 6+7+12",
    "II": "1+2 5 25 1+2+25 25+26 5+24",
    "III": "23 4 4+7 4+5 4+5+7 17+24 4+6+7 4+38",
    "IV": "9 10 4+9 4+40 7+10 4+5+40 4+7+9 4+9+17 4+7+10 4+5+7+9",
    "V": "1 15 1+4 6+15 15+17",
    "VI": "1+2+4 20",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_S3_042_sets_of_each_class(name: str) -> None:
    mine = {codes for codes, one in objective_sets().items() if one == name}
    assert mine == {frozenset(text.split("+")) for text in EXPECTED[name].split()}
    for text in EXPECTED[name].split():
        assert objective_class(text) == name
        assert objective_class(text.split("+")[::-1]) == name


def test_the_trap_textbook_surprise_is_seven() -> None:
    assert objective_class([1, 2, 5]) == "VII"
    assert objective_class("1+2") == objective_class("5") == "II"


def test_every_other_set_is_seven() -> None:
    codes = ("1", "2", "4", "5", "6", "7", "12", "25")
    for size in (1, 2, 3):
        for chosen in itertools.combinations(codes, size):
            found = objective_class(chosen)
            assert found in OBJECTIVE
            assert (found == "VII") == (frozenset(chosen) not in objective_sets())


def test_sides_repeats_and_intensities_do_not_count() -> None:
    assert objective_class("L12") == objective_class(["R12", "L12"]) == "I"
    assert objective_class("6C+12D") == "I"
    assert objective_class(parse("4B+7A")) == "III"


def test_what_nothing_says_is_refused() -> None:
    for nothing in ("null", "?", [], "51"):
        with pytest.raises(EmotionError, match="no objective class"):
            objective_class(nothing)
    with pytest.raises(EmotionError, match="I or III"):
        objective_class("12 or 4")
    assert objective_class("6 or 12") == "I"  # both readings agree


def test_S0_009_the_map_is_cited_and_marked_outside() -> None:
    bibliography = BIBLIOGRAPHY.read_text(encoding="utf-8")
    rows = read_csv("emotion/objective.csv", ("source", "reference", "printed"))
    assert (
        len(rows) == sum(len(text.split()) for text in EXPECTED.values()) == len(objective_sets())
    )
    for row in rows:
        assert (row["source"], row["reference"], row["printed"]) == ("outside", "davison2018", "")
    assert "{davison2018," in bibliography
