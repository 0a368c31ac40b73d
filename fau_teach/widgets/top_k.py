"""Top k: which points a difference by pixel chooses on a still head, against what truly moves.

Python makes the depth maps; the module subtracts, filters and ranks, and a page test compares.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import traitlets

from fau_teach.widgets._base import check_option
from fau_teach.widgets._found import Found, packed
from fau_teach.widgets._panel import table_html

if TYPE_CHECKING:
    import numpy.typing as npt

    from fau_teach.depth import Intrinsics

FACE = "Ana"
CLIPS = {"12": "smile, AU12", "4": "brows lowered, AU4", "17": "chin raised, AU17"}
EVERY, LEFT, TOP, WIDE, TALL = 6, 434, 72, 69, 93
UNITS, WALL_MM, NOISE_MM = 50, 1200, 0.5
DEPTHS = (("exact", "exact"), ("steps", "in steps of 1 mm"), ("noise", "and noise of 0.5 mm"))
CENTRES = ("centroid", "median", "nose")
RANKS = (("length", "by length r"), ("printed", "by colour, as printed"))
COUNTS = (14, 28, 57, 114, 228, 455)
"""Points kept: as many of these pixels as 512 to 16,384 are of a whole picture's."""


def _camera() -> Any:
    from fau_teach.face.camera import Camera

    whole = Camera.sensor()
    return replace(
        whole, width=WIDE, height=TALL, focal=whole.focal / EVERY,
        cx=(whole.cx - LEFT) / EVERY, cy=(whole.cy - TOP) / EVERY,
    )  # fmt: skip


@cache
def camera() -> Intrinsics:
    """The camera of the maps: the sensor's, cut to the face, every sixth pixel kept."""
    from fau_teach.depth import Intrinsics

    return Intrinsics.of(_camera(), scale=1000.0 * UNITS)


@cache
def maps(code: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Raw depth at onset and apex (TALL, WIDE), int64, 0 where none, and what truly moves."""
    import numpy as np

    from fau_teach.depth import truth

    made = truth.pair(code, FACE, camera=_camera(), colour=False)
    onset, apex = (
        np.rint(one.depth * UNITS).astype(np.int64) for one in (made.onset, made.apex)
    )  # fmt: skip
    return onset, apex, made.moving & (onset > 0)


@cache
def noise() -> npt.NDArray[Any]:
    """(2, TALL, WIDE) noise of onset and apex at 600 mm [raw units]."""
    import numpy as np

    drawn = np.random.default_rng(5).normal(0, NOISE_MM * UNITS, (2, TALL, WIDE))
    return np.clip(np.rint(drawn), -127, 127).astype(np.int64)


def frames(code: str, depth: str, wall: bool) -> npt.NDArray[Any]:
    """(2, TALL, WIDE) raw depth of onset and apex as the figure makes them."""
    import numpy as np

    raw = np.stack(maps(code)[:2])
    if wall:
        raw[raw == 0] = WALL_MM * UNITS
    if depth == "noise":
        far = raw / (600 * UNITS)
        raw = np.where(raw > 0, np.floor(raw + noise() * far * far + 0.5), 0).astype(np.int64)
    if depth != "exact":
        raw = (raw + UNITS // 2) // UNITS * UNITS
    return raw


def chosen(
    code: str, depth: str, wall: bool, centre: str, factor: float, count: int, order: str
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Pixels that the filter keeps, and the chosen ones of them, best first."""
    from fau_teach.depth import difference, keep, rank, spherical
    from fau_teach.depth.cloud import cloud
    from fau_teach.depth.printed import colours
    from fau_teach.depth.selected import top

    onset, apex = (cloud(one, camera(), dtype=float) for one in frames(code, depth, wall))
    moved = difference(onset, apex)
    moved = moved.only(keep(moved.points, factor, centre))
    variant: Any = "printed" if order == "printed" else "used"
    way = spherical(moved.delta, variant)
    best = top(rank(way, colours(way, variant), variant), count)
    return moved.pixels, moved.pixels[best]


@cache
def top_k_data() -> dict[str, Any]:
    """Everything the figure draws; treat it as read-only.

    Returns
    -------
    dictionary with the ``camera`` (f, cx, cy, width, units of a millimetre, the wall in raw
    units), the ``onset`` map (uint16), the ``noise`` of both frames (int8), and for each clip
    the pixels that change (``at``), what they become (``to``) and those that truly move
    (``moving``), all base64; and the choices of the controls
    """
    import numpy as np

    seen, made = camera(), []
    for code, title in CLIPS.items():
        onset, apex, moving = (one.ravel() for one in maps(code))
        at = np.flatnonzero(onset != apex)
        made.append({
            "id": code, "title": title, "at": packed(at, "<u2"), "to": packed(apex[at], "<u2"),
            "moving": packed(np.flatnonzero(moving), "<u2"),
        })  # fmt: skip
    return {
        "camera": [seen.fx, seen.cx, seen.cy, WIDE, UNITS, WALL_MM * UNITS],
        "onset": packed(maps("12")[0], "<u2"), "noise": packed(noise(), "i1"), "clips": made,
        "depths": [list(one) for one in DEPTHS], "centres": list(CENTRES), "counts": list(COUNTS),
        "ranks": [list(one) for one in RANKS],
    }  # fmt: skip


class TopK(Found):
    """Filter, ranking and number of points, with precision and recall against the truth.

    Parameters
    ----------
    clip : one of ``CLIPS``
    depth : one of ``DEPTHS``
    wall : whether one stands behind the head
    centre, factor : of the filter
    order : what points are ranked by, one of ``RANKS``
    count : place of the number of points in ``COUNTS``

    Raises
    ------
    ValueError
        Unknown choice.
    traitlets.TraitError
        A number is out of its range.

    Source: S3-016, S3-019; E3-04, E3-06.
    """

    figure = "top_k"

    clip = traitlets.Unicode("12").tag(sync=True)
    depth = traitlets.Unicode("exact").tag(sync=True)
    wall = traitlets.Bool(False).tag(sync=True)
    centre = traitlets.Unicode("centroid").tag(sync=True)
    factor = traitlets.Float(1.5, min=0.3, max=3).tag(sync=True)
    order = traitlets.Unicode("length").tag(sync=True)
    count = traitlets.Int(2, min=0, max=len(COUNTS) - 1).tag(sync=True)

    def __init__(
        self,
        clip: str = "12",
        depth: str = "exact",
        centre: str = "centroid",
        order: str = "length",
        **kwargs: Any,
    ) -> None:
        check_option("a clip", clip, CLIPS)
        check_option("a depth", depth, (name for name, _ in DEPTHS))
        check_option("a centre", centre, CENTRES)
        check_option("a ranking", order, (name for name, _ in RANKS))
        kwargs.setdefault("label", "Top k: which points are chosen, and which of them move")
        super().__init__(
            data=top_k_data(), clip=clip, depth=depth, centre=centre, order=order, **kwargs
        )

    def fallback_html(self) -> str:
        """Table: precision of the usual number of points, by clip and depth."""
        rows = []
        for code, title in CLIPS.items():
            moving = maps(code)[2].ravel()
            for order, name in RANKS:
                cells = []
                for depth, _ in DEPTHS:
                    best = chosen(code, depth, False, "centroid", 1.5, COUNTS[2], order)[1]
                    cells.append(f"{moving[best].mean():.2f}")
                rows.append((f"{title}, {name}", *cells))
        caption = (
            f"Share of the {COUNTS[2]} chosen points that truly move, on a head that keeps still."
        )
        return table_html(caption, ("clip and ranking", *(name for _, name in DEPTHS)), rows)
