"""A simulated Arduino Mega 2560 that runs the real sketch: compiled, and carried out in simavr.

Its serial port is a pseudo terminal and its analogue pins read given volts. Needs Linux and the
Debian packages that :func:`missing` names. What is not in it: the analogue front end, source
impedance, the USB bridge with its latency, a wrong speed of the host (a pseudo terminal has
none), and the pins A8 to A15, which simavr 1.6 cannot drive.

Source: S4-003 (board).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from fau_teach.emg.messages import REFERENCE_MV

if TYPE_CHECKING:
    import numpy.typing as npt

FIRMWARE = Path(__file__).with_name("firmware")
SKETCH = FIRMWARE / "nerve_to_label" / "nerve_to_label.ino"
HARNESS = FIRMWARE / "harness.c"
F_CPU = 16_000_000
_CORE = Path("/usr/share/arduino/hardware/arduino/avr")
_NEEDED = {
    "gcc-avr": ("avr-gcc", "avr-g++", "avr-gcc-ar"),
    "avr-libc": ("/usr/lib/avr/include/avr/io.h",),
    "arduino-core-avr": (f"{_CORE}/cores/arduino/Arduino.h",),
    "libsimavr-dev": ("/usr/include/simavr/sim_avr.h",),
    "libelf-dev": ("/usr/include/libelf.h",),
    "gcc": ("gcc",),
    "libc6-dev": ("/usr/include/stdlib.h",),
}
_ALL = (
    "-c -mmcu=atmega2560 -Os -w -ffunction-sections -fdata-sections -flto -fno-fat-lto-objects "
    f"-DF_CPU={F_CPU}L -DARDUINO=10819 -DARDUINO_AVR_MEGA2560 -DARDUINO_ARCH_AVR "
    # gcc 5.4 does not compile WString.cpp without this one
    f"-DDECIMAL_DIG=__DECIMAL_DIG__ -I{_CORE}/cores/arduino -I{_CORE}/variants/mega"
).split()
_CPP = ["-std=gnu++11", "-fpermissive", "-fno-exceptions", "-fno-threadsafe-statics"]
_LINK = ["-mmcu=atmega2560", "-Os", "-w", "-flto", "-fuse-linker-plugin", "-Wl,--gc-sections"]


class SimulatorError(RuntimeError):
    """The simulated board cannot be built or does not run; the message says why."""


def missing() -> tuple[str, ...]:
    """Debian packages that the simulated board needs and this machine lacks."""
    if sys.platform != "linux":
        return tuple(_NEEDED)
    return tuple(
        package
        for package, parts in _NEEDED.items()
        if not all(Path(one).is_file() if one[0] == "/" else shutil.which(one) for one in parts)
    )


def build_folder() -> Path:
    """Where compiled files are kept: in ``FAU_TEACH_CACHE``, ``_build``, or the user's cache."""
    given, root = os.environ.get("FAU_TEACH_CACHE"), Path(__file__).parents[2]
    if given:
        return Path(given) / "emg"
    if (root / "pyproject.toml").is_file():
        return root / "_build" / "emg"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fau_teach" / "emg"


def build_sketch(sketch: Path = SKETCH, defines: Mapping[str, int] | None = None) -> Path:
    """Compile a sketch for the Mega as the Arduino IDE does; an ELF file, kept for the next time.

    Parameters
    ----------
    sketch : an .ino file; functions are declared before they are used
    defines : macros, such as ``{"FIRST_BAUD": 115200}``

    Raises
    ------
    SimulatorError
        A part is missing, or the compiler refuses the sketch.
    """
    flags = [f"-D{name}={value}" for name, value in sorted((defines or {}).items())]

    def make(out: Path) -> None:
        core = sorted((_CORE / "cores" / "arduino").iterdir())
        plain = [str(one) for one in core if one.suffix in (".c", ".S")]
        cpp = [str(one) for one in core if one.suffix == ".cpp"]
        folder = out.parent
        _run("avr-gcc", *_ALL, *plain, cwd=folder)
        _run("avr-g++", *_ALL, *_CPP, *cpp, cwd=folder)
        _run("avr-gcc-ar", "rcs", "core.a", *(one.name for one in folder.glob("*.o")), cwd=folder)
        source = (*_CPP, *flags, "-include", "Arduino.h", "-x", "c++", str(sketch), "-o", "it.obj")
        _run("avr-g++", *_ALL, *source, cwd=folder)
        _run("avr-gcc", *_LINK, "it.obj", "core.a", "-lm", "-o", str(out), cwd=folder)

    sources = [sketch, *sorted(sketch.parent.glob("*.h"))]
    return _kept(f"{sketch.stem}.elf", sources, [*_ALL, *_CPP, *_LINK, *flags], make)


def build_harness() -> Path:
    """Compile the program that runs a sketch in simavr; kept for the next time."""
    flags = ["-O2", "-Wall", "-Wextra"]
    libraries = ["-lsimavr", "-lelf", "-lutil", "-lm"]

    def make(out: Path) -> None:
        _run("gcc", *flags, str(HARNESS), "-o", str(out), *libraries, cwd=out.parent)

    return _kept("harness", [HARNESS], flags + libraries, make)


