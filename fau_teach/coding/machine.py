"""Read what OpenFace, Py-Feat and iMotions write, by column name, as tracks."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from math import isfinite
from pathlib import Path, PureWindowsPath

from fau_teach import facs
from fau_teach._reading import FileError, Reader, Rows
from fau_teach.coding.event import LONGEST
from fau_teach.coding.track import Series, Track

LARGEST = 2**30
"""Most bytes of a file; an hour of OpenFace with all its landmarks is half of it."""
RATES = (15, 23.976, 24, 25, 29.97, 30, 48, 50, 59.94, 60, 90, 100, 119.88, 120, 200, 240)
"""Frame rates [1/s] that cameras have."""
_NAN = re.compile(r"[+-]?(?:nan(?:\(\w*\))?|inf(?:inity)?|1\.#\w+)|n/?a", re.I)
_OPENFACE_KEPT = re.compile(r"confidence|success|pose_[TR][xyz]|gaze_angle_[xy]")
_FEELINGS = "joy anger surprise fear contempt disgust sadness confusion frustration happiness"
_OTHER = rf"(?:{_FEELINGS.replace(' ', '|')}|neutral|positive|negative)"
_PYFEAT_KEPT = re.compile(rf"FaceScore|Pitch|Roll|Yaw|valence|arousal|{_OTHER}", re.I)
_IMOTIONS_KEPT = re.compile(rf"NoOfFaces|{_OTHER} (?:Evidence|Intensity)|\w+ Degrees", re.I)


class _File:
    """A large table, read row by row; only the cells asked for become numbers."""

    def __init__(self, path: str | Path, *required: str, ragged: bool = False) -> None:
        self.reader = Reader(path, strict=True)
        self.ragged = ragged
        self.about: dict[str, str] = {}
        if self.reader.path.is_file() and self.reader.path.stat().st_size > LARGEST:
            problem = f"the file is larger than {LARGEST / 2**20:g} MiB"
            raise self.error("", problem, "Split it, or check that it is the right file")
        lines = iter(self.reader)
        head = next(lines, "")
        while head.startswith("#"):
            name, _, value = head[1:].replace("\t", ":", 1).partition(":")
            self.about[name.strip()] = value.strip(" \t:")
            head = next(lines, "")
        delimiter = max("\t,;", key=head.count)
        self._rows = csv.reader(
            chain([head], lines), delimiter=delimiter, strict=True,
            quoting=csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL,
        )  # fmt: skip
        header = [cell.strip() for cell in next(self._cells(), [])]
        self.columns = {name: at for at, name in enumerate(header) if name}
        for name in required:
            if name not in self.columns:
                problem = f"column {name!r} is missing"
                raise self.error("", problem, f"The header names {', '.join(header)[:200]}")
        if len(self.columns) < sum(map(bool, header)):
            twice = next(name for at, name in enumerate(header) if self.columns.get(name, at) != at)
            raise self.error(twice, "a column name stands twice", "Give each its own name")
        self.wide = len(header)
        if "Version" in self.about:
            self.reader.met("version", self.about["Version"])

    def _cells(self) -> Iterator[list[str]]:
        try:
            yield from self._rows
        except csv.Error as error:
            raise self.error("", f"the table is broken: {error}", "Mend it there") from None

    def __iter__(self) -> Iterator[list[str]]:
        for cells in self._cells():
            if len(cells) < self.wide and self.ragged:
                cells += [""] * (self.wide - len(cells))
            if len(cells) < self.wide or any(cell.strip() for cell in cells[self.wide :]):
                problem = f"{len(cells)} cells where the header names {self.wide} columns"
                raise self.error("", problem, "Give every row one cell a column")
            yield cells

    def error(self, value: str, problem: str, advice: str, column: str = "") -> FileError:
        """Error about a cell of the current row, or about the row."""
        place = f"column {column!r}" if column else ""
        return FileError(str(self.reader.path), self.reader.line, value, problem, advice, place)

    def text(self, cells: list[str], column: str) -> str:
        """A cell as one line of text; empty where there is no such column."""
        value = " ".join(cells[self.columns[column]].split()) if column in self.columns else ""
        if not value.isprintable():
            raise self.error(value, "a control character stands here", "Remove it", column)
        return value

    def number(
        self, cells: list[str], column: str, low: float = -1e300, high: float = 1e300
    ) -> float | None:
        """A cell as a number; None where it is empty, not a number or infinite."""
        text = cells[self.columns[column]].strip()
        if not text:
            return None
        if _NAN.fullmatch(text):
            self.reader.met("not a number", text)
            return None
        if "," in text and re.fullmatch(r"[+-]?\d+,\d+", text):
            self.reader.met("comma as the decimal point", text)
            text = text.replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            raise self.error(text, "this is no number", "Correct or empty it", column) from None
        if not isfinite(value) or not low <= value <= high:
            problem = f"this is no number from {low:g} to {high:g}"
            raise self.error(text, problem, "Check that it is the right file", column)
        return value

    def whole(self, cells: list[str], column: str) -> int:
        """A cell as a frame number."""
        value = self.number(cells, column, 0, LONGEST)
        if value is None or value != int(value):
            text = cells[self.columns[column]].strip()
            raise self.error(text, "this is no frame", "Use a whole number", column)
        return int(value)

    def codes(self, pattern: str) -> dict[str, str]:
        """Column -> code, for columns of codes that FACS lists."""
        found: dict[str, str] = {}
        for name in self.columns:
            match = re.fullmatch(pattern, name, re.ASCII)
            code = match[1] if match else ""
            if code in found.values():
                raise self.error(name, f"code {code} has two columns", "Keep one of them")
            if code in facs.listed_codes():
                found[name] = code
        return found

    def kept(self, pattern: re.Pattern[str]) -> tuple[str, ...]:
        """Names of further columns that are kept."""
        return tuple(name for name in self.columns if pattern.fullmatch(name))

    def done(self, tracks: list[Track], **counts: int) -> Rows[Track]:
        """The tracks with what reading them met."""
        if not tracks:
            raise self.error("", "no row holds what the program saw", "Export it once more")
        return self.reader.rows(tracks, **{name: count for name, count in counts.items() if count})


@dataclass(slots=True)
class _Made:
    """Rows of one face, as they are read."""

    rows: dict[int, tuple[float | None, Series]] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def add(
        self, file: _File, frame: int, time: float | None, found: dict[str, float | None]
    ) -> None:
        self.names, values = tuple(found), tuple(found.values())
        if frame in self.rows and self.rows[frame][1] != values:
            advice = "Export one face, or choose one with face=…"
            raise file.error(str(frame), "two rows describe this frame", advice)
        if self.rows and frame < next(reversed(self.rows)):
            file.reader.met("frames out of order", str(frame))
        self.rows.setdefault(frame, (time, values))

    def track(
        self, source: str, clip: str, subject: str, fps: float | None, first: int,
        kept: tuple[str, ...], odds: bool = False, **codes: Mapping[str, str],
    ) -> Track:  # fmt: skip
        """The rows as a track; ``codes`` says by kind which column holds which code."""
        frames = tuple(sorted(self.rows))
        times = tuple(self.rows[frame][0] for frame in frames)

        def series(column: str) -> Series:
            at = self.names.index(column)
            return tuple(self.rows[frame][1][at] for frame in frames)

        return Track(
            source, " ".join(clip.split()), fps or rate_of(frames, times),
            tuple(number - first for number in frames), times,
            columns={name: series(name) for name in kept}, odds=odds, subject=subject,
            **{kind: {c: series(n) for n, c in some.items()} for kind, some in codes.items()},
        )  # fmt: skip


def rate_of(frames: tuple[int, ...], times_s: Series) -> float | None:
    """Frames a second from the first and last time; a camera's rate where one fits."""
    known = [(f, t) for f, t in zip(frames, times_s, strict=True) if t is not None]
    if len(known) < 2 or known[-1][1] <= known[0][1]:
        return None
    apart, lasts = known[-1][0] - known[0][0], known[-1][1] - known[0][1]
    # Files round times to a thousandth of a second.
    low, high = apart / (lasts + 0.001), apart / max(lasts - 0.001, 1e-9)
    near = min(RATES, key=lambda rate: abs(rate - apart / lasts))
    return float(near) if low <= near <= high else round(apart / lasts, 3)


