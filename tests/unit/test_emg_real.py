"""Real facial EMG, where someone has put it: the data file of the EMGFlow wheel, read alone.

Set ``FAU_TEACH_EMGFLOW`` to the wheel (``pip download --no-deps EMGFlow==1.1.2``). The file is
read, nothing of the package is imported, and nothing of it is stored here.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile

import numpy as np
import pytest

from fau_teach.emg.artefacts import flags
from fau_teach.emg.features import features
from fau_teach.emg.filters import band_pass, fill_gaps, kept, notch
from fau_teach.emg.signals import Signal

WHEEL = os.environ.get("FAU_TEACH_EMGFLOW", "")
pytestmark = pytest.mark.skipif(not WHEEL, reason="FAU_TEACH_EMGFLOW names no EMGFlow wheel")


def recording(number: int) -> Signal:
    with zipfile.ZipFile(WHEEL) as wheel:
        text = wheel.read(f"EMGFlow/data/sample_data_{number:02}.csv").decode()
    head, *rows = csv.reader(io.StringIO(text))
    values = np.array(
        [[float(cell) if cell not in ("", "NULL") else np.nan for cell in row] for row in rows]
    )
    keep = [at for at, name in enumerate(head) if "EMG" in name]
    return Signal(values[:, keep], 2000, "raw", "mV", tuple(head[at] for at in keep))


def test_hum_and_gaps_are_named_in_the_poor_recordings() -> None:
    found = {flag.kind for flag in flags(recording(1))}
    assert {"missing", "hum"} <= found


def test_a_usable_recording_looks_like_facial_EMG() -> None:
    signal = fill_gaps(recording(4), 1.0)
    clean = band_pass(notch(signal, 50, harmonics=3))
    middle = features(clean, ("MDF",), 1.0).values
    assert 40 < np.median(middle) < 250
    assert (kept(clean) > 0.8).all()
