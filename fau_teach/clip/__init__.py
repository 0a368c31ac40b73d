"""Scripted clips: which action units move, when and how strongly, and what disturbs the view.

A clip has two truths. *Drive*, the activation that was scripted, is here. What a coder can
see of it depends on the face that shows the clip.
"""

from __future__ import annotations

from fau_teach.clip.checks import ClipError
from fau_teach.clip.movement import SHAPES, Movement
from fau_teach.clip.nuisance import TRACES, Nuisance
from fau_teach.clip.sampler import sample
from fau_teach.clip.script import VERSION, Clip
from fau_teach.clip.tables import activation, conflict, definitions, implied, movable

__all__ = [
    "SHAPES",
    "TRACES",
    "VERSION",
    "Clip",
    "ClipError",
    "Movement",
    "Nuisance",
    "activation",
    "conflict",
    "definitions",
    "implied",
    "movable",
    "sample",
]
