"""The constants of the point networks, each once: the source's own, and what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from fau_teach._data import read_csv
from fau_teach.force.material import Parameter


@cache
def parameters() -> Mapping[str, Parameter]:
    """The card of ``data/depth/network.csv``, by id.

    Source: S3-023, S3-025; E3-22.
    """
    rows = read_csv("depth/network.csv", tuple(Parameter.__dataclass_fields__))
    made = (Parameter(**{**row, "value": float(row["value"])}) for row in rows)  # type: ignore[arg-type]
    return MappingProxyType({one.id: one for one in made})


def number(name: str) -> float:
    """Value of one parameter."""
    return float(parameters()[name].value or 0.0)


def whole(name: str) -> int:
    """Value of one parameter that counts something."""
    return round(number(name))
