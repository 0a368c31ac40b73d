"""BORIS: tables of several versions and projects are read by stated rules; ours come back."""

from __future__ import annotations

import csv
import json
import re
import time
from contextlib import suppress

import pytest
from coding_strategies import RATES, events, sessions
from hypothesis import given, settings
from hypothesis import strategies as st
from test_elan import state

from fau_teach._reading import FileError
from fau_teach.coding import CodingError, Event, Session, Watched
from fau_teach.coding.boris import COLUMNS, read_boris, write_boris

KIM = Event("Kim", "S1", "c7", 25.0, 10, 14, 20, "L12C+6", emotion="happiness", notes="a\n b ")
OLD = (
    "Observation id\tObservation date\tDescription\tMedia file\tTotal length\tFPS\tcoder\tSubject\t"
    "Behavior\tBehavioral category\tModifiers\tBehavior type\tStart (s)\tStop (s)\tDuration (s)\t"
    "Comment start\tComment stop"
)
NEW = [
    "Observation id", "Observation date", "Description", "Observation type", "Source",
    "Time offset (s)", "Coding duration", "Media duration (s)", "FPS (frame/s)", "Subject",
    "Observation duration by subject by observation", "Behavior", "Behavioral category",
    "Modifier #1", "Modifier #2", "Behavior type", "Start (s)", "Stop (s)", "Duration (s)",
    "Media file name", "Image index start", "Image index stop", "Image file path start",
    "Image file path stop", "Comment start", "Comment stop",
]  # fmt: skip


def old(tmp_path, *rows, name="old.tsv"):
    """A table of 2016; a row is behaviour, modifiers, type, start, stop and more by name."""
    lines = [OLD]
    for behaviour, modifiers, kind, start, stop, *more in rows:
        cells = dict(more)
        lines.append(
            "\t".join(
                [
                    cells.get("id", "obs 1"), "2016-12-01 23:01:31", "",
                    cells.get("media", "v.mp4"), "539.920", cells.get("fps", "25.0"),
                    cells.get("coder", "Kim"),
                    cells.get("subject", "No focal subject"), behaviour, "", modifiers, kind, start,
                    stop, "NA" if kind == "POINT" else "1", cells.get("comment", ""), "",
                ]
            )
        )  # fmt: skip
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def new(tmp_path, *rows, delimiter=","):
    path = tmp_path / "new.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, NEW, delimiter=delimiter)
        table.writeheader()
        table.writerows(rows)
    return path


def seen(loaded):
    return [
        (one.coder, one.clip, one.onset, one.apex, one.offset, one.aus)
        for one in loaded.session.events
    ]


def project(tmp_path, events, **observation):
    """A project with one observation; the file is of the 7.0 form."""
    about = {
        "file": {"1": ["/v/S1_c2.mp4"], "2": []}, "type": "MEDIA", "date": "2018-02-28T15:25:10",
        "description": "", "time offset": 0.0, "events": events,
        "independent_variables": {"Observer": "Kim"},
        "media_info": {"length": {"/v/S1_c2.mp4": 60.0}, "fps": {"/v/S1_c2.mp4": 50.0}},
    }  # fmt: skip
    path = tmp_path / "p.boris"
    kinds = {"AU12": "State event", "AU6": "State event", "apex": "Point event", "s": "State event"}
    data = {
        "project_format_version": "7.0",
        "behaviors_conf": {
            str(at): {"code": code, "type": kind} for at, (code, kind) in enumerate(kinds.items())
        },
        "subjects_conf": {"0": {"name": "S1"}},
        "observations": {"first": {**about, **observation}},
    }
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@given(sessions())
@settings(max_examples=120, deadline=None)
def test_our_own_table_comes_back(tmp_path_factory, session):
    path = tmp_path_factory.getbasetemp() / "own.tsv"
    saved = write_boris(session, path, force=True)
    loaded = read_boris(path)
    assert loaded.report.traps == ()
    assert state(loaded.session) == state(session)
    assert loaded.session.clips == session.clips
    assert saved.lost == ("the history of changes", "who is done with a clip")


