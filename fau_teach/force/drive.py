"""Activations over time: a held movement, or what a clip asks of the muscles."""

from __future__ import annotations

import numpy as np

from fau_teach.clip import Clip
from fau_teach.clip.movement import SHAPES
from fau_teach.face import Face
from fau_teach.face.face import Scores
from fau_teach.face.film import moments
from fau_teach.face.mesh import Float
from fau_teach.force.material import value


def envelope(
    seconds: float = 2.0,
    step: float | None = None,
    *,
    start: float = 0.1,
    rise: float | None = None,
    hold: float = 1.0,
    fall: float | None = None,
    shape: str = "smoothstep",
) -> Float:
    """One movement that is held: values from 0 to 1 at times 0, step, ... up to `seconds`.

    Parameters
    ----------
    seconds, step : length and sampling [s]; the last sample lies at or before `seconds`
    start, rise, hold, fall : times [s]; rise, fall and step from the card if left out
    shape : one of ``fau_teach.clip.movement.SHAPES``
    """
    step = value("step") if step is None else step
    rise = value("onset") if rise is None else rise
    fall = value("offset") if fall is None else fall
    times = step * np.arange(int(np.floor(seconds / step + 1e-9)) + 1)
    level = np.minimum((times - start) / rise, (start + rise + hold + fall - times) / fall)
    return np.array([SHAPES[shape](min(max(float(t), 0.0), 1.0)) for t in level])


def activations(face: Face, asked: Clip | Scores | str) -> Float:
    """Muscle activations of a score (A,) or of every frame of a clip (frames, A).

    The columns are those of ``face.P``; jaw, lids and gaze are no forces and are left out.
    """
    if not isinstance(asked, Clip):
        return np.asarray(face.mix(asked).muscles)
    return np.stack([face.mix(one.scores, one.extra).muscles for one in moments(asked)])
