"""Compare what a trainee coded with the key of a clip, or with an expert's session.

Example:
  fau-teach score kim.json clip-001.json

KEY is a clip script (its key is computed), a key, or a session or file of an expert. In it, and in
TRAINEE, name a coder where there are several. With an expert, each clip of both is compared.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fau_teach.cli._answer import FINDINGS, Answer, load, reading, warned

if TYPE_CHECKING:
    from fau_teach.coding import Session


def arguments(parser: argparse.ArgumentParser) -> None:
    """Those of this command."""
    parser.add_argument("trainee", type=Path, metavar="TRAINEE")
    parser.add_argument("key", type=Path, metavar="KEY")
    parser.add_argument(
        "--coder", default="", help="whose events, where TRAINEE has several coders"
    )
    parser.add_argument("--expert", default="", help="whose events are the key")
    parser.add_argument("--clip", default="", help="which clip, where there are several")
    parser.add_argument(
        "--without", default="", metavar="CODES", help="codes not asked for, such as 45,50"
    )
    parser.add_argument(
        "--iou", type=float, default=0.0, help="least overlap of events that match (default: 0)"
    )
    parser.add_argument("--least", type=float, help="agreement below it is a finding")
    reading(parser)


def run(given: argparse.Namespace) -> Answer:
    """Score one trainee."""
    from fau_teach.clip import Clip, Key
    from fau_teach.coding.feedback import feedback, summary
    from fau_teach.coding.formats import format_of
    from fau_teach.facs import listed_codes

    kind = format_of(given.key, more=True)
    alone = kind in ("script", "key")
    paths = [given.trainee, given.key][: 2 - alone]
    read = load(paths, given)
    sessions = [one.session for one in read]
    session = sessions[0]
    coder = _coder(session, given.coder, "--coder", given.trainee)
    without = [code.strip() for code in given.without.split(",") if code.strip()]
    for code in without:
        if code not in listed_codes():
            raise ValueError(f"--without: {code!r} is no code. Write numbers, such as 45,50.")
    how: dict[str, Any] = {"least": given.iou, "without": without}
    if alone:
        key = Clip.load(given.key).key() if kind == "script" else Key.load(given.key)
        clip = _clip(given, session)
        parts = [feedback(session.of(coder, clip), key, clip=clip, **how)]
    else:
        other = sessions[1]
        expert = _coder(other, given.expert, "--expert", given.key)
        both = [one for one in session.clips if session.saw(coder, one) and other.saw(expert, one)]
        both = [one for one in both if given.clip in ("", one)]
        if not both:
            wanted = f" {given.clip!r}" if given.clip else ""
            raise ValueError(
                f"{given.trainee}: no clip{wanted} that is in {given.key}, too. "
                f"There are {', '.join(session.clips)} and {', '.join(other.clips)}."
            )
        parts = [
            feedback(session.of(coder, one), other.of(expert, one), clip=one, **how) for one in both
        ]
    index = parts[0].index if len(parts) == 1 else summary(parts).index
    warnings = warned(paths, read)
    lines = [f"warning: {line}" for line in warnings] + [str(part) for part in parts]
    lines += [str(summary(parts))] if len(parts) > 1 else []
    low = given.least is not None and (index is None or index < given.least)
    if low:
        lines.append(f"Agreement is below {given.least:g}.")
    clips = [part.to_dict() for part in parts]
    data = {"agreement": index, "clips": clips, "warnings": warnings}
    return Answer(FINDINGS if low else 0, lines, data)


def _clip(given: argparse.Namespace, session: Session) -> str:
    """The clip that a key is of: the one asked for, that of its file's name, or the only one."""
    named = given.key.stem.removesuffix(".key")
    alone = session.clips[0] if len(session.clips) == 1 else named
    clip: str = given.clip or (named if named in session.clips else alone)
    if clip not in session.clips:
        there = f"There are {', '.join(session.clips) or 'none'}. Choose one with --clip."
        raise ValueError(f"{given.trainee}: there is no clip {clip!r}. {there}")
    return clip


def _coder(session: Session, name: str, option: str, path: Path) -> str:
    coders = session.coders
    if name and name not in coders:
        raise ValueError(f"{path}: nobody is named {name!r}. There are {', '.join(coders)}.")
    if not name and len(coders) > 1:
        advice = f"Choose one with {option}."
        raise ValueError(f"{path}: {len(coders)} coders, {', '.join(coders)}. {advice}")
    return name or (coders or ("",))[0]
