"""The action-unit catalogue against inventory rows S2-004 to S2-062 and the E2 errata."""

from __future__ import annotations

import contextlib
import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach._claims import CONFIDENCES
from fau_teach._data import read_csv
from fau_teach.facs.catalogue import (
    KINDS,
    ActionUnit,
    CatalogueError,
    Claim,
    au,
    catalogue,
    check_unique,
    claims,
    confusions,
    contrast_sets,
    exclusions,
    intensities,
    printed_codes,
    search,
)

MUSCLES = {
    "frontalis_medial",
    "frontalis_lateral",
    "corrugator_supercilii",
    "procerus",
    "depressor_supercilii",
    "levator_palpebrae_superioris",
    "superior_tarsal",
    "orbicularis_oculi_orbital",
    "orbicularis_oculi_palpebral",
    "levator_labii_superioris_alaeque_nasi",
    "levator_labii_superioris",
    "zygomaticus_minor",
    "zygomaticus_major",
    "levator_anguli_oris",
    "buccinator",
    "depressor_anguli_oris",
    "depressor_labii_inferioris",
    "mentalis",
    "incisivii_labii",
    "risorius",
    "platysma",
    "orbicularis_oris",
    "masseter",
    "temporalis",
    "medial_pterygoid",
    "lateral_pterygoid",
    "digastric_anterior",
    "digastric_posterior",
    "nasalis_transverse",
    "nasalis_alar",
    "depressor_septi",
    "genioglossus",
}
# The published list of codes, written out apart from the data file.
CODES = (
    [str(n) for n in range(1, 47)]
    + ["50", *map(str, range(51, 59)), *map(str, range(61, 67)), "68", "69"]
    + [str(n) for n in (70, 71, 72, 73, 74, 80, 81, 82, 84, 85, 91, 92, 97, 98)]
    + ["M55", "M56", "M57", "M59", "M60", "M83", "M61", "M62", "M68", "M69"]
)
MAIN = [unit for unit in catalogue("AU") if unit.printed_name]


def printed_muscles(code: str) -> str:
    claim = au(code).claim("muscles")
    assert claim is not None
    return claim.printed


def codes_where(pattern: str) -> set[str]:
    return {u.code for u in MAIN if re.search(pattern, printed_muscles(u.code), re.IGNORECASE)}


# --- the code list -----------------------------------------------------------------------


def test_every_published_code_is_there_once():
    assert sorted(unit.code for unit in catalogue()) == sorted(CODES)


def test_vocabularies_of_the_code_list():
    for unit in catalogue():
        assert unit.kind in KINDS
        assert unit.half in ("upper", "lower", "none")
        assert unit.edition in ("1978", "2002", "both")
        assert unit.region
        assert unit.name[0].isupper()
        assert unit.name[1:] == unit.name[1:].lower()  # sentence case
        assert set(unit.in_sources) <= {"S0", "S1", "S2", "S3", "S4"}
        assert set(unit.muscles) <= MUSCLES
        assert unit.face_half == unit.half


def test_names_are_unique():
    names = [unit.name.casefold() for unit in catalogue()]
    assert len(set(names)) == len(names)


def test_S2_004_thirty_main_eight_head_four_eye_codes():
    printed = [u for u in catalogue() if u.printed_name]
    by_kind = {kind: [u.code for u in printed if u.kind == kind] for kind in KINDS}
    assert len(by_kind["AU"]) == 30
    assert by_kind["head"] == [str(n) for n in range(51, 59)]
    assert by_kind["eye"] == ["61", "62", "63", "64"]
    assert {u.code for u in catalogue() if "S2" in u.in_sources} == {u.code for u in printed}


def test_S2_004_numbers_missing_from_1_to_46():
    absent = {n for n in range(1, 47) if "S2" not in au(n).in_sources}
    assert absent == {3, 8, 19, 21, *range(29, 41)}


def test_E2_16_codes_of_S0_that_S2_lacks_are_supplied():
    supplied = {u.code for u in catalogue() if "S0" in u.in_sources and "S2" not in u.in_sources}
    assert supplied == {"19", "32", "33", "35", "39"}
    names = {"19": "Tongue show", "32": "Lip bite", "33": "Cheek blow", "35": "Cheek suck"}
    for code, name in {**names, "39": "Nostril compressor"}.items():
        claim = au(code).claim("name")
        assert claim is not None
        assert (claim.printed, claim.used, claim.erratum) == ("", name, "E2-16")


