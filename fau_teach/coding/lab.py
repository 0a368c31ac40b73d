"""A lab's folder of coded files: who coded what, how far all agree, and what to talk about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, Literal

from fau_teach import agreement
from fau_teach._reading import FileError
from fau_teach.coding.agree import coded_clips
from fau_teach.coding.consensus import APART_MS, NAME, Disagreement, disagreements
from fau_teach.coding.event import CodingError
from fau_teach.coding.formats import format_of, formats, read
from fau_teach.coding.saver import newest
from fau_teach.coding.session import Session

_ENDINGS = frozenset(ending for one in formats() for ending in one.suffixes)
_MACHINES = frozenset(one.name for one in formats() if one.machine)
_Pair = tuple[str, str]


@dataclass(frozen=True)
class LabReport:
    """What the files of a folder say together.

    Parameters
    ----------
    session : everything that could be joined, withheld clips included
    coders : who codes, without the consensus
    counts : (coder, clip) -> number of events; a pair without an entry was not coded
    agreement : of the coders; None where no two coded one clip
    queue : what they see differently and nobody has decided, the gravest first
    withheld : clips that the reader has still to code
    files : file -> its coders
    problems : what could not be used or needs a look, a sentence each
    """

    session: Session
    coders: tuple[str, ...]
    counts: Mapping[_Pair, int]
    agreement: agreement.Report | None
    queue: tuple[Disagreement, ...]
    withheld: tuple[str, ...]
    files: Mapping[str, tuple[str, ...]]
    problems: tuple[str, ...]

    @property
    def missing(self) -> tuple[_Pair, ...]:
        """Each coder with each clip that he or she has not coded."""
        pairs = ((coder, clip) for coder in self.coders for clip in self.session.clips)
        return tuple(pair for pair in pairs if pair not in self.counts)

    def coverage(self) -> str:
        """Table of events: a row a clip, a column a coder, a dash for not coded."""
        rows = [("clip", *self.coders)]
        for clip in self.session.clips:
            found = [self.counts.get((coder, clip)) for coder in self.coders]
            # How many events there are would tell a reader what to look for.
            shown = ("coded" if clip in self.withheld else str(one) for one in found)
            cells = ("–" if n is None else s for n, s in zip(found, shown, strict=True))
            rows.append((clip, *cells))
        wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, wide)).rstrip() for row in rows)

    def _told(self) -> str:
        parts = [
            f"{len(self.coders)} coders, {len(self.session.clips)} clips, {len(self.files)} files; "
            f"{len(self.missing)} codings missing, {len(self.queue)} disagreements open.",
            *([f"Withheld until you code them: {', '.join(self.withheld)}."] * bool(self.withheld)),
            *self.problems, "", self.coverage(), "", *map(str, self.queue),
        ]  # fmt: skip
        return "\n".join(parts).rstrip()

    def __str__(self) -> str:
        return "\n\n".join([self._told(), *([str(self.agreement)] if self.agreement else [])])

    def _repr_html_(self) -> str:
        table = self.agreement._repr_html_() if self.agreement else ""
        return f'<pre tabindex="0">{escape(self._told())}</pre>{table}'


def lab_report(
    folder: str | Path,
    *,
    by: Literal["", "event", "code"] = "",
    reader: str = "",
    apart_ms: float = APART_MS,
    **options: Any,
) -> LabReport:
    """Everything that a lab asks of its folder of coded files, in one call.

    Files of all formats of :func:`fau_teach.coding.read` are taken, and folders of ELAN files; of
    a bench that is open, or whose kernel was killed, what it kept last.
    What cannot be read or joined is listed and stops nothing; the output of programs stays out.
    Where a coder has coded a clip in two files, the one that goes on from the other counts; if
    neither does, that clip of that coder counts in neither.

    Parameters
    ----------
    folder : where the files lie
    by : as in :func:`fau_teach.agreement.report`
    reader : the coder who will read it. Coders work blind: what others saw in clips that this
        one has still to code is withheld. Empty for a lead who codes nothing.
    apart_ms : as in :func:`disagreements`
    options : further ones of :func:`fau_teach.agreement.report`

    Raises
    ------
    FileError
        The folder cannot be read.
    CodingError
        The reader is none of the coders.

    Source: S0-103, S0-104; E0-07.
    """
    found, problems = _read(Path(folder))
    whole, used = _joined(found, problems)
    coders = tuple(sorted(one for one in whole.coders if one != NAME))
    pairs = ((coder, clip) for coder in coders for clip in whole.clips)
    counts = {pair: len(whole.of(*pair)) for pair in pairs if whole.saw(*pair)}
    marking = {coder for clip in whole.watched for coder in clip.done}
    for clip in whole.watched:
        late = [
            one for one in coders if (one, clip.clip) in counts and one in marking - {*clip.done}
        ]
        problems += [f"{coder} is not done with {clip.clip}." for coder in late]
    if reader and reader not in coders:
        known = ", ".join(coders) or "none"
        raise CodingError("reader", f"{reader!r} has coded nothing here", f"There are {known}")
    withheld = tuple(clip for clip in whole.clips if reader and (reader, clip) not in counts)
    shown = _kept(whole, lambda _, clip: clip not in withheld)
    judged = coded_clips(_kept(shown, lambda coder, _: coder != NAME))
    clips = [one for one in judged if len(one.coders) > 1]
    table = agreement.report(clips, by=by, **options) if clips else None
    queue = disagreements(shown, apart_ms=apart_ms)
    return LabReport(whole, coders, counts, table, queue, withheld, used, tuple(problems))


def _read(folder: Path) -> tuple[dict[str, Session], list[str]]:
    """Sessions by file name, and what could not be read."""
    found: dict[str, Session] = {}
    problems = []
    try:
        entries = {*folder.iterdir()}
    except OSError as error:
        problem = f"the folder cannot be read: {error.strerror or error}"
        raise FileError(str(folder), 0, "", problem, "Give a folder of coded files") from None
    # A bench that is open, or was killed, has its newest steps in a journal, if not all.
    live = {
        path.with_name(path.name[1:].removesuffix(".journal"))
        for path in entries
        if path.match(".*.journal")
    }
    for path in sorted(entries | live):
        coded = any(path.glob("*.eaf")) if path.is_dir() else path.suffix.lower() in _ENDINGS
        if path.name.startswith(".") or not coded:
            continue
        try:
            if path in live:
                if state := newest(path):
                    found[path.name] = Session.from_json(state, str(path))
                continue
            if format_of(path) in _MACHINES:
                problems.append(f"{path.name} is the output of a program, which is no coder.")
            else:
                found[path.name] = read(path).session
        except (FileError, CodingError, UnicodeError) as error:
            problems.append(str(error))
    return found, problems


def _joined(
    found: Mapping[str, Session], problems: list[str]
) -> tuple[Session, dict[str, tuple[str, ...]]]:
    """One session of all files, each coder's clip from one file, and the coders of each file."""
    chosen: dict[_Pair, str | None] = {}
    for name, one in found.items():
        for pair in ((coder, clip) for coder in one.coders for clip in one.clips):
            if not one.saw(*pair):
                continue
            before = chosen.get(pair, name)
            chosen[pair] = before and _newer(found, before, name, pair)
            if before and not chosen[pair]:
                problems.append(f"{pair[0]} coded {pair[1]} differently in {before} and {name}: "
                                "it counts in neither. Keep one of them.")  # fmt: skip
    whole, used = Session("lab"), {}
    for name, one in found.items():
        own = _kept(one, lambda *pair, name=name: chosen.get(pair) == name)
        try:
            whole, used[name] = whole.merged([own]), own.coders
        except CodingError as error:
            problems.append(f"{name} is left out: {error}")
    return whole, used


def _newer(found: Mapping[str, Session], one: str, other: str, pair: _Pair) -> str | None:
    """Of two files with one coder's clip, the one that goes on from the other; or None."""
    first, second = found[one], found[other]
    same = [[event.but(id="") for event in each.of(*pair)] for each in (first, second)]
    if same[0] == same[1]:
        return one
    if len(first.history) > len(second.history):
        first, second, other = second, first, one
    start = len(first.history)
    goes_on = 0 < start < len(second.history) and second.history[:start] == first.history
    return other if goes_on else None


def _kept(session: Session, keep: Callable[[str, str], bool]) -> Session:
    """What some coders did in some clips, without the history."""
    events = tuple(event for event in session.events if keep(event.coder, event.clip))
    seen = (
        replace(one, coders=tuple(c for c in one.coders or session.coders if keep(c, one.clip)))
        for one in session.watched
    )
    return Session(session.title, events, tuple(one for one in seen if one.coders))
