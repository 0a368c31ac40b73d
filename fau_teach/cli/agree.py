"""Agreement of two or more coders, a table for each pair and for all.

Example:
  fau-teach agree lab/*.eaf --over subject --resamples 2000

Each file holds one coder or several. A coder without a name gets that of the file.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fau_teach.cli._answer import FINDINGS, Answer, load, reading, warned

if TYPE_CHECKING:
    from fau_teach.coding import Session


def arguments(parser: argparse.ArgumentParser) -> None:
    """Those of this command."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--coders", type=_listed, metavar="A,B", help="whom to compare; the first is the criterion"
    )
    parser.add_argument("--codes", type=_listed, metavar="1,2,4", help="codes to report")
    parser.add_argument(
        "--by", choices=("event", "code"), default="", help="match whole events, or code by code"
    )
    parser.add_argument(
        "--over", choices=("clip", "subject"), default="clip", help="what is resampled"
    )
    parser.add_argument("--resamples", type=int, default=1000, help="0 for no intervals")
    parser.add_argument("--seed", type=int, default=0, help="of the resamples")
    parser.add_argument("--bilateral", action="store_true", help="left and right are one code")
    parser.add_argument(
        "--iou", type=float, default=0.5, help="least overlap of events that match (default: 0.5)"
    )
    parser.add_argument(
        "--least", type=float, help="a pair whose pooled index per clip is below is a finding"
    )
    parser.add_argument(
        "--by-file", action="store_true", help="the name of the file is the name of its coder"
    )
    reading(parser)


def run(given: argparse.Namespace) -> Answer:
    """Compare the coders of all files."""
    from fau_teach.coding.agree import agree

    read = load(given.files, given)
    named = zip(read, given.files, strict=True)
    sessions = [_named(one.session, path.stem, given.by_file) for one, path in named]
    _apart(sessions, given.files)
    report = agree(
        _joined(sessions, given.files),
        coders=given.coders,
        codes=given.codes,
        bilateral=given.bilateral,
        least=given.iou,
        by=given.by,
        over=given.over,
        resamples=given.resamples,
        seed=given.seed,
    )
    below = []
    for group in report.groups if given.least is not None else ():
        index = report.find("index", "per clip", "pooled", group).value
        if index is None or index < given.least:
            below.append([*group])
    warnings = warned(given.files, read)
    lines = [str(report), *(f"{' and '.join(one)}: below {given.least:g}." for one in below)]
    lines = [*(f"warning: {line}" for line in warnings), *lines]
    data = {"report": report.to_dict(), "below": below, "warnings": warnings}
    return Answer(FINDINGS if below else 0, lines, data)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _named(session: Session, name: str, always: bool) -> Session:
    """The session with a name for every coder, also for one who saw nothing."""
    if always and len(session.coders) > 1:
        raise ValueError(f"{name}: {len(session.coders)} coders cannot have one name.")
    always = always or not session.coders
    events = tuple(one.but(coder=name if always else one.coder or name) for one in session.events)
    watched = tuple(
        replace(one, coders=(name,) if always else tuple(each or name for each in one.coders))
        for one in session.watched
    )
    return replace(session, events=events, watched=watched, history=())


def _joined(sessions: list[Session], files: list[Path]) -> Session:
    """All sessions as one; where they contradict each other, the file that does so is named."""
    from fau_teach._reading import FileError
    from fau_teach.coding import CodingError, joined

    try:
        return joined(sessions)
    except CodingError:
        # Only now it matters which file it was; joining in steps costs the square of their number.
        for at, path in enumerate(files, 1):
            try:
                joined(sessions[:at])
            except CodingError as error:
                advice = error.advice.rstrip("?.")
                raise FileError(str(path), 0, "", error.problem, advice, error.place) from None
        raise


def _apart(sessions: list[Session], files: list[Path]) -> None:
    """Refuse one coder with one clip in two files: the events would count twice."""
    seen: dict[tuple[str, str], Path] = {}
    for session, path in zip(sessions, files, strict=True):
        for coder in session.coders:
            for clip in session.clips:
                if not session.saw(coder, clip):
                    continue
                if (other := seen.setdefault((coder, clip), path)) is not path:
                    advice = "Give each coder a name or a folder of its own, or use --by-file."
                    raise ValueError(
                        f"{coder!r} coded clip {clip!r} in {other} and in {path}. {advice}"
                    )
