"""Read RAF-AU and RAF-ML, and join what the coders saw with what the crowd felt.

RAF-AU: ``RAFAU_label.txt``, lines such as ``0012.jpg 12+B23+4``, no header. ``null`` says that
no action unit was scored; it does not say that the face is neutral. RAF-ML:
``EmoLabel/distribution.txt``, a name and six scores a line. Both name the same pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import fsum
from pathlib import Path
from typing import TypeVar

from fau_teach._reading import FileError, Reader, Report, Rows
from fau_teach.emotion import SIX, Sample
from fau_teach.facs import NotationError, Score, parse

RAF_ORDER = ("Surprise", "Fear", "Disgust", "Happiness", "Sadness", "Anger")
"""Order of the scores in a line of RAF-ML."""
LICENCE = (
    "RAF-AU and RAF-ML come from their authors on request (whdeng.cn/RAF), for non-commercial "
    "research only: pass on neither pictures nor labels nor anything derived from them, and "
    "keep them out of this repository"
)
AU_FILE = "RAFAU_label.txt"
ML_FILE = "EmoLabel/distribution.txt"
TOLERANCE = 0.01
"""How far a line's scores may sum from 1: six scores with three decimals miss by 0.003."""

_NAME = re.compile(r"(?:.*[/\\])?([0-9]+)(_aligned)?\.jpg", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]{1,3})?", re.I | re.ASCII)
_PREFIX = re.compile("A[UD]", re.IGNORECASE)

