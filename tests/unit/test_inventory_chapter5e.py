"""Page 8 of chapter 5: what its words and alternative texts say against the recorded tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from fau_teach import depth, motion_bars
from fau_teach.emotion import objective_class
from fau_teach.experiments import recorded
from fau_teach.face.depth import Sensor

PAGE = (
    Path(__file__).resolve().parents[2] / "book/05-depth-mer/8-the-same-questions-again.md"
).read_text(encoding="utf-8")
ALTS = re.findall(r'    alt: "(.*)"', PAGE)
ABLATION, NETWORKS, CLASSES, TRANSFER, LIGHT = (
    recorded(f"depth_{name}").rows
    for name in ("ablation", "networks", "classes", "transfer", "light")
)


def runs(rows: object, score: str = "uf1", **cells: str) -> list[float]:
    """Scores of the seeds of one group."""
    found = [
        float(row[score])
        for row in rows  # type: ignore[attr-defined]
        if all(row[name] == cell for name, cell in cells.items())
    ]
    assert len(found) == 3
    return found


def mean(rows: object, score: str = "uf1", **cells: str) -> str:
    return f"{np.mean(runs(rows, score, **cells)):.2f}"[1:]


def numbers(text: str) -> list[str]:
    return re.findall(r"(?<!\d)\.\d\d", text)


def test_S3_050_alt_of_points_and_counts() -> None:
    sizes = ("1024", "2048", "4096")
    told: Mapping[tuple[str, str], list[str]] = {
        (condition, pipeline): [
            mean(ABLATION, condition=condition, pipeline=pipeline, pick="rank", points=size)
            for size in sizes
        ]
        for condition in ("clean", "sensor", "sensor and head")
        for pipeline in ("used", "printed")
    }
    noisy = {
        pipeline: told["sensor", pipeline] + told["sensor and head", pipeline]
        for pipeline in ("used", "printed")
    }
    clean, printed = told["clean", "used"], told["clean", "printed"]
    assert sorted(printed) == printed  # it rises
    random = mean(ABLATION, condition="clean", pipeline="printed", pick="random", points="2048")
    assert numbers(ALTS[0]) == [
        min(clean), max(clean), printed[0], printed[-1], random,
        min(noisy["used"]), max(noisy["used"]), min(noisy["printed"]), max(noisy["printed"]),
    ]  # fmt: skip
    for condition in ("clean", "sensor", "sensor and head"):
        ranked, drawn = (
            float(mean(ABLATION, condition=condition, pipeline="used", pick=pick, points="2048"))
            for pick in ("rank", "random")
        )
        assert 0 < ranked - drawn < 0.075  # "seven points of UF1 at most"


def test_S3_046_S3_049_alts_of_networks_and_classes() -> None:
    nets = ("pointnet", "pointnet2", "pointconv", "transformer")
    used, printed = (
        [mean(NETWORKS, pipeline=way, network=net) for net in nets] for way in ("used", "printed")
    )
    regions = mean(NETWORKS, pipeline="used", network="regions")
    assert numbers(ALTS[1]) == [*used, *printed, regions]
    below = [row for row in NETWORKS if row["pipeline"] == "printed"]
    assert all(float(row["uf1"]) < float(row["uf1_beyond"]) for row in below)
    spreads = [np.ptp(runs(NETWORKS, pipeline="used", network=net)) for net in nets]
    assert 0.025 < min(spreads) < max(spreads) < 0.065  # "3 to 6 points apart"
    gaps = [float(a) - float(b) for a, b in zip(used, printed, strict=True)]
    assert 0.45 < min(gaps) < max(gaps) < 0.6
    kinds = ("3", "4", "7", "objective")
    scores = [
        mean(CLASSES, "uar", classes=one, pipeline=way)
        for way in ("used", "printed")
        for one in kinds
    ]
    assert numbers(ALTS[2])[:8] == scores
    least = {"3": 1 / 3, "4": 1 / 4, "7": 1 / 7, "objective": 1 / 7}
    dips = [row for row in CLASSES if row["pipeline"] == "printed"]
    assert all(float("0" + mean(CLASSES, "uar", classes=one, pipeline="printed")) < least[one]
               for one in kinds)  # fmt: skip
    reach = [float(row["uar_high"]) > least[row["classes"]] for row in dips]
    assert np.mean(reach) > 0.5  # "most of their bars reach that line"
    assert (objective_class("6+12"), objective_class("6+12+25")) == ("I", "VII")


def test_S3_051_E3_14_alt_of_transfer_and_what_is_said_of_the_leak() -> None:
    arms = (
        "micro, other people", "macro, other people", "macro, the same people", "macro, all people",
    )  # fmt: skip
    told = [mean(TRANSFER, arm=arm, habit=habit) for habit in ("habit 0.0", "habit 0.5")
            for arm in arms]  # fmt: skip
    assert numbers(ALTS[3].split("Without")[1]) == told
    every = [float(row["uf1"]) for row in TRANSFER]
    assert numbers(ALTS[3])[:2] == [f"{edge(every):.2f}"[1:] for edge in (min, max)]
    for habit in ("habit 0.0", "habit 0.5"):
        same, other = (np.array(runs(TRANSFER, arm=arm, habit=habit)) for arm in (arms[2], arms[1]))
        assert min(same - other) < 0 < max(same - other)  # three runs show no gain


def test_S3_052_alt_of_lamps() -> None:
    lamps = ("the same", "dimmed", "other side")
    flow, depth_, used = ([mean(LIGHT, features=one, lamp=lamp) for lamp in lamps]
                          for one in ("flow", "depth", "used"))  # fmt: skip
    assert len({*depth_}) == 1
    assert numbers(ALTS[4]) == [*flow, depth_[0], *used]
    falls = [float(one[0]) - float(one[1]) for one in (used, flow)]
    assert falls[0] > falls[1]  # dimmed, ours falls even more than flow


@pytest.mark.parametrize("code", ["4", "12"])
def test_E3_04_the_printed_ranking_leaves_out_what_comes_nearer(code: str) -> None:
    """What the page gives as a reason why points drawn at random serve it better."""
    pair = motion_bars.made(
        code, "Ana", "exact depth", head_mm=0, head_deg=0, sensor=Sensor.ideal()
    )
    moved = depth.difference(*(one.cloud(pair.intrinsics) for one in (pair.onset, pair.apex)))
    changed = moved.delta[abs(moved.delta[:, 2]) > 1e-6, 2]
    found = depth.subtraction(pair.onset, pair.apex, pair.intrinsics)
    went_away = (found.delta[:, 2] > 0).sum() / (abs(found.delta[:, 2]) > 1e-6).sum()
    assert went_away > (changed > 0).mean() + 0.1
