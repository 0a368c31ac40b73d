"""Autosave: what was acknowledged is found again, whatever happened to journal, file and folder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach.coding import Event, Session
from fau_teach.coding import saver as module
from fau_teach.coding.saver import Saver, _Journal, newest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "work" / "session.json"


def die(saver: Saver) -> None:
    """End a saver as a kill would: the system closes its files, and no line of it runs."""
    if saver._timer:
        saver._timer.cancel()
    os.close(saver._file)


def failing(monkeypatch: pytest.MonkeyPatch, name: str, times: int = 1) -> None:
    """Let a function of the system fail so many times, as on a full disk."""
    own, left = getattr(os, name), [times]

    def fail(*given: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise OSError(28, "No space left on device")
        return own(*given)

    monkeypatch.setattr(module.os, name, fail)


def test_a_new_file_holds_nothing_and_a_closed_one_what_was_saved(path: Path) -> None:
    with Saver(path) as saver:
        assert saver.load() is None
        assert saver.save("one")
        assert saver.save("two ü")
        assert saver.load() == "two ü"
        assert not path.exists()  # the journal has it
    assert path.read_bytes() == "two ü".encode()
    assert [one.name for one in path.parent.iterdir()] == ["session.json"]
    again = Saver(path)
    assert (again.load(), again.recovered, again.problem) == ("two ü", "", "")


def test_nothing_saved_leaves_nothing_behind(path: Path) -> None:
    Saver(path).close()
    assert list(path.parent.iterdir()) == []


def test_a_session_is_kept_as_its_json(path: Path) -> None:
    session = Session("trial").add(Event("mk", "s01", "c1", 30.0, 4, 9, 20, "12C"))
    with Saver(path) as saver:
        saver.save(session)
    assert Session.load(path) == session


def test_after_a_kill_the_newest_state_is_there_and_told(path: Path) -> None:
    saver = Saver(path)
    for text in ("one", "two", "three"):
        assert saver.save(text)
    die(saver)
    again = Saver(path)
    assert again.load() == "three"
    assert f"process {os.getpid()} on " in again.recovered
    assert "newest whole state was found" in again.recovered
    assert path.read_text() == "three"
    again.close()
    assert Saver(path).recovered == ""


@given(cut=st.integers(0, 400), flip=st.integers(-1, 400))
@settings(max_examples=60)
def test_a_torn_or_damaged_tail_costs_the_damaged_states_only(
    cut: int, flip: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("torn") / "s.json"
    saver = Saver(path)
    ends = [saver._size]
    states = ["first", "second " * 9, "third"]
    for text in states:
        assert saver.save(text)
        ends.append(saver._size)
    die(saver)
    data = bytearray(saver.journal.read_bytes())
    cut = max(ends[0], len(data) - cut)
    data = data[:cut]
    hurt = len(data) - 1 - flip
    if flip >= 0 and hurt >= ends[0]:
        data[hurt] ^= 0x55
    else:
        hurt = len(data)
    saver.journal.write_bytes(data)
    whole = sum(end <= min(cut, hurt) for end in ends[1:])
    again = Saver(path)
    assert again.load() == (states[whole - 1] if whole else None)
    assert again.save("after")
    die(again)
    assert Saver(path).load() == "after"


@given(data=st.binary(max_size=300))
@settings(max_examples=60)
def test_any_bytes_can_stand_in_a_journal(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "s.json"
    path.write_text("kept")
    path.with_name(".s.json.journal").write_bytes(data)
    with Saver(path) as saver:
        assert saver.load() == "kept"
        assert saver.save("new")
    assert path.read_text() == "new"


@given(texts=st.lists(st.text(), min_size=1, max_size=5))
@settings(max_examples=40)
def test_any_text_comes_back(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("text") / "s.json"
    saver = Saver(path)
    for text in [*texts, "\ud800 half a pair\r\n"]:
        assert saver.save(text)
        assert _Journal.read(saver.journal).newest == text.encode("utf-8", "surrogatepass")
        assert saver.load() == text
    saver.close()
    assert Saver(path).load() == "\ud800 half a pair\r\n"


def test_a_grown_journal_is_emptied_into_the_file(path: Path) -> None:
    saver = Saver(path)
    for n in range(30):
        assert saver.save(f"{n} " * 40_000)
        assert saver.journal.stat().st_size < 3 << 20
    assert path.exists()
    die(saver)
    assert Saver(path).load() == "29 " * 40_000


def test_the_file_follows_when_no_save_has_come_for_a_moment(path: Path) -> None:
    with Saver(path, rest_s=0.05) as saver:
        for number in range(5):
            assert saver.save(f"state {number}")
            assert newest(path) == f"state {number}"
        until = time.monotonic() + 10
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.02)
        assert path.read_text() == newest(path) == "state 4"
        assert not saver.journal.stat().st_mode & 0o111
    assert newest(path) == "state 4"
    assert newest(path.with_name("none")) is None


def test_a_problem_that_comes_and_goes_by_itself_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    with Saver(path, wait_s=0.05, told=lambda: told.append(saver.problem)) as saver:
        failing(monkeypatch, "write", 2)
        assert not saver.save("one")
        until = time.monotonic() + 10
        while len(told) < 2 and time.monotonic() < until:
            time.sleep(0.02)
    assert ["No space left" in one for one in told] == [True, False]
    with Saver(path, rest_s=0.05, told=lambda: told.append(other.problem)) as other:
        assert other.save("two")
        path.write_text("not ours")
        until = time.monotonic() + 10
        while len(told) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        assert "Another program changed session.json" in told[2]


def test_two_writers_of_one_file(path: Path) -> None:
    first = Saver(path)
    first.save("mine")
    second = Saver(path)
    assert second.load() == "mine"  # it may read
    assert not second.save("other")
    assert f"is open in process {os.getpid()} on " in second.problem
    assert "Close it there first." in second.problem
    second.close()
    assert first.save("mine 2")
    first.close()
    third = Saver(path)
    assert third.problem == ""
    assert third.load() == "mine 2"


def test_one_that_was_shut_out_stays_out(path: Path) -> None:
    first, second = Saver(path), Saver(path)
    first.save("newer")
    first.close()
    assert not second.save("older")  # it never saw what the first wrote
    assert Saver(path).load() == "newer"


def test_a_killed_program_locks_nobody_out(path: Path) -> None:
    code = f"""
