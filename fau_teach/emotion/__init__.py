"""Emotion labels: AU-emotion tables, coding rules and a matcher.

Each table is one table's claim, not FACS. Nothing here decides on one label.
"""

from __future__ import annotations

from fau_teach.emotion._codes import EmotionError
from fau_teach.emotion.dossier import PairEvidence, evidence_for
from fau_teach.emotion.evidence import (
    Association,
    LogOdds,
    associate,
    casme3,
    wilson_interval,
)
from fau_teach.emotion.labels import convert, four_class, label_spaces, valence
from fau_teach.emotion.learned import Entry, Fit, LearnedTable, learned, readings_that_fit
from fau_teach.emotion.learning import SIX, Sample, loop_indices, means, shares, tabulate
from fau_teach.emotion.matching import Match, Matches, match
from fau_teach.emotion.objective import OBJECTIVE, objective_class, objective_sets
from fau_teach.emotion.provenance import Support, counter_evidence, support
from fau_teach.emotion.published import (
    CopiedError,
    ExclusiveSupport,
    Finding,
    Listing,
    PublishedSet,
    PublishedTable,
    Variant,
    agreement_matrix,
    copied_errors,
    exclusive_support,
    findings,
    listings,
    published,
    published_table,
)
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
    "OBJECTIVE",
    "SIX",
    "Association",
    "Cell",
    "CopiedError",
    "EmotionError",
    "EmotionSet",
    "EmotionTable",
    "Entry",
    "Evidence",
    "ExclusiveSupport",
    "Finding",
    "Firing",
    "Fit",
    "LearnedTable",
    "Listing",
    "LogOdds",
    "Match",
    "Matches",
    "PairEvidence",
    "PublishedSet",
    "PublishedTable",
    "Rule",
    "Sample",
    "Support",
    "TableConflict",
    "Variant",
    "agreement",
    "agreement_matrix",
    "associate",
    "casme3",
    "conflict_matrix",
    "conflicts",
    "containing",
    "convert",
    "copied_errors",
    "counter_evidence",
    "duchenne",
    "evidence_for",
    "exclusive",
    "exclusive_support",
    "findings",
    "fire",
    "four_class",
    "jaccard",
    "label_spaces",
    "learned",
    "listings",
    "loop_indices",
    "match",
    "means",
    "multiplicities",
    "objective_class",
    "objective_sets",
    "overlaps",
    "published",
    "published_table",
    "readings_that_fit",
    "rules",
    "shares",
    "support",
    "table",
    "table_conflicts",
    "tables",
    "tabulate",
    "valence",
    "wilson_interval",
]
