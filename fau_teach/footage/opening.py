"""Open whatever can be coded, with what lies beside it: depth, and traces such as EMG."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

from fau_teach._reading import FileError
from fau_teach.clip import Clip, ClipError
from fau_teach.footage.images import images
from fau_teach.footage.source import CACHE, Footage, Picture, check_size
from fau_teach.footage.traces import read_traces
from fau_teach.footage.video import video

COLOUR, DEPTH = ("color", "colour", "rgb"), "depth"
"""Folders of pictures and of depth maps within the folder of a clip."""
TRACE = "emg.csv"
"""Table of traces in the folder of a clip; beside a video it is ``NAME.emg.csv``."""
_SOON_S, _EACH_S = 2.0, 0.5


def open_footage(
    source: str | Path | Clip,
    fps: float | None = None,
    *,
    traces: str | Path | None = None,
    name: str = "",
    **options: Any,
) -> Footage:
    """Open a clip to code, with depth and traces where they lie beside it.

    While a long video is read, a line says how far it is.

    Parameters
    ----------
    source : a video; a folder of numbered pictures, or one with ``color`` and ``depth`` in it as
        in CAS(ME)^3; a clip of the teaching face, or the file of its script
    fps : frames a second [1/s]; needed for pictures, the others tell it
    traces : table for :func:`read_traces`, where it has another name than ``emg.csv`` in the
        folder or ``NAME.emg.csv`` beside the file
    name : of the clip in sessions; that of its file or folder unless given
    options : of :func:`images`, :func:`video` or :func:`rendered`

    Raises
    ------
    FileError
        Something cannot be read, or the frame rate is missing or another one.
    """
    path = Path() if isinstance(source, Clip) else Path(source)
    beside = path.with_suffix(f".{TRACE}") if path.name else path
    if isinstance(source, Clip):
        found = rendered(source, **options)
    elif path.is_dir():
        found, beside = _folder(path, fps, options), path / TRACE
    elif path.suffix.lower() == ".json":
        try:
            found = rendered(Clip.load(path), **{"name": path.stem} | options)
        except (ClipError, OSError) as error:
            problem = f"it is no script of a clip: {error}"
            raise FileError(str(path), 0, "", problem, "Give another file") from None
    else:
        found = video(path, **{"progress": _telling(path.name)} | options)
    if fps not in (None, found.fps):
        problem = f"it has {found.fps:g} fps, not {fps:g}"
        raise FileError(found.media, 0, "", problem, "Leave fps out, the file tells it")
    at = traces or (beside if beside.is_file() else None)
    found.traces = read_traces(at) if at else ()
    found.name = name or found.name
    return found


def _telling(name: str) -> Callable[[int, int], object]:
    """A line that says how far a reading is; nothing for one that is over soon."""
    # A notebook would show the usual stream as if something were wrong.
    stream = sys.stdout if "ipykernel" in sys.modules else sys.stderr
    told = begun = monotonic()

    def tell(done: int, announced: int) -> None:
        nonlocal told
        now, over = monotonic(), done == announced
        if now - begun > _SOON_S and (over or now - told > _EACH_S):
            told = now
            of = f" of {announced}" if announced else ""
            print(f"\r{name}: {done}{of} frames read", end="\n" if over else "", file=stream)
            stream.flush()

    return tell


def _folder(folder: Path, fps: float | None, options: dict[str, Any]) -> Footage:
    if fps is None:
        problem = "pictures do not tell their frame rate"
        raise FileError(str(folder), 0, "", problem, "Give it as fps=200")
    colour = next((folder / name for name in COLOUR if (folder / name).is_dir()), folder)
    found = images(colour, fps, **options)
    found.name, found.media = folder.resolve().name or "clip", str(folder)
    if (folder / DEPTH).is_dir():
        depth = found.views[DEPTH] = images(folder / DEPTH, fps, cache=found.cache)
        lacking = len({*found.numbers} - {*depth.numbers})
        found.notes += (f"Depth: {lacking} frames have none.",) * bool(lacking)
        found.notes += tuple(f"Depth: {note}" for note in depth.notes)
    return found


def rendered(script: Clip, size: int = 512, name: str = "", cache_bytes: int = CACHE) -> Footage:
    """A clip of the teaching face; a frame is drawn when it is asked for.

    Parameters
    ----------
    script : the clip; its identity is the face
    size : width and height [px]
    name : of the clip; of its face and seed unless given
    cache_bytes : most bytes of drawn frames that are kept
    """
    name = name or f"{script.identity}-{script.seed}"

    @cache
    def ready() -> list[Any]:
        from fau_teach.face.film import moments

        return [*moments(script)]

    def decode(frame: int) -> Iterator[tuple[int, Picture]]:
        import numpy as np

        from fau_teach.face import face
        from fau_teach.face.materials import Lights
        from fau_teach.face.picture import picture

        one = ready()[frame]
        light = Lights().scaled(one.light)
        seen: Any = picture(
            face(script.identity), one.scores, size=size, extra=one.extra, lights=light
        )
        if script.nuisance.noise:
            # A grain of its own for each frame, whatever was drawn before.
            grain = np.random.default_rng((script.seed, frame))
            seen = np.rint(seen + grain.normal(0, script.nuisance.noise, seen.shape)).clip(0, 255)
        yield frame, seen.astype(np.uint8)

    wide = check_size(size, size, name)
    return Footage(name, script.fps, script.frames, wide, decode, cache=cache_bytes)
