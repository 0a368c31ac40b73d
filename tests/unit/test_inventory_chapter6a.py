"""Pages 1 and 2 of chapter 6: words, numbers, figures and exercises against the package."""

from __future__ import annotations

import json
import math
import re
from html import unescape
from pathlib import Path
from statistics import NormalDist

import matplotlib.pyplot as plt
import numpy as np
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_file
from scipy.optimize import brentq

from fau_teach import emg, emg_plots
from fau_teach.emg import board, protocol
from fau_teach.emg.measures import valence_score
from fau_teach.emg.safety import RULES
from fau_teach.exercises import exercise
from fau_teach.widgets import FIGURES, Wiring
from fau_teach.widgets import wiring as figure

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "book" / "06-emg"
HEARS, BUILD = "1-what-an-electrode-hears", "2-build-it"


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def text_of(page: str, folder: Path = PAGES) -> str:
    return (folder / f"{page}.md").read_text(encoding="utf-8")


def table(text: str, head: str) -> list[list[str]]:
    """Cells of the table of a page that begins with a head."""
    rows = text.partition(head)[2].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


# -- what an electrode hears


def test_S4_001_S4_002_six_authors_and_an_abstract() -> None:
    entry = parse_file(str(ROOT / "book" / "references.bib")).entries["singh2026"]
    assert len(entry.persons["author"]) == 6
    assert (entry.fields["volume"], entry.fields["year"]) == ("12", "2026")
    page = text_of(HEARS)
    assert "Six authors" in page
    assert "volume 12, 2026" in page
    rows = table(page, "| claim of the abstract |")
    assert len(rows) == 3
    assert all(all(row) for row in rows)
    for name in ("index", HEARS, BUILD):  # who cites the study says what was read of it
        text = text_of(name)
        assert "singh2026" in text
        assert re.search(r"abstract only|E4-09", text)


def test_S0_072_S0_079_two_channels_tell_valence_as_often_as_theory_says() -> None:
    """What the page's cell computes, over other draws: near theory, and swapped near the rest."""
    theory = NormalDist().cdf(1.5)
    assert theory == pytest.approx(0.933, abs=5e-4)
    pleasant, shift = np.tile([1, -1], 1000), 3 * 2**0.5 / 4 * np.array([[1], [-1]])
    for seed in range(5):
        zyg, cor = np.random.default_rng(seed).normal(size=(2, 2000)) + shift * pleasant
        gap = zyg - cor
        apart = gap[pleasant > 0].mean() - gap[pleasant < 0].mean()
        assert apart / gap[pleasant > 0].std() == pytest.approx(3, abs=0.2)
        right = np.mean(np.sign(valence_score(zyg, cor)) == pleasant)
        swapped = np.mean(np.sign(valence_score(cor, zyg)) == pleasant)
        assert (right, swapped) == pytest.approx((theory, 1 - theory), abs=0.02)
    page = text_of(HEARS)
    assert "brown1980,larsen2003,dimberg1982" in page
    assert "3 * 2**0.5 / 4" in page


def test_S0_079_microvolts_of_two_muscles_do_not_compare() -> None:
    one = exercise("6.2")
    assert one.solution() == 1
    assert one.wrong[0][0] == 0.4  # what the starter prints


def test_S0_107_E0_36_E4_06_a_channel_budget() -> None:
    assert emg.budget(12).electrodes == 25
    assert emg.budget(12, sides=2).electrodes == 49
    assert emg.budget(12, sides=2).free < 0
    assert emg.budget(16).rate == pytest.approx(board.adc_rate(16))
    page = text_of(HEARS)
    assert page.index("{source-note} E0-36") < page.rindex("emg.budget")
    assert exercise("6.1").solution() == [13, pytest.approx(emg.budget(3, 2).rate)]


def test_S0_107_the_page_names_what_a_pair_hears_beside_its_muscle() -> None:
    heard = dict(emg.neighbours("depressor_supercilii", least=0.4))
    assert min(heard["procerus_L"], heard["frontalis_medial_L"]) > 0.9
    assert len(emg.neighbours("corrugator", least=0.4)) >= 2
    sites = emg.atlas()
    assert sites["orbicularis_oris"].aus == ("22", "23", "24")
    assert "Half-way" in sites["zygomaticus"].placement


