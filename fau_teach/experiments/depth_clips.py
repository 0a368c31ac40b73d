"""Onset and apex of the depth course as the networks read them: made once, then remembered.

Frames are drawn in memory, at the size of the real camera, and thrown away; what stays of each
expression are its chosen points by either pipeline, and its motion by region.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from multiprocessing import get_context
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from fau_teach.depth.cloud import Frame, Intrinsics, cloud
from fau_teach.depth.course import Course, Shown, Take, camera_of, drift
from fau_teach.depth.crop import crop, face_box
from fau_teach.depth.motion import field
from fau_teach.depth.pictures import flow_of
from fau_teach.depth.printed import reach, subtraction
from fau_teach.depth.regions import Regions, guess, names, regions, summed
from fau_teach.emotion import convert, objective_class
from fau_teach.evaluate.splits import Cases
from fau_teach.face.depth import Sensor, depth_map
from fau_teach.face.face import Face
from fau_teach.face.film import moments
from fau_teach.face.materials import Lights
from fau_teach.face.picture import scene, surfaces
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
MOST = 4096
"""Ranked points of an expression that are kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Clips:
    """Expressions of a course, in its order.

    Parameters
    ----------
    shown : what each is
    subjects : whose each is
    arrays : name to (n, ...) features: ``"printed rank"``, ``"printed random"``, ``"used rank"``
        and ``"used random"`` are points (n, N, 6), positions from the tip of the nose [m];
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


@lru_cache(4)
def clips(course: Course, thin: int = 1, lamps: bool = False, jobs: int = 1) -> Clips:
    """Features of all expressions of a course.

    Parameters
    ----------
    thin : every so many of the ranked points is kept: which points are chosen stays as it is,
        and a network reads fewer of them
    lamps : motion by region under each of `LAMPS` instead of points
    jobs : processes; the features do not depend on it
    """
    stamp = fingerprint(__name__)
    path = cache_folder() / "clips" / f"{digest([asdict(course), thin, lamps, stamp])}.npz"
    events = [(take, one) for take in course.takes() for one in take.shown]
    if path.is_file():
        arrays, _ = load(path)
    else:
        work = partial(_subject, course, thin, lamps)
        numbers = range(1, course.subjects + 1)
        if jobs == 1:
            parts = list(map(work, numbers))
        else:
            with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
                parts = list(pool.map(work, numbers))
        rows = [row for part in parts for row in part]
        arrays = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        save(path, arrays)
    return Clips(tuple(one for _, one in events), tuple(take.subject for take, _ in events), arrays)


def _subject(course: Course, thin: int, lamps: bool, number: int) -> list[dict[str, Float32]]:
    import cv2

    cv2.setNumThreads(1)
    takes = course.of(number)
    face = Face(takes[0].script.identity)
    found = []
    for take in takes:
        chosen = LAMPS if lamps else {"the same": None}
        for onset, apexes in _shots(course, take, face, chosen):
            if lamps:
                found.append(_lit(onset, apexes, course.intrinsics))
            else:
                found.append(_points(onset, apexes["the same"], course.intrinsics, thin))
    return found


def _shots(
    course: Course, take: Take, face: Face, lamps: Mapping[str, Lights | None]
) -> Iterator[tuple[Frame, dict[str, Frame]]]:
    """Onset of each expression, and its apex under each lamp."""
    size = {"noise": course.noise} if course.noise else {"noise": 0.0, "mixing": 0.0, "dropout": 0.0}
    sensor = Sensor(seed=take.script.seed, **size)
    shifts, onset = drift(course, take), None
    begins = {one.onset for one in take.shown}
    ends = {one.apex for one in take.shown}
    for moment in moments(take.script):
        if moment.frame not in begins | ends:
            continue
        camera = camera_of(course, take, shifts[moment.frame])
        posed = face.posed(moment.scores, moment.extra)
        depth = sensor.measure(depth_map(*scene(face, posed), camera), camera, moment.frame)
        drawn, plain = surfaces(face, posed), Lights().scaled(moment.light)

        def lit(lamp: Lights | None, depth: Any = depth, drawn: Any = drawn, plain: Any = plain,
                camera: Any = camera) -> Frame:  # fmt: skip
            return Frame(depth, render(drawn, camera, face.look, lamp or plain))

        if moment.frame in ends and onset is not None:
            yield onset, {name: lit(lamp) for name, lamp in lamps.items()}
        if moment.frame in begins:
            onset = lit(None)


def _cut(
    onset: Frame, apexes: Mapping[str, Frame], whole: Intrinsics
) -> tuple[Frame, dict[str, Frame], Intrinsics]:
    """The face of all frames, in one box."""
    box = face_box(onset, whole)
    for one in apexes.values():
        box |= face_box(one, whole)
    first, view = crop(onset, whole, box)
    return first, {name: crop(one, whole, box)[0] for name, one in apexes.items()}, view


def _points(onset: Frame, apex: Frame, whole: Intrinsics, thin: int) -> dict[str, Float32]:
    first, others, view = _cut(onset, {"": apex}, whole)
    second = others[""]
    nose = reach(cloud(first.depth, view).points, centre="nose").centre.astype(np.float32)
    found: dict[str, Float32] = {}
    moved = field(first, second, view)
    for pick in ("rank", "random"):
        one = subtraction(first, second, view, count=MOST, pick=pick)  # type: ignore[arg-type]
        two = moved.select(MOST, pick=pick)  # type: ignore[arg-type]
        for name, chosen in (("printed", one), ("used", two)):
            rows = chosen.rows[::thin].copy()
            rows[:, :3] -= nose
            found[f"{name} {pick}"] = rows
    where = regions(guess(first.depth, view), view)
    found["used regions"] = summed(moved, where).vector.astype(np.float32)
    return found


def _lit(onset: Frame, apexes: Mapping[str, Frame], whole: Intrinsics) -> dict[str, Float32]:
    first, others, view = _cut(onset, apexes, whole)
    where = regions(guess(first.depth, view), view)
    bare = [Frame(one.depth, None) for one in (first, next(iter(others.values())))]
    plane = field(*bare, view, follow="none")
    found = {"depth": summed(plane, where).vector.astype(np.float32)}
    for lamp, one in others.items():
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
