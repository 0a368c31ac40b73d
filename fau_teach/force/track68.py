"""Activations from a track of 68 points that carries the head along.

Head and face are found together, frame by frame. At each step of a Gauss-Newton iteration the
readings are taken free of all that a small motion of the head could do to them, and what is left
is explained by muscles that only pull. A first guess of the head comes from points that hardly
move. Points along the jaw are left out: trackers lay them on the outline, not on the skin.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import isfinite
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from fau_teach._reading import FileError, Reader
from fau_teach.face import Face
from fau_teach.face.mesh import Float, Int
from fau_teach.force.identify import nonnegative
from fau_teach.force.observe import MM, basis, vertices68

STABLE = (27, 28, 29, 36, 39, 42, 45)
"""Bridge of the nose and corners of the eyes: what moves least on a face."""
WATCHED = tuple(range(17, 68))
MODES = ("jaw_open", "lid_upper_left", "lid_upper_right")
_AT = {"jaw_open": 10.0}
"""Jaw and lids turn; their column is the way to this value, divided by it."""
_STEPS, _STILL = 12, 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Points68:
    """A track of 68 points.

    Parameters
    ----------
    source : name of the file
    times : (T,) [s]
    points : (T, 68, 2) [px], x right and y down; or (T, 68, 3), x right, y down, z away from the
        camera, in one unit of length
    seen : (T,) whether the tracker found the face; what it wrote elsewhere is not a number here
    """

    source: str
    times: Float
    points: Float = field(repr=False)
    seen: npt.NDArray[np.bool_] = field(repr=False)


def read_points(path: str | Path, *, flat: bool | None = None, face: str = "0") -> Points68:
    """Read 68 points a frame from a CSV file with the columns of OpenFace.

    Parameters
    ----------
    path : a file with ``timestamp`` (or ``frame``, which then counts as seconds) and ``x_0`` to
        ``x_67`` with ``y_0`` to ``y_67`` [px], or ``X_0`` to ``Z_67`` [mm]
    flat : ``True`` for the points in the picture, ``False`` for those in space, which are taken
        if there are any and nothing is asked for
    face : which ``face_id``, where there are several

    Raises
    ------
    FileError
        The file has no such columns, a cell is no number, or no row has a face (says the line).
    """
    lines = Reader(path, strict=True)
    text = iter(lines)
    head = next(text, "")
    cells = csv.reader(chain([head], text), delimiter=max("\t,;", key=head.count), strict=True)

    def error(value: str, problem: str, advice: str) -> FileError:
        return FileError(str(path), lines.line, value, problem, advice)

    try:
        header = [name.strip() for name in next(cells, [])]
        column = {name: at for at, name in enumerate(header)}
        flat = "X_0" not in column if flat is None else flat
        wanted = [f"{axis}_{k}" for k in range(68) for axis in ("xy" if flat else "XYZ")]
        clock = "timestamp" if "timestamp" in column else "frame"
        for name in (clock, *wanted):
            if name not in column:
                advice = "Run OpenFace with -2Dfp or -3Dfp, or name columns as it does"
                raise error("", f"column {name!r} is missing", advice)
        at = [column[name] for name in (clock, *wanted)]
        times, rows, seen = list[float](), list[Float](), list[bool]()
        for row in cells:
            if len(row) < len(header):
                advice = "Give every row one cell a column"
                raise error("", f"{len(row)} cells for {len(header)} columns", advice)
            if "face_id" in column and row[column["face_id"]].strip() != face:
                continue
            try:
                time, *values = (float(row[k]) for k in at)
            except ValueError:
                bad = next(row[k].strip() for k in at if not _number(row[k]))
                raise error(bad, "this is no number", "Correct it") from None
            if not isfinite(time) or (times and time <= times[-1]):
                raise error(str(time), f"{clock} does not go on", "Sort the rows by time")
            found = "success" not in column or row[column["success"]].strip() in ("1", "1.0")
            found = found and all(map(isfinite, values))
            times.append(time)
            seen.append(found)
            rows.append(np.array(values) if found else np.full(len(values), np.nan))
    except csv.Error as broken:
        raise error("", f"the table is broken: {broken}", "Mend it there") from None
    if not any(seen):
        raise error("", f"no row has a face {face!r}", "Check face_id and success")
    shape = (len(rows), 68, 2 if flat else 3)
    points = np.array(rows).reshape(shape)
    return Points68(Path(path).name, np.array(times), points, np.array(seen))


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def aligned(source: Float, target: Float, *, scaled: bool = True) -> tuple[float, Float, Float]:
    """Scale, rotation (3, 3) and shift (3,) with ``target`` nearest to ``s R source + t``.

    Parameters
    ----------
    source, target : (n, 3), at least three points that are not on one line
    scaled : whether the scale may differ from 1

    Notes
    -----
    Least squares after Procrustes; a mirror image is never taken.
    """
    middle, there = source.mean(axis=0), target.mean(axis=0)
    left, sizes, right = np.linalg.svd((target - there).T @ (source - middle))
    flip = np.array([1, 1, np.sign(np.linalg.det(left @ right))])
    turn = (left * flip) @ right
    scale = float((sizes * flip).sum() / ((source - middle) ** 2).sum()) if scaled else 1.0
    return scale, turn, there - scale * turn @ middle


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """What a track says of muscles and head.

    Attributes
    ----------
    names : (n,) muscles, then modes of jaw and lids [deg or share]
    values : (T, n) activations; not a number in frames without a face
    rotation : (T, 3, 3) from the head frame to the viewer's (x right, y up, z to the viewer)
    shift : (T, 3) place of the head frame's origin there; its third number says nothing where
        only the picture is known and no focal length
    scale : (T,) size of the head, relative to the face in mm
    residual : (T,) root mean square of what stays unexplained, in the unit of the track
    """

    names: tuple[str, ...]
    values: Float
    rotation: Float = field(repr=False)
    shift: Float = field(repr=False)
    scale: Float = field(repr=False)
    residual: Float = field(repr=False)

    def of(self, name: str) -> Float:
        """(T,) activation of one muscle or mode."""
        return np.asarray(self.values[:, self.names.index(name)])


class _View:
    """How points of the head come into the track, and how that changes with the head."""

    def __init__(self, flat: bool, focal: float | None, centre: tuple[float, float]) -> None:
        self.flat, self.focal, self.centre = flat, focal, np.array(centre)

    def seen(self, place: Float) -> tuple[Float, Float]:
        """Readings (n, d) of places (n, 3) in the viewer's frame, and their slopes (n, d, 3)."""
        if not self.flat:
            flip = np.array([1.0, -1.0, -1.0])
            return place * flip, np.broadcast_to(np.diag(flip), (len(place), 3, 3))
        slopes = np.zeros((len(place), 2, 3))
        slopes[:, 0, 0], slopes[:, 1, 1] = 1, -1
        if self.focal is None:
            return place[:, :2] * (1, -1), slopes
        ratio = self.focal / -place[:, 2]
        offset = place[:, :2] * (1, -1) * ratio[:, None]
        slopes *= ratio[:, None, None]
        slopes[:, :, 2] = offset / -place[:, 2:]
        return self.centre + offset, slopes

    def guess(self, model: Float, track: Float) -> tuple[float, Float, Float]:
        """First scale, rotation and shift, from points that hardly move."""
        if not self.flat:
            return aligned(model, track * (1, -1, -1))
        middle = model.mean(axis=0)
        centre = self.centre if self.focal else np.zeros(2)
        picture = (track - centre) * (1, -1)
        there = picture.mean(axis=0)
        rows = np.linalg.lstsq(model - middle, picture - there)[0].T
        left, sizes, right = np.linalg.svd(rows, full_matrices=False)
        scale, two = float(sizes.mean()), left @ right
        turn = np.vstack([two, np.cross(*two)])
        far = 0.0 if self.focal is None else -self.focal / scale
        place = np.array([*there, 0.0]) if self.focal is None else np.array(
            [*(there / scale), far]
        )  # fmt: skip
        size = scale if self.focal is None else 1.0
        return size, turn, place - size * turn @ middle

    @property
    def free(self) -> tuple[int, ...]:
        """Which of turn (3), shift (3) and size a track of this kind shows."""
        if not self.flat:
            return (0, 1, 2, 3, 4, 5, 6)
        return (0, 1, 2, 3, 4, 6) if self.focal is None else (0, 1, 2, 3, 4, 5)


