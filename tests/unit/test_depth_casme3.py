"""The reader of the depth set: what it gives, and that a broken folder is told by name."""

from __future__ import annotations

import contextlib
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fau_teach._reading import FileError
from fau_teach.depth import casme3
from fau_teach.depth.__main__ import main
from fau_teach.depth.casme3_files import read_colour, read_depth
from fau_teach.depth.cloud import Intrinsics

SIZE = (32, 18)
HEAD = ["Subject", "Filename", "Onset", "Apex", "Offset", "AU"]
MICRO = [
    ["spNO.1", "a", 3, 6, 9, "4+7", "III", "anger"],
    ["spNO.1", "a", 30, 33, 40, "L12", "I", "happiness"],
    ["spNO.1", "b", 5, 8, 11, "1+2+5", "VII", "Surprise"],
    ["spNO.2", "a", 3, 6, 9, "14", "", "others"],
    ["spNO.2", "a", 20, 20, 25, "9", "IV", "disgust"],  # the apex is the onset
    ["spNO.2", "a", 40, 30, 45, "9", "IV", "disgust"],  # the apex lies before it
]
MACRO = [["spNO.1", "b", 50, 70, 90, "6+12", "Macro-expression", "I"]]
KEPT = MICRO[:4]


def workbook(path: Path, sheet: str, rows: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(path)


def picture(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)


def depth_of(subject: str, clip: str, frame: int) -> np.ndarray:
    """A map that tells which frame it is."""
    chance = np.random.default_rng([int(subject[-1]), ord(clip), frame])
    return chance.integers(0, 2**16, SIZE[::-1], np.uint16)


def build(root: Path) -> Path:
    micro = [[*HEAD, "Objective class", "emotion"], *MICRO]
    workbook(root / "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx", "label", micro)
    every = [[*HEAD, "Expression type", "Objective class"], *MACRO]
    every += [[*row[:6], "Micro-expression", row[6]] for row in MICRO]
    workbook(root / "CAS(ME)3_part_A_v2.xlsx", "AU+Emotion", every)
    for row in (*MICRO, *MACRO):
        subject, clip, onset, apex = (str(row[0]), str(row[1]), int(row[2]), int(row[3]))  # type: ignore[call-overload]
        for frame in (onset - 1, onset, apex, apex + 1):
            place = root / subject / clip
            picture(place / "depth" / f"{frame}.png", depth_of(subject, clip, frame))
            grey = np.full((*SIZE[::-1], 3), frame, np.uint8)
            picture(place / "color" / f"{frame}.jpg", grey)
    return root


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("whole"))


