"""The deck of chapter 2: tables, rules, learned ranks and findings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from deck import Card, Deck, Direction, evidence, labels
from ntl_directives import NAMES, short_reference

from fau_teach import emotion, facs

LEARNED = {"dong1": "Table 1", "dong2": "Table 2"}
# Findings whose value is a result; others give the size of a study.
RESULT = re.compile(r" of \d|%|^\.\d|^r = ")


def chapter2_deck() -> Deck:
    """Sets of each table, the emotions of each AU, the rules, and the learned numbers."""
    sets = [
        Direction(
            f"set-{table.id}", f"Emotion → AUs, {source}", f"Which AUs does {source} list? "
            "It is one table's claim, not FACS.",
            tuple(
                Card(name.lower(), name, (labels(one.codes) + " (on one side)" * one.one_sided,),
                     ids(one.cells))
                for name, one in table.sets.items()
            ),
        )
        for table in emotion.tables()
        for source in (table_source(table),)
    ]  # fmt: skip
    return Deck(
        "02-au-tables",
        "Chapter 2: AU tables",
        (
            *sets,
            emotions_of_codes(),
            shared_by_tables(),
            rule_cards(),
            *learned_cards(),
            finding_cards(),
        ),
    )


def table_source(table: Any) -> str:
    """Short name of a table: where to find it."""
    reference = next(cell.reference for one in table.sets.values() for cell in one.cells)
    title = table.title.split(" of ")[0]
    if title.startswith("Table"):
        return f"{title} of {short_reference(reference)}"
    return f"the {table.title[:1].lower()}{table.title[1:]}"


def ids(cells: Iterable[Any]) -> str:
    """Inventory and erratum IDs of some cells."""
    found = dict.fromkeys(
        part for cell in cells for part in (cell.source, *cell.erratum.split(";")) if part
    )
    return ", ".join(found)


def emotions_of_codes() -> Direction:
    """Each AU of the option sets: the emotions that list it."""
    table = emotion.table("dong")
    counts = emotion.multiplicities(table)
    order = [unit.code for unit in facs.catalogue() if unit.code in counts]
    alone = {code for codes in emotion.exclusive(table).values() for code in codes}
    return Direction(
        "code-emotions", "AU → emotions",
        f"Under which emotions does {table_source(table)} list it?",
        tuple(
            Card(code, str(facs.au(code)), (", ".join(emotion.containing([code], table)),),
                 "exclusive in this table" if code in alone else "")
            for code in order
        ),
    )  # fmt: skip


def shared_by_tables() -> Direction:
    """What two tables agree on, emotion by emotion."""
    first, second = emotion.table("dong").codes(), emotion.table("imotions").codes()
    cards = []
    for name, overlap in emotion.agreement("dong", "imotions").items():
        shared, total = first[name] & second[name], first[name] | second[name]
        line = f"{labels(shared) or 'none'}: {len(shared)} of {len(total)} (Jaccard {overlap:.2f})"
        cards.append(Card(name.lower(), name, (line,), "E2-17"))
    prompt = "Which AUs do both tables list, and how many of all that either lists?"
    return Direction("both-tables", "Emotion → AUs of both tables", prompt, tuple(cards))


def rule_cards() -> Direction:
    """The coding rules in use, each with its reason."""
    cards = []
    for rule in emotion.rules():
        if rule.status_used in ("active", "apart"):
            front = labels(rule.codes)
            if len(rule.codes) > 1:
                front = f"{'any' if rule.quantifier == 'any' else 'all'} of {front}"
            source = ", ".join(filter(None, (rule.claim.source, rule.claim.erratum)))
            answer = rule.emotion or f"{rule.valence}, without saying which emotion"
            note = f"{rule.explanation} {source}"
            cards.append(Card(rule.rule_id, front, (answer,), note))
    prompt = "What does the rule make of this? A rule gives evidence, not a verdict."
    return Direction("rule", "Rule → emotion", prompt, tuple(cards))


def learned_cards() -> tuple[Direction, ...]:
    """The first ranks of both learned tables, with their values."""
    found = []
    for name, place in LEARNED.items():
        table = emotion.learned(name)
        share = table.statistic == "share"
        cards = []
        for one, entries in table.rows.items():
            first = entries[:3]
            lines = tuple(
                f"{facs.au(entry.code)}: {entry.value:{'.0%' if share else '.2f'}}"
                for entry in first
            )
            cards.append(Card(one.lower(), one, lines, ids(first)))
        statistic = "share of the emotion" if share else "mean score of the emotion"
        prompt = (
            f"Which three AUs lead in {place} of {NAMES['S0']}, and with about what {statistic}?"
        )
        title = f"Emotion → first ranks, {place}"
        found.append(Direction(f"top-{name}", title, prompt, tuple(cards)))
    return tuple(found)


def finding_cards() -> Direction:
    """Numbers of the evidence, each with its study."""
    cards = []
    for one in emotion.findings():
        if one.confidence == "sure" and RESULT.search(one.value):
            key = re.sub(r"[^a-z0-9]+", "-", one.claim.lower())[:40].strip("-")
            cards.append(Card(key, f"{one.claim} ({one.method})", (one.value,), evidence(one)))
    return Direction("finding", "Finding → number", "What number did the study find?", tuple(cards))
