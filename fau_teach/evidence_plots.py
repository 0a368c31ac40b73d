"""Figures of the evidence for AU-emotion links, in the manner of :mod:`fau_teach.plots`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fau_teach.emotion import Association, casme3, published
from fau_teach.emotion._codes import by_number, unknown
from fau_teach.emotion.evidence import Measure
from fau_teach.plots import AU, PHONE, QUIET, STYLE, TEXT, _axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The eight links of the evidence file, strongest first.
LINKS = (
    ("4", "Disgust"),
    ("2", "Surprise"),
    ("1", "Surprise"),
    ("14", "Anger"),
    ("5", "Surprise"),
    ("9", "Disgust"),
    ("12", "Happiness"),
    ("20", "Fear"),
)


def forest(pairs: Sequence[Association] = ()) -> Axes:
    """Set side by side how often an AU shows with an emotion and what the AU tells.

    Parameters
    ----------
    pairs : associations, from top to bottom; none means eight links of CAS(ME)³

    Returns
    -------
    Axes with a row a pair: a dot for P(AU | emotion), a square for P(emotion | AU), each with
    its 95 % Wilson interval

    Source: S0-055; E0-41; counts from li2022.
    """
    if not pairs:
        counted = {(one.code, one.emotion): one for one in casme3()}
        pairs = [counted[link] for link in LINKS]
    ax = _axes(PHONE, 1.3 + 0.5 * len(pairs))
    drawn: tuple[tuple[Measure, str, str, str, str, float], ...] = (
        ("reliability", "of clips with the emotion, share with the AU", TEXT, "o", TEXT, -0.15),
        ("specificity", "of clips with the AU, share with the emotion", AU, "s", "white", 0.15),
    )
    for measure, label, colour, mark, inside, shift in drawn:
        places = [place + shift for place in range(len(pairs))]
        bounds = [one.interval(measure) for one in pairs]
        ax.hlines(places, [low for low, _ in bounds], [high for _, high in bounds], color=colour)
        values = [getattr(one, measure) for one in pairs]
        ax.plot(values, places, mark, color=colour, mfc=inside, mew=1.5, label=label, clip_on=False)
    names = [f"AU{one.code}, {one.emotion.lower()}\n{one.both:g} with both" for one in pairs]
    ax.set_yticks(range(len(pairs)), names)
    ax.set(xlim=(0, 1), ylim=(len(pairs) - 0.5, -0.5), xlabel="share of clips, with 95 % interval")
    ax.grid(visible=True, axis="x")
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    ax.legend(loc="lower left", bbox_to_anchor=(-0.4, 1), frameon=False)
    return ax


def published_overlap(emotions: Sequence[str] = ("Surprise", "Disgust")) -> tuple[Axes, ...]:
    """Show which published table lists which AU for an emotion.

    Parameters
    ----------
    emotions : one panel each; the default are the best and the worst agreed of the six

    Returns
    -------
    Axes, one an emotion: a row a table, a column an AU. A filled square is required, an open
    one required in some variants, a dot optional

    Raises
    ------
    EmotionError
        No published table knows the emotion.

    Source: S0-048 to S0-053, S2-047 to S2-053; outside; E0-42.
    """
    import matplotlib.pyplot as plt

    known = dict.fromkeys(name for each in published() for name in each.sets)
    for emotion in emotions:
        if emotion not in known:
            raise unknown("an emotion of the published tables", emotion, known)
    chosen = [[each for each in published() if emotion in each.sets] for emotion in emotions]
    heights = [len(each) + 2.5 for each in chosen]
    # As in plots._axes: the backend must load outside the style.
    plt.draw_if_interactive()  # type: ignore[no-untyped-call]
    with plt.style.context(STYLE):
        figure, axes = plt.subplots(
            len(chosen),
            figsize=(PHONE, 0.27 * sum(heights) + 0.6),
            height_ratios=heights,
            squeeze=False,
        )
    for ax, emotion, each in zip(axes[:, 0], emotions, chosen, strict=True):
        sets = [table.sets[emotion] for table in each]
        codes = by_number(frozenset[str]().union(*(own.codes for own in sets)))
        for role, mark, inside, size, label in (
            ("always", "s", AU, 9, "required"),
            ("sometimes", "s", "white", 9, "in some variants"),
            ("optional", "o", QUIET, 5, "may show"),
        ):
            cells = [
                (x, y)
                for y, own in enumerate(sets)
                for x, code in enumerate(codes)
                if own.role(code) == role
            ]
            ax.plot(
                [x for x, _ in cells],
                [y for _, y in cells],
                mark,
                mfc=inside,
                mec=QUIET if role == "optional" else AU,
                mew=1.5,
                markersize=size,
                label=label,
            )
        ax.set_xticks(range(len(codes)), codes)
        ax.set_yticks(range(len(each)), [table.label for table in each])
        ax.set(xlim=(-0.6, len(codes) - 0.4), ylim=(len(each) - 0.4, -0.6))
        ax.set_title(f"{emotion}, by AU", loc="left")
        ax.tick_params(length=0, labeltop=True, labelbottom=False)
        ax.grid(visible=True)
        ax.set_axisbelow(True)
        for spine in ax.spines.values():
            spine.set_visible(False)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=3, frameon=False)
    return tuple(axes[:, 0])
