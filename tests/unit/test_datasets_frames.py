"""Labels of every frame: unknown is neither present nor absent."""

from __future__ import annotations

from pathlib import Path

import dataset_fixtures as made
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fau_teach.datasets import DatasetError, FrameLabels, read_bp4d, read_disfa

some = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
labels = st.none() | st.integers(0, 5)


def table(values, frames=(), graded=True) -> FrameLabels:
    rows = tuple((value,) for value in values)
    numbers = tuple(frames or range(1, len(rows) + 1))
    return FrameLabels("SN001", "", 20, ("12",), numbers, rows, graded)


def test_disfa(tmp_path: Path) -> None:
    made.disfa(tmp_path, "SN002")
    rows = read_disfa(made.disfa(tmp_path))
    assert [one.subject for one in rows] == ["SN001", "SN002"]
    one = rows[0]
    assert (one.clip, one.fps, one.codes, one.graded) == ("SN001", 20, ("1", "12"), True)
    assert one.frames == tuple(range(1, 9))
    assert [row[1] for row in one.values] == [0, 3, 3, 0, None, 2, 2, None]
    assert one.present("1") == (False, False, False, True, True, True, False, False)
    assert one.present("1", 1)[2]
    assert one.base_rates() == {"1": 3 / 8, "12": 4 / 6}
    assert one.base_rates(1)["1"] == 4 / 8
    assert rows.report.counts["labels unknown"] == 4
    assert rows.report.cleaned[0].what == "blank"


def test_events_of_disfa(tmp_path: Path) -> None:
    (one,) = read_disfa(made.disfa(tmp_path))
    found = {(e.aus, e.onset, e.apex, e.offset, e.notes) for e in one.events()}
    assert found == {
        ("1D", 4, 5, 7, ""),
        ("12C", 2, 2, 4, ""),
        ("12B", 6, 6, None, "the frame before is unknown"),
    }
    assert {event.coder for event in one.events(coder="x")} == {"x"}
    assert [e.onset for e in one.events(least=1, codes=("1",))] == [3]
    assert one.events()[0].clip == "SN001"


def test_a_frame_that_one_file_lacks_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "SN009_au04.txt").write_text("1,0\n2,2\n")
    (tmp_path / "SN009_AU6.txt").write_text("2,5\n3,0\n\n")
    (one,) = read_disfa(tmp_path)
    assert one.codes == ("4", "6")
    assert one.values == ((0, None), (2, 5), (None, 0))
    (tmp_path / "SN009_au6.txt").write_text("1,0\n")
    with pytest.raises(DatasetError, match="a second file has labels of SN009 and AU 6"):
        read_disfa(tmp_path)


def test_bp4d(tmp_path: Path) -> None:
    (one,) = rows = read_bp4d(made.bp4d(tmp_path))
    assert (one.subject, one.task, one.clip, one.fps) == ("F001", "T1", "F001/T1", 25)
    assert (one.codes, one.graded) == (("1", "2", "12"), False)
    assert one.frames == (1, 2, 3, 5, 6)
    assert one.present("12") == (None, None, True, True, False)
    assert one.base_rates() == {"1": 3 / 5, "2": 1 / 4, "12": 2 / 3}
    assert rows.report.counts == {
        "videos": 1, "lines": 5, "frames": 5, "labels": 15, "labels unknown": 3,
    }  # fmt: skip
    spans = {(e.aus, e.onset, e.apex, e.offset, bool(e.notes)) for e in one.events()}
    # Frame 4 is missing, so a run ends before it and the next begins after it.
    assert spans == {
        ("1", 2, None, None, False), ("1", 5, None, 6, True), ("2", 6, None, None, True),
        ("12", 3, None, None, True), ("12", 5, None, 6, True),
    }  # fmt: skip
    assert read_bp4d(tmp_path / "AUCoding" / "AU_OCC" / "F001_T1.csv") == rows


