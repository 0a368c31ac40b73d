"""FACS notation: every dialect of the public label files, refusals, doubts, round trips.

The strings have the shape of the data sets' labels; none is copied from one.
"""

from __future__ import annotations

import pickle
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fau_teach._data import read_csv
from fau_teach.facs import (
    Choice,
    Item,
    NotationError,
    Score,
    format,  # noqa: A004
    listed_codes,
    parse,
)
from fau_teach.facs.records import exclusions, intensities
from fau_teach.facs.score import LETTERS, LIPS, SIDES, canonical

CODES = sorted({row["code"] for row in read_csv("facs/aus.csv")})

# ---------------------------------------------------------------- dialects

ITEMS = [
    ("12", Item("12")),
    ("1", Item("1")),
    ("r18", Item("18", side="R")),  # CAS(ME)^3 A has one lower-case side
    ("L12", Item("12", side="L")),  # RAF-AU, S0-023
    ("U4", Item("4", side="U")),
    ("A12", Item("12", side="A")),
    ("T23", Item("23", lip="T")),  # RAF-AU
    ("B22", Item("22", lip="B")),  # B before the number: bottom lip
    ("22B", Item("22", intensity=("B",))),  # B behind the number: slight
    ("B22B", Item("22", lip="B", intensity=("B",))),
    ("LT23", Item("23", side="L", lip="T")),
    ("AD19", Item("19")),  # RAF-AU; one public loader crashes on it
    ("AU12", Item("12")),  # 4DME
    ("au 6", Item("6")),
    ("AU06", Item("6")),
    ("LAU12", Item("12", side="L")),
    ("AAU12", Item("12", side="A")),
    ("M59", Item("M59")),
    ("m59c", Item("M59", intensity=("C",))),
    ("R14A", Item("14", side="R", intensity=("A",))),  # SAMM: right, 14, trace
    ("43E", Item("43", intensity=("E",))),
    ("43e", Item("43", intensity=("E",))),
    ("5B/C", Item("5", intensity=("B", "C"))),
    ("5C/B", Item("5", intensity=("B", "C"))),
    ("12:3", Item("12", intensity=("3",))),  # DISFA's scale
    ("12 = 0", Item("12", intensity=("0",))),
    ("12:2/3", Item("12", intensity=("2", "3"))),
    ("13?", Item("13", uncertain=True)),  # CAS(ME)^3 C
    ("13 ？", Item("13", uncertain=True)),
    ("12(k)", Item("12", remark="k")),  # 4DME
    ("12C ( very  weak )", Item("12", intensity=("C",), remark="very weak")),
    ("12?(k)", Item("12", uncertain=True, remark="k")),
    ("12(k)?", Item("12", uncertain=True, remark="k")),
    ("12（a+b, c）", Item("12", remark="a+b, c")),
    ("１２Ｃ", Item("12", intensity=("C",))),
]


@pytest.mark.parametrize(("text", "item"), ITEMS, ids=[text for text, _ in ITEMS])
def test_an_item_is_read_in_full(text, item):
    score = parse(text)
    assert score.entries == (item,)
    assert (score.state, score.raw) == ("scored", text)


def codes_in_order(text):
    return [entry.label for entry in parse(text).entries]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("1+L2+25", ["1", "L2", "25"]),  # the acceptance string of S0-023
        ("15+B22+17", ["15", "B22", "17"]),  # RAF-AU: unsorted
        ("26+26", ["26", "26"]),  # RAF-AU: duplicates
        ("12 ", ["12"]),  # RAF-AU: trailing space behind a lone code
        ("AD19+L10+T23+43", ["19", "L10", "T23", "43"]),
        ("L12+R12", ["L12", "R12"]),  # CAS(ME)^3 A: both sides of one AU
        ("4,7", ["4", "7"]),  # CAS(ME)^3 C
        ("10，12,", ["10", "12"]),  # CAS(ME)^3 C: full-width and trailing comma
        ("41,44，45", ["41", "44", "45"]),
        ("4+R14A", ["4", "R14"]),  # SAMM
        ("AU1 + AU2 + AU14", ["1", "2", "14"]),  # SAMM: spaces around +
        ("AU4+AU7(k)", ["4", "7"]),  # 4DME
        ("2:1+5:4+25:0", ["2", "5", "25"]),  # DISFA levels
        ("12\n+25", ["12", "25"]),  # a line break in a spreadsheet cell
        ("\ufeff12\xa0＋\u300025", ["12", "25"]),
    ],
)
def test_dialects_keep_every_code_in_order(text, labels):
    assert codes_in_order(text) == labels


