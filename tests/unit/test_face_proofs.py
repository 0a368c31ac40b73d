"""What the teaching face promises: every movement does what its code says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from scipy.sparse.linalg import eigsh

from fau_teach import clip, facs
from fau_teach._data import read_csv
from fau_teach.face import face
from fau_teach.face.actions import MODES, actions, sides
from fau_teach.face.cage import EYE
from fau_teach.face.muscles import columns, muscles

ANA = face()
REST = ANA.pose({})
UP, DOWN, FORWARD, BACK = (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)
LATERAL, MEDIAL = (1, 0, 0), (-1, 0, 0)

# code -> landmarks of the left half, the direction in which each must go, least way at E [mm]
MOVES: Mapping[str, tuple[tuple[str, tuple[float, float, float], float], ...]] = {
    "1": (("left_brow_inner", UP, 4.0),),
    "2": (("left_brow_outer", UP, 4.0),),
    "4": (("left_brow_inner", DOWN, 2.0), ("left_brow_inner", MEDIAL, 1.0)),
    "5": (("left_palpebrale_superius", UP, 1.0),),
    "6": (("left_infraorbital", UP, 1.5),),
    "7": (("left_palpebrale_inferius", UP, 1.0), ("left_palpebrale_superius", DOWN, 0.3)),
    "9": (("left_alare", UP, 1.5), ("left_brow_inner", DOWN, 0.5)),
    "10": (("labrale_superius", UP, 2.0),),
    "11": (("left_nasolabial", UP, 0.8),),
    "12": (("left_cheilion", UP, 2.0), ("left_cheilion", LATERAL, 4.0)),
    "13": (("left_cheilion", UP, 3.0),),
    "14": (("left_cheilion", LATERAL, 0.5), ("left_cheilion", BACK, 1.0)),
    "15": (("left_cheilion", DOWN, 3.0),),
    "16": (("labrale_inferius", DOWN, 2.0),),
    "17": (("labrale_inferius", UP, 1.5), ("sublabiale", UP, 1.5)),
    "18": (("left_cheilion", MEDIAL, 3.0), ("labrale_superius", FORWARD, 1.0)),
    "20": (("left_cheilion", LATERAL, 4.0),),
    "22": (("labrale_superius", FORWARD, 1.5), ("labrale_inferius", FORWARD, 1.5)),
    "23": (("labrale_superius", DOWN, 0.3), ("labrale_inferius", UP, 0.3)),
    "24": (("labrale_superius", DOWN, 0.8), ("labrale_inferius", UP, 0.8)),
    "26": (("menton", DOWN, 6.0),),
    "27": (("menton", DOWN, 15.0),),
    "28": (("labrale_inferius", BACK, 1.5), ("labrale_superius", BACK, 1.5)),
    "29": (("menton", FORWARD, 2.0),),
    "33": (("left_buccal", LATERAL, 0.5),),
    "34": (("left_buccal", LATERAL, 1.0),),
    "35": (("left_buccal", MEDIAL, 1.0),),
    "38": (("left_alare", LATERAL, 0.5),),
    "39": (("left_alare", MEDIAL, 0.5),),
    "43": (("left_palpebrale_superius", DOWN, 5.0),),
    "45": (("left_palpebrale_superius", DOWN, 5.0),),
    "51": (("pronasale", LATERAL, 15.0),),
    "52": (("pronasale", MEDIAL, 15.0),),
    "53": (("pronasale", UP, 8.0),),
    "54": (("pronasale", DOWN, 8.0),),
    "55": (("glabella", LATERAL, 10.0),),
    "56": (("glabella", MEDIAL, 10.0),),
    "57": (("pronasale", FORWARD, 10.0),),
    "58": (("pronasale", BACK, 10.0),),
}
PAIR_MARGIN = 1.0
"""Least distance of some vertex between two codes that get confused, both at E [mm]."""
CLOSED = REST[ANA.contact[:, 0], 1] - REST[ANA.contact[:, 1], 1]
"""Height of each pair's gap in the closed mouth, a little below 0 so that no slit shows [mm]."""
LIP_PAIRS = ("12", "15", "16", "17", "18", "20", "22", "23", "24", "28", "10")


def scored(code: str, activation: float = 1.0) -> dict[tuple[str, str], float]:
    return {(code, sides(code)[-1]): activation}


def test_the_listed_codes_are_all_there() -> None:
    listed = {*range(1, 47), *range(51, 59), *range(61, 65)} - {
        3, 8, 21, 31, 37, 40, 41, 42, 44, 36, 32,
    }  # fmt: skip
    listed |= {21, 32, 36, 37}
    assert {str(code) for code in listed} <= set(actions())


@pytest.mark.parametrize("code", MOVES)
def test_a_code_moves_its_landmarks_its_way(code: str) -> None:
    moved = ANA.pose(scored(code)) - REST
    for name, way, least in MOVES[code]:
        assert moved[ANA.landmarks[name]] @ np.array(way) >= least, name


@pytest.mark.parametrize("code", MOVES)
def test_a_code_grows_from_a_to_e(code: str) -> None:
    way = []
    for letter in "ABCDE":
        moved = ANA.pose(scored(code, clip.activation(letter))) - REST
        way.append(moved[ANA.landmarks[MOVES[code][0][0]]] @ np.array(MOVES[code][0][1]))
    assert (np.diff([0.0, *way]) > 0).all(), way


@pytest.mark.parametrize("code", [c for c in actions() if "left" in sides(c)])
def test_mirroring_swaps_the_sides(code: str) -> None:
    left, right = (ANA.pose({(code, side): 0.8}) for side in ("left", "right"))
    assert np.abs(left[ANA.mirror] * (-1, 1, 1) - right).max() < 1e-9


