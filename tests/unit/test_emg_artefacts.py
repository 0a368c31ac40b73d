"""Artefacts: each planted one is named, and a clean signal has none."""

from __future__ import annotations

import numpy as np
import pytest

from fau_teach.clip import Clip, Movement
from fau_teach.emg.artefacts import KINDS, flags
from fau_teach.emg.circuit import envelope_circuit
from fau_teach.emg.planted import bursts
from fau_teach.emg.signals import Signal
from fau_teach.emg.simulate import Disturbance, emg

CLEAN = bursts(20, 6)[0]
SMILE = Clip("Ana", 100, 600, (Movement("12", "", "C", 200, 240, 400, 100),))


def kinds(signal: Signal, **more: object) -> set[str]:
    return {flag.kind for flag in flags(signal, **more)}


def changed(first: int, last: int, value: object) -> Signal:
    values = CLEAN.values.copy()
    values[first:last, 0] = value
    return CLEAN.but(values)


def test_a_clean_signal_has_no_flag() -> None:
    assert flags(CLEAN) == ()
    assert flags(emg(SMILE, ("zygomaticus_L", "corrugator_L"))) == ()
    assert flags(envelope_circuit(CLEAN)) == ()


@pytest.mark.parametrize("seed", [5, 7, 18])
def test_the_ends_of_a_silent_channel_are_no_movement(seed: int) -> None:
    assert flags(emg(SMILE, ("zygomaticus_L", "corrugator_L"), seed=seed)) == ()


def test_missing_samples() -> None:
    (flag,) = flags(changed(3000, 3200, np.nan))
    assert (flag.kind, flag.begin, flag.end) == ("missing", 1.5, 1.6)
    assert flag.share == pytest.approx(200 / len(CLEAN))
    assert "missing, 1.50 to 1.60 s" in str(flag)
    assert kinds(Signal(np.full(3000, np.nan), 1000)) == {"missing"}


def test_clipping_with_and_without_known_limits() -> None:
    top = CLEAN.values.max() / 3
    cut = CLEAN.but(np.clip(CLEAN.values, -top, top))
    assert kinds(cut) == {"clipped"}
    assert kinds(cut, limits=(-1, 1)) == set()
    assert kinds(CLEAN, limits=(-top, top)) == {"clipped"}
    assert kinds(envelope_circuit(CLEAN, supply=0.05)) == {"clipped"}


def test_a_dead_stretch() -> None:
    (flag,) = flags(changed(4000, 5000, 1e-6))
    assert flag.kind == "flat"
    assert (flag.begin, flag.end) == pytest.approx((2, 2.5), abs=1e-3)
    assert kinds(changed(4000, 4100, 1e-6)) == set()
    assert kinds(Signal(np.zeros(3000), 1000)) == {"flat"}


@pytest.mark.parametrize("mains", [50.0, 60.0])
def test_hum(mains: float) -> None:
    signal = emg(SMILE, disturbance=Disturbance(hum=20e-6, mains=mains))
    assert kinds(signal, mains=mains) == {"hum"}
    (flag, _) = flags(signal, mains=mains)
    assert 0.3 < flag.share <= 1


def test_movement_is_found_where_it_is() -> None:
    signal = emg(SMILE, disturbance=Disturbance(movement=1e-3))
    found = [flag for flag in flags(signal) if flag.kind == "movement"]
    assert {flag.channel for flag in found} == {*signal.channels}
    assert all(1.5 < flag.begin < flag.end < 4.6 for flag in found)


def test_drift() -> None:
    assert kinds(emg(SMILE, disturbance=Disturbance(drift=5e-4))) == {"drift"}


def test_all_kinds_are_documented() -> None:
    assert KINDS == ("missing", "clipped", "flat", "hum", "movement", "drift")
