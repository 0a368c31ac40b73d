"""Two coders, or three: one index in two readings, Jaccard, and what matched.

The module in the browser does this arithmetic itself; a page test compares it with
:func:`compared`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import traitlets

from fau_teach import agreement, facs
from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, short, table_html

CODES = ("1", "2", "4", "5", "6", "7", "9", "12", "14", "15", "17", "25")
"""Codes that the figure offers as chips."""
# What to start from: identity, title, one set a coder, what it shows.
PRESETS = (
    ("example", "1+2+5+6+12 and 5+6+12", ("1 2 5 6 12", "5 6 12"),
     "Three codes shared, eight written down in all."),
    ("same", "the same single code twice", ("12", "12"),
     "Two coders who agree in full: the printed reading gives 2."),
    ("half", "one code shared, one more each", ("6 12", "12 14"),
     "One of two codes each: half of what was written is shared."),
    ("none", "nothing shared", ("1 2", "4"), "No code in common: every reading gives 0."),
    ("null", "both wrote nothing", ("", ""),
     "Nothing was written, so there is nothing to divide by: the index is undefined, not 1."),
    ("third", "three: two agree, the third does not", ("1 2", "1 2", "4"),
     "Two of three agree in full, and the index of all three is 0: it counts only what every "
     "coder wrote. The mean over the pairs keeps the rest."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """What the figure shows for some sets; None where nothing can be divided.

    Parameters
    ----------
    used, printed : index by all codes written, and by the union as Eq. 2 prints it
    jaccard : shared codes by different codes
    pairs : mean of the index as used over all pairs of coders
    """

    used: float | None
    printed: float | None
    jaccard: float | None
    pairs: float | None


def compared(*sets: Sequence[str]) -> Compared:
    """Indices of two or more sets of codes.

    Source: S0-103; E0-07.
    """
    codes = [frozenset(one) for one in sets]
    printed = agreement.index(*codes, variant="printed").value
    each = [agreement.index(*pair).value for pair in combinations(codes, 2)]
    known = [value for value in each if value is not None]
    return Compared(
        agreement.index(*codes).value,
        printed,
        None if printed is None else printed / len(codes),
        sum(known) / len(known) if known else None,
    )


class TwoCoders(Panel):
    """Chips of what each coder scored, and the index as used and as printed beside Jaccard.

    Parameters
    ----------
    preset : what to start from: ``"example"``, ``"same"``, ``"half"``, ``"none"``, ``"null"``
        or ``"third"``
    sets : codes of each coder instead of a preset's, two or three lists

    Raises
    ------
    ValueError
        Unknown preset or code, or not two or three coders.

    Source: S0-103; E0-07.
    """

    figure = "two_coders"

    preset = traitlets.Unicode("example", help="What the figure started from.").tag(sync=True)
    sets: traitlets.List[Any] = traitlets.List(help="Codes of each coder.").tag(sync=True)

    def __init__(
        self, preset: str = "example", sets: Sequence[Sequence[str]] | None = None, **kwargs: Any
    ) -> None:
        known = {one[0]: [text.split() for text in one[2]] for one in PRESETS}
        check_option("a preset", preset, known)
        start = known[preset] if sets is None else [list(one) for one in sets]
        if len(start) not in (2, 3):
            raise ValueError(f"The figure compares 2 or 3 coders, not {len(start)}.")
        for code in (code for one in start for code in one):
            check_option("a code of this figure", code, CODES)
        kwargs.setdefault("label", "Two coders: one index in two readings, and what matched")
        data = {
            "codes": [[code, facs.au(code).name] for code in CODES],
            "presets": [
                {"id": name, "title": title, "sets": [text.split() for text in texts], "note": note}
                for name, title, texts, note in PRESETS
            ],
        }
        super().__init__(data=data, preset=preset, sets=start, **kwargs)

    def fallback_html(self) -> str:
        """Table of the presets: index as used, as printed, Jaccard, mean over the pairs."""
        rows = []
        for _, title, texts, note in PRESETS:
            found = compared(*(text.split() for text in texts))
            values = (found.used, found.printed, found.jaccard, found.pairs)
            rows.append(
                (
                    title,
                    " and ".join(text.replace(" ", "+") or "nothing" for text in texts),
                    *("undefined" if one is None else short(one) for one in values),
                    note,
                )
            )
        heads = ("case", "scored", "as used", "as printed", "Jaccard", "mean of pairs", "shows")
        return table_html("Agreement of coders on one event (E0-07).", heads, rows)
