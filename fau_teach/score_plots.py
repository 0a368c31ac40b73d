"""Figures of published and of recorded scores, in the manner of :mod:`fau_teach.plots`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from fau_teach import published
from fau_teach.force_plots import _panels
from fau_teach.plots import MUSCLE, NERVE, PALE, PHONE, QUIET, TEXT, _axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fau_teach.depth.selected import Selected
    from fau_teach.depth.truth import Pair

Row = Mapping[str, str]
CLASSES = ("1/3", "1/4", "1/7")
"""Parts of Table I: 3, 4 and 7 classes."""


def above_chance() -> Axes:
    """Set the UAR of every row of Table I beside that of always giving one answer.

    Returns
    -------
    Axes with three groups of rows, the source's own filled; a dashed line at each chance

    Source: S3-046, S3-047, S3-048; E3-12.
    """
    ax = _axes(PHONE, 4.2)
    names, places, place = list[str](), list[float](), 0.0
    for number in CLASSES:
        table = published.table(number, "depthcloud")
        first = place
        for row in table.ranked("UAR"):
            own = row.method == "Ours"
            ax.plot((table.chance, row.used["UAR"]), (place, place), "-", color=PALE, zorder=1)
            ax.plot(row.used["UAR"], place, "o" if own else "s", color=MUSCLE if own else QUIET,
                    mfc=MUSCLE if own else "white")  # fmt: skip
            names.append("the source" if own else row.method.replace("Baseline", "baseline"))
            places.append(place)
            place += 1
        ax.plot([table.chance] * 2, [first - 0.4, place - 0.6], "--", color=TEXT, lw=1.3)
        ax.text(78, place - 1, f"{table.classes} classes", ha="right", va="center")
        place += 0.7
    ax.set_yticks(places, names)
    ax.set(xlim=(0, 80), ylim=(place - 1, -0.8), xlabel="UAR [%]; dashed: chance")
    ax.grid(visible=True, axis="x")
    return ax


def chosen(selections: Mapping[str, Selected], truth: Pair) -> tuple[Axes, ...]:
    """Draw which points were chosen, and round them what truly moves.

    Parameters
    ----------
    selections : title to points, four of them

    Source: S3-050, S3-053 (figure 8).
    """
    axes = _panels(2, 2, 5.6)
    seen = np.where(truth.onset.depth > 0, 0.88, 1.0)
    for ax, (title, one) in zip(axes, selections.items(), strict=True):
        ax.imshow(seen, cmap="gray", vmin=0, vmax=1)
        ax.contour(truth.moving, levels=[0.5], colors=MUSCLE, linewidths=1.2)
        v, u = np.divmod(one.distinct, truth.onset.depth.shape[1])
        ax.plot(u, v, ".", color=NERVE, ms=1.2, mew=0)
        ax.set_title(title)
        ax.set_axis_off()
    return tuple(axes)


def forest(rows: Sequence[Row], *columns: str, score: str = "uf1") -> Axes:
    """Draw a recorded score with one line a group and seed: interval, value, chance.

    Parameters
    ----------
    rows : of a table of ``depth_…``
    columns : whose cells name a group; a group's rows are its seeds
    score : ``"uf1"`` or ``"uar"``

    Returns
    -------
    Axes; bars are 95 % intervals over subjects, dots values, upright marks what one in twenty
    random deals of the same answers exceeds; the number is the mean over seeds

    Source: S3-046 to S3-051; E3-12.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(", ".join(row[name] for name in columns), []).append(row)
    ax = _axes(PHONE, 0.5 * len(groups) + 0.9)
    for place, group in enumerate(groups.values()):
        steps = np.linspace(-0.22, 0.22, len(group)) if len(group) > 1 else [0.0]
        for step, row in zip(steps, group, strict=True):
            low, value, high, chance = _values(row, score)
            ax.plot((low, high), [place + step] * 2, "-", color=PALE, lw=3, solid_capstyle="butt")
            ax.plot(value, place + step, "o", color=TEXT, ms=4)
            ax.plot([chance] * 2, place + step + np.array([-0.1, 0.1]), "-", color=MUSCLE, lw=1.5)
        mean = float(np.mean([_values(row, score)[1] for row in group]))
        ax.text(1.02, place, f"{mean:.2f}", va="center")
    ax.set_yticks(range(len(groups)), list(groups))
    ax.set(xlim=(0, 1), ylim=(len(groups) - 0.5, -0.5), xlabel=score.upper())
    ax.grid(visible=True, axis="x")
    return ax


