"""Exercises of chapter 5, networks and tests: neighbours by hand, scores, and who is where."""

from __future__ import annotations

from math import dist
from statistics import fmean

from fau_teach.exercises._core import Exercise

# Eight points of a cheek [mm], and the numbers of two of them.
POINTS = (
    (0, 0, 0), (4, 1, 0), (9, 0, 1), (10, 8, 2), (1, 9, 1), (5, 5, 4), (11, 1, 1), (2, 2, 0),
)  # fmt: skip
CENTRE, RADIUS, MOST = 7, 8.0, 3
# True class by row, answer by column: two people, three classes.
FOLDS = (
    ((6, 0, 0), (1, 1, 0), (0, 0, 0)),
    ((3, 1, 2), (0, 0, 0), (1, 0, 2)),
)


def _rows(points: tuple[tuple[int, int, int], ...]) -> str:
    return ", ".join(map(repr, points))


MACRO = ("p1", "p1", "p2", "p4", "p4", "p5")
MICRO = ("p1", "p2", "p2", "p3", "p3", "p4", "p5", "p6")


def _farthest(count: int) -> list[int]:
    taken = [0]
    while len(taken) < count:
        left = [min(dist(one, POINTS[k]) for k in taken) for one in POINTS]
        taken.append(left.index(max(left)))
    return taken


def _ball(rule: str, most: int = MOST) -> set[int]:
    def far(k: int) -> float:
        return dist(POINTS[k], POINTS[CENTRE])

    inside = [k for k in range(len(POINTS)) if far(k) < RADIUS]
    return set((sorted(inside, key=far) if rule == "nearest" else inside)[:most])


def _scores(table: tuple[tuple[int, ...], ...]) -> tuple[float, float, float]:
    """UF1, UAR and accuracy; classes that nobody shows and nobody answers are left out."""
    size = range(len(table))
    hits = [table[c][c] for c in size]
    shown = [sum(table[c]) for c in size]
    said = [sum(row[c] for row in table) for c in size]
    f1 = [2 * h / (a + b) for h, a, b in zip(hits, shown, said, strict=True) if a + b]
    recall = [h / a for h, a in zip(hits, shown, strict=True) if a]
    return fmean(f1), fmean(recall), sum(hits) / sum(shown)


def _pooled() -> tuple[tuple[int, ...], ...]:
    return tuple(
        tuple(sum(cells) for cells in zip(*rows, strict=True)) for rows in zip(*FOLDS, strict=True)
    )


def _places(answer: object) -> set[int]:
    return {answer} if isinstance(answer, int) else {int(one) for one in answer}  # type: ignore[attr-defined]


