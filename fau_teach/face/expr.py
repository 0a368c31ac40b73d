"""Formulae written once that run on numpy arrays and become GLSL ES 3.00 source.

A shading function is ordinary Python arithmetic plus the functions of this module. Given
float32 arrays it computes; given `Symbol` objects of a `Trace` it records one GLSL statement
per new operation. Both pictures then agree because they come from the same lines.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
# float, float32 array or Symbol; a union would need a cast at every operator.
Value: TypeAlias = Any
Vec3: TypeAlias = tuple[Value, Value, Value]

_TABLE_BITS = 8
NOISE_GLSL = """\
float hash_(int x, int y) {
  uint h = (uint(x & 255) * 0x9E3779B1u) ^ (uint(y & 255) * 0x85EBCA77u);
  h ^= h >> 15; h *= 0x2C1B3C6Du; h ^= h >> 12; h *= 0x297A2D39u; h ^= h >> 15;
  return float(h >> 8) * 5.9604644775390625e-8;
}
vec3 noise3(float x, float y) {
  float fx = floor(x), fy = floor(y);
  int i = int(fx), j = int(fy);
  float p = x - fx, q = y - fy;
  float a = hash_(i, j), b = hash_(i + 1, j) - a;
  float c = hash_(i, j + 1), d = hash_(i + 1, j + 1) - c;
  float s = p * p * (3.0 - 2.0 * p), t = q * q * (3.0 - 2.0 * q);
  float k = c - a, m = d - b;
  return vec3(a + b * s + (k + m * s) * t,
              (b + m * t) * (6.0 * p * (1.0 - p)), (k + m * s) * (6.0 * q * (1.0 - q)));
}
float noise2(float x, float y) { return noise3(x, y).x; }
"""


def literal(x: float) -> str:
    """GLSL spelling of a number as float32."""
    text = f"{float(np.float32(x)):.9g}"
    text = text if any(c in text for c in ".en") else text + ".0"
    return f"({text})" if text[0] == "-" else text


class Trace:
    """Record of GLSL statements in single assignment; equal operations are written once."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._known: dict[str, Symbol] = {}
        self._count = 0

    def symbol(self, name: str) -> Symbol:
        """A named input: varying, uniform or component of one."""
        return Symbol(self, name)

    def emit(self, code: str, kind: str = "float") -> Symbol:
        """Assign `code` to a fresh name, or reuse the name it already has."""
        if code not in self._known:
            self._count += 1
            self._known[code] = Symbol(self, f"t{self._count}")
            self.lines.append(f"{kind} t{self._count} = {code};")
        return self._known[code]

    def call(self, name: str, *args: Value, kind: str = "float") -> Symbol:
        """Emit a function call."""
        return self.emit(f"{name}({', '.join(_code(a) for a in args)})", kind)

    def block(self, weight: Symbol, body: Callable[[], tuple[Value, ...]]) -> tuple[Value, ...]:
        """Emit `body` under ``if (weight > 0.0)``; its values are 0 elsewhere."""
        outer, known = self.lines, dict(self._known)
        self.lines = []
        values = body()
        inner, self.lines, self._known = self.lines, outer, known  # names inside stay inside
        results = []
        for value in values:
            self._count += 1
            results.append(Symbol(self, f"t{self._count}"))
            self.lines.append(f"float t{self._count} = 0.0;")
            inner.append(f"t{self._count} = {_code(value)};")
        self.lines += [f"if ({weight.code} > 0.0) {{", *(f"  {x}" for x in inner), "}"]
        return tuple(results)


class Symbol:
    """A GLSL float known by name."""

    __slots__ = ("code", "trace")

    def __init__(self, trace: Trace, code: str) -> None:
        self.trace, self.code = trace, code

    def _op(self, sign: str, a: Value, b: Value) -> Value:
        for zero, other in ((a, b), (b, a)):
            if isinstance(zero, (int, float)):
                if zero == 0.0:
                    if sign == "*" or (sign == "/" and zero is a):
                        return 0.0
                    if sign == "+" or (sign == "-" and zero is b):
                        return other
                if zero == 1.0 and (sign == "*" or (sign == "/" and zero is b)):
                    return other
        if sign in "+*":  # one spelling for a+b and b+a
            a, b = sorted((a, b), key=_code)
        return self.trace.emit(f"{_code(a)} {sign} {_code(b)}")

    def __add__(self, other: Value) -> Value:
        return self._op("+", self, other)

    def __radd__(self, other: Value) -> Value:
        return self._op("+", other, self)

    def __sub__(self, other: Value) -> Value:
        return self._op("-", self, other)

    def __rsub__(self, other: Value) -> Value:
        return self._op("-", other, self)

    def __mul__(self, other: Value) -> Value:
        return self._op("*", self, other)

    def __rmul__(self, other: Value) -> Value:
        return self._op("*", other, self)

    def __truediv__(self, other: Value) -> Value:
        return self._op("/", self, other)

    def __rtruediv__(self, other: Value) -> Value:
        return self._op("/", other, self)

    def __neg__(self) -> Value:
        return self.trace.emit(f"-{self.code}")

    def __bool__(self) -> bool:
        raise TypeError(
            f"the GLSL value {self.code} has no truth value while tracing; use above() and mix()"
        )


def _code(x: Value) -> str:
    return x.code if isinstance(x, Symbol) else literal(x)


def _primitive(
    name: str, scalar: Callable[..., float], vector: Callable[..., Any]
) -> Callable[..., Value]:
    def apply(*args: Value) -> Value:
        if any(isinstance(a, np.ndarray) for a in args):
            return vector(*args)
        for a in args:
            if isinstance(a, Symbol):
                return a.trace.call(name, *args)
        return float(scalar(*args))  # a Python float never widens float32

    apply.__doc__ = f"``{name}`` on floats, arrays or symbols."
    return apply


