"""Recordings back from their files, also from one that was never closed."""

from __future__ import annotations

import io
import json
import re
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fau_teach._reading import FileError
from fau_teach.emg import edf
from fau_teach.emg.clock import ClockFit
from fau_teach.emg.recording import About, Account, Marker, Recording
from fau_teach.emg.sinks import CSV_HEAD

if TYPE_CHECKING:
    import numpy.typing as npt

_LONGEST_S = 40 * 86_400
_OFF = 0.1  # of a tick, that the digits of a time may be beside it
_WHO = re.compile(r"ntl1_(\d{1,6})Hz_(\d{1,5})mV_(\w+)")
_TAL = re.compile(rb"([+-]\d{1,9}\.\d{1,9})\x14([^\x00]*)\x14\x00")


def read_csv(path: str | Path) -> Recording:
    """A recording in CSV.

    Raises
    ------
    FileError
        It is none of ours, or broken elsewhere than in its last line.
    """
    import numpy as np

    data, notes = _bytes(path), list[str]()
    if not data.startswith(CSV_HEAD.encode()):
        raise _none_of_ours(path)
    whole, torn = data.rsplit(b"\n", 1) if b"\n" in data else (b"", data)
    if torn:
        notes.append(f"The last line was torn off and is left out: {torn[:40]!r}")
    lines = whole.split(b"\n")
    about = _about(path, lines[0].decode(errors="replace")[len(CSV_HEAD) :])
    plain = [at for at, line in enumerate(lines) if at > 2 and line.endswith(b",")]
    words, end = [], None
    for at, line in enumerate(lines):
        if line.startswith(b"# closed "):
            end = line[9:]
        elif at > 2 and not line.endswith(b",") and line:
            words.append(_words(path, at + 1, line, len(about.pins)))
    usual = range(1 + len(about.pins))
    try:
        body = io.BytesIO(b"\n".join(lines[at] for at in plain))
        table = np.loadtxt(body, delimiter=",", usecols=usual, ndmin=2) if plain else None
    except ValueError:
        table = None
        for at in plain:
            _numbers(path, at + 1, lines[at], len(usual))
    rows = np.zeros((0, len(usual))) if table is None else table
    summary = _summary(path, end)
    return _made(path, about, rows[:, 0], rows[:, 1:], words, notes, summary)


def _numbers(path: str | Path, line: int, text: bytes, many: int) -> None:
    try:
        if len([float(one) for one in text.split(b",")[:-1]]) == many:
            return
    except ValueError:
        pass
    shown = text.decode(errors="replace")
    raise FileError(str(path), line, shown, "no row of this recording", "A row has a time and "
                    f"{many - 1} count(s)")  # fmt: skip


def _words(path: str | Path, line: int, text: bytes, pins: int) -> tuple[float, str]:
    time_s, *empty, note = text.decode(errors="replace").split(",", pins + 1) + [""] * pins
    if len(empty) >= pins:
        note = text.decode(errors="replace").split(",", pins + 1)[-1]
    try:
        if not (note.startswith('"') and note.endswith('"')):
            raise ValueError
        return float(time_s), note[1:-1].replace('""', '"')
    except ValueError:
        shown = text.decode(errors="replace")
        raise FileError(str(path), line, shown, "no row and no note", "Leave the file as it was "
                        "recorded") from None  # fmt: skip


def read_edf(path: str | Path) -> Recording:
    """A recording in EDF+ that this package wrote.

    Raises
    ------
    FileError
        It is none of ours, or broken elsewhere than in its last record.
    """
    import numpy as np

    data, notes = _bytes(path), list[str]()
    top = data[:256].decode("ascii", "replace")
    who = _WHO.search(top[88:168])
    try:
        many = int(top[252:256]) - 1
        size = 256 * (many + 2)
        if who is None or not 1 <= many <= 8 or len(data) < size:
            raise ValueError
        columns, at = [], 256
        for width in edf.WIDTHS:
            columns.append([data[at + k * width : at + (k + 1) * width].decode("ascii").strip()
                            for k in range(many + 1)])  # fmt: skip
            at += width * (many + 1)
        pins = tuple(int(one.removeprefix("EMG A")) for one in columns[0][:many])
        batch, room = int(columns[8][0]), 2 * int(columns[8][many])
        said = {*columns[8][:many]} == {str(batch)} and 1 <= batch < 1000 and room == edf.ROOM
        began, count = edf.local(top[168:176], top[176:184]), int(top[236:244])
        if not said:
            raise ValueError
        about = About(pins, int(who[1]), int(who[2]), who[3], began, batch)
    except (ValueError, IndexError):
        raise _none_of_ours(path) from None
    one = 2 * batch * many + room
    records, torn = divmod(len(data) - size, one)
    if torn:
        notes.append(f"The last record was torn off and is left out: {torn} bytes")
    if 0 <= count != records:
        notes.append(f"The header says {count} records; the file has {records}")
    table = np.frombuffer(data, np.uint8, records * one, size).reshape(records, one)
    samples = np.ascontiguousarray(table[:, :-room]).view("<i2").reshape(records, many, batch)
    times, words = np.zeros(records), list[tuple[float, str]]()
    for at in range(records):
        tals = _TAL.findall(table[at, -room:].tobytes())
        if not tals or tals[0][1]:
            raise FileError(str(path), 0, "", f"record {at} has no time", "The file is damaged")
        times[at] = float(tals[0][0])
        words += [(float(t), text.decode(errors="replace")) for t, text in tals[1:]]
    first = float(times[0]) if records else 0.0
    about = replace(about, began=datetime.fromtimestamp(began.timestamp() + first).astimezone())
    times = times[:, None] - first + np.arange(batch) / about.rate
    counts = samples.transpose(0, 2, 1).reshape(-1, many)
    there = (counts != edf.NOTHING).all(1)
    if (counts[~there] != edf.NOTHING).any():
        raise FileError(str(path), 0, "", "a row lacks some of its counts", "The file is damaged")
    joined: list[tuple[float, str]] = []
    for time_s, text in words:
        if text.startswith(edf.MORE) and joined:
            joined[-1] = (joined[-1][0], joined[-1][1] + text.removeprefix(edf.MORE))
        else:
            joined.append((time_s - first, text))
    closing = [text for _, text in joined if text.startswith(("account: ", "clock: "))]
    summary = _said(closing) if count == records and not torn and closing else None
    rest = [one for one in joined if one[1] not in closing]
    return _made(path, about, times.reshape(-1)[there], counts[there], rest, notes, summary)