def test_S0_029_S1_029_codes_of_the_other_sources():
    in_s1 = {u.code for u in catalogue() if "S1" in u.in_sources}
    bp4d = ["1", "2", "4", "6", "7", "10", "12", "14", "15", "17", "23", "24"]
    disfa = ["1", "2", "4", "6", "9", "12", "25", "26"]
    assert in_s1 == {*bp4d, *disfa, "11"}  # 11 from S1-057
    assert {"39", "43", "22"} <= {u.code for u in catalogue() if "S0" in u.in_sources}
    assert len({u.code for u in catalogue() if "S0" in u.in_sources}) == 27


def test_E2_09_codes_of_1978():
    assert [u.code for u in catalogue() if u.edition == "1978"] == ["41", "42", "44"]
    for code in ("41", "42", "44"):
        claim = au(code).claim("edition")
        assert claim is not None
        assert (claim.used, claim.erratum) == ("1978", "E2-09")


# --- S2: names, muscles, clip notes -------------------------------------------------------


def test_S2_block_check_orbicularis_rows():
    assert codes_where("orbicularis oculi") == {"6", "7", "42", "44", "45", "46"}
    assert codes_where("orbicularis oris") == {"22", "23", "24", "25", "28"}


def test_S2_block_check_relaxation_rows_as_printed():
    assert codes_where("relax") == {"25", "26", "41", "43", "45"}


def test_E2_11_relaxation_as_used_adds_the_wink():
    relaxing = {u.code for u in catalogue() if u.relaxing}
    assert relaxing == {"25", "26", "41", "43", "45", "46"}
    assert au(46).relaxing == ("levator_palpebrae_superioris",)
    assert au(12).relaxing == ()


def test_S2_block_check_clip_notes():
    noted = {u.code: u.claim("clip_note") for u in catalogue() if u.claim("clip_note")}
    assert set(noted) == {"2", "9", "10", "16", "18", "22", "26", "28"}
    assert {code: claim.erratum for code, claim in noted.items()} == {
        "2": "E2-03",
        **dict.fromkeys(("9", "10", "16", "18", "22", "26", "28"), "E2-21"),
    }
    assert noted["2"].printed == "unilateral, right side"
    assert noted["28"].printed == "with AU26"
    assert not any("(" in u.printed_name for u in catalogue())


def test_S2_main_rows_have_consecutive_inventory_ids():
    ids = [unit.claim("name").source for unit in MAIN]
    assert ids == [f"S2-{n:03d}" for n in range(5, 35)]


@pytest.mark.parametrize(
    ("code", "printed", "used", "erratum"),
    [
        ("13", "Cheek Puffer", "Sharp lip puller", "E2-02"),
        ("18", "Lip Puckerer", "Lip pucker", "E2-15"),
        ("24", "Lip Pressor", "Lip presser", "E2-15"),
        ("12", "Lip Corner Puller", "Lip corner puller", ""),
        ("20", "Lip stretcher", "Lip stretcher", ""),
        ("51", "Head Turn Left", "Head turn left", ""),
    ],
)
def test_printed_and_used_names(code, printed, used, erratum):
    claim = au(code).claim("name")
    assert (claim.printed, claim.used, claim.erratum) == (printed, used, erratum)
    assert au(code).name == used
    assert au(code).printed_name == printed


@pytest.mark.parametrize(
    ("code", "printed", "erratum", "used"),
    [
        (1, "Frontalis, pars medialis", "", "frontalis_medial"),
        (
            4,
            "Depressor Glabellae, Depressor Supercilli, Currugator",
            "E2-15",
            "procerus depressor_supercilii corrugator_supercilii",
        ),
        (
            5,
            "Levator palpebrae superioris",
            "E2-12",
            "levator_palpebrae_superioris superior_tarsal",
        ),
        (
            9,
            "Levator labii superioris alaquae nasi",
            "E2-15",
            "levator_labii_superioris_alaeque_nasi",
        ),
        (12, "Zygomatic Major", "E2-15", "zygomaticus_major"),
        (20, "Risorius", "E2-13", "risorius platysma"),
        (
            25,
            "Depressor Labii, Relaxation of Mentalis (AU17), Orbicularis Oris",
            "E2-14",
            "depressor_labii_inferioris mentalis orbicularis_oris",
        ),
        (
            26,
            "Masetter; Temporal and Internal Pterygoid relaxed",
            "E2-07",
            "masseter temporalis medial_pterygoid",
        ),
        (
            27,
            "Pterygoids, Digastric",
            "E2-08",
            "lateral_pterygoid digastric_anterior digastric_posterior",
        ),
        (
            43,
            "Relaxation of Levator Palpebrae Superioris",
            "E2-11",
            "levator_palpebrae_superioris orbicularis_oculi_palpebral",
        ),
    ],
)
def test_printed_and_used_muscles(code, printed, erratum, used):
    claim = au(code).claim("muscles")
    assert (claim.printed, claim.erratum) == (printed, erratum)
    assert au(code).muscles == claim.values == tuple(used.split())


