"""The experiments of chapter 6 at a size that proves nothing, the lab's small run, and figures."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from matplotlib import pyplot as plt

from fau_teach import emg_plots, published
from fau_teach.evaluate.windows import SPLITS, crossing, leave_subject_out
from fau_teach.experiments import __main__ as command
from fau_teach.experiments import chapter6, emg_again, records

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    folder = tmp_path_factory.mktemp("results")
    names = [name for name in records.NAMES if records.MODULES[name] == "chapter6"]
    assert command.main([*names, "--quick", "--folder", str(folder)]) == 0
    for name in names:
        about = json.loads((folder / f"{name}.json").read_text())
        assert {"command", "seed", "settings", "package_hash", "seconds"} <= {*about}
    found = {}
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


@pytest.fixture(autouse=True)
def closed() -> object:
    yield
    plt.close("all")


def test_S4_009_every_model_stands_in_every_split(results: dict[str, Rows]) -> None:
    rows = results["emg_splits"]
    arms = (*SPLITS, chapter6.CALIBRATED)
    assert {(row["split"], row["model"]) for row in rows} == {
        (arm, model) for arm in arms for model in chapter6.MODELS
    }
    assert len({row["windows"] for row in rows}) == 1  # all arms test the same windows
    for row in rows:
        people = [float(one["accuracy"]) for one in results["emg_people"]
                  if (one["split"], one["model"]) == (row["split"], row["model"])]  # fmt: skip
        assert (float(row["worst"]), float(row["best"])) == (min(people), max(people))
        assert np.mean(people) == pytest.approx(float(row["accuracy"]), abs=2e-4)
        table = [one for one in results["emg_confusion"]
                 if (one["split"], one["model"]) == (row["split"], row["model"])]  # fmt: skip
        assert sum(int(one["windows"]) for one in table) == int(row["windows"])
        right = sum(int(one["windows"]) for one in table if one["truth"] == one["answer"])
        assert right / int(row["windows"]) == pytest.approx(float(row["accuracy"]), abs=1e-4)
    leaks = {row["split"]: tuple(float(row[f"{level}s_in_training"])
                                 for level in ("trial", "session", "subject"))
             for row in rows}  # fmt: skip
    assert leaks.pop("random windows")[0] > 0.5
    assert leaks == {
        "blocked in time": (0, 1, 1), "leave session out": (0, 0, 1),
        "leave person out": (0, 0, 0), chapter6.CALIBRATED: (0, 0, 0),
    }  # fmt: skip


def test_S4_009_controls_show_the_leak_and_the_person(results: dict[str, Rows]) -> None:
    found = {(row["control"], row["split"], row["model"]): float(row["accuracy"])
             for row in results["emg_controls"]}  # fmt: skip
    assert {key[:2] for key in found} == {
        (control, split) for control, splits in chapter6.CONTROLS.items() for split in splits
    }
    nearest = "k nearest neighbours"
    assert found["labels dealt to trials", "random windows", nearest] > 0.5
    for split in tuple(SPLITS)[1:]:
        assert found["labels dealt to trials", split, nearest] < 0.3
    assert found["labels dealt to windows", "random windows", nearest] < 0.25
    assert found["who is it", "blocked in time", "LDA"] > 0.8
    chances = {row["control"]: float(row["chance"]) for row in results["emg_controls"]}
    assert chances["who is it"] == pytest.approx(1 / 3, abs=1e-4)
    assert chances["labels dealt to trials"] == pytest.approx(1 / 7, abs=1e-4)


def test_calibration_trials_are_nowhere_else() -> None:
    raw, segments = chapter6.windows(replace(chapter6.quick(), subjects=2, sessions=1))
    assert not crossing(raw, segments).trial
    assert len(np.unique(segments.trials)) == 2 * 7  # one of each emotion of each person
    assert len(np.unique(raw.trials)) == 4 * 2 * 7


def test_the_lab_runs_without_torch_and_shows_the_fall() -> None:
    code = "import sys; from fau_teach.experiments import emg_again; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    data = emg_again.lab_windows(subjects=3)
    assert data.items.shape[1] == 32
    assert len(leave_subject_out(data)) == 3
    found = emg_again.leaks(data)
    assert list(found) == list(SPLITS)
    assert found["random windows"] > 0.9 > found["leave person out"]


def test_S4_007_the_two_numbers_are_drawn_with_what_they_can_mean() -> None:
    ax = emg_plots.two_numbers((85, 420))
    bars = [line for line in ax.get_lines() if len(line.get_xdata()) == 2]
    low, high = bars[1].get_xdata()
    assert (round(low, 2), round(high, 2)) == (95.67, 98.70)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "CNN 97.62 %", "LSTM 96.47 %",
    ]  # fmt: skip


def test_every_published_score_is_drawn() -> None:
    ax = emg_plots.studies()
    assert len(ax.get_yticklabels()) == len(published.studies())
    scores = [line.get_xdata()[0] for line in ax.get_lines() if len(line.get_xdata()) == 1]
    assert sorted(scores) == sorted(float(one.printed) for one in published.studies())
    own = [label.get_text() for label in ax.get_yticklabels() if "Singh" in label.get_text()]
    assert own == ["Singh 2026, CNN", "Singh 2026, LSTM"]


def test_every_person_has_a_mark_and_every_cell_its_share(results: dict[str, Rows]) -> None:
    ax = emg_plots.by_person(results["emg_people"], chapter6.MODELS)
    marks = [line for line in ax.get_lines() if line.get_linestyle() == "None"]
    assert sum(len(line.get_xdata()) for line in marks) == len(results["emg_people"])
    ax = emg_plots.confused(results["emg_confusion"], "leave person out", "LDA")
    assert np.allclose(np.asarray(ax.images[0].get_array()).sum(1), 100)
    ax = emg_plots.control(results["emg_controls"], "who is it")
    assert [label.get_text() for label in ax.get_yticklabels()] == list(SPLITS)[:3]
    assert ax.get_lines()[-1].get_xdata()[0] == pytest.approx(1 / 3, abs=1e-4)
