"""Exercises of chapter 2, "AU tables from data and experience"."""

from __future__ import annotations

from functools import cache

from fau_teach import datasets, emotion
from fau_teach.exercises._core import Exercise

LABELS = ("4+7", "7+4", "26+26", "26", "null", "L12", "15+B22+17", "B22+15+17")
ANGRY = (("4", 0.8), ("4+5", 0.5), ("4", 0.2))
PAIRS = (("4", "Disgust"), ("2", "Surprise"), ("14", "Anger"), ("5", "Surprise"), ("20", "Fear"))


@cache
def _images(count: int, seed: int) -> tuple[emotion.Sample, ...]:
    return tuple(datasets.synthesise(images=count, seed=seed).samples)


def _blends(at_least: bool = False) -> int:
    tops = [max(row.scores.values()) for row in _images(500, 3)]
    return sum((top >= 0.5) == at_least for top in tops)


def _angry() -> list[emotion.Sample]:
    return [emotion.Sample(codes, {"Anger": score}) for codes, score in ANGRY]


def _leaders(places: int) -> dict[str, int]:
    """In how many emotions each AU is among the first places of Method 1."""
    rows = emotion.shares(_images(500, 3)).values()
    first = [code for row in rows for code in list(row)[:places]]
    return {code: first.count(code) for code in first}


def _everywhere() -> str:
    counts = _leaders(2)
    return max(counts, key=lambda code: counts[code])


def _alone(*, contempt: bool) -> set[str]:
    sets = dict(emotion.table("imotions").codes())
    if not contempt:
        del sets["Contempt"]
    return set().union(*emotion.exclusive(sets).values())


def _ranked(by: str) -> list[str]:
    found = {(pair.code, pair.emotion): pair for pair in emotion.casme3()}
    value = {
        "z": lambda pair: pair.log_odds(prior=20).z,
        "lift": lambda pair: pair.lift,
        "reliability": lambda pair: pair.reliability,
        "specificity": lambda pair: pair.specificity,
    }[by]
    pairs = sorted((found[pair] for pair in PAIRS), key=value, reverse=True)
    return [pair.code for pair in pairs]


def _score(kind: str) -> float:
    """Happiness of faces with AU25 in the made-up set, in one of several readings."""
    rows = _images(200, 7)
    with_unit = [row.scores.get("Happiness", 0.0) for row in rows if "25" in row.codes]
    happy = [row for row in rows if row.emotion == "Happiness"]
    return {
        "mean": sum(with_unit) / len(with_unit),
        "sum": sum(with_unit),
        "of all": sum(with_unit) / len(rows),
        "reliability": sum("25" in row.codes for row in happy) / len(happy),
        "specificity": sum("25" in row.codes for row in happy) / len(with_unit),
    }[kind]


def _telling(least: int, by: str = "specificity") -> tuple[str, str]:
    found = [pair for pair in emotion.casme3() if pair.n_code >= least and pair.emotion != "Others"]
    best = max(found, key=lambda pair: float(getattr(pair, by)))
    return best.code, best.emotion


def _in_every_row(name: str) -> set[str]:
    table = emotion.learned(name)
    return {
        code
        for code in table.codes()
        if all(table.value(code, each) is not None for each in emotion.SIX)
    }


