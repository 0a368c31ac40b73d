"""The live face: the browser's vertices, class map and colours are Python's."""

from __future__ import annotations

import base64
import functools
import json
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from conftest import ROOT, Quiet, find_chromium
from playwright.sync_api import Browser, Page

from fau_teach import clip
from fau_teach.face import face
from fau_teach.face.camera import Camera
from fau_teach.face.materials import CLASSES
from fau_teach.face.picture import surfaces
from fau_teach.face.render import classes, render
from fau_teach.widgets.faceview import FaceView, data_uri, face_script

SIZE = (270, 360)
SCALE = 2
SOFTWARE_GL = (
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic",
    "--no-first-run", "--disable-background-networking",
)  # fmt: skip
Scores = dict[tuple[str, str], float]
SMILE: Scores = {("6", "both"): 0.38, ("12", "left"): 0.72, ("25", "both"): 0.4}
POSES: dict[str, tuple[Scores, dict[str, float], dict[str, float]]] = {
    "rest": ({}, {}, {}),
    "smile": (SMILE, {}, {"yaw": 30.0}),
    "surprise": ({("1", "both"): 1, ("2", "both"): 1, ("5", "both"): 1, ("26", "both"): 1}, {}, {}),
    "grief": ({("1", "both"): 0.72, ("4", "both"): 0.72, ("15", "right"): 1}, {}, {"pitch": 10.0}),
    "shut": ({("43", "both"): 1.0}, {}, {}),
    "mouth": ({("27", "both"): 1.0, ("19", "both"): 1.0}, {}, {"yaw": -20.0}),
    "turned": (
        {("30", "right"): 1.0, ("10", "left"): 1.0},
        {"head_yaw": 14.0, "head_pitch": -6.0, "head_roll": 8.0, "gaze_x": -20.0, "gaze_y": -12.0},
        {},
    ),
}
CLIP = clip.Clip("Ana", 30, 45, (clip.Movement("12", "L", "D", 5, 15, 40, 10),))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page with a large figure, two cards and the host of the book, on loopback."""
    folder: Path = tmp_path_factory.mktemp("faceview")
    for name in ("figures", "faces"):
        (folder / "_static" / name).mkdir(parents=True)
    (folder / "_static/faces/Ana.js").write_text(face_script("Ana"), encoding="utf-8")
    parts = json.dumps({"module": FaceView.module_text(), "style": FaceView.style_text()})
    define = f'window.nerveToLabel.define("faceview", {parts});'
    (folder / "_static/figures/faceview.js").write_text(define, encoding="utf-8")
    host = (ROOT / "book/_static/figure-host.js").read_text(encoding="utf-8")
    (folder / "figure-host.js").write_text(host, encoding="utf-8")
    still = data_uri(base64.b64decode(DOT))
    figures = {
        "large": FaceView(script=CLIP, label="A smile", panel=True, still=still),
        "still": FaceView(pose="6C+L12D", compact=True, label="Smile of cheeks and mouth"),
        "card": FaceView(script=CLIP, compact=True, autoplay=True, label="Clip of a smile"),
    }
    body = "".join(
        f'<div id="{name}" style="{"width:180px" if one.compact else ""}">{one.static_html()}</div>'
        for name, one in figures.items()
    )
    page = (
        '<!doctype html><html lang="en" data-content_root="./"><head><meta charset="utf-8">'
        '<title>Live face</title><meta name="viewport" content="width=device-width">'
        f'<link rel="icon" href="data:,"></head><body><main>{body}'
        '<p id="far" style="margin-top:4000px">the end</p></main>'
        '<script src="figure-host.js"></script></body></html>'
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()


DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def drawing(browser: Browser) -> Iterator[Browser]:
    """A browser that draws WebGL2 in software."""
    own = browser.browser_type.launch(executable_path=find_chromium(), args=list(SOFTWARE_GL))
    yield own
    own.close()


def opened(browser: Browser, place: str, **options: Any) -> Page:
    settings = {"viewport": {"width": 1000, "height": 1100}, "reduced_motion": "reduce"}
    page = browser.new_context(**{**settings, **options}).new_page()
    page.set_default_timeout(60_000)
    page.errors = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.errors.append(str(error)))  # type: ignore[attr-defined]
    page.on("console", lambda m: m.type == "error" and page.errors.append(m.text))  # type: ignore[attr-defined]
    page.goto(place, wait_until="load")
    page.wait_for_function("document.querySelector('#large .ntl-faceview')?.dataset.state")
    return page


@pytest.fixture(scope="module")
def page(drawing: Browser, place: str) -> Iterator[Page]:
    one = opened(drawing, place)
    yield one
    assert one.errors == []  # type: ignore[attr-defined]
    one.context.close()


# -- the same face in both languages


def shown(page: Page, pose: dict[str, Any]) -> dict[str, Any]:
    """One frame as the browser has it: positions of level 1 and 2, picture or class map."""
    width, height = (side * SCALE for side in SIZE)
    found = page.evaluate(
        """async (pose) => {
          const view = document.querySelector("#large .ntl-faceview").faceview;
          await view.ready();
          const found = view.frame(pose);
          const text = (array) => {
            const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
            let all = "";
            for (let i = 0; i < bytes.length; i += 32768) {
              all += String.fromCharCode(...bytes.subarray(i, i + 32768));
            }
            return btoa(all);
          };
          return { level1: text(found.level1), level2: text(found.level2),
            pixels: text(found.pixels), timing: found.timing };
        }""",
        {**pose, "width": width, "height": height},
    )
    for level in ("level1", "level2"):
        raw = np.frombuffer(base64.b64decode(found[level]), "<f4")
        found[level] = raw.reshape(-1, 3).astype(float)
    pixels = np.frombuffer(base64.b64decode(found["pixels"]), np.uint8)
    found["pixels"] = pixels.reshape(height, width, 4)[:, :, :3]
    return found


def asked(name: str) -> dict[str, Any]:
    scores, modes, view = POSES[name]
    return {"scores": [[f"{c}/{s}", x] for (c, s), x in scores.items()], "modes": modes, **view}


@functools.cache
def expected(name: str) -> tuple[npt.NDArray[Any], ...]:
    """Positions, class map and picture of Python."""
    scores, modes, view = POSES[name]
    one = face("Ana")
    posed = one.posed(scores, modes)
    camera = Camera.portrait(*(side * SCALE for side in SIZE), **view)
    pieces = surfaces(one, posed)
    vertices = np.concatenate([piece.mesh.vertices for piece in pieces])
    picture = render(pieces, camera, one.look)
    return posed.skin, vertices, classes(pieces, camera, one.look), picture


def pixel_error(found: npt.NDArray[Any], wanted: npt.NDArray[Any], view: dict[str, float]) -> float:
    """Largest distance between projected vertices, in pixels at 270 by 360."""
    camera = Camera.portrait(*SIZE, **view)
    ours, theirs = camera.project(wanted)[:, :2], camera.project(found)[:, :2]
    return float(np.linalg.norm(ours - theirs, axis=1).max())


def overlaps(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> dict[str, float]:
    """Intersection over union of every region of at least 500 pixels.

    A lash is thinner than a pixel: what a rounding moves there says nothing, so it is left out.
    """
    lash = CLASSES.index("lash")
    clear = (ours != lash) & (theirs != lash)
    found = {}
    for index, name in enumerate(CLASSES):
        a, b = (ours == index) & clear, (theirs == index) & clear
        if a.sum() >= 500:
            found[name] = float((a & b).sum() / (a | b).sum())
    return found


def differences(page: Page, name: str, **faults: Any) -> dict[str, float]:
    """How far the browser is from Python in one pose; a fault replaces part of the question."""
    skin, vertices, regions, picture = expected(name)
    pose = {**asked(name), **faults}
    drawn = shown(page, pose)
    mapped = shown(page, {**pose, "classes": True})
    both = (drawn["pixels"].astype(int) - picture).reshape(-1, 3)
    both = np.abs(both).max(axis=1)
    share = overlaps(regions, mapped["pixels"][:, :, 0])
    return {
        "level1": float(np.abs(drawn["level1"][: len(skin)] - skin).max()),
        "vertices": pixel_error(drawn["level2"], vertices, POSES[name][2]),
        "regions": min(share.values()),
        "mean": float(both.mean()),
        "p99": float(np.percentile(both, 99)),
    }


def matches(found: dict[str, float]) -> bool:
    return (
        found["vertices"] <= 0.1
        and found["regions"] >= 0.99
        and found["mean"] <= 0.5
        and found["p99"] <= 8
    )


@pytest.mark.parametrize("name", POSES)
def test_the_browser_draws_what_python_draws(page: Page, name: str) -> None:
    found = differences(page, name)
    assert matches(found), found
