"""Quiz items on coding: key frames, conditions, classes, agreement; all of it computed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from items_words import Item, Option, Topic, listed, single, upper

from fau_teach import agreement, coding, micro
from fau_teach.coding import Event

BOUNDS = {
    "classic": "1/25 to 1/5 s in all",
    "total500": "at most 500 ms in all",
    "onset260": "at most 260 ms to the apex",
}
OUTCOMES = {
    "high": "high confidence",
    "medium": "medium confidence",
    "low": "low confidence",
}


def _numbers(key: str) -> tuple[int, ...]:
    return tuple(map(int, key.split(":")))


def _distinct(right: Option, wrong: list[Option], rng: Random) -> list[Option]:
    """Three wrong options whose texts differ from each other and from the right one."""
    by_text = {text: (text, why) for text, why in reversed(wrong) if text != right[0]}
    return rng.sample(list(reversed(by_text.values())), 3)


# -- agreement

PAIRS = (
    "1-2-5-6-12:5-6-12", "6-12:6-12-25", "1-4:1-2-4", "4-7:4-9-10", "12-14:14-17-24",
    "1-2-5-26:2-5-26", "4-5-7-23:4-5-7-24", "15-17:1-4-15-17", "1-2-4:4-15", "9-10-17:10-17",
)  # fmt: skip


def _index(key: str, rng: Random) -> Item:
    first, second = (part.split("-") for part in key.split(":"))
    shared, either = len({*first} & {*second}), len({*first} | {*second})
    one, two = len(first), len(second)
    printed = agreement.index(first, second, variant="printed").value or 0
    jaccard = agreement.jaccard(first, second).value or 0
    used = agreement.index(first, second).value or 0
    over = ", and the result can exceed 1" if printed > 1 else ""
    wrong = [
        (f"{printed:.3f}", f"2 × {shared} / {either}, the equation as printed: it counts each "
         f"code once below{over} (E0-07)."),
        (f"{jaccard:.3f}", f"{shared} / {either} is the Jaccard index: shared codes over "
         "different codes."),
        (f"{used / 2:.3f}", f"{shared} / ({one} + {two}): both coders gave the shared codes, so "
         "they count twice."),
        (f"{shared / one:.3f}", f"{shared} / {one} is the share of coder 1's codes that coder 2 "
         "gave, too. What coder 2 added is not in it."),
        (f"{shared / two:.3f}", f"{shared} / {two} is the share of coder 2's codes that coder 1 "
         "gave, too. What coder 1 added is not in it."),
    ]  # fmt: skip
    right = (
        f"{used:.3f}",
        f"2 × {shared} / ({one} + {two}): shared codes, counted for both, over all codes given.",
    )
    return single(
        f"Coder 1 scores {'+'.join(first)}, coder 2 scores {'+'.join(second)}. "
        "What is the agreement index in use?",
        "S0-103 E0-07",
        right,
        _distinct(right, wrong, rng),
    )


TABLES = (
    "14:7:7:972",
    "40:5:5:50",
    "2:3:5:90",
    "85:5:6:4",
    "18:2:3:77",
    "10:4:6:480",
    "60:10:8:22",
)


def _chance(key: str, _: Random) -> Item:
    name, table = key.split(":", 1)
    both, first, second, neither = _numbers(table)
    n = both + first + second + neither
    ratings = (
        [1] * (both + first) + [0] * (second + neither),
        [1] * both + [0] * first + [1] * second + [0] * neither,
    )
    rates = [sum(row) / n for row in ratings]
    values = {
        "kappa": (agreement.kappa(*ratings), "Kappa takes chance from each coder's own rate, "
                  f"{100 * rates[0]:.1f} % and {100 * rates[1]:.1f} %."),
        "AC1": (agreement.ac1(ratings), "AC1 takes chance as 2π(1 − π), with the mean rate "
                f"π = {50 * sum(rates):.1f} %: small where a code is rare or nearly always there."),
        "PABAK": (agreement.pabak(*ratings), "PABAK takes chance as one half, whatever the "
                  "rates are: 2 × percent agreement − 1."),
        "percent": (agreement.percent(*ratings), f"Percent agreement is {both + neither} of {n}: "
                    "no chance is taken off."),
    }  # fmt: skip
    options = {one: (f"{found.value or 0:.3f}", why) for one, (found, why) in values.items()}
    shown = "percent agreement" if name == "percent" else name
    return single(
        f"Of {n:,} frames, both coders score a code in {both}, coder 1 alone in {first}, coder 2 "
        f"alone in {second}, neither in {neither}. Which value is {shown}?",
        {"kappa": "S0-104 cohen1960", "AC1": "gwet2008", "PABAK": "byrt1993"}.get(name, "S0-104"),
        options.pop(name),
        list(options.values()),
    )


SPANS = ("10-20:15-25", "0-29:0-13", "5-14:10-14", "40-59:45-64", "8-19:6-17", "30-47:36-50")


def _overlap(key: str, rng: Random) -> Item:
    (a, b), (c, d) = (tuple(map(int, part.split("-"))) for part in key.split(":"))
    value = agreement.iou((a, b), (c, d))
    shared, either = min(b, d) - max(a, c) + 1, max(b, d) - min(a, c) + 1
    one, two = b - a + 1, d - c + 1
    match = "enough for a match at .5" if value >= 0.5 else "too little for a match at .5"
    right = (f"{value:.3f}", f"{shared} shared frames of {either} in all: {match}.")
    wrong = [
        (f"{(shared - 1) / (either - 1):.3f}", f"{shared - 1} / {either - 1} takes differences. "
         "First and last frame belong to the event."),
        (f"{shared / one:.3f}", f"{shared} / {one} divides by the frames of coder 1 alone."),
        (f"{shared / two:.3f}", f"{shared} / {two} divides by the frames of coder 2 alone."),
        (f"{shared / (one + two):.3f}", f"{shared} / {one + two} counts the shared frames twice "
         "below."),
        (f"{2 * shared / (one + two):.3f}", f"2 × {shared} / {one + two} is the overlap after "
         "Dice, which is larger."),
    ]  # fmt: skip
    return single(
        f"Coder 1 marks frames {a} to {b}, coder 2 frames {c} to {d}, first and last included. "
        "What is the intersection over union?",
        "qu2018 liong2023",
        right,
        _distinct(right, wrong, rng),
    )


# -- key frames

EVENTS = (
    "30:12:15:17", "30:12:18:24", "30:10:20:35", "30:40:49:54", "30:5:9:60",
    "200:100:130:138", "200:100:150:190", "200:60:120:150", "25:8:10:12", "100:50:80:98",
    "100:20:40:90", "60:30:48:57",
)  # fmt: skip


def _event(key: str) -> Event:
    fps, onset, apex, offset = _numbers(key)
    return Event("", "", "clip", fps, onset, apex, offset, "?")


def _shown(event: Event) -> str:
    return f"At {event.fps:g} fps: onset {event.onset}, apex {event.apex}, offset {event.offset}."


def _judged(event: Event, name: str) -> str:
    """What one bound makes of the event, with its numbers."""
    total = micro.definition(name).measured == "total"
    span = event.duration if total else event.rise
    assert span is not None
    inside = "within" if event.micro_by(name) else "outside"
    to = "offset" if total else "apex"
    return f"onset to {to} is {span.frames} intervals, {span.ms:.0f} ms: {inside} “{BOUNDS[name]}”"


def _micro(key: str, rng: Random) -> Item:
    event = _event(key)
    truth = frozenset(name for name in BOUNDS if event.micro_by(name))
    every = frozenset(BOUNDS)
    claims = [frozenset(each) for each in ((), ("total500",), ("onset260",))]
    claims += [every - {"classic"}, every]

    def text(claim: frozenset[str]) -> str:
        if claim in (frozenset(), every):
            return "All three" if claim else "None of the three"
        return upper(listed([words for name, words in BOUNDS.items() if name in claim]))

    def why(names: frozenset[str]) -> str:
        return upper("; ".join(_judged(event, name) for name in BOUNDS if name in names)) + "."

    others = rng.sample([claim for claim in claims if claim != truth], 3)
    return single(
        f"{_shown(event)} Which bounds call it a micro-expression: "
        f"{listed(BOUNDS.values(), 'or')}?",
        "S0-007 S0-100 E0-27",
        (text(truth), why(every)),
        [(text(claim), why(claim ^ truth)) for claim in others],
    )


def _rounding(key: str, _: Random) -> Item:
    event = _event(key)
    span = event.duration
    assert span is not None
    n, step = span.frames, 1000 / span.fps

    def text(low: float, high: float) -> str:
        return f"{low:.0f} to {high:.0f} ms"

    begins = "It began up to one frame before its first frame and ended up to one before its last"
    return single(
        f"{_shown(event)} How long can the event have been, as far as whole frames can tell?",
        "S0-100 E0-27",
        (
            text(span.low_ms, span.high_ms),
            f"{begins}: {n - 1} to {n + 1} intervals of {step:.3g} ms.",
        ),
        [
            (text(span.ms - step / 2, span.ms + step / 2),
             f"Half a frame at each end adds up to a whole one. {begins}."),
            (text(span.ms, span.high_ms),
             f"{n} intervals are the count, not the least. {begins}."),
            (text(span.high_ms, span.high_ms + step),
             f"You counted {n + 1} frames as intervals. Between them lie {n}."),
        ],
    )  # fmt: skip


# -- conditions and classes


def _condition_keys() -> tuple[str, ...]:
    return tuple(f"{one.au}:{one.material}:{one.self_report}" for one in coding.truth_table())


def _outcome(one: coding.Fused) -> str:
    review = "; a person reviews" if one.review else ""
    return f"{upper(one.label)}, {OUTCOMES[one.confidence]}{review}"


def _conditions(key: str, rng: Random) -> Item:
    said = key.split(":")
    needs: dict[str, str] = {}
    for case in coding.truth_table():
        example = f"{case.au}, {case.material}, {case.self_report}"
        needs.setdefault(_outcome(case.fused), f"That is what {example} gives.")
    right = coding.fuse(*said)
    wrong = [(text, why) for text, why in needs.items() if text != _outcome(right)]
    return single(
        f"AU label {said[0]}, material {said[1]}, self-report {said[2]}. "
        "What does our rule make of them?",
        "S0-098",
        (_outcome(right), f"{upper(right.reason)}."),
        rng.sample(wrong, 3),
    )


LABELS = (
    "Happiness", "Disgust", "Sadness", "Fear", "Anger", "Surprise", "Contempt", "Others",
)  # fmt: skip


def _class_text(label: str) -> str:
    found = coding.classes(label)
    if found.four is None:
        return "A class in neither"
    if found.three is None:
        return f"{found.four} of the four, left out of the three"
    return f"{found.four} in both"


def _classes(label: str, rng: Random) -> Item:
    members: dict[str, list[str]] = {}
    for each in LABELS:
        members.setdefault(_class_text(each), []).append(each.lower())
    reason = coding.classes(label).reason
    own = [f"So it is for {listed(members[_class_text(label)])}."]
    wrong = [
        (text, f"That holds for {listed(names)}.") for text, names in members.items()
        if text != _class_text(label)
    ]  # fmt: skip
    return single(
        f"A clip is labelled {label.lower()}. Where does it stand among the four and the three "
        "classes of micro-expressions?",
        "S0-096 S0-097 S3-041 E0-28" if label == "Others" else "S0-096 SX-02",
        (_class_text(label), " ".join(own + ([f"{upper(reason)}."] if reason else []))),
        rng.sample(wrong, 3),
    )


def _keys(*found: str) -> Callable[[], tuple[str, ...]]:
    return lambda: found


TOPICS = {
    "agreement-index": Topic(_keys(*PAIRS), _index),
    "chance-corrected": Topic(
        _keys(*(f"{name}:{table}" for name in ("kappa", "AC1", "PABAK") for table in TABLES)),
        _chance,
    ),
    "overlap": Topic(_keys(*SPANS), _overlap),
    "key-frames": Topic(_keys(*EVENTS), _micro),
    "frame-rounding": Topic(_keys(*EVENTS), _rounding),
    "three-conditions": Topic(_condition_keys, _conditions),
    "classes": Topic(_keys(*LABELS), _classes),
}
