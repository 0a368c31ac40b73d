"""Quiz items on the AU-emotion tables and the coding rules."""

from __future__ import annotations

from functools import cache
from random import Random

from items_words import Item, Topic, listed, named, single, units, upper

from fau_teach import emotion, facs

TABLES = {"dong": "Table 3 of Dong 2022", "imotions": "the iMotions table"}
LEARNED = {"dong1": "Table 1 of Dong 2022", "dong2": "Table 2 of Dong 2022"}


@cache
def _homes(table: str) -> dict[str, tuple[str, ...]]:
    """Code -> emotions of one table that list it."""
    sets = emotion.table(table).codes()
    codes = sorted(frozenset[str]().union(*sets.values()), key=int)
    return {code: tuple(name for name in sets if code in sets[name]) for code in codes}


def _member_keys() -> tuple[str, ...]:
    codes = sorted({*_homes("dong"), *_homes("imotions")}, key=int)
    return tuple(f"{name}:{code}" for name in emotion.table("dong").sets for code in codes)


def _home(table: str, code: str) -> str:
    homes = _homes(table).get(code, ())
    where = f"under {listed(homes)}" if homes else "under no emotion"
    return f"{upper(TABLES[table])} lists AU{code} {where}."


def _member(key: str, _: Random) -> Item:
    name, code = key.split(":")
    truth = tuple(name in _homes(table).get(code, ()) for table in TABLES)
    texts = {
        (True, False): "Table 3 of Dong 2022 alone",
        (False, True): "The iMotions table alone",
        (True, True): "Both",
        (False, False): "Neither",
    }

    def why(claim: tuple[bool, bool]) -> str:
        pairs = zip(TABLES, claim, truth, strict=True)
        return " ".join(_home(table, code) for table, said, is_so in pairs if said != is_so)

    both = " ".join(_home(table, code) for table in TABLES)
    places = [emotion.table(table).sets[name].cells for table in TABLES]
    return single(
        f"Which table lists AU{code}, {facs.au(code).name.lower()}, under {name}?",
        " ".join(dict.fromkeys(cell.source for cells in places for cell in cells)),
        next((text, both) for claim, text in texts.items() if claim == truth),
        [(text, why(claim)) for claim, text in texts.items() if claim != truth],
    )


def _exclusive_keys() -> tuple[str, ...]:
    return tuple(
        f"{table}:{name}:{code}"
        for table in TABLES
        for name, codes in emotion.exclusive(table).items()
        for code in sorted(codes, key=int)
    )


def _exclusive(key: str, rng: Random) -> Item:
    table, name, code = key.split(":")
    shared = [each for each, homes in _homes(table).items() if name in homes and len(homes) > 1]
    foreign = [each for each, homes in _homes(table).items() if name not in homes]
    chosen = rng.sample(shared, min(3, len(shared)))
    chosen += rng.sample(foreign, 3 - len(chosen))

    def why(other: str) -> str:
        homes = listed([each for each in _homes(table)[other] if each != name])
        if other in shared:
            return f"AU{other} stands under {homes} as well."
        return f"AU{other} is not in this row; it stands under {homes}."

    return single(
        f"Which of these AUs does {TABLES[table]} list for {name} alone?",
        "S0-054 E0-01" if table == "dong" else "S2-054 EX-02",
        (
            named(facs.au(code)),
            f"No other row of this table holds AU{code}. Another table may differ.",
        ),
        [(named(facs.au(other)), why(other)) for other in chosen],
    )


def _rule_keys() -> tuple[str, ...]:
    return tuple(sorted({*_homes("dong"), *_homes("imotions")}, key=int))


def _rule_words(rule: emotion.Rule) -> str:
    codes = units(rule.codes, "and" if rule.quantifier == "all" else "or")
    together = " together" if rule.quantifier == "all" else ""
    number = "Our own rule" if rule.rule_id == "ours20" else f"Rule {rule.rule_id}"
    return f"{number} asks for {codes}{together}."


def _rule(code: str, rng: Random) -> Item:
    active = [rule for rule in emotion.rules() if rule.status_used == "active"]
    nothing = "Nowhere: no rule fires"
    meaning: dict[str, list[emotion.Rule]] = {nothing: []}
    for rule in active:
        text = f"To {rule.emotion.lower()}" if rule.emotion else f"To “{rule.valence}” alone"
        meaning.setdefault(text, []).append(rule)
    fired = {found.rule_id for found in emotion.fire([code])}
    right = next(
        (text for text, own in meaning.items() if fired & {rule.rule_id for rule in own}), nothing
    )
    part = [rule for rule in active if code in rule.codes]
    reasons = [_rule_words(rule) for rule in part] or [f"AU{code} stands in no rule."]
    wrong = rng.sample([text for text in meaning if text != right], 3)
    return single(
        f"A coder scores AU{code}, {facs.au(code).name.lower()}, and nothing else. "
        "Where do the rules in use point?",
        " ".join(dict.fromkeys(rule.claim.source for rule in part)) or "S0-116 E0-24",
        (right, " ".join(reasons)),
        [(text, " ".join(map(_rule_words, meaning[text])) or reasons[0]) for text in wrong],
    )


# -- ranks


def _rank_keys() -> tuple[str, ...]:
    return tuple(f"{table}:{name}" for table in LEARNED for name in emotion.SIX)


def _ranks(key: str, rng: Random) -> Item:
    """Four entries of a row to bring into order; no two of equal value."""
    table, name = key.split(":")
    by_value = {entry.value: entry for entry in emotion.learned(table).rows[name]}
    chosen = [by_value[value] for value in sorted(rng.sample(sorted(by_value), 4), reverse=True)]
    what = {"dong1": "share of the emotion's AU scores", "dong2": "mean emotion score"}[table]
    return {
        "kind": "order",
        "question": f"{LEARNED[table]}, {name}: order these AUs by their {what}, largest first.",
        "source": " ".join(dict.fromkeys(entry.source for entry in chosen)),
        "options": [
            {
                "text": named(facs.au(entry.code)),
                "feedback": f"Rank {entry.rank} of this row, {entry.value:.4f}.",
            }
            for entry in chosen
        ],
    }


TOPICS = {
    "ranks": Topic(_rank_keys, _ranks),
    "table-members": Topic(_member_keys, _member),
    "exclusive-aus": Topic(_exclusive_keys, _exclusive),
    "rules": Topic(_rule_keys, _rule),
}
