"""One face as a small block of bytes, from which the browser shows it.

The block is deflated. Inside stand, little-endian: the length of the header (uint32), the
header (JSON, padded), and the sections, each at a multiple of 8 bytes from the first. Where
the header means a section it says ``{"at", "type", "shape", "step"}``; a value is the stored
whole number times ``step``. Only left and midline columns are stored, and only where they
move something; right columns are their mirror images.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fau_teach.face import actions, kinematics, materials
from fau_teach.face.materials import Frame, Lights, Look
from fau_teach.face.mesh import Float, Int, Mesh, edges
from fau_teach.face.overlay import Fibre, Overlay
from fau_teach.face.packed import FaceLike, PackedFace, PackedPart, PackError
from fau_teach.face.picture import LIT_GAP, WITHIN
from fau_teach.face.render import BACKGROUND
from fau_teach.face.subdivision import loop

VERSION = 1
POSITION_STEP = 1 / 128
"""Step of rest positions, larger only where they would not fit [mm]."""
ATTRIBUTE_STEP = 1 / 8192
"""Step of vertex attributes, likewise."""
COLUMN_STEP = 1 / 128
"""Step of a column at the largest activation that an action gives it [mm]."""
STRAIN_STEP = 1 / 512
"""Step of the compressions, likewise."""
_WHO = ("pairs", "rows", "left")
_LIMITS = {"u1": (0, 255), "i2": (-32768, 32767), "u2": (0, 65535)}
_Header = dict[str, Any]
_Values = npt.NDArray[Any]


class _Writer:
    """Sections one after the other."""

    def __init__(self) -> None:
        self.body = bytearray()

    def put(self, what: str, values: _Values, kind: str, step: float = 1.0) -> _Header:
        """Append values and say where they are."""
        whole = np.rint(np.asarray(values, dtype=np.float64) / step)
        low, high = _LIMITS[kind]
        if not np.isfinite(whole).all():
            raise PackError(f"{what} holds a value that is no number. Every value must be finite.")
        if whole.size and (whole.min() < low or whole.max() > high):
            raise PackError(
                f"{what} reaches {np.abs(values).max():g}, but a section of type {kind} with step "
                f"{step:g} holds {low * step:g} to {high * step:g}."
            )
        place = {
            "at": len(self.body),
            "type": kind,
            "shape": list(whole.shape),
            "step": step,
        }
        self.body += whole.astype(f"<{kind}").tobytes()
        self.body += bytes(-len(self.body) % 8)
        return place

    def mesh(self, what: str, mesh: Mesh) -> _Header:
        attributes = {
            name: self.put(f"{what}: attribute {name}", values, "i2", _step(values, ATTRIBUTE_STEP))
            for name, values in mesh.attributes.items()
        }
        places, step = mesh.vertices, _step(mesh.vertices, POSITION_STEP)
        return {
            "vertices": self.put(f"{what}: vertices", places, "i2", step),
            "faces": self.put(f"{what}: faces", mesh.faces, "u2"),
            "attributes": attributes,
        }


def _step(values: _Values, least: float) -> float:
    """The step, doubled until the largest value fits into 16 bits."""
    most = float(np.fmax.reduce(np.abs(values), axis=None, initial=0.0)) / (32767 * least)
    return least * 2.0 ** max(0, math.ceil(math.log2(max(most, 1.0))))


def mirrored(values: Float, mirror: Int) -> Float:
    """A displacement field (N, 3) as the other side of the face has it."""
    other: Float = values[mirror] * np.array([-1.0, 1.0, 1.0])
    return other


def _plain(value: Any) -> Any:
    """Constants as JSON: arrays as lists, numbers short."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def _largest_weights(face: FaceLike) -> dict[str, float]:
    weights: dict[str, float] = {}
    for mixture in face.actions.values():
        for name, weight in mixture.items():
            if name not in face.columns and name not in face.modes:
                raise PackError(f"actions: {name!r} is neither a column nor a mode of this face.")
            weights[name] = max(weights.get(name, 0.0), abs(weight))
    return weights


def _column(face: FaceLike, name: str, weight: float, writer: _Writer) -> _Header:
    """One column: a bit for each vertex that it moves, then dx, dy, dz, cu, cv of those."""
    step, strain_step = COLUMN_STEP / max(weight, 1.0), STRAIN_STEP / max(weight, 1.0)
    moves, strains = face.columns[name], face.strains[name]
    found: _Header = {
        "id": name,
        "side": face.sides[name],
        "mirror": face.mirror_of[name],
    }
    twin = found["mirror"]
    if found["side"] == "right" and twin in face.columns:
        same = np.abs(moves - mirrored(face.columns[twin], face.mirror)).max() < step / 2
        if same and np.abs(strains - face.strains[twin][face.mirror]).max() < strain_step / 2:
            return found
    whole = np.column_stack([np.rint(moves / step), np.rint(strains / strain_step)]).astype(int)
    # A single step is noise of rounding; nearly half of all vertices hold nothing else.
    keep = np.abs(whole).max(axis=1) > 1
    whole[~keep] = 0
    parents = _cage(face.base)[1]
    whole[-len(parents) :] -= _between(whole, parents)
    found["mask"] = writer.put(name, np.packbits(keep, bitorder="little"), "u1")
    planes = writer.put(f"column {name}", whole[keep].T, "i2")
    return found | {"planes": planes | {"step": step}, "strain_step": strain_step}


