"""A burst behind a rectifier and its smoothing: how high it gets, and how wide.

The module draws the exact answer of a first-order circuit; a page test compares its numbers with
:func:`fau_teach.emg.burst`.
"""

from __future__ import annotations

from typing import Any

import traitlets

from fau_teach.widgets._base import read_text
from fau_teach.widgets._panel import Panel, table_html

PRESETS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("3.6 Hz, 40 ms", {"length": 40, "cutoff": 3.6}),
    ("3.6 Hz, 200 ms", {"length": 200, "cutoff": 3.6}),
    ("2 Hz, 40 ms", {"length": 40, "cutoff": 2.0}),
    ("2 Hz, 200 ms", {"length": 200, "cutoff": 2.0}),
)
"""Cut-offs and bursts of the source's note; no module is known to have either cut-off."""


class Envelope(Panel):
    """One burst, one cut-off: peak and width of the envelope.

    Parameters
    ----------
    length : of the burst [ms], 10 to 500
    cutoff : of the first-order low-pass behind the rectifier [Hz], 1 to 10

    Raises
    ------
    traitlets.TraitError
        A number is out of range.

    Source: S4-011; E4-02.
    """

    figure = "envelope"

    length = traitlets.Int(40, min=10, max=500).tag(sync=True)
    cutoff = traitlets.Float(2.0, min=1.0, max=10.0).tag(sync=True)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "A burst and its envelope")
        super().__init__(data={"presets": [list(one) for one in PRESETS]}, **kwargs)

    @classmethod
    def module_text(cls) -> str:
        """JavaScript of the figure, with the chart that it needs."""
        names = ("common.js", "panel.js", "plot.js", f"{cls.figure}.js")
        return "\n".join(map(read_text, names))

    def fallback_html(self) -> str:
        """Table: peak and width of the four bursts of the note."""
        from fau_teach.emg import burst, tau_of

        rows = []
        for name, one in PRESETS:
            peak, width = burst(one["length"] / 1000, tau_of(one["cutoff"]))
            rows.append((name, f"{100 * peak:.1f} %", f"{1000 * width:.1f} ms"))
        heads = ("cut-off and burst", "reaches", "width at half of its peak")
        return table_html("A burst behind a rectifier and a first-order low-pass", heads, rows)
