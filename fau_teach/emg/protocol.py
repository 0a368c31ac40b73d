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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fau_teach.emg.messages import (
    BATCH,
    BAUD,
    BITS,
    CHANNELS,
    COUNTED,
    DATA_HEAD,
    MOST_CHANNELS,
    RATE,
    REFERENCE_MV,
    TYPES,
    UNUSED,
    VERSION,
    AskHello,
    Baud,
    Close,
    Configure,
    Data,
    Error,
    Hello,
    Message,
    Ping,
    Pong,
    ProtocolError,
    Refusal,
    SelfTest,
    Start,
    Status,
    Stop,
)

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "BATCH",
    "BAUD",
    "BAUDS",
    "BITS",
    "CHANNELS",
    "COUNTED",
    "DATA_HEAD",
    "HEAD",
    "KINDS",
    "MOST_CHANNELS",
    "PERIOD",
    "RATE",
    "REFERENCE_MV",
    "ROW_US",
    "SKEW_US",
    "SLOWEST",
    "SYNC",
    "TAIL",
    "TYPES",
    "UNUSED",
    "VERSION",
    "AskHello",
    "Baud",
    "Close",
    "Configure",
    "Data",
    "Error",
    "Hello",
    "Limits",
    "Message",
    "Ping",
    "Pong",
    "ProtocolError",
    "Refusal",
    "SelfTest",
    "Start",
    "Status",
    "Stop",
    "crc",
    "frame",
    "limits",
    "message",
    "ramp",
    "volts",
]

SYNC = b"\xa5\x5a"
HEAD, TAIL = 6, 2
"""Bytes before and after the payload."""
PERIOD = 1 << 16
"""Sequence numbers before they repeat."""
BAUDS = (115_200, 250_000, 500_000)
"""Speeds that the board knows; the first is the fallback."""
KINDS = ("raw", "envelope", "unknown")
SKEW_US = 112
"""From one channel to the next: 13 clocks of a conversion and one to start it, of 8 us each."""
ROW_US = 32
"""To begin a row, while other interrupts wait their turn."""
SLOWEST = 4
"""Lowest rate [Hz]; the timer cannot count longer."""


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

    A row takes :data:`SKEW_US` a channel and :data:`ROW_US` to begin. The line has 10 bits a
    byte, and a tenth of it is kept for STATUS and PONG.

    Source: S4-003; data sheet (conversion of 13 clocks, 125 kHz).
    """
    size = HEAD + DATA_HEAD.size + 2 * channels * batch + TAIL
    adc = 1_000_000 // (SKEW_US * channels + ROW_US)
    return Limits(adc, baud * 9 // 100 * batch // size, (255 - DATA_HEAD.size) // (2 * channels))


def ramp(first: int, rows: int, channels: int) -> npt.NDArray[Any]:
    """Counts (rows, channels) of the self test: up by 1 a row, 128 apart, modulo 1024."""
    import numpy as np

    steps = first + np.arange(rows)[:, None] + 128 * np.arange(channels)[None]
    return np.asarray(steps % 1024, "<u2")


def volts(counts: npt.ArrayLike, reference_mv: int = REFERENCE_MV) -> npt.NDArray[Any]:
    """Volts in the middle of each step of the ADC: off by half a step (2.44 mV at 5 V) at most."""
    import numpy as np

    middle = np.asarray(counts, float) + 0.5
    return np.asarray(middle * (reference_mv / 1000 / 2**BITS))
