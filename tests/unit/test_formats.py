"""Every format through one door: found, read, written, and what is lost said."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fau_teach import clip
from fau_teach._reading import FileError
from fau_teach.coding import Event, Session, Watched
from fau_teach.coding.exchange import Loaded
from fau_teach.coding.formats import LOST, format_of, formats, read, write

WRITTEN = {"session": "a.json", "tidy": "a.csv", "elan": "a.eaf", "boris": "a.tsv",
           "casme": "a.xlsx"}  # fmt: skip
MANY = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
OPENFACE = "frame, timestamp, confidence, success, AU01_c\n1, 0, 1, 1, 0\n2, 0.04, 1, 1, 1\n"
PYFEAT = "AU01,AU12,frame,input\n0.1,0.9,0,v.mp4\n0.1,0.1,1,v.mp4\n"
IMOTIONS = (
    "#Study : x\n\nName\tStimulusName\tFrameNo\tMediaTime\tAU1 Evidence\n"
    "P1\tA\t1\t0\t2\nP1\tA\t2\t40\t-2\nP2\tA\t1\t0\t2\nP2\tA\t2\t40\t2\n"
)
TABLES = {"openface": OPENFACE, "pyfeat": PYFEAT, "imotions": IMOTIONS}


def session() -> Session:
    events = (
        Event("Kim", "S1", "c1", 25, 3, 5, 9, "12C", notes="wide"),
        Event("Kim", "S1", "c1", 25, 20, 22, 30, "L14B"),
    )
    watched = (Watched("c1", 25, 100, "S1", coders=("Kim",)),)
    return Session("Monday", events, watched)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_is_found_and_read(tmp_path: Path, name: str) -> None:
    made = session()
    saved = write(made, tmp_path / WRITTEN[name])
    assert saved.paths == (tmp_path / WRITTEN[name],)
    assert format_of(saved.paths[0]) == name
    back = read(saved.paths[0]).session
    plain = [replace(one, id="") for one in back.events]
    assert plain == [replace(one, id="") for one in made.events]
    assert bool(saved.lost) == (name != "session")


@pytest.mark.parametrize("name", WRITTEN)
def test_nothing_is_replaced_without_force(tmp_path: Path, name: str) -> None:
    path = tmp_path / WRITTEN[name]
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(FileError, match="exists already"):
        write(session(), path)
    assert path.read_text(encoding="utf-8") == "mine"
    write(session(), path, force=True)
    assert format_of(path) == name


def test_the_format_does_not_hang_on_the_name(tmp_path: Path) -> None:
    path = write(session(), tmp_path / "odd.txt", "boris").paths[0]
    assert format_of(path) == "boris"
    assert len(read(path).session.events) == 2


@pytest.mark.parametrize("name", TABLES)
def test_programs_become_events(tmp_path: Path, name: str) -> None:
    path = tmp_path / "out.csv"
    path.write_text(TABLES[name], encoding="utf-8")
    assert format_of(path) == name
    loaded = read(path, fps=25)
    assert loaded.report.counts["lines"] > 1
    assert {"openface": "OpenFace", "pyfeat": "Py-Feat", "imotions": "iMotions"}[
        name
    ] in loaded.session.coders
    if name == "imotions":
        assert loaded.session.clips == ("P1-A", "P2-A")
        assert [e.offset for e in loaded.session.events] == [1, None]
    assert not read(path, fps=25, shortest=5).session.events


def test_a_program_without_a_frame_rate_says_so(tmp_path: Path) -> None:
    path = tmp_path / "fex.csv"
    path.write_text(PYFEAT, encoding="utf-8")
    with pytest.raises(FileError, match=r"fex\.csv, fps.*fps=30"):
        read(path)


def test_every_format_tells_about_itself() -> None:
    named = {one.name: one for one in formats()}
    assert set(named) == {*WRITTEN, *TABLES}
    assert LOST == named["session"].lost == ()
    for one in formats():
        assert one.writes == (one.name in WRITTEN)
        assert one.writes or one.lost == ("it is only read",)
        assert one.name == "session" or one.lost
        assert str(one).startswith(f"{one.name} (.")
    assert "shortest" in named["openface"].options
    assert "shortest" not in named["tidy"].options


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty"),
        (" \n", "the file is empty"),
        ("c\0o\0d\0e\0r\0", "zero bytes stand in it"),
        ("onset;Apex;offset;au\n", "for tidy, column 'apex' is missing"),
        ("Behaviour\tBehavior type\n", "for boris, column 'Behavior' is missing"),
        ("hello\n", "none that is known"),
        ("[1]", "none that is known"),
        ("{}", "none that is known"),
        ('"', "none that is known"),
        ("a,b,c\n", "Name the format: session, tidy"),
    ],
)
def test_what_is_no_format_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match=problem):
        format_of(path)


def test_clips_and_keys_are_told_apart(tmp_path: Path) -> None:
    script = clip.sample("micro", "12C", seed=1)
    for name, text in (("script", script.to_json()), ("key", script.key().to_json())):
        path = tmp_path / f"{name}.json"
        path.write_text(text, encoding="utf-8")
        assert format_of(path, more=True) == name
        with pytest.raises(FileError, match="clip"):
            read(path)


def test_utf16_and_title_do_not_mislead(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("coder,clip,fps,onset,apex,offset,au\n", encoding="utf-16")
    assert format_of(path) == "tidy"
    write(Session("observations"), tmp_path / "b.json")
    assert format_of(tmp_path / "b.json") == "session"


def test_a_folder_of_elan_files_is_a_session(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="folder without"):
        format_of(tmp_path)
    with pytest.raises(FileError, match="cannot be read"):
        format_of(tmp_path / "none")
    write(session(), tmp_path / "a.eaf")
    assert format_of(tmp_path) == "elan"
    assert len(read(tmp_path).session.events) == 2


def test_wrong_names_and_options_are_refused(tmp_path: Path) -> None:
    path = write(session(), tmp_path / "a.csv").paths[0]
    with pytest.raises(FileError, match=r"no such format in 'tydi'. Did you mean 'tidy'"):
        read(path, "tydi")
    with pytest.raises(FileError, match=r"tidy takes no such option in 'face'. There are title"):
        read(path, face="1")
    with pytest.raises(FileError, match=r"session takes no such option in 'fps'. There are none"):
        read(path, "session", fps=25)
    with pytest.raises(FileError, match="no format goes with this ending"):
        write(session(), tmp_path / "a.docx")
    with pytest.raises(FileError, match="only read"):
        write(session(), tmp_path / "b.csv", "openface")
    with pytest.raises(FileError, match=r"is not JSON|this is not"):
        read(path, "session")


@MANY
@given(
    st.one_of(
        st.binary(max_size=120),
        st.sampled_from(
            ["PK\x03\x04", "{", '{"events": 1', "<a", "onset,apex,offset,au\n"]
        ).flatmap(lambda head: st.binary(max_size=60).map(lambda rest: head.encode() + rest)),
    )
)
def test_any_bytes_give_a_session_or_a_file_error(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(raw)
    with suppress(FileError):
        assert isinstance(read(path), Loaded)
    with suppress(FileError):
        assert re.fullmatch(r"\w+", format_of(path, more=True))


@pytest.mark.parametrize(
    "cell",
    ["12-Jan", "Jan-12", "12. Mai", "2024-01-12 00:00:00", "12/01/2024", "06:12:00", "1.2E+05",
     "100000", "#REF!", "#####"],
)  # fmt: skip
def test_codes_that_a_spreadsheet_changed_are_called_so(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"coder,clip,fps,onset,apex,offset,au\nK,c,30,1,2,3,{cell}\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"line 2: .*a spreadsheet may have changed it.*as text"):
        read(path)


def test_what_a_person_mistypes_is_not_blamed_on_a_spreadsheet(tmp_path: Path) -> None:
    for cell in ("12 and 15", "smile", "12-15", "AU"):
        path = tmp_path / "x.csv"
        path.write_text(f"coder,clip,fps,onset,apex,offset,au\nK,c,30,1,2,3,{cell}\n", "utf-8")
        with pytest.raises(FileError, match=r"position \d"):
            read(path)


def test_a_wide_header_costs_no_time(tmp_path: Path) -> None:
    names = ",".join(f"c{number}" for number in range(60_000))
    path = tmp_path / "x.csv"
    path.write_text(
        f"coder,clip,fps,onset,apex,offset,au,{names}\nK,c,30,1,2,3,12{',' * 60_000}\n", "utf-8"
    )
    start = time.perf_counter()
    assert len(read(path).session.events) == 1
    assert time.perf_counter() - start < 5


def test_many_clips_need_few_open_files(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    names = [f"c{number:03}" for number in range(120)]
    many = Session("many", tuple(Event("K", "", name, 25, 1, 2, 3, "12") for name in names))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))
    try:
        assert len(write(many, tmp_path / "many", "elan").paths) == 120
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert read(tmp_path / "many").session.events == many.events
    assert not list((tmp_path / "many").glob(".*"))


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileError, match=r"folder: a folder has this name"):
        write(session(), tmp_path / "folder", "tidy", force=True)
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match=r"x\.csv: the file cannot be written: .*another name"):
        write(session(), tmp_path / "file" / "x.csv")
    # Nothing is half written where the second of several files cannot be.
    two = Session("two", tuple(Event("K", "", name, 25, 1, 2, 3, "12") for name in "ab"))
    (tmp_path / "elan" / "b.eaf").mkdir(parents=True)
    with pytest.raises(FileError, match="a folder has this name"):
        write(two, tmp_path / "elan", "elan", force=True)
    assert [one.name for one in (tmp_path / "elan").iterdir()] == ["b.eaf"]
