"""EMG: from the electrode to the label. Board, wire, signals, features and onsets.

Importing this package imports nothing heavy; each name is fetched when it is used.
"""

from __future__ import annotations

from types import MappingProxyType

from fau_teach._lazy import lazily

_PLACES = MappingProxyType(
    {
        "circuit": "burst envelope_circuit smoothed tau_of",
        "protocol": "Limits frame limits message ramp volts",
        "safety": "safety_box",
        "clock": "Clock ClockFit Unwrap",
        "device": "Faults PythonDevice",
        "line": "terminal",
        "link": "LinkError RefusedError",
        "parser": "Block Counts Frame Parser",
        "ports": "Port PortError find",
        "recorder": "Recorder RecorderError record",
        "recording": "About Account Gap Marker Recording",
        "sinks": "read",
        "simavr": "SimulatedMega SimulatorError build_sketch missing",
        "signals": "Signal SignalError SignalKindError",
        "sites": "Site atlas budget neighbours positions",
        "trials": "Spread Trials",
    }
)
__getattr__, __dir__ = lazily(__name__, _PLACES)
