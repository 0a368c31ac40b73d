"""How far two coders' key frames lie apart, and how far they agree frame by frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fau_teach.agreement.measure import Measure, measured
from fau_teach.agreement.nominal import kappa_parts
from fau_teach.agreement.segments import Segment

MARKS = ("onset", "apex", "offset")
TOLERANCES = (
    ("1 frame", 0.0),
    ("1/30 s", 1000 / 30),
    ("1/6 s", 1000 / 6),
    ("1/3 s", 1000 / 3),
    ("1/2 s", 500.0),
)
"""Names and milliseconds; 0 stands for one frame of the clip."""
UNPAIRED = "no matched event has this key frame from both coders"
# A microsecond forgives the rounding of frames to milliseconds.
_ROUNDING_MS = 1e-3

Matched = tuple[Segment, Segment, float]
"""Two segments that belong together, and the frame rate of their clip [1/s]."""


@dataclass(frozen=True, slots=True)
class TimingError:
    """How far one key frame of the second coder lies from that of the first.

    Parameters
    ----------
    mark : ``"onset"``, ``"apex"`` or ``"offset"``
    n : matched events in which both coders set it
    frames, ms : mean error, positive where the second coder is later
    absolute_frames, absolute_ms : mean size of the error
    within : share of events whose error is at most each of ``TOLERANCES``
    """

    mark: str
    n: int
    frames: Measure
    ms: Measure
    absolute_frames: Measure
    absolute_ms: Measure
    within: tuple[Measure, ...]


NAMES = (
    "mean error (frames)",
    "mean error (ms)",
    "mean absolute error (frames)",
    "mean absolute error (ms)",
    *(f"within {name}" for name, _ in TOLERANCES),
)


def errors_of(first: Segment, second: Segment, fps: float, mark: str) -> tuple[float, ...] | None:
    """What one matched event adds: 1, then a number for each of ``NAMES``; None for a gap."""
    a, b = getattr(first, mark), getattr(second, mark)
    if a is None or b is None:
        return None
    frames, ms = b - a, 1000 * (b - a) / fps
    within = (
        abs(ms) <= limit + _ROUNDING_MS if limit else abs(frames) <= 1 for _, limit in TOLERANCES
    )
    return (1.0, frames, ms, abs(frames), abs(ms), *map(float, within))


def timing_errors(matched: Iterable[Matched]) -> tuple[TimingError, ...]:
    """Errors of onset, apex and offset over matched events.

    Parameters
    ----------
    matched : segments of the first and of the second coder, and the frame rate [1/s]
    """
    events = list(matched)
    return tuple(_error(events, mark) for mark in MARKS)


def _error(events: Sequence[Matched], mark: str) -> TimingError:
    rows = [row for one in events if (row := errors_of(*one, mark)) is not None]
    n, *sums = [sum(column) for column in zip(*rows, strict=True)] or [0.0] * (len(NAMES) + 1)
    found = [measured(name, n, (one, n), UNPAIRED) for name, one in zip(NAMES, sums, strict=True)]
    frames, ms, absolute_frames, absolute_ms, *within = found
    return TimingError(mark, len(rows), frames, ms, absolute_frames, absolute_ms, tuple(within))


def tolerance_curve(matched: Iterable[Matched], mark: str = "onset") -> tuple[Measure, ...]:
    """Share of events whose key frames lie within 1 frame, 1/30, 1/6, 1/3 and 1/2 s.

    Parameters
    ----------
    matched : as for :func:`timing_errors`
    mark : ``"onset"``, ``"apex"`` or ``"offset"``

    Raises
    ------
    ValueError
        There is no such key frame.
    """
    if mark not in MARKS:
        raise ValueError(f"{mark!r} is no key frame. Use one of {', '.join(MARKS)}.")
    return _error(list(matched), mark).within


def frame_kappa(
    first: Iterable[Segment], second: Iterable[Segment], frames: int, code: str = ""
) -> Measure:
    """Cohen's kappa over frames: whether anything moves, or whether one code is there.

    Onset and offset frames count as movement; a segment scored ``null`` does not.

    Parameters
    ----------
    first, second : segments of the two coders in one clip
    frames : length of the clip
    code : a code without side; empty for any movement

    Raises
    ------
    ValueError
        A segment ends behind the clip.
    """
    sums = frame_counts(_on(first, code), _on(second, code), frames)
    return measured("frame kappa", frames, frame_parts(*sums), frame_why(*sums))


def _on(segments: Iterable[Segment], code: str) -> list[Segment]:
    return [one for one in segments if (code in one.scored.codes if code else moves(one))]


def moves(segment: Segment) -> bool:
    """Whether something moved, known or not; ``null`` says that nothing did."""
    return segment.scored.state != "none"


def frame_counts(
    first: Iterable[Segment], second: Iterable[Segment], frames: int
) -> tuple[float, float, float, float]:
    """Frames, those covered by the first, by the second, and by both."""
    # Lengths instead of frames one by one: a long film costs no more than a short one.
    one, two = _covered(first), _covered(second)
    last = max((end for _, end in one + two), default=0)
    if last > frames:
        advice = "Give the length of the whole clip."
        raise ValueError(f"Frame {last - 1} is scored, but the clip has {frames}. {advice}")
    both = sum(max(0, min(b, d) - max(a, c)) for a, b in one for c, d in two)
    sizes = [float(sum(end - start for start, end in spans)) for spans in (one, two)]
    return float(frames), sizes[0], sizes[1], float(both)


def _covered(segments: Iterable[Segment]) -> list[tuple[int, int]]:
    """Spans that a coder's segments cover, without overlap; ends exclusive."""
    spans: list[tuple[int, int]] = []
    for first, last in sorted(one.span for one in segments):
        if spans and first <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], last + 1)
        else:
            spans.append((first, last + 1))
    return spans


def frame_parts(n: Any, first: Any, second: Any, both: Any) -> tuple[Any, Any]:
    """Numerator and denominator of kappa from :func:`frame_counts`."""
    chance = first * (n - second) + second * (n - first)
    return kappa_parts(n, first + second - 2 * both, chance)


def frame_why(n: float, _: float, __: float, both: float) -> str:
    """Why the frame kappa is undefined."""
    if not n:
        return "there are no frames"
    return f"both coders saw movement in {'every' if both else 'no'} frame"
