"""The shading formulae: their GLSL twin, what they show, what they refuse."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fau_teach.face import expr
from fau_teach.face.materials import (
    CLASSES,
    FIELDS,
    MATERIALS,
    SLOTS,
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
COUNT = 800
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
    """What the fragment shader draws for `fragments`: (COUNT, 3) bytes per material and mode."""
    sync = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
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
        out = browser.new_page().evaluate(
            f"async (t) => await ({PAGE})(JSON.parse(t))", json.dumps(job)
        )
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
        # Rounding may move a few by a grey level, a hard edge (number of a line) by more.
        assert (off > 0).mean() < 0.02, (material, np.sort(off)[-10:])
        assert (off > 1).mean() < 0.004, (material, np.sort(off)[-10:])
        assert drawn.std() > 4, material


def test_every_slot_is_a_field() -> None:
    assert set(SLOTS.values()) == set(range(6, len(FIELDS))) - {7}
    assert all(FIELDS[SLOTS[name]] == name for name in FIELDS[8:])


def test_uniforms_stand_where_their_names_say() -> None:
    values = uniform_values(LOOK, Lights(), FRAME)
    at = dict(zip(UNIFORMS, values.tolist(), strict=False))
    assert values.dtype == np.float32
    assert len(values) % 4 == 0
    assert len(values) - len(UNIFORMS) < 4
    assert at["position_y"] == 30.0
    assert at["gaze_z"] == pytest.approx(0.9937)
    assert at["detail"] == 1.0
    assert at["exposure"] == pytest.approx(Lights().exposure)
    assert at["freckles"] == pytest.approx(0.6)
    assert at["cloth_blue"] == pytest.approx(LOOK.cloth_blue)
    coarse = uniform_values(LOOK, Lights(), replace(FRAME, footprint=2.0))
    assert coarse[UNIFORMS.index("detail")] == 0.0


@pytest.mark.parametrize("material", MATERIALS)
def test_shades_are_finite_float32_display_colours(material: str) -> None:
    out = shade(material, fragments(material), uniform_values(LOOK, Lights(), FRAME))
    assert out.shape == (3, COUNT)
    assert out.dtype == np.float32
    assert np.isfinite(out).all()
    assert out.min() >= 0
    assert out.max() <= 1


def test_unknown_material() -> None:
    with pytest.raises(ValueError, match="'wood' is not one of skin, eye"):
        shade("wood", fragments("skin", 1), uniform_values(LOOK, Lights(), FRAME))


def face_point(u: float, v: float, count: int = 1, **more: float) -> dict[str, Any]:
    """Frontal, open, resting skin at one place of the layout."""
    values = dict.fromkeys(FIELDS, 0.0) | {"nz": 1.0, "ao": 1.0, "u": u, "v": v, "y": v} | more
    return {name: np.full(count, value, np.float32) for name, value in values.items()}


def patch(u: float, v: float, half: float = 4.0, **more: float) -> dict[str, Any]:
    """A square of resting skin round a place."""
    x, y = (a.ravel() for a in np.mgrid[-half:half:32j, -half:half:32j])
    values = face_point(u, v, len(x), **more)
    return {**values, "u": (u + x).astype(np.float32), "v": (v + y).astype(np.float32)}


def colour(values: dict[str, Any], look: Look | None = None, **frame: Any) -> Any:
    """Mean display colour of skin."""
    uniforms = uniform_values(look or Look(), Lights(), Frame(**frame))
    return shade("skin", values, uniforms).mean(1)


def test_skin_darkens_with_melanin_and_reddens_with_blood() -> None:
    tones = np.array([colour(patch(40, -40), Look(melanin=m)) for m in (0.05, 0.3, 0.6, 0.95)])
    assert (np.diff(tones, axis=0) < -0.02).all()
    assert (tones[:, 0] > tones[:, 1]).all()
    assert (tones[:, 1] > tones[:, 2]).all()
    pale, ruddy = (colour(patch(40, -40), Look(haemoglobin=h)) for h in (0.1, 0.9))
    assert ruddy[0] / ruddy[1] > 1.05 * pale[0] / pale[1]
    assert np.ptp(skin_albedo(0.0, 0.0)) > 0.2


def test_cheek_is_redder_than_forehead_and_lips_are_reddest() -> None:
    ratios = [
        c[0] / c[1]
        for c in (
            colour(patch(20, 50)),
            colour(patch(42, -32)),
            colour(patch(0, -74, vermilion=1.0)),
        )
    ]
    assert ratios == sorted(ratios)
    assert ratios[2] > 1.15 * ratios[0]


def test_light_falls_off_round_a_red_terminator() -> None:
    angles = np.linspace(0, 2.4, 25)
    values = face_point(60, -50, len(angles))
    key = np.array(Frame().key) / np.linalg.norm(Frame().key)
    aside = np.cross(key, [0.0, 1.0, 0.0])
    aside /= np.linalg.norm(aside)
    n = np.cos(angles)[:, None] * key + np.sin(angles)[:, None] * aside
    values |= {f"n{c}": n[:, i].astype(np.float32) for i, c in enumerate("xyz")}
    dark = replace(Lights(), fill_colour=(0, 0, 0), sky=(0.02,) * 3, ground=(0.02,) * 3)
    out = shade("skin", values, uniform_values(Look(gloss=0.0), dark, Frame()))
    assert (np.diff(out[0]) < 0.01).all()
    ratio = out[0] / out[1]
    assert ratio[15] > 1.3 * ratio[3]  # at 86 degrees
    assert colour(patch(40, -40, ao=0.2)).sum() < 0.8 * colour(patch(40, -40)).sum()


@pytest.mark.parametrize(
    ("u", "v", "strain", "across"),
    [
        (20, 50, {"cv": 0.2}, "v"), (7, 22, {"cu": 0.2}, "u"), (0, 5, {"cv": 0.3}, "v"),
        (8, -10, {"cv": 0.2}, "v"), (62, 2, {"cv": 0.2}, "v"), (32, -10, {"cv": 0.2}, "v"),
        (29, -58, {"cu": 0.2}, "u"), (27, -82, {"cu": 0.15, "cv": 0.15}, "u"),
        (34, -68, {"cu": 0.25}, "u"), (5, -55, {"cu": 0.3}, "u"),
    ],
)  # fmt: skip
def test_wrinkles_need_compression_and_run_across_it(
    u: float, v: float, strain: dict[str, float], across: str
) -> None:
    def slopes(**more: float) -> tuple[Any, Any, Any]:
        values = patch(u, v, 6.0, **more)
        k = SimpleNamespace(
            **dict.fromkeys(UNIFORMS, 0.0) | {"wrinkle_gain": 1.0, "footprint": 0.4}
        )
        return wrinkles(SimpleNamespace(**values), k)

    flat = [np.abs(a).max() for a in slopes()]
    assert max(flat) == 0
    assert max(np.abs(a).max() for a in slopes(**{n: -x for n, x in strain.items()})) == 0
    du, dv, dark = slopes(**strain)
    steep, shallow = (du, dv) if across == "u" else (dv, du)
    assert np.abs(steep).max() > 0.08
    assert np.abs(steep).mean() > 1.3 * np.abs(shallow).mean()
    assert 0.1 < dark.max() <= 1
    assert dark.std() > 0.02


def test_wrinkle_slopes_are_those_of_a_height() -> None:
    # On a forehead line the slope over the distance sums to nothing: what falls rises again.
    values = patch(20, 50, 3.8, cv=0.2)
    k = SimpleNamespace(**dict.fromkeys(UNIFORMS, 0.0) | {"wrinkle_gain": 1.0, "footprint": 0.4})
    _, dv, dark = wrinkles(SimpleNamespace(**values), k)
    rows = dv.reshape(32, 32)
    assert abs(rows.sum(1).mean()) < 0.35 * np.abs(rows).sum(1).mean()
    at = np.abs(rows).argmax(1)
    assert (dark.reshape(32, 32).max(1) >= dark.reshape(32, 32)[np.arange(32), at]).all()


def test_permanent_lines_show_at_rest() -> None:
    smooth, lined = (
        shade("skin", patch(20, 50, 10.0), uniform_values(look, Lights(), Frame())).std(1).mean()
        for look in (Look(), Look(line_forehead=1.0))
    )
    assert lined > 1.5 * smooth


def test_brow_is_strands_on_an_arc() -> None:
    k = SimpleNamespace(**{n: getattr(Look(), n) for n in ("brow_height", "brow_arch")})
    k.brow_thickness = k.brow_density = k.detail = 1.0
    cover = brow(*(a.astype(np.float32) for a in np.mgrid[-60:60:241j, 5:35:121j]), k)[0]
    assert cover.max() > 0.8
    assert 0.2 < (cover[cover > 0.05] < 0.6).mean() < 0.9
    ridge = (cover * np.linspace(5, 35, 121)).sum(1) / np.maximum(cover.sum(1), 1e-9)
    inner, peak, tail = ridge[150], ridge[195], ridge[228]
    assert peak > inner + 1.5
    assert peak > tail + 1.5
    k.brow_height = 4.0
    higher = brow(*(a.astype(np.float32) for a in np.mgrid[-60:60:241j, 5:35:121j]), k)[0]
    assert ((higher * np.linspace(5, 35, 121)).sum() / higher.sum()) > np.average(
        ridge, weights=cover.sum(1)
    ) + 3


def test_hairline_leaves_the_face_bare() -> None:
    k = SimpleNamespace(hairline=0.0, detail=1.0)
    u, v = np.float32([0, 0, 30, 100, 60]), np.float32([95, 60, 40, 60, -30])
    assert (hairline(u, v, k) > 0).tolist() == [True, False, False, True, False]


def test_class_map_names_what_is_there() -> None:
    uniforms = uniform_values(Look(), Lights(), Frame())

    def name(material: str, **more: float) -> str:
        index = shade(material, face_point(**({"u": 60, "v": -40} | more)), uniforms, True)  # type: ignore[arg-type]
        return CLASSES[int(index[0])]

    assert name("skin") == "skin"
    assert name("skin", vermilion=1.0) == "lips"
    assert name("skin", vermilion=1.0, cavity=1.0) == "mouth"
    assert name("skin", v=100.0) == "hair"
    assert name("eye", u=0.1, v=0.1) == "iris"
    assert name("eye", u=0.6, v=0.1) == "sclera"
    assert [name(m) for m in MATERIALS[2:]] == ["teeth", "mouth", "mouth", "hair", "lash", "cloth"]


def test_iris_pupil_and_lid_shade() -> None:
    def at(u: float, v: float, **frame: Any) -> Any:
        n = np.array([np.sin(u), np.sin(v), np.cos(u)])
        values = face_point(u, v, nx=n[0], ny=n[1], nz=n[2])
        return shade(
            "eye", values, uniform_values(Look(iris_melanin=0.0), Lights(), Frame(**frame))
        )[:, 0]

    white, iris, pupil = at(0.62, -0.05), at(0.3, 0.0), at(0.05, 0.0)
    assert white.min() > iris.max()
    assert iris[2] > iris[0]
    assert pupil.max() < iris.min()
    assert at(0.62, 0.1, margin_upper=0.12).sum() < 0.8 * at(0.62, 0.1).sum()


def test_closed_lips_keep_the_light_from_the_teeth() -> None:
    lit, dark = (
        shade("teeth", face_point(0, 0.5), uniform_values(Look(), Lights(), Frame(margin_upper=m)))
        for m in (0.4, 0.0)
    )
    assert dark.max() < 0.5 * lit.min()


def test_film_is_monotone_and_keeps_grey() -> None:
    x = np.linspace(0, 4, 200, dtype=np.float32)
    out = film((x, x, x), 1.0)
    assert (np.diff(out[0]) >= -1e-6).all()
    assert np.array_equal(out[0], out[1])
    assert out[0][0] == 0
    assert out[0][-1] <= 1


def test_lights_scale() -> None:
    assert Lights().scaled(0.5).exposure == pytest.approx(Lights().exposure / 2)
    dim = shade("skin", patch(40, -40), uniform_values(Look(), Lights().scaled(0.5), Frame()))
    assert dim.mean() < 0.85 * colour(patch(40, -40)).mean()


def test_look_checks_its_numbers() -> None:
    assert Look.from_mapping({"melanin": np.float64(0.5)}).melanin == 0.5
    assert type(Look(melanin=np.float64(0.5)).melanin) is float
    with pytest.raises(ValueError, match="look has no skin"):
        Look.from_mapping({"skin": 1})
    with pytest.raises(ValueError, match="look gloss is nan"):
        Look(gloss=float("nan"))


# The expression layer.

CASES: dict[str, Callable[..., Any]] = {
    "clip": lambda x, _: expr.clip(x),
    "mix": lambda x, y: expr.mix(x, y, 0.3),
    "rise": lambda x, _: expr.smoothstep(0.2, 0.6, x),
    "fall": lambda x, _: expr.smoothstep(0.6, 0.2, x),
    "bump": lambda x, _: expr.bump(x, 0.3, 0.2),
    "power": lambda x, _: expr.power(expr.absolute(x), 1.7),
    "trig": lambda x, y: expr.sin(x) + expr.cos(y) * expr.arctan2(y, x),
    "root": lambda x, _: expr.sqrt(expr.absolute(x)),
    "noise": lambda x, y: expr.noise2(x * 9.0, y * 7.0),
    "cross": lambda x, y: expr.cross((x, y, 1.0), (0.5, x, y))[1],
    "above": lambda x, _: expr.above(0.4, x),
    "floor": lambda x, y: expr.floor(x * 7.0) - -y / 2.0,
}


@pytest.mark.parametrize("name", CASES)
def test_floats_arrays_and_symbols_agree(name: str) -> None:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(-1, 1, (2, 40)).astype(np.float32)
    arrays = CASES[name](x, y)
    assert arrays.dtype == np.float32
    for i in range(3):
        assert float(CASES[name](float(x[i]), float(y[i]))) == pytest.approx(
            float(arrays[i]), abs=2e-5
        )
    trace = expr.Trace()
    result = CASES[name](trace.symbol("x"), trace.symbol("y"))
    assert result.code.startswith("t")
    assert run(trace, result, x=float(x[0]), y=float(y[0])) == pytest.approx(
        float(arrays[0]), abs=2e-5
    )


def run(trace: expr.Trace, result: Any, **inputs: float) -> float:
    """Carry out traced statements as Python, with the module's own float functions."""
    names = {
        "abs": abs, "min": min, "max": max, "pow": pow, "atan": expr.arctan2, "step": expr.above,
        "noise2": lambda a, b: float(expr.noise2(a, b)), **inputs,
    } | {n: getattr(expr, n) for n in ("exp", "sin", "cos", "sqrt", "floor")}  # fmt: skip
    for line in trace.lines:
        kind, name, _, code = line.rstrip(";").split(" ", 3)
        assert kind == "float"
        names[name] = eval(code, {}, names)  # our own text
    return float(names[result.code])