def test_both_sides_of_a_symmetric_score_mirror_each_other() -> None:
    moved = ANA.pose("1+2+4+6+12+15+17+25")
    assert np.abs(moved[ANA.mirror] * (-1, 1, 1) - moved).max() < 1e-9


def test_stiffness_is_symmetric_and_positive_definite() -> None:
    assert abs(ANA.K - ANA.K.T).max() == 0
    assert eigsh(ANA.K, k=1, sigma=0, which="LM", return_eigenvectors=False)[0] > 0


def test_the_response_solves_the_statics() -> None:
    force = ANA.P * ANA.strengths
    solved = ANA.K @ ANA.B.reshape(len(ANA.strengths), -1).T
    assert np.abs(solved - force).max() < 1e-7 * np.abs(force).max()


def test_one_newton_of_zygomaticus_major_moves_the_skin_ten_millimetres() -> None:
    at = columns(muscles()).index(("zygomaticus_major", "left"))
    peak = np.linalg.norm(ANA.B[at], axis=1).max() / ANA.strengths[at]
    assert peak == pytest.approx(10, rel=1e-6)


def test_displacements_of_muscles_add() -> None:
    """S1-012: linear in the coordinates, as long as lids, jaw and lips keep out of it."""
    still = (ANA.base.attributes["lid_upper"] == 0) & (ANA.base.attributes["lid_lower"] == 0)
    a, b, both = ((ANA.pose(text) - REST)[still] for text in ("1", "2", "1+2"))
    assert np.abs(a + b - both).max() < 1e-9


@pytest.mark.parametrize("lid", [0.0, 0.25, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("gaze", [-25.0, 0.0, 20.0])
def test_no_lid_goes_through_an_eyeball(lid: float, gaze: float) -> None:
    extra = {f"lid_{which}_{s}": lid for which in ("upper", "lower") for s in ("left", "right")}
    posed = ANA.posed({("6", "both"): 1.0, ("7", "both"): 1.0}, {**extra, "gaze_y": gaze})
    fine = ANA.finer(posed.skin)
    for sign in (1, -1):
        assert np.linalg.norm(fine - EYE * (sign, 1, 1), axis=1).min() > 12.0


@pytest.mark.parametrize("code", [c for c in actions() if not "51" <= c <= "58"])
def test_lips_never_cross(code: str) -> None:
    """With every other lip action; head codes turn the frame in which up is up."""
    for other in LIP_PAIRS:
        posed = ANA.pose({**scored(code), **scored(other)})
        upper, lower = posed[ANA.contact].transpose(1, 0, 2)
        assert (upper[:, 1] - lower[:, 1] - CLOSED).min() > -1e-9, other


def test_closed_lips_overlap_by_no_more_than_hides_the_slit() -> None:
    """Subdivision opens the lips a little, so level 1 overlaps more than what is drawn."""
    drawn = ANA.finer(REST)[ANA.contact]
    gap = drawn[:, 0, 1] - drawn[:, 1, 1]
    assert gap.min() > -0.35
    assert gap.max() < 0.3


CONFUSED = sorted(
    {
        tuple(sorted((row["code"], row["other"])))
        for row in read_csv("facs/confusions.csv", ("code", "other"))
        if {row["code"], row["other"]} <= set(actions())
    }
)
SAME_APEX = {("43", "45"), ("45", "46"), ("43", "46")}
"""They differ in time or in side, not in shape."""


@pytest.mark.parametrize("pair", [p for p in CONFUSED if p not in SAME_APEX])
def test_codes_that_get_confused_differ(pair: tuple[str, str]) -> None:
    one, other = (ANA.posed(scored(code)) for code in pair)
    skin = np.linalg.norm(one.skin - other.skin, axis=1).max()
    parts = max(np.abs(a - b).max() for a, b in zip(one.parts, other.parts, strict=True))
    assert max(skin, parts) > PAIR_MARGIN


def test_notation_and_mapping_ask_for_the_same() -> None:
    asked = {("6", "both"): clip.activation("C"), ("12", "left"): clip.activation("D")}
    assert np.array_equal(ANA.pose("6C+L12D"), ANA.pose(asked))
    assert facs.parse("6C+L12D").items[1].side == "L"


def test_an_identity_keeps_its_resting_tone() -> None:
    jonas = face("Jonas")
    tilt = jonas.pose({})[jonas.landmarks["left_cheilion"], 1]
    assert tilt > jonas.pose({})[jonas.landmarks["right_cheilion"], 1] + 0.2
    assert set(ANA.identity.tone) == set()


def test_what_the_face_cannot_do_is_said() -> None:
    with pytest.raises(ValueError, match="cannot show '99'"):
        ANA.pose({("99", "both"): 1.0})
    with pytest.raises(ValueError, match="no mode"):
        ANA.pose({}, {"ear_wiggle": 1.0})
    assert set(ANA.modes) == set(MODES)


def test_resting_tone_and_score_meet_side_by_side() -> None:
    """A tone on one side, a score on both: each side moves at least as far as without the tone."""
    jonas = face("Jonas")
    rest, weak = jonas.pose({}), jonas.pose({("12", "both"): 0.08})
    way = {s: (weak - rest)[jonas.landmarks[f"{s}_cheilion"], 1] for s in ("left", "right")}
    assert way["left"] == pytest.approx(way["right"], rel=0.25)
    with pytest.raises(ValueError, match=r"activation 1\.5 is not between 0 and 1"):
        jonas.pose({("12", "left"): 1.5})


def test_a_side_that_the_face_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="U12C: the face shows the left side"):
        ANA.pose("U12C")
