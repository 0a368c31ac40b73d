"""Frames to code: a video, a folder of numbered pictures, or a clip of the teaching face.

All of them are a :class:`Footage`: frames by number from 0, the one asked for and no other, with
depth as a second view and with traces such as EMG beside them. Videos need OpenCV, pictures
Pillow and NumPy; each loads where it is first needed.
"""

from __future__ import annotations

from fau_teach.footage.images import images
from fau_teach.footage.opening import open_footage, rendered
from fau_teach.footage.source import Footage, Picture
from fau_teach.footage.traces import Trace, read_traces
from fau_teach.footage.video import video

__all__ = [
    "Footage",
    "Picture",
    "Trace",
    "images",
    "open_footage",
    "read_traces",
    "rendered",
    "video",
]
