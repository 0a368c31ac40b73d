"""Read coded events in one format and write them in another.

Example:
  fau-teach convert kim.eaf kim.csv --coder Kim

The formats are session (.json), tidy (.csv), elan (.eaf), boris (.tsv) and casme (.xlsx), and to
read alone openface, pyfeat and imotions. What the new format cannot hold is listed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fau_teach.cli._answer import FINDINGS, Answer, counted, load, problem, reading, skipped, told


def arguments(parser: argparse.ArgumentParser) -> None:
    """Those of this command."""
    parser.add_argument("read", type=Path, metavar="IN")
    parser.add_argument("write", type=Path, metavar="OUT")
    parser.add_argument("--to", default="", metavar="FORMAT", help="by the ending unless given")
    parser.add_argument("--coder", help="who coded it, where the file does not say it")
    parser.add_argument("--force", action="store_true", help="replace a file that exists")
    reading(parser)


def run(given: argparse.Namespace) -> Answer:
    """Convert one file."""
    from fau_teach.coding.formats import format_of, write

    (loaded,) = load([given.read], given, coder=given.coder)
    session, report = loaded.session, loaded.report
    saved = write(session, given.write, given.to, force=given.force)
    broken = skipped(report)
    counts = {"events": len(session.events), "coders": len(session.coders)}
    counts["clips"] = len(session.watched)
    lines = [f"Read {counted(counts)}."]
    lines += [f"  skipped: {error}" for error in broken]
    lines += [f"  warning: {line}" for line in told(report)]
    kind = given.format or format_of(given.read)
    read = {
        "file": str(given.read), "kind": kind, "fine": not broken, "counts": counts,
        "problems": [*map(problem, broken)], "warnings": told(report),
    }  # fmt: skip
    written = [str(path) for path in saved.paths]
    return Answer(
        FINDINGS if broken else 0,
        [*lines, str(saved)],
        {"read": read, "written": written, "lost": [*saved.lost]},
    )
