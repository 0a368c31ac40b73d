"""What a program saw, frame by frame: a second opinion, never the answer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from statistics import mode

from fau_teach.coding.event import CodingError, Event, _checks
from fau_teach.coding.session import Session, Watched

Series = tuple[float | None, ...]
"""One value a row; None where there is none."""
Codes = Mapping[str, Series]
KINDS = ("presence", "evidence", "intensity")
"""What a program can say about a code, in the order in which events are made of it."""
ABOVE = {"presence": 0.5, "evidence": 0.5, "odds": 0.0, "intensity": 1.0}
"""Bounds unless given: more than half, better than even odds, at least 1 of 5; ours."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Frames in which a code shows, and whether both ends were seen."""

    first: int
    last: int
    offset: int | None
    cut: bool


@dataclass(frozen=True)
class Track:
    """Output of a program for one face of one clip. A missing value is None, never 0.

    Presence, evidence and intensity are different things and stay apart.

    Parameters
    ----------
    source : name of the program, which becomes the coder of its events
    clip, subject : names
    fps : frames a second [1/s]; None where the file does not tell
    frames : frame of each row, from 0, ascending; a frame without a row is missing
    times_s : time of each row [s]
    presence : code -> 1 present, 0 absent
    intensity : code -> 0 to 5
    evidence : code -> how sure the program is that it is there: probability or log10 odds
    odds : whether ``evidence`` holds log10 odds
    columns : whatever else was kept, by its name in the file: emotions, head, confidence

    Raises
    ------
    CodingError
        Frames are not ascending, or a series has another length.

    Source: S0-100 for onset, apex and offset.
    """

    source: str
    clip: str
    fps: float | None
    frames: tuple[int, ...]
    times_s: Series
    presence: Codes = field(default_factory=dict)
    intensity: Codes = field(default_factory=dict)
    evidence: Codes = field(default_factory=dict)
    columns: Mapping[str, Series] = field(default_factory=dict)
    odds: bool = False
    subject: str = ""

    def __post_init__(self) -> None:
        if any(late <= early for early, late in pairwise(self.frames)):
            raise CodingError("frames", "they are not ascending", "Sort them, each one once")
        for kind in (*KINDS, "columns"):
            for name, values in getattr(self, kind).items():
                if len(values) != len(self.frames):
                    problem = f"{len(values)} values for {len(self.frames)} frames"
                    raise CodingError(f"{kind}[{name!r}]", problem, "Give one a frame")

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes that the program looks for, by number."""
        found = {code for kind in KINDS for code in getattr(self, kind)}
        return tuple(sorted(found, key=int))

    @cached_property
    def step(self) -> int:
        """Frames from one row to the next; more than 1 where the program skipped frames."""
        apart = [late - early for early, late in pairwise(self.frames)]
        return mode(sorted(apart)) if apart else 1

    @property
    def missing(self) -> tuple[tuple[int, int], ...]:
        """First and last frame of each stretch in which nothing is known about any code."""
        kinds = [values for kind in KINDS for values in getattr(self, kind).values()]
        known = [at for at in range(len(self.frames)) if any(v[at] is not None for v in kinds)]
        edges = [-self.step, *(self.frames[at] for at in known)]
        found = [
            (early + self.step, late - 1) for early, late in pairwise(edges)
            if late - early > self.step
        ]  # fmt: skip
        if self.frames and edges[-1] < self.frames[-1]:
            found.append((edges[-1] + self.step, self.frames[-1]))
        return tuple(found)

    def probability(self, code: str) -> Series:
        """Evidence for a code as a probability, 1 / (1 + 10 ** -odds) where it is log10 odds."""
        values = self.evidence[_checks.one_of("code", code, self.evidence)]
        if not self.odds:
            return values
        # Beyond 300 the power would overflow; the probability is 0 or 1 long before.
        return tuple(
            None if v is None else 1 / (1 + 10 ** -min(max(v, -300.0), 300.0)) for v in values
        )

    def events(
        self,
        by: str = "",
        above: float | Mapping[str, float] | None = None,
        *,
        shortest: int = 1,
        bridge: int = 0,
        codes: Iterable[str] | None = None,
        fps: float | None = None,
        unknown: bool = True,
    ) -> Session:
        """Stretches in which a code shows, as events of one code each.

        The onset is the first frame in which it shows, the offset the first in which it does
        not. An offset behind which frames are missing is not known. Only an intensity gives an
        apex: where the evidence is greatest says nothing about the extent.

        Parameters
        ----------
        by : ``"presence"``, ``"evidence"`` or ``"intensity"``; the first that there is unless
            given
        above : evidence has to lie above it, an intensity has to reach it: one number, or one
            for each code; ``ABOVE`` unless given
        shortest : fewest frames that make an event, counted after bridging
        bridge : most frames, missing ones included, over which two stretches become one
        codes : those to look at; all unless given
        fps : frames a second [1/s], where the file does not tell it or tells it wrong
        unknown : whether longer stretches without any value become events with the score ``"?"``,
            which every comparison leaves out; without them they would count as "nothing moved"

        Raises
        ------
        CodingError
            The frame rate is not known, or the program does not say this about this code.
        """
        rate = fps or self.fps
        if rate is None:
            problem = f"the output of {self.source} does not tell the frame rate"
            raise CodingError("fps", problem, "Give it as fps=30 (--fps 30)")
        has = [kind for kind in KINDS if getattr(self, kind)]
        series: Codes = getattr(self, _checks.one_of("by", by or (has or KINDS)[0], has))
        by = by or has[0]
        for code in above if isinstance(above, Mapping) else ():
            _checks.one_of("above", code, series)
        usual = ABOVE["odds" if by == "evidence" and self.odds else by]
        made: list[Event] = []
        for code in series if codes is None else codes:
            values = series[_checks.one_of("codes", code, series)]
            bound = above.get(code, usual) if isinstance(above, Mapping) else above
            bound = usual if bound is None else bound
            seen = [
                None if v is None else v >= bound if by == "intensity" else v > bound
                for v in values
            ]  # fmt: skip
            for run in _bridged(self._runs(seen), bridge, self.step):
                if run.last - run.first + self.step >= shortest:
                    made.append(self._event(code, run, rate))
        if unknown:
            note = f"{self.source} gives no value here."
            made += [
                Event(self.source, self.subject, self.clip, rate, a, None, b + 1, "?", notes=note)
                for a, b in self.missing
                if b - a >= bridge
            ]  # fmt: skip
        made.sort(key=lambda event: event.onset)
        clip = Watched(self.clip, rate, subject=self.subject, coders=(self.source,))
        return Session(f"{self.clip} by {self.source}", tuple(made), (clip,))

    def _runs(self, seen: Sequence[bool | None]) -> Iterator[_Run]:
        """Stretches that show; a missing value or row ends one."""
        step, start, cut = self.step, None, False
        for at, frame in enumerate(self.frames):
            joined = at > 0 and frame - self.frames[at - 1] <= step
            if start is not None and not (joined and seen[at]):
                offset = frame if joined and seen[at] is False else None
                yield _Run(start, self.frames[at - 1], offset, cut)
                start = None
            if seen[at] and start is None:
                start, cut = frame, not (joined and seen[at - 1] is False)
        if start is not None:
            yield _Run(start, self.frames[-1], None, cut)

    def _event(self, code: str, run: _Run, fps: float) -> Event:
        rows = range(bisect_left(self.frames, run.first), bisect_right(self.frames, run.last))
        size = self.intensity.get(code, (None,) * len(self.frames))
        inside = [(value, -self.frames[at]) for at in rows if (value := size[at]) is not None]
        notes = ["Whether it began earlier is not known: the frame before is missing."] * run.cut
        notes += ["Its end was not seen."] * (run.offset is None)
        if inside:
            notes.append(f"Greatest intensity {max(inside)[0]:g}.")
        return Event(
            self.source, self.subject, self.clip, fps,
            run.first, -max(inside)[1] if inside else None, run.offset,
            code, notes=" ".join(notes),
        )  # fmt: skip


def _bridged(runs: Iterable[_Run], bridge: int, step: int) -> list[_Run]:
    """Runs with at most so many frames between them as one."""
    found: list[_Run] = []
    for run in runs:
        if found and bridge and run.first - found[-1].last - step <= bridge:
            before = found.pop()
            run = _Run(before.first, run.last, run.offset, before.cut)
        found.append(run)
    return found
