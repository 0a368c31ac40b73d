"""Quiz items on codes: names, muscles, nerves, confusions and notation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from random import Random

from items_words import (
    CHECK,
    Item,
    Topic,
    described,
    evidence,
    listed,
    muscles,
    named,
    single,
    units,
    upper,
)

from fau_teach import anatomy, facs

# Paired units with one name and one place on each side, so that a side in front makes sense.
SIDED = ("1", "2", "6", "7", "10", "12", "14", "15", "20")


@cache
def _pool() -> dict[str, facs.ActionUnit]:
    """Units of adults, in both editions, whose muscles are known."""
    units = facs.catalogue("AU")
    return {each.code: each for each in units if each.edition == "both" and each.muscles}


def _others(unit: facs.ActionUnit) -> list[facs.ActionUnit]:
    """Units that are taken for this one, then its neighbours by number."""
    confused = dict.fromkeys(other.other for other in unit.confusions)
    near = sorted(_pool(), key=lambda code: abs(int(code) - int(unit.code)))
    return [_pool()[code] for code in (*confused, *near) if code in _pool() and code != unit.code]


def _pick(units: Iterable[facs.ActionUnit], rng: Random) -> list[facs.ActionUnit]:
    """Three of the first five: near, and not always the same."""
    first = list(dict.fromkeys(units))[:5]
    return rng.sample(first, 3)


def _seen(unit: facs.ActionUnit) -> str:
    movement = unit.claim("movement")
    if movement is None:
        return ""
    return f" You see: {movement.used}.{CHECK if movement.needs_check else ''}"


def _name(code: str, rng: Random) -> Item:
    unit = _pool()[code]
    return single(
        f"What is {unit.label} called?",
        evidence(unit.claim("name"), unit.claim("muscles")),
        (unit.name, f"{upper(muscles(unit))}.{_seen(unit)}"),
        [(other.name, described(other)) for other in _pick(_others(unit), rng)],
    )


def _code(code: str, rng: Random) -> Item:
    unit = _pool()[code]
    return single(
        f"Which code is “{unit.name.lower()}”?",
        evidence(unit.claim("name"), unit.claim("muscles")),
        (unit.label, f"{upper(muscles(unit))}.{_seen(unit)}"),
        [(other.label, described(other)) for other in _pick(_others(unit), rng)],
    )


@cache
def _single_unit_muscles() -> dict[str, str]:
    """Muscles that contract for one unit alone; for the others accounts differ."""
    served: dict[str, list[str]] = {}
    for code, unit in _pool().items():
        for muscle in unit.muscles:
            if muscle not in unit.relaxing:
                served.setdefault(muscle, []).append(code)
    return {muscle: codes[0] for muscle, codes in served.items() if len(codes) == 1}


def _muscle(identity: str, rng: Random) -> Item:
    unit = _pool()[_single_unit_muscles()[identity]]
    free = [other for other in _others(unit) if identity not in other.muscles]
    return single(
        f"Which AU do you get when this muscle contracts: {anatomy.muscle(identity).name}?",
        evidence(unit.claim("muscles")),
        (named(unit), f"{upper(muscles(unit))}.{_seen(unit)}"),
        [(named(other), described(other)) for other in _pick(free, rng)],
    )


def _nerve_keys() -> tuple[str, ...]:
    """Units whose nerve is sure and whose muscles all contract."""
    return tuple(
        code
        for code, unit in _pool().items()
        if (claim := unit.claim("nerve")) and claim.confidence == "sure" and not unit.relaxing
    )


def _nerve_text(nerve: anatomy.Nerve) -> str:
    if nerve in anatomy.branches():
        return upper(f"{nerve.name} of the facial nerve (VII)")
    return upper(f"{nerve.name} ({nerve.cranial})" if nerve.cranial[0] in "IVX" else nerve.name)


def _nerve(code: str, rng: Random) -> Item:
    unit = _pool()[code]
    own = [anatomy.nerve(each) for each in unit.nerves]
    rest = [
        each
        for each in (*anatomy.branches(), *map(anatomy.nerve, ("III", "V3", "XII")))
        if each not in own
    ]
    # Branches of the same nerve first: they are the likely mistakes.
    wrong = [*rng.sample(rest[:4], 2), rng.choice(rest[4:] or rest[-1:])]
    also = f" Also: {listed([_nerve_text(each) for each in own[1:]])}." if own[1:] else ""
    return single(
        f"Which of these serves {unit.label}, {unit.name.lower()}?",
        evidence(unit.claim("nerve")),
        (_nerve_text(own[0]), f"{upper(muscles(unit))}.{also}"),
        [(_nerve_text(each), f"{upper(each.name)}: {each.detail}") for each in wrong],
    )


# -- confusions


@cache
def _cues() -> dict[str, tuple[str, str, facs.Confusion]]:
    """Pairs with a cue that names each code once, so that the codes can be hidden in it."""
    found: dict[str, tuple[str, str, facs.Confusion]] = {}
    for code, unit in _pool().items():
        for each in unit.confusions:
            numbers = re.findall(r"\b\d+\b", each.cue)
            if each.other in _pool() and sorted(numbers) == sorted((code, each.other)):
                found.setdefault("-".join(sorted((code, each.other), key=int)), (*numbers, each))
    return found


def _hidden(key: str) -> str:
    first, second, each = _cues()[key]
    text = re.sub(rf"\b{first}\b", "the one", each.cue)
    return upper(re.sub(rf"\b{second}\b", "the other", text))


def _cue(key: str, rng: Random) -> Item:
    one, two = (_pool()[code] for code in key.split("-"))
    own = _cues()[key][2]
    near = {one.code, two.code}
    for unit in (one, two):
        near |= {each.other for each in unit.confusions}
    # A cue of a neighbouring pair might help here as well, so it is no wrong option.
    free = [other for other in _cues() if not near & set(other.split("-"))]
    free.sort(key=lambda other: _pool()[other.split("-")[0]].half != one.half)
    return single(
        f"You hesitate between {named(one)}, and {named(two)}. Which cue decides?",
        own.reference.replace(";", " ") or "outside",
        (_hidden(key), f"{upper(own.cue)}.{CHECK if own.confidence == 'check' else ''}"),
        [
            (_hidden(other), f"This cue parts {units(other.split('-'))}.")
            for other in rng.sample(free[:10], 3)
        ],
    )


# -- notation


def _notation_keys() -> tuple[str, ...]:
    letters = facs.intensities()
    return tuple(f"{side}{code}{letter}" for code in SIDED for side in "LR" for letter in letters)


def _notation(key: str, rng: Random) -> Item:
    side, code, letter = key[0], key[1:-1], key[-1]
    letters = list(facs.intensities())
    far = letters[-1 - letters.index(letter)]
    far = letters[0] if far == letter else far
    other_side = "LR".replace(side, "")
    unit = _pool()[code]
    other = rng.choice([each for each in _others(unit)[:3] if each.code in SIDED] or [_pool()["9"]])
    return single(
        f"What does {key} say?",
        "S2-062 E2-18",
        (
            _score(side, unit, letter),
            "Side, number, intensity. Left and right are the subject's; A to E run from "
            "weakest to strongest.",
        ),
        [
            (
                _score(other_side, unit, letter),
                f"That is {other_side}{code}{letter}. L is the subject's left, R the right.",
            ),
            (_score(side, unit, far), f"That is {side}{code}{far}. A is weakest, E strongest."),
            (
                _score(side, other, letter),
                f"That is {side}{other.code}{letter}. {described(other)}",
            ),
        ],
    )


def _score(side: str, unit: facs.ActionUnit, letter: str) -> str:
    level, word = facs.intensities()[letter]
    half = {"L": "left", "R": "right"}[side]
    return f"{unit.name}, subject's {half}, intensity {level} of 5 ({word})"


TOPICS = {
    "au-names": Topic(lambda: tuple(_pool()), _name),
    "au-codes": Topic(lambda: tuple(_pool()), _code),
    "au-muscles": Topic(lambda: tuple(_single_unit_muscles()), _muscle),
    "au-nerves": Topic(_nerve_keys, _nerve),
    "au-confusions": Topic(lambda: tuple(_cues()), _cue),
    "notation": Topic(_notation_keys, _notation),
}
