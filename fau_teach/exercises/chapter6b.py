"""Exercises of chapter 6: bytes that are accounted for, and envelopes."""

from __future__ import annotations

from itertools import pairwise
from math import exp, pi, sin, sqrt

from fau_teach.emg import protocol
from fau_teach.exercises._core import Exercise

COUNTS, FIRST_US, STEP_US, NUMBER, DAMAGED = (406, 410, 413), 1_234_000, 2000, 7, 1
"""Three frames of one row of A0; in one of them a bit of the count turned over."""
SEEN, CLOSING, ROWS = (65533, 65534, 0, 1, 4), 6, 10
CUTOFF, SECONDS = 3.6, 0.04
AMPLITUDE, MAINS, STEPS = 0.4, 50, 1000


def frames() -> list[bytes]:
    """The three frames as they come down the line."""
    made = []
    for k, count in enumerate(COUNTS):
        row = protocol.Data(FIRST_US + STEP_US * k, 1, 1, count.to_bytes(2, "little"))
        one = bytearray(protocol.frame(row, NUMBER + k))
        one[12] ^= 0x10 * (k == DAMAGED)
        made.append(bytes(one))
    return made


def _taken(first: int = 2, order: str = "little", check: bool = True) -> list[int]:
    """Counts of the frames whose check, from byte ``first`` on, is right."""
    return [
        int.from_bytes(one[12:14], "little" if order == "little" else "big")
        for one in frames()
        if not check or protocol.crc(one[first:-2]) == int.from_bytes(one[-2:], "little")
    ]


def _lost(tail: int = 0, wrap: int = protocol.PERIOD) -> int:
    """Frames that never came; ``tail`` is added to the number of CLOSE."""
    numbers = [*SEEN, CLOSING + tail]
    gaps = (after - before - 1 for before, after in pairwise(numbers))
    return sum(gap % wrap if wrap else gap for gap in gaps)


def _hum() -> float:
    """Mean of the rectified hum [V]."""
    return sum(abs(AMPLITUDE * sin(2 * pi * k / STEPS)) for k in range(STEPS)) / STEPS


PEAK = 1 - exp(-2 * pi * CUTOFF * SECONDS)

EXERCISES = (
    Exercise(
        id="6.5",
        title="Which frames do you take?",
        solution=_taken,
        right="Two pass. The third carried a count that looked quite as good, and was wrong.",
        hint="The check covers everything from the type, byte 2, to the last byte before it.",
        wrong=(
            (_taken(check=False), "One of these is damaged. Take only what passes the check."),
            (_taken(first=0), "The check does not cover the two sync bytes: begin at byte 2."),
            (_taken(order="big"), "The low byte of a count comes first."),
            ([_taken(check=False)[DAMAGED]], "That is the damaged one."),
        ),
        source="S4-003",
        prompt=(
            "Three frames came, each with one count of A0 in bytes 12 and 13. The code believes "
            "none of them. Mend it, and set `answer` to the list of the counts that you take."
        ),
        starter=(
            "from binascii import crc_hqx\ncame = [\n"
            + "".join(f'    "{one.hex().upper()}",\n' for one in frames())
            + "]\ntaken = []\nfor text in came:\n    one = bytes.fromhex(text)\n"
            "    told = int.from_bytes(one[-2:], \"little\")\n"
            "    if crc_hqx(one[:-2], 0xFFFF) == told:\n"
            "        taken.append(int.from_bytes(one[12:14], \"little\"))\n"
            "print(taken)\nanswer = ...\n"
        ),
    ),
    Exercise(
        id="6.6",
        title="How many never came?",
        solution=_lost,
        right="One at the turn of the numbers, two in the middle, and one that only the closing "
        "count tells.",
        hint="After 65,535 comes 0. CLOSE bears the number that the next frame would have had.",
        wrong=(
            (_lost() - 1, "The last frame before CLOSE is missing as well: number 5."),
            (_lost(tail=1), "CLOSE does not use up its number: 6 was never given."),
            (_lost(wrap=0), "After 65,535 comes 0: take differences modulo 65,536."),
            (_lost(wrap=0) - 1, "After 65,535 comes 0: take differences modulo 65,536."),
            (_lost() * ROWS, "That is rows. Asked is frames."),
        ),
        source="S4-003",
        prompt=(
            "Frames with the numbers 65533, 65534, 0, 1 and 4 came, then CLOSE with number 6. "
            "Set `answer` to how many frames never came."
        ),
        starter=(
            "numbers, closing = [65533, 65534, 0, 1, 4], 6\nlost = 0\n"
            "for before, after in zip(numbers, numbers[1:]):\n    lost += after - before - 1\n"
            "print(lost)\nanswer = ...\n"
        ),
    ),
    Exercise(
        id="6.7",
        title="Where did the hum go?",
        solution=lambda: [_hum(), 2 * MAINS],
        tolerance=0.002,
        right="A steady level that looks like a muscle at work, and a tone that a 50 Hz notch "
        "does not meet.",
        hint="Take absolute values first, then the mean. Each half of a wave has become a hill "
        "of its own.",
        wrong=(
            ([0.0, 2 * MAINS], "Rectify before you take the mean."),
            ([0.0, MAINS], "Rectify first: absolute values have another mean, and more hills."),
            ([_hum(), MAINS], "Count the hills: both halves of a wave point up now."),
            ([AMPLITUDE, 2 * MAINS], "That is the top of the wave, not its mean."),
            ([AMPLITUDE / sqrt(2), 2 * MAINS], "That is the effective value. Asked is the mean."),
        ),
        source="S4-004; E4-01",
        prompt=(
            "Hum of 50 Hz and 0.4 V comes to a rectifier. Set `answer` to a list of two: the "
            "mean of what leaves it, in volts, and how many hills it has in a second."
        ),
        starter=(
            "from math import pi, sin\nwave = [0.4 * sin(2 * pi * k / 1000) for k in range(1000)]\n"
            "print(round(sum(wave) / 1000, 3))  # one wave lasts 20 ms\nanswer = ...\n"
        ),
    ),
    Exercise(
        id="6.8",
        title="What is left of a short burst?",
        solution=lambda: PEAK,
        tolerance=0.003,
        right="59.5 %. And nothing in the recording tells that it should have been 100.",
        hint="The time constant is 1 / (2 pi f); after t the envelope has reached "
        "1 - exp(-t / tau).",
        wrong=(
            (1 - exp(-CUTOFF * SECONDS), "The time constant is 1 / (2 pi f), not 1 / f."),
            (1 - PEAK, "That is what is missing. Asked is what it reaches."),
            (100 * PEAK, "Right in percent. Asked is a share, between 0 and 1."),
            (1 - exp(-SECONDS / 0.08), "That is a time constant of 80 ms. Compute it from 3.6 Hz."),
        ),
        source="S4-011; E4-02",
        prompt=(
            "A muscle acts for 40 ms, evenly. Its envelope is smoothed by a first-order low-pass "
            "of 3.6 Hz. Which share of its height does the envelope reach? Set `answer`."
        ),
        starter="from math import exp, pi\ncutoff, seconds = 3.6, 0.04\n"
        "print(1 - exp(-cutoff * seconds))\nanswer = ...\n",
    ),
)  # fmt: skip
