"""Three kinds of muscle: how each pulls a sheet of skin, and what one vector makes of it.

The module in the browser averages the vectors and sums up what is left; a page test compares
it with :func:`unexplained`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import atan2, cos, hypot, pi, radians, sin
from typing import Any, NamedTuple

import traitlets

from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, short, table_html

KINDS = {"linear": "linear", "sheet": "sheet", "sphincter": "sphincter"}
GROUPS = (1, 2, 4, 8, 16)
POINTS = 36
SIDE = 15
"""Lines of the drawn skin in each direction; it reaches from -REACH to REACH."""
REACH = 1.2
_BONE, _SKIN = (0.95, 1.05), (-0.45, -0.35)
_HALF_ANGLE = radians(35)
_TOP, _LOW = 1.0, -0.45
_RADIUS = 0.7


class Pull(NamedTuple):
    """Weight and direction of the force at a place, and its part of the muscle, 0 to 1."""

    weight: float
    x: float
    y: float
    part: float


def _bell(distance: float, radius: float) -> float:
    """Waters' cosine falloff: 1 at 0, 0 from the radius on."""
    return 0.5 + 0.5 * cos(pi * min(abs(distance) / radius, 1))


def _along(share: float) -> float:
    """No force at the origin, all of it at the insertion, none soon after."""
    return _bell(1 - share, 1) if share < 1 else _bell(share - 1, 0.4)


def pull(kind: str, x: float, y: float) -> Pull:
    """Force of one kind of muscle at a place of a flat skin.

    Raises
    ------
    ValueError
        There is no such kind.

    Source: S1-006; E1-09.
    """
    check_option("a kind of muscle", kind, KINDS)
    if kind == "sphincter":
        far = hypot(x, y) or 1.0
        part = (atan2(y, x) / (2 * pi)) % 1
        return Pull(_bell(hypot(x, y) - _RADIUS, 0.45), -x / far, -y / far, part)
    if kind == "sheet":
        part = min(max((x + 0.8) / 1.6, 0), 1)
        fall = _bell(max(abs(x) - 0.5, 0), 0.35)
        return Pull(fall * _along((_TOP - y) / (_TOP - _LOW)), 0, 1, part)
    back, axis = (_BONE[0] - x, _BONE[1] - y), (_BONE[0] - _SKIN[0], _BONE[1] - _SKIN[1])
    far = hypot(*back) or 1.0
    angle = atan2(axis[0] * back[1] - axis[1] * back[0], axis[0] * back[0] + axis[1] * back[1])
    part = min(max(0.5 + angle / (2 * _HALF_ANGLE), 0), 1)
    weight = _bell(angle, _HALF_ANGLE) * _along(far / hypot(*axis))
    return Pull(weight, back[0] / far, back[1] / far, part)


def places(kind: str) -> list[tuple[float, float]]:
    """Thirty-six places where the muscle holds the skin, in the order of its parts."""
    if kind == "sphincter":
        turns = [2 * pi * (k + 0.5) / POINTS for k in range(POINTS)]
        return [(_RADIUS * cos(turn), _RADIUS * sin(turn)) for turn in turns]
    six = range(6)
    if kind == "sheet":
        return [(-0.6 + 0.24 * i, _LOW + 0.16 * j) for i in six for j in six]
    axis = atan2(_SKIN[1] - _BONE[1], _SKIN[0] - _BONE[0])
    return [
        (_BONE[0] + r * cos(axis + a), _BONE[1] + r * sin(axis + a))
        for a in (radians(-25 + 10 * i) for i in six)
        for r in (1.05 + 0.18 * j for j in six)
    ]


def forces(kind: str) -> list[tuple[float, float]]:
    """Forces of equal size at the thirty-six places."""
    return [pull(kind, *place)[1:3] for place in places(kind)]


