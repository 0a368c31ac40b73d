"""Workbooks as text: ``.xlsx`` and ``.xls`` from anywhere, read without trusting them.

Both formats are read here, with the standard library alone. Native readers allocate what a file
claims to hold: one cell in the last corner of a sheet, or one changed byte in an ``.xls``, ends
the whole Python process before any error can be caught.

What a cell becomes: text stays; 5.0 becomes ``5`` and 2.50 ``2.5``; a date ``2014-05-08``, with
its time ``2014-05-08T13:05:00``; an error its name, ``#N/A``; true and false ``TRUE`` and
``FALSE``; a formula the value that was stored with it. A merged cell has its value in its first
cell, the others are empty. Macros, pictures and links are never opened.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from xml.parsers.expat import ExpatError

from fau_teach._data import did_you_mean
from fau_teach._reading import FileError, Table
from fau_teach._sheets import xls, xlsx
from fau_teach._sheets.cells import Refused

__all__ = ["Sheet", "SheetTable", "Workbook", "read_workbook"]

LARGEST = 32 * 2**20
"""Most bytes of a workbook file."""
_SEARCHED = 40
_BRACKETS = re.compile(r"[(（].*?[)）]")
_BROKEN = (
    ValueError, IndexError, KeyError, OverflowError, EOFError, NotImplementedError, RuntimeError,
    StopIteration, struct.error, zlib.error, zipfile.BadZipFile, ExpatError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SheetTable(Table):
    """A table of a sheet, its columns by name; lines are rows of the sheet.

    Parameters
    ----------
    file, header, rows : as in the base class; required columns have the name that was asked for
    sheet : name of the sheet
    notes : those of the workbook
    """

    sheet: str = ""
    notes: tuple[str, ...] = ()

    def error(self, line: int, column: str, value: str, problem: str, advice: str) -> FileError:
        """Error about one cell; an empty column means the whole row."""
        place = f"sheet {self.sheet!r}" + (f", column {column!r}" if column else "")
        return FileError(self.file, line, value, problem, advice, place)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as text.

    Parameters
    ----------
    file : path of the workbook as it was given
    name : name of the sheet
    rows : from the first row on; each as long as its last filled cell, so a blank one is empty
    """

    file: str
    name: str
    rows: tuple[tuple[str, ...], ...]

    def find(self, required: Sequence[str]) -> int:
        """Row, from 1, of the first header that names all these columns; 0 where none does."""
        wanted = {folded(name) for name in required}
        for number, row in enumerate(self.rows[:_SEARCHED], 1):
            if wanted <= {folded(cell) for cell in row}:
                return number
        return 0

    def table(
        self, required: Sequence[str] = (), header: int = 0, *, strip: bool = True
    ) -> SheetTable:
        """The rows below a header, by column name.

        Names are compared without case, spaces, what stands in parentheses and the word Frame
        at the end: ``OnsetFrame`` and ``Onset`` are one. Columns without a name are left out.

        Parameters
        ----------
        required : columns that must be there; their names are used as given here
        header : row of the header, from 1; 0 looks for it in the first 40 rows
        strip : whether spaces around cells are removed; around column names they always are

        Raises
        ------
        FileError
            There is no such header, or it names a required column twice.
        """
        found = header or self.find(required)
        row = self.rows[found - 1] if 0 < found <= len(self.rows) else ()
        known = {folded(name): name for name in required}
        names: list[str] = []
        for cell in row:
            name = known.get(folded(cell), " ".join(cell.split()))
            if name in names and name in required:
                raise self._error(found, f"column {name!r} stands twice", "Rename one of them")
            while name and name in names:
                name += "'"
            names.append(name)
        missing = [name for name in required if name not in names]
        if missing or not any(names):
            seen = [cell for line in self.rows[:_SEARCHED] for cell in line if cell.strip()]
            here = {folded(cell) for cell in seen}
            missing = [name for name in missing if folded(name) not in here] or missing
            advice = did_you_mean((missing or ["a header"])[0], seen[:400])
            problem = f"no row names the column{'s' * (len(missing) > 1)} {', '.join(missing)}"
            advice = advice.removesuffix("?") or "Check that it is the right file and sheet"
            raise self._error(found, problem if missing else "there is no header row", advice)
        rows = []
        for number, cells in enumerate(self.rows[found:], found + 1):
            if any(cell.strip() for cell in cells):
                filled = (*cells, *[""] * (len(names) - len(cells)))
                pairs = zip(names, filled, strict=False)
                kept = {name: cell.strip() if strip else cell for name, cell in pairs if name}
                rows.append((number, kept))
        header_names = tuple(name for name in names if name)
        return SheetTable(self.file, header_names, tuple(rows), self.name)

    def _error(self, row: int, problem: str, advice: str) -> FileError:
        return FileError(self.file, row, "", problem, advice, f"sheet {self.name!r}")


