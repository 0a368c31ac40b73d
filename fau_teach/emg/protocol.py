"""The wire between board and computer, version 1, byte by byte.

Numbers are little-endian: the low byte comes first. u8, u16 and u32 are whole numbers of one, two
and four bytes without a sign. Every frame, in both directions:

====== ========= ==================================================================
byte   content   meaning
====== ========= ==================================================================
0      ``A5``    first sync byte
1      ``5A``    second sync byte
2      type u8   what the payload is, see below; host frames have the top bit set
3      length u8 bytes of payload, n
4-5    number u16 sequence number, see below
6      payload   n bytes
6+n    CRC u16   CRC-16/CCITT-FALSE of bytes 2 to 5+n (polynomial 1021, start FFFF)
====== ========= ==================================================================

The sync bytes can also occur inside a frame. Only a right CRC makes a frame. A receiver that
finds a wrong one starts again one byte after the sync.

**Sequence number.** START sets it to 0. DATA and STATUS carry it and count it up by one; after
65,535 comes 0. A batch that the board had to drop uses up its number as well, so a gap shows each
block that is missing, wherever it was lost. Every other frame of the board carries the number
that the next DATA or STATUS will have, and does not use it up. CLOSE therefore says how many
there were, and the loss of the very last frames is seen too. Host frames count themselves.

Board to host:

==== ====== =====================================================================================
type name   payload
==== ====== =====================================================================================
01   HELLO  protocol version u8, firmware version 3 x u8, bits of the ADC u8, reference [mV] u16,
            channels u8, their analogue pins 8 x u8 (FF where unused), rate [Hz] u16, batch u8,
            baud u32, kind u8 (0 raw, 1 envelope, 2 unknown): 24 bytes
02   DATA   board time of the first row [us] u32, channels u8, rows u8, then the counts u16, row
            by row, within a row channel by channel: 6 + 2 x rows x channels bytes
03   STATUS board time [us] u32, overruns u32, dropped batches u32, rows sent u32: 16 bytes
04   CLOSE  the same as STATUS: the closing count
05   ERROR  code u8, value u16 (:class:`Refusal` says what they mean)
06   PONG   the 8 bytes of PING, board time [us] at which PING was complete u32
==== ====== =====================================================================================

Host to board:

==== ========= ==================================================================================
type name      payload, and the answer
==== ========= ==================================================================================
81   ASK HELLO nothing; HELLO
82   CONFIGURE channels u8, pins 8 x u8, rate u16, batch u8; HELLO as really set, or ERROR
83   START     nothing; STATUS number 0 with all counts 0, then DATA, and a STATUS each second
84   STOP      nothing; the rest as a short DATA, then CLOSE. Asked again: CLOSE again
85   SELF TEST u8: 1 a known ramp (:func:`ramp`) instead of the ADC, 0 the ADC; HELLO
86   PING      8 bytes; PONG
87   BAUD      u32; HELLO at the old speed with the new one in it, then the speed changes. A board
               that hears no good frame at the new speed within 2 s goes back to its first speed
==== ========= ==================================================================================

After a reset the board sends HELLO unasked. While it samples, it refuses CONFIGURE, START, SELF
TEST and BAUD as busy. A host frame of which 100 ms long nothing more comes is forgotten.

**Time.** A row is sampled channel after channel, :data:`SKEW_US` apart. Rows in a batch are evenly
spaced; a tick that came too early for the ADC (an overrun) ends the batch, so that the next one
has a time of its own. The board's clock wraps after 71.6 minutes.

Source: S4-003 (board and sensor); limits from the ATmega2560 data sheet, section "ADC".
"""

from __future__ import annotations

import binascii
import struct
from dataclasses import astuple, dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    import numpy.typing as npt

