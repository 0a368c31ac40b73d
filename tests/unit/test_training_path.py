"""The path leads learners with known faults to them, and estimates what was put in."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import fmean

import pytest
from training_learners import START, Learner, at, practise

from fau_teach.training import (
    Answer,
    Record,
    TrainingError,
    ability,
    answered,
    contrasts,
    item,
    name_of,
    next_item,
    overview,
    recommended,
    result,
    skills,
    stages,
    start,
    verdict,
)
from fau_teach.training.ability import STATED, detection, estimate
from fau_teach.training.items import target
from fau_teach.training.mock import draw, unfinished
from fau_teach.training.path import (
    DAYS,
    FinishedError,
    due,
    learned,
    level,
    pretest,
    retention,
)

EMPTY = Record("simulated", at(0))


def logged(name: str, credit: float, when: str, stage: str = "drills", **more: object) -> Answer:
    one = item(name)
    return Answer(when, stage, name, one.answer, "x", credit, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(3))
def test_who_takes_6_for_7_is_led_to_that_set(seed: int) -> None:
    record, times = practise(Learner({"6": ("7", 0.7)}, seed=seed), 160, seed=seed)
    about = {"cheek_or_lid", "lid_with_cheek"}
    assert about & {one.skill for one in ability(record).weakest(3)}
    assert about & {name for name, _ in times.most_common(3)}
    assert times["cheek_or_lid"] > 1.5 * 160 / len(stages()["drills"].skills)


@pytest.mark.parametrize("seed", range(3))
def test_who_confuses_nothing_is_not(seed: int) -> None:
    with_fault = practise(Learner({"6": ("7", 0.7)}, seed=seed), 160, seed=seed)[1]
    record, times = practise(Learner(seed=seed), 160, seed=seed)
    assert "cheek_or_lid" not in [one.skill for one in ability(record).weakest(2)]
    assert times["cheek_or_lid"] < with_fault["cheek_or_lid"]
    assert times.most_common(1)[0][0] != "cheek_or_lid"


@pytest.mark.parametrize("truth", [0.3, 0.55, 0.8, 0.95])
def test_the_estimate_comes_to_the_true_ability(truth: float) -> None:
    inside = errors = 0.0
    for seed in range(6):
        learner = Learner(slip=1 - truth, seed=seed)
        record, _ = practise(learner, 90, "lessons", seed, "corner_path")
        found = ability(record).skills["corner_path"]
        assert found.n == 90
        inside += found.low <= truth <= found.high
        errors += abs(found.mean - truth) / 6
    assert inside >= 5
    assert errors < 0.08


def test_recent_answers_count_more() -> None:
    assert estimate("side", [0.0] * 40 + [1.0] * 40).mean > 0.6
    assert estimate("side", [1.0] * 40 + [0.0] * 40).mean < 0.4
    assert estimate("side", []).mean == 0.5
    assert estimate("side", [1, 0]).curve == (0.5,)


def test_detection_has_sign_and_stays_finite() -> None:
    perfect = detection("12", hits=20, spared=20)
    assert perfect.d is not None
    assert perfect.d > 3
    assert perfect.criterion == pytest.approx(0, abs=1e-9)
    blind = detection("12", hits=5, missed=5, added=5, spared=5)
    assert blind.d == pytest.approx(0)
    shy = detection("12", hits=5, missed=15, added=0, spared=20)
    assert shy.criterion is not None
    assert shy.criterion > 0
    assert detection("12", hits=5).d is None


def test_a_bias_in_time_is_found() -> None:
    record, _ = practise(Learner(late_frames=3, slip=0), 25, about="timing")
    found = ability(record).timing["onset"]
    assert found.mean == pytest.approx(100, abs=1)
    assert found.sure
    on_time = ability(practise(Learner(slip=0), 25, about="timing")[0]).timing["onset"]
    assert on_time.mean == 0


def test_certainty_is_compared_with_what_was_right() -> None:
    rows = [
        logged(name_of("which", "cheek_or_lid", "easy", seed), float(seed % 4 > 0), at(seed),
               certainty="high", seconds=seed)
        for seed in range(40)
    ]  # fmt: skip
    found = ability(Record("simulated", at(0), tuple(rows)))
    (high,) = found.certainty
    assert (high.n, high.credit, high.stated) == (40, 0.75, STATED["high"])
    assert high.high < high.stated + 0.01
    assert found.brier == pytest.approx(0.25 * 0.95**2 + 0.75 * 0.05**2)
    assert found.seconds == 19.5
    assert found.curve == (0.7, 0.8, 0.7, 0.8)
    assert ability(EMPTY).brier is None
    assert found.to_dict()["skills"]["cheek_or_lid"]["cue"]


def test_next_is_the_same_for_the_same_state() -> None:
    record, _ = practise(Learner(), 5)
    assert next_item(record, "drills", at(9)) == next_item(record, "drills", at(9))
    assert next_item(record, "drills", at(9)) != next_item(record, "drills", at(9), seed=1)


@pytest.mark.parametrize("stage", ["drills", "intensity", "micro", "review", "lessons"])
def test_no_answer_comes_three_times_in_a_row_and_skills_are_mixed(stage: str) -> None:
    record, _ = practise(Learner(), 70, stage)
    shown = [target(one.item)[1] for one in record.answers]
    for one, two, three in zip(shown, shown[1:], shown[2:], strict=False):
        assert not one or not one == two == three
    named = [one.skill for one in record.answers]
    if stage in ("drills", "review"):
        assert all(one != two for one, two in pairwise(named))
        assert len({*named}) > 12


def test_three_right_in_a_row_are_harder_and_one_wrong_is_easier() -> None:
    def after(values: list[float]) -> str:
        name = name_of("which", "brow_ends", "easy", 1)
        return level([logged(name, one, at(0)) for one in values], "brow_ends")

    assert after([1, 1]) == "easy"
    assert after([1, 1, 1]) == "medium"
    assert after([1, 1, 1, 0]) == "easy"
    assert after([1, 1, 0, 1, 1]) == "easy"
    assert after([1] * 6) == "hard"
    assert after([1] * 30) == "hard"
    assert after([0]) == "easy"


def test_the_staircase_settles_where_four_of_five_are_right() -> None:
    chance: Mapping[str, float] = {"easy": 0.95, "medium": 0.8, "hard": 0.5}
    rows: list[Answer] = []
    dice, right = random.Random(1), []
    for number in range(400):
        now = level(rows[-60:], "brow_ends")
        right.append(float(dice.random() < chance[now]))
        name = name_of("which", "brow_ends", now, 1)
        rows.append(logged(name, right[-1], at(number)))
    assert 0.7 < fmean(right[50:]) < 0.9


def test_reviews_come_after_growing_intervals() -> None:
    name, day = name_of("which", "brow_ends", "easy", 1), 24 * 60
    record = EMPTY.add(logged(name, 1, at(0)))
    minutes = 0.0
    for days in DAYS:
        minutes += days * day
        assert due(record)["brow_ends"] == START + timedelta(minutes=minutes)
        early = record.add(logged(name, 0, at(minutes - 60)))
        assert due(early)["brow_ends"] == due(record)["brow_ends"]
        record = record.add(logged(name, 1, at(minutes)))
    failed = record.add(logged(name, 0, at(minutes + 28 * day)))
    assert due(failed)["brow_ends"] == START + timedelta(minutes=minutes + 29 * day)
    coming = next_item(failed, "review", at(minutes + 40 * day))
    assert "brow_ends" in coming.item
    assert coming.reason == "It is due."


def test_a_pretest_has_one_item_of_each_skill_and_ends() -> None:
    record, times = practise(Learner(), len(skills()), "pretest")
    assert {*times} == {*skills()}
    assert set(times.values()) == {1}
    with pytest.raises(FinishedError):
        next_item(record, "pretest", at(99))
    assert pretest(record) != pretest(Record("another", at(0)))
    assert stages()["pretest"].enough == len(skills())


def test_stages_are_recommended_in_order_and_none_is_locked() -> None:
    record, learner = EMPTY, Learner(slip=0)
    assert recommended(record, at(0))[0] == "pretest"
    for stage in ("drills", "intensity", "micro", "review"):
        assert next_item(record, stage, at(0)).stage == stage
    seen, clock = [], 0
    for clock in range(1000):
        stage = recommended(record, at(clock))[0]
        if stage not in seen:
            seen.append(stage)
        if stage in ("review", "mock"):
            break
        one = item(next_item(record, "", at(clock)).item)
        record = record.add(answered(one, learner.answer(one), when=at(clock), stage=stage))
    assert seen[:5] == ["pretest", "lessons", "drills", "intensity", "micro"]
    assert all(learned(record, one.id) for one in contrasts())
    plan = {one["id"]: one for one in overview(record, at(clock))}
    assert plan["lessons"]["done"] == plan["lessons"]["of"] == len(contrasts())
    assert plan[seen[-1]]["recommended"]
    assert [one["recommended"] for one in plan.values()].count(True) == 1


def test_what_cannot_be_asked_for() -> None:
    for stage, about in (("bed", ""), ("drills", "no_skill"), ("micro", "brow_ends")):
        with pytest.raises(TrainingError):
            next_item(EMPTY, stage, at(0), about=about)
    with pytest.raises(TrainingError):
        next_item(EMPTY, "drills", "noon")
    with pytest.raises(FinishedError):
        next_item(EMPTY, "mock", at(0))


def sat(learner: Learner, seed: str, stage: str = "mock", count: int = 34) -> Record:
    record = start(EMPTY, at(0), seed, stage, count)
    for number in range(count):
        one = item(next_item(record, stage, at(number)).item)
        exam = unfinished(record, stage)
        assert exam is not None
        new = answered(one, learner.answer(one), when=at(number), stage=stage, exam=exam.id)
        record = record.add(new)
    return record


def test_a_perfect_coder_has_1_in_34_clips() -> None:
    record = sat(Learner(slip=0), "perfect")
    found = result(record, record.exams[0].id)
    assert len(found.items) == 34
    assert found.mean.value == found.mean.low == 1
    assert sum(one["empty"] for one in found.items) == 3
    assert found.defined.n == 31
    assert found.defined.value == 1
    made = found.to_dict()
    assert all(bar["reached"] and bar["sure"] for bar in made["bars"])
    assert [bar["bar"] for bar in made["bars"]] == [0.70, 0.75]
    assert {one["level"] for one in found.items} == {"easy", "medium", "hard"}
    assert all(not one["missed"] and not one["added"] for one in made["codes"].values())


def expected(names: list[str], miss: float) -> float:
    """Mean index of a coder who misses each code with a chance, over many draws."""
    dice, found = random.Random(0), []
    for name in names:
        many = sum(one.code not in ("45", "50") for one in item(name).key.items)
        for _ in range(400):
            seen = sum(dice.random() >= miss for _ in range(many))
            found.append(2 * seen / (many + seen) if many else 1.0)
    return fmean(found)


def test_a_coder_who_misses_three_of_ten_has_what_that_gives() -> None:
    values, wanted = [], []
    inside = 0
    for seed in range(6):
        record = sat(Learner(slip=0, miss=0.3, seed=seed), f"missing {seed}")
        found = result(record, record.exams[0].id)
        wanted.append(expected([*record.exams[0].items], 0.3))
        assert found.mean.value is not None
        inside += (found.mean.low or 0) <= wanted[-1] <= (found.mean.high or 0)
        values.append(found.mean.value)
        lost = sum(one["missed"] for one in found.codes.values())
        assert 0.18 < lost / sum(one["criterion"] for one in found.codes.values()) < 0.42
    assert inside >= 5
    assert fmean(values) == pytest.approx(fmean(wanted), abs=0.04)


def test_a_test_says_nothing_before_its_end_and_goes_on() -> None:
    record = start(EMPTY, at(0), "half", count=4)
    name = record.exams[0].id
    one = item(next_item(record, "mock", at(1)).item)
    record = record.add(answered(one, verdict(one, "null"), when=at(1), stage="mock", exam=name))
    with pytest.raises(TrainingError, match="1 of 4"):
        result(record, name)
    assert start(record, at(2), "half") == record
    assert next_item(record, "mock", at(3)).item == record.exams[0].items[1]
    assert ability(record).n == 0
    assert result(sat(Learner(), "half", count=4), name).exam == name
    with pytest.raises(TrainingError, match="done already"):
        start(sat(Learner(), "half", count=4), at(9), "half", count=4)


def test_seeds_of_instructors_give_a_class_the_same_clips() -> None:
    one, two = (start(Record(name, at(0)), at(0), "spring").exams[0] for name in ("a", "b"))
    assert one.items == two.items
    assert start(EMPTY, at(0)).exams[0].items != start(EMPTY, at(1)).exams[0].items
    assert draw(5) == draw(5) != draw(6)


def test_retention_is_due_two_to_six_weeks_after_the_mock_test() -> None:
    record, day = sat(Learner(), "then", count=3), 24 * 60
    assert retention(EMPTY, at(0))[0] == "none"
    states = {days: retention(record, at(2 + days * day))[0] for days in (1, 13, 14, 42, 43)}
    assert states == {1: "early", 13: "early", 14: "due", 42: "due", 43: "late"}
    for one in pretest(record):
        record = record.add(logged(one, 1, at(0), "pretest"))
    assert recommended(record, at(20 * day))[0] == "retention"
    again = start(record, at(20 * day), stage="retention", count=1)
    one = item(again.exams[-1].items[0])
    again = again.add(
        answered(one, verdict(one, one.answer), when=at(20 * day), stage="retention",
                 exam=again.exams[-1].id)
    )  # fmt: skip
    assert retention(again, at(21 * day))[0] == "done"


def test_times_are_compared_as_times() -> None:
    assert datetime.fromisoformat(at(0)) == START.astimezone(UTC)
