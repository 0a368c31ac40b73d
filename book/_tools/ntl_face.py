"""Stills of the teaching face: drawn from the package beside the pages, kept between builds.

``build.py`` starts the drawing before the pages and places the pictures after them, so the time
is hidden wherever the machine has a second core. Pictures that no change concerns are kept.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import build  # noqa: E402

if TYPE_CHECKING:
    from fau_teach.face.camera import Camera

CACHE = ROOT / "_build" / "face"
PLACE = "_static/face"
# What a still depends on: where a code can act stands with the clips.
INPUTS = (
    "fau_teach/face", "data/face", "fau_teach/clip/tables.py", "data/clip/movements.csv",
    "book/_tools/ntl_face.py",
)  # fmt: skip
PACKAGES = ("numpy", "scipy", "pillow")
WHO = "Ana"
NEUTRAL = "0"
TURNED = -30
"""Yaw of the second view [deg]: the face turns to the subject's right and shows its left half."""
WIDTH, HEIGHT, NEAR_HEIGHT = 320, 400, 220
NEAR = {"brow": (0.0, 14.0, 0.0), "nose": (0.0, -26.0, 0.0), "mouth": (0.0, -72.0, 0.0)}
"""Middle of the close views in the head frame [mm]."""
NEAR_WIDTH = 142.0
QUALITY = 90


@dataclass(frozen=True, slots=True)
class Still:
    """One picture.

    Parameters
    ----------
    code : as in the catalogue; ``"0"`` is the neutral face
    view : ``"front"``, ``"turned"``, or a close view from the front, one of ``NEAR``
    """

    code: str
    view: str = "front"

    @property
    def file(self) -> str:
        """Name of the picture's file."""
        return f"{self.code}{'' if self.view == 'front' else f'-{self.view}'}.webp"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height [px]."""
        return WIDTH, NEAR_HEIGHT if self.view in NEAR else HEIGHT


def near(code: str) -> str:
    """The close view that shows a code best; empty for the head's own movements."""
    from fau_teach import facs

    unit = facs.au(code)
    if unit.kind == "head":
        return ""
    if unit.region == "nose":
        return "nose"
    return "brow" if unit.half == "upper" or unit.kind == "eye" else "mouth"


def side(code: str) -> str:
    """Where a still shows a code: on both sides, or on the left where only one can act."""
    from fau_teach.face.actions import sides

    return "both" if "both" in sides(code) else "left"


def stills() -> tuple[Still, ...]:
    """Every picture: each code that the face can show, from the front, turned and close."""
    from fau_teach.face.actions import actions

    found = [Still(NEUTRAL, view) for view in ("front", "turned", *NEAR)]
    for code in actions():
        found += [Still(code, view) for view in ("front", "turned", near(code)) if view]
    return tuple(found)


def camera(view: str) -> Camera:
    """The camera of a view."""
    from fau_teach.face.camera import Camera

    if view in NEAR:
        focal = 1000.0 * WIDTH / NEAR_WIDTH
        return Camera(WIDTH, NEAR_HEIGHT, focal=focal, distance=1000.0, centre=NEAR[view])
    wide = Camera.portrait(WIDTH, HEIGHT, yaw=TURNED if view == "turned" else 0.0)
    # A little nearer than the package's portrait, which leaves room for every turn of the head.
    return replace(wide, focal=1.05 * wide.focal, cy=HEIGHT / 2 + 8.0)


def draw(folder: Path, share: int = 0, shares: int = 1) -> None:
    """Draw a share of the pictures into a folder, without those that are there.

    Parameters
    ----------
    folder : must exist
    share, shares : every `shares`-th picture from number `share` on
    """
    from PIL import Image

    from fau_teach.face import face

    ana = face(WHO)
    for still in stills()[share::shares]:
        file = folder / still.file
        if file.exists():
            continue
        scores = {} if still.code == NEUTRAL else {(still.code, side(still.code)): 1.0}
        pixels = ana.render(scores, camera=camera(still.view), supersample=2)
        # A name that nothing looks for, until the file is whole.
        unfinished = file.with_suffix(f".{share}.part")
        Image.fromarray(pixels).save(unfinished, "WEBP", quality=QUALITY, method=4)
        unfinished.replace(file)


# -- in the build


def shelf() -> Path:
    """Where the pictures of this state of the face stand; it exists only when all are there."""
    versions = " ".join(f"{name} {version(name)}" for name in PACKAGES)
    return CACHE / build.digest(ROOT, INPUTS, f"{sys.version_info[:2]} {versions}")[:16]


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start() -> list[subprocess.Popen[bytes]]:
    """Begin to draw what is not there yet, in processes that leave one core to the pages."""
    if shelf().is_dir():
        return []
    print("face: drawing stills beside the pages (once for each state of the face)", flush=True)
    part = shelf().with_suffix(".part")
    part.mkdir(parents=True, exist_ok=True)
    count = max(1, min(4, cores() - 1))
    env = os.environ | {"OMP_NUM_THREADS": "1"}
    with (CACHE / "face.log").open("wb") as log:
        return [
            subprocess.Popen(
                [sys.executable, __file__, str(part), str(share), str(count)],
                cwd=ROOT, env=env, stdout=log, stderr=log,
            )
            for share in range(count)
        ]  # fmt: skip


def stop(workers: list[subprocess.Popen[bytes]]) -> None:
    """End the drawing; what is drawn stays for the next build."""
    for worker in workers:
        worker.terminate()
        worker.wait()


def place(html: Path, workers: list[subprocess.Popen[bytes]]) -> None:
    """Wait for the drawing and put the pictures into a built site.

    Raises
    ------
    SystemExit
        A drawing process failed, or the face changed while the pages were built.
    """
    started = told = time.monotonic()
    part = shelf().with_suffix(".part")
    if not (part if workers else shelf()).is_dir():
        stop(workers)
        sys.exit("face: the face changed while the pages were built; build again")
    while any(worker.poll() is None for worker in workers):
        time.sleep(0.05)
        if time.monotonic() - told > 5:
            told = time.monotonic()
            print(f"face: {len(list(part.glob('*.webp')))} stills so far", flush=True)
    if any(worker.returncode for worker in workers):
        sys.exit(f"face: a still could not be drawn; see {CACHE / 'face.log'}")
    if workers:
        part.rename(shelf())
        wait = time.monotonic() - started
        number = len(list(shelf().iterdir()))
        print(f"face: {number} stills, {wait:.1f} s after the pages", flush=True)
    for old in CACHE.iterdir():
        if old.is_dir() and old != shelf():
            shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(html / PLACE, ignore_errors=True)
    shutil.copytree(shelf(), html / PLACE)


if __name__ == "__main__":
    draw(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
