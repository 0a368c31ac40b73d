"""Pages 3 and 4 of chapter 6: words, numbers, figures and exercises against the package."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import numpy as np
import pytest
import traitlets
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach import emg
from fau_teach.emg import Parser, protocol
from fau_teach.emg.features import features
from fau_teach.exercises import exercise
from fau_teach.widgets import FIGURES, Envelope, FilterPlayground, WireFrame
from fau_teach.widgets import envelope as burst_figure
from fau_teach.widgets import filter_playground as playground
from fau_teach.widgets import frame as frame_figure

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "book" / "06-emg"
BYTES, KIND = "3-every-byte-accounted-for", "4-envelope-or-raw"


def text_of(page: str) -> str:
    return (PAGES / f"{page}.md").read_text(encoding="utf-8")


def read(data: bytes) -> tuple[list[emg.Block], Parser]:
    parser = Parser()
    return [one for one in parser.feed(data) + parser.flush() if isinstance(one, emg.Block)], parser


# -- every byte accounted for


def test_S4_003_the_page_says_what_was_read_and_carries_the_safety_box() -> None:
    for name in (BYTES, KIND):
        text = text_of(name)
        assert "singh2026" in text
        assert "abstract only" in text
        assert "{safety}" in text


def test_S4_003_the_frame_of_the_page_is_that_of_the_figure() -> None:
    page = text_of(BYTES)
    assert f"{frame_figure.TIME_US:_}" in page
    assert f"number={frame_figure.NUMBER}" in page
    assert str([list(row) for row in frame_figure.COUNTS]) in page
    whole = protocol.frame(protocol.Data.of(frame_figure.TIME_US, frame_figure.COUNTS), 7)
    assert frame_figure.stream()[: frame_figure.SIZE] == whole
    assert frame_figure.stream().count(protocol.SYNC) == 2
    cells = re.findall(r"<td>([0-9A-F ]+)</td>", WireFrame().fallback_html())
    assert bytes.fromhex("".join(cells)) == whole


def test_S4_003_damage_is_seen_but_for_the_one_of_the_checks_own_making() -> None:
    for name, one in frame_figure.PRESETS:
        given_ = {key: value for key, value in one.items() if key != "chosen"}
        blocks, parser = read(frame_figure.stream(**given_))
        assert blocks[-1].number + len(blocks[-1].times_us) - 1 == one["number"] + 1
        took = sum(len(block.times_us) for block in blocks)
        assert took == (2 if name in {"no damage", "four bits, by malice"} else 1)
        assert parser.counts.skipped == (0 if took == 2 else frame_figure.SIZE - (one["lost"] >= 0))
    malice = dict(frame_figure.PRESETS[-1][1])
    blocks, _ = read(frame_figure.stream(flipped=malice["flipped"]))
    assert len(malice["flipped"]) == 4
    assert blocks[0].counts[:2].tolist() != [list(row) for row in frame_figure.COUNTS]
    assert blocks[0].counts.max() < 1024
    other, _ = read(frame_figure.stream(sample=413, by="line"))
    assert len(other[0].times_us) == 1
    changed, _ = read(frame_figure.stream(sample=413, by="board"))
    assert changed[0].counts[0, 0] == 413


@settings(max_examples=200)
@given(st.sets(st.integers(16, 8 * frame_figure.SIZE - 1), min_size=1, max_size=3))
def test_S4_003_one_two_or_three_bits_never_slip_through(flipped: set[int]) -> None:
    blocks, _ = read(frame_figure.stream(flipped=flipped))
    assert all(block.number != frame_figure.NUMBER for block in blocks)


def test_S4_003_the_account_is_what_the_board_did() -> None:
    for seed in (3, 4):
        faults = emg.Faults(lose=0.02, flip=1e-5, double=0.01, seed=seed)
        board = emg.PythonDevice(speed=0, faults=faults)
        found = emg.record(board, seconds=20)
        assert found.account.sent == board.did["rows"] == 20_000
        assert found.account.rows == len(found.index)
        missing = np.isnan(found.values[:, 0]).sum() + 20_000 - len(found.values)
        assert missing == found.account.sent - found.account.rows
        assert sum(gap.rows for gap in found.gaps) == np.isnan(found.values[:, 0]).sum()
        assert found.account.lost >= board.did["lose"]


def test_S4_003_lost_frames_of_the_end_are_told_by_the_closing_count() -> None:
    one = exercise("6.6")
    parser = Parser()
    frames = [protocol.frame(protocol.Data.of(0, [[1]]), number) for number in range(5)]
    parser.feed(b"".join(frames[:3]) + protocol.frame(protocol.Close(), 5))
    assert parser.counts.lost == 2
    assert one.solution() == 4


def test_S4_003_a_clock_that_runs_fast_is_found() -> None:
    fast = emg.PythonDevice(speed=0, ppm=200, faults=emg.Faults(late_s=0.004))
    clock = emg.record(fast, seconds=120).clocks[0]
    assert clock.ppm == pytest.approx(200, abs=5)


def test_S4_003_the_frames_of_the_exercise_stand_in_its_starter() -> None:
    one = exercise("6.5")
    scope: dict[str, object] = {}
    exec(one.starter.replace("one[:-2], 0xFFFF", "one[2:-2], 0xFFFF"), scope)
    assert scope["taken"] == one.solution() == [406, 413]


# -- envelope or raw


def test_S4_004_E4_01_the_note_of_the_page() -> None:
    raw = emg.alternating()
    envelope = emg.envelope_circuit(raw, tau=0.03)
    assert emg.kept(raw)[0] == pytest.approx(0.92, abs=0.01)
    assert emg.kept(envelope)[0] == pytest.approx(0.0014, abs=0.0003)
    page = text_of(KIND)
    assert page.index("{source-note} E4-01") < page.index("emg.kept(one)")
    with pytest.raises(emg.SignalKindError, match="almost nothing left"):
        emg.band_pass(envelope)


def test_S4_005_E4_01_what_survives() -> None:
    raw = emg.alternating()
    envelope = emg.envelope_circuit(raw, tau=0.03)
    names = ["ZC", "SSC", "MDF"]
    of_raw, left = (
        features(one, names, window=10, allow_invalid=True).values[0, 0] for one in (raw, envelope)
    )
    assert of_raw[0] == pytest.approx(4916, rel=0.02)
    assert left[0] == 0
    assert of_raw[2] == pytest.approx(221, abs=2)
    assert left[2] == pytest.approx(1.2, abs=0.05)
    assert left[1] == pytest.approx(of_raw[1], rel=0.1)
    for name in names:
        with pytest.raises(emg.SignalKindError):
            features(envelope, [name])
    assert features(envelope, ["RMS", "MAV", "WL"]).values.min() > 0


def test_S4_004_hum_behind_a_rectifier_is_a_level_that_no_notch_takes() -> None:
    times = np.arange(20_000) / 1000
    noise = 2e-6 * np.random.default_rng(4).normal(size=len(times))
    skin = emg.Signal(noise + 3e-6 * np.sqrt(2) * np.sin(2 * np.pi * 50 * times), 1000)
    quiet = emg.envelope_circuit(emg.Signal(noise, 1000)).values[1000:].mean()
    hum = emg.envelope_circuit(skin)
    assert hum.values[1000:].mean() / quiet > 1.5
    after = emg.notch(hum, harmonics=2, allow_invalid=True).values[1000:].mean()
    assert after == pytest.approx(hum.values[1000:].mean(), rel=0.01)
    before = emg.envelope_circuit(emg.notch(skin)).values[1000:].mean()
    assert before == pytest.approx(quiet, rel=0.05)
    # A tone alone: its mean, and its first line at twice the frequency.
    level, hills = exercise("6.7").solution()
    assert level == pytest.approx(0.4 * 2 / np.pi, abs=1e-4)
    wave = abs(0.4 * np.sin(2 * np.pi * 50 * times))
    power = abs(np.fft.rfft(wave - wave.mean()))
    assert np.argmax(power) / 20 == pytest.approx(hills)


def test_S4_011_E4_02_bursts_of_the_note_and_of_the_exercise() -> None:
    printed = {"3.6 Hz, 40 ms": "59.5 %", "3.6 Hz, 200 ms": "98.9 %", "2 Hz, 40 ms": "39.5 %",
               "2 Hz, 200 ms": "91.9 %"}  # fmt: skip
    table = unescape(Envelope().fallback_html())
    for name, _ in burst_figure.PRESETS:
        row = table.partition(f">{name}<")[2].partition("</tr>")[0]
        assert printed[name] in row
    assert "77.6 ms" in table.partition(">2 Hz, 40 ms<")[2].partition("</tr>")[0]
    assert exercise("6.8").solution() == pytest.approx(emg.burst(0.04, emg.tau_of(3.6))[0])


@pytest.mark.parametrize("tau", [0.03, 0.08, 0.2])
def test_S4_011_a_tone_that_stops_tells_the_time_constant(tau: float) -> None:
    times = np.arange(4000) / 1000
    tone = 200e-6 * np.sin(2 * np.pi * 200 * times) * (times < 3)
    fall = emg.envelope_circuit(emg.Signal(tone, 1000), tau=tau).between(3, 4).values[:, 0]
    assert np.argmax(fall < fall[0] / np.e) / 1000 == pytest.approx(tau, abs=0.003)


# -- figures


@pytest.mark.parametrize("figure", [WireFrame, FilterPlayground, Envelope])
def test_figures_are_registered_and_light(figure: type) -> None:
    assert figure in FIGURES.values()
    made = figure()
    json.dumps(made.state(), allow_nan=False)
    assert len(made.static_html().encode()) < 40_000
    assert "<table>" in made.fallback_html()


@pytest.mark.parametrize(
    ("figure", "given_", "error"),
    [(WireFrame, {"by": "cat"}, ValueError), (WireFrame, {"sample": 1024}, traitlets.TraitError),
     (FilterPlayground, {"low": 21}, ValueError), (FilterPlayground, {"steps": ["x"]}, ValueError),
     (FilterPlayground, {"sensor": "skin"}, ValueError),
     (Envelope, {"cutoff": 0.5}, traitlets.TraitError)],
)  # fmt: skip
def test_figures_refuse_what_they_do_not_know(
    figure: type, given_: dict[str, object], error: type
) -> None:
    with pytest.raises(error):
        figure(**given_)


def test_S4_004_the_playground_filters_as_the_package_does() -> None:
    seen = emg.Signal(playground.trace("raw"), playground.RATE)
    inside = slice(300, -300)  # the package has rules for the ends, the figure goes round
    for low, high in ((20, 450), (50, 200)):
        mine, _ = playground.filtered("raw", ("band",), low, high)
        theirs = emg.band_pass(seen, low, high).values[:, 0]
        assert abs(mine - theirs)[inside].max() < 1e-3 * theirs.std()
    both, _ = playground.filtered("raw", ("band", "notch"))
    theirs = emg.notch(emg.band_pass(seen), harmonics=2).values[:, 0]
    assert (both - theirs)[inside].std() < 0.03 * theirs.std()
    whole, power = playground.filtered("raw", playground.STEPS)
    smooth = emg.rms(emg.rectify(emg.Signal(both, playground.RATE)), 0.05).values[:, 0]
    assert abs(whole - smooth)[inside].max() < 1e-9
    assert power[0] == pytest.approx(whole.sum() ** 2)


def test_S4_004_E4_01_what_the_playground_shows() -> None:
    ratios = {}
    for name, one in playground.PRESETS:
        values, _ = playground.filtered(one["sensor"], tuple(one["steps"]))
        level = playground.is_level(one["sensor"], one["steps"])
        rest, work = playground.levels(values, level)
        ratios[name] = work / rest
    assert ratios["the usual way"] > 5 * ratios["without the notch"]
    plain = playground.levels(playground.trace("envelope"), True)
    notched, _ = playground.filtered("envelope", ("notch",))
    assert playground.levels(notched, True)[0] == pytest.approx(plain[0], rel=0.02)
    left, _ = playground.filtered("envelope", ("band",))
    assert left.std() < 0.1 * playground.trace("envelope").std()
    for sensor, found in playground.recordings().items():
        assert found.account.whole
        assert found.kind == sensor
        assert found.counts.min() > 0
        assert found.counts.max() < 1023
