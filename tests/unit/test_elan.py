"""ELAN files: our own come back as they were, those of a lab are read by stated rules."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
from contextlib import suppress
from html import escape
from itertools import pairwise

import pympi
import pytest
from coding_strategies import RATES, sessions
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach._reading import FileError
from fau_teach.coding import CodingError, Event, Session, Watched
from fau_teach.coding.elan import read_elan, write_elan
from fau_teach.coding.pieces import frame_at
from fau_teach.coding.words import code_of, marked, name_of, packed, unpacked

KIM = Event("Kim", "S1", "c7", 25.0, 10, 14, 20, "L12C+6", emotion="happiness", notes="a\n b ")
ADA = Event("Ada", "S1", "c7", 25.0, 12, None, None, "null", kind="micro", certainty="low")


def state(session):
    """All that a format must bring back; who saw a clip may be said in two ways."""
    clips = [
        (one.clip, one.fps, one.frames, one.subject, one.neutral, one.media,
         sorted(coder for coder in session.coders if session.saw(coder, one.clip)))
        for one in session.watched
    ]  # fmt: skip
    return session.title, sorted(session.events, key=lambda one: one.id), sorted(clips)


def eaf(tmp_path, *tiers, fps="25", slots=(), head="", name="clip.eaf", version="2.8"):
    """A file as a lab makes it; a tier is (attributes, annotations, refs)."""
    times, bodies, number = list(slots), [], 0
    for attributes, *rows in tiers:
        inner = []
        for row in rows:
            number += 1
            if isinstance(row[0], str):
                ref, value = row
                inner.append(
                    f'<REF_ANNOTATION ANNOTATION_ID="a{number}" ANNOTATION_REF="{ref}">'
                    f"<ANNOTATION_VALUE>{escape(value)}</ANNOTATION_VALUE></REF_ANNOTATION>"
                )
                continue
            start, end, value = row
            times += [start, end]
            first = len(times) - 1
            inner.append(
                f'<ALIGNABLE_ANNOTATION ANNOTATION_ID="a{number}" TIME_SLOT_REF1="ts{first}" '
                f'TIME_SLOT_REF2="ts{first + 1}"><ANNOTATION_VALUE>{escape(value)}'
                "</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION>"
            )
        body = "\n".join(f"<ANNOTATION>{one}</ANNOTATION>" for one in inner)
        bodies.append(f'<TIER LINGUISTIC_TYPE_REF="default" {attributes}>\n{body}\n</TIER>')
    rate = f'<PROPERTY NAME="fps">{fps}</PROPERTY>' if fps else ""
    order = "\n".join(
        f'<TIME_SLOT TIME_SLOT_ID="ts{at}" {given}/>'
        for at, time_ in enumerate(times, 1)
        for given in ("" if time_ is None else f'TIME_VALUE="{time_}"',)
    )
    path = tmp_path / name
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT VERSION="{version}">\n'
        f'<HEADER TIME_UNITS="milliseconds">{head}{rate}</HEADER>\n'
        f"<TIME_ORDER>\n{order}\n</TIME_ORDER>\n{chr(10).join(bodies)}\n</ANNOTATION_DOCUMENT>",
        encoding="utf-8",
    )
    return path


def tier(name, *rows, more=""):
    return (f'TIER_ID="{name}" {more}', *rows)


def read(tmp_path, *tiers, **rest):
    given_ = {key: rest.pop(key) for key in ("group", "coder", "subject", "clip") if key in rest}
    return read_elan(eaf(tmp_path, *tiers, **rest), **given_)


def seen(loaded):
    return [(one.coder, one.onset, one.apex, one.offset, one.aus) for one in loaded.session.events]


@given(sessions(most_clips=1))
@settings(max_examples=80, deadline=None)
def test_our_own_file_comes_back(tmp_path_factory, session):
    path = tmp_path_factory.getbasetemp() / "own.eaf"
    saved = write_elan(session, path, force=True)
    loaded = read_elan(path)
    assert loaded.report.traps == ()
    assert loaded.session.events == session.events
    assert state(loaded.session) == state(session)
    assert saved.lost == ("the history of changes", "who is done with a clip")


@given(sessions())
@settings(max_examples=40, deadline=None)
def test_several_clips_are_a_folder(tmp_path_factory, session):
    folder = tmp_path_factory.mktemp("many") / "out"
    saved = write_elan(session, folder)
    assert len(saved.paths) == len(session.watched)
    assert state(read_elan(folder).session) == state(session)


@pytest.mark.parametrize("fps", [*RATES, 1000.0])
def test_whole_frames_are_exact_at_every_rate(fps):
    frames = [*range(5000), *range(10**6, 10**6 + 500)]
    assert [frame_at(round(1000 * frame / fps), fps) for frame in frames] == frames


def test_the_file_is_deterministic_and_in_the_order_of_the_schema(tmp_path):
    session = Session("t", (KIM, ADA), (Watched("c7", 25, media="a b.mov"),))
    first = write_elan(session, tmp_path / "a.eaf").paths[0].read_bytes()
    assert first == write_elan(session, tmp_path / "b.eaf").paths[0].read_bytes()
    root = ET.fromstring(first)
    tags = list(dict.fromkeys(child.tag for child in root))
    assert tags == ["HEADER", "TIME_ORDER", "TIER", "LINGUISTIC_TYPE", "CONSTRAINT"]
    assert {"AUTHOR", "DATE", "FORMAT", "VERSION"} <= set(root.attrib)
    assert root.find("HEADER/MEDIA_DESCRIPTOR").attrib["MEDIA_URL"] == "./a%20b.mov"
    values = [int(one.attrib["TIME_VALUE"]) for one in root.iter("TIME_SLOT")]
    assert values == sorted(values)
    types = {one.attrib["LINGUISTIC_TYPE_ID"] for one in root.iter("LINGUISTIC_TYPE")}
    parents = {one.attrib["TIER_ID"] for one in root.iter("TIER")}
    for one in root.iter("TIER"):
        assert one.attrib["LINGUISTIC_TYPE_REF"] in types
        assert one.attrib.get("PARENT_REF", "event_Kim") in parents
    later = write_elan(session, tmp_path / "c.eaf", date="2026-11-21T13:05:00+00:00")
    assert 'DATE="2026-11-21T13:05:00+00:00"' in later.paths[0].read_text()
    for wrong in ("today", "2026-11-21", "Tuesday"):
        with pytest.raises(CodingError, match="is no date"):
            write_elan(session, tmp_path / "d.eaf", date=wrong)


@given(sessions(most_clips=1))
@settings(max_examples=40, deadline=None)
def test_no_tier_of_ours_overlaps_and_every_apex_lies_in_its_event(tmp_path_factory, session):
    path = tmp_path_factory.getbasetemp() / "tiers.eaf"
    write_elan(session, path, force=True)
    document = pympi.Elan.Eaf(str(path))
    for name, (aligned, *_) in document.tiers.items():
        spans = sorted(document.get_annotation_data_for_tier(name)) if aligned else []
        assert all(one[1] <= two[0] for one, two in pairwise(spans))
        if document.tiers[name][2]["LINGUISTIC_TYPE_REF"] == "apex":
            parent = document.get_annotation_data_for_tier(document.tiers[name][2]["PARENT_REF"])
            for span in spans:
                assert any(one[0] <= span[0] and span[1] <= one[1] for one in parent)


def test_pympi_reads_what_we_write(tmp_path):
    path = tmp_path / "a.eaf"
    write_elan(Session("t", (KIM, ADA)), path)
    document = pympi.Elan.Eaf(str(path))
    assert list(document.get_tier_names()) == [
        "event_Kim", "apex_Kim", "AU6_Kim", "L12_Kim", "event_Ada",
    ]  # fmt: skip
    assert document.get_annotation_data_for_tier("event_Kim")[0][:2] == (400, 800)
    assert document.get_annotation_data_for_tier("apex_Kim") == [(560, 600, "apex")]
    assert document.get_ref_annotation_data_for_tier("L12_Kim")[0][:3] == (400, 800, "C")
    assert document.get_ref_annotation_data_for_tier("AU6_Kim")[0][2] == "6"
    assert document.get_annotation_data_for_tier("event_Ada")[0][2].startswith("id: e2 | score")
    assert document.tiers["L12_Kim"][2]["ANNOTATOR"] == "Kim"
    assert dict(document.properties)["fps"] == "25"


def test_we_read_what_pympi_writes(tmp_path):
    document = pympi.Elan.Eaf()
    document.add_property("fps", "30")
    document.add_linked_file("file:///videos/S1_c2.mp4", mimetype="video/mp4")
    document.add_tier("AU12", part="S1", ann="Kim")
    document.add_annotation("AU12", 1000, 2000, "C")
    document.add_annotation("AU12", 3000, 3100, "")
    document.add_tier("AU12 apex", part="S1", ann="Kim")
    document.add_annotation("AU12 apex", 1500, 1533, "")
    document.to_file(str(tmp_path / "p.eaf"))
    loaded = read_elan(tmp_path / "p.eaf")
    assert seen(loaded) == [("Kim", 30, 45, 60, "12C"), ("Kim", 90, None, 93, "12")]
    assert loaded.session.watched == (
        Watched("S1_c2", 30, subject="S1", media="S1_c2.mp4", coders=("Kim",)),
    )
    assert loaded.report.left_out == {"tiers that name no code, with annotations": ("default (0)",)}


@pytest.mark.parametrize(
    ("name", "code", "coder"),
    [
        ("AU12", "12", "X"), ("12", "12", "X"), ("L12", "L12", "X"), ("AU12 left", "L12", "X"),
        ("AU12_Kim", "12", "Kim"), ("12_R_Kim", "R12", "Kim"), ("Left AU 12", "L12", "X"),
        ("AU12-R", "R12", "X"), ("AU_12", "12", "X"), ("BAU22", "B22", "X"), ("M59", "M59", "X"),
        ("12_Lee", "12", "Lee"), ("AD19", "19", "X"), ("AU22 upper", "T22", "X"),
        ("6+12", "6+12", "X"),
        ("AU12 lip corner puller", "12", "X"), ("12 or 15_Kim", "12 or 15", "Kim"),
    ],
)  # fmt: skip
def test_names_of_tiers(tmp_path, name, code, coder):
    loaded = read(tmp_path, tier(name, (400, 800, "")), coder="X")
    assert seen(loaded) == [(coder, 10, None, 20, code)]


@pytest.mark.parametrize("name", ["default", "A1", "S1", "AU", "99", "L12 right", "text", "121"])
def test_other_tiers_are_reported_and_left_out(tmp_path, name):
    loaded = read(tmp_path, tier(name, (400, 800, "x"), (900, 950, "y")))
    assert loaded.session.events == ()
    assert loaded.report.left_out == {"tiers that name no code, with annotations": (f"{name} (2)",)}
    assert f"{name} (2)" in str(loaded.report)


@pytest.mark.parametrize(
    ("value", "aus", "notes"),
    [
        ("C", "12C", ""), ("c", "12C", ""), ("B/C", "12B/C", ""), ("3", "12:3", ""),
        ("12", "12", ""), ("AU12D", "12D", ""), ("L12C?", "L12C?", ""), ("left", "L12", ""),
        ("C right", "R12C", ""), ("slight", "12B", ""), ("?", "12?", ""), ("n/a", "12", ""),
        ("seen late", "12", "seen late"), ("left of the frame", "12", "left of the frame"),
        ("12C (late)", "12C(late)", ""), ("12B+12C", "12B+12C", ""), ("notes: x", "12", "x"),
        ("unilateral, B", "U12B", ""), ("C, marked", "12C", ""), ("upper", "T12", ""),
    ],
)  # fmt: skip
def test_values_of_annotations(tmp_path, value, aus, notes):
    (event,) = read(tmp_path, tier("AU12", (400, 800, value))).session.events
    assert (event.aus, event.notes) == (aus, notes)


@pytest.mark.parametrize("aus", ["1?", "1 or 1A", "4:4", "4?", "12B+12C", "L12 or R12(odd | or)"])
def test_scores_that_could_be_mistaken_come_back(tmp_path, aus):
    write_elan(Session("t", (KIM.but(aus=aus),)), tmp_path / "a.eaf")
    loaded = read_elan(tmp_path / "a.eaf")
    assert (loaded.session.events[0].aus, loaded.report.traps) == (aus, ())


@pytest.mark.parametrize("coder", ["L", "R", "left", "apex", "apex_L", "L#2", "6+12", "_", "12"])
def test_coders_who_could_be_mistaken_come_back(tmp_path, coder):
    made = (KIM.but(coder=coder), KIM.but(coder=coder, onset=12), KIM.but(coder="L"))
    write_elan(Session("t", made), tmp_path / "a.eaf")
    loaded = read_elan(tmp_path / "a.eaf")
    assert state(loaded.session) == state(Session("t", made))
    assert loaded.report.traps == ()


def test_a_value_that_is_the_code_itself_is_no_intensity():
    assert marked(code_of("AU4")[0], ["4"]) == ("4", ())
    assert marked(code_of("AU4")[0], ["4?"]) == ("4?", ())
    assert marked(code_of("AU4")[0], ["3"]) == ("4:3", ())
    assert marked(code_of("6+12")[0], ["C", "6B+12C"]) == ("6B+12C", ("C",))


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [("AU12", "15", "not about 12"), ("L12", "right", "two values for side"),
     ("12C", "D", "two values for intensity"), ("AU12", "6+12", "not about 12")],
)  # fmt: skip
def test_values_that_contradict_the_tier_are_refused(tmp_path, name, value, problem):
    with pytest.raises(FileError, match=problem) as error:
        read(tmp_path, tier("x"), tier(name, (400, 800, value)))
    assert (error.value.place, error.value.value) == (f"tier {name!r}", value)
    assert error.value.line == 12
    assert "Correct the value" in error.value.advice


def test_one_event_for_each_annotation_unless_overlap_joins_them(tmp_path):
    tiers = (
        tier("AU6_Kim", (400, 800, "B"), (2000, 2400, "")), tier("AU12_Kim", (400, 800, "C")),
        tier("AU25_Kim", (760, 1000, "")), tier("AU1_Kim", (1000, 1200, "")),
        tier("AU12_Ada", (400, 800, "D")),
    )  # fmt: skip
    assert len(read(tmp_path, *tiers).session.events) == 6
    joined = read(tmp_path, *tiers, group="overlap")
    assert seen(joined) == [
        ("Kim", 10, None, 25, "6B+12C+25"), ("Ada", 10, None, 20, "12D"),
        ("Kim", 25, None, 30, "1"), ("Kim", 50, None, 60, "6"),
    ]  # fmt: skip
    assert joined.session.watched[0].coders == ("Kim", "Ada")
    with pytest.raises(CodingError, match="group"):
        read(tmp_path, *tiers, group="all")


def test_codes_that_refer_to_one_annotation_are_one_event(tmp_path):
    loaded = read(
        tmp_path,
        tier("movement", (400, 800, "smile"), (900, 1000, "unused"), more='ANNOTATOR="Kim"'),
        tier("AU6", ("a1", "B"), more='PARENT_REF="movement"'),
        tier("AU12", ("a1", "C"), more='PARENT_REF="movement"'),
        tier("apex", (600, 640, ""), more='PARENT_REF="movement" ANNOTATOR="Kim"'),
        tier("AU25", (2000, 2400, "")), tier("AU26", ("a6", "A")),
    )  # fmt: skip
    assert seen(loaded) == [("Kim", 10, 15, 20, "6B+12C"), ("", 50, None, 60, "25+26A")]
    assert loaded.session.events[0].notes == "smile"


def test_apexes(tmp_path):
    tiers = (tier("AU12", (400, 800, "")), tier("AU6", (480, 800, "")), tier("AU4", (800, 880, "")))
    loaded = read(tmp_path, *tiers, tier("apex", (800, 840, ""), (600, 640, "")))
    assert [one.apex for one in loaded.session.events] == [15, 15, 20]
    loaded = read(
        tmp_path, *tiers, tier("AU12_apex", (800, 840, "")), tier("apex_Ada", (600, 640, ""))
    )
    assert [one.apex for one in loaded.session.events] == [20, None, None]
    assert loaded.report.traps[0].name == "apex outside every event, left out"
    loaded = read(
        tmp_path, *tiers, tier("AU12 apex", (520, 560, "")), tier("AU6 apex", (600, 640, "")),
        group="overlap",
    )  # fmt: skip
    assert [one.apex for one in loaded.session.events] == [None, None]
    assert "several apexes" in loaded.report.traps[0].name
    with pytest.raises(FileError, match="two apexes"):
        read(tmp_path, *tiers, tier("apex", (600, 640, ""), (700, 740, "")))


def test_an_apex_on_the_border_of_two_events_belongs_to_the_later(tmp_path):
    made = [KIM.but(apex=None), KIM.but(onset=20, apex=20, offset=30)]
    path = tmp_path / "a.eaf"
    write_elan(Session("t", tuple(made)), path)
    assert [one.apex for one in read_elan(path).session.events] == [None, 20]


def test_times_without_a_value_lie_evenly_between_their_neighbours(tmp_path):
    body = "".join(
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{n}" TIME_SLOT_REF1="{one}" '
        f'TIME_SLOT_REF2="{two}"><ANNOTATION_VALUE/></ALIGNABLE_ANNOTATION></ANNOTATION>\n'
        for n, (one, two) in enumerate([("ts1", "ts2"), ("ts2", "ts3"), ("ts3", "ts4")])
    )
    for slots, frames in (((400, None, None, 1000), [(10, 15), (15, 20), (20, 25)]),):
        path = eaf(tmp_path, tier("AU12"), slots=slots)
        path.write_text(path.read_text().replace("</TIER>", f"{body}</TIER>"))
        loaded = read_elan(path)
        assert [(one.onset, one.offset) for one in loaded.session.events] == frames
    for slots in ((400, None, None, None), (None, 500, 600, 700)):
        path = eaf(tmp_path, tier("AU12"), slots=slots)
        path.write_text(path.read_text().replace("</TIER>", f"{body}</TIER>"))
        with pytest.raises(FileError, match="its time is not known") as error:
            read_elan(path)
        assert error.value.line == 12


def test_unusual_things_are_read_and_reported(tmp_path):
    video = '<MEDIA_DESCRIPTOR MEDIA_URL="file:///C:/v/my%20clip.mp4" TIME_ORIGIN="40"/>'
    loaded = read(
        tmp_path, tier("AU12", (400, 800, ""), (700, 900, ""), (1010, 1060, "")),
        tier("AU4", (2000, 2001, "")), version="1.0", head=video,
    )  # fmt: skip
    names = [trap.name for trap in loaded.report.traps]
    assert names == [
        "a video that does not start at time 0; frames count from time 0",
        "version '1.0' of the form",
        "annotations that overlap on one tier, read as they are",
        "time between two frames, the nearest is taken",
    ]
    assert [(one.onset, one.offset) for one in loaded.session.events][-1] == (50, 50)
    assert loaded.session.clips == ("my clip",)


@pytest.mark.parametrize("version", ["2.7", "2.8", "3.0"])
def test_current_and_older_versions(tmp_path, version):
    assert not read(tmp_path, tier("AU12", (400, 800, "")), version=version).report.traps


def test_the_frame_rate_is_needed(tmp_path):
    path = eaf(tmp_path, tier("AU12", (400, 800, "")), fps="")
    with pytest.raises(FileError, match="frames a second") as error:
        read_elan(path)
    assert "fps=" in error.value.advice
    assert seen(read_elan(path, fps=50)) == [("", 20, None, 40, "12")]
    both = read_elan(eaf(tmp_path, tier("AU12", (400, 800, ""))), fps=50)
    assert both.report.traps[0].name == "the frame rate given replaces that of the file"
    for wrong in ("fast", "0", "nan", "1e9"):
        with pytest.raises(FileError):
            read(tmp_path, fps=wrong)


def test_changes_made_in_elan_are_taken_over(tmp_path):
    path = tmp_path / "a.eaf"
    write_elan(Session("t", (KIM,)), path)
    text = path.read_text()
    path.write_text(text.replace(">C<", ">D<"))
    loaded = read_elan(path)
    assert loaded.session.events[0].aus == "6+L12D"
    assert "win" in loaded.report.traps[0].name
    path.write_text(re.sub("<ANNOTATION_VALUE>id:[^<]*<", "<ANNOTATION_VALUE>mine: all<", text))
    loaded = read_elan(path)
    assert (loaded.session.events[0].notes, loaded.session.events[0].aus) == ("mine: all", "6+L12C")
    path.write_text(text.replace("score: L12C+6", "score: smile"))
    with pytest.raises(FileError, match="tier 'event_Kim', line"):
        read_elan(path)
    path.write_text(text.replace("emotion: happiness", "type: huge"))
    with pytest.raises(FileError, match="'huge' is unknown"):
        read_elan(path)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('NAME="fau_teach">1<', 'NAME="fau_teach">9<', "version '9'"),
        ('NAME="coders">[', 'NAME="coders">{', "no list"),
        ('NAME="frames">90<', 'NAME="frames">1e999<', "no frame"),
        ('NAME="frames">90<', 'NAME="frames">5<', "the clip in frame 4"),
        ('NAME="frames">90<', 'NAME="frames">0<', "frames: 0 is not possible"),
        ('ANNOTATION_ID="a2"', 'ANNOTATION_ID="a1"', "one id"),
        ('ANNOTATION_REF="a1"', 'ANNOTATION_REF="a99"', "does not exist"),
        ('ANNOTATION_REF="a1"', 'ANNOTATION_REF="a3"', "circle"),
        ('TIME_SLOT_REF1="ts1"', 'TIME_SLOT_REF1="ts9"', "'ts9' does not exist"),
        ('TIME_SLOT_REF1="ts1"', "", "no TIME_SLOT_REF1"),
        ('TIME_SLOT_ID="ts2"', 'TIME_SLOT_ID="ts1"', "two time slots"),
        ('TIME_VALUE="400"', 'TIME_VALUE="-4"', "no time"),
        ('TIME_VALUE="400"', 'TIME_VALUE="4000"', "ends before it starts"),
        ('TIER_ID="apex_Kim"', 'TIER_ID="event_Kim"', "one name"),
        ('TIME_UNITS="milliseconds"', 'TIME_UNITS="PAL-frames"', "not in milliseconds"),
        ("<ANNOTATION_DOCUMENT", "<!DOCTYPE x []><ANNOTATION_DOCUMENT", "document type"),
        ("</ANNOTATION_DOCUMENT>", "", "not XML"),
    ],
)
def test_broken_files_say_what_and_where(tmp_path, old, new, problem):
    path = tmp_path / "a.eaf"
    write_elan(Session("t", (KIM,), (Watched("c7", 25, 90),)), path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(FileError, match=problem) as error:
        read_elan(path)
    assert error.value.file == str(path)
    assert error.value.advice


def test_nothing_is_overwritten_or_half_written(tmp_path):
    session = Session("t", (KIM, KIM.but(clip="C7", id="")))
    with pytest.raises(FileError, match="holds one clip, and there are 2"):
        write_elan(session, tmp_path / "a.eaf")
    saved = write_elan(session, tmp_path / "out")
    assert [one.name for one in saved.paths] == ["c7.eaf", "C7-2.eaf"]
    with pytest.raises(FileError, match="exists already"):
        write_elan(session, tmp_path / "out")
    with pytest.raises(FileError, match="there are 0"):
        write_elan(Session("t"), tmp_path / "none")
    with pytest.raises(FileError, match="2000 fps"):
        write_elan(Session("t", (KIM.but(fps=2000.0),)), tmp_path / "b.eaf")
    with pytest.raises(CodingError, match="title"):
        write_elan(Session("\x01", (KIM,)), tmp_path / "b.eaf")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out"]


def test_a_folder_joins_the_files_of_several_coders(tmp_path):
    video = '<MEDIA_DESCRIPTOR MEDIA_URL="c1.mp4"/>'
    for coder in ("Kim", "Ada"):
        eaf(tmp_path, tier(f"AU12_{coder}", (400, 800, "")), head=video, name=f"c1_{coder}.eaf")
    loaded = read_elan(tmp_path, title="lab")
    assert loaded.session.title == "lab"
    assert loaded.session.clips == ("c1",)
    assert loaded.session.coders == ("Ada", "Kim")
    assert len(loaded.report.parts) == 2
    eaf(tmp_path, tier("AU12"), head=video, name="z.eaf", fps="30")
    with pytest.raises(FileError, match="two values"):
        read_elan(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileError, match=r"no \.eaf file"):
        read_elan(tmp_path / "empty")


def test_a_file_of_thousands_of_annotations_is_quick(tmp_path):
    rows = [(40 * n, 40 * n + 40, "C") for n in range(0, 10_000, 2)]
    path = eaf(tmp_path, tier("AU12", *rows), tier("AU12 apex", *rows))
    start = time.process_time()
    loaded = read_elan(path)
    assert time.process_time() - start < 4
    assert all(one.apex == one.onset for one in loaded.session.events)


@pytest.mark.parametrize("name", ["AU12 apex_", "AU12_", "x_"])
def test_the_time_to_read_grows_with_the_tiers_and_not_with_their_square(tmp_path, name):
    took = []
    for number in (1000, 4000):
        path = eaf(tmp_path, *(tier(f"{name}{n}", (400, 800, "")) for n in range(number)))
        each = []
        for _ in range(3):  # the least of three: other tests leave garbage to collect
            start = time.process_time()
            read_elan(path)
            each.append(time.process_time() - start)
        took.append(min(each))
    assert took[1] < 9 * took[0] + 0.2  # a square would take 16 times as long


def test_a_tier_added_by_hand_to_our_own_file_is_read_as_in_any_other(tmp_path):
    path = tmp_path / "a.eaf"
    write_elan(Session("t", (KIM,)), path)
    rows = (
        '<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a90" TIME_SLOT_REF1="ts1" '
        'TIME_SLOT_REF2="ts4"><ANNOTATION_VALUE>B</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION>'
        "</ANNOTATION>"
    )
    more = f'<TIER TIER_ID="AU4_Ada" LINGUISTIC_TYPE_REF="default">{rows}</TIER><LINGUISTIC_TYPE '
    path.write_text(path.read_text().replace("<LINGUISTIC_TYPE ", more, 1))
    assert seen(read_elan(path)) == [("Kim", 10, 14, 20, "L12C+6"), ("Ada", 10, None, 20, "4B")]


def test_fields_in_one_line():
    assert packed(KIM.but(id="e1")) == (
        r'id: e1 | score: L12C+6 | emotion: happiness | notes: "a\n b "'
    )
    assert unpacked("emotion: anger|notes: x") == {"emotion": "anger", "notes": "x"}
    for text in ("", "hello", "note: x", "id: 1 | id: 2", 'notes: "a\\q"', "id: 1 | hello"):
        assert unpacked(text) is None
    assert name_of(code_of("BAU22")[0][0]) == "BAU22"


@given(st.text(max_size=40))
@settings(max_examples=200)
def test_any_name_and_value_can_be_met(text):
    entries, _ = code_of(text)
    unpacked(text)
    with suppress(ValueError):
        marked(entries or code_of("AU12")[0], [text])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_files_give_a_session_or_a_file_error(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "damaged.eaf"
    write_elan(
        Session("t", (KIM, ADA), (Watched("c7", 25, 90, "S1", 2, "c.mp4"),)), path, force=True
    )
    text = path.read_text()
    marks = [found.span(1) for found in re.finditer('[">]([^"<>]+)["<]', text)]
    for _ in range(data.draw(st.integers(1, 3))):
        start, end = data.draw(st.sampled_from(marks))
        text = text[:start] + data.draw(st.text(max_size=8)) + text[end:]
    path.write_text(text, encoding="utf-8", errors="replace")
    with suppress(FileError):
        read_elan(path)


def test_a_heap_of_apexes_and_annotations_is_refused(tmp_path, monkeypatch):
    rows = [(0, 400, "")] * 50
    assert len(read(tmp_path, tier("AU12", *rows), tier("apex", *rows)).session.events) == 50
    monkeypatch.setattr("fau_teach.coding.pieces.MOST", 50 * 49)
    with pytest.raises(FileError, match="too many apexes lie in too many annotations"):
        read(tmp_path, tier("AU12", *rows), tier("apex", *rows))
