"""What a movement lets a coder see: displacement and masking, computed from the face."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import inf
from types import MappingProxyType

from fau_teach._data import DataError, read_csv
from fau_teach.clip.checks import real
from fau_teach.clip.tables import implied, movable, rows

Row = Mapping[str, str]
TABLES = ("visible", "masking", "companions")
"""Tables in ``data/clip/`` that are computed from the face."""
_NAMES = ("code", "by", "side")
_SIDES = {"either": ("left", "both"), "one": ("left",), "both": ("both",)}


@dataclass(frozen=True, slots=True)
class Curve:
    """Visible displacement over activation: straight between knots, from 0 at rest.

    Parameters
    ----------
    levels : activations of the knots, ascending, the last one 1
    mm : displacement at each [mm], never falling; or a share, which may fall
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
    curves : (code that shows, code that acts, side that acts) -> displacement of the first.
        Mostly the two are one code, but 27 also shows 25. The side is ``"left"``, which also
        stands for right, or ``"both"``
    residual : (code, other) -> share of the displacement of the code, 0 to 1, that stays
        visible while the other is at 1; a pair that is missing keeps all
    stays : (code that shows along, code that acts, third code) -> activation of the third ->
        share of the companion, 0 to 1, over the activation of the code that acts; what is
        missing keeps all

    Everything is measured from the person's own neutral face, resting tone included. The
    tables that come with the package are those of the default identity; :func:`seen_on` fits
    them to another named one, ``fau_teach.face.visible.sight`` computes those of any other, for
    :meth:`Clip.key`.

    Source: ``data/clip/visible.csv``, ``data/clip/masking.csv`` and
    ``data/clip/companions.csv``, computed by ``fau_teach.face.visible``.
    """

    curves: Mapping[tuple[str, str, str], Curve]
    residual: Mapping[tuple[str, str], float]
    stays: Mapping[tuple[str, str, str], Mapping[float, Curve]]

    @classmethod
    def of(
        cls,
        visible: Iterable[Row],
        masking: Iterable[Row] = (),
        companions: Iterable[Row] = (),
    ) -> Sight:
        """Build it from rows as they stand in the three tables.

        Raises
        ------
        DataError
            A cell is no number, is out of bounds, or does not fit its neighbours.
        """
        curves: dict[tuple[str, str, str], Curve] = {}
        for line, row in enumerate(visible, 2):
            file, key = f"visible.csv, line {line}", (row["code"], row["by"], row["side"])
            sides = _SIDES[movable()[row["by"]]] if row["by"] in movable() else ()
            if row["side"] not in sides or row["code"] not in movable():
                advice = f"Write codes from clip.movable() and side {' or '.join(sides) or 'both'}"
                raise DataError(f"{file}: {' '.join(key)}. {advice}.")
            levels = tuple(float(name) for name in row if name not in _NAMES)
            curve = Curve(levels, tuple(_number(row[f"{level:g}"], file, 500) for level in levels))
            if levels[-1] != 1 or [*curve.mm] != sorted(curve.mm) or key in curves:
                advice = "Write values that never fall, the last one at 1, once for each code"
                raise DataError(f"{file}: {' '.join(key)}. {advice}.")
            curves[key] = curve
        residual = {
            (row["code"], row["other"]): _number(row["residual"], f"masking.csv, line {line}", 1)
            for line, row in enumerate(masking, 2)
        }
        stays: dict[tuple[str, str, str], dict[float, Curve]] = {}
        for line, row in enumerate(companions, 2):
            levels = tuple(float(name) for name in row if name not in (*_NAMES, "other", "at"))
            file = f"companions.csv, line {line}"
            shares = tuple(_number(row[f"{level:g}"], file, 1) for level in levels)
            here = stays.setdefault((row["code"], row["by"], row["other"]), {})
            here[_number(row["at"], file, 1)] = Curve(levels, shares)
        for key, found in stays.items():
            if 1 not in found or any(curve.levels[-1] != 1 for curve in found.values()):
                advice = "Give activations up to 1, of both codes"
                raise DataError(f"companions.csv: {' '.join(key)} ends early. {advice}.")
        return cls(MappingProxyType(curves), MappingProxyType(residual), MappingProxyType(stays))

    def companions(self, code: str) -> tuple[str, ...]:
        """Codes that show along with a code, by the rules or on this face."""
        here = (shown for shown, by, _ in self.curves if by == code and shown != code)
        return tuple(dict.fromkeys((*implied(code), *here)))

    def covers(self, code: str) -> tuple[tuple[str, float], ...]:
        """Codes that can cover a code, with its residual; never one that shows it along."""
        found = ((other, share) for (one, other), share in self.residual.items() if one == code)
        return tuple((o, share) for o, share in found if code not in self.companions(o))

    def thirds(self, code: str, by: str) -> tuple[str, ...]:
        """Codes that change how much of a companion shows."""
        return tuple(other for one, acts, other in self.stays if (one, acts) == (code, by))

    def share(self, code: str, by: str, level: float, other: str, at: float) -> float:
        """Share of a companion, 0 to 1, that shows while a third code acts too.

        Parameters
        ----------
        code, by, level : what shows, what acts, and its activation
        other, at : the third code, and its activation
        """
        if at <= 0:
            return 1.0
        ats, curves = zip(*sorted(self.stays[code, by, other].items()), strict=True)
        # Below its first knot a share stays as it is, unlike a displacement.
        shares = (curve.at(max(level, curve.levels[0])) for curve in curves)
        return _between((0.0, *ats), (1.0, *shares), at)

    def amount(self, code: str, by: str, level: float, whole: float) -> float:
        """What shows of a code while another, or itself, acts [mm].

        Parameters
        ----------
        code, by : what shows, and what acts
        level : activation of the side that is looked at
        whole : activation that both sides reach
        """
        found = ((self.curves.get((code, by, "left")), level),
                 (self.curves.get((code, by, "both")), whole))  # fmt: skip
        return max((curve.at(x) for curve, x in found if curve), default=0.0)

    def looks(self, code: str, mm: float, whole: bool) -> float:
        """Activation that a displacement of a code looks like, on both sides or on one."""
        names = ("both", "left") if whole else ("left", "both")
        return next(
            self.curves[code, code, n] for n in names if (code, code, n) in self.curves
        ).level(mm)

    def limit(self, code: str, threshold: float) -> float:
        """Least displacement [mm] at which a code is scored; infinite if it never shows.

        That is the threshold, for some codes less or more (``key.csv``), or what the weakest A
        shows where that is more.
        """
        times = next((setting(n) for n in ("edge", "head") if code in codes_of(n)), 1.0)
        weakest = float(next(iter(rows("intensity").values()))["low"])
        least = self.amount(code, code, weakest, weakest)
        return max(threshold * times, least) if least else inf


def _number(text: str, file: str, most: float) -> float:
    try:
        return real(file, float(text), 0, most)
    except ValueError:
        raise DataError(f"{file}: {text!r}. Write a number from 0 to {most:g}.") from None


@cache
def shipped() -> Sight:
    """The tables that come with the package."""
    return Sight.of(*(read_csv(f"clip/{name}.csv", _NAMES[:1]) for name in TABLES))


@cache
def shares() -> Mapping[str, Mapping[tuple[str, str, str], float]]:
    """Named identity -> what shows of a code, as a share of what the default identity shows.

    Code that shows, code that acts and side are those of :attr:`Sight.curves`, at full
    activation; the default identity is left out.

    Source: ``data/clip/identities.csv``, computed by ``fau_teach.face.visible``.
    """
    found: dict[str, dict[tuple[str, str, str], float]] = {}
    for line, row in enumerate(read_csv("clip/identities.csv", _NAMES), 2):
        for name in row.keys() - {*_NAMES}:
            share = _number(row[name], f"identities.csv, line {line}", 10)
            found.setdefault(name, {})[row["code"], row["by"], row["side"]] = share
    return MappingProxyType({name: MappingProxyType(found[name]) for name in sorted(found)})


@cache
def seen_on(identity: str) -> Sight:
    """What a named identity shows: every displacement fitted by its share at full activation.

    What covers what stays that of the default identity. For any other name it is all the
    default identity's.
    """
    whole, by = shipped(), shares().get(identity, {})
    curves = {
        key: Curve(one.levels, tuple(mm * by.get(key, 1.0) for mm in one.mm))
        for key, one in whole.curves.items()
    }
    return Sight(MappingProxyType(curves), whole.residual, whole.stays)


def setting(name: str) -> float:
    """One number of ``data/clip/key.csv``, in the unit that stands there."""
    return float(rows("key")[name]["value"])


def codes_of(name: str) -> tuple[str, ...]:
    """Codes for which a number of ``data/clip/key.csv`` stands."""
    return tuple(rows("key")[name]["codes"].split())


def letter(level: float) -> str:
    """Letter A to E of a visible activation; empty below the band of A."""
    fits = (n for n, row in rows("intensity").items() if round(level, 6) >= float(row["low"]))
    return max(fits, default="")
