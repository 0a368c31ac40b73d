"""What is published of recognition from facial EMG, and what two percentages can mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from fau_teach import published
from fau_teach.evaluate import proportions
from fau_teach.evaluate.proportions import Pair, counts_for, mcnemar, needed, smallest

BIBLIOGRAPHY = Path(__file__).parents[2] / "book" / "references.bib"
PRINTED = ("97.62", "96.47")


def test_S4_007_intervals_overlap_and_many_items_are_needed() -> None:
    found = [proportions.wilson_interval(float(p) / 100 * 420, 420) for p in PRINTED]
    assert [round(100 * end, 2) for pair in found for end in pair] == [95.67, 98.7, 94.24, 97.86]
    assert found[0][0] < found[1][1]
    assert needed(*(float(p) / 100 for p in PRINTED)) == pytest.approx(3400, abs=5)


def test_S4_007_no_number_of_items_up_to_1048_yields_both() -> None:
    assert [smallest([one]) for one in PRINTED] == [42, 85]
    assert counts_for("97.62", 42) == (41,)
    assert counts_for("96.47", 85) == (82,)
    assert smallest(PRINTED) == 1049
    both = [n for n in range(1, 1049) if all(counts_for(one, n) for one in PRINTED)]
    assert both == []
    assert counts_for("96.47", 420) == ()  # so not even the 420 of the example is possible


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
       st.integers(0, 3))  # fmt: skip
def test_a_count_always_fits_its_own_percentage(pair: tuple[int, int], digits: int) -> None:
    right, n = pair
    printed = f"{100 * right / n:.{digits}f}"
    found = counts_for(printed, n)
    assert right in found
    half = 0.5 * 10**-digits
    assert all(abs(100 * k / n - float(printed)) <= half + 1e-9 for k in found)
    assert not any(abs(100 * k / n - float(printed)) < half - 1e-9
                   for k in (found[0] - 1, found[-1] + 1) if 0 <= k <= n)  # fmt: skip
    assert smallest([printed]) <= n


@pytest.mark.parametrize("text", ["", "x", "101", "-1", "1/2", "1e1", "nan"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no percentage"):
        counts_for(text, 10)


def test_wrong_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="one or more"):
        counts_for("50", 0)
    with pytest.raises(ValueError, match="no number up to 2"):
        smallest(["33"], most=2)
    with pytest.raises(ValueError, match="nothing"):
        smallest([])
    with pytest.raises(ValueError, match="equal"):
        needed(0.5, 0.5)
    with pytest.raises(ValueError, match="shares"):
        needed(97.62, 96.47)
    with pytest.raises(ValueError, match="0 or more"):
        mcnemar(-1, 3)
    with pytest.raises(ValueError, match="impossible"):
        Pair(10, 11, 5)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_exact_binomial_test(first: int, second: int) -> None:
    if first + second:
        peer = binomtest(first, first + second).pvalue
        assert mcnemar(first, second) == pytest.approx(peer, abs=1e-12)
    else:
        assert mcnemar(0, 0) == 1


def test_S4_007_what_mcnemar_could_say_is_bounded_by_the_pairs() -> None:
    """E4-05: at n = 420 no way to pair the errors makes the difference plain."""
    pair = Pair(420, 410, 405)
    every = [mcnemar(a, b) for both in range(406) for a, b in [(410 - both, 405 - both)]
             if both + a + b <= 420]  # fmt: skip
    assert pair.mcnemar == (min(every), max(every)) == pytest.approx((0.0625, 0.4244), abs=1e-4)
    assert pair.overlap
    assert Pair(420, 405, 410).mcnemar == pair.mcnemar
    least = Pair(1049, *(counts_for(one, 1049)[0] for one in PRINTED))
    assert least.mcnemar[0] < 0.05 < least.mcnemar[1]
    assert not Pair(1000, 990, 900).overlap


@pytest.mark.parametrize(("n", "a", "b"), [(420, 410, 405), (85, 83, 82), (1049, 1024, 1012)])
def test_intervals_agree_with_a_peer(n: int, a: int, b: int) -> None:
    pair = Pair(n, a, b)
    for count, interval in zip((a, b), pair.intervals, strict=True):
        assert interval == pytest.approx(proportion_confint(count, n, method="wilson"), abs=1e-9)
    peer = confint_proportions_2indep(a, n, b, n, method="newcomb", compare="diff")
    assert pair.gap == pytest.approx(peer, abs=1e-9)


def test_S4_009_nine_blanks() -> None:
    rows = published.blanks()
    assert len({row["what"] for row in rows}) == len(rows) == 9
    assert all(row["question"].endswith("?") and row["matters"] for row in rows)
    own = published.studies()[:2]
    assert {one.blanks for one in own} == {("people", "kind", "classes", "split")}
    assert {one.chance for one in own} == {None}


def test_S4_010_the_index_terms_are_a_machines() -> None:
    found = published.keywords()
    assert len(found) == 26
    assert (max(found.values()), min(found.values())) == (0.69, 0.27)
    assert found["Convolutional neural network"] == 0.54
    assert found["Facial electromyography"] == 0.46
    assert found["Electromyography"] == 0.34
    assert "Dance" in found


def test_S4_007_beside_other_studies() -> None:
    studies = published.studies()
    assert [one.printed for one in studies[:2]] == list(PRINTED)
    for one in studies[2:]:
        assert set(one.unlike(studies[0])) >= {"people", "kind", "classes", "split"}
        assert 0 < one.chance < float(one.printed) < 100
    by = {(one.model, one.split): one for one in studies if one.reference == "kolodziej2024"}
    for model in ("k nearest neighbours", "LDA", "linear SVM"):
        same, other = by[model, "same person"], by[model, "other people"]
        assert same.unlike(other) == ("split",)
        assert float(same.printed) - float(other.printed) > 25
    # What was recomputed lies where it is printed, but for the number of neighbours.
    gaps = [abs(one.recomputed - float(one.printed)) for one in studies if one.recomputed]
    assert len(gaps) == 4
    assert max(gaps) <= 5
    assert by["LDA", "other people"].unlike(by["LDA", "other people"]) == ()


def test_every_study_is_in_the_bibliography() -> None:
    text = BIBLIOGRAPHY.read_text(encoding="utf-8")
    assert all(f"{{{one.reference}," in text for one in published.studies())
