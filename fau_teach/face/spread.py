"""What the spread of a force over the skin tells: areas, mean directions, what these lose."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fau_teach.face.mesh import Float


def mean_directions(spread: Float) -> Float:
    """The one vector per muscle that comes nearest to its forces: their sum (M, 3) [N per N].

    `spread` is (3N, M) of variant ``"used"``.
    """
    return np.asarray(spread.reshape(-1, 3, spread.shape[1]).sum(axis=0).T)


def unexplained(field: Float, groups: npt.NDArray[np.intp]) -> float:
    """Share of the energy that remains if each group of vectors is replaced by its mean.

    Parameters
    ----------
    field : (n, 3) or (n, 2) vectors
    groups : (n,) group of each vector, from 0

    Returns
    -------
    0 to 1; on a ring of 36 pulling to its centre 1, .594, .187, .050, .012 for 1, 2, 4, 8, 16
    sectors

    Source: S1-006.
    """
    count = np.bincount(groups).astype(float)
    means = np.stack([np.bincount(groups, x) / np.maximum(count, 1) for x in field.T], axis=1)
    return float(np.sum((field - means[groups]) ** 2) / np.sum(field**2))


def effective_areas(spread: Float, share: float = 0.05) -> npt.NDArray[np.bool_]:
    """Mask of the vertices that each muscle holds (N, M), from variant ``"used"`` (3N, M).

    `share` is the least force that counts, relative to the largest of the same muscle.

    Source: S1-007.
    """
    size = np.linalg.norm(spread.reshape(-1, 3, spread.shape[1]), axis=1)
    return np.asarray(size >= share * size.max(axis=0))
