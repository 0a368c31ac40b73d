"""AU-emotion explorer: what the page looks up is what the package infers."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach import emotion, facs
from fau_teach.widgets import FIGURES, AUEmotionExplorer
from fau_teach.widgets.explorer import CASES, explorer_codes, explorer_data, sides_of

DATA: dict[str, Any] = explorer_data()
STATES = st.dictionaries(st.sampled_from(explorer_codes()), st.sampled_from("BLR"))


def scored(sides: dict[str, str]) -> list[str]:
    return [f"{'' if side == 'B' else side}{code}" for code, side in sides.items()]


def looked_up(sides: dict[str, str], variant: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Rules that fire, as the module in the browser finds them: id, target, AUs."""
    found = []
    for rule in DATA["rules"]:
        key = "+".join(code for code in rule["codes"] if code in sides)
        if aus := rule["fires"][variant].get(key):
            found.append((rule["rule_id"], rule["target"], tuple(aus.split("+"))))
    return found


def ids(codes: Any, variant: str = "used") -> list[str]:
    return [rule for rule, _, _ in looked_up(dict.fromkeys(map(str, codes), "B"), variant)]


def test_every_AU_of_a_table_or_rule_can_be_switched_on() -> None:
    # S0-053: the union of Table 3 holds 22 AUs; S2 and the rules add none.
    assert " ".join(explorer_codes()) == (
        "1 2 4 5 6 7 9 10 12 14 15 16 17 20 22 23 24 25 26 27 28 43"
    )
    rows = {code: (name, half) for code, name, half in DATA["aus"]}
    assert rows["12"] == (facs.au("12").name, "lower")
    assert {half for _, half in rows.values()} == {"upper", "lower"}


@pytest.mark.parametrize("variant", ["used", "printed"])
@given(sides=STATES)
def test_S0_116_rules_looked_up_are_the_rules_that_fire(
    variant: Literal["used", "printed"],
    sides: dict[str, str],
) -> None:
    fired = emotion.fire(scored(sides), variant)
    assert looked_up(sides, variant) == [(one.rule_id, one.target, one.aus) for one in fired]
    assert all(one.certain for one in fired)
    clashes = {tuple(pair) for pair in DATA["clashes"]}
    targets = [target for _, target, _ in looked_up(sides, variant)]
    pairs = {
        frozenset((one, two))
        for i, one in enumerate(targets)
        for two in targets[i + 1 :]
        if (one, two) in clashes
    }
    assert pairs == set(map(frozenset, emotion.conflicts(fired)))


@given(sides=STATES)
def test_S2_055_sets_looked_up_are_the_matches(sides: dict[str, str]) -> None:
    for table in DATA["tables"]:
        matches = emotion.match(scored(sides), table["id"])
        expected = {match.emotion: (set(match.matched), match.note) for match in matches}
        found, notes = {}, []
        for row in table["sets"]:
            matched, note = {code for code in row["codes"] if code in sides}, ""
            if "by_side" in row:
                key = "".join(sides.get(code, "-") for code in row["codes"])
                joined, note = row["by_side"][key]
                matched = set(filter(None, joined.split("+")))
                notes.append(note)
            if matched:
                found[row["emotion"]] = (matched, note)
        assert found == expected
        nothing = table["nothing"] if sides else table["empty"]
        reason = " ".join(filter(None, ["" if found else nothing, *notes]))
        assert reason == matches.reason


def test_S0_116_rules_on_the_complete_rows() -> None:
    dong = {name: own.codes for name, own in emotion.table("dong").sets.items()}
    printed = {name: ids(codes, "printed") for name, codes in dong.items()}
    assert printed == {
        "Happiness": ["1"],
        "Surprise": ["2"],
        "Anger": ["3", "4", "7a"],
        "Fear": ["3", "5", "7a"],
        "Disgust": ["3", "6"],
        "Sadness": ["3", "7b"],
    }
    assert ids([1, 2, 4, 5, 7, 20, 26], "printed") == ["2", "3", "6", "7a"]  # S2-050
    assert ids([9, 15, 16], "printed") == ["4"]  # S2-052
    assert ids([12, 14], "printed") == ["1"]  # S2-053


def test_E0_03_E0_24_the_switch_drops_rule_7a_and_adds_ours() -> None:
    assert ids([4, 5], "printed") == ["3", "7a"]
    assert ids([4, 5], "used") == ["3"]
    assert ids([20], "printed") == []
    assert ids([20], "used") == ["ours20"]


def test_E2_18_contempt_needs_one_side() -> None:
    row = next(row for row in DATA["tables"][1]["sets"] if "by_side" in row)
    assert (row["emotion"], row["codes"], len(row["by_side"])) == ("Contempt", ["12", "14"], 16)
    assert row["by_side"]["RR"] == row["by_side"]["LL"] == ["12+14", ""]
    joined, note = row["by_side"]["BB"]
    assert joined == ""
    assert note.startswith("Contempt counts on one side of the face only")
    assert "+" not in row["by_side"]["LR"][0]


