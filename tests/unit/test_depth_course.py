"""The synthetic depth set: what is planned, what is written, and that it is always the same."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fau_teach import emotion
from fau_teach._reading import FileError
from fau_teach.coding import classes
from fau_teach.datasets.casme import (
    read_cas_me_3_a,
    read_cas_me_3_a_micro,
    read_cas_me_3_blinks,
)
from fau_teach.depth import casme3
from fau_teach.depth.__main__ import main
from fau_teach.depth.cloud import Intrinsics
from fau_teach.depth.course import (
    LETTERS,
    SHARES,
    SHOWN,
    Course,
    Shown,
    camera_of,
    ceiling,
    drift,
    scaled,
)
from fau_teach.depth.course_files import ALL_FILE, MICRO_FILE, TRUTH_FILE, _frames, write
from fau_teach.face.face import Face
from fau_teach.micro import definitions

# The package has a function of this name, too.
MODULE = sys.modules["fau_teach.face.face"]
SMALL = Course(subjects=1, seed=3, micro=2, macro=1, width=160, blinks=60)


@pytest.fixture(scope="module")
def face() -> Face:
    """The first subject's, made once: that is what takes time."""
    return Face(SMALL.of(1)[0].script.identity)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, face: Face) -> Path:
    folder = tmp_path_factory.mktemp("course") / "set"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "Face", {face.identity.name: face}.__getitem__)
        written = write(SMALL, folder)
    assert written.maps == SMALL.cost()[0]
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        one.relative_to(folder).as_posix(): one.read_bytes()
        for one in sorted(folder.rglob("*"))
        if one.is_file()
    }


def test_the_same_course_is_the_same_plan() -> None:
    assert list(Course(subjects=3).takes()) == list(Course(subjects=3).takes())
    assert list(Course(subjects=3).takes()) != list(Course(subjects=3, seed=2).takes())
    assert Course(subjects=9).of(2) == Course(subjects=2).of(2)


def test_S3_041_every_subject_shows_as_many_of_each_kind_and_all_seven_come() -> None:
    course = Course(subjects=60, micro=7, macro=3)
    seen: Counter[str] = Counter()
    for number in range(1, 61):
        shown = [one for take in course.of(number) for one in take.shown]
        assert Counter(one.kind for one in shown) == {"micro": 7, "macro": 3}
        seen.update(one.emotion for one in shown)
    assert {*seen} == {*SHARES} == {*SHOWN} == {*emotion.label_spaces()["seven_others"]}
    for name, share in SHARES.items():
        assert seen[name] / 600 == pytest.approx(share, abs=0.05)
    assert sum(SHARES.values()) == pytest.approx(1)
    assert len({take.script.identity for take in course.takes()}) == 60


def test_micro_is_short_and_weak_and_macro_is_neither() -> None:
    for take in Course(subjects=25).takes():
        last = 0
        for one in take.shown:
            total, rise = (one.offset - one.onset) / 30, (one.apex - one.onset) / 30
            micro = any(rule.holds(total, rise) for rule in definitions())
            assert micro == (one.kind == "micro")
            # The weaker side of an uneven movement is one grade below.
            assert max(code[-1] for code in one.codes.split("+")) in LETTERS[one.kind]
            assert last < one.onset < one.apex <= one.offset < take.script.frames
            last = one.offset


def test_each_emotion_has_variety_and_every_unit_stands_in_a_published_table() -> None:
    listed: dict[str, set[str]] = {name: set() for name in emotion.SIX}
    for table in emotion.tables():
        for name in emotion.SIX:
            listed[name] |= table.sets[name].codes
    for published in emotion.published():
        for name in emotion.SIX:
            if name in published.sets:
                listed[name] |= published.sets[name].codes
    for name, sets in SHOWN.items():
        assert len(sets) >= 5
        codes = {code for one in sets for code in one.split("+")}
        assert codes <= listed.get(name, codes), name


