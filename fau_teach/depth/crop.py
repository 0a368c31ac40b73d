"""Cut the face out of both frames, and move the principal point with the cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fau_teach.depth.cloud import Frame, Intrinsics

HEAD = (0.19, 0.26)
"""Width and height of the box round a head [m]: ours, wide enough for nearly all adults."""
_BEHIND = 0.4
"""What lies so far behind the nearest surface is background [m]: 400 units in CAS(ME)^3."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels.

    Parameters
    ----------
    left, top : first column and row
    width, height : size [px]
    """

    left: int
    top: int
    width: int
    height: int

    def __or__(self, other: Box) -> Box:
        """The smallest box round both, so that two frames can share one."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        right = max(self.left + self.width, other.left + other.width)
        bottom = max(self.top + self.height, other.top + other.height)
        return Box(left, top, right - left, bottom - top)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to index a map with."""
        return (
            slice(self.top, self.top + self.height),
            slice(self.left, self.left + self.width),
        )


def crop(frame: Frame, intrinsics: Intrinsics, box: Box) -> tuple[Frame, Intrinsics]:
    """The part of a frame in a box, and the camera that belongs to it.

    Both frames of a pair need the same box: a cut that differs by 2 pixels moves every point by
    0.9 mm at 0.6 m, more than a micro-expression does (E3-03).

    Raises
    ------
    ValueError
        The frame has not the camera's size, or the box leaves the picture.

    Source: S3-012, S3-008 (the cloud is cut with the picture).
    """
    intrinsics.check(frame.depth)
    part = intrinsics.cropped(box.left, box.top, box.width, box.height)
    colour = None if frame.colour is None else frame.colour[box.slices]
    return Frame(frame.depth[box.slices], colour), part


def face_box(
    frame: Frame | npt.ArrayLike,
    intrinsics: Intrinsics,
    *,
    landmarks: npt.ArrayLike | None = None,
    margin: float = 0.2,
) -> Box:
    """Where the face is, from landmarks or else from depth alone.

    Parameters
    ----------
    frame : a frame, or its raw depth (height, width)
    intrinsics : its camera
    landmarks : (n, 2) column and row of points of the face, such as dlib's 68 [px]; not
        finite where one was not found
    margin : added on each side of the landmarks, as a share of their extent. Above it is added
        twice, since the 68 points end at the brows

    Without landmarks, the box has a head's size at the distance of the nearest object and hangs
    from its highest point. It finds a head that is held upright and nothing held before it.

    Raises
    ------
    ValueError
        No depth or no landmark, or nothing of the box lies in the picture.

    Source: S3-012: the source uses dlib, whose points were learned on pictures with a licence
    that is not free; any detector's points do.
    """
    raw = intrinsics.check(frame.depth if isinstance(frame, Frame) else frame)
    if landmarks is not None:
        marks = np.asarray(landmarks, np.float64)
        marks = marks[np.isfinite(marks).all(axis=1)]
        if not len(marks):
            raise ValueError("no landmark was found in this frame. Leave landmarks out.")
        (left, above), (right, below) = marks.min(axis=0), marks.max(axis=0)
        wide, tall = margin * (right - left), margin * (below - above)
        return _within(left - wide, above - 2 * tall, right + wide, below + tall, intrinsics)
    seen = raw > 0
    if not seen.any():
        raise ValueError("the frame has no depth at all: no face to find.")
    # A hundredth, not the least: single pixels fail towards the camera.
    nearest = np.quantile(raw[seen], 0.01)
    near = seen & (raw <= nearest + _BEHIND * intrinsics.scale)
    parts, _ = ndimage.label(near)
    largest = parts == np.bincount(parts.flat)[1:].argmax() + 1
    z = float(np.median(raw[largest])) / intrinsics.scale
    width, height = HEAD[0] * intrinsics.fx / z, HEAD[1] * intrinsics.fy / z
    top = int(np.flatnonzero(largest.any(axis=1))[0])
    columns = np.flatnonzero(largest[top : top + int(height / 2) + 1].any(axis=0))
    middle = (columns[0] + columns[-1]) / 2
    return _within(middle - width / 2, top, middle + width / 2, top + height, intrinsics)


def _within(left: float, top: float, right: float, bottom: float, intrinsics: Intrinsics) -> Box:
    """The whole pixels of a rectangle that lie in the picture."""
    first, last = max(int(np.floor(left)), 0), min(int(np.ceil(right)) + 1, intrinsics.width)
    upper, lower = max(int(np.floor(top)), 0), min(int(np.ceil(bottom)) + 1, intrinsics.height)
    if first >= last or upper >= lower:
        raise ValueError("the face lies outside the picture.")
    return Box(first, upper, last - first, lower - upper)
