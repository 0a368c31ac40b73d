"""EMG: from the electrode to the label. Board, wire, signals, features and onsets.

Importing this package imports nothing heavy; each name is fetched when it is used.
"""

from __future__ import annotations

from types import MappingProxyType

from fau_teach._lazy import lazily

_PLACES = MappingProxyType(
    {
        "protocol": "Limits frame limits message ramp volts",
        "simavr": "SimulatedMega SimulatorError build_sketch missing",
    }
)
__getattr__, __dir__ = lazily(__name__, _PLACES)