def test_E2_10_two_codes_share_one_muscle():
    assert printed_muscles("7") == printed_muscles("44")
    assert au(7).muscles == au(44).muscles
    assert au(44).claim("muscles").erratum == "E2-10"


def test_S2_056_names_in_the_emotion_table_equal_the_main_table():
    words = {
        "6": "Cheek Raiser",
        "12": "Lip Corner Puller",
        "1": "Inner Brow Raiser",
        "4": "Brow Lowerer",
        "15": "Lip Corner Depressor",
        "2": "Outer Brow Raiser",
        "5": "Upper Lid Raiser",
        "26": "Jaw Drop",
        "7": "Lid Tightener",
        "20": "Lip Stretcher",
        "23": "Lip Tightener",
        "9": "Nose Wrinkler",
        "16": "Lower Lip Depressor",
        "14": "Dimpler",
    }
    for code, name in words.items():
        assert au(code).printed_name.casefold() == name.casefold()


def test_S0_020_seven_main_codes_are_not_purely_facial_nerve():
    mixed = {u.code for u in MAIN if any(not n.startswith("VII") for n in u.nerves)}
    assert mixed == {"5", "26", "27", "41", "43", "45", "46"}
    assert all(u.nerves for u in MAIN)
    assert au(70).nerves == ()


def test_E2_01_unique_key_check_fails_on_the_printed_codes():
    with pytest.raises(CatalogueError, match=r"'51' comes 5 times, in rows 31, 39, 40, 41, 42"):
        check_unique(printed_codes())


def test_E2_01_used_codes_are_unique():
    used = printed_codes("used")
    check_unique(used)
    assert used[-4:] == ("61", "62", "63", "64")
    assert len(used) == 42


def test_printed_codes_refuses_another_variant():
    with pytest.raises(CatalogueError, match="'printed' or 'used'"):
        printed_codes("corrected")


def test_S2_062_intensity_letters_rise_with_level():
    assert [level for level, _ in intensities().values()] == [1, 2, 3, 4, 5]
    assert "".join(intensities()) == "ABCDE"
    assert intensities()["A"][1] == "trace"


# --- the claim rule -----------------------------------------------------------------------


def test_every_printed_difference_has_an_erratum():
    bad = [c for c in claims() if c.differs and not c.erratum]
    assert bad == []


def test_every_correctly_spelt_printed_muscle_means_what_we_use_or_has_an_erratum():
    phrases = {row["phrase"]: row["ids"] for row in read_csv("facs/muscle_phrases.csv")}
    used_ids = {muscle for ids in phrases.values() for muscle in ids.split(";")}
    assert used_ids <= MUSCLES
    for misspelt in ("Currugator", "Supercilli", "alaquae", "Masetter", "Zygomatic M"):
        assert not any(misspelt in phrase for phrase in phrases)
    assert {printed_muscles(u.code) for u in MAIN} >= set(phrases)


@pytest.mark.parametrize("claim", claims(), ids=lambda c: f"{c.subject}-{c.attribute}")
def test_claim_row(claim):
    assert claim.confidence in CONFIDENCES
    assert au(claim.subject).code == claim.subject
    assert claim.used
    assert re.fullmatch(r"outside|S[0-4]-\d{3}", claim.source)
    assert re.fullmatch(r"|E[0-4X]-\d{2}", claim.erratum)
    assert re.fullmatch(r"|[a-z0-9_]+", claim.reference)
    if claim.source == "outside":
        assert claim.printed == ""
        if claim.confidence in ("sure", "fairly"):
            assert claim.reference
        if claim.confidence == "check":
            assert claim.reference == ""
            assert claim.needs_check
    if claim.attribute in ("muscles", "antagonist"):
        assert set(claim.values) <= MUSCLES


