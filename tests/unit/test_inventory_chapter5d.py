"""Checks that the inventory asks for on the page of published tables, its figures and the lab."""

from __future__ import annotations

import math
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from fau_teach import depth, published, score_plots
from fau_teach.exercises import exercise
from fau_teach.face.materials import Lights

PAGE = (
    Path(__file__).resolve().parents[2] / "book/05-depth-mer/7-what-the-tables-show.md"
).read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def closed() -> object:
    yield
    plt.close("all")


def test_S3_046_S3_047_S3_048_every_row_stands_beside_its_chance() -> None:
    ax = score_plots.above_chance()
    dashed = [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == "--"]
    assert dashed == pytest.approx([100 / 3, 25, 100 / 7])
    dots = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert dots == [67.10, 49.24, 32.43]
    squares = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "s"]
    assert len(squares) == 7
    # What the page says of the others: each stands close to its own dashed line.
    nearest = [min(abs(x - chance) for chance in dashed) for x in squares]
    assert max(nearest) < 6


def test_S3_049_S3_050_what_the_page_says_of_networks_and_points() -> None:
    nets = published.table("2", "depthcloud")
    assert [row.method for row in nets.ranked("UF1")][-1] == "RCN-A"
    assert nets.rank("PointNet++", "UF1") == nets.rank("PointNet++", "UAR") == 1
    picks = published.table("3", "depthcloud")
    gain = picks.gain("sort 2048", "random 2048")
    assert (gain["UF1"], gain["UAR"]) == (17.73, 19.59)
    less = [picks.gain("sort 2048", other) for other in ("sort 1024", "sort 4096")]
    falls = [value for one in less for value in one.values()]
    assert 5 <= min(falls) <= max(falls) <= 10


def test_S3_053_four_panels_show_what_was_chosen() -> None:
    shape = (40, 30)
    moving = np.zeros(shape, bool)
    moving[10:20, 5:15] = True
    truth = SimpleNamespace(onset=SimpleNamespace(depth=np.full(shape, 600)), moving=moving)
    chance = np.random.default_rng(0)
    picks = {
        f"{n}": SimpleNamespace(distinct=chance.permutation(40 * 30)[:n])
        for n in (100, 200, 400, 201)
    }
    axes = score_plots.chosen(picks, truth)  # type: ignore[arg-type]
    assert [ax.get_title() for ax in axes] == [*picks]
    for ax, one in zip(axes, picks.values(), strict=True):
        u, v = ax.lines[0].get_data()
        assert (np.asarray(v) * 30 + np.asarray(u) == one.distinct).all()
        assert ax.collections, "the outline of what moves"


def test_S3_052_a_lamp_makes_still_skin_flow_and_leaves_depth() -> None:
    lamps = {
        "same": Lights(),
        "dimmed": Lights().scaled(0.4),
        "side": Lights(key=(0.55, 0.62, 0.78), fill=(-0.85, 0.1, 0.62)),
    }
    found = depth.under_lamps(lamps, "25")
    still = {name: float(one.flow[one.still].mean()) for name, one in found.items()}
    assert still["same"] < 0.1 < still["dimmed"] < still["side"]
    assert still["side"] > 1
    mouth = {name: float(one.flow[one.moving].mean()) for name, one in found.items()}
    assert mouth["dimmed"] < mouth["same"]
    for one in found.values():
        assert float(abs(one.depth[one.still]).mean()) < 0.01


def test_E3_14_the_two_scores_part_and_a_number_comes_twice() -> None:
    table = published.table("4", "depthcloud")
    gain = table.gain("macro to micro", "micro to micro")
    assert gain["UF1"] > 10 > 1 > gain["UAR"]
    first = published.table("1/3", "depthcloud")["Ours"].used["UF1"]
    assert table["micro to micro"].used["UAR"] == first


@pytest.mark.parametrize("erratum", ["E3-10", "E3-11", "E3-14", "E3-18", "E3-19", "E3-20"])
def test_notes_stand_on_the_page(erratum: str) -> None:
    assert f"```{{source-note}} {erratum}\n" in PAGE


def test_S3_054_S3_055_limits_and_hopes_of_the_source() -> None:
    open_ends = PAGE.split("## What remains open")[1]
    for word in ("few depth data", "texture", "theory", "without labels", "transfer", "together"):
        assert word in re.sub(r"\s+", " ", open_ends), word


# -- figures of our own experiments


def row(**told: Any) -> dict[str, str]:
    rest = {"uf1": 0.5, "uf1_low": 0.4, "uf1_high": 0.6, "uf1_beyond": 0.35, "seed": 0}
    return {name: str(value) for name, value in {**rest, **told}.items()}


def test_forest_has_a_bar_a_dot_and_chance_for_each_seed() -> None:
    rows = [
        row(network=name, pipeline="used", seed=seed, uf1=value + seed / 100)
        for name, value in (("pointnet", 0.5), ("pointnet2", 0.55))
        for seed in (0, 1, 2)
    ]
    ax = score_plots.forest(rows, "network", "pipeline")
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "pointnet, used", "pointnet2, used",
    ]  # fmt: skip
    dots = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert dots == pytest.approx([0.50, 0.51, 0.52, 0.55, 0.56, 0.57])
    assert [text.get_text() for text in ax.texts] == ["0.51", "0.56"]
    assert len(ax.lines) == 3 * len(rows)


def test_counts_draw_means_over_seeds_and_random_points_apart() -> None:
    rows = [
        row(condition=condition, pipeline=pipeline, pick=pick, points=points, seed=seed,
            uf1=0.4 + 0.1 * seed)
        for condition in ("clean", "sensor")
        for pipeline in ("printed", "used")
        for pick, points in (("rank", 1024), ("rank", 2048), ("rank", 4096), ("random", 2048))
        for seed in (0, 1)
    ]  # fmt: skip
    axes = score_plots.counts(rows)
    assert [ax.get_title() for ax in axes] == ["clean", "sensor"]
    lines = [line for line in axes[0].lines if line.get_label() in ("used", "printed")]
    assert [list(line.get_ydata()) for line in lines] == [pytest.approx([0.45] * 3)] * 2
    open_marks = [line for line in axes[0].lines if line.get_markerfacecolor() == "white"]
    assert len(open_marks) == 4


def test_differences_pair_the_seeds() -> None:
    rows = [row(arm=arm, seed=seed, uf1=value) for arm, seed, value in
            (("a", 0, 0.5), ("a", 1, 0.7), ("b", 1, 0.4), ("b", 0, 0.6))]  # fmt: skip
    found = score_plots.differences(rows, {"arm": "a"}, {"arm": "b"}, uf1_low="0.4")
    assert found == pytest.approx({"mean": 0.1, "low": -0.1, "high": 0.3})
    with pytest.raises(ValueError, match="no seed"):
        score_plots.differences(rows, {"arm": "a"}, {"arm": "c"})
    with pytest.raises(ValueError, match="say more"):
        score_plots.differences(rows, {}, {"arm": "b"})


# -- the lab


def test_answers_of_the_lab() -> None:
    assert exercise("5.13").solution() == {"12"}
    assert exercise("5.14").solution() == 0.1
    # Three turns of 0.3 degrees about three axes.
    assert exercise("5.15").solution() == pytest.approx(0.3 * math.sqrt(3), abs=0.02)
    # 0.5 mm of noise, 0.2 mm wanted: (0.5 / 0.2)^2 is 6.25.
    assert exercise("5.16").solution() == 7
    assert 0.03 < exercise("5.17").solution() < 0.1
