"""Workbooks as text: what cells become, and that no file can do harm."""

from __future__ import annotations

import datetime
import io
import random
import struct
import sys
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import dataset_fixtures as made
import openpyxl
import pytest
import python_calamine
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fau_teach._reading import FileError
from fau_teach._sheets import cells, read_workbook, xls, xlsx

ONE_CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'
some = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return made.write_xlsx(tmp_path / "plain.xlsx", Sheet1=[("Subject", "Onset"), ("a", 5)])


def rows(path: Path, sheet: str = "Sheet1") -> tuple[tuple[str, ...], ...]:
    return read_workbook(path).sheets[sheet].rows


def refused(path: Path, **kwargs) -> FileError:
    """The refusal of a file, which has to come quickly, however busy the machine is."""
    start = time.process_time()
    with pytest.raises(FileError) as caught:
        read_workbook(path, **kwargs)
    assert time.process_time() - start < (1 if sys.gettrace() is None else 6)
    assert str(path) in str(caught.value)
    assert caught.value.advice
    return caught.value


def test_cells_become_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sheet1"
    sheet.append([5.0, 2.50, -3, 1e20, True, False, "L12C ", None, "a\nb", "=1+1"])
    sheet.append([datetime.date(2014, 5, 8), datetime.datetime(2014, 5, 8, 13, 5)])
    sheet.append([datetime.time(1, 2)])
    sheet["B4"], sheet["A4"] = "#N/A", "top"
    sheet["B4"].data_type = "e"
    sheet.merge_cells("A4:A5")
    book.save(tmp_path / "a.xlsx")
    workbook = read_workbook(tmp_path / "a.xlsx")
    assert workbook.sheets["Sheet1"].rows == (
        ("5", "2.5", "-3", "1e+20", "TRUE", "FALSE", "L12C ", "", "a\nb"),
        ("2014-05-08", "2014-05-08T13:05:00"),
        ("01:02:00",),
        ("top", "#N/A"),
    )
    assert "formulas without a stored value: 1, first in row 1, column 10" in workbook.notes[0]


def test_a_stored_formula_value_a_rich_text_and_a_row_without_places(plain: Path) -> None:
    body = (
        '<row><c t="str"><f>A1</f><v>x</v></c><c><f>1+1</f><v>2</v></c>'
        '<c t="inlineStr"><is><r><t>a</t></r><r><t xml:space="preserve"> b</t></r>'
        '<rPh sb="0" eb="1"><t>no</t></rPh></is></c><c t="b"><v>1</v></c></row>'
        '<row r="3"><c r="b3" t="inlineStr"><is><t>_x0041__x0007_</t></is></c></row>'
    )
    path = made.replaced(plain, plain.with_name("b.xlsx"), sheet=made.sheet_xml(body))
    assert rows(path) == (("x", "2", "a b", "TRUE"), (), ("", "A\ufffd"))


def test_shared_texts_read_as_the_other_reader_reads_them(plain: Path) -> None:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    texts = "".join(
        f"<x:si>{inside}</x:si>"
        for inside in (
            "<x:t>a</x:t>",
            "<x:r><x:t>b</x:t></x:r><x:r><x:t xml:space='preserve'> c</x:t></x:r>",
            "<x:t/>",
        )
    )
    strings = f'<x:sst xmlns:x="{space}" count="9" uniqueCount="3">{texts}</x:sst>'.encode()
    body = "".join(f'<c r="{column}1" t="s"><v>{at}</v></c>' for at, column in enumerate("ABC"))
    sheet = made.sheet_xml(f'<row r="1">{body}<c r="D1"><v>7.0</v></c></row>')
    path = made.replaced(plain, plain.with_name("b.xlsx"), sheet=sheet, strings=strings)
    assert rows(path) == (("a", "b c", "", "7"),)
    peer = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    assert peer.to_python() == [["a", "b c", "", 7.0]]


