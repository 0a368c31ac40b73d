"""Records a board: nothing is dropped or repaired unsaid, and what is recorded is on the disk.

Two threads work: one reads the port and never waits for anything else, the other writes the files.
Memory is bounded in both directions: the newest rows are kept for looking, and where a disk does
not take its rows, 256 MB of them wait; what no longer fits is counted. Source: S4-003.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from fau_teach.emg.link import Link, LinkError, RefusedError
from fau_teach.emg.messages import BATCH, BAUD, CHANNELS, RATE
from fau_teach.emg.parser import Block, Frame
from fau_teach.emg.placing import Memory, Piece, Segment
from fau_teach.emg.protocol import KINDS, Hello, Stop
from fau_teach.emg.recording import About, Account, Marker, Recording
from fau_teach.emg.sinks import Sink, check_free, gathered, read, sink
from fau_teach.emg.writer import Writer

if TYPE_CHECKING:
    import numpy.typing as npt

_SILENCE_S = 3.0  # the board says something each second
_REASONS = 100_000  # gaps whose reason is kept
_NOTED_S = 60.0  # how often the files are told how the clocks stand


class RecorderError(RuntimeError):
    """A recording cannot go on, or could not be saved; the message says what to do."""


class Recorder:
    """A recording; a context manager that starts at its beginning and stops at its end.

    Parameters
    ----------
    source : name of a port, such as ``"COM3"``; a :class:`fau_teach.emg.PythonDevice` or
        :class:`fau_teach.emg.SimulatedMega`; None: the one board that is plugged in
    channels : analogue pins, 1 to 8
    rate : rows a second [Hz]
    batch : rows that the board sends together
    save : files that are written while it records, ``.csv`` or ``.edf``; one or several
    force : whether files that exist may be replaced
    memory_s : how much of the newest is kept in memory [s]
    baud : speed of the line
    seconds : after how long it stops by itself; 0: when it is told
    self_test : the board's known ramp instead of its ADC
    told : called with a line of text when something happens that the user should know

    Attributes
    ----------
    problem, notes : what is wrong at present; what happened so far
    """

    def __init__(
        self,
        source: Any = None,
        *,
        channels: Sequence[int] = CHANNELS,
        rate: int = RATE,
        batch: int = BATCH,
        save: str | Path | Sequence[str | Path] = (),
        force: bool = False,
        memory_s: float = 3600.0,
        baud: int = BAUD,
        seconds: float = 0.0,
        self_test: bool = False,
        told: Callable[[str], object] = lambda _: None,
    ) -> None:
        self.rate, self.pins = rate, tuple(channels)
        self.paths = [Path(one) for one in ([save] if isinstance(save, str | Path) else save)]
        self.problem, self.notes = "", list[str]()
        self._set = (self.pins, rate, batch, self_test)
        self._force, self._told, self._limit_s = force, told, seconds
        self._memory = Memory(max(1, round(memory_s * rate)), len(self.pins))
        self._link = Link(source, baud)
        self._guard = threading.RLock()
        self._done = Account()  # of the segments before
        self._segments, self._on_line = list[Segment](), False
        self._markers, self._reasons = list[Marker](), dict[int, str]()
        self._thread: threading.Thread | None = None
        self._writer = Writer((), self._say)
        self._state = "new"
        self._failure: Exception | None = None
        self._noted_s, self._why = 0.0, ""

    # -- start and stop

    def start(self) -> Self:
        """Find the board, begin, and open the files.

        Raises
        ------
        FileError, OSError, RefusedError
            A file exists (the board is not touched then); no board; it cannot do this.
        """
        if self._state != "new":
            raise RecorderError("A Recorder records once. Make another one.")
        sinks: list[Sink] = []
        for one in self.paths:
            check_free(one, force=self._force)
        try:
            hello, first = self._begin()
            segment = self._segments[0]
            until = self._link.now() + _SILENCE_S + 2 * hello.batch / hello.rate
            while segment.first_s is None:  # the files need the time of row 0
                self._hear(*first)
                first = (0.0, []) if segment.first_s is not None else self._link.poll()
                if self._link.now() > until:
                    raise LinkError("The board has started but sends no rows.")
            age = self._link.now() - segment.host_s(0.0)
            began = datetime.now().astimezone() - timedelta(seconds=age)
            self.about = About(hello.channels, hello.rate, hello.reference_mv,
                               KINDS[min(hello.kind, 2)], began, hello.batch)  # fmt: skip
            for one in self.paths:
                sinks.append(sink(one, self.about, force=self._force))
        except BaseException:
            self._link.close()
            for made in sinks:
                made.undo()
            raise
        self._writer = Writer(sinks, self._say)
        self._writer.rows(0, self._memory.since(0)[1])
        self._writer.start()
        self._state = "runs"
        self._thread = threading.Thread(target=self._work, name="emg reader", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # Python in a browser has no threads: wait() reads
            self._thread = None
        return self

    def stop(self) -> Recording:
        """Stop the board, ask for its closing count, and close the files.

        Raises
        ------
        RecorderError
            The reader failed, or a file is not complete; ``recording`` has what was recorded.
        """
        if self._state == "new":
            raise RecorderError("It was never started.")
        if self._state == "runs":
            self._state = "stops"
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join()
        elif self._thread is None and self._on_line:
            self._end()
        if self._state != "closed":
            self._state = "closed"
            wrong = self._writer.finish(lambda: self.recording.summary())
            if wrong and not self._failure:
                lacks = self._writer.unsaved
                where = f"{lacks:,} rows are not in the file. They are in memory: save them with "
                where += "recording.save('another name')."
                self._failure = RecorderError(f"{wrong} {where if lacks else 'It has all rows.'}")
            if self._failure:
                raise RecorderError(str(self._failure)) from self._failure
        return self.recording

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self.stop()
        except RecorderError as error:
            if kind is None:
                raise
            self._say(str(error))  # the first problem is the one to show

    # -- while it records

    @property
    def running(self) -> bool:
        """Whether it records or tries to."""
        return self._state == "runs"

    @property
    def markers(self) -> tuple[Marker, ...]:
        """Those set so far."""
        return tuple(self._markers)

    @property
    def seconds(self) -> float:
        """How much has been recorded, gaps included [s]."""
        return self._memory.next / self.rate

    def wait(self, seconds: float | None = None) -> None:
        """Go on until so many more seconds of the board's clock are recorded, or to the end.

        Raises
        ------
        RecorderError
            The recording ended before.
        """
        until = float("inf") if seconds is None else self.seconds + seconds
        while self.seconds < until and self.running:
            if self._thread is None:
                self._turn()
                self._writer.turn()
            else:
                time.sleep(0.005)
        if self._failure or (seconds is not None and self.seconds < until):
            raise RecorderError(f"The recording has ended: {self._failure or 'it was stopped'}")

    def mark(self, text: str) -> Marker:
        """Note that something happens now.

        Raises
        ------
        RecorderError
            It does not record.
        """
        if not self.running:
            raise RecorderError("A marker needs a recording that runs.")
        with self._guard:
            at = max(0.0, self._placed().session_s(self._link.now()))
            self._markers.append(Marker(at, " ".join(text.split())))
            self._writer.note(at, f"marker: {self._markers[-1].text}")
            return self._markers[-1]

    def latest(self, seconds: float) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Newest rows in memory: their places on the grid (N,), and counts (N, C)."""
        with self._guard:
            return self._memory.since(self._memory.next - round(seconds * self.rate), self.rate)

    @property
    def account(self) -> Account:
        """What came and what did not, so far."""
        with self._guard:
            now = Account(**asdict(self._done))
            if self._on_line:
                self._add(now)
            now.forgotten, now.unsaved = self._memory.forgotten, self._writer.unsaved
            return now

    @property
    def recording(self) -> Recording:
        """What is in memory; where that is not all, what is in the file, once it is closed."""
        with self._guard:
            account = self.account
            index, counts = self._memory.since(0)
            if account.forgotten and self._state == "closed" and self.paths:
                if not account.unsaved:
                    return read(self.paths[0])
                index, counts = gathered(index, counts, self._writer.left(), self.paths)
                account.forgotten = account.rows - len(index)
            reasons = dict(self._reasons)
            if account.forgotten and len(index):
                reasons[int(index[0])] = "no longer in memory"
            fits = (one.clock.fit() for one in self._segments)
            return Recording(
                self.about, index, counts, tuple(sorted(self._markers, key=lambda m: m.time_s)),
                account, reasons, tuple(one for one in fits if one),
                self._state == "closed", tuple(self.notes),
            )  # fmt: skip

    # -- the reader's thread

    def _work(self) -> None:
        try:
            while self._state == "runs":
                self._turn()
            if self._on_line:
                self._end()
        except Exception as error:  # nobody else would see it
            self._failure = error
            self._state = "failed"
            self._say(f"The recording has ended: {error}")

    def _turn(self) -> None:
        try:
            if not self._on_line:
                self._link.sleep(0.25)
                self._hear(*self._begin()[1])
                self.problem = ""
                self._say("The board is back.")
            self._hear(*self._link.poll())
            if self._link.now() - self._link.heard_at > _SILENCE_S:
                raise LinkError("nothing comes from the board any more")
        except (OSError, RefusedError) as error:
            self._interrupted(error)
        if self._limit_s and self.seconds >= self._limit_s:
            if self._on_line:
                self._end()
            self._state = "stops"

    def _begin(self) -> tuple[Hello, tuple[float, list[Block | Frame]]]:
        """Open, greet, set and start; a new segment."""
        self._link.open()
        self._link.meet()
        hello = self._link.set(*self._set)
        while self._link.notes:
            self._say(self._link.notes.pop(0))
        before = self._placed() if self._segments else None
        clock = self._link.clock

        def base_of(board_s: float) -> int:
            fit = clock.fit()
            if before is None or fit is None:
                return self._memory.next
            return max(self._memory.next, round(before.session_s(fit.host(board_s)) * self.rate))

        segment = Segment(self.rate, clock, self._link.unwrap, base_of)
        first = self._link.start()
        with self._guard:
            self._segments.append(segment)
            self._on_line = True
        return hello, first

    def _placed(self) -> Segment:
        """The last segment that has rows; without them none tells the time."""
        return next((one for one in reversed(self._segments) if one.first_s is not None),
                    self._segments[-1])  # fmt: skip

    def _interrupted(self, error: Exception) -> None:
        if self._on_line:
            self._over()
            why, ours = str(error).rstrip("."), isinstance(error, LinkError | RefusedError)
            self._why = f"interrupted: {why if ours else 'the port failed'}"
            self.problem = f"The board is gone: {why}. Plug it in again; the recording goes on."
            self._say(self.problem)
        elif isinstance(error, RefusedError):
            self.problem = str(error)
            self._say(self.problem)
        self._link.close()

    def _end(self) -> None:
        """Stop the board and take what still comes, up to its closing count."""
        segment = self._segments[-1]
        try:
            for _ in range(3):
                self._link.send(Stop())
                until = self._link.now() + 1.0
                while self._link.now() < until and not segment.closed:
                    self._hear(*self._link.poll())
        except OSError as error:
            self._say(f"The board did not close: {error}")
        self._over()
        self._link.close()

    def _over(self) -> None:
        """The segment is over: take what an unfinished frame may hide, and add it up."""
        with self._guard:
            for piece in self._segments[-1].take(self._link.now(), self._link.parser.flush()):
                self._put(piece)
            self._add(self._done)
            self._on_line = False

    def _add(self, total: Account) -> None:
        """Add the present segment to an account."""
        total.rows = self._memory.rows
        total.add(self._segments[-1], self._link.parser.counts)

    def _hear(self, now: float, found: list[Block | Frame]) -> None:
        with self._guard:
            segment = self._segments[-1]
            for piece in segment.take(now, found):
                self._put(piece)
            if any(isinstance(one, Frame) and isinstance(one.message, Hello) for one in found):
                raise LinkError("the board was reset")
            if self.seconds - self._noted_s > _NOTED_S:
                self._noted_s = self.seconds
                self._writer.note(self.seconds, f"info: {segment.clock.fit()}")

    def _put(self, piece: Piece) -> None:
        index, counts, memory = piece.index, piece.counts, self._memory
        if index > memory.next:
            why = piece.reason if index != self._segments[-1].base else self._why
            if len(self._reasons) < _REASONS:
                self._reasons[index] = why
            self._writer.note(index / self.rate, f"gap: {why}")
        self._writer.rows(index, counts)
        full = not memory.forgotten and not self.paths
        memory.put(index, counts)
        if full and memory.forgotten:
            self._say("Memory holds no more: the oldest rows are forgotten. Save to a file.")

    def _say(self, text: str) -> None:
        if text and (not self.notes or self.notes[-1] != text):
            self.notes = [*self.notes[-999:], text]
            self._told(text)


def record(source: Any = None, seconds: float = 10.0, **options: Any) -> Recording:
    """Record so many seconds of the board's clock; the options are those of :class:`Recorder`."""
    if not seconds > 0:
        raise ValueError(f"seconds: above 0, not {seconds}; to stop by hand, use a Recorder.")
    with Recorder(source, seconds=seconds, **options) as recorder:
        recorder.wait()
    return recorder.recording