RafError = FileError
"""What the readers of RAF-AU and RAF-ML raise."""
Columns = tuple[tuple[str, ...], tuple[tuple[float, ...], ...]]
"""Annotations, and a row of scores in the order ``emotion.SIX`` for each: two plain columns."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """What the coders wrote for one picture.

    Parameters
    ----------
    name : file name of the picture, ``0012.jpg``, also where the file says ``0012_aligned.jpg``
    text : the codes as written, without outer spaces
    """

    name: str
    text: str

    @property
    def score(self) -> Score:
        """The codes as read; its ``state`` tells "none" (``null``) from "unknown" (``?``)."""
        return _read(self.text)[0]


@dataclass(frozen=True, slots=True)
class Distribution:
    """How the crowd labelled one picture.

    Parameters
    ----------
    name : file name of the picture, as in :class:`Annotation`
    scores : emotion -> share of the taggers as written, in the order ``emotion.SIX``; Neutral,
        where there is one, comes last
    """

    name: str
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Joined:
    """Pictures with both labels.

    Parameters
    ----------
    names : file names of the pictures
    samples : annotation and all scores of each, so that every emotion counts by its weight
    report : how both files were read, and what stands in only one of them
    """

    names: tuple[str, ...]
    samples: tuple[Sample, ...]
    report: Report

    def columns(self) -> Columns:
        """Annotations and score rows, ready for ``emotion.tabulate``."""
        rows = (tuple(sample.scores[name] for name in SIX) for sample in self.samples)
        return tuple(sample.annotation for sample in self.samples), tuple(rows)


RowT = TypeVar("RowT", Annotation, Distribution)


def read_raf_au(path: str | Path, *, strict: bool = True) -> Rows[Annotation]:
    """Read ``RAFAU_label.txt``; the rows bring their ``report``.

    Parameters
    ----------
    path : the file
    strict : whether a broken line raises; otherwise it is skipped and kept in the report

    Raises
    ------
    RafError
        The file or, in strict reading, a line cannot be read (says file, line and value).

    Source: S0-022, S0-023.
    """
    reader = Reader(path, strict)
    rows: dict[str, Annotation] = {}
    tokens: set[str] = set()
    none = 0
    for line in reader:
        try:
            name, text = _split(reader, line, rows)
            score, traps = _codes(reader, line, text)
        except RafError as error:
            reader.keep(error)
            continue
        rows[name] = Annotation(name, text)
        none += score.state == "none"
        tokens.update(token.strip() for token in text.split("+"))
        for trap in traps:
            reader.met(trap, line)
    return reader.rows(rows.values(), null=none, distinct_tokens=len(tokens))


def read_raf_ml(
    path: str | Path,
    *,
    strict: bool = True,
    neutral: bool = False,
    tolerance: float = TOLERANCE,
) -> Rows[Distribution]:
    """Read ``EmoLabel/distribution.txt``; the rows bring their ``report``.

    Parameters
    ----------
    path, strict : as in :func:`read_raf_au`
    neutral : whether a seventh score, Neutral, ends each line; RAF-ML has none
    tolerance : how far the scores of a line may sum from 1

    Raises
    ------
    RafError
        The file or, in strict reading, a line cannot be read (says file, line and value).

    Source: S0-022, S0-023.
    """
    reader = Reader(path, strict)
    rows: dict[str, Distribution] = {}
    columns = (*RAF_ORDER, "Neutral") if neutral else RAF_ORDER
    for line in reader:
        try:
            name, text = _split(reader, line, rows)
            scores = _scores(reader, line, text.split(), columns, tolerance)
        except RafError as error:
            reader.keep(error)
            continue
        rows[name] = Distribution(name, scores)
    return reader.rows(rows.values())


def join_raf(au: Iterable[Annotation], ml: Iterable[Distribution]) -> Joined:
    """Join annotations and distributions on the name of the picture, in the order of ``au``.

    What is left out stands in the report. A picture whose action units are unknown (``?``) is
    left out, because counting it would say that nothing moved; ``null`` stays.

    Parameters
    ----------
    au, ml : from :func:`read_raf_au` and :func:`read_raf_ml`

    Raises
    ------
    RafError
        A name occurs twice in ``au`` or in ``ml``.

    Source: S0-023.
    """
    left, right = _by_name(au), _by_name(ml)
    both = [row for name, row in left.items() if name in right]
    known = [row for row in both if row.score.state != "unknown"]
    left_out = {
        "action units unknown": tuple(r.name for r in both if r.score.state == "unknown"),
        "only in RAF-AU": tuple(name for name in left if name not in right),
        "only in RAF-ML": tuple(name for name in right if name not in left),
    }
    report = Report(
        "RAF-AU joined with RAF-ML by name",
        {"pictures with both": len(known)},
        left_out={reason: names for reason, names in left_out.items() if names},
        parts=tuple(rows.report for rows in (au, ml) if isinstance(rows, Rows)),
    )
    samples = tuple(Sample(row.text, right[row.name].scores) for row in known)
    return Joined(tuple(row.name for row in known), samples, report)


def load_raf(
    folder: str | Path,
    *,
    strict: bool = True,
    neutral: bool = False,
    tolerance: float = TOLERANCE,
) -> Joined:
    """Find both files below a folder, read and join them.

    Parameters
    ----------
    folder : holds ``RAFAU_label.txt`` and ``EmoLabel/distribution.txt``, at any depth
    strict, neutral, tolerance : as in :func:`read_raf_ml`

    Raises
    ------
    RafError
        A file is missing (says what the licence asks), stands there twice, or is broken.

    Source: S0-022, S0-023.
    """
    au, ml = (_find(Path(folder), name) for name in (AU_FILE, ML_FILE))
    return join_raf(
        read_raf_au(au, strict=strict),
        read_raf_ml(ml, strict=strict, neutral=neutral, tolerance=tolerance),
    )


def _find(folder: Path, name: str) -> Path:
    found = sorted(folder.rglob(name))
    if len(found) == 1:
        return found[0]
    if found:
        problem = f"{name} stands here {len(found)} times: {found[0]} and {found[1]}"
        raise RafError(str(folder), 0, "", problem, "Name the folder that holds one of them")
    problem = f"{name} is not here" if folder.is_dir() else f"there is no such folder for {name}"
    advice = (
        f"{LICENCE}. For files of the same shape that are free, run: "
        "python -m fau_teach.datasets synthesise --images 5000 --seed 1 --to FOLDER"
    )
    raise RafError(str(folder), 0, "", problem, advice)


def _split(reader: Reader, line: str, seen: Mapping[str, object]) -> tuple[str, str]:
    """Name of the picture, and the rest of the line without outer spaces."""
    if line[0].isspace():
        reader.met("space before the name", line)
    if line[-1].isspace():
        reader.met("space at the end of the line", line)
    word, *rest = line.split(None, 1)
    match = _NAME.fullmatch(word)
    if match is None:
        raise reader.broken(
            line, f"'{word[:30]}' is not the name of a picture", "Begin the line as '0012.jpg' does"
        )
    if word != (name := f"{match[1]}.jpg"):
        reader.met("name of the aligned picture" if match[2] else "name written otherwise", line)
    if name in seen:
        raise reader.broken(line, f"{name} has a line already", "Keep one line a picture")
    return name, rest[0].strip() if rest else ""


def _codes(reader: Reader, line: str, text: str) -> tuple[Score, tuple[str, ...]]:
    if not text:
        advice = "Write the codes, or null where none was scored, or ? where nobody knows"
        raise reader.broken(line, "no codes follow the name", advice)
    try:
        return _read(text)
    except NotationError as error:
        reason = f"in the codes, position {error.position}: {error.reason}"
        advice = f"{error.advice}, for example '{error.suggestion}'"
        raise reader.broken(line, reason, advice) from None


@lru_cache(maxsize=1 << 16)
def _read(text: str) -> tuple[Score, tuple[str, ...]]:
    score = parse(text)
    return score, tuple(_traps(score, text))


def _traps(score: Score, text: str) -> Iterator[str]:
    """What is unusual about a score."""
    if score.state == "unknown":
        yield "action units unknown"
    if len(set(score.entries)) < len(score.entries):
        yield "code written twice"
    elif score.warnings:
        yield "codes that doubtfully stand together"
    if score.content != tuple(dict.fromkeys(score.entries)):
        yield "codes not in order"
    if any(item.side for item in score.items):
        yield "code with a side"
    if any(item.lip for item in score.items):
        yield "code with a lip part"
    if _PREFIX.search(text):
        yield "prefix AU or AD"


def _scores(
    reader: Reader, line: str, words: list[str], columns: tuple[str, ...], tolerance: float
) -> dict[str, float]:
    if len(words) != len(columns):
        hint = "; if the seventh is Neutral, read with neutral=True (--neutral)"
        raise reader.broken(
            line,
            f"{len(words)} scores instead of {len(columns)}",
            f"Write {', '.join(columns)}{hint if len(words) == len(columns) + 1 == 7 else ''}",
        )
    for word in words:
        if not _NUMBER.fullmatch(word):
            advice = "Write numbers such as 0.25, with a point"
            raise reader.broken(line, f"'{word[:30]}' is not a score", advice)
    values = dict(zip(columns, map(float, words), strict=True))
    for name, value in values.items():
        if value < 0:
            raise reader.broken(line, f"{name} has score {value:g}", "Scores are 0 or more")
    if abs(fsum(values.values()) - 1) > tolerance:
        total = f"the scores sum to {fsum(values.values()):.6g}"
        advice = f"They sum to 1, give or take {tolerance:g}; a wider tolerance can be given"
        raise reader.broken(line, total, advice)
    order = (*SIX, "Neutral") if "Neutral" in values else SIX
    return {name: values[name] for name in order}


def _by_name(rows: Iterable[RowT]) -> dict[str, RowT]:
    found: dict[str, RowT] = {}
    for row in rows:
        if row.name in found:
            advice = "Keep one row a picture"
            raise RafError(row.name, 0, "", "the name occurs twice", advice)
        found[row.name] = row
    return found
