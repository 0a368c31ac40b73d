"""Tidy CSV: round trips, tables made by hand, formulas, refusals by file, line and column."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from coding_strategies import sessions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fau_teach._reading import FileError
from fau_teach.coding import CodingError, Event, Session, read_tidy, write_tidy
from fau_teach.coding.exchange import Saved, event_of, frame_of, guarded, session_of, unguarded
from fau_teach.coding.tidy import COLUMNS, LOST

HEAD = "coder,clip,fps,onset,apex,offset,au"
files = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return path


def one_event(tmp_path: Path, text: str) -> Event:
    (event,) = read_tidy(table(tmp_path, text)).session.events
    return event


@files
@given(sessions())
def test_round_trip(tmp_path: Path, one: Session) -> None:
    path = tmp_path / "s.csv"
    saved = write_tidy(one, path, force=True)
    assert saved.lost == LOST
    found = read_tidy(path, title=one.title)
    back = {event.id: event for event in found.session.events}
    assert back == {event.id: event for event in one.events}
    assert found.report.counts["events"] == len(one.events)
    assert str(found.report)
    again = tmp_path / "again.csv"
    write_tidy(found.session, again, force=True)
    assert again.read_bytes() == path.read_bytes()


@files
@given(sessions())
def test_codes_alone_say_the_same_as_the_score(tmp_path: Path, one: Session) -> None:
    """A table without the column ``score`` loses the writing and nothing else."""
    path = tmp_path / "s.csv"
    write_tidy(one, path, force=True)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, [name for name in COLUMNS if name != "score"],
                             extrasaction="ignore")  # fmt: skip
        out.writeheader()
        out.writerows(rows)
    back = read_tidy(path).session
    for event in one.events:
        score = back.event(event.id).score
        assert (score.state, score.content) == (event.score.state, event.score.content)


@files
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(raw)
    with pytest.raises(FileError, match=r"t\.csv"):
        read_tidy(path)


cells = st.sampled_from(
    ["", "1", "2", "30", "A", "12", "L12C", "?", "null", '"', "=1", "e1", "é\n"]
)


@files
@given(st.lists(st.lists(cells, min_size=7, max_size=9), max_size=4), st.booleans())
def test_any_table_is_read_or_refused(tmp_path: Path, rows: list[list[str]], quoted: bool) -> None:
    path = tmp_path / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
        out.writerow([*HEAD.split(","), "side", "intensity"])
        out.writerows(row + [""] * (9 - len(row)) for row in rows)
    error = refusal(path)
    if error:
        assert error.file == str(path)
        assert error.line or not rows
        assert error.problem
        assert error.advice


def refusal(path: Path) -> FileError | None:
    try:
        read_tidy(path)
    except FileError as error:
        return error
    return None


def test_by_hand_with_few_columns(tmp_path: Path) -> None:
    text = (
        f"{HEAD},side,intensity\nA,c1,30,10,,30,12,L,c\nA,c1,30,10,,30,25,,\nB,c1,30,1,NA,?,?,,\n"
    )
    found = read_tidy(table(tmp_path, text))
    first, second = found.session.events
    assert (str(first.score), first.apex, first.offset) == ("L12C+25", None, 30)
    assert (second.score.state, second.offset) == ("unknown", None)
    assert [event.id for event in found.session.events] == ["e1", "e2"]
    assert found.session.title == "t"
    assert found.report.counts == {"rows": 3, "events": 2}


def test_other_columns_and_delimiters(tmp_path: Path) -> None:
    text = f"{HEAD},room,emotion\nA,c1,29.97,10,12,30,12,7,fear\n".replace(",", ";")
    found = read_tidy(table(tmp_path, text), title="mine")
    assert found.session.title == "mine"
    assert found.session.events[0].emotion == "fear"
    assert found.session.events[0].fps == 29.97
    assert "room" in str(found.report)


@pytest.mark.parametrize(
    ("au", "side", "lip", "intensity", "uncertain", "remark", "score"),
    [
        ("AU12", "L", "", "C", "", "", "L12C"),
        ("012", "l", "", "c", "no", "", "L12C"),
        ("L12C", "", "", "", "", "", "L12C"),
        ("L12C", "L", "", "C", "yes", "late", "L12C?(late)"),
        ("12?", "", "", "3", "", "", "12:3?"),
        ("22", "", "b", "B/C", "", "", "B22B/C"),
        ("m59", "", "", "", "TRUE", "", "M59?"),
        ("6+12", "", "", "", "", "", "6+12"),
        ("null", "", "", "", "", "", "null"),
        ("", "", "", "", "", "", "?"),  # empty is unknown, not none
    ],
)
def test_a_code_with_parts_beside_it_loses_none(
    tmp_path: Path, au: str, side: str, lip: str, intensity: str, uncertain: str, remark: str,
    score: str,
) -> None:  # fmt: skip
    head = f"{HEAD},side,lip,intensity,uncertain,remark\n"
    row = f"A,c1,30,1,2,3,{au},{side},{lip},{intensity},{uncertain},{remark}\n"
    assert str(one_event(tmp_path, head + row).score) == score


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("A,c1,30,1,2,3,6+12,L,,", "au", "row of its own"),
        ("A,c1,30,1,2,3,null,L,,", "au", "row of its own"),
        ("A,c1,30,1,2,3,R12,L,,", "side", "says otherwise"),
        ("A,c1,30,1,2,3,12C,,D,", "intensity", "says otherwise"),
        ("A,c1,30,1,2,3,12,X,,", "au", "'X' is not a side"),
        ("A,c1,30,1,2,3,12,,F,", "au", "A to E"),
        ("A,c1,30,1,2,3,12,,,maybe", "uncertain", "neither yes nor no"),
        ("A,c1,30,1,2,3,x,L,,", "au", "'x'"),
        ("A,c1,30,1,2,3,AU99,,,", "aus", "99"),
        ("A,c1,fast,1,2,3,12,,,", "fps", "no frame rate"),
        ("A,c1,0,1,2,3,12,,,", "fps", "0.1"),
        ("A,c1,30,one,2,3,12,,,", "onset", "no frame"),
        ("A,c1,30,,2,3,12,,,", "onset", "None"),
        ("A,c1,30,1,1.5,3,12,,,", "apex", "no frame"),
        ("A,c1,30,1,2,-3,12,,,", "offset", "no frame"),
        ("A,c1,30,1,inf,3,12,,,", "apex", "no frame"),
        ("A,c1,30,4,2,3,12,,,", "apex", "before"),
        ("A,,30,1,2,3,12,,,", "clip", "empty"),
        (" A,c1,30,1,2,3,12,,,", "coder", "spare"),
    ],
)
def test_refusals_name_file_line_column_and_value(
    tmp_path: Path, row: str, column: str, words: str
) -> None:
    path = table(tmp_path, f"{HEAD},side,intensity,uncertain\nA,c0,30,1,2,3,4,,,\n{row}\n")
    error = refusal(path)
    assert error is not None
    assert (error.file, error.line) == (str(path), 3)
    assert column in error.place
    assert words in str(error)
    assert error.advice


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 0, "header"),
        ("coder,clip,fps,onset,apex,offset\n", 1, "'au'"),
        (f"{HEAD},au\n", 1, "twice"),
        (f"{HEAD}\nA,c1,30\n", 2, "3 cells"),
        (f'{HEAD}\n"A,c1\n', 2, "broken"),
        (f"schema,{HEAD}\n2,A,c1,30,1,2,3,12\n", 2, "version"),
        (f"event,{HEAD}\ne,A,c1,30,1,2,3,12\ne,B,c1,30,1,2,3,6\n", 3, "line 2 has 'A'"),
        (f"{HEAD}\nA,c1,30,1,2,3,12\nA,c1,30,1,2,3,\n", 3, "empty beside others"),
        (f"{HEAD},score\nA,c1,30,1,2,3,12,6\n", 2, "otherwise than the codes"),
        (f"{HEAD},score\nA,c1,30,1,2,3,12,x\n", 2, "'x'"),
        (f"{HEAD}\nA,c1,30,1,2,3,12\nA,c1,25,5,6,7,12\n", 3, "25 fps"),
    ],
)
def test_refusals_of_tables(tmp_path: Path, text: str, line: int, words: str) -> None:
    error = refusal(table(tmp_path, text))
    assert error is not None
    assert error.line == line or (line == 0 and error.line in (0, 1))
    assert words in str(error)


def test_missing_and_existing_files(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        read_tidy(tmp_path / "none.csv")
    one = Session("x", (Event("A", "", "c1", 30, 1, 2, 3, "12"),))
    path = tmp_path / "s.csv"
    saved = write_tidy(one, path)
    assert "not in it: the history" in str(saved)
    before = path.read_bytes()
    with pytest.raises(FileError, match="exists already"):
        write_tidy(Session("y"), path)
    assert path.read_bytes() == before
    assert write_tidy(Session("y"), path, force=True) == Saved((path,), LOST)
    assert read_tidy(path).session.events == ()
    assert [each.name for each in tmp_path.iterdir()] == ["s.csv"]


@given(st.text(max_size=10))
def test_guarded_cells_come_back_and_run_nothing(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t"))


def test_formulas_do_not_reach_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    one = Session("x", (Event("=cmd", "", "c1", 30, 1, 2, 3, "12", notes="@a\n-b"),))
    write_tidy(one, path)
    with path.open(encoding="utf-8", newline="") as file:
        row = next(iter(csv.DictReader(file)))
    assert (row["coder"], row["notes"]) == ("'=cmd", "'@a\n-b")
    assert read_tidy(path).session.events[0].coder == "=cmd"


@pytest.mark.parametrize("text", ["", "?", "NA", "nan", "-"])
def test_frames_that_are_not_known(text: str) -> None:
    error = FileError("f", 1, text, "no frame", "give one")
    assert frame_of(text, error) is None
    assert frame_of("12.0", error) == 12
    with pytest.raises(FileError, match="no frame"):
        frame_of("12.5", error)


def test_shared_makers_name_the_place() -> None:
    error = FileError("f.csv", 7, "x", "", "", "row")
    with pytest.raises(FileError, match=r"f\.csv, row, fps, line 7"):
        event_of(error, coder="A", subject="", clip="c", fps=0, onset=1, apex=None, offset=None,
                 aus="12")  # fmt: skip
    twice = Event("A", "", "c", 30, 1, None, None, "12", id="e")
    with pytest.raises(FileError, match=r"events\[1\].id, line 9"):
        session_of("f.csv", "t", (twice, twice), lines=(5, 9))
    with pytest.raises(FileError, match=r"f\.csv, events\[1\].id: "):
        session_of("f.csv", "t", (twice, twice))
    with pytest.raises(CodingError):
        Session("t", (twice, twice))
