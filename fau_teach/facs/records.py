"""Rows of the tables in ``data/facs/``: claims, confusions, contrast sets, exclusions.

Every fact is a :class:`Claim` that keeps what a source prints apart from what we use, with
source, erratum, confidence and reference.

Source: S2-005 to S2-046; errata E2-01 to E2-16 and E2-21; public literature for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from fau_teach import _claims
from fau_teach._data import read_csv


class CatalogueError(KeyError, ValueError):
    """A code or name is not in the catalogue, or a table breaks its own rules."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


@dataclass(frozen=True, slots=True)
class Claim(_claims.Claim):
    """One fact about one code; :attr:`differs` knows how the sources write muscles.

    Source: one row of ``data/facs/au_claims.csv``.
    """

    @property
    def differs(self) -> bool:
        """True where printed and used differ in more than capitals or muscle notation.

        A printed muscle text is read through ``data/facs/muscle_phrases.csv``, which holds
        correctly spelt phrases alone, so a misspelling counts as a difference.
        """
        if not self.printed:
            return False
        meant = self.printed
        if self.attribute == "muscles":
            meant = _muscle_phrases().get(self.printed.casefold(), self.printed)
        return meant.casefold() != self.used.casefold()


@dataclass(frozen=True, slots=True)
class Confusion:
    """A code that is easily taken for this one, and the cue that decides.

    Parameters
    ----------
    other : the other code
    cue : what to look for
    confidence, reference : as in :class:`Claim`

    Source: one row of ``data/facs/confusions.csv``.
    """

    other: str
    cue: str
    confidence: str
    reference: str


@dataclass(frozen=True, slots=True)
class ContrastSet:
    """Scores to learn side by side, and the cue that tells them apart.

    Parameters
    ----------
    id : short name
    codes : the alternatives, such as ``("1", "1+4", "4")``
    cue, confidence, reference : as in :class:`Confusion`
    note : which part of the cue the reference supports, or a count

    Source: one row of ``data/facs/contrast_sets.csv``.
    """

    id: str
    codes: tuple[str, ...]
    cue: str
    confidence: str
    reference: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Codes that logic keeps apart; our own list, not the manual's.

    Parameters
    ----------
    id : short name
    codes, others : no member of one stands beside a member of the other. For the kind
        ``lip_part``: the codes that may carry one of the lip marks in ``others``
    kind : ``opposite``, ``doubtful``, ``hidden`` or ``lip_part``
    reason : one plain sentence part
    confidence : as in :class:`Claim`

    Source: one row of ``data/facs/exclusions.csv``.
    """

    id: str
    codes: tuple[str, ...]
    others: tuple[str, ...]
    kind: str
    reason: str
    confidence: str


def _words(cell: str) -> tuple[str, ...]:
    return tuple(cell.split())


@cache
def _muscle_phrases() -> Mapping[str, str]:
    rows = read_csv("facs/muscle_phrases.csv", ("phrase", "ids"))
    return MappingProxyType({row["phrase"].casefold(): row["ids"] for row in rows})


@cache
def confusions() -> Mapping[str, tuple[Confusion, ...]]:
    """Code -> the codes it is taken for, each with its cue.

    Source: ``data/facs/confusions.csv``.
    """
    found: dict[str, list[Confusion]] = {}
    for row in read_csv("facs/confusions.csv", ("code", "other", "cue")):
        found.setdefault(row["code"], []).append(
            Confusion(row["other"], row["cue"], row["confidence"], row["reference"])
        )
    return MappingProxyType({code: tuple(items) for code, items in found.items()})


@cache
def claims() -> tuple[Claim, ...]:
    """Every fact of the claim table, in catalogue order.

    Raises
    ------
    DataError
        The table or a column is missing.

    Source: ``data/facs/au_claims.csv``.
    """
    return Claim.read("facs/au_claims.csv")


@cache
def contrast_sets() -> tuple[ContrastSet, ...]:
    """Scores that learners mix up, each set with its deciding cue.

    Source: ``data/facs/contrast_sets.csv``; cues from public literature, none from the manual.
    """
    return tuple(
        ContrastSet(
            row["id"],
            tuple(row["codes"].split("|")),
            row["cue"],
            row["confidence"],
            row["reference"],
            row["note"],
        )
        for row in read_csv("facs/contrast_sets.csv", ("id", "codes", "cue"))
    )


@cache
def exclusions() -> tuple[Exclusion, ...]:
    """Codes that logic keeps apart.

    Source: ``data/facs/exclusions.csv``, derived by us from what the codes mean.
    """
    return tuple(
        Exclusion(
            row["id"],
            _words(row["codes"]),
            _words(row["others"]),
            row["kind"],
            row["reason"],
            row["confidence"],
        )
        for row in read_csv("facs/exclusions.csv", ("id", "codes", "others", "kind"))
    )


@cache
def intensities() -> Mapping[str, tuple[int, str]]:
    """Intensity letter -> (level 1 to 5, name).

    Source: ``data/facs/intensity.csv``. S2-062 mentions a graded scale without its letters,
    so letters and names come from outside the five sources.
    """
    rows = read_csv("facs/intensity.csv", ("letter", "level", "name"))
    return MappingProxyType({row["letter"]: (int(row["level"]), row["name"]) for row in rows})
