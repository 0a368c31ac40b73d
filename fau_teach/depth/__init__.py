"""Depth: from depth maps to point clouds, and from two of them to motion.

Importing this package loads nothing heavy; each name is fetched when it is used.
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import Any

# No name may be a module's (cloud, crop, motion …): once loaded, the module would hide it.
_PLACES = MappingProxyType(
    {
        "cloud": "Frame Intrinsics PointCloud project",
        "crop": "Box face_box",
        "motion": "Field field tracked",
        "noise": "average noise_floor",
        "pictures": "Lit flow_of lbp_top under_lamps uniform",
        "printed": "Difference Reach cartesian colours difference keep rank reach scaled settle "
        "spherical subtraction",
        "regions": "Regions Summary guess marks_of summed",
        "rigid": "Rigid align kabsch normals",
        "selected": "COUNT Selected choose top",
        "truth": "Found Pair pair score",
        "views": "along_ray collisions colour_cloud misplaced named_angles nearest off_ray overlap "
        "turning twin",
    }
)
_WHERE = {name: place for place, names in _PLACES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted((*globals(), *_WHERE))
