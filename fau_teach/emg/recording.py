"""What a recording holds: samples with their gaps, markers, and an account of every loss.

Source: S4-003.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fau_teach.emg.clock import ClockFit
from fau_teach.emg.protocol import KINDS, volts

if TYPE_CHECKING:
    import numpy.typing as npt

    from fau_teach.emg.parser import Counts
    from fau_teach.emg.placing import Segment

_OF_PARSER = ("frames", "crc_errors", "odd", "resyncs", "skipped", "lost", "duplicates", "late")


@dataclass(frozen=True, slots=True)
class About:
    """What a file says before its samples.

    Parameters
    ----------
    pins : analogue pins, in the order of the columns
    rate : rows a second, by the board's clock [Hz]
    reference_mv : full scale of the 1,024 counts [mV]
    kind : ``"raw"``, ``"envelope"`` or ``"unknown"``
    began : the computer's local time of row 0
    batch : rows that the board sends together
    """

    pins: tuple[int, ...]
    rate: int
    reference_mv: int
    kind: str
    began: datetime
    batch: int = 10

    def __post_init__(self) -> None:
        whole = 1 <= len(self.pins) <= 8 and self.rate > 0 and self.reference_mv > 0
        if not whole or self.kind not in KINDS or self.batch < 1:
            raise ValueError(f"no recording is like this: {self}")


@dataclass(frozen=True, slots=True)
class Gap:
    """Rows that are not there: ``rows`` from ``start_s`` to before ``end_s``, and why."""

    start_s: float
    end_s: float
    rows: int
    reason: str


@dataclass(frozen=True, slots=True)
class Marker:
    """Something that happened, on the board's clock [s]."""

    time_s: float
    text: str


