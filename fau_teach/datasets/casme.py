"""Read the annotation sheets of the CASME family: CASME II, CAS(ME)^2 and CAS(ME)^3.

Each reader gives one :class:`Labelled` a row: a ``coding.Event`` by the coder "published", and
the row as written. Frames that cannot be (an apex before the onset, an offset 0) become unknown;
nothing else is corrected, and the report lists every cell that was changed or is unusual.

The sets come from their authors for research after a signed agreement: pass on neither pictures
nor labels, and keep them out of this repository.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from fau_teach._reading import Rows
from fau_teach._sheets import Sheet, SheetTable, Workbook, read_workbook
from fau_teach.datasets._labelled import PUBLISHED, Labelled, Shape, Sweep, read_labelled

_RELEASE = "20140508"
_WRONG_OFFSETS = (62,)
# Row 62 of the sheet: counted from 0 below the header, as other loaders do, it is row 60.

_HEADLESS = (
    "Participant", "Name", "Onset", "Apex", "Offset", "AUs", "Valence", "Type", "Self-report",
)  # fmt: skip


def _folder(cells: Mapping[str, str]) -> str:
    subject = cells["Subject"].strip()
    return f"sub{int(subject):02d}" if re.fullmatch("[0-9]{1,3}", subject, re.A) else subject


def _video(name: str) -> str:
    """Video of an event: ``anger1`` of ``anger1_2``."""
    return name.rpartition("_")[0] or name


_II = Shape(
    "CASME II", onset="OnsetFrame", apex="ApexFrame", offset="OffsetFrame", aus="Action Units",
    emotion="Estimated Emotion", kind="micro", person=_folder,
)  # fmt: skip
_TWO = Shape(
    "CAS(ME)^2", subject="Participant", clip="Name", aus="AUs", emotion="Valence",
    kind_in="Type", self_report="Self-report", no_offset="apex", video=_video,
)  # fmt: skip
_A = Shape("CAS(ME)^3 part A", kind_in="Expression type")
_A_MICRO = Shape("CAS(ME)^3 part A, micro-expressions", emotion="emotion", kind="micro")
_BLINKS = Shape("CAS(ME)^3 part A, blinks", apex="", aus="", score="45")
_C = Shape("CAS(ME)^3 part C", clip="", apex="", aus="", lasts="diff")
_C_MICRO = Shape(
    "CAS(ME)^3 part C, micro-expressions", subject="sub", clip="count", apex="", aus="au",
    emotion="emotion", kind="micro",
)  # fmt: skip


def read_casme_ii(
    path: str | Path,
    *,
    strict: bool = True,
    fps: float = 200.0,
    coder: str = PUBLISHED,
    wrong_offsets: Collection[int] | None = None,
) -> Rows[Labelled]:
    """Read ``CASME2-coding-20140508.xlsx``.

    Subjects are named as their folders are, ``sub01``; clips as their frames, ``sub01/EP02_01f``.

    Parameters
    ----------
    path : the file
    strict : whether a row that cannot be read raises; otherwise it is skipped and kept in the
        report
    fps : frames a second [1/s]
    coder : name that the events get
    wrong_offsets : rows of the sheet whose offset is known to be wrong and becomes unknown;
        by default row 62 where the file's name holds the date of that release

    Raises
    ------
    DatasetError
        The file or, in strict reading, a row cannot be read (says file, row, column and value).

    Source: S0-096, S0-100.
    """
    if wrong_offsets is None:
        wrong_offsets = _WRONG_OFFSETS if _RELEASE in Path(path).name else ()
    table = read_workbook(path).table(_II.required)
    return Sweep(table, _II, strict=strict, fps=fps, coder=coder).rows(wrong_offsets)


def read_cas_me_2(
    path: str | Path, *, strict: bool = True, fps: float = 30.0, coder: str = PUBLISHED,
    no_offset: str = "apex",
) -> Rows[Labelled]:  # fmt: skip
    """Read ``CAS(ME)^2code_final(Updated).xlsx``, whose sheet has no header.

    The valence estimate becomes the event's emotion; the clip of an event is its video, ``anger1``
    of ``anger1_2``. Where the naming rules know a participant
    or a clip, ``extra`` has the ``Folder`` and the four-digit ``Code`` of the video.

    Parameters
    ----------
    path, strict, fps, coder : as in :func:`read_casme_ii`
    no_offset : what an offset 0 becomes: "apex", as the set's public loaders take it, which
        makes the event look shorter than it was, or "unknown"

    Raises
    ------
    DatasetError
        As in :func:`read_casme_ii`.

    Source: S0-096, S0-100, S0-102.
    """
    if no_offset not in ("apex", "unknown"):
        raise ValueError(f"no_offset is {no_offset!r}. Use 'apex' or 'unknown'.")
    book = read_workbook(path)
    sheets = list(book.sheets.values())
    coded = [sheet for sheet in sheets if "code_final" in sheet.name.lower()]
    table = _headless(book, (coded or sheets)[0])
    shape = replace(_TWO, no_offset=no_offset)
    return Sweep(table, shape, strict=strict, fps=fps, coder=coder).rows()


def _headless(book: Workbook, sheet: Sheet) -> SheetTable:
    """Rows of the sheet under our column names, with what the naming rules add."""
    folders, codes = {}, {}
    for row in _sheet(book, "naming rule1"):
        if len(row) > 1:
            folders[row[2] if len(row) > 2 else row[0]] = row[1]
    for row in _sheet(book, "naming rule2"):
        if len(row) > 1:
            codes[row[1]] = row[0].zfill(4)
    rows = []
    for number, cells in enumerate(sheet.rows, 1):
        if not any(cell.strip() for cell in cells):
            continue
        filled = [cell.strip() for cell in (*cells, *[""] * len(_HEADLESS))]
        named = dict(zip(_HEADLESS, filled, strict=False))
        if number == 1 and not any(char.isdigit() for char in "".join(filled[2:5])):
            continue  # a header that somebody added
        named["Folder"] = folders.get(named["Participant"], "")
        named["Code"] = codes.get(_video(named["Name"]), "")
        rows.append((number, named))
    header = (*_HEADLESS, "Folder", "Code")
    return SheetTable(book.file, header, tuple(rows), sheet.name, notes=book.notes)


def _sheet(book: Workbook, name: str) -> list[list[str]]:
    found = (sheet for title, sheet in book.sheets.items() if title.strip().lower() == name)
    return [[cell.strip() for cell in row] for sheet in found for row in sheet.rows]


def read_cas_me_3_a(
    path: str | Path, *, strict: bool = True, fps: float = 30.0, coder: str = PUBLISHED
) -> Rows[Labelled]:
    """Read all expressions of part A: ``CAS(ME)3_part_A_v2.xls`` or its version 1.

    Micro and macro are as labelled; the two versions differ in that.

    Parameters
    ----------
    path, strict, fps, coder : as in :func:`read_casme_ii`

    Raises
    ------
    DatasetError
        As in :func:`read_casme_ii`.

    Source: S0-096, S0-100.
    """
    return read_labelled(path, _A, strict, fps, coder, prefer="AU+Emotion")


def read_cas_me_3_blinks(
    path: str | Path, *, strict: bool = True, fps: float = 30.0, coder: str = PUBLISHED
) -> Rows[Labelled]:
    """Read the sheet ``eye blink`` of part A: events of AU 45 without an apex.

    Parameters
    ----------
    path, strict, fps, coder : as in :func:`read_casme_ii`

    Raises
    ------
    DatasetError
        As in :func:`read_casme_ii`; also where the file has no such sheet, as version 1.

    Source: S0-099.
    """
    book = read_workbook(path)
    found = [sheet for name, sheet in book.sheets.items() if "blink" in name.lower()]
    only = Workbook(
        book.file, {sheet.name: sheet for sheet in found or book.sheets.values()}, book.notes
    )
    required = _BLINKS.required if found else ("the sheet 'eye blink'",)
    table = only.table(required)
    return Sweep(table, _BLINKS, strict=strict, fps=fps, coder=coder).rows()


def read_cas_me_3_a_micro(
    path: str | Path, *, strict: bool = True, fps: float = 30.0, coder: str = PUBLISHED
) -> Rows[Labelled]:
    """Read the micro-expressions of part A: ``cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx``.

    Its revision has the same shape.

    Parameters
    ----------
    path, strict, fps, coder : as in :func:`read_casme_ii`

    Raises
    ------
    DatasetError
        As in :func:`read_casme_ii`.

    Source: S0-096, S0-100.
    """
    return read_labelled(path, _A_MICRO, strict, fps, coder, prefer="label")


def read_cas_me_3_c(
    path: str | Path, *, strict: bool = True, fps: float = 30.0, coder: str = PUBLISHED
) -> Rows[Labelled]:
    """Read all expressions of part C, ``part_C.xls``: frames alone, so the score is unknown.

    What 0 and 1 in ``Exp_type`` mean, the file does not say: it stays in ``extra``.

    Parameters
    ----------
    path, strict, fps, coder : as in :func:`read_casme_ii`

    Raises
    ------
    DatasetError
        As in :func:`read_casme_ii`.

    Source: S0-100.
    """
    return read_labelled(path, _C, strict, fps, coder)


def read_cas_me_3_c_micro(
    path: str | Path, *, strict: bool = True, fps: float = 30.0, coder: str = PUBLISHED
) -> Rows[Labelled]:
    """Read the micro-expressions of part C, ``CAS(ME)3_part_C_ME.xlsx``: no apex, four classes.

    Parameters
    ----------
    path, strict, fps, coder : as in :func:`read_casme_ii`

    Raises
    ------
    DatasetError
        As in :func:`read_casme_ii`.

    Source: S0-096, S0-100.
    """
    return read_labelled(path, _C_MICRO, strict, fps, coder)
