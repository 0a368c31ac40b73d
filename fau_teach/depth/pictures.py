"""What pictures say of a movement without depth: texture on three planes, and flow under a lamp."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from fau_teach.face.materials import Lights

RING = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
"""The eight neighbours of a pixel, in the order of their bits."""
PLANES = {"XY": (1, 2), "XT": (0, 2), "YT": (0, 1)}
"""Axes of a film (T, H, W) that each plane lies along."""
STILL = 0.01
"""Skin is still where it moves less than this share of the greatest displacement."""


@cache
def uniform() -> npt.NDArray[np.intp]:
    """(256,) bin of each binary pattern of eight neighbours: 58 uniform ones, and 58 for the rest.

    Round the ring, a uniform pattern changes between 0 and 1 at most twice.

    Source: S3-004.
    """
    patterns = np.arange(256)
    turned = (patterns >> 1) | ((patterns & 1) << 7)
    changes = np.unpackbits((patterns ^ turned).astype(np.uint8)[:, None], axis=1).sum(axis=1)
    bins = np.full(256, 58)
    bins[changes <= 2] = np.arange((changes <= 2).sum())
    bins.setflags(write=False)
    return bins


def lbp_top(film: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Local binary patterns on three planes: (3, 59) counts on XY, XT and YT.

    Parameters
    ----------
    film : (T, H, W) brightness, at least 3 along each axis

    A neighbour's bit is 1 where it is at least as bright as its centre. The neighbours are the
    eight of the square, one step away along either axis of the plane.

    Raises
    ------
    ValueError
        The film is no block of brightness, or too small.

    Source: S3-004.
    """
    block = np.asarray(film)
    if block.ndim != 3 or min(block.shape) < 3:
        raise ValueError(f"film of shape {block.shape}: use (frames, height, width), 3 or more.")
    inner = (slice(1, -1),) * 3
    found = []
    for axes in PLANES.values():
        code = np.zeros(block[inner].shape, np.intp)
        for bit, steps in enumerate(RING):
            part = list(inner)
            for axis, step in zip(axes, steps, strict=True):
                part[axis] = slice(1 + step, block.shape[axis] - 1 + step)
            code += (block[tuple(part)] >= block[inner]).astype(np.intp) << bit
        found.append(np.bincount(uniform()[code.ravel()], minlength=59))
    return np.array(found)


@dataclass(frozen=True, slots=True, eq=False)
class Lit:
    """An apex under a lamp, held beside one onset.

    Parameters
    ----------
    flow : (H, W) length of the optical flow, 0 where there is no face [px]
    depth : (H, W) change of depth [mm]
    still : (H, W) skin that does not move
    moving : (H, W) skin that does
    """

    flow: npt.NDArray[np.float32]
    depth: npt.NDArray[Any]
    still: npt.NDArray[np.bool_]
    moving: npt.NDArray[np.bool_]

    def __str__(self) -> str:
        flow, depth = self.flow[self.still].mean(), abs(self.depth[self.still]).mean()
        return f"flow {flow:.3f} px, change of depth {depth:.3f} mm"


def flow_of(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Dense optical flow (H, W, 2), right and down, between two pictures (H, W, 3) [px].

    Dense inverse search (OpenCV). It compares patches without their mean, so that brighter light
    is hardly any motion; light from another side is.

    Raises
    ------
    ImportError
        OpenCV is not installed (says what to do).

    Source: S3-002, S3-003.
    """
    from fau_teach.depth.motion import _opencv

    cv2 = _opencv()
    grey = [cv2.cvtColor(np.ascontiguousarray(one), cv2.COLOR_RGB2GRAY) for one in (before, after)]
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow: npt.NDArray[np.float32] = search.calc(*grey, None)
    return flow


def under_lamps(
    lamps: Mapping[str, Lights], code: str = "12", identity: str = "Ana", peak_mm: float = 2.0
) -> dict[str, Lit]:
    """One movement, its apex drawn under each lamp: what flow and depth make of it.

    Our depth is computed from the shape, so light cannot reach it. Real cameras have limits of
    their own (E3-16).

    Source: S3-003, S3-052.
    """
    from fau_teach.depth.crop import face_box
    from fau_teach.depth.truth import pair

    found = {}
    for name, lamp in lamps.items():
        seen = pair(code, identity, peak_mm=peak_mm, light=lamp)
        seen = seen.cropped(face_box(seen.onset, seen.intrinsics))
        first, second = seen.onset, seen.apex
        assert first.colour is not None
        assert second.colour is not None
        face = first.depth > 0
        flow = np.linalg.norm(flow_of(first.colour, second.colour), axis=2) * face
        change = np.where(face & (second.depth > 0), second.depth - first.depth, 0)
        still = face & (seen.amplitude < STILL * seen.amplitude.max())
        found[name] = Lit(flow, change, still, seen.moving & face)
    return found
