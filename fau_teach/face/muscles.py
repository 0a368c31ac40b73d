"""Muscles of the skin: where they run, and how a newton of each is spread over the mesh.

A zone after Waters (1987) says which vertices a muscle holds. It spreads *force*; the skin's
elastic response makes the displacement. Loads that are no muscle, such as air in a cheek, use the
same zones and stay in columns of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from fau_teach._data import DataError, read_csv
from fau_teach.face.mesh import Float, Mesh, vertex_areas, vertex_normals
from fau_teach.face.proportions import displace

Normalise = Literal["column", "row"]
SIDES = ("left", "right")
FORMS = ("linear", "sheet", "sphincter", "pressure", "roll", "contact")
_DEPTH = 24.0
"""How far below or above a path skin may lie and still be held [mm]."""
_TEXTS = ("id", "muscle", "form", "pull", "lip", "zone")
_NUMBERS = ("width", "start", "end", "bulge", "held", "strength")
_MIDLINE = 5.0
"""Width of the blend between the halves of a muscle that crosses the midline [mm]."""


@dataclass(frozen=True, slots=True)
class Pull:
    """One muscle, functional part of one, or load; authored on the subject's left.

    Attributes
    ----------
    id : name in code, such as ``"zygomaticus_major"``
    muscle : id in ``anatomy``; empty for a load that is no muscle
    form : one of ``FORMS``
    path : (n, 3) from origin (bone) to insertion (skin) [mm]; centre and semi-axes of a ring
    width : radius of the zone across the path [mm]
    start : part of the path, from its origin, along which no force reaches the skin; negative
        where the whole path pulls alike
    end : how far the zone reaches beyond the insertion [mm]
    pull : ``"path"``, ``"parallel"``, ``"centre"``, ``"deep"``, ``"outward"``, ``"inward"``,
        ``"together"``, ``"apart"`` and ``"roll"`` of the lips, or a direction
    lip : ``"upper"`` or ``"lower"`` where the other lip is left alone, else empty
    zone : ``"skin"``, ``"lids"``, ``"lip"`` (skin and red part of the lips), ``"red"`` or
        ``"thick"`` (the lip with its inner side)
    halves : it crosses the midline; left and right are halves of one muscle
    weights : gain of a ring at its top, bottom, medial and lateral end
    bulge : how hard the thickening belly pushes the skin outward, relative to the pull along it
    against, held : (n, 3) line of contact, if the lip presses on one, and the share of the
        vertical force that it takes up
    peak : largest displacement with both sides at activation 1 [mm]
    strength : sum of the sizes of all forces at activation 1 [N]; belly and contact count, so it
        is no tension of fibres
    """

    id: str
    muscle: str
    form: str
    path: Float
    width: float
    start: float
    end: float
    pull: str
    lip: str
    zone: str
    halves: bool
    weights: tuple[float, float, float, float]
    bulge: float
    against: Float | None
    held: float
    peak: float
    strength: float

    @property
    def is_ring(self) -> bool:
        """The path is a closed ellipse."""
        return self.pull == "centre"


@dataclass(frozen=True, slots=True)
class Strand:
    """A line to draw: points (n, 3) [mm] from origin to insertion, of one muscle on one side."""

    id: str
    side: str
    points: Float


def _points(text: str) -> Float:
    return np.array([[float(x) for x in point.split()] for point in text.split(";")])


@cache
def pulls() -> tuple[Pull, ...]:
    """Every row of ``data/face/muscles.csv``: muscles first, then the loads that are none.

    Raises
    ------
    DataError
        A form is unknown, or a load stands among the muscles.
    """
    found = []
    for row in read_csv("face/muscles.csv", ("id", "muscle", "form", "path", "strength")):
        if row["form"] not in FORMS or (row["form"] in FORMS[3:]) == bool(row["muscle"]):
            raise DataError(
                f"data/face/muscles.csv, {row['id']}: form {row['form']!r} does not fit muscle "
                f"{row['muscle']!r}; the last three of {FORMS} are for loads, which name no muscle."
            )
        top, bottom, medial, lateral = (float(x) for x in (row["weights"] or "1 1 1 1").split())
        plain: dict[str, Any] = {name: row[name] for name in _TEXTS}
        plain |= {name: float(row[name]) for name in _NUMBERS}
        found.append(
            Pull(
                **plain,
                path=_points(row["path"]),
                halves=row["halves"] == "yes",
                weights=(top, bottom, medial, lateral),
                against=_points(row["against"]) if row["against"] else None,
                peak=float(row["peak_mm"]),
            )
        )
    return tuple(found)


@cache
def muscles() -> tuple[Pull, ...]:
    """The muscles and their functional parts, which make the columns of P.

    Source: S1-006 for the forms sheet and sphincter, E1-09 for the third, linear.
    """
    return tuple(pull for pull in pulls() if pull.muscle)


@cache
def loads() -> tuple[Pull, ...]:
    """What moves skin but is no muscle: air, suction, tongue, teeth, the other lip."""
    return tuple(pull for pull in pulls() if not pull.muscle)


def fitted(pull: Pull, proportions: Mapping[str, float]) -> Pull:
    """The same pull on a face of other proportions; of a ring only the centre moves."""
    path = displace(pull.path, proportions)
    if pull.is_ring:
        path[1] = pull.path[1]
    against = pull.against if pull.against is None else displace(pull.against, proportions)
    return replace(pull, path=path, against=against)


def columns(chosen: Sequence[Pull]) -> tuple[tuple[str, str], ...]:
    """(id, side) of every column: left before right for each muscle in turn."""
    return tuple((pull.id, side) for pull in chosen for side in SIDES)


def strengths(chosen: Sequence[Pull]) -> Float:
    """Force at activation 1, per column (M,) [N]."""
    return np.repeat([pull.strength for pull in chosen], 2)


def mirror_map(mesh: Mesh) -> npt.NDArray[np.intp]:
    """For each vertex the one on the other side: the attribute ``mirror``, else found.

    Raises
    ------
    ValueError
        The mesh is not mirror-symmetric to 1e-6 mm.
    """
    if "mirror" in mesh.attributes:
        return np.asarray(mesh.attributes["mirror"], dtype=np.intp)
    far, index = cKDTree(mesh.vertices).query(mesh.vertices * (-1, 1, 1))
    if far.max() > 1e-6:
        raise ValueError(
            f"vertex {far.argmax()} has no mirror image within 1e-6 mm (nearest {far.max():.2g} mm)"
            "; give the attribute 'mirror' or a symmetric mesh."
        )
    return np.asarray(index, dtype=np.intp)


def _unit(vectors: Float) -> Float:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-12))


def _tangent(vectors: Float, normals: Float) -> Float:
    return np.asarray(vectors - np.sum(vectors * normals, axis=1, keepdims=True) * normals)


def _bell(distance: Float, radius: float) -> Float:
    """Waters' cosine falloff: 1 at 0, 0 from the radius on."""
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * np.clip(distance / radius, 0, 1)))


