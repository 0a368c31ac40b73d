"""Static figures of the book; each answers one question and returns its axes.

Matplotlib loads inside the functions, so importing this module costs nothing.
Colours keep one meaning everywhere, and shape or text always says the same
thing again, so a figure can be read in greyscale.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Literal

from fau_teach import anatomy, facs
from fau_teach._data import read_csv
from fau_teach.emotion import SIX, LearnedTable
from fau_teach.emotion import support as support_of
from fau_teach.emotion.evidence import wilson_interval as wilson_interval  # re-exported

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NERVE = "#0072B2"
MUSCLE = "#D55E00"
AU = "#009E73"
EMOTION = "#CC79A7"
NOTE = "#E69F00"
EXERCISE = "#56B4E9"
# For all that is none of these: two greys, told apart by mark, hatching or text as well.
TEXT = "#202124"
QUIET = "#5f6368"
PALE = "#bdc1c6"

# Width [inch] at which text of 10 points still measures 10 pixels on the screen of a phone.
PHONE = 4.4

STYLE = Path(__file__).with_name("nerve_to_label.mplstyle")

Action = Literal["contracts", "relaxes"]
Box = tuple[float, float]

# Boxes and paths of the motor diagram; positions are (x, y) on a 4 by 5 sheet.
# An inner position keeps crossing and straight paths apart.
MOTOR_BOXES: dict[str, Box] = {
    "right cortex": (0.0, 4.0),
    "left cortex": (4.0, 4.0),
    "right nucleus, upper": (-0.4, 2.0),
    "right nucleus, lower": (0.9, 2.0),
    "left nucleus, lower": (3.1, 2.0),
    "left nucleus, upper": (4.4, 2.0),
    "right upper face": (-0.4, 0.0),
    "right lower face": (0.9, 0.0),
    "left lower face": (3.1, 0.0),
    "left upper face": (4.4, 0.0),
}
# True: main path. False: weaker path, absent in the printed account (E0-34).
MOTOR_PATHS: tuple[tuple[str, str, bool], ...] = (
    ("right cortex", "right nucleus, upper", True),
    ("right cortex", "left nucleus, upper", True),
    ("right cortex", "left nucleus, lower", True),
    ("right cortex", "right nucleus, lower", False),
    ("left cortex", "left nucleus, upper", True),
    ("left cortex", "right nucleus, upper", True),
    ("left cortex", "right nucleus, lower", True),
    ("left cortex", "left nucleus, lower", False),
    ("right nucleus, upper", "right upper face", True),
    ("right nucleus, lower", "right lower face", True),
    ("left nucleus, upper", "left upper face", True),
    ("left nucleus, lower", "left lower face", True),
)


def _axes(width: float, height: float) -> Axes:
    """Fresh axes of a given size [inch] in the book's style."""
    import matplotlib.pyplot as plt

    # Load the backend first: loaded within the context, it would lose its interactive mode
    # with the style, and a notebook would show the first figure only.
    plt.draw_if_interactive()  # type: ignore[no-untyped-call]
    with plt.style.context(STYLE):
        _, ax = plt.subplots(figsize=(width, height))
    return ax


def coding_systems() -> Axes:
    """Show when five facial coding systems appeared.

    Returns
    -------
    Axes with one dot a system; x is the year of the publication that the source cites

    Source: S0-004.
    """
    rows = sorted(read_csv("figures/coding_systems.csv"), key=lambda row: int(row["used"]))
    ax = _axes(PHONE, 2.1)
    years = [int(row["used"]) for row in rows]
    # Earlier stems stand taller, so that no label is crossed by a later neighbour's stem.
    heights = [(3.0, 2.0, 1.0)[index % 3] for index in range(len(rows))]
    ax.vlines(years, 0, heights, color=QUIET, linewidth=1)
    ax.plot(years, [0] * len(rows), "o", color=TEXT, markersize=8, clip_on=False)
    for row, year, height in zip(rows, years, heights, strict=True):
        label = fill(f"{row['subject']}, {year}", 16)
        ax.text(year + 0.3, height, label, va="center")
    ax.set(ylim=(0, 3.5), xlim=(1975, 2010), yticks=[], xlabel="year of publication")
    ax.spines["left"].set_visible(False)
    return ax