VERSION = 1
SYNC = b"\xa5\x5a"
HEAD, TAIL = 6, 2
"""Bytes before and after the payload."""
PERIOD = 1 << 16
"""Sequence numbers before they repeat."""
MOST_CHANNELS, PINS, UNUSED = 8, 16, 0xFF
BITS, REFERENCE_MV = 10, 5000
RATE, CHANNELS, BATCH, BAUD = 1000, (0, 1, 2, 3), 10, 500_000
BAUDS = (115_200, 250_000, 500_000)
"""Speeds that the board knows; the first is the fallback."""
KINDS = ("raw", "envelope", "unknown")
SKEW_US = 112
"""From one channel to the next: 13 clocks of a conversion and one to start it, of 8 us each."""
SLOWEST = 4
"""Lowest rate [Hz]; the timer cannot count longer."""
_DATA = struct.Struct("<IBB")


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
        return _packed(self.form, *_eight(astuple(self)))

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
        a, f1, f2, f3, bits, mv, n, *rest = _unpacked(cls.form, payload)
        return cls(_channels(n, rest[:8]), *rest[8:], a, (f1, f2, f3), bits, mv)


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
        return _packed(_DATA, self.time_us, self.channels, self.rows) + self.samples

    @classmethod
    def read(cls, payload: bytes) -> Self:
        """The message of a payload."""
        time_us, channels, rows = _unpacked(_DATA, payload[: _DATA.size])
        if not 1 <= channels <= MOST_CHANNELS or len(payload) != 6 + 2 * channels * rows:
            raise ProtocolError(f"{len(payload)} bytes are not {rows} rows of {channels} channels.")
        return cls(time_us, channels, rows, bytes(payload[_DATA.size :]))

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
        n, *rest = _unpacked(cls.form, payload)
        return cls(_channels(n, rest[:8]), *rest[8:])


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


def _channels(count: int, pins: list[int]) -> tuple[int, ...]:
    if count > MOST_CHANNELS or set(pins[count:]) - {UNUSED}:
        raise ProtocolError(f"{count} channels do not fit the list {pins}.")
    return tuple(pins[:count])


def crc(data: bytes) -> int:
    """CRC-16/CCITT-FALSE; of ``b"123456789"`` it is 0x29B1."""
    return binascii.crc_hqx(data, 0xFFFF)


def frame(message: Message, number: int = 0) -> bytes:
    """The whole frame of a message.

    Raises
    ------
    ProtocolError
        A value does not fit into its bytes.
    """
    payload = message.payload()
    if len(payload) > 255:
        raise ProtocolError(f"{len(payload)} bytes; a frame carries at most 255.")
    body = struct.pack("<BBH", message.code, len(payload), number % PERIOD) + payload
    return SYNC + body + crc(body).to_bytes(2, "little")


def message(code: int, payload: bytes) -> Message:
    """What a payload of this type says.

    Raises
    ------
    ProtocolError
        Unknown type, or the payload does not fit it.
    """
    if code not in TYPES:
        raise ProtocolError(f"0x{code:02x} is no type of frame in version {VERSION}.")
    return TYPES[code].read(payload)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the board can do with so many channels: rates in Hz, and rows in a batch."""

    adc: int
    line: int
    batch: int

    @property
    def rate(self) -> int:
        """The highest rate [Hz]."""
        return min(self.adc, self.line)


def limits(channels: int, batch: int = BATCH, baud: int = BAUD) -> Limits:
    """Highest rates that the board accepts.

    A row takes :data:`SKEW_US` a channel and 16 us to begin. The line has 10 bits a byte, and a
    tenth of it is kept for STATUS and PONG.

    Source: S4-003; data sheet (conversion of 13 clocks, 125 kHz).
    """
    size = HEAD + _DATA.size + 2 * channels * batch + TAIL
    adc = 1_000_000 // (SKEW_US * channels + 16)
    return Limits(adc, baud * 9 // 100 * batch // size, (255 - _DATA.size) // (2 * channels))


def ramp(first: int, rows: int, channels: int) -> npt.NDArray[Any]:
    """Counts (rows, channels) of the self test: up by 1 a row, 128 apart, modulo 1024."""
    import numpy as np

    steps = first + np.arange(rows)[:, None] + 128 * np.arange(channels)[None]
    return (steps % 1024).astype("<u2")


def volts(counts: npt.ArrayLike, reference_mv: int = REFERENCE_MV) -> npt.NDArray[Any]:
    """Volts in the middle of each step of the ADC: off by half a step (2.44 mV at 5 V) at most."""
    import numpy as np

    return (np.asarray(counts) + 0.5) * (reference_mv / 1000 / 2**BITS)
