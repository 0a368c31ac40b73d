"""One micro-expression with a truth for every stage: command, force, skin, picture and depth.

The command is the clip's drive, sampled finely. The muscle's electricity follows at once, its
force after the electromechanical delay, and the skin moves as the equation of motion says. Video
and depth camera look at that skin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from fau_teach.clip import Clip, Movement
from fau_teach.emg.simulate import DELAY
from fau_teach.face import Face
from fau_teach.face.actions import Mix, mix
from fau_teach.face.camera import Camera
from fau_teach.face.depth import Sensor, depth_map
from fau_teach.face.mesh import Float
from fau_teach.face.picture import picture, scene
from fau_teach.force import activations, integrate, reduced
from fau_teach.force.system import Reduced

RATE = 960.0
"""Samples a second of the truth: a whole number for each frame of both cameras [1/s]."""
VIDEO_FPS, DEPTH_FPS = 120.0, 30.0


class Driven(Face):
    """A face whose muscles stand where the equation of motion has put them, not a score."""

    def __init__(self, who: str) -> None:
        super().__init__(who)
        self._state = mix({}, None)

    def stand(self, muscles: Float) -> Driven:
        """Put the muscles at these activations, those of ``P``'s columns."""
        self._state = replace(self._state, muscles=np.asarray(muscles, float))
        return self

    def mix(self, *_: object) -> Mix:
        """What drives the face: the muscles as they were put."""
        return self._state


def micro_smile(identity: str = "Ana", intensity: str = "C", seed: int = 6) -> Clip:
    """A micro-expression of AU12: 125 ms to the apex, 325 ms in all, at 0.3 s."""
    onset, apex, offset = (round(second * VIDEO_FPS) for second in (0.3, 0.425, 0.625))
    move = Movement("12", "", intensity, onset, apex, offset)
    return Clip(identity, VIDEO_FPS, 96, (move,), seed=seed)


@dataclass(frozen=True, eq=False)
class Planted:
    """What really happened.

    Parameters
    ----------
    clip : the script
    delay : electromechanical delay [s]
    times : (T,) of the truth [s]
    command : (T, A) activation that the nerve asks for, a column for each input of the equation
    force : (T, A) the same as force, share of the greatest: later by the delay
    skin : (T, A) coordinates of the skin; a held force gives the same number
    system : the equation that moved it
    """

    clip: Clip
    delay: float
    times: Float = field(repr=False)
    command: Float = field(repr=False)
    force: Float = field(repr=False)
    skin: Float = field(repr=False)
    system: Reduced = field(repr=False)

    @cached_property
    def face(self) -> Driven:
        """The face, at rest until it is put elsewhere."""
        return Driven(self.clip.identity)

    @property
    def leader(self) -> int:
        """Column of the muscle that is asked most of."""
        return int(self.command.max(axis=0).argmax())

    @property
    def muscle(self) -> str:
        """Its name, such as ``zygomaticus_major_left``."""
        return self.system.inputs[self.leader]

    @cached_property
    def corner_mm(self) -> Float:
        """(T,) how far the vertex that moves most has gone [mm]."""
        way = self.system.lift(self.skin[self.skin[:, self.leader].argmax()][None])[0]
        most = int(np.linalg.norm(way, axis=-1).argmax())
        basis = self.system.B.reshape(len(self.system.B), -1, 3)[:, most]
        return np.asarray(1e3 * np.linalg.norm(self.skin @ basis, axis=-1))

    @cached_property
    def shown(self) -> Clip:
        """The script that a viewer would write: as late as the skin, to a frame."""
        corner = self.corner_mm
        late = round((corner.argmax() / RATE - self.command[:, self.leader].argmax() / RATE)
                     * self.clip.fps)  # fmt: skip
        moves = (
            replace(one, onset=one.onset + late, apex=one.apex + late, offset=one.offset + late)
            for one in self.clip.movements
        )
        return replace(self.clip, movements=tuple(moves))

    def frames(self, fps: float) -> range:
        """Samples of the truth at which a camera of so many frames a second looks.

        Raises
        ------
        ValueError
            The frames would fall between samples.
        """
        every = RATE / fps
        if every != int(every):
            raise ValueError(f"{fps} frames a second: {RATE:g} must be a multiple of it.")
        return range(0, len(self.times), int(every))

    def video(self, size: int = 256, fps: float = VIDEO_FPS, noise: float = 2.0
              ) -> npt.NDArray[np.uint8]:  # fmt: skip
        """Pictures (F, size, size, 3) of the face, with grain [grey levels]."""
        chance, found = np.random.default_rng(self.clip.seed), []
        for at in self.frames(fps):
            seen = picture(self.face.stand(self.skin[at]), size=size).astype(float)
            found.append(seen + noise * chance.standard_normal(seen.shape))
        return np.clip(np.rint(found), 0, 255).astype(np.uint8)

    def depth(
        self, camera: Camera | None = None, sensor: Sensor | None = None, fps: float = DEPTH_FPS
    ) -> Iterator[tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint8]]]:
        """Depth maps (H, W) [mm] and the pictures beside them (H, W, 3), frame by frame."""
        camera, sensor = camera or Camera.sensor(), sensor or Sensor(seed=self.clip.seed)
        for number, at in enumerate(self.frames(fps)):
            who = self.face.stand(self.skin[at])
            vertices, faces = scene(who, who.posed())
            seen = picture(who, camera=camera)
            yield sensor.measure(depth_map(vertices, faces, camera), camera, number), seen


def planted(script: Clip | None = None, delay: float = DELAY) -> Planted:
    """Carry a clip from command to skin.

    Parameters
    ----------
    script : a clip without head, gaze, jaw or lids, whose fps divides ``RATE``; a micro-expression
        of AU12 unless given
    delay : electromechanical delay, from electricity to force [s]

    Raises
    ------
    ValueError
        The clip's frames do not fall on samples, or the delay is no time.

    Source: SX-05, SX-06; S1-013, S1-016.
    """
    script = micro_smile() if script is None else script
    every = RATE / script.fps
    if every != int(every) or not 0 <= delay < 1:
        raise ValueError(
            f"{script.fps} frames a second, {delay} s: {RATE:g} must be a multiple of the first, "
            "the second between 0 and 1."
        )
    fine = _finer(script, int(every))
    who = Face(script.identity)
    system, command = reduced(who), activations(who, fine)
    late = round(delay * RATE)
    force = np.concatenate([np.repeat(command[:1], late, axis=0), command])[: len(command)]
    skin = integrate(system, force, step=1 / RATE, c0=system.rest(force[0])).c
    times = np.arange(len(command)) / RATE
    return Planted(script, delay, times, command, force, skin, system)


def _finer(script: Clip, every: int) -> Clip:
    """The same script with so many samples to a frame."""
    moves = tuple(
        replace(one, **{name: getattr(one, name) * every for name in
                        ("onset", "apex", "offset", "hold")})
        for one in script.movements
    )  # fmt: skip
    return replace(script, fps=script.fps * every, frames=script.frames * every, movements=moves)