def test_claim_ids_exist_in_the_audit():
    errata = {row["id"] for row in read_csv("errata.csv")}
    assert {c.erratum for c in claims() if c.erratum} <= errata


def test_claims_name_what_the_table_says():
    for unit in catalogue():
        assert unit.claim("name").used == unit.name
        assert unit.claim("movement") is not None
        edition = unit.claim("edition")
        assert edition is None or edition.used == unit.edition


def test_differs_ignores_capitals_and_notation_only():
    claim = au(1).claim("muscles")
    assert not claim.differs
    assert dataclasses.replace(claim, printed="Frontalis, pars lateralis").differs
    assert not au(12).claim("name").differs
    assert au(13).claim("name").differs
    assert not au(2).claim("movement").differs


# --- facts --------------------------------------------------------------------------------


def test_every_row_of_the_action_unit_table_is_covered():
    table = [*range(1, 3), *range(4, 8), *range(9, 19), 20, *range(22, 29), 38, 39, 43, 45, 46]
    for code in table:
        unit = au(code)
        for attribute in ("movement", "folds", "muscles", "nerve", "antagonist"):
            if not (code == 5 and attribute == "folds"):
                assert unit.claim(attribute), (code, attribute)
        assert unit.confusions, code
        assert unit.antagonists


def test_base_rates():
    rates = au(12).base_rates
    assert rates["BP4D"] == (56.2, "check")
    assert rates["CM macro"] == (10.8, "sure")
    assert set(rates) == {"BP4D", "DISFA", "CK", "CM macro", "CM micro", "UNBC"}
    assert au(17).base_rates["CK"] == (4.1, "unsure")
    assert au("M59").base_rates == {}
    for unit in catalogue():
        assert all(0 <= percent <= 100 for percent, _ in unit.base_rates.values())
    with pytest.raises(TypeError):
        rates["BP4D"] = (0.0, "sure")


def test_base_rates_agree_with_the_event_counts():
    # Counts of brow events: with 1 and with 2 in 3,346 macro and 860 micro events.
    one = 62 + 283 + 24 + 36
    two = 37 + 283 + 36 + 11
    four = 750 + 24 + 36 + 11
    assert au(1).base_rates["CM macro"][0] == pytest.approx(100 * one / 3346, abs=0.06)
    assert au(2).base_rates["CM macro"][0] == pytest.approx(100 * two / 3346, abs=0.06)
    assert au(4).base_rates["CM macro"][0] == pytest.approx(100 * four / 3346, abs=0.06)
    for code, micro in (("1", 40 + 111 + 2), ("2", 15 + 111 + 2), ("4", 2 + 270 + 2)):
        assert au(code).base_rates["CM micro"][0] == pytest.approx(100 * micro / 860, abs=0.06)


def test_base_rates_show_how_much_the_data_set_matters():
    for code, low, high in (("25", 0.9, 27.8), ("6", 0.9, 46.2)):
        rates = {k: v[0] for k, v in au(code).base_rates.items() if k != "CK"}
        assert (min(rates.values()), max(rates.values())) == (low, high)


def test_confusions_go_both_ways_with_the_same_cue():
    pairs = {(code, c.other, c.cue) for code, items in confusions().items() for c in items}
    assert all((other, code, cue) in pairs for code, other, cue in pairs)
    for code, items in confusions().items():
        for item in items:
            assert au(code).code == code != au(item.other).code == item.other
            assert item.confidence in CONFIDENCES
            assert bool(item.reference) == (item.confidence in ("sure", "fairly"))
    assert {c.other for c in au(12).confusions} >= {"6", "10", "11", "13", "14", "20"}
    assert au(97).confusions == ()


def test_contrast_sets_cover_the_drill_list():
    wanted = ["1|1+4|4", "1|2", "6|7", "9|10", "11|12|13|14", "14|20", "15|17", "23|24|28"]
    wanted += ["18|22", "25|26|27", "5|1+2", "43|45"]
    found = {"|".join(item.codes) for item in contrast_sets()}
    assert found >= set(wanted)
    assert len(contrast_sets()) == len(found) == len({item.id for item in contrast_sets()})
    for item in contrast_sets():
        assert len(item.codes) >= 2
        assert item.cue
        assert item.confidence in CONFIDENCES
        for code in "+".join(item.codes).split("+"):
            assert au(code)
        if item.confidence in ("sure", "fairly"):
            assert item.reference


