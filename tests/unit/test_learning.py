"""Algorithms 1 and 2: values from the inventory; the fast path against the plain functions."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fau_teach import facs
from fau_teach.datasets import synthesise
from fau_teach.emotion import (
    SIX,
    EmotionError,
    Sample,
    loop_indices,
    means,
    shares,
    tabulate,
)
from fau_teach.emotion.learning import Contributions, codes_in
from fau_teach.facs import NotationError

# S0-026: the toy rows. Their order decides what "first appears" means.
TOY = (
    Sample("6+12", {"Happiness": 0.9}),
    Sample("6+12", {"Happiness": 0.5}),
    Sample("12+25", {"Happiness": 0.6}),
)
SWAPPED = (TOY[1], TOY[0], TOY[2])

PARTS = ("1", "2", "L2", "R2", "12", "AU12", "T10", "B22", "25", "26", "26?", "012", "4C", "12:0")
ODD = ("null", "0", "?", "", " ", "12 or 15", "6+", "+6", "1,2", "12+(x)", "12 (seen + heard)")
annotations = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map("+".join)
# Scores as taggers give them: so many of eight, hence with ties.
scores = st.lists(st.integers(0, 8).map(lambda votes: votes / 8), min_size=6, max_size=6)
images = st.lists(st.tuples(annotations | st.just("null"), scores), max_size=25)


def samples_of(rows: list[tuple[str, list[float]]]) -> list[Sample]:
    return [Sample(text, dict(zip(SIX, own, strict=True))) for text, own in rows]


def arrays_of(samples: tuple[Sample, ...] | list[Sample]) -> tuple[list[str], np.ndarray]:
    found = [[one.scores.get(name, 0.0) for name in SIX] for one in samples]
    return [one.annotation for one in samples], np.array(found).reshape(-1, 6)


def assert_close(one: Contributions, other: Contributions) -> None:
    assert tuple(one) == tuple(other) == SIX
    for emotion in SIX:
        assert one[emotion] == pytest.approx(other[emotion], rel=1e-12, abs=1e-12)


def outcome(read: Callable[[str], frozenset[str]], text: str) -> frozenset[str] | str:
    try:
        return read(text)
    except NotationError as error:
        return str(error)


# -- the images ------------------------------------------------------------------------------


def test_an_image_knows_its_codes_and_its_emotion_s0_023() -> None:
    one = Sample("1+L2+25", {"Surprise": 0.4, "Fear": 0.35, "Neutral": 0.25})
    assert one.codes == {"1", "2", "25"}
    assert one.emotion == "Surprise"


def test_neutral_is_ignored_by_the_argmax_over_six_s0_023() -> None:
    assert Sample("12", {"Neutral": 0.7, "Sadness": 0.2, "Fear": 0.1}).emotion == "Sadness"


def test_a_tie_goes_to_the_first_of_the_six_e0_09() -> None:
    assert Sample("1", {"Sadness": 0.5, "Surprise": 0.5}).emotion == "Surprise"


def test_no_score_no_emotion() -> None:
    assert Sample("1", {}).emotion == ""
    assert Sample("1", {"Neutral": 1.0}).emotion == ""


@pytest.mark.parametrize("text", ["26+26", "L26+R26", "AU26", "26+26?"])
def test_repeats_and_sides_fall_to_the_code(text: str) -> None:
    assert Sample(text, {}).codes == {"26"}


def test_a_misspelt_emotion_gets_a_suggestion() -> None:
    with pytest.raises(EmotionError, match=r"'Hapiness' is not an emotion\. .*Happiness"):
        Sample("12", {"Hapiness": 1.0})


@pytest.mark.parametrize("score", [-0.1, math.nan, math.inf])
def test_a_score_is_a_number_of_at_least_0(score: float) -> None:
    with pytest.raises(EmotionError, match=rf"Fear has score {score!r}\. Use a number"):
        Sample("12", {"Fear": score})


@given(st.lists(st.sampled_from(PARTS + ODD), min_size=1, max_size=5).map("+".join))
@example("12 (seen + heard)+6")
@example("12 or+15")
@example("?")
@example("0+12")
def test_parts_are_read_as_the_whole_text_is(text: str) -> None:
    """The part-by-part reader may not know better than the grammar, nor worse."""
    assert outcome(codes_in, text) == outcome(lambda whole: facs.parse(whole).codes, text)


def test_what_is_no_text_is_refused_as_by_the_parser() -> None:
    with pytest.raises(TypeError, match="parse reads text, not nan"):
        codes_in(math.nan)  # type: ignore[arg-type]


# -- the loop --------------------------------------------------------------------------------


def test_the_loop_as_printed_visits_one_image_too_many_e0_08_s0_026() -> None:
    assert loop_indices(3, "printed") == (1, 2, 3, 4)
    assert loop_indices(3) == (1, 2, 3)


@given(st.integers(0, 300))
def test_the_loop_as_printed_always_overruns_by_one_e0_08(n: int) -> None:
    assert loop_indices(n, "printed") == tuple(range(1, n + 2))
    assert loop_indices(n) == tuple(range(1, n + 1))


def test_errors_of_the_loop() -> None:
    with pytest.raises(EmotionError, match=r"n is -1\. Use the number of images"):
        loop_indices(-1)
    with pytest.raises(EmotionError, match=r"'print' is not a variant of the loop.*printed"):
        loop_indices(3, "print")  # type: ignore[arg-type]


def test_algorithm_1_as_printed_asks_for_an_image_that_is_not_there_e0_08_s0_024() -> None:
    with pytest.raises(EmotionError, match=r"image 4 of 3: .*\(E0-08\). Use variant='used'"):
        shares(TOY, "printed")
    with pytest.raises(EmotionError, match=r"image 4 of 3: "):
        tabulate(*arrays_of(TOY), variant="printed")


# -- Algorithm 1 -----------------------------------------------------------------------------


def test_the_toy_depends_on_the_order_s0_026_e0_09() -> None:
    one, other = shares(TOY, "first")["Happiness"], shares(SWAPPED, "first")["Happiness"]
    assert one == pytest.approx({"12": 0.5, "6": 0.3, "25": 0.2})
    assert list(one) == ["12", "6", "25"]
    # 5/22 and 6/22: the order of the ranks turns round as well.
    assert other == pytest.approx({"12": 0.5, "25": 0.2727, "6": 0.2273}, abs=5e-5)
    assert list(other) == ["12", "25", "6"]


def test_the_toy_as_used_lies_between_and_has_no_order_e0_09() -> None:
    # By hand: (.9 + .5) / 2 = .7 for 6 and 12, then .6 for 12 and 25; in all 2.6.
    expected = {"12": 1.3 / 2.6, "6": 0.7 / 2.6, "25": 0.6 / 2.6}
    assert shares(TOY)["Happiness"] == pytest.approx(expected)
    assert shares(TOY) == shares(SWAPPED)


@given(images, st.randoms(use_true_random=False))
def test_as_used_any_order_gives_the_same_to_the_last_digit_e0_09(
    rows: list[tuple[str, list[float]]], chance: random.Random
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    one, other = shares(samples_of(rows)), shares(samples_of(shuffled))
    assert one == other
    assert [list(row) for row in one.values()] == [list(row) for row in other.values()]


@given(images, st.sampled_from(["used", "first"]))
def test_each_row_sums_to_1_and_falls_s0_026(rows: list[tuple[str, list[float]]], how: str) -> None:
    samples = samples_of(rows)
    led = {one.emotion for one in samples if one.codes}
    for emotion, row in shares(samples, how).items():  # type: ignore[arg-type]
        assert math.fsum(row.values()) == pytest.approx(float(emotion in led), abs=1e-12)
        assert list(row.values()) == sorted(row.values(), reverse=True)


def test_equal_shares_stand_by_code_number() -> None:
    row = shares([Sample("25+4+12", {"Anger": 0.6})])["Anger"]
    assert list(row) == ["4", "12", "25"]


def test_an_image_without_units_counts_nothing() -> None:
    assert shares([Sample("null", {"Fear": 1.0}), Sample("?", {"Fear": 1.0})])["Fear"] == {}


def test_repeated_combinations_count_once_s0_024() -> None:
    again = [Sample("12+6+6", {"Happiness": 0.9})] * 9  # the same set, written otherwise
    assert shares([TOY[0], TOY[2], *again]) == shares([TOY[0], TOY[2]])


def test_a_combination_counts_once_an_emotion_e0_09() -> None:
    fear = Sample("6+12", {"Fear": 0.8})
    assert shares([*TOY, fear])["Fear"] == {"6": 0.5, "12": 0.5}
    assert shares([*TOY, fear])["Happiness"] == shares(TOY)["Happiness"]


# -- Algorithm 2 -----------------------------------------------------------------------------

PAIR = (
    Sample("6+12", {"Happiness": 0.9, "Surprise": 0.1}),
    Sample("12+25", {"Happiness": 0.6, "Surprise": 0.2, "Neutral": 0.2}),
)


def test_three_readings_of_algorithm_2_s0_025_s0_027_e0_10() -> None:
    """By hand: happiness 6: .9, 12: .9 + .6, 25: .6; divided by 1, 2, 1 images, or by 3.0."""
    assert means(PAIR, "sum")["Happiness"] == pytest.approx({"12": 1.5, "6": 0.9, "25": 0.6})
    assert means(PAIR)["Happiness"] == pytest.approx({"6": 0.9, "12": 0.75, "25": 0.6})
    assert list(means(PAIR)["Happiness"]) == ["6", "12", "25"]
    assert means(PAIR, "share")["Happiness"] == pytest.approx({"12": 0.5, "6": 0.3, "25": 0.2})
    assert means(PAIR)["Surprise"] == pytest.approx({"6": 0.1, "12": 0.15, "25": 0.2})


def test_an_emotion_without_scores_is_zero_or_empty() -> None:
    assert means(PAIR)["Anger"] == {"6": 0.0, "12": 0.0, "25": 0.0}
    assert means(PAIR, "sum")["Anger"] == {"6": 0.0, "12": 0.0, "25": 0.0}
    assert means(PAIR, "share")["Anger"] == {}


@given(images, st.integers(2, 5))
def test_sums_grow_with_the_number_of_images_and_means_do_not_e0_10(
    rows: list[tuple[str, list[float]]], times: int
) -> None:
    once, often = samples_of(rows), samples_of(rows * times)
    assert_close(means(often), means(once))
    grown = {
        emotion: {code: times * value for code, value in row.items()}
        for emotion, row in means(once, "sum").items()
    }
    assert_close(means(often, "sum"), grown)


def test_a_thousand_images_give_sums_that_table_2_cannot_hold_e0_10() -> None:
    """AU25 leads by far; the printed table tops at .4294 and has no AU25."""
    found = synthesise(1000, seed=10).samples
    sums = means(found, "sum")
    assert sum(next(iter(row)) == "25" for row in sums.values()) >= 3
    assert max(row["25"] for row in sums.values()) > 50 * 0.4294
    tops = {next(iter(row)) for row in means(found).values()}
    assert "25" not in tops


@given(images)
def test_means_of_one_unit_add_up_to_at_most_1_s0_027(rows: list[tuple[str, list[float]]]) -> None:
    whole = [(text, [one / (sum(own) or 1) for one in own]) for text, own in rows]
    found = means(samples_of(whole))
    for code in found["Fear"]:
        assert math.fsum(found[emotion][code] for emotion in SIX) <= 1 + 1e-12


# -- imbalance -------------------------------------------------------------------------------


def test_ten_copies_of_one_emotion_s0_043() -> None:
    base = synthesise(400, seed=43).samples
    happy = [one for one in base if one.emotion == "Happiness"]
    skewed = [*base, *happy * 9]
    # Algorithm 1 drops copies: nothing changes.
    assert shares(skewed, "first") == shares(base, "first")
    assert_close(shares(skewed), shares(base))
    # The raw sums of those images grow tenfold.
    ten = {code: 10 * value for code, value in means(happy, "sum")["Happiness"].items()}
    assert means(happy * 10, "sum")["Happiness"] == pytest.approx(ten)
    # The means shift toward the emotion: no unit loses, those that both groups show gain.
    before, after = means(base)["Happiness"], means(skewed)["Happiness"]
    assert after.keys() == before.keys()
    assert all(after[code] >= before[code] - 1e-12 for code in before)
    assert after["25"] > before["25"] + 0.05
    assert means(skewed)["Sadness"]["25"] < means(base)["Sadness"]["25"]


# -- the fast path ---------------------------------------------------------------------------

SETTINGS = [
    (1, {"variant": "used"}),
    (1, {"variant": "first"}),
    (2, {"reading": "mean"}),
    (2, {"reading": "sum"}),
    (2, {"reading": "share"}),
]


def plain(samples: list[Sample], algorithm: int, options: dict[str, str]) -> Contributions:
    return (shares if algorithm == 1 else means)(samples, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(("algorithm", "options"), SETTINGS)
@settings(max_examples=60)
@given(rows=images)
@example(rows=[])
@example(rows=[("null", [0.5] * 6)])
@example(rows=[("12", [0.0] * 6)])
def test_tabulate_equals_the_plain_functions(
    algorithm: int, options: dict[str, str], rows: list[tuple[str, list[float]]]
) -> None:
    samples = samples_of(rows)
    fast = tabulate(*arrays_of(samples), algorithm, **options)  # type: ignore[arg-type]
    assert_close(fast, plain(samples, algorithm, options))
    for row in fast.values():
        assert list(row.values()) == sorted(row.values(), reverse=True)


@pytest.mark.parametrize(("algorithm", "options"), SETTINGS)
def test_tabulate_on_realistic_labels(algorithm: int, options: dict[str, str]) -> None:
    made = synthesise(3000, seed=26)
    texts, rows = made.columns()
    fast = tabulate(texts, np.array(rows), algorithm, **options)  # type: ignore[arg-type]
    assert_close(fast, plain(list(made.samples), algorithm, options))


def test_tabulate_of_the_toy_s0_026() -> None:
    fast = tabulate(*arrays_of(SWAPPED), variant="first")["Happiness"]
    assert fast == pytest.approx({"12": 0.5, "25": 6 / 22, "6": 5 / 22})


def test_tabulate_names_the_image_with_a_bad_score() -> None:
    for bad in (-0.5, math.nan, math.inf):
        matrix = np.full((3, 6), 0.1)
        matrix[1, 4] = bad
        with pytest.raises(EmotionError, match="Image 2 has a score that is not a number of at"):
            tabulate(["12"] * 3, matrix)


def test_tabulate_says_which_shape_it_needs() -> None:
    with pytest.raises(EmotionError, match=r"shape \(2, 7\), but 2 annotations need \(2, 6\)"):
        tabulate(["12", "6"], np.zeros((2, 7)))


def test_tabulate_refuses_a_text_that_is_no_score() -> None:
    with pytest.raises(NotationError, match="12X"):
        tabulate(["6", "1+12X"], np.zeros((2, 6)))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: shares(TOY, "frist"), r"'frist' is not a variant of Algorithm 1\. .*first"),  # type: ignore[arg-type]
        (lambda: means(TOY, "meen"), r"'meen' is not a reading of Algorithm 2\. .*mean"),  # type: ignore[arg-type]
        (lambda: tabulate([], np.zeros((0, 6)), variant="x"), "'x' is not a variant"),  # type: ignore[call-overload]
        (lambda: tabulate([], np.zeros((0, 6)), 2, reading="x"), "'x' is not a reading"),  # type: ignore[call-overload]
        (lambda: tabulate([], np.zeros((0, 6)), 3), r"There is no algorithm 3\. Use 1 or 2"),  # type: ignore[arg-type]
    ],
)
def test_unknown_choices_name_the_known_ones(call: Callable[[], object], words: str) -> None:
    with pytest.raises(EmotionError, match=words):
        call()
