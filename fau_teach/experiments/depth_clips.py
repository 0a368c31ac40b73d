"""Onset and apex of the depth course as the networks read them: made once, then remembered.

Frames are drawn in memory, at the size of the real camera, and thrown away; what stays of each
expression are its chosen points by either pipeline, and its motion by region.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from fau_teach.depth.cloud import Frame, Intrinsics, cloud
from fau_teach.depth.course import Course, Shown, Take, camera_of, drift
from fau_teach.depth.crop import crop, face_box
from fau_teach.depth.motion import field
from fau_teach.depth.pictures import flow_of
from fau_teach.depth.printed import Pick, reach, subtraction
from fau_teach.depth.regions import Regions, guess, names, regions, summed
from fau_teach.depth.truth import MOVING
from fau_teach.emotion import convert, objective_class
from fau_teach.evaluate.splits import Cases
from fau_teach.face.depth import Sensor
from fau_teach.face.face import Face
from fau_teach.face.film import moments
from fau_teach.face.materials import Lights
from fau_teach.face.picture import scene, surfaces
from fau_teach.face.raster import interpolate, rasterize
from fau_teach.face.render import render
from fau_teach.models.checkpoint import cache_folder, digest, load, save
from fau_teach.models.stamp import fingerprint

Float32 = npt.NDArray[np.float32]
Classes = Literal["3", "4", "7", "objective"]
SPACES = MappingProxyType({"3": "three", "4": "four", "7": "seven_others"})
LAMPS: Mapping[str, Lights | None] = MappingProxyType(
    {
        "the same": None,
        "dimmed": Lights().scaled(0.4),
        "other side": Lights(key=(0.55, 0.62, 0.78), fill=(-0.85, 0.1, 0.62)),
    }
)
"""Lamps at the apex; None is that of the onset."""
COUNTS = (1024, 2048, 4096)
"""How many points may be chosen (S3-050)."""


@dataclass(frozen=True, slots=True, eq=False)
class Clips:
    """Expressions of a course, in its order.

    Parameters
    ----------
    shown : what each is
    subjects : whose each is
    arrays : name to (n, ...) features: ``"printed rank"``, ``"printed random"``, ``"used rank"``
        and ``"used random"`` are points (n, N, 6), positions from the tip of the nose [m];
        ``"printed precision"`` and ``"used precision"`` (n, 3) the share of the first 1024, 2048
        and 4096 ranked points that truly move, ``"moving"`` (n,) that of all points;
        ``"used regions"`` and, with lamps, ``"flow LAMP"``, ``"used LAMP"`` and ``"depth"`` are
        motion by region (n, ...)
    """

    shown: tuple[Shown, ...]
    subjects: tuple[str, ...]
    arrays: Mapping[str, Float32]

    def labels(self, classes: Classes) -> tuple[str | None, ...]:
        """Class of each expression; None where it has none.

        Source: S3-041, S3-042.
        """
        if classes == "objective":
            return tuple(objective_class(one.label) for one in self.shown)
        space = SPACES[classes]
        return tuple(convert(one.emotion, "seven_others", space) for one in self.shown)

    def cases(self, source: str, classes: Classes, kind: str = "micro", points: int = 0) -> Cases:
        """Those of one kind that have a class.

        Parameters
        ----------
        source : of `arrays`
        kind : ``"micro"``, ``"macro"``, or ``""`` for both
        points : the first of each cloud; 0 takes all
        """
        told = self.labels(classes)
        at = [
            i for i, one in enumerate(self.shown)
            if told[i] is not None and kind in ("", one.kind)
        ]  # fmt: skip
        items = self.arrays[source][at]
        if points:
            items = items[:, :points]
        return Cases(items, [told[i] for i in at], [self.subjects[i] for i in at])


def clips(course: Course, thin: int = 1, lamps: bool = False, jobs: int = 1) -> Clips:
    """Features of all expressions of a course.

    Parameters
    ----------
    thin : every so many of the ranked points is kept: which points are chosen stays as it is,
        and a network reads fewer of them
    lamps : motion by region under each of `LAMPS` instead of points
    jobs : processes; the features do not depend on it
    """
    prepare([course], thin, lamps, jobs)
    events = [(take, one) for take in course.takes() for one in take.shown]
    arrays, _ = load(_path(course, thin, lamps))
    return Clips(tuple(one for _, one in events), tuple(take.subject for take, _ in events), arrays)


def prepare(courses: Sequence[Course], thin: int = 1, lamps: bool = False, jobs: int = 1) -> None:
    """Make the features of courses with the same people, each face once.

    Raises
    ------
    ValueError
        The people differ.
    """
    if len({(one.subjects, one.seed) for one in courses}) > 1:
        raise ValueError("courses differ in subjects or seed: prepare them apart.")
    missing = [one for one in courses if not _path(one, thin, lamps).is_file()]
    if not missing:
        return
    work, numbers = partial(_subject, missing, thin, lamps), range(1, missing[0].subjects + 1)
    if jobs == 1:
        people = list(map(work, numbers))
    else:
        with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
            people = list(pool.map(work, numbers))
    for course, parts in zip(missing, zip(*people, strict=True), strict=True):
        rows = [row for part in parts for row in part]
        arrays = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        save(_path(course, thin, lamps), arrays)


def _path(course: Course, thin: int, lamps: bool) -> Path:
    key = digest([asdict(course), thin, lamps, fingerprint(__name__)])
    return cache_folder() / "clips" / f"{key}.npz"


@lru_cache(4)
def _face(identity: str) -> Face:
    return Face(identity)


def _subject(
    courses: Sequence[Course], thin: int, lamps: bool, number: int
) -> list[list[dict[str, Float32]]]:
    """Rows of one person in each course."""
    import cv2

    cv2.setNumThreads(1)
    chosen = LAMPS if lamps else {"the same": None}
    found = []
    for course in courses:
        takes = course.of(number)
        face = _face(takes[0].script.identity)
        shots = (shot for take in takes for shot in _shots(course, take, face, chosen))
        found.append([_lit(shot) if lamps else _points(shot, thin) for shot in shots])
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Shot:
    """The face at onset and, under each lamp, at apex; and which of its pixels truly move."""

    onset: Frame
    apexes: Mapping[str, Frame]
    view: Intrinsics
    moving: npt.NDArray[np.bool_]


def _shots(
    course: Course, take: Take, face: Face, lamps: Mapping[str, Lights | None]
) -> Iterator[_Shot]:
    """Every expression of a clip."""
    sensor = Sensor(seed=take.script.seed, noise=course.noise)
    if not course.noise:
        sensor = replace(Sensor.ideal(), seed=take.script.seed)
    shifts, film = drift(course, take), {one.frame: one for one in moments(take.script)}
    whole = course.intrinsics
    for event in take.shown:
        first, last = film[event.onset], film[event.apex]
        seen = []
        for moment in (first, last):
            camera = camera_of(course, take, shifts[moment.frame])
            posed = face.posed(moment.scores, moment.extra)
            fragments = rasterize(*scene(face, posed), camera)
            depth = sensor.measure(fragments.depth_map, camera, moment.frame)
            plain = Lights().scaled(moment.light)
            drawn = surfaces(face, posed)
            pictures = {
                name: Frame(depth, render(drawn, camera, face.look, lamp or plain))
                for name, lamp in (lamps if moment is last else {"": None}).items()
            }
            seen.append((fragments, pictures))
        (fragments, pictures), (_, apexes) = seen
        onset = pictures[""]
        # The skin's own motion: the apex with the head, gaze and lids of the onset.
        (rest, faces), (there, _) = (
            scene(face, face.posed(one.scores, first.extra)) for one in (first, last)
        )
        step = np.linalg.norm(there - rest, axis=1, keepdims=True).astype(np.float32)
        amplitude = fragments.image(interpolate(fragments, faces, step))[..., 0]
        moving = amplitude > MOVING * amplitude.max()
        box = face_box(onset, whole)
        for one in apexes.values():
            box |= face_box(one, whole)
        cut = {name: crop(one, whole, box)[0] for name, one in apexes.items()}
        start, view = crop(onset, whole, box)
        yield _Shot(start, cut, view, moving[box.slices])


def _points(shot: _Shot, thin: int) -> dict[str, Float32]:
    first, second, view = shot.onset, shot.apexes["the same"], shot.view
    nose = reach(cloud(first.depth, view).points, centre="nose").centre.astype(np.float32)
    seen = shot.moving[(first.depth > 0) & (second.depth > 0)]
    found = {"moving": np.array(seen.mean(), np.float32)}
    moved = field(first, second, view)
    picks: tuple[Pick, ...] = ("rank", "random")
    for pick in picks:
        one = subtraction(first, second, view, count=COUNTS[-1], pick=pick)
        two = moved.select(COUNTS[-1], pick=pick)
        for name, chosen in (("printed", one), ("used", two)):
            rows = chosen.rows[::thin].copy()
            rows[:, :3] -= nose
            found[f"{name} {pick}"] = rows
            if pick == "rank":
                hits = shot.moving.flat[chosen.distinct]
                found[f"{name} precision"] = np.array(
                    [hits[:count].mean() for count in COUNTS], np.float32
                )
    where = regions(guess(first.depth, view), view)
    found["used regions"] = summed(moved, where).vector.astype(np.float32)
    return found


def _lit(shot: _Shot) -> dict[str, Float32]:
    first, view = shot.onset, shot.view
    where = regions(guess(first.depth, view), view)
    # All apexes have the same depth: light does not reach it.
    plane = field(first, shot.apexes["the same"], view, follow="none")
    found = {"depth": summed(plane, where).vector.astype(np.float32)}
    for lamp, one in shot.apexes.items():
        assert first.colour is not None
        assert one.colour is not None
        found[f"flow {lamp}"] = _flow(flow_of(first.colour, one.colour), where)
        moved = field(first, one, view, head=plane.head)
        found[f"used {lamp}"] = summed(moved, where).vector.astype(np.float32)
    return found


def _flow(flow: npt.NDArray[np.float32], where: Regions) -> Float32:
    """Flow by region: mean to the right and down, mean size, and what 95 % stay below [px]."""
    size = np.linalg.norm(flow, axis=2)
    rows = np.zeros((len(names()), 4), np.float32)
    for number, row in enumerate(rows):
        at = where.labels == number
        if at.any():
            row[:] = *flow[at].mean(0), size[at].mean(), np.quantile(size[at], 0.95)
    return rows.ravel()
