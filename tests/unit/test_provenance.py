"""Where the entries of Table 3 come from; expected values from S0-045 and E0-40."""

from __future__ import annotations

import pytest

from fau_teach.emotion import SIX, EmotionError, counter_evidence, exclusive, support, table

# E0-40, and the rows of Tables 1 and 2 that it rests on (S0-028 to S0-040).
BARE = {"Happiness": {"14", "27"}, "Anger": {"5", "22"}, "Disgust": {"7"}}
AGAINST = {
    "2": {
        ("dong1", "Happiness", 0.0565),
        ("dong2", "Happiness", 0.1746),
        ("dong2", "Fear", 0.1674),
    },
    "6": {("dong2", "Sadness", 0.1621)},
    "7": {("dong2", "Anger", 0.2604), ("dong2", "Sadness", 0.1490)},
    "12": {
        ("dong1", "Surprise", 0.0683),
        ("dong1", "Anger", 0.0506),
        ("dong1", "Fear", 0.0997),
        ("dong1", "Disgust", 0.0488),
        ("dong1", "Sadness", 0.0566),
    },
    "16": {("dong2", "Fear", 0.1813)},
    "20": set(),
    "22": set(),
    "23": set(),
    "24": {("dong2", "Sadness", 0.1467)},
    "28": {("dong2", "Sadness", 0.1598)},
    "43": set(),
}


def test_entries_without_visible_support_s0_045_e0_40() -> None:
    found = {
        emotion: {one.code for one in row if not one.supported}
        for emotion, row in support("dong").items()
    }
    assert found == {emotion: BARE.get(emotion, set()) for emotion in SIX}


def test_every_entry_of_table_3_is_traced_s0_045() -> None:
    rows = support()
    assert {emotion: {one.code for one in row} for emotion, row in rows.items()} == {
        emotion: set(own.codes) for emotion, own in table("dong").sets.items()
    }
    assert sum(len(row) for row in rows.values()) == 41
    assert [one.code for one in rows["Anger"]] == ["4", "5", "9", "10", "16", "22", "23"]


def test_ranks_of_one_supported_entry_s0_028_s0_035() -> None:
    (smile,) = (one for one in support()["Happiness"] if one.code == "12")
    assert smile.ranks == {"dong1": 2, "dong2": 1}
    assert smile.supported
    assert smile.exclusive


def test_counter_evidence_against_exclusive_units_s0_055_e0_40() -> None:
    assert {code: set(cells) for code, cells in counter_evidence().items()} == AGAINST
    assert list(counter_evidence()) == sorted(AGAINST, key=int)


def test_only_20_23_and_43_are_confirmed_e0_40() -> None:
    confirmed = {
        one.code
        for row in support().values()
        for one in row
        if one.exclusive and one.supported and not one.elsewhere
    }
    assert confirmed == {"20", "23", "43"}


def test_au7_has_it_the_wrong_way_round_e0_40() -> None:
    (lids,) = (one for one in support()["Disgust"] if one.code == "7")
    assert lids.exclusive
    assert not lids.supported
    assert {name for _, name, _ in lids.elsewhere} == {"Anger", "Sadness"}


def test_a_listed_emotion_is_no_counter_evidence() -> None:
    """AU4 stands in four rows of Table 3: only the other two could speak against it."""
    for row in support().values():
        for one in row:
            listed = {name for name, own in table("dong").sets.items() if one.code in own.codes}
            assert not listed & {name for _, name, _ in one.elsewhere}


def test_another_table_can_be_held_against_the_data() -> None:
    """S2-047 to S2-053: contempt is no emotion of Tables 1 and 2, so nothing can support it."""
    rows = support(table("imotions"))
    assert set(rows) == set(table("imotions").sets)
    assert not any(one.supported for one in rows["Contempt"])
    assert set(counter_evidence("imotions")) == set().union(*exclusive("imotions").values())


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(EmotionError, match="'dongg'"):
        support("dongg")
