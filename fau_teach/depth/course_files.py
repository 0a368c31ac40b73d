"""Write the synthetic depth set as CAS(ME)^3 keeps its part A: folders of frames, two workbooks."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fau_teach._reading import FileError, whole_files
from fau_teach.depth.course import Course, Shown, Take, camera_of, drift
from fau_teach.emotion import objective_class

MICRO_FILE = "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"
ALL_FILE = "CAS(ME)3_part_A_v2.xlsx"
TRUTH_FILE = "truth.json"
_NOTE = "Synthetic: every probability is chosen by us, nothing comes from CAS(ME)^3."
_HEAD = ("Subject", "Filename", "Onset", "Apex", "Offset", "AU")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Parameters
    ----------
    folder : where
    subjects, clips, expressions, maps, pictures : how many of each
    megabytes, seconds : what it took
    """

    folder: Path
    subjects: int
    clips: int
    expressions: int
    maps: int
    pictures: int
    megabytes: float
    seconds: float

    def __str__(self) -> str:
        counts = f"{self.subjects} subjects, {self.clips} clips, {self.expressions} expressions"
        frames = f"{self.maps} depth maps and {self.pictures} pictures"
        return f"{self.folder}: {counts}, {frames}; {self.megabytes:.0f} MB, {self.seconds:.0f} s"


def write(course: Course, folder: str | Path, *, jobs: int = 1) -> Written:
    """Write the set: frames first, label files last, so that a broken run has no labels.

    The same course writes the same bytes with the same versions of OpenCV and openpyxl, however
    many jobs there are. ``truth.json`` has what the labels of the real set do not tell: the
    emotions of macro-expressions, intensities, and how far the skin moves.

    Parameters
    ----------
    course : what to write
    folder : made where it is missing; has to be empty
    jobs : processes; one subject is one piece of work

    Raises
    ------
    FileError
        The folder holds something, or cannot be written.
    """
    place, started = Path(folder), time.perf_counter()
    try:
        place.mkdir(parents=True, exist_ok=True)
        taken = next(place.iterdir(), None)
    except OSError as error:
        problem = f"the folder cannot be used: {error.strerror or error}"
        raise FileError(str(place), 0, "", problem, "Give the name of a new folder") from None
    if taken is not None:
        raise FileError(
            str(place), 0, taken.name, "the folder is not empty", "Give a new or empty folder"
        )
    work, numbers = partial(_subject, course, place), range(1, course.subjects + 1)
    if jobs == 1:
        parts = [work(number) for number in numbers]
    else:
        with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
            parts = list(pool.map(work, numbers))
    rows = [row for part, _, _, _ in parts for row in part]
    _labels(course, place, rows)
    takes = list(course.takes())
    sizes = (sum(values) for values in zip(*(part[1:] for part in parts), strict=True))
    maps, pictures, size = sizes
    seconds = time.perf_counter() - started
    return Written(
        place, course.subjects, len(takes), len(rows), maps, pictures, size / 1e6, seconds
    )


Row = tuple[Take, Shown, float]


def _subject(course: Course, place: Path, number: int) -> tuple[list[Row], int, int, int]:
    """Frames of one subject; the rows of its labels, and how much was written."""
    from fau_teach.face.face import Face

    rows: list[Row] = []
    maps = pictures = size = 0
    face: Face | None = None
    for take in course.of(number):
        face = face or Face(take.script.identity)
        clip = place / take.subject / take.name
        wanted, coloured = course.frames(take)
        (clip / "depth").mkdir(parents=True, exist_ok=True)
        if coloured:
            (clip / "color").mkdir(exist_ok=True)
        for frame, depth, colour in _frames(course, take, face, wanted, coloured):
            size += _save(clip / "depth" / f"{frame}.png", depth, 3)
            maps += 1
            if colour is not None:
                size += _save(clip / "color" / f"{frame}.jpg", colour[..., ::-1], 95)
                pictures += 1
        rest = face.pose()
        for one in take.shown:
            moved = np.linalg.norm(face.pose(one.codes) - rest, axis=1)
            rows.append((take, one, round(float(moved.max()), 3)))
    return rows, maps, pictures, size


def _frames(
    course: Course, take: Take, face: Any, wanted: Collection[int], coloured: frozenset[int]
) -> Iterator[tuple[int, npt.NDArray[np.uint16], npt.NDArray[np.uint8] | None]]:
    from fau_teach.face.depth import Sensor, depth_map
    from fau_teach.face.film import moments
    from fau_teach.face.materials import Lights
    from fau_teach.face.picture import scene, surfaces
    from fau_teach.face.render import render

    sensor = Sensor(seed=take.script.seed, noise=course.noise)
    if not course.noise:
        sensor = replace(Sensor.ideal(), seed=take.script.seed)
    shifts, wanted = drift(course, take), {*wanted}
    for moment in moments(take.script):
        if moment.frame not in wanted:
            continue
        camera = camera_of(course, take, shifts[moment.frame])
        posed = face.posed(moment.scores, moment.extra)
        exact = depth_map(*scene(face, posed), camera)
        if course.wall_mm:
            exact = np.where(exact > 0, exact, course.wall_mm)
        depth = sensor.measure(exact, camera, moment.frame)
        colour = None
        if moment.frame in coloured:
            lights = Lights().scaled(moment.light)
            colour = render(surfaces(face, posed), camera, face.look, lights)
        yield moment.frame, depth, colour


def _save(path: Path, picture: npt.NDArray[Any], quality: int) -> int:
    import cv2

    option = cv2.IMWRITE_PNG_COMPRESSION if path.suffix == ".png" else cv2.IMWRITE_JPEG_QUALITY
    _, packed = cv2.imencode(path.suffix, np.ascontiguousarray(picture), [option, quality])
    path.write_bytes(packed.tobytes())
    return packed.size


def _labels(course: Course, place: Path, rows: Sequence[Row]) -> None:
    every, micro, truth = [], [], []
    for take, one, peak in rows:
        times = one.onset, one.apex, one.offset
        start = (take.subject, take.name, *times, one.label)
        group = objective_class(one.label)
        every.append((*start, f"{one.kind.title()}-expression", group))
        if one.kind == "micro":
            micro.append((*start, group, one.emotion.lower()))
        truth.append({"subject": take.subject, "clip": take.name, **asdict(one), "peak_mm": peak})
    blinks = [
        (take.subject, take.name, one.onset, one.offset)
        for take in course.takes()
        for one in take.script.disturbances()
    ]
    told = {"note": _NOTE, "course": asdict(course), "shown": truth}
    books: dict[str, dict[str, list[tuple[Any, ...]]]] = {
        ALL_FILE: {
            "AU+Emotion": [(*_HEAD, "Expression type", "Objective class"), *every],
            "eye blink": [("Subject", "Filename", "Onset", "Offset"), *blinks],
        },
        MICRO_FILE: {"label": [(*_HEAD, "Objective class", "emotion"), *micro]},
    }
    with whole_files([place / name for name in (*books, TRUTH_FILE)], False) as files:
        for sheets, file in zip(books.values(), files, strict=False):
            file.buffer.write(_workbook(sheets))
        json.dump(told, next(files), indent=1)


def _workbook(sheets: dict[str, list[tuple[Any, ...]]]) -> bytes:
    """Sheets by name as a workbook without the time at which it was made."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    made, plain = io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = re.sub(rb"(<dcterms:created[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z",
                          _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", old.read(part)))  # fmt: skip
            new.writestr(zipfile.ZipInfo(part, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return plain.getvalue()
