"""The deck of chapter 3: words, bounds, three conditions, classes, agreement, marks and formats."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import combinations_with_replacement

from deck import Card, Deck, Direction
from ntl_directives import SHORT, short_reference

from fau_teach import agreement, coding, micro, sources
from fau_teach._data import read_csv

RATES = (30, 100, 200)
TERMS = (
    "neutral", "event", "onset", "apex", "offset", "macro-expression", "micro-expression",
    "elicitation", "self-report", "habitual behaviour", "three conditions", "agreement index",
    "base rate", "kappa", "intraclass correlation", "intersection over union", "spotting",
    "bootstrap", "tier", "ethogram", "unknown", "blind coding", "rescoring pass", "contrast set",
    "interleaving", "spacing", "stimulus marker", "bipolar recording", "thermal imaging",
)  # fmt: skip
# Inventory S0-103, the example of the FACS index, and three coders of whom two agree.
SETS = (("H", "H"), ("HS", "HD"), ("HSF", "HS"))
SCORES = (("1+2+5+6+12", "5+6+12"), ("4", "4", "1"))
LABELS = ("Happiness", "Disgust", "Fear", "Surprise", "Contempt", "Others")


def chapter3_deck() -> Deck:
    """Everything of chapter 3 that is worth knowing by heart."""
    directions = (
        term_cards(), bound_cards(), fusion_cards(), class_cards(), index_cards(),
        *measure_cards(), mark_cards(), format_cards(),
    )  # fmt: skip
    return Deck("03-labelling", "Chapter 3: coding and labels", directions)


def slug(text: str) -> str:
    """A name as part of an identity."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def small_print(row: dict[str, str]) -> str:
    """Source, confidence and reference of one row, and its note."""
    marks = [row["source"]] if row["source"] != "outside" else []
    marks += row.get("erratum", "").split(";")
    marks += [SHORT[row["confidence"]]] if row["confidence"] != "sure" else []
    marks += map(short_reference, filter(None, row["reference"].split(";")))
    return "; ".join(filter(None, (row["note"], *marks)))


def term_cards() -> Direction:
    """Words of the chapter, from the glossary."""
    cards = []
    for name in TERMS:
        found = sources.term(name)
        note = ", ".join(one for one in found.sources if one != "outside")
        cards.append(Card(slug(name), name, (found.definition,), note))
    return Direction("term", "Word → meaning", "What does it mean here?", tuple(cards))


def bound_cards() -> Direction:
    """The bounds of "micro", and what they are in whole frame intervals."""
    cards = []
    for one in micro.definitions():
        most = (f"{int(micro.frames(one.longest_s, fps))} at {fps} fps" for fps in RATES)
        lines = (upper(one.rule), f"At most this many frame intervals: {', '.join(most)}")
        origin = short_reference(one.reference) if one.reference else one.source
        cards.append(Card(one.id, one.name, lines, f"{origin}; {one.erratum}"))
    prompt = "Which bound is it, and how many whole frame intervals does it allow?"
    return Direction("bound", "Bound of micro → rule", prompt, tuple(cards))


def upper(text: str) -> str:
    """The text with a capital."""
    return text[:1].upper() + text[1:]


def fusion_cards() -> Direction:
    """Our rule for three conditions; their order does not matter."""
    cards = []
    for said in combinations_with_replacement(("positive", "negative", "none"), 3):
        found = coding.fuse(*said)
        review = "a person reviews it" if found.review else "no review"
        answer = f"{upper(found.label)}, {found.confidence} confidence, {review}"
        cards.append(Card("-".join(said), ", ".join(said), (answer,), "S0-098; the rule is ours"))
    prompt = "What does our rule make of three conditions that say this, in any order?"
    return Direction("fusion", "Three conditions → label", prompt, tuple(cards))


def class_cards() -> Direction:
    """Where each label stands among the coarse classes."""
    cards = []
    for label in LABELS:
        found = coding.classes(label)
        answer = f"Four: {found.four or 'no class'}. Three: {found.three or 'no class'}."
        lines = (answer, *filter(None, (upper(found.reason),)))
        cards.append(Card(label.lower(), label, lines, "S0-096, SX-02"))
    prompt = "Which class is it of the four, and of the three?"
    return Direction("class", "Label → class", prompt, tuple(cards))


def index_cards() -> Direction:
    """Small examples of Eq. 2, as used and as printed."""
    cards = []
    examples: Iterable[tuple[str, ...]] = (*SETS, *SCORES)
    for example in examples:
        words = example in SETS
        given = [set(one) if words else one for one in example]
        shown = [f"{{{', '.join(one)}}}" if words else one for one in example]
        used, printed = (
            agreement.index(*given, variant=variant).value or 0 for variant in ("used", "printed")
        )
        key = slug("-".join(example))
        cards.append(
            Card(key, " / ".join(shown), (f"Used {used:.2f}, printed {printed:.2f}",),
                 "S0-103, E0-07")
        )  # fmt: skip
    prompt = "What is the agreement index of these coders, as used and as printed?"
    return Direction("index", "Scores → index", prompt, tuple(cards))


def measure_cards() -> tuple[Direction, ...]:
    """What each measure takes off, and where it has no value."""
    rows = read_csv("coding/measures.csv", ("id", "name", "chance", "undefined"))
    asked = (
        ("chance", "Measure → chance", "What does it take off for chance?"),
        ("undefined", "Measure → undefined", "When is it undefined?"),
    )
    return tuple(
        Direction(
            column, title, prompt,
            tuple(Card(row["id"], row["name"], (row[column],), small_print(row)) for row in rows),
        )
        for column, title, prompt in asked
    )  # fmt: skip


def mark_cards() -> Direction:
    """Marks in files: none, unknown, or there without a grade."""
    words = {
        "none": "None: somebody looked, and it was not there",
        "unknown": "Unknown: nobody can tell",
        "present": "Present, without a grade",
    }
    cards = tuple(
        Card(row["id"], f"{row['mark']} in {row['place']}", (words[row["meaning"]],),
             small_print(row))
        for row in read_csv("coding/marks.csv", ("id", "mark", "place", "meaning"))
    )  # fmt: skip
    return Direction("mark", "Mark → meaning", "What does this mark say?", cards)


def format_cards() -> Direction:
    """What each file format holds, what has no place there, and what we do about it."""
    cards = tuple(
        Card(
            row["id"],
            row["name"],
            (row["holds"], f"No place: {lower(row['missing'])}", f"Here: {lower(row['ours'])}"),
            small_print(row),
        )
        for row in read_csv("coding/formats.csv", ("id", "name", "holds", "missing", "ours"))
    )
    prompt = "What is one row or annotation of it, and what has no place of its own there?"
    return Direction("format", "File format → limits", prompt, cards)


def lower(text: str) -> str:
    """The text without its capital."""
    return text[:1].lower() + text[1:]
