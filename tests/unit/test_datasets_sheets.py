"""Published sheets of events: every trap of their shapes is met, mended or kept, and told."""

from __future__ import annotations

import pickle
from pathlib import Path

import dataset_fixtures as made
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fau_teach import coding, datasets
from fau_teach.datasets import DatasetError
from fau_teach.datasets.__main__ import SETS, main

some = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def met(rows, row: int) -> set[tuple[str, str, str]]:
    """What the report says about one row: column, what was met, what was used."""
    return {(one.column, one.what, one.used) for one in rows.report.cleaned if one.row == row}


def frames(labelled) -> tuple[int, int | None, int | None]:
    event = labelled.event
    return event.onset, event.apex, event.offset


def test_casme_ii(tmp_path: Path) -> None:
    rows = datasets.read_casme_ii(made.casme_ii(tmp_path))
    first, second, third, number = rows[:4]
    assert first.event == coding.Event(
        "published", "sub01", "sub01/EP01_01", 200, 40, 60, 80, "4+L12",
        kind="micro", emotion="Happiness", id="r2",
    )  # fmt: skip
    assert first.extra["Estimated Emotion"] == "happiness"
    assert frames(second) == (10, None, 30)
    assert second.event.score.state == "unknown"
    assert ("ApexFrame", "ApexFrame missing", "unknown") in met(rows, 3)
    assert frames(third) == (10, 20, None)
    assert ("OffsetFrame", "offset before the apex 20", "unknown") in met(rows, 4)
    assert ("Estimated Emotion", "emotion written in another case", "Others") in met(rows, 4)
    assert ("Action Units", "codes not in order", "") in met(rows, 4)
    assert (number.event.aus, number.event.subject) == ("4", "sub17")
    assert rows.report.counts["rows"] == rows.report.counts["read"] == 62


def test_the_offset_that_is_known_to_be_wrong_is_unknown_in_that_release_alone(
    tmp_path: Path,
) -> None:
    path = made.casme_ii(tmp_path)
    (row,) = [one for one in datasets.read_casme_ii(path) if one.row == 62]
    assert row.event.offset is None
    assert row.extra["OffsetFrame"] == "76"
    kept = datasets.read_casme_ii(path, wrong_offsets=())
    assert kept[60].row == 62
    assert kept[60].event.offset == 76
    other = path.rename(tmp_path / "ours.xlsx")
    assert datasets.read_casme_ii(other)[60].event.offset == 76


def test_cas_me_2_has_no_header(tmp_path: Path) -> None:
    path = made.cas_me_2(tmp_path)
    rows = datasets.read_cas_me_2(path)
    first, second, third, fourth = rows
    assert (first.event.subject, first.event.clip, first.event.fps) == ("1", "1/anger1", 30)
    assert (first.event.kind, first.event.emotion) == ("macro", "Negative")
    assert first.event.self_report == "anger"
    assert (first.extra["Folder"], first.extra["Code"]) == ("s15", "0401")
    assert third.extra["Code"] == "0507"
    assert "Folder" not in fourth.extra
    assert frames(first) == (100, 110, 110)
    assert ("Offset", "no offset was coded", "apex 110") in met(rows, 1)
    assert second.event.kind == "micro"
    assert frames(third) == (40, None, None)
    assert (fourth.event.kind, fourth.event.aus, fourth.event.emotion) == ("", "?", "")
    assert ("AUs", "blank", "?") in met(rows, 4)
    assert datasets.read_cas_me_2(path, no_offset="unknown")[0].event.offset is None
    with pytest.raises(ValueError, match="Use 'apex' or 'unknown'"):
        datasets.read_cas_me_2(path, no_offset="0")


def test_cas_me_2_with_a_header_that_somebody_added(tmp_path: Path) -> None:
    head = ("who", "clip", "onset", "apex", "offset", "au")
    path = made.write_sheets(tmp_path / "a.xlsx", {"any": [head, (), (1, "anger1_1", 1, 2, 3, 4)]})
    (row,) = datasets.read_cas_me_2(path)
    assert (row.row, row.event.codes) == (3, {"4"})


