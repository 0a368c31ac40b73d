"""What the frames of :mod:`fau_teach.emg.protocol` say, and their bytes."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    import numpy.typing as npt

VERSION = 1
MOST_CHANNELS, UNUSED = 8, 0xFF
BITS, REFERENCE_MV = 10, 5000
RATE, CHANNELS, BATCH, BAUD = 1000, (0, 1, 2, 3), 10, 500_000
DATA_HEAD = struct.Struct("<IBB")
"""What stands before the counts of a DATA frame."""


class ProtocolError(ValueError):
    """Something does not fit into a frame of this protocol, or is not one."""


class Refusal(IntEnum):
    """Why the board refuses; the comment says what ``value`` is."""

    UNKNOWN = 1  # the type that it does not know
    LENGTH = 2  # the length that does not fit the type
    CRC = 3  # how many frames came damaged since the reset
    CHANNELS = 4  # how many channels were asked for, or the pin that does not exist or comes twice
    ADC = 5  # the highest rate that the ADC can do with so many channels
    LINE = 6  # the highest rate that the line can carry with so many channels and this batch
    SLOW = 7  # the lowest rate
    BATCH = 8  # the largest batch with so many channels
    BUSY = 9  # the type that has to wait for STOP
    BAUD = 10  # the present speed / 100


_REASONS = {
    Refusal.UNKNOWN: "it does not know frames of type 0x{:02x}",
    Refusal.LENGTH: "a payload of {} bytes does not fit the frame's type",
    Refusal.CRC: "the frame came damaged; {} did since the reset",
    Refusal.CHANNELS: "it takes 1 to 8 different pins from 0 to 15; {} is wrong",
    Refusal.ADC: "the ADC takes at most {} Hz with so many channels",
    Refusal.LINE: "the line carries at most {} Hz with so many channels; a larger batch helps",
    Refusal.SLOW: "the lowest rate is {} Hz",
    Refusal.BATCH: "a batch holds 1 to {} rows with so many channels",
    Refusal.BUSY: "frame 0x{:02x} has to wait until STOP",
    Refusal.BAUD: "it does not know that speed; it stays at {}00 baud",
}


class _Message:
    """A payload of fixed form; the fields stand in the order of the wire."""

    __slots__ = ()
    code: ClassVar[int]
    form: ClassVar[struct.Struct]

    def payload(self) -> bytes:
        """The bytes between head and CRC."""
        return _packed(self.form, *_eight(astuple(self)))  # type: ignore[call-overload]

    @classmethod
    def read(cls, payload: bytes) -> Self:
        """The message of a payload."""
        return cls(*_unpacked(cls.form, payload))


@dataclass(frozen=True, slots=True)
class Hello(_Message):
    """Who the board is and how it is set."""

    code: ClassVar[int] = 0x01
    form: ClassVar[struct.Struct] = struct.Struct("<B3BBHB8BHBIB")

    channels: tuple[int, ...] = CHANNELS
    rate: int = RATE
    batch: int = BATCH
    baud: int = BAUD
    kind: int = 2
    version: int = VERSION
    firmware: tuple[int, int, int] = (1, 0, 0)
    bits: int = BITS
    reference_mv: int = REFERENCE_MV

    def payload(self) -> bytes:
        """The bytes between head and CRC."""
        about = (self.version, *self.firmware, self.bits, self.reference_mv)
        how = (self.rate, self.batch, self.baud, self.kind)
        return _packed(self.form, *about, *_pins(self.channels), *how)

    @classmethod
    def read(cls, payload: bytes) -> Self:
        """The message of a payload."""
        version, *firmware, bits, mv, n = (values := _unpacked(cls.form, payload))[:7]
        rate, batch, baud, kind = values[15:]
        pins, made = _channels(n, values[7:15]), (firmware[0], firmware[1], firmware[2])
        return cls(pins, rate, batch, baud, kind, version, made, bits, mv)


@dataclass(frozen=True, slots=True)
class Data(_Message):
    """One batch: ``rows`` rows of ``channels`` counts, little-endian u16 in ``samples``."""

    code: ClassVar[int] = 0x02

    time_us: int
    channels: int
    rows: int
    samples: bytes

    def payload(self) -> bytes:
        """The bytes between head and CRC."""
        if len(self.samples) != 2 * self.channels * self.rows:
            raise ProtocolError(f"{len(self.samples)} bytes are not {self.rows} rows.")
        return _packed(DATA_HEAD, self.time_us, self.channels, self.rows) + self.samples

    @classmethod
    def read(cls, payload: bytes) -> Self:
        """The message of a payload."""
        time_us, channels, rows = _unpacked(DATA_HEAD, payload[: DATA_HEAD.size])
        if not 1 <= channels <= MOST_CHANNELS or len(payload) != 6 + 2 * channels * rows:
            raise ProtocolError(f"{len(payload)} bytes are not {rows} rows of {channels} channels.")
        return cls(time_us, channels, rows, bytes(payload[DATA_HEAD.size :]))

    @classmethod
    def of(cls, time_us: int, counts: npt.ArrayLike) -> Self:
        """The message of counts (rows, channels)."""
        import numpy as np

        table = np.asarray(counts, "<u2")
        return cls(time_us, table.shape[1], table.shape[0], table.tobytes())

    def counts(self) -> npt.NDArray[Any]:
        """ADC counts (rows, channels)."""
        import numpy as np

        return np.frombuffer(self.samples, "<u2").reshape(self.rows, self.channels)


@dataclass(frozen=True, slots=True)
class _Counts(_Message):
    form: ClassVar[struct.Struct] = struct.Struct("<4I")

    time_us: int = 0
    overruns: int = 0
    dropped: int = 0
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Status(_Counts):
    """Counts since START: ticks that the ADC missed, batches dropped, rows handed to the line."""

    code: ClassVar[int] = 0x03


@dataclass(frozen=True, slots=True)
class Close(_Counts):
    """The closing count."""

    code: ClassVar[int] = 0x04


@dataclass(frozen=True, slots=True)
class Error(_Message):
    """A refusal; as text it says what to do instead."""

    code: ClassVar[int] = 0x05
    form: ClassVar[struct.Struct] = struct.Struct("<BH")

    reason: int
    value: int

    def __str__(self) -> str:
        known = self.reason in _REASONS
        text = _REASONS[Refusal(self.reason)] if known else f"code {self.reason}, value {{}}"
        return f"The board refuses: {text.format(self.value)}."


@dataclass(frozen=True, slots=True)
class Pong(_Message):
    """Answer to a ping, with the board's time at which that was complete."""

    code: ClassVar[int] = 0x06
    form: ClassVar[struct.Struct] = struct.Struct("<8sI")

    echo: bytes
    time_us: int


