"""How an identity's proportions move the landmarks, and everything that sits on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from fau_teach._data import DataError, did_you_mean, read_csv
from fau_teach.face.cage import EYE, landmarks
from fau_teach.face.mesh import Float

KINDS = ("move", "spread", "tilt", "open")
FULLNESS = "lip_fullness"
"""The one proportion that is no displacement field: it scales the red about the line of contact."""
LIMIT = 3.0
"""Proportions are meant within this many units; one unit is about one standard deviation."""
_ON_EYE = {"lid": 14.3, "margin": 13.9, "edge": 12.6, "sac": 12.5}
"""Radius about the eyeball's centre on which these lid rings lie [mm]."""
_MOUTH = np.array([0.0, -68.7, 0.0])


@dataclass(frozen=True, slots=True)
class Field:
    """A bell-shaped displacement field: centre, radii and displacement at +1 [mm]."""

    parameter: str
    kind: str
    centre: Float
    radius: Float
    shift: Float

    def at(self, points: Float) -> Float:
        """Displacement (n, 3) of points (n, 3) per unit; x >= 0 and x < 0 are mirror images."""
        side = np.where(points[:, :1] < 0, -1.0, 1.0)
        half = points * np.concatenate([side, np.ones_like(side), np.ones_like(side)], axis=1)
        away = half - self.centre
        bell = np.exp(-0.5 * ((away / self.radius) ** 2).sum(axis=1))
        if self.kind == "spread":
            bell = bell * half[:, 0] / 70
        elif self.kind == "tilt":
            bell = bell * away[:, 0] / 15
        elif self.kind == "open":
            bell = bell * away[:, 1] / 5
        moved = bell[:, None] * self.shift
        # What pushes sideways must leave the midline where it is.
        moved[:, 0] *= np.tanh(half[:, 0] / 6) * side[:, 0]
        return np.asarray(moved)


@cache
def fields() -> tuple[Field, ...]:
    """The rows of ``data/face/proportions.csv``.

    Raises
    ------
    DataError
        A kind is unknown.
    """
    found = []
    for row in read_csv("face/proportions.csv", ("parameter", "kind", "x", "width", "dx")):
        if row["kind"] not in KINDS:
            raise DataError(
                f"data/face/proportions.csv, {row['parameter']}: kind {row['kind']!r} "
                f"is none of {', '.join(KINDS)}."
            )
        numbers = [
            np.array([float(row[name]) for name in names])
            for names in (("x", "y", "z"), ("width", "height", "depth"), ("dx", "dy", "dz"))
        ]
        found.append(Field(row["parameter"], row["kind"], *numbers))
    return tuple(found)


def parameters() -> tuple[str, ...]:
    """Names of all proportions."""
    return (*dict.fromkeys(field.parameter for field in fields()), FULLNESS)


def check(proportions: Mapping[str, float]) -> None:
    """Raise `ValueError` where a proportion is unknown or beyond `LIMIT`."""
    for name, value in proportions.items():
        if name not in parameters():
            raise ValueError(f"no proportion {name!r}. {did_you_mean(name, parameters())}")
        if not abs(value) <= LIMIT:
            raise ValueError(f"{name} = {value}: at most {LIMIT} units either way")


def displace(points: Float, proportions: Mapping[str, float]) -> Float:
    """Points (n, 3) [mm] of anything that sits on the head, moved with the proportions."""
    moved = points.copy()
    for field in fields():
        if value := proportions.get(field.parameter, 0.0):
            moved += value * field.at(points)
    return moved


def inner_shift(proportions: Mapping[str, float]) -> Float:
    """How far the mouth as a whole moves, with teeth and tongue: (3,) [mm]."""
    at = _MOUTH[None]
    return np.asarray((displace(at, proportions) - at)[0])


def shaped(proportions: Mapping[str, float]) -> Float:
    """The half set of landmarks of these proportions: (n, 3) [mm].

    Raises
    ------
    ValueError
        A proportion is unknown or too large.
    """
    check(proportions)
    marks = landmarks()
    points = displace(marks.points, proportions)
    eye = np.array([kind == "eye" for kind in marks.kind])
    # Only the eye's own parameters reach its rings; the skin around them follows the rest.
    own = {k: v for k, v in proportions.items() if k in ("eye_opening", "eye_tilt", "hooding")}
    ring = marks.of("eye_crease")
    inner = eye.copy()
    inner[marks.of("eye_rim")] = False
    points[inner] = displace(marks.points[inner], own)
    points[ring] = (points[ring] + displace(marks.points[ring], proportions)) / 2
    for name, radius in _ON_EYE.items():
        rows = np.delete(marks.of(f"eye_{name}"), [0, 8])
        flat = points[rows, :2] - EYE[:2]
        depth = np.sqrt(np.maximum(radius**2 - (flat**2).sum(axis=1), 0.1))
        points[rows, 2] = EYE[2] + depth
    return _lips(points, float(proportions.get(FULLNESS, 0.0)))


def _lips(points: Float, fullness: float) -> Float:
    """Scale the red of the lips about the line where they touch."""
    marks = landmarks()
    line = points[marks.of("mouth_contact")]
    for name, share in (("red", 1.0), ("border", 1.0), ("surround", 0.35)):
        rows = marks.of(f"mouth_{name}")
        away = points[rows] - line
        out = fullness * share * np.array([0.0, 0.2, 0.16])
        # The outer ring moves with the border, not in proportion to its own distance.
        points[rows] += out * (away if share == 1.0 else np.clip(away, -9, 9))
    return points
