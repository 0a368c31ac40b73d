"""One micro-expression from command to label: every stage against what was planted."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from fau_teach import capstone, capstone_plots
from fau_teach._data import read_csv
from fau_teach.capstone import Planted, Stage
from fau_teach.capstone.truth import RATE
from fau_teach.clip import Clip, Movement
from fau_teach.emg.simulate import DELAY

ROOT = Path(__file__).parents[2]


@cache
def truth() -> Planted:
    return capstone.planted()


@cache
def stages() -> dict[str, Stage]:
    ways = (capstone.by_force, capstone.by_video, capstone.by_depth)
    return {one.name: one for one in (*capstone.by_emg(truth()), *(way(truth()) for way in ways))}


def test_the_planted_lags_are_those_of_the_muscle_and_of_the_skin() -> None:
    true = capstone.truths(truth())
    for late in true["force"] - true["command"]:
        assert late == pytest.approx(DELAY, abs=0.5 / RATE)
    for late in true["skin"] - true["force"]:
        assert 0.002 < late < 0.015  # mechanics: a few milliseconds at 18 to 60 Hz
    # A held force would give the coordinate its own size, and this one is almost held.
    assert truth().skin.max() == pytest.approx(truth().force.max(), rel=0.02)


@pytest.mark.parametrize("delay", [0.0, 0.025])
def test_another_delay_moves_force_and_skin_alone(delay: float) -> None:
    other = capstone.planted(delay=delay)
    late = round((delay - DELAY) * RATE)
    assert np.array_equal(other.command, truth().command)
    for name in ("force", "skin"):
        mine, first = getattr(other, name), np.roll(getattr(truth(), name), late, axis=0)
        # Away from the ends, where rolling brings round what is not there.
        assert np.allclose(mine[60:-60], first[60:-60], atol=1e-9)


def test_sx05_each_modality_finds_its_own_truth_within_a_frame() -> None:
    assert len(stages()) == 5
    for stage in stages().values():
        if stage.name != "EMG, envelope":
            for late in stage.error:
                assert abs(late) <= 1 / stage.step_rate + 1e-9, str(stage)


def test_sx05_the_envelope_is_late_and_a_shorter_time_constant_less_so() -> None:
    late = stages()["EMG, envelope"].error
    assert 0.01 < late.onset < late.apex < late.offset < 0.2
    assert late.offset > 1 / 30
    raw, quick = capstone.by_emg(truth(), tau=0.02)
    assert quick.error.offset < late.offset / 2
    assert raw.found == stages()["EMG, raw"].found


@pytest.mark.parametrize("seed", range(4))
def test_raw_emg_of_another_moment_is_as_near(seed: int) -> None:
    other = capstone.planted(capstone.micro_smile("Chidi", seed=seed))
    raw, _ = capstone.by_emg(other)
    assert max(map(abs, raw.error)) <= 1 / 30


def test_every_stage_names_rows_and_a_page() -> None:
    known = {row["id"] for row in read_csv("inventory.csv")}
    for stage in stages().values():
        assert stage.rows
        assert set(stage.rows) <= known
        assert (ROOT / "book" / f"{stage.page}.md").is_file()


def test_the_mesh_says_which_muscle_pulled() -> None:
    peaks = stages()["force"].also
    first, second, third = sorted(peaks, key=lambda name: -peaks[name])[:3]
    assert {first, second} == {"zygomaticus_major_left", "zygomaticus_major_right"}
    assert peaks[third] < peaks[second] / 2
    assert peaks[first] == pytest.approx(truth().command.max(), rel=0.05)


def test_sx06_the_label_is_positive_and_a_silent_condition_weakens_it() -> None:
    force, video = stages()["force"], stages()["video"]
    full = capstone.labelled(truth(), force, video, "happiness", "happiness")
    assert (full.muscle, full.event.aus) == ("zygomaticus_major", "12")
    assert set(full.nerves) == {"VII_zygomatic", "VII_buccal"}
    assert (full.fused.label, full.fused.confidence, full.fused.review) == (
        "positive",
        "high",
        False,
    )
    assert "total500" in full.micro
    alone = capstone.labelled(truth(), force, video)
    assert alone.fused.label == "positive"
    assert alone.fused.review
    against = capstone.labelled(truth(), force, video, "happiness", "disgust")
    assert against.fused.review


def test_another_muscle_gives_another_code() -> None:
    frown = Clip("Bao", 120, 96, (Movement("15", "", "C", 36, 51, 75),))
    other = capstone.planted(frown)
    force = capstone.by_force(other)
    found = capstone.labelled(other, force, force)
    assert (found.muscle, found.event.aus) == ("depressor_anguli_oris", "15")
    assert capstone.code_of("masseter")
    with pytest.raises(ValueError, match="names this muscle"):
        capstone.code_of("nobody")


def test_noise_and_cut_events_are_not_timed() -> None:
    chance = np.random.default_rng(3)
    with pytest.raises(capstone.UnseenError, match="rest varies"):
        capstone.key_times(chance.standard_normal(200), 100)
    ramp = np.maximum(np.arange(100) - 50, 0.0)
    with pytest.raises(capstone.UnseenError, match="cut off"):
        capstone.key_times(ramp, 100)
    bump = np.exp(-(((np.arange(100) - 60) / 8.0) ** 2))
    found = capstone.key_times(bump, 100)
    # exp(-x²) falls to a fifth 1.269 widths from the middle.
    assert found.apex == 0.6
    assert found.onset == pytest.approx(0.6 - 0.08 * 1.269, abs=0.01)
    assert found.offset == pytest.approx(0.6 + 0.08 * 1.269, abs=0.01)


def test_frames_between_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="960 must be a multiple"):
        truth().frames(50)
    with pytest.raises(ValueError, match="960 must be a multiple"):
        capstone.planted(Clip("Ana", 25, 30))
    with pytest.raises(ValueError, match="between 0 and 1"):
        capstone.planted(delay=-0.1)


def test_plots_show_what_was_found() -> None:
    drawn = list(stages().values())
    ax = capstone_plots.planted_chain(truth())
    assert [line.get_label() for line in ax.lines] == ["command", "force", "skin"]
    axes = capstone_plots.stacked(drawn)
    for one, stage in zip(axes, drawn, strict=True):
        marks = [
            line.get_xdata()[0] for line in one.lines if line.get_marker() in capstone_plots.MARKS
        ]
        assert marks == pytest.approx([1000 * at for at in stage.found])
    ax = capstone_plots.errors(drawn)
    late = [line.get_xdata()[0] for line in ax.lines if line.get_marker() in capstone_plots.MARKS]
    assert late == pytest.approx([1000 * each for stage in drawn for each in stage.error])
