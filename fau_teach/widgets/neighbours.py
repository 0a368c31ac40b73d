"""Neighbours: which points a network looks at together, on a small cloud of a face.

The module in the browser spreads centres and gathers neighbours itself; a page test compares it
with :mod:`fau_teach.models.point_sampling`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import traitlets

from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, table_html

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

CELL_MM, WIDE_MM, DEEP_MM = 6.5, 78.0, 75.0
COUNTS = (8, 16, 32, 64)
MOST = (8, 16, 32)
RULES = (("nearest", "the nearest"), ("first", "the first in the list"))
ORDERS = (("rows", "row by row, as in the depth map"), ("chance", "shuffled"))
RADII_MM = (5, 40)
#: Brows, nose, eyes and mouth among the 68 points.
LINES = (
    range(17, 22), range(22, 27), range(27, 31), range(31, 36), (*range(36, 42), 36),
    (*range(42, 48), 42), (*range(48, 60), 48), (*range(60, 68), 60),
)  # fmt: skip


@cache
def _seen() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Points (N, 3) of a depth map of the teaching face, and the 68 points, in one frame [mm]."""
    import numpy as np

    from fau_teach.depth import Intrinsics
    from fau_teach.depth.cloud import cloud
    from fau_teach.face import face
    from fau_teach.face.camera import Camera
    from fau_teach.face.depth import depth_map
    from fau_teach.face.picture import scene
    from fau_teach.force.observe import vertices68

    who, camera = face(), Camera(480, 480, 1200.0, 800.0)
    seen = cloud(depth_map(*scene(who, who.posed(), 1), camera), Intrinsics.of(camera))
    points = 1e3 * seen.points.astype(float)
    marks = camera.to_view(who.base.vertices[list(vertices68())]) * (1, -1, -1)
    nearest = points[:, 2].min()
    on_face = (abs(points[:, 0]) < WIDE_MM) & (points[:, 2] < nearest + DEEP_MM)
    on_face &= (points[:, 1] > marks[:, 1].min() - 40) & (points[:, 1] < marks[:, 1].max() + 4)
    points = points[on_face]
    # One point of each cell of a grid, so that the face is covered evenly.
    order = np.random.default_rng(5).permutation(len(points))
    cells = np.floor(points[order, :2] / CELL_MM).astype(int)
    first = order[np.unique(cells, axis=0, return_index=True)[1]]
    points = points[first][np.argsort(seen.pixels[on_face][first])]
    middle = points.mean(0)
    return np.rint(10 * (points - middle)) / 10, np.rint(10 * (marks - middle)) / 10


def cloud_mm() -> npt.NDArray[np.float64]:
    """(N, 3) points of the cloud, counted from their middle [mm].

    x points to the viewer's right, y down, z away; the points stand row by row, in steps of
    0.1 mm, so that the browser counts with the same numbers.
    """
    return _seen()[0]


@cache
def shuffled() -> tuple[int, ...]:
    """The order by chance: places in the order row by row."""
    import numpy as np

    return tuple(np.random.default_rng(7).permutation(len(cloud_mm())).tolist())


def grouped(
    count: int, radius: float, most: int, rule: str, order: str
) -> tuple[npt.NDArray[np.int32], list[npt.NDArray[np.int32]]]:
    """Centres (count,) and the chosen neighbours of each, as places row by row.

    The first centre is the point farthest from the centroid, as in the book's networks.
    """
    import numpy as np

    from fau_teach.models.point_sampling import ball_query, farthest_points

    points = cloud_mm()
    places = np.array(shuffled() if order == "chance" else range(len(points)), np.int32)
    centres = farthest_points(points[None], count, "outermost")[0]
    found, sizes = ball_query(points[None, places], points[None, centres], radius, most, rule)  # type: ignore[arg-type]
    return centres, [places[row[:size]] for row, size in zip(found[0], sizes[0], strict=True)]


