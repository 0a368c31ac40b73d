"""What the commands share: their answers, and how they read files."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fau_teach._reading import FileError, Report
    from fau_teach.coding import Loaded

FINE, FINDINGS, CANNOT = 0, 1, 2
"""Exit codes."""
_NUMBERS = {"fps": float, "confidence": float, "above": float, "shortest": int, "bridge": int}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found.

    Parameters
    ----------
    code : exit code
    lines : for people
    data : the same for programs
    """

    code: int
    lines: Sequence[str]
    data: dict[str, Any] = field(default_factory=dict)


def reading(parser: argparse.ArgumentParser) -> None:
    """Arguments of a command that reads coded events."""
    parser.add_argument(
        "--from", dest="format", default="", metavar="FORMAT", help="found out unless given"
    )
    parser.add_argument("--fps", type=float, help="frames a second, where a file does not say it")
    parser.add_argument(
        "-o", "--option", action="append", default=[], metavar="NAME=VALUE",
        help="for the reader of a format, such as -o face=1 or -o shortest=3; may be repeated",
    )  # fmt: skip


def load(paths: Sequence[Path], given: argparse.Namespace, **more: str | None) -> list[Loaded]:
    """Read files, with the options that go with each.

    Parameters
    ----------
    paths : the files
    given : what :func:`reading` asked for
    more : further options; None where they were not given

    Raises
    ------
    FileError
        A file cannot be read.
    ValueError
        No file takes one of the options.
    """
    from fau_teach.coding.formats import format_of, formats, read

    known = {one.name: one for one in formats()}
    options = options_of(given.option)
    options |= {k: v for k, v in {"fps": given.fps, **more}.items() if v is not None}
    names = [given.format or format_of(path) for path in paths]
    takes = [known[name].options if name in known else () for name in names]
    every = sorted({option for one in takes for option in one})
    for name in options:
        if name not in every:
            there = f"The options are {', '.join(every)}." if every else "There are none."
            raise ValueError(f"No file takes the option {name!r}. {there}")
    return [
        read(path, name, **{k: v for k, v in options.items() if k in its})
        for path, name, its in zip(paths, names, takes, strict=True)
    ]


def options_of(texts: Sequence[str]) -> dict[str, Any]:
    """Options of a reader, each written as ``NAME=VALUE``."""
    found: dict[str, Any] = {}
    for text in texts:
        name, between, value = text.partition("=")
        if not between:
            raise ValueError(f"--option {text!r} is not NAME=VALUE, such as shortest=3.")
        try:
            found[name] = _NUMBERS.get(name, str)(value)
        except ValueError:
            raise ValueError(f"--option {text!r} needs a number, such as {name}=3.") from None
        if name == "codes":
            found[name] = value.split(",")
        if name == "unknown":
            found[name] = value.lower() in ("yes", "true", "1")
    return found


def counted(counts: Mapping[str, int]) -> str:
    """Counts as a list: ``12 events, 1 coder``."""
    named = ((n, what.removesuffix("s") if n == 1 else what) for what, n in counts.items())
    return ", ".join(f"{n:,} {what}" for n, what in named)


def problem(error: FileError) -> dict[str, Any]:
    """An error in a file as plain values."""
    names = ("line", "place", "value", "problem", "advice")
    return {"message": str(error), **{name: getattr(error, name) for name in names}}


def told(report: Report) -> list[str]:
    """What reading met, a line each: traps and what was left out."""
    lines = [line for part in report.parts for line in told(part)]
    for trap in report.traps:
        lines.append(f"{trap.count} × {trap.name}, first in line {trap.line}: {trap.value!r:.60}")
    for reason, names in report.left_out.items():
        lines.append(f"left out, {reason}: {', '.join(names)[:200]}")
    return lines


def warned(paths: Sequence[Path], read: Sequence[Loaded]) -> list[str]:
    """What reading several files met and left out, a line each."""
    return [
        f"{path}: {line}"
        for path, one in zip(paths, read, strict=True)
        for line in (*map(str, skipped(one.report)), *told(one.report))
    ]


def skipped(report: Report) -> list[FileError]:
    """Errors of the rows that were skipped, here and in all parts."""
    return [*(one for part in report.parts for one in skipped(part)), *report.skipped]
