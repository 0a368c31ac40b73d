"""Muscles, nerves and the chain between them: expected values from the source inventory."""

from __future__ import annotations

import re
import sys

import pytest

from fau_teach import _data, anatomy
from fau_teach.anatomy import AnatomyError, branches_of, graph, muscle
from fau_teach.anatomy import graph as graph_function
from fau_teach.anatomy.muscles import _spellings
from fau_teach.anatomy.muscles import muscles as all_muscles

T, Z, B, M, C = (
    "VII_temporal",
    "VII_zygomatic",
    "VII_buccal",
    "VII_marginal_mandibular",
    "VII_cervical",
)
TABLE_3 = [
    str(code)
    for code in (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 20, 22, 23, 24, 25, 26, 27, 28, 43)
]

# Copied by hand from the texts of the three sources: spelling as printed, the muscle meant.
PRINTED_SPELLINGS = {
    # Dong et al. (2022), sections 2 and 4
    "frontalis": "frontalis",
    "corrugator supercilii": "corrugator_supercilii",
    "depressor supercilii": "depressor_supercilii",
    "orbicularis oculi": "orbicularis_oculi",
    "zygomaticus": "zygomaticus",
    "Buccinator": "buccinator",
    "orbicularis oris": "orbicularis_oris",
    "depressor anguli oris": "depressor_anguli_oris",
    "descending depressor anguli oris": "depressor_anguli_oris",
    "textitdepressor anguli oris": "depressor_anguli_oris",
    "textitdepressor": "depressor_anguli_oris",
    "platysma": "platysma",
    "zygomaticus major": "zygomaticus_major",
    "zygomaticus minor": "zygomaticus_minor",
    "zygomatic muscle": "zygomaticus",
    "corrugator muscle": "corrugator_supercilii",
    "frowning muscle": "corrugator_supercilii",
    "genital muscles": "mentalis",
    "lower lip muscles": "depressor_labii_inferioris",
    "chin muscles": "mentalis",
    # Cui et al. (2023)
    "zygomatic major": "zygomaticus_major",
    "Fontalis": "frontalis",
    "fontalis": "frontalis",
    "Orbucularis Oris": "orbicularis_oris",
    "Orbicularis Oris": "orbicularis_oris",
    "Corrugator": "corrugator_supercilii",
    "Depressor anguli oris": "depressor_anguli_oris",
    # iMotions guide
    "Frontalis, pars medialis": "frontalis_medial",
    "Frontalis, pars lateralis": "frontalis_lateral",
    "Depressor Glabellae": "procerus",
    "Depressor Supercilli": "depressor_supercilii",
    "Currugator": "corrugator_supercilii",
    "Levator palpebrae superioris": "levator_palpebrae_superioris",
    "Levator Palpebrae": "levator_palpebrae_superioris",
    "Orbicularis oculi, pars orbitalis": "orbicularis_oculi_orbital",
    "Orbicularis Oculi, Pars Palpebralis.": "orbicularis_oculi_palpebral",
    "Levator labii superioris alaquae nasi": "levator_labii_superioris_alaeque_nasi",
    "Levator Labii Superioris, Caput infraorbitalis": "levator_labii_superioris",
    "Zygomatic Minor": "zygomaticus_minor",
    "Zygomatic Major": "zygomaticus_major",
    "Levator anguli oris (Caninus)": "levator_anguli_oris",
    "Caninus": "levator_anguli_oris",
    "Depressor anguli oris (Triangularis)": "depressor_anguli_oris",
    "Triangularis": "depressor_anguli_oris",
    "Depressor labii inferioris": "depressor_labii_inferioris",
    "Depressor Labii": "depressor_labii_inferioris",
    "Mentalis": "mentalis",
    "Incisivii labii superioris": "incisivii_labii",
    "Incisivii labii inferioris": "incisivii_labii",
    "Risorius": "risorius",
    "Masetter": "masseter",
    "Temporal": "temporalis",
    "Internal Pterygoid": "medial_pterygoid",
    "Pterygoids": "pterygoids",
    "Digastric": "digastric",
    # shorthand of the inventory and the errata
    "DAO": "depressor_anguli_oris",
    "DLI": "depressor_labii_inferioris",
    "LPS": "levator_palpebrae_superioris",
    "LLS": "levator_labii_superioris",
    "LLSAN": "levator_labii_superioris_alaeque_nasi",
}


@pytest.mark.parametrize(("spelling", "expected"), PRINTED_SPELLINGS.items())
def test_sx_01_every_printed_spelling_resolves(spelling: str, expected: str) -> None:
    assert muscle(spelling).id == expected


