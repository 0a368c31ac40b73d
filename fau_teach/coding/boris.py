"""BORIS: tables of aggregated events read and written, projects (``.boris``) read.

How rows become events:

- A behaviour is a code by its name: ``AU12``, ``12``, ``L12``, ``AU12 left``. Modifiers in any
  column add intensity and side: ``C``, ``left``, ``L|C``. Comments go into the notes.
- A state is an event with one code, unless ``group="overlap"`` joins the codes of a coder that
  overlap. It starts in the frame nearest to its start, and its stop is the offset.
- A point of the behaviour ``apex``, with the modifier ``apex``, or of a code inside a state of
  the same code is the apex of that state. Any other point of a code is an event of one frame.
- Subject is the person seen ("No focal subject" is nobody). The coder is the parameter, or else a
  variable named coder, observer or rater, or else, with ``coder_from="observation"``, what stands
  behind the last ``_`` of the observation id (all of it where there is no ``_``).
- The clip is the video. Where an observation has none or several, it is the observation, whose
  times run through all videos.

How a session becomes a table: one row for each code of an event, an observation for each clip
and coder, behaviour ``AU12``, modifiers for intensity, side and whatever else was written; a
point ``apex`` for each apex. Fields that BORIS does not know stand in the comment, in one line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from fau_teach._reading import Report, whole_files
from fau_teach.coding.boris_file import Row, read_rows
from fau_teach.coding.event import LONGEST, Event, _checks
from fau_teach.coding.exchange import Loaded, Saved, frame_of, guarded, session_of
from fau_teach.coding.pieces import (
    Mark,
    Met,
    Near,
    Piece,
    events_from,
    frame_at,
    placed,
    said,
    watched_from,
    with_apexes,
)
from fau_teach.coding.session import Session, Watched
from fau_teach.coding.words import LIPS, NOTHING, SIDES, code_of, marked, name_of, packed, unpacked
from fau_teach.facs import Item
from fau_teach.facs.score import Entry, options_of

COLUMNS = (
    "Observation id", "Observation date", "Description", "Observation type", "Source",
    "Time offset (s)", "Coding duration", "Media duration (s)", "FPS (frame/s)", "fau_teach",
    "clip", "coder", "clip subject", "frames", "neutral", "Subject",
    "Observation duration by subject by observation", "Behavior", "Behavioral category",
    "Modifier #1", "Modifier #2", "Modifier #3", "Behavior type", "Start (s)", "Stop (s)",
    "Duration (s)", "Media file name", "Image index start", "Image index stop",
    "Image file path start", "Image file path stop", "Comment start", "Comment stop",
)  # fmt: skip
"""Columns of a table of BORIS 8; the independent variables in the middle are ours."""
LOST = ("the history of changes", "who is done with a clip")
_NOBODY = "No focal subject"
_CODERS = ("coder", "observer", "rater")
_OTHER = {"null": "null", "?": "?"}
"""Behaviours that say that nothing moved, or that nobody could tell."""
_APEX = re.compile(r"(?:^|(?<=[\s_-]))apex(?:[\s_-]+|$)", re.IGNORECASE)


def write_boris(session: Session, path: str | Path, *, force: bool = False) -> Saved:
    """Write the events of a session as BORIS exports aggregated events (UTF-8, tab).

    Times are in seconds with six digits behind the point, the start of a frame each.

    Parameters
    ----------
    session : what to write
    path : the file
    force : whether a file of that name may be replaced

    Raises
    ------
    FileError
        The file exists already.
    """
    with whole_files([Path(path)], force) as (file,):
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(COLUMNS)
        for cells in _rows_of(session):
            table.writerow([guarded(cells.get(column, "")) for column in COLUMNS])
    return Saved((Path(path),), LOST)


def _rows_of(session: Session) -> Iterator[Mapping[str, str]]:
    taken: dict[str, tuple[str, str]] = {}
    for clip in session.watched:
        events = session.of(clip=clip.clip)
        quiet = set(clip.coders or session.coders or [""]) - {event.coder for event in events}
        for event in events:
            shared = _shared(session, clip, event.coder, taken)
            for cells in _codes(event):
                yield {**shared, "Subject": event.subject or _NOBODY, **cells}
        for coder in sorted(quiet):
            yield _shared(session, clip, coder, taken)


def _shared(
    session: Session, clip: Watched, coder: str, taken: dict[str, tuple[str, str]]
) -> Mapping[str, str]:
    name = f"{clip.clip}_{coder}" if coder else clip.clip
    while taken.setdefault(name, (clip.clip, coder)) != (clip.clip, coder):
        name += "#2"
    return {
        "Observation id": name,
        "Description": session.title,
        "Observation type": "Media file",
        "Source": f"player #1:{clip.media}",
        "Time offset (s)": "0.0",
        "Media duration (s)": "" if clip.frames is None else f"{clip.frames / clip.fps:.6f}",
        "FPS (frame/s)": repr(clip.fps),
        "fau_teach": "1",
        "clip": clip.clip,
        "coder": coder,
        "clip subject": clip.subject,
        "frames": "" if clip.frames is None else str(clip.frames),
        "neutral": "" if clip.neutral is None else str(clip.neutral),
        "Subject": _NOBODY,
        "Media file name": clip.media,
    }


def _codes(event: Event) -> Iterator[Mapping[str, str]]:
    """Rows of one event without what they share; the first brings the fields of the event."""
    start = event.onset / event.fps
    stop = start if event.offset is None else event.offset / event.fps
    times = {"Start (s)": f"{start:.6f}", "Stop (s)": f"{stop:.6f}"}
    times |= {"Behavior type": "STATE", "Duration (s)": f"{stop - start:.6f}"}
    if event.offset is None:
        times |= {"Behavior type": "POINT", "Duration (s)": "NA"}
    comment = packed(event, "unknown" if event.offset is None else "")
    codes = [_named(entry) for entry in event.score.content] or [{"Behavior": str(event.score)}]
    for names in codes:
        yield {**times, **names, "Comment start": comment}
        comment = packed(event, only=("id",))
    if event.apex is not None:
        apex = f"{event.apex / event.fps:.6f}"
        yield {
            "Behavior": "apex", "Behavior type": "POINT", "Start (s)": apex, "Stop (s)": apex,
            "Duration (s)": "NA", "Comment start": packed(event, only=("id",)),
        }  # fmt: skip


def _named(entry: Entry) -> Mapping[str, str]:
    if not isinstance(entry, Item):
        return {"Behavior": name_of(entry), "Modifier #3": str(entry)}
    words = [word for word, side in {**SIDES, **LIPS}.items() if side and len(word) > 1]
    sides = {SIDES.get(word) or LIPS[word]: word for word in reversed(words)}
    level = ":" if "".join(entry.intensity)[:1].isdigit() else ""
    return {
        "Behavior": name_of(Item(entry.code)),
        "Modifier #1": f"{level}{'/'.join(entry.intensity)}",
        "Modifier #2": " ".join(sides[part] for part in (entry.side, entry.lip) if part),
        "Modifier #3": str(entry) if entry.uncertain or entry.remark else "",
    }


def read_boris(
    path: str | Path,
    *,
    fps: float | None = None,
    coder: str = "",
    coder_from: str = "",
    group: str = "",
    title: str = "",
) -> Loaded:
    """Read aggregated events (current and older tables, tab or comma) or a project of BORIS.

    Parameters
    ----------
    path : the file
    fps : frames a second [1/s]; without it the file says it
    coder : who coded; unless given, a variable of the observation says it
    coder_from : ``"observation"`` takes the coder from the observation id
    group : ``"overlap"`` joins codes of one coder that overlap into one event
    title : of the session

    Raises
    ------
    FileError
        The file cannot be read or says something that cannot be (names row or observation).

    Source: S0-100.
    """
    _checks.one_of("coder_from", coder_from, ("", "observation"))
    return _Reading(read_rows(path), str(path), fps, coder, coder_from).loaded(group, title)


class _Reading:
    """Rows of one file on their way to events."""

    def __init__(
        self, rows: list[Row], file: str, fps: float | None, coder: str, coder_from: str
    ) -> None:
        self.rows, self.file, self.met = rows, file, Met()
        self.fps, self.coder, self.coder_from = fps, coder, coder_from
        self.media: dict[str, set[str]] = {}
        for row in rows:
            self.media.setdefault(row.get("Observation id"), set()).add(self._media(row))

    @staticmethod
    def _media(row: Row) -> str:
        name = row.get("Media file name", "Media file")
        return "" if not _is_own(row) and name.upper() in ("NA", "LIVE") else name

    def loaded(self, group: str, title: str) -> Loaded:
        """The session in the file."""
        found: dict[int, Piece] = {}
        points: dict[int, Piece] = {}
        marks: list[Mark] = []
        spare: dict[str, int] = {}
        clips: dict[str, tuple[Row, float, dict[str, None]]] = {}
        for at, row in enumerate(self.rows):
            clip, coder, rate = self._about(row)
            first = clips.setdefault(clip, (row, rate, {}))
            first[2][coder] = None
            if rate != first[1]:
                problem = f"{rate:g} frames a second, but clip {clip!r:.40} had {first[1]:g}"
                raise said(row.where, problem, "Correct one, or give fps=… (--fps)")
            name = row.get("Behavior")
            apex, codes = self._name(row)
            if not codes and not apex and name.casefold() not in _OTHER:
                if name and name != "NA":
                    spare[name] = spare.get(name, 0) + 1
                continue
            point, piece = self._piece(row, clip, coder, rate, codes)
            if apex:
                marks.append(_mark(piece, codes))
            elif point and not piece.key:
                points[at] = piece
            else:
                found[at] = piece
        near = Near(list(found.values()))
        for at, piece in points.items():
            mark = _mark(piece, code_of(piece.where.value)[0])
            if near.fits(mark):
                marks.append(mark)
            else:
                found[at] = replace(piece, apex=piece.onset)
        pieces = with_apexes([found[at] for at in sorted(found)], marks, self.met)
        made = events_from(pieces, group, self.met)
        watched = tuple(self._watched(name, *about, pieces) for name, about in clips.items())
        ours = next((row.get("Description") for row in self.rows if _is_own(row)), "")
        session = session_of(self.file, title or ours or Path(self.file).stem, made, watched)
        names = tuple(f"{name} ({number})" for name, number in spare.items())
        left = {"behaviours that name no code, with rows": names} if spare else {}
        counts = {"rows": len(self.rows), "observations": len(self.media), "events": len(made)}
        return Loaded(session, Report(self.file, counts, self.met.traps, left_out=left))

    def _about(self, row: Row) -> tuple[str, str, float]:
        """Clip, coder and frame rate of a row."""
        name = row.get("Observation id")
        if not name:
            raise said(row.where, "the row has no observation id", "Name the observation")
        video = self.media[name]
        head, gap, tail = name.rpartition("_")
        coder, clip = self.coder, name
        if self.coder_from:
            clip = head or name
            coder = coder or (tail if gap else name)
        if len(video) == 1 and (only := next(iter(video))) and ";" not in only:
            clip = Path(re.split(r"[/\\]", only)[-1]).stem or clip
        if _is_own(row):
            clip = row.get("clip") or clip
        named = (row.cells[key] for key in row.cells if key.casefold() in _CODERS)
        coder = coder or next(filter(None, named), "")
        return clip.strip(), coder, self._rate(row)

    def _rate(self, row: Row) -> float:
        cell = row.get("FPS (frame/s)", "FPS")
        try:
            rates = {
                float(one) for one in re.split(r"[;\s]+", cell) if one.upper() not in ("", "NA")
            }
        except ValueError:
            raise said(row.where, f"{cell!r:.40} is no frame rate", "Use a number") from None
        rates -= {0.0}
        if self.fps is not None:
            if rates - {self.fps}:
                self.met("the frame rate given replaces that of the file", row.where)
            return self.fps
        if len(rates) != 1:
            problem = "the row does not say one number of frames a second"
            raise said(row.where, problem, "Give fps=… (--fps)")
        rate = rates.pop()
        if not 0.1 <= rate <= 100_000:
            raise said(row.where, f"{rate:g} frames a second cannot be", "Give fps=… (--fps)")
        return rate

    @staticmethod
    def _name(row: Row) -> tuple[bool, tuple[Entry, ...]]:
        """Whether a row is an apex, and the codes that its behaviour names."""
        name = row.get("Behavior")
        apex = bool(_APEX.search(name)) or "apex" in map(str.lower, _words(row))
        return apex, code_of(_APEX.sub("", name).strip(" _-"))[0]

    def _piece(
        self, row: Row, clip: str, coder: str, rate: float, codes: tuple[Entry, ...]
    ) -> tuple[bool, Piece]:
        """Whether a row is a point, and what it says."""
        point = row.get("Behavior type").lower().startswith("point")
        start = self._frame(row, "Start (s)", rate)
        stop = start if point else self._frame(row, "Stop (s)", rate)
        if stop < start:
            raise said(row.where, "the event stops before it starts", "Correct its times")
        if row.get("Time offset (s)").strip("-+0.") not in ("", "NA"):
            self.met("time offset, not added: frames count from time 0 of the table", row.where)
        aus, free = _OTHER.get(row.get("Behavior").casefold(), ""), tuple[str, ...]()
        if codes:
            texts = [cell for name, cell in row.cells.items() if _is_modifier(name)]
            try:
                aus, free = marked(codes, [text for text in texts if text.lower() != "apex"])
            except ValueError as error:
                advice = "Correct the modifier, or the name of the behaviour"
                raise said(row.where, str(error), advice) from None
        fields: Mapping[str, str] = {}
        comments = (row.get("Comment start", "Comment"), row.get("Comment stop"))
        for comment in comments:
            if (known := unpacked(comment)) is not None:
                fields = {**known, **fields}
            elif comment.lower() not in NOTHING:
                free = (*free, comment)
        key = fields.get("id", "") if _is_own(row) else ""
        person = row.get("Subject")
        return point, Piece(
            row.where, coder, "" if person == _NOBODY else person, clip, rate,
            start, max(stop, start + 1), stop, aus, key, "", free, fields,
        )  # fmt: skip

    def _frame(self, row: Row, column: str, rate: float) -> int:
        cell = row.get(column)
        try:
            time = float(cell)
            if not 0 <= time < LONGEST / rate:
                raise ValueError
        except ValueError:
            where = placed(row.where, column, cell)
            advice = "Write seconds from the start of the video, such as 1.25"
            raise said(where, "this is no time", advice) from None
        frame = frame_at(1000 * time, rate)
        if abs(frame / rate - time) > 0.001:
            self.met("time between two frames, the nearest is taken", row.where)
        return frame

    def _watched(
        self, clip: str, row: Row, rate: float, coders: Mapping[str, None], pieces: list[Piece]
    ) -> Watched:
        people = {piece.subject for piece in pieces if piece.clip == clip and piece.subject}
        about: dict[str, object] = {"subject": people.pop() if len(people) == 1 else ""}
        media = self.media[row.get("Observation id")]
        about["media"] = re.split(r"[/\\]", min(media))[-1].strip() if len(media) == 1 else ""
        if _is_own(row):
            about = {"subject": row.get("clip subject"), "media": row.get("Media file name")}
            for name in ("frames", "neutral"):
                error = placed(row.where, name, row.get(name))
                error = said(error, "this is no frame", "Use a whole number")
                about[name] = frame_of(row.get(name), error)
        known = () if tuple(coders) == ("",) else tuple(coders)
        return watched_from(row.where, clip=clip, fps=rate, coders=known, **about)


def _is_own(row: Row) -> bool:
    return row.get("fau_teach") == "1"


def _is_modifier(column: str) -> bool:
    return column.casefold().startswith("modifier")


def _words(row: Row) -> Iterator[str]:
    for name, cell in row.cells.items():
        if _is_modifier(name):
            yield from (word.strip() for word in cell.split("|"))


def _mark(piece: Piece, codes: tuple[Entry, ...]) -> Mark:
    wanted = frozenset(item.code for entry in codes for item in options_of(entry))
    return Mark(piece.where, piece.coder, piece.subject, piece.clip, piece.onset, wanted, piece.key)