def test_ceiling_is_that_of_the_best_guess_for_each_set() -> None:
    for number in (7, 4, 3):
        joint: Counter[tuple[str, str]] = Counter()
        for name, sets in SHOWN.items():
            found = classes(name)
            label = name if number == 7 else found.four if number == 4 else found.three
            for codes, weight in sets.items():
                if label:
                    joint[label, codes] += SHARES[name] * weight / sum(sets.values())  # type: ignore[assignment]
        labels = sorted({label for label, _ in joint})
        total = {x: sum(p for (y, _), p in joint.items() if y == x) for x in labels}
        guess = {codes: max(labels, key=lambda x: joint[x, codes] / total[x]) for _, codes in joint}
        recall = [sum(joint[x, c] for c in guess if guess[c] == x) / total[x] for x in labels]
        assert ceiling(number) == pytest.approx(np.mean(recall))
    assert 0.7 < ceiling(7) < ceiling(4) < ceiling(3) < 1
    with pytest.raises(ValueError, match="5 classes"):
        ceiling(5)


def test_a_habit_makes_subjects_differ() -> None:
    def repeats(course: Course) -> float:
        """How often two happy faces of one subject show the same units."""
        same = pairs = 0
        for number in range(1, course.subjects + 1):
            shown = [
                one.label.replace("L", "").replace("R", "")
                for take in course.of(number)
                for one in take.shown
                if one.emotion == "Disgust"
            ]
            for at, first in enumerate(shown):
                same += sum(first == second for second in shown[at + 1 :])
                pairs += len(shown) - at - 1
        return same / pairs

    assert repeats(Course(subjects=40, habit=1)) == 1
    assert repeats(Course(subjects=40, habit=0)) < 0.35


def test_labels_are_written_as_the_set_writes_them() -> None:
    assert Shown("Others", "micro", "12B+L4C", 1, 2, 3).label == "L4+12"
    assert Shown("Others", "micro", "L12B+R12A+R1C", 1, 2, 3).label == "R1+12"


def test_which_frames_are_written() -> None:
    course = Course(subjects=1, micro=1, macro=0, around=2)
    (take,) = course.takes()
    one = take.shown[0]
    frames, pictures = course.frames(take)
    wanted = {*range(one.onset - 2, one.onset + 1), *range(one.apex - 2, one.apex + 3)}
    assert {*frames} == wanted
    assert pictures == {one.onset, one.apex}
    whole, coloured = replace(course, whole=True).frames(take)
    assert whole == tuple(range(take.script.frames)) == tuple(sorted(coloured))
    for plain in (replace(course, colour=False), replace(course, colour=False, whole=True)):
        assert not plain.frames(take)[1]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"subjects": 0}, "subjects"),
        ({"width": 100}, "multiple of 16"),
        ({"width": 4000}, "width"),
        ({"micro": 0, "macro": 0}, "nobody shows"),
        ({"habit": 2.0}, "habit"),
        ({"noise": -1.0}, "noise"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, float], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Course(**options)  # type: ignore[arg-type]


def test_S3_011_the_camera_is_the_printed_one_at_any_size() -> None:
    assert scaled(1280, 720) == Intrinsics()
    for width in (1280, 320):
        course = replace(SMALL, width=width)
        take = course.of(1)[0]
        assert Intrinsics.of(camera_of(course, take, (0, 0, 0))) == course.intrinsics
        assert course.intrinsics.field_of_view == pytest.approx(Intrinsics().field_of_view)


def test_the_head_drifts_by_what_is_asked_for() -> None:
    course = replace(SMALL, drift=2.0)
    take = course.of(1)[0]
    path = np.array(drift(course, take))
    assert path.shape == (take.script.frames, 3)
    assert (path[0] == 0).all()
    assert 0.2 < np.abs(path).max() <= 2
    point = np.zeros((1, 3))
    before, after = (
        camera_of(course, take, move).project(point)[0] for move in ((0, 0, 0), (1, 2, 3))
    )
    z = after[2]
    assert z - before[2] == pytest.approx(3, abs=0.1)  # the head is turned by up to 4 degrees
    focal = course.intrinsics.fx
    shift = (after[0] - 80.5) * z - (before[0] - 80.5) * before[2]
    assert shift / focal == pytest.approx(1, abs=0.25)
    assert (before[1] * before[2] - after[1] * z + 45.5 * (z - before[2])) / focal == pytest.approx(
        2, abs=0.1
    )


def test_the_same_course_writes_the_same_bytes(made: Path, tmp_path: Path) -> None:
    again = write(SMALL, tmp_path / "again", jobs=2)
    first, second = contents(made), contents(tmp_path / "again")
    assert first == second
    assert again.megabytes * 1e6 == sum(
        len(data) for name, data in first.items() if name.startswith("sp")
    )
    assert "3 expressions" in str(again)