@given(events(coder="Kim", clip="c"))
@settings(max_examples=100, deadline=None)
def test_the_rows_hold_the_codes_without_our_comment(tmp_path_factory, event):
    path = tmp_path_factory.getbasetemp() / "bare.tsv"
    write_boris(Session("t", (event,)), path, force=True)
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["Behavior"] != "apex"]
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS, delimiter="\t")
        table.writeheader()
        table.writerows({**row, "Comment start": "", "fau_teach": ""} for row in rows)
    made = read_boris(path).session.events
    entries = [entry for one in made for entry in one.score.content]
    assert sorted(map(str, entries)) == sorted(map(str, event.score.content))
    assert {one.onset for one in made} == {event.onset}


@pytest.mark.parametrize("fps", [*RATES, 1000.0, 100_000.0])
def test_whole_frames_are_exact_at_every_rate(tmp_path, fps):
    frames = [*range(200), 10**6, 10**6 + 7]
    made = tuple(Event("K", "", "c", fps, n, None, n, "12") for n in frames)
    write_boris(Session("t", made), tmp_path / "a.tsv")
    loaded = read_boris(tmp_path / "a.tsv")
    assert [one.onset for one in loaded.session.events] == frames
    assert loaded.report.traps == ()


def test_columns_are_those_of_boris(tmp_path):
    write_boris(Session("t", (KIM,)), tmp_path / "a.tsv")
    head, *rows = (tmp_path / "a.tsv").read_text().split("\n")
    named = [name for name in NEW if name in head.split("\t")]
    assert named == NEW
    cells = dict(zip(head.split("\t"), rows[1].split("\t"), strict=False))
    assert (cells["Behavior"], cells["Modifier #1"], cells["Modifier #2"]) == ("AU12", "C", "left")
    assert (cells["Start (s)"], cells["Stop (s)"]) == ("0.400000", "0.800000")
    assert cells["Comment start"] == "id: e1"


def test_a_table_of_2016(tmp_path):
    path = old(
        tmp_path,
        ("AU12", "C", "STATE", "1.800", "8.125", ("subject", "S1"), ("comment", "seen late")),
        ("12", "None|R", "STATE", "10.250", "23.350"), ("L4", "c |None", "STATE", "26.8", "31.5"),
        ("s", "", "STATE", "1", "2"), ("s", "", "STATE", "3", "4"),
        ("AU45", "", "POINT", "32.800", "32.800"),
    )  # fmt: skip
    loaded = read_boris(path)
    assert seen(loaded) == [
        ("Kim", "v", 45, None, 203, "12C"), ("Kim", "v", 256, None, 584, "R12"),
        ("Kim", "v", 670, None, 788, "L4C"), ("Kim", "v", 820, 820, 820, "45"),
    ]  # fmt: skip
    first = loaded.session.events[0]
    assert (first.subject, first.notes) == ("S1", "seen late")
    assert loaded.report.left_out == {"behaviours that name no code, with rows": ("s (2)",)}
    assert loaded.report.traps[0].name == "time between two frames, the nearest is taken"
    assert loaded.session.watched == (
        Watched("v", 25, subject="S1", media="v.mp4", coders=("Kim",)),
    )


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_table_of_now_with_short_and_empty_rows(tmp_path, delimiter):
    shared = {"Observation id": "S1_c2_Kim", "FPS (frame/s)": "50", "Subject": "S1"}
    path = new(
        tmp_path,
        {**shared, "Behavior": "AU12", "Modifier #1": "C", "Modifier #2": "left",
         "Behavior type": "STATE", "Start (s)": "1.0", "Stop (s)": "2.0"},
        {**shared, "Behavior": "AU12", "Modifier #2": "apex", "Behavior type": "POINT",
         "Start (s)": "1.5", "Stop (s)": "1.5"},
        {**shared, "Observation id": "S1_c3_Kim"},
        delimiter=delimiter,
    )  # fmt: skip
    path.write_text(path.read_text() + f"S1_c4_Kim{delimiter * 8}50\n")
    loaded = read_boris(path, coder_from="observation")
    assert seen(loaded) == [("Kim", "S1_c2", 50, 75, 100, "L12C")]
    assert loaded.session.clips == ("S1_c2", "S1_c3", "S1_c4")
    assert loaded.session.saw("Kim", "S1_c4")


