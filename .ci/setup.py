"""Set up the project's own environment in ``.venv``; a second run does nothing.

Usage: python3 .ci/setup.py {light,full,dev,bench}

Needs only the standard library. What is wrong is said in one line with its
remedy; missing Debian packages are installed where that is allowed.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
UV = "uv==0.13.8"
TORCH = "torch==2.13.0"
# A peer of the tests; it asks for an old scipy that it does not need.
PEER = "irrCAC==0.4.4"
LOCK = ".ci/constraints.txt"
SETS = {
    "light": [".binder/requirements.txt"],
    "full": ["requirements.txt"],
    "dev": ["requirements.txt", ".ci/requirements-dev.txt"],
    "bench": ["requirements.txt", ".ci/requirements-dev.txt", ".ci/requirements-bench.txt"],
}
# Sets that run the tests, and so need a browser, the peers and a simulated board.
TESTED = ("dev", "bench")
# Debian packages of the simulated board, each with a file or a program that it brings.
BOARD = {
    "gcc-avr": "avr-gcc",
    "avr-libc": "/usr/lib/avr/include/avr/io.h",
    "arduino-core-avr": "/usr/share/arduino/hardware/arduino/avr/cores/arduino/Arduino.h",
    "libsimavr-dev": "/usr/include/simavr/sim_avr.h",
    "libelf-dev": "/usr/include/libelf.h",
    "gcc": "gcc",
    "libc6-dev": "/usr/include/stdlib.h",
}
# Gigabytes that an installation of the set takes, with room to build.
DISK_GB = {"light": 2, "full": 5, "dev": 5, "bench": 6}
# torch has wheels for these; 3.15 and later are untested.
PYTHONS = ((3, 11), (3, 14))


def fail(problem: str, remedy: str) -> None:
    """End with one line: what is wrong, and what to do."""
    sys.exit(f"set-up: {problem} {remedy}")


def say(text: str) -> None:
    """Report progress at once, also through a pipe."""
    print(f"set-up: {text}", flush=True)


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a step and stop with its output where it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        fail(f"this step failed: {' '.join(map(str, command))}", "Its message stands above.")


def check_machine(kind: str) -> None:
    """Check what an installation cannot mend by itself."""
    low, high = PYTHONS
    if not low <= sys.version_info[:2] <= high:
        here = ".".join(map(str, sys.version_info[:2]))
        fail(
            f"Python {here} will not do: the pinned packages need 3.11 to 3.14.",
            "Install one of these and type: make PYTHON=python3.11 …",
        )
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < DISK_GB[kind]:
        fail(
            f"{free:.1f} GB are free here and the {kind} set takes up to {DISK_GB[kind]} GB.",
            "Free some space, or type: make SET=light …",
        )


def debian_packages(kind: str) -> list[str]:
    """Debian packages that this set needs and this machine lacks."""
    wanted = []
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        wanted.append("python3-venv")
    if kind != "light":
        for library, package in (("usb-1.0", "libusb-1.0-0"), ("GL", "libgl1"), ("EGL", "libegl1")):
            if ctypes.util.find_library(library) is None:
                wanted.append(package)
    if kind in TESTED and not (shutil.which("chromium") or shutil.which("google-chrome")):
        wanted += ["chromium", "fonts-dejavu-core"]
    if kind in TESTED and not shutil.which("npm"):
        wanted.append("npm")  # brings Pyodide, which the page tests run
    if kind in TESTED:
        wanted += [name for name, part in BOARD.items() if not shutil.which(part, os.F_OK)]
    return wanted


def install_debian(kind: str) -> None:
    """Install missing Debian packages, or print the line to type and carry on."""
    if sys.platform != "linux" or not shutil.which("apt-get"):
        return
    wanted = debian_packages(kind)
    if not wanted:
        return
    root = os.geteuid() == 0
    sudo = (
        shutil.which("sudo")
        and not subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode
    )
    if not (root or sudo):
        say(f"these Debian packages are missing; type: sudo apt-get install {' '.join(wanted)}")
        if "python3-venv" in wanted:
            fail("Python cannot make an environment without python3-venv.", "Install it first.")
        say("going on without the parts that need them.")
        return
    say(f"installing the Debian packages {' '.join(wanted)}")
    prefix = [] if root else ["sudo", "-n"]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *wanted]):
        done = subprocess.run(
            [*prefix, "apt-get", *words], env=env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            say(f"apt-get {words[0]} failed: {(done.stderr or done.stdout).strip()[-300:]}")
            say(f"type it yourself: apt-get install {' '.join(wanted)}; going on without.")
            return


def stamp(kind: str) -> Path:
    """Name the mark of a finished set-up by everything that it depends on."""
    digest = hashlib.sha256(f"{sys.version_info[:3]}{UV}{TORCH}{PEER}".encode())
    for name in (*SETS[kind], ".binder/requirements.txt", "requirements.txt", LOCK):
        digest.update((ROOT / name).read_bytes())
    digest.update((ROOT / "pyproject.toml").read_bytes())
    if kind in TESTED:
        digest.update(" ".join(BOARD).encode())
    return VENV / f".set-{kind}-{digest.hexdigest()[:16]}"


def install_torch() -> None:
    """Install torch before the rest: its build for the processor where there is no NVIDIA card.

    pip takes a local build where one is configured, which uv does not see; and uv
    accepts whatever build is there already, so torch goes first.
    """
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check"]
    configured = "PIP_FIND_LINKS" in os.environ or not subprocess.run(
        [str(part) for part in (*pip, "config", "get", "global.find-links")],
        capture_output=True, check=False,
    ).returncode  # fmt: skip
    if sys.platform == "linux" and not configured and not shutil.which("nvidia-smi"):
        uv = [PYTHON, "-m", "uv", "pip", "install", "-q", "--python", PYTHON]
        small = [str(part) for part in (*uv, "--torch-backend", "cpu", TORCH)]
        if not subprocess.run(small, cwd=ROOT, check=False).returncode:
            return
        say("the processor-only build of torch is out of reach; taking the usual, larger one")
    run(*pip, "install", "-q", TORCH, "-c", LOCK)


def install_python(kind: str) -> None:
    """Make the environment and install the pinned packages."""
    if not PYTHON.exists():
        say(f"making {VENV.name} with Python {sys.version.split()[0]}")
        run(sys.executable, "-m", "venv", VENV)
    say(f"installing the {kind} set; the first time takes one to five minutes")
    run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", UV)
    if kind != "light":
        install_torch()
    files = [part for name in SETS[kind] for part in ("-r", name)]
    run(PYTHON, "-m", "uv", "pip", "install", "-q", "--python", PYTHON, *files, "-c", LOCK)
    alone = ["-e", ".", *([PEER] if kind in TESTED else [])]
    run(PYTHON, "-m", "uv", "pip", "install", "-q", "--python", PYTHON, "--no-deps", *alone)


def main() -> None:
    """Set up one set, unless it stands already."""
    kind = sys.argv[1] if len(sys.argv) == 2 else ""
    if kind not in SETS:
        fail(f"{kind!r} is not a set.", f"Choose one of {', '.join(SETS)}.")
    # "bench" holds "dev", which holds "full", which holds "light".
    order = list(SETS)
    if any(stamp(name).exists() for name in order[order.index(kind) :]):
        return
    started = time.monotonic()
    check_machine(kind)
    install_debian(kind)
    install_python(kind)
    for old in VENV.glob(f".set-{kind}-*"):
        old.unlink()
    stamp(kind).touch()
    say(f"the {kind} set stands after {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
