"""Algorithms 1 and 2 from annotation texts on 1,000,000 images: numpy, plain Python, pandas.

Each way runs in a process of its own, so that its peak memory can be told, and is timed in
processor seconds: all are single-threaded, and other work on the machine does not count. All
results must be equal. Run as ``python tables.py WAY FOLDER`` a process measures one way.
"""

from __future__ import annotations

import json
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

IMAGES = 1_000_000
ROOT = Path(__file__).resolve().parents[2]
Table = dict[str, dict[str, float]]
Way = Callable[[Sequence[str], "np.ndarray", int], Table]


def ours(annotations: Sequence[str], scores: np.ndarray, algorithm: int) -> Table:
    """The fast path of the package."""
    from fau_teach import emotion

    return emotion.tabulate(annotations, scores, 1 if algorithm == 1 else 2)


def plain(annotations: Sequence[str], scores: np.ndarray, algorithm: int) -> Table:
    """The plain reference, image by image."""
    from fau_teach import emotion

    samples = (
        emotion.Sample(text, dict(zip(emotion.SIX, row.tolist(), strict=True)))
        for text, row in zip(annotations, scores, strict=True)
    )
    return emotion.shares(samples) if algorithm == 1 else emotion.means(samples)


def pandas(annotations: Sequence[str], scores: np.ndarray, algorithm: int) -> Table:
    """Explode all images and group them, as one would write it first."""
    import pandas as pd

    from fau_teach.emotion import SIX

    images = pd.DataFrame(scores, columns=list(SIX))
    codes = pd.Series(annotations, name="code").str.split("+").explode()
    # "null" has no digits and drops out; "26+26" and "L2+R2" are one code of one image.
    long = codes.str.extract(r"(\d+)")[0].dropna().rename("code").reset_index()
    long = long.drop_duplicates()
    if algorithm == 2:
        found = long.join(images, on="index").groupby("code")[list(SIX)].mean()
        return {name: found[name].to_dict() for name in SIX}
    sets = long.sort_values("code").groupby("index")["code"].agg("+".join).rename("set")
    leading = pd.DataFrame({"emotion": images.idxmax(axis=1), "score": images.max(axis=1)})
    each = leading.join(sets, how="inner").groupby(["emotion", "set"])["score"].mean().reset_index()
    each["code"] = each["set"].str.split("+")
    sums = each.explode("code").groupby(["emotion", "code"])["score"].sum()
    part = sums / sums.groupby("emotion").transform("sum")
    return {name: part[name].to_dict() if name in part else {} for name in SIX}


def factorised(annotations: Sequence[str], scores: np.ndarray, algorithm: int) -> Table:
    """Pandas again, but each distinct text is exploded once, as in the fast path."""
    import numpy as np
    import pandas as pd

    from fau_teach.emotion import SIX

    which, texts = pd.factorize(np.array(annotations, dtype=object))
    long = pd.Series(texts).str.split("+").explode().str.extract(r"(\d+)")[0].dropna()
    long = long.rename("code").reset_index().drop_duplicates().sort_values("code")
    sets = long.groupby("index")["code"].agg("+".join).reindex(range(len(texts)))
    kind, names = pd.factorize(sets.to_numpy())
    each = kind[which]
    codes = pd.Series(names).str.split("+").explode().rename("code")
    if algorithm == 2:
        images = pd.DataFrame(scores, columns=list(SIX)).assign(n=1)[each >= 0]
        sums = images.groupby(each[each >= 0]).sum().join(codes, how="inner")
        found = sums.groupby("code").sum()
        return {name: (found[name] / found["n"]).to_dict() for name in SIX}
    leading = pd.DataFrame({"set": each, "at": scores.argmax(1), "score": scores.max(1)})
    means = leading[each >= 0].groupby(["set", "at"], sort=False)["score"].mean()
    sums = means.reset_index("at").join(codes).groupby(["at", "code"])["score"].sum()
    part = sums / sums.groupby("at").transform("sum")
    return {name: part[at].to_dict() if at in part else {} for at, name in enumerate(SIX)}


WAYS: dict[str, Way] = {"ours": ours, "plain": plain, "pandas": pandas, "factorised": factorised}
NAMES = {
    "plain": "plain reference",
    "pandas": "pandas, explode and groupby",
    "factorised": "pandas, distinct texts first",
}


def measure(way: str, folder: Path) -> None:
    """Run one way in this process; write results, seconds and peak memory."""
    with (folder / "images.pickle").open("rb") as stream:
        annotations, scores = pickle.load(stream)
    WAYS[way](annotations[:1000], scores[:1000], 1)  # imports are measured elsewhere
    made, seconds = {}, {}
    for algorithm in (1, 2):
        started = time.process_time()
        made[algorithm] = WAYS[way](annotations, scores, algorithm)
        seconds[algorithm] = time.process_time() - started
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    found = {"tables": made, "seconds": seconds, "peak_bytes": peak}
    (folder / f"{way}.json").write_text(json.dumps(found))


def same(one: Table, other: Table) -> bool:
    """Whether two results hold the same codes with the same values."""
    return one.keys() == other.keys() and all(
        one[name].keys() == other[name].keys()
        and all(isclose(value, other[name][code], rel_tol=1e-9) for code, value in row.items())
        for name, row in one.items()
    )


def learned_tables() -> list[dict[str, object]]:
    """Measure all ways on the same images."""
    import numpy as np

    from fau_teach.datasets import synthesise

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        annotations, scores = synthesise(images=IMAGES, seed=1).columns()
        with (folder / "images.pickle").open("wb") as stream:
            pickle.dump((annotations, np.array(scores)), stream, pickle.HIGHEST_PROTOCOL)
        texts = len(set(annotations))
        del annotations, scores
        found = {}
        for way in WAYS:
            subprocess.run([sys.executable, __file__, way, name], check=True, cwd=ROOT)
            found[way] = json.loads((folder / f"{way}.json").read_text())
    rows: list[dict[str, object]] = []
    for algorithm in ("1", "2"):
        for other, label in NAMES.items():
            assert same(found["ours"]["tables"][algorithm], found[other]["tables"][algorithm])
            fast, slow = (found[way]["seconds"][algorithm] for way in ("ours", other))
            rows.append(
                {
                    "work": f"Algorithm {algorithm}, {IMAGES:,} images, {texts:,} texts (CPU)",
                    "seconds": round(fast, 3),
                    "peak_gb": round(found["ours"]["peak_bytes"] / 1e9, 2),
                    "alternative": label,
                    "alternative_seconds": round(slow, 3),
                    "alternative_peak_gb": round(found[other]["peak_bytes"] / 1e9, 2),
                    "ratio": round(slow / fast, 1),
                }
            )
    return rows


if __name__ == "__main__":
    measure(sys.argv[1], Path(sys.argv[2]))
