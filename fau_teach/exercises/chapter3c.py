"""Exercises of chapter 3, last pages: "The coding bench" to "What else can be measured"."""

from __future__ import annotations

from collections import Counter

from fau_teach import facs
from fau_teach.coding.align import lag
from fau_teach.exercises._core import Exercise

SCORES = ("1+2+5", "6+12", "4+7+24", "9+17", "12+25", "14+23", "4+15", "43")
LOOKED_AT = ("brow", "mouth")
# Pairs of codes that look alike: right answers, wrong answers.
LOG = {
    "6 or 7": (17, 8),
    "12 or 14": (9, 3),
    "23 or 24": (2, 5),
    "1 or 2": (19, 6),
    "18 or 22": (1, 1),
}
INPUTS, SIDES = 16, 2
# Seconds at which a log says that the screen flashed, and the brightest frames of the film.
FLASHES, LIGHT, FPS = (1.0, 3.5, 7.5), (68, 193, 393), 50


def _codes() -> list[str]:
    return [code for score in SCORES for code in facs.parse(score).codes]


def _seen(regions: tuple[str, ...] = LOOKED_AT) -> float:
    """Share of the codes that lie in some regions."""
    codes = _codes()
    return sum(facs.au(code).region in regions for code in codes) / len(codes)


def _half(name: str) -> float:
    return Counter(facs.au(code).half for code in _codes())[name] / len(_codes())


def _weakest(least: int = 5) -> str:
    """Lowest share right among the sets with enough answers."""
    known = {name: right / (right + wrong) for name, (right, wrong) in LOG.items()
             if right + wrong >= least}  # fmt: skip
    return min(known, key=lambda name: known[name])


def _most_wrong() -> str:
    return max(LOG, key=lambda name: LOG[name][1])


def electrodes(muscles: int, sides: int = 1, pair: int = 2, ground: int = 1) -> int:
    """Electrodes for so many muscles a side: a pair each, and one ground for all (S0-107)."""
    return pair * muscles * sides + ground


def _muscles() -> int:
    """Most muscles a side for which the inputs suffice."""
    return max(n for n in range(INPUTS) if electrodes(n, SIDES) <= INPUTS)


def _series() -> tuple[list[float], list[float]]:
    """Screen by the log and light in the film, a value a frame."""
    frames = range(10 * FPS)
    at = {round(second * FPS) for second in FLASHES}
    return [float(n in at) for n in frames], [float(n in LIGHT) for n in frames]


def _late_ms() -> float:
    return lag(*_series(), FPS).ms


EXERCISES = (
    Exercise(
        id="3.16",
        title="What a glance at brows and mouth misses",
        prompt=(
            "Eight scores. A coder looks at brows and mouth only. Set `answer` to the **share of "
            "all codes** that lie in these two regions. `facs.au(code).region` names the region."
        ),
        starter=f"""\
from fau_teach import facs

scores = [{", ".join(f'"{one}"' for one in SCORES[:4])},
          {", ".join(f'"{one}"' for one in SCORES[4:])}]
for code in facs.parse(scores[2]).codes:
    print(code, facs.au(code).region)

answer = ...  # a number between 0 and 1
""",
        solution=_seen,
        tolerance=0.005,
        right="Eleven of seventeen. The other six are in eyes, cheeks, nose and chin.",
        hint='Collect the codes of all scores, then count those with region "brow" or "mouth".',
        wrong=(
            (1 - _seen(), "That is what she misses. Asked is the share that she can see."),
            (_seen(("brow",)), "Those are the brows alone. She looks at the mouth as well."),
            (_seen(("mouth",)), "That is the mouth alone. She looks at the brows as well."),
            (
                _half("lower"),
                "That is the lower half. Nose and chin lie in it, and she skips both.",
            ),
            (11, "Eleven codes lie there. Divide by the number of all codes."),
            (11 / 8, "You divided by scores. Divide by codes: a score can hold several."),
        ),
        source="S0-084",
    ),
    Exercise(
        id="3.17",
        title="What to practise next",
        prompt=(
            "A log of five contrast sets: right answers, wrong answers. Set `answer` to the set "
            "with the **lowest share right** among those with **at least five** answers."
        ),
        starter="""\
log = {"""
        + ", ".join(f'"{name}": {pair}' for name, pair in [*LOG.items()][:3])
        + ",\n       "
        + ", ".join(f'"{name}": {pair}' for name, pair in [*LOG.items()][3:])
        + """}
right, wrong = log["6 or 7"]
print(right / (right + wrong))

answer = ...  # the name of a set, as in the log
""",
        solution=_weakest,
        right="Two of seven. More answers were wrong in 6 or 7, where she had far more to answer.",
        hint="Work out right / (right + wrong) for each set, and leave out sets with few answers.",
        wrong=(
            (_most_wrong(), "It has most errors because it was asked most. Compare the shares."),
            ("18 or 22", "One of two: that is no estimate. It needs answers before it has a rank."),
            ("1 or 2", "Six wrong, but 19 right: the share is good."),
            ("12 or 14", "Nine of twelve is the second best share. Look for the lowest."),
        ),
        source="S0-104",
    ),
    Exercise(
        id="3.18",
        title="How many muscles for sixteen inputs",
        prompt=(
            "A recorder takes 16 electrodes. Each muscle needs a pair, and one ground serves all. "
            "You record the same muscles on both sides. Set `answer` to the largest number of "
            "muscles **a side**."
        ),
        starter="""\
muscles, sides = 1, 2
print(2 * muscles * sides + 1, "electrodes")

answer = ...  # muscles a side
""",
        solution=_muscles,
        right="Three a side take 12 electrodes and a ground. Four would take 17, one too many.",
        hint="Raise muscles in the printed line until it passes 16.",
        wrong=(
            (7, "Seven pairs and a ground fit, on one side. You record two."),
            (8, "Is there an input left for the ground? And you record two sides."),
            (4, "Four a side need 16 electrodes, and the ground is the seventeenth."),
            (16, "As many muscles as electrodes: so it is printed (E0-36). Each needs a pair."),
            (6, "Six muscles in all. Asked is how many a side."),
        ),
        source="S0-107; E0-36",
    ),
    Exercise(
        id="3.19",
        title="Two clocks",
        prompt=(
            "The log says at which seconds the screen flashed. The film shows light in three "
            "frames, at 50 frames a second. Set `answer` to how many **milliseconds later** the "
            "film's clock runs. Work it out, or ask `coding.lag(screen, film, rate)`."
        ),
        starter=f"""\
from fau_teach import coding

flashes = {list(FLASHES)}  # s
light = {list(LIGHT)}  # frames
screen = [float(n / {FPS} in flashes) for n in range({10 * FPS})]
film = [float(n in light) for n in range({10 * FPS})]

answer = ...  # ms
""",
        solution=_late_ms,
        tolerance=0.5,
        right="Each flash is 18 frames late, and a frame is 20 ms.",
        hint="Frame 68 is second 1.36 of the film. The log says 1.0.",
        wrong=(
            (-_late_ms(), "Right size, wrong sign: the film shows the flash after the log."),
            (_late_ms() / 20, "That is in frames. At 50 frames a second a frame lasts 20 ms."),
            (_late_ms() / 1000, "That is in seconds."),
            (1360, "That is when the first flash shows in the film. Take off the log's time."),
            (
                18 * 1000 / 30,
                "You used 30 frames a second; this film has 50.",
            ),
        ),
        source="S2-061",
    ),
)