def test_every_id_and_name_resolves_to_itself() -> None:
    for item in anatomy.muscles():
        assert muscle(item.id) is item
        assert muscle(item.name.upper()) is item


def test_unknown_muscle_gets_a_suggestion() -> None:
    with pytest.raises(AnatomyError, match=r"'zygomatcus major'.*Did you mean 'zygomaticus major'"):
        muscle("zygomatcus major")
    with pytest.raises(AnatomyError, match="A valid one is 'zygomaticus major'"):
        muscle("xqj")


def test_e0_18_other_orbicularis_muscles_cannot_be_resolved() -> None:
    with pytest.raises(AnatomyError, match="E0-18"):
        muscle("other orbicularis muscles")


def test_misspellings_carry_their_erratum() -> None:
    found = {row["spelling"]: row["erratum"] for row in anatomy.aliases("frontalis")}
    assert found["Fontalis"] == "E1-23"
    found = {row["spelling"]: row["erratum"] for row in anatomy.aliases("masseter")}
    assert found == {"Masetter": "E2-15"}


def test_levators_are_three_different_muscles() -> None:
    # Appendix A, traps: LPS is not LLS is not LLSAN.
    assert len({muscle(short).id for short in ("LPS", "LLS", "LLSAN")}) == 3


def test_parts() -> None:
    assert muscle("frontalis").parts == ("frontalis_medial", "frontalis_lateral")
    assert muscle("occipitofrontalis").parts == ("frontalis", "occipitalis")
    assert muscle("zygomaticus major").part_of == "zygomaticus"
    # E0-19: the lacrimal part is missing in print
    assert "orbicularis_oculi_lacrimal" in muscle("orbicularis oculi").parts
    parts = muscle("orbicularis oculi").claim("parts")
    assert parts is not None
    assert parts.erratum == "E0-19"
    assert "lacrimal" not in parts.printed


@pytest.mark.parametrize(
    ("name", "attribute", "printed", "used", "erratum"),
    [
        ("zygomaticus minor", "insertion", "angulus oris", "upper lip", "E0-15"),
        ("frontalis", "innervation", "posterior auricular", "temporal", "E0-16"),
        ("DAO", "origin", "genital", "mental tubercle", "E0-17"),
        ("orbicularis oculi", "origin", "frontal eminence", "frontal process", "E0-19"),
        ("zygomaticus major", "innervation", "zygomatic", "buccal", "E0-21"),
        ("orbicularis oris", "innervation", "buccal", "marginal mandibular", "E0-18"),
    ],
)
def test_corrected_facts(name: str, attribute: str, printed: str, used: str, erratum: str) -> None:
    claim = getattr(muscle(name), attribute)
    assert printed in claim.printed
    assert used in claim.used
    assert claim.printed != claim.used
    assert claim.erratum == erratum


def test_e0_16_posterior_auricular_drives_the_occipital_belly_only() -> None:
    frontal, occipital = muscle("frontalis").innervation, muscle("occipitalis").innervation
    assert frontal is not None
    assert occipital is not None
    assert "posterior auricular" not in frontal.used
    assert occipital.used == "posterior auricular nerve"


def test_every_single_muscle_has_the_four_facts() -> None:
    for item in anatomy.muscles():
        if item.parts:
            continue
        for claim in (item.origin, item.insertion, item.function, item.innervation):
            assert claim is not None, item.id
            assert claim.used, item.id


def test_parts_share_the_facts_of_the_whole_but_keep_their_own() -> None:
    medial = muscle("frontalis_medial")
    assert medial.origin is not None
    assert medial.origin.subject == "frontalis"
    assert medial.function is not None
    assert medial.function.source == "S0-090"
    assert medial.claim("colour") is None


def test_s1_006_sheet_and_sphincter_as_printed_and_e1_09_linear_added() -> None:
    assert muscle("frontalis").form == "sheet"
    assert muscle("orbicularis oculi").form == muscle("orbicularis oris").form == "sphincter"
    # S1-007 with E1-09: the linear ones of Fig. 2
    for name in ("zygomatic major", "DAO", "Corrugator"):
        assert muscle(name).form == "linear"


def test_s0_013_five_branches_top_to_bottom() -> None:
    assert [item.id for item in anatomy.branches()] == [T, Z, B, M, C]


def test_nerve_names() -> None:
    assert anatomy.nerve("buccal") is anatomy.nerve("VII_buccal") is anatomy.nerve("buccal branch")
    assert anatomy.nerve("marginal_mandibular").id == M
    assert anatomy.nerve("III").cranial == "III"
    with pytest.raises(AnatomyError, match="Did you mean 'zygomatic'"):
        anatomy.nerve("zigomatic")


