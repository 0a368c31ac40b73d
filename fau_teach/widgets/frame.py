"""One frame of the wire, byte by byte: turn a bit over, lose a byte, and see what the check says.

The module makes the frame and reads it again by itself; a page test compares both with
:mod:`fau_teach.emg`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import traitlets

from fau_teach.emg import protocol
from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, table_html

NUMBER, ALIKE = 7, int.from_bytes(protocol.SYNC, "little")
"""Sequence numbers: an ordinary one, and one whose bytes look like the start of a frame."""
TIME_US = 1_234_000
COUNTS = ((412, 530), (415, 528))
"""Two rows of the pins A0 and A1."""
SIZE = protocol.HEAD + protocol.DATA_HEAD.size + 8 + protocol.TAIL
FIELDS = (
    (0, "sync", "Two bytes that begin every frame."),
    (2, "type", "01 is HELLO, 02 is DATA: samples."),
    (3, "length", "How many bytes of payload follow the number."),
    (4, "number", "Counts the frames, so that a missing one shows. The low byte comes first."),
    (6, "time", "The board's clock at the first row, in microseconds."),
    (10, "channels", "How many pins."),
    (11, "rows", "How many times each pin was read."),
    (12, "A0, row 1", "A count of the ADC, 0 to 1,023."),
    (14, "A1, row 1", "A count of the ADC, 0 to 1,023."),
    (16, "A0, row 2", "A count of the ADC, 0 to 1,023."),
    (18, "A1, row 2", "A count of the ADC, 0 to 1,023."),
    (20, "check", "CRC-16 of everything from type to the last sample."),
)
"""First byte, name and meaning of each part."""
POLYNOMIAL = 0x11021 << 4
"""Turned over together, the bits of the check's own polynomial leave no rest: nobody sees it.
Shifted so that both counts stay below 1,024."""


def _at(byte: int, pattern: int) -> list[int]:
    """Numbers of the bits of a pattern of three bytes that begins at a byte."""
    return [
        8 * (byte + k) + 7 - bit
        for k in range(3)
        for bit in range(7, -1, -1)
        if pattern >> 8 * (2 - k) + bit & 1
    ]


PRESETS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("no damage", {"number": NUMBER, "flipped": [], "lost": -1, "chosen": 12}),
    ("one bit", {"number": NUMBER, "flipped": [8 * 12 + 2], "lost": -1, "chosen": 12}),
    ("a wrong length", {"number": NUMBER, "flipped": [8 * 3 + 1], "lost": -1, "chosen": 3}),
    ("a lost byte", {"number": NUMBER, "flipped": [], "lost": 15, "chosen": 15}),
    ("a false start", {"number": ALIKE, "flipped": [8 * 12 + 7], "lost": -1, "chosen": 4}),
    ("four bits, by malice",
     {"number": NUMBER, "flipped": _at(14, POLYNOMIAL), "lost": -1, "chosen": 14}),
)  # fmt: skip


def stream(
    number: int = NUMBER, flipped: Iterable[int] = (), lost: int = -1, sample: int = COUNTS[0][0],
    by: str = "board",
) -> bytes:  # fmt: skip
    """Two frames as they come down the line, the first one damaged.

    Parameters
    ----------
    number : of the first frame
    flipped : bits of it that turn over; bit 8 k is the highest of byte k
    lost : byte of it that gets lost; -1: none
    sample : count of A0 in row 1
    by : ``"board"``, before the check was computed, or ``"line"``, afterwards

    Source: S4-003.
    """
    rows = [list(row) for row in COUNTS]
    first, second = (
        bytearray(protocol.frame(protocol.Data.of(TIME_US + 2000 * k, rows), number + k))
        for k in (0, 1)
    )
    if by == "board":
        rows[0][0] = sample
        first = bytearray(protocol.frame(protocol.Data.of(TIME_US, rows), number))
    else:
        first[12:14] = sample.to_bytes(2, "little")
    for bit in flipped:
        first[bit // 8] ^= 0x80 >> bit % 8
    if lost >= 0:
        del first[lost]
    return bytes(first + second)


class WireFrame(Panel):
    """A frame of two rows of two pins, and a second one behind it.

    Parameters
    ----------
    number, flipped, lost, sample, by : as in :func:`stream`
    chosen : the byte whose bits are shown

    Raises
    ------
    ValueError
        ``by`` is neither.
    traitlets.TraitError
        A number is out of range.

    Source: S4-003.
    """

    figure = "frame"

    number = traitlets.Int(NUMBER, min=0, max=65535).tag(sync=True)
    flipped = traitlets.List(traitlets.Int(min=0, max=8 * SIZE - 1)).tag(sync=True)
    lost = traitlets.Int(-1, min=-1, max=SIZE - 1).tag(sync=True)
    sample = traitlets.Int(COUNTS[0][0], min=0, max=1023).tag(sync=True)
    by = traitlets.Unicode("board").tag(sync=True)
    chosen = traitlets.Int(12, min=0, max=SIZE - 1).tag(sync=True)

    def __init__(self, by: str = "board", **kwargs: Any) -> None:
        check_option("who changes it", by, ("board", "line"))
        kwargs.setdefault("label", "One frame, byte by byte")
        data = {"fields": FIELDS, "presets": PRESETS, "time": TIME_US, "counts": COUNTS}
        super().__init__(data=data, by=by, **kwargs)

    def fallback_html(self) -> str:
        """Table: every part of the frame with its bytes."""
        whole = stream()
        ends = [*(first for first, _, _ in FIELDS[1:]), SIZE]
        rows = (
            (name, whole[first:end].hex(" ").upper(), means)
            for (first, name, means), end in zip(FIELDS, ends, strict=True)
        )
        return table_html("A DATA frame of two rows of two pins", ("part", "bytes", "means"), rows)
