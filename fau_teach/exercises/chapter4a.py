"""Exercises 4.1 to 4.4: shares of a muscle's force, mass, force and rest in new coordinates.

Standard library alone: they run in the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from fau_teach.exercises._core import Exercise

Rows = Sequence[Sequence[float]]

WEIGHTS = ((4.0, 1.0), (3.0, 0.0), (1.0, 2.0), (0.0, 5.0))
PULLS = (2.0, 1.5)
MASSES = (2.0, 1.0, 3.0)
BASIS = ((1.0, 0.0), (2.0, 1.0), (0.0, 2.0))
SHARES = ((0.5, 0.0), (0.5, 0.25), (0.0, 0.75))
MODE = (1.0, 2.0, 0.0)
FIRST = 2.0
SPRINGS = (10.0, 20.0, 10.0)
STRETCH = (-1.5, -0.5, 0.5, 1.5)
LOAD = 5.0


def totals() -> tuple[float, float]:
    """Total force on the skin [N], P normalised by columns and by rows."""
    columns = [sum(column) for column in zip(*WEIGHTS, strict=True)]
    by_column = sum(
        weight / columns[m] * PULLS[m] for row in WEIGHTS for m, weight in enumerate(row)
    )
    by_row = sum(weight / sum(row) * PULLS[m] for row in WEIGHTS for m, weight in enumerate(row))
    return by_column, by_row


def mass(factor: float = 1.0, masses: Sequence[float] = MASSES) -> list[list[float]]:
    """Generalised mass of three vertices in two coordinates, times `factor`."""
    return [
        [
            factor * sum(m * row[j] * row[k] for m, row in zip(masses, BASIS, strict=True))
            for k in (0, 1)
        ]
        for j in (0, 1)
    ]


def _gain(muscle: int) -> float:
    """Generalised force of one newton of a muscle."""
    return sum(b * row[muscle] for b, row in zip(MODE, SHARES, strict=True))


def silent() -> tuple[float, float]:
    """Generalised force of the first muscle alone, and the second force that cancels it [N]."""
    first = FIRST * _gain(0)
    return first, -first / _gain(1)


def rest(stiffness: Sequence[float] = SPRINGS) -> float:
    """Where a held force brings the stretch of the chain to rest."""
    longer = [b - a for a, b in pairwise(STRETCH)]
    return LOAD / sum(k * d * d for k, d in zip(stiffness, longer, strict=True))


EXERCISES = (
    Exercise(
        id="4.1",
        title="Do the newtons add up?",
        prompt=(
            "Two muscles hold four vertices; row `i` of `weights` says how strongly each muscle "
            "holds vertex `i`. Both pull in the same direction, with `pulls` newtons. Divide the "
            "weights by their *column* sums and add up the force on all vertices; then do it again "
            "with *row* sums. Set `answer` to the pair of totals, columns first."
        ),
        starter=f"""\
weights = [{", ".join(str(list(row)) for row in WEIGHTS)}]
pulls = {list(PULLS)}  # newtons
columns = [sum(row[m] for row in weights) for m in (0, 1)]

answer = ...  # (total with columns, total with rows)
""",
        solution=totals,
        tolerance=0.001,
        right="Columns that sum to 1 hand on what the muscles pull; rows that do make up force.",
        hint="The force on vertex i is the sum over m of share(i, m) times pulls[m].",
        wrong=(
            (totals()[::-1], "The right numbers in the wrong order: columns first."),
            (
                (totals()[0], totals()[0]),
                "With rows, divide each weight by the sum of its own row.",
            ),
            (
                (sum(PULLS) / 4, totals()[1]),
                "You took a mean over the vertices. Forces add up; do not divide by their number.",
            ),
        ),
        source="S1-009; S1-010; E1-08",
    ),
    Exercise(
        id="4.2",
        title="Mass in two coordinates",
        prompt=(
            "Three vertices with `masses` move along one line. Row `i` of `basis` says how far "
            "vertex `i` goes per unit of each of two coordinates. Compute the generalised mass "
            r"$M^B = \sum_i m_i B(i)^\top B(i)$, and set `answer` to its two rows as lists."
        ),
        starter=f"""\
masses = {list(MASSES)}
basis = [{", ".join(str(list(row)) for row in BASIS)}]

answer = ...  # [[M11, M12], [M21, M22]]
""",
        solution=mass,
        tolerance=0.001,
        right="Symmetric, and not diagonal: pushing one coordinate also moves the other.",
        hint="Entry (j, k) is the sum over vertices of mass times basis[i][j] times basis[i][k].",
        wrong=(
            (mass(0.5), "That is the printed matrix. The ½ belongs to the kinetic energy (E1-01)."),
            (mass(masses=(1, 1, 1)), "Each vertex counts with its own mass."),
            (
                [[mass()[0][0], 0.0], [0.0, mass()[1][1]]],
                "Only the diagonal. The second vertex moves with both coordinates.",
            ),
        ),
        source="S1-014; E1-01",
    ),
    Exercise(
        id="4.3",
        title="Two forces that move nothing",
        prompt=(
            "One coordinate moves three vertices by `mode`; `shares[i]` are the shares of two "
            "muscles at vertex `i`. All forces lie along the same line. First find the generalised "
            f"force Q of {FIRST:g} N in muscle 1 alone. Then find the force of muscle 2, with its "
            "sign, that makes Q zero. Set `answer` to the pair."
        ),
        starter=f"""\
mode = {list(MODE)}
shares = [{", ".join(str(list(row)) for row in SHARES)}]

answer = ...  # (Q of muscle 1, force of muscle 2)
""",
        solution=silent,
        tolerance=0.001,
        right="The skin cannot tell these two from none. Only a rule such as force ≥ 0 can.",
        hint="Q sums mode[i] × shares[i][m] × F[m] over vertices i and muscles m.",
        wrong=(
            (
                (silent()[0], -silent()[1]),
                "The size is right. With the same sign the two forces add up.",
            ),
            (
                (silent()[0], -silent()[0]),
                "Muscle 2 reaches the coordinate with another gain than 1; divide by it.",
            ),
            (
                (FIRST, -FIRST),
                "You summed plain forces. Each counts as much as the coordinate moves its vertex.",
            ),
        ),
        source="S1-019; E1-06",
    ),
    Exercise(
        id="4.4",
        title="Where the chain comes to rest",
        prompt=(
            "Four masses in a row, joined by three springs of `stiffness` N/m, are stretched: mass "
            f"`i` goes `mode[i]` per unit of c. A generalised force of {LOAD:g} is held. Compute "
            r"$K^B = \sum k\,(\Delta B)^2$ over the springs, with $\Delta B$ the difference of "
            "the two ends, and set `answer` to the c at which the chain rests."
        ),
        starter=f"""\
stiffness = {list(SPRINGS)}
mode = {list(STRETCH)}

answer = ...  # a number
""",
        solution=rest,
        tolerance=0.0005,
        right="With K there is a rest. Without it the same force stretches the chain for ever.",
        hint="Each spring gets longer by mode[i+1] − mode[i] per unit of c; rest is force over K.",
        wrong=(
            (LOAD * 10, "That is where a chain without springs is after ten seconds."),
            (1 / rest(), "Upside down: divide the force by the stiffness."),
            (sum(SPRINGS), "That is K. The rest is force divided by it."),
            (
                LOAD / sum(k * b * b for k, b in zip(SPRINGS, STRETCH, strict=False)),
                "A spring does not feel where its ends are, only how far they part.",
            ),
        ),
        source="S1-015; E1-02",
    ),
)
