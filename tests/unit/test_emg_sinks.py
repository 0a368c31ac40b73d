"""Files of recordings: back as they were, never replaced unasked, readable after a kill."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fau_teach._reading import FileError
from fau_teach.emg import edf
from fau_teach.emg.clock import ClockFit
from fau_teach.emg.recording import About, Account, Marker, Recording
from fau_teach.emg.sinks import CSV_HEAD, read, sink

BEGAN = datetime(2026, 3, 2, 10, 11, 12, 345_000).astimezone()
BOTH = pytest.mark.parametrize("ending", ["csv", "edf"])


def made(
    runs: list[tuple[int, int]],
    *,
    pins: tuple[int, ...] = (0, 3),
    rate: int = 1000,
    batch: int = 10,
    markers: tuple[Marker, ...] = (),
    seed: int = 0,
) -> Recording:
    """A recording of so many rows after so long a gap, again and again."""
    index, at = [], 0
    for gap, rows in runs:
        index += list(range(at + gap, at + gap + rows))
        at += gap + rows
    counts = np.random.default_rng(seed).integers(0, 1024, (len(index), len(pins)), dtype="<u2")
    reasons = {}
    at = 0
    for gap, rows in runs:
        if gap:
            reasons[at + gap] = "2 frame(s) lost"
        at += gap + rows
    account = Account(len(index), len(index) + 20, frames=len(index) // 10, lost=2, segments=1)
    clocks = (ClockFit(12.5, 3.25, 0.001, 0.0005, 60.0, 6000),)
    return Recording(
        About(pins, rate, 5000, "envelope", BEGAN, batch), np.array(index, np.int64), counts,
        markers, account, reasons, clocks,
    )  # fmt: skip


def same(one: Recording, other: Recording) -> None:
    np.testing.assert_array_equal(one.index, other.index)
    np.testing.assert_array_equal(one.counts, other.counts)
    assert one.about == other.about
    assert one.gaps == other.gaps
    assert one.account == other.account
    assert one.clocks == other.clocks
    assert [m.text for m in one.markers] == [m.text for m in other.markers]
    for mine, its in zip(one.markers, other.markers, strict=True):
        assert mine.time_s == pytest.approx(its.time_s, abs=2e-6)
    assert one.closed
    assert other.closed


words = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029"),
    min_size=1, max_size=200,
).map(str.strip).filter(bool)  # fmt: skip


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    runs=st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 60)), max_size=5),
    first=st.integers(1, 60),
    pins=st.sampled_from([(0,), (5, 1, 9), tuple(range(8))]),
    rate=st.sampled_from([4, 250, 333, 1000, 2083]),
    batch=st.integers(1, 15),
    markers=st.lists(st.tuples(st.floats(0, 1000), words), max_size=4),
    ending=st.sampled_from(["csv", "edf"]),
)
def test_a_recording_comes_back_as_it_was(
    tmp_path: Path,
    runs: Any,
    first: int,
    pins: Any,
    rate: int,
    batch: int,
    markers: Any,
    ending: str,
) -> None:
    said = tuple(Marker(at, text) for at, text in sorted(markers))
    whole = made([(0, first), *runs], pins=pins, rate=rate, batch=batch, markers=said)
    path = whole.save(tmp_path / f"one.{ending}", force=True)
    same(whole, read(path))


@BOTH
def test_values_times_and_gaps(tmp_path: Path, ending: str) -> None:
    whole = made([(0, 20), (30, 20)], markers=(Marker(0.012, 'a "smile", left'),))
    found = read(whole.save(tmp_path / f"a.{ending}"))
    assert found.times.tolist() == pytest.approx(np.arange(70) / 1000)
    assert np.isnan(found.values[20:50]).all()
    np.testing.assert_allclose(found.values[50:], (found.counts[20:] + 0.5) * 5 / 1024)
    gap = found.gaps[0]
    assert (gap.start_s, gap.end_s, gap.rows) == (0.02, 0.05, 30)
    assert gap.reason == "2 frame(s) lost"
    assert (found.channels, found.unit, found.kind) == (("A0", "A3"), "V", "envelope")
    assert found.seconds == pytest.approx(0.07)
    told = str(found)
    assert "20 rows lost on the line" in told
    assert "1 gap(s), 1 marker(s)" in told
    assert "12.5 ppm fast" in told


@BOTH
def test_a_file_that_exists_is_left_alone(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_text("mine")
    with pytest.raises(FileError, match=r"exists already.*force"):
        made([(0, 5)]).save(path)
    assert path.read_text() == "mine"
    # With force it is kept until the new one is whole.
    with sink(path, made([(0, 5)]).about, force=True) as out:
        assert [one.read_text() for one in tmp_path.glob(".*")] == ["mine"]
        out.rows(0, np.zeros((5, 2), "<u2"))
        out.finish(made([(0, 5)]).summary())
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert len(read(path).counts) == 5
    # One that is not finished takes nothing away, however often.
    for _ in range(2):
        with sink(path, made([(0, 5)]).about, force=True) as out:
            out.flush()
    kept = sorted(one for one in tmp_path.iterdir() if one != path)
    assert len(kept) == 2


def test_other_endings_and_places_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"\.csv or \.edf"):
        made([(0, 5)]).save(tmp_path / "a.txt")
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be made"):
        made([(0, 5)]).save(tmp_path / "file" / "a.csv")
    with pytest.raises(FileError, match="cannot be read"):
        read(tmp_path / "none.csv")


# ---- kills, full disks, torn ends

KILLED = """
import sys, time
import numpy as np
from fau_teach.emg import PythonDevice, Recorder
table = np.repeat(np.arange(1, 5)[None] * 1.0, 10, 0)
with Recorder(PythonDevice(table, 10), save=sys.argv[1:]) as recorder:
    recorder.mark("before the end")
    recorder.wait(1.5)
    print("now", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills in the POSIX way")
def test_a_killed_program_leaves_files_that_can_be_read(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "a.edf"]
    command = [sys.executable, "-c", KILLED, *map(str, paths)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"now\n"
        time.sleep(0.5)
        program.send_signal(signal.SIGKILL)
    for path in paths:
        found = read(path)
        assert not found.closed
        assert found.account.sent == -1
        assert len(found.counts) >= 1000
        assert found.gaps == ()
        assert [one.text for one in found.markers] == ["before the end"]
        np.testing.assert_allclose(found.values[:1000].mean(0), [1, 2, 3, 4], atol=3e-3)
        assert "was not closed" in str(found)
    header = paths[1].read_bytes()[:256]
    assert (header[192:197], header[236:244].strip()) == (b"EDF+D", b"-1")


@BOTH
def test_every_torn_end_can_be_read(tmp_path: Path, ending: str) -> None:
    whole = made([(0, 57), (30, 41)])
    path = whole.save(tmp_path / f"a.{ending}")
    data, size = path.read_bytes(), 0
    start = 400 if ending == "csv" else 256 * 4
    for end in range(start, len(data), 37):
        path.write_bytes(data[:end])
        found = read(path)
        n = len(found.index)
        assert n >= size
        np.testing.assert_array_equal(found.counts, whole.counts[:n])
        np.testing.assert_array_equal(found.index, whole.index[:n])
        size = n
    assert size >= 80


@BOTH
def test_a_full_disk_costs_nothing_but_time(tmp_path: Path, ending: str, monkeypatch: Any) -> None:
    whole = made([(0, 400)])
    out = sink(tmp_path / f"a.{ending}", whole.about)
    out.rows(0, whole.counts[:100])
    out.flush()
    write, room = os.write, [150]

    def full(file: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = write(file, data[: room[0]])
        room[0] -= done
        return done

    monkeypatch.setattr(os, "write", full)
    out.rows(100, whole.counts[100:300])
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            out.flush()
        monkeypatch.setattr(os, "write", write)
        half = read(out.path)
        assert len(half.counts) in (60, 100)
        assert not half.notes
        monkeypatch.setattr(os, "write", full)
    monkeypatch.setattr(os, "write", write)
    out.rows(300, whole.counts[300:])
    out.finish(whole.summary())
    found = read(out.path)
    np.testing.assert_array_equal(found.counts, whole.counts)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=400), st.integers(0, 3000), st.sampled_from(["csv", "edf"]))
def test_broken_files_are_refused_in_words(
    tmp_path: Path, junk: bytes, at: int, ending: str
) -> None:
    path = made([(0, 57), (30, 41)]).save(tmp_path / f"a.{ending}", force=True)
    data = path.read_bytes()
    for broken in (junk, data[:at] + junk + data[at + len(junk) :], data[: at % len(data)] + junk):
        path.write_bytes(broken)
        try:
            found = read(path)
        except FileError:
            continue
        assert (np.diff(found.index) > 0).all()
        assert found.counts.max(initial=0) <= 1023


def test_a_broken_row_is_named(tmp_path: Path) -> None:
    path = made([(0, 57)]).save(tmp_path / "a.csv")
    lines = path.read_text().split("\n")
    for row, problem in (("0.010,1,", "no row"), ("0.010,x,2,", "no row"), ("nonsense", "no note")):
        path.write_text("\n".join([*lines[:10], row, *lines[11:]]))
        with pytest.raises(FileError, match=problem) as caught:
            read(path)
        assert caught.value.line == 11
    path.write_text("\n".join([*lines[:10], "0.010,1024,2,", *lines[11:]]))
    with pytest.raises(FileError, match="outside 0 to 1023"):
        read(path)
    path.write_text("\n".join([*lines[:10], lines[9], *lines[11:]]))
    with pytest.raises(FileError, match="twice"):
        read(path)
    path.write_text(CSV_HEAD + '{"pins": []}\n\n')
    with pytest.raises(FileError, match="first line"):
        read(path)


# ---- EDF+ as the others see it


def header(path: Path) -> dict[str, Any]:
    """Fields of an EDF header, read by nothing but its specification."""
    data = path.read_bytes()
    n = int(data[252:256])
    found: dict[str, Any] = {
        "version": data[:8], "patient": data[8:88], "recording": data[88:168],
        "date": data[168:176], "time": data[176:184], "size": int(data[184:192]),
        "kind": data[192:236].strip(), "records": int(data[236:244]),
        "duration": float(data[244:252]), "signals": n,
    }  # fmt: skip
    at = 256
    names = ("label", "who", "unit", "low", "high", "least", "most", "filter", "samples", "")
    for name, width in zip(names, (16, 80, 8, 8, 8, 8, 8, 80, 8, 32), strict=True):
        found[name] = [data[at + k * width : at + (k + 1) * width].strip() for k in range(n)]
        at += n * width
    return found


def test_the_header_of_an_edf_file(tmp_path: Path) -> None:
    path = made([(0, 100)]).save(tmp_path / "a.edf")
    top, data = header(path), path.read_bytes()
    assert top["version"].strip() == b"0"
    assert top["recording"].startswith(b"Startdate 02-MAR-2026 X X ")
    assert (top["date"], top["time"]) == (b"02.03.26", b"10.11.12")
    assert (top["kind"], top["duration"], top["signals"]) == (b"EDF+C", 0.01, 3)
    assert top["label"] == [b"EMG A0", b"EMG A3", b"EDF Annotations"]
    assert top["samples"] == [b"10", b"10", b"64"]
    assert (top["least"][0], top["most"][0], top["unit"][0]) == (b"-1", b"1023", b"mV")
    assert float(top["low"][0]) == pytest.approx(-0.5 * 5000 / 1024, abs=1e-4)
    assert float(top["high"][0]) == pytest.approx(1023.5 * 5000 / 1024, abs=1e-3)
    assert top["size"] == 256 * 4
    assert len(data) == top["size"] + top["records"] * (2 * 2 * 10 + edf.ROOM)
    assert data[: top["size"]].isascii()
    # Ten records of samples; the closing words found room in them.
    assert top["records"] == 10
    first = data[top["size"] + 40 :][: edf.ROOM]
    assert first.startswith(b"+0.345000\x14\x14\x00")


def test_a_gap_makes_it_discontinuous(tmp_path: Path) -> None:
    assert header(made([(0, 100), (7, 50)]).save(tmp_path / "a.edf"))["kind"] == b"EDF+D"
    # 333 rows a second: no record length in eight characters is exact.
    uneven = made([(0, 100)], rate=333).save(tmp_path / "b.edf")
    assert header(uneven)["kind"] == b"EDF+D"


def test_long_words_are_cut_into_parts(tmp_path: Path) -> None:
    text = "lächeln " * 60 + "Ende"
    whole = made([(0, 5)], markers=(Marker(0.001, text),))
    assert read(whole.save(tmp_path / "a.edf")).markers[0].text == text


def test_other_readers_agree(tmp_path: Path) -> None:
    edfio = pytest.importorskip("edfio")
    whole = made([(0, 1000)], markers=(Marker(0.25, "smile"),))
    path = whole.save(tmp_path / "a.edf")
    found = edfio.read_edf(path)
    assert [one.label for one in found.signals] == ["EMG A0", "EMG A3"]
    for column, one in enumerate(found.signals):
        assert one.sampling_frequency == 1000
        np.testing.assert_allclose(one.data, 1000 * whole.values[:, column], atol=2e-3)
    assert ("marker: smile", 0.25) in [(one.text, round(one.onset, 6)) for one in found.annotations]


def test_summaries_are_plain(tmp_path: Path) -> None:
    path = made([(0, 5)]).save(tmp_path / "a.csv")
    last = path.read_text().splitlines()[-1]
    assert json.loads(last.removeprefix("# closed "))["account"]["lost"] == 2


# ---- files that were cut or edited


def test_a_closed_file_that_was_cut_is_not_whole(tmp_path: Path) -> None:
    whole = made([(0, 400)])
    path = whole.save(tmp_path / "a.edf")
    data, record = path.read_bytes(), 2 * 2 * 10 + edf.ROOM
    for end in (len(data) - 1, len(data) - record, 256 * 4 + 7 * record, 256 * 4):
        path.write_bytes(data[:end])
        found = read(path)
        assert (found.closed, found.account.whole) == (False, False)
        assert found.account.rows == len(found.index)
        assert "The header says 40 records" in str(found)


@BOTH
def test_rows_that_were_taken_out_are_missed(tmp_path: Path, ending: str) -> None:
    whole = made([(0, 400)])
    whole = replace(whole, account=Account(400, 400, frames=40, segments=1))
    path = whole.save(tmp_path / f"a.{ending}")
    assert read(path).account.whole
    data = path.read_bytes()
    if ending == "csv":
        lines = data.split(b"\n")
        path.write_bytes(b"\n".join(lines[:100] + lines[150:]))
    else:
        at, record = 256 * 4, 2 * 2 * 10 + edf.ROOM
        head = data[:236] + b"35".ljust(8) + data[244:at]
        path.write_bytes(head + data[at : at + 5 * record] + data[at + 10 * record :])
    found = read(path)
    assert (len(found.index), found.account.unsaved, found.account.whole) == (350, 50, False)
    assert "400 rows were recorded; the file has 350" in str(found)


def test_times_off_the_grid_and_half_rows_are_refused(tmp_path: Path) -> None:
    path = made([(0, 57)]).save(tmp_path / "a.csv")
    path.write_text(path.read_text().replace("\n0.010000,", "\n0.010400,"))
    with pytest.raises(FileError, match="between two ticks"):
        read(path)
    path = made([(0, 57)]).save(tmp_path / "a.edf")
    data = bytearray(path.read_bytes())
    data[256 * 4 : 256 * 4 + 2] = b"\xff\xff"
    path.write_bytes(data)
    with pytest.raises(FileError, match="lacks some of its counts"):
        read(path)


@BOTH
def test_words_of_several_lines_leave_the_file_readable(tmp_path: Path, ending: str) -> None:
    whole = made([(0, 57)], markers=(Marker(0.01, "one\ntwo"),))
    assert read(whole.save(tmp_path / f"a.{ending}")).markers[0].text == "one two"
