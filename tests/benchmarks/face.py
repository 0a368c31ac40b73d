"""The teaching face: set-up, pictures a second, and the response of the skin."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from unittest import mock

from tests.benchmarks.face_depth import cpu_seconds


def row(work: str, ours: float, alternative: str, theirs: float) -> dict[str, object]:
    """One line of the table; all in processor seconds."""
    return {
        "work": f"{work} (CPU)",
        "seconds": round(ours, 4),
        "alternative": alternative,
        "alternative_seconds": round(theirs, 4),
        "ratio": round(theirs / ours, 2),
    }


def face_pictures() -> list[dict[str, object]]:
    """Measure on the default identity."""
    import numpy as np
    import open3d as o3d

    from fau_teach.face import Face
    from fau_teach.face.camera import Camera
    from fau_teach.face.depth import depth_map
    from fau_teach.face.elastic import respond, stiffness
    from fau_teach.face.picture import scene
    from fau_teach.face.raster import Fragments
    from fau_teach.face.tissue import tissue

    theirs = f"Open3D {version('open3d')}"
    ana = Face()
    posed = ana.posed("6+12+25")

    def set_up() -> object:
        fresh = Face()
        fresh.posed("6+12+25")
        return fresh

    def through_open3d(vertices, faces, camera, cull=False):  # type: ignore[no-untyped-def]
        view = camera.to_view(vertices).astype(np.float32)
        caster = o3d.t.geometry.RaycastingScene()
        caster.add_triangles(view, faces.astype(np.uint32))
        y, x = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
        cx, cy = camera.width / 2, camera.height / 2
        way = np.stack([(x - cx) / camera.focal, -(y - cy) / camera.focal, -np.ones_like(x)], -1)
        lines = np.concatenate([np.zeros_like(way), way], -1).astype(np.float32)
        hit = caster.cast_rays(o3d.core.Tensor(lines))
        depth = hit["t_hit"].numpy().ravel()
        pixel = np.flatnonzero(np.isfinite(depth))
        uv = hit["primitive_uvs"].numpy().reshape(-1, 2)[pixel]
        weights = np.column_stack([1 - uv.sum(axis=1), uv])
        triangle = hit["primitive_ids"].numpy().ravel()[pixel].astype(np.int64)
        return Fragments(camera.height, camera.width, pixel, triangle, depth[pixel], weights)

    def other() -> object:
        with mock.patch("fau_teach.face.render.rasterize", through_open3d):
            return ana.render("6+12+25", size=256)

    mine = cpu_seconds(lambda: ana.render("6+12+25", size=256), 9)
    rows = [
        row("picture 256 px, pose and shading included", mine, f"{theirs}, rays for the z-buffer",
            cpu_seconds(other, 9)),
    ]  # fmt: skip
    vertices, faces = scene(ana, posed)
    camera = Camera.sensor()
    rows.append(
        row(
            f"depth map 1280x720 of the face, {len(faces):,} triangles",
            cpu_seconds(lambda: depth_map(vertices, faces, camera), 9),
            f"{theirs}, tree and rays",
            cpu_seconds(lambda: depth_map(vertices, faces, camera, "open3d"), 9),
        )
    )
    skin = ana.hierarchy.levels[1]
    stiff = stiffness(skin.vertices, skin.faces, tissue(skin))
    loads = np.random.default_rng(1).normal(size=(stiff.shape[0], 30))
    dense = stiff.toarray()
    started = time.process_time()
    np.linalg.solve(dense, loads)
    once = time.process_time() - started
    rows.append(
        row(
            f"response of {stiff.shape[0]:,} unknowns to 30 muscles",
            cpu_seconds(lambda: respond(stiff, loads), 5),
            "dense solve, numpy, once",
            once,
        )
    )
    anew = cpu_seconds(set_up, 3)

    def imported() -> None:
        subprocess.run([sys.executable, "-c", "import open3d"], check=True)

    other_way = cpu_seconds_of_child(imported)
    rows.append(row("set-up of a face, muscles and parts", anew, f"import {theirs}", other_way))
    return rows


def cpu_seconds_of_child(work: Callable[[], None]) -> float:
    """Processor time that a piece of work spends in processes of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


if __name__ == "__main__":
    for each in face_pictures():
        print(each)