def test_or_is_a_choice_and_binds_tighter_than_plus():
    # SAMM has "or" between AUs; a parser that keeps digits only reads 1215.
    score = parse("4 + 12C or L15 + 17")
    assert score.entries == (
        Item("4"),
        Choice((Item("12", intensity=("C",)), Item("15", side="L"))),
        Item("17"),
    )
    assert score.codes == {"4", "17"}
    assert score.possible_codes == {"4", "12", "15", "17"}
    assert [item.code for item in score.items] == ["4", "17"]
    assert score.entries[1].label == "12 or L15"


@pytest.mark.parametrize("text", ["12or15", "12 OR 15", "15 or 12", "12  or  15 "])
def test_a_choice_is_read_with_any_spacing_case_and_order(text):
    assert format(text) == "12 or 15"


@pytest.mark.parametrize("text", ["null", "NULL", " none ", "0"])
def test_null_and_bare_zero_mean_none(text):
    score = parse(text)
    assert (score.state, score.entries, score.codes) == ("none", (), frozenset())
    assert format(score) == "null"


@pytest.mark.parametrize("text", ["?", "", "  ", "\t\n", "？"])
def test_question_mark_and_blank_mean_unknown(text):
    score = parse(text)
    assert (score.state, score.entries) == ("unknown", ())
    assert format(score) == "?"


def test_nine_is_code_9_unless_a_loader_says_unknown():
    assert parse("9").codes == {"9"}
    assert parse("9", unknown=("9",)).state == "unknown"  # BP4D
    assert parse("9+12", unknown=("9",)).codes == {"9", "12"}
    assert parse("999", unknown="999").state == "unknown"  # EmotioNet
    assert parse("0", unknown=("0",)).state == "unknown"
    assert parse("-", none=("-",)).state == "none"
    with pytest.raises(NotationError):
        parse("999")


def test_parse_asks_for_text():
    with pytest.raises(TypeError, match="not 12"):
        parse(12)


# ---------------------------------------------------------------- canonical form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("15+b22+17", "15+17+B22"),
        ("26+26", "26"),
        ("r12+l12", "L12+R12"),
        ("B28+T28", "T28+B28"),
        ("au12c,AD19", "12C+19"),
        ("12+6+2+1", "1+2+6+12"),
        ("61+M61+M59+4", "4+M59+61+M61"),
        ("5C/B", "5B/C"),
        ("12=3+4", "4+12:3"),
        ("12 ( k ) ?", "12?(k)"),
        ("15 or 12+4", "4+12 or 15"),
        ("12 or 12", "12"),
        ("12B+12C+12B", "12B+12C"),
        ("59", "M59"),
        ("007", "7"),
    ],
)
def test_canonical_form(text, form):
    assert format(text) == form
    assert format(form) == form
    assert str(parse(text)) == form


def test_looks_are_short():
    score = parse("l12c+25 or 26")
    assert repr(score) == "Score('L12C+25 or 26')"
    assert repr(score.entries[0]) == "Item('L12C')"
    assert repr(score.entries[1]) == "Choice('25 or 26')"
    assert [str(entry) for entry in score] == ["L12C", "25 or 26"]


def test_items_know_where_they_stood():
    score = parse(" 4 + r18b or 12")
    assert [(e.position, str(e)) for e in score] == [(2, "4"), (6, "R18B or 12")]
    assert score.entries[0].raw == "4"
    assert score.entries[1].options[0].raw == "r18b"


def test_letters_are_levels_one_to_five():
    # S2-062: A < B < C < D < E stand for 1 to 5.
    assert {letter: Item("12", intensity=(letter,)).grades[0] for letter in "ABCDE"} == {
        letter: level for letter, (level, _) in intensities().items()
    }
    assert Item("12", intensity=("B", "C")).grades == (2, 3)
    assert Item("12", intensity=("0",)).grades == (0,)
    assert Item("12").grades == ()