def test_days_from_1904_and_own_formats(plain: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append([datetime.date(2014, 5, 8), 0.5])
    book.active["B1"].number_format = '[Red]0.0" days"'
    book.save(plain)
    assert rows(plain, "Sheet") == (("2014-05-08", "0.5"),)
    assert [cells.is_date(0, text) for text in ("yyyy", "[h]:mm", '0"s"', "0_m", "General")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_an_old_workbook_reads_like_the_other_reader_reads_it(tmp_path: Path) -> None:
    draw = random.Random(4)
    book = xlwt.Workbook()
    sheet, other = book.add_sheet("a"), book.add_sheet("Zoë 田")
    for row in range(900):
        for column in range(5):
            length = draw.randint(1, 400 if row % 30 == 0 else 9)
            sheet.write(row, column, "".join(draw.choice("abcäö12+，令") for _ in range(length)))
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    values = [1, 5.0, -2.5, 0.01, 1e10, -12.34, 12345678.9, 2**40, 1.25e-9, True, "x"]
    for column, value in enumerate(values):
        other.write(1, column, value)
    other.write(2, 2, datetime.date(2014, 5, 8), day)
    other.write(2, 3, xlwt.Formula("1+1"))
    for column in range(6):
        other.write(3, column, column)
    book.save(str(tmp_path / "a.xls"))
    sheets = read_workbook(tmp_path / "a.xls").sheets
    peer = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "a.xls"))
    assert list(sheets) == peer.sheet_names
    assert [list(row) for row in sheets["a"].rows] == peer.get_sheet_by_name("a").to_python()
    assert sheets["Zoë 田"].rows == (
        (),
        ("1", "5", "-2.5", "0.01", "10000000000", "-12.34", "12345678.9", "1099511627776",
         "1.25e-09", "TRUE", "x"),
        ("", "", "2014-05-08"),
        ("0", "1", "2", "3", "4", "5"),
    )  # fmt: skip


def biff(*records: tuple[int, bytes]) -> bytes:
    parts = [struct.pack("<HH", kind, len(data)) + data for kind, data in records]
    return b"".join(parts)


