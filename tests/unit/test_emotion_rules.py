"""Coding rules S0-109 to S0-116 and the enjoyment cue S0-080."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach import emotion
from fau_teach.emotion import EmotionError

PRINTED = {
    # S0-116
    ("dong", "Happiness"): ("1",),
    ("dong", "Surprise"): ("2",),
    ("dong", "Anger"): ("3", "4", "7a"),
    ("dong", "Fear"): ("3", "5", "7a"),
    ("dong", "Disgust"): ("3", "6"),
    ("dong", "Sadness"): ("3", "7b"),
    ("imotions", "Happiness"): ("1",),
    ("imotions", "Sadness"): ("3",),
    ("imotions", "Surprise"): ("2",),
    ("imotions", "Fear"): ("2", "3", "6", "7a"),
    ("imotions", "Anger"): ("3", "4", "6", "7a"),
    ("imotions", "Disgust"): ("4",),
    ("imotions", "Contempt"): ("1",),
}


def fired(score, variant="used"):
    return [item.rule_id for item in emotion.fire(score, variant)]


def test_S0_116_printed_firings_on_all_thirteen_sets():
    found = {(f.table, f.emotion): f.rules for f in emotion.conflict_matrix("printed")}
    assert found == PRINTED


def test_E0_03_E0_24_used_drops_7a_and_adds_AU20_where_it_shows():
    expected = {}
    for (table, name), printed in PRINTED.items():
        ours = ("ours20",) if name == "Fear" else ()  # AU20 stands in the two Fear sets alone
        expected[table, name] = tuple(r for r in printed if r != "7a") + ours
    found = {(f.table, f.emotion): f.rules for f in emotion.conflict_matrix()}
    assert found == expected


def test_E0_25_wrong_emotions_named_on_full_prototypes():
    wrong = {(f.table, f.emotion): set(f.wrong) for f in emotion.conflict_matrix("printed")}
    assert {key: names for key, names in wrong.items() if names} == {
        ("dong", "Anger"): {"Sadness"},
        ("dong", "Fear"): {"Sadness"},
        ("imotions", "Fear"): {"Surprise", "Disgust", "Sadness"},
        ("imotions", "Anger"): {"Disgust", "Sadness"},
        ("imotions", "Disgust"): {"Anger"},
        ("imotions", "Contempt"): {"Happiness"},
    }


def test_S0_116_imotions_fear_reaches_rule_5_once_AU25_is_added():
    fear = emotion.table("imotions").sets["Fear"].codes
    assert fired(fear | {"25"}, "printed") == ["2", "3", "5", "6", "7a"]


@pytest.mark.parametrize(
    ("rule", "codes", "target"),
    [
        ("1", [12], "Happiness"),  # S0-109
        ("1", [6], "Happiness"),
        ("1", [28], "Happiness"),
        ("2", [2], "Surprise"),  # S0-110
        ("3", [4], "negative"),  # S0-111
        ("4", [16], "Anger"),  # S0-112
        ("4", [22], "Anger"),
        ("4", [23], "Anger"),
        ("6", [7], "Disgust"),  # S0-114
        ("6", [24], "Disgust"),
        ("7b", [43], "Sadness"),  # S0-115
    ],
)
@pytest.mark.parametrize("variant", ["used", "printed"])
def test_S0_109_to_S0_115_single_AUs(rule, codes, target, variant):
    (item,) = emotion.fire(codes, variant)
    assert (item.rule_id, item.target) == (rule, target)
    assert item.aus == tuple(map(str, codes))
    assert item.explanation
    assert item.source.startswith("S0-1")
    assert item.certain


@pytest.mark.parametrize("left_out", [1, 4, 5, 25])
def test_S0_113_rule_5_needs_all_four(left_out):
    assert "5" in fired([1, 4, 5, 25])
    assert "5" not in fired({1, 4, 5, 25} - {left_out})


def test_S0_115_rule_7a_is_printed_only_and_says_so():
    item = emotion.fire([4, 5], "printed")[-1]
    assert (item.rule_id, item.emotion, item.aus) == ("7a", "Sadness", ("4", "5"))
    assert item.erratum == "E0-03"
    assert fired([4, 5]) == ["3"]
    assert fired([5], "printed") == []


def test_E0_24_our_rule_is_marked_ours():
    (item,) = emotion.fire([20])
    assert (item.rule_id, item.emotion, item.erratum) == ("ours20", "Fear", "E0-24")
    assert "ours" in item.explanation
    assert emotion.fire([20], "printed") == ()


def test_S0_109_specific_AUs_are_exclusive_in_table_3():
    exclusive = emotion.exclusive("dong")
    specific: dict[str, set[str]] = {}
    for rule in emotion.rules():
        if rule.status_used == "active" and rule.emotion:
            specific.setdefault(rule.emotion, set()).update(rule.specific)
    # Rule 1 calls 6 and 28 specific, not 12; the other rules name whole exclusive sets.
    assert specific.pop("Happiness") == {"6", "28"}
    assert exclusive["Happiness"] - {"6", "28"} == {"12"}
    assert specific == {name: set(q) for name, q in exclusive.items() if name != "Happiness"}


def test_the_source_prints_seven_rules():
    printed = {r.rule_id.rstrip("ab") for r in emotion.rules() if r.status_printed == "active"}
    assert printed == set("1234567")
    (ours,) = [r for r in emotion.rules() if not r.claim.printed]
    assert ours.rule_id == "ours20"


def test_rule_valence_fits_the_valence_of_its_emotion():
    for rule in emotion.rules():
        if rule.emotion:
            assert rule.valence == emotion.valence(rule.emotion)


def test_E0_25_conflicts_list_disagreeing_targets():
    fear = emotion.fire(emotion.table("imotions").sets["Fear"].codes)
    assert emotion.conflicts(fear) == (
        ("Surprise", "Disgust"),
        ("Surprise", "Fear"),
        ("Disgust", "Fear"),
    )
    assert emotion.conflicts(emotion.fire([4, 12])) == (("Happiness", "negative"),)
    assert emotion.conflicts(emotion.fire([2, 4])) == ()  # surprise has no valence
    assert emotion.conflicts(emotion.fire([4, 43])) == ()
    assert emotion.conflicts(emotion.fire([1, 4, 5, 20, 25])) == ()
    assert emotion.conflicts(()) == ()


def test_conflicts_name_a_pair_once():
    twice = emotion.fire([7]) + emotion.fire([43]) + emotion.fire([7])
    assert emotion.conflicts(twice) == (("Disgust", "Sadness"),)


def test_S0_080_enjoyment_needs_both():
    cue = emotion.duchenne([6, 12])
    assert cue is not None
    assert (cue.emotion, cue.aus, cue.source) == ("Happiness", ("6", "12"), "S0-080")
    assert "pose" in cue.explanation
    assert emotion.duchenne([12]) is None
    assert emotion.duchenne([6]) is None
    assert "duchenne" not in fired([6, 12], "printed") + fired([6, 12])


def test_a_score_a_string_and_codes_fire_alike():
    from fau_teach.facs import parse

    expected = fired([4, 6, 12])
    assert expected == ["1", "3"]
    for same in ("4B+6C+12D", parse("4+6+12"), ["AU4", "au6", "L12"], {"04", "6", "12"}):
        assert fired(same) == expected


def test_nothing_fires_on_neutral_unknown_absent_or_off_face_codes():
    for empty in ([], "0", "?", "12:0", "M59", [51, 70], [0]):
        assert emotion.fire(empty) == ()


def test_an_open_choice_makes_evidence_uncertain():
    (item,) = emotion.fire("12 or 43")[:1]
    assert (item.rule_id, item.certain) == ("1", False)
    (item,) = emotion.fire("16 or 22")
    assert (item.aus, item.certain) == (("16", "22"), True)  # rule 4 holds either way
    (item,) = emotion.fire("12?")
    assert not item.certain
    (item,) = emotion.fire("12:0/1")
    assert not item.certain
    assert emotion.fire("4 or 5", "printed")[-1].rule_id == "3"  # never 4 and 5 at once


def test_errors_say_what_would_be_right():
    with pytest.raises(EmotionError, match=r"'12C' is not an AU code.*one string"):
        emotion.fire(["12C"])
    with pytest.raises(EmotionError, match="True is not an AU code"):
        emotion.fire([True])
    with pytest.raises(EmotionError, match="12 is not a score"):
        emotion.fire(12)  # type: ignore[arg-type]
    with pytest.raises(EmotionError, match=r"Did you mean 'used'"):
        emotion.fire([12], "use")  # type: ignore[arg-type]
    with pytest.raises(EmotionError, match="2048 readings open; the limit is 1024"):
        emotion.fire("+".join(f"{code}?" for code in (1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13)))


@given(st.frozensets(st.integers(1, 46)), st.sampled_from(("used", "printed")))
def test_more_AUs_never_silence_a_rule(codes, variant):
    before = set(fired(codes, variant))
    assert before <= set(fired(codes | {12}, variant))
