"""Make the synthetic depth micro-expression set, or check a set of its layout.

``python -m fau_teach.depth make FOLDER --subjects 30`` writes folders and label files as
CAS(ME)^3 keeps its part A. ``python -m fau_teach.depth check FOLDER`` reads that set or the real
one, and lists what is broken.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from fau_teach._reading import FileError
from fau_teach.depth import casme3
from fau_teach.depth.course import Course, ceiling
from fau_teach.depth.course_files import write

_HELP = {
    "subjects": "people, each with a face of their own",
    "seed": "same seed, same files",
    "micro": "micro-expressions a subject",
    "macro": "macro-expressions a subject",
    "head": "largest turn of the head [deg]",
    "drift": "largest shift of the head [mm]",
    "noise": "noise of the depth camera at 600 mm [mm]",
    "light": "largest change of the light, as a share",
    "blinks": "blinks a minute",
    "habit": "chance that a subject moves in their own way",
    "wall_mm": "distance of a wall behind the head, 0 for none [mm]",
    "width": "of the frames, the height is 9/16 of it [px]",
    "around": "further frames beside onset and apex",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 where all is well, 1 where something is broken."""
    given = _parser().parse_args(arguments)
    try:
        return _make(given) if given.command == "make" else _check(given)
    except (FileError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def _make(given: argparse.Namespace) -> int:
    options = {name: getattr(given, name) for name in _HELP}
    course = Course(**options, whole=given.whole, colour=not given.no_colour)
    maps, megabytes, minutes = course.cost()
    print(f"{maps} depth maps, about {megabytes:.0f} MB and {minutes:.0f} minutes of one core")
    print(write(course, given.folder, jobs=given.jobs))
    best = ", ".join(f"{ceiling(n):.3f} of {n}" for n in (7, 4, 3))
    print(f"Best UAR of one who knows every action unit, by number of classes: {best}")
    return 0


def _check(given: argparse.Namespace) -> int:
    size = None if given.size is None else (given.size[0], given.size[1])
    found = casme3.read(
        given.folder, given.labels, given.kind, size=size, colour=not given.no_colour, strict=False
    )
    print(found)
    broken = list(found.report.skipped)
    if given.deep:
        for at in range(len(found)):
            try:
                found.load(at)
            except FileError as error:
                broken.append(error)
                print(f"  skipped: {error}")
    print(f"{len(broken)} files are broken" if broken else "All files are sound")
    return 1 if broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fau_teach.depth", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="write a synthetic set")
    make.add_argument("folder", type=Path, help="a new or empty folder")
    known = {one.name: one.default for one in fields(Course)}
    for name, text in _HELP.items():
        default = known[name]
        make.add_argument(
            f"--{name.replace('_', '-')}", type=type(default), default=default,
            help=f"{text} (default: {default})",
        )  # fmt: skip
    make.add_argument("--whole", action="store_true", help="write every frame of every clip")
    make.add_argument("--no-colour", action="store_true", help="write no pictures")
    make.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    check = commands.add_parser("check", help="read a set and tell what it holds")
    check.add_argument("folder", type=Path, help="with spNO.1 and so on")
    check.add_argument("--labels", type=Path, nargs="+", help="label files, or their folder")
    check.add_argument("--kind", choices=("micro", "macro", "all"), default="all")
    check.add_argument("--size", type=int, nargs=2, metavar=("WIDTH", "HEIGHT"))
    check.add_argument("--no-colour", action="store_true", help="do not ask for pictures")
    check.add_argument("--deep", action="store_true", help="decode all frames, not headers alone")
    return parser


if __name__ == "__main__":
    sys.exit(main())
