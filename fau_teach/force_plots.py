"""Figures of chapter 4, in the manner of :mod:`fau_teach.plots`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fau_teach import force
from fau_teach.face.mesh import vertex_areas, vertex_normals
from fau_teach.force.against import force_map
from fau_teach.force.springs import MODES
from fau_teach.plots import AU, MUSCLE, NERVE, PALE, PHONE, QUIET, STYLE, TEXT, _axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fau_teach.face import Face
    from fau_teach.face.mesh import Float

#: The muscles of the source's Fig. 2.
FOUR = ("frontalis_medial", "corrugator_supercilii", "zygomaticus_major", "depressor_anguli_oris")


def _panels(rows: int, columns: int, height: float, *, sharex: bool = False) -> Any:
    """Array of the axes of one figure in the book's style, row by row."""
    import matplotlib.pyplot as plt

    # As in plots._axes: the backend must load outside the style.
    plt.draw_if_interactive()  # type: ignore[no-untyped-call]
    with plt.style.context(STYLE):
        _, axes = plt.subplots(rows, columns, figsize=(PHONE, height), squeeze=False, sharex=sharex)
    return axes.ravel()


def shaded(ax: Axes, face: Face, newtons: Float, title: str) -> None:
    """Draw a face from the front; the more force per area, the darker the skin.

    Parameters
    ----------
    newtons : (N,) force at each vertex of level 1; only its proportions show
    """
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgb

    skin = face.hierarchy.levels[1]
    front = (skin.vertices[:, 2] > -70) & (skin.attributes["cavity"] < 0.5)
    faces = skin.faces[front[skin.faces].all(axis=1)]
    # What is nearer is drawn later and hides what lies behind it.
    faces = faces[np.argsort(skin.vertices[faces, 2].mean(axis=1))]
    facing = np.abs(vertex_normals(skin.vertices, skin.faces)[faces, 2]).mean(axis=1)
    pull = (newtons / vertex_areas(skin.vertices, skin.faces))[faces].mean(axis=1)
    share = np.minimum(pull / np.quantile(pull[pull > 0.01 * pull.max()], 0.9), 1)[:, None]
    ground = 0.93 * (1 - share) + np.array(to_rgb(MUSCLE)) * share
    paint = (0.35 + 0.65 * facing)[:, None] * ground
    corners = skin.vertices[:, :2][faces] * (-1, 1)
    ax.add_collection(PolyCollection(list(corners), facecolors=paint, edgecolors=paint, lw=0.3))
    ax.set(aspect="equal", xlim=(-80, 80), ylim=(-125, 75))
    ax.set_title(title, fontsize=10)
    ax.set_axis_off()


def areas(face: Face, chosen: Sequence[str] = FOUR) -> tuple[Axes, ...]:
    """Draw where each muscle pulls the skin, seen from the front.

    Parameters
    ----------
    face : whose
    chosen : ids of muscles, one panel each; right and left are drawn together

    Returns
    -------
    Axes; the darker the skin, the more of the muscle's force it gets per area. The reader
    faces the subject: the subject's right is on the reader's left

    Raises
    ------
    ValueError
        A muscle is not among the columns of P.

    Source: S1-006, S1-007, S1-009.
    """
    names = [name.removesuffix("_left") for name in face.names if name.endswith("_left")]
    for name in chosen:
        if name not in names:
            raise ValueError(f"No muscle {name!r}; known: {', '.join(names)}.")
    share = np.linalg.norm(face.P.reshape(-1, 3, face.P.shape[1]), axis=1)
    rows = (len(chosen) + 1) // 2
    axes = _panels(rows, 2, 2.5 * rows)
    for ax, name in zip(axes, chosen, strict=False):
        at = 2 * names.index(name)
        shaded(ax, face, share[:, at] + share[:, at + 1], name.replace("_", " "))
    for ax in axes:
        ax.set_axis_off()
    return tuple(axes[: len(chosen)])


