"""Order shuffle: the printed Algorithm 1 gives another answer when its rows change places."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import traitlets

from fau_teach.emotion import Sample, loop_indices, shares
from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, short, table_html

DIGITS = 4
# (annotation, emotion with the highest score, that score). The twelve rows are made up:
# 12+6 is 6+12 again, and 1+2+5 is no repeat under another emotion.
EXAMPLES: dict[str, tuple[str, tuple[tuple[str, str, float], ...]]] = {
    "toy": (
        "three rows",
        (("6+12", "Happiness", 0.9), ("6+12", "Happiness", 0.5), ("12+25", "Happiness", 0.6)),
    ),
    "twelve": (
        "twelve rows, made up",
        (
            ("6+12", "Happiness", 0.9),
            ("1+2+5", "Surprise", 0.8),
            ("12+25", "Happiness", 0.7),
            ("12+6", "Happiness", 0.5),
            ("1+4+15", "Sadness", 0.8),
            ("1+2+5", "Fear", 0.6),
            ("12+25", "Happiness", 0.4),
            ("1+2+25+26", "Surprise", 0.6),
            ("1+2+5", "Surprise", 0.5),
            ("4+17", "Sadness", 0.6),
            ("6+12", "Happiness", 0.7),
            ("1+4+15", "Sadness", 0.4),
        ),
    ),
}


@cache
def order_data() -> dict[str, Any]:
    """Outcomes of Algorithm 1 for every order of each example; treat it as read-only.

    Returns
    -------
    dictionary with ``examples[id]``: ``rows``, ``groups`` (numbers of rows that repeat one
    combination of units and emotion), ``used[emotion]``, ``range[emotion][code]`` and
    ``first[emotion][key]``. What "first appears" keeps depends only on the row of each group
    that comes first, so the key joins the numbers of those rows, group by group.

    Source: S0-026; E0-08, E0-09.
    """
    return {"examples": {name: _outcomes(*example) for name, example in EXAMPLES.items()}}


def _rounded(row: dict[str, float]) -> dict[str, float]:
    return {code: round(value, DIGITS) for code, value in row.items()}


def _outcomes(title: str, rows: tuple[tuple[str, str, float], ...]) -> dict[str, Any]:
    samples = [Sample(annotation, {emotion: score}) for annotation, emotion, score in rows]
    groups: dict[tuple[frozenset[str], str], list[int]] = {}
    for place, sample in enumerate(samples):
        groups.setdefault((sample.codes, sample.emotion), []).append(place)
    used = {name: _rounded(row) for name, row in shares(samples).items() if row}
    first: dict[str, dict[str, dict[str, float]]] = {name: {} for name in used}
    for leaders in product(*groups.values()):
        rest = [place for place in range(len(rows)) if place not in leaders]
        found = shares([samples[place] for place in (*leaders, *rest)], "first")
        for name in used:
            mine = (str(i) for i, (_, own) in zip(leaders, groups, strict=True) if own == name)
            first[name][" ".join(mine)] = _rounded(found[name])
    spans = {
        name: {
            code: [pick(row[code] for row in first[name].values()) for pick in (min, max)]
            for code in used[name]
        }
        for name in used
    }
    return {
        "title": title,
        "rows": [list(row) for row in rows],
        "groups": list(groups.values()),
        "emotions": list(used),
        "used": used,
        "first": first,
        "range": spans,
        "printed": list(loop_indices(len(rows), "printed")),
    }


class OrderShuffle(Panel):
    """Rows as cards that change places, and what Algorithm 1 makes of them.

    Parameters
    ----------
    example : ``"toy"``, three rows; ``"twelve"``, twelve made-up rows of four emotions

    Raises
    ------
    ValueError
        Unknown example.

    Source: S0-026; E0-08, E0-09.
    """

    figure = "order"

    example = traitlets.Unicode("toy", help="Which rows.").tag(sync=True)
    order = traitlets.List(traitlets.Int(), help="Row numbers, from 0, top first.").tag(sync=True)
    emotion = traitlets.Unicode(help="Emotion whose shares are shown.").tag(sync=True)

    def __init__(self, example: str = "toy", **kwargs: Any) -> None:
        check_option("an example", example, EXAMPLES)
        data = order_data()
        kwargs.setdefault("label", "Order shuffle: Algorithm 1 when its rows change places")
        super().__init__(
            data=data,
            example=example,
            order=list(range(len(EXAMPLES[example][1]))),
            emotion=data["examples"][example]["emotions"][0],
            **kwargs,
        )

    def fallback_html(self) -> str:
        """Table of shares: lowest and highest over all orders, and the reading that stays."""
        parts = []
        for found in order_data()["examples"].values():
            rows = "; ".join(f"{text} {name} {short(score)}" for text, name, score in found["rows"])
            count = len(found["rows"])
            parts.append(
                table_html(
                    f"Shares by Algorithm 1 for {found['title']} ({rows}). The loop as printed "
                    f"asks for row {count + 1} of {count} (E0-08).",
                    ("emotion, unit", "first appearance, lowest", "highest", "used: mean"),
                    (
                        (f"{name}, AU{code}", *(short(one, DIGITS) for one in (low, high, used)))
                        for name in found["emotions"]
                        for code, used in found["used"][name].items()
                        for low, high in [found["range"][name][code]]
                    ),
                )
            )
        return "".join(parts)