def responses(
    face: Face, inputs: Sequence[str] | None = None, modes: Sequence[str] = MODES
) -> tuple[tuple[str, ...], Float]:
    """Names and displacement of all 68 points (n, 68, 3) [mm] per unit of muscles and modes."""
    at = np.array(vertices68())
    names, moved = basis(face, inputs)
    still = face.pose({})
    turned = [
        (face.pose({}, {mode: _AT.get(mode, 1.0)}) - still)[at] / _AT.get(mode, 1.0)
        for mode in modes
    ]
    found = np.concatenate([moved[:, at] / MM, np.reshape(turned, (-1, 68, 3))])
    return (*names, *modes), found


def follow(
    face: Face,
    track: Points68,
    *,
    noise: float,
    focal: float | None = None,
    centre: tuple[float, float] = (0.0, 0.0),
    neutral: Sequence[int] | slice | None = None,
    inputs: Sequence[str] | None = None,
    modes: Sequence[str] = MODES,
    watched: Sequence[int] = WATCHED,
    ridge: float = 0.0,
    clean: float = 20.0,
) -> Followed:
    """Activations and head in every frame of a track, whatever the head does.

    Parameters
    ----------
    face : whose muscles explain the track
    track : of `read_points`
    noise : standard deviation of a coordinate, in the unit of the track [px or mm]
    focal, centre : focal length and middle of the picture [px]; without them the picture is
        taken as seen from very far, which costs accuracy as the head turns
    neutral : frames in which the face rests; they put the points of this person in place of
        the face's own. Use it for every real person: another shape looks like activation
    inputs : muscles that may act; all if left out
    modes : turns of jaw and lids that may act beside them
    watched : points that are used
    ridge, clean : as of ``identify.activations``, with activations and noise; a few points
        cannot tell all muscles apart, so `clean` is not 0 here

    Raises
    ------
    ValueError
        The noise is not positive, or no neutral frame has a face.

    Source: S1-003, S1-022; E1-24.
    """
    if not noise > 0:
        raise ValueError(f"noise {noise!r}: give the standard deviation of a point.")
    names, moved = responses(face, inputs, modes)
    rest = face.pose({})[np.array(vertices68())]
    view = _View(track.points.shape[-1] == 2, focal, centre)
    some = np.array(watched)
    if neutral is not None:
        rest = _own(view, track, neutral, rest, some)
    frames, count = len(track.points), len(names)
    values, residual = np.full((frames, count), np.nan), np.full(frames, np.nan)
    turns, shifts = np.full((frames, 3, 3), np.nan), np.full((frames, 3), np.nan)
    scales = np.full(frames, np.nan)
    weights = (ridge * noise**2, clean * noise**2)
    for t in np.flatnonzero(track.seen):
        pose, a, misfit = _solved(view, rest[some], moved[:, some], track.points[t, some],
                                  _first(view, rest, track.points[t]), weights)  # fmt: skip
        values[t], residual[t] = a, misfit
        scales[t], turns[t], shifts[t] = pose
    return Followed(names, values, turns, shifts, scales, residual)