def _kept(
    name: str, sources: Sequence[Path], flags: Sequence[str], make: Callable[[Path], None]
) -> Path:
    lacking = missing()
    if lacking:
        where = "apt-get install " if sys.platform == "linux" else "on Debian or Ubuntu: "
        raise SimulatorError(f"The simulated board needs {where}{' '.join(lacking)}.")
    digest = hashlib.sha256("\0".join(flags).encode())
    for one in sources:
        digest.update(one.read_bytes())
    target = build_folder() / f"{digest.hexdigest()[:16]}-{name}"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            made = Path(folder) / name
            make(made)
            made.replace(target)
    return target


def _run(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SimulatorError(f"{command[0]} refuses: {done.stderr.strip()[-2000:]}")


class SimulatedMega:
    """A board that can be plugged in and out; a context manager.

    Parameters
    ----------
    signals : volts (T, C) that the pins see, repeated without end; none: 0 V
    rate : rows of ``signals`` a second [Hz]; between two rows the volts run straight
    pins : the analogue pin, 0 to 7, of each column; 0, 1, ... if left out
    speed : simulated seconds in a real second: 1 for real time, 0 for as fast as it goes. A value
        near 1, such as 1.0001, is a crystal that runs fast (here by 100 ppm).
    boot_s : how long a reset takes [s]; a board with a boot loader needs about a second
    auto_reset : whether opening the port resets the board, as on the real one
    reference_mv : 5000, 2560 or 1100, see the sketch
    defines : macros for the sketch, such as ``{"FIRST_BAUD": 115200, "NO_LIMITS": 1}``
    sketch : another sketch

    Attributes
    ----------
    port : name of the serial port, the same after each plugging in
    asleep, ratio : after :meth:`close`, of the time since the last reset: the share in which the
        processor slept, and simulated seconds in one of this computer's processor time; None
        where the board was unplugged before

    Notes
    -----
    A reset begins ``signals`` at its start: the board's clock and the time of the signals are
    equal up to the board's start (below a millisecond).

    Raises
    ------
    SimulatorError
        A part is missing, the sketch does not compile, or the simulation ended by itself.
    """

    def __init__(
        self,
        signals: npt.ArrayLike | None = None,
        rate: float = 1000.0,
        *,
        pins: Sequence[int] | None = None,
        speed: float = 1.0,
        boot_s: float = 0.05,
        auto_reset: bool = True,
        reference_mv: int = REFERENCE_MV,
        defines: Mapping[str, int] | None = None,
        sketch: Path = SKETCH,
    ) -> None:
        import numpy as np

        table = np.zeros((1, 1)) if signals is None else np.asarray(signals, float)
        if table.ndim != 2 or not len(table) or not 1 <= table.shape[1] <= 8:
            raise ValueError(f"signals: rows of 1 to 8 channels, not {table.shape}.")
        pins = range(table.shape[1]) if pins is None else pins
        if len(set(pins)) != table.shape[1] or not set(pins) <= set(range(8)):
            raise ValueError(f"pins: {table.shape[1]} of 0 to 7, not {list(pins)}.")
        if not np.isfinite(table).all() or not rate > 0 or speed < 0:
            raise ValueError("signals: finite volts at a rate above 0, at a speed of 0 or more.")
        self._program = build_harness()
        self._elf = build_sketch(sketch, {**(defines or {}), "REFERENCE_MV": reference_mv})
        self._folder = tempfile.TemporaryDirectory(prefix="mega-")
        self.port = str(Path(self._folder.name) / "ttyMega")
        volts = Path(self._folder.name) / "volts.f32"
        table.astype("<f4").tofile(volts)
        self._volts = (str(volts), *map(str, table.shape), repr(float(rate)))
        self._pins = ",".join(map(str, pins))
        self._how = (reference_mv, speed, 1000 * boot_s, int(auto_reset))
        self._log = Path(self._folder.name) / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self.asleep: float | None = None
        self.ratio: float | None = None

    @property
    def plugged(self) -> bool:
        """Whether the board is there."""
        return self._process is not None and self._process.poll() is None

    def plug(self, at_s: float = 0.0) -> Self:
        """Plug it in; each reset begins at this second of the signals."""
        if self.plugged:
            return self
        how = (self._pins, *map(str, self._how), repr(float(at_s)))
        with self._log.open("wb") as told:
            command = [str(self._program), str(self._elf), self.port, *self._volts, *how]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=told,
                                             stderr=subprocess.STDOUT)  # fmt: skip
        until = time.monotonic() + 10
        while not Path(self.port).exists():
            if not self.plugged or time.monotonic() > until:
                self.unplug()
                raise SimulatorError(f"The simulation does not run: {self._log.read_text()[-500:]}")
            time.sleep(0.002)
        return self

    def unplug(self) -> None:
        """Pull the plug: the port fails and disappears in the middle of whatever happens."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        Path(self.port).unlink(missing_ok=True)

    def pause(self) -> None:
        """Let the line stall, as a busy computer does; nothing is lost until it goes on."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """End the stall: what has collected comes at once."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self._process is None:
            raise SimulatorError("The board is not plugged in.")
        self._process.send_signal(number)

    def close(self) -> None:
        """End the simulation and remove its files."""
        if self.plugged:
            self.resume()
            self._signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2)  # type: ignore[union-attr]
            told = re.search(r"asleep (\S+) ratio (\S+)", self._log.read_text())
            if told:
                self.asleep, self.ratio = float(told[1]), float(told[2])
        self.unplug()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self.plug()

    def __exit__(self, *_: object) -> None:
        self.close()