@cache
def neighbours_data() -> dict[str, Any]:
    """Everything the figure draws; treat it as read-only.

    Returns
    -------
    dictionary with ``points``: x, y, z one after the other [0.1 mm]; ``shuffled``: an order of
    them; ``lines``: brows, eyes, nose and mouth as lines of the same numbers; and the choices
    of each control
    """
    import numpy as np

    return {
        "points": np.rint(10 * cloud_mm()).astype(int).ravel().tolist(),
        "lines": [np.rint(10 * _seen()[1][list(one)]).astype(int).tolist() for one in LINES],
        "shuffled": list(shuffled()), "counts": list(COUNTS), "most": list(MOST),
        "rules": [list(one) for one in RULES], "orders": [list(one) for one in ORDERS],
        "radii": list(RADII_MM),
    }  # fmt: skip


class Neighbours(Panel):
    """A cloud, centres spread over it, and what lies in the ball around one of them.

    Parameters
    ----------
    count : how many centres, one of ``COUNTS``
    centre : number of the chosen one, from 1
    radius : of the balls [mm]
    most : neighbours that a ball may keep, one of ``MOST``
    rule : ``"nearest"`` or ``"first"``
    order : of the list of points, ``"rows"`` or ``"chance"``

    Raises
    ------
    ValueError
        Unknown choice.
    traitlets.TraitError
        A number is out of its range.

    Source: S3-023; E3-22.
    """

    figure = "neighbours"

    count = traitlets.Int(16).tag(sync=True)
    centre = traitlets.Int(13, min=1, max=max(COUNTS)).tag(sync=True)
    radius = traitlets.Int(25, min=RADII_MM[0], max=RADII_MM[1]).tag(sync=True)
    most = traitlets.Int(16).tag(sync=True)
    rule = traitlets.Unicode("nearest").tag(sync=True)
    order = traitlets.Unicode("rows").tag(sync=True)

    def __init__(
        self,
        count: int = 16,
        centre: int = 13,
        radius: int = 25,
        most: int = 16,
        rule: str = "nearest",
        order: str = "rows",
        **kwargs: Any,
    ) -> None:
        check_option("a number of centres", str(count), map(str, COUNTS))
        check_option("a number of neighbours", str(most), map(str, MOST))
        check_option("a rule", rule, (name for name, _ in RULES))
        check_option("an order", order, (name for name, _ in ORDERS))
        kwargs.setdefault("label", "Neighbours: spread centres, and the ball around each")
        super().__init__(
            data=neighbours_data(), count=count, centre=centre, radius=radius, most=most,
            rule=rule, order=order, **kwargs,
        )  # fmt: skip

    def fallback_html(self) -> str:
        """Table: what balls of several radii hold, and what each rule keeps of it."""
        rows, points = [], len(cloud_mm())
        for radius in (10, 15, 20, 30, 40):
            inside = grouped(self.count, radius, points, "nearest", "rows")[1]
            kept = [
                len(one) for one in grouped(self.count, radius, self.most, "nearest", "rows")[1]
            ]
            seen = len({int(at) for one in inside for at in one})
            changed = []
            for rule, _ in RULES:
                both = [grouped(self.count, radius, self.most, rule, order)[1]
                        for order in ("rows", "chance")]  # fmt: skip
                lost = sum(len({*a.tolist()} - {*b.tolist()}) for a, b in zip(*both, strict=True))
                changed.append(f"{100 * lost / sum(kept):.0f} %")
            mean = sum(map(len, inside)) / len(inside)
            rows.append((f"{radius} mm", f"{mean:.1f}", f"{100 * seen / points:.0f} %", *changed))
        heads = ("radius", "points in a ball", "of the cloud in any ball",
                 "nearest: changed by a shuffle", "first: changed by a shuffle")  # fmt: skip
        caption = (
            f"{self.count} farthest points of {points}, each with at most {self.most} neighbours: "
            "what its ball holds, and how many of the kept ones a shuffle of the list replaces."
        )
        return table_html(caption, heads, rows)
