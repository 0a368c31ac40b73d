"""Sequences of real data sets, from the files that their users have.

Labels of BP4D or DISFA come through ``fau_teach.datasets``. Pictures feed the image branch. The
physics branch needs a track of 68 points for every video, a CSV file with OpenFace's columns; our
identification fits it, and the mesh is what the fitted muscles make of the standard face. Nothing
of a data set is kept in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fau_teach._reading import FileError
from fau_teach.datasets import FrameLabels
from fau_teach.evaluate.labels import CODES, active
from fau_teach.face import Face, face
from fau_teach.footage import Footage, images
from fau_teach.force.observe import basis
from fau_teach.force.track68 import Points68, follow, read_points
from fau_teach.force.variants import Variant
from fau_teach.models import card
from fau_teach.models.data import UNKNOWN, Array, Sequences


def real_sequences(
    videos: Sequence[FrameLabels],
    *,
    pictures: str | Path | None = None,
    tracks: str | Path | None = None,
    codes: Sequence[str] = (),
    noise: float = 1.0,
    neutral: Sequence[int] | slice | None = None,
    first: int = 1,
    threshold: Variant = "used",
    length: int | None = None,
    size: int | None = None,
    who: Face | None = None,
) -> Sequences:
    """Cut labelled videos into sequences for the network.

    Parameters
    ----------
    videos : such as ``read_bp4d(folder).rows`` or ``read_disfa(folder).rows``
    pictures : folder with a folder of numbered pictures for each video, ``F001/T1`` or ``F001_T1``
    tracks : folder with a file for each video, ``F001_T1.csv`` or ``SN001.csv``
    codes : action units; those of the source for this set if left out
    noise, neutral : of a point of the track, and frames of it in which the face rests; see
        ``fau_teach.force.track68.follow``
    first : number of the frame that the first row of a track shows
    threshold : of intensities, see :func:`fau_teach.evaluate.active`
    length, size : frames of a sequence and width of pictures; from the card
    who : the face whose muscles explain the tracks

    Returns
    -------
    sequences of consecutive frames; what is left over at the end of a video, and what lies beside
    a gap in its frames, is left out. Frames in which the tracker lost the face have no label

    Raises
    ------
    FileError
        A folder, a track or a picture is missing, or what a track holds fits no video.
    ValueError
        There is nothing to read, or no stretch of a video is long enough.

    Source: S1-022, S1-029; E1-19, E1-24.
    """
    if not videos or (pictures is None and tracks is None):
        raise ValueError("give labelled videos, and the folder of pictures or of tracks, or both.")
    chosen = tuple(codes) or CODES["DISFA" if videos[0].graded else "BP4D"]
    frames, width = length or card.whole("frames"), size or card.whole("picture")
    standard = who or face()
    names, _ = basis(standard)
    found: dict[str, list[Any]] = {n: [] for n in ("labels", "c", "pictures")}
    subjects, clips = [], []
    for video in videos:
        labels = _labels(video, chosen, threshold)
        track = None if tracks is None else read_points(_places(Path(tracks), video, ".csv"))
        shown = None if pictures is None else images(_places(Path(pictures), video, ""), video.fps)
        fit, seen = None, np.ones(len(video.frames), bool)
        if track is not None:
            fit, seen = _fitted(track, video, standard, noise, neutral, first, len(names))
            labels[~seen] = UNKNOWN
        for start in _stretches(video, frames):
            part = slice(start, start + frames)
            subjects.append(video.subject)
            clips.append(f"{video.clip}/{video.frames[start]}")
            found["labels"].append(labels[part])
            if fit is not None:
                found["c"].append(fit[part])
            if shown is not None:
                boxes = None if track is None else _boxes(track, video, first)
                found["pictures"].append(_shots(shown, video, part, boxes, width))
    if not subjects:
        raise ValueError(
            f"no video has {frames} labelled frames in a row: ask for a shorter length."
        )
    big = {name: np.stack(rows) for name, rows in found.items() if rows}
    if tracks is None:
        return Sequences(chosen, (), videos[0].fps, tuple(subjects), tuple(clips), **big)
    big["c"] = big["c"].astype(np.float32)
    return Sequences(chosen, names, videos[0].fps, tuple(subjects), tuple(clips), **big).fitted()


def _labels(video: FrameLabels, codes: Sequence[str], threshold: Variant) -> Array:
    """(frames, R) of 0, 1 and unknown; a code without any label is unknown."""
    found = np.full((len(video.frames), len(codes)), UNKNOWN, np.uint8)
    for at, code in enumerate(codes):
        if code in video.codes:
            column = [row[video.codes.index(code)] for row in video.values]
            grades = np.array([np.nan if one is None else one for one in column], float)
            yes, known = active(grades, threshold) if video.graded else (
                grades > 0, np.isfinite(grades)
            )  # fmt: skip
            found[known, at] = yes[known]
    return found


def _places(root: Path, video: FrameLabels, end: str) -> Path:
    """The file or folder of a video, ``F001/T1`` or ``F001_T1``."""
    for name in (video.clip, video.clip.replace("/", "_")):
        if (path := root / f"{name}{end}").exists():
            return path
    wanted = f"{video.clip.replace('/', '_')}{end}"
    kind = "track of 68 points" if end else "folder of pictures"
    advice = (
        "Run OpenFace on the video and keep its CSV under this name" if end
        else "Put the pictures of each video into a folder of this name"
    )  # fmt: skip
    raise FileError(str(root / wanted), 0, "", f"there is no {kind} for {video.clip}", advice)


def _rows(track: Points68, video: FrameLabels, first: int) -> Array:
    """(frames,) row of the track for each labelled frame, -1 where there is none."""
    clock = np.rint((track.times - track.times[0]) * video.fps).astype(int)
    # A file that counts frames instead of seconds goes up in ones.
    if len(clock) > 1 and np.allclose(np.diff(track.times), 1):
        clock = np.arange(len(clock))
    at = {int(tick) + first: row for row, tick in enumerate(clock)}
    rows = np.array([at.get(frame, -1) for frame in video.frames])
    if (rows < 0).all():
        span = f"{min(at)} to {max(at)}"
        problem = f"it shows frames {span}, labels are of {video.frames[0]} to {video.frames[-1]}"
        raise FileError(track.source, 0, "", problem, "Give `first`, the frame of its first row")
    return rows


def _fitted(
    track: Points68, video: FrameLabels, who: Face, noise: float,
    neutral: Sequence[int] | slice | None, first: int, count: int,
) -> tuple[Array, Array]:  # fmt: skip
    """Coordinates (frames, K), 0 where no face was found, and where one was."""
    values = follow(who, track, noise=noise, neutral=neutral).values[:, :count]
    rows = _rows(track, video, first)
    found = values[rows]
    seen = (rows >= 0) & np.isfinite(found).all(axis=1)
    return np.where(seen[:, None], found, 0.0), seen


def _stretches(video: FrameLabels, length: int) -> Iterator[int]:
    """Where sequences of frames without a gap begin, one after the other."""
    start = 0
    numbers = np.asarray(video.frames)
    while start + length <= len(numbers):
        gaps = np.flatnonzero(np.diff(numbers[start : start + length]) != 1)
        if len(gaps):
            start += int(gaps[-1]) + 1
        else:
            yield start
            start += length


def _boxes(track: Points68, video: FrameLabels, first: int) -> Array | None:
    """(frames, 4) square round the face in pixels, where the track is in pixels."""
    if track.points.shape[-1] != 2:
        return None
    # Where the tracker found nothing, all are no numbers, and so is the box.
    points = track.points[_rows(track, video, first)]
    low, high = points.min(axis=1), points.max(axis=1)
    half = 0.65 * (high - low).max(axis=1, keepdims=True)
    middle = (low + high) / 2
    return np.concatenate([middle - half, middle + half], axis=1)


def _shots(
    shown: Footage, video: FrameLabels, part: slice, boxes: Array | None, size: int
) -> Array:
    """(T, size, size, 3): the face where it was tracked, else the middle square."""
    from PIL import Image

    place = {shown.numbers[at]: at for at in {*range(shown.count)} - {*shown.missing}}
    found = []
    for k in range(part.start, part.stop):
        if video.frames[k] not in place:
            problem = f"there is no picture of frame {video.frames[k]}"
            raise FileError(shown.name, 0, "", problem, "Number pictures as the labels do")
        picture = Image.fromarray(np.asarray(shown.read(place[video.frames[k]])))
        wide, high = picture.size
        side = min(wide, high)
        box = np.array([wide - side, high - side, wide + side, high + side]) / 2
        if boxes is not None and np.isfinite(boxes[k]).all():
            box = np.clip(boxes[k], 0, [wide, high, wide, high])
        corners = (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
        found.append(np.asarray(picture.resize((size, size), Image.Resampling.BOX, box=corners)))
    return np.stack(found)
