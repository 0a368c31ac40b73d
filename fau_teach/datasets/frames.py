"""Read sets that label every frame: DISFA by intensity, BP4D by occurrence.

In both, 0 says that the coder saw nothing, and 9 (or 999, or a blank) that nobody could tell.
The two stay apart: absent is 0, unknown is None, in tables and in what is made from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from fau_teach._reading import FileError, Rows, read_document
from fau_teach.coding import Event
from fau_teach.datasets._labelled import PUBLISHED, Cleaned, cleaning_report

FRAMES_LICENCE = (
    "DISFA and BP4D come from their authors for research after a signed agreement: pass on "
    "neither pictures nor labels, and keep them out of this repository"
)
_UNKNOWN = frozenset({"", "?", "9", "999", "nan", "na"})
_DISFA = re.compile(r"(.+)_au([0-9]{1,2})\.txt", re.IGNORECASE | re.ASCII)
_BP4D = re.compile(r"(.+)_(T[0-9]+)\.csv", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.0*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class FrameLabels:
    """Labels of every frame of one video.

    Parameters
    ----------
    subject, task : who, and during what; the task may be empty
    fps : frames a second [1/s]
    codes : action units, the columns of ``values``
    frames : numbers of the frames as the file has them, ascending
    values : for each frame a value of each code: 0 is absent, 1 to 5 an intensity (DISFA) or
        1 present (BP4D), None unknown
    graded : whether values above 0 are intensities
    """

    subject: str
    task: str
    fps: float
    codes: tuple[str, ...]
    frames: tuple[int, ...]
    values: tuple[tuple[int | None, ...], ...]
    graded: bool

    @property
    def clip(self) -> str:
        """Name of the video: subject and task."""
        return f"{self.subject}/{self.task}" if self.task else self.subject

    def present(self, code: str, least: int | None = None) -> tuple[bool | None, ...]:
        """Whether a code shows, frame by frame; None where nobody could tell.

        Parameters
        ----------
        code : one of ``codes``
        least : lowest value that counts as present. By default 2 for intensities, as papers on
            DISFA count, and 1 for occurrence; others count 1 for both

        Raises
        ------
        ValueError
            The video has no labels of the code, or ``least`` is below 1.
        """
        if code not in self.codes:
            known = ", ".join(self.codes)
            raise ValueError(f"{self.clip} has no labels of {code!r}. There are {known}.")
        least = (2 if self.graded else 1) if least is None else least
        if least < 1:
            raise ValueError(f"least is {least}. Use 1 or more, because 0 means absent.")
        at = self.codes.index(code)
        return tuple(None if (v := row[at]) is None else v >= least for row in self.values)

    def base_rates(self, least: int | None = None) -> dict[str, float | None]:
        """Share of the known frames in which each code shows; None where none is known."""
        known = {
            code: [p for p in self.present(code, least) if p is not None] for code in self.codes
        }
        return {code: sum(found) / len(found) if found else None for code, found in known.items()}

    def events(
        self, least: int | None = None, codes: Sequence[str] = (), coder: str = PUBLISHED
    ) -> tuple[Event, ...]:
        """Runs of frames in which a code shows, as events of one code each.

        The onset is the first frame of the run. The offset is the first frame after it in which
        the code is known to be absent; it is None where the run ends with the video, a gap or an
        unknown frame. The apex is the first frame of the highest intensity; occurrence has none.
        Notes say where what came before the run is unknown.

        Parameters
        ----------
        least : as in :meth:`present`
        codes : those wanted; all where there are none
        coder : name that the events get

        Source: S0-100.
        """
        found = [event for code in codes or self.codes for event in self._runs(code, least, coder)]
        return tuple(sorted(found, key=lambda event: event.onset))

    def _runs(self, code: str, least: int | None, coder: str) -> Iterator[Event]:
        state: dict[int, bool | None] = dict(
            zip(self.frames, self.present(code, least), strict=True)
        )
        column = self.codes.index(code)
        value = dict(zip(self.frames, (row[column] for row in self.values), strict=True))
        showing = (frame for frame in self.frames if state[frame])
        for _, run in groupby(enumerate(showing), lambda pair: pair[1] - pair[0]):
            frames = [frame for _, frame in run]
            first, after = frames[0], frames[-1] + 1
            apex = max(frames, key=lambda frame: value[frame] or 0) if self.graded else None
            grade = "" if apex is None else "?ABCDE"[value[apex] or 0]
            yield Event(
                coder=coder,
                subject=self.subject,
                clip=self.clip,
                fps=self.fps,
                onset=first,
                apex=apex,
                offset=after if state.get(after) is False else None,
                aus=f"{code}{grade}",
                notes="" if state.get(first - 1) is False else "the frame before is unknown",
            )


class _Lines:
    """Lines of several files as numbers, with a record of what cannot be read."""

    def __init__(self, strict: bool, highest: int) -> None:
        self.strict, self.highest = strict, highest
        self.skipped: list[FileError] = []
        self.cleaned: list[Cleaned] = []
        self.count = 0

    def read(self, path: Path, text: str, first: int = 1) -> Iterator[tuple[int, int, list[str]]]:
        """Number of the line, of its frame, and the cells behind it; broken lines are kept."""
        last = -1
        for line, row in enumerate(text.split("\n")[first - 1 :], first):
            if not row.strip():
                continue
            self.count += 1
            frame, *cells = (cell.strip() for cell in row.split(","))
            if not _NUMBER.fullmatch(frame):
                self.keep(path, line, frame, "this is no frame", "Begin the line with its number")
            elif int(float(frame)) <= last:
                advice = "Keep one line a frame, in their order"
                self.keep(path, line, frame, f"frame {last} stands before it", advice)
            else:
                last = int(float(frame))
                yield line, last, cells

    def value(self, path: Path, line: int, column: str, cell: str) -> int | None:
        """A label; what is none becomes unknown where reading is not strict."""
        if cell.lower() in _UNKNOWN:
            if cell not in ("9", "999"):
                self.cleaned.append(Cleaned(path.name, line, column, cell, "blank", "unknown"))
            return None
        if not _NUMBER.fullmatch(cell) or float(cell) > self.highest:
            advice = f"Labels are 0 to {self.highest}, and 9 where nobody could tell"
            self.keep(path, line, cell, "this is no label", advice, f"column {column!r}")
            return None
        return int(float(cell))

    def keep(
        self, path: Path, line: int, value: str, problem: str, advice: str, place: str = ""
    ) -> None:
        error = FileError(str(path), line, value, problem, advice, place)
        if self.strict:
            raise error
        self.skipped.append(error)

    def rows(self, name: str, tables: Sequence[FrameLabels]) -> Rows[FrameLabels]:
        values = [value for table in tables for row in table.values for value in row]
        counts = {
            "videos": len(tables),
            "lines": self.count,
            "frames": sum(len(table.frames) for table in tables),
            "labels": len(values),
            "labels unknown": values.count(None),
        }
        return Rows(tables, cleaning_report(name, counts, self.cleaned, self.skipped))


def read_disfa(path: str | Path, *, strict: bool = True, fps: float = 20.0) -> Rows[FrameLabels]:
    """Read the intensities of DISFA: ``ActionUnit_Labels/SN001/SN001_au1.txt`` and so on.

    Parameters
    ----------
    path : folder that holds such files at any depth, or one file
    strict : whether a line that cannot be read raises; otherwise its label is unknown, and the
        report keeps it
    fps : frames a second [1/s]

    Returns
    -------
    one table a subject; a frame that only some of the files have is unknown in the others

    Raises
    ------
    DatasetError
        There is no such file or, in strict reading, a line is broken (says file, line, value).
    """
    lines = _Lines(strict, 5)
    found: dict[str, dict[str, dict[int, int | None]]] = {}
    for file, match in _files(Path(path), _DISFA, "SN001_au1.txt"):
        columns = found.setdefault(match[1], {})
        code = match[2].lstrip("0")
        if code in columns:
            problem = f"a second file has labels of {match[1]} and AU {code}"
            raise FileError(str(file), 0, "", problem, "Keep one of them")
        labels = columns[code] = {}
        for line, frame, cells in lines.read(file, read_document(file)):
            cell = cells[0] if cells else ""
            labels[frame] = lines.value(file, line, f"AU {code}", cell)
    tables = []
    for subject, columns in found.items():
        codes = tuple(sorted(columns, key=int))
        frames = tuple(sorted({frame for labels in columns.values() for frame in labels}))
        values = tuple(tuple(columns[code].get(frame) for code in codes) for frame in frames)
        tables.append(FrameLabels(subject, "", fps, codes, frames, values, graded=True))
    return lines.rows(f"{path}, as DISFA", tables)


def read_bp4d(path: str | Path, *, strict: bool = True, fps: float = 25.0) -> Rows[FrameLabels]:
    """Read the occurrence of BP4D: ``AUCoding/AU_OCC/F001_T1.csv`` and so on.

    Parameters
    ----------
    path : folder that holds such files at any depth, or one file
    strict, fps : as in :func:`read_disfa`

    Returns
    -------
    one table a file; 9 and 999 are unknown

    Raises
    ------
    DatasetError
        There is no such file, or a header names something else than action units; in strict
        reading also a broken line (says file, line and value).
    """
    lines = _Lines(strict, 1)
    tables = []
    for file, match in _files(Path(path), _BP4D, "F001_T1.csv"):
        text = read_document(file)
        header = [
            cell.strip().upper().removeprefix("AU") for cell in text.split("\n")[0].split(",")
        ]
        codes = tuple(header[1:])
        wrong = [code for code in codes if not re.fullmatch("[1-9][0-9]?", code, re.ASCII)]
        if wrong or not codes or len(set(codes)) < len(codes):
            value = (wrong or [text.split("\n")[0]])[0]
            advice = "The first line holds a cell for the frame, then each action unit once"
            raise FileError(str(file), 1, value, "this is no header of action units", advice)
        frames, values = [], []
        for line, frame, cells in lines.read(file, text, 2):
            if len(cells) != len(codes):
                problem = f"{len(cells)} labels for {len(codes)} action units"
                lines.keep(file, line, ",".join(cells), problem, "Give each one label")
                continue
            frames.append(frame)
            row = (
                lines.value(file, line, f"AU {code}", cell)
                for code, cell in zip(codes, cells, strict=True)
            )
            values.append(tuple(row))
        tables.append(
            FrameLabels(match[1], match[2], fps, codes, tuple(frames), tuple(values), graded=False)
        )
    return lines.rows(f"{path}, as BP4D", tables)


def _files(path: Path, pattern: re.Pattern[str], example: str) -> list[tuple[Path, re.Match[str]]]:
    """Files whose name fits, in order."""
    candidates = sorted(path.rglob("*")) if path.is_dir() else [path]
    found = [(file, match) for file in candidates if (match := pattern.fullmatch(file.name))]
    if not found:
        problem = f"there is no file named as {example} is"
        advice = f"Give the folder. {FRAMES_LICENCE}"
        raise FileError(str(path), 0, "", problem, advice)
    return found
