"""What the tables in ``data/clip/`` say: sides, intensities, companions, exclusions, durations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from fau_teach import facs, micro
from fau_teach._data import read_csv
from fau_teach.clip.checks import ClipError, one_of


@cache
def rows(name: str) -> Mapping[str, dict[str, str]]:
    """Rows of one table by their first cell."""
    return MappingProxyType({next(iter(row.values())): row for row in read_csv(f"clip/{name}.csv")})


@cache
def definitions() -> Mapping[str, micro.Definition]:
    """Every definition of "micro" by its id: those of :mod:`fau_teach.micro` and a variant.

    Source: S0-007; E0-27. The variant ``onset250`` is still to be checked in Yan 2014.
    """
    variant = replace(
        micro.definition("onset260"),
        id="onset250",
        name="Fast onset, stricter variant",
        rule="onset to apex lasts at most 250 ms",
        longest_s=0.25,
        erratum="",
        confidence="check",
        reference="yan2014",
    )
    return MappingProxyType({one.id: one for one in (*micro.definitions(), variant)})


@cache
def movable() -> Mapping[str, str]:
    """Every code that a movement may have -> where it can act.

    ``"either"``: left, right or both; ``"one"``: left or right; ``"both"``: never on one side
    alone. Chosen by us from what the codes mean.
    """
    return MappingProxyType({code: row["sides"] for code, row in rows("movements").items()})


@cache
def sides(code: str) -> tuple[str, ...]:
    """Sides on which a movable code can be asked for: of ``"left"``, ``"right"``, ``"both"``."""
    exists = {"either": ("left", "right", "both"), "one": ("left", "right"), "both": ("both",)}
    return exists[movable()[code]]


def movable_code(text: str) -> str:
    """The code itself of ``12``, ``AU12`` or ``Lip corner puller``; refuses what none can move."""
    try:
        unit = facs.au(text)
    except facs.CatalogueError as error:
        problem, _, advice = str(error).partition(". ")
        raise ClipError("code", problem, advice.rstrip(".")) from None
    if unit.code not in movable():
        raise ClipError("code", f"{unit} cannot be scripted", "Use a code from clip.movable()")
    return unit.code


def activation(intensity: str) -> float:
    """Activation, 0 to 1, that a letter from A to E stands for at the apex.

    The table is ours, not FACS. It is nonlinear: C and D cover most of the range.

    Raises
    ------
    ClipError
        There is no such letter.
    """
    one_of("intensity", intensity, rows("intensity"))
    return float(rows("intensity")[intensity]["activation"])


def implied(code: str) -> tuple[str, ...]:
    """Codes that always show beside a code, such as 25 beside 27; *drive* leaves them out."""
    row = rows("implied").get(facs.au(code).code)
    return tuple(row["implied"].split()) if row else ()


@cache
def conflict(code: str, other: str) -> str:
    """Why two codes cannot act at the same place and time; empty where they can.

    Companions count: 24 and 16 exclude each other because 16 comes with 25.

    Source: opposites of ``facs.exclusions`` and ``data/clip/exclusions.csv``, both ours.
    """
    pairs = {(one, two) for one in (code, *implied(code)) for two in (other, *implied(other))}
    found = [(e.reason, e.codes, e.others) for e in facs.exclusions() if e.kind == "opposite"]
    for row in rows("exclusions").values():
        found.append((row["reason"], tuple(row["codes"].split()), tuple(row["others"].split())))
    for reason, left, right in found:
        if any((a in left and b in right) or (b in left and a in right) for a, b in pairs):
            return reason
    return ""


def quantity(name: str) -> float:
    """One number of the table of durations, in the unit that stands there."""
    return float(rows("durations")[name]["value"])