def _one(file: _File, faces: Mapping[str, _Made], face: str | None, where: str = "") -> str:
    """The face to read: the one asked for, or the only one."""
    names = sorted(name for name in faces if name)
    if face is not None and str(face) not in faces:
        problem = f"there is no face {str(face)!r}{where}"
        advice = f"There are {', '.join(map(repr, names))}" if names else "Leave face out"
        raise file.error("", problem, advice)
    if face is None and len(names) > 1:
        problem = f"{len(names)} faces{where}: {', '.join(names)[:80]}"
        raise file.error("", problem, f"Choose one, such as face={names[0]!r}")
    return str(face) if face is not None else (names or [""])[0]


def _stem(path: str) -> str:
    return PureWindowsPath(path).stem or path


def read_openface(
    path: str | Path,
    *,
    face: str | None = None,
    confidence: float = 0.8,
    fps: float | None = None,
    clip: str = "",
    subject: str = "",
) -> Rows[Track]:
    """Read a CSV file of OpenFace: FeatureExtraction or FaceLandmarkVidMulti, with action units.

    Frames become counted from 0, and what OpenFace writes where it found no face (zeros)
    becomes None. ``_c`` is the presence, ``_r`` the intensity.

    Parameters
    ----------
    path : the file
    face : ``face_id`` of the face to read, where there are several
    confidence : rows below it count as missing; the bound is ours
    fps : frames a second [1/s]; from the times unless given
    clip : name of the clip; the file's name unless given
    subject : who is seen

    Returns
    -------
    one track, with ``.report``

    Raises
    ------
    FileError
        Not such a file, a broken cell, or several faces and none chosen.
    """
    file = _File(path, "frame", "timestamp", "confidence", "success")
    size, there = file.codes(r"AU0*(\d+)_r"), file.codes(r"AU0*(\d+)_c")
    if not size and not there:
        raise file.error("", "there are no action units", "Run OpenFace with -aus")
    kept, faces, lost, unsure = file.kept(_OPENFACE_KEPT), dict[str, _Made](), 0, 0
    for cells in file:
        frame, name = file.whole(cells, "frame"), file.text(cells, "face_id")
        values = {column: file.number(cells, column) for column in kept}
        sure = values["confidence"] or 0.0
        lost += not values["success"]
        unsure += bool(values["success"]) and sure < confidence
        good = bool(values["success"]) and sure >= confidence
        values |= {c: file.number(cells, c, 0, 5) if good else None for c in size}
        values |= {c: file.number(cells, c, 0, 1) if good else None for c in there}
        made = faces.setdefault(name, _Made())
        made.add(file, frame, file.number(cells, "timestamp"), values)
    made = faces.get(_one(file, faces, face), _Made())
    first, name = int(0 not in made.rows), clip or file.reader.path.stem
    about = ("OpenFace", name, subject, fps, first, kept)
    tracks = [made.track(*about, presence=there, intensity=size)] if made.rows else []
    return file.done(tracks, frames_without_a_face=lost, frames_below_the_confidence=unsure)


