"""An outside judge of the teaching face: dlib's face detector and its 68 points.

Optional and never a dependency: the points were learned on pictures with a non-commercial
licence (iBUG 300-W). Nothing of theirs is kept, only counts and pixels:
``python tests/audit/dlib_judge.py`` writes ``data/results/dlib_judge.csv`` and ``.json``.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = Path(__file__).with_name("dlib_expected.csv")
RESULTS = ROOT / "data/results/dlib_judge.csv"
INSTALL = "python -m pip install dlib-bin==20.0.1.post1 face-recognition-models==0.3.0"
SIZE_PX = 512
SEED = 4
LETTERS = {"D": 0.72, "E": 1.0}  # intensities of fau_teach.clip
HEAD_CODES = frozenset(map(str, range(51, 59)))
NOISE_LEVELS, NOISE_DRAWS = 2.0, 8  # camera noise [of 255], pictures of the neutral face

# A point's partner on the other side, in the usual numbering from 0.
# Jaw, brows, bridge, base of the nose, eyes, outer and inner edge of the lips.
MIRROR = np.array(
    [
        *(*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1)),
        *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
        *(*range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65),
    ]
)
# Unit vectors in the picture (x right, y down) for the subject's left half.
ARROWS = {"up": (0, -1), "down": (0, 1), "out": (1, 0), "in": (-1, 0), "left": (1, 0)}

Picture = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]
Box = tuple[int, int, int, int]
CENTRAL: Box = (128, 154, 384, 410)  # where a face is looked for that has no box of its own


class Face(Protocol):
    """What the judge needs of a face."""

    def render(self, scores: Mapping[tuple[str, str], float], *, size: int) -> Picture: ...


@dataclass(frozen=True, slots=True)
class Expectation:
    """Where points of the left half go under a code, and how far at least at activation 1.

    Where ``against`` names points, it is the shift relative to these that counts.
    """

    code: str
    side: str
    points: tuple[int, ...]
    against: tuple[int, ...]
    direction: str
    minimum_px: float

    def shift(self, moved: Points) -> float:
        """Mean shift [px] in the expected direction; of both halves where both act.

        Parameters
        ----------
        moved : (68, 2) displacements in the picture
        """
        arrow = np.array(ARROWS[self.direction], float)

        def along(points: tuple[int, ...]) -> float:
            here = np.array(points)
            found = moved[here] @ arrow
            if self.side == "both":
                found = np.concatenate([found, moved[MIRROR[here]] @ (arrow * (-1, 1))])
            return float(found.mean())

        return along(self.points) - (along(self.against) if self.against else 0.0)

    def __str__(self) -> str:
        text = f"{' '.join(map(str, self.points))} {self.direction}"
        return f"{text} against {' '.join(map(str, self.against))}" if self.against else text


def expectations() -> list[Expectation]:
    """Rows of ``dlib_expected.csv``."""
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return [
            Expectation(
                row["code"],
                row["side"],
                tuple(map(int, row["points"].split())),
                tuple(map(int, row["against"].split())),
                row["direction"],
                float(row["minimum_px"]),
            )
            for row in csv.DictReader(file)
        ]


class Judge:
    """dlib's detector and predictor; raises ModuleNotFoundError with what to install."""

    def __init__(self) -> None:
        models = importlib.util.find_spec("face_recognition_models")
        if importlib.util.find_spec("dlib") is None or models is None or not models.origin:
            raise ModuleNotFoundError(f"The outside judge is optional; to have it: {INSTALL}")
        import dlib  # type: ignore[import-not-found]

        # The models' own module needs pkg_resources; the file is all we want.
        weights = Path(models.origin).parent / "models/shape_predictor_68_face_landmarks.dat"
        self._rectangle: Any = dlib.rectangle
        self._detect: Any = dlib.get_frontal_face_detector()
        self._predict: Any = dlib.shape_predictor(str(weights))

    def box(self, picture: Picture) -> Box | None:
        """Left, top, right, bottom [px] of the most certain face; None where there is none."""
        boxes, _, _ = self._detect.run(picture, 0)
        return (
            (boxes[0].left(), boxes[0].top(), boxes[0].right(), boxes[0].bottom())
            if boxes
            else None
        )

    def points(self, picture: Picture, box: Box) -> Points:
        """(68, 2) points [px], the mean over nine boxes a little apart, which calms them."""
        left, top, right, bottom = box
        step = round(0.03 * (right - left))
        found = [
            [(p.x, p.y) for p in self._predict(picture, self._rectangle(*corners)).parts()]
            for dx in (-step, 0, step)
            for dy in (-step, 0, step)
            for corners in [(left + dx, top + dy, right + dx, bottom + dy)]
        ]
        mean: Points = np.mean(np.array(found, float), axis=0)
        return mean


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes (left, top, right, bottom)."""
    wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    high = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    area = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
    return wide * high / (sum(area) - wide * high)


def single_codes() -> dict[str, str]:
    """Every code that the face can show, without the head: both sides where that exists."""
    from fau_teach.face.actions import actions, sides

    codes = [code for code in actions() if code not in HEAD_CODES]
    return {code: "both" if "both" in sides(code) else "left" for code in codes}


def named_faces() -> Mapping[str, Face]:
    """Every named identity."""
    from fau_teach import face

    return {name: face.Face(name) for name in face.named()}


def run(
    faces: Mapping[str, Face],
    codes: Mapping[str, str],
    judge: Judge,
    say: Callable[[str], None] = lambda text: None,
) -> list[dict[str, object]]:
    """Show the judge every face, neutral and under each code, and tabulate what it finds.

    Parameters
    ----------
    faces : identity to face
    codes : code to the side on which it acts
    judge : detector and points

    Returns
    -------
    rows with code, side, letter, check (``detection``, or points and direction), count,
    agree, median_px, minimum_px, noise_px and failures (identities)
    """
    wanted = [e for e in expectations() if codes.get(e.code) == e.side]
    draw = np.random.default_rng(SEED)
    seen: dict[tuple[str, str], dict[str, bool]] = {}
    shifts: dict[tuple[Expectation, str], dict[str, float]] = {}
    noise: dict[Expectation, list[float]] = {e: [] for e in wanted}
    for name, face in faces.items():
        say(name)
        neutral = face.render({}, size=SIZE_PX)
        home = judge.box(neutral)
        seen.setdefault(("neutral", ""), {})[name] = home is not None
        home = home or CENTRAL
        rest = judge.points(neutral, home)
        for _ in range(NOISE_DRAWS):
            grain = draw.normal(0, NOISE_LEVELS, neutral.shape)
            noisy = np.clip(neutral + grain, 0, 255).astype(np.uint8)
            moved = judge.points(noisy, home) - rest
            for e in wanted:
                noise[e].append(abs(e.shift(moved)))
        for code, side in codes.items():
            for letter, activation in LETTERS.items():
                picture = face.render({(code, side): activation}, size=SIZE_PX)
                box = judge.box(picture)
                found = box is not None and overlap(box, home) > 0.4
                seen.setdefault((code, letter), {})[name] = found
                moved = judge.points(picture, home) - rest
                for e in wanted:
                    if e.code == code:
                        shifts.setdefault((e, letter), {})[name] = e.shift(moved)
    rows: list[dict[str, object]] = [
        row(code, codes.get(code, ""), letter, "detection", found)
        for (code, letter), found in seen.items()
    ]
    for (e, letter), shift in shifts.items():
        minimum = e.minimum_px * LETTERS[letter]
        agree = {name: px >= minimum for name, px in shift.items()}
        rows.append(
            row(e.code, e.side, letter, str(e), agree)
            | {"median_px": round(float(np.median(list(shift.values()))), 2)}
            | {"minimum_px": round(minimum, 2)}
            | {"noise_px": round(float(np.quantile(noise[e], 0.95)), 2)}
        )
    return rows


def row(
    code: str, side: str, letter: str, check: str, held: Mapping[str, bool]
) -> dict[str, object]:
    """One row of the result table; what is measured in pixels is left empty."""
    return {
        "code": code,
        "side": side,
        "letter": letter,
        "check": check,
        "count": len(held),
        "agree": sum(held.values()),
        "median_px": "",
        "minimum_px": "",
        "noise_px": "",
        "failures": ";".join(name for name, good in held.items() if not good),
    }


def share(rows: Iterable[Mapping[str, object]]) -> float:
    """Which share of the pictures or measurements in some rows agrees."""
    counts = [(int(str(r["agree"])), int(str(r["count"]))) for r in rows]
    return sum(agree for agree, _ in counts) / sum(count for _, count in counts)


def write(rows: Sequence[Mapping[str, object]], identities: Sequence[str], seconds: float) -> None:
    """Write the table and, beside it, how it came about."""
    from fau_teach.face.fingerprint import fingerprint

    detection = [r for r in rows if r["check"] == "detection"]
    points = [r for r in rows if r["check"] != "detection"]
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    about = {
        "command": "python tests/audit/dlib_judge.py",
        "identities": list(identities),
        "size_px": SIZE_PX,
        "letters": LETTERS,
        "seed": SEED,
        "pictures": sum(int(str(r["count"])) for r in detection),
        "detected": round(share(detection), 4),
        "points_agree": round(share(points), 4),
        "package": version("fau_teach"),
        "face_hash": fingerprint(),
        "dlib": version("dlib-bin"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}",
        "seconds": round(seconds),
    }
    RESULTS.with_suffix(".json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Judge the named identities, write the results, list the failures."""
    started = time.perf_counter()
    faces = named_faces()
    rows = run(faces, single_codes(), Judge(), say=lambda text: print(text, flush=True))
    write(rows, list(faces), time.perf_counter() - started)
    for found in rows:
        if found["failures"]:
            print(*(value for value in found.values()), sep="\t")
    return 0


if __name__ == "__main__":
    sys.exit(main())