def counts(rows: Sequence[Row], score: str = "uf1") -> tuple[Axes, ...]:
    """Draw the recorded ablation: score over the number of points, a panel for each condition.

    Returns
    -------
    Axes; lines are means over seeds of the used and the printed pipeline, dots seeds, open marks
    points drawn at random, the dotted line what one in twenty random deals exceeds

    Source: S3-050; E3-18.
    """
    conditions = list(dict.fromkeys(row["condition"] for row in rows))
    axes = _panels(len(conditions), 1, 2.1 * len(conditions) + 0.4, sharex=True)
    for ax, condition in zip(axes, conditions, strict=True):
        here = [row for row in rows if row["condition"] == condition]
        for pipeline, colour, mark in (("used", NERVE, "o"), ("printed", MUSCLE, "s")):
            some = [row for row in here if row["pipeline"] == pipeline]
            ranked = [row for row in some if row["pick"] == "rank"]
            sizes = sorted({int(row["points"]) for row in ranked})
            means = [
                np.mean([_values(row, score)[1] for row in ranked if int(row["points"]) == size])
                for size in sizes
            ]
            ax.plot(sizes, means, "-", color=colour, label=pipeline)
            for row in some:
                plain = row["pick"] == "rank"
                ax.plot(int(row["points"]) * (1 if plain else 1.12), _values(row, score)[1], mark,
                        color=colour, ms=5, mfc=colour if plain else "white")  # fmt: skip
        chance = np.mean([_values(row, score)[3] for row in here])
        ax.axhline(chance, color=QUIET, ls=":")
        ax.set(ylim=(0, 1), ylabel=score.upper(), xscale="log")
        ax.set_title(condition)
        ax.grid(visible=True, axis="y")
    axes[-1].set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes[-1].minorticks_off()
    axes[-1].set_xlabel("points; open: drawn at random")
    axes[0].legend(loc="lower left", ncols=2)
    return tuple(axes)


def _values(row: Row, score: str) -> tuple[float, ...]:
    """Low, value, high, and what chance rarely exceeds."""
    return tuple(float(row[score + end]) for end in ("_low", "", "_high", "_beyond"))


def differences(
    rows: Sequence[Row], first: Row, second: Row, score: str = "uf1", **both: str
) -> dict[str, float]:
    """How far one group of recorded rows is above another, seed by seed.

    Parameters
    ----------
    first, second : column to cell, which rows are meant
    both : column to cell of either

    Returns
    -------
    mean, low and high : of the differences; low and high are the least and the greatest

    Raises
    ------
    ValueError
        No seed is in both groups, or one is twice in a group.
    """
    found = []
    for wanted in (first, second):
        cells = {**both, **wanted}.items()
        here = [row for row in rows if all(row[name] == cell for name, cell in cells)]
        found.append({row["seed"]: float(row[score]) for row in here})
        if len(found[-1]) < len(here):
            raise ValueError(f"{dict(cells)} leaves several rows a seed: say more.")
    gaps = [value - found[1][seed] for seed, value in found[0].items() if seed in found[1]]
    if not gaps:
        raise ValueError("no seed is in both groups of rows.")
    return {"mean": float(np.mean(gaps)), "low": min(gaps), "high": max(gaps)}
