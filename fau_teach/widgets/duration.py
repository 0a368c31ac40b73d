"""Duration slider: one event, one camera, three definitions of "micro"."""

from __future__ import annotations

import html
from typing import Any

import traitlets

from fau_teach import micro
from fau_teach.widgets._base import Figure

RATES = (25, 30, 60, 100, 200)
FALLBACK_DURATIONS_MS = (40, 100, 200, 300, 500, 600)
ANSWERS = {True: "✓ yes", False: "✗ no", None: "– cannot say"}


def _credit(one: micro.Definition) -> str:
    """Where a bound comes from, for readers."""
    if one.reference == "yan2013":
        return f"Yan et al. 2013 ({one.erratum})"
    return f"Ekman's bound, printed in Dong et al. 2022 ({one.source}, {one.erratum})"


class DurationSlider(Figure):
    """How many frames an event fills, and which definitions call it a micro-expression.

    Parameters
    ----------
    duration : onset to offset [ms], 10 to 1000
    onset_share : share of the duration from onset to apex [%], 5 to 95
    fps : frame rate of the camera [1/s], 1 to 1000
    phase : where the first frame falls, in percent of a frame interval after onset, 0 to 99

    Raises
    ------
    traitlets.TraitError
        A value is outside its range.

    Source: S0-007; E0-27.
    """

    figure = "duration"

    duration = traitlets.Int(300, min=10, max=1000).tag(sync=True)
    onset_share = traitlets.Int(50, min=5, max=95).tag(sync=True)
    fps = traitlets.Int(30, min=1, max=1000).tag(sync=True)
    phase = traitlets.Int(50, min=0, max=99).tag(sync=True)

    def __init__(
        self,
        duration: int = 300,
        onset_share: int = 50,
        fps: int = 30,
        phase: int = 50,
        **kwargs: Any,
    ) -> None:
        definitions = [
            {
                "id": one.id,
                "name": one.name,
                "rule": one.rule,
                "measured": one.measured,
                "low": round(one.shortest_s * 1000),
                "high": round(one.longest_s * 1000),
                "credit": _credit(one),
            }
            for one in micro.definitions()
        ]
        super().__init__(
            duration=duration,
            onset_share=onset_share,
            fps=fps,
            phase=phase,
            data={"definitions": definitions, "rates": list(RATES)},
            label="How long is a micro-expression? Duration, frame rate and three definitions",
            **kwargs,
        )

    def fallback_html(self) -> str:
        """Table of durations: frames at each rate, and the answer of each definition."""
        heads = [f"{rate} fps" for rate in RATES] + [one.name for one in micro.definitions()]
        rows = []
        for ms in FALLBACK_DURATIONS_MS:
            cells = [_frames_text(ms / 1000, rate) for rate in RATES]
            cells += [ANSWERS[value] for value in micro.classify(ms / 1000, ms / 2000).values()]
            rows.append(
                f'<tr><th scope="row">{ms} ms</th>'
                + "".join(f"<td>{cell}</td>" for cell in cells)
                + "</tr>"
            )
        rules = "".join(
            f"<li>{html.escape(f'{one.name}: {one.rule}. {_credit(one)}.')}</li>"
            for one in micro.definitions()
        )
        head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in heads)
        return (
            '<div class="wide-table"><table><caption>Frames that fall into an event, and which '
            "definition calls it micro. Onset to apex is half of each duration.</caption>"
            f'<thead><tr><th scope="col">duration</th>{head}</tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table></div><ul>{rules}</ul>"
        )


def _frames_text(duration_s: float, fps: float) -> str:
    low, high = micro.frame_range(duration_s, fps)
    return str(low) if low == high else f"{low} or {high}"
