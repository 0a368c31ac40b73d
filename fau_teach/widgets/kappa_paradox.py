"""Base-rate paradox: two coders of equal skill, and what four measures make of them.

The module in the browser computes these few numbers itself; a page test compares them
with :func:`expected`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import traitlets

from fau_teach.widgets._panel import Panel, short, table_html

FACES = 1000
SHARES = (50, 20, 10, 5, 2, 1)
"""Shares of faces with the unit in tables [%]."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What two coders of equal skill write on 1,000 faces, on average.

    Parameters
    ----------
    share : faces that have the unit [%]
    miss : of these, how many a coder misses [%]
    false_alarm : of the others, on how many a coder writes it all the same [%]

    Source: S0-104; the model is ours: the coders err independently of each other.
    """

    share: float
    miss: float
    false_alarm: float

    @property
    def both(self) -> float:
        """Faces on which both write it."""
        p, m, f = self.share / 100, self.miss / 100, self.false_alarm / 100
        return FACES * (p * (1 - m) ** 2 + (1 - p) * f**2)

    @property
    def one(self) -> float:
        """Faces on which only the first writes it; the second has as many of its own."""
        p, m, f = self.share / 100, self.miss / 100, self.false_alarm / 100
        return FACES * (p * m * (1 - m) + (1 - p) * f * (1 - f))

    @property
    def neither(self) -> float:
        """Faces on which neither writes it."""
        return FACES - self.both - 2 * self.one

    @property
    def percent(self) -> float:
        """Share of faces on which the two say the same."""
        return (self.both + self.neither) / FACES

    @property
    def written(self) -> float:
        """Share of faces on which one coder writes it."""
        return (self.both + self.one) / FACES

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa; None where both coders always say the same one thing."""
        q = self.written
        chance = q * q + (1 - q) ** 2
        return None if chance > 1 - 1e-12 else (self.percent - chance) / (1 - chance)

    @property
    def ac1(self) -> float:
        """Gwet's AC1."""
        chance = 2 * self.written * (1 - self.written)
        return (self.percent - chance) / (1 - chance)

    @property
    def pabak(self) -> float:
        """Prevalence- and bias-adjusted kappa."""
        return 2 * self.percent - 1

    def __str__(self) -> str:
        kappa = "undefined" if self.kappa is None else f"{self.kappa:.2f}"
        return f"{self.share:>3g} %  same {self.percent:.1%}  kappa {kappa}  AC1 {self.ac1:.2f}"


class KappaParadox(Panel):
    """Two coders of equal skill: the expected table as a mosaic, four measures on one axis.

    Parameters
    ----------
    share : faces that have the unit [%], 0 to 100
    miss : of these, how many a coder misses [%], 0 to 60
    false_alarm : of the others, how many get the unit all the same [%], 0 to 40

    Raises
    ------
    traitlets.TraitError
        A rate is outside its range.

    Source: S0-104.
    """

    figure = "kappa_paradox"

    share = traitlets.Float(50, min=0, max=100).tag(sync=True)
    miss = traitlets.Float(3, min=0, max=60).tag(sync=True)
    false_alarm = traitlets.Float(3, min=0, max=40).tag(sync=True)

    def __init__(
        self, share: float = 50, miss: float = 3, false_alarm: float = 3, **kwargs: Any
    ) -> None:
        kwargs.setdefault("label", "Base-rate paradox: the same two coders, rarer units")
        data = {"shares": list(SHARES), "start": 50}
        super().__init__(data=data, share=share, miss=miss, false_alarm=false_alarm, **kwargs)

    def fallback_html(self) -> str:
        """Table: counts and measures of the same two coders at six shares."""
        rows = []
        for share in SHARES:
            one = Expected(share, self.miss, self.false_alarm)
            counts = (f"{value:.0f}" for value in (one.both, one.one, one.one, one.neither))
            values = (one.percent, one.kappa, one.ac1, one.pabak)
            shown = ("undefined" if value is None else short(value) for value in values)
            rows.append((f"{share} %", *counts, *shown))
        caption = (
            f"Expected on 1,000 faces: two coders who each miss {self.miss:g} % of faces with the "
            f"unit and write it on {self.false_alarm:g} % of the others."
        )
        heads = ("faces with the unit", "both", "only first", "only second", "neither",
                 "same", "kappa", "AC1", "PABAK")  # fmt: skip
        return table_html(caption, heads, rows)
