"""A scripted clip on a face: its moments, its video, its depth maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fau_teach.clip import Clip
from fau_teach.face.actions import SIDE_OF
from fau_teach.face.camera import Camera
from fau_teach.face.depth import Sensor, depth_map
from fau_teach.face.face import Face
from fau_teach.face.materials import Lights
from fau_teach.face.picture import picture, scene

GAZE = {"gaze_yaw": "gaze_x", "gaze_pitch": "gaze_y"}
"""Traces of a clip that the face's modes call otherwise."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a clip asks of the face in one frame.

    Parameters
    ----------
    frame : number of the frame, from 0
    scores : (code, side) to activation, those above 0
    extra : gaze and head as modes [deg]
    light : factor on the brightness
    """

    frame: int
    scores: Mapping[tuple[str, str], float]
    extra: Mapping[str, float]
    light: float


def moments(script: Clip) -> Iterator[Moment]:
    """The frames of a clip, one after the other."""
    drive, traces = script.drive(), script.traces()
    for frame in range(script.frames):
        yield Moment(
            frame,
            {(c, SIDE_OF[s]): row[frame] for (c, s), row in drive.items() if row[frame] > 0},
            {GAZE.get(n, n): row[frame] for n, row in traces.items() if n != "light"},
            traces["light"][frame],
        )


def video(
    script: Clip, size: int = 256, face: Face | None = None, level: int = 2
) -> npt.NDArray[np.uint8]:
    """The clip as pictures (frames, size, size, 3), with its light and its camera noise.

    Parameters
    ----------
    script : the clip; its identity is the face unless one is given
    size : width and height [px]
    """
    face = face or Face(script.identity)
    noise = np.random.default_rng(script.seed)
    frames = np.empty((script.frames, size, size, 3), np.uint8)
    for moment in moments(script):
        seen = picture(
            face,
            moment.scores,
            size=size,
            level=level,
            extra=moment.extra,
            lights=Lights().scaled(moment.light),
        )
        if script.nuisance.noise:
            grain = noise.normal(0, script.nuisance.noise, seen.shape)
            seen = np.clip(np.rint(seen + grain), 0, 255).astype(np.uint8)
        frames[moment.frame] = seen
    return frames


def depth_video(
    script: Clip,
    camera: Camera | None = None,
    sensor: Sensor | None = None,
    face: Face | None = None,
    level: int = 2,
) -> npt.NDArray[np.uint16]:
    """The clip as depth maps (frames, height, width) [mm], 0 where there is no depth.

    Parameters
    ----------
    camera : ``Camera.sensor()`` unless given: 1280 by 720 at 600 mm
    sensor : what it does to the true depth; seeded with the clip's seed unless given

    Source: S3-011 for size and focal length.
    """
    face = face or Face(script.identity)
    camera, sensor = camera or Camera.sensor(), sensor or Sensor(seed=script.seed)
    frames = np.empty((script.frames, camera.height, camera.width), np.uint16)
    for moment in moments(script):
        vertices, faces = scene(face, face.posed(moment.scores, moment.extra), level)
        frames[moment.frame] = sensor.measure(
            depth_map(vertices, faces, camera), camera, moment.frame
        )
    return frames