@dataclass(frozen=True, slots=True)
class AskHello(_Message):
    """Who are you?"""

    code: ClassVar[int] = 0x81
    form: ClassVar[struct.Struct] = struct.Struct("")


@dataclass(frozen=True, slots=True)
class Configure(_Message):
    """Sample these analogue pins so often, and send so many rows at a time."""

    code: ClassVar[int] = 0x82
    form: ClassVar[struct.Struct] = struct.Struct("<B8BHB")

    channels: tuple[int, ...] = CHANNELS
    rate: int = RATE
    batch: int = BATCH

    def payload(self) -> bytes:
        """The bytes between head and CRC."""
        return _packed(self.form, *_pins(self.channels), self.rate, self.batch)

    @classmethod
    def read(cls, payload: bytes) -> Self:
        """The message of a payload."""
        n, *pins, rate, batch = _unpacked(cls.form, payload)
        return cls(_channels(n, pins), rate, batch)


@dataclass(frozen=True, slots=True)
class Start(_Message):
    """Sample; all counts begin at 0."""

    code: ClassVar[int] = 0x83
    form: ClassVar[struct.Struct] = struct.Struct("")


@dataclass(frozen=True, slots=True)
class Stop(_Message):
    """Send the rest and the closing count."""

    code: ClassVar[int] = 0x84
    form: ClassVar[struct.Struct] = struct.Struct("")


@dataclass(frozen=True, slots=True)
class SelfTest(_Message):
    """1: a known ramp instead of the ADC. 0: the ADC."""

    code: ClassVar[int] = 0x85
    form: ClassVar[struct.Struct] = struct.Struct("<B")

    on: int = 1


@dataclass(frozen=True, slots=True)
class Ping(_Message):
    """Eight bytes to send back."""

    code: ClassVar[int] = 0x86
    form: ClassVar[struct.Struct] = struct.Struct("<8s")

    echo: bytes = bytes(8)


@dataclass(frozen=True, slots=True)
class Baud(_Message):
    """Change the speed of the line."""

    code: ClassVar[int] = 0x87
    form: ClassVar[struct.Struct] = struct.Struct("<I")

    baud: int = BAUD


Message = (
    Hello | Data | Status | Close | Error | Pong
    | AskHello | Configure | Start | Stop | SelfTest | Ping | Baud
)  # fmt: skip
TYPES: dict[int, type[Message]] = {
    one.code: one
    for one in (
        *(Hello, Data, Status, Close, Error, Pong),
        *(AskHello, Configure, Start, Stop, SelfTest, Ping, Baud),
    )
}
COUNTED = frozenset({Data.code, Status.code})
"""Types of the board that use up a sequence number."""


def _eight(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if any(isinstance(one, bytes) and len(one) != 8 for one in values):
        raise ProtocolError("a ping has 8 bytes.")
    return values


def _packed(form: struct.Struct, *values: Any) -> bytes:
    try:
        return form.pack(*values)
    except struct.error as error:
        raise ProtocolError(f"this does not fit into the frame: {error}.") from None


def _unpacked(form: struct.Struct, payload: bytes) -> tuple[Any, ...]:
    if len(payload) != form.size:
        raise ProtocolError(f"a payload of {len(payload)} bytes, not {form.size}.")
    return form.unpack(payload)


def _pins(channels: tuple[int, ...]) -> tuple[int, ...]:
    if len(channels) > MOST_CHANNELS:
        raise ProtocolError(f"{len(channels)} channels; a frame names at most {MOST_CHANNELS}.")
    return (len(channels), *channels, *[UNUSED] * (MOST_CHANNELS - len(channels)))


def _channels(count: int, pins: Sequence[int]) -> tuple[int, ...]:
    if count > MOST_CHANNELS or set(pins[count:]) - {UNUSED}:
        raise ProtocolError(f"{count} channels do not fit the list {list(pins)}.")
    return tuple(pins[:count])