from fau_teach.coding.saver import Saver
import os, signal
saver = Saver({str(path)!r}); saver.save("left"); print(os.getpid(), flush=True)
os.kill(os.getpid(), signal.SIGTERM)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    saver = Saver(path)
    assert (saver.load(), saver.problem) == ("left", "")
    assert f"process {done.stdout.strip()} on " in saver.recovered
    assert saver.save("mine")


def test_a_file_changed_since_the_kill_stays_and_the_journal_is_put_aside(path: Path) -> None:
    saver = Saver(path)
    saver.save("journal")
    die(saver)
    path.write_text("from elsewhere")
    again = Saver(path)
    assert again.load() == "from elsewhere"
    (aside,) = path.parent.glob("session.unsaved-*.json")
    assert aside.read_text() == "journal"
    assert aside.name in again.recovered
    again.save("next")
    again.close()
    assert path.read_text() == "next"


def test_a_file_changed_while_open_is_not_replaced(path: Path) -> None:
    saver = Saver(path)
    saver.save("one")
    path.write_text("from elsewhere")
    saver.close()
    assert path.read_text() == "from elsewhere"
    assert "Another program changed session.json" in saver.problem
    again = Saver(path)
    assert next(path.parent.glob("session.unsaved-*")).read_text() == "one"
    assert again.load() == "from elsewhere"


def test_a_file_removed_while_open_is_written_again(path: Path) -> None:
    with Saver(path) as saver:
        saver.save("one")
    saver = Saver(path)
    path.unlink()
    saver.save("two")
    saver.close()
    assert path.read_text() == "two"


