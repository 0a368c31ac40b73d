"""Files that grow while a recording runs and stay readable whatever happens.

A file is only ever added to. Where the disk is full, what was half written is taken back, so that
it ends with a whole row or record and goes on when there is room. Each flush goes to the system,
each :meth:`Sink.sync` to the disk: a killed program loses what it had not handed over, at most
half a second, a power cut about two. A file that exists is never touched, unless ``force`` says
so; then it is kept under another name until the new one is closed. EDF goes out in whole records,
so that there the last four batches may be missing as well.

CSV: comment lines with ``#`` at both ends, then ``time_s``, a column of ADC counts for each pin,
and ``note`` (``marker:``, ``gap:``, ``info:``). :mod:`fau_teach.emg.edf` is the other format.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from fau_teach._reading import FileError
from fau_teach.emg.recording import About

if TYPE_CHECKING:
    import numpy.typing as npt

    from fau_teach.emg.recording import Recording

FORMATS = (".csv", ".edf")
CSV_HEAD = "# nerve-to-label emg 1 "


class Sink:
    """A file that is being written.

    Parameters
    ----------
    path : its name; folders are made
    about : what stands at its beginning
    force : whether a file of that name may be replaced

    Raises
    ------
    FileError
        The file exists, or cannot be made.
    """

    def __init__(self, path: str | Path, about: About, *, force: bool = False) -> None:
        self.path, self.about = Path(path), about
        self.rows_done = self.rows_safe = 0  # taken over, and handed to the system
        self._old: Path | None = None
        self._waiting = bytearray()
        self._size = 0
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if force and self.path.is_file():
                self._old = next(
                    one
                    for n in range(1, 1 << 20)
                    if not (one := self.path.with_name(f".{self.path.name}.replaced{n}")).exists()
                )
                self.path.replace(self._old)
            self._file = os.open(self.path, flags, 0o666)
        except OSError as error:
            if self._old:
                self._old.replace(self.path)
            elif self.path.exists():
                check_free(path)
            problem = f"the file cannot be made: {error.strerror or error}"
            raise FileError(str(path), 0, "", problem, "Choose another folder") from None
        self._waiting += self._head()

    def _head(self) -> bytes:
        raise NotImplementedError

    def rows(self, index: int, counts: npt.NDArray[Any]) -> None:
        """Take over rows that stand at ``index`` and after it on the grid."""
        raise NotImplementedError

    def note(self, time_s: float, text: str) -> None:
        """Take over a marker, a gap or other words; one line."""
        raise NotImplementedError

    def _end(self, summary: dict[str, Any]) -> None:
        raise NotImplementedError

    def _seal(self) -> None:
        """Put right what only the end of a recording can tell."""

    def flush(self) -> None:
        """Hand everything to the system, or nothing of it.

        Raises
        ------
        OSError
            Such as a full disk; it can be tried again, and nothing is lost.
        """
        data = bytes(self._waiting)
        try:
            put(self._file, self._size, data)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
            raise
        self._size += len(data)
        del self._waiting[: len(data)]
        self.rows_safe = self.rows_done - self.held

    def sync(self) -> None:
        """Force what was handed over to the disk."""
        with suppress(OSError):  # not every file can; flush() has told what matters
            os.fsync(self._file)

    def finish(self, summary: dict[str, Any]) -> None:
        """Write the closing words and close the file.

        Raises
        ------
        OSError
            The rest cannot be written. The file is closed, without them.
        """
        try:
            self._end(summary)
            self.flush()
            self._seal()
            self.sync()
        finally:
            self.abandon()
        if self._old:
            self._old.unlink(missing_ok=True)

    @property
    def held(self) -> int:
        """Rows that not even a flush hands over yet."""
        return 0

    def undo(self) -> None:
        """Close the file and take it away: a recording that never began replaces nothing."""
        self.abandon()
        self.path.unlink(missing_ok=True)
        if self._old:
            self._old.replace(self.path)

    def abandon(self) -> None:
        """Close the file as it is."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.abandon()


