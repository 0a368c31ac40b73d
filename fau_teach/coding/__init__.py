"""Coding as data: what a coder saw, as events in sessions, and the files that hold them."""

from __future__ import annotations

from fau_teach.coding.event import CERTAINTIES, KINDS, CodingError, Event, Timing
from fau_teach.coding.exchange import Loaded, Saved
from fau_teach.coding.session import VERSION, Change, Session, Watched, joined
from fau_teach.coding.tidy import read_tidy, write_tidy

__all__ = [
    "CERTAINTIES",
    "KINDS",
    "VERSION",
    "Change",
    "CodingError",
    "Event",
    "Loaded",
    "Saved",
    "Session",
    "Timing",
    "Watched",
    "joined",
    "read_tidy",
    "write_tidy",
]
