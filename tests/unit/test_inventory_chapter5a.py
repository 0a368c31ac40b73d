"""Pages 1 and 2 of chapter 5: what their words, figures and exercises say against the package."""

from __future__ import annotations

import json
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import traitlets

from fau_teach import depth, depth_plots
from fau_teach.clip import Clip, Movement
from fau_teach.depth import pictures, truth
from fau_teach.depth.crop import crop
from fau_teach.exercises import exercise
from fau_teach.face.depth import Sensor
from fau_teach.face.film import video
from fau_teach.face.materials import Lights
from fau_teach.widgets import FIGURES, DepthCloud
from fau_teach.widgets import depth_cloud as figure

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "book" / "05-depth-mer"


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def smile():
    """Onset and apex of a smile, cut to the face, and the camera of the cut."""
    pair = truth.pair("12", "Ana")
    return pair.cropped(depth.face_box(pair.onset, pair.intrinsics))


def table(page: str, head: str) -> list[list[str]]:
    """Cells of the table of a page that begins with a head."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    rows = text.partition(head)[2].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


# -- what a depth camera sees


def test_S3_002_three_inputs_and_two_with_shape() -> None:
    rows = table("1-what-a-depth-camera-sees", "| input |")
    names = [re.sub(r"[{}`]|term", "", row[0]) for row in rows]
    assert [name.split()[-1] for name in names[:3]] == ["video", "alone", "flow"]
    assert ["3D" in names[3], "cloud" in names[4], len(names)] == [True, True, 5]


def test_S3_003_S3_052_light_moves_flow_and_not_depth() -> None:
    other = Lights(key=(0.55, 0.62, 0.78), fill=(-0.85, 0.1, 0.62))
    same, turned = pictures.under_lamps({"same": Lights(), "other": other}).values()
    assert np.array_equal(same.depth, turned.depth)
    assert np.array_equal(same.still, turned.still)
    energy = [float((one.flow[one.still] ** 2).mean()) for one in (same, turned)]
    assert energy[1] > 100 * energy[0]
    assert same.flow[same.moving].mean() > 1 > 100 * same.flow[same.still].mean()
    assert str(same).startswith("flow 0.00")
    axes = depth_plots.under_lamps({"same": same, "other": turned})
    maps = [np.asarray(ax.images[0].get_array()) for ax in axes]
    assert np.array_equal(maps[2], maps[3])
    assert not np.array_equal(maps[0], maps[1])


def test_S3_004_three_planes_of_59_bins() -> None:
    assert (pictures.uniform() < 58).sum() == 58
    film = np.random.default_rng(0).integers(0, 9, (4, 6, 5))
    found = depth.lbp_top(film)
    assert found.shape == (3, 59)
    assert found.sum(axis=1).tolist() == [2 * 4 * 3] * 3
    # The same by hand, pixel by pixel.
    for k, (a, b) in enumerate(pictures.PLANES.values()):
        counts = np.zeros(59, int)
        for at in np.ndindex(2, 4, 3):
            centre = np.array(at) + 1
            bits = ""
            for down, right in pictures.RING:
                there = centre.copy()
                there[a] += down
                there[b] += right
                bits += str(int(film[tuple(there)] >= film[tuple(centre)]))
            turns = sum(bits[i] != bits[i - 1] for i in range(8))
            counts[pictures.uniform()[int(bits[::-1], 2)] if turns <= 2 else 58] += 1
        assert found[k].tolist() == counts.tolist()
    with pytest.raises(ValueError, match="use \\(frames, height, width\\)"):
        depth.lbp_top(film[0])


def test_S3_004_time_shows_on_two_of_the_planes_alone() -> None:
    still = np.repeat(np.random.default_rng(1).integers(0, 99, (1, 20, 20)), 5, axis=0)
    moved = video(Clip("Ana", 30, 13, [Movement("12", "", "C", 0, 6, 12)]), 24, level=1)
    first, *rest = depth.lbp_top(still)
    # Where nothing moves, a neighbour in time is as bright: half of the bins cannot occur.
    assert (first > 0).sum() > max((one > 0).sum() for one in rest)
    assert (depth.lbp_top(moved.mean(axis=3)).sum(axis=1) == 11 * 22 * 22).all()


def test_S3_004_S3_005_the_order_of_the_steps() -> None:
    rows = table("1-what-a-depth-camera-sees", "| when |")
    assert [row[0] for row in rows] == ["baseline", "MEGC", "MEGC 2018, winner",
                                        "MEGC 2019, winner"]  # fmt: skip
    assert all(name in rows[1][1] for name in ("SMIC", "SAMM", "CASME II"))
    assert "ResNet10" in rows[2][1]
    assert all(word in rows[3][1] for word in ("magnifies", "reduces", "adversary"))


def test_S3_011_the_camera_writes_whole_millimetres_and_the_figure_shows_them(smile) -> None:
    sensed = truth.pair("12", "Ana", sensor=Sensor())
    sensed = sensed.cropped(depth.face_box(sensed.onset, sensed.intrinsics))
    shape = smile.onset.depth.shape
    part = depth.Frame(sensed.onset.depth[: shape[0], : shape[1]], smile.onset.colour)
    *_, below = depth_plots.shot(part, smile.onset, 360, (150, 190))
    exact, written = (line.get_ydata() for line in below.lines[:2])
    seen = np.isfinite(written)
    assert np.array_equal(written[seen], np.rint(written[seen]))
    assert not np.array_equal(exact, np.rint(exact))
    assert np.abs(exact - written)[seen].max() < 4


def test_E3_16_a_degree_is_more_than_a_step() -> None:
    assert exercise("5.2").solution() == pytest.approx(1.22, abs=0.005)


def test_E3_13_the_other_sets_are_named() -> None:
    page = (PAGES / "1-what-a-depth-camera-sees.md").read_text(encoding="utf-8")
    assert "{cite}`li2022dme,me3d2021`" in page.partition("```{source-note} E3-13")[2]


# -- from map to cloud


def test_S3_008_number_and_pixel_belong_together(smile) -> None:
    cloud = smile.onset.cloud(smile.intrinsics)
    assert len(set(cloud.pixels.tolist())) == len(cloud) == (smile.onset.depth > 0).sum()
    u, v = cloud.uv.T
    assert (smile.onset.depth[v, u] > 0).all()
    picture, front, turned = depth_plots.lifted(smile.onset, cloud)
    assert np.array_equal(picture.images[0].get_array(), smile.onset.colour)
    flat = front.collections[0].get_offsets()
    wide = [np.ptp(ax.collections[0].get_offsets()[:, 0]) for ax in (front, turned)]
    assert len(flat) == len(cloud)
    assert wide[0] != pytest.approx(wide[1], rel=0.01)


def test_S3_008_S3_015_four_views_are_coloured_by_the_change(smile) -> None:
    lens = smile.intrinsics
    onset, apex = (one.cloud(lens) for one in (smile.onset, smile.apex))
    moved = depth.difference(onset, apex)
    views = {
        "delta": depth.colour_cloud(moved, "delta"),
        "mixed": depth.colour_cloud(moved, full=1e-3, still=2e-5, picture=smile.onset.colour),
        "motion": depth.colour_cloud(moved, full=1e-3, still=2e-5),
    }
    kept = depth.subtraction(smile.onset, smile.apex, lens, variant="used")
    *shown, chosen = depth_plots.four_views(views, kept, lens)
    still = np.linalg.norm(moved.delta, axis=1) <= 2e-5
    images = [np.asarray(ax.images[0].get_array()).reshape(-1, 3)[moved.pixels] for ax in shown]
    assert images[0].min() == 0
    assert images[0].max() == 1
    assert not images[2][still].any()
    assert images[2][~still].any(axis=1).all()
    assert images[1][still].mean() > 0.05  # the picture stays
    assert len(chosen.collections[0].get_offsets()) == len(kept.distinct) == 2048


def test_S3_010_E3_07_the_page_says_what_is_assumed(smile) -> None:
    text = (PAGES / "2-from-map-to-cloud.md").read_text(encoding="utf-8")
    assert "our assumption" in text
    assert all(f"${name}$" in text for name in "DIPN")
    right, down = depth.misplaced(depth.Intrinsics(), 400, 120, 0.6)
    assert (abs(right) * 1e3, abs(down) * 1e3) == pytest.approx((181.2, 54.4), abs=0.05)


# -- exercises


@pytest.mark.parametrize("name", ["5.1", "5.2", "5.3", "5.4"])
def test_wrong_answers_are_told_apart(name: str) -> None:
    one = exercise(name)
    values = [np.atleast_1d(one.solution()), *(np.atleast_1d(wrong) for wrong, _ in one.wrong)]
    for at, first in enumerate(values):
        for second in values[:at]:
            assert np.abs(first - second).max() > 2 * one.tolerance


def test_S3_011_S3_012_points_of_the_exercises_are_those_of_the_package() -> None:
    whole = depth.Intrinsics()
    raw = np.zeros(whole.shape, np.uint16)
    raw[719, 1279] = raw[120 + 300, 400 + 300] = 600
    inner, corner = whole.cropped(400, 120, 600, 600), depth.Frame(raw)
    assert corner.cloud(whole).points[1] == pytest.approx(exercise("5.3").solution(), abs=1e-6)
    part, lens = crop(corner, whole, depth.crop.Box(400, 120, 600, 600))
    assert lens == inner
    assert part.cloud(lens).points[0] == pytest.approx(exercise("5.4").solution(), abs=1e-6)
    assert exercise("5.1").solution() == 600


# -- figure


def test_registered_and_within_the_weight_of_a_page() -> None:
    assert FIGURES["depth_cloud"] is DepthCloud
    made = DepthCloud()
    assert len(made.static_html().encode()) < 65_000
    json.dumps(made.state(), allow_nan=False)
    assert made.fallback_html().count("<tr>") == 1 + len(figure.CLIPS)


def test_S3_011_the_maps_are_those_of_the_sensor() -> None:
    seen, whole = figure.camera(), depth.Intrinsics()
    assert seen.fx * figure.EVERY == pytest.approx(whole.fx)
    for slopes, first, centre in ((seen.columns, figure.LEFT, 640), (seen.rows, figure.TOP, 360)):
        middle = first + figure.EVERY * (np.arange(len(slopes)) + 0.5)  # edges are whole numbers
        assert slopes == pytest.approx((middle - centre) / whole.fx)


@pytest.mark.parametrize("name", figure.CLIPS)
def test_clips_begin_at_rest_and_grow(name: str) -> None:
    raw = figure.maps(name)
    assert np.array_equal(raw[0], figure.maps("smile")[0])
    assert len(raw) == figure.APEX + 1
    size = [np.abs(one.astype(int) - raw[0]).sum() for one in raw]
    assert sorted(size) == size
    assert size[-1] > 0


def test_E3_05_still_points_are_teal_as_printed_and_black_as_used() -> None:
    onset, apex = figure.clouds("frown", figure.APEX)
    moved = depth.difference(onset, apex)
    still = ~moved.delta.any(axis=1)
    assert still.mean() > 0.5
    for variant in ("used", "printed"):
        shades = depth.colours(depth.spherical(moved.delta, variant), variant)[still]
        assert shades[0] == pytest.approx(
            (0, 0, 0) if variant == "used" else (0, 0.5, 0.5), abs=0.1
        )


def test_whole_millimetres_leave_little() -> None:
    for name in figure.CLIPS:
        counts = []
        for rounded in (False, True):
            first, second = figure.clouds(name, figure.APEX, rounded)
            counts.append((first.points != second.points).any(axis=1).sum())
        assert 0 < counts[1] < counts[0] / 2


@pytest.mark.parametrize("wrong", [{"clip": "wink"}, {"colour": "red"}, {"variant": "best"}])
def test_unknown_choices_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"is not a (clip|colour|variant)"):
        DepthCloud(**wrong)


def test_frames_end_at_the_apex() -> None:
    with pytest.raises(traitlets.TraitError):
        DepthCloud(frame=figure.APEX + 1)
