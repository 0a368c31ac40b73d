"""Force: how activations move skin, in full space and in a few coordinates.

SI units inside; functions and arguments in millimetres end in ``_mm``. Importing this package
does not import torch.
"""

from __future__ import annotations

from fau_teach.force.drive import activations, envelope
from fau_teach.force.integrators import METHODS, Motion, StepError, integrate, limit
from fau_teach.force.material import Rayleigh, parameters, rayleigh
from fau_teach.force.springs import Springs, chain
from fau_teach.force.system import Full, Modes, Reduced, Simulated, System, full, reduced

__all__ = [
    "METHODS",
    "Full",
    "Modes",
    "Motion",
    "Rayleigh",
    "Reduced",
    "Simulated",
    "Springs",
    "StepError",
    "System",
    "activations",
    "chain",
    "envelope",
    "full",
    "integrate",
    "limit",
    "parameters",
    "rayleigh",
    "reduced",
]
