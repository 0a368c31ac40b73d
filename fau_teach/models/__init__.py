"""Models: the source's network at course size, and what it learns from.

Importing this package imports neither torch nor a face; each name is fetched when it is used.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from fau_teach._lazy import lazily

_PLACES = MappingProxyType(
    {
        "card": "parameters weights",
        "checkpoint": "cache_folder load save",
        "data": "Course Sequences made",
        "emg_nets": "EmgLearner EmgSettings emg_net",
        "force_net": "FEATURES ForceNet MeshEncoder Seen Shape frozen",
        "image": "SmallCNN backbone features load_cnn save_cnn trained",
        "mesh": "Stage stages",
        "point_nets": "NETWORKS Cloud PointNet PointNet2 PointShape make",
        "point_sampling": "Level ball_query farthest_points",
        "point_training": "Learner PointSettings load_points predict save_points",
        "point_views": "deciding",
        "real": "real_sequences",
        "stamp": "fingerprint",
        "training": "Answers Settings answers fit load_net save_net",
    }
)
_fetch, __dir__ = lazily(__name__, _PLACES)


def __getattr__(name: str) -> Any:
    try:
        return _fetch(name)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        advice = "make setup installs it (SET=full), or pip install torch"
        raise ModuleNotFoundError(f"{name} needs torch: {advice}.", name="torch") from None
