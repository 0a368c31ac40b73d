"""Scripted clips: which action units move, when and how strongly, and what disturbs the view.

A clip has two truths. *Drive* is what was scripted: activation over time. *Key* is what a
coder should score: what of it can be seen, by figures computed from the face.
"""

from __future__ import annotations

from fau_teach.clip.checks import ClipError
from fau_teach.clip.key import Item, Key, Removed
from fau_teach.clip.key_tables import Sight, seen_on, shares
from fau_teach.clip.movement import SHAPES, Movement
from fau_teach.clip.nuisance import TRACES, Nuisance
from fau_teach.clip.sampled import sampled
from fau_teach.clip.sampler import sample
from fau_teach.clip.script import VERSION, Clip
from fau_teach.clip.tables import activation, conflict, definitions, implied, movable, sides

__all__ = [
    "SHAPES",
    "TRACES",
    "VERSION",
    "Clip",
    "ClipError",
    "Item",
    "Key",
    "Movement",
    "Nuisance",
    "Removed",
    "Sight",
    "activation",
    "conflict",
    "definitions",
    "implied",
    "movable",
    "sample",
    "sampled",
    "seen_on",
    "shares",
    "sides",
]
