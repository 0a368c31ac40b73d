"""EDF+ files: the common format of EMG and EEG, written while the recording runs.

Why this one: it takes annotations, which carry markers and gaps, and each data record has a time
of its own, so that a recording with holes needs no invented samples (EDF+D). Readers for it are
everywhere. While it is recorded, the header says -1 data records, as the format asks; whoever
finds that sees at once that the program did not end well, and the data are there all the same.

A file without a gap is closed as EDF+C, the continuous kind, which every reader takes. With gaps
it stays EDF+D, and not every reader is careful: some refuse it (EDFlib and pyEDFlib), others join
the pieces and say nothing (MNE, edfio). :func:`fau_teach.emg.read` keeps the gaps.

One data record is one batch: 10 rows at 1 kHz last 10 ms. A record that is not full is filled up
with the digital value -1, below the ADC's lowest, which no sample can have.

Source: Kemp & Olivan 2003 (EDF+); https://www.edfplus.info/specs/edfplus.html.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fau_teach.emg.protocol import volts
from fau_teach.emg.recording import About
from fau_teach.emg.sinks import Sink, put

if TYPE_CHECKING:
    import numpy.typing as npt

ROOM = 128
"""Bytes for annotations in each record."""
NOTHING = -1
"""Digital value of a row that was not recorded."""
LOW, HIGH = NOTHING, 1023
KIND_AT, COUNT_AT = 192, 236
"""Where the header says which kind it is, and how many records there are."""
MORE = "more: "
"""Begins the next part of a text that did not fit into one record."""
_HELD = 4
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WIDTHS = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)


def _text(value: object, width: int) -> bytes:
    return str(value).encode("ascii")[:width].ljust(width)


def duration_text(about: About) -> str:
    """Length of a record [s] as the header can say it."""
    return f"{about.batch / about.rate:.9f}"[:8].rstrip("0").rstrip(".")


def head(about: About) -> bytes:
    """The header while it is recorded: -1 records, discontinuous.

    Parameters
    ----------
    about : what is recorded
    """
    pins, at = about.pins, about.began
    day = f"{at.day:02}-{_MONTHS[at.month - 1]}-{at.year}"
    who = f"Startdate {day} X X ntl1_{about.rate}Hz_{about.reference_mv}mV_{about.kind}"
    n = len(pins)
    low, high = (f"{1000 * float(volts(one, about.reference_mv)):.6f}"[:8] for one in (LOW, HIGH))
    columns: tuple[list[Any], ...] = (
        [f"EMG A{pin}" for pin in pins] + ["EDF Annotations"],
        ["unknown"] * n + [""],
        ["mV"] * n + [""],
        [low] * n + [-1],
        [high] * n + [1],
        [LOW] * n + [-32768],
        [HIGH] * n + [32767],
        [f"{about.kind}, {LOW} where there is no sample"] * n + [""],
        [about.batch] * n + [ROOM // 2],
        [""] * (n + 1),
    )
    fixed = (
        ("0", 8), ("X X X X", 80), (who, 80), (at.strftime("%d.%m.%y"), 8),
        (at.strftime("%H.%M.%S"), 8), (256 * (n + 2), 8), ("EDF+D", 44), (-1, 8),
        (duration_text(about), 8), (n + 1, 4),
    )  # fmt: skip
    first = b"".join(_text(value, width) for value, width in fixed)
    rest = (_text(v, w) for column, w in zip(columns, WIDTHS, strict=True) for v in column)
    return first + b"".join(rest)


def started(about: About) -> float:
    """Seconds between the header's start, a whole second, and row 0."""
    return about.began.microsecond * 1e-6


class EdfSink(Sink):
    """Rows as EDF+; see the module."""

    def _head(self) -> bytes:
        self._next, self._held = 0, list[Any]()
        self._notes = deque[bytes]()
        self._records, self._filled, self._even = 0, 0, True
        return head(self.about)

    def rows(self, index: int, counts: npt.NDArray[Any]) -> None:
        """Take over rows."""
        if index != self._next + len(self._held):
            self._emit(0)
            self._even &= index == self._next
            self._next = index
        self._held += counts.tolist()
        self.rows_done += len(counts)
        self._emit(_HELD * self.about.batch)

    @property
    def held(self) -> int:
        """Rows that wait for a record of theirs."""
        return len(self._held)

    def _emit(self, keep: int) -> None:
        """Make records, down to so many rows; the last one may have to be filled up."""
        import numpy as np

        batch = self.about.batch
        while len(self._held) > keep:
            rows = self._held[:batch]
            self._held = self._held[batch:]
            short = batch - len(rows)
            rows += [[NOTHING] * len(self.about.pins)] * short
            self._waiting += np.asarray(rows, "<i2").T.tobytes() + self._tal()
            self._records += 1
            self._next += batch - short
            self._filled = short

    def _tal(self) -> bytes:
        at = started(self.about) + self._next / self.about.rate
        tal = b"+%.6f\x14\x14\x00" % at
        while self._notes and len(tal) + len(self._notes[0]) <= ROOM:
            tal += self._notes.popleft()
        return tal.ljust(ROOM, b"\0")

    def note(self, time_s: float, text: str) -> None:
        """Take over words; they stand in the next records that have room."""
        clean = "".join(one if one >= " " else " " for one in text)
        at = b"%+.6f\x14" % (started(self.about) + time_s)
        room = ROOM - 2 * len(at) - 6
        data = clean.encode()
        while data:
            cut = data[:room].decode(errors="ignore").encode()
            self._notes.append(at + cut + b"\x14\0")
            rest = data[len(cut) :]
            data = MORE.encode() + rest if rest else b""

    def _end(self, summary: dict[str, Any]) -> None:
        last = (self._next + len(self._held)) / self.about.rate
        account = {k: v for k, v in summary["account"].items() if v}
        self.note(last, "account: " + " ".join(f"{k}={v}" for k, v in account.items()))
        for one in summary["clocks"]:
            self.note(last, "clock: " + " ".join(f"{k}={v!r}" for k, v in one.items()))
        self._emit(0)
        nothing = NOTHING.to_bytes(2, "little", signed=True)
        while self._notes:  # records without a sample, behind the last one
            self._next += self._filled
            self._filled = self.about.batch
            self._waiting += nothing * self.about.batch * len(self.about.pins) + self._tal()
            self._records += 1

    def _seal(self) -> None:
        exact = float(duration_text(self.about)) * self.about.rate == self.about.batch
        if self._even and exact:
            put(self._file, KIND_AT, _text("EDF+C", 44))
        put(self._file, COUNT_AT, _text(self._records, 8))


def local(day: str, clock: str) -> datetime:
    """Start of a file, in this computer's zone."""
    return datetime.strptime(f"{day} {clock}", "%d.%m.%y %H.%M.%S").astimezone()