def test_exclusions_are_those_that_logic_gives():
    by_id = {item.id: item for item in exclusions()}
    opposite = {(*item.codes, *item.others) for item in exclusions() if item.kind == "opposite"}
    pairs = ["51-52", "53-54", "55-56", "57-58", "61-62", "63-64", "65-66", "26-27"]
    assert opposite == {tuple(pair.split("-")) for pair in pairs}
    assert by_id["speech"].codes == ("25", "26", "27")
    assert by_id["speech"].others == ("50",)
    assert by_id["hidden_brow"].codes == ("1", "2", "3", "4")
    assert "12" in by_id["hidden_lower"].codes
    assert "12" not in by_id["hidden_eye"].codes
    for item in exclusions():
        if item.kind != "lip_part":
            for code in (*item.codes, *item.others):
                assert au(code)


# --- looking up ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [12, "12", "AU12", "au 12", " Au  12 ", "Lip Corner Puller", "lip corner puller"]
)
def test_one_code_many_spellings(text):
    assert au(text).code == "12"


def test_lookup_by_other_names():
    assert au("AD19").label == "AD19"
    assert au("m59").label == "M59"
    assert au("AU51").label == "51"
    assert au("Sharp lip puller").code == au("Cheek Puffer").code == "13"
    assert au("Cheek puff").code == "34"
    assert au("Lip Puckerer").code == "18"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Lip corner puler", "lip corner puller"),
        ("AU121", "' or '12' or '"),
        ("AD12", "Did you mean AU12"),
        ("AD38", "Did you mean AU38"),
        ("xyzzy", "Known: "),
        ("", "No code is called ''"),
        ("12C", "No code is called '12C'"),
    ],
)
def test_unknown_codes_get_a_hint(text, hint):
    with pytest.raises(CatalogueError, match=re.escape(hint)):
        au(text)


def test_the_error_is_a_key_error_and_a_value_error():
    with pytest.raises(KeyError):
        au(999)
    with pytest.raises(ValueError):
        au(999)
    assert str(CatalogueError()) == ""


@given(st.text(max_size=12))
def test_any_text_gives_a_unit_or_a_catalogue_error(text):
    with contextlib.suppress(CatalogueError):
        assert isinstance(au(text), ActionUnit)


@given(st.sampled_from(CODES))
def test_label_and_name_lead_back_to_the_code(code):
    unit = au(code)
    assert au(unit.label) is au(unit.name) is au(str(unit.code)) is unit


def test_catalogue_by_kind():
    assert {u.code for u in catalogue("AD")} == {
        "19",
        "29",
        "30",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
    }
    with pytest.raises(CatalogueError, match="Did you mean 'eye'"):
        catalogue("eyes")


def test_search_finds_names_first_then_facts():
    assert search("lip tightener")[0].code == "23"
    assert search("cheek puffer")[0].code == "13"
    assert {u.code for u in search("orbicularis oris")} >= {"22", "23", "24", "25", "28"}
    assert "9" in [u.code for u in search("nose wrinkl")]
    assert search("  ") == ()
    assert search("xyzzy") == ()


# --- showing ------------------------------------------------------------------------------


def test_text_form():
    assert str(au(12)) == "AU12 Lip corner puller"
    assert str(au("M59")) == "M59 Head nod"


def test_card_names_the_code_and_marks_what_must_be_checked():
    card = au(13)._repr_html_()
    assert "<caption>AU13 Sharp lip puller</caption>" in card
    assert "levator anguli oris" in card
    assert "to be checked by a certified coder" in card
    assert card.count("<tr>") == card.count("</tr>") == card.count('scope="row"')
    assert "Folds" not in au(51)._repr_html_()


def test_card_escapes_text():
    claim = Claim("12", "movement", "", "<b>&", "outside", "", "sure", "x")
    unit = dataclasses.replace(au(12), name="<i>", claims=(claim,))
    card = unit._repr_html_()
    assert "&lt;b&gt;&amp;" in card
    assert "&lt;i&gt;" in card
    assert "<b>" not in card


def test_units_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        au(12).name = "smile"
    assert not hasattr(au(12), "__dict__")
