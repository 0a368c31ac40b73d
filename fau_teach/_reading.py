"""What every reader of files shares: one error, text within limits, one report, whole files."""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO, TypeVar

from fau_teach._data import did_you_mean

_SHOWN = 60
_BOM = b"\xef\xbb\xbf"


class FileError(ValueError):
    """A file is missing, broken or in the way.

    Parameters
    ----------
    file : path as it was given
    line : counted from 1; 0 where the file as a whole is meant
    value : what stands there, or empty
    problem : what is wrong with it, without a full stop
    advice : what would be right, without a full stop
    place : where the line number does not say it: ``sheet 'label', column 'Onset'``, or empty
    """

    def __init__(
        self, file: str, line: int, value: str, problem: str, advice: str, place: str = ""
    ) -> None:
        # All arguments go to the base class, so that the exception can be pickled.
        super().__init__(file, line, value, problem, advice, place)
        self.file = file
        self.line = line
        self.value = value
        self.problem = problem
        self.advice = advice
        self.place = place

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        place = ", ".join(part for part in (self.file, self.place, line) if part)
        shown = f" in {shortened(self.value)!r}" if self.value else ""
        return f"{place}: {self.problem}{shown}. {self.advice}."


def shortened(text: str) -> str:
    """Text cut to what a message can show."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


@dataclass(frozen=True, slots=True)
class Trap:
    """Something unusual that a loader coped with: how often, and where first."""

    name: str
    count: int
    line: int
    value: str


@dataclass(frozen=True, slots=True)
class Report:
    """What reading or joining met. Nothing is dropped without standing here.

    Parameters
    ----------
    source : file or step
    counts : what was counted -> how many
    traps : what was unusual and was read all the same
    skipped : lines that cannot be read, each with file, line, value and what would be right
    left_out : reason -> names of the images that are left out for it
    parts : reports of the steps before
    """

    source: str
    counts: Mapping[str, int]
    traps: tuple[Trap, ...] = ()
    skipped: tuple[FileError, ...] = ()
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parts: tuple[Report, ...] = ()

    @property
    def broken(self) -> int:
        """Lines skipped here and in all parts."""
        return len(self.skipped) + sum(part.broken for part in self.parts)

    def __str__(self) -> str:
        lines = [str(part) for part in self.parts]
        lines.append(self.source)
        lines += (f"  {count:>9,} {what}" for what, count in self.counts.items())
        for trap in self.traps:
            where = f"first in line {trap.line}: {shortened(trap.value)!r}"
            lines.append(f"  {trap.count:>9,} × {trap.name}, {where}")
        for reason, names in self.left_out.items():
            more = ", …" if len(names) > 5 else ""
            lines.append(f"  {len(names):>9,} left out, {reason}: {', '.join(names[:5])}{more}")
        lines += (f"  skipped: {error}" for error in self.skipped)
        return "\n".join(lines)


LARGEST = 64 * 2**20
"""Most bytes of a text file that is read whole."""


def read_document(path: str | Path, limit: int = LARGEST) -> str:
    """Text of a whole file: UTF-8, or UTF-16 where a byte order mark says so.

    Parameters
    ----------
    path : the file
    limit : most bytes that are read

    Raises
    ------
    FileError
        The file cannot be read, is too large, or is not text (says the line).
    """
    name = str(path)
    try:
        with Path(path).open("rb") as file:
            raw = file.read(limit + 1)
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror or error}"
        raise FileError(name, 0, "", problem, "Give the path of a text file") from None
    if len(raw) > limit:
        problem = f"the file is larger than {limit / 2**20:g} MiB"
        raise FileError(name, 0, "", problem, "Split it, or check that it is the right file")
    wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = 0 if wide else raw.count(b"\n", 0, error.start) + 1
        bad = f"byte {raw[error.start]:#04x} is not {'UTF-16' if wide else 'UTF-8'}"
        raise FileError(name, line, "", bad, "Save the file as UTF-8 text") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise FileError(name, line, "", "a zero byte stands in the text", "Give a text file")
    return text


@dataclass(frozen=True, slots=True)
class Table:
    """A text table read by column name.

    Parameters
    ----------
    file : path as it was given
    header : column names, spaces around them removed
    rows : line number in the file and cells by column name
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]

    def error(self, line: int, column: str, value: str, problem: str, advice: str) -> FileError:
        """Error about one cell; an empty column means the whole line."""
        place = f"column {column!r}" if column else ""
        return FileError(self.file, line, value, problem, advice, place)


