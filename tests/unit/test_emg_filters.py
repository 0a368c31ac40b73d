"""Filters: what passes, what does not, and the sources' numbers for raw and envelope."""

from __future__ import annotations

import numpy as np
import pytest

from fau_teach.emg import filters
from fau_teach.emg.circuit import burst, envelope_circuit, smoothed, tau_of
from fau_teach.emg.planted import alternating
from fau_teach.emg.signals import Signal, SignalError, SignalKindError

RATE = 2000.0
TIMES = np.arange(20000) / RATE


def tone(frequency: float, kind: str = "raw") -> Signal:
    return Signal(np.sin(2 * np.pi * frequency * TIMES), RATE, kind)


def level(signal: Signal) -> float:
    """Effective value, ends left out."""
    return float(np.sqrt((signal.values[2000:-2000] ** 2).mean()))


def test_S4_004_a_band_pass_keeps_a_raw_signal_and_nothing_of_an_envelope() -> None:
    raw = alternating()
    envelope = raw.but(smoothed(abs(raw.values), raw.rate, 0.03), kind="envelope")
    assert filters.kept(raw)[0] == pytest.approx(0.92, abs=0.02)
    assert filters.kept(envelope)[0] == pytest.approx(0.0014, abs=0.0005)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("mains", [50.0, 60.0])
def test_S4_004_a_notch_takes_more_than_30_dB_of_a_planted_tone(mains: float, causal: bool) -> None:
    left = filters.notch(tone(mains), mains, causal=causal)
    assert 20 * np.log10(level(left) / level(tone(mains))) < -30
    beside = tone(mains * 1.4)
    assert level(filters.notch(beside, mains, causal=causal)) > 0.97 * level(beside)


def test_harmonics_are_taken_as_well_and_those_beyond_are_left_out() -> None:
    assert level(filters.notch(tone(100), 50)) > 0.7
    assert level(filters.notch(tone(100), 50, harmonics=2)) < 0.02
    assert len(filters.notch(tone(100), 50, harmonics=100)) == len(TIMES)


@pytest.mark.parametrize("causal", [False, True])
def test_the_band(causal: bool) -> None:
    for inside in (60, 150, 300):
        assert level(filters.band_pass(tone(inside), causal=causal)) > 0.65
    for outside in (3, 900):
        assert level(filters.band_pass(tone(outside), causal=causal)) < 0.01


def test_zero_phase_shifts_nothing_and_causal_is_late() -> None:
    pulse = Signal(np.exp(-(((TIMES - 5) / 0.002) ** 2)), RATE)

    def middle(causal: bool) -> float:
        energy = filters.band_pass(pulse, causal=causal).values[:, 0] ** 2
        return float(energy @ TIMES / energy.sum())

    assert middle(False) == pytest.approx(5, abs=1e-6)
    assert middle(True) > 5.002


def test_beyond_half_the_rate_is_refused_with_the_reason() -> None:
    slow = Signal(np.zeros(500), 250)
    with pytest.raises(SignalError, match=r"250 samples a second.*125 Hz"):
        filters.band_pass(slow)
    with pytest.raises(SignalError, match="Sample faster"):
        filters.notch(Signal(np.zeros(500), 90))
    with pytest.raises(SignalError, match="low below high"):
        filters.band_pass(tone(10), 300, 100)


def test_missing_samples_are_not_smeared() -> None:
    values = np.sin(2 * np.pi * 10 * TIMES)
    values[500:510], values[900:1100] = np.nan, np.nan
    gaps = Signal(values, RATE)
    with pytest.raises(SignalError, match="NaN"):
        filters.band_pass(gaps)
    filled = filters.fill_gaps(gaps)
    assert not np.isnan(filled.values[500:510]).any()
    assert np.isnan(filled.values[900:1100]).all()
    assert filled.values[505, 0] == pytest.approx(np.sin(2 * np.pi * 10 * TIMES[505]), abs=0.01)
    assert np.isnan(gaps.values[500, 0])


def test_amplitudes() -> None:
    assert filters.rectify(tone(50)).values.min() >= 0
    moving = filters.rms(tone(100), 0.1)
    assert moving.kind == "envelope"
    assert moving.values[4000, 0] == pytest.approx(np.sqrt(0.5), rel=1e-3)
    linear = filters.linear_envelope(tone(100))
    assert linear.kind == "envelope"
    assert linear.values[10000, 0] == pytest.approx(2 / np.pi, rel=0.01)
    with pytest.raises(SignalError, match="lasts"):
        filters.rms(tone(1), 20)