def test_points_are_apexes_or_single_frames(tmp_path):
    rows = (
        ("AU12", "", "STATE", "0.4", "0.8"), ("AU6", "", "STATE", "0.4", "0.8"),
        ("AU12", "", "POINT", "0.6", "0.6"), ("AU12", "", "POINT", "2", "2"),
        ("AU45", "", "POINT", "0.6", "NA"),
    )  # fmt: skip
    apexes = [
        (one.aus, one.onset, one.apex) for one in read_boris(old(tmp_path, *rows)).session.events
    ]
    assert apexes == [("12", 10, 15), ("6", 10, None), ("12", 50, 50), ("45", 15, 15)]
    both = old(tmp_path, *rows[:2], ("apex", "", "POINT", "0.6", "0.6"))
    assert [one.apex for one in read_boris(both).session.events] == [15, 15]
    named = old(tmp_path, *rows[:2], ("AU6 apex", "", "POINT", "0.64", "0.64"))
    assert [one.apex for one in read_boris(named).session.events] == [None, 16]
    lost = read_boris(old(tmp_path, *rows[:2], ("apex", "", "POINT", "6", "6")))
    assert lost.report.traps[0].name == "apex outside every event, left out"
    with pytest.raises(FileError, match="two apexes"):
        read_boris(old(tmp_path, *rows[:3], ("apex", "", "POINT", "0.68", "0.68")))


def test_overlap_joins_the_codes_of_one_coder(tmp_path):
    path = old(
        tmp_path, ("AU12", "C", "STATE", "0.4", "0.8"), ("AU6", "", "STATE", "0.6", "1.2"),
        ("AU4", "", "STATE", "1.2", "2"), ("AU6", "", "STATE", "0.4", "0.8", ("coder", "Ada")),
    )  # fmt: skip
    assert len(read_boris(path).session.events) == 4
    assert seen(read_boris(path, group="overlap")) == [
        ("Kim", "v", 10, None, 30, "12C+6"), ("Ada", "v", 10, None, 20, "6"),
        ("Kim", "v", 30, None, 50, "4"),
    ]  # fmt: skip
    with pytest.raises(CodingError, match="group"):
        read_boris(path, group="all")


def test_who_coded(tmp_path):
    row = ("AU12", "", "STATE", "0.4", "0.8", ("id", "c1_Kim"), ("coder", ""))
    assert seen(read_boris(old(tmp_path, row)))[0][:2] == ("", "v")
    assert read_boris(old(tmp_path, row)).session.watched[0].coders == ()
    assert seen(read_boris(old(tmp_path, row), coder="X"))[0][0] == "X"
    assert seen(read_boris(old(tmp_path, row), coder_from="observation"))[0][:2] == ("Kim", "v")
    plain = old(tmp_path, (*row[:5], ("id", "Kim"), ("coder", ""), ("media", "NA")))
    assert seen(read_boris(plain, coder_from="observation"))[0][:2] == ("Kim", "Kim")
    with pytest.raises(CodingError, match="coder_from"):
        read_boris(plain, coder_from="subject")


def test_several_videos_make_the_observation_the_clip(tmp_path):
    path = old(
        tmp_path, ("AU12", "", "STATE", "0.4", "0.8", ("media", "a.mp4")),
        ("AU12", "", "STATE", "200", "201", ("media", "b.mp4")),
    )  # fmt: skip
    assert [one[1] for one in seen(read_boris(path))] == ["obs 1", "obs 1"]


def test_codes_that_say_nothing_moved(tmp_path):
    path = old(tmp_path, ("null", "", "STATE", "0", "1"), ("?", "", "STATE", "2", "3"))
    assert [one.aus for one in read_boris(path).session.events] == ["null", "?"]


def test_changes_in_our_own_table_are_taken_over(tmp_path):
    path = tmp_path / "a.tsv"
    write_boris(Session("t", (KIM,)), path)
    path.write_text(path.read_text().replace("\tC\tleft\t", "\tD\tleft\t"))
    loaded = read_boris(path)
    assert loaded.session.events[0].aus == "6+L12D"
    assert "win" in loaded.report.traps[0].name


def test_a_project(tmp_path):
    path = project(
        tmp_path,
        [
            [1.0, "S1", "AU12", "C|left", "", 50], [2.0, "S1", "AU12", "C|left", "late", 100],
            [1.5, "S1", "apex", "", ""], [1.2, "", "AU6", "None"], [1.8, "", "AU6", "None", ""],
            [3.0, "S1", "s", "", ""],
        ],
    )  # fmt: skip
    loaded = read_boris(path)
    assert seen(loaded) == [
        ("Kim", "S1_c2", 50, 75, 100, "L12C"), ("Kim", "S1_c2", 60, None, 90, "6"),
    ]  # fmt: skip
    assert loaded.session.events[0].notes == "late"
    assert loaded.report.left_out == {"behaviours that name no code, with rows": ("s (1)",)}
    assert read_boris(project(tmp_path, [])).session.clips == ("S1_c2",)
    live = project(tmp_path, [[1, "", "AU12", ""], [2, "", "AU12", ""]], file=[], media_info={})
    assert seen(read_boris(live, fps=25))[0][1:3] == ("first", 25)
    with pytest.raises(FileError, match="fps="):
        read_boris(live)


