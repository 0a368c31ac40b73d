"""Packages whose names are fetched when they are used, so that importing them costs nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(
    package: str, places: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package.

    Parameters
    ----------
    package : its name
    places : module to the names that it holds, with spaces between
    """
    where = {name: place for place, names in places.items() for name in names.split()}

    def fetch(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{where[name]}"), name)

    def known() -> list[str]:
        return sorted((*vars(sys.modules[package]), *where))

    return fetch, known
