"""The lesion simulator: bedside rules, symmetry, and sentences that hold."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach import anatomy
from fau_teach.anatomy import AnatomyError, lesion, lesions, simulate
from fau_teach.anatomy.wiring import IPSILATERAL_SHARE

NAMES = [item.id for item in lesions()]
UPPER = {"1", "2", "4", "6", "7"}
LOWER = {"9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "20", "21"} | {
    "22", "23", "24", "25", "28", "38", "39"
}  # fmt: skip
EYE = {"43", "45", "46"}
some = st.lists(st.sampled_from(NAMES), max_size=4)
commands = st.sampled_from(["voluntary", "emotional"])
variants = st.sampled_from(["used", "printed"])


def mirror(name: str) -> str:
    side, site = name.split("_", 1)
    return ("right_" if side == "left" else "left_") + site


@pytest.mark.parametrize("command", ["voluntary", "emotional"])
@pytest.mark.parametrize("variant", ["used", "printed"])
def test_a_healthy_face_keeps_everything(command: str, variant: str) -> None:
    result = simulate(None, command, variant)
    for side in ("L", "R"):
        assert result.kept(side) == set(result.aus)
        assert {result.strength(code, side) for code in result.aus} == {1.0}
    assert result.signs == ()


def test_eleven_sites_on_two_sides() -> None:
    assert len(NAMES) == 22
    assert lesion("left_buccal").side == "L"
    assert lesion("right_cortex").cuts == {("pyramidal", "R")}


def test_s0_059_left_cortex_takes_the_right_lower_face() -> None:
    result = simulate("left_cortex")
    assert result.lost("R") == LOWER
    assert result.lost("L") == frozenset()
    for code in UPPER | EYE | {"5", "26", "27"}:
        for side in ("L", "R"):
            assert result.status(code, side) == "kept", code
    for code in LOWER:
        assert result.strength(code, "L") == 1


def test_e0_34_a_small_share_is_left_and_none_in_print() -> None:
    assert simulate("left_cortex").strength("12", "R") == IPSILATERAL_SHARE > 0
    assert simulate("left_cortex", variant="printed").strength("12", "R") == 0


def test_both_cortices_take_all() -> None:
    result = simulate(["left_cortex", "right_cortex"])
    for side in ("L", "R"):
        assert result.kept(side) == frozenset()
        assert result.weak(side) == frozenset()


def test_s0_059_left_facial_nerve_takes_the_left_face() -> None:
    result = simulate("left_facial_nerve")
    pure = set(anatomy.au_codes()) - anatomy.not_purely_facial_nerve(anatomy.au_codes()) - {"19"}
    assert result.lost("L") == pure >= UPPER | LOWER
    assert result.kept("R") == set(result.aus)


def test_e0_20_facial_palsy_spares_lid_lifter_and_jaw() -> None:
    result = simulate("left_facial_nerve")
    for code in ("5", "26", "27", "41"):
        assert result.status(code, "L") == "kept"
    assert result.weak("L") == EYE
    assert "posterior belly of digastric" in result.explain("27", "L")
    for code in EYE:
        assert "lagophthalmos" in result.explain(code, "L")
    assert "left: the lower lid sags" in result.signs


def test_nucleus_and_trunk_read_alike() -> None:
    nucleus, trunk = simulate("left_facial_nucleus"), simulate("left_facial_nerve")
    for code in nucleus.aus:
        assert nucleus.status(code, "L") == trunk.status(code, "L")


def test_s0_014_temporal_branch() -> None:
    result = simulate("left_temporal")
    assert result.lost("L") == {"1", "2", "4"}
    assert {"6", "7"} <= result.weak("L")
    assert result.status("5", "L") == "kept"
    printed = simulate("left_temporal", variant="printed")
    assert {"1", "2", "4"} <= printed.lost("L")
    assert {"6", "7"} <= printed.weak("L")


@pytest.mark.parametrize(
    ("site", "lost", "weak"),
    [
        # errata appendix A; E0-17 and E0-21 for AU15 and AU12
        ("zygomatic", set(), {"6", "7", "9", "10", "11", "12", "13"}),
        ("buccal", {"14"}, {"20", "9", "10", "11", "12", "13", "22", "23", "24", "28"}),
        ("marginal_mandibular", {"16", "17"}, {"15", "22", "23", "24", "25", "28"}),
        ("cervical", {"21"}, set()),
    ],
)
def test_branches(site: str, lost: set[str], weak: set[str]) -> None:
    result = simulate(f"right_{site}")
    assert lost <= result.lost("R")
    assert weak <= result.weak("R")
    assert result.kept("L") == set(result.aus)
    assert not result.lost("R") & {"1", "2", "4", "5", "26", "27"}


def test_e0_21_printed_supply_makes_another_patient() -> None:
    assert simulate("left_zygomatic").status("12", "L") == "weak"
    assert simulate("left_zygomatic", variant="printed").status("12", "L") == "lost"


def test_e2_12_third_nerve_takes_au5_and_leaves_ptosis() -> None:
    result = simulate("left_oculomotor_nerve")
    # AU41 is nothing but this muscle letting go: no movement is left of it.
    assert result.lost("L") == {"5", "41"}
    assert result.status("5", "R") == "kept"
    assert result.signs == ("left: the upper lid droops (ptosis)",)
    for code in EYE:
        assert result.status(code, "L") == "kept"
        assert "ptosis" in result.explain(code, "L")


def test_mandibular_nerve_touches_the_jaw_alone() -> None:
    result = simulate("left_mandibular_nerve")
    for side in ("L", "R"):  # one bone
        # The jaw cannot be pulled down evenly; to fall it needs no more than letting go.
        assert result.weak(side) == {"27"}
        assert result.lost(side) == frozenset()
    assert "the bite is weak" in result.explain("26", "L")
    assert "nothing on this path is cut" in result.explain("26", "R")
    both = simulate(["left_mandibular_nerve", "right_mandibular_nerve"])
    assert both.lost("L") == both.lost("R") == {"26", "27"}


def test_s0_070_double_dissociation() -> None:
    for site, felt, willed in (
        ("left_cortex", "kept", "lost"),
        ("left_emotional_pathway", "lost", "kept"),
    ):
        assert simulate(site, "emotional").status("12", "R") == felt
        assert simulate(site, "voluntary").status("12", "R") == willed
        for command in ("voluntary", "emotional"):
            assert simulate(site, command).status("12", "L") == "kept"
            assert simulate(site, command).status("1", "R") == "kept"


def test_emotional_command_and_the_smooth_muscle_of_the_lid() -> None:
    text = simulate("left_emotional_pathway", "emotional").explain("5", "L")
    assert "the superior tarsal muscle, which only assists, is cut off" in text
    assert "superior tarsal" not in simulate("left_cortex").explain("5", "L")


def test_e0_06_in_print_a_facial_palsy_takes_au5() -> None:
    assert simulate("left_facial_nerve", variant="printed").status("5", "L") == "lost"


def test_the_printed_variant_holds_only_units_with_a_stated_nerve() -> None:
    codes = simulate(variant="printed").aus
    assert not set(codes) & set(anatomy.orphans("printed"))
    with pytest.raises(AnatomyError, match="printed simulator"):
        simulate(variant="printed").strength("9", "L")


def test_lips_part_by_any_of_three_muscles() -> None:
    # E2-14: alternatives. Without the marginal branch, orbicularis oris still has the buccal one.
    assert simulate("left_marginal_mandibular").strength("25", "L") == 0.5
    text = simulate("left_buccal").explain("25", "L")
    assert simulate("left_buccal").status("25", "L") == "kept"
    assert "nothing on this path is cut" in text


def test_a_cut_above_makes_a_cut_below_complete() -> None:
    result = simulate(["left_cortex", "right_facial_nerve"])
    assert result.lost("R") >= UPPER | LOWER
    text = result.explain("12", "R")
    assert "left motor cortex" in text
    assert "right facial nerve" in text


@settings(max_examples=60, deadline=None)
@given(some, commands, variants)
def test_mirrored_lesions_give_mirrored_faces(names: list[str], command: str, variant: str) -> None:
    here = simulate(names, command, variant)
    there = simulate([mirror(name) for name in names], command, variant)
    for code in here.aus:
        assert here.strength(code, "L") == there.strength(code, "R")
        assert here.strength(code, "R") == there.strength(code, "L")


@settings(max_examples=100, deadline=None)
@given(some, st.sampled_from(NAMES), commands, variants)
def test_one_more_lesion_never_helps(
    names: list[str], more: str, command: str, variant: str
) -> None:
    before = simulate(names, command, variant)
    after = simulate([*names, more], command, variant)
    for code in before.aus:
        for side in ("L", "R"):
            assert 0 <= after.strength(code, side) <= before.strength(code, side) <= 1


@settings(max_examples=60, deadline=None)
@given(some, commands, variants)
def test_explanations_are_sentences(names: list[str], command: str, variant: str) -> None:
    result = simulate(names, command, variant)
    for row in result.to_rows():
        text = str(row["explanation"])
        code, side = str(row["code"]), str(row["side"])
        assert text.startswith(f"{command.capitalize()} command: ")
        assert text.endswith(".")
        assert text.count(". ") == 1  # two sentences
        assert not re.search(r"  | ,| \.|: \.|at [.;,]|but (do|does)\b", text), text
        assert f"→ AU{code} on the {'left' if side == 'L' else 'right'}" in text
        if row["status"] == "lost":
            assert "(cut here)" in text
        if not names:
            assert "cut here" not in text


def test_every_pair_of_lesions_names_a_cut_where_a_unit_is_lost() -> None:
    for pair in combinations(NAMES, 2):
        result = simulate(pair)
        for side in ("L", "R"):
            for code in result.lost(side):
                cut = {(s.node, s.side) for s in result.path(code, side) if s.cut}
                assert cut, (pair, code, side)


def test_the_path_names_every_station() -> None:
    steps = simulate("left_facial_nerve").path("12", "L")
    assert [step.node for step in steps] == [
        "pyramidal",
        "facial_lower",
        "VII",
        "VII_zygomatic",
        "zygomaticus_major",
        "AU12",
    ]
    assert [step.side for step in steps] == ["R", "L", "L", "L", "L", "L"]
    assert [step.cut for step in steps] == [False, False, True, False, False, False]
    # Both hemispheres drive the brow; with one gone, the other is shown.
    assert simulate().path("1", "L")[0].side == "both"
    assert simulate("left_cortex").path("1", "L")[0].side == "R"
    spared = simulate("left_cortex").explain("1", "R")
    assert "one hemisphere is enough" in spared


def test_a_muscle_with_two_branches_says_which_one_is_left() -> None:
    text = simulate("left_temporal").explain("6", "L")
    assert "the left temporal branch is cut, but the zygomatic branch still drives" in text


def test_codes_and_several_lesions_as_people_write_them() -> None:
    result = simulate(("left_cortex", "left_cortex"))
    assert [item.id for item in result.lesions] == ["left_cortex"]
    assert result.status("AU12", "R") == result.status("12", "R") == "lost"


def test_rows_and_tables() -> None:
    result = simulate("left_temporal")
    rows = result.to_rows()
    assert len(rows) == 2 * len(result.aus)
    assert {row["status"] for row in rows if row["side"] == "R"} == {"kept"}
    assert "left   lost: 1 2 4;" in repr(result)
    page = result._repr_html_()
    assert page.startswith("<table><caption>left temporal branch; voluntary command")
    assert "<td>1 2 4</td>" in page
    assert repr(simulate()).startswith("LesionResult(no lesion; voluntary command)")


def test_wrong_names_are_explained() -> None:
    with pytest.raises(AnatomyError, match="Did you mean 'left_cortex'"):
        simulate("left_cortx")
    with pytest.raises(AnatomyError, match="Did you mean 'emotional'"):
        simulate(command="emotion")
    with pytest.raises(AnatomyError, match="side"):
        simulate().status("12", "B")
    with pytest.raises(AnatomyError, match="'99'"):
        simulate().status("99", "L")
