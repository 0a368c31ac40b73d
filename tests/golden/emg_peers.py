"""Writes ``emg_peers.json``: what BioSPPy and LibEMG compute for signals given by a formula.

Neither is a dependency. Run each half in an environment of its own::

    pip install --no-deps biosppy==2.2.4 peakutils bidict h5py shortuuid PyWavelets numpy scipy
    python tests/golden/emg_peers.py biosppy
    pip install --no-deps libemg==2.0.3 "numpy<2" scipy
    python tests/golden/emg_peers.py libemg

LibEMG's feature file imports plotting, learning and audio packages that its features do not
use; where they are missing, empty modules stand in for them.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import types
from pathlib import Path

import numpy as np

HERE = Path(__file__).with_name("emg_peers.json")
RATE = 1000


def swings(seconds: float, channel: int = 0) -> np.ndarray:
    """Something like EMG from a formula: 150 sines of 20 to 400 Hz, effective value 1."""
    t, k = np.arange(round(seconds * RATE)) / RATE, np.arange(150)[:, None]
    f = 20 + 380 * ((k * 0.618033988749895 + 0.1 * channel) % 1)
    wave = np.sin(2 * np.pi * (f * t + 0.7548776662 * k * k)).sum(axis=0)
    return np.asarray(wave / wave.std())


def windows() -> np.ndarray:
    """(6, 2, 256): windows, channels, samples, each with mean 0, as LibEMG takes them."""
    cut = np.stack([swings(6 * 0.256, c).reshape(6, 256) for c in range(2)], axis=1)
    return np.asarray(cut - cut.mean(axis=2, keepdims=True))


def bursts() -> np.ndarray:
    """8 s of weak noise with bursts from 2 to 2.5, 4 to 4.3 and 6 to 7 s."""
    t, x = np.arange(8 * RATE) / RATE, swings(8)
    on = ((t >= 2) & (t < 2.5)) | ((t >= 4) & (t < 4.3)) | ((t >= 6) & (t < 7))
    return np.asarray(0.02 * swings(8, 1) + x * on)


def biosppy() -> dict[str, object]:
    from importlib.metadata import version

    from biosppy.features.time import hjorth_features
    from biosppy.signals import emg

    x, size = bursts(), 25
    x = x - x.mean()
    rest = np.convolve(abs(x), np.ones(size) / size, "valid")[:1900]
    found = emg.hodges_bui_onset_detector(
        x, {"mean": rest.mean(), "std_dev": rest.std()}, RATE, size, 3
    )
    energy = abs(x[1:-1] ** 2 - x[:-2] * x[2:])[:1900]
    tkeo = emg.solnik_onset_detector(
        x, {"mean": energy.mean(), "std_dev": energy.std()}, RATE, 8, 1
    )
    mobility = [hjorth_features(one)[:2] for one in windows()[:, 0]]
    return {
        "version": version("biosppy"),
        "hodges_bui": found["onsets"].tolist(),
        "hodges_bui_function": np.asarray(found["processed"])[::500].tolist(),
        "tkeo_function": np.asarray(tkeo["processed"])[::500].tolist(),
        "hjorth": [[float(a) for a in row] for row in mobility],
    }


def libemg() -> dict[str, object]:
    learning = ("decomposition", "manifold", "discriminant_analysis", "preprocessing")
    absent = ("matplotlib.pyplot", "librosa", "pywt", *(f"sklearn.{one}" for one in learning))
    for name in absent:
        parts = name.split(".")
        for depth in range(1, len(parts) + 1):
            empty = types.ModuleType(".".join(parts[:depth]))
            empty.__getattr__ = lambda _: None  # type: ignore[method-assign]
            sys.modules.setdefault(empty.__name__, empty)
    from importlib.metadata import distribution

    place = distribution("libemg").locate_file("libemg/feature_extractor.py")
    spec = importlib.util.spec_from_file_location("feature_extractor", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    maker, cut = module.FeatureExtractor(), windows()
    names = ("MAV", "ZC", "SSC", "WL", "IAV", "RMS", "VAR", "MNF", "MDF", "MOB")
    values = {name: getattr(maker, f"get{name}feat")(cut).tolist() for name in names}
    return {"version": distribution("libemg").version, **values}


if __name__ == "__main__":
    known = json.loads(HERE.read_text()) if HERE.exists() else {}
    known[sys.argv[1]] = {"biosppy": biosppy, "libemg": libemg}[sys.argv[1]]()
    HERE.write_text(json.dumps(known, indent=1) + "\n")
