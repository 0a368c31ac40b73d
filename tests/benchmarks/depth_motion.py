"""What the used and the printed depth pipeline find of a known motion, and how fast they are.

Bars: 2 mm of skin motion at the apex, the head shifted by 0.5 mm along each axis and turned by
0.3 degrees about each. The used pipeline shall choose moving points with a precision of 0.8 on
clean depth and of 0.5 with 1 mm rounding and 0.5 mm noise (median over codes and identities),
and do three pairs a second on the face crop of a 1280x720 frame.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

CODES = ("1", "4", "12", "17")
BAR = {"clean": 0.8, "noisy": 0.5}
PAIRS_A_SECOND = 3.0
HEAD = {"head_mm": 0.5, "head_deg": 0.3}


def conditions() -> dict[str, dict[str, Any]]:
    """What the sensors do: nothing; the bar's noise; all that our depth camera does."""
    from fau_teach.face.depth import Sensor

    plain = Sensor(noise=0.5, grain=0, mixing=0, grazing=90, dropout=0)
    return {
        "clean": {},
        "rounded": {"sensor": Sensor.ideal()},
        "noisy": {"sensor": plain},
        "sensor": {"sensor": Sensor(), "grain": 1.0},
        "sensor, 5 frames": {"sensor": Sensor(), "grain": 1.0, "frames": 5},
    }


def pipelines() -> dict[str, Any]:
    """Name to a function of a pair that selects points."""
    from fau_teach.depth.motion import motion
    from fau_teach.depth.printed import subtraction

    def used(follow: Any) -> Any:
        return lambda p: motion(p.onsets, p.apexes, p.intrinsics, follow=follow)

    return {
        "printed": lambda p: subtraction(p.onset, p.apex, p.intrinsics),
        "subtraction, ranked by length": lambda p: subtraction(
            p.onset, p.apex, p.intrinsics, variant="used"
        ),
        "used": used("colour"),
        "used, no pictures": used("none"),
        "used, shaded depth followed": used("shape"),
    }


def bars(
    codes: Sequence[str] = CODES,
    identities: Sequence[str] | None = None,
    only: Sequence[str] = ("clean", "noisy", "sensor"),
    seeds: Sequence[int] = (0,),
    **changes: Any,
) -> dict[str, dict[str, list[Any]]]:
    """Found of every pipeline under every condition: condition to pipeline to a list.

    Parameters
    ----------
    identities : the first four that have a name, unless given
    only : names of `conditions`
    changes : further arguments of ``truth.pair``, such as ``peak_mm``
    """
    from fau_teach.depth.crop import face_box
    from fau_teach.depth.truth import pair, score
    from fau_teach.face.identity import named

    known, ways = conditions(), pipelines()
    found: dict[str, dict[str, list[Any]]] = {name: {way: [] for way in ways} for name in only}
    for who, code, seed, name in product(identities or list(named())[:4], codes, seeds, only):
        wide = pair(code, who, seed=seed, **{**HEAD, **known[name], **changes})
        truth = wide.cropped(face_box(wide.onset, wide.intrinsics))
        for way, choose in ways.items():
            found[name][way].append(score(choose(truth), truth))
    return found


def told(found: Mapping[str, Mapping[str, Sequence[Any]]]) -> str:
    """Medians and worst of precision, and recall against what so few points can reach."""
    lines = [f"{'':36}precision  worst  recall  of at most"]
    for name, ways in found.items():
        for way, each in ways.items():
            right = [one.precision for one in each]
            recall = statistics.median(one.recall for one in each)
            most = statistics.median(one.ceiling for one in each)
            lines.append(
                f"{name + ': ' + way:48.48}{statistics.median(right):.3f}  {min(right):.3f}  "
                f"{recall:.3f}  {most:.3f}"
            )
        chance = statistics.median(one.chance for one in next(iter(ways.values())))
        lines.append(f"{name + ': blind choice':48}{chance:.3f}")
    return "\n".join(lines)


def seconds(repeats: int = 7, clock: Callable[[], float] = time.perf_counter) -> dict[str, float]:
    """Median time of one pair on the face crop, by pipeline.

    ``clock`` may be ``time.process_time``: seconds of all cores together, for a busy machine.
    """
    from fau_teach.depth.crop import face_box
    from fau_teach.depth.truth import pair

    wide = pair("12", **HEAD, **conditions()["sensor"])
    truth = wide.cropped(face_box(wide.onset, wide.intrinsics))
    spent = {}
    for way, choose in pipelines().items():
        choose(truth)
        times = []
        for _ in range(repeats):
            started = clock()
            choose(truth)
            times.append(clock() - started)
        spent[way] = statistics.median(times)
    return spent


def depth_motion() -> list[dict[str, object]]:
    """Rows of used against printed: time of a pair, with the precision of both in words."""
    from tests.benchmarks.__main__ import row

    spent, rows = seconds(), []
    for name, ways in bars().items():
        right = {way: [one.precision for one in each] for way, each in ways.items()}
        words = {
            way: f"{name}: precision {statistics.median(each):.2f}, worst {min(each):.2f}"
            for way, each in right.items()
        }
        for way in ("used", "used, no pictures"):
            rows.append(
                row(
                    f"skin motion of a pair, {way}, {words[way]}",
                    spent[way],
                    f"printed, {words['printed']}",
                    spent["printed"],
                )
            )
    return rows


if __name__ == "__main__":
    print(told(bars(only=tuple(conditions()))))
    for name, clock in (("wall", time.perf_counter), ("processor", time.process_time)):
        for way, spent in seconds(clock=clock).items():
            print(f"{way}: {1 / spent:.1f} pairs a second ({name} time)")
