"""What a movement lets a coder see: displacement and masking, computed from the face."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from fau_teach import facs
from fau_teach._data import DataError, read_csv
from fau_teach.clip.checks import real
from fau_teach.clip.tables import implied, movable, rows

Row = Mapping[str, str]
_NAMES = ("code", "by", "side")


@dataclass(frozen=True, slots=True)
class Curve:
    """Visible displacement over activation: straight between knots, from 0 at rest.

    Parameters
    ----------
    levels : activations of the knots, ascending, the last one 1
    mm : displacement at each, never falling [mm]
    """

    levels: tuple[float, ...]
    mm: tuple[float, ...]

    def at(self, level: float) -> float:
        """Displacement at an activation from 0 to 1 [mm]."""
        return _between(self.levels, self.mm, level)

    def level(self, mm: float) -> float:
        """Smallest activation that shows a displacement; 1 where none does."""
        return _between(self.mm, self.levels, mm) if mm <= self.mm[-1] else 1.0


def _between(xs: tuple[float, ...], ys: tuple[float, ...], x: float) -> float:
    if x <= 0:
        return 0.0
    at = bisect_left(xs, x)
    x0, y0 = (xs[at - 1], ys[at - 1]) if at else (0.0, 0.0)
    return y0 + (ys[at] - y0) * (x - x0) / (xs[at] - x0)


@dataclass(frozen=True, slots=True)
class Sight:
    """What shows how much, and what covers what.

    Parameters
    ----------
    curves : (code that shows, code that acts) -> displacement of the first; mostly the two are
        one code, but 27 also shows 25. A code that can act on one side has the curve of one side
    residual : (code, other) -> share of the displacement of the code, 0 to 1, that stays
        visible while the other is at 1; a pair that is missing keeps all

    Source: ``data/clip/visible.csv`` and ``data/clip/masking.csv``, both computed by
    ``fau_teach.face.visible`` from the default identity.
    """

    curves: Mapping[tuple[str, str], Curve]
    residual: Mapping[tuple[str, str], float]

    @classmethod
    def of(cls, visible: Iterable[Row], masking: Iterable[Row] = ()) -> Sight:
        """Build it from rows as they stand in the two tables.

        Raises
        ------
        DataError
            A cell is no number, is out of bounds, or does not fit its neighbours.
        """
        curves: dict[tuple[str, str], Curve] = {}
        for line, row in enumerate(visible, 2):
            file, code, by = f"visible.csv, line {line}", row["code"], row["by"]
            wanted = "both" if movable().get(by, "both") == "both" else "left"
            if row["side"] != wanted:
                raise DataError(f"{file}: side {row['side']!r} of {by}. Write {wanted!r}.")
            knots = sorted(
                (float(k), _number(v, file, 500)) for k, v in row.items() if k[0] in "01"
            )
            curve = Curve(*zip(*knots, strict=True))
            if curve.levels[-1] != 1 or list(curve.mm) != sorted(curve.mm) or (code, by) in curves:
                rule = "values that never fall, the last one at 1, once for each code"
                raise DataError(f"{file}: {code} by {by}. Write {rule}.")
            curves[code, by] = curve
        residual = {
            (row["code"], row["other"]): _number(row["residual"], f"masking.csv, line {line}", 1)
            for line, row in enumerate(masking, 2)
        }
        return cls(MappingProxyType(curves), MappingProxyType(residual))

    def companions(self, code: str) -> tuple[str, ...]:
        """Codes that show along with a code, by the rules or on this face."""
        here = (shown for shown, by in self.curves if by == code and shown != code)
        return tuple(dict.fromkeys((*implied(code), *here)))

    def covers(self, code: str) -> tuple[tuple[str, float], ...]:
        """Codes that can cover a code, with its residual; never one that shows it along."""
        found = ((other, share) for (one, other), share in self.residual.items() if one == code)
        return tuple((o, share) for o, share in found if code not in self.companions(o))

    def limit(self, code: str, threshold: float) -> float:
        """Least displacement [mm] at which a code is scored.

        That is the threshold, for a head several times as much (``key.csv``), or what the
        weakest A shows where that is more.
        """
        times = setting("head_factor") if facs.au(code).kind == "head" else 1
        weakest = float(next(iter(rows("intensity").values()))["low"])
        return max(threshold * times, self.curves[code, code].at(weakest))


def _number(text: str, file: str, most: float) -> float:
    try:
        return real(file, float(text), 0, most)
    except ValueError:
        raise DataError(f"{file}: {text!r}. Write a number from 0 to {most:g}.") from None


@cache
def shipped() -> Sight:
    """The tables that come with the package."""
    visible, masking = (read_csv(f"clip/{name}.csv", _NAMES[:1]) for name in ("visible", "masking"))
    return Sight.of(visible, masking)


def setting(name: str) -> float:
    """One number of ``data/clip/key.csv``, in the unit that stands there."""
    return float(rows("key")[name]["value"])


def letter(level: float) -> str:
    """Letter A to E of a visible activation; empty below the band of A."""
    fits = (name for name, row in rows("intensity").items() if level >= float(row["low"]))
    return max(fits, default="")
