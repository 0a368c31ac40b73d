"""Counts, intervals and log-odds of AU-emotion links; expected values computed elsewhere."""

from __future__ import annotations

from math import inf, isclose, log, log2

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach import emotion, evidence_plots, plots
from fau_teach._data import read_csv
from fau_teach.emotion import Association, EmotionError, Sample

mpl.use("Agg")

import matplotlib.pyplot as plt

CASME3 = {(one.code, one.emotion): one for one in emotion.casme3()}

# Evidence file, section 5: P(A|E), its interval, P(E|A), lift, H, z at m = 20.
WORKED = {
    ("4", "Disgust"): (0.73, 0.67, 0.78, 0.67, 2.3, 0.58, 14.8),
    ("2", "Surprise"): (0.51, 0.44, 0.58, 0.75, None, 0.47, 12.8),
    ("1", "Surprise"): (0.53, 0.46, None, 0.65, 3.0, 0.46, 12.3),
    ("14", "Anger"): (0.70, 0.58, 0.80, 0.23, 3.1, 0.52, 7.7),
    ("5", "Surprise"): (0.20, 0.15, 0.27, 0.86, 4.0, 0.19, 7.5),
    ("9", "Disgust"): (0.13, 0.10, 0.18, 0.66, 2.3, 0.10, 5.3),
    ("12", "Happiness"): (0.09, 0.04, 0.20, 0.33, 5.2, 0.08, 3.3),
    ("20", "Fear"): (0.03, None, None, 1.0, 10.0, 0.03, 1.5),
}
# The same section: percent of an emotion's clips that show the AU.
ORDER = ("Happiness", "Sadness", "Surprise", "Fear", "Anger", "Disgust", "Others")
PERCENT = {
    "4": (9, 23, 9, 42, 16, 73, 6),
    "14": (40, 46, 3, 19, 70, 6, 40),
    "1": (0, 14, 53, 10, 13, 4, 11),
    "2": (0, 2, 51, 8, 2, 3, 10),
    "24": (18, 9, 2, 7, 3, 7, 10),
    "9": (4, 2, 0, 8, 8, 13, 1),
    "5": (0, 0, 20, 2, 0, 0, 2),
    "12": (9, 0, 1, 2, 2, 1, 2),
    "6": (0, 2, 1, 0, 0, 2, 0),
}


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_S0_092_wilson_against_the_table_of_newcombe_1998(successes, n, low, high):
    assert emotion.wilson_interval(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_S0_092_wilson_solves_its_own_equation_at_any_level():
    # The bounds are where |p - bound| equals z standard errors taken at the bound; z = 2.5758.
    for bound in emotion.wilson_interval(30, 80, level=0.99):
        distance = abs(30 / 80 - bound) / (bound * (1 - bound) / 80) ** 0.5
        assert distance == pytest.approx(2.5758, abs=1e-4)


def test_wilson_is_one_function_and_says_what_is_wrong():
    assert plots.wilson_interval is emotion.wilson_interval
    with pytest.raises(ValueError, match=r"level is 95.*0\.95"):
        emotion.wilson_interval(1, 2, level=95)


@pytest.mark.parametrize("pair", WORKED, ids="-".join)
def test_S0_055_worked_table_of_the_evidence_file(pair):
    found = CASME3[pair]
    reliability, low, high, specificity, lift, contrast, z = WORKED[pair]
    assert found.reliability == pytest.approx(reliability, abs=0.005)
    bounds = zip(found.interval("reliability"), (low, high), strict=True)
    assert all(given is None or got == pytest.approx(given, abs=0.005) for got, given in bounds)
    assert found.specificity == pytest.approx(specificity, abs=0.005)
    if lift is not None:
        assert found.lift == pytest.approx(lift, abs=0.05)
    assert found.contrast == pytest.approx(contrast, abs=0.005)
    assert found.log_odds(prior=20).z == pytest.approx(z, abs=0.05)


def test_the_two_numbers_of_the_worked_table_that_did_not_come_out():
    # 96 * 860 / (128 * 187) = 3.449; the evidence file says 3.5.
    assert CASME3["2", "Surprise"].lift == pytest.approx(82560 / 23936)
    assert f"{82560 / 23936:.1f}" == "3.4"
    # Bound of 100 of 187 at z = 1.959964, by its closed form: .6048; the file says .61.
    n, p, z = 187, 100 / 187, 1.959964
    root = (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    high = (p + z * z / (2 * n) + z * root) / (1 + z * z / n)
    assert CASME3["1", "Surprise"].interval("reliability")[1] == pytest.approx(high)
    assert f"{high:.2f}" == "0.60"
    notes = {(r["code"], r["emotion"]): r["note"] for r in read_csv("emotion/pair_counts.csv")}
    assert "3.449" in notes["2", "Surprise"]
    assert ".6048" in notes["1", "Surprise"]


@pytest.mark.parametrize("code", PERCENT)
def test_every_cell_of_the_count_table(code):
    for name, percent in zip(ORDER, PERCENT[code], strict=True):
        # The file rounds 12.5 to 13.
        assert 100 * CASME3[code, name].reliability == pytest.approx(percent, abs=0.501)


def test_counts_add_up():
    for code in {code for code, _ in CASME3}:
        cells = [one for one in CASME3.values() if one.code == code]
        assert sum(one.both for one in cells) == cells[0].n_code
        assert sum(one.n_emotion for one in cells) == cells[0].n == 860
    assert sum(one.n_emotion for one in CASME3.values() if one.code == "4") - 161 == 699


def test_E0_41_lift_ranks_three_clips_first_and_z_ranks_them_last():
    links = [CASME3[pair] for pair in WORKED]
    assert max(links, key=lambda one: one.lift).code == "20"
    assert min(links, key=lambda one: one.log_odds().z).code == "20"
    low, high = CASME3["20", "Fear"].log_odds().low, CASME3["20", "Fear"].log_odds().high
    assert low < 0 < high


def test_AU14_is_common_in_anger_yet_poor_evidence_and_AU5_the_reverse():
    anger, surprise = CASME3["14", "Anger"], CASME3["5", "Surprise"]
    assert anger.reliability > 3 * anger.specificity
    assert surprise.specificity > 3 * surprise.reliability


@st.composite
def pairs(draw: st.DrawFn) -> Association:
    cells = draw(st.lists(st.integers(0, 40), min_size=4, max_size=4))
    both, alone, without, neither = cells
    if not (both + alone and both + without and alone + neither):
        both, alone, without, neither = (each + 1 for each in cells)
    n = both + alone + without + neither
    return Association("1", "Fear", n, both + alone, both + without, both)


@given(pairs())
def test_measures_agree_with_each_other(pair):
    joint, emotion_rate = pair.both / pair.n, pair.n_emotion / pair.n
    # H is leverage over P(E)(1 - P(E)).
    leverage = joint - pair.base_rate * emotion_rate
    assert isclose(pair.contrast, leverage / (emotion_rate * (1 - emotion_rate)), abs_tol=1e-9)
    assert -1 <= pair.npmi <= 1 + 1e-12
    assert pair.pmi == (log2(pair.lift) if pair.both else -inf)
    assert isclose(pair.specificity * pair.base_rate, pair.reliability * emotion_rate, abs_tol=1e-9)
    odds = pair.log_odds()
    if 0 < pair.base_rate < 1:
        assert odds.low < odds.delta < odds.high
        assert (odds.delta > 1e-9) == (pair.contrast > 1e-9) or abs(odds.delta) < 1e-6


def test_log_odds_by_hand_and_under_a_strong_prior():
    # n = 40, P(A) = 1/4, m = 4: a = 1, b = 3; 5 of 10 with the emotion, 5 of 30 without.
    pair = Association("4", "Anger", 40, 10, 10, 5)
    odds = pair.log_odds(prior=4)
    assert odds.delta == pytest.approx(log(6 / 8) - log(6 / 28))
    assert odds.sd**2 == pytest.approx(1 / 6 + 1 / 8 + 1 / 6 + 1 / 28)
    assert odds.z == pytest.approx(odds.delta / odds.sd)
    assert odds.high - odds.delta == pytest.approx(1.959964 * odds.sd)
    assert abs(pair.log_odds(prior=1e9).delta) < 1e-6
    with pytest.raises(EmotionError, match="prior is 0"):
        pair.log_odds(prior=0)


def test_an_AU_in_every_clip_tells_nothing():
    always = Association("25", "Fear", 10, 10, 4, 4)
    assert (always.log_odds().delta, always.log_odds().sd) == (0, inf)
    assert always.lift == 1
    every = Association("25", "Fear", 10, 10, 10, 10)
    assert every.npmi == 1
    with pytest.raises(EmotionError, match="Every clip is Fear"):
        _ = every.contrast


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((10, 0, 5, 0), "n_code is 0"),
        ((10, 5, 11, 5), "n_emotion is 11"),
        ((10, 5, 5, 6), "both is 6.*0 to 5"),
        ((10, 8, 8, 5), "both is 5.*6 to 8"),
    ],
)
def test_counts_that_cannot_stand_together(counts, said):
    with pytest.raises(EmotionError, match=f"AU4 and Fear: {said}"):
        Association("4", "Fear", *counts)


