"""EMG: from the electrode to the label. Board, wire, signals, features and onsets.

Importing this package imports nothing heavy; each name is fetched when it is used.
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import Any

_PLACES = MappingProxyType(
    {
        "protocol": "Limits frame limits message ramp volts",
        "simavr": "SimulatedMega SimulatorError build_sketch missing",
    }
)
_WHERE = {name: place for place, names in _PLACES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted((*globals(), *_WHERE))
