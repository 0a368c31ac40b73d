"""Frames out of damaged bytes: all of them, nothing else, and every loss counted."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach._data import read_json
from fau_teach.emg.parser import Block, Counts, Frame, Parser
from fau_teach.emg.protocol import (
    BATCH,
    PERIOD,
    Close,
    Data,
    Hello,
    Pong,
    Start,
    Status,
    crc,
    frame,
)

VECTORS = read_json("emg/vectors.json")["frames"]


def batch(number: int, rows: int = BATCH, channels: int = 4) -> np.ndarray:
    """Counts of the frame with this number, which tell the number."""
    return _batch(number % 1024, rows, channels)


@cache
def _batch(number: int, rows: int, channels: int) -> np.ndarray:
    at = np.arange(rows * channels).reshape(rows, channels)
    return ((number * 7919 + at * 31) % 1024).astype("<u2")


def data(number: int, rows: int = BATCH, channels: int = 4) -> bytes:
    samples = batch(number, rows, channels).tobytes()
    return frame(Data(number * 10_000 % 2**32, channels, rows, samples), number)


def got(parser: Parser, stream: bytes, size: int = 0) -> list[Block | Frame]:
    size = size or max(1, len(stream))
    out = [one for at in range(0, len(stream), size) for one in parser.feed(stream[at : at + size])]
    return out + parser.flush()


def by_number(found: list[Block | Frame]) -> dict[int, Any]:
    """What came under each number: its counts, or the message."""
    seen: dict[int, Any] = {}
    for one in found:
        if isinstance(one, Frame):
            if isinstance(one.message, Status):
                assert one.number not in seen
                seen[one.number] = one.message
            continue
        for at in range(len(one.times_us)):
            assert one.number + at not in seen
            seen[one.number + at] = one.counts[at * one.rows : (at + 1) * one.rows]
    return seen


def test_every_vector_of_the_board_is_read() -> None:
    parser = Parser()
    for one in VECTORS:
        parser.restart()
        parser.counts = Counts()
        found = got(parser, bytes.fromhex(one["hex"]))
        if int(one["hex"][4:6], 16) >= 0x80:
            assert (found, parser.counts.odd) == ([], 1), one
        elif one["type"] == "Data":
            want = np.frombuffer(bytes.fromhex(one["fields"]["samples"]), "<u2")
            if want.max() > 1023:  # syncs in the place of counts: right on the wire, no ADC's
                assert (found, parser.counts.odd, parser.counts.skipped) == ([], 1, 0)
                continue
            np.testing.assert_array_equal(found[0].counts.reshape(-1), want)
            assert int(found[0].times_us[0]) == one["fields"]["time_us"]
        else:
            assert type(found[0].message).__name__ == one["type"]
            assert found[0].number % PERIOD == one["number"]


def test_a_clean_stream_comes_in_one_block() -> None:
    parser = Parser()
    found = parser.feed(b"".join(map(data, range(500))))
    assert len(found) == 1
    np.testing.assert_array_equal(found[0].counts, np.concatenate([batch(n) for n in range(500)]))
    np.testing.assert_array_equal(found[0].times_us, np.arange(500) * 10_000)
    assert parser.counts == Counts(len(data(0)) * 500, 500, 500)


STREAM = b"".join(
    frame(Status(n * 10_000, 0, 0, n * 10), n) if n % 40 == 0 else data(n, 1 + n % 5, 1 + n % 8)
    for n in range(200)
)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(STREAM) - 1), st.integers(1, 255)), max_size=6),
    st.integers(1, 3000),
)
def test_pieces_of_any_size_give_the_same(flips: list[tuple[int, int]], size: int) -> None:
    wrong = bytearray(STREAM)
    for at, mask in flips:
        wrong[at] ^= mask
    whole, parts = Parser(), Parser()
    first, second = got(whole, bytes(wrong)), got(parts, bytes(wrong), size)
    assert whole.counts == parts.counts
    assert by_number(first).keys() == by_number(second).keys()
    for number, value in by_number(first).items():
        np.testing.assert_array_equal(value, by_number(second)[number])


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_taken_and_accounted_for(stream: bytes) -> None:
    parser = Parser()
    found = got(parser, stream)
    counts = parser.counts
    assert counts.bytes == len(stream)
    assert counts.skipped + 8 * counts.frames <= len(stream)
    assert counts.tried == counts.frames + counts.odd + counts.crc_errors
    if not found and not counts.odd:
        assert counts.skipped == len(stream)


# ---- numbers


@pytest.mark.parametrize("lost", [1, 2, 999, 32_767, 32_768, 40_000, 65_535])
def test_a_gap_below_the_period_is_counted_exactly(lost: int) -> None:
    parser = Parser()
    found = got(parser, data(0) + data(1) + data(2 + lost) + data(3 + lost))
    assert parser.counts.lost == lost
    assert [one.lost_before for one in found] == [0, lost]
    assert found[1].number == 2 + lost


def test_numbers_go_on_after_the_period() -> None:
    parser = Parser()
    found = got(parser, b"".join(map(data, range(66_000))))
    assert parser.counts.lost == 0
    assert sorted(by_number(found)) == list(range(66_000))


def test_the_closing_count_shows_a_lost_end() -> None:
    parser = Parser()
    found = got(parser, data(0) + data(1) + frame(Close(10**5, 0, 0, 50), 5))
    assert (parser.counts.lost, found[-1].lost_before, found[-1].number) == (3, 3, 5)
    again = parser.feed(frame(Close(10**5, 0, 0, 50), 5))
    assert (parser.counts.lost, again[0].lost_before) == (3, 0)


def test_a_lost_start_counts_and_restart_begins_anew() -> None:
    parser = Parser()
    parser.feed(data(3))
    assert parser.counts.lost == 3
    parser.restart()
    parser.feed(data(0))
    assert (parser.counts.lost, parser.counts.duplicates) == (3, 0)


def test_what_comes_twice_counts_once() -> None:
    parser = Parser()
    stream = [data(n) for n in range(10)]
    found = got(parser, b"".join([*stream[:1], *stream[:5], stream[3], *stream[4:]]))
    assert sorted(by_number(found)) == list(range(10))
    assert (parser.counts.duplicates, parser.counts.lost) == (3, 0)


def test_a_status_stamped_after_the_next_batch_is_still_a_duplicate() -> None:
    parser = Parser()
    status = frame(Status(55_000, 0, 0, 50), 1)
    got(parser, data(0) + status + frame(Data.of(50_000, batch(2)), 2) + status)
    assert (parser.counts.duplicates, parser.counts.lost) == (1, 0)


def test_what_comes_late_is_given_out_and_not_lost() -> None:
    parser = Parser()
    order = [0, 1, 4, 2, 5, 3, 6, 2]
    found = got(parser, b"".join(map(data, order)))
    assert sorted(by_number(found)) == list(range(7))
    counts = parser.counts
    assert (counts.lost, counts.late, counts.duplicates) == (0, 2, 1)
    assert [one.late for one in found] == [False, False, True, False, True, False]


def test_other_frames_use_up_no_number() -> None:
    parser = Parser()
    found = got(parser, data(0) + frame(Pong(bytes(8), 1), 1) + frame(Hello(), 1) + data(1))
    assert parser.counts.lost == parser.counts.duplicates == 0
    assert [type(one) for one in found] == [Block, Frame, Frame, Block]


def test_what_is_no_message_of_the_board_is_odd() -> None:
    parser = Parser(channels=4)
    unknown = b"\x77\x00\x00\x00"
    unknown = b"\xa5\x5a" + unknown + crc(unknown).to_bytes(2, "little")
    found = got(parser, unknown + frame(Start()) + data(0, channels=3) + data(0))
    assert (parser.counts.odd, len(found), parser.counts.skipped) == (3, 1, 0)
    assert "3 odd" in str(parser.counts)


def test_counts_that_the_adc_cannot_give_are_odd() -> None:
    """A check may hold by chance; one such frame must not spoil a recording."""
    table = batch(2).copy()
    table[3, 1] = 1024
    wrong = frame(Data.of(20_000, table), 2)
    for stream in ([data(0), data(1), wrong, data(3)], [wrong, data(3)], [data(0), wrong]):
        parser = Parser()
        found = got(parser, b"".join(stream))
        assert parser.counts.odd == 1
        assert parser.counts.frames == len(stream) - 1
        assert all(one.counts.max() < 1024 for one in found)
        assert 2 not in by_number(found)


# ---- ten million damaged bytes


def test_S4_003_ten_million_damaged_bytes() -> None:
    """Flips, loss, doubles, cuts and nonsense: only whole frames come out, all else is counted."""
    draw = np.random.default_rng(90)
    out, size, number = [], 0, 0
    whole: set[int] = set()
    copies = 0
    while size < 10_000_000:
        status = number % 101 == 0
        clean = frame(Status(number * 10_000 % 2**32), number % PERIOD) if status else data(number)
        dice = draw.random()
        sent = [clean]
        if dice < 0.01:
            sent = []
        elif dice < 0.02:
            sent = [clean, clean]
        elif dice < 0.03:
            sent = [clean[: draw.integers(1, len(clean))]]
        elif dice < 0.05:
            wrong = bytearray(clean)
            for bit in draw.integers(0, 8 * len(clean), draw.integers(1, 9)).tolist():
                wrong[bit // 8] ^= 1 << bit % 8
            sent = [bytes(wrong)]
        elif dice < 0.06:
            sent = [
                draw.bytes(draw.integers(1, 300)),
                b"\xa5\x5a\x02\x56" * draw.integers(1, 9),
                clean,
            ]
        intact = sum(one == clean for one in sent)
        if intact:
            whole.add(number)
            copies += intact - 1
        out += sent
        size += sum(map(len, sent))
        number += 1
    out.append(frame(Close(number * 10_000 % 2**32), number % PERIOD))
    stream = b"".join(out)
    parser = Parser()
    found = got(parser, stream, 65_536)
    seen = by_number(found)
    assert set(seen) == whole
    for at, value in seen.items():
        assert isinstance(value, Status) or value.tobytes() == batch(at).tobytes(), at
    counts = parser.counts
    assert counts.lost == number - len(whole)
    assert counts.duplicates == copies
    assert (counts.frames, counts.odd, counts.late) == (len(whole) + copies + 1, 0, 0)
    good = sum(len(data(1)) if at % 101 else 24 for at in whole)
    twice = counts.bytes - counts.skipped - good - 24
    assert 24 * copies <= twice <= 94 * copies
    # Of so many wrong candidates CRC-16 lets 1 in 65,536 pass.
    assert counts.crc_errors > 2_000
    assert counts.crc_errors / 65_536 < 0.5


def test_random_bytes_pass_no_more_often_than_crc_16_allows() -> None:
    """Heads of DATA with a random rest: 1 in 65,536 is taken for a frame."""
    draw, tries = np.random.default_rng(1), 100_000
    table = draw.integers(0, 256, (tries, 16), dtype=np.uint8)
    table[:, :4] = [0xA5, 0x5A, 0x02, 0x08]
    table[:, 10:12] = [1, 1]
    parser = Parser()
    got(parser, table.tobytes())
    assert parser.counts.tried >= tries
    taken = parser.counts.frames + parser.counts.odd
    assert taken <= 10  # one or two are to be expected
    assert parser.counts.crc_errors >= tries - taken


def test_it_reads_20_megabytes_a_second() -> None:
    stream = b"".join(map(data, range(40_000)))
    best = 0.0
    for _ in range(3):
        parser, began = Parser(), time.process_time()
        for at in range(0, len(stream), 4096):
            parser.feed(stream[at : at + 4096])
        best = max(best, len(stream) / 1e6 / (time.process_time() - began))
    assert parser.counts.frames == 40_000
    assert best > 20
