"""Checks of the source inventory that chapter 1 owes and no other test covers.

Where a fact stands in a table of the package, the test asks the package. Where the inventory
asks for a statement of the book (a sorting key, an order, a list), the test reads the page.
"""

from __future__ import annotations

import ast
import random
import re
from collections import Counter
from itertools import product
from pathlib import Path
from statistics import NormalDist

import pytest
import yaml

from fau_teach import anatomy, emotion, facs, micro, sources
from fau_teach._data import read_csv

ROOT = Path(__file__).resolve().parents[2]
T, Z, B, M, C = (branch.id for branch in anatomy.branches())


def page(name: str) -> str:
    return (ROOT / "book" / "01-nerves-to-aus" / f"{name}.md").read_text(encoding="utf-8")


def sentences(text: str, word: str) -> list[str]:
    """Sentences of a page that hold a word; a sentence is a line in our sources."""
    return [line for line in text.splitlines() if re.search(rf"\b{word}\b", line)]


def table(text: str, first_header: str) -> list[list[str]]:
    """Body rows of the Markdown table whose first column has this header."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first_header} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def codes(*numbers: int) -> set[str]:
    return {str(number) for number in numbers}


# --- what a face says: page 1 and the index -------------------------------------------------


def test_S0_001_four_contributions_each_with_a_place_and_tables_for_the_first_alone() -> None:
    rows = table(page("index"), "it offers")
    assert len(rows) == 4
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    chapter = next(c for p in parts for c in p["chapters"] if c["file"].endswith("aus/index"))
    pages = {section["file"].rpartition("/")[2] for section in chapter["sections"]}
    for _, place in rows:
        links = re.findall(r"\]\((.+?)\.md\)", place)
        assert set(links) <= pages
        # Chapters 1 to 3 are nerves (N), tables (T) and labelling (L).
        assert links or re.search(r"chapters? [23]", place)
    assert ["tables" in place for _, place in rows] == [True, False, False, False]


def test_S0_003_cues_sorted_by_component() -> None:
    rows = {
        name: set(cues.split(", ")) for name, cues in table(page("1-what-a-face-says"), "component")
    }
    assert set(rows) == {"subjective experience", "outward expression", "physiological arousal"}
    assert "self-report" in rows["subjective experience"]
    assert {"movement of the face", "posture", "voice"} <= rows["outward expression"]  # and S0-074
    assert {"skin conductance", "heart rate"} <= rows["physiological arousal"]


def test_S0_009_classes_made_of_AUs_are_named_outside_and_stand_in_no_table() -> None:
    (line,) = sentences(page("1-what-a-face-says"), "AU combinations alone")
    text = page("1-what-a-face-says")
    assert "*outside our sources*" in text[text.index(line) :].split("\n\n")[0]
    labels = {label for space in emotion.label_spaces().values() for label in space}
    six = set(emotion.label_spaces()["six"])
    assert labels - six == {"Contempt", "Others", "Positive", "Negative"}


def test_S2_001_published_in_1978_and_revised_in_2002() -> None:
    (years,) = re.findall(
        r"published in (\d{4}) and revised in (\d{4})", page("1-what-a-face-says")
    )
    assert years == ("1978", "2002")
    assert {unit.edition for unit in facs.catalogue()} == {*years, "both"}
    (system,) = [r for r in read_csv("figures/coding_systems.csv") if r["subject"] == "FACS"]
    assert system["used"] == "1978"


def test_S2_002_counter_examples_to_the_only_technique() -> None:
    note = sources.erratum("E2-06")
    assert {"S2-002", "S2-064"} <= set(note.items)
    # S2-064 is skin conductance, S4 is facial EMG.
    assert "skin conductance" in note.evidence
    assert "EMG (S4)" in note.evidence
    assert "```{source-note} E2-06" in page("1-what-a-face-says")


def test_S2_061_a_delay_of_250_ms_comes_back_within_one_sample() -> None:
    for fps in (25, 30, 100, 200):
        for counted in micro.frame_range(0.250, fps):
            assert abs(micro.duration_of(counted, fps) - 0.250) <= micro.duration_of(1, fps)


@pytest.mark.parametrize(
    ("score", "kind"), [("6+12", "positive"), ("4", "negative"), ("2", "neither")]
)
def test_S2_064_the_face_gives_the_kind_of_a_quadrant(score: str, kind: str) -> None:
    # The other axis, strength, comes from skin conductance; chapter 6 measures it.
    assert {item.valence for item in emotion.fire(score)} == {kind}


# --- the motor command: page 2 --------------------------------------------------------------


def test_S0_058_course_of_the_nerve_in_order() -> None:
    (course,) = [c for c in anatomy.structure_claims("VII") if c.attribute == "course"]
    assert course.used.split(", ") == ["intracranial", "intratemporal", "extracranial"]
    text = page("2-motor-command")
    stations = [text.index(words) for words in ("inside the skull", "temporal bone", "outside it")]
    assert stations == sorted(stations)


def test_S0_061_order_of_answers_to_stimulation() -> None:
    (line,) = sentences(page("2-motor-command"), "Penfield")
    found = re.findall(r"\b(lips|eyelids|brows)\b|\b(most|less|least)\b", line)
    assert [part or rank for part, rank in found] == [
        *("lips", "most"),
        *("eyelids", "less"),
        *("brows", "least"),
    ]


def test_S0_063_duchenne_described_nine_states() -> None:
    (states,) = re.findall(r"nine states[^:]*: ([^{]+)", page("2-motor-command"))
    assert set(re.split(r", | and ", states.strip())) == {
        *("attention", "relaxation", "aggression", "pain", "happiness"),
        *("sadness", "crying", "surprise", "fear"),
    }


def test_S0_066_will_and_chill_take_two_tracts() -> None:
    commands = {c.subject: c.used for c in anatomy.structure_claims() if c.attribute == "command"}
    assert commands == {"pyramidal": "voluntary", "extrapyramidal": "involuntary"}
    assert anatomy.simulate(None, "voluntary").path("12", "L")[0].node == "pyramidal"
    (line,) = sentences(page("2-motor-command"), "shiver")
    assert re.findall(r"(?i)\b(?:in)?voluntary\b", line) == ["involuntary"]


def test_S0_067_tracts_and_their_colours_in_the_figure_of_the_source() -> None:
    text = page("2-motor-command")
    first, second = (text.index(f"{{term}}`{tract}") for tract in ("pyramidal", "extrapyramidal"))
    assert first < second < text.index("orange and green")
    (name,) = [
        c for c in anatomy.structure_claims("extrapyramidal") if c.attribute == "name"
    ]  # fmt: skip
    assert (name.used, name.erratum) == ("extrapyramidal tract", "E0-32")


def test_S0_068_cheek_and_eye_ring_act_together() -> None:
    # The guide's rows are meant to show together (E0-42), so their muscles act together.
    incidence = anatomy.incidence()
    together: Counter[tuple[str, str]] = Counter()
    for prototype in emotion.table("imotions").sets.values():
        muscles = {
            anatomy.muscle(mover).part_of or mover
            for code in prototype.codes
            for mover in incidence.muscles_of(code)
        }
        together.update(product(muscles, repeat=2))
    assert all(together[second, first] == count for (first, second), count in together.items())
    assert together["orbicularis_oculi", "zygomaticus"] > 0
    # AU12 stands in 6+12 and 12+14 (S2-047, S2-053): no frown beside it.
    partners = {second for first, second in together if first == "zygomaticus"} - {"zygomaticus"}
    assert partners == {"orbicularis_oculi", "buccinator"}


def test_S0_069_asymmetry_index_as_the_page_computes_it() -> None:
    cells = re.findall(r"```\{code-cell\} python\n(.*?)```", page("2-motor-command"), re.DOTALL)
    (cell,) = [cell for cell in cells if "left - right" in cell]
    *setting, last = ast.parse(cell).body
    values: dict[str, float] = {}
    exec(compile(ast.Module(setting, []), "page", "exec"), values)
    assert isinstance(last, ast.Expr)
    index = compile(ast.Expression(last.value), "page", "eval")
    assert (values["left"], values["right"]) == (3, 1)
    assert eval(index, values) == 0.5
    assert eval(index, {"left": 2, "right": 2}) == 0
    assert eval(index, {"left": 0, "right": 4}) == -1


# --- branches, muscles, units: pages 3 and 5 ------------------------------------------------


def test_S0_076_zygomaticus_major_pulls_up_and_outward() -> None:
    muscle = anatomy.muscle("zygomaticus major")
    assert muscle.origin is not None
    assert muscle.insertion is not None
    assert muscle.function is not None
    # From the mouth corner toward the cheekbone, which lies above and lateral to it.
    assert "corner of the mouth" in muscle.insertion.used
    assert muscle.origin.used == "zygomatic bone"
    assert {"back", "up"} <= set(muscle.function.used.split())
    movement = facs.au("12").claim("movement")
    assert movement is not None
    assert {"back", "up"} <= set(movement.used.split())


def test_S0_087_frontalis_medial_part_AU1_lateral_part_AU2() -> None:
    incidence = anatomy.incidence()
    assert incidence.muscles_of("1") == {"frontalis_medial"}
    assert incidence.muscles_of("2") == {"frontalis_lateral"}
    assert facs.au("1").muscles == ("frontalis_medial",)
    assert facs.au("2").muscles == ("frontalis_lateral",)


def test_S0_088_orbital_part_AU6_palpebral_part_AU7_and_AU44() -> None:
    incidence = anatomy.incidence()
    assert incidence.muscles_of("6") == {"orbicularis_oculi_orbital"}
    for code in ("7", "44"):
        assert incidence.muscles_of(code) == {"orbicularis_oculi_palpebral"}
    assert anatomy.branches_of("orbicularis oculi") == {T, Z}


LID, EYE = "levator_palpebrae_superioris", "orbicularis_oculi_palpebral"
JAW_CLOSERS = ("masseter", "temporalis", "medial_pterygoid")
JAW_OPENERS = ("lateral_pterygoid", "digastric_anterior", "digastric_posterior")
ROWS = {
    # Inventory rows S2-005 to S2-034: printed name, muscles and nerves as used.
    "1": ("Inner Brow Raiser", ("frontalis_medial",), {T}),
    "2": ("Outer Brow Raiser", ("frontalis_lateral",), {T}),
    "4": (
        "Brow Lowerer",
        ("procerus", "depressor_supercilii", "corrugator_supercilii"),
        {T, Z, B},
    ),
    "5": ("Upper Lid Raiser", (LID, "superior_tarsal"), {"III", "sympathetic"}),
    "6": ("Cheek Raiser", ("orbicularis_oculi_orbital",), {T, Z}),
    "7": ("Lid Tightener", (EYE,), {T, Z}),
    "9": ("Nose Wrinkler", ("levator_labii_superioris_alaeque_nasi",), {Z, B}),
    "10": ("Upper Lip Raiser", ("levator_labii_superioris",), {Z, B}),
    "11": ("Nasolabial Deepener", ("zygomaticus_minor",), {Z, B}),
    "12": ("Lip Corner Puller", ("zygomaticus_major",), {Z, B}),
    "13": ("Cheek Puffer", ("levator_anguli_oris",), {Z, B}),
    "14": ("Dimpler", ("buccinator",), {B}),
    "15": ("Lip Corner Depressor", ("depressor_anguli_oris",), {M, B}),
    "16": ("Lower Lip Depressor", ("depressor_labii_inferioris",), {M}),
    "17": ("Chin Raiser", ("mentalis",), {M}),
    "18": ("Lip Puckerer", ("incisivii_labii",), {B, M}),
    "20": ("Lip stretcher", ("risorius", "platysma"), {B, C}),
    "22": ("Lip Funneler", ("orbicularis_oris",), {B, M}),
    "23": ("Lip Tightener", ("orbicularis_oris",), {B, M}),
    "24": ("Lip Pressor", ("orbicularis_oris",), {B, M}),
    "25": (
        "Lips part",
        ("depressor_labii_inferioris", "mentalis", "orbicularis_oris"),
        {M, B},
    ),
    "26": ("Jaw Drop", JAW_CLOSERS, {"V3"}),
    "27": ("Mouth Stretch", JAW_OPENERS, {"V3", "VII_posterior_belly"}),
    "28": ("Lip Suck", ("orbicularis_oris",), {B, M}),
    "41": ("Lid droop", (LID,), {"III"}),
    "42": ("Slit", ("orbicularis_oculi_orbital", EYE), {T, Z}),
    "43": ("Eyes Closed", (LID, EYE), {"III", T, Z}),
    "44": ("Squint", (EYE,), {T, Z}),
    "45": ("Blink", (LID, EYE), {"III", T, Z}),
    "46": ("Wink", (LID, EYE), {"III", T, Z}),
}


MORE_IN_THE_CHAIN = {
    "9": {T},  # procerus helps in some descriptions
    "20": {M},  # reaches risorius in some people
}


@pytest.mark.parametrize("code", ROWS)
def test_S2_005_to_S2_034_name_muscle_and_nerve(code: str) -> None:
    name, muscles, nerves = ROWS[code]
    unit = facs.au(code)
    assert unit.printed_name.casefold() == name.casefold()
    assert set(unit.muscles) == set(muscles)
    assert set(unit.nerves) == nerves
    # The chain tells the same story as the card: each nerve has a path to this unit.
    chain = anatomy.graph()
    drawn = {node.id for node in chain.layer("nerve")} & chain.upstream(f"AU{code}")
    assert nerves <= drawn
    assert drawn - nerves == MORE_IN_THE_CHAIN.get(code, set())


def test_S2_005_to_S2_034_rows_are_thirty() -> None:
    assert tuple(ROWS) == anatomy.imotions_codes()


AXES = {
    # What moves and to which sides: names of the two codes, in the order of the guide.
    "turn": ("Head turn left", "Head turn right"),
    "pitch": ("Head up", "Head down"),
    "tilt": ("Head tilt left", "Head tilt right"),
    "surge": ("Head forward", "Head back"),
    "gaze_side": ("Eyes turn left", "Eyes turn right"),
    "gaze_height": ("Eyes up", "Eyes down"),
}


def test_S2_035_to_S2_046_each_sign_of_each_axis_has_a_code() -> None:
    pairs = {rule.id: (*rule.codes, *rule.others) for rule in facs.exclusions()}
    signs = [code for axis in AXES for code in pairs[axis]]
    assert signs == [str(n) for n in (*range(51, 59), 61, 62, 63, 64)]
    assert [facs.au(code).name for code in signs] == [name for two in AXES.values() for name in two]
    for axis in AXES:  # one axis, one sign at a time
        assert facs.parse("+".join(pairs[axis])).warnings
        assert not facs.parse(pairs[axis][0]).warnings


@pytest.mark.parametrize("code", ["51", "52", "55", "56", "61", "62"])
def test_S2_035_to_S2_046_left_and_right_are_the_subjects(code: str) -> None:
    side = facs.au(code).claim("side")
    assert side is not None
    word = facs.au(code).name.split()[-1]
    assert side.used == f"{word} is the subject's {word}"
    assert "Left and right are the subject's." in page("5-from-muscle-to-au")


# --- muscles that separate emotions: page 6 -------------------------------------------------


def valence_of(zygomaticus: float, corrugator: float) -> str:
    """Sign of the stronger channel, with what the coding rules make of its unit."""
    muscle = "zygomaticus major" if zygomaticus > corrugator else "corrugator supercilii"
    (code,) = anatomy.incidence().units_of(muscle)
    return emotion.fire([code])[0].valence


def test_S0_079_two_channels_tell_valence_as_often_as_theory_says() -> None:
    # d' = 3 in the difference of the channels, whose spread is the square root of 2.
    rng, shift, trials = random.Random(79), 3 * 2**0.5 / 4, 4000
    right = swapped = 0
    verdict = {  # looked up once: which channel is the stronger decides alone
        True: valence_of(1, 0),
        False: valence_of(0, 1),
    }
    for trial in range(trials):
        truth, sign = (("positive", 1), ("negative", -1))[trial % 2]
        zygomaticus, corrugator = rng.gauss(sign * shift, 1), rng.gauss(-sign * shift, 1)
        right += verdict[zygomaticus > corrugator] == truth
        swapped += verdict[corrugator > zygomaticus] == truth
    theory = NormalDist().cdf(1.5)
    assert theory == pytest.approx(0.933, abs=0.0005)
    assert right / trials == pytest.approx(theory, abs=0.02)
    assert swapped / trials == pytest.approx(0.07, abs=0.02)


def test_S0_084_exclusive_units_of_negative_emotions_are_mostly_in_the_lower_face() -> None:
    alone = emotion.exclusive("dong")
    halves = {name: {code: facs.au(code).half for code in own} for name, own in alone.items()}
    lower = {
        name: {c for c, half in own.items() if half == "lower"} for name, own in halves.items()
    }
    assert lower["Anger"] == codes(16, 22, 23)
    assert lower["Fear"] == codes(20)
    assert lower["Disgust"] == codes(24)
    assert {facs.au(code).region for code in (7, 43)} == {"eye"}  # Disgust and Sadness
    assert {facs.au(code).region for code in alone["Happiness"]} == {"cheek", "mouth"}
    # The advice "forehead and brows" finds none of them.
    negative = {name for name in alone if emotion.valence(name) == "negative"}
    assert not any(facs.au(code).region == "brow" for name in negative for code in alone[name])


def test_S0_089_the_fear_group_of_muscles_does_not_fit_the_fear_row() -> None:
    fear, incidence = emotion.table("dong").sets["Fear"].codes, anatomy.incidence()
    assert incidence.units_of("depressor anguli oris") == {"15"}
    assert not fear & incidence.units_of("depressor anguli oris")
    assert {"6", "7"} <= incidence.units_of("orbicularis oculi")
    assert not fear & incidence.units_of("orbicularis oculi")
    # E0-23: AU5 and AU20 are in the row, and none of the four muscles moves them.
    group = ("corrugator supercilii", "frontalis", "orbicularis oculi", "depressor anguli oris")
    moved = frozenset().union(*(incidence.units_of(name) for name in group))
    assert fear - moved == codes(5, 20, 25)


def test_S0_094_surprise_lacks_AU4_and_the_sentence_lacks_AU1() -> None:
    surprise, sentence = emotion.table("dong").sets["Surprise"].codes, codes(2, 4, 5)
    assert sentence - surprise == {"4"}
    assert "1" in surprise - sentence
    assert codes(1, 2, 5) <= surprise  # E0-05, as used


def test_S0_055_one_exclusive_unit_is_evidence_not_proof() -> None:
    assert emotion.exclusive("dong")["Fear"] == {"20"}
    (item,) = emotion.fire(["20"])
    assert (item.emotion, item.rule_id) == ("Fear", "ours20")
    # The source's own Table 2 gives fear a mean score of a quarter where AU20 is present.
    assert ".2500" in sources.erratum("E0-41").evidence
    assert "S0-055" in sources.erratum("E0-41").items


@pytest.mark.parametrize(
    ("name", "inside", "shared"),
    [
        ("Happiness", True, codes(6, 12)),  # S2-047
        ("Sadness", True, codes(1, 4, 15)),  # S2-048
        ("Surprise", True, codes(1, 2, 5, 26)),  # S2-049
        ("Fear", False, codes(1, 4, 5, 20)),  # S2-050
        ("Anger", False, codes(4, 5, 23)),  # S2-051
        ("Disgust", False, codes(9, 15)),  # S2-052
    ],
)
def test_S2_047_to_S2_052_against_the_other_table(
    name: str, inside: bool, shared: set[str]
) -> None:
    ours, theirs = (
        emotion.table("imotions").sets[name].codes,
        emotion.table("dong").sets[name].codes,
    )
    assert (ours <= theirs) is inside
    assert ours & theirs == shared


def test_S2_053_contempt_has_no_counterpart() -> None:
    extra = set(emotion.table("imotions").sets) - set(emotion.table("dong").sets)
    assert extra == {"Contempt"}
    assert "Contempt" not in emotion.agreement("dong", "imotions")


def test_S2_063_seven_emotions_from_rows_47_to_53() -> None:
    sets = emotion.table("imotions").sets
    assert {cell.source for found in sets.values() for cell in found.cells} == {
        f"S2-{row:03}" for row in range(47, 54)
    }
    assert len(sets) == 7
    assert "seven emotions" in page("6-muscles-that-separate-emotions")


# --- source notes that no other test looks at -----------------------------------------------


def test_E2_05_no_unit_says_what_a_person_feels() -> None:
    words = {name.casefold() for name in emotion.label_spaces()["seven_contempt"]} | {"emotion"}
    for unit in facs.catalogue():
        assert not {claim.attribute for claim in unit.claims} & words
        assert not set(re.findall(r"\w+", unit.name.casefold())) & words


def years(*keys: str) -> list[int]:
    text = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    found = []
    for key in keys:
        match = re.search(rf"^@\w+\{{{key},.*?^\s*year\s*= \{{(\d{{4}})\}}", text, re.M | re.DOTALL)
        assert match is not None, key
        found.append(int(match[1]))
    return found


def test_E2_04_hjortsjo_comes_before_FACS() -> None:
    assert years("hjortsjo1969", "ekman1978", "facs2002") == [1969, 1978, 2002]


def test_E0_31_the_edition_that_came_before_darwin_is_listed() -> None:
    first, darwin = years("duchenne1862", "darwin1872")
    # The edition that the source prints, of 1876, could not have influenced Darwin.
    assert (first, darwin) == (1862, 1872)
    assert first < darwin < 1876


def test_E0_26_names_are_those_of_FACS() -> None:
    names = {code: facs.au(code).name for code in ("2", "7", "31")}
    assert names == {"2": "Outer brow raiser", "7": "Lid tightener", "31": "Jaw clencher"}
    used = " ".join(rule.explanation for rule in emotion.rules()).casefold()
    assert "gnash" not in used
    assert not any("31" in rule.codes for rule in emotion.rules())


def test_EX_07_one_source_alone_gives_a_duration() -> None:
    rows = [one.source for one in micro.definitions() if one.source != "outside"]
    assert rows == ["S0-007"]


@pytest.mark.parametrize("moment", ["onset", "apex", "offset"])
def test_EX_12_moments_are_defined_by_the_one_source_that_does(moment: str) -> None:
    assert sources.term(moment).sources == ("S0-100",)
    assert f"*{moment}*" in page("1-what-a-face-says").casefold()
