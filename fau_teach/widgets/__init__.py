"""Interactive figures: anywidgets that also work on a page without a kernel."""

from __future__ import annotations

from fau_teach.widgets._base import Figure
from fau_teach.widgets.base_rate import BaseRate
from fau_teach.widgets.bench import Bench
from fau_teach.widgets.conditions import ThreeConditions
from fau_teach.widgets.depth_cloud import DepthCloud
from fau_teach.widgets.duration import DurationSlider
from fau_teach.widgets.envelope import Envelope
from fau_teach.widgets.explorer import AUEmotionExplorer
from fau_teach.widgets.faceview import FaceView
from fau_teach.widgets.filter_playground import FilterPlayground
from fau_teach.widgets.force_view import ForceView
from fau_teach.widgets.frame import WireFrame
from fau_teach.widgets.head_motion import HeadMotion
from fau_teach.widgets.hidden_force import HiddenForce
from fau_teach.widgets.imbalance import ImbalanceSlider
from fau_teach.widgets.integrators import Integrators
from fau_teach.widgets.kappa_paradox import KappaParadox
from fau_teach.widgets.keyframes import KeyFrameScrubber
from fau_teach.widgets.lesion_lab import LesionLab
from fau_teach.widgets.muscle_types import MuscleTypes
from fau_teach.widgets.neighbours import Neighbours
from fau_teach.widgets.nerve_map import NerveMap
from fau_teach.widgets.one_clock import OneClock
from fau_teach.widgets.order import OrderShuffle
from fau_teach.widgets.overlap import OverlapMap
from fau_teach.widgets.prevalence import Prevalence
from fau_teach.widgets.readings import EquationReadings
from fau_teach.widgets.same_colour import SameColour
from fau_teach.widgets.split_leak import SplitLeak
from fau_teach.widgets.timeline import Timeline
from fau_teach.widgets.top_k import TopK
from fau_teach.widgets.trainer import Trainer
from fau_teach.widgets.two_coders import TwoCoders
from fau_teach.widgets.wiring import Wiring

FIGURES = dict(Figure.registry)

__all__ = [
    "FIGURES",
    "AUEmotionExplorer",
    "BaseRate",
    "Bench",
    "DepthCloud",
    "DurationSlider",
    "Envelope",
    "EquationReadings",
    "FaceView",
    "Figure",
    "FilterPlayground",
    "ForceView",
    "HeadMotion",
    "HiddenForce",
    "ImbalanceSlider",
    "Integrators",
    "KappaParadox",
    "KeyFrameScrubber",
    "LesionLab",
    "MuscleTypes",
    "Neighbours",
    "NerveMap",
    "OneClock",
    "OrderShuffle",
    "OverlapMap",
    "Prevalence",
    "SameColour",
    "SplitLeak",
    "ThreeConditions",
    "Timeline",
    "TopK",
    "Trainer",
    "TwoCoders",
    "WireFrame",
    "Wiring",
]
