"""Folders of numbered pictures, as CASME keeps a clip, and depth maps among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import gcd
from pathlib import Path
from typing import Any

from fau_teach._reading import FileError
from fau_teach.footage.source import CACHE, Footage, Picture, blank, check_size, short_list

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
_KINDS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP")
_NUMBERED = re.compile(r"(.*?)([0-9]{1,9})([^0-9]*)", re.ASCII | re.DOTALL)
_DEEP = ("I;16", "I;16B", "I;16L", "I", "F")
_BROKEN = (OSError, SyntaxError, ValueError)
_TURNED = 0x0112  # the field of a JPEG that says how the camera was held
# Ours: how many maps the range of depth comes from, and how many frames a picture may stand for.
_SAMPLED, _EMPTIEST = 9, 4


def images(
    folder: str | Path, fps: float, *, series: str | None = None, cache: int = CACHE
) -> Footage:
    """A folder of pictures whose names end in the number of the frame, such as ``img46.jpg``.

    The lowest number is frame 0. A number that is missing stays a frame, so that times stay
    right; where all numbers are steps of two or more apart, a step is a frame. Maps of 16 bits
    are depth: white near, black far or unknown, over the range of nine of them.

    Parameters
    ----------
    folder : the folder
    fps : frames a second [1/s]; pictures do not tell it
    series : such as ``"img*"``, where the folder holds several
    cache : most bytes of decoded frames that are kept

    Raises
    ------
    FileError
        There are no pictures or several series, sizes differ (names the file), or a picture is
        too large; none is decoded before its size is known.
    """
    folder = Path(folder)
    found, notes = _listed(folder, series)
    first, step = min(found), gcd(*(late - early for early, late in pairwise(sorted(found)))) or 1
    count = (max(found) - first) // step + 1
    if count > _EMPTIEST * len(found) + 100:
        problem = f"{len(found)} pictures are numbered from {first} to {max(found)}"
        raise FileError(str(folder), 0, "", problem, "Number them without wide gaps")
    files: dict[int, Path] = {}
    size, deep, model = (0, 0), False, ""
    for number, path in sorted(found.items()):
        header = _header(path)
        if header is None:
            notes.append(f"{path.name} is no picture that can be read.")
            continue
        if not files:
            size, deep, model = *header, path.name
        if header[0] != size:
            problem = f"{header[0][0]} × {header[0][1]} px, but {model} has {size[0]} × {size[1]}"
            raise FileError(str(path), 0, "", problem, "Give all pictures of a clip one size")
        files[(number - first) // step] = path
    if not files:
        raise FileError(str(folder), 0, "", "no picture in it can be read", "Give another folder")
    missing = sorted({*range(count)} - {*files})
    if missing:
        numbers = short_list([first + step * at for at in missing])
        notes.append(f"No picture for {len(missing)} of {count} frames, numbers {numbers}.")
    if step > 1:
        notes.append(f"Numbers go up in steps of {step}; a step is a frame.")
    near, far = _range(files) if deep else (0.0, 1.0)
    if deep:
        notes.append(f"Shown from {near:.4g} (white) to {far:.4g} (black); 0 is unknown.")

    def decode(frame: int) -> Iterator[tuple[int, Picture]]:
        import numpy as np

        seen = _pixels(files[frame]) if frame in files else blank(size)
        if seen.ndim == 2:
            level = 255 - 225 * np.clip((seen - near) / (far - near), 0, 1)
            seen = np.where(seen > 0, level, 0).astype(np.uint8)[..., None].repeat(3, axis=2)
        if seen.shape != (size[1], size[0], 3):
            problem = f"it was {size[0]} × {size[1]} px when the folder was opened"
            raise FileError(str(files[frame]), 0, "", problem, "Open the folder again")
        yield frame, seen

    return Footage(
        folder.name, fps, count, size, decode, numbers=range(first, first + step * count, step),
        missing=missing, media=str(folder), notes=tuple(notes), cache=cache,
    )  # fmt: skip


def _listed(folder: Path, series: str | None) -> tuple[dict[int, Path], list[str]]:
    """Number -> file of one series, and what is told about the rest."""
    try:
        # A pipe or a device that is named as a picture would never end.
        entries = sorted(one for one in folder.iterdir() if one.is_file())
    except OSError as error:
        problem = f"the folder cannot be read: {error.strerror or error}"
        raise FileError(str(folder), 0, "", problem, "Give a folder of pictures") from None
    groups: dict[str, dict[int, list[str]]] = {}
    others = []
    for path in entries:
        match = _NUMBERED.fullmatch(path.stem)
        if path.suffix.lower() in _SUFFIXES and match and not path.name.startswith("."):
            group = groups.setdefault(f"{match[1]}*{match[3]}", {})
            group.setdefault(int(match[2]), []).append(path.name)
        else:
            others.append(path.name)
    if len(groups) != 1 and series not in groups:
        known = ", ".join(map(repr, sorted(groups)))[:200]
        problem = f"it holds {len(groups)} series of numbered pictures: {known or 'none'}"
        advice = "Name one, as series='img*'" if groups else "Name pictures as img1.jpg"
        raise FileError(str(folder), 0, series or "", problem, advice)
    chosen = groups[min(groups) if series not in groups else series]
    notes = [f"{len(others)} other files are left out: {short_list(others)}."] * bool(others)
    for number, names in sorted(chosen.items()):
        if len(names) > 1:
            notes.append(f"Number {number} comes twice: {names[0]} is used, not {names[1]}.")
    return {number: folder / names[0] for number, names in chosen.items()}, notes


def _header(path: Path) -> tuple[tuple[int, int], bool] | None:
    """Size as shown, and whether it is a map of more than 8 bits; None for no picture."""
    import warnings

    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of large pictures, which are refused below
        try:
            with Image.open(path, formats=_KINDS) as made:
                size, deep = made.size, made.mode in _DEEP
                turned = made.format == "JPEG" and made.getexif().get(_TURNED, 1) > 4
        except Image.DecompressionBombError:
            size, deep, turned = (2**31, 2**31), False, False
        except _BROKEN:
            return None
    return check_size(*(size[::-1] if turned else size), str(path)), deep


def _pixels(path: Path) -> Any:
    """A picture as an array: (height, width, 3) of 8 bits, or (height, width) of depth."""
    import numpy as np
    from PIL import Image, ImageOps

    try:
        with Image.open(path, formats=_KINDS) as made:
            if made.mode in _DEEP:
                return np.asarray(made).astype(np.float32)
            return np.array(ImageOps.exif_transpose(made).convert("RGB"))
    except _BROKEN as error:
        problem = f"the picture is damaged: {error}"
        raise FileError(str(path), 0, "", problem, "Copy it again from its source") from None


def _range(files: Mapping[int, Path]) -> tuple[float, float]:
    """Depth that is shown white and black; one of a hundred known pixels lies beyond each."""
    import numpy as np

    frames = sorted(files)
    some = {frames[at * (len(frames) - 1) // (_SAMPLED - 1)] for at in range(_SAMPLED)}
    maps = [_pixels(files[at]).ravel() for at in sorted(some)]
    known = np.concatenate([one[one > 0] for one in maps])
    low, high = np.percentile(known, (1, 99)) if known.size else (0.0, 1.0)
    return float(low), max(float(high), float(low) + 1e-3)
