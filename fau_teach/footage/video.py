"""Video files by frame number: the frame that is returned is the frame that was asked for.

Seeking in a video is not exact: in transport and programme streams it lands on other frames, and
behind an open group of pictures it may give frames without what they refer to. So the file is
decoded once from its start; time and checksum of each frame are kept. Later a frame counts only
where its checksum agrees; else the search starts further back, in the end at the start.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import pairwise
from math import isfinite
from pathlib import Path
from statistics import median
from typing import Any
from zlib import crc32

from fau_teach._reading import FileError
from fau_teach.footage.source import CACHE, Footage, Picture, check_size

KEEP = 32
"""Frames before the one asked for that are kept in steps back, so that these cost little."""
_AHEAD, _BACK = 96, (4 * KEEP, 16 * KEEP)
_EACH = 25
# Steps of time that differ by more, in parts of a step and for rounding [ms], are told.
_UNEVEN, _ROUNDED = 0.1, 1.5


def video(
    path: str | Path,
    *,
    cache: int = CACHE,
    progress: Callable[[int, int], object] = lambda _done, _all: None,
) -> Footage:
    """A video file; it is read once from start to end.

    Parameters
    ----------
    path : the file
    cache : most bytes of decoded frames that are kept
    progress : called now and then with the frames read so far and those that the file announces,
        and at the end with all of them

    Raises
    ------
    FileError
        The file cannot be read, is no video, or OpenCV is missing.
    """
    found = _Video(Path(path), progress)
    return Footage(
        Path(path).stem, found.fps, len(found.sums), found.size, found.decode,
        times_s=found.times_s, media=Path(path).name, notes=tuple(found.notes), cache=cache,
        close=found.close,
    )  # fmt: skip


class _Video:
    """A file, open at one frame, with the index of all."""

    def __init__(self, path: Path, progress: Callable[[int, int], object]) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                text = b"\0" not in file.read(256)
        except OSError as error:
            raise self.error(f"the file cannot be read: {error.strerror or error}") from None
        if text:  # a play list would make other files be opened
            raise self.error("this is no video")
        os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # what is broken is told below
        try:
            self.cv2: Any = import_module("cv2")
        except ImportError:
            why = ("videos need OpenCV", "Install opencv-python-headless")
            if sys.platform == "emscripten":
                pictures = "Turn it into numbered pictures, or open it in JupyterLab"
                why = ("Python in a browser reads no videos", pictures)
            raise self.error(*why) from None
        self.open()
        told, rate, *size = (self.capture.get(number) for number in (7, 5, 3, 4))
        self.size = check_size(int(size[0]), int(size[1]), str(path))
        self.rate = rate if isfinite(rate) and rate > 0 else 0.0
        announced = int(told) if isfinite(told) and 0 < told < 1e9 else 0
        self.last = 0
        self.sums: list[int] = []
        ms: list[float] = []
        while self.grab() and (picture := self.picture()) is not None:
            ms.append(self.time())
            self.sums.append(_sum(picture))
            self.next = len(self.sums)
            if self.next % _EACH == 0 and self.next != announced:
                progress(self.next, announced)
        progress(self.next, self.next)
        if not ms:
            raise self.error("no frame of it can be decoded")
        self.notes: list[str] = []
        self.times_s = self._times(ms)
        if self.next < announced:
            self.notes.append(
                f"The file announces {announced} frames, {self.next} can be read: its end is "
                "damaged or missing, or the announcement is a guess."
            )

    def error(self, problem: str, advice: str = "Give the path of a video") -> FileError:
        return FileError(str(self.path), 0, "", problem, advice)

    def open(self) -> None:
        """Go to the start of the file."""
        self.capture: Any = self.cv2.VideoCapture(str(self.path), self.cv2.CAP_FFMPEG)
        self.next = 0
        if not self.capture.isOpened():
            raise self.error("it cannot be opened: no video, damaged, or of an unknown kind")

    def close(self) -> None:
        self.capture.release()

    def grab(self) -> bool:
        return bool(self.capture.grab())

    def time(self) -> float:
        """Time of the frame that was grabbed [ms]; 0 where the file does not tell."""
        return float(self.capture.get(self.cv2.CAP_PROP_POS_MSEC))

    def picture(self) -> Picture | None:
        """The frame that was grabbed, blue first; None where it cannot be decoded."""
        done, found = self.capture.retrieve()
        if not done:
            return None
        if found.shape[1::-1] != self.size:
            problem = f"frame {self.next} is {found.shape[1]} × {found.shape[0]} px, others"
            raise self.error(f"{problem} {self.size[0]} × {self.size[1]}", "Convert the video")
        picture: Picture = found
        return picture

    def _times(self, ms: list[float]) -> list[float]:
        """Times [s]; a frame whose time is unknown follows the one before it."""
        steps = [late - early for early, late in pairwise(ms) if late > early]
        usual = median(steps) if steps else 1000 / (self.rate or 25)
        self.known: dict[int, int] = {}
        for at, one in enumerate(ms):
            if at and one <= ms[at - 1]:
                ms[at] = ms[at - 1] + usual
            else:
                self.known[round(1000 * one)] = at
        span = ms[-1] - ms[0]
        mean = 1000 * (len(ms) - 1) / span if span else 1000 / usual
        # Times in whole milliseconds leave the rate of a short clip open; the header has it then.
        close = max(0.01, 2 * _ROUNDED / max(span, 1)) * mean
        self.fps = self.rate if abs(self.rate - mean) <= close else mean
        gaps = [late - early for early, late in pairwise(ms)] or [usual]
        if max(gaps) - min(gaps) > _UNEVEN * usual + _ROUNDED:
            self.notes.append(
                f"The frame rate varies: {min(gaps):.1f} to {max(gaps):.1f} ms from frame to "
                f"frame, {self.fps:.4g} fps on average. Durations in frames are not exact."
            )
        return [(one - ms[0]) / 1000 for one in ms]

    def decode(self, frame: int) -> Iterator[tuple[int, Picture]]:
        """A frame, and some of those before it."""
        most = max(1, min(KEEP, CACHE // 12 // (self.size[0] * self.size[1])))
        self.keep = most if 0 < self.last - frame <= KEEP else 1
        self.last = frame
        found = self._forward(frame) if 0 <= frame - self.next < _AHEAD else None
        for back in (self.keep - 1, *_BACK):
            if found is None and frame > back:
                found = self._sought(frame - back, frame)
        if found is None:
            self.open()
            found = self._forward(frame)
        if found is None:
            problem = f"frame {frame} is not what it was when the file was opened"
            raise self.error(problem, "Open the file again")
        for at, picture in found:
            yield at, picture[:, :, ::-1].copy()

    def _sought(self, start: int, frame: int) -> list[tuple[int, Picture]] | None:
        """Seek near a start and go on from there; None where that does not lead to the frame."""
        target = round(self.times_s[start] * (self.rate or self.fps))
        self.capture.set(self.cv2.CAP_PROP_POS_FRAMES, target)
        at = self.known.get(round(1000 * self.time())) if self.grab() else None
        self.next = len(self.sums) if at is None else at
        return self._forward(frame, grabbed=True) if self.next <= frame else None

    def _forward(self, frame: int, grabbed: bool = False) -> list[tuple[int, Picture]] | None:
        """Read on up to a frame; None where it is not the one it should be."""
        kept: list[tuple[int, Picture]] = []
        while self.next <= frame:
            if not grabbed and not self.grab():
                self.next = len(self.sums)
                return None
            grabbed = False
            if self.next > frame - self.keep:
                picture = self.picture()
                if picture is not None and _sum(picture) == self.sums[self.next]:
                    kept.append((self.next, picture))
            self.next += 1
        return kept if kept and kept[-1][0] == frame else None


def _sum(picture: Picture) -> int:
    """Checksum of every eighth row: two of each block that a decoder can leave broken."""
    return crc32(picture[::8].tobytes())
