"""Imbalance slider: many more rows of one emotion, and what each method makes of them."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import traitlets

from fau_teach.emotion import SIX, Sample, means, shares
from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, short, table_html

MODES = ("copies", "new")
MOST = 20
OWN = 6
# Made-up chances of each unit under each emotion, and of a unit that is not listed there.
# AU20 stands under fear alone.
STRAY = 0.12
CHANCES: dict[str, dict[str, float]] = {
    "Happiness": {"12": 0.95, "25": 0.7, "6": 0.6},
    "Surprise": {"1": 0.9, "2": 0.9, "25": 0.8, "5": 0.6},
    "Anger": {"4": 0.95, "25": 0.4, "5": 0.3, "9": 0.2},
    "Fear": {"25": 0.7, "1": 0.6, "4": 0.6, "5": 0.5, "20": 0.5, "2": 0.4},
    "Disgust": {"9": 0.8, "4": 0.6, "25": 0.3, "15": 0.2},
    "Sadness": {"4": 0.7, "15": 0.7, "1": 0.6, "25": 0.2},
}
CODES = tuple(sorted({code for row in CHANCES.values() for code in row}, key=int))


@cache
def made_up_rows() -> dict[str, tuple[Sample, ...]]:
    """Rows of each emotion: the first six form the set, the others come in as new ones."""
    return {name: _draw(name, Random(seed)) for seed, name in enumerate(SIX)}


def _draw(emotion: str, random: Random) -> tuple[Sample, ...]:
    chances = CHANCES[emotion]
    others = [name for name in SIX if name != emotion]
    rows = []
    for _ in range(OWN * MOST):
        codes = [
            code for code in CODES if random.random() < chances.get(code, STRAY * (code != "20"))
        ]
        score = round(0.55 + 0.4 * random.random(), 2)
        second = others[int(random.random() * len(others))]
        scores = {emotion: score, second: round(1 - score, 2)}
        rows.append(Sample("+".join(codes or [next(iter(chances))]), scores))
    return tuple(rows)


def oversampled(emotion: str, factor: int, mode: str = "copies") -> list[Sample]:
    """Thirty-six rows, six an emotion, with one emotion's rows made ``factor`` times as many.

    Parameters
    ----------
    emotion : whose rows
    factor : 1 to 20
    mode : ``"copies"``, exact duplicates; ``"new"``, other rows drawn the same way

    Source: S0-043.
    """
    rows = made_up_rows()
    base = [sample for name in SIX for sample in rows[name][:OWN]]
    if mode == "copies":
        return base + list(rows[emotion][:OWN]) * (factor - 1)
    return base + list(rows[emotion][OWN : OWN * factor])


@cache
def imbalance_data() -> dict[str, Any]:
    """Results for each emotion, mode and factor; treat it as read-only.

    Returns
    -------
    dictionary with ``results[mode][emotion][factor - 1]``: for the emotion that grows, one
    list over ``codes`` each of Method 1's shares [1/1000], Method 2's raw sums [1/100] and
    per-unit means [1/1000]; then the number of different combinations of that emotion

    Source: S0-043; E0-10.
    """
    factors = range(1, MOST + 1)
    return {
        "emotions": list(SIX),
        "codes": list(CODES),
        "own": OWN,
        "results": {
            mode: {name: [_results(name, factor, mode) for factor in factors] for name in SIX}
            for mode in MODES
        },
    }


def _results(emotion: str, factor: int, mode: str) -> list[Any]:
    rows = oversampled(emotion, factor, mode)
    found = [
        [round(scale * table[emotion].get(code, 0.0)) for code in CODES]
        for scale, table in (
            (1000, shares(rows)),
            (100, means(rows, reading="sum")),
            (1000, means(rows, reading="mean")),
        )
    ]
    return [*found, len({sample.codes for sample in rows if sample.emotion == emotion})]


class ImbalanceSlider(Panel):
    """One emotion's rows grow in number: Method 1 and Method 2 before and after.

    Parameters
    ----------
    emotion : the emotion that grows
    factor : how many times as many rows, 1 to 20
    mode : ``"copies"``, exact duplicates; ``"new"``, different rows of the same kind
    watched : codes of the units to show

    Raises
    ------
    ValueError
        Unknown emotion, mode or unit.
    traitlets.TraitError
        The factor is out of range.

    Source: S0-043; E0-10.
    """

    figure = "imbalance"

    emotion = traitlets.Unicode("Happiness").tag(sync=True)
    factor = traitlets.Int(10, min=1, max=MOST).tag(sync=True)
    mode = traitlets.Unicode("copies").tag(sync=True)
    watched = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(
        self,
        emotion: str = "Happiness",
        factor: int = 10,
        mode: str = "copies",
        watched: tuple[str, ...] = ("1", "6", "12", "25"),
        **kwargs: Any,
    ) -> None:
        check_option("an emotion", emotion, SIX)
        check_option("a mode", mode, MODES)
        for code in watched:
            check_option("a unit of the made-up rows", code, CODES)
        kwargs.setdefault("label", "Imbalance: one emotion's rows grow in number")
        super().__init__(
            data=imbalance_data(),
            emotion=emotion,
            factor=factor,
            mode=mode,
            watched=list(watched),
            **kwargs,
        )

    def fallback_html(self) -> str:
        """Table for AU25: each emotion's rows taken ten times, by copies and by new rows."""
        spot = CODES.index("25")
        results = imbalance_data()["results"]

        def change(mode: str, name: str, method: int, digits: int) -> str:
            scale = 100 if method == 1 else 1000
            pair = (results[mode][name][factor - 1][method][spot] / scale for factor in (1, 10))
            return " → ".join(short(value, digits) for value in pair)

        return table_html(
            "AU25 in a made-up set of 36 rows, before and after the rows of one emotion are "
            "taken ten times.",
            ("emotion that grows", "Method 1 share", "Method 2, raw sum", "Method 2, mean",
             "Method 1 share, with new rows"),
            (
                (name, change("copies", name, 0, 3), change("copies", name, 1, 2),
                 change("copies", name, 2, 3), change("new", name, 0, 3))
                for name in SIX
            ),
        )  # fmt: skip
