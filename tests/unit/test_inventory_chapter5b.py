"""Pages 3 and 4 of chapter 5: what their words, figures and exercises say against the package."""

from __future__ import annotations

import json
import re
import statistics
from math import degrees
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import traitlets

from fau_teach import depth, depth_plots, motion_bars
from fau_teach.depth import printed, truth, views
from fau_teach.depth.cloud import cloud
from fau_teach.depth.motion import field
from fau_teach.depth.selected import choose
from fau_teach.exercises import chapter5b, exercise
from fau_teach.widgets import FIGURES, HeadMotion, SameColour, TopK, head_motion, same_colour, top_k

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "book" / "05-depth-mer"
SUBTRACTING = (PAGES / "3-subtracting-two-frames.md").read_text(encoding="utf-8")
REAL = (PAGES / "4-motion-that-is-real.md").read_text(encoding="utf-8")
BARS = motion_bars.stored()


@pytest.fixture(autouse=True)
def closed() -> object:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def smile() -> truth.Pair:
    """A smile of 2 mm on a still head, exact depth, as page 3 takes it."""
    return motion_bars.made("12", "Ana", "exact depth", head_mm=0, head_deg=0)


@pytest.fixture(scope="module")
def moved(smile: truth.Pair) -> depth.Difference:
    return depth.difference(*(one.cloud(smile.intrinsics) for one in (smile.onset, smile.apex)))


def flat(slope: float, shift: float, camera: depth.Intrinsics) -> np.ndarray:
    """Depth [mm] of a plane that slopes by so many mm a mm to the right, slid to the right."""
    # z = 600 + slope (x - shift) and x = z ray.
    return np.tile((600 - slope * shift) / (1 - slope * camera.columns), (camera.height, 1))


CAMERA = depth.Intrinsics(width=21, height=5, cx=10, cy=2)


# -- subtracting two frames


def test_S3_009_a_slide_of_flat_skin_is_nothing_and_of_sloping_skin_a_change_of_depth() -> None:
    for slope, at_the_middle in ((0.0, 0.0), (np.tan(np.radians(30)), exercise("5.6").solution())):
        onset, apex = (cloud(flat(slope, way, CAMERA), CAMERA, dtype=float) for way in (0, 2))
        found = 1e3 * depth.difference(onset, apex).delta.reshape(5, 21, 3)[2, 10]
        assert found == pytest.approx((0, 0, at_the_middle), abs=1e-9)
    found = views.nearest(*(cloud(flat(0, way, CAMERA), CAMERA) for way in (0, 2)))
    assert not found.delta.any()  # as the page says of the nearest point


def test_S3_013_identical_frames_do_not_move_and_all_else_lies_on_the_ray(
    smile: truth.Pair, moved: depth.Difference
) -> None:
    again = depth.difference(*[smile.onset.cloud(smile.intrinsics)] * 2)
    assert not again.delta.any()
    clear = moved.only(abs(moved.delta[:, 2]) > 1e-4)
    assert len(clear) > 1000
    assert views.off_ray(clear).max() < 0.01
    stretch = views.along_ray(smile.intrinsics, moved.pixels)[2]
    assert 1 <= stretch.min() < stretch.max() < 1.036
    true = np.median(abs(smile.displacement[smile.moving]), axis=0)
    assert true[2] < true[1] < true[0]  # a smile slides more than it bulges


def test_S3_014_position_and_motion_side_by_side(moved: depth.Difference) -> None:
    assert moved.stacked.shape == (len(moved), 6)
    assert np.array_equal(moved.stacked[:, :3], moved.points)
    assert np.array_equal(moved.stacked[:, 3:], moved.delta)


def test_S3_016_E3_06_a_disc_is_kept_and_a_square_is_cut() -> None:
    x, y = np.meshgrid(*[np.linspace(-0.1, 0.1, 301)] * 2)
    square = np.stack([x.ravel(), y.ravel(), np.full(x.size, 0.6)], axis=1)
    disc = square[np.hypot(*square.T[:2]) <= 0.1]
    found = printed.reach(disc, centre="centroid")
    assert found.radius == pytest.approx(0.1, rel=5e-3)
    assert depth.keep(disc, centre="centroid").mean() > 0.99
    assert depth.keep(square, centre="centroid").mean() == pytest.approx(0.922, abs=2e-3)


