"""Head motion: what three ways choose while the head moves a little between onset and apex.

Python runs the pipelines and stores which points they chose; the module shows them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import traitlets

from fau_teach.widgets._base import check_option
from fau_teach.widgets._found import Found, packed
from fau_teach.widgets._panel import table_html

FACE = "Ana"
CLIPS = {"12": "smile, AU12", "4": "brows lowered, AU4"}
DEPTHS = (("exact depth", "exact"), ("full sensor", "as our camera sees it"))
SHIFTS_MM = (0.0, 0.1, 0.25, 0.5, 1.0)
DEG_PER_MM = 0.6
"""The head turns by so many degrees about each axis while it shifts by 1 mm along each."""
CELL = 6
"""Pixels of a cell of the drawn face; points are drawn at half of the camera's pixels."""
SHOWN = 160
"""How many of the 2,048 chosen points are drawn, drawn by lot."""


@cache
def runs(code: str, depth: str) -> tuple[dict[str, Any], ...]:
    """One run for each of ``SHIFTS_MM``.

    Returns
    -------
    dictionaries with the size of the maps, onset depth and what moves by cells, the share that
    moves (``chance``), the head's motion as it was found (``head``: mm and degrees), and for
    each way its precision, recall, and the drawn points: how many of them move (``hits``; they
    stand first) and their flat half pixels (``at``)
    """
    import numpy as np

    from fau_teach import motion_bars
    from fau_teach.depth import score
    from fau_teach.depth.motion import field

    found = []
    for shift in SHIFTS_MM:
        truth = motion_bars.made(
            code, FACE, depth, head_mm=shift, head_deg=DEG_PER_MM * shift
        )  # fmt: skip
        tracked = field(truth.onsets, truth.apexes, truth.intrinsics)
        head = tracked.head
        middle = np.array([0, 0, 0.55])
        one: dict[str, Any] = {
            "shape": truth.moving.shape,
            "onset": truth.onset.depth[CELL // 2 :: CELL, CELL // 2 :: CELL],
            "moving": truth.moving[CELL // 2 :: CELL, CELL // 2 :: CELL],
            "head": (1e3 * float(np.linalg.norm(head(middle) - middle)), head.degrees),
        }
        for way in motion_bars.WAYS:
            picked = tracked.select() if way == "used" else motion_bars.chosen(way, truth)
            right = score(picked, truth)
            one["chance"] = right.chance
            drawn = np.random.default_rng(3).permutation(picked.distinct)[:SHOWN]
            moves = truth.moving.flat[drawn]
            v, u = np.divmod(np.r_[drawn[moves], drawn[~moves]], truth.moving.shape[1])
            half = (truth.moving.shape[1] + 1) // 2
            one[way] = {
                "precision": right.precision, "recall": right.recall, "hits": int(moves.sum()),
                "at": v // 2 * half + u // 2,
            }  # fmt: skip
        found.append(one)
    return tuple(found)


@cache
def head_motion_data() -> dict[str, Any]:
    """Everything the figure draws; treat it as read-only."""
    import numpy as np

    from fau_teach.motion_bars import WAYS

    cases = []
    for code in CLIPS:
        for depth, _ in DEPTHS:
            every = runs(code, depth)
            rows = [
                {
                    "chance": round(one["chance"], 4),
                    "head": [round(number, 3) for number in one["head"]],
                    **{
                        way: [round(one[way]["precision"], 4), round(one[way]["recall"], 4),
                              one[way]["hits"], packed(one[way]["at"], "<u2")]
                        for way in WAYS
                    },
                }
                for one in every
            ]  # fmt: skip
            seen = every[0]["onset"].astype(float)
            near = seen[seen > 0].min()
            grey = np.where(seen > 0, np.clip(232 - 0.6 * (seen - near), 172, 232), 0)
            cases.append({
                "clip": code, "depth": depth, "rows": rows, "grey": packed(grey, "u1"),
                "moving": packed(np.packbits(every[0]["moving"]), "u1"),
                "size": [*every[0]["moving"].shape, (every[0]["shape"][1] + 1) // 2],
            })  # fmt: skip
    return {
        "cases": cases, "shifts": list(SHIFTS_MM), "turn": DEG_PER_MM, "cell": CELL,
        "clips": [list(one) for one in CLIPS.items()], "depths": [list(one) for one in DEPTHS],
        "ways": [list(one) for one in WAYS.items()],
    }  # fmt: skip


class HeadMotion(Found):
    """Points chosen as printed, by length, and as used, while the head moves.

    Parameters
    ----------
    clip : one of ``CLIPS``
    depth : one of ``DEPTHS``
    shift : place of the head's motion in ``SHIFTS_MM``

    Raises
    ------
    ValueError
        Unknown choice.
    traitlets.TraitError
        The motion is out of range.

    Source: S3-020, S3-026; E3-16, E3-21.
    """

    figure = "head_motion"

    clip = traitlets.Unicode("12").tag(sync=True)
    depth = traitlets.Unicode("exact depth").tag(sync=True)
    shift = traitlets.Int(2, min=0, max=len(SHIFTS_MM) - 1).tag(sync=True)

    def __init__(self, clip: str = "12", depth: str = "exact depth", **kwargs: Any) -> None:
        check_option("a clip", clip, CLIPS)
        check_option("a depth", depth, (name for name, _ in DEPTHS))
        kwargs.setdefault("label", "Head motion: points chosen in three ways while the head moves")
        super().__init__(data=head_motion_data(), clip=clip, depth=depth, **kwargs)

    def fallback_html(self) -> str:
        """Table: precision of each way, by clip, depth and motion of the head."""
        from fau_teach.motion_bars import WAYS

        rows = [
            (f"{CLIPS[code]}, {name}, head {shift:g} mm",
             *(f"{one[way]['precision']:.2f}" for way in WAYS), f"{one['chance']:.2f}")
            for code in CLIPS for depth, name in DEPTHS
            for shift, one in zip(SHIFTS_MM, runs(code, depth), strict=True)
        ]  # fmt: skip
        caption = "Share of the 2,048 chosen points that truly move, by motion of the head."
        return table_html(caption, ("movement", *WAYS.values(), "blind choice"), rows)