@pytest.mark.parametrize(
    "parts",
    [
        {"code": "AU12"},
        {"code": "0"},
        {"code": "12", "side": "X"},
        {"code": "12", "lip": "L"},
        {"code": "12", "intensity": ("C", "B")},
        {"code": "12", "intensity": ("B", "3")},
        {"code": "12", "intensity": ("F",)},
        {"code": "12", "remark": "a(b"},
        {"code": "12", "remark": " a"},
    ],
)
def test_an_item_cannot_hold_what_cannot_be_written(parts):
    with pytest.raises(ValueError):
        Item(**parts)


def test_a_choice_needs_two_options():
    with pytest.raises(ValueError, match="two options"):
        Choice((Item("12"),))


# ---------------------------------------------------------------- refusals

REFUSALS = [
    # text, position, part of the reason, suggestion
    ("1+2X", 4, "'X' is not an intensity", "1+2C"),
    ("1+2XYZ", 4, "'XYZ' is not an intensity", "1+2C"),
    ("L12F", 4, "'F' is not an intensity", "L12C"),
    ("12CX", 4, "'X' is not an intensity", "12C"),
    ("12L", 3, "'L' stands behind the number", "L12"),
    ("22t", 3, "'t' stands behind the number", "T22"),
    ("12CD", 4, "second intensity", "12C/D"),
    ("12:3B", 5, "second intensity", "12:3"),
    ("12 C", 4, "a space stands before the intensity", "12C"),
    ("12?C", 4, "something stands before the intensity", "12C?"),
    ("12:7", 3, "no grade from 0 to 5", "12:3"),
    ("12:25", 3, "no grade from 0 to 5", "12:3"),
    ("4+12:", 5, "no grade from 0 to 5", "4+12:3"),
    ("12 15", 4, "a separator is missing before '1'", "12+15"),
    ("12  15 17", 5, "a separator is missing", "12+15+17"),
    ("12B22", 4, "a separator is missing", "12B+22"),
    ("12M59", 3, "a separator is missing", "12+M59"),
    ("12L15", 3, "a separator is missing", "12+L15"),
    ("12/15", 3, "'/' does not join codes", "12 or 15"),
    ("4-7-9", 2, "'-' does not join codes", "4+7+9"),
    ("1+2;4", 4, "';' does not join codes", "1+2+4"),
    ("12(k", 3, "a remark is not closed", "12"),
    ("12(a)(b)", 6, "second one", "12(a)"),
    ("X12", 1, "'X' is not a prefix", "12"),
    ("4+S12B", 3, "'S' is not a prefix", "4+12B"),
    ("LR12", 1, "'LR' is not a prefix", "L12+R12"),
    ("AUL12", 1, "'AUL' is not a prefix", "L12"),
    ("TL23", 1, "'TL' is not a prefix", "LT23"),
    ("ML59", 1, "'ML' is not a prefix", "LM59"),
    ("smile 12", 1, "'smile' is not a prefix", "12"),
    ("4+L", 3, "no code number follows 'L'", "6+12C"),
    ("smile", 1, "'smile' is not a code", "6+12C"),
    ("+,", 1, "'+' is not a code", "6+12C"),
    ("12 or", 4, "no code follows 'or'", "12"),
    ("or 12", 1, "'or' needs a code", "12"),
    ("12 or +15", 7, "'+' is not a code", "6+12C"),
    ("4+?", 3, "'?' stands for a whole score", "4"),
    ("null+12", 1, "'null' stands for a whole score", "12"),
    ("5,0", 3, "'0' stands for a whole score", "5"),
    ("0C", 1, "no edition of FACS lists '0'", "1C"),
    ("1215", 1, "no edition of FACS lists '1215'", "12+15"),
    ("4+47B", 3, "no edition of FACS lists '47'", "4+46B"),
    ("79", 1, "no edition of FACS lists '79'", "80"),  # nearer than 74
    ("12+M12", 4, "no edition of FACS lists 'M12'", "12+12"),
]


@pytest.mark.parametrize(
    ("text", "position", "reason", "suggestion"), REFUSALS, ids=[case[0] for case in REFUSALS]
)
def test_a_refusal_says_where_why_and_what_instead(text, position, reason, suggestion):
    with pytest.raises(NotationError) as caught:
        parse(text)
    error = caught.value
    assert error.position == position
    assert reason in error.reason
    assert error.suggestion == suggestion


