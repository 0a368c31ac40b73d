"""Same colour: what the printed angles cannot tell, and what a difference by pixel cannot see.

A playground: the module computes both, and a page test compares it with :mod:`fau_teach.depth`.
"""

from __future__ import annotations

from functools import cache
from math import cos, degrees, radians, sin
from typing import Any

import traitlets

from fau_teach.widgets._panel import Panel, table_html

FOCAL, CENTRE, DEPTH_MM, LENGTH_MM = 1324.65, 640, 600.0, 2.0
COLUMNS = (440, 840)
#: Direction in the picture and elevation [deg], of motions that have a usual twin.
EXAMPLES = (
    ("lip", "lip corner", 53, 0),
    ("diagonal", "to the lower right", 45, 0),
    ("brow", "brow", 90, 0),
)


def motion(turn: float, rise: float) -> tuple[float, float, float]:
    """Motion of ``LENGTH_MM``: x right, y down, z away [mm]."""
    flat = LENGTH_MM * cos(radians(rise))
    return flat * cos(radians(turn)), flat * sin(radians(turn)), LENGTH_MM * sin(radians(rise))


@cache
def same_colour_data() -> dict[str, Any]:
    """Camera and examples; treat it as read-only."""
    return {
        "camera": [FOCAL, CENTRE, DEPTH_MM], "columns": list(COLUMNS), "length": LENGTH_MM,
        "examples": [list(one) for one in EXAMPLES],
    }  # fmt: skip


class SameColour(Panel):
    """Two opposite motions and their angles; and a pixel that looks at sliding skin.

    Parameters
    ----------
    turn, rise : direction of the motion in the picture, and out of it [deg]
    slide, near : how the skin moves along the row of pixels, and towards the camera [mm]
    slope : of the skin [deg]
    column : of the pixel

    Raises
    ------
    traitlets.TraitError
        A number is out of its range.

    Source: S3-013, S3-017, S3-018; E3-01, E3-03.
    """

    figure = "same_colour"

    turn = traitlets.Int(53, min=-180, max=180).tag(sync=True)
    rise = traitlets.Int(0, min=-80, max=80).tag(sync=True)
    slide = traitlets.Float(2.0, min=-3, max=3).tag(sync=True)
    near = traitlets.Float(0.0, min=-3, max=3).tag(sync=True)
    slope = traitlets.Int(0, min=-45, max=45).tag(sync=True)
    column = traitlets.Int(740, min=COLUMNS[0], max=COLUMNS[1]).tag(sync=True)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Same colour: opposite motions, and sliding skin")
        super().__init__(data=same_colour_data(), **kwargs)

    def fallback_html(self) -> str:
        """Table: azimuth of each example and of its twin, as printed and as used."""
        from fau_teach.depth import spherical, twin

        rows = []
        for _, name, turn, rise in EXAMPLES:
            both = [motion(turn, rise), twin(motion(turn, rise))]
            cells = []
            for variant in ("printed", "used"):
                azimuth = spherical(both, variant)[:, 1]
                cells += [f"{degrees(one):.0f}°".replace("-", "−") for one in azimuth]
            rows.append((name, *cells))
        heads = ("motion", "as printed", "its opposite", "as used", "its opposite")
        return table_html("Azimuth of a motion and of the opposite one", heads, rows)