def unexplained(field: Sequence[tuple[float, float]], groups: int) -> float:
    """Share of the energy that is left if each of some groups of places has one vector.

    Source: S1-006; E1-07.
    """
    left = 0.0
    parts = [place * groups // len(field) for place in range(len(field))]
    for group in range(groups):
        mine = [one for one, part in zip(field, parts, strict=True) if part == group]
        mean = [sum(axis) / len(mine) for axis in zip(*mine, strict=True)]
        left += sum((x - mean[0]) ** 2 + (y - mean[1]) ** 2 for x, y in mine)
    return left / sum(x * x + y * y for x, y in field)


def net(field: Sequence[tuple[float, float]]) -> float:
    """Size of the sum of all forces, relative to the sum of their sizes."""
    return hypot(*(sum(axis) for axis in zip(*field, strict=True))) / sum(
        hypot(*one) for one in field
    )


def _fibres(kind: str) -> list[list[tuple[float, float]]]:
    """Lines to draw, from origin to insertion."""
    if kind == "sphincter":
        turns = [2 * pi * k / 48 for k in range(49)]
        return [[(r * cos(t), r * sin(t)) for t in turns] for r in (0.6, 0.7, 0.8)]
    if kind == "sheet":
        return [[(-0.6 + 0.24 * i, _TOP), (-0.6 + 0.24 * i, _LOW)] for i in range(6)]
    ends = places(kind)[3::6]
    return [[_BONE, end] for end in ends]


@cache
def muscle_types_data() -> dict[str, Any]:
    """What the module draws; treat it as read-only."""
    lines = [REACH * (2 * k / (SIDE - 1) - 1) for k in range(SIDE)]

    def tidy(*values: float) -> list[float]:
        return [round(value, 3) for value in values]

    return {
        "groups": list(GROUPS),
        "reach": REACH,
        "side": SIDE,
        "kinds": {
            kind: {
                "nodes": [tidy(*pull(kind, x, y)) for y in lines for x in lines],
                "places": [tidy(*one) for one in places(kind)],
                "forces": [[round(x, 5), round(y, 5)] for x, y in forces(kind)],
                "fibres": [[tidy(*point) for point in line] for line in _fibres(kind)],
            }
            for kind in KINDS
        },
    }


class MuscleTypes(Panel):
    """Linear, sheet and sphincter muscle on a grid of skin, with their true force or few vectors.

    Parameters
    ----------
    kind : ``"linear"``, ``"sheet"`` or ``"sphincter"``
    vectors : 0 for each place its own force, else one vector for each of so many parts
    activation : 0 to 100 [%]

    Raises
    ------
    ValueError
        Unknown kind or number of vectors.

    Source: S1-006; E1-07, E1-09.
    """

    figure = "muscle_types"

    kind = traitlets.Unicode("sphincter").tag(sync=True)
    vectors = traitlets.Int(0).tag(sync=True)
    activation = traitlets.Int(100, min=0, max=100).tag(sync=True)

    def __init__(
        self, kind: str = "sphincter", vectors: int = 0, activation: int = 100, **kwargs: Any
    ) -> None:
        check_option("a kind of muscle", kind, KINDS)
        if vectors not in (0, *GROUPS):
            raise ValueError(
                f"{vectors} vectors: choose 0 (each place its own) or one of {GROUPS}."
            )
        kwargs.setdefault("label", "Three kinds of muscle: how each one pulls the skin")
        super().__init__(
            data=muscle_types_data(), kind=kind, vectors=vectors, activation=activation, **kwargs
        )

    def fallback_html(self) -> str:
        """Table: net force, and what few vectors leave unexplained."""
        rows = []
        for kind in KINDS:
            field = forces(kind)
            left = (f"{unexplained(field, number):.1%}" for number in GROUPS)
            rows.append((kind, short(net(field)), *left))
        heads = ("muscle", "net force", *(f"{n} vector{'s' * (n > 1)}" for n in GROUPS))
        caption = (
            "36 equal forces of each kind of muscle: the size of their sum, as a share of all "
            "forces, and the part of the field that so many vectors leave unexplained."
        )
        return table_html(caption, heads, rows)
