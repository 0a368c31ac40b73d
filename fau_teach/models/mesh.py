"""What a mesh convolution needs of a mesh: its graph Laplacian and the way to coarser meshes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from fau_teach.face.mesh import Float, Int, half_edges
from fau_teach.face.subdivision import Hierarchy
from fau_teach.models import card


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One resolution.

    Attributes
    ----------
    laplacian : (N, N) sparse, symmetric, eigenvalues from -1 to 1, as Chebyshev polynomials need
    pool : (N', N) sparse, rows sum to 1: the way to the next stage
    """

    laplacian: sp.csr_array
    pool: sp.csr_array

    def permuted(self, order: npt.NDArray[np.intp], coarse: npt.NDArray[np.intp]) -> Stage:
        """The same stage with vertices in another order, here (N,) and one stage on (N',)."""
        laplacian = self.laplacian[order][:, order]
        return Stage(sp.csr_array(laplacian), sp.csr_array(self.pool[coarse][:, order]))


def laplacian(weights: sp.csr_array) -> sp.csr_array:
    """Scaled Laplacian -D^-1/2 W D^-1/2 of a symmetric graph of weights (N, N).

    That is 2 L / 2 - I with the normalised Laplacian L, whose eigenvalues are at most 2.
    """
    degree = np.asarray(weights.sum(axis=1)).ravel()
    scale = sp.diags_array(1 / np.sqrt(np.maximum(degree, 1e-12)))
    return sp.csr_array(-(scale @ weights @ scale))


def adjacency(faces: Int, size: int) -> sp.csr_array:
    """Which vertices share an edge: (N, N) of 0 and 1."""
    a, b = half_edges(faces).T
    found = sp.csr_array((np.ones(2 * len(a)), (np.r_[a, b], np.r_[b, a])), shape=(size, size))
    found.data[:] = 1
    return found


def clusters(vertices: Float, number: int) -> sp.csr_array:
    """Means over `number` patches of a surface: (number, N), rows sum to 1.

    Centres are the farthest points from those chosen before; each vertex goes to the nearest.
    """
    far, nearest = np.full(len(vertices), np.inf), np.zeros(len(vertices), np.intp)
    centre = 0
    for k in range(number):
        away = ((vertices - vertices[centre]) ** 2).sum(axis=1)
        nearest[away < far] = k
        far = np.minimum(far, away)
        centre = int(far.argmax())
    parts = sp.csr_array(
        (np.ones(len(vertices)), (nearest, np.arange(len(vertices)))), shape=(number, len(vertices))
    )
    return sp.csr_array(sp.diags_array(1 / np.asarray(parts.sum(axis=1)).ravel()) @ parts)


def stages(hierarchy: Hierarchy, level: int = 0, sizes: tuple[int, ...] = ()) -> tuple[Stage, ...]:
    """From a level of the subdivision to the cage, and on to coarser patches.

    Down to the cage each vertex takes the mean of the finer vertices that it had a share in, by
    the subdivision matrix, turned round; below the cage `sizes` patches each, by default as many
    as the card says.

    Source: S1-017.
    """
    cage, found = hierarchy.levels[0], []
    for k in range(level, 0, -1):
        mesh, spread = hierarchy.levels[k], hierarchy.matrices[k - 1].T
        share = sp.diags_array(1 / np.asarray(spread.sum(axis=1)).ravel())
        graph = adjacency(mesh.faces, len(mesh.vertices))
        found.append(Stage(laplacian(graph), sp.csr_array(share @ spread)))
    graph, place = adjacency(cage.faces, len(cage.vertices)), cage.vertices
    for size in sizes or (card.whole("patches"),):
        pool = clusters(place, size)
        found.append(Stage(laplacian(graph), pool))
        joined = sp.csr_array(pool != 0, dtype=float)
        graph, place = sp.csr_array(joined @ graph @ joined.T), pool @ place
        graph.setdiag(0)
        graph.eliminate_zeros()
    return tuple(found)