def test_equal_operations_are_written_once_and_numbers_fold() -> None:
    trace = expr.Trace()
    x, y = trace.symbol("x"), trace.symbol("y")
    assert (x + y).code == (y + x).code
    assert (x * y).code == (y * x).code
    assert (x - y).code != (y - x).code
    assert len(trace.lines) == 4
    assert x * 0.0 == 0.0
    assert 0.0 / x == 0.0
    assert x + 0.0 is x
    assert 0.0 + x is x
    assert x * 1.0 is x
    assert x / 1.0 is x
    assert x - 0.0 is x
    assert len(trace.lines) == 4
    assert (0.0 - x).code != x.code
    assert (1.0 / x).code != x.code
    with pytest.raises(TypeError, match="no truth value"):
        bool(x)


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1.0"), (-0.5, "(-0.5)"), (1e-12, "9.99999996e-13"), (3e9, "3e+09")]
)
def test_literals_are_float32(number: float, text: str) -> None:
    assert expr.literal(number) == text
    assert np.float32(text.strip("()")) == np.float32(number)


def test_within_computes_only_where_it_must() -> None:
    seen: list[int] = []

    def body(x: Any, factor: float) -> tuple[Any, ...]:
        seen.append(len(x))
        return x * factor, x + 1.0

    x = np.arange(6, dtype=np.float32)
    twice, more = expr.within(x - 3.0, body, x, 2.0)
    assert twice.tolist() == [0, 0, 0, 0, 8, 10]
    assert more.tolist() == [0, 0, 0, 0, 5, 6]
    assert seen == [2]
    trace = expr.Trace()
    s = trace.symbol("x")
    inner = expr.within(s, lambda a: (a * 3.0, 1.0), s)
    assert trace.lines[-4:] == [
        "if (x > 0.0) {", "  float t1 = 3.0 * x;", "  t2 = t1;", "  t3 = 1.0;", "}"
    ][-4:]  # fmt: skip
    assert [i.code for i in inner] == ["t2", "t3"]
    assert (s * 3.0).code == "t4"  # t1 ended with its block


