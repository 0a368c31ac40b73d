"""Depth maps and ambient occlusion against Open3D's ray caster.

All is timed in processor seconds, since Open3D uses every core and we use one. Open3D's time
holds the building of its search tree, which a moving face needs anew for each frame.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "unit"))


def cpu_seconds(work: Callable[[], object], repeats: int) -> float:
    """Median processor time of a piece of work, after one run to warm up."""
    work()
    times = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return statistics.median(times)


def face_depth() -> list[dict[str, object]]:
    """Measure all on a bumpy closed surface of a head's size."""
    import numpy as np
    import open3d as o3d
    from shapes import head

    from fau_teach.face.camera import Camera
    from fau_teach.face.depth import depth_map
    from fau_teach.face.mesh import vertex_normals
    from fau_teach.face.occlusion import ambient_occlusion

    theirs_name = f"Open3D {version('open3d')}"
    rows: list[dict[str, object]] = []

    def row(work: str, ours: float, alternative: str, theirs: float) -> None:
        rows.append(
            {
                "work": f"{work} (CPU)",
                "seconds": round(ours, 4),
                "alternative": alternative,
                "alternative_seconds": round(theirs, 4),
                "ratio": round(theirs / ours, 2),
            }
        )

    for size, camera in (((71, 144), Camera.portrait(256, 256)), ((90, 180), Camera.sensor())):
        vertices, faces = head(*size)
        ours, theirs = (
            cpu_seconds(partial(depth_map, vertices, faces, camera, way), 9)
            for way in ("zbuffer", "open3d")
        )
        what = f"depth map {camera.width}x{camera.height}, {len(faces):,} triangles"
        row(what, ours, f"{theirs_name}, tree and rays", theirs)

    vertices, faces = head(71, 144)
    chance = np.random.default_rng(1)
    sky = chance.normal(size=(64, 3))
    sky /= np.linalg.norm(sky, axis=1, keepdims=True)

    def rays() -> object:
        normals = vertex_normals(vertices, faces)
        scene = o3d.t.geometry.RaycastingScene()
        scene.add_triangles(vertices.astype(np.float32), faces.astype(np.uint32))
        origin = (vertices + 0.5 * normals)[:, None] + 0 * sky
        lines = np.concatenate([origin, 0 * origin + sky], axis=2).astype(np.float32)
        return scene.test_occlusions(o3d.core.Tensor(lines)).numpy()

    row(
        f"ambient occlusion, {len(vertices):,} vertices, 64 directions",
        cpu_seconds(lambda: ambient_occlusion(vertices, faces), 3),
        f"{theirs_name}, one ray a vertex and direction",
        cpu_seconds(rays, 3),
    )
    return rows


if __name__ == "__main__":
    for each in face_depth():
        print(each)
