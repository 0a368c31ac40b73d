"""Timeline: two coders' events of one clip, and which of them are the same event."""

from __future__ import annotations

from functools import cache
from typing import Any

import traitlets

from fau_teach.agreement import Segment, iou, match
from fau_teach.coding import Timing
from fau_teach.facs import parse
from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, short, table_html

FPS = 30
FRAMES = 150
STEPS = tuple(step / 20 for step in range(1, 21))
"""Least overlaps that the figure offers."""
# Made-up clips: identity, title, events of both coders (onset, apex, offset, codes), what to see.
CLIPS = (
    ("close", "two careful coders",
     ((20, 28, 40, "1+2"), (70, 82, 100, "12"), (120, 124, 130, "4")),
     ((22, 28, 41, "1+2"), (66, 80, 104, "6+12"), (121, 125, 131, "4")),
     "All three match at the usual .50. Whether the codes agree is asked afterwards: AU6 in the "
     "second pair stands with one coder alone."),
    ("split", "one event or two?",
     ((20, 30, 45, "12"), (48, 60, 80, "12")),
     ((18, 58, 82, "12"), (110, 114, 120, "17")),
     "Coder 1 saw a smile fade and come back, coder 2 saw one smile. One event matches one event, "
     "so half of the smile is missed however low the bar is."),
    ("late", "one coder always six frames late",
     ((30, 33, 38, "4"), (70, 85, 110, "12"), (130, 132, 135, "1")),
     ((36, 39, 44, "4"), (76, 91, 116, "12"), (136, 138, 141, "1")),
     "The same delay costs the long event little and the two short ones the match; the last pair "
     "shares no frame at all. Overlap is hard on brief events; report the signed error beside it."),
)  # fmt: skip


def segments(events: tuple[tuple[int, int, int, str], ...]) -> tuple[Segment, ...]:
    """Events of a clip as the agreement module takes them."""
    return tuple(Segment(on, top, off, parse(codes)) for on, top, off, codes in events)


@cache
def timeline_data() -> dict[str, Any]:
    """Every clip with its matches at every least overlap, as plain JSON; read-only.

    Source: S0-100, S0-104.
    """
    clips = []
    for name, title, first, second, note in CLIPS:
        one, two = segments(first), segments(second)
        steps = []
        for least in STEPS:
            found = match(one, two, least)
            steps.append(
                {
                    "pairs": [[at, to, iou(one[at], two[to])] for at, to in found.pairs],
                    "missed": list(found.missed),
                    "added": list(found.added),
                    "scores": [score.value for score in (found.precision, found.recall, found.f1)],
                }
            )
        coders = [[list(event) for event in events] for events in (first, second)]
        clips.append({"id": name, "title": title, "note": note, "coders": coders, "at": steps})
    return {"clips": clips, "steps": list(STEPS), "fps": FPS, "frames": FRAMES}


class Timeline(Panel):
    """Events of two coders on one axis; the least overlap decides which are the same event.

    Parameters
    ----------
    clip : ``"close"``, ``"split"`` or ``"late"``
    least : least overlap of a match, one of ``STEPS``

    Raises
    ------
    ValueError
        Unknown clip or step.

    Source: S0-100, S0-104.
    """

    figure = "timeline"

    clip = traitlets.Unicode("close").tag(sync=True)
    least = traitlets.Float(0.5, help="Least overlap of a match.").tag(sync=True)

    def __init__(self, clip: str = "close", least: float = 0.5, **kwargs: Any) -> None:
        check_option("a clip", clip, [one[0] for one in CLIPS])
        if least not in STEPS:
            raise ValueError(f"The least overlap is one of .05, .10 to 1.00, not {least:g}.")
        kwargs.setdefault("label", "Timeline: which events of two coders are the same event?")
        super().__init__(data=timeline_data(), clip=clip, least=least, **kwargs)

    def fallback_html(self) -> str:
        """Table of the pairs of each clip at an overlap of at least one half."""
        rows = []
        for one in timeline_data()["clips"]:
            found = one["at"][STEPS.index(0.5)]
            first, second = one["coders"]
            for at, to, overlap in found["pairs"]:
                errors = (
                    f"{b - a:+d} ({Timing(abs(b - a), FPS).ms:.0f} ms)"
                    for a, b in zip(first[at][:3], second[to][:3], strict=True)
                )
                name = f"{one['title']}: {first[at][3]} and {second[to][3]}"
                rows.append((name, short(overlap), *errors))
            for kind, events in (("missed", first), ("added", second)):
                for at in found[kind]:
                    rows.append((f"{one['title']}: {events[at][3]} {kind}", *["–"] * 4))
        heads = ("event", "overlap", "▲ onset", "◆ apex", "▼ offset")
        caption = "Matches at an overlap of .50 or more; errors: coder 2 minus coder 1, in frames."
        return table_html(caption, heads, rows)
