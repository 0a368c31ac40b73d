"""The deck of chapter 4: words, muscles, what is printed and used, methods and scores."""

from __future__ import annotations

import numpy as np
from deck import Card, Deck, Direction
from decks_coding import slug, upper
from ntl_directives import short_reference

from fau_teach import anatomy, force, published, sources
from fau_teach.face.muscles import muscles

TERMS = (
    "linear muscle", "sheet muscle", "sphincter muscle", "effective area", "distribution matrix",
    "ordinary differential equation", "blendshape", "generalised coordinate", "generalised mass",
    "generalised force", "elastic force", "stiffness", "damping", "Rayleigh damping",
    "integrator", "order of a method", "stability limit", "identifiability", "null space",
    "co-contraction", "point-biserial correlation", "mesh convolution", "backbone",
    "reconstruction loss", "cross-entropy", "fold", "F1",
)  # fmt: skip
PULLS = {
    "linear": "linear: towards a point on bone",
    "sheet": "sheet: in one direction, all of it alike",
    "sphincter": "sphincter: to the middle of a ring",
}
NUMBERS = ("1", "2", "3")
# A panel not used, claims made narrower, and means, which have cards of their own.
NO_ANSWER = {"E1-11", "E1-13", "E1-14", "E1-15", "E1-17", "E1-18"}


def chapter4_deck() -> Deck:
    """Everything of chapter 4 that is worth knowing by heart."""
    directions = (term_cards(), pull_cards(), slip_cards(), method_cards(), *score_cards())
    return Deck("04-force-ode", "Chapter 4: force", directions)


def term_cards(terms: tuple[str, ...] = TERMS) -> Direction:
    """Words of a chapter, from the glossary."""
    cards = []
    for name in terms:
        found = sources.term(name)
        marks = [one for one in found.sources if one != "outside"]
        marks = marks or [*map(short_reference, found.references)]
        card = slug(name.replace("++", " 2"))
        cards.append(Card(card, upper(name), (found.definition,), ", ".join(marks)))
    return Direction("term", "Word → meaning", "What does it mean here?", tuple(cards))


def pull_cards() -> Direction:
    """Each muscle of the teaching face and the kind of its pull."""
    forms: dict[str, list[str]] = {}
    for one in muscles():
        forms.setdefault(one.muscle, [])
        if one.form not in forms[one.muscle]:
            forms[one.muscle].append(one.form)
    cards = tuple(
        Card(name, upper(anatomy.muscle(name).name), tuple(PULLS[form] for form in found),
             "S1-006")
        for name, found in forms.items()
    )  # fmt: skip
    return Direction(
        "pull", "Muscle → pull", "How does it pull the skin of the teaching face?", cards
    )


def slip_cards() -> Direction:
    """What the source prints, what is wrong with it, and what we use; the severe ones first."""
    found = [one for one in sources.errata() if one.source == "S1" and one.severity in "AB"]
    found = [one for one in found if one.id not in NO_ANSWER]
    cards = tuple(
        Card(one.id.lower(), f"{upper(one.place)}: {one.printed}",
             (one.problem, f"We use: {one.used}"), one.id)
        for one in sorted(found, key=lambda one: (one.severity, one.id))
    )  # fmt: skip
    prompt = "The source prints this. What is wrong, and what do we use?"
    return Direction("slip", "Printed → used", prompt, cards)


def method_cards() -> Direction:
    """Order of each method, and its largest step on a spring that swings for ever."""
    one = np.eye(1)
    spring = force.System(one, 0 * one, one, one, ("c",), ("a",))
    cards = []
    for name, method in force.METHODS.items():
        if name not in ("printed", "closed"):
            most = force.limit(spring, name)
            step = (
                "any step" if np.isinf(most)
                else f"a step up to {most:.2f} / ω" if most > 0 else "no step at all"
            )  # fmt: skip
            lines = (f"Order {method.order}", f"Bears {step}")
            note = "; the drive runs straight from sample to sample" * (name == "exact")
            cards.append(Card(slug(name), upper(method.title), lines, f"S1-016, E1-04{note}"))
    prompt = "Which order has it, and which step does it bear on an undamped spring of speed ω?"
    return Direction("method", "Method → order and step", prompt, tuple(cards))


def score_cards() -> tuple[Direction, Direction]:
    """Means that cannot be what is printed, and points gained with few labels and elsewhere."""
    means = tuple(
        Card(f"{number}-{slug(row.method)}", f"Table {number}, {row.method}",
             (f"{row.mean_printed - row.excess:.1f}; the printed mean is {row.mean_printed:.1f}",),
             ", ".join(filter(None, (row.source, *dict.fromkeys(row.erratum.values())))))
        for number in NUMBERS
        for row in published.table(number).rows
        if not row.explained or row.method == "Ours"
    )  # fmt: skip
    few, other = published.table("4"), published.table("5")
    gains = {
        f"{share} of the labels": points
        for share, points in few.gain("AU loss and reconstruction", "AU loss alone").items()
    }
    gains["trained on BP4D, tested on DISFA"] = other.gain("physics-based", "data-driven")["mean"]
    cards = tuple(
        Card(slug(what), upper(what), (f"{points:+.1f} points of F1",), "S1-055, S1-056, E1-20")
        for what, points in gains.items()
    )
    return (
        Direction(
            "mean", "Row → mean F1", "Which mean F1, in percent, do its printed cells give?", means
        ),
        Direction("gain", "Setting → gain", "How much higher is F1 with the mechanics?", cards),
    )
