"""Checks of the source inventory and the errata that chapter 3 owes, one test each."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from fau_teach import agreement, coding, emotion, sources
from fau_teach.coding import Event

SIX = ("Happiness", "Disgust", "Sadness", "Fear", "Anger", "Surprise")
LABEL_SETS = [set(some) for size in range(1, 7) for some in combinations(SIX, size)]
CLIPS = [("1+2", "1+2+5"), ("4", "4"), ("6+12", "12"), ("4+7", "9")]


def event(aus: str, onset: int, offset: int, apex: int | None = None) -> Event:
    return Event("a", "s", "clip", 30, onset, apex, offset, aus)


def both(*sets: set[str] | str) -> tuple[float, float]:
    """The index as printed and as used."""
    printed, used = (agreement.index(*sets, variant=name).value for name in ("printed", "used"))
    assert printed is not None
    assert used is not None
    return printed, used


def test_S0_095_six_basic_emotions() -> None:
    assert set(emotion.label_spaces()["six"]) == set(SIX)
    for name in SIX:
        assert coding.classes(name.upper()).six == name


def test_S0_096_four_classes_from_six() -> None:
    found = {name: coding.classes(name).four for name in SIX}
    negative = dict.fromkeys(("Disgust", "Sadness", "Fear", "Anger"), "Negative")
    assert found == {"Happiness": "Positive", "Surprise": "Surprise", **negative}
    assert coding.classes("others").four == "Others"


@pytest.mark.parametrize(
    "label", [*SIX, "contempt", "Others", "positive", "", " ", "?", "glee", "∅"]
)
def test_S0_097_the_mapper_is_total_and_never_raises(label: str) -> None:
    found = coding.classes(label)
    for space, value in (("six", found.six), ("four", found.four), ("three", found.three)):
        assert value is None or value in emotion.label_spaces()[space]
    assert found.reason or None not in (found.six, found.four, found.three)


def test_S0_097_a_negative_flash_inside_a_smile_needs_review() -> None:
    smile, flash = event("6+12", 10, 100), event("9", 40, 48, 44)
    (found,) = coding.mixed([smile, flash])
    assert (found.inner, found.outer) == (flash, smile)
    assert found.fused.review
    assert "nasty-nice" in found.fused.reason
    assert not coding.mixed([smile, flash.but(onset=120, apex=124, offset=128)])


def test_S0_098_27_cases_of_three_conditions() -> None:
    table = coding.truth_table()
    cases = {(one.au, one.material, one.self_report): one.fused for one in table}
    assert set(cases) == set(product(("positive", "negative", "none"), repeat=3))
    assert len(table) == 27
    for said, found in cases.items():
        votes = set(said) - {"none"}
        if len(votes) == 2:  # conflict: never without a person
            assert found.review
        if len(set(said)) == 1 and votes:  # all agree
            assert (found.label, found.confidence, found.review) == (said[0], "high", False)
    assert sum(len(set(said) - {"none"}) == 2 for said in cases) == 12


def test_S0_099_a_frown_with_a_blink_is_left_out_and_an_isolated_one_kept() -> None:
    planted, blink, alone = event("4", 20, 30), event("45", 24, 30), event("4", 200, 215)
    events = (planted, blink, alone)
    found = coding.habits(events)
    assert [(one.event, one.code, one.cause) for one in found] == [(planted, "4", blink)]
    assert coding.for_emotion(planted, found).codes == frozenset()
    assert coding.for_emotion(alone, found).codes == {"4"}
    # Left out of one inference, never deleted.
    assert [one.codes for one in events] == [{"4"}, {"45"}, {"4"}]


def test_S0_100_a_triangle_of_10_20_35() -> None:
    rise = [frame / 10 for frame in range(11)]
    fall = [1 - frame / 15 for frame in range(1, 16)]
    curve = [0.0] * 10 + rise + fall + [0.0] * 10
    (found,) = coding.key_frames(curve, 25, 0.05)
    assert found.onset == pytest.approx(10, abs=1)
    assert found.apex == 20
    assert found.offset == pytest.approx(35, abs=1)
    exact = Event("a", "s", "clip", 25, 10, 20, 35, "12").duration
    assert exact is not None
    assert exact.frames == 25
    assert exact.ms == 1000 * 25 / 25


def test_S0_103_printed_and_used_index_of_three_pairs() -> None:
    assert both({"H"}, {"H"}) == (2, 1)
    assert both({"H", "S"}, {"H", "D"}) == pytest.approx((2 / 3, 1 / 2))
    assert both({"H", "S", "F"}, {"H", "S"}) == pytest.approx((4 / 3, 4 / 5))


def test_S0_103_all_pairs_of_label_sets() -> None:
    pairs = [both(one, two) for one, two in product(LABEL_SETS, repeat=2)]
    assert len(pairs) == 63**2
    assert sum(printed > 1 for printed, _ in pairs) == 675
    assert round(100 * 675 / len(pairs), 1) == 17.0
    assert max(used for _, used in pairs) == 1


def test_S0_104_kappa_and_pooled_index() -> None:
    first, second = "PPPNNNSSOO", "PPNNNNSOOO"
    observed = agreement.percent(first, second).value
    chance = sum(first.count(one) * second.count(one) for one in "PNSO") / 100
    assert (observed, chance) == pytest.approx((0.80, 0.26))
    assert agreement.kappa(first, second).value == pytest.approx(0.730, abs=5e-4)
    assert agreement.pooled_index(CLIPS).value == pytest.approx(8 / 13)
    assert agreement.pooled_index(CLIPS, variant="printed").value == pytest.approx(8 / 9)


def test_E0_07_the_printed_index_reaches_n_and_the_used_one_stays_a_share() -> None:
    assert "Σ|C_i|" in sources.erratum("E0-07").used
    for coders in (2, 3, 4):
        assert both(*[{"H", "S"}] * coders) == (coders, 1)
    # What two of three share does not count, and the measure says so.
    one = agreement.index({"H"}, {"H"}, {"D"})
    assert one.value == 0
    assert "partial agreement" in one.note


def test_E0_07_all_triples_of_label_sets() -> None:
    """24,399 of 63³ triples exceed 1 as printed (9.8 %), in arithmetic of our own."""
    masks = range(1, 64)
    size = [bin(mask).count("1") for mask in range(64)]
    above = 0
    for one, two in product(masks, repeat=2):
        shared, either = one & two, one | two
        above += sum(3 * size[shared & mask] > size[either | mask] for mask in masks)
    assert above == 24_399
    assert round(100 * above / 63**3, 1) == 9.8
    # The same arithmetic on pairs is what the package computes.
    assert (
        sum(2 * size[one & two] > size[one | two] for one, two in product(masks, repeat=2)) == 675
    )


def test_E0_28_others_is_none_of_the_six() -> None:
    entry = sources.erratum("E0-28")
    assert "cannot" in entry.used
    assert "can be" in entry.printed
    found = coding.classes("others")
    assert (found.six, found.four, found.three) == (None, "Others", None)
    assert "E0-28" in found.reason
    assert "printed" in coding.classes("others", "printed").reason


def test_SX_02_contempt_has_no_place_among_six_and_others() -> None:
    seven, other = (emotion.label_spaces()[name] for name in ("seven_contempt", "seven_others"))
    assert set(seven) & set(other) == set(SIX)
    with pytest.raises(emotion.EmotionError, match="no counterpart"):
        emotion.convert("contempt", "seven_contempt", "seven_others")
    found = coding.classes("contempt")
    assert (found.six, found.four, found.three) == (None, None, None)
