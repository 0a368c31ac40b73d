"""Look at what is being recorded: in a terminal, through a pipe, or in a notebook.

What is drawn of each stretch of time is its lowest and its highest value, so that no swing is too
short to be seen. Where rows are missing nothing is drawn.
"""

from __future__ import annotations

import html
import sys
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from fau_teach.emg.protocol import volts

if TYPE_CHECKING:
    import numpy.typing as npt

    from fau_teach.emg.recorder import Recorder
    from fau_teach.emg.recording import Marker

_QUIET_V = 0.2  # a muscle at rest must not look like one that works
_BARS = " ▁▂▃▄▅▆▇█"
_PLAIN = " .:-=+*#@"
_COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7f7f7f")


def extremes(
    index: npt.NDArray[Any], values: npt.NDArray[Any], first: float, last: float, parts: int
) -> npt.NDArray[Any]:
    """Lowest and highest value (2, parts, C) of each part of ``first`` to ``last``; NaN: no row."""
    import numpy as np

    out = np.full((2, parts, values.shape[1]), np.nan)
    which = np.floor((index - first) * parts / max(last - first, 1)).astype(int)
    inside = (which >= 0) & (which < parts)
    for way, (edge, take) in enumerate(((np.inf, np.minimum), (-np.inf, np.maximum))):
        table = np.full((parts, values.shape[1]), edge)
        take.at(table, which[inside], values[inside])
        out[way] = np.where(np.isfinite(table), table, np.nan)
    return out


def spark(low: npt.NDArray[Any], high: npt.NDArray[Any], *, plain: bool = False) -> str:
    """One line of text: how much each stretch swings or, where none does much, how high it is.

    Parameters
    ----------
    low, high : (parts,) as of :func:`extremes`; NaN becomes a dot, or ``?``
    plain : ASCII alone
    """
    import numpy as np

    bars, gap = (_PLAIN, "?") if plain else (_BARS, "·")
    seen = np.isfinite(low)
    if not seen.any():
        return gap * len(low)
    bottom, top = float(low[seen].min()), float(high[seen].max())
    level = (high - bottom) / max(top - bottom, _QUIET_V)
    steps = np.where(seen, np.clip(level, 0, 1) * (len(bars) - 1), 0).round().astype(int)
    return "".join(bars[one] if there else gap for one, there in zip(steps, seen, strict=True))


def lines(recorder: Recorder, seconds: float = 3.0, width: int = 60) -> list[str]:
    """The newest seconds as text, one line a channel, and one of what was lost."""
    index, counts = recorder.latest(seconds)
    table = volts(counts, recorder.about.reference_mv)
    last = recorder.seconds * recorder.rate
    low, high = extremes(index, table, last - seconds * recorder.rate, last, width)
    plain = not _can_draw(sys.stdout)
    rows = []
    for column, pin in enumerate(recorder.pins):
        if not len(table):
            rows.append(f"A{pin:<2} no row yet")
            continue
        text = spark(low[:, column], high[:, column], plain=plain)
        span = f"{table[:, column].min():.3f} to {table[:, column].max():.3f} V"
        rows.append(f"A{pin:<2} {text}  {span}")
    account = recorder.account
    lost = f"{account.lost:,} frames lost, {account.crc_errors:,} checks failed"
    return [*rows, f"{recorder.seconds:8.1f} s  {lost}  {recorder.problem}".rstrip()]


def _can_draw(out: TextIO) -> bool:
    return (getattr(out, "encoding", "") or "").lower().startswith("utf")


def watch(recorder: Recorder, out: TextIO | None = None, *, width: int = 60) -> None:
    """Show a running recording until it ends: redrawn on a terminal, one block a second elsewhere.

    Parameters
    ----------
    recorder : started
    out : where to; standard output unless given
    """
    out = out or sys.stdout
    still = out.isatty()
    drawn = 0
    while recorder.running:
        rows = lines(recorder, width=width)
        if still:  # back to the top, and each line cleared to its end
            out.write(f"\x1b[{drawn}F" if drawn else "")
            out.write("".join(f"{row}\x1b[K\n" for row in rows))
            drawn = len(rows)
        else:
            out.write("\n".join(rows) + "\n")
        out.flush()
        until = time.monotonic() + (0.1 if still else 1.0)
        while recorder.running and time.monotonic() < until:
            time.sleep(0.02)


