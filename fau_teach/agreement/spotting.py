"""Spotting scores of a machine or a trainee, and the spot-then-recognise score STRS.

STRS = F1 of spotting × F1 of recognition among the spotted events. The program that its authors
published counts differently in some places; ``compat=True`` does as it does, and ``FAULTS``
names each place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fau_teach.agreement.measure import Measure, measured
from fau_teach.agreement.segments import Counts, Span, iou, match

KINDS = ("micro", "macro")


@dataclass(frozen=True, slots=True)
class Spot:
    """One interval, found or true.

    Parameters
    ----------
    subject, video : names
    onset, offset : first and last frame, inclusive
    emotion : label, or empty
    kind : ``"micro"``, ``"macro"`` or empty

    Raises
    ------
    ValueError
        The offset lies before the onset, or there is no such kind.
    """

    subject: str
    video: str
    onset: int
    offset: int
    emotion: str = ""
    kind: str = ""

    def __post_init__(self) -> None:
        place = f"{self.subject}, {self.video}"
        if self.offset < self.onset:
            problem = f"offset {self.offset} lies before onset {self.onset}"
            raise ValueError(f"{place}: {problem}. Exchange them.")
        if self.kind not in ("", *KINDS):
            raise ValueError(f"{place}: {self.kind!r} is no kind. Use 'micro', 'macro' or ''.")

    @property
    def span(self) -> Span:
        """First and last frame."""
        return self.onset, self.offset


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the published program counts differently.

    Parameters
    ----------
    id : short name
    official : what the program does
    ours : what we do instead
    """

    id: str
    official: str
    ours: str


FAULTS: tuple[Fault, ...] = (
    Fault(
        "first-come",
        "Predictions are taken in the order of the file; the first one takes a true event.",
        "The one-to-one matching with most pairs is found; the order does not matter.",
    ),
    Fault(
        "several-truths",
        "One long prediction may claim several true events and counts once for each.",
        "A prediction has at most one true event.",
    ),
    Fault(
        "silent-subjects",
        "Subjects without any prediction are skipped, so that their events are not missed.",
        "Every true event counts.",
    ),
    Fault(
        "eventless-videos",
        "Videos without a true event are skipped, so that false alarms there do not count.",
        "Every prediction counts.",
    ),
    Fault(
        "uar-of-precision",
        "The figure called UAR is the mean of the precisions.",
        "UAR is the mean recall of the classes among the spotted events.",
    ),
    Fault(
        "empty-classes",
        "A class of which no event was spotted counts as precision 0 and recall 0.",
        "Classes that do not occur among the spotted events are left out.",
    ),
    Fault(
        "one-class",
        "Where all spotted events are of one class and all are right, nothing counts as right.",
        "All of them count as right.",
    ),
    Fault(
        "nothing-right",
        "Where no spotted event is recognised, the score is 0 / 0.",
        "The score is 0.",
    ),
)
"""How the published program differs from what its paper describes, and what we do."""


@dataclass(frozen=True, slots=True)
class Spotting:
    """How well events were spotted.

    Parameters
    ----------
    overall : all events
    micro, macro : events of one kind; None where an event or a prediction has no kind
    hits : the pairs of prediction and true event
    """

    overall: Counts
    micro: Counts | None
    macro: Counts | None
    hits: tuple[tuple[Spot, Spot], ...]


@dataclass(frozen=True, slots=True)
class Strs:
    """Spot-then-recognise score and its parts.

    Parameters
    ----------
    spotting : counts of spotting
    precision, recall, f1, uf1, uar : of recognition, means over classes; ``f1`` combines the
        two means, ``uf1`` is the mean of the classes' own F1
    score : F1 of spotting × F1 of recognition
    compat : whether it counts as the published program does
    """

    spotting: Spotting
    precision: Measure
    recall: Measure
    f1: Measure
    uf1: Measure
    uar: Measure
    score: Measure
    compat: bool = False


def spotting(
    predicted: Iterable[Spot], truth: Iterable[Spot], least: float = 0.5, compat: bool = False
) -> Spotting:
    """Compare predicted intervals with true ones, video by video.

    Where every interval has a kind, micro finds only micro and macro only macro; the overall
    counts are the sums.

    Parameters
    ----------
    predicted, truth : intervals
    least : least intersection over union that makes a hit, above 0, at most 1
    compat : count as the published program does, faults included; kinds are ignored there

    Raises
    ------
    ValueError
        ``least`` is not possible.
    """
    found, true = list(predicted), list(truth)
    if compat:
        return Spotting(*_official(found, true, least))
    if not all(one.kind for one in found + true):
        overall, hits = _count(found, true, least)
        return Spotting(overall, None, None, hits)
    each = [
        _count(
            [one for one in found if one.kind == kind], [t for t in true if t.kind == kind], least
        )
        for kind in KINDS
    ]
    (micro, small), (macro, large) = each
    overall = Counts(
        micro.hits + macro.hits, micro.added + macro.added, micro.missed + macro.missed
    )
    return Spotting(overall, micro, macro, small + large)