def test_the_message_is_the_one_we_promise():
    with pytest.raises(NotationError) as caught:
        parse("1+2X")
    assert str(caught.value) == (
        "position 4: 'X' is not an intensity in '1+2X'. Use A to E or 0 to 5, for example '1+2C'."
    )
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_unlisted_codes_name_their_neighbours():
    # 47, 48 and 49 are in no edition; 46 is wink and 50 is speech.
    with pytest.raises(NotationError, match="nearest listed codes are 46 and 50"):
        parse("47")


def test_a_long_text_is_quoted_in_part():
    text = "+".join(["12"] * 5000) + "+2X" + "+1" * 5000
    with pytest.raises(NotationError) as caught:
        parse(text)
    assert len(str(caught.value)) < 300
    assert caught.value.suggestion == "2C"
    assert text[caught.value.position - 1] == "X"


def test_a_very_long_number_is_refused_quickly():
    with pytest.raises(NotationError, match="nearest listed code is 98"):
        parse("9" * 20_000)


# ---------------------------------------------------------------- doubts


def warning_in(text):
    return " ".join(parse(text).warnings)


@pytest.mark.parametrize(
    ("one", "other"),
    [(a, str(int(a) + 1)) for a in ("51", "53", "55", "57", "61", "63", "65", "26")],
)
def test_opposites_are_doubted_never_refused(one, other):
    for text in (f"{one}+{other}", f"{other}+{one}"):
        score = parse(text)
        assert score.codes == {one, other}
        assert "stand together" in score.warnings[0]
        assert score.warnings[0].startswith(f"position {len(one) + 2}: ")
    assert parse(one).warnings == ()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("50+25", "speech"),
        ("26+50", "speech"),
        ("27+50", "speech"),
        ("1+70", "hidden brow"),
        ("71+45", "hidden eyes"),
        ("72+12", "hidden lower face"),
        ("6+73", "hidden face"),
        ("74+9", "scorable"),
        ("L23", "has a side"),
        ("RT23", "has a side"),
        ("L22 or 12", "has a side"),
        ("T4", "marks a lip part"),
        ("12+L12", "overlaps"),
        ("L12+U12", "overlaps"),
        ("22+B22", "overlaps"),
        ("12B+12C", "different details"),
        ("26+26", "written twice"),
        ("12 or 12", "same option twice"),
        ("15 or 12+4+15 or 12", "'15 or 12' is written twice"),
        ("12 or 15+15 or 12", "'15 or 12' is written twice"),
        ("12+12 or 12", "'12 or 12' is written twice"),
        ("12:0", "was absent"),
        ("4B/B", "one intensity twice"),
        ("12()", "remark is empty"),
        ("12,,4", "separator too many"),
        ("+12", "separator too many"),
        ("12, ", "separator too many"),
        ("59", "movement M59"),
        ("AD12", "listed as AU12"),
        ("AU19", "listed as AD19"),
    ],
)
def test_doubts_have_a_reason_and_a_place(text, part):
    assert part in warning_in(text)
    assert all(note.startswith("position ") for note in parse(text).warnings)


@pytest.mark.parametrize(
    "text",
    [
        "1+2+5+25+26",
        "L12+R12",
        "L12B+R12D",
        "T23+B23",
        "T22C+B22",
        "51 or 52",
        "26 or 27",
        "50+12",
        "12+70",
        "R46",
        "AD19+AU12",
        "25+26:0+27",
        "A12",
        "12 + 15",
    ],
)
def test_what_is_fine_raises_no_doubt_about_pairs(text):
    assert not any("together" in note or "overlap" in note for note in parse(text).warnings)
    if ":0" not in text:
        assert parse(text).warnings == ()


def test_every_rule_of_the_table_is_heard():
    for rule in exclusions():
        if rule.kind == "lip_part":
            continue
        for code in rule.codes:
            for other in rule.others:
                assert rule.reason in warning_in(f"{code}+{other}"), (code, other)


def test_absent_codes_are_not_counted():
    assert parse("12:0+4:2").codes == {"4"}
    assert parse("12:0 or 4").possible_codes == {"4"}


