"""The constants of the network that the source leaves open, each once, with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from fau_teach._data import read_csv
from fau_teach.force.losses import TERMS
from fau_teach.force.material import Parameter
from fau_teach.force.variants import Variant, checked


@cache
def parameters() -> Mapping[str, Parameter]:
    """The card of ``data/force/network.csv``, by id.

    Source: S1-060.
    """
    rows = read_csv("force/network.csv", tuple(Parameter.__dataclass_fields__))
    made = (Parameter(**{**row, "value": float(row["value"])}) for row in rows)  # type: ignore[arg-type]
    return MappingProxyType({one.id: one for one in made})


def number(name: str) -> float:
    """Value of one parameter."""
    return float(parameters()[name].value or 0.0)


def whole(name: str) -> int:
    """Value of one parameter that counts something."""
    return round(number(name))


def weights(variant: Variant = "used", **changed: float) -> dict[str, float]:
    """Weights of the four terms of Eq. 17; those that are given replace the card's.

    Source: S1-027.
    """
    found = {term: number(f"weight_{term}") for term in TERMS}
    if checked(variant) == "printed":
        found["3d"] = number("weight_3d_printed")
    unknown = set(changed) - {f"weight_{term}" for term in TERMS}
    if unknown:
        raise ValueError(f"no weight {min(unknown)!r}: there are weight_{', weight_'.join(TERMS)}.")
    return {term: float(changed.get(f"weight_{term}", value)) for term, value in found.items()}
