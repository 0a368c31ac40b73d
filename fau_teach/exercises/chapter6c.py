"""Exercises of chapter 6: onset by two thresholds, sides, counts that fit, and what crosses."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from statistics import fmean, pstdev

from fau_teach.exercises._core import Exercise

# Rectified EMG [uV], a value each 10 ms; the first eight are rest.
LEVELS = (2, 3, 4, 3, 2, 4, 3, 3, 9, 3, 2, 3, 8, 7, 9, 2, 9, 12, 11, 14)
REST, WIDE, LEAST = 8, 4, 3
# Left and right over zygomaticus [uV]: at rest, at the strongest smile, in the trial.
LEFT, RIGHT = (4.0, 204.0, 64.0), (6.0, 106.0, 36.0)
PRINTED = ("97.62", "96.47")
# Trials that the windows of training and of the test were cut from, and whose they are.
TRAIN = ("a1", "a1", "a2", "a3", "a3", "b1", "b2", "b2", "b3", "c1", "c1")
TEST = ("a1", "a4", "b2", "b4", "b4", "c1", "d1", "d2")


def _high(deviations: float = 3.0) -> list[bool]:
    rest = LEVELS[:REST]
    return [one > fmean(rest) + deviations * pstdev(rest) for one in LEVELS]


def _onset(least: int = LEAST, wide: int = WIDE, *, own: bool = True) -> int:
    high = _high()
    return next(k for k in range(len(high))
                if (high[k] or not own) and sum(high[k : k + wide]) >= least)  # fmt: skip


def _scaled(side: tuple[float, float, float], *, rest: bool = True, most: bool = True) -> float:
    quiet, top, level = side
    return (level - quiet * rest) / (top - quiet * rest if most else 1)


def _index(**how: bool) -> float:
    left, right = _scaled(LEFT, **how), _scaled(RIGHT, **how)
    return (left - right) / (left + right)


def _fewest(printed: tuple[str, ...] = PRINTED) -> int:
    """Fewest items on which every printed percentage, with two digits, is a plain share."""

    def fits(text: str, n: int) -> bool:
        value, half = Fraction(text), Fraction(1, 200)
        return ceil((value - half) * n / 100) <= floor((value + half) * n / 100)

    return next(n for n in range(1, 5000) if all(fits(one, n) for one in printed))


def _tested(*, apart: str) -> float:
    """Share of the tested windows whose trial or person is trained on."""
    size = 2 if apart == "trial" else 1
    known = {one[:size] for one in TRAIN}
    return sum(one[:size] in known for one in TEST) / len(TEST)


def _names(size: int) -> float:
    """The same for names instead of windows: each counts once."""
    asked, known = ({one[:size] for one in many} for many in (TEST, TRAIN))
    return len(asked & known) / len(asked)


EXERCISES = (
    Exercise(
        id="6.9",
        title="Two thresholds by hand",
        prompt=(
            "Here is a rectified EMG, one value each 10 ms; the first eight are rest. A value is "
            "*high* above the mean of the rest plus three (population) standard deviations. The "
            f"onset is the first high value with at least {LEAST} high ones among itself and the "
            f"{WIDE - 1} that follow. Set `answer` to its **place in the list**, from 0."
        ),
        starter=f"""\
from statistics import fmean, pstdev

levels = {list(LEVELS)!r}
rest = levels[:{REST}]
threshold = fmean(rest) + 3 * pstdev(rest)
high = [one > threshold for one in levels]
print(round(threshold, 2))
print(*(int(one) for one in high))
answer = ...
""",
        solution=_onset,
        right="The spike at place 8 stands alone, and one threshold would have taken it.",
        hint=f"For each place k with high[k]: sum(high[k:k + {WIDE}]) must be {LEAST} or more.",
        wrong=(
            (_high().index(True), "That is the first high value: a single spike. Ask for enough "
             "high ones about it."),
            (_onset(own=False), "That value is not high itself. The onset has to be a high one."),
            (_onset(WIDE), "There all four are high. Three of four are enough."),
            (10 * _onset(), "That is the time in milliseconds. Asked is the place in the list."),
        ),
        source="S4-012",
    ),
    Exercise(
        id="6.10",
        title="Crooked, or badly glued?",
        prompt=(
            "Two pairs over zygomaticus, left and right. For each side you have the level at rest, "
            "in the strongest smile that the person can make, and in a trial. Subtract the rest, "
            "divide by the strongest smile (less the rest, too), and set `answer` to the "
            "**asymmetry index** of the trial."
        ),
        starter=f"""\
left = dict(rest={LEFT[0]:g}, strongest={LEFT[1]:g}, trial={LEFT[2]:g})  # microvolts
right = dict(rest={RIGHT[0]:g}, strongest={RIGHT[1]:g}, trial={RIGHT[2]:g})
answer = ...
""",
        solution=_index,
        tolerance=0.001,
        right="Both sides work at 30 % of what they can. The electrodes made the difference.",
        hint="(trial - rest) / (strongest - rest) for each side; then (L - R) / (L + R).",
        wrong=(
            (_index(rest=False, most=False), "Those are microvolts: they tell where electrodes "
             "sit, too. Scale each side by its own strongest smile."),
            (_index(most=False), "The rest is gone. Now divide each side by its own strongest "
             "smile."),
            (_index(rest=False), "Subtract the rest first, from the trial and from the strongest."),
        ),
        source="S0-069; E0-29",
    ),
    Exercise(
        id="6.11",
        title="How many items at least?",
        prompt=(
            "Two models are tested on the same items. Their accuracies are printed as "
            f"{PRINTED[0]} and {PRINTED[1]} %. Right answers are whole numbers. Set `answer` to "
            "the **smallest number of items** on which both percentages can come about."
        ),
        starter="""\
def fits(percent, n):
    right = round(percent / 100 * n)  # the nearest whole number
    return abs(100 * right / n - percent) <= 0.005

print(fits(97.62, 42), fits(96.47, 42))
answer = ...
""",
        solution=_fewest,
        right="Fewer is impossible, unless the numbers are means of folds or of different tests.",
        hint="next(n for n in range(1, 5000) if fits(97.62, n) and fits(96.47, n))",
        wrong=(
            (_fewest(PRINTED[:1]), "That is enough for the first percentage alone: 41 of 42."),
            (_fewest(PRINTED[1:]), "That is enough for the second percentage alone: 82 of 85."),
            (_fewest() - 1, "Here only one of the two fits. Go on by one."),
            (10000, "On ten thousand items they are possible, but on far fewer as well."),
        ),
        source="S4-007; E4-04",
    ),
    Exercise(
        id="6.12",
        title="Audit a split",
        prompt=(
            "Windows were dealt out. Each entry names the trial that a window was cut from; its "
            "letter is the person. Set `answer` to a list of two shares of the *tested* windows: "
            "those **whose trial** is in training, and those **whose person** is."
        ),
        starter=f"""\
train = {list(TRAIN)!r}
test = {list(TEST)!r}
answer = ...
""",
        solution=lambda: [_tested(apart="trial"), _tested(apart="person")],
        tolerance=0.001,
        right="Only the two windows of person d say anything of strangers.",
        hint="known = set(train); then count test windows in known. Again with the letters alone.",
        wrong=(
            ([_tested(apart="person"), _tested(apart="trial")], "Trial first, person second."),
            ([1 - _tested(apart="trial"), 1 - _tested(apart="person")],
             "Those are the shares that are new. Asked are those that cross."),
            ([_names(2), _names(1)], "You counted each trial or person once. Count windows."),
        ),
        source="S4-009; E4-04",
    ),
)  # fmt: skip
