"""AU-emotion tables: S0-046 to S0-056, S2-047 to S2-054, SX-02, SX-03."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach import emotion
from fau_teach.emotion import EmotionError

DONG = {
    "Happiness": {1, 6, 12, 14, 26, 27, 28},
    "Surprise": {1, 2, 5, 25, 26, 27},
    "Anger": {4, 5, 9, 10, 16, 22, 23},
    "Fear": {1, 4, 5, 20, 25},
    "Disgust": {1, 4, 7, 9, 10, 14, 15, 17, 24, 25},
    "Sadness": {1, 4, 14, 15, 17, 43},
}
IMOTIONS = {
    "Happiness": {6, 12},
    "Sadness": {1, 4, 15},
    "Surprise": {1, 2, 5, 26},
    "Fear": {1, 2, 4, 5, 7, 20, 26},
    "Anger": {4, 5, 7, 23},
    "Disgust": {9, 15, 16},
    "Contempt": {12, 14},
}
SIX = tuple(DONG)


def numbers(sets: dict[str, frozenset[str]]) -> dict[str, set[int]]:
    return {name: {int(code) for code in codes} for name, codes in sets.items()}


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [("dong", "option_set", DONG), ("imotions", "prototype", IMOTIONS)],
)
def test_S0_048_S2_047_tables_hold_the_printed_sets(name, kind, expected):
    found = emotion.table(name)
    assert (found.id, found.kind) == (name, kind)  # E0-42
    assert numbers(found.codes()) == expected
    assert found.claim == "one table's claim, not FACS"


def test_E2_18_only_contempt_is_one_sided():
    one_sided = [s.emotion for t in emotion.tables() for s in t.sets.values() if s.one_sided]
    assert one_sided == ["Contempt"]


def test_each_cell_carries_its_source():
    sources = {"dong": "S0-", "imotions": "S2-"}
    for table in emotion.tables():
        for found in table.sets.values():
            assert {cell.code for cell in found.cells} == found.codes
            assert all(cell.source.startswith(sources[table.id]) for cell in found.cells)


def test_E0_40_cells_without_support_are_marked():
    # S0-045: Hap 14, 27; Ang 5, 22; Dis 7; none for Sur, Fea, Sad.
    marked = {
        (name, cell.code)
        for name, found in emotion.table("dong").sets.items()
        for cell in found.cells
        if cell.erratum == "E0-40"
    }
    assert marked == {
        ("Happiness", "14"),
        ("Happiness", "27"),
        ("Anger", "5"),
        ("Anger", "22"),
        ("Disgust", "7"),
    }


def test_unknown_table_gets_a_suggestion():
    with pytest.raises(EmotionError, match=r"'imotion' is not a table\. Did you mean 'imotions'"):
        emotion.table("imotion")


USED = {
    "Happiness": {6, 12, 28},
    "Surprise": {2},
    "Anger": {16, 22, 23},
    "Fear": {20},
    "Disgust": {7, 24},
    "Sadness": {43},
}


def test_E0_01_used_union_and_difference():
    found = numbers(emotion.exclusive("dong"))
    assert found == USED
    assert sum(map(len, found.values())) == 11


def test_E0_01_printed_removes_only_an_intersection_that_is_never_shared():
    assert numbers(emotion.exclusive("dong", "printed")) == DONG


def test_E0_01_intersection_symmetric_adds_AU1_to_anger():
    expected = DONG | {"Anger": {1, 4, 5, 9, 10, 16, 22, 23}}
    assert numbers(emotion.exclusive("dong", "intersection_symmetric")) == expected


def test_E0_01_union_symmetric_sizes():
    sizes = {k: len(v) for k, v in emotion.exclusive("dong", "union_symmetric").items()}
    assert sizes == dict(zip(SIX, (18, 17, 18, 18, 14, 17), strict=True))


def test_E0_02_the_sources_own_example_is_the_plain_difference():
    sets = {"A": [3, 9, 14], "B": [1, 2, 3]}
    assert numbers(emotion.exclusive(sets))["A"] == {9, 14}
    assert numbers(emotion.exclusive(sets, "printed"))["A"] == {9, 14}
    assert numbers(emotion.exclusive(sets, "union_symmetric"))["A"] == {1, 2, 9, 14}
    assert numbers(emotion.exclusive(sets, "intersection_symmetric"))["A"] == {1, 2, 9, 14}


def test_S2_054_exclusive_over_the_seven():
    assert numbers(emotion.exclusive("imotions")) == {
        "Happiness": {6},
        "Sadness": set(),
        "Surprise": set(),
        "Fear": {20},
        "Anger": {23},
        "Disgust": {9, 16},
        "Contempt": {14},
    }
    six = {k: v for k, v in emotion.table("imotions").codes().items() if k != "Contempt"}
    assert numbers(emotion.exclusive(six))["Happiness"] == {6, 12}


def test_exclusive_of_a_single_set_is_that_set():
    assert emotion.exclusive({"A": [1]}, "printed") == {"A": {"1"}}


def test_exclusive_refuses_an_unknown_variant():
    with pytest.raises(EmotionError, match=r"'print' is not a variant of Eq\. 1.*'printed'"):
        emotion.exclusive("dong", "print")  # type: ignore[arg-type]


@given(st.dictionaries(st.sampled_from("ABCD"), st.frozensets(st.integers(1, 12)), min_size=1))
def test_exclusive_sets_never_overlap_and_the_rest_is_shared(sets):
    found = emotion.exclusive(sets)
    count = {str(code): sum(code in own for own in sets.values()) for code in range(1, 13)}
    for name, own in sets.items():
        assert found[name] == {str(code) for code in own if count[str(code)] == 1}


def test_S0_053_multiplicities():
    found = emotion.multiplicities("dong")
    assert found["1"] == 5
    assert found["4"] == 4
    assert {code for code, n in found.items() if n == 3} == {"5", "14", "25"}
    assert {code for code, n in found.items() if n == 2} == {"9", "10", "15", "17", "26", "27"}
    assert sum(n == 1 for n in found.values()) == 11
    assert (len(found), sum(found.values())) == (22, 41)
    assert list(found)[:5] == ["1", "4", "5", "14", "25"]


def test_S0_056_overlap_within_the_table():
    found = emotion.overlaps("dong")
    assert len(found) == 15
    assert max(found, key=found.__getitem__) == ("Disgust", "Sadness")
    assert found["Disgust", "Sadness"] == pytest.approx(5 / 11)
    assert found["Surprise", "Fear"] == pytest.approx(0.375)
    assert found["Happiness", "Surprise"] == pytest.approx(0.3)
    assert found["Happiness", "Anger"] == 0


def test_E2_17_overlap_between_the_tables():
    assert emotion.agreement("dong", "imotions") == pytest.approx(
        {
            "Happiness": 2 / 7,
            "Surprise": 4 / 6,
            "Anger": 3 / 8,
            "Fear": 4 / 8,
            "Disgust": 2 / 11,
            "Sadness": 3 / 6,
        }
    )


def test_jaccard_of_nothing_is_zero_and_a_bare_string_is_refused():
    assert emotion.jaccard([], []) == 0
    with pytest.raises(EmotionError, match=r"Use a list of codes"):
        emotion.jaccard("12", [12])


@pytest.mark.parametrize(
    ("codes", "table", "expected"),
    [
        ([4], "dong", {"Anger", "Fear", "Disgust", "Sadness"}),  # S0-082
        ([4], "imotions", {"Sadness", "Fear", "Anger"}),  # EX-06
        ([4, 15], "dong", {"Disgust", "Sadness"}),  # S0-086, E0-04
        ([1, 4, 15], "dong", {"Disgust", "Sadness"}),  # E0-04
        ([4, 14, 15, 17], "dong", {"Disgust", "Sadness"}),  # E0-04
        ([4, 5], "dong", {"Anger", "Fear"}),  # E0-03
        ([1, 4, 5, 25], "dong", {"Fear"}),  # S0-113
        ([2, 4, 5], "dong", set()),  # E0-05
    ],
)
def test_sets_containing(codes, table, expected):
    assert set(emotion.containing(codes, table)) == expected


def test_SX_03_conflicts_of_exclusive_AUs():
    found = {c.code: (c.emotion, c.verdict, set(c.other)) for c in emotion.table_conflicts()}
    assert found == {
        "2": ("Surprise", "also", {"Surprise", "Fear"}),
        "12": ("Happiness", "also", {"Happiness", "Contempt"}),
        "7": ("Disgust", "elsewhere", {"Fear", "Anger"}),
        "16": ("Anger", "elsewhere", {"Disgust"}),
        "6": ("Happiness", "agrees", {"Happiness"}),
        "20": ("Fear", "agrees", {"Fear"}),
        "23": ("Anger", "agrees", {"Anger"}),
        "22": ("Anger", "unused", set()),
        "24": ("Disgust", "unused", set()),
        "28": ("Happiness", "unused", set()),
        "43": ("Sadness", "unused", set()),
    }


def test_SX_02_label_spaces():
    spaces = emotion.label_spaces()
    assert {name: len(labels) for name, labels in spaces.items()} == {
        "six": 6,
        "seven_contempt": 7,
        "seven_others": 7,
        "four": 4,
        "three": 3,
    }
    assert set(spaces["six"]) == set(SIX)  # S0-095
    assert set(spaces["seven_contempt"]) & set(spaces["seven_others"]) == set(SIX)


@pytest.mark.parametrize("start", ["six", "seven_contempt", "seven_others"])
@pytest.mark.parametrize("end", ["four", "three"])
def test_S0_096_S3_041_coarse_classes(start, end):
    classes = {name: emotion.convert(name, start, end) for name in SIX}
    negative = dict.fromkeys(("Disgust", "Sadness", "Fear", "Anger"), "Negative")
    assert classes == {"Happiness": "Positive", "Surprise": "Surprise", **negative}


def test_S3_041_others_stay_in_four_and_drop_out_of_three():
    assert emotion.convert("others", "seven_others", "four") == "Others"
    assert emotion.convert("Others", "seven_others", "three") is None
    assert emotion.convert("Others", "four", "three") is None
    assert emotion.convert("Negative", "four", "three") == "Negative"


@pytest.mark.parametrize("start", ["six", "seven_contempt", "seven_others"])
@pytest.mark.parametrize("end", ["six", "seven_contempt", "seven_others"])
def test_SX_02_the_six_keep_their_name(start, end):
    assert {emotion.convert(name.upper(), start, end) for name in SIX} == set(SIX)


@pytest.mark.parametrize(
    ("label", "start", "end"),
    [
        ("Contempt", "seven_contempt", "seven_others"),  # SX-02
        ("Contempt", "seven_contempt", "six"),
        ("Contempt", "seven_contempt", "four"),
        ("Contempt", "seven_contempt", "three"),
        ("Others", "seven_others", "six"),  # E0-28
        ("Others", "seven_others", "seven_contempt"),
        ("Others", "four", "seven_others"),
        ("Surprise", "four", "six"),
        ("Positive", "three", "six"),
    ],
)
def test_convert_refuses_what_has_no_place(label, start, end):
    with pytest.raises(EmotionError, match=f"'{label}' of '{start}' has no counterpart in '{end}'"):
        emotion.convert(label, start, end)


def test_convert_suggests_spaces_and_labels():
    with pytest.raises(EmotionError, match=r"not a label space\. Did you mean 'seven_others'"):
        emotion.convert("Anger", "six", "seven_other")
    with pytest.raises(EmotionError, match=r"not a label of 'six'\. Did you mean 'Happiness'"):
        emotion.convert("happines", "six", "four")


def test_S0_097_ambiguous_clips_are_others():
    assert {emotion.four_class([name]) for name in SIX} == {"Positive", "Negative", "Surprise"}
    assert emotion.four_class(["Sadness", "Anger"]) == "Negative"
    assert emotion.four_class(["Disgust", "Happiness"]) == "Others"  # "nasty-nice"
    assert emotion.four_class(["Others"]) == "Others"
    assert emotion.four_class([]) == "Others"


def test_S0_075_valence():
    found = {name: emotion.valence(name) for name in SIX}
    negative = dict.fromkeys(("Sadness", "Disgust", "Anger", "Fear"), "negative")
    assert found == {"Happiness": "positive", "Surprise": "neither", **negative}
    with pytest.raises(EmotionError, match="'Contempt' is not a label of 'six'"):
        emotion.valence("Contempt")


def test_a_table_shows_itself_with_its_claim() -> None:
    shown = emotion.table("imotions")._repr_html_()
    assert "not FACS" in shown
    assert "<td>AU12, AU14 (on one side)</td>" in shown
    assert shown.count("<tr>") == 8  # a head and seven emotions
