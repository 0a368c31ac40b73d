"""RAF-AU and RAF-ML: files of their shape read whole, broken ones say file, line and value.

Every line here is made up; none is copied from the data sets. Inventory: S0-022, S0-023.
"""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fau_teach import datasets, emotion
from fau_teach.datasets import (
    Annotation,
    DatasetError,
    Distribution,
    RafError,
    join_raf,
    load_raf,
    read_raf_au,
    read_raf_ml,
)
from fau_teach.facs import NotationError, parse

AU_LINES = (
    "0002.jpg 12 ",  # a space follows a lone code
    "0003.jpg 1+2+5+25",  # 0001 is missing: numbers skip
    "0007.jpg 12+B23+4",  # not in order, lip part
    "0008.jpg 26+26",  # written twice
    "0010.jpg L12+R4",
    "0011.jpg T22+AD19",
    "0012.jpg 21+29+43",
    "0013.jpg null",
)
ML_LINES = (
    "0002.jpg 0.1 0 0.05 0.7 0.1 0.05",
    "0003.jpg 0.55 0.3 0.05 0.05 0.025 0.025",
    "0013.jpg 0 0 0 0.25 0.5 0.25",
    "0014.jpg 1 0 0 0 0 0",
)
quiet = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def write(path: Path, *lines: str | bytes, end: bytes = b"\n", start: bytes = b"") -> Path:
    raw = [line.encode() if isinstance(line, str) else line for line in lines]
    path.write_bytes(start + b"".join(line + end for line in raw))
    return path


@pytest.fixture
def au_file(tmp_path: Path) -> Path:
    return write(tmp_path / "RAFAU_label.txt", *AU_LINES)


@pytest.fixture
def ml_file(tmp_path: Path) -> Path:
    (tmp_path / "EmoLabel").mkdir()
    return write(tmp_path / "EmoLabel" / "distribution.txt", *ML_LINES)


# ---------------------------------------------------------------- RAF-AU


def test_every_form_of_the_label_file_is_read(au_file: Path) -> None:
    rows = read_raf_au(au_file)
    assert [row.name[:4] for row in rows] == [line[:4] for line in AU_LINES]
    assert [sorted(row.score.codes, key=int) for row in rows] == [
        ["12"],
        ["1", "2", "5", "25"],
        ["4", "12", "23"],
        ["26"],
        ["4", "12"],
        ["19", "22"],
        ["21", "29", "43"],
        [],
    ]
    assert rows[0].text == "12"
    assert [item.label for item in rows[4].score.items] == ["L12", "R4"]
    assert rows.report.counts == {"lines": 8, "read": 8, "null": 1, "distinct tokens": 16}


def test_what_is_unusual_stands_in_the_report(au_file: Path) -> None:
    report = read_raf_au(au_file).report
    assert {trap.name: (trap.count, trap.line, trap.value) for trap in report.traps} == {
        "space at the end of the line": (1, 1, AU_LINES[0]),
        "codes not in order": (3, 3, AU_LINES[2]),  # 12+B23+4, L12+R4, T22+AD19
        "code with a lip part": (2, 3, AU_LINES[2]),
        "code written twice": (1, 4, AU_LINES[3]),
        "code with a side": (1, 5, AU_LINES[4]),
        "prefix AU or AD": (1, 6, AU_LINES[5]),
    }
    assert str(report).startswith(au_file.name)
    assert "3 × codes not in order, first in line 3: '0007.jpg 12+B23+4'" in str(report)


def test_null_is_no_action_unit_and_not_unknown(tmp_path: Path) -> None:
    rows = read_raf_au(write(tmp_path / "a.txt", "0001.jpg null", "0002.jpg ?"))
    assert [row.score.state for row in rows] == ["none", "unknown"]
    assert rows.report.counts["null"] == 1
    assert [trap.name for trap in rows.report.traps] == ["action units unknown"]


def test_tokens_are_counted_as_the_data_set_counts_them(tmp_path: Path) -> None:
    # The published file has 77 distinct tokens, null among them.
    tokens = [f"{side}{code}" for side in ("", "L", "R") for code in range(1, 29) if code != 3]
    lines = [f"{n:04d}.jpg {token}" for n, token in enumerate((*tokens[:76], "null"), 1)]
    assert read_raf_au(write(tmp_path / "a.txt", *lines)).report.counts["distinct tokens"] == 77