exp = _primitive("exp", math.exp, np.exp)
sin = _primitive("sin", math.sin, np.sin)
cos = _primitive("cos", math.cos, np.cos)
sqrt = _primitive("sqrt", math.sqrt, np.sqrt)
absolute = _primitive("abs", abs, np.abs)
floor = _primitive("floor", math.floor, np.floor)
minimum = _primitive("min", min, np.minimum)
maximum = _primitive("max", max, np.maximum)
power = _primitive("pow", pow, np.power)
arctan2 = _primitive("atan", math.atan2, np.arctan2)


def above(edge: Value, x: Value) -> Value:
    """1 where ``x >= edge``, else 0 (GLSL ``step``)."""
    for a in (edge, x):
        if isinstance(a, Symbol):
            return a.trace.call("step", edge, x)
    inside = x >= edge
    return inside.astype(np.float32) if isinstance(inside, np.ndarray) else float(inside)


def clip(x: Value, low: float = 0.0, high: float = 1.0) -> Value:
    """Limit x to [low, high]."""
    return minimum(maximum(x, low), high)


def mix(a: Value, b: Value, t: Value) -> Value:
    """Linear blend, a at t = 0 and b at t = 1."""
    return a + (b - a) * t


def smoothstep(a: float, b: float, x: Value) -> Value:
    """Cubic ramp from 0 at a to 1 at b; a > b falls (GLSL leaves that case undefined)."""
    t = clip((x - a) * (1.0 / (b - a)))
    return t * t * (3.0 - 2.0 * t)


def bump(x: Value, centre: float, half: float) -> Value:
    """Smooth hill (1 - d²)² of the distance d = (x - centre)/half, zero for d > 1."""
    d = (x - centre) * (1.0 / half)
    t = maximum(1.0 - d * d, 0.0)
    return t * t


def dot(a: Vec3, b: Vec3) -> Value:
    """Scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vec3, b: Vec3) -> Vec3:
    """Vector product."""
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )


def scale(a: Vec3, s: Value) -> Vec3:
    """Vector times number."""
    return a[0] * s, a[1] * s, a[2] * s


def add(a: Vec3, b: Vec3) -> Vec3:
    """Sum of vectors."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def blend(a: Vec3, b: Vec3, t: Value) -> Vec3:
    """`mix` by component."""
    return mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)


def normalise(a: Vec3) -> Vec3:
    """Unit vector (a zero vector stays zero)."""
    return scale(a, 1.0 / sqrt(dot(a, a) + 1e-12))


@functools.cache
def _noise_table() -> Array:
    x, y = np.meshgrid(np.arange(256, dtype=np.uint32), np.arange(256, dtype=np.uint32))
    h = (x * np.uint32(0x9E3779B1)) ^ (y * np.uint32(0x85EBCA77))
    h ^= h >> np.uint32(15)
    h *= np.uint32(0x2C1B3C6D)
    h ^= h >> np.uint32(12)
    h *= np.uint32(0x297A2D39)
    h ^= h >> np.uint32(15)
    return ((h >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)).ravel()


def noise3(x: Value, y: Value) -> Vec3:
    """Value noise in [0, 1) on the integer lattice with its derivatives along x and y.

    The corner values come from an integer hash of the lattice index modulo 256, so numpy
    (a table of that hash) and GLSL (the hash) have the same ones.
    """
    for a in (x, y):
        if isinstance(a, Symbol):
            code = a.trace.call("noise3", x, y, kind="vec3").code
            return tuple(a.trace.symbol(f"{code}.{k}") for k in "xyz")  # type: ignore[return-value]
    (a, b, k, m), (p, q), (s, t) = _lattice(x, y)
    n = k + m * s
    return a + b * s + n * t, (b + m * t) * (6.0 * p * (1.0 - p)), n * (6.0 * q * (1.0 - q))


def noise2(x: Value, y: Value) -> Value:
    """The value of `noise3` alone."""
    for a in (x, y):
        if isinstance(a, Symbol):
            return a.trace.call("noise2", x, y)
    (a, b, k, m), _, (s, t) = _lattice(x, y)
    return a + b * s + (k + m * s) * t


def _lattice(x: Value, y: Value) -> tuple[Any, Any, Any]:
    table = _noise_table()
    x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    fx, fy = np.floor(x), np.floor(y)
    i, j = fx.astype(np.intp), fy.astype(np.intp)
    i0, i1 = i & 255, (i + 1) & 255
    j0, j1 = (j & 255) << _TABLE_BITS, ((j + 1) & 255) << _TABLE_BITS
    a, c = table.take(j0 + i0), table.take(j1 + i0)
    b, d = table.take(j0 + i1) - a, table.take(j1 + i1) - c
    p, q = x - fx, y - fy
    return (a, b, c - a, d - b), (p, q), (p * p * (3.0 - 2.0 * p), q * q * (3.0 - 2.0 * q))


def within(
    weight: Value, body: Callable[..., tuple[Value, ...]], *args: Value
) -> tuple[Value, ...]:
    """``body(*args)`` where weight > 0, zeros elsewhere: the costly zones of a material.

    Parameters
    ----------
    weight : array or symbol; where it is not positive the body is not evaluated
    body : function of `args`, which must use no other array than these
    args : arrays (cut to the mask) or numbers (passed on)
    """
    if isinstance(weight, Symbol):
        return weight.trace.block(weight, lambda: body(*args))
    where = np.flatnonzero(weight > 0)
    cut = (a.take(where) if isinstance(a, np.ndarray) else a for a in args)
    results = []
    for value in body(*cut):
        out = np.zeros(weight.shape, np.float32)
        out.reshape(-1)[where] = value
        results.append(out)
    return tuple(results)
