"""The lab of chapter 6: its answers by other ways, and that it runs where there are no threads."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from fau_teach import capstone, emg
from fau_teach.exercises import chapter6d, exercise

LAB = Path(__file__).resolve().parents[2] / "notebooks" / "solutions" / "06-emg.ipynb"


def source() -> str:
    return "\n".join(cell.source for cell in nbformat.read(LAB, as_version=4).cells)


def test_S4_003_each_lost_row_is_a_lost_frame_or_a_drop_of_the_board() -> None:
    faults = emg.Faults(lose=0.02, drop=0.01, flip=2e-5, cut=0.01, seed=6)
    assert repr(faults.lose) in source()
    board = emg.PythonDevice(np.full((1000, 2), 2.5), speed=0, faults=faults)
    account = emg.record(board, 6, channels=(0, 1)).account
    # What went wrong does not depend on what was recorded.
    assert account == chapter6d._account()
    right = exercise("6.13").solution()
    assert 10 * right == account.sent - account.rows
    spoilt = board.did["lose"] + board.did["cut"] + board.did["flipped bits"]
    assert right <= spoilt <= right + 2


def test_S4_003_a_recording_is_the_same_without_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    with_threads = chapter6d._account()

    def none(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    chapter6d._account.cache_clear()
    assert chapter6d._account() == with_threads


def test_S4_005_hum_lifts_an_envelope_by_the_mean_of_a_rectified_sine() -> None:
    # 20 µV effective, contact 0.7 to 1.3, a third at the double: gain times mean of its size.
    least, most = (10_350 * 20e-6 * share * 2 * np.sqrt(2) / np.pi for share in (0.7, 1.3))
    assert least - 0.02 < exercise("6.14").solution() < most + 0.02


def test_S4_011_the_time_constant_of_the_unknown_module_can_be_measured() -> None:
    rate = 20_000
    step = np.r_[np.zeros(rate), np.full(rate, 1e-4)]
    level = chapter6d.module(emg.Signal(step, rate)).values[:, 0]
    reached = np.argmax(level >= (1 - np.exp(-1)) * level[-1]) / rate - 1
    assert 1000 * reached == pytest.approx(exercise("6.15").solution(), abs=0.2)
    assert abs(exercise("6.15").solution() - 80) > 2 * exercise("6.15").tolerance


def test_S4_012_the_nearest_detector_has_the_farthest_onset() -> None:
    found = chapter6d._typical()
    best = min(found, key=lambda name: found[name].typical)
    assert (best, max(found, key=lambda name: found[name].worst)) == ("Hodges-Bui",) * 2
    assert all(one.matched == one.planted == 20 and one.false == 0 for one in found.values())


def test_S4_009_accuracy_falls_with_each_wider_split() -> None:
    shares = [*chapter6d._leaks().values()]
    assert shares == sorted(shares, reverse=True)
    assert exercise("6.17").solution() == pytest.approx(shares[0] - shares[-1])
    assert shares[0] - shares[-1] > 0.3


def test_sx05_the_delay_comes_back_by_repetition_and_not_from_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    truth, one = chapter6d.somebody(), exercise("6.18")
    lags: list[list[float]] = []
    for seed in range(chapter6d.REPEATS):
        again = replace(truth, clip=replace(truth.clip, seed=seed))
        found = capstone.by_force(again).found - capstone.by_emg(again)[0].found
        lags.append([1000 * each for each in found])
    table = np.array(lags)
    assert one.judge(float(table.mean())).state == "right"
    assert one.judge(float(table[:, 0].mean())).state == "wrong"
    single = table.mean(axis=1)
    assert sum(one.judge(float(each)).state == "wrong" for each in single) >= 4
    # The tolerance is what the lab calls it: two standard errors of the mean, about.
    error = single.std(ddof=1) / np.sqrt(len(single))
    assert one.tolerance == pytest.approx(2 * error, abs=1.5)
    assert f"Within {one.tolerance:g} ms is right" in source()


def test_nobody_is_told_what_is_to_be_found() -> None:
    learner = LAB.parents[1] / LAB.name
    text = learner.read_text(encoding="utf-8")
    assert "DELAY_S" not in text
    assert "TAU_S" not in text
    hidden: Any = (chapter6d.TAU_S, chapter6d.DELAY_S)
    assert not [one for one in hidden if f"{1000 * one:g} ms" in text]


def test_S4_013_the_lab_carries_the_safety_box_and_needs_no_hardware() -> None:
    text = source()
    assert "emg.safety_box()" in text
    assert "You need no hardware" in text
    assert 'emg.record("COM3", 6, channels=(0, 1))' in text
