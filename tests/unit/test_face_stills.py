"""Stills of the teaching face: the build step, the directives, the muscles drawn on it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

import ntl_atlas  # noqa: E402
import ntl_face  # noqa: E402
import ntl_gallery  # noqa: E402
from PIL import Image  # noqa: E402

from fau_teach import facs  # noqa: E402
from fau_teach.face import face  # noqa: E402
from fau_teach.face.actions import MODES, actions, sides  # noqa: E402
from fau_teach.face.muscles import muscles  # noqa: E402

SHOWN = [unit for unit in facs.catalogue() if unit.code in actions()]
HIDDEN = [unit for unit in facs.catalogue() if unit.code not in actions()]


def soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


# -- which pictures there are


def test_every_code_has_its_views_under_names_of_their_own() -> None:
    files = [still.file for still in ntl_face.stills()]
    assert len(set(files)) == len(files)
    for code in (ntl_face.NEUTRAL, *actions()):
        assert {f"{code}.webp", f"{code}-turned.webp"} <= set(files)
    assert {"4-brow.webp", "9-nose.webp", "12-mouth.webp", "63-brow.webp"} <= set(files)
    assert not [file for file in files if re.match(r"5[1-8]-(brow|nose|mouth)", file)]


def test_one_sided_codes_show_the_subjects_left() -> None:
    assert [ntl_face.side(code) for code in ("12", "25", "46", "30")] == [
        "both", "both", "left", "left",
    ]  # fmt: skip
    assert all(ntl_face.side(code) in sides(code) for code in actions())


@pytest.mark.parametrize(
    ("view", "inside"),
    [
        ("front", ("left_palpebrale_superius", "left_cheilion", "right_cheilion")),
        ("brow", ("left_palpebrale_superius", "right_palpebrale_superius")),
        ("mouth", ("left_cheilion", "right_cheilion")),
    ],
)
def test_a_view_holds_what_it_is_named_for(view: str, inside: tuple[str, ...]) -> None:
    skin, marks = face("Ana").hierarchy.levels[1].vertices, face("Ana").landmarks
    camera = ntl_face.camera(view)
    assert (camera.width, camera.height) == ntl_face.Still("0", view).size
    x, y, _ = camera.project(skin[[marks[name] for name in inside]]).T
    assert x.min() > 0.1 * camera.width
    assert x.max() < 0.9 * camera.width
    assert y.min() > 0.2 * camera.height
    assert y.max() < 0.8 * camera.height


def test_the_turned_view_shows_the_subjects_left_half() -> None:
    skin, marks = face("Ana").hierarchy.levels[1].vertices, face("Ana").landmarks
    nose = skin[skin[:, 2].argmax()]
    left, right = (skin[marks[f"{side}_cheilion"]] for side in ("left", "right"))
    x = ntl_face.camera("turned").project(np.array([right, nose, left]))[:, 0]
    assert x[1] < x[2]
    assert x[2] - x[1] > 1.5 * (x[1] - x[0])


# -- drawing and keeping


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = (ntl_face.Still("0", "mouth"), ntl_face.Still("12", "mouth"))
    monkeypatch.setattr(ntl_face, "stills", lambda: chosen)


def test_stills_are_light_pictures_of_the_code_and_drawn_once(two: None, tmp_path: Path) -> None:
    ntl_face.draw(tmp_path, 0, 2)
    assert [file.name for file in tmp_path.iterdir()] == ["0-mouth.webp"]
    before = (tmp_path / "0-mouth.webp").stat().st_mtime_ns
    ntl_face.draw(tmp_path)
    assert (tmp_path / "0-mouth.webp").stat().st_mtime_ns == before
    pictures = []
    for name in ("0-mouth.webp", "12-mouth.webp"):
        assert 2_000 < (tmp_path / name).stat().st_size < 16_000
        with Image.open(tmp_path / name) as picture:
            assert (picture.format, picture.size) == ("WEBP", (320, 220))
            pictures.append(np.asarray(picture.convert("RGB"), dtype=float))
    assert np.abs(pictures[0] - pictures[1]).max() > 60
    assert len(list(tmp_path.iterdir())) == 2, "no unfinished file stays"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (*ntl_face.INPUTS, "book/page.md"):
        place = tmp_path / name
        if place.suffix:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("x")
        else:
            place.mkdir(parents=True)
    monkeypatch.setattr(ntl_face, "ROOT", tmp_path)
    monkeypatch.setattr(ntl_face, "CACHE", tmp_path / "cache")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "anew"),
    [
        ("fau_teach/face/new.py", True),
        ("data/face/new.csv", True),
        ("data/clip/movements.csv", True),
        ("book/_tools/ntl_face.py", True),
        ("book/page.md", False),
        ("fau_teach/face/__pycache__/face.pyc", False),
    ],
)
def test_pictures_are_drawn_again_after_the_face_changed(name: str, anew: bool, tree: Path) -> None:
    before = ntl_face.shelf()
    (tree / name).parent.mkdir(exist_ok=True)
    (tree / name).write_text("changed")
    assert (ntl_face.shelf() != before) is anew


def test_an_unchanged_face_starts_nothing(tree: Path) -> None:
    ntl_face.shelf().mkdir(parents=True)
    assert ntl_face.start() == []


def test_drawing_leaves_a_core_to_the_pages(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def note(command: list[str], **options: Any) -> None:
        asked.append(command)

    monkeypatch.setattr(ntl_face.subprocess, "Popen", note)
    for cores, workers in ((1, 1), (2, 1), (3, 2), (16, 4)):
        asked.clear()
        monkeypatch.setattr(ntl_face, "cores", lambda cores=cores: cores)
        ntl_face.start()
        assert [command[-2:] for command in asked] == [
            [str(share), str(workers)] for share in range(workers)
        ]


def worker(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code])


def test_finished_pictures_move_into_the_site_and_old_ones_go(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = ntl_face.shelf().with_suffix(".part")
    part.mkdir(parents=True)
    (ntl_face.CACHE / "older").mkdir()
    (tree / "html" / ntl_face.PLACE).mkdir(parents=True)
    (tree / "html" / ntl_face.PLACE / "gone.webp").touch()
    ntl_face.place(tree / "html", [worker(f"open({str(part / '12.webp')!r}, 'w')")])
    assert [file.name for file in (tree / "html" / ntl_face.PLACE).iterdir()] == ["12.webp"]
    assert list(ntl_face.CACHE.iterdir()) == [ntl_face.shelf()]
    assert "face: 1 stills" in capsys.readouterr().out


def test_a_failed_drawing_fails_the_build(tree: Path) -> None:
    ntl_face.shelf().with_suffix(".part").mkdir(parents=True)
    with pytest.raises(SystemExit, match=r"could not be drawn; see .*face\.log"):
        ntl_face.place(tree / "html", [worker("raise SystemExit(1)")])
    assert not ntl_face.shelf().exists()


def test_a_face_that_changes_under_a_build_is_told(tree: Path) -> None:
    running = worker("import time; time.sleep(60)")
    for workers in ([], [running]):
        with pytest.raises(SystemExit, match="changed while the pages were built; build again"):
            ntl_face.place(tree / "html", workers)
    assert running.poll() is not None


def test_a_build_that_fails_ends_the_drawing() -> None:
    running = worker("import time; time.sleep(60)")
    ntl_face.stop([running])
    assert running.poll() is not None


# -- words


def test_every_code_says_what_moves() -> None:
    names = {mode.removesuffix("_left").removesuffix("_right") for mode in MODES}
    assert names == set(ntl_gallery.MODES)
    for code in actions():
        pulled, words = ntl_gallery.made_of(code)
        assert pulled or words, code
        assert all("(" in one for one in words)
        assert ntl_gallery.travel()[code] > 0.5, code
    assert ntl_gallery.made_of("27") == ({}, [f"jaw opens ({actions()['27']['jaw_open']:g}°)"])
    assert ntl_gallery.made_of("52")[1] == ["head turns to the subject's right (30°)"]


def test_muscles_are_named_once_with_their_largest_share() -> None:
    text = ntl_gallery.muscle_words(ntl_gallery.made_of("22")[0])
    assert text == "orbicularis oris (100\u00a0%)"
    assert "corrugator supercilii (100\u00a0%)" in ntl_gallery.muscle_words(
        ntl_gallery.made_of("4")[0]
    )


def test_alternative_text_names_code_view_and_look() -> None:
    texts = [
        ntl_gallery.describe(unit.code, view) for unit in SHOWN for view in ("front", "turned")
    ]
    assert len(set(texts)) == len(texts)
    assert ntl_gallery.describe("12") == (
        "Teaching face with AU12, lip corner puller, from the front: "
        "the mouth corner moves back and up."
    )
    assert "on the subject's left, turned 30°" in ntl_gallery.describe("46", "turned")
    assert ntl_gallery.describe("0") == "Teaching face at rest, from the front."


# -- muscles on the face


def points(path: str) -> np.ndarray:
    return np.array(re.findall(r"-?[\d.]+", path), dtype=float).reshape(-1, 2)


def fibre(name: str) -> tuple[np.ndarray, np.ndarray]:
    """First line of a muscle, and the corners of its first arrow, tip first."""
    lines, heads = (path["d"] for path in soup(ntl_gallery.fibres()[name]).find_all("path"))
    return points(lines.split("M")[1]), points(heads.split("M")[1])


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("frontalis_medial", (0, -1)),
        ("zygomaticus_major", (1, -1)),
        ("depressor_anguli_oris", (0, 1)),
        ("levator_labii_superioris", (0, -1)),
        ("risorius", (1, 0)),
        ("orbicularis_oris_press_upper", (0, 1)),
        ("orbicularis_oris_press_lower", (0, -1)),
    ],
)
def test_arrows_show_where_a_muscle_pulls(name: str, way: tuple[int, int]) -> None:
    """Picture x runs right, to the subject's left; y runs down."""
    _, corners = fibre(name)
    pull = corners[0] - corners[1:].mean(axis=0)
    assert pull @ np.array(way) > 0.6 * np.linalg.norm(pull) * np.linalg.norm(way)


