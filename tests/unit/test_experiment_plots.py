"""Figures of the stored experiments, and what the pages say of them."""

from __future__ import annotations

from statistics import median

import pytest
from matplotlib import pyplot as plt

from fau_teach import experiment_plots
from fau_teach.experiments import again, recorded


@pytest.fixture(autouse=True)
def closed() -> object:
    yield
    plt.close("all")


def test_no_stored_result_is_stale() -> None:
    for name in ("force_table1", "force_table4", "force_table5", "force_labels"):
        assert not recorded(name).stale, f"{name}: run make experiments NAME={name}"


def test_features_are_sorted_and_marked() -> None:
    ax = experiment_plots.features()
    means = {(r["method"], r["variant"]): float(r["f1"]) for r in recorded("force_table1").rows
             if r["code"] == "mean"}  # fmt: skip
    names = [label.get_text() for label in ax.get_yticklabels()]
    found = [means[name, "used"] for name in names]
    assert found == sorted(found, reverse=True)
    dots = [line for line in ax.get_lines() if line.get_marker() == "o"]
    assert len(dots) == len(means)


def test_every_run_has_its_mark() -> None:
    ax = experiment_plots.fewer_labels()
    marks = sum(len(line.get_xdata()) for line in ax.get_lines() if line.get_linestyle() == "None")
    assert marks == len(recorded("force_table4").rows)


def test_every_shift_has_each_kind_of_net() -> None:
    ax = experiment_plots.shifts()
    marks = [line for line in ax.get_lines() if line.get_linestyle() == "None"]
    rows = recorded("force_table5").rows
    assert sum(len(line.get_xdata()) for line in marks) == len(rows)
    assert len(marks) == len({row["arm"] for row in rows})


def test_traces_and_maps_show_three_scenes() -> None:
    assert [ax.get_title() for ax in experiment_plots.traces()] == ["AU1+2", "AU6", "AU12"]
    maps = experiment_plots.maps()
    assert len(maps) == 6
    assert {len(ax.collections) for ax in maps} == {1}


def test_S1_055_what_the_page_says_of_few_labels() -> None:
    arms = "labels and reconstruction", "labels alone"
    gains = experiment_plots.gains("force_table4", "labels", *arms)
    assert {len(runs) for runs in gains.values()} == {3}
    assert gains["0.0500"][-1] < 0
    for share in ("0.2000", "0.5000"):
        assert gains[share][0] < 0 < gains[share][-1]


def test_S1_056_what_the_page_says_of_shifts() -> None:
    arms = "force with reconstruction", "force, labels alone"
    gains = experiment_plots.gains("force_table5", "shift", *arms)
    assert gains["other clips"][0] < -10
    assert abs(gains["other people"][0]) < 2


def test_what_the_page_says_of_forces() -> None:
    checks = recorded("force_table1").about["checks"]
    size = recorded("force_table1").about["c_squared"]
    for name, found in checks.items():
        good = name.endswith("used")
        assert (found["force_truth_r"] > 0.8) == good
        assert (found["loss_3d"] < size) == good
        assert good or found["force_truth_r"] < 0.1
    means = {(r["method"], r["variant"]): r for r in recorded("force_table1").rows
             if r["code"] == "mean"}  # fmt: skip
    used, printed = means["physics", "used"], means["physics", "printed"]
    assert float(printed["f1"]) >= float(used["low"])


def test_a_small_run_lies_where_the_stored_one_says() -> None:
    low, high = again.force_and_label_range()
    assert low <= median(again.force_and_label().values()) <= high
