"""The teaching face: one licence-free face from muscle to picture, depth and answer key."""

from __future__ import annotations

from fau_teach.face.face import Face, Posed, face
from fau_teach.face.film import depth_video, video
from fau_teach.face.identity import DEFAULT, Identity, identity, named

__all__ = [
    "DEFAULT",
    "Face",
    "Identity",
    "Posed",
    "depth_video",
    "face",
    "identity",
    "named",
    "video",
]