def test_teager_and_kaiser() -> None:
    """Of a tone it is the squared sine of the angle that a sample is long."""
    energy = filters.tkeo(tone(100))
    assert energy.values[:, 0] == pytest.approx(np.sin(2 * np.pi * 100 / RATE) ** 2)
    assert energy.unit == "V²"
    with pytest.raises(SignalError, match="3"):
        filters.tkeo(Signal(np.zeros(2), RATE))


def test_the_path_of_an_envelope() -> None:
    values = np.where((TIMES > 4) & (TIMES < 6), 3.0, 1.0)
    values[7000] = 50
    one = Signal(values, RATE, "envelope")
    calm = filters.median(one)
    assert calm.values.max() == 3
    scaled = filters.mvc_scaled(filters.baseline(calm, (0, 3)), 2.0)
    assert scaled.unit == "MVC"
    assert (scaled.values[1000, 0], scaled.values[10000, 0]) == (0, 1)
    smooth = filters.low_pass(calm, 5)
    assert smooth.values[10000, 0] == pytest.approx(3, abs=0.05)
    with pytest.raises(SignalError, match="above 0"):
        filters.mvc_scaled(calm, 0)
    for work in (filters.median, lambda s: filters.mvc_scaled(s, 1)):
        with pytest.raises(SignalKindError):
            work(tone(50))


@pytest.mark.parametrize(
    ("cutoff", "peak_40", "peak_200"), [(3.6, 0.595, 0.989), (2.0, 0.395, 0.919)]
)
def test_S4_011_peaks_behind_the_circuit(cutoff: float, peak_40: float, peak_200: float) -> None:
    tau = tau_of(cutoff)
    assert burst(0.04, tau)[0] == pytest.approx(peak_40, abs=6e-4)
    assert burst(0.2, tau)[0] == pytest.approx(peak_200, abs=6e-4)
    box = (TIMES < 0.04).astype(float)
    assert smoothed(box, RATE, tau).max() == pytest.approx(burst(0.04, tau)[0], abs=1e-9)


def test_S4_011_a_short_burst_is_stretched() -> None:
    assert tau_of(3.6) == pytest.approx(0.0442, abs=5e-5)
    tau = tau_of(2.0)
    assert burst(0.04, tau)[1] == pytest.approx(0.0776, abs=2e-4)
    box = smoothed((TIMES < 0.04).astype(float), RATE, tau)
    assert (box > box.max() / 2).sum() / RATE == pytest.approx(burst(0.04, tau)[1], abs=1.5e-3)
    for wrong in (0, -1, np.nan):
        with pytest.raises(SignalError):
            tau_of(wrong)
        with pytest.raises(SignalError):
            burst(0.04, wrong)
        with pytest.raises(SignalError):
            smoothed(box, RATE, wrong)


def test_the_circuit_rectifies_smooths_and_clips() -> None:
    out = envelope_circuit(tone(100).but(2e-4 * tone(100).values))
    assert out.kind == "envelope"
    assert out.values[-1, 0] == pytest.approx(10350 * 2e-4 * 2 / np.pi, rel=0.03)
    loud = envelope_circuit(tone(100))
    assert loud.values.max() == 5
    assert loud.values.min() >= 0
    with pytest.raises(SignalKindError):
        envelope_circuit(out)


def test_E4_01_hum_becomes_a_level_and_no_notch_takes_it_out() -> None:
    """Behind a rectifier, 50 Hz is a steady level and 100 Hz."""
    noise = 5e-6 * np.random.default_rng(0).normal(size=len(TIMES))
    quiet = Signal(noise, RATE)
    hum = quiet.but(quiet.values + 10e-6 * tone(50).values)
    rest, raised = (envelope_circuit(one) for one in (quiet, hum))
    notched = filters.notch(raised, 50, harmonics=2, allow_invalid=True)
    factor = raised.values[5000:].mean() / rest.values[5000:].mean()
    assert factor > 1.5
    assert notched.values[5000:-5000].mean() == pytest.approx(
        raised.values[5000:-5000].mean(), rel=0.01
    )
    before = envelope_circuit(filters.notch(hum, 50))
    assert before.values[5000:].mean() == pytest.approx(rest.values[5000:].mean(), rel=0.05)
