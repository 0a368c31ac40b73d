"""Eq. 2 as used and as printed, Jaccard, and agreement on each action unit."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach import facs
from fau_teach.agreement import (
    Measure,
    ac1,
    alpha,
    index,
    jaccard,
    kappa,
    mean_index,
    occurrence,
    pabak,
    percent,
    pooled_index,
)

LABELS = [frozenset(c) for k in range(1, 7) for c in combinations("HDSFAN", k)]
POOLED = [
    ({1, 2}, {1, 2, 5}),
    ({4}, {4}),
    ({6, 12}, {12}),
    ({4, 7}, {9}),
]


@pytest.mark.parametrize(
    ("sets", "used", "printed"),
    [
        (("H", "H"), 1, 2),
        (("HS", "HD"), 1 / 2, 2 / 3),
        (("HSF", "HS"), 4 / 5, 4 / 3),
        (("HS", "HS", "HD"), 3 / 6, 3 / 3),
    ],
)
def test_printed_values(sets: tuple[str, ...], used: float, printed: float) -> None:
    given_sets = [set(one) for one in sets]
    assert index(*given_sets).value == pytest.approx(used)
    assert index(*given_sets, variant="printed").value == pytest.approx(printed)


def test_the_known_example() -> None:
    assert index({1, 2, 5, 6, 12}, {5, 6, 12}).value == 0.75
    assert jaccard({1, 2, 5, 6, 12}, {5, 6, 12}).value == 0.6
    assert index("1C+2+5+6+12", "5+6+12B").value == 0.75  # intensity is ignored


def test_pooled_values() -> None:
    assert pooled_index(POOLED).value == pytest.approx(8 / 13)
    assert pooled_index(POOLED, "printed").value == pytest.approx(8 / 9)
    assert mean_index(POOLED).value == pytest.approx((0.8 + 1 + 2 / 3 + 0) / 4)


def test_kappa_of_the_printed_example() -> None:
    found = kappa("PPPNNNSSOO", "PPNNNNSOOO")
    assert found.value == pytest.approx((0.80 - 0.26) / (1 - 0.26))
    assert percent("PPPNNNSSOO", "PPNNNNSOOO").value == pytest.approx(0.8)


@pytest.mark.parametrize(("coders", "above"), [(2, 675), (3, 24_399)])
def test_how_often_the_printed_index_exceeds_1(coders: int, above: int) -> None:
    found = 0
    for sets in combinations_with_replacement(LABELS, coders):
        # The index before it becomes a Measure, so that a quarter of a million stay quick.
        common, union = frozenset.intersection(*sets), frozenset.union(*sets)
        if coders * len(common) > len(union):
            assert index(*sets, variant="printed").value > 1  # type: ignore[operator]
            found += len(set(permutations(sets)))
        assert coders * len(common) <= sum(map(len, sets))
    assert found == above


def test_the_notes_warn() -> None:
    assert "partial agreement" in index({1}, {1}, {2}).note
    assert "partial agreement" not in index({1}, {1}).note
    assert "exceed 1" in index({1}, {1}, variant="printed").note
    assert "exceed 1" in index({1}, {1}, {1}, variant="printed").note
    assert "1 items" in mean_index([({1}, {1}), ((), ())]).note


def test_gaps_and_nothing() -> None:
    assert index(set(), "null").undefined == "no coder scored a code"
    assert index({1}, None).undefined == "no item was scored by two coders"
    assert index("1", "?", "1").value == 1  # unknown is a gap, never none
    assert index("1", "null", "1").value == 0
    assert index("12:0", "null").value is None  # intensity 0 says absent
    assert jaccard(None, {1}).n == 0
    assert str(index({1}, None)) == "index undefined: no item was scored by two coders"
    assert index({1}, None).text == "undefined"
    assert Measure("kappa", -1e-9, 9).text == "0.00"
    assert str(index({1}, {1})) == "index 1.00 (n = 1)"
    assert str(Measure("kappa", 0.5, 9, 0.25, 0.75)) == "kappa 0.50 [0.25, 0.75] (n = 9)"


def test_a_choice_agrees_with_any_option() -> None:
    assert index("1+12 or 15", "1+15").value == 1
    assert index("12 or 15", "15 or 17").value == 1
    assert index("12 or 15", "15", "15", "12").value == pytest.approx(0)
    assert index("12 or 15", "15", "15").value == 1
    assert index("12 or 15", {"15"}).value == 1
    assert index("12+12 or 15", "12", "12+15").value == pytest.approx(3 / 5)


def test_sides_by_option() -> None:
    assert index("L12+R12", "12").value == 0
    assert index("L12+R12", "12", bilateral=True).value == 1
    assert index("L12", "12", bilateral=True).value == 0


def test_an_unknown_variant_is_refused() -> None:
    with pytest.raises(ValueError, match="'used' or 'printed'"):
        index({1}, {1}, variant="plain")  # type: ignore[arg-type]


TEXTS = st.lists(st.sampled_from(["1", "L2", "R2", "A4", "6C", "12", "15 or 17", "T23", "26:0"]))


@given(TEXTS, TEXTS, st.booleans())
def test_pairs_agree_as_scores_compare(one: list[str], two: list[str], bilateral: bool) -> None:
    a, b = "+".join(one) or "null", "+".join(two) or "null"
    expected = facs.compare(a, b, bilateral).agreement
    found = index(a, b, bilateral=bilateral).value
    assert found == (None if expected is None else pytest.approx(expected))


SETS = st.lists(st.one_of(st.none(), st.frozensets(st.integers(1, 5))), min_size=2, max_size=5)


@given(SETS)
def test_the_used_index_stays_within_bounds(sets: list[frozenset[int] | None]) -> None:
    found, printed = index(*sets), index(*sets, variant="printed")
    assert (found.value is None) == (printed.value is None) == bool(found.undefined)
    if found.value is not None and printed.value is not None:
        assert 0 <= found.value <= 1
        assert found.value <= printed.value <= sum(one is not None for one in sets)


def test_rare_units_show_the_paradox() -> None:
    # 2 % prevalence, 97.7 % agreement.
    pairs = [(1, 1)] * 23 + [(1, 0)] * 11 + [(0, 1)] * 12 + [(0, 0)] * 954
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    assert percent(first, second).value == pytest.approx(0.977)
    assert kappa(first, second).value == pytest.approx(0.66, abs=0.01)
    assert ac1([first, second]).value == pytest.approx(0.98, abs=0.01)


def test_occurrence_is_what_the_measures_say() -> None:
    items = [("1+12", "1"), ("12", "12C"), ("null", "null"), ("?", "12"), ("4", None), ("", "1")]
    one, four, twelve = occurrence(items)
    assert (one.code, four.code, twelve.code) == ("1", "4", "12")
    assert twelve.n == 3
    assert [base.value for base in twelve.base] == [0.5, 0.4]  # the gaps are not counted
    first, second = [1, 1, 0, None, 0, None], [0, 1, 0, 1, None, 0]
    assert twelve.kappa.value == pytest.approx(kappa(first, second).value)
    assert twelve.ac1.value == pytest.approx(ac1([first, second]).value)
    assert twelve.pabak.value == pytest.approx(pabak(first, second).value)
    assert twelve.alpha.value == pytest.approx(alpha([first, second]).value)
    assert twelve.percent.value == pytest.approx(percent(first, second).value)
    assert one.kappa.value == pytest.approx(1)
    assert four.percent.value == 1


def test_what_never_varies_is_undefined() -> None:
    (never,) = occurrence([("1", "1"), ("1", "2")], codes=[9])
    assert never.kappa.undefined == "no coder scored it in any item"
    always = occurrence([("1", "1"), ("1", "1")])[0]
    for found in (always.kappa, always.ac1, always.pabak, always.alpha):
        assert found.value is None
        assert found.undefined == "both coders scored it in every item"
    assert always.percent.value == 1
    three = occurrence([("1", "1", "1")])[0]
    assert three.kappa.undefined == "all coders scored it in every item"
    lone = occurrence([("1", None)])[0]
    assert lone.kappa.undefined == "no item was rated by two coders"
    assert lone.base[1].undefined == "this coder rated no item"
    assert occurrence([]) == ()
    assert occurrence([], codes=["12"])[0].n == 0


def test_a_choice_is_a_gap_for_its_units() -> None:
    found = {one.code: one for one in occurrence([("12 or 15", "12"), ("12", "12"), ("1", "null")])}
    assert found["12"].n == 2
    assert found["1"].n == 3


def test_items_name_the_same_coders() -> None:
    with pytest.raises(ValueError, match="different numbers of coders"):
        occurrence([("1", "1"), ("1", "1", "1")])


@given(st.lists(st.lists(st.sampled_from([None, "?", "null", "1", "1+2", "2"]), min_size=3,
                         max_size=3), max_size=8))  # fmt: skip
def test_occurrence_of_three_equals_the_measures(items: list[list[str | None]]) -> None:
    for one in occurrence(items, codes=["1"]):
        ratings = [
            [None if text in (None, "?") else int("1" in text) for text in row]  # type: ignore[operator]
            for row in zip(*items, strict=True)
        ] or [[], [], []]
        for mine, theirs in ((one.ac1, ac1(ratings)), (one.alpha, alpha(ratings))):
            # A single rating may vary where no two do: both follow the sums.
            assert mine.value == (None if theirs.value is None else pytest.approx(theirs.value))
        assert one.percent.value == (
            None if (p := percent(*ratings).value) is None else pytest.approx(p)
        )