class CsvSink(Sink):
    """Rows as text; see the module."""

    def _head(self) -> bytes:
        about = self.about
        said = {
            "pins": about.pins,
            "rate_hz": about.rate,
            "reference_mv": about.reference_mv,
            "kind": about.kind,
            "began": about.began.isoformat(),
            "batch": about.batch,
        }
        names = ",".join(f"A{pin}" for pin in about.pins)
        how = "# counts 0 to 1023; volts = (count + 0.5) * reference_mv / 1024000"
        return f"{CSV_HEAD}{json.dumps(said)}\n{how}\ntime_s,{names},note\n".encode()

    def rows(self, index: int, counts: npt.NDArray[Any]) -> None:
        """Take over rows."""
        rate = self.about.rate
        self._waiting += "".join(
            f"{(index + at) / rate:.6f},{','.join(map(str, row))},\n"
            for at, row in enumerate(counts.tolist())
        ).encode()
        self.rows_done += len(counts)

    def note(self, time_s: float, text: str) -> None:
        """Take over words."""
        line = "".join(one if one >= " " else " " for one in text)
        quoted = '"' + line.replace('"', '""') + '"'
        empty = "," * len(self.about.pins)
        self._waiting += f"{time_s:.6f}{empty},{quoted}\n".encode()

    def _end(self, summary: dict[str, Any]) -> None:
        self._waiting += f"# closed {json.dumps(summary)}\n".encode()


def put(file: int, at: int, data: bytes) -> None:
    """Write at a place of an open file, all of it."""
    os.lseek(file, at, os.SEEK_SET)
    while data:
        done = os.write(file, data)
        if not done:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        data = data[done:]


def sink(path: str | Path, about: About, *, force: bool = False) -> Sink:
    """A file for a recording; its ending chooses the format.

    Raises
    ------
    FileError
        Another ending, or the file exists.
    """
    ending = check_format(path)
    if ending == ".csv":
        return CsvSink(path, about, force=force)
    from fau_teach.emg.edf import EdfSink

    return EdfSink(path, about, force=force)


def check_free(path: str | Path, *, force: bool = False) -> None:
    """Refuse a name that cannot become a recording.

    Raises
    ------
    FileError
        Its ending is another one, or a file of this name exists.
    """
    check_format(path)
    if Path(path).is_dir() or (Path(path).exists() and not force):
        advice = "Choose another name, or replace it with force=True (--force)"
        raise FileError(str(path), 0, "", "the file exists already", advice)


def check_format(path: str | Path) -> str:
    """The ending of a recording's file."""
    ending = Path(path).suffix.lower()
    if ending not in FORMATS:
        problem = "recordings are .csv or .edf"
        raise FileError(str(path), 0, ending, problem, "Give the file one of these endings")
    return ending


def read(path: str | Path) -> Recording:
    """A recording, also of a file that was never closed.

    Raises
    ------
    FileError
        It is no recording of ours, or broken elsewhere than at its end.
    """
    if check_format(path) == ".csv":
        from fau_teach.emg.reading import read_csv

        return read_csv(path)
    from fau_teach.emg.reading import read_edf

    return read_edf(path)


def gathered(
    index: npt.NDArray[Any], counts: npt.NDArray[Any], left: Iterable[tuple[int, Any]],
    paths: Iterable[Path],
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:  # fmt: skip
    """All rows that are anywhere: in memory, on their way to a file, or in one.

    Parameters
    ----------
    index, counts : places (N,) and counts (N, C) of those in memory
    left : first place and counts of runs that wait
    paths : files; one that cannot be read has none
    """
    import numpy as np

    parts = [(index, counts), *((at + np.arange(len(rows)), rows) for at, rows in left)]
    for one in paths:
        with suppress(FileError):
            parts.append(((kept := read(one)).index, kept.counts))
    places, first = np.unique(np.concatenate([at for at, _ in parts]), return_index=True)
    return places, np.concatenate([rows for _, rows in parts])[first]
