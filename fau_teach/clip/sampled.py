"""A clip as the face in a page reads it: what it drives, frame by frame."""

from __future__ import annotations

from typing import Any

from fau_teach.clip.script import Clip

_DIGITS = 4


def sampled(script: Clip) -> dict[str, Any]:
    """What a clip drives, a value a frame, as the face in a page reads it.

    Returns
    -------
    dictionary with ``fps`` [1/s], ``frames``, ``channels`` (``"12/L"`` to activations; no letter
    where a code has no sides) and ``traces`` (gaze and head [deg], light as a factor); what never
    moves is left out.
    """
    rest = {"light": 1.0}
    return {
        "fps": script.fps,
        "frames": script.frames,
        "channels": {
            f"{code}/{side}": [round(value, _DIGITS) for value in row]
            for (code, side), row in script.drive().items()
        },
        "traces": {
            name: [round(value, _DIGITS) for value in row]
            for name, row in script.traces().items()
            if any(value != rest.get(name, 0.0) for value in row)
        },
    }