def test_E0_42_pairs_that_no_face_shows() -> None:
    assert {frozenset(pair[:2]) for pair in DATA["impossible"]} == {
        frozenset({"24", "25"}),
        frozenset({"26", "27"}),
    }


def test_presets_hold_the_cases_and_every_complete_row() -> None:
    cases, *rows = DATA["presets"]
    assert [score for score, _, _ in cases["items"]] == [
        "6+12", "1+4+15", "R12+R14", "12+14", "4+5+7+23", "1+2+4+5+7+20+26", "24+25",
    ]  # fmt: skip
    for group, table in zip(rows, emotion.tables(), strict=True):
        for (label, sides, _), own in zip(group["items"], table.sets.values(), strict=True):
            assert label.startswith(own.emotion)
            assert set(sides) == own.codes
            assert set(sides.values()) == ({"R"} if own.one_sided else {"B"})


def test_S2_055_notes_of_the_cases_are_true() -> None:
    def best(score: str, table: str) -> tuple[str, ...]:
        return emotion.match(score, table).best

    notes = {case.score: case.note for case in CASES}
    for score, leader in (("6+12", "Happiness"), ("1+4+15", "Sadness"), ("4+5+7+23", "Anger")):
        assert best(score, "dong") == best(score, "imotions") == (leader,)
        assert notes[score].startswith(f"{leader} leads both tables")
    assert emotion.containing(["1", "4", "15"], "dong") == ("Disgust", "Sadness")
    assert ids([1, 4, 15]) == ["3"]
    assert best("R12+R14", "imotions") == ("Contempt",)
    assert "Contempt" not in emotion.table("dong").sets
    assert "Contempt" not in {match.emotion for match in emotion.match("12+14", "imotions")}
    assert ids([4, 5, 7, 23]) == ["3", "4", "6"]
    assert ids([4, 5, 7, 23], "printed") == ["3", "4", "6", "7a"]
    assert set(ids([1, 2, 4, 5, 7, 20, 26])) >= {"2", "6"}
    assert "5" not in ids([1, 2, 4, 5, 7, 20, 26])
    assert {"24", "25"} <= emotion.table("dong").sets["Disgust"].codes


@pytest.mark.parametrize(
    ("score", "sides"),
    [
        ("R12C+R14", {"12": "R", "14": "R"}),
        ("L12+R12", {"12": "B"}),
        ([12, "L6"], {"6": "L", "12": "B"}),
        ("A12+51", {"12": "B"}),
        ("?", {}),
        ([], {}),
    ],
)
def test_a_score_becomes_sides(score: Any, sides: dict[str, str]) -> None:
    assert sides_of(score) == sides


def test_start_values_and_the_score_read_back() -> None:
    figure = AUEmotionExplorer("R14+R12", "printed", notes_href="notes.html")
    assert figure.score == "R12+R14"
    assert emotion.match(figure.score, "imotions").best == ("Contempt",)
    figure.sides = {"12": "B", "6": "L"}  # as the page sets it
    assert figure.score == "L6+12"
    state = figure.state()
    assert (state["variant"], state["notes_href"]) == ("printed", "notes.html")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"score": "11"}, r"'11' is not an AU of this figure"),
        ({"score": "26 or 27"}, r"leaves a choice open"),
        ({"score": "U12"}, r"U12 names no side\. Use L12 or R12"),
        ({"score": "1+2X"}, r"position 4"),
        ({"variant": "use"}, r"'use' is not a variant of the rules\. Did you mean 'used'\?"),
    ],
)
def test_wrong_arguments_say_what_would_be_right(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AUEmotionExplorer(**arguments)


def test_fallback_tells_leaders_rules_and_conflicts() -> None:
    text = AUEmotionExplorer().fallback_html()
    rows = {
        score: re.findall(r"<td>(.*?)</td>", body)
        for score, body in re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', text)
    }
    # S2-048 and S2-055: Sadness 3/6 in Table 3, 1.0 in the iMotions table.
    assert rows["1+4+15"] == ["Sadness (3/6)", "Sadness (3/3)", "3: negative", "none"]
    assert rows["24+25"][1] == "none"
    assert rows["4+5+7+23"][3] == "Anger against Disgust"
    assert len(rows) >= len(CASES)
    assert "not FACS" in text


def test_registered_small_and_complete() -> None:
    assert FIGURES["explorer"] is AUEmotionExplorer
    assert "function roam" in AUEmotionExplorer.module_text()
    assert len(AUEmotionExplorer().static_html().encode()) < 40_000
    assert json.loads(json.dumps(DATA))
