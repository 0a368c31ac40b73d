"""How far coders agree: on codes, on intensity, in time, and over a whole set of clips.

Every measure is a :class:`Measure`: a value with its number of items, or the reason why there
is none. Gaps are allowed everywhere and never count as "nothing moved".
"""

from __future__ import annotations

from fau_teach.agreement.bootstrap import bootstrap
from fau_teach.agreement.intensity import icc
from fau_teach.agreement.measure import Measure
from fau_teach.agreement.nominal import ac1, alpha, fleiss, kappa, pabak, percent
from fau_teach.agreement.occurrence import Occurrence, occurrence
from fau_teach.agreement.report import Report, Row, report
from fau_teach.agreement.segments import CodedClip, Matching, Segment, iou, match
from fau_teach.agreement.sets import index, jaccard, mean_index, pooled_index
from fau_teach.agreement.spotting import FAULTS, Spot, Spotting, Strs, spotting, strs
from fau_teach.agreement.timing import TimingError, frame_kappa, timing_errors, tolerance_curve

__all__ = [
    "FAULTS",
    "CodedClip",
    "Matching",
    "Measure",
    "Occurrence",
    "Report",
    "Row",
    "Segment",
    "Spot",
    "Spotting",
    "Strs",
    "TimingError",
    "ac1",
    "alpha",
    "bootstrap",
    "fleiss",
    "frame_kappa",
    "icc",
    "index",
    "iou",
    "jaccard",
    "kappa",
    "match",
    "mean_index",
    "occurrence",
    "pabak",
    "percent",
    "pooled_index",
    "report",
    "spotting",
    "strs",
    "timing_errors",
    "tolerance_curve",
]
