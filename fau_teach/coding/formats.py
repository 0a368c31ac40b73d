"""One way to read and to write every file format of coded events."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

from fau_teach._data import did_you_mean
from fau_teach._reading import FileError, Report, whole_files
from fau_teach._records import RecordError
from fau_teach.coding.exchange import Loaded, Saved
from fau_teach.coding.session import Session, joined
from fau_teach.coding.track import Track

_SNIFFED = 2**16
_EVENTS = ("by", "above", "shortest", "bridge", "codes", "unknown")
"""Options that say how events are made of the output of a program."""


@dataclass(frozen=True, slots=True)
class Format:
    """A file format, and what can be done with it.

    Parameters
    ----------
    name : to ask for it by
    label : what it is, for people
    suffixes : endings of file names, the one that is written first
    module : part of :mod:`fau_teach.coding` that holds ``read_`` and ``write_`` of that name
    writes : whether it can be written
    machine : whether it holds the output of a program
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    module: str
    writes: bool = True
    machine: bool = False

    @property
    def lost(self) -> tuple[str, ...]:
        """What of a session it cannot hold, a line each."""
        if not self.writes:
            return ("it is only read",)
        return tuple(import_module(self.writer.__module__).LOST)

    @property
    def options(self) -> tuple[str, ...]:
        """What :func:`read` takes for it beside path and format."""
        own = [one.name for one in signature(self.reader).parameters.values() if one.kind == 3]
        return (*own, *(_EVENTS if self.machine else ()))

    @property
    def reader(self) -> Callable[..., Any]:
        """Its function that reads."""
        found: Callable[..., Any] = self._part(f"read_{self.name}")
        return found

    @property
    def writer(self) -> Callable[..., Saved]:
        """Its function that writes."""
        found: Callable[..., Saved] = self._part(f"write_{self.name}")
        return found

    def _part(self, name: str) -> Any:
        return getattr(import_module(f"fau_teach.coding.{self.module}"), name)

    def __str__(self) -> str:
        can = "read and write" if self.writes else "read"
        return f"{self.name} ({', '.join(self.suffixes)}): {self.label}; {can}"


_ALL = (
    Format("session", "a session of this package, with everything in it", (".json",), "formats"),
    Format("tidy", "tidy table, a row a code", (".csv",), "tidy"),
    Format("elan", "ELAN, a tier a code", (".eaf",), "elan"),
    Format("boris", "BORIS, aggregated events or a project", (".tsv", ".csv", ".boris"), "boris"),
    Format("casme", "table as CASME uses it, a row an event", (".xlsx", ".xls"), "casme"),
    Format("openface", "OpenFace, with action units", (".csv",), "machine", False, True),
    Format("pyfeat", "Py-Feat (Fex)", (".csv",), "machine", False, True),
    Format("imotions", "iMotions text export with FACET", (".txt", ".csv"), "machine", False, True),
)
LOST: tuple[str, ...] = ()
"""What a session file cannot hold: nothing."""
# A table is known by columns that only it has.
_COLUMNS = (
    ("boris", ("Behavior", "Behavior type")),
    ("imotions", ("StimulusName",)),
    ("openface", ("timestamp", "confidence", "success")),
    ("tidy", ("onset", "apex", "offset", "au")),
    ("pyfeat", ("frame", "AU01")),
)
_RECORDS = (
    ("boris", re.compile(r'"(?:project_format_version|behaviors_conf|observations)"\s*:')),
    ("session", re.compile(r'"(?:events|watched)"\s*:')),
    ("script", re.compile(r'"movements"\s*:')),
    ("key", re.compile(r'"threshold"\s*:')),
)


def formats() -> tuple[Format, ...]:
    """All formats."""
    return _ALL


