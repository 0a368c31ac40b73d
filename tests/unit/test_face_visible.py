"""What the face shows of each code: the generator of the tables of the answer key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from fau_teach import clip
from fau_teach._data import read_csv
from fau_teach.clip.key_tables import TABLES
from fau_teach.face import visible
from fau_teach.face.actions import actions, sides
from fau_teach.face.mesh import Float, Int, Mesh

SIZE = 400
GAP = {"25": 8.0, "27": 30.0, "26": 6.0, "24": -3.0, "17": -4.0, "12": 0.1}
# Codes that move the same ten vertices, or others; all else moves a place of its own.
DIRECTION = {
    "6": (0.0, 1.0, 0.0), "12": (0.0, 2.0, 0.0), "7": (1.0, 0.0, 0.0), "15": (3.0, -1.5, 0.0)
}  # fmt: skip


def block() -> Float:
    """Displacement that falls from 1 to 0.1 over ten vertices: seven are in the region."""
    return np.linspace(1.0, 0.1, 10)


@dataclass(frozen=True)
class Toy:
    """Each code moves ten vertices along a line; the first two vertices are the lips."""

    base: Mesh = field(
        default_factory=lambda: Mesh(
            np.zeros((SIZE + 2, 3)),
            np.array([[0, 1, 2]], np.int32),
            {"cavity": np.r_[1.0, 1.0, np.zeros(SIZE - 2), 1.0, 1.0]},
        )
    )
    contact: Int = field(default_factory=lambda: np.array([[0, 1]], np.int32))

    def pose(self, scores: Mapping[tuple[str, str], float]) -> Float:
        moved = np.zeros((SIZE + 2, 3))
        gap = 0.0
        for (code, side), level in scores.items():
            assert side in sides(code)
            gap += GAP.get(code, 0.0) * level**2
            place = 2 if code in DIRECTION else 12 + 7 * [*actions()].index(code)
            moved[place : place + 10] += level * np.outer(block(), DIRECTION.get(code, (0, 0, 4)))
            # Inside the mouth everything moves far, and nobody sees it.
            moved[SIZE:] += 50 * level
        moved[0, 1] += max(gap, 0.0)
        return moved


TOY = Toy()
ROWS = {(row["code"], row["by"], row["side"]): row for row in visible.table(TOY)}
PAIRS = {(code, by) for code, by, _ in ROWS}


def values(code: str, by: str, side: str = "both") -> list[float]:
    return [float(ROWS[code, by, side][f"{knot:g}"]) for knot in visible.KNOTS]


def test_what_shows_is_the_95th_percentile_in_the_region_of_a_code() -> None:
    # Largest 4 mm, 0.1 of it per step: nine of ten are above a quarter
    region = 4 * block()[block() >= 0.25]
    assert values("1", "1") == [
        round(float(np.percentile(knot * region, 95)), 2) for knot in visible.KNOTS
    ]
    for code, where in (("1", ["left", "both"]), ("17", ["both"]), ("46", ["left"])):
        assert [side for one, by, side in ROWS if one == by == code] == where


def test_parted_lips_are_measured_by_their_gap() -> None:
    assert values("25", "25") == [round(8 * knot**2, 2) for knot in visible.KNOTS]
    assert values("25", "27")[-1] == 30
    # 26 parts the lips of this face, though no rule says so; 12 parts them too little to count;
    # 24 cannot stand beside 25.
    assert ("25", "26") in PAIRS
    assert not {("25", "12"), ("25", "24")} & PAIRS
    # The rules name 16 and 22, so they have rows, empty as they are here.
    assert values("25", "22") == [0.0] * len(visible.KNOTS)


def test_a_jaw_that_drops_along_counts_by_its_angle() -> None:
    share = actions()["28"]["jaw_open"] / actions()["26"]["jaw_open"]
    assert values("26", "28")[-1] == pytest.approx(share * values("26", "26")[-1], abs=0.01)
    # The mouth is shut by another jaw than that of 26, so 27 has no row.
    assert ("26", "27") not in PAIRS


def test_gaze_is_measured_by_the_way_of_the_iris() -> None:
    degrees = abs(actions()["61"]["gaze_x"])
    expected = 24 * np.sin(np.deg2rad(degrees) / 2)
    assert values("61", "61")[-1] == pytest.approx(expected, abs=0.01)


def test_every_code_of_the_face_has_a_row_that_never_falls() -> None:
    assert {code for code, by in PAIRS if code == by} == set(actions())
    for key in ROWS:
        assert values(*key) == sorted(values(*key))
    assert set(clip.Sight.of(ROWS.values()).curves) == set(ROWS)


def test_a_code_is_covered_by_what_looks_like_it() -> None:
    rows = {(r["code"], r["other"]): float(r["residual"]) for r in visible.masking(TOY)}
    # 6 lifts as 12 does, at half its size: 12 at 1.5 times explains all. So does 6 at 2 times
    # (and no more) of 12 + 6: 3 - 2 = 1 of 2 stays.
    assert rows["6", "12"] == 0
    assert rows["12", "6"] == 0.5
    # 7 moves across: nothing explains it.
    assert not {("7", "12"), ("7", "6"), ("6", "7")} & set(rows)
    assert ("5", "45") not in rows  # they exclude each other
    assert all(value <= 0.9 for value in rows.values())


def test_codes_that_pull_against_each_other_leave_their_net_motion() -> None:
    rows = {(r["code"], r["other"]): float(r["residual"]) for r in visible.masking(TOY)}
    # 12 up by 2 and 15 down by 1.5: up by 0.5, a quarter of 12. It looks like neither.
    assert rows["12", "15"] == 0.25
    # Of 15 its way across stays: (3, 0.5) along (3, -1.5) is 0.733 of it.
    assert rows["15", "12"] == round((9 - 0.75) / (9 + 2.25), 2)
    # 6 goes down beside 15: nothing of it is left.
    assert rows["6", "15"] == 0


def test_what_moves_mostly_forward_is_judged_in_space() -> None:
    measured = visible._Measured(TOY)
    own = np.array([[0.0, 0.1, 4.0]] * 5)
    assert measured._net(own, own * (1, 1, 0.5), "4") == pytest.approx(0.5, abs=1e-3)
    flat = np.array([[0.0, 4.0, 4.0]] * 5)
    assert measured._net(flat, flat * (1, 0.25, 9), "4") == 0.25
    # A jaw that drops takes the skin along.
    assert measured._net(flat, -flat, "27") == 1
    assert measured._net(flat, -flat, "4") == 0


def test_what_closes_the_lips_takes_away_the_companion() -> None:
    rows = {(r["code"], r["by"], r["other"], r["at"]): r for r in visible.companions(TOY)}
    knots = [f"{level:g}" for level in visible.LEVELS]
    # 26 parts the lips by 6 mm times its activation squared, 17 takes away 4 mm.
    for at in visible.LEVELS:
        expected = [max(0, 6 * x**2 - 4 * at**2) / (6 * x**2) for x in visible.LEVELS]
        found = [float(rows["25", "26", "17", f"{at:g}"][knot]) for knot in knots]
        assert found == [round(share, 2) for share in expected]
    # 12 parts them further; 24 cannot stand beside 25 and needs no row.
    assert {other for code, by, other, _ in rows if (code, by) == ("25", "26")} == {"17"}
    sight = visible.sight(TOY)
    assert sight == clip.Sight.of(visible.table(TOY), visible.masking(TOY), rows.values())
    assert sight.share("25", "26", 1, "17", 1) == 0.33


def test_the_command_shows_or_writes_the_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(visible, "default_face", lambda: TOY)
    assert visible.main([]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("code,by,side,0.05,")
    assert "\ncode,other,residual\n" in shown
    assert "\ncode,by,other,at,0.2,0.5,1\n" in shown
    monkeypatch.setattr(visible, "data_file", lambda name: tmp_path / name)
    (tmp_path / "clip").mkdir()
    assert visible.main(["--write"]) == 0
    written = [(tmp_path / "clip" / f"{name}.csv").read_text() for name in TABLES]
    assert "\n".join(written) + "\n" == shown


@pytest.mark.skipif(
    not find_spec("fau_teach.face.face"), reason="the face of the shipped tables is not built yet"
)
def test_the_shipped_tables_equal_recomputed_ones() -> None:
    stale = "the face has changed: run python -m fau_teach.face.visible --write"
    measured = visible._Measured(visible.default_face())
    for name, heads, again, within in (
        ("visible", ("code", "by", "side"), visible._table(measured), 0.05),
        ("masking", ("code", "other"), visible._masking(measured), 0.02),
        ("companions", ("code", "by", "other", "at"), visible._companions(measured), 0.05),
    ):
        shipped = read_csv(f"clip/{name}.csv")
        keys = [[tuple(row[head] for head in heads) for row in rows] for rows in (again, shipped)]
        assert keys[0] == keys[1], stale
        for one, other in zip(again, shipped, strict=True):
            for head in [*one][len(heads) :]:
                assert abs(float(one[head]) - float(other[head])) <= within, stale


def test_shares_of_other_faces_and_the_command_that_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Half(Toy):
        def pose(self, scores: Mapping[tuple[str, str], float]) -> Float:
            return 0.5 * super().pose(scores)

    rows = visible.shares({"half": Half(), "same": TOY}, ROWS.values())
    whole = {(row["code"], row["by"], row["side"]): row for row in rows}
    assert [*whole] == [*ROWS]
    assert whole["1", "1", "both"] | {"half": "0.50", "same": "1.00"} == whole["1", "1", "both"]
    assert whole["25", "22", "both"]["half"] == "1.00", "what does not show has no share"
    monkeypatch.setattr(visible, "other_faces", lambda: {"half": Half()})
    monkeypatch.setattr(visible, "read_csv", lambda name: [*ROWS.values()])
    assert visible.main(["--identities"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("code,by,side,half\n1,1,left,0.50\n")
    monkeypatch.setattr(visible, "data_file", lambda name: tmp_path / name)
    (tmp_path / "clip").mkdir()
    assert visible.main(["--identities", "--write"]) == 0
    assert (tmp_path / "clip" / "identities.csv").read_text() + "\n" == shown


def test_shipped_shares_equal_those_of_a_face() -> None:
    """Of one face; ``python -m fau_teach.face.visible --identities --write`` makes them all."""
    from fau_teach.face.face import face
    from fau_teach.face.identity import DEFAULT, named

    again = visible.shares({"Dagny": face("Dagny")}, read_csv("clip/visible.csv"))
    shipped = read_csv("clip/identities.csv")
    assert {*shipped[0]} - {*again[0]} == {*named()} - {"Dagny", DEFAULT}
    for one, other in zip(again, shipped, strict=True):
        assert (one["code"], one["by"], one["side"]) == (other["code"], other["by"], other["side"])
        assert abs(float(one["Dagny"]) - float(other["Dagny"])) <= 0.02