Hits = tuple[tuple[Spot, Spot], ...]


def _videos(spots: Sequence[Spot]) -> dict[tuple[str, str], list[Spot]]:
    found: dict[tuple[str, str], list[Spot]] = {}
    for one in spots:
        found.setdefault((one.subject, one.video), []).append(one)
    return found


def _count(found: Sequence[Spot], true: Sequence[Spot], least: float) -> tuple[Counts, Hits]:
    guesses, facts = _videos(found), _videos(true)
    hits: list[tuple[Spot, Spot]] = []
    for video in sorted(guesses.keys() | facts.keys()):
        one, two = guesses.get(video, []), facts.get(video, [])
        pairs = match([each.span for each in one], [each.span for each in two], least).pairs
        hits += [(one[i], two[j]) for i, j in pairs]
    return Counts(len(hits), len(found) - len(hits), len(true) - len(hits)), tuple(hits)


def _official(
    found: Sequence[Spot], true: Sequence[Spot], least: float
) -> tuple[Counts, None, None, Hits]:
    """Count as the published program does."""
    guesses = _videos(found)
    subjects = {one.subject for one in found}
    hits: list[tuple[Spot, Spot]] = []
    added = missed = 0
    for (subject, video), facts in _videos(true).items():
        if subject not in subjects:
            continue
        taken: set[int] = set()
        for guess in guesses.get((subject, video), []):
            claimed = {
                at
                for at, fact in enumerate(facts)
                if at not in taken and iou(guess.span, fact.span) >= least
            }
            hits += [(guess, facts[at]) for at in sorted(claimed)]
            taken |= claimed
            added += not claimed
        missed += len(facts) - len(taken)
    return Counts(len(hits), added, missed), None, None, tuple(hits)


def strs(
    predicted: Iterable[Spot], truth: Iterable[Spot], least: float = 0.5, compat: bool = False
) -> Strs:
    """Spot-then-recognise score.

    Parameters
    ----------
    predicted, truth : intervals with emotions
    least : least intersection over union that makes a hit, above 0, at most 1
    compat : count as the published program does, with its ``FAULTS``

    Raises
    ------
    ValueError
        ``least`` is not possible.
    """
    found, true = list(predicted), list(truth)
    spotted = spotting(found, true, least, compat)
    pairs = [(guess.emotion, fact.emotion) for guess, fact in spotted.hits]
    held = {label for pair in pairs for label in pair}
    classes = sorted({one.emotion for one in true} if compat else held)
    each = [_class(pairs, label, compat) for label in classes]
    n = len(pairs)

    def mean(name: str, values: Sequence[float]) -> Measure:
        return measured(name, n, (sum(values), len(values)), "no event was spotted")

    precisions, recalls = [one[0] for one in each], [one[1] for one in each]
    precision, recall = mean("precision", precisions), mean("recall", recalls)
    facts = {fact for _, fact in pairs}
    real = [one for one, label in zip(recalls, classes, strict=True) if label in facts]
    f1 = _harmonic(precision, recall, n, compat)
    score = Measure("STRS", None, n, undefined=f1.undefined)
    spot = spotted.overall.f1
    if spot.value is None:
        score = Measure("STRS", None, n, undefined=spot.undefined)
    elif f1.value is not None:
        score = Measure("STRS", spot.value * f1.value, n)
    elif not n and not compat:
        score = Measure("STRS", 0.0, n, note="no event was spotted")
    return Strs(
        spotted,
        precision,
        recall,
        f1,
        mean("UF1", [one[2] for one in each]),
        mean("UAR", precisions if compat else real),
        score,
        compat,
    )


def _class(
    pairs: Sequence[tuple[str, str]], label: str, compat: bool
) -> tuple[float, float, float]:
    """Precision, recall and F1 of one class among the hits; 0 where there is nothing."""
    hits = sum(guess == fact == label for guess, fact in pairs)
    guesses = sum(guess == label for guess, _ in pairs)
    facts = sum(fact == label for _, fact in pairs)
    if compat and hits == len(pairs):
        hits = guesses = facts = 0
    return (
        hits / guesses if guesses else 0.0,
        hits / facts if facts else 0.0,
        2 * hits / (guesses + facts) if guesses + facts else 0.0,
    )


def _harmonic(precision: Measure, recall: Measure, n: int, compat: bool) -> Measure:
    if precision.value is None or recall.value is None:
        return Measure("F1", None, n, undefined=precision.undefined)
    both = precision.value + recall.value
    if not both and not compat:
        return Measure("F1", 0.0, n)
    why = "the published program divides 0 by 0"
    return measured("F1", n, (2 * precision.value * recall.value, both), why)