@pytest.mark.parametrize("version", [1, 2])
def test_cas_me_3_part_a(tmp_path: Path, version: int) -> None:
    rows = datasets.read_cas_me_3_a(made.part_a(tmp_path, version))
    assert [one.event.kind for one in rows] == ["micro", *["macro"] * 4]
    assert rows[1].event.aus == "r18"
    assert rows[1].event.score.items[0].label == "R18"
    assert ("AU", "lower case", "") in met(rows, 3)
    assert ("Apex", "apex and onset are one frame", "") in met(rows, 4)
    assert frames(rows[2]) == (10, 10, 40)
    assert {("AU", "code written twice", ""), ("AU", "codes not in order", "")} <= met(rows, 5)
    assert ("", "the row says the same as row 5", "") in met(rows, 6)
    assert rows[4].extra["Objective class"] == "2"


def test_cas_me_3_blinks(tmp_path: Path) -> None:
    rows = datasets.read_cas_me_3_blinks(made.part_a(tmp_path))
    assert [one.event.codes for one in rows] == [{"45"}] * 2
    assert frames(rows[1]) == (1, None, 5)
    assert not rows.report.cleaned
    with pytest.raises(DatasetError, match="the sheet 'eye blink'"):
        datasets.read_cas_me_3_blinks(made.part_a(tmp_path, 1))


def test_cas_me_3_micro_expressions_of_part_a(tmp_path: Path) -> None:
    rows = datasets.read_cas_me_3_a_micro(made.part_a_micro(tmp_path))
    assert [one.event.emotion for one in rows] == ["Others", "Others", "Happy", ""]
    assert [one.extra.get("emotion") for one in rows] == ["others", "Others", "happy", None]
    assert frames(rows[2]) == (50, None, None)
    assert met(rows, 4) == {
        ("Apex", "apex before the onset 50", "unknown"),
        ("Offset", "no offset was coded", "unknown"),
    }
    assert frames(rows[3]) == (50, 60, None)
    assert rows[3].event.score.state == "none"
    assert rows.report.counts["action units none"] == 1
    assert rows[0].extra["Objective class"] == "IV"


def test_cas_me_3_part_c(tmp_path: Path) -> None:
    rows = datasets.read_cas_me_3_c_micro(made.part_c_micro(tmp_path))
    assert [sorted(one.event.codes) for one in rows] == [
        ["4", "7"], ["12", "13"], ["41", "44", "45"], ["5"],
    ]  # fmt: skip
    assert all(one.event.apex is None for one in rows)
    assert rows[1].event.score.items[1].uncertain
    assert ("au", "',' has a separator too many", "") in met(rows, 2)
    assert ("au", "comma between codes", "") in met(rows, 3)
    assert ("au", "uncertain code", "") in met(rows, 3)
    assert ("au", "code of the first edition", "") in met(rows, 4)
    everything = datasets.read_cas_me_3_c(made.part_c(tmp_path))
    assert [one.event.score.state for one in everything] == ["unknown"] * 2
    assert [one.event.clip for one in everything] == ["1", "1"]
    assert [one.extra["Exp_type"] for one in everything] == ["1", "0"]
    assert ("diff", "frames 30 to 50 are 21 frames", "") in met(everything, 3)
    assert not any(column == "diff" for column, *_ in met(everything, 2))


def test_samm(tmp_path: Path) -> None:
    rows = datasets.read_samm(made.samm(tmp_path))
    first, second, third = (one.event for one in rows)
    assert (first.subject, first.clip, first.fps) == ("006", "006/006_1_2", 200)
    assert (first.aus, str(first.score)) == ("4 + R14A", "4+R14A")
    assert rows[0].row == 15
    assert rows[0].extra["Inducement Code"] == "1"
    assert (second.apex, second.notes) == (None, "looks up")
    assert ("Duration", "frames 10 to 40 are 31 frames", "") in met(rows, 17)
    for undecided in (second, third):
        assert undecided.codes == frozenset()
        assert undecided.score.possible_codes == {"12", "15"}
        assert not {"1215"} & undecided.score.possible_codes
    assert ("Action Units", "choice between codes", "") in met(rows, 16)


