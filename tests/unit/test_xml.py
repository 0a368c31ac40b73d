"""XML from strangers: what is refused, where, and how fast."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach import _xml
from fau_teach._reading import FileError
from fau_teach._xml import read_xml

LAUGHS = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
HOSTILE = {
    "billion laughs": (f"<!DOCTYPE r [{LAUGHS}]>\n<r>&l9;</r>", "document type"),
    "external entity": (
        '<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
        "document type",
    ),
    "quadratic blow-up": (
        f'<!DOCTYPE r [<!ENTITY a "{"a" * 10**5}">]><r>{"&a;" * 10**4}</r>',
        "document type",
    ),
    "entity without a declaration": ("<r>&x;</r>", "undefined entity"),
    "deep": ("<r>" * 100_000, "levels"),
    "full": ("<r>" + "<a/>\n" * 300_000 + "</r>", "elements"),
    "cut off": ("<r>\n<a>\n<b", "not XML"),
    "two roots": ("<r/><r/>", "not XML"),
    "other root": ("<html></html>", "root is not r"),
    "empty": ("", "not XML"),
    "text": ("hello", "not XML"),
    "attribute twice": ('<r a="1" a="2"/>', "duplicate"),
    "control character": ("<r>\x01</r>", "not XML"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_at_once(tmp_path, name):
    text, problem = HOSTILE[name]
    path = tmp_path / "a.xml"
    path.write_text(text, encoding="utf-8")
    start = time.process_time()
    with pytest.raises(FileError, match=problem) as error:
        read_xml(path, "r")
    assert time.process_time() - start < 1
    assert error.value.file == str(path)
    assert error.value.line >= 1
    assert error.value.advice


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"<r>\n\xff\xfe</r>", "not UTF-8"),
        (b"<r>\n\0</r>", "zero byte"),
        (b"<r>" + b" " * 17 * 2**20 + b"</r>", "larger than 16 MiB"),
    ],
)
def test_bytes_that_are_no_text_are_refused(tmp_path, raw, problem):
    path = tmp_path / "a.xml"
    path.write_bytes(raw)
    with pytest.raises(FileError, match=problem):
        read_xml(path, "r")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileError, match="cannot be read"):
        read_xml(tmp_path / "none.xml", "r")


def test_lines_texts_and_attributes(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text('<r x=" 1 ">\n a<b/>\n<b y="é">&amp;<![CDATA[<c>]]></b>z</r>', encoding="utf-8")
    root = read_xml(path, "r")
    first, second = root.all("b")
    assert (root.get("x"), root.text, first.line, second.line) == ("1", "\n a\nz", 2, 3)
    assert (second.text, second.need("y"), root.get("none")) == ("&<c>", "é", "")
    with pytest.raises(FileError, match="line 2: b has no y"):
        first.need("y")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_whatever_the_file_declares(tmp_path, encoding):
    path = tmp_path / "a.xml"
    path.write_bytes('<?xml version="1.0" encoding="latin-1"?><r>é田</r>'.encode(encoding))
    assert read_xml(path, "r").text == "é田"


def test_a_large_file_within_the_limits_is_quick(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text("<r>" + "<a b='1'>x</a>\n" * (_xml.MOST // 5) + "</r>", encoding="utf-8")
    start = time.process_time()
    assert len(read_xml(path, "r").children) == _xml.MOST // 5
    assert time.process_time() - start < 2


@given(st.text() | st.text("<>/&;r! \"'=[]x\n", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_an_element_or_a_file_error(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.xml"
    path.write_text(text, encoding="utf-8", errors="replace")
    with suppress(FileError):
        assert read_xml(path, "r").tag == "r"
