"""EMG: from the electrode to the label. Board, wire, signals, features and onsets.

Importing this package imports nothing heavy; each name is fetched when it is used.
"""

from __future__ import annotations

from types import MappingProxyType

from fau_teach._lazy import lazily

_PLACES = MappingProxyType(
    {
        "artefacts": "Flag flags",
        "circuit": "burst envelope_circuit smoothed tau_of",
        "clock": "Clock ClockFit Unwrap",
        "device": "Faults PythonDevice",
        "features": "FEATURES HUDGINS Features feature_array",
        "filters": "band_pass baseline fill_gaps kept linear_envelope low_pass median mvc_scaled "
        "notch rectify rms tkeo",
        "line": "terminal",
        "link": "LinkError RefusedError",
        "measures": "asymmetry silent_period valence_score",
        "onsets": "DETECTORS Errors Found double_threshold errors hodges_bui tkeo_threshold",
        "parser": "Block Counts Frame Parser",
        "planted": "alternating bursts coloured pulse_trial",
        "ports": "Port PortError find",
        "protocol": "Limits frame limits message ramp volts",
        "recorder": "Recorder RecorderError record",
        "recording": "About Account Gap Marker Recording",
        "safety": "safety_box",
        "signals": "Signal SignalError SignalKindError joined",
        "simavr": "SimulatedMega SimulatorError build_sketch missing",
        "simulate": "Disturbance Planted Truth emg truth",
        "sinks": "read",
        "sites": "Site atlas budget conduction hearing neighbours positions",
        "trials": "Spread Trials",
    }
)
__getattr__, __dir__ = lazily(__name__, _PLACES)