def test_S3_017_E3_01_half_of_all_vectors_come_back() -> None:
    vectors = np.random.default_rng(0).normal(size=(100_000, 3))
    shares = []
    for variant in ("printed", "used"):
        again = depth.cartesian(depth.spherical(vectors, variant))  # type: ignore[arg-type]
        shares.append(np.isclose(again, vectors).all(axis=1).mean())
    assert shares == pytest.approx([0.5, 1], abs=0.005)
    used = depth.spherical([chapter5b.MOTION])[0, 1]
    assert exercise("5.5").solution() == pytest.approx(degrees(used))
    as_printed = degrees(depth.spherical([chapter5b.MOTION], "printed")[0, 1])
    assert as_printed in [pytest.approx(value) for value, _ in exercise("5.5").wrong]


def test_E3_02_three_answers(moved: depth.Difference) -> None:
    assert len(views.ANGLES) == 3
    assert "three answers" in SUBTRACTING
    named = views.named_angles([(1, 0, 1)])
    assert named["azimuth"][0] == pytest.approx(0)
    assert named["angle to x"][0] == pytest.approx(45)


def test_S3_018_E3_05_still_points_are_teal_and_black(moved: depth.Difference) -> None:
    still = ~moved.delta.any(axis=1)
    assert still.sum() > 1000
    for variant, wanted in (("printed", (0, 0.5, 0.5)), ("used", (0, 0, 0))):
        shades = depth.colours(depth.spherical(moved.delta, variant), variant)[still]  # type: ignore[arg-type]
        assert np.abs(shades - wanted).max() < 0.02


def test_S3_019_E3_04_two_rankings_share_hardly_a_point(smile: truth.Pair) -> None:
    frames = smile.onset, smile.apex, smile.intrinsics
    first, second = (depth.subtraction(*frames, variant=one) for one in ("printed", "used"))  # type: ignore[arg-type]
    assert views.overlap(first, second) < 0.05
    assert truth.score(second, smile).precision > 0.5 > truth.score(first, smile).precision


def test_S3_021_the_input_of_a_network(smile: truth.Pair) -> None:
    found = depth.subtraction(smile.onset, smile.apex, smile.intrinsics)
    assert found.rows.shape == (2048, 6)
    assert found.rows.dtype == np.float32


def test_S3_022_a_hundred_points_are_filled_up() -> None:
    chance = np.random.default_rng(0)
    points, shades, delta = (chance.random((100, 3)) for _ in range(3))
    found = choose(np.arange(100), points, shades, delta, np.arange(100), (10, 10))
    assert found.rows.shape == (2048, 6)
    assert found.repeated == 1948
    assert "draw among them again, with replacement" in SUBTRACTING


@pytest.mark.parametrize(
    ("text", "notes"),
    [(SUBTRACTING, {1, 2, 3, 4, 5, 6, 8}), (REAL, {21})],
    ids=["subtracting", "real"],
)
def test_every_note_has_its_cell_of_evidence(text: str, notes: set[int]) -> None:
    placed = re.findall(r"\{source-note\} E3-(\d+)\n```\n\n(.*\n.*)", text)
    assert {int(number) for number, _ in placed} == notes
    assert {cell.splitlines()[1] for _, cell in placed} == {":tags: [evidence]"}


# -- motion that is real


def test_S3_020_what_the_page_tries_against_the_head() -> None:
    exact = motion_bars.made("12", "Ana", "exact depth")
    frames = exact.onset, exact.apex, exact.intrinsics
    for offset in ("none", "median", "rigid"):
        found = depth.subtraction(*frames, variant="used", offset=offset)  # type: ignore[arg-type]
        assert truth.score(found, exact).precision < 0.03
    fields = {"surfaces": field(*frames, follow="none"), "tracked": field(*frames)}
    off = {
        name: np.median(
            np.linalg.norm(one.displacement - exact.displacement, axis=2)[one.valid & exact.moving]
        )
        for name, one in fields.items()
    }
    assert off["tracked"] < off["surfaces"] / 4
    axes = depth_plots.seen_motion(exact, fields)
    shown = [np.asarray(ax.images[0].get_array()) for ax in axes]
    assert [ax.get_title().split(" [")[0] for ax in axes] == ["the truth", "subtraction", *fields]
    assert np.nanmax(shown[0]) == pytest.approx(2, abs=0.03)
    assert np.nanmedian(shown[1]) > 0.3 > np.nanmedian(shown[3])  # the head, and no head