def test_S0_108_the_matrix_is_that_of_chapter_3() -> None:
    head = "| method | any light |"
    before = table(text_of("11-what-else-can-be-measured", ROOT / "book" / "03-labelling"), head)
    assert [row[:4] for row in table(text_of(HEARS), head)] == before


def test_S0_107_the_figure_shows_every_site_where_the_atlas_has_it() -> None:
    ax = emg_plots.atlas()
    height, width, _ = ax.images[0].get_array().shape
    assert [text.get_text() for text in ax.texts] == [str(n + 1) for n in range(len(emg.atlas()))]
    pairs = [np.array(line.get_data()).T for line in ax.lines]
    assert len(pairs) == len(emg.atlas()) == 11
    assert "eleven numbered pairs" in text_of(HEARS)
    for (start, end), text in zip(pairs, ax.texts, strict=True):
        for x, y in (start, end, text.get_position()):
            assert 0 < x < width
            assert 0 < y < height
        assert 15 < np.linalg.norm(end - start) < 45
    lowest = max(range(11), key=lambda k: pairs[k].mean(axis=0)[1])
    assert list(emg.atlas())[lowest] == "mentalis"
    assert len(emg_plots.atlas(names=["zygomaticus"]).lines) == 1


# -- the board


def test_S4_003_the_ADC_in_numbers() -> None:
    assert (protocol.BITS, board.INPUTS) == (10, 16)
    assert board.step_mv() == pytest.approx(4.883, abs=5e-4)
    assert board.CLOCK_HZ / board.PRESCALER == 125_000
    assert round(board.adc_rate()) == 9615
    assert round(board.adc_rate(16)) == 601
    assert board.line_rate(115_200, 6) == 1920
    page = text_of(BUILD)
    assert "9,615 a second" in page
    assert "125 kHz, and 13 ticks" in page
    assert emg.limits(4).rate < board.adc_rate(4)  # the sketch keeps a margin
    assert emg.limits(8).adc > 1000 > board.adc_rate(16)


def test_S4_003_counts_of_a_micro_expression() -> None:
    ends = {volts: [1000 * part / board.step_mv(volts) for part in (0.056, 0.092)]
            for volts in board.REFERENCES_V}  # fmt: skip
    assert [round(one) for one in ends[5.0]] == [11, 19]
    assert ends[2.56][0] / ends[5.0][0] == pytest.approx(1.95, abs=0.01)
    assert ends[1.1][0] / ends[5.0][0] == pytest.approx(4.55, abs=0.01)
    assert exercise("6.4").solution() == pytest.approx(28.8)


@given(st.floats(-20, 20), st.sampled_from(board.REFERENCES_V))
def test_S4_003_counts_are_whole_and_within_a_step(volts: float, reference: float) -> None:
    found = board.counts(volts, reference)
    assert 0 <= found <= 1023
    if 0 <= volts < reference:
        low = found * board.step_mv(reference) / 1000
        assert low - 1e-9 <= volts <= low + board.step_mv(reference) / 1000 + 1e-9
        middle = float(protocol.volts(found, round(1000 * reference)))
        assert abs(middle - volts) <= board.step_mv(reference) / 2000 + 1e-9


def shockley(output: float) -> float:
    """Pin voltage with real diodes: what the resistor brings, the two diodes carry away."""
    leak, thermal = 5e-9, 0.02585  # a small Schottky diode

    def excess(pin: float) -> float:
        upper = leak * math.expm1((pin - board.SUPPLY_V) / thermal)
        lower = leak * math.expm1(-pin / thermal)
        return upper - lower - (output - pin) / board.SERIES_OHM

    return float(brentq(excess, -1.5, 6.5))


@given(st.floats(-9, 9))
def test_S4_003_S4_013_the_clamp_is_that_of_real_diodes_and_always_survives(output: float) -> None:
    pin = board.pin_volts(output)
    assert pin == pytest.approx(shockley(output), abs=0.1)
    assert board.survives(pin)
    assert abs(output - pin) / board.SERIES_OHM < 1e-3
    assert board.pin_volts(output, "nothing") == output
    assert board.pin_volts(output, "divider") == output / 2
    assert board.pin_volts(-output, "divider") == -board.pin_volts(output, "divider")