def picture(
    index: npt.NDArray[Any],
    counts: npt.NDArray[Any],
    pins: Sequence[int],
    rate: float,
    *,
    seconds: float,
    end_s: float,
    reference_mv: int = 5000,
    markers: Sequence[Marker] = (),
    said: str = "",
) -> str:
    """An SVG of the last ``seconds`` before ``end_s``: a lane a channel, volts on its left."""
    import numpy as np

    width, lane, left, parts = 720, 74, 62, 600
    table, first = volts(counts, reference_mv), (end_s - seconds) * rate
    low, high = extremes(index, table, first, end_s * rate, parts)
    x = left + (np.arange(parts) + 0.5) * (width - left - 8) / parts
    body = []
    for column, pin in enumerate(pins):
        top, colour = column * lane + 8, _COLOURS[column % len(_COLOURS)]
        seen = np.isfinite(low[:, column])
        bottom = float(low[seen, column].min()) if seen.any() else 0.0
        ceiling = max(float(high[seen, column].max()) if seen.any() else 0.0, bottom + _QUIET_V)
        scale = (lane - 22) / (ceiling - bottom)
        y = [top + (ceiling - one[:, column]) * scale for one in (low, high)]
        path = "".join(
            f"M{x[at]:.1f} {y[0][at] + 0.5:.1f}V{y[1][at] - 0.5:.1f}" for at in np.flatnonzero(seen)
        )
        body.append(
            f'<path d="{path}" stroke="{colour}" fill="none" stroke-width="1.4"/>'
            f'<text x="4" y="{top + 22}" font-weight="bold">A{pin}</text>'
            f'<text x="{left - 4}" y="{top + 8}" text-anchor="end">{ceiling:.2f} V</text>'
            f'<text x="{left - 4}" y="{top + lane - 16}" text-anchor="end">{bottom:.2f} V</text>'
        )
    height = len(pins) * lane + 26
    for one in markers:
        at = left + (one.time_s * rate - first) / (seconds * rate) * (width - left - 8)
        if left <= at <= width:
            body.append(
                f'<path d="M{at:.1f} 0V{height - 22}" stroke="currentColor" '
                f'stroke-dasharray="3 3"/>'
                f'<text x="{at + 3:.1f}" y="10">{html.escape(one.text[:30])}</text>'
            )
    for part in (0, 0.5, 1):
        at = left + part * (width - left - 8)
        anchor = ("start", "middle", "end")[round(2 * part)]
        body.append(
            f'<text x="{at:.0f}" y="{height - 8}" text-anchor="{anchor}">'
            f"{end_s - seconds * (1 - part):.1f} s</text>"
        )
    name = html.escape(f"{seconds:g} seconds of {', '.join(f'A{pin}' for pin in pins)}. {said}")
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{name}" width="100%" '
        f'style="max-width:{width}px" font-family="sans-serif" font-size="11" fill="currentColor">'
        f"{''.join(body)}</svg>"
    )


def snapshot(recorder: Recorder, seconds: float = 5.0) -> str:
    """The newest seconds of a recording as HTML: the picture, and what was lost."""
    index, counts = recorder.latest(seconds)
    account, end_s = recorder.account, max(recorder.seconds, seconds)
    said = f"{recorder.seconds:.1f} s, {account.lost:,} frames lost. {recorder.problem}"
    drawn = picture(
        index, counts, recorder.pins, recorder.rate, seconds=seconds, end_s=end_s,
        reference_mv=recorder.about.reference_mv, markers=recorder.markers[-20:], said=said,
    )  # fmt: skip
    return f"{drawn}<p>{html.escape(said)}</p>"


def live(recorder: Recorder, seconds: float = 5.0, hertz: float = 10.0) -> Any:
    """A scope for a notebook: a widget that follows a running recording until it ends.

    Parameters
    ----------
    recorder : started; with or without files
    seconds : how much it shows
    hertz : how often it is drawn anew
    """
    from importlib import import_module

    widget = import_module("ipywidgets").HTML(snapshot(recorder, seconds))

    def follow() -> None:
        while recorder.running:
            time.sleep(1 / hertz)
            widget.value = snapshot(recorder, seconds)

    threading.Thread(target=follow, name="emg scope", daemon=True).start()
    return widget
