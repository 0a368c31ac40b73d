"""Action units as mixtures of muscle columns, loads and kinematic modes.

An action is a weighted sum. What is not the sum of its parts is named in
``data/face/combinations.csv``: nothing else here is nonlinear but the limits, muscle activation
between 0 and 1 and lids between wide open and shut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

import numpy as np

from fau_teach import clip, facs
from fau_teach._data import DataError, did_you_mean, read_csv
from fau_teach.face.mesh import Float
from fau_teach.face.muscles import SIDES, columns, loads, muscles

#: Kinematic mode -> least and largest value. Lids: 1 = the margins meet, negative = wider. Jaw
#: opening, gaze and head in degrees, shifts in millimetres, tongue 0..1 (out) and millimetres.
#: Positive is towards the subject's left, up, forward.
MODES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        **{f"lid_{lid}_{side}": (-0.6, 1.0) for lid in ("upper", "lower") for side in SIDES},
        "jaw_open": (0.0, 20.0),
        "jaw_forward": (-4.0, 10.0),
        "jaw_side": (-10.0, 10.0),
        "gaze_x": (-40.0, 40.0),
        "gaze_y": (-35.0, 30.0),
        "head_yaw": (-60.0, 60.0),
        "head_pitch": (-40.0, 40.0),
        "head_roll": (-40.0, 40.0),
        "head_forward": (-80.0, 80.0),
        "tongue_out": (0.0, 1.0),
        "tongue_side": (-15.0, 15.0),
        "tongue_up": (-10.0, 10.0),
    }
)
RULES = ("scale", "add", "saturate")
_LID_BY_GAZE = {"upper": (-0.016, -0.022), "lower": (0.006, 0.014)}
"""Closure per degree of upward and of downward gaze."""


class ActionError(ValueError):
    """An action that the face does not have, or on a side where it does not exist."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What drives the face at one moment.

    Attributes
    ----------
    muscles : (M,) activation of every muscle column, 0 to 1, as ``columns(muscles())`` names them
    loads : (L,) activation of every load column, likewise
    modes : every mode of ``MODES`` and its value
    """

    muscles: Float
    loads: Float
    modes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A combination that is not the sum of its parts.

    Attributes
    ----------
    id : name
    codes : acts where all of these do, as strongly as the weakest
    any : and one of these, if there are any; as strongly as the strongest
    unless : and none of these
    rule : ``"scale"`` takes the share ``amount`` of the part away, ``"add"`` adds ``amount``;
        ``"saturate"`` only names a muscle that two actions share, as :func:`mix` treats them all
    part : muscle, load or mode, without its side
    amount : at full strength
    """

    id: str
    codes: tuple[str, ...]
    any: tuple[str, ...]
    unless: tuple[str, ...]
    rule: str
    part: str
    amount: float


@cache
def parts() -> tuple[str, ...]:
    """What an action can be made of: muscle and load columns, then modes, each with its side."""
    pulled = (f"{name}_{side}" for name, side in columns((*muscles(), *loads())))
    return (*pulled, *MODES)


@cache
def _sides_of(part: str, where: str) -> Mapping[str, str]:
    """Side -> name of the part there; a mode of the whole face has one name for both."""
    if part in MODES:
        return dict.fromkeys(SIDES, part)
    if f"{part}_left" in parts():
        return {side: f"{part}_{side}" for side in SIDES}
    hint = did_you_mean(part, (name.removesuffix("_left") for name in parts()))
    raise DataError(f"data/face/{where}.csv: no part {part!r}. {hint}")


@cache
def actions() -> Mapping[str, Mapping[str, float]]:
    """Code -> part without its side -> amount at activation 1."""
    found: dict[str, dict[str, float]] = {}
    for row in read_csv("face/actions.csv", ("code", "part", "amount")):
        _sides_of(row["part"], "actions")
        found.setdefault(row["code"], {})[row["part"]] = float(row["amount"])
    return MappingProxyType({code: MappingProxyType(made) for code, made in found.items()})


@cache
def rules() -> tuple[Rule, ...]:
    """The combinations that are not the sum of their parts, in the order they are applied.

    Raises
    ------
    DataError
        A rule names no known code, part or way.
    """
    found = []
    for row in read_csv("face/combinations.csv", ("id", "codes", "rule", "part", "amount")):
        codes, one_of, unless = (tuple(row[name].split()) for name in ("codes", "any", "unless"))
        _sides_of(row["part"], "combinations")
        if row["rule"] not in RULES or not {*codes, *one_of, *unless} <= set(actions()):
            raise DataError(
                f"data/face/combinations.csv, {row['id']}: the rule must be one of {RULES} and "
                f"all codes must have actions; got {row['rule']!r} for {codes + one_of + unless}."
            )
        amount = float(row["amount"])
        found.append(Rule(row["id"], codes, one_of, unless, row["rule"], row["part"], amount))
    return tuple(found)


def sides(code: str) -> tuple[str, ...]:
    """Sides on which an action can be asked for: of ``"left"``, ``"right"``, ``"both"``.

    Raises
    ------
    ActionError
        The face has no picture of this code.
    """
    if code not in actions():
        raise ActionError(f"The face cannot show {code!r}. {did_you_mean(code, actions())}".strip())
    return clip.sides(code)


