"""Decks of cards, each card a question and its answer, made from tables and functions alone.

A card's identity is its direction and the code or id that it asks about, so that a reader's
progress outlives new wording and new releases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from itertools import groupby
from typing import Any

from deck import Card, Deck, Direction, evidence, labels
from decks_coding import chapter3_deck
from decks_depth import chapter5_deck
from decks_emg import chapter6_deck
from decks_force import chapter4_deck
from decks_tables import chapter2_deck

from fau_teach import anatomy, facs

# A longer list of codes is no answer to remember; it is told by half of the face instead.
LIST_LIMIT = 12


def nerve_name(identity: str) -> str:
    """Name of a nerve with the number of its cranial nerve."""
    found = anatomy.nerve(identity)
    number = {"VII": "VII", "III": "III", "V": "V3", "XII": "XII"}.get(found.cranial)
    return f"{found.name} ({number})" if number else found.name


@cache
def main_units() -> tuple[Any, ...]:
    """Action units with a muscle of their own: the main codes of FACS."""
    return tuple(unit for unit in facs.catalogue("AU") if unit.muscles)


def muscle_name(unit: Any, identity: str) -> str:
    """Name of a muscle as it serves one unit."""
    return anatomy.muscle(identity).name + (" (relaxes)" if identity in unit.relaxing else "")


def from_units(
    back: Callable[[Any], Iterable[str]], attribute: str = "", front: Callable[[Any], str] = str
) -> tuple[Card, ...]:
    """One card a main unit, where the tables hold its answer."""
    found = []
    for unit in main_units():
        claim = unit.claim(attribute) if attribute else None
        if answer := tuple(back(unit)):
            note = "; ".join(
                filter(
                    None,
                    (evidence(claim) if claim else "", f"edition of {unit.edition}" * is_old(unit)),
                )
            )
            found.append(Card(unit.code, front(unit), answer, note))
    return tuple(found)


def is_old(unit: Any) -> bool:
    """Whether only one edition of the manual has the unit."""
    return unit.edition not in ("both", "")


def to_units(
    members: Callable[[Any], Iterable[str]], name: Callable[[str], str]
) -> tuple[Card, ...]:
    """One card a muscle or nerve: the main units that it serves."""
    served: dict[str, list[str]] = {}
    for unit in main_units():
        for identity in members(unit):
            served.setdefault(identity, []).append(
                unit.label + (" (relaxes)" if identity in unit.relaxing else "")
            )
    return tuple(Card(key, name(key), (", ".join(units),)) for key, units in served.items())


def label_of(unit: Any) -> str:
    """The code alone: fronts must not give the name away."""
    return str(unit.label)


def units_deck() -> Deck:
    """Code, name, look, muscle, nerve and look-alikes of every main action unit."""

    def movement(unit: Any) -> str:
        return str(unit.claim("movement").used)

    looks = [unit for unit in main_units() if unit.claim("movement")]
    return Deck(
        "au",
        "Action units",
        (
            Direction(
                "code-name", "Code → name", "What is this code called?",
                from_units(lambda unit: (unit.name,), "name", label_of),
            ),
            Direction(
                "name-code", "Name → code", "Which code has this name?",
                from_units(label_names, "", lambda unit: unit.name),
            ),
            Direction(
                "look-code", "What you see → code", "Which code is this?",
                tuple(
                    Card(unit.code, movement(unit), (str(unit),), evidence(unit.claim("movement")))
                    for unit in looks
                ),
            ),
            Direction(
                "code-muscle", "Code → muscle", "Which muscle makes it?",
                from_units(
                    lambda unit: (", ".join(muscle_name(unit, one) for one in unit.muscles),),
                    "muscles",
                ),
            ),
            Direction(
                "muscle-codes", "Muscle → codes", "Which codes does this muscle make?",
                to_units(lambda unit: unit.muscles, lambda key: anatomy.muscle(key).name),
            ),
            Direction(
                "code-nerve", "Code → nerve", "Which nerves serve it?",
                from_units(lambda unit: filter(None, (", ".join(map(nerve_name, unit.nerves)),)),
                           "nerve"),
            ),
            Direction(
                "nerve-codes", "Nerve → codes", "Which codes does this nerve serve?",
                to_units(lambda unit: unit.nerves, nerve_name),
            ),
            Direction(
                "code-confusions", "Code → look-alikes", "With which codes is it easily confused?",
                from_units(
                    lambda unit: filter(None, (labels({one.other for one in unit.confusions}),))
                ),
            ),
        ),
    )  # fmt: skip


def label_names(unit: Any) -> tuple[str, ...]:
    """The label as an answer."""
    return (str(unit.label),)


def confusions_deck() -> Deck:
    """Every pair of codes that look alike, and every contrast set, with the deciding cue."""
    place = {unit.code: number for number, unit in enumerate(facs.catalogue())}
    pairs = []
    for unit in facs.catalogue():
        for other, cues in groupby(unit.confusions, key=lambda one: one.other):
            if place[unit.code] < place[other]:
                pairs.append(pair_card(unit, facs.au(other), list(cues)))
    sets = tuple(
        Card(one.id, " / ".join(one.codes), (one.cue,), evidence(one))
        for one in facs.contrast_sets()
    )
    return Deck(
        "confusions",
        "Look-alikes",
        (
            Direction("pair", "Two codes", "Which sign decides?", tuple(pairs)),
            Direction("set", "Contrast sets", "How do you tell these scores apart?", sets),
        ),
    )


def pair_card(one: Any, other: Any, cues: list[Any]) -> Card:
    """Two codes and every cue that tells them apart."""
    marks = dict.fromkeys(filter(None, map(evidence, cues)))
    front = " or ".join(f"{unit.label} ({unit.name.lower()})" for unit in (one, other))
    return Card(
        f"{one.code}-{other.code}", f"{front}?", tuple(cue.cue for cue in cues), "; ".join(marks)
    )


def chapter1_deck() -> Deck:
    """Muscles and their nerves, both ways, and what each cut takes away."""
    own = [
        muscle
        for muscle in anatomy.muscles()
        if muscle.innervation and muscle.innervation.subject == muscle.id
    ]
    wholes = {muscle.part_of for muscle in own}
    own = [muscle for muscle in own if muscle.id not in wholes]
    supplies: dict[str, list[str]] = {}
    for muscle in own:
        for identity in sorted(anatomy.branches_of(muscle.id)):
            supplies.setdefault(identity, []).append(muscle.name)
    order = [nerve.id for nerve in anatomy.nerves() if nerve.id in supplies]
    cuts = [one for one in anatomy.lesions() if one.side == "L"]
    return Deck(
        "01-nerves-to-aus",
        "Chapter 1: nerves and muscles",
        (
            Direction(
                "muscle-nerve", "Muscle → nerve", "Which nerve serves this muscle?",
                tuple(
                    Card(one.id, one.name, (one.innervation.used,), evidence(one.innervation))
                    for one in own
                    if one.innervation
                ),
            ),
            Direction(
                "nerve-muscles", "Nerve → muscles", "Which muscles does this nerve serve?",
                tuple(Card(key, nerve_name(key), (", ".join(supplies[key]),)) for key in order),
            ),
            Direction(
                "cut-codes", "Cut → lost AUs",
                "Which AUs are lost or weak when this person is asked for them? "
                "Left is the person's own left.",
                tuple(lesion_card(one) for one in cuts),
            ),
        ),
    )  # fmt: skip


def lesion_card(one: anatomy.Lesion) -> Card:
    """What the simulator takes away on each side of the face."""
    result = anatomy.simulate(one.id)
    lines = []
    for side, word in (("L", "left"), ("R", "right")):
        for status, codes in (("lost", result.lost(side)), ("weak", result.weak(side))):
            if len(codes) > LIST_LIMIT:
                lines += by_half(codes, frozenset(result.aus), f"{status} on the {word}")
            elif codes:
                lines.append(f"{status} on the {word}: {labels(codes)}")
    return Card(one.site, f"{one.label}, cut", tuple(lines) or ("none",))


def by_half(codes: frozenset[str], known: frozenset[str], title: str) -> list[str]:
    """How many codes of each half of the face are in a list."""
    lines = []
    for half in ("upper", "lower"):
        every = {code for code in known if facs.au(code).half == half}
        lines.append(f"{title}, {half} face: {len(codes & every)} of {len(every)}")
    return lines


@cache
def decks() -> dict[str, Deck]:
    """Every deck by its name."""
    chapters = (
        chapter1_deck(), chapter2_deck(), chapter3_deck(), chapter4_deck(), chapter5_deck(),
        chapter6_deck(),
    )  # fmt: skip
    made = (units_deck(), confusions_deck(), *chapters)
    return {deck.id: deck for deck in made}