def test_rings_point_to_their_middle() -> None:
    text = soup(ntl_gallery.fibres()["orbicularis_oculi_palpebral"]).find(class_="face-head")["d"]
    corners = np.array([points(part) for part in text.split("M")[1:]])
    assert len(corners) == ntl_gallery.RING_HEADS
    middle = corners.mean(axis=(0, 1))
    far = np.linalg.norm(corners - middle, axis=2)
    assert (far[:, 0] < far[:, 1:].mean(axis=1)).all()


def test_every_muscle_lies_on_the_left_half_of_the_face() -> None:
    found = ntl_gallery.fibres()
    assert set(found) == {pull.id for pull in muscles()}
    for name, text in found.items():
        for part in soup(text).find("path")["d"].split("M")[1:]:
            x, y = points(part).T
            assert x.min() >= 158, name
            assert x.max() <= ntl_face.WIDTH, name
            assert y.min() > 0, name
            steps = np.hypot(np.diff(x), np.diff(y))
            assert steps.max() < 30, f"{name}: a line that jumps"
    assert len(ntl_gallery.symbols()) < 20_000


# -- what stands on a page


def test_a_gallery_entry_shows_four_pictures_and_says_what_to_see() -> None:
    page = soup(ntl_gallery.entry(facs.au(12), "../../"))
    row = page.select(".face-row > div")
    assert [cell.find_all("span")[-1].text for cell in row] == [
        "At rest",
        "Front",
        "30°",
        "Muscles",
    ]
    sources = [cell.img["src"] for cell in row]
    assert sources == [f"../../_static/face/{n}.webp" for n in ("0", "12", "12-turned", "0")]
    assert len(row[3].find_all("use")) == 2
    assert "mouth corner moves back and up" in page.figcaption.text
    for picture in page.find_all("img"):
        assert picture["loading"] == "lazy"
        assert int(picture["width"]) == 320
        assert len(picture["alt"]) > 20