def test_never_together():
    apart = Association("4", "Happiness", 20, 5, 5, 0)
    assert (apart.pmi, apart.npmi, apart.lift) == (-inf, -1, 0)


def test_unknown_measure():
    with pytest.raises(EmotionError, match="Did you mean 'specificity'"):
        CASME3["4", "Disgust"].interval("specifity")


SAMPLES = (
    Sample("4+9", {"Disgust": 0.75, "Anger": 0.25}),
    Sample("4", {"Anger": 1.0, "Neutral": 1.0}),
    Sample("12", {"Happiness": 2.0}),
    Sample("null", {"Sadness": 1.0}),
    Sample("12", {"Neutral": 1.0}),
)


def test_S0_023_associate_counts_images_by_their_highest_emotion():
    found = {(one.code, one.emotion): one for one in emotion.associate(SAMPLES)}
    # Four images with AUs; sadness occurs on none of them; the neutral one has no emotion.
    assert list(found) == [
        (code, name) for code in ("4", "9", "12") for name in ("Happiness", "Anger", "Disgust")
    ]
    anger = found["4", "Anger"]
    assert (anger.n, anger.n_code, anger.n_emotion, anger.both) == (4, 2, 1, 1)
    assert found["12", "Happiness"].specificity == 0.5
    assert found["9", "Happiness"].both == 0


