"""FACS: what the codes mean, and how scores are written, read and compared."""

from __future__ import annotations

from fau_teach.facs.catalogue import (
    ActionUnit,
    CatalogueError,
    Claim,
    Confusion,
    ContrastSet,
    Exclusion,
    au,
    catalogue,
    contrast_sets,
    exclusions,
    intensities,
    printed_codes,
    search,
)
from fau_teach.facs.compare import Comparison, IntensityDifference, compare
from fau_teach.facs.notation import (
    Choice,
    Item,
    NotationError,
    Score,
    format,  # noqa: A004 - the field's word for it
    listed_codes,
    parse,
)

__all__ = [
    "ActionUnit",
    "CatalogueError",
    "Choice",
    "Claim",
    "Comparison",
    "Confusion",
    "ContrastSet",
    "Exclusion",
    "IntensityDifference",
    "Item",
    "NotationError",
    "Score",
    "au",
    "catalogue",
    "compare",
    "contrast_sets",
    "exclusions",
    "format",
    "intensities",
    "listed_codes",
    "parse",
    "printed_codes",
    "search",
]
