"""Depth maps to clouds against Open3D, the printed pipeline, and choosing 2048 of all pixels.

Results are compared before the times are. One core for all unless ``--wall`` is given: Open3D's
tensor call hands its threads one counter, so more free cores can make it slower, and
it leaves the points in no order. Its time with the order of the pixels restored stands beside.
Run alone: ``python -m tests.benchmarks depth``; on all cores of an idle machine, in wall time:
``python -m tests.benchmarks.depth --wall``.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

WALL = "--wall" in sys.argv
clock = time.perf_counter if WALL else time.process_time
PAIRS = 40


def seconds(*works: Callable[[], object], turns: int = 25) -> list[float]:
    """Median of each, by turns so that a busy moment meets all [s]."""
    times: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(turns):
        for work, mine in zip(works, times, strict=True):
            started = clock()
            work()
            mine.append(clock() - started)
    return [statistics.median(mine) for mine in times]


def row(work: str, ours: float, alternative: str, theirs: float) -> dict[str, object]:
    """One line of the table."""
    return {
        "work": f"{work} ({'wall' if WALL else 'CPU'})",
        "seconds": round(ours, 5),
        "alternative": alternative,
        "alternative_seconds": round(theirs, 5),
        "ratio": round(theirs / ours, 2),
    }


def clouds() -> list[dict[str, object]]:
    """A full valid frame of 1280x720, and one that holds only a face."""
    import numpy as np
    import open3d as o3d

    from fau_teach.depth.cloud import Intrinsics, cloud

    intrinsics = Intrinsics()
    pinhole = o3d.camera.PinholeCameraIntrinsic(
        intrinsics.width, intrinsics.height, intrinsics.fx, intrinsics.fy, intrinsics.cx,
        intrinsics.cy,
    )  # fmt: skip
    matrix = o3d.core.Tensor(pinhole.intrinsic_matrix)
    create = o3d.geometry.PointCloud.create_from_depth_image
    create_tensor = o3d.t.geometry.PointCloud.create_from_depth_image
    name = f"Open3D {version('open3d')}"
    full = np.random.default_rng(0).integers(400, 1500, intrinsics.shape).astype(np.uint16)
    v, u = np.mgrid[0:720, 0:1280]
    face = np.where(((u - 640) / 200) ** 2 + ((v - 360) / 280) ** 2 < 1, full, 0).astype(np.uint16)
    rows = []
    for what, depth in (("a full frame", full), ("a face alone", face)):
        legacy = o3d.geometry.Image(depth)
        tensor = o3d.t.geometry.Image(o3d.core.Tensor(depth))

        def ours(depth=depth) -> object:  # type: ignore[no-untyped-def]
            return cloud(depth, intrinsics)

        def old(image=legacy) -> object:  # type: ignore[no-untyped-def]
            return create(image, pinhole, depth_scale=1000.0, depth_trunc=100.0)

        def new(image=tensor) -> object:  # type: ignore[no-untyped-def]
            return create_tensor(image, matrix, depth_scale=1000.0, depth_max=100.0)

        def ordered(new=new) -> np.ndarray:  # type: ignore[no-untyped-def]
            found = new().point.positions.numpy()
            column = np.rint(found[:, 0] / found[:, 2] * intrinsics.fx + intrinsics.cx)
            line = np.rint(found[:, 1] / found[:, 2] * intrinsics.fy + intrinsics.cy)
            return found[np.argsort(line * intrinsics.width + column)]

        points = ours().points  # type: ignore[attr-defined]
        assert np.abs(points - np.asarray(old().points)).max() < 1e-7  # type: ignore[attr-defined]
        assert np.abs(points - ordered()).max() < 1e-6
        mine, legacy_s, tensor_s, ordered_s = seconds(ours, old, new, ordered)
        work = f"depth to cloud, {what} of 1280x720, {len(points):,} points"
        rows += [
            row(work, mine, f"{name}, legacy", legacy_s),
            row(work, mine, f"{name}, tensor, in no order", tensor_s),
            row(work, mine, f"{name}, tensor, in the order of the pixels", ordered_s),
        ]
    return rows


def ranking() -> dict[str, object]:
    """The 2048 largest of all pixels, the same ones in the same order."""
    import numpy as np

    from fau_teach.depth.selected import top

    amount = np.random.default_rng(0).random(1280 * 720).astype(np.float32)

    def sort() -> np.ndarray:
        return np.argsort(-amount, kind="stable")[:2048]

    assert np.array_equal(top(amount), sort())
    mine, theirs = seconds(lambda: top(amount), sort)
    return row("the 2048 largest of 921,600", mine, "numpy argsort", theirs)


def pipeline() -> list[dict[str, object]]:
    """Both variants on the face crop of a frame with a wall; the bar is 30 pairs a second."""
    import numpy as np

    from fau_teach.depth.cloud import Frame, Intrinsics
    from fau_teach.depth.crop import crop, face_box
    from fau_teach.depth.printed import Variant, subtraction
    from fau_teach.face import face
    from fau_teach.face.camera import Camera
    from fau_teach.face.depth import Sensor, depth_map
    from fau_teach.face.picture import scene

    who, camera, shots = face("Ana"), Camera.sensor(), []
    intrinsics = Intrinsics.of(camera)
    for frame, scores in enumerate(({}, "12")):
        exact = depth_map(*scene(who, who.posed(scores), 2), camera)
        wall = np.where(exact > 0, exact, 1500)
        shots.append(Frame(Sensor().measure(wall, camera, frame)))
    box = face_box(shots[0], intrinsics)
    (onset, part), (apex, _) = (crop(shot, intrinsics, box) for shot in shots)
    variants: tuple[Variant, ...] = ("printed", "used")
    found = seconds(*(lambda v=v: subtraction(onset, apex, part, variant=v) for v in variants),  # type: ignore[misc]
                    turns=PAIRS)  # fmt: skip
    return [
        row(f"subtraction as {name}, face crop {box.width}x{box.height}, {1 / each:.0f} pairs/s",
            each, "the bar, 30 pairs/s", 1 / 30)
        for name, each in zip(variants, found, strict=True)
    ]  # fmt: skip


def depth_rows() -> list[dict[str, object]]:
    """All, in a process that is held to one core before Open3D starts its threads."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.depth", "--rows", *(["--wall"] if WALL else [])],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    rows: list[dict[str, object]] = json.loads(done.stdout.splitlines()[-1])
    return rows


if __name__ == "__main__":
    if not WALL and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    made = [*clouds(), ranking(), *pipeline()]
    if "--rows" in sys.argv:
        print(json.dumps(made))
    else:
        for each in made:
            print(each)
