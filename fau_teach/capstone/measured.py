"""Each chapter's own tool on the same micro-expression, against what was planted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from fau_teach.capstone.truth import DEPTH_FPS, RATE, VIDEO_FPS, Planted
from fau_teach.coding import key_frames
from fau_teach.depth import regions
from fau_teach.depth.cloud import Frame, Intrinsics
from fau_teach.depth.crop import crop, face_box
from fau_teach.depth.motion import field as motion_field
from fau_teach.emg import PythonDevice, Signal, envelope_circuit, record
from fau_teach.emg.circuit import TAU
from fau_teach.emg.filters import band_pass, fill_gaps, rms
from fau_teach.emg.simulate import emg
from fau_teach.emg.sites import atlas
from fau_teach.face.camera import Camera
from fau_teach.face.mesh import Float
from fau_teach.face.muscles import muscles
from fau_teach.force.identify import activations, from_motion
from fau_teach.force.observe import dense

SHARE = 0.2
"""Share of the peak, above rest, at which a movement begins and ends, in every modality."""
REST_S = 0.2
"""Beginning of every curve that is known to be rest [s]."""
CORNERS = (48, 54)
"""Of 68 points, the corners of the mouth."""
REACH = 0.025
"""Half of the square round a corner in which points are followed, share of the picture's width."""
_FLOW: dict[str, Any] = {"winSize": (15, 15), "maxLevel": 2, "criteria": (3, 30, 0.003)}
GAIN, MIDDLE = 3000.0, 2.5
"""Of the raw-output sensor: amplification, and the level about which it swings [V]; ours."""
WINDOW_S = 0.05
"""Of the effective value of raw EMG [s]: shorter ones make the apex a matter of chance."""
CLEAR = 3.0
"""Standard deviations of rest that a threshold must lie above it."""


class UnseenError(ValueError):
    """A curve does not rise out of its own noise; the message says by how much it misses."""


