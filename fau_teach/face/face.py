"""The teaching face: skin, muscles, response and parts of one identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from fau_teach.face import cage
from fau_teach.face import kinematics as motion
from fau_teach.face.actions import MODES, Mix, mix, read, sides, weights
from fau_teach.face.elastic import compression, respond, scaled_to, stiffness
from fau_teach.face.identity import DEFAULT, Identity, identity
from fau_teach.face.kinematics import CONSTANTS
from fau_teach.face.mesh import Float, Int, Mesh
from fau_teach.face.muscles import columns, distribution, loads, muscles, strengths
from fau_teach.face.occlusion import ambient_occlusion
from fau_teach.face.parts import Part
from fau_teach.face.proportions import shaped
from fau_teach.face.tissue import tissue

EACH = ("left", "right")
Scores = Mapping[tuple[str, str], float]
CALIBRATION = ("zygomaticus_major", 10.0)
"""K is scaled so that 1 N of this muscle moves the skin by so many millimetres."""
STRAIN_LENGTH = 2.5
"""Length over which the strain of a column is smoothed [mm]."""


@dataclass(frozen=True, slots=True)
class Posed:
    """One moment of the face.

    Parameters
    ----------
    skin : (N, 3) level-1 vertices [mm]
    strain : (N, 2) compression along u and along v
    parts : (n, 3) vertices of each part, in the order of ``Face.parts``
    modes : kinematic modes, gaze and lids among them
    """

    skin: Float
    strain: Float
    parts: tuple[Float, ...]
    modes: Mapping[str, float]


class Face:
    """One identity of the teaching face.

    Parameters
    ----------
    who : an identity, the name of one, or any text, which is the seed of one

    Attributes
    ----------
    identity : who it is
    hierarchy : the skin at rest at levels 0 to 3
    P : (3N, M) force of each muscle column, column sums of |force| 1 [N per N]
    K : (3N, 3N) stiffness of the skin, symmetric positive definite [N/mm]
    strengths : (M,) force at activation 1 [N]

    Source: S1-006, S1-009, S1-012; E1-08.
    """

    def __init__(self, who: str | Identity = DEFAULT) -> None:
        self.identity = identity(who) if isinstance(who, str) else who
        self.hierarchy = cage.build(shaped(self.identity.proportions))

    def __repr__(self) -> str:
        return f"Face({self.identity.name!r})"

    @cached_property
    def base(self) -> Mesh:
        """Level-1 skin at rest, with ambient occlusion as the attribute ``ao``."""
        skin = self.hierarchy.levels[1]
        shade = ambient_occlusion(skin.vertices, skin.faces)
        shade = (shade + shade[self.mirror]) / 2
        return Mesh(skin.vertices, skin.faces, {**skin.attributes, "ao": shade})

    @property
    def mirror(self) -> Int:
        """(N,) vertex on the other side, at level 1."""
        return self.hierarchy.mirrors[1]

    @cached_property
    def contact(self) -> Int:
        """(K, 2) upper and lower vertices where the closed lips touch."""
        return cage.contact_pairs(self.hierarchy)

    @cached_property
    def landmarks(self) -> Mapping[str, int]:
        """Anatomical name to vertex; paired ones begin with ``left_`` or ``right_``."""
        marks, (_, mirror) = cage.landmarks(), cage.topology()
        found = {}
        for i, name in enumerate(marks.names):
            if name and mirror[i] == i:
                found[name] = i
            elif name:
                found |= {f"left_{name}": i, f"right_{name}": int(mirror[i])}
        return found

    @cached_property
    def P(self) -> Float:  # noqa: N802
        """Distribution of every muscle's force."""
        skin = self.hierarchy.levels[1]
        return distribution(
            Mesh(skin.vertices, skin.faces, {**skin.attributes, "mirror": self.mirror}),
            proportions=self.identity.proportions,
        )

    @cached_property
    def K(self):  # type: ignore[no-untyped-def]  # noqa: N802
        """Stiffness of the skin [N/mm]."""
        skin = self.hierarchy.levels[1]
        raw = stiffness(skin.vertices, skin.faces, tissue(skin, self.identity.proportions))
        at = columns(muscles()).index((CALIBRATION[0], "left"))
        return scaled_to(raw, self.P[:, at], CALIBRATION[1])

    @cached_property
    def strengths(self) -> Float:
        """Force of each muscle column at activation 1 [N]."""
        return strengths(muscles())

    @cached_property
    def _response(self) -> Float:
        """(M + L, N, 3) displacement at activation 1, right columns the mirror of left ones."""
        skin = self.hierarchy.levels[1]
        mesh = Mesh(skin.vertices, skin.faces, {**skin.attributes, "mirror": self.mirror})
        others = distribution(mesh, loads(), proportions=self.identity.proportions)
        force = np.concatenate([self.P * self.strengths, others * strengths(loads())], axis=1)
        left = respond(self.K, force[:, ::2]).T.reshape(-1, len(skin.vertices), 3)
        both = np.empty((2 * len(left), *left.shape[1:]))
        both[::2], both[1::2] = left, left[:, self.mirror] * (-1, 1, 1)
        return both

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the elastic columns: muscles first, then loads, such as ``mentalis_left``."""
        return tuple(f"{name}_{side}" for name, side in columns((*muscles(), *loads())))

    @property
    def B(self) -> Float:  # noqa: N802
        """Response to each muscle at activation 1: (M, N, 3) [mm]; B = K^-1 P strength."""
        return self._response[: len(self.strengths)]

    @cached_property
    def columns(self) -> Mapping[str, Float]:
        """Name to (N, 3) displacement at activation 1 [mm]."""
        return dict(zip(self.names, self._response, strict=True))

    @cached_property
    def _strain(self) -> Float:
        skin = self.base
        left = self._response[::2].reshape(len(self.names) // 2, -1).T
        cu, cv = compression(skin.vertices, skin.faces, skin.attributes["uv"], left, STRAIN_LENGTH)
        half = np.stack([cu, cv], axis=-1).transpose(1, 0, 2)
        both = np.empty((2 * len(half), *half.shape[1:]))
        both[::2], both[1::2] = half, half[:, self.mirror]
        return both

    @cached_property
    def strains(self) -> Mapping[str, Float]:
        """Name to (N, 2) compression along u and along v at activation 1."""
        return dict(zip(self.names, self._strain, strict=True))

    @cached_property
    def sides(self) -> Mapping[str, str]:
        """Column name to ``"left"`` or ``"right"``."""
        return {name: name.rsplit("_", 1)[1] for name in self.names}

    @cached_property
    def mirror_of(self) -> Mapping[str, str]:
        """Column name to that of the other side."""
        other = {"left": "right", "right": "left"}
        return {n: f"{n.rsplit('_', 1)[0]}_{other[s]}" for n, s in self.sides.items()}

    @cached_property
    def actions(self) -> Mapping[tuple[str, str], Mapping[str, float]]:
        """(code, side) to the parts that it drives."""
        from fau_teach.face.actions import actions

        return {(code, side): weights(code, side) for code in actions() for side in sides(code)}

    modes = tuple(MODES)
    kinematics = CONSTANTS

    @property
    def look(self):  # type: ignore[no-untyped-def]
        """Colours and lines."""
        return self.identity.look

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Eyes, lashes, teeth, tongue, ears, hair and shirt of this identity."""
        from fau_teach.face.assembly import assemble

        return assemble(self)

    @cached_property
    def _skin(self) -> motion.Skin:
        a = self.base.attributes
        return motion.Skin(self.base.vertices, a["lid_upper"], a["lid_lower"], a["jaw"], a["head"])

    @cached_property
    def _contact(self) -> motion.Contact:
        return motion.contact(self.base.vertices, self.base.attributes["lip"], self.contact)

    def mix(self, scores: Scores | str, extra: Mapping[str, float] | None = None) -> Mix:
        """Muscle activations and modes of a score, on top of the identity's resting tone.

        Parameters
        ----------
        scores : (code, side) to activation 0 to 1, or a score in notation such as ``"6C+L12D"``
        extra : further modes
        """
        wanted = read(scores) if isinstance(scores, str) else dict(scores)
        state = mix(wanted, extra)
        if not self.identity.tone:
            return state
        # Side by side, since tone and score may name different sides of one code.
        both: dict[tuple[str, str], float] = {}
        for (code, side), value in wanted.items():
            for one in EACH if side == "both" and "left" in sides(code) else (side,):
                both[code, one] = max(both.get((code, one), 0.0), value)
        for (code, side), value in self.identity.tone.items():
            for one in EACH if side == "both" and "left" in sides(code) else (side,):
                both[code, one] = value + both.get((code, one), 0.0) * (1 - value)
        return mix(both, extra)

    def posed(self, scores: Scores | str = "0", extra: Mapping[str, float] | None = None) -> Posed:
        """The face at one moment; see :meth:`mix` for what may be asked."""
        state = self.mix(scores, extra)
        amount = np.concatenate([state.muscles, state.loads])
        on = np.flatnonzero(amount)
        moved = np.tensordot(amount[on], self._response[on], 1)
        strain = np.tensordot(amount[on], self._strain[on], 1)
        skin = motion.pose(self._skin, moved, state.modes, self._contact)
        moved = motion.settled(self._skin, moved, state.modes, self._contact)
        parts = tuple(self._place(part, moved, state.modes) for part in self.parts)
        return Posed(skin, strain, parts, state.modes)

    def pose(self, scores: Scores | str = "0", extra: Mapping[str, float] | None = None) -> Float:
        """Level-1 skin (N, 3) [mm]; see :meth:`mix` for what may be asked."""
        state = self.mix(scores, extra)
        moved = np.tensordot(np.concatenate([state.muscles, state.loads]), self._response, 1)
        return motion.pose(self._skin, moved, state.modes, self._contact)

    def _place(self, part: Part, moved: Float, modes: Mapping[str, float]) -> Float:
        points = part.mesh.vertices
        if part.motion == "fixed":
            return points
        if part.bind is not None:
            a = self._skin
            bound = motion.Skin(
                points, *(v[part.bind] for v in (a.lid_upper, a.lid_lower, a.jaw, a.head))
            )
            return motion.pose(bound, moved[part.bind], modes)
        if part.motion.startswith("eye_"):
            points = motion.turn_eye(points, part.motion[4:], modes)
        if part.motion == "tongue":
            points = tongue(part, modes)
        if part.motion in ("jaw", "tongue"):
            points = motion.turn_jaw(points, 1.0, modes)
        return motion.turn_head(points, 1.0, modes)

    def render(self, scores: Scores | str = "0", **options: Any) -> npt.NDArray[np.uint8]:
        """RGB picture (H, W, 3); options as :func:`fau_teach.face.picture.picture` has them."""
        from fau_teach.face.picture import picture

        return picture(self, scores, **options)

    def finer(self, values: Float, level: int = 2) -> Float:
        """Values (N, ...) of level 1 at a finer level."""
        return np.asarray(self.hierarchy.between(1, level) @ values)


def tongue(part: Part, modes: Mapping[str, float]) -> Float:
    """The tongue's vertices out of the mouth, up [mm], or in a cheek [mm, left positive]."""
    a, side = part.mesh.attributes, modes["tongue_side"]
    points = part.mesh.vertices + modes["tongue_out"] * a["tongue_out"]
    points = points + abs(side) / 15 * a["tongue_left" if side > 0 else "tongue_right"]
    points[:, 1] += modes["tongue_up"]
    return np.asarray(points)


@cache
def face(name: str = DEFAULT) -> Face:
    """The face of this name, made once."""
    return Face(name)
