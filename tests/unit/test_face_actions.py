"""Actions of the face: what drives them, where landmarks go, what is not the sum of its parts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from fau_teach import anatomy, clip
from fau_teach._data import DataError, read_csv
from fau_teach.face import actions as acts
from fau_teach.face import calibrate
from fau_teach.face.actions import (
    MODES,
    ActionError,
    actions,
    follow_gaze,
    mix,
    parts,
    rules,
    sides,
    weights,
)
from fau_teach.face.face import Face
from fau_teach.face.mesh import Float, vertex_normals
from fau_teach.face.muscles import Pull, columns, loads, muscles, pulls

UNITS = "1 2 4 5 6 7 9 10 11 12 13 14 15 16 17 18 20 21 22 23 24 25 26 27 28 38 39 43 45 46"
OTHERS = "19 29 30 32 33 34 35 36 37 51 52 53 54 55 56 57 58 61 62 63 64"
CODES = [*UNITS.split(), *OTHERS.split()]
GAZES = ("61", "62", "63", "64")
# Muscles that are bones' or lids' are modes; 11, 25 and 28 have muscles of choice.
ELSEWHERE = {"5", "19", "26", "27", "43", "45", "46"}


@cache
def face() -> Face:
    return Face()


@cache
def newtons() -> dict[str, float]:
    return calibrate.calibrated(face())


@cache
def rest() -> Float:
    return face().pose({})


def moved(*codes: str, side: str = "both", level: float = 1.0) -> Float:
    return face().pose({(code, side): level for code in codes}) - rest()


def at(field: Float, landmark: str) -> Float:
    return np.asarray(field[face().landmarks[landmark]])


def on(state: Float, name: str, side: str = "left") -> float:
    return float(state[columns(muscles()).index((name, side))])


def test_every_code_of_the_scripts_has_an_action() -> None:
    assert set(actions()) == set(CODES) == set(clip.movable())


@pytest.mark.parametrize("code", UNITS.split())
def test_muscles_of_an_action_are_those_of_the_anatomy(code: str) -> None:
    """The prime movers that the tables name are at work, unless they move bone or lid alone."""
    used = {p.muscle for p in pulls() if p.id in actions()[code]}
    edges = [e for e in anatomy.graph("used").edges if e.end in (code, f"AU{code}")]
    primes = {e.start for e in edges if e.role == "prime"} & {p.muscle for p in muscles()}
    assert edges
    assert code in ELSEWHERE or primes <= used


@pytest.mark.parametrize("code", CODES)
def test_one_action_is_the_sum_of_its_parts(code: str) -> None:
    for side in sides(code):
        state = mix({(code, side): 0.5})
        wanted = {name: 0.5 * amount for name, amount in weights(code, side).items()}
        gaze = code in ("63", "64")
        found = {f"{n}_{s}": on(state.muscles, n, s) for n, s in columns(muscles())}
        for name, value in found.items():
            assert value == pytest.approx(wanted.get(name, 0.0)), (code, side, name)
        for name, value in state.modes.items():
            if not (gaze and name.startswith("lid")):
                assert value == pytest.approx(wanted.get(name, 0.0)), (code, side, name)


@pytest.mark.parametrize("code", CODES)
def test_an_action_grows_with_its_intensity(code: str) -> None:
    side = sides(code)[-1] if sides(code) != ("left", "right") else "left"
    if code in GAZES[:2]:
        gaze = [mix({(code, side): clip.activation(x)}).modes["gaze_x"] for x in "ABCDE"]
        assert (np.diff(np.abs(gaze)) > 0).all()
        return
    size = [np.linalg.norm(moved(code, side=side, level=clip.activation(x))) for x in "ABCDE"]
    assert size[0] > 0
    assert (np.diff(size) > 0).all()


@pytest.mark.parametrize("code", CODES)
def test_sides_are_mirror_images(code: str) -> None:
    mirror = face().mirror
    if "left" in sides(code):
        left, right = (moved(code, side=side) for side in ("left", "right"))
        assert np.abs(left[mirror] * (-1, 1, 1) - right).max() < 1e-9
    elif code not in ("37", "51", "52", "55", "56", "61", "62"):
        both = moved(code)
        assert np.abs(both[mirror] * (-1, 1, 1) - both).max() < 1e-9


@pytest.mark.parametrize("code", ["1", "4", "6", "9", "12", "15", "20"])
def test_one_side_leaves_the_other_alone(code: str) -> None:
    field = moved(code, side="left")
    size, x = np.linalg.norm(field, axis=1), rest()[:, 0]
    assert size[x < -15].max() < 0.25 * size[x > 0].max()


# code, landmark on the left, axis, least way there [mm]; negative: the other way
WAYS = [
    ("1", "left_brow_inner", "y", 4.0),
    ("2", "left_brow_outer", "y", 3.0),
    ("4", "left_brow_inner", "y", -3.5),
    ("4", "left_brow_middle", "x", -2.0),
    ("5", "left_palpebrale_superius", "y", 1.0),
    ("6", "left_cheek", "y", 3.0),
    ("7", "left_palpebrale_inferius", "y", 1.2),
    ("9", "left_alare", "y", 4.0),
    ("9", "labrale_superius", "y", 2.0),
    ("10", "labrale_superius", "y", 2.5),
    ("12", "left_cheilion", "y", 5.0),
    ("12", "left_cheilion", "x", 5.0),
    ("12", "left_cheilion", "z", -2.0),
    ("13", "left_cheilion", "y", 4.5),
    ("14", "left_cheilion", "z", -4.0),
    ("15", "left_cheilion", "y", -4.5),
    ("16", "labrale_inferius", "y", -4.0),
    ("17", "pogonion", "y", 3.5),
    ("17", "labrale_inferius", "z", 3.0),
    ("18", "left_cheilion", "x", -5.0),
    ("18", "labrale_superius", "z", 5.0),
    ("20", "left_cheilion", "x", 5.0),
    ("22", "labrale_superius", "z", 5.0),
    ("26", "pogonion", "y", -8.0),
    ("27", "pogonion", "y", -20.0),
    ("29", "pogonion", "z", 6.0),
    ("38", "left_alare", "x", 1.5),
    ("39", "left_alare", "x", -1.5),
    ("43", "left_palpebrale_superius", "y", -6.0),
    ("64", "left_palpebrale_superius", "y", -2.0),
]


@pytest.mark.parametrize(("code", "landmark", "axis", "least"), WAYS)
def test_landmarks_go_where_the_action_is_named_for(
    code: str, landmark: str, axis: str, least: float
) -> None:
    way = at(moved(code), landmark)["xyz".index(axis)]
    assert way * np.sign(least) >= abs(least)


def test_cues_that_tell_confusable_actions_apart() -> None:
    """One deciding cue for each pair of ``data/facs/contrast_sets.csv``."""
    inner, outer, gap = "left_brow_inner", "left_brow_outer", "left_brow_middle"
    corner, upper, lower = "left_cheilion", "labrale_superius", "labrale_inferius"
    one, two, both, grief = moved("1"), moved("2"), moved("1", "2"), moved("1", "4")
    assert at(one, inner)[1] > 2.5 * abs(at(one, outer)[1])
    assert at(two, outer)[1] > 2 * abs(at(two, inner)[1])
    assert abs(at(one, gap)[0]) < 0.5 < 2 < -at(grief, gap)[0]
    assert at(grief, inner)[1] > 2
    assert at(moved("5"), inner)[1] == pytest.approx(0, abs=0.05) != at(both, inner)[1]
    six, seven = moved("6"), moved("7")
    assert at(six, "left_cheek")[1] > 4 * at(seven, "left_cheek")[1]
    assert at(six, outer)[1] < -0.5 < at(seven, outer)[1]
    nine, ten = moved("9"), moved("10")
    assert at(nine, "left_alare")[1] > 2 * at(ten, "left_alare")[1]
    assert at(ten, upper)[1] > 3 * at(ten, corner)[1] * 0.8
    way = {code: at(moved(code), corner) for code in ("11", "12", "13", "14", "20")}
    assert way["12"][0] > 0.6 * way["12"][1]
    assert abs(way["13"][0]) < 0.2 * way["13"][1]
    assert np.linalg.norm(way["11"]) < 0.5 * np.linalg.norm(way["12"])
    assert way["14"][2] < -2 * abs(way["14"][0])
    assert way["20"][0] > 2 * way["14"][0]
    assert at(moved("15"), corner)[1] < -4 < at(moved("17"), corner)[1]
    assert at(moved("17"), lower)[1] > 3.5 > at(moved("15"), lower)[1]
    pucker, funnel = moved("18"), moved("22")
    assert gap_of("18") < 0.5 < 3 < gap_of("22")
    assert at(pucker, corner)[0] < 1.5 * at(funnel, corner)[0]
    assert red_of("24") < red_of("23") < 0.7 * red_of()
    assert red_of("28") < red_of("24")
    assert gap_of("16", "25") > 1.3 * gap_of("25") > 0
    assert 0 < gap_of("25") < gap_of("26") < gap_of("27")
    assert np.array_equal(moved("43"), moved("45"))


def confusable() -> list[tuple[str, str]]:
    """Pairs of ``data/facs/confusions.csv``, but for 43 and 45, which only time tells apart.

    63 differs from 5 by the gaze.
    """
    pairs = {frozenset((row["code"], row["other"])) for row in read_csv("facs/confusions.csv")}
    shown = [sorted(pair, key=int) for pair in pairs if pair <= set(actions())]
    return sorted((a, b) for a, b in shown if (a, b) not in (("43", "45"), ("5", "63")))


@pytest.mark.parametrize(("code", "other"), confusable())
def test_every_confusable_pair_differs_by_two_millimetres_at_d(code: str, other: str) -> None:
    if set(GAZES) & {code, other}:
        assert mix({(code, "both"): 1.0}).modes != mix({(other, "both"): 1.0}).modes
        return
    seen = face().base.attributes["cavity"] < 0.5
    one, two = (
        moved(c, side="both" if "both" in sides(c) else "left", level=clip.activation("D"))
        for c in (code, other)
    )
    assert np.linalg.norm(one - two, axis=1)[seen].max() > 2.0


def middle() -> tuple[int, int]:
    upper, lower = face().contact[np.argmin(np.abs(rest()[face().contact[:, 0], 0]))]
    return int(upper), int(lower)


def gap_of(*codes: str) -> float:
    """Height of the open mouth at the midline [mm]."""
    upper, lower = middle()
    posed = rest() + moved(*codes)
    return float(posed[upper, 1] - posed[lower, 1] - (rest()[upper, 1] - rest()[lower, 1]))


def red_of(*codes: str) -> float:
    """Height of the red of both lips at the midline [mm]."""
    upper, lower = middle()
    posed = rest() + moved(*codes)
    top, bottom = (at(posed, f"labrale_{name}")[1] for name in ("superius", "inferius"))
    return float(top - posed[upper, 1] + posed[lower, 1] - bottom)


SHUT = "11 12 13 14 15 17 18 20 21 23 24 34 35"


@pytest.mark.parametrize("code", SHUT.split())
def test_lips_stay_together_where_nothing_parts_them(code: str) -> None:
    upper, lower = face().contact.T
    posed = rest() + moved(code)
    assert (posed[upper, 1] - posed[lower, 1]).max() < 0.6
    assert gap_of(code) < 0.3


@pytest.mark.parametrize("code", ["17", "18", "23", "24", "28"])
def test_lips_close_over_a_lowered_jaw(code: str) -> None:
    level = clip.activation("D")
    upper, lower = face().contact.T
    for jaw, closing, slit in ((level, level, 0.4), (1.0, level, 1.2), (level, 1.0, 0.4)):
        posed = face().pose({("26", "both"): jaw, (code, "both"): closing})
        assert (posed[upper, 1] - posed[lower, 1]).max() < slit
    scores = {("26", "both"): 1.0, (code, "both"): 1.0}
    lone = mix({("26", "both"): 1.0}).modes["jaw_open"]
    assert mix(scores).modes["jaw_open"] < 0.8 * lone
    # Lips that part, or hardly close, leave the jaw where it is.
    assert mix(scores | {("25", "both"): 1.0}).modes["jaw_open"] >= lone
    assert gap_of("26") > 5
    weak = face().pose({("26", "both"): 1.0, (code, "both"): clip.activation("A")})
    assert (weak[upper, 1] - weak[lower, 1]).max() > 2


@pytest.mark.parametrize(
    ("closing", "pulling"),
    [(c, p) for c in ("24", "17") for p in ("9", "10", "16") if c + p != "1716"],
)
def test_lips_that_are_pressed_stay_shut_against_a_pull(closing: str, pulling: str) -> None:
    upper, lower = face().contact.T
    for level in (clip.activation("B"), clip.activation("D"), 1.0):
        posed = face().pose({(closing, "both"): level, (pulling, "both"): level})
        assert (posed[upper, 1] - posed[lower, 1]).max() < 0.3


def test_a_rolled_lip_cannot_be_drawn_from_the_teeth() -> None:
    rolled = moved("28")
    for other in ("16", "25"):
        assert np.abs(moved("28", other) - rolled).max() < 1e-9


def test_what_each_action_must_show_at_its_strongest() -> None:
    """Cues of ``data/facs/au_claims.csv`` that a coder looks for, in millimetres."""
    four, grief, nine = moved("4"), moved("1", "4"), moved("9")
    assert at(four, "left_brow_inner")[0] < -2.5
    assert at(grief, "left_brow_inner")[0] < -2.0 < 2.0 < at(grief, "left_brow_inner")[1]
    assert at(nine, "left_brow_inner")[0] > -1.0
    brow = at(moved("2"), "left_brow_inner")[1]
    assert 0.5 < brow < 0.4 * at(moved("2"), "left_brow_outer")[1]
    for code in ("22", "23", "24", "28"):
        assert np.linalg.norm(at(moved(code), "subnasale")) < 3.0, code
    assert at(moved("38"), "left_alare")[0] > 4.0
    assert at(moved("39"), "left_alare")[0] < -3.5
    pushed, sucked = moved("36", side="left"), moved("35")
    assert np.linalg.norm(pushed, axis=1).max() > 12
    assert np.linalg.norm(sucked, axis=1).max() > 9


def nearest(*point: float) -> int:
    seen = np.asarray(face().base.attributes["cavity"]) < 0.5
    away = np.linalg.norm(face().base.vertices - point, axis=1)
    return int(np.where(seen, away, np.inf).argmin())


def test_cords_stand_out_on_the_neck() -> None:
    skin = face().base
    medial, hollow, lateral = (
        nearest(*p) for p in ((22, -158, -47), (32, -158, -53), (41, -160, -61))
    )
    outward = vertex_normals(skin.vertices, skin.faces)
    for code, least in (("21", 3.5), ("20", 0.8)):
        raised = np.sum(moved(code) * outward, axis=1)
        assert min(raised[medial], raised[lateral]) > raised[hollow] + least, code


def test_a_dimple_lies_deeper_than_its_surroundings() -> None:
    dimple = moved("14")
    pit, beyond = nearest(31.9, -69.3, -5.6), nearest(42.7, -67.6, -11.5)
    assert dimple[pit, 2] < dimple[beyond, 2] - 4
    assert abs(moved("20")[pit, 2]) < 0.6 * abs(dimple[pit, 2])


def test_skin_bulges_above_and_below_pressed_lips() -> None:
    pressed = rest() + moved("24")
    upper, lower = middle()
    above, below = nearest(0, -58, 9.6), nearest(0, -82, 6.1)
    assert min(moved("24")[above, 2], moved("24")[below, 2]) > 3
    assert pressed[above, 2] > pressed[upper, 2] + 1.5
    assert pressed[below, 2] > pressed[lower, 2] + 1.5


def test_shared_muscles_saturate() -> None:
    state = mix({("4", "both"): 1.0, ("9", "both"): 1.0})
    once = [actions()[code]["procerus"] for code in ("4", "9")]
    assert on(state.muscles, "procerus") == pytest.approx(1 - (1 - once[0]) * (1 - once[1]))
    everything = {(code, sides(code)[-1]): 1.0 for code in CODES}
    total = mix(everything)
    for values in (total.muscles, total.loads):
        assert values.min() >= 0
        assert values.max() <= 1
    for name, value in total.modes.items():
        assert MODES[name][0] <= value <= MODES[name][1]


def test_grief_drops_what_pulls_down() -> None:
    four, grief = mix({("4", "both"): 1.0}), mix({("1", "both"): 1.0, ("4", "both"): 1.0})
    assert on(grief.muscles, "procerus") < 0.2 * on(four.muscles, "procerus")
    assert on(grief.muscles, "corrugator_supercilii") == on(four.muscles, "corrugator_supercilii")
    half = mix({("1", "left"): 1.0, ("4", "both"): 1.0})
    assert on(half.muscles, "procerus", "right") == on(four.muscles, "procerus", "right")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_every_named_combination_differs_from_the_sum(rule: acts.Rule) -> None:
    codes = (*rule.codes, *rule.any[:1])
    state = mix({(code, "both"): 0.7 for code in codes})
    names = acts._sides_of(rule.part, "combinations")
    amounts = [0.7 * actions()[code].get(rule.part, 0.0) for code in codes]
    name = names["left"]
    if name in MODES:
        assert state.modes[name] != pytest.approx(sum(amounts))
    elif rule.rule == "saturate":
        value = 1 - np.prod([1 - x for x in amounts])
        assert np.sum(np.array(amounts) > 0) >= 1
        assert on(state.muscles, rule.part) == pytest.approx(value)
    elif rule.part.startswith("lips_"):
        whole = mix({**{(c, "both"): 0.7 for c in codes}, ("12", "both"): 1.0, ("17", "both"): 1.0})
        at_load = [f"{n}_{s}" for n, s in columns(loads())].index(name)
        alone = mix({("12", "both"): 1.0, ("17", "both"): 1.0})
        assert whole.loads[at_load] != pytest.approx(alone.loads[at_load])
    else:
        assert on(state.muscles, rule.part) != pytest.approx(sum(amounts))


def test_lids_follow_the_gaze_but_a_shut_eye_stays_shut() -> None:
    down, up = mix({("64", "both"): 1.0}).modes, mix({("63", "both"): 1.0}).modes
    assert down["lid_upper_left"] > 0.3 > 0 > up["lid_upper_left"]
    assert mix({("43", "both"): 1.0}, {"gaze_y": -20.0}).modes["lid_upper_right"] == 1
    assert follow_gaze({})["lid_lower_left"] == 0
    assert mix({}, {"gaze_y": -20.0}).modes["lid_upper_left"] > 0.3


def test_sideways_modes_go_to_the_side_that_was_asked_for() -> None:
    assert mix({("30", "left"): 1.0}).modes["jaw_side"] > 0
    assert mix({("30", "right"): 1.0}).modes["jaw_side"] < 0
    assert mix({("51", "both"): 1.0}).modes["head_yaw"] > 0 > weights("52")["head_yaw"]
    assert weights("30", "right")["jaw_side"] < 0 < weights("30", "left")["jaw_side"]
    assert mix({("61", "both"): 1.0}, {"gaze_x": 5.0}).modes["gaze_x"] == 33


def test_the_stronger_of_both_and_one_side_counts() -> None:
    state = mix({("12", "both"): 0.3, ("12", "left"): 0.8})
    assert on(state.muscles, "zygomaticus_major", "left") == 0.8
    assert on(state.muscles, "zygomaticus_major", "right") == pytest.approx(0.3)


def test_refusals_say_what_was_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    for call in (lambda: mix({("18", "left"): 1.0}), lambda: weights("18", "left")):
        with pytest.raises(ActionError, match="18 exists on both, not on 'left'"):
            call()
    with pytest.raises(ActionError, match="cannot show '31'"):
        sides("31")
    with pytest.raises(ActionError, match="not between 0 and 1"):
        mix({("12", "both"): 1.5})
    with pytest.raises(ActionError, match=r"no mode 'jaw_opne'. Did you mean 'jaw_open'"):
        mix({}, {"jaw_opne": 1.0})
    row = {"id": "x", "codes": "1 99", "any": "", "unless": "", "rule": "add", "amount": "1"}
    monkeypatch.setattr(acts, "read_csv", lambda *_: (row | {"part": "procerus"},))
    with pytest.raises(DataError, match="all codes must have actions"):
        rules.__wrapped__()
    monkeypatch.setattr(acts, "read_csv", lambda *_: (row | {"part": "procerous"},))
    with pytest.raises(DataError, match=r"no part 'procerous'. Did you mean 'procerus'"):
        rules.__wrapped__()
    assert "mentalis_left" in parts()


@pytest.mark.parametrize("pull", pulls(), ids=lambda pull: pull.id)
def test_strength_gives_the_stated_peak(pull: Pull) -> None:
    """Where this fails: ``python -m fau_teach.face.calibrate --write``."""
    assert newtons()[pull.id] == pytest.approx(pull.strength, rel=0.03)


def test_calibration_prints_or_writes_the_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(calibrate, "Face", face)
    calibrate.main([])
    printed = capsys.readouterr().out
    monkeypatch.setattr(calibrate, "data_file", lambda name: tmp_path / Path(name).name)
    calibrate.main(["--write"])
    written = (tmp_path / "muscles.csv").read_text(encoding="utf-8")
    assert printed == written
    assert written.count("\n") == len(pulls()) + 1
    assert written.startswith("id,muscle,form,path,")