def test_line_ends_and_byte_order_mark_of_windows(tmp_path: Path) -> None:
    plain = read_raf_au(write(tmp_path / "plain.txt", *AU_LINES))
    path = write(tmp_path / "windows.txt", *AU_LINES, "", end=b"\r\n", start=b"\xef\xbb\xbf")
    rows = read_raf_au(path)
    assert rows == plain
    counts = {trap.name: trap.count for trap in rows.report.traps}
    assert counts["byte order mark"] == counts["blank line"] == 1
    assert counts["line end of Windows"] == 9
    assert counts["space at the end of the line"] == 1


def test_no_line_end_at_the_end_of_the_file(tmp_path: Path) -> None:
    assert len(read_raf_au(write(tmp_path / "a.txt", "0001.jpg 12", end=b""))) == 1


@pytest.mark.parametrize("name", ["aligned/0001_aligned.jpg", "0001_aligned.jpg", "0001.JPG"])
def test_a_picture_has_one_name(tmp_path: Path, name: str) -> None:
    rows = read_raf_au(write(tmp_path / "a.txt", f"{name} 12"))
    assert rows == (Annotation("0001.jpg", "12"),)
    assert len(rows.report.traps) == 1


def test_spaces_before_and_codes_in_doubt(tmp_path: Path) -> None:
    rows = read_raf_au(write(tmp_path / "a.txt", " 0001.jpg\t26+27"))
    assert rows == (Annotation("0001.jpg", "26+27"),)
    names = [trap.name for trap in rows.report.traps]
    assert names == ["space before the name", "codes that doubtfully stand together"]


BROKEN = [
    ("0005.jpg", "no codes follow the name", "null where none was scored"),
    ("0005.jpg  ", "no codes follow the name", "? where nobody knows"),
    ("picture 12", "'picture' is not the name of a picture", "'0012.jpg'"),
    ("0005.png 12", "'0005.png' is not the name of a picture", "'0012.jpg'"),
    ("0005.jpg 12+X4", "position 4: 'X' is not a prefix", "L, R, U or A"),
    ("0005.jpg 1225", "no edition of FACS lists '1225'", "'12+25'"),
    ("0002_aligned.jpg 12", "0002.jpg has a line already", "one line a picture"),
    (b"0005.jpg 12\xff", "byte 0xff is not UTF-8", "UTF-8"),
]


@pytest.mark.parametrize(("line", "problem", "advice"), BROKEN)
def test_a_broken_line_says_where_what_and_what_is_right(
    tmp_path: Path, line: str | bytes, problem: str, advice: str
) -> None:
    path = write(tmp_path / "a.txt", AU_LINES[0], line, AU_LINES[1])
    with pytest.raises(RafError) as caught:
        read_raf_au(path)
    error = caught.value
    shown = line if isinstance(line, str) else "0005.jpg 12\\xff\\n"
    assert (error.file, error.line, error.value) == (str(path), 2, shown)
    assert problem in error.problem
    assert advice in error.advice
    assert str(error).startswith(f"{path}, line 2: ")
    lenient = read_raf_au(path, strict=False)
    assert [row.name for row in lenient] == ["0002.jpg", "0003.jpg"]
    assert [str(each) for each in lenient.report.skipped] == [str(error)]
    assert lenient.report.broken == 1
    assert f"skipped: {error}" in str(lenient.report)


def test_no_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.txt"):
        with pytest.raises(RafError, match="the file cannot be read") as caught:
            read_raf_au(path)
        assert (caught.value.file, caught.value.line) == (str(path), 0)


@quiet
@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: f"0001.jpg {text}".encode()))
@example(b"0001.jpg 12+\x0012")
@example(b"\xef\xbb\xbf")
@example(b"0001.jpg 12\r13")
def test_any_line_is_read_or_told(tmp_path: Path, line: bytes) -> None:
    path = write(tmp_path / "any.txt", AU_LINES[7], line.replace(b"\n", b""))
    rows = read_raf_au(path, strict=False)
    blank = sum(trap.name == "blank line" for trap in rows.report.traps)
    assert len(rows) + len(rows.report.skipped) + blank == 2
    for row in rows:
        parse(row.text)
    if rows.report.skipped:
        with pytest.raises(RafError) as caught:
            read_raf_au(path)
        error = caught.value
        assert (error.file, error.line) == (str(path), 2)
        assert error.value
        assert error.problem in str(error)
    else:
        assert read_raf_au(path) == rows


# ---------------------------------------------------------------- RAF-ML


def test_scores_stand_in_the_order_of_the_file(ml_file: Path) -> None:
    rows = read_raf_ml(ml_file)
    assert datasets.RAF_ORDER == ("Surprise", "Fear", "Disgust", "Happiness", "Sadness", "Anger")
    scores = rows[0].scores
    assert tuple(scores) == emotion.SIX
    # 0002.jpg 0.1 0 0.05 0.7 0.1 0.05
    assert tuple(scores.values()) == (0.7, 0.1, 0.05, 0.0, 0.05, 0.1)
    assert rows.report.counts == {"lines": 4, "read": 4}


