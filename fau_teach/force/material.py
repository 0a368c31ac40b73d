"""The parameter card: every constant that the source leaves open, once, with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from fau_teach._data import DataError, did_you_mean, read_csv
from fau_teach.face import cage, elastic
from fau_teach.face.face import CALIBRATION
from fau_teach.face.mesh import Float
from fau_teach.face.muscles import columns, muscles


@dataclass(frozen=True, slots=True)
class Parameter:
    """One constant.

    Attributes
    ----------
    id, name, symbol : how it is called in code, in words and in formulae
    value : the number; ``None`` where a whole table holds it
    unit : ``"1"`` where there is none
    source : inventory ID, ``"outside"`` or ``"chosen"`` by us
    confidence : as everywhere in ``data/``
    reason : why this value
    """

    id: str
    name: str
    symbol: str
    value: float | None
    unit: str
    source: str
    confidence: str
    reason: str

    def __str__(self) -> str:
        shown = "see the reason" if self.value is None else f"{self.value:g}"
        unit = "" if self.unit == "1" or self.value is None else f" {self.unit}"
        return f"{self.name}: {shown}{unit} ({self.source}; {self.reason})"


def _computed() -> Mapping[str, float]:
    """Values that stand elsewhere in the package or follow from it."""
    number, bare = len(columns(muscles())), elastic.Material(0.0, 0.0)
    return {
        "density": elastic.DENSITY * 1e6,
        "thickness": elastic.THICKNESS,
        "calibration_peak": CALIBRATION[1],
        "membrane": bare.membrane,
        "bending": bare.bending,
        "muscles": number,
        "coordinates": number,
        "vertices": len(cage.build().levels[1].vertices),
    }


@cache
def parameters() -> Mapping[str, Parameter]:
    """The card of ``data/force/material.csv``, by id; computed values are filled in.

    Raises
    ------
    DataError
        A value is no number, or stands in the table although it is computed.

    Source: S1-060.
    """
    found, computed = {}, _computed()
    for row in read_csv("force/material.csv", tuple(Parameter.__dataclass_fields__)):
        text, name = row["value"], row["id"]
        if (text and name in computed) or (text and not _number(text)):
            raise DataError(f"data/force/material.csv, {name}: value {text!r} must be a number "
                            "that is computed nowhere.")  # fmt: skip
        value = float(text) if text else computed.get(name)
        found[name] = Parameter(**{**row, "value": value})  # type: ignore[arg-type]
    return MappingProxyType(found)


def _number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def value(name: str) -> float:
    """The number of one parameter.

    Raises
    ------
    KeyError
        There is no such parameter, or a table holds it.
    """
    found = parameters().get(name)
    if found is None or found.value is None:
        hint = did_you_mean(name, parameters())
        raise KeyError(f"The card has no number called {name!r}. {hint}".strip())
    return found.value


@dataclass(frozen=True, slots=True)
class Rayleigh:
    """Damping D = alpha M + beta K.

    Parameters
    ----------
    alpha : share of the mass [1/s], not negative
    beta : share of the stiffness [s], not negative
    """

    alpha: float
    beta: float

    def __post_init__(self) -> None:
        if not (self.alpha >= 0 and self.beta >= 0):
            raise ValueError(f"{self.alpha=}, {self.beta=}: none may be negative")

    def ratio(self, omega: Float | float) -> Float:
        """Share of critical damping at angular frequencies above 0 [rad/s]."""
        return np.asarray(0.5 * (self.alpha / np.asarray(omega) + self.beta * np.asarray(omega)))


def rayleigh(
    ratio: float | None = None, low_hz: float | None = None, high_hz: float | None = None
) -> Rayleigh:
    """Damping with this ratio at two frequencies, less between them and more outside.

    What is left out is taken from the card.

    Source: E1-05: the source has no damping, this one is ours.
    """
    ratio = value("damping_ratio") if ratio is None else ratio
    low = 2 * np.pi * (value("damping_low") if low_hz is None else low_hz)
    high = 2 * np.pi * (value("damping_high") if high_hz is None else high_hz)
    return Rayleigh(2 * ratio * low * high / (low + high), 2 * ratio / (low + high))
