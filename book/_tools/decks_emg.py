"""The deck of chapter 6: words, sites, numbers of the board, what an envelope keeps, splits."""

from __future__ import annotations

from deck import Card, Deck, Direction
from decks_coding import slug, upper
from decks_force import term_cards

from fau_teach import anatomy, emg, facs, published, sources
from fau_teach.emg import board, features
from fau_teach.evaluate.proportions import needed, smallest

TERMS = (
    "motor unit", "raw EMG", "crosstalk", "MVC", "ADC", "serial frame", "CRC", "sequence number",
    "ppm", "rectifier", "envelope", "time constant", "notch filter", "signal-to-noise ratio",
    "double threshold", "artefact", "electromechanical delay", "cortical silent period",
    "asymmetry index", "leak", "Wilson interval", "McNemar's test",
)  # fmt: skip
# What is on both sides of each split; tests compare it with the split itself.
CROSSES = {
    "random windows": "trial, session and person", "blocked in time": "session and person",
    "leave session out": "the person alone", "leave person out": "nothing of the three",
}  # fmt: skip


def chapter6_deck() -> Deck:
    """Everything of chapter 6 that is worth knowing by heart."""
    directions = (
        term_cards(TERMS), site_cards(), check_cards(), number_cards(), kind_cards(), split_cards(),
        slip_cards(),
    )  # fmt: skip
    return Deck("06-emg", "Chapter 6: EMG", directions)


def site_cards() -> Direction:
    """Each site of the atlas with its muscle and action units."""
    cards = []
    for site in emg.atlas().values():
        units = ", ".join(facs.au(code).label for code in site.aus) or "no action unit"
        back = (anatomy.muscle(site.muscle).name, units)
        note = "S0-107; Fridlund and Cacioppo 1986, from summaries"
        cards.append(Card(slug(site.id), site.placement, back, note))
    prompt = "Which muscle is meant here, and which action units does it show in?"
    return Direction("site", "Place of a pair → muscle", prompt, tuple(cards))


def check_cards() -> Direction:
    """Each site and the movement that tests it."""
    cards = tuple(
        Card(slug(site.id), site.name, (site.check,), "S0-107") for site in emg.atlas().values()
    )
    prompt = "Which movement do you ask for, to see whether the pair sits right?"
    return Direction("check", "Site → movement that tests it", prompt, cards)


def number_cards() -> Direction:
    """Numbers of the board, of the circuit, and behind the two percentages."""
    printed = [one.printed for one in published.studies()[:2]]
    shares = [float(one) / 100 for one in printed]
    rows = (
        ("step", "One count of a Mega at 5 V", f"{board.step_mv():.3f} mV", "S4-003"),
        ("rate", "Conversions of its ADC a second, all inputs together",
         f"{board.adc_rate():,.0f}", "S4-003"),
        ("sixteen", "Samples a second of each of sixteen inputs", f"{board.adc_rate(16):.0f}",
         "S4-003"),
        ("tau", "Time constant of a cut-off of 3.6 Hz", f"{1e3 * emg.tau_of(3.6):.1f} ms",
         "S4-011, E4-02"),
        ("burst", "A burst of 40 ms behind it reaches",
         f"{emg.burst(0.04, emg.tau_of(3.6))[0]:.1%}", "S4-011, E4-02"),
        ("amplitude", "20 dB as a ratio of amplitudes", f"{10 ** (20 / 20):.0f}", "S4-012"),
        ("asymmetry", "Asymmetry index of left 3 and right 1", f"{emg.asymmetry(3, 1):.1f}",
         "S0-069"),
        ("fewest", f"Fewest items on which {' and '.join(printed)} % are both possible",
         f"{smallest(printed):,}", "S4-007, E4-04"),
        ("needed", f"Items for each model to tell {' and '.join(printed)} % apart, power 80 %",
         f"{needed(*shares):,}", "S4-007, E4-05"),
    )  # fmt: skip
    cards = tuple(Card(key, what, (number,), note) for key, what, number, note in rows)
    return Direction("number", "Question → number", "How much is it?", cards)


def kind_cards() -> Direction:
    """Each feature, and whether an envelope still has it."""
    cards = tuple(
        Card(slug(name), name, ("raw signals alone" if name in features.RAW_ONLY
                                else "raw signals and envelopes",), "S4-005, E4-01")
        for name in features.FEATURES
    )  # fmt: skip
    prompt = "Does it make sense on raw signals alone, or on envelopes as well?"
    return Direction("kind", "Feature → kind of signal", prompt, cards)


def split_cards() -> Direction:
    """Each split, and what may be in training and in the test."""
    cards = tuple(
        Card(slug(name), upper(name), (both,), "S4-009, E4-04") for name, both in CROSSES.items()
    )
    prompt = "What can be on both sides of this split?"
    return Direction("split", "Split → what crosses", prompt, cards)


def slip_cards() -> Direction:
    """What the abstract says, what is wrong with it or missing, and what we use."""
    found = [one for one in sources.errata() if one.source == "S4" and one.severity in "AB"]
    cards = tuple(
        Card(one.id.lower(), f"{upper(one.place)}: {one.printed}",
             (one.problem, f"We use: {one.used}"), f"{one.id}; abstract only")
        for one in sorted(found, key=lambda one: (one.severity, one.id))
    )  # fmt: skip
    prompt = "The abstract says this. What is wrong or missing, and what do we use?"
    return Direction("slip", "Abstract → used", prompt, cards)