def test_structure_claims() -> None:
    (name,) = anatomy.structure_claims("extrapyramidal")[:1]
    assert (name.printed, name.erratum) == ("external pyramidal tract", "E0-32")
    assert any(claim.erratum == "E0-35" for claim in anatomy.structure_claims("emotional"))
    assert {"VII", "facial_lower"} <= {claim.subject for claim in anatomy.structure_claims()}
    assert anatomy.nerve("buccal").claims[0].erratum == "E0-18"


def ends(start: str, variant: str = "printed", basis: str | None = None) -> set[str]:
    return {
        edge.end for edge in graph(variant).out_edges(start) if basis is None or edge.basis == basis
    }


def test_s0_014_temporal_has_exactly_four_printed_muscles() -> None:
    four = {"frontalis", "corrugator_supercilii", "depressor_supercilii", "orbicularis_oculi"}
    assert ends(T) == four


def test_s0_015_zygomatic_has_two() -> None:
    assert ends(Z) == {"orbicularis_oculi", "zygomaticus"}


def test_s0_016_buccal_has_two_and_one_that_cannot_be_resolved() -> None:
    assert ends(B) == {"buccinator", "orbicularis_oris", "other_orbicularis"}
    assert "other_orbicularis" not in {item.id for item in anatomy.muscles()}
    assert "other_orbicularis" not in {node.id for node in graph().nodes}


def test_s0_017_marginal_mandibular_one_printed_two_inferred() -> None:
    assert ends(M, basis="printed") == {"depressor_anguli_oris"}
    assert ends(M, basis="inferred") == {"depressor_labii_inferioris", "mentalis"}
    assert len(ends(M)) == 3


def test_s0_018_cervical_has_one() -> None:
    assert ends(C) == {"platysma"}


def test_no_other_nerve_is_printed() -> None:
    assert {node.id for node in graph("printed").layer("nerve")} == {T, Z, B, M, C}


@pytest.mark.parametrize(
    ("name", "printed", "used"),
    [
        ("orbicularis oculi", {T, Z}, {T, Z}),
        ("frontalis", {T}, {T}),
        ("occipitalis", set(), {"VII_posterior_auricular"}),
        ("zygomaticus major", {Z}, {Z, B}),
        ("zygomaticus", {Z}, {Z, B}),
        ("DAO", {M}, {M, B}),
        ("orbicularis oris", {B}, {B, M}),
        ("LPS", set(), {"III"}),
        ("superior tarsal", set(), {"sympathetic"}),
        ("masseter", set(), {"V3"}),
        ("digastric", set(), {"V3", "VII_posterior_belly"}),
        ("procerus", set(), {T, Z, B}),
        ("LLSAN", set(), {Z, B}),
        ("risorius", set(), {B, M}),
        ("genioglossus", set(), {"XII"}),
    ],
)
def test_branches_of(name: str, printed: set[str], used: set[str]) -> None:
    # Consolidated innervation table; errata appendix A
    assert branches_of(name, "printed") == printed
    assert branches_of(name) == used


def test_branches_that_differ_between_people_are_marked() -> None:
    variable = {(e.start, e.end) for e in graph().edges if e.variable and e.kind == "nerve-muscle"}
    assert {(B, "procerus"), (Z, "procerus"), (M, "risorius")} <= variable
    assert (Z, "zygomaticus_major") in variable  # E0-21
    assert (T, "corrugator_supercilii") not in variable


def test_innervation_report_nine_groups_three_flagged() -> None:
    report = anatomy.innervation_report()
    assert len(report) == 9
    flagged = {row.group: (row.status, row.erratum) for row in report if row.flagged}
    assert flagged == {
        "frontalis": ("contradictory", "E0-16"),
        "zygomaticus": ("incomplete", "E0-21"),
        "depressor anguli oris": ("section 2 incomplete", "E0-17"),
    }
    assert {row.group for row in report if row.status == "consistent"} == {
        "corrugator supercilii",
        "orbicularis oculi",
    }


def test_the_report_and_the_printed_graph_tell_the_same_story() -> None:
    for row in anatomy.innervation_report():
        if row.group != "lower lip and chin muscles":
            for name in row.group.split("; "):
                assert branches_of(name, "printed") == row.section2, name


def test_s0_020_units_not_purely_facial_nerve() -> None:
    assert len(anatomy.imotions_codes()) == 30
    seven = {"5", "26", "27", "41", "43", "45", "46"}
    assert anatomy.not_purely_facial_nerve() == seven
    assert len(TABLE_3) == 22
    assert anatomy.not_purely_facial_nerve(TABLE_3) == {"5", "26", "27", "43"}
    with pytest.raises(AnatomyError, match="'51'"):
        anatomy.not_purely_facial_nerve(["51"])


