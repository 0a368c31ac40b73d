"""Figures draw the data they name; expected values come from the inventory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from math import log10

import matplotlib as mpl
import nbclient
import nbformat
import pytest

from fau_teach import anatomy, emotion, facs, plots

mpl.use("Agg")

import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    plt.close("all")


def texts(ax: plt.Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def xtick_labels(ax: plt.Axes) -> list[str]:
    return [label.get_text() for label in ax.get_xticklabels()]


def ytick_labels(ax: plt.Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def test_importing_plots_loads_no_matplotlib() -> None:
    code = "import fau_teach.plots, sys; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_notebook_shows_the_second_figure_too() -> None:
    code = ("from fau_teach import plots", "plots.data_sets();", "plots.landis();")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in code])
    inline = os.environ | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    nbclient.NotebookClient(notebook, kernel_name="python3").execute(env=inline)
    shown = [
        ["image/png" in out.get("data", {}) for out in cell.outputs] for cell in notebook.cells
    ]
    assert shown == [[], [True], [True]]


def test_coding_systems_in_the_order_of_s0_004() -> None:
    ax = plots.coding_systems()
    (dots,) = ax.lines
    assert list(dots.get_xdata()) == [1978, 1979, 1980, 1991, 2003]
    assert [text.split(",")[0] for text in texts(ax)] == [
        "FACS", "MAX", "Monadic Phases", "FACES", "FAP",
    ]  # fmt: skip


def test_data_sets_span_three_powers_of_ten_s0_005() -> None:
    ax = plots.data_sets()
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == [667, 1109, 5000, 950000]
    assert log10(widths[-1] / widths[0]) == pytest.approx(3.15, abs=0.005)
    assert ax.get_xscale() == "log"
    assert "950,000 images" in texts(ax)


def test_incidence_cells_s0_021() -> None:
    actions = plots.muscle_actions()
    assert len({code for code, _ in actions}) == 30
    assert sum(code == "4" for code, _ in actions) == 3
    oris = {code for code, muscle in actions if muscle == "orbicularis_oris"}
    assert {"22", "23", "24", "28", "25"} <= oris


def test_what_lets_go_e2_07_e2_11() -> None:
    actions = plots.muscle_actions()
    assert {actions["26", muscle] for muscle in ("masseter", "temporalis", "medial_pterygoid")} == {
        "relaxes"
    }
    lid = "levator_palpebrae_superioris"
    assert actions["5", lid] == "contracts"
    assert {actions[code, lid] for code in ("41", "43", "45", "46")} == {"relaxes"}


def test_incidence_agrees_with_the_catalogue() -> None:
    """Two tables, made apart: what each muscle does, and which muscles only help."""
    catalogue = {
        (unit.code, muscle): "relaxes" if muscle in unit.relaxing else "contracts"
        for unit in (facs.au(code) for code in anatomy.imotions_codes())
        for muscle in unit.muscles
    }
    drawn = plots.muscle_actions()
    assert {pair: catalogue[pair] for pair in drawn} == drawn
    helpers = {("5", "superior_tarsal"), ("27", "digastric_posterior")}  # E2-12, E2-08
    assert set(catalogue) - set(drawn) == helpers


def test_incidence_draws_every_cell_once() -> None:
    ax = plots.incidence()
    rows = [label.removeprefix("AU") for label in ytick_labels(ax)]
    columns = [label.replace(" ", "_") for label in xtick_labels(ax)]
    drawn = {
        (rows[int(y)], columns[int(x)]): line.get_label()
        for line in ax.lines
        if line.get_label() in ("contracts", "relaxes")
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    }
    assert drawn == plots.muscle_actions()


def test_incidence_parts_upper_from_lower_face() -> None:
    ax = plots.incidence()
    rows = ytick_labels(ax)
    border = next(line.get_ydata()[0] for line in ax.lines if line.get_label().startswith("_"))
    assert rows.index("AU46") < border < rows.index("AU9")
    assert {"AU1", "AU6", "AU43"} <= set(rows[: int(border + 0.5)])


def test_motor_paths_s0_059() -> None:
    main = {(start, end) for start, end, is_main in plots.MOTOR_PATHS if is_main}
    for side, other in (("left", "right"), ("right", "left")):
        for cortex in (side, other):
            assert (f"{cortex} cortex", f"{side} nucleus, upper") in main
        assert (f"{other} cortex", f"{side} nucleus, lower") in main
        assert (f"{side} cortex", f"{side} nucleus, lower") not in main
        for half in ("upper", "lower"):
            assert (f"{side} nucleus, {half}", f"{side} {half} face") in main
            assert (f"{side} nucleus, {half}", f"{other} {half} face") not in main


def test_motor_systems_draws_all_paths_and_puts_subject_right_on_the_reader_left() -> None:
    ax = plots.motor_systems()
    gids = {child.get_gid() for child in ax.texts if child.get_gid()}
    assert gids == {f"{start} > {end}" for start, end, _ in plots.MOTOR_PATHS}
    dotted = {
        child.get_gid()
        for child in ax.texts
        if child.get_gid() and child.arrow_patch.get_linestyle() in ("dotted", ":")
    }
    assert dotted == {
        "right cortex > right nucleus, lower",
        "left cortex > left nucleus, lower",
    }
    assert plots.MOTOR_BOXES["right upper face"][0] < plots.MOTOR_BOXES["left upper face"][0]


def test_laterality_for_happiness_s0_073() -> None:
    ax = plots.laterality()
    column = xtick_labels(ax).index("happiness")
    cells = {
        text.get_position()[1]: text.get_text()
        for text in ax.texts
        if text.get_position()[0] == column
    }
    sides = dict(zip(ytick_labels(ax), (cells[row] for row in sorted(cells)), strict=True))
    assert sides == {"right hemisphere": "right", "basic or social": "right", "valence": "left"}


def test_valence_hypothesis_says_nothing_about_surprise_s0_091() -> None:
    ax = plots.laterality()
    column = xtick_labels(ax).index("surprise")
    said = [text.get_text() for text in ax.texts if text.get_position()[0] == column]
    assert sorted(said) == ["none", "right", "right"]


def test_wilson_for_assumed_landis_s0_092() -> None:
    low, high = plots.wilson_interval(8, 25)
    assert (low, high) == pytest.approx((0.17, 0.52), abs=0.005)


def test_wilson_at_the_ends_and_in_the_middle() -> None:
    # Closed forms: z^2 / (n + z^2) at the ends, symmetry about one half.
    z2 = 1.959964**2
    assert plots.wilson_interval(0, 10) == pytest.approx((0, z2 / (10 + z2)))
    assert plots.wilson_interval(10, 10) == pytest.approx((10 / (10 + z2), 1))
    low, high = plots.wilson_interval(20, 40)
    assert low + high == pytest.approx(1)


@pytest.mark.parametrize(
    ("successes", "n", "said"),
    [(0, 0, "at least one person"), (-1, 5, "0 to n"), (6, 5, "n = 5")],
)
def test_wilson_refuses(successes: float, n: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        plots.wilson_interval(successes, n)


def test_landis_draws_an_interval_for_each_assumption() -> None:
    ax = plots.landis(assumed=(25, 100))
    assert ytick_labels(ax) == ["25 persons (assumed)", "100 persons (assumed)"]
    brows, eyes = (collection.get_segments() for collection in ax.collections)
    assert len(brows) == len(eyes) == 2
    (low, _), (high, _) = brows[0]
    assert (low, high) == pytest.approx(plots.wilson_interval(8, 25))
    marks = [list(line.get_xdata()) for line in ax.lines]
    assert marks == [[0.32, 0.3], [0.2, 0.2]]


def heat_map(name: str) -> tuple[plt.Axes, dict[tuple[str, str], mpl.patches.Rectangle]]:
    """Figure of a learned table, and its cells by unit and emotion."""
    ax = plots.learned_table(emotion.learned(name))
    rows = [label.removeprefix("AU") for label in ytick_labels(ax)]
    columns = xtick_labels(ax)
    return ax, {
        (rows[round(b.get_y() + 0.5)], columns[round(b.get_x() + 0.5)]): b for b in ax.patches
    }


@pytest.mark.parametrize(
    ("name", "units", "legible"), [("dong1", 13, 6 * 7), ("dong2", 25, 5 * 6 + 10)]
)
def test_heat_map_fills_the_legible_cells_alone_s0_028_to_s0_040(
    name: str, units: int, legible: int
) -> None:
    ax, cells = heat_map(name)
    table = emotion.learned(name)
    assert xtick_labels(ax) == list(emotion.SIX)
    assert len(cells) == units * 6
    filled = {cell for cell, bar in cells.items() if not bar.get_hatch()}
    assert len(filled) == legible
    assert filled == {cell for cell in cells if table.value(*cell) is not None}


def test_heat_map_prints_values_and_doubts_s0_040_e0_11() -> None:
    ax, _ = heat_map("dong2")
    rows = ytick_labels(ax)
    shown = {
        (rows[round(y)], emotion.SIX[round(x)]): text.get_text()
        for text in ax.texts
        for x, y in [text.get_position()]
        if round(y) < len(rows) - 1
    }
    assert shown["AU39", "Sadness"] == ".4294"
    assert shown["AU20", "Fear"] == ".2500"
    assert {cell for cell, text in shown.items() if "†" in text} == {
        ("AU28", "Happiness"),
        *((code, "Sadness") for code in ("AU6", "AU28", "AU7", "AU24")),
    }


@pytest.mark.parametrize(
    ("name", "lost"), [("dong1", ["8–10"] * 6), ("dong2", [*["7–10"] * 5, "none"])]
)
def test_heat_map_names_the_lost_ranks_e0_11(name: str, lost: list[str]) -> None:
    ax, _ = heat_map(name)
    assert ytick_labels(ax)[-1] == "lost ranks"
    assert texts(ax)[-6:] == lost


def luminance(colour: tuple[float, float, float]) -> float:
    """Relative luminance as in WCAG."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", ["dong1", "dong2"])
