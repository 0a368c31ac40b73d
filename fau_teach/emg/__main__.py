"""EMG from the command line: ``python -m fau_teach.emg ports|record|scope|show|simulate``.

Exit codes: 0 all is fine; 1 it is recorded, but something is missing in it; 2 it cannot be done.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from fau_teach.emg.messages import BATCH, BAUD, CHANNELS, RATE

FINE, MISSING, CANNOT = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m fau_teach.emg", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add = commands.add_parser
    add("ports", help="list serial ports, boards first")
    shown = add("show", help="what a recording holds and what is missing in it")
    shown.add_argument("file")
    for name, text in (
        ("record", "record to a file; each line that you type becomes a marker"),
        ("scope", "look at a board; nothing is saved"),
    ):
        one = add(name, help=text)
        if name == "record":
            one.add_argument("file", nargs="+", help="such as one.csv or one.edf")
            one.add_argument("--force", action="store_true", help="replace files that exist")
            one.add_argument("--scope", action="store_true", help="show it meanwhile")
        one.add_argument("--port", help="such as COM3; the one board unless given")
        one.add_argument("--simulate", action="store_true", help="a simulated board")
        one.add_argument("--seconds", type=float, default=0.0, help="until Ctrl-C unless given")
        one.add_argument("--channels", default=",".join(map(str, CHANNELS)), help="such as 0,1")
        one.add_argument("--rate", type=int, default=RATE, help="rows a second")
        one.add_argument("--batch", type=int, default=BATCH, help="rows sent together")
        one.add_argument("--baud", type=int, default=BAUD)
        one.add_argument("--self-test", action="store_true", help="a known ramp, not the pins")
    made = add("simulate", help="a simulated board as a port for any program (Linux, macOS)")
    made.add_argument("--seconds", type=float, default=0.0, help="until Ctrl-C unless given")
    made.add_argument("--lose", type=float, default=0.0, help="share of frames that get lost")
    made.add_argument("--flip", type=float, default=0.0, help="share of bits that turn over")
    made.add_argument("--ppm", type=float, default=0.0, help="how fast its clock runs")
    given = parser.parse_args(arguments)
    try:
        return int(_COMMANDS[given.command](given))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return FINE
    except (OSError, ValueError, RuntimeError) as error:
        text = " ".join(str(error).split())
        print(f"python -m fau_teach.emg {given.command}: error: {text}", file=sys.stderr)
        return CANNOT


def _ports(_: argparse.Namespace) -> int:
    from fau_teach.emg.ports import find

    found = find()
    print(*(found or ("No serial port is there. Plug the board in with a data cable.",)), sep="\n")
    return FINE


def _show(given: argparse.Namespace) -> int:
    from fau_teach.emg.sinks import read

    found = read(given.file)
    print(found)
    return FINE if found.account.whole and found.closed and not found.gaps else MISSING


def bursts(seconds: float = 8.0, rate: int = 1000, channels: int = 4, seed: int = 0) -> Any:
    """Volts (T, channels) like an envelope: rest, and one contraction of each muscle in turn."""
    import numpy as np

    times = np.arange(round(seconds * rate)) / rate
    begins = 0.5 + np.arange(channels) * (seconds - 1) / channels
    rise = np.clip((times[:, None] - begins) / 0.15, 0, 1)
    fall = np.clip((begins + 0.9 - times[:, None]) / 0.35, 0, 1)
    noise = np.random.default_rng(seed).normal(size=(len(times), channels))
    level = np.minimum(rise, fall)
    return 0.1 + 0.8 * level + noise * (0.01 + 0.05 * level)


def _source(given: argparse.Namespace) -> Any:
    if not given.simulate:
        return given.port
    from fau_teach.emg.device import PythonDevice

    return PythonDevice(bursts())


def _record(given: argparse.Namespace) -> int:
    from fau_teach.emg.recorder import Recorder
    from fau_teach.emg.scope import watch

    def leave(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        channels = tuple(int(one) for one in given.channels.split(","))
    except ValueError:
        raise ValueError(f"--channels: numbers such as 0,1,2, not {given.channels!r}.") from None
    # A terminal that is closed, or a system that shuts down, ends the recording properly.
    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and threading.current_thread() is threading.main_thread():
            before[name] = signal.signal(getattr(signal, name), leave)
    try:
        recorder = Recorder(
            _source(given),
            channels=channels,
            rate=given.rate,
            batch=given.batch,
            baud=given.baud,
            save=getattr(given, "file", ()),
            force=getattr(given, "force", False),
            seconds=given.seconds,
            self_test=given.self_test,
            memory_s=60.0 if given.command == "record" else 10.0,
            told=lambda text: print(text, file=sys.stderr, flush=True),
        )
        with suppress(KeyboardInterrupt), recorder:
            print(f"Recording {', '.join(map(str, channels))}; Ctrl-C stops.", file=sys.stderr)
            if given.command == "record":
                threading.Thread(target=_marks, args=(recorder,), daemon=True).start()
            if given.command == "scope" or given.scope:
                watch(recorder)
            recorder.wait()
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
    account = recorder.account
    print(account)
    return FINE if account.whole or given.command == "scope" else MISSING


def _marks(recorder: Any) -> None:
    with suppress(OSError, RuntimeError):  # no keyboard, or the recording has just ended
        for line in sys.stdin:
            if line.strip():
                one = recorder.mark(line)
                print(f"{one.time_s:.3f} s  {one.text}", file=sys.stderr, flush=True)


def _simulate(given: argparse.Namespace) -> int:
    from fau_teach.emg.device import Faults, PythonDevice
    from fau_teach.emg.line import terminal

    faults = Faults(lose=given.lose, flip=given.flip)
    with terminal(PythonDevice(bursts(), ppm=given.ppm, faults=faults)) as name:
        print(name, flush=True)
        threading.Event().wait(given.seconds or None)
    return FINE


_COMMANDS = {
    "ports": _ports, "show": _show, "record": _record, "scope": _record, "simulate": _simulate,
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