def data_sets() -> Axes:
    """Compare sizes of labelled face data on a logarithmic axis.

    Returns
    -------
    Axes with one bar a data set, the largest on top; x is the number of labelled items

    Source: S0-005, S0-022, S3-040, S3-043.
    """
    rows = sorted(read_csv("figures/data_sets.csv"), key=lambda row: int(row["used"]))
    ax = _axes(PHONE, 3.0)
    sizes = [int(row["used"]) for row in rows]
    names = [row["subject"].replace(", ", ",\n") for row in rows]
    ax.barh(names, sizes, color=PALE, edgecolor=QUIET, height=0.7)
    for place, (row, size) in enumerate(zip(rows, sizes, strict=True)):
        label = fill(f"{size:,} {row['note'].split(';')[0]}", 22, break_on_hyphens=False)
        # The axis ends at a million, so a long bar holds its own label.
        fits = size < 1e5
        ax.text(
            *(size * 1.15 if fits else size / 1.3, place),
            label,
            ha="left" if fits else "right",
            va="center",
        )
    ax.set(xscale="log", xlim=(100, 1e6), xlabel="labelled items, each step ten times more")
    return ax


def muscle_actions() -> dict[tuple[str, str], Action]:
    """Pair each main action unit with its main muscles and say what each muscle does.

    Muscles that only assist are left out, as in :func:`fau_teach.anatomy.incidence`.

    Returns
    -------
    (code, muscle id) -> ``"contracts"`` or ``"relaxes"``, for the 30 main units of the
    iMotions list, as used

    Source: S0-021, S2-005 to S2-034.
    """
    listed = anatomy.imotions_codes()
    found: dict[tuple[str, str], Action] = {}
    for edge in anatomy.graph().edges:
        code = edge.end.removeprefix("AU")
        if edge.kind == "muscle-au" and edge.role != "assist" and code in listed:
            found[code, edge.start] = "relaxes" if edge.action == "relax" else "contracts"
    return dict(sorted(found.items(), key=lambda item: int(item[0][0])))


def _by_half(codes: Iterable[str]) -> tuple[list[str], int]:
    """Codes of the upper face first, each half by number, and how many the upper face has."""
    units = sorted(codes, key=lambda code: (facs.au(code).half != "upper", int(code)))
    return units, sum(facs.au(code).half == "upper" for code in units)


def incidence() -> Axes:
    """Show which muscle serves which action unit.

    Returns
    -------
    Axes with a row a unit, a column a muscle; filled squares contract, open circles relax

    Source: S0-021, S2-005 to S2-034.
    """
    actions = muscle_actions()
    # Upper face first, so that one line parts the halves; within each in code order.
    codes, upper = _by_half({code for code, _ in actions})
    # Columns in the order in which the rows first need them.
    muscles = list(dict.fromkeys(m for code in codes for c, m in actions if c == code))
    # Narrow and tall: on a phone the labels must still be read.
    ax = _axes(1.2 * PHONE, 9.6)  # a column for each of 25 muscles
    for kind, mark, inside in (("contracts", "s", MUSCLE), ("relaxes", "o", "white")):
        cells = [pair for pair, action in actions.items() if action == kind]
        x = [muscles.index(muscle) for _, muscle in cells]
        y = [codes.index(code) for code, _ in cells]
        ax.plot(x, y, mark, mfc=inside, mec=MUSCLE, mew=1.5, markersize=6.5, label=kind)
    ax.axhline(upper - 0.5, color=TEXT, linewidth=1)
    ax.set_xticks(range(len(muscles)), [name.replace("_", " ") for name in muscles], rotation=90)
    ax.set_yticks(range(len(codes)), [f"AU{code}" for code in codes])
    ax.set(xlim=(-0.6, len(muscles) - 0.4), ylim=(len(codes) - 0.4, -0.6))
    ax.tick_params(length=0, labelsize=10, labeltop=True, labelbottom=False)
    ax.grid(visible=True)
    ax.set_axisbelow(True)
    ax.legend(loc="lower left")
    return ax


