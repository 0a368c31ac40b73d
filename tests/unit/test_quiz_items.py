"""Quiz items: well formed, with feedback for each option, one right answer, a known source."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fau_teach import anatomy, emotion, facs, sources
from fau_teach._data import read_json

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

import items  # noqa: E402

NAMES = sorted(path.stem for path in (ROOT / "data" / "quiz").glob("*.json"))
ITEMS = [(name, item) for name in NAMES for item in items.quiz(name)]
MADE = [(topic, key) for topic in items.topics() for key in items.keys(topic)]
KINDS = {"single", "multiple", "numeric", "match", "order"}


def of_kind(*kinds: str) -> list[dict]:
    return [item for _, item in ITEMS if item["kind"] in kinds]


def named(value: object) -> str:
    return value["id"] if isinstance(value, dict) else str(value)


def written(identity: str, name: str = "02-au-tables") -> dict:
    return next(item for item in items.quiz(name) if item["id"] == identity)


def right(item: dict) -> set[str]:
    return {option["text"] for option in item["options"] if option["correct"]}


def codes_in(text: str) -> list[str]:
    return re.findall(r"\bAU(\d+)", text)


# -- files


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_has_eight_items_with_names_of_their_own(name: str) -> None:
    names = [item["id"] for item in items.quiz(name)]
    assert len(names) >= 8
    assert len(set(names)) == len(names)


def test_chapters_2_to_6_have_all_kinds_and_chapter_1_the_new_ones() -> None:
    kinds = {name: {item["kind"] for item in items.quiz(name)} for name in NAMES}
    for name in ("02-au-tables", "03-labelling", "04-force-ode", "05-depth-mer", "06-emg"):
        assert kinds[name] == KINDS
    assert {"match", "order"} <= kinds["01-nerves-to-aus"]
    for name in ("01-nerves-to-aus", "02-au-tables", "03-labelling"):
        assert any("generate" in row for row in read_json(f"quiz/{name}.json"))


def test_the_longest_option_is_seldom_the_right_one() -> None:
    """Who picks the longest text each time does hardly better than by chance, one in four."""
    for name in NAMES:
        singles = [item for item in items.quiz(name) if item["kind"] == "single"]
        longest = [
            max(len(one["text"]) for one in item["options"] if not one["correct"])
            < len(*right(item))
            for item in singles
        ]
        assert sum(longest) <= 0.45 * len(singles), name


def test_sources_exist() -> None:
    known = {one.id for one in sources.errata()} | {one.id for one in sources.inventory()}
    text = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    known |= set(re.findall(r"^@\w+\{(\w+),", text, re.MULTILINE))
    for _, item in ITEMS:
        unknown = set(item["source"].split()) - known - {"outside"}
        assert not unknown, item["id"]
    for topic, key in MADE:
        source = items.item(topic, key)["source"]
        assert source.split(), key
        assert set(source.split()) <= known | {"outside"}, key


@pytest.mark.parametrize("item", of_kind("single", "multiple"), ids=named)
def test_choices(item: dict) -> None:
    count = len(right(item))
    assert len(item["options"]) >= 3
    assert count == 1 if item["kind"] == "single" else 1 <= count < len(item["options"])
    texts = [option["text"] for option in item["options"]]
    assert len(set(texts)) == len(texts)
    assert all(len(option["feedback"]) > 15 for option in item["options"])


@pytest.mark.parametrize("item", of_kind("numeric"), ids=named)
def test_numbers(item: dict) -> None:
    assert isinstance(item["answer"], int | float)
    assert len(item["right"]) > 15
    assert len(item["wrong"]) > 15
    answers = [item["answer"], *(trap["answer"] for trap in item.get("traps", []))]
    # No trap may lie where another answer counts.
    for place, one in enumerate(answers):
        for other in answers[place + 1 :]:
            assert abs(one - other) > 2 * item["tolerance"]
    assert all(len(trap["feedback"]) > 15 for trap in item.get("traps", []))


@pytest.mark.parametrize("item", of_kind("match"), ids=named)
def test_pairs(item: dict) -> None:
    partners = [*item["pairs"], *item.get("spare", [])]
    assert len(item["pairs"]) >= 3
    for side, among in (("left", item["pairs"]), ("right", partners)):
        texts = [one[side] for one in among]
        assert len(set(texts)) == len(texts)
    # A menu on a phone cuts longer texts off.
    assert all(len(one["right"]) <= 40 for one in partners)
    assert all(len(one["feedback"]) > 10 for one in partners)


@pytest.mark.parametrize("item", of_kind("order"), ids=named)
def test_orders(item: dict) -> None:
    texts = [option["text"] for option in item["options"]]
    assert len(texts) >= 4
    assert len(set(texts)) == len(texts)
    assert all(len(option["feedback"]) > 15 for option in item["options"])


# -- numbers and keys of chapter 2, computed


def test_inventory_s0_022_taggers() -> None:
    assert written("taggers")["answer"] == 200_000 / 40


def test_inventory_s0_026_first_share_and_its_traps() -> None:
    rows = [("6+12", 0.9), ("6+12", 0.5), ("12+25", 0.6)]
    samples = [emotion.Sample(codes, {"Happiness": score}) for codes, score in rows]
    swapped = [samples[1], samples[0], samples[2]]
    item = written("first-share")
    share = [
        emotion.shares(order, variant)["Happiness"]["6"]
        for order, variant in ((samples, "first"), (swapped, "first"), (samples, "used"))
    ]
    assert share == pytest.approx([0.3, 0.22727, 0.26923], abs=1e-4)
    assert share[0] == pytest.approx(item["answer"])
    traps = [trap["answer"] for trap in item["traps"]]
    assert share[1:] == pytest.approx(traps[:2], abs=1e-4)


def test_e0_08_overrun() -> None:
    assert emotion.loop_indices(3, "printed") == (1, 2, 3, 4)
    assert right(written("overrun")) == {"1, 2, 3 and 4"}


def test_inventory_s0_034_bound_and_e0_11_gap() -> None:
    first, second = emotion.learned("dong1"), emotion.learned("dong2")
    assert first.bound("Happiness") == pytest.approx(written("bound")["answer"], abs=1e-4)
    assert second.rows["Happiness"][-1].value == 0.1598
    assert second.value("25", "Happiness") is None


def test_inventory_s0_041_au25() -> None:
    ranks = [emotion.learned("dong1").rank("25", name) for name in emotion.SIX]
    assert ranks.count(1) == 4
    assert "25" not in emotion.learned("dong2").codes()


def test_e0_40_provenance() -> None:
    item = written("provenance")
    for option in item["options"]:
        code, name = re.fullmatch(r"AU(\d+) for (\w+)", option["text"]).groups()
        seen = [
            emotion.learned(table).value(code, name.capitalize()) for table in ("dong1", "dong2")
        ]
        assert option["correct"] == (seen == [None, None])
        assert code in emotion.table("dong").sets[name.capitalize()].codes


def test_inventory_s0_046_readings() -> None:
    sets = emotion.table("dong").codes()
    union = frozenset[str]().union(*sets.values())
    pairs = {one["left"]: one["right"] for one in written("readings")["pairs"]}
    by_variant = {
        variant: pairs[left]
        for left in pairs
        for variant, words in {
            "printed": "(printed)",
            "used": "(used)",
            "intersection_symmetric": "difference with the intersection",
            "union_symmetric": "difference with the union",
        }.items()
        if words in left
    }
    assert emotion.exclusive("dong", "printed") == sets
    assert by_variant["printed"] == "all six rows stay as they are"
    changed = {
        name: codes ^ sets[name]
        for name, codes in emotion.exclusive("dong", "intersection_symmetric").items()
        if codes != sets[name]
    }
    assert changed == {"Anger": {"1"}}
    assert by_variant["intersection_symmetric"] == "only Anger changes: AU1 comes in"
    assert sum(map(len, emotion.exclusive("dong").values())) == 11
    assert by_variant["used"] == "11 AUs in six small sets"
    for name, codes in emotion.exclusive("dong", "union_symmetric").items():
        assert len(codes - sets[name]) > len(codes & sets[name])
        assert codes <= union
    assert by_variant["union_symmetric"] == "mostly AUs of other emotions"


def test_inventory_s0_047_difference() -> None:
    assert right(written("difference")) == {"{9, 14}"}
    assert {3, 9, 14} - {1, 2, 3} == {9, 14}


def test_inventory_s0_054_alone() -> None:
    alone = emotion.exclusive("dong")
    for pair in written("alone")["pairs"]:
        assert codes_in(pair["left"])[0] in alone[pair["right"]]


def test_inventory_s0_056_overlap() -> None:
    pair = emotion.overlaps("dong")
    value = pair.get(("Disgust", "Sadness"), pair.get(("Sadness", "Disgust")))
    assert written("overlap")["answer"] == pytest.approx(value, abs=1e-3)
    assert value == max(pair.values())


def test_inventory_s0_116_fire_and_fear_row() -> None:
    assert {e.target for e in emotion.fire([4, 5, 7, 23])} == {"Anger", "Disgust", "negative"}
    assert right(written("fire")) == {"To anger, to disgust, and to “negative”"}
    row = emotion.table("imotions").sets["Fear"].codes
    assert row == {"1", "2", "4", "5", "7", "20", "26"}
    fired = {e.rule_id for e in emotion.fire(row)}
    for option in written("fear-row")["options"]:
        found = re.match(r"Rule (\w+)", option["text"])
        assert option["correct"] == ((found[1] if found else "ours20") in fired)


def test_e2_18_contempt() -> None:
    for option in written("contempt")["options"]:
        found = {m.emotion: m.score for m in emotion.match(option["text"], "imotions")}
        assert (found.get("Contempt") == 1) == option["correct"]


def test_casme3_numbers_of_the_evidence_items() -> None:
    pairs = {(one.code, one.emotion.lower()): one for one in emotion.casme3()}
    happy = next(one for (code, name), one in pairs.items() if code == "12" and "happ" in name)
    anger, fear = pairs["14", "anger"], pairs["20", "fear"]
    assert (happy.n, happy.n_emotion, happy.n_code, happy.both) == (860, 55, 15, 5)
    assert written("lift")["answer"] == pytest.approx(happy.lift, abs=0.02)
    assert (anger.both, anger.n_emotion, anger.n_code) == (45, 64, 193)
    assert written("base-rate")["answer"] == pytest.approx(anger.specificity, abs=1e-3)
    assert fear.lift == pytest.approx(10)
    assert fear.log_odds(20).z == pytest.approx(1.5, abs=0.06)
    assert fear.interval("specificity")[0] == pytest.approx(0.44, abs=0.005)


def test_evidence_stands_in_the_order_of_z() -> None:
    pairs = {(one.code, one.emotion.lower()): one for one in emotion.casme3()}
    previous = 99.0
    for option in written("evidence")["options"]:
        pattern = r"AU(\d+) and (\w+): (\d+) of (\d+) clips"
        code, name, both, count = re.match(pattern, option["text"]).groups()
        one = pairs[code, name]
        assert (one.both, one.n_code) == (int(both), int(count))
        z = float(re.search(r"z = ([\d.]+)", option["feedback"])[1])
        assert one.log_odds(20).z == pytest.approx(z, abs=0.06)
        assert z < previous
        previous = z


def test_e0_41_au20() -> None:
    assert emotion.learned("dong2").value("20", "Fear") == 0.25


# -- items made from the tables


@pytest.mark.parametrize(("topic", "key"), MADE)
def test_a_made_item_is_sound(topic: str, key: str) -> None:
    """One right option, no two alike, a reason for each, and the same again next time."""
    for seed in range(3):
        item = items.item(topic, key, seed)
        assert item == items.item(topic, key, seed)
        texts = [option["text"] for option in item["options"]]
        assert len(texts) == 4
        assert len(set(texts)) == 4
        assert all(len(option["feedback"]) > 12 for option in item["options"])
        if topic == "ranks":
            judge_ranks(key, item)
        else:
            verdicts = [JUDGES[topic](key, option) for option in item["options"]]
            assert verdicts.count(True) == 1
            assert verdicts == [option["correct"] for option in item["options"]]


def judge_ranks(key: str, item: dict) -> None:
    table, name = key.split(":")
    codes = [re.match(r"(?:AU|AD)?(\d+)", option["text"])[1] for option in item["options"]]
    values = [emotion.learned(table).value(code, name) for code in codes]
    assert values == sorted(set(values), reverse=True)


def judge_nerve(key: str, option: dict) -> bool:
    found = [n for n in anatomy.nerves() if option["text"].lower().startswith(n.name.lower())]
    assert len(found) == 1
    return found[0].id in facs.au(key).nerves


def judge_cue(key: str, option: dict) -> bool:
    one, two = (facs.au(code) for code in key.split("-"))
    close = {one.code, two.code} | {c.other for unit in (one, two) for c in unit.confusions}
    if option["correct"]:
        cues = [c.cue.lower() for c in one.confusions if c.other == two.code]
        return any(option["feedback"].lower().startswith(cue) for cue in cues)
    parted = codes_in(option["feedback"])
    assert len(parted) == 2
    # A cue of a pair that touches this one or its confusions could help here too.
    return bool(set(parted) & close)


def judge_notation(key: str, option: dict) -> bool:
    meant = re.match(r"That is (\w+)", option["feedback"])
    (item,) = facs.parse(meant[1] if meant else key).items
    side = {"L": "left", "R": "right"}[item.side]
    start = f"{facs.au(item.code).name}, subject's {side}, intensity {item.grades[0]} of 5"
    assert option["text"].startswith(start)
    return str(item) == key


def judge_member(key: str, option: dict) -> bool:
    name, code = key.split(":")
    told = {
        "Table 3 of Dong 2022 alone": (True, False),
        "The iMotions table alone": (False, True),
        "Both": (True, True),
        "Neither": (False, False),
    }[option["text"]]
    return told == tuple(code in emotion.table(t).sets[name].codes for t in ("dong", "imotions"))


def judge_exclusive(key: str, option: dict) -> bool:
    table, name, _ = key.split(":")
    code = codes_in(option["text"])[0]
    return emotion.containing([code], table) == (name,)


def judge_rule(key: str, option: dict) -> bool:
    targets = {found.target.lower() for found in emotion.fire([key])}
    if option["text"].startswith("Nowhere"):
        return not targets
    return re.search(r"To “?(\w+)", option["text"])[1] in targets


def judge_index(key: str, option: dict) -> bool:
    one, two = (set(part.split("-")) for part in key.split(":"))
    return option["text"] == f"{2 * len(one & two) / (len(one) + len(two)):.3f}"


def judge_chance(key: str, option: dict) -> bool:
    name, *cells = key.split(":")
    both, first, second, neither = map(int, cells)
    n = both + first + second + neither
    observed, one, two = (both + neither) / n, (both + first) / n, (both + second) / n
    mean = (one + two) / 2
    chance = {
        "kappa": one * two + (1 - one) * (1 - two),
        "AC1": 2 * mean * (1 - mean),
        "PABAK": 0.5,
    }[name]
    return option["text"] == f"{(observed - chance) / (1 - chance):.3f}"


def judge_overlap(key: str, option: dict) -> bool:
    one, two = (
        set(range(int(first), int(last) + 1))
        for first, last in (part.split("-") for part in key.split(":"))
    )
    return option["text"] == f"{len(one & two) / len(one | two):.3f}"


def judge_key_frames(key: str, option: dict) -> bool:
    fps, onset, apex, offset = map(int, key.split(":"))
    total, rise = 1000 * (offset - onset) / fps, 1000 * (apex - onset) / fps
    truth = {"1/25 to 1/5 s": 40 <= total <= 200, "500 ms": total <= 500, "260 ms": rise <= 260}
    text = option["text"]
    return all((words in text or text == "All three") == holds for words, holds in truth.items())


def judge_rounding(key: str, option: dict) -> bool:
    fps, onset, _, offset = map(int, key.split(":"))
    low, high = (1000 * (offset - onset + more) / fps for more in (-1, 1))
    return option["text"] == f"{low:.0f} to {high:.0f} ms"


def judge_conditions(key: str, option: dict) -> bool:
    votes = [word for word in key.split(":") if word != "none"]
    words = {word: votes.count(word) for word in votes}
    label = next((word for word, times in words.items() if times > 1 or len(votes) == 1), "none")
    review = len(words) > 1 or len(votes) == 1
    how = "low" if review or not votes else "high" if len(votes) == 3 else "medium"
    last = "; a person reviews" if review else ""
    return option["text"] == f"{label.capitalize()}, {how} confidence{last}"


def judge_class(key: str, option: dict) -> bool:
    four = {"Happiness": "Positive", "Surprise": "Surprise", "Others": "Others"}
    four |= dict.fromkeys(("Disgust", "Sadness", "Fear", "Anger"), "Negative")
    if key == "Contempt":
        return option["text"] == "A class in neither"
    ending = "of the four, left out of the three" if key == "Others" else "in both"
    return option["text"] == f"{four[key]} {ending}"


JUDGES: dict[str, Callable[[str, dict], bool]] = {
    "au-names": lambda key, option: facs.au(option["text"]).code == key,
    "au-codes": lambda key, option: facs.au(option["text"]).code == key,
    "au-muscles": lambda key, option: key in facs.au(option["text"].split(",")[0]).muscles,
    "au-nerves": judge_nerve,
    "au-confusions": judge_cue,
    "notation": judge_notation,
    "table-members": judge_member,
    "exclusive-aus": judge_exclusive,
    "rules": judge_rule,
    "agreement-index": judge_index,
    "chance-corrected": judge_chance,
    "overlap": judge_overlap,
    "key-frames": judge_key_frames,
    "frame-rounding": judge_rounding,
    "three-conditions": judge_conditions,
    "classes": judge_class,
}


def test_a_wrong_option_says_what_it_is() -> None:
    """AU14 is the dimpler, made by buccinator (S2-016)."""
    feedback = [
        option["feedback"]
        for seed in range(8)
        for option in items.item("au-names", "12", seed)["options"]
        if option["text"] == "Dimpler"
    ]
    assert feedback
    assert set(feedback) == {"AU14 is “dimpler”; its muscle is buccinator."}


def test_a_fact_to_be_checked_says_so() -> None:
    assert facs.au("22").claim("movement").needs_check
    shown = items.item("au-codes", "22")["options"][0]["feedback"]
    assert shown.endswith("(To be checked by a certified coder.)")


def test_a_draw_repeats_nothing_and_follows_its_seed() -> None:
    drawn = items.generate("au-names", 10, seed=4)
    assert len({item["id"] for item in drawn}) == 10
    assert drawn == items.generate("au-names", 10, seed=4)
    assert drawn != items.generate("au-names", 10, seed=5)
    every = items.generate("rules", len(items.keys("rules")))
    assert {item["id"] for item in every} == {f"rules-{key}" for key in items.keys("rules")}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: items.keys("au-name"), "'au-name' is not a topic. Did you mean 'au-names'"),
        (lambda: items.item("au-names", "99"), "'99' is not a key of the topic 'au-names'"),
        (lambda: items.item("ranks", "dong1:Sad"), "Did you mean 'dong1:Sadness'"),
        (lambda: items.generate("rules", 500), "'rules' has 22 items, not 500. Use 1 to 22."),
        (lambda: items.generate("rules", 0), "not 0"),
    ],
)
def test_errors_say_what_would_be_right(call: Callable[[], object], message: str) -> None:
    with pytest.raises(items.ItemError, match=re.escape(message)):
        call()