def test_s2_004_the_thirty_codes() -> None:
    absent = {3, 8, 19, 21, *range(29, 41)}
    assert set(anatomy.imotions_codes()) == {str(n) for n in range(1, 47) if n not in absent}


def test_s0_021_incidence() -> None:
    table = anatomy.incidence()
    assert len(table.muscles_of("4")) == 3
    assert table.units_of("orbicularis oris") == {"22", "23", "24", "25", "28"}
    assert table.units_of("orbicularis oculi") >= {"6", "7", "43", "44", "45", "46"}
    assert table.muscles_of("51") == frozenset()
    assert {len(row) for row in table.cells} == {len(table.columns)}
    assert all(any(row) for row in table.cells)
    # Assistants are counted only on demand.
    assert table.muscles_of("20") == {"risorius", "platysma"}  # E2-13
    assert table.muscles_of("5") == {"levator_palpebrae_superioris"}
    with_helpers = anatomy.incidence(assistants=True)
    assert with_helpers.muscles_of("5") == {"levator_palpebrae_superioris", "superior_tarsal"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("5", {"levator_palpebrae_superioris"}),  # E2-12
        ("6", {"orbicularis_oculi_orbital"}),
        ("9", {"levator_labii_superioris_alaeque_nasi"}),
        ("11", {"zygomaticus_minor"}),
        ("26", {"masseter", "temporalis", "medial_pterygoid"}),  # E2-07
        ("27", {"lateral_pterygoid", "digastric_anterior"}),  # E2-08
        ("25", {"depressor_labii_inferioris", "mentalis", "orbicularis_oris"}),  # E2-14
        ("43", {"levator_palpebrae_superioris", "orbicularis_oculi_palpebral"}),  # E2-11
    ],
)
def test_appendix_a_movers(code: str, expected: set[str]) -> None:
    assert anatomy.incidence().muscles_of(code) == expected


def actions(code: str, variant: str = "used") -> dict[str, str]:
    return {e.start: e.action for e in graph(variant).in_edges(f"AU{code}")}


def test_relaxing_muscles() -> None:
    assert set(actions("26").values()) == {"relax"}
    assert actions("26", "printed")["masseter"] == "contract"  # E2-07
    assert actions("46")["levator_palpebrae_superioris"] == "relax"
    assert actions("46", "printed")["levator_palpebrae_superioris"] == "contract"  # E2-11
    assert actions("5")["levator_palpebrae_superioris"] == "contract"
    dli = [e.action for e in graph("printed").in_edges("AU25") if "depressor" in e.start]
    assert sorted(dli) == ["contract", "relax"]  # S2-025 against S0-042, E0-12
    assert actions("25")["depressor_labii_inferioris"] == "contract"


def test_links_that_are_only_printed() -> None:
    wrong = {(e.start, e.end): e.erratum for e in graph("printed").edges if not e.used}
    assert wrong[("orbicularis_oculi", "AU5")] == "E0-06"
    assert wrong[("orbicularis_oris", "AU6")] == "E1-12"
    assert wrong[("pterygoids", "AU27")] == "E2-08"
    # S2 prints the right action for this pair, S0 the wrong one: two statements on one link.
    shared = set(wrong) & {(e.start, e.end) for e in graph().edges}
    assert shared == {("depressor_labii_inferioris", "AU25")}


def test_every_edge_of_the_used_graph_has_its_evidence() -> None:
    for edge in graph().edges:
        assert edge.source == "outside" or re.fullmatch(r"S\d-\d{3}", edge.source), edge
        assert edge.source != "outside" or edge.basis == "outside", edge
        assert edge.basis in {"printed", "inferred", "outside"}
        assert edge.reference or edge.confidence == "unsure", edge


def test_s0_012_path_of_au12() -> None:
    paths = graph().paths("pyramidal", "AU12")
    assert set(paths) == {
        ("pyramidal", "facial_lower", branch, "zygomaticus_major", "AU12") for branch in (Z, B)
    }
    # S0-059: the lower nucleus listens to the opposite cortex
    (claim,) = [
        c for c in anatomy.wirings() if (c.subject, c.attribute) == ("pyramidal", "facial_lower")
    ]
    assert (claim.printed, claim.used, claim.erratum) == (
        "contralateral",
        "mainly contralateral",
        "E0-34",
    )