def test_a_seventh_score_is_neutral_only_on_request(tmp_path: Path) -> None:
    path = write(tmp_path / "d.txt", "0001.jpg 0.1 0 0.05 0.6 0.1 0.05 0.1")
    with pytest.raises(RafError, match=r"7 scores instead of 6.*neutral=True"):
        read_raf_ml(path)
    (row,) = read_raf_ml(path, neutral=True)
    assert list(row.scores) == [*emotion.SIX, "Neutral"]
    assert row.scores["Neutral"] == 0.1
    assert row.scores["Happiness"] == 0.6


@pytest.mark.parametrize(
    ("rest", "problem"),
    [
        ("", "0 scores instead of 6"),
        ("0.5 0.5", "2 scores instead of 6"),
        ("1 0 0 0 0 0 0 0", "8 scores instead of 6"),
        ("1.1 -0.1 0 0 0 0", "Fear has score -0.1"),
        ("nan 0 0 0 0 1", "'nan' is not a score"),
        ("inf 0 0 0 0 0", "'inf' is not a score"),
        ("0,5 0,5 0 0 0 0", "'0,5' is not a score"),
        ("1_0 0 0 0 0 0", "'1_0' is not a score"),
        ("0.5 0.4 0 0 0 0", "the scores sum to 0.9"),
        ("1 1e300 0 0 0 0", "the scores sum to 1e+300"),
        ("1e999 0 0 0 0 0", "the scores sum to inf"),
        ("1e999 1e999 0 0 0 0", "the scores sum to inf"),
        ("0 0 0 0 0 0", "the scores sum to 0"),
    ],
)
def test_broken_scores(tmp_path: Path, rest: str, problem: str) -> None:
    path = write(tmp_path / "d.txt", ML_LINES[0], f"0005.jpg {rest}", ML_LINES[1])
    with pytest.raises(RafError) as caught:
        read_raf_ml(path)
    assert (caught.value.line, caught.value.value) == (2, f"0005.jpg {rest}")
    assert problem in caught.value.problem
    assert caught.value.advice
    rows = read_raf_ml(path, strict=False)
    assert (len(rows), len(rows.report.skipped)) == (2, 1)


def test_the_tolerance_is_stated_and_can_be_given(tmp_path: Path) -> None:
    # Six shares of one sixth with two decimals miss 1 by 0.02, with three by 0.002.
    coarse = write(tmp_path / "coarse.txt", f"0001.jpg {' 0.17' * 6}")
    fine = write(tmp_path / "fine.txt", f"0001.jpg {' 0.167' * 6}")
    with pytest.raises(RafError, match=r"sum to 1\.02.*give or take 0\.01"):
        read_raf_ml(coarse)
    assert read_raf_ml(coarse, tolerance=0.03)
    assert read_raf_ml(fine)
    assert read_raf_ml(fine, tolerance=0.0021)
    with pytest.raises(RafError):
        read_raf_ml(fine, tolerance=0.0019)


@quiet
@given(
    st.text(max_size=40)
    | st.lists(st.floats(width=16).map(str), max_size=8).map(" ".join)
    | st.tuples(*[st.integers(0, 3)] * 6).map(lambda n: " ".join(str(i / 4) for i in n))
)
def test_any_scores_are_read_or_told(tmp_path: Path, rest: str) -> None:
    line = f"0001.jpg {rest}".encode("utf-8", "replace").replace(b"\n", b"")
    path = write(tmp_path / "any.txt", line)
    rows = read_raf_ml(path, strict=False)
    for row in rows:
        assert min(row.scores.values()) >= 0
        assert sum(row.scores.values()) == pytest.approx(1, abs=0.0101)
    if not rows:
        with pytest.raises(RafError) as caught:
            read_raf_ml(path)
        assert (caught.value.file, caught.value.line) == (str(path), 1)
        assert caught.value.value


# ---------------------------------------------------------------- join


def test_join_on_the_name_and_report_the_rest(au_file: Path, ml_file: Path) -> None:
    joined = join_raf(read_raf_au(au_file), read_raf_ml(ml_file))
    assert joined.names == ("0002.jpg", "0003.jpg", "0013.jpg")
    assert [sample.annotation for sample in joined.samples] == ["12", "1+2+5+25", "null"]
    assert joined.report.counts == {"pictures with both": 3}
    assert joined.report.left_out == {
        "only in RAF-AU": ("0007.jpg", "0008.jpg", "0010.jpg", "0011.jpg", "0012.jpg"),
        "only in RAF-ML": ("0014.jpg",),
    }
    assert [part.source for part in joined.report.parts] == [au_file.name, ml_file.name]
    assert "5 left out, only in RAF-AU: 0007.jpg, 0008.jpg" in str(joined.report)


