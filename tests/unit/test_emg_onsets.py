"""Onsets: against planted truth, against BioSPPy, and the measures of the first chapters."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fau_teach.emg.circuit import envelope_circuit
from fau_teach.emg.filters import band_pass
from fau_teach.emg.measures import asymmetry, silent_period, valence_score
from fau_teach.emg.onsets import (
    DETECTORS,
    double_threshold,
    errors,
    hodges_bui,
    tkeo_threshold,
)
from fau_teach.emg.planted import bursts, pulse_trial
from fau_teach.emg.signals import Signal, SignalError, SignalKindError
from tests.unit.test_emg_features import peers

KNOWN = json.loads(
    (Path(__file__).parents[1] / "golden" / "emg_peers.json").read_text(encoding="utf-8")
)["biosppy"]


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize(("snr", "most"), [(10, 0.04), (20, 0.025), (40, 0.025)])
def test_S4_012_errors_are_tens_of_milliseconds_and_nothing_is_missed(
    name: str, snr: float, most: float
) -> None:
    signal, onsets, offsets = bursts(snr, 20)
    found = DETECTORS[name](band_pass(signal), (0, 0.9))
    for times, planted in ((found.onsets, onsets), (found.offsets, offsets)):
        off = errors(times, planted)
        assert off.matched == 20
        assert off.false <= (2 if name == "Hodges-Bui" else 0)
        assert 0.001 < off.typical < most
        assert off.worst < 0.12


def test_more_noise_makes_onsets_later() -> None:
    late = []
    for snr in (10, 20, 40):
        signal, onsets, _ = bursts(snr, 20)
        late.append(errors(tkeo_threshold(band_pass(signal), (0, 0.9)).onsets, onsets).bias)
    assert late[0] > late[1] > late[2]


def test_a_zero_phase_filter_puts_a_strong_onset_too_early() -> None:
    signal, onsets, _ = bursts(40, 20, rise=0)
    plain, filtered = (
        errors(double_threshold(one, (0, 0.9)).onsets, onsets)
        for one in (signal, band_pass(signal))
    )
    assert abs(plain.bias) < 0.01
    assert filtered.bias < -0.015


def test_of_an_envelope_the_end_is_late() -> None:
    signal, onsets, offsets = bursts(20, 20, every=1.5)
    envelope = envelope_circuit(signal)
    found = hodges_bui(envelope, (0.4, 0.95))
    assert errors(found.offsets, offsets, 0.6).bias > 0.15
    assert errors(found.onsets, onsets).bias < 0.05
    with pytest.raises(SignalKindError):
        tkeo_threshold(envelope, (0.4, 0.95))


def test_BioSPPy_finds_the_same_bursts() -> None:
    """Its Hodges-Bui names the last sample before and the first after; ours the active ones."""
    values = peers().bursts()
    signal = Signal(values - values.mean(), 1000)
    found = hodges_bui(signal, (0, 1.9))
    both = np.sort(np.concatenate([found.onsets, found.offsets])) * 1000
    assert both == pytest.approx(np.array(KNOWN["hodges_bui"]), abs=1.01)
    energy = tkeo_threshold(signal, (0, 1.9), window=0)
    assert energy.function[1:-1:500] == pytest.approx(np.array(KNOWN["tkeo_function"]), abs=1e-12)
    assert energy.onsets == pytest.approx(np.array([2, 4, 6]), abs=2e-3)
    assert energy.offsets == pytest.approx(np.array([2.5, 4.3, 7]), abs=2e-3)


def test_short_pauses_are_closed_and_short_bursts_dropped() -> None:
    values = 0.01 * np.random.default_rng(0).normal(size=3000)
    for first, last in ((1000, 1200), (1230, 1400), (2000, 2010)):
        values[first:last] += np.where(np.arange(last - first) % 2, 1.0, -1.0)
    signal = Signal(values, 1000)
    found = double_threshold(signal, (0, 0.9))
    assert found.onsets == pytest.approx(np.array([1.0]), abs=2e-3)
    assert found.offsets == pytest.approx(np.array([1.399]), abs=2e-3)
    assert len(double_threshold(signal, (0, 0.9), gap=0.01)) == 2
    assert len(double_threshold(signal, (0, 0.9), least=0.005)) == 2


def test_rest_channel_and_gaps_must_be_clear() -> None:
    two = Signal(np.random.default_rng(0).normal(size=(1000, 2)), 1000)
    with pytest.raises(SignalError, match="which channel of 1, 2"):
        hodges_bui(two, (0, 0.5))
    with pytest.raises(SignalError, match="too few"):
        hodges_bui(two, (5, 6), channel="1")
    with pytest.raises(SignalError, match="NaN"):
        hodges_bui(Signal(np.full(100, np.nan), 100), (0, 0.5))
    assert len(hodges_bui(two, (0, 0.9), channel="2", threshold=50)) == 0


def test_errors_use_each_time_once() -> None:
    off = errors([1.02, 1.05, 5.0], [1.0, 2.0])
    assert (off.planted, off.matched, off.false) == (2, 1, 2)
    assert off.bias == pytest.approx(0.02)
    assert str(off) == "1 of 2 found, 2 false; bias +20 ms, typical error 20 ms, worst 20 ms"
    assert str(errors([], [1.0])) == "0 of 1 found, 0 false"


@pytest.mark.parametrize("gap", [0.05, 0.1, 0.2])
def test_S0_062_the_silent_period_is_found_within_5_ms(gap: float) -> None:
    for seed in range(8):
        signal, pulse, begin, end = pulse_trial(gap, seed=seed)
        found = silent_period(signal, pulse)
        assert found[1] - found[0] == pytest.approx(gap, abs=0.005)
        assert found == pytest.approx((begin, end), abs=0.006)


def test_a_silent_period_needs_a_raw_signal_and_a_held_contraction() -> None:
    signal, pulse, *_ = pulse_trial()
    with pytest.raises(SignalKindError, match="fills the gap"):
        silent_period(envelope_circuit(signal), pulse)
    with pytest.raises(SignalError, match="held contraction"):
        silent_period(signal, 0.01)
    with pytest.raises(SignalError, match="no pause"):
        silent_period(signal, 0.5)


def test_S0_069_asymmetry() -> None:
    assert asymmetry(3, 1) == 0.5
    assert asymmetry([2, 0, 1], [2, 4, 0]).tolist() == [0, -1, 1]
    assert np.isnan(asymmetry(0, 0))
    with pytest.raises(SignalError, match="rectify"):
        asymmetry(-1, 2)


def test_S0_079_valence_from_two_muscles() -> None:
    """Each muscle differs by 3 / sqrt 2 deviations, so the difference by d' = 3."""
    dice, pleasant = np.random.default_rng(0), np.tile([True, False], 5000)
    apart = 3 / np.sqrt(2)
    zygomaticus, corrugator = dice.normal(size=(2, 10_000)) + apart * np.array(
        [pleasant, ~pleasant]
    )
    right = ((valence_score(zygomaticus, corrugator) > 0) == pleasant).mean()
    swapped = ((valence_score(corrugator, zygomaticus) > 0) == pleasant).mean()
    assert right == pytest.approx(0.933, abs=0.02)
    assert swapped == pytest.approx(0.07, abs=0.02)
    with pytest.raises(SignalError, match="corrugator"):
        valence_score([1, 2], [3, 3])
    with pytest.raises(SignalError, match="as many"):
        valence_score([1, 2], [3, 4, 5])
