"""Nerves, the five branches of the facial nerve, and what is said of each structure."""

from __future__ import annotations

from functools import cache

from fau_teach._data import read_csv
from fau_teach.anatomy.records import Claim, Nerve, unknown

BRANCHES = (
    "VII_temporal",
    "VII_zygomatic",
    "VII_buccal",
    "VII_marginal_mandibular",
    "VII_cervical",
)


@cache
def structure_claims(subject: str | None = None) -> tuple[Claim, ...]:
    """Claims on nerves, nuclei and motor systems; of one subject, or all.

    Source: S0-013 to S0-020, S0-058 to S0-071; E0-14, E0-15, E0-18, E0-20, E0-32 to E0-35.
    """
    claims = Claim.read("anatomy/nerve_claims.csv")
    return tuple(claim for claim in claims if subject in (None, claim.subject))


@cache
def nerves() -> tuple[Nerve, ...]:
    """All nerves: facial nerve trunk and branches first, then the others."""
    return tuple(
        Nerve(
            id=row["id"],
            name=row["name"],
            cranial=row["cranial"],
            part_of=row["part_of"],
            detail=row["detail"],
            claims=structure_claims(row["id"]),
        )
        for row in read_csv("anatomy/nerves.csv", ("id", "name", "cranial", "part_of"))
    )


def nerve(name: str) -> Nerve:
    """Nerve by id or name: "VII_buccal", "buccal" and "buccal branch" are the same.

    Raises
    ------
    AnatomyError
        No such nerve (suggests near ones).
    """
    names = {}
    for item in nerves():
        short = item.id.removeprefix("VII_").replace("_", " ")
        for key in (item.id, item.name, short):
            names[key.casefold()] = item
    key = name.strip().casefold()
    found = names.get(key) or names.get(key.replace("_", " "))
    if found is None:
        raise unknown("nerve", name, names, "VII_buccal")
    return found


def branches() -> tuple[Nerve, ...]:
    """The five terminal branches of the facial nerve, top to bottom.

    Source: S0-013.
    """
    return tuple(nerve(name) for name in BRANCHES)
