"""Command line of the data sets: make synthetic label files, check any."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fau_teach import datasets
from fau_teach.datasets import CleaningReport, Report, Rows
from fau_teach.datasets.raf import load_raf
from fau_teach.datasets.synthetic import TRUTH_FILE, synthesise

SETS: Mapping[str, Callable[..., Rows[Any]]] = {
    "bp4d": datasets.read_bp4d,
    "cas-me-2": datasets.read_cas_me_2,
    "cas-me-3-a": datasets.read_cas_me_3_a,
    "cas-me-3-a-micro": datasets.read_cas_me_3_a_micro,
    "cas-me-3-blinks": datasets.read_cas_me_3_blinks,
    "cas-me-3-c": datasets.read_cas_me_3_c,
    "cas-me-3-c-micro": datasets.read_cas_me_3_c_micro,
    "casme-ii": datasets.read_casme_ii,
    "disfa": datasets.read_disfa,
    "samm": datasets.read_samm,
    "samm-long": datasets.read_samm_long,
}
"""Data sets that ``check --set`` reads, beside RAF."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    0 where all is well, 1 where ``check`` skipped broken lines, 2 where nothing could be done
    """
    given = _parser().parse_args(arguments)
    try:
        return _synthesise(given) if given.command == "synthesise" else _check(given)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _synthesise(given: argparse.Namespace) -> int:
    made = synthesise(
        given.images, given.seed, given.taggers, neutral=given.neutral, weights=dict(given.weight)
    )
    paths = made.write(given.to, force=given.force)
    print(
        f"Wrote {made.images:,} synthetic images with {made.labels:,} votes, seed {made.seed}. "
        "All probabilities are chosen by us."
    )
    print(*(f"  {path}" for path in paths), sep="\n")
    return 0


def _check(given: argparse.Namespace) -> int:
    reports: list[Report] = []
    for path in given.paths:
        if given.set:
            reports.append(SETS[given.set](path, strict=False).report)
        else:
            reports.append(load_raf(path, strict=False, neutral=given.neutral).report)
        print(reports[-1])
        if isinstance(reports[-1], CleaningReport) and given.rows:
            print(reports[-1].details())
        if not given.set and (path / TRUTH_FILE).is_file():
            print(f"{TRUTH_FILE} stands beside them: the files are synthetic.")
    return 1 if any(report.broken for report in reports) else 0


def _weight(text: str) -> tuple[str, float]:
    emotion, _, weight = text.partition("=")
    try:
        return emotion, float(weight)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an emotion with its weight, such as Happiness=10"
        ) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fau_teach.datasets", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser(
        "synthesise", help="write label files in the shape of RAF-AU and RAF-ML, truth known"
    )
    make.add_argument("--images", type=int, default=5000, help="how many (default: 5000)")
    make.add_argument("--seed", type=int, default=1, help="same seed, same files (default: 1)")
    make.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="where to write")
    make.add_argument("--taggers", type=int, default=40, help="votes an image (default: 40)")
    make.add_argument(
        "--neutral", type=float, default=0.0, help="probability of a Neutral vote (default: 0)"
    )
    make.add_argument(
        "--weight",
        type=_weight,
        action="append",
        default=[],
        metavar="EMOTION=TIMES",
        help="make an emotion so many times as common; may be repeated",
    )
    make.add_argument("--force", action="store_true", help="replace files that exist")
    check = commands.add_parser(
        "check", help="read the label files of a data set and tell what they hold"
    )
    check.add_argument(
        "paths", type=Path, nargs="+", metavar="FILE",
        help="folder with the RAF-AU and RAF-ML files; with --set its files, or their folder",
    )  # fmt: skip
    check.add_argument("--set", choices=sorted(SETS), help="which data set (default: RAF)")
    check.add_argument(
        "--rows", action="store_true", help="list every changed or skipped row of it, too"
    )
    check.add_argument("--neutral", action="store_true", help="lines end with a Neutral score")
    return parser


if __name__ == "__main__":
    sys.exit(main())
