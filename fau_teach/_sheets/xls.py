"""The cells of an ``.xls`` file (Excel 97 to 2003): records in a stream in a compound file."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from fau_teach._sheets.cells import ERRORS, Budget, Grid, Refused, is_date, number_text

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of every compound file."""
SHEETS = 500
"""Most sheets."""
RECORDS = 600_000
"""Most records of all sheets together."""
_SPECIAL = 0xFFFFFFFA
_CELLS = {0x203: "<d", 0x27E: "<I", 0xFD: "<I", 0x205: "<BB", 0x06: "<8s"}
"""Records of one cell -> what follows its row, column and style."""


def read(raw: bytes) -> tuple[dict[str, Grid], list[str]]:
    """Sheets by name, and sentences on what may have been lost.

    Raises
    ------
    Refused
        The file goes beyond a limit, is protected, or is no workbook.
    """
    stream = _workbook(raw)
    book, grids, budget = _Book(stream), dict[str, Grid](), Budget()
    if len(book.sheets) > SHEETS:
        raise Refused(f"there are more than {SHEETS} sheets", "Split the workbook")
    for name, offset in book.sheets:
        grids[name] = book.fill(Grid(name, budget), offset)
    return grids, []


def _workbook(raw: bytes) -> bytes:
    """The stream that holds the workbook."""
    shift = struct.unpack_from("<H", raw, 30)[0]
    if shift not in (9, 12):
        raise Refused("the compound file has an unknown form", "Save it anew as .xlsx")
    size = 1 << shift
    folder, cutoff, short_table, more = struct.unpack_from("<I4xII4xI", raw, 48)
    sectors = [raw[at : at + size].ljust(size, b"\0") for at in range(size, len(raw), size)]
    words = f"<{size // 4}I"
    places = [at for at in struct.unpack_from("<109I", raw, 76) if at < _SPECIAL]
    while more < _SPECIAL and len(places) <= len(sectors):
        *further, more = struct.unpack(words, sectors[more])
        places += [at for at in further if at < _SPECIAL]
    if len(places) > len(sectors):
        raise Refused("the compound file runs in a circle", "Save it anew as .xlsx")
    table = [word for at in places for word in struct.unpack(words, sectors[at])]
    entries = _chain(folder, table, sectors)
    streams: dict[str, tuple[int, int]] = {}
    for at in range(0, len(entries), 128):
        length, start, count = struct.unpack_from("<H50xII", entries, at + 64)
        name = entries[at : at + max(length - 2, 0)].decode("utf-16-le")
        streams.setdefault(name.lower(), (start, count))
    if "encryptedpackage" in streams:
        raise Refused("the workbook is protected by a password", "Save it without one")
    if "workbook" not in streams:
        problem = "it holds no workbook of Excel 97 or later"
        raise Refused(problem, "Save it as .xlsx", "compound file")
    start, count = streams["workbook"]
    if count >= cutoff:
        return _chain(start, table, sectors)[:count]
    short = _chain(streams["root entry"][0], table, sectors)
    pieces = [short[at : at + 64] for at in range(0, len(short), 64)]
    shorts = _chain(short_table, table, sectors)
    return _chain(start, struct.unpack(f"<{len(shorts) // 4}I", shorts), pieces)[:count]


def _chain(start: int, table: list[int] | tuple[int, ...], sectors: list[bytes]) -> bytes:
    found = []
    while start < _SPECIAL:
        found.append(sectors[start])
        start = table[start]
        if len(found) > len(sectors):
            raise Refused("the compound file runs in a circle", "Save it anew as .xlsx")
    return b"".join(found)


