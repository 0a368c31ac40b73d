"""The agreement report of 500 clips and four coders: numpy against the standard library."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from importlib.metadata import version
from math import isclose

from fau_teach.agreement import CodedClip, Report, Segment, report

CLIPS, CODERS = 500, "ABCD"
CODES = (*map(str, (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24, 25, 26, 43, 45)), "L12")


def coded_clips() -> list[CodedClip]:
    """Clips of one to three events; coders miss, add, shift, and leave gaps."""
    rng = random.Random(1)
    clips = []
    for at in range(CLIPS):
        starts = range(5, 5 + 80 * rng.choice((1, 1, 2, 2, 3)), 80)
        events = [(start, rng.sample(CODES, rng.randrange(1, 5))) for start in starts]
        coded = {}
        for coder in CODERS:
            if rng.random() < 0.05:
                continue
            found = []
            for start, codes in events:
                kept = [one for one in codes if rng.random() < 0.85]
                kept += [rng.choice(CODES)] if rng.random() < 0.2 else []
                score = "+".join(one + rng.choice(("", *"ABCDE")) for one in kept) or "null"
                onset = start + rng.randrange(5)
                text = rng.choice([score] * 30 + ["?", "12 or 15"])
                found.append(Segment(onset, onset + 8, onset + rng.randrange(25, 40), text))
            coded[coder] = tuple(found)
        clips.append(CodedClip(f"clip {at}", f"s{at % 25}", 30.0, 300, coded))
    return clips


def equal(first: Report, second: Report) -> bool:
    """Whether all figures and intervals are the same, rounding of sums aside."""
    return len(first.rows) == len(second.rows) and all(
        (a is None) == (b is None) and (a is None or isclose(a, b, rel_tol=1e-11, abs_tol=1e-11))
        for one, two in zip(first.rows, second.rows, strict=True)
        for a, b in (
            (one.measure.value, two.measure.value),
            (one.measure.low, two.measure.low),
            (one.measure.high, two.measure.high),
        )
    )


def agreement_reports() -> list[dict[str, object]]:
    """Measure with the resamples of each path and compare where both draw the same."""
    clips = coded_clips()
    rows = []
    for resamples in (1000, 200):
        fast, ours = timed(lambda n=resamples: report(clips, resamples=n, fast=True))  # type: ignore[misc]
        plain, theirs = timed(lambda n=resamples: report(clips, resamples=n, fast=False))  # type: ignore[misc]
        assert equal(fast, plain)
        rows.append(
            {
                "work": f"agreement of {len(CODERS)} coders, {CLIPS} clips, {resamples} resamples "
                f"(CPU), numpy {version('numpy')}",
                "seconds": round(ours, 4),
                "alternative": "standard library, the same figures",
                "alternative_seconds": round(theirs, 4),
                "ratio": round(theirs / ours, 2),
            }
        )
    return rows


def timed(work: Callable[[], Report]) -> tuple[Report, float]:
    """A report and the processor time it took, the best of three."""
    times = []
    for _ in range(3):
        started = time.process_time()
        made = work()
        times.append(time.process_time() - started)
    return made, min(times)


if __name__ == "__main__":
    for each in agreement_reports():
        print(each)
