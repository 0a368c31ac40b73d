"""Comparison of two scores of one event."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach.facs import (
    Choice,
    Item,
    Score,
    compare,
    format,  # noqa: A004
    parse,
)
from fau_teach.facs.compare import IntensityDifference
from fau_teach.facs.score import options_of


def test_the_index_of_the_worked_example_is_three_quarters():
    result = compare("1+2+5+6+12", "5+6+12")
    assert result.agreement == 0.75  # 2 * 3 / (5 + 3)
    assert result.matched == ("5", "6", "12")
    assert result.missing == ("1", "2")
    assert result.added == ()
    assert str(result) == "matched 5, 6, 12; missing 1, 2; added none; agreement 0.75"


@pytest.mark.parametrize(
    ("first", "second", "index"),
    # S0-103 as used (E0-07), with codes in place of labels; the printed form gives 4/3 in the
    # second line.
    [("1+2", "1+4", 1 / 2), ("1+2+4", "1+2", 4 / 5), ("1", "1", 1.0), ("1", "2", 0.0)],
)
def test_the_index_never_exceeds_one(first, second, index):
    assert compare(first, second).agreement == pytest.approx(index)


def test_pooled_events_give_eight_thirteenths():
    # S0-104: [{1,2},{4},{6,12},{4,7}] against [{1,2,5},{4},{12},{9}], pooled as used.
    first, second = ("1+2", "4", "6+12", "4+7"), ("1+2+5", "4", "12", "9")
    results = [compare(a, b) for a, b in zip(first, second, strict=True)]
    agreed = sum(len(r.matched) for r in results)
    total = sum(2 * len(r.matched) + len(r.missing) + len(r.added) for r in results)
    assert 2 * agreed / total == pytest.approx(8 / 13)


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("?", "12", "the first score is unknown"),
        ("12", "", "the second score is unknown"),
        ("?", "?", "both scores are unknown"),
        ("null", "0", "neither score has a code"),
        ("null", "12:0", "neither score has a code"),
    ],
)
def test_what_is_undefined_says_so(first, second, why):
    result = compare(first, second)
    assert result.agreement is None
    assert result.undefined == why
    assert result.matched == result.missing == result.added == ()
    assert str(result).endswith(f"agreement undefined ({why})")


def test_none_against_codes_is_no_agreement():
    result = compare("null", "4+7")
    assert (result.agreement, result.added, result.undefined) == (0.0, ("4", "7"), "")


def test_sides_and_lip_parts_count():
    result = compare("L12+B22", "12+R12+T22")
    assert result.matched == ()
    assert result.missing == ("L12", "B22")
    assert result.added == ("12", "R12", "T22")


@pytest.mark.parametrize(
    ("first", "second", "index"),
    [
        ("L12+R12", "12", 1.0),
        ("12", "R12+L12", 1.0),
        ("A12", "12", 1.0),
        ("L12", "12", 0.0),
        ("L12", "R12", 0.0),
        ("LT23+RT23", "T23", 1.0),
        ("12+L12+R12", "12", 1.0),
    ],
)
def test_two_sides_are_one_code_only_on_request(first, second, index):
    assert compare(first, second, bilateral=True).agreement == index
    assert compare(first, second).agreement < 1


def test_duplicates_count_once():
    assert compare("26+26", "26").agreement == 1.0
    assert compare("12B+12C", "12").matched == ("12",)


def test_uncertain_codes_count_and_absent_ones_do_not():
    assert compare("13?", "13").agreement == 1.0
    assert compare("12:0+4", "4").agreement == 1.0


@pytest.mark.parametrize(
    ("first", "second", "steps"),
    [
        ("12B", "12D", 2),
        ("12D", "12B", -2),
        ("12B/C", "12D", 1),
        ("12B/C", "12C", 0),
        ("12D", "12A/E", 1),
        ("12:1", "12C", 2),
        ("12", "12C", None),
        ("12C", "12", None),
    ],
)
def test_intensity_differences(first, second, steps):
    (difference,) = compare(first, second).intensity
    assert (difference.label, difference.steps) == ("12", steps)
    assert compare(first, second).agreement == 1.0


def test_same_grades_on_two_scales_are_no_difference():
    assert compare("12:3+4", "12C+4").intensity == ()


def test_united_sides_keep_both_grades():
    (difference,) = compare("L12B+R12D", "12E", bilateral=True).intensity
    assert difference == IntensityDifference("12", ("B", "D"), ("E",), 1)
    (difference,) = compare("L12B+R12:4", "12E", bilateral=True).intensity
    assert difference.first == ("B",)


def test_choices_match_either_option():
    assert compare("12 or 15", "15").matched == ("15",)
    assert compare("12", "15 or 12").agreement == 1.0
    assert compare("12 or 15", "15 or 17").matched == ("15",)
    assert compare("12 or 15", "17").missing == ("12 or 15",)
    assert compare("12B or 15", "12D").intensity[0].steps == 2
    assert compare("12 or 15:0", "15").agreement == 0.0


def test_a_choice_takes_what_no_item_claims():
    result = compare("12+12 or 15", "12+15")
    assert result.agreement == 1.0
    assert result.matched == ("12", "15")


def test_choices_make_room_for_each_other():
    # Only one assignment serves all three: 1 or 2 -> 2, 1 or 4 -> 4, 1 or 5 -> 1.
    assert compare("1 or 2+1 or 4+1 or 5", "1+2+4").agreement == 1.0
    assert compare("1 or 2+2 or 4+4 or 5+5 or 6", "1+2+4+5").agreement == 1.0
    assert compare("1+2+4+5", "1 or 2+2 or 4+4 or 5+5 or 6").agreement == 1.0


def test_scores_are_taken_as_well_as_texts():
    assert compare(parse("L12"), parse("l12")).agreement == 1.0


# ---------------------------------------------------------------- properties

ITEMS = st.sampled_from([Item(code, side) for code in ("1", "2", "4", "5") for side in ("", "L")])
CHOICES = st.lists(ITEMS, min_size=2, max_size=2).map(lambda pair: Choice(tuple(pair)))
SCORES = st.lists(ITEMS | CHOICES, max_size=4).map(
    lambda entries: Score("", tuple(entries), "scored" if entries else "none")
)


def largest_matching(one, two):
    """Try every assignment: slow, and written without the package's method."""
    short, long = sorted((one, two), key=len)
    labels = [[{item.label for item in options_of(e)} for e in side] for side in (short, long)]
    return max(
        sum(bool(labels[0][i] & labels[1][j]) for i, j in enumerate(places))
        for places in permutations(range(len(long)), len(short))
    )


@settings(deadline=None, max_examples=300)
@given(SCORES, SCORES)
def test_the_matching_is_the_largest_there_is(first, second):
    result = compare(first, second)
    one, two = first.content, second.content
    best = largest_matching(one, two)
    assert len(result.matched) == best
    assert len(result.matched) + len(result.missing) == len(one)
    assert len(result.matched) + len(result.added) == len(two)
    if one or two:
        assert result.agreement == pytest.approx(2 * best / (len(one) + len(two)))


@settings(deadline=None, max_examples=200)
@given(SCORES, SCORES, st.booleans())
def test_swapping_the_scores_swaps_missing_and_added_in_number(first, second, bilateral):
    there = compare(first, second, bilateral)
    back = compare(second, first, bilateral)
    assert there.agreement == back.agreement
    assert len(there.missing) == len(back.added)


@settings(deadline=None, max_examples=100)
@given(SCORES.filter(lambda score: score.entries))
def test_a_score_agrees_with_itself(score):
    result = compare(score, format(score))
    assert result.agreement == 1.0
    assert result.intensity == ()
