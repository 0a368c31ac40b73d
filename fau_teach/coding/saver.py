"""Autosave that loses nothing: a file that is never half written, and a journal beside it.

Each save is appended to ``.NAME.journal`` with its checksum and forced to the disk. When the journal
has grown, and at the end, the newest state replaces the file. After a kill the newest whole state is
found again. The journal is also the lock: the system lets go of it when a program ends, so that
what a killed program left behind never locks anybody out.
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
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self

_MARK = "nerve-to-label journal 1"
_HEAD = re.compile(rb"nerve-to-label journal 1\t([0-9a-f]*)\t(.*)\n")
_RECORD = re.compile(rb"([0-9a-f]{32}) (\d{1,12})\n")
_ROOM, _STATES = 1 << 20, 8
"""The journal is emptied when it holds more than this many bytes and this many states."""
_CHANGED = (
    "Another program changed {}. It stays as it is; your own state is in the journal beside it"
)
_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is full",
    errno.EFBIG: "the file may not grow any further",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
}


class Kept(Protocol):
    """What can be kept besides text, such as a :class:`fau_teach.coding.Session`."""

    def to_json(self) -> str:
        """The whole state as text."""


@dataclass(frozen=True, slots=True)
class _Journal:
    """What the bytes of a journal hold: whole records only."""

    base: str = ""  # sum of the file that the records follow
    owner: str = ""
    sums: tuple[str, ...] = ()
    newest: bytes = b""
    end: int = 0  # after the last whole record

    @classmethod
    def read(cls, data: bytes) -> _Journal:
        head = _HEAD.match(data)
        at, sums, newest = head.end() if head else 0, [], b""
        while found := _RECORD.match(data, at):
            end = found.end() + int(found[2])
            state = data[found.end() : end]
            if data[end : end + 1] != b"\n" or _sum(state) != found[1].decode():
                break
            at, newest = end + 1, state
            sums.append(_sum(state))
        base, owner = (head[1].decode(), head[2].decode(errors="replace")) if head else ("", "")
        return cls(base, owner, tuple(sums), newest, at)


class Saver:
    """Keeps the newest state of a session, or of any text, on disk.

    Parameters
    ----------
    path : the file; its folder is made where it is missing
    wait_s : after how long a save that failed is tried again [s]

    Attributes
    ----------
    problem : why nothing can be saved at present, for the user to read; empty where all is well
    recovered : what was found when the file was opened after a kill; empty where nothing was

    Examples
    --------
    >>> with Saver("mine.json") as saver:  # doctest: +SKIP
    ...     text = saver.load()
    ...     saver.save(session)
    """

    def __init__(self, path: str | Path, *, wait_s: float = 5.0) -> None:
        self.path = Path(path).resolve()
        self.journal = self.path.with_name(f".{self.path.name}.journal")
        self.problem = self.recovered = ""
        self._wait_s = wait_s
        self._guard = threading.RLock()
        self._timer: threading.Timer | None = None
        self._pending: bytes | None = None
        self._file: int | None = None
        self._size = 0
        self._foreign = self._out = ""
        self._base, self._state = self._newest()
        with suppress(OSError):
            self._attach()

    def load(self) -> str | None:
        """The newest whole state that was kept, or None where there is none."""
        with self._guard:
            return None if self._state is None else self._state.decode("utf-8", "surrogatepass")

    def save(self, state: str | Kept) -> bool:
        """Keep a state.

        Returns
        -------
        whether it is on the disk; where not, ``problem`` says why, and it is tried again
        """
        text = state if isinstance(state, str) else state.to_json()
        with self._guard:
            self._pending = text.encode("utf-8", "surrogatepass")
            return self.retry()

    def retry(self) -> bool:
        """Try what could not be saved; whether everything is on the disk now."""
        with self._guard:
            if self._pending is None:
                return True
            try:
                self._attach()
                self._append(self._pending)
            except OSError as error:
                self._blame(error)
                self._later()
                return False
            self._state, self._pending, self.problem = self._pending, None, self._foreign
            if self._size > max(_ROOM, _STATES * len(self._state)):
                self._snapshot()
            return True

    def close(self) -> None:
        """Write the file and remove the journal; where that fails, the journal stays."""
        with self._guard:
            self.retry()
            if self._timer:
                self._timer.cancel()
            if self._file is None:
                return
            done = self._snapshot() and self._pending is None
            if done and sys.platform != "win32":  # while the lock is held
                self.journal.unlink(missing_ok=True)
            os.close(self._file)
            self._file, self._out = None, f"{self.path.name} was closed here"
            if done and sys.platform == "win32":
                with suppress(OSError):
                    self.journal.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- what is on the disk

    def _newest(self) -> tuple[str, bytes | None]:
        """Sum of the file, and the newest state in file or journal."""
        file, journal = _bytes(self.path), _Journal.read(_bytes(self.journal) or b"")
        base = "" if file is None else _sum(file)
        follows = file is None or base in (journal.base, *journal.sums)
        return base, journal.newest if journal.sums and follows else file

    def _attach(self) -> None:
        """Take the journal: lock it, put right what a kill left behind."""
        if self._out:
            raise OSError(errno.EBUSY, self._out)
        if self._file is not None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._lock()
            if self._newest() != (self._base, self._state):
                self._out = _CHANGED.format(self.path.name)
                raise OSError(errno.EBUSY, self._out)
            self._tidy(_Journal.read(_bytes(self.journal) or b""))
        except OSError as error:
            if self._file is not None:
                os.close(self._file)
                self._file = None
            self._blame(error)
            raise

    def _tidy(self, journal: _Journal) -> None:
        self._size = journal.end
        if journal.sums and journal.sums[-1] != self._base:
            gone = f"{journal.owner} ended without closing {self.path.name}"
            if journal.newest == self._state:
                self.recovered = f"{gone}. Its newest whole state was found."
                self._snapshot()  # where this fails, the journal goes on
                return
            aside = _free(self.path.with_suffix(f".unsaved{self.path.suffix}"))
            _whole(aside, journal.newest, None)
            self.recovered = (
                f"{gone}, and the file was changed since. Its state is in {aside.name}."
            )
        self._restart()

    def _lock(self) -> int:
        while True:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            file = os.open(self.journal, flags, 0o666)
            if not _take(file):
                os.close(file)
                owner = _Journal.read(_bytes(self.journal) or b"").owner or "another program"
                self._out = f"{self.path.name} is being written by {owner}: close it there first"
                raise OSError(errno.EBUSY, self._out)
            with suppress(FileNotFoundError):  # whoever had it may just have removed it
                if os.path.samestat(os.fstat(file), self.journal.stat()):
                    return file
            os.close(file)

    def _head(self) -> bytes:
        now = datetime.now().astimezone().isoformat(" ", "seconds")
        owner = f"process {os.getpid()} on {socket.gethostname()} ({now})"
        return f"{_MARK}\t{self._base}\t{owner}\n".encode()

    def _restart(self) -> None:
        assert self._file is not None
        os.ftruncate(self._file, 0)
        self._size = 0
        with suppress(OSError):  # then it comes with the first record
            self._size = _put(self._file, 0, self._head())

    def _append(self, state: bytes) -> None:
        assert self._file is not None
        head = b"" if self._size else self._head()
        record = b"%b%b %d\n%b\n" % (head, _sum(state).encode(), len(state), state)
        try:
            size = _put(self._file, self._size, record)
            os.fsync(self._file)
            if head:
                _sync(self.path.parent)
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
            if file is not None and _sum(file) != self._base:
                self.problem = self._foreign = _CHANGED.format(self.path.name)
                return False
            _whole(self.path, self._state, self.path if file is not None else None)
            self._base = _sum(self._state)
            self._restart()
        except OSError:
            return False  # the journal has it
        return True

    # -- what goes wrong

    def _blame(self, error: OSError) -> None:
        again = f"It is tried again every {self._wait_s:g} seconds"
        reason = _REASONS.get(error.errno or 0) or error.strerror or str(error)
        self.problem = self._out or f"{self.path.name} cannot be saved: {reason}. {again}"

    def _later(self) -> None:
        if self._timer:
            self._timer.cancel()
        if not self._out:
            self._timer = threading.Timer(self._wait_s, self.retry)
            self._timer.daemon = True
            with suppress(RuntimeError):  # Python in a browser has no threads
                self._timer.start()


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


def _sync(folder: Path) -> None:
    """Force a folder's own list of files to the disk, where the system can."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _whole(path: Path, data: bytes, like: Path | None) -> None:
    """Write a file that takes its name only when it is complete and on the disk."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if like:
            shutil.copymode(like, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _sync(path.parent)


def _free(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    return free


def _take(file: int) -> bool:
    """Lock an open file; False where another one holds it."""
    try:
        if sys.platform == "win32":  # pragma: no cover
            import msvcrt

            os.lseek(file, 1 << 40, os.SEEK_SET)  # a byte that nobody reads
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # A file system without locks must not stop anybody from saving.
        return error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
    except ImportError:  # pragma: no cover
        return True
    return True
