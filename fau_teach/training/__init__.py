"""Training: skills, items, a learner's record, what it says, what comes next, and tests.

``desk.call`` serves pages and live widgets in JSON; everything else is the Python behind it.
"""

from __future__ import annotations

from fau_teach.training.ability import Ability, Detection, Estimate, ability
from fau_teach.training.items import Item, bank, item, name_of
from fau_teach.training.marking import PASS, READY, Verdict, verdict
from fau_teach.training.mock import CLIPS, Result, result, start
from fau_teach.training.path import Next, next_item, overview, recommended
from fau_teach.training.record import Answer, Exam, Record, Settings, answered
from fau_teach.training.simulated import Learner, practise, sit
from fau_teach.training.skills import (
    Skill,
    Stage,
    TrainingError,
    contrasts,
    limits,
    skill,
    skills,
    stages,
)

__all__ = [
    "CLIPS",
    "PASS",
    "READY",
    "Ability",
    "Answer",
    "Detection",
    "Estimate",
    "Exam",
    "Item",
    "Learner",
    "Next",
    "Record",
    "Result",
    "Settings",
    "Skill",
    "Stage",
    "TrainingError",
    "Verdict",
    "ability",
    "answered",
    "bank",
    "contrasts",
    "item",
    "limits",
    "name_of",
    "next_item",
    "overview",
    "practise",
    "recommended",
    "result",
    "sit",
    "skill",
    "skills",
    "stages",
    "start",
    "verdict",
]
