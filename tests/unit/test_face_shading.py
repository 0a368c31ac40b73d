"""The shading formulae: their GLSL twin, what they show, what they refuse."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fau_teach.face import expr
from fau_teach.face.materials import (
    CLASSES,
    FIELDS,
    MATERIALS,
    UNIFORMS,
    Frame,
    Lights,
    Look,
    fragment_source,
    shade,
    uniform_values,
)
from fau_teach.face.materials_light import film
from fau_teach.face.materials_skin import brow, hairline, skin_albedo
from fau_teach.face.materials_wrinkles import wrinkles

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--headless", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-quic", "--no-first-run", "--disable-background-networking",
)  # fmt: skip
LOOK = Look(freckles=0.6, stubble=0.5, line_forehead=0.5, line_nasolabial=0.4, hair_grey=0.3)
FRAME = Frame(position=(120.0, 30.0, 800.0), gaze=(0.1, -0.05, 0.9937), footprint=0.4)
COUNT = 2000
VARYINGS = {"position": (0, 3), "normal": (3, 6), "uv": (6, 8), "skin": (8, 12), "move": (12, 16)}

PAGE = """async (job) => {
  const gl = document.createElement('canvas').getContext('webgl2');
  gl.canvas.width = job.count; gl.canvas.height = 1;
  const vertex = '#version 300 es\\nlayout(location=0) in float x;' +
    Object.entries(job.fields).map(([n, d], i) =>
      `layout(location=${i + 1}) in vec${d.size} a_${n}; out vec${d.size} v_${n};`).join('') +
    'void main(){gl_PointSize=1.0;gl_Position=vec4(x,0,0,1);' +
    Object.keys(job.fields).map((n) => `v_${n}=a_${n};`).join('') + '}';
  const program = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, job.source]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text); gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) return gl.getShaderInfoLog(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return gl.getProgramInfoLog(program);
  gl.useProgram(program);
  const feed = (place, size, values) => {
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(values), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, gl.FLOAT, false, 0, 0);
  };
  feed(0, 1, Array.from({length: job.count}, (_, i) => (2 * i + 1) / job.count - 1));
  gl.viewport(0, 0, job.count, 1);
  gl.uniform4fv(gl.getUniformLocation(program, 'U[0]'), new Float32Array(job.uniforms));
  const results = [];
  for (const [material, mode, values] of job.draws) {
    Object.values(job.fields).forEach((d, i) => feed(i + 1, d.size, values[i]));
    gl.uniform1i(gl.getUniformLocation(program, 'material'), material);
    gl.uniform1i(gl.getUniformLocation(program, 'mode'), mode);
    gl.drawArrays(gl.POINTS, 0, job.count);
    const out = new Uint8Array(job.count * 4);
    gl.readPixels(0, 0, job.count, 1, gl.RGBA, gl.UNSIGNED_BYTE, out);
    results.push(Array.from(out));
  }
  return results;
}"""


def fragments(material: str, count: int = COUNT, seed: int = 1) -> dict[str, Any]:
    """Random float32 fields in the range that the material meets."""
    rng = np.random.default_rng(seed)
    low, high = ((-1.0, -1.0), (1.0, 1.0)) if material in ("eye", "teeth") else (
        (-180.0, -150.0), (180.0, 110.0))  # fmt: skip
    values = {
        "x": rng.uniform(-70, 70, count), "y": rng.uniform(-150, 110, count),
        "z": rng.uniform(-60, 20, count), "nx": rng.normal(0, 0.6, count),
        "ny": rng.normal(0, 0.6, count), "nz": rng.uniform(0.2, 1, count),
        "u": rng.uniform(low[0], high[0], count), "v": rng.uniform(low[1], high[1], count),
        "lip": rng.uniform(-1, 1, count), "vermilion": rng.uniform(0, 1, count) ** 3,
        "cavity": rng.uniform(0, 1, count) ** 3, "ao": rng.uniform(0, 1, count),
        "lid_upper": rng.uniform(-0.9, 0, count) * (rng.uniform(size=count) < 0.2),
        "lid_lower": rng.uniform(0, 0.25, count) * (rng.uniform(size=count) < 0.2),
        "cu": rng.uniform(-0.1, 0.3, count), "cv": rng.uniform(-0.1, 0.3, count),
    }  # fmt: skip
    return {name: values[name].astype(np.float32) for name in FIELDS}


def gpu(jobs: list[tuple[str, int]]) -> list[Any]:
    """What the fragment shader draws for `fragments`: (2000, 3) bytes per material and mode."""
    sync = pytest.importorskip("playwright.sync_api")
    if not os.path.exists(CHROMIUM):
        pytest.skip("no Chromium")
    draws = []
    for material, mode in jobs:
        values = np.stack(list(fragments(material).values()), 1)
        groups = [values[:, a:b].ravel().tolist() for a, b in VARYINGS.values()]
        draws.append([MATERIALS.index(material), mode, [*groups, [0.0] * (4 * COUNT)]])
    job = {
        "source": fragment_source(), "count": COUNT, "draws": draws,
        "fields": {n: {"size": b - a} for n, (a, b) in {**VARYINGS, "overlay": (0, 4)}.items()},
        "uniforms": uniform_values(LOOK, Lights(), FRAME).tolist(),
    }  # fmt: skip
    with sync.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        out = browser.new_page().evaluate(f"async (t) => await ({PAGE})(JSON.parse(t))", json.dumps(job))
        browser.close()
    assert isinstance(out, list), out
    return [np.array(one).reshape(-1, 4)[:, :3] for one in out]


def test_glsl_draws_what_numpy_computes() -> None:
    jobs = [(m, mode) for mode in (0, 1) for m in MATERIALS]
    uniforms = uniform_values(LOOK, Lights(), FRAME)
    for (material, mode), drawn in zip(jobs, gpu(jobs), strict=True):
        expected = shade(material, fragments(material), uniforms, mode == 1)
        if mode:
            assert (drawn[:, 0] == np.rint(expected)).mean() > 0.995, material
            continue
        off = np.abs(drawn - np.floor(expected.T * 255 + 0.5)).max(1)
        # One grey level of rounding; a hard edge (floor of a line number) may differ in a few.
        assert (off > 1).mean() < 0.004, (material, np.sort(off)[-10:])
        assert drawn.std() > 4, material