def chain_modes() -> tuple[Axes, ...]:
    """Draw the chain of four masses in its three ways to move, and what the springs answer.

    Returns
    -------
    Axes, one a way: circles at rest, dots where the masses go (drawn upwards), and springs

    Source: S1-015; E1-02.
    """
    chain = force.chain()
    axes = _panels(3, 1, 4.4, sharex=True)
    places = np.arange(4.0)
    for ax, name, mode in zip(axes, ("translation", "stretch", "bend"), MODES, strict=True):
        away = mode.ravel()
        pull = chain.elastic(0.1 * mode).ravel() / 0.1
        answer = chain.generalised(mode[None], 0.1 * mode)[0] / 0.1
        ax.plot(places, 0 * away, "o", mfc="white", mec=QUIET, markersize=8)
        ax.plot(places, away, "-", color=PALE, linewidth=3, zorder=1)
        ax.plot(places, away, "o", color=TEXT, markersize=8)
        for x, y, newton in zip(places, away, pull, strict=True):
            if abs(newton) > 1e-9:
                tip = y + newton / 14
                ax.annotate(
                    "", xy=(x, tip), xytext=(x, y),
                    arrowprops={"arrowstyle": "-|>", "color": MUSCLE, "linewidth": 1.8},
                )  # fmt: skip
        total, said = abs(pull.sum()), f"{answer + 0:.0f}".replace("-", "−")
        ax.set_title(f"{name}: sum of forces {total:.0f}, generalised force {said}", fontsize=10)
        ax.set(ylim=(-2.3, 2.3), xlim=(-0.4, 3.4), yticks=[], xticks=[])
        ax.axhline(0, color=PALE, linewidth=0.8, zorder=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
    return tuple(axes)


def holds(face: Face, score: str = "12D") -> tuple[Axes, Axes]:
    """Compare a held movement with stiffness and damping with the same one without.

    Parameters
    ----------
    face : whose
    score : what is driven

    Returns
    -------
    Upper axes: largest displacement [mm] with stiffness and damping, over the activation as a
    band. Lower axes: the same without, on a logarithmic scale

    Source: S1-015; E1-02.
    """
    step = 0.01
    shape = force.envelope(step=step)
    drive = shape[:, None] * force.activations(face, score)
    times = step * np.arange(len(shape))
    upper, lower = _panels(2, 1, 4.6, sharex=True)
    for ax, kept in ((upper, True), (lower, False)):
        system = force.reduced(face, elastic=kept, damped=kept)
        motion = force.integrate(system, drive, step=step)
        way = np.linalg.norm(system.lift_mm(motion.c), axis=2).max(axis=1)
        colour, line = (TEXT, "solid") if kept else (NERVE, "dashed")
        ax.plot(times, np.maximum(way, 1e-3), color=colour, linestyle=line, linewidth=2)
        band = np.where(shape > 0.999)[0]
        ax.axvspan(times[band[0]], times[band[-1]], color=MUSCLE, alpha=0.12)
        ax.grid(visible=True, axis="y")
    upper.set(ylabel="movement [mm]")
    upper.set_title("with stiffness and damping", fontsize=10)
    upper.text(times[band].mean(), 0.4, "muscle held", ha="center", color=TEXT)
    lower.set(ylabel="movement [mm]", yscale="log", ylim=(0.1, 1e6), xlabel="time [s]")
    lower.set_title("without, as in Eq. 5", fontsize=10)
    for level, word in ((1e3, "1 m"), (1e5, "100 m")):
        lower.axhline(level, color=QUIET, linewidth=0.8, linestyle="dotted")
        lower.text(0, level * 1.3, word, color=QUIET)
    return upper, lower


def step_errors() -> Axes:
    """Let one damped spring of 20 Hz go and compare five methods with the exact motion.

    Returns
    -------
    Axes, both logarithmic: largest error over step, as far as the step is stable

    Source: S1-016; E1-04.
    """
    omega, zeta, seconds = 2 * np.pi * 20.0, 0.5, 0.25
    one = np.eye(1)
    spring = force.System(one, 2 * zeta * omega * one, omega**2 * one, one, ("c",), ("a",))
    ax = _axes(PHONE, 3.6)
    steps = seconds / np.unique(np.geomspace(25, 2500, 13).astype(int))
    looks = {"euler": (NERVE, "o"), "semi-implicit": (AU, "s"), "implicit": (QUIET, "^"),
             "newmark": (MUSCLE, "D"), "rk4": (TEXT, "v")}  # fmt: skip
    for name, (colour, mark) in looks.items():
        kept = [step for step in steps if step <= force.limit(spring, name)]
        errors = []
        for step in kept:
            rest = np.zeros((round(seconds / step) + 1, 1))
            found, exact = (
                force.integrate(spring, rest, step=step, method=how, c0=np.ones(1)).c
                for how in (name, "exact")
            )
            errors.append(abs(found - exact).max())
        label = f"{force.METHODS[name].title}: order {force.METHODS[name].order}"
        ax.plot(1e3 * np.array(kept), errors, color=colour, marker=mark, mfc="white", label=label)
    ax.set(
        xscale="log", yscale="log", xlabel="step [ms]", ylabel="largest error, of 1 at the start"
    )
    ax.set_xticks((0.1, 1, 10), ("0.1", "1", "10"))
    ax.grid(visible=True)
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1), frameon=False, fontsize=9)
    return ax


def read_back(times: Float, put_in: Float, full: Float, inertia: Float) -> tuple[Axes, Axes]:
    """Compare an activation with what two equations read of it from the motion, (T,) each.

    Parameters
    ----------
    times : [s]
    put_in : the activation that moved the face
    full : read with inertia, damping and stiffness
    inertia : read with inertia alone

    Returns
    -------
    Upper axes: what was put in as a band, the full equation as a line. Lower axes: inertia alone,
    on a scale of its own

    Source: S1-016, S1-059; E1-02, E1-25.
    """
    upper, lower = _panels(2, 1, 3.8, sharex=True)
    upper.plot(times, put_in, color=PALE, linewidth=7, solid_capstyle="butt")
    upper.plot(times, full, color=MUSCLE, linewidth=1.6)
    lower.plot(times, inertia, color=NERVE, linewidth=1.6)
    upper.set_title("put in (band), read with all terms (line)", fontsize=10)
    lower.set_title("read with inertia alone: another scale", fontsize=10)
    upper.set(ylabel="activation")
    lower.set(ylabel="activation", xlabel="time [s]")
    for ax in (upper, lower):
        ax.grid(visible=True, axis="y")
    return upper, lower


def force_maps(face: Face, scores: Sequence[str] = ("1+2", "6", "12")) -> tuple[Axes, ...]:
    """Draw how hard muscles pull on each patch of skin, seen from the front.

    Parameters
    ----------
    face : whose
    scores : what is driven, one panel each

    Returns
    -------
    Axes; the darker, the more force per area. The subject's right is on the reader's left

    Source: S1-058; E1-12.
    """
    axes = _panels(1, len(scores), 2.2)
    for ax, score in zip(axes, scores, strict=True):
        shaded(ax, face, force_map(face, force.activations(face, score)), f"AU{score}")
    return tuple(axes)