def compound(stream: bytes, name: str = "Workbook") -> bytes:
    """A compound file with one stream."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // 512)
    chain = [0xFFFFFFFE, 0xFFFFFFFD, *range(3, count + 2), 0xFFFFFFFE]
    head = bytearray(512)
    head[:8] = xls.SIGNATURE
    struct.pack_into("<HH", head, 30, 9, 6)
    struct.pack_into("<I", head, 44, 1)
    struct.pack_into("<II", head, 48, 0, 0)
    struct.pack_into("<III", head, 56, 4096, 0xFFFFFFFE, 0)
    struct.pack_into("<I", head, 68, 0xFFFFFFFE)
    struct.pack_into("<109I", head, 76, 1, *[0xFFFFFFFF] * 108)
    entries = b""
    for title, kind, start, size in (("Root Entry", 5, 0xFFFFFFFE, 0), (name, 2, 2, len(stream))):
        words = title.encode("utf-16-le") + b"\0\0"
        entry = words.ljust(64, b"\0") + struct.pack("<HB", len(words), kind)
        entries += entry.ljust(116, b"\0") + struct.pack("<IQ", start, size)
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    return bytes(head) + entries.ljust(512, b"\0") + table + stream.ljust(512 * count, b"\0")


BOF = (0x809, b"\0\x06\x05\0" + bytes(12))
EOF = (0x0A, b"")


def old_book(*records: tuple[int, bytes], first: tuple[tuple[int, bytes], ...] = ()) -> bytes:
    """An old workbook with one sheet of these records."""
    start = len(biff(BOF, *first, (0x85, bytes(8) + b"a"), EOF))
    name = (0x85, struct.pack("<IBBBB", start, 0, 0, 1, 0) + b"a")
    return compound(biff(BOF, *first, name, EOF, BOF, *records, EOF))


def at(row: int, column: int, data: bytes = b"") -> bytes:
    return struct.pack("<HHH", row, column, 0) + data


def test_every_kind_of_old_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(old_book(
        (0x204, at(0, 0, struct.pack("<HB", 2, 0) + b"ab")),
        (0x205, at(0, 1, bytes([1, 0]))), (0x205, at(0, 2, bytes([7, 1]))),
        (0x205, at(0, 3, bytes([42, 1]))),
        (0x06, at(0, 4, struct.pack("<d", 2.5) + bytes(6))),
        (0x06, at(0, 5, bytes([1, 0, 0, 0, 0, 0, 255, 255]) + bytes(6))),
        (0x06, at(0, 6, bytes([3, 0, 0, 0, 0, 0, 255, 255]) + bytes(6))),
        (0x06, at(0, 7, bytes([0, 0, 0, 0, 0, 0, 255, 255]) + bytes(6))),
        (0x207, struct.pack("<HB", 2, 1) + "é田".encode("utf-16-le")),
        BOF, (0x203, at(0, 9, struct.pack("<d", 9))), EOF,  # a chart inside the sheet
        (0x27E, at(1, 2, struct.pack("<d", 2.5)[4:])),
        (0xBD, at(1, 0, struct.pack("<IHI", 4 << 2 | 2, 0, 1250 << 2 | 3) + b"\1\0")),
    ))  # fmt: skip
    assert rows(path, "a") == (
        ("ab", "TRUE", "#DIV/0!", "#N/A", "2.5", "FALSE", "", "é田"),
        ("4", "12.5", "2.5"),
    )


def test_old_texts_with_runs_that_go_on_in_the_next_record(tmp_path: Path) -> None:
    first = struct.pack("<II", 3, 99) + struct.pack("<HBHI", 4, 12, 1, 2) + b"ab"
    second = b"\1" + "c田".encode("utf-16-le") + bytes(3)
    third = bytes(3) + struct.pack("<HB", 1, 0) + b"z" + struct.pack("<HB", 0, 0)
    texts = ((0xFC, first), (0x3C, second), (0x3C, third))
    path = tmp_path / "a.xls"
    cell = [(0xFD, at(0, column, struct.pack("<I", column))) for column in range(3)]
    path.write_bytes(old_book(*cell, first=texts))
    assert rows(path, "a") == (("abc田", "z"),)
    path.write_bytes(old_book((0xFD, at(0, 0, struct.pack("<I", 9))), first=texts))
    assert "broken" in refused(path).problem


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (compound(biff(BOF, (0x2F, b""), EOF)), "protected by a password"),
        (compound(b"", "EncryptedPackage"), "protected by a password"),
        (compound(b"", "WordDocument"), "no workbook"),
        (compound(b"", "Book"), "no workbook"),
        (compound(biff((0x809, b"\0\x05" + bytes(6)), EOF)), "older than Excel 97"),
        (compound(biff(BOF, EOF)), "no sheet"),
        (old_book((0x203, at(0, 5000, bytes(8)))), "column 5001"),
        (xls.SIGNATURE + bytes(40), "unknown form"),
        (b"", "no workbook"),
        (b"Subject,Filename\n", "no workbook"),
        (b"PK\x03\x04", "broken"),
        (b"PK\x05\x06" + bytes(18), "holds no workbook"),
    ],
)
def test_what_is_no_readable_workbook_is_refused(tmp_path: Path, data: bytes, problem: str) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(data)
    assert problem in refused(path).problem


def test_chains_of_sectors_in_a_circle_end(tmp_path: Path) -> None:
    data = bytearray(old_book((0x203, at(0, 0, bytes(8)))))
    path = tmp_path / "a.xls"
    struct.pack_into("<I", data, 1024 + 4 * 5, 3)
    path.write_bytes(data)
    assert "circle" in refused(path).problem
    struct.pack_into("<I", data, 68, 0)
    struct.pack_into("<I", data, 512 + 508, 0)
    path.write_bytes(data)
    assert "circle" in refused(path).problem


def test_limits_on_sheets_and_records_of_an_old_workbook(tmp_path: Path, monkeypatch) -> None:
    path = made.write_xls(tmp_path / "a.xls", {"a": [(1, 2)], "b": [(1,)]})
    monkeypatch.setattr(xls, "SHEETS", 1)
    assert "more than 1 sheets" in refused(path).problem
    monkeypatch.setattr(xls, "RECORDS", 20)
    assert "more than 20 records" in refused(path).problem


def test_a_cell_in_the_last_corner_is_refused(plain: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = made.replaced(plain, plain.with_name("b.xlsx"), sheet=made.sheet_xml(ONE_CELL + far))
    error = refused(path)
    assert "row 1048576, column 16384" in error.problem
    assert error.place == "sheet 'Sheet1'"


def test_too_many_cells_are_refused(plain: Path) -> None:
    wide = "".join(f'<row r="{at}"><c r="DZZ{at}"><v>1</v></c></row>' for at in range(1, 2000))
    path = made.replaced(plain, plain.with_name("b.xlsx"), sheet=made.sheet_xml(wide))
    assert "too many cells" in refused(path).problem


def test_a_header_of_a_million_columns_is_refused(plain: Path) -> None:
    body = f'<row r="1">{"<c><v>1</v></c>" * 1_000_000}</row>'
    path = made.replaced(plain, plain.with_name("b.xlsx"), sheet=made.sheet_xml(body))
    assert "column 4097" in refused(path).problem


def test_too_many_elements_are_refused(plain: Path) -> None:
    many = made.sheet_xml("<row/>" * 1_000_000)
    path = made.replaced(plain, plain.with_name("b.xlsx"), sheet=many)
    assert "XML elements" in refused(path).problem


def test_a_zip_bomb_is_refused_by_what_it_unpacks_to(plain: Path) -> None:
    bomb = made.sheet_xml("<row>" + " " * (60 * 2**20) + "</row>")
    path = made.replaced(plain, plain.with_name("b.xlsx"), sheet=bomb)
    assert path.stat().st_size < 2**18
    assert "unpacks to more than 48 MiB" in refused(path).problem


def test_a_text_longer_than_any_cell_is_refused(plain: Path) -> None:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    huge = f'<sst xmlns="{space}"><si><t>{"x" * (20 * 2**20)}</t></si></sst>'.encode()
    path = made.replaced(plain, plain.with_name("b.xlsx"), strings=huge)
    assert "too long for a cell" in refused(path).problem
    body = f'<row><c t="inlineStr"><is><t>{"x" * 40_000}</t></is></c></row>'
    made.replaced(plain, path, sheet=made.sheet_xml(body))
    assert "40,000 characters" in refused(path).problem


def test_a_size_that_lies_is_refused(plain: Path) -> None:
    data = bytearray(plain.read_bytes())
    with zipfile.ZipFile(plain) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    # Both records of the size say 50 bytes, and the sum is not of these.
    assert data.count(struct.pack("<I", size)) >= 2
    plain.write_bytes(data.replace(struct.pack("<I", size), struct.pack("<I", 50)))
    assert "broken" in refused(plain).problem


@pytest.mark.parametrize("part", ["sheet", "book", "strings", "styles"])
def test_a_document_type_is_refused_in_any_part(plain: Path, part: str) -> None:
    xml = b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 99 + b'"><!ENTITY d "&b;&b;">]><a>&d;</a>'
    path = made.replaced(plain, plain.with_name("b.xlsx"), **{part: xml})
    error = refused(path)
    assert "document type" in error.problem
    assert error.place.startswith("part 'xl/")


def test_an_archive_in_an_archive_is_never_opened(plain: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(50 * 2**20))
    path = made.replaced(plain, plain.with_name("b.xlsx"), macro=inner.getvalue())
    workbook = read_workbook(path)
    assert workbook.notes == ("The workbook has macros; they are left aside.",)
    assert workbook.sheets["Sheet1"].rows == (("Subject", "Onset"), ("a", "5"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xlsx", plain.read_bytes())
    assert "holds no workbook" in refused(path).problem


def test_archives_with_too_many_files_twins_or_a_password(plain: Path) -> None:
    path = plain.with_name("b.xlsx")
    with zipfile.ZipFile(path, "w") as archive:
        for at in range(2001):
            archive.writestr(f"{at}", "")
    assert "more than 2,000 files" in refused(path).problem
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "")
        archive.writestr("xl/Workbook.xml", "")
    assert "one name" in refused(path).problem
    data = bytearray(plain.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    for start in range(len(data) - 4):
        if data[start : start + 4] == b"PK\x01\x02":
            data[start + 8] |= 1
    path.write_bytes(data)
    assert "password" in refused(path).problem


def test_a_missing_part_a_bad_place_and_a_bad_number(plain: Path, monkeypatch) -> None:
    path = plain.with_name("b.xlsx")
    for body, problem in (
        ('<row><c r="1A"/></row>', "no place of a cell"),
        ('<c t="b"><v>1</v></c>', "outside all rows"),
        ("<row><c><v>1_0</v></c></row>", "is no number"),
        ("<row><c><v>1e999</v></c></row>", "too large"),
        ('<row><c t="s"><v>-1</v></c></row>', "broken"),
        ('<row><c t="s"><v>77</v></c></row>', "broken"),
        ("<row>", "broken"),
    ):
        made.replaced(plain, path, sheet=made.sheet_xml(body))
        assert problem in refused(path).problem
    made.replaced(plain, path, sheet=None)
    assert "part of the workbook is missing" in refused(path).problem
    made.replaced(plain, path, book=b"<workbook/>")
    assert "no sheet" in refused(path).problem
    monkeypatch.setattr(xlsx, "SHEETS", 0)
    assert "more than 0 sheets" in refused(plain).problem


def test_a_file_that_is_not_there_or_too_large(plain: Path) -> None:
    assert "cannot be read" in refused(plain.with_name("none.xlsx")).problem
    assert "larger than" in refused(plain, limit=100).problem


def test_a_table_is_found_by_its_header(tmp_path: Path) -> None:
    top = [("about",), (), ("Subject ", "Onset\nFrame", None, "Type (a / b)", "x", "x")]
    body = [("a", 5, "spare", "t", 1, 2), (), (None, 6)]
    path = made.write_xlsx(tmp_path / "a.xlsx", other=[("Subject",)], data=[*top, *body])
    table = read_workbook(path).table(("Subject", "OnsetFrame", "Type"))
    assert (table.sheet, table.header) == ("data", ("Subject", "OnsetFrame", "Type", "x", "x'"))
    assert [line for line, _ in table.rows] == [4, 6]
    first = {"Subject": "a", "OnsetFrame": "5", "Type": "t", "x": "1", "x'": "2"}
    assert table.rows[0][1] == first
    assert str(table.error(4, "x", "1", "no", "Yes")).endswith(
        "sheet 'data', column 'x', line 4: no in '1'. Yes."
    )
    sheet = read_workbook(path).sheets["data"]
    assert sheet.table(header=3).rows[1][1]["Onset Frame"] == "6"
    with pytest.raises(FileError, match="no row names the column Offset"):
        sheet.table(("Offset",))
    with pytest.raises(FileError, match="there is no header row"):
        sheet.table(header=99)
    with pytest.raises(FileError, match="column 'x' stands twice"):
        sheet.table(("x",))


@some
@given(st.binary(max_size=400), st.sampled_from((b"", b"PK\x03\x04", xls.SIGNATURE)))
def test_any_bytes_raise_nothing_but_a_file_error(tmp_path: Path, data: bytes, head: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(head + data)
    with pytest.raises(FileError):
        read_workbook(path)


@pytest.mark.parametrize("kind", ["xls", "xlsx"])
def test_broken_workbooks_raise_nothing_but_a_file_error(tmp_path: Path, kind: str) -> None:
    content = {"a": [("Subject", "Onset"), ("x" * 40, 5), ("y", 2.5)]}
    write = made.write_xls if kind == "xls" else made.write_sheets
    whole = write(tmp_path / f"a.{kind}", content).read_bytes()
    path = tmp_path / f"b.{kind}"
    outcomes = set()
    for seed in range(600):
        draw = random.Random(seed)
        data = bytearray(whole)
        for _ in range(draw.choice((0, 1, 4, 30))):
            data[draw.randrange(len(data))] = draw.choice((0, 255, 254, draw.randrange(256)))
        path.write_bytes(data[: draw.randrange(len(data))] if seed % 3 == 0 else data)
        try:
            outcomes.add(len(read_workbook(path).sheets))
        except FileError as error:
            outcomes.add(error.problem[:12])
    assert len(outcomes) > 3


@some
@given(st.text(st.sampled_from('<>/="rcvtsf&;A1 \n'), max_size=60))
def test_any_sheet_raises_nothing_but_a_file_error(tmp_path: Path, body: str) -> None:
    plain = made.write_xlsx(tmp_path / "plain.xlsx", Sheet1=[("a",)])
    path = made.replaced(plain, tmp_path / "b.xlsx", sheet=made.sheet_xml(body))
    with suppress(FileError):
        read_workbook(path)
