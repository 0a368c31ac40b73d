"""Read pairs of depth frames with their labels: CAS(ME)^3 part A, or a set of its layout.

The set comes from its authors for research after a signed agreement: pass on neither frames nor
labels, and keep both out of this repository.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, overload

from fau_teach._reading import FileError, Report, Rows
from fau_teach.coding import classes as emotion_classes
from fau_teach.datasets import Labelled
from fau_teach.datasets.casme import read_cas_me_3_a, read_cas_me_3_a_micro
from fau_teach.depth.casme3_files import Clip, Size, check, clip_of, read_colour, read_depth
from fau_teach.depth.cloud import Frame, Intrinsics
from fau_teach.depth.course import scaled
from fau_teach.emotion import EmotionError, objective_class

Kind = Literal["micro", "macro", "all"]
_MICRO = re.compile(r"part_?A_ME_label.*\.xlsx?", re.IGNORECASE)
_ALL = re.compile(r"part_?A(_v[0-9]+|_[0-9]+)*\.xlsx?", re.IGNORECASE)
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled expression with its frames.

    Parameters
    ----------
    subject, clip : as the set names them, such as ``"spNO.1"`` and ``"spNO.1/a"``
    kind : ``"micro"`` or ``"macro"``
    onset, apex : frames
    offset : frame, or None where the label has none that can be
    codes : action units without sides
    emotion : one of the seven labels; empty where the set gives none, as for macro-expressions
    objective : ``"I"`` to ``"VII"``: the label's, or Davison's class of the codes where it has
        none; empty where both fail
    row : of the label file
    files : frames of the clip
    """

    subject: str
    clip: str
    kind: str
    onset: int
    apex: int
    offset: int | None
    codes: frozenset[str]
    emotion: str
    objective: str
    row: int
    files: Clip = field(repr=False)

    @property
    def depth(self) -> tuple[Path, Path]:
        """Depth maps of onset and apex."""
        return self.files.depth[self.onset], self.files.depth[self.apex]

    @property
    def colour(self) -> tuple[Path | None, Path | None]:
        """Pictures of onset and apex, None where there is none."""
        return self.files.colour.get(self.onset), self.files.colour.get(self.apex)

    @property
    def name(self) -> str:
        """Clip and onset, which name the expression."""
        return f"{self.clip}, frame {self.onset}"

    def near(self, around: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Frames with depth up to the onset, and about the apex but after the onset."""
        before = range(self.onset - around, self.onset + 1)
        about = range(max(self.onset + 1, self.apex - around), self.apex + around + 1)
        first, second = (
            tuple(n for n in some if n in self.files.depth) for some in (before, about)
        )
        return first, second


class Samples(Sequence[Sample]):
    """Labelled pairs of frames.

    Parameters
    ----------
    samples : in the order of the labels
    intrinsics : the camera of all frames
    report : what was read, left out and skipped
    """

    def __init__(self, samples: Iterable[Sample], intrinsics: Intrinsics, report: Report) -> None:
        self._samples = tuple(samples)
        self.intrinsics = intrinsics
        self.report = report

    def __len__(self) -> int:
        return len(self._samples)

    @overload
    def __getitem__(self, at: int) -> Sample: ...
    @overload
    def __getitem__(self, at: slice) -> Samples: ...
    def __getitem__(self, at: int | slice) -> Sample | Samples:
        """One sample, or some of them."""
        if isinstance(at, slice):
            return Samples(self._samples[at], self.intrinsics, self.report)
        return self._samples[at]

    def where(self, keep: Iterable[object]) -> Samples:
        """Those for which ``keep`` is true."""
        pairs = zip(self._samples, keep, strict=True)
        return Samples((one for one, yes in pairs if yes), self.intrinsics, self.report)

    @property
    def subject(self) -> tuple[str, ...]:
        """(n,) who."""
        return tuple(one.subject for one in self)

    @property
    def clip(self) -> tuple[str, ...]:
        """(n,) which video."""
        return tuple(one.clip for one in self)

    @property
    def kind(self) -> tuple[str, ...]:
        """(n,) ``"micro"`` or ``"macro"``."""
        return tuple(one.kind for one in self)

    @property
    def emotion(self) -> tuple[str, ...]:
        """(n,) of the seven labels, or empty."""
        return tuple(one.emotion for one in self)

    @property
    def objective(self) -> tuple[str, ...]:
        """(n,) ``"I"`` to ``"VII"``, or empty."""
        return tuple(one.objective for one in self)

    @property
    def codes(self) -> tuple[frozenset[str], ...]:
        """(n,) action units."""
        return tuple(one.codes for one in self)

    def classes(self, number: Literal[7, 4, 3]) -> tuple[str | None, ...]:
        """(n,) label among seven, four or three classes; None where it has none.

        Source: S3-041.
        """
        if number not in (7, 4, 3):
            raise ValueError(f"{number} classes: use 7, 4 or 3.")
        if number == 7:
            return tuple(one or None for one in self.emotion)
        found = (emotion_classes(one) for one in self.emotion)
        return tuple(one.four if number == 4 else one.three for one in found)

    def load(self, at: int) -> tuple[Frame, Frame]:
        """Onset and apex of one sample.

        Raises
        ------
        FileError
            A file cannot be read or is not what it was (names it).
        """
        one = self[at]
        onset, apex = self._frame(one, one.onset), self._frame(one, one.apex)
        return onset, apex

    def load_near(self, at: int, around: int = 1) -> tuple[tuple[Frame, ...], tuple[Frame, ...]]:
        """Frames up to the onset and about the apex, as many as there are, to be averaged.

        Parameters
        ----------
        at : number of the sample
        around : frames before the onset, and on both sides of the apex

        Raises
        ------
        FileError
            As in ``load``.
        """
        one = self[at]
        before, about = (tuple(self._frame(one, n) for n in some) for some in one.near(around))
        return before, about

    def _frame(self, one: Sample, number: int) -> Frame:
        size = self.intrinsics.width, self.intrinsics.height
        colour = one.files.colour.get(number)
        depth = read_depth(one.files.depth[number], size)
        return Frame(depth, None if colour is None else read_colour(colour, size))

    def __str__(self) -> str:
        camera = self.intrinsics
        size = f"{camera.width} x {camera.height} px, f = {camera.fx:g}"
        lines = [f"{len(self)} pairs of {len({*self.subject})} subjects, {size}"]
        for name in ("kind", "emotion", "objective"):
            counts = Counter(value or "none" for value in getattr(self, name))
            told = ", ".join(f"{value} {count}" for value, count in sorted(counts.items()))
            lines.append(f"{name}: {told}")
        return "\n".join([*lines, str(self.report)])


def read(
    folder: str | Path,
    labels: str | Path | Sequence[str | Path] | None = None,
    kind: Kind = "micro",
    *,
    size: Size | None = None,
    colour: bool = True,
    strict: bool = True,
) -> Samples:
    """Read the pairs of a folder ``<subject>/<clip>/depth/<frame>.png`` and its label files.

    Maps may also stand in the clip's folder itself; pictures stand in ``color/`` or beside the
    maps. Only headers are read here, so that a large set is quick; ``load`` reads the frames.

    Parameters
    ----------
    folder : with the folders of the subjects
    labels : label files, or their folder; looked for in ``folder`` and ``folder/annotation`` if
        left out
    kind : ``"micro"`` has emotions; ``"macro"`` has objective classes alone; ``"all"`` joins both
    size : width and height of all frames [px]; those of the most maps if left out
    colour : whether a clip that has pictures must have those of onset and apex; without it
        pictures are not used
    strict : whether a broken or missing file raises; otherwise its sample is skipped and the
        report keeps the error

    Raises
    ------
    FileError
        There are no labels or no folders of this layout; in strict reading also for any frame
        that is missing, unreadable, of another size or not of 16 bits. It names the file and
        what is wrong, and which others there are.

    Notes
    -----
    A label without an apex that can be, or whose apex is its onset, shows no motion: the report
    lists it under ``left_out``. The focal length of pictures of another width than 1280 is
    scaled with it.

    Source: S3-011, S3-040 to S3-043; E3-07, E3-12.
    """
    if kind not in ("micro", "macro", "all"):
        raise ValueError(f"kind {kind!r}: choose 'micro', 'macro' or 'all'.")
    root = Path(folder)
    if not root.is_dir():
        problem, advice = "there is no such folder", "Give the folder that holds spNO.1 and so on"
        raise FileError(str(root), 0, "", problem, advice)
    rows = _rows(_label_files(root, labels), root, kind, strict)
    clips: dict[str, Clip | FileError] = {}
    broken = [error for part in rows.report.parts for error in part.skipped]
    left_out: dict[str, list[str]] = {}
    found: list[Sample] = []
    for row in rows:
        event = row.event
        if event.apex is None or event.apex == event.onset:
            why = "no apex that can be" if event.apex is None else "apex and onset are one frame"
            left_out.setdefault(why, []).append(f"{event.clip}, frame {event.onset}")
            continue
        if event.clip not in clips:
            clips[event.clip] = files = clip_of(root, event.clip, colour)
            broken += [files] if isinstance(files, FileError) else []
        files = clips[event.clip]
        if not isinstance(files, FileError):
            found.append(_sample(row, event.apex, files))
    frames = {(one.files, n) for one in found for n in (one.onset, one.apex)}
    size, faulty = check(frames, size)
    broken += faulty.values()
    if strict and broken:
        raise _all_in_one(broken)
    sound = [
        one for one in found
        if not faulty.keys() & {(one.files, one.onset), (one.files, one.apex)}
    ]  # fmt: skip
    if not sound or size is None:
        problem = f"no {kind} expression of the labels has frames that can be read"
        why = f"{broken[0]}" if broken else "Check the folder and the label files"
        raise FileError(str(root), 0, "", problem, why.removesuffix("."))
    counts = {"labels": len(rows), "pairs": len(sound), "broken files": len(broken)}
    out = {why: tuple(names) for why, names in left_out.items()}
    report = Report(str(root), counts, (), tuple(broken), out, rows.report.parts)
    return Samples(sound, scaled(*size), report)


def _sample(row: Labelled, apex: int, files: Clip) -> Sample:
    event = row.event
    known = emotion_classes(event.emotion)
    emotion = known.six or ("Others" if known.four == "Others" else event.emotion)
    told = {key.strip().lower(): value for key, value in row.extra.items()}
    objective = told.get("objective class", "").strip().upper()
    if not objective:
        try:
            objective = objective_class(event.score)
        except EmotionError:
            objective = ""
    return Sample(
        event.subject, event.clip, event.kind, event.onset, apex, event.offset, event.codes,
        emotion, objective, row.row, files,
    )  # fmt: skip


def _all_in_one(errors: Sequence[FileError]) -> FileError:
    """The first of several errors, which also names the others."""
    first, *others = errors
    if not others:
        return first
    names = ", ".join(dict.fromkeys(one.file for one in others[:_NAMED]))
    more = f"{len(others)} more: {names}{', …' if len(others) > _NAMED else ''}"
    advice = f"{first.advice}. {more}. Reading with strict=False leaves them out"
    return FileError(first.file, first.line, first.value, first.problem, advice, first.place)


def _label_files(root: Path, labels: str | Path | Sequence[str | Path] | None) -> list[Path]:
    given = [labels] if isinstance(labels, str | Path) else list(labels or ())
    found = []
    for place in [Path(one) for one in given] or [root, root / "annotation"]:
        inside = sorted(place.iterdir()) if place.is_dir() else [place] if given else []
        found += [one for one in inside if not one.name.startswith((".", "~"))]
    return found


def _rows(files: Sequence[Path], root: Path, kind: Kind, strict: bool) -> Rows[Labelled]:
    parts = []
    if kind != "macro":
        name = "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"
        parts.append(_read(_MICRO, files, root, read_cas_me_3_a_micro, name, strict))
    if kind != "micro":
        every = _read(_ALL, files, root, read_cas_me_3_a, "CAS(ME)3_part_A_v2.xls", strict)
        parts.append(Rows((one for one in every if one.event.kind == "macro"), every.report))
    report = Report("labels", {}, parts=tuple(part.report for part in parts))
    return Rows((one for part in parts for one in part), report)


def _read(
    pattern: re.Pattern[str], files: Sequence[Path], root: Path,
    reader: Callable[..., Rows[Labelled]], name: str, strict: bool,
) -> Rows[Labelled]:  # fmt: skip
    fit = [one for one in files if pattern.search(one.name)]
    if not fit:
        problem = f"no label file is named as {name} is"
        raise FileError(str(root), 0, "", problem, "Give labels=..., the file or its folder")
    return reader(fit[-1], strict=strict)
