"""Figures of chapter 5, in the manner of :mod:`fau_teach.plots`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from fau_teach.force_plots import _panels
from fau_teach.plots import MUSCLE, QUIET, TEXT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fau_teach.depth import Frame, Intrinsics, PointCloud
    from fau_teach.depth.pictures import Lit

NO_DEPTH = "#ffffff"
"""Where a map has no depth."""


def shot(
    frame: Frame, truth: Frame, row: int, columns: tuple[int, int] = (0, 0)
) -> tuple[Axes, ...]:
    """Draw a picture, its depth map, and one row of the map beside the true depth.

    Parameters
    ----------
    frame : as the sensor gives it; its picture is shown
    truth : the same moment in exact millimetres
    row : of the map
    columns : first and last of the profile; by default all

    Source: S3-002, S3-011.
    """
    axes = _panels(2, 2, 6.0)
    grid = axes[2].get_gridspec()
    for ax in axes[2:]:
        ax.remove()
    below = axes[0].figure.add_subplot(grid[1, :])
    first, last = columns if any(columns) else (0, frame.depth.shape[1])
    axes[0].imshow(frame.colour)
    axes[0].set_title("picture")
    _map(axes[1], np.where(frame.depth > 0, frame.depth, np.nan), "depth [mm]")
    for ax in axes[:2]:
        ax.axhline(row, color=MUSCLE, lw=1.2)
        ax.plot([first, last], [row, row], "|", color=MUSCLE, ms=12, mew=2)
        ax.set_axis_off()
    at = np.arange(first, last)
    for raw, style in ((truth.depth, {"color": TEXT, "lw": 1.2, "label": "shape of the face"}),
                       (frame.depth, {"color": MUSCLE, "ls": "", "marker": ".", "ms": 5,
                                      "label": "what the camera writes"})):  # fmt: skip
        line = raw[row, first:last].astype(float)
        below.plot(at, np.where(line > 0, line, np.nan), **style)
    below.set(xlabel="column [px]", ylabel="depth [mm]")
    below.invert_yaxis()
    below.grid(axis="y")
    below.legend(loc="upper right")
    below.set_title("along the line")
    return (*axes[:2], below)


def under_lamps(found: Mapping[str, Lit], most_px: float = 4.0) -> tuple[Axes, ...]:
    """Draw optical flow and change of depth of one movement, a column for each lamp.

    Source: S3-003, S3-052.
    """
    axes = _panels(2, len(found), 6.0)
    most_mm = max(float(np.quantile(abs(one.depth[one.moving]), 0.98)) for one in found.values())
    for k, (name, one) in enumerate(found.items()):
        _map(axes[k], one.flow, f"flow [px]\n{name}", (0, most_px))
        _map(axes[k + len(found)], abs(one.depth), "change of depth [mm]", (0, most_mm))
    for ax in axes:
        ax.set_axis_off()
    return tuple(axes)


def lifted(frame: Frame, cloud: PointCloud, turn: float = 40.0) -> tuple[Axes, ...]:
    """Draw a picture, and its cloud in the picture's colours from the front and turned.

    Parameters
    ----------
    turn : of the cloud about its vertical [deg]

    Source: S3-008 (figure 2).
    """
    axes = _panels(1, 3, 2.4)
    axes[0].imshow(frame.colour)
    axes[0].set_title("picture")
    middle = np.median(cloud.points, axis=0)
    for ax, angle in ((axes[1], 0.0), (axes[2], np.radians(turn))):
        x, y, z = (cloud.points - middle).T * 1e3
        across, deep = x * np.cos(angle) - z * np.sin(angle), x * np.sin(angle) + z * np.cos(angle)
        order = np.argsort(-deep)
        ax.scatter(across[order], y[order], c=cloud.colours[order], s=0.35, lw=0)
        ax.set(aspect="equal", ylim=(y.max(), y.min()))
        ax.set_title(f"cloud, turned {turn:.0f}°" if angle else "cloud")
    for ax in axes:
        ax.set_axis_off()
    return tuple(axes)


def four_views(
    views: Mapping[str, PointCloud], chosen: Any, intrinsics: Intrinsics
) -> tuple[Axes, ...]:
    """Draw clouds in their colours from the front, and the chosen points.

    Parameters
    ----------
    views : title to cloud, three of them
    chosen : a `fau_teach.depth.Selected`

    Source: S3-008, S3-015 (figure 4).
    """
    axes = _panels(2, 2, 6.4)
    for ax, (title, cloud) in zip(axes, views.items(), strict=False):
        picture = np.ones((intrinsics.height * intrinsics.width, 3))
        picture[cloud.pixels] = cloud.colours
        ax.imshow(picture.reshape(*intrinsics.shape, 3))
        ax.set_title(title)
    v, u = np.divmod(chosen.distinct, intrinsics.width)
    axes[3].scatter(u, v, c=chosen.channels[: len(u)], s=2, lw=0)
    axes[3].set(xlim=axes[0].get_xlim(), ylim=axes[0].get_ylim(), aspect="equal")
    axes[3].set_title(f"(C) the {len(u):,} points")
    axes[3].set(xticks=[], yticks=[])
    axes[3].spines[["top", "right"]].set_visible(True)
    for ax in axes[:3]:
        ax.set_axis_off()
    return tuple(axes)


def _map(ax: Any, values: Any, title: str, limits: tuple[float, float] | None = None) -> None:
    """A map of numbers with its scale, dark to bright."""
    low, high = limits or (float(np.nanmin(values)), float(np.nanmax(values)))
    shown = ax.imshow(values, cmap="cividis", vmin=low, vmax=high, interpolation="nearest")
    bar = ax.figure.colorbar(shown, ax=ax, shrink=0.75)
    bar.ax.tick_params(colors=QUIET, labelsize=9)
    ax.set_title(title)
    ax.set_facecolor(NO_DEPTH)
