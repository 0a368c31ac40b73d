"""The saver is killed again and again: what it said was saved is there, nothing is half written.

A child saves states of very different length as fast as it can and says after each one that it is
saved; it is killed at a random moment, some while still starting. Then the newest whole state must
be the last acknowledged one or the one after it, and the file itself must be whole.
"""

from __future__ import annotations

import errno
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fau_teach.coding.saver import Saver

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
KILLS = 200
LONGEST_S = 0.12
CHILD = """
import json, os, random, sys
from fau_teach.coding.saver import Saver
saver = Saver(sys.argv[1])
kept = saver.load()
n = json.loads(kept)["n"] if kept else 0
os.write(1, b"open\\n")
while True:
    n += 1
    size = random.Random(n).choice([10, 1_000, 30_000, 300_000])
    if saver.save(json.dumps({"n": n, "fill": f"{n} " * size})):
        os.write(1, b"%d\\n" % n)
    else:
        os.write(1, b"problem: %b\\n" % saver.problem.encode())
"""
SMALL = """
import resource, sys
from fau_teach.coding.saver import Saver
saver = Saver(sys.argv[1])
assert saver.save("before")
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))
assert not saver.save("too long " * 1_000)
print(saver.problem)
assert saver.save("short enough")
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
assert saver.save("long " * 1_000) and not saver.problem
saver.close()
"""


def number(text: str) -> int:
    """Number of a state; fails where the state is not whole."""
    state = json.loads(text)
    n = int(state["n"])
    assert state["fill"] == f"{n} " * random.Random(n).choice([10, 1_000, 30_000, 300_000])
    return n


def kill_once(path: Path, chance: random.Random) -> list[int]:
    """Numbers that a child said it saved before it was killed."""
    with subprocess.Popen([sys.executable, "-c", CHILD, path], stdout=subprocess.PIPE) as child:
        assert child.stdout
        said = b""
        if chance.random() < 0.9:
            said = child.stdout.readline()
            time.sleep(chance.uniform(0, LONGEST_S))
        else:
            time.sleep(chance.uniform(0, 3 * LONGEST_S))
        child.kill()
        said += child.stdout.read()
    assert b"problem" not in said, said
    return [int(line) for line in said.splitlines() if line.isdigit()]


def test_nothing_saved_is_lost_and_nothing_is_half_written(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    chance = random.Random(6)
    last = saves = files = journals = 0
    for _ in range(KILLS):
        said = kill_once(path, chance)
        saves += len(said)
        last = max([last, *said])
        if path.exists():
            files += 1
            assert number(path.read_text()) <= last + 1
        journal = path.with_name(f".{path.name}.journal")
        before = path.read_bytes() if path.exists() else None
        saver = Saver(path)
        found = saver.load()
        n = number(found) if found else 0
        assert last <= n <= last + 1
        assert saver.problem == ""
        if found and found.encode() != before:
            journals += 1
            assert "Its newest whole state was found" in saver.recovered
        last = n
        if chance.random() < 0.5:
            saver.close()
            assert not journal.exists()
            assert not found or path.read_text() == found
        else:  # go on from what the kill left
            os.close(saver._file)
    print(f"\nsaver: {saves} acknowledged saves, {KILLS} kills, 0 lost; {journals} states came "
          f"from the journal; the file was whole {files} times of {files}")  # fmt: skip
    assert saves > 5 * KILLS
    assert journals
    left = {one.name for one in tmp_path.iterdir()}
    assert left <= {path.name, journal.name, f".{path.name}.part"}


def test_a_file_that_may_not_grow_is_told_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    done = subprocess.run(
        [sys.executable, "-c", SMALL, path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "session.json cannot be saved: File too large" in done.stdout
    assert path.read_text() == "long " * 1_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, check=False).returncode
    except OSError:
        done = 1
    if done:
        pytest.skip("a small disk needs the right to mount one")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_told_and_saving_goes_on_when_there_is_room(small_disk: Path) -> None:
    path = small_disk / "session.json"
    with Saver(path, wait_s=0.05) as saver:
        assert saver.save("a" * 10_000)
        (small_disk / "other").write_bytes(b"x" * 24_000)
        saved = 1
        while saver.save("b" * 10_000 + str(saved)):
            saved += 1
        assert os.strerror(errno.ENOSPC) in saver.problem
        assert Saver(path).load() == saver.load() != "a" * 10_000  # the last one that it said
        (small_disk / "other").unlink()
        for _ in range(100):
            if not saver.problem:
                break
            time.sleep(0.05)
        assert saver.load() == "b" * 10_000 + str(saved)  # by itself
    assert path.read_text() == saver.load()


def test_a_read_only_disk_is_told_and_read(small_disk: Path) -> None:
    path = small_disk / "session.json"
    with Saver(path) as saver:
        saver.save("before")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    saver = Saver(path, wait_s=60)
    assert saver.load() == "before"
    assert not saver.save("after")
    assert os.strerror(errno.EROFS) in saver.problem
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert saver.retry()
    saver.close()
    assert (path.read_text(), saver.problem) == ("after", "")