def format_of(path: str | Path, *, more: bool = False) -> str:
    """Name of the format of a file, by what stands in it.

    Parameters
    ----------
    path : the file
    more : whether ``"script"`` and ``"key"`` of a clip are answers, too

    Raises
    ------
    FileError
        The file cannot be read, or is none of these.
    """
    if Path(path).is_dir():
        # ELAN has a file a clip; a folder of them is one session.
        if any(Path(path).glob("*.eaf")):
            return "elan"
        advice = "Give the path of a file"
        raise FileError(str(path), 0, "", "this is a folder without ELAN files", advice)
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_SNIFFED)
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror or error}"
        raise FileError(str(path), 0, "", problem, "Give the path of a file") from None
    if raw[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return "casme"
    if not raw.strip():
        raise FileError(str(path), 0, "", "the file is empty", "Give a file with coded events")
    wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\0" in raw and not wide:
        problem = "zero bytes stand in it, so that it is no text that can be read"
        raise FileError(str(path), 0, "", problem, "Save the file as UTF-8 text")
    text = raw.decode("utf-16" if wide else "utf-8-sig", "replace").lstrip()
    if text.startswith("<"):
        return "elan"
    if text.startswith("{"):
        name = next((name for name, keys in _RECORDS if keys.search(text)), "")
    else:
        name = _table(text)
    if name and (more or name not in ("script", "key")):
        return name
    what = {"script": "a clip script", "key": "the key of a clip"}.get(name, "none that is known")
    problem = f"its format cannot be told: this is {what}"
    advice = f"Name the format: {', '.join(one.name for one in _ALL)}"
    if near := _near(text):
        problem = f"its format cannot be told: for {near[0]}, column {near[1]!r} is missing"
        advice = "Correct the header, or name the format (--from)"
    raise FileError(str(path), 0, text.split("\n", 1)[0], problem, advice)


def _table(text: str) -> str:
    """Name of the format of a table, by its header; empty where it is none."""
    names = _header(text)
    return next((name for name, columns in _COLUMNS if names.issuperset(columns)), "")


def _near(text: str) -> tuple[str, str] | None:
    """The format of which a table lacks one column alone, and that column."""
    names = _header(text)
    for name, columns in _COLUMNS:
        lacking = [column for column in columns if column not in names]
        if len(lacking) == 1 < len(columns):
            return name, lacking[0]
    return None


def _header(text: str) -> set[str]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    head = lines[0] if lines else ""
    delimiter = max("\t,;", key=head.count)
    return {cell.strip() for cell in next(csv.reader([head], delimiter=delimiter), [])}


def _format(name: str, place: str) -> Format:
    for one in _ALL:
        if one.name == name:
            return one
    known = [one.name for one in _ALL]
    advice = f"{did_you_mean(name, known)} Use one of {', '.join(known)}".strip()
    raise FileError(place, 0, name, "there is no such format", advice)


def read(path: str | Path, format: str = "", **options: Any) -> Loaded:  # noqa: A002
    """Read coded events from a file of any format.

    Parameters
    ----------
    path : the file
    format : its name, as :func:`formats` lists them; by what stands in the file unless given
    options : what the format takes: see :attr:`Format.options`, and the reader of its name. For
        the output of a program also what :meth:`Track.events` takes

    Raises
    ------
    FileError
        The file cannot be read as this format, or the format takes no such option.
    """
    chosen = _format(format or format_of(path), str(path))
    for name in options:
        if name not in chosen.options:
            near = did_you_mean(name, chosen.options)
            advice = near.rstrip("?") or f"There are {', '.join(chosen.options) or 'none'}"
            raise FileError(str(path), 0, name, f"{chosen.name} takes no such option", advice)
    try:
        if not chosen.machine:
            loaded: Loaded = chosen.reader(path, **options)
            return loaded
        how = {name: options.pop(name) for name in _EVENTS if name in options}
        tracks = chosen.reader(path, **options)
        return Loaded(_events(tracks, how), tracks.report)
    except RecordError as error:
        advice = error.advice.rstrip(".?")
        raise FileError(str(path), 0, "", error.problem, advice, error.place) from None


def _events(tracks: Iterable[Track], how: dict[str, Any]) -> Session:
    made = [track.events(**how) for track in tracks]
    return made[0] if len(made) == 1 else joined(made, made[0].coders[0])


def write(
    session: Session, path: str | Path, format: str = "", *, force: bool = False  # noqa: A002
) -> Saved:  # fmt: skip
    """Write a session in any format that can be written.

    Parameters
    ----------
    session : what to write
    path : the file; for formats with a file a clip, a folder
    format : its name; by the ending of the path unless given
    force : whether files that exist may be replaced

    Returns
    -------
    what was written, and what of the session the format cannot hold

    Raises
    ------
    FileError
        There is no such format, it is only read, or a file exists already.
    """
    known = [one for one in _ALL if one.writes]
    ending = Path(path).suffix.lower()
    named = [one.name for one in known if ending in one.suffixes[:1]]
    if not format and not named:
        advice = f"Use one of {', '.join(one.suffixes[0] for one in known)}, or name the format"
        raise FileError(str(path), 0, ending, "no format goes with this ending", advice)
    chosen = _format(format or named[0], str(path))
    if not chosen.writes:
        advice = f"Write {', '.join(one.name for one in known)}"
        raise FileError(str(path), 0, chosen.name, "this format is only read", advice)
    return chosen.writer(session, path, force=force)


def read_session(path: str | Path) -> Loaded:
    """Read a session of this package.

    Raises
    ------
    CodingError
        The file is no session (names the place in it).
    """
    session = Session.load(path)
    counts = {"clips": len(session.watched), "events": len(session.events)}
    return Loaded(session, Report(str(path), counts))


def write_session(session: Session, path: str | Path, *, force: bool = False) -> Saved:
    """Write a session as a file of this package.

    Raises
    ------
    FileError
        The file exists already.
    """
    with whole_files([Path(path)], force) as (file,):
        file.write(session.to_json())
    return Saved((Path(path),), LOST)