def _ring(pull: Pull, points: Float) -> tuple[Float, Float, Float]:
    """Weight, belly and direction of a closed ring: towards its centre, along the skin."""
    centre, axes = pull.path[0], pull.path[1, :2]
    away = points - centre
    flat = away[:, :2] / axes
    rho = np.linalg.norm(flat, axis=1)
    cosine, sine = (flat / np.maximum(rho, 1e-9)[:, None]).T
    top, bottom, medial, lateral = pull.weights
    gain = np.where(sine > 0, top, bottom) * sine**2 + (
        np.where(cosine > 0, lateral, medial) * cosine**2
    )
    weight = gain * _bell(np.abs(rho - 1) * float(axes.mean()), pull.width)
    weight *= np.abs(away[:, 2]) < 1.5 * _DEPTH
    return weight, weight, -away


def _strip(pull: Pull, points: Float, normals: Float) -> tuple[Float, Float, Float]:
    """Weight, belly and direction of a tube or band along a path: back towards the origin."""
    begin, step = pull.path[:-1], np.diff(pull.path, axis=0)
    length = np.linalg.norm(step, axis=1)
    travelled = np.concatenate([[0.0], np.cumsum(length)])
    nearest = np.full(len(points), np.inf)
    weight, belly, direction = *np.zeros((2, len(points))), np.zeros_like(points)
    for k, (a, d, size) in enumerate(zip(begin, step, length, strict=True)):
        along = np.clip((points - a) @ d / size**2, 0, 1)
        offset = points - (a + along[:, None] * d)
        across = np.linalg.norm(_tangent(offset, normals), axis=1)
        past = np.where(along >= 1, np.maximum(_tangent(offset, normals) @ d / size, 0), 0.0)
        aside = np.sqrt(np.maximum(across**2 - past**2, 0))
        reach = _bell(aside, pull.width) * _bell(past, pull.end)
        where = (travelled[k] + along * size) / travelled[-1]
        ramp = np.clip((where - pull.start) / (1 - pull.start), 0, 1) if pull.start >= 0 else 1.0
        reach *= np.abs(np.sum(offset * normals, axis=1)) < _DEPTH
        closer = across < nearest
        nearest[closer] = across[closer]
        # Parallel fibres run side by side; others meet at their origin.
        towards = np.broadcast_to(-d, points.shape) if pull.pull == "parallel" else a - points
        weight[closer] = (reach * ramp**2 * (3 - 2 * ramp))[closer]
        belly[closer] = (reach * 6.75 * where * (1 - where) ** 2)[closer]
        direction[closer] = towards[closer]
    return weight, belly, direction


