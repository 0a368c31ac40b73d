"""From a row of a published sheet to an event: what is mended, and a record of every mending."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from fau_teach._reading import FileError, Report, Rows, Trap
from fau_teach._sheets import SheetTable, folded, read_workbook
from fau_teach.coding import CodingError, Event
from fau_teach.facs import Choice, Score

PUBLISHED = "published"
"""Coder of the events of a data set."""
_NO_FRAME = frozenset({"", "?", "-", "/", "\\", "na", "n/a", "nan", "none", "null"})
_WHOLE = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_LOWER = re.compile(r"[a-eltru]+[0-9]|[0-9][a-e]\b")
_OLD_CODES = frozenset({"41", "42", "44"})

Frames = tuple[int, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One cell that was changed, or kept although it is unusual.

    Parameters
    ----------
    file : name of the file
    row : of the sheet, or line of a text file, from 1
    column : its name
    value : what stands there
    what : what was met
    used : what the event has instead; empty where the value was kept
    """

    file: str
    row: int
    column: str
    value: str
    what: str
    used: str = ""

    def __str__(self) -> str:
        place = [self.file, f"row {self.row}" if self.row else "", self.column]
        value = f" {self.value!r}" if self.value or self.column else ""
        used = f" -> {self.used}" if self.used else ""
        return f"{', '.join(filter(None, place))}:{value}{used} ({self.what})"


@dataclass(frozen=True, slots=True)
class CleaningReport(Report):
    """A report that also lists every changed or unusual cell; ``skipped`` has the other rows.

    Parameters
    ----------
    cleaned : in the order of the file
    """

    cleaned: tuple[Cleaned, ...] = ()

    def details(self) -> str:
        """Every changed, unusual or skipped row, one a line."""
        return "\n".join([*map(str, self.cleaned), *(f"skipped: {e}" for e in self.skipped)])


@dataclass(frozen=True, slots=True)
class Labelled:
    """An event of a data set, with the row that it was made from.

    Parameters
    ----------
    event : with the emotion's first letter in upper case, the action units as written
    extra : column -> cell as written, for every cell of the row that is not blank
    row : of the sheet, from 1
    """

    event: Event
    extra: Mapping[str, str]
    row: int


