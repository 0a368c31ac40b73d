"""From motor command to action unit: muscles, nerves, the chain between, and cuts in it."""

from __future__ import annotations

from fau_teach.anatomy.graph import Graph, graph
from fau_teach.anatomy.lesions import Lesion, LesionResult, lesion, lesions, simulate
from fau_teach.anatomy.muscles import aliases, muscle, muscles
from fau_teach.anatomy.nerves import branches, nerve, nerves, structure_claims
from fau_teach.anatomy.queries import (
    Incidence,
    InnervationRow,
    au_codes,
    branches_of,
    imotions_codes,
    incidence,
    innervation_report,
    not_purely_facial_nerve,
    orphans,
)
from fau_teach.anatomy.records import AnatomyError, Claim, Edge, Muscle, Nerve, Node
from fau_teach.anatomy.wiring import wirings

__all__ = [
    "AnatomyError",
    "Claim",
    "Edge",
    "Graph",
    "Incidence",
    "InnervationRow",
    "Lesion",
    "LesionResult",
    "Muscle",
    "Nerve",
    "Node",
    "aliases",
    "au_codes",
    "branches",
    "branches_of",
    "graph",
    "imotions_codes",
    "incidence",
    "innervation_report",
    "lesion",
    "lesions",
    "muscle",
    "muscles",
    "nerve",
    "nerves",
    "not_purely_facial_nerve",
    "orphans",
    "simulate",
    "structure_claims",
    "wirings",
]
