"""Noise of a depth camera: how large it is, and what averaging over frames leaves of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fau_teach.depth.cloud import Frame, Intrinsics
from fau_teach.depth.rigid import Map, Mask, blurred, metres, outlines

WIDE = 8.0
"""Radius of the mean that is taken for what truly changed, when noise is measured [px]."""


def clipped_deviation(values: npt.ArrayLike, cut: float = 3.5) -> float:
    """Standard deviation without what lies beyond ``cut`` of them; NaN of fewer than two values.

    The median of absolute values would do on even noise, but rounded depth takes so few values
    that it jumps; this one does not.
    """
    x = np.asarray(values, np.float64).ravel()
    sigma = float(x.std()) if len(x) > 1 else float("nan")
    for _ in range(10):
        x = x[np.abs(x - x.mean()) <= cut * sigma] if sigma > 0 else x
        last, sigma = sigma, float(x.std()) if len(x) > 1 else float("nan")
        if not abs(last - sigma) > 1e-3 * sigma:
            break
    return sigma


def unevenness(values: npt.NDArray[np.float32], mask: Mask, radius: float = WIDE) -> float:
    """Deviation of a map from its own wide mean: noise, without what truly differs from place
    to place.

    A wide mean takes a little of the noise along; that share is given back as for noise that
    neighbours do not share.
    """  # fmt: skip
    weight = mask.astype(np.float32)
    mean, share = blurred(np.where(mask, values, 0), weight, radius)
    inner = mask & (share > 0.9)
    point = np.zeros(int(8 * radius) + 1)
    point[len(point) // 2] = 1
    kernel = ndimage.gaussian_filter1d(point, radius, truncate=3.0)
    kept = 1 - 2 * kernel.max() ** 2 + float((kernel**2).sum()) ** 2
    return clipped_deviation((values - mean)[inner]) / math.sqrt(kept)


def noise_floor(
    frames: Sequence[Frame | npt.NDArray[Any]],
    intrinsics: Intrinsics,
    *,
    rounding: Literal["removed", "kept"] = "removed",
) -> float:
    """Standard deviation of one pixel's depth in one frame [m].

    Parameters
    ----------
    frames : two or more of a face that hardly moves; each is compared with the next
    intrinsics : the camera
    rounding : ``"removed"`` takes the share of rounding to whole raw units, a twelfth of a unit
        squared, out of maps of whole numbers; ``"kept"`` leaves it in

    Raises
    ------
    ValueError
        There are fewer than two frames, or they share no surface.

    Notes
    -----
    Outlines are left out, and so is what changes alike over about 8 pixels: a slow turn of the
    head, or moving skin, is no noise. NaN never comes back.

    Source: E3-21.
    """
    if len(frames) < 2:
        raise ValueError(f"{len(frames)} frame(s): noise shows in the difference of two or more.")
    raw = [each.depth if isinstance(each, Frame) else np.asarray(each) for each in frames]
    maps = [metres(each, intrinsics) for each in raw]
    squares = []
    for before, after in pairwise(maps):
        mask = (before > 0) & (after > 0) & ~outlines(before) & ~outlines(after)
        sigma = unevenness(after - before, mask)
        if not np.isfinite(sigma):
            raise ValueError("the frames share no surface: is their depth valid?")
        squares.append(sigma**2 / 2)
    variance = float(np.mean(squares))
    if rounding == "removed" and raw[0].dtype.kind in "ui":
        variance -= intrinsics.scale**-2 / 12
    return math.sqrt(max(variance, 0.0))


def average(
    frames: Sequence[Frame], how: Literal["mean", "median"] = "mean", *, least: float = 0.5
) -> Frame:
    """One frame of several of the same moment, with less noise; depth is no whole number then.

    Parameters
    ----------
    frames : of one size
    how : ``"mean"``, or ``"median"`` where single frames fail grossly
    least : a pixel without depth in more than this share of the frames stays a hole

    Returns
    -------
    Frame
        float32 depth of the frames that have depth there; the mean picture.

    Raises
    ------
    ValueError
        There is no frame, or sizes differ.

    Source: E3-21.
    """
    if not frames:
        raise ValueError("no frame to average.")
    if len({each.depth.shape for each in frames}) > 1:
        raise ValueError("frames of different sizes cannot be averaged.")
    if len(frames) == 1:
        return frames[0]
    depth = np.stack([each.depth for each in frames]).astype(np.float32)
    valid = np.isfinite(depth) & (depth > 0)
    many = valid.sum(0)
    if how == "mean":
        merged = np.where(valid, depth, 0).sum(0) / np.maximum(many, 1)
    elif how == "median":
        ordered = np.sort(np.where(valid, depth, np.inf), axis=0)
        low, high = np.maximum(many - 1, 0) // 2, many // 2
        high = np.minimum(high, len(frames) - 1)
        picked = [np.take_along_axis(ordered, at[None], 0)[0] for at in (low, high)]
        merged = (picked[0] + picked[1]) / 2
    else:
        raise ValueError(f"how {how!r} is unknown. Use 'mean' or 'median'.")
    merged = np.where(many >= max(1.0, least * len(frames)), merged, 0).astype(np.float32)
    pictures = [each.colour for each in frames if each.colour is not None]
    colour = None
    if len(pictures) == len(frames):
        colour = np.rint(np.mean(pictures, axis=0)).astype(np.uint8)
    return Frame(merged, colour)


def floor_of(values: Map, mask: Mask, radius: float) -> float:
    """Noise that is left in a map smoothed over ``radius`` pixels [its unit].

    What is even over about three radii is motion and taken off; the rest is smoothed, and its
    deviation taken. So noise that neighbours share counts in full, as far as it is not even too.
    """
    weight = mask.astype(np.float32)
    size = 2 * int(max(3 * radius, WIDE)) + 1
    share = ndimage.uniform_filter(weight, size, mode="constant")
    wide = ndimage.uniform_filter(values * weight, size, mode="constant")
    fine = (values - wide / np.maximum(share, 1e-6)) * weight
    smooth, share = blurred(fine, weight, radius)
    return clipped_deviation(smooth[mask & (share > 0.5)]) / math.sqrt(_kept(radius, size))


def _kept(radius: float, size: int) -> float:
    """Share of the variance of smoothed white noise that is not in its mean over ``size``."""
    point = np.zeros(2 * size + 1)
    point[size] = 1
    narrow = ndimage.gaussian_filter1d(point, radius, truncate=3.0)
    wide = ndimage.uniform_filter1d(narrow, size, mode="constant")
    both, most = float(narrow @ wide) ** 2, float(narrow @ narrow) ** 2
    return 1 + (float(wide @ wide) ** 2 - 2 * both) / most
