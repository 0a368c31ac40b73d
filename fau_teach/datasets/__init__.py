"""Data sets: loaders for the files of real ones, and synthetic ones of the same shape.

No real data set is part of this project: the loaders read the files that you were given.
On the command line: ``python -m fau_teach.datasets --help``.
"""

from __future__ import annotations

from fau_teach._reading import FileError as DatasetError
from fau_teach._reading import Report, Rows, Trap
from fau_teach.datasets.raf import (
    RAF_ORDER,
    Annotation,
    Distribution,
    Joined,
    RafError,
    join_raf,
    load_raf,
    read_raf_au,
    read_raf_ml,
)
from fau_teach.datasets.synthetic import Synthetic, Truth, synthesise

__all__ = [
    "RAF_ORDER",
    "Annotation",
    "DatasetError",
    "Distribution",
    "Joined",
    "RafError",
    "Report",
    "Rows",
    "Synthetic",
    "Trap",
    "Truth",
    "join_raf",
    "load_raf",
    "read_raf_au",
    "read_raf_ml",
    "synthesise",
]
