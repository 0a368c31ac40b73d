"""Figures of the capstone, in the manner of :mod:`fau_teach.plots`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fau_teach.capstone.truth import Planted
from fau_teach.force_plots import _panels
from fau_teach.plots import AU, MUSCLE, NERVE, PALE, PHONE, QUIET, TEXT, _axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fau_teach.capstone.measured import Stage

MARKS = ("^", "D", "v")
"""Onset, apex and offset, as everywhere in the book."""
_COLOURS = {"command": NERVE, "force": MUSCLE, "skin": AU}


def planted_chain(truth: Planted) -> Axes:
    """Command, force and skin on one clock, each relative to its own peak.

    Source: SX-05, SX-06.
    """
    ax = _axes(PHONE, 2.6)
    curves = {"command": truth.command[:, truth.leader], "force": truth.force[:, truth.leader],
              "skin": truth.corner_mm}  # fmt: skip
    for (name, curve), style in zip(curves.items(), ("-", "--", "-."), strict=True):
        ax.plot(1000 * truth.times, curve / curve.max(), style, color=_COLOURS[name], label=name)
    ax.set(xlabel="time [ms]", ylabel="share of peak", xlim=(250, 700))
    ax.legend()
    return ax


def stacked(stages: Sequence[Stage]) -> tuple[Axes, ...]:
    """Draw each measured curve with what was found and what was true, one below the other.

    A band lies from true onset to true offset of what the stage measures, a line at the apex.

    Source: SX-05, SX-06.
    """
    axes = _panels(len(stages), 1, 1.15 * len(stages) + 0.5, sharex=True)
    for ax, stage in zip(axes, stages, strict=True):
        true = [1000 * each for each in stage.true]
        ax.axvspan(true[0], true[2], color=PALE, alpha=0.5, lw=0)
        ax.axvline(true[1], color=QUIET, lw=1, ls=":")
        ax.plot(1000 * stage.times, stage.values, "-", color=_COLOURS[stage.about], lw=1.2)
        for mark, at in zip(MARKS, stage.found, strict=True):
            height = np.interp(at, stage.times, stage.values)
            ax.plot(1000 * at, height, mark, color=TEXT, ms=6, zorder=5)
        ax.set_title(f"{stage.name} [{stage.unit}]", loc="left")
        ax.set(xlim=(200, 900))
    axes[-1].set_xlabel("time [ms]")
    return tuple(axes)


def errors(stages: Sequence[Stage]) -> Axes:
    """Draw how late each stage finds onset, apex and offset, with one of its frames as a bar.

    Source: SX-05, SX-06.
    """
    ax = _axes(PHONE, 0.5 * len(stages) + 1.0)
    for row, stage in enumerate(stages):
        frame = 1000 / stage.step_rate
        ax.plot([-frame, frame], [row, row], "-", color=PALE, lw=8, solid_capstyle="butt", zorder=1)
        for shift, mark, late in zip((-0.18, 0, 0.18), MARKS, stage.error, strict=True):
            ax.plot(1000 * late, row + shift, mark, color=_COLOURS[stage.about], ms=6, zorder=3)
    ax.axvline(0, color=TEXT, lw=1)
    ax.set_yticks(range(len(stages)), [stage.name for stage in stages])
    ax.set(ylim=(len(stages) - 0.5, -0.5), xlabel="found minus true [ms]; grey: one frame")
    return ax
