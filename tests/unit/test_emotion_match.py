"""Prototype matcher: S2-055, side of contempt E2-18."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach import emotion
from fau_teach.emotion import EmotionError, match
from fau_teach.facs import parse


def scores(score, table, method="jaccard"):
    return {found.emotion: found.score for found in match(score, table, method)}


@pytest.mark.parametrize("method", ["jaccard", "weighted"])
@pytest.mark.parametrize("table", ["dong", "imotions"])
@pytest.mark.parametrize(
    ("codes", "expected"),
    [([6, 12], "Happiness"), ([1, 4, 15], "Sadness"), ([4, 5, 7, 23], "Anger")],
)
def test_S2_055_winners(codes, expected, table, method):
    assert match(codes, table, method).best == (expected,)


def test_S2_055_scores():
    assert scores([1, 4, 15], "imotions")["Sadness"] == 1.0
    dong = scores([1, 4, 15], "dong")
    assert dong["Sadness"] == pytest.approx(0.5)
    assert dong["Disgust"] == pytest.approx(0.3)
    assert scores([6, 12], "dong") == {"Happiness": pytest.approx(2 / 7)}


@pytest.mark.parametrize("name", list(emotion.table("dong").sets))
def test_S2_055_a_complete_set_matches_itself_alone(name):
    first, *rest = match(emotion.table("dong").sets[name].codes, "dong")
    assert (first.emotion, first.score, first.tied, first.missing, first.extra) == (
        (name, 1.0, False, (), ())
    )
    assert all(other.score < 1 for other in rest)


def test_partial_match_says_what_is_matched_missing_and_extra():
    first = match([2, 12, 6, 1], "imotions")[0]
    assert first.emotion == "Happiness"
    assert (first.matched, first.missing, first.extra) == (("6", "12"), (), ("1", "2"))
    second = match([2, 12, 6, 1], "imotions")[1]
    assert second.emotion == "Surprise"
    assert (second.matched, second.missing, second.extra) == (("1", "2"), ("5", "26"), ("6", "12"))


def test_ties_share_a_rank_and_the_next_rank_counts_them():
    found = match([1, 4, 15], "dong")
    # Shared AUs over all AUs: Fear 2/6, Disgust 3/10, Surprise 1/8, Happiness 1/9, Anger 1/9.
    assert [(m.emotion, m.rank, m.tied) for m in found] == [
        ("Sadness", 1, False),
        ("Fear", 2, False),
        ("Disgust", 3, False),
        ("Surprise", 4, False),
        ("Happiness", 5, True),
        ("Anger", 5, True),
    ]
    both = match([15], "imotions")  # one of three AUs of Sadness and of Disgust
    assert both.best == ("Sadness", "Disgust")
    assert [m.rank for m in both] == [1, 1]
    assert [m.rank for m in match([1, 9], "imotions")] == [1, 1, 3, 4]


def test_weighted_counts_common_AUs_less():
    # Weights 1/n: AU1 1/5, AU4 1/4, AU5 and 25 1/3, AU20 1 (S0-053).
    found = scores([20], "dong", "weighted")
    assert found == {"Fear": pytest.approx(1 / (1 + 1 / 5 + 1 / 4 + 1 / 3 + 1 / 3))}
    assert found["Fear"] > scores([20], "dong")["Fear"] == pytest.approx(1 / 5)
    # AU11 stands in no set and weighs 1.
    extra = scores([20, 11], "dong", "weighted")["Fear"]
    assert extra == pytest.approx(1 / (2 + 1 / 5 + 1 / 4 + 1 / 3 + 1 / 3))


@pytest.mark.parametrize(
    "one_side",
    ["L12+L14", "R12+R14", "U12+U14", "L12+U14", "U12+R14", ["L12", "L14"], ["R12", "R14"]],
)
def test_E2_18_one_sided_12_14_is_contempt(one_side):
    found = match(one_side, "imotions")
    assert found.best == ("Contempt",)
    assert found[0].score == 1.0
    assert found.reason == ""


@pytest.mark.parametrize(
    "both_sides", ["12+14", "A12+A14", "L12+R12+L14+R14", [12, 14], ["A12", "A14"]]
)
def test_E2_18_bilateral_12_14_is_not_contempt(both_sides):
    found = match(both_sides, "imotions")
    assert [m.emotion for m in found] == ["Happiness"]
    assert found.reason == (
        "Contempt counts on one side of the face only; "
        "AU12 and AU14 were not scored on that one side."
    )


def test_E2_18_two_sides_never_add_up():
    found = {m.emotion: m for m in match("L12+R14", "imotions")}
    assert found["Contempt"].score == pytest.approx(1 / 3)  # one matched, one missing, one extra
    assert found["Contempt"].note.endswith("AU14 was not scored on that one side.")
    mixed = {m.emotion: m for m in match("L12+14", "imotions")}
    assert mixed["Contempt"].matched == ("12",)
    assert mixed["Contempt"].missing == mixed["Contempt"].extra == ("14",)


def test_side_matters_to_contempt_alone():
    assert match("L6+L12", "imotions")[0].score == match("6+12", "imotions")[0].score == 1.0


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        ("?", "The score is unknown: the face could not be scored."),
        (parse("?"), "The score is unknown: the face could not be scored."),
        ("0", "No action unit of the face was scored, so there is nothing to weigh."),
        ([], "No action unit of the face was scored, so there is nothing to weigh."),
        ("M59", "No action unit of the face was scored, so there is nothing to weigh."),
        ([11], "No set of Table 3 of Dong et al. 2022 matches any AU of this score."),
    ],
)
def test_S2_055_empty_result_has_a_reason(score, reason):
    found = match(score, "dong")
    assert found == ()
    assert found.best == ()
    assert found.reason == reason


def test_only_contempt_left_and_on_the_wrong_side():
    found = match([14], "imotions")
    assert found == ()
    assert found.reason.startswith("No set of")
    assert "Contempt counts on one side" in found.reason


def test_an_open_choice_takes_the_best_reading_and_says_so():
    # Surprise needs one of 26 and 27; the open choice must not count as two AUs.
    found = match("1+2+5+26 or 27", "imotions")
    assert (found[0].emotion, found[0].score, found[0].certain) == ("Surprise", 1.0, False)
    assert match("1+2+5+26", "imotions")[0].certain


def test_head_and_visibility_codes_do_not_count_against_a_match():
    assert match([6, 12, 51, 70], "imotions")[0].score == 1.0


def test_unknown_method_and_table():
    with pytest.raises(EmotionError, match=r"'jacard' is not a method\. Did you mean 'jaccard'"):
        match([12], "dong", "jacard")  # type: ignore[arg-type]
    with pytest.raises(EmotionError, match="not a table"):
        match([12], "ekman")
    assert match([12], emotion.table("dong")).best == ("Happiness",)


@given(
    st.frozensets(st.integers(1, 46), min_size=1),
    st.sampled_from(("dong", "imotions")),
    st.sampled_from(("jaccard", "weighted")),
)
def test_ranking_is_consistent(codes, table, method):
    found = match(codes, table, method)
    values = [m.score for m in found]
    assert values == sorted(values, reverse=True)
    for m in found:
        assert 0 < m.score <= 1
        assert m.rank == 1 + sum(value > m.score for value in values)
        assert m.tied == (values.count(m.score) > 1)
        own = emotion.table(table).sets[m.emotion].codes
        assert set(m.matched) | set(m.missing) == own
        if method == "jaccard":
            assert m.score == pytest.approx(emotion.jaccard(codes, own))
