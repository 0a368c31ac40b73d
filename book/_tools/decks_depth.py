"""The deck of chapter 5: words, what is printed and used, and numbers of the depth camera."""

from __future__ import annotations

import math

from deck import Card, Deck, Direction
from decks_coding import slug, upper
from ntl_directives import short_reference

from fau_teach import depth, published, sources

TERMS = (
    "depth map", "optical flow", "LBP-TOP", "pinhole camera", "principal point",
    "back-projection", "point cloud", "azimuth", "elevation",
)  # fmt: skip


def chapter5_deck() -> Deck:
    """Everything of chapter 5 that is worth knowing by heart."""
    return Deck("05-depth-mer", "Chapter 5: depth", (term_cards(), slip_cards(), number_cards()))


def term_cards() -> Direction:
    """Words of the chapter, from the glossary."""
    cards = []
    for name in TERMS:
        found = sources.term(name)
        marks = [one for one in found.sources if one != "outside"]
        marks = marks or [*map(short_reference, found.references)]
        cards.append(Card(slug(name), upper(name), (found.definition,), ", ".join(marks)))
    return Direction("term", "Word → meaning", "What does it mean here?", tuple(cards))


def slip_cards() -> Direction:
    """What the source prints, what is wrong with it, and what we use; the severe ones first."""
    found = [one for one in sources.errata() if one.source == "S3" and one.severity in "AB"]
    cards = tuple(
        Card(one.id.lower(), f"{upper(one.place)}: {one.printed}",
             (one.problem, f"We use: {one.used}"), one.id)
        for one in sorted(found, key=lambda one: (one.severity, one.id))
    )  # fmt: skip
    prompt = "The source prints this. What is wrong, and what do we use?"
    return Direction("slip", "Printed → used", prompt, cards)


def number_cards() -> Direction:
    """Sizes to have in mind when somebody shows a depth map."""
    camera, kept = depth.Intrinsics(), published.kept()
    wide, high = camera.field_of_view
    crop, _ = depth.misplaced(camera, 2, 0, 0.6)
    degree = 70 * math.sin(math.radians(1))
    rows = (
        ("view", "Field of view of the source's camera", f"{wide:.1f}° × {high:.1f}°", "S3-011"),
        ("pixel", "Width of a pixel at 0.6 m", f"{0.6 / camera.fx * 1e3:.2f} mm", "S3-011"),
        ("step", "Smallest step of raw depth", f"{1e3 / camera.scale:.0f} mm", "S3-011, E3-21"),
        ("degree", "Change of depth, 70 mm off the axis, when the head turns by 1°",
         f"{degree:.2f} mm", "E3-16"),
        ("crop", "Shift of a face at 0.6 m whose second crop is 2 pixels off",
         f"{abs(crop) * 1e3:.1f} mm", "S3-012, E3-07"),
        ("ratio", "Macro-expressions to each micro-expression in CAS(ME)³, as labelled",
         f"{kept.macro / kept.labelled:.2f}", "S3-040"),
    )  # fmt: skip
    cards = tuple(Card(key, what, (number,), note) for key, what, number, note in rows)
    return Direction("number", "Size → number", "How much is it?", cards)