def test_heat_map_is_readable_in_greyscale(name: str) -> None:
    ax, cells = heat_map(name)
    table = emotion.learned(name)
    light = {}
    for cell, bar in cells.items():
        if (value := table.value(*cell)) is not None:
            *colour, alpha = bar.get_facecolor()
            light[value] = luminance(tuple(1 - alpha * (1 - part) for part in colour))
    darker = [light[value] for value in sorted(light)]
    assert darker == sorted(darker, reverse=True)
    assert darker[0] - darker[-1] > 0.3
    ink = luminance(mpl.colors.to_rgb(ax.texts[0].get_color()))
    assert (darker[-1] + 0.05) / (ink + 0.05) >= 4.5


def test_heat_map_lines_that_au25_and_au12_fill_s0_041() -> None:
    _, cells = heat_map("dong1")
    full = {
        code for code, _ in cells if not any(cells[code, name].get_hatch() for name in emotion.SIX)
    }
    assert full == {"10", "12", "25"}
    assert "25" not in {code for code, _ in heat_map("dong2")[1]}


def dots(ax: plt.Axes) -> dict[str, set[tuple[str, str]]]:
    """Label of a mark -> its cells, by emotion and unit."""
    rows, columns = ytick_labels(ax), xtick_labels(ax)
    return {
        line.get_label(): {
            (columns[int(x)], rows[int(y)])
            for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
        }
        for line in ax.lines
        if "Table" in line.get_label()
    }


