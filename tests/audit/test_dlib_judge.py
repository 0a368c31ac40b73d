"""The outside judge finds a face in our pictures, and its points go where the codes say.

Needs dlib and its points, which nothing else needs; see CONTRIBUTING.md.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import dlib_judge
import numpy as np
import pytest
from dlib_judge import LETTERS, MIRROR, Expectation, Judge, Picture, expectations, run, share


class FakeJudge:
    """Reads box and points from the picture itself: points (68, 2) stand in its first rows."""

    def box(self, picture: Picture) -> dlib_judge.Box | None:
        return dlib_judge.CENTRAL if picture[2, 0, 0] else None

    def points(self, picture: Picture, box: dlib_judge.Box) -> np.ndarray:
        return picture[:2, :68, 0].T.astype(float)


class FakeFace:
    """Lip corners go out by 20 px at activation 1; code 99 hides the face."""

    def render(self, scores: Mapping[tuple[str, str], float], *, size: int) -> Picture:
        picture = np.full((size, size, 3), 100, np.uint8)
        for (code, _), activation in scores.items():
            picture[0, 54, 0] += round(20 * activation) * (code == "12")
            picture[0, 48, 0] -= round(20 * activation) * (code == "12")
            picture[2] = 0 if code == "99" else picture[2]
        return picture


def test_mirror_swaps_sides_and_back() -> None:
    assert np.array_equal(MIRROR[MIRROR], np.arange(68))
    pairs = {0: 16, 17: 26, 21: 22, 27: 27, 31: 35, 33: 33, 36: 45, 37: 44, 41: 46, 48: 54}
    pairs |= {49: 53, 51: 51, 55: 59, 57: 57, 60: 64, 61: 63, 65: 67, 66: 66}
    assert {point: MIRROR[point] for point in pairs} == pairs


def test_shift_counts_both_halves_outwards() -> None:
    moved = np.zeros((68, 2))
    moved[54], moved[48] = (3, -1), (-5, -3)
    assert Expectation("12", "both", (54,), (), "out", 1).shift(moved) == 4
    assert Expectation("12", "both", (54,), (), "up", 1).shift(moved) == 2
    assert Expectation("12", "left", (54,), (), "in", 1).shift(moved) == -3
    moved[57] = (0, 4)
    assert Expectation("24", "both", (54,), (57,), "down", 1).shift(moved) == -6


def test_expectations_name_points_of_the_left_half() -> None:
    for expected in expectations():
        assert expected.direction in dlib_judge.ARROWS
        assert expected.minimum_px > 0
        # The left half is the right of the picture; midline points are their own partners.
        for point in (*expected.points, *expected.against):
            assert MIRROR[point] == point or point in {
                *range(9, 17),
                *range(22, 27),
                *range(34, 36),
                *range(42, 48),
                *range(52, 57),
                *range(63, 66),
            }


def test_run_counts_faces_and_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [Expectation("12", "both", (54,), (), d, 2.0) for d in ("out", "up")]
    monkeypatch.setattr(dlib_judge, "expectations", lambda: expected)
    monkeypatch.setattr(dlib_judge, "NOISE_LEVELS", 0.0)
    rows = run({"Ada": FakeFace()}, {"12": "both", "99": "both"}, FakeJudge())  # type: ignore[arg-type]
    found = {(r["code"], r["letter"], r["check"]): r for r in rows}
    assert [found[code, "", "detection"]["agree"] for code in ["neutral"]] == [1]
    assert [found["99", letter, "detection"]["failures"] for letter in LETTERS] == ["Ada"] * 2
    assert found["12", "E", "54 out"]["median_px"] == 20
    assert found["12", "D", "54 out"]["minimum_px"] == 1.44
    assert found["12", "E", "54 up"]["failures"] == "Ada"
    assert share(rows) == 5 / 9


def test_codes_act_on_both_sides_where_that_exists_and_leave_the_head_alone() -> None:
    codes = dlib_judge.single_codes()
    assert (codes["12"], codes["46"]) == ("both", "left")
    assert not dlib_judge.HEAD_CODES & set(codes)
    # An expectation that no picture can meet would pass unseen.
    assert all(codes.get(e.code) == e.side for e in expectations())


def test_overlap_of_boxes() -> None:
    assert dlib_judge.overlap((0, 0, 2, 2), (0, 0, 2, 2)) == 1
    assert dlib_judge.overlap((0, 0, 2, 2), (1, 0, 3, 2)) == 1 / 3
    assert dlib_judge.overlap((0, 0, 2, 2), (5, 5, 6, 6)) == 0


@pytest.fixture(scope="module")
def judge() -> Judge:
    try:
        return Judge()
    except ModuleNotFoundError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def verdict(judge: Judge) -> list[dict[str, object]]:
    """What the judge says of every named identity; written to data/results."""
    started = time.perf_counter()
    faces = dlib_judge.named_faces()
    rows = run(faces, dlib_judge.single_codes(), judge)
    dlib_judge.write(rows, list(faces), time.perf_counter() - started)
    return rows


def listing(rows: list[dict[str, object]]) -> str:
    return "\n".join(" ".join(map(str, r.values())) for r in rows)


def failures(rows: list[dict[str, object]]) -> str:
    return listing([r for r in rows if r["failures"]])


def test_a_face_is_found_in_98_percent_of_the_pictures(verdict: list[dict[str, object]]) -> None:
    rows = [r for r in verdict if r["check"] == "detection"]
    assert share(rows) >= 0.98, failures(rows)
    assert next(r for r in rows if r["code"] == "neutral")["failures"] == ""


def test_points_go_where_the_codes_say(verdict: list[dict[str, object]]) -> None:
    rows = [r for r in verdict if r["check"] != "detection"]
    bad = [r for r in rows if float(str(r["median_px"])) < float(str(r["minimum_px"]))]
    assert not bad, listing(bad)
    assert share(rows) >= 0.95, failures(rows)


def test_shifts_are_above_the_noise(verdict: list[dict[str, object]]) -> None:
    rows = [r for r in verdict if r["check"] != "detection" and r["letter"] == "E"]
    lost = [r for r in rows if float(str(r["median_px"])) <= float(str(r["noise_px"]))]
    assert not lost, listing(lost)


def test_the_judge_can_disagree(judge: Judge) -> None:
    name, face = next(iter(dlib_judge.named_faces().items()))
    neutral = face.render({}, size=dlib_judge.SIZE_PX)
    box = judge.box(neutral)
    assert box is not None, name
    assert judge.box(np.full_like(neutral, 200)) is None

    def moved(code: str, side: str) -> np.ndarray:
        picture = face.render({(code, side): 1.0}, size=dlib_judge.SIZE_PX)
        return judge.points(picture, box) - judge.points(neutral, box)

    up = Expectation("12", "both", (54,), (), "up", 2.0)
    assert up.shift(moved("15", "both")) < 0
    # One-sided: the subject's left is the right half of the picture.
    left = moved("12", "left")
    assert -left[54, 1] > 2 * abs(left[48, 1])
