"""Muscles: their parts, their facts, and every spelling the sources print."""

from __future__ import annotations

import re
from functools import cache

from fau_teach._data import DataError, read_csv
from fau_teach.anatomy.records import AnatomyError, Claim, Muscle, unknown


def normal(spelling: str) -> str:
    """Spelling without case, repeated blanks, underscores and the word "muscle"."""
    text = re.sub(r"[\s_]+", " ", spelling).strip(" .,*").casefold()
    return re.sub(r"^m\. | muscle$", "", text)


@cache
def muscles() -> tuple[Muscle, ...]:
    """All muscles, wholes before their parts, from forehead to tongue.

    Source: S0-014 to S0-018, S0-076 to S0-088, S2-005 to S2-034, SX-01.
    """
    rows = read_csv("anatomy/muscles.csv", ("id", "name", "part_of", "nucleus"))
    parts: dict[str, list[str]] = {row["id"]: [] for row in rows}
    for row in rows:
        if row["part_of"]:
            parts[row["part_of"]].append(row["id"])
    own: dict[str, list[Claim]] = {row["id"]: [] for row in rows}
    for claim in Claim.read("anatomy/muscle_claims.csv"):
        if claim.subject not in own:
            raise DataError(f"data/anatomy/muscle_claims.csv: no muscle {claim.subject!r}.")
        own[claim.subject].append(claim)
    claims: dict[str, tuple[Claim, ...]] = {}
    for row in rows:
        # A part shares what is said of the whole, unless something is said of the part itself;
        # "parts" is the one attribute that only makes sense for the whole.
        told = {claim.attribute for claim in own[row["id"]]} | {"parts"}
        inherited = [c for c in claims.get(row["part_of"], ()) if c.attribute not in told]
        claims[row["id"]] = (*own[row["id"]], *inherited)
    return tuple(
        Muscle(
            id=row["id"],
            name=row["name"],
            region=row["region"],
            group=row["group"],
            form=row["form"],
            in_printed=row["in_printed"] == "yes",
            part_of=row["part_of"],
            parts=tuple(parts[row["id"]]),
            nucleus=row["nucleus"],
            claims=claims[row["id"]],
        )
        for row in rows
    )


@cache
def _by_id() -> dict[str, Muscle]:
    return {muscle.id: muscle for muscle in muscles()}


@cache
def _spellings() -> dict[str, str]:
    """Normal spelling to muscle id; an id of "" marks a phrase that names no one muscle."""
    found = {normal(muscle.id): muscle.id for muscle in muscles()}
    found |= {normal(muscle.name): muscle.id for muscle in muscles()}
    for row in read_csv("anatomy/aliases.csv", ("spelling", "muscle")):
        key = normal(row["spelling"])
        if row["muscle"] and row["muscle"] not in _by_id():
            raise DataError(f"data/anatomy/aliases.csv: no muscle {row['muscle']!r}.")
        if found.setdefault(key, row["muscle"]) != row["muscle"]:
            raise DataError(f"data/anatomy/aliases.csv: {row['spelling']!r} names two muscles.")
    return found


def muscle(spelling: str) -> Muscle:
    """Resolve any printed spelling to its muscle.

    Parameters
    ----------
    spelling : id, name, abbreviation or any spelling of the sources, such as "Currugator"

    Raises
    ------
    AnatomyError
        No muscle has this name (suggests near ones), or the phrase names no single muscle.

    Source: SX-01, E1-23, E2-15.
    """
    found = _spellings()
    key = normal(spelling)
    if key not in found:
        raise unknown("muscle", spelling, found, "zygomaticus major")
    if not found[key]:
        raise AnatomyError(
            f"{spelling!r} cannot be resolved to one muscle: the source means the muscles "
            "around the mouth in general (E0-18)."
        )
    return _by_id()[found[key]]


def aliases(spelling: str) -> tuple[dict[str, str], ...]:
    """Rows of the alias table for one muscle: spelling, source, erratum, note.

    Raises
    ------
    AnatomyError
        No muscle has this name.
    """
    chosen = muscle(spelling).id
    return tuple(row for row in read_csv("anatomy/aliases.csv") if row["muscle"] == chosen)


def leaves(name: str) -> tuple[str, ...]:
    """Ids of the smallest parts of a muscle; the muscle itself if it has none."""
    parts = _by_id()[name].parts
    return tuple(leaf for part in parts for leaf in leaves(part)) if parts else (name,)


def family(name: str) -> frozenset[str]:
    """The muscle, the wholes it belongs to, and all its parts."""
    members = {name}
    whole = _by_id()[name].part_of
    while whole:
        members.add(whole)
        whole = _by_id()[whole].part_of
    todo = [name]
    while todo:
        parts = _by_id()[todo.pop()].parts
        members.update(parts)
        todo.extend(parts)
    return frozenset(members)
