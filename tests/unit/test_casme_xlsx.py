"""CASME-style workbooks: what is written comes back, and what cannot be is told."""

from __future__ import annotations

import builtins
import zipfile
from dataclasses import replace
from pathlib import Path

import dataset_fixtures as made
import openpyxl
import pytest
from coding_strategies import sessions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fau_teach._reading import FileError
from fau_teach.coding import Event, Session, Watched
from fau_teach.coding.casme import COLUMNS, LOST, read_casme, write_casme

some = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
EVENT = Event("ann", "S1", "c1", 200, 10, 20, 30, "L12C+25", emotion="happiness")


@some
@given(sessions())
def test_round_trip_keeps_all_but_the_history(tmp_path: Path, session: Session) -> None:
    path = tmp_path / "a.xlsx"
    saved = write_casme(session, path, force=True)
    assert (saved.paths, saved.lost) == ((path,), LOST)
    assert read_casme(path).session == replace(session, history=())


def test_names_of_coders_come_back_even_where_they_are_empty(tmp_path: Path) -> None:
    for coders in ((), ("",), ("a", ""), ("", "a"), ('["x"]', "b")):
        session = Session("t", (), (Watched("c", 25, 9, "S", 3, "c.mp4", coders),))
        write_casme(session, tmp_path / "a.xlsx", force=True)
        assert read_casme(tmp_path / "a.xlsx").session == session


@pytest.mark.parametrize("fps", [0.1 + 0.2, 30000 / 1001, 25, 1 / 3])
def test_a_frame_rate_is_not_rounded(tmp_path: Path, fps: float) -> None:
    write_casme(Session("t", (EVENT.but(fps=fps),)), tmp_path / "a.xlsx")
    loaded = read_casme(tmp_path / "a.xlsx").session
    assert (loaded.events[0].fps, loaded.watched[0].fps) == (fps, fps)


def test_equal_sessions_give_equal_files_that_others_can_read(tmp_path: Path) -> None:
    session = Session("t", (EVENT, EVENT.but(onset=11, emotion="=1+1", notes="_x0041_\n+a")))
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_casme(session, first)
    write_casme(session, second)
    assert first.read_bytes() == second.read_bytes()
    sheet = openpyxl.load_workbook(first)["events"]
    assert tuple(cell.value for cell in sheet[1]) == tuple(COLUMNS)
    row = dict(zip(COLUMNS, sheet[3], strict=True))
    assert (row["Estimated Emotion"].value, row["Estimated Emotion"].data_type) == ("=1+1", "s")
    assert row["Estimated Emotion"].quotePrefix
    assert row["OnsetFrame"].value == 11
    with zipfile.ZipFile(first) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())
        assert {info.date_time[0] for info in archive.infolist()} == {1980}


def test_a_file_is_not_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("mine")
    with pytest.raises(FileError, match="exists already"):
        write_casme(Session("t", (EVENT,)), path)
    assert path.read_text() == "mine"
    long = Session("t", (EVENT.but(notes="x" * 40_000),))
    with pytest.raises(FileError, match=r"'Notes', line 2: 40,000 characters.*as JSON"):
        write_casme(long, path, force=True)
    assert path.read_text() == "mine"


def test_without_the_writer_the_message_names_what_to_install(tmp_path: Path, monkeypatch) -> None:
    real = builtins.__import__

    def missing(name, *args, **kwargs):
        if name.startswith("openpyxl"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(FileError, match=r"fau_teach\[spreadsheets\]"):
        write_casme(Session("t"), tmp_path / "a.xlsx")
    assert not list(tmp_path.iterdir())


def test_a_table_with_the_columns_of_casme_ii_alone(tmp_path: Path) -> None:
    rows = [("Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", "AU", "Room"),
            (1, "EP01", None, 5.0, "?", 9, "4 + 12\n", "x"), ()]  # fmt: skip
    path = made.write_xlsx(tmp_path / "my clips.xlsx", data=rows)
    loaded = read_casme(path, fps=200, coder="ann")
    (event,) = loaded.session.events
    assert (event.coder, event.subject, event.clip, event.fps) == ("ann", "1", "EP01", 200)
    assert (event.onset, event.apex, event.offset, event.aus) == (5, None, 9, "4 + 12")
    assert loaded.session.title == "my clips"
    assert loaded.report.left_out == {"columns that are not ours": ("Room",)}
    with pytest.raises(FileError, match="column 'FPS', line 2: the frame rate is missing"):
        read_casme(path)


def test_the_rate_of_a_clip_stands_for_its_events(tmp_path: Path) -> None:
    heads = ("Filename", "FPS", "Frames", "Subject", "Neutral", "Media", "Coders")
    events = [("Filename", "OnsetFrame", "OffsetFrame", "AU"), ("a", 1, 2, "4")]
    path = made.write_xlsx(tmp_path / "a.xlsx", events=events, clips=[heads, ("a", 50)])
    assert read_casme(path).session.events[0].fps == 50


HEAD = ("Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "FPS")
CLIP = ("Filename", "FPS", "Frames", "Subject", "Neutral", "Media", "Coders")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("s", "c", "x", 2, 3, "4", 200), r"column 'onset', line 2: this is no frame in 'x'"),
        (("s", "c", 1.5, 2, 3, "4", 200), "this is no frame"),
        (("s", "c", 9, 2, 3, "4", 200), r"apex, line 2: apex 2 lies before onset 9"),
        (("s", "c", 1, 2, 3, "44444", 200), "aus, line 2"),
        (("s", "c", 1, 2, 3, "4", "fast"), "this is no frame rate in 'fast'"),
        (("s", "", 1, 2, 3, "4", 200), "the name is empty"),
        (("s", "d", 1, 2, 3, "4", 25), "line 2: 25 fps, but clip 'd' has 30"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_place(tmp_path: Path, row, problem) -> None:
    path = made.write_xlsx(tmp_path / "a.xlsx", events=[HEAD, row], clips=[CLIP, ("d", 30)])
    with pytest.raises(FileError, match=problem):
        read_casme(path)


@pytest.mark.parametrize(
    ("clip", "problem"),
    [
        (("d", "x"), "this is no frame rate"),
        (("d", 30, -1), "this is no frame"),
        (("d", 30, 0), "column 'frames', line 2: 0 is not possible"),
    ],
)
def test_a_clip_that_cannot_be_is_refused(tmp_path: Path, clip, problem) -> None:
    rows = [HEAD, ("s", "c", 1, 2, 3, "4", 200)]
    path = made.write_xlsx(tmp_path / "a.xlsx", events=rows, clips=[CLIP, clip])
    with pytest.raises(FileError, match=problem):
        read_casme(path)
    doubled = made.write_xlsx(tmp_path / "b.xlsx", events=rows, clips=[CLIP, ("d", 1), ("d", 2)])
    with pytest.raises(FileError, match="stands twice"):
        read_casme(doubled)


cells = st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=8
)  # fmt: skip


@some
@given(st.lists(st.lists(cells, max_size=7), max_size=3))
def test_any_cells_raise_nothing_but_a_file_error(tmp_path: Path, rows) -> None:
    path = made.write_xlsx(tmp_path / "a.xlsx", events=[HEAD, *rows], clips=[CLIP, *rows])
    try:
        loaded = read_casme(path, fps=30)
    except FileError:
        return
    assert len(loaded.session.events) <= len(rows)
