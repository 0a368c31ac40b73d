"""EMG from the command line: answers, exit codes, errors in one line, and proper ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fau_teach.emg.__main__ import CANNOT, FINE, MISSING, bursts, main
from fau_teach.emg.sinks import read

COMMAND = [sys.executable, "-m", "fau_teach.emg"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and terminals")


def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], input=typed, capture_output=True, text=True, check=False, timeout=60
    )


def test_it_records_and_shows(tmp_path: Path) -> None:
    files = [str(tmp_path / "a.csv"), str(tmp_path / "a.edf")]
    done = run("record", *files, "--simulate", "--seconds", "1.5", "--channels", "0,2",
               typed="smile\n\n")  # fmt: skip
    assert done.returncode == FINE, done.stderr
    assert "0 frames lost" in done.stdout
    assert "smile" in done.stderr
    for one in files:
        found = read(one)
        assert found.account.whole
        assert found.channels == ("A0", "A2")
        assert [mark.text for mark in found.markers] == ["smile"]
        shown = run("show", one)
        assert (shown.returncode, shown.stdout.count("smile")) == (FINE, 0)
        assert "1 marker(s)" in shown.stdout


def test_what_exists_is_not_replaced(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")
    assert main(["record", str(path), "--simulate", "--seconds", "1"]) == CANNOT
    said = capsys.readouterr().err
    assert "exists already" in said
    assert said.count("\n") == 1
    assert path.read_text() == "mine"


def test_errors_are_one_line(capsys: Any, tmp_path: Path) -> None:
    for arguments, problem in (
        (["scope", "--port", "/dev/none", "--seconds", "1"], "cannot be opened"),
        (["scope", "--simulate", "--rate", "9000"], "at most 2083 Hz"),
        (["scope", "--simulate", "--channels", "a"], "--channels: numbers"),
        (["show", str(tmp_path / "none.csv")], "cannot be read"),
        (["record", "a.txt", "--simulate"], "endings"),
    ):
        assert main(arguments) == CANNOT
        said = capsys.readouterr().err
        assert problem in said
        assert "Traceback" not in said
    with pytest.raises(SystemExit) as left:
        main(["nonsense"])
    assert left.value.code == 2


def test_a_recording_that_lacks_something_is_a_finding(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "a.csv"
    assert main(["record", str(path), "--simulate", "--seconds", "0.5"]) == FINE
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:200]) + "\n")
    assert main(["show", str(path)]) == MISSING
    assert "was not closed" in capsys.readouterr().out


def test_ports_and_a_scope_through_a_pipe(capsys: Any) -> None:
    assert main(["ports"]) == FINE
    assert capsys.readouterr().out.strip()
    done = run("scope", "--simulate", "--seconds", "1.2")
    assert done.returncode == FINE, done.stderr
    assert "\x1b" not in done.stdout
    assert done.stdout.count("A0 ") >= 1


def heard() -> None:
    """A program in the background inherits deaf ears, and so would what the tests start."""
    for name in ("SIGINT", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)


def ended(program: subprocess.Popen[Any]) -> int:
    """Its exit code; a program that does not hear is killed, else the test would never end."""
    try:
        return program.wait(20)
    except subprocess.TimeoutExpired:
        program.kill()
        raise


@posix
@pytest.mark.parametrize("sent", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_closed_terminal_closes_the_file(tmp_path: Path, sent: str) -> None:
    path = tmp_path / "a.edf"
    command = [*COMMAND, "record", str(path), "--simulate"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=heard,
    ) as program:  # fmt: skip
        assert program.stderr is not None
        assert b"Recording" in program.stderr.readline()
        time.sleep(0.3)
        program.send_signal(getattr(signal, sent))
        assert ended(program) == FINE
    assert read(path).closed
    assert read(path).account.whole


@posix
def test_the_simulated_board_is_a_port_for_any_program(tmp_path: Path) -> None:
    pytest.importorskip("serial")
    path = tmp_path / "a.csv"
    with subprocess.Popen(
        [*COMMAND, "simulate"], stdout=subprocess.PIPE, text=True, preexec_fn=heard
    ) as program:
        assert program.stdout is not None
        name = program.stdout.readline().strip()
        done = run("record", str(path), "--port", name, "--seconds", "1")
        program.send_signal(signal.SIGINT)
        assert ended(program) == 130
    assert done.returncode == FINE, done.stderr
    assert 1 <= read(path).seconds < 1.5


def test_the_bursts_of_the_simulated_board() -> None:
    table = bursts()
    assert table.shape == (8000, 4)
    assert (table.max(0) > 0.8).all()
    assert (np.median(table, 0) < 0.2).all()
    assert (np.diff(table.argmax(0)) > 0).all()