EXERCISES = (
    Exercise(
        id="5.9",
        title="Farthest points by hand",
        prompt=(
            "Start with point 0 and add, three times, the point that is farthest from all taken "
            "so far: the one whose *nearest* taken point is farthest away. Set `answer` to the "
            "**list of four places**, in the order in which you took them."
        ),
        starter=f"""\
from math import dist

points = [{_rows(POINTS[:4])},
          {_rows(POINTS[4:])}]
taken = [0]
while len(taken) < 4:
    left = ...  # for each point: the distance to the nearest one in taken
    break
answer = ...
""",
        solution=lambda: _farthest(4),
        normalise=lambda answer: [int(one) for one in answer],
        right="Corner after corner, then the inside: samples spread over the cloud.",
        hint="left = [min(dist(p, points[k]) for k in taken) for p in points]; take its largest.",
        wrong=(
            (
                sorted(range(len(POINTS)), key=lambda k: -dist(POINTS[k], POINTS[0]))[:4],
                "Those are farthest from the origin alone; two of them are neighbours.",
            ),
            (
                [0, *sorted(range(len(POINTS)), key=lambda k: -dist(POINTS[k], POINTS[0]))[:3]],
                "You looked at the distance to point 0 only. Points already taken count, too.",
            ),
            (_farthest(5)[1:], "Point 0 is the first one taken, so it is in the list."),
            (_farthest(3), "That is one too few: start with point 0 and add three."),
        ),
        source="S3-023",
    ),
    Exercise(
        id="5.10",
        title="Who is in the ball?",
        prompt=(
            f"The centre is point {CENTRE}, the radius {RADIUS:g} mm, and a ball keeps at most "
            f"{MOST} points; the centre is one of them. Set `answer` to the **set of places that "
            "the first-in-the-list rule keeps and the nearest rule does not**."
        ),
        starter=f"""\
from math import dist

points = [{_rows(POINTS[:4])},
          {_rows(POINTS[4:])}]
centre, radius, most = points[{CENTRE}], {RADIUS:g}, {MOST}
inside = [k for k, p in enumerate(points) if dist(p, centre) < radius]
print(inside)
answer = ...
""",
        solution=lambda: _ball("first") - _ball("nearest"),
        normalise=_places,
        right="The list decides, and even the centre itself may fall out of its own ball.",
        hint="first = inside[:most]; nearest = sorted(inside, key=...)[:most]; then subtract sets.",
        wrong=(
            (
                _ball("nearest") - _ball("first"),
                "The other way round: this one only the nearest rule keeps.",
            ),
            (_ball("first"), "Those are all that the first rule keeps. Take away the nearest."),
            (
                _ball("nearest", len(POINTS)) - _ball("nearest"),
                "Those are all that the nearest rule leaves out. Asked are those that are kept "
                "by the other rule.",
            ),
            (set(), "They differ. Print both sets."),
        ),
        source="S3-023; E3-22",
    ),
    Exercise(
        id="5.11",
        title="Pool, then score",
        prompt=(
            "Two people were left out in turn. Each has a table of counts: true class by row, "
            "answer by column. Set `answer` to the **pooled UF1**."
        ),
        starter=f"""\
folds = [
    {[list(row) for row in FOLDS[0]]!r},
    {[list(row) for row in FOLDS[1]]!r},
]
pooled = [[sum(cells) for cells in zip(*rows)] for rows in zip(*folds)]
for row in pooled:
    print(row)
answer = ...
""",
        solution=lambda: _scores(_pooled())[0],
        tolerance=0.001,
        right="Neither person shows all three classes, so neither fold can be scored for itself.",
        hint="For each class: 2 * hits / (sum of its row + sum of its column). Then the mean.",
        wrong=(
            (
                fmean(_scores(one)[0] for one in FOLDS),
                "That is the mean of the two folds' scores. Add the counts first.",
            ),
            (_scores(_pooled())[1], "That is UAR: hits over the sum of the row alone."),
            (_scores(_pooled())[2], "That is accuracy: it weighs classes by how often they come."),
            (
                3 * _scores(_pooled())[0],
                "That is the sum over classes. Divide by how many there are.",
            ),
        ),
        source="S3-044; E3-15",
    ),
    Exercise(
        id="5.12",
        title="Who may be tested?",
        prompt=(
            "You train on macro-expressions and test on micro-expressions of one data set. Each "
            "list names the person of each clip. Keep all training clips, and set `answer` to "
            "the **number of micro clips that you may still test**."
        ),
        starter=f"""\
macro = {list(MACRO)!r}
micro = {list(MICRO)!r}
answer = ...
""",
        solution=lambda: sum(who not in MACRO for who in MICRO),
        right="Few are left. It is better to leave each tested person out of training in turn.",
        hint="Go through micro and count the clips whose person is not in macro.",
        wrong=(
            (len(MICRO), "Those are all micro clips; most of their people were trained on."),
            (
                sum(who in MACRO for who in MICRO),
                "Those are the clips that you must not test: their person is in training.",
            ),
            (len({*MICRO} & {*MACRO}), "Those are the people who are in both. Count clips."),
            (
                len({*MICRO} - {*MACRO}),
                "Those are the people whom you may test. Count their clips.",
            ),
        ),
        source="S3-060; E3-14",
    ),
)
