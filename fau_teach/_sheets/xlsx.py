"""The cells of an ``.xlsx`` file: a zip archive of XML parts, both within limits."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable
from xml.parsers import expat

from fau_teach._sheets.cells import LONGEST, Budget, Grid, Refused, is_date, number_text

PARTS = 2_000
"""Most files in the archive."""
UNPACKED = 48 * 2**20
"""Most bytes of the parts that are read, counted while they are unpacked."""
ELEMENTS = 600_000
"""Most XML elements of the parts that are read."""
SHEETS = 500
"""Most sheets."""

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_UNSAFE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Attributes = dict[str, str]


def read(raw: bytes) -> tuple[dict[str, Grid], list[str]]:
    """Sheets by name, and sentences on what may have been lost.

    Raises
    ------
    Refused
        The file goes beyond a limit, is protected, or is no workbook.
    """
    # Counted before the archive is opened, because opening lists all of them.
    if raw.count(b"PK\x01\x02") > PARTS:
        raise Refused(f"the archive holds more than {PARTS:,} files", "Give a plain workbook")
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return _Parts(archive).workbook()


class _Parts:
    """The parts of one archive, and how much of them may still be read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._infos = {info.filename.lower(): info for info in archive.infolist()}
        self._bytes = UNPACKED
        self._elements = ELEMENTS
        if len(self._infos) < len(archive.infolist()):
            raise Refused("two files in the archive have one name", "Save the workbook anew")

    def workbook(self) -> tuple[dict[str, Grid], list[str]]:
        main = next(
            (target for kind, target in self._links("").values() if kind == "officeDocument"),
            "xl/workbook.xml",
        )
        if main.lower() not in self._infos:
            advice = "Save it as .xlsx; .xlsb and .ods files are not read"
            raise Refused("the archive holds no workbook", advice)
        links = self._links(main)
        titles: list[tuple[str, str]] = []
        from_1904 = False

        def start(tag: str, attributes: Attributes) -> None:
            nonlocal from_1904
            if tag == "sheet":
                link = next((v for k, v in attributes.items() if k.endswith(":id")), "")
                titles.append((attributes.get("name", ""), link))
            elif tag == "workbookPr":
                from_1904 = attributes.get("date1904", "0") in ("1", "true")

        self._parse(main, start)
        by_kind = dict(links.values())
        strings = self._strings(by_kind["sharedStrings"]) if "sharedStrings" in by_kind else []
        dates = self._dates(by_kind["styles"]) if "styles" in by_kind else []
        notes = []
        if any(name.endswith("vbaproject.bin") for name in self._infos):
            notes.append("The workbook has macros; they are left aside.")
        if len(titles) > SHEETS:
            raise Refused(f"there are more than {SHEETS} sheets", "Split the workbook")
        budget, grids = Budget(), dict[str, Grid]()
        for title, link in titles:
            kind, target = links.get(link, ("", ""))
            if kind != "worksheet":
                continue
            grid = Grid(title, budget)
            reader = _Cells(grid, strings, dates, from_1904)
            self._parse(target, reader.start, reader.end, reader.data)
            grids[title] = grid
            if reader.empty_formulas:
                count, first = len(reader.empty_formulas), reader.empty_formulas[0]
                notes.append(
                    f"Sheet {title!r}: formulas without a stored value: {count}, first in {first}. "
                    "They read as blank; save the file in a spreadsheet program."
                )
        return grids, notes

    def _links(self, part: str) -> dict[str, tuple[str, str]]:
        """Links of a part: id -> kind and name of the part that it leads to."""
        folder, name = posixpath.split(part)
        links: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"]))
                kind = attributes["Type"].rpartition("/")[2]
                links[attributes["Id"]] = (kind, target.lstrip("/"))

        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels.lower() in self._infos:
            self._parse(rels, start)
        return links

    def _strings(self, part: str) -> list[str]:
        found: list[str] = []
        text = _Text()

        def end(tag: str) -> None:
            text.end(tag)
            if tag == "si":
                found.append(text.take())

        self._parse(part, text.start, end, text.data)
        return found

    def _dates(self, part: str) -> list[bool]:
        """Whether each cell style shows a date."""
        patterns: dict[int, str] = {}
        found: list[bool] = []
        inside = False

        def start(tag: str, attributes: Attributes) -> None:
            nonlocal inside
            if tag == "numFmt":
                patterns[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
            elif tag == "cellXfs":
                inside = True
            elif tag == "xf" and inside:
                number = int(attributes.get("numFmtId", "0"))
                found.append(is_date(number, patterns.get(number, "")))

        def end(tag: str) -> None:
            nonlocal inside
            inside = inside and tag != "cellXfs"

        self._parse(part, start, end)
        return found

    def _parse(
        self,
        part: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        data: Callable[[str], None] | None = None,
    ) -> None:
        """Read one part piece by piece; handlers get names without a prefix."""
        info = self._infos.get(part.lower())
        if info is None:
            raise Refused("a part of the workbook is missing", "Save it anew", f"part {part!r:.60}")
        if info.flag_bits & 1:
            raise Refused("the workbook is protected by a password", "Save it without one")

        def begun(tag: str, attributes: Attributes) -> None:
            self._elements -= 1
            if self._elements < 0:
                problem = f"there are more than {ELEMENTS:,} XML elements"
                raise Refused(problem, "Split the workbook", f"part {part!r:.60}")
            start(tag[tag.find(":") + 1 :], attributes)

        def doctype(*_: object) -> None:
            problem = "the XML declares a document type, as no spreadsheet program does"
            raise Refused(problem, "Do not use this file", f"part {part!r:.60}")

        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = doctype
        parser.StartElementHandler = begun
        if end:
            parser.EndElementHandler = lambda tag: end(tag[tag.find(":") + 1 :])
        if data:
            parser.CharacterDataHandler = data
        with self._archive.open(info) as file:
            while piece := file.read(1 << 16):
                self._bytes -= len(piece)
                if self._bytes < 0:
                    problem = f"the file unpacks to more than {UNPACKED >> 20} MiB"
                    raise Refused(problem, "Check that it is the right file")
                parser.Parse(piece)
        parser.Parse(b"", True)


class _Text:
    """Text of a string with its runs, without the reading aids for East Asian words."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._open = self._aside = False

    def start(self, tag: str, _: Attributes) -> None:
        self._aside = self._aside or tag == "rPh"
        self._open = tag == "t" and not self._aside

    def end(self, tag: str) -> None:
        self._aside = self._aside and tag != "rPh"
        self._open = False

    def data(self, text: str) -> None:
        if self._open:
            self.add(text)

    def add(self, text: str) -> None:
        self._length += len(text)
        if self._length > 8 * LONGEST:
            raise Refused("a text is too long for a cell", f"Shorten it to {LONGEST:,} characters")
        self._parts.append(text)

    def take(self) -> str:
        """The text so far, its escapes undone; starts anew."""
        text = "".join(self._parts)
        self._parts.clear()
        self._length = 0
        if "_x" in text:
            text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
            # What an escape hides is held to the same rules as what XML shows.
            text = _UNSAFE.sub("\ufffd", text)
        return text.replace("\r\n", "\n").replace("\r", "\n")


class _Cells:
    """Handlers that fill a grid from the XML of a sheet."""

    def __init__(self, grid: Grid, strings: list[str], dates: list[bool], from_1904: bool) -> None:
        self._grid, self._strings, self._dates = grid, strings, dates
        self._from_1904 = from_1904
        self._row, self._column = -1, -1
        self._kind, self._style = "n", 0
        self._text = _Text()
        self._inside = self._value = self._formula = False
        self.empty_formulas: list[str] = []

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "c":
            self._cell(attributes)
        elif tag == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
        elif self._inside:
            self._formula = self._formula or tag == "f"
            self._value = tag == "v"
            self._text.start(tag, attributes)

    def _cell(self, attributes: Attributes) -> None:
        place = attributes.get("r")
        if place is None:
            self._column += 1
        else:
            match = _REFERENCE.fullmatch(place)
            if match is None:
                raise Refused(f"{place!r:.40} is no place of a cell", "Save the workbook anew")
            self._column = -1
            for letter in match[1].upper():
                self._column = (self._column + 1) * 26 + ord(letter) - 65
            self._row = int(match[2]) - 1
        self._kind = attributes.get("t", "n")
        self._style = int(attributes.get("s", "0"))
        self._inside, self._formula = True, False

    def data(self, text: str) -> None:
        if self._value:
            self._text.add(text)
        else:
            self._text.data(text)

    def end(self, tag: str) -> None:
        self._value = False
        self._text.end(tag)
        if tag == "c":
            self._inside = False
            if self._row < 0:
                raise Refused("a cell stands outside all rows", "Save the workbook anew")
            text = self._meaning(self._text.take())
            self._grid.put(self._row, self._column, text)
            if self._formula and not text and self._kind != "str":
                self.empty_formulas.append(f"row {self._row + 1}, column {self._column + 1}")

    def _meaning(self, text: str) -> str:
        if not text.strip() or self._kind in ("str", "inlineStr", "e", "d"):
            return text
        if self._kind == "s":
            return self._strings[_index(text)]
        if self._kind == "b":
            return "TRUE" if text.strip() in ("1", "true") else "FALSE"
        if not _NUMBER.fullmatch(text.strip()):
            raise Refused(f"{text!r:.40} is no number", "Save the workbook anew", self._place())
        value = float(text)
        if abs(value) == float("inf"):
            raise Refused(f"{text!r:.40} is too large", "Correct the cell", self._place())
        date = 0 <= self._style < len(self._dates) and self._dates[self._style]
        return number_text(value, date, self._from_1904)

    def _place(self) -> str:
        return f"sheet {self._grid.name!r:.60}, row {self._row + 1}, column {self._column + 1}"


def _index(text: str) -> int:
    at = int(text)
    if at < 0:
        raise IndexError("a text number is below 0")
    return at