def _cage(base: Mesh) -> tuple[Int, Int]:
    """Triangles of level 0, and the two level-0 vertices between which each other one lies."""
    cage = base.faces[: len(base.faces) // 4 * 4].reshape(-1, 4, 3)[:, :3, 0]
    pairs = edges(cage)
    size = len(base.vertices) - len(pairs)
    if size <= cage.max() or not np.array_equal(loop(cage, size)[1], base.faces):
        raise PackError("The skin is no Loop subdivision. Pack level 1 as subdivide() made it.")
    return cage, pairs


def _between(values: npt.NDArray[np.int_], parents: Int) -> npt.NDArray[np.int_]:
    """What a vertex between two others is expected to hold: their mean, rounded down.

    Only the difference is stored. It is small where a column is smooth, and deflates well.
    """
    return (values[parents[:, 0]] + values[parents[:, 1]]) >> 1


def _overlay(overlay: Overlay, writer: _Writer) -> _Header:
    lengths = [len(fibre.corners) for fibre in overlay.fibres]
    corners = [fibre.corners for fibre in overlay.fibres]
    weights = [fibre.weights for fibre in overlay.fibres]
    none = np.zeros((0, 3))
    return {
        "muscles": list(overlay.muscles),
        "fibres": [[fibre.muscle, n] for fibre, n in zip(overlay.fibres, lengths, strict=True)],
        "corners": writer.put("corners of fibres", np.concatenate([none, *corners]), "u2"),
        "weights": writer.put("weights of fibres", np.concatenate([none, *weights]), "u1", 1 / 255),
        "owner": writer.put("owner", overlay.owner, "u1"),
        "hold": writer.put("hold", overlay.hold, "u1", 1 / 255),
    }


def _contact(face: FaceLike, writer: _Writer) -> _Header:
    """The lines of lips and lids, worked out here so that rounding cannot change who follows."""
    lips = kinematics.contact(face.base.vertices, face.base.attributes["lip"], face.contact)
    lids = None if lips.lids is None else _meeting("lids", lips.lids, writer)
    return _meeting("contact", lips, writer) | {"lids": lids}


def _meeting(what: str, line: kinematics.Meeting, writer: _Writer) -> _Header:
    whole = {name: writer.put(f"{what} {name}", getattr(line, name), "u2") for name in _WHO}
    return whole | {
        name: writer.put(f"{what} {name}", getattr(line, name), "i2", ATTRIBUTE_STEP)
        for name in ("share", "follow", "overlap")
    }


def _mixing() -> _Header:
    """How actions combine beyond their sum: limits, rules, lids that follow the gaze."""
    return {
        "limits": {name: list(limits) for name, limits in actions.MODES.items()},
        "rules": [_plain(rule) for rule in actions.rules() if rule.rule != "saturate"],
        "gaze": _plain(actions._LID_BY_GAZE),
    }


def _shading(look: Look) -> _Header:
    """The fragment shader and its uniforms; those of a frame are set in the browser."""
    lamps = Lights()
    values = materials.uniform_values(look, lamps, Frame())
    return {
        "source": materials.fragment_source(),
        "materials": list(materials.MATERIALS),
        "names": list(materials.UNIFORMS),
        "slots": dict(materials.SLOTS),
        "within": list(WITHIN),
        "lit_gap": LIT_GAP,
        "values": _plain(values.astype(float)),
        "background": list(BACKGROUND),
        "lamps": {
            name: _plain(np.array(way) / np.linalg.norm(way))
            for name, way in (("key", lamps.key), ("fill", lamps.fill))
        },
    }


def pack(face: FaceLike, overlay: Overlay | None = None) -> bytes:
    """Everything that the browser needs to show and move one identity.

    Parameters
    ----------
    face : the identity
    overlay : muscles to be drawn on the skin

    Raises
    ------
    PackError
        A value does not fit, or an action names what the face does not have.
    """
    writer, weights = _Writer(), _largest_weights(face)
    if len(face.base.vertices) > 65_536:
        raise PackError(f"{len(face.base.vertices)} vertices. Pack level 1, which has about 2500.")
    cage, _ = _cage(face.base)
    header: _Header = {
        "version": VERSION,
        "base": writer.mesh("base", Mesh(face.base.vertices, cage, face.base.attributes)),
        "mirror": writer.put("mirror", face.mirror, "u2"),
        "contact": _contact(face, writer),
        "columns": [_column(face, name, weights.get(name, 1.0), writer) for name in face.columns],
        "overlay": None if overlay is None else _overlay(overlay, writer),
        "parts": [
            {"name": part.name, "material": part.material, "motion": part.motion}
            | writer.mesh(part.name, part.mesh)
            | ({} if part.bind is None else {"bind": writer.put(part.name, part.bind, "u2")})
            for part in face.parts
        ],
        "modes": list(face.modes),
        "tone": [
            [code, side, float(value)]
            for (code, side), value in getattr(getattr(face, "identity", None), "tone", {}).items()
        ],
        "actions": [[code, side, _plain(mix)] for (code, side), mix in face.actions.items()],
        "landmarks": {name: int(vertex) for name, vertex in face.landmarks.items()},
        "kinematics": _plain(face.kinematics),
        "mixing": _mixing(),
        "look": _plain(face.look),
        "shading": _shading(face.look),
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 4) % 8)
    return zlib.compress(len(text).to_bytes(4, "little") + text + bytes(writer.body), 9)


