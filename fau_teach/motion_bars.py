"""How many of the points that each way chooses truly move: measured, and stored for the book.

``python -m fau_teach.motion_bars`` measures all anew and writes ``data/depth/bars.csv``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np

from fau_teach._data import data_file, read_csv
from fau_teach.depth.cloud import Frame, Intrinsics
from fau_teach.depth.crop import face_box
from fau_teach.depth.motion import motion
from fau_teach.depth.printed import check_choice, subtraction
from fau_teach.depth.rigid import Rigid
from fau_teach.depth.selected import COUNT, Selected
from fau_teach.depth.truth import Pair, pair, score
from fau_teach.face.depth import Sensor

Way = Literal["printed", "length", "used"]
WAYS: Mapping[Way, str] = MappingProxyType(
    {
        "printed": "as printed",
        "length": "subtraction, longest first",
        "used": "as used",
    }
)
ROWS: Mapping[str, str] = MappingProxyType({**{str(way): name for way, name in WAYS.items()},
                                            "chance": "blind choice"})  # fmt: skip
"""The ways, and a blind choice."""
CODES = ("1", "4", "12", "17")
FACES = ("Ana", "Bao", "Chidi", "Dagny")
HEAD = MappingProxyType({"head_mm": 0.5, "head_deg": 0.3})
"""How the head moves between onset and apex, along and about each axis."""
CONDITIONS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "exact depth": {},
        "rounding and noise": {
            "sensor": Sensor(noise=0.5, grain=0, mixing=0, grazing=90, dropout=0)
        },
        "full sensor": {"sensor": Sensor(), "grain": 1.0},
    }
)
"""What the camera does: nothing; whole millimetres and 0.5 mm of noise; all that ours does."""
FILE = "depth/bars.csv"


@dataclass(frozen=True, slots=True)
class Bar:
    """What was found of one movement of 2 mm.

    Parameters
    ----------
    condition, code, face : which pair of frames
    chance : share of the face that moves: the precision of a blind choice
    printed, length, used : precision of each way
    """

    condition: str
    code: str
    face: str
    chance: float
    printed: float
    length: float
    used: float


def made(code: str, face: str, condition: str, **changes: Any) -> Pair:
    """A pair of frames under a condition, cut to the face.

    Parameters
    ----------
    changes : further arguments of `fau_teach.depth.truth.pair`, such as ``head_mm``
    """
    whole = pair(code, face, **{**HEAD, **CONDITIONS[condition], **changes})
    return whole.cropped(face_box(whole.onset, whole.intrinsics))


def chosen(way: Way, truth: Pair, count: int = COUNT) -> Selected:
    """The points that a way chooses.

    Parameters
    ----------
    way : "printed", the pipeline of the source; "length", the same with our angles, filter and
        ranking; "used", tracked motion without the head's
    """
    check_choice("way", way, Way)
    if way == "used":
        return motion(truth.onsets, truth.apexes, truth.intrinsics, count=count)
    variant: Literal["printed", "used"] = "printed" if way == "printed" else "used"
    return subtraction(truth.onset, truth.apex, truth.intrinsics, count=count, variant=variant)


def measured(
    codes: Sequence[str] = CODES,
    faces: Sequence[str] = FACES,
    conditions: Sequence[str] = tuple(CONDITIONS),
) -> tuple[Bar, ...]:
    """Every movement on every face under every condition; a third of a second each."""
    bars = []
    for condition, face, code in product(conditions, faces, codes):
        truth = made(code, face, condition)
        found = {way: score(chosen(way, truth), truth) for way in get_args(Way)}
        precision = {way: round(one.precision, 4) for way, one in found.items()}
        bars.append(Bar(condition, code, face, round(found["used"].chance, 4), **precision))
    return tuple(bars)


@cache
def stored() -> tuple[Bar, ...]:
    """The table of the book, as `measured` gave it."""
    names = [one.name for one in fields(Bar)]
    return tuple(
        Bar(*(row[name] for name in names[:3]), *(float(row[name]) for name in names[3:]))  # type: ignore[arg-type]
        for row in read_csv(FILE, tuple(names))
    )


def values(bars: Sequence[Bar], condition: str, way: str) -> list[float]:
    """Precisions of one way, or ``"chance"``, under one condition."""
    return [getattr(one, way) for one in bars if one.condition == condition]


def table(bars: Sequence[Bar]) -> Any:
    """A pandas table: median and worst precision of each way under each condition."""
    import pandas as pd

    rows = {}
    for way, name in ROWS.items():
        found = {condition: values(bars, condition, way) for condition in CONDITIONS}
        rows[name] = {
            f"{condition}, {what}": f"{reduce(each):.2f}"
            for condition, each in found.items()
            for what, reduce in (("median", np.median), ("worst", min))
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def planted(height_mm: float, seed: int = 0) -> Pair:
    """A dome of which a thirtieth comes out: steps of 1 mm, and noise of 0.5 mm.

    Source: S3-026, E3-21: the smallest generator whose truth is known.
    """
    camera = Intrinsics(width=250, height=250, cx=124.5, cy=124.5)
    v, u = np.mgrid[0:250, 0:250] - 124.5
    dome = 600 + (u**2 + v**2) / 260
    moving = u**2 + v**2 < 0.033 * 250**2 / np.pi
    noise = np.random.default_rng(seed)
    onset, apex = (
        Frame(np.rint(depth + noise.normal(0, 0.5, dome.shape)).astype(np.uint16))
        for depth in (dome, dome - height_mm * moving)
    )
    truth = np.zeros((250, 250, 3), np.float32)
    truth[..., 2] = -height_mm / 1000 * moving
    return Pair((onset,), (apex,), camera, truth, moving, Rigid())


def largest(truth: Pair, count: int = COUNT, seed: int = 0) -> Selected:
    """The pixels whose depth changed most; chance decides between equal ones.

    Source: S3-026. Steps of 1 mm make most changes equal, and the source names no rule.
    """
    change = np.abs(np.subtract(truth.apex.depth, truth.onset.depth, dtype=float)).ravel()
    tie = np.random.default_rng(seed).random(len(change))
    best = np.lexsort((tie, -change))[:count]
    rows, delta = np.zeros((count, 6), np.float32), np.zeros((count, 3))
    return Selected(rows, best.astype(np.int64), delta, truth.moving.shape)


def main() -> None:
    """Measure, and write the table."""
    names = [one.name for one in fields(Bar)]
    with Path(str(data_file(FILE))).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(asdict, measured()))


if __name__ == "__main__":
    main()
