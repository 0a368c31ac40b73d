"""Exercises of chapter 3 on agreement: what the hints call wrong is what a learner would get."""

from __future__ import annotations

import pytest

from fau_teach import agreement
from fau_teach.exercises import exercise
from fau_teach.exercises.chapter3b import (
    CODERS,
    LOOKED_FOR,
    ONE_CLIP,
    lab,
    lab_report,
)


def test_S0_103_E0_07_readings_of_the_five_events_stay_apart() -> None:
    one = exercise("3.6")
    values = [one.solution(), *(answer for answer, _ in one.wrong)]
    assert values == pytest.approx([13 / 15, 6 / 7, 67 / 75, 52 / 75, 19 / 24, 19 / 12, 0.325])
    apart = [abs(a - b) for at, a in enumerate(values) for b in values[:at]]
    assert min(apart) > 2 * one.tolerance


def test_S0_104_kappa_from_four_counts() -> None:
    assert exercise("3.7").solution() == pytest.approx((0.85 - 0.78125) / (1 - 0.78125))


def test_S0_100_matching_by_hand_is_that_of_the_package() -> None:
    from fau_teach.exercises.chapter3b import FIRST, SECOND

    found = agreement.match(FIRST, SECOND)
    assert (len(found.pairs), found.missed, len(found.added)) == (4, (), 2)
    assert exercise("3.8").solution() == found.f1.value == 0.8


def test_S0_104_unknown_is_a_gap() -> None:
    first = [True, False, None, True, False, False]
    second = [True, True, True, True, False, None]
    assert exercise("3.9").solution() == agreement.percent(first, second).value == 0.75


def test_the_clip_by_hand_is_four_of_seven() -> None:
    sets = [
        {f"{item.side}{item.code}" for event in lab().of(name, ONE_CLIP) for item in event.score}
        for name in ("Anna", "Dana")
    ]
    assert (len(sets[0] & sets[1]), len(sets[0] | sets[1])) == (4, 7)


def test_S0_104_the_faults_that_were_put_in_are_found() -> None:
    report = lab_report()
    assert exercise("3.12").solution() == "Dana"
    late = next(coder for coder in CODERS if coder.name == "Chen").delay_ms
    assert isinstance(late, tuple)
    assert exercise("3.13").solution() == pytest.approx(late[0], abs=10)
    frames = report.find("timing", "onset", "mean error (frames)", ("Anna", "Chen")).value
    wrong = [answer for answer, _ in exercise("3.13").wrong]
    assert wrong == pytest.approx([-exercise("3.13").solution(), frames], abs=0.01)
    level = [
        report.find("intensity", "all codes", "ICC(A,1)", ("Anna", name)).value or 0
        for name in ("Ben", "Chen")
    ]
    assert level[0] < 0.85 < level[1]


def test_S0_104_one_unit_alone_lies_below_chance() -> None:
    report, pair = lab_report(), ("Anna", "Dana")
    below = [
        code
        for code in report.codes
        if (report.find("occurrence", code, "percent agreement", pair).value or 0) >= 0.9
        and (report.find("occurrence", code, "kappa", pair).value or 0) < 0
    ]
    assert below == [exercise("3.14").solution()]
    assert exercise("3.15").solution() < set(LOOKED_FOR)
