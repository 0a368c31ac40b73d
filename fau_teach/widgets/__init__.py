"""Interactive figures: anywidgets that also work on a page without a kernel."""

from __future__ import annotations

from fau_teach.widgets._base import Figure
from fau_teach.widgets.base_rate import BaseRate
from fau_teach.widgets.duration import DurationSlider
from fau_teach.widgets.explorer import AUEmotionExplorer
from fau_teach.widgets.faceview import FaceView
from fau_teach.widgets.imbalance import ImbalanceSlider
from fau_teach.widgets.lesion_lab import LesionLab
from fau_teach.widgets.nerve_map import NerveMap
from fau_teach.widgets.order import OrderShuffle
from fau_teach.widgets.overlap import OverlapMap
from fau_teach.widgets.prevalence import Prevalence
from fau_teach.widgets.readings import EquationReadings

FIGURES = dict(Figure.registry)

__all__ = [
    "FIGURES",
    "AUEmotionExplorer",
    "BaseRate",
    "DurationSlider",
    "EquationReadings",
    "FaceView",
    "Figure",
    "ImbalanceSlider",
    "LesionLab",
    "NerveMap",
    "OrderShuffle",
    "OverlapMap",
    "Prevalence",
]
