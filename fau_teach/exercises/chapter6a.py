"""Exercises of chapter 6: what an electrode hears, and the board that records it."""

from __future__ import annotations

from statistics import fmean, stdev

from fau_teach.emg import board
from fau_teach.exercises._core import Exercise

MUSCLES, SIDES = 3, 2
REST = ((4.0, 5.0, 6.0, 5.0), (40.0, 52.0, 48.0, 60.0))
"""At rest, over zygomaticus and over corrugator [uV]."""
LEVELS = ((9.0, 55.0, "positive"), (5.0, 75.0, "negative"), (8.0, 58.0, "positive"),
          (6.0, 90.0, "negative"), (7.0, 45.0, "positive"))  # fmt: skip
OUTPUTS = (-4.0, 2.0, 9.0)
SHARE, SWING_V, REFERENCE_V = 0.08, 0.9, 2.56


def _share(rest: str) -> float:
    """Share of trials whose valence the sign of the difference gives.

    ``rest`` says what of its own rest a level is compared with: none, its mean, or all of it.
    """
    right = 0
    for zyg, cor, shown in LEVELS:
        first, second = ((level - fmean(own) * (rest != "none")) / (stdev(own) ** (rest == "all"))
                         for level, own in zip((zyg, cor), REST, strict=True))  # fmt: skip
        right += ("positive" if first > second else "negative") == shown
    return right / len(LEVELS)


def _budget(muscles: int, per_muscle: int = 2, ground: int = 1) -> list[float]:
    return [per_muscle * muscles + ground, board.adc_rate(muscles)]


def _counts(reference: float, share: float = SHARE) -> float:
    return 1000 * share * SWING_V / board.step_mv(reference)


PAIRS = MUSCLES * SIDES

EXERCISES = (
    Exercise(
        id="6.1",
        title="A budget for three muscles",
        solution=lambda: _budget(PAIRS),
        tolerance=0.5,
        right="Thirteen electrodes, and 1,603 conversions a second for each: enough for raw EMG.",
        hint="Two electrodes a muscle and side, one ground for all; 125,000 / 13 conversions are "
        "shared by the channels.",
        wrong=(
            (_budget(MUSCLES), "That is one side. Both are asked."),
            (_budget(PAIRS, ground=PAIRS), "One ground serves all pairs."),
            (_budget(PAIRS, ground=0), "The ground is missing: one electrode for all."),
            (_budget(PAIRS, per_muscle=1), "Each muscle needs a pair: a difference is measured."),
            ([_budget(PAIRS)[0], board.adc_rate()], "The ADC does one pin after another: share "
             "its conversions among the channels."),
        ),
        source="S0-107; E0-36; E4-06",
        prompt=(
            "You want corrugator, orbicularis oculi and zygomaticus of both sides. How many "
            "electrodes does the wearer carry, and how many samples a second can the Mega take "
            "of each pair? Set `answer` to a list of the two."
        ),
        starter=(
            "muscles, sides = 3, 2\nconversions = 125_000 / 13  # a second, of all pins together\n"
            "print(round(conversions))\nanswer = ...\n"
        ),
    ),
    Exercise(
        id="6.2",
        title="Two channels, one subtraction",
        solution=lambda: _share("all"),
        tolerance=0.001,
        right="Each channel is compared with its own rest first. Then the subtraction works.",
        hint="Take each level minus the mean of its own rest, divided by the standard deviation "
        "of that rest. Positive, if zygomaticus is then the larger one.",
        wrong=(
            (_share("none"), "Microvolts of two muscles do not compare: corrugator is the "
             "louder here even at rest."),
            (_share("mean"), "The means are gone, the spreads are not: divide by them."),
            (_share("all") * len(LEVELS), "That is the number. Asked is the share."),
        ),
        source="S0-079",
        prompt=(
            "Five pictures were shown. The code subtracts microvolts, and corrugator always "
            "wins. Compare each level with its own rest, and set `answer` to the share of "
            "pictures whose valence is found."
        ),
        starter=(
            "from statistics import mean, stdev\n"
            "rest_zyg, rest_cor = [4, 5, 6, 5], [40, 52, 48, 60]\n"
            "shown = [(9, 55, 1), (5, 75, -1), (8, 58, 1), (6, 90, -1), (7, 45, 1)]\n"
            "right = 0\nfor zyg, cor, truth in shown:\n"
            "    sign = 1 if zyg - cor > 0 else -1\n"
            "    right += sign == truth\nprint(right / len(shown))\nanswer = ...\n"
        ),
    ),
    Exercise(
        id="6.3",
        title="What reaches the pin",
        solution=lambda: [board.pin_volts(one) for one in OUTPUTS],
        tolerance=0.01,
        right="Between the two diodes nothing changes; beyond them the pin stays where it is safe.",
        hint="Above 5.3 V the upper diode conducts, below −0.3 V the lower one; between them the "
        "pin sees the output.",
        wrong=(
            (list(OUTPUTS), "Nothing is clamped yet: 9 V would reach the pin."),
            ([one / 2 for one in OUTPUTS], "That is a divider. It lets −2 V through."),
            ([0.0, 2.0, 5.0], "Nearly. A diode begins to conduct 0.3 V beyond its rail."),
            ([board.DIODE_V, 2.0, 5.3], "The lower diode holds the pin below zero, not above."),
            ([-4.0, 2.0, 5.3], "The lower diode is missing."),
        ),
        source="S4-003; S4-013",
        prompt=(
            "The module puts out −4 V, 2 V and 9 V. Between it and A0 stand a resistor and two "
            "Schottky diodes (0.3 V), one to 5 V and one to ground. Set `answer` to the list of "
            "the three voltages at the pin."
        ),
        starter=(
            "supply, diode = 5.0, 0.3\noutputs = [-4.0, 2.0, 9.0]\npins = [volts for volts in "
            "outputs]\nprint(pins)\nanswer = ...\n"
        ),
    ),
    Exercise(
        id="6.4",
        title="How many counts is a micro-expression?",
        solution=lambda: _counts(REFERENCE_V),
        tolerance=0.05,
        right="Almost twice as many as at 5 V, from the same skin.",
        hint="The signal in volts, divided by reference / 1024.",
        wrong=(
            (_counts(5.0), "One count is 5 V / 1024 only with the 5 V reference."),
            (_counts(REFERENCE_V, 1.0), "That is the strongest contraction. Take 8 % of it."),
            (_counts(REFERENCE_V, 8.0), "8 % is 0.08, not 8."),
            (_counts(1.1), "That is the 1.1 V reference."),
        ),
        source="S4-003",
        prompt=(
            "The strongest contraction lifts the output by 0.9 V. A micro-expression reaches 8 % "
            "of that. By how many counts does it lift the reading with the 2.56 V reference and "
            "10 bits? Set `answer`; it need not be a whole number."
        ),
        starter="swing, share = 0.9, 0.08\nstep = 5.0 / 1024\nprint(swing * share / step)\n"
        "answer = ...\n",
    ),
)  # fmt: skip
