"""Hidden force: muscles that pull against each other, and what of it reaches the skin.

Python computes movements, forces and intervals; the module adds them up by the two sliders.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import traitlets

from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, table_html

if TYPE_CHECKING:
    from fau_teach.face.mesh import Float
    from fau_teach.force.hidden import CoContraction
    from fau_teach.force.observe import Observer

GRID = 20
"""Steps of each slider, of 5 % each."""
NOISES_MM = (0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class Example:
    """A muscle of both sides, and those that hold against it."""

    id: str
    title: str
    muscle: str
    against: tuple[str, ...]

    @property
    def found(self) -> CoContraction:
        """Half of the muscle, and how strongly the others have to pull to hide it."""
        from fau_teach.force import hidden

        return hidden.co_contraction(hidden.both_sides(_dense()), self.muscle, self.against)


EXAMPLES = (
    Example(
        "corner", "A smile held back", "zygomaticus_major",
        ("depressor_anguli_oris", "incisivii_labii", "orbicularis_oris_rounding"),
    ),
    Example(
        "brow", "Brows up and down", "frontalis_medial", ("depressor_supercilii", "procerus"),
    ),
    Example(
        "lips", "Lips in and out", "orbicularis_oris_tuck",
        ("orbicularis_oris_protrusion_lower", "orbicularis_oris_protrusion_upper"),
    ),
)  # fmt: skip


@cache
def _dense() -> Observer:
    from fau_teach.face import face
    from fau_teach.force import observe

    return observe.dense(face())


@cache
def half_widths() -> dict[str, Float]:
    """Half of the 95 % interval of each activation (84,) at noise 1 mm, by observer.

    All muscles of both sides are unknown.
    """
    from fau_teach.face import face
    from fau_teach.force import identify, observe

    observers = (_dense(), observe.landmarks68(face()), observe.depth(face()))
    return {one.name: identify.precision(one, 1e-3).half for one in observers}


@cache
def movements(identity: str) -> tuple[Float, Float]:
    """Displacement (2, N, 3) of the dense mesh and (2, 68, 3) of the points [mm].

    First by the muscle at a half, then by those that hold against it.
    """
    import numpy as np

    from fau_teach.face import face
    from fau_teach.force import hidden, observe

    example = next(one for one in EXAMPLES if one.id == identity)
    values = example.found.values
    alone = np.where(np.array(example.found.names) == example.muscle, values, 0)
    both = np.stack([alone, values - alone])
    observers = (_dense(), observe.landmarks68(face()))
    dense, few = (1e3 * hidden.both_sides(one).of(both) for one in observers)
    return dense.reshape(2, -1, 3), few.reshape(2, -1, 3)


@cache
def hidden_data() -> dict[str, Any]:
    """Everything the figure draws; treat it as read-only.

    Returns
    -------
    dictionary with ``rest``: the 68 points [0.1 mm]; for each example ``moved``: their way by
    either group [0.01 mm], ``most``: largest movement of the dense mesh by both sliders
    [0.01 mm], ``muscles``: name, slider, activation, force of a side [N] at 100 % and half
    widths by observer at noise 1 mm
    """
    import numpy as np

    from fau_teach.face import face
    from fau_teach.force.observe import vertices68

    who = face()
    shares = np.linspace(0, 1, GRID + 1)
    examples = []
    for one in EXAMPLES:
        dense, few = movements(one.id)
        most = [
            np.linalg.norm(x * dense[0] + shares[:, None, None] * dense[1], axis=2).max(axis=1)
            for x in shares
        ]
        values = dict(zip(one.found.names, one.found.values, strict=True))
        muscles = []
        for name in (one.muscle, *one.against):
            at = who.names.index(f"{name}_left")
            wide = {key: round(float(half[at]), 3) for key, half in half_widths().items()}
            pull = float(values[name] * who.strengths[at])
            muscles.append({
                "name": name.replace("_", " "), "group": int(name != one.muscle),
                "activation": round(float(values[name]), 4), "force": round(pull, 4), "half": wide,
            })  # fmt: skip
        examples.append({
            "id": one.id, "title": one.title, "muscles": muscles,
            "moved": np.rint(100 * few).astype(int).reshape(2, -1).tolist(),
            "most": np.rint(100 * np.array(most)).astype(int).ravel().tolist(),
        })  # fmt: skip
    points = who.base.vertices[list(vertices68())]
    return {
        "rest": np.rint(10 * points).astype(int).ravel().tolist(),
        "examples": examples, "observers": list(half_widths()), "noises": list(NOISES_MM),
        "grid": GRID,
    }  # fmt: skip


class HiddenForce(Panel):
    """Two sliders of muscles that hold against each other: skin, forces, and who can tell.

    Parameters
    ----------
    example : ``"corner"``, ``"brow"`` or ``"lips"``
    pull : the muscle, in percent of a half activation, in steps of 5
    hold : the others, in percent of what hides that best
    noise : of one reading [mm], one of ``NOISES_MM``

    Raises
    ------
    ValueError
        Unknown example or noise.
    traitlets.TraitError
        A percentage is out of range.

    Source: S1-019, S1-025; E1-06.
    """

    figure = "hidden_force"

    example = traitlets.Unicode("corner").tag(sync=True)
    pull = traitlets.Int(100, min=0, max=100).tag(sync=True)
    hold = traitlets.Int(0, min=0, max=100).tag(sync=True)
    noise = traitlets.Float(0.3).tag(sync=True)

    def __init__(
        self,
        example: str = "corner",
        pull: int = 100,
        hold: int = 0,
        noise: float = 0.3,
        **kwargs: Any,
    ) -> None:
        check_option("an example", example, (one.id for one in EXAMPLES))
        check_option("a noise", f"{noise:g}", (f"{one:g}" for one in NOISES_MM))
        kwargs.setdefault("label", "Hidden force: muscles that hold against each other")
        super().__init__(
            data=hidden_data(), example=example, pull=pull, hold=hold, noise=noise, **kwargs
        )

    def fallback_html(self) -> str:
        """Table: skin and force of each example, alone and held."""
        rows = []
        for one in hidden_data()["examples"]:
            force = [sum(m["force"] for m in one["muscles"] if m["group"] <= k) for k in (0, 1)]
            skin = (one["most"][-GRID - 1] / 100, one["most"][-1] / 100)
            half = one["muscles"][0]["half"]
            rows.append((
                one["title"], *(f"{value:.1f} mm" for value in skin),
                *(f"{value:.2f} N" for value in force),
                *(f"± {0.3 * value:.2f}" for value in half.values()),
            ))  # fmt: skip
        heads = ("example", "skin, muscle alone", "skin, held", "force, alone", "force, held",
                 *(f"{name}, 95 %" for name in half_widths()))  # fmt: skip
        caption = (
            "A muscle of both sides at half activation, alone and with others that hold against "
            "it: largest movement of the skin, force of one side, and how well its activation is "
            "read by three observers at 0.3 mm of noise."
        )
        return table_html(caption, heads, rows)