def test_a_state_without_an_end_names_observation_and_time(tmp_path):
    path = project(tmp_path, [[1.25, "S1", "AU12", "", ""]])
    with pytest.raises(FileError, match="starts and never ends") as error:
        read_boris(path)
    assert error.value.place == "observation 'first', time 1.25 s"
    assert "AU12" in str(error.value)


@pytest.mark.parametrize(
    ("event", "problem"),
    [(["x", "", "AU12", ""], "no time"), ([None, "", "AU12"], "no time"), ([1], "not an event"),
     ("x", "not an event"), ([True, "", "AU12"], "no time"), ([-1, "", "AU12"], "no time"),
     ([1e99, "", "AU12"], "no time")],
)  # fmt: skip
def test_broken_events_of_a_project(tmp_path, event, problem):
    with pytest.raises(FileError, match=problem) as error:
        read_boris(project(tmp_path, [event]))
    assert error.value.place == "observation 'first'"


HOSTILE = {
    "no number": ('{"observations": NaN}', "NaN is not a number"),
    "endless": ('{"observations": {"a": {"events": [[Infinity]]}}}', "Infinity"),
    "twice": ('{"observations": {}, "observations": {}}', "twice"),
    "deep": ('{"a": ' + "[" * 200_000, "too deep"),
    "cut off": ('{"observations":\n {"a"', "not JSON"),
    "list": ('{"observations": []}', "not an object"),
    "no object": ('{"observations": {"a": 3}}', "not an object"),
    "no list": ('{"observations": {"a": {"events": 3}}}', "not a list"),
    "long number": ('{"a": ' + "9" * 10_000 + "}", "no project"),
    "open quotation": (OLD + '\n"obs' + "\tx" * 16, "the table is broken"),
    "open to the end": (OLD + '\n"' + "x\n" * 100_000, "the table is broken"),
    "no header": ("obs\tAU12\t1\t2", "column 'Observation id' is missing"),
    "empty": ("", "no header line"),
    "many cells": (OLD + "\na" * 1 + "\tb" * 40, "cells where the header names"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_at_once(tmp_path, name):
    text, problem = HOSTILE[name]
    path = tmp_path / "h.tsv"
    path.write_text(text, encoding="utf-8")
    start = time.process_time()
    with pytest.raises(FileError, match=problem) as error:
        read_boris(path)
    assert time.process_time() - start < 1
    assert error.value.file == str(path)
    assert error.value.advice


@pytest.mark.parametrize(
    ("raw", "problem"),
    [(b"Observation id\xff", "not UTF-8"), (b"Obs\0", "zero byte"), (b" " * 17 * 2**20, "larger")],
)
def test_bytes_that_are_no_text(tmp_path, raw, problem):
    path = tmp_path / "h.tsv"
    path.write_bytes(raw)
    with pytest.raises(FileError, match=problem):
        read_boris(path)


@pytest.mark.parametrize(
    ("row", "problem", "place"),
    [
        (("AU12", "D|C", "STATE", "1", "2"), "two values for intensity", ""),
        (("AU12", "15", "STATE", "1", "2"), "not about 12", ""),
        (("AU12", "", "STATE", "x", "2"), "no time", "column 'Start (s)'"),
        (("AU12", "", "STATE", "1", "NA"), "no time", "column 'Stop (s)'"),
        (("AU12", "", "STATE", "-1", "2"), "no time", "column 'Start (s)'"),
        (("AU12", "", "STATE", "nan", "2"), "no time", "column 'Start (s)'"),
        (("AU12", "", "STATE", "1e9", "2"), "no time", "column 'Start (s)'"),
        (("AU12", "", "STATE", "2", "1"), "stops before", ""),
        (("AU12", "", "STATE", "1", "2", ("fps", "NA")), "frames a second", ""),
        (("AU12", "", "STATE", "1", "2", ("fps", "25;30")), "frames a second", ""),
        (("AU12", "", "STATE", "1", "2", ("fps", "fast")), "no frame rate", ""),
        (("AU12", "", "STATE", "1", "2", ("fps", "1e9")), "cannot be", ""),
        (("AU12", "", "STATE", "1", "2", ("fps", "30")), "but clip 'v' had 25", ""),
        (("AU12", "", "STATE", "1", "2", ("id", "")), "no observation id", ""),
        (("AU12", "", "STATE", "1", "2", ("comment", "type: huge")), "'huge' is unknown", "kind"),
    ],
)
def test_broken_rows_say_what_and_where(tmp_path, row, problem, place):
    with pytest.raises(FileError, match=re.escape(problem)) as error:
        read_boris(old(tmp_path, ("AU4", "", "STATE", "1", "2"), row))
    assert (error.value.line, error.value.place) == (3, place)
    assert error.value.advice


def test_our_own_columns_are_checked(tmp_path):
    path = tmp_path / "a.tsv"
    write_boris(Session("t", (KIM,), (Watched("c7", 25, 90),)), path)
    path.write_text(path.read_text().replace("\t90\t", "\tx\t"))
    with pytest.raises(FileError, match="no frame"):
        read_boris(path)


def test_a_frame_rate_given_and_a_time_offset_are_reported(tmp_path):
    path = new(
        tmp_path,
        {"Observation id": "o", "FPS (frame/s)": "50", "Time offset (s)": "12.5",
         "Behavior": "AU12", "Behavior type": "STATE", "Start (s)": "1.0", "Stop (s)": "2.0"},
    )  # fmt: skip
    loaded = read_boris(path, fps=25)
    assert loaded.session.events[0].onset == 25
    assert [trap.name.split(",")[0] for trap in loaded.report.traps] == [
        "the frame rate given replaces that of the file", "time offset",
    ]  # fmt: skip


def test_no_cell_is_run_as_a_formula_and_nothing_is_overwritten(tmp_path):
    event = KIM.but(clip="=1+1", coder="@x", subject="-y")
    session = Session("=cmd", (event,))
    write_boris(session, tmp_path / "a.tsv")
    with (tmp_path / "a.tsv").open(newline="") as file:
        cells = [cell for row in csv.reader(file, delimiter="\t") for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert state(read_boris(tmp_path / "a.tsv").session) == state(session)
    with pytest.raises(FileError, match="exists already"):
        write_boris(session, tmp_path / "a.tsv")


def test_observations_of_clips_and_coders_that_read_alike_stay_apart(tmp_path):
    made = (KIM.but(clip="a_b", coder="c"), KIM.but(clip="a", coder="b_c"))
    session = Session("t", made)
    write_boris(session, tmp_path / "a.tsv")
    loaded = read_boris(tmp_path / "a.tsv")
    assert loaded.report.counts["observations"] == 4
    assert state(loaded.session) == state(session)


def test_a_table_of_many_rows_is_quick(tmp_path):
    rows = []
    for n in range(3000):
        rows += [("AU12", "C", "STATE", f"{n}", f"{n}.8"), ("AU12", "", "POINT", f"{n}.4", "NA")]
    path = old(tmp_path, *rows)
    start = time.process_time()
    loaded = read_boris(path)
    assert time.process_time() - start < 4
    assert all(one.apex == one.onset + 10 for one in loaded.session.events)


@given(st.text() | st.text('{}[]":,1\n\t', max_size=40).map("{".__add__))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_a_session_or_a_file_error(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.tsv"
    path.write_text(text, encoding="utf-8", errors="replace")
    with suppress(FileError):
        read_boris(path)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_files_give_a_session_or_a_file_error(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "damaged.tsv"
    if data.draw(st.booleans()):
        write_boris(
            Session("t", (KIM,), (Watched("c7", 25, 90, "S1", 2, "c.mp4"),)), path, force=True
        )
        cells, gap = path.read_text().split("\t"), "\t"
    else:
        rows = [[1.0, "S1", "AU12", "C", "x", 50], [2.0, "S1", "AU12", "C", "", 100]]
        path = project(tmp_path_factory.getbasetemp(), rows)
        cells, gap = path.read_text().split(", "), ", "
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(cells) - 1))
        cells[at] = data.draw(
            st.text(max_size=8) | st.sampled_from(("null", "{}", '"x"', "1e999", "[]", '{"a": 1}'))
        )
    path.write_text(gap.join(cells), encoding="utf-8", errors="replace")
    with suppress(FileError):
        read_boris(path, fps=25)
