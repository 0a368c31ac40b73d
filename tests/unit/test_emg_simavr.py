"""The simulated board where parts are missing, and what it refuses; tests/firmware runs it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from fau_teach.emg import simavr
from fau_teach.emg.simavr import SimulatedMega, SimulatorError, build_folder, missing

ROOT = Path(__file__).resolve().parents[2]


def test_elsewhere_than_on_linux_all_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "libsimavr-dev" in missing()
    with pytest.raises(SimulatorError, match="on Debian or Ubuntu: gcc-avr avr-libc arduino-core"):
        SimulatedMega()


def test_what_is_missing_is_named_with_the_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    parts = {"one": ("no-such-program",), "two": (sys.executable,), "three": ("/no/such/file",)}
    monkeypatch.setattr(simavr, "_NEEDED", parts)
    assert missing() == ("one", "three")
    with pytest.raises(SimulatorError, match="needs apt-get install one three"):
        simavr.build_harness()


def test_set_up_installs_what_the_board_needs() -> None:
    spec = importlib.util.spec_from_file_location("ci_setup_board", ROOT / ".ci" / "setup.py")
    assert spec
    assert spec.loader
    setup = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(setup)
    assert set(setup.BOARD) == set(simavr._NEEDED)
    for name, part in setup.BOARD.items():
        assert part in simavr._NEEDED[name]
    setup.BOARD["none"] = "/no/such/file"
    assert setup.debian_packages("dev")[-1] == "none"
    assert "none" not in setup.debian_packages("full")


def test_compiled_files_are_kept_in_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FAU_TEACH_CACHE", str(tmp_path))
    assert build_folder() == tmp_path / "emg"
    monkeypatch.delenv("FAU_TEACH_CACHE")
    assert build_folder() == ROOT / "_build" / "emg"
    monkeypatch.setattr(simavr, "__file__", str(tmp_path / "a" / "b" / "c" / "simavr.py"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert build_folder() == tmp_path / "fau_teach" / "emg"


@pytest.mark.parametrize(
    ("signals", "how", "why"),
    [
        (np.zeros(5), {}, "rows of 1 to 8 channels"),
        (np.zeros((5, 9)), {}, "rows of 1 to 8 channels"),
        (np.zeros((0, 2)), {}, "rows of 1 to 8 channels"),
        (np.zeros((5, 2)), {"pins": (0,)}, "2 of 0 to 7"),
        (np.zeros((5, 2)), {"pins": (0, 8)}, "2 of 0 to 7"),
        (np.zeros((5, 2)), {"pins": (3, 3)}, "2 of 0 to 7"),
        (np.full((5, 1), np.nan), {}, "finite volts"),
        (np.zeros((5, 1)), {"rate": 0}, "finite volts"),
        (np.zeros((5, 1)), {"speed": -1}, "finite volts"),
    ],
)
def test_signals_that_cannot_be_played_are_refused(
    signals: np.ndarray, how: dict[str, float], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        SimulatedMega(signals, **how)


def test_the_wheel_carries_sketch_and_harness() -> None:
    """They stand in the package, which the wheel takes whole."""
    for path in (simavr.SKETCH, simavr.SKETCH.with_name("frame.h"), simavr.HARNESS):
        assert path.is_relative_to(Path(simavr.__file__).parent)
        assert path.is_file()