_Pose = tuple[float, Float, Float]


def _first(view: _View, rest: Float, seen: Float) -> _Pose:
    at = np.array(STABLE)
    return view.guess(rest[at], seen[at])


def _solved(
    view: _View, rest: Float, moved: Float, seen: Float, pose: _Pose, weights: tuple[float, float]
) -> tuple[_Pose, Float, float]:
    """Pose, activations (n,) and misfit of one frame; `moved` (n, p, 3) may have no row."""
    a = np.zeros(len(moved))
    scale, turn, shift = pose
    for _ in range(_STEPS):
        shape = rest + np.tensordot(a, moved, 1)
        away = scale * shape @ turn.T
        found, slopes = view.seen(away + shift)
        off = (seen - found).ravel()
        # A small turn w moves a point by w x away, a change of size along it.
        small = np.zeros((len(rest), 3, 7))
        for k in range(3):
            small[:, :, k] = np.cross(np.eye(3)[k], away)
        small[:, :, 3:6], small[:, :, 6] = np.eye(3), away
        head = np.einsum("pdk,pkm->pdm", slopes, small).reshape(off.size, 7)[:, list(view.free)]
        axis, triangle = np.linalg.qr(head)
        target, after = off, a
        if len(moved):
            skin = np.einsum("pdk,kl,npl->pdn", slopes, scale * turn, moved).reshape(off.size, -1)
            target = off + skin @ a
            still = skin - axis @ (axis.T @ skin)
            gram = still.T @ still + weights[0] * np.eye(len(a))
            after = nonnegative(gram, (still.T @ target - weights[1])[None])[0]
            target = target - skin @ after
        step = np.zeros(7)
        step[list(view.free)] = np.linalg.solve(triangle, axis.T @ target)
        turn = Rotation.from_rotvec(step[:3]).as_matrix() @ turn
        shift, scale = shift + step[3:6], scale * float(np.exp(step[6]))
        change = max(float(np.abs(step).max()), float(np.abs(after - a).max(initial=0)))
        a = after
        if change < _STILL:
            break
    shape = rest + np.tensordot(a, moved, 1)
    left = seen - view.seen(scale * shape @ turn.T + shift)[0]
    return (scale, turn, shift), a, float(np.sqrt((left**2).mean()))


def _own(view: _View, track: Points68, neutral: Sequence[int] | slice, rest: Float, some: Int
         ) -> Float:  # fmt: skip
    """The rest shape (68, 3) of this person: what neutral frames show, the face's own depth."""
    chosen = np.arange(len(track.points))[neutral if isinstance(neutral, slice) else list(neutral)]
    shapes = []
    for t in chosen[track.seen[chosen]]:
        seen, pose = track.points[t], _first(view, rest, track.points[t])
        (scale, turn, shift), _, _ = _solved(
            view, rest[some], np.zeros((0, len(some), 3)), seen[some], pose, (0.0, 0.0)
        )
        place = scale * rest @ turn.T + shift
        if not view.flat:
            place = seen * (1, -1, -1)
        elif view.focal is None:
            place[:, :2] = seen * (1, -1)
        else:
            place[:, :2] = (seen - view.centre) * (1, -1) * -place[:, 2:] / view.focal
        shapes.append((place - shift) @ turn / scale)
    if not shapes:
        raise ValueError("no neutral frame has a face: choose others.")
    return np.asarray(np.mean(shapes, axis=0))
