"""Output of programs: read by name, gaps kept as gaps, events by stated rules."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fau_teach._reading import FileError
from fau_teach.coding import CodingError
from fau_teach.coding.machine import rate_of, read_imotions, read_openface, read_pyfeat
from fau_teach.coding.track import Track

SIZES = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45)
MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
V5 = ("StudyName", "ExportDate", "Name", "Age", "Gender", "StimulusName", "SlideType")
V5 += ("EventSource", "Timestamp", "MediaTime", "PostMarker", "Annotation", "FrameNo")
V5 += ("FrameTime", "NoOfFaces", "Joy Evidence", "Joy Intensity", "AU1 Evidence")
V5 += ("AU12 Evidence", "Yaw Degrees", "LiveMarker")
V6 = (*V5[:10], "GazeX", *V5[10:15], "Confusion Evidence", "Confusion Intensity", *V5[15:], "Scene")


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def openface(rows: list[dict[str, object]], face_id: bool = True, spaces: bool = True) -> str:
    """A file as OpenFace writes it: 17 intensities, 18 presences, frames from 1."""
    names = ["frame", "face_id", "timestamp", "confidence", "success", "pose_Rx", "x_0"]
    names += [f"AU{code:02}_r" for code in SIZES] + [f"AU{code:02}_c" for code in (*SIZES, 28)]
    if not face_id:
        names.remove("face_id")
    lines = [(", " if spaces else ",").join(names)]
    for at, row in enumerate(rows):
        usual = {"frame": at + 1, "face_id": 0, "timestamp": f"{at / 30:.3f}"}
        cells = {**usual, "confidence": 0.98, "success": 1, **row}
        lines.append(", ".join(str(cells.get(name, 0)) for name in names))
    return "\n".join(lines) + "\n"


def imotions(rows: list[dict[str, object]], names: tuple[str, ...] = V5) -> str:
    head = ["#Study : Smiles", "#Date : 1/1/2017", "#Version : 5.4", "#TestRunDate : x", ""]
    lines = ["\t".join(str(row.get(name, "")) for name in names) for row in rows]
    return "\r\n".join([*head, "\t".join(names), *lines, ""])


def facet(frame: int, **cells: object) -> dict[str, object]:
    usual = {"Name": "P1", "StimulusName": "Ad", "EventSource": "Emotient FACET"}
    usual |= {"FrameNo": str(frame), "MediaTime": str(frame * 40), "NoOfFaces": "1"}
    return {**usual, "AU1 Evidence": -1, "AU12 Evidence": -1, **cells}


def track(presence: list[float | None], **more: object) -> Track:
    frames = tuple(range(len(presence)))
    times = tuple(frame / 25 for frame in frames)
    return Track("Prog", "clip", 25, frames, times, {"12": tuple(presence)}, **more)


def spans(made: Track, **how: object) -> list[tuple[int, int | None, int | None]]:
    return [(e.onset, e.apex, e.offset) for e in made.events(unknown=False, **how).events]


# ---- tracks and their events


def test_onset_is_the_first_frame_and_offset_the_first_without() -> None:
    assert spans(track([0, 0, 1, 1, 1, 0, 0])) == [(2, None, 5)]


def test_the_apex_is_where_the_intensity_is_greatest() -> None:
    made = track([0, 1, 1, 1, 0], intensity={"12": (5.0, 1.0, 3.5, 3.5, 9.0)})
    session = made.events()
    assert spans(made) == [(1, 2, 4)]
    assert session.events[0].notes == "Greatest intensity 3.5."
    assert session.coders == ("Prog",)
    assert session.watched[0].coders == ("Prog",)


def test_a_missing_frame_is_a_gap_and_no_zero() -> None:
    made = track([1, 1, None, None, 1, 0])
    assert spans(made) == [(0, None, None), (4, None, 5)]
    assert made.missing == ((2, 3),)
    first, second = made.events(unknown=False).events
    assert "before is missing" in first.notes
    assert "end was not seen" in first.notes
    assert "before is missing" in second.notes


def test_a_gap_can_be_bridged_or_told() -> None:
    made = track([0, 1, None, None, 1, 0])
    assert spans(made, bridge=1) == spans(made)
    assert spans(made, bridge=2) == [(1, None, 5)]
    told = made.events()
    assert [(e.onset, e.offset, e.aus) for e in told.events][1] == (2, 4, "?")
    assert [e.aus for e in made.events(bridge=2).events] == ["12"]


def test_a_row_that_is_not_there_is_a_gap_too() -> None:
    made = Track("P", "c", 25, (3, 4, 8, 9), (None,) * 4, {"1": (1.0, 1.0, 1.0, 0.0)})
    assert made.missing == ((0, 2), (5, 7))
    assert spans(made) == [(3, None, None), (8, None, 9)]


def test_a_gap_at_the_end_is_found() -> None:
    assert track([0, 1, None, None]).missing == ((2, 3),)
    assert track([0, 0]).missing == ()
    assert track([]).missing == ()


def test_frames_that_the_program_skipped_are_no_gaps() -> None:
    frames = (0, 10, 20, 30, 50)
    made = Track("P", "c", 25, frames, (None,) * 5, {"1": (0.0, 1.0, 1.0, 0.0, 1.0)})
    assert made.step == 10
    assert made.missing == ((40, 49),)
    assert spans(made) == [(10, None, 30), (50, None, None)]
    assert spans(made, shortest=11) == [(10, None, 30)]


def test_short_events_are_left_out_after_bridging() -> None:
    made = track([0, 1, 0, 1, 0, 0, 0, 1, 0])
    assert spans(made, shortest=3) == []
    assert spans(made, shortest=3, bridge=1) == [(1, None, 4)]


def test_bounds_belong_to_the_kind() -> None:
    made = track([0, 0, 0], intensity={"12": (0.9, 1.0, 3.0)}, evidence={"12": (0.5, 0.6, 0.4)})
    assert spans(made, by="intensity") == [(1, 2, None)]
    assert spans(made, by="intensity", above=2) == [(2, 2, None)]
    assert spans(made, by="intensity", above={"12": 0.5}) == [(0, 2, None)]
    assert spans(made, by="evidence") == [(1, 1, 2)]
    assert spans(made) == []


def test_odds_are_no_probabilities() -> None:
    made = Track("P", "c", 25, (0, 1, 2, 3), (None,) * 4, evidence={"4": (-1.0, 0.1, None, 900)},
                 odds=True)  # fmt: skip
    assert [(e.onset, e.offset) for e in made.events(unknown=False).events] == [
        (1, None),
        (3, None),
    ]
    assert made.probability("4")[:2] == pytest.approx((1 / 11, 1 / (1 + 10**-0.1)))
    assert made.probability("4")[2:] == (None, 1.0)
    plain = Track("P", "c", 25, (0,), (None,), evidence={"4": (0.3,)})
    assert plain.probability("4") == (0.3,)


def test_what_a_program_does_not_say_is_refused() -> None:
    made = track([0, 1])
    for wrong in ({"by": "evidence"}, {"codes": ["99"]}, {"above": {"1": 2.0}}):
        with pytest.raises(CodingError):
            made.events(**wrong)
    with pytest.raises(CodingError):
        made.probability("12")
    unknown = Track("P", "c", None, (0,), (None,), {"1": (1.0,)})
    with pytest.raises(CodingError, match="fps=30"):
        unknown.events()
    assert unknown.events(fps=50).events[0].fps == 50
    with pytest.raises(CodingError):
        Track("P", "c", 25, (0,), (None,)).events()


def test_a_track_fits_together() -> None:
    with pytest.raises(CodingError, match="ascending"):
        Track("P", "c", 25, (1, 1), (None, None))
    with pytest.raises(CodingError, match="presence"):
        Track("P", "c", 25, (1, 2), (None, None), {"1": (1.0,)})


@MANY
@given(
    st.lists(st.sampled_from([0.0, 1.0, None]), max_size=40),
    st.integers(0, 5),
    st.integers(1, 5),
)
def test_events_hold_what_was_seen_and_nothing_else(
    values: list[float | None], bridge: int, shortest: int
) -> None:
    made = track(values)
    shown = [value == 1 for value in values]
    ones = [at for at, one in enumerate(shown) if one]
    for early, late in pairwise(ones):
        if late - early - 1 <= bridge:
            shown[early:late] = [True] * (late - early)
    starts = [at for at, one in enumerate(shown) if one and (at == 0 or not shown[at - 1])]
    ends = [[*shown, False].index(False, at) for at in starts]
    wanted = [(a, b) for a, b in zip(starts, ends, strict=True) if b - a >= shortest]
    events = made.events(bridge=bridge, shortest=shortest, unknown=False).events
    assert [event.onset for event in events] == [a for a, _ in wanted]
    for event, (_, end) in zip(events, wanted, strict=True):
        seen = end < len(values) and values[end] == 0
        assert event.offset == (end if seen else None)
    gaps = {f for first, last in made.missing for f in range(first, last + 1)}
    assert gaps == {at for at, value in enumerate(values) if value is None}


# ---- OpenFace


def test_openface_columns_are_read_by_name(tmp_path: Path) -> None:
    rows = [{}, {"AU12_c": 1.0, "AU12_r": 1.5, "AU28_c": 1}, {"AU12_c": 1, "AU12_r": 2.25}, {}]
    made = read_openface(write(tmp_path / "smile.csv", openface(rows)), subject="S1")
    (one,) = made
    assert (len(one.intensity), len(one.presence), len(one.codes)) == (17, 18, 18)
    assert one.frames == (0, 1, 2, 3)
    assert (one.fps, one.clip, one.subject, one.source) == (30, "smile", "S1", "OpenFace")
    assert one.intensity["12"] == (0, 1.5, 2.25, 0)
    assert one.columns["pose_Rx"] == (0, 0, 0, 0)
    assert "x_0" not in one.columns
    found = {e.aus: (e.onset, e.apex, e.offset) for e in one.events().events}
    assert found == {"12": (1, 2, 3), "28": (1, None, 2)}
    assert made.report.counts["lines"] == 5


def test_openface_without_faces_ids_or_spaces(tmp_path: Path) -> None:
    text = openface([{"AU01_c": 1}, {}], face_id=False, spaces=False)
    (one,) = read_openface(write(tmp_path / "a.csv", text), fps=60, clip="b")
    assert (one.fps, one.clip) == (60, "b")
    assert one.presence["1"] == (1, 0)


def test_openface_zeros_of_a_lost_face_are_missing(tmp_path: Path) -> None:
    rows = [{"AU04_c": 1}, {"success": 0, "confidence": 0}, {"confidence": 0.5, "AU04_c": 1}]
    rows += [{"AU04_c": "-nan(ind)", "AU04_r": "nan"}, {"AU04_c": 1}]
    made = read_openface(write(tmp_path / "a.csv", openface(rows)))
    assert made[0].presence["4"] == (1, None, None, None, 1)
    assert made[0].intensity["4"] == (0, None, None, None, 0)
    assert made.report.counts["frames without a face"] == 1
    assert made.report.counts["frames below the confidence"] == 1
    assert "not a number" in str(made.report)
    trusting = read_openface(tmp_path / "a.csv", confidence=0.2)
    assert trusting[0].presence["4"] == (1, None, 1, None, 1)


def test_openface_with_two_faces_asks_which(tmp_path: Path) -> None:
    rows = [{"frame": 1 + at // 2, "face_id": at % 2, "AU01_c": at % 2} for at in range(6)]
    path = write(tmp_path / "two.csv", openface(rows))
    with pytest.raises(FileError, match=r"2 faces: 0, 1.*face='0'"):
        read_openface(path)
    (one,) = read_openface(path, face="1")
    assert one.presence["1"] == (1, 1, 1)
    with pytest.raises(FileError, match=r"no face '7'.*There are '0', '1'"):
        read_openface(path, face="7")


def test_openface_of_frames_from_zero_and_out_of_order(tmp_path: Path) -> None:
    rows = [{"frame": 0}, {"frame": 2, "AU01_c": 1}, {"frame": 1}]
    made = read_openface(write(tmp_path / "a.csv", openface(rows)), fps=30)
    assert made[0].frames == (0, 1, 2)
    assert made[0].presence["1"] == (0, 0, 1)
    assert "frames out of order" in str(made.report)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"AU01_c": 0.5e9}, "column 'AU01_c'.*no number from 0 to 1"),
        ({"AU01_r": "high"}, "column 'AU01_r', line 3: this is no number in 'high'"),
        ({"frame": 1.5}, "column 'frame', line 3: this is no frame"),
        ({"frame": 1}, "two rows describe this frame"),
        ({"AU01_r": "1e999"}, "no number"),
        ({"face_id": "\x07"}, "control character"),
        ({"AU01_r": "0,5"}, "line 3: 44 cells where the header names 43|line 3"),
    ],
)
def test_openface_refuses_with_place_and_remedy(
    tmp_path: Path, cells: dict[str, object], problem: str
) -> None:
    path = write(tmp_path / "a.csv", openface([{"AU02_c": 1}, cells]))
    with pytest.raises(FileError, match=problem) as caught:
        read_openface(path)
    assert caught.value.file == str(path)
    assert caught.value.advice


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "column 'frame' is missing"),
        ("frame,timestamp,confidence,success\n1,0,1,1\n", "no action units.*-aus"),
        ("frame,frame,timestamp,confidence,success\n", "stands twice in 'frame'"),
        ("frame,timestamp,confidence,success,AU1_r,AU01_r\n", "code 1 has two columns"),
        ("frame,timestamp,confidence,success,AU01_r\n", "no row holds"),
        ("frame,timestamp,confidence,success,AU01_r\n1,0\n", "line 2: 2 cells"),
        ('frame,timestamp,confidence,success,AU01_r\n1,0,1,1,"0\n', "the table is broken"),
    ],
)
def test_what_is_no_openface_file_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(FileError, match=problem):
        read_openface(write(tmp_path / "a.csv", text))


def test_a_file_that_is_too_large_or_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        read_openface(tmp_path / "none.csv")
    path = write(tmp_path / "a.csv", openface([{}]))
    monkeypatch.setattr("fau_teach.coding.machine.LARGEST", 10)
    with pytest.raises(FileError, match="larger"):
        read_openface(path)


def test_frame_rates_of_cameras_are_recognised() -> None:
    for rate in (23.976, 24, 25, 29.97, 30, 59.94, 60, 200):
        frames = tuple(range(900))
        assert rate_of(frames, tuple(round(f / rate, 3) for f in frames)) == rate
    assert rate_of((0, 100), (0.0, 3.0)) == 33.333
    assert rate_of((0, 1), (0.0, 0.0)) is None
    assert rate_of((0,), (0.0,)) is None
    assert rate_of((0, 1), (None, 0.0)) is None


# ---- Py-Feat


def pyfeat(rows: list[dict[str, object]], names: tuple[str, ...] = ()) -> str:
    names = names or ("FaceRectX", "FaceScore", "x_0", "AU01", "AU12", "AU43", "anger", "neutral",
                      "Pitch", "input", "frame", "Identity")  # fmt: skip
    lines = [",".join(names)]
    for at, row in enumerate(rows):
        cells = {"FaceScore": 0.99, "frame": at, **row}
        lines.append(",".join(str(cells.get(name, 0.25)) for name in names))
    return "\n".join(lines) + "\n"


def test_pyfeat_values_are_evidence(tmp_path: Path) -> None:
    rows = [{"frame": 10.0 * at, "input": "/d/x/clip.mp4", "Identity": ""} for at in range(4)]
    rows[1] |= {"AU12": 0.9}
    rows[3] |= dict.fromkeys(("FaceScore", "AU01", "AU12", "AU43", "anger"), "nan")
    made = read_pyfeat(write(tmp_path / "fex.csv", pyfeat(rows)))
    (one,) = made
    assert not one.intensity
    assert not one.presence
    assert (one.clip, one.fps, one.step, one.odds) == ("clip", None, 10, False)
    assert one.evidence["12"] == (0.25, 0.9, 0.25, None)
    assert one.columns["anger"] == (0.25, 0.25, 0.25, None)
    assert made.report.counts["frames without a face"] == 1
    with pytest.raises(CodingError, match="--fps"):
        one.events()
    assert spans(one, fps=30) == [(10, None, 20)]


def test_pyfeat_inputs_become_tracks(tmp_path: Path) -> None:
    rows = [{"frame": 0, "input": f"C:\\v\\{name}", "Identity": ""} for name in ("a.png", "b.png")]
    made = read_pyfeat(write(tmp_path / "fex.csv", pyfeat(rows)), fps=30, clip="ignored")
    assert [one.clip for one in made] == ["a", "b"]
    rows = [{"frame": 0, "input": f"{name}/a.png", "Identity": ""} for name in "xy"]
    made = read_pyfeat(write(tmp_path / "fex.csv", pyfeat(rows)))
    assert [one.clip for one in made] == ["x/a.png", "y/a.png"]


def test_pyfeat_without_input_and_with_a_weak_face(tmp_path: Path) -> None:
    rows = [{"frame": 0}, {"frame": 1, "FaceScore": 0.3}]
    names = ("frame", "FaceScore", "AU01")
    (one,) = read_pyfeat(write(tmp_path / "fex.csv", pyfeat(rows, names)), clip="c")
    assert one.evidence["1"] == (0.25, None)
    assert one.clip == "c"


def test_pyfeat_with_two_people_asks_which(tmp_path: Path) -> None:
    rows = [{"frame": at // 2, "input": "v.mp4", "Identity": f"Person_{at % 2}"} for at in range(4)]
    rows.append({"frame": 2, "input": "v.mp4", "Identity": "", "FaceScore": "", "AU01": ""})
    path = write(tmp_path / "fex.csv", pyfeat(rows))
    with pytest.raises(FileError, match=r"2 faces in 'v.mp4'.*Person_0"):
        read_pyfeat(path)
    (one,) = read_pyfeat(path, face="Person_1")
    assert one.evidence["1"] == (0.25, 0.25, None)
    rows = [{"frame": 0, "input": "v", "Identity": "", "AU01": value} for value in (0, 1)]
    with pytest.raises(FileError, match="two rows"):
        read_pyfeat(write(tmp_path / "g.csv", pyfeat(rows)))
    with pytest.raises(FileError, match=r"no face 'Bo'.*Leave face out"):
        read_pyfeat(write(tmp_path / "g.csv", pyfeat(rows[:1])), face="Bo")


def test_pyfeat_needs_action_units(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no action units"):
        read_pyfeat(write(tmp_path / "fex.csv", "frame,anger\n0,1\n"))


# ---- iMotions


@pytest.mark.parametrize("names", [V5, V6])
def test_imotions_rows_of_other_devices_are_left_out(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    other = {"Name": "P1", "StimulusName": "Ad", "EventSource": "ET", "Timestamp": "7"}
    rows: list[dict[str, object]] = [other]
    for at in range(5):
        rows += [facet(100 + at, **{"AU12 Evidence": 0.8 if at in (1, 2) else -2}), other]
    made = read_imotions(write(tmp_path / "export.txt", imotions(rows, names)))
    (one,) = made
    assert one.odds
    assert not one.intensity
    assert (one.clip, one.subject, one.fps, one.frames) == ("P1-Ad", "P1", 25, (0, 1, 2, 3, 4))
    assert [(e.aus, e.onset, e.apex, e.offset) for e in one.events().events] == [("12", 1, None, 3)]
    assert one.events(above=1).events == ()
    assert one.probability("12")[1] == pytest.approx(0.863, abs=5e-4)
    assert made.report.counts["rows of other sources"] == 6
    assert "'5.4'" in str(made.report)


def test_imotions_respondents_and_stimuli_are_apart(tmp_path: Path) -> None:
    rows = [facet(7, Name=who, StimulusName=what) for who in ("P1", "P2") for what in ("A", "B")]
    made = read_imotions(write(tmp_path / "export.txt", imotions(rows)), fps=25)
    assert [one.clip for one in made] == ["P1-A", "P1-B", "P2-A", "P2-B"]
    assert [one.frames for one in made] == [(0,)] * 4


def test_imotions_lost_faces_are_missing(tmp_path: Path) -> None:
    rows = [facet(0), facet(1, NoOfFaces=0), facet(2, **{"AU1 Evidence": "", "AU12 Evidence": ""})]
    rows += [facet(3, NoOfFaces=2, **{"AU1 Evidence": "0,5"}), facet(3, **{"AU1 Evidence": 0.5})]
    path = write(tmp_path / "export.txt", imotions(rows[:4]))
    made = read_imotions(path)
    assert made[0].evidence["1"] == (-1, None, None, 0.5)
    assert made.report.counts["frames without a face"] == 2
    assert made.report.counts["frames with several faces"] == 1
    assert "comma as the decimal point" in str(made.report)
    with pytest.raises(FileError, match="two rows"):
        read_imotions(write(path, imotions(rows)))


def test_imotions_short_rows_quotes_and_no_clock(tmp_path: Path) -> None:
    names = ("Name", "StimulusName", "FrameNo", "AU4 Evidence", "MarkerText", "Spare")
    text = "\t".join(names) + '\n"P1\tAd\t0\t1.5\n"P1\tAd\t0\t1.5\t\n"P1\tAd\t1\t2\n'
    (one,) = read_imotions(write(tmp_path / "x.txt", text))
    assert one.evidence["4"] == (1.5, 2)
    assert one.fps is None


def test_imotions_without_action_units_is_refused(tmp_path: Path) -> None:
    text = "Name\tStimulusName\tFrameNo\tBrow Furrow\n"
    with pytest.raises(FileError, match="AU1 Evidence"):
        read_imotions(write(tmp_path / "x.txt", text))


# ---- whatever comes

READERS = (read_openface, read_pyfeat, read_imotions)
HEADS = (
    "frame, face_id, timestamp, confidence, success, AU01_r, AU01_c\n",
    "frame,input,Identity,FaceScore,AU01\n",
    "#Version : 6\n\nName\tStimulusName\tFrameNo\tNoOfFaces\tMediaTime\tAU1 Evidence\n",
)


@MANY
@given(st.binary(max_size=200), st.sampled_from([0, 1, 2]), st.booleans())
def test_any_bytes_give_tracks_or_a_file_error(
    tmp_path: Path, raw: bytes, which: int, headed: bool
) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(HEADS[which].encode() * headed + raw)
    with suppress(FileError):
        assert all(isinstance(one, Track) for one in READERS[which](path))


@MANY
@given(
    st.lists(
        st.lists(
            st.sampled_from(["0", "1", "2", "-1", "", "nan", "x", "0.5", "1e9", '"', "a\tb"]),
            min_size=4,
            max_size=8,
        ),
        max_size=6,
    ),
    st.sampled_from([0, 1, 2]),
)
def test_any_cells_give_tracks_or_a_file_error(
    tmp_path: Path, rows: list[list[str]], which: int
) -> None:
    path = tmp_path / "any.csv"
    between = "\t" if which == 2 else ","
    path.write_text(HEADS[which] + "\n".join(between.join(row) for row in rows), encoding="utf-8")
    with suppress(FileError):
        for one in READERS[which](path, fps=25):
            one.events()


@MANY
@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, 0.0, 1.0]),
            st.one_of(st.none(), st.floats(0, 5).map(lambda v: round(v, 2))),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_openface_gives_back_what_stands_there(
    tmp_path: Path, values: list[tuple[float | None, float | None]]
) -> None:
    rows = [
        {"AU12_c": "nan" if c is None else c, "AU12_r": "" if r is None else r} for c, r in values
    ]
    (one,) = read_openface(write(tmp_path / "a.csv", openface(rows)))
    assert one.presence["12"] == tuple(c for c, _ in values)
    assert one.intensity["12"] == tuple(r for _, r in values)
