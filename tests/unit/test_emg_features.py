"""Features: by hand, against BioSPPy and LibEMG, and what an envelope does not have."""

from __future__ import annotations

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fau_teach.emg.circuit import smoothed
from fau_teach.emg.features import FEATURES, HUDGINS, RAW_ONLY, feature_array, features
from fau_teach.emg.filters import baseline
from fau_teach.emg.planted import alternating
from fau_teach.emg.signals import Signal, SignalError, SignalKindError

GOLDEN = Path(__file__).parents[1] / "golden"
KNOWN = json.loads((GOLDEN / "emg_peers.json").read_text())


def peers() -> ModuleType:
    spec = spec_from_file_location("emg_peers", GOLDEN / "emg_peers.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def of(values: list[float], name: str, dead: float = 0.0) -> float:
    return float(feature_array(np.array(values, float)[None, :, None], 10, [name], dead)[0, 0, 0])


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("IEMG", 10),
        ("MAV", 2),
        ("RMS", np.sqrt(22 / 5)),
        ("WL", 3 + 5 + 5 + 0),
        ("ZC", 3),
        ("SSC", 2),
        ("VAR", 22 / 5 - 0.4**2),
        ("Hjorth activity", 22 / 5 - 0.4**2),
        ("log RMS", 0.5 * np.log(22 / 5)),
    ],
)
def test_by_hand(name: str, by_hand: float) -> None:
    assert of([-1, 2, -3, 2, 2], name) == pytest.approx(by_hand)


def test_the_dead_band() -> None:
    small = [1, -1, 1, -1, 10, -10, 10]
    assert of(small, "ZC") == 6
    assert of(small, "ZC", 5) == 3
    assert of(small, "SSC") == 5
    assert of(small, "SSC", 5) == 3


@pytest.mark.parametrize("frequency", [40.0, 100.0, 300.0])
def test_frequencies_of_a_tone(frequency: float) -> None:
    tone = Signal(np.sin(2 * np.pi * frequency * np.arange(2000) / 1000), 1000)
    got = features(tone, ("MNF", "MDF", "ZC", "Hjorth mobility"), 1.0).values[:, 0]
    assert got[:, :2] == pytest.approx(frequency, abs=1)
    assert got[:, 2] == pytest.approx(2 * frequency, abs=2)
    assert got[:, 3] == pytest.approx(2 * np.sin(np.pi * frequency / 1000), rel=0.01)


def test_S4_005_an_envelope_has_no_zero_crossings_and_its_own_spectrum() -> None:
    raw = alternating()
    envelope = raw.but(smoothed(abs(raw.values), raw.rate, 0.03), kind="envelope")
    for one, crossings, middle, within in ((raw, 4916, 221, 8), (envelope, 0, 1.2, 0.3)):
        got = features(one, ("ZC", "MDF"), 10.0, allow_invalid=True).values[0, 0]
        assert got[0] == pytest.approx(crossings, rel=0.03)
        assert got[1] == pytest.approx(middle, abs=within)


@pytest.mark.parametrize("name", RAW_ONLY)
def test_what_an_envelope_does_not_have_is_refused(name: str) -> None:
    envelope = Signal(np.random.default_rng(0).random(1000), 1000, "envelope")
    with pytest.raises(SignalKindError, match="envelope"):
        features(envelope, [name])
    assert features(envelope, [name], allow_invalid=True).values.shape == (4, 1, 1)


def test_what_an_envelope_has_is_given() -> None:
    envelope = baseline(Signal(np.random.default_rng(0).random(1000), 1000, "envelope"), (0, 1))
    left = [name for name in FEATURES if name not in RAW_ONLY]
    assert {"MAV", "RMS", "WL", "VAR", "IEMG"} <= {*left}
    assert np.isfinite(features(envelope, left).values).all()


def test_the_table_names_its_columns() -> None:
    two = Signal(np.random.default_rng(0).normal(size=(1000, 2)), 1000, channels=("a", "b"))
    made = features(two, window=0.2, step=0.1)
    assert made.table.shape == (9, 8)
    assert made.columns[:5] == ("a MAV", "a ZC", "a SSC", "a WL", "b MAV")
    assert made.table[:, 4].tolist() == made.of("MAV")[:, 1].tolist()
    assert made.times.tolist() == pytest.approx([0.1 * k for k in range(9)])
    cut = two.windows(0.2, 0.1)[1]
    assert (feature_array(cut, 1000) == made.values).all()


def test_unknown_names_and_shapes() -> None:
    with pytest.raises(SignalError, match="MAV"):
        features(Signal(np.zeros(100), 100), ["MAB"])
    with pytest.raises(SignalError, match="There are"):
        feature_array(np.zeros((1, 9, 1)), 100, ["?"])
    with pytest.raises(SignalError, match=r"\(N, T, C\)"):
        feature_array(np.zeros((9, 2)), 100)


def test_a_silent_window_has_no_frequency_and_no_error() -> None:
    got = feature_array(np.zeros((1, 50, 1)), 100, list(FEATURES))
    assert np.isnan(got[0, 0, list(FEATURES).index("MNF")])
    assert got[0, 0, list(FEATURES).index("RMS")] == 0


def test_LibEMG_gives_the_same() -> None:
    """Stored values; LibEMG cannot stand beside NumPy 2."""
    assert KNOWN["libemg"]["version"] == "2.0.3"
    cut = peers().windows().transpose(0, 2, 1)
    same = {"MAV": "MAV", "WL": "WL", "RMS": "RMS", "VAR": "VAR", "IEMG": "IAV", "MDF": "MDF"}
    for ours, theirs in {**same, "ZC": "ZC", "SSC": "SSC"}.items():
        got = feature_array(cut, 1000, [ours])[:, :, 0]
        assert got == pytest.approx(np.array(KNOWN["libemg"][theirs]), rel=1e-9), ours
    # Theirs leaves out the last frequency; its mobility divides by T where ours takes T - 1.
    for ours, theirs, near in (("MNF", "MNF", 1e-3), ("Hjorth mobility", "MOB", 5e-3)):
        got = feature_array(cut, 1000, [ours])[:, :, 0]
        assert got == pytest.approx(np.array(KNOWN["libemg"][theirs]), rel=near), ours


def test_BioSPPy_gives_the_same_mobility_and_complexity() -> None:
    cut = peers().windows().transpose(0, 2, 1)[:, :, :1]
    got = feature_array(cut, 1000, ["Hjorth mobility", "Hjorth complexity"])[:, 0]
    assert got == pytest.approx(np.array(KNOWN["biosppy"]["hjorth"]), rel=0.01)


def test_the_set_of_Hudgins() -> None:
    assert HUDGINS == ("MAV", "ZC", "SSC", "WL")
