"""Autosave that loses nothing: a file that is never half written, and a journal beside it.

Each save is appended to ``.NAME.journal`` with its checksum and forced to the disk. When no save
has come for a moment, the journal has grown, or all is over, the newest state replaces the file;
:func:`newest` reads what is kept at any time. The journal is also the
lock: the system lets go of it when a program ends, so that a killed one never locks anybody out.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from fau_teach.coding.session import Session

_HEAD = re.compile(rb"nerve-to-label journal 1\t([0-9a-f]*)\t(.*)\n")
_RECORD = re.compile(rb"([0-9a-f]{32}) (\d{1,12})\n")
# The journal is emptied when it holds more than so many bytes and so many states.
_ROOM, _STATES = 1 << 20, 8
_CHANGED = "Another program changed {}. That stays; your state is in the journal beside it"


@dataclass(frozen=True, slots=True)
class _Journal:
    """Whole records of a journal, up to ``end``, and the sum of the file that they follow."""

    base: str = ""
    owner: str = "another program"
    sums: tuple[str, ...] = ()
    newest: bytes = b""
    end: int = 0

    @classmethod
    def read(cls, path: Path) -> _Journal:
        data = _bytes(path) or b""
        head = _HEAD.match(data)
        at, sums, newest = head.end() if head else 0, [], b""
        while found := _RECORD.match(data, at):
            end = found.end() + int(found[2])
            state = data[found.end() : end]
            if data[end : end + 1] != b"\n" or _sum(state) != found[1].decode():
                break
            at, newest = end + 1, state
            sums.append(_sum(state))
        words = (head[1].decode(), head[2].decode(errors="replace")) if head else ("", cls().owner)
        return cls(*words, tuple(sums), newest, at)


class Saver:
    """Keeps the newest state of a session, or of any text, on disk.

    Parameters
    ----------
    path : the file; its folder is made where it is missing
    wait_s : after how long a save that failed is tried again [s]
    rest_s : after how long without a save the file follows [s]
    told : called when ``problem`` has changed, also by a thread that tries again

    Attributes
    ----------
    problem : why nothing can be saved at present, for the user to read; empty where all is well
    recovered : what a killed program left behind and what became of it; empty where nothing
    """

    def __init__(
        self,
        path: str | Path,
        *,
        wait_s: float = 5.0,
        rest_s: float = 1.0,
        told: Callable[[], object] = lambda: None,
    ) -> None:
        self.path = Path(path).resolve()
        self.journal = journal_of(self.path)
        self.problem = self.recovered = ""
        self._wait_s, self._rest_s, self._told = wait_s, rest_s, told
        self._guard = threading.RLock()
        self._timer: threading.Timer | None = None
        self._pending: bytes | None = None
        self._file, self._size = -1, 0
        self._out = self._foreign = ""  # why this one may write no more; why the file stays
        self._base, self._state = _newest(self.path, self.journal)
        try:
            self._attach()
        except OSError as error:
            self._later(error)

    def load(self) -> str | None:
        """The newest whole state that was kept, or None where there is none."""
        return None if self._state is None else self._state.decode("utf-8", "surrogatepass")

    def save(self, state: str | Session) -> bool:
        """Keep a state; whether it is on the disk. If not, it is tried again by and by."""
        text = state if isinstance(state, str) else state.to_json()
        with self._guard:
            self._pending = text.encode("utf-8", "surrogatepass")
            return self.retry()

    def retry(self) -> bool:
        """Try now what could not be saved; whether everything is on the disk."""
        with self._guard:
            before, done = self.problem, self._tried()
            if self.problem != before:
                self._told()
            return done

    def _tried(self) -> bool:
        if self._timer:
            self._timer.cancel()
        if self._pending is None:
            return True
        try:
            self._attach()
            self._append(self._pending)
        except OSError as error:
            self._later(error)
            return False
        self._state, self._pending, self.problem = self._pending, None, self._foreign
        full = self._size > max(_ROOM, _STATES * len(self._state))
        if full or not self._soon(self._rest_s, self._rest):
            self._snapshot()
        return True

    def _rest(self) -> None:
        with self._guard:
            before = self.problem
            if self._file >= 0 and self._pending is None:
                self._snapshot()
            if self.problem != before:
                self._told()

    def _soon(self, wait_s: float, act: Callable[[], object]) -> bool:
        """Do something later, unless there is more to save by then; whether that is possible."""
        self._timer = threading.Timer(wait_s, act)
        self._timer.daemon = True
        try:
            self._timer.start()
        except RuntimeError:  # Python in a browser has no threads
            return False
        return True

    def close(self) -> None:
        """Write the file and remove the journal; where that fails, the journal stays."""
        with self._guard:
            done = self.retry() and self._file >= 0 and self._snapshot()
            if done:
                with suppress(OSError):  # Windows keeps it, empty
                    self.journal.unlink()
            if self._timer:
                self._timer.cancel()
            self._let_go(f"{self.path.name} was closed here")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the journal

    def _attach(self) -> None:
        """Take the journal, and put right what a kill left behind."""
        if self._file >= 0:
            return
        try:
            if self._out:
                raise OSError(errno.EBUSY, self._out)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock()
            self._base, state = _newest(self.path, self.journal)
            if state != self._state:
                self._out = _CHANGED.format(self.path.name)
                raise OSError(errno.EBUSY, self._out)
            self._tidy(_Journal.read(self.journal))
            _sync(self.path.parent)
        except OSError:
            self._let_go()
            raise

    def _lock(self) -> None:
        while self._file < 0:
            how = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._file = os.open(self.journal, how, 0o666)  # no program that could be run
            if not _take(self._file):
                owner = _Journal.read(self.journal).owner
                self._out = f"{self.path.name} is open in {owner}. Close it there first"
                raise OSError(errno.EBUSY, self._out)
            try:  # who had it before may have removed it between the two steps
                same = os.path.samestat(os.fstat(self._file), self.journal.stat())
            except FileNotFoundError:
                same = False
            if not same:
                self._let_go()

    def _tidy(self, journal: _Journal) -> None:
        os.ftruncate(self._file, journal.end)  # without a torn record
        self._size = journal.end
        if journal.sums and journal.sums[-1] != self._base:
            gone = f"{self.path.name} was not closed by {journal.owner}"
            if journal.newest == self._state:
                self.recovered = f"{gone}. Its newest whole state was found."
                self._snapshot()  # where this fails, the journal goes on
                return
            aside = self.path.with_stem(f"{self.path.stem}.unsaved-{journal.sums[-1][:6]}")
            _whole(aside, journal.newest)
            self.recovered = f"{gone}; the file was changed since. That state is in {aside.name}."
        self._restart()

    def _head(self) -> bytes:
        now = datetime.now().astimezone().isoformat(" ", "seconds")
        owner = f"process {os.getpid()} on {socket.gethostname()} ({now})"
        return f"nerve-to-label journal 1\t{self._base}\t{owner}\n".encode()

    def _restart(self) -> None:
        os.ftruncate(self._file, 0)
        self._size = 0
        with suppress(OSError):  # then it comes with the first record
            self._size = _put(self._file, 0, self._head())

    def _append(self, state: bytes) -> None:
        head = b"" if self._size else self._head()
        record = b"%b%b %d\n%b\n" % (head, _sum(state).encode(), len(state), state)
        try:
            size = _put(self._file, self._size, record)
            os.fsync(self._file)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
            raise
        self._size = size

    def _snapshot(self) -> bool:
        """Let the newest state replace the file, unless another program changed that."""
        if self._state is None or _sum(self._state) == self._base:
            return True
        try:
            file = _bytes(self.path)
            if file is not None and _sum(file) not in (self._base, _sum(self._state)):
                self.problem = self._foreign = _CHANGED.format(self.path.name)
                return False
            _whole(self.path, self._state)
            self._base = _sum(self._state)
            self._restart()
        except OSError:
            return False  # the journal has it
        return True

    def _let_go(self, out: str = "") -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file, self._out = -1, self._out or out

    def _later(self, error: OSError) -> None:
        again = f"It is tried again every {self._wait_s:g} seconds"
        why = f"{self.path.name} cannot be saved: {error.strerror or error}. {again}"
        self.problem = f"{self._out or why}."
        if self._pending is not None and not self._out:
            self._soon(self._wait_s, self.retry)


def journal_of(path: Path) -> Path:
    """The journal beside a file."""
    return path.with_name(f".{path.name}.journal")


def newest(path: Path) -> str | None:
    """The newest whole state of a file that a :class:`Saver` keeps, or kept until it was killed."""
    state = _newest(path, journal_of(path))[1]
    return None if state is None else state.decode("utf-8", "surrogatepass")


def _newest(path: Path, beside: Path) -> tuple[str, bytes | None]:
    """Sum of the file, and the newest state in file or journal."""
    # The journal first: while it is read, its states can only move into the file.
    journal, file = _Journal.read(beside), _bytes(path)
    base = "" if file is None else _sum(file)
    follows = file is None or base in (journal.base, *journal.sums)
    return base, journal.newest if journal.sums and follows else file


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _bytes(path: Path) -> bytes | None:
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return None


def _put(file: int, at: int, data: bytes) -> int:
    os.lseek(file, at, os.SEEK_SET)
    while data:
        written = os.write(file, data)
        at, data = at + written, data[written:]
    return at


def _whole(path: Path, data: bytes) -> None:
    """Write a file that takes its name only when it is complete and on the disk."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            shutil.copymode(path, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Force a folder's own list of files to the disk, where the system can."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _take(file: int) -> bool:
    """Lock an open file; False where another one holds it."""
    try:
        if sys.platform == "win32":  # pragma: no cover
            import msvcrt

            os.lseek(file, 1 << 30, os.SEEK_SET)  # a byte that nobody reads
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # A file system without locks must not stop anybody from saving.
        return error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
    except (ImportError, AttributeError):  # Python in a browser: nobody else is there
        return True
    return True