@dataclass(frozen=True, slots=True)
class Workbook:
    """Sheets of a file as text.

    Parameters
    ----------
    file : path as it was given
    sheets : name -> sheet, in the file's order
    notes : a sentence on each thing that may have been lost, such as formulas without a value
    """

    file: str
    sheets: Mapping[str, Sheet]
    notes: tuple[str, ...] = ()

    def table(self, required: Sequence[str], prefer: str = "", *, strip: bool = True) -> SheetTable:
        """The first sheet with a header that names all these columns.

        Parameters
        ----------
        required : the columns
        prefer : sheet that is tried first
        strip : as in :meth:`Sheet.table`

        Raises
        ------
        FileError
            No sheet has such a header.
        """
        order = sorted(self.sheets.values(), key=lambda sheet: sheet.name != prefer)
        best = next((sheet for sheet in order if sheet.find(required)), order[0])
        return replace(best.table(required, strip=strip), notes=self.notes)


def folded(name: str) -> str:
    """A column name without what differs between releases of one file."""
    plain = "".join(c for c in _BRACKETS.sub("", name).casefold() if c.isalnum())
    return plain.removesuffix("frame") or plain


def read_workbook(path: str | Path, limit: int = LARGEST) -> Workbook:
    """Read all sheets of an ``.xlsx``, ``.xlsm`` or ``.xls`` (Excel 97 or later) file.

    What kind it is, its first bytes say. Refused are files over the limits, with a document
    type in their XML, protected by a password, or broken anywhere that is read.

    Parameters
    ----------
    path : the file
    limit : most bytes of the file

    Raises
    ------
    FileError
        The file cannot be read (says why and what to do).
    """
    name = str(path)
    try:
        with Path(path).open("rb") as file:
            raw = file.read(limit + 1)
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror or error}"
        raise FileError(name, 0, "", problem, "Give the path of a workbook") from None
    if len(raw) > limit:
        advice = "Split it, or check that it is the right file"
        raise FileError(name, 0, "", f"the file is larger than {limit / 2**20:g} MiB", advice)
    try:
        if raw.startswith(xls.SIGNATURE):
            grids, notes = xls.read(raw)
        elif raw.startswith(b"PK"):
            grids, notes = xlsx.read(raw)
        else:
            raise Refused("this is no workbook", "Save it as .xlsx")
        if not grids:
            raise Refused("there is no sheet in the workbook", "Check that it is the right file")
        sheets = {title: Sheet(name, title, grid.rows()) for title, grid in grids.items()}
    except Refused as refused:
        raise FileError(name, 0, "", refused.problem, refused.advice, refused.place) from None
    except _BROKEN as error:
        problem = f"the workbook is broken: {str(error) or type(error).__name__:.80}"
        advice = "Open it in a spreadsheet program and save it anew as .xlsx"
        raise FileError(name, 0, "", problem, advice) from None
    return Workbook(name, MappingProxyType(sheets), tuple(notes))
