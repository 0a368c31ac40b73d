"""Figures of the network of chapter 4 and of its published scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fau_teach import force, published
from fau_teach.force import losses
from fau_teach.plots import AU, MUSCLE, NERVE, NOTE, PALE, PHONE, QUIET, STYLE, TEXT, _axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def branches(first: str = "3D Physics", second: str = "2D Image") -> Axes:
    """Set two rows of Table 1 side by side, unit by unit.

    Returns
    -------
    Axes with a row a unit, sorted by the difference: a dot for the first row, an open square for
    the second, a line between them

    Source: S1-035, S1-036, S1-038; E1-17.
    """
    table = published.table("1")
    gain = table.gain(first, second)
    codes = sorted(gain, key=lambda code: -gain[code])
    ax = _axes(PHONE, 4.4)
    for place, code in enumerate(codes):
        one, other = table[first].used[code], table[second].used[code]
        ax.plot((one, other), (place, place), "-", color=PALE, zorder=1)
        said = f"{gain[code]:+.1f}".replace("-", "−")
        ax.text(min(one, other) - 2, place, said, ha="right", va="center")
    places = range(len(codes))
    squares, dots = ([table[row].used[code] for code in codes] for row in (second, first))
    ax.plot(squares, places, "s", color=AU, mfc="white", mew=1.5, label=second)
    ax.plot(dots, places, "o", color=MUSCLE, label=first)
    ax.set_yticks(places, [f"AU{code}" for code in codes])
    ax.set(xlim=(10, 95), ylim=(len(codes) - 0.5, -0.5), xlabel="F1 [%], and the difference")
    ax.grid(visible=True, axis="x")
    ax.figure.legend(loc="upper center", ncols=2, frameon=False, bbox_to_anchor=(0.5, 1.05))
    return ax


def few_labels() -> Axes:
    """Draw F1 over the share of labelled frames, with and without the reconstruction loss.

    Returns
    -------
    Axes with a line for each loss and the gain beside an arrow at each share

    Source: S1-055; E1-18.
    """
    table = published.table("4")
    shares = [int(column.split()[0]) for column in table.columns]
    ax = _axes(PHONE, 3.0)
    for row, colour, mark in zip(table.rows, (QUIET, MUSCLE), ("s", "o"), strict=True):
        values = list(row.used.values())
        ax.plot(shares, values, marker=mark, color=colour, mfc="white" if mark == "s" else colour)
        word = row.method.replace("AU loss and", "with")
        ax.text(60, values[0], word, color=TEXT, va="center")
    low, high = (row.used for row in table.rows)
    for share, column in zip(shares, table.columns, strict=True):
        ax.annotate(
            "", xy=(share, high[column] - 0.6), xytext=(share, low[column] + 0.6),
            arrowprops={"arrowstyle": "->", "color": TEXT},
        )  # fmt: skip
        middle = (low[column] + high[column]) / 2
        gain = f"+{high[column] - low[column]:.1f}"
        ax.text(share * 0.94, middle, gain, ha="right", va="center")
    ax.set(xscale="log", xlim=(2.6, 330), ylim=(25, 50), ylabel="mean F1 [%]")
    ax.set_xlabel("share of frames with labels")
    ax.set_xticks(shares, table.columns)
    ax.minorticks_off()
    ax.grid(visible=True, axis="y")
    return ax


def one_mass(mass: float = 1.0, hertz: float = 0.0, zeta: float = 0.5) -> force.System:
    """One coordinate under one force, free or on a damped spring.

    Parameters
    ----------
    mass : [kg]
    hertz : frequency of the spring without damping; 0 leaves spring and damping out
    zeta : damping ratio
    """
    omega = 2 * np.pi * hertz
    parts = (mass, 2 * zeta * omega * mass, omega**2 * mass, 1.0)
    m, d, k, g = (np.array([[part]]) for part in parts)
    return force.System(m, d, k, g, ("c",), ("F",))


def network() -> Axes:
    """Draw the source's network; every arrow bears the number of its equation.

    Returns
    -------
    Axes; filled boxes hold numbers that training changes

    Source: S1-003b, S1-004, S1-017 to S1-022.
    """
    ax = _axes(PHONE, 6.4)
    boxes = {
        "video": (-1.0, 8.0, "video", False),
        "mesh": (2.6, 8.0, "mesh $u$", False),
        "z3d": (2.6, 6.75, "encoder\n$z^{3d}$", True),
        "phys": (2.6, 5.5, "regression\n$M^B$, $F$", True),
        "solver": (2.6, 4.3, "ODE solver\n$\\tilde c$", False),
        "3d": (2.6, 3.2, "$L_{3d}$", False),
        "picture": (-1.0, 6.75, "picture", False),
        "z2d": (-1.0, 5.5, "backbone\n$z^{2d}$, frozen", False),
        "head": (-1.0, 0.6, "head\n$p$ of each AU", True),
        "au": (-1.0, -0.6, "$L_{au}$", False),
        "keep": (0.4, 4.3, "$L_{clean}$,\n$L_{smooth}$", False),
        "c": (5.5, 4.3, "coordinates $c$", False),
    }
    drawn = {}
    for name, (x, y, words, learns) in boxes.items():
        drawn[name] = ax.text(
            x, y, words, ha="center", va="center", fontsize=9, color="white" if learns else TEXT,
            bbox={"boxstyle": "round,pad=0.45", "fc": NERVE if learns else "white", "ec": QUIET},
            zorder=1,
        )  # fmt: skip
    ways = (
        ("video", "mesh", "reconstruction"), ("mesh", "z3d", "7"), ("z3d", "phys", "8"),
        ("phys", "solver", "9, 10"), ("solver", "3d", "13"), ("video", "picture", "frame"),
        ("picture", "z2d", "11"), ("z2d", "head", "12"), ("head", "au", "14"),
        ("phys", "head", "12"), ("c", "head", "12"), ("phys", "keep", "15, 16"),
        ("mesh", "c", "3"), ("c", "solver", "10"), ("c", "3d", "13"),
    )  # fmt: skip
    for start, end, number in ways:
        (x0, y0), (x1, y1) = boxes[start][:2], boxes[end][:2]
        ax.annotate(
            "", xy=(x1, y1), xytext=(x0, y0), zorder=2,
            arrowprops={
                "arrowstyle": "-|>", "color": QUIET, "shrinkA": 2, "shrinkB": 2,
                "patchA": drawn[start].get_bbox_patch(), "patchB": drawn[end].get_bbox_patch(),
            },
        )  # fmt: skip
        ax.text(
            (x0 + x1) / 2, (y0 + y1) / 2, number, fontsize=9, ha="center", va="center",
            color=TEXT, zorder=3, bbox={"fc": "white", "ec": "none", "pad": 1},
        )  # fmt: skip
    ax.set(xlim=(-2.0, 6.4), ylim=(-1.0, 8.5))
    ax.set_axis_off()
    return ax


def loss_sign(steps: int = 50) -> Axes:
    """Draw what gradient descent makes of one active unit with the used and the printed sign.

    Returns
    -------
    Axes with the probability after each step, on a logarithmic scale

    Source: S1-024; E1-03.
    """
    ax = _axes(PHONE, 3.0)
    for variant, colour, line, at in (("used", AU, "-", 3), ("printed", NOTE, "--", 1e-7)):
        path = losses.descend(1, variant, steps=steps)  # type: ignore[arg-type]
        ax.plot(path, line, color=colour)
        word = "with the minus" if variant == "used" else "as printed"
        ax.text(steps * 0.98, at, word, ha="right", color=TEXT)
    ax.set(yscale="log", xlim=(0, steps), ylim=(1e-11, 20))
    ax.set(xlabel="gradient step", ylabel="probability of the AU")
    ax.grid(visible=True, axis="y")
    return ax


def reach(frames: int = 8, hertz: float = 6.0, rate: float = 25.0) -> tuple[Axes, Axes]:
    """Draw which frame of the motion depends on which frame of the force.

    Parameters
    ----------
    frames : of the sequence
    hertz : frequency of the damped spring of the used version
    rate : frames a second of the used version

    Returns
    -------
    Axes of Eq. 6 as printed, and of the exact step with stiffness and damping; rows are frames
    of the motion, columns frames of the force, numbers relative to the largest of the panel

    Source: S1-020; E1-04.
    """
    import matplotlib.pyplot as plt

    plt.draw_if_interactive()  # type: ignore[no-untyped-call]
    with plt.style.context(STYLE):
        _, (upper, lower) = plt.subplots(2, 1, figsize=(0.8 * PHONE, 6.6))
    for ax, system, step, method, title in (
        (upper, one_mass(), 1.0, "printed", "as printed"),
        (lower, one_mass(hertz=hertz), 1 / rate, "exact", "as used"),
    ):
        columns = [
            force.integrate(
                system, pulse[:, None], step=step, method=method, allow_unstable=True,
                c0=np.zeros(1), v0=np.zeros(1),
            ).c.ravel()
            for pulse in np.eye(frames)
        ]  # fmt: skip
        table = np.abs(np.stack(columns, axis=1))
        table = table / table.max()
        ax.imshow(table, cmap="Greys", vmin=0, vmax=2)  # dark text is legible on all of it
        for row, column in np.argwhere(table > 0.005):
            said = f"{table[row, column]:.2f}".removeprefix("0")
            ax.text(column, row, said, ha="center", va="center", fontsize=8, color=TEXT)
        ax.set(xlabel="frame of the force", ylabel="frame of the motion")
        ax.set_title(title, fontsize=10)
        ax.set_xticks(range(frames))
        ax.set_yticks(range(frames))
    return upper, lower
