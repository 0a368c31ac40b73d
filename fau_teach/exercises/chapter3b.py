"""Exercises of chapter 3, "Labelling", on agreement and files."""

from __future__ import annotations

from functools import cache

from fau_teach import agreement, clip, facs
from fau_teach.coding.agree import agree
from fau_teach.coding.session import Session, joined
from fau_teach.coding.simulate import Coder, simulate
from fau_teach.exercises._core import Exercise

EVENTS = (
    ("1+2C", "1+2"), ("R12B", "R12D"), ("4+7", "4+7+17"), ("null", "null"), ("6+12D", "12"),
)  # fmt: skip
TABLE = (2, 3, 3, 32)  # both, only the first, only the second, neither
FIRST = ((10, 19), (40, 59), (80, 89), (100, 129))
SECOND = ((10, 14), (30, 59), (62, 66), (81, 93), (100, 115), (116, 129))
ANNA = ("4", "null", "?", "4+7", "null", "12")
BEN = ("4", "4", "4", "4", "null", "?")

# The lab: four coders of known faults, forty clips of eight people. Lab 3 makes the same files.
CODERS = (
    Coder("Anna", miss=0.05, spread_ms=30),
    Coder("Ben", miss=0.1, spread_ms=40, intensity=1),
    Coder("Chen", miss=0.08, spread_ms=30, delay_ms=150),
    Coder("Dana", miss=0.25, spread_ms=60, confuse=0.2, add=0.4),
)
ONE_CLIP = "B2"
LOOKED_FOR = ("1", "2", "4", "9", "12", "13", "20", "32", "33", "39")


@cache
def lab() -> Session:
    """What the four coders of Lab 3 wrote."""
    kinds = ("macro", "micro")
    keys = {
        f"{name}{n}": clip.sample(kinds[n % 2], seed=n + 11 * ord(name), identity=name).key()
        for name in "ABCDEFGH"
        for n in range(5)
    }
    return joined([simulate(keys, [coder], seed=5).session for coder in CODERS], "Our lab")


@cache
def lab_report() -> agreement.Report:
    """Agreement of the four, without intervals."""
    return agree(lab(), resamples=0)


def _of_clip() -> float:
    written = ["+".join(one.aus for one in lab().of(who, ONE_CLIP)) for who in ("Anna", "Dana")]
    return agreement.index(*written).value or 0


def _strays() -> str:
    def mean(name: str) -> float:
        pairs = [one for one in lab_report().groups if len(one) == 2 and name in one]
        found = [lab_report().find("index", "per clip", "mean", one).value for one in pairs]
        return sum(value or 0 for value in found)

    return min(lab().coders, key=mean)


def _late() -> float:
    pair = ("Anna", "Chen")
    return lab_report().find("timing", "onset", "mean error (ms)", pair).value or 0


def _flattered() -> str:
    """The unit with much agreement and a kappa below chance."""
    pair = ("Anna", "Dana")

    def figure(code: str, name: str) -> float:
        value = lab_report().find("occurrence", code, name, pair).value
        return 1.0 if value is None else value

    high = [c for c in lab_report().codes if figure(c, "percent agreement") >= 0.9]
    return min(high, key=lambda code: figure(code, "kappa"))


def _undefined() -> set[str]:
    made = agree(lab(), codes=LOOKED_FOR, resamples=0)
    pair = ("Anna", "Ben")
    kappas = {code: made.find("occurrence", code, "kappa", pair) for code in LOOKED_FOR}
    return {code for code, kappa in kappas.items() if kappa.value is None}


def _event_index(kind: str) -> float:
    """The index over ``EVENTS`` in one of several readings."""
    codes = [tuple(facs.parse(one).codes for one in pair) for pair in EVENTS]
    each = [agreement.index(*pair).value for pair in codes]
    known = [value for value in each if value is not None]
    shared = [len(a & b) / len(a | b) for a, b in codes if a | b]
    texts = [agreement.index(*(one.split("+") for one in pair)).value or 0 for pair in EVENTS]
    return {
        "mean": sum(known) / len(known),
        "pooled": agreement.pooled_index(codes).value or 0,
        "null as 1": (sum(known) + 1) / len(each),
        "null as 0": sum(known) / len(each),
        "Jaccard": sum(shared) / len(shared),
        "printed": 2 * sum(shared) / len(shared),
        "letters": (sum(texts) - 1) / len(known),  # without the event in which nothing moved
    }[kind]


def _from_table(kind: str) -> float:
    both, first, second, neither = TABLE
    a = [1] * (both + first) + [0] * (second + neither)
    b = [1] * both + [0] * first + [1] * second + [0] * neither
    found = {
        "percent": agreement.percent(a, b),
        "kappa": agreement.kappa(a, b),
        "ac1": agreement.ac1([a, b]),
        "pabak": agreement.pabak(a, b),
    }
    value = found[kind].value
    return 0.0 if value is None else value


