"""Depth: from depth maps to point clouds, and from two of them to motion.

Importing this package loads nothing heavy; each name is fetched when it is used.
"""

from __future__ import annotations

from types import MappingProxyType

from fau_teach._lazy import lazily

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
__getattr__, __dir__ = lazily(__name__, _PLACES)
