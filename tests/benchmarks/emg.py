"""The parser against a plain loop over bytes, and what the recorder takes of one core."""

from __future__ import annotations

import time
from typing import Any


def plain(stream: bytes) -> list[list[int]]:
    """Rows of all DATA frames, as one writes it first: byte by byte, frame by frame."""
    table = []
    for byte in range(256):
        register = byte << 8
        for _ in range(8):
            register = (register << 1 ^ (0x1021 if register & 0x8000 else 0)) & 0xFFFF
        table.append(register)
    rows, at = [], 0
    while at + 8 <= len(stream):
        end = at + 8 + stream[at + 3]
        crc = 0xFFFF
        for byte in stream[at + 2 : end - 2]:
            crc = (crc << 8 & 0xFFFF) ^ table[crc >> 8 ^ byte]
        if stream[at : at + 2] != b"\xa5\x5a" or crc != stream[end - 2] | stream[end - 1] << 8:
            at += 1
            continue
        if stream[at + 2] == 2:
            channels = stream[at + 10]
            counts = [stream[k] | stream[k + 1] << 8 for k in range(at + 12, end - 2, 2)]
            rows += [counts[k : k + channels] for k in range(0, len(counts), channels)]
        at = end
    return rows


def emg_rows() -> list[dict[str, Any]]:
    """Both rows; processor seconds."""
    import numpy as np

    from fau_teach.emg import Parser, PythonDevice, Recorder, frame
    from fau_teach.emg.protocol import Data

    counts = np.random.default_rng(0).integers(0, 1024, (50_000, 10, 4), dtype="<u2")
    frames = [frame(Data.of(n * 10_000 % 2**32, one), n) for n, one in enumerate(counts)]
    stream, short = b"".join(frames), b"".join(frames[:2000])

    def ours() -> list[Any]:
        parser = Parser()
        return [
            one for at in range(0, len(stream), 4096) for one in parser.feed(stream[at : at + 4096])
        ]

    began = time.process_time()
    found = np.concatenate([one.counts for one in ours()])
    fast = time.process_time() - began
    began = time.process_time()
    assert plain(short) == found[:20_000].tolist()
    slow = (time.process_time() - began) * len(stream) / len(short)
    assert (found == counts.reshape(-1, 4)).all()
    device, wall = PythonDevice(np.full((10, 4), 2.5), 10), 10.0
    with Recorder(device) as recorder:
        recorder.wait(1)
        began, start = time.process_time(), time.monotonic()
        time.sleep(wall)
        share = (time.process_time() - began) / (time.monotonic() - start)
    megabytes = len(stream) / 1e6
    return [
        {
            "work": f"parse {megabytes:.1f} MB of frames ({megabytes / fast:.0f} MB/s)",
            "seconds": round(fast, 4),
            "alternative": "a plain loop over bytes",
            "alternative_seconds": round(slow, 4),
            "ratio": round(slow / fast, 1),
        },
        {
            "work": f"record 4 x 1 kHz, simulated board included ({share:.1%} of a core)",
            "seconds": round(share * wall, 4),
            "alternative": "one whole core",
            "alternative_seconds": wall,
            "ratio": round(1 / share, 1),
        },
    ]