def test_S3_020_the_rigid_fit_finds_the_head_under_noise() -> None:
    seen = motion_bars.made("12", "Ana", "full sensor", frames=2)
    head = depth.align(seen.onset.depth, seen.apex.depth, seen.intrinsics)
    place = np.array([0, 0, 0.55])
    assert head(place) == pytest.approx(seen.head(place), abs=1e-4)
    assert head.degrees == pytest.approx(seen.head.degrees, abs=0.03)
    assert 1e3 * depth.noise_floor(seen.onsets, seen.intrinsics) == pytest.approx(0.5, abs=0.02)
    one, two = (field(seen.onsets[:n], seen.apexes[:n], seen.intrinsics).noise for n in (1, 2))
    assert 2e-5 < two < one < 1e-4


@pytest.mark.parametrize(
    ("height", "expected"), [(0.5, 0.062), (1.0, 0.144), (2.0, 0.412), (3.0, 0.783)]
)
def test_S3_026_E3_21_planted_bumps(height: float, expected: float) -> None:
    pairs = [motion_bars.planted(height, seed) for seed in range(3)]
    found = [truth.score(motion_bars.largest(one, seed=k), one) for k, one in enumerate(pairs)]
    mean = np.mean([one.precision for one in found])
    assert mean == pytest.approx(expected, abs=0.035)
    assert mean > 1.5 * found[0].chance
    assert found[0].chance == pytest.approx(0.033, abs=1e-3)


def test_the_stored_bars_are_those_that_are_measured() -> None:
    assert [(one.condition, one.face, one.code) for one in BARS] == [
        (condition, face, code)
        for condition in motion_bars.CONDITIONS
        for face in motion_bars.FACES
        for code in motion_bars.CODES
    ]
    for condition, code in (("exact depth", "4"), ("full sensor", "17")):
        again = motion_bars.measured((code,), ("Ana",), (condition,))[0]
        kept = next(
            one for one in BARS
            if (one.condition, one.face, one.code) == (condition, "Ana", code)
        )  # fmt: skip
        for way in (*motion_bars.WAYS, "chance"):
            assert getattr(again, way) == pytest.approx(getattr(kept, way), abs=0.01)


def test_the_bars_say_what_the_page_says() -> None:
    for condition in motion_bars.CONDITIONS:
        found = {
            way: motion_bars.values(BARS, condition, way)
            for way in (*motion_bars.WAYS, "chance")
        }  # fmt: skip
        assert min(found["used"]) == 1
        assert max(found["printed"] + found["length"] + found["chance"]) < 0.25
        printed_, blind = (statistics.median(found[way]) for way in ("printed", "chance"))
        assert printed_ < blind + 0.01  # where a blind choice is
    table = motion_bars.table(BARS)
    assert list(table.index) == [*motion_bars.WAYS.values(), "blind choice"]
    assert table.loc["as used"].tolist() == ["1.00"] * 6
    medians = [row for name, row in table.loc["as printed"].items() if "median" in name]
    assert medians == ["0.06", "0.09", "0.09"]
    ax = depth_plots.precision_of(BARS)
    assert len(ax.lines) == 12
    assert {len(line.get_xdata()) for line in ax.lines} == {16}
    with pytest.raises(ValueError, match="way 'best'"):
        motion_bars.chosen("best", motion_bars.planted(1.0))  # type: ignore[arg-type]


# -- exercises


@pytest.mark.parametrize("name", ["5.5", "5.6", "5.8"])
def test_wrong_answers_are_told_apart(name: str) -> None:
    one = exercise(name)
    values = [one.solution(), *(wrong for wrong, _ in one.wrong)]
    for at, first in enumerate(values):
        for second in values[:at]:
            assert abs(first - second) > 2 * one.tolerance


def test_S3_020_the_median_of_the_exercise_is_the_offset_of_the_package() -> None:
    one = exercise("5.7")
    sets = [one.solution(), *(wrong for wrong, _ in one.wrong)]
    assert len({frozenset(each) for each in sets}) == len(sets)
    delta = np.zeros((len(chapter5b.CHANGES), 3))
    delta[:, 2] = chapter5b.CHANGES
    rest = printed.settle(np.zeros_like(delta), delta, "median")
    assert {*np.flatnonzero(abs(rest[:, 2]) > chapter5b.LEAST).tolist()} == one.solution()