def read_pyfeat(
    path: str | Path,
    *,
    face: str | None = None,
    confidence: float = 0.5,
    fps: float | None = None,
    clip: str = "",
    subject: str = "",
) -> Rows[Track]:
    """Read a CSV file of Py-Feat (Fex); one track for each input.

    Its values from 0 to 1 say how sure a model is that a code is there. They are evidence, not
    intensities.

    Parameters
    ----------
    path : the file
    face : ``Identity`` of the face to read, where there are several
    confidence : rows with a lower ``FaceScore`` count as missing; the bound is ours
    fps : frames a second [1/s], which the file does not hold
    clip : name of the clip, for a file with one input; the input's name unless given
    subject : who is seen

    Raises
    ------
    FileError
        Not such a file, a broken cell, or several faces and none chosen.
    """
    file = _File(path, "frame")
    aus, kept = file.codes(r"AU0*(\d+)"), file.kept(_PYFEAT_KEPT)
    if not aus:
        raise file.error("", "there are no action units", "Save the whole Fex")
    inputs: dict[str, dict[str, _Made]] = {}
    lost = 0
    for cells in file:
        values = {column: file.number(cells, column) for column in kept}
        sure = values.get("FaceScore", 1.0)
        good = sure is not None and sure >= confidence
        values |= {c: file.number(cells, c, 0, 1) if good else None for c in aus}
        lost += all(values[c] is None for c in aus)
        faces = inputs.setdefault(file.text(cells, "input"), {})
        made = faces.setdefault(file.text(cells, "Identity"), _Made())
        made.add(file, file.whole(cells, "frame"), None, values)
    tracks = []
    stems = Counter(map(_stem, inputs))
    for name, faces in inputs.items():
        chosen = _one(file, faces, face, f" in {name!r}" if name else "")
        made = faces[chosen]
        for frame, row in faces.get("", made).rows.items():
            made.rows.setdefault(frame, row)
        stem = name if stems[_stem(name)] > 1 else _stem(name)
        label = (clip if len(inputs) == 1 else "") or stem or file.reader.path.stem
        tracks.append(made.track("Py-Feat", label, subject, fps, 0, kept, evidence=aus))
    return file.done(tracks, frames_without_a_face=lost)