@dataclass(frozen=True, slots=True)
class Shape:
    """How the sheet of one data set is laid out.

    Parameters
    ----------
    name : of the data set
    onset, apex, offset, subject, clip, aus, emotion, kind_in, self_report, notes : columns,
        empty where there is none. ``kind_in`` says "macro" or "micro" in some words
    lasts : column with the number of frames, which is compared with the key frames, or empty
    mark : a further column by which the sheet is known, or empty
    score : score of every row where no column has one
    kind : of every row where no column says it
    optional : columns above that may be missing
    no_offset : what an offset 0 means: "unknown", or "apex" where the set's loaders take that
    person : makes the subject's name from the cells of a row
    video : makes the video's name from the one of the event
    """

    name: str
    onset: str = "Onset"
    apex: str = "Apex"
    offset: str = "Offset"
    subject: str = "Subject"
    clip: str = "Filename"
    aus: str = "AU"
    emotion: str = ""
    kind_in: str = ""
    self_report: str = ""
    notes: str = ""
    lasts: str = ""
    mark: str = ""
    score: str = "?"
    kind: str = ""
    optional: frozenset[str] = frozenset()
    no_offset: str = "unknown"
    person: Callable[[Mapping[str, str]], str] | None = None
    video: Callable[[str], str] | None = None

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that have to be there."""
        columns = (
            self.subject, self.clip, self.onset, self.apex, self.offset, self.aus,
            self.emotion, self.kind_in, self.self_report, self.notes, self.lasts, self.mark,
        )  # fmt: skip
        return tuple(name for name in columns if name and name not in self.optional)


class Sweep:
    """Rows of one sheet on their way to events, with a record of what was met.

    Parameters
    ----------
    table : the rows
    shape : what they mean
    strict : whether a row that cannot be read raises; otherwise it is skipped and kept
    fps : frames a second [1/s]
    coder : name that the events get
    """

    def __init__(
        self, table: SheetTable, shape: Shape, *, strict: bool, fps: float, coder: str
    ) -> None:
        self._table, self._shape, self._strict = table, shape, strict
        self._fps, self._coder = fps, coder
        self._columns = {folded(name): name for name in reversed(table.header)}
        self._cleaned: list[Cleaned] = []
        self._skipped: list[FileError] = []
        self._case: dict[str, str] = {}
        self._seen: dict[Event, int] = {}
        self._row = 0
        self._cells: Mapping[str, str] = {}

    def rows(self, wrong_offsets: Collection[int] = ()) -> Rows[Labelled]:
        """All rows that can be read; the offset in some rows may be known to be wrong."""
        found = []
        for note in self._table.notes:
            self._met("", note)
        for row, cells in self._table.rows:
            self._row, self._cells = row, cells
            before = len(self._cleaned)
            try:
                found.append(self._labelled(row in wrong_offsets))
            except FileError as error:
                if self._strict:
                    raise
                del self._cleaned[before:]
                self._skipped.append(error)
        counts = {"rows": len(self._table.rows), "read": len(found)}
        counts |= {kind: sum(e.event.kind == kind for e in found) for kind in ("micro", "macro")}
        for state in ("none", "unknown"):
            counts[f"action units {state}"] = sum(e.event.score.state == state for e in found)
        report = cleaning_report(
            f"{Path(self._table.file).name}, sheet {self._table.sheet!r}, as {self._shape.name}",
            counts, self._cleaned, self._skipped,
        )  # fmt: skip
        return Rows(found, report)

    def _labelled(self, wrong_offset: bool) -> Labelled:
        shape = self._shape
        subject = " ".join(self._cell(shape.subject).split())
        if shape.person and (person := shape.person(self._cells)) != subject:
            subject = self._met(shape.subject, "subject named as its folder is", person)
        if not subject:
            raise self._broken(shape.subject, "the subject is missing", "Name the person")
        clip = " ".join(self._cell(shape.clip).split())
        clip = shape.video(clip) if shape.video else clip
        onset, apex, offset = self._frames(wrong_offset)
        try:
            event = Event(
                coder=self._coder,
                subject=subject,
                clip=f"{subject}/{clip}" if clip else subject,
                fps=self._fps,
                onset=onset,
                apex=apex,
                offset=offset,
                aus=self._score(),
                kind=self._kind(),
                self_report=" ".join(self._cell(shape.self_report).split()),
                emotion=self._emotion(),
                notes=self._cell(shape.notes),
            )
        except CodingError as error:
            column = shape.aus if error.place == "aus" else ""
            advice = error.advice.rstrip("?.")
            raise self._broken(column, f"{error.place}: {error.problem}", advice) from None
        for what in _unusual(event.score, event.aus):
            self._met(shape.aus, what)
        twin = self._seen.setdefault(event, self._row)
        if twin != self._row:
            self._met("", f"the row says the same as row {twin}")
        extra = {name: cell for name, cell in self._cells.items() if cell}
        return Labelled(event.but(id=f"r{self._row}"), MappingProxyType(extra), self._row)

    def _cell(self, column: str) -> str:
        return self._cells.get(self._columns.get(folded(column), ""), "") if column else ""

    def _met(self, column: str, what: str, used: str = "") -> str:
        name, value = Path(self._table.file).name, self._cell(column)
        self._cleaned.append(Cleaned(name, self._row, column, value, what, used))
        return used

    def _broken(self, column: str, problem: str, advice: str) -> FileError:
        return self._table.error(self._row, column, self._cell(column), problem, advice)

    def _frames(self, wrong_offset: bool) -> Frames:
        """Onset, apex and offset; what cannot be is unknown."""
        shape = self._shape
        onset, apex, offset = map(self._frame, (shape.onset, shape.apex, shape.offset))
        if onset is None:
            raise self._broken(shape.onset, "the onset is missing", "Give the first frame")
        if apex is not None and apex < onset:
            self._met(shape.apex, f"apex before the onset {onset}", "unknown")
            apex = None
        elif apex == onset:
            self._met(shape.apex, "apex and onset are one frame")
        last = onset if apex is None else apex
        if offset is not None and wrong_offset:
            self._met(shape.offset, "known to be wrong in this release", "unknown")
            offset = None
        elif offset == 0 and last > 0:
            use_apex = shape.no_offset == "apex" and apex is not None
            offset = apex if use_apex else None
            self._met(
                shape.offset, "no offset was coded", f"apex {apex}" if use_apex else "unknown"
            )
        elif offset is not None and offset < last:
            before = "onset" if offset < onset else "apex"
            self._met(shape.offset, f"offset before the {before} {last}", "unknown")
            offset = None
        lasts = self._cell(shape.lasts)
        if offset is not None and _WHOLE.fullmatch(lasts):
            steps = offset - onset
            # Some count the frames, some the steps between them.
            if int(lasts) not in (steps, steps + 1):
                self._met(shape.lasts, f"frames {onset} to {offset} are {steps + 1} frames")
        return onset, apex, offset

    def _frame(self, column: str) -> int | None:
        text = self._cell(column).strip().lower()
        if text in _NO_FRAME or text == "-1":
            if column:
                self._met(column, f"{column} missing", "unknown")
            return None
        if not _WHOLE.fullmatch(text) or int(text) < 0:
            raise self._broken(column, "this is no frame", "Write a whole number, or nothing")
        return int(text)

    def _score(self) -> str:
        shape = self._shape
        if not shape.aus:
            return shape.score
        return " ".join(self._cell(shape.aus).split()) or self._met(shape.aus, "blank", "?")

    def _kind(self) -> str:
        shape = self._shape
        if not shape.kind_in:
            return shape.kind
        text = folded(self._cell(shape.kind_in))
        kind = next((kind for kind in ("macro", "micro") if text.startswith(kind)), "")
        if not kind:
            self._met(shape.kind_in, "neither macro nor micro", "no type")
        return kind

    def _emotion(self) -> str:
        shape = self._shape
        text = " ".join(self._cell(shape.emotion).split())
        used = text[:1].upper() + text[1:].lower()
        if shape.emotion and folded(shape.emotion) in self._columns and not text:
            self._met(shape.emotion, "emotion missing", "no emotion")
        elif text != self._case.setdefault(used, text):
            self._met(shape.emotion, "emotion written in another case", used)
        return used


def _unusual(score: Score, text: str) -> Iterator[str]:
    """What is unusual about a score; all of it is kept as written."""
    items, entries = score.items, score.entries
    traits = {
        "action units unknown": score.state == "unknown",
        "code written twice": len(set(entries)) < len(entries),
        "codes not in order": score.content != tuple(dict.fromkeys(entries)),
        "code with a side": any(item.side for item in items),
        "code with a lip part": any(item.lip for item in items),
        "code with an intensity": any(item.intensity for item in items),
        "uncertain code": any(item.uncertain for item in items),
        "choice between codes": any(isinstance(entry, Choice) for entry in entries),
        "comma between codes": bool(set(text) & set(",，")),
        "prefix AU or AD": any(prefix in text.upper() for prefix in ("AU", "AD")),
        "lower case": bool(_LOWER.search(text)),
        "code of the first edition": any(item.code in _OLD_CODES for item in items),
    }
    yield from (what for what, met in traits.items() if met)
    # Repeated entries stand above already.
    yield from (w.partition(": ")[2].rstrip(".") for w in score.warnings if "twice" not in w)


def cleaning_report(
    source: str,
    counts: Mapping[str, int],
    cleaned: Collection[Cleaned],
    skipped: Collection[FileError] = (),
) -> CleaningReport:
    """A report whose traps count the cleaned cells by what was met."""
    traps: dict[str, Trap] = {}
    for one in cleaned:
        seen = traps.get(one.what)
        first = (seen.line, seen.value) if seen else (one.row, one.value)
        traps[one.what] = Trap(one.what, seen.count + 1 if seen else 1, *first)
    return CleaningReport(
        source, counts, tuple(traps.values()), tuple(skipped), cleaned=tuple(cleaned)
    )


def read_labelled(
    path: str | Path, shape: Shape, strict: bool, fps: float, coder: str, prefer: str = ""
) -> Rows[Labelled]:
    """Read a workbook of one shape; ``prefer`` is a word in the name of the sheet."""
    table = read_workbook(path).table(shape.required, prefer)
    return Sweep(table, shape, strict=strict, fps=fps, coder=coder).rows()
