"""The long experiments: they write small tables with all that made them, and pages read these.

``python -m fau_teach.experiments`` or ``make experiments``. Importing this imports no torch.
"""

from __future__ import annotations

from fau_teach.experiments.records import NAMES, Recorded, recorded

__all__ = ["NAMES", "Recorded", "recorded"]
