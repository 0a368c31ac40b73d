"""Whether a stored result was made with the code and the tables as they are now."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from fau_teach._data import data_file
from fau_teach.face.fingerprint import fingerprint as face_fingerprint

_FOLLOWED = ("depth", "emg", "evaluate", "experiments", "force", "models")
"""Units whose imports are followed module by module; of the clip, every module counts, and the
face has a fingerprint of its own."""
_APART = ("fau_teach.experiments.records", "fau_teach.models.stamp")


@cache
def fingerprint(start: str, tables: tuple[str, ...] = ()) -> str:
    """First 16 digits of the SHA-256 of all that a module computes with.

    Comments, docstrings and layout do not count, nor do modules that it does not import.

    Parameters
    ----------
    start : module whose results are stored, such as ``"fau_teach.experiments.chapter4"``
    tables : names below ``data`` that its results depend on, without ``.csv``

    Raises
    ------
    ValueError
        There is no such module.
    """
    total = hashlib.sha256(face_fingerprint().encode())
    for source in (*_clip(), *_reached(start)):
        total.update(meaning(source).encode())
    for name in ("clip/difficulty", "clip/visible", "clip/masking", *tables):
        total.update(data_file(f"{name}.csv").read_bytes().replace(b"\r\n", b"\n"))
    return total.hexdigest()[:16]


def meaning(source: str) -> str:
    """Python code without comments, docstrings and layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = (one for one in body if not isinstance(getattr(one, "value", None), ast.Constant)
                    or not isinstance(one, ast.Expr))  # fmt: skip
            node.body = list(kept)  # type: ignore[attr-defined]
    return ast.dump(tree)


def _clip() -> Iterator[str]:
    parts = (files("fau_teach") / "clip").iterdir()
    for one in sorted(parts, key=lambda part: part.name):
        if one.name.endswith(".py") and one.name != "__init__.py":
            yield one.read_text(encoding="utf-8")


def _reached(start: str) -> Iterator[str]:
    """Code of a module and of all that it imports, in the order of their names."""
    found: dict[str, str] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        source = _source(name)
        if name in found or source is None:
            continue
        found[name] = source
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                waiting += [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                parts = [f"{node.module}.{one.name}" for one in node.names]
                inside = [part for part in parts if _source(part) is not None]
                waiting += inside
                if len(inside) < len(parts):
                    waiting.append(node.module)
    if start not in found:
        raise ValueError(f"{start}: no module of {', '.join(_FOLLOWED)}.")
    for name in sorted(found):
        yield found[name]


def _source(name: str) -> str | None:
    """Text of a module of the followed units."""
    parts = name.split(".")
    if parts[0] != "fau_teach" or len(parts) < 2 or parts[1] not in _FOLLOWED or name in _APART:
        return None
    place = files("fau_teach").joinpath(*parts[1:-1])
    for one in (place / f"{parts[-1]}.py", place / parts[-1] / "__init__.py"):
        if one.is_file():
            return one.read_text(encoding="utf-8")
    return None