def test_S4_013_without_a_clamp_a_pin_may_die() -> None:
    for output, name, well in ((9, "nothing", False), (9, "divider", True), (-9, "divider", False),
                               (9, "clamp", True), (-9, "clamp", True)):  # fmt: skip
        assert board.survives(board.pin_volts(output, name)) is well
    with pytest.raises(ValueError, match="'fuse' is none of nothing, divider, clamp"):
        board.pin_volts(1, "fuse")  # type: ignore[arg-type]


# -- safety


def test_S4_013_one_text_in_one_place_on_every_page_with_hardware() -> None:
    pages = [path for path in (ROOT / "book").glob("*/*.md") if "{safety}" in path.read_text()]
    assert {path.stem for path in pages} >= {"index", HEARS, BUILD, "11-what-else-can-be-measured"}
    for path in (ROOT / "book").glob("*/*.md"):
        assert not [one for one in RULES if one in path.read_text(encoding="utf-8")]
    words = " ".join(RULES)
    for word in ("batteries", "charger", "isolator", "chest", "broken skin", "implanted",
                 "consent", "second person", "medical device"):  # fmt: skip
        assert word in words


def test_S4_013_the_box_in_a_notebook_says_the_same() -> None:
    box = emg.safety_box()
    shown = unescape(re.sub(r"<[^>]+>", "\n", box._repr_html_()))
    assert [line for line in shown.splitlines() if line] == [box.title, *RULES, box.last]
    assert str(box).startswith(box.title)
    assert box.markdown().count("\n- ") == len(RULES) - 1


# -- wiring


def test_wiring_is_registered_light_and_complete() -> None:
    assert FIGURES["wiring"] is Wiring
    made = Wiring()
    assert len(made.static_html().encode()) < 40_000
    json.dumps(made.state(), allow_nan=False)
    drawing = made.data["drawing"]
    assert sorted(re.findall(r'data-part="(\w+)"', drawing)) == sorted(p.id for p in figure.PARTS)
    assert "<image" not in drawing
    assert {int(n) for n in re.findall(r">(\d+)</text></g>", drawing)} == set(range(1, 13))
    assert "12. " in made.fallback_html()
    for one in figure.PARTS:
        assert one.title in unescape(made.fallback_html())


def test_wiring_without_scripts_draws_the_clamp_alone() -> None:
    still = figure.drawing_of("A name")
    assert 'aria-label="A name"' in still
    for name in ("nothing", "divider", "no ground", "charger"):
        assert f'data-when="{name}"' not in still
    assert 'data-when="clamp"' in still
    rows = re.findall(
        r"<th scope=\"row\">resistor and clamp</th>(.*?)</tr>", Wiring().fallback_html()
    )
    assert re.findall(r">(-?[\d.]+) V<", rows[0]) == ["-0.3", "0", "2.5", "5", "5.3"]


@pytest.mark.parametrize(
    ("given_", "error"),
    [({"part": "fuse"}, ValueError), ({"protection": "fuse"}, ValueError),
     ({"output": 12.0}, traitlets.TraitError)],
)  # fmt: skip
def test_wiring_refuses_what_it_does_not_know(given_: dict[str, object], error: type) -> None:
    with pytest.raises(error):
        Wiring(**given_)


def test_S4_003_the_page_follows_the_drawing() -> None:
    page = text_of(BUILD)
    assert f"from 1 to {len(figure.PARTS)}" in page
    parts = " ".join(row[0] for row in table(page, "| part |"))
    for name in ("sensor module", "electrodes", "9 V battery", "10 kΩ", "Schottky", "Mega 2560"):
        assert name in parts
    assert board.SERIES_OHM == 10_000


@pytest.mark.parametrize("number", ["6.1", "6.2", "6.3", "6.4"])
def test_exercises_know_their_usual_mistakes(number: str) -> None:
    one = exercise(number)
    assert one.judge(one.solution()).state == "right"
    hints = [one.judge(wrong).message for wrong, _ in one.wrong]
    assert all(hint in message for (_, hint), message in zip(one.wrong, hints, strict=True))