def test_one_sided_and_unpulled_codes_say_so() -> None:
    wink = soup(ntl_gallery.entry(facs.au(46), ""))
    assert "subject's left" in wink.h3.text
    assert len(wink.select(".face-row use")) == 1
    jaw = soup(ntl_gallery.entry(facs.au(27), ""))
    assert "No muscle of the skin" in jaw.select_one(".face-row .face-none").text
    assert "jaw opens" in jaw.dl.text


def test_symbols_hold_all_that_the_overlays_use() -> None:
    made = {f"#{one['id']}" for one in soup(ntl_gallery.symbols()).find_all("g")}
    used = {
        one["href"] for unit in SHOWN for one in soup(ntl_gallery.entry(unit, "")).find_all("use")
    }
    assert used <= made


def test_atlas_cards_have_a_picture_or_say_that_there_is_none() -> None:
    for unit in SHOWN:
        card = soup(ntl_atlas.card(unit, "../../"))
        assert card.img["src"] == f"../../_static/face/{unit.code}.webp"
        button = card.select_one("button[data-face-loop]")
        assert button["data-face-loop"] == unit.code
        assert button.has_attr("hidden"), "a button that does nothing yet stays out of sight"
    for unit in HIDDEN:
        card = soup(ntl_atlas.card(unit))
        assert card.img is None
        assert "No picture: the teaching face cannot show this code." in card.text


def directive(what: type, /, *arguments: str, **options: str) -> Any:
    """A directive as an author types it, outside a build."""
    made = what.__new__(what)
    env = SimpleNamespace(docname="book/reference/page", temp_data={})
    made.state = SimpleNamespace(document=SimpleNamespace(settings=SimpleNamespace(env=env)))
    made.arguments, made.options, made.content = list(arguments), options, []
    return made


def text_of(nodes: list[Any]) -> BeautifulSoup:
    return soup("".join(node.astext() for node in nodes))


def test_face_still_places_a_picture_with_its_caption() -> None:
    still = ntl_gallery.FaceStill
    page = text_of(directive(still, "AU12", yaw="30").run())
    assert page.img["src"] == "../../_static/face/12-turned.webp"
    assert page.figcaption.text == "AU12 Lip corner puller. Teaching face, intensity E."
    page = text_of(directive(still, "0", alt="Ana waits & rests.").run())
    assert page.img["alt"] == "Ana waits & rests."
    assert "at rest" in page.figcaption.text
    assert ntl_gallery.NONE in text_of(directive(still, "80").run()).text
    with pytest.raises(ValueError, match=r"15"):
        still.option_spec["yaw"]("15")


def test_the_gallery_shows_a_kind_and_names_the_rest_once() -> None:
    gallery = directive(ntl_gallery.FaceGallery, kind="eye")
    page = text_of(gallery.run())
    assert [one["id"] for one in page.select(".face-entry")] == [f"face-{n}" for n in range(61, 65)]
    assert "Walleye" in page.select(".face-none")[-1].text
    links = {one["href"] for one in page.select(".face-jump a")}
    assert links == {f"#face-{n}" for n in range(61, 65)}
    assert page.select_one(".face-symbols")
    assert text_of(gallery.run()).select_one(".face-symbols") is None, "once a page"
