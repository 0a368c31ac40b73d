"""Depth cloud: three brief clips of the teaching face as point clouds, coloured by their motion.

Python makes the depth maps; the module subtracts and colours, and a page test compares.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import traitlets

from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, table_html

if TYPE_CHECKING:
    import numpy.typing as npt

    from fau_teach.depth import Intrinsics, PointCloud

FACE = "Ana"
CLIPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "smile": ("Smile, 12C", ("12",)),
    "brows": ("Brows up, 1C+2C", ("1", "2")),
    "frown": ("Frown, 4C", ("4",)),
}
APEX = 6
"""Frames from onset to apex, a fifth of a second."""
FPS, EVERY = 30, 7
"""Frames a second; every so many pixels of the sensor are kept along each side."""
LEFT, TOP, WIDE, TALL = 440, 96, 58, 80
UNITS = 50
"""Raw units of a millimetre: finer than the motion."""
COLOURS = ("depth", "r", "theta", "phi", "all")
VARIANTS = ("used", "printed")


@cache
def camera() -> Intrinsics:
    """The camera of the maps: the sensor's, cut to the face, with every seventh pixel kept."""
    from fau_teach.depth import Intrinsics

    return Intrinsics.of(_camera(), scale=1000.0 * UNITS)


def _camera() -> Any:
    from fau_teach.face.camera import Camera

    whole = Camera.sensor()
    return replace(
        whole, width=WIDE, height=TALL, focal=whole.focal / EVERY,
        cx=(whole.cx - LEFT) / EVERY, cy=(whole.cy - TOP) / EVERY,
    )  # fmt: skip


@cache
def maps(name: str) -> npt.NDArray[Any]:
    """(APEX + 1, TALL, WIDE) uint16 raw depth of a clip; 0 where a frame has none."""
    import numpy as np

    from fau_teach.clip import Clip, Movement
    from fau_teach.face import face
    from fau_teach.face.depth import depth_map
    from fau_teach.face.film import moments
    from fau_teach.face.picture import scene

    who = face(FACE)
    moves = tuple(Movement(au, "", "C", 0, APEX, 2 * APEX) for au in CLIPS[name][1])
    found = []
    for moment in moments(Clip(FACE, FPS, 2 * APEX + 1, moves)):
        if moment.frame <= APEX:
            posed = who.posed(moment.scores, moment.extra)
            found.append(depth_map(*scene(who, posed), _camera()))
    raw = np.rint(np.array(found) * UNITS).astype(np.uint16)
    return raw * (raw > 0).all(axis=0)


def clouds(name: str, frame: int, rounded: bool = False) -> tuple[PointCloud, PointCloud]:
    """Onset and another frame of a clip as clouds; ``rounded`` to whole millimetres."""
    import numpy as np

    from fau_teach.depth.cloud import cloud

    raw = maps(name)[[0, frame]].astype(np.int64)
    if rounded:
        raw = (raw + UNITS // 2) // UNITS * UNITS
    first, second = (cloud(one, camera(), dtype=np.float64) for one in raw)
    return first, second


@cache
def depth_cloud_data() -> dict[str, Any]:
    """Everything the figure draws; treat it as read-only.

    Returns
    -------
    dictionary with the ``camera`` (f, cx, cy, width, units of a millimetre), the ``onset`` map
    (uint16, base64), and for each clip its id and title, the pixels that change (``at``, uint16)
    and by how much in each later frame (``change``, int16)
    """
    import numpy as np

    def packed(values: Any, kind: str) -> str:
        return b64encode(np.asarray(values).astype(kind).tobytes()).decode()

    seen = camera()
    onset = maps(next(iter(CLIPS)))[0]
    made = []
    for name, (title, _) in CLIPS.items():
        change = maps(name).astype(np.int64).reshape(APEX + 1, -1)
        change = change[1:] - change[0]
        at = np.flatnonzero(change.any(axis=0))
        made.append({
            "id": name, "title": title, "at": packed(at, "<u2"),
            "change": packed(change[:, at], "<i2"),
        })  # fmt: skip
    return {
        "camera": [round(seen.fx, 4), round(seen.cx, 4), round(seen.cy, 4), seen.width, UNITS],
        "onset": packed(onset, "<u2"), "clips": made, "apex": APEX,
    }  # fmt: skip


class DepthCloud(Panel):
    """A depth clip as point cloud: turn it, play it, colour it by what the motion is called.

    Parameters
    ----------
    clip : one of ``CLIPS``
    colour : one of ``COLOURS``
    variant : ``"used"`` or ``"printed"``
    rounded : depth in whole millimetres, as a camera writes it
    frame : 0 is the onset, ``APEX`` the apex
    yaw, pitch : turn of the cloud [deg]

    Raises
    ------
    ValueError
        Unknown clip, colour or variant.
    traitlets.TraitError
        The frame or an angle is out of range.

    Source: S3-008, S3-011, S3-015, S3-018; E3-01, E3-05.
    """

    figure = "depth_cloud"

    clip = traitlets.Unicode("smile").tag(sync=True)
    colour = traitlets.Unicode("depth").tag(sync=True)
    variant = traitlets.Unicode("used").tag(sync=True)
    rounded = traitlets.Bool(False).tag(sync=True)
    frame = traitlets.Int(APEX, min=0, max=APEX).tag(sync=True)
    yaw = traitlets.Int(30, min=-90, max=90).tag(sync=True)
    pitch = traitlets.Int(0, min=-60, max=60).tag(sync=True)

    def __init__(
        self, clip: str = "smile", colour: str = "depth", variant: str = "used", **kwargs: Any
    ) -> None:
        check_option("a clip", clip, CLIPS)
        check_option("a colour", colour, COLOURS)
        check_option("a variant", variant, VARIANTS)
        kwargs.setdefault("label", "Depth cloud: three brief clips as point clouds")
        super().__init__(
            data=depth_cloud_data(), clip=clip, colour=colour, variant=variant, **kwargs
        )

    def fallback_html(self) -> str:
        """Table: how many points moved at the apex, and how far."""
        import numpy as np

        rows = []
        for name, (title, _) in CLIPS.items():
            cells = []
            for rounded in (False, True):
                onset, apex = clouds(name, APEX, rounded)
                way = 1e3 * np.linalg.norm(apex.points - onset.points, axis=1)
                cells += [f"{(way > 0).sum():,} of {len(way):,}", f"{way.max():.2f} mm"]
            rows.append((title, *cells))
        heads = ("clip", "points that move", "farthest",
                 "in steps of 1 mm", "farthest in steps of 1 mm")  # fmt: skip
        caption = (
            "Three brief clips of the teaching face as point clouds, onset to apex: points whose "
            "depth changes, and the greatest difference between two points of one pixel."
        )
        return table_html(caption, heads, rows)
