"""Frame, filters and envelope: by mouse, touch and keyboard, against Python."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import HTML
from panel_checks import check_alone, check_state, figure_of, press, state_of

from fau_teach import emg
from fau_teach.emg import Parser
from fau_teach.widgets import envelope, frame
from fau_teach.widgets import filter_playground as playground

BYTES = "book/06-emg/3-every-byte-accounted-for.html"
KIND = "book/06-emg/4-envelope-or-raw.html"
SET = """(input, value) => { input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true })); }"""
NAMES = {"band": "band-pass", "notch": "notch 50 and 100 Hz", "rectify": "rectify",
         "rms": "moving RMS"}  # fmt: skip


def slide(figure: Any, label: str, value: float) -> None:
    figure.get_by_label(label, exact=True).evaluate(SET, value)


def test_S4_003_bytes_and_verdicts_are_those_of_python(visit: Any) -> None:
    page = visit(BYTES).page
    figure = figure_of(page, "frame")

    def compare(data: bytes) -> None:
        found, parser = state_of(page, "frame"), Parser()
        parser.feed(data)
        parser.flush()
        assert found["bytes"] == data.hex().upper()
        assert int(found["frames"]) == parser.counts.frames
        assert int(found["errors"]) == parser.counts.crc_errors
        assert int(found["skipped"]) == parser.counts.skipped

    for name, one in frame.PRESETS:
        press(figure, name)
        compare(frame.stream(**{key: value for key, value in one.items() if key != "chosen"}))
    assert "nobody will ever know" in figure.locator(".summary").inner_text()
    press(figure, "no damage")
    slide(figure, "A0, row 1", 933)
    compare(frame.stream(sample=933))
    press(figure, "on the line, after it")
    compare(frame.stream(sample=933, by="line"))
    figure.get_by_label("number, byte 4: 07", exact=True).click()
    figure.get_by_label("Turn bit 1 over", exact=True).focus()
    page.keyboard.press("Enter")
    compare(frame.stream(sample=933, by="line", flipped=[8 * 4 + 6]))
    assert page.evaluate("document.activeElement.dataset.key") == "bit6"
    press(figure, "lose this byte")
    compare(frame.stream(sample=933, by="line", flipped=[8 * 4 + 6], lost=4))


def test_S4_004_filters_and_spectrum_are_those_of_python(visit: Any) -> None:
    page = visit(KIND).page
    figure = figure_of(page, "filter_playground")

    def compare(sensor: str, steps: tuple[str, ...], **more: int) -> None:
        found = state_of(page, "filter_playground")
        values, power = playground.filtered(sensor, steps, **more)
        rest, work = playground.levels(values, playground.is_level(sensor, steps))
        for name, wanted in (("rest", rest), ("work", work), ("power", power[60]),
                             ("middle", values[len(values) // 2])):  # fmt: skip
            assert float(found[name]) == pytest.approx(float(wanted), rel=1e-6, abs=1e-9)

    for name, one in playground.PRESETS:
        press(figure, name)
        compare(one["sensor"], tuple(one["steps"]))
    assert "refuses this step" in figure.locator(".summary").inner_text()
    press(figure, "raw output")
    for step in ("band", "rms"):
        press(figure, NAMES[step])
    slide(figure, "Lower edge", playground.LOWS.index(50))
    slide(figure, "Upper edge", playground.HIGHS.index(150))
    slide(figure, "RMS window", playground.WINDOWS.index(100))
    compare("raw", ("band", "notch", "rms"), low=50, high=150, window=100)


def test_S4_011_the_burst_is_that_of_python(visit: Any) -> None:
    page = visit(KIND).page
    figure = figure_of(page, "envelope")
    for name, one in envelope.PRESETS:
        press(figure, name)
        peak, width = emg.burst(one["length"] / 1000, emg.tau_of(one["cutoff"]))
        found = state_of(page, "envelope")
        assert float(found["peak"]) == pytest.approx(peak)
        assert float(found["width"]) == pytest.approx(width)
        assert f"{100 * peak:.1f} %" in figure.locator(".summary").inner_text()
    slide(figure, "Burst", 470)
    slide(figure, "Cut-off of the smoothing", 14)
    assert float(state_of(page, "envelope")["width"]) == pytest.approx(
        emg.burst(0.47, emg.tau_of(1.4))[1]
    )


@pytest.mark.parametrize(("width", "theme"), [("phone", "dark"), ("desktop", "light")])
def test_states_are_accessible(width: str, theme: str, visit: Any) -> None:
    visitor = visit(BYTES, width=width, theme=theme)
    press(figure_of(visitor.page, "frame"), "a false start")
    check_state(visitor)
    visitor = visit(KIND, width=width, theme=theme)
    press(figure_of(visitor.page, "filter_playground"), "notch on an envelope")
    check_state(visitor)


@pytest.mark.parametrize("page", [BYTES, KIND])
def test_figures_run_alone(page: str, visit: Any) -> None:
    check_alone(visit(page, root=f"file://{HTML}"))