def _chance() -> float:
    both, first, second, _ = TABLE
    total = sum(TABLE)
    one, two = (both + first) / total, (both + second) / total
    return one * two + (1 - one) * (1 - two)


def _shared(*, inclusive: bool) -> int:
    """Pairs of ``FIRST`` and ``SECOND`` with half an overlap; ends count or do not."""
    count = 0
    for a, b in FIRST:
        for c, d in SECOND:
            common = min(b, d) - max(a, c) + inclusive
            count += 2 * common >= max(b, d) - min(a, c) + inclusive
    return count


def _four_and_unknown(gaps: str) -> float:
    """Share of clips on which both say the same of AU4; ``gaps`` says what a ? is taken for."""
    rows = []
    for pair in zip(ANNA, BEN, strict=True):
        scores = [facs.parse(one) for one in pair]
        unknown = [one.state == "unknown" for one in scores]
        if (gaps == "left out" and any(unknown)) or (gaps == "of Anna" and unknown[0]):
            continue
        first, second = ("4" in one.codes for one in scores)
        rows.append(first == second and not (gaps == "wrong" and any(unknown)))
    return sum(rows) / len(rows)


EXERCISES = (
    Exercise(
        id="3.6",
        title="The mean index of five events",
        prompt=(
            "Five events, two coders. Compute the agreement index of each event *as used*, sides "
            "kept and intensities left out. Set `answer` to the **mean over the events**. An event "
            "in which neither coder scored a code has no index: leave it out."
        ),
        starter=f"""\
from fau_teach import agreement

events = [{", ".join(f'("{a}", "{b}")' for a, b in EVENTS[:3])},
          {", ".join(f'("{a}", "{b}")' for a, b in EVENTS[3:])}]
print(agreement.index(*events[2]))

answer = ...  # a number between 0 and 1
""",
        solution=lambda: _event_index("mean"),
        tolerance=0.002,
        right="1, 1, .8 and .67 over four events; the still one is reported beside it.",
        hint="Work out 2 × shared / all written for each event, then the mean of four numbers.",
        wrong=(
            (_event_index("pooled"), "That is pooled: it adds up first. Average the events."),
            (_event_index("null as 1"), "Does 0 of 0 count as 1 here? Leave that event out."),
            (_event_index("null as 0"), "You divided by five events; only four have an index."),
            (_event_index("Jaccard"), "That is Jaccard. The index counts shared codes twice."),
            (_event_index("printed"), "Above 1: you divided by the union, as Eq. 2 is printed."),
            (_event_index("letters"), "Do letters make codes differ? B and D are intensities."),
        ),
        source="S0-103; S0-104; E0-07",
    ),
    Exercise(
        id="3.7",
        title="Kappa from four counts",
        prompt=(
            "Forty clips, one unit. Both coders wrote it on {} clips, only the first on {}, only "
            "the second on {}, neither on {}. Set `answer` to Cohen's kappa. Try it by hand first."
        ).format(*TABLE),
        starter="""\
both, first, second, neither = 2, 3, 3, 32
total = both + first + second + neither
observed = (both + neither) / total
print(observed)

answer = ...  # kappa
""",
        solution=lambda: _from_table("kappa"),
        tolerance=0.005,
        right="85 % the same, of which 78 % come by chance: only .31 of the rest was reached.",
        hint="Each coder wrote it on 5 of 40. Expected: .125 × .125 + .875 × .875.",
        wrong=(
            (_from_table("percent"), "That is the share observed. Take off what chance gives."),
            (_from_table("ac1"), "That is AC1. Kappa expects q² + (1 − q)², here q = 5/40."),
            (_from_table("pabak"), "That is PABAK, which expects one half by chance."),
            (_chance(), "That is what chance gives. Now (observed − chance) / (1 − chance)."),
            (
                _from_table("percent") - _chance(),
                "Right top. Divide by what could be gained, 1 minus chance.",
            ),
            (
                2 * TABLE[0] / (2 * TABLE[0] + TABLE[1] + TABLE[2]),
                "That is the agreement index of the finds: it leaves out the 32 clips.",
            ),
        ),
        source="S0-104",
    ),
    Exercise(
        id="3.8",
        title="F1 of events",
        prompt=(
            "Two coders marked these events as pairs of onset and offset. An event of coder 2 is "
            "the same as one of coder 1 if their overlap (IoU) is at least .5; both ends count as "
            "frames, and each event has one partner at most. Set `answer` to F1."
        ),
        starter=f"""\
from fau_teach import agreement

first = [{", ".join(map(str, FIRST))}]
second = [{", ".join(map(str, SECOND[:4]))},
          {", ".join(map(str, SECOND[4:]))}]
print(agreement.iou(first[0], second[0]))

answer = ...  # F1
""",
        solution=lambda: 2 * _shared(inclusive=True) / (len(FIRST) + len(SECOND)),
        tolerance=0.005,
        right="Four pairs match, two events of coder 2 are left over: 2 × 4 / (4 + 6).",
        hint="Count the pairs with IoU of .5 or more. F1 is twice the pairs over all events.",
        wrong=(
            (
                2 * _shared(inclusive=False) / (len(FIRST) + len(SECOND)),
                "Frames 10 to 19 are ten frames. Count both ends, and one more pair reaches .5.",
            ),
            (4 / 6, "That is precision: the share of coder 2's events that found a partner."),
            (
                1,
                "Is this recall? F1 weighs both lists. If not: does one event have two partners?",
            ),
            (4, "Four pairs match. Twice that, over all events of both."),
        ),
        source="S0-100; S0-104",
    ),
    Exercise(
        id="3.9",
        title="Unknown is not none",
        prompt=(
            "Six clips, two coders. `null` means that nothing moved, `?` that nobody could tell. "
            "On which share of the clips do they agree about AU4, present or absent? Leave out "
            "clips that are unknown to either. Set `answer` to the share."
        ),
        starter=f"""\
from fau_teach import facs

anna = [{", ".join(f'"{one}"' for one in ANNA)}]
ben = [{", ".join(f'"{one}"' for one in BEN)}]
print(facs.parse("?").state, facs.parse("null").state)

answer = ...  # a share between 0 and 1
""",
        solution=lambda: _four_and_unknown("left out"),
        tolerance=0.005,
        right="Four clips are known to both, and on three of them they say the same.",
        hint="Drop the clips with a ? on either side; then compare '4' in facs.parse(x).codes.",
        wrong=(
            (
                _four_and_unknown("none"),
                "Here ? counts as absent, which agrees with what it should not. Leave them out.",
            ),
            (_four_and_unknown("of Anna"), "Ben has a ? as well, in the last clip."),
            (_four_and_unknown("wrong"), "An unknown clip is no disagreement either."),
            (3, "Three clips agree. Divide by the clips that both could judge."),
        ),
        source="S0-104",
    ),
    Exercise(
        id="3.10",
        title="Events of each coder",
        solution=lambda: {name: len(lab().of(name)) for name in lab().coders},
        right="Dana wrote the fewest, although she adds some: she misses more.",
        hint="len(lab.of(name)) for each name of lab.coders, as a dictionary.",
        wrong=(
            (
                dict.fromkeys(("Anna", "Ben", "Chen", "Dana"), 40),
                "These are clips. Each coder wrote several events in most of them.",
            ),
        ),
        source="S0-104",
    ),
    Exercise(
        id="3.11",
        title="One clip by hand",
        solution=_of_clip,
        tolerance=0.005,
        right="Four codes shared, eleven written by both together.",
        hint="Count the codes that both wrote; twice that, over all codes of both.",
        wrong=(
            (8 / 7, "Above 1: you divided by the seven different codes, as Eq. 2 is printed."),
            (4 / 7, "That is Jaccard: shared by different. Here every code written counts."),
            (4 / 11, "Nearly: the shared codes count for both coders, so twice."),
        ),
        source="S0-103; E0-07",
    ),
    Exercise(
        id="3.12",
        title="The coder who strays",
        solution=_strays,
        right="Every pair with Dana is low, and every pair without her is fine.",
        hint="Compare the pairs: which name stands in all the low ones?",
        wrong=(
            ("Anna", "Anna agrees with Ben and with Chen. Who is with her where she does not?"),
            ("Ben", "Ben's pairs with Anna and Chen are high. Who is with him where it is low?"),
            ("Chen", "Chen's codes agree with those of Anna and Ben. Times are another question."),
        ),
        source="S0-104",
    ),
    Exercise(
        id="3.13",
        title="How late is Chen",
        solution=_late,
        tolerance=0.5,
        right="The delay that was put in comes out again, up to a frame.",
        hint='Read "mean error (ms)" in "timing", row "onset"; 150 ms is what was put in.',
        wrong=(
            (-149.37, "Right size, wrong sign: the error is Chen's frame minus Anna's."),
            (4.48, "That is in frames. Take the figure in milliseconds."),
        ),
        source="S0-100; S0-104",
    ),
    Exercise(
        id="3.14",
        title="Agreed on its absence",
        solution=_flattered,
        right="They wrote it on a few clips each, and never on the same one.",
        hint="Among the units with .90 or more, find the one whose kappa is below 0.",
        wrong=(
            ("25", "AU25 is common, and their agreement on it is lower than .90."),
            ("13", "There kappa is 0, since Anna never wrote it. One unit lies below."),
            ("28", "They share all of AU28: kappa is 1."),
        ),
        source="S0-104",
    ),
    Exercise(
        id="3.15",
        title="Nothing can be said",
        solution=_undefined,
        right="Neither wrote them in forty clips, so these units have not been tested.",
        hint="Keep the codes whose kappa has no value: measure.value is None.",
        wrong=(
            (set(), "Look again: some of these units were never written by either."),
            (set(LOOKED_FOR), "Some have a kappa. Keep those whose value is None."),
        ),
        source="S0-104",
    ),
)
