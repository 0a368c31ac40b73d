"""Figures of chapter 6, in the manner of :mod:`fau_teach.plots`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from fau_teach import published
from fau_teach.evaluate.proportions import wilson_interval
from fau_teach.plots import AU, MUSCLE, NERVE, PALE, PHONE, QUIET, TEXT, _axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fau_teach.clip import Clip

Row = Mapping[str, str]
MARKS = {
    "majority": ("x", QUIET), "LDA": ("s", NERVE), "k nearest neighbours": ("^", AU),
    "CNN": ("o", MUSCLE), "LSTM": ("D", TEXT),
}  # fmt: skip
"""Mark and colour of each model."""


def two_numbers(assumed: Sequence[int] = (85, 420, 1049, 3400)) -> Axes:
    """Draw the two printed accuracies with Wilson intervals for numbers of items nobody printed.

    Parameters
    ----------
    assumed : numbers of tested items; both percentages are taken as they are printed

    Source: S4-007; E4-04, E4-05.
    """
    ax = _axes(PHONE, 0.55 * len(assumed) + 1.1)
    for step, mark, one in zip((-0.16, 0.16), "os", published.studies()[:2], strict=True):
        share, colour = float(one.printed) / 100, MARKS[one.model][1]
        for place, n in enumerate(assumed):
            low, high = wilson_interval(share * n, n)
            ax.plot((100 * low, 100 * high), [place + step] * 2, "-", color=colour, lw=2.5)
            ax.plot(100 * share, place + step, mark, color=colour,
                    label=f"{one.model} {one.printed} %" if not place else None)  # fmt: skip
    ax.set_yticks(range(len(assumed)), [f"if n = {n:,}" for n in assumed])
    ax.set(ylim=(len(assumed) - 0.5, -0.5), xlim=(88, 100), xlabel="accuracy [%]")
    ax.grid(visible=True, axis="x")
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1), ncols=2)
    return ax


def studies() -> Axes:
    """Set published accuracies beside what guessing gives, by what is known of the split.

    Returns
    -------
    Axes with a row for each accuracy; a line runs from chance to the score where both are known

    Source: S4-007, S4-009; E4-04.
    """
    groups: dict[str, list[published.Study]] = {}
    for one in published.studies():
        groups.setdefault(one.split or "split not reported", []).append(one)
    names, places, place = list[str](), list[float](), 0.0
    count = sum(map(len, groups.values()))
    ax = _axes(PHONE, 0.27 * count + 0.35 * len(groups) + 0.6)
    order = ("split not reported", "same person", "other people")
    for group in order:
        ax.text(0, place, group, va="center", weight="bold")
        place += 1
        for one in sorted(groups[group], key=lambda study: -float(study.printed)):
            felt = one.kind == "felt"
            own = one.source != "outside"
            score = float(one.printed)
            if one.chance:
                ax.plot((one.chance, score), (place, place), "-", color=PALE, zorder=1)
                ax.plot([one.chance] * 2, [place - 0.25, place + 0.25], "-", color=QUIET)
            ax.plot(score, place, "D" if felt else "s" if own else "o", ms=6,
                    color=MUSCLE if own else TEXT, mfc="white" if felt else None)  # fmt: skip
            who = one.reference[:-4].capitalize().replace("Kol", "Koł")
            names.append(f"{who} {one.reference[-4:]}, {_short(one)}")
            places.append(place)
            place += 1
        place += 0.3
    ax.set_yticks(places, names, fontsize=8)
    ax.set(xlim=(0, 103), ylim=(place - 0.6, -0.7),
           xlabel="printed [%]; upright: chance; open: felt, not posed")  # fmt: skip
    ax.grid(visible=True, axis="x")
    return ax


def _short(study: published.Study) -> str:
    names = {"k nearest neighbours": "kNN", "CNN and temporal convolution": "CNN, F1",
             "deep network, zygomaticus": "cheek", "deep network, corrugator": "brow",
             "Riemannian features": "one training", "LDA adapted from other people": "adapted",
             }  # fmt: skip
    return names.get(study.model, study.model)


def by_person(rows: Iterable[Row], models: Sequence[str] = ("LDA", "CNN"), **both: str) -> Axes:
    """Draw the accuracy of each person under each split, one dot a person.

    Parameters
    ----------
    rows : of the table ``emg_people``
    models : which, in the order wanted
    both : column to cell, which rows are meant, such as ``split="leave person out"``

    Returns
    -------
    Axes; the short upright line is the mean over people, the dotted one chance

    Source: S4-009; E4-04.
    """
    here = [row for row in rows if all(row[name] == cell for name, cell in both.items())]
    splits = list(dict.fromkeys(row["split"] for row in here))
    ax = _axes(PHONE, (0.3 * len(models) + 0.25) * len(splits) + 0.9)
    names, places = list[str](), list[float]()
    for at, split in enumerate(splits):
        for step, model in enumerate(models):
            place = at * (len(models) + 0.8) + step
            mark, colour = MARKS[model]
            values = [float(row["accuracy"]) for row in here
                      if (row["split"], row["model"]) == (split, model)]  # fmt: skip
            ax.plot(values, _beside(values, place), mark, color=colour, ms=4.5, mfc="none",
                    label=model if not at else None)  # fmt: skip
            ax.plot([np.mean(values)] * 2, [place - 0.42, place + 0.42], "-", color=colour, lw=2.5)
        places.append(at * (len(models) + 0.8) + (len(models) - 1) / 2)
        names.append(split.replace(", ", ",\n"))
    ax.axvline(1 / int(here[0]["classes"]), color=QUIET, ls=":")
    ax.set_yticks(places, names)
    ax.set(xlim=(0, 1.02), ylim=(places[-1] + len(models) / 2 + 0.4, -0.8),
           xlabel="accuracy; a mark is a person, dotted: chance")  # fmt: skip
    ax.grid(visible=True, axis="x")
    ax.legend(loc="lower center", bbox_to_anchor=(0.35, 1), ncols=min(3, len(models)))
    return ax


def _beside(values: Sequence[float], place: float) -> list[float]:
    """Height of each mark: equal ones stand above each other, as close as they fit."""
    seen: dict[int, int] = {}
    heights = []
    for value in values:
        bin_ = round(value * 40)
        seen[bin_] = seen.get(bin_, 0) + 1
        k = seen[bin_]
        heights.append(place + 0.09 * (k // 2) * (-1) ** k)
    return heights


def confused(rows: Iterable[Row], split: str, model: str) -> Axes:
    """Draw which emotion is taken for which, in percent of the windows of the true one.

    Parameters
    ----------
    rows : of the table ``emg_confusion``
    split, model : which rows

    Source: S4-009.
    """
    here = [row for row in rows if (row["split"], row["model"]) == (split, model)]
    names = list(dict.fromkeys(row["truth"] for row in here))
    table = np.array([float(row["windows"]) for row in here]).reshape(len(names), -1)
    share = 100 * table / table.sum(1, keepdims=True)
    ax = _axes(PHONE, 4.0)
    ax.imshow(share, cmap="Greys", vmin=0, vmax=100)
    for (truth, answer), value in np.ndenumerate(share):
        if value >= 0.5:
            ax.text(answer, truth, f"{value:.0f}", ha="center", va="center", fontsize=9,
                    color="white" if value > 55 else TEXT)  # fmt: skip
    ax.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel="answer", ylabel="true")
    ax.set_title(f"{model}, {split}")
    return ax


def control(rows: Iterable[Row], which: str) -> Axes:
    """Draw the accuracy of a control under each split, with its chance line.

    Parameters
    ----------
    rows : of the table ``emg_controls``
    which : ``"who is it"``, ``"labels dealt to trials"`` or ``"labels dealt to windows"``

    Source: S4-009; E4-04.
    """
    here = [row for row in rows if row["control"] == which]
    splits = list(dict.fromkeys(row["split"] for row in here))
    models = list(dict.fromkeys(row["model"] for row in here))
    ax = _axes(PHONE, 0.6 * len(splits) + 1.0)
    for step, model in zip(np.linspace(-0.22, 0.22, len(models)), models, strict=True):
        mark, colour = MARKS[model]
        values = [float(row["accuracy"]) for row in here if row["model"] == model]
        ax.plot(values, np.arange(len(values)) + step, mark, color=colour, label=model)
    ax.axvline(float(here[0]["chance"]), color=QUIET, ls=":")
    ax.set_yticks(range(len(splits)), splits)
    ax.set(xlim=(0, 1.03), ylim=(len(splits) - 0.5, -0.5), xlabel="accuracy; dotted: chance")
    ax.grid(visible=True, axis="x")
    ax.legend(loc="lower center", bbox_to_anchor=(0.35, 1), ncols=min(3, len(models)))
    return ax


def atlas(who: str = "Ana", names: Sequence[str] | None = None) -> Axes:
    """Draw pairs of electrodes on the left half of a face, numbered as in ``emg.atlas()``.

    Parameters
    ----------
    who : identity of the face
    names : sites; all unless given

    Source: S0-107, E4-06; Fridlund and Cacioppo 1986.
    """
    from fau_teach import emg
    from fau_teach.face import face
    from fau_teach.face.camera import Camera

    camera = Camera.portrait(520, 620, yaw=-24, centre=(8.0, -28.0, 0.0), focal=3150.0)
    ax = _axes(PHONE, PHONE * 620 / 520)
    ax.imshow(face(who).render(camera=camera, supersample=2))
    every = list(emg.atlas())
    chosen = every if names is None else list(names)
    for name, pair in emg.positions(who, [f"{one}_L" for one in chosen]).items():
        (x0, y0), (x1, y1) = (spot[:2] for spot in camera.project(pair))
        ax.plot([x0, x1], [y0, y1], "o-", color=MUSCLE, mec="white", ms=8, lw=2.5, mew=1.3)
        # The number stands beside the pair, outward.
        across = np.array([y0 - y1, x1 - x0]) / np.hypot(x1 - x0, y1 - y0)
        x, y = ((x0 + x1) / 2, (y0 + y1) / 2) + 24 * across * np.sign(across[0])
        ax.text(x, y, str(every.index(name.removesuffix("_L")) + 1), ha="center", va="center",
                color=TEXT, fontsize=9,
                bbox={"boxstyle": "circle,pad=0.18", "fc": "white", "ec": TEXT})  # fmt: skip
    ax.set_axis_off()
    return ax


def heard(clip: Clip, sites: Sequence[str], seed: int = 0) -> tuple[Axes, ...]:
    """Draw the simulated raw EMG of a clip, a row for each pair, and what its own muscle does.

    Parameters
    ----------
    clip : what moves
    sites : channels such as ``"zygomaticus_L"``
    seed : of the simulated signal

    Returns
    -------
    Axes: signal in microvolts; the area on the ground is the activation of the muscle meant

    Source: S0-107, E4-06.
    """
    from fau_teach.emg import simulate
    from fau_teach.force_plots import _panels

    signal, real = simulate.emg(clip, sites, seed=seed), simulate.truth(clip, sites)
    axes = _panels(len(sites), 1, 1.45 * len(sites) + 0.4, sharex=True)
    most = 1.05e6 * float(abs(signal.values).max())
    for k, ax in enumerate(axes):
        ax.plot(real.times, 1e6 * signal.values[:, k], color=TEXT, lw=0.35)
        ax.fill_between(real.times, -most, -most + 1.2 * most * real.activation[:, k],
                        color=MUSCLE, alpha=0.55, lw=0)  # fmt: skip
        ax.set(ylim=(-most, most), ylabel="µV")
        ax.set_title(sites[k].replace("_", " ").removesuffix(" L"), loc="left")
    axes[-1].set_xlabel("time [s]")
    return tuple(axes)


DETECTED = {"double threshold": ("o", NERVE), "TKEO": ("^", MUSCLE), "Hodges-Bui": ("s", AU)}
"""Mark and colour of each onset detector."""


def onsets_of(levels: Sequence[float] = (10, 20, 40), seed: int = 1) -> tuple[Axes, ...]:
    """Draw the first planted burst at several signal-to-noise ratios, and what each rule finds.

    Parameters
    ----------
    levels : signal-to-noise ratios [dB]
    seed : of noise and onsets

    Returns
    -------
    Axes, one a level: signal relative to its largest value; line and band: planted onset to offset

    Source: S4-012.
    """
    from fau_teach import emg
    from fau_teach.force_plots import _panels

    axes = _panels(len(levels), 1, 1.5 * len(levels) + 0.7, sharex=True)
    for ax, level in zip(axes, levels, strict=True):
        signal, onsets, offsets = emg.bursts(level, 20, seed=seed)
        shown = (signal.times > onsets[0] - 0.15) & (signal.times < offsets[0] + 0.1)
        ms = 1e3 * (signal.times[shown] - onsets[0])
        values = signal.values[shown, 0] / abs(signal.values[shown, 0]).max()
        ax.axvspan(0, 1e3 * (offsets[0] - onsets[0]), color=PALE, alpha=0.5, lw=0)
        ax.plot(ms, values, color=TEXT, lw=0.4)
        ax.axvline(0, color=QUIET)
        for (name, (mark, colour)), height in zip(DETECTED.items(), (1.35, 1.7, 2.05), strict=True):
            found = emg.DETECTORS[name](signal, (0.0, 1.0)).onsets
            nearest = found[abs(found - onsets[0]).argmin()]
            ax.plot(1e3 * (nearest - onsets[0]), height, mark, color=colour, ms=6,
                    label=name if ax is axes[0] else None)  # fmt: skip
        ax.set(ylim=(-1.1, 2.4), yticks=[])
        ax.set_title(f"{level:g} dB", loc="left")
    axes[-1].set_xlabel("time from the planted onset [ms]")
    axes[0].figure.legend(loc="outside upper center", ncols=3)
    return tuple(axes)


def onset_errors(levels: Sequence[float] = (10, 20, 40), number: int = 40, seed: int = 1) -> Axes:
    """Draw how far each detector is off, one mark a planted burst.

    Parameters
    ----------
    levels : signal-to-noise ratios [dB]
    number : of bursts
    seed : of noise and onsets

    Returns
    -------
    Axes with a row a detector and level; the short upright line is the median

    Source: S4-012.
    """
    from fau_teach import emg

    ax = _axes(PHONE, 0.3 * (len(DETECTED) + 1) * len(levels) + 0.8)
    ticks = []
    for block, level in enumerate(levels):
        signal, planted, _ = emg.bursts(level, number, seed=seed)
        for step, (name, (mark, colour)) in enumerate(DETECTED.items()):
            found = emg.DETECTORS[name](signal, (0.0, 1.0)).onsets
            off = 1e3 * (found[abs(found[:, None] - planted).argmin(axis=0)] - planted)
            place = block * (len(DETECTED) + 1) + step
            spread = place + np.tile((-0.2, 0, 0.2), number)[: len(off)]
            ax.plot(off, spread, mark, color=colour, ms=3.5, mfc="none",
                    label=name if not block else None)  # fmt: skip
            ax.plot([np.median(off)] * 2, [place - 0.42, place + 0.42], "-", color=TEXT, lw=2)
        ticks.append(block * (len(DETECTED) + 1) + (len(DETECTED) - 1) / 2)
    ax.axvline(0, color=QUIET)
    ax.set_yticks(ticks, [f"{level:g} dB" for level in levels])
    ax.set(ylim=(ticks[-1] + 2, -0.8), xlabel="found less planted onset [ms]; right is late")
    ax.grid(visible=True, axis="x")
    ax.legend(loc="lower center", bbox_to_anchor=(0.42, 1), ncols=3)
    return ax


def silence(gap: float = 0.1, seed: int = 0) -> tuple[Axes, Axes]:
    """Draw a silent period as electrodes hear it, and what an envelope makes of it.

    Parameters
    ----------
    gap : its planted length [s]
    seed : of the contraction

    Returns
    -------
    Axes of the raw signal with the pause that was found, and of the envelope

    Source: S0-062; E0-33.
    """
    from fau_teach import emg
    from fau_teach.force_plots import _panels

    signal, pulse, *_ = emg.pulse_trial(gap, seed=seed)
    begin, end = emg.silent_period(signal, pulse)
    above, below = _panels(2, 1, 3.4, sharex=True)
    shown = (signal.times > pulse - 0.3) & (signal.times < pulse + gap + 0.4)
    ms = 1e3 * (signal.times[shown] - pulse)
    above.plot(ms, 1e6 * signal.values[shown, 0], color=TEXT, lw=0.5)
    above.set(ylim=(-300, 300), ylabel="µV")
    above.set_title("raw; the answer leaves the picture", loc="left")
    below.plot(ms, emg.envelope_circuit(signal).values[shown, 0], color=MUSCLE, lw=1.5)
    below.set(ylim=(0, None), ylabel="V", xlabel="time from the pulse [ms]")
    below.set_title("envelope", loc="left")
    for ax in (above, below):
        ax.axvspan(1e3 * (begin - pulse), 1e3 * (end - pulse), color=PALE, alpha=0.6, lw=0)
        ax.axvline(0, color=NERVE, ls="--")
    return above, below
