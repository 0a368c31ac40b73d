"""The parameter card as a table for readers."""

from __future__ import annotations

import html
from dataclasses import dataclass

from fau_teach.force.material import Parameter, parameters

_HEAD = '<th scope="row" style="white-space: normal">'


@dataclass(frozen=True, slots=True)
class Card:
    """Every constant that the source leaves open, with the value used here and its reason.

    Source: S1-060.
    """

    rows: tuple[Parameter, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.rows))

    def _repr_html_(self) -> str:
        body = []
        for one in self.rows:
            number = "in a table" if one.value is None else f"{one.value:g}"
            unit = "" if one.unit == "1" else f" {one.unit}"
            why = f"{'chosen: ' if one.source == 'chosen' else ''}{one.reason}"
            tail = "".join(f"<td>{html.escape(cell)}</td>" for cell in (f"{number}{unit}", why))
            body.append(f"<tr>{_HEAD}{html.escape(one.name)}</th>{tail}</tr>")
        heads = "".join(f'<th scope="col">{head}</th>' for head in ("constant", "value", "why"))
        return (
            '<div class="wide-table"><table><caption>What the source does not give, and what we '
            f"use</caption><thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table>"
            "</div>"
        )


def card() -> Card:
    """All parameters in the order of their table.

    Source: S1-060.
    """
    return Card(tuple(parameters().values()))