def weights(code: str, side: str = "both") -> Mapping[str, float]:
    """Parts of one action on one side, by their full names, at activation 1.

    Raises
    ------
    ActionError
        The face cannot show the code, or not on this side.
    """
    if side not in sides(code):
        raise ActionError(f"{code} exists on {' and '.join(sides(code))}, not on {side!r}.")
    made = {}
    for part, amount in actions()[code].items():
        names = _sides_of(part, "actions")
        for one in SIDES if side == "both" else (side,):
            sign = -1.0 if part == "jaw_side" and one == "right" else 1.0
            made[names[one]] = sign * amount
    return MappingProxyType(made)


def follow_gaze(modes: Mapping[str, float]) -> dict[str, float]:
    """Modes with the lids moved along with an upward or downward gaze; shut lids stay shut.

    Source: outside (the upper lid rises and drops with the gaze), amounts chosen by us.
    """
    moved = dict(modes)
    pitch = modes.get("gaze_y", 0.0)
    for lid, slopes in _LID_BY_GAZE.items():
        for side in SIDES:
            name = f"lid_{lid}_{side}"
            shut = modes.get(name, 0.0)
            moved[name] = shut + slopes[pitch < 0] * pitch * (1 - max(shut, 0.0))
    return moved


def mix(scores: Mapping[tuple[str, str], float], extra: Mapping[str, float] | None = None) -> Mix:
    """Muscle activations, loads and modes of actions that act together.

    Parameters
    ----------
    scores : (code, side) to activation 0 to 1; a code given for both sides and for one acts as
        the stronger
    extra : modes to add, such as a gaze or a head turn that no code asks for

    Returns
    -------
    Where actions share a muscle, 1 minus the product of what each leaves: their sum while weak,
    never above 1. Modes add up within their limits.

    Raises
    ------
    ActionError
        A code, side or mode that the face does not have, or an activation outside 0 to 1.
    """
    on: dict[tuple[str, str], float] = {}
    for (code, side), activation in scores.items():
        if side not in sides(code):
            raise ActionError(f"{code} exists on {' and '.join(sides(code))}, not on {side!r}.")
        if not 0 <= activation <= 1:
            raise ActionError(f"{code} {side}: activation {activation!r} is not between 0 and 1.")
        for one in SIDES if side == "both" else (side,):
            on[code, one] = max(on.get((code, one), 0.0), float(activation))
    if unknown := set(extra or {}) - set(MODES):
        name = sorted(unknown)[0]
        raise ActionError(f"There is no mode {name!r}. {did_you_mean(name, MODES)}".strip())

    scenes = {side: {code: a for (code, one), a in on.items() if one == side} for side in SIDES}
    scenes[""] = {code: max(on.get((code, side), 0.0) for side in SIDES) for code, _ in on}
    total = dict.fromkeys(parts(), 0.0) | dict(extra or {})
    to_right = on.get(("30", "right"), 0.0) > on.get(("30", "left"), 0.0)
    for side, acting in scenes.items():
        for part, value in _summed(acting, whole=not side).items():
            sign = -1.0 if part == "jaw_side" and to_right else 1.0
            total[_sides_of(part, "actions")[side or "left"]] += sign * value
    modes = follow_gaze({name: total[name] for name in MODES})
    bounded = {name: float(np.clip(value, *MODES[name])) for name, value in modes.items()}
    muscle, load = (
        np.clip([total[f"{name}_{side}"] for name, side in columns(chosen)], 0.0, 1.0)
        for chosen in (muscles(), loads())
    )
    return Mix(muscle, load, MappingProxyType(bounded))


def _summed(acting: Mapping[str, float], *, whole: bool) -> dict[str, float]:
    """Parts of one side, or of the whole face, after the rules for combinations."""
    made: dict[str, float] = {}
    for code, activation in acting.items():
        for part, amount in actions()[code].items():
            if (part in MODES) == whole:
                before = made.get(part, 0.0)
                share = 0.0 if _is_mode(part) else before
                made[part] = before + activation * amount * (1 - share)
    for rule in rules():
        if rule.rule == "saturate":
            continue
        strength = _strength(rule, acting)
        if strength and (rule.part in MODES) == whole:
            before = made.get(rule.part, 0.0)
            gain = -before if rule.rule == "scale" else 1.0
            made[rule.part] = before + gain * rule.amount * strength
    return made


def _is_mode(part: str) -> bool:
    return part in MODES or f"{part}_left" in MODES


def _strength(rule: Rule, acting: Mapping[str, float]) -> float:
    """How far a combination is there, 0 to 1."""

    def least_or_most(choose: Callable[..., float], codes: tuple[str, ...], none: float) -> float:
        return choose((acting.get(code, 0.0) for code in codes), default=none)

    together = least_or_most(min, rule.codes, 1.0) * least_or_most(max, rule.any, 1.0)
    return together * (1 - least_or_most(max, rule.unless, 0.0))


SIDE_OF: Mapping[str, str] = MappingProxyType({"L": "left", "R": "right", "": "both"})
"""Side letter of a score or a clip to the side that is asked for."""


def read(text: str) -> dict[tuple[str, str], float]:
    """Activations of a score in notation; a code without a letter acts at full strength.

    Raises
    ------
    ActionError
        A side is neither left, right nor both.
    """
    if text.strip() in ("", "0"):
        return {}
    found = {}
    for item in facs.parse(text).items:
        if not item.absent:
            if item.side not in SIDE_OF:
                raise ActionError(
                    f"{item.raw}: the face shows the left side, the right one or both, "
                    f"not {item.side!r}; write L{item.code}, R{item.code} or {item.code}."
                )
            level = clip.activation(item.intensity[0]) if item.intensity else 1.0
            found[item.code, SIDE_OF[item.side]] = level
    return found