def to_text(face: FaceLike, overlay: Overlay | None = None) -> str:
    """:func:`pack` as base64, to be put into a page."""
    return base64.b64encode(pack(face, overlay)).decode("ascii")


def _read_overlay(header: _Header | None, get: Callable[[_Header], Float]) -> Overlay | None:
    if header is None:
        return None
    ends = np.cumsum([n for _, n in header["fibres"]], dtype=int)[:-1]
    corners = np.split(get(header["corners"]).astype(np.int32), ends)
    weights = np.split(get(header["weights"]), ends)
    fibres = tuple(
        Fibre(muscle, corner, weight)
        for (muscle, _), corner, weight in zip(header["fibres"], corners, weights, strict=True)
    )
    owner = get(header["owner"]).astype(np.int32)
    return Overlay(tuple(header["muscles"]), fibres, owner, get(header["hold"]))


def unpack(data: bytes) -> PackedFace:
    """The face that :func:`pack` wrote, rounded as the browser has it.

    Raises
    ------
    PackError
        The bytes are no packed face, or one of another version.
    """
    try:
        blob = zlib.decompress(data)
        start = 4 + int.from_bytes(blob[:4], "little")
        header = json.loads(blob[4:start])
    except (zlib.error, ValueError) as error:
        raise PackError(
            f"These bytes are no packed face ({error}). Use what pack() gave."
        ) from None
    if header["version"] != VERSION:
        raise PackError(f"Packed as version {header['version']}, read as {VERSION}. Pack it again.")

    def get(place: _Header) -> Float:
        count = int(np.prod(place["shape"]))
        kind = np.dtype(f"<{place['type']}")
        whole = np.frombuffer(blob, kind, count, start + place["at"]).reshape(place["shape"])
        return whole * np.float64(place["step"])

    def indices(place: _Header) -> Int:
        return get(place).astype(np.int32)

    def mesh(one: _Header) -> Mesh:
        attributes = {name: get(place) for name, place in one["attributes"].items()}
        return Mesh(get(one["vertices"]), indices(one["faces"]), attributes)

    flat, mirror = mesh(header["base"]), indices(header["mirror"])
    parents = edges(flat.faces)
    base = Mesh(flat.vertices, loop(flat.faces, len(mirror) - len(parents))[1], flat.attributes)
    columns: dict[str, Float] = {}
    strains: dict[str, Float] = {}
    for one in sorted(header["columns"], key=lambda one: "planes" not in one):
        if "planes" in one:
            mask = indices(one["mask"]).astype(np.uint8)
            keep = np.unpackbits(mask, bitorder="little")[: len(mirror)].astype(bool)
            whole = np.zeros((len(mirror), 5), dtype=int)
            whole[keep] = indices(one["planes"] | {"step": 1.0}).T
            row = keep[-len(parents) :, None]
            whole[-len(parents) :] += _between(whole, parents) * row
            columns[one["id"]] = whole[:, :3] * one["planes"]["step"]
            strains[one["id"]] = whole[:, 3:] * one["strain_step"]
        else:
            columns[one["id"]] = mirrored(columns[one["mirror"]], mirror)
            strains[one["id"]] = strains[one["mirror"]][mirror]
    return PackedFace(
        base=base,
        mirror=mirror,
        columns=columns,
        strains=strains,
        sides={one["id"]: one["side"] for one in header["columns"]},
        mirror_of={one["id"]: one["mirror"] for one in header["columns"]},
        actions={(code, side): mix for code, side, mix in header["actions"]},
        modes=tuple(header["modes"]),
        parts=tuple(
            PackedPart(
                *(one["name"], mesh(one), one["material"], one["motion"]),
                indices(one["bind"]) if "bind" in one else None,
            )
            for one in header["parts"]
        ),
        contact=indices(header["contact"]["pairs"]),
        landmarks=header["landmarks"],
        kinematics=header["kinematics"],
        look=Look.from_mapping(header["look"]),
        overlay=_read_overlay(header["overlay"], get),
    )
