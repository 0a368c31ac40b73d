"""OneClock: the face of the capstone, and every curve that was measured of it, on one clock."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import TYPE_CHECKING, Any, ClassVar

from fau_teach.clip import sampled
from fau_teach.widgets._base import read_text
from fau_teach.widgets._panel import table_html
from fau_teach.widgets.faceview import FaceFigure

if TYPE_CHECKING:
    from fau_teach.capstone import Planted, Stage

_DIGITS = 3


def _whole(ms: float) -> int:
    """Rounded as the browser does it: halves go up."""
    return floor(ms + 0.5)


def by_frame(stage: Stage, frames: int, fps: float) -> tuple[list[float], list[float]]:
    """Lowest and highest value of a stage in each frame of the face.

    Where a frame holds none, because the stage is slower, the value before it stands.
    """
    low, high = [], []
    for frame in range(frames):
        first = ceil(frame / fps * stage.rate - 1e-9)
        end = ceil((frame + 1) / fps * stage.rate - 1e-9)
        inside = stage.values[first:end] if end > first else stage.values[max(0, end - 1) : end]
        last = stage.values[-1:]
        inside = inside if len(inside) else last
        low.append(round(float(inside.min()), _DIGITS))
        high.append(round(float(inside.max()), _DIGITS))
    return low, high


def one_clock_data(truth: Planted, stages: Sequence[Stage]) -> dict[str, Any]:
    """What the figure shows: the face as late as its skin, and all stages by frame [ms]."""
    shown = truth.shown
    rows = []
    for stage in stages:
        low, high = by_frame(stage, shown.frames, shown.fps)
        span = max(high) - min(low)
        times = {"found": stage.found, "true": stage.true, "late": stage.error}
        rows.append(
            {"name": stage.name, "unit": stage.unit, "about": stage.about, "low": low,
             "high": high, "round": 0 if span >= 20 else 1 if span >= 2 else 2}
            | {name: [round(1000 * at, 1) for at in each] for name, each in times.items()}
        )  # fmt: skip
    return {"drive": sampled(shown), "stages": rows}


class OneClock(FaceFigure):
    """The face, and below it each measured curve with what was found and what was true.

    Parameters
    ----------
    truth : what was planted
    stages : what was measured of it
    label : accessible name

    Source: SX-05, SX-06.
    """

    figure = "one_clock"
    library: ClassVar[tuple[str, ...]] = (
        "faceview_face.js", "faceview_gl.js", "panel.js", "viewer.js",
    )  # fmt: skip

    def __init__(self, truth: Planted, stages: Sequence[Stage], **kwargs: Any) -> None:
        kwargs.setdefault("label", "One micro-expression, measured in every way")
        super().__init__(data=one_clock_data(truth, stages), face=truth.clip.identity, **kwargs)

    @classmethod
    def style_text(cls) -> str:
        """CSS of the figure and of the viewer in it."""
        return "\n".join(map(read_text, ("common.css", "viewer.css", "one_clock.css")))

    def fallback_html(self) -> str:
        """The times as a table."""
        rows = [
            (one["name"], *(f"{_whole(ms)}" for ms in one["found"]),
             ", ".join(f"{_whole(ms):+}" for ms in one["late"]))
            for one in self.data["stages"]
        ]  # fmt: skip
        heads = ("stage", "▲ found", "◆ found", "▼ found", "late by")
        return table_html("Found times and how late they are, in milliseconds.", heads, rows)