def read_table(
    path: str | Path,
    required: Sequence[str] = (),
    *,
    delimiter: str = "",
    text: str | None = None,
    first_line: int = 1,
    ragged: bool = False,
    strip: bool = True,
) -> Table:
    """Read a table with a header line.

    Parameters
    ----------
    path : the file
    required : columns that must be there
    delimiter : what stands between cells; without it the tab, comma or semicolon that the
        header holds most often
    text : what to read in place of the whole file: the part from line ``first_line`` on
    first_line : line of the file in which the header stands
    ragged : whether rows may have fewer cells than the header; those missing are empty
    strip : whether spaces around cells are removed; around column names they always are

    Raises
    ------
    FileError
        File or column missing, a name twice, a row with too many or too few cells, a quotation
        without an end (says the line).
    """
    name = str(path)
    text = read_document(path) if text is None else text
    head = text.split("\n", 1)[0]
    delimiter = delimiter or max("\t,;", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, Mapping[str, str]]] = []
    header: tuple[str, ...] = ()
    start = first_line
    try:
        header = tuple(cell.strip() for cell in next(reader, []))
        _check_header(name, first_line, header, required)
        start = first_line + reader.line_num
        for cells in reader:
            line, start = start, first_line + reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            spare = [cell for cell in cells[len(header) :] if cell.strip()]
            if spare or (len(cells) < len(header) and not ragged):
                problem = f"{len(cells)} cells where the header names {len(header)} columns"
                advice = "Give every row one cell a column"
                raise FileError(name, line, delimiter.join(cells), problem, advice)
            filled = [cell.strip() if strip else cell for cell in cells[: len(header)]]
            filled += [""] * (len(header) - len(filled))
            rows.append((line, dict(zip(header, filled, strict=True))))
    except csv.Error as error:
        raise FileError(name, start, "", f"the table is broken: {error}", "Mend it there") from None
    return Table(name, header, tuple(rows))


def _check_header(name: str, line: int, header: tuple[str, ...], required: Sequence[str]) -> None:
    if not any(header):
        raise FileError(name, line, "", "there is no header line", "Put column names there")
    missing = [column for column in required if column not in header]
    if missing:
        advice = did_you_mean(missing[0], header) or f"The header names {', '.join(header)[:200]}"
        problem = f"column {missing[0]!r} is missing"
        raise FileError(name, line, "", problem, advice.removesuffix("?"))
    times = Counter(header)
    twice = [column for column in header if column and times[column] > 1]
    if twice:
        problem = "a column name stands twice"
        raise FileError(name, line, twice[0], problem, "Give every column its own name")


T = TypeVar("T")


class Rows(tuple[T, ...]):
    """A tuple of rows that brings the report on how they were read."""

    report: Report

    def __new__(cls, rows: Iterable[T], report: Report) -> Rows[T]:
        made = super().__new__(cls, rows)
        made.report = report
        return made

    def __getnewargs__(self) -> tuple[tuple[T, ...], Report]:
        return tuple(self), self.report


