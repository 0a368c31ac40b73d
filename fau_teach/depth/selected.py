"""The points that go into a network: 2048 rows of position and three motion channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

COUNT = 2048
"""Points of one clip (S3-019)."""


@dataclass(frozen=True, slots=True, eq=False)
class Selected:
    """Chosen points of one pair of frames.

    Parameters
    ----------
    rows : (n, 6) float32: x, y, z in the onset frame [m], then three channels from 0 to 1
    pixels : (n,) flat pixel v * width + u of each row in the onset frame
    delta : (n, 3) apex minus onset [m]
    shape : rows and columns of the depth maps
    repeated : how many rows, the last ones, only fill up

    Source: S3-021 (shape and type), S3-022 (filling up).
    """

    rows: npt.NDArray[np.float32]
    pixels: npt.NDArray[np.int64]
    delta: npt.NDArray[Any]
    shape: tuple[int, int]
    repeated: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def points(self) -> npt.NDArray[np.float32]:
        """(n, 3) positions [m]."""
        return self.rows[:, :3]

    @property
    def channels(self) -> npt.NDArray[np.float32]:
        """(n, 3) motion channels from 0 to 1."""
        return self.rows[:, 3:]

    @property
    def distinct(self) -> npt.NDArray[np.int64]:
        """The chosen pixels, each once, best first."""
        return self.pixels[: len(self.pixels) - self.repeated]

    @property
    def mask(self) -> npt.NDArray[np.bool_]:
        """(height, width) the chosen pixels."""
        chosen = np.zeros(self.shape, np.bool_)
        chosen.flat[self.distinct] = True
        return chosen


def choose(
    order: npt.ArrayLike,
    points: npt.NDArray[Any],
    channels: npt.NDArray[Any],
    delta: npt.NDArray[Any],
    pixels: npt.NDArray[Any],
    shape: tuple[int, int],
    *,
    count: int = COUNT,
    seed: int = 0,
) -> Selected:
    """The first ``count`` points of an order; too few are filled up by drawing with replacement.

    Parameters
    ----------
    order : (m,) numbers of points, best first
    points, channels, delta : (N, 3) position [m], channels from 0 to 1, motion [m]
    pixels : (N,) flat pixel of each point
    shape : rows and columns of the depth maps
    count : rows wanted
    seed : of the drawing

    Raises
    ------
    ValueError
        ``count`` is below 1, or no point is left to choose from.

    Source: S3-022: the source prints no rule for fewer points, so this one is ours. The points
    that are there stand first, once each; the draws follow and are counted as ``repeated``.
    """
    if count < 1:
        raise ValueError(f"count {count!r}: use a whole number from 1.")
    best = np.asarray(order, np.int64)[:count]
    if not len(best):
        raise ValueError(
            "no point is left to choose from: the frames share no pixel with depth, or the "
            "filter dropped all."
        )
    missing = count - len(best)
    if missing:
        drawn = np.random.default_rng(seed).choice(best, missing)
        best = np.concatenate([best, drawn])
    rows = np.empty((count, 6), np.float32)
    rows[:, :3], rows[:, 3:] = points[best], channels[best]
    return Selected(rows, np.asarray(pixels)[best].astype(np.int64), delta[best], shape, missing)


def top(amount: npt.ArrayLike, count: int = COUNT) -> npt.NDArray[np.int64]:
    """Numbers of the ``count`` largest values, largest first; equal ones in their order.

    Chosen by partition, so that a whole frame need not be sorted. Where the smallest chosen value
    occurs more often than there is room, those that stand first are taken.
    """
    values = np.asarray(amount)
    if count >= len(values):
        return np.argsort(-values, kind="stable")
    least = values[np.argpartition(values, len(values) - count)[len(values) - count]]
    above = np.flatnonzero(values > least)
    ties = np.flatnonzero(values == least)[: count - len(above)]
    best = np.concatenate([above, ties])
    return best[np.argsort(-values[best], kind="stable")]
