"""Subject-exclusive folds, F1 and its intervals; DISFA's threshold."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fau_teach.evaluate import CODES, active, counts, evaluate, f1, f1_of, folds

tables = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=3, max_side=6))


@given(
    st.lists(st.sampled_from("abcdefgh"), min_size=3, max_size=40).filter(lambda x: len({*x}) > 2),
    st.integers(0, 9),
)
def test_no_subject_is_in_two_folds(subjects: list[str], seed: int) -> None:
    found = folds(subjects, 3, seed)
    for one, other in combinations(found, 2):
        assert not {*one.test_subjects} & {*other.test_subjects}
    for one in found:
        trained, tested = ({subjects[i] for i in part} for part in (one.train, one.test))
        assert not trained & tested
        assert tested == {*one.test_subjects}
        assert sorted([*one.train, *one.test]) == [*range(len(subjects))]
    assert sorted(i for one in found for i in one.test) == [*range(len(subjects))]
    sizes = [len(one.test_subjects) for one in found]
    assert max(sizes) - min(sizes) <= 1


def test_folds_are_drawn_from_the_seed() -> None:
    people = [f"s{i}" for i in range(12)]
    first = [one.test_subjects for one in folds(people, 3, 4)]
    assert first == [one.test_subjects for one in folds(people, 3, 4)]
    assert any(first != [one.test_subjects for one in folds(people, 3, s)] for s in range(5))


@pytest.mark.parametrize("number", [1, 4])
def test_impossible_folds_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="3 subjects"):
        folds(["a", "b", "c"], number)


def test_sets_of_the_source() -> None:
    assert [len(CODES[name]) for name in ("BP4D", "DISFA")] == [12, 8]
    assert {*CODES["BP4D"]} & {*CODES["DISFA"]} == {"1", "2", "4", "6", "12"}


def test_intensity_two_flips_between_printed_and_used() -> None:
    grades = [0, 1, 2, 3, np.nan]
    used, known = active(grades)
    printed, _ = active(grades, "printed")
    assert used.tolist() == [False, False, True, True, False]
    assert printed.tolist() == [False, False, False, True, False]
    assert known.tolist() == [True] * 4 + [False]
    assert np.flatnonzero(used != printed).tolist() == [2]
    with pytest.raises(ValueError, match="printed"):
        active(grades, "exact")  # type: ignore[arg-type]


def test_f1_of_the_source() -> None:
    assert f1(0.6, 0.6) == pytest.approx(0.6)
    assert f1(0.5, 0.8) == pytest.approx(0.6154, abs=5e-5)
    assert f1(0, 0) == f1(0, 1) == 0
    with pytest.raises(ValueError, match="between"):
        f1(1.2, 0.5)


@given(tables, st.integers(0, 2**32 - 1))
def test_f1_against_precision_and_recall(labels: np.ndarray, seed: int) -> None:
    found = np.random.default_rng(seed).random(labels.shape) > 0.5
    table = counts(labels, found)
    for k, (hits, alarms, misses) in enumerate(table.T):
        flat, said = labels[..., k].ravel(), found[..., k].ravel()
        assert [hits, alarms, misses] == [(flat & said).sum(), (~flat & said).sum(),
                                          (flat & ~said).sum()]  # fmt: skip
        right = f1(hits / (hits + alarms), hits / (hits + misses)) if hits else 0.0
        assert f1_of(table)[k] == pytest.approx(right)


def test_no_hit_is_zero_even_where_nothing_was_there() -> None:
    assert f1_of([[0, 0, 3], [0, 2, 1], [0, 0, 0]]).tolist() == [0, 0, pytest.approx(6 / 7)]


def test_unknown_labels_count_nowhere() -> None:
    labels, found = np.array([[1], [0], [1], [1]]), np.array([[1], [1], [0], [1]])
    assert counts(labels, found, [[1], [1], [1], [0]]).ravel().tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="differ"):
        counts(labels, found[:3])


def example(people: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, list[str]]:
    chance = np.random.default_rng(seed)
    labels = chance.random((people * 4, 10, 2)) < (0.3, 0.1)
    # How well each person is read differs a lot.
    worse = np.repeat(chance.uniform(0, 0.4, people), 4)[:, None, None]
    found = labels ^ (chance.random(labels.shape) < worse)
    return labels, found, [f"s{i // 4}" for i in range(people * 4)]


def test_scores_of_all_classes() -> None:
    labels, found, who = example(8)
    scores = evaluate(labels, found, who, ("1", "2"), resamples=400)
    assert [one.code for one in scores] == ["1", "2", "mean"]
    np.testing.assert_allclose([one.f1 for one in scores.classes], f1_of(counts(labels, found)))
    assert scores.mean.f1 == pytest.approx(np.mean([one.f1 for one in scores.classes]))
    assert scores.of("1").base_rate == pytest.approx(labels[..., 0].mean())
    assert scores.of("2").positives == labels[..., 1].sum()
    for one in scores:
        assert 0 <= one.low <= one.f1 <= one.high <= 1
        assert one.low < one.high
    assert "8 subjects" in str(scores)
    assert "mean: " in str(scores)
    with pytest.raises(ValueError, match="no class '9'"):
        scores.of("9")


def test_the_interval_is_that_of_subjects_and_not_of_clips() -> None:
    labels, found, who = example(8)
    subjects = evaluate(labels, found, who, resamples=400).mean
    alone = evaluate(labels, found, [str(i) for i in range(len(who))], resamples=400).mean
    assert subjects.f1 == alone.f1
    assert subjects.high - subjects.low > 1.2 * (alone.high - alone.low)


def test_the_interval_holds_what_it_says() -> None:
    # 60 draws of 12 people from a world in which the true F1 is known from many.
    labels, found, _ = example(4000, seed=5)
    true = f1_of(counts(labels, found)).mean()
    held = 0
    for seed in range(60):
        some = example(12, seed=100 + seed)
        mean = evaluate(*some, resamples=200, seed=seed).mean
        held += mean.low <= true <= mean.high
    assert 48 <= held <= 60


def test_what_does_not_fit_is_refused() -> None:
    labels, found, who = example(3)
    with pytest.raises(ValueError, match="one subject an item"):
        evaluate(labels, found, who[:-1])
    with pytest.raises(ValueError, match="3 codes"):
        evaluate(labels, found, who, ("1", "2", "4"))
