"""The pinhole camera: where a point of the head falls in the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera that looks at a head.

    The picture's x runs right and y down; pixel (column i, row j) has its centre at
    (i + 0.5, j + 0.5). The camera stands on the +z side of ``centre`` and looks along -z. The
    angles turn the head about ``centre`` as the viewer sees it: yaw first about the head's
    vertical, then pitch about the picture's horizontal, then roll about the line of sight.

    Parameters
    ----------
    width, height : size of the picture [px]
    focal : focal length [px]
    distance : from the camera to ``centre`` [mm]
    yaw : turn to the subject's left, the nose moves to picture right [deg]
    pitch : turn up, the nose moves to picture top [deg]
    roll : tilt to the subject's left shoulder, the crown moves to picture right [deg]
    centre : the point looked at, and turned about, in the head frame [mm]
    cx, cy : where ``centre`` falls in the picture [px]; by default its middle

    Raises
    ------
    ValueError
        A size is not a positive whole number, a focal length or distance is not positive, or
        a number is not finite (says which).

    Notes
    -----
    Confidence: ours, a convention.
    """

    width: int
    height: int
    focal: float
    distance: float
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)
    cx: float = math.nan
    cy: float = math.nan

    def __post_init__(self) -> None:
        for name in ("width", "height"):
            size = getattr(self, name)
            if not isinstance(size, int) or isinstance(size, bool) or size < 1:
                raise ValueError(f"camera {name}: {size!r} pixels. Use a whole number from 1.")
        for name, size in (("cx", self.width), ("cy", self.height)):
            if math.isnan(getattr(self, name)):
                object.__setattr__(self, name, size / 2)
        for name in ("focal", "distance"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"camera {name}: {getattr(self, name)!r}. It must be positive.")
        if len(self.centre) != 3:
            raise ValueError(f"camera centre: {self.centre!r}. Use (x, y, z) in mm.")
        rest = (self.yaw, self.pitch, self.roll, self.cx, self.cy, *self.centre)
        if not all(map(math.isfinite, rest)):
            raise ValueError("camera: an angle, the centre or (cx, cy) is not a finite number.")

    @classmethod
    def portrait(cls, width: int, height: int, **changes: Any) -> Camera:
        """The default view: whole head and top of the neck, the face in the middle.

        The head also fits when it is turned by any angle. ``changes`` are further parameters of
        the camera, such as ``yaw=30``.
        """
        distance = 1000.0
        focal = distance * min(height / 292, width / 236)
        known: dict[str, Any] = {
            "focal": focal,
            "distance": distance,
            "centre": (0.0, -10.0, -75.0),
        }
        return cls(width, height, **{**known, **changes})

    @classmethod
    def sensor(cls, **changes: Any) -> Camera:
        """The depth camera of the depth papers, 600 mm before the face.

        Source: S3-011 for size and focal length; that the face is in the middle of the picture
        and 600 mm away is ours (E3-07: the principal point is not printed).
        """
        known: dict[str, Any] = {"focal": 1324.65, "distance": 600.0, "centre": (0.0, -18.0, 0.0)}
        return cls(1280, 720, **{**known, **changes})

    def turned(self, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Camera:
        """The same camera with the head turned by these angles instead [deg]."""
        return replace(self, yaw=yaw, pitch=pitch, roll=roll)

    def scaled(self, factor: int) -> Camera:
        """The same view with ``factor`` times as many pixels along each side."""
        return replace(
            self,
            width=self.width * factor,
            height=self.height * factor,
            focal=self.focal * factor,
            cx=self.cx * factor,
            cy=self.cy * factor,
        )

    @property
    def rotation(self) -> Float:
        """(3, 3) matrix from the head frame to the viewer's: x right, y up, z to the viewer."""
        sines = [math.sin(math.radians(angle)) for angle in (self.yaw, -self.pitch, -self.roll)]
        cosines = [math.cos(math.radians(angle)) for angle in (self.yaw, -self.pitch, -self.roll)]
        (sy, sp, sr), (cy, cp, cr) = sines, cosines
        yaw = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        pitch = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
        roll = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
        turn: Float = roll @ pitch @ yaw
        return turn

    @property
    def position(self) -> Float:
        """(3,) place of the camera in the head frame [mm]."""
        place: Float = np.asarray(self.centre) + self.rotation[2] * self.distance
        return place

    def to_view(self, vertices: npt.ArrayLike) -> Float:
        """Points in the viewer's frame.

        Parameters
        ----------
        vertices : (..., 3) points in the head frame [mm]

        Returns
        -------
        (..., 3) x right, y up, z to the viewer, the camera at 0: what is seen has z < 0 [mm]

        Raises
        ------
        ValueError
            The points have not three coordinates.
        """
        points = np.asarray(vertices, dtype=np.float64)
        if points.ndim < 1 or points.shape[-1] != 3:
            raise ValueError(f"vertices of shape {points.shape}. Three coordinates each, (N, 3).")
        with np.errstate(invalid="ignore"):  # points at infinity become NaN; project refuses both
            view: Float = (points - np.asarray(self.centre)) @ self.rotation.T
        view[..., 2] -= self.distance
        return view

    def project(self, vertices: npt.ArrayLike) -> Float:
        """Where points fall in the picture, and how far before the camera they are.

        Parameters
        ----------
        vertices : (..., 3) points in the head frame [mm]

        Returns
        -------
        (..., 3) x and y [px] and depth along the line of sight, not along the ray [mm]

        Raises
        ------
        ValueError
            A point is not finite, or not before the camera (says which).
        """
        view = self.to_view(vertices)
        depth = -view[..., 2]
        bad = ~(depth > 0) | ~np.isfinite(view).all(-1)
        if bad.any():
            index = int(np.flatnonzero(bad)[0])
            point = view.reshape(-1, 3)[index]
            what = (
                f"lies {point[2]:.6g} mm behind the camera; it must be in front of it"
                if np.isfinite(point).all()
                else "is not finite"
            )
            raise ValueError(f"vertex {index} {what} ({int(bad.sum())} such in all).")
        scale = self.focal / depth
        return np.stack(
            [self.cx + view[..., 0] * scale, self.cy - view[..., 1] * scale, depth], axis=-1
        )
