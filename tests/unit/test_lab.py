"""A lab's folder: who coded what, one table of agreement, what is open, and blindness kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fau_teach._reading import FileError
from fau_teach.agreement import Report
from fau_teach.coding import CodingError, Decision, Event, Session, Watched, consensus, write
from fau_teach.coding.lab import LabReport, lab_report
from fau_teach.coding.saver import Saver


def coded(coder: str, **clips: str) -> Session:
    """A session in which a coder gave each clip one event with a score; none where it is empty."""
    one = Session(f"by {coder}")
    for clip, aus in clips.items():
        if aus:
            one = one.add(
                Event(coder, "s1", clip, 30, 10, 15, 25, aus), when="2026-01-01T00:00:00Z"
            )
    watched = [Watched(clip, 30, 60, "s1", coders=(coder,)) for clip in clips]
    return Session(one.title, one.events, tuple(watched), one.history)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    coded("Ann", a="12C", b="4", c="").save(tmp_path / "ann.json")
    coded("Ben", a="6+12C", b="4", c="1").save(tmp_path / "ben.json")
    coded("Cem", a="12D", b="").save(tmp_path / "cem.json")
    return tmp_path


def test_one_call_says_everything(folder: Path) -> None:
    lab = lab_report(folder, resamples=0)
    assert lab.coders == ("Ann", "Ben", "Cem")
    assert lab.counts == {
        ("Ann", "a"): 1, ("Ann", "b"): 1, ("Ann", "c"): 0, ("Ben", "a"): 1, ("Ben", "b"): 1,
        ("Ben", "c"): 1, ("Cem", "a"): 1, ("Cem", "b"): 0,
    }  # fmt: skip
    assert lab.missing == (("Cem", "c"),)
    assert lab.coverage().splitlines() == [
        "clip  Ann  Ben  Cem", "a     1    1    1", "b     1    1    0", "c     0    1    –",
    ]  # fmt: skip
    assert isinstance(lab.agreement, Report)
    assert lab.agreement.clips == 3
    assert lab.agreement.find("occurrence", "4", "percent agreement", ("Ann", "Ben")).value == 1
    assert {(one.clip, one.codes) for one in lab.queue} == {
        ("a", ("6",)), ("b", ("4",)), ("c", ("1",)),
    }  # fmt: skip
    assert lab.files == {"ann.json": ("Ann",), "ben.json": ("Ben",), "cem.json": ("Cem",)}
    assert (lab.problems, lab.withheld) == ((), ())
    shown = str(lab)
    assert "3 coders, 3 clips, 3 files; 1 codings missing, 3 disagreements open." in shown
    assert "Agreement of coders" in shown
    assert "<table" in lab._repr_html_()


def test_options_go_to_the_table(folder: Path) -> None:
    lab = lab_report(folder, by="code", resamples=0, coders=["Ann", "Ben"])
    assert lab.agreement is not None
    assert (lab.agreement.by, lab.agreement.coders) == ("code", ("Ann", "Ben"))


def test_a_coder_reads_nothing_about_what_is_still_to_be_coded(folder: Path) -> None:
    lab = lab_report(folder, reader="Cem", resamples=0)
    assert lab.withheld == ("c",)
    assert {one.clip for one in lab.queue} == {"a", "b"}
    assert lab.agreement is not None
    assert lab.agreement.clips == 2
    assert lab.agreement.codes == ("4", "6", "12")
    assert lab.coverage().splitlines()[-1] == "c     coded  coded  –"
    assert "Withheld until you code them: c." in str(lab)
    with pytest.raises(CodingError, match="'Eve' has coded nothing here"):
        lab_report(folder, reader="Eve")


def test_a_consensus_is_no_coder(tmp_path: Path) -> None:
    both = coded("Ann", a="12C", b="").merged([coded("Ben", a="6")])
    (first, *_) = both.coders
    whole = lab_of(tmp_path / "x", both)
    decided = consensus(
        both, [Decision(one.id, "seen again", first) for one in whole.queue], who="Z"
    )
    lab = lab_of(tmp_path / "y", decided)
    assert lab.coders == ("Ann", "Ben")
    assert lab.queue == ()
    assert lab.agreement is not None
    assert lab.agreement.coders == ("Ann", "Ben")


def lab_of(folder: Path, session: Session) -> LabReport:
    folder.mkdir()
    session.save(folder / "s.json")
    return lab_report(folder, resamples=0)


def test_what_cannot_be_read_stops_nothing(folder: Path) -> None:
    (folder / "broken.json").write_text('{"events": [')
    (folder / "other.json").write_text('{"movements": []}')
    (folder / ".hidden.json").write_text("?")
    (folder / "notes.md").write_text("?")
    (folder / "sub").mkdir()
    (folder / "face.csv").write_text("frame,timestamp,confidence,success,AU01_r\n1,0,0.9,1,2\n")
    lab = lab_report(folder, resamples=0)
    assert lab.coders == ("Ann", "Ben", "Cem")
    assert len(lab.problems) == 3
    assert "broken.json" in lab.problems[0]
    assert "face.csv is the output of a program" in lab.problems[1]
    assert "this is a clip script" in lab.problems[2]
    with pytest.raises(FileError, match="folder cannot be read"):
        lab_report(folder / "none")


def test_a_bench_that_is_open_or_was_killed_counts_with_what_it_kept(folder: Path) -> None:
    with (
        Saver(folder / "ben.json", rest_s=60) as older,
        Saver(folder / "dan.json", rest_s=60) as newer,
    ):
        kept = Session.load(folder / "ben.json")
        older.save(kept.add(coded("Ben", c="4").events[0].but(id="", onset=12)))
        newer.save(coded("Dan", a="12C"))
        lab = lab_report(folder, resamples=0)
        assert not (folder / "dan.json").exists()
        assert (lab.counts["Ben", "c"], lab.counts["Dan", "a"]) == (2, 1)
        assert (lab.coders, lab.problems) == (("Ann", "Ben", "Cem", "Dan"), ())
        newer.save("{")
        assert "dan.json: line 1" in lab_report(folder, resamples=0).problems[0]


def test_who_is_not_done_is_told(folder: Path) -> None:
    ann = Session.load(folder / "ann.json")
    a, b, c = ann.watched
    marked = (replace(a, done=("Ann",)), b, replace(c, done=("Ann",)))
    replace(ann, watched=marked).save(folder / "ann.json")
    lab = lab_report(folder, resamples=0)
    assert lab.problems == ("Ann is not done with b.",)  # the others never say whether they are
    assert lab.session.watched[0].done == ("Ann",)


def test_files_of_other_formats_count(folder: Path) -> None:
    write(coded("Dan", a="12B"), folder / "dan.csv")
    write(coded("Eli", a="12B"), folder / "eli", "elan")
    lab = lab_report(folder, resamples=0)
    assert lab.counts["Dan", "a"] == lab.counts["Eli", "a"] == 1


def test_a_file_that_contradicts_the_others_is_left_out(folder: Path) -> None:
    Session("x", (Event("Dan", "s1", "a", 60, 1, None, None, "4"),)).save(folder / "dan.json")
    lab = lab_report(folder, resamples=0)
    assert "Dan" not in lab.coders
    assert "dan.json is left out" in lab.problems[0]


def test_of_two_files_the_one_that_goes_on_counts(folder: Path) -> None:
    more = Session.load(folder / "ann.json").change("e1", aus="12E", when="2026-01-02T00:00:00Z")
    for name in ("aaa", "zzz"):
        more.save(folder / f"{name}.json")
    lab = lab_report(folder, resamples=0)
    assert [one.aus for one in lab.session.of("Ann", "a")] == ["12E"]
    assert lab.problems == ()
    (folder / "aaa.json").unlink()
    assert [one.aus for one in lab_report(folder).session.of("Ann", "a")] == ["12E"]


def test_two_different_files_count_in_neither(folder: Path) -> None:
    coded("Ann", a="9").save(folder / "ann2.json")
    coded("Ann", a="10").save(folder / "ann3.json")
    lab = lab_report(folder, resamples=0)
    assert ("Ann", "a") not in lab.counts
    assert ("Ann", "b") in lab.counts
    assert "Ann coded a differently in ann.json and ann2.json" in lab.problems[0]


def test_a_folder_of_one_coder_or_none(tmp_path: Path) -> None:
    assert str(lab_report(tmp_path)).startswith("0 coders, 0 clips, 0 files")
    coded("Ann", a="12").save(tmp_path / "ann.json")
    lab = lab_report(tmp_path)
    assert (lab.agreement, lab.queue) == (None, ())
    assert "<pre" in lab._repr_html_()
