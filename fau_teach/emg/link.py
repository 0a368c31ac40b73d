"""The computer's end of the line: find the speed, ask until answered, set, start.

Opening the port of a Mega resets it; for a second or two it is deaf, and its greeting may be lost.
So nothing waits for the greeting: the computer asks until it is answered.
"""

from __future__ import annotations

import time
from typing import Any, TypeVar

from fau_teach.emg import ports
from fau_teach.emg.clock import Clock, Unwrap
from fau_teach.emg.parser import Block, Counts, Frame, Parser
from fau_teach.emg.protocol import (
    BAUD,
    BAUDS,
    COUNTED,
    SLOWEST,
    VERSION,
    AskHello,
    Baud,
    Close,
    Configure,
    Error,
    Hello,
    Message,
    Ping,
    Pong,
    Refusal,
    SelfTest,
    Start,
    Stop,
    frame,
    limits,
)

M = TypeVar("M", bound=Message)
_PINGS = 8


class LinkError(OSError):
    """No board answers, or it refuses; the message says what to do."""


class RefusedError(ValueError):
    """The board cannot do what it was asked for; asking again does not help."""


class Link:
    """A board on a line.

    Parameters
    ----------
    source : name of a port; a :class:`fau_teach.emg.PythonDevice`; a
        :class:`fau_teach.emg.SimulatedMega`; None: the one board that is plugged in
    baud : speed to use; where the board answers at another one, it is asked to change

    Attributes
    ----------
    hello : who the board is, and how it is set
    notes : what had to be coped with, for the user
    """

    def __init__(self, source: Any = None, baud: int = BAUD) -> None:
        if baud not in BAUDS:
            raise ValueError(f"baud: one of {', '.join(map(str, BAUDS))}, not {baud}.")
        self._source, self._baud = source, baud
        self._world = source if hasattr(source, "now") else None
        self._like: ports.Port | None = None
        self._first: Hello | None = None  # what the board was when it was first set
        self._port: Any = None
        self._sent = 0
        self.parser, self.hello = Parser(), Hello()
        self.clock, self.unwrap = Clock(), Unwrap()
        self.notes: list[str] = []
        self.heard_at = 0.0

    def now(self) -> float:
        """The computer's clock [s], or that of a simulated world."""
        return float(self._world.now()) if self._world else time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait on that clock."""
        (self._world or time).sleep(seconds)

    # -- open and close

    def open(self) -> None:
        """Open the port.

        Raises
        ------
        OSError
            There is none, or it cannot be opened.
        """
        if self._world:
            self._port = self._source.open(self._baud)
        else:
            name = getattr(self._source, "port", self._source)
            if name is None:
                self._like = ports.choose(self._like)
                name = self._like.name
            self._port = ports.opened(str(name), self._baud)
        self.parser, self.heard_at = Parser(), self.now()
        self.clock, self.unwrap = Clock(), Unwrap()

    def close(self) -> None:
        """Close the port, whatever state it is in."""
        port, self._port = self._port, None
        if port is not None:
            try:
                port.close()
            except OSError as error:
                self.notes.append(f"The port did not close: {error}")

    # -- frames

    def send(self, one: Message) -> None:
        """Send one frame."""
        self._port.write(frame(one, self._sent))
        self._sent += 1

    def poll(self) -> tuple[float, list[Block | Frame]]:
        """What has come, and when; waits up to 20 ms for the first byte."""
        data = self._port.read(max(1, self._port.in_waiting))
        now = self.now()
        if data:
            self.heard_at = now
        return now, self.parser.feed(data)

    def ask(self, one: Message, kind: type[M], seconds: float = 2.0, every: float = 0.5) -> M:
        """Send until an answer of this kind comes; what comes before it is passed over.

        Raises
        ------
        RefusedError
            The board says no.
        LinkError
            It says nothing for so many seconds.
        """
        until, again = self.now() + seconds, 0.0
        while self.now() < until:
            if self.now() >= again:
                self.send(one)
                again = self.now() + every
            for found in self.poll()[1]:
                if isinstance(found, Frame) and isinstance(found.message, kind):
                    return found.message
                if isinstance(found, Frame) and isinstance(found.message, Error):
                    no = found.message
                    if no.reason not in (Refusal.CRC, Refusal.LENGTH, Refusal.BUSY):
                        raise RefusedError(str(no))
        raise LinkError(f"The board does not answer {type(one).__name__} within {seconds:g} s.")

    # -- the handshake

    def meet(self) -> Hello:
        """Find the speed at which the board answers, and ask it for the one that is wanted.

        Raises
        ------
        LinkError
            Nobody answers, or not in this version of the protocol.
        """
        others = [one for one in BAUDS if one != self._baud]
        for baud in (self._baud, *others):
            self._port.baudrate = baud
            self.parser = Parser()
            try:
                self.ask(Stop(), Close, 4.0 if baud == self._baud else 1.5, 0.3)
                self.hello = self.ask(AskHello(), Hello)
                break
            except LinkError:
                continue
        else:
            heard = "only nonsense" if self.parser.counts.bytes else "nothing"
            raise LinkError(
                f"No board answers: {heard} is heard at {', '.join(map(str, BAUDS))} baud. Flash "
                "the sketch, check that this is its port, and unplug it and plug it in again."
            )
        if self.hello.version != VERSION:
            raise LinkError(
                f"The board speaks version {self.hello.version} of the protocol, this package "
                f"{VERSION}. Flash the sketch that comes with the package."
            )
        if baud != self._baud:
            self.notes.append(f"The board answered at {baud} baud, not at {self._baud}.")
            self._change(self._baud)
        return self.hello

    def _change(self, baud: int) -> None:
        """Ask for another speed; where nothing is heard at it, both go back."""
        before = self._port.baudrate
        self.ask(Baud(baud), Hello)
        self._port.baudrate = baud
        try:
            self.sleep(0.05)
            self.hello = self.ask(AskHello(), Hello, 1.0, 0.2)
        except LinkError:
            self.sleep(2.2)
            self._port.baudrate = before
            self.hello = self.ask(AskHello(), Hello, 3.0)
            self.notes.append(f"Nothing was heard at {baud} baud; it stays at {before}.")

    def _pings(self) -> int:
        """Ask for the time; how many questions were answered."""
        good = 0
        for at in range(_PINGS):
            echo = b"time" + at.to_bytes(4, "little")
            asked = self.now()
            self.send(Ping(echo))
            until = asked + 0.25
            while self.now() < until:
                now, found = self.poll()
                pongs = [one.message for one in found if isinstance(one, Frame)]
                for one in pongs:
                    if isinstance(one, Pong) and one.echo == echo:
                        self.clock.answered(self.unwrap(one.time_us) * 1e-6, asked, now)
                        good, until = good + 1, now
        return good

    def set(self, channels: tuple[int, ...], rate: int, batch: int, self_test: bool) -> Hello:
        """Configure the board and look whether the line is good.

        Raises
        ------
        RefusedError
            The board cannot do this; the message says what it can.
        """
        if rate < SLOWEST:
            raise RefusedError(f"rate: {SLOWEST} Hz or more, not {rate}.")
        self.ask(SelfTest(int(self_test)), Hello)
        for _ in range(3):  # what is answered first may be a question from before
            self.hello = self.ask(Configure(channels, rate, batch), Hello)
            if (self.hello.channels, self.hello.rate, self.hello.batch) == (channels, rate, batch):
                break
        else:
            raise RefusedError(f"The board has set {self.hello}, not what it was asked for. Flash "
                               "the sketch that comes with the package.")  # fmt: skip
        self._first = self._first or self.hello
        now, before = self.hello, self._first
        if (now.reference_mv, now.kind) != (before.reference_mv, before.kind):
            raise RefusedError("This is another board or sketch: its counts are other volts. "
                               "Plug in the first one, or stop and record anew.")  # fmt: skip
        good, slow = self._pings(), BAUDS[0]
        bad = good < _PINGS - 2
        if bad and self.hello.baud > slow and rate <= limits(len(channels), batch, slow).line:
            self.notes.append(f"{_PINGS - good} of {_PINGS} test frames got lost at "
                              f"{self.hello.baud} baud; {slow} is used.")  # fmt: skip
            self._change(slow)
            good = self._pings()
        if good == 0:
            raise LinkError("The board answers no question for the time. Try another cable.")
        if good < _PINGS:
            self.notes.append(f"{_PINGS - good} of {_PINGS} test frames got lost: a bad line.")
        self.parser.channels = len(channels)
        return self.hello

    def start(self) -> tuple[float, list[Block | Frame]]:
        """START; what comes with the first frame that counts.

        Raises
        ------
        LinkError
            The board does not start.
        """
        self.parser.restart()
        self.parser.counts = Counts()
        for _ in range(4):
            self.send(Start())
            until = self.now() + 0.7
            while self.now() < until:
                now, found = self.poll()
                for one in found:
                    if isinstance(one, Block) or one.message.code in COUNTED:
                        return now, found
        raise LinkError("The board does not start.")