def motor_systems() -> Axes:
    """Draw which cortex reaches which part of the face on voluntary command.

    Returns
    -------
    Axes with solid arrows for main paths and dotted arrows for weaker ones; the
    reader faces the subject, so the subject's right is on the reader's left

    Source: S0-059, with E0-34 for the weaker paths.
    """
    ax = _axes(PHONE, 5.6)
    for start, end, main in MOTOR_PATHS:
        (x0, y0), (x1, y1) = MOTOR_BOXES[start], MOTOR_BOXES[end]
        ax.annotate(
            "",
            xy=(x1, y1 + 0.4),
            xytext=(x0, y0 - 0.36),
            gid=f"{start} > {end}",
            arrowprops={
                "arrowstyle": "-|>",
                "color": NERVE if main else QUIET,
                "linewidth": 1.8 if main else 1.2,
                "linestyle": "solid" if main else "dotted",
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
    for name, (x, y) in MOTOR_BOXES.items():
        edge = MUSCLE if "face" in name else NERVE
        frame = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": edge}
        ax.text(x, y, name.replace(" ", "\n"), ha="center", va="center", fontsize=10, bbox=frame)
    ax.set(xlim=(-1.0, 5.0), ylim=(-0.5, 4.5))
    ax.set_axis_off()
    return ax


def laterality() -> Axes:
    """Set three hypotheses about the leading hemisphere side by side.

    Returns
    -------
    Axes with a row a hypothesis, a column an emotion, and the named side in each cell

    Source: S0-073, S0-091; kept apart because of E0-30.
    """
    rows = read_csv("figures/laterality.csv")
    hypotheses = list(dict.fromkeys(row["hypothesis"] for row in rows))
    emotions = list(dict.fromkeys(row["emotion"] for row in rows))
    ax = _axes(PHONE, 2.6)
    paint = {"left": PALE, "right": "white", "none": "white"}
    for row in rows:
        x, y = emotions.index(row["emotion"]), hypotheses.index(row["hypothesis"])
        side = row["side"]
        hatch = "//" if side == "none" else None
        ax.barh(y, 0.94, 0.88, left=x - 0.47, color=paint[side], edgecolor=QUIET, hatch=hatch)
        ground = {"boxstyle": "square,pad=0.1", "facecolor": paint[side], "linewidth": 0}
        ax.text(x, y, side, ha="center", va="center", bbox=ground)
    ax.set_xticks(range(len(emotions)), emotions, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(hypotheses)), hypotheses)
    ax.set(xlim=(-0.55, len(emotions) - 0.45), ylim=(len(hypotheses) - 0.5, -0.5))
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def landis(assumed: tuple[int, ...] = (10, 25, 50, 100)) -> Axes:
    """Show how much "about 30 %" and "about 20 %" say for assumed numbers of persons.

    Parameters
    ----------
    assumed : numbers of persons to try; the source does not give the number

    Returns
    -------
    Axes with a 95 % Wilson interval for each assumed number and each of the two shares

    Source: S0-092.
    """
    ax = _axes(PHONE, 3.4)
    for label, share, colour, mark, line, shift in (
        ("brows raised, about 30 %", 0.3, TEXT, "o", "solid", 0.14),
        ("eyes widened, about 20 %", 0.2, QUIET, "s", "dashed", -0.14),
    ):
        places = [place + shift for place in range(len(assumed))]
        bounds = [wilson_interval(round(share * n), n) for n in assumed]
        seen = [round(share * n) / n for n in assumed]
        lows, highs = [low for low, _ in bounds], [high for _, high in bounds]
        ax.hlines(places, lows, highs, color=colour, linestyle=line)
        ax.plot(seen, places, mark, color=colour, label=label, linestyle="none")
    ax.set_yticks(range(len(assumed)), [f"{n} persons (assumed)" for n in assumed])
    ax.set(xlim=(0, 0.8), xlabel="share of persons, with 95 % interval")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False)
    return ax


def _emotion_columns(ax: Axes, codes: list[str], upper: int, below: float = 0.0) -> None:
    """Label rows by unit and columns by emotion, and part upper from lower face."""
    ax.set_xticks(range(len(SIX)), SIX, rotation=45, ha="left", rotation_mode="anchor")
    ax.set_yticks(range(len(codes)), [f"AU{code}" for code in codes])
    ax.set(xlim=(-0.55, len(SIX) - 0.45), ylim=(len(codes) - 0.45 + below, -0.55))
    ax.tick_params(length=0, labeltop=True, labelbottom=False)
    ax.axhline(upper - 0.5, color=TEXT, linewidth=1)
    for spine in ax.spines.values():
        spine.set_visible(False)


