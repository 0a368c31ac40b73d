"""Sequences to learn from: meshes, coordinates, pictures and labels of course clips.

A clip drives the muscles, the reduced equation moves the skin, a tracker with its noise follows
it, and the coordinates come from fitting that track with the responses of a standard face, as a
reconstruction with a fixed basis does. Labels are those of the clip's key: what a coder can see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from fau_teach import clip as scripts
from fau_teach.evaluate.labels import CODES
from fau_teach.face import Face, face, identity
from fau_teach.face.camera import Camera
from fau_teach.face.film import moments
from fau_teach.face.materials import Lights
from fau_teach.face.picture import picture
from fau_teach.face.proportions import LIMIT
from fau_teach.force import activations, integrate, reduced
from fau_teach.force.identify import activations as identified
from fau_teach.force.observe import MM, Observer, points
from fau_teach.force.track68 import MODES
from fau_teach.models import card
from fau_teach.models.checkpoint import cache_folder, digest, load, save
from fau_teach.models.stamp import fingerprint

Array = npt.NDArray[Any]
UNKNOWN = 2
"""Label of what nobody could tell."""
_MEAN = 0.05
"""Activation that the fit expects where the skin tells nothing; see ``force.identify``."""
TABLES = ("force/material", "force/network")
"""Tables below ``data`` that sequences and networks depend on."""
_BIG = ("c", "u", "pictures", "truth")


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """S sequences of T frames.

    Parameters
    ----------
    codes : (R,) action units
    inputs : (K,) muscles, the coordinates
    fps : frames a second [1/s]
    subjects, clips : (S,) who, and in which clip
    labels : (S, T, R) 0 absent, 1 active, 2 unknown
    c : (S, T, K) coordinates as observed, or ``None`` where nothing was tracked
    u : (S, T, N, 3) displacement of the cage's vertices [mm], or ``None``
    pictures : (S, T, H, W, 3) of 8 bits, or ``None``
    truth : (S, T, K) activations that moved the skin, or ``None``
    """

    codes: tuple[str, ...]
    inputs: tuple[str, ...]
    fps: float
    subjects: tuple[str, ...]
    clips: tuple[str, ...]
    labels: Array
    c: Array | None = None
    u: Array | None = None
    pictures: Array | None = None
    truth: Array | None = None

    def __post_init__(self) -> None:
        count, frames, classes = self.labels.shape
        if not (count == len(self.subjects) == len(self.clips) and classes == len(self.codes)):
            raise ValueError(f"labels {self.labels.shape} do not fit the subjects or the codes.")
        for name in _BIG:
            one = getattr(self, name)
            if one is not None and one.shape[:2] != (count, frames):
                raise ValueError(f"{name} {one.shape} does not fit labels {self.labels.shape}.")

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        people = len(set(self.subjects))
        return f"Sequences({len(self)} of {self.labels.shape[1]} frames, {people} subjects)"

    @property
    def known(self) -> Array:
        """(S, T, R) whether there is a label."""
        return np.asarray(self.labels != UNKNOWN)

    @property
    def active(self) -> Array:
        """(S, T, R) whether the label is 1."""
        return np.asarray(self.labels == 1)

    def take(self, items: Sequence[int] | npt.NDArray[np.intp]) -> Sequences:
        """Some of the sequences."""
        at = [int(i) for i in items]
        big: dict[str, Any] = {name: one[at] for name, one in self._big()}
        big |= {n: tuple(getattr(self, n)[i] for i in at) for n in ("subjects", "clips")}
        return replace(self, labels=self.labels[at], **big)

    def fitted(self) -> Sequences:
        """The same with the mesh that the observed coordinates make of the standard face.

        It is what a reconstruction with a fixed basis hands on, as the source's does (Eq. 3):
        nothing that the basis cannot make is left in it.

        Source: S1-012, S1-031; E1-24.
        """
        if self.c is None:
            raise ValueError("nothing was tracked: there are no coordinates.")
        basis = face().B[:, : cage_size()].reshape(len(self.inputs), -1).astype(np.float32)
        flat = (self.c @ basis).astype(np.float16)
        return replace(self, u=flat.reshape(*self.c.shape[:2], -1, 3))

    def _big(self) -> Iterator[tuple[str, Array]]:
        yield from ((n, one) for n in _BIG if (one := getattr(self, n)) is not None)

    def save(self, path: str | Path) -> Path:
        """Write one file without pickle."""
        header = {n: getattr(self, n) for n in ("codes", "inputs", "fps", "subjects", "clips")}
        return save(path, {"labels": self.labels, **dict(self._big())}, header)

    @classmethod
    def load(cls, path: str | Path) -> Sequences:
        """Read what :meth:`save` wrote."""
        arrays, about = load(path)
        parts: dict[str, Any] = {k: v if k == "fps" else tuple(v) for k, v in about.items()}
        return cls(**{**parts, **arrays})


@dataclass(frozen=True, slots=True)
class Course:
    """What sequences are made of.

    Parameters
    ----------
    subjects, clips : how many people, and clips of each
    group : begins the names of the people, who differ from group to group
    difficulty : of ``Clip.sample``
    spread : factor on how far faces differ from the standard face
    noise_mm : of each tracked vertex
    head_deg, head_mm : what the tracker leaves of the head's movement
    light : factor on the brightness of pictures
    picture : width of pictures [px]; 0 for none
    seed : of all that is random
    """

    subjects: int = 12
    clips: int = 12
    group: str = "course"
    difficulty: str = "medium"
    spread: float = 1.0
    noise_mm: float = 0.2
    head_deg: float = 0.2
    head_mm: float = 0.2
    light: float = 1.0
    picture: int = card.whole("picture")
    frames: int = card.whole("frames")
    fps: float = card.number("rate")
    codes: tuple[str, ...] = CODES["BP4D"]
    seed: int = 0


def cage_size() -> int:
    """Number of vertices of the cage, which the encoder sees; they come first at every level."""
    return len(face().hierarchy.levels[0].vertices)


@cache
def tracker() -> Observer:
    """The outer vertices of the cage on the standard face; jaw and lids may act too."""
    standard = face()
    outside = standard.hierarchy.levels[0].attributes["cavity"] < 0.5
    at = np.flatnonzero(outside).astype(np.int32)
    seen = points(standard, at, "cage")
    rest, size = standard.pose({}), {"jaw_open": 10.0}
    more = [
        ((standard.pose({}, {m: size.get(m, 1.0)}) - rest)[at] / size.get(m, 1.0)).ravel() * MM
        for m in MODES
    ]
    return replace(seen, names=(*seen.names, *MODES), matrix=np.column_stack([seen.matrix, *more]))


def observed(u: Array, noise_mm: float) -> Array:
    """Coordinates (T, K) of a tracked cage (T, N, 3) [mm], by non-negative least squares."""
    axes, small = _triangle()
    seen = u[:, tracker().vertices[::3]].reshape(len(u), -1) * MM @ axes
    noise = max(noise_mm, 0.05) * MM
    found = identified(small, seen, noise=noise, clean=1 / _MEAN, intervals="")
    return found.values[:, : -len(MODES)].astype(np.float32)


@cache
def _triangle() -> tuple[Array, Observer]:
    # Readings that no activation makes change no activation: leave them out once.
    axes, triangle = np.linalg.qr(tracker().matrix)
    return axes, replace(tracker(), matrix=triangle, scale=np.ones(len(triangle)))


def person(course: Course, number: int) -> Face:
    """The face of one subject, as far from the standard face as the course says."""
    who = identity(f"{course.group}-{number}")
    wide = {k: max(-LIMIT, min(LIMIT, course.spread * v)) for k, v in who.proportions.items()}
    return Face(replace(who, proportions=wide))


def script(course: Course, subject: int, number: int) -> scripts.Clip:
    """One clip: two to four codes of the course at once, others beside them."""
    dice = Random(f"{course.seed}/{course.group}/{subject}/{number}")
    for attempt in range(100):
        first = course.codes[(subject * course.clips + number) % len(course.codes)]
        chosen = [first]
        for code in dice.sample(course.codes, len(course.codes)):
            clash = any(scripts.conflict(code, other) for other in chosen)
            if len(chosen) < 2 + number % 3 and code not in chosen and not clash:
                chosen.append(code)
        try:
            made = scripts.sample(
                "macro", chosen, difficulty=course.difficulty, fps=course.fps,
                identity=f"{course.group}-{subject}", seed=dice.randrange(2**31) + attempt,
            )  # fmt: skip
        except scripts.ClipError:
            continue
        return replace(made, frames=max(made.frames, course.frames))
    raise ValueError(f"no clip of {course.codes} in a hundred attempts.")


def labels(key: scripts.Key, codes: Sequence[str], frames: int) -> Array:
    """What a coder marks in each frame: (frames, R) of 0 and 1; the offset is the first without."""
    found = np.zeros((frames, len(codes)), np.uint8)
    for item in key.items:
        if item.code in codes:
            found[item.onset : max(item.offset, item.apex + 1), codes.index(item.code)] = 1
    return found


def made(course: Course, *, cached: bool = True, say: Callable[[str], object] | None = None
         ) -> Sequences:  # fmt: skip
    """The sequences of a course; kept in the cache, since pictures take time."""
    known = digest([asdict(course), fingerprint(__name__, TABLES)])
    path = cache_folder() / f"{course.group}-{known}.npz"
    if cached and path.is_file():
        return Sequences.load(path)
    rows: list[dict[str, Array]] = []
    for subject in range(course.subjects):
        rows += _subject(course, subject)
        if say:
            say(f"{course.group}: {subject + 1} of {course.subjects} subjects")
    each: dict[str, Any] = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    people = [f"{course.group}-{i}" for i in range(course.subjects) for _ in range(course.clips)]
    names = tuple(f"{one}/{i % course.clips}" for i, one in enumerate(people))
    inputs = tracker().names[: -len(MODES)]
    found = Sequences(course.codes, inputs, course.fps, tuple(people), names, **each)
    if cached:
        found.save(path)
    return found


def _subject(course: Course, subject: int) -> Iterator[dict[str, Array]]:
    who = person(course, subject)
    rest = who.pose({})[: cage_size()]
    system = reduced(who)
    basis = system.B.reshape(len(system.B), -1, 3)[:, : len(rest)].reshape(len(system.B), -1) / MM
    acted = [script(course, subject, number) for number in range(course.clips)]
    drives = [activations(who, one) for one in acted]
    # One run for all: clips begin and end at rest, and the skin forgets within a frame or two.
    held = system.rest(drives[0][0])
    moved = integrate(system, np.concatenate(drives), step=1 / course.fps, c0=held).c
    ends = np.cumsum([len(drive) for drive in drives])[:-1]
    for one, drive, c in zip(acted, drives, np.split(moved, ends), strict=True):
        late = (c - drive)[: course.frames] @ basis
        yield _one(course, who, rest, one, late.reshape(-1, *rest.shape), drive[: course.frames])


def _one(
    course: Course, who: Face, rest: Array, acted: scripts.Clip, late: Array, drive: Array
) -> dict[str, Array]:
    chance = np.random.default_rng([course.seed, acted.seed])
    u = late + _jitter(course, rest, chance)
    shots, turn = [], chance.uniform(-8, 8, 2)
    whole = Camera.portrait(course.picture or 1, course.picture or 1, yaw=turn[0], pitch=turn[1])
    # The face fills the picture, as after a face detector.
    camera = replace(whole, focal=1.5 * whole.focal, centre=(0.0, -22.0, 0.0))
    for one in list(moments(acted))[: course.frames]:
        still = {name: size for name, size in one.extra.items() if not name.startswith("head")}
        u[one.frame] += who.pose(one.scores, still)[: len(rest)] - rest
        if course.picture:
            lights = Lights().scaled(one.light * course.light)
            shot = picture(who, one.scores, level=1, extra=one.extra, lights=lights, camera=camera)
            grain = chance.normal(0, acted.nuisance.noise or 1.0, shot.shape)
            shots.append(np.clip(np.rint(shot + grain), 0, 255).astype(np.uint8))
    found = {
        "labels": labels(acted.key(), course.codes, acted.frames)[: course.frames],
        "c": observed(u, course.noise_mm),
        "u": u.astype(np.float16),
        "truth": drive.astype(np.float32),
    }
    return {**found, "pictures": np.stack(shots)} if shots else found


def _jitter(course: Course, place: Array, chance: np.random.Generator) -> Array:
    """What a tracker adds: noise of each vertex, and a head that seems to wander."""
    steps = chance.normal(size=(course.frames, 6))
    smooth = np.stack([np.convolve(row, np.ones(5) / 5**0.5, "same") for row in steps.T], axis=1)
    turns = Rotation.from_rotvec(np.radians(course.head_deg) * smooth[:, :3]).as_matrix()
    shift = course.head_mm * smooth[:, None, 3:]
    noise = course.noise_mm * chance.normal(size=(course.frames, *place.shape))
    return np.asarray(np.einsum("tij,nj->tni", turns, place) - place + shift + noise)
