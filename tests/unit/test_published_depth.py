"""Tables I to IV of the depth paper: cells, gains, chance, and what the words claim."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from fau_teach import published
from fau_teach._data import read_csv

PAPER = "depthcloud"
BASE = "Baseline (+Depth)"


def points(number: str, method: str, over: str) -> tuple[float, float]:
    found = published.table(number, PAPER).gain(method, over)
    return found["UF1"], found["UAR"]


def cells(number: str, method: str) -> tuple[float, float]:
    row = published.table(number, PAPER)[method].used
    return row["UF1"], row["UAR"]


def test_S3_046_three_classes() -> None:
    table = published.table("1/3", PAPER)
    assert cells("1/3", "FR") == (34.93, 34.13)
    assert cells("1/3", "STSTNet") == (37.95, 37.92)
    assert cells("1/3", "RCN-A") == (39.28, 38.93)
    assert cells("1/3", "Ours") == (61.42, 67.10)
    assert points("1/3", "Ours", "RCN-A") == (22.14, 28.17)
    relative = table.gain("Ours", "RCN-A", relative=True)
    assert (relative["UF1"], relative["UAR"]) == pytest.approx((56.4, 72.4), abs=0.05)
    assert table.chance == pytest.approx(33.33, abs=0.005)


def test_S3_047_four_classes() -> None:
    assert cells("1/4", "Baseline") == (29.15, 29.10)
    assert cells("1/4", BASE) == (30.01, 29.82)
    assert cells("1/4", "Ours") == (43.32, 49.24)
    assert points("1/4", "Ours", BASE) == (13.31, 19.42)
    assert published.table("1/4", PAPER).chance == 25


def test_S3_048_seven_classes() -> None:
    assert cells("1/7", "Baseline") == (17.59, 18.01)
    assert cells("1/7", BASE) == (17.73, 18.29)
    assert cells("1/7", "Ours") == (30.59, 32.43)
    assert points("1/7", "Ours", BASE) == (12.86, 14.14)
    assert points("1/7", BASE, "Baseline") == (0.14, 0.28)  # depth alone adds next to nothing
    assert published.table("1/7", PAPER).chance == pytest.approx(14.29, abs=0.005)


def test_S3_049_networks() -> None:
    table = published.table("2", PAPER)
    assert cells("2", "RCN-A") == (39.28, 38.93)
    assert cells("2", "PointNet") == (58.58, 64.27)
    assert cells("2", "KP-Conv") == (59.51, 66.23)
    assert cells("2", "PT-v1") == (55.22, 63.42)
    assert cells("2", "PointNet++") == (61.42, 67.10)
    assert points("2", "PT-v1", "PointNet") == (-3.36, -0.85)
    assert points("2", "PointNet++", "PointNet") == (2.84, 2.83)
    assert table.best("UF1") == table.best("UAR") == ("PointNet++",)
    # E3-17: below PointNet is one of the two, above it the other.
    assert table.rank("KP-Conv", "UF1") < table.rank("PointNet", "UF1") < table.rank("PT-v1", "UF1")
    assert table["PT-v1"].erratum["UF1"] == "E3-17"
    assert "E3-09" in table["PointNet"].erratum.values()


def test_S3_050_which_points_and_how_many() -> None:
    assert cells("3", "random 2048") == (43.69, 47.51)
    assert cells("3", "sort 1024") == (54.70, 57.43)
    assert cells("3", "sort 2048") == (61.42, 67.10)
    assert cells("3", "sort 4096") == (56.25, 58.49)
    assert points("3", "sort 2048", "random 2048") == (17.73, 19.59)
    table = published.table("3", PAPER)
    assert table.best("UF1") == table.best("UAR") == ("sort 2048",)
    assert {row.erratum["UF1"] for row in table.rows} == {"E3-18"}


def test_S3_051_E3_14_objective_classes_gain_uf1_alone() -> None:
    assert cells("4", "micro to micro") == (51.37, 61.42)
    assert cells("4", "macro to micro") == (63.28, 61.55)
    assert points("4", "macro to micro", "micro to micro") == (11.91, 0.13)
    table = published.table("4", PAPER)
    assert all(row.erratum["UAR"] == "E3-14" for row in table.rows)
    # The UAR equals another table's UF1, perhaps by copying.
    assert cells("4", "micro to micro")[1] == cells("1/3", "Ours")[0]
    doubtful = [
        row
        for row in read_csv("depth/published.csv", ("confidence",))
        if row["confidence"] != "sure"
    ]
    assert [(row["method"], row["column"]) for row in doubtful] == [("micro to micro", "UAR")]


def test_the_same_result_is_the_same_in_all_tables() -> None:
    ours = cells("1/3", "Ours")
    assert cells("2", "PointNet++") == cells("3", "sort 2048") == ours
    assert cells("2", "RCN-A") == cells("1/3", "RCN-A")


def test_S3_043_E3_12_how_many_were_kept() -> None:
    kept = published.kept()
    assert (kept.four, kept.three) == (798, 667)
    assert kept.dropped == 311
    assert kept.share == pytest.approx(0.280, abs=0.0005)
    assert kept.others == 131
    seven = [row for row in read_csv("depth/counts.csv") if "seven" in row["what"]]
    assert [row["printed"] for row in seven] == [""]
    assert seven[0]["erratum"] == "E3-12"


def test_S3_040_macro_to_micro_ratio() -> None:
    kept = published.kept()
    assert (kept.labelled, kept.macro) == (1109, 3490)
    assert kept.macro / kept.labelled == pytest.approx(3.15, abs=0.005)


def test_E3_12_image_methods_lie_just_above_chance_and_are_not_comparable() -> None:
    table = published.table("1/3", PAPER)
    images = [row for row in table.rows if row.method != "Ours"]
    above = [row.used["UAR"] - table.chance for row in images]
    assert (min(above), max(above)) == pytest.approx((0.8, 5.6), abs=0.005)
    assert {row.erratum["UAR"] for row in images} == {"E3-12"}
    # No rival of three classes had depth.
    assert not any("Depth" in row.method for row in table.rows)


def test_E3_10_what_the_words_claim() -> None:
    holds = {(one.words, one.table): one.holds for one in published.claims()}
    assert holds == {
        ("more than 20% better", "1/3"): True,
        ("about 10% better", "1/4"): False,
        ("about 10%", "1/7"): True,
        ("10 % - 20 % in each category", "1/3"): False,
        ("10 % - 20 % in each category", "1/4"): True,
        ("10 % - 20 % in each category", "1/7"): True,
    }
    wrong = {one.erratum for one in published.claims() if not one.holds}
    assert wrong == {"E3-10"}
    for one, row in zip(published.claims(), read_csv("depth/claims.csv"), strict=True):
        told = [float(number) for number in re.findall(r"[0-9.]+", row["used"])]
        assert told == list(one.gains.values())


def test_tables_of_labels_have_no_such_chance_line() -> None:
    with pytest.raises(ValueError, match="not exclusive"):
        _ = published.table("1").chance
    with pytest.raises(KeyError, match="depthcloud 1/3"):
        published.table("9", PAPER)


def test_every_cell_has_its_companions_and_a_known_reference() -> None:
    root = Path(__file__).parents[2]
    known = {row["id"] for row in read_csv("errata.csv", ("id",))}
    for name in ("published", "counts", "claims"):
        with (root / "data" / "depth" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                assert row["source"].startswith("S3-")
                assert row["confidence"] in {"sure", "unsure"}
                assert not row["erratum"] or row["erratum"] in known
                assert row["reference"] == PAPER
    assert "{depthcloud," in (root / "book" / "references.bib").read_text(encoding="utf-8")
