"""Frames of the depth set as files: where they stand, whether they are sound, what they hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from fau_teach._reading import FileError

Size = tuple[int, int]
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_DEEP = ("I;16", "I;16B", "I;16L", "I")
_BROKEN = (OSError, SyntaxError, ValueError)
_MENDED = "Copy the file again from the set"


@dataclass(frozen=True, slots=True)
class Clip:
    """Files of one clip.

    Parameters
    ----------
    folder : the clip's
    depth, colour : frame -> file
    """

    folder: Path
    depth: Mapping[int, Path] = field(repr=False, compare=False)
    colour: Mapping[int, Path] = field(repr=False, compare=False)


def clip_of(root: Path, name: str, colour: bool = True) -> Clip | FileError:
    """The clip of this name, or why there is none."""
    place = root.joinpath(*Path(name).parts)
    if not place.resolve().is_relative_to(root.resolve()) or not place.is_dir():
        problem = f"the labels name the clip {name!r}, and there is no such folder"
        return FileError(str(place), 0, "", problem, "Unpack it there, or mend the label")
    maps = _numbered(place / "depth", (".png",)) or _numbered(place, (".png",))
    seen = _numbered(place / "color", (".jpg", ".jpeg", ".png"))
    seen = seen or _numbered(place, (".jpg", ".jpeg"))
    if not maps:
        advice = "Put them into its folder depth, named as 17.png"
        return FileError(str(place), 0, "", "the clip has no depth maps", advice)
    return Clip(place, MappingProxyType(maps), MappingProxyType(seen if colour else {}))


def _numbered(place: Path, suffixes: Collection[str]) -> dict[int, Path]:
    if not place.is_dir():
        return {}
    found = sorted(one for one in place.iterdir() if one.suffix.lower() in suffixes)
    return {int(one.stem): one for one in found if _NUMBER.fullmatch(one.stem)}


Frames = Collection[tuple[Clip, int]]


def check(
    frames: Frames, size: Size | None = None
) -> tuple[Size | None, dict[tuple[Clip, int], FileError]]:
    """Whether frames are there, of one size and of 16 bits, by their headers.

    Parameters
    ----------
    frames : clip and number of each
    size : that they should have; the most common one if None

    Returns
    -------
    the size, None where no map can be read; and what is wrong with which frame
    """
    faulty: dict[tuple[Clip, int], FileError] = {}
    sizes: dict[tuple[Clip, int], Size] = {}
    ordered = sorted(frames, key=lambda one: (str(one[0].folder), one[1]))
    for clip, number in ordered:
        try:
            sizes[clip, number] = _depth_size(clip, number)
        except FileError as error:
            faulty[clip, number] = error
    common = Counter(sizes.values()).most_common(1)
    size = size or (common[0][0] if common else None)
    for (clip, number), found in sizes.items():
        try:
            _same(clip.depth[number], found, size or found)
            if clip.colour:
                _same(_there(clip, number, "color"), _colour_size(clip.colour[number]), found)
        except FileError as error:
            faulty[clip, number] = error
    return size, faulty


def _there(clip: Clip, number: int, what: str) -> Path:
    files, end = (clip.depth, "png") if what == "depth" else (clip.colour, "jpg")
    if number in files:
        return files[number]
    place = next(iter(files.values())).parent / f"{number}.{end}"
    near = min(files, key=lambda one: abs(one - number))
    problem = f"frame {number} is missing; the nearest that is there is {near}"
    advice = "Unpack it, or leave its expression out"
    raise FileError(str(place), 0, "", problem, advice, f"{what} of {clip.folder.name}")


def _depth_size(clip: Clip, number: int) -> Size:
    path = _there(clip, number, "depth")
    size, mode = _header(path)
    if mode not in _DEEP:
        problem = f"the map is {mode}, and depth needs one channel of 16 bits"
        raise FileError(str(path), 0, mode, problem, "Export it again, unchanged, 1 unit = 1 mm")
    return size


def _colour_size(path: Path) -> Size:
    size, _ = _header(path)
    return size


def _same(path: Path, size: Size, wanted: Size) -> None:
    if size != wanted:
        problem = f"it has {size[0]} x {size[1]} px where {wanted[0]} x {wanted[1]} are expected"
        raise FileError(str(path), 0, "", problem, "Give all frames of the set one size")


def _header(path: Path) -> tuple[Size, str]:
    """Size and mode of a picture, without decoding it."""
    with _opened(path) as made:
        return made.size, made.mode


class _opened:  # noqa: N801 - reads as a function
    """A picture that is open; what cannot be read becomes a FileError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Any:
        import warnings

        from PIL import Image

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a wrong size is refused before decoding
                self.made = Image.open(self.path, formats=("PNG", "JPEG"))
        except (*_BROKEN, Image.DecompressionBombError) as error:
            raise self.error(error) from None
        return self.made

    def __exit__(self, *_: object) -> None:
        self.made.close()

    def error(self, error: Exception) -> FileError:
        why = getattr(error, "strerror", None) or type(error).__name__
        return FileError(str(self.path), 0, "", f"no picture that can be read ({why})", _MENDED)


def read_depth(path: Path, size: Size) -> npt.NDArray[np.uint16]:
    """Depth map (height, width) as it was stored, 0 where there is none.

    Raises
    ------
    FileError
        It cannot be read, has another size, or more or less than one channel of 16 bits.
    """
    found = _pixels(path, size)
    if found.ndim != 2 or found.dtype.itemsize < 2 or found.min() < 0 or found.max() >= 2**16:
        problem = f"it holds {found.dtype} in {found.ndim} axes, not one channel of 16 bits"
        raise FileError(str(path), 0, "", problem, "Export it again, unchanged, 1 unit = 1 mm")
    return found.astype(np.uint16)


def read_colour(path: Path, size: Size) -> npt.NDArray[np.uint8]:
    """Picture (height, width, 3), red first.

    Raises
    ------
    FileError
        It cannot be read or has another size.
    """
    return np.asarray(_pixels(path, size, "RGB"), np.uint8)


def _pixels(path: Path, size: Size, mode: str = "") -> npt.NDArray[Any]:
    opened = _opened(path)
    with opened as made:
        _same(path, made.size, size)
        try:
            return np.asarray(made.convert(mode) if mode else made)
        except _BROKEN as error:
            raise opened.error(error) from None