def test_dot_matrix_holds_table_3_against_the_data_s0_045_e0_40() -> None:
    here, bare, beyond = dots(plots.support()).values()
    assert bare == {
        ("Happiness", "AU14"),
        ("Happiness", "AU27"),
        ("Anger", "AU5"),
        ("Anger", "AU22"),
        ("Disgust", "AU7"),
    }
    assert len(here) == 41 - 5
    assert not here & bare
    assert not beyond & (here | bare)
    assert len([cell for cell in beyond if cell[1] == "AU12"]) == 5
    assert {("Anger", "AU7"), ("Sadness", "AU7"), ("Fear", "AU16")} < beyond


def test_dot_matrix_sets_exclusive_units_bold_s0_054() -> None:
    labels = plots.support().get_yticklabels()
    bold = {label.get_text() for label in labels if label.get_fontweight() == "bold"}
    assert bold == {f"AU{code}" for code in (2, 6, 7, 12, 16, 20, 22, 23, 24, 28, 43)}


def test_dot_matrix_marks_differ_in_shape_and_stand_outside_the_data() -> None:
    ax = plots.support()
    here, bare, beyond = (line for line in ax.lines if "Table" in line.get_label())
    assert here.get_marker() == bare.get_marker() != beyond.get_marker()
    assert here.get_markerfacecolor() != bare.get_markerfacecolor() == "white"
    ax.figure.draw_without_rendering()
    legend = ax.get_legend().get_window_extent()
    assert legend.y1 <= ax.get_window_extent().y0
    assert legend.x1 <= ax.figure.bbox.x1


@pytest.mark.parametrize(
    "draw",
    [
        plots.coding_systems,
        plots.data_sets,
        plots.motor_systems,
        plots.laterality,
        plots.landis,
        plots.support,
        lambda: plots.learned_table(emotion.learned("dong1")),
    ],
)
def test_style_is_ours_and_stays_inside(draw: object) -> None:
    before = dict(mpl.rcParams)
    figure = draw().figure  # type: ignore[operator]
    assert mpl.colors.to_hex(figure.get_facecolor()) == "#ffffff"
    assert dict(mpl.rcParams) == before