def read_imotions(path: str | Path, *, fps: float | None = None) -> Rows[Track]:
    """Read a text export of iMotions (versions 5 and 6); one track a respondent and stimulus.

    The file mixes rows of several devices; those with action units or a frame number count.
    Frames count from the first of a stimulus. "Evidence" is the log10 odds that a code is
    there; it is no intensity. Intensities of emotions stay among the columns.

    Parameters
    ----------
    path : the file
    fps : frames a second [1/s]; from the times unless given

    Raises
    ------
    FileError
        Not such a file, or a broken cell.
    """
    file = _File(path, "Name", "StimulusName", "FrameNo", ragged=True)
    aus, kept = file.codes(r"AU0*(\d+) Evidence"), file.kept(_IMOTIONS_KEPT)
    if not aus:
        advice = "Export the action units (FACET), too"
        raise file.error("", "there is no column such as 'AU1 Evidence'", advice)
    clock = next((c for c in ("MediaTime", "FrameTime", "Timestamp") if c in file.columns), "")
    made: dict[tuple[str, str], _Made] = {}
    others = lost = crowded = 0
    for cells in file:
        values = {column: file.number(cells, column) for column in (*aus, *kept)}
        empty = all(values[column] is None for column in aus)
        if empty and not cells[file.columns["FrameNo"]].strip():
            others += 1
            continue
        if values.get("NoOfFaces") == 0:
            values |= dict.fromkeys(aus)
        lost += all(values[column] is None for column in aus)
        crowded += (values.get("NoOfFaces") or 0) > 1
        time = file.number(cells, clock) if clock else None
        key = file.text(cells, "Name"), file.text(cells, "StimulusName")
        seconds = None if time is None else time / 1000
        made.setdefault(key, _Made()).add(file, file.whole(cells, "FrameNo"), seconds, values)
    tracks = []
    for (name, stimulus), one in made.items():
        label = "-".join(part for part in (name, stimulus) if part) or file.reader.path.stem
        first = min(one.rows)
        tracks.append(one.track("iMotions", label, name, fps, first, kept, True, evidence=aus))
    counts = {"rows_of_other_sources": others, "frames_without_a_face": lost}
    return file.done(tracks, **counts, frames_with_several_faces=crowded)