@contextlib.contextmanager
def copy(whole: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(shutil.copytree(whole, Path(folder) / "set"))


@pytest.fixture
def broken(whole: Path) -> Iterator[Path]:
    with copy(whole) as made:
        yield made


def test_what_was_written_comes_back(whole: Path) -> None:
    found = casme3.read(whole)
    assert len(found) == len(KEPT)
    for at, row in enumerate(KEPT):
        one, (onset, apex) = found[at], found.load(at)
        assert (one.subject, one.clip) == (row[0], f"{row[0]}/{row[1]}")
        assert (one.onset, one.apex, one.offset) == tuple(row[2:5])
        for frame, number in ((onset, row[2]), (apex, row[3])):
            assert (frame.depth == depth_of(str(row[0]), str(row[1]), int(str(number)))).all()
            assert frame.colour is not None
            assert abs(int(frame.colour.mean()) - int(str(number))) <= 2
        assert one.name == f"{row[0]}/{row[1]}, frame {row[2]}"
        assert [path.stem for path in one.depth] == [str(row[2]), str(row[3])]
        assert [path.stem for path in one.colour if path] == [str(row[2]), str(row[3])]
    assert found.codes[1] == {"12"}
    assert found.emotion == ("Anger", "Happiness", "Surprise", "Others")
    assert found.objective == ("III", "I", "VII", "VII")  # the last is Davison's, from its codes
    assert found.subject == ("spNO.1",) * 3 + ("spNO.2",)
    assert found.kind == ("micro",) * 4
    assert found.clip[2] == "spNO.1/b"


def test_S3_041_seven_four_and_three_classes(whole: Path) -> None:
    found = casme3.read(whole)
    assert found.classes(7) == ("Anger", "Happiness", "Surprise", "Others")
    assert found.classes(4) == ("Negative", "Positive", "Surprise", "Others")
    assert found.classes(3) == ("Negative", "Positive", "Surprise", None)
    kept = found.where(label is not None for label in found.classes(3))
    assert len(kept) == 3
    assert len(found[1:]) == 3
    with pytest.raises(ValueError, match="5 classes"):
        found.classes(5)  # type: ignore[arg-type]


def test_macro_has_no_emotion_but_an_objective_class(whole: Path) -> None:
    macro, both = casme3.read(whole, kind="macro"), casme3.read(whole, kind="all")
    assert (macro.emotion, macro.objective, macro.kind) == (("",), ("I",), ("macro",))
    assert macro.classes(7) == macro.classes(4) == (None,)
    assert len(both) == 5
    assert {*both.kind} == {"micro", "macro"}
    with pytest.raises(ValueError, match="kind 'both'"):
        casme3.read(whole, kind="both")  # type: ignore[arg-type]


def test_labels_without_motion_are_left_out_by_name(whole: Path) -> None:
    found = casme3.read(whole)
    assert found.report.left_out == {
        "apex and onset are one frame": ("spNO.2/a, frame 20",),
        "no apex that can be": ("spNO.2/a, frame 40",),
    }
    text = str(found)
    for part in ("4 pairs of 2 subjects", "32 x 18 px", "emotion: Anger 1", "left out"):
        assert part in text


def test_frames_about_the_key_frames(whole: Path) -> None:
    found = casme3.read(whole)
    before, about = found.load_near(0)
    assert [len(before), len(about)] == [2, 2]  # 2 and 3; 6 and 7, since 5 was not kept
    assert (about[1].depth == depth_of("spNO.1", "a", 7)).all()
    assert found[0].near(9) == ((2, 3), (6, 7))  # never a frame on the wrong side of the onset
    assert found[0].near(0) == ((3,), (6,))


def test_S3_011_the_camera_goes_with_the_size(whole: Path) -> None:
    camera = casme3.read(whole).intrinsics
    assert (camera.width, camera.height) == SIZE
    assert camera.field_of_view == pytest.approx(Intrinsics().field_of_view)


def test_labels_may_lie_elsewhere(broken: Path) -> None:
    place = broken / "annotation"
    place.mkdir()
    for one in broken.glob("*.xlsx"):
        one.rename(place / one.name)
    (place / "~$open.xlsx").write_bytes(b"")
    assert len(casme3.read(broken)) == 4
    file = place / "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"
    assert len(casme3.read(broken, file)) == len(casme3.read(broken, [file])) == 4
    other = broken.parent / "labels"
    place.rename(other)
    assert len(casme3.read(broken, other, "all")) == 5
    with pytest.raises(FileError, match="no label file is named"):
        casme3.read(broken)


def test_maps_and_pictures_may_lie_in_the_clip_itself(broken: Path) -> None:
    for place in broken.glob("sp*/*"):
        for inside in ("depth", "color"):
            for one in (place / inside).iterdir():
                one.rename(place / one.name)
            (place / inside).rmdir()
    found = casme3.read(broken)
    assert (found.load(0)[1].depth == depth_of("spNO.1", "a", 6)).all()
    assert found[0].colour[0] is not None


def test_names_may_have_zeros_and_strangers_are_left_alone(broken: Path) -> None:
    place = broken / "spNO.1" / "a" / "depth"
    (place / "3.png").rename(place / "0003.png")
    (place / "notes.png").write_text("mine")
    assert casme3.read(broken)[0].depth[0].name == "0003.png"


def test_a_set_without_pictures_has_none(broken: Path) -> None:
    for place in broken.glob("sp*/*/color"):
        shutil.rmtree(place)
    found = casme3.read(broken)
    assert found[0].colour == (None, None)
    assert found.load(0)[0].colour is None


def test_pictures_can_be_left_out(broken: Path) -> None:
    (broken / "spNO.1" / "a" / "color" / "3.jpg").write_text("no picture")
    assert casme3.read(broken, colour=False).load(0)[0].colour is None
    with pytest.raises(FileError, match=r"3\.jpg.*no picture"):
        casme3.read(broken)


FRAME = Path("spNO.1/a/depth/6.png")
PICTURE = Path("spNO.1/a/color/6.jpg")


def eight_bit(path: Path) -> None:
    picture(path, np.zeros(SIZE[::-1], np.uint8))


def coloured(path: Path) -> None:
    picture(path, np.zeros((*SIZE[::-1], 3), np.uint8))


def larger(path: Path) -> None:
    deep = path.suffix == ".png"
    picture(path, np.zeros((20, 40), np.uint16) if deep else np.zeros((20, 40, 3), np.uint8))


def huge(path: Path) -> None:
    """A header that claims 4 thousand million pixels."""
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", 65_536, 65_536)
    path.write_bytes(data)


BREAKS: dict[str, tuple[Callable[[Path], object], Path, str]] = {
    "missing map": (Path.unlink, FRAME, r"frame 6 is missing; the nearest that is there is 7"),
    "missing picture": (Path.unlink, PICTURE, r"frame 6 is missing.*nearest"),
    "8 bits": (eight_bit, FRAME, "one channel of 16 bits"),
    "three channels": (coloured, FRAME, "one channel of 16 bits"),
    "other size": (larger, FRAME, "40 x 20 px where 32 x 18"),
    "other size of the picture": (larger, PICTURE, "40 x 20 px where 32 x 18"),
    "no picture": (lambda p: p.write_text("text"), FRAME, "no picture that can be read"),
    "empty": (lambda p: p.write_bytes(b""), PICTURE, "no picture that can be read"),
    "huge": (huge, FRAME, "no picture|px where"),
    "a folder": (lambda p: (p.unlink(), p.mkdir()), FRAME, "no picture|cannot"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_frame_is_named_and_the_others_are_kept(broken: Path, name: str) -> None:
    change, place, words = BREAKS[name]
    change(broken / place)
    with pytest.raises(FileError, match=words) as caught:
        casme3.read(broken)
    assert caught.value.file == str(broken / place)
    rest = casme3.read(broken, strict=False)
    assert len(rest) == 3
    assert [error.file for error in rest.report.skipped] == [str(broken / place)]
    assert "skipped" in str(rest)


def test_many_errors_come_as_one_that_names_the_others(broken: Path) -> None:
    for frame in (3, 6, 30, 33):
        (broken / f"spNO.1/a/depth/{frame}.png").unlink()
    shutil.rmtree(broken / "spNO.2")
    with pytest.raises(FileError) as caught:
        casme3.read(broken)
    for name in ("3.png", "6.png", "30.png", "33.png", "spNO.2", "4 more", "strict=False"):
        assert name in str(caught.value)
    assert len(casme3.read(broken, strict=False)) == 1


def test_labels_without_folder(broken: Path) -> None:
    shutil.rmtree(broken / "spNO.1" / "b")
    with pytest.raises(FileError, match=r"the labels name the clip 'spNO\.1/b'"):
        casme3.read(broken)
    shutil.rmtree(broken / "spNO.2" / "a" / "depth")
    rest = casme3.read(broken, strict=False)
    assert len(rest) == 2
    assert "no depth maps" in str(rest)


def test_nothing_at_all(broken: Path, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such folder"):
        casme3.read(tmp_path / "none")
    with pytest.raises(FileError, match="no label file is named"):
        casme3.read(tmp_path)
    for place in broken.glob("sp*"):
        shutil.rmtree(place)
    with pytest.raises(FileError, match=r"has frames that can be read.*no such folder"):
        casme3.read(broken, strict=False)


def test_a_label_that_leads_out_of_the_folder_is_refused(broken: Path) -> None:
    shutil.copytree(broken / "spNO.1", broken.parent / "outside")
    rows = [[*HEAD, "Objective class", "emotion"], ["..", "outside/a", *MICRO[0][2:]], MICRO[0]]
    workbook(broken / "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx", "label", rows)
    rest = casme3.read(broken, strict=False)
    assert rest.subject == ("spNO.1",)
    assert "no such folder" in str(rest.report)


def test_a_broken_label_file_names_its_row(broken: Path) -> None:
    rows = [
        [*HEAD, "Objective class", "emotion"],
        MICRO[0],
        ["spNO.1", "a", "x", 3, 4, "4", "", ""],
    ]
    workbook(broken / "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx", "label", rows)
    with pytest.raises(FileError, match=r"'Onset', line 3: this is no frame in 'x'"):
        casme3.read(broken)
    assert len(casme3.read(broken, strict=False)) == 1


def test_the_size_asked_for_is_held_to(whole: Path) -> None:
    assert len(casme3.read(whole, size=SIZE)) == 4
    with pytest.raises(FileError, match="32 x 18 px where 1280 x 720"):
        casme3.read(whole, size=(1280, 720))


def test_data_cut_short_are_found_on_loading(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (*SIZE[::-1], 3), np.uint8)
    picture(broken / PICTURE, noise)
    for place in (FRAME, PICTURE):
        path = broken / place
        whole = path.read_bytes()
        path.write_bytes(whole[: -len(whole) // 4])
        found = casme3.read(broken)  # headers are sound
        with pytest.raises(FileError, match="no picture that can be read") as caught:
            found.load(0)
        assert caught.value.file == str(path)
        assert main(["check", str(broken)]) == 0
        assert main(["check", str(broken), "--deep"]) == 1
        assert path.name in capsys.readouterr().out
        path.write_bytes(whole)


def test_a_file_that_changed_since_is_told(broken: Path) -> None:
    found = casme3.read(broken)
    larger(broken / FRAME)
    with pytest.raises(FileError, match="40 x 20"):
        found.load(0)
    eight_bit(broken / FRAME)
    with pytest.raises(FileError, match="uint8 in 2 axes"):
        found.load(0)


@given(depth=st.integers(1, 2**16 - 1), width=st.integers(1, 40), height=st.integers(1, 40))
def test_any_map_comes_back_unchanged(depth: int, width: int, height: int) -> None:
    values = np.random.default_rng(depth).integers(0, depth + 1, (height, width), np.uint16)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "1.png"
        picture(path, values)
        assert (read_depth(path, (width, height)) == values).all()
        with pytest.raises(FileError, match="px where"):
            read_depth(path, (width + 1, height))


@given(st.binary(max_size=300), st.integers(0, 120), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_arbitrary_bytes_raise_nothing_else(junk: bytes, at: int, inside: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "1.png"
        picture(path, np.full(SIZE[::-1], 700, np.uint16))
        data = path.read_bytes()
        path.write_bytes(data[:at] + junk + data[at + len(junk) :] if inside else junk)
        for reader in (read_depth, read_colour):
            with contextlib.suppress(FileError):
                assert reader(path, SIZE).shape[:2] == SIZE[::-1]


@given(st.sets(st.sampled_from(range(8)), min_size=1, max_size=8), st.sampled_from(sorted(BREAKS)))
@settings(max_examples=25, deadline=None)
def test_whatever_breaks_every_broken_file_is_named(places: set[int], how: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = build(Path(folder))
        change, kind, _ = BREAKS[how]
        gone, left = set(), []
        for at, row in enumerate(KEPT):
            hit = [n for side, n in enumerate(row[2:4]) if 2 * at + side in places]
            for number in hit:
                path = root / str(row[0]) / str(row[1]) / kind.parent.name
                change(path / f"{number}{kind.suffix}")
                gone.add(str(path / f"{number}{kind.suffix}"))
            left += [] if hit else [row]
        if not left:
            with pytest.raises(FileError):
                casme3.read(root, strict=False, size=SIZE)
            return
        found = casme3.read(root, strict=False, size=SIZE)
        assert {error.file for error in found.report.skipped} == gone
        assert [(one.subject, one.onset) for one in found] == [(row[0], row[2]) for row in left]
