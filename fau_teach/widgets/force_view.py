"""Force view: a smile of the teaching face with the forces that make, hold and stop it.

Python integrates the equation of motion; the module in the browser plays what came out.
"""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

import traitlets

from fau_teach.widgets._base import check_option, read_text
from fau_teach.widgets._panel import short, table_html
from fau_teach.widgets.faceview import FaceFigure

FACE = "Ana"
RATE = 100
"""Frames a second."""
FINE = 5
"""Steps of the integration in a frame."""
LEAST = 0.02
"""Force on the skin that is drawn, as a share of the largest."""
TERMS = ("muscle", "elastic", "damping", "inertia")
COLOURINGS = ("skin", "force", "heat")
SCENES: dict[str, tuple[str, dict[str, Any]]] = {
    "held": ("Held smile", {"seconds": 2.0}),
    "brief": ("Brief smile", {"seconds": 0.6, "rise": 0.08, "hold": 0.04, "fall": 0.1}),
}


@cache
def force_view_data() -> dict[str, Any]:
    """What the module plays; treat it as read-only.

    Returns
    -------
    dictionary with ``scenes`` (title, four terms a frame as shares of the force of the held
    smile), the ``rate`` [1/s], the ``code`` that shows on the face with its ``activation``, and
    the ``force`` on the skin: vertices of level 1 and kPa at that activation
    """
    import numpy as np

    from fau_teach import force
    from fau_teach.face import face
    from fau_teach.force.balance import balance, pressure

    ana = face(FACE)
    system, a = force.reduced(ana), force.activations(ana, "12D")
    scenes = []
    for name, (title, shape) in SCENES.items():
        step = 1 / (RATE * FINE)
        drive = force.envelope(step=step, **shape)[:, None] * a
        terms = balance(system, force.integrate(system, drive, step=step), drive)
        rows = {one: np.round(getattr(terms, one)[::FINE], 4).tolist() for one in TERMS}
        scenes.append({"id": name, "title": title, **rows})
    load = pressure(ana, a)
    held = np.flatnonzero(load > LEAST * load.max())
    return {
        "scenes": scenes,
        "rate": RATE,
        "code": "12",
        "activation": round(float(a.max()), 4),
        "vertices": held.tolist(),
        "load": np.round(load[held], 3).tolist(),
    }


class ForceView(FaceFigure):
    """A smile over time: the face, coloured by force or by movement, and the balance of forces.

    Parameters
    ----------
    scene : ``"held"`` or ``"brief"``
    colouring : ``"skin"``, ``"force"`` (pull of the muscles on the skin) or ``"heat"`` (way)
    frame : frame shown at first

    Raises
    ------
    ValueError
        Unknown scene or colouring.

    Source: S1-015, S1-059; E1-02.
    """

    figure = "force_view"
    library: ClassVar[tuple[str, ...]] = ("faceview_face.js", "faceview_gl.js")

    scene = traitlets.Unicode("held").tag(sync=True)
    colouring = traitlets.Unicode("force").tag(sync=True)
    frame = traitlets.Int(100).tag(sync=True)

    def __init__(
        self, scene: str = "held", colouring: str = "force", frame: int = 100, **kwargs: Any
    ) -> None:
        check_option("a scene", scene, SCENES)
        check_option("a colouring", colouring, COLOURINGS)
        kwargs.setdefault("label", "A smile and its forces: muscle, elastic, damping, inertia")
        super().__init__(
            data=force_view_data(), face=FACE, scene=scene, colouring=colouring, frame=frame,
            **kwargs,
        )  # fmt: skip

    @classmethod
    def module_text(cls) -> str:
        """JavaScript of the figure: the face, the helpers of panels, and its own."""
        names = (*cls.library, "common.js", "panel.js", f"{cls.figure}.js")
        return "\n".join(map(read_text, names))

    @classmethod
    def style_text(cls) -> str:
        """CSS of the figure, complete."""
        return "\n".join(map(read_text, ("common.css", "panel.css", f"{cls.figure}.css")))

    def fallback_html(self) -> str:
        """Table: the four terms at some moments of each smile."""
        data = self.data
        rows = []
        for one in data["scenes"]:
            last = len(one["muscle"]) - 1
            for frame in sorted({round(last * k / 8) for k in range(9)}):
                values = (short(round(one[name][frame], 2) + 0.0) for name in TERMS)
                rows.append((f"{one['title']}, {frame / data['rate']:.2f} s", *values))
        caption = "Forces along a smile, as shares of the muscle force at its height."
        return table_html(caption, ("moment", *TERMS), rows)
