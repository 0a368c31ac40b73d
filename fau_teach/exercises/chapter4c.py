"""Exercises of chapter 4, its last pages: the network, and what the tables show."""

from __future__ import annotations

from math import log

from fau_teach import published
from fau_teach.exercises._core import Exercise

PHYSICS, IMAGE = "3D Physics", "2D Image"
# The sure and right answer first, then less and less right ones.
CLAIMS = (0.9, 0.6, 0.2, 0.01)
# Frames: of the film, with the unit, claimed to have it, both.
FRAMES, ACTIVE, CLAIMED, HITS = 1000, 100, 60, 45


def _faulty(table: str) -> set[str]:
    return {row.method for row in published.table(table).rows if not row.explained}


def _lead(code: str, over: str = IMAGE) -> float:
    return published.table("1").gain(PHYSICS, over)[code]


def _ahead() -> set[str]:
    return {code for code in published.table("1").columns if _lead(code) > 0}


def _loss(p: float, sign: float = -1.0) -> float:
    """Cross-entropy of one claim p where the unit is there: Eq. 14 with a sign in front."""
    return sign * log(p)


def _found() -> float:
    precision, recall = HITS / CLAIMED, HITS / ACTIVE
    return 100 * 2 * precision * recall / (precision + recall)


def _preferred(sign: float) -> float:
    return min(CLAIMS, key=lambda p: _loss(p, sign))


EXERCISES = (
    Exercise(
        id="4.9",
        title="A mean that cannot be",
        prompt=(
            "Recompute Table 3. Set `answer` to the **set of methods** whose printed mean cannot "
            "come from their cells by rounding: more than 0.1 points off. `row.printed` maps each "
            "unit to its cell, `row.mean_printed` is the printed mean."
        ),
        starter="""\
from statistics import fmean
from fau_teach import published

rows = published.table("3").rows
for row in rows:
    print(row.method, row.mean_printed)
answer = ...
""",
        solution=lambda: _faulty("3"),
        normalise=lambda answer: {answer} if isinstance(answer, str) else set(answer),
        right="0.6 points above the mean of its cells. No rounding does that.",
        hint="Compare fmean(row.printed.values()) with row.mean_printed, sign aside.",
        wrong=(
            ({"UGN-B", "FAU"}, "FAU is .06 points off: cut instead of rounded. Allow 0.1."),
            (set(), "One is there. Did you compare the size of the difference, sign aside?"),
            (
                {row.method for row in published.table("3").rows if row.explained},
                "Those are the rows that rounding does explain.",
            ),
        ),
        source="S1-052; E1-15",
    ),
    Exercise(
        id="4.10",
        title="Where mechanics wins",
        prompt=(
            "Set `answer` to the **set of units** (as text) on which the physics branch of "
            "Table 1 beats the image branch."
        ),
        starter="""\
from fau_teach import published

table = published.table("1")
physics, image = table["3D Physics"].used, table["2D Image"].used
answer = ...
""",
        solution=_ahead,
        normalise=lambda answer: {str(code) for code in answer},
        right="Brows, lids and cheeks: parts that move visibly. Lips and chin go to the picture.",
        hint="Go through table.columns and compare physics[code] with image[code].",
        wrong=(
            (
                set(published.table("1").columns) - _ahead(),
                "Those are the units on which the image branch is ahead.",
            ),
            (
                set(published.table("1").wins("Physics + Image")),
                "Those are the units on which the fusion is best of all rows.",
            ),
            (
                {code for code in published.table("1").columns if _lead(code, "3D Position") > 0},
                "There you compared physics with position. Asked is the image branch.",
            ),
        ),
        source="S1-038; E1-17",
    ),
    Exercise(
        id="4.11",
        title="What the printed sign likes",
        prompt=(
            "A unit is there, and a network may say so with one of four claims. Set `answer` to "
            "the claim *p* that **minimises the loss as Eq. 14 prints it**, without the minus: "
            "`log(p)`."
        ),
        starter=f"""\
from math import log

claims = {CLAIMS!r}
answer = ...
""",
        solution=lambda: _preferred(1.0),
        tolerance=1e-9,
        right="The worst claim has the lowest value, and training walks towards it.",
        hint="Compute log(p) for each claim; the lowest number is the one furthest below zero.",
        wrong=(
            (_preferred(-1.0), "That is what the loss with its minus likes, as it should."),
            (_loss(min(CLAIMS), 1.0), "That is the value of the loss. Asked is the claim."),
            (CLAIMS[2], "Nearly: there is a claim whose logarithm lies lower still."),
        ),
        source="S1-024; E1-03",
    ),
    Exercise(
        id="4.12",
        title="A score from four counts",
        prompt=(
            f"In a film of {FRAMES:,} frames a unit is active in {ACTIVE}. A detector claims "
            f"{CLAIMED} frames, {HITS} of them rightly. Set `answer` to its **F1 in percent**."
        ),
        starter=f"""\
active, claimed, right = {ACTIVE}, {CLAIMED}, {HITS}
precision = ...
recall = ...
answer = ...
""",
        solution=_found,
        tolerance=0.01,
        right="Frames in which nothing was there and nothing was claimed do not count at all.",
        hint="Precision is right over claimed, recall is right over active; then 2pr / (p + r).",
        wrong=(
            (_found() / 100, "Right as a share. Asked is the percentage."),
            (50 * (HITS / CLAIMED + HITS / ACTIVE), "That is the plain mean of the two shares."),
            (
                100 * (1 - (ACTIVE + CLAIMED - 2 * HITS) / FRAMES),
                "That is the share of frames told right, most of them empty: accuracy, not F1.",
            ),
            (100 * HITS / CLAIMED, "That is the precision alone."),
            (100 * HITS / ACTIVE, "That is the recall alone."),
        ),
        source="S1-030",
    ),
)