def test_the_label_files_are_read_as_those_of_the_set(made: Path) -> None:
    micro, every = read_cas_me_3_a_micro(made / MICRO_FILE), read_cas_me_3_a(made / ALL_FILE)
    blinks = read_cas_me_3_blinks(made / ALL_FILE)
    planned = [(take, one) for take in SMALL.takes() for one in take.shown]
    assert len(every) == 3
    for row, (take, one) in zip(every, planned, strict=True):
        event = row.event
        assert (event.subject, event.clip) == (take.subject, f"{take.subject}/{take.name}")
        assert (event.onset, event.apex, event.offset) == (one.onset, one.apex, one.offset)
        assert (event.aus, event.kind) == (one.label, one.kind)
        assert row.extra["Objective class"] == emotion.objective_class(one.label)
    assert [row.event.emotion for row in micro] == [
        one.emotion for _, one in planned if one.kind == "micro"
    ]
    expected = sum(len(take.script.disturbances()) for take in SMALL.takes())
    assert len(blinks) == expected > 0
    assert not every.report.traps or all("side" in trap.name for trap in every.report.traps)


def test_the_truth_tells_what_the_labels_do_not(made: Path) -> None:
    truth = json.loads((made / TRUTH_FILE).read_text(encoding="utf-8"))
    assert "Synthetic" in truth["note"]
    assert Course(**truth["course"]) == SMALL
    peaks = {one["kind"]: one["peak_mm"] for one in truth["shown"]}
    assert 0.4 < peaks["micro"] < 4 < peaks["macro"]
    assert all(one["emotion"] in SHARES for one in truth["shown"])


def test_S3_011_maps_are_16_bit_millimetres_and_0_is_none(made: Path) -> None:
    samples = casme3.read(made, kind="all")
    assert len(samples) == 3
    onset, apex = samples.load(0)
    assert onset.depth.dtype == np.uint16
    assert onset.depth.shape == (90, 160)
    near = onset.depth[onset.depth > 0]
    assert 450 < near.min() < 640 < near.max() < 1000
    assert 0.1 < (onset.depth > 0).mean() < 0.5
    assert onset.colour is not None
    assert onset.colour.std() > 20
    assert (onset.depth != apex.depth).any()


def test_what_moves_is_the_face_alone_without_nuisance(face: Face) -> None:
    course = Course(
        subjects=1, micro=0, macro=1, head=0, drift=0, noise=0, light=0, blinks=0, width=320
    )
    (take,) = course.takes()
    one = take.shown[0]
    wanted = (one.onset - 1, one.onset, one.apex)
    made = {n: (d, c) for n, d, c in _frames(course, take, face, wanted, frozenset(wanted))}
    before, onset, apex = (made[n][0].astype(int) for n in wanted)
    assert (before == onset).all()
    changed = (onset != apex) & (onset > 0) & (apex > 0)
    assert 0.01 < changed.sum() / (onset > 0).sum() < 0.6
    assert (made[one.onset][1] != made[one.apex][1]).any()
    wall = replace(course, wall_mm=1500.0, noise=0.5)
    for _, depth, _ in _frames(wall, take, face, wanted[:1], frozenset()):
        assert np.median(depth[(depth > 1000)]) == 1500
        assert (depth > 0).mean() > 0.9


def test_a_folder_that_holds_something_is_left_alone(made: Path, tmp_path: Path) -> None:
    before = contents(made)
    with pytest.raises(FileError, match="not empty"):
        write(SMALL, made)
    assert contents(made) == before
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileError, match="cannot be used"):
        write(SMALL, tmp_path / "file")


def test_the_command_makes_and_checks(
    made: Path,
    face: Face,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(MODULE, "Face", lambda name: face)
    arguments = "make {} --subjects 1 --micro 1 --macro 0 --width 64 --no-colour --seed 5"
    assert main(arguments.format(tmp_path / "set").split()) == 0
    assert "Best UAR" in capsys.readouterr().out
    assert main(["check", str(tmp_path / "set"), "--kind", "micro", "--deep"]) == 0
    assert "All files are sound" in capsys.readouterr().out
    assert main(["check", str(made), "--size", "160", "90"]) == 0
    assert main(["check", str(made), "--size", "1280", "720"]) == 1
    assert "160 x 90 px where 1280 x 720" in capsys.readouterr().err
    assert main(arguments.format(made).split()) == 1
    assert "not empty" in capsys.readouterr().err
    assert main(["make", str(tmp_path / "x"), "--width", "5"]) == 1
