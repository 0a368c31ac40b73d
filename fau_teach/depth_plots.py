"""Figures of chapter 5, in the manner of :mod:`fau_teach.plots`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fau_teach.force_plots import _panels
from fau_teach.plots import MUSCLE, NERVE, PALE, PHONE, QUIET, TEXT, _axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fau_teach.depth import Frame, Intrinsics, PointCloud
    from fau_teach.depth.motion import Field
    from fau_teach.depth.pictures import Lit
    from fau_teach.depth.truth import Pair
    from fau_teach.evaluate import Peeking, Recognition
    from fau_teach.motion_bars import Bar

FACE = 0.85
"""Share of all pixels that lies before the ears: the rest may have the brightest colour."""


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
    from matplotlib.ticker import MaxNLocator

    axes = _panels(2, 2, 6.0)
    grid = axes[2].get_gridspec()
    for ax in axes[2:]:
        ax.remove()
    below = axes[0].figure.add_subplot(grid[1, :])
    first, last = columns if any(columns) else (0, frame.depth.shape[1])
    axes[0].imshow(frame.colour)
    axes[0].set_title("picture")
    seen = frame.depth[frame.depth > 0]
    near, far = float(seen.min()), float(np.quantile(seen, FACE))
    _map(axes[1], np.where(frame.depth > 0, frame.depth, np.nan), "depth [mm]", (near, far))
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
    below.set(xlabel="column [px]")
    below.invert_yaxis()
    below.yaxis.set_major_locator(MaxNLocator(integer=True))
    below.grid(axis="y")
    below.legend(loc="lower right")
    below.margins(y=0.1)
    below.set_title("depth along the line [mm]")
    return (*axes[:2], below)


def under_lamps(found: Mapping[str, Lit], most_px: float = 4.0) -> tuple[Axes, ...]:
    """Draw optical flow and change of depth of one movement, a column for each lamp.

    Source: S3-003, S3-052.
    """
    axes = _panels(2, len(found), 6.0)
    most_mm = max(float(np.quantile(abs(one.depth[one.moving]), 0.98)) for one in found.values())
    for k, (name, one) in enumerate(found.items()):
        _map(axes[k], one.flow, f"{name}\nflow [px]", (0, most_px))
        _map(axes[k + len(found)], abs(one.depth), "depth [mm]", (0, most_mm))
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
    axes[3].scatter(u, v, color=TEXT, s=2, lw=0)
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


def deciding(cloud: Any, places: Any) -> Axes:
    """Draw a cloud from the front, and those of its points that decide what PointNet answers.

    Parameters
    ----------
    cloud : (N, 3 or more) x to the viewer's right, y down [m]
    places : of the points that decide

    Source: S3-024; E3-09.
    """
    ax = _axes(PHONE, 2.0)
    x, y = 1e3 * np.asarray(cloud, float)[:, :2].T
    ax.plot(x, -y, ".", color=PALE, ms=4, label=f"all {len(x):,} points")
    ax.plot(x[places], -y[places], "D", color=NERVE, ms=5, mfc="none", mew=1.3,
            label=f"the {len(places)} that decide")  # fmt: skip
    ax.set(aspect="equal", xlabel="to your right [mm]", ylabel="up [mm]")
    ax.figure.legend(loc="lower center", ncols=2, frameon=False, bbox_to_anchor=(0.5, 0.97))
    return ax


def tests_of(found: Mapping[str, Recognition]) -> Axes:
    """Draw UF1 of one recogniser by several ways of testing, with interval and chance.

    Parameters
    ----------
    found : name of the way to its scores

    Source: S3-025, S3-044; E3-12, E3-15.
    """
    ax = _axes(PHONE, 0.75 * len(found) + 0.9)
    names = list(found)
    for row, one in enumerate(found.values()):
        score = one.uf1
        ax.plot([score.low, score.high], [row, row], "-", color=PALE, lw=6, solid_capstyle="butt")
        ax.plot(score.value, row, "o", color=TEXT)
        ax.plot([score.beyond] * 2, [row - 0.25, row + 0.25], "--", color=MUSCLE, lw=1.5)
        ax.text(score.value, row - 0.2, f"{score.value:.2f}", ha="center", va="bottom")
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=(0, 1), ylim=(len(names) - 0.5, -0.7), xlabel="UF1")
    ax.grid(visible=True, axis="x")
    return ax


def peeks(found: Mapping[int, Peeking]) -> Axes:
    """Draw what choosing the epoch by the test seems to gain, over the number of epochs.

    Parameters
    ----------
    found : number of epochs to what ``evaluate.peeking`` gives

    Source: outside; E3-22.
    """
    ax = _axes(PHONE, 3.0)
    epochs = list(found)
    for name, values, style in (
        ("best epoch of each test fold", [one.by_fold for one in found.values()], "o-"),
        ("best epoch over all folds", [one.overall for one in found.values()], "s--"),
        ("epoch fixed before", [one.last for one in found.values()], "D:"),
    ):
        colour = {"o-": MUSCLE, "s--": QUIET, "D:": TEXT}[style]
        ax.plot(epochs, values, style, color=colour, ms=5, label=name)
    ax.set(xscale="log", ylim=(0, 0.8), xlabel="epochs to choose from", ylabel="UF1 of guesses")
    ax.set_xticks(epochs, [str(one) for one in epochs])
    ax.minorticks_off()
    ax.grid(visible=True, axis="y")
    ax.figure.legend(loc="upper center", frameon=False, bbox_to_anchor=(0.5, 1.27))
    return ax


def precision_of(bars: Sequence[Bar]) -> Axes:
    """Draw the precision of each way of choosing points, a dot for each movement and face.

    Parameters
    ----------
    bars : of `fau_teach.motion_bars`

    Source: S3-020, S3-026; E3-21.
    """
    from fau_teach.motion_bars import CONDITIONS, ROWS, values

    ax = _axes(PHONE, 3.6)
    looks = {"printed": ("x", MUSCLE), "length": ("s", QUIET), "used": ("o", NERVE),
             "chance": ("|", TEXT)}  # fmt: skip
    names, places = list[str](), list[float]()
    for group, condition in enumerate(CONDITIONS):
        for row, (way, name) in enumerate(ROWS.items()):
            place = group * (len(ROWS) + 1.2) + row
            found = values(bars, condition, way)
            mark, colour = looks[way]
            ax.plot(found, [place] * len(found), mark, color=colour, mfc="none", ms=6, mew=1.3)
            names.append(name)
            places.append(place)
        ax.text(0.5, group * (len(ROWS) + 1.2) - 0.75, condition, ha="center", weight="bold")
    ax.set_yticks(places, names)
    ax.set(xlim=(-0.03, 1.03), ylim=(places[-1] + 0.7, -1.4), xlabel="share that truly moves")
    ax.grid(visible=True, axis="x")
    return ax


def seen_motion(truth: Pair, fields: Mapping[str, Field]) -> tuple[Axes, ...]:
    """Draw how far the skin truly moved, by how much depth changed, and what two fields say.

    Parameters
    ----------
    fields : title to motion, two of them; pixels of which a field knows nothing stay empty

    Source: S3-009, S3-020; E3-03.
    """
    axes = _panels(2, 2, 6.4)
    before, after = (one.depth for one in (truth.onset, truth.apex))
    size = 1e3 * truth.amplitude
    maps: dict[str, tuple[Any, Any]] = {"the truth": (size, before > 0),
            "subtraction": (np.abs(np.subtract(after, before, dtype=float)),
                            (before > 0) & (after > 0))}  # fmt: skip
    maps |= {title: (1e3 * one.amplitude, one.valid) for title, one in fields.items()}
    for ax, (title, (values, known)) in zip(axes, maps.items(), strict=True):
        _map(ax, np.where(known, values, np.nan), f"{title} [mm]", (0.0, float(size.max())))
        ax.set_axis_off()
    return tuple(axes)
