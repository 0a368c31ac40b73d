"""Duration arithmetic of micro-expressions: S0-007, S0-010, E0-27."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach import micro


@pytest.mark.parametrize(("fps", "shortest", "longest"), [(30, 1.2, 6), (100, 4, 20), (200, 8, 40)])
def test_S0_007_classic_bound_in_frames(fps: int, shortest: float, longest: float) -> None:
    bound = micro.definition("classic")
    assert micro.frames(bound.shortest_s, fps) == pytest.approx(shortest)
    assert micro.frames(bound.longest_s, fps) == pytest.approx(longest)


def test_S0_007_a_clip_of_300_ms_divides_the_definitions() -> None:
    assert dict(micro.classify(0.3)) == {"classic": False, "total500": True, "onset260": None}
    assert micro.classify(0.3, 0.1)["onset260"] is True
    assert micro.classify(0.3, 0.28)["onset260"] is False


def test_S0_010_one_minute_at_200_fps() -> None:
    assert micro.frames(60, 200) == 12_000
    assert micro.frame_range(60, 200) == (12_000, 12_000)


def test_E0_27_three_presets_and_who_set_them() -> None:
    by_id = {one.id: one for one in micro.definitions()}
    assert list(by_id) == ["classic", "total500", "onset260"]
    assert (by_id["total500"].longest_s, by_id["onset260"].longest_s) == (0.5, 0.26)
    assert by_id["onset260"].measured == "onset"
    # What the source credits to Yan 2013 is not what Yan 2013 propose.
    assert by_id["classic"].source == "S0-007"
    assert by_id["classic"].reference == ""
    assert {by_id[name].reference for name in ("total500", "onset260")} == {"yan2013"}
    assert {one.erratum for one in by_id.values()} == {"E0-27"}


def test_E0_27_40_ms_at_25_fps_is_one_frame() -> None:
    assert micro.frames(0.04, 25) == 1
    assert micro.frame_range(0.04, 25) == (1, 1)


@pytest.mark.parametrize(
    ("duration", "fps", "expected"),
    [
        (0.04, 30, (1, 2)),  # 1.2 intervals
        (0.02, 30, (0, 1)),  # shorter than an interval: a camera can miss it
        (0.3, 30, (9, 9)),
        (0.29, 100, (29, 29)),  # 0.29 * 100 is 28.999… in binary
        (0.29, 30, (8, 9)),  # 8.7 intervals
        (0, 30, (0, 0)),
    ],
)
def test_frame_range_depends_on_the_phase(
    duration: float, fps: float, expected: tuple[int, int]
) -> None:
    assert micro.frame_range(duration, fps) == expected


@given(st.integers(0, 2000), st.sampled_from([24, 25, 30, 60, 100, 200]), st.integers(0, 999))
def test_frame_range_holds_for_every_start(ms: int, fps: int, phase: int) -> None:
    # Independent count: frames at (k + phase/1000) / fps, in units of 1 / (1000 * fps) s.
    end = ms * fps
    taken = sum(1 for instant in range(phase, end, 1000) if instant < end)
    low, high = micro.frame_range(ms / 1000, fps)
    assert low <= taken <= high
    assert high - low <= 1


@pytest.mark.parametrize(
    ("duration", "micro_by_classic"),
    [(0.039, False), (0.04, True), (0.2, True), (0.1 + 0.1, True), (0.201, False)],
)
def test_classic_bound_includes_its_ends(duration: float, micro_by_classic: bool) -> None:
    assert micro.classify(duration)["classic"] is micro_by_classic


def test_other_bounds_include_their_ends() -> None:
    assert micro.classify(0.5, 0.26)["total500"] is True
    assert micro.classify(0.5, 0.26)["onset260"] is True
    assert micro.classify(0.501, 0.261)["total500"] is False
    assert micro.classify(0.501, 0.261)["onset260"] is False
    # The onset rule looks at the onset alone: a long event can pass it.
    assert micro.classify(0.9, 0.2)["onset260"] is True


def test_frames_and_durations_are_inverse() -> None:
    # The half-second limit of data sets filmed at 30 fps.
    assert micro.duration_of(15, 30) == 0.5
    assert micro.frames(micro.duration_of(7, 30), 30) == 7


@pytest.mark.parametrize("bad", [-0.1, math.nan, math.inf])
def test_bad_times_are_named(bad: float) -> None:
    with pytest.raises(ValueError, match=r"duration_s is .* finite number of seconds"):
        micro.frames(bad, 30)
    with pytest.raises(ValueError, match="onset_s is"):
        micro.classify(0.3, bad)
    with pytest.raises(ValueError, match=r"n_frames is .* frames"):
        micro.duration_of(bad, 30)


@pytest.mark.parametrize("bad", [0, -30, math.nan, math.inf])
def test_bad_frame_rates_are_named(bad: float) -> None:
    with pytest.raises(ValueError, match=r"fps is .* above 0, for example 30"):
        micro.frame_range(0.1, bad)


def test_onset_longer_than_the_event_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"onset_s is 0\.4 s, longer than the whole event"):
        micro.classify(0.3, 0.4)


def test_unknown_definition_gets_a_suggestion() -> None:
    with pytest.raises(ValueError, match=r"no definition 'clasic'.*Did you mean 'classic'\?"):
        micro.definition("clasic")
    with pytest.raises(ValueError, match="there are classic, total500, onset260"):
        micro.definition("xyz")


def test_results_are_read_only() -> None:
    with pytest.raises(TypeError):
        micro.classify(0.1)["classic"] = False  # type: ignore[index]


def test_a_definition_shows_its_rule() -> None:
    assert repr(micro.definition("total500")) == (
        "<total500: the whole event lasts at most 500 ms>"
    )


def test_needs_the_standard_library_alone() -> None:
    code = (
        "import sys, fau_teach.micro;"
        "print([m for m in ('numpy', 'pandas', 'anywidget', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
