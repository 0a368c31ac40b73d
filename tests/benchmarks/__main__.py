"""Run every benchmark, print the ratios and write ``_build/bench.json``.

Figures are reported, never asserted: they depend on the machine. Names run some parts alone, as
``python -m tests.benchmarks force`` (``make bench PART=force``); then nothing is written.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "notebooks"))


def median_seconds(work: Callable[[], object], repeats: int) -> float:
    """Median wall time of a piece of work."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def python(statement: str) -> Callable[[], object]:
    """Work: start an interpreter and run one statement."""
    return lambda: subprocess.run([sys.executable, "-c", statement], check=True)


def imports() -> dict[str, object]:
    """Import of the whole knowledge layer against import of pandas."""
    bare = median_seconds(python("pass"), 7)
    ours = median_seconds(python("from fau_teach import anatomy, emotion, facs, sources"), 7) - bare
    theirs = median_seconds(python("import pandas"), 7) - bare
    return row("import the knowledge layer", ours, f"import pandas {version('pandas')}", theirs)


def notebooks() -> dict[str, object]:
    """The fork runner against nbclient, which starts a kernel a notebook."""
    import nbformat
    import runner
    from nbclient import NotebookClient

    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    runner.warm_up()
    ours = median_seconds(lambda: [runner.run(path, strict=False) for path in paths], 3)

    def kernels() -> None:
        for path in paths:
            NotebookClient(nbformat.read(path, as_version=4), timeout=120).execute()

    theirs = median_seconds(kernels, 3)
    return row(
        f"run {len(paths)} notebook(s), forked", ours, f"nbclient {version('nbclient')}", theirs
    )


def parsing() -> dict[str, object]:
    """``facs.parse``, which keeps everything, against cutting out the digits, which does not."""
    import re

    from fau_teach import facs

    scores = ["1+2+R14A", "L12B+R12D", "4+7?+17C/D", "15+B22+17", "AU6+AU12", "12 or 15"] * 2000
    ours = median_seconds(lambda: [facs.parse(text) for text in scores], 3)
    theirs = median_seconds(lambda: [re.findall(r"\d+", text) for text in scores], 3)
    return row("parse 12,000 scores, lossless", ours, "re.findall of the digits", theirs)


def tables() -> list[dict[str, object]]:
    """Algorithms 1 and 2 on a million images."""
    from tests.benchmarks.tables import learned_tables

    return learned_tables()


def faces() -> list[dict[str, object]]:
    """The teaching face: pictures, depth maps, ambient occlusion, response, set-up."""
    from tests.benchmarks.face import face_pictures
    from tests.benchmarks.face_depth import face_depth

    return [*face_pictures(), *face_depth()]


def agreement() -> list[dict[str, object]]:
    """The agreement report of many clips, with intervals."""
    from tests.benchmarks.agreement import agreement_reports

    return agreement_reports()


def force() -> list[dict[str, object]]:
    """The closed form against ODE solvers, and reduced against full space."""
    from tests.benchmarks.force import force_rows

    return force_rows()


def depth() -> list[dict[str, object]]:
    """Depth maps to clouds against Open3D, and the printed pipeline."""
    from tests.benchmarks.depth import depth_rows

    return depth_rows()


def points() -> list[dict[str, object]]:
    """Point networks: sampling, neighbours, layouts."""
    from tests.benchmarks.points import point_rows

    return point_rows()


def skin() -> list[dict[str, object]]:
    """Skin motion of a pair of depth frames: the used pipeline against the printed one."""
    from tests.benchmarks.depth_motion import depth_motion

    return depth_motion()


def emg() -> list[dict[str, object]]:
    """Frames of the EMG board, and the recorder's share of a core."""
    from tests.benchmarks.emg import emg_rows

    return emg_rows()


PARTS = (imports, parsing, notebooks, tables, faces, agreement, force, depth, points, skin, emg)


def row(work: str, ours: float, alternative: str, theirs: float) -> dict[str, object]:
    """One result: times, and how many times faster we are (below 1: slower)."""
    return {
        "work": work,
        "seconds": round(ours, 4),
        "alternative": alternative,
        "alternative_seconds": round(theirs, 4),
        "ratio": round(theirs / ours, 2),
    }


def main(*names: str) -> None:
    """Run all, or the parts named, and report."""
    parts = {part.__name__: part for part in PARTS}
    if unknown := set(names) - set(parts):
        sys.exit(f"no part {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    os.environ.setdefault("MPLBACKEND", "Agg")
    rows = []
    for benchmark in [parts[name] for name in names] or PARTS:
        found = benchmark()
        for each in found if isinstance(found, list) else [found]:
            rows.append(each)
            print("{work}: {seconds} s; {alternative}: {alternative_seconds} s; ratio {ratio}"
                  .format(**each), flush=True)  # fmt: skip
            if "peak_gb" in each:
                print("  peak {peak_gb} GB against {alternative_peak_gb} GB".format(**each))
    if names:
        return
    machine = {
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
    }
    target = ROOT / "_build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"machine": machine, "rows": rows}, indent=2) + "\n")
    print(f"written to {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
