"""Check sessions, clip scripts, keys and files of coded events.

Example:
  fau-teach validate kim.json lab/*.eaf clip-001.key.json
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from fau_teach.cli._answer import (
    CANNOT,
    FINDINGS,
    Answer,
    counted,
    load,
    options_of,
    problem,
    reading,
    skipped,
    told,
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Those of this command."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--strict", action="store_true", help="a warning is a finding, too")
    reading(parser)


def run(given: argparse.Namespace) -> Answer:
    """Check each file; what is wrong with one does not stop the others."""
    lines, files, code = [], [], 0
    for path in given.files:
        one, found = _checked(path, given)
        state = "fine" if one["fine"] else "wrong"
        about = "; ".join(filter(None, [state, one["kind"], counted(one["counts"])]))
        lines.append(f"{path}: {about}")
        lines += [f"  problem: {each['message']}" for each in one["problems"]]
        lines += [f"  warning: {each}" for each in one["warnings"]]
        warned = FINDINGS if given.strict and one["warnings"] else 0
        code = max(code, found, warned)
        files.append(one)
    return Answer(code, lines, {"files": files})


def _checked(path: Path, given: argparse.Namespace) -> tuple[dict[str, Any], int]:
    from fau_teach._reading import FileError
    from fau_teach._records import RecordError
    from fau_teach.coding.formats import format_of

    about: dict[str, Any] = {"file": str(path), "kind": "", "fine": True, "counts": {}}
    about |= {"problems": [], "warnings": []}
    code = 0
    try:
        try:
            about["kind"] = given.format or format_of(path, more=True)
        except FileError:
            code = CANNOT
            raise
        counts, warnings, broken = _read(path, about["kind"], given)
        about |= {"counts": counts, "warnings": warnings, "problems": [*map(problem, broken)]}
    except FileError as error:
        about["problems"] = [problem(error)]
    except RecordError as error:
        wrong = FileError(str(path), 0, "", error.problem, error.advice.rstrip("?."), error.place)
        about["problems"] = [problem(wrong)]
    about["fine"] = not about["problems"]
    return about, max(code, FINDINGS if about["problems"] else 0)


def _read(
    path: Path, kind: str, given: argparse.Namespace
) -> tuple[dict[str, int], list[str], list[Any]]:
    if kind in ("script", "key"):
        from fau_teach.clip import Clip, Key

        if kind == "script":
            clip = Clip.load(path)
            return {"frames": clip.frames, "movements": len(clip.movements)}, [], []
        key = Key.load(path)
        return {"frames": key.frames, "items": len(key.items)}, [], []
    from fau_teach.coding.formats import formats

    machine = next((one for one in formats() if one.name == kind and one.machine), None)
    if machine is not None:
        from inspect import signature

        own = signature(machine.reader).parameters
        how = options_of(given.option)
        for name in how:
            if name not in machine.options:
                there = ", ".join(machine.options)
                raise ValueError(f"{kind} takes no option {name!r}. The options are {there}.")
        how = {k: v for k, v in how.items() if k in own}
        tracks = machine.reader(path, **how)
        missing = sum(b - a + 1 for track in tracks for a, b in track.missing)
        frames = sum(len(track.frames) for track in tracks)
        counts = {"tracks": len(tracks), "rows": frames, "frames missing": missing}
        return counts, told(tracks.report), skipped(tracks.report)
    (loaded,) = load([path], given)
    session, report = loaded.session, loaded.report
    counts = {"events": len(session.events), "coders": len(session.coders)}
    counts["clips"] = len(session.watched)
    return counts, [*told(report), *session.check()], skipped(report)
