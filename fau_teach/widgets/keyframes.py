"""Key-frame scrubber: mark onset, apex and offset in a clip, then see the curve and the key."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import traitlets

from fau_teach import clip, facs
from fau_teach.clip.key_tables import shipped
from fau_teach.coding import Timing
from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import table_html
from fau_teach.widgets.faceview import FaceFigure, sampled

# The default identity; the tables of what shows are those of this face.
FACE = "Ana"
KEYS = ("onset", "apex", "offset")


@dataclass(frozen=True, slots=True)
class Task:
    """One clip to mark.

    Parameters
    ----------
    id, title : short name, and name for readers
    kind, codes, level, seed : what :func:`fau_teach.clip.sample` draws; the first code is marked
    task : what to look for
    competing : how many other codes act
    """

    id: str
    title: str
    kind: str
    codes: str
    level: str
    seed: int
    task: str
    competing: int = 0

    def script(self) -> clip.Clip:
        """The clip."""
        return clip.sample(
            self.kind,
            self.codes,
            difficulty=self.level,
            asymmetry=0,
            competing=self.competing,
            masked=False,
            definition="total500" if self.kind == "micro" else None,
            identity=FACE,
            seed=self.seed,
        )

    def item(self) -> clip.Item:
        """What a coder should score of the code that is marked."""
        code = facs.parse(self.codes).items[0].code
        return next(one for one in self.script().key().items if one.code == code)

    def curve(self) -> tuple[float, ...]:
        """Displacement of the marked code that shows, a value a frame [mm]."""
        code = self.item().code
        rows = {side: row for (one, side), row in self.script().drive().items() if one == code}
        alone = rows.keys() in ({"L"}, {"R"})
        levels = map(max, zip(*rows.values(), strict=True))
        amount = shipped().amount
        return tuple(amount(code, code, level, 0.0 if alone else level) for level in levels)


TASKS = (
    Task("smile", "1 Slow", "macro", "12D", "easy", 2, "A smile. Mark AU12, lip corner puller."),
    Task(
        "brow",
        "2 With a blink",
        "macro",
        "4C",
        "medium",
        0,
        "The brows come down. Mark AU4, brow lowerer. A blink gets in the way.",
    ),
    Task(
        "corner",
        "3 Brief",
        "micro",
        "L14C",
        "medium",
        5,
        "One corner of the mouth tightens, the subject's left. Mark L14, dimpler.",
    ),
    Task(
        "nice",
        "4 Under a smile",
        "micro",
        "4C",
        "medium",
        9956,
        "A smile comes and goes. Under it, the brows come down for a moment. Mark AU4 alone.",
        competing=1,
    ),
)


@cache
def keyframes_data() -> dict[str, Any]:
    """The clips as the module reads them; treat it as read-only.

    Returns
    -------
    dictionary with ``clips``, each with the sampled clip, its key frames, the curve [mm], the
    least displacement that counts [mm] and, as ``why``, what is special about it

    Source: S0-100.
    """
    return {"clips": [_clip(one) for one in TASKS]}


def _clip(one: Task) -> dict[str, Any]:
    script, item, curve = one.script(), one.item(), one.curve()
    key = script.key()
    return {
        "id": one.id,
        "title": one.title,
        "task": one.task,
        "code": f"{item.side or 'AU'}{item.code}",
        "drive": sampled(script),
        "curve": [round(mm, 3) for mm in curve],
        "limit": round(shipped().limit(item.code, key.threshold), 3),
        "key": {name: getattr(item, name) for name in KEYS},
        "why": _why(item, curve, key),
    }


def _why(item: clip.Item, curve: tuple[float, ...], key: clip.Key) -> str:
    flat = sum(mm == max(curve) for mm in curve)
    parts = []
    if flat > 1:
        parts.append(f"The greatest extent holds for {flat} frames; the apex is the first of them.")
    for other in key.items:
        if other.code == "45" and other.onset < item.offset:
            parts.append("The blink hides the eyes, not the brows; it ends nothing.")
        elif other.code not in ("45", item.code):
            name = facs.au(other.code)
            parts.append(f"{name.label} is an event of its own, {other.onset} to {other.offset}.")
    return " ".join(parts)


class KeyFrameScrubber(FaceFigure):
    """Clips of the teaching face in which the reader marks onset, apex and offset.

    The curve of displacement and the key stay hidden until the reader asks for the check.

    Parameters
    ----------
    which : clip shown at first: ``"smile"``, ``"brow"``, ``"corner"`` or ``"nice"``

    Raises
    ------
    ValueError
        There is no such clip (suggests one).

    Source: S0-100.
    """

    figure = "keyframes"

    which = traitlets.Unicode("smile", help="Clip shown at first.").tag(sync=True)

    def __init__(self, which: str = "smile", **kwargs: Any) -> None:
        check_option("a clip", which, [one.id for one in TASKS])
        kwargs.setdefault("label", "Key-frame scrubber: mark onset, apex and offset")
        super().__init__(data=keyframes_data(), face=FACE, which=which, **kwargs)

    def fallback_html(self) -> str:
        """Table of the clips with their keys."""
        rows = []
        for one in keyframes_data()["clips"]:
            key = one["key"]
            lasts = Timing(key["offset"] - key["onset"], one["drive"]["fps"])
            frames = (str(key[name]) for name in KEYS)
            rows.append((one["title"], one["code"], *frames, str(lasts)))
        heads = ("clip", "code", "▲ onset", "◆ apex", "▼ offset", "whole event")
        return table_html("Key frames of the four clips, counted from 0.", heads, rows)
