"""Interactive figures: anywidgets that also work on a page without a kernel."""

from __future__ import annotations

from fau_teach.widgets._base import Figure
from fau_teach.widgets.duration import DurationSlider
from fau_teach.widgets.lesion_lab import LesionLab
from fau_teach.widgets.nerve_map import NerveMap

FIGURES = dict(Figure.registry)

__all__ = ["FIGURES", "DurationSlider", "Figure", "LesionLab", "NerveMap"]
