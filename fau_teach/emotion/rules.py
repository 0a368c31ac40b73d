"""The coding rules as an engine: evidence with reasons, never one label."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Literal

from fau_teach._claims import EVIDENCE_COLUMNS
from fau_teach._data import read_csv
from fau_teach.emotion._codes import Reading, ScoreLike, by_number, observe, unknown
from fau_teach.emotion.tables import tables
from fau_teach.facs import Claim

RuleVariant = Literal["used", "printed"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One coding rule.

    ``quantifier``: "any" of the codes is enough, or "all" must show. ``emotion`` is empty
    where the rule gives a valence only. ``specific`` are the AUs that the source calls
    specific. ``status_printed`` and ``status_used``: "active", "dropped", "absent", or
    "apart" (not part of the rule list).
    """

    rule_id: str
    codes: frozenset[str]
    quantifier: Literal["any", "all"]
    emotion: str
    valence: str
    specific: frozenset[str]
    status_printed: str
    status_used: str
    explanation: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class Evidence:
    """One rule that fired: what it points to, which AUs fired it, and why.

    ``certain`` is False where the rule fires in only some readings of an open choice.
    """

    rule_id: str
    emotion: str
    valence: str
    aus: tuple[str, ...]
    explanation: str
    caveat: str
    source: str
    erratum: str
    certain: bool

    @property
    def target(self) -> str:
        """The emotion, or the valence where the rule names no emotion."""
        return self.emotion or self.valence


@dataclass(frozen=True, slots=True)
class Firing:
    """Rules that fire on one complete set of a table; ``wrong`` are the other emotions named."""

    table: str
    emotion: str
    rules: tuple[str, ...]
    targets: tuple[str, ...]
    wrong: tuple[str, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """All rules of the data file, in order: 1 to 7b, ours20, duchenne.

    Source: S0-109 to S0-115, S0-080; ours20 from S0-055 and E0-24.
    """
    words = ("emotion", "valence", "status_printed", "status_used", "explanation")
    return tuple(
        Rule(
            rule_id=row["rule"],
            codes=frozenset(row["codes"].split("+")),
            quantifier="all" if row["quantifier"] == "all" else "any",
            specific=frozenset(filter(None, row["specific"].split("+"))),
            claim=Claim(row["rule"], "fires on", **{name: row[name] for name in EVIDENCE_COLUMNS}),
            **{name: row[name] for name in words},
        )
        for row in read_csv(
            "emotion/rules.csv", ("rule", "codes", "quantifier", *words, *EVIDENCE_COLUMNS)
        )
    )


def fire(score: ScoreLike, variant: RuleVariant = "used") -> tuple[Evidence, ...]:
    """Every rule that fires on a score, as evidence; the engine never decides.

    Parameters
    ----------
    score : a ``facs`` Score, a notation string, or an iterable of codes
    variant : "used", without rule 7a (E0-03) and with our rule for AU20 (E0-24);
        "printed", the source's own list

    Raises
    ------
    EmotionError
        Variant unknown, or the score is not one.

    Source: S0-109 to S0-116; E0-25.
    """
    if variant not in ("used", "printed"):
        raise unknown("a variant of the rules", variant, ("used", "printed"))
    status = "status_used" if variant == "used" else "status_printed"
    active = [rule for rule in rules() if getattr(rule, status) == "active"]
    readings = observe(score).readings
    return tuple(found for rule in active if (found := _apply(rule, readings)))


def duchenne(score: ScoreLike) -> Evidence | None:
    """Enjoyment cue: AU6 with AU12. A cue only, for people can also pose it.

    Source: S0-080; caveat krumhuber2009.
    """
    readings = observe(score).readings
    return next(_apply(rule, readings) for rule in rules() if rule.rule_id == "duchenne")


def _apply(rule: Rule, readings: tuple[Reading, ...]) -> Evidence | None:
    fired = [rule.codes & reading.keys() for reading in readings]
    enough = [hits for hits in fired if (hits == rule.codes if rule.quantifier == "all" else hits)]
    if not enough:
        return None
    return Evidence(
        rule_id=rule.rule_id,
        emotion=rule.emotion,
        valence=rule.valence,
        aus=by_number(frozenset[str]().union(*enough)),
        explanation=rule.explanation,
        caveat=rule.claim.note,
        source=rule.claim.source,
        erratum=rule.claim.erratum,
        certain=len(enough) == len(readings),
    )


def conflicts(evidence: Iterable[Evidence]) -> tuple[tuple[str, str], ...]:
    """Pairs of targets that disagree, in the order in which the rules fired.

    Two different emotions disagree; so do a valence alone and an emotion of the opposite
    valence. Surprise is neither positive nor negative, so no valence contradicts it.

    Source: S0-116; E0-25, S0-075.
    """
    found: dict[tuple[str, str], None] = {}
    for one, two in combinations(tuple(evidence), 2):
        opposite = {one.valence, two.valence} == {"positive", "negative"}
        differ = one.emotion and two.emotion and one.emotion != two.emotion
        if (opposite or differ) and (two.target, one.target) not in found:
            found[one.target, two.target] = None
    return tuple(found)


def conflict_matrix(variant: RuleVariant = "used") -> tuple[Firing, ...]:
    """Rules against the complete set of every emotion in every table.

    Source: S0-116; E0-25.
    """
    found = []
    for each in tables():
        for emotion, own in each.sets.items():
            evidence = fire(own.codes, variant)
            fired = tuple(item.rule_id for item in evidence)
            targets = tuple(dict.fromkeys(item.target for item in evidence))
            named = dict.fromkeys(item.emotion for item in evidence if item.emotion)
            wrong = tuple(name for name in named if name != emotion)
            found.append(Firing(each.id, emotion, fired, targets, wrong))
    return tuple(found)