def test_an_image_keeps_its_whole_distribution(au_file: Path, ml_file: Path) -> None:
    joined = join_raf(read_raf_au(au_file), read_raf_ml(ml_file))
    assert joined.samples[1].scores["Fear"] == 0.3  # second to surprise, and still there
    annotations, rows = joined.columns()
    assert annotations == ("12", "1+2+5+25", "null")
    assert rows[0] == (0.7, 0.1, 0.05, 0.0, 0.05, 0.1)
    # AU12 shows in one image alone, so its mean scores are that image's.
    found = emotion.tabulate(annotations, rows, algorithm=2)
    assert found["Happiness"]["12"] == 0.7
    assert found == emotion.means(joined.samples)


def test_unknown_action_units_are_left_out_of_the_join_and_null_stays() -> None:
    scores = dict.fromkeys(emotion.SIX, 1 / 6)
    au = [Annotation("0001.jpg", "?"), Annotation("0002.jpg", "null")]
    joined = join_raf(au, [Distribution(row.name, scores) for row in au])
    assert joined.names == ("0002.jpg",)
    assert joined.report.left_out == {"action units unknown": ("0001.jpg",)}
    assert joined.report.parts == ()


def test_a_name_given_twice_is_refused() -> None:
    twice = [Annotation("0001.jpg", "12")] * 2
    with pytest.raises(RafError, match=r"0001\.jpg: the name occurs twice"):
        join_raf(twice, [])


def test_long_lists_are_cut_in_the_text_alone() -> None:
    au = [Annotation(f"{n:04d}.jpg", "12") for n in range(9)]
    report = join_raf(au, []).report
    assert len(report.left_out["only in RAF-AU"]) == 9
    assert "0004.jpg, …" in str(report)


# ---------------------------------------------------------------- folder


def test_the_folder_as_the_data_sets_come(tmp_path: Path) -> None:
    for part in ("RAF-AU/aligned", "RAF-ML/EmoLabel"):
        (tmp_path / part).mkdir(parents=True)
    write(tmp_path / "RAF-AU" / "RAFAU_label.txt", *AU_LINES)
    write(tmp_path / "RAF-ML" / "EmoLabel" / "distribution.txt", *ML_LINES)
    write(tmp_path / "RAF-ML" / "EmoLabel" / "partition_label.txt", "0002.jpg 0")
    assert load_raf(tmp_path).names == ("0002.jpg", "0003.jpg", "0013.jpg")
    assert load_raf(str(tmp_path)).report.broken == 0


def test_a_missing_file_says_what_the_licence_asks(tmp_path: Path, au_file: Path) -> None:
    with pytest.raises(RafError) as caught:
        load_raf(tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}: EmoLabel/distribution.txt is not here. ")
    for word in ("non-commercial research", "derived", "this repository", "synthesise"):
        assert word in message
    with pytest.raises(RafError, match=r"there is no such folder for RAFAU_label\.txt"):
        load_raf(tmp_path / "nowhere")


def test_two_copies_are_not_chosen_between(tmp_path: Path, au_file: Path) -> None:
    (tmp_path / "copy").mkdir()
    write(tmp_path / "copy" / "RAFAU_label.txt", *AU_LINES)
    with pytest.raises(RafError, match=r"stands here 2 times.*holds one of them"):
        load_raf(tmp_path)


def test_lenient_reading_reaches_both_files(tmp_path: Path, au_file: Path, ml_file: Path) -> None:
    write(au_file, *AU_LINES, "0014.jpg")
    write(ml_file, *ML_LINES, "0015.jpg 1")
    with pytest.raises(RafError, match="line 9"):
        load_raf(tmp_path)
    report = load_raf(tmp_path, strict=False).report
    assert report.broken == 2
    assert [part.skipped[0].line for part in report.parts] == [9, 5]


# ---------------------------------------------------------------- objects


def test_errors_and_rows_survive_copying(au_file: Path) -> None:
    error = RafError("a.txt", 3, "x" * 100, "no codes", "Write some")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) == f"a.txt, line 3: no codes in '{'x' * 60}…'. Write some."
    assert isinstance(again, DatasetError)
    assert isinstance(again, ValueError)
    assert not isinstance(again, NotationError)
    rows = read_raf_au(au_file)
    for same in (pickle.loads(pickle.dumps(rows)), copy.deepcopy(rows)):
        assert same == rows
        assert same.report == rows.report
