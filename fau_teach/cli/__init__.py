"""The command ``fau-teach``: check, convert, score, compare and make coded clips.

Exit codes: 0 all is fine; 1 there are findings: an invalid file, a row that was skipped, agreement
below ``--least``; 2 the command cannot do its work: bad arguments, a file that cannot be read.
An error is one line on stderr.

With ``--json``, stdout holds one JSON object:

- ``schema``: ``"fau-teach"``; ``version``: ``SCHEMA``; ``command``; ``exit``: the exit code
- ``result``, of a command that did its work. ``validate``: ``files``, each with ``file``,
  ``kind``, ``fine``, ``counts``, ``problems`` and ``warnings``. ``convert``: ``read`` (as in
  ``files``), ``written`` and ``lost``. ``score``: ``Feedback.to_dict()`` of each clip under
  ``clips``, ``agreement`` and ``warnings``. ``agree``: ``Report.to_dict()`` under ``report``,
  ``below``, the pairs under the least, and ``warnings``. ``make-clips``: ``clips``, each with
  ``script``, ``key`` and ``video``.
- ``error``, of one that did not: ``message``, ``file``, ``line``, ``place``, ``value``,
  ``problem``, ``advice``; those that do not apply are empty or 0. Bad arguments give no JSON.

A later version adds names and changes none without a new number.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from fau_teach import __version__
from fau_teach.cli._answer import CANNOT, Answer

SCHEMA = 1
"""Version of the JSON that the commands write."""
COMMANDS = ("validate", "convert", "score", "agree", "make-clips")
_NAMES = ("file", "line", "place", "value", "problem", "advice")


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(CANNOT, f"{self.prog}: error: {_line(message)} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : those of the command line, unless given

    Returns
    -------
    0 all is fine, 1 there are findings, 2 it cannot be done
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file name need not be text; it is shown all the same.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads, such as "head", has enough. The interpreter must not flush once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        given = _parser().parse_args(arguments)
    except SystemExit as left:
        return int(left.code or 0)
    try:
        answer: Answer = given.run(given)
    except BrokenPipeError:
        raise
    except (ValueError, OSError, ImportError) as error:
        print(f"fau-teach {given.command}: error: {_line(error)}", file=sys.stderr)
        if given.json:
            said = {name: getattr(error, name, 0 if name == "line" else "") for name in _NAMES}
            _json(given.command, CANNOT, {"error": {"message": _line(error), **said}})
        return CANNOT
    if given.json:
        _json(given.command, answer.code, {"result": answer.data})
    else:
        print(*answer.lines, sep="\n")
    return answer.code


def _line(message: object) -> str:
    return " ".join(str(message).split())


def _json(command: str, code: int, rest: dict[str, Any]) -> None:
    head = {"schema": "fau-teach", "version": SCHEMA, "command": command, "exit": code}
    print(json.dumps({**head, **rest}, ensure_ascii=False, indent=2, allow_nan=False))


def _parser() -> argparse.ArgumentParser:
    about = (__doc__ or "").split("\n\nWith")[0]
    plain = argparse.RawDescriptionHelpFormatter
    parser = _Parser(prog="fau-teach", description=about, formatter_class=plain)
    parser.add_argument("--version", action="version", version=f"fau-teach {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = import_module(f"fau_teach.cli.{name.replace('-', '_')}")
        text = module.__doc__ or name
        command = commands.add_parser(
            name, help=text.split("\n")[0], description=text, formatter_class=plain
        )
        module.arguments(command)
        command.add_argument("--json", action="store_true", help="write one JSON object")
        command.set_defaults(run=module.run)
    return parser