def test_a_shared_nerve_does_not_mix_upper_and_lower_face() -> None:
    assert {Z} <= graph().upstream("AU6") & graph().upstream("AU12")
    assert "facial_lower" not in graph().upstream("AU6")
    assert "facial_upper" not in graph().upstream("AU12")
    assert "AU12" not in graph().downstream("facial_upper")
    assert graph().paths("facial_upper", "AU12") == ()


def test_s0_012_no_orphans_but_the_gaps_of_e0_22() -> None:
    assert anatomy.orphans() == ()
    # E0-22 names the Table 3 units without a stated nerve: 9, 10, 20, 26, 27, 43 remain when
    # the printed error on AU5 (E0-06) and the inferred nerves of S0-017 are taken at their word.
    printed = set(anatomy.orphans("printed"))
    assert printed & set(TABLE_3) == {"9", "10", "20", "26", "27", "43"}


def test_s0_057_three_systems_reach_the_facial_nucleus() -> None:
    for variant in ("used", "printed"):
        for half in ("facial_upper", "facial_lower"):
            systems = {"pyramidal", "extrapyramidal", "emotional"}
            assert graph(variant).predecessors(half) == systems


def test_s0_083_happiness_is_not_mostly_zygomatic() -> None:
    happiness = {"AU1", "AU6", "AU12", "AU14", "AU26", "AU27", "AU28"}
    assert graph("printed").downstream(Z) & happiness == {"AU6", "AU12"}  # E0-14


def test_codes_covered() -> None:
    numbers = {1, 2, *range(4, 8), *range(9, 29), 38, 39, *range(41, 47)}
    wanted = {str(number) for number in numbers}
    assert set(anatomy.au_codes()) == wanted
    assert list(anatomy.au_codes()) == sorted(wanted, key=int)


def test_graph_runs_forward_through_the_layers() -> None:
    order = ["system", "nucleus", "nerve", "muscle", "au"]
    for variant in ("used", "printed"):
        chain = graph(variant)
        for edge in chain.edges:
            step = order.index(chain.node(edge.end).layer) - order.index(
                chain.node(edge.start).layer
            )
            assert step == (0 if edge.kind == "whole-part" else 1)
    assert not any(edge.kind == "whole-part" for edge in graph().edges)


def test_graph_lookups() -> None:
    chain = graph()
    assert chain.node("AU12").layer == "au"
    assert chain.successors("III") == {"levator_palpebrae_superioris"}
    assert "AU12" not in chain.upstream("AU12")
    assert repr(chain).startswith("Graph('used'")
    with pytest.raises(AnatomyError, match="Did you mean 'AU12'"):
        chain.node("au12")
    with pytest.raises(AnatomyError, match="layer"):
        chain.layer("skin")
    with pytest.raises(AnatomyError, match="Did you mean 'used'"):
        graph("use")


def broken(monkeypatch: pytest.MonkeyPatch, table: str, **cells: str) -> None:
    """Let the loader return one extra, broken row."""
    real = _data.read_csv

    def fake(name: str, required: tuple[str, ...] = ()) -> tuple[dict[str, str], ...]:
        rows = real(name, required)
        return (*rows, {**rows[0], **cells}) if name == table else rows

    for module in ("_claims", "anatomy.muscles", "anatomy.graph"):
        # By name: the package's functions hide the modules of the same name.
        monkeypatch.setattr(sys.modules[f"fau_teach.{module}"], "read_csv", fake)


def test_broken_tables_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        broken(patch, "anatomy/muscle_claims.csv", subject="nobody")
        with pytest.raises(_data.DataError, match=r"muscle_claims.*nobody"):
            all_muscles.__wrapped__()
    with monkeypatch.context() as patch:
        broken(patch, "anatomy/aliases.csv", spelling="somebody", muscle="nobody")
        with pytest.raises(_data.DataError, match=r"aliases.*nobody"):
            _spellings.__wrapped__()
    with monkeypatch.context() as patch:
        broken(patch, "anatomy/aliases.csv", spelling="mentalis", muscle="masseter")
        with pytest.raises(_data.DataError, match="two muscles"):
            _spellings.__wrapped__()
    with monkeypatch.context() as patch:
        broken(patch, "anatomy/edges.csv", kind="muscle-au", start="nobody", end="AU1")
        with pytest.raises(_data.DataError, match=r"edges.*nobody"):
            graph_function.__wrapped__()
    with monkeypatch.context() as patch:
        broken(patch, "anatomy/wiring.csv", used="sideways")
        with pytest.raises(_data.DataError, match=r"wiring.*sideways"):
            anatomy.wirings.__wrapped__()
