"""Base rate: you see a unit, so how often is it that emotion? Counted in 1,000 faces.

The module in the browser computes these few numbers itself; a page test compares
them with :func:`faces`.
"""

from __future__ import annotations

from functools import cache
from math import floor
from typing import Any

import traitlets

from fau_teach.emotion import Association, casme3
from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, short, table_html

FACES = 1000
# Links of the CAS(ME)^3 counts that the figure offers.
LINKS = (("14", "Anger"), ("4", "Disgust"), ("5", "Surprise"), ("20", "Fear"))


def faces(code: str, emotion: str, prevalence: float, hit: float, other: float) -> Association:
    """Counts in 1,000 faces from three rates, each rounded to whole faces.

    Parameters
    ----------
    code, emotion : names of the unit and the emotion
    prevalence : P(E) [%]
    hit : P(A|E) [%]
    other : P(A|not E) [%]

    Source: S0-055; E0-41.
    """
    n_emotion = floor(FACES * prevalence / 100 + 0.5)
    both = floor(n_emotion * hit / 100 + 0.5)
    alone = floor((FACES - n_emotion) * other / 100 + 0.5)
    return Association(code, emotion, FACES, both + alone, n_emotion, both)


@cache
def presets() -> tuple[dict[str, Any], ...]:
    """Settings to start from: unit, emotion, three rates [%] and where they come from.

    Source: S0-055; E0-41.
    """
    found = [
        {
            "id": "table2",
            "title": "AU20 and fear, source Table 2",
            "code": "20",
            "emotion": "fear",
            "rates": [10.0, 10.0, 3.3],
            "note": "Table 2 of the source gives AU20 a mean fear score of .2500. That is no "
            "count of faces, and the three rates are not printed. These are chosen by us so that "
            "one face in four with AU20 shows fear (E0-41).",
        }
    ]
    counts = {(one.code, one.emotion): one for one in casme3()}
    for link in LINKS:
        one = counts[link]
        rates = (
            one.n_emotion / one.n,
            one.both / one.n_emotion,
            (one.n_code - one.both) / (one.n - one.n_emotion),
        )
        clips = f"{one.both} of {one.n_emotion} clips of {one.emotion.lower()} have AU{one.code}"
        found.append(
            {
                "id": f"{one.code}-{one.emotion.lower()}",
                "title": f"AU{one.code} and {one.emotion.lower()}, CAS(ME)³",
                "code": one.code,
                "emotion": one.emotion.lower(),
                "rates": [round(100 * rate, 1) for rate in rates],
                "note": f"Rates of {one.n} micro-expressions in CAS(ME)³: {clips}; {one.both} of "
                f"{one.n_code} clips with AU{one.code} are {one.emotion.lower()}."
                + (" So few clips settle nothing." if one.n_code < 10 else ""),
            }
        )
    return tuple(found)


class BaseRate(Panel):
    """A thousand faces as dots: those with the emotion, those with the unit, and both.

    Parameters
    ----------
    preset : ``"table2"``, ``"14-anger"``, ``"4-disgust"``, ``"5-surprise"`` or ``"20-fear"``
    prevalence, hit, other : P(E), P(A|E) and P(A|not E) [%]; None takes the preset's

    Raises
    ------
    ValueError
        Unknown preset.
    traitlets.TraitError
        A rate is not between 0 and 100.

    Source: S0-055; E0-41.
    """

    figure = "base_rate"

    preset = traitlets.Unicode("table2").tag(sync=True)
    prevalence = traitlets.Float(10, min=0, max=100).tag(sync=True)
    hit = traitlets.Float(10, min=0, max=100).tag(sync=True)
    other = traitlets.Float(3.3, min=0, max=100).tag(sync=True)
    grouped = traitlets.Unicode("unit", help="Which faces stand together.").tag(sync=True)

    def __init__(
        self,
        preset: str = "table2",
        prevalence: float | None = None,
        hit: float | None = None,
        other: float | None = None,
        **kwargs: Any,
    ) -> None:
        known = {one["id"]: one["rates"] for one in presets()}
        check_option("a preset", preset, known)
        given = (prevalence, hit, other)
        rates = [
            mine if one is None else one for one, mine in zip(given, known[preset], strict=True)
        ]
        kwargs.setdefault("label", "Base rate: how often is this unit that emotion?")
        super().__init__(
            data={"presets": list(presets())},
            preset=preset,
            prevalence=rates[0],
            hit=rates[1],
            other=rates[2],
            **kwargs,
        )

    def fallback_html(self) -> str:
        """Table of the presets: faces with the emotion, with the unit, with both."""
        rows = []
        for one in presets():
            found = faces(one["code"], one["emotion"], *one["rates"])
            rows.append(
                (
                    one["title"], str(found.n_emotion), str(found.n_code), str(found.both),
                    short(found.reliability), short(found.specificity), short(found.lift, 1),
                )
            )  # fmt: skip
        notes = "".join(f"<li>{one['title']}: {one['note']}</li>" for one in presets())
        heads = ("link", "show the emotion", "have the unit", "both", "P(A|E)", "P(E|A)", "lift")
        caption = "You see the unit: is it that emotion? Counts of 1,000 faces."
        return table_html(caption, heads, rows) + f"<ul>{notes}</ul>"
