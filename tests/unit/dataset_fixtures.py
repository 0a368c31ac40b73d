"""Synthetic files in the shape of published data sets: every value is invented here."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import xlwt


def write_xlsx(path: Path, **sheets) -> Path:
    """A workbook; a keyword is the name of a sheet, ``_`` for a space."""
    return write_sheets(path, {name.replace("_", " "): rows for name, rows in sheets.items()})


def write_sheets(path: Path, sheets) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def write_xls(path: Path, sheets) -> Path:
    book = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(at, column, value)
    book.save(str(path))
    return path


def replaced(source: Path, path: Path, **parts) -> Path:
    """A copy of an archive with other content in some parts; ``sheet`` is the first sheet."""
    names = {
        "sheet": "xl/worksheets/sheet1.xml", "strings": "xl/sharedStrings.xml",
        "book": "xl/workbook.xml", "macro": "xl/vbaProject.bin", "styles": "xl/styles.xml",
    }  # fmt: skip
    other = {names[name]: data for name, data in parts.items()}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *other]):
            data = other[name] if name in other else old.read(name)
            if name == "xl/_rels/workbook.xml.rels" and "strings" in parts:
                # openpyxl writes texts into the cells; other programs share them in a part.
                kind = data.split(b'Type="')[1].split(b"worksheet")[0].decode()
                link = (
                    f'<Relationship Id="s" Type="{kind}sharedStrings" Target="sharedStrings.xml"/>'
                )
                data = data.replace(b"</Relationships>", f"{link}</Relationships>".encode())
            if data is not None:
                new.writestr(name, data)
    return path


def sheet_xml(body: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{body}</sheetData></worksheet>'.encode()


CASME_II = (
    ("Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", None,
     "Action Units", "Estimated Emotion"),
    (1, "EP01_01", None, 40, 60, 80, None, "4+L12", "happiness"),
    (1, "EP01_02", None, 10, "/", 30, None, "?", "others"),
    (2, "EP02_01f", None, 10, 20, 15, None, "12+4", "Others"),
    (17, "EP03_02", None, 10, 20, 30, None, 4, "disgust"),
)  # fmt: skip


def casme_ii(folder: Path) -> Path:
    """Missing apex, unknown codes, an offset before the apex, numbers for text, row 62 wrong."""
    plain = [(3, f"EP04_{at:02}", None, at, at + 9, at + 20, None, "1+2", "surprise")
             for at in range(58)]  # fmt: skip
    return write_xlsx(folder / "CASME2-coding-20140508.xlsx", Sheet1=[*CASME_II, *plain])


def cas_me_2(folder: Path) -> Path:
    """No header, an offset 0, two naming rules."""
    coded = [
        (1, "anger1_1", 100, 110, 0, "4+7", "negative", "macro-expression", "anger"),
        (1, "anger1_2", 300, 305, 312, "4", "negative", "micro-expression", "anger"),
        (2, "happy3_10", 40, 0, 0, "6+12", "positive", "Macro-expression", "happiness"),
        (3, "happy3_1", 40, 50, 60, "", "", "expression", ""),
    ]
    rules = {"naming rule1": [("15", "s15", 1), ("16", "s16", 2)],
             "naming rule2": [("0401", "anger1"), (507, "happy3")]}  # fmt: skip
    path = folder / "CAS(ME)^2code_final(Updated).xlsx"
    return write_sheets(path, {"CASFEcode_final": coded, **rules})


PART_A = (
    ("Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Expression type", "Objective class"),
    ("spNO.1", "a", 10, 20, 30, "4+7", "Micro-expression", 4),
    ("spNO.1", "b", 10, 20, 90, "r18", "Macro-expression", 7),
    ("spNO.2", "J", 10, 10, 40, "12+6", "Macro-expression", 1),
    ("spNO.3", "m", 10, 15, 40, "25+25+L10+R10", "Macro-expression", 2),
    ("spNO.3", "m", 10, 15, 40, "25+25+L10+R10", "Macro-expression", 2),
)
BLINKS = (
    ("Subject", "Filename", "Onset", "Offset"), ("spNO.1", "a", 12, 16), ("spNO.2", "J", 1, 5.0),
)  # fmt: skip


def part_a(folder: Path, version: int = 2) -> Path:
    """All expressions: unsorted, doubled and lower-case codes; version 1 has no blinks."""
    sheets = {"AU+Emotion": PART_A, **({"eye blink": BLINKS} if version == 2 else {})}
    return write_xls(folder / f"CAS(ME)3_part_A_v{version}.xls", sheets)


def part_a_micro(folder: Path) -> Path:
    """Two spellings of an emotion, an impossible row, an apex on the onset."""
    rows = [
        ("Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion"),
        ("spNO.1", "a", 10, 20, 30, "4+7", "IV", "others"),
        ("spNO.1", "b", 10, 10, 30, "4", "IV", "Others"),
        ("spNO.2", "c", 50, 40, 0, "12", "I", "happy"),
        ("spNO.3", "d", 50, 60, 0, "null", "VII", ""),
    ]
    path = folder / "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"
    return write_sheets(path, {"notes": [("about",)], "label": rows})


def part_c_micro(folder: Path) -> Path:
    """Commas of both widths, one too many, doubt, codes of the first edition, no apex."""
    rows = [
        ("sub", "count", "onset", "offset", "au", "emotion"),
        (1, 1, 10, 20, "4,7,", "negative"),
        (1, 2, 30, 40, "12，13?", "positive"),
        (2, 1, 5, 9, "41,44,45", "others"),
        (2, 2, 5, 9, 5.0, "surprise"),
    ]
    return write_xlsx(folder / "CAS(ME)3_part_C_ME.xlsx", Sheet1=rows)


def part_c(folder: Path) -> Path:
    """Frames alone, with their difference."""
    rows = [("Subject", "Onset", "Offset", "diff", "Exp_type", "risk"),
            (1, 10, 20, 10, 1, 0), (1, 30, 50, 99, 0, 1)]  # fmt: skip
    return write_xls(folder / "part_C.xls", {"Sheet1": rows})


SAMM_ABOUT = [(f"line {at} about the set",) for at in range(1, 14)]


def samm(folder: Path) -> Path:
    """Header in row 14, undecided codes, intensities, spaces, a missing apex."""
    rows = [
        ("Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame",
         "Duration", "Micro", "Action Units", "Estimated Emotion", "Objective Classes", "Notes"),
        (6, "006_1_2", 1, 562, 579, 620, 59, "1/2", "4 + R14A", "Anger", "III", None),
        ("006", "006_2_1", 2, 10, None, 40, 31, "1/2", "12 or 15", "Contempt", "VII", "looks up"),
        (7, "007_3_1", 3, 10, 20, 40, 500, "1/2", "AU12 or AU15", "Other", "VII", None),
    ]  # fmt: skip
    return write_xlsx(folder / "SAMM_Micro_FACS_Codes_v2.xlsx", MICRO=[*SAMM_ABOUT, *rows])


def samm_long(folder: Path) -> Path:
    """Header below nine lines, macro and micro, an apex -1."""
    rows = [
        ("Subject", "Filename", "Inducement Code", "Onset", "Apex", "Offset", "Duration",
         "Type (Macro / Micro - 1/2)", "Action Units", "Notes"),
        (6, "006_1_1", 1, 100, -1, 500, 401, "Macro", "6 + 12C", None),
        (6, "006_1_2", 1, 562, 579, 620, 59, "Micro - 1/2", "4", None),
        (7, "007_2_1", 1, 0, 12, 0, 1, "Other", "14", None),
        (7, "007_2_2", 1, None, 12, 30, 1, "Macro", "14", None),
    ]  # fmt: skip
    return write_xlsx(folder / "SAMM_LongVideos_V3_Release.xlsx", Sheet1=[*SAMM_ABOUT[:9], *rows])


DISFA = {"1": (0, 0, 1, 2, 4, 3, 0, 0), "12": (0, 3, 3, 0, 9, 2, 2, "")}


def disfa(folder: Path, subject: str = "SN001") -> Path:
    """Two codes, one of them with unknown frames."""
    root = folder / "ActionUnit_Labels"
    (root / subject).mkdir(parents=True, exist_ok=True)
    for code, values in DISFA.items():
        lines = "".join(f"{at},{value}\n" for at, value in enumerate(values, 1))
        (root / subject / f"{subject}_au{code}.txt").write_text(lines)
    return root


def bp4d(folder: Path) -> Path:
    """Three codes, 9 for unknown, a frame left out."""
    root = folder / "AUCoding" / "AU_OCC"
    root.mkdir(parents=True, exist_ok=True)
    (root / "F001_T1.csv").write_text(
        "0,1,2,12\r\n1,0,0,9\r\n2,1,0,9\r\n3,1,0,1\r\n5,1,999,1\r\n6,0,1,0\r\n"
    )
    return root


LOADERS = {
    "casme-ii": casme_ii, "cas-me-2": cas_me_2, "cas-me-3-a": part_a, "cas-me-3-blinks": part_a,
    "cas-me-3-a-micro": part_a_micro, "cas-me-3-c-micro": part_c_micro, "cas-me-3-c": part_c,
    "samm": samm, "samm-long": samm_long, "disfa": disfa, "bp4d": bp4d,
}  # fmt: skip
"""Name on the command line -> what writes a file of that shape into a folder."""
