"""Read the tables in ``data/``, in a checkout and in an installed wheel alike.

The suggestion that every failed look-up in them makes stands here too.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any


class DataError(ValueError):
    """A table in ``data/`` is missing or broken; the message says file, line and value."""


def did_you_mean(name: object, known: Iterable[str], *, n: int = 1, cutoff: float = 0.5) -> str:
    """Suggest the known names nearest to an unknown one; case does not matter.

    Parameters
    ----------
    name : what was asked for
    known : the names that there are
    n : how many to suggest at most
    cutoff : least likeness, 0 (any name will do) to 1 (equal)

    Returns
    -------
    such as ``"Did you mean 'smile'?"``, nearest first; empty where no name is near
    """
    spellings = {item.casefold(): item for item in known}
    near = get_close_matches(str(name).casefold(), spellings, n, cutoff)
    return f"Did you mean {' or '.join(repr(spellings[key]) for key in near)}?" if near else ""


def data_file(name: str) -> Traversable:
    """Locate one data file.

    Parameters
    ----------
    name : path relative to ``data/``, with forward slashes, such as ``"anatomy/muscles.csv"``

    Raises
    ------
    DataError
        There is no such file.
    """
    for root in (files("fau_teach").joinpath("data"), Path(__file__).parents[1] / "data"):
        found = root.joinpath(*name.split("/"))
        if found.is_file():
            return found
    raise DataError(f"data/{name} does not exist. Is the package installed completely?")


@cache
def read_csv(name: str, required: tuple[str, ...] = ()) -> tuple[dict[str, str], ...]:
    """Rows of a UTF-8 table with a header line; every cell a stripped string.

    Parameters
    ----------
    name : path relative to ``data/``
    required : columns that must be there

    Raises
    ------
    DataError
        File or column missing, or a row has too many or too few cells (says the line).
    """
    text = data_file(name).read_text(encoding="utf-8")
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    missing = [column for column in required if column not in header]
    if missing:
        raise DataError(f"data/{name}, line 1: column {missing[0]!r} is missing; found {header}.")
    rows = []
    for cells in reader:
        if len(cells) != len(header):
            raise DataError(
                f"data/{name}, line {reader.line_num}: {len(cells)} cells, "
                f"but the header names {len(header)} columns."
            )
        rows.append(dict(zip(header, (cell.strip() for cell in cells), strict=True)))
    return tuple(rows)


@cache
def read_json(name: str) -> Any:
    """Content of a UTF-8 JSON file in ``data/``; treat it as read-only.

    Raises
    ------
    DataError
        The file is missing or is not JSON (says line and column).
    """
    try:
        return json.loads(data_file(name).read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise DataError(
            f"data/{name}, line {error.lineno}, column {error.colno}: {error.msg}."
        ) from None