EXERCISES = (
    Exercise(
        id="2.1",
        title="How many images are blends",
        solution=_blends,
        right="For these, no emotion holds half of the votes: one word an image would mislead.",
        hint="Take max(row.scores.values()) for each row and count those below 0.5.",
        wrong=(
            (_blends(at_least=True), "You counted the clear ones. Count those below one half."),
            (500, "That is all of them. Compare the largest score with 0.5."),
        ),
        source="S0-023; S0-024",
    ),
    Exercise(
        id="2.2",
        title="Method 1 by hand, mended",
        solution=lambda: emotion.shares(_angry())["Anger"],
        tolerance=0.001,
        right="The two rows with AU4 alone count once, with their mean 0.5.",
        hint="Average the rows that share AUs and emotion, add up for each AU, divide by the sum.",
        wrong=(
            (
                {"4": 1.3 / 1.8, "5": 0.5 / 1.8},
                "That is the first appearance. Swap the first and the third row: it changes.",
            ),
            ({"4": 1.5 / 2.0, "5": 0.5 / 2.0}, "Here the repeated row counts twice."),
            ({"4": 1.0, "5": 0.5}, "Right sums. Divide by their total, so that they add up to 1."),
            ({"4": 0.5, "5": 0.5}, "Row 2 holds AU4 as well: it adds to both."),
        ),
        source="S0-026; E0-09",
    ),
    Exercise(
        id="2.3",
        title="The unit that leads everywhere",
        solution=_everywhere,
        right="It leads because it is on most faces, whatever they show.",
        hint="Print the first two units of each row of emotion.shares(samples). Which one recurs?",
        wrong=(
            ("12", "AU12 leads for happiness. Does it lead for anger as well?"),
            ("4", "AU4 leads in negative rows. Look at happiness and surprise."),
        ),
        source="S0-041",
    ),
    Exercise(
        id="2.4",
        title="Exclusive units of the guide, without contempt",
        solution=lambda: _alone(contempt=False),
        right="Without contempt AU12 belongs to happiness alone, and AU14 leaves the table.",
        hint="Take the row Contempt out first, then call emotion.exclusive on what is left.",
        wrong=(
            (
                _alone(contempt=True),
                "Contempt is still in: AU12 is then in two rows, and AU14 in one.",
            ),
            (
                set().union(*emotion.exclusive("dong").values()),
                "That is Table 3 of the paper. Use the guide's table, 'imotions'.",
            ),
            (
                set().union(*emotion.table("imotions").codes().values()),
                "These are all units of the table. Take away what other rows have, too.",
            ),
            ({"6", "12"}, "These are happiness. Collect the units of all six rows."),
        ),
        source="S2-054",
    ),
    Exercise(
        id="2.5",
        title="Five pairs, the strongest evidence first",
        solution=lambda: _ranked("z"),
        right="Log-odds with a prior put three clips last, however high their lift.",
        hint="Sort by pair.log_odds(prior=20).z, largest first, and give the codes as a list.",
        wrong=(
            (_ranked("lift"), "By lift three clips come first. Use z of the log-odds."),
            (
                _ranked("reliability"),
                "That is P(AU | emotion). AU14 is common in anger, and elsewhere as well.",
            ),
            (_ranked("specificity"), "That is P(emotion | AU), which three of three clips win."),
            (_ranked("z")[::-1], "Right order, wrong end: the strongest comes first."),
        ),
        source="S0-055; E0-41",
    ),
    Exercise(
        id="2.6",
        title="One score, two tables",
        solution=lambda: {
            name: emotion.match("R12+R14", name).best[0] for name in ("dong", "imotions")
        },
        right="The guide has a row for one side of the face. The paper has no contempt at all.",
        hint="Ask emotion.match(score, name).best for both tables.",
        wrong=(
            (
                {"dong": "Happiness", "imotions": "Happiness"},
                "Did you keep the sides? Without the two letters the score resembles a smile.",
            ),
            (
                {"dong": "Contempt", "imotions": "Contempt"},
                "The paper's table has six rows, and contempt is not among them.",
            ),
        ),
        source="S2-053; S2-055; E2-18",
    ),
    Exercise(
        id="2.7",
        title="How many different observations",
        prompt=(
            "Eight labels from a file of images. Order and repeats do not matter, and `null` holds "
            "no units. How many *different sets of codes* were scored? Count by hand or in code, "
            "and set `answer` to the number."
        ),
        starter=f"""\
from fau_teach import facs

labels = [{", ".join(f'"{one}"' for one in LABELS[:5])},
          {", ".join(f'"{one}"' for one in LABELS[5:])}]
print(facs.parse("15+B22+17").codes)

answer = ...  # a number
""",
        solution=lambda: len({emotion.Sample(one, {}).codes for one in LABELS} - {frozenset()}),
        right="4 with 7, 26, 12, and 15 with 17 and 22.",
        hint="Collect facs.parse(label).codes in a set; leave out the empty one.",
        wrong=(
            (8, "That is the number of labels. Some say the same in another order."),
            (5, "Either null counts as a set here, or 26+26 as different from 26."),
            (6, "Do you compare texts, or the codes in them? Order and repeats do not matter."),
            (7, "Only null is left out so far. Compare sets of codes, not texts."),
        ),
        source="S0-023",
    ),
    Exercise(
        id="2.8",
        title="Method 2 in your own lines",
        prompt=(
            "Compute the mean happiness score of all images with AU25, without calling "
            "`emotion.means`. Set `answer` to that number, not rounded."
        ),
        starter="""\
from fau_teach import datasets

samples = datasets.synthesise(images=200, seed=7).samples
row = samples[0]
print(row.codes, row.scores["Happiness"])
print("25" in row.codes)  # a code is a text, in quotes

answer = ...  # a number between 0 and 1
""",
        solution=lambda: _score("mean"),
        tolerance=0.0005,
        right="That is one cell of the table that emotion.means makes.",
        hint="Collect row.scores['Happiness'] of rows with '25' in row.codes; divide by how many.",
        wrong=(
            (_score("sum"), "That is the sum, as printed. Divide by the number of its images."),
            (_score("of all"), "You divided by all images. Divide by those with AU25."),
            (_score("reliability"), "That is how often happy images have AU25: another question."),
            (
                _score("specificity"),
                "You counted images by their top emotion. Use every image's happiness score.",
            ),
        ),
        source="S0-027; E0-10",
    ),
    Exercise(
        id="2.9",
        title="Units in every legible row",
        prompt=(
            "Which units have a legible entry for *all six* emotions in the first table? "
            "Set `answer` to the set of their codes."
        ),
        starter="""\
from fau_teach import emotion

first = emotion.learned("dong1")
print(first.value("9", "Anger"), first.value("9", "Fear"))

answer = ...  # a set of codes, such as {"9"}
""",
        solution=lambda: _in_every_row("dong1"),
        right="Three units stand everywhere, so none of them belongs to one emotion alone.",
        hint="Keep a code of first.codes() if first.value(code, name) is never None over SIX.",
        wrong=(
            ({"25"}, "AU25 is one. Two more stand in all six rows, further down."),
            ({"12", "25"}, "One more: look at rank 3 of three rows."),
            (set(), "An empty set fits the second table. In the first, some units do it."),
            (
                set(emotion.learned("dong1").codes()),
                "These stand in at least one row. Ask for all six.",
            ),
        ),
        source="S0-028; S0-041",
    ),
    Exercise(
        id="2.10",
        title="The most telling pair",
        prompt=(
            "Among the 860 clips, take units that were coded on at least 20 clips, and leave out "
            "the label `Others`. Which pair has the highest P(emotion | AU)? Set `answer` to a "
            "code and an emotion."
        ),
        starter="""\
from fau_teach import emotion

for pair in emotion.casme3()[:3]:
    print(pair.code, pair.emotion, pair.n_code, round(pair.specificity, 2))

answer = ...  # a pair such as ("14", "Anger")
""",
        solution=lambda: _telling(20),
        right="It is on one surprise clip in five, and on hardly any other clip.",
        hint="Keep pairs with n_code >= 20, then take the one with the largest specificity.",
        wrong=(
            (_telling(0), "Three clips. Ask for pair.n_code >= 20 first."),
            (_telling(20, "reliability"), "That is P(AU | emotion). Sort by pair.specificity."),
            (("14", "Anger"), "AU14 is common in anger, but most clips with AU14 are not angry."),
        ),
        source="S0-055; E0-41",
    ),
)