def _zone(pull: Pull, mesh: Mesh) -> Float:
    """Where the skin may be held: not inside the mouth, not on the other lip, lids apart."""
    size = len(mesh.vertices)

    def attribute(name: str) -> Float:
        return np.asarray(mesh.attributes.get(name, np.zeros(size)), dtype=np.float64)

    lip = attribute("lip") * {"upper": 1, "lower": -1}.get(pull.lip, 0)
    keep = np.clip(1 + lip, 0, 1)
    if pull.zone in ("lip", "red", "thick"):
        keep *= np.clip(lip if pull.lip else np.abs(attribute("lip")), 0, 1)
    if pull.zone == "red":
        keep *= attribute("vermilion")
    if pull.zone != "thick":
        keep *= 1 - attribute("cavity")
    if pull.zone != "lids":
        turn = np.maximum(np.abs(attribute("lid_upper")), np.abs(attribute("lid_lower")))
        keep *= 1 - turn / max(float(turn.max()), 1e-9)
    if pull.halves:
        keep *= 0.5 + 0.5 * np.tanh(mesh.vertices[:, 0] / _MIDLINE)
    return np.asarray(keep)


def _column(pull: Pull, mesh: Mesh, normals: Float, areas: Float) -> Float:
    """Force per vertex of the left side, not yet normalised (N, 3)."""
    points = mesh.vertices
    found = _ring(pull, points) if pull.is_ring else _strip(pull, points, normals)
    weight, belly, direction = found
    if pull.pull == "deep":
        direction = _unit(direction)
    elif pull.pull in ("outward", "inward"):
        direction = normals if pull.pull == "outward" else -normals
    elif pull.pull in ("together", "apart", "roll"):
        up = np.sign(mesh.attributes["lip"]) * (1.0 if pull.pull == "apart" else -1.0)
        direction = np.stack([np.zeros_like(up), up, np.zeros_like(up)], axis=1)
        if pull.pull == "roll":
            # The border comes over the teeth while the red goes back behind it.
            red = np.asarray(mesh.attributes["vermilion"])[:, None]
            direction = direction * (1 - 0.8 * red) - (0.2 + 0.8 * red) * np.array([0.0, 0.0, 1.0])
    elif pull.pull in ("path", "parallel", "centre"):
        direction = _unit(_tangent(direction, normals))
    else:
        direction = np.broadcast_to(_unit(_points(pull.pull)), points.shape)
    force = weight[:, None] * direction + pull.bulge * belly[:, None] * normals
    force = (_zone(pull, mesh) * areas)[:, None] * force
    if pull.against is not None:
        line = replace(pull, path=pull.against, start=-1.0)
        share = _strip(line, points, normals)[0] * _zone(line, mesh) * areas
        force[:, 1] -= share * (pull.held * force[:, 1].sum() / share.sum())
    return np.asarray(force)


