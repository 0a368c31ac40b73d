"""Four readings of Eq. 1: which AUs are left as one emotion's own."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cache
from typing import Any

import traitlets

from fau_teach import emotion
from fau_teach.emotion._codes import by_number
from fau_teach.emotion.tables import ExclusiveVariant
from fau_teach.widgets._base import Figure, check_option


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the printed line: its formula and where it comes from."""

    variant: ExclusiveVariant
    formula: str
    words: str
    origin: str


READINGS = (
    Reading(
        "printed",
        "Sᵢ ∖ ⋂ Sⱼ",
        "take away what all the others share",
        "printed formula, with the difference of its own example",
    ),
    Reading(
        "intersection_symmetric",
        "Sᵢ △ ⋂ Sⱼ",
        "what either holds, but not both: the set, or the AUs that all the others share",
        "printed formula, with the symmetric difference of the text",
    ),
    Reading(
        "used",
        "Sᵢ ∖ ⋃ Sⱼ",
        "take away what any of the others holds",
        "we use this",
    ),
    Reading(
        "union_symmetric",
        "Sᵢ △ ⋃ Sⱼ",
        "what either holds, but not both: the set, or all the others together",
        "the fourth combination",
    ),
)
PRINTED = (
    "Printed: Sᵢ without the intersection of the other sets (E0-01), by an operator that the text "
    "calls symmetric difference (E0-02). We use the plain difference and the union. The rule for "
    "AU20 is ours (E0-24)."
)


def rule_codes(name: str) -> frozenset[str]:
    """AUs of which the rules as used say: one alone points to this emotion.

    Source: S0-054, S0-109 to S0-115; AU20 from S0-055 (E0-24).
    """
    return frozenset[str]().union(
        *(
            rule.codes
            for rule in emotion.rules()
            if rule.emotion == name and rule.status_used == "active" and rule.quantifier == "any"
        )
    )


@cache
def readings_data() -> dict[str, Any]:
    """Every answer of the figure as compact JSON; treat it as read-only.

    Returns
    -------
    dictionary with ``tables[table]["rows"]``: emotion, its AUs, the AUs that rules name, and
    for each reading the AUs that are left; ``["agree"]`` counts rows equal to the rules

    Source: S0-046, S0-054, S2-054; E0-01, E0-02.
    """
    tables = {}
    for table in emotion.tables():
        left = {one.variant: emotion.exclusive(table, one.variant) for one in READINGS}
        rows = [
            {
                "emotion": name,
                "codes": list(by_number(own.codes)),
                "rules": list(by_number(rule_codes(name))),
                "left": {variant: list(by_number(found[name])) for variant, found in left.items()},
            }
            for name, own in table.sets.items()
        ]
        agree = {
            variant: sum(found[name] == rule_codes(name) for name in table.sets)
            for variant, found in left.items()
        }
        tables[table.id] = {"title": table.title, "rows": rows, "agree": agree}
    keys = ("variant", "formula", "words", "origin")
    return {
        "readings": [{key: getattr(one, key) for key in keys} for one in READINGS],
        "tables": tables,
        "printed": PRINTED,
    }


class EquationReadings(Figure):
    """The four readings of Eq. 1 on either table, beside the AUs that the rules name.

    Parameters
    ----------
    variant : reading, as in ``emotion.exclusive``: ``"used"``, ``"printed"``,
        ``"intersection_symmetric"`` or ``"union_symmetric"``
    table : ``"dong"`` or ``"imotions"``

    Raises
    ------
    ValueError
        Reading or table unknown (suggests one).

    Source: S0-046, S0-054; E0-01, E0-02.
    """

    figure = "readings"

    variant = traitlets.Unicode("printed", help="Reading of Eq. 1.").tag(sync=True)
    table = traitlets.Unicode("dong", help="Table of AU sets.").tag(sync=True)

    def __init__(self, variant: str = "printed", table: str = "dong", **kwargs: Any) -> None:
        data = readings_data()
        check_option("a reading of Eq. 1", variant, [one.variant for one in READINGS])
        check_option("a table", table, data["tables"])
        kwargs.setdefault("label", "Four readings of Eq. 1: which AUs belong to one emotion alone")
        super().__init__(data=data, variant=variant, table=table, **kwargs)

    def fallback_html(self) -> str:
        """Table: what each reading leaves of every set, for both tables."""
        head = "".join(f'<th scope="col">{one.formula} ({one.origin})</th>' for one in READINGS)
        bodies = []
        for table in readings_data()["tables"].values():
            title = html.escape(table["title"])
            bodies.append(
                f'<tr><th scope="rowgroup" colspan="{len(READINGS) + 3}">{title}</th></tr>'
            )
            for row in table["rows"]:
                cells = [row["codes"], *(row["left"][one.variant] for one in READINGS)]
                cells.append(row["rules"])
                body = "".join(f"<td>{' '.join(codes) or 'none'}</td>" for codes in cells)
                bodies.append(f'<tr><th scope="row">{row["emotion"]}</th>{body}</tr>')
        return (
            f'<div class="wide-table"><table><caption>{PRINTED} Each cell lists the AUs left.'
            '</caption><thead><tr><th scope="col">emotion</th><th scope="col">its set</th>'
            f'{head}<th scope="col">AUs that rules name</th></tr></thead>'
            f"<tbody>{''.join(bodies)}</tbody></table></div>"
        )
