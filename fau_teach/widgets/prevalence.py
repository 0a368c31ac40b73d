"""Prevalence: a unit that is often seen in an emotion may tell little about it."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import traitlets

from fau_teach.emotion import SIX, Association, LearnedTable, casme3, learned
from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, short, table_html

PRIOR = 20
Ranking = list[list[Any]]


def _ranking(values: dict[str, float], digits: int = 3) -> Ranking:
    """Rank, code and value, highest first; equal values by code number."""
    order = sorted(values, key=lambda code: (-values[code], int(code)))
    return [[rank, code, round(values[code], digits)] for rank, code in enumerate(order, 1)]


def _source_tables() -> dict[str, Any]:
    often, telling = learned("dong1"), learned("dong2")

    def rows(table: LearnedTable, emotion: str) -> Ranking:
        return [[one.rank, one.code, one.value] for one in table.rows[emotion]]

    def sentences(emotion: str) -> dict[str, str]:
        codes = {one.code for table in (often, telling) for one in table.rows[emotion]}
        return {code: _legible(often, telling, code, emotion) for code in codes}

    return {
        "title": "source Tables 1 and 2",
        "slots": often.full,
        "often": "share of the emotion’s total (Table 1)",
        "measures": {"mean": "mean score of the emotion (Table 2)"},
        "note": "Ranks that the print or the scan lost are shown as lost, never filled in (E0-11).",
        "digits": 4,
        "lists": {name: {"often": rows(often, name), "mean": rows(telling, name)} for name in SIX},
        "lost": {
            name: {"often": list(often.lost(name)), "mean": list(telling.lost(name))}
            for name in SIX
        },
        "words": {name: sentences(name) for name in SIX},
    }


def _legible(often: LearnedTable, telling: LearnedTable, code: str, emotion: str) -> str:
    parts = []
    for number, table, what in ((1, often, "share"), (2, telling, "mean score")):
        value = table.value(code, emotion)
        parts.append(
            f"Not among the {len(table.rows[emotion])} legible ranks of Table {number}."
            if value is None
            else f"{what.capitalize()} {short(value, 4)} in Table {number}."
        )
    return " ".join(parts)


def _counts() -> dict[str, Any]:
    pairs = casme3()
    names = [name for name in SIX if any(one.emotion == name for one in pairs)]
    own = {name: [one for one in pairs if one.emotion == name] for name in names}
    return {
        "title": "CAS(ME)³ counts",
        "slots": max(len(found) for found in own.values()),
        "often": "P(A|E), share of the emotion’s clips with the unit",
        "measures": {
            "specificity": "P(E|A), share of the unit’s clips with the emotion",
            "lift": "lift, P(E|A) over P(E)",
            "log_odds": f"log-odds z, prior {PRIOR}",
        },
        "note": f"Counts of {pairs[0].n} micro-expressions. The labels may partly follow the "
        "units, so the links may be circular. Equal values stand in the order of their numbers.",
        "digits": 2,
        "lists": {
            name: {
                "often": _ranking({one.code: one.reliability for one in found}),
                "specificity": _ranking({one.code: one.specificity for one in found}),
                "lift": _ranking({one.code: one.lift for one in found}),
                "log_odds": _ranking({one.code: one.log_odds(PRIOR).z for one in found}),
            }
            for name, found in own.items()
        },
        "lost": {name: {} for name in names},
        "words": {
            name: {one.code: _counted(one, pairs) for one in found} for name, found in own.items()
        },
    }


def _counted(one: Association, pairs: tuple[Association, ...]) -> str:
    name = one.emotion.lower()
    odds = one.log_odds(PRIOR)
    # What the unit points to more often, if there is such an emotion.
    most = max((pair for pair in pairs if pair.code == one.code), key=lambda pair: pair.both)
    more = f" More of them, {most.both}, are {most.emotion.lower()}." * (most.both > one.both)

    def span(measure: Literal["reliability", "specificity"]) -> str:
        low, high = one.interval(measure)
        return f"[{short(low)}, {short(high)}]"

    return (
        f"{one.both} of {one.n_emotion} clips of {name} have AU{one.code}: "
        f"P(A|E) = {short(one.reliability)} {span('reliability')}. {one.both} of {one.n_code} "
        f"clips with AU{one.code} are {name}: P(E|A) = {short(one.specificity)} "
        f"{span('specificity')}.{more} Lift {short(one.lift, 1)}. Log-odds {short(odds.delta)} "
        f"[{short(odds.low)}, {short(odds.high)}], z = {short(odds.z, 1)}."
    )


@cache
def prevalence_data() -> dict[str, Any]:
    """Both data sources: rankings ``[rank, code, value]`` and sentences; read-only.

    Source: S0-028 to S0-041, S0-055; E0-11, E0-12, E0-13.
    """
    return {"sources": {"tables": _source_tables(), "casme3": _counts()}}


class Prevalence(Panel):
    """Units of one emotion in two rankings: how common they are, how much they tell.

    Parameters
    ----------
    source : ``"tables"``, Tables 1 and 2 of the source; ``"casme3"``, CAS(ME)³ counts
    emotion : one of the six
    selected : code of the unit to follow
    measure : for the counts ``"specificity"``, ``"lift"`` or ``"log_odds"``

    Raises
    ------
    ValueError
        Unknown source, emotion, unit or measure.

    Source: S0-041, S0-055; E0-11, E0-12, E0-13.
    """

    figure = "prevalence"

    source = traitlets.Unicode("tables").tag(sync=True)
    emotion = traitlets.Unicode("Happiness").tag(sync=True)
    selected = traitlets.Unicode("25").tag(sync=True)
    measure = traitlets.Unicode("specificity").tag(sync=True)

    def __init__(
        self,
        source: str = "tables",
        emotion: str = "Happiness",
        selected: str = "25",
        measure: str = "specificity",
        **kwargs: Any,
    ) -> None:
        sources = prevalence_data()["sources"]
        check_option("a source", source, sources)
        check_option("an emotion", emotion, sources[source]["lists"])
        check_option("a unit of the emotion", selected, sources[source]["words"][emotion])
        check_option("a measure", measure, sources["casme3"]["measures"])
        kwargs.setdefault("label", "How common and how telling: two rankings of the same units")
        super().__init__(
            data=prevalence_data(),
            source=source,
            emotion=emotion,
            selected=selected,
            measure=measure,
            **kwargs,
        )

    def fallback_html(self) -> str:
        """Tables of both sources: each emotion's units in each ranking."""
        parts = []
        for found in prevalence_data()["sources"].values():
            heads = ("emotion", found["often"], *found["measures"].values())
            rows = (
                (
                    name,
                    *(
                        ", ".join(f"AU{c} {short(value, found['digits'])}" for _, c, value in row)
                        + (f"; {len(lost)} ranks lost" if (lost := gaps.get(measure)) else "")
                        for measure, row in lists.items()
                    ),
                )
                for name, lists in found["lists"].items()
                for gaps in [found["lost"][name]]
            )
            caption = f"How common and how telling: {found['title']}. {found['note']}"
            parts.append(table_html(caption, heads, rows))
        return "".join(parts)