@dataclass(slots=True)
class Account:
    """What came and what did not. Rows and frames of all segments together.

    Attributes
    ----------
    rows : received
    sent : rows that the board handed to the line, by its closing count; -1 where one is missing
    frames, crc_errors, odd, resyncs, skipped, lost, duplicates, late : see
        :class:`fau_teach.emg.parser.Counts`; in ``lost`` are batches that the board dropped
    dropped, overruns : batches that the board dropped, ticks that its ADC missed; by its last count
    misplaced : rows whose board time contradicts their place; they are left out
    segments : one more than the interruptions
    open_ends : segments without a closing count: their last frames may be missing unseen
    forgotten : rows that no longer fit into memory
    unsaved : rows that could not be written to a file
    """

    rows: int = 0
    sent: int = 0
    frames: int = 0
    crc_errors: int = 0
    odd: int = 0
    resyncs: int = 0
    skipped: int = 0
    lost: int = 0
    duplicates: int = 0
    late: int = 0
    dropped: int = 0
    overruns: int = 0
    misplaced: int = 0
    segments: int = 0
    open_ends: int = 0
    forgotten: int = 0
    unsaved: int = 0

    def add(self, segment: Segment, counts: Counts) -> None:
        """Add a segment, and what its parser met."""
        for name in _OF_PARSER:
            setattr(self, name, getattr(self, name) + getattr(counts, name))
        self.segments += 1
        self.open_ends += not segment.closed
        self.overruns += segment.counted.overruns
        self.dropped += segment.counted.dropped
        self.misplaced += segment.misplaced
        open_end = self.sent < 0 or not segment.closed
        self.sent = -1 if open_end else self.sent + segment.counted.sent

    @property
    def whole(self) -> bool:
        """Whether nothing is missing: every row that the board sampled was received."""
        bad = self.lost + self.dropped + self.overruns + self.misplaced + self.open_ends
        return not bad and not self.unsaved and self.rows == self.sent

    def __str__(self) -> str:
        say = "{:,} {}".format
        lines = [say(self.rows, f"rows in {self.frames:,} frames")]
        if self.sent >= 0:
            lines.append(say(self.sent - self.rows, "rows lost on the line"))
        else:
            lines.append(say(self.open_ends, "time(s) without a closing count: the end is open"))
        lines.append(say(self.lost, "frames lost, the board's own drops included"))
        told = {
            "dropped": "batches dropped by the board: the line is too slow",
            "overruns": "ticks that the ADC missed: the rate is too high",
            "crc_errors": "checks that failed",
            "skipped": f"bytes that are no frame, in {self.resyncs:,} place(s)",
            "odd": "right checks around something that is no frame of the board",
            "duplicates": "frames that came twice and count once",
            "late": "frames that came after a later one",
            "misplaced": "rows left out, because their time cannot be right",
            "forgotten": "rows no longer in memory",
            "unsaved": "rows not in the file",
        }
        lines += [say(n, text) for name, text in told.items() if (n := getattr(self, name))]
        if self.segments > 1:
            lines.append(say(self.segments - 1, "interruption(s)"))
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class Recording:
    """Samples as recorded.

    Parameters
    ----------
    about : rate, pins, reference, kind, start
    index : (N,) place of each received row on the grid of the board's ticks; time = index / rate
    counts : (N, C) ADC counts of these rows
    markers : in the order of their times
    account : what was lost
    reasons : index of the first row after a gap -> why there is one
    clocks : fit of each segment
    closed : whether the file was closed; False for one whose program was killed
    notes : what reading it met

    Source: S4-003.
    """

    about: About
    index: npt.NDArray[Any] = field(repr=False)
    counts: npt.NDArray[Any] = field(repr=False)
    markers: tuple[Marker, ...] = ()
    account: Account = field(default_factory=Account)
    reasons: Mapping[int, str] = field(default_factory=dict, repr=False)
    clocks: tuple[ClockFit, ...] = ()
    closed: bool = True
    notes: tuple[str, ...] = ()

    unit, start = "V", 0.0

    @property
    def rate(self) -> float:
        """Rows a second, by the board's clock [Hz]."""
        return float(self.about.rate)

    @property
    def kind(self) -> str:
        """What the board said of its sensor: ``raw``, ``envelope`` or ``unknown``."""
        return self.about.kind

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the pins."""
        return tuple(f"A{pin}" for pin in self.about.pins)

    @property
    def seconds(self) -> float:
        """From the first row to the end of the last one, gaps included [s]."""
        return len(self.times) / self.rate

    @cached_property
    def times(self) -> npt.NDArray[Any]:
        """(T,) seconds of each row of :attr:`values`: an even grid."""
        import numpy as np

        return np.asarray(np.arange(int(self.index[-1]) + 1 if len(self.index) else 0) / self.rate)

    @cached_property
    def values(self) -> npt.NDArray[Any]:
        """(T, C) volts on the grid; NaN where no row was received."""
        import numpy as np

        table = np.full((len(self.times), len(self.channels)), np.nan)
        table[self.index] = volts(self.counts, self.about.reference_mv)
        return table

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Where rows are missing between the first and the last one."""
        import numpy as np

        steps = np.diff(self.index, prepend=-1)
        found = []
        for at in np.flatnonzero(steps > 1).tolist():
            end, rows = int(self.index[at]), int(steps[at]) - 1
            why = self.reasons.get(end, "frames lost")
            found.append(Gap((end - rows) / self.rate, end / self.rate, rows, why))
        return tuple(found)

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write it whole, as ``.csv`` or ``.edf``; a file that exists needs ``force``."""
        from fau_teach.emg.sinks import sink

        with sink(path, self.about, force=force) as out:
            for one in self.markers:
                out.note(one.time_s, f"marker: {one.text}")
            self._fill(out)
            out.finish(self.summary())
        return Path(path)

    def _fill(self, out: Any) -> None:
        import numpy as np

        gaps = set(np.flatnonzero(np.diff(self.index, prepend=-1) > 1).tolist())
        for first, after in pairwise(sorted({0, len(self.index), *gaps})):
            row = int(self.index[first])
            if first in gaps:
                out.note(row / self.rate, f"gap: {self.reasons.get(row, 'frames lost')}")
            out.rows(row, self.counts[first:after])

    def summary(self) -> dict[str, Any]:
        """What stands at the end of a file."""
        return {"account": asdict(self.account), "clocks": [asdict(one) for one in self.clocks]}

    def __str__(self) -> str:
        start = f"{self.about.began:%Y-%m-%d %H:%M:%S}"
        lines = [f"{self.seconds:.3f} s of {', '.join(self.channels)} at {self.rate:g} Hz, {start}"]
        lines += str(self.account).splitlines()
        lines.append(f"{len(self.gaps):,} gap(s), {len(self.markers):,} marker(s)")
        lines += [f"clock: {one}" for one in self.clocks]
        lines += [] if self.closed else ["The file was not closed: its program was stopped."]
        return "\n  ".join([*lines, *self.notes])