class _Book:
    """What all sheets share: texts, styles, and where each sheet begins."""

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self.sheets: list[tuple[str, int]] = []
        self._strings: list[str] = []
        patterns: dict[int, str] = {}
        formats: list[int] = []
        pieces: list[bytes] = []
        self._from_1904 = last = 0
        self._left = RECORDS
        for kind, data in self._records(0):
            if kind == 0x809 and data[:2] != b"\0\x06":
                raise Refused("the workbook is older than Excel 97", "Save it as .xlsx")
            if kind == 0x2F:
                raise Refused("the workbook is protected by a password", "Save it without one")
            if kind == 0x85 and data[5] == 0:
                name = _Texts([data[6:]]).text(data[6], 1)
                self.sheets.append((name, struct.unpack_from("<I", data)[0]))
            elif kind == 0xFC or (kind == 0x3C and last == 0xFC):
                pieces.append(data)
            elif kind == 0x22:
                self._from_1904 = data[0]
            elif kind == 0xE0:
                formats.append(struct.unpack_from("<H", data, 2)[0])
            elif kind == 0x41E:
                number, length = struct.unpack_from("<HH", data)
                patterns[number] = _Texts([data]).text(length, 4)
            last = last if kind == 0x3C else kind
        self._dates = [is_date(number, patterns.get(number, "")) for number in formats]
        if pieces:
            self._strings = list(_Texts(pieces).all())

    def _records(self, at: int) -> Iterator[tuple[int, bytes]]:
        """Kind and content of the records of one part of the stream, without parts inside it."""
        depth = 0
        while True:
            kind, length = struct.unpack_from("<HH", self._stream, at)
            at += 4 + length
            depth += (kind == 0x809) - (kind == 0x0A)
            self._left -= 1
            if self._left < 0:
                raise Refused(f"there are more than {RECORDS:,} records", "Split the workbook")
            if depth <= 0:
                return
            if depth == 1:
                yield kind, self._stream[at - length : at]

    def fill(self, grid: Grid, at: int) -> Grid:
        """Put the cells of the sheet that begins at a place of the stream into its grid."""
        waits: tuple[int, int] | None = None
        for kind, data in self._records(at):
            if kind in _CELLS or kind in (0x204, 0xD6):
                row, column, style = struct.unpack_from("<HHH", data)
                waits = None
                if kind not in _CELLS:
                    length = struct.unpack_from("<H", data, 6)[0]
                    text = _Texts([data]).text(length, 8)
                else:
                    values = struct.unpack_from(_CELLS[kind], data, 6)
                    text = self._meaning(kind, style, *values)
                    if kind == 0x06 and values[0][6:] == b"\xff\xff" and values[0][0] == 0:
                        waits = row, column
                grid.put(row, column, text)
            elif kind == 0xBD:
                row, column = struct.unpack_from("<HH", data)
                for step in range((len(data) - 6) // 6):
                    style, packed = struct.unpack_from("<HI", data, 4 + 6 * step)
                    grid.put(row, column + step, self._meaning(0x27E, style, packed))
            elif kind == 0x207 and waits:
                length = struct.unpack_from("<H", data)[0]
                grid.put(*waits, _Texts([data]).text(length, 2))
                waits = None
        return grid

    def _meaning(self, kind: int, style: int, *values: int | float | bytes) -> str:
        value = values[0]
        if kind == 0xFD:
            return self._strings[int(value)]
        if kind == 0x205:
            return _bool_or_error(int(value), bool(values[1]))
        if isinstance(value, bytes):
            if value[6:] == b"\xff\xff":
                known = value[0] in (1, 2)
                return _bool_or_error(value[2], value[0] == 2) if known else ""
            value = struct.unpack("<d", value)[0]
        elif kind == 0x27E:
            value = _unpacked(int(value))
        date = style < len(self._dates) and self._dates[style]
        return number_text(float(value), date, bool(self._from_1904))


def _bool_or_error(value: int, error: bool) -> str:
    return ERRORS.get(value, "#N/A") if error else ("TRUE" if value else "FALSE")


def _unpacked(packed: int) -> float:
    """A number that was packed into 30 bits."""
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed >> 31 else 0))
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return value / 100 if packed & 1 else value


class _Texts:
    """Texts in a record and those that continue it."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = iter(pieces)
        self._piece, self._at = next(self._pieces), 0

    def text(self, length: int, at: int) -> str:
        """A text of so many characters; ``at`` is where its mark of the width stands."""
        self._at = at + 1
        return self._characters(length, bool(self._piece[at] & 1))

    def all(self) -> Iterator[str]:
        """Every text of the table of shared texts."""
        count, self._at = struct.unpack_from("<I", self._piece, 4)[0], 8
        for _ in range(count):
            if self._at >= len(self._piece):
                self._piece, self._at = next(self._pieces, b""), 0
                if not self._piece:
                    return
            length, marks = struct.unpack_from("<HB", self._piece, self._at)
            self._at += 3
            spare = 0
            if marks & 8:
                spare += 4 * struct.unpack_from("<H", self._piece, self._at)[0]
                self._at += 2
            if marks & 4:
                spare += struct.unpack_from("<I", self._piece, self._at)[0]
                self._at += 4
            yield self._characters(length, bool(marks & 1))
            self._at += spare
            while self._at > len(self._piece):
                self._at -= len(self._piece)
                self._piece = next(self._pieces)

    def _characters(self, length: int, wide: bool) -> str:
        found = []
        while True:
            taken = min(length, (len(self._piece) - self._at) >> wide)
            end = self._at + (taken << wide)
            found.append(self._piece[self._at : end].decode("utf-16-le" if wide else "latin-1"))
            self._at = end
            length -= taken
            if not length:
                # Half a pair and control characters could not be written again.
                return "".join(found).replace("\0", "\ufffd")
            self._piece, self._at = next(self._pieces), 1
            wide = bool(self._piece[0] & 1)
