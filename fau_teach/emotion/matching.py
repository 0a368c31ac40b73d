"""Prototype matcher: which sets of a table resemble a score, ties and sides told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from fau_teach.emotion._codes import Reading, ScoreLike, by_number, observe, one_sided, unknown
from fau_teach.emotion.tables import EmotionSet, EmotionTable, multiplicities, table

Method = Literal["jaccard", "weighted"]
_Weigh = Callable[[Iterable[str]], Fraction]


@dataclass(frozen=True, slots=True)
class Match:
    """How one emotion's set resembles a score.

    ``rank`` starts at 1; equal scores share a rank and are ``tied``. ``certain`` is False
    where an open choice in the score changes the result; then the best reading stands here.
    """

    emotion: str
    rank: int
    tied: bool
    score: float
    matched: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    certain: bool
    note: str


class Matches(tuple[Match, ...]):
    """Ranked matches; ``reason`` says why there are none, or which set its side ruled out."""

    reason: str

    def __new__(cls, matches: Iterable[Match], reason: str = "") -> Matches:
        """Hold the matches in the given order."""
        found = super().__new__(cls, matches)
        found.reason = reason
        return found

    @property
    def best(self) -> tuple[str, ...]:
        """Emotions of rank 1; several where they tie, none where nothing matches."""
        return tuple(match.emotion for match in self if match.rank == 1)


@dataclass(frozen=True, slots=True)
class _Fit:
    score: Fraction
    matched: frozenset[str]
    missing: frozenset[str]
    extra: frozenset[str]
    wrong_side: bool


def match(score: ScoreLike, source: str | EmotionTable, method: Method = "jaccard") -> Matches:
    """Rank the emotions of a table by how much their sets share with a score.

    A set that counts on one side only (contempt) takes an AU only if it was scored on one
    side, and all of them on the same side. An AU on the wrong side is missing and extra.

    Parameters
    ----------
    score : a ``facs`` Score, a notation string, or an iterable of codes
    source : a table or its id
    method : "jaccard", matched AUs over matched, missing and extra ones; "weighted", the
        same with each AU weighing 1 / (number of sets of the table that hold it), so that
        AUs common to many emotions count less; an AU in no set weighs 1. The weights are ours.

    Returns
    -------
    Matches with at least one shared AU, best first

    Raises
    ------
    EmotionError
        Table or method unknown, or the score is not one.

    Source: S2-055; E0-42 (kinds), E2-18 (side of contempt).
    """
    if method not in ("jaccard", "weighted"):
        raise unknown("a method", method, ("jaccard", "weighted"))
    if isinstance(source, str):
        source = table(source)
    observed = observe(score)
    if observed.reason:
        return Matches((), observed.reason)
    weigh = _weigher(source, method)
    fits: dict[str, list[_Fit]] = {
        emotion: [_fit(own, reading, weigh) for reading in observed.readings]
        for emotion, own in source.sets.items()
    }
    best = {emotion: max(each, key=lambda fit: fit.score) for emotion, each in fits.items()}
    reasons = [_side_note(emotion, fit) for emotion, fit in best.items() if fit.wrong_side]
    scores = sorted((fit.score for fit in best.values() if fit.score), reverse=True)
    if not scores:
        reasons.insert(0, f"No set of {source.title} matches any AU of this score.")
    found = [
        Match(
            emotion=emotion,
            rank=scores.index(fit.score) + 1,
            tied=scores.count(fit.score) > 1,
            score=float(fit.score),
            matched=by_number(fit.matched),
            missing=by_number(fit.missing),
            extra=by_number(fit.extra),
            certain=len(set(fits[emotion])) == 1,
            note=_side_note(emotion, fit) if fit.wrong_side else "",
        )
        for emotion, fit in best.items()
        if fit.score
    ]
    return Matches(sorted(found, key=lambda each: each.rank), " ".join(reasons))


def _weigher(source: EmotionTable, method: Method) -> _Weigh:
    counts = multiplicities(source) if method == "weighted" else {}

    def weigh(codes: Iterable[str]) -> Fraction:
        # Fractions, so that equal scores are equal and ties are exact.
        return sum((Fraction(1, counts.get(code, 1)) for code in codes), Fraction(0))

    return weigh


def _fit(own: EmotionSet, reading: Reading, weigh: _Weigh) -> _Fit:
    seen = frozenset(reading)
    shared = own.codes & seen
    matched = shared
    if own.one_sided:
        by_side = [
            frozenset(code for code in shared if side in one_sided(reading[code])) for side in "LR"
        ]
        matched = max(by_side, key=weigh)
    missing, extra = own.codes - matched, seen - matched
    total = weigh(matched) + weigh(missing) + weigh(extra)
    return _Fit(weigh(matched) / total, matched, missing, extra, matched != shared)


def _side_note(emotion: str, fit: _Fit) -> str:
    codes = [f"AU{code}" for code in by_number(fit.missing & fit.extra)]
    verb = "was" if len(codes) == 1 else "were"
    return (
        f"{emotion} counts on one side of the face only; "
        f"{' and '.join(codes)} {verb} not scored on that one side."
    )
