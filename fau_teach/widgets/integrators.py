"""Integrator playground: a smile stepped through time, and what a step too long does to it.

The module in the browser steps the modes of the face itself; a page test compares it with
:func:`stepped`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import traitlets

from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, table_html

if TYPE_CHECKING:
    from fau_teach.face.mesh import Float
    from fau_teach.force import Motion, Reduced

METHODS = ("euler", "semi-implicit", "rk4", "implicit", "newmark", "exact")
STEPS = (0.25, 0.5, 1, 2, 2.3, 2.4, 2.5, 3, 4, 4.2, 5, 5.5, 6, 8, 10, 20, 40)
"""Steps [ms]; 40 ms is a frame of a film of 25 a second."""
SECONDS, START = 1.0, 0.1
MUSCLE, CORNER = "zygomaticus_major_left", 54
PRESETS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("just below the limit", {"method": "euler", "step": 2.4, "elastic": True, "damping": True}),
    ("above it", {"method": "euler", "step": 3, "elastic": True, "damping": True}),
    ("a film frame, exact", {"method": "exact", "step": 40, "elastic": True, "damping": True}),
    ("Eq. 5 and 6", {"method": "euler", "step": 40, "elastic": False, "damping": False}),
)


@cache
def face_system(elastic: bool = True, damping: bool = True) -> Reduced:
    """The teaching face in one coordinate a muscle, with or without two of its terms."""
    from fau_teach import force
    from fau_teach.face import face

    whole = force.reduced(face())
    return whole if elastic and damping else whole.but(K=whole.K * elastic, D=whole.D * damping)


@cache
def corner() -> Float:
    """(n,) how far each coordinate moves the left corner of the mouth [mm].

    Counted along the way on which the muscle alone pulls it.
    """
    from fau_teach.force.observe import vertices68

    system, at = face_system(), 3 * vertices68()[CORNER]
    moved = 1e3 * system.B[:, at : at + 3]
    way = moved[system.inputs.index(MUSCLE)]
    along: Float = moved @ way / float(way @ way) ** 0.5
    return along


@cache
def _rise() -> float:
    from fau_teach.force.material import value

    return value("onset")


def stepped(
    method: str, step_ms: float, elastic: bool = True, damping: bool = True
) -> tuple[Motion, Float]:
    """What the figure shows: the motion, and the corner of the mouth (T,) [mm].

    Source: S1-016; E1-04.
    """
    import numpy as np

    from fau_teach import force

    system, step = face_system(elastic, damping), step_ms / 1e3
    level = force.envelope(SECONDS, step, start=START, rise=_rise(), hold=2 * SECONDS)
    drive = np.zeros((len(level), len(system.inputs)))
    drive[:, system.inputs.index(MUSCLE)] = level
    found = force.integrate(system, drive, step=step, method=method, allow_unstable=True)
    with np.errstate(over="ignore", invalid="ignore"):
        return found, found.c @ corner()


@cache
def integrators_data() -> dict[str, Any]:
    """Modes of the face, drive and limits; treat it as read-only.

    Returns
    -------
    dictionary with ``modes``: angular frequency [1/s], damping [1/s], load at full activation and
    displacement of the corner [mm] of each; ``limits``: by the two switches and method [ms], null
    where there is none
    """
    from fau_teach import force

    system = face_system()
    modes = system.modes
    load = modes.shapes.T @ system.G[:, system.inputs.index(MUSCLE)]
    out = modes.shapes.T @ corner()
    columns = (modes.omega, modes.decay, load, out)
    limits: dict[str, dict[str, float | None]] = {}
    for elastic in (True, False):
        for damping in (True, False):
            one = {name: force.limit(face_system(elastic, damping), name) for name in METHODS}
            limits[f"{elastic:d}{damping:d}"] = {
                name: None if value == float("inf") else round(1e3 * value, 2)
                for name, value in one.items()
            }
    return {
        "modes": [[float(f"{value:.9g}") for value in row] for row in zip(*columns, strict=True)],
        "methods": [[name, force.METHODS[name].title] for name in METHODS],
        "limits": limits,
        "steps": list(STEPS),
        "presets": [list(one) for one in PRESETS],
        "seconds": SECONDS,
        "start": START,
        "rise": _rise(),
    }


class Integrators(Panel):
    """One muscle pulls and holds: displacement and energy by method and step.

    Parameters
    ----------
    method : one of ``METHODS``
    step : one of ``STEPS`` [ms]
    elastic, damping : whether the equation has this term

    Raises
    ------
    ValueError
        Unknown method or step.

    Source: S1-016, S1-020; E1-02, E1-04.
    """

    figure = "integrators"

    method = traitlets.Unicode("euler").tag(sync=True)
    step = traitlets.Float(2.4).tag(sync=True)
    elastic = traitlets.Bool(True).tag(sync=True)
    damping = traitlets.Bool(True).tag(sync=True)

    def __init__(
        self,
        method: str = "euler",
        step: float = 2.4,
        *,
        elastic: bool = True,
        damping: bool = True,
        **kwargs: Any,
    ) -> None:
        check_option("a method", method, METHODS)
        check_option("a step of the slider", f"{step:g}", (f"{one:g}" for one in STEPS))
        kwargs.setdefault("label", "Six methods and many steps: a smile stepped through time")
        super().__init__(
            data=integrators_data(),
            method=method,
            step=step,
            elastic=elastic,
            damping=damping,
            **kwargs,
        )

    def fallback_html(self) -> str:
        """Table: what each method makes of the smile at five steps."""
        steps = (1, 2.4, 5, 10, 40)
        data = integrators_data()
        rows = []
        for name, title in data["methods"]:
            limit = data["limits"]["11"][name]
            cells = [
                "grows" if limit is not None and step > limit else f"{_error(name, step):.2g} mm"
                for step in steps
            ]
            rows.append((title, "none" if limit is None else f"{limit} ms", *cells))
        heads = ("method", "largest stable step", *(f"{step} ms" for step in steps))
        caption = (
            "Largest error of the corner of the mouth, which travels "
            f"{corner() @ _rest():.1f} mm, with elasticity and damping."
        )
        return table_html(caption, heads, rows)


def _rest() -> Float:
    """Coordinates (n,) at rest under the full pull."""
    import numpy as np

    system = face_system()
    return system.rest(np.eye(len(system.inputs))[system.inputs.index(MUSCLE)])


@cache
def _error(method: str, step_ms: float) -> float:
    """Largest difference to the exact motion [mm] with elasticity and damping."""
    import numpy as np

    fine = int(np.ceil(step_ms))
    exact = stepped("exact", step_ms / fine)[1][::fine]
    return float(abs(stepped(method, step_ms)[1] - exact).max())
