"""Coding as data: what a coder saw, as events in sessions, and the files that hold them."""

from __future__ import annotations

from fau_teach.coding.agree import agree, coded_clips
from fau_teach.coding.align import Lag, lag
from fau_teach.coding.boris import read_boris, write_boris
from fau_teach.coding.casme import read_casme, write_casme
from fau_teach.coding.classes import Classes, classes
from fau_teach.coding.conditions import (
    Case,
    Condition,
    Fused,
    Mixed,
    au_condition,
    fuse,
    fused,
    mixed,
    truth_table,
)
from fau_teach.coding.consensus import Decision, Disagreement, consensus, disagreements
from fau_teach.coding.elan import read_elan
from fau_teach.coding.elan_write import write_elan
from fau_teach.coding.event import CERTAINTIES, KINDS, CodingError, Event, Timing
from fau_teach.coding.exchange import Loaded, Saved
from fau_teach.coding.feedback import Feedback, Summary, feedback, summary
from fau_teach.coding.formats import formats, read, write
from fau_teach.coding.habits import Habit, for_emotion, habits
from fau_teach.coding.keyframes import KeyFrames, key_frames
from fau_teach.coding.lab import LabReport, lab_report
from fau_teach.coding.machine import read_imotions, read_openface, read_pyfeat
from fau_teach.coding.marks import Mark, events_of_key, marks
from fau_teach.coding.practice import Practice
from fau_teach.coding.session import VERSION, Change, Session, Watched, joined
from fau_teach.coding.simulate import Coder, Drawn, Simulated, simulate
from fau_teach.coding.tidy import read_tidy, write_tidy
from fau_teach.coding.track import Track

__all__ = [
    "CERTAINTIES",
    "KINDS",
    "VERSION",
    "Case",
    "Change",
    "Classes",
    "Coder",
    "CodingError",
    "Condition",
    "Decision",
    "Disagreement",
    "Drawn",
    "Event",
    "Feedback",
    "Fused",
    "Habit",
    "KeyFrames",
    "LabReport",
    "Lag",
    "Loaded",
    "Mark",
    "Mixed",
    "Practice",
    "Saved",
    "Session",
    "Simulated",
    "Summary",
    "Timing",
    "Track",
    "Watched",
    "agree",
    "au_condition",
    "classes",
    "coded_clips",
    "consensus",
    "disagreements",
    "events_of_key",
    "feedback",
    "for_emotion",
    "formats",
    "fuse",
    "fused",
    "habits",
    "joined",
    "key_frames",
    "lab_report",
    "lag",
    "marks",
    "mixed",
    "read",
    "read_boris",
    "read_casme",
    "read_elan",
    "read_imotions",
    "read_openface",
    "read_pyfeat",
    "read_tidy",
    "simulate",
    "summary",
    "truth_table",
    "write",
    "write_boris",
    "write_casme",
    "write_elan",
    "write_tidy",
]