def learned_table(table: LearnedTable) -> Axes:
    """Draw source Table 1 or 2 as a heat map with its gaps.

    Parameters
    ----------
    table : ``emotion.learned("dong1")`` or ``emotion.learned("dong2")``

    Returns
    -------
    Axes with a row a unit, a column an emotion. A filled cell is darker the larger its value,
    which stands in it; a hatched cell has no legible entry, which does not mean 0. The last
    row tells the ranks that are lost. A dagger marks entries that E0-11 doubts.

    Notes
    -----
    Alternative text: "Heat map of a table of the source: action units in rows, six emotions
    in columns, a value in each legible cell. Cells without a legible entry are hatched; a
    last row names the lost ranks."

    Source: S0-028 to S0-040; E0-11.
    """
    codes, upper = _by_half(table.codes())
    ax = _axes(PHONE, 1.3 + 0.27 * (len(codes) + 1))
    top = max(entry.value for row in table.rows.values() for entry in row)
    for y, code in enumerate(codes):
        for x, emotion in enumerate(SIX):
            entry = table.entry(code, emotion)
            if entry is None:
                ax.barh(y, 1, 1, left=x - 0.5, color="white", edgecolor=PALE, hatch="////", lw=0)
                continue
            # Opacity over white falls evenly in grey, too. Its end keeps text readable on it,
            # also where the dark theme of the site turns light and dark round.
            ax.barh(y, 1, 1, left=x - 0.5, color=AU, alpha=0.68 * entry.value / top)
            label = f"{entry.value:.4f}".lstrip("0") + "†" * (entry.erratum == "E0-11")
            ax.text(x, y, label, ha="center", va="center")
    for x, emotion in enumerate(SIX):
        lost = table.lost(emotion)
        label = f"{lost[0]}–{lost[-1]}" if lost else "none"
        ax.text(x, len(codes) + 0.15, label, ha="center", va="center", color=QUIET)
    _emotion_columns(ax, codes, upper, below=0.75)
    ax.axhline(len(codes) - 0.4, color=QUIET, linewidth=1)
    ax.set_yticks(
        [*range(len(codes)), len(codes) + 0.15], [*(f"AU{code}" for code in codes), "lost ranks"]
    )
    return ax


def support() -> Axes:
    """Hold the expert table, source Table 3, against what Tables 1 and 2 show.

    Returns
    -------
    Axes with a row a unit, a column an emotion. A filled square is an entry of Table 3 with a
    legible entry in Table 1 or 2, an open one an entry without. A cross marks an emotion for
    which the data show a unit that Table 3 does not list there. Exclusive units are bold.

    Notes
    -----
    Alternative text: "Dot matrix of Table 3: action units in rows, six emotions in columns.
    Open squares, entries without visible support: AU14 and AU27 for happiness, AU5 and AU22
    for anger, AU7 for disgust. Crosses mark emotions where the data show a unit that Table 3
    does not list; AU12 has five."

    Source: S0-045; E0-40.
    """
    rows = support_of("dong")
    codes, upper = _by_half({one.code for row in rows.values() for one in row})
    alone = {one.code for row in rows.values() for one in row if one.exclusive}
    here, bare, beyond = set[Box](), set[Box](), set[Box]()
    for emotion, row in rows.items():
        for one in row:
            y = codes.index(one.code)
            (here if one.supported else bare).add((SIX.index(emotion), y))
            beyond |= {(SIX.index(name), y) for _, name, _ in one.elsewhere}
    ax = _axes(PHONE, 1.8 + 0.25 * len(codes))
    for cells, mark, inside, edge, label in (
        (here, "s", AU, AU, "in Table 3, and in Table 1 or 2"),
        (bare, "s", "white", AU, "in Table 3, in no legible entry of Tables 1 and 2"),
        (beyond, "x", QUIET, QUIET, "in Table 1 or 2, not in Table 3"),
    ):
        places = zip(*sorted(cells), strict=True)
        ax.plot(*places, mark, mfc=inside, mec=edge, mew=1.5, markersize=8, label=label)
    _emotion_columns(ax, codes, upper)
    for tick, code in zip(ax.get_yticklabels(), codes, strict=True):
        tick.set_fontweight("bold" if code in alone else "normal")
    ax.grid(visible=True)
    ax.set_axisbelow(True)
    ax.legend(loc="upper left", bbox_to_anchor=(-0.15, 0), frameon=False)
    return ax