def distribution(
    base: Mesh,
    chosen: Sequence[Pull] | None = None,
    normals: Float | None = None,
    *,
    proportions: Mapping[str, float] | None = None,
    variant: Literal["used", "printed"] = "used",
    normalise: Normalise = "column",
) -> Float:
    """How one newton of each muscle is spread over the vertices.

    Parameters
    ----------
    base : skin at rest, mirror-symmetric; attributes ``lip``, ``vermilion``, ``cavity``,
        ``lid_upper``, ``lid_lower`` and ``mirror`` are used where there are any
    chosen : muscles or loads; all muscles if left out
    normals : (N, 3) unit normals; computed if left out
    proportions : those of the face, which the muscles follow; the default face's if left out
    variant : ``"used"`` gives each vertex its own fibre direction; ``"printed"`` a scalar per
        vertex, to be multiplied with one vector per muscle (``spread.mean_directions``)
    normalise : ``"column"``: the shares of a muscle sum to 1, which keeps the total force;
        ``"row"``: the shares at a vertex do, which does not

    Returns
    -------
    (3N, M) newtons per newton for ``"used"``, vertex by vertex (x, y, z); (N, M) for ``"printed"``

    Raises
    ------
    ValueError
        A muscle reaches no vertex of this mesh, or a choice is unknown.

    Source: S1-006, S1-009; E1-08, E1-09.
    """
    if variant not in ("used", "printed") or normalise not in ("column", "row"):
        raise ValueError(
            f"variant {variant!r}, normalise {normalise!r}: "
            "variant is 'used' or 'printed', normalise 'column' or 'row'."
        )
    chosen = muscles() if chosen is None else chosen
    normals = vertex_normals(base.vertices, base.faces) if normals is None else normals
    mirror, areas = mirror_map(base), vertex_areas(base.vertices, base.faces)
    forces = []
    for pull in chosen:
        left = _column(fitted(pull, proportions or {}), base, normals, areas)
        size = np.linalg.norm(left, axis=1)
        if not size.any():
            raise ValueError(f"{pull.id} reaches no vertex of this mesh.")
        left[size < 1e-6 * size.max()] = 0
        left /= np.linalg.norm(left, axis=1).sum()
        forces += [left, left[mirror] * (-1, 1, 1)]
    field = np.stack(forces, axis=-1)
    share = np.linalg.norm(field, axis=1)
    if normalise == "row":
        total = share.sum(axis=1, keepdims=True)
        scale = np.divide(1, total, out=np.zeros_like(total), where=total > 0)
        share, field = share * scale, field * scale[:, None]
    return share if variant == "printed" else field.reshape(-1, field.shape[-1])


def strands(
    pull: Pull, number: int = 5, proportions: Mapping[str, float] | None = None
) -> Iterator[Strand]:
    """Lines for a picture of the muscle, both sides: rings, or fibres beside one another.

    `number` says how many lie across its width, `proportions` on what face (:func:`fitted`).
    """
    pull = fitted(pull, proportions or {})
    for shift in np.linspace(-0.6, 0.6, number):
        if pull.is_ring:
            angle = np.linspace(0, 2 * np.pi, 49)
            grown = pull.path[1] + shift * pull.width * np.array([1, 1, 0])
            around = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=1)
            line = pull.path[0] + grown * around
        else:
            ahead = pull.path[-1] - pull.path[0]
            aside = _unit(np.array([-ahead[1], ahead[0], 0.0])) * shift * pull.width
            # Fibres of a tube come from one point of the bone and fan out to the skin.
            fan = np.linspace(float(pull.form == "sheet"), 1, len(pull.path))[:, None]
            line = pull.path + fan * aside
        if pull.halves and pull.is_ring:
            line = line[line[:, 0] >= -1e-9]
        yield Strand(pull.id, "left", line)
        yield Strand(pull.id, "right", line * (-1, 1, 1))
