"""Three conditions, one label: the 27 cases of the fusion rule, and the case that is chosen."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import traitlets

from fau_teach.coding.conditions import fuse
from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, table_html

VALUES = ("positive", "negative", "none")
CONDITIONS = {"au": "AU label", "material": "material", "self_report": "self-report"}


@cache
def conditions_data() -> dict[str, Any]:
    """Every answer of the figure; treat it as read-only.

    Returns
    -------
    dictionary with ``cases``: the three values joined by a space, in the order AU label,
    material, self-report, to label, confidence, whether it needs review, and reason

    Source: S0-098; the rule is ours.
    """
    cases = {}
    for case in product(VALUES, repeat=len(CONDITIONS)):
        found = fuse(*case)
        cases[" ".join(case)] = [found.label, found.confidence, found.review, found.reason]
    return {"values": list(VALUES), "conditions": list(CONDITIONS.items()), "cases": cases}


def _words(label: str, confidence: str, review: bool, _: str) -> str:
    return f"{label}, {confidence}{', needs review' if review else ''}"


class ThreeConditions(Panel):
    """AU label, elicitation material and self-report, and what our rule makes of them.

    Parameters
    ----------
    au, material, self_report : ``"positive"``, ``"negative"`` or ``"none"``

    Raises
    ------
    ValueError
        A value is none of the three.

    Source: S0-098; the rule is ours.
    """

    figure = "conditions"

    au = traitlets.Unicode("negative", help="What the AU label says.").tag(sync=True)
    material = traitlets.Unicode("negative", help="What the material is for.").tag(sync=True)
    self_report = traitlets.Unicode("positive", help="What the person reports.").tag(sync=True)

    def __init__(
        self,
        au: str = "negative",
        material: str = "negative",
        self_report: str = "positive",
        **kwargs: Any,
    ) -> None:
        for value in (au, material, self_report):
            check_option("a value of a condition", value, VALUES)
        kwargs.setdefault("label", "Three conditions: label, confidence and need for review")
        data = conditions_data()
        super().__init__(data=data, au=au, material=material, self_report=self_report, **kwargs)

    def fallback_html(self) -> str:
        """Table of the 27 cases."""
        cases = conditions_data()["cases"]
        rows = [
            [f"AU {au}, material {material}"]
            + [_words(*cases[f"{au} {material} {report}"]) for report in VALUES]
            for au, material in product(VALUES, repeat=2)
        ]
        heads = ["case", *(f"self-report {value}" for value in VALUES)]
        return table_html("The 27 cases: label, confidence, and what needs review.", heads, rows)
