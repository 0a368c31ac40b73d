"""Figures of our own long experiments, drawn from what they recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from fau_teach import published
from fau_teach.experiments import recorded
from fau_teach.face import face
from fau_teach.force.against import force_map
from fau_teach.force_plots import _panels, shaded
from fau_teach.plots import AU, EMOTION, MUSCLE, NERVE, PALE, PHONE, QUIET, TEXT, _axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = Mapping[str, str]
#: What the source calls our rows of Table 1.
SOURCE_NAMES = {
    "geometry": "3D Geometry", "force": "3D Force", "position": "3D Position",
    "physics": "3D Physics", "image": "2D Image", "fusion": "Physics + Image",
}  # fmt: skip
_ARMS = (
    (MUSCLE, "o"), (AU, "s"), (NERVE, "^"), (EMOTION, "D"), (QUIET, "v"), (TEXT, "P"),
)  # fmt: skip


def features(rows: Sequence[Row] = ()) -> Axes:
    """Draw mean F1 of what a head sees, ours beside the source's.

    Parameters
    ----------
    rows : of the table ``force_table1``; the recorded ones if left out

    Returns
    -------
    Axes with a row a method: filled dot and interval ours, open dot ours as printed, open square
    the source's on BP4D

    Source: S1-032 to S1-038.
    """
    rows = rows or recorded("force_table1").rows
    means = {(r["method"], r["variant"]): r for r in rows if r["code"] == "mean"}
    used = [method for method, variant in means if variant == "used"]
    used.sort(key=lambda method: -float(means[method, "used"]["f1"]))
    theirs = published.table("1")
    ax = _axes(PHONE, 3.8)
    for place, method in enumerate(used):
        row = means[method, "used"]
        low, high = float(row["low"]), float(row["high"])
        ax.plot((low, high), (place, place), "-", color=MUSCLE, lw=2)
        ax.plot(float(row["f1"]), place, "o", color=MUSCLE, label="ours" if not place else None)
        if (method, "printed") in means:
            value = float(means[method, "printed"]["f1"])
            first = not any(text == "ours, as printed" for text in _labels(ax))
            label = "ours, as printed" if first else None
            ax.plot(value, place + 0.2, "o", color=MUSCLE, mfc="white", mew=1.5, label=label)
        if method in SOURCE_NAMES:
            value = theirs[SOURCE_NAMES[method]].mean / 100
            first = not any(text == "source, BP4D" for text in _labels(ax))
            label = "source, BP4D" if first else None
            ax.plot(value, place, "s", color=AU, mfc="white", mew=1.5, label=label)
    ax.set_yticks(range(len(used)), used)
    ax.set(xlim=(0, 1), ylim=(len(used) - 0.4, -0.6), xlabel="mean F1")
    ax.grid(visible=True, axis="x")
    ax.figure.legend(loc="upper center", ncols=3, frameon=False, bbox_to_anchor=(0.5, 1.1))
    return ax


def _labels(ax: Axes) -> list[str]:
    return [str(line.get_label()) for line in ax.get_lines()]


def fewer_labels(rows: Sequence[Row] = ()) -> Axes:
    """Draw mean F1 over the share of labelled clips: a mark a seed, a line through their means.

    Parameters
    ----------
    rows : of the table ``force_table4``; the recorded ones if left out

    Source: S1-055; E1-18.
    """
    rows = rows or recorded("force_table4").rows
    arms = list(dict.fromkeys(row["arm"] for row in rows))
    shares = sorted({float(row["labels"]) for row in rows})
    ax = _axes(PHONE, 3.2)
    for arm, (colour, mark) in zip(arms, _ARMS, strict=False):
        of = [[float(r["f1"]) for r in rows if r["arm"] == arm and float(r["labels"]) == share]
              for share in shares]  # fmt: skip
        ax.plot(shares, [fmean(one) for one in of], "-", color=colour)
        for share, values in zip(shares, of, strict=True):
            ax.plot([share] * len(values), values, mark, color=colour, mfc="white", mew=1.5,
                    label=arm if share == shares[0] else None)  # fmt: skip
    ax.set(xscale="log", ylim=(0, 1), xlabel="share of clips with labels", ylabel="mean F1")
    ax.set_xticks(shares, [f"{share:.0%}" for share in shares])
    ax.minorticks_off()
    ax.grid(visible=True, axis="y")
    ax.legend(frameon=False, loc="upper left")
    return ax


def gains(name: str, by: str, arm: str, over: str) -> dict[str, list[float]]:
    """Difference of two arms in mean F1 [points], run by run, from the least.

    Parameters
    ----------
    name : of a recorded experiment
    by : column that parts its rows
    arm, over : kinds of net, the second subtracted from the first

    Source: S1-055, S1-056; E1-18, E1-20.
    """
    rows = recorded(name).rows
    f1 = {(row[by], row["arm"], row.get("seed", "")): float(row["f1"]) for row in rows}
    seeds = dict.fromkeys(seed for _, _, seed in f1)
    return {
        part: sorted(100 * (f1[part, arm, seed] - f1[part, over, seed]) for seed in seeds)
        for part in dict.fromkeys(row[by] for row in rows)
    }


def shifts(rows: Sequence[Row] = ()) -> Axes:
    """Draw mean F1 on test sets that differ from the course, a mark a kind of net.

    Parameters
    ----------
    rows : of the table ``force_table5``; the recorded ones if left out

    Source: S1-056; E1-20.
    """
    rows = rows or recorded("force_table5").rows
    arms = list(dict.fromkeys(row["arm"] for row in rows))
    places = list(dict.fromkeys(row["shift"] for row in rows))
    ax = _axes(PHONE, 4.2)
    for at, (arm, (colour, mark)) in enumerate(zip(arms, _ARMS, strict=False)):
        mine = [row for row in rows if row["arm"] == arm]
        y = [places.index(row["shift"]) + 0.11 * (at - (len(arms) - 1) / 2) for row in mine]
        for row, height in zip(mine, y, strict=True):
            ends = float(row["low"]), float(row["high"])
            ax.plot(ends, (height, height), "-", color=PALE, zorder=1)
        values = [float(row["f1"]) for row in mine]
        ax.plot(values, y, mark, color=colour, mfc="white", mew=1.5, label=arm)
    ax.set_yticks(range(len(places)), places)
    ax.set(xlim=(0, 1), ylim=(len(places) - 0.5, -0.5), xlabel="mean F1")
    ax.grid(visible=True, axis="x")
    ax.figure.legend(loc="upper center", ncols=2, frameon=False, bbox_to_anchor=(0.5, 1.16))
    return ax


def traces(rows: Sequence[Row] = (), fps: float = 15.0) -> tuple[Axes, ...]:
    """Draw force and label of one clip for three codes, as the source's Fig. 4.

    Parameters
    ----------
    rows : of the table ``force_traces``; the recorded ones if left out
    fps : of the clips [1/s]

    Returns
    -------
    Axes, one a code; every force is drawn as a share of its own maximum

    Source: S1-057; E1-11.
    """
    rows = rows or recorded("force_labels", "force_traces").rows
    scenes = list(dict.fromkeys(row["codes"] for row in rows))
    axes = _panels(len(scenes), 1, 1.7 * len(scenes), sharex=True)
    lines = (("truth", TEXT, "-"), ("used", MUSCLE, "-"), ("printed", MUSCLE, ":"))
    for ax, scene in zip(axes, scenes, strict=True):
        mine = [row for row in rows if row["codes"] == scene]
        time = np.array([int(row["frame"]) for row in mine]) / fps
        label = np.array([int(row["label"]) for row in mine])
        ax.fill_between(time, 0, label, step="mid", color=PALE, alpha=0.6, lw=0, label="label")
        for name, colour, style in lines:
            force = np.array([float(row[name]) for row in mine])
            ax.plot(time, force / max(force.max(), 1e-9), style, color=colour, label=name)
        ax.set_title(f"AU{scene}", fontsize=10)
        ax.set(ylim=(0, 1.08), yticks=(0, 1))
    axes[-1].set_xlabel("time [s]")
    handles, words = axes[0].get_legend_handles_labels()
    axes[0].figure.legend(
        handles, words, loc="upper center", ncols=4, frameon=False, bbox_to_anchor=(0.5, 1.06)
    )
    return tuple(axes)


def maps(rows: Sequence[Row] = (), shown: Sequence[str] = ("truth", "used")) -> tuple[Axes, ...]:
    """Draw forces at three apexes on the face, as the source's Fig. 5.

    Parameters
    ----------
    rows : of the table ``force_maps``; the recorded ones if left out
    shown : sources of force, a row each

    Source: S1-058; E1-12.
    """
    rows = rows or recorded("force_labels", "force_maps").rows
    standard = face()
    scenes = list(dict.fromkeys(row["codes"] for row in rows))
    axes = _panels(len(shown), len(scenes), 2.3 * len(shown))
    panels = [(source, scene) for source in shown for scene in scenes]
    for ax, (source, scene) in zip(axes, panels, strict=True):
        newtons = {row["muscle"]: float(row["force"]) for row in rows
                   if row["codes"] == scene and row["source"] == source}  # fmt: skip
        pull = np.array(
            [newtons.get(name, 0.0) for name in standard.names[: len(standard.strengths)]]
        )
        drive = pull / np.asarray(standard.strengths)
        shaded(ax, standard, force_map(standard, drive), f"AU{scene}, {source}")
    return tuple(axes)