class Reader:
    """Lines of one text file in UTF-8, and a record of what reading them met.

    Parameters
    ----------
    path : the file
    strict : whether a broken line raises; otherwise it is kept in the report
    """

    def __init__(self, path: str | Path, strict: bool) -> None:
        self.path = Path(path)
        self.line = 0
        self.filled = 0
        self._strict = strict
        self._traps: dict[str, Trap] = {}
        self._skipped: list[FileError] = []

    def __iter__(self) -> Iterator[str]:
        try:
            with self.path.open("rb") as file:
                for self.line, raw in enumerate(file, 1):
                    yield from self._text(raw)
        except OSError as error:
            problem = f"the file cannot be read: {error.strerror or error}"
            advice = "Give the path of a text file"
            raise FileError(str(self.path), 0, "", problem, advice) from None

    def _text(self, raw: bytes) -> Iterator[str]:
        if self.line == 1 and raw.startswith(_BOM):
            raw = raw.removeprefix(_BOM)
            self.met("byte order mark")
        if raw.endswith(b"\r\n"):
            self.met("line end of Windows")
        try:
            text = raw.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            bad = f"byte {raw[error.start]:#04x} is not UTF-8"
            self.keep(self.broken(repr(raw)[2:-1], bad, "Save the file as UTF-8 text"))
            return
        if text.strip():
            self.filled += 1
            yield text
        else:
            self.met("blank line")

    def met(self, name: str, value: str = "") -> None:
        """Note something unusual in the current line."""
        seen = self._traps.get(name)
        first = (seen.line, seen.value) if seen else (self.line, value)
        self._traps[name] = Trap(name, seen.count + 1 if seen else 1, *first)

    def broken(self, value: str, problem: str, advice: str) -> FileError:
        """Error about the current line, to raise or to keep."""
        return FileError(str(self.path), self.line, value, problem, advice)

    def keep(self, error: FileError) -> None:
        """Keep the error of a skipped line for the report; raise it in strict reading."""
        if self._strict:
            raise error
        self._skipped.append(error)

    def rows(self, rows: Iterable[T], **counts: int) -> Rows[T]:
        """The rows with their report; further counts by name, ``_`` for a space."""
        kept = tuple(rows)
        more = {name.replace("_", " "): count for name, count in counts.items()}
        found = {"lines": self.filled, "read": len(kept), **more}
        report = Report(self.path.name, found, tuple(self._traps.values()), tuple(self._skipped))
        return Rows(kept, report)


_OPEN = 32
"""Most files that are open at once; some systems allow 256 in all."""


@contextmanager
def whole_files(paths: Sequence[Path], force: bool) -> Iterator[Iterator[TextIO]]:
    """Open files for writing that take their names only when all are complete.

    Parameters
    ----------
    paths : the files; folders are made where they are missing
    force : whether files that exist may be replaced

    Returns
    -------
    the open files in turn; of many, those handed out long before are closed already

    Raises
    ------
    FileError
        A file exists already and ``force`` is False, or one cannot be written; nothing has been
        written then.
    """
    for path in paths:
        if path.is_dir():
            problem = "a folder has this name"
            raise FileError(str(path), 0, "", problem, "Give the name of a file in it")
        if path.exists() and not force:
            advice = "Choose another folder, or replace it with force=True (--force)"
            raise FileError(str(path), 0, "", "the file exists already", advice)
    parts = [path.with_name(f".{path.name}.part") for path in paths]
    with ExitStack() as clean:
        with ExitStack() as held:
            yield _opened(paths, parts, clean, held)
        for part, path in zip(parts, paths, strict=True):
            with _written(path):
                part.replace(path)


def _opened(
    paths: Sequence[Path], parts: Sequence[Path], clean: ExitStack, held: ExitStack
) -> Iterator[TextIO]:
    late: deque[TextIO] = deque()
    for path, part in zip(paths, parts, strict=True):
        if len(late) == _OPEN:
            late.popleft().close()
        with _written(path):
            part.parent.mkdir(parents=True, exist_ok=True)
            file = part.open("w", encoding="utf-8", newline="\n")
        clean.callback(part.unlink, missing_ok=True)
        late.append(held.enter_context(file))
        yield file


@contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        problem = f"the file cannot be written: {error.strerror or error}"
        raise FileError(str(path), 0, "", problem, "Choose another name or folder") from None
