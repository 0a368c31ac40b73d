"""Which items are fair: what they ask about can be seen on the face that shows it.

The key of an item is computed for the default face, and its clip may move another one. So an
item is fair where the key of the shown face says the same: no code stands so near the threshold
that it shows on the one and not on the other. In a flash, moreover, each code that is asked for
shows on that face for at least as long as the classic definition of "micro" demands. A screen
with 60 pictures a second then shows it in two of them, whenever they fall. An item that is not
fair is never shown: another clip is drawn. The rule is ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fau_teach import micro
from fau_teach.clip import Clip, Key, seen_on

SHORTEST_S = micro.definition("classic").shortest_s
"""Least time that a code of a flash shows [s]."""


def scored(key: Key, without: Iterable[str]) -> str:
    """The score of a key, apart from codes that are not asked for."""
    kept = tuple(one for one in key.items if one.code not in without)
    return str(replace(key, items=kept).score())


def unfair(clip: Clip, key: Key, without: Iterable[str], flashed: Iterable[str] = ()) -> str:
    """Why a coder could not see what a clip is asked about; empty where it is fair.

    Parameters
    ----------
    clip, key : of the item
    without : codes that are not asked for
    flashed : codes of a flash
    """
    shown, asked = clip.key(sight=seen_on(clip.identity)), {*flashed}
    here, there = (scored(one, without) for one in (shown, key))
    if here != there:
        return f"{clip.identity} shows {here}, the key says {there}"
    for one in shown.items:
        lasts = (one.offset - one.onset) / clip.fps
        if one.code in asked and not one.implied and lasts < SHORTEST_S:
            return f"{one} shows for {1000 * lasts:.0f} ms, less than {1000 * SHORTEST_S:.0f}"
    return ""
