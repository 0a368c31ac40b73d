"""FaceView: the teaching face, live in the page.

Python packs one identity of :mod:`fau_teach.face`; the module in the browser poses, subdivides
and draws it with the same formulae. A page keeps the packed faces in files of their own, so that
sixty figures of one identity carry it once.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

import traitlets

from fau_teach import anatomy, clip, facs
from fau_teach._data import read_csv
from fau_teach.clip import sampled
from fau_teach.widgets._base import Figure, check_option

COLOURINGS = ("skin", "nerves", "heat")
# Okabe and Ito's colours, apart from each other in every kind of colour vision.
BRANCHES = {
    "VII_temporal": "#0072b2",
    "VII_zygomatic": "#e69f00",
    "VII_buccal": "#009e73",
    "VII_marginal_mandibular": "#cc79a7",
    "VII_cervical": "#56b4e9",
}
_GROUPS = {"upper": "Brows and eyes", "lower": "Nose, mouth and jaw"}
_KINDS = {"AD": "Further movements", "head": "Head", "eye": "Eyes"}
_SIDES = {"L": "left", "R": "right"}
__all__ = ["FaceFigure", "FaceView", "data_uri", "face_script", "packed", "sampled"]


@cache
def packed(name: str) -> str:
    """The identity of this name as base64, with its muscles."""
    from fau_teach.face import face, overlay, pack

    one = face(name)
    muscles = overlay.overlay(one.base, proportions=one.identity.proportions)
    return pack.to_text(one, muscles)


def face_script(name: str) -> str:
    """Text of ``_static/faces/<name>.js``, which carries one identity for a whole page."""
    key, text = json.dumps(f"{name} data"), json.dumps(packed(name))
    return f"(globalThis.nerveToLabelFaces ||= {{}})[{key}] = {text};\n"


@cache
def _units() -> tuple[list[Any], ...]:
    """Code, label, name, group and sides of everything that the face can show.

    From the tables alone: the face itself needs NumPy, which a browser has to fetch.
    """
    found = []
    for code in dict.fromkeys(row["code"] for row in read_csv("face/actions.csv", ("code",))):
        unit = facs.au(code)
        group = _KINDS.get(unit.kind) or _GROUPS[unit.half]
        found.append([code, unit.label, unit.name, group, list(clip.sides(code))])
    order = [*_GROUPS.values(), *_KINDS.values()]
    return tuple(sorted(found, key=lambda unit: order.index(unit[3])))


@cache
def _nerves() -> tuple[dict[str, str], dict[str, list[str]]]:
    """Names of muscles, and the branches of each in the order of the legend."""
    names, branches = {}, {}
    for muscle in anatomy.muscles():
        names[muscle.id] = muscle.name
        driven = anatomy.branches_of(muscle.id)
        if found := [branch for branch in BRANCHES if branch in driven]:
            branches[muscle.id] = found
    return names, branches


def _data() -> dict[str, Any]:
    names, nerves = _nerves()
    return {
        "letters": [
            [row["letter"], float(row["low"]), float(row["activation"])]
            for row in read_csv("clip/intensity.csv")
        ],
        "units": list(_units()),
        "muscles": names,
        "nerves": nerves,
        "branches": [[one, anatomy.nerve(one).name, colour] for one, colour in BRANCHES.items()],
    }


def _notes(script: clip.Clip) -> list[list[Any]]:
    """When each code of a clip shows: first frame, frame after the last, label, name."""
    return [
        [one.onset, one.offset, f"{facs.au(one.code).label}{one.side}", facs.au(one.code).name]
        for one in script.key().items
    ]


def _pose(pose: str | Mapping[tuple[str, str], float]) -> dict[str, float]:
    """Code and side, as in a sampled clip, to activation."""
    from fau_teach.face import actions

    if isinstance(pose, str):
        pose = actions.read(pose)
    for (code, side), activation in pose.items():
        actions.weights(code, side)  # refuses what the face cannot show
        if not 0 <= activation <= 1:
            raise ValueError(f"{code} {side}: activation {activation} is not between 0 and 1.")
    letters = {side: letter for letter, side in _SIDES.items()}
    return {f"{code}/{letters.get(side, '')}": float(x) for (code, side), x in pose.items()}


class FaceFigure(Figure):
    """A figure that shows the teaching face; its module finds geometry and drawing in scope."""

    library: ClassVar[tuple[str, ...]] = ("faceview_face.js", "faceview_gl.js")

    face = traitlets.Unicode(help="Name of the identity.").tag(sync=True)
    pack = traitlets.Unicode(help="The identity, packed; empty where the page has it.").tag(
        sync=True
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.on_msg(self._answer)

    def _answer(self, _: Any, content: Any, __: Any) -> None:
        """Send the face to a live view that asks for it; a page has it in a file."""
        if content == "face":
            self.pack = packed(self.face)


class FaceView(FaceFigure):
    """The teaching face: plays a clip, or shows a pose and lets the reader change it.

    Parameters
    ----------
    face : name of an identity, or any text, which is the seed of one
    pose : a score in notation such as ``"6C+L12D"``, or (code, side) to activation 0 to 1
    script : the clip to play; then ``pose`` is not used
    colouring : ``"skin"``, ``"nerves"`` (branch of the facial nerve) or ``"heat"`` (displacement)
    muscles : whether fibres are drawn on the skin
    yaw, pitch : turn of the view to the subject's left and up [deg]
    compact : a small card without controls
    panel : whether the sliders of the action units are shown at first
    autoplay : whether the clip starts when it is seen; never where less motion is asked for
    loop : whether the clip begins again at its end
    codes : whether the codes stand beside a clip, each marked while it shows, as its key says
    frame : frame shown at first; -1 for the one in which most happens
    still : address or data URI of a picture, shown where the face cannot be
    label : what is to be seen, for readers who do not see it

    Raises
    ------
    ValueError
        The face cannot show the pose, or an option is unknown.
    """

    figure = "faceview"

    pose = traitlets.Dict(help="Code/side to activation.").tag(sync=True)
    drive = traitlets.Dict(help="A sampled clip, or empty.").tag(sync=True)
    colouring = traitlets.Unicode("skin").tag(sync=True)
    muscles = traitlets.Bool(False).tag(sync=True)
    yaw = traitlets.Float(0.0).tag(sync=True)
    pitch = traitlets.Float(0.0).tag(sync=True)
    compact = traitlets.Bool(False).tag(sync=True)
    panel = traitlets.Bool(False).tag(sync=True)
    autoplay = traitlets.Bool(False).tag(sync=True)
    loop = traitlets.Bool(True).tag(sync=True)
    notes: traitlets.List[Any] = traitlets.List(
        help="First frame, frame after the last, code, name."
    ).tag(sync=True)
    frame = traitlets.Int(-1).tag(sync=True)
    still = traitlets.Unicode(help="Address of a picture.").tag(sync=True)

    def __init__(
        self,
        face: str = "",
        pose: str | Mapping[tuple[str, str], float] = "0",
        script: clip.Clip | None = None,
        colouring: str = "skin",
        codes: bool = False,
        **kwargs: Any,
    ) -> None:
        try:
            from fau_teach.face import DEFAULT
        except ModuleNotFoundError as missing:
            problem = "The face needs NumPy. Install it; in JupyterLite, run “import numpy” in a"
            raise ModuleNotFoundError(f"{problem} cell, with the network on.") from missing

        check_option("a colouring", colouring, COLOURINGS)
        kwargs.setdefault("label", "The teaching face")
        super().__init__(
            data=_data(),
            face=face or DEFAULT,
            pose=_pose(pose),
            drive=sampled(script) if script else {},
            colouring=colouring,
            notes=_notes(script) if script and codes else [],
            **kwargs,
        )

    def fallback_html(self) -> str:
        """The still picture, or what it would show."""
        if not self.still:
            return super().fallback_html()
        source, label = html.escape(self.still), html.escape(self.label)
        return f'<img class="ntl-still" src="{source}" alt="{label}">'


def data_uri(png: bytes) -> str:
    """A PNG picture as an address that carries it."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