def test_listed_codes_come_from_the_catalogue():
    assert listed_codes() == set(CODES)
    assert {"1", "12", "19", "46", "M59", "98"} <= listed_codes()
    assert not {"0", "47", "59", "99"} & listed_codes()


# ---------------------------------------------------------------- properties

PLAIN_REMARK = st.text(string.ascii_letters + "+,/é？", min_size=1, max_size=6).map(
    lambda text: text.strip()
)


@st.composite
def items(draw):
    scale = draw(st.sampled_from([LETTERS, "012345"]))
    return Item(
        code=draw(st.sampled_from(CODES)),
        side=draw(st.sampled_from(["", *SIDES])),
        lip=draw(st.sampled_from(["", *LIPS])),
        intensity=tuple(sorted(draw(st.sets(st.sampled_from(scale), max_size=3)))),
        uncertain=draw(st.booleans()),
        remark=draw(st.just("") | PLAIN_REMARK),
    )


ENTRIES = st.lists(
    items() | st.lists(items(), min_size=2, max_size=3).map(lambda x: Choice(tuple(x))),
    min_size=1,
    max_size=8,
)


@st.composite
def spelt(draw, item):
    """An item as some coder might write it."""

    def case(text):
        return draw(st.sampled_from([text, text.lower()]))

    space = draw(st.sampled_from(["", " ", "\u3000"]))
    number = item.code
    if item.code[0] != "M":
        number = draw(st.sampled_from(["", "AU", "AD", "au "])) + item.code
    grades = "/".join(item.intensity)
    if grades and grades[0].isdigit():
        grades = f"{space}{draw(st.sampled_from(':=：'))}{grades}"
    tail = [f"{space}{draw(st.sampled_from('?？'))}"] * item.uncertain
    tail += [f"{space}({space}{item.remark} )"] * bool(item.remark)
    order = draw(st.permutations(tail))
    return "".join(
        [case(item.side), space * bool(item.side), case(item.lip), case(number), case(grades)]
    ) + "".join(order)


@st.composite
def written(draw):
    entries = draw(ENTRIES)
    texts = []
    for entry in entries:
        options = entry.options if isinstance(entry, Choice) else (entry,)
        texts.append(draw(st.sampled_from([" or ", " OR "])).join(draw(spelt(i)) for i in options))
    joined = texts[0]
    for text in texts[1:]:
        joined += draw(st.sampled_from(["+", " + ", ",", "， ", "＋"])) + text
    return tuple(entries), joined + draw(st.sampled_from(["", " ", ",", " ，"]))


@settings(deadline=None, max_examples=300)
@given(written())
def test_whatever_a_coder_writes_is_read_as_meant(pair):
    entries, text = pair
    score = parse(text)
    assert score.entries == entries
    assert score.raw == text


@settings(deadline=None, max_examples=300)
@given(ENTRIES)
def test_the_round_trip_is_lossless_and_formatting_is_idempotent(entries):
    score = Score("", tuple(entries), "scored")
    form = format(score)
    again = parse(form)
    assert again.content == again.entries == score.content
    assert format(again) == form
    # Nothing is lost: every item is still there, and nothing is new.
    assert {str(i) for e in entries for i in getattr(e, "options", (e,))} == {
        str(i) for e in again for i in getattr(e, "options", (e,))
    }
    assert again.possible_codes == score.possible_codes


@settings(deadline=None, max_examples=200)
@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_canonical_form_does_not_depend_on_order(entries, random):
    shuffled = list(entries)
    random.shuffle(shuffled)
    assert canonical(shuffled) == canonical(entries)


def read(text):
    try:
        return parse(text)
    except NotationError as error:
        return error


TANGLE = st.text("LRUATBMDXlro0123456789AE+,，?？()/ :=.-\n²", max_size=25)


@settings(deadline=None, max_examples=1000)
@example("²")
@example("12²")
@example("İ12")
@example("ſ12")
@given(st.text(max_size=40) | TANGLE)
def test_any_text_is_read_or_refused_with_place_and_remedy(text):
    found = read(text)
    if isinstance(found, NotationError):
        assert 1 <= found.position <= len(text)
        assert found.reason
        assert found.advice
        parse(found.suggestion)
    else:
        assert parse(format(found)).content == found.content
        assert parse(format(found)).state == found.state
        assert format(format(found)) == format(found)