@pytest.mark.parametrize("what", ["write", "fsync", "ftruncate"])
def test_a_full_disk_is_told_and_tried_again(
    what: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saver = Saver(path, wait_s=0.02)
    saver.save("one")
    failing(monkeypatch, "fsync" if what == "ftruncate" else what)
    if what == "ftruncate":
        failing(monkeypatch, what)
    assert not saver.save("two")
    assert saver.problem == (
        "session.json cannot be saved: No space left on device. "
        "It is tried again every 0.02 seconds."
    )
    assert saver.load() == "one"
    for _ in range(200):
        if not saver.problem:
            break
        time.sleep(0.01)
    assert saver.load() == "two"
    die(saver)
    assert Saver(path).load() == "two"


def test_half_a_record_of_a_full_disk_goes_away(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saver = Saver(path, wait_s=60)
    saver.save("one")
    size = saver.journal.stat().st_size
    own = os.write

    def half(file: int, data: bytes) -> int:
        if len(data) < 20:
            raise OSError(28, "No space left on device")
        return own(file, data[: len(data) // 2])

    monkeypatch.setattr(module.os, "write", half)
    assert not saver.save("two " * 50)
    assert saver.journal.stat().st_size == size
    monkeypatch.undo()
    assert saver.retry()
    saver.close()
    assert path.read_text() == "two " * 50


def test_a_file_that_cannot_be_replaced_leaves_all_in_the_journal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saver = Saver(path)
    saver.save("one")

    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    saver.close()
    assert saver.journal.exists()
    assert not path.exists()
    assert not list(path.parent.glob("*.part"))
    again = Saver(path)  # still no room: the journal goes on
    assert again.load() == "one"
    assert again.save("two")
    die(again)
    monkeypatch.undo()
    assert Saver(path).load() == "two"


def test_a_folder_that_cannot_be_written_to(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    path.write_text("there")
    own = os.open

    def refuse(name: Any, *given: Any) -> int:
        if str(name).endswith(".journal"):
            raise PermissionError(13, "Permission denied")
        return own(name, *given)

    monkeypatch.setattr(module.os, "open", refuse)
    saver = Saver(path, wait_s=60)
    assert saver.load() == "there"
    assert "cannot be saved: Permission denied" in saver.problem
    assert not saver.save("mine")
    monkeypatch.undo()
    assert saver.retry()  # the folder was opened to us
    assert (saver.load(), saver.problem) == ("mine", "")


def test_what_changed_while_nothing_could_be_saved_is_not_replaced(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = os.open

    def refuse(name: Any, *given: Any) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module.os, "open", refuse)
    saver = Saver(path, wait_s=60)
    assert not saver.save("mine")
    monkeypatch.setattr(module.os, "open", own)
    path.write_text("theirs")
    assert not saver.retry()
    assert "Another program changed session.json" in saver.problem
    assert path.read_text() == "theirs"


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(path: Path) -> None:
    path.parent.mkdir(mode=0o555)
    saver = Saver(path, wait_s=60)
    assert not saver.save("mine")
    assert "Permission denied" in saver.problem


def test_without_threads_the_next_save_tries_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Any) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(module.threading.Timer, "start", refuse)
    saver = Saver(path)
    failing(monkeypatch, "fsync")
    assert not saver.save("one")
    assert saver.save("two")
    assert saver.problem == ""


def test_a_file_system_without_locks_saves_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_: Any) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with Saver(path) as saver:
        assert saver.save("one")
    assert path.read_text() == "one"
    monkeypatch.delattr(fcntl, "flock")  # as in a browser
    with Saver(path) as saver:
        assert saver.load() == "one"
        assert saver.save("two")
    assert path.read_text() == "two"


def test_a_journal_removed_between_opening_and_locking(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, gone = module._take, []

    def late(file: int) -> bool:
        if not gone:
            gone.append(path.with_name(".session.json.journal").unlink())
        return own(file)

    monkeypatch.setattr(module, "_take", late)
    saver = Saver(path)
    assert saver.save("one")
    die(saver)
    assert Saver(path).load() == "one"


def test_a_link_and_the_rights_of_a_file_stay(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("old")
    path.chmod(0o640)
    link = path.with_name("link.json")
    link.symlink_to(path)
    with Saver(link) as saver:
        saver.save("new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_closed_saver_saves_no_more(path: Path) -> None:
    saver = Saver(path)
    saver.save("one")
    saver.close()
    saver.close()
    assert not saver.save("two")
    assert saver.problem == "session.json was closed here."
    assert path.read_text() == "one"
