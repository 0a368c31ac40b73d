"""The experiments of chapter 5 at a size that proves nothing, and what they compute with."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from fau_teach.depth.course import Course
from fau_teach.evaluate.splits import Cases, overlap
from fau_teach.experiments import __main__ as command
from fau_teach.experiments import chapter5, depth_clips, records

DEPTH = [name for name in records.NAMES if records.MODULES[name] == "chapter5"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, cache = (tmp_path_factory.mktemp(name) for name in ("results", "cache"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAU_TEACH_CACHE", str(cache))
        assert command.main([*DEPTH, "--quick", "--folder", str(folder)]) == 0
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_experiment_writes_its_tables(results: Path) -> None:
    ablation = rows(results / "depth_ablation.csv")
    assert len(ablation) == 3 * 2 * 4
    assert {(row["pick"], row["points"]) for row in ablation} == {
        ("rank", "1024"), ("rank", "2048"), ("rank", "4096"), ("random", "2048"),
    }  # fmt: skip
    assert len(rows(results / "depth_precision.csv")) == len(ablation)
    networks = rows(results / "depth_networks.csv")
    assert {row["network"] for row in networks} == {*chapter5.NETS, "regions"}
    assert {row["classes"] for row in rows(results / "depth_classes.csv")} == {*chapter5.SIZES}
    light = rows(results / "depth_light.csv")
    assert {(row["features"], row["lamp"]) for row in light} == {
        (one, lamp) for one in ("flow", "depth", "used") for lamp in depth_clips.LAMPS
    }
    for name in DEPTH:
        about = json.loads((results / f"{name}.json").read_text())
        assert {"command", "seed", "settings", "package_hash", "seconds"} <= {*about}
        for row in rows(results / f"{name}.csv"):
            for score in ("uf1", "uar"):
                low, value, high = (float(row[f"{score}{end}"]) for end in ("_low", "", "_high"))
                assert 0 <= low <= high <= 1
                assert 0 <= value <= 1


def test_only_the_arms_that_say_so_share_people(results: Path) -> None:
    """S3-060: the audit flags people who are in both sets."""
    shared = {row["arm"]: float(row["shared"]) for row in rows(results / "depth_transfer.csv")}
    assert shared == {
        "micro, other people": 0.0, "macro, other people": 0.0,
        "macro, the same people": 1.0, "macro, all people": 1.0,
    }  # fmt: skip
    told = json.loads((results / "depth_transfer.json").read_text())["overlap"]
    assert told["macro, other people"].startswith("nobody")


def test_depth_is_what_it_is_under_any_lamp(results: Path) -> None:
    """S3-052: light moves the flow and leaves depth as it is."""
    light = rows(results / "depth_light.csv")
    for seed in {row["seed"] for row in light}:
        same = {
            tuple(row[key] for key in ("uf1", "uar", "uf1_low"))
            for row in light
            if row["features"] == "depth" and row["seed"] == seed
        }
        assert len(same) == 1
    lamps = {row["lamp"]: row for row in rows(results / "depth_lamps.csv")}
    assert len({row["depth_still"] for row in lamps.values()}) == 1
    still = {name: float(row["flow_still"]) for name, row in lamps.items()}
    assert still["other side"] > 3 * still["the same"]


def test_as_many_people_are_learned_from_with_the_leak_as_without() -> None:
    subjects = [f"s{i // 4}" for i in range(40)]
    kinds = np.array(["micro", "micro", "macro", "macro"] * 10)
    size = replace(chapter5.quick(), folds=4)
    arms = chapter5._arms(size, subjects, kinds, 0)
    who = np.array(subjects)
    tests = []
    for apart, leak in zip(
        arms["macro, other people"], arms["macro, the same people"], strict=True
    ):
        assert len(apart.train) == len(leak.train)
        assert not overlap(who[apart.train].tolist(), who[apart.test].tolist())
        assert overlap(who[leak.train].tolist(), who[leak.test].tolist()).tested == 1
        assert {*kinds[leak.train]} == {"macro"}
        assert {*kinds[leak.test]} == {"micro"}
        tests += leak.test.tolist()
    assert sorted(tests) == np.flatnonzero(kinds == "micro").tolist()


def test_the_linear_recogniser_learns_and_leaves_unseen_classes_alone() -> None:
    chance = np.random.default_rng(0)
    labels = ["a", "a", "a", "b"] * 20
    items = chance.normal(size=(80, 6))
    items[:, 2] += [3.0 * (label == "b") for label in labels]
    cases = Cases(items, labels, ["s"] * 80)
    answers = chapter5.ridge(("a", "b", "c"))(cases, None)(items)
    right = [a == b for a, b in zip(answers, labels, strict=True)]
    assert np.mean(right) > 0.9
    assert "c" not in answers


def test_an_answer_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAU_TEACH_CACHE", str(tmp_path))
    cases = Cases(
        np.random.default_rng(1).normal(size=(12, 3)), ["a", "b"] * 6, ["s", "t", "u"] * 4
    )
    size = replace(chapter5.quick(), folds=3)
    splits = chapter5._splits(size, cases.subjects, 0)
    first = chapter5.scored(size, cases, ("a", "b"), splits, 0, "regions")
    assert len(list(tmp_path.rglob("*.npz"))) == 1
    monkeypatch.setattr(chapter5, "ridge", lambda *_: pytest.fail("learned again"))
    again = chapter5.scored(size, cases, ("a", "b"), splits, 0, "regions")
    assert (again.table == first.table).all()


def test_a_full_size_needs_a_folder_and_is_the_sources(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    size = chapter5.full()
    assert (size.thin, size.width, size.folds, size.course.subjects) == (1, 1.0, 0, 100)
    with pytest.raises(SystemExit):
        command.main(["depth_light", "--full"])
    assert "needs --folder" in capsys.readouterr().err
    assert command.main(["force_table1", "--full", "--folder", str(tmp_path)]) == 0
    assert "no full size" in capsys.readouterr().out


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    """Points of two micro-expressions without noise and with a head that is held."""
    course = Course(subjects=1, micro=2, macro=0, head=0, drift=0, noise=0)
    (rows,) = depth_clips._subject([course], 2, False, 1)
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def test_points_count_from_the_nose_and_the_used_ones_move(made: dict[str, Any]) -> None:
    for name in ("printed rank", "used rank", "printed random", "used random"):
        points = made[name]
        assert points.shape == (2, 2048, 6)
        assert np.isfinite(points).all()
        assert np.abs(points[..., :2]).max() < 0.16
        # Nearly nothing lies before the tip of the nose.
        assert points[..., 2].min() > -0.02
    assert made["used precision"].min() > 0.9
    assert made["used precision"].min() > 4 * made["moving"].max()
    assert made["printed precision"].mean() < made["used precision"].mean()


def test_only_courses_of_the_same_people_are_made_together() -> None:
    with pytest.raises(ValueError, match="differ in subjects or seed"):
        depth_clips.prepare([Course(subjects=2), Course(subjects=3)])


def test_labels_of_a_course() -> None:
    course = Course(subjects=2, micro=4, macro=4, width=320)
    shown = tuple(one for take in course.takes() for one in take.shown)
    arrays = {"x": np.arange(len(shown), dtype=np.float32)[:, None]}
    found = depth_clips.Clips(shown, ("s",) * len(shown), arrays)
    micro = found.cases("x", "7")
    assert len(micro) == sum(one.kind == "micro" for one in shown)
    assert len(found.cases("x", "7", "")) == len(shown)
    three = found.cases("x", "3", "")
    assert len(three) == sum(one.emotion != "Others" for one in shown)
    assert {*found.labels("objective")} <= {*chapter5.OBJECTIVE}
