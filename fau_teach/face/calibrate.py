"""The strengths of ``data/face/muscles.csv``: newtons that move the default face by ``peak_mm``.

``python -m fau_teach.face.calibrate --write`` writes them, after landmarks, tissue or muscles have
changed. Other identities get the same newtons.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fau_teach._data import data_file, read_csv
from fau_teach.face.face import Face
from fau_teach.face.muscles import pulls

TABLE = "face/muscles.csv"


def calibrated(face: Face) -> dict[str, float]:
    """Force of each muscle and load [N] that moves a face by its peak, both sides together.

    Skin inside the mouth and behind the lids does not count.
    """
    seen = np.asarray(face.base.attributes["cavity"]) < 0.5
    found = {}
    for pull in pulls():
        both = face.columns[f"{pull.id}_left"] + face.columns[f"{pull.id}_right"]
        largest = np.linalg.norm(both, axis=1)[seen].max() / pull.strength
        found[pull.id] = float(f"{pull.peak / largest:.3g}")
    return found


def table(face: Face) -> str:
    """The whole table with new strengths."""
    rows, force = read_csv(TABLE), calibrated(face)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(row | {"strength": f"{force[row['id']]:g}"} for row in rows)
    return text.getvalue()


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write data/{TABLE}")
    text = table(Face())
    if parser.parse_args(arguments).write:
        Path(str(data_file(TABLE))).write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
