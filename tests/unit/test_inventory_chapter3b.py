"""Checks of the source inventory that the last pages of chapter 3 owe, one test each."""

from __future__ import annotations

import random
import re
from math import comb
from pathlib import Path

import pytest

from fau_teach import coding, facs, micro, training
from fau_teach.exercises import exercise
from fau_teach.exercises.chapter3c import LOG, SCORES, electrodes

BOOK = Path(__file__).resolve().parents[2] / "book"
BENCH = (BOOK / "03-labelling" / "9-the-coding-bench.md").read_text(encoding="utf-8")
ELSE = (BOOK / "03-labelling" / "11-what-else-can-be-measured.md").read_text(encoding="utf-8")


def test_S0_010_the_bill_of_the_bench() -> None:
    assert micro.frames(60, 200) == 12_000
    assert "One minute at 200 frames a second is 12,000 frames." in BENCH


def test_S0_084_brows_and_mouth_are_not_enough() -> None:
    codes = [code for score in SCORES for code in facs.parse(score).codes]
    seen = [code for code in codes if facs.au(code).region in ("brow", "mouth")]
    assert (len(seen), len(codes)) == (11, 17)
    assert exercise("3.16").solution() == pytest.approx(11 / 17)


def test_S0_084_the_scan_of_the_page_passes_every_region_of_a_unit() -> None:
    order = re.search(r"^order = (.*)$", BENCH, re.MULTILINE)
    assert order
    regions = {unit.region for unit in facs.catalogue() if unit.kind == "AU"}
    assert regions - set(re.findall(r"\w+", order[1])) == {"neck"}  # AU21 alone


def test_S0_105_pairs_and_triples_of_thirty_units() -> None:
    assert (comb(30, 2), comb(30, 3), comb(30, 2) + comb(30, 3)) == (435, 4_060, 4_495)
    assert f"{comb(30, 4):,}" in ELSE


def test_S0_106_light_changes_a_picture_more_than_a_smile() -> None:
    """What the page says of its four pictures."""
    from fau_teach.face import face
    from fau_teach.face.materials_light import Lights

    ana = face("Ana")
    rest = ana.render(size=96).astype(float)

    def change(score: str = "0", **options: object) -> float:
        return float(abs(ana.render(score, size=96, **options) - rest).mean())

    smile = change("6C+12D")
    assert change("12B") < smile
    assert change(lights=Lights().scaled(0.9)) > 2 * smile
    assert change(lights=Lights(key=(0.55, 0.62, 0.78))) > 10 * smile


def test_S0_107_E0_36_twelve_muscles_take_25_electrodes() -> None:
    assert electrodes(12) == 25
    assert electrodes(12, sides=2) == 49
    assert (electrodes(1), electrodes(0)) == (3, 1)
    most = exercise("3.18").solution()
    assert electrodes(most, 2) <= 16 < electrodes(most + 1, 2)


def test_S0_108_three_methods_by_three_properties() -> None:
    rows = [line.split("|")[1:-1] for line in ELSE.splitlines() if line.startswith("| ")]
    matrix = {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in rows}
    assert matrix == {
        "method": ["any light", "on the skin", "only visible"],
        "video, by coders or programs": ["no", "no", "yes"],
        "facial EMG": ["yes", "yes", "no"],
        "thermal imaging": ["yes", "no", "open"],
    }


@pytest.mark.parametrize("rate", [25, 30, 100, 200])
@pytest.mark.parametrize("delay_s", [0.25, -0.25, 0.0])
def test_S2_061_planted_delays_come_back_within_one_sample(rate: int, delay_s: float) -> None:
    dice = random.Random(rate)
    flashes = [dice.uniform(1, 9) for _ in range(4)]

    def recorded(late: float) -> list[float]:
        near = {round((at + late) * rate) for at in flashes}
        return [float(n in near) + dice.gauss(0, 0.1) for n in range(10 * rate)]

    found = coding.lag(recorded(0.0), recorded(delay_s), rate)
    assert abs(found.ms - 1000 * delay_s) <= 1000 / rate


def test_S2_061_the_clocks_of_the_exercise() -> None:
    assert exercise("3.19").solution() == 360


def test_the_set_to_practise_is_found_by_share_not_by_errors() -> None:
    shares = {name: right / (right + wrong) for name, (right, wrong) in LOG.items()}
    assert exercise("3.17").solution() == "23 or 24"
    assert min(shares, key=lambda name: shares[name]) == "23 or 24"
    assert max(LOG, key=lambda name: LOG[name][1]) == "6 or 7"


def test_the_box_of_limits_says_what_every_result_says() -> None:
    box = (BOOK / "practice" / "limits.txt").read_text(encoding="utf-8")
    plain = re.sub(r" \{cite\}`\w+`", "", box)
    for one in training.limits():
        assert one["text"] in plain
        assert one["reference"] in box


def test_the_path_at_a_glance_is_that_of_the_package() -> None:
    page = (BOOK / "practice" / "how-to-train.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z][^|]*\??) \| [^|]+ \| ([^|]+) \| [^|]+ \|$", page, re.MULTILINE)
    stages = list(training.stages().values())
    assert [title for title, _ in rows] == [one.title for one in stages]
    for (_, items), one in zip(rows, stages, strict=True):
        if one.id not in ("lessons", "review"):
            assert items == str(one.enough)
    assert f"{len(training.contrasts())} sets" in rows[1][1]
