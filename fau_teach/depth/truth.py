"""Pairs of frames whose true motion is known, and how much of it a selection of points found.

The teaching face is drawn twice, at rest and with an action. The triangle under each pixel tells
which piece of skin it shows, and so how far that piece truly moved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fau_teach.depth.cloud import MM, Floats, Frame, Intrinsics
from fau_teach.depth.rigid import Mask, Rigid
from fau_teach.depth.selected import Selected
from fau_teach.face import Face
from fau_teach.face.actions import read
from fau_teach.face.camera import Camera
from fau_teach.face.depth import Sensor, depth_map
from fau_teach.face.face import face as face_named
from fau_teach.face.kinematics import NECK
from fau_teach.face.materials import Lights
from fau_teach.face.picture import scene, surfaces
from fau_teach.face.raster import Fragments, interpolate, rasterize
from fau_teach.face.render import render

if TYPE_CHECKING:
    from fau_teach.depth.crop import Box

MOVING = 0.25
"""Skin moves where its displacement is above this share of the greatest one."""
_FLIP = np.diag([1.0, -1.0, -1.0])  # from the viewer's axes to Open3D's


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Onset and apex of one movement, and what truly moved.

    Parameters
    ----------
    onsets, apexes : frames of the resting face, and of the moved one
    intrinsics : the camera
    displacement : (H, W, 3) float32, of the skin seen at each pixel of the onset, without the
        head's motion, in the axes of the onset camera [m]; 0 where nothing is seen
    moving : (H, W) where it is above a quarter of its peak
    head : how the head moved
    """

    onsets: tuple[Frame, ...]
    apexes: tuple[Frame, ...]
    intrinsics: Intrinsics
    displacement: npt.NDArray[np.float32]
    moving: Mask
    head: Rigid

    @property
    def onset(self) -> Frame:
        """The first onset frame."""
        return self.onsets[0]

    @property
    def apex(self) -> Frame:
        """The first apex frame."""
        return self.apexes[0]

    @property
    def amplitude(self) -> npt.NDArray[np.float32]:
        """(H, W) length of the true displacement [m]."""
        size: npt.NDArray[np.float32] = np.linalg.norm(self.displacement, axis=2)
        return size

    def cropped(self, box: Box) -> Pair:
        """The same pair within a box of its pictures."""
        part = box.slices

        def cut(frame: Frame) -> Frame:
            return Frame(frame.depth[part], None if frame.colour is None else frame.colour[part])

        return Pair(
            tuple(map(cut, self.onsets)),
            tuple(map(cut, self.apexes)),
            self.intrinsics.cropped(box.left, box.top, box.width, box.height),
            self.displacement[part],
            self.moving[part],
            self.head,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """How much of the truth a selection holds.

    Parameters
    ----------
    precision : share of the chosen pixels that truly move
    recall : share of the moving pixels that were chosen
    chance : share of all pixels with depth that move: the precision of a blind choice
    ceiling : the recall of a choice without a mistake, below 1 where more pixels move than
        were chosen
    """

    precision: float
    recall: float
    chance: float
    ceiling: float


@dataclass(frozen=True, slots=True, eq=False)
class _Rest:
    """The resting face as its camera sees it."""

    vertices: Floats
    faces: npt.NDArray[np.int32]
    fragments: Fragments
    shown: npt.NDArray[np.intp]  # vertices of the triangles that are seen


@lru_cache(8)
def _rest(who: Face, camera: Camera, level: int) -> _Rest:
    vertices, faces = scene(who, who.posed(), level)
    fragments = rasterize(vertices, faces, camera)
    return _Rest(vertices, faces, fragments, np.unique(faces[fragments.triangle]))


@lru_cache(8)
def _resting_picture(who: Face, camera: Camera, level: int) -> npt.NDArray[np.uint8]:
    picture = render(surfaces(who, who.posed(), level), camera, who.look)
    picture.setflags(write=False)
    return picture


def pair(
    code: str = "12",
    identity: str | Face = "Ana",
    *,
    peak_mm: float = 2.0,
    head_mm: float = 0.0,
    head_deg: float = 0.0,
    sensor: Sensor | None = None,
    frames: int = 1,
    seed: int = 0,
    colour: bool = True,
    grain: float = 0.0,
    light: float | Lights = 1.0,
    wall_mm: float = 0.0,
    camera: Camera | None = None,
    level: int = 2,
) -> Pair:
    """A rendered onset and apex with known motion.

    Parameters
    ----------
    code : a score in notation, such as ``"12"`` or ``"L1+4"``; ``"0"`` moves nothing
    identity : name of a face, or the face
    peak_mm : greatest displacement of what the onset shows
    head_mm : shift of the head along each of the three axes, in directions drawn by the seed
    head_deg : turn of the head about each of the three axes, through the neck, likewise
    sensor : what it makes of the true depth; without one, depth is exact and not rounded
    frames : of the sensor at onset and at apex, with noise of their own
    seed : of the head's directions, and of all noise
    colour : also draw the pictures
    grain : standard deviation of the pictures' noise [grey levels of 255]
    light : brightness of the lamps at the apex over that at the onset, or other lamps
    wall_mm : distance of a still wall behind the head; 0: none
    camera : ``Camera.sensor()`` by default
    level : of the skin, 1 to 3

    Raises
    ------
    ValueError
        The action cannot reach the peak (says what it reaches), or ``frames`` is below 1.

    Source: S3-026, S3-003, E3-21.
    """
    if frames < 1:
        raise ValueError(f"frames {frames!r}: use a whole number from 1.")
    who = face_named(identity) if isinstance(identity, str) else identity
    camera = camera or Camera.sensor()
    rest = _rest(who, camera, level)
    scores = _scaled(who, code, peak_mm, rest, level)
    posed = who.posed(scores)
    moved = scene(who, posed, level)[0] - rest.vertices
    seen = interpolate(rest.fragments, rest.faces, moved @ (camera.rotation.T @ _FLIP * MM))
    displacement = rest.fragments.image(seen.astype(np.float32))
    amplitude = np.linalg.norm(displacement, axis=2)
    chance = np.random.default_rng([seed, 0])
    after, head = _nodded(camera, chance, head_mm, head_deg)
    exact = (rest.fragments.depth_map, depth_map(rest.vertices + moved, rest.faces, after))
    pictures: list[npt.NDArray[np.uint8] | None] = [None, None]
    if colour:
        lights = light if isinstance(light, Lights) else Lights().scaled(light)
        pictures = [
            _resting_picture(who, camera, level),
            render(surfaces(who, posed, level), after, who.look, lights),
        ]
    shots = []
    for moment, (true, picture) in enumerate(zip(exact, pictures, strict=True)):
        whole = np.where(true > 0, true, wall_mm)
        taken = []
        for frame in range(moment * frames, (moment + 1) * frames):
            depth: npt.NDArray[Any] = whole.astype(np.float32)
            if sensor is not None:
                depth = replace(sensor, seed=sensor.seed + seed).measure(whole, camera, frame)
            taken.append(Frame(depth, _grained(picture, grain, [seed, 1, frame])))
        shots.append(tuple(taken))
    moving = amplitude > MOVING * amplitude.max() if amplitude.any() else amplitude > 0
    return Pair(shots[0], shots[1], Intrinsics.of(camera), displacement, moving, head)


def _scaled(
    who: Face, code: str, peak_mm: float, rest: _Rest, level: int
) -> dict[tuple[str, str], float]:
    """Activations at which what is seen moves by the peak."""
    full = read(code)
    if not full or peak_mm == 0:
        return {}
    share, reached = 0.2, 0.0
    for _ in range(4):  # nearly linear: lids and lips that meet are the exception
        scores = {key: share * value for key, value in full.items()}
        moved = scene(who, who.posed(scores), level)[0] - rest.vertices
        reached = float(np.linalg.norm(moved[rest.shown], axis=1).max())
        if reached == 0 or abs(reached / peak_mm - 1) < 1e-4:
            break
        share = min(share * peak_mm / reached, 1.0)
    if abs(reached / peak_mm - 1) > 0.01:
        raise ValueError(
            f"{code!r} moves what is seen by {reached:.2f} mm, not by {peak_mm:g} mm. Ask for less."
        )
    return scores


def _nodded(
    camera: Camera, chance: np.random.Generator, head_mm: float, head_deg: float
) -> tuple[Camera, Rigid]:
    """The camera that sees the moved head, and the head's motion for the camera that stays."""
    signs = chance.choice([-1.0, 1.0], 6)
    shift, turn = head_mm * signs[:3], head_deg * signs[3:]
    yaw, pitch, roll = turn.tolist()
    after = camera.turned(camera.yaw + yaw, camera.pitch + pitch, camera.roll + roll)
    rotation = after.rotation @ camera.rotation.T
    neck = camera.rotation @ (NECK - camera.centre)
    # R1 (p - c1) = R (R0 (p - c0) - neck) + neck + shift, solved for c1.
    centre = camera.centre + after.rotation.T @ (rotation @ neck - neck - shift)
    x, y, z = centre.tolist()
    neck = neck - (0, 0, camera.distance)
    motion = Rigid(
        _FLIP @ rotation @ _FLIP, _FLIP @ (neck - rotation @ neck + shift) * MM, 0.0, 0, 1.0
    )
    return replace(after, centre=(x, y, z)), motion


def _grained(
    picture: npt.NDArray[np.uint8] | None, grain: float, seed: list[int]
) -> npt.NDArray[np.uint8] | None:
    if picture is None or not grain:
        return picture
    noise = np.random.default_rng(seed).normal(0, grain, picture.shape)
    return np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8)


def score(selected: Selected, truth: Pair) -> Found:
    """Precision and recall of the chosen pixels against what truly moves.

    Pixels count once; rows that only fill up do not count.

    Raises
    ------
    ValueError
        The selection belongs to maps of another size.
    """
    if selected.shape != truth.moving.shape:
        raise ValueError(
            f"the selection is of maps of {selected.shape}, the truth of {truth.moving.shape}."
            " Crop both alike."
        )
    chosen = selected.distinct
    seen = truth.onset.depth > 0
    moving = truth.moving & seen
    hits, all_moving = int(moving.flat[chosen].sum()), int(moving.sum())
    return Found(
        hits / len(chosen),
        hits / all_moving if all_moving else math.nan,
        all_moving / max(int(seen.sum()), 1),
        min(1.0, len(chosen) / all_moving) if all_moving else math.nan,
    )