def test_S3_026_precision_of_the_exercise_is_that_of_the_package() -> None:
    size = chapter5b.SEEN
    moving = np.zeros((1, size), bool)
    moving[0, list(chapter5b.MOVING)] = True
    frame = depth.Frame(np.ones((1, size), np.uint16))
    camera = depth.Intrinsics(width=size, height=1, cx=0, cy=0)
    motion = np.zeros((1, size, 3), np.float32)
    pair = truth.Pair((frame,), (frame,), camera, motion, moving, depth.Rigid())
    rows = np.zeros((len(chapter5b.CHOSEN), 6), np.float32)
    pick = depth.Selected(rows, np.array(chapter5b.CHOSEN), rows[:, :3], (1, size))
    found = truth.score(pick, pair)
    assert exercise("5.8").solution() == pytest.approx(found.precision / found.chance)


# -- figures


@pytest.mark.parametrize("kind", [SameColour, TopK, HeadMotion])
def test_registered_and_within_the_weight_of_a_page(kind: type) -> None:
    made = kind()
    assert FIGURES[made.figure] is kind
    assert len(made.static_html().encode()) < 80_000
    json.dumps(made.state(), allow_nan=False)
    assert made.fallback_html().count("<tr>") > 3


def test_E3_01_the_fallback_tells_the_angles() -> None:
    text = SameColour().fallback_html()
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", text)
    assert [name for name, _ in rows] == [name for _, name, *_ in same_colour.EXAMPLES]
    for _, cells in rows[:2]:
        one, twin, right, other = re.findall("<td>(.*?)</td>", cells)
        assert one == twin == right != other


def test_S3_016_the_maps_are_those_of_the_sensor() -> None:
    seen, whole = top_k.camera(), depth.Intrinsics()
    assert seen.fx * top_k.EVERY == pytest.approx(whole.fx)
    onset, _, moving = top_k.maps("12")
    ears = np.flatnonzero((onset > 0).any(axis=0))
    assert 0 < ears[0] < ears[-1] < top_k.WIDE - 1  # the whole face
    assert 0.05 < moving.sum() / (onset > 0).sum() < 0.15
    assert [round(512 * 2**k / top_k.EVERY**2) for k in range(6)] == list(top_k.COUNTS)


def test_E3_06_walls_of_the_figure_go_with_one_centre_and_stay_with_another() -> None:
    onset = top_k.maps("12")[0].ravel()
    share = {}
    for centre in top_k.CENTRES:
        kept, _ = top_k.chosen("12", "exact", True, centre, 1.5, 57, "length")
        share[centre] = (onset[kept] == 0).sum() / (onset == 0).sum()
    assert min(share.values()) == 0
    assert share["centroid"] > 0


def test_E3_21_noise_makes_the_choice_blind() -> None:
    moving = top_k.maps("12")[2].ravel()
    shares = []
    for name, _ in top_k.DEPTHS:
        best = top_k.chosen("12", name, False, "centroid", 1.5, 57, "length")[1]
        shares.append(moving[best].mean())
    assert shares[0] > 0.5 > shares[1] > 0.2 > shares[2]


def test_S3_020_the_head_spoils_what_is_subtracted_and_not_what_is_used() -> None:
    for code in head_motion.CLIPS:
        rows = head_motion.runs(code, "exact depth")
        assert rows[0]["length"]["precision"] > 0.6
        assert rows[3]["length"]["precision"] < rows[3]["chance"]
        for depth_, _ in head_motion.DEPTHS:
            for one in head_motion.runs(code, depth_):
                assert one["used"]["precision"] > 0.99
        assert rows[0]["head"] == pytest.approx((0, 0), abs=0.02)
        assert rows[3]["head"][1] == pytest.approx(0.52, abs=0.03)
        drawn = rows[2]["length"]
        assert drawn["hits"] / len(drawn["at"]) == pytest.approx(drawn["precision"], abs=0.12)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [(TopK, {"clip": "9"}), (TopK, {"depth": "deep"}), (TopK, {"centre": "chin"}),
     (TopK, {"order": "best"}), (HeadMotion, {"clip": "9"}), (HeadMotion, {"depth": "deep"})],
)  # fmt: skip
def test_unknown_choices_are_refused(kind: type, wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is not a"):
        kind(**wrong)


def test_numbers_out_of_range_are_refused() -> None:
    for kind, wrong in (
        (SameColour, {"slope": 80}),
        (TopK, {"count": 9}),
        (HeadMotion, {"shift": 9}),
    ):
        with pytest.raises(traitlets.TraitError):
            kind(**wrong)