@some
@given(st.lists(labels, min_size=1, max_size=30), st.integers(1, 5))
def test_runs_say_exactly_which_frames_show(values, least: int) -> None:
    one = table(values)
    present = dict(zip(one.frames, one.present("12", least), strict=True))
    shown: set[int] = set()
    for event in one.events(least):
        # Without an offset the run ends where something unknown, or nothing, follows.
        end = event.offset
        frame = event.onset
        while present.get(frame):
            shown.add(frame)
            frame += 1
        assert present.get(frame) is (False if end is not None else None)
        assert end in (None, frame)
        assert present.get(event.onset - 1) is (None if event.notes else False)
        assert values[event.apex - 1] == max(values[at - 1] for at in range(event.onset, frame))
    assert shown == {frame for frame, shows in present.items() if shows}


@some
@given(st.lists(labels, min_size=1, max_size=20), st.sampled_from(("9", "999", "", "NaN", "?")))
def test_unknown_and_absent_stay_apart(tmp_path: Path, values, unknown: str) -> None:
    text = "\n".join(f"{at},{unknown if v is None else v}" for at, v in enumerate(values))
    (tmp_path / "SN001_au12.txt").write_text(text)
    (one,) = read_disfa(tmp_path)
    assert [row[0] for row in one.values] == values
    assert [p is None for p in one.present("12", 1)] == [v is None for v in values]


def test_nobody_knows_anything() -> None:
    one = table([None, None])
    assert one.base_rates() == {"12": None}
    assert one.events() == ()


def test_a_code_or_a_threshold_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="There are 12"):
        table([1]).present("4")
    with pytest.raises(ValueError, match="Use 1 or more"):
        table([1]).present("12", 0)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("x,1", "line 2: this is no frame in 'x'"),
        ("1,0", "line 2: frame 1 stands before it"),
        ("2,7", "column 'AU 12', line 2: this is no label in '7'"),
        ("2,1.5", "this is no label"),
        ("2,-1", "this is no label"),
    ],
)
def test_a_broken_line_of_disfa(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "SN001_au12.txt"
    path.write_text(f"1,0\n{line}\n3.0,1")
    with pytest.raises(DatasetError, match=problem):
        read_disfa(path)
    (one,) = rows = read_disfa(path, strict=False)
    assert rows.report.broken == 1
    assert one.values[0] == (0,)
    assert one.values[-1] == (1,)
    assert one.values[1:-1] in ((), ((None,),))


def test_broken_files_of_bp4d(tmp_path: Path) -> None:
    path = tmp_path / "F001_T1.csv"
    for header in ("frame,1,x", "frame", "frame,1,1", ""):
        path.write_text(header + "\n1,0,0\n")
        with pytest.raises(DatasetError, match="line 1: this is no header of action units"):
            read_bp4d(path)
    path.write_text("frame,AU1,2\n1,0\n2,1,5\n3,1,1\n")
    with pytest.raises(DatasetError, match="line 2: 1 labels for 2 action units"):
        read_bp4d(path)
    (one,) = rows = read_bp4d(path, strict=False)
    assert one.values == ((1, None), (1, 1))
    assert rows.report.broken == 2


def test_a_folder_without_such_files(tmp_path: Path) -> None:
    for reader, example in ((read_disfa, "SN001_au1.txt"), (read_bp4d, "F001_T1.csv")):
        with pytest.raises(DatasetError, match=f"named as {example} is.*signed agreement"):
            reader(tmp_path)


@some
@given(st.binary(max_size=80))
def test_any_bytes_raise_nothing_but_a_file_error(tmp_path: Path, data: bytes) -> None:
    for name, reader in (("SN001_au12.txt", read_disfa), ("F001_T1.csv", read_bp4d)):
        (tmp_path / name).write_bytes(data)
        for strict in (True, False):
            try:
                tables = reader(tmp_path / name, strict=strict)
            except DatasetError as error:
                assert error.file.startswith(str(tmp_path))  # noqa: PT017
                continue
            assert all(len(one.frames) == len(one.values) for one in tables)
