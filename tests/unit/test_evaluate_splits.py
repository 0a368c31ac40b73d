"""Folds by subject, a cross-validation that hides the test, and what peeking gains."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach.evaluate import (
    Cases,
    Fold,
    cross_validate,
    grouped,
    inner,
    loso,
    overlap,
    peeking,
)

SUBJECTS = st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=60).filter(
    lambda names: len({*names}) > 1
)


@given(SUBJECTS)
def test_S3_025_loso_has_a_fold_a_subject_and_no_leak(subjects: list[str]) -> None:
    splits = loso(subjects)
    assert len(splits) == len({*subjects})
    tested = np.concatenate([fold.test for fold in splits])
    assert sorted(tested.tolist()) == list(range(len(subjects)))
    for fold in splits:
        train, test = ({subjects[i] for i in part} for part in (fold.train, fold.test))
        assert test == {*fold.test_subjects}
        assert not train & test
        assert len(fold.train) + len(fold.test) == len(subjects)


def test_loso_needs_two_subjects() -> None:
    with pytest.raises(ValueError, match="1 subjects"):
        loso(["a", "a"])


@given(SUBJECTS, st.integers(0, 3))
def test_grouped_folds_keep_subjects_whole(subjects: list[str], seed: int) -> None:
    number = min(3, len({*subjects}))
    splits = grouped(subjects, number, seed)
    assert len(splits) == number
    for fold in splits:
        assert not {subjects[i] for i in fold.train} & {subjects[i] for i in fold.test}


@given(SUBJECTS, st.floats(0.05, 0.95), st.integers(0, 3))
def test_validation_is_by_subject_too(subjects: list[str], share: float, seed: int) -> None:
    learn, choose = inner(subjects, share, seed)
    assert len(learn)
    assert len(choose)
    assert not {subjects[i] for i in learn} & {subjects[i] for i in choose}
    assert sorted([*learn.tolist(), *choose.tolist()]) == list(range(len(subjects)))


def test_validation_needs_a_share_of_two() -> None:
    for subjects, share in ((["a", "a"], 0.5), (["a", "b"], 0.0), (["a", "b"], 1.0)):
        with pytest.raises(ValueError, match="share"):
            inner(subjects, share)


def test_S3_060_overlap_of_macro_and_micro_is_flagged() -> None:
    macro, micro = ["s1", "s1", "s2", "s3"], ["s2", "s3", "s3", "s4"]
    found = overlap(macro, micro)
    assert found
    assert found.shared == ("s2", "s3")
    assert (found.train, found.test) == (3, 3)
    assert found.tested == pytest.approx(2 / 3)
    assert "2 of 3 tested (67%)" in str(found)
    apart = overlap(["a"], ["b"])
    assert not apart
    assert "nobody of 1" in str(apart)
    assert overlap([], []).tested == 0


def cases(people: int = 8, each: int = 6, seed: int = 0) -> Cases:
    """Items whose first number tells the class."""
    chance = np.random.default_rng(seed)
    labels = chance.integers(0, 3, people * each)
    items = np.stack([labels + chance.normal(0, 0.1, len(labels)), np.arange(len(labels))], 1)
    return Cases(items, labels, [f"s{i // each}" for i in range(len(labels))])


def nearest(learn: Cases, choose: Cases | None) -> Any:
    means = {
        c: np.mean([x[0] for x, y in zip(learn.items, learn.labels, strict=True) if y == c])
        for c in {*learn.labels}
    }
    return lambda items: [min(means, key=lambda c: abs(means[c] - x[0])) for x in items]


def test_answers_of_all_items_and_their_scores() -> None:
    data = cases()
    tested = cross_validate(nearest, data, loso(data.subjects))
    assert sorted(tested.places) == list(range(len(data)))
    assert len({*tested.fold}) == 8
    assert tested.labels == tuple(data.labels[i] for i in tested.places)
    scores = tested.scores((0, 1, 2))
    assert scores.uf1.value > 0.95
    assert scores.subjects == 8
    assert scores.fold_uf1 is not None
    assert not any(tested.shared)


def test_fit_sees_no_item_and_no_subject_of_the_test() -> None:
    data = cases()
    seen: list[tuple[Cases, Cases | None]] = []

    def spy(learn: Cases, choose: Cases | None) -> Any:
        seen.append((learn, choose))
        return lambda items: [0] * len(items)

    splits = loso(data.subjects)
    cross_validate(spy, data, splits)
    for fold, (learn, choose) in zip(splits, seen, strict=True):
        assert choose is not None
        people = {*learn.subjects} | {*choose.subjects}
        assert not people & {*fold.test_subjects}
        assert not {*learn.subjects} & {*choose.subjects}
        numbers = {int(x[1]) for part in (learn, choose) for x in part.items}
        assert numbers == {*fold.train.tolist()}


def test_the_test_labels_change_no_answer() -> None:
    """Nothing that fit or its answers can reach holds the labels of the test."""
    data = cases()
    first = cross_validate(nearest, data, loso(data.subjects)[:1])
    lied = list(data.labels)
    for at in first.places:
        lied[at] = (lied[at] + 1) % 3
    second = cross_validate(
        nearest, Cases(data.items, lied, data.subjects), loso(data.subjects)[:1]
    )
    assert first.found == second.found
    assert first.labels != second.labels
    assert list(inspect.signature(nearest).parameters) == ["learn", "choose"]


def test_without_validation_fit_learns_from_all() -> None:
    data = cases(3)
    sizes = []

    def spy(learn: Cases, choose: Cases | None) -> Any:
        sizes.append((len(learn), choose))
        return lambda items: np.zeros(len(items), int)

    cross_validate(spy, data, loso(data.subjects), validation=0)
    assert sizes == [(12, None)] * 3


def test_S3_060_macro_to_micro_refuses_shared_people_unless_allowed() -> None:
    data = cases(4)
    train, test = np.arange(0, 24, 2), np.arange(1, 24, 2)
    fold = Fold(0, tuple(sorted({*data.subjects})), train, test)
    with pytest.raises(ValueError, match=r"4 of 4 tested \(100%\).*shared=True"):
        cross_validate(nearest, data, [fold])
    tested = cross_validate(nearest, data, [fold], shared=True)
    assert len(tested.found) == 12
    assert tested.shared[0].tested == 1


def test_what_cannot_be_a_test_is_refused() -> None:
    data = cases(3)
    one, two, _ = loso(data.subjects)
    both = Fold(0, ("s0",), np.arange(18), one.test)
    with pytest.raises(ValueError, match="trained on and tested"):
        cross_validate(nearest, data, [both])
    with pytest.raises(ValueError, match="tested twice"):
        cross_validate(nearest, data, [one, one])
    with pytest.raises(ValueError, match="no fold"):
        cross_validate(nearest, data, [])
    with pytest.raises(ValueError, match="a function"):
        cross_validate(lambda a, b: None, data, [one, two])  # type: ignore[arg-type,return-value]
    with pytest.raises(ValueError, match="1 answers for 6"):
        cross_validate(lambda a, b: lambda items: [0], data, [one, two])
    with pytest.raises(ValueError, match="2 items, 1 labels"):
        Cases([1, 2], [1], ["a", "b"])


def test_cases_may_be_lists_of_anything() -> None:
    data = Cases([{"a": 1}, {"a": 2}, {"a": 3}], ["x", "y", "x"], ["p", "q", "q"])
    assert data.take([2, 0]).items == [{"a": 3}, {"a": 1}]
    assert data.take(np.array([1])).labels == ("y",)


def noise(epochs: int) -> Any:
    """Models that know nothing: each epoch answers at random."""
    chance = np.random.default_rng(1)

    def fit(learn: Cases) -> Sequence[Any]:
        return [lambda items: chance.integers(0, 3, len(items)) for _ in range(epochs)]

    return fit


def test_E3_15_choosing_the_epoch_on_the_test_gains_from_labels_without_meaning() -> None:
    chance = np.random.default_rng(2)
    who = [f"s{i // 8}" for i in range(320)]
    data = Cases(np.zeros((320, 1)), chance.integers(0, 3, 320), who)
    seen = peeking(noise(30), data, loso(who))
    assert seen.epochs == 30
    assert 0.25 < seen.last < 0.42  # chance
    assert seen.by_fold > 0.55
    assert seen.gain > 0.15
    assert seen.last <= seen.overall < seen.by_fold
    assert "never report" in str(seen)
    # The fewer items a fold has, the more it gains: one item a fold needs one lucky epoch.
    few = peeking(noise(30), data, grouped(who, 4))
    assert few.gain < seen.gain / 2


def test_one_epoch_leaves_nothing_to_choose() -> None:
    data = cases(4)
    seen = peeking(lambda learn: [nearest(learn, None)], data, loso(data.subjects))
    assert seen.gain == 0
    assert seen.last == seen.overall


def test_peeking_needs_the_same_epochs_in_all_folds() -> None:
    data = cases(3)
    counts = iter((2, 3, 2))
    with pytest.raises(ValueError, match="3 epochs"):
        peeking(lambda learn: [nearest(learn, None)] * next(counts), data, loso(data.subjects))
