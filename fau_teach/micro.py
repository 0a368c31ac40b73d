"""How long a micro-expression lasts, and how many video frames that is.

No measurement settles where "micro" ends: three published bounds are in use, and they
disagree about the same clip. So the bound is a parameter here, never a constant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal

from fau_teach._data import did_you_mean

# Durations come from frame counts by division; a microsecond forgives the rounding and
# is far below one frame of any camera.
TOLERANCE_S = 1e-6


@dataclass(frozen=True, slots=True, repr=False)
class Definition:
    """One published bound on the duration of a micro-expression.

    Parameters
    ----------
    id : short name, such as ``"classic"``
    name : name for readers
    rule : the bound in words
    measured : which span counts: ``"total"`` (onset to offset) or ``"onset"`` (onset to apex)
    shortest_s, longest_s : inclusive bounds [s]
    source : inventory ID, or ``"outside"``
    erratum : erratum ID, or empty
    confidence : see the data dictionary
    reference : bibliography key for facts from outside the sources, or empty

    Source: S0-007; E0-27.
    """

    id: str
    name: str
    rule: str
    measured: Literal["total", "onset"]
    shortest_s: float
    longest_s: float
    source: str
    erratum: str
    confidence: str
    reference: str = ""

    def __repr__(self) -> str:
        # Lessons show these; the bound is what a reader wants to see.
        return f"<{self.id}: {self.rule}>"

    def holds(self, duration_s: float, onset_s: float | None = None) -> bool | None:
        """Tell whether an event is "micro" under this definition; None where it cannot say.

        Parameters
        ----------
        duration_s : onset to offset [s]
        onset_s : onset to apex [s], where it was measured
        """
        span = duration_s if self.measured == "total" else onset_s
        if span is None:
            return None
        return self.shortest_s - TOLERANCE_S <= span <= self.longest_s + TOLERANCE_S


# One paper gives both upper bounds, and no lower ones.
_yan2013 = partial(
    Definition,
    shortest_s=0.0,
    source="outside",
    erratum="E0-27",
    confidence="sure",
    reference="yan2013",
)
_DEFINITIONS = (
    Definition(
        id="classic",
        name="Classic bound",
        rule="the whole event lasts 1/25 s to 1/5 s (40 to 200 ms)",
        measured="total",
        shortest_s=1 / 25,
        longest_s=1 / 5,
        source="S0-007",
        erratum="E0-27",
        confidence="sure",
    ),
    _yan2013(
        id="total500",
        name="Half a second in all",
        rule="the whole event lasts at most 500 ms",
        measured="total",
        longest_s=0.5,
    ),
    _yan2013(
        id="onset260",
        name="Fast onset",
        rule="onset to apex lasts at most 260 ms",
        measured="onset",
        longest_s=0.26,
    ),
)


def definitions() -> tuple[Definition, ...]:
    """Return the three bounds in use, oldest first.

    Source: S0-007; E0-27.
    """
    return _DEFINITIONS


def definition(name: str) -> Definition:
    """Look up one definition by its id.

    Raises
    ------
    ValueError
        There is no such definition (suggests the nearest).
    """
    known = {one.id: one for one in _DEFINITIONS}
    if name in known:
        return known[name]
    hint = did_you_mean(name, known, cutoff=0.4)
    raise ValueError(f"no definition {name!r}; there are {', '.join(known)}. {hint}".rstrip())


def classify(duration_s: float, onset_s: float | None = None) -> Mapping[str, bool | None]:
    """Ask every definition whether an event is a micro-expression.

    Parameters
    ----------
    duration_s : onset to offset [s]
    onset_s : onset to apex [s]; without it, definitions that need it answer None

    Returns
    -------
    read-only mapping from definition id to True, False or None ("cannot say")

    Raises
    ------
    ValueError
        A time is negative or not finite, or the onset is longer than the whole event.

    Source: S0-007; E0-27.
    """
    duration_s = _time("duration_s", duration_s)
    if onset_s is not None:
        onset_s = _time("onset_s", onset_s)
        if onset_s > duration_s + TOLERANCE_S:
            raise ValueError(
                f"onset_s is {onset_s:g} s, longer than the whole event of {duration_s:g} s. "
                "Onset to apex is a part of onset to offset."
            )
    return MappingProxyType({one.id: one.holds(duration_s, onset_s) for one in _DEFINITIONS})


def frames(duration_s: float, fps: float) -> float:
    """Duration in frame intervals, exact: 1.2 means one frame interval and a fifth.

    Parameters
    ----------
    duration_s : duration [s]
    fps : frame rate [1/s]

    Raises
    ------
    ValueError
        The duration is negative, the frame rate not positive, or one of them not finite.

    Source: S0-007, S0-010.
    """
    # Nine decimals undo the binary rounding of products such as 0.29 * 100.
    return round(_time("duration_s", duration_s) * _rate(fps), 9)


def frame_range(duration_s: float, fps: float) -> tuple[int, int]:
    """Fewest and most whole frames that can fall into an event.

    Which of the two a camera takes depends on when the event starts between two
    frames. The event counts from its first instant up to, not including, its last;
    each frame is one instant (exposure time is left out).

    Parameters
    ----------
    duration_s : duration [s]
    fps : frame rate [1/s]

    Raises
    ------
    ValueError
        As for :func:`frames`.

    Source: S0-007; E0-27 (40 ms at 25 fps is one frame).
    """
    exact = frames(duration_s, fps)
    return math.floor(exact), math.ceil(exact)


def duration_of(n_frames: float, fps: float) -> float:
    """Duration of a number of frame intervals [s].

    Parameters
    ----------
    n_frames : number of frame intervals, whole or not
    fps : frame rate [1/s]

    Raises
    ------
    ValueError
        The number is negative, the frame rate not positive, or one of them not finite.
    """
    return _checked("n_frames", n_frames, "frames") / _rate(fps)


def _time(name: str, value: float) -> float:
    return _checked(name, value, "seconds")


def _checked(name: str, value: float, unit: str) -> float:
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{name} is {value}; it must be a finite number of {unit}, 0 or more.")
    return float(value)


def _rate(fps: float) -> float:
    if not math.isfinite(fps) or fps <= 0:
        raise ValueError(
            f"fps is {fps}; a frame rate must be a finite number above 0, for example 30."
        )
    return float(fps)
