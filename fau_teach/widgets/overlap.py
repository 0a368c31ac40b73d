"""Overlap map: how many AUs two emotions share, within a table and between tables."""

from __future__ import annotations

import html
from collections.abc import Mapping
from functools import cache
from typing import Any

import traitlets

from fau_teach import emotion
from fau_teach.emotion._codes import by_number
from fau_teach.widgets._base import Figure, check_option, read_text

Sets = Mapping[str, frozenset[str]]


def _view(title: str, note: str, rows: Sets, columns: Sets, names: tuple[str, str]) -> Any:
    """One map; ``names`` are the tables of rows and columns, empty within one table."""
    cells = [
        [
            {
                "value": emotion.jaccard(one, two),
                "shared": list(by_number(one & two)),
                "row": list(by_number(one - two)),
                "column": list(by_number(two - one)),
            }
            for two in columns.values()
        ]
        for one in rows.values()
    ]
    # The largest overlap of two different sets shows first.
    _, row, column = max(
        (cell["value"], -r, -c)
        for (r, one), line in zip(enumerate(rows), cells, strict=True)
        for (c, two), cell in zip(enumerate(columns), line, strict=True)
        if any(names) or one != two
    )
    return {
        "title": title,
        "note": note,
        "rows": list(rows),
        "columns": list(columns),
        "names": list(names),
        "start": [-row, -column],
        "cells": cells,
    }


@cache
def overlap_data() -> dict[str, Any]:
    """All maps as compact JSON; treat it as read-only.

    Returns
    -------
    dictionary with ``views[view]["cells"][row][column]``: Jaccard value, shared AUs, AUs of
    the row's emotion alone, AUs of the column's emotion alone

    Source: S0-056, S2-047 to S2-052; E2-17, E0-42.
    """
    dong, imotions = emotion.table("dong"), emotion.table("imotions")
    views = {
        table.id: _view(table.title, table.note, table.codes(), table.codes(), ("", ""))
        for table in (dong, imotions)
    }
    views["between"] = _view(
        "One table against the other",
        "Rows: Table 3. Columns: iMotions. A frame marks the same emotion. The tables are of "
        "different kinds, option lists and combinations, so the numbers mix kinds (E0-42).",
        dong.codes(),
        imotions.codes(),
        ("Table 3", "iMotions"),
    )
    return {"views": views}


class OverlapMap(Figure):
    """Heat map of Jaccard overlaps: choose a cell, read the shared AUs.

    Parameters
    ----------
    view : ``"dong"``, ``"imotions"``, or ``"between"`` for one table against the other

    Raises
    ------
    ValueError
        View unknown (suggests one).

    Source: S0-056; E2-17, E0-42.
    """

    figure = "overlap"

    view = traitlets.Unicode("dong", help="Which map shows.").tag(sync=True)

    def __init__(self, view: str = "dong", **kwargs: Any) -> None:
        data = overlap_data()
        check_option("a view", view, data["views"])
        kwargs.setdefault("label", "Overlap map: how many AUs two emotions share")
        super().__init__(data=data, view=view, **kwargs)

    @classmethod
    def module_text(cls) -> str:
        """JavaScript of the figure: helpers, arrow keys, the map."""
        return "\n".join(read_text(name) for name in ("common.js", "roam.js", "overlap.js"))

    def fallback_html(self) -> str:
        """One table a map, with each fraction and its decimal value."""
        return "".join(map(_plain, overlap_data()["views"].values()))


def _plain(view: dict[str, Any]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in view["columns"])
    rows = []
    for name, cells in zip(view["rows"], view["cells"], strict=True):
        fractions = (
            (len(cell["shared"]), sum(len(cell[key]) for key in ("shared", "row", "column")), cell)
            for cell in cells
        )
        body = "".join(f"<td>{k}/{n} = {cell['value']:.3f}</td>" for k, n, cell in fractions)
        rows.append(f'<tr><th scope="row">{name}</th>{body}</tr>')
    caption = f"{view['title']}: shared AUs over all AUs of two emotions. {view['note']}"
    return (
        f'<div class="wide-table"><table><caption>{html.escape(caption)}</caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