def _said(closing: list[str]) -> dict[str, Any]:
    """What the closing annotations say, in the form of the other format."""
    found: dict[str, Any] = {"account": {}, "clocks": []}
    for text in closing:
        kind, _, rest = text.partition(": ")
        pairs = dict(one.split("=", 1) for one in rest.split() if "=" in one)
        values = {k: None if v == "None" else json.loads(v) for k, v in pairs.items()}
        if kind == "account":
            found["account"] = values
        else:
            found["clocks"].append(values)
    return found


def _summary(path: str | Path, end: bytes | None) -> dict[str, Any] | None:
    try:
        return None if end is None else dict(json.loads(end))
    except (ValueError, TypeError):
        raise FileError(str(path), 0, end.decode(errors="replace") if end else "",
                        "its last line is damaged", "Leave it out") from None  # fmt: skip


def _made(
    path: str | Path,
    about: About,
    times: npt.NDArray[Any],
    counts: npt.NDArray[Any],
    words: list[tuple[float, str]],
    notes: list[str],
    summary: dict[str, Any] | None,
) -> Recording:
    import numpy as np

    bad = not (np.isfinite(times).all() and np.isfinite(counts).all())
    if bad or (times < 0).any() or (times > _LONGEST_S).any() or (counts != counts.round()).any():
        raise FileError(str(path), 0, "", "a time or count that cannot be", "The file is damaged")
    if (counts < 0).any() or (counts > 1023).any():
        raise FileError(str(path), 0, "", "a count outside 0 to 1023", "The file is damaged")
    index = np.round(times * about.rate).astype(np.int64)
    order = np.argsort(index, kind="stable")
    if (np.diff(index[order]) == 0).any():
        raise FileError(str(path), 0, "", "a time that comes twice", "The file is damaged")
    if len(index) and abs(times * about.rate - index).max() > _OFF:
        raise FileError(str(path), 0, "", "a time between two ticks", "The file is damaged")
    markers, reasons = [], {}
    for time_s, text in words:
        kind, _, rest = text.partition(": ")
        if kind == "marker":
            markers.append(Marker(time_s, rest))
        elif kind == "gap" and abs(time_s) < _LONGEST_S:
            reasons[round(time_s * about.rate)] = rest
        else:
            notes.append(text)
    try:
        known = {one.name for one in fields(Account)}
        given = (summary or {}).get("account", {})
        account = Account(**{k: int(v) for k, v in given.items() if k in known})
        clocks = tuple(ClockFit(**one) for one in (summary or {}).get("clocks", []))
    except (TypeError, ValueError, AttributeError):
        raise FileError(str(path), 0, "", "its end is damaged", "Leave it out") from None
    if summary is None:
        account = Account(rows=len(index), sent=-1, segments=1, open_ends=1)
    else:  # what was so in memory and in another file does not hold here
        account.forgotten, account.unsaved = 0, max(0, account.rows - len(index))
        if len(index) != account.rows:
            notes.append(f"{account.rows:,} rows were recorded; the file has {len(index):,}")
    markers.sort(key=lambda one: one.time_s)
    taken = np.asarray(counts[order], "<u2")
    return Recording(about, index[order], taken, tuple(markers), account, reasons, clocks,
                     summary is not None, tuple(notes))  # fmt: skip


def _about(path: str | Path, text: str) -> About:
    try:
        said = json.loads(text)
        return About(
            tuple(int(pin) for pin in said["pins"]),
            int(said["rate_hz"]),
            int(said["reference_mv"]),
            str(said["kind"]),
            datetime.fromisoformat(said["began"]),
            int(said["batch"]),
        )
    except (ValueError, KeyError, TypeError, OverflowError):
        raise FileError(str(path), 1, text, "its first line is damaged", "Restore it") from None


def _none_of_ours(path: str | Path) -> FileError:
    problem = "this is no recording of this package"
    return FileError(str(path), 0, "", problem, "Give a .csv or .edf that a Recorder wrote")


def _bytes(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror or error}"
        raise FileError(str(path), 0, "", problem, "Give the path of a recording") from None
