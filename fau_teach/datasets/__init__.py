"""Data sets: loaders for the files of real ones, and synthetic ones of the same shape.

No real data set is part of this project: the loaders read the files that you were given.
On the command line: ``python -m fau_teach.datasets --help``.
"""

from __future__ import annotations

from fau_teach._reading import FileError as DatasetError
from fau_teach._reading import Report, Rows, Trap
from fau_teach.datasets._labelled import Cleaned, CleaningReport, Labelled
from fau_teach.datasets.casme import (
    read_cas_me_2,
    read_cas_me_3_a,
    read_cas_me_3_a_micro,
    read_cas_me_3_blinks,
    read_cas_me_3_c,
    read_cas_me_3_c_micro,
    read_casme_ii,
)
from fau_teach.datasets.frames import FrameLabels, read_bp4d, read_disfa
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
from fau_teach.datasets.samm import read_samm, read_samm_long
from fau_teach.datasets.synthetic import Synthetic, Truth, synthesise

__all__ = [
    "RAF_ORDER",
    "Annotation",
    "Cleaned",
    "CleaningReport",
    "DatasetError",
    "Distribution",
    "FrameLabels",
    "Joined",
    "Labelled",
    "RafError",
    "Report",
    "Rows",
    "Synthetic",
    "Trap",
    "Truth",
    "join_raf",
    "load_raf",
    "read_bp4d",
    "read_cas_me_2",
    "read_cas_me_3_a",
    "read_cas_me_3_a_micro",
    "read_cas_me_3_blinks",
    "read_cas_me_3_c",
    "read_cas_me_3_c_micro",
    "read_casme_ii",
    "read_disfa",
    "read_raf_au",
    "read_raf_ml",
    "read_samm",
    "read_samm_long",
    "synthesise",
]
