"""Arrays with a header in one file that holds no code: an npz that is read without pickle."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fau_teach._reading import FileError

Arrays = dict[str, npt.NDArray[Any]]
FORM = 1
_HEADER = "header"
_MOST = 2**31
"""Most bytes that a file may unpack to."""


def cache_folder() -> Path:
    """Where made data and trained nets are kept.

    ``FAU_TEACH_CACHE`` if it is set, ``_build/models`` in a checkout, else the user's cache.
    """
    given, root = os.environ.get("FAU_TEACH_CACHE"), Path(__file__).parents[2]
    if given:
        return Path(given)
    if (root / "pyproject.toml").is_file():
        return root / "_build" / "models"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fau_teach"


def digest(value: Any) -> str:
    """First 16 digits of the SHA-256 of something that JSON can hold; equal things give one."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def save(path: str | Path, arrays: Mapping[str, npt.NDArray[Any]], header: Any = None) -> Path:
    """Write arrays of plain numbers and a header; the whole file or nothing."""
    text = json.dumps({"form": FORM, "header": header}, sort_keys=True).encode()
    kept = {_HEADER: np.frombuffer(text, np.uint8), **arrays}
    wrong = [name for name, one in kept.items() if np.asarray(one).dtype.kind not in "biuf"]
    if wrong or _HEADER in arrays:
        raise ValueError(f"array {(wrong or [_HEADER])[0]!r}: numbers only, another name.")
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **kept)
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(packed.getvalue())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def load(path: str | Path) -> tuple[Arrays, Any]:
    """Arrays and header of a file that :func:`save` wrote; nothing in it is ever run.

    Raises
    ------
    FileError
        The file is missing, is something else, or unpacks to more than 2 GiB.
    """
    advice = "Make it anew with save(), or take the file that was made so"
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(one.file_size for one in packed.infolist()) > _MOST:
                raise FileError(str(path), 0, "", "it unpacks to more than 2 GiB", advice)
        with np.load(path, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        about = json.loads(arrays.pop(_HEADER).tobytes())
        if about["form"] != FORM:
            raise ValueError(f"its form is {about['form']!r}")
        return arrays, about["header"]
    except FileError:
        raise
    except FileNotFoundError:
        raise FileError(str(path), 0, "", "there is no such file", advice) from None
    except Exception as error:
        raise FileError(str(path), 0, "", f"this is no checkpoint: {error}", advice) from None
