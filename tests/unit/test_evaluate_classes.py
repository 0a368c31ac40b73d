"""Scores of classes: the inventory's numbers, peers, chance and intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from fau_teach import coding, emotion
from fau_teach.evaluate import (
    accuracy,
    confusion,
    f1_by_class,
    recall_by_class,
    recognition,
    uar,
    uf1,
)

EXAMPLE = [[8, 1, 1], [3, 5, 2], [4, 0, 1]]


def items(table: list[list[int]]) -> tuple[list[int], list[int]]:
    pairs = [(a, b) for a, row in enumerate(table) for b, n in enumerate(row) for _ in range(n)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def test_S3_044_uf1_of_the_example() -> None:
    assert f1_by_class(EXAMPLE) == pytest.approx([0.640, 0.625, 2 / 9], abs=5e-5)
    assert uf1(EXAMPLE) == pytest.approx(0.4957, abs=5e-5)


def test_S3_045_uar_and_accuracy_of_the_example() -> None:
    assert recall_by_class(EXAMPLE) == pytest.approx([0.8, 0.5, 0.2])
    assert uar(EXAMPLE) == pytest.approx(0.500)
    assert accuracy(EXAMPLE) == pytest.approx(0.560)


def test_confusion_of_the_example() -> None:
    assert confusion(*items(EXAMPLE)).tolist() == EXAMPLE
    named = confusion(["b", "a", "b"], ["a", "a", "b"], ["b", "a", "never"])
    assert named.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]


LABELS = st.integers(2, 5).flatmap(
    lambda c: st.lists(
        st.tuples(st.integers(0, c - 1), st.integers(0, c - 1)), min_size=1, max_size=60
    )
)


@given(LABELS)
def test_scores_equal_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    labels, found = [a for a, _ in pairs], [b for _, b in pairs]
    table = confusion(labels, found)
    assert table.tolist() == metrics.confusion_matrix(labels, found).tolist()
    assert uf1(table) == pytest.approx(metrics.f1_score(labels, found, average="macro"))
    there = sorted({*labels})
    expected = metrics.recall_score(labels, found, average="macro", labels=there)
    assert uar(table) == pytest.approx(expected)
    assert accuracy(table) == pytest.approx(metrics.accuracy_score(labels, found))


def test_what_never_occurs_has_no_score() -> None:
    table = confusion([0, 0, 1], [0, 1, 1], [0, 1, 2])
    assert math.isnan(f1_by_class(table)[2])
    assert math.isnan(recall_by_class(table)[2])
    assert uf1(table) == pytest.approx(2 / 3)
    assert uar(table) == pytest.approx(0.75)
    alarmed = confusion([0, 0, 1], [0, 2, 1], [0, 1, 2])  # a class that is answered alone
    assert f1_by_class(alarmed)[2] == 0
    assert uf1(np.zeros((3, 3))) == 0


def test_S3_046_one_answer_for_all_has_the_chance_uar() -> None:
    labels = ["neg"] * 70 + ["pos"] * 20 + ["sur"] * 10
    scores = recognition(labels, ["neg"] * 100, list("ab") * 50, ("neg", "pos", "sur"))
    assert scores.uar.value == pytest.approx(1 / 3)
    assert scores.uar.chance == pytest.approx(1 / 3)
    assert scores.uf1.value == pytest.approx(2 * 70 / 170 / 3)
    assert scores.uar.p == 1  # every deal of these answers scores as well


def test_E3_15_pooled_counts_differ_from_the_mean_of_folds() -> None:
    # One person shows what the other does not: each fold lacks a class.
    labels = [0, 0, 0, 1, 1, 1, 1, 1, 1, 0]
    found = [0, 0, 1, 1, 1, 1, 0, 0, 1, 0]
    folds = [0, 0, 0, 1, 1, 1, 1, 1, 1, 1]
    who = ["a"] * 3 + ["b"] * 7
    scores = recognition(labels, found, who, folds=folds)
    assert scores.table.tolist() == [[3, 1], [2, 4]]
    assert scores.uf1.value == pytest.approx((2 * 3 / 9 + 2 * 4 / 11) / 2)
    first, second = (2 * 2 / 5 + 0) / 2, (2 * 1 / 4 + 2 * 4 / 10) / 2
    assert scores.fold_uf1 == pytest.approx((first + second) / 2)
    assert abs(scores.fold_uf1 - scores.uf1.value) > 0.15
    assert "E3-15" in str(scores)
    assert recognition(labels, found, who).fold_uf1 is None


def test_E3_12_an_interval_says_how_little_few_subjects_tell() -> None:
    chance = np.random.default_rng(3)
    who = np.repeat(np.arange(30), 10).astype(str)
    labels = chance.integers(0, 3, 300)
    good = chance.random(30) < 0.5  # half of the people are recognised, the others not at all
    found = np.where(np.repeat(good, 10), labels, (labels + 1) % 3)
    many = recognition(labels.tolist(), found.tolist(), who.tolist())
    few = recognition(labels[:60].tolist(), found[:60].tolist(), who[:60].tolist())
    assert many.uar.low < many.uar.value < many.uar.high
    assert few.uar.high - few.uar.low > 1.5 * (many.uar.high - many.uar.low)
    # Over items instead of subjects it would be far narrower.
    alone = recognition(labels.tolist(), found.tolist(), [str(i) for i in range(300)])
    assert many.uar.high - many.uar.low > 2 * (alone.uar.high - alone.uar.low)


def test_the_chance_line_and_its_p() -> None:
    chance = np.random.default_rng(0)
    labels = chance.integers(0, 4, 200).tolist()
    who = [str(i // 10) for i in range(200)]
    blind = recognition(labels, chance.integers(0, 4, 200).tolist(), who)
    sighted = recognition(labels, labels, who)
    assert blind.uf1.chance == pytest.approx(0.25, abs=0.02)
    assert blind.uf1.chance < blind.uf1.beyond < 0.35
    assert blind.uf1.p > 0.05
    assert sighted.uf1.p == pytest.approx(1 / 1001)
    assert sighted.uf1.value == 1
    assert {s.name for s in sighted} == {"uf1", "uar", "accuracy"}


def test_the_p_of_blind_answers_is_level() -> None:
    chance = np.random.default_rng(5)
    values = []
    for _ in range(120):
        labels, found = chance.integers(0, 3, (2, 45)).tolist()
        options = {"resamples": 10, "permutations": 99}
        values.append(recognition(labels, found, [str(i) for i in range(45)], **options).uar.p)
    assert 0.35 < np.mean(values) < 0.65
    assert np.mean(np.array(values) <= 0.1) < 0.2


def test_the_same_seed_gives_the_same_and_str_shows_all() -> None:
    labels, found = items(EXAMPLE)
    who = [str(i % 5) for i in range(25)]
    one, two = (recognition(labels, found, who, seed=4) for _ in range(2))
    assert one.uf1 == two.uf1
    assert one.uar == two.uar
    other = recognition(labels, found, who, seed=5)
    assert (other.uf1.low, other.uf1.chance) != (one.uf1.low, one.uf1.chance)
    text = str(one)
    for part in ("0.496", "0.500", "0.560", "25 items of 5 subjects", "by chance"):
        assert part in text
    assert one.recalls[0] == pytest.approx(0.8)
    assert one.f1s[1] == pytest.approx(0.625)


@pytest.mark.parametrize(
    ("labels", "found", "who", "options", "word"),
    [
        ([], [], [], {}, "0 labels"),
        ([1], [1, 2], ["a"], {}, "2 answers"),
        ([1, 2], [1, 2], ["a"], {}, "subject"),
        ([1, 2], [1, 2], ["a", "b"], {"folds": [1]}, "fold"),
        ([1, 2], [1, 3], ["a", "b"], {"classes": [1, 2]}, "3 is no class"),
    ],
)
def test_what_does_not_fit_is_refused(
    labels: list[int], found: list[int], who: list[str], options: dict[str, list[int]], word: str
) -> None:
    with pytest.raises(ValueError, match=word):
        recognition(labels, found, who, **options)


def test_S3_041_seven_four_and_three_classes() -> None:
    seven = emotion.label_spaces()["seven_others"]
    assert len(seven) == 7
    four = {name: coding.classes(name).four for name in seven}
    assert {n for n, c in four.items() if c == "Negative"} == {
        "Sadness", "Anger", "Disgust", "Fear",
    }  # fmt: skip
    assert four["Happiness"] == "Positive"
    assert four["Surprise"] == "Surprise"
    assert four["Others"] == "Others"
    assert coding.classes("others").three is None
    assert all(coding.classes(n).three == c for n, c in four.items() if n != "Others")