def test_noise_is_continuous_periodic_and_its_slope_is_right() -> None:
    x = np.linspace(-3, 3, 601, dtype=np.float32)
    y = np.full_like(x, 0.37)
    value, dx, dy = expr.noise3(x, y)
    assert np.abs(np.diff(value)).max() < 0.02
    assert 0 <= value.min() < value.max() < 1
    h = np.float32(1e-2)
    step_x = (expr.noise2(x + h, y) - expr.noise2(x - h, y)) / (2 * h)
    step_y = (expr.noise2(x, y + h) - expr.noise2(x, y - h)) / (2 * h)
    assert np.abs(step_x - dx).max() < 0.05
    assert np.abs(step_y - dy).max() < 0.05
    assert np.allclose(expr.noise2(x + 256, y), value, atol=1e-3)
    many = expr.noise2(*np.mgrid[0:256, 0:256].astype(np.float32))
    assert many.mean() == pytest.approx(0.5, abs=0.01)
    assert many.std() == pytest.approx(12**-0.5, abs=0.01)


def test_normalise_keeps_zero() -> None:
    zero = np.zeros(2, np.float32)
    assert np.abs(expr.normalise((zero, zero, zero))).max() == 0
    assert expr.dot(expr.normalise((3.0, 0.0, 4.0)), (0.6, 0.0, 0.8)) == pytest.approx(1)
