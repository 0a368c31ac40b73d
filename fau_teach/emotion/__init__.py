"""Emotion labels: AU-emotion tables, coding rules and a matcher.

Each table is one table's claim, not FACS. Nothing here decides on one label.
"""

from __future__ import annotations

from fau_teach.emotion._codes import EmotionError
from fau_teach.emotion.labels import convert, four_class, label_spaces, valence
from fau_teach.emotion.matching import Match, Matches, match
from fau_teach.emotion.rules import (
    Evidence,
    Firing,
    Rule,
    conflict_matrix,
    conflicts,
    duchenne,
    fire,
    rules,
)
from fau_teach.emotion.tables import (
    Cell,
    EmotionSet,
    EmotionTable,
    TableConflict,
    agreement,
    containing,
    exclusive,
    jaccard,
    multiplicities,
    overlaps,
    table,
    table_conflicts,
    tables,
)

__all__ = [
    "Cell",
    "EmotionError",
    "EmotionSet",
    "EmotionTable",
    "Evidence",
    "Firing",
    "Match",
    "Matches",
    "Rule",
    "TableConflict",
    "agreement",
    "conflict_matrix",
    "conflicts",
    "containing",
    "convert",
    "duchenne",
    "exclusive",
    "fire",
    "four_class",
    "jaccard",
    "label_spaces",
    "match",
    "multiplicities",
    "overlaps",
    "rules",
    "table",
    "table_conflicts",
    "tables",
    "valence",
]