@dataclass(frozen=True, slots=True)
class Times:
    """Onset, apex and offset [s]."""

    onset: float
    apex: float
    offset: float

    def __sub__(self, other: Times) -> Times:
        return Times(*(a - b for a, b in zip(self, other, strict=True)))

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter((self.onset, self.apex, self.offset))

    def __str__(self) -> str:
        return " ".join(f"{1000 * each:6.0f}" for each in self)


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One modality: what was measured, and what was true there.

    Parameters
    ----------
    name, unit : of the curve
    values : (T,) the curve, from time 0 on
    rate : its samples a second [1/s]
    found : its key times
    true : key times of the planted curve that it measures
    about : "command", "force" or "skin": which planted curve that is
    rows : inventory rows that the stage rests on
    page : where the book explains it, below ``book``
    frame_rate : of the camera whose frames judge it [1/s]; its own rate unless given
    also : further numbers, such as what every muscle does at the apex
    """

    name: str
    unit: str
    values: Float = field(repr=False)
    rate: float
    found: Times
    true: Times
    about: str
    rows: tuple[str, ...]
    page: str
    frame_rate: float = 0.0
    also: Mapping[str, float] = field(default_factory=dict, repr=False)

    @property
    def step_rate(self) -> float:
        """Frames a second within which the stage is judged [1/s]."""
        return self.frame_rate or self.rate

    @property
    def error(self) -> Times:
        """Found minus true [s]."""
        return self.found - self.true

    @property
    def times(self) -> Float:
        """(T,) [s]."""
        return np.arange(len(self.values)) / self.rate

    def __str__(self) -> str:
        return f"{self.name:<22}{self.rate:6.0f}/s  found {self.found} ms  error {self.error} ms"


def key_times(values: npt.ArrayLike, rate: float, share: float = SHARE) -> Times:
    """Key times of the greatest event on a curve that begins at rest.

    Parameters
    ----------
    values : (T,) from time 0 on; its first ``REST_S`` are rest
    rate : samples a second [1/s]
    share : of the peak above rest that counts as moved

    Raises
    ------
    UnseenError
        The threshold lies within the noise of rest, or the event is cut off.

    Source: S0-100; SX-05.
    """
    curve = np.asarray(values, float)
    rest = curve[: max(2, round(REST_S * rate))]
    curve = curve - np.median(rest)
    threshold, noise = share * curve.max(), float(np.std(rest))
    if not threshold > CLEAR * noise:
        raise UnseenError(
            f"{share:.0%} of the peak are {threshold:.3g}, rest varies by {noise:.3g}: at least "
            f"{CLEAR:g} times that is needed."
        )
    events = key_frames(curve.tolist(), rate, threshold)
    event = max(events, key=lambda one: one.peak)
    if event.onset is None or event.offset is None:
        raise UnseenError("the movement is cut off: begin and end at rest.")
    return Times(event.onset / rate, event.apex / rate, event.offset / rate)


def truths(truth: Planted) -> dict[str, Times]:
    """Key times of the planted command, force and skin."""
    at = truth.leader
    curves = {"command": truth.command[:, at], "force": truth.force[:, at],
              "skin": truth.corner_mm}  # fmt: skip
    return {name: key_times(curve, RATE) for name, curve in curves.items()}


def by_emg(truth: Planted, tau: float = TAU, rate: int = 2000) -> tuple[Stage, Stage]:
    """EMG of the muscle from a raw-output sensor and from an envelope module, over the wire.

    Both sensors hear one pair of electrodes. Their volts go to the pins of a simulated board,
    and what is read is what the recorder got, in steps of the converter.

    Parameters
    ----------
    tau : time constant of the module [s]
    rate : of the board [1/s]

    Returns
    -------
    raw and envelope; the envelope is late, and that is what it is here for
    """
    at = {f"{pull.id}_{side}": (pull.muscle, side[0].upper()) for pull in muscles()
          for side in ("left", "right")}[truth.muscle]  # fmt: skip
    name = next(f"{one.id}_{at[1]}" for one in atlas().values() if one.muscle == at[0])
    skin = emg(truth.clip, (name,), rate, truth.clip.seed, delay=0.0, who=truth.clip.identity)
    module = envelope_circuit(skin, tau).values[:, 0]
    board = PythonDevice(
        np.stack([MIDDLE + GAIN * skin.values[:, 0], module], axis=1), rate, speed=0.0
    )
    got = record(board, len(skin.values) / rate, channels=(0, 1), rate=rate)
    volts = fill_gaps(Signal(got.values, rate)).values
    raw = band_pass(Signal((volts[:, :1] - MIDDLE) / GAIN, rate))
    rows = ("S4-003", "S4-004", "S4-012")
    return (
        _stage(truth, "EMG, raw", "µV", 1e6 * rms(raw, WINDOW_S).values[:, 0], rate, "command",
               rows, "06-emg/5-when-did-it-begin", frame_rate=DEPTH_FPS),
        _stage(truth, "EMG, envelope", "V", volts[:, 1], rate, "command",
               ("S4-003", "S4-011"), "06-emg/4-envelope-or-raw", frame_rate=DEPTH_FPS),
    )  # fmt: skip


def by_force(truth: Planted, noise_mm: float = 0.1, fps: float = VIDEO_FPS) -> Stage:
    """Activation of the muscle, from a tracked mesh and the equation of motion.

    Parameters
    ----------
    noise_mm : of each tracked vertex and axis
    fps : of the tracker
    """
    seen = list(truth.frames(fps))
    observer = dense(truth.face, inputs=truth.system.coordinates)
    moved = truth.system.lift(truth.skin[seen])
    readings = observer.read(moved, noise=1e-3 * noise_mm, seed=truth.clip.seed)
    c = activations(observer, readings, noise=1e-3 * noise_mm, intervals="").values
    force = from_motion(truth.system, c, 1 / fps)
    apex = force[force[:, truth.leader].argmax()]
    peaks = dict(zip(truth.system.inputs, apex.tolist(), strict=True))
    return _stage(truth, "force", "activation", force[:, truth.leader], fps, "force",
                  ("S1-013", "S1-016", "S1-019"), "04-force-ode/5-what-the-skin-hides",
                  also=peaks)  # fmt: skip


def by_video(
    truth: Planted, pictures: npt.NDArray[np.uint8] | None = None, fps: float = VIDEO_FPS
) -> Stage:
    """Way of the corners of the mouth, followed from the mean of the resting pictures to each.

    Sparse flow in the manner of Lucas and Kanade, on points round each corner; the corner that
    moves most counts.
    """
    cv2: Any = import_module("cv2")
    shown = truth.video(fps=fps) if pictures is None else pictures
    size = shown.shape[1]
    still = truth.face.stand(truth.skin[0])
    corners = regions.marks_of(still, Camera.portrait(size, size))[list(CORNERS)]
    rim = REACH * size * np.linspace(-1, 1, 5)
    grid = np.stack(np.meshgrid(rim, rim), axis=-1).reshape(-1, 2)
    start = (corners[:, None] + grid).reshape(-1, 1, 2).astype(np.float32)
    rest = np.rint(shown[: round(REST_S * fps)].mean(axis=0)).astype(np.uint8)
    before, curve = cv2.cvtColor(rest, cv2.COLOR_RGB2GRAY), []
    for each in shown:
        after = cv2.cvtColor(each, cv2.COLOR_RGB2GRAY)
        there, *_ = cv2.calcOpticalFlowPyrLK(before, after, start, None, **_FLOW)
        ways = (there - start).reshape(len(corners), -1, 2).mean(axis=1)
        curve.append(np.linalg.norm(ways, axis=1).max())
    return _stage(truth, "video", "px", np.array(curve), fps, "skin",
                  ("S0-097", "S0-100", "S2-060"), "03-labelling/3-key-frames")  # fmt: skip


def by_depth(truth: Planted, fps: float = DEPTH_FPS, averaged: int = 3) -> Stage:
    """Motion of the lip corners in depth maps, free of the head's.

    Parameters
    ----------
    averaged : resting frames that make the onset frame
    """
    camera = Camera.sensor()
    intrinsics = Intrinsics.of(camera)
    frames = [Frame(*each) for each in truth.depth(camera, fps=fps)]
    box = face_box(frames[0].depth, intrinsics)
    marks = regions.marks_of(truth.face.stand(truth.skin[0]), camera) - (box.left, box.top)
    cut = [crop(each, intrinsics, box) for each in frames]
    frames, intrinsics = [frame for frame, _ in cut], cut[0][1]
    where = regions.regions(marks, intrinsics)
    curve = []
    for each in frames:
        summary = regions.summed(motion_field(frames[:averaged], each, intrinsics), where)
        curve.append(max(summary[f"lip_corner_{side}"]["tangential"] for side in ("left", "right")))
    return _stage(truth, "depth camera", "mm", 1e3 * np.array(curve), fps, "skin",
                  ("S3-011", "S3-013", "S3-020"), "05-depth-mer/4-motion-that-is-real")  # fmt: skip


def _stage(
    truth: Planted, name: str, unit: str, values: Float, rate: float, about: str,
    rows: Sequence[str], page: str, **more: Any,
) -> Stage:  # fmt: skip
    found, true = key_times(values, rate), truths(truth)[about]
    return Stage(name, unit, values, rate, found, true, about, tuple(rows), page, **more)