def test_S0_023_associate_shares_images_out_when_weighted():
    found = {(one.code, one.emotion): one for one in emotion.associate(SAMPLES, weighted=True)}
    anger = found["4", "Anger"]
    assert (anger.n, anger.n_code, anger.n_emotion, anger.both) == (4, 2, 0.75, 0.75)
    assert found["9", "Disgust"].reliability == 1
    assert found["9", "Disgust"].specificity == 0.75
    low, high = anger.interval("reliability")
    assert 0 < low < high == 1


# -- everything on one pair


def test_S0_041_AU25_ranks_and_AU12_ranks_stand_in_the_dossier():
    for name, rank25, rank12 in zip(
        ("Happiness", "Surprise", "Anger", "Fear", "Disgust", "Sadness"),
        (1, 1, 1, 1, 2, 2),
        (2, 6, 6, 2, 7, 6),
        strict=True,
    ):
        wide = emotion.evidence_for(25, name).learned
        assert wide["dong1"][0] == rank25
        assert wide["dong2"] is None
        assert emotion.evidence_for("AU12", name).learned["dong1"][0] == rank12


def test_E0_41_AU20_and_fear():
    found = emotion.evidence_for(20, "Fear")
    assert found.learned["dong2"][1] == 0.25
    assert found.counts.both == found.counts.n_code == 3
    shown = found._repr_html_()
    assert "3 of 86, 0.03" in shown
    assert "0.2500" in shown
    assert "dong" in found.support.exclusive_in


