"""Depth maps of a mesh: exact, and as a depth camera would deliver them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fau_teach.face.camera import Camera
from fau_teach.face.raster import check_faces, scan

Float = npt.NDArray[np.float64]
Method = Literal["zbuffer", "open3d"]
#: Distance for which ``Sensor.noise`` is given [mm].
REFERENCE = 600.0


def depth_map(
    vertices: npt.ArrayLike, faces: npt.ArrayLike, camera: Camera, method: Method = "zbuffer"
) -> Float:
    """Exact depth of the nearest surface at each pixel centre; both sides of it are seen.

    Parameters
    ----------
    vertices : (N, 3) positions in the head frame [mm]
    faces : (F, 3) vertex indices
    camera : the camera
    method : "zbuffer", ours; "open3d", Open3D's ray caster, an outside check (float32 inside)

    Returns
    -------
    (height, width) depth along the line of sight [mm], 0 where nothing is hit

    Raises
    ------
    ValueError
        The mesh is empty or misshapen, a vertex is not finite or not before the camera, or the
        method is unknown (says which).
    """
    if method not in ("zbuffer", "open3d"):
        raise ValueError(f"method {method!r} is unknown. Use 'zbuffer' or 'open3d'.")
    corners = check_faces(vertices, faces)
    x, y, depth = camera.project(vertices).T.copy()
    if method == "zbuffer":
        seen = np.zeros(camera.height * camera.width)
        pixel, _, near = scan(x, y, 1 / depth, corners, camera.width, camera.height)
        seen[pixel] = 1 / near
        return seen.reshape(camera.height, camera.width)
    import open3d as o3d

    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(
        o3d.core.Tensor.from_numpy(camera.to_view(vertices).astype(np.float32)),
        o3d.core.Tensor.from_numpy(corners.astype(np.uint32)),
    )
    # Rays start at the camera, and the length of their directions makes depth of the distance.
    rays = np.zeros((camera.height, camera.width, 6), np.float32)
    rays[..., 3] = (np.arange(camera.width) + 0.5 - camera.cx) / camera.focal
    rays[..., 4] = -(np.arange(camera.height)[:, None] + 0.5 - camera.cy) / camera.focal
    rays[..., 5] = -1
    hit = scene.cast_rays(o3d.core.Tensor.from_numpy(rays))["t_hit"].numpy().astype(np.float64)
    return np.where(np.isfinite(hit), hit, 0.0)


@dataclass(frozen=True, slots=True)
class Sensor:
    """What a depth camera makes of the exact depth: 16-bit numbers, 0 = no depth.

    Parameters
    ----------
    seed : of all chance; the same seed and frame give the same map
    unit : step of the output [mm]
    noise : standard deviation at 600 mm; grows with the square of depth [mm]
    grain : radius (standard deviation) over which neighbours share noise; 0: none do [px]
    mixing : probability that a pixel beside a jump in depth falls between near and far
    jump : least difference of depth to a neighbouring pixel that is a jump [mm]
    grazing : angle between ray and surface normal from which on holes appear, from probability
        0 there to 1 at 90 degrees [deg]
    dropout : probability that a pixel fails for no visible reason

    Raises
    ------
    ValueError
        A number is outside its range (says which).

    Notes
    -----
    Noise: sigma(z) = noise * (z / 600 mm)^2, as for every camera that measures depth by
    triangulation (stereo or structured light): z = f b / d with baseline b and disparity d, so
    an error of the disparity weighs z^2 / (f b). Formula from outside, sure. The size 0.5 mm at
    600 mm follows S3-026 and E3-21. Holes at grazing angles, mixed pixels along edges and noise
    shared by neighbours are known of such cameras, sure; their numbers here are ours. The
    sources print neither make nor noise of the camera they used.

    Source: S3-011 (1 unit = 1 mm, 0 is no depth), S3-026.
    """

    seed: int = 0
    unit: float = 1.0
    noise: float = 0.5
    grain: float = 1.0
    mixing: float = 0.5
    jump: float = 10.0
    grazing: float = 70.0
    dropout: float = 0.001

    def __post_init__(self) -> None:
        highest = {"mixing": 1.0, "dropout": 1.0, "grazing": 90.0}
        for field in fields(self):
            value, high = getattr(self, field.name), highest.get(field.name, float("inf"))
            if not 0 <= value <= high or value == float("inf"):
                raise ValueError(f"sensor {field.name}: {value!r}. Use a number from 0 to {high}.")
        if not isinstance(self.seed, int):
            raise ValueError(f"sensor seed: {self.seed!r}. Use a whole number.")
        if self.unit == 0:
            raise ValueError("sensor unit: 0 mm. Use a positive step, for example 1.")

    @classmethod
    def ideal(cls, unit: float = 1.0) -> Sensor:
        """A sensor that only rounds."""
        return cls(unit=unit, noise=0, grain=0, mixing=0, grazing=90, dropout=0)

    def sigma(self, depth: npt.ArrayLike) -> Float:
        """Standard deviation of the noise at a depth [mm]."""
        deviation: Float = self.noise * (np.asarray(depth, dtype=np.float64) / REFERENCE) ** 2
        return deviation

    def measure(
        self, depth: npt.ArrayLike, camera: Camera, frame: int = 0
    ) -> npt.NDArray[np.uint16]:
        """One frame of the sensor.

        Parameters
        ----------
        depth : (height, width) exact depth, 0 where nothing is; put a wall behind the head with
            ``np.where(depth > 0, depth, 1500)`` [mm]
        camera : the camera it was seen with
        frame : number of the frame; every frame has noise and holes of its own

        Returns
        -------
        (height, width) depth in units of ``unit``, 0 = no depth

        Raises
        ------
        ValueError
            The size is not the camera's, or a depth is negative or not finite.
        """
        whole = np.asarray(depth, dtype=np.float64)
        size = (camera.height, camera.width)
        if whole.shape != size:
            raise ValueError(f"depth map of shape {whole.shape}. The camera's is {size}.")
        if not (np.isfinite(whole).all() and (whole >= 0).all()):
            raise ValueError("a depth is negative or not finite. Use 0 for no depth.")
        measured = np.zeros(size, np.uint16)
        part = ndimage.find_objects((whole > 0).astype(np.int8))
        if part:
            measured[part[0]] = self._measure(whole[part[0]], camera, part[0], frame)
        return measured

    def _measure(
        self, depth: Float, camera: Camera, part: tuple[slice, ...], frame: int
    ) -> npt.NDArray[np.uint16]:
        """The same for the part of the picture that has any depth."""
        chance = np.random.default_rng([self.seed, frame])
        valid = depth > 0
        measured = depth.copy()
        if self.mixing:
            near = ndimage.minimum_filter(np.where(valid, depth, np.inf), 3)
            far = ndimage.maximum_filter(depth, 3)
            at = np.flatnonzero(far - near > self.jump)
            at = at[chance.random(len(at)) < self.mixing]
            near, far = near.flat[at], far.flat[at]
            measured.flat[at] = near + chance.random(len(at)) * (far - near)
        if self.noise:
            measured += self.sigma(depth) * _grain(chance, depth.shape, self.grain)
        if self.grazing < 90:
            angle = np.degrees(np.arccos(_incidence(depth, camera, part)))
            share = (angle - self.grazing) / (90 - self.grazing)
            valid &= chance.random(depth.shape) >= share
        if self.dropout:
            valid &= chance.random(depth.shape) >= self.dropout
        count = np.rint(measured / self.unit)
        return np.where(valid & (count > 0) & (count < 2**16), count, 0).astype(np.uint16)


def _grain(chance: np.random.Generator, shape: tuple[int, ...], radius: float) -> Float:
    """Normal noise of standard deviation 1 whose neighbours agree within ``radius``."""
    noise = chance.standard_normal(shape)
    if not radius:
        return noise
    point = np.zeros(2 * int(8 * radius + 8) + 1)
    point[len(point) // 2] = 1
    kernel = ndimage.gaussian_filter1d(point, radius)
    smooth: Float = ndimage.gaussian_filter(noise, radius, mode="wrap") / (kernel**2).sum()
    return smooth


def _incidence(depth: Float, camera: Camera, part: tuple[slice, ...]) -> Float:
    """Cosine of the angle between the ray and the surface normal at each pixel.

    The point of pixel (u, v) is P = z r with r = ((u - cx) / f, (v - cy) / f, 1). Its normal,
    dP/du x dP/dv, is along n = (-f z_u, -f z_v, z + (u - cx) z_u + (v - cy) z_v), and n . r = z.
    """
    rows, columns = part
    along = np.arange(columns.start, columns.stop) + 0.5 - camera.cx
    down = (np.arange(rows.start, rows.stop) + 0.5 - camera.cy)[:, None]
    zu, zv = _slope(depth), _slope(depth.T).T
    normal = np.sqrt((camera.focal**2) * (zu**2 + zv**2) + (depth + along * zu + down * zv) ** 2)
    ray = np.sqrt(along**2 + down**2 + camera.focal**2) / camera.focal
    cosine: Float = np.divide(depth, normal * ray, out=np.ones_like(depth), where=depth > 0)
    return cosine.clip(0, 1)


def _slope(depth: Float) -> Float:
    """Change of depth to the next column; the flatter side, so that an edge is no slope."""
    change = np.diff(depth, axis=1)
    change[(depth[:, 1:] == 0) | (depth[:, :-1] == 0)] = np.inf
    before = np.pad(change, ((0, 0), (1, 0)), constant_values=np.inf)
    after = np.pad(change, ((0, 0), (0, 1)), constant_values=np.inf)
    flatter = np.where(np.abs(before) < np.abs(after), before, after)
    return np.where(np.isfinite(flatter), flatter, 0.0)
