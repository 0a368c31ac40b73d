"""The deck of chapter 5: words, what is printed and used, and numbers of the depth camera."""

from __future__ import annotations

import math
from statistics import median

from deck import Card, Deck, Direction
from decks_coding import slug, upper
from decks_force import term_cards

from fau_teach import coding, depth, emotion, motion_bars, published, sources

TERMS = (
    "depth map", "optical flow", "LBP-TOP", "pinhole camera", "principal point",
    "back-projection", "point cloud", "azimuth", "elevation",
    "PointNet", "PointNet++", "max pooling", "set abstraction", "farthest point sampling",
    "ball query", "leave-one-subject-out", "confusion matrix", "UF1", "UAR", "accuracy",
    "permutation baseline", "objective class",
    "iterative closest point", "noise floor", "precision",
)  # fmt: skip


def chapter5_deck() -> Deck:
    """Everything of chapter 5 that is worth knowing by heart."""
    directions = (
        term_cards(TERMS),
        slip_cards(),
        number_cards(),
        join_cards(),
        objective_cards(),
        table_cards(),
        bar_cards(),
    )
    return Deck("05-depth-mer", "Chapter 5: depth", directions)


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


def join_cards() -> Direction:
    """Seven labels as one of four classes, and of three."""
    cards = []
    for label in emotion.label_spaces()["seven_others"]:
        found = coding.classes(label)
        three = f"three: {found.three or 'left out'}"
        cards.append(Card(slug(label), label, (f"four: {found.four}", three), "S3-041"))
    prompt = "Which class is it of four, and which of three?"
    return Direction("join", "Label → four and three classes", prompt, tuple(cards))


def objective_cards() -> Direction:
    """Objective class of sets of action units; I to VI by their lists, others VII."""
    known = {"+".join(sorted(one, key=int)): name for one, name in emotion.objective_sets().items()}
    known["1+2+5"] = emotion.objective_class("1+2+5")
    cards = tuple(
        Card(codes.replace("+", "-"), f"AU{codes}", (name,), "outside the sources: Davison 2018")
        for codes, name in sorted(
            known.items(), key=lambda one: [int(c) for c in one[0].split("+")]
        )
    )
    return Direction("objective", "Codes → objective class", "Which class, I to VII?", cards)


def table_cards() -> Direction:
    """Gains of the published tables, recomputed from their cells."""
    rows = (
        ("three", "3 classes: the source over RCN-A", "1/3", "Ours", "RCN-A", "S3-046, E3-10"),
        ("four", "4 classes: the source over the baseline with depth", "1/4", "Ours",
         "Baseline (+Depth)", "S3-047, E3-10"),
        ("seven", "7 classes: the source over the baseline with depth", "1/7", "Ours",
         "Baseline (+Depth)", "S3-048, E3-11"),
        ("depth-alone", "7 classes: a baseline with depth over one without", "1/7",
         "Baseline (+Depth)", "Baseline", "S3-048"),
        ("hierarchy", "PointNet++ over PointNet", "2", "PointNet++", "PointNet", "S3-049, E3-09"),
        ("sorted", "2,048 ranked points over 2,048 random ones", "3", "sort 2048", "random 2048",
         "S3-050"),
        ("macro", "Trained on macro- over trained on micro-expressions", "4", "macro to micro",
         "micro to micro", "S3-051, E3-14"),
    )  # fmt: skip
    cards = []
    for key, what, number, first, other, note in rows:
        gain = published.table(number, "depthcloud").gain(first, other)
        told = ", ".join(f"{name} {points:+.2f}" for name, points in gain.items())
        cards.append(Card(key, what, (f"{told} points",), note))
    prompt = "How many points of UF1 and UAR, as printed?"
    return Direction("table", "Comparison → points", prompt, tuple(cards))


def bar_cards() -> Direction:
    """How many of the chosen points truly move while the head does: medians of the table."""
    cards = tuple(
        Card(way, upper(name), (f"{median(found):.2f}",), "S3-020, S3-026, E3-21")
        for way, name in motion_bars.ROWS.items()
        for found in [motion_bars.values(motion_bars.stored(), "full sensor", way)]
    )
    prompt = "The head moves 0.5 mm, the skin 2 mm. Which share of the points chosen truly moves?"
    return Direction("bar", "Way of choosing → precision", prompt, cards)
