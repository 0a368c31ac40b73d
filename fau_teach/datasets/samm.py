"""Read the annotation sheets of SAMM: micro-expressions, and the long videos.

The set comes from its authors for research after a signed agreement: pass on neither pictures
nor labels, and keep them out of this repository.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from fau_teach._reading import Rows
from fau_teach.datasets._labelled import PUBLISHED, Labelled, Shape, read_labelled

_NAME = re.compile(r"([0-9]{1,4})_([0-9]+)(_.*)?", re.ASCII)


def _person(cells: Mapping[str, str]) -> str:
    """Number of the person as file names have it, ``006``, also where the sheet says 6."""
    subject = cells["Subject"].strip()
    name = _NAME.fullmatch(cells["Filename"].strip())
    same = name is not None and subject.isdecimal() and int(subject) == int(name[1])
    return name[1] if name and same else subject


def _video(filename: str) -> str:
    """Video of an event: ``006_1`` of ``006_1_2``."""
    name = _NAME.fullmatch(filename)
    return f"{name[1]}_{name[2]}" if name else filename


_MICRO = Shape(
    "SAMM", onset="Onset Frame", apex="Apex Frame", offset="Offset Frame", aus="Action Units",
    emotion="Estimated Emotion", kind="micro", notes="Notes", lasts="Duration",
    mark="Inducement Code", person=_person, optional=frozenset({"Notes", "Duration"}),
)  # fmt: skip
_LONG = Shape(
    "SAMM long videos", onset="Onset Frame", apex="Apex Frame", offset="Offset Frame",
    aus="Action Units", kind_in="Type", notes="Notes", lasts="Duration",
    mark="Inducement Code", person=_person, video=_video, optional=frozenset({"Notes", "Duration"}),
)  # fmt: skip


def read_samm(
    path: str | Path, *, strict: bool = True, fps: float = 200.0, coder: str = PUBLISHED
) -> Rows[Labelled]:
    """Read ``SAMM_Micro_FACS_Codes_v2.xlsx``, whose header stands in row 14.

    Codes between which the coders did not decide (``12 or 15``) stay one choice.

    Parameters
    ----------
    path : the file
    strict : whether a row that cannot be read raises; otherwise it is skipped and kept in the
        report
    fps : frames a second [1/s]
    coder : name that the events get

    Raises
    ------
    DatasetError
        The file or, in strict reading, a row cannot be read (says file, row, column and value).

    Source: S0-096, S0-100.
    """
    return read_labelled(path, _MICRO, strict, fps, coder)


def read_samm_long(
    path: str | Path, *, strict: bool = True, fps: float = 200.0, coder: str = PUBLISHED
) -> Rows[Labelled]:
    """Read ``SAMM_LongVideos_V3_Release.xlsx``, macro- and micro-expressions of whole videos.

    Ten lines stand above the table. The clip of an event is its video, ``006/006_1``.

    Parameters
    ----------
    path, strict, fps, coder : as in :func:`read_samm`

    Raises
    ------
    DatasetError
        As in :func:`read_samm`.

    Source: S0-100.
    """
    return read_labelled(path, _LONG, strict, fps, coder)
