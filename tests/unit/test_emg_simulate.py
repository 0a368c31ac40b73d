"""The simulator: driven by the face's activations, with a facial spectrum, fast, repeatable."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy import signal as dsp

from fau_teach.clip import Clip, Movement, activation, sample
from fau_teach.emg.activity import activity, levels, sources
from fau_teach.emg.filters import band_pass, rms
from fau_teach.emg.onsets import tkeo_threshold
from fau_teach.emg.signals import SignalError
from fau_teach.emg.simulate import DELAY, MVC, Disturbance, emg, truth
from fau_teach.emg.trials import CHANNELS
from fau_teach.face import actions
from fau_teach.face.film import moments
from fau_teach.face.muscles import muscles


def held(code: str, letter: str, seconds: float = 5.0, side: str = "") -> Clip:
    last = round(100 * seconds) - 1
    return Clip("Ana", 100, last + 1, (Movement(code, side, letter, 50, 90, last, last - 130),))


@pytest.mark.parametrize("seed", range(4))
def test_activations_are_those_of_the_face(seed: int) -> None:
    clip = sample("macro", difficulty="hard", fps=25, seed=seed)
    ours = activity(clip, np.arange(clip.frames) / clip.fps)
    face = np.stack([actions.mix(one.scores).muscles for one in moments(clip)])
    owner = [pull.muscle for pull in muscles()]
    for column, (muscle, side) in enumerate(sources()):
        parts = [2 * at + (side == "R") for at, name in enumerate(owner) if name == muscle]
        if parts and muscle != "orbicularis_oculi_palpebral":
            assert ours[:, column] == pytest.approx(face[:, parts].max(axis=1), abs=1e-5), muscle


def test_between_frames_levels_go_on_smoothly() -> None:
    clip = held("12", "C")
    fine = levels(clip, np.linspace(0.5, 0.9, 401))["12", "L"]
    assert (np.diff(fine) >= 0).all()
    assert (fine[0], fine[-1]) == pytest.approx((0, activation("C")), abs=1e-6)


def test_a_blink_is_heard_and_a_dropped_jaw_relaxes_the_masseter() -> None:
    blink = activity(held("45", "E"), [2.0])[0]
    assert blink[sources().index(("orbicularis_oculi_palpebral", "L"))] == 0.5
    column = sources().index(("masseter", "R"))
    assert activity(held("26", "E"), [0.0, 2.0])[:, column].tolist() == pytest.approx([0.02, 0.006])


def test_the_same_arguments_give_the_same_signal() -> None:
    clip = held("12", "C", 2)
    assert (emg(clip, seed=3).values == emg(clip, seed=3).values).all()
    assert (emg(clip, seed=3).values != emg(clip, seed=4).values).any()
    more = emg(clip, ("zygomaticus_L", "mentalis_L"), disturbance=Disturbance(noise=0))
    less = emg(clip, ("zygomaticus_L",), disturbance=Disturbance(noise=0))
    assert more.values[:, 0] == pytest.approx(less.values[:, 0], abs=2e-8)


def test_eight_channels_of_ten_seconds_take_less_than_a_second() -> None:
    clip = Clip("Ana", 100, 1000, (*held("12", "E", 10).movements, *held("4", "D", 10).movements))
    emg(clip, CHANNELS)
    begin = time.process_time()
    assert emg(clip, CHANNELS).values.shape == (20_000, 8)
    assert time.process_time() - begin < 1


def test_the_spectrum_is_that_of_surface_facial_EMG() -> None:
    signal = emg(held("12", "D", 8), ("zygomaticus_L",)).between(1.5, 7.5)
    f, power = dsp.welch(signal.values[:, 0], signal.rate, nperseg=256)
    share = np.cumsum(power) / power.sum()
    assert 80 <= f[power.argmax()] <= 160
    assert share[f <= 20][-1] < 0.02
    assert share[f <= 500][-1] > 0.99
    assert np.interp(0.95, share, f) > 250


def test_amplitude_grows_with_activation() -> None:
    size = []
    for letter in "ABCDE":
        signal = emg(held("12", letter), ("zygomaticus_L",), disturbance=Disturbance(noise=0))
        size.append(signal.between(1.5, 3.5).values.std() / (MVC * activation(letter)))
    assert max(size) < 1.7 * min(size)
    assert 0.4 < size[-1] < 1


def test_crosstalk_is_heard_next_door_and_not_across_the_face() -> None:
    clip = held("12", "E", side="L")
    names = ("zygomaticus_L", "orbicularis_oculi_L", "zygomaticus_R", "frontalis_lateral_L")
    near, eye, other, brow = (
        emg(clip, names, disturbance=Disturbance(noise=0)).between(1.5, 3.5).values.std(axis=0)
    )
    assert 0.005 < eye / near < 0.3
    assert max(other, brow) < 0.02 * near


def test_S4_012_the_signal_leads_the_movement_by_the_planted_delay() -> None:
    clip = Clip("Ana", 100, 300, (Movement("12", "", "D", 150, 170, 250, 20),))
    plan = truth(clip, ("zygomaticus_L", "corrugator_L"), 2000)
    (one,) = plan.planted
    assert (one.channel, one.code) == ("zygomaticus_L", "12")
    assert one.seen == (1.5, 1.7, 2.5)
    assert one.onset == pytest.approx(1.5 - DELAY)
    signal = emg(clip, plan.channels)
    found = tkeo_threshold(band_pass(signal), (0.05, 1.3), channel="zygomaticus_L")
    assert found.onsets[0] == pytest.approx(one.onset, abs=0.033)
    assert found.onsets[0] < one.seen[0]
    late = emg(clip, plan.channels, delay=0)
    after = tkeo_threshold(band_pass(late), (0.05, 1.3), channel="zygomaticus_L")
    assert after.onsets[0] - found.onsets[0] == pytest.approx(DELAY, abs=0.02)


def test_truth_and_signal_go_together() -> None:
    clip = held("4", "D")
    plan = truth(clip, ("corrugator_R",), 1000)
    loud = rms(emg(clip, ("corrugator_R",), 1000), 0.1).values[:, 0]
    assert np.corrcoef(plan.activation[:, 0], loud)[0, 1] > 0.9
    assert len(plan.times) == len(loud)


def test_bad_contact_is_louder_in_noise_and_hum() -> None:
    still = Clip("Ana", 100, 300)
    worse = Disturbance(noise=2e-6, hum=5e-6, quality={"corrugator_L": 0.2})
    signal = emg(still, ("zygomaticus_L", "corrugator_L"), disturbance=worse)
    good, bad = signal.values.std(axis=0)
    assert 3 < bad / good < 8
    f, power = dsp.welch(signal.values[:, 1], signal.rate, nperseg=2000)
    assert f[power.argmax()] == 50
    assert power[f == 100] > 20 * power[f == 130]


def test_what_cannot_be_is_refused() -> None:
    clip = held("12", "C", 2)
    with pytest.raises(SignalError, match="Did you mean 'zygomaticus'"):
        emg(clip, ("zygomatic",))
    with pytest.raises(SignalError, match="200 a second"):
        emg(clip, rate=100)
    with pytest.raises(SignalError, match="quality"):
        emg(clip, disturbance=Disturbance(quality=0))


def test_another_face_places_pairs_elsewhere_and_still_hears_its_muscle() -> None:
    clip = held("12", "E", 3)
    for who in ("Ben", "seed-4"):
        signal = emg(clip, ("zygomaticus_L",), who=who).between(1.5, 2.5)
        assert signal.values.std() > 0.3 * MVC
