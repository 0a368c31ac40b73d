"""One clip as frames: whatever they come from, they are asked for in one way."""

from __future__ import annotations

import io
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from math import isfinite
from pathlib import PurePath
from threading import RLock
from typing import TYPE_CHECKING, Any

from fau_teach._reading import FileError
from fau_teach.coding import Watched
from fau_teach.footage.traces import Trace

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Picture = npt.NDArray[np.uint8]
else:
    Picture = Any

CACHE = 256 * 2**20
"""Bytes of decoded frames that a footage keeps unless told otherwise."""
LARGEST = 50_000_000
"""Most pixels of a frame; larger ones are refused before they are decoded."""
NARROWEST, WIDEST = 1, 4096
"""Width of a picture for the browser [px]."""
_SLOWEST, _FASTEST = 0.1, 100_000.0
_GREY = 118


@dataclass(eq=False)
class Footage:
    """Frames of one clip.

    Parameters
    ----------
    name : of the clip
    fps : frames a second [1/s]
    count : number of frames; the first one is frame 0
    size : width and height [px]
    decode : frame -> what decoding it gave: numbers and pictures, its own among them
    times_s : time of each frame [s]; by ``fps`` unless given
    numbers : number that each frame has in its files; from 0 unless given
    missing : frames without a picture; a grey one stands for each
    media : name of file or folder
    notes : what is unusual, a sentence each
    views : other pictures of the clip, such as ``"depth"``, found by the frames' numbers
    traces : what was measured beside
    cache : most bytes of decoded frames that are kept
    close : lets go of files; the next frame opens them again

    Raises
    ------
    FileError
        The frame rate is not possible, or there is no frame.
    """

    name: str
    fps: float
    count: int
    size: tuple[int, int]
    decode: Callable[[int], Iterable[tuple[int, Picture]]]
    _: KW_ONLY
    times_s: Sequence[float] = ()
    numbers: Sequence[int] = ()
    missing: Sequence[int] = ()
    media: str = ""
    notes: tuple[str, ...] = ()
    views: dict[str, Footage] = field(default_factory=dict)
    traces: tuple[Trace, ...] = ()
    cache: int = CACHE
    close: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        fps, file = self.fps, self.media or self.name
        if not isinstance(fps, (int, float)) or not isfinite(fps) or not (
            _SLOWEST <= fps <= _FASTEST
        ):  # fmt: skip
            advice = f"Give frames a second, {_SLOWEST:g} to {_FASTEST:g}"
            raise FileError(file, 0, "", f"a frame rate of {fps!r:.40} is not possible", advice)
        if not self.count:
            raise FileError(file, 0, "", "there is no frame in it", "Give another one")
        self.times_s = self.times_s or [at / fps for at in range(self.count)]
        self.numbers = self.numbers or range(self.count)
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self._held, self._lock = 0, RLock()

    def read(self, frame: int, view: str = "") -> Picture:
        """One frame, (height, width, 3), red first; it cannot be written to.

        Parameters
        ----------
        frame : from 0
        view : one of ``views``, or empty

        Raises
        ------
        LookupError
            There is no such frame or view.
        FileError
            The frame cannot be decoded (names the file).
        """
        if type(frame) is not int or not 0 <= frame < self.count:
            last = self.count - 1
            raise LookupError(f"{self.name} has no frame {frame!r:.40}. It has 0 to {last}.")
        if view:
            if view not in self.views:
                known = ", ".join(self.views) or "none"
                raise LookupError(f"{self.name} has no view {view!r:.40}. There are: {known}.")
            other, number = self.views[view], self.numbers[frame]
            at = bisect_left(other.numbers, number)
            there = at < other.count and other.numbers[at] == number
            return other.read(at) if there else blank(other.size)
        with self._lock:
            if frame not in self._kept:
                for at, picture in self.decode(frame):
                    picture.setflags(write=False)
                    self._held += picture.nbytes * (at not in self._kept)
                    self._kept[at] = picture
            self._kept.move_to_end(frame)
            found = self._kept[frame]
            while self._held > self.cache and len(self._kept) > 1:
                self._held -= self._kept.popitem(last=False)[1].nbytes
        return found

    def jpeg(self, frame: int, width: int = 512, view: str = "") -> bytes:
        """One frame as JPEG; never wider than it is.

        Parameters
        ----------
        frame, view : as in :meth:`read`
        width : 1 to 4096; the height follows [px]

        Raises
        ------
        LookupError
            There is no such frame or view, or the width is not possible.
        """
        from PIL import Image

        if type(width) is not int or not NARROWEST <= width <= WIDEST:
            raise LookupError(f"{width!r:.40} is no width. Use {NARROWEST} to {WIDEST}.")
        made = Image.fromarray(self.read(frame, view))
        share = min(width / made.width, WIDEST / max(made.size), 1)
        if share < 1:
            small = (max(1, round(made.width * share)), max(1, round(made.height * share)))
            made = made.resize(small, Image.Resampling.BILINEAR, reducing_gap=2.0)
        text = io.BytesIO()
        made.save(text, "JPEG", quality=90)
        return text.getvalue()

    def watched(self, *coders: str, subject: str = "") -> Watched:
        """The clip as a session lists it."""
        media = PurePath(self.media).name  # a session travels: folders of this machine stay here
        return Watched(self.name, self.fps, self.count, subject, media=media, coders=coders)

    def to_dict(self) -> dict[str, Any]:
        """What a viewer in a browser has to know, as plain values for JSON."""
        names = ("name", "count", "fps", "size", "missing", "notes", "views")
        plain = {name: getattr(self, name) for name in names}
        traces = [one.by_frame(self.times_s, self.fps, self.numbers) for one in self.traces]
        first, step = self.numbers[0], self.numbers[-1] - self.numbers[0]
        plain |= {"first": first, "step": step // max(1, self.count - 1), "traces": traces}
        return {name: [*v] if isinstance(v, (tuple, dict)) else v for name, v in plain.items()}

    def __str__(self) -> str:
        wide, high = self.size
        lines = [f"{self.name}: {self.count} frames at {self.fps:g} fps, {wide} × {high} px"]
        return "\n  ".join([*lines, *map(str, self.views.values()), *map(str, self.traces),
                            *self.notes])  # fmt: skip


def blank(size: tuple[int, int]) -> Picture:
    """A grey picture, which stands for one that is not there."""
    import numpy as np

    return np.full((size[1], size[0], 3), _GREY, np.uint8)


def check_size(width: int, height: int, file: str) -> tuple[int, int]:
    """Width and height; refuses a frame without pixels or with too many."""
    if min(width, height) < 1 or width * height > LARGEST:
        problem = f"a frame of {width} × {height} px is not possible"
        raise FileError(file, 0, "", problem, f"Use at most {LARGEST / 1e6:g} megapixels")
    return width, height


def short_list(values: Sequence[object]) -> str:
    """The first few values as text."""
    return ", ".join(map(str, values[:5])) + (", …" if len(values) > 5 else "")
