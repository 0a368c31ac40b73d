"""What can be packed, and what comes out again: see :mod:`fau_teach.face.pack`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fau_teach.face.materials import Look
from fau_teach.face.mesh import Float, Int, Mesh
from fau_teach.face.overlay import Overlay


class PackError(ValueError):
    """A face that cannot be packed, or bytes that are no packed face."""


class PartLike(Protocol):
    """A part beside the skin: eye, teeth, tongue, hair ..."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def mesh(self) -> Mesh: ...  # noqa: D102
    @property
    def material(self) -> str: ...  # noqa: D102
    @property
    def motion(self) -> str: ...  # noqa: D102
    @property
    def bind(self) -> Int | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class PackedPart:
    """A part as it comes out of a packed face."""

    name: str
    mesh: Mesh
    material: str
    motion: str
    bind: Int | None = None


class FaceLike(Protocol):
    """What a face must say of itself to be packed; all at level 1, in millimetres."""

    @property
    def base(self) -> Mesh: ...  # noqa: D102
    @property
    def mirror(self) -> Int: ...  # noqa: D102
    @property
    def columns(self) -> Mapping[str, Float]: ...  # noqa: D102
    @property
    def strains(self) -> Mapping[str, Float]: ...  # noqa: D102
    @property
    def sides(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def mirror_of(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def actions(self) -> Mapping[tuple[str, str], Mapping[str, float]]: ...  # noqa: D102
    @property
    def modes(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def parts(self) -> Sequence[PartLike]: ...  # noqa: D102
    @property
    def contact(self) -> Int: ...  # noqa: D102
    @property
    def landmarks(self) -> Mapping[str, int]: ...  # noqa: D102
    @property
    def kinematics(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def look(self) -> Look: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class PackedFace:
    """A face as it comes out of :func:`unpack`: fields as :class:`FaceLike` names them.

    Parameters
    ----------
    base : level-1 skin with its attributes
    mirror : (N,) vertex on the other side
    columns : id -> (N, 3) displacement at activation 1 [mm]
    strains : id -> (N, 2) compression along u and along v
    sides : id -> ``"left"``, ``"right"`` or ``"mid"``
    mirror_of : id -> id of the column on the other side
    actions : (code, side) -> column or mode id -> weight
    modes : names of the kinematic modes
    parts : what is not skin
    contact : (K, 2) upper and lower vertex of the lips that touch
    landmarks : name -> vertex
    kinematics : constants of the kinematic modes
    look : colours and sizes of the picture
    overlay : muscles drawn on the skin, where it has been packed with them
    """

    base: Mesh
    mirror: Int
    columns: Mapping[str, Float]
    strains: Mapping[str, Float]
    sides: Mapping[str, str]
    mirror_of: Mapping[str, str]
    actions: Mapping[tuple[str, str], Mapping[str, float]]
    modes: Sequence[str]
    parts: Sequence[PackedPart]
    contact: Int
    landmarks: Mapping[str, int]
    kinematics: Mapping[str, Any]
    look: Look
    overlay: Overlay | None = None