def test_E0_40_AU7_and_disgust_have_no_rank_in_either_table():
    assert emotion.evidence_for(7, "Disgust").learned == {"dong1": None, "dong2": None}


def test_dossier_shows_both_questions_base_rates_and_findings():
    found = emotion.evidence_for("4", "Disgust")
    shown = found._repr_html_()
    assert "183 of 250, 0.73 (95 % interval 0.67 to 0.78)" in shown
    assert "183 of 274, 0.67" in shown
    assert "z 14.8" in shown
    assert "Cohn-Kanade 32.2 %" in shown
    assert "Du 2014 (31 % of posers, to be checked)" in shown
    assert "Anger: FACS 1978" in shown
    assert "coding rule" in shown
    assert {"limits", "mixed"} <= {each.direction for each in found.findings}
    assert "<script" not in shown


def test_dossier_of_a_pair_nobody_counted():
    found = emotion.evidence_for(14, "Contempt")
    assert found.counts is None
    assert found.learned == {"dong1": None, "dong2": None}
    shown = found._repr_html_()
    assert "z " not in shown
    assert "88 of 860" in shown
    assert "none of ours" in emotion.evidence_for(46, "Fear")._repr_html_()


@pytest.mark.parametrize(
    ("code", "name", "error", "said"),
    [
        (4, "disgusted", EmotionError, "Did you mean 'Disgust'"),
        ("x", "Disgust", EmotionError, "not an AU code"),
        ("99", "Disgust", LookupError, "No code '99'"),
    ],
)
def test_dossier_says_what_is_unknown(code, name, error, said):
    with pytest.raises(error, match=said):
        emotion.evidence_for(code, name)


# -- figures


def test_forest_draws_both_questions_for_every_pair():
    ax = evidence_plots.forest()
    dots, squares = ax.lines
    assert list(dots.get_xdata()) == [CASME3[pair].reliability for pair in WORKED]
    assert list(squares.get_xdata()) == [CASME3[pair].specificity for pair in WORKED]
    assert dots.get_marker() != squares.get_marker()
    (low, _), (high, _) = ax.collections[0].get_segments()[0]
    assert (low, high) == pytest.approx((0.67, 0.78), abs=0.005)
    assert ax.get_yticklabels()[3].get_text() == "AU14, anger\n45 with both"
    assert len(evidence_plots.forest(emotion.casme3()[:3]).get_yticks()) == 3
    plt.close("all")


def test_published_overlap_draws_every_role_once():
    (ax,) = evidence_plots.published_overlap(["Disgust"])
    tables = [label.get_text() for label in ax.get_yticklabels()]
    codes = [label.get_text() for label in ax.get_xticklabels()]
    drawn = {
        line.get_label(): {
            (tables[int(y)], codes[int(x)])
            for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
        }
        for line in ax.lines
    }
    assert drawn["required"] == {
        *((name, code) for name in ("FACS 1978",) for code in ("4", "10", "17")),
        *(("iMotions", code) for code in ("9", "15", "16")),
        *(("Du 2014", code) for code in ("9", "10", "17")),
    }
    assert ("Du 2014", "24") in drawn["may show"]
    assert {code for name, code in drawn["may show"] if name == "Dong 2022"} == {
        "1", "4", "7", "9", "10", "14", "15", "17", "24", "25",
    }  # fmt: skip
    assert len(evidence_plots.published_overlap()) == 2
    with pytest.raises(EmotionError, match="Did you mean 'Disgust'"):
        evidence_plots.published_overlap(["Disguts"])
    plt.close("all")
