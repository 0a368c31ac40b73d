"""One adapter: whatever the caller scored, as AU codes with their sides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from fau_teach._data import did_you_mean
from fau_teach.facs import Score, parse
from fau_teach.facs.score import Entry, options_of

ScoreLike = Score | str | Iterable[object]
"""A FACS score, a notation string, or an iterable of codes (12, "12", "L12")."""
Reading = Mapping[str, frozenset[str]]
"""One reading of a score: code -> the sides it was scored on ("" means both sides)."""
Coded = tuple[str, str]
"""Side and code."""

_CODE = re.compile(r"(?P<side>[LRUA]?)(?:AU|AD)?0*(?P<code>M?[0-9]{1,2})", re.IGNORECASE)
_MAX_READINGS = 1024


class EmotionError(ValueError):
    """A table, emotion, label or code is unknown; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What was scored: one reading, or several where the coder left a choice open.

    ``reason`` is empty when there is something to work with; otherwise it says why not.
    """

    readings: tuple[Reading, ...]
    reason: str = ""


def unknown(what: str, value: object, known: Iterable[str]) -> EmotionError:
    """Build the error for a name that is not in ``known``, with a suggestion."""
    names = tuple(known)
    hint = did_you_mean(value, names, cutoff=0.6)
    parts = (f"{value!r} is not {what}.", hint, f"Use one of {', '.join(names)}.")
    return EmotionError(" ".join(filter(None, parts)))


def by_number(codes: Iterable[str]) -> tuple[str, ...]:
    """Codes in the order of their numbers: 2 before 12."""
    return tuple(sorted(codes, key=lambda code: (int(code.lstrip("M")), code)))


def codes_of(codes: Iterable[object]) -> frozenset[str]:
    """Codes as plain strings, sides left out; 12, "12" and "AU12" are the same."""
    if isinstance(codes, str):
        # A bare "12" would fall apart into 1 and 2.
        raise EmotionError(f"{codes!r} is one string. Use a list of codes, such as [6, 12].")
    return frozenset(_split(code)[1] for code in codes)


def observe(score: ScoreLike) -> Observed:
    """Readings of a score; only codes below 50 count (faces, not head, eyes or visibility).

    Every open choice, uncertain item ("12?") and undecided zero ("12:0/1") makes a reading
    with and one without. Intensity 0 counts as not shown.

    Parameters
    ----------
    score : a ``fau_teach.facs.Score``, a notation string such as ``"6C+12D"``, or an
        iterable of codes such as ``[6, 12]`` or ``["L12", "L14"]``

    Raises
    ------
    EmotionError
        A code in the iterable is not one, or the score leaves too many choices open.
    NotationError
        The notation string cannot be read.
    """
    if isinstance(score, str):
        score = parse(score)
    options: list[list[Coded | None]]
    if isinstance(score, Score):
        if score.state == "unknown":
            return Observed((), "The score is unknown: the face could not be scored.")
        options = [_options(entry) for entry in score.entries]
    elif isinstance(score, Iterable):
        options = [[_split(code)] for code in score]
    else:
        raise EmotionError(
            f"{score!r} is not a score. Use a list such as [6, 12] or a string such as '6C+12D'."
        )
    # A dict drops repeats and keeps the order, so that equal readings always come out alike.
    return _readings(
        [list(dict.fromkeys(code if _on_face(code) else None for code in each)) for each in options]
    )


def _options(entry: Entry) -> list[Coded | None]:
    found: list[Coded | None] = []
    for item in options_of(entry):
        if not item.absent:
            found.append((item.side, item.code))
        if item.absent or item.uncertain or 0 in item.grades:
            found.append(None)
    return found


def _readings(options: Sequence[Sequence[Coded | None]]) -> Observed:
    count = prod(len(option) for option in options)
    if count > _MAX_READINGS:
        raise EmotionError(
            f"The score leaves {count} readings open; the limit is {_MAX_READINGS}. "
            "Decide some of the choices first."
        )
    readings = []
    for chosen in product(*options):
        sides: dict[str, frozenset[str]] = {}
        for side, code in filter(None, chosen):
            sides[code] = sides.get(code, frozenset()) | {side}
        readings.append(sides)
    if not any(readings):
        return Observed((), "No action unit of the face was scored, so there is nothing to weigh.")
    return Observed(tuple(readings))


def _on_face(coded: Coded | None) -> bool:
    return coded is not None and coded[1].isdigit() and 0 < int(coded[1]) < 50


def _split(code: object) -> Coded:
    found = _CODE.fullmatch(str(code).strip())
    if found is None or isinstance(code, bool):
        raise EmotionError(
            f"{code!r} is not an AU code. Use a number such as 12 or '12', with a side 'L12', "
            "or hand over the whole notation as one string, such as '6C+12D'."
        )
    return found["side"].upper(), found["code"].upper()


def one_sided(sides: Iterable[str]) -> frozenset[str]:
    """Sides on which a movement can be the one-sided one; empty if both sides moved."""
    seen = frozenset(sides)
    if seen == {"U"}:
        # One side, unknown which: it goes with either.
        return frozenset("LR")
    return seen if seen in ({"L"}, {"R"}) else frozenset()