def test_samm_long_videos(tmp_path: Path) -> None:
    path = made.samm_long(tmp_path)
    rows = datasets.read_samm_long(path, strict=False)
    assert [one.event.kind for one in rows] == ["macro", "micro", ""]
    assert [one.event.clip for one in rows] == ["006/006_1", "006/006_1", "007/007_2"]
    assert rows[0].event.apex is None
    assert frames(rows[2]) == (0, 12, None)
    assert rows.report.broken == 1
    assert not met(rows, 14)
    place = r"Release.xlsx, sheet 'Sheet1', column 'Onset Frame', line 14: the onset is missing"
    assert "skipped" in rows.report.details()
    with pytest.raises(DatasetError, match=place):
        datasets.read_samm_long(path)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"AU": "1215"}, r"column 'AU', line 2: aus: .* in '1215'"),
        ({"AU": "12 or"}, "column 'AU', line 2"),
        ({"Onset": 1.5}, "column 'Onset', line 2: this is no frame in '1.5'"),
        ({"Apex": -4}, "column 'Apex', line 2: this is no frame"),
        ({"Subject": None}, "the subject is missing"),
        ({"Filename": "a\x7fb"}, "clip: character .* is none that can be printed"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_or_skipped(tmp_path: Path, cells, problem) -> None:
    row = dict(zip(made.PART_A[0], made.PART_A[1], strict=True)) | cells
    path = made.write_sheets(tmp_path / "a.xlsx", {"x": [made.PART_A[0], tuple(row.values())]})
    with pytest.raises(DatasetError, match=problem):
        datasets.read_cas_me_3_a(path)
    rows = datasets.read_cas_me_3_a(path, strict=False)
    assert (len(rows), rows.report.broken) == (0, 1)


def test_what_a_workbook_may_have_lost_stands_in_the_report(tmp_path: Path) -> None:
    rows = [made.PART_A[0], ("a", "b", 1, 2, 3, "=1+1", "Micro-expression", 1)]
    path = made.write_sheets(tmp_path / "a.xlsx", {"x": rows})
    found = datasets.read_cas_me_3_a(path)
    assert "formulas without a stored value" in str(found.report)
    assert str(found.report.cleaned[0]).startswith("a.xlsx: (Sheet 'x'")
    assert str(found.report.cleaned[1]) == "a.xlsx, row 2, AU: '' -> ? (blank)"


def test_events_make_a_session_and_rows_can_be_pickled(tmp_path: Path) -> None:
    rows = datasets.read_cas_me_3_a(made.part_a(tmp_path))
    session = coding.Session("part A", tuple(one.event for one in rows))
    assert session.coders == ("published",)
    assert len(session.clips) == 4
    assert pickle.loads(pickle.dumps(rows.report)) == rows.report


def test_a_file_of_another_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no row names the column"):
        datasets.read_samm(made.casme_ii(tmp_path))
    with pytest.raises(DatasetError, match="cannot be read"):
        datasets.read_samm(tmp_path / "none.xlsx")


@pytest.mark.parametrize("name", sorted(made.LOADERS))
def test_the_command_line_checks_every_set(tmp_path: Path, capsys, name: str) -> None:
    assert set(SETS) == set(made.LOADERS)
    path = made.LOADERS[name](tmp_path)
    skipped = name == "samm-long"
    assert main(["check", "--set", name, "--rows", str(path), str(path)]) == int(skipped)
    printed = capsys.readouterr().out
    assert path.name in printed
    assert (", row " in printed) == (name not in ("bp4d", "cas-me-3-blinks"))
    assert main(["check", "--set", name, str(tmp_path / "none")]) == 2
    assert "error:" in capsys.readouterr().err


cells = st.none() | st.integers(-5, 300) | st.floats(-1e9, 1e9) | (
    st.sampled_from(("?", "4+7", "12 or 15", "r18", "1，2", "Macro", "micro", "null", "/", "or"))
    | st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
              max_size=6)
)  # fmt: skip


@some
@given(st.lists(st.lists(cells, min_size=9, max_size=9), max_size=4))
def test_any_cells_are_read_or_told(tmp_path: Path, rows) -> None:
    path = made.write_sheets(
        tmp_path / "a.xlsx",
        {"II": [made.CASME_II[0], *rows], "A": [made.PART_A[0], *rows], "code_final": rows},
    )
    for reader in (datasets.read_casme_ii, datasets.read_cas_me_3_a, datasets.read_cas_me_2):
        found = reader(path, strict=False)
        assert len(found) + found.report.broken == found.report.counts["rows"]
        for one in found:
            # Unknown and none never become each other.
            written = (one.extra.get("Action Units") or one.extra.get("AU") or
                       one.extra.get("AUs", "")).strip()  # fmt: skip
            assert (one.event.score.state == "unknown") == (written in ("", "?"))
